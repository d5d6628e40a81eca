"""Rows of CSV, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from grader.exports.spooled import Spooled

#: A cell that starts with one of these is a formula to some spreadsheet; the
#: full-width forms are, after an import that normalises them.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def rows_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV: commas, quotes only where needed, ``\\n``, no byte-order mark."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def rows_spooled(rows: Iterable[Sequence[str]]) -> Spooled:
    """The same of rows that need not be there all at once."""
    return Spooled(rows_text((row,)) for row in rows)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may run the cell, blanks before it disregarded."""
    return text.lstrip(" \u00a0").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS)


def inert(text: str) -> str:
    """The text as a cell that a spreadsheet shows and does not run."""
    return f"'{text}" if is_formula(text) else text
