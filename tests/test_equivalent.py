"""``grader.equivalent``: its options, its errors, and its documented examples."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

import grader
from grader import equivalence


def test_documented_examples(root: Path) -> None:
    failed, tried = doctest.testmod(equivalence)
    assert (failed, tried) == (0, 6)
    failed, tried = doctest.testfile(str(root / "docs" / "verdicts.md"), module_relative=False)
    assert failed == 0
    assert tried >= 6


def test_functions_names_and_definitions() -> None:
    assert grader.equivalent("a'(z)", "I[z > 0]", functions={"a": "relu"})
    assert grader.equivalent("h + 1", "2x + 1", definitions={"h": "g x", "g": "2"})
    with pytest.raises(grader.AnswerError, match="is not a name"):
        grader.equivalent("x + y", "x", symbols=["x"])


@pytest.mark.parametrize(
    "options, message",
    [
        ({"functions": {"a": "rellu"}}, "no function is called 'rellu'"),
        ({"symbols": {"x": "prime"}}, "no assumption is called 'prime'"),
        ({"definitions": {"p": "q", "q": "p + 1"}}, "circular definitions: p, q"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, dict[str, str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grader.equivalent("x", "x", **options)


def test_a_derivative_that_is_not_worked_out() -> None:
    verdict = grader.equivalent("\\frac{\\partial y}{\\partial x}", "2x")
    assert (str(verdict.outcome), verdict.reason) == (
        "disallowed",
        "a derivative is not worked out",
    )
