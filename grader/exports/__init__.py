"""Files for other programs: one file of this folder for each format, one row in ``EXPORTS``.

An export is made from the document ``results.json`` and what its options name, and
nothing else, and says whom it left out and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from grader.exports import (
    canvas_comments,
    canvas_feedback_zip,
    canvas_gradebook,
    canvas_rubric,
    gradescope,
    plain_csv,
    plain_json,
    xlsx,
)
from grader.exports.exported import Exported, LeftOut
from grader.exports.options import ExportOptions, Pending, Per, Scale
from grader.files import replacing
from grader.reports.view import Document

__all__ = [
    "EXPORTS",
    "Export",
    "ExportOptions",
    "Exported",
    "LeftOut",
    "Pending",
    "Per",
    "Scale",
    "write_export",
]


@dataclass(frozen=True, slots=True)
class Export:
    """One format: ``path`` is where it goes below the output folder unless one says.

    ``options`` are the names of those options that mean something to it; ``named``: it
    brings each student something by name or id, and is of no use without.
    """

    name: str
    path: str
    help: str
    export: Callable[[Document, ExportOptions], Exported]
    options: frozenset[str] = frozenset()
    named: bool = False


_GRADES = frozenset({"pending", "scale", "complete_from"})
_SHARED = frozenset({"anonymize", "anonymize_key"})

_ROWS = (
    Export(
        "canvas-gradebook",
        "canvas/gradebook.csv",
        "a gradebook that Canvas imports, with one column of grades",
        canvas_gradebook.export,
        _GRADES | {"gradebook", "column"},
        named=True,
    ),
    Export(
        "canvas-feedback-zip",
        "canvas/feedback.zip",
        "feedback files, named so that Canvas gives each to its student",
        canvas_feedback_zip.export,
        named=True,
    ),
    Export(
        "canvas-comments",
        "canvas/comments.json",
        "grades, comments and rubric points as grader push sends them",
        canvas_comments.export,
        _GRADES | {"per"},
        named=True,
    ),
    Export(
        "canvas-rubric",
        "canvas/rubric.csv",
        "a rubric that Canvas imports",
        canvas_rubric.definition,
        _SHARED | {"per"},
    ),
    Export(
        "canvas-rubric-assessment",
        "canvas/rubric-assessment.csv",
        "each student's points on that rubric",
        canvas_rubric.assessment,
        frozenset({"per", "pending"}),
        named=True,
    ),
    Export(
        "gradescope",
        "gradescope.zip",
        "a results.json for each student, for Gradescope",
        gradescope.export,
        named=True,
    ),
    Export(
        "csv",
        "results.csv",
        "a table for a spreadsheet, one row a student",
        plain_csv.export,
        _SHARED,
    ),
    Export(
        "xlsx",
        "results.xlsx",
        "a workbook: students, answers, unread files",
        xlsx.export,
        _SHARED,
    ),
    Export(
        "json",
        "summary.json",
        "points by student and part, for programs",
        plain_json.export,
        _SHARED,
    ),
)


def _table(rows: tuple[Export, ...]) -> Mapping[str, Export]:
    table: dict[str, Export] = {}
    for row in rows:
        if row.name in table or any(row.path == other.path for other in table.values()):
            raise ValueError(f"two exports are named {row.name!r} or written to {row.path!r}")
        table[row.name] = row
    return MappingProxyType(table)


#: All exports, by the name that the command line takes.
EXPORTS: Mapping[str, Export] = _table(_ROWS)

_DEFAULTS = ExportOptions()


def write_export(
    document: Document, name: str, path: Path, options: ExportOptions = _DEFAULTS
) -> Exported:
    """Make an export and write it, whole or not at all.

    Raises KeyError for a name that is not in the table, OSError where the file
    cannot be written, FileError where a gradebook among the options does not fit.
    """
    exported = EXPORTS[name].export(document, options)
    with replacing(path) as stream:
        exported.copy_to(stream)
    return exported
