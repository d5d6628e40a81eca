"""A short name for what an expression means: equal for equal expressions.

Made from the exact values (or balls, to 20 digits) at a reference's fixed points.
Two expressions that differ only where none of these points lies would share one,
so it groups answers for people and never decides anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from flint import arb

from grader.compare.interpret import Unevaluated
from grader.compare.numbers import Unsure, Value
from grader.compare.pointwise import Values
from grader.compare.reference import Reference
from grader.errors import LimitError
from grader.expr.tree import Node

#: Decimal digits of a value that is not exact.
_DIGITS = 20

#: Hexadecimal digits of a fingerprint.
_LENGTH = 16

#: A value at each of some points (see :class:`~grader.compare.pointwise.Values`).
Found = Iterable[Value | type[Unsure] | None]


def fingerprint(reference: Reference, tree: Node, definitions: Mapping[str, Node]) -> str | None:
    """The fingerprint of a tree over the names of a reference and some definitions.

    None where the tree cannot be evaluated.
    """
    values = Values(
        [fixed.at for fixed in reference.points], {**reference.environment, **definitions}
    )
    try:
        return fingerprint_of(values.of(tree))
    except (LimitError, KeyError, Unevaluated):
        return None


def fingerprint_of(values: Found) -> str:
    """The fingerprint of the values at the fixed points, or at some of them."""
    text = "\n".join(map(_text, values))
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _text(value: Value | type[Unsure] | None) -> str:
    if value is Unsure:
        return "?"
    if isinstance(value, arb):
        return str(value.str(_DIGITS, radius=False))
    return str(value)
