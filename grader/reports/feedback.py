"""The pages of all students, rendered by several processes where it pays, and written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.files import write_together
from grader.reports import html, markdown, text
from grader.reports.pages import Pages
from grader.reports.results_file import student_line
from grader.reports.sheet import Report, Sheet
from grader.reports.standing import Standing
from grader.reports.view import Document, student_view

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

#: Where they stand below the folder of results.
FEEDBACK = "feedback"

#: One file for each student.
ROWS = (
    Report("html", "student", FEEDBACK + "/{student}.html", html.render, html.page),
    Report("markdown", "student", FEEDBACK + "/{student}.md", markdown.render, markdown.page),
    Report("text", "student", FEEDBACK + "/{student}.txt", text.render, text.page),
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


@dataclass(frozen=True, slots=True)
class _Due:
    """The students whose pages are to be made: their places in the document, and what their
    files are called; ``head`` is the rest of the document."""

    head: Document
    students: Sequence[Mapping[str, Any]]
    places: Sequence[int]
    stems: Sequence[str]

    def __len__(self) -> int:
        return len(self.places)

    def some(self, these: slice) -> list[tuple[str, str]]:
        """Of some of them the line of their results and the name of their files."""
        return [
            (student_line(self.students, place), self.stems[place]) for place in self.places[these]
        ]


def _due(sheet: Sheet, standing: Standing | None) -> _Due:
    students = sheet.document["students"]
    places = [
        place
        for place, stem in enumerate(sheet.stems)
        if standing is None
        or not standing.has(
            [row.path.format(student=stem) for row in ROWS], student_line(students, place)
        )
    ]
    head = {key: sheet.document[key] for key in sheet.document if key not in ("students", "unread")}
    return _Due(head, students, places, sheet.stems)


@contextmanager
def feedback_begun(
    sheet: Sheet,
    templates: Path | None,
    jobs: int,
    *,
    standing: Standing | None = None,
    workers: Executor | None = None,
) -> Iterator[Callable[[Path], list[Path]]]:
    """What writes the pages of all students into a folder; the paths, student by student.

    Workers begin to make them at once, while something else is done.  Pages that
    ``standing`` knows to be there are left, and have no path.  What is written
    does not depend on ``jobs``, nor on ``workers``, which are as many processes that are
    there already.  Writing raises OSError where a file cannot be
    written, jinja2.TemplateError for a fault of a template.
    """
    due = _due(sheet, standing)
    with ExitStack() as stack:
        if jobs > 1 and len(due) >= _WORTH_A_PROCESS:
            if workers is None:
                from grader.batch import some_workers

                workers = stack.enter_context(some_workers(jobs))
            files = _files_by_workers(due, sheet.pages, templates, workers, jobs)
        else:
            files = _files(due.head, due.some(slice(None)), sheet.pages)

        # Only this process writes, which holds the folder's lock: a worker that outlives it
        # by a moment cannot put an old page where a new run has put its own.
        def write(out: Path) -> list[Path]:
            return write_together((out / path, page) for path, page in _noted(files, standing))

        yield write


def _noted(
    files: Iterable[tuple[str, str]], standing: Standing | None
) -> Iterator[tuple[str, str]]:
    """The files, each noted before it is written: one that then is not will not fit its note."""
    for path, page in files:
        if standing is not None:
            standing.note(path, page)
        yield path, page


def _files(
    head: Document, students: Iterable[tuple[str, str]], pages: Pages
) -> Iterator[tuple[str, str]]:
    """The files of some students, made as they are asked for."""
    for line, stem in students:
        yield from student_pages(head, pages.lines.read(line), stem, pages)


def _files_by_workers(
    due: _Due,
    pages: Pages,
    templates: Path | None,
    workers: Executor,
    jobs: int,
) -> Iterator[tuple[str, str]]:
    """The same of all students in their order, made by processes."""
    from grader.batch.workers import WorkerDiedError

    waiting: deque[tuple[slice, Future[list[tuple[str, str]]]]] = deque()
    starts = iter(range(0, len(due), _STUDENTS_OF_A_TASK))

    def submit() -> None:
        """Few tasks are ahead, so that a class of any size is never here as a whole."""
        for start in islice(starts, 2 * jobs - len(waiting)):
            these = slice(start, start + _STUDENTS_OF_A_TASK)
            task = workers.submit(_some_files, due.head, due.some(these), templates)
            waiting.append((these, task))

    def files() -> Iterator[tuple[str, str]]:
        while waiting:
            these, task = waiting.popleft()
            try:
                made: Iterable[tuple[str, str]] = task.result()
            except WorkerDiedError:
                # Whatever they died of, the pages are still to be made.
                made = _files(due.head, due.some(these), pages)
            submit()
            yield from made

    submit()
    return files()


def _some_files(
    head: Document, students: Sequence[tuple[str, str]], templates: Path | None
) -> list[tuple[str, str]]:
    """A task: the files of a few students, in a process that does many such tasks."""
    return list(_files(head, students, _pages_of(templates)))


@lru_cache(1)
def _pages_of(templates: Path | None) -> Pages:
    """The templates of a worker, which serves one run."""
    return Pages(templates)
