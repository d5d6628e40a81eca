r"""Commands with arguments: fractions, roots, what is cancelled."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from grader.expr.tokens import CONSTANT, MARKED, NUMBER, STARTS_FACTOR, SYMBOL
from grader.expr.tree import Call

if TYPE_CHECKING:
    from grader.expr.grammar import Grammar
from grader.expr import differentials
from grader.expr.tokens import OPEN
from grader.expr.tree import Node, Number, Product, Quotient
from grader.source import Span


def vulgar_fraction(grammar: Grammar) -> Node:
    """``½``; ``1½`` is not a product."""
    pos = grammar.pos
    if pos and grammar.kinds[pos - 1] == NUMBER and grammar.ends[pos - 1] == grammar.starts[pos]:
        whole = grammar.quote(grammar.starts[pos - 1], grammar.ends[pos])
        raise grammar.fail(f"`{whole}` may be a sum or a product", pos, "write it as a fraction")
    grammar.pos = pos + 1
    span = Span(grammar.starts[pos], grammar.ends[pos])
    top, _, below = grammar.values[pos].partition("/")
    return Quotient(
        Number(Fraction(int(top)), None, span), Number(Fraction(int(below)), None, span), span
    )


def frac(grammar: Grammar) -> Node:
    r"""``\frac{a}{b}``, or a derivative written so."""
    pos = grammar.pos
    if differentials.fraction_follows(grammar, pos):
        return differentials.fraction(grammar)
    grammar.pos = pos + 1
    top = grammar.argument(pos)
    below = grammar.argument(pos)
    return Quotient(top, below, Span(grammar.starts[pos], grammar.ends[grammar.pos - 1]))


def sqrt(grammar: Grammar) -> Node:
    r"""``\sqrt{x}``, ``\sqrt[3]{x}`` and ``√x``."""
    pos = grammar.pos
    grammar.pos = pos + 1
    degree: Node | None = None
    if grammar.kinds[grammar.pos] == OPEN and grammar.values[grammar.pos] == "[":
        after = grammar.tokens.match[grammar.pos] + 1
        # This course brackets arguments with [ ]; a degree has its radicand behind it.
        braced = grammar.kinds[after] == OPEN and grammar.values[after] == "{"
        number = grammar.kinds[grammar.pos + 1] == NUMBER and after == grammar.pos + 3
        if braced or (number and grammar.kinds[after] in STARTS_FACTOR):
            degree = grammar.inside()
    radicand = grammar.argument(pos)
    radicand = _doubtful_radicand(grammar, pos, radicand)
    span = Span(grammar.starts[pos], grammar.ends[grammar.pos - 1])
    if degree is None:
        return Call("sqrt", (radicand,), 0, span)
    return Call("root", (radicand, degree), 0, span)


def _doubtful_radicand(grammar: Grammar, pos: int, radicand: Node) -> Node:
    """What stands under the root of ``√2x``, said how it is read."""
    after = grammar.pos
    if grammar.kinds[pos + 1] == OPEN or grammar.kinds[after] not in (SYMBOL, MARKED, CONSTANT):
        return radicand
    if grammar.ends[after - 1] == grammar.starts[after]:
        root = grammar.quote(grammar.starts[pos], grammar.ends[after - 1])
        rest = grammar.quote(grammar.starts[after], grammar.ends[after])
        grammar.note(
            f"the root in `{root}{rest}` does not hold `{rest}`",
            "ambiguity",
            Span(grammar.starts[pos], grammar.ends[after]),
        )
        if grammar.choice(pos):
            factors = (radicand, grammar.factor())
            radicand = Product(factors, Span(radicand.span.start, grammar.ends[grammar.pos - 1]))
    return radicand


def cbrt(grammar: Grammar) -> Node:
    """``∛x``"""
    pos = grammar.pos
    grammar.pos = pos + 1
    radicand = grammar.argument(pos)
    here = Span(grammar.starts[pos], grammar.ends[pos])
    span = Span(grammar.starts[pos], grammar.ends[grammar.pos - 1])
    return Call("root", (radicand, Number(Fraction(3), None, here)), 0, span)


def cancel(grammar: Grammar) -> Node:
    r"""``\cancel{x}`` counts as 1, and the reading says so."""
    pos = grammar.pos
    grammar.pos = pos + 1
    grammar.argument(pos)
    span = Span(grammar.starts[pos], grammar.ends[grammar.pos - 1])
    struck = grammar.quote(grammar.starts[pos + 1], grammar.ends[grammar.pos - 1]).strip("{}")
    grammar.note(f"`{struck}` is cancelled and counts as 1", "cancelled", span)
    return Number(Fraction(1), None, span)


def cancelto(grammar: Grammar) -> Node:
    r"""``\cancelto{v}{x}`` counts as v."""
    pos = grammar.pos
    grammar.pos = pos + 1
    value = grammar.argument(pos)
    at = grammar.pos
    grammar.argument(pos)
    span = Span(grammar.starts[pos], grammar.ends[grammar.pos - 1])
    struck = grammar.quote(grammar.starts[at], grammar.ends[grammar.pos - 1]).strip("{}")
    counts = grammar.quote(grammar.starts[pos + 1], grammar.ends[at - 1]).strip("{}")
    grammar.note(f"`{struck}` is cancelled and counts as {counts}", "cancelled", span)
    return value
