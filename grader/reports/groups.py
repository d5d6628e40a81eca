"""Answers of a class that belong together: for the review list and the class page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.reports.people import student_name
from grader.reports.view import Document
from grader.results import Outcome


@dataclass(frozen=True, slots=True)
class Member:
    """A student in a group; ``index`` counts in the document's ``students``.

    ``who`` is what students are sorted by; ``decision`` is what was decided for this
    student only.
    """

    index: int
    name: str
    student: Mapping[str, Any]
    file: str
    who: tuple[str, str, str]
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

#: Says of an answer whether a person is asked about it for another reason than its points.
Asked = Callable[[Member, Result], bool]

_Who = tuple[str, str, str]


def answer_groups(document: Document) -> Mapping[str, tuple[Group, ...]]:
    """For each part all of its answers, those that mean the same as one group."""
    gathered = Gathered(every_answer)
    for member, result in results_of(document):
        gathered.add(member, result)
    return by_part(gathered.groups(part_ids(document)), part_ids(document))


def by_part(groups: Iterable[Group], parts: Iterable[str]) -> Mapping[str, tuple[Group, ...]]:
    """Groups by their part, in their order."""
    found: dict[str, list[Group]] = {part: [] for part in parts}
    for group in groups:
        found.setdefault(group.part, []).append(group)
    return {part: tuple(inside) for part, inside in found.items()}


def for_review(document: Document, is_asked: Asked = lambda *_: False) -> tuple[Group, ...]:
    """What waits for a person, what a person decided, and what ``is_asked`` names.

    Answers that mean the same are one group, unless they were decided differently.
    """
    gathered = Gathered(to_review(is_asked))
    for member, result in results_of(document):
        gathered.add(member, result)
    gathered.join_decided()
    return gathered.groups(part_ids(document))


def for_a_person(document: Document) -> tuple[Group, ...]:
    """What waits for a person."""
    gathered = Gathered(
        lambda _, result: every_answer(_, result) if result["points"] is None else None
    )
    for member, result in results_of(document):
        gathered.add(member, result)
    return gathered.groups(part_ids(document))


# --- gathering, in one walk through a class --------------------------------------------

#: What tells groups apart: the answer, and what was decided about it.
Key = tuple[tuple[str | None, ...], object]


def every_answer(member: Member, result: Result) -> Key | None:
    """The group of an answer, whatever became of it."""
    return _same_answer(result), None


def to_review(is_asked: Asked) -> Callable[[Member, Result], Key | None]:
    """The group of an answer on the review list; None where it does not belong there."""

    def key(member: Member, result: Result) -> Key | None:
        if not (result["points"] is None or result.get("decision") or is_asked(member, result)):
            return None
        return _same_answer(result), _said(_group_decision(result))

    return key


@dataclass(slots=True)
class _Text:
    """A text that was written: how often, and the first student's result, by name."""

    count: int
    who: _Who
    result: Result


@dataclass(slots=True)
class _Heap:
    """What is gathered of one group; of the results only one for each text is kept."""

    members: list[Member]
    texts: dict[str | None, _Text]
    reasons: set[str]
    decided: tuple[_Who, Mapping[str, Any]] | None = None

    def add(self, member: Member, result: Result) -> None:
        who = _who(member)
        self.members.append(member)
        text = result.get("answer")
        known = self.texts.get(text)
        if known is None:
            self.texts[text] = _Text(1, who, _brief(result))
        else:
            known.count += 1
            if who < known.who:
                known.who, known.result = who, _brief(result)
        self.reasons.add(str((result.get("evidence") or {}).get("reason") or ""))
        decision = _group_decision(result)
        if decision is not None and (self.decided is None or who < self.decided[0]):
            self.decided = who, decision

    def join(self, other: _Heap) -> None:
        self.members += other.members
        self.reasons |= other.reasons
        for text, more in other.texts.items():
            known = self.texts.setdefault(text, _Text(0, more.who, more.result))
            known.count += more.count
            if more.who < known.who:
                known.who, known.result = more.who, more.result
        if other.decided is not None and (
            self.decided is None or other.decided[0] < self.decided[0]
        ):
            self.decided = other.decided

    def group(self) -> Group:
        # The shortest of the most usual, so that the choice depends on nothing else.
        ordered = sorted(
            ((text, held) for text, held in self.texts.items() if text is not None),
            key=lambda item: (-item[1].count, len(item[0]), item[0]),
        )
        first = (ordered[0][1] if ordered else self.texts[None]).result
        feedback = first.get("feedback") or [""]
        return Group(
            part=first["part"],
            answer=first.get("answer"),
            others=tuple(text for text, _ in ordered[1:]),
            read_as=first.get("read_as"),
            verdict=Outcome(first["verdict"]),
            reasons=tuple(sorted(reason for reason in self.reasons if reason)),
            mistake=first.get("mistake"),
            said=str(feedback[0]),
            meaning=first.get("meaning"),
            possible=first["possible"],
            members=tuple(sorted(self.members, key=_who)),
            decision=None if self.decided is None else self.decided[1],
        )


_BRIEF = ("part", "answer", "read_as", "verdict", "mistake", "feedback", "meaning", "possible")


def _brief(result: Result) -> Result:
    """What a group tells of a result; the rest is read again where it is needed."""
    return {name: result.get(name) for name in _BRIEF}


class Gathered:
    """Groups that grow with each answer; ``key`` says which one an answer belongs to."""

    def __init__(self, key: Callable[[Member, Result], Key | None]) -> None:
        self._key = key
        self._heaps: dict[Key, _Heap] = {}

    def add(self, member: Member, result: Result) -> None:
        """One more answer."""
        key = self._key(member, result)
        if key is None:
            return
        heap = self._heaps.get(key)
        if heap is None:
            heap = self._heaps[key] = _Heap([], {}, set())
        heap.add(member, result)

    def join_decided(self) -> None:
        """Let whoever has a decision of their own stand with the others who gave the answer."""
        beside: dict[object, list[Key]] = {}
        for key in self._heaps:
            beside.setdefault(key[0], []).append(key)
        for keys in beside.values():
            alone = next((key for key in keys if key[1] is None), None)
            other = next((key for key in keys if key[1] is not None), None)
            if alone is None or other is None:
                continue
            if all(member.decision for member in self._heaps[alone].members):
                self._heaps[other].join(self._heaps.pop(alone))

    def groups(self, parts: Sequence[str]) -> tuple[Group, ...]:
        """Most students first, then by part and text: the order of the files plays no part."""
        order = {part: place for place, part in enumerate(parts)}
        return tuple(
            sorted(
                (heap.group() for heap in self._heaps.values()),
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


def _who(member: Member) -> _Who:
    return member.who


def results_of(document: Document) -> Iterator[tuple[Member, Result]]:
    """Every answer of a class, with its student."""
    for index, submission in enumerate(document["students"]):
        yield from members_of(index, submission)


def members_of(index: int, submission: Mapping[str, Any]) -> Iterator[tuple[Member, Result]]:
    """The answers of one student; those without a decision of their own share one value."""
    student = submission["student"]
    name, file = student_name(student), str(submission.get("file", ""))
    who = (name.casefold(), str(student.get("id") or ""), file)
    member = Member(index, name, student, file, who)
    for result in submission["parts"]:
        decision = result.get("decision")
        if decision and decision.get("for") == "student":
            yield Member(index, name, student, file, who, decision), result
        else:
            yield member, result


def part_ids(document: Document) -> tuple[str, ...]:
    """All part ids, in the order of the homework, then as they come."""
    ids = dict.fromkeys(homework_parts(document))
    for submission in document["students"]:
        for result in submission["parts"]:
            ids.setdefault(result["part"])
    return tuple(ids)


def homework_parts(document: Document) -> Iterator[str]:
    """The parts that the homework asks for."""
    for question in (document.get("homework") or {}).get("questions") or ():
        yield from (part["part"] for part in question["parts"])
