"""Rigorous refutation: a point at which two values exclude each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from flint import arb

from grader.compare.numbers import Unsure
from grader.compare.reference import FixedPoint, Reference
from grader.compare.sample import Point, floats
from grader.compare.values import PointValue, certainly_differ, evaluate
from grader.expr.tree import Node
from grader.limits import PRECISIONS
from grader.results import Witness


def witness_at(
    reference: Reference,
    answer: Node,
    environment: Mapping[str, Node],
    point: Point,
    known: PointValue | None,
) -> tuple[Witness | None, bool]:
    """A witness at this point if there is one, and whether the two certainly agree
    there to about 2^-100 (or exactly).

    ``known`` is the reference's value at the lowest precision, where it is known.
    Raises LimitError where the answer is too much work to evaluate.
    """
    for precision in PRECISIONS:
        right = known if known is not None and precision == PRECISIONS[0] else None
        if right is None:
            right = evaluate(reference.tree, reference.environment, point, precision)
        left = evaluate(answer, environment, point, precision)
        if left is None or right is None:
            continue
        if certainly_differ(left, right, precision):
            try:
                return _witness(point, left, right), False
            except Unsure:
                return None, False
        if _agree(left, right):
            return None, True
    return None, False


def _agree(left: PointValue, right: PointValue) -> bool:
    if left.value is None or right.value is None:
        return left.value is right.value
    difference = left.value - right.value
    if isinstance(difference, arb):
        return bool(abs(difference).upper() < 2.0**-100)
    return bool(difference == 0)


def _witness(point: Point, left: PointValue, right: PointValue) -> Witness:
    return Witness(
        at=tuple(sorted(point.items())),
        answer=left.enclosure(),
        reference=right.enclosure(),
    )


#: How far two floating-point values must be apart, relative to the larger, for a
#: point to be worth an exact look.  Far above rounding, so that the choice of
#: points is the same on every machine.
_APART = 1e-6

#: Points that the screen hands to exact arithmetic.
_SCREENED = 4


#: Points of a first, small screen, at which nearly every wrong answer shows.
_SMALL_SCREEN = 96


def screened_points(
    reference: Reference, answer: Node, environment: Mapping[str, Node]
) -> list[Point]:
    """Points of the reference's cloud at which the answer seems to differ.

    Floating point only says where to look.  The first such points are taken, which
    are the ones with small numbers.  Raises LimitError.
    """
    screen = reference.screen
    if screen is None:
        return []
    for count in (_SMALL_SCREEN, screen.cloud.size):
        columns = {name: column[:count] for name, column in screen.columns.items()}
        right = screen.values[:count]
        try:
            values = floats(answer, environment, columns, len(right))
        except KeyError:
            return []  # a name that the cloud does not have
        with np.errstate(all="ignore"):
            apart = np.abs(values - right) > _APART * np.maximum(np.abs(values), np.abs(right))
        # Where one side alone is not finite there may be a point that only one is defined at.
        apart |= np.isfinite(values) != np.isfinite(right)
        found = np.flatnonzero(apart)[:_SCREENED]
        if found.size:
            return [screen.cloud.point(int(index)) for index in found]
    return []


def refute_by_screen(
    reference: Reference, answer: Node, environment: Mapping[str, Node]
) -> Witness | None:
    """The first witness among the screened points.  Raises LimitError."""
    for point in screened_points(reference, answer, environment):
        found, _ = witness_at(reference, answer, environment, point, None)
        if found is not None:
            return found
    return None


def refute(
    reference: Reference,
    answer: Node,
    environment: Mapping[str, Node],
    points: Iterable[FixedPoint],
) -> Witness | None:
    """The first witness among some points.  Raises LimitError."""
    for fixed in points:
        found, _ = witness_at(reference, answer, environment, fixed.at, fixed.reference)
        if found is not None:
            return found
    return None
