"""Typed decimals that stand for numbers with more digits: ``0.333`` for 1/3.

Where a rubric counts N significant digits, a decimal means any number that rounds to
it there: a ball with half a unit of the Nth digit as radius.  The answer is accepted if
at every point the balls leave room for the reference's value: at the fixed points, and at
points in every case of both sides' indicators.  The latter depend on the answer itself, so
that none can be made to be right just there.  That is no proof, and the verdict says which
rule was applied.  Decimals in exponents stay exact.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from flint import arb, ctx, fmpq

from grader.compare.cases import Case, Side, search_cases
from grader.compare.deadline import deadline_of_answer
from grader.compare.field import UndefinedEverywhere
from grader.compare.ladder import compare
from grader.compare.reference import Reference, leaf_names
from grader.compare.values import Point, PointValue, certainly_differ, evaluate
from grader.errors import LimitError
from grader.expr.latex import to_outline
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
    names = sorted(
        leaf_names(answer, {**reference.environment, **(definitions or {})}) | reference.names
    )
    if names:
        room = _room_elsewhere(
            reference, Side(answer, {**reference.environment, **(definitions or {})}), names,
            lambda at: _room(reference, Side(tree, environment), at, balls, significant),
        )  # fmt: skip
        if room is False:
            return exact
        if room is None:
            return Verdict(
                Outcome.UNDECIDED,
                reason=f"to {significant} significant digits it agrees wherever it was looked at, "
                "which does not show that it does so everywhere",
                tried=("fixed points", "points in every case"),
            )
    return Verdict(
        Outcome.EQUIVALENT,
        method="sampled",
        points=met,
        notes=(f"decimals were compared to {significant} significant digits",),
    )


def _room(
    reference: Reference, loose: Side, at: Point, balls: Mapping[str, arb], significant: int
) -> bool | None:
    """Whether the balls leave room for the reference's value at a point; None where that
    says nothing.  Raises LimitError."""
    precision = PRECISIONS[0]
    found = evaluate(loose.tree, loose.environment, {**at, **balls}, precision)
    right = evaluate(reference.tree, reference.environment, at, precision)
    if found is None or right is None:
        return None
    if certainly_differ(found, right, precision):
        return False
    return True if _narrow(found, significant) else None


def _room_elsewhere(
    reference: Reference, answer: Side, names: Sequence[str], room: Callable[[Point], bool | None]
) -> bool | None:
    """Whether there is room at points in every case in which the sides are not proved to be
    equal; False where there is none, None where a case tells nothing."""
    from grader.compare.explore import points_in_case  # loads NumPy
    from grader.compare.inside import certainly_inside

    key = f"{reference.key} rounded {hashlib.sha256(to_outline(answer.tree).encode()).hexdigest()}"
    met = 0

    def begin() -> None:
        nonlocal met
        met = 0

    def fails(case: Case) -> bool | None:
        """Whether a case has no room at a point, or is not known (False); None: it has."""
        nonlocal met
        met += 1
        points = points_in_case(case, names, f"{key} {met}", reference.positive)
        if points is None:
            return None
        if case.field.incomplete:
            return False
        near = [_nudged(point, f"{key} {met}") for point in points]
        points = [p if certainly_inside(case, p) else q for p, q in zip(near, points, strict=True)]
        seen = [room(point) for point in points]
        return True if False in seen else None if True in seen else False

    right = Side(reference.tree, reference.environment)
    try:
        failed = search_cases(
            answer, right, reference.positive, fails, begin, deadline=deadline_of_answer()
        )
    except (LimitError, UndefinedEverywhere):
        return None
    return True if failed is None else False if failed else None


def _nudged(point: Point, key: str) -> Point:
    """A point close by whose coordinates have denominators that no one can have foreseen:
    sin(360360 π x) is 0 at all points with small ones."""
    digest = hashlib.sha512(key.encode()).digest()
    below = 2**68 + int.from_bytes(digest[8:16], "big")  # a step of at most one sixteenth
    step = Fraction(int.from_bytes(digest[:8], "big"), below)
    return {name: value * (1 + step / (k + 1)) for k, (name, value) in enumerate(point.items())}


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
