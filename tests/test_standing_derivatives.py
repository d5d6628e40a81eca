"""Derivatives that an answer about matrices leaves standing, read in the question's layout."""

from __future__ import annotations

import pytest

from grader.homework import load_rubric, parse_rubric
from grader.judge import judge
from grader.questions.definitions import make_scope
from grader.results import Outcome

#: All sizes are equal, so that nothing but the values tells a matrix from its transpose.
SQUARE = r"""
schema: 1
id: t
title: T
questions:
  - id: q1
    kind: matrix_derivative
    layout: denominator
    sizes: {U: n \times n, W: n \times n, x: n, y: n}
    quantities:
      h: U x
      z: W h
      L: \|z - y\|^2
    parts:
      x: \partial L / \partial x
"""

SHEETS = {
    "square": parse_rubric(SQUARE),
    "backprop": load_rubric("matrix_backprop"),
}

RIGHT, WRONG, NO, DOUBT = (
    Outcome.EQUIVALENT, Outcome.DIFFERENT, Outcome.DISALLOWED, Outcome.UNDECIDED)  # fmt: skip

#: The homework, the part, what was written, the verdict and the beginning of its reason.
ROWS = [
    ("backprop", "column.dL_dOmega0", r"\frac{\partial L}{\partial f_0} x^T", RIGHT, ""),
    ("backprop", "column.dL_dOmega0",
     r"\frac{\partial h}{\partial f_0} \frac{\partial f_1}{\partial h} \frac{\partial L}{\partial f_1} x^T",
     RIGHT, ""),
    ("backprop", "column.dL_dOmega0",
     r"(\Omega_1^T \frac{\partial L}{\partial f_1} \odot a'[f_0]) x^T", RIGHT, ""),
    ("backprop", "column.dL_dOmega0", r"\nabla_{f_0} L \, x^T", RIGHT, ""),
    ("backprop", "row.dL_dOmega0",
     r"x \frac{\partial L}{\partial f_1} \frac{\partial f_1}{\partial h} \frac{\partial h}{\partial f_0}",
     RIGHT, ""),
    ("backprop", "column.dL_dOmega0", r"2 \frac{\partial L}{\partial f_0} x^T", WRONG, ""),
    ("backprop", "column.dL_dOmega0", r"\frac{\partial L}{\partial \Omega_0}", NO,
     "this restates the question"),
    ("backprop", "column.dL_dOmega0",
     r"\frac{\partial L}{\partial f_0} \frac{\partial f_0}{\partial \Omega_0}", NO,
     "this contains a derivative that is not worked out and that the question asks for"),
    ("backprop", "column.dL_dbeta0", r"\frac{\partial f_1}{\partial \Omega_1} x", NO,
     "this contains a derivative that is not worked out: a derivative of a vector or matrix"),
    # In the question's layout dz/dh is W^T.  Who takes it for W and transposes it is right too.
    ("square", "q1.x", r"U^T \frac{\partial z}{\partial h} \frac{\partial L}{\partial z}", RIGHT, ""),
    ("square", "q1.x", r"U^T (\frac{\partial z}{\partial h})^T \frac{\partial L}{\partial z}", DOUBT,
     "it is right if a derivative in it is read in the numerator layout"),
    ("square", "q1.x", r"(\frac{\partial L}{\partial z} \frac{\partial z}{\partial h} U)^T", DOUBT,
     "it is right if a derivative in it is read in the numerator layout"),
    ("square", "q1.x", r"-U^T (\frac{\partial z}{\partial h})^T \frac{\partial L}{\partial z}", WRONG, ""),
]  # fmt: skip


@pytest.mark.parametrize("sheet, part_id, text, outcome, reason", ROWS)
def test_a_derivative_that_is_left_standing(
    sheet: str, part_id: str, text: str, outcome: Outcome, reason: str
) -> None:
    homework = SHEETS[sheet]
    part = homework.part(part_id)
    assert part is not None
    scope = make_scope(part.statement, (), (), part.question)
    verdict = judge(homework, part, text, scope).verdict
    assert verdict.outcome is outcome
    assert (verdict.reason or "").startswith(reason)
