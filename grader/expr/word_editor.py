r"""The linear format of Word's equation editor: ``〖 〗`` and ``{█(…@…)┤``.

``〖 〗`` are brackets that do not print.  Word puts them round what belongs together
(``sin⁡〖f_2〗``), and round what only stands together (``〖ϕ_1 ψ〗_11`` prints ϕ₁ψ₁₁).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.expr.functions import SPELLINGS
from grader.expr.tokens import CLOSE, OPEN, ROW

if TYPE_CHECKING:
    from grader.expr.lexer import Lexer

#: Characters that mean something in this format only.
MARKS = frozenset("〖〗█┤@▒")

_ENDS_WITH_WORD = re.compile(r"([A-Za-z]+)[ \u2061]*\Z")
_SCRIPT = re.compile(r"[ \u2061]*[_^\u2080-\u209c\u00b9\u00b2\u00b3\u2070-\u207f]")


def mark(lexer: Lexer, character: str, start: int) -> bool:
    """Read one mark at ``start``; False where it is none here."""
    if character == "〖":
        return _invisible(lexer, start)
    if character == "〗":
        raise lexer.error(f"the `〗` at {start + 1} closes nothing", start, start + 1)
    if character == "█":
        return _stacked(lexer, start)
    if character == "@" and lexer.stack and lexer.tokens.values[lexer.stack[-1]] == "cases":
        lexer.push(ROW, "\\\\", start, start + 1)
        return True
    return False


def _invisible(lexer: Lexer, start: int) -> bool:
    """``〖…〗``: a group, unless a subscript or an argument after it shows that it is none."""
    closing = _partner(lexer, start)
    if closing is None:
        raise lexer.error(f"the `〖` at {start + 1} is never closed", start, start + 1)
    inside = lexer.text[start + 1 : closing]
    word = _ENDS_WITH_WORD.search(inside)
    function = word is not None and word[1].lower() in SPELLINGS
    group = not function and not _SCRIPT.match(lexer.text, closing + 1, lexer.stop)
    if group:
        lexer.push(OPEN, "{", start, start + 1)
    lexer.scan(start + 1, closing)
    if group:
        lexer.push(CLOSE, "{", closing, closing + 1)
    lexer.pos = closing + 1
    return True


def _partner(lexer: Lexer, start: int) -> int | None:
    """Where the ``〖`` at ``start`` closes."""
    depth = 0
    for found in re.compile("[〖〗]").finditer(lexer.text, start, lexer.stop):
        depth += 1 if found.group() == "〖" else -1
        if not depth:
            return found.start()
    return None


def _stacked(lexer: Lexer, start: int) -> bool:
    """``{█(value, condition@…)┤``: cases."""
    tokens = lexer.tokens
    text = lexer.text
    if not tokens.kinds or tokens.kinds[-1] != OPEN or tokens.values[-1] != "{":
        return False
    if text[start + 1 : start + 2] != "(":
        return False
    depth = 0
    for pos in range(start + 1, lexer.stop):
        depth += {"(": 1, ")": -1}.get(text[pos], 0)
        if not depth:
            break
    else:
        return False
    end = re.compile(r"[ ]*(?:┤|\})").match(text, pos + 1, lexer.stop)
    if end is None:
        return False
    tokens.values[-1] = "cases"
    lexer.scan(start + 2, pos)
    lexer.push(CLOSE, "cases", pos, end.end())
    lexer.pos = end.end()
    return True
