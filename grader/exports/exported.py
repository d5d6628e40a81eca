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
    """The file: a text (UTF-8, ``\\n`` line ends) or bytes; warnings, and who is not in it."""

    content: str | bytes
    warnings: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def text(self) -> str:
        """The content of a format that is text.  Raises TypeError for one that is not."""
        if isinstance(self.content, bytes):
            raise TypeError("this export is no text")
        return self.content

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return self.content if isinstance(self.content, bytes) else self.content.encode("utf-8")
