"""A student's page in HTML: self-contained, without script, mathematics as MathML."""

from __future__ import annotations

from grader.reports.pages import Pages
from grader.reports.sheet import Sheet
from grader.reports.view import StudentView


def render(sheet: Sheet) -> str:
    """``feedback/<student>.html``"""
    return page(sheet.student, sheet.pages)


def page(student: StudentView, pages: Pages) -> str:
    """The same from the student's view."""
    return pages.html("student.html", student=student)
