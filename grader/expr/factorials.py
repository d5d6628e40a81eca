"""Factorials of whole numbers: ``3!`` is 6, and ``k!`` under a sum that is written out."""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import TYPE_CHECKING

from grader.errors import LimitError
from grader.expr.families import whole_value
from grader.expr.tokens import BANG, END, OPEN, SHAPING
from grader.expr.tree import (
    Big,
    Condition,
    Node,
    Number,
    Symbol,
    children,
    symbols,
    walk,
    with_children,
)
from grader.limits import MAX_FACTORIAL
from grader.source import Span

if TYPE_CHECKING:
    from grader.expr.grammar import Grammar

#: The index of the product that ``k!`` is as long as k has no value; no one can type it.
_INDEX = "!"
#: What is said of a factorial that has no value.
NOT_WHOLE = "factorials are read of whole numbers only"


def factorial_of(grammar: Grammar, base: Node, first: int) -> Node:
    """``base!``, with ``pos`` on the sign; a sign that ends an answer may be an exclamation."""
    at = grammar.pos
    # Of `3!`, `k!`, `(2k + 1)!`; of what the sign in `2^3!` is, nobody can tell.
    bracketed = grammar.kinds[first] == OPEN and grammar.tokens.match[first] == at - 1
    if grammar.kinds[at + 1] == BANG or grammar.kinds[at - 1] == BANG:
        raise grammar.fail("double factorials are not read here", at)
    if not bracketed and not isinstance(base, Number | Symbol):
        raise grammar.fail("it is not clear what this factorial is of", at, "write brackets")
    grammar.pos += 1
    if grammar.kinds[grammar.pos] in SHAPING | {END} and grammar.choice(at):
        return base
    span = Span(grammar.starts[first], grammar.ends[at])
    node = Big("prod", _INDEX, Number(Fraction(1)), base, Symbol(_INDEX), span)
    found = worked_out(node)
    names = symbols(base)
    if not isinstance(found, Number) and not (names and names <= grammar.bound):
        raise grammar.fail(NOT_WHOLE, at)
    if isinstance(found, Number):
        said = grammar.quote(grammar.starts[first], grammar.ends[at])
        grammar.note(f"`{said}` is read as {found.value}", "style", span)
    return found


def worked_out(node: Node) -> Node:
    """The tree with each factorial of a number as a number.  Raises LimitError for one that
    is too large."""
    return _worked_out(node)  # type: ignore[return-value]


def _worked_out(node: Node | Condition) -> Node | Condition:
    if isinstance(node, Big) and (argument := _of(node)) is not None:
        value = whole_value(argument, {})
        if value is None or value < 0:
            return node
        if value > MAX_FACTORIAL:
            raise LimitError("MAX_FACTORIAL", f"a factorial of more than {MAX_FACTORIAL}")
        return Number(Fraction(factorial(value)), None, node.span)
    parts = children(node)
    new = tuple(map(_worked_out, parts))
    if all(a is b for a, b in zip(parts, new, strict=True)):
        return node
    return with_children(node, new)


def first_factorial(node: Node) -> Big | None:
    """A factorial in a tree that has no value."""
    return next((part for part in walk(node) if isinstance(part, Big) and _of(part)), None)


def _of(node: Big) -> Node | None:
    """What a product is the factorial of; None for another product."""
    return node.upper if node.index == _INDEX else None
