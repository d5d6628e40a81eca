"""The pages of all students, rendered and written, by several processes where it pays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.files import write_together
from grader.reports import html, markdown, text
from grader.reports.pages import Pages
from grader.reports.sheet import Report, Sheet
from grader.reports.view import Document, student_view

if TYPE_CHECKING:
    from concurrent.futures import Future

#: One file for each student.
ROWS = (
    Report("html", "student", "feedback/{student}.html", html.render, html.page),
    Report("markdown", "student", "feedback/{student}.md", markdown.render, markdown.page),
    Report("text", "student", "feedback/{student}.txt", text.render, text.page),
)

#: Students whose pages are one task: their files wait for the disk together, and a
#: thousand students keep two processes busy to the end.
_STUDENTS_OF_A_TASK = 48

#: Fewer students than this are done before another process has started.
_WORTH_A_PROCESS = 200


def student_pages(
    document: Document, submission: Mapping[str, Any], stem: str, pages: Pages
) -> tuple[tuple[str, str], ...]:
    """The files about one student: (path below the output folder, text).

    ``document`` may lack its ``students``; ``submission`` is one element of them, and
    ``stem`` its of :func:`grader.reports.sheet.student_stems`.  The texts depend on
    these and on the templates alone; ``pages`` only keeps what is the same for students
    to come.  Raises jinja2.TemplateError for a fault of a template.
    """
    student = student_view(document, submission, pages.views)
    return tuple(
        (report.path.format(student=stem), report.page(student, pages))
        for report in ROWS
        if report.page is not None
    )


def write_feedback(sheet: Sheet, out: Path, templates: Path | None, jobs: int) -> list[Path]:
    """Write the pages of all students; the paths, student by student.

    What is written does not depend on ``jobs``.  Raises OSError where a file cannot be
    written, jinja2.TemplateError for a fault of a template.
    """
    stems = sheet.stems
    if jobs > 1 and len(stems) >= _WORTH_A_PROCESS:
        _write_by_workers(sheet, out, templates, jobs)
    else:
        students = sheet.document["students"]
        write_together(_files(sheet.document, zip(students, stems, strict=True), out, sheet.pages))
    return [out / row.path.format(student=stem) for stem in stems for row in ROWS]


def _files(
    document: Document,
    students: Iterable[tuple[Mapping[str, Any], str]],
    out: Path,
    pages: Pages,
) -> Iterator[tuple[Path, str]]:
    """The files of some students, made as they are asked for."""
    for submission, stem in students:
        for path, page in student_pages(document, submission, stem, pages):
            yield out / path, page


def _write_by_workers(sheet: Sheet, out: Path, templates: Path | None, jobs: int) -> None:
    from grader.batch.workers import WorkerDiedError, Workers

    head = {key: sheet.document[key] for key in sheet.document if key not in ("students", "unread")}
    students = sheet.document["students"]
    starts = range(0, len(students), _STUDENTS_OF_A_TASK)
    workers = Workers(jobs)
    waiting: list[tuple[int, Future[None]]] = []

    def some(start: int) -> tuple[list[Mapping[str, Any]], Sequence[str]]:
        end = start + _STUDENTS_OF_A_TASK
        return students[start:end], sheet.stems[start:end]

    def settle() -> None:
        start, task = waiting.pop(0)
        try:
            task.result()
        except WorkerDiedError:
            # Whatever they died of, the pages are still to be written.
            submissions, stems = some(start)
            pairs = zip(submissions, stems, strict=True)
            write_together(_files(head, pairs, out, sheet.pages))

    try:
        for start in starts:
            # Few tasks are ahead, so that a class of any size is never here as a whole.
            if len(waiting) > 2 * jobs:
                settle()
            task = workers.submit(_write_some, head, *some(start), out, templates)
            waiting.append((start, task))
        while waiting:
            settle()
    except BaseException:
        workers.shutdown(cancel_futures=True)
        raise
    workers.shutdown()


def _write_some(
    head: Document,
    students: Sequence[Mapping[str, Any]],
    stems: Sequence[str],
    out: Path,
    templates: Path | None,
) -> None:
    """A task: the pages of a few students, in a process that does many such tasks."""
    pairs = zip(students, stems, strict=True)
    write_together(_files(head, pairs, out, _pages_of(templates)))


@lru_cache(1)
def _pages_of(templates: Path | None) -> Pages:
    """The templates of a worker, which serves one run."""
    return Pages(templates)
