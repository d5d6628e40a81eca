"""Exact values of a tree at many points in one walk: what wrong answers are told apart by.

The same values as :func:`~grader.compare.values.evaluate` gives point by point, at a
fraction of the cost: arithmetic of rationals runs over all points at once, and whatever
needs care (a kink or a pole met exactly, a ball too wide) is left to it, for that point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from flint import arb, ctx, fmpq

from grader.compare.interpret import Interpreter, Known, Unevaluated
from grader.compare.numbers import Numbers, Touched, Undefined, Unsure, Value, in_groups
from grader.compare.values import Point, evaluate
from grader.errors import LimitError
from grader.expr.tree import Node
from grader.limits import MAX_NUMBER_BITS, NUMBERS_AT_ONCE

#: Bits of values that are not exact: far more than the digits that are compared.
PRECISION = 192

#: Stands at points that are left out: it does no harm to what follows.
_DUMMY = fmpq(1)

_ONE, _ZERO = fmpq(1), fmpq(0)

#: A value at each of some points.
Found = tuple[Value | type[Unsure] | None, ...]


class Column(NamedTuple):
    """A value at each point; ``alone`` marks, a bit each, the points to be left out;
    ``exact``: all values are rational."""

    values: list[Value]
    alone: int
    exact: bool


class Everywhere:
    """The algebra of columns (see ``Interpreter``)."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._points = points
        self._size = len(points)
        self._one_by_one = Numbers({}, box=False)

    def _slowly(self, function: Callable[..., Value], columns: Sequence[Column]) -> Column:
        """The function at each point that is not left out; where it meets something that
        needs care, the point is left out from there on."""
        alone, exact = 0, True
        for column in columns:
            alone |= column.alone
        values: list[Value] = []
        for k, arguments in enumerate(zip(*(column.values for column in columns), strict=True)):
            value: Value = _DUMMY
            if not alone >> k & 1:
                try:
                    value = function(*arguments)
                except (Undefined, Touched, Unsure):
                    alone |= 1 << k
            exact = exact and isinstance(value, fmpq)
            values.append(value)
        return Column(values, alone, exact)

    def _same(self, value: Value) -> Column:
        return Column([value] * self._size, 0, isinstance(value, fmpq))

    def _bounded(self, values: list[Value], alone: int) -> Column:
        """Rationals, unless one of them grew too long to go on with."""
        long = [isinstance(v, fmpq) and v.height_bits() > MAX_NUMBER_BITS for v in values]
        if any(long):
            values = [arb(v) if is_long else v for v, is_long in zip(values, long, strict=True)]
        return Column(values, alone, exact=not any(long))

    def number(self, value: Fraction) -> Column:
        return self._same(fmpq(value.numerator, value.denominator))

    def constant(self, name: str) -> Column:
        return self._same(self._one_by_one.constant(name))

    def symbol(self, name: str) -> Column:
        found = [point[name] for point in self._points]
        return Column([fmpq(v.numerator, v.denominator) for v in found], 0, exact=True)

    def add(self, terms: Sequence[Column]) -> Column:
        if len(terms) > NUMBERS_AT_ONCE:
            return self.add([self.add(some) for some in in_groups(terms)])
        if not all(term.exact for term in terms):
            return self._slowly(lambda *values: self._one_by_one.add(values), terms)
        values, alone = terms[0].values, terms[0].alone
        for term in terms[1:]:
            values = [a + b for a, b in zip(values, term.values, strict=True)]
            alone |= term.alone
        return self._bounded(values, alone)

    def negate(self, value: Column) -> Column:
        return Column([-v for v in value.values], value.alone, value.exact)

    def multiply(self, factors: Sequence[Column]) -> Column:
        if len(factors) > NUMBERS_AT_ONCE:
            return self.multiply([self.multiply(some) for some in in_groups(factors)])
        if not all(factor.exact for factor in factors):
            return self._slowly(lambda *values: self._one_by_one.multiply(values), factors)
        values, alone = factors[0].values, factors[0].alone
        for factor in factors[1:]:
            values = [a * b for a, b in zip(values, factor.values, strict=True)]
            alone |= factor.alone
        return self._bounded(values, alone)

    def divide(self, numerator: Column, denominator: Column) -> Column:
        return self._slowly(self._one_by_one.divide, (numerator, denominator))

    def power(self, base: Column, exponent: Column, *, constant: bool) -> Column:
        def raised(b: Value, e: Value) -> Value:
            return self._one_by_one.power(b, e, constant=constant)

        return self._slowly(raised, (base, exponent))

    def primitive(self, name: str, argument: Column) -> Column:
        return self._slowly(lambda value: self._one_by_one.primitive(name, value), (argument,))

    def step(self, value: Column, *, strict: bool) -> Column:
        if value.exact and all(value.values):
            return Column([_ONE if v > 0 else _ZERO for v in value.values], value.alone, exact=True)
        return self._slowly(lambda v: self._one_by_one.step(v, strict=strict), (value,))

    def equal(self, left: Column, right: Column) -> Column:
        return self._slowly(self._one_by_one.equal, (left, right))

    def shared(self, compute: Callable[[], Column]) -> Callable[[], Column]:
        value = compute()
        return lambda: value

    def select(self, branches: Sequence[tuple[Column, Callable[[], Column] | None]]) -> Column:
        everywhere = (1 << self._size) - 1
        values: list[Value] = [_DUMMY] * self._size
        alone, waiting = 0, everywhere
        for holds, later in branches:
            alone |= holds.alone & waiting
            here = sum(1 << k for k, value in enumerate(holds.values) if value == 1) & waiting
            waiting &= ~here
            if here and later is not None:
                found = later()
                alone |= found.alone & here
                values = [new if here >> k & 1 else old
                          for k, (old, new) in enumerate(zip(values, found.values, strict=True))]  # fmt: skip
            elif later is None:
                alone |= here
        return Column(values, alone | waiting, all(isinstance(value, fmpq) for value in values))


class Values:
    """Evaluates trees at some points.

    ``environment`` gives names a tree of their own.  What ``common`` is made of is worked
    out once, for all trees that it stands in.  A value is exact, or a ball, or None where
    the tree is certainly undefined, or Unsure where that is not certain.  With ``before``,
    values at the points of another come first.
    """

    def __init__(
        self,
        points: Sequence[Point],
        environment: Mapping[str, Node],
        common: Node,
        before: Values | None = None,
    ) -> None:
        self._before = before
        self._points = tuple(points)
        self._environment = environment
        self._algebra = Everywhere(self._points)
        self._common = common
        self._answer: tuple[Node, Mapping[str, Node], Found] | None = None

    @cached_property
    def _known(self) -> Known[Column]:
        interpreter = Interpreter(self._algebra, self._environment)
        with ctx.workprec(PRECISION):
            try:
                interpreter.value(self._common)
            except (LimitError, KeyError, Unevaluated):
                return Known()
            return interpreter.known(lambda use: use())

    def of(self, tree: Node, definitions: Mapping[str, Node] | None = None) -> Found:
        """The tree's value at each point; ``definitions`` are further names.

        Raises LimitError, Unevaluated, and KeyError for a name that the points lack.
        """
        found = self._here(tree, definitions)
        return found if self._before is None else (*self._before.of(tree, definitions), *found)

    def of_answer(self, tree: Node, definitions: Mapping[str, Node]) -> Found:
        """:meth:`of` for an answer, which one look after the other asks for."""
        last = self._answer
        if last is not None and last[0] is tree and last[1] == definitions:
            return last[2]
        found = self._here(tree, definitions)
        if self._before is not None:
            found = (*self._before.of_answer(tree, definitions), *found)
        self._answer = tree, definitions, found
        return found

    def _here(self, tree: Node, definitions: Mapping[str, Node] | None) -> Found:
        if not self._points:
            return ()
        environment = self._environment
        known: Known[Column] | None = self._known
        if definitions:
            if not definitions.keys().isdisjoint(environment):
                known = None  # names of the environment mean something else here
            environment = {**environment, **definitions}
        with ctx.workprec(PRECISION):
            column = Interpreter(self._algebra, environment, known).value(tree)
        if not column.alone:
            return tuple(column.values)
        return tuple(
            _alone(tree, environment, point) if column.alone >> k & 1 else value
            for k, (point, value) in enumerate(zip(self._points, column.values, strict=True))
        )


def _alone(
    tree: Node, environment: Mapping[str, Node], point: Point
) -> Value | type[Unsure] | None:
    found = evaluate(tree, environment, point, PRECISION)
    return Unsure if found is None else found.value


def may_be_equal(left: Value, right: Value) -> bool:
    """Whether two values are the same number, as far as their balls tell."""
    difference = left - right
    return bool(difference.contains(0) if isinstance(difference, arb) else difference == 0)


def differ(left: Value | type[Unsure] | None, right: Value | type[Unsure] | None) -> bool:
    """Whether both are numbers, and certainly not the same one."""
    if left is None or right is None or isinstance(left, type) or isinstance(right, type):
        return False
    return not may_be_equal(left, right)
