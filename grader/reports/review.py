"""``review.yaml``: what a person must look at, and where the decision is written.

The file belongs to the instructor as soon as something is filled in.  Each run
writes it anew from the results, which carry all decisions that hold, and from
what was kept beside them: decisions about answers that nobody gives now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.read.bundled import data_folder
from grader.read.review import Entry, Kept, same_text
from grader.reports.groups import Asked, Group, Member, Result, for_review
from grader.reports.review_yaml import yaml_answer, yaml_comment, yaml_text, yaml_value
from grader.reports.sheet import Sheet
from grader.reports.view import Document, homework_title
from grader.reports.visible import one_line
from grader.reports.words import VERDICT_WORDS, number_text, plural
from grader.results import Outcome, Student

#: The schema that stands beside the file, for editors.
SCHEMA = "review.schema.json"

_HEAD = """\
# yaml-language-server: $schema={schema}
#
# {title}: what a person must look at.
#
# Each entry is one answer to one part, in all the notations it was given in, with
# all who gave it.  To decide it for all of them, fill in, below `decision:`
#
#   points:   from 0 to what `possible` says, such as 1, 0.5 or 1/3
#   comment:  a sentence for the students (optional); put it in 'single quotes',
#             and write a quote inside it twice: 'it''s'
#
# and run `grader grade` again.  To decide it for one student, write behind that
# student's `file`: , decision: {{points: 1, comment: 'seen on paper'}}
# Any answer can be decided, a wrong one too: add an entry with `part:`, `answer:`
# and `decision:`, or with `part:` and `students:` where nothing was written.
#
# `by` and `date` are filled in for you.  What you decide is never lost: when an
# answer is no longer here, its decision moves to `earlier`.  Comments and all that
# is not a decision are written anew by each run.
"""


def render(sheet: Sheet) -> str:
    """``review.yaml``"""
    return review_text(sheet.document, sheet.kept)


def schema(sheet: Sheet) -> str:
    """``review.schema.json``, which editors find by the first line of ``review.yaml``."""
    del sheet  # the same for every class
    return (data_folder("rubrics") / SCHEMA).read_text(encoding="utf-8")


def asked_by(kept: Kept) -> Asked | None:
    """What the list has besides, for the sake of earlier decisions; None for nothing."""
    return _Earlier(kept.earlier).is_asked if kept.earlier else None


def review_text(
    document: Document,
    kept: Kept = Kept(),  # noqa: B008 - Kept is frozen
    listed: tuple[Group, ...] | None = None,
) -> str:
    """The whole file: head, the list, files that were not read, and earlier decisions.

    ``listed`` are the groups of the list, where they are known.
    """
    before = _Earlier(kept.earlier)
    groups = for_review(document, before.is_asked) if listed is None else listed
    # What is open comes first; each half has most students first.
    groups = (*(g for g in groups if g.decision is None), *(g for g in groups if g.decision))
    lines = [_HEAD.format(title=yaml_comment(homework_title(document)), schema=SCHEMA)]
    lines.append(f"\nassignment: {yaml_text(str(document.get('assignment', '')))}")
    who = "" if kept.decided_by is None else yaml_text(kept.decided_by)
    lines.append(f"decided_by: {who}".rstrip() + "  # whose name new decisions get\n")
    lines.append("review:" if groups else "review: []")
    lines += [_entry(group, before) for group in groups]
    lines.append(_unread(document))
    if kept.earlier:
        lines.append("\n# Decisions about answers that their students do not give now.\nearlier:")
        lines += [_kept_entry(entry) for entry in kept.earlier]
    return "\n".join(line.rstrip("\n") for line in lines if line) + "\n"


class _Earlier:
    """Earlier decisions by part, and whose they are."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._by_part: dict[str, list[Entry]] = {}
        for entry in entries:
            self._by_part.setdefault(entry.part, []).append(entry)

    def about(self, member: Member, part: str) -> Iterator[Entry]:
        """The decisions about other answers of a student to a part."""
        student = Student(member.student.get("name"), member.student.get("id"))
        for entry in self._by_part.get(part, ()):
            if any(listed.is_student(student, member.file) for listed in entry.students):
                yield entry

    def is_asked(self, member: Member, result: Result) -> bool:
        """Whether an answer took the place of one that was decided, and is not right."""
        return (
            result["verdict"] != Outcome.EQUIVALENT
            and not result.get("decision")
            and any(
                same_text(result.get("answer") or "") not in (entry.texts or ("",))
                for entry in self.about(member, result["part"])
            )
        )


def _entry(group: Group, before: _Earlier) -> str:
    words = VERDICT_WORDS[group.verdict].words.lower()
    notations = len(group.others) + 1
    told = f", {notations} notations" if notations > 1 else ""
    lines = ["", f"  # {plural(len(group.members), 'student')}: {words}{told}"]
    lines += [
        f"  # {_decided_before(member, entry)}"
        for member in group.members
        if not (group.decision or member.decision)
        for entry in before.about(member, group.part)
    ]
    lines.append(f"  - part: {yaml_text(group.part)}")
    if group.answer is not None:
        lines.append(f"    answer: {yaml_answer(group.answer, 6)}")
    if group.others:
        lines.append("    also:")
        lines += [f"      - {yaml_answer(text, 8)}" for text in group.others]
    if group.read_as:
        lines.append(f"    read_as: {yaml_text(group.read_as)}")
    lines.append(f"    verdict: {group.verdict}")
    if group.reasons:
        reasons = " / ".join(one_line(text) for text in group.reasons)
        lines.append(f"    reason: {yaml_text(reasons)}")
    if group.mistake:
        lines.append(f"    mistake: {yaml_text(group.mistake)}")
    if group.meaning:
        lines.append(f"    meaning: {yaml_text(group.meaning)}")
    lines.append(f"    possible: {number_text(group.possible)}")
    lines.append("    students:")
    lines += [
        _student(member.student.get("name"), member.student.get("id"), member.file, member.decision)
        for member in group.members
    ]
    lines += _decision(group.decision)
    return "\n".join(lines)


def _decided_before(member: Member, entry: Entry) -> str:
    decision = next(
        (s.decision for s in entry.students if s.decision and s.id == member.student.get("id")),
        entry.decision,
    )
    assert decision is not None
    said = "" if decision.points is None else f" {decision.points}"
    comment = f" ({one_line(decision.comment)})" if decision.comment else ""
    return yaml_comment(
        f"{member.name} had another answer before, and got{said or ' a comment'} for it{comment}; "
        "see `earlier`"
    )


def _student(name: str | None, id_: str | None, file: str | None, decision: Any) -> str:
    named = {"name": name, "id": id_, "file": file}
    pairs = [f"{key}: {yaml_text(str(value))}" for key, value in named.items() if value]
    if decision:
        pairs.append(f"decision: {yaml_value(_written(decision))}")
    return f"      - {{{', '.join(pairs)}}}"


def _written(decision: Mapping[str, Any]) -> dict[str, Any]:
    """A decision as it stands in the file; ``points`` as exactly as they are known."""
    found = {**decision, "points": decision.get("exact", decision.get("points"))}
    keys = ("points", "comment", "by", "date")
    return {key: found[key] for key in keys if found.get(key) is not None}


def _decision(decision: Mapping[str, Any] | None) -> list[str]:
    """The decision's lines; points and comment always, for a person to fill in."""
    found = _written(decision or {})
    return [
        "    decision:",
        *(
            f"      {key}: {yaml_value(found[key]) if key in found else ''}".rstrip()
            for key in ("points", "comment", *(key for key in ("by", "date") if key in found))
        ),
    ]


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


def _kept_entry(entry: Entry) -> str:
    lines = ["", f"  - part: {yaml_text(entry.part)}"]
    if entry.texts:
        lines.append(f"    answer: {yaml_answer(entry.texts[0], 6)}")
    if entry.texts[1:]:
        lines.append("    also:")
        lines += [f"      - {yaml_answer(text, 8)}" for text in entry.texts[1:]]
    for key in ("read_as", "verdict", "reason", "meaning"):
        value = getattr(entry, key)
        if value:
            lines.append(f"    {key}: {yaml_text(value)}")
    if entry.possible is not None:
        lines.append(f"    possible: {yaml_value(str(entry.possible))}")
    if entry.students:
        lines.append("    students:")
        lines += [
            _student(s.name, s.id, s.file, None if s.decision is None else s.decision.as_json())
            for s in entry.students
        ]
    lines += _decision(None if entry.decision is None else entry.decision.as_json())
    return "\n".join(lines)
