"""Values exactly at kinks, where ``>`` and ``>=`` part ways.

An answer that differs from the reference there only is equivalent: a set of measure
zero.  A rubric may ask for a note; this finds a point to show, if one is easily found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from flint import ctx, fmpq

from grader.compare.interpret import Interpreter
from grader.compare.numbers import Numbers, Touched, Undefined, Unsure, Value
from grader.compare.reference import Reference
from grader.compare.values import Point
from grader.errors import LimitError
from grader.expr.calculus import sum_of
from grader.expr.tree import Call, Negation, Node, Relation, symbols, walk
from grader.limits import KINK_LOOKS, PRECISIONS


class _AtPoint(Numbers):
    """Numbers at one point exactly, on a kink too: an exact 0 has the sign 0."""

    def _sign(self, value: Value) -> int:
        return 0 if value == 0 else super()._sign(value)


def difference_at_kink(
    reference: Reference, answer: Node, definitions: Mapping[str, Node] | None = None
) -> Point | None:
    """A point exactly on a kink at which an equivalent answer has another value.

    None where none was found, which is no proof that there is none.
    """
    environment = {**reference.environment, **(definitions or {})}
    sides = ((answer, environment), (reference.tree, reference.environment))
    looks = 0
    for tree, names in sides:
        for gap in _gaps(tree):
            for point in _zeros(gap, names, reference):
                looks += 1
                if looks > KINK_LOOKS:
                    return None
                left, right = (_exact(side, known, point) for side, known in sides)
                if left is not None and right is not None and left != right:
                    return point
    return None


def _gaps(tree: Node) -> Iterator[Node]:
    """What is zero at the kinks of a tree."""
    for part in walk(tree):
        if isinstance(part, Relation):
            yield sum_of([part.left, Negation(part.right)])
        elif isinstance(part, Call) and (part.derivative or part.function == "heaviside"):
            yield part.arguments[0]


def _zeros(gap: Node, names: Mapping[str, Node], reference: Reference) -> Iterator[Point]:
    """Points at which a tree is exactly zero, along coordinates in which it is linear."""
    for fixed in reference.points[:2]:
        for name in sorted(symbols(gap) & fixed.at.keys()):
            ends = [_exact(gap, names, {**fixed.at, name: Fraction(k)}) for k in (0, 1, 2)]
            if any(end is None for end in ends):
                continue
            first, second, third = (Fraction(int(e.p), int(e.q)) for e in ends if e is not None)
            slope = second - first
            if slope and third - second == slope:
                yield {**fixed.at, name: -first / slope}


def _exact(tree: Node, environment: Mapping[str, Node], point: Point) -> fmpq | None:
    with ctx.workprec(PRECISIONS[0]):
        try:
            value = Interpreter(_AtPoint(point, box=False), environment).value(tree)
        except (Undefined, Touched, Unsure, LimitError):
            return None
    return value if isinstance(value, fmpq) else None
