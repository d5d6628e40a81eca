"""Several files of one student: the newest of a resubmission, or parts of one homework.

Canvas numbers files of one name (``hw.yaml``, ``hw-1.yaml``).  Whether that is the
same homework once more, or another part of it, only the answers themselves say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from grader.canvas.found import Found
from grader.results import Outcome, PartResult, Submission, Unread


@dataclass(frozen=True, slots=True)
class Graded:
    """A file and what grading it came to."""

    found: Found
    submission: Submission


def combine(rows: Sequence[Graded], asides: Sequence[Unread] = ()) -> list[Submission]:
    """One submission for each student of Canvas's download, in the order of the files.

    Of files that answer the same parts under one name, the newest counts and the
    others are named in a note; files that answer different parts are one submission.
    What is neither stays apart, for a person to choose.  ``asides`` are files that
    are no answers, which a student's submission mentions.
    """
    groups: dict[object, list[Graded]] = {}
    for row in rows:
        canvas = row.found.canvas
        groups.setdefault(row.found.label if canvas is None else canvas.key, []).append(row)
    combined: list[Submission] = []
    for group in groups.values():
        combined.extend(_with_asides(row.submission, asides) for row in _merged(_newest(group)))
    return combined


def _answered(submission: Submission) -> dict[str, PartResult]:
    """The parts that a file says something about."""
    return {
        part.part: part for part in submission.parts if part.verdict.outcome is not Outcome.MISSING
    }


def _newest(rows: list[Graded]) -> list[Graded]:
    """Without the files that a newer one of the same name takes the place of."""
    if len(rows) < 2:
        return rows
    ordered = sorted(rows, key=_age, reverse=True)
    kept: list[Graded] = []
    for row in ordered:
        newer = next((
            place for place, other in enumerate(kept)
            if _name(row) == _name(other) and _overlap(row, other)
        ), None)  # fmt: skip
        if newer is None:
            kept.append(row)
            continue
        note = (
            f"an earlier hand-in, {row.submission.file}, is set aside; "
            f"{kept[newer].submission.file} is newer"
        )
        kept[newer] = _noted(kept[newer], note)
    labels = {row.found.label: row for row in kept}
    return [labels[row.found.label] for row in rows if row.found.label in labels]


def _age(row: Graded) -> tuple[int, int]:
    """How new a file is: by its number of a resubmission, then by Canvas's number of it."""
    canvas = row.found.canvas
    assert canvas is not None
    return canvas.version[1], int(canvas.attachment_id or 0)


def _name(row: Graded) -> str:
    assert row.found.canvas is not None
    return row.found.canvas.version[0]


def _overlap(one: Graded, other: Graded) -> bool:
    mine, theirs = _answered(one.submission), _answered(other.submission)
    # A file that answers nothing is taken over by any other.
    return not mine or not theirs or bool(mine.keys() & theirs.keys())


def _merged(rows: list[Graded]) -> list[Graded]:
    """The files as one submission, where no part is answered in two ways."""
    merged = merge([row.submission for row in rows])
    return [Graded(rows[0].found, merged[0])] if len(merged) == 1 else rows


def merge(submissions: Sequence[Submission]) -> list[Submission]:
    """Files of one student as one submission, or as they are where two answer a part
    in different ways."""
    if len(submissions) < 2:
        return list(submissions)
    chosen: dict[str, PartResult] = {}
    for submission in submissions:
        for part, result in _answered(submission).items():
            known = chosen.setdefault(part, result)
            if known.answer != result.answer:
                return list(submissions)
    first = submissions[0]
    files = ", ".join(submission.file for submission in submissions)
    notes = [f"read together from {files}"]
    notes += [note for submission in submissions for note in submission.notes]
    return [
        replace(
            first,
            parts=tuple(chosen.get(part.part, part) for part in first.parts),
            notes=tuple(dict.fromkeys(notes)),
            unread=tuple(dict.fromkeys(row for one in submissions for row in one.unread)),
            digests=tuple(dict.fromkeys(row for one in submissions for row in one.digests)),
        )
    ]


def _noted(row: Graded, note: str) -> Graded:
    notes = (*row.submission.notes, note)
    return Graded(row.found, replace(row.submission, notes=notes))


def _with_asides(submission: Submission, asides: Iterable[Unread]) -> Submission:
    """A note about each file of the same student that only a person can read."""
    notes = [
        f"the student handed in {row.file} too, which a person must look at"
        for row in dict.fromkeys(asides)
        if row.student is not None
        and row.student.id is not None
        and row.student.id == submission.student.id
    ]
    return replace(submission, notes=(*submission.notes, *dict.fromkeys(notes)))
