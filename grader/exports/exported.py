"""What an export comes out as."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A student without a row, and why, as the end of a sentence."""

    student: str
    file: str
    reason: str

    def __str__(self) -> str:
        return f"{self.student} ({self.file}): {self.reason}"


@dataclass(frozen=True, slots=True)
class Exported:
    """The text of the file (UTF-8, ``\\n`` line ends), warnings, and who is not in it."""

    text: str
    warnings: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
