"""What workers do: read files, and judge answers.  Texts go in, texts come out.

Nothing here knows of a batch, of folders or of other workers, so that any executor may
run it, in this process, in another, or on another machine that has this program.
"""

from __future__ import annotations

import hashlib
import json
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from grader.batch.records import record_text, to_record
from grader.canvas.entries import HYPERTEXT_SUFFIXES, read_hypertext_answers
from grader.compiled import find_compiled
from grader.documents import NO_AUTHOR, is_document, read_document
from grader.errors import FileError
from grader.grade import Asked, Definitions, Named, Scopes, judge_asked, sort_out
from grader.homework import Homework, parse_rubric
from grader.judge import judge_failed
from grader.limits import KEYS_KEPT
from grader.read.answers import NO_NAME, NO_STUDENT, AnswersFile, read_answers
from grader.read.rubric import Shown
from grader.results import PartResult
from grader.version import __version__

#: Faults of a file that does not say whose it is, where its name says so.
_OWNERLESS: Final = frozenset({NO_STUDENT, NO_NAME, NO_AUTHOR})


@dataclass(frozen=True, slots=True)
class Rubric:
    """A homework as it goes to another process: the text of its rubric, its file's name, and
    what its date makes of what students may see."""

    text: str
    file: str
    digest: str
    reveal: Shown
    version: str = __version__

    @classmethod
    def of(cls, homework: Homework) -> Rubric:
        """What another process needs to make this very homework."""
        file = homework.file
        return cls(file.text, file.file, file.digest, file.reveal)

    def homework(self) -> Homework:
        """The homework: what is kept of it on this machine, else made anew."""
        kept = find_compiled(self.file, self.digest)
        made = parse_rubric(self.text, self.file) if kept is None else Homework(*kept)
        if made.file.reveal == self.reveal:
            return made
        return replace(made, file=replace(made.file, reveal=self.reveal))


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file to read: its bytes, what it is called, the end of its own name, and whether
    something beside it says whose it is."""

    label: str
    data: bytes
    suffix: str
    is_owned: bool


@dataclass(frozen=True)
class Desk:
    """A homework, and which part each key of its answers files names."""

    homework: Homework
    named: Named


class OtherVersionError(Exception):
    """A worker runs another version of the program, whose verdicts may differ."""


@lru_cache(maxsize=2)
def _desk_of(rubric: Rubric) -> Desk:
    if rubric.version != __version__:
        raise OtherVersionError(
            f"a worker runs version {__version__} of the grader, and this is {rubric.version}"
        )
    return Desk(rubric.homework(), {})


def _desk(subject: Rubric | Desk) -> Desk:
    return subject if isinstance(subject, Desk) else _desk_of(subject)


# --- reading ----------------------------------------------------------------------


def read_files(subject: Rubric | Desk, files: Sequence[HandedIn]) -> list[str]:
    """What each file asks, as JSON.

    ``digest`` is the SHA-256 of its bytes; ``student``, ``notes`` and ``unread`` are
    records; ``asked`` has for each part its key, or null; ``answers`` maps keys to what
    :func:`judge_answers` takes; ``shared`` and ``own`` are the definitions.  A file that cannot be read has ``failed``, its errors.
    """
    desk = _desk(subject)
    if len(desk.named) > KEYS_KEPT:
        desk.named.clear()
    return [json.dumps(_read(desk, file), separators=(",", ":")) for file in files]


def _read(desk: Desk, file: HandedIn) -> dict[str, Any]:
    digest = hashlib.sha256(file.data).hexdigest()
    label = file.label
    try:
        answers = replace(_load(desk.homework, file), file=label)
        found = sort_out(desk.homework, answers, desk.named)
    except FileError as error:
        told = [replace(fault, place=replace(fault.place, file=label)) for fault in error.faults]
        return {"digest": digest, "failed": list(map(str, told))}
    except Exception as error:  # noqa: BLE001 - the one guard around a file
        return {"digest": digest, "failed": [f"{label}: {crash(error)}"]}
    keys = _Keys()
    asked = [None if item is None else keys.of(item) for item in found.asked]
    return {
        "digest": digest,
        "student": to_record(found.student),
        "notes": list(found.notes),
        "unread": to_record(found.unread),
        "asked": asked,
        "answers": {
            key: [item.part, item.text, item.problem]
            for key, item in zip(asked, found.asked, strict=True)
            if item is not None
        },
        # Once for all answers of a question, since a file may define a thousand names.
        "shared": next((item.shared for item in found.asked if item and item.shared), ()),
        "own": {item.part: item.own for item in found.asked if item is not None and item.own},
    }


def _load(homework: Homework, file: HandedIn) -> AnswersFile:
    """The answers in a file, a document among them.  Raises FileError."""
    if file.suffix in HYPERTEXT_SUFFIXES:
        answers = read_hypertext_answers(homework, file.data, file.label)
    elif is_document(file.label):
        answers = read_document(homework, file.data, file.label)
    else:
        answers = read_answers(file.data, file.label)
    if not file.is_owned:
        return answers
    faults = tuple(fault for fault in answers.faults if fault.message not in _OWNERLESS)
    return replace(answers, faults=faults)


class _Keys:
    """Words for what is asked in one file: equal for equal questions, 128 bits, so that no two
    ever share one."""

    def __init__(self) -> None:
        self._digests: dict[int, str] = {}

    def of(self, asked: Asked) -> str:
        return _digest(
            [asked.part, asked.text, asked.problem, *map(self._of, (asked.shared, asked.own))]
        )

    def _of(self, definitions: Definitions) -> str:
        # By identity: the answers to a question share one value, which lives as long as they do.
        found = self._digests.get(id(definitions))
        if found is None:
            found = self._digests[id(definitions)] = _digest(definitions)
        return found


def _digest(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def crash(error: BaseException) -> str:
    """A fault of ours, for a person to look at: where it happened, without the paths of
    this machine, so that results are the same everywhere."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    way = " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )
    return f"needs a person: the grader failed on it ({type(error).__name__} in {way})"


# --- judging ----------------------------------------------------------------------


#: Part, text, problem, definitions of the file and of the question: an answer to judge.
ToJudge = tuple[str, str | None, str | None, Any, Any]


def judge_answers(subject: Rubric | Desk, answers: Sequence[ToJudge]) -> list[str]:
    """The result of each answer, as a record.

    A crash of ours becomes ``undecided``, which a person sees, with its trace; it never
    becomes a zero and costs no other answer anything.
    """
    homework = _desk(subject).homework
    scopes: Scopes = {}
    return [record_text(_judge(homework, answer, scopes)) for answer in answers]


def _judge(homework: Homework, answer: ToJudge, scopes: Scopes) -> PartResult:
    name, text, problem, shared, own = answer
    part = homework.part(name)
    assert part is not None
    asked = Asked(name, text, problem, definitions_of(shared), definitions_of(own))
    try:
        return judge_asked(homework, part, asked, scopes)
    except Exception as error:  # noqa: BLE001 - the one guard around an answer
        return judge_failed(homework, part, text, crash(error))


def definitions_of(record: Any) -> Definitions:
    """Definitions out of a record."""
    return tuple((key, text, problem) for key, text, problem in record)
