"""A reference, prepared once for comparing many answers with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import ceil
from types import MappingProxyType
from typing import TYPE_CHECKING

from grader.compare.cases import found_everywhere
from grader.compare.field import Element, Field, Restart
from grader.compare.interpret import Interpreter, Known, needed_names
from grader.compare.intervals import NEGATIVE, WITHIN, Interval
from grader.compare.numbers import Value
from grader.compare.parity import environment_with_parity, with_parity
from grader.compare.pointwise import Values
from grader.compare.sight import Sight, sight
from grader.compare.values import Point, PointValue, evaluate, evaluate_and_keep
from grader.errors import LimitError
from grader.expr.keys import key
from grader.expr.tree import Call, Cases, Indicator, Node, Symbol, symbols, walk
from grader.limits import MAX_RESTARTS, PRECISIONS, SIGHT_POINTS
from grader.results import Enclosure

if TYPE_CHECKING:
    # Both load NumPy, which an answer that is right, or wrong at a fixed point, does without.
    from grader.compare.sample import Cloud
    from grader.compare.screen import CloudScreen, PointScreen

NO_NAMES: Mapping[str, Node] = MappingProxyType({})

NO_INTERVALS: Mapping[str, Interval] = MappingProxyType({})

#: Functions that are smooth wherever they are defined, and defined almost everywhere.
_SMOOTH = frozenset({"exp", "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh",
                     "sech", "csch", "coth", "sigmoid", "silu", "softplus", "gelu", "atan", "erf",
                     "asinh"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prepared:
    """A reference in normal form, with the field to fork for each answer."""

    field: Field
    value: Element
    domain: Element
    known: Known[Element]


@dataclass(frozen=True)
class FixedPoint:
    """A point that every answer is evaluated at, and the reference's value there.

    ``known`` is that value where it has been worked out already.
    """

    at: Point
    tree: Node = field(repr=False)
    environment: Mapping[str, Node] = field(repr=False)
    known: PointValue | None = field(default=None, compare=False)
    sharing: bool = True

    @cached_property
    def value(self) -> PointValue | None:
        """The reference's value at the lowest precision; None where it is not certain.
        Raises LimitError."""
        if self.known is not None:
            return self.known
        return evaluate(self.tree, self.environment, self.at, PRECISIONS[0])

    @cached_property
    def reference(self) -> PointValue:
        """The reference's value, at a point where it is certain.  Raises LimitError."""
        if self.value is None:
            raise LimitError("PRECISIONS", "the reference has no certain value at a fixed point")
        return self.value

    @cached_property
    def listed(self) -> tuple[tuple[str, Fraction], ...]:
        """The coordinates by their names, sorted."""
        return tuple(sorted(self.at.items()))

    @cached_property
    def enclosed(self) -> Enclosure | None:
        """The reference's value, as witnesses show it.  Raises LimitError and Unsure."""
        return self.reference.enclosure()

    @cached_property
    def parts(self) -> Known[Value]:
        """The values of what the reference is made of.  Raises LimitError."""
        if not self.sharing:
            return Known()
        return evaluate_and_keep(self.tree, self.environment, self.at, PRECISIONS[0])


@dataclass(frozen=True)
class Reference:
    """A reference answer and all that comparing needs of it.

    ``tree`` may use the names of ``environment`` (the forward pass), each a tree
    over leaf symbols.  ``positive`` names are assumed to be > 0.  ``key`` fixes
    the sample points; use the part's id.

    What is worked out from these (normal forms, values) is worked out when it is
    first needed, so that a reference can be kept, and taken up again, at no cost.
    """

    tree: Node
    key: str
    environment: Mapping[str, Node] = field(default_factory=lambda: NO_NAMES)
    positive: frozenset[str] = frozenset()
    #: Names assumed to be whole numbers: witnesses have whole numbers there.
    integers: frozenset[str] = frozenset()
    #: Names known to lie between two ends; the environment writes them through others.
    intervals: Mapping[str, Interval] = field(default_factory=lambda: NO_INTERVALS)
    #: The leaf symbols that points give values to, sorted.
    leaves: tuple[str, ...] = ()
    #: The fixed points as text: the values of ``leaves``, such as ``2 -1/3``.
    spots: tuple[str, ...] = ()
    regions: int = 0
    #: What choosing the points brought up, if that has just been done.
    known_cloud: Cloud | None = field(default=None, compare=False, repr=False)
    known_values: tuple[PointValue | None, ...] = field(default=(), compare=False, repr=False)
    #: Whether the values of the reference's parts may be used in answers: not where
    #: an answer gives its names another meaning.
    sharing: bool = True

    @cached_property
    def names(self) -> frozenset[str]:
        """The leaf symbols that the tree comes down to."""
        return leaf_names(self.tree, self.environment)

    @cached_property
    def below(self) -> Mapping[str, frozenset[str]]:
        """The leaf symbols that each name of the environment comes down to."""
        found: dict[str, frozenset[str]] = {}
        for name in needed_names([Symbol(each) for each in self.environment], self.environment):
            inner = symbols(self.environment[name])
            found[name] = frozenset().union(*(found.get(each, {each}) for each in inner))
        return found

    def names_of(self, answer: Node, environment: Mapping[str, Node]) -> frozenset[str]:
        """The leaf symbols that an answer comes down to."""
        if environment is not self.environment:
            return leaf_names(answer, environment)
        return frozenset().union(*(self.below.get(name, {name}) for name in symbols(answer)))

    @cached_property
    def nodes(self) -> int:
        """How many nodes it has, with those of all that its names stand for."""
        needed = needed_names((self.tree,), self.environment)
        trees = (self.tree, *(self.environment[name] for name in needed))
        return sum(1 for tree in trees for _ in walk(tree))

    @cached_property
    def same(self) -> str:
        """The tree's key: that of every answer with the same terms and factors."""
        return key(self.tree)

    @cached_property
    def points(self) -> tuple[FixedPoint, ...]:
        """The points that every answer is evaluated at."""
        known = self.known_values or (None,) * len(self.spots)
        return tuple(
            FixedPoint(
                read_point(self.leaves, spot), self.tree, self.environment, value, self.sharing
            )
            for spot, value in zip(self.spots, known, strict=True)
        )

    @cached_property
    def everywhere(self) -> Values:
        """What evaluates trees exactly at all of these points."""
        return Values([fixed.at for fixed in self.points], self.environment, self.tree)

    @cached_property
    def smooth(self) -> bool:
        """Whether the forward pass is smooth, so that what holds almost everywhere
        over its names holds almost everywhere over the leaf symbols."""
        return all(is_smooth(inner) for inner in self.environment.values())

    @cached_property
    def by_parity(self) -> Node:
        """The tree as its normal form takes it: powers to whole numbers by the base's sign."""
        return with_parity(self.tree, self.integers, self.positive)

    @cached_property
    def opaque(self) -> Prepared | None:
        """The normal form over the names as they stand; None: not to be used, or past a limit."""
        if not self.environment or not self.smooth:
            return None
        return prepare(self.by_parity, NO_NAMES, self.positive, sharing=self.sharing)

    @cached_property
    def leaf(self) -> Prepared | None:
        """The normal form over leaf symbols; None: past a limit."""
        environment = environment_with_parity(self.environment, self.integers, self.positive)
        return prepare(self.by_parity, environment, self.positive, sharing=self.sharing)

    @cached_property
    def sight(self) -> Sight | None:
        """The first of the fixed points, for a glance at each answer; None past a limit."""
        points = [fixed.at for fixed in self.points[:SIGHT_POINTS]]
        try:
            return sight(self.tree, self.environment, points, sharing=self.sharing)
        except LimitError:
            return None

    @cached_property
    def close(self) -> PointScreen | None:
        """The fixed points, and points close to kinks, in floating point: where to look for
        a witness."""
        from grader.compare.screen import point_screen

        return point_screen(self)

    @cached_property
    def screen(self) -> CloudScreen | None:
        """Many more points, in all regions found."""
        from grader.compare.screen import cloud_screen

        return cloud_screen(self)


def point_text(leaves: Sequence[str], point: Point) -> str:
    """The coordinates of a point as text, in the order of ``leaves``."""
    return " ".join(str(point[name]) for name in leaves)


def read_point(leaves: Sequence[str], text: str) -> Point:
    """The point that :func:`point_text` wrote.  Raises ValueError."""
    values = [value.partition("/") for value in text.split()]
    return {
        name: Fraction(int(over), int(under or 1))
        for name, (over, _, under) in zip(leaves, values, strict=True)
    }


def without_sharing(reference: Reference) -> Reference:
    """The reference for an answer in which its names have another meaning."""
    return replace(reference, sharing=False)


def leaf_names(tree: Node, environment: Mapping[str, Node]) -> frozenset[str]:
    """The symbols that a tree comes down to."""
    found = symbols(tree)
    if environment.keys().isdisjoint(found):
        return found
    used = needed_names((tree,), environment)
    below = found.union(*(symbols(environment[name]) for name in used))
    return frozenset(below - environment.keys())


def with_whole_numbers(point: Point, integers: frozenset[str]) -> Point:
    """The point with some coordinates moved to the next whole number away from 0."""
    if integers.isdisjoint(point):
        return point
    return {
        name: Fraction(ceil(abs(value)) * (1 if value > 0 else -1)) if name in integers else value
        for name, value in point.items()
    }


def is_smooth(tree: Node) -> bool:
    """Whether a tree has no kinks and no jumps by its form."""
    return not any(
        isinstance(part, Indicator | Cases)
        or (isinstance(part, Call) and part.function not in _SMOOTH)
        for part in walk(tree)
    )


def prepare(
    tree: Node,
    environment: Mapping[str, Node],
    positive: frozenset[str],
    *,
    sharing: bool = True,
) -> Prepared | None:
    """The tree in normal form, or None where that exceeds a limit.

    ``sharing``: with the normal forms of its parts.
    """
    base = Field(positive=positive)
    for _ in range(MAX_RESTARTS):
        interpreter = Interpreter(base, environment)
        try:
            value = interpreter.value(tree)
        except Restart as again:
            base = Field(positive=positive, scales=again.scales, capacity=again.capacity)
            continue
        except LimitError:
            return None
        domain = base.domain
        parts = found_everywhere(base, interpreter) if sharing else Known[Element]()
        return Prepared(base, value, domain, parts)
    return None


def make_reference(
    tree: Node,
    key: str,
    *,
    environment: Mapping[str, Node] = NO_NAMES,
    positive: frozenset[str] = frozenset(),
    names: Iterable[str] = (),
    negative: frozenset[str] = frozenset(),
    integers: frozenset[str] = frozenset(),
    intervals: Mapping[str, Interval] = NO_INTERVALS,
) -> Reference:
    """Prepare a reference: its normal forms, points in all its activation regions,
    and its values there.

    ``names`` are further leaf symbols that answers may use.  A ``negative`` name, and one
    that lies in one of the ``intervals``, is written through a positive one, throughout.

    Raises UndefinedEverywhere for a reference that has no value anywhere.
    """
    if negative or intervals:
        intervals = dict.fromkeys(sorted(negative), NEGATIVE) | dict(intervals)
        within = {name: interval.tree(name) for name, interval in intervals.items()}
        environment = {**environment, **within}
        positive = positive.union(WITHIN + name for name in intervals)
        names = [WITHIN + name if name in intervals else name for name in names]
    leaves = tuple(sorted(leaf_names(tree, environment).union(names)))
    from grader.compare.sample import sample

    chosen = sample((tree,), environment, leaves, key, positive=positive)
    spots: list[str] = []
    values: list[PointValue | None] = []
    for drawn in chosen.points:
        point = with_whole_numbers(drawn, integers)
        try:
            value = evaluate(tree, environment, point, PRECISIONS[0])
        except LimitError:
            continue
        if value is not None:
            spots.append(point_text(leaves, point))
            values.append(value)
    reference = Reference(
        tree=tree,
        key=key,
        environment=environment,
        positive=positive,
        integers=integers,
        intervals=intervals,
        leaves=leaves,
        spots=tuple(spots),
        regions=chosen.regions,
        known_cloud=chosen.cloud,
        known_values=tuple(values),
    )
    # Worked out at once, since this is where a reference without any value shows.
    _ = reference.leaf, reference.opaque
    return reference
