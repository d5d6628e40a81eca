"""Follow-through: an answer that is right but for a slip in a student's definition.

If one change in one definition (a subscript, a sign, a factor) makes the answer
equal to the reference, the answer is right given the slip.  As everywhere, values
find the change and a proof decides.  A slip that makes the answer trivial carries
nothing: an answer that is zero, or comes down to fewer names than the reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING

from flint import fmpq

from grader.compare.cases import Side
from grader.compare.fingerprint import fingerprint_of
from grader.compare.interpret import Unevaluated
from grader.compare.numbers import Unsure, Value
from grader.compare.pointwise import Found, differ
from grader.compare.proof import proved_beside
from grader.compare.reference import leaf_names
from grader.errors import LimitError
from grader.expr.calculus import product_of, sum_of
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
from grader.mistakes.varied import HOLE, Spot
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
        values = reference.everywhere.of_answer(answer, definitions)
        if len(mine) < len(reference.names) or not any(value != 0 for value in values):
            return None
        environment = {**reference.environment, **definitions}
        glances = [
            _Glance(Spot(reference.points[k].at, environment, answer), wanted[k])
            for k in _telling(values, wanted)
        ]
        left = MAX_CORRECTIONS
        for name in sorted(definitions):
            changes = list(islice(_changes(definitions[name], _names(part)), left))
            left -= len(changes)
            for glance in glances:
                changes = glance.mending(name, changes)
            for change in changes:
                mended = change.tree
                changed = {**definitions, name: mended}
                found = reference.everywhere.of(answer, changed)
                if fingerprint_of(found) == right and proved_beside(
                    reference,
                    Side(answer, {**part.statement.forward, **changed}),
                    Side(reference.tree, reference.environment),
                    part.statement.positive,
                ):
                    return Slip(name, part.latex(definitions[name]), part.latex(mended))
    except (LimitError, Unevaluated, KeyError):
        return None
    return None


def _telling(values: Found, wanted: Found) -> list[int]:
    """The points at which changes are tried first: some where the answer is wrong, which few
    changes mend, and one where it is right, which most of those spoil."""
    wrong, right = [], []
    for k, (mine, theirs) in enumerate(zip(values, wanted, strict=True)):
        if differ(mine, theirs):
            wrong.append(k)
        elif theirs != 0:
            right.append(k)
    # Where an indicator makes the right value 0, that of many changes is 0 as well.
    wrong.sort(key=lambda k: wanted[k] == 0)
    return wrong[:CORRECTION_POINTS] + right[:1]


#: The way down to a part of a tree: nodes, each with the number of the child that is next.
_Way = tuple[tuple[Node | Condition, int], ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """A tree with one of its parts replaced, which may undo a slip."""

    way: _Way
    new: Node

    @property
    def tree(self) -> Node:
        """The whole tree."""
        return _placed(self.way, self.new)


def _placed(way: _Way, new: Node) -> Node:
    tree: Node | Condition = new
    for node, k in reversed(way):
        parts = children(node)
        tree = with_children(node, (*parts[:k], tree, *parts[k + 1 :]))
    assert isinstance(tree, Node)
    return tree


@dataclass(frozen=True, slots=True)
class _Glance:
    """A point that condemns an answer, and the value that would be right there.

    Most changes of a definition mend nothing, which one such point shows, and for all
    changes in one walk: the definition's name is given the values that it would have.
    """

    spot: Spot
    wanted: Value | type[Unsure] | None

    def mending(self, name: str, changes: list[_Change]) -> list[_Change]:
        """The changes of a definition under which the answer may be right here."""
        if not changes:
            return []
        values = self._changed(changes)
        # Many changes come to the same: each number is tried once, each ball by itself.
        tried: dict[tuple[int, int], Value] = {}
        keys: list[tuple[int, int] | None] = []
        for k, value in enumerate(values):
            key = None
            if value is not None:
                # No denominator is 0.
                key = (int(value.p), int(value.q)) if isinstance(value, fmpq) else (k, 0)
                tried.setdefault(key, value)
            keys.append(key)
        answers = self.spot.with_values(name, list(tried.values()))
        wrong = {key for key, found in zip(tried, answers, strict=True)
                 if differ(found, self.wanted)}  # fmt: skip
        # What has no certain value is left to what comes after.
        return [change for key, change in zip(keys, changes, strict=True) if key not in wrong]

    def _changed(self, changes: list[_Change]) -> list[Value | None]:
        """The definition's value after each change, where it is certain."""
        values: list[Value | None] = []
        # By identity: changes of one place share the way to it, and it lives as long as they.
        for _, group in groupby(changes, key=lambda change: id(change.way)):
            here = list(group)
            new = [self.spot.value(change.new) for change in here]
            inner = [value for value in new if value is not None]
            whole = iter(self.spot.in_hole(_placed(here[0].way, HOLE), inner))
            values += [None if value is None else next(whole) for value in new]
        return values


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


def _names(part: Part) -> list[str]:
    return sorted(part.statement.leaves | part.statement.forward.keys())


def _changes(node: Node | Condition, names: list[str], way: _Way = ()) -> Iterator[_Change]:
    """What a tree may have been with one thing changed, parents first."""
    for new in _others(node, names):
        yield _Change(way, new)
    for k, inner in enumerate(children(node)):
        yield from _changes(inner, names, (*way, (node, k)))


def _others(node: Node | Condition, names: list[str]) -> Iterator[Node]:
    """What may stand in a node's place."""
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
