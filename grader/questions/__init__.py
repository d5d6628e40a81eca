"""The kinds of question: one file each, one line in the table below."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.questions.part import Kind

#: All kinds, by the name that a rubric gives in ``kind``: the module of this package that
#: has it, and what it is called there.
_HOMES: Mapping[str, tuple[str, str]] = {
    "derivative": ("derivative", "DERIVATIVE"),
    "chain_term": ("derivative", "CHAIN_TERM"),
    "chain": ("chain", "CHAIN"),
    "expression": ("expression", "EXPRESSION"),
    "value": ("value", "VALUE"),
    "gradient": ("gradient", "GRADIENT"),
    "jacobian": ("jacobian", "JACOBIAN"),
    "hessian": ("hessian", "HESSIAN"),
    "shape": ("shape", "SHAPE"),
    "update": ("update", "UPDATE"),
    "choice": ("choice", "CHOICE"),
    "list": ("shortlist", "LIST"),
    "matrix_derivative": ("matrix", "MATRIX_DERIVATIVE"),
}


_PACKAGE = f"{__name__}."


class _Kinds(Mapping[str, "Kind"]):
    """The table; a kind's module is loaded when it is first asked for."""

    def __getitem__(self, name: str) -> Kind:
        module, constant = _HOMES[name]
        path = _PACKAGE + module
        # Looking it up is quicker than importing it again, and every answer asks.
        kind: Kind = vars(sys.modules.get(path) or import_module(path))[constant]
        if kind.name != name:
            raise ValueError(f"the kind {name!r} is called {kind.name!r} in its file")
        return kind

    def __iter__(self) -> Iterator[str]:
        return iter(_HOMES)

    def __len__(self) -> int:
        return len(_HOMES)


#: All kinds, by the name that a rubric gives in ``kind``.
QUESTIONS: Mapping[str, Kind] = _Kinds()
