"""CSV that keeps each cell as it was written, quotes included, beside what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.errors import Fault, FileError
from grader.source import Place


@dataclass(frozen=True, slots=True)
class Cell:
    """``raw`` is the cell between its delimiters, ``text`` what it says."""

    raw: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """Cells and the line, from 1, on which they begin."""

    line: int
    cells: tuple[Cell, ...]

    def text(self, index: int | None) -> str:
        """What a cell says; empty where there is no such cell."""
        return self.cells[index].text if index is not None and index < len(self.cells) else ""

    def raw(self, index: int) -> str:
        """A cell as it was written; empty where there is none."""
        return self.cells[index].raw if index < len(self.cells) else ""


def read_rows(text: str, delimiter: str, file: str) -> tuple[Row, ...]:
    """The rows of a CSV text (RFC 4180, any line ends), blank lines left out.

    Raises FileError at a quote that is never closed, or that stands where none may:
    Canvas refuses such a file as well.
    """
    return tuple(_rows(text, delimiter, file))


def _rows(text: str, delimiter: str, file: str) -> Iterator[Row]:
    at, line, size = 0, 1, len(text)
    cells: list[Cell] = []
    first, line_start = 1, 0
    while at <= size:
        cell, after = _cell(text, at, delimiter, Place(file, line, at - line_start + 1))
        cells.append(cell)
        breaks = cell.raw.count("\n")
        if breaks:
            line += breaks
            line_start = at + cell.raw.rfind("\n") + 1
        if after < size and text[after] == delimiter:
            at = after + 1
            continue
        # A line ends here, or the text does.
        if len(cells) > 1 or cells[0].raw:
            yield Row(first, tuple(cells))
        cells = []
        at = after + (2 if text.startswith("\r\n", after) else 1)
        line += 1
        first, line_start = line, at


def _cell(text: str, at: int, delimiter: str, place: Place) -> tuple[Cell, int]:
    """The cell that begins at an offset, and where it ends."""
    if text.startswith('"', at):
        return _quoted(text, at, delimiter, place)
    end = at
    while end < len(text) and text[end] not in (delimiter, "\n", "\r"):
        end += 1
    raw = text[at:end]
    if '"' in raw:
        raise FileError(
            [Fault(place, "", "this cell holds a quote without being quoted", "Canvas refuses it")]
        )
    return Cell(raw, raw), end


def _quoted(text: str, at: int, delimiter: str, place: Place) -> tuple[Cell, int]:
    said: list[str] = []
    start = at + 1
    quote = text.find('"', start)
    while quote >= 0 and text.startswith('""', quote):
        said += [text[start:quote], '"']
        start = quote + 2
        quote = text.find('"', start)
    if quote < 0:
        raise FileError([Fault(place, "", "this quote is never closed")])
    end = quote + 1
    if end < len(text) and text[end] not in (delimiter, "\n", "\r"):
        raise FileError([Fault(place, "", "text stands after the closing quote of this cell")])
    return Cell(text[at:end], "".join([*said, text[start:quote]])), end
