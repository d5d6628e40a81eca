r"""Where the mathematics is in a text with ``$…$``, ``\(…\)`` or ``\[…\]``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.errors import AnswerError
from grader.source import Span

_DELIMITER = re.compile(
    r"\\\\|\\\$|\$\$|\$|\\[()]|\\\[|\\\]|\\(?:text|mbox|hbox|textrm|textnormal|fbox)\s*\{"
)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_CLOSES = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
_WORDS = re.compile(r"[A-Za-z]{2,}|\ba\b|\bI\b")
#: What prose outside of mathematics is made of, beside its words.
_PLAIN = re.compile(r"[\s.,;:!'’\"“”()\-–—A-Za-z*_#>]*")


@dataclass(frozen=True, slots=True)
class Segment:
    """``text[start:end]``; prose is words, not mathematics."""

    start: int
    end: int
    prose: bool = False


def segments(text: str) -> list[Segment]:
    """The parts of a text in order, without delimiters; blank parts are left out.

    A text without delimiters is all mathematics.  Outside of delimiters, only
    what has words and nothing else counts as prose: digits or operators there
    are part of the answer.  Raises AnswerError for a delimiter without a partner.
    """
    # Spelled out, since it is asked of every text.
    if not ("$" in text or r"\(" in text or r"\[" in text or r"\)" in text or r"\]" in text):
        return [Segment(0, len(text))]
    found: list[Segment] = []
    opened: tuple[str, int, int] | None = None
    last = 0
    inside = False
    pos = 0
    while match := _DELIMITER.search(text, pos):
        pos = match.end()
        mark = match.group()
        if mark in ("\\\\", r"\$"):
            continue
        if mark.endswith("{"):  # words may hold mathematics of their own
            pos = _brace_end(text, match.end())
            continue
        if opened is None:
            if mark in (r"\)", r"\]"):
                raise _unpaired(text, match)
            found.append(Segment(last, match.start()))
            opened = (mark, match.start(), match.end())
            last = match.end()
        elif mark == _CLOSES[opened[0]]:
            found.append(Segment(last, match.start(), prose=False))
            inside = True
            opened = None
            last = match.end()
        elif mark == "$$" and opened[0] == "$" and match.start() == opened[2]:
            raise _unpaired(text, match)
        else:
            raise _unpaired(text, match)
    if opened is not None:
        raise AnswerError(
            f"the `{opened[0]}` at {opened[1] + 1} is never closed",
            text,
            Span(opened[1], opened[2]),
        )
    found.append(Segment(last, len(text)))
    kept = []
    depth = 0
    for index, segment in enumerate(found):
        words = text[segment.start : segment.end]
        if not words.strip():
            continue
        outside = inside and index % 2 == 0
        if outside and depth > 0 and not words.strip(" \t\r\n.,;:)"):
            depth -= words.count(")")  # of words that began with a bracket
            kept.append(Segment(segment.start, segment.end, prose=True))
            continue
        prose = outside and bool(_WORDS.search(words)) and bool(_PLAIN.fullmatch(words))
        if prose:
            depth += words.count("(") - words.count(")")
        kept.append(Segment(segment.start, segment.end, prose))
    return kept


def _brace_end(text: str, pos: int) -> int:
    """Where the group ends that is open at ``pos``; the end of the text when it does not."""
    depth = 1
    for match in _BRACE.finditer(text, pos):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if not depth:
            return match.end()
    return len(text)


def _unpaired(text: str, match: re.Match[str]) -> AnswerError:
    return AnswerError(
        f"the `{match.group()}` at {match.start() + 1} has no partner",
        text,
        Span(*match.span()),
    )
