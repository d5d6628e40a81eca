r"""What is wrong, in words: the errors at a token that cannot stand where it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import AnswerError
from grader.expr.tokens import AND, APPROX, BAR, CLOSE, CLOSING, COMMA, DIVIDE, END, EQUALS

if TYPE_CHECKING:
    from grader.expr.grammar import Grammar
from grader.expr.lexicon import suggestion
from grader.expr.tokens import (
    IF,
    MEMBER,
    MINUS,
    OPEN,
    OR,
    OTHERWISE,
    PLUS,
    POWER,
    PRIME,
    PROSE,
    REFUSALS,
    REFUSED,
    RELATION,
    ROW,
    STOP,
    SUBSCRIPT,
    SUPERSCRIPT,
    TIMES,
    UNDEFINED,
    WHERE,
)
from grader.source import Span


def unknown_name(grammar: Grammar, pos: int) -> AnswerError:
    """The error of a name that is not one of the homework."""
    typed = grammar.quote(grammar.starts[pos], grammar.ends[pos])
    name = grammar.values[pos]
    near = suggestion(name, grammar.lexicon)
    hint = f"did you mean `{near}`?" if near else None
    if hint is None and "'" in name:
        hint = "a prime is part of a name, or follows the name of a function"
    if hint is None and ":" in name:
        hint = "an accent is part of the name"
    where = "known here" if grammar.lexicon.free else "a name of this homework"
    return grammar.fail(f"`{typed}` is not {where}", pos, hint)


def missing(grammar: Grammar) -> AnswerError:
    """The error at a token where a factor should begin."""
    pos = grammar.pos
    kind = grammar.kinds[pos]
    typed = grammar.quote(grammar.starts[pos], grammar.ends[pos])
    before = grammar.kinds[pos - 1] if pos else None
    previous = grammar.quote(grammar.starts[pos - 1], grammar.ends[pos - 1]) if pos else ""
    if kind == REFUSED:
        message, hint = REFUSALS[grammar.values[pos]]
        return grammar.fail(message.format(typed), pos, hint and hint.format(typed))
    if kind == END:
        if before is None:
            return AnswerError("nothing is written here", grammar.text, Span(0, len(grammar.text)))
        if before == CLOSE:
            return grammar.fail(f"something is missing after `{previous}`", pos - 1)
        return grammar.fail(f"nothing stands after the `{previous}`", pos - 1)
    if kind == CLOSE:
        if before == OPEN:
            return AnswerError(
                f"the brackets `{previous}{typed}` hold nothing",
                grammar.text,
                Span(grammar.starts[pos - 1], grammar.ends[pos]),
            )
        return grammar.fail(f"nothing stands between `{previous}` and `{typed}`", pos - 1)
    if kind in (UNDEFINED, OTHERWISE, IF):
        return grammar.fail(f"`{typed}` belongs into cases", pos)
    if kind == PROSE:
        return grammar.fail(f"the words `{typed}` stand where mathematics should", pos)
    if before is None or before == OPEN:
        if kind == BAR:
            return grammar.fail("a `|` has no partner", pos)
        return grammar.fail(f"nothing stands before the `{typed}`", pos)
    if kind in (POWER, SUBSCRIPT, PRIME, SUPERSCRIPT):
        return grammar.fail(f"nothing that `{typed}` could belong to stands before it", pos)
    if before in _BINARY:
        return AnswerError(
            f"nothing stands between `{previous}` and `{typed}`",
            grammar.text,
            Span(grammar.starts[pos - 1], grammar.ends[pos]),
        )
    return grammar.fail(f"`{typed}` stands where an expression should begin", pos)


def unexpected(grammar: Grammar, closing: int | None = None) -> AnswerError:
    """The error at a token that cannot follow a whole expression."""
    pos = grammar.pos
    kind = grammar.kinds[pos]
    typed = grammar.quote(grammar.starts[pos], grammar.ends[pos])
    if kind in (REFUSED, UNDEFINED, IF, OTHERWISE):
        return missing(grammar)
    if kind == BAR:
        return grammar.fail("a `|` has no partner", pos)
    if kind == CLOSE:
        return grammar.fail(f"the `{typed}` at {grammar.starts[pos] + 1} closes nothing", pos)
    if kind == RELATION or (kind == EQUALS and closing is not None):
        return grammar.fail(
            "a condition stands where an expression should",
            pos,
            "for an indicator write `I[z > 0]`",
        )
    if kind == COMMA:
        if closing is not None:
            opened = next(o for o, c in grammar.tokens.match.items() if c == closing)
            bracket = grammar.quote(grammar.starts[opened], grammar.ends[opened])
            end = CLOSING.get(grammar.values[opened], "")
            return grammar.fail(f"a comma inside of `{bracket}…{end}`, which is no list", pos)
        return grammar.fail("a comma between two expressions", pos, "give one answer")
    if kind == STOP:
        return grammar.fail(f"a `{typed}` in the middle of an expression", pos)
    if kind in (EQUALS, APPROX):
        return grammar.fail(f"a `{typed}` stands where only one expression is read", pos)
    if kind in (AND, OR):
        return grammar.fail(f"`{typed}` joins conditions, not expressions", pos, "give one answer")
    if kind == PROSE:
        return grammar.fail(f"the words `{typed}` stand in the middle of an expression", pos)
    if kind in (ROW, WHERE, MEMBER):
        return grammar.fail(f"`{typed}` stands in the middle of an expression", pos)
    return grammar.fail(f"`{typed}` cannot follow what stands before it", pos)


#: Tokens that need something on each side.
_BINARY = frozenset({PLUS, MINUS, TIMES, DIVIDE, POWER, EQUALS, RELATION, COMMA, AND, OR})
