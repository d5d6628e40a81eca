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
from typing import ClassVar

from flint import fmpq

from grader.compare.powers import Powers
from grader.compare.ring import Element, Kernel, Restart, UndefinedEverywhere

__all__ = ["Element", "Field", "Kernel", "Restart", "UndefinedEverywhere"]


def _comes_first(value: Element) -> bool:
    """Whether a fraction, and not its inverse, is the one that is kept of the two."""
    above, below = ((poly.total_degree(), len(poly), str(poly)) for poly in (value.num, value.den))
    return above >= below


class Field(Powers):
    """The algebra of normal forms; see ``compare/interpret.py`` for the operations.

    ``positive``: names assumed to be positive.  ``assumed``: steps whose value is
    given, as (argument with leading coefficient 1, 0 or 1): a case of a case split.
    ``scales`` and ``capacity`` come from an earlier :class:`Restart`.
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

    def _sin(self, argument: Element) -> Element:
        up, down = self._turns(argument)
        half = self._times(self._imaginary(), fmpq(-1, 2))
        return self.multiply([half, self.add([up, self.negate(down)])])

    def _cos(self, argument: Element) -> Element:
        up, down = self._turns(argument)
        return self._times(self.add([up, down]), fmpq(1, 2))

    def _turns(self, argument: Element) -> tuple[Element, Element]:
        """exp(i·argument) and its inverse."""
        up = self.exp(self.multiply([self._imaginary(), argument]))
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
        tangent = self._freed_of_roots(argument, self.negate(self.one))
        return self._odd_call("asin", argument) if tangent is None else self._atan(tangent)

    def _acos(self, argument: Element) -> Element:
        right = self._times(self.constant("pi"), fmpq(1, 2))
        return self.add([right, self.negate(self._asin(argument))])

    def _atan(self, argument: Element) -> Element:
        if argument.num.is_constant() and argument.den.is_one():
            return self._atan_of_fraction(argument)
        sine = self._freed_of_roots(argument, self.one)
        if sine is not None:
            return self._odd_call("asin", sine)
        if _comes_first(argument) or self._has(argument, self._complex):
            return self._odd_call("atan", argument)
        # Of u and 1/u one is kept: arctan u = ±π/2 − arctan(1/u), with the sign of u.
        side = self.difference(self._twice(self.step(argument, strict=True)), self.one)
        quarter = self.multiply([side, self._times(self.constant("pi"), fmpq(1, 2))])
        return self.difference(quarter, self._odd_call("atan", self._inverse(argument)))

    def _atan_of_fraction(self, argument: Element) -> Element:
        """Over the Gaussian primes, so that all relations are known."""
        from grader.compare.angles import angle_of

        value = argument.num.leading_coefficient() if argument.num else fmpq(0)
        angle = angle_of(int(value.p), int(value.q))
        if angle is None:
            return self._odd_call("atan", argument)
        terms = [self._times(self.constant("pi"), fmpq(angle.eighths, 4))]
        for (a, b), count in angle.counts:
            slot = self._slot_with_argument("call", "atan", self._constant(fmpq(b, a)))
            terms.append(self._times(self._generator(slot), fmpq(count)))
        return self.add(terms)

    def _freed_of_roots(self, u: Element, sign: Element) -> Element | None:
        """u/√(1 ± u²), if u has square roots and that has none: arctan u is the arcsine of
        the one, arcsin u the arctangent of the other."""
        if self._has(u, self._complex) or not self._has_square_root(u):
            return None
        square = self._where_defined(self.multiply([sign, u, u]))
        rest = self.add([self.one, square])
        if self._step_in(rest) is not None or rest.num.is_zero():
            return None
        other = self._where_defined(self.divide(u, self._rational_power(rest, Fraction(1, 2))))
        rooted = self._step_in(other) is not None or self._has_square_root(other)
        return None if rooted else other

    def _has_square_root(self, value: Element) -> bool:
        """Whether the square root of anything but a number occurs."""
        for slot, limit in self._limits.items():
            kernel = self._kernels[slot]
            if limit == 2 and kernel.kind == "exp" and self._has(value, 1 << slot):
                assert isinstance(kernel.detail, tuple)
                inner = next(k for k, exponent in enumerate(kernel.detail) if exponent)
                if not self._arguments[inner].num.is_constant():
                    return True
        return False

    def _erf(self, argument: Element) -> Element:
        return self._odd_call("erf", argument)

    _PRIMITIVES: ClassVar = {
        "exp": Powers.exp,
        "log": Powers.log,
        "sin": _sin,
        "cos": _cos,
        "asin": _asin,
        "acos": _acos,
        "atan": _atan,
        "erf": _erf,
    }
