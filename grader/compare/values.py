"""The value of a tree at a point, for certain, and whether two values exclude each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from flint import arb, ctx, fmpq

from grader.compare.germ import Germs
from grader.compare.interpret import Interpreter, Known
from grader.compare.numbers import Numbers, OutOfRange, Touched, Undefined, Unsure, Value
from grader.errors import LimitError
from grader.expr.tree import Node
from grader.limits import MAX_DEFINITIONS, PRECISIONS, WITNESS_BITS
from grader.results import Enclosure
from grader.source import frozen_value

#: A value for each leaf symbol.
Point = Mapping[str, Fraction]


@frozen_value
class PointValue:
    """A tree's value at a point; None: certainly undefined around it."""

    value: Value | None

    def enclosure(self) -> Enclosure | None:
        """The value as exact ends; a number too long to write down between two that are not.

        Raises Unsure where the ends are out of range.
        """
        value = self.value
        if value is None:
            return None
        if isinstance(value, fmpq):
            if value.height_bits() <= WITNESS_BITS:
                exact = Fraction(int(value.p), int(value.q))
                return Enclosure(exact, exact)
            with ctx.workprec(PRECISIONS[-1]):
                value = arb(value)
        with ctx.workprec(PRECISIONS[-1]):
            return Enclosure(_outward(value.lower()), _outward(value.upper()))


def _outward(end: arb) -> Fraction:
    """The end of a ball as an exact fraction (ends of balls are dyadic)."""
    mantissa, exponent = end.mid().man_exp()
    shift = int(exponent)
    if abs(shift) > WITNESS_BITS:
        raise Unsure("too large or too small to write down")
    whole = int(mantissa)
    return Fraction(whole << shift) if shift >= 0 else Fraction(whole, 1 << -shift)


def evaluate(
    tree: Node,
    environment: Mapping[str, Node],
    point: Point | Mapping[str, Fraction | arb],
    precision: int,
    known: Known[Value] | None = None,
) -> PointValue | None:
    """The value of a tree at a point, exact or as a ball of ``precision`` bits; on a
    small box around the point where a kink or a pole is met, or may be.  None where
    that is not certain either.  ``known``: values found before at that point, with that
    precision or more.  Raises LimitError.
    """
    with ctx.workprec(precision):
        try:
            numbers = Numbers(point, box=False)
            return PointValue(Interpreter(numbers, environment, known).value(tree))
        except Undefined:
            return PointValue(None)
        except OutOfRange:
            if len(environment) > MAX_DEFINITIONS:
                message = "through so many definitions the numbers are out of range"
                raise LimitError("MAX_DEFINITIONS", message) from None
            return None
        except (Touched, Unsure):
            pass
        try:
            return PointValue(Interpreter(Germs(point), environment).value(tree).value)
        except Undefined:
            return PointValue(None)
        except Unsure:
            return None


def evaluate_and_keep(
    tree: Node, environment: Mapping[str, Node], point: Point, precision: int
) -> Known[Value]:
    """The values of what a tree is made of, where they are certain.  Raises LimitError."""
    interpreter = Interpreter(Numbers(point, box=False), environment)
    with ctx.workprec(precision):
        try:
            interpreter.value(tree)
        except (Undefined, Touched, Unsure):
            return Known()
        return interpreter.known(_certain)


def _certain(use: Callable[[], Value]) -> Value | None:
    try:
        return use()
    except (Undefined, Touched, Unsure):
        return None


def certainly_differ(left: PointValue, right: PointValue, precision: int) -> bool:
    """Whether the two values exclude each other; both undefined is no difference."""
    if left.value is None or right.value is None:
        return left.value is not right.value
    with ctx.workprec(precision):
        difference = left.value - right.value
    if isinstance(difference, fmpq):
        return bool(difference != 0)
    return not difference.contains(0)
