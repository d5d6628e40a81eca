"""The kinds of question: one file each, one line in the table below."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from grader.questions.derivative import CHAIN_TERM, DERIVATIVE
from grader.questions.part import Kind
from grader.questions.shape import SHAPE


def _table(kinds: tuple[Kind, ...]) -> Mapping[str, Kind]:
    table: dict[str, Kind] = {}
    for kind in kinds:
        if kind.name in table:
            raise ValueError(f"two kinds of question are called {kind.name!r}")
        table[kind.name] = kind
    return MappingProxyType(table)


#: All kinds, by the name that a rubric gives in ``kind``.
QUESTIONS: Mapping[str, Kind] = _table((DERIVATIVE, CHAIN_TERM, SHAPE))
