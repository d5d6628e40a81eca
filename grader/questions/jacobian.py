r"""``kind: jacobian``: ∂(f, g)/∂(x, y) as a matrix of entries, by the layout."""

from __future__ import annotations

from grader.questions.entries import (
    KEYS,
    Cell,
    build_entries,
    judge_entries,
    read_entries,
    spelled,
)
from grader.questions.part import Arrangement, Kind


def _lay(
    above: tuple[str, ...], below: tuple[str, ...], layout: str | None
) -> tuple[list[list[Cell]], Arrangement]:
    if layout == "denominator":
        return [[(of, (by,)) for of in above] for by in below], Arrangement("matrix")
    return [[(of, (by,)) for by in below] for of in above], Arrangement("matrix")


_SPELLINGS = spelled(
    "J", r"\mathbf{J}", "J_{<of>}", "J(<by>)", r"\frac{\partial (<of>)}{\partial (<by>)}"
)

JACOBIAN = Kind(
    name="jacobian",
    build=lambda question, rubric: build_entries(
        question, rubric, _lay, _SPELLINGS, needs_layout=True
    ),
    read=read_entries,
    judge=judge_entries,
    keys=KEYS,
)
