"""One answers file, checked: the short way, without what a class needs.

What comes out is what a batch of that one file comes to.  Whatever is not plain (a
document, a page of HTML, a file that cannot be read) goes the way of a batch, which
knows how to tell it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from grader.errors import FileError
from grader.grade import grade
from grader.homework import Homework
from grader.read.answers import load_answers
from grader.results import Batch, Submission

#: Files that hold answers and nothing else, by the end of their names.
_PLAIN = frozenset({".yaml", ".yml", ".json"})


def check_file(homework: Homework, path: Path) -> Batch:
    """The batch of one file.  Never raises for what the file holds."""
    submission = _graded(homework, path)
    if submission is None:
        from grader.batch import grade_paths

        return grade_paths(homework, [path])
    return Batch(homework.statement, (submission,), submission.unread, homework.file.digest)


def _graded(homework: Homework, path: Path) -> Submission | None:
    """The file graded, if nothing about it is out of the ordinary."""
    name = path.name
    if path.suffix.lower() not in _PLAIN or not name.isprintable() or not path.is_file():
        return None
    try:
        answers = load_answers(path, name)
        graded = grade(homework, replace(answers, file=name))
        return replace(graded, digests=((name, answers.digest),))
    except (FileError, OSError):
        return None
    except Exception:  # noqa: BLE001 - the guard of the batch meets it again, and words it
        return None
