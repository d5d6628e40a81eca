"""``kind: list``: a few expressions, in any order unless the rubric says that it counts."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from grader.expr.arrays import parse_list
from grader.expr.composite import Answer, Entries
from grader.expr.names import Vocabulary
from grader.expr.parser import Reading
from grader.expr.tree import Node
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
from grader.questions.derivative import judge_expression
from grader.questions.entries import together
from grader.questions.part import Arrangement, Kind, Part
from grader.questions.statement import Faults, read_statement
from grader.read.rubric import QuestionFile, RubricFile
from grader.results import Outcome, Verdict


def build_lists(question: QuestionFile, rubric: RubricFile) -> tuple[Part, ...]:
    """The parts of a question whose answers are lists.  Raises RubricError with all faults."""
    faults = Faults(rubric)
    statement = read_statement(question, faults)
    parts: list[Part] = []
    for part in question.parts:
        if not part.answer:
            faults.add(part.quantity, "nothing says what belongs to the list",
                       "write `answer: [0, 2]`")  # fmt: skip
        quantity = label_of(part.quantity, statement)
        trees = [read_tree(each, statement, faults) for each in part.answer]
        point = read_point(part, statement, faults)
        if faults.found:
            continue
        inner: list[Part] = []
        for number, (tree, where) in enumerate(zip(trees, part.answer, strict=True)):
            assert tree is not None
            try:
                whole = at_point(written_out(tree, statement.forward), point)
                reference = reference_for(statement, whole, f"{part.full_id}[{number + 1}]")
            except MATHEMATICAL as error:
                faults.add(where, str(error))
                continue
            inner.append(
                made(Setting(part, question, rubric, statement), quantity, whole, (reference,))
            )
        for later, where in zip(inner[1:], part.answer[1:], strict=False):
            before = inner[: inner.index(later)]
            assert isinstance(later.answer, Node)
            if not part.ordered and any(judge_expression(one, later.answer, {}) for one in before):
                faults.add(where, f"`{where.text}` stands in the list already")
        row = tuple(one.answer for one in inner if isinstance(one.answer, Node))
        parts.append(
            made(Setting(part, question, rubric, statement), quantity, Entries((row,), is_list=True),
                tuple(one.references[0] for one in inner),
                detail=Arrangement("list", ordered=part.ordered), inner=tuple(inner),
            )
        )  # fmt: skip
    faults.raise_if_any()
    return tuple(parts)


def judge_list(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Verdict:
    """Compare member by member; where the order does not count, each with the member it equals.

    What is written twice counts once more than it should.
    """
    assert isinstance(answer, Entries), "the reader of this kind gives lists"
    assert isinstance(part.detail, Arrangement)
    wanted = list(part.inner)
    mine = answer.flat
    if part.detail.ordered:
        if len(mine) != len(wanted):
            return Verdict(Outcome.DIFFERENT, reason=_count_reason(len(mine), len(wanted)))
        verdicts = [judge_expression(one, entry, definitions)
                    for one, entry in zip(wanted, mine, strict=True)]  # fmt: skip
        return together(verdicts, answer)
    left = wanted
    verdicts = []
    for entry in mine:
        verdict = _found(left, entry, definitions)
        verdicts.append(verdict[0])
        left = [one for one in left if one is not verdict[1]]
    told = together(verdicts, answer)
    if told.outcome is Outcome.EQUIVALENT and left:
        right = tuple(Outcome.EQUIVALENT for _ in mine)
        return Verdict(Outcome.DIFFERENT, reason=_count_reason(len(mine), len(wanted)),
                       entries=right, earned=_share(len(mine), 0, len(wanted)))  # fmt: skip
    if told.outcome is Outcome.DIFFERENT:
        hits = told.entries.count(Outcome.EQUIVALENT)
        return Verdict(
            Outcome.DIFFERENT, method=told.method, witness=None,
            reason=_hits_reason(hits, len(mine), len(wanted))
            if len(wanted) > 1 else told.reason,
            entries=told.entries,
            earned=_share(hits, len(mine) - hits, len(wanted)),
        )  # fmt: skip
    return told


def _found(
    left: list[Part], entry: Node, definitions: Mapping[str, Node]
) -> tuple[Verdict, Part | None]:
    """The verdict on one member, and the member of the reference that it is."""
    open_verdict: Verdict | None = None
    different = Verdict(Outcome.DIFFERENT, reason="it stands in the list already")
    for one in left:
        verdict = judge_expression(one, entry, definitions)
        if verdict.outcome is Outcome.EQUIVALENT:
            return verdict, one
        if verdict.outcome is Outcome.DIFFERENT:
            different = verdict
        else:
            open_verdict = open_verdict if open_verdict is not None else verdict
    return (different if open_verdict is None else open_verdict), None


def _share(hits: int, misses: int, wanted: int) -> Fraction:
    return Fraction(max(hits - misses, 0), wanted)


def _hits_reason(hits: int, mine: int, wanted: int) -> str:
    if mine == 1:
        return f"it does not belong to the list, and {wanted} are asked"
    if not hits:
        return f"none of the {mine} is right, and {wanted} are asked"
    return f"{hits} of the {mine} {'is' if hits == 1 else 'are'} right, and {wanted} are asked"


def _count_reason(mine: int, wanted: int) -> str:
    verb = "is" if mine == 1 else "are"
    return f"{mine} {verb} given, and {wanted} {'is' if wanted == 1 else 'are'} asked"


def read_list(text: str, vocabulary: Vocabulary, part: Part) -> Reading:
    """A list of expressions, with or without brackets."""
    return parse_list(text, vocabulary)


LIST = Kind(
    name="list",
    build=build_lists,
    read=read_list,
    judge=judge_list,
    keys=frozenset({"answer", "at", "ordered"}),
)
