"""A student's page in Markdown, in which nothing of the student's is markup."""

from __future__ import annotations

from grader.reports.pages import Pages
from grader.reports.sheet import Sheet
from grader.reports.view import StudentView


def render(sheet: Sheet) -> str:
    """``feedback/<student>.md``"""
    return page(sheet.student, sheet.pages)


def page(student: StudentView, pages: Pages) -> str:
    """The same from the student's view."""
    return pages.markdown("student.md", student=student)
