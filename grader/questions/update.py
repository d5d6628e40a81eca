r"""``kind: update``: a step of gradient descent, ``\theta - \alpha \nabla L``, worked out."""

from __future__ import annotations

import re

from grader.derive import derivative
from grader.expr.names import Vocabulary
from grader.expr.parser import Reading
from grader.expr.tree import Negation, Node, Number, Product, Sum, Symbol
from grader.questions.built import (
    MATHEMATICAL,
    Setting,
    at_point,
    label_of,
    made,
    read_name,
    read_point,
    read_tree,
    reference_for,
    written_out,
)
from grader.questions.derivative import judge_expression, read_expression
from grader.questions.part import Derived, Kind, Part
from grader.questions.statement import Faults, read_statement
from grader.read.rubric import QuestionFile, RubricFile


def build_updates(question: QuestionFile, rubric: RubricFile) -> tuple[Part, ...]:
    """The parts of a question about one step of descent; each asks for a parameter's next value.

    Raises RubricError with all faults.
    """
    faults = Faults(rubric)
    statement = read_statement(question, faults)
    step = question.step
    if step is None:
        faults.add(question.kind, "a question about a step needs the loss and the rate",
                   r"write `step: {of: L, rate: \alpha}`")  # fmt: skip
        faults.raise_if_any()
        return ()
    loss = read_name(step.of, statement.forward, statement, faults, "quantity")
    rate = read_tree(step.rate, statement, faults)
    parts: list[Part] = []
    for part in question.parts:
        name = read_name(part.quantity, statement.leaves, statement, faults, "symbol")
        point = read_point(part, statement, faults)
        if name is None or loss is None or rate is None:
            continue
        try:
            line = written_out(statement.forward[loss], statement.forward)
            slope = derivative(line, name)
            if isinstance(slope, Number) and not slope.value:
                raise ValueError(f"`{loss}` does not depend on `{name}`")
            change = Product((rate, slope))
            tree: Node = Sum((Symbol(name), change if step.ascent else Negation(change)))
            tree = at_point(tree, point)
            reference = reference_for(statement, tree, part.full_id)
        except MATHEMATICAL as error:
            faults.add(part.quantity, str(error))
            continue
        derived = None if point else Derived(line, loss, name)
        parts.append(
            made(Setting(part, question, rubric, statement), label_of(part.quantity, statement), tree,
                (reference,), derived=derived,
            )
        )  # fmt: skip
    faults.raise_if_any()
    return tuple(parts)


#: Signs for "becomes", which stand for an equals sign here.
BECOMES = re.compile(
    r"\\leftarrow(?![A-Za-z])|\\gets(?![A-Za-z])|\\coloneqq(?![A-Za-z])|:=|←|<-(?!\s*\d)"
)

#: A left side for the new value: ``\theta_{new}``, ``\theta^{(t+1)}``, ``\theta'``.
_NEW = re.compile(
    r"^(\s*\$?\s*[\\A-Za-z\u0370-\u03ff]+(?:_(?:\{\s*\d*\s*\}|\d+))?)\s*"
    r"(?:_\{?\s*(?:\\text\s*\{|\\mathrm\s*\{)?\s*(?:new|neu|next)\s*\}*|\^\{?\s*\(?\s*[tk]\s*\+\s*1\s*\)?\s*\}?"
    r"|\^\{?\s*(?:\\text\s*\{|\\mathrm\s*\{)?\s*(?:new|next)\s*\}*|')\s*(?==)"
)


def read_update(text: str, vocabulary: Vocabulary, part: Part) -> Reading:
    """An expression; ``\\theta \\leftarrow …`` and ``\\theta_{new} = …`` head it too."""
    text = BECOMES.sub(lambda found: "=".rjust(len(found[0])), text)
    headed = _NEW.match(text)
    if headed is not None:
        text = headed[1] + " " * (headed.end() - headed.end(1)) + text[headed.end() :]
    return read_expression(text, vocabulary, part)


UPDATE = Kind(
    name="update",
    build=build_updates,
    read=read_update,
    judge=judge_expression,
    keys=frozenset({"at"}),
    sections=frozenset({"step"}),
)
