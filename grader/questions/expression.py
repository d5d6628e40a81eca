"""``kind: expression``: anything that equals a given expression, or one that is derived.

``answer`` gives it; derivatives in it are worked out through the forward pass, and ``at``
puts values in afterwards.  Without ``answer`` it is the quantity's own line, written out.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.expr.composite import Answer
from grader.expr.tree import Node, Partial, Symbol, symbols
from grader.questions.built import (
    MATHEMATICAL,
    Setting,
    at_point,
    label_of,
    made,
    read_point,
    read_tree,
    reference_for,
    written_out,
)
from grader.questions.derivative import full_derivative, judge_expression, read_expression
from grader.questions.part import Kind, Part, Statement
from grader.questions.statement import Faults, read_statement
from grader.read.rubric import PartFile, QuestionFile, RubricFile
from grader.results import Outcome, Verdict


def asked_for(part: PartFile, statement: Statement, faults: Faults) -> Node | None:
    """What the answer must be equal to, over the leaf symbols; None and a fault where the
    rubric does not say it."""
    tree: Node | None = None
    if len(part.answer) > 1:
        faults.add(part.answer[1], "one answer is asked, and here is a second")
    elif part.answer:
        tree = read_tree(part.answer[0], statement, faults)
    else:
        quantity = label_of(part.quantity, statement)
        try:
            if isinstance(quantity, Partial):
                tree = full_derivative(statement, quantity)[1]
            elif isinstance(quantity, Symbol) and quantity.name in statement.forward:
                tree = quantity
            else:
                faults.add(part.quantity, f"nothing says what `{part.quantity.text}` is",
                           "write `answer: …`, or define it under `quantities`")  # fmt: skip
        except MATHEMATICAL as error:
            faults.add(part.quantity, str(error))
    point = read_point(part, statement, faults)
    if tree is None:
        return None
    try:
        return at_point(written_out(tree, statement.forward), point)
    except MATHEMATICAL as error:
        faults.add(part.quantity, str(error))
        return None


def build_expressions(question: QuestionFile, rubric: RubricFile) -> tuple[Part, ...]:
    """The parts of a question whose answers equal given expressions.  Raises RubricError."""
    faults = Faults(rubric)
    statement = read_statement(question, faults)
    parts: list[Part] = []
    for part in question.parts:
        tree = asked_for(part, statement, faults)
        if tree is None:
            continue
        try:
            reference = reference_for(statement, tree, part.full_id)
        except MATHEMATICAL as error:
            faults.add(part.quantity, str(error))
            continue
        quantity = label_of(part.quantity, statement)
        parts.append(made(Setting(part, question, rubric, statement), quantity, tree, (reference,)))
    faults.raise_if_any()
    return tuple(parts)


def judge_given(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Verdict:
    """Compare, unless the answer is the asked quantity's own name."""
    assert isinstance(answer, Node), "the reader of this kind gives expressions"
    quantity = part.quantity
    if isinstance(quantity, Symbol) and quantity.name in part.statement.forward:
        used = symbols(answer).union(*map(symbols, definitions.values()))
        if quantity.name in used:
            return Verdict(
                Outcome.DISALLOWED,
                reason=f"this restates the question: it uses ${part.latex(quantity)}$ itself",
                span=answer.span,
            )
    return judge_expression(part, answer, definitions)


EXPRESSION = Kind(
    name="expression",
    build=build_expressions,
    read=read_expression,
    judge=judge_given,
    keys=frozenset({"answer", "at"}),
)
