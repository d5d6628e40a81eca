"""A short name for what an expression means: equal for equal expressions.

Made from the exact values (or balls, to 20 digits) at a reference's fixed points.
Two expressions that differ only where none of these points lies would share one,
so it groups answers for people and never decides anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from flint import arb

from grader.compare.interpret import Unevaluated
from grader.compare.numbers import Unsure, Value
from grader.compare.reference import Reference
from grader.errors import LimitError
from grader.expr.tree import Node

#: Decimal digits of a value that is not exact.
_DIGITS = 20

#: Hexadecimal digits of a fingerprint.
_LENGTH = 16


def fingerprint(reference: Reference, tree: Node, definitions: Mapping[str, Node]) -> str | None:
    """The fingerprint of a tree over the names of a reference and some definitions.

    None where the tree cannot be evaluated.
    """
    try:
        return fingerprint_of(reference.everywhere.of_answer(tree, definitions))
    except (LimitError, KeyError, Unevaluated):
        return None


def fingerprint_of(values: Sequence[Value | type[Unsure] | None]) -> str:
    """The fingerprint of the values at the fixed points, or at some of them."""
    text = "\n".join(map(_text, values))
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _text(value: Value | type[Unsure] | None) -> str:
    if value is Unsure:
        return "?"
    if isinstance(value, arb):
        return str(value.str(_DIGITS, radius=False))
    return str(value)
