"""Known mistakes: each is named when it is made, and only then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.compare.cases import Side
from grader.compare.ladder import proved_equal
from grader.expr.latex import to_latex
from grader.expr.tree import Dimensions
from grader.homework import Homework, load_rubric, parse_rubric
from grader.judge import judge
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


def judged(part_id: str, text: str, homework: Homework = HOMEWORK) -> PartResult:
    part = homework.part(part_id)
    assert part is not None
    return judge(homework, part, text, make_scope(part.statement, (), (), part.question))


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
    ("q2.df2_dh2", r"\omega_2 h_2", "extra_factor", "There is a factor $h_{2}$ too many."),
    (
        "q1.theta_01",
        f"({FIRST.replace('psi_11 a', 'psi_12 a')} + {SECOND}) I[{Z1} > 0]",
        "subscript_once",
        r"In one place $\psi_{12}$ stands where $\psi_{11}$ belongs.",
    ),
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


#: What Activity 6 has no place for: products of two factors that move, three functions
#: inside one another, three ReLU units in a row.
SMALL = parse_rubric(
    r"""
schema: 1
id: small
title: Rules
reveal: wrong
questions:
  - id: q1
    kind: derivative
    functions: {a: relu}
    symbols: [x, u, v, w, b, theta_0, theta_1]
    quantities:
      p: x^2 \sin[x]
      s: b + 3 x - u x \exp[x]
      c: \sin[\exp[x^3]]
      d: a[u a[v a[w x]]]
    parts:
      p: \partial p / \partial x
      s: \partial s / \partial x
      c: \partial c / \partial x
      d: \partial d / \partial w
"""
)

HALF = "The product rule has a term for each factor; here one is missing."
SMALL_EXAMPLES = [
    ("q1.p", "2 x sin x", "half_product_rule", HALF),
    ("q1.p", "x^2 cos x", "half_product_rule", HALF),
    ("q1.p", "2 x cos x", "half_product_rule",
     "The derivative of a product is not the product of the derivatives."),
    ("q1.s", r"3 - u e^x", "half_product_rule", HALF),
    ("q1.s", r"3 - u x e^x", "half_product_rule", HALF),
    ("q1.c", r"\cos[\exp[x^3]]", "chain_stopped",
     "The chain stops early: the derivatives of the inner functions are missing."),
    ("q1.d", "u v x I[w x > 0]", "inner_for_outer",
     "The inner unit's indicator stands where the outer unit's belongs."),
    ("q1.d", "u v x", "missing_indicator", "The indicators of the ReLU functions are missing."),
]  # fmt: skip


@pytest.mark.parametrize(("part_id", "text", "mistake", "sentence"), SMALL_EXAMPLES)
def test_a_mistake_is_named_in_another_homework(
    part_id: str, text: str, mistake: str, sentence: str
) -> None:
    result = judged(part_id, text, SMALL)
    assert (str(result.verdict.outcome), result.mistake) == ("different", mistake), result.feedback
    assert result.feedback[0] == sentence


def test_every_row_has_an_example() -> None:
    named = {part for row in (*EXAMPLES, *SMALL_EXAMPLES) for part in row[2].split("+")}
    # Examples of other kinds of question are in test_kinds.py.
    others = {"another_order", "other_way", "no_rate", "change_only"}
    assert {mistake.name for mistake in MISTAKES} - named == others


THETA = f"({FIRST} + {SECOND}) I[{Z1} > 0]"
RELATIONS = [
    ("q1.theta_01", f"5 x {THETA}", r"times $5 x$"),
    ("q1.theta_01", f"{THETA} / phi_1", r"times $\frac{1}{\phi_{1}}$"),
    ("q1.theta_01", f"{THETA} - phi_1 psi_01", r"minus $\phi_{1} \psi_{01}$"),
    ("q1.theta_01", f"{THETA} + 3 x / 2", r"plus $\frac{3 x}{2}$"),
    ("q1.theta_01", f"{THETA} + 3", "plus $3$"),
    ("q1.theta_01", f"{THETA} + I[{Z2} > 0]", r"plus $I\left[\theta_{02} + \theta_{12} x > 0\right]$"),
    ("q1.theta_01", f"{THETA} - a[{Z1}]", r"minus $a\left[\theta_{01} + \theta_{11} x\right]$"),
    ("q2.dh2_df1", r"\exp[f_1] + 2", "plus $2$"),
    ("q2.dh2_df1", r"-\frac{2 \omega_1}{3 h_1} \exp[f_1]", r"times $-\frac{2 \omega_{1}}{3 h_{1}}$"),
    ("q2.df1_dh1", r"\omega_1 - 2 \beta_1", r"minus $2 \beta_{1}$"),
    ("q1.phi_0", "7", "times $7$"),
]  # fmt: skip


@pytest.mark.parametrize(("part_id", "text", "words"), RELATIONS)
def test_the_closest_relation(part_id: str, text: str, words: str) -> None:
    result = judged(part_id, text)
    assert result.feedback[0] == f"Your answer is the right one {words}."
    assert result.mistake == ("times" if words.startswith("times") else "plus")


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
