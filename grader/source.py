"""Where a piece of text stands: spans in an answer, places in a file, carets under both.

Offsets count Unicode code points of the text as its author wrote it, from 0,
and a span is half-open.  Lines and columns count from 1, as editors do.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

from grader.limits import KEY_CHARACTERS

#: Widest excerpt that a caret message prints, in terminal cells.  80 columns
#: less an indent; a longer line is cut around the caret.
EXCERPT_CELLS = 72


T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen_value(kind: type[T]) -> type[T]:
    """A data class that every answer makes: spans and the nodes of trees, by the hundred.

    Frozen to the type checker, whose run is a test.  A frozen data class takes four times as
    long to make, a tenth of all that reading and comparing an answer takes.
    Equal by its fields, and hashed by them; a class that has its own ``__eq__`` keeps that.
    """
    own = kind.__eq__ is not object.__eq__
    return dataclass(
        slots=True, eq=not own, unsafe_hash=not own and "__hash__" not in kind.__dict__
    )(kind)


@frozen_value
class Span:
    """The half-open range ``text[start:end]``."""

    start: int
    end: int

    def joined(self, other: Span) -> Span:
        """The smallest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


#: The span of a tree that no one typed (derived, or made by a test).
NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and column of a file, both from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The line and column, from 1, of a character offset."""
    offset = max(0, min(offset, len(text)))
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


def _cells(text: str) -> int:
    """Terminal cells that a text fills: wide characters two, combining marks none."""
    return sum(
        0
        if unicodedata.combining(character)
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def _visible(text: str) -> str:
    """The text with characters that a terminal would act on, or hide, made visible."""
    return "".join(
        character
        if character.isprintable()
        else " "
        if character in "\t\n\r"
        else f"<U+{ord(character):04X}>"
        for character in text
    )


def brief(text: str) -> str:
    """A text as messages repeat it: cut where no one would read on."""
    return text if len(text) <= KEY_CHARACTERS else text[: KEY_CHARACTERS - 1] + "…"


def caret(text: str, span: Span, *, indent: str = "    ") -> str:
    """Two lines: the part of ``text`` around ``span``, and carets under the span.

    >>> print(caret("a + [b", Span(4, 5)))
        a + [b
            ^
    """
    start = max(0, min(span.start, len(text)))
    end = max(start, min(span.end, len(text)))
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    if line_end < 0:
        line_end = len(text)
    # No more than could be shown: a line may be a whole file.
    most = EXCERPT_CELLS + 1
    before = _visible(text[max(line_start, start - most) : start])
    marked = _visible(text[start : min(end, line_end, start + most)])
    after = _visible(text[min(end, line_end) : min(line_end, end + most)])
    # Keep the caret in view: cut the left side first, then the marked part, then the right.
    if len(before) > EXCERPT_CELLS // 2:
        before = "…" + before[-(EXCERPT_CELLS // 2) :]
    room = EXCERPT_CELLS - len(before)
    if len(marked) > room:
        marked = marked[: room - 1] + "…"
    room -= len(marked)
    if len(after) > room:
        after = after[: max(room - 1, 0)] + "…"
    pad = " " * _cells(before)
    return (
        f"{indent}{before}{marked}{after}".rstrip()
        + f"\n{indent}{pad}"
        + "^" * max(1, _cells(marked))
    )
