"""A student's self-check as a page."""

from __future__ import annotations

from pathlib import Path

from grader.reports.check_view import check_view
from grader.reports.pages import Pages
from grader.results import HomeworkStatement, Submission


def check_html(
    statement: HomeworkStatement,
    submission: Submission,
    self_check: str,
    templates: Path | None = None,
) -> str:
    """The page of one submission; it never holds a reference answer.

    Raises jinja2.TemplateError for a fault of a template.
    """
    return Pages(templates).html("check.html", check=check_view(statement, submission, self_check))
