"""What goes to Canvas for each student, for ``grader push`` to send and for a person to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, overload

from grader.exports.criteria import assess
from grader.exports.exported import Exported, LeftOut
from grader.exports.grades import asides_of, decided, grade_text, left_out, only_unread
from grader.exports.options import ExportOptions
from grader.exports.rendered import Renderer
from grader.exports.spooled import Spooled
from grader.reports.results_json import json_pieces
from grader.reports.view import Document
from grader.reports.words import fraction, number_text

#: What says that a JSON file is this one, and the version of its layout.
KIND = "grader canvas-comments"
SCHEMA = 1
DEFAULTS = ExportOptions()


class Messages(Sequence[Mapping[str, Any]]):
    """What goes to each student: a grade or why there is none, a comment, the page to
    attach (below the output folder of ``grade``), and the points of each criterion.

    Each is made when it is asked for, so that those of any class pass.
    """

    def __init__(self, document: Document, options: ExportOptions = DEFAULTS) -> None:
        self._document = document
        self._options = options
        self._renderer = Renderer(document, options.templates)
        self._possible = fraction(document["possible"])
        self._asides = asides_of(document)

    def __len__(self) -> int:
        return len(self._document["students"])

    @overload
    def __getitem__(self, index: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[Mapping[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> Mapping[str, Any] | list[Mapping[str, Any]]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        submission = self._document["students"][index]
        points = decided(self._asides, submission, self._options)
        grade = None if isinstance(points, str) else self._grade(points)
        return {
            "student": submission["student"],
            "file": submission["file"],
            "grade": grade,
            "no_grade": points if isinstance(points, str) else None,
            "comment": self._renderer.comment(index),
            "page": self._renderer.page_path(index),
            "rubric": [
                {
                    "criterion": row.criterion.name,
                    "points": None if row.points is None else float(round(row.points, 2)),
                    "possible": number_text(row.criterion.points),
                    "comment": row.comment,
                }
                for row in assess(self._document, submission, self._options)
            ],
        }

    def _grade(self, points: Fraction) -> str:
        return grade_text(points, self._possible, self._options)


def head(document: Document) -> dict[str, Any]:
    """What stands before the students."""
    return {
        "kind": KIND,
        "schema": SCHEMA,
        "assignment": document["assignment"],
        "canvas": (document.get("homework") or {}).get("canvas") or {},
        "possible": document["possible"],
    }


def messages(document: Document, options: ExportOptions = DEFAULTS) -> dict[str, Any]:
    """The document, in which the students' part is made as it is asked for."""
    return {**head(document), "students": Messages(document, options)}


def export(document: Document, options: ExportOptions = DEFAULTS) -> Exported:
    """The document as JSON, and which students get a comment but no grade."""
    without: list[LeftOut] = []

    def rows() -> Iterator[Mapping[str, Any]]:
        for submission, row in zip(document["students"], Messages(document, options), strict=True):
            if row["no_grade"]:
                why = f"no grade, a comment only: {row['no_grade']}"
                without.append(left_out(submission, why))
            yield row

    content = Spooled(json_pieces(head(document), "students", rows()))
    return Exported(content, (), (*without, *only_unread(document)))
