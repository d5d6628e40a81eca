"""``results.json`` as a file that is written and read student by student.

A class of any size passes through; what is held of it is where each student's line
begins.  The document that comes out is the one that reports and exports are made from,
with a sequence for the list of students that reads a line when it is asked for.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO, overload
from weakref import finalize

from grader.errors import Fault, FileError
from grader.files import replacing
from grader.limits import RESULTS_KEPT
from grader.reports.line_reader import PARTS, LineReader
from grader.reports.results_json import (
    END_OF_STUDENTS,
    STUDENTS,
    head_text,
    line_text,
    read_results,
    student_fault,
    tail_text,
)
from grader.results import PartResult, Submission
from grader.source import Place

#: Bytes that go to the disk at a time.
_BUFFER = 1 << 20


class StudentLines(Sequence[Mapping[str, Any]]):
    """The students of a results file, each read when it is asked for.

    The file stays open, so that a run that puts another in its place changes nothing here.
    """

    def __init__(self, path: Path, starts: array[int]) -> None:
        """``starts`` are the offsets of the lines, and last the end of the last one."""
        descriptor = os.open(path, os.O_RDONLY | vars(os).get("O_BINARY", 0))
        finalize(self, os.close, descriptor)
        self._file = FileIO(descriptor, closefd=False)
        self._starts = starts
        self._reader = LineReader()
        self._last: tuple[int, Mapping[str, Any]] | None = None

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, index: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[Mapping[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> Mapping[str, Any] | list[Mapping[str, Any]]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(index)
        # The reports of one student ask one after the other.
        if self._last is not None and self._last[0] == place:
            return self._last[1]
        found = self._reader.read(self.line(place))
        self._last = place, found
        return found

    def heads(self) -> Iterator[Mapping[str, Any]]:
        """Each student with at least ``student`` and ``file``, sooner than as a whole."""
        return (self._reader.head(self.line(place)) for place in range(len(self)))

    def line(self, place: int) -> str:
        """A student as it stands in the file."""
        self._file.seek(self._starts[place])
        size = self._starts[place + 1] - self._starts[place]
        return self._file.read(size).rstrip(b",\n").decode()

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return (self[place] for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


def student_heads(students: Sequence[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Each student with at least ``student`` and ``file``."""
    return students.heads() if isinstance(students, StudentLines) else students


def student_line(students: Sequence[Mapping[str, Any]], place: int) -> str:
    """A student as JSON on one line."""
    return (
        students.line(place) if isinstance(students, StudentLines) else line_text(students[place])
    )


class ResultsWriter:
    """Takes the students one by one; :meth:`close` ends the document."""

    def __init__(self, stream: BinaryIO, path: Path, head: Mapping[str, Any]) -> None:
        self._stream = stream
        self._path = path
        self._head = head
        self._starts = array("Q")
        self._place = 0
        self._unread: list[Mapping[str, Any]] = []
        self._write(head_text(head))

    def _write(self, text: str) -> None:
        self._place += self._stream.write(text.encode("utf-8"))

    def add(self, student: Mapping[str, Any]) -> None:
        """The next student.  Raises OSError."""
        self.add_line(line_text(student))

    def add_line(self, student: str) -> None:
        """The next student, as JSON on one line.  Raises OSError."""
        self._write(",\n" if self._starts else "\n")
        self._starts.append(self._place)
        self._write(student)

    def close(self, unread: Iterable[Mapping[str, Any]]) -> None:
        """The files that could not be read, and the end.  Raises OSError."""
        self._unread = list(unread)
        self._starts.append(self._place)
        self._write(tail_text(self._unread))

    def document(self) -> Mapping[str, Any]:
        """What was written, for reports and exports; only once it stands under its name."""
        students = StudentLines(self._path, self._starts)
        return {**self._head, "students": students, "unread": self._unread}


class SubmissionLines:
    """Makes the lines of submissions, what is said of an answer once for all who gave it."""

    def __init__(self) -> None:
        # By identity: equal answers of a class are one value.  It is kept beside its text.
        self._texts: dict[int, tuple[PartResult, str]] = {}

    def line(self, submission: Submission) -> str:
        """A submission as JSON on one line."""
        head = line_text(submission.head_json()).removesuffix("}")
        return f"{head}{PARTS}{', '.join(map(self._text, submission.parts))}]}}"

    def _text(self, part: PartResult) -> str:
        found = self._texts.get(id(part))
        if found is None:
            if len(self._texts) >= RESULTS_KEPT:
                self._texts.clear()
            found = self._texts[id(part)] = part, line_text(part.as_json())
        return found[1]


@contextmanager
def writing_results(path: Path, head: Mapping[str, Any]) -> Iterator[ResultsWriter]:
    """A writer whose file is there when it is whole; ``head`` stands before the students.

    Raises OSError, and then what was there before is still there.
    """
    with replacing(path) as stream:
        yield ResultsWriter(stream, path, head)


def open_results(path: Path) -> Mapping[str, Any]:
    """The document of a ``results.json``, its students read as they are asked for.

    A file in which they do not stand line by line (another program wrote it) is read
    as a whole.  Raises FileError where it is not JSON, or not results of this version;
    OSError; UnicodeDecodeError.
    """
    with path.open("rb", _BUFFER) as stream:
        around, starts, fault = _outline(stream)
    if around is None:
        return read_results(path.read_text(encoding="utf-8"), str(path))
    document = read_results(around.decode("utf-8"), str(path))
    if fault is not None:
        where, message = fault
        raise FileError([Fault(Place(str(path), 1, 1), where, message)])
    return {**document, "students": StudentLines(path, starts)}


def _outline(
    stream: BinaryIO,
) -> tuple[bytes | None, array[int], tuple[str, str] | None]:
    """The document without its students, where their lines begin, and what is wrong with one.

    None for a file that is laid out in another way.
    """
    around: list[bytes] = []
    starts = array("Q")
    place, inside, fault = 0, False, None
    for line in stream:
        if inside and line.rstrip(b"\n") == END_OF_STUDENTS:
            inside = False
            starts.append(place)
        if not inside:
            around.append(line)
        else:
            try:
                student = json.loads(line.rstrip(b",\n"))
            except (ValueError, RecursionError):
                return None, starts, None
            fault = fault or student_fault(len(starts), student)
            starts.append(place)
        if line.rstrip(b"\n") == STUDENTS and not starts:
            inside = True
        place += len(line)
    whole = bool(starts) and not inside
    return b"".join(around) if whole else None, starts, fault
