r"""What stands around an expression: rows, prose, ``where``, trailing punctuation, frames."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from grader.errors import AnswerError
from grader.expr.prose import role as role_of
from grader.expr.reading import Note
from grader.expr.tokens import (
    AND,
    APPROX,
    COMMA,
    COMMAND,
    DIFFERENTIAL,
    EQUALS,
    IF,
    MARKED,
    NABLA,
    OPEN,
    PARTIAL,
    PROSE,
    REFUSED,
    ROW,
    STOP,
    SYMBOL,
    UNKNOWN,
    WHERE,
    Tokens,
)
from grader.source import Span


@dataclass(slots=True)
class Statement:
    """The tokens from ``first`` up to ``last``, and the equals signs among them.

    ``definition``: it stands after ``where``.  ``role``: what the words before it make
    of it, a ``reason``, a ``conclusion`` or neither.  ``rest`` is where what follows a ``≈``
    ends, which stands at ``last`` then.
    """

    first: int
    last: int
    equals: list[int]
    definition: bool = False
    role: str | None = None
    rest: int | None = None

    def links(self) -> list[tuple[int, int]]:
        """The ranges between the equals signs."""
        bounds = [self.first - 1, *self.equals, self.last]
        return [(a + 1, b) for a, b in pairwise(bounds)]


#: Tokens that a text may end with, or begin with, and that say nothing.
_TRAILING = frozenset({STOP, COMMA, ROW})


#: Tokens that always part two statements.
_PARTS = frozenset({ROW, STOP})


def trim(tokens: Tokens, first: int, last: int) -> tuple[int, int]:
    """A range without the punctuation and the braces around it."""
    kinds = tokens.kinds
    while True:
        while last > first and kinds[last - 1] in _TRAILING:
            last -= 1
        while first < last and (
            kinds[first] in _TRAILING or (kinds[first] == REFUSED and tokens.values[first] == "=>")
        ):
            first += 1
        framed = (
            first < last
            and kinds[first] == OPEN
            and tokens.values[first] == "{"
            and tokens.match[first] == last - 1
        )
        if not framed:
            return first, last
        first += 1
        last -= 1


def _outer(tokens: Tokens, first: int, last: int) -> list[int]:
    """The tokens of a range that stand outside of all brackets in it."""
    found = []
    index = first
    while index < last:
        if tokens.kinds[index] == OPEN:
            index = tokens.match[index]
        else:
            found.append(index)
        index += 1
    return found


def split(
    tokens: Tokens, defined: frozenset[str] = frozenset()
) -> tuple[list[Statement], list[Note]]:
    """The statements of a text in order, and notes of the words that were left out.

    ``defined``: the names that the text itself defines, where they are known.
    """
    notes: list[Note] = []
    kinds = tokens.kinds
    first, last = trim(tokens, 0, len(kinds) - 1)
    statements: list[Statement] = []
    begin = first
    definition = False
    role: str | None = None
    colons: list[int] = []

    def close(end: int) -> None:
        nonlocal begin
        start, stop = trim(tokens, begin, end)
        if start < stop:
            inner, upto = _equals(tokens, start, stop, notes, colons)
            rest = stop if upto < stop else None
            statements.append(Statement(start, upto, inner, definition, role, rest))
        begin = end + 1

    for index in _outer(tokens, first, last):
        kind = kinds[index]
        if kind == PROSE:
            span = Span(tokens.starts[index], tokens.ends[index])
            words = tokens.values[index]
            words = words if len(words) <= 40 else words[:39] + "…"
            close(index)
            if any(character.isalnum() for character in words):
                notes.append(Note(span, f"the words `{words}` are not read", "unread"))
                # "since y is linear in x": the reason goes on
                role = role_of(words) or (role if role == "reason" else None)
        elif kind == WHERE:
            close(index)
            role = None
            if index + 1 >= last:
                span = Span(tokens.starts[index], tokens.ends[index])
                raise AnswerError("nothing is defined here", tokens.text, span)
            definition = True
        elif (
            kind == STOP
            and tokens.values[index] == ":"
            and not definition
            and begin < index < last - 1
            and _is_left_side(tokens, begin, index)
            and not any(kinds[i] == EQUALS or i in colons for i in range(begin, index))
        ):
            colons.append(index)  # "dy/dx: 1" is "dy/dx = 1"
        elif kind in _PARTS or (
            kind in (COMMA, AND)
            and (
                definition
                or role == "reason"
                or _starts_definition(tokens, index + 1, last)
                or (
                    (kinds[begin] == UNKNOWN or tokens.values[begin] in defined)
                    and kinds[begin + 1] == EQUALS
                )
            )
        ):
            close(index)
            if kind != AND:
                role = None
    close(last)
    return statements, notes


def _equals(
    tokens: Tokens, first: int, last: int, notes: list[Note], colons: list[int]
) -> tuple[list[int], int]:
    """The equals signs that part a chain, and where the chain ends.

    What follows ``≈`` is a remark: the exact value before it is the answer.  An
    equals sign after "if" belongs to a condition.
    """
    found: list[int] = []
    for index in _outer(tokens, first, last):
        kind = tokens.kinds[index]
        if kind == IF:
            break
        if kind == EQUALS or index in colons:
            found.append(index)
        elif kind == APPROX:
            if not found and _is_left_side(tokens, first, index):
                found.append(index)
                span = Span(tokens.starts[index], tokens.ends[index])
                notes.append(Note(span, "`≈` is read as `=`", "correction"))
                continue
            span = Span(tokens.starts[index], tokens.ends[last - 1])
            notes.append(
                Note(span, "what follows `≈` is not compared: what stands before it is", "unread")
            )
            return found, index
    return found, last


def _is_left_side(tokens: Tokens, first: int, last: int) -> bool:
    """Whether a range is a name or a derivative, which has the value and is not it."""
    kinds = tokens.kinds
    if last - first < 2:
        return first == last or kinds[first] in (SYMBOL, MARKED, UNKNOWN)
    marks = (PARTIAL, DIFFERENTIAL, NABLA, MARKED)
    return kinds[first] in marks or (kinds[first] == COMMAND and kinds[first + 2] in marks)


def _starts_definition(tokens: Tokens, index: int, last: int) -> bool:
    """Whether ``name =`` stands at a token."""
    if index < last and tokens.kinds[index] in (AND, WHERE):  # ", and z = …"
        index += 1
    return index + 1 < last and tokens.kinds[index + 1] == EQUALS
