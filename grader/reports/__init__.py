"""What comes out: one file of this folder for each report, one row in ``REPORTS``.

All of them are made from the document ``results.json`` and nothing else.  The table
stands in ``table.py`` and loads when one of its names is first used: a check in the
terminal needs a few words and symbols of this folder, and none of its templates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.reports.table import (
        REPORTS,
        Written,
        render_report,
        write_reports,
        write_review,
    )

__all__ = ["REPORTS", "Written", "render_report", "write_reports", "write_review"]


def __getattr__(name: str) -> Any:
    """One of the names above, from the table's module."""
    if name not in __all__:
        raise AttributeError(f"module 'grader.reports' has no attribute {name!r}")
    from grader.reports import table

    return vars(table)[name]
