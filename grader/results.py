"""What a comparison, a submission and a batch come out as.

These are the values that the whole house shares; ``results.json`` is
:meth:`Batch.as_json`, and every report and export is made from that document.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import Any

from grader.source import Span, frozen_value
from grader.version import __version__

#: The version of the layout of ``results.json``.
RESULTS_SCHEMA = 1


class Outcome(StrEnum):
    """The six verdicts; see ``docs/`` for what each promises."""

    EQUIVALENT = "equivalent"
    DIFFERENT = "different"
    UNREADABLE = "unreadable"
    UNDECIDED = "undecided"
    DISALLOWED = "disallowed"
    MISSING = "missing"


#: Verdicts that only a person can turn into points.
FOR_A_PERSON = frozenset({Outcome.UNREADABLE, Outcome.UNDECIDED, Outcome.DISALLOWED})


def rounded(value: Fraction) -> str:
    """A number to six digits, also where it is out of the range of a float.

    >>> rounded(Fraction(1, 3)), rounded(Fraction(10) ** 400)
    ('0.333333', '1e+400')
    """
    try:
        number = float(value)
    except OverflowError:
        number = 0.0
    if number or not value:
        return f"{number:.6g}"
    with localcontext(Context(prec=30)):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return f"{exact.normalize():.6g}".replace("E", "e")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A closed interval that holds a real value for certain; exact where both ends meet."""

    lower: Fraction
    upper: Fraction

    def __str__(self) -> str:
        if self.lower == self.upper:
            return str(self.lower)
        return rounded((self.lower + self.upper) / 2)

    def as_json(self) -> str | list[str]:
        """``"3/4"`` for an exact value, else ``[lower, upper]`` as rationals."""
        if self.lower == self.upper:
            return str(self.lower)
        return [str(self.lower), str(self.upper)]


@dataclass(frozen=True, slots=True)
class Witness:
    """A point at which two expressions certainly differ.

    ``at`` gives each leaf symbol, by canonical name and sorted, a rational value.
    ``answer`` and ``reference`` enclose the two values there; None: undefined on
    a neighbourhood of the point.  For sizes, ``at`` may be empty.
    """

    at: tuple[tuple[str, Fraction], ...]
    answer: Enclosure | None
    reference: Enclosure | None

    def as_json(self) -> dict[str, Any]:
        return {
            "at": {name: str(value) for name, value in self.at},
            "answer": None if self.answer is None else self.answer.as_json(),
            "reference": None if self.reference is None else self.reference.as_json(),
        }


@frozen_value
class Verdict:
    """What was decided about one answer, and why that may be believed.

    ``method``: ``identical``, ``normal form``, ``case split``, ``sampled`` for
    ``equivalent``; ``witness`` for ``different``.  ``points`` count where both sides
    agreed and ``regions`` what a sample reached, ``regions_empty`` the cases of a case
    split that no point was found in; so for ``undecided``, too.  ``reason`` is a sentence for the other outcomes, ``span``
    where in the answer it applies, ``tried`` the steps that did not decide.
    """

    outcome: Outcome
    method: str | None = None
    witness: Witness | None = None
    points: int | None = None
    regions: int | None = None
    regions_empty: int | None = None
    reason: str | None = None
    span: Span | None = None
    tried: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    #: Of an answer with entries: the outcome of each, row by row.
    entries: tuple[Outcome, ...] = ()
    #: The share of the points that an answer which is not right earns by what is right in it.
    earned: Fraction = Fraction(0)

    def __bool__(self) -> bool:
        """Whether the answer is right; ``if grader.equivalent(a, b)`` reads as it should."""
        return self.outcome is Outcome.EQUIVALENT

    def evidence(self) -> dict[str, Any]:
        """The evidence as it stands in ``results.json``: only what there is."""
        found: dict[str, Any] = {}
        if self.method is not None:
            found["method"] = self.method
        if self.witness is not None:
            found["witness"] = self.witness.as_json()
        for name in ("points", "regions", "regions_empty", "reason"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        if self.span is not None:
            found["span"] = [self.span.start, self.span.end]
        if self.entries:
            found["entries"] = [str(outcome) for outcome in self.entries]
        if self.tried:
            found["tried"] = list(self.tried)
        if self.notes:
            found["notes"] = list(self.notes)
        return found


@dataclass(frozen=True, slots=True)
class Student:
    """Who handed in; all ids are text, so that leading zeros stay.

    ``id`` is the Canvas user id.
    """

    name: str | None = None
    id: str | None = None
    sis_user_id: str | None = None
    sis_login_id: str | None = None

    def as_json(self) -> dict[str, str]:
        pairs = (
            ("name", self.name),
            ("id", self.id),
            ("sis_user_id", self.sis_user_id),
            ("sis_login_id", self.sis_login_id),
        )
        return {key: value for key, value in pairs if value is not None}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about an answer: points, a comment, who and when.

    ``points`` None leaves them as they were; ``date`` is ``2024-10-10``;
    ``individual``: for one student, not for all who gave the answer.
    """

    points: Fraction | None = None
    comment: str | None = None
    by: str | None = None
    date: str | None = None
    individual: bool = False

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "points": None if self.points is None else points_json(self.points),
            "comment": self.comment,
            "by": self.by,
            "date": self.date,
            "for": "student" if self.individual else "group",
        }
        if self.points is not None and Fraction(str(found["points"])) != self.points:
            found["exact"] = str(self.points)  # 1/3, so that it is not lost when written again
        return found


@dataclass(frozen=True, slots=True)
class PartResult:
    """One answer, graded.

    ``answer`` is the text as written (None: nothing was written), ``read_as`` the
    LaTeX of how it was read, ``points`` None while a person must decide,
    ``notes`` how it was read where that was not obvious, ``feedback`` sentences
    for the student, ``nudge`` where to look, said without the right answer.
    ``meaning`` is equal for answers to a part that mean the same, right or wrong,
    however they are written; None where there is no meaning to compare.
    ``slip`` is what alone makes the answer wrong: a name that the student defined, or an
    earlier part, by its id.
    The points of a ``bonus`` part are not among those possible in all.
    ``decision`` is what a person decided; ``points`` then are that person's.
    ``earned`` are the points that all or nothing took, so that a decision that makes the
    question whole can give them back.
    """

    part: str
    answer: str | None
    read_as: str | None
    verdict: Verdict
    points: Fraction | None
    possible: Fraction
    mistake: str | None = None
    feedback: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    nudge: str | None = None
    meaning: str | None = None
    slip: str | None = None
    bonus: bool = False
    decision: Decision | None = None
    earned: Fraction | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "part": self.part,
            "answer": self.answer,
            "read_as": self.read_as,
            "verdict": str(self.verdict.outcome),
            "evidence": self.verdict.evidence(),
            "points": None if self.points is None else points_json(self.points),
            "possible": points_json(self.possible),
            "mistake": self.mistake,
            "feedback": list(self.feedback),
            "notes": list(self.notes),
            "nudge": self.nudge,
            "meaning": self.meaning,
            "slip": self.slip,
            "bonus": self.bonus,
            "decision": None if self.decision is None else self.decision.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Unread:
    """A file, or a part of one, that could not be read, and whose it is where Canvas says so."""

    file: str
    error: str
    student: Student | None = None

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"file": self.file, "error": self.error}
        if self.student is not None:
            found["student"] = self.student.as_json()
        return found


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's file, graded.

    ``notes`` speak about the file as a whole; ``unread`` are places in it that could
    not be read (an unknown part, say), which the batch lists beside unread files.
    ``step`` is what the sum is rounded to (half up) and ``cap`` the most that it may
    be, where the rubric says so.  ``digests`` name each file that it was read from, with
    the SHA-256 of its bytes.
    """

    student: Student
    file: str
    parts: tuple[PartResult, ...]
    notes: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    step: Fraction | None = None
    cap: Fraction | None = None
    digests: tuple[tuple[str, str], ...] = ()

    @property
    def score(self) -> Fraction:
        """Points that are certain."""
        total = _total([part.points for part in self.parts if part.points is not None])
        if self.step is not None:
            total = floor(total / self.step + Fraction(1, 2)) * self.step
        return total if self.cap is None else min(total, self.cap)

    @property
    def pending(self) -> Fraction:
        """Points possible in the parts that wait for a person."""
        return _total([part.possible for part in self.parts if part.points is None])

    @property
    def possible(self) -> Fraction:
        """Points possible in all, without those of bonus parts."""
        return _total([part.possible for part in self.parts if not part.bonus])

    def as_json(self) -> dict[str, Any]:
        return {**self.head_json(), "parts": [part.as_json() for part in self.parts]}

    def head_json(self) -> dict[str, Any]:
        """All but the parts, which stand last."""
        return {
            "student": self.student.as_json(),
            "file": self.file,
            "files": dict(self.digests),
            "score": points_json(self.score),
            "pending": points_json(self.pending),
            "possible": points_json(self.possible),
            "notes": list(self.notes),
        }


def _total(values: list[Fraction]) -> Fraction:
    """The sum; of whole numbers, as points mostly are, without fractions on the way."""
    if all(value.denominator == 1 for value in values):
        return Fraction(sum(value.numerator for value in values))
    return sum(values, Fraction(0))


@dataclass(frozen=True, slots=True)
class PartStatement:
    """What reports say about a part beside its results.

    ``quantity`` and ``reference`` are LaTeX; ``prompt`` is a sentence.
    """

    part: str
    quantity: str
    reference: str
    possible: Fraction
    prompt: str = ""
    bonus: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "part": self.part,
            "quantity": self.quantity,
            "reference": self.reference,
            "possible": points_json(self.possible),
            "prompt": self.prompt,
        }


@dataclass(frozen=True, slots=True)
class QuestionStatement:
    """A question's heading and the parts below it."""

    question: str
    title: str
    prompt: str
    parts: tuple[PartStatement, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "title": self.title,
            "prompt": self.prompt,
            "parts": [part.as_json() for part in self.parts],
        }


@dataclass(frozen=True, slots=True)
class Later:
    """What pages will show after a date that is still to come, as text with its offset."""

    show: str
    after: str


@dataclass(frozen=True, slots=True)
class HomeworkStatement:
    """What reports and exports must know of the rubric.

    ``reveal`` says whether students see references: ``never``, ``wrong`` (beside
    their wrong answers) or ``all``; ``later`` what a date to come will change about it.
    """

    assignment: str
    title: str
    course: str
    questions: tuple[QuestionStatement, ...]
    reveal: str = "never"
    later: Later | None = None
    canvas_assignment_id: str | None = None
    canvas_assignment_title: str | None = None

    @property
    def possible(self) -> Fraction:
        return sum(
            (
                part.possible
                for question in self.questions
                for part in question.parts
                if not part.bonus
            ),
            Fraction(0),
        )

    def as_json(self) -> dict[str, Any]:
        later = self.later
        dated = {} if later is None else {"later": {"reveal": later.show, "after": later.after}}
        return {
            "title": self.title,
            "course": self.course,
            "reveal": self.reveal,
            **dated,
            "canvas": {
                "assignment_id": self.canvas_assignment_id,
                "assignment_title": self.canvas_assignment_title,
            },
            "questions": [question.as_json() for question in self.questions],
        }


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one run of ``grade`` found out, students in the order of their files.

    ``rubric`` is the SHA-256 of the rubric's file.
    """

    homework: HomeworkStatement
    students: tuple[Submission, ...]
    unread: tuple[Unread, ...] = ()
    rubric: str = ""

    def as_json(self) -> dict[str, Any]:
        """The document ``results.json``."""
        return {
            **results_head(self.homework, self.rubric),
            "students": [student.as_json() for student in self.students],
            "unread": [unread.as_json() for unread in self.unread],
        }


def results_head(homework: HomeworkStatement, rubric: str) -> dict[str, Any]:
    """What stands in ``results.json`` before the students; ``rubric`` is the SHA-256 of its file."""
    return {
        "schema": RESULTS_SCHEMA,
        "assignment": homework.assignment,
        "possible": points_json(homework.possible),
        "made_with": {"grader": __version__, "rubric": rubric},
        "homework": homework.as_json(),
    }


def points_json(points: Fraction) -> int | float:
    """Points as JSON and Canvas take them: whole, or with at most two decimals.

    Sums are taken before this rounding (half to even), never after.
    """
    if points.denominator == 1:
        return points.numerator
    rounded = round(points, 2)
    return rounded.numerator if rounded.denominator == 1 else float(rounded)
