"""A review file to frozen values; every fault of the file is told at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.errors import Fault, FileError
from grader.limits import FILE_FAULTS, REVIEW_BYTES, REVIEW_NODES
from grader.read.nodes import Source, read_stream
from grader.read.plain import Keys, Plain, as_plain, path_text
from grader.read.shapes import shape_fault
from grader.results import Decision, Student
from grader.source import Place

#: Lone surrogates, which no UTF-8 file can hold.
_SURROGATE = re.compile("[\ud800-\udfff]")

#: The verdict of an answer that was never written.
MISSING = "missing"


def storable(text: str) -> str:
    """The text as it comes back from a file: a lone surrogate as the replacement mark."""
    return _SURROGATE.sub("\ufffd", text)


def same_text(text: str) -> str:
    """What an answer is recognised by: white space around it says nothing."""
    return storable(text).strip()


@dataclass(frozen=True, slots=True)
class Listed:
    """A student who gave an answer, and a decision for this student only."""

    name: str | None = None
    id: str | None = None
    file: str | None = None
    decision: Decision | None = None

    def is_student(self, student: Student, file: str) -> bool:
        """Whether this is that student; without an id, what else is listed must agree."""
        if self.id is not None:
            return student.id is not None and self.id == same_text(student.id)
        if self.name is None and self.file is None:
            return False
        if self.name is not None and self.name != same_text(student.name or ""):
            return False
        return self.file is None or self.file == same_text(file)


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer to a part, in all the notations it was given in, and what was decided.

    ``texts`` is empty for an answer that was never written, or not named here;
    ``keys`` is where in the file it stands, ``line`` its line.  ``is_earlier``: nobody
    gave this answer when the file was written.
    """

    part: str
    texts: tuple[str, ...]
    read_as: str | None = None
    verdict: str | None = None
    reason: str | None = None
    meaning: str | None = None
    possible: Fraction | None = None
    students: tuple[Listed, ...] = ()
    decision: Decision | None = None
    is_earlier: bool = False
    keys: Keys = ()
    line: int = 0

    @property
    def is_decided(self) -> bool:
        """Whether anything was decided here."""
        return self.decision is not None or any(s.decision is not None for s in self.students)

    @property
    def is_by_hand(self) -> bool:
        """Whether a person added this entry; one that the program wrote has a verdict."""
        return self.verdict is None


@dataclass(frozen=True, slots=True)
class ReviewFile:
    """A review file as written; ``data`` is its bytes, by which a change is noticed."""

    file: str = "review.yaml"
    assignment: str | None = None
    decided_by: str | None = None
    entries: tuple[Entry, ...] = ()
    data: bytes = b""
    _plain: Plain | None = None
    _source: Source | None = None

    @property
    def is_decided(self) -> bool:
        """Whether anything was decided in it."""
        return any(entry.is_decided for entry in self.entries)

    def fault(self, path: Keys, message: str, suggestion: str | None = None) -> Fault:
        """A fault at a path of the file, for the layers that find it."""
        if self._plain is None or self._source is None:
            return Fault(Place(self.file, 1, 1), path_text(path), message, suggestion)
        return _at(self._plain, self._source, path, message, suggestion)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a review file holds beside the decisions that the results carry.

    ``earlier``: decisions that apply to nobody now, or no longer to the students
    listed in them.  ``data``: the bytes of the file that was applied, by which a
    change in the meantime is noticed.
    """

    earlier: tuple[Entry, ...] = ()
    decided_by: str | None = None
    data: bytes = b""


def read_review(data: bytes, file: str = "review.yaml") -> ReviewFile:
    """Read a review file from its bytes; an empty one is a first run's.

    Raises FileError with all of its faults.
    """
    text = _decoded(data, file).removeprefix("\ufeff").replace("\r\n", "\n")
    if len(text) > REVIEW_BYTES:
        raise FileError(
            [Fault(Place(file, 1, 1), "", "this file is too large to be a review list")]
        )
    if not text.strip():
        return ReviewFile(file, data=data)
    source = Source(file, text)
    stream = read_stream(source, REVIEW_NODES)
    if stream.fault is not None:
        raise FileError([stream.fault])
    if not stream.documents:
        return ReviewFile(file, data=data)  # comments only
    plain = as_plain(stream.documents[0], source)
    faults = list(plain.faults)
    if len(stream.documents) > 1:
        start = stream.starts[1]
        faults.append(source.fault(start - 3, start, "a second document begins here",
                                   "a review list is one document; take the line `---` out"))  # fmt: skip
    if not isinstance(plain.value, dict):
        faults.append(source.fault(0, 1, "a review file is a mapping with a list `review`"))
        raise FileError(faults)
    shape, found = _shaped(plain, source)
    said = {fault.path for fault in plain.faults}
    faults += [fault for fault in found if fault.path not in said]
    if faults or shape is None:
        raise FileError(sorted(set(faults))[:FILE_FAULTS])
    entries = (
        *_entries(shape.review or (), "review", plain, source),
        *_entries(shape.earlier or (), "earlier", plain, source),
    )
    faults = list(_sense(entries, plain, source))
    if faults:
        raise FileError(sorted(set(faults))[:FILE_FAULTS])
    return ReviewFile(file, shape.assignment, shape.decided_by, entries, data, plain, source)


def _decoded(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise FileError(
            [Fault(Place(file, line, column), "", "this is not UTF-8", "save it as UTF-8")]
        ) from None


def _shaped(plain: Plain, source: Source) -> tuple[Any, list[Fault]]:
    from pydantic import ValidationError

    from grader.read.review_shape import ReviewShape, keys_at

    try:
        return ReviewShape.model_validate(plain.value), []
    except ValidationError as error:
        return None, [shape_fault(item, plain, source, keys_at) for item in error.errors()]


def _entries(shapes: Sequence[Any], section: str, plain: Plain, source: Source) -> Iterator[Entry]:
    for index, shape in enumerate(shapes):
        path: Keys = (section, index)
        texts = [*([] if shape.answer is None else [shape.answer]), *(shape.also or ())]
        yield Entry(
            part=shape.part,
            texts=tuple(dict.fromkeys(map(same_text, texts))),
            read_as=shape.read_as,
            verdict=shape.verdict,
            reason=shape.reason,
            meaning=shape.meaning,
            possible=shape.possible,
            students=tuple(
                Listed(s.name, s.id, s.file, _decision(s.decision, individual=True))
                for s in shape.students or ()
            ),
            decision=_decision(shape.decision, individual=False),
            is_earlier=section == "earlier",
            keys=path,
            line=source.line_of(plain.value_spans[path][0]),
        )


def _decision(shape: Any, *, individual: bool) -> Decision | None:
    if shape is None or (shape.points is None and shape.comment is None):
        # A name or a date alone decides nothing.
        return None
    return Decision(shape.points, shape.comment, shape.by, shape.date, individual)


# --- Sense: what shape alone cannot say ------------------------------------------


def _sense(entries: Sequence[Entry], plain: Plain, source: Source) -> Iterator[Fault]:
    seen: dict[tuple[str, str, str | None], Entry] = {}
    for entry in entries:
        at = entry.keys
        if not entry.texts and entry.verdict != MISSING and not entry.students and entry.is_decided:
            yield _at(plain, source, (*at, "part"), "which answer to this part was decided?",
                      "write `answer:`, or name `students:`")  # fmt: skip
        if entry.is_earlier:
            continue
        if entry.decision is None:
            continue
        for text in entry.texts:
            first = seen.setdefault((entry.part, text, entry.read_as), entry)
            if first is not entry:
                yield _at(plain, source, (*at, "decision"),
                          f"this answer to `{entry.part}` is decided twice "
                          f"(the first in line {first.line})",
                          "keep one of the two")  # fmt: skip
                break


def _at(
    plain: Plain, source: Source, path: Keys, message: str, suggestion: str | None = None
) -> Fault:
    start, end = plain.value_spans[plain.longest(path)]
    return source.fault(start, end, message, suggestion, path_text(path))
