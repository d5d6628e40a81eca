"""Floating point over many points at once: where to look for a witness, never one itself.

This loads NumPy; what can do without does not import it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.compare.interpret import Known
from grader.compare.reference import FixedPoint, Reference
from grader.compare.refute import witness_at
from grader.compare.sample import Cloud, Floats, floats, floats_and_parts, sample
from grader.compare.sight import APART
from grader.compare.slabs import points_near_kinks
from grader.compare.values import Point
from grader.errors import LimitError
from grader.expr.tree import Node
from grader.results import Witness


@dataclass(frozen=True)
class Screen:
    """Points as columns, and a tree's values there, in floating point."""

    columns: Mapping[str, Floats]
    values: Floats
    known: Known[Floats]


@dataclass(frozen=True)
class PointScreen(Screen):
    """The same of the fixed points and, behind them, of points close to kinks."""

    points: tuple[FixedPoint, ...]
    fixed: int


@dataclass(frozen=True)
class CloudScreen(Screen):
    """The same of a cloud of points in all regions found."""

    cloud: Cloud


def point_screen(reference: Reference) -> PointScreen | None:
    """The fixed points of a reference, and these moved close to kinks; None where there are
    none, or past a limit."""
    tree, environment, sharing = reference.tree, reference.environment, reference.sharing
    points = [fixed.at for fixed in reference.points]
    if not points:
        return None
    still = reference.positive | reference.integers
    near = [
        FixedPoint(at, tree, environment, sharing=sharing)
        for at in points_near_kinks(tree, environment, points, still)
    ]
    both = (*reference.points, *near)
    columns = _columns([fixed.at for fixed in both])
    try:
        return PointScreen(*_evaluated(reference, columns, len(both)), both, len(points))
    except LimitError:
        return None


def _columns(points: Sequence[Point]) -> dict[str, Floats]:
    return {name: np.array([float(point[name]) for point in points]) for name in points[0]}


def _evaluated(
    reference: Reference, columns: Mapping[str, Floats], size: int
) -> tuple[Mapping[str, Floats], Floats, Known[Floats]]:
    """What makes a screen of some columns.  Raises LimitError."""
    values, parts = floats_and_parts(reference.tree, reference.environment, columns, size)
    return columns, values, parts if reference.sharing else Known()


def cloud_screen(reference: Reference) -> CloudScreen | None:
    """All points that were looked at in choosing the fixed ones; None past a limit."""
    tree, environment = reference.tree, reference.environment
    try:
        cloud = reference.known_cloud
        if cloud is None:
            # The key fixes them: the same points as when the reference was made.
            cloud = sample(
                (tree,), environment, reference.leaves, reference.key, positive=reference.positive
            ).cloud
        return CloudScreen(*_evaluated(reference, cloud.columns(), cloud.size), cloud)
    except LimitError:
        return None


#: Points that the screen hands to exact arithmetic.
_SCREENED = 4


def _apart(screen: Screen, answer: Node, environment: Mapping[str, Node]) -> list[int]:
    """Where the answer seems to differ, in order.

    Floating point only says where to look.  Raises LimitError.
    """
    right = screen.values
    try:
        values = floats(answer, environment, screen.columns, len(right), screen.known)
    except KeyError:
        return []  # a name that the screen does not have
    with np.errstate(all="ignore"):
        apart = np.abs(values - right) > APART * np.maximum(np.abs(values), np.abs(right))
    # Where one side alone is not finite there may be a point that only one is defined at.
    apart |= np.isfinite(values) != np.isfinite(right)
    found: list[int] = np.flatnonzero(apart).tolist()
    return found


def refute_by_screen(
    reference: Reference, answer: Node, environment: Mapping[str, Node]
) -> Witness | None:
    """The first witness where floating point sees a difference: among the fixed points,
    those close to kinks, and all points of the cloud.  Raises LimitError.
    """

    def first(points: Iterable[Point | FixedPoint]) -> Witness | None:
        for point in points:
            found, _ = witness_at(reference, answer, environment, point)
            if found is not None:
                return found
        return None

    found = None
    if (screen := reference.close) is not None:
        apart = _apart(screen, answer, environment)
        fixed = [index for index in apart if index < screen.fixed][:_SCREENED]
        near = [index for index in apart if index >= screen.fixed][:_SCREENED]
        found = first(screen.points[index] for index in fixed + near)
    if found is None and (cloud := reference.screen) is not None:
        apart = _apart(cloud, answer, environment)[:_SCREENED]
        found = first(cloud.cloud.point(index) for index in apart)
    return found
