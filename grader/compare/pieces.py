"""Whether points can tell that two sides are equal: on each piece they differ by a constant.

Where normal forms do not know all relations (``arctan x + arctan(1/x)``), agreement at
points alone shows little: ``arcsin(sin(x/10^6)) − x/10^6`` is 0 wherever one looks.  But
the slopes of such functions are algebraic, and normal forms know them.  If every slope of
the difference is proved to be 0, the difference is constant wherever it does not jump; and
it jumps at the edges of cases, and where a denominator inside ``arctan`` or ``erf``, or of
an exponent, is 0.  So one point of agreement on each side of those settles it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from grader.compare.cases import Case, Side, has_no_unequal_case, search_cases
from grader.compare.deadline import Deadline
from grader.compare.explore import points_in_case
from grader.compare.field import UndefinedEverywhere
from grader.compare.interpret import needed_names
from grader.compare.reference import Reference
from grader.compare.refute import witness_at
from grader.errors import LimitError
from grader.expr.calculus import ONE, ZERO, differentiate, product_of, sum_of
from grader.expr.tree import (
    Indicator,
    Negation,
    Node,
    Product,
    Relation,
    Sum,
    Symbol,
    substitute,
    symbols,
)
from grader.limits import MAX_DEFINITIONS, MAX_JUMPS

#: Before a name of the environment: its slope.
_SLOPE = "slope:"


@dataclass(frozen=True, slots=True)
class Pieces:
    """Two sides, the leaf names of both, and when work on them ends."""

    reference: Reference
    answer: Node
    environment: Mapping[str, Node]
    names: Sequence[str]
    deadline: Deadline
    #: Units of work that a look at one point takes.
    look: int

    def slopes_are_equal(self) -> bool:
        """Whether both sides are proved to have the same slope along every name.

        Names of whole numbers have one as well, as if they were any number, or the difference
        is the same at the next whole number, as of cos(2π n): at all whole numbers that were
        looked at, a polynomial may be zero.
        """
        if len(self.environment) > MAX_DEFINITIONS:
            return False
        return all(
            self._has_no_slope(name)
            or (name in self.reference.integers and self._has_no_step(name))
            for name in self.names
        )

    def _has_no_slope(self, name: str) -> bool:
        reference = self.reference
        return self._are_equal(
            _slope(self.answer, self.environment, name),
            _slope(reference.tree, reference.environment, name),
        )

    def _has_no_step(self, name: str) -> bool:
        """Whether the sides differ at n + 1 by as much as at n."""
        sides = (self.answer, self.reference.tree)
        within = needed_names(sides, self.environment)
        if any(name in symbols(self.environment[each]) for each in within):
            return False
        one, two = sides
        later, other = (substitute(side, {name: sum_of([Symbol(name), ONE])}) for side in sides)
        return self._are_equal(
            Side(Sum((later, two)), self.environment), Side(Sum((other, one)), self.environment)
        )

    def _are_equal(self, left: Side, right: Side) -> bool:
        try:
            return has_no_unequal_case(left, right, self.reference.positive, self.deadline)
        except (LimitError, UndefinedEverywhere):
            return False

    def agree_beside(self, jumps: frozenset[str]) -> bool:
        """Whether a point of agreement was found on each side of the zeros of some names, in
        every case that is open there."""
        if len(jumps) > MAX_JUMPS:
            return False
        try:
            return not any(
                self._disagree_at(tuple(zip(sorted(jumps), sides, strict=True)))
                for sides in product((True, False), repeat=len(jumps))
            )
        except LimitError:
            return False

    def _disagree_at(self, place: Sequence[tuple[str, bool]]) -> bool:
        """Whether no agreement was found in a case that is open where names are on one side
        of zero.  Raises LimitError."""
        reference = self.reference
        here = tuple(_beyond(name, above=above) for name, above in place)
        number = 0

        def begin() -> None:
            nonlocal number
            number = 0

        def disagrees(case: Case) -> bool | None:
            nonlocal number
            number += 1
            key = f"{reference.key} beside {place} {number}"
            points = points_in_case(case, self.names, key, reference.positive)
            if points is None:
                return None
            for point in points:
                self.deadline.spend(self.look)
                if witness_at(reference, self.answer, self.environment, point)[1]:
                    return None
            return True

        found = search_cases(
            Side(Product((*here, self.answer)), self.environment),
            Side(Product((*here, reference.tree)), reference.environment),
            reference.positive,
            disagrees,
            begin,
            deadline=self.deadline,
        )
        return found is not None


def _slope(tree: Node, environment: Mapping[str, Node], name: str) -> Side:
    """The slope of a tree along a leaf name, through the names of the environment."""
    slopes: dict[str, Node] = {}

    def total(node: Node) -> Node:
        inner = [
            product_of([differentiate(node, each), Symbol(_SLOPE + each)])
            for each in sorted(symbols(node))
            if _SLOPE + each in slopes
        ]
        return sum_of([differentiate(node, name), *inner])

    for each in needed_names((tree,), environment):
        found = total(environment[each])
        if found != ZERO:
            slopes[_SLOPE + each] = found
    return Side(total(tree), {**environment, **slopes})


def _beyond(name: str, *, above: bool) -> Node:
    """The indicator of one side of a name's zero."""
    inside: Node = Symbol(name) if above else Negation(Symbol(name))
    return Indicator(Relation(">", inside, ZERO))
