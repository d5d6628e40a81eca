"""The way of one submission: find its answers, judge each (``judge.py``), put them together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grader.errors import Fault
from grader.expr.tree import Node
from grader.homework import Homework, near_part, resolve_part
from grader.judge import judge, judge_missing, judge_unreadable
from grader.limits import FILE_FAULTS, UNKNOWN_KEYS
from grader.policy import ROUNDING_STEPS, with_policy
from grader.questions import QUESTIONS
from grader.questions.definitions import Scope, make_scope
from grader.questions.part import Part
from grader.read.answers import AnswersFile, Entry
from grader.results import Outcome, PartResult, Student, Submission, Unread
from grader.source import Place, brief

if TYPE_CHECKING:
    from grader.mistakes.carry import Given

#: Definitions in force, as written: what they mean depends on nothing else.
Definitions = tuple[tuple[str, str | None, str | None], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """All that the judgement of one answer depends on, beside the homework.

    ``part`` is the full id; ``text`` as written; ``problem`` why it cannot be one answer
    (the definitions are then left out, since they change nothing); ``shared`` and ``own``
    are the definitions of the file and of the question.
    """

    part: str
    text: str | None
    problem: str | None = None
    shared: Definitions = ()
    own: Definitions = ()


@dataclass(frozen=True, slots=True)
class Sorted:
    """A submission before anything is judged: what it asks about each part of the homework,
    None where nothing was written; the rest goes into its results as it is."""

    student: Student
    file: str
    asked: tuple[Asked | None, ...]
    notes: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()


#: Scopes by question and definitions.
Scopes = dict[tuple[str, Definitions, Definitions], Scope]
#: Parts by question and key, as they are written in answers files.
Named = dict[tuple[str | None, str], Part | None]


@dataclass(frozen=True, slots=True)
class Memory:
    """What was worked out for earlier submissions of a batch, so that equal answers
    cost their work once: verdicts by what was asked; scopes by question and
    definitions; parts by question and key."""

    results: dict[Asked, PartResult] = field(default_factory=dict)
    scopes: Scopes = field(default_factory=dict)
    parts: Named = field(default_factory=dict)


def grade(homework: Homework, answers: AnswersFile, memory: Memory | None = None) -> Submission:
    """Grade one submission.

    ``memory`` may be shared between the submissions of a batch: equal answers are
    then judged once.  Never raises for anything that a student wrote.
    """
    memory = Memory() if memory is None else memory
    found = sort_out(homework, answers, memory.parts)
    results: list[PartResult] = []
    for part, asked in zip(homework.parts, found.asked, strict=True):
        if asked is None:
            results.append(judge_missing(homework, part))
            continue
        known = memory.results.get(asked)
        if known is None:
            known = judge_asked(homework, part, asked, memory.scopes)
            memory.results[asked] = known
        results.append(known)
    return put_together(homework, found, results)


def sort_out(homework: Homework, answers: AnswersFile, named: Named) -> Sorted:
    """What a file asks about each part, and what in it answers none.

    ``named`` remembers which part a key names.  Never raises for anything a student wrote.
    """
    placed, unread = _place(homework, answers, named)
    shared = _as_written(answers.definitions)
    own = {
        question: _as_written(
            entry for block in answers.blocks if block.question == question
            for entry in block.definitions
        )
        for question in homework.by_question
    }  # fmt: skip
    asked: list[Asked | None] = []
    for part in homework.parts:
        entry = placed.get(part.id)
        if entry is None or (entry.text is None and entry.problem is None):
            asked.append(None)
        elif entry.text is None or entry.problem is not None:
            asked.append(Asked(part.id, entry.text, entry.problem))
        else:
            asked.append(Asked(part.id, entry.text, None, shared, own[part.question]))
    notes = list(answers.notes)
    if answers.assignment is not None and answers.assignment != homework.statement.assignment:
        notes.append(
            f"the file says it is for the assignment `{brief(answers.assignment)}`, "
            f"not `{homework.statement.assignment}`"
        )
    return Sorted(answers.student, answers.file, tuple(asked), tuple(notes), tuple(unread))


def judge_asked(homework: Homework, part: Part, asked: Asked, scopes: Scopes) -> PartResult:
    """Judge one answer; ``scopes`` remembers what definitions mean."""
    if asked.text is None or asked.problem is not None:
        return judge_unreadable(homework, part, asked.text, asked.problem)
    key = part.question, asked.shared, asked.own
    scope = scopes.get(key)
    if scope is None:
        shared, own = map(_entries, (asked.shared, asked.own))
        scope = scopes[key] = make_scope(part.statement, shared, own, part.question)
    return judge(homework, part, asked.text, scope)


def put_together(homework: Homework, found: Sorted, results: list[PartResult]) -> Submission:
    """The submission with its results, one for each part, as the rubric's policy has them."""
    if homework.file.policy.follow_through_credit:
        results = _carried(homework, found, results)
    return with_results(homework, found, with_policy(results, homework))


def with_results(homework: Homework, found: Sorted, results: list[PartResult]) -> Submission:
    """The submission with these very results."""
    return Submission(
        found.student,
        found.file,
        tuple(results),
        found.notes,
        found.unread,
        ROUNDING_STEPS[homework.file.policy.rounding],
        homework.file.policy.cap,
    )


def _carried(homework: Homework, found: Sorted, results: list[PartResult]) -> list[PartResult]:
    """Answers that are right given an earlier wrong answer of the student's, told as such.

    Each was graded by itself first; only what is wrong is looked at again.
    """
    from grader.mistakes.carry import is_right_given

    told = list(results)
    given: list[tuple[PartResult, Given]] = []
    for place, (part, asked, result) in enumerate(
        zip(homework.parts, found.asked, results, strict=True)
    ):
        if asked is None or result.verdict.outcome is not Outcome.DIFFERENT:
            continue
        answer = _given(part, asked)
        if answer is None:
            continue
        if result.slip is None:
            for before, earlier in given:
                if is_right_given(answer, earlier):
                    told[place] = _right_given(result, before, earlier.part)
                    break
        given.append((result, answer))
    return told


def _given(part: Part, asked: Asked) -> Given | None:
    """An answer that was read before, as a tree with the definitions that it uses."""
    from grader.mistakes.carry import Given

    assert asked.text is not None
    shared, own = map(_entries, (asked.shared, asked.own))
    scope = make_scope(part.statement, shared, own, part.question)
    reading = QUESTIONS[part.kind].read(asked.text, scope.vocabulary, part)
    if not isinstance(reading.tree, Node) or not part.references or part.sums is not None:
        return None
    if reading.definitions:
        inner = {found.name: found.tree for found in reading.definitions}
        scope = scope.extended(inner, part.statement, part.question)
    return Given(part, reading.tree, scope.used(reading.tree)[0])


def _right_given(result: PartResult, before: PartResult, earlier: Part) -> PartResult:
    from grader.mistakes.diagnose import FOLLOW_THROUGH

    quantity = f"${earlier.latex(earlier.quantity)}$"
    sentence = f"Right, given your {quantity}; mend {quantity} first."
    # What the mistake was taken for goes; what is not of it (a hint, a wrong step) stays.
    return replace(
        result,
        mistake=FOLLOW_THROUGH,
        slip=before.part,
        feedback=(sentence, *result.feedback[1:]),
        nudge=sentence,
    )


def _as_written(entries: Iterable[Entry]) -> Definitions:
    return tuple((entry.key, entry.text, entry.problem) for entry in entries)


#: Definitions mean the same wherever they stand.
_ANYWHERE = Place("", 1, 1)


def _entries(definitions: Definitions) -> list[Entry]:
    return [Entry(key, text, _ANYWHERE, _ANYWHERE, problem) for key, text, problem in definitions]


def _place(
    homework: Homework, answers: AnswersFile, named: Named
) -> tuple[dict[str, Entry], list[Unread]]:
    """Each entry under the part that it answers; what answers none is told."""
    faults: list[Fault] = list(answers.faults)
    placed: dict[str, Entry] = {}
    questions = [question.id for question in homework.file.questions]
    listed = ", ".join(f"`{name}`" for name in questions)
    ids = {part.id for part in homework.parts}
    ids |= {part.id.partition(".")[2] for part in homework.parts}
    unknown = 0
    for block in answers.blocks:
        if block.question is not None and block.question not in questions:
            faults.extend(
                Fault(entry.key_place, "", f"`{brief(block.question)}` is not a question of this "
                      "homework", f"there are {listed}")
                for entry in block.answers[:1]
            )  # fmt: skip
            continue
        for entry in block.answers:
            place = (block.question, entry.key)
            if unknown < UNKNOWN_KEYS:
                if place not in named:
                    named[place] = resolve_part(homework, *place)
                part = named[place]
            else:
                # What others' keys mean is no help either, or it would depend on who was first.
                by_id = entry.key in ids
                part = resolve_part(homework, *place, by_meaning=False) if by_id else None
            if part is None:
                unknown += 1
                # Who names more parts wrong than anyone mends at a time gets no further help.
                close = (
                    near_part(homework, block.question, entry.key)
                    if len(faults) < FILE_FAULTS
                    else None
                )
                where = f" of {brief(block.question)}" if block.question else ""
                faults.append(
                    Fault(entry.key_place, "", f"`{brief(entry.key)}` is not a part{where}",
                          f"did you mean `{close}`?" if close else None)
                )  # fmt: skip
            elif part.id in placed:
                if placed[part.id].text != entry.text:
                    # Which one counts is not ours to choose.
                    twice = f"`{part.id}` is answered twice, and differently"
                    faults.append(Fault(entry.key_place, "", twice))
                    placed[part.id] = replace(placed[part.id], problem=twice)
            else:
                placed[part.id] = entry
    if len(faults) > FILE_FAULTS:
        more = f"{len(faults) - FILE_FAULTS:,} more such faults of this file are not listed"
        faults[FILE_FAULTS:] = [Fault(faults[FILE_FAULTS].place, "", more)]
    return placed, [Unread(answers.file, str(fault)) for fault in faults]
