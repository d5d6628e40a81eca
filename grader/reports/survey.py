"""A class in one walk through its results: all that the reports about it need to know.

Of a student a few words are held and of an answer its group, so that a class of any
size passes; results themselves are not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.reports.groups import (
    Asked,
    Gathered,
    Group,
    Member,
    by_part,
    every_answer,
    homework_parts,
    members_of,
    to_review,
)
from grader.reports.view import Document


@dataclass(frozen=True, slots=True)
class Sat:
    """What the class page tells of one student."""

    student: Mapping[str, Any]
    file: str
    score: float
    pending: float
    to_review: int
    notes: tuple[str, ...]


@dataclass(slots=True)
class PartCounts:
    """How often each verdict and each mistake stands in one part."""

    verdicts: Counter[str] = field(default_factory=Counter)
    mistakes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Survey:
    """``students`` in the document's order, ``parts`` in the homework's; ``answers`` are all
    groups by part, ``review`` those for a person, ``listed`` these and what ``asked`` named."""

    students: tuple[Sat, ...]
    parts: Mapping[str, PartCounts]
    answers: Mapping[str, tuple[Group, ...]]
    review: tuple[Group, ...]
    listed: tuple[Group, ...]


def _never(member: Member, result: Mapping[str, Any]) -> bool:
    return False


def survey(document: Document, asked: Asked | None = None) -> Survey:
    """Go through a class once; ``asked`` names answers that the review list has besides."""
    parts: dict[str, PartCounts] = {part: PartCounts() for part in homework_parts(document)}
    answers, review = Gathered(every_answer), Gathered(to_review(_never))
    listed = review if asked is None else Gathered(to_review(asked))
    heaps = (answers, review) if listed is review else (answers, review, listed)
    students: list[Sat] = []
    for index, submission in enumerate(document["students"]):
        waiting = 0
        for member, result in members_of(index, submission):
            waiting += result["points"] is None
            counts = parts.setdefault(result["part"], PartCounts())
            counts.verdicts[result["verdict"]] += 1
            if result.get("mistake"):
                counts.mistakes[str(result["mistake"])] += 1
            for heap in heaps:
                heap.add(member, result)
        students.append(
            Sat(
                submission["student"],
                str(submission.get("file", "")),
                submission["score"],
                submission["pending"],
                waiting,
                tuple(submission.get("notes", ())),
            )
        )
    order = tuple(parts)
    review.join_decided()
    found = review.groups(order)
    if listed is not review:
        listed.join_decided()
    return Survey(
        tuple(students),
        parts,
        by_part(answers.groups(order), order),
        found,
        found if listed is review else listed.groups(order),
    )
