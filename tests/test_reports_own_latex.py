r"""The house's own LaTeX goes to MathML in one pass: the same bytes as the general way."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from bench.mutations import mutated
from bench.rewrites import rewritten
from grader.expr.latex import to_latex
from grader.expr.tree import Dimensions, symbols
from grader.reports.mathml import foreign_mathml, mathml
from grader.reports.own_latex import own_mathml
from grader.reports.unicode_math import GREEK, unicode_math

ROOT = Path(__file__).parents[1]

#: Letters that the converter does not know or draws in another shape; it is asked for them.
_OTHER_SHAPES = ("epsilon", "varepsilon", "omicron")


def formulas() -> list[str]:
    """References, answers and quantities of Activity 6, and what becomes of them."""
    homework = grader.load_rubric(ROOT / "rubrics" / "activity6.yaml")
    stream = random.Random(7)
    found = {}
    for part in homework.parts:
        names = part.statement.vocabulary.function_names()
        found[to_latex(part.quantity, names)] = None
        found[to_latex(part.answer)] = found[to_latex(part.answer, names)] = None
        if isinstance(part.answer, Dimensions):
            continue
        for _ in range(12):
            tree, _ = rewritten(part.answer, stream, stream.randrange(1, 4))
            changed = mutated(tree, stream, tuple(sorted(symbols(tree))))
            found[to_latex(tree if changed is None else changed[0], names)] = None
    return list(found)


def test_answers_look_the_same_either_way() -> None:
    every = formulas()
    own = {latex: own_mathml(latex) for latex in every}
    taken = [latex for latex, element in own.items() if element is not None]
    assert len(taken) > 0.85 * len(every) > 150
    assert [latex for latex in taken if own[latex] != foreign_mathml(latex)] == []


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{\partial y}{\partial \phi_{0}}",
        r"-\sin\left(f_{2}\right)",
        r"\psi_{11} a\left[\theta_{01} + \theta_{11} x\right]^{2}",
        r"2 \cos\left(x\right) \operatorname{ReLU}\left(x_{1}^{2}\right) \max\left(0, x\right)",
        r"\left(x - 1\right) \left(-\frac{1}{2}\right) \cdot 3",
        r"\left|\sqrt{x_{1}}\right| \geq 0.50",
        r"I\left[x \neq 0 \land y \leq 1 \lor z < 2\right]",
        r"\max\left(x, \max\left(y, \frac{1}{z}\right)\right) \sin\left(1\right)",
        *(rf"\{name}_{{1}} \{name}^{{2}} \{name}" for name in GREEK if name not in _OTHER_SHAPES),
    ],
)
def test_the_same_bytes(latex: str) -> None:
    assert own_mathml(latex) is not None
    assert own_mathml(latex) == foreign_mathml(latex)


@pytest.mark.parametrize(
    "latex",
    ["", "x_1", r"\foo", r"\left(x", r"x\right)", r"\frac{1}", r"\sin^{2}", "{", "}", "x_{1}_{2}",
     r"\operatorname{a}", r"\href{u}{v}", r"\text{x}", "^{2}", "x^{}", "'", "é", "&"],
)  # fmt: skip
def test_what_the_house_does_not_print_is_handed_back(latex: str) -> None:
    assert own_mathml(latex) is None


_SOUP = st.lists(
    st.sampled_from([
        "x", "12", "0.5", " ", "+", "-", ">", ",", r"\cdot ", r"\theta_{01}", "f_{2}", r"\left(",
        r"\right)", r"\left[", r"\right]", r"\frac{x}{2}", r"\frac", "{", "}", "^{2}", "_{i}", "_",
        r"\sin", r"\max", r"\operatorname{ReLU}", r"\sqrt{x}", r"\partial ", "a", r"\left|",
        r"\right|", r"\geq ", r"\psi_{12} \phi_{0} + x", "(", ")", r"\mathrm{e}", "=",
    ]),
    max_size=14,
)  # fmt: skip


@given(_SOUP)
@settings(max_examples=400, deadline=None)
def test_any_formula_is_the_same_or_handed_back(tokens: list[str]) -> None:
    latex = "".join(tokens)
    own = own_mathml(latex)
    assert own is None or own == foreign_mathml(latex)
    assert mathml(latex) == foreign_mathml(latex)


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\frac\theta_{01}2", "θ/₀₁ 2"),
        (r"\sin_{2} x", "sin₂ x"),
        (r"\text{a\theta_{01}}", "aθ_{01}"),
        (r"\foo_{12}", r"\foo₁₂"),
        (r"x^\theta_{1}", "x^θ₁"),
        (r"\hat x_{1}", "x̂₁"),
    ],
)
def test_a_name_and_its_index_are_taken_apart_where_tex_does(latex: str, expected: str) -> None:
    assert unicode_math(latex) == expected
