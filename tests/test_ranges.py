"""Symbols that are known to lie between two numbers: ``range: 0 < p < 1``."""

from __future__ import annotations

import random
import re
from fractions import Fraction

import pytest
from mpmath import mp, mpf

from bench.truth import Side, differ_at
from grader import equivalent
from grader.compare.intervals import Interval, interval_of
from grader.errors import RubricError
from grader.expr.names import FREE
from grader.expr.parser import parse_condition, parse_expression
from grader.homework import parse_rubric
from grader.questions import QUESTIONS
from grader.results import Outcome

UNIT = "0 < p < 1"

#: Two sides, the range of p, whether they are equal inside it, and where they part outside.
SIDES = (
    ("|p|", "p", UNIT, True, "-1/2"),
    ("\\sqrt{p^2}", "p", UNIT, True, "-1/2"),
    ("\\log(p(1-p))", "\\log p + \\log(1-p)", UNIT, True, None),
    ("\\log(p^2)", "2 \\log p", UNIT, True, "-1/2"),
    ("I[p > 0]", "1", UNIT, True, "-1/2"),
    ("I[p < 1]", "1", UNIT, True, "3/2"),
    ("\\operatorname{ReLU}(p)", "p", UNIT, True, "-1/2"),
    ("\\max(p, 0)", "p", UNIT, True, "-1/2"),
    ("|1 - p|", "1 - p", UNIT, True, "3/2"),
    ("|p - 2|", "2 - p", UNIT, True, "5/2"),
    ("\\min(p, p^2)", "p^2", UNIT, True, "3/2"),
    ("p + I[p > 3]", "p", UNIT, True, "4"),
    ("|p - 1/2|", "p - 1/2", UNIT, False, None),
    ("I[p < 1/2]", "1", UNIT, False, None),
    ("\\max(p, 1-p)", "p", UNIT, False, None),
    ("1.0001 p", "p", UNIT, False, None),
    ("\\sqrt{(p-2)^2}", "p - 2", "p > 2", True, "1"),
    ("|p|", "-p", "p \\le -1", True, "1"),
    ("\\log(p/(3-p))", "\\log p - \\log(3-p)", "0 \\le p \\le 3", True, None),
    ("1/|p-5|", "1/(5-p)", "5 > p", True, "6"),
    ("|p|", "p", "p > -1", False, None),
)  # fmt: skip


def inside(interval: Interval, stream: random.Random) -> Fraction:
    """A number of the interval, drawn without the code that is tested."""
    low = interval.low if interval.low is not None else (interval.high or Fraction(0)) - 50
    high = interval.high if interval.high is not None else low + 50
    return low + (high - low) * Fraction(stream.randrange(1, 10_000), 10_000)


@pytest.mark.parametrize("left, right, written, equal, beyond", SIDES)
def test_only_what_is_inside_counts(
    left: str, right: str, written: str, equal: bool, beyond: str | None
) -> None:
    verdict = equivalent(left, right, symbols={"p": written})
    interval = interval_of(parse_condition(written, FREE), "p")
    sides = tuple(Side(parse_expression(text, FREE), {}) for text in (left, right))
    stream = random.Random(f"{left} {written}")
    points = [inside(interval, stream) for _ in range(100)]
    with mp.workdps(50):
        values = [{"p": mpf(point.numerator) / point.denominator} for point in points]
    apart = [differ_at(*sides, value) for value in values]
    assert any(apart) is not equal  # mpmath says the same as the table
    if equal:
        assert (verdict.outcome, verdict.method) == (Outcome.EQUIVALENT, "normal form")
    else:
        assert verdict.witness is not None
        ((name, value),) = verdict.witness.at
        assert name == "p"
        assert interval.low is None or value > interval.low
        assert interval.high is None or value < interval.high
    if beyond is not None:
        at = Fraction(beyond)
        assert differ_at(*sides, {"p": mpf(at.numerator) / at.denominator})
        assert equivalent(left, right, symbols=["p"]).outcome is Outcome.DIFFERENT


@pytest.mark.parametrize(
    "written, said",
    [
        ("1 < p < 0", "no number lies between 1 and 0"),
        ("0 < p < 0", "no number lies between 0 and 0"),
        ("p < \\pi", "the ends of the range of `p` must be fractions"),
        ("p < q", "the ends of the range of `p` must be numbers"),
        ("p = 1", "a range is written such as `0 < p < 1`"),
        ("0 < 2p < 1", "each part of the range must have `p` on one side"),
    ],
)
def test_what_is_no_range(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        interval_of(parse_condition(written, FREE), "p")


RUBRIC = """\
schema: 1
id: entropy
title: Entropy
questions:
  - id: q1
    kind: derivative
    symbols:
      - {name: p, range: 0 < p <= 1}
    quantities:
      H: -p \\log p - (1 - p) \\log(1 - p)
    parts:
      slope: dH/dp
"""


def test_a_rubric_states_a_range() -> None:
    (part,) = parse_rubric(RUBRIC).parts
    assert part.statement.intervals == {"p": Interval(Fraction(0), Fraction(1))}
    kind = QUESTIONS[part.kind]
    for text, outcome in (
        ("log((1-p)/p)", "equivalent"),
        ("log(1-p) - log p", "equivalent"),
        ("log|(1-p)/p|", "equivalent"),
        ("log(p/(1-p))", "different"),
    ):
        tree = kind.read(text, part.statement.vocabulary, part).tree
        assert str(kind.judge(part, tree, {}).outcome) == outcome, text


@pytest.mark.parametrize(
    "written, fault",
    [
        ("range: 1 < p < 0", "rubric.yaml:8:26: no number lies between 1 and 0"),
        ("range: 0 < p < 1, assume: positive",
         "rubric.yaml:8:26: a range says all of a real symbol; `p` is assumed to be positive already"),
        ("range: 0 < r < 1", "rubric.yaml:8:30: `r` is not a name of this homework"),
    ],
)  # fmt: skip
def test_faults_of_a_range_have_their_place(written: str, fault: str) -> None:
    with pytest.raises(RubricError) as caught:
        parse_rubric(RUBRIC.replace("range: 0 < p <= 1", written), "rubric.yaml")
    (found,) = caught.value.faults
    assert str(found).splitlines()[0] == f"{fault} @ $.questions[0].symbols[0].range"
