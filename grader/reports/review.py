"""``review.yaml``: what a person must look at, and where the decision is written.

The file belongs to the instructor as soon as something is filled in.  A later
run makes the list anew from the results and carries every decision over: to the
answer that it was about, or, where that answer is gone, to ``earlier``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.errors import Fault, FileError
from grader.reports.groups import Group, for_a_person
from grader.reports.review_yaml import (
    is_filled_in,
    read_yaml,
    storable,
    yaml_comment,
    yaml_lines,
    yaml_text,
    yaml_value,
)
from grader.reports.sheet import Sheet
from grader.reports.view import Document, homework_title
from grader.reports.visible import one_line
from grader.reports.words import VERDICT_WORDS, number_text, plural
from grader.source import Place

_HEAD = """\
# {title}: what a person must look at.
#
# Each entry is one answer; all of its students wrote the same text for the part.
# To decide it, fill in, below `decision:`
#
#   points:   from 0 to what `possible` says, such as 1 or 0.5
#   comment:  a sentence for the students (optional); put it in 'single quotes',
#             and write a quote inside it twice: 'it''s'
#
# and run `grader grade` again.  Leave both empty to decide later.  What you fill
# in is never lost: when an answer is no longer here, its decision moves to
# `earlier`.  Everything else in this file is written anew by each run, comments
# such as this one too.
"""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision and what it is about, as a review file has them.

    ``entry`` is the whole entry, so that nothing that was written in it is lost.
    """

    part: str
    answer: str
    read_as: str
    decision: Mapping[str, Any]
    entry: Mapping[str, Any]


def render(sheet: Sheet) -> str:
    """``review.yaml`` of a first run, with every decision open."""
    return review_text(sheet.document, ())


def merged(document: Document, existing: str, file: str) -> str:
    """``review.yaml`` of these results, with every decision of an existing one.

    Raises FileError where the existing text cannot be read as a review file;
    whoever calls must then leave that file alone.
    """
    return review_text(document, decisions(existing, file))


def decisions(text: str, file: str) -> tuple[Decided, ...]:
    """Everything filled in in a review file, that under ``earlier`` last.

    Raises FileError.
    """
    if not text.strip():
        return ()
    document = read_yaml(text, file)
    return tuple(_filled_in(document, "review", file)) + tuple(
        _filled_in(document, "earlier", file)
    )


def _filled_in(document: Mapping[str, Any], key: str, file: str) -> Iterator[Decided]:
    entries = document.get(key) or []
    if not isinstance(entries, list):
        raise FileError([Fault(Place(file, 1, 1), f"$.{key}", f"`{key}` must be a list")])
    for index, entry in enumerate(entries):
        path = f"$.{key}[{index}]"
        if not isinstance(entry, dict):
            raise FileError([Fault(Place(file, 1, 1), path, "an entry must be a mapping")])
        decision = entry.get("decision") or {}
        if not isinstance(decision, dict):
            # `decision: 1` is what a person in a hurry writes; its meaning is plain.
            decision = {"points": decision}
        if not is_filled_in(decision):
            continue
        if not isinstance(entry.get("part"), str) or not entry["part"]:
            raise FileError([Fault(Place(file, 1, 1), f"{path}.part", "which part is this about?")])
        yield Decided(
            part=entry["part"],
            answer=_as_text(entry.get("answer")),
            read_as=_as_text(entry.get("read_as")),
            decision=decision,
            entry={name: value for name, value in entry.items() if name != "decision"},
        )


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else ""


def review_text(document: Document, kept: Iterable[Decided]) -> str:
    """The whole file: head, the list, files that were not read, and earlier decisions."""
    waiting = list(dict.fromkeys(_Hashed.of(decided) for decided in kept))
    groups = for_a_person(document)
    chosen: dict[int, Decided] = {}
    # First the exact matches, so that a decision goes to the answer it was made for;
    # then the same text read otherwise, as after a change of the reader.
    for exact in (True, False):
        for place, group in enumerate(groups):
            if place in chosen:
                continue
            match = next((item for item in waiting if _is_about(item.decided, group, exact)), None)
            if match is not None:
                waiting.remove(match)
                chosen[place] = match.decided
    lines = [_HEAD.format(title=yaml_comment(homework_title(document)))]
    lines.append(f"assignment: {yaml_text(str(document.get('assignment', '')))}\n")
    lines.append("review:" if groups else "review: []")
    for place, group in enumerate(groups):
        lines.append(_entry(group, chosen.get(place)))
    lines.append(_unread(document))
    if waiting:
        lines.append("# Decisions about answers that are not on the list now.\nearlier:")
        lines += [_earlier(item.decided) for item in waiting]
    return "\n".join(line.rstrip("\n") for line in lines if line) + "\n"


@dataclass(frozen=True, slots=True)
class _Hashed:
    """A decision that equals another when all of it is the same."""

    key: str
    decided: Decided

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and self.key == other.key

    @classmethod
    def of(cls, decided: Decided) -> _Hashed:
        return cls(
            repr((decided.part, decided.answer, decided.read_as, sorted(decided.decision.items()))),
            decided,
        )


def _is_about(decided: Decided, group: Group, exact: bool) -> bool:
    return (
        decided.part == group.part
        and decided.answer == storable(group.answer or "")
        and (not exact or decided.read_as == storable(group.read_as or ""))
    )


def _entry(group: Group, decided: Decided | None) -> str:
    words = VERDICT_WORDS[group.verdict].words.lower()
    lines = [
        "",
        f"  # {plural(len(group.members), 'student')}: {words}",
        f"  - part: {yaml_text(group.part)}",
        f"    answer: {yaml_text(group.answer or '')}",
    ]
    if group.read_as:
        lines.append(f"    read_as: {yaml_text(group.read_as)}")
    lines.append(f"    verdict: {group.verdict}")
    if group.reasons:
        lines.append(
            f"    reason: {yaml_text(' / '.join(one_line(text) for text in group.reasons))}"
        )
    lines.append(f"    possible: {number_text(group.possible)}")
    lines.append("    students:")
    for member in group.members:
        named = {"name": member.name, "id": member.student.get("id"), "file": member.file}
        pairs = ", ".join(
            f"{key}: {yaml_text(str(value))}" for key, value in named.items() if value
        )
        lines.append(f"      - {{{pairs}}}")
    lines += _decision(decided.decision if decided else {})
    return "\n".join(lines)


def _decision(decision: Mapping[str, Any]) -> list[str]:
    """The decision's lines; points and comment always, then whatever else was written."""
    lines = ["    decision:"]
    for key in (
        "points",
        "comment",
        *(key for key in decision if key not in ("points", "comment")),
    ):
        value = decision.get(key)
        lines.append(
            f"      {yaml_value(key)}: {'' if value is None else yaml_value(value)}".rstrip()
        )
    return lines


def _unread(document: Document) -> str:
    unread = document.get("unread") or ()
    if not unread:
        return ""
    rows = [
        f"  - {{file: {yaml_text(one_line(str(row['file'])))}, "
        f"error: {yaml_text(one_line(str(row['error']).partition(chr(10))[0]))}}}"
        for row in unread
    ]
    return "\n# Files that could not be read; nothing of them is graded.\nunread:\n" + "\n".join(
        rows
    )


def _earlier(decided: Decided) -> str:
    first, *rest = [
        f"{yaml_value(key)}: {yaml_value(value) if key == 'possible' else yaml_lines(value, 6)}"
        for key, value in decided.entry.items()
    ]
    return "\n".join(
        ["", f"  - {first}", *(f"    {line}" for line in rest), *_decision(decided.decision)]
    )
