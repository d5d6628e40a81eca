"""What a report is made from, and a row of the table of reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from grader.files import file_stems
from grader.read.review import Kept
from grader.reports.pages import Pages
from grader.reports.results_file import student_heads
from grader.reports.survey import Survey
from grader.reports.view import Document, StudentView, student_view


@dataclass(frozen=True, slots=True)
class Sheet:
    """The results document, the templates, and which student a page is about.

    ``stems`` are the file names of the students' pages without extension, in
    the document's order; ``index`` counts in its ``students``, and is None for
    a report about the whole class.  ``kept`` is what a review file holds beside
    the decisions that the document carries, ``survey`` what a walk through the class
    has found, where that was made; ``feedback`` says whether the students have pages.
    """

    document: Document
    pages: Pages
    stems: tuple[str, ...]
    index: int | None = None
    kept: Kept = field(default_factory=Kept)
    survey: Survey | None = None
    feedback: bool = True

    @property
    def submission(self) -> Mapping[str, Any]:
        """The results of the student that the page is about."""
        if self.index is None:
            raise ValueError("a report about the class has no one student")
        found: Mapping[str, Any] = self.document["students"][self.index]
        return found

    @property
    def student(self) -> StudentView:
        """The same, arranged for reading."""
        return student_view(self.document, self.submission, self.pages.views)


@dataclass(frozen=True, slots=True)
class Report:
    """One file that comes out, or one for each student.

    ``path`` is relative to the output folder, with ``{student}`` for the stem of
    a student's file.  ``render`` makes the text of the file, and ``page`` that of a
    student's file from the student's view.
    """

    name: str
    audience: Literal["student", "class"]
    path: str
    render: Callable[[Sheet], str]
    page: Callable[[StudentView, Pages], str] | None = None


def student_stems(document: Document) -> tuple[str, ...]:
    """A file name without extension for each student; see :func:`grader.files.file_stems`."""
    return file_stems(
        identity(head["student"], head["file"]) for head in student_heads(document["students"])
    )


def identity(student: Mapping[str, Any], file: str) -> tuple[str | None, ...]:
    """What a student's files are named by."""
    login, sis = student.get("sis_login_id"), student.get("sis_user_id")
    # Without a Canvas id the login tells people apart; the file tells two of one student.
    return (student.get("id") or login or sis, student.get("name"), login, sis, file)
