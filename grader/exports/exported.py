"""What an export comes out as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from grader.exports.spooled import Spooled


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
    """The file: a text (UTF-8, ``\\n`` line ends), bytes, or either as what grows with the
    class; warnings, and who is not in it."""

    content: str | bytes | Spooled
    warnings: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def text(self) -> str:
        """The content of a format that is text.  Raises TypeError for one that is not."""
        if isinstance(self.content, bytes):
            raise TypeError("this export is no text")
        return self.content if isinstance(self.content, str) else self.content.read().decode()

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        if isinstance(self.content, Spooled):
            return self.content.read()
        return self.content if isinstance(self.content, bytes) else self.content.encode("utf-8")

    def copy_to(self, stream: IO[bytes]) -> None:
        """Write the bytes of the file to a stream."""
        if isinstance(self.content, Spooled):
            self.content.copy_to(stream)
        else:
            stream.write(self.data)
