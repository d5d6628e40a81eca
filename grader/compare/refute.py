"""Rigorous refutation: a point at which two values exclude each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flint import arb

from grader.compare.numbers import Unsure
from grader.compare.reference import FixedPoint, Reference, with_whole_numbers
from grader.compare.values import Point, PointValue, certainly_differ, evaluate
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
    if not reference.integers.isdisjoint(point):
        point, known = with_whole_numbers(point, reference.integers), None
    for precision in PRECISIONS:
        right = known if known is not None and precision == PRECISIONS[0] else None
        if right is None:
            right = evaluate(reference.tree, reference.environment, point, precision)
        left = evaluate(answer, environment, point, precision)
        if left is None or right is None:
            continue
        if certainly_differ(left, right, precision):
            if reference.integers and (left.value is None or right.value is None):
                return None, False  # a power of a negative number may exist after all
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
    answer, reference = left.enclosure(), right.enclosure()
    if answer is not None and reference is not None and (
        answer.lower <= reference.upper and reference.lower <= answer.upper
    ):  # fmt: skip
        raise Unsure("too close to each other, and too long to write down")
    return Witness(at=tuple(sorted(point.items())), answer=answer, reference=reference)


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
