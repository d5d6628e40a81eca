r"""Places where a person could read on in another way: ``1/2x``, ``1/1+e^-z``, ``- −x``.

Each says how it was read, and asks the grammar whether the other way is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.expr.tokens import CLOSE, MINUS, NUMBER, STARTS_FACTOR
from grader.expr.tree import Node, Number, Product, Quotient, Sum
from grader.source import Span

if TYPE_CHECKING:
    from grader.expr.grammar import Grammar

_SIGNS_OF_PRODUCT = frozenset("*·×⋅∗")


def is_bullet(grammar: Grammar) -> bool:
    """Whether the first of two signs is a bullet (``- −x``): only in the other reading."""
    if grammar.ends[0] == grammar.starts[1] or grammar.ends[1] != grammar.starts[2]:
        return False
    grammar.note(
        f"`{grammar.quote(grammar.starts[0], grammar.ends[1])}` is read as two signs, not as a bullet"
        f" and one sign",
        "ambiguity",
        Span(grammar.starts[0], grammar.ends[1]),
    )
    return grammar.choice(0)


def note_slash(grammar: Grammar, first: int, slash: int, at: int) -> None:
    """Say how ``a/b c`` was read."""
    a = grammar.quote(grammar.starts[first], grammar.ends[slash - 1])
    b = grammar.quote(grammar.starts[slash + 1], grammar.ends[at - 1])
    c = grammar.quote(grammar.starts[at], grammar.ends[grammar.pos - 1])
    grammar.note(
        f"`{grammar.quote(grammar.starts[first], grammar.ends[grammar.pos - 1])}` is read as ({a}/{b})·{c},"
        f" not as {a}/({b}·{c})",
        "ambiguity",
        Span(grammar.starts[first], grammar.ends[grammar.pos - 1]),
    )


def over_one(grammar: Grammar, first: int, slash: int, below: Node) -> Node:
    """``1/1+e^-z``: hardly meant as 1 + e^-z; said, and kept the other way."""
    if not isinstance(below, Number) or below.value != 1:
        return below
    top = grammar.quote(grammar.starts[first], grammar.ends[slash - 1])
    grammar.note(
        f"`{top}/1+…` is read as ({top}/1)+…, not as {top}/(1+…)",
        "ambiguity",
        Span(grammar.starts[first], grammar.ends[grammar.pos]),
    )
    if not grammar.choice(slash):
        return below
    rest = grammar.sum()
    terms = rest.terms if isinstance(rest, Sum) else (rest,)
    return Sum((below, *terms), Span(below.span.start, grammar.ends[grammar.pos - 1]))


def under(grammar: Grammar, quotient: Node, factor: Node) -> Node:
    """``a/b`` with one more factor below its slash: ``a/(b·c)``."""
    assert isinstance(quotient, Quotient)
    below = quotient.denominator
    before = below.factors if isinstance(below, Product) else (below,)
    end = grammar.ends[grammar.pos - 1]
    return Quotient(
        quotient.numerator,
        Product((*before, factor), Span(below.span.start, end)),
        Span(quotient.span.start, end),
    )


def is_spaced_x(grammar: Grammar, at: int) -> bool:
    """Whether an ``x`` between blanks is a sign of multiplication: only in the other reading.

    In plain text without another sign of multiplication, ``phi_1 x I[z>0]`` is
    typed for either.
    """
    text = grammar.text
    start, end = grammar.starts[at], grammar.ends[at]
    if text[start - 1 : end + 1] != " x " or grammar.kinds[at + 1] not in STARTS_FACTOR:
        return False
    if grammar.unsigned is None:
        grammar.unsigned = "\\" not in text and _SIGNS_OF_PRODUCT.isdisjoint(text)
    if not grammar.unsigned:
        return False
    grammar.note(
        "the `x` between blanks is read as the quantity x, not as a sign of multiplication",
        "ambiguity",
        Span(start, end),
    )
    return grammar.choice(at)


def is_label(grammar: Grammar) -> bool:
    """Whether ``(1) -x`` begins with the number of an equation: only in the other reading."""
    if (
        grammar.kinds[1] != NUMBER
        or grammar.kinds[2:4] != [CLOSE, MINUS]
        or grammar.ends[2] == grammar.starts[3]
    ):
        return False
    grammar.note(
        f"`{grammar.quote(grammar.starts[0], grammar.ends[2])}` is read as a number to subtract from,"
        f" not as the number of an equation",
        "ambiguity",
        Span(grammar.starts[0], grammar.ends[2]),
    )
    return grammar.choice(0)
