"""The pages of all students, rendered by several processes where it pays, and written."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.files import write_together
from grader.reports import html, markdown, text
from grader.reports.pages import Pages
from grader.reports.sheet import Report, Sheet
from grader.reports.standing import Standing
from grader.reports.view import Document, student_view

if TYPE_CHECKING:
    from concurrent.futures import Future

#: One file for each student.
ROWS = (
    Report("html", "student", "feedback/{student}.html", html.render, html.page),
    Report("markdown", "student", "feedback/{student}.md", markdown.render, markdown.page),
    Report("text", "student", "feedback/{student}.txt", text.render, text.page),
)

#: Students whose pages are one task: enough to be worth handing over, and few enough
#: that a thousand students keep two processes busy to the end.
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


class _Chosen(Sequence[Mapping[str, Any]]):
    """Some of the students, each read when it is asked for."""

    def __init__(self, students: Sequence[Mapping[str, Any]], places: Sequence[int]) -> None:
        self._students = students
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._students[place] for place in self._places[index]]
        return self._students[self._places[index]]


def _due(sheet: Sheet, standing: Standing) -> Sheet:
    """The same about those students alone whose pages do not stand yet."""
    places = [
        place
        for place, (submission, stem) in enumerate(
            zip(sheet.document["students"], sheet.stems, strict=True)
        )
        if not standing.has([row.path.format(student=stem) for row in ROWS], submission)
    ]
    students = _Chosen(sheet.document["students"], places)
    stems = tuple(sheet.stems[place] for place in places)
    return replace(sheet, document={**sheet.document, "students": students}, stems=stems)


def write_feedback(
    sheet: Sheet, out: Path, templates: Path | None, jobs: int, standing: Standing | None = None
) -> list[Path]:
    """Write the pages of all students; the paths, student by student.

    Those that ``standing`` knows to be there are left, and have no path.  What is written does not depend on ``jobs``.  Raises OSError where a file cannot be
    written, jinja2.TemplateError for a fault of a template.
    """
    if standing is not None:
        sheet = _due(sheet, standing)
    stems = sheet.stems
    if jobs > 1 and len(stems) >= _WORTH_A_PROCESS:
        files = _files_by_workers(sheet, templates, jobs)
    else:
        files = _files(sheet.document, sheet.document["students"], stems, sheet.pages)
    # Only this process writes, which holds the folder's lock: a worker that outlives it
    # by a moment cannot put an old page where a new run has put its own.
    return write_together((out / path, page) for path, page in _noted(files, standing))


def _noted(
    files: Iterable[tuple[str, str]], standing: Standing | None
) -> Iterator[tuple[str, str]]:
    """The files, each noted before it is written: one that then is not will not fit its note."""
    for path, page in files:
        if standing is not None:
            standing.note(path, page)
        yield path, page


def _files(
    document: Document, students: Iterable[Mapping[str, Any]], stems: Iterable[str], pages: Pages
) -> Iterator[tuple[str, str]]:
    """The files of some students, made as they are asked for."""
    for submission, stem in zip(students, stems, strict=True):
        yield from student_pages(document, submission, stem, pages)


def _files_by_workers(sheet: Sheet, templates: Path | None, jobs: int) -> Iterator[tuple[str, str]]:
    """The same of all students in their order, made by processes."""
    from grader.batch.workers import WorkerDiedError, Workers

    head = {key: sheet.document[key] for key in sheet.document if key not in ("students", "unread")}
    students = sheet.document["students"]
    workers = Workers(jobs)
    waiting: deque[tuple[slice, Future[list[tuple[str, str]]]]] = deque()

    def settled() -> Iterable[tuple[str, str]]:
        some, task = waiting.popleft()
        try:
            return task.result()
        except WorkerDiedError:
            # Whatever they died of, the pages are still to be made.
            return _files(head, students[some], sheet.stems[some], sheet.pages)

    try:
        for start in range(0, len(students), _STUDENTS_OF_A_TASK):
            some = slice(start, start + _STUDENTS_OF_A_TASK)
            task = workers.submit(_some_files, head, students[some], sheet.stems[some], templates)
            waiting.append((some, task))
            # Few tasks are ahead, so that a class of any size is never here as a whole.
            if len(waiting) > 2 * jobs:
                yield from settled()
        while waiting:
            yield from settled()
    except BaseException:
        workers.shutdown(cancel_futures=True)
        raise
    workers.shutdown()


def _some_files(
    head: Document,
    students: Sequence[Mapping[str, Any]],
    stems: Sequence[str],
    templates: Path | None,
) -> list[tuple[str, str]]:
    """A task: the files of a few students, in a process that does many such tasks."""
    return list(_files(head, students, stems, _pages_of(templates)))


@lru_cache(1)
def _pages_of(templates: Path | None) -> Pages:
    """The templates of a worker, which serves one run."""
    return Pages(templates)
