"""Floating point over many points at once: where to look for a witness, never one itself.

This loads NumPy; what can do without does not import it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grader.compare.reference import Reference
from grader.compare.refute import witness_at
from grader.compare.sample import Cloud, Floats, floats, sample
from grader.errors import LimitError
from grader.expr.tree import Node
from grader.results import Witness


@dataclass(frozen=True)
class Screen:
    """Points as columns, and a tree's values there, in floating point."""

    columns: Mapping[str, Floats]
    values: Floats


@dataclass(frozen=True)
class CloudScreen(Screen):
    """The same of a cloud of points in all regions found."""

    cloud: Cloud


def small_screen(reference: Reference) -> Screen | None:
    """The fixed points of a reference; None where there are none, or past a limit."""
    points = reference.points
    if not points:
        return None
    columns = {name: np.array([float(fixed.at[name]) for fixed in points]) for name in points[0].at}
    try:
        values = floats(reference.tree, reference.environment, columns, len(points))
    except LimitError:
        return None
    return Screen(columns, values)


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
        columns = cloud.columns()
        return CloudScreen(columns, floats(tree, environment, columns, cloud.size), cloud)
    except LimitError:
        return None


#: How far two floating-point values must be apart, relative to the larger, for a
#: point to be worth an exact look.  Far above rounding, so that the choice of
#: points is the same on every machine.
_APART = 1e-6

#: Points that the screen hands to exact arithmetic.
_SCREENED = 4


def _apart(screen: Screen, answer: Node, environment: Mapping[str, Node]) -> list[int]:
    """Where the answer seems to differ, first places first.

    Floating point only says where to look.  Raises LimitError.
    """
    right = screen.values
    try:
        values = floats(answer, environment, screen.columns, len(right))
    except KeyError:
        return []  # a name that the screen does not have
    with np.errstate(all="ignore"):
        apart = np.abs(values - right) > _APART * np.maximum(np.abs(values), np.abs(right))
    # Where one side alone is not finite there may be a point that only one is defined at.
    apart |= np.isfinite(values) != np.isfinite(right)
    return [int(index) for index in np.flatnonzero(apart)[:_SCREENED]]


def refute_by_screen(
    reference: Reference, answer: Node, environment: Mapping[str, Node]
) -> Witness | None:
    """The first witness where floating point sees a difference: among the fixed points,
    then among all points of the cloud.  Raises LimitError.
    """
    if reference.small is not None:
        for index in _apart(reference.small, answer, environment):
            fixed = reference.points[index]
            found, _ = witness_at(reference, answer, environment, fixed.at, fixed.reference)
            if found is not None:
                return found
    if reference.screen is not None:
        for index in _apart(reference.screen, answer, environment):
            found, _ = witness_at(
                reference, answer, environment, reference.screen.cloud.point(index), None
            )
            if found is not None:
                return found
    return None
