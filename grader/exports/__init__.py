"""Files for other programs: one file of this folder for each format, one row in ``EXPORTS``.

An export is made from the document ``results.json`` and nothing else, and says
whom it left out and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from grader.exports import canvas_gradebook, plain_csv, plain_json
from grader.exports.exported import Exported, LeftOut
from grader.files import write_atomically
from grader.reports.view import Document

__all__ = ["EXPORTS", "Export", "Exported", "LeftOut", "write_export"]


@dataclass(frozen=True, slots=True)
class Export:
    """One format: ``path`` is where it goes below the output folder unless one says."""

    name: str
    path: str
    help: str
    export: Callable[[Document], Exported]


_ROWS = (
    Export(
        "canvas-gradebook",
        "canvas/gradebook.csv",
        "a gradebook that Canvas imports, with one column of points",
        canvas_gradebook.export,
    ),
    Export("csv", "results.csv", "a table for a spreadsheet, one row a student", plain_csv.export),
    Export("json", "summary.json", "points by student and part, for programs", plain_json.export),
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


def write_export(document: Document, name: str, path: Path) -> Exported:
    """Make an export and write it, whole or not at all.

    Raises KeyError for a name that is not in the table, OSError where the file
    cannot be written.
    """
    exported = EXPORTS[name].export(document)
    write_atomically(path, exported.text)
    return exported
