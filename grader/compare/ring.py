"""The ring under the normal forms: generators, relations, exact fractions.

A value is a fraction of two polynomials in generators over the rationals.  See
``compare/field.py`` for what generators stand for.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Self

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from grader.compare.deadline import NEVER, Deadline
from grader.errors import GraderError, LimitError
from grader.limits import (
    GCD_PAIRS_PER_UNIT,
    GENERATORS_PER_UNIT,
    MAX_EXPONENT,
    MAX_GCD_DEGREE,
    MAX_GCD_PAIRS,
    MAX_GENERATOR_EXPONENT,
    MAX_GENERATORS,
    MAX_NUMBER_BITS,
    MAX_TERM_PAIRS,
    MAX_TERMS,
    PAIRS_PER_UNIT,
)
from grader.source import frozen_value


class UndefinedEverywhere(GraderError):
    """An expression with a denominator that is identically zero, and the like."""


class Restart(GraderError):
    """The comparison must start again, with a finer scale or more generators."""

    def __init__(self, scales: Mapping[Kernel, int], capacity: int) -> None:
        super().__init__("start again")
        self.scales = scales
        self.capacity = capacity


@dataclass(frozen=True, slots=True)
class Kernel:
    """What a generator stands for.

    ``kind`` is ``name``, ``i``, ``exp``, ``log``, ``step``, ``call`` or ``opaque``.
    ``detail`` is the name, the function, or the exponents of the monomial of
    ``exp``.  Polynomials are compared by value, apart from the kernel (see
    ``Field._slot_with_argument``), since they cannot be hashed.
    """

    kind: str
    detail: str | tuple[int, ...]
    number: int = 0


@frozen_value
class Element:
    """A value: numerator, denominator, and which special generators may occur
    (a bit for each slot; a superset of those that do)."""

    num: fmpq_mpoly
    den: fmpq_mpoly
    mask: int


#: Pairs of terms up to which the length of their numbers is not looked at.
_FEW_PAIRS = 4_096


def _words(poly: fmpq_mpoly) -> int:
    """How many machine words the numbers of a polynomial have: those of its middle term,
    which are the longest of a power."""
    middle = poly.coefficient(len(poly) // 2)
    return (int(middle.p).bit_length() + int(middle.q).bit_length()) // 64


@lru_cache(maxsize=16)
def _context(capacity: int) -> fmpq_mpoly_ctx:
    return fmpq_mpoly_ctx.get(tuple(f"g{k}" for k in range(capacity)), Ordering.degrevlex)


class Ring(ABC):
    """Generators, and arithmetic that applies their relations as values are made."""

    def __init__(
        self,
        *,
        positive: frozenset[str] = frozenset(),
        scales: Mapping[Kernel, int] | None = None,
        capacity: int = 24,
        deadline: Deadline = NEVER,
    ) -> None:
        self._context = _context(capacity)
        self._capacity = capacity
        # Slots are numbered in order of first use, the same in every restart, so
        # that the monomials of an earlier try still mean what they did.
        self._scales = {
            Kernel("exp", (*kernel.detail, *(0,) * (capacity - len(kernel.detail))))
            if isinstance(kernel.detail, tuple)
            else kernel: scale
            for kernel, scale in (scales or {}).items()
        }
        self._positive_names = positive
        #: Where work ends with LimitError.
        self.deadline = deadline
        self._slots: dict[Kernel, int] = {}
        self._kernels: list[Kernel] = []
        #: For each slot: the argument of log (Element), step (Element), call (Element).
        self._arguments: dict[int, Element] = {}
        self._positive = 0  # mask of generators that are positive almost everywhere
        self._complex = 0  # mask of i and of exp kernels with i inside
        self._steps = 0  # mask of steps
        self._limits: dict[int, int] = {}  # slot -> least power that a relation lowers
        self.one_poly = self._context.constant(1)
        zero_poly = self._context.constant(0)
        self.zero = Element(zero_poly, self.one_poly, 0)
        self.one = Element(self.one_poly, self.one_poly, 0)
        self._assumed: tuple[tuple[Element, int], ...] = ()
        #: 1 where all that was evaluated so far is defined.
        self.domain = self.one
        #: Whether kernels occurred whose relations are not all known here, so that
        #: a difference that is not 0 may still be equal to 0.
        self.incomplete = False
        #: Whether anything was divided by what may be zero somewhere, or has no value
        #: somewhere.
        self.divided = False

    def _allocate(self, kernel: Kernel) -> int:
        slot = len(self._kernels)
        if slot >= self._capacity:
            if self._capacity * 2 > MAX_GENERATORS:
                raise LimitError("MAX_GENERATORS", "too many different quantities")
            raise Restart(self._scales, self._capacity * 2)
        self._kernels.append(kernel)
        self._slots[kernel] = slot
        return slot

    def _generator(self, slot: int) -> Element:
        special = (self._steps | self._complex) >> slot & 1 or slot in self._limits
        return Element(self._context.gen(slot), self.one_poly, 1 << slot if special else 0)

    def symbol(self, name: str) -> Element:
        kernel = Kernel("name", name)
        slot = self._slots.get(kernel)
        if slot is None:
            slot = self._allocate(kernel)
            if name in self._positive_names:
                self._positive |= 1 << slot
        return self._generator(slot)

    def constant(self, name: str) -> Element:
        if name == "e":
            return self.primitive("exp", self.one)
        kernel = Kernel("name", f"\\{name}")
        slot = self._slots.get(kernel)
        if slot is None:
            slot = self._allocate(kernel)
            self._positive |= 1 << slot
        return self._generator(slot)

    def _imaginary(self) -> Element:
        kernel = Kernel("i", "")
        slot = self._slots.get(kernel)
        if slot is None:
            slot = self._allocate(kernel)
            self._complex |= 1 << slot
            self._limits[slot] = 2
        return self._generator(slot)

    def _slot_with_argument(self, kind: str, detail: str, argument: Element) -> int:
        """The slot of a kernel that is known by its argument; new if there is none."""
        for slot, other in self._arguments.items():
            kernel = self._kernels[slot]
            if (
                kernel.kind == kind
                and kernel.detail == detail
                and other.num == argument.num
                and other.den == argument.den
            ):
                return slot
        slot = self._allocate(Kernel(kind, detail, len(self._kernels)))
        self._arguments[slot] = argument
        return slot

    def opaque(self, name: str, arguments: Sequence[Element]) -> Element:
        """A generator for a function of which nothing is known but its arguments."""
        detail = " ".join([name, *(f"{a.num}/{a.den}" for a in arguments)])
        kernel = Kernel("opaque", detail)
        slot = self._slots.get(kernel)
        return self._generator(self._allocate(kernel) if slot is None else slot)

    def number(self, value: Fraction) -> Element:
        return self._constant(fmpq(value.numerator, value.denominator))

    def _constant(self, value: fmpq) -> Element:
        return Element(self._context.constant(value), self.one_poly, 0)

    def _guard(self, pairs: int, left: fmpq_mpoly, right: fmpq_mpoly) -> None:
        if pairs > MAX_TERM_PAIRS:
            raise LimitError("MAX_TERM_PAIRS", "the expression is too large when written out")
        octets = 0 if pairs < _FEW_PAIRS else _words(left) + _words(right) >> 3
        self.deadline.spend(pairs * (1 + octets) // PAIRS_PER_UNIT)

    @property
    def operation(self) -> int:
        """Units of work that one operation on values takes, the more the more generators
        there may be."""
        return 1 + self._capacity // GENERATORS_PER_UNIT

    def _product(self, left: fmpq_mpoly, right: fmpq_mpoly) -> fmpq_mpoly:
        pairs = len(left) * len(right)
        if pairs > 256:
            self._guard(pairs, left, right)
        product = left * right
        if len(product) > MAX_TERMS:
            raise LimitError("MAX_TERMS", "the expression is too large when written out")
        return product

    def _made(self, num: fmpq_mpoly, den: fmpq_mpoly, mask: int) -> Element:
        """The canonical element num/den."""
        if num.is_zero():
            return self.zero
        if den.is_constant():
            if den.is_one():
                return Element(num, self.one_poly, mask)
            return Element(num / den.leading_coefficient(), self.one_poly, mask)
        if mask:
            num, den = self._rationalised(num, den)
            if den.is_constant():
                return Element(num / den.leading_coefficient(), self.one_poly, mask)
        common = self._common(num, den)
        if not common.is_one():
            num, den = num / common, den / common
        leading = den.leading_coefficient()
        if leading != 1:
            num, den = num / leading, den / leading
        if den.is_one():
            den = self.one_poly
        return Element(num, den, mask)

    def _common(self, left: fmpq_mpoly, right: fmpq_mpoly) -> fmpq_mpoly:
        """A common divisor: the greatest, but where that could take too long 1.

        A fraction that is not in lowest terms is exact, and is 0 only if it is; but
        two of them inside functions may not be seen to be the same.
        """
        if len(left) * len(right) > MAX_GCD_PAIRS or (
            min(len(left), len(right)) > 1
            and max(left.total_degree(), right.total_degree()) > MAX_GCD_DEGREE
        ):
            self.incomplete = True
            return self.one_poly
        self.deadline.spend(len(left) * len(right) // GCD_PAIRS_PER_UNIT)
        return left.gcd(right)

    def _rationalised(self, num: fmpq_mpoly, den: fmpq_mpoly) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        """num/den with i and square roots moved out of the denominator."""
        degrees = den.degrees()
        for slot, limit in list(self._limits.items()):
            if limit != 2 or not degrees[slot] or self._steps >> slot & 1:
                continue
            # a + b g, conjugate a − b g.
            flipped = self._context.from_dict(
                {
                    exponents: -value if exponents[slot] & 1 else value
                    for exponents, value in den.terms()
                }
            )
            squared = self._reduced(Element(self._product(den, flipped), self.one_poly, -1))
            raised = self._reduced(Element(self._product(num, flipped), self.one_poly, -1))
            if squared.den.is_one() and raised.den.is_one() and not squared.num.is_zero():
                num, den = raised.num, squared.num
                degrees = den.degrees()
        return num, den

    def add(self, terms: Sequence[Element]) -> Element:
        num, den, mask = terms[0].num, terms[0].den, terms[0].mask
        for term in terms[1:]:
            mask |= term.mask
            if term.den is den or term.den == den:
                num = num + term.num
            elif den.is_one():
                num, den = self._product(num, term.den) + term.num, term.den
            elif term.den.is_one():
                num = num + self._product(term.num, den)
            else:
                common = self._common(den, term.den)
                mine, theirs = den / common, term.den / common
                num = self._product(num, theirs) + self._product(term.num, mine)
                den = self._product(den, theirs)
        if den.is_one():
            return Element(num, self.one_poly, mask) if num else self.zero
        return self._made(num, den, mask)

    def negate(self, value: Element) -> Element:
        return Element(-value.num, value.den, value.mask)

    def multiply(self, factors: Sequence[Element]) -> Element:
        result, one = factors[0], self.one_poly
        for factor in factors[1:]:
            num = self._product(result.num, factor.num)
            mask = result.mask | factor.mask
            if result.den is one and factor.den is one:
                den = one
            else:
                den = self._product(result.den, factor.den)
            shared = result.mask & factor.mask
            if shared:
                result = self._reduced(Element(num, den, mask))
            elif den is one:
                result = Element(num, one, mask)
            else:
                result = self._made(num, den, mask)
        return result

    def _reduced(self, value: Element) -> Element:
        """The value with every relation of its generators applied."""
        num = value.num
        degrees = num.degrees()
        over = [slot for slot, limit in self._limits.items() if degrees[slot] >= limit]
        if not over:
            if value.den.is_constant():
                return (
                    Element(num, self.one_poly, value.mask)
                    if value.den.is_one()
                    else (self._made(num, value.den, value.mask))
                )
            return self._made(num, value.den, value.mask)
        simple: dict[tuple[int, ...], fmpq] = {}
        powers: list[Element] = []
        for exponents, coefficient in num.terms():
            raised = [(slot, int(exponents[slot])) for slot in over]
            raised = [(slot, k) for slot, k in raised if k >= self._limits[slot]]
            if not raised:
                plain = tuple(map(int, exponents))
                simple[plain] = simple.get(plain, fmpq(0)) + coefficient
                continue
            new = list(map(int, exponents))
            extra: list[Element] = []
            negative = False
            for slot, k in raised:
                if self._steps >> slot & 1:
                    new[slot] = 1
                elif self._kernels[slot].kind == "i":
                    new[slot] = k & 1
                    if k & 2:
                        negative = not negative
                else:
                    limit = self._limits[slot]
                    new[slot] = k % limit
                    extra.append(self._integer_power(self._root_target(slot), k // limit))
            key = tuple(new)
            value_here = -coefficient if negative else coefficient
            if not extra:
                simple[key] = simple.get(key, fmpq(0)) + value_here
            else:
                term = Element(self._context.from_dict({key: value_here}), self.one_poly, -1)
                powers.append(self.multiply([term, *extra]))
        rest = Element(self._context.from_dict(simple), self.one_poly, value.mask)
        mask = value.mask
        total = self.add([rest, *powers]) if powers else rest
        mask |= total.mask
        den = self._product(total.den, value.den)
        return self._made(total.num, den, mask)

    def divide(self, numerator: Element, denominator: Element) -> Element:
        below = denominator.num
        if denominator.den is self.one_poly and len(below) == 1 and below.is_constant():
            number = 1 / below.leading_coefficient()
            return Element(numerator.num * number, numerator.den, numerator.mask)
        return self.multiply([numerator, self._inverse(denominator)])

    def _inverse(self, value: Element) -> Element:
        if value.num.is_zero():
            raise UndefinedEverywhere("a denominator is zero everywhere")
        if value.mask & self._steps and self._step_in(value) is not None:
            return self._each_case(value, self._inverse)
        if value.num.is_constant():
            factor = value.num.leading_coefficient()
            return Element(value.den / factor, self.one_poly, value.mask)
        self.divided = self.divided or not self._never_zero(value.num)
        return self._made(value.den, value.num, value.mask)

    def _never_zero(self, poly: fmpq_mpoly) -> bool:
        """Whether a polynomial is plainly zero nowhere: a product of exponentials of what
        is defined everywhere."""
        return len(poly) == 1 and all(
            self._kernels[slot].kind == "exp" and slot not in self._limits
            for slot, exponent in enumerate(poly.monoms()[0])
            if exponent
        )

    def _integer_power(self, base: Element, exponent: int) -> Element:
        if exponent < 0:
            return self._integer_power(self._inverse(base), -exponent)
        if exponent == 0:
            return self.one
        if exponent > MAX_EXPONENT:
            raise LimitError("MAX_EXPONENT", f"the power {exponent} is too large to write out")
        if base.num.is_constant() and base.den.is_one():
            value = base.num.leading_coefficient()
            bits = max(int(value.p).bit_length(), int(value.q).bit_length())
            if bits * exponent > MAX_NUMBER_BITS:
                raise LimitError("MAX_NUMBER_BITS", "a number is too large")
            return self._constant(value**exponent)
        result = None
        square = base
        while exponent:
            if exponent & 1:
                result = square if result is None else self.multiply([result, square])
            exponent >>= 1
            if exponent:
                square = self.multiply([square, square])
        assert result is not None
        return result

    def _generator_power(self, slot: int, exponent: int) -> Element:
        """A power of a generator without relations: one monomial, however high."""
        size = abs(exponent)
        if size > MAX_GENERATOR_EXPONENT:
            raise LimitError("MAX_GENERATOR_EXPONENT", "an exponent is too fine to write out")
        exponents = [0] * self._capacity
        exponents[slot] = size
        monomial = self._context.from_dict({tuple(exponents): 1})
        mask = self._generator(slot).mask
        if exponent < 0:
            return Element(self.one_poly, monomial, mask)
        return Element(monomial, self.one_poly, mask)

    def _times(self, value: Element, factor: fmpq) -> Element:
        return self.multiply([self._constant(factor), value])

    def _twice(self, value: Element) -> Element:
        return self._times(value, fmpq(2))

    def difference(self, left: Element, right: Element) -> Element:
        return self.add([left, self.negate(right)])

    def fork(self, assumed: Sequence[tuple[Element, int]] = ()) -> Self:
        """A field with the same generators, to which an answer may add its own.

        ``assumed``: steps whose value is given, as (argument with leading
        coefficient 1, 0 or 1): a case of a case split.
        """
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._scales = dict(self._scales)
        other._slots = dict(self._slots)
        other._kernels = list(self._kernels)
        other._arguments = dict(self._arguments)
        other._limits = dict(self._limits)
        other._assumed = tuple(assumed)
        other.domain = self.one
        return other

    @property
    def size(self) -> int:
        """How many generators were met."""
        return len(self._kernels)

    def kernel(self, slot: int) -> Kernel:
        """What the generator in a slot stands for."""
        return self._kernels[slot]

    def scale(self, kernel: Kernel) -> int:
        """The d of a kernel exp(m/d)."""
        return self._scales.get(kernel, 1)

    def slot_of_name(self, name: str) -> int | None:
        """The slot of a name, if it occurred."""
        return self._slots.get(Kernel("name", name))

    def terms(self, poly: fmpq_mpoly) -> dict[tuple[int, ...], Fraction]:
        """A polynomial as a mapping from exponents to coefficients."""
        return {
            tuple(map(int, exponents)): Fraction(int(value.p), int(value.q))
            for exponents, value in poly.terms()
        }

    def argument_terms(
        self, slot: int
    ) -> tuple[dict[tuple[int, ...], Fraction], dict[tuple[int, ...], Fraction]]:
        """Numerator and denominator of the argument of a log, step or call."""
        return self.parts(self._arguments[slot])

    def parts(
        self, value: Element
    ) -> tuple[dict[tuple[int, ...], Fraction], dict[tuple[int, ...], Fraction]]:
        """Numerator and denominator of a value, as :meth:`terms` gives them."""
        return self.terms(value.num), self.terms(value.den)

    def argument(self, slot: int) -> Element | None:
        """The argument of a log, step or call; None of another generator."""
        return self._arguments.get(slot)

    def generator_power(self, slot: int, exponent: int) -> Element:
        """A power of a generator, which must be one that no relation lowers."""
        return self._generator_power(slot, exponent)

    def never_negative(self, exponents: tuple[int, ...]) -> bool:
        """Whether a monomial is ≥ 0 for all real values of its generators."""
        return all(
            exponent % 2 == 0 or self._positive >> slot & 1
            for slot, exponent in enumerate(exponents)
        ) and not any(
            exponent and self._complex >> slot & 1 for slot, exponent in enumerate(exponents)
        )

    @property
    def has_steps(self) -> bool:
        """Whether any indicator was met."""
        return bool(self._steps)

    # --- what the layers above add -----------------------------------------------

    @abstractmethod
    def primitive(self, name: str, argument: Element) -> Element:
        """A primitive function of a value."""

    @abstractmethod
    def _root_target(self, slot: int) -> Element:
        """|p| for a slot exp(log|p|/d)."""

    @abstractmethod
    def _step_in(self, value: Element) -> int | None:
        """The first step that really occurs in a value."""

    @abstractmethod
    def _each_case(self, value: Element, function: Callable[[Element], Element]) -> Element:
        """``function`` of a value, case by case of the steps in it."""
