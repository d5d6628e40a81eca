"""Answers of a class that belong together: for the review list and the class page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.reports.view import Document, student_name
from grader.reports.visible import one_line
from grader.results import Outcome


@dataclass(frozen=True, slots=True)
class Member:
    """A student in a group; ``index`` counts in the document's ``students``."""

    index: int
    name: str
    student: Mapping[str, Any]
    file: str


@dataclass(frozen=True, slots=True)
class Group:
    """One answer to one part, and who gave it.  ``read_as`` is LaTeX."""

    part: str
    answer: str | None
    read_as: str | None
    verdict: Outcome
    reasons: tuple[str, ...]
    mistake: str | None
    possible: float
    members: tuple[Member, ...]


def for_a_person(document: Document) -> tuple[Group, ...]:
    """Everything that needs a person: one group for each part and written answer.

    Answers that were written alike and read differently (each student has
    definitions of their own) stay apart.  Most students first, then by part and
    text, so that the list does not depend on the order of the files.
    """
    return _groups(
        document,
        lambda result: (
            (result["part"], result.get("answer"), result.get("read_as"))
            if result["points"] is None
            else None
        ),
    )


def shared_answers(document: Document) -> tuple[Group, ...]:
    """Answers that are not right and that several students gave, read alike."""
    found = _groups(
        document,
        lambda result: (
            (result["part"], result["verdict"], result.get("read_as") or result.get("answer"))
            if result["verdict"] not in (Outcome.EQUIVALENT, Outcome.MISSING)
            else None
        ),
    )
    return tuple(group for group in found if len(group.members) > 1)


def _groups(
    document: Document, key: Callable[[Mapping[str, Any]], tuple[str | None, ...] | None]
) -> tuple[Group, ...]:
    found: dict[tuple[str | None, ...], list[tuple[Member, Mapping[str, Any]]]] = {}
    for member, result in _results(document):
        at = key(result)
        if at is not None:
            found.setdefault(at, []).append((member, result))
    order = {part: place for place, part in enumerate(part_ids(document))}
    groups = [_group(rows) for rows in found.values()]
    return tuple(
        sorted(
            groups,
            key=lambda group: (
                -len(group.members),
                order.get(group.part, len(order)),
                group.part,
                group.answer or "",
                group.read_as or "",
            ),
        )
    )


def _group(rows: list[tuple[Member, Mapping[str, Any]]]) -> Group:
    rows = sorted(rows, key=lambda row: _who(row[0]))
    first = rows[0][1]
    reasons = {str((result.get("evidence") or {}).get("reason") or "") for _, result in rows}
    return Group(
        part=first["part"],
        answer=first.get("answer"),
        read_as=first.get("read_as"),
        verdict=Outcome(first["verdict"]),
        reasons=tuple(sorted(reason for reason in reasons if reason)),
        mistake=first.get("mistake"),
        possible=first["possible"],
        members=tuple(member for member, _ in rows),
    )


def _who(member: Member) -> tuple[str, str, str]:
    return (member.name.casefold(), str(member.student.get("id") or ""), member.file)


def _results(document: Document) -> Iterator[tuple[Member, Mapping[str, Any]]]:
    for index, submission in enumerate(document["students"]):
        member = Member(
            index,
            student_name(submission["student"]),
            submission["student"],
            one_line(str(submission.get("file", ""))),
        )
        for result in submission["parts"]:
            yield member, result


def part_ids(document: Document) -> tuple[str, ...]:
    """All part ids, in the order of the homework, then as they come."""
    ids: dict[str, None] = {}
    for question in (document.get("homework") or {}).get("questions") or ():
        for part in question["parts"]:
            ids.setdefault(part["part"])
    for submission in document["students"]:
        for result in submission["parts"]:
            ids.setdefault(result["part"])
    return tuple(ids)
