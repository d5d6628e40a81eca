"""A reference, prepared once for comparing many answers with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from types import MappingProxyType

import numpy as np

from grader.compare.field import Element, Field, Restart
from grader.compare.interpret import Interpreter, needed_names
from grader.compare.sample import Cloud, Floats, Point, floats, sample
from grader.compare.values import PointValue, evaluate
from grader.errors import LimitError
from grader.expr.tree import Call, Cases, Indicator, Negation, Node, Symbol, symbols, walk
from grader.limits import MAX_RESTARTS, PRECISIONS

#: Before the name of a quantity: the positive number that it is the opposite of.
OPPOSITE = "minus:"

NO_NAMES: Mapping[str, Node] = MappingProxyType({})

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


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """A point that every answer is evaluated at, and the reference's value there."""

    at: Point
    reference: PointValue


@dataclass(frozen=True)
class Screen:
    """Points as columns, and a tree's values there, in floating point."""

    columns: Mapping[str, Floats]
    values: Floats


@dataclass(frozen=True)
class CloudScreen(Screen):
    """The same of a cloud of points in all regions found."""

    cloud: Cloud


@dataclass(frozen=True)
class Reference:
    """A reference answer and all that comparing needs of it.

    ``tree`` may use the names of ``environment`` (the forward pass), each a tree
    over leaf symbols.  ``positive`` names are assumed to be > 0.  ``key`` fixes
    the sample points; use the part's id.
    """

    tree: Node
    key: str
    environment: Mapping[str, Node] = field(default_factory=lambda: NO_NAMES)
    positive: frozenset[str] = frozenset()
    #: Names assumed to be whole numbers: witnesses have whole numbers there.
    integers: frozenset[str] = frozenset()
    #: The leaf symbols that the tree comes down to.
    names: frozenset[str] = frozenset()
    points: tuple[FixedPoint, ...] = ()
    regions: int = 0
    #: The fixed points, and many more, in floating point: where to look for a witness.
    small: Screen | None = None
    screen: CloudScreen | None = None
    #: Over the names as they stand / over leaf symbols; None: past a limit.
    opaque: Prepared | None = None
    leaf: Prepared | None = None
    #: Whether the forward pass is smooth, so that what holds almost everywhere
    #: over its names holds almost everywhere over the leaf symbols.
    smooth: bool = True


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
    tree: Node, environment: Mapping[str, Node], positive: frozenset[str]
) -> Prepared | None:
    """The tree in normal form, or None where that exceeds a limit."""
    base = Field(positive=positive)
    for _ in range(MAX_RESTARTS):
        try:
            value = Interpreter(base, environment).value(tree)
        except Restart as again:
            base = Field(positive=positive, scales=again.scales, capacity=again.capacity)
            continue
        except LimitError:
            return None
        return Prepared(base, value, base.domain)
    return None


def _cloud_screen(tree: Node, environment: Mapping[str, Node], cloud: Cloud) -> CloudScreen | None:
    columns = cloud.columns()
    try:
        return CloudScreen(columns, floats(tree, environment, columns, cloud.size), cloud)
    except LimitError:
        return None


def _small_screen(
    tree: Node, environment: Mapping[str, Node], points: Sequence[FixedPoint]
) -> Screen | None:
    if not points:
        return None
    columns = {name: np.array([float(fixed.at[name]) for fixed in points]) for name in points[0].at}
    try:
        return Screen(columns, floats(tree, environment, columns, len(points)))
    except LimitError:
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
) -> Reference:
    """Prepare a reference: its normal forms, points in all its activation regions,
    and its values there.

    ``names`` are further leaf symbols that answers may use.  A ``negative`` name is
    written as minus a positive one, throughout.

    Raises UndefinedEverywhere for a reference that has no value anywhere.
    """
    if negative:
        opposite = {name: Negation(Symbol(OPPOSITE + name)) for name in negative}
        environment = {**environment, **opposite}
        positive = positive | {OPPOSITE + name for name in negative}
        names = [OPPOSITE + name if name in negative else name for name in names]
    own_names = leaf_names(tree, environment)
    leaves = sorted(own_names.union(names))
    chosen = sample((tree,), environment, leaves, key, positive=positive)
    points: list[FixedPoint] = []
    for drawn in chosen.points:
        point = with_whole_numbers(drawn, integers)
        try:
            value = evaluate(tree, environment, point, PRECISIONS[0])
        except LimitError:
            continue
        if value is not None:
            points.append(FixedPoint(point, value))
    smooth = all(
        is_smooth(environment[name]) for name in needed_names((tree,), environment)
    ) and all(is_smooth(inner) for inner in environment.values())
    leaf = prepare(tree, environment, positive)
    return Reference(
        tree=tree,
        key=key,
        environment=environment,
        positive=positive,
        integers=integers,
        names=own_names,
        points=tuple(points),
        regions=chosen.regions,
        small=_small_screen(tree, environment, points),
        screen=_cloud_screen(tree, environment, chosen.cloud),
        opaque=prepare(tree, NO_NAMES, positive) if environment and smooth else None,
        leaf=leaf,
        smooth=smooth,
    )
