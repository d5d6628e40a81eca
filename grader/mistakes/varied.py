"""Exact values of a tree at one point, with many values for one of its names.

Most of a tree does not hold that name and is worked out once; what does is worked out for
all values in one walk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from flint import ctx, fmpq

from grader.compare.interpret import Interpreter, Known, needed_names
from grader.compare.numbers import Value
from grader.compare.pointwise import PRECISION, Column, Everywhere
from grader.compare.values import Point
from grader.expr.keys import key
from grader.expr.tree import Call, Indicator, Node, Symbol, symbols, walk

#: A name that no text can hold, for a place in a tree.
HOLE: Final = Symbol("\0")


class Varied:
    """The algebra of columns (see ``Interpreter``) that are of one value where they do not
    depend on a name, and else of one for each of its ``values``."""

    def __init__(self, point: Point, name: str, values: Sequence[Value]) -> None:
        self._name = name
        self._size = len(values)
        self._values = Column(list(values), 0, all(isinstance(value, fmpq) for value in values))
        self._one = Everywhere([point])
        self._many = Everywhere([point] * self._size)

    def _is_varied(self, value: Column) -> bool:
        return len(value.values) > 1

    def _wide(self, value: Column) -> Column:
        """The same with as many values as there are."""
        if self._is_varied(value) or self._size == 1:
            return value
        everywhere = (1 << self._size) - 1
        return Column(value.values * self._size, everywhere if value.alone else 0, value.exact)

    def _of(self, *values: Column) -> tuple[Everywhere, list[Column]]:
        """Who works with some values together, and the values as they go there."""
        if not any(map(self._is_varied, values)):
            return self._one, list(values)
        return self._many, list(map(self._wide, values))

    def number(self, value: Fraction) -> Column:
        return self._one.number(value)

    def constant(self, name: str) -> Column:
        return self._one.constant(name)

    def symbol(self, name: str) -> Column:
        return self._values if name == self._name else self._one.symbol(name)

    def add(self, terms: Sequence[Column]) -> Column:
        return self._gathered(terms, Everywhere.add)

    def multiply(self, factors: Sequence[Column]) -> Column:
        return self._gathered(factors, Everywhere.multiply)

    def _gathered(
        self, values: Sequence[Column], join: Callable[[Everywhere, Sequence[Column]], Column]
    ) -> Column:
        """Some values joined, in any order: first those that do not vary."""
        varied = [value for value in values if self._is_varied(value)]
        if not varied:
            return join(self._one, values)
        if len(varied) < len(values):
            same = join(self._one, [value for value in values if not self._is_varied(value)])
            varied.append(self._wide(same))
        return join(self._many, varied)

    def negate(self, value: Column) -> Column:
        return self._one.negate(value)

    def divide(self, numerator: Column, denominator: Column) -> Column:
        algebra, (above, below) = self._of(numerator, denominator)
        return algebra.divide(above, below)

    def power(self, base: Column, exponent: Column, *, constant: bool) -> Column:
        algebra, (below, above) = self._of(base, exponent)
        return algebra.power(below, above, constant=constant)

    def primitive(self, name: str, argument: Column) -> Column:
        algebra, (value,) = self._of(argument)
        return algebra.primitive(name, value)

    def step(self, value: Column, *, strict: bool) -> Column:
        algebra, (inner,) = self._of(value)
        return algebra.step(inner, strict=strict)

    def equal(self, left: Column, right: Column) -> Column:
        algebra, (one, other) = self._of(left, right)
        return algebra.equal(one, other)

    def shared(self, compute: Callable[[], Column]) -> Callable[[], Column]:
        return self._one.shared(compute)

    def select(self, branches: Sequence[tuple[Column, Callable[[], Column] | None]]) -> Column:
        def wide(later: Callable[[], Column]) -> Callable[[], Column]:
            return lambda: self._wide(later())

        return self._many.select(
            [(self._wide(holds), None if later is None else wide(later))
             for holds, later in branches]
        )  # fmt: skip


class Spot:
    """A point, and what is known there of a tree and all that it is made of.

    ``environment`` gives names a tree of their own.  Raises as the interpreter does.
    """

    def __init__(self, point: Point, environment: Mapping[str, Node], tree: Node) -> None:
        self._point = point
        self._environment = environment
        self._tree = tree
        self._needed = needed_names((tree,), environment)
        trees = (tree, *(environment[name] for name in self._needed))
        #: The names in each function and indicator, by its key.
        self._names = {
            key(inner): symbols(inner)
            for each in trees
            for inner in walk(each)
            if isinstance(inner, Call | Indicator)
        }
        self._here = Interpreter(Everywhere([point]), environment)
        with ctx.workprec(PRECISION):
            self._here.value(tree)
            self._known = self._here.known(lambda use: use())

    def value(self, tree: Node) -> Value | None:
        """Another tree's value; None where it is undefined, or needs a closer look."""
        with ctx.workprec(PRECISION):
            return _plain(self._here.value(tree), 0)

    def with_values(self, name: str, given: Sequence[Value]) -> list[Value | None]:
        """The tree's values where a name of the environment has these."""
        depending = {name}
        for other in self._needed:
            if not depending.isdisjoint(symbols(self._environment[other])):
                depending.add(other)
        steady = Known(
            {other: value for other, value in self._known.names.items() if other not in depending},
            {inner: value for inner, value in self._known.trees.items()
             if depending.isdisjoint(self._names[inner])},
        )  # fmt: skip
        left = {other: inner for other, inner in self._environment.items() if other != name}
        return self._walked(self._tree, left, steady, name, given)

    def in_hole(self, tree: Node, given: Sequence[Value]) -> list[Value | None]:
        """The values of another tree, in which :data:`HOLE` stands for each of these."""
        return self._walked(tree, self._environment, self._known, HOLE.name, given)

    def _walked(
        self,
        tree: Node,
        environment: Mapping[str, Node],
        known: Known[Column],
        name: str,
        given: Sequence[Value],
    ) -> list[Value | None]:
        if not given:
            return []
        with ctx.workprec(PRECISION):
            algebra = Varied(self._point, name, given)
            column = Interpreter(algebra, environment, known).value(tree)
        if len(column.values) < len(given):
            return [_plain(column, 0)] * len(given)
        return [_plain(column, k) for k in range(len(given))]


def _plain(column: Column, place: int) -> Value | None:
    return None if column.alone >> place & 1 else column.values[place]
