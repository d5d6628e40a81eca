"""Points close to the kinks of a reference, on each side: where thin differences show.

``I[z > 0]`` and ``I[z > 1/1000]`` part only where z is between the two, which random
points hardly ever meet.  So some points of a reference are moved along one coordinate
until an argument of one of its indicators is almost zero.  All of it is exact, so
that the points are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from flint import ctx, fmpq

from grader.compare.interpret import Interpreter, needed_names
from grader.compare.numbers import Numbers, Touched, Undefined, Unsure
from grader.compare.values import Point
from grader.errors import LimitError
from grader.expr.functions import FUNCTIONS
from grader.expr.tree import Call, Negation, Node, Number, Relation, Sum, symbols, walk
from grader.limits import NEAR_BASES, NEAR_GAPS, PRECISIONS

#: How far from zero the argument of an indicator is left, on each side.
_NEAR = (Fraction(1, 100), Fraction(1, 100_000))


def points_near_kinks(
    tree: Node, environment: Mapping[str, Node], points: Sequence[Point], fixed: frozenset[str]
) -> tuple[Point, ...]:
    """Some of the points, moved close to the kinks of a tree.

    Names of ``fixed`` keep their values: those of whole numbers and of one sign only.
    """
    found: list[Point] = []
    for gap in _gaps(tree, environment):
        for turn, point in enumerate(points[:NEAR_BASES]):
            found += _near(gap, environment, point, fixed, turn)
    return tuple(found)


def _gaps(tree: Node, environment: Mapping[str, Node]) -> tuple[Node, ...]:
    """What is zero at the kinks of a tree and of the names that it uses."""
    found: dict[Node, None] = {}
    trees = [tree, *(environment[name] for name in needed_names((tree,), environment))]
    for each in trees:
        for part in walk(each):
            if isinstance(part, Relation):
                level = part.right == Number(Fraction(0))
                found[part.left if level else Sum((part.left, Negation(part.right)))] = None
            elif isinstance(part, Call) and not FUNCTIONS[part.function].is_primitive:
                found[part.arguments[0]] = None
    return tuple(found)[:NEAR_GAPS]


def _near(
    gap: Node, environment: Mapping[str, Node], point: Point, fixed: frozenset[str], turn: int
) -> Iterator[Point]:
    """The point moved along the first coordinate in which the gap is linear there, to both
    sides of its zero; ``turn`` says which coordinate is looked at first."""
    names = sorted(
        name for name in _leaves(gap, environment) if name in point and name not in fixed
    )
    here = _value(gap, environment, point)
    if here is None:
        return
    for k in range(len(names)):
        name = names[(k + turn) % len(names)]
        beside = _value(gap, environment, {**point, name: point[name] + 1})
        if beside is None or beside == here:
            continue
        slope = beside - here
        zero = point[name] - here / slope
        if _value(gap, environment, {**point, name: zero}) != 0:
            continue
        for distance in _NEAR:
            for side in (1, -1):
                yield {**point, name: zero + side * distance / slope}
        return


def _leaves(gap: Node, environment: Mapping[str, Node]) -> frozenset[str]:
    inner = (symbols(environment[name]) for name in needed_names((gap,), environment))
    return symbols(gap).union(*inner)


def _value(tree: Node, environment: Mapping[str, Node], point: Point) -> Fraction | None:
    """The value of a tree at a point where it is rational, else None."""
    with ctx.workprec(PRECISIONS[0]):
        try:
            value = Interpreter(Numbers(point, box=False), environment).value(tree)
        except (Undefined, Touched, Unsure, LimitError):
            return None
    return Fraction(int(value.p), int(value.q)) if isinstance(value, fmpq) else None
