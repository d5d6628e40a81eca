"""A short name for what an expression means: equal for equal expressions.

Made from the exact values (or balls, to 20 digits) at a reference's fixed points.
Two expressions that differ only where none of these points lies would share one,
so it groups answers for people and never decides anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from flint import arb

from grader.compare.interpret import Unevaluated
from grader.compare.reference import Reference
from grader.compare.values import Point, evaluate
from grader.errors import LimitError
from grader.expr.tree import Node

#: Bits and decimal digits of a value that is not exact.
_PRECISION, _DIGITS = 192, 20

#: Hexadecimal digits of a fingerprint.
_LENGTH = 16


def fingerprint(reference: Reference, tree: Node, definitions: Mapping[str, Node]) -> str | None:
    """The fingerprint of a tree over the names of a reference and some definitions.

    None where the tree cannot be evaluated.
    """
    environment = {**reference.environment, **definitions}
    try:
        values = [_value(tree, environment, fixed.at) for fixed in reference.points]
    except (LimitError, KeyError, Unevaluated):
        return None
    return hashlib.sha256("\n".join(values).encode()).hexdigest()[:_LENGTH]


def _value(tree: Node, environment: Mapping[str, Node], point: Point) -> str:
    found = evaluate(tree, environment, point, _PRECISION)
    if found is None:
        return "?"
    if isinstance(found.value, arb):
        return str(found.value.str(_DIGITS, radius=False))
    return str(found.value)
