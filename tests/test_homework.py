"""A rubric becomes a homework, or all of its faults are told at once."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.compare.cases import Side
from grader.compare.ladder import proved_equal
from grader.errors import RubricError
from grader.expr.calculus import differentiate
from grader.expr.latex import to_latex
from grader.expr.tree import Dimensions, Symbol
from grader.grade import grade
from grader.homework import load_rubric, parse_rubric
from grader.read.answers import read_answers

ROOT = Path(__file__).parents[1]
HOMEWORK = load_rubric(ROOT / "rubrics" / "activity6.yaml")
TEXT = (ROOT / "rubrics" / "activity6.yaml").read_text(encoding="utf-8")

PARTS = [
    *(f"q1.{name}" for name in "phi_0 phi_1 phi_2 psi_01 psi_11 psi_21 psi_02 psi_12 psi_22 "
      "theta_01 theta_11 theta_02 theta_12".split()),
    *(f"q2.{name}" for name in "dh3_df2 df2_dh2 dh2_df1 df1_dh1 dh1_df0".split()),
    *(f"q3.{name}" for name in "dl_df0 dh1_df0 df1_dh1 dh2_df1 df2_dh2 dh3_df2 df3_dh3 "
      "dl_df3".split()),
]  # fmt: skip

#: The homework's own solutions to the second and third question, as people read them.
PRINTED = {
    "q2.dh3_df2": r"-\sin", "q2.df2_dh2": r"\omega_{2}", "q2.dh2_df1": r"\exp",
    "q2.df1_dh1": r"\omega_{1}", "q2.dh1_df0": r"\cos",
    "q3.dl_df0": r"D_{1} \times 1", "q3.dh1_df0": r"D_{1} \times D_{1}",
    "q3.df1_dh1": r"D_{1} \times D_{2}", "q3.dh2_df1": r"D_{2} \times D_{2}",
    "q3.df2_dh2": r"D_{2} \times D_{3}", "q3.dh3_df2": r"D_{3} \times D_{3}",
    "q3.df3_dh3": r"D_{3} \times D_{f}", "q3.dl_df3": r"D_{f} \times 1",
}  # fmt: skip


def test_the_parts_are_those_of_the_contract() -> None:
    assert [part.id for part in HOMEWORK.parts] == PARTS
    assert HOMEWORK.statement.possible == 26


@pytest.mark.parametrize(("part_id", "printed"), PRINTED.items())
def test_the_derived_references_are_the_printed_solutions(part_id: str, printed: str) -> None:
    part = HOMEWORK.part(part_id)
    assert part is not None
    latex = to_latex(part.answer)
    if part_id.startswith("q3"):
        assert latex == printed
    else:
        assert latex.startswith(printed)


@pytest.mark.parametrize(
    "part", [part for part in HOMEWORK.parts if part.question != "q3"], ids=lambda part: part.id
)
def test_sympy_and_the_rules_of_calculus_derive_the_same(part) -> None:
    name = part.quantity.variable.name
    line = part.statement.forward[part.quantity.quantity.name]
    ours = Side(differentiate(line, name), part.statement.forward)
    assert not isinstance(part.answer, Dimensions)
    assert proved_equal(ours, Side(part.answer, part.statement.forward), frozenset())
    # The same proof does not go through for anything else.
    assert not proved_equal(ours, Side(Symbol("x"), part.statement.forward), frozenset())


def test_the_rubric_states_no_answers() -> None:
    for solution in (r"-\sin", r"\cos[f_0]", r"\times", "> 0]\n"):
        assert solution not in TEXT


def faults(text: str) -> list[str]:
    with pytest.raises(RubricError) as caught:
        parse_rubric(text, "rubric.yaml")
    return [str(fault).splitlines()[0] for fault in caught.value.faults]


def changed(*changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


# (changes to the rubric, what is said)
FAULTS = [
    ([("kind: derivative", "kind: derivativ")],
     ["`derivativ` is not a kind of question", "did you mean `derivative`?"]),
    ([("phi_1: \\partial y / \\partial \\phi_1", "phi_1: \\partial y / \\partial \\phi_7")],
     ["phi_7", "did you mean"]),
    ([("h_2: \\exp[f_1]", "h_2: \\exp[f_1")], ["never closed"]),
    ([("h_2: \\exp[f_1]", "h_2: \\exp[f_9]")], ["f_9", "$.questions[1].quantities.h_2"]),
    ([("f_1: \\beta_1 + \\omega_1 \\cdot h_1", "f_1: \\beta_1 + \\omega_1 \\cdot h_3")],
     ["before it is defined"]),
    ([("functions: {a: relu}", "functions: {a: rellu}")],
     ["`rellu` is not a function", "did you mean `relu`?"]),
    ([("dh2_df1: \\partial h_2 / \\partial f_1", "dh2_df1: \\partial h_2 / \\partial f_0")],
     ["does not occur in the definition"]),
    ([("h_3: D_3", "h_3: D_9")], ["D_9"]),
    ([("layout: denominator", "layout: denom")], ["`denom` is none of `denominator`"]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), FAULTS)
def test_faults_of_mathematics_have_their_place_and_a_suggestion(changes, said) -> None:
    found = faults(changed(*changes))
    assert all(fault.startswith("rubric.yaml:") for fault in found)
    assert any(all(words in fault for words in said) for fault in found), found


def test_all_faults_of_shape_and_of_mathematics_are_told_at_once() -> None:
    found = faults(
        changed(
            ("title: Derivatives of a network", "titel: Derivatives of a network"),
            ("kind: chain_term", "kind: chain_terms"),
            ("h_3: D_3", "h_3: D_9"),
            ("self_check: verdict", "self_check: verdicts"),
            ("phi_1: \\partial y / \\partial \\phi_1", "phi_1: \\partial y / \\partial \\phi_7"),
        )
    )
    for words in ("`titel`", "`chain_terms`", "D_9", "`verdicts`", "phi_7"):
        assert any(words in fault for fault in found), (words, found)


def test_points_are_exact() -> None:
    homework = parse_rubric(changed(("points: 1 ", "points: 1/3 ")))
    assert homework.statement.possible == 13 * Fraction(1, 3) + 13


def test_a_derivative_that_is_zero_is_a_fault() -> None:
    text = changed(
        ("theta_12, x]", "theta_12, x, w]"),
        ("phi_0: \\partial y / \\partial \\phi_0", "phi_0: \\partial y / \\partial w"),
    )
    assert any("`y` does not depend on `w`" in fault for fault in faults(text))


@pytest.mark.parametrize(("allowed", "verdict"), [("true", "disallowed"), ("false", "equivalent")])
def test_a_rubric_may_allow_partials_as_subscripts(allowed: str, verdict: str) -> None:
    homework = parse_rubric(
        changed(
            ("    kind: derivative", f"    kind: derivative\n    subscript_partials: {allowed}")
        )
    )
    text = "student: {name: Sam, id: 1}\nanswers:\n  q1:\n    phi_0: 'y_{\\phi_1} = 1'\n"
    found = grade(homework, read_answers(text.encode(), "sam.yaml"))
    assert str(found.parts[0].verdict.outcome) == verdict
