"""Whether a number that is written with roots and roots of unity is zero.

Between such numbers there are more relations than a normal form over kernels knows:
cos(π/5) = (1 + √5)/4, ∛(2+√5) + ∛(2−√5) = 1.  But a number of that kind cannot be as
close to zero as one likes without being zero, and how close follows from how it is
written: for E = U/L with algebraic integers U and L whose conjugates are at most u and l
in modulus, in a field of degree D, E ≠ 0 has |E| ≥ 1/(u^(D−1) l), since the norm of U is
a whole number.  So an enclosure that is smaller than that proves that E = 0.
The rules for u, l and D are those of Burnikel, Funke, Mehlhorn, Schirra and Schmitt,
"A separation bound for real algebraic expressions", Algorithmica 55 (2009).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import ceil, log2

from flint import acb, arb, ctx, fmpq, fmpz

from grader.compare.ring import Element, Ring
from grader.limits import BITS_PER_UNIT, MAX_SEPARATION_BITS, PRECISIONS

#: Exponents of generators, and coefficients.
Terms = Mapping[tuple[int, ...], Fraction]


@dataclass(frozen=True, slots=True)
class _Bound:
    """Base-2 logarithms of bounds for a number U/L: of the conjugates of U, and of L.

    ``degrees``: for each generator that occurs, by its slot, what it adds to the degree
    of the field.
    """

    over: float
    under: float
    degrees: Mapping[int, int]

    def times(self, other: _Bound) -> _Bound:
        """The bound of a product."""
        degrees = {**self.degrees, **other.degrees}
        return _Bound(self.over + other.over, self.under + other.under, degrees)

    def plus(self, other: _Bound) -> _Bound:
        """The bound of a sum."""
        larger, smaller = sorted((self.over + other.under, self.under + other.over), reverse=True)
        over = larger + log2(1 + 2 ** (smaller - larger))
        return _Bound(over, self.under + other.under, {**self.degrees, **other.degrees})

    def inverse(self) -> _Bound:
        """The bound of the inverse."""
        return _Bound(self.under, self.over, self.degrees)

    def root(self, slot: int, degree: int) -> _Bound:
        """The bound of a root, which is the generator in ``slot``."""
        degrees = {**self.degrees, slot: degree}
        if self.over >= self.under:
            return _Bound((self.over + (degree - 1) * self.under) / degree, self.under, degrees)
        return _Bound(self.over, ((degree - 1) * self.over + self.under) / degree, degrees)

    @property
    def bits(self) -> int:
        """Zero is the only such number below 2^−bits."""
        degree = reduce(lambda product, each: product * each, self.degrees.values(), 1)
        # Rounding of the logarithms themselves, with room.
        return ceil(((degree - 1) * self.over + self.under) * (1 + 1e-9)) + 8


_ONE = _Bound(0.0, 0.0, {})


def vanishes(field: Ring, value: Element) -> bool:
    """Whether a value is proved to be zero: its numerator is, or each of its coefficients,
    as a polynomial in what is no such number, is by its bound.

    False where it is not, or would take more than MAX_SEPARATION_BITS.
    """
    if value.num.is_zero():
        return True
    surds = _Surds(field)
    degrees = value.num.degrees()
    slots = [slot for slot in range(field.size) if degrees[slot] and surds.bound(slot)]
    if all(field.kernel(slot).kind == "i" for slot in slots):
        return False  # 1 and i alone hide nothing
    coefficients: dict[tuple[int, ...], dict[tuple[int, ...], Fraction]] = {}
    for exponents, coefficient in field.terms(value.num).items():
        rest, numbers = list(exponents), [0] * len(exponents)
        for slot in slots:
            rest[slot], numbers[slot] = 0, exponents[slot]
        coefficients.setdefault(tuple(rest), {})[tuple(numbers)] = coefficient
    if any(len(terms) == 1 for terms in coefficients.values()):
        return False  # a product of what is not zero
    return all(surds.is_zero(terms) for terms in coefficients.values())


def sign(field: Ring, value: Element) -> int | None:
    """The sign of such a number: 1, −1, or 0 where it is proved to be zero; None of any other
    value, or where it is too close to zero to tell."""
    surds = _Surds(field)
    above, below = field.parts(value)
    if not all(surds.covers(terms) for terms in (above, below)):
        return None
    if surds.is_zero(above):
        return 0
    for precision in PRECISIONS:
        with ctx.workprec(precision):
            over, under = surds.evaluated(above), surds.evaluated(below)
            if over is None or under is None or under.contains(0):
                continue
            found = (over / under).real
            if not found.contains(0):
                return 1 if found > 0 else -1
    return None


class _Surds:
    """The generators of a field that are numbers written with roots, and their bounds."""

    def __init__(self, field: Ring) -> None:
        self._field = field
        self._bounds: dict[int, _Bound | None] = {}

    def bound(self, slot: int) -> _Bound | None:
        """The bound of the generator in a slot; None where it is no such number."""
        if slot not in self._bounds:
            self._bounds[slot] = None if slot >= self._field.size else self._found(slot)
        return self._bounds[slot]

    def _found(self, slot: int) -> _Bound | None:
        kernel = self._field.kernel(slot)
        if kernel.kind == "i":
            return _Bound(0.0, 0.0, {slot: 2})
        if kernel.kind != "exp" or not isinstance(kernel.detail, tuple):
            return None
        order = self._field.scale(kernel)
        if self._is_turn(kernel.detail):
            # exp(iπ/d), of order 2d.
            return _Bound(0.0, 0.0, {slot: int(fmpz(2 * order).euler_phi())})
        base = self._root_of(kernel.detail)
        inner = None if base is None else self._of_value(base)
        return None if inner is None else inner.root(slot, order)

    def _is_turn(self, exponents: tuple[int, ...]) -> bool:
        """Whether a monomial is iπ."""
        inner = [(self._field.kernel(k), power) for k, power in enumerate(exponents) if power]
        names = {(kernel.kind, kernel.detail) for kernel, power in inner if power == 1}
        return len(inner) == 2 and names == {("i", ""), ("name", "\\pi")}

    def _root_of(self, exponents: tuple[int, ...]) -> Element | None:
        """p where a monomial is log|p|."""
        inner = [(k, power) for k, power in enumerate(exponents) if power]
        if len(inner) != 1 or inner[0][1] != 1 or self._field.kernel(inner[0][0]).kind != "log":
            return None
        return self._field.argument(inner[0][0])

    def covers(self, terms: Terms) -> bool:
        """Whether nothing else than such numbers occurs."""
        present = {slot for exponents in terms for slot, power in enumerate(exponents) if power}
        return all(self.bound(slot) is not None for slot in present)

    def _of_value(self, value: Element) -> _Bound | None:
        above, below = (self._of_terms(terms) for terms in self._field.parts(value))
        return None if above is None or below is None else above.times(below.inverse())

    def _of_terms(self, terms: Terms) -> _Bound | None:
        total: _Bound | None = None
        for exponents, coefficient in terms.items():
            found = _Bound(log2(abs(coefficient.numerator)), log2(coefficient.denominator), {})
            for slot, power in enumerate(exponents):
                bound = self.bound(slot) if power else _ONE
                if bound is None:
                    return None
                for _ in range(power):
                    found = found.times(bound)
            total = found if total is None else total.plus(found)
        return total

    def is_zero(self, terms: Terms) -> bool:
        """Whether a sum of products of such numbers is proved to be 0."""
        bound = self._of_terms(terms)
        if bound is None or bound.bits > MAX_SEPARATION_BITS:
            return False
        self._field.deadline.spend(len(terms) * (1 + bound.bits // BITS_PER_UNIT))
        # Digits are lost where large terms cancel.
        with ctx.workprec(2 * bound.bits + 64):
            value = self.evaluated(terms)
            if value is None:
                return False
            size = value.abs_upper()
            return bool(size < arb(2) ** -bound.bits)

    def evaluated(self, terms: Terms) -> acb | None:
        """An enclosure, at the precision of the context; None where one is too wide to divide."""
        total = acb(0)
        for exponents, coefficient in terms.items():
            term = acb(fmpq(coefficient.numerator, coefficient.denominator))
            for slot, power in enumerate(exponents):
                if power:
                    value = self._number(slot)
                    if value is None:
                        return None
                    term *= value**power
            total += term
        return total

    def _number(self, slot: int) -> acb | None:
        kernel = self._field.kernel(slot)
        if kernel.kind == "i":
            return acb(0, 1)
        assert isinstance(kernel.detail, tuple)
        order = self._field.scale(kernel)
        if self._is_turn(kernel.detail):
            return acb(fmpq(1, order)).exp_pi_i()
        base = self._root_of(kernel.detail)
        assert base is not None
        over, under = (self.evaluated(terms) for terms in self._field.parts(base))
        if over is None or under is None or under.contains(0):
            return None
        inside = (over / under).real
        return None if inside.contains(0) else acb(abs(inside).root(order))
