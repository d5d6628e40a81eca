"""The closest exact relation of a wrong answer to the right one: times ω₂, plus 3 φ₁.

Values at a few points find a candidate among numbers, names, products and quotients
of two names, and links of the derivation, each with a number in front; the proof that
grades decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement, permutations
from typing import Any as Anything

from flint import arb, fmpq

from grader.compare.cases import Side
from grader.compare.ladder import proved_equal
from grader.compare.numbers import Value
from grader.compare.pointwise import Values, may_be_equal
from grader.expr.calculus import ONE, product_of
from grader.expr.tree import (
    Call,
    Indicator,
    Negation,
    Node,
    Number,
    Product,
    Quotient,
    Sum,
    Symbol,
    walk,
)
from grader.limits import MAX_CANDIDATES, RELATION_LEAST, RELATION_POINTS
from grader.mistakes.subject import Subject

#: Values at a few points; None where there is none, or it is zero.
Few = tuple[Value | None, ...]

#: Numbers in front that are believed: those of the fractions that people write.
_DENOMINATOR = 60


@dataclass(frozen=True, slots=True)
class Relation:
    """``times`` or ``plus``, and the tree that the right answer is multiplied by or added to."""

    name: str
    by: Node

    def sentence(self, subject: Subject) -> str:
        """What to tell."""
        if self.name == "times":
            return f"Your answer is the right one times {subject.maths(self.by)}."
        if isinstance(self.by, Negation):
            return f"Your answer is the right one minus {subject.maths(self.by.operand)}."
        return f"Your answer is the right one plus {subject.maths(self.by)}."


def closest_relation(
    subject: Subject,
    answer: Node,
    environment: Mapping[str, Node],
    known: Values,
    *,
    right: tuple[Value, ...],
    values: tuple[Value, ...],
) -> Relation | None:
    """The simplest relation that holds exactly, a factor before a term.

    ``known`` evaluates trees at the fixed points, ``right`` and ``values`` are the
    reference's and the answer's values there.  Raises LimitError and Unevaluated.
    """
    both = list(zip(values, right, strict=True))
    ratios = tuple(_nonzero(v / r) if r != 0 else None for v, r in both)
    differences = tuple(_nonzero(v - r) for v, r in both)
    for name, wanted in (("times", ratios), ("plus", differences)):
        places = [k for k, value in enumerate(wanted) if value is not None][:RELATION_POINTS]
        if len(places) < RELATION_LEAST:
            continue
        sought = tuple(wanted[k] for k in places)
        for tried, tree in enumerate(_fitting(subject, known, places, sought)):
            if tried >= MAX_CANDIDATES:
                break
            joined = (Product if name == "times" else Sum)((subject.reference, tree))
            if proved_equal(
                Side(answer, environment),
                Side(joined, environment),
                subject.part.statement.positive,
            ):
                return Relation(name, tree)
    return None


def _nonzero(value: Anything) -> Value | None:
    """A value that is certainly a number other than zero."""
    if isinstance(value, arb):
        return None if value.contains(0) else value
    return value if isinstance(value, fmpq) and value != 0 else None


def _fitting(subject: Subject, known: Values, places: list[int], wanted: Few) -> Iterator[Node]:
    """Trees of which the wanted values are a multiple, with that multiple, simplest first."""
    for tree, values in _candidates(subject, known, places):
        number = _constant(_divided(wanted, values))
        if number is not None:
            yield _times(number, tree)


def _divided(over: Few, under: Few) -> Few:
    return tuple(
        None if a is None or b is None else a / b for a, b in zip(over, under, strict=True)
    )


def _candidates(subject: Subject, known: Values, places: list[int]) -> Iterator[tuple[Node, Few]]:
    def few(tree: Node) -> Few:
        values = known.of(tree)
        return tuple(_nonzero(values[k]) for k in places)

    ones = few(ONE)
    yield ONE, ones
    names = [(Symbol(name), few(Symbol(name))) for name in subject.names]
    yield from names
    for symbol, values in names:
        yield Quotient(ONE, symbol), _divided(ones, values)
    if isinstance(subject.reference, Number):
        return  # anything is a multiple of a number, and told nothing by it
    for tree in _pieces(subject):
        yield tree, few(tree)
    for (first, left), (second, right) in combinations_with_replacement(names, 2):
        product = (None if a is None or b is None else a * b
                   for a, b in zip(left, right, strict=True))  # fmt: skip
        yield Product((first, second)), tuple(product)
    for (first, left), (second, right) in permutations(names, 2):
        yield Quotient(first, second), _divided(left, right)


def _pieces(subject: Subject) -> list[Node]:
    """Links of the derivation, and functions and indicators of the question's answers."""
    found = {link.factor for path in subject.paths for link in path.links
             if not isinstance(link.factor, Number | Negation | Symbol)}  # fmt: skip
    for part in subject.parts:
        if isinstance(part.answer, Node):
            found.update(tree for tree in walk(part.answer) if isinstance(tree, Call | Indicator))
    return sorted(found, key=lambda tree: (len(text := subject.part.latex(tree)), text))


def _constant(values: Few) -> Fraction | None:
    """The one small fraction that all values are, if they are."""
    first = values[0]
    if isinstance(first, fmpq):
        near = Fraction(int(first.p), int(first.q))
    elif isinstance(first, arb):
        near = Fraction(float(first.mid())).limit_denominator(_DENOMINATOR)
    else:
        return None
    number = fmpq(near.numerator, near.denominator)
    if not near or near.denominator > _DENOMINATOR:
        return None
    if all(value is not None and may_be_equal(value, number) for value in values):
        return near
    return None


def _times(number: Fraction, tree: Node) -> Node:
    """A multiple of a tree, as people write it."""
    whole: Node
    below: Node
    whole, below = Number(Fraction(abs(number.numerator))), Number(Fraction(number.denominator))
    upper: tuple[Node, ...]
    lower: tuple[Node, ...]
    match tree:
        case Number():
            upper, lower = (whole,), (below,)
        case Product(factors):
            upper, lower = (whole, *factors), (below,)
        case Quotient(numerator, denominator):
            upper, lower = (whole, numerator), (below, denominator)
        case _:
            upper, lower = (whole, tree), (below,)
    above, under = product_of(list(upper)), product_of(list(lower))
    size = above if under == ONE else Quotient(above, under)
    return Negation(size) if number < 0 else size
