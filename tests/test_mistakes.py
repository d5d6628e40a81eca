"""Known mistakes: each is named when it is made, and only then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.compare.cases import Side
from grader.compare.ladder import proved_equal
from grader.expr.latex import to_latex
from grader.expr.tree import Dimensions
from grader.grade import judge
from grader.homework import load_rubric
from grader.mistakes.paths import paths, value_of
from grader.mistakes.table import MISTAKES
from grader.questions.definitions import make_scope
from grader.results import PartResult

ROOT = Path(__file__).parents[1]
HOMEWORK = load_rubric(ROOT / "rubrics" / "activity6.yaml")

Z1, Z2 = "theta_01 + theta_11 x", "theta_02 + theta_12 x"
P1 = f"psi_01 + psi_11 a[{Z1}] + psi_21 a[{Z2}]"
P2 = f"psi_02 + psi_12 a[{Z1}] + psi_22 a[{Z2}]"
FIRST, SECOND = f"phi_1 psi_11 I[{P1} > 0]", f"phi_2 psi_12 I[{P2} > 0]"


def judged(part_id: str, text: str) -> PartResult:
    part = HOMEWORK.part(part_id)
    assert part is not None
    return judge(HOMEWORK, part, text, make_scope(part.statement, (), (), part.question))


# (part, answer, the mistake's name, words of the sentence)
EXAMPLES = [
    ("q2.dh3_df2", r"\sin f_2", "sign", "The sign is wrong"),
    ("q1.phi_0", "0", "zero", "is not zero"),
    ("q2.dh3_df2", r"\cos f_2", "wrong_rule", "the derivative of cos is −sin"),
    ("q2.dh2_df1", r"f_1 e^{f_1 - 1}", "wrong_rule", "exp is not a power"),
    ("q1.psi_01", f"phi_1 a[{P1}]", "function_for_derivative", "its derivative belongs"),
    ("q1.psi_11", f"phi_1 I[{P1} > 0] I[{Z1} > 0]", "derivative_for_function", "itself belongs"),
    ("q1.phi_1", P1, "derivative_for_function", None),
    ("q1.theta_11", f"{FIRST} I[{Z1} > 0] x", "one_path", "is not counted"),
    ("q1.psi_01", "phi_1", "missing_indicator", "is missing"),
    ("q1.theta_01", f"{FIRST} + {SECOND}", "missing_indicator", "is missing"),
    (
        "q1.theta_11",
        f"({FIRST} + {SECOND}) I[{Z1} > 0]",
        "missing_factor",
        "The inner derivative $x$ of",
    ),
    ("q1.psi_11", f"I[{P1} > 0] a[{Z1}]", "missing_factor", r"$\phi_{1}$ is missing"),
    (
        "q1.theta_01",
        f"({FIRST} + phi_2 psi_22 I[{P2} > 0]) I[{Z1} > 0]",
        "wrong_weight",
        r"$\psi_{22}$ stands where $\psi_{12}$ belongs",
    ),
    ("q1.psi_01", f"phi_1 I[{P1} < 0]", "negated_indicator", "turned round"),
    ("q1.psi_01", f"phi_1 I[{P2} > 0]", "wrong_unit", "another unit"),
    ("q1.psi_02", f"phi_1 I[{P1} > 0]", "another_part", "not"),
    ("q2.df1_dh1", "h_1", "wrong_variable", "with respect to"),
    ("q2.dh3_df2", "f_2", "not_differentiated", "itself"),
    ("q2.dh1_df0", r"-\cos f_0", "sign", None),
    ("q2.dh3_df2", r"-\cos f_2", "wrong_rule", None),
    ("q2.df2_dh2", r"\omega_2 h_2^2 / 2", "integrated", "an integral"),
    (
        "q2.df1_dh1",
        r"\omega_1 \cdot \omega_2 e^{f_1}",
        "whole_chain",
        "a longer piece of the chain",
    ),
    ("q2.df2_dh2", r"\omega_3", "subscript", "check the subscripts"),
    (
        "q1.psi_01",
        f"phi_1 I[psi_01 + psi_11 a[{Z1}] + psi_22 a[{Z2}] > 0]",
        "subscript",
        "check the subscripts",
    ),
    (
        "q1.theta_01",
        f"({FIRST} - {SECOND}) I[{Z1} > 0]",
        "sign_of_a_path",
        "has the wrong sign",
    ),
    ("q2.dh1_df0", r"2 \cos f_0", "constant_factor", "$2$ times"),
    ("q2.df2_dh2", r"\omega_2 h_2", "extra_factor", "too many"),
    ("q2.df2_dh2", r"1 / \omega_2", "reciprocal", "one over the right one"),
    ("q3.df1_dh1", "D_2 x D_1", "transposed", "swapped"),
    ("q3.dl_df0", "1", "scalar_for_vector", "a vector"),
    ("q3.df1_dh1", "D_1", "vector_for_matrix", "is a matrix"),
    ("q3.df1_dh1", r"D_1 D_2 \times 1", "product_of_sizes", "multiplied"),
    ("q3.df1_dh1", r"D_1 \times D_3", "another_layer", "columns"),
    # Two at once, and the closest relation.
    ("q2.dh3_df2", r"2 \cos f_2", "wrong_rule+constant_factor", "Two things are wrong"),
    ("q1.psi_02", f"-phi_1 I[{P1} > 0]", "another_part+sign", "Two things are wrong"),
    ("q2.dh1_df0", r"\frac{7}{5} \cos f_0", "times", r"times $\frac{7}{5}$"),
    ("q2.df2_dh2", r"\omega_2 + \beta_2", "plus", r"plus $\beta_{2}$"),
]


@pytest.mark.parametrize(("part_id", "text", "mistake", "words"), EXAMPLES)
def test_a_mistake_is_named(part_id: str, text: str, mistake: str, words: str | None) -> None:
    result = judged(part_id, text)
    assert (str(result.verdict.outcome), result.mistake) == ("different", mistake), result.feedback
    if words is not None:
        assert words in result.feedback[0]
    assert result.nudge


#: Rows that need a statement which Activity 6 does not have, or that another row
#: always describes as well.
WITHOUT_EXAMPLE = {"half_product_rule", "chain_stopped", "inner_for_outer", "subscript_once"}


def test_every_row_has_an_example() -> None:
    named = {part for row in EXAMPLES for part in row[2].split("+")}
    assert {mistake.name for mistake in MISTAKES} - named == WITHOUT_EXAMPLE


def test_a_right_answer_has_no_mistake() -> None:
    for part in HOMEWORK.parts:
        assert judged(part.id, to_latex(part.answer)).mistake is None


def test_nothing_is_claimed_where_nothing_fits() -> None:
    result = judged("q2.dh1_df0", r"\log(1 + \beta_3^2) f_0^3 - e^{x_i}")
    assert (result.mistake, result.nudge) == (None, None)


@pytest.mark.parametrize(
    "part", [p for p in HOMEWORK.parts if p.question != "q3"], ids=lambda part: part.id
)
def test_the_paths_of_the_derivation_add_up_to_the_reference(part) -> None:
    line = part.statement.forward[part.quantity.quantity.name]
    total = value_of(paths(line, part.quantity.variable.name))
    environment = part.statement.forward
    assert proved_equal(Side(total, environment), Side(part.answer, environment), frozenset())


@pytest.mark.parametrize("part", HOMEWORK.parts, ids=lambda part: part.id)
def test_a_nudge_says_nothing_of_the_right_answer(part) -> None:
    names = set(re.findall(r"[a-z]+_\{?\w+\}?", to_latex(part.answer)))
    for mistake in MISTAKES:
        assert not any(name in mistake.nudge for name in names)
        assert "$" not in mistake.nudge


@pytest.mark.parametrize("part_id", ["q1.theta_11", "q1.psi_21", "q2.dh2_df1", "q3.df2_dh2"])
def test_every_wrong_answer_of_the_table_is_diagnosed_and_truly(part_id: str) -> None:
    part = HOMEWORK.part(part_id)
    assert part is not None
    sentences = {}
    for name, wrong in HOMEWORK.diagnoser.wrong_answers(part):
        sentences.setdefault(wrong.sentence, []).append(wrong.tree)
        if _same(part.answer, wrong.tree, part):
            continue  # no mistake in this part: ψ₂₁ and ψ₁₁ swapped in a sum, say
        found = HOMEWORK.diagnoser.diagnose(part, wrong.tree, {})
        if found is None:
            continue
        if found.mistake == name and found.sentence == wrong.sentence:
            continue
        # Another description: then the answer equals a wrong answer of that one.
        assert any(_same(tree, wrong.tree, part) for tree in sentences[found.sentence])


def _same(left, right, part) -> bool:
    environment, positive = part.statement.forward, part.statement.positive
    if isinstance(left, Dimensions):
        return all(
            proved_equal(Side(a, environment), Side(b, environment), positive)
            for a, b in ((left.rows, right.rows), (left.columns, right.columns))
        )
    return proved_equal(Side(left, environment), Side(right, environment), positive)
