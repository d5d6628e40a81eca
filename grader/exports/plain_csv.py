"""A table for a person's spreadsheet: one row a student, one column a part."""

from __future__ import annotations

from collections.abc import Iterator

from grader.exports.cells import inert, rows_spooled
from grader.exports.exported import Exported
from grader.exports.options import ExportOptions
from grader.reports.groups import part_ids
from grader.reports.view import Document
from grader.reports.visible import one_line
from grader.reports.words import number_text

_STUDENT = ("name", "id", "sis_user_id", "sis_login_id")


DEFAULTS = ExportOptions()


def export(document: Document, options: ExportOptions = DEFAULTS) -> Exported:
    """Every student in the document's order; a part that waits for a person is blank."""
    return Exported(rows_spooled(_rows(document)))


def _rows(document: Document) -> Iterator[list[str]]:
    parts = part_ids(document)
    yield [*_STUDENT, "file", "score", "pending", "possible", *(inert(part) for part in parts)]
    for submission in document["students"]:
        points = {result["part"]: result["points"] for result in submission["parts"]}
        student = submission["student"]
        yield [
            *(inert(one_line(str(student.get(key) or ""))) for key in _STUDENT),
            inert(one_line(str(submission["file"]))),
            *(number_text(submission[key]) for key in ("score", "pending", "possible")),
            *("" if points.get(part) is None else number_text(points[part]) for part in parts),
        ]
