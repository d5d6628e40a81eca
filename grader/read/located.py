"""A scalar of a file as it was written, and where."""

from __future__ import annotations

from dataclasses import dataclass

from grader.source import Place


@dataclass(frozen=True, slots=True)
class Located:
    """``text`` as written, the place of its first character, and its path in the data."""

    text: str
    place: Place
    path: str

    def __str__(self) -> str:
        return self.text
