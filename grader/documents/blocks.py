r"""What every format of document comes out as: blocks of words and formulas, with lines.

The readers of formats know nothing of homework; what they find here is placed by
``place.py``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

#: Environments of LaTeX that are mathematics by themselves.
MATH_ENVIRONMENTS: Final = frozenset(
    "math displaymath equation equation* align align* aligned alignat alignat* alignedat "
    "flalign flalign* gather gather* gathered multline multline* multlined split eqnarray "
    "eqnarray* dmath dmath* dgroup dgroup* empheq cases array subequations".split()
)

_DELIMITER: Final = re.compile(
    r"(?P<escaped>\\\\|\\\$)|(?P<code>`+)|(?P<open>\$\$|\$|\\\(|\\\[)"
    r"|\\begin\s*\{(?P<environment>[A-Za-z]+\*?)\}"
)
_CLOSING: Final = {
    "$": re.compile(r"\\\\|\\\$|\\(?:text|mbox|textrm|hbox)\s*\{[^{}]*\}|(?P<close>\$)"),
    "$$": re.compile(r"\\\\|\\\$|(?P<close>\$\$)"),
    r"\(": re.compile(r"\\\\|(?P<close>\\\))"),
    r"\[": re.compile(r"\\\\|(?P<close>\\\])"),
}
#: A line of a text that people wrote, not mathematics: three plain words in a row.
_PROSE_LINE: Final = re.compile(r"(?:^|\s)[A-Za-z]{2,}[,;]? [A-Za-z]{2,}[,;]? [A-Za-z]{2,}")
_WORDS_IN_MATH: Final = re.compile(r"\\[a-zA-Z]+\s*\{[^{}]*\}")
_BLANK_LINE: Final = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of prose as written; ``line`` is its first one's, from 1."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Formula:
    """Mathematics without its delimiters; environments keep theirs.

    ``closed`` is False where the delimiter has no partner; ``text`` is then what
    stands up to the next blank line.
    """

    text: str
    line: int
    display: bool = False
    closed: bool = True


Piece = Words | Formula


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, row of a table or display, in reading order.

    ``heading``: its words are a heading's.  ``new_list``: positions start afresh.
    """

    pieces: tuple[Piece, ...]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """The blocks of a document; ``fields`` are what it says of its author (lower case).

    ``labels`` name lines of a file whose lines no person counts (a notebook's).
    """

    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[int, str] = field(default_factory=dict)


class Lines:
    """The line of each offset of a text, in logarithmic time."""

    def __init__(self, text: str, first: int = 1) -> None:
        self._first = first
        self._ends = [match.start() for match in re.finditer("\n", text)]

    def at(self, offset: int) -> int:
        """The line, counted from ``first``, that an offset stands in."""
        # A newline belongs to the line it ends.
        return self._first + bisect_right(self._ends, offset - 1)


def holds_prose(text: str) -> bool:
    """Whether a formula has swallowed a paragraph: a blank line, and words behind it."""
    blank = _BLANK_LINE.search(text)
    if blank is None:
        return False
    rest = _WORDS_IN_MATH.sub(" ", text[blank.end() :])
    return bool(_PROSE_LINE.search(rest)) or "\n#" in rest


def pieces_of(text: str, line: int) -> tuple[Piece, ...]:
    r"""The words and formulas of a text with ``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]``
    or environments; ``line`` is the line that it begins in."""
    lines = Lines(text, line)
    found: list[Piece] = []
    last = 0
    pos = 0

    def words(end: int) -> None:
        if text[last:end].strip():
            start = last + len(text[last:end]) - len(text[last:end].lstrip())
            found.append(Words(text[start:end].rstrip(), lines.at(start)))

    while match := _DELIMITER.search(text, pos):
        pos = match.end()
        if match["escaped"]:
            continue
        if match["code"]:
            # Inside of code, a dollar is a dollar.
            end = text.find(match["code"], pos)
            pos = end + len(match["code"]) if end >= 0 else pos
            continue
        if match["environment"]:
            if match["environment"] not in MATH_ENVIRONMENTS:
                continue
            inner, end, start = _environment(text, match)
        else:
            start = match.end()
            inner, end = _enclosed(text, match["open"], start)
        if inner is None and match["open"] == "$" and not re.search(r"[=\\∂]", text[start:]):
            break  # the price of something
        words(match.start())
        display = match["open"] in ("$$", r"\[") or bool(match["environment"])
        if inner is None or holds_prose(inner):
            blank = _BLANK_LINE.search(text, start)
            stop = blank.start() if blank else len(text)
            found.append(Formula(text[match.start() : stop], lines.at(match.start()), display,
                                 closed=False))  # fmt: skip
            pos = last = stop
            continue
        found.append(Formula(inner, lines.at(start), display))
        pos = last = end
    words(len(text))
    return tuple(found)


def _enclosed(text: str, mark: str, start: int) -> tuple[str | None, int]:
    """What stands up to the partner of a delimiter, and where that ends."""
    for match in _CLOSING[mark].finditer(text, start):
        if match["close"]:
            return text[start : match.start()], match.end()
    return None, len(text)


def _environment(text: str, match: re.Match[str]) -> tuple[str | None, int, int]:
    """An environment with its ``\\begin`` and ``\\end``, where it ends and starts."""
    name = re.escape(match["environment"])
    depth = 0
    for mark in re.finditer(rf"\\(begin|end)\s*\{{{name}\}}", text[match.start() :]):
        depth += 1 if mark[1] == "begin" else -1
        if depth == 0:
            end = match.start() + mark.end()
            return text[match.start() : end], end, match.start()
    return None, len(text), match.start()


_OPENS_DISPLAY: Final = re.compile(
    r"[ \t]*(?P<mark>\$\$|\\\[|\\begin\s*\{(?P<environment>[A-Za-z]+\*?)\})"
)
#: What may follow a display in its line: punctuation, and labels that programs write.
_AFTER_DISPLAY: Final = re.compile(r"[\s.,;]*(?:\([\w.:-]+\)|\{#[\w.:-]+\})?[ \t]*")


def display_at(lines: Sequence[str], index: int) -> tuple[str, int] | None:
    r"""The display that begins at a line: its source with delimiters, and the line after it.

    None where none begins, where it is never closed, or where more than
    punctuation follows it in its last line: that is a paragraph.
    """
    opened = _OPENS_DISPLAY.match(lines[index])
    if opened is None:
        return None
    environment = opened["environment"]
    if environment and environment not in MATH_ENVIRONMENTS:
        return None
    closing = {"$$": "$$", r"\[": r"\]"}.get(opened["mark"])
    depth = 0
    for end in range(index, len(lines)):
        line = lines[end][opened.end() if end == index else 0 :]
        if environment:
            whole = lines[end]
            depth += len(re.findall(rf"\\begin\s*\{{{re.escape(environment)}\}}", whole))
            depth -= len(re.findall(rf"\\end\s*\{{{re.escape(environment)}\}}", whole))
            if depth > 0:
                continue
            after = re.split(rf"\\end\s*\{{{re.escape(environment)}\}}", whole)[-1]
        else:
            assert closing is not None
            at = line.find(closing)
            if at < 0:
                continue
            after = line[at + 2 :]
        source = "\n".join(lines[index : end + 1])
        if not _AFTER_DISPLAY.fullmatch(after) or holds_prose(source):
            return None
        # Without what follows it, a label such as `(1)` is not read as a factor.
        return source[: len(source) - len(after)], end + 1
    return None
