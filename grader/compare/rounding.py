"""Typed decimals that stand for numbers with more digits: ``0.333`` for 1/3.

Where a rubric counts N significant digits, a decimal means any number that rounds to
it there: a ball with half a unit of the Nth digit as radius.  The answer is accepted if
at every point the balls leave room for the reference's value.  That is no proof, and
the verdict says which rule was applied.  Decimals in exponents stay exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from flint import arb, ctx, fmpq

from grader.compare.ladder import compare
from grader.compare.reference import Reference
from grader.compare.values import PointValue, certainly_differ, evaluate
from grader.errors import LimitError
from grader.expr.tree import Condition, Node, Number, Power, Symbol, children, with_children
from grader.limits import PRECISIONS, ROUNDED_POINTS
from grader.results import Outcome, Verdict


def compare_rounded(
    reference: Reference,
    answer: Node,
    definitions: Mapping[str, Node] | None = None,
    *,
    significant: int,
) -> Verdict:
    """The verdict where typed decimals count to some significant digits.

    An answer that is exactly right, or that holds no decimals, is judged as always.
    """
    exact = compare(reference, answer, definitions)
    if exact.outcome is not Outcome.DIFFERENT:
        return exact
    balls: dict[str, arb] = {}
    tree = _loosened(answer, balls, significant)
    own = {
        name: _loosened(inner, balls, significant) for name, inner in (definitions or {}).items()
    }
    if not balls:
        return exact
    environment = {**reference.environment, **own}
    met = 0
    try:
        for fixed in reference.points:
            found = evaluate(tree, environment, {**fixed.at, **balls}, PRECISIONS[0])
            if found is None:
                continue  # a kink or a pole within the rounding
            if certainly_differ(found, fixed.reference, PRECISIONS[0]):
                return exact
            met += _narrow(found, significant)
    except LimitError:
        return exact
    if met < min(ROUNDED_POINTS, len(reference.points)):
        return replace(exact, notes=(*exact.notes, f"also to {significant} significant digits"))
    return Verdict(
        Outcome.EQUIVALENT,
        method="sampled",
        points=met,
        notes=(f"decimals were compared to {significant} significant digits",),
    )


def _narrow(found: PointValue, significant: int) -> bool:
    """Whether a value is known well enough that agreement says something: to a digit
    less than was asked."""
    if not isinstance(found.value, arb):
        return found.value is not None
    with ctx.workprec(PRECISIONS[0]):
        size = found.value.abs_lower()
        return bool(found.value.rad() * 10 ** (significant - 1) <= size)


def _ball(value: Fraction, significant: int) -> arb:
    """Every number that rounds to ``value`` at some significant digit."""
    size, unit = abs(value), Fraction(10)
    while unit > size:
        unit /= 10
    while unit * 10 <= size:
        unit *= 10
    half = unit / 10 ** (significant - 1) / 2
    return arb(fmpq(value.numerator, value.denominator), fmpq(half.numerator, half.denominator))


def _loosened(node: Node, balls: dict[str, arb], significant: int) -> Node:
    """The tree with a name for each decimal; ``balls`` collects what they may be."""
    found = _go(node, balls, significant)
    assert not isinstance(found, Condition)
    return found


def _go(node: Node | Condition, balls: dict[str, arb], significant: int) -> Node | Condition:
    if isinstance(node, Number):
        if node.decimals is None or not node.value:
            return node
        name = f"decimal {node.value}"
        if name not in balls:
            balls[name] = _ball(node.value, significant)
        return Symbol(name, node.span)
    if isinstance(node, Power) and isinstance(node.exponent, Number):
        return replace(node, base=_loosened(node.base, balls, significant))
    parts = children(node)
    if not parts:
        return node
    return with_children(node, tuple(_go(part, balls, significant) for part in parts))
