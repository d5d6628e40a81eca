r"""The LaTeX that ``expr/latex.py`` prints, straight to MathML in one pass.

A general converter takes about a millisecond for an answer of ordinary length,
and there is one for each distinct answer of a class.  What the house's own printer
writes needs little of that: names with an index, numbers, operators, ``\frac``,
``\sqrt``, scripts in braces and ``\left … \right``.  Everything else is handed
back, and :mod:`grader.reports.mathml` converts it the general way; a test holds
that both ways give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from grader.limits import MATHML_DEPTH
from grader.reports.unicode_math import GREEK

#: Operators before which a line may break.
BREAKS_BEFORE = frozenset("+−-=>≥<≤⩾⩽×·⋅∧∨")

#: Leaves of a bracketed group from which on it may be broken inside.
BREAKABLE_LEAVES = 10

#: Tokens: a name with its index, a bracket with its ``\left``, a command, a number,
#: blanks, any other character.
_TOKEN = re.compile(
    r"(?:\\[A-Za-z]+|[A-Za-z])_\{[0-9]+\}|\\(?:left|right)(?![A-Za-z])\S|\\[A-Za-z]+"
    r"|[0-9]+(?:\.[0-9]+)?|\s+|.",
    re.DOTALL,
)

#: Commands that are an operator or a letter.  Where the two standards give Greek
#: letters two shapes, the converter's is taken.
_LETTERS: Mapping[str, str] = MappingProxyType(
    {
        f"\\{name}": letter
        for name, letter in GREEK.items()
        if name not in {"phi", "epsilon", "varepsilon", "omicron"}
    }
    | {r"\phi": "ϕ", r"\ell": "ℓ"}
)
_OPERATORS: Mapping[str, str] = MappingProxyType({
    "+": "+", "-": "−", "=": "=", ",": ",", ">": "&gt;", "<": "&lt;", r"\cdot": "·",
    r"\times": "×", r"\geq": "≥", r"\leq": "≤", r"\neq": "≠", r"\partial": "∂",
    r"\land": "∧", r"\lor": "∨",
})  # fmt: skip
_BREAKING = frozenset({"+", "−", "=", "&gt;", "&lt;", "·", "×", "≥", "≤", "∧", "∨"})

#: Functions that TeX knows; the others are written with ``\operatorname``.
_FUNCTIONS = frozenset(rf"\{name}" for name in "sin cos tan exp log arcsin arccos arctan".split())
_LIMITS = frozenset({r"\max", r"\min"})

_FENCES = frozenset("()[]|")
_SPACE = '<mspace width="0.167em"></mspace>'


@dataclass(frozen=True, slots=True)
class _Piece:
    """An element on a line.

    ``base`` and ``index`` are its parts where an exponent may join them.  ``inner``
    are the pieces of a bracketed group with its brackets.  ``leaves`` counts the
    elements without children.
    """

    markup: str
    kind: str  # operand, name, operator, comma, open, close, fenced, space
    leaves: int = 1
    tall: bool = False
    base: str = ""
    index: str = ""
    inner: tuple[_Piece, ...] = ()


class _Foreign(Exception):
    """The LaTeX is not the printer's own."""


_THIN_SPACE = _Piece(_SPACE, "space")


def own_mathml(latex: str) -> str | None:
    """The ``<math>`` element of a formula as the house prints it, None for any other LaTeX."""
    reader = _Reader(_TOKEN.findall(latex))
    try:
        pieces = reader.row("")
    except _Foreign:
        return None
    lines = list(_lines(pieces))
    if len(lines) < 2:
        return f"<math><mrow>{_joined(pieces)}</mrow></math>"
    body = "".join([f"<mrow>{line}</mrow>" for line in lines])
    return f'<math class="wraps"><mrow>{body}</mrow></math>'


class _Reader:
    """One pass over the tokens of one formula."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def row(self, end: str) -> list[_Piece]:
        """The pieces up to the token ``end``, which is taken; the end of all for ``""``.

        ``end`` is ``}`` for a group in braces and ``\\right`` for a bracketed one; the
        bracket itself is left for the caller.
        """
        tokens, size = self._tokens, len(self._tokens)
        pieces: list[_Piece] = []
        while self._at < size:
            token = tokens[self._at]
            self._at += 1
            if token == end:
                break
            piece = _PLAIN.get(token)
            if piece is not None:
                pass
            elif token[0].isspace():
                continue
            elif token[-1] == "}" and len(token) > 1:
                piece = _indexed(token)
            elif token.startswith(r"\right"):
                if end != r"\right":
                    raise _Foreign
                self._at -= 1
                break
            elif token[0].isdigit():
                markup = f"<mn>{token}</mn>"
                piece = _Piece(markup, "operand", base=markup)
            elif token in ("^", "_"):
                pieces[-1:] = [self._script(token, pieces)]
                continue
            else:
                piece = self._command(token)
            if piece.kind == "name" and pieces and pieces[-1].kind in _OPERANDS:
                pieces.append(_THIN_SPACE)
            pieces.append(piece)
        else:
            if end:
                raise _Foreign
        if not pieces:
            raise _Foreign
        return pieces

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MATHML_DEPTH:
            raise _Foreign

    def _group(self) -> list[_Piece]:
        """What stands in braces here."""
        if self._at >= len(self._tokens) or self._tokens[self._at] != "{":
            raise _Foreign
        self._at += 1
        self._deeper()
        pieces = self.row("}")
        self._depth -= 1
        return pieces

    def _command(self, command: str) -> _Piece:
        if command.startswith(r"\left") and len(command) == 6:
            return self._fenced(command[5])
        if command == r"\frac":
            above, below = self._group(), self._group()
            markup = f"<mfrac><mrow>{_joined(above)}</mrow><mrow>{_joined(below)}</mrow></mfrac>"
            return _Piece(markup, "operand", _leaves(above) + _leaves(below), tall=True)
        if command == r"\sqrt":
            inside = self._group()
            markup = f"<msqrt><mrow>{_joined(inside)}</mrow></msqrt>"
            return _Piece(markup, "operand", _leaves(inside), tall=True)
        if command == r"\operatorname":
            return self._operator_name()
        raise _Foreign

    def _operator_name(self) -> _Piece:
        start = self._at + 1
        end = start
        while end < len(self._tokens) and self._tokens[end] != "}":
            end += 1
        name = "".join(self._tokens[start:end])
        if self._tokens[self._at : start] != ["{"] or not (name.isascii() and name.isalpha()):
            raise _Foreign
        if len(name) == 1:
            raise _Foreign
        self._at = end + 1
        return _Piece(f'<mi mathvariant="normal">{name}</mi>', "name")

    def _fenced(self, opening: str) -> _Piece:
        if opening not in _FENCES:
            raise _Foreign
        self._deeper()
        inside = self.row(r"\right")
        self._depth -= 1
        if self._at >= len(self._tokens):
            raise _Foreign
        closing = self._tokens[self._at][6:]
        self._at += 1
        if closing not in _FENCES:
            raise _Foreign
        tall = any(piece.tall for piece in inside)
        stretchy = "true" if tall else "false"
        left = _bracket(opening, "prefix", stretchy)
        right = _bracket(closing, "postfix", stretchy)
        inner = (left, *inside, right)
        markup = f"<mrow>{_joined(inner)}</mrow>"
        return _Piece(markup, "fenced", _leaves(inner), tall, base=markup, inner=inner)

    def _script(self, sign: str, pieces: list[_Piece]) -> _Piece:
        if not pieces or not pieces[-1].base:
            raise _Foreign
        base = pieces[-1]
        inside = self._group()
        script = f"<mrow>{_joined(inside)}</mrow>"
        leaves = base.leaves + _leaves(inside)
        tall = base.tall or any(piece.tall for piece in inside)
        if sign == "_":
            if base.index or base.kind == "fenced":
                raise _Foreign
            markup = f"<msub>{base.base}{script}</msub>"
            return _Piece(markup, "operand", leaves, tall, base.base, script)
        if base.index:
            markup = f"<msubsup>{base.base}{base.index}{script}</msubsup>"
        else:
            markup = f"<msup>{base.base}{script}</msup>"
        return _Piece(markup, "operand", leaves, tall)


def _bracket(sign: str, form: str, stretchy: str) -> _Piece:
    markup = f'<mo fence="true" form="{form}" stretchy="{stretchy}">{sign}</mo>'
    return _Piece(markup, "open" if form == "prefix" else "close")


#: Kinds after which a function's name needs a thin space.
_OPERANDS = frozenset({"operand", "fenced", "close"})


def _plain() -> Iterator[tuple[str, _Piece]]:
    """The tokens that are a piece by themselves."""
    for token, letter in _LETTERS.items():
        markup = f"<mi>{letter}</mi>"
        yield token, _Piece(markup, "operand", base=markup)
    for code in (*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1)):
        markup = f"<mi>{chr(code)}</mi>"
        yield chr(code), _Piece(markup, "operand", base=markup)
    for token, sign in _OPERATORS.items():
        kind = "comma" if sign == "," else "operator" if sign in _BREAKING else "sign"
        yield token, _Piece(f"<mo>{sign}</mo>", kind)
    for token in _FUNCTIONS:
        yield token, _Piece(f"<mi>{token[1:]}</mi>", "name")
    for token in _LIMITS:
        yield token, _Piece(f'<mi mathvariant="normal">{token[1:]}</mi>', "name")


_PLAIN: Mapping[str, _Piece] = MappingProxyType(dict(_plain()))


@lru_cache(2048)
def _indexed(token: str) -> _Piece:
    r"""``\theta_{01}``"""
    name, _, index = token[:-1].partition("_{")
    letter = _PLAIN.get(name)
    if letter is None or not letter.base:
        raise _Foreign
    low = f"<mrow><mn>{index}</mn></mrow>"
    return _Piece(f"<msub>{letter.base}{low}</msub>", "operand", 2, base=letter.base, index=low)


def _joined(pieces: list[_Piece] | tuple[_Piece, ...]) -> str:
    return "".join([piece.markup for piece in pieces])


def _leaves(pieces: list[_Piece] | tuple[_Piece, ...]) -> int:
    return sum([piece.leaves for piece in pieces])


def _flat(pieces: list[_Piece] | tuple[_Piece, ...]) -> Iterator[_Piece]:
    """The pieces, with long bracketed groups that need no tall brackets laid open."""
    for piece in pieces:
        if piece.inner and not piece.tall and piece.leaves >= BREAKABLE_LEAVES:
            yield from _flat(piece.inner)
        else:
            yield piece


def _lines(pieces: list[_Piece]) -> Iterator[str]:
    """The formula in pieces, cut before operators and after closed brackets."""
    line: list[str] = []
    after_operand = after_bracket = False
    for piece in _flat(pieces):
        kind = piece.kind
        operator = after_operand and kind == "operator"
        blank = kind == "space"
        closing = kind in ("close", "comma")
        if line and (operator or (after_bracket and not closing and not blank)):
            yield "".join(line)
            line = []
        # First in its row, it would be laid out as a sign and lose its spaces.
        line.append(piece.markup.replace("<mo>", '<mo form="infix">') if operator else piece.markup)
        if blank:
            continue
        after_operand = closing or kind in ("operand", "fenced") or piece.markup.startswith("<mi>")
        after_bracket = closing or kind == "fenced"
    if line:
        yield "".join(line)
