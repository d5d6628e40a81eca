"""What would change in Canvas: what was graded, held against what Canvas holds.  No network here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from grader.push.journal import Journal, key_of
from grader.reports.people import student_name


class What(StrEnum):
    """The kinds of thing that can be sent."""

    GRADES = "grades"
    COMMENTS = "comments"
    FILES = "files"
    RUBRIC = "rubric"


@dataclass(frozen=True, slots=True)
class Held:
    """What Canvas holds of a student's submission.

    ``score`` is None where there is no grade; ``rubric`` maps a criterion's id to
    its points; ``comments`` are the texts.
    """

    user_id: str
    name: str
    sis_user_id: str
    login_id: str
    score: Fraction | None
    grade: str | None
    excused: bool
    graded_at: datetime | None
    submitted_at: datetime | None
    comments: tuple[str, ...]
    rubric: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Target:
    """The assignment: its name, its points and its rubric's criteria by description."""

    course: str
    assignment: str
    name: str
    possible: Fraction | None
    criteria: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done for one student; ``index`` counts in the messages.

    ``grade``, ``comment``, ``page`` and ``rubric`` are None where nothing is sent;
    ``notes`` say why not.  ``rubric`` maps criteria's ids to points and comment.
    """

    index: int
    name: str
    held: Held | None
    grade: str | None = None
    comment: str | None = None
    page: str | None = None
    rubric: Mapping[str, tuple[float, str]] | None = None
    notes: tuple[str, ...] = ()

    @property
    def user_id(self) -> str:
        return self.held.user_id if self.held is not None else ""

    @property
    def is_something(self) -> bool:
        """Whether anything is sent."""
        return self.grade is not None or self.comment is not None or self.rubric is not None


def comment_key(target: Target, user_id: str, comment: str) -> str:
    """What the journal calls a comment."""
    return key_of("comment", target.course, target.assignment, user_id, comment)


def make_plan(
    messages: Mapping[str, Any],
    target: Target,
    held: Sequence[Held],
    journal: Journal,
    *,
    made_at: datetime,
    kinds: Iterable[What] = tuple(What),
    force: bool = False,
) -> tuple[Change, ...]:
    """What to send, in the order of the results.

    ``made_at`` is when the results were made: what changed in Canvas since then is
    left alone unless ``force``.
    """
    wanted = frozenset(kinds)
    index = _by_id(held)
    changes: list[Change] = []
    # Each message is made when it is asked for, so that they are gone through once.
    for place, row in enumerate(messages["students"]):
        partner = _partner(row["student"], index)
        change = Change(place, student_name(row["student"]), partner)
        if partner is None:
            change = replace(change, notes=("is not in this assignment in Canvas",))
        else:
            change = _change(change, row, partner, target, journal, wanted, made_at, force=force)
        changes.append(change)
    crowd = Counter(change.user_id for change in changes if change.held is not None)
    return tuple(_unless_crowded(change, crowd) for change in changes)


def _unless_crowded(change: Change, crowd: Mapping[str, int]) -> Change:
    files = crowd[change.user_id] if change.held is not None else 1
    if files == 1:
        return change
    note = f"{files} files are of this student; a person must choose"
    return Change(change.index, change.name, change.held, notes=(note,))


#: Who has an id of one kind, by the kind and the id; None where several have it.
_Index = Mapping[tuple[str, str], Held | None]


def _by_id(held: Sequence[Held]) -> _Index:
    index: dict[tuple[str, str], Held | None] = {}
    for one in held:
        ids = {"user_id": one.user_id, "sis_user_id": one.sis_user_id, "login_id": one.login_id}
        for field, value in ids.items():
            key = field, value.casefold()
            index[key] = None if key in index else one
    return index


def _partner(student: Mapping[str, Any], index: _Index) -> Held | None:
    """The student in Canvas: by Canvas id, else SIS id, else login, where one only fits."""
    for mine, theirs in (
        (student.get("id"), "user_id"),
        (student.get("sis_user_id"), "sis_user_id"),
        (student.get("sis_login_id"), "login_id"),
    ):
        if not mine:
            continue
        found = index.get((theirs, str(mine).casefold()))
        if found is not None:
            return found
        if theirs == "user_id":
            return None  # Canvas's own id settles it
    return None


def _change(  # noqa: PLR0917 - one call, beside
    change: Change,
    row: Mapping[str, Any],
    held: Held,
    target: Target,
    journal: Journal,
    wanted: frozenset[What],
    made_at: datetime,
    *,
    force: bool,
) -> Change:
    if row["grade"] is None:
        return replace(change, notes=(f"no grade: {row['no_grade']}",))
    if held.excused:
        return replace(change, notes=("is excused in Canvas",))
    if not force and held.submitted_at is not None and held.submitted_at > made_at:
        note = "handed in again since the results were made; grade again, or use --force"
        return replace(change, notes=(note,))
    notes: list[str] = []
    grade = row["grade"] if What.GRADES in wanted else None
    rubric, rubric_notes = _rubric(row, held, target) if What.RUBRIC in wanted else (None, ())
    notes += rubric_notes
    if grade is not None and is_same(grade, held, target):
        grade = None
    newer = (
        held.score is not None
        and held.graded_at is not None
        and held.graded_at > made_at
        and not _is_ours(journal.grade(held.user_id), held, target)
    )
    if newer and not force and (grade is not None or rubric is not None):
        grade = rubric = None
        notes.append("the grade in Canvas is newer than the results; --force overwrites it")
    comment = row["comment"] if What.COMMENTS in wanted else None
    if comment is not None and (
        journal.has(comment_key(target, held.user_id, comment)) or has_comment(held, comment)
    ):
        comment = None
    page = row["page"] if comment is not None and What.FILES in wanted else None
    return replace(
        change, grade=grade, comment=comment, page=page, rubric=rubric, notes=tuple(notes)
    )


def _is_ours(grade: str | None, held: Held, target: Target) -> bool:
    """Whether the grade in Canvas is the one that was sent last."""
    return grade is not None and is_same(grade, held, target)


def has_comment(held: Held, comment: str) -> bool:
    """Whether a comment is there already, white space aside."""
    return " ".join(comment.split()) in (" ".join(text.split()) for text in held.comments)


def is_same(grade: str, held: Held, target: Target) -> bool:
    """Whether Canvas holds this grade already; it compares points at two decimals."""
    if grade in ("complete", "incomplete"):
        return held.grade == grade
    if held.score is None:
        return False
    if grade.endswith("%"):
        if target.possible is None:
            return False
        points = Fraction(grade[:-1]) * target.possible / 100
    else:
        points = Fraction(grade)
    return abs(points - held.score) < Fraction(1, 100)


def _rubric(
    row: Mapping[str, Any], held: Held, target: Target
) -> tuple[Mapping[str, tuple[float, str]] | None, tuple[str, ...]]:
    """The points for the criteria that Canvas's rubric shares with ours, if any differ."""
    if not target.criteria:
        return None, ()
    points = {
        target.criteria[item["criterion"]]: (float(item["points"]), str(item["comment"]))
        for item in row["rubric"]
        if item["criterion"] in target.criteria and item["points"] is not None
    }
    unknown = [
        item["criterion"] for item in row["rubric"] if item["criterion"] not in target.criteria
    ]
    notes = (f"Canvas's rubric lacks {len(unknown)} of the criteria",) if unknown else ()
    same = all(
        criterion in held.rubric
        and abs(held.rubric[criterion] - Fraction(str(value))) < Fraction(1, 100)
        for criterion, (value, _) in points.items()
    )
    return (None if same or not points else points), notes
