"""A student's page in Markdown, in which nothing of the student's is markup."""

from __future__ import annotations

from grader.reports.sheet import Sheet
from grader.reports.view import student_view


def render(sheet: Sheet) -> str:
    """``feedback/<student>.md``"""
    return sheet.pages.markdown(
        "student.md", student=student_view(sheet.document, sheet.submission)
    )
