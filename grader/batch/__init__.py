"""Many submissions: finding files, sharing work, one bad file costing no one else.

Files are read and answers judged once for each distinct one (``collect``), by this
process, by workers, or by a cluster; what came out is kept in a journal; the class is
then told student by student from there (``stream``), so that nothing grows with it but
a few words for each.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.batch.collect import Collected, Counts, Hands, Progress, collect
from grader.batch.journal import Journal
from grader.batch.stream import Class
from grader.batch.work import Desk, Rubric
from grader.canvas.found import Found, find_files
from grader.homework import Homework
from grader.limits import FILES_PER_TASK
from grader.results import Batch, Unread

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from grader.read.gradebook import Gradebook

__all__ = [
    "Class",
    "Collected",
    "Counts",
    "Found",
    "Graded",
    "Journal",
    "Progress",
    "cores",
    "find_files",
    "grade_class",
    "grade_paths",
    "some_workers",
]


@dataclass(frozen=True, slots=True)
class Graded:
    """A class that is read and judged, and how much work that was."""

    students: Class
    counts: Counts


def grade_class(
    homework: Homework,
    paths: Iterable[str | Path],
    journal: Journal,
    *,
    jobs: int = 1,
    cluster: Executor | None = None,
    workers: Executor | None = None,
    progress: Progress | None = None,
    book: Gradebook | None = None,
) -> Graded:
    """Read and judge all files that the paths name.

    What is in the journal is not done again.  The outcome does not depend on ``jobs``,
    nor on ``cluster``, an executor that judges the answers, nor on ``workers``, processes
    that are as many and are there already.  ``progress`` is told (files
    done, files in all); ``book``: Canvas's gradebook, which says who the students are.
    Raises OSError where the journal cannot be written.
    """
    files, asides = find_files(paths, book)
    needed = min(jobs, len(files) // FILES_PER_TASK)
    with _hands(homework, needed, cluster, workers) as hands:
        collected = collect(homework, files, journal, hands, progress)
    students = Class(homework, collected, journal, asides=asides, book=book)
    return Graded(students, collected.counts)


@contextmanager
def _hands(
    homework: Homework, jobs: int, cluster: Executor | None, others: Executor | None
) -> Iterator[Hands]:
    """Who does the work; ``others`` are workers that someone else lets go."""
    far = Rubric.of(homework)
    near = Desk(homework, {})
    if jobs < 2:
        if cluster is None:
            yield Hands(None, None, near, near)
        else:
            yield Hands(None, cluster, near, far, _CLUSTER_TASKS)
        return
    with some_workers(jobs) if others is None else nullcontext(others) as workers:
        yield Hands(
            workers,
            workers if cluster is None else cluster,
            far,
            far,
            2 * jobs if cluster is None else _CLUSTER_TASKS,
        )


@contextmanager
def some_workers(jobs: int) -> Iterator[Executor]:
    """Processes that share the work, each of which starts with its first task.

    They end at once when the work is done or breaks off: nothing is theirs to save.
    """
    from grader.batch.workers import Workers

    workers = Workers(jobs)
    try:
        yield workers
    finally:
        workers.shutdown(cancel_futures=True)


#: Tasks that wait at a cluster, whose size is not known: enough for some thirty workers.
_CLUSTER_TASKS = 64


def grade_paths(
    homework: Homework,
    paths: Iterable[str | Path],
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    book: Gradebook | None = None,
) -> Batch:
    """Grade all files that the paths name, students in the order of their files' names.

    All of the class is then in memory.  ``progress`` is told (files done, files in all).
    The outcome does not depend on ``jobs``.  ``book``: Canvas's gradebook, which says who
    the students are.
    """
    journal = Journal(None, "")
    graded = grade_class(homework, paths, journal, jobs=jobs, progress=progress, book=book)
    students = tuple(graded.students.submissions())
    faults: list[Unread] = [row for student in students for row in student.unread]
    return Batch(homework.statement, students, graded.students.unread(faults), homework.file.digest)


def cores() -> int:
    """Processors that this process may use."""
    # Not the machine's: a container or a queue may have given it fewer.
    mine = vars(os).get("sched_getaffinity")
    return len(mine(0)) if mine is not None else os.cpu_count() or 1
