"""What someone typed, with nothing in it that hides, reorders or overlays text.

Students' texts are shown to the character.  Characters that a reader cannot see
(zero-width, bidirectional controls, other controls) are therefore shown as
their code point, ``⟨U+202E⟩``, in every report.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

#: General categories that have no picture of their own: controls, format
#: characters, surrogates, private use, unassigned, line and paragraph separators.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

#: Letters and marks that are drawn as nothing (fillers, joiners, variation selectors).
_UNSEEN = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}
    | set(range(0x180B, 0x1810))
    | set(range(0xFE00, 0xFE10))
    | set(range(0xE0100, 0xE01F0))
)

#: Combining marks in a row that a script may need; more of them climb over other lines.
_MARKS_IN_A_ROW = 3


#: Characters that need no looking up, which almost all text is made of: ASCII, Latin,
#: Greek, punctuation, currency, indices, letterlike signs, arrows, operators, Kana, Han,
#: Hangul.  Each range is assigned throughout and holds no mark; a test looks.
HARMLESS = (
    " -~\n\t\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038e-\u03a1"
    "\u03a3-\u03ff\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u2074-\u208e\u2090-\u209c\u20a0-\u20bf"
    "\u2100-\u218b\u2190-\u23ff\u25a0-\u27ff\u3041-\u3096\u30a1-\u30ff\u4e00-\u9ffc\uac00-\ud7a3"
)
_HARMLESS = re.compile(f"[{HARMLESS}]*")
_RUNS = re.compile(f"([{HARMLESS}]+)|.", re.DOTALL)


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order as (piece, shown as it is).

    A piece that is not shown as it is, is one character; see :func:`code_point`.
    Line ends and tabs count as shown; ``\\r\\n`` is one line end.
    """
    run: list[str] = []
    marks = 0
    for match in _RUNS.finditer(text.replace("\r\n", "\n")):
        piece = match.group()
        seen, mark = (True, False) if match.lastindex else _looks(piece)
        marks = marks + 1 if mark else 0
        if seen and marks <= _MARKS_IN_A_ROW:
            run.append(piece)
            continue
        if run:
            yield "".join(run), True
            run = []
        yield piece, False
    if run:
        yield "".join(run), True


@lru_cache(4096)
def _looks(character: str) -> tuple[bool, bool]:
    """Whether a character has a picture of its own, and whether it sits on the one before."""
    category = unicodedata.category(character)
    seen = category not in _UNSEEN_CATEGORIES and ord(character) not in _UNSEEN
    return seen, category in ("Mn", "Me")


def code_point(character: str) -> str:
    """``U+202E`` for a character."""
    return f"U+{ord(character):04X}"


def visible(text: str) -> str:
    """The text with unseen characters as code points.

    >>> visible("a\\u202eb")
    'a⟨U+202E⟩b'
    """
    if _HARMLESS.fullmatch(text):
        return text
    return "".join(
        piece if as_it_is else f"⟨{code_point(piece)}⟩" for piece, as_it_is in pieces(text)
    )


def one_line(text: str) -> str:
    """The text made visible, on one line, runs of blanks as one."""
    return " ".join(visible(text).split())
