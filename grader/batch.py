"""Many submissions: finding files, sharing work, one bad file costing no one else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from grader.canvas.entries import HYPERTEXT_SUFFIXES, read_hypertext_answers, suffix_of
from grader.canvas.found import Found, find_files
from grader.canvas.identity import identify
from grader.canvas.several import Graded, combine
from grader.documents import NO_AUTHOR, is_document, read_document
from grader.errors import FileError
from grader.grade import Memory, grade
from grader.homework import Homework, build_homework
from grader.read.answers import NO_NAME, NO_STUDENT, AnswersFile, load_answers, read_answers
from grader.read.decode import read_bytes
from grader.read.gradebook import Gradebook
from grader.read.rubric import RubricFile
from grader.results import Batch, Student, Submission, Unread

__all__ = ["Found", "Progress", "find_files", "grade_file", "grade_paths"]

#: Fewer files than this for each worker are not worth its start.
_FILES_PER_WORKER = 16

Progress = Callable[[int, int], None]


def _load(homework: Homework, file: Found) -> AnswersFile:
    """The answers in a file, a document among them.  Raises FileError and OSError."""
    name = file.label
    suffix = suffix_of(name if file.canvas is None else file.canvas.file)
    if file.data is None and not is_document(name) and suffix not in HYPERTEXT_SUFFIXES:
        return load_answers(file.path, name)
    data = read_bytes(file.path, name) if file.data is None else file.data
    if suffix in HYPERTEXT_SUFFIXES:
        return read_hypertext_answers(homework, data, name)
    if is_document(name):
        return read_document(homework, data, name)
    return read_answers(data, name)


def _with_owner(answers: AnswersFile, file: Found) -> AnswersFile:
    """The answers of Canvas's file, which need not say whose they are: its name does."""
    if file.canvas is None or file.canvas.user_id is None:
        return answers
    faults = tuple(fault for fault in answers.faults if fault.message not in _OWNERLESS)
    return replace(answers, faults=faults)


_OWNERLESS = frozenset({NO_STUDENT, NO_NAME, NO_AUTHOR})


def grade_file(homework: Homework, file: Found, memory: Memory) -> Submission | list[Unread]:
    """Grade one file, or say why it cannot be read.

    A crash of ours becomes an entry that a person sees, with its trace; it never
    becomes a zero and never stops the batch.
    """
    try:
        answers = _with_owner(_load(homework, file), file)
        submission = grade(homework, replace(answers, file=file.label), memory)
    except FileError as error:
        return [
            Unread(file.label, str(replace(fault, place=replace(fault.place, file=file.label))))
            for fault in error.faults
        ]
    except OSError as error:
        return [Unread(file.label, f"{file.label}: {error.strerror or error}")]
    except Exception as error:  # noqa: BLE001 - the one guard around a submission
        return [Unread(file.label, _crash(file.label, error))]
    return submission


def _crash(label: str, error: Exception) -> str:
    """A fault of ours, for a person to look at: where it happened, without the paths of
    this machine, so that results are the same everywhere."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-4:]
    way = " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )
    return f"{label}: needs a person: the grader failed on it ({type(error).__name__} in {way})"


_worker_homework: Homework | None = None
_worker_memory = Memory()


def _start_worker(file: RubricFile) -> None:
    global _worker_homework  # noqa: PLW0603 - a worker process has one homework, set once
    _worker_homework = build_homework(file)


def _work(files: Sequence[Found]) -> list[Submission | list[Unread]]:
    assert _worker_homework is not None
    return [grade_file(_worker_homework, file, _worker_memory) for file in files]


def grade_paths(
    homework: Homework,
    paths: Iterable[str | Path],
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    book: Gradebook | None = None,
) -> Batch:
    """Grade all files that the paths name, students in the order of their files' names.

    ``progress`` is told (files done, files in all).  The outcome does not depend on
    ``jobs``.  ``book``: Canvas's gradebook, which says who the students are.
    """
    files, unread = find_files(paths, book)
    jobs = max(1, min(jobs, len(files) // _FILES_PER_WORKER))
    outcomes: list[Submission | list[Unread]] = []
    if jobs == 1:
        memory = Memory()
        for file in files:
            outcomes.append(grade_file(homework, file, memory))
            if progress is not None:
                progress(len(outcomes), len(files))
    else:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        chunks = [files[k : k + _FILES_PER_WORKER] for k in range(0, len(files), _FILES_PER_WORKER)]
        with ProcessPoolExecutor(
            jobs, get_context("spawn"), initializer=_start_worker, initargs=(homework.file,)
        ) as pool:
            for chunk in pool.map(_work, chunks):
                outcomes.extend(chunk)
                if progress is not None:
                    progress(len(outcomes), len(files))
    graded: list[Graded] = []
    places = {file.label: place for place, file in enumerate(files)}
    failed: list[Unread] = []
    for file, outcome in zip(files, outcomes, strict=True):
        if isinstance(outcome, Submission):
            graded.append(Graded(file, _identified(outcome, file, book)))
        else:
            failed.extend(_of_student(outcome, file, book))
    students = combine(graded, [*unread, *failed])
    failed.extend(row for submission in students for row in submission.unread)
    unread.extend(sorted(failed, key=lambda row: places[row.file]))
    return Batch(homework.statement, tuple(_with_clashes(students)), tuple(unread))


def _identified(submission: Submission, file: Found, book: Gradebook | None) -> Submission:
    """The submission under the name of its student, with what is to be said about that."""
    identity = identify(file.canvas, book, submission.student)
    late = ("Canvas marks this as late",) if file.canvas is not None and file.canvas.late else ()
    notes = (*identity.notes, *late, *submission.notes)
    return replace(submission, student=identity.student, notes=notes)


def _of_student(rows: list[Unread], file: Found, book: Gradebook | None) -> list[Unread]:
    """What could not be read of a file of Canvas's, under the name of its student."""
    if file.canvas is None or file.canvas.user_id is None:
        return rows
    student = identify(file.canvas, book, Student()).student
    return [replace(row, student=student) for row in rows]


def _with_clashes(students: list[Submission]) -> list[Submission]:
    """Several files of one student: each is graded, and each says that there are others."""
    files: dict[str, list[str]] = {}
    for submission in students:
        if submission.student.id is not None:
            files.setdefault(submission.student.id, []).append(submission.file)
    told: list[Submission] = []
    for submission in students:
        others = [
            file for file in files.get(submission.student.id or "", []) if file != submission.file
        ]
        if others:
            note = f"the same student handed in {', '.join(others)} too; a person must choose"
            told.append(replace(submission, notes=(*submission.notes, note)))
        else:
            told.append(submission)
    return told
