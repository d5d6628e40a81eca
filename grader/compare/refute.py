"""Rigorous refutation: a point at which two values exclude each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from fractions import Fraction

from flint import arb

from grader.compare.numbers import Unsure
from grader.compare.reference import FixedPoint, Reference, with_whole_numbers
from grader.compare.values import Point, PointValue, certainly_differ, evaluate
from grader.errors import LimitError
from grader.expr.tree import Node, Number, substitute
from grader.limits import AGREED_BITS, PRECISIONS
from grader.results import Enclosure, Witness


def both_values(
    reference: Reference,
    answer: Node,
    environment: Mapping[str, Node],
    at: Point | FixedPoint,
    precision: int,
) -> tuple[PointValue | None, PointValue | None]:
    """The values of the answer and of the reference at a point, each None where it is not
    certain.  Raises LimitError."""
    if isinstance(at, FixedPoint):
        if precision == PRECISIONS[0]:
            return evaluate(answer, environment, at.at, precision, at.parts), at.value
        at = at.at
    left = evaluate(answer, environment, at, precision)
    return left, evaluate(reference.tree, reference.environment, at, precision)


def witness_at(
    reference: Reference,
    answer: Node,
    environment: Mapping[str, Node],
    at: Point | FixedPoint,
) -> tuple[Witness | None, bool]:
    """A witness at this point if there is one, and whether the two certainly agree
    there to 2^-AGREED_BITS (or exactly).

    Raises LimitError where the answer is too much work to evaluate.
    """
    if isinstance(at, FixedPoint):
        point = at.at
    else:
        point = at = with_whole_numbers(at, reference.integers)
    for precision in PRECISIONS:
        left, right = both_values(reference, answer, environment, at, precision)
        if left is None or right is None:
            continue
        if certainly_differ(left, right, precision):
            if reference.integers and (left.value is None or right.value is None):
                return None, False  # a power of a negative number may exist after all
            try:
                if isinstance(at, FixedPoint) and right is at.value:
                    return _witness(at.listed, left.enclosure(), at.enclosed), False
                listed = tuple(sorted(point.items()))
                return _witness(listed, left.enclosure(), right.enclosure()), False
            except Unsure:
                return None, False
        if _agree(left, right):
            return None, True
    return None, False


def refute_at_whole_numbers(
    reference: Reference, answer: Node, environment: Mapping[str, Node]
) -> Witness | None:
    """A witness among the fixed points, with the whole numbers of each written in: a power of
    a negative number then has a value.  Raises LimitError."""
    for fixed in reference.points:
        whole = {name: Number(fixed.at[name]) for name in reference.integers & fixed.at.keys()}
        written = {name: substitute(tree, whole) for name, tree in environment.items()}
        for precision in PRECISIONS:
            left = evaluate(substitute(answer, whole), written, fixed.at, precision)
            right = evaluate(substitute(reference.tree, whole), written, fixed.at, precision)
            if left is None or right is None or left.value is None or right.value is None:
                continue
            if certainly_differ(left, right, precision):
                with suppress(Unsure):
                    return _witness(fixed.listed, left.enclosure(), right.enclosure())
    return None


def _agree(left: PointValue, right: PointValue) -> bool:
    if left.value is None or right.value is None:
        return left.value is right.value
    difference = left.value - right.value
    if isinstance(difference, arb):
        size = arb(1).max(abs(arb(right.value)).lower())
        return bool(abs(difference).upper() < size * arb(2) ** -AGREED_BITS)
    return bool(difference == 0)


def _witness(
    at: tuple[tuple[str, Fraction], ...], answer: Enclosure | None, reference: Enclosure | None
) -> Witness:
    """The witness at a point with two values that exclude each other.  Raises Unsure where
    what is written down of them does not."""
    if answer is not None and reference is not None:
        exact = answer.lower is answer.upper and reference.lower is reference.upper
        if not exact and answer.lower <= reference.upper and reference.lower <= answer.upper:
            raise Unsure("too close to each other, and too long to write down")
    return Witness(at, answer, reference)


def refute_at_sight(
    reference: Reference, answer: Node, environment: Mapping[str, Node]
) -> Witness | None:
    """The witness at the first fixed point where floating point sees two values; None
    where it sees none, where that is not certain, and past a limit.
    """
    if reference.sight is None:
        return None
    try:
        index = reference.sight.first_apart(answer, environment)
        if index is None:
            return None
        return witness_at(reference, answer, environment, reference.points[index])[0]
    except LimitError:
        return None


def refute(
    reference: Reference,
    answer: Node,
    environment: Mapping[str, Node],
    points: Iterable[FixedPoint],
) -> Witness | None:
    """The first witness among some points.  Raises LimitError."""
    for fixed in points:
        found, _ = witness_at(reference, answer, environment, fixed)
        if found is not None:
            return found
    return None
