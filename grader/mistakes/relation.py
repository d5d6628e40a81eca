"""The closest exact relation of a wrong answer to the right one: times ω₂, plus 3 φ₁.

Values at some points find a candidate among numbers, names, products and quotients
of two names, and links of the derivation, each with a number in front; the proof that
grades decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations_with_replacement, islice, permutations
from math import isfinite, nan
from typing import Any as Anything

from flint import arb, fmpq

from grader.compare.cases import Side
from grader.compare.numbers import Value
from grader.compare.pointwise import Values, may_be_equal
from grader.compare.proof import proved_beside
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
    a tree.  Floats pass over most candidates; exact values decide about the others.
    What is made for two points is kept for the answers that come after.
    """

    def __init__(self, subject: Subject, known: Values) -> None:
        self._subject = subject
        self._known = known
        self._ratios: dict[tuple[int, int], list[float]] = {}

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
        sought: list[tuple[str, Few]] = [("plus", tuple(v - r for v, r in both))]
        if all(r != 0 or _nonzero(v) is None for v, r in both):
            sought.insert(0, ("times", tuple(v / r if r != 0 else None for v, r in both)))
        for name, wanted in sought:
            for tree in islice(self._fitting(wanted), MAX_CANDIDATES):
                joined = (Product if name == "times" else Sum)((subject.reference, tree))
                if proved_beside(
                    subject.part.references[0],
                    Side(answer, environment),
                    Side(joined, environment),
                    subject.part.statement.positive,
                ):
                    return Relation(name, tree)
        return None

    def _fitting(self, exact: Few) -> Iterator[Node]:
        """Trees of which the values are a multiple, with that multiple, simplest first.

        A tree must have a value at the first places where one is sought, one that fits
        wherever it has one, and none that is certain where 0 is sought.
        """
        wanted = tuple(map(_nonzero, exact))
        zeros = [k for k, value in enumerate(exact) if value == 0]
        places = [k for k, value in enumerate(wanted) if value is not None][:RELATION_POINTS]
        if len(places) < RELATION_LEAST:
            return
        first, *others = places
        for number in self._near(first, others, wanted):
            tree, values = self._candidates[number]
            if any(values[k] is None for k in places) or any(values[k] is not None for k in zeros):
                continue
            quotients = _divided(wanted, values)
            factor = _constant(tuple(each for each in quotients if each is not None))
            if factor is not None:
                yield _times(factor, tree)

    def _near(self, first: int, others: Sequence[int], wanted: Few) -> Sequence[int]:
        """Numbers of the candidates whose ratios of values may be those that are wanted."""
        left: Sequence[int] = range(len(self._candidates))
        under = _float(wanted[first])
        for k in others:
            if (first, k) not in self._ratios:
                self._ratios[first, k] = [
                    _float(values[k]) / _float(values[first]) for _, values in self._candidates
                ]
            found, ratio = self._ratios[first, k], _float(wanted[k]) / under
            apart = _APART * abs(ratio)
            # Put so that it holds for what is no number, which may be any.
            left = [number for number in left if not abs(found[number] - ratio) > apart]
        return left

    @cached_property
    def _candidates(self) -> list[tuple[Node, Few]]:
        return list(_candidates(self._subject, self._known))


#: Parts of it by which a ratio of floats may be off: far more than rounding comes to.
_APART = 1e-9


def _float(value: Value | None) -> float:
    """A float near a value; not a number where there is no value, or none that a float holds."""
    if value is None:
        return nan
    found = float(value.mid() if isinstance(value, arb) else arb(value))
    return found if found and isfinite(found) else nan


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
