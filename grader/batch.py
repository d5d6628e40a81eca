"""Many submissions: finding files, sharing work, one bad file costing no one else."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from grader.documents import BY_SUFFIX, is_document, load_document
from grader.errors import FileError
from grader.grade import Memory, grade
from grader.homework import Homework, build_homework
from grader.read.answers import AnswersFile, load_answers
from grader.read.rubric import RubricFile
from grader.results import Batch, Submission, Unread

#: What a folder is searched for.  Files with other suffixes in it are not answers.
ANSWER_SUFFIXES = frozenset({".yaml", ".yml", ".json", *BY_SUFFIX})

#: Documents of these names speak about a folder and are nobody's homework.
_ABOUT_FOLDERS = frozenset({"readme", "license", "changelog", "contributing"})

#: Fewer files than this for each worker are not worth its start.
_FILES_PER_WORKER = 16

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A file to grade and what it is called in results."""

    path: Path
    label: str


def find_files(paths: Iterable[str | Path]) -> tuple[list[Found], list[Unread]]:
    """The answers files that some paths name, sorted by label.

    A folder stands for the answers files in it, not for those in its sub-folders.
    A file is called by its name; where two share one, by its path as given.
    """
    found: dict[Path, Path] = {}
    unread: list[Unread] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(
                item for item in path.iterdir()
                if item.suffix.lower() in ANSWER_SUFFIXES and item.is_file()
                and not item.name.startswith(".") and item.stem.lower() not in _ABOUT_FOLDERS
            )  # fmt: skip
            if not inside:
                unread.append(Unread(str(path), f"{path}: there are no answers files in it"))
            found.update((item.resolve(), item) for item in inside)
        elif path.exists():
            found[path.resolve()] = path
        else:
            unread.append(Unread(str(path), f"{path}: there is no such file"))
    names = [path.name for path in found.values()]
    files = [
        Found(path, path.name if names.count(path.name) == 1 else path.as_posix())
        for path in found.values()
    ]
    return sorted(files, key=lambda file: file.label), unread


def _load(homework: Homework, file: Found) -> AnswersFile:
    """The answers in a file, a document among them.  Raises FileError and OSError."""
    if is_document(file.path):
        return load_document(homework, file.path, file.path.name)
    return load_answers(file.path)


def grade_file(homework: Homework, file: Found, memory: Memory) -> Submission | list[Unread]:
    """Grade one file, or say why it cannot be read.

    A crash of ours becomes an entry that a person sees, with its trace; it never
    becomes a zero and never stops the batch.
    """
    try:
        answers = _load(homework, file)
        submission = grade(homework, replace(answers, file=file.label), memory)
    except FileError as error:
        return [
            Unread(file.label, str(replace(fault, place=replace(fault.place, file=file.label))))
            for fault in error.faults
        ]
    except OSError as error:
        return [Unread(file.label, f"{file.label}: {error.strerror or error}")]
    except Exception:  # noqa: BLE001 - the one guard around a submission; see the docstring
        trace = traceback.format_exc(limit=-4)
        return [
            Unread(file.label, f"{file.label}: needs a person: the grader failed on it\n{trace}")
        ]
    return submission


_worker_homework: Homework | None = None
_worker_memory: Memory = {}


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
) -> Batch:
    """Grade all files that the paths name, students in the order of their files' names.

    ``progress`` is told (files done, files in all).  The outcome does not depend on
    ``jobs``.
    """
    files, unread = find_files(paths)
    jobs = max(1, min(jobs, len(files) // _FILES_PER_WORKER))
    outcomes: list[Submission | list[Unread]] = []
    if jobs == 1:
        memory: Memory = {}
        for file in files:
            outcomes.append(grade_file(homework, file, memory))
            if progress is not None:
                progress(len(outcomes), len(files))
    else:
        chunks = [files[k : k + _FILES_PER_WORKER] for k in range(0, len(files), _FILES_PER_WORKER)]
        with ProcessPoolExecutor(
            jobs, get_context("spawn"), initializer=_start_worker, initargs=(homework.file,)
        ) as pool:
            for chunk in pool.map(_work, chunks):
                outcomes.extend(chunk)
                if progress is not None:
                    progress(len(outcomes), len(files))
    students: list[Submission] = []
    for outcome in outcomes:
        if isinstance(outcome, Submission):
            students.append(outcome)
            unread.extend(outcome.unread)
        else:
            unread.extend(outcome)
    return Batch(homework.statement, tuple(_with_clashes(students)), tuple(unread))


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
