"""What an instructor decided, applied to a batch, and never lost.

``review.yaml`` is written by one run, filled in by a person, and read by the
next.  A decision holds for the answer that it was made about: for the students
who are listed with that text, for everyone who wrote that text and was read
alike, and for everyone whose answer means the same.  Where a student's answer
has changed since, the decision is kept beside the new answer and decides nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from grader.errors import Fault, FileError
from grader.feedback import PENDING
from grader.homework import Homework
from grader.limits import FILE_FAULTS
from grader.policy import COUNTS_ONLY_WHOLE, all_or_nothing
from grader.read.review import MISSING, Entry, Kept, Listed, ReviewFile, read_review, same_text
from grader.read.suggest import did_you_mean
from grader.results import Batch, Decision, PartResult, Student, Submission

#: The meaning of every right answer; it is not one text's, so no text brings it in.
_RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Applied:
    """A batch with its decisions, what else must be kept, and what the instructor should know."""

    batch: Batch
    kept: Kept
    warnings: tuple[str, ...] = ()


def load_review(path: Path, homework: Homework, who: str | None = None) -> ReviewFile:
    """The review file at a path; an empty one where there is none.

    A decision that says neither who nor when gets ``decided_by`` of the file (else
    ``who``) and the day on which the file was saved (UTC), which later runs keep.
    Raises FileError with all faults, those among them that only the homework
    shows; OSError.
    """
    if not path.exists():
        return ReviewFile(str(path))
    review = read_review(path.read_bytes(), str(path))
    faults = sorted(_faults(review, homework))
    if faults:
        raise FileError(faults[:FILE_FAULTS])
    saved = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date().isoformat()
    return signed(review, review.decided_by or who, saved)


def signed(review: ReviewFile, who: str | None, when: str) -> ReviewFile:
    """The review with a name and a date on every decision that has none."""

    def sign(decision: Decision | None) -> Decision | None:
        if decision is None or decision.date is not None:
            return decision
        return replace(decision, by=decision.by or who, date=when)

    return replace(
        review,
        entries=tuple(
            replace(
                entry,
                decision=sign(entry.decision),
                students=tuple(replace(s, decision=sign(s.decision)) for s in entry.students),
            )
            for entry in review.entries
        ),
    )


def _faults(review: ReviewFile, homework: Homework) -> Iterator[Fault]:
    """What is wrong with the decisions, given the homework."""
    assignment = homework.statement.assignment
    if review.is_decided and review.assignment not in (None, assignment):
        yield review.fault(("assignment",), f"these decisions are about `{review.assignment}`, and "
                           f"`{assignment}` is graded", "write the results to another folder")  # fmt: skip
        return
    worth = {part.id: part.points for part in homework.parts}
    for entry in review.entries:
        if entry.is_earlier or not entry.is_decided:
            continue
        possible = worth.get(entry.part)
        if possible is None:
            yield review.fault((*entry.keys, "part"), f"`{entry.part}` is not a part of {assignment}",
                               did_you_mean(entry.part, worth))  # fmt: skip
            continue
        decided = [((*entry.keys, "decision"), entry.decision)]
        decided += [
            ((*entry.keys, "students", place, "decision"), student.decision)
            for place, student in enumerate(entry.students)
        ]
        for keys, decision in decided:
            if decision is not None and (decision.points or 0) > possible:
                yield review.fault(
                    (*keys, "points"),
                    f"`{decision.points}` is more than the {possible} that {entry.part} is worth",
                )


# --- Which decision holds for which answer ------------------------------------------


@dataclass(frozen=True, slots=True)
class _Match:
    """An entry that is about a result; the smallest of several holds."""

    rank: tuple[bool, bool, int, int]
    place: int
    decision: Decision | None


class _Entries:
    """The entries of a review by what they can be recognised by."""

    def __init__(
        self, review: ReviewFile, meant: Mapping[tuple[str, str], AbstractSet[str]]
    ) -> None:
        self._by_text: dict[tuple[str, str], list[int]] = {}
        self._by_meaning: dict[tuple[str, str], list[int]] = {}
        self._without_text: dict[str, list[int]] = {}
        self.entries = review.entries
        for place, entry in enumerate(review.entries):
            for text in entry.texts:
                self._by_text.setdefault((entry.part, text), []).append(place)
            if not entry.texts:
                self._without_text.setdefault(entry.part, []).append(place)
            meanings = {entry.meaning}
            if entry.is_by_hand:
                # A person names one text; what means the same belongs to it.
                for text in entry.texts:
                    meanings |= meant.get((entry.part, text), frozenset())
            for meaning in meanings - {None, _RIGHT}:
                self._by_meaning.setdefault((entry.part, str(meaning)), []).append(place)

    def best(self, submission: Submission, result: PartResult) -> _Match | None:
        """What holds for a result, if anything does."""
        return min(self._matches(submission, result), key=lambda match: match.rank, default=None)

    def _matches(self, submission: Submission, result: PartResult) -> Iterator[_Match]:
        text = None if result.answer is None else same_text(result.answer)
        if text is not None:
            for place in self._by_text.get((result.part, text), ()):
                entry = self.entries[place]
                if _listed(entry, submission) is not None:
                    yield self._match(place, 0, submission)
                elif entry.read_as == result.read_as or (
                    entry.is_by_hand and entry.read_as is None
                ):
                    yield self._match(place, 1, submission)
        if result.meaning is not None:
            for place in self._by_meaning.get((result.part, result.meaning), ()):
                yield self._match(place, 2, submission)
        for place in self._without_text.get(result.part, ()):
            entry = self.entries[place]
            if entry.verdict == MISSING and text is None:
                yield self._match(place, 1, submission)
            elif entry.is_by_hand and _listed(entry, submission) is not None:
                yield self._match(place, 0, submission)

    def _match(self, place: int, rule: int, submission: Submission) -> _Match:
        entry = self.entries[place]
        listed = _listed(entry, submission)
        decision = entry.decision
        if listed is not None and listed.decision is not None:
            decision = listed.decision
        # What is decided stands before what is open, this list before earlier ones.
        return _Match((entry.is_earlier, decision is None, rule, place), place, decision)


def _listed(entry: Entry, submission: Submission) -> Listed | None:
    return next(
        (s for s in entry.students if s.is_student(submission.student, submission.file)), None
    )


def _meanings(
    submissions: Iterable[Submission], wanted: AbstractSet[tuple[str, str]]
) -> Mapping[tuple[str, str], AbstractSet[str]]:
    """What each of the texts that are wanted means to the students who wrote it."""
    found: dict[tuple[str, str], set[str]] = {}
    for submission in submissions:
        for result in submission.parts:
            if result.answer is None or result.meaning is None:
                continue
            key = result.part, same_text(result.answer)
            if key in wanted:
                found.setdefault(key, set()).add(result.meaning)
    return found


class Decisions:
    """The decisions of a review file, applied to a class student by student.

    ``submissions`` goes through the class once more; it is asked for only where a person
    has added an entry that names a text, and everyone who means the same must be found.
    """

    def __init__(
        self,
        review: ReviewFile,
        homework: Homework,
        submissions: Callable[[], Iterable[Submission]],
    ) -> None:
        self._review = review
        self._homework = homework
        named = {
            (entry.part, text)
            for entry in review.entries if entry.is_by_hand
            for text in entry.texts
        }  # fmt: skip
        self._entries = _Entries(review, _meanings(submissions(), named) if named else {})
        #: For each entry the students for whom it holds, and how many submissions.
        self._holds: list[list[tuple[Student, str]]] = [[] for _ in review.entries]
        self._earlier = _Earlier(review.entries)

    def apply(self, submission: Submission) -> Submission:
        """A submission with the decisions about it; its verdicts stay.  Raises nothing."""
        if not self._review.entries:
            return _with_policy(submission, self._homework)
        parts: list[PartResult] = []
        held: dict[int, None] = {}
        for result in submission.parts:
            match = self._entries.best(submission, result)
            if match is None or match.decision is None:
                parts.append(result)
                continue
            held.setdefault(match.place)
            parts.append(_decided(result, match.decision))
        for place in held:
            self._holds[place].append((submission.student, submission.file))
        applied = _with_policy(replace(submission, parts=tuple(parts)), self._homework)
        self._earlier.see(applied)
        return applied

    def left(self) -> tuple[Kept, tuple[str, ...]]:
        """What of the file applies to nobody, to be kept, and what the instructor should know.

        Only once every submission was applied to.
        """
        earlier: list[Entry] = []
        warnings: list[str] = []
        for place, (entry, inside) in enumerate(
            zip(self._review.entries, self._holds, strict=True)
        ):
            if not entry.is_decided:
                continue
            left, told = _left_over(
                entry, inside, self._review, partial(self._earlier.is_done, place)
            )
            earlier += left
            warnings += told
        return Kept(_merged(earlier), self._review.decided_by, self._review.data), tuple(warnings)


def apply_decisions(batch: Batch, review: ReviewFile, homework: Homework) -> Applied:
    """The batch with the decisions of a review file, and what of it applies to nobody.

    A decided part has the decision's points, its verdict stays.  Raises nothing.
    """
    decisions = Decisions(review, homework, lambda: batch.students)
    students = tuple(map(decisions.apply, batch.students))
    kept, warnings = decisions.left()
    return Applied(replace(batch, students=students), kept, warnings)


def _decided(result: PartResult, decision: Decision) -> PartResult:
    if decision.points is None:
        return replace(result, decision=decision)
    return replace(
        result,
        points=decision.points,
        decision=decision,
        feedback=tuple(sentence.removesuffix(PENDING) for sentence in result.feedback),
    )


def _with_policy(submission: Submission, homework: Homework) -> Submission:
    """All or nothing once more, since a decision can make a question whole or not."""
    if not homework.file.policy.all_or_nothing:
        return submission
    before = [_with_its_own_points(result) for result in submission.parts]
    return replace(submission, parts=tuple(all_or_nothing(before, homework)))


def _with_its_own_points(result: PartResult) -> PartResult:
    if result.earned is None:
        return result
    own = result.decision.points if result.decision is not None else None
    return replace(
        result,
        points=result.earned if own is None else own,
        earned=None,
        feedback=tuple(said for said in result.feedback if said != COUNTS_ONLY_WHOLE),
    )


# --- What applies to nobody now -------------------------------------------------------


def _left_over(
    entry: Entry,
    inside: Sequence[tuple[Student, str]],
    review: ReviewFile,
    is_done: Callable[[Listed], bool],
) -> tuple[list[Entry], list[str]]:
    """The records to keep of an entry for the students it was about and is not now.

    ``inside`` are the students for whom it holds.
    """
    here = _Members(inside)
    moved = [
        listed
        for listed in entry.students
        if (listed.decision or entry.decision) is not None and listed not in here
    ]
    if entry.is_earlier:
        # Of what was kept before, only what now holds elsewhere with the same words is done.
        moved = [s for s in moved if not is_done(s)]
    if entry.students:
        left = [replace(entry, students=tuple(moved), is_earlier=True)] if moved else []
        told = bool(moved) and not inside
    else:
        left = [] if inside else [replace(entry, is_earlier=True)]
        told = bool(left)
    if not told or entry.is_earlier:
        return left, []
    message = (
        f"{review.file}:{entry.line}: nobody's answer to {entry.part} is what was decided here; "
        "the decision is kept under `earlier`"
    )
    return left, [message]


class _Members:
    """Some students, to be asked whether a listed one is among them."""

    def __init__(self, students: Iterable[tuple[Student, str]]) -> None:
        self._students = tuple(students)
        self._ids = {
            same_text(student.id) for student, _ in self._students if student.id is not None
        }

    def __contains__(self, listed: Listed) -> bool:
        if listed.id is not None:
            return listed.id in self._ids
        return any(listed.is_student(student, file) for student, file in self._students)


class _Earlier:
    """Which of the decisions that were kept from earlier runs hold elsewhere by now: the
    same is decided about the same text of the student by another entry."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._by_id: dict[str, list[tuple[int, Listed]]] = {}
        self._others: list[tuple[int, Listed]] = []
        self._entries = entries
        self._done: set[tuple[int, Listed]] = set()
        for place, entry in enumerate(entries):
            if not (entry.is_earlier and entry.is_decided):
                continue
            for listed in entry.students:
                if listed.id is not None:
                    self._by_id.setdefault(listed.id, []).append((place, listed))
                else:
                    self._others.append((place, listed))

    def see(self, submission: Submission) -> None:
        """A submission with all that is decided about it."""
        number = submission.student.id
        about = [*self._by_id.get(same_text(number or ""), ()), *self._others]
        for place, listed in about:
            if listed.is_student(submission.student, submission.file) and any(
                self._is_same(place, listed, result) for result in submission.parts
            ):
                self._done.add((place, listed))

    def is_done(self, place: int, listed: Listed) -> bool:
        """Whether an entry's decision for a student holds elsewhere."""
        return (place, listed) in self._done

    def _is_same(self, place: int, listed: Listed, result: PartResult) -> bool:
        entry = self._entries[place]
        wanted = listed.decision or entry.decision
        return (
            wanted is not None
            and result.part == entry.part
            and result.answer is not None
            and same_text(result.answer) in entry.texts
            and result.decision is not None
            and (result.decision.points, result.decision.comment) == (wanted.points, wanted.comment)
        )


def _merged(earlier: list[Entry]) -> tuple[Entry, ...]:
    """Records that differ in their students only, as one."""
    found: dict[tuple[object, ...], Entry] = {}
    for entry in earlier:
        key = (entry.part, entry.texts, entry.read_as, entry.meaning, entry.decision)
        if key in found:
            students = dict.fromkeys((*found[key].students, *entry.students))
            found[key] = replace(found[key], students=tuple(students))
        else:
            found[key] = entry
    return tuple(found.values())
