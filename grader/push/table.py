"""A plan as a table: what Canvas holds, what would stand there, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from grader.push.plan import Change, Target
from grader.reports.visible import one_line
from grader.reports.words import number_text, plural

_HEAD = ("student", "Canvas id", "in Canvas", "new", "comment", "file", "rubric", "note")


def plan_table(target: Target, plan: Sequence[Change]) -> str:
    """The table as text, and a line that counts."""
    rows = [_HEAD, *(_row(change) for change in plan)]
    widths = [max(_cells(row[column]) for row in rows) for column in range(len(_HEAD) - 1)]
    lines = ["  ".join([*map(_padded, row[:-1], widths), row[-1]]).rstrip() for row in rows]
    lines.insert(1, "-" * max(map(_cells, lines)))
    return "\n".join([*lines, "", counts(target, plan)])


def counts(target: Target, plan: Sequence[Change]) -> str:
    """How much a plan sends, in one line."""
    grades = sum(change.grade is not None for change in plan)
    comments = sum(change.comment is not None for change in plan)
    files = sum(change.page is not None for change in plan)
    rubrics = sum(change.rubric is not None for change in plan)
    none = sum(not change.is_something for change in plan)
    return (
        f"{one_line(target.name)}: {plural(grades, 'grade')}, {plural(comments, 'comment')}, "
        f"{plural(files, 'file')}, {plural(rubrics, 'rubric assessment')}; nothing for "
        f"{plural(none, 'student')}"
    )


def _row(change: Change) -> tuple[str, ...]:
    held = change.held
    if held is None or (held.score is None and held.grade is None):
        before = "–" if held is None or not held.excused else "excused"
    else:
        before = number_text(held.score) if held.score is not None else str(held.grade)
    notes = "; ".join(change.notes)
    if not notes and not change.is_something:
        notes = "nothing to send"
    return (
        one_line(change.name),
        change.user_id or "–",
        one_line(before),
        change.grade or "–",
        "new" if change.comment is not None else "–",
        "new" if change.page is not None else "–",
        f"{len(change.rubric)} new" if change.rubric is not None else "–",
        notes,
    )


def _cells(text: str) -> int:
    """How wide a terminal shows a text."""
    return sum(
        0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text
    )


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _cells(text))
