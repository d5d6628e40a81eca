"""A workbook for a person: students, parts with answers and verdicts, and unread files."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import Any

from grader.exports.cells import inert
from grader.exports.exported import Exported
from grader.exports.options import ExportOptions
from grader.exports.packed import packed_again
from grader.exports.rendered import sentence
from grader.limits import WORKBOOK_CELL, WORKBOOK_ROWS
from grader.reports.groups import part_ids
from grader.reports.unicode_math import unicode_math
from grader.reports.view import Document
from grader.reports.visible import one_line, visible
from grader.reports.words import fraction

DEFAULTS = ExportOptions()

_STUDENT = ("name", "id", "sis_user_id", "sis_login_id")
_CUT = " … (cut; the whole is in results.json)"

#: When every workbook was made, so that the same results give the same bytes.
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - the library writes it as UTC
_CHANGED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")

_Cell = str | int | float | None


def export(document: Document, options: ExportOptions = DEFAULTS) -> Exported:
    """The workbook.  Every text in it is a text cell, and none begins like a formula."""
    from openpyxl import Workbook

    # Rows go out as they come: the answers of a large class are millions of cells.
    book = Workbook(write_only=True)
    book.properties.creator = "grader"
    book.properties.created = _MADE
    for title, rows in (("Students", _students(document)), ("Answers", _answers(document)),
                        ("Unread", _unread(document))):  # fmt: skip
        _fill(book, title, rows)
    with TemporaryFile() as made:
        book.save(made)
        with zipfile.ZipFile(made) as archive:
            return Exported(packed_again(archive, _settled))


def _fill(book: Any, title: str, rows: Iterable[Sequence[_Cell]]) -> None:
    """The rows in a sheet, and in further ones with the same header where they are too many."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    def cells(sheet: Any, row: Sequence[_Cell], font: Any = None) -> Iterable[Any]:
        for value in row:
            cell = WriteOnlyCell(sheet, _text(value) if isinstance(value, str) else value)
            if isinstance(value, str):
                # The library takes a text that begins with "=" for a formula.
                cell.data_type = "s"
            if font is not None:
                cell.font = font
            yield cell

    bold = Font(bold=True)
    ahead = iter(rows)
    header = next(ahead)
    first, number = next(ahead, None), 1
    while number == 1 or first is not None:
        sheet = book.create_sheet(title if number == 1 else f"{title} {number}")
        sheet.freeze_panes = "B2"
        for letter, width in zip("ABCDEFGH", (26, 14, 16, 16, 26, 12, 12, 12), strict=True):
            sheet.column_dimensions[letter].width = width
        sheet.append(cells(sheet, header, bold))
        if first is not None:
            for row in chain([first], islice(ahead, WORKBOOK_ROWS - 2)):
                sheet.append(cells(sheet, row))
        first, number = next(ahead, None), number + 1


def _text(value: str) -> str:
    shown = inert(visible(value))
    return shown if len(shown) <= WORKBOOK_CELL else shown[: WORKBOOK_CELL - len(_CUT)] + _CUT


def _number(value: float | None) -> int | float | None:
    if value is None:
        return None
    exact: Fraction = fraction(value)
    return int(exact) if exact.denominator == 1 else float(exact)


def _students(document: Document) -> Iterable[Sequence[_Cell]]:
    parts = part_ids(document)
    yield [*_STUDENT, "file", "score", "pending", "possible", *parts]
    for submission in document["students"]:
        points = {result["part"]: result["points"] for result in submission["parts"]}
        yield [
            *(one_line(str(submission["student"].get(key) or "")) for key in _STUDENT),
            one_line(str(submission["file"])),
            *(_number(submission[key]) for key in ("score", "pending", "possible")),
            *(_number(points.get(part)) for part in parts),
        ]


def _answers(document: Document) -> Iterable[Sequence[_Cell]]:
    yield ["name", "id", "part", "answer", "read as", "verdict", "points", "possible", "mistake",
           "feedback"]  # fmt: skip
    for submission in document["students"]:
        student = submission["student"]
        for result in submission["parts"]:
            yield [
                one_line(str(student.get("name") or "")),
                one_line(str(student.get("id") or "")),
                result["part"],
                result.get("answer") or "",
                unicode_math(result["read_as"]) if result.get("read_as") else "",
                result["verdict"],
                _number(result["points"]),
                _number(result["possible"]),
                result.get("mistake") or "",
                " ".join(map(sentence, result.get("feedback") or ())),
            ]


def _unread(document: Document) -> Iterable[Sequence[_Cell]]:
    yield ["file", "error", "name", "id"]
    for row in document.get("unread") or ():
        student = row.get("student") or {}
        yield [
            one_line(str(row["file"])),
            str(row["error"]),
            one_line(str(student.get("name") or "")),
            one_line(str(student.get("id") or "")),
        ]


def _settled(name: str) -> Callable[[bytes], bytes] | None:
    """What takes the time at which a workbook was written out of the file that has it."""
    stamp = _MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    if name != "docProps/core.xml":
        return None
    return lambda core: _CHANGED.sub(rb"\g<1>" + stamp, core)
