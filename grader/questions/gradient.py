r"""``kind: gradient``: ∇f as a vector of entries, a column or a row by the layout."""

from __future__ import annotations

from grader.questions.entries import (
    KEYS,
    Cell,
    build_entries,
    judge_entries,
    read_entries,
    spelled,
    vector_form,
)
from grader.questions.part import Arrangement, Kind


def _lay(
    above: tuple[str, ...], below: tuple[str, ...], layout: str | None
) -> tuple[list[list[Cell]], Arrangement]:
    cells: list[Cell] = [(above[0], (name,)) for name in below]
    arrangement = vector_form(layout)
    return ([cells] if arrangement.form == "row" else [[cell] for cell in cells]), arrangement


_SPELLINGS = spelled(
    r"\nabla <of>", "∇<of>", r"\operatorname{grad} <of>", "grad <of>",
    r"\nabla_{<by>} <of>", r"\frac{\partial <of>}{\partial (<by>)}", r"\nabla <of>(<by>)",
)  # fmt: skip

GRADIENT = Kind(
    name="gradient",
    build=lambda question, rubric: build_entries(
        question, rubric, _lay, _SPELLINGS, needs_layout=False
    ),
    read=read_entries,
    judge=judge_entries,
    keys=KEYS,
)
