"""Exact normal forms: fractions of polynomials over the rationals, with kernels.

A value is a fraction of two polynomials in generators.  A generator is a name,
the imaginary unit, or a kernel:

``exp``   exp(m/d) for a monomial m: sums inside exp become products, so that sin
          and cos (through complex exponentials), hyperbolic functions, roots
          (exp of a fraction of a logarithm) and symbolic powers need nothing more
``log``   log|p| for an irreducible p
``step``  the indicator of p > 0 for an irreducible p, scaled to leading
          coefficient 1
``call``  asin, atan, erf of an argument in normal form

Relations are applied as values are made: i² = −1, step² = step, exp(log|p|/d)^d
= |p|.  A denominator never holds a step (1/q is written out case by case), i or
a square root.  Two values are equal almost everywhere where both are defined if
their difference has numerator 0; for polynomials in names, steps of independent
arguments and exponentials of polynomials that is also necessary.

Where a function is undefined on a set with volume (log of a negative number),
the place is kept as a further value, ``domain``, which is 1 where everything
evaluated so far is defined and 0 elsewhere.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isqrt, lcm
from typing import ClassVar

from flint import fmpq, fmpq_mpoly

from grader.compare.ring import Element, Kernel, Restart, UndefinedEverywhere
from grader.compare.steps import Piecewise
from grader.errors import LimitError
from grader.limits import MAX_EXPONENT, MAX_NUMBER_BITS, MAX_TERMS_TO_FACTOR

__all__ = ["Element", "Field", "Kernel", "Restart", "UndefinedEverywhere"]

#: Primes by which the constants inside log and roots are split; a cofactor that
#: is left stays whole, which is sound.
_SMALL_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)


@lru_cache(maxsize=1024)
def _small_factors(whole: int) -> tuple[tuple[tuple[int, int], ...], int]:
    """A number as powers of small primes, and the rest."""
    powers = []
    for prime in _SMALL_PRIMES:
        exponent = 0
        while whole % prime == 0:
            whole //= prime
            exponent += 1
        if exponent:
            powers.append((prime, exponent))
    return tuple(powers), whole


class Field(Piecewise):
    """The algebra of normal forms; see ``compare/interpret.py`` for the operations.

    ``positive``: names assumed to be positive.  ``assumed``: steps whose value is
    given, as (argument with leading coefficient 1, 0 or 1): a case of a case split.  ``scales`` and ``capacity`` come from an earlier :class:`Restart`.
    ``deadline`` is where work stops with LimitError.
    """

    def jumps(self) -> frozenset[str] | None:
        """The names at whose zeros alone a function that was met may jump; None where one
        may jump elsewhere."""
        found: set[str] = set()
        for slot, kernel in enumerate(self._kernels):
            below = self._jumps_of(slot, kernel)
            if below is None:
                return None
            found |= below
        return frozenset(found)

    def _jumps_of(self, slot: int, kernel: Kernel) -> set[str] | None:
        below: tuple[int, ...] = ()
        if kernel.kind == "exp":
            if not isinstance(kernel.detail, tuple):
                return None
            below = tuple(-exponent if exponent < 0 else 0 for exponent in kernel.detail)
        elif kernel.kind == "call" and kernel.detail != "asin":
            den = self._arguments[slot].den
            if self._has(Element(den, self.one_poly, -1), self._complex):
                return None
            if not self._definite_sign(den):
                if len(den) > 1:
                    return None
                below = tuple(map(int, den.monoms()[0]))
        inner = [k for k, exponent in enumerate(below) if exponent and not self._positive >> k & 1]
        if any(self._kernels[k].kind != "name" for k in inner):
            return None
        return {str(self._kernels[k].detail) for k in inner}

    def primitive(self, name: str, argument: Element) -> Element:
        return self._each_case(argument, self._PRIMITIVES[name].__get__(self))

    def _exp(self, argument: Element) -> Element:
        if argument.num.is_zero():
            return self.one
        parts = [
            self._exp_of_monomial(exponents, den, coefficient)
            for exponents, den, coefficient in self._monomials(argument)
        ]
        return self.multiply(parts) if len(parts) > 1 else parts[0]

    def _monomials(self, value: Element) -> list[tuple[tuple[int, ...], fmpq_mpoly | None, fmpq]]:
        """A value as a sum of coefficient · monomial (with negative exponents) [/ den]."""
        if value.den.is_one():
            return [(tuple(map(int, e)), None, c) for e, c in value.num.terms()]
        if len(value.den) == 1:
            below = value.den.monoms()[0]
            return [
                (tuple(int(a) - int(b) for a, b in zip(e, below, strict=True)), None, c)
                for e, c in value.num.terms()
            ]
        whole, rest = divmod(value.num, value.den)
        found = [(tuple(map(int, e)), None, c) for e, c in whole.terms()] if whole else []
        self.incomplete = True  # 1/(x(x+1)) = 1/x − 1/(x+1) is not seen
        return found + [(tuple(map(int, e)), value.den, c) for e, c in rest.terms()]

    def _exp_of_monomial(
        self, exponents: tuple[int, ...], den: fmpq_mpoly | None, coefficient: fmpq
    ) -> Element:
        special = self._exp_of_special(exponents, coefficient) if den is None else None
        if special is not None:
            return special
        detail = "" if den is None else str(den)
        kernel = Kernel("exp", exponents) if den is None else Kernel("exp", f"{exponents}/{detail}")
        slot = self._slots.get(kernel)
        scale = self._scales.get(kernel, 1)
        if slot is None:
            scale = lcm(scale, int(coefficient.q))
            self._scales[kernel] = scale
            slot = self._allocate(kernel)
            self._admit_exp(slot, exponents)
        if scale % int(coefficient.q):
            finer = {**self._scales, kernel: lcm(scale, int(coefficient.q))}
            raise Restart(finer, self._capacity)
        return self._generator_power(slot, int(coefficient * scale))

    def _admit_exp(self, slot: int, exponents: tuple[int, ...]) -> None:
        inner = [k for k, exponent in enumerate(exponents) if exponent]
        if any(self._complex >> k & 1 for k in inner):
            self._complex |= 1 << slot
            if any(
                self._kernels[k].kind in ("exp", "call", "log") or self._kernels[k].detail == "\\pi"
                for k in inner
            ):
                self.incomplete = True
        else:
            self._positive |= 1 << slot

    def _exp_of_special(self, exponents: tuple[int, ...], coefficient: fmpq) -> Element | None:
        inner = [(k, exponent) for k, exponent in enumerate(exponents) if exponent]
        if len(inner) == 1 and inner[0][1] == 1 and self._kernels[inner[0][0]].kind == "log":
            return self._absolute_power(inner[0][0], exponents, coefficient)
        if len(inner) == 2 and all(exponent == 1 for _, exponent in inner):
            kinds = {self._kernels[k].kind: k for k, _ in inner}
            details = {self._kernels[k].detail for k, _ in inner}
            if "i" in kinds and "\\pi" in details and 2 % int(coefficient.q) == 0:
                return self._integer_power(self._imaginary(), int(coefficient * 2) % 4)
            if "i" in kinds and "\\pi" in details and 12 % int(coefficient.q) == 0:
                return self._twelfths_of_a_half_turn(int(coefficient * 12))
            if "i" in kinds and "call" in kinds and coefficient.q == 1:
                base = self._exp_i_inverse(kinds["call"])
                if base is not None:
                    return self._integer_power(base, int(coefficient))
        return None

    def _twelfths_of_a_half_turn(self, count: int) -> Element:
        """exp(iπ·count/12), through exp(iπ/4) = (1 + i)√2/2 and exp(iπ/3) = (1 + i√3)/2."""
        quarters = 3 * count % 4
        thirds = (count - 3 * quarters) // 4 % 6
        i, half = self._imaginary(), Fraction(1, 2)
        root_two, root_three = (
            self._rational_power(self._constant(fmpq(whole)), half) for whole in (2, 3)
        )
        quarter = self._times(self.multiply([self.add([self.one, i]), root_two]), fmpq(1, 2))
        third = self._times(self.add([self.one, self.multiply([i, root_three])]), fmpq(1, 2))
        return self.multiply(
            [self._integer_power(quarter, quarters), self._integer_power(third, thirds)]
        )

    def _exp_i_inverse(self, slot: int) -> Element | None:
        """exp(i·asin u) = √(1−u²) + i u and exp(i·atan u) = (1 + i u)/√(1+u²)."""
        function, u = self._kernels[slot].detail, self._arguments[slot]
        square, iu = self.multiply([u, u]), self.multiply([self._imaginary(), u])
        half = Fraction(1, 2)
        if function == "asin":
            rest = self.add([self.one, self.negate(square)])
            return self.add([self._rational_power(rest, half), iu])
        if function == "atan":
            length = self._rational_power(self.add([self.one, square]), half)
            return self.divide(self.add([self.one, iu]), length)
        return None

    def _absolute_power(
        self, log_slot: int, exponents: tuple[int, ...], coefficient: fmpq
    ) -> Element:
        """|p|^c = exp(c log|p|)."""
        kernel = Kernel("exp", exponents)
        scale = self._scales.get(kernel, 1)
        if scale % int(coefficient.q):
            finer = {**self._scales, kernel: lcm(scale, int(coefficient.q))}
            if kernel in self._slots:
                raise Restart(finer, self._capacity)
            self._scales, scale = finer, finer[kernel]
        if scale == 1:
            return self._integer_power(self._absolute_atom(log_slot), int(coefficient))
        slot = self._slots.get(kernel)
        if slot is None:
            slot = self._allocate(kernel)
            self._positive |= 1 << slot
            self._limits[slot] = scale
        whole, part = divmod(int(coefficient * scale), scale)
        factors = []
        if whole:
            factors.append(self._integer_power(self._absolute_atom(log_slot), whole))
        if part:
            factors.append(self._integer_power(self._generator(slot), part))
        return self.multiply(factors) if factors else self.one

    def _log(self, argument: Element) -> Element:
        self._restrict(self.step(argument, strict=True))
        return self._log_absolute(argument)

    def _log_absolute(self, value: Element) -> Element:
        """log|value| as a sum over irreducible factors; no steps inside."""
        if value.num.is_zero():
            raise UndefinedEverywhere("the logarithm of zero")
        if self._has(value, self._complex):
            self.incomplete = True
            leading = value.num.leading_coefficient()
            whole = Element(value.num / leading, value.den, value.mask)
            atom = self._generator(self._slot_with_argument("log", "", whole))
            return self.add([self._log_of_number(leading), atom])
        terms: list[Element] = []
        for poly, side in ((value.num, 1), (value.den, -1)):
            if poly.is_one():
                continue
            leading = poly.leading_coefficient()
            terms.append(self._times(self._log_of_number(leading), fmpq(side)))
            monic = poly / leading
            if monic.is_constant():
                continue
            factors = [(monic, 1)] if self._plainly_irreducible(monic) else self._factored(monic)
            for factor, exponent in factors:
                scaled = factor / factor.leading_coefficient()
                terms.append(self._times(self._log_of_factor(scaled), fmpq(side * exponent)))
        return self.add(terms) if terms else self.zero

    def _log_of_factor(self, factor: fmpq_mpoly) -> Element:
        if len(factor) == 1:
            monomial = factor.monoms()[0]
            slot = next(k for k, exponent in enumerate(monomial) if exponent)
            kernel = self._kernels[slot]
            if kernel.kind == "exp" and isinstance(kernel.detail, tuple):
                scale = self._scales[kernel]
                return self._from_laurent(kernel.detail, fmpq(1, scale))
        roots = self._square_roots_in(factor)
        if roots:
            a, b, norm = self._around_root(factor, roots)
            if not a.num.is_zero() and (
                (a.num.leading_coefficient() < 0) != (b.num.leading_coefficient() < 0)
            ):
                # log|a + b√p| = log|b²p − a²| − log|b√p − a|: one of the two is kept.
                other = self.difference(self._made(factor, self.one_poly, -1), self._twice(a))
                if self._step_in(norm) is None:
                    return self.difference(self._log_absolute(norm), self._log_absolute(other))
        if any(degree > 0 and slot in self._limits for slot, degree in enumerate(factor.degrees())):
            self.incomplete = True
        argument = Element(factor, self.one_poly, -1 if self._limits else 0)
        return self._generator(self._slot_with_argument("log", "", argument))

    def _from_laurent(self, exponents: tuple[int, ...], coefficient: fmpq) -> Element:
        above = tuple(max(0, exponent) for exponent in exponents)
        below = tuple(max(0, -exponent) for exponent in exponents)
        num = self._context.from_dict({above: coefficient})
        den = self._context.from_dict({below: 1})
        return self._made(num, den, -1)

    def _log_of_number(self, value: fmpq) -> Element:
        """log|c|, split over small primes."""
        terms: list[Element] = []
        for whole, side in ((abs(int(value.p)), 1), (int(value.q), -1)):
            if whole.bit_length() > MAX_NUMBER_BITS:
                raise LimitError("MAX_NUMBER_BITS", "a number is too large")
            powers, rest = _small_factors(whole)
            terms += [self._log_of_whole(prime, side * power) for prime, power in powers]
            if rest > 1:
                if rest > _SMALL_PRIMES[-1] ** 2:
                    self.incomplete = True
                terms.append(self._log_of_whole(rest, side))
        return self.add(terms) if terms else self.zero

    def _log_of_whole(self, whole: int, times: int) -> Element:
        argument = self._constant(fmpq(whole))
        slot = self._slot_with_argument("log", "", argument)
        self._positive |= 1 << slot  # log of a whole number > 1
        return self._times(self._generator(slot), fmpq(times))

    def power(self, base: Element, exponent: Element, *, constant: bool) -> Element:
        if exponent.num.is_constant() and exponent.den.is_one():
            value = exponent.num.leading_coefficient() if not exponent.num.is_zero() else fmpq(0)
            if value == 0:
                return self._each_case(base, self._to_the_zero)
            if value.q == 1:
                if abs(int(value)) > MAX_EXPONENT:
                    raise LimitError("MAX_EXPONENT", "a power is too large to write out")
                return self._integer_power(base, int(value))
            fraction = Fraction(int(value.p), int(value.q))
            return self._each_case(base, lambda case: self._rational_power(case, fraction))

        def power_of(case: Element) -> Element:
            if case.num.is_zero():
                self._restrict(self.step(exponent, strict=True))
                return self.zero
            return self.primitive("exp", self.multiply([exponent, self._log(case)]))

        return self._each_case(base, power_of)

    def _to_the_zero(self, base: Element) -> Element:
        """1, but for a base that is zero throughout."""
        if base.num.is_zero():
            raise UndefinedEverywhere("0 to the power 0")
        return self.one

    def _rational_power(self, base: Element, exponent: Fraction) -> Element:
        """The real power: of a negative base too where the root has an odd degree."""
        if base.num.is_zero():
            if exponent < 0:
                raise UndefinedEverywhere("a negative power of zero")
            return self.zero
        plain = self._denested(base) if exponent.denominator == 2 else None
        if plain is not None:
            self._restrict(self.step(base, strict=False))
            return self._integer_power(plain, exponent.numerator)
        q = fmpq(exponent.numerator, exponent.denominator)
        size = self._exp(self._times(self._log_absolute(base), q))
        if exponent.denominator % 2 == 0:
            self._restrict(self.step(base, strict=False))
            return size
        if exponent.numerator % 2 == 0:
            return size
        positive = self.step(base, strict=True)
        sign = self.add([self.multiply([self._constant(fmpq(2)), positive]), self.negate(self.one)])
        return self.multiply([sign, size])

    def _denested(self, base: Element) -> Element | None:
        """√(a + b√p) without a root in a root, as where a² − b²p is a square r²:
        √A ± √B with A = (a + r)/2, B = (a − r)/2 and the sign of b.

        With r > 0 the square of that is a + b√p; and where a + b√p > 0, A and B are not
        negative: they have one sign, since 4AB = b²p, and if it were − then a would
        be at most −2√(AB) and a + b√p at most 0.
        """
        roots = self._square_roots_in(base.num) if base.den.is_one() else ()
        if not roots:
            return None
        a, b, norm = self._around_root(base.num, roots)
        if norm.num.is_zero() or not norm.den.is_one() or self._step_in(norm) is not None:
            return None
        root = self._exact_root(-norm.num)
        sign = 0 if root is None else self._definite_sign(root)
        if root is None or not sign:
            return None
        r = Element(root * sign, self.one_poly, -1)
        halves = (self.add([a, r]), self.difference(a, r))
        if any(half.num.is_zero() for half in halves):
            return None
        first, second = (
            self._exp(self._times(self._log_absolute(self._times(half, fmpq(1, 2))), fmpq(1, 2)))
            for half in halves
        )
        side = self.difference(self._twice(self.step(b, strict=True)), self.one)
        return self.add([first, self.multiply([side, second])])

    def _exact_root(self, square: fmpq_mpoly) -> fmpq_mpoly | None:
        """A polynomial whose square is the given one, if there is one and it is small."""
        leading = square.leading_coefficient()
        if leading < 0 or len(square) > MAX_TERMS_TO_FACTOR:
            return None
        over, under = isqrt(int(leading.p)), isqrt(int(leading.q))
        if fmpq(over * over, under * under) != leading:
            return None
        root = self.one_poly * fmpq(over, under)
        for factor, exponent in self._factored(square / leading):
            if exponent % 2:
                return None
            root = self._product(root, (factor / factor.leading_coefficient()) ** (exponent // 2))
        return root if root * root == square else None

    def _sin(self, argument: Element) -> Element:
        up, down = self._turns(argument)
        half = self._times(self._imaginary(), fmpq(-1, 2))
        return self.multiply([half, self.add([up, self.negate(down)])])

    def _cos(self, argument: Element) -> Element:
        up, down = self._turns(argument)
        return self._times(self.add([up, down]), fmpq(1, 2))

    def _turns(self, argument: Element) -> tuple[Element, Element]:
        """exp(i·argument) and its inverse."""
        up = self._exp(self.multiply([self._imaginary(), argument]))
        return up, self._inverse(up)

    def _odd_call(self, name: str, argument: Element) -> Element:
        """A function with f(−u) = −f(u) as a kernel."""
        if argument.num.is_zero():
            return self.zero
        turn = self._known_angle(name, argument) if name in ("asin", "atan") else None
        if turn is not None:
            return self._times(self.constant("pi"), fmpq(turn, 12))
        self.incomplete = True
        if argument.num.leading_coefficient() < 0:
            return self.negate(self._odd_call(name, self.negate(argument)))
        return self._generator(self._slot_with_argument("call", name, argument))

    def _known_angle(self, name: str, argument: Element) -> int | None:
        """How many twelfths of π the inverse sine or tangent of a number is; None where
        that is no whole number, or the argument is no number written in square roots."""
        if not self._is_surd(argument):
            return None
        ends = 6 if name == "asin" else 5
        for turn in range(-ends, ends + 1):
            angle = self._times(self.constant("pi"), fmpq(turn, 12))
            value = self._sin(angle) if turn else self.zero
            if name == "atan":
                value = self.divide(value, self._cos(angle) if turn else self.one)
            if self.difference(value, argument).num.is_zero():
                return turn
        return None

    def _is_surd(self, value: Element) -> bool:
        """Whether a value is a number with no other generators than roots of numbers."""
        if not value.den.is_one():
            return False
        for slot, degree in enumerate(value.num.degrees()):
            if degree > 0:
                kernel = self._kernels[slot]
                if kernel.kind != "exp" or slot not in self._limits:
                    return False
                detail = kernel.detail
                assert isinstance(detail, tuple)
                inner = next(k for k, exponent in enumerate(detail) if exponent)
                if not self._arguments[inner].num.is_constant():
                    return False
        return True

    def _asin(self, argument: Element) -> Element:
        square = self.multiply([argument, argument])
        self._restrict(self.step(self.add([self.one, self.negate(square)]), strict=False))
        return self._odd_call("asin", argument)

    def _acos(self, argument: Element) -> Element:
        right = self._times(self.constant("pi"), fmpq(1, 2))
        return self.add([right, self.negate(self._asin(argument))])

    def _atan(self, argument: Element) -> Element:
        return self._odd_call("atan", argument)

    def _erf(self, argument: Element) -> Element:
        return self._odd_call("erf", argument)

    _PRIMITIVES: ClassVar = {
        "exp": _exp,
        "log": _log,
        "sin": _sin,
        "cos": _cos,
        "asin": _asin,
        "acos": _acos,
        "atan": _atan,
        "erf": _erf,
    }
