"""Points by student and part, without answers and evidence, for other programs."""

from __future__ import annotations

from grader.exports.exported import Exported
from grader.exports.options import ExportOptions
from grader.exports.spooled import Spooled
from grader.reports.results_json import json_pieces
from grader.reports.view import Document

DEFAULTS = ExportOptions()


def export(document: Document, options: ExportOptions = DEFAULTS) -> Exported:
    """Every student in the document's order; ``null`` points wait for a person."""
    head = {"assignment": document["assignment"], "possible": document["possible"]}
    students = (
        {
            **submission["student"],
            "file": submission["file"],
            "score": submission["score"],
            "pending": submission["pending"],
            "possible": submission["possible"],
            "points": {result["part"]: result["points"] for result in submission["parts"]},
        }
        for submission in document["students"]
    )
    return Exported(Spooled(json_pieces(head, "students", students)))
