"""What a student is told before handing in, arranged for a terminal and for a page.

No reference answer gets into these values, whatever the rubric reveals later:
they are made from the verdict, the nudge and rules that hold for any homework.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from grader.expr.names import latex_name
from grader.limits import WITNESS_NAMES
from grader.reports.people import gathered_notes, identity_text, student_name
from grader.reports.rules import rule_for
from grader.reports.visible import one_line
from grader.reports.words import VERDICT_WORDS, plural, value_words
from grader.results import (
    FOR_A_PERSON,
    HomeworkStatement,
    Outcome,
    PartResult,
    PartStatement,
    Submission,
    Witness,
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict shows: a symbol and a word, so that colour is never the only sign.

    ``colour`` is a terminal's, ``tone`` the class that the style sheet colours.
    """

    symbol: str
    word: str
    colour: str
    tone: str


#: Short words and a terminal's colours; the symbols and tones are those of the pages.
_WORDS = (
    (Outcome.EQUIVALENT, "right", "green"),
    (Outcome.DIFFERENT, "wrong", "red"),
    (Outcome.UNREADABLE, "unreadable", "magenta"),
    (Outcome.UNDECIDED, "undecided", "yellow"),
    (Outcome.DISALLOWED, "disallowed", "magenta"),
    (Outcome.MISSING, "missing", "yellow"),
)

LOOKS: Mapping[Outcome, Look] = MappingProxyType({
    outcome: Look(VERDICT_WORDS[outcome].symbol, word, colour, VERDICT_WORDS[outcome].tone)
    for outcome, word, colour in _WORDS
})  # fmt: skip

#: What a self-check shows where the rubric lets it tell the form of an answer only.
READ = Look("•", "read", "cyan", "missing")

#: Verdicts that speak of the form, and so may always be told.
_OF_THE_FORM = frozenset({Outcome.UNREADABLE, Outcome.DISALLOWED, Outcome.MISSING})

#: Steps of a hint: where to look, where it shows, and the rule.
HINT_STEPS = 3


@dataclass(frozen=True, slots=True)
class Hint:
    """One step of a hint: what it is, and what it says."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckPart:
    """One part; ``reason`` says why it could not be taken, ``marked`` where.

    ``hints`` step from a nudge to the rule; there are none where the rubric does
    not want any.
    """

    part: str
    quantity: str
    prompt: str
    look: Look
    answer: str | None
    marked: tuple[int, int] | None
    read_as: str | None
    reason: str
    notes: tuple[str, ...]
    hints: tuple[Hint, ...]

    @property
    def is_good(self) -> bool:
        """Whether there is nothing to mend, as far as may be told."""
        return self.look in (READ, LOOKS[Outcome.EQUIVALENT])


@dataclass(frozen=True, slots=True)
class CheckQuestion:
    """A question and its parts."""

    question: str
    title: str
    prompt: str
    parts: tuple[CheckPart, ...]


@dataclass(frozen=True, slots=True)
class CheckView:
    """A whole self-check; ``counts`` are how many parts show which look."""

    title: str
    course: str
    name: str
    identity: str
    file: str
    notes: tuple[str, ...]
    questions: tuple[CheckQuestion, ...]
    counts: tuple[tuple[Look, int], ...]
    parts: str
    closing: str


def look(outcome: Outcome, self_check: str) -> Look:
    """How a verdict shows in a self-check; ``format`` does not tell right from wrong."""
    if self_check == "format" and outcome not in _OF_THE_FORM:
        return READ
    return LOOKS[outcome]


def check_view(statement: HomeworkStatement, submission: Submission, self_check: str) -> CheckView:
    """All that a student may be told; ``self_check`` is the rubric's choice of how much."""
    results = {part.part: part for part in submission.parts}
    questions = tuple(
        CheckQuestion(
            question=question.question,
            title=one_line(question.title or question.question),
            prompt=question.prompt,
            parts=tuple(_part(part, results[part.part], self_check) for part in question.parts),
        )
        for question in statement.questions
    )
    looks = Counter(part.look for question in questions for part in question.parts)
    counts = tuple((shown, looks[shown]) for shown in (READ, *LOOKS.values()) if looks[shown])
    told = ", ".join(f"{count} {shown.word}" for shown, count in counts)
    student = submission.student.as_json()
    return CheckView(
        title=one_line(statement.title or statement.assignment),
        course=one_line(statement.course),
        name=student_name(student),
        identity=identity_text(student),
        file=one_line(submission.file),
        notes=gathered_notes(submission.notes),
        questions=questions,
        counts=counts,
        parts=plural(len(submission.parts), "part"),
        closing=f"{told}, of {len(submission.parts)} parts.",
    )


def _part(part: PartStatement, result: PartResult, self_check: str) -> CheckPart:
    verdict = result.verdict
    shown = look(verdict.outcome, self_check)
    told = verdict.outcome in FOR_A_PERSON and shown is not READ
    marked = None
    if told and verdict.span is not None and result.answer is not None:
        marked = (verdict.span.start, verdict.span.end)
    return CheckPart(
        part=part.part,
        quantity=part.quantity,
        prompt=one_line(part.prompt),
        look=shown,
        answer=result.answer,
        marked=marked,
        read_as=result.read_as,
        reason=(verdict.reason or "") if told else "",
        notes=result.notes,
        hints=_hints(result) if self_check == "hints" else (),
    )


def _hints(result: PartResult) -> tuple[Hint, ...]:
    """The steps for a wrong answer; empty ones are left out."""
    verdict = result.verdict
    if verdict.outcome is not Outcome.DIFFERENT:
        return ()
    # The first sentence of a diagnosis may speak of the right answer; the nudge does not.
    nudge = result.nudge or next(iter(result.feedback), "")
    shows = list(result.feedback[1:])
    # "The number of rows differs" says it better than a point does; sizes say so.
    is_size = verdict.reason is not None
    if verdict.reason is not None:
        shows.append(f"{verdict.reason[:1].upper()}{verdict.reason[1:]}.")
    elif verdict.witness is not None and verdict.witness.at:
        shows.append(witness_sentence(verdict.witness))
    steps = (
        Hint("Where to look", (nudge,) if nudge else ()),
        Hint("Where it shows", tuple(shows)),
        Hint("The rule", (rule_for(result.mistake, is_size=is_size),)),
    )
    return tuple(step for step in steps if step.sentences)


def witness_sentence(witness: Witness) -> str:
    """What is found at a point; the reference's value stays unsaid.

    The value of a constant reference would be the reference.
    """
    at = [f"${latex_name(name)}$ = {value_words(str(value)).number}" for name, value in witness.at]
    more = len(at) - WITNESS_NAMES
    point = ", ".join(at[:WITNESS_NAMES]) + (f" and {more} more" if more > 0 else "")
    value = value_words(None if witness.answer is None else witness.answer.as_json())
    return f"At {point} your expression {value}; the right answer is something else there."
