"""``kind: shape``: the size of a Jacobian, from the sizes of its vectors and the layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.compare.interpret import Unevaluated
from grader.compare.ladder import compare
from grader.compare.reference import make_reference
from grader.derive import jacobian_size
from grader.expr.dimensions import parse_dimensions
from grader.expr.names import Vocabulary, latex_name
from grader.expr.parser import Reading
from grader.expr.tree import Dimensions, Node, Symbol, symbols
from grader.questions.part import Kind, Part
from grader.questions.statement import Faults, near, read_partial, read_statement
from grader.read.rubric import QuestionFile, RubricFile
from grader.results import Outcome, Verdict


def build_shapes(question: QuestionFile, rubric: RubricFile) -> tuple[Part, ...]:
    """The parts of a question about sizes.  Raises RubricError with all faults."""
    faults = Faults(rubric)
    statement = read_statement(question, faults)
    if question.layout is None:
        faults.add(
            question.kind,
            "a question about sizes needs a `layout`",
            "write `layout: denominator` or `layout: numerator`",
        )
    asked = [(part, read_partial(part, statement, faults)) for part in question.parts]
    faults.raise_if_any()
    assert question.layout is not None
    parts: list[Part] = []
    for part, quantity in asked:
        assert quantity is not None
        assert isinstance(quantity.quantity, Symbol)
        assert isinstance(quantity.variable, Symbol)
        names = (quantity.quantity.name, quantity.variable.name)
        unknown = [name for name in names if name not in statement.sizes]
        if unknown:
            faults.add(part.quantity, f"`{unknown[0]}` has no size",
                       near(unknown[0], statement.sizes))  # fmt: skip
            continue
        above, below = (statement.sizes[name] for name in names)
        size = jacobian_size(above, below, question.layout)
        rows, columns = (
            make_reference(
                side,
                f"{part.full_id} {label}",
                positive=statement.positive,
                negative=statement.negative,
                integers=statement.integers,
                names=statement.leaves,
            )
            for side, label in ((size.rows, "rows"), (size.columns, "columns"))
        )
        parts.append(
            Part(
                id=part.full_id,
                question=question.id,
                kind=question.kind.text,
                prompt=part.prompt,
                hint=part.hint,
                points=part.points,
                quantity=quantity,
                statement=statement,
                answer=size,
                references=(rows, columns),
                bonus=part.bonus,
            )
        )
    faults.raise_if_any()
    return tuple(parts)


def judge_size(part: Part, answer: Node | Dimensions, definitions: Mapping[str, Node]) -> Verdict:
    """Compare rows with rows and columns with columns, never their product."""
    assert isinstance(answer, Dimensions), "the reader of this kind gives sizes"
    used = symbols(answer.rows) | symbols(answer.columns)
    used |= frozenset().union(*map(symbols, definitions.values()))
    for name in sorted(used & part.statement.sizes.keys()):
        reason = f"${latex_name(name)}$ is a vector of this question, and no number of elements"
        return Verdict(Outcome.DISALLOWED, reason=reason, span=answer.span)
    try:
        rows = compare(part.references[0], answer.rows, definitions)
        columns = compare(part.references[1], answer.columns, definitions)
    except Unevaluated as error:
        return Verdict(Outcome.DISALLOWED, reason=str(error), span=answer.span)
    for verdict, side in ((rows, "rows"), (columns, "columns")):
        if verdict.outcome is Outcome.DIFFERENT:
            return replace(verdict, reason=f"the number of {side} differs")
    for verdict in (rows, columns):
        if verdict.outcome is not Outcome.EQUIVALENT:
            return verdict
    return rows if rows.method != "identical" else columns


def read_size(text: str, vocabulary: Vocabulary) -> Reading:
    """A size, with what people write around it."""
    return parse_dimensions(text, vocabulary)


SHAPE = Kind(name="shape", build=build_shapes, read=read_size, judge=judge_size)
