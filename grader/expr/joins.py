r"""What the lexer makes of a mark by what stands beside it: ``phi_1.x``, ``ψ_0,1``, ``h^{(2)}``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.expr.characters import _GOES_ON, _OPEN_ENDED
from grader.expr.names import LAYER
from grader.expr.tokens import CLOSE, CONSTANT, MARKED, NUMBER, ROW, SYMBOL, UNKNOWN

if TYPE_CHECKING:
    from grader.expr.lexer import Lexer

_COMMA_DIGITS = re.compile(",([0-9]+)")
_FACTOR_AHEAD = re.compile(r"[A-Za-z(\[\\α-ωϕ]")
_ENDS_FACTOR = frozenset({SYMBOL, MARKED, CLOSE, NUMBER, CONSTANT, UNKNOWN})


def comma_subscript(lexer: Lexer, name: str, end: int) -> tuple[str, str] | None:
    """``ψ_0,1`` where only ψ₀₁ is a name: Word parts its indices so."""
    digits = _COMMA_DIGITS.match(lexer.text, end, lexer.stop)
    if digits is None or not name[-1].isdigit() or lexer.lexicon.free:
        return None
    entry = lexer.lexicon.resolve(name + digits[1])
    if entry[0] == UNKNOWN:
        return None
    lexer.pos = digits.end()
    return entry


def is_product_dot(lexer: Lexer, start: int) -> bool:
    """Whether a full stop is a sign of multiplication: ``phi_1.I[z>0]``, without blanks."""
    before = lexer.tokens.kinds[-1] if lexer.tokens.kinds else None
    if (
        before not in _ENDS_FACTOR
        or lexer.tokens.ends[-1] != start
        or not _FACTOR_AHEAD.match(lexer.text, lexer.pos, lexer.stop)
    ):
        return False
    lexer.note("the `.` between two factors is read as `·`", "correction", start, lexer.pos)
    return True


def parts_conditions(lexer: Lexer) -> bool:
    """Whether an ``&`` stands between two conditions in a bracket."""
    tokens = lexer.tokens
    opened = lexer.stack[-1]
    if tokens.values[opened] == "cases" or lexer.aligned:
        return False
    if opened in tokens.conditional:
        return True
    last = len(tokens.kinds) - 1
    before = next((o for o, c in reversed(tokens.match.items()) if c == last), -1)
    return before > opened and before in tokens.conditional


def unwrap(lexer: Lexer, opened: int) -> None:
    """Take the braces at a token and at the end away: the function's argument follows."""
    tokens = lexer.tokens
    for column in (tokens.kinds, tokens.values, tokens.starts, tokens.ends):
        del column[opened], column[-1]


def join_layer(lexer: Lexer) -> bool:
    """``h^{(2)}`` and ``h_1^{[2]}``, where the homework has such a name."""
    found = LAYER.match(lexer.text, lexer.pos, lexer.stop)
    previous = lexer.previous_name()
    if found is None or previous is None or previous[2] != 1:
        return False
    name, start, _ = previous
    base, underscore, subscript = name.partition("_")
    layer = f"{base}^{found[1] or found[2]}"
    if layer not in lexer.lexicon.layered:
        return False
    lexer.pop()
    lexer.pos = found.end()
    lexer.push(*lexer.lexicon.resolve(layer + underscore + subscript), start, lexer.pos)
    return True


def alignment(lexer: Lexer, start: int) -> None:
    """``&`` outside of cases: it means nothing where rows are aligned, else it is a slip."""
    kinds = lexer.tokens.kinds
    if lexer.aligned or not kinds or kinds[-1] in _OPEN_ENDED or kinds[-1] == ROW:
        return
    if not _GOES_ON.match(lexer.text, lexer.pos, lexer.stop):
        raise lexer.error("an `&` aligns nothing here", start, start + 1, "leave it out")


def is_big(lexer: Lexer, name: str, start: int) -> bool:
    """Whether a word or a Greek capital is the sign of a sum or product: the homework has
    no such name, and an index stands below it."""
    if lexer.lexicon.vocabulary.resolve(name) is not None:
        return False
    found = _INDEX_BELOW.match(lexer.text, start, lexer.stop)
    return found is not None and (
        found.group("range") is not None or not lexer.lexicon.free or name in ("sum", "prod")
    )


_INDEX_BELOW = re.compile(
    r"(?:sum|prod|[\u03a3\u03a0])\s*_\s*"
    r"(?:\{\s*[A-Za-z]\s*(?P<range>=[^{}]*)?\}|[A-Za-z](?![A-Za-z0-9]))"
)
