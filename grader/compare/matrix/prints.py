"""A short name for what a matrix expression means; see ``compare/fingerprint.py``."""

from __future__ import annotations

from grader.compare.fingerprint import fingerprint_of
from grader.compare.matrix.decide import check_weight, instance_of
from grader.compare.matrix.entries import entries
from grader.compare.pointwise import Values
from grader.compare.reference import leaf_names
from grader.compare.sample import Stream, draw
from grader.errors import LimitError
from grader.expr.typed import ZERO, Typed

#: Points at which the entries are evaluated.
_POINTS = 3

_NONE: frozenset[str] = frozenset()


def matrix_print(value: Typed, key: str) -> str | None:
    """Equal for equal values of one shape; None where it cannot be evaluated."""
    try:
        rows = entries(value, instance_of(value))
        check_weight(rows)
        trees = [entry for row in rows for entry in row]
        names = sorted(frozenset().union(*(leaf_names(tree, {}) for tree in trees)))
        # Each name has its own stream, so that names of other answers change nothing.
        clouds = {name: draw(Stream(f"{key} {name}"), [name], _POINTS, _NONE) for name in names}
        points = [
            {name: cloud.point(number)[name] for name, cloud in clouds.items()}
            for number in range(_POINTS)
        ]
        values = Values(points, {}, ZERO)
        found = [value for tree in trees for value in values.of(tree)]
    except LimitError:
        return None
    return f"{fingerprint_of(found)} {'×'.join(value.shape)}"
