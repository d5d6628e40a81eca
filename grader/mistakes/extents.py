"""Mistakes in sizes with many axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.compare.cases import Side
from grader.compare.ladder import proved_equal
from grader.expr.composite import Extents
from grader.expr.tree import Node
from grader.mistakes.diagnosis import Diagnosis
from grader.mistakes.subject import Wrong
from grader.questions.part import Part

_ORDER = ("axes_order", "The axes are the right ones, but not in this order.",
          "Check the order of the axes.")  # fmt: skip
_MISSING = ("missing_axis", "An axis is missing.", ("Count the axes: which of them go in, and "
            "which come out?"))  # fmt: skip


def diagnose_extents(
    part: Part, answer: Extents, definitions: Mapping[str, Node]
) -> Diagnosis | None:
    """What is wrong with a size that is known to be different, where it is certain."""
    wanted = part.answer
    if not isinstance(wanted, Extents):
        return None
    left = list(wanted.axes)
    for axis in answer.axes:
        found = next((k for k, other in enumerate(left)
                      if _equal(axis, other, definitions, part)), None)  # fmt: skip
        if found is None:
            return None
        left.pop(found)
    if not left:
        return Diagnosis(*_ORDER)
    rest = iter(wanted.axes)
    in_order = all(
        any(_equal(axis, other, definitions, part) for other in rest) for axis in answer.axes
    )
    return Diagnosis(*_MISSING) if len(left) == 1 and in_order else None


def _equal(axis: Node, other: Node, definitions: Mapping[str, Node], part: Part) -> bool:
    return proved_equal(Side(axis, definitions), Side(other, {}), part.statement.positive)


def wrong_extents(wanted: Extents) -> Iterator[tuple[str, Wrong]]:
    """Wrong answers, for an instructor to look at."""
    axes = wanted.axes
    yield _ORDER[0], Wrong(Extents((*axes[1:], axes[0])), _ORDER[1])
    for k in range(len(axes)):
        yield _MISSING[0], Wrong(Extents((*axes[:k], *axes[k + 1 :])), _MISSING[1])
