"""The class at a glance: ``index.html``."""

from __future__ import annotations

from urllib.parse import quote

from grader.reports.class_view import class_view
from grader.reports.sheet import Sheet


def render(sheet: Sheet) -> str:
    """``index.html``, with links to the students' pages beside it."""
    addresses = tuple(
        f"feedback/{quote(stem)}.html" if sheet.feedback else "" for stem in sheet.stems
    )
    return sheet.pages.html_with_script(
        "class.html", room=class_view(sheet.document, addresses, sheet.survey)
    )
