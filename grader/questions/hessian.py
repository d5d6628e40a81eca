r"""``kind: hessian``: the matrix of second derivatives; it is the same in both layouts."""

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
    return [[(above[0], (one, two)) for two in below] for one in below], Arrangement("matrix")


_SPELLINGS = spelled(
    "H", r"\mathbf{H}", "H_{<of>}", "H_<of>", r"\nabla^2 <of>", r"\nabla^{2} <of>", "∇²<of>",
    r"\operatorname{Hess} <of>",
)  # fmt: skip

HESSIAN = Kind(
    name="hessian",
    build=lambda question, rubric: build_entries(
        question, rubric, _lay, _SPELLINGS, needs_layout=False
    ),
    read=read_entries,
    judge=judge_entries,
    keys=KEYS,
)
