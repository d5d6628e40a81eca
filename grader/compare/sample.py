"""Points that reach every activation region, by vectorised random evaluation.

Floating point is used to find points, never to judge: each point is a vector of
small fractions, and verdicts come from exact or ball arithmetic there.  The
stream of points is fixed by a key (the part's id), so that it is the same on
every machine and in any order of work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from grader.compare.interpret import Interpreter, Known
from grader.compare.sight import has_odd_denominator
from grader.compare.values import Point
from grader.expr.tree import Node
from grader.limits import FIXED_POINTS, MAX_REGIONS, SAMPLE_SIZE, SEARCH_ROUNDS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Denominators of coordinates.  Primes among them make chance coincidences (a
#: kink met exactly) rare; none so large that a witness is hard to check by hand.
_DENOMINATORS = np.array([1, 2, 3, 4, 5, 7, 8, 11, 13], dtype=np.int64)

#: Magnitudes, as powers of ten, drawn with these weights: most near 1, where
#: witnesses are easy to read, some as far as 10^±3.
_DECADES = np.array([0, 0, 0, 0, 0, 1, -1, 2, -2, 3, -3], dtype=np.int64)


class Stream:
    """A fixed stream of random integers: SHA-256 of the key seeds splitmix64."""

    def __init__(self, key: str) -> None:
        self._state = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")

    def integers(self, count: int, below: int) -> Integers:
        """``count`` integers in [0, below)."""
        mask = (1 << 64) - 1
        start = self._state
        step = 0x9E3779B97F4A7C15
        self._state = (start + step * count) & mask
        with np.errstate(over="ignore"):
            z = np.uint64(start) + np.uint64(step) * np.arange(1, count + 1, dtype=np.uint64)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z = z ^ (z >> np.uint64(31))
        return (z % np.uint64(below)).astype(np.int64)


class SampleAlgebra:
    """Floating point over many points at once; notes the sign of every step."""

    def __init__(self, columns: Mapping[str, Floats], size: int) -> None:
        self._columns = columns
        self._size = size
        self.arguments: list[Floats] = []

    def number(self, value: Fraction) -> Floats:
        try:
            return np.full(self._size, float(value))
        except OverflowError:
            return np.full(self._size, np.inf)

    def constant(self, name: str) -> Floats:
        return np.full(self._size, np.pi if name == "pi" else np.e)

    def symbol(self, name: str) -> Floats:
        return self._columns[name]

    def add(self, terms: Sequence[Floats]) -> Floats:
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total

    def negate(self, value: Floats) -> Floats:
        return -value

    def multiply(self, factors: Sequence[Floats]) -> Floats:
        product = factors[0]
        for factor in factors[1:]:
            product = product * factor
        return product

    def divide(self, numerator: Floats, denominator: Floats) -> Floats:
        return numerator / denominator

    def power(self, base: Floats, exponent: Floats, *, constant: bool) -> Floats:
        if constant and exponent.size and not (base > 0).all():
            value = float(exponent[0])
            if value == int(value) if np.isfinite(value) else False:
                return base**exponent
            if has_odd_denominator(value):
                size = np.abs(base) ** exponent
                odd = Fraction(value).limit_denominator(1000).numerator % 2 == 1
                return np.sign(base) * size if odd else size
        return base**exponent

    def primitive(self, name: str, argument: Floats) -> Floats:
        return _PRIMITIVES[name](argument)

    def step(self, value: Floats, *, strict: bool) -> Floats:
        self.arguments.append(value)
        holds: Floats = np.where(value > 0 if strict else value >= 0, 1.0, 0.0)
        return holds

    def equal(self, left: Floats, right: Floats) -> Floats:
        return np.where(left == right, 1.0, 0.0)

    def shared(self, compute: Callable[[], Floats]) -> Callable[[], Floats]:
        value = compute()
        return lambda: value

    def select(self, branches: Sequence[tuple[Floats, Callable[[], Floats] | None]]) -> Floats:
        result = np.full(self._size, np.nan)
        open_ = np.ones(self._size, dtype=bool)
        for holds, later in branches:
            taken = open_ & (holds == 1.0)
            if later is not None and taken.any():
                result = np.where(taken, later(), result)
            open_ &= ~taken
        return result


def _erf(value: Floats) -> Floats:
    """Erf to about 1e-7 (Abramowitz and Stegun 7.1.26): enough to look for points."""
    x = np.abs(value)
    t = 1 / (1 + 0.3275911 * x)
    series = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    result: Floats = np.sign(value) * (1 - series * np.exp(-x * x))
    return result


_PRIMITIVES: Mapping[str, Callable[[Floats], Floats]] = {
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "erf": _erf,
}


class Cloud:
    """Many points as arrays: numerators and denominators, one row for each name."""

    def __init__(self, names: Sequence[str], over: Integers, under: Integers) -> None:
        self.names = tuple(names)
        self.over = over
        self.under = under

    @property
    def size(self) -> int:
        return int(self.over.shape[1])

    def columns(self) -> dict[str, Floats]:
        return {name: self.over[row] / self.under[row] for row, name in enumerate(self.names)}

    def point(self, index: int) -> dict[str, Fraction]:
        return {
            name: Fraction(int(self.over[row, index]), int(self.under[row, index]))
            for row, name in enumerate(self.names)
        }

    def taken(self, indices: Iterable[int] | Integers) -> Cloud:
        chosen = np.asarray(list(indices), dtype=np.int64)
        return Cloud(self.names, self.over[:, chosen], self.under[:, chosen])

    def joined(self, other: Cloud) -> Cloud:
        return Cloud(
            self.names,
            np.concatenate([self.over, other.over], axis=1),
            np.concatenate([self.under, other.under], axis=1),
        )

    def with_values(self, values: Mapping[str, Fraction], count: int) -> Cloud:
        """The first ``count`` points with some coordinates set, then all as they are."""
        first = self.taken(range(min(count, self.size)))
        over, under = first.over.copy(), first.under.copy()
        for row, name in enumerate(self.names):
            value = values.get(name)
            if value is None:
                continue
            if value.numerator.bit_length() > 62 or value.denominator.bit_length() > 62:
                continue
            over[row], under[row] = value.numerator, value.denominator
        return Cloud(self.names, over, under).joined(self)

    def mutated(self, stream: Stream, positive: frozenset[str]) -> Cloud:
        """Each point with about a third of its coordinates drawn again."""
        fresh = draw(stream, self.names, self.size, positive)
        change = stream.integers(self.over.size, 3).reshape(self.over.shape) == 0
        return Cloud(
            self.names,
            np.where(change, fresh.over, self.over),
            np.where(change, fresh.under, self.under),
        )


def draw(stream: Stream, names: Sequence[str], size: int, positive: frozenset[str]) -> Cloud:
    """Random points: both signs (but for positive names), magnitudes 10^-3 to 10^3.

    The first half is near 1 throughout; in the second half each point has a scale
    and each coordinate now and then one of its own.
    """
    shape = (len(names), size)
    count = len(names) * size
    over = 1 + stream.integers(count, 17).reshape(shape)
    under = _DENOMINATORS[stream.integers(count, len(_DENOMINATORS))].reshape(shape)
    sign = 1 - 2 * stream.integers(count, 2).reshape(shape)
    for row, name in enumerate(names):
        if name in positive:
            sign[row] = 1
    half = size // 2
    decades = _DECADES[stream.integers(count, len(_DECADES))].reshape(shape)
    decades[:, :half] = 0
    over = over * np.where(decades > 0, 10 ** np.maximum(decades, 0), 1) * sign
    under = under * np.where(decades < 0, 10 ** np.maximum(-decades, 0), 1)
    return Cloud(names, over, under)


def patterns(trees: Sequence[Node], environment: Mapping[str, Node], cloud: Cloud) -> list[bytes]:
    """The activation pattern of each point: the sign of every step's argument.

    Points at which a tree is not finite get an empty pattern.
    """
    columns = cloud.columns()
    with np.errstate(all="ignore"):
        algebra = SampleAlgebra(columns, cloud.size)
        interpreter = Interpreter(algebra, environment)
        finite = np.ones(cloud.size, dtype=bool)
        for tree in trees:
            finite &= np.isfinite(interpreter.value(tree))
    if not algebra.arguments:
        signs = np.zeros((cloud.size, 0), dtype=np.int8)
    else:
        rows = {(argument > 0).tobytes(): argument > 0 for argument in algebra.arguments}
        signs = np.stack(list(rows.values()), axis=1).astype(np.int8)
    return [signs[k].tobytes() + b"." if finite[k] else b"" for k in range(cloud.size)]


def floats(
    tree: Node,
    environment: Mapping[str, Node],
    columns: Mapping[str, Floats],
    size: int,
    known: Known[Floats] | None = None,
) -> Floats:
    """The values of a tree over a cloud of points; nan where it is undefined.

    ``known``: values found before at those points.
    """
    with np.errstate(all="ignore"):
        return Interpreter(SampleAlgebra(columns, size), environment, known).value(tree)


def floats_and_parts(
    tree: Node, environment: Mapping[str, Node], columns: Mapping[str, Floats], size: int
) -> tuple[Floats, Known[Floats]]:
    """The values as :func:`floats` gives them, and the values of what the tree is made of."""
    interpreter = Interpreter(SampleAlgebra(columns, size), environment)
    with np.errstate(all="ignore"):
        value = interpreter.value(tree)
        return value, interpreter.known(lambda use: use())


class Sample:
    """Chosen points, how many activation regions they reach, and all points looked at."""

    def __init__(self, points: tuple[Point, ...], regions: int, cloud: Cloud) -> None:
        self.points = points
        self.regions = regions
        self.cloud = cloud


def sample(
    trees: Sequence[Node],
    environment: Mapping[str, Node],
    names: Sequence[str],
    key: str,
    *,
    positive: frozenset[str] = frozenset(),
    least: int = FIXED_POINTS,
) -> Sample:
    """Points for comparing the trees: at least two in each activation region found.

    Regions are looked for by rejection over several scales, then by mutation of
    the points whose regions are rarest.  The regions with most units active come
    first, since that is where most differences show.  Raises LimitError.
    """
    stream = Stream(key)
    if not names:
        return Sample(({},), 1, Cloud((), np.ones((0, 1), np.int64), np.ones((0, 1), np.int64)))
    cloud = draw(stream, names, SAMPLE_SIZE, positive)
    found = _grouped(patterns(trees, environment, cloud))
    piecewise = any(len(pattern) > 1 for pattern in found)
    for _ in range(SEARCH_ROUNDS if piecewise else 0):
        rare = [indices[0] for _, indices in sorted(found.items(), key=lambda i: len(i[1]))]
        parents = cloud.taken([rare[k % len(rare)] for k in range(SAMPLE_SIZE // 2)])
        children = parents.mutated(stream, positive)
        new = _grouped(patterns(trees, environment, children))
        if all(pattern in found for pattern in new):
            continue
        cloud = cloud.joined(children)
        found = _grouped(patterns(trees, environment, cloud))
    if not found:
        return Sample((), 0, cloud)
    order = sorted(found, key=lambda pattern: (-sum(pattern[:-1]), pattern))[:MAX_REGIONS]
    chosen: list[int] = []
    deep = 0
    while deep < 2 or len(chosen) < least:
        # From both ends in turn: the front of the cloud is near 1, its end has all scales.
        end = deep // 2 if deep % 2 == 0 else -1 - deep // 2
        layer = [found[pattern][end] for pattern in order if deep < len(found[pattern])]
        if not layer:
            break
        chosen.extend(layer)
        deep += 1
    return Sample(tuple(cloud.point(index) for index in chosen), len(found), cloud)


def _grouped(labels: Sequence[bytes]) -> dict[bytes, list[int]]:
    groups: dict[bytes, list[int]] = {}
    for index, label in enumerate(labels):
        if label:
            groups.setdefault(label, []).append(index)
    return groups
