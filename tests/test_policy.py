"""Points: partial credit, the other layout, all or nothing, rounding; always exact."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.grade import grade
from grader.homework import Homework, parse_rubric
from grader.read.answers import read_answers
from grader.read.rubric import Policy
from grader.results import Outcome, Submission, Verdict, points_json
from grader.score import points_for

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "rubrics" / "activity6.yaml").read_text(encoding="utf-8")
SIZES = {
    "dl_df0": "D_1 x 1", "dh1_df0": "D_1 x D_1", "df1_dh1": "D_1 x D_2", "dh2_df1": "D_2 x D_2",
    "df2_dh2": "D_2 x D_3", "dh3_df2": "D_3 x D_3", "df3_dh3": "D_3 x D_f", "dl_df3": "D_f x 1",
}  # fmt: skip


def homework(policy: str) -> Homework:
    return parse_rubric(TEXT + f"\npolicy: {policy}\n")


def submitted(rubric: Homework, answers: dict[str, dict[str, str]]) -> Submission:
    lines = ["student: {name: Sam, id: 1}", "answers:"]
    for question, parts in answers.items():
        lines.append(f"  {question}:")
        lines += [f"    {part}: '{text}'" for part, text in parts.items()]
    return grade(rubric, read_answers("\n".join(lines).encode(), "sam.yaml"))


def turned(sizes: dict[str, str]) -> dict[str, str]:
    return {part: " x ".join(reversed(text.split(" x "))) for part, text in sizes.items()}


POINTS = [
    (Outcome.EQUIVALENT, None, Fraction(2)),
    (Outcome.DIFFERENT, None, Fraction(0)),
    (Outcome.DIFFERENT, "sign", Fraction(1)),
    (Outcome.DIFFERENT, "one_path", Fraction(0)),
    (Outcome.DIFFERENT, "subscript+sign", Fraction(1, 3)),
    (Outcome.MISSING, None, Fraction(0)),
    (Outcome.UNREADABLE, None, None),
    (Outcome.UNDECIDED, None, None),
    (Outcome.DISALLOWED, None, None),
]


@pytest.mark.parametrize(("outcome", "mistake", "points"), POINTS)
def test_points(outcome: Outcome, mistake: str | None, points: Fraction | None) -> None:
    policy = Policy(partial_credit={"sign": Fraction(1, 2), "subscript": Fraction(1, 3)})
    assert points_for(Verdict(outcome), Fraction(2), mistake, policy) == points


def test_partial_credit_for_a_mistake_that_is_certain() -> None:
    rubric = homework("{partial_credit: {sign: 0.5}}")
    found = submitted(rubric, {"q2": {"dh3_df2": r"\sin f_2", "df2_dh2": r"\omega_1"}})
    parts = {part.part: part for part in found.parts}
    assert (parts["q2.dh3_df2"].mistake, parts["q2.dh3_df2"].points) == ("sign", Fraction(1, 2))
    assert (parts["q2.df2_dh2"].mistake, parts["q2.df2_dh2"].points) == ("another_part", 0)
    assert found.score == Fraction(1, 2)


def test_a_credit_for_an_unknown_mistake_is_a_fault() -> None:
    with pytest.raises(Exception, match=r"`sgin` is no known mistake.*did you mean `sign`"):
        homework("{partial_credit: {sgin: 0.5}}")


def test_the_other_layout_throughout_is_one_mistake() -> None:
    found = submitted(homework("{other_layout_credit: 0.75}"), {"q3": turned(SIZES)})
    parts = {part.part: part for part in found.parts if part.part.startswith("q3")}
    assert {part.mistake for part in parts.values()} == {None, "other_layout"}
    # Three sizes are square and right; five earn three quarters.
    assert found.score == 3 + 5 * Fraction(3, 4)
    told = [part.feedback[0] for part in parts.values() if part.mistake]
    assert told[0].startswith("All of your sizes are in the other layout")
    assert "It earns 3/4 of the points" in told[0]
    assert set(told[1:]) == {"The other layout again: rows and columns are swapped."}


def test_the_other_layout_here_and_there_is_no_habit() -> None:
    mixed = {**SIZES, "df1_dh1": "D_2 x D_1", "df2_dh2": "D_3 x D_2"}
    found = submitted(homework("{other_layout_credit: 0.75}"), {"q3": mixed})
    assert found.score == 6
    assert {part.mistake for part in found.parts} == {None, "transposed"}


def test_all_or_nothing_waits_for_a_person() -> None:
    rubric = homework("{all_or_nothing: true}")
    assert submitted(rubric, {"q3": SIZES}).score == 8
    wrong = submitted(rubric, {"q3": {**SIZES, "dl_df3": "D_f x D_1"}})
    assert wrong.score == 0
    waiting = submitted(rubric, {"q3": {**SIZES, "dl_df3": "D_f x ("}})
    assert (waiting.score, waiting.pending) == (7, 1)


@pytest.mark.parametrize(
    ("rounding", "score"), [("none", Fraction(1, 3)), ("half", Fraction(1, 2)), ("whole", 0)]
)
def test_rounding(rounding: str, score: Fraction) -> None:
    rubric = homework(f"{{partial_credit: {{sign: 1/3}}, rounding: {rounding}}}")
    assert submitted(rubric, {"q2": {"dh3_df2": r"\sin f_2"}}).score == score


@pytest.mark.parametrize(
    ("points", "printed"),
    [(Fraction(25), 25), (Fraction(1, 2), 0.5), (Fraction(1, 3), 0.33), (Fraction(999, 1000), 1)],
)
def test_points_as_canvas_takes_them(points: Fraction, printed: float) -> None:
    assert points_json(points) == printed


SLIPS = {
    "theta_11": r"x phi_1 psi_11 I[psi_01 + psi_11 a[z_1] + psi_21 a[z_2] > 0] I[z_1 > 0]"
    r" + x phi_2 psi_12 I[psi_02 + psi_12 a[z_1] + psi_22 a[z_2] > 0] I[z_1 > 0]",
    "psi_01": "phi_1 I[psi_01 + psi_11 a[z_1] + psi_21 a[z_2] > 0]",
    "psi_02": "phi_2 I[psi_02 + psi_12 a[z_1] + psi_22 a[z_2] > 0]",
    "phi_1": "a[psi_01 + psi_11 a[z_1] + psi_21 a[z_2]]",
}


def slipped(policy: str, z_2: str, answers: dict[str, str]) -> dict[str, object]:
    lines = ["student: {name: Sam, id: 1}", "definitions:", "  z_1: theta_01 + theta_11 x",
             f"  z_2: {z_2}", "answers:", "  q1:"]  # fmt: skip
    lines += [f"    {part}: '{text}'" for part, text in answers.items()]
    found = grade(homework(policy), read_answers("\n".join(lines).encode(), "sam.yaml"))
    return {part.part.removeprefix("q1."): part for part in found.parts}


@pytest.mark.parametrize(
    ("z_2", "mend"),
    [
        ("theta_02 - theta_12 x", r"\theta_{02} + \theta_{12} x"),
        ("-theta_02 + theta_12 x", r"\theta_{02} + \theta_{12} x"),
        ("theta_02 + theta_12 x x", r"\theta_{02} + \theta_{12} x"),
    ],
)
def test_a_slip_in_a_definition_is_charged_once(z_2: str, mend: str) -> None:
    parts = slipped("{follow_through_credit: 0.8}", z_2, SLIPS)
    wrong = [parts[name] for name in ("phi_1", "psi_01", "psi_02", "theta_11")]
    assert {part.slip for part in wrong} == {"z_2"}
    assert {str(part.verdict.outcome) for part in wrong} == {"different"}
    assert [part.points for part in wrong] == [0, *[Fraction(4, 5)] * 3]
    assert (
        wrong[0]
        .feedback[0]
        .startswith(f"Right, given your $z_{{2}}$; but $z_{{2}}$ should have been ${mend}$")
    )


def test_without_a_credit_a_slip_is_told_and_earns_nothing() -> None:
    parts = slipped("{}", "theta_02 - theta_12 x", SLIPS)
    assert (parts["psi_02"].slip, parts["psi_02"].points) == ("z_2", 0)


def test_a_slip_that_makes_the_answer_trivial_carries_nothing() -> None:
    # Zero, or fewer names than the reference: θ₁₂ is gone from the second.
    parts = slipped("{follow_through_credit: 0.8}", "0", {"psi_21": "phi_1 I[psi_01 > 0] a[z_2]"})
    assert (parts["psi_21"].slip, parts["psi_21"].points) == (None, 0)
    parts = slipped("{follow_through_credit: 0.8}", "theta_02 + theta_11 x", SLIPS)
    assert (parts["psi_02"].slip, parts["psi_02"].points) == (None, 0)


def test_sizes_that_do_not_chain_are_shown_against_each_other() -> None:
    found = submitted(homework("{}"), {"q3": {**SIZES, "df1_dh1": "D_2 x D_3"}})
    parts = {part.part: part for part in found.parts}
    told = [sentence for sentence in parts["q3.df1_dh1"].feedback if "side by side" in sentence]
    assert told == [
        r"In the chain, your sizes $D_{1} \times D_{1}$ and $D_{2} \times D_{3}$ stand side by "
        "side, and they do not multiply.",
        r"In the chain, your sizes $D_{2} \times D_{3}$ and $D_{2} \times D_{2}$ stand side by "
        "side, and they do not multiply.",
    ]
    # What is right is not blamed for its neighbour.
    assert not any("side by side" in line for line in parts["q3.dh1_df0"].feedback)


def test_a_bonus_part_and_a_cap() -> None:
    text = TEXT.replace(
        "      dl_df3: \\partial \\ell_i / \\partial f_3",
        "      dl_df3: {quantity: '\\partial \\ell_i / \\partial f_3', bonus: true, points: 2}",
    )
    assert text != TEXT
    rubric = parse_rubric(text)
    assert rubric.statement.possible == 25
    found = submitted(rubric, {"q3": SIZES})
    assert (found.score, found.possible) == (9, 25)
    capped = parse_rubric(text + "\npolicy: {cap: 8.5}\n")
    assert submitted(capped, {"q3": SIZES}).score == Fraction(17, 2)


def test_decimals_count_as_the_rubric_says() -> None:
    answers = {"q1": {"psi_01": "1.000 phi_1 I[psi_01 + psi_11 a[theta_01 + theta_11 x] + "
                      "psi_21 a[theta_02 + theta_12 x] > 0]", "phi_0": "0.9999"}}  # fmt: skip
    exact = {part.part: part for part in submitted(homework("{}"), answers).parts}
    assert str(exact["q1.phi_0"].verdict.outcome) == "different"
    assert str(exact["q1.psi_01"].verdict.outcome) == "equivalent"
    rounded = submitted(homework("{decimals: significant 3}"), answers)
    found = {part.part: part.verdict for part in rounded.parts}["q1.phi_0"]
    assert str(found.outcome) == "equivalent"
    assert "3 significant digits" in " ".join(found.notes)


def test_a_difference_at_a_kink_is_noted_where_the_rubric_asks() -> None:
    answer = r"phi_1 I[psi_01 + psi_11 a[theta_01 + theta_11 x] + psi_21 a[theta_02 + theta_12 x] \\ge 0]"
    answers = {"q1": {"psi_01": answer.replace("\\\\", "\\")}}
    for policy, notes in (("{}", 0), ("{kink_notes: true}", 1)):
        found = submitted(homework(policy), answers)
        verdict = {part.part: part.verdict for part in found.parts}["q1.psi_01"]
        assert (str(verdict.outcome), len(verdict.notes)) == ("equivalent", notes)


@pytest.mark.parametrize(("assume", "outcome"), [("real", "different"), ("positive", "equivalent"),
                                                 ("nonnegative", "equivalent")])  # fmt: skip
def test_assumptions_of_a_rubric(assume: str, outcome: str) -> None:
    text = f"""
schema: 1
id: roots
title: Roots
course: Calculus
questions:
  - id: q1
    kind: derivative
    title: A root
    prompt: Differentiate.
    symbols: [{{name: w, assume: {assume}}}, x]
    quantities: {{y: x w}}
    parts: {{dy_dx: dy/dx}}
"""
    rubric = parse_rubric(text)
    found = submitted(rubric, {"q1": {"dy_dx": r"\sqrt{w^2}"}})
    assert str(found.parts[0].verdict.outcome) == outcome


#: Sums are exact and printed last: a third three times is a whole.
SUMS = [
    # (policy, the three parts' points as shares, total, what Canvas is given)
    ("{}", ["1", "1", "1"], Fraction(3), 3),
    ("{partial_credit: {sign: 1/3}}", ["-1", "-1", "-1"], Fraction(1), 1),
    ("{partial_credit: {sign: 1/3}}", ["-1", "0", "0"], Fraction(1, 3), 0.33),
    ("{partial_credit: {sign: 1/3}}", ["-1", "-1", "1"], Fraction(5, 3), 1.67),
    ("{partial_credit: {sign: 1/6}, rounding: half}", ["-1", "-1", "-1"], Fraction(1, 2), 0.5),
    ("{partial_credit: {sign: 1/8}, rounding: half}", ["-1", "-1", "0"], Fraction(1, 2), 0.5),
    ("{partial_credit: {sign: 1/8}, rounding: half}", ["-1", "0", "0"], Fraction(0), 0),
    ("{partial_credit: {sign: 1/2}, rounding: whole}", ["-1", "0", "0"], Fraction(1), 1),
    ("{partial_credit: {sign: 1/2}, rounding: whole, cap: 2}", ["-1", "1", "1"], Fraction(2), 2),
    ("{cap: 5/2}", ["1", "1", "1"], Fraction(5, 2), 2.5),
    ("{all_or_nothing: true, partial_credit: {sign: 1}}", ["-1", "1", "1"], Fraction(3), 3),
    ("{all_or_nothing: true, partial_credit: {sign: 0.5}}", ["-1", "1", "1"], Fraction(0), 0),
]


@pytest.mark.parametrize(("policy", "signs", "score", "printed"), SUMS)
def test_sums(policy: str, signs: list[str], score: Fraction, printed: float) -> None:
    rubric = parse_rubric(
        f"""
schema: 1
id: sums
title: Sums
policy: {policy}
questions:
  - id: q1
    kind: derivative
    symbols: [u, v, w, x]
    quantities: {{p: u x, q: v x, r: w x}}
    parts: {{p: dp/dx, q: dq/dx, r: dr/dx}}
"""
    )
    answers = {part: f"{sign} {name}" if sign != "0" else "x x"
               for part, name, sign in zip("pqr", "uvw", signs, strict=True)}  # fmt: skip
    found = submitted(rubric, {"q1": answers})
    assert (found.score, points_json(found.score)) == (score, printed)
    assert found.as_json()["score"] == printed
