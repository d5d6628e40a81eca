"""An exact linear program, small: is there a point inside all of these half-spaces?

SymPy's solver would do, but takes most of a second to import; cases of a case
split have a few dozen inequalities at most.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeVar

from flint import fmpq

from grader.errors import LimitError
from grader.limits import MAX_PIVOTS

K = TypeVar("K", bound=Hashable)

_ZERO, _ONE = fmpq(0), fmpq(1)


def interior_point(
    rows: Sequence[tuple[Mapping[K, fmpq], fmpq]], nonnegative: AbstractSet[K]
) -> dict[K, fmpq] | None:
    """A solution of Σ row[k]·x[k] + constant > 0 for every row, or None: there is none.

    The x in ``nonnegative`` are ≥ 0, all others free.  Maximises t ≤ 1 with each
    row ≥ t by the simplex method with Bland's rule; with u = 1 − t ≥ 0 every
    program of this kind is feasible and bounded.  Raises LimitError.
    """
    keys = sorted({key for row, _ in rows for key in row}, key=repr)
    columns: list[tuple[K | None, int]] = [(None, 1)]  # u
    for key in keys:
        columns.append((key, 1))
        if key not in nonnegative:
            columns.append((key, -1))
    # Slack s = row + u − 1 + constant ≥ 0.  A row of the tableau: basic variable =
    # constant + Σ coefficient · nonbasic variable.
    tableau = [
        [constant - _ONE]
        + [_ONE if key is None else row.get(key, _ZERO) * sign for key, sign in columns]
        for row, constant in rows
    ]
    basic = [len(columns) + k for k in range(len(rows))]
    free = list(range(len(columns)))
    # The first pivot brings u in at the worst row and makes all constants ≥ 0.
    worst = min(range(len(rows)), key=lambda k: tableau[k][0], default=None)
    if worst is not None and tableau[worst][0] < 0:
        _pivot(tableau, basic, free, worst, 0)
        for _ in range(MAX_PIVOTS):
            if not _improve(tableau, basic, free):
                break
        else:
            raise LimitError("MAX_PIVOTS", "too many steps to see whether a case is possible")
    values = {variable: tableau[k][0] for k, variable in enumerate(basic)}
    if values.get(0, _ZERO) >= 1:
        return None
    solution = dict.fromkeys(keys, _ZERO)
    for k, (column, sign) in enumerate(columns):
        if column is not None:
            solution[column] += values.get(k, _ZERO) * sign
    return solution


def _improve(tableau: list[list[fmpq]], basic: list[int], free: list[int]) -> bool:
    """One step that lowers u; False where it cannot be lowered."""
    if 0 not in basic:
        return False  # u is free: 0
    goal = tableau[basic.index(0)]
    entering = [k for k in range(len(free)) if goal[k + 1] < 0]
    if not entering:
        return False
    column = min(entering, key=lambda k: free[k])
    leaving, best = None, None
    for k, row in enumerate(tableau):
        if row[column + 1] < 0:
            ratio = row[0] / -row[column + 1]
            if best is None or ratio < best or (ratio == best and basic[k] < basic[leaving or 0]):
                leaving, best = k, ratio
    assert leaving is not None, "u is bounded below"
    _pivot(tableau, basic, free, leaving, column)
    return True


def _pivot(
    tableau: list[list[fmpq]], basic: list[int], free: list[int], k: int, column: int
) -> None:
    """Exchange a basic and a free variable."""
    row, place = tableau[k], column + 1
    factor = row[place]
    solved = [-value / factor for value in row]
    solved[place] = _ONE / factor
    tableau[k] = solved
    for j, other in enumerate(tableau):
        weight = other[place]
        if j != k and weight != 0:
            new = [a + weight * b if b != 0 else a for a, b in zip(other, solved, strict=True)]
            new[place] = weight * solved[place]
            tableau[j] = new
    basic[k], free[column] = free[column], basic[k]
