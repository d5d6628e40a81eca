"""Right, given an earlier wrong answer: charged once, and never for what is not of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.grade import grade
from grader.homework import Homework, parse_rubric
from grader.read.answers import read_answers
from grader.results import PartResult

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "rubrics" / "activity6.yaml").read_text(encoding="utf-8")
NETWORK = parse_rubric(
    TEXT + "\npolicy: {follow_through_credit: 0.8, partial_credit: {sign: 0.5}}\n"
)

#: The whole chain back from the loss, each derivative in terms of the one before.
CHAIN = parse_rubric(
    r"""
schema: 1
id: chain
title: A chain
reveal: wrong
policy: {follow_through_credit: 1/2}
questions:
  - id: q1
    kind: chain_term
    symbols: [b, w, v, x, t]
    quantities:
      f: b + w x
      h: \sin[f]
      y: v h
      l: (y - t)^2
    parts:
      dl_dy: \partial l / \partial y
      dh_df: \partial h / \partial f
  - id: q2
    kind: derivative
    symbols: [b, w, v, x, t]
    quantities:
      f: b + w x
      h: \sin[f]
      y: v h
      l: (y - t)^2
    parts:
      dl_dw: \partial l / \partial w
      dl_db: \partial l / \partial b
      dl_dx: \partial l / \partial x
"""
)

P1 = "psi_01 + psi_11 a[theta_01 + theta_11 x] + psi_21 a[theta_02 + theta_12 x]"
P2 = "psi_02 + psi_12 a[theta_01 + theta_11 x] + psi_22 a[theta_02 + theta_12 x]"
Z1, Z2 = "theta_01 + theta_11 x", "theta_02 + theta_12 x"
FIRST, SECOND = f"phi_1 psi_11 I[{P1} > 0]", f"phi_2 psi_12 I[{P2} > 0]"
WEIGHT = SECOND.replace("phi_2 psi_12", "phi_2 psi_22")
WRONG_WEIGHT = f"({FIRST} + {WEIGHT}) I[{Z1} > 0]"
TWICE = f"phi_1^2 I[{P1} > 0]"

CARRIED = [
    # ∂y/∂θ₁₁ = ∂y/∂θ₀₁ · x.
    (NETWORK, {"theta_01": WRONG_WEIGHT, "theta_11": f"x {WRONG_WEIGHT}"}, "theta_11", "theta_01"),
    (NETWORK, {"theta_01": f"-({FIRST} + {SECOND}) I[{Z1} > 0]",
               "theta_11": f"-x ({FIRST} + {SECOND}) I[{Z1} > 0]"}, "theta_11", "theta_01"),
    # ∂y/∂ψ₁₁ = ∂y/∂ψ₀₁ · a[z₁], and one of the two paths of ∂y/∂θ₀₁.
    (NETWORK, {"psi_01": TWICE, "psi_11": f"{TWICE} a[{Z1}]"}, "psi_11", "psi_01"),
    (NETWORK, {"psi_01": TWICE, "theta_01": f"({TWICE} psi_11 + {SECOND}) I[{Z1} > 0]"},
     "theta_01", "psi_01"),
    # By the chain rule, from a link above and from one below, in another question.
    (CHAIN, {"q1.dl_dy": "(y - t)", "q2.dl_dw": r"v (v h - t) \cos(b + w x) x"}, "q2.dl_dw",
     "q1.dl_dy"),
    (CHAIN, {"q1.dh_df": r"-\cos f", "q2.dl_dw": r"-2 v (y - t) x \cos f"}, "q2.dl_dw", "q1.dh_df"),
    (CHAIN, {"q1.dh_df": r"f \cos f", "q2.dl_db": r"2 v (y - t) f \cos f"}, "q2.dl_db", "q1.dh_df"),
]  # fmt: skip

NOT_CARRIED = [
    # The earlier answer is right; the later is wrong otherwise; another relation.
    (NETWORK, {"theta_01": f"({FIRST} + {SECOND}) I[{Z1} > 0]", "theta_11": f"x {WRONG_WEIGHT}"}),
    (NETWORK, {"theta_01": WRONG_WEIGHT, "theta_11": f"x^2 {WRONG_WEIGHT}"}),
    (NETWORK, {"psi_01": f"-phi_1 I[{P1} > 0]", "psi_02": f"-phi_2 I[{P2} > 0]"}),
    # Degenerate: zero, or fewer names than the reference.
    (NETWORK, {"theta_01": "0", "theta_11": "0"}),
    (NETWORK, {"psi_01": "phi_1", "psi_11": f"phi_1 a[{Z1}]"}),
    (CHAIN, {"q1.dl_dy": "2 y", "q2.dl_db": r"2 v y \cos f"}),
    (CHAIN, {"q1.dl_dy": "0", "q2.dl_db": "0"}),
    # Two answers that are wrong alike, neither of which is made from the other.
    (CHAIN, {"q2.dl_dw": r"v (y - t) x \cos f", "q2.dl_db": r"v (y - t) \cos f"}),
    (CHAIN, {"q1.dl_dy": "-2 (y - t)", "q1.dh_df": r"-\cos f"}),
]  # fmt: skip


def graded(homework: Homework, answers: dict[str, str]) -> dict[str, PartResult]:
    lines = ["student: {name: Sam, id: 1}", "answers:"]
    lines += [f"  {full_id(part)}: '{text}'" for part, text in answers.items()]
    found = grade(homework, read_answers("\n".join(lines).encode(), "sam.yaml"))
    return {part.part: part for part in found.parts if part.answer}


def full_id(part: str) -> str:
    return part if "." in part else f"q1.{part}"


@pytest.mark.parametrize(("homework", "answers", "part", "slip"), CARRIED)
def test_right_given_an_earlier_answer(
    homework: Homework, answers: dict[str, str], part: str, slip: str
) -> None:
    found = graded(homework, answers)
    assert {str(result.verdict.outcome) for result in found.values()} == {"different"}
    later = found[full_id(part)]
    earlier = homework.part(full_id(slip))
    assert earlier is not None
    quantity = f"${earlier.latex(earlier.quantity)}$"
    credit = homework.file.policy.follow_through_credit
    assert (later.slip, later.mistake, later.points) == (full_id(slip), "follow_through", credit)
    assert later.feedback == (
        f"Right, given your {quantity}; mend {quantity} first.",
        f"It earns {credit} of the points, since the slip was charged before.",
    )
    # The earlier one is charged as it would be alone.
    (alone,) = graded(homework, {slip: answers[slip]}).values()
    assert found[full_id(slip)] == alone


@pytest.mark.parametrize(("homework", "answers"), NOT_CARRIED)
def test_what_is_not_carried(homework: Homework, answers: dict[str, str]) -> None:
    found = graded(homework, answers)
    assert {result.slip for result in found.values()} == {None}
    assert all(result.mistake != "follow_through" for result in found.values())


def test_the_original_is_graded_first() -> None:
    right = f"x ({FIRST} + {SECOND}) I[{Z1} > 0]"
    found = graded(NETWORK, {"theta_01": WRONG_WEIGHT, "theta_11": right})
    assert (str(found["q1.theta_11"].verdict.outcome), found["q1.theta_11"].points) == (
        "equivalent",
        1,
    )


def test_a_mistake_that_earns_more_by_itself_keeps_it() -> None:
    rubric = parse_rubric(
        TEXT + "\npolicy: {follow_through_credit: 0.25, partial_credit: {sign: 0.5}}\n"
    )
    wrong = f"-({FIRST} + {SECOND}) I[{Z1} > 0]"
    found = graded(rubric, {"theta_01": wrong, "theta_11": f"x ({wrong})"})
    assert [part.points for part in found.values()] == [Fraction(1, 2), Fraction(1, 2)]


def test_without_a_credit_nothing_is_looked_for() -> None:
    found = graded(parse_rubric(TEXT), {"theta_01": WRONG_WEIGHT, "theta_11": f"x {WRONG_WEIGHT}"})
    assert (
        found["q1.theta_11"].mistake == "wrong_weight+extra_factor"
        or found["q1.theta_11"].slip is None
    )


def test_definitions_of_the_student_are_part_of_the_answers() -> None:
    text = (
        "student: {name: Sam, id: 1}\ndefinitions: {s: 'y - t'}\nanswers:\n"
        "  q1.dl_dy: 's'\n  q2.dl_db: 'v s \\cos f'\n"
    )
    found = grade(CHAIN, read_answers(text.encode(), "sam.yaml"))
    assert [part.slip for part in found.parts] == [None, None, None, "q1.dl_dy", None]


def test_definitions_within_an_answer_too() -> None:
    found = graded(
        CHAIN, {"q1.dl_dy": "s, where s = y - t", "q2.dl_db": r"v s \cos f, where s = y - t"}
    )
    assert [part.slip for part in found.values()] == [None, "q1.dl_dy"]
    # One name for two things explains nothing.
    found = graded(
        CHAIN, {"q1.dl_dy": "s, where s = y - t", "q2.dl_db": r"v s \cos f, where s = y - 2 t"}
    )
    assert [part.slip for part in found.values()] == [None, None]
