"""Answers of a class that belong together: for the review list and the class page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.reports.people import student_name
from grader.reports.view import Document
from grader.results import Outcome


@dataclass(frozen=True, slots=True)
class Member:
    """A student in a group; ``index`` counts in the document's ``students``.

    ``decision`` is what was decided for this student only.
    """

    index: int
    name: str
    student: Mapping[str, Any]
    file: str
    decision: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One answer to one part, and who gave it, most students first.

    ``answer`` is the notation that most of them used, ``others`` are the rest;
    ``read_as`` is LaTeX, ``said`` what its students are told first, ``decision``
    what was decided for all of them.
    """

    part: str
    answer: str | None
    others: tuple[str, ...]
    read_as: str | None
    verdict: Outcome
    reasons: tuple[str, ...]
    mistake: str | None
    said: str
    meaning: str | None
    possible: float
    members: tuple[Member, ...]
    decision: Mapping[str, Any] | None

    @property
    def is_open(self) -> bool:
        """Whether anybody in it still waits for points from a person."""
        return self.decision is None and any(member.decision is None for member in self.members)


Result = Mapping[str, Any]
Rows = list[tuple[Member, Result]]


def answer_groups(document: Document) -> Mapping[str, tuple[Group, ...]]:
    """For each part all of its answers, those that mean the same as one group."""
    groups = _groups(document, lambda _, result: _same_answer(result))
    return {
        part: tuple(group for group in groups if group.part == part) for part in part_ids(document)
    }


def for_review(
    document: Document, is_asked: Callable[[Member, Result], bool] = lambda *_: False
) -> tuple[Group, ...]:
    """What waits for a person, what a person decided, and what ``is_asked`` names.

    Answers that mean the same are one group, unless they were decided differently.
    """

    def key(member: Member, result: Result) -> Hashable | None:
        if not (result["points"] is None or result.get("decision") or is_asked(member, result)):
            return None
        return _same_answer(result), _said(_group_decision(result))

    found = _rows(document, key)
    # Whoever has a decision of their own stands with the others who gave the answer.
    for at in [at for at in found if at[1] is None]:  # type: ignore[index]
        beside = next((other for other in found if other[0] == at[0] and other != at), None)  # type: ignore[index]
        if beside is not None and all(member.decision for member, _ in found[at]):
            found[beside] += found.pop(at)
    return _sorted(document, [_group(rows) for rows in found.values()])


def for_a_person(document: Document) -> tuple[Group, ...]:
    """What waits for a person."""
    return _groups(
        document,
        lambda _, result: _same_answer(result) if result["points"] is None else None,
    )


def _same_answer(result: Result) -> tuple[str | None, ...]:
    """Equal for answers that mean the same, as far as anything is known of their meaning.

    Answers that were written alike and read differently (each student has
    definitions of their own) stay apart.
    """
    meaning = result.get("meaning")
    if meaning is not None:
        return (result["part"], result["verdict"], meaning)
    return (result["part"], result["verdict"], None, result.get("answer"), result.get("read_as"))


def _group_decision(result: Result) -> Mapping[str, Any] | None:
    decision = result.get("decision")
    return decision if decision and decision.get("for") != "student" else None


def _said(decision: Mapping[str, Any] | None) -> tuple[tuple[str, Any], ...] | None:
    return None if decision is None else tuple(sorted(decision.items()))


def _groups(
    document: Document, key: Callable[[Member, Result], Hashable | None]
) -> tuple[Group, ...]:
    return _sorted(document, [_group(rows) for rows in _rows(document, key).values()])


def _rows(
    document: Document, key: Callable[[Member, Result], Hashable | None]
) -> dict[Hashable, Rows]:
    found: dict[Hashable, Rows] = {}
    for member, result in _results(document):
        at = key(member, result)
        if at is not None:
            found.setdefault(at, []).append((member, result))
    return found


def _sorted(document: Document, groups: list[Group]) -> tuple[Group, ...]:
    """Most students first, then by part and text: the order of the files plays no part."""
    order = {part: place for place, part in enumerate(part_ids(document))}
    return tuple(
        sorted(
            groups,
            key=lambda group: (
                -len(group.members),
                order.get(group.part, len(order)),
                group.part,
                group.answer or "",
                group.read_as or "",
                _who(group.members[0]),
            ),
        )
    )


def _group(rows: Rows) -> Group:
    rows = sorted(rows, key=lambda row: _who(row[0]))
    texts = Counter(result["answer"] for _, result in rows if result.get("answer") is not None)
    # The shortest of the most usual, so that the choice depends on nothing else.
    ordered = sorted(texts, key=lambda text: (-texts[text], len(text), text))
    first = next(result for _, result in rows if not ordered or result.get("answer") == ordered[0])
    reasons = {str((result.get("evidence") or {}).get("reason") or "") for _, result in rows}
    feedback = first.get("feedback") or [""]
    return Group(
        part=first["part"],
        answer=first.get("answer"),
        others=tuple(ordered[1:]),
        read_as=first.get("read_as"),
        verdict=Outcome(first["verdict"]),
        reasons=tuple(sorted(reason for reason in reasons if reason)),
        mistake=first.get("mistake"),
        said=str(feedback[0]),
        meaning=first.get("meaning"),
        possible=first["possible"],
        members=tuple(member for member, _ in rows),
        decision=next(filter(None, (_group_decision(result) for _, result in rows)), None),
    )


def _who(member: Member) -> tuple[str, str, str]:
    return (member.name.casefold(), str(member.student.get("id") or ""), member.file)


def _results(document: Document) -> Iterator[tuple[Member, Result]]:
    for index, submission in enumerate(document["students"]):
        name = student_name(submission["student"])
        file = str(submission.get("file", ""))
        for result in submission["parts"]:
            decision = result.get("decision")
            own = decision if decision and decision.get("for") == "student" else None
            yield Member(index, name, submission["student"], file, own), result


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
