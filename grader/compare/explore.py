"""Cases of a case split: impossible, or with a point inside, or unknown.

The assumptions of a case are signs of polynomials in the generators of a field.
With every monomial taken as a free variable (squares, and products of what is
positive, from zero up) they are linear inequalities.  If those have no solution
neither has the case; an exact linear program is a proof (products of two
assumptions are assumptions too, and make it see more).  If they have one, it points
to where to look; random search looks everywhere else, and lines through its best
points find thin slabs.  What none finds is unknown, and must not pass for agreement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from grader.compare.cases import Case
from grader.compare.field import Field
from grader.compare.inside import certainly_inside
from grader.compare.lines import Sign, certainly_outside, points_on_lines
from grader.compare.sample import Cloud, Stream, draw
from grader.compare.simplex import interior_point
from grader.compare.values import Point
from grader.limits import (
    CASE_POINTS,
    CASE_ROUNDS,
    LINE_STARTS,
    MAX_MULTIPLIED,
    SAMPLE_SIZE,
    UNITS_PER_CONDITION,
    UNITS_PER_CONDITION_TERM,
)

Complex = NDArray[np.complex128]
Monomial = tuple[int, ...]
Terms = dict[Monomial, Fraction]

#: Products of assumptions with more terms than this are left out.
_SHORT = 64


def _linear_solution(
    field: Field, signs: Sequence[Sign], *, products: bool
) -> dict[Monomial, Fraction] | None:
    """Values of monomials under which all signs hold, or None if there are none.

    With ``products``, those of two assumptions must be positive as well.
    """
    rows = [poly if sign > 0 else -poly for poly, sign in signs]
    if products:
        rows += [
            left * right for k, left in enumerate(rows) for right in rows[k:]
            if len(left) * len(right) <= _SHORT
        ]  # fmt: skip
    system: list[tuple[dict[Monomial, fmpq], fmpq]] = []
    nonnegative: set[Monomial] = set()
    for poly in rows:
        row = {tuple(map(int, monomial)): value for monomial, value in poly.terms()}
        constant = fmpq(0)
        for monomial in list(row):
            if not any(monomial):
                constant = row.pop(monomial)
            elif field.never_negative(monomial):
                nonnegative.add(monomial)
        system.append((row, constant))
    solution = interior_point(system, nonnegative)
    if solution is None:
        return None
    return {key: Fraction(int(value.p), int(value.q)) for key, value in solution.items()}


def _candidate(
    field: Field, names: Sequence[str], solution: Mapping[Monomial, Fraction]
) -> dict[str, Fraction] | None:
    """A point whose monomials come near a solution: exact where monomials are names,
    by least squares of logarithms where they are products and powers of names."""
    slots = {name: slot for name in names if (slot := field.slot_of_name(name)) is not None}
    point: dict[str, Fraction] = {}
    rows, sizes = [], []
    for monomial, value in solution.items():
        used = [slot for slot, exponent in enumerate(monomial) if exponent]
        if any(slot not in slots.values() for slot in used):
            continue
        if len(used) == 1 and monomial[used[0]] == 1:
            name = next(name for name, slot in slots.items() if slot == used[0])
            point[name] = value
        elif value:
            rows.append([float(monomial[slot]) for slot in slots.values()])
            sizes.append(float(np.log(abs(float(value)))))
    if rows:
        fitted, *_ = np.linalg.lstsq(np.array(rows), np.array(sizes), rcond=None)
        for name, logarithm in zip(slots, fitted, strict=True):
            if name not in point and abs(logarithm) < 600:
                size = Fraction(float(np.exp(logarithm)) * 1.001).limit_denominator(10**6)
                point[name] = size or Fraction(1)
    return point or None


class _Values:
    """The values of a field's generators over a cloud of points, in floating point."""

    def __init__(self, field: Field, columns: Mapping[str, NDArray[np.float64]], size: int) -> None:
        self._field = field
        self._columns = columns
        self._size = size
        self._known: dict[int, Complex] = {}

    def poly(self, terms: Mapping[Monomial, Fraction]) -> Complex:
        total = np.zeros(self._size, dtype=complex)
        for monomial, coefficient in terms.items():
            total = total + float(coefficient) * self.monomial(monomial)
        return total

    def monomial(self, exponents: Monomial) -> Complex:
        product = np.ones(self._size, dtype=complex)
        for slot, exponent in enumerate(exponents):
            if exponent:
                product = product * self.generator(slot) ** exponent
        return product

    def generator(self, slot: int) -> Complex:
        if slot not in self._known:
            self._known[slot] = self._computed(slot)
        return self._known[slot]

    def _computed(self, slot: int) -> Complex:
        kernel = self._field.kernel(slot)
        if kernel.kind == "i":
            return np.full(self._size, 1j)
        if kernel.kind == "name":
            if kernel.detail == "\\pi":
                return np.full(self._size, np.pi + 0j)
            return self._columns[str(kernel.detail)].astype(complex)
        if kernel.kind == "exp":
            if not isinstance(kernel.detail, tuple):
                return np.full(self._size, np.nan + 0j)  # a quotient: left to the sampler
            return np.exp(self.monomial(kernel.detail) / self._field.scale(kernel))
        over, under = self._field.argument_terms(slot)
        inside = self.poly(over) / self.poly(under)
        if kernel.kind == "log":
            return np.log(np.abs(inside)).astype(complex)
        if kernel.kind == "step":
            return (inside.real > 0).astype(complex)
        if kernel.detail == "atan":
            return np.arctan(inside.real).astype(complex)
        if kernel.detail == "asin":
            return np.arcsin(inside.real).astype(complex)
        return np.full(self._size, np.nan + 0j)


def points_in_case(
    case: Case, names: Sequence[str], key: str, positive: frozenset[str]
) -> list[Point] | None:
    """Points at which a case applies: None if it is impossible, empty if none was found.

    A case without assumptions applies everywhere; any points will do for it.
    Raises LimitError.
    """
    terms = sum(len(known.num) + len(known.den) for known, _ in case.assumed)
    work = UNITS_PER_CONDITION * (1 + len(case.assumed)) + UNITS_PER_CONDITION_TERM * terms
    case.field.deadline.spend(work)
    stream = Stream(key)
    cloud = draw(stream, names, SAMPLE_SIZE, positive)
    if not case.assumed:
        return [cloud.point(index) for index in range(CASE_POINTS)]
    solution = _linear_solution(case.field, case.signs, products=False)
    if solution is None:
        return None
    candidate = _candidate(case.field, names, solution)
    if candidate is not None:
        # The candidate itself, with the names that it leaves open drawn at random.
        cloud = cloud.with_values(candidate, SAMPLE_SIZE // 4)
    signs = [(*case.field.parts(known), 1 if bit else -1) for known, bit in case.assumed]
    for number in range(CASE_ROUNDS):
        if number:
            case.field.deadline.spend(work)
        # The dearer proof only where the first look found nothing.
        if (
            number == 1
            and len(case.signs) <= MAX_MULTIPLIED
            and _linear_solution(case.field, case.signs, products=True) is None
        ):
            return None
        inside, fit = _fit(case.field, signs, cloud)
        points: list[Point] = [cloud.point(index) for index in inside[: 4 * CASE_POINTS]]
        points = [p for p in points if not certainly_outside(case.field, case.signs, p)]
        points = [p for p in points if certainly_inside(case, p)]
        if points:
            return points[:CASE_POINTS]
        best = np.argsort(-fit, kind="stable")[: SAMPLE_SIZE // 8]
        for index in best[:LINE_STARTS]:
            found = points_on_lines(case.field, case.signs, cloud.point(int(index)), positive)
            found = [point for point in found if certainly_inside(case, point)]
            if found:
                return found
        parents = cloud.taken(np.tile(best, 8))
        cloud = parents.mutated(stream, positive).joined(cloud.taken(best))
    return []


def _fit(
    field: Field, signs: Sequence[tuple[Terms, Terms, int]], cloud: Cloud
) -> tuple[list[int], NDArray[np.float64]]:
    """The points inside the case, and how near each point is to it."""
    fit = np.zeros(cloud.size)
    inside = np.ones(cloud.size, dtype=bool)
    with np.errstate(all="ignore"):
        values = _Values(field, cloud.columns(), cloud.size)
        for over, under, sign in signs:
            value = sign * (values.poly(over) / values.poly(under)).real
            holds = value > 0
            inside &= holds
            fit += np.where(holds, 1.0, -np.tanh(np.abs(np.nan_to_num(value)) / 1e3))
    return [int(index) for index in np.flatnonzero(inside)], fit
