"""What goes to Canvas for each student, for ``grader push`` to send and for a person to read."""

from __future__ import annotations

from typing import Any

from grader.exports.criteria import assess
from grader.exports.exported import Exported, LeftOut
from grader.exports.grades import asides_of, decided, grade_text, left_out, only_unread
from grader.exports.options import ExportOptions
from grader.exports.rendered import Renderer
from grader.reports.results_json import json_text
from grader.reports.view import Document
from grader.reports.words import fraction, number_text

#: What says that a JSON file is this one, and the version of its layout.
KIND = "grader canvas-comments"
SCHEMA = 1
DEFAULTS = ExportOptions()


def messages(document: Document, options: ExportOptions = DEFAULTS) -> dict[str, Any]:
    """The document: for each student a grade or why there is none, a comment, the page to
    attach (below the output folder of ``grade``), and the points of each criterion."""
    renderer = Renderer(document, options.templates)
    possible = fraction(document["possible"])
    asides = asides_of(document)
    students = []
    for index, submission in enumerate(document["students"]):
        points = decided(asides, submission, options)
        students.append(
            {
                "student": submission["student"],
                "file": submission["file"],
                "grade": None if isinstance(points, str) else grade_text(points, possible, options),
                "no_grade": points if isinstance(points, str) else None,
                "comment": renderer.comment(index),
                "page": renderer.page_path(index),
                "rubric": [
                    {
                        "criterion": row.criterion.name,
                        "points": None if row.points is None else float(round(row.points, 2)),
                        "possible": number_text(row.criterion.points),
                        "comment": row.comment,
                    }
                    for row in assess(document, submission, options)
                ],
            }
        )
    canvas = (document.get("homework") or {}).get("canvas") or {}
    return {
        "kind": KIND,
        "schema": SCHEMA,
        "assignment": document["assignment"],
        "canvas": canvas,
        "possible": document["possible"],
        "students": students,
    }


def export(document: Document, options: ExportOptions = DEFAULTS) -> Exported:
    """The document as JSON, and which students get a comment but no grade."""
    made = messages(document, options)
    without: list[LeftOut] = [
        left_out(submission, f"no grade, a comment only: {row['no_grade']}")
        for submission, row in zip(document["students"], made["students"], strict=True)
        if row["no_grade"]
    ]
    return Exported(json_text(made), (), (*without, *only_unread(document)))
