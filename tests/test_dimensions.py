"""How sizes are read."""

from __future__ import annotations

import pytest

from grader.expr.dimensions import parse_dimensions
from grader.expr.latex import to_latex
from grader.expr.names import Vocabulary
from grader.expr.tree import Partial, Symbol

SIZES = Vocabulary(frozenset("D_1 D_2 D_3 D_f ell_i f_0 f_1 h_1 x y".split()))
TWO = r"D_{1} \times D_{2}"


@pytest.mark.parametrize(
    "text, size",
    [
        (r"D_1 \times D_2", TWO),
        ("D_{1} × D_{2}", TWO),
        ("D1xD2", TWO),
        ("D1XD2", TWO),
        ("D_1 x D_2", TWO),
        ("D_1xD_2", TWO),
        ("D_1*D_2", TWO),
        ("D₁×D₂", TWO),
        ("(D_1, D_2)", TWO),
        ("[D_1,D_2]", TWO),
        (r"\left(D_1, D_2\right)", TWO),
        (r"(D_1 \times D_2)", TWO),
        ("D_1-by-D_2", TWO),
        ("D_1 by D_2", TWO),
        (r"D_1 \text{ by } D_2", TWO),
        (r"\in \mathbb{R}^{D_1 \times D_2}", TWO),
        (r"\mathbb R^{D_1\times D_2}", TWO),
        ("ℝ^{D_1×D_2}", TWO),
        ("R^{D1 x D2}", TWO),
        ("R^D1xD2", TWO),
        ("R^(D_1 x D_2)", TWO),
        ("is $D_1 \\times D_2$", TWO),
        ("$D_1$ by $D_2$", TWO),
        ("$D_1$x$D_2$.", TWO),
        ("a D_1 x D_2 matrix", TWO),
        ("size: (D_1, D_2)", TWO),
        (r"\boxed{D_1 \times D_2}", TWO),
        ("D_1", r"D_{1} \times 1"),
        ("D_1 x 1", r"D_{1} \times 1"),
        ("D_1x1", r"D_{1} \times 1"),
        ("1xD1", r"1 \times D_{1}"),
        ("(D_1,)", r"D_{1} \times 1"),
        ("[D_1]", r"D_{1} \times 1"),
        (r"\mathbb{R}^{D_1}", r"D_{1} \times 1"),
        ("1", r"1 \times 1"),
        ("scalar", r"1 \times 1"),
        ("a scalar", r"1 \times 1"),
        (r"\mathbb{R}", r"1 \times 1"),
        ("DfxD1", r"D_{f} \times D_{1}"),
        ("3 x 4", r"3 \times 4"),
        ("3x4", r"3 \times 4"),
        (r"2D_1 \times 1", r"2 D_{1} \times 1"),
        (r"(D_1 + 1) \times D_2", r"\left(D_{1} + 1\right) \times D_{2}"),
        (r"D_1 \cdot D_2", TWO),
    ],
)
def test_sizes(text, size):
    assert to_latex(parse_dimensions(text, SIZES).tree) == size


@pytest.mark.parametrize(
    "text, heading",
    [
        (
            r"\frac{\partial \ell_i}{\partial \mathbf{f_0}} \in \mathbb{R}^{D_1 \times 1}",
            Partial(Symbol("ell_i"), Symbol("f_0")),
        ),
        ("dh_1/df_0 = D_1 x D_1", Partial(Symbol("h_1"), Symbol("f_0"))),
        ("∂h_1/∂f_0: D_1 x D_1", Partial(Symbol("h_1"), Symbol("f_0"))),
        ("x: D_1", Symbol("x")),
        ("size: D_1", None),
        ("D_1", None),
    ],
)
def test_headings(text, heading):
    vocabulary = Vocabulary(SIZES.names - {"x"} | {"y"}) if heading is None else SIZES
    if heading == Symbol("x"):
        text, heading = text.replace("x", "y", 1), Symbol("y")
    assert parse_dimensions(text, vocabulary).heading == heading


@pytest.mark.parametrize(
    "text, notes",
    [
        ("D_1", ["`D_1` alone is read as a column, `D_1 × 1`"]),
        ("1", []),
        (r"D_1 \cdot D_2", [r"`\cdot` between two sizes is read as ×, not as a product"]),
        ("D_1*D_2", []),
    ],
)
def test_notes(text, notes):
    assert [note.message for note in parse_dimensions(text, SIZES).notes] == notes


def test_spans_and_the_text_are_kept():
    text = r"is $D_3 \times D_2$"
    reading = parse_dimensions(text, SIZES)
    assert reading.text == text
    assert text[reading.tree.span.start : reading.tree.span.end] == r"D_3 \times D_2"
