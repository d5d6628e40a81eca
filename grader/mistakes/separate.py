"""Points that tell wrong answers apart which agree at all fixed points of a part.

Such are two that differ in the condition of an indicator only: in a thin region.  Floating
point over the part's cloud of points finds where they differ; this loads NumPy, once for
an index.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from grader.compare.interpret import Unevaluated
from grader.compare.reference import Reference, with_whole_numbers
from grader.compare.sample import floats
from grader.compare.values import Point
from grader.errors import LimitError
from grader.expr.tree import Node
from grader.limits import MAX_SEPARATING

#: How far two values must be apart, relative to the larger: far above rounding.
_APART = 1e-6


def separating_points(reference: Reference, groups: Sequence[Sequence[Node]]) -> list[Point]:
    """Points at which the trees of each group differ, as far as the cloud shows it."""
    screen = reference.screen
    if screen is None:
        return []
    chosen: list[int] = []
    for group in groups:
        rows: list[NDArray[np.float64]] = []
        for tree in group if len(group) > 1 else ():
            try:
                rows.append(floats(tree, reference.environment, screen.columns, screen.cloud.size))
            except (LimitError, KeyError, Unevaluated):
                continue
        _split(rows, chosen)
    return [with_whole_numbers(screen.cloud.point(k), reference.integers) for k in chosen]


def _split(rows: list[NDArray[np.float64]], chosen: list[int]) -> None:
    """Add to ``chosen`` until no two rows that differ somewhere agree in all of them."""
    pending = [rows]
    while pending:
        block = pending.pop()
        if len(block) < 2:
            continue
        apart = np.array([_apart(row, block[0]) for row in block])
        counts = apart.sum(axis=0)
        known = [k for k in chosen if counts[k]]
        place = known[0] if known else int(np.argmax(counts))
        if not counts[place]:
            continue  # all the same, as far as can be seen here
        if not known:
            if len(chosen) >= MAX_SEPARATING:
                continue
            chosen.append(place)
        pending.append([row for row, differs in zip(block, apart, strict=True) if differs[place]])
        pending.append(
            [row for row, differs in zip(block, apart, strict=True) if not differs[place]]
        )


def _apart(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.bool_]:
    with np.errstate(all="ignore"):
        far = np.abs(left - right) > _APART * np.maximum(np.abs(left), np.abs(right))
    return np.asarray(far | (np.isfinite(left) != np.isfinite(right)), dtype=np.bool_)
