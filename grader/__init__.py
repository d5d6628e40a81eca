"""Grades mathematical homework.

What a program needs, by one name each; ``import grader`` itself loads none of
the libraries behind them, a name loads its module when it is first used.

>>> import grader
>>> grader.equivalent(r"2\\sin x\\cos x", r"\\sin 2x").outcome
<Outcome.EQUIVALENT: 'equivalent'>
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from grader.version import __version__

if TYPE_CHECKING:
    from grader.batch import grade_paths
    from grader.equivalence import equivalent
    from grader.errors import AnswerError, FileError, GraderError, LimitError, RubricError
    from grader.grade import grade
    from grader.homework import Homework, load_rubric
    from grader.judge import explain
    from grader.read.answers import AnswersFile, load_answers
    from grader.results import Batch, Outcome, PartResult, Submission, Verdict, Witness

__all__ = [
    "AnswerError",
    "AnswersFile",
    "Batch",
    "FileError",
    "GraderError",
    "Homework",
    "LimitError",
    "Outcome",
    "PartResult",
    "RubricError",
    "Submission",
    "Verdict",
    "Witness",
    "__version__",
    "equivalent",
    "explain",
    "grade",
    "grade_paths",
    "load_answers",
    "load_rubric",
]

#: Where each public name stands.
_HOMES = {
    "AnswerError": "grader.errors",
    "AnswersFile": "grader.read.answers",
    "Batch": "grader.results",
    "FileError": "grader.errors",
    "GraderError": "grader.errors",
    "Homework": "grader.homework",
    "LimitError": "grader.errors",
    "Outcome": "grader.results",
    "PartResult": "grader.results",
    "RubricError": "grader.errors",
    "Submission": "grader.results",
    "Verdict": "grader.results",
    "Witness": "grader.results",
    "equivalent": "grader.equivalence",
    "explain": "grader.judge",
    "grade": "grader.grade",
    "grade_paths": "grader.batch",
    "load_answers": "grader.read.answers",
    "load_rubric": "grader.homework",
}


def __getattr__(name: str) -> Any:
    """The public object of that name, from its module."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'grader' has no attribute {name!r}")
    value = vars(import_module(home))[name]
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """A package in which a module does not hide the public name that it shares.

    ``grader.grade`` is a function that stands in the module of the same name, and
    importing that module, by whomever, would bind the module there.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
