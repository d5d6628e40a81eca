"""Every file read and every answer judged, each once, by whoever there is to do it."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from grader.batch.journal import Journal
from grader.batch.records import record_text
from grader.batch.work import Desk, HandedIn, Rubric, ToJudge, judge_answers, read_files
from grader.canvas.entries import suffix_of
from grader.canvas.found import Found
from grader.errors import FileError
from grader.homework import Homework
from grader.judge import judge_failed
from grader.limits import ANSWERS_PER_TASK, ANSWERS_WAITING, FILES_PER_TASK
from grader.read.decode import read_bytes

if TYPE_CHECKING:
    # A check of one file does without workers, and without what they need.
    from concurrent.futures import Executor, Future

#: Told (files done, files in all).
Progress = Callable[[int, int], None]

#: The kinds of line in a journal: what a file asks, and how an answer was judged.
FILE: Final = "f"
ANSWER: Final = "a"

#: What is said of an answer that no worker survived.
_DEADLY: Final = (
    "needs a person: the process that judged it was ended twice, for its memory or by the system"
)
_DEADLY_FILE: Final = (
    "needs a person: the process that read it was ended twice, for its memory or by the system"
)


@dataclass(frozen=True, slots=True)
class Hands:
    """Who does the work: an executor for files, one for answers (often the same; None: this
    process), and the homework as it goes there; ``depth`` tasks are kept waiting at each."""

    reading: Executor | None
    judging: Executor | None
    subject: Rubric | Desk
    judged_as: Rubric | Desk
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there was to do, and how much of it was known already."""

    files: int = 0
    files_known: int = 0
    answers: int = 0
    workers_lost: int = 0


@dataclass
class _Open:
    """A file some of whose answers are still to be judged."""

    left: int


@dataclass
class _Run:
    homework: Homework
    files: Sequence[Found]
    journal: Journal
    hands: Hands
    progress: Progress | None
    #: For each file its key in the journal; None where it could not even be opened.
    places: list[str | None] = field(default_factory=list)
    failed: dict[int, list[str]] = field(default_factory=dict)
    done: int = 0
    known: int = 0
    judged: int = 0
    lost: int = 0
    to_judge: deque[tuple[str, ToJudge]] = field(default_factory=deque)
    #: For each answer that is under way, the files that wait for it.
    waiting: dict[str, list[_Open]] = field(default_factory=dict)
    reading: dict[Future[list[str]], list[tuple[int, str, HandedIn]]] = field(default_factory=dict)
    judging: dict[Future[list[str]], list[tuple[str, ToJudge]]] = field(default_factory=dict)

    def run(self) -> None:
        ahead = iter(range(len(self.files)))
        group: list[tuple[int, str, HandedIn]] = []
        more = True
        while more or group or self.to_judge or self.reading or self.judging:
            while more and self._may_read(group):
                index = next(ahead, None)
                if index is None:
                    more = False
                    break
                found = self._opened(index)
                if found is not None:
                    group.append(found)
                if len(group) >= FILES_PER_TASK:
                    self._read(group)
                    group = []
            if group and not more:
                self._read(group)
                group = []
            self._judge(whole=more or bool(self.reading))
            if self.reading or self.judging:
                self._wait()

    def _wait(self) -> None:
        from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait

        for future in wait([*self.reading, *self.judging], return_when=FIRST_COMPLETED).done:
            try:
                results = future.result()
            except BrokenExecutor:
                self.lost += 1
                results = None
            files = self.reading.pop(future, None)
            if files is not None:
                self._take_files(files, results)
            else:
                self._take_answers(self.judging.pop(future), results)

    def _may_read(self, group: list[tuple[int, str, HandedIn]]) -> bool:
        return len(self.reading) < self.hands.depth and (
            bool(group) or len(self.to_judge) < ANSWERS_WAITING
        )

    # --- files --------------------------------------------------------------------

    def _opened(self, index: int) -> tuple[int, str, HandedIn] | None:
        """A file that must be read; None where what it asks is known, or it cannot be opened."""
        file = self.files[index]
        try:
            data = read_bytes(file.path, file.label) if file.data is None else file.data
        except FileError as error:
            self.places.append(None)
            self.failed[index] = list(map(str, error.faults))
            self._finished()
            return None
        name = file.label if file.canvas is None else file.canvas.file
        owned = file.canvas is not None and file.canvas.user_id is not None
        handed_in = HandedIn(file.label, data, suffix_of(name), owned)
        place = place_of(handed_in)
        self.places.append(place)
        if (FILE, place) in self.journal and self._is_known(place):
            self.known += 1
            self._finished()
            return None
        return index, place, handed_in

    def _is_known(self, place: str) -> bool:
        try:
            record = json.loads(self.journal.get(FILE, place))
        except (KeyError, ValueError):
            return False
        return all(key is None or (ANSWER, key) in self.journal for key in record.get("asked", ()))

    def _read(self, group: list[tuple[int, str, HandedIn]]) -> None:
        files = [file for _, _, file in group]
        if self.hands.reading is None:
            self._take_files(group, read_files(self.hands.subject, files))
            return
        self.reading[self.hands.reading.submit(read_files, self.hands.subject, files)] = group

    def _finished(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, len(self.files))

    # --- answers ------------------------------------------------------------------

    def _judge(self, *, whole: bool) -> None:
        """Hand out what waits; only ``whole`` tasks while more may come."""
        least = ANSWERS_PER_TASK if whole else 1
        while len(self.to_judge) >= least and len(self.judging) < self.hands.depth:
            group = [
                self.to_judge.popleft()
                for _ in range(min(ANSWERS_PER_TASK, len(self.to_judge)))
            ]  # fmt: skip
            self._submit(group)

    def _submit(self, group: list[tuple[str, ToJudge]]) -> None:
        answers = [answer for _, answer in group]
        subject = self.hands.judged_as
        if self.hands.judging is None:
            self._take_answers(group, judge_answers(subject, answers))
            return
        self.judging[self.hands.judging.submit(judge_answers, subject, answers)] = group

    # --- what comes back -----------------------------------------------------------

    def _take_answers(
        self, group: list[tuple[str, ToJudge]], results: Sequence[str] | None
    ) -> None:
        """The results of some answers; None where workers died of them."""
        # The next run shall try a deadly one again: the machine may have been short of memory.
        lasting = results is not None
        if results is None:
            if len(group) > 1:
                # One of them was deadly; each by itself shows which.
                for item in group:
                    self._submit([item])
                return
            results = [self._deadly(group[0][1])]
        for (key, _), result in zip(group, results, strict=True):
            self.journal.put(ANSWER, key, result, lasting=lasting)
            self.judged += 1
            for file in self.waiting.pop(key):
                file.left -= 1
                if not file.left:
                    self._finished()

    def _deadly(self, answer: ToJudge) -> str:
        name, text, *_ = answer
        part = self.homework.part(name)
        assert part is not None
        return record_text(judge_failed(self.homework, part, text, _DEADLY))

    def _take_files(
        self, files: list[tuple[int, str, HandedIn]], results: Sequence[str] | None
    ) -> None:
        """What some files ask; None where workers died of them."""
        lasting = results is not None
        if results is None:
            if len(files) > 1:
                for item in files:
                    self._read([item])
                return
            file = files[0][2]
            digest = hashlib.sha256(file.data).hexdigest()
            results = [json.dumps({"digest": digest, "failed": [f"{file.label}: {_DEADLY_FILE}"]})]
        for (_, place, _), text in zip(files, results, strict=True):
            self._take_file(place, json.loads(text), lasting=lasting)

    def _take_file(self, place: str, record: dict[str, Any], *, lasting: bool) -> None:
        answers, shared = record.pop("answers", {}), record.get("shared", ())
        own = record.get("own", {})
        text = json.dumps(record, separators=(",", ":"))
        self.journal.put(FILE, place, text, lasting=lasting)
        open_ = _Open(0)
        for key, (part, written, problem) in answers.items():
            if key in self.waiting:
                self.waiting[key].append(open_)
            elif (ANSWER, key) not in self.journal:
                self.waiting[key] = [open_]
                plain = problem is not None or written is None
                item = part, written, problem, () if plain else shared, own.get(part, ())
                self.to_judge.append((key, item))
            else:
                continue
            open_.left += 1
        if not open_.left:
            self._finished()


def place_of(file: HandedIn) -> str:
    """A word for a file and all that its reading depends on beside the homework."""
    said = json.dumps([file.label, file.suffix, file.is_owned]).encode()
    return hashlib.sha256(hashlib.sha256(said).digest() + file.data).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Collected:
    """All files, where in the journal each one's record stands, and the errors of those that
    could not be opened."""

    files: Sequence[Found]
    places: Sequence[str | None]
    failed: dict[int, list[str]]
    counts: Counts


def collect(
    homework: Homework,
    files: Sequence[Found],
    journal: Journal,
    hands: Hands,
    progress: Progress | None = None,
) -> Collected:
    """Read the files and judge their answers, as far as the journal does not know them.

    What the journal holds afterwards does not depend on who did the work, nor on the
    order.  Raises OSError where the journal cannot be written.
    """
    run = _Run(homework, files, journal, hands, progress)
    run.run()
    counts = Counts(len(files), run.known, run.judged, run.lost)
    return Collected(files, run.places, run.failed, counts)
