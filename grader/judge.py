"""One answer: read, compared, scored, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from grader.compare.deadline import one_answer
from grader.compare.fingerprint import fingerprint
from grader.errors import AnswerError, LimitError
from grader.expr.composite import Answer, Chosen, Entries, Label, sides
from grader.expr.names import latex_name
from grader.expr.parser import Reading
from grader.expr.tree import Negation, Node, Sum, Symbol
from grader.feedback import sentences
from grader.homework import Homework
from grader.questions import QUESTIONS
from grader.questions.definitions import Scope, make_scope
from grader.questions.part import Part
from grader.results import Outcome, PartResult, Verdict
from grader.score import points_for

if TYPE_CHECKING:
    from grader.mistakes.diagnosis import Diagnosis


#: Why an answer waits that has a right link at its end and a wrong one before it.
ENDS_RIGHT = "what stands last is right, but not all that is said to be equal to it"


def judge_missing(homework: Homework, part: Part) -> PartResult:
    """The result of a part to which nothing was written."""
    return _result(homework, part, None, None, Verdict(Outcome.MISSING))


def judge_failed(homework: Homework, part: Part, text: str | None, reason: str) -> PartResult:
    """The result of an answer that we failed on: a person's to decide, and ``reason`` says why."""
    return _result(homework, part, text, None, Verdict(Outcome.UNDECIDED, reason=reason))


def judge_unreadable(
    homework: Homework, part: Part, text: str | None, reason: str | None
) -> PartResult:
    """The result of what cannot be one answer, and ``reason`` says why."""
    return _result(homework, part, text, None, Verdict(Outcome.UNREADABLE, reason=reason))


def judge(homework: Homework, part: Part, text: str, scope: Scope) -> PartResult:
    """Read one answer, compare it, score it and say so.  Never raises for any text."""
    with one_answer():
        return _judged(homework, part, text, scope)


def _judged(homework: Homework, part: Part, text: str, scope: Scope) -> PartResult:
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
        verdict = _where_the_reference_is(part, reading.tree, scope, verdict)
    if verdict.outcome is Outcome.DIFFERENT:
        meant = _in_another_reading(part, reading, scope)
        verdict = verdict if meant is None else meant
    step = None if len(reading.links) == 1 else _first_wrong_step(part, reading, scope, verdict)
    if step is not None and verdict.outcome is Outcome.EQUIVALENT:
        # 0 = 2 = 1 holds three answers, as does a part that is answered three times.
        verdict = Verdict(Outcome.UNDECIDED, reason=ENDS_RIGHT)
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
    if step is not None:
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


def _where_the_reference_is(part: Part, tree: Answer, scope: Scope, verdict: Verdict) -> Verdict:
    """What refutes an answer that has a value where the reference has none: less than a witness.

    `1 + 9x/4` is what `1 + (3/2 \\sqrt{x})^2` comes to, where that has a value; whether it
    counts is a person's to decide.  Else the point shown is one at which both have values.
    """
    found = verdict.witness
    if found is None or found.answer is None or found.reference is not None:
        return verdict
    if not isinstance(tree, Node) or not isinstance(part.answer, Node):
        return verdict
    nothing = Sum((part.answer, Negation(part.answer)))
    inside = _compared(part, Sum((tree, nothing)), scope)
    if inside.outcome is not Outcome.DIFFERENT:
        equals = "equals" if inside.outcome is Outcome.EQUIVALENT else "may equal"
        at = ", ".join(f"{latex_name(name)} = {value}" for name, value in found.at)
        return Verdict(
            Outcome.UNDECIDED,
            reason=f"it {equals} the derived answer wherever that has a value, and it has one"
            f" elsewhere too, as at ${at}$",
            tried=inside.tried,
        )
    if inside.witness is None or inside.witness.reference is None:
        return verdict
    return replace(verdict, witness=inside.witness)


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
