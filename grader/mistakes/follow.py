"""Follow-through: an answer that is right but for a slip in a student's definition.

If one change in one definition (a subscript, a sign, a factor) makes the answer
equal to the reference, the answer is right given the slip.  As everywhere, values
find the change and a proof decides.  A slip that makes the answer trivial carries
nothing: an answer that is zero, or comes down to fewer names than the reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

from flint import fmpq

from grader.compare.cases import Side
from grader.compare.fingerprint import fingerprint_of
from grader.compare.interpret import Unevaluated
from grader.compare.ladder import proved_equal
from grader.compare.numbers import Unsure, Value
from grader.compare.pointwise import Values, differ
from grader.compare.reference import Reference, leaf_names
from grader.compare.values import Point
from grader.errors import LimitError
from grader.expr.calculus import ONE, product_of, sum_of
from grader.expr.composite import Answer
from grader.expr.tree import (
    Condition,
    Negation,
    Node,
    Number,
    Product,
    Sum,
    Symbol,
    children,
    with_children,
)
from grader.limits import CORRECTION_POINTS, MAX_CORRECTIONS
from grader.mistakes.subject import name_maths
from grader.questions.part import Part

if TYPE_CHECKING:
    from grader.compare.sample import Floats


@dataclass(frozen=True, slots=True)
class Slip:
    """A definition of the student's, and what it should have been, as LaTeX."""

    name: str
    written: str
    mended: str

    @property
    def sentence(self) -> str:
        """What is said beside an answer that is right given the slip."""
        name = name_maths(self.name)
        return (
            f"Right, given your {name}; but {name} should have been ${self.mended}$, "
            f"not ${self.written}$."
        )

    @property
    def nudge(self) -> str:
        """The same without the mend."""
        name = name_maths(self.name)
        return f"Right, given your {name}; but check the definition of {name}."


def find_slip(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Slip | None:
    """The slip that explains a wrong answer, if there is one and it is certain.

    ``definitions`` are those that the answer uses.
    """
    if not isinstance(answer, Node) or not definitions or not part.references:
        return None
    reference = part.references[0]
    try:
        wanted = reference.everywhere.of(reference.tree)
        right = fingerprint_of(wanted)
        mine = leaf_names(answer, {**part.statement.forward, **definitions})
        values = reference.everywhere.of(answer, definitions)
        if len(mine) < len(reference.names) or not any(value != 0 for value in values):
            return None
        told = [k for k, (a, b) in enumerate(zip(values, wanted, strict=True)) if differ(a, b)]
        left = MAX_CORRECTIONS
        for name in sorted(definitions):
            changes = list(islice(_mends(definitions[name], part), left))
            left -= len(changes)
            for k in told[:CORRECTION_POINTS]:
                glance = _Glance(reference.points[k].at, wanted[k])
                changes = glance.mending(reference, answer, definitions, name, changes)
            for mended in changes:
                changed = {**definitions, name: mended}
                found = reference.everywhere.of(answer, changed)
                if fingerprint_of(found) == right and proved_equal(
                    Side(answer, {**part.statement.forward, **changed}),
                    Side(reference.tree, reference.environment),
                    part.statement.positive,
                ):
                    return Slip(name, part.latex(definitions[name]), part.latex(mended))
    except (LimitError, Unevaluated, KeyError):
        return None
    return None


@dataclass(frozen=True, slots=True)
class _Glance:
    """A point that condemns an answer, and the value that would be right there.

    Most changes of a definition mend nothing, which one such point shows, and for all
    changes in one walk: the definition's name is given the values that it would have.
    """

    point: Point
    wanted: Value | type[Unsure] | None

    def mending(
        self,
        reference: Reference,
        answer: Node,
        definitions: Mapping[str, Node],
        name: str,
        changes: list[Node],
    ) -> list[Node]:
        """The changes of a definition under which the answer may be right here."""
        if len(changes) < 2:
            return changes
        environment = {**reference.environment, **definitions}
        here = Values([self.point], environment, ONE)
        plain: list[tuple[int, Fraction]] = []
        kept: set[int] = set()
        for k, changed in enumerate(changes):
            (value,) = here.of(changed)
            if isinstance(value, fmpq):
                plain.append((k, Fraction(int(value.p), int(value.q))))
            else:
                kept.add(k)  # no rational: left to what comes after
        del environment[name]
        columns = Values([{**self.point, name: value} for _, value in plain], environment, ONE)
        for (k, _), found in zip(plain, columns.of(answer), strict=True):
            if not differ(found, self.wanted):
                kept.add(k)
        return [changed for k, changed in enumerate(changes) if k in kept]


def is_trivial(
    part: Part,
    answer: Node,
    environment: Mapping[str, Node],
    columns: Mapping[str, Floats],
    size: int,
) -> bool:
    """Whether an answer is degenerate: zero at the points, or of fewer names than the reference."""
    from grader.compare.sample import floats

    reference = part.references[0]
    mine = leaf_names(answer, environment)
    theirs = leaf_names(reference.tree, reference.environment)
    return len(mine) < len(theirs) or not floats(answer, environment, columns, size).any()


def _mends(node: Node, part: Part) -> Iterator[Node]:
    """The tree with one thing changed: each may undo a slip."""
    names = sorted(part.statement.leaves | part.statement.forward.keys())
    for changed in _changes(node, names):
        assert isinstance(changed, Node)
        yield changed


def _changes(node: Node | Condition, names: list[str]) -> Iterator[Node | Condition]:
    match node:
        case Symbol():
            # A subscript, then a letter: either may be the slip.
            base = node.name.partition("_")[0]
            others = [name for name in names if name != node.name]
            others.sort(key=lambda name: name.partition("_")[0] != base)
            yield from map(Symbol, others)
        case Sum(terms) if len(terms) > 1:
            for k in range(len(terms)):
                yield sum_of([*terms[:k], *terms[k + 1 :]])
        case Product(factors):
            for k in range(len(factors)):
                yield product_of([*factors[:k], *factors[k + 1 :]])
        case Negation(operand):
            yield operand
    if isinstance(node, Node) and not isinstance(node, Number | Negation):
        yield Negation(node)
    parts = children(node)
    for k, inner in enumerate(parts):
        for changed in _changes(inner, names):
            yield with_children(node, (*parts[:k], changed, *parts[k + 1 :]))
