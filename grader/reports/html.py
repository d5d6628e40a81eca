"""A student's page in HTML: self-contained, without script, mathematics as MathML."""

from __future__ import annotations

from grader.reports.sheet import Sheet
from grader.reports.view import student_view


def render(sheet: Sheet) -> str:
    """``feedback/<student>.html``"""
    return sheet.pages.html("student.html", student=student_view(sheet.document, sheet.submission))
