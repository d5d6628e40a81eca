"""Exact and ball values of a tree at a rational point: what may refute an answer.

Arithmetic stays exact (rationals) as long as nothing transcendental is met, and
goes on in balls (Arb, through python-flint) that hold the true value for
certain.  A sign is taken only where it is certain.

A kink or a pole may be met by chance, at this one point, or by structure, on a
whole neighbourhood (``a(z)`` is 0 for every z < 0).  Only the latter may count.
So whatever meets an exact zero raises :class:`Touched`, and the point is
evaluated again in a box around it (``compare/germ.py``): what is zero by
structure is exactly zero there, what was a chance becomes a ball around zero and
decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import ClassVar, TypeVar

from flint import arb, fmpq

from grader.errors import GraderError, LimitError
from grader.limits import MAX_NUMBER_BITS, NUMBERS_AT_ONCE

Value = fmpq | arb
T = TypeVar("T")

#: Half the side of the box around a point, relative to 1.
_BOX = fmpq(1, 2**60)


class Undefined(GraderError):
    """The value is certainly undefined on a neighbourhood of the point."""


class Touched(GraderError):
    """An exact zero was met where it matters (a kink or a pole)."""


class Unsure(GraderError):
    """A ball was too wide to take a sign or to divide by it."""


class OutOfRange(Unsure):
    """A number that no precision holds; looking closer is of no use."""


def once(compute: Callable[[], T]) -> Callable[[], T]:
    """What ``compute`` gives, or raises, without computing it again."""
    try:
        value = compute()
    except (Undefined, Touched, Unsure) as error:
        kept = error

        def use() -> T:
            # Without what it met before: each raising would make its trace longer, and a
            # thousand definitions in a row take the square of that.
            raise kept.with_traceback(None) from None

        return use
    return lambda: value


def in_groups(values: Sequence[T]) -> list[Sequence[T]]:
    """A long sequence as some short ones, in order."""
    return [values[at : at + NUMBERS_AT_ONCE] for at in range(0, len(values), NUMBERS_AT_ONCE)]


class Numbers:
    """The algebra of exact rationals and balls at one point (see ``Interpreter``).

    ``box``: evaluate on a small box around the point instead of at the point.
    """

    def __init__(self, point: Mapping[str, Fraction | arb], *, box: bool) -> None:
        self._point = point
        self._box = box

    def number(self, value: Fraction) -> Value:
        return fmpq(value.numerator, value.denominator)

    def constant(self, name: str) -> Value:
        return arb.pi() if name == "pi" else arb.const_e()

    def symbol(self, name: str) -> Value:
        value = self._point[name]
        if isinstance(value, arb):
            return value
        exact = fmpq(value.numerator, value.denominator)
        return arb(arb(exact), arb(_BOX)) if self._box else exact

    def add(self, terms: Sequence[Value]) -> Value:
        if len(terms) > NUMBERS_AT_ONCE:
            return self.add([self.add(some) for some in in_groups(terms)])
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return self._bounded(total)

    def negate(self, value: Value) -> Value:
        return -value

    def multiply(self, factors: Sequence[Value]) -> Value:
        if len(factors) > NUMBERS_AT_ONCE:
            return self.multiply([self.multiply(some) for some in in_groups(factors)])
        product = factors[0]
        for factor in factors[1:]:
            if type(product) is type(factor) is fmpq:
                product = product * factor
            else:
                # An exact 0 annihilates a ball also where Arb must allow for infinities.
                product = fmpq(0) if product == 0 or factor == 0 else product * factor
        return self._bounded(product)

    def divide(self, numerator: Value, denominator: Value) -> Value:
        self._pole(denominator)
        return self._bounded(numerator / denominator)

    def _pole(self, value: Value) -> None:
        """Raise unless ``value`` is certainly not zero."""
        if value == 0:
            if self._box:
                raise Undefined("division by zero")
            raise Touched("a denominator is zero")
        if isinstance(value, arb) and value.contains(0):
            raise Unsure("a denominator may be zero")

    def _bounded(self, value: Value) -> Value:
        if isinstance(value, fmpq):
            if value.height_bits() > MAX_NUMBER_BITS:
                return arb(value)
        elif not value.is_finite():
            raise OutOfRange("out of range")
        return value

    def _sign(self, value: Value) -> int:
        """The certain sign; 0 only for a structural zero."""
        if value == 0:
            if self._box:
                return 0
            raise Touched("a kink")
        if isinstance(value, fmpq) or not value.contains(0):
            return 1 if value > 0 else -1
        raise Unsure("a sign is not certain")

    def step(self, value: Value, *, strict: bool) -> Value:
        sign = self._sign(value)
        return fmpq(1 if sign > 0 or (sign == 0 and not strict) else 0)

    def equal(self, left: Value, right: Value) -> Value:
        return fmpq(0 if self._sign(left - right) else 1)

    def select(self, branches: Sequence[tuple[Value, Callable[[], Value] | None]]) -> Value:
        for holds, later in branches:
            if holds == 1:
                if later is None:
                    break
                return later()
        raise Undefined("no case applies")

    def shared(self, compute: Callable[[], Value]) -> Callable[[], Value]:
        return once(compute)

    def power(self, base: Value, exponent: Value, *, constant: bool) -> Value:
        if constant and isinstance(exponent, fmpq):
            if exponent.q == 1:
                return self._integer_power(base, int(exponent))
            return self._rational_power(base, exponent)
        if base == 0:
            if not self._box:
                raise Touched("a power of zero")
            if self._sign(exponent) <= 0:
                raise Undefined("a power of zero that is not positive")
            return fmpq(0)
        if constant and self._sign(base) < 0:
            # A ball does not say whether the exponent is a fraction, of which the odd roots
            # exist: 9^{9^9} is a whole number, and too long to be kept exactly.
            raise Unsure("a power of a negative number with an exponent that is not exact")
        return self._exp(self.multiply([exponent, self._log(base)]))

    def _integer_power(self, base: Value, exponent: int) -> Value:
        if exponent == 0:
            if base == 0:
                self._pole(base)
            return fmpq(1)
        if exponent < 0:
            self._pole(base)
        if isinstance(base, fmpq):
            bits = max(base.p.bit_length(), base.q.bit_length())
            if bits * abs(exponent) <= MAX_NUMBER_BITS:
                return base**exponent
            base = arb(base)
        if abs(exponent).bit_length() > 64:
            raise LimitError("MAX_EXPONENT", "a power is too large to evaluate")
        if base.contains(0):
            # Arb gives up on a power of a ball around zero.
            return self._power_by_squaring(base, exponent)
        return self._bounded(base**exponent)

    def _power_by_squaring(self, base: arb, exponent: int) -> Value:
        result: Value = fmpq(1)
        square: Value = base
        while exponent:
            if exponent & 1:
                result = self.multiply([result, square])
            exponent >>= 1
            if exponent:
                square = self.multiply([square, square])
        return result

    def _rational_power(self, base: Value, exponent: fmpq) -> Value:
        sign = self._sign(base) if base != 0 or self._box or exponent < 0 else 0
        if sign == 0:
            if exponent < 0:
                raise Undefined("a negative power of zero")
            return fmpq(0)
        if sign < 0:
            if int(exponent.q) % 2 == 0:
                raise Undefined("an even root of a negative number")
            size = self._bounded(arb(-base) ** arb(exponent))
            return -size if int(exponent.p) % 2 else size
        return self._bounded(arb(base) ** arb(exponent))

    def primitive(self, name: str, argument: Value) -> Value:
        value: Value = self._PRIMITIVES[name].__get__(self)(argument)
        return value

    def _exp(self, value: Value) -> Value:
        return fmpq(1) if value == 0 else self._bounded(arb(value).exp())

    def _log(self, value: Value) -> Value:
        if self._sign(value) <= 0:
            raise Undefined("the logarithm of a number that is not positive")
        return fmpq(0) if value == 1 else self._bounded(arb(value).log())

    def _sin(self, value: Value) -> Value:
        return fmpq(0) if value == 0 else arb(value).sin()

    def _cos(self, value: Value) -> Value:
        return fmpq(1) if value == 0 else arb(value).cos()

    def _inside_unit(self, value: Value) -> arb:
        if self._sign(self.add([fmpq(1), -self.multiply([value, value])])) < 0:
            raise Undefined("an inverse sine of a number above 1")
        return arb(value)

    def _asin(self, value: Value) -> Value:
        return fmpq(0) if value == 0 else self._bounded(self._inside_unit(value).asin())

    def _acos(self, value: Value) -> Value:
        return self._bounded(self._inside_unit(value).acos())

    def _atan(self, value: Value) -> Value:
        return fmpq(0) if value == 0 else arb(value).atan()

    def _erf(self, value: Value) -> Value:
        return fmpq(0) if value == 0 else arb(value).erf()

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
