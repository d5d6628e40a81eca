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

import numpy as np
from numpy.typing import NDArray

from grader.compare.cases import Side
from grader.compare.ladder import proved_equal
from grader.compare.sample import floats
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
from grader.limits import MAX_CANDIDATES, RELATION_POINTS
from grader.mistakes.subject import Subject

Floats = NDArray[np.float64]

#: Values beyond this lose the digits that tell a small term beside them.
_LARGE = 1e4

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
    columns: Mapping[str, Floats],
    *,
    right: Floats,
    values: Floats,
) -> Relation | None:
    """The simplest relation that holds exactly, a factor before a term.

    ``columns`` are points, ``right`` and ``values`` the reference's and the answer's values
    there.  Raises LimitError and Unevaluated.
    """
    with np.errstate(all="ignore"):
        ratio, difference = values / right, values - right
    both = np.maximum(np.abs(right), np.abs(values))
    for name, wanted in (("times", ratio), ("plus", difference)):
        places = _places(wanted, both)
        if places.size < RELATION_POINTS:
            continue
        few = {key: column[places] for key, column in columns.items()}
        for tried, tree in enumerate(_fitting(subject, few, wanted[places])):
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


def _places(wanted: Floats, sizes: Floats) -> NDArray[np.intp]:
    """A few points where what is looked for is told apart from rounding, smallest values first."""
    with np.errstate(all="ignore"):
        plain = np.isfinite(wanted) & (wanted != 0) & (sizes < _LARGE)
        plain &= np.abs(wanted) > sizes * 1e-6
    found = np.flatnonzero(plain)
    return found[np.argsort(sizes[found], kind="stable")][:RELATION_POINTS]


def _fitting(subject: Subject, columns: Mapping[str, Floats], wanted: Floats) -> Iterator[Node]:
    """Trees of which the wanted values are a multiple, with that multiple, simplest first."""
    forward = subject.part.statement.forward
    for tree, values in _candidates(subject, columns, forward, wanted.size):
        with np.errstate(all="ignore"):
            number = _constant(wanted / values)
        if number is not None:
            yield _times(number, tree)


def _candidates(
    subject: Subject, columns: Mapping[str, Floats], forward: Mapping[str, Node], size: int
) -> Iterator[tuple[Node, Floats]]:
    yield ONE, np.ones(size)
    names = [(Symbol(name), floats(Symbol(name), forward, columns, size)) for name in subject.names]
    yield from names
    with np.errstate(all="ignore"):
        for symbol, values in names:
            yield Quotient(ONE, symbol), 1 / values
        if isinstance(subject.reference, Number):
            return  # anything is a multiple of a number, and told nothing by it
        for tree in _pieces(subject):
            yield tree, floats(tree, forward, columns, size)
        for (first, left), (second, right) in combinations_with_replacement(names, 2):
            yield Product((first, second)), left * right
        for (first, left), (second, right) in permutations(names, 2):
            yield Quotient(first, second), left / right


def _pieces(subject: Subject) -> list[Node]:
    """Links of the derivation, and functions and indicators of the question's answers."""
    found = {link.factor for path in subject.paths for link in path.links
             if not isinstance(link.factor, Number | Negation | Symbol)}  # fmt: skip
    for part in subject.parts:
        if isinstance(part.answer, Node):
            found.update(tree for tree in walk(part.answer) if isinstance(tree, Call | Indicator))
    return sorted(found, key=lambda tree: (len(text := subject.part.latex(tree)), text))


def _constant(values: Floats) -> Fraction | None:
    """The one small fraction that all values are, if they are."""
    first = values[0]
    if not np.isfinite(values).all() or not np.allclose(values, first, rtol=1e-9, atol=0):
        return None
    near = Fraction(float(first)).limit_denominator(_DENOMINATOR)
    return near if near and abs(float(near) - first) <= 1e-9 * abs(first) else None


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
