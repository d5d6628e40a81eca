"""What all kinds of question share when they make their parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from grader.compare.field import UndefinedEverywhere
from grader.compare.reference import Reference, make_reference
from grader.errors import AnswerError, LimitError
from grader.expr.composite import Answer, Label, sides
from grader.expr.names import FREE
from grader.expr.parser import parse_expression, parse_name, parse_quantity
from grader.expr.tree import (
    Node,
    Partial,
    Symbol,
    children,
    order_of,
    substitute,
    symbols,
    walk,
    with_children,
)
from grader.questions.part import Part, Rules, Statement
from grader.questions.partials import Disallowed
from grader.questions.statement import Faults
from grader.read.located import Located
from grader.read.rubric import PartFile, QuestionFile, RubricFile
from grader.read.suggest import did_you_mean

#: What may go wrong with the mathematics of a rubric, in words for its author.
MATHEMATICAL = (ValueError, LimitError, UndefinedEverywhere, Disallowed)


def reference_for(
    statement: Statement,
    tree: Node,
    key: str,
    forward: Mapping[str, Node] | None = None,
) -> Reference:
    """A reference of a question, over its names; ``key`` fixes the sample points.

    ``forward`` replaces the question's forward pass.  Raises LimitError and
    UndefinedEverywhere, and ValueError for one without a value anywhere.
    """
    reference = make_reference(
        tree,
        key,
        environment=statement.forward if forward is None else forward,
        positive=statement.positive,
        negative=statement.negative,
        integers=statement.integers,
        intervals=statement.intervals,
        names=statement.leaves,
    )
    if not reference.points:
        raise ValueError("the reference answer has no value anywhere")
    return reference


class Setting(NamedTuple):
    """A part as written, and where it stands."""

    part: PartFile
    question: QuestionFile
    rubric: RubricFile
    statement: Statement


def made(
    setting: Setting,
    quantity: Partial | Symbol | Label,
    answer: Answer,
    references: tuple[Reference, ...],
    **more: Any,
) -> Part:
    """A part with what its file says, and what was derived for it."""
    part, question, rubric, statement = setting
    return Part(
        id=part.full_id,
        question=question.id,
        kind=question.kind.text,
        prompt=part.prompt,
        hint=part.hint,
        points=part.points,
        quantity=quantity,
        statement=statement,
        answer=answer,
        references=references,
        bonus=part.bonus,
        rules=Rules(rubric.policy.significant, rubric.policy.kink_notes),
        **more,
    )


def label_of(where: Located, statement: Statement) -> Partial | Symbol | Label:
    """What a part asks for: a derivative or a name where its text is one, else a label."""
    text = where.text.strip()
    try:
        return parse_quantity(text, statement.vocabulary)
    except (AnswerError, LimitError):
        pass
    try:
        return Symbol(parse_name(text, FREE))
    except (AnswerError, LimitError):
        pass
    return Label(text, _printed(text.strip("$")))


#: Words within a label, as against letters that are quantities.
_WORDS = re.compile(r"(?<![\\A-Za-z_^{])[A-Za-z]{2,}(?: (?:[A-Za-z]{2,}|a))*")


def _printed(text: str) -> str:
    """The LaTeX of a label: ``x^3 at x = 1`` is a formula with a word in it."""

    def upright(found: re.Match[str]) -> str:
        before = " " if found.start() else ""
        after = " " if found.end() < len(text) else ""
        return rf"\text{{{before}{found[0]}{after}}}"

    return _WORDS.sub(upright, text)


def written_out(tree: Node, forward: Mapping[str, Node]) -> Node:
    """The tree over leaf symbols: every name of the forward pass replaced by its line."""
    while names := symbols(tree) & forward.keys():
        tree = substitute(tree, {name: forward[name] for name in names})
    return tree


def repeated(
    tree: Node, variables: tuple[str, ...], ranges: Mapping[str, str] | None = None
) -> tuple[Node, Node]:
    """A tree differentiated by names, one after the other: what was differentiated last,
    and what came out; ``ranges`` are those of indices.  Raises ValueError."""
    line = tree
    for variable in variables:
        from grader.derive import derivative

        line, tree = tree, derivative(tree, variable, ranges or {})
    return line, tree


def at_point(tree: Node, point: Mapping[str, Node]) -> Node:
    """The tree with values put in, and its numbers worked out.  Raises ValueError."""
    if not point:
        return tree
    from grader.derive import from_sympy, to_sympy

    return from_sympy(to_sympy(substitute(tree, point)))


def read_name(where: Located, known: Mapping[str, object] | frozenset[str],
              statement: Statement, faults: Faults, what: str) -> str | None:  # fmt: skip
    """A name of the question that is one of some known ones; None and a fault for others."""
    name = faults.read(where, lambda: parse_name(where.text, statement.vocabulary))
    if name is None:
        return None
    if name not in known:
        faults.add(
            where, f"`{where.text}` is no {what} of this question", did_you_mean(name, known)
        )
        return None
    return name


def read_tree(where: Located, statement: Statement, faults: Faults) -> Node | None:
    """An expression of the rubric; derivatives in it are worked out through the forward pass."""
    tree = faults.read(where, lambda: parse_expression(where.text, statement.vocabulary))
    if tree is None:
        return None
    try:
        return _worked_out(tree, statement.forward)
    except MATHEMATICAL as error:
        faults.add(where, str(error))
        return None


def _worked_out(tree: Node, forward: Mapping[str, Node]) -> Node:
    """The tree with its derivatives taken through the forward pass, as references are.

    Raises ValueError for one that is not taken by names.
    """
    if isinstance(tree, Partial):
        above, below = order_of(tree)
        names = tuple(each.name for each in below if isinstance(each, Symbol))
        if len(names) < len(below):
            raise ValueError("a derivative is taken with respect to something that is no name")
        lines = {name: line for name, line in forward.items() if name not in names}
        return repeated(written_out(_worked_out(above, forward), lines), names)[1]
    parts = children(tree)
    new = tuple(_worked_out(part, forward) for part in parts if isinstance(part, Node))
    if len(new) < len(parts):
        if any(isinstance(inner, Partial) for inner in walk(tree)):
            raise ValueError("a derivative inside of a condition or of cases is not worked out")
        return tree
    if all(a is b for a, b in zip(parts, new, strict=True)):
        return tree
    found = with_children(tree, new)
    assert isinstance(found, Node)
    return found


def read_point(part: PartFile, statement: Statement, faults: Faults) -> dict[str, Node]:
    """The values of ``at``, by name."""
    point: dict[str, Node] = {}
    for key, value in part.at:
        name = read_name(key, statement.leaves, statement, faults, "symbol")
        tree = read_tree(value, statement, faults)
        if name is not None and tree is not None:
            point[name] = tree
    return point


def all_names(answer: Answer) -> frozenset[str]:
    """The names that occur in an answer of any form."""
    return frozenset().union(*map(symbols, sides(answer)))
