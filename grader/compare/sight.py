"""Where an answer seems to differ, at a glance: floating point at a few fixed points.

Half of all answers are wrong, and nearly all of those show here, before anything is
written out.  What is seen is only where to look: exact or ball values there decide.
Plain lists of floats, since a dozen points are no work for NumPy, and loading it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import add, mul, neg

from grader.compare.interpret import Interpreter, Known
from grader.compare.values import Point
from grader.expr.tree import Node

#: The values at each of the points; nan where there is none.
Glance = list[float]

#: How far two floating-point values must be apart, relative to the larger, for a
#: point to be worth an exact look.  Far above rounding, so that the choice of
#: points is the same on every machine.
APART = 1e-6


def has_odd_denominator(value: float) -> bool:
    """Whether an exponent is that of a root which negative numbers have too."""
    if not math.isfinite(value):
        return False
    near = Fraction(value).limit_denominator(1000)
    return near.denominator % 2 == 1 and abs(float(near) - value) < 1e-12


def _tamed(function: Callable[[float], float]) -> Callable[[float], float]:
    """A function with nan for a value where it has none."""

    def tame(value: float) -> float:
        try:
            return function(value)
        except (ValueError, OverflowError):
            return math.nan

    return tame


_PRIMITIVES: Mapping[str, Callable[[float], float]] = {
    name: _tamed(function)
    for name, function in {
        "exp": math.exp,
        "log": math.log,
        "sin": math.sin,
        "cos": math.cos,
        "asin": math.asin,
        "acos": math.acos,
        "atan": math.atan,
        "erf": math.erf,
    }.items()
}


def _power(base: float, exponent: float, *, constant: bool) -> float:
    try:
        if base > 0 or exponent.is_integer():
            return float(base**exponent)
        if constant and base and has_odd_denominator(exponent):
            size = float(abs(base) ** exponent)
            odd = Fraction(exponent).limit_denominator(1000).numerator % 2 == 1
            return -size if odd else size
    except (OverflowError, ZeroDivisionError):
        pass
    return math.nan


class Glances:
    """The algebra of a few floating-point values at once (see ``Interpreter``)."""

    def __init__(self, columns: Mapping[str, Glance], size: int) -> None:
        self._columns = columns
        self._size = size

    def number(self, value: Fraction) -> Glance:
        try:
            return [value.numerator / value.denominator] * self._size
        except OverflowError:
            return [math.nan] * self._size

    def constant(self, name: str) -> Glance:
        return [math.pi if name == "pi" else math.e] * self._size

    def symbol(self, name: str) -> Glance:
        return self._columns[name]

    def add(self, terms: Sequence[Glance]) -> Glance:
        total = terms[0]
        for term in terms[1:]:
            total = list(map(add, total, term))
        return total

    def negate(self, value: Glance) -> Glance:
        return list(map(neg, value))

    def multiply(self, factors: Sequence[Glance]) -> Glance:
        product = factors[0]
        for factor in factors[1:]:
            product = list(map(mul, product, factor))
        return product

    def divide(self, numerator: Glance, denominator: Glance) -> Glance:
        return [a / b if b else math.nan for a, b in zip(numerator, denominator, strict=True)]

    def power(self, base: Glance, exponent: Glance, *, constant: bool) -> Glance:
        return [_power(a, b, constant=constant) for a, b in zip(base, exponent, strict=True)]

    def primitive(self, name: str, argument: Glance) -> Glance:
        return list(map(_PRIMITIVES[name], argument))

    def step(self, value: Glance, *, strict: bool) -> Glance:
        if strict:
            return [1.0 if a > 0 else 0.0 if a <= 0 else a for a in value]
        return [1.0 if a >= 0 else 0.0 if a < 0 else a for a in value]

    def equal(self, left: Glance, right: Glance) -> Glance:
        return [1.0 if a == b else 0.0 for a, b in zip(left, right, strict=True)]

    def shared(self, compute: Callable[[], Glance]) -> Callable[[], Glance]:
        value = compute()
        return lambda: value

    def select(self, branches: Sequence[tuple[Glance, Callable[[], Glance] | None]]) -> Glance:
        result = [math.nan] * self._size
        open_ = [True] * self._size
        for holds, later in branches:
            taken = [is_open and a == 1.0 for is_open, a in zip(open_, holds, strict=True)]
            if later is not None and any(taken):
                value = later()
                result = [b if t else a for a, b, t in zip(result, value, taken, strict=True)]
            open_ = [a and not t for a, t in zip(open_, taken, strict=True)]
        return result


@dataclass(frozen=True, slots=True)
class Sight:
    """A few points as columns, and a tree's values there."""

    columns: Mapping[str, Glance]
    values: Glance
    known: Known[Glance]

    def first_apart(self, answer: Node, environment: Mapping[str, Node]) -> int | None:
        """The first point where both have values, and these seem to differ; None for none.

        Raises LimitError where the answer is too much work.
        """
        algebra = Glances(self.columns, len(self.values))
        try:
            values = Interpreter(algebra, environment, self.known).value(answer)
        except KeyError:
            return None  # a name that the points do not have
        for index, (a, b) in enumerate(zip(values, self.values, strict=True)):
            # False where one is nan; where one is infinite the gap is, or is nan.
            if a != b and abs(a - b) > APART * max(abs(a), abs(b)) and math.isfinite(a - b):
                return index
        return None


def sight(
    tree: Node, environment: Mapping[str, Node], points: Sequence[Point], *, sharing: bool
) -> Sight | None:
    """The sight of a tree at some points; None without points.  Raises LimitError."""
    if not points:
        return None
    columns = {name: [_float(point[name]) for point in points] for name in points[0]}
    interpreter = Interpreter(Glances(columns, len(points)), environment)
    values = interpreter.value(tree)
    return Sight(columns, values, interpreter.known(lambda use: use()) if sharing else Known())


def _float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.nan
