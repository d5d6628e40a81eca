"""The lines of a file that carry text, with the columns that they are indented by."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from grader.read.nodes import Source

#: What counts as blank at either end of a line: also the spaces that web pages and
#: word processors put where one looks for plain ones.
BLANKS: Final = " \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u205f\u3000\ufeff"

#: Columns between two tab stops, as editors show them, in the order tried.
_TAB_WIDTHS: Final = (8, 4, 2)

#: A line that divides documents.  Behind ``---`` a document may begin, as YAML has
#: it, but only one in braces: any other text there is the rest of a wrapped answer.
_MARKER: Final = re.compile(r"(---|\.\.\.)[ \t]*(?=[#{]|$)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line with text on it: where it begins, where its text does, where it ends."""

    start: int
    begin: int
    end: int
    indent: int


def documents_of(source: Source, notes: list[str]) -> list[list[Line]]:
    """The lines with text of each document, with the columns of their indentation."""
    text = source.text
    documents: list[list[Line]] = [[]]
    raw: list[tuple[int, int]] = []
    start = 0
    for piece in text.split("\n"):
        raw.append((start, start + len(piece)))
        start += len(piece) + 1
    tab = _tab_width(text, raw)
    tabs = odd = 0
    for start, end in raw:
        begin = start
        while begin < end and text[begin] in BLANKS:
            begin += 1
        if begin == end or text[begin:end].isspace():
            continue
        blanks = text[start:begin]
        indent = _columns(blanks, tab)
        if "\t" in blanks:
            tabs = tabs or start + 1
        if blanks.strip(" \t\u200b\ufeff"):
            odd = odd or start + 1
        if _MARKER.match(text, start, end):
            if documents[-1] and end - start == 3 and text[end + 1 : end + 2] in set(BLANKS):
                # A rule drawn through the file: what follows still belongs above it.
                notes.append(f"line {source.line_of(start)}: this line divides nothing; skipped")
                continue
            documents.append([])
            rest = start + 3
            while rest < end and text[rest] in BLANKS:
                rest += 1
            if text[start] == "-" and rest < end and text[rest] != "#":
                documents[-1].append(Line(start, rest, end, rest - start))
            continue
        if text[begin] == "%" and begin == start:
            notes.append(f"line {source.line_of(begin)}: a line that begins with `%` is skipped")
            continue
        if text[begin] != "#":
            documents[-1].append(Line(start, begin, end, indent))
    if tabs:
        notes.append(f"line {source.line_of(tabs)}: a tab indents this line; read as {tab} spaces")
    if odd:
        notes.append(
            f"line {source.line_of(odd)}: a space of another kind indents this line; "
            "read as a plain one"
        )
    return [lines for lines in documents if lines]


def unbraced(lines: list[Line], text: str) -> list[Line]:
    """The lines of JSON with a pair in each, as a block: without braces at their ends,
    and commas; so one broken line spoils no other."""
    bare: list[Line] = []
    for line in lines:
        typed = text[line.begin : line.end].rstrip(BLANKS)
        if not typed.strip("{}[], "):
            continue
        typed = typed.removesuffix(",").rstrip(BLANKS)
        if typed.endswith("{") and typed[:-1].rstrip(BLANKS).endswith((":", "：")):
            typed = typed[:-1].rstrip(BLANKS)
        bare.append(replace(line, end=line.begin + len(typed)))
    return bare or lines


def _tab_width(text: str, raw: list[tuple[int, int]]) -> int:
    """Columns of a tab: of those that editors show, the one that leaves the fewest keys
    without a value; the widest of equals, which makes a child of a line in doubt."""
    if "\t" not in text:
        return _TAB_WIDTHS[0]
    rows = [text[start:end] for start, end in raw]
    rows = [row for row in rows if row.strip(BLANKS) and not row.lstrip(BLANKS).startswith("#")]
    if not rows:
        return _TAB_WIDTHS[0]

    def childless(width: int) -> int:
        indents = [_columns(row, width) for row in rows]
        return sum(
            row.rstrip(BLANKS)[-1:] in {":", "："} and below <= here
            for row, here, below in zip(rows, indents, [*indents[1:], 0], strict=True)
        )

    return min(_TAB_WIDTHS, key=childless)


def _columns(row: str, tab: int) -> int:
    """The columns of a line's indentation."""
    indent = 0
    for character in row:
        if character not in BLANKS:
            break
        if character == "\t":
            indent += tab - indent % tab
        elif character not in "\u200b\ufeff":
            indent += 2 if character == "\u3000" else 1
    return indent
