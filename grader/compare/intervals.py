"""Names that are known to lie in an interval, written through positive ones.

``0 < p < 1`` is p = t/(1 + t) with t > 0: every p inside, and no other.  So everything
that is known of positive numbers is known of p and of 1 - p: signs, absolute values,
logarithms of products, indicators; and every point, drawn or searched for, lies inside.
Whether an end belongs to the interval makes no difference: it is a single point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from flint import ctx, fmpq

from grader.compare.interpret import Interpreter
from grader.compare.numbers import Numbers, Touched, Undefined, Unsure
from grader.errors import LimitError
from grader.expr.tree import (
    All,
    Condition,
    Negation,
    Node,
    Number,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    symbols,
)
from grader.limits import PRECISIONS

#: Before a name: the positive number that it is written through.
WITHIN = "within:"


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers between two ends; None: without end.  Has one end at the least."""

    low: Fraction | None = None
    high: Fraction | None = None

    def tree(self, name: str) -> Node:
        """The name written through the positive one."""
        t = Symbol(WITHIN + name)
        if self.low is None:
            assert self.high is not None
            return Sum((Number(self.high), Negation(t))) if self.high else Negation(t)
        if self.high is None:
            return Sum((Number(self.low), t)) if self.low else t
        above = Product((Number(self.high), t))
        over = Sum((Number(self.low), above)) if self.low else above
        return Quotient(over, Sum((Number(Fraction(1)), t)))

    def value(self, inner: Fraction) -> Fraction:
        """The name's value for one of the positive number."""
        if self.low is None:
            assert self.high is not None
            return self.high - inner
        if self.high is None:
            return self.low + inner
        return (self.low + self.high * inner) / (1 + inner)


#: All negative numbers.
NEGATIVE = Interval(high=Fraction(0))


def shown(at: Mapping[str, Fraction], intervals: Mapping[str, Interval]) -> dict[str, Fraction]:
    """A point in the names of people: each name of an interval with its own value."""
    return {
        (own := name.removeprefix(WITHIN)): intervals[own].value(value) if own != name else value
        for name, value in at.items()
    }


def interval_of(condition: Condition, name: str) -> Interval:
    """The interval that a condition such as ``0 < p <= 1`` states of a name.

    Raises ValueError, with a sentence, for any other condition and for an empty interval.
    """
    low: Fraction | None = None
    high: Fraction | None = None
    for relation in condition.conditions if isinstance(condition, All) else (condition,):
        if not isinstance(relation, Relation) or relation.operator not in (">", ">=", "<", "<="):
            raise ValueError(f"a range is written such as `0 < {name} < 1`")
        if relation.left == Symbol(name):
            end, below = _number(relation.right, name), relation.operator in (">", ">=")
        elif relation.right == Symbol(name):
            end, below = _number(relation.left, name), relation.operator in ("<", "<=")
        else:
            raise ValueError(f"each part of the range must have `{name}` on one side")
        if below:
            low = end if low is None else max(low, end)
        else:
            high = end if high is None else min(high, end)
    if low is not None and high is not None and low >= high:
        raise ValueError(f"no number lies between {low} and {high}")
    return Interval(low, high)


def _number(tree: Node, name: str) -> Fraction:
    """The value of an end."""
    if symbols(tree):
        raise ValueError(f"the ends of the range of `{name}` must be numbers")
    with ctx.workprec(PRECISIONS[0]):
        try:
            value = Interpreter(Numbers({}, box=False)).value(tree)
            if isinstance(value, fmpq):
                return Fraction(int(value.p), int(value.q))
        except (Undefined, Touched, Unsure, LimitError):
            pass  # told with all that is no fraction
    raise ValueError(f"the ends of the range of `{name}` must be fractions")
