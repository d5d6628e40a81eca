"""Whose a file is: Canvas's archive says it first, then the gradebook, then the file itself.

Where they disagree, the earlier one counts and a note says so, since a grade in
the wrong row is the one mistake that nobody finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.canvas.names import CanvasName, is_called
from grader.results import Student

if TYPE_CHECKING:
    from grader.read.gradebook import Gradebook, GradebookStudent


@dataclass(frozen=True, slots=True)
class Identity:
    """The student, and what a person should know of how that was settled."""

    student: Student
    notes: tuple[str, ...] = ()


def identify(canvas: CanvasName | None, book: Gradebook | None, written: Student) -> Identity:
    """Settle who handed in a file.

    ``canvas`` is what the file's name in Canvas's download says, ``book`` the
    gradebook, ``written`` the file's own ``student`` block.
    """
    if canvas is not None and canvas.user_id is not None:
        return _by_canvas(canvas, canvas.user_id, book, written)
    notes: list[str] = []
    if canvas is not None:
        notes.append(
            f"handed in anonymously ({canvas.anonymous_id}); who it is, only the file itself says"
        )
    if book is None:
        return Identity(written, tuple(notes))
    row = book.find(id=written.id, sis_user_id=written.sis_user_id,
                    sis_login_id=written.sis_login_id, name=written.name)  # fmt: skip
    if row is None:
        notes.append("the gradebook has no student like the one that the file names")
        return Identity(written, tuple(notes))
    notes += _disagreements(row, written, "the gradebook")
    return Identity(_of_row(row), tuple(notes))


def _by_canvas(
    canvas: CanvasName, number: str, book: Gradebook | None, written: Student
) -> Identity:
    notes: list[str] = []
    row = None if book is None else book.by_id.get(number)
    if book is not None and row is None:
        notes.append(f"the gradebook has no student with the Canvas id {number}")
    own_id = written.id is None or written.id == number
    if not own_id:
        notes.append(
            f"the file says Canvas id {written.id}, Canvas's archive says {number}, which counts"
        )
    if row is not None:
        if canvas.owner and not is_called(canvas.owner, row.name):
            notes.append(
                f"Canvas's archive calls this `{canvas.owner}`, and its id {number} is that of "
                f"{row.called}: probably a group, whose other members get no grade from here"
            )
        notes += _disagreements(row, written, "the gradebook", ids=own_id)
        return Identity(_of_row(row), tuple(notes))
    same = written.name is not None and is_called(canvas.owner, written.name)
    name = written.name
    if written.name is None or (canvas.owner and not same):
        name = canvas.owner or written.name
    if written.name is not None and canvas.owner and not same:
        notes.append(
            f"the file says {written.name}, Canvas's archive says `{canvas.owner}` (a student or a "
            "group), which counts"
        )
    # The other ids of a file that is another's are another's.
    trusted = own_id and (same or written.name is None or written.id == number)
    return Identity(
        Student(
            name,
            number,
            written.sis_user_id if trusted else None,
            written.sis_login_id if trusted else None,
        ),
        tuple(notes),
    )


def _of_row(row: GradebookStudent) -> Student:
    return Student(
        row.called or None, row.id or None, row.sis_user_id or None, row.sis_login_id or None
    )


def _disagreements(
    row: GradebookStudent, written: Student, said_by: str, *, ids: bool = True
) -> list[str]:
    """What the file says otherwise than the gradebook."""
    pairs = [
        ("SIS user id", written.sis_user_id, row.sis_user_id),
        ("login", written.sis_login_id, row.sis_login_id),
    ]
    if ids:
        pairs.insert(0, ("Canvas id", written.id, row.id))
    notes = [
        f"the file says {label} {own}, {said_by} says {theirs}, which counts"
        for label, own, theirs in pairs
        if own and theirs and own.casefold() != theirs.casefold()
    ]
    if written.name and row.name and not _same_name(written.name, row):
        notes.append(f"the file says {written.name}, {said_by} says {row.called}, which counts")
    return notes


def _same_name(written: str, row: GradebookStudent) -> bool:
    """Whether two names are one, whichever comes first and whatever middle names are left out."""
    own = set(written.replace(",", " ").casefold().split())
    theirs = set(row.name.replace(",", " ").casefold().split())
    return own <= theirs or theirs <= own
