"""Every error that the grader raises on purpose, by audience.

``AnswerError`` speaks to a student about one text; ``FileError`` and
``RubricError`` speak to whoever wrote a file, and carry all of its faults at
once.  Errors keep their fields; each words itself in one place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.source import Place, Span, caret


class GraderError(Exception):
    """The root of all errors that the grader raises on purpose."""


class AnswerError(GraderError):
    """A text to which no meaning could be given.

    ``message`` names the fault in one sentence without a final full stop,
    ``span`` says where in ``text`` it is, ``hint`` is the mend where one is known.
    """

    def __init__(self, message: str, text: str, span: Span, hint: str | None = None) -> None:
        self.message = message
        self.text = text
        self.span = span
        self.hint = hint
        super().__init__(message)

    @property
    def sentence(self) -> str:
        """The fault and its mend on one line."""
        return f"{self.message}; {self.hint}" if self.hint else self.message

    def __str__(self) -> str:
        return f"{self.sentence}\n{caret(self.text, self.span)}"

    def __reduce__(self) -> tuple[type[AnswerError], tuple[str, str, Span, str | None]]:
        # Exceptions pickle by their args; worker processes need all four fields.
        return type(self), (self.message, self.text, self.span, self.hint)


class LimitError(GraderError):
    """A named limit (length, depth, terms, work …) was met.

    ``limit`` names the constant of :mod:`grader.limits` that was met.
    """

    def __init__(self, limit: str, message: str) -> None:
        self.limit = limit
        self.message = message
        super().__init__(message)

    def __reduce__(self) -> tuple[type[LimitError], tuple[str, str]]:
        return type(self), (self.limit, self.message)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a file.

    ``path`` is where in the data it is (``$.questions[1].parts.dh3_df2``), empty
    for a fault of the text itself; ``excerpt`` is the line and a caret.
    """

    place: Place
    path: str
    message: str
    suggestion: str | None = None
    excerpt: str | None = None

    def __str__(self) -> str:
        head = f"{self.place}: {self.message}"
        if self.path:
            head += f" @ {self.path}"
        if self.suggestion:
            head += f"; {self.suggestion}"
        return f"{head}\n{self.excerpt}" if self.excerpt else head


class FileError(GraderError):
    """A file that cannot be read, with everything that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[FileError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


class RubricError(FileError):
    """A rubric that is not sound, with all of its faults.

    ``sound`` is what is left of it without them, where something is, so that the
    layers above can look for further faults (a ``grader.read.rubric.RubricFile``).
    """

    def __init__(self, faults: Iterable[Fault], sound: object = None) -> None:
        super().__init__(faults)
        self.sound = sound
