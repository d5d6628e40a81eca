"""The gradebook that Canvas imports.

Made after what Canvas's own importer does with a file: it finds a student by
the Canvas id and then disregards the rest, else by SIS id, else by login; a
blank cell over an existing grade removes it, so a student without a grade has
no row; a cell of digits, points and commas is rewritten as a number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.exports.cells import inert, is_formula, rows_text
from grader.exports.exported import Exported, LeftOut
from grader.exports.grades import (
    asides_of,
    decided,
    grade_text,
    left_out,
    only_unread,
    two_decimals,
)
from grader.exports.instructors_gradebook import column_warnings, filled_in
from grader.exports.options import ExportOptions
from grader.read.gradebook import REWRITTEN
from grader.reports.people import student_name
from grader.reports.view import Document, homework_title
from grader.reports.visible import one_line
from grader.reports.words import fraction, plural

#: The columns that say who a student is, as the importer knows them.
IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")

DEFAULTS = ExportOptions()

_CANVAS_ID = re.compile(r"[1-9][0-9]*")
_TITLE_ENDS_WITH_ID = re.compile(r"\((\d+)\)\s*$")

#: What a family name does not end in.
_NAME_SUFFIX = re.compile(r"(?:Jr|Sr|Esq|Ph\.?D)\.?|I{2,3}|IV|VI?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A student, the identity that Canvas could find him or her by, and the points, or why
    there are none."""

    student: Mapping[str, Any]
    file: str
    points: Fraction | str
    id: str
    sis_user_id: str
    sis_login_id: str

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        pairs = (
            ("Canvas id", self.id),
            ("SIS user id", self.sis_user_id),
            # Canvas compares logins without regard to case.
            ("login", self.sis_login_id.casefold()),
        )
        return tuple((label, value) for label, value in pairs if value)


def export(document: Document, options: ExportOptions = DEFAULTS) -> Exported:
    """The file, with one column of grades and a row for each student who has one.

    With a gradebook of Canvas's among the options, its identity cells as they are.
    Raises FileError where that gradebook has no column for the homework.
    """
    if options.gradebook is not None:
        return filled_in(document, options.gradebook, options)
    warnings: list[str] = []
    without: list[LeftOut] = []
    column = _column(document, options, warnings)
    asides = asides_of(document)
    # Of a submission only this is held, so that a class of any size passes.
    candidates = [
        _candidate(submission, decided(asides, submission, options))
        for submission in document["students"]
    ]
    crowd = Counter(key for candidate in candidates for key in candidate.keys)
    possible = fraction(document["possible"])
    rows: list[tuple[tuple[str, str], list[str]]] = []
    for candidate in candidates:
        points = _why_not(candidate, crowd) or candidate.points
        if isinstance(points, str):
            without.append(left_out({"student": candidate.student, "file": candidate.file}, points))
            continue
        warnings += _id_warnings(candidate)
        row = _row(candidate, grade_text(points, possible, options))
        rows.append(((row[0].casefold(), candidate.id or candidate.sis_user_id), row))
    rows.sort()
    if without:
        warnings.append(
            f"{plural(len(without), 'student')} left out of the gradebook, so that no grade in "
            "Canvas is changed by mistake"
        )
    header = [*IDENTITY, column]
    points_possible = ["    Points Possible", "", "", "", "", two_decimals(possible)]
    text = rows_text([header, points_possible, *(row for _, row in rows)])
    return Exported(
        text,
        tuple(warnings),
        (*without, *only_unread(document, {str(c.student.get("id")) for c in candidates})),
    )


def _column(document: Document, options: ExportOptions, warnings: list[str]) -> str:
    """The header of the column, with the assignment's id where it is known."""
    if options.column is not None:
        warnings += column_warnings(options.column)
        return one_line(options.column)
    canvas = (document.get("homework") or {}).get("canvas") or {}
    title = one_line(str(canvas.get("assignment_title") or homework_title(document)))
    number = str(canvas.get("assignment_id") or "").strip()
    warnings += column_warnings(title)
    if title in IDENTITY:
        warnings.append(f"“{title}” is the name of one of Canvas's own columns; rename it")
    if _CANVAS_ID.fullmatch(number):
        return f"{title} ({number})"
    if number:
        warnings.append(
            f"“{one_line(number)}” is not a Canvas assignment id, which is a whole number; "
            "the column is named by its title only"
        )
    else:
        warnings.append(
            "the rubric names no Canvas assignment id, so Canvas finds the column by its exact "
            f"title “{title}”, and offers a new assignment where there is none"
        )
    ending = _TITLE_ENDS_WITH_ID.search(title)
    if ending:
        warnings.append(f"Canvas takes “{title}” for the assignment {ending.group(1)}")
    return title


def _usable(value: object) -> str:
    """An id as it stands, or nothing where Canvas could not match it."""
    text = str(value or "")
    return text if text == one_line(text) and text.isprintable() else ""


def _candidate(submission: Mapping[str, Any], points: Fraction | str) -> _Candidate:
    student = submission["student"]
    number = _usable(student.get("id"))
    return _Candidate(
        student,
        str(submission["file"]),
        points,
        # An institution's own number in the column ID could hit another student.
        number if _CANVAS_ID.fullmatch(number) else "",
        _usable(student.get("sis_user_id")),
        _usable(student.get("sis_login_id")),
    )


def _why_not(candidate: _Candidate, crowd: Mapping[tuple[str, str], int]) -> str | None:
    """Why Canvas could not find the student by a row; None where it could."""
    if not candidate.keys:
        given = one_line(str(candidate.student.get("id") or ""))
        if given:
            return f"“{given}” is not a Canvas id, and there is no SIS id or login"
        return "no Canvas id, SIS id or login"
    for label, value in candidate.keys:
        if crowd[label, value] > 1:
            return f"{plural(crowd[label, value], 'file')} have the {label} {value}"
    return None


def _row(candidate: _Candidate, grade: str) -> list[str]:
    name = sortable_name(one_line(str(candidate.student.get("name") or "")))
    # Ids are matched to the character; a name counts only where none of them is known.
    return [inert(name), candidate.id, candidate.sis_user_id, candidate.sis_login_id, "", grade]


def sortable_name(name: str) -> str:
    """``Last, First`` where that can be told, as Canvas sorts names.

    >>> (
    ...     sortable_name("Ada Lovelace"),
    ...     sortable_name("Lovelace, Ada"),
    ...     sortable_name("Sammy Davis Jr."),
    ... )
    ('Lovelace, Ada', 'Lovelace, Ada', 'Davis, Sammy Jr.')
    """
    words = name.split()
    if "," in name or len(words) < 2:
        return name
    suffix = [words.pop()] if len(words) > 2 and _NAME_SUFFIX.fullmatch(words[-1]) else []
    return f"{words[-1]}, {' '.join([*words[:-1], *suffix])}"


def _id_warnings(candidate: _Candidate) -> list[str]:
    name = student_name(candidate.student)
    found = []
    for label, value in (("SIS user id", candidate.sis_user_id), ("login", candidate.sis_login_id)):
        if REWRITTEN.fullmatch(value) and not value.isdigit():
            found.append(f"Canvas rewrites the {label} {value} of {name} as a number")
        elif is_formula(value):
            found.append(
                f"a spreadsheet may run the {label} {value} of {name}; do not open the file in one"
            )
    return found
