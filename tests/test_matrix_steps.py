"""The steps of a matrix derivative, as the key shows them, held against differences.

Every step says that two differentials are equal.  Both are evaluated with NumPy along a
random direction: the differential of a part is its central difference.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.expr.tree import Node, Operation, Symbol, children, with_children
from grader.expr.typed import SCALAR, Typing
from grader.expr.typed_tree import to_tree
from grader.homework import parse_rubric
from grader.matrix_calculus import Step, matrix_steps
from grader.reports.key_page import key_view
from grader.reports.unicode_math import unicode_math
from tests.matrix_truth import value
from tests.test_matrices import DERIVED, SHAPES, point, tree_of

#: How far a central difference may be off.
STEP = 1e-6


def _holds(step: Step, name: str, values: dict[str, Any], direction: Any) -> bool:
    """Whether both sides of a step have one value along a direction."""
    ways = [{**values, name: values[name] + sign * STEP * direction} for sign in (1.0, -1.0)]

    def change(tree: Node) -> Any:
        above, below = (value(tree, way) for way in ways)
        return (above - below) / (2 * STEP)

    known: dict[str, Any] = {}

    def without(tree: Node) -> Node:
        if isinstance(tree, Operation) and tree.name == "differential":
            letter = f"differential{len(known)}"
            known[letter] = change(tree.operands[0])
            return Symbol(letter)
        return with_children(tree, tuple(without(child) for child in children(tree)))  # type: ignore[arg-type]

    sides = [value(without(to_tree(side)), {**values, **known}) for side in (step.left, step.right)]
    return bool(np.allclose(*sides, rtol=1e-5, atol=1e-6))


@pytest.mark.parametrize("layout", ["denominator", "numerator"])
@pytest.mark.parametrize("text, name", [(text, name) for text, name, _ in DERIVED])
def test_every_step_is_an_equation(text: str, name: str, layout: str) -> None:
    typed = Typing(SHAPES, {}).typed(tree_of(text))
    values = point(11, positive="log(p" in text)
    direction = np.random.default_rng(3).normal(size=values[name].shape)
    steps = matrix_steps(typed, name, SHAPES.get(name, SCALAR), layout)
    assert steps
    for step in steps:
        assert _holds(step, name, values, direction), step.rule


SHEET = r"""
schema: 1
id: t
title: T
questions:
  - id: q1
    kind: matrix_derivative
    layout: {layout}
    functions: {{a: relu}}
    symbols: [{{name: lambda, assume: positive}}]
    sizes: {{A: m \times n, W: n \times n, x: n, b: m, y: n}}
    quantities:
      r: A x - b
      L: \frac{{1}}{{m}} \|r\|^2
      h: a[W y]
      u: x^T W^{{-1}} y
      t: \mathrm{{tr}}(W^T W)
    parts:
      of: \partial {above} / \partial {below}
"""

#: What is asked, the layout, and each step as the key has it.
SHOWN = [
    ("u W denominator", [
        ("constant factor", "du = d(x^⊤W⁻¹y) = x^⊤d(W⁻¹)y"),
        ("inverse", "d(W⁻¹) = −W⁻¹(dW)W⁻¹"),
        ("put together", "du = −x^⊤W⁻¹(dW)W⁻¹y"),
        ("turned round under the trace, tr(AB) = tr(BA)", "du = tr(−W⁻¹yx^⊤W⁻¹dW)"),
        ("denominator layout: what stands before the differential, transposed",
         "∂u/∂W = −(W⁻¹)^⊤xy^⊤(W⁻¹)^⊤"),
    ]),
    ("L x denominator", [
        ("constant factor", "dL = d(1/m ‖r‖²) = 1/m d(r^⊤r)"),
        ("product rule", "d(r^⊤r) = d(r^⊤)r + r^⊤dr"),
        ("transpose", "d(r^⊤) = (dr)^⊤"),
        ("sum rule", "dr = d(Ax − b) = d(Ax)"),
        ("constant factor", "d(Ax) = Adx"),
        ("put together", "dL = 1/m ((dx)^⊤A^⊤r + r^⊤Adx)"),
        ("collected, a number being its own transpose", "dL = 2/m r^⊤Adx"),
        ("denominator layout: what stands before the differential, transposed",
         "∂L/∂x = 2/m A^⊤r"),
    ]),
    ("L r numerator", [
        ("constant factor", "dL = d(1/m ‖r‖²) = 1/m d(r^⊤r)"),
        ("product rule", "d(r^⊤r) = d(r^⊤)r + r^⊤dr"),
        ("transpose", "d(r^⊤) = (dr)^⊤"),
        ("put together", "dL = 1/m ((dr)^⊤r + r^⊤dr)"),
        ("collected, a number being its own transpose", "dL = 2/m r^⊤dr"),
        ("numerator layout: what stands before the differential", "∂L/∂r = 2/m r^⊤"),
    ]),
    ("h y numerator", [
        ("chain rule, entry by entry", "dh = d(a[Wy]) = a′[Wy] ⊙ d(Wy)"),
        ("constant factor", "d(Wy) = Wdy"),
        ("put together", "dh = a′[Wy] ⊙ (Wdy)"),
        ("collected", "dh = diag(a′[Wy])Wdy"),
        ("numerator layout: what stands before the differential", "∂h/∂y = diag(a′[Wy])W"),
    ]),
    ("t W denominator", [
        ("trace", "dt = d(tr(W^⊤W)) = tr(d(W^⊤W))"),
        ("product rule", "d(W^⊤W) = d(W^⊤)W + W^⊤dW"),
        ("transpose", "d(W^⊤) = (dW)^⊤"),
        ("put together", "dt = tr((dW)^⊤W + W^⊤dW)"),
        ("turned round under the trace, tr(AB) = tr(BA)", "dt = tr(2W^⊤dW)"),
        ("denominator layout: what stands before the differential, transposed", "∂t/∂W = 2W"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize("asked, steps", SHOWN, ids=[row[0] for row in SHOWN])
def test_the_steps_of_the_key(asked: str, steps: list[tuple[str, str]]) -> None:
    above, below, layout = asked.split()
    view = key_view(parse_rubric(SHEET.format(above=above, below=below, layout=layout)))
    (part,) = view.questions[0].parts
    assert [(step.rule, unicode_math(step.latex)) for step in part.steps] == steps
