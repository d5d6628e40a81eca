"""The kinds of question: one file each, one line in the table below."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from grader.questions.chain import CHAIN
from grader.questions.choice import CHOICE
from grader.questions.derivative import CHAIN_TERM, DERIVATIVE
from grader.questions.expression import EXPRESSION
from grader.questions.gradient import GRADIENT
from grader.questions.hessian import HESSIAN
from grader.questions.jacobian import JACOBIAN
from grader.questions.matrix import MATRIX_DERIVATIVE
from grader.questions.part import Kind
from grader.questions.shape import SHAPE
from grader.questions.shortlist import LIST
from grader.questions.update import UPDATE
from grader.questions.value import VALUE


def _table(kinds: tuple[Kind, ...]) -> Mapping[str, Kind]:
    table: dict[str, Kind] = {}
    for kind in kinds:
        if kind.name in table:
            raise ValueError(f"two kinds of question are called {kind.name!r}")
        table[kind.name] = kind
    return MappingProxyType(table)


#: All kinds, by the name that a rubric gives in ``kind``.
QUESTIONS: Mapping[str, Kind] = _table(
    (
        DERIVATIVE,
        CHAIN_TERM,
        CHAIN,
        EXPRESSION,
        VALUE,
        GRADIENT,
        JACOBIAN,
        HESSIAN,
        SHAPE,
        UPDATE,
        CHOICE,
        LIST,
        MATRIX_DERIVATIVE,
    )
)
