r"""What is put over, under or below: ``\underbrace``, ``\overset``, the set in ``1_{(0,\infty)}``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.expr import commands
from grader.expr.tokens import CLOSE, INDICATOR, MARKED, NUMBER, OPEN, RELATION, SUBSCRIPT

if TYPE_CHECKING:
    from grader.expr.lexer import Lexer

_LABEL_AHEAD = re.compile(r"\s*[_^]")
_POSITIVE_SET = re.compile(
    r"(?:\\left\s?)?(?P<from>[(\[])\s*0\s*,\s*(?:\+\s*)?(?:\\infty|∞)\s*(?:\\right\s?)?[)\]]"
    r"|(?:\\mathbb\s?\{?\s?R\s?\}?|\\R|ℝ)\s?[_^]?\s?(?:\+|⁺|₊|\{\s?(?:\+|>\s?0)\s?\})"
)
_ELEMENT = re.compile(r"(?:\\in|∈)\s*\Z")


def brace(lexer: Lexer, name: str, start: int) -> None:
    r"""``\underbrace{x}_{label}``: x; the label is told, not read."""
    raw, end = commands.argument(lexer, lexer.pos, name, start)
    begin = end - 1 - len(raw)
    if lexer.text[begin - 1] != "{" or lexer.text[end - 1] != "}":
        raise lexer.error(rf"`\{name}` needs its argument in braces", start, lexer.pos)
    lexer.push(OPEN, "{", begin - 1, begin)
    lexer.scan(begin, begin + len(raw))
    lexer.push(CLOSE, "{", begin + len(raw), end)
    lexer.pos = end
    label = _LABEL_AHEAD.match(lexer.text, end, lexer.stop)
    if label:
        words, lexer.pos = commands.argument(lexer, label.end(), name, start)
        shown = " ".join(words.split())
        lexer.note(rf"the label `{shown}` of `\{name}` is not read", "unread", end, lexer.pos)


def stack(lexer: Lexer, name: str, start: int) -> None:
    r"""``\overset{above}{=}``: the second argument; the first is told, not read."""
    above, middle = commands.argument(lexer, lexer.pos, name, start)
    raw, end = commands.argument(lexer, middle, name, start)
    if "?" in above:
        raise lexer.error(rf"the `?` in `\{name}` leaves this open", start, middle)
    if above.strip():
        shown = " ".join(above.split())
        lexer.note(rf"`{shown}` in `\{name}` is not read", "unread", start, middle)
    begin = end - 1 - len(raw) if lexer.text[end - 1 : end] == "}" else end - len(raw)
    lexer.scan(begin, begin + len(raw))
    lexer.pos = end


def set_subscript(lexer: Lexer, start: int) -> bool:
    r"""``1_{(0,\infty)}`` and ``1_{z \in (0,\infty)}``: the set is a condition."""
    kinds = lexer.tokens.kinds
    if not kinds or not (
        kinds[-1] == INDICATOR
        or (kinds[-1] in (NUMBER, MARKED) and lexer.tokens.values[-1] in ("1", "I"))
    ):
        return False
    opened = lexer.text.find("{", lexer.pos, lexer.pos + 4)
    if opened < 0 or lexer.text[lexer.pos : opened].strip():
        return False
    end = commands.brace_end(lexer, opened)
    found = _POSITIVE_SET.search(lexer.text, opened + 1, end - 1)
    if found is None or lexer.text[found.end() : end - 1].strip():
        return False
    before = lexer.text[opened + 1 : found.start()]
    element = _ELEMENT.search(before)
    if before.strip() and element is None:
        return False
    lexer.push(SUBSCRIPT, "_", start, start + 1)
    lexer.push(OPEN, "{", opened, opened + 1)
    if element is not None:
        lexer.scan(opened + 1, opened + 1 + element.start())
    lexer.push(RELATION, ">=" if found["from"] == "[" else ">", *found.span())
    lexer.push(NUMBER, "0", *found.span())
    lexer.push(CLOSE, "{", end - 1, end)
    lexer.pos = end
    return True
