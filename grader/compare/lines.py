"""Exact points in thin slabs: lines along one coordinate, cut where a sign changes.

Along a line on which all names but one are fixed, each assumption of a case is a
polynomial in one variable.  Between two neighbouring zeros nothing changes sign, so
one look at each piece tells whether the case has a place on the line, however
short it is: ``I[x > 0]`` and ``I[x + 10^-12 > 0]`` differ on such a piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from flint import fmpq, fmpq_mpoly, fmpq_poly, fmpz

from grader.compare.field import Field
from grader.compare.values import Point
from grader.limits import MAX_LINE_DEGREE

#: A polynomial and the sign that it must have.
Sign = tuple[fmpq_mpoly, int]

#: Where in a piece between two zeros points are taken.
_SHARES = (fmpq(1, 2), fmpq(1, 3), fmpq(3, 4), fmpq(1, 5))


def points_on_lines(
    field: Field, signs: Sequence[Sign], start: Point, positive: frozenset[str]
) -> list[Point]:
    """Points at which all signs hold, on a line through ``start`` along one coordinate.

    Empty where there are none, and where the polynomials hold more than names.
    """
    slots = {slot: name for name in start if (slot := field.slot_of_name(name)) is not None}
    used = {slot for poly, _ in signs for slot, degree in enumerate(poly.degrees()) if degree > 0}
    if not used <= slots.keys():
        return []
    values = {slot: fmpq(start[name].numerator, start[name].denominator)
              for slot, name in slots.items()}  # fmt: skip
    for slot in sorted(used):
        fixed: dict[str | int, int | fmpz | fmpq] = {
            other: value for other, value in values.items() if other != slot
        }
        found = _on_line(signs, slot, fixed, ahead=slots[slot] in positive)
        if found:
            return [{**start, slots[slot]: Fraction(int(value.p), int(value.q))} for value in found]
    return []


def certainly_outside(field: Field, signs: Sequence[Sign], point: Point) -> bool:
    """Whether a sign does not hold at a point, where floating point may have said so."""
    slots = {slot: name for name in point if (slot := field.slot_of_name(name)) is not None}
    values: dict[str | int, int | fmpz | fmpq] = {
        slot: fmpq(point[name].numerator, point[name].denominator) for slot, name in slots.items()
    }
    for poly, sign in signs:
        left = poly.subs(values)
        if left.is_zero() or (left.is_constant() and left.leading_coefficient() * sign < 0):
            return True
    return False


def _on_line(
    signs: Sequence[Sign], slot: int, fixed: dict[str | int, int | fmpz | fmpq], *, ahead: bool
) -> list[fmpq]:
    """Values of one coordinate at which all signs hold; none below 0 with ``ahead``."""
    polys: list[tuple[fmpq_poly, int]] = [(fmpq_poly([0, 1]), 1)] if ahead else []
    for poly, sign in signs:
        line = _univariate(poly.subs(fixed), slot)
        if line.degree() > MAX_LINE_DEGREE or not line.coeffs():
            return []
        polys.append((line, sign))
    cuts = sorted({cut for line, _ in polys for cut in _zeros(line)})
    ends = [fmpq(-1), fmpq(1)] if not cuts else [cuts[0] - 1, *cuts, cuts[-1] + 1]
    for low, high in pairwise(ends):
        inside = [low + (high - low) * share for share in _SHARES]
        inside = [x for x in inside if all(line(x) * sign > 0 for line, sign in polys)]
        if inside:
            return inside
    return []


def _univariate(poly: fmpq_mpoly, slot: int) -> fmpq_poly:
    coefficients: dict[int, fmpq] = {int(e[slot]): value for e, value in poly.terms()}
    return fmpq_poly([coefficients.get(k, 0) for k in range(max(coefficients, default=0) + 1)])


def _zeros(line: fmpq_poly) -> list[fmpq]:
    """Its real zeros: exact where it is linear, else near enough to look between."""
    if line.degree() == 0:
        return []
    if line.degree() == 1:
        return [-line[0] / line[1]]
    zeros = []
    roots: Any = line.numer().complex_roots()  # pairs of acb and multiplicity
    for zero, _ in roots:
        if zero.imag == 0:
            mantissa, exponent = zero.real.mid().man_exp()
            zeros.append(fmpq(int(mantissa)) * fmpq(2) ** int(exponent))
    return zeros
