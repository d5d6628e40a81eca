"""A rubric for Canvas to import, and the assessment of each student by it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from grader.exports.cells import inert, rows_spooled, rows_text
from grader.exports.criteria import Assessed, assess, criteria
from grader.exports.exported import Exported, LeftOut
from grader.exports.grades import asides_of, decided, left_out, only_unread, two_decimals
from grader.exports.options import ExportOptions
from grader.reports.people import student_name
from grader.reports.view import Document, homework_title
from grader.reports.visible import one_line

#: The columns that come once, and those of each rating.
_HEAD = ("Rubric Name", "Criteria Name", "Criteria Description", "Criteria Enable Range")
_RATING = ("Rating Name", "Rating Description", "Rating Points")

#: The two ratings of every criterion; what lies between them is the range.
FULL, NONE = "Full marks", "No marks"

DEFAULTS = ExportOptions()


def definition(document: Document, options: ExportOptions = DEFAULTS) -> Exported:
    """One row for each criterion, with two ratings and the range between them."""
    title = homework_title(document)
    rows = [[*_HEAD, *_RATING, *_RATING]]
    rows += [
        [
            *(title, criterion.name, criterion.description, "true"),
            *(FULL, "", two_decimals(criterion.points)),
            *(NONE, "", "0.00"),
        ]
        for criterion in criteria(document, options.per)
    ]
    return Exported(rows_text(rows))


def assessment(document: Document, options: ExportOptions = DEFAULTS) -> Exported:
    """One row for each student with a Canvas id, three cells for each criterion."""
    known = criteria(document, options.per)
    header = ["Student Id", "Student Name"]
    for criterion in known:
        header += [f"{criterion.name} - {what}" for what in ("Rating", "Points", "Comments")]
    without: list[LeftOut] = []
    content = rows_spooled(chain([header], _assessments(document, options, without)))
    return Exported(content, (), (*without, *only_unread(document)))


def _assessments(
    document: Document, options: ExportOptions, without: list[LeftOut]
) -> Iterator[list[str]]:
    """The row of each student; those ``without`` one are added there."""
    asides = asides_of(document)
    seen: dict[str, int] = {}
    for submission in document["students"]:
        number = str(submission["student"].get("id") or "")
        seen[number] = seen.get(number, 0) + 1
    for submission in document["students"]:
        student = submission["student"]
        number = str(student.get("id") or "")
        points = decided(asides, submission, options)
        reason = (
            "no Canvas id, which is all that an assessment is matched by"
            if not (number.isascii() and number.isdigit())
            else f"{seen[number]} files have the Canvas id {number}"
            if seen[number] > 1
            else points
        )
        if isinstance(reason, str):
            without.append(left_out(submission, reason))
            continue
        row = [number, inert(student_name(student))]
        for assessed in assess(document, submission, options):
            row += _cells(assessed)
        yield row


def _cells(assessed: Assessed) -> list[str]:
    if assessed.points is None:
        return ["", "", inert(one_line(f"A person will decide. {assessed.comment}"))]
    rating = ""
    if assessed.points == assessed.criterion.points:
        rating = FULL
    elif assessed.points == 0:
        rating = NONE
    return [rating, two_decimals(assessed.points), inert(one_line(assessed.comment))]
