"""Derivatives by one member of a family, held against sums that are written out first."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from grader.compare.values import evaluate
from grader.expr.calculus import differentiate
from grader.expr.families import instance, member, written_out
from grader.expr.latex import to_latex
from grader.expr.members import derivative_by_member
from grader.expr.names import Vocabulary
from grader.expr.parser import parse_expression
from grader.expr.tree import Node, symbols
from grader.homework import Homework, parse_rubric
from grader.judge import judge
from grader.questions.definitions import make_scope
from grader.results import Outcome, Verdict

RANGES = {"i": "n", "j": "n", "k": "n", "l": "m"}
NAMES = Vocabulary(names=frozenset("z_i y_i w_l W_ij V_il x_0 c n m".split()), indices=RANGES)
SIZES = {"n": 3, "m": 2}

#: What is differentiated, by what, and the derivative as printed (None: only held against).
RIGHT = [
    (r"\sum_{i=1}^{n} z_i^2", "z_i", r"2 z_{i}"),
    (r"\sum_{k=1}^{n} z_k^2", "z_i", r"2 z_{i}"),
    (r"\sum_i z_i y_i", "z_i", r"y_{i}"),
    (r"c z_i + \sum_{k=1}^{n} z_k", "z_i", None),
    (r"\log \sum_{i=1}^{n} e^{z_i}", "z_i", None),
    (r"-\sum_{i=1}^{n} y_i \log \frac{e^{z_i}}{\sum_{k=1}^{n} e^{z_k}}", "z_i", None),
    (r"\frac{e^{z_i}}{\sum_{k=1}^{n} e^{z_k}}", "z_i", None),
    (r"\frac{1}{n} \sum_{i=1}^{n} (z_i - \frac{1}{n} \sum_{j=1}^{n} z_j)^2", "z_i", None),
    (r"\sum_{i=1}^{n} \sum_{j=1}^{n} z_i z_j y_i", "z_i", None),
    (r"\sum_{i=1}^{n} \sum_{j=1}^{n} W_ij z_i z_j", "z_i", None),
    (r"\sum_{i=1}^{n} \sum_{j=1}^{n} W_ij z_i z_j", "W_ij", r"z_{i} z_{j}"),
    (r"\sum_{j=1}^{n} \sum_{i=1}^{n} W_ji^2", "W_ij", r"2 W_{ij}"),
    (r"\sum_{i=1}^{n} (\sum_{j=1}^{n} W_ij z_j - y_i)^2", "W_ij", None),
    (r"\sum_{i=1}^{n} (\sum_{l=1}^{m} V_il w_l - y_i)^2", "V_il", None),
    (r"\sum_{i=1}^{n} (\sum_{l=1}^{m} V_il w_l - y_i)^2", "w_l", None),
    (r"\prod_{i=1}^{n} (1 + z_i^2)", "z_i", None),
    (r"x_0 \sum_{i=1}^{n} z_i", "z_i", r"x_{0}"),
    (r"\sum_{i=1}^{n} W_ij z_i", "W_ij", r"z_{i}"),
]  # fmt: skip


@pytest.mark.parametrize("text, name, printed", RIGHT)
def test_against_sums_written_out(text: str, name: str, printed: str | None) -> None:
    tree = parse_expression(text, NAMES)
    found = derivative_by_member(tree, name, RANGES)
    if printed is not None:
        assert to_latex(found).replace(r" \cdot ", " ") == printed
    rng = random.Random(7)
    for values in ({"i": 1, "j": 2, "l": 1}, {"i": 3, "j": 3, "l": 2}):
        plain = written_out(instance(tree, values), SIZES, RANGES)
        truth = differentiate(plain, member(name, values))
        mine = written_out(instance(found, values), SIZES, RANGES)
        names = symbols(plain) | symbols(mine) | symbols(truth)
        for _ in range(3):
            at = {each: Fraction(rng.randint(1, 40), 16) for each in sorted(names)}
            assert _value(mine, at) == pytest.approx(_value(truth, at), rel=1e-12)


def _value(tree: Node, at: dict[str, Fraction]) -> float:
    found = evaluate(tree, {}, at, 100)
    assert found is not None
    assert found.value is not None
    return float(found.value)


WRONG = [
    (r"\sum_{i=1}^{n} W_ii", "W_ij", "`W_kk` may or may not be `W_ij`"),
    (r"\sum_{i=2}^{n} z_i", "z_i", "the sum over j does not run over all that i stands for"),
    (r"\sum_{l=1}^{m} z_l", "z_i", "the sum over l does not run over all that i stands for"),
    (r"z_j^2", "z_i", "`z_j` and `z_i` have indices that nothing ties together"),
    (r"z_1^2", "z_i", "`z_1` may or may not be `z_i`"),
]


@pytest.mark.parametrize("text, name, message", WRONG)
def test_what_cannot_be_told_apart_is_refused(text: str, name: str, message: str) -> None:
    names = Vocabulary(names=frozenset(["z_1", "z_j", *NAMES.names]), indices=RANGES)
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        derivative_by_member(parse_expression(text, names), name, RANGES)


# --- In a rubric ------------------------------------------------------------------------

SHEET = r"""
schema: 1
id: t
title: T
questions:
  - id: q1
    kind: derivative
    symbols: [mu_i, {name: s_i, assume: positive}, z_i, y_i, w]
    indices: {i: n}
    quantities:
      D: \frac{1}{2} \sum_{i=1}^{n} (\mu_i^2 + s_i^2 - \log s_i^2 - 1)
      L: \log \sum_{i=1}^{n} e^{z_i} - \sum_{i=1}^{n} y_i z_i
      f_i: w z_i
      Q: \sum_{i=1}^{n} (f_i - y_i)^2
    parts:
      mu: \partial D / \partial \mu_i
      s: \partial D / \partial s_i
      z: \partial L / \partial z_i
      w: \partial Q / \partial w
      f: \partial Q / \partial f_i
"""

#: The part, what was written, and its verdict; what is right was worked out by hand.
WRITTEN = [
    ("mu", r"\mu_i", Outcome.EQUIVALENT),
    ("mu", r"\frac{1}{2} \cdot 2\mu_i", Outcome.EQUIVALENT),
    ("mu", r"\sum_{i=1}^{n} \mu_i", Outcome.DIFFERENT),
    ("mu", r"2\mu_i", Outcome.DIFFERENT),
    ("s", r"s_i - \frac{1}{s_i}", Outcome.EQUIVALENT),
    ("s", r"\frac{s_i^2 - 1}{s_i}", Outcome.EQUIVALENT),
    ("s", r"\sum_{i=1}^{n} (s_i - 1/s_i)", Outcome.DIFFERENT),
    ("z", r"\frac{e^{z_i}}{\sum_{k=1}^{n} e^{z_k}} - y_i", Outcome.EQUIVALENT),
    ("z", r"\frac{e^{z_i}}{\sum_{i=1}^{n} e^{z_i}} - y_i", Outcome.EQUIVALENT),
    ("z", r"\frac{e^{z_i}}{\sum_{k=1}^{n} e^{z_k}} + y_i", Outcome.DIFFERENT),
    ("z", r"1 - y_i", Outcome.DIFFERENT),
    ("f", r"2 (f_i - y_i)", Outcome.EQUIVALENT),
    ("f", r"2 (w z_i - y_i)", Outcome.EQUIVALENT),
    ("f", r"\sum_{i=1}^{n} 2 (f_i - y_i)", Outcome.DIFFERENT),
    # Derivatives that are left standing under a sum: those that the question does not ask.
    ("w", r"\sum_{i=1}^{n} \frac{\partial Q}{\partial f_i} z_i", Outcome.EQUIVALENT),
    ("w", r"\sum_{j=1}^{n} \frac{\partial Q}{\partial f_j} z_j", Outcome.EQUIVALENT),
    ("w", r"\sum_{i=1}^{n} \frac{\partial}{\partial f_i} (f_i - y_i)^2 z_i", Outcome.EQUIVALENT),
    ("w", r"2 \sum_{i=1}^{n} \frac{\partial Q}{\partial f_i} z_i", Outcome.DIFFERENT),
    ("w", r"\sum_{i=1}^{n} \frac{\partial Q}{\partial f_i}", Outcome.DIFFERENT),
    ("w", r"\sum_{i=1}^{n} 2 (f_i - y_i) \frac{\partial f_i}{\partial w}", Outcome.DISALLOWED),
    ("w", r"\sum_{j=1}^{n} \frac{\partial Q}{\partial f_j} \frac{\partial f_j}{\partial w}",
     Outcome.DISALLOWED),
    ("w", r"\frac{\partial Q}{\partial w}", Outcome.DISALLOWED),
]  # fmt: skip


HOMEWORK = parse_rubric(SHEET)


def verdict_on(homework: Homework, part_id: str, text: str) -> Verdict:
    part = homework.part(part_id)
    assert part is not None
    scope = make_scope(part.statement, (), (), part.question)
    return judge(homework, part, text, scope).verdict


@pytest.mark.parametrize("part, text, outcome", WRITTEN)
def test_what_students_write(part: str, text: str, outcome: Outcome) -> None:
    assert verdict_on(HOMEWORK, f"q1.{part}", text).outcome is outcome
