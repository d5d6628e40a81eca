"""``kind: derivative``: ∂y/∂θ of a quantity of the forward pass, worked out in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from grader.compare.field import UndefinedEverywhere
from grader.compare.interpret import Unevaluated
from grader.compare.kinks import difference_at_kink
from grader.compare.ladder import compare
from grader.compare.reference import make_reference
from grader.compare.rounding import compare_rounded
from grader.derive import chain_term, derivative
from grader.errors import LimitError
from grader.expr.families import unfolded
from grader.expr.names import Vocabulary
from grader.expr.parser import Reading, parse_answer
from grader.expr.tree import Dimensions, Node, Number, Partial, Symbol, substitute, symbols
from grader.questions.part import Kind, Part, Rules, Statement
from grader.questions.partials import Disallowed, work_out
from grader.questions.statement import Faults, read_partial, read_statement
from grader.questions.sums import judge_sums, part_with_sums
from grader.read.rubric import QuestionFile, RubricFile
from grader.results import Outcome, Verdict

Derive = Callable[[Statement, str, str], Node]


def build_expressions(
    question: QuestionFile, rubric: RubricFile, derive: Derive
) -> tuple[Part, ...]:
    """The parts of a question whose answers are expressions, each derived by ``derive``
    from the statement, the name above and the name below.

    Raises RubricError with all faults.
    """
    faults = Faults(rubric)
    statement = read_statement(question, faults)
    parts: list[Part] = []
    asked = [(part, read_partial(part, statement, faults)) for part in question.parts]
    faults.raise_if_any()
    for part, quantity in asked:
        assert quantity is not None
        assert isinstance(quantity.quantity, Symbol)
        assert isinstance(quantity.variable, Symbol)
        try:
            tree = derive(statement, quantity.quantity.name, quantity.variable.name)
            if statement.vocabulary.indices:
                parts.append(part_with_sums(question, part, quantity, statement, tree))
                continue
            reference = make_reference(
                tree,
                part.full_id,
                environment=statement.forward,
                positive=statement.positive,
                negative=statement.negative,
                integers=statement.integers,
                intervals=statement.intervals,
                names=statement.leaves,
            )
        except (ValueError, LimitError, UndefinedEverywhere) as error:
            faults.add(part.quantity, str(error))
            continue
        if not reference.points:
            faults.add(part.quantity, "the reference answer has no value anywhere")
            continue
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
                answer=tree,
                references=(reference,),
                bonus=part.bonus,
                rules=Rules(rubric.policy.significant, rubric.policy.kink_notes),
            )
        )
    faults.raise_if_any()
    return tuple(parts)


def _full_derivative(statement: Statement, of: str, with_respect_to: str) -> Node:
    if of not in statement.forward:
        raise ValueError(f"`{of}` is not defined by this question")
    tree = statement.forward[of]
    if statement.vocabulary.indices:
        tree = unfolded(tree, statement.forward, statement.vocabulary.indices)
    while names := symbols(tree) & statement.forward.keys():
        tree = substitute(tree, {name: statement.forward[name] for name in names})
    found = derivative(tree, with_respect_to)
    if isinstance(found, Number) and not found.value:
        raise ValueError(f"`{of}` does not depend on `{with_respect_to}`")
    return found


def _chain_term(statement: Statement, of: str, with_respect_to: str) -> Node:
    return chain_term(statement.forward, of, with_respect_to)


def judge_expression(
    part: Part, answer: Node | Dimensions, definitions: Mapping[str, Node]
) -> Verdict:
    """Compare an expression with the part's reference."""
    assert not isinstance(answer, Dimensions), "the reader of this kind gives expressions"
    assert isinstance(part.quantity, Partial)
    if part.sums is not None:
        return judge_sums(part, answer, definitions)
    try:
        return _compared(part, answer, definitions)
    except Unevaluated:
        pass  # worked out below: rare, and no cost to the answers without
    forward = {**part.statement.forward, **definitions}
    try:
        answer = work_out(answer, part.quantity, forward)
        definitions = {
            name: work_out(tree, part.quantity, forward) for name, tree in definitions.items()
        }
    except Disallowed as disallowed:
        return Verdict(Outcome.DISALLOWED, reason=disallowed.reason, span=disallowed.span)
    except ValueError as error:
        return Verdict(Outcome.UNDECIDED, reason=str(error))
    return _compared(part, answer, definitions)


def _compared(part: Part, answer: Node, definitions: Mapping[str, Node]) -> Verdict:
    """The verdict under the rubric's rules for decimals and kinks."""
    reference, rules = part.references[0], part.rules
    if rules.significant is None:
        verdict = compare(reference, answer, definitions)
    else:
        verdict = compare_rounded(reference, answer, definitions, significant=rules.significant)
    if rules.kink_notes and verdict.outcome is Outcome.EQUIVALENT:
        kink = difference_at_kink(reference, answer, definitions)
        if kink is not None:
            note = "at a kink it has another value than the reference (> for ≥, say)"
            verdict = replace(verdict, notes=(*verdict.notes, note))
    return verdict


def read_expression(text: str, vocabulary: Vocabulary) -> Reading:
    """An expression, with what people write around it."""
    return parse_answer(text, vocabulary)


DERIVATIVE = Kind(
    name="derivative",
    build=lambda question, rubric: build_expressions(question, rubric, _full_derivative),
    read=read_expression,
    judge=judge_expression,
)

CHAIN_TERM = Kind(
    name="chain_term",
    build=lambda question, rubric: build_expressions(question, rubric, _chain_term),
    read=read_expression,
    judge=judge_expression,
)
