"""Whether a point certainly lies in a case of a case split, by balls.

The assumptions of a case are signs of fractions of polynomials in a field's generators.
Floating point finds points that seem to lie inside; a point counts only if every sign
is certain there, else a case without any point would pass for one that was looked into.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import acb, arb, ctx

from grader.compare.cases import Case
from grader.compare.field import Element
from grader.compare.ring import Kernel
from grader.compare.values import Point
from grader.limits import INSIDE_PRECISIONS


def certainly_inside(case: Case, point: Point) -> bool:
    """Whether every assumption of a case certainly holds at a point."""
    return all(_holds(case, point, argument, bit) for argument, bit in case.assumed)


def _holds(case: Case, point: Point, argument: Element, bit: int) -> bool:
    for precision in INSIDE_PRECISIONS:
        with ctx.workprec(precision):
            value = _Balls(case, point).real(argument)
        if value is None:
            return False
        if value > 0:
            return bit == 1
        if value < 0:
            return bit == 0
    return False


class _Balls:
    """Generators of a field at a point; None for what is not known there."""

    def __init__(self, case: Case, point: Point) -> None:
        self._case = case
        self._field = case.field
        self._point = point
        self._known: dict[int, acb | None] = {}

    def real(self, value: Element) -> arb | None:
        """The value of an element that is real."""
        over = self._poly(self._field.terms(value.num))
        under = self._poly(self._field.terms(value.den))
        if over is None or under is None or under.contains(0):
            return None
        found: arb = (over / under).real
        return found if found.is_finite() else None

    def _poly(self, terms: Mapping[tuple[int, ...], Fraction]) -> acb | None:
        total = acb(0)
        for exponents, coefficient in terms.items():
            factor = self._monomial(exponents)
            if factor is None:
                return None
            total += factor * coefficient.numerator / coefficient.denominator
        return total

    def _monomial(self, exponents: tuple[int, ...]) -> acb | None:
        product = acb(1)
        for slot, exponent in enumerate(exponents):
            if not exponent:
                continue
            factor = self._generator(slot)
            if factor is None or (exponent < 0 and factor.contains(0)):
                return None
            product *= factor**exponent
        return product

    def _generator(self, slot: int) -> acb | None:
        if slot not in self._known:
            self._known[slot] = self._computed(slot, self._field.kernel(slot))
        return self._known[slot]

    def _computed(self, slot: int, kernel: Kernel) -> acb | None:
        match kernel.kind:
            case "name":
                return self._name(str(kernel.detail))
            case "i":
                return acb(0, 1)
            case "exp" if isinstance(kernel.detail, tuple):
                inside = self._monomial(kernel.detail)
                return None if inside is None else (inside / self._field.scale(kernel)).exp()
        argument = self._field.argument(slot)
        inner = None if argument is None else self.real(argument)
        return None if inner is None else _applied(kernel, inner)

    def _name(self, name: str) -> acb | None:
        if name == "\\pi":
            return acb(arb.pi())
        value = self._point.get(name)
        return None if value is None else acb(value.numerator) / value.denominator


def _applied(kernel: Kernel, inner: arb) -> acb | None:
    """A function of a real number, None where its value is not certain."""
    if kernel.kind in ("log", "step") and inner.contains(0):
        return None
    match kernel.kind, kernel.detail:
        case "log", _:
            found = abs(inner).log()
        case "step", _:
            found = arb(1 if inner > 0 else 0)
        case "call", "atan":
            found = inner.atan()
        case "call", "asin":
            found = inner.asin()
        case "call", "erf":
            found = inner.erf()
        case _:
            return None
    return acb(found) if found.is_finite() else None
