"""The way of one submission: find its answers, read, compare, score, say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from grader.compare.fingerprint import fingerprint
from grader.errors import AnswerError, Fault, LimitError
from grader.expr.composite import Answer, Chosen, Entries, Label, sides
from grader.expr.parser import Reading
from grader.expr.tree import Node, Symbol
from grader.feedback import sentences
from grader.homework import Homework, near_part, resolve_part
from grader.limits import FILE_FAULTS, UNKNOWN_KEYS
from grader.policy import ROUNDING_STEPS, with_policy
from grader.questions import QUESTIONS
from grader.questions.definitions import Scope, make_scope
from grader.questions.part import Part
from grader.read.answers import AnswersFile, Entry
from grader.results import Outcome, PartResult, Student, Submission, Unread, Verdict
from grader.score import points_for
from grader.source import Place, brief

if TYPE_CHECKING:
    from grader.mistakes.carry import Given
    from grader.mistakes.diagnosis import Diagnosis

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
        problem = Verdict(Outcome.UNREADABLE, reason=asked.problem)
        return _result(homework, part, asked.text, None, problem)
    key = part.question, asked.shared, asked.own
    scope = scopes.get(key)
    if scope is None:
        shared, own = map(_entries, (asked.shared, asked.own))
        scope = scopes[key] = make_scope(part.statement, shared, own, part.question)
    return judge(homework, part, asked.text, scope)


def judge_missing(homework: Homework, part: Part) -> PartResult:
    """The result of a part to which nothing was written."""
    return _result(homework, part, None, None, Verdict(Outcome.MISSING))


def judge_failed(homework: Homework, part: Part, text: str | None, reason: str) -> PartResult:
    """The result of an answer that we failed on: a person's to decide, and ``reason`` says why."""
    return _result(homework, part, text, None, Verdict(Outcome.UNDECIDED, reason=reason))


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


def judge(homework: Homework, part: Part, text: str, scope: Scope) -> PartResult:
    """Read one answer, compare it, score it and say so.  Never raises for any text."""
    if not text.strip():
        return _result(homework, part, text, None, Verdict(Outcome.MISSING))
    kind = QUESTIONS[part.kind]
    try:
        reading = kind.read(text, scope.vocabulary, part)
    except AnswerError as error:
        verdict = Verdict(Outcome.UNREADABLE, reason=error.sentence, span=error.span)
        return _result(homework, part, text, None, verdict)
    except LimitError as error:
        return _result(
            homework, part, text, None, Verdict(Outcome.UNREADABLE, reason=error.message)
        )
    notes = (*(note.message for note in reading.notes), *scope.notes)
    if reading.definitions:
        inner = {found.name: found.tree for found in reading.definitions}
        scope = scope.extended(inner, part.statement, part.question)
    misplaced = _heading_problem(part, reading)
    # Not `or`: a verdict that is not "equivalent" is false in a condition.
    verdict = _compared(part, reading.tree, scope) if misplaced is None else misplaced
    if verdict.outcome is Outcome.DIFFERENT:
        meant = _in_another_reading(part, reading, scope)
        verdict = verdict if meant is None else meant
    diagnosis: Diagnosis | None = None
    slip: str | None = None
    if verdict.outcome is Outcome.DIFFERENT:
        needed, _ = scope.used(reading.tree)
        given, tree, needed = _in_numbers(part, reading.tree, needed)
        diagnosis, slip = _diagnosed(homework, given, tree, needed)
    result = _result(
        homework,
        part,
        text,
        part.latex(reading.tree),
        verdict,
        notes=notes,
        diagnosis=diagnosis,
        meaning=_meaning(part, reading.tree, scope, verdict),
    )
    if slip is not None:
        result = replace(result, slip=slip)
    if len(reading.links) > 1:
        step = _first_wrong_step(part, reading, scope, verdict)
        if step:
            result = replace(result, feedback=(*result.feedback, step))
    return result


def _result(
    homework: Homework,
    part: Part,
    text: str | None,
    read_as: str | None,
    verdict: Verdict,
    *,
    notes: tuple[str, ...] = (),
    diagnosis: Diagnosis | None = None,
    meaning: str | None = None,
) -> PartResult:
    mistake = None if diagnosis is None else diagnosis.mistake
    told = nudge = None
    if diagnosis is not None:
        nudge = diagnosis.nudge
        # Where references are never shown, neither is what tells them.
        told = nudge if homework.file.reveal == "never" else diagnosis.sentence
    return PartResult(
        part=part.id,
        answer=text,
        read_as=read_as,
        verdict=verdict,
        points=points_for(verdict, part.points, mistake, homework.file.policy),
        possible=part.points,
        mistake=mistake,
        feedback=sentences(verdict, part.hint, told),
        notes=notes,
        nudge=nudge,
        meaning=meaning,
        bonus=part.bonus,
    )


def _in_numbers(
    part: Part, tree: Answer, definitions: dict[str, Node]
) -> tuple[Part, Answer, dict[str, Node]]:
    """The same with numbers for the sizes that sums run to, where there are sums."""
    if part.sums is None:
        return part, tree, definitions
    from grader.questions.sums import in_numbers

    return in_numbers(part, tree, definitions)


def _diagnosed(
    homework: Homework, part: Part, tree: Answer, definitions: Mapping[str, Node]
) -> tuple[Diagnosis | None, str | None]:
    """What went wrong in a wrong answer, and the definition that alone makes it wrong."""
    # A submission without a wrong answer loads none of this.
    from grader.mistakes.diagnose import FOLLOW_THROUGH
    from grader.mistakes.diagnosis import Diagnosis

    own = QUESTIONS[part.kind].diagnose
    if own is not None:
        found = own(part, tree, definitions)
        return (None if found is None else Diagnosis(*found)), None
    if definitions:
        from grader.mistakes.follow import find_slip

        slip = find_slip(part, tree, definitions)
        if slip is not None:
            return Diagnosis(FOLLOW_THROUGH, slip.sentence, slip.nudge), slip.name
    return homework.diagnoser.diagnose(part, tree, definitions), None


def _in_another_reading(part: Part, reading: Reading, scope: Scope) -> Verdict | None:
    """A text that is wrong as read, but right as it may have been meant, is a person's
    to decide."""
    for other in reading.alternatives:
        if _compared(part, other, scope).outcome is Outcome.EQUIVALENT:
            return Verdict(
                Outcome.UNDECIDED,
                reason=f"it is right if it means ${part.latex(other)}$, but it reads as "
                f"${part.latex(reading.tree)}$",
            )
    return None


def _meaning(part: Part, tree: Answer, scope: Scope, verdict: Verdict) -> str | None:
    """What groups answers: one word for all right ones, the values for others."""
    if verdict.outcome is Outcome.EQUIVALENT:
        return "right"
    if verdict.outcome not in (Outcome.DIFFERENT, Outcome.UNDECIDED):
        return None
    needed, _ = scope.used(tree)
    own = QUESTIONS[part.kind].fingerprint
    if own is not None:
        return own(part, tree, needed)
    if isinstance(tree, Chosen):
        return " ".join(("chosen", *tree.names))
    if not part.references:
        return part.latex(tree)
    part, tree, needed = _in_numbers(part, tree, needed)
    expressions = sides(tree)
    # An array of another size has nothing to stand against; the points are the same.
    references = (
        part.references
        if len(expressions) == len(part.references)
        else part.references[:1] * len(expressions)
    )
    prints = [fingerprint(*pair, needed) for pair in zip(references, expressions, strict=True)]
    if None in prints:
        return None
    form = [f"{len(tree.rows)}x"] if isinstance(tree, Entries) else []
    return " ".join(map(str, (*form, *prints)))


def _compared(part: Part, tree: Answer, scope: Scope) -> Verdict:
    needed, problem = scope.used(tree)
    if problem is not None:
        return problem
    return QUESTIONS[part.kind].judge(part, tree, needed)


def _heading_problem(part: Part, reading: Reading) -> Verdict | None:
    """A left side that is not this part's quantity is told, not guessed about."""
    heading = reading.heading
    if heading is None or heading == part.quantity:
        return None
    names = part.statement.vocabulary
    if isinstance(heading, Symbol) and names.resolve(heading.name) is None:
        return None  # a label of the student's own
    if isinstance(part.quantity, Label) and part.kind in ("expression", "value", "list"):
        return None  # "x = 0, 2" where the zeros are asked
    return Verdict(
        Outcome.DISALLOWED,
        reason=f"this is headed ${part.latex(heading)}$, but the part asks for "
        f"${part.latex(part.quantity)}$",
        span=heading.span,
    )


def _first_wrong_step(part: Part, reading: Reading, scope: Scope, last: Verdict) -> str | None:
    """The first step of a chain A = B = C that changes whether it is right."""
    outcomes = [_compared(part, link, scope).outcome for link in reading.links[:-1]]
    outcomes.append(last.outcome)
    for before, (left, right) in enumerate(pairwise(outcomes)):
        if {left, right} == {Outcome.EQUIVALENT, Outcome.DIFFERENT}:
            first, second = reading.links[before], reading.links[before + 1]
            return (
                f"The step from ${part.latex(first)}$ to ${part.latex(second)}$ does not hold: "
                f"the {'first' if left is Outcome.EQUIVALENT else 'second'} is right."
            )
    return None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a text is read: as LaTeX, as a tree, by which names, with which doubts."""

    text: str
    latex: str
    outline: str
    names: tuple[str, ...]
    notes: tuple[str, ...]
    result: PartResult | None


def explain(homework: Homework, text: str, part_id: str | None = None) -> Explanation:
    """How a text is read in a homework, and for a part also the verdict on it.

    Without a part, each question's names are tried in the rubric's order.
    Raises AnswerError and LimitError of the first question if none reads the text,
    and KeyError for an unknown part.
    """
    from grader.expr.latex import to_outline
    from grader.expr.names import latex_name
    from grader.expr.tree import symbols

    if part_id is not None:
        part = homework.part(part_id)
        if part is None:
            raise KeyError(part_id)
        candidates = [part]
    else:
        candidates = [parts[0] for parts in homework.by_question.values() if parts]
    first: AnswerError | LimitError | None = None
    for part in candidates:
        try:
            reading = QUESTIONS[part.kind].read(text, part.statement.vocabulary, part)
        except (AnswerError, LimitError) as error:
            first = first or error
            continue
        tree = reading.tree
        names = sorted(frozenset().union(*map(symbols, sides(tree))))
        scope = make_scope(part.statement, (), (), part.question)
        return Explanation(
            text=text,
            latex=part.latex(tree),
            outline=to_outline(tree),
            names=tuple(f"{name}: {latex_name(name)}" for name in names),
            notes=tuple(note.message for note in reading.notes),
            result=judge(homework, part, text, scope) if part_id is not None else None,
        )
    assert first is not None
    raise first
