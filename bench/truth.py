"""A second opinion: what a tree is worth at a point, in mpmath, from the mathematics alone.

Nothing of ``grader.compare`` is used here, nor the meanings in the table of
functions: each function is written down again.  Values are real: logarithms and
even roots of negative numbers are undefined, odd roots of them are real.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import mpmath
from mpmath import mp, mpf

from grader.expr.tree import (
    All,
    Any,
    Call,
    Cases,
    Condition,
    Constant,
    Indicator,
    Negation,
    Node,
    Not,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    symbols,
    walk,
)

Point = Mapping[str, mpf]

#: Decimal digits of a first look, and of the second one that settles a difference.
DIGITS, MORE_DIGITS = 50, 1_500

#: Nothing larger goes into an exponential.  (e^(−1000) + 3) − 3 is 0 to 430 digits,
#: which the second look must tell from 0.
_LARGEST_EXPONENT = 1_000


class Undefined(Exception):
    """There is no real value at this point."""


class Doubtful(Exception):
    """The point is too near a kink or a pole, or out of range: it says nothing."""


def _real_power(base: mpf, exponent: mpf, exact: Fraction | None) -> mpf:
    if exact is not None and exact.denominator == 1:
        whole = int(exact)
        if whole <= 0 and base == 0:
            raise Undefined
        if base and abs(whole * mpmath.log(abs(base))) > _LARGEST_EXPONENT:
            raise Doubtful
        return base**whole
    if base == 0:
        if exponent > 0:
            return mpf(0)
        raise Doubtful
    if abs(exponent * mpmath.log(abs(base))) > _LARGEST_EXPONENT:
        raise Doubtful
    if base > 0:
        return base**exponent
    if exact is None or exact.denominator % 2 == 0:
        raise Undefined
    size = (-base) ** exponent
    return -size if exact.numerator % 2 else size


def _exp(x: mpf) -> mpf:
    if abs(x) > _LARGEST_EXPONENT:
        raise Doubtful
    return mpmath.exp(x)


def _log(x: mpf) -> mpf:
    if x <= 0:
        raise Undefined
    return mpmath.log(x)


def _inside(function: Callable[[mpf], mpf]) -> Callable[[mpf], mpf]:
    def inverse(x: mpf) -> mpf:
        if abs(x) > 1:
            raise Undefined
        return mpf(function(x))

    return inverse


def _above_one(x: mpf) -> mpf:
    if x < 1:
        raise Undefined
    return mpmath.acosh(x)


def _inside_open(x: mpf) -> mpf:
    if abs(x) >= 1:
        raise Undefined
    return mpmath.atanh(x)


def _turning(function: Callable[[mpf], mpf]) -> Callable[[mpf], mpf]:
    """A function of an angle; a huge angle costs as many digits as it has."""

    def bounded(x: mpf) -> mpf:
        if abs(x) > mpf(10) ** 40:
            raise Doubtful
        return function(x)

    return bounded


def _one_over(function: Callable[[mpf], mpf]) -> Callable[[mpf], mpf]:
    def inverse(x: mpf) -> mpf:
        below = function(x)
        if below == 0:
            raise Undefined
        return 1 / below

    return inverse


def _sigmoid(x: mpf) -> mpf:
    return 1 / (1 + _exp(-x))


def _positive(x: mpf) -> int:
    return int(x > 0)


_FUNCTIONS: Mapping[str, Callable[[mpf], mpf]] = {
    "exp": _exp,
    "log": _log,
    "sin": _turning(mpmath.sin),
    "cos": _turning(mpmath.cos),
    "tan": _turning(mpmath.tan),
    "sec": _turning(_one_over(mpmath.cos)),
    "csc": _turning(_one_over(mpmath.sin)),
    "cot": _turning(lambda x: mpmath.cos(x) * _one_over(mpmath.sin)(x)),
    "asin": _inside(mpmath.asin),
    "acos": _inside(mpmath.acos),
    "atan": mpmath.atan,
    "erf": mpmath.erf,
    "sqrt": lambda x: _real_power(x, mpf(1) / 2, Fraction(1, 2)),
    "sinh": lambda x: (_exp(x) - _exp(-x)) / 2,
    "cosh": lambda x: (_exp(x) + _exp(-x)) / 2,
    "tanh": mpmath.tanh,
    "coth": _one_over(mpmath.tanh),
    "sech": lambda x: 2 / (_exp(x) + _exp(-x)),
    "csch": _one_over(lambda x: (_exp(x) - _exp(-x)) / 2),
    "asinh": mpmath.asinh,
    "acosh": _above_one,
    "atanh": _inside_open,
    "heaviside": lambda x: mpf(_positive(x)),
    "sign": lambda x: mpf((x > 0) - (x < 0)),
    "abs": abs,
    "relu": lambda x: max(x, mpf(0)),
    "leaky_relu": lambda x: x if x > 0 else x / 100,
    "elu": lambda x: x if x > 0 else _exp(x) - 1,
    "sigmoid": _sigmoid,
    "softplus": lambda x: mpmath.log(1 + _exp(x)),
    "silu": lambda x: x * _sigmoid(x),
    "gelu": lambda x: x * (1 + mpmath.erf(x / mpmath.sqrt(2))) / 2,
}

_SECOND: Mapping[str, Callable[[mpf, mpf], mpf]] = {
    "max": max,
    "min": min,
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, size: x if x > 0 else size * (_exp(x) - 1),
}


def _normal_density(x: mpf) -> mpf:
    return _exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


#: First derivatives, as a table of calculus has them.
_SLOPES: Mapping[str, Callable[[mpf], mpf]] = {
    "exp": _exp,
    "sin": _turning(mpmath.cos),
    "cos": _turning(lambda x: -mpmath.sin(x)),
    "tan": _turning(lambda x: 1 / mpmath.cos(x) ** 2),
    "sinh": lambda x: (_exp(x) + _exp(-x)) / 2,
    "cosh": lambda x: (_exp(x) - _exp(-x)) / 2,
    "tanh": lambda x: 1 - mpmath.tanh(x) ** 2,
    "atan": lambda x: 1 / (1 + x * x),
    "erf": lambda x: 2 * _exp(-x * x) / mpmath.sqrt(mpmath.pi),
    "abs": lambda x: mpf((x > 0) - (x < 0)),
    "relu": lambda x: mpf(_positive(x)),
    "leaky_relu": lambda x: mpf(1) if x > 0 else mpf(1) / 100,
    "elu": lambda x: mpf(1) if x > 0 else _exp(x),
    "sigmoid": lambda x: _sigmoid(x) * (1 - _sigmoid(x)),
    "softplus": _sigmoid,
    "silu": lambda x: _sigmoid(x) * (1 + x * (1 - _sigmoid(x))),
    "gelu": lambda x: (1 + mpmath.erf(x / mpmath.sqrt(2))) / 2 + x * _normal_density(x),
}


class Evaluator:
    """The value of trees at one point.

    ``environment`` gives names a tree; relations whose two sides are equal to
    within rounding raise Doubtful, unless they are equal exactly.
    """

    def __init__(self, point: Point, environment: Mapping[str, Node]) -> None:
        self._values: dict[str, mpf] = dict(point)
        self._environment = environment

    def value(self, node: Node) -> mpf:
        match node:
            case Number():
                return mpf(node.value.numerator) / node.value.denominator
            case Constant():
                return +(mp.pi if node.name == "pi" else mp.e)
            case Symbol():
                if node.name not in self._values:
                    self._values[node.name] = self.value(self._environment[node.name])
                return self._values[node.name]
            case Sum():
                return sum((self.value(term) for term in node.terms), mpf(0))
            case Negation():
                return -self.value(node.operand)
            case Product():
                result = mpf(1)
                for factor in node.factors:
                    result = result * self.value(factor)
                return result
            case Quotient():
                above, below = self.value(node.numerator), self.value(node.denominator)
                if below == 0:
                    raise Undefined
                if abs(below) < mpf(10) ** (8 - mp.dps):
                    raise Doubtful  # cos(π/2) is 0, but not in any number of digits
                return above / below
            case Power():
                exact = self.exact(node.exponent)
                return _real_power(self.value(node.base), self.value(node.exponent), exact)
            case Call():
                return self._call(node)
            case Indicator():
                return mpf(int(self.holds(node.condition)))
            case Cases():
                for value, condition in node.branches:
                    if condition is None or self.holds(condition):
                        if value is None:
                            raise Undefined
                        return self.value(value)
                raise Undefined
        raise TypeError(type(node).__name__)

    def _call(self, node: Call) -> mpf:
        if node.function == "root":
            radicand, degree = (self.value(argument) for argument in node.arguments)
            exact = self.exact(node.arguments[1])
            return _real_power(radicand, 1 / degree, None if not exact else 1 / exact)
        values = [self.value(argument) for argument in node.arguments]
        if node.derivative == 1 and len(values) == 1:
            return mpf(_SLOPES[node.function](values[0]))
        if node.derivative:
            raise TypeError("no table of second derivatives")
        if len(values) == 1:
            return mpf(_FUNCTIONS[node.function](values[0]))
        result = values[0]
        for value in values[1:]:
            result = _SECOND[node.function](result, value)
        return mpf(result)

    def exact(self, node: Node) -> Fraction | None:
        """The value of a tree of plain numbers."""
        match node:
            case Number():
                return node.value
            case Negation():
                inner = self.exact(node.operand)
                return None if inner is None else -inner
            case Sum() | Product():
                parts = node.terms if isinstance(node, Sum) else node.factors
                total = Fraction(0 if isinstance(node, Sum) else 1)
                for part in parts:
                    inner = self.exact(part)
                    if inner is None:
                        return None
                    total = total + inner if isinstance(node, Sum) else total * inner
                return total
            case Quotient():
                above, below = self.exact(node.numerator), self.exact(node.denominator)
                return None if above is None or not below else above / below
            case Power():
                base, power = self.exact(node.base), self.exact(node.exponent)
                if base and power is not None and power.denominator == 1 and abs(power) < 100:
                    return base ** int(power)
            case Symbol() if node.name in self._environment:
                return self.exact(self._environment[node.name])
        return None

    def holds(self, condition: Condition) -> bool:
        match condition:
            case Relation():
                left, right = self.value(condition.left), self.value(condition.right)
                gap = left - right
                if gap and abs(gap) < mpf(10) ** (10 - mp.dps) * (abs(left) + abs(right)):
                    raise Doubtful
                return {
                    ">": gap > 0,
                    ">=": gap >= 0,
                    "<": gap < 0,
                    "<=": gap <= 0,
                    "=": gap == 0,
                    "!=": gap != 0,
                }[condition.operator]
            case All():
                return all(self.holds(part) for part in condition.conditions)
            case Any():
                return any(self.holds(part) for part in condition.conditions)
            case Not():
                return not self.holds(condition.condition)
        raise TypeError(type(condition).__name__)


@dataclass(frozen=True, slots=True)
class Side:
    """A tree and what its names stand for."""

    tree: Node
    environment: Mapping[str, Node]

    def at(self, point: Point) -> mpf | None:
        """The value; None where there is none.  Raises Doubtful."""
        try:
            value = Evaluator(point, self.environment).value(self.tree)
        except Undefined:
            return None
        if not mpmath.isfinite(value):
            raise Doubtful
        return value


def differ_at(left: Side, right: Side, point: Point) -> bool | None:
    """Whether two sides differ at a point; None where the point says nothing.

    A difference counts only if it stays the same with many more digits.
    """
    try:
        with mp.workdps(DIGITS):
            a, b = left.at(point), right.at(point)
            gap = None if a is None or b is None else a - b
            if gap is not None and abs(gap) <= mpf(10) ** (15 - DIGITS) * (abs(a) + abs(b)):
                return False
        with mp.workdps(MORE_DIGITS):
            # (1 + e^(−900)) − 1 was 0 so far, and its logarithm undefined.
            a, b = left.at(point), right.at(point)
            if a is None or b is None:
                return None if a is b else True
            if gap is None:
                return None
            return bool(abs((a - b) - gap) < abs(gap) / 1000)
    except Doubtful:
        return None


def reached(side: Side) -> tuple[frozenset[str], list[Node]]:
    """The names without a tree of their own that a side comes down to, however deep,
    and the trees on the way."""
    found: set[str] = set()
    trees = [side.tree]
    pending, seen = list(symbols(side.tree)), set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in side.environment:
            trees.append(side.environment[name])
            pending.extend(symbols(side.environment[name]))
        else:
            found.add(name)
    return frozenset(found), trees


def _draw(stream: random.Random, names: Sequence[str], positive: frozenset[str]) -> dict[str, mpf]:
    scale = stream.choice([1, 1, 1, 1, 3, 0.3, 10, 100])
    point = {}
    for name in names:
        value = stream.gauss(0, 1) * scale * stream.choice([1, 1, 1, 1, 0.1, 10])
        point[name] = mpf(abs(value) if name in positive else value)
    return point


def _arguments(side: Side) -> list[Side]:
    """Both sides' distances of every relation: what changes sign at a kink."""
    found: list[Side] = []
    for tree in reached(side)[1]:
        for part in walk(tree):
            if isinstance(part, Relation):
                found.append(Side(Sum((part.left, Negation(part.right))), side.environment))
            elif isinstance(part, Call) and part.function in ("relu", "abs", "sign", "heaviside"):
                found.append(Side(part.arguments[0], side.environment))
    return found


def _toward(point: Point, other: Point, share: mpf) -> dict[str, mpf]:
    return {name: value + (other[name] - value) * share for name, value in point.items()}


def points(
    left: Side, right: Side, positive: frozenset[str], seed: str, count: int
) -> list[dict[str, mpf]]:
    """Random points, and points just beside the kinks between them."""
    stream = random.Random(seed)
    names = sorted(reached(left)[0] | reached(right)[0])
    found = [_draw(stream, names, positive) for _ in range(count)]
    if not names:
        return found[:1]
    kinks = _arguments(left) + _arguments(right)
    if not kinks:
        return found
    for _ in range(count // 2):
        kink = stream.choice(kinks)
        low, high = _draw(stream, names, positive), _draw(stream, names, positive)
        try:
            with mp.workdps(30):
                below, above = kink.at(low), kink.at(high)
                if below is None or above is None or (below > 0) == (above > 0):
                    continue
                for _ in range(18):
                    middle = _toward(low, high, mpf(1) / 2)
                    value = kink.at(middle)
                    if value is None:
                        break
                    low, high = (middle, high) if (value > 0) == (below > 0) else (low, middle)
        except Doubtful:
            continue
        found.extend((low, high))
    return found


def truly_different(
    left: Side, right: Side, positive: frozenset[str], seed: str, count: int = 40
) -> bool | None:
    """Whether two sides differ at any point looked at; None if no point said anything."""
    said = False
    for point in points(left, right, positive, seed, count):
        verdict = differ_at(left, right, point)
        if verdict:
            return True
        said |= verdict is False
    return False if said else None
