"""A point in time as people write it in a file, always with its offset from UTC."""

from __future__ import annotations

import re
from datetime import datetime

_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d(?::\d\d)?)\s*(?P<zone>Z|[+-]\d\d:\d\d)?"
)


def read_moment(text: str) -> datetime:
    """``2026-12-01T23:59+01:00`` (or with a blank for the T, or Z for UTC).

    Raises ValueError, worded for people, for anything else; a time without its
    offset would mean another moment on another machine.
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"`{text}` is no date and time such as 2026-12-01T23:59+01:00")
    if found["zone"] is None:
        raise ValueError(
            f"`{text}` does not say its offset from UTC; "
            f"add one, as in {found['day']}T{found['time']}+01:00, or Z for UTC"
        )
    try:
        return datetime.fromisoformat(f"{found['day']}T{found['time']}{found['zone']}")
    except ValueError as error:
        raise ValueError(f"`{text}` is no date and time: {error}") from None


def moment_text(moment: datetime) -> str:
    """``2026-12-01 23:59 (UTC+01:00)``.

    >>> moment_text(read_moment("2026-12-01T23:59Z"))
    '2026-12-01 23:59 (UTC)'
    """
    return f"{moment:%Y-%m-%d %H:%M} ({moment.tzinfo})"
