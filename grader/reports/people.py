"""What to call a student and how to say the notes about a file, in every report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from grader.reports.visible import one_line

_LINE_NOTE = re.compile(r"line (\d+): (.*)", re.DOTALL)


def student_name(student: Mapping[str, Any]) -> str:
    """What to call a student: the name, else an id, else that there is none."""
    for key in ("name", "id", "sis_login_id", "sis_user_id"):
        if student.get(key):
            return one_line(str(student[key]))
    return "(no name)"


def identity_text(student: Mapping[str, Any]) -> str:
    """The ids of a student in one line."""
    labels = (("id", "Canvas id"), ("sis_user_id", "SIS id"), ("sis_login_id", "login"))
    return ", ".join(
        f"{label} {one_line(str(student[key]))}" for key, label in labels if student.get(key)
    )


def gathered_notes(notes: Iterable[str]) -> tuple[str, ...]:
    """Notes about a file, one and the same about many lines said once.

    >>> gathered_notes(["line 4: read as typed", "empty", "line 7: read as typed"])
    ('lines 4, 7: read as typed', 'empty')
    """
    lines: dict[str, list[str]] = {}
    for note in notes:
        match = _LINE_NOTE.fullmatch(str(note))
        lines.setdefault(match.group(2) if match else str(note), []).extend(
            [match.group(1)] if match else []
        )
    return tuple(
        f"{plural_lines(numbers)}: {text}" if numbers else text for text, numbers in lines.items()
    )


def plural_lines(numbers: list[str]) -> str:
    """``line 4`` or ``lines 4, 7``."""
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
