"""Formulas: as Unicode text, and as MathML that holds nothing but mathematics."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.limits import MATHML_CHARACTERS, MATHML_DEPTH, UNICODE_MATH_DEPTH
from grader.reports import mathml as module
from grader.reports.mathml import mathml
from grader.reports.unicode_math import unicode_math


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (
            r"\phi_{1}\,I\left[\psi_{01}+\psi_{11}\,\operatorname{a}\left[\theta_{01}"
            r"+\theta_{11}\,x\right]>0\right]",
            "φ₁ I[ψ₀₁ + ψ₁₁ a[θ₀₁ + θ₁₁ x] > 0]",
        ),
        (r"-\sin\left[f_{2}\right]", "−sin[f₂]"),
        (r"\frac{\partial y}{\partial \phi_{0}}", "∂y/∂φ₀"),
        (r"\frac{\partial \ell_{i}}{\partial \mathbf{f}_{0}}", "∂ℓᵢ/∂f₀"),
        (r"D_{1}\times D_{f}", "D₁ × D_f"),
        (r"\mathbb{R}^{D_{1}\times 1}", "ℝ^(D₁ × 1)"),
        (r"\begin{cases}x & \text{if } x>0 \\ 0 & \text{otherwise}\end{cases}",
         "{ x if x > 0; 0 otherwise }"),
        (r"\begin{cases}x & x>0 \\ 0\end{cases}", "{ x if x > 0; 0 }"),
        (r"\left|-x\right|", "|−x|"),
        (r"a\cdot b = c", "a · b = c"),
        (r"\beta_{0}+\omega_{0}\cdot -x", "β₀ + ω₀ · −x"),
        (r"\exp\left[x\right]\left(1+2\,f_{1}\right)", "exp[x](1 + 2 f₁)"),
        (r"\hat{y}_{i}", "y\u0302ᵢ"),
        (r"e^{-z}", "e^(−z)"),
        (r"x^{2}y^{-1}z^{ab}", "x²y⁻¹z^(ab)"),
        (r"a^{\prime}\left[z\right]", "a′[z]"),
        (r"\sin^{2} x\cos y", "sin² x cos y"),
        (r"2\sin x", "2 sin x"),
        (r"\frac{1}{2}x", "1/2 x"),
        (r"x\frac{1}{2}", "x 1/2"),
        (r"\frac{a+b}{c\,d}", "(a + b)/(c d)"),
        (r"\frac12", "1/2"),
        (r"\sqrt{x}+\sqrt[3]{x+1}+\sqrt[5]{x}", "√x + ∛(x + 1) + x^(1/5)"),
        (r"\max\left[0,z\right]", "max[0, z]"),
        (r"\operatorname{ReLU}\left[x\right]\,y", "ReLU[x] y"),
        ("1 2", "1 2"),
        ("", ""),
        # Unknown and broken text shows, as far as there is any.
        (r"\foo x", r"\foox"),
        ("}{", "}"),
        (r"\frac", "/()"),
    ],
)  # fmt: skip
def test_unicode(latex, expected):
    assert unicode_math(latex) == expected


def test_what_nests_too_deep_is_shown_as_it_is():
    deep = "{" * (UNICODE_MATH_DEPTH + 1) + "x" + "}" * (UNICODE_MATH_DEPTH + 1)
    assert unicode_math(deep) == deep


LATEX = st.lists(
    st.sampled_from(
        r"\frac { } [ ] ( ) _ ^ \left[ \right] \left \right x 1 + - \sqrt \begin{cases} \end{cases}"
        r" & \\ \text{ ' \, \theta \mathbb \hat \operatorname \href \color \genfrac $ % # ~ <".split()
    ),
    max_size=25,
).map(" ".join)


@given(LATEX | st.text(max_size=40))
def test_unicode_raises_nothing_and_stays_on_one_line(latex):
    assert "\n" not in unicode_math(latex).strip() or "\n" in latex


@settings(deadline=None)
@given(LATEX | st.text(max_size=40))
def test_mathml_is_one_well_formed_element_of_known_kinds(latex):
    markup = mathml(latex)
    if markup is None:
        return
    root = ET.fromstring(markup)
    assert root.tag == "math"
    for element in root.iter():
        assert element.tag == "math" or element.tag in module._ELEMENTS
        assert set(element.attrib) <= {
            "accent", "accentunder", "class", "fence", "form", "linethickness", "mathvariant",
            "stretchy", "width",
        }  # fmt: skip


def words(markup: str | None) -> str:
    return "".join(ET.fromstring(markup or "<none/>").itertext())


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\text{<script>alert(1)</script>}", "<script>alert(1)</script>"),
        (r"\text{</math><b>}", "</math><b>"),
        (r"\href{javascript:alert(1)}{x}", "x"),
        (r"\operatorname{a}", "a"),
    ],
)
def test_mathml_is_escaped(latex, text):
    assert words(mathml(latex)) == text
    assert "javascript" not in (mathml(latex) or "")
    assert "<script" not in (mathml(latex) or "")


@pytest.mark.parametrize(
    "latex",
    [
        "", " ", "{", r"\frac{", "x_1_2", r"\left[", r"\genfrac", r"\left", r"\color{",
        "x" * (MATHML_CHARACTERS + 1),
        "{" * (MATHML_DEPTH + 1) + "}" * (MATHML_DEPTH + 1),
        r"\sqrt" * 1000 + "x",
    ],
)  # fmt: skip
def test_what_cannot_be_converted_is_none(latex):
    assert mathml(latex) is None


def test_a_long_formula_breaks_before_operators_and_after_brackets():
    markup = mathml(
        r"\phi_{1}\,I\left[\psi_{01}+\psi_{11}\,\operatorname{a}\left[\theta_{01}+\theta_{11}\,x"
        r"\right]>0\right]\,x"
    )
    assert markup is not None
    root = ET.fromstring(markup)
    pieces = ["".join(piece.itertext()) for piece in root[0]]
    assert root.get("class") == "wraps"
    assert pieces == ["ϕ1I[ψ01", "+ψ11a[θ01+θ11x]", ">0]", "x"]
    # An operator first in its row is still laid out between blanks.
    assert all(piece[0].get("form") == "infix" for piece in root[0] if piece[0].tag == "mo")


def test_a_sign_is_no_place_to_break():
    assert words(mathml("-x")) == "−x"
    assert "wraps" not in (mathml("-x") or "")


def test_brackets_grow_only_around_what_is_tall():
    assert 'stretchy="true"' not in (mathml(r"\left[f_{2}\right]") or "")
    assert 'stretchy="true"' in (mathml(r"\left[\frac{1}{2}\right]") or "")


def test_a_named_operator_is_a_name():
    assert (
        mathml(r"\operatorname{a}") == '<math><mrow><mi mathvariant="normal">a</mi></mrow></math>'
    )
    assert re.search(r"<mi>sin</mi>", mathml(r"\sin x") or "")


@pytest.mark.parametrize(
    ("latex", "spaces"),
    [
        (r"\psi_{11}\max\left(0,x\right)", 1),
        (r"2\sin^{2} x", 1),
        (r"\left(x\right)\operatorname{ReLU}\left(x\right)", 1),
        (r"\sin x", 0),
        (r"-\sin x", 0),
        (r"2\,\sin x", 1),
        (r"\sin\cos x", 0),
        ("xy", 0),
    ],
)
def test_a_name_does_not_touch_the_operand_before_it(latex, spaces):
    assert (mathml(latex) or "").count("<mspace") == spaces
