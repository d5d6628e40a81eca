"""The submissions of a class, one after the other, made from what is in the journal.

Nothing is held for a student but a few words: who it is, and where the record stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from grader.batch.collect import ANSWER, FILE, Collected
from grader.batch.journal import Journal
from grader.batch.records import from_record
from grader.batch.work import crash, definitions_of
from grader.canvas.found import Found
from grader.canvas.identity import identify
from grader.canvas.several import Graded, combine
from grader.grade import Asked, Sorted, put_together, with_results
from grader.homework import Homework
from grader.judge import judge_failed, judge_missing
from grader.limits import RESULTS_KEPT
from grader.results import PartResult, Student, Submission, Unread

if TYPE_CHECKING:
    from grader.read.gradebook import Gradebook

#: A journal of more than so many files for each one of the class is written anew, unless
#: there are few.
_STALE, _SMALL = 2, 200

#: Where a student's submission stands: the files of one student of Canvas's, or one file.
_Group = tuple[int, ...]


class Class:
    """A class whose files are read and judged.

    ``asides`` are files that are no answers.  :meth:`submissions` may be gone through any
    number of times, and gives equal values each time.
    """

    def __init__(
        self,
        homework: Homework,
        collected: Collected,
        journal: Journal,
        *,
        asides: Sequence[Unread] = (),
        book: Gradebook | None = None,
    ) -> None:
        self.homework = homework
        self._collected = collected
        self._journal = journal
        self._book = book
        self._asides = tuple(asides)
        self._missing = {part.id: judge_missing(homework, part) for part in homework.parts}
        self._result = lru_cache(RESULTS_KEPT)(self._read_result)
        self._failed: list[tuple[int, Unread]] = []
        self._groups: list[_Group] = []
        self._files: dict[str, list[str]] = {}
        self._gather()

    # --- what must be known before the first is told -----------------------------------

    def _gather(self) -> None:
        """Which files are one student's, which could not be read, and who has several."""
        groups: dict[object, list[int]] = {}
        owners: dict[int, str | None] = {}
        for index, file in enumerate(self._collected.files):
            record = self._record(index)
            errors = record.get("failed")
            if errors is not None:
                rows = _of_student(file, errors, self._book)
                self._failed += [(index, row) for row in rows]
                continue
            groups.setdefault(index if file.canvas is None else file.canvas.key, []).append(index)
            written = from_record(Student, record["student"])
            owners[index] = identify(file.canvas, self._book, written).student.id
        self._groups = [tuple(group) for group in groups.values()]
        self._of_owner = self._by_owner([*self._asides, *(row for _, row in self._failed)])
        seen: dict[str, str] = {}
        for group in self._groups:
            # Of several files, some may be set aside or read as one.
            told = (
                [(owners[group[0]], self._collected.files[group[0]].label)]
                if len(group) == 1
                else [(one.student.id, one.file) for one in self._combined(group)]
            )
            for owner, label in told:
                if owner is None:
                    continue
                first = seen.setdefault(owner, label)
                if first != label:
                    self._files.setdefault(owner, [first]).append(label)

    @staticmethod
    def _by_owner(rows: Sequence[Unread]) -> Mapping[str, list[Unread]]:
        found: dict[str, list[Unread]] = {}
        for row in rows:
            if row.student is not None and row.student.id is not None:
                found.setdefault(row.student.id, []).append(row)
        return found

    # --- the submissions -----------------------------------------------------------

    def submissions(self) -> Iterator[Submission]:
        """Each student's, in the order of the files' names."""
        for group in self._groups:
            for submission in self._combined(group):
                yield self._with_clashes(submission)

    def unread(self, faults: Sequence[Unread]) -> tuple[Unread, ...]:
        """All that could not be read: ``faults`` are those of the submissions."""
        places = {file.label: place for place, file in enumerate(self._collected.files)}
        failed = [*(row for _, row in self._failed), *faults]
        return (*self._asides, *sorted(failed, key=lambda row: places[row.file]))

    def _combined(self, group: _Group) -> list[Submission]:
        files = self._collected.files
        rows = [Graded(files[index], self._submission(index)) for index in group]
        asides = [
            row for owner in {row.submission.student.id for row in rows} if owner is not None
            for row in self._of_owner.get(owner, ())
        ]  # fmt: skip
        return combine(rows, asides)

    def _submission(self, index: int) -> Submission:
        """A file's submission under the name of its student, with what is to be said of that."""
        file = self._collected.files[index]
        record = self._record(index)
        results = [
            self._missing[part.id] if key is None else self._result(key)
            for part, key in zip(self.homework.parts, record["asked"], strict=True)
        ]
        written = from_record(Student, record["student"])
        identity = identify(file.canvas, self._book, written)
        late = file.canvas is not None and file.canvas.late
        notes = (
            *identity.notes,
            *(("Canvas marks this as late",) if late else ()),
            *record["notes"],
        )
        found = Sorted(
            identity.student,
            file.label,
            self._asked(record, results),
            notes,
            from_record(tuple[Unread, ...], record["unread"]),
        )
        try:
            submission = put_together(self.homework, found, results)
        except Exception as error:  # noqa: BLE001 - the one guard around a submission
            failed = [
                judge_failed(self.homework, part, result.answer, crash(error))
                for part, result in zip(self.homework.parts, results, strict=True)
            ]
            submission = with_results(self.homework, found, failed)
        return replace(submission, digests=((file.label, record["digest"]),))

    def _asked(
        self, record: dict[str, Any], results: Sequence[PartResult]
    ) -> tuple[Asked | None, ...]:
        """What a file asks about each part, out of its record and the answers' results."""
        shared, own = definitions_of(record["shared"]), record["own"]
        return tuple(
            None if key is None
            else Asked(part.id, result.answer, None, shared, definitions_of(own.get(part.id, ())))
            for key, part, result in zip(record["asked"], self.homework.parts, results, strict=True)
        )  # fmt: skip

    def _with_clashes(self, submission: Submission) -> Submission:
        """Several files of one student: each is graded, and each says that there are others."""
        files = self._files.get(submission.student.id or "", ())
        others = [file for file in files if file != submission.file]
        if not others:
            return submission
        note = f"the same student handed in {', '.join(others)} too; a person must choose"
        return replace(submission, notes=(*submission.notes, note))

    # --- out of the journal -----------------------------------------------------------

    def _record(self, index: int) -> dict[str, Any]:
        place = self._collected.places[index]
        if place is None:
            return {"failed": self._collected.failed[index]}
        found: dict[str, Any] = json.loads(self._journal.get(FILE, place))
        return found

    def _read_result(self, key: str) -> PartResult:
        found: PartResult = from_record(PartResult, json.loads(self._journal.get(ANSWER, key)))
        return found

    def is_small_part_of(self, journal: Journal) -> bool:
        """Whether most of the files in a journal are others, or were others before a change."""
        return journal.count(FILE) > _STALE * len(self._collected.files) + _SMALL

    def in_use(self) -> set[tuple[str, str]]:
        """What of the journal this class needs."""
        used: set[tuple[str, str]] = set()
        for index, place in enumerate(self._collected.places):
            if place is not None:
                used.add((FILE, place))
                used |= {(ANSWER, key) for key in self._record(index).get("asked", ()) if key}
        return used


def _of_student(file: Found, errors: Sequence[str], book: Gradebook | None) -> list[Unread]:
    """What could not be read, under the name of its student where Canvas says who it is."""
    student = None
    if file.canvas is not None and file.canvas.user_id is not None:
        student = identify(file.canvas, book, Student()).student
    return [Unread(file.label, error, student) for error in errors]
