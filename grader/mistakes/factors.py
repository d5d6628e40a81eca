"""Mistakes of factors, signs and paths: left out, put in, or wrong."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from grader.expr.calculus import ONE, product_of, sum_of
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
from grader.mistakes.paths import Link, Path
from grader.mistakes.subject import Subject, Wrong, name_maths


def sign(subject: Subject) -> Iterator[Wrong]:
    """The right answer with the opposite sign."""
    yield Wrong(Negation(subject.reference), "The sign is wrong: your answer is the right one "
                "with the opposite sign.")  # fmt: skip


def _path_name(subject: Subject, path: Path) -> str:
    """What tells a path from the others: its weights."""
    named = [link.factor for link in path.links if link.kind in ("weight", "inner")]
    return subject.maths(product_of(named)) if named else subject.maths(path.tree())


def sign_of_a_path(subject: Subject) -> Iterator[Wrong]:
    """The opposite sign in one path of several."""
    if len(subject.paths) < 2:
        return
    for k, path in enumerate(subject.paths):
        trees = [other.tree() for other in subject.paths]
        trees[k] = Negation(trees[k])
        yield Wrong(
            Sum(tuple(trees)), f"The term with {_path_name(subject, path)} has the wrong sign."
        )


def _link_sentence(subject: Subject, link: Link, where: str = "") -> str:
    factor = subject.maths(link.factor)
    if link.kind == "inner" and link.of is not None:
        return f"The inner derivative {factor} of {subject.maths(link.of)} is missing{where}."
    if link.kind == "slope" and link.of is not None:
        if isinstance(link.factor, Indicator):
            return (
                f"The indicator {factor} is missing{where}: it is the derivative of "
                f"{subject.maths(link.of)} with respect to its argument."
            )
        return (
            f"The factor {factor} is missing{where}: it is the derivative of {subject.maths(link.of)} "
            "with respect to its argument."
        )
    if link.kind == "power":
        return f"The factor {factor} from the power {subject.maths(link.of or link.factor)} is missing{where}."
    return f"The factor {factor} is missing{where}."


def _without(path: Path, factors: frozenset[Node]) -> Node:
    return product_of([link.factor for link in path.links if link.factor not in factors])


def _missing(subject: Subject, *, indicators: bool) -> Iterator[Wrong]:
    """A factor left out of every path that has it; then of one path only."""
    links = {link.factor: link for path in subject.paths for link in path.links
             if link.kind != "sign"}  # fmt: skip
    for factor, link in links.items():
        if isinstance(factor, Indicator) != indicators:
            continue
        holders = [path for path in subject.paths if factor in {one.factor for one in path.links}]
        left = [_without(path, frozenset({factor})) for path in subject.paths]
        yield Wrong(sum_of(left), _link_sentence(subject, link))
        if len(subject.paths) < 2 or len(holders) < 2:
            continue
        for path in holders:
            trees = [_without(p, frozenset({factor})) if p is path else p.tree()
                     for p in subject.paths]  # fmt: skip
            yield Wrong(
                sum_of(trees),
                _link_sentence(subject, link, f" in the term with {_path_name(subject, path)}"),
            )


def missing_factor(subject: Subject) -> Iterator[Wrong]:
    """One link of the chain left out, unless it is an indicator."""
    yield from _missing(subject, indicators=False)


def missing_indicator(subject: Subject) -> Iterator[Wrong]:
    """One indicator left out, or all of them."""
    yield from _missing(subject, indicators=True)
    everywhere = [product_of([link.factor for link in path.links
                              if not isinstance(link.factor, Indicator)])
                  for path in subject.paths]  # fmt: skip
    count = sum(isinstance(link.factor, Indicator) for path in subject.paths for link in path.links)
    if count > 1:
        yield Wrong(sum_of(everywhere), "The indicators of the ReLU functions are missing.")


def one_path(subject: Subject) -> Iterator[Wrong]:
    """One of several paths not counted."""
    if len(subject.paths) < 2:
        return
    for path in subject.paths:
        others = [p.tree() for p in subject.paths if p is not path]
        yield Wrong(sum_of(others), f"The path with {_path_name(subject, path)} is not counted: "
                    f"{name_maths(subject.variable)} reaches {name_maths(subject.quantity)} "
                    "in more than one way, and the ways add up.")  # fmt: skip


def extra_factor(subject: Subject) -> Iterator[Wrong]:
    """The right answer times a factor that stands somewhere in the question."""
    candidates: dict[Node, None] = {
        link.factor: None for path in subject.paths for link in path.links if link.kind != "sign"
    }
    # A name says more than what it stands for: h₂ and not exp(f₁).
    lines = set(subject.part.statement.forward.values())
    for name in subject.names:
        candidates.setdefault(Symbol(name))
    for other in subject.parts:
        if isinstance(other.answer, Node):
            for part in walk(other.answer):
                if isinstance(part, Indicator | Call) and part not in lines:
                    candidates.setdefault(part)
    for factor in candidates:
        if isinstance(factor, Number):
            continue
        yield Wrong(Product((subject.reference, factor)),
                    f"There is a factor {subject.maths(factor)} too many.")  # fmt: skip


def constant_factor(subject: Subject) -> Iterator[Wrong]:
    """The right answer times a number that slips in or out: the 2 of a square, ½."""
    for value in (Fraction(2), Fraction(1, 2), Fraction(3), Fraction(1, 3), Fraction(4)):
        number: Node = Number(Fraction(value.numerator))
        if value.denominator > 1:
            number = Quotient(ONE, Number(Fraction(value.denominator)))
        yield Wrong(Product((number, subject.reference)),
                    f"Your answer is {subject.maths(number)} times the right one.")  # fmt: skip


def wrong_weight(subject: Subject) -> Iterator[Wrong]:
    """One weight of one path taken for another of the same letter."""
    for k, path in enumerate(subject.paths):
        for j, link in enumerate(path.links):
            if link.kind != "weight" or not isinstance(link.factor, Symbol):
                continue
            for other in subject.siblings(link.factor.name):
                factors = [one.factor for one in path.links]
                factors[j] = Symbol(other)
                trees = [p.tree() for p in subject.paths]
                trees[k] = product_of(factors)
                yield Wrong(sum_of(trees), f"The weight {name_maths(other)} stands where "
                            f"{subject.maths(link.factor)} belongs.")  # fmt: skip
