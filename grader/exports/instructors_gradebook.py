"""The instructor's own export of Canvas's gradebook with one column filled in.

Identity cells go back byte for byte, so that Canvas finds every student as it
wrote them; no other column goes back, so that nothing else can change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.exports.exported import Exported, LeftOut
from grader.exports.grades import Asides, asides_of, decided, grade_text, left_out, two_decimals
from grader.exports.options import ExportOptions, Scale
from grader.read.cells import Row
from grader.read.gradebook import (
    DROPPED,
    REWRITTEN,
    Gradebook,
    GradebookStudent,
    find_column,
)
from grader.reports.people import student_name
from grader.reports.view import Document, homework_title
from grader.reports.visible import one_line
from grader.reports.words import fraction, number_text, plural

#: What stands in a grade's cell that is no grade to be changed, and what it means.
_NO_GRADE_WANTED: Mapping[str, str] = {
    "EX": "is excused from this in Canvas",
    "N/A": "is not assigned this in Canvas",
}
_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")


def column_warnings(title: str) -> list[str]:
    """What Canvas does to a column of this title that nobody expects."""
    if not DROPPED.search(title):
        return []
    warning = (
        f"Canvas drops a column named “{one_line(title)}” without a word, since it reads like one "
        "of its own totals; rename the assignment in Canvas and in the rubric"
    )
    return [warning]


@dataclass(frozen=True, slots=True)
class _Match:
    """A submission, of which only this is held, and its row; ``points`` as of ``decided``."""

    student: Mapping[str, Any]
    file: str
    points: Fraction | str
    row: GradebookStudent | None


def filled_in(document: Document, book: Gradebook, options: ExportOptions) -> Exported:
    """The gradebook's identity columns and the one column of this homework, with grades.

    Students who get no grade, on either side, have no row and are named.
    Raises FileError where no column, or more than one, is that of the homework.
    """
    column = target_column(document, book, options)
    warnings = column_warnings(book.header.text(column))
    warnings += _possible_warnings(document, book, column, options)
    asides = asides_of(document)
    matches = [
        _Match(
            submission["student"],
            str(submission["file"]),
            decided(asides, submission, options),
            _partner(book, submission),
        )
        for submission in document["students"]
    ]
    by_line: dict[int, list[_Match]] = {}
    for match in matches:
        if match.row is not None:
            by_line.setdefault(match.row.row.line, []).append(match)
    without = [
        left_out({"student": match.student, "file": match.file}, f"is not in {book.file}")
        for match in matches
        if match.row is None
    ]
    lines = [_line(book.header, book, column)]
    if book.possible is not None:
        lines.append(_line(book.possible, book, column))
    possible = fraction(document["possible"])
    for student in book.students:
        if student.is_test:
            continue
        found = by_line.get(student.row.line, [])
        points = _grade(asides, book, student, found, column=column)
        if isinstance(points, LeftOut):
            without.append(points)
            continue
        grade = grade_text(points, possible, options)
        warnings += _row_warnings(student, student.row.text(column), grade)
        lines.append(_line(student.row, book, column, grade))
    if without:
        warnings.append(
            f"{plural(len(without), 'student')} left out of the gradebook, so that no grade in "
            "Canvas is changed by mistake"
        )
    return Exported("".join(f"{line}\n" for line in lines), tuple(warnings), tuple(without))


def target_column(document: Document, book: Gradebook, options: ExportOptions) -> int:
    """The column of the homework.  Raises FileError."""
    canvas = (document.get("homework") or {}).get("canvas") or {}
    titles = (canvas.get("assignment_title"), homework_title(document), document.get("assignment"))
    return find_column(
        book,
        options.column,
        str(canvas.get("assignment_id") or "").strip(),
        [str(title) for title in titles if title],
    )


def _partner(book: Gradebook, submission: Mapping[str, Any]) -> GradebookStudent | None:
    student = submission["student"]
    return book.find(
        id=student.get("id"),
        sis_user_id=student.get("sis_user_id"),
        sis_login_id=student.get("sis_login_id"),
        name=student.get("name"),
    )


def _grade(
    asides: Asides,
    book: Gradebook,
    student: GradebookStudent,
    found: list[_Match],
    *,
    column: int,
) -> Fraction | LeftOut:
    """The points of a student of the gradebook, or why there are none."""
    name = one_line(student.called or student.id)
    if not found:
        files = asides.get(student.id, [])
        reason = "could not be read; a person must grade it" if files else "nothing was handed in"
        return LeftOut(name, ", ".join(files) or book.file, reason)
    files = [one_line(match.file) for match in found]
    if len(found) > 1:
        return LeftOut(name, ", ".join(files), f"{plural(len(found), 'file')} are of this student")
    why = _NO_GRADE_WANTED.get(student.row.text(column).strip().upper())
    if why is not None:
        return LeftOut(name, files[0], why)
    points = found[0].points
    return LeftOut(name, files[0], points) if isinstance(points, str) else points


def _line(row: Row, book: Gradebook, column: int, grade: str | None = None) -> str:
    """A row of the file: identity cells as they are, and the cell of the column."""
    cell = row.raw(column) if grade is None else grade
    # A quoted nothing under Points Possible would blank it.
    last = "" if cell == '""' else cell
    return book.delimiter.join([*(row.raw(index) for index in range(book.identity)), last])


def _possible_warnings(
    document: Document, book: Gradebook, column: int, options: ExportOptions
) -> list[str]:
    if book.possible is None or options.scale is not Scale.POINTS:
        return []
    stated = book.possible.text(column).strip()
    homework = fraction(document["possible"])
    if not _NUMBER.fullmatch(stated) or Fraction(stated.replace(",", ".")) == homework:
        return []
    warning = (
        f"the column is out of {number_text(Fraction(stated.replace(',', '.')))} in Canvas, and the "
        f"homework out of {number_text(homework)}; percent (--scale percent) fits both"
    )
    return [warning]


def _row_warnings(student: GradebookStudent, before: str, grade: str) -> list[str]:
    name = student_name({"name": student.called, "id": student.id})
    found = []
    ids = (
        ("ID", student.id),
        ("SIS user id", student.sis_user_id),
        ("login", student.sis_login_id),
    )
    for label, value in ids:
        if REWRITTEN.fullmatch(value) and not value.isdigit():
            found.append(f"Canvas rewrites the {label} {value} of {name} as a number")
    before = before.strip()
    if before and before != "-" and not _same(before, grade):
        found.append(f"changes the grade of {name} from {one_line(before)} to {grade}")
    return found


def _same(before: str, grade: str) -> bool:
    """Whether Canvas sees no change: it compares numbers at two decimals."""
    if before.casefold() == grade.casefold():
        return True
    numbers = [text.replace(",", ".") for text in (before, grade)]
    if all(_NUMBER.fullmatch(text) for text in numbers):
        return two_decimals(Fraction(numbers[0])) == two_decimals(Fraction(numbers[1]))
    return False
