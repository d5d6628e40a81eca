"""The closest exact relation of a wrong answer to the right one: times ω₂, plus 3 φ₁.

Values at some points find a candidate among numbers, names, products and quotients
of two names, and links of the derivation, each with a number in front; the proof that
grades decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations_with_replacement, islice, permutations
from math import isfinite
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


class Relations:
    """The simple factors and terms of a part, by their values up to a number in front.

    Values at a few points, each divided by the first, are the same for all multiples of
    a tree, so that a look-up finds every candidate at once.  What is made for some points
    is kept for the answers that come after.
    """

    def __init__(self, subject: Subject, known: Values) -> None:
        self._subject = subject
        self._known = known
        self._indices: dict[tuple[int, ...], dict[tuple[str, ...], list[int]]] = {}

    def closest(
        self,
        answer: Node,
        environment: Mapping[str, Node],
        *,
        right: tuple[Value, ...],
        values: tuple[Value, ...],
    ) -> Relation | None:
        """The simplest relation that holds exactly, a factor before a term.

        ``right`` and ``values`` are the reference's and the answer's values at the points.
        Raises LimitError and Unevaluated.
        """
        subject = self._subject
        both = list(zip(values, right, strict=True))
        ratios = tuple(_nonzero(v / r) if r != 0 else None for v, r in both)
        differences = tuple(_nonzero(v - r) for v, r in both)
        for name, wanted in (("times", ratios), ("plus", differences)):
            places = tuple(k for k, value in enumerate(wanted) if value is not None)
            places = places[:RELATION_POINTS]
            if len(places) < RELATION_LEAST:
                continue
            fitting = self._fitting(places, wanted)
            for tree in islice(fitting, MAX_CANDIDATES):
                joined = (Product if name == "times" else Sum)((subject.reference, tree))
                if proved_equal(
                    Side(answer, environment),
                    Side(joined, environment),
                    subject.part.statement.positive,
                ):
                    return Relation(name, tree)
        return None

    def _fitting(self, places: tuple[int, ...], wanted: Few) -> Iterator[Node]:
        """Trees of which the wanted values are a multiple, with that multiple, simplest first.

        They are looked up by their values at ``places``, and must fit at the other points.
        """
        if places not in self._indices:
            self._indices[places] = self._index(places)
        shape = _shape(tuple(wanted[k] for k in places))
        if shape is None:
            return
        for number in self._indices[places].get(shape, ()):
            tree, values = self._candidates[number]
            quotients = _divided(wanted, values)
            factor = _constant(tuple(each for each in quotients if each is not None))
            if factor is not None:
                yield _times(factor, tree)

    def _index(self, places: tuple[int, ...]) -> dict[tuple[str, ...], list[int]]:
        index: dict[tuple[str, ...], list[int]] = {}
        for number, (_, values) in enumerate(self._candidates):
            shape = _shape(tuple(values[k] for k in places))
            if shape is not None:
                index.setdefault(shape, []).append(number)
        return index

    @cached_property
    def _candidates(self) -> list[tuple[Node, Few]]:
        return list(_candidates(self._subject, self._known))


def _shape(values: Few) -> tuple[str, ...] | None:
    """Values up to a number in front, to some digits; None where one is missing."""
    if any(value is None for value in values):
        return None
    return tuple(map(_rounded, _divided(values, (values[0],) * len(values))[1:]))


def _rounded(value: Value | None) -> str:
    """Exact values and balls alike: a ratio of balls may be a plain number."""
    assert value is not None
    middle = value.mid() if isinstance(value, arb) else arb(value)
    return f"{float(middle):.12e}"


def _nonzero(value: Anything) -> Value | None:
    """A value that is certainly a number other than zero."""
    if isinstance(value, arb):
        return None if value.contains(0) else value
    return value if isinstance(value, fmpq) and value != 0 else None


def _divided(over: Few, under: Few) -> Few:
    return tuple(
        None if a is None or b is None else a / b for a, b in zip(over, under, strict=True)
    )


def _candidates(subject: Subject, known: Values) -> Iterator[tuple[Node, Few]]:
    def found(tree: Node) -> Few:
        return tuple(map(_nonzero, known.of(tree)))

    ones = found(ONE)
    yield ONE, ones
    names = [(Symbol(name), found(Symbol(name))) for name in subject.names]
    yield from names
    for symbol, values in names:
        yield Quotient(ONE, symbol), _divided(ones, values)
    if isinstance(subject.reference, Number):
        return  # anything is a multiple of a number, and told nothing by it
    for tree in _pieces(subject):
        yield tree, found(tree)
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
        middle = float(first.mid())
        if not isfinite(middle):
            return None  # a ball, or a number past 10^308
        near = Fraction(middle).limit_denominator(_DENOMINATOR)
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
