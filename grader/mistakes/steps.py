"""Mistakes in a step of gradient descent."""

from __future__ import annotations

from collections.abc import Iterator

from grader.expr.tree import Negation, Node, Product, Sum, Symbol
from grader.mistakes.subject import Subject, Wrong, name_maths


def _pieces(subject: Subject) -> tuple[Node, Node, Node, bool] | None:
    """The old value, the rate, the slope, and whether the step goes up."""
    match subject.reference:
        case Sum((Symbol() as old, Negation(Product((rate, slope))))):
            return old, rate, slope, False
        case Sum((Symbol() as old, Product((rate, slope)))):
            return old, rate, slope, True
    return None


def other_way(subject: Subject) -> Iterator[Wrong]:
    """Up where down is asked, or down where up is."""
    found = _pieces(subject)
    if found is not None:
        old, rate, slope, up = found
        change = Product((rate, slope))
        way = "up, along the gradient" if up else "down, against the gradient"
        yield Wrong(Sum((old, Negation(change) if up else change)),
                    f"This step goes the other way: {name_maths(subject.quantity)} is to go {way}.")  # fmt: skip


def no_rate(subject: Subject) -> Iterator[Wrong]:
    """The whole slope in place of its share."""
    found = _pieces(subject)
    if found is not None:
        old, rate, slope, up = found
        yield Wrong(Sum((old, slope if up else Negation(slope))),
                    f"The learning rate {subject.maths(rate)} is missing.")  # fmt: skip


def change_only(subject: Subject) -> Iterator[Wrong]:
    """The change, or the slope, without the old value."""
    found = _pieces(subject)
    if found is None:
        return
    old, rate, slope, _ = found
    change = Product((rate, slope))
    for wrong, what in ((change, "the change"), (Negation(change), "the change"),
                        (slope, "the slope")):  # fmt: skip
        yield Wrong(wrong, f"This is {what} alone: the step starts from {subject.maths(old)}.")
