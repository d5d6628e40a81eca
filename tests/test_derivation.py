"""The steps of a derivation: each is true, and none is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import grader
from grader.expr.calculus import differentiate
from grader.expr.derivation import Step, derivation
from grader.expr.latex import to_latex
from grader.expr.names import FREE
from grader.expr.parser import parse_expression
from grader.expr.tree import Node, Partial, Symbol, children, substitute, symbols, with_children
from grader.homework import Homework, load_rubric, parse_rubric
from grader.questions.part import Part
from grader.reports.key_page import key_view, steps_of

ROOT = Path(__file__).parents[1]
HOMEWORKS = [load_rubric(path) for path in sorted((ROOT / "rubrics").glob("*.yaml"))]

EXAMPLES = [
    ("3", []),
    ("y^2", []),
    ("x^3", [("power rule", "x^{3}", "3 x^{2}")]),
    ("5 - x y",
     [("sum rule", "5 - x y", r"\frac{\partial}{\partial x} \left(-x y\right)"),
      ("constant factor", "-x y", r"-\frac{\partial}{\partial x} \left(x y\right)"),
      ("constant factor", "x y", "y")]),
    (r"\sin(x^2)",
     [("chain rule", r"\sin\left(x^{2}\right)",
       r"\cos\left(x^{2}\right) \frac{\partial}{\partial x} \left(x^{2}\right)"),
      ("power rule", "x^{2}", "2 x")]),
    ("x e^x", None), ("x / (1 + x^2)", None), ("x^x", None), ("2^x", None), ("(1 + x)^y", None),
    (r"\sqrt{1 + x}", None), (r"\frac{x}{3}", None), (r"\mathrm{relu}(x y) + |x|", None),
    (r"\begin{cases} x^2 & x > 0 \\ -x & \text{otherwise} \end{cases}", None),
    (r"\max(x, y)", None), (r"I[x > 0] x^2", None), (r"\log(\sigma(x))", None),
    (r"\sin x \cos x \exp x", None), (r"(x + y)(x - y)", None), (r"\sum_{i=1}^{n} x^2 z_i", None),
]  # fmt: skip


def evaluated(tree: Node) -> Node:
    """The tree with its derivatives worked out in one go."""
    if isinstance(tree, Partial):
        assert isinstance(tree.variable, Symbol)
        return differentiate(tree.quantity, tree.variable.name)
    return with_children(tree, tuple(evaluated(child) for child in children(tree)))  # type: ignore[arg-type]


def same(left: Node, right: Node) -> bool:
    return equal(left, right, {})


def equal(left: Node, right: Node, environment: Mapping[str, Node]) -> bool:
    texts = (to_latex(unfolded(tree, environment)) for tree in (left, right))
    return bool(grader.equivalent(*texts))


def unfolded(tree: Node, environment: Mapping[str, Node]) -> Node:
    """The tree over leaf symbols."""
    while names := symbols(tree) & environment.keys():
        tree = substitute(tree, {name: environment[name] for name in names})
    return tree


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_steps(text: str, expected: list[tuple[str, str, str]] | None) -> None:
    tree = parse_expression(text, FREE)
    steps = derivation(tree, "x")
    if expected is not None:
        assert [(s.rule, to_latex(s.of), to_latex(s.slope)) for s in steps] == expected
    else:
        assert steps
        assert steps[0].of == tree
    for step in steps:
        assert same(evaluated(step.slope), differentiate(step.of, "x")), step
    # What a step leaves standing, a later one works out.
    known = {step.of for step in steps}
    assert left_standing(steps) <= known


def left_standing(steps: tuple[object, ...]) -> set[Node]:
    found: set[Node] = set()
    pending = [step.slope for step in steps]  # type: ignore[attr-defined]
    while pending:
        tree = pending.pop()
        if isinstance(tree, Partial):
            found.add(tree.quantity)
        else:
            pending.extend(children(tree))
    return found


def test_names_are_followed_to_their_definitions() -> None:
    forward = {
        name: parse_expression(text, FREE)
        for name, text in (("u", "x^2"), ("v", r"\sin u + w"), ("y", "v^2"))
    }
    steps = derivation(forward["y"], "x", forward)
    assert [(step.rule, to_latex(step.of)) for step in steps] == [
        ("power rule and chain rule", "v^{2}"),
        ("definition", "v"),
        ("sum rule", r"\sin\left(u\right) + w"),
        ("chain rule", r"\sin\left(u\right)"),
        ("definition", "u"),
        ("power rule", "x^{2}"),
    ]
    assert derivation(forward["y"], "x") == ()


def explained(homework: Homework) -> Iterator[tuple[Part, str, tuple[Step, ...]]]:
    """Every part, or entry of one, with the name it is differentiated by, and its steps."""
    for stated in homework.parts:
        for part in (stated, *stated.inner):
            if steps := steps_of(part):
                quantity = part.quantity
                one = isinstance(quantity, Partial) and isinstance(quantity.quantity, Symbol)
                if one and part.kind in ("derivative", "chain_term"):
                    assert isinstance(quantity.variable, Symbol)
                    yield part, quantity.variable.name, steps
                else:
                    assert part.derived is not None
                    yield part, part.derived.variable, steps


@pytest.mark.parametrize("homework", HOMEWORKS, ids=lambda homework: homework.file.id)
def test_every_step_of_a_key_is_true(homework) -> None:
    for part, variable, steps in explained(homework):
        forward = dict(part.statement.forward) if part.kind == "derivative" else {}
        if part.derived is not None:  # what is held fixed stays a name in what was differentiated
            forward = {n: t for n, t in forward.items() if n not in symbols(part.derived.line)}

        def total(tree: Node, forward=forward, variable=variable) -> Node:
            return differentiate(unfolded(tree, forward), variable)

        def worked_out(tree: Node, total=total) -> Node:
            if isinstance(tree, Partial):
                return total(tree.quantity)
            new = tuple(worked_out(child, total) for child in children(tree))
            return with_children(tree, new)  # type: ignore[return-value]

        for step in steps:
            assert equal(worked_out(step.slope), total(step.of), part.statement.forward), (
                part.id,
                step,
            )
        if part.sums is None:
            # The first step begins at what was asked, so what it comes to is the reference.
            assert isinstance(part.references[0].tree, Node)
            if part.kind in ("derivative", "chain_term", "gradient", "jacobian", "hessian"):
                environment = part.references[0].environment
                found = worked_out(steps[0].slope)
                assert equal(found, part.references[0].tree, environment), part.id


def test_a_quantity_that_is_held_is_not_followed() -> None:
    (homework,) = (each for each in HOMEWORKS if each.file.id == "multivariable")
    part = homework.part("partial.partial")
    assert part is not None
    assert [step.rule for step in steps_of(part)] == ["constant factor", "power rule"]


def test_sizes_say_what_gives_rows_and_columns() -> None:
    views = {
        part.part: [(step.rule, step.latex) for step in part.steps]
        for homework in HOMEWORKS
        if homework.file.id == "activity6"
        for question in key_view(homework).questions
        for part in question.parts
    }
    assert views["q3.df1_dh1"] == [
        ("denominator layout: the rows are those of", r"h_{1} \in \mathbb{R}^{D_{1}}"),
        ("denominator layout: the columns are those of", r"f_{1} \in \mathbb{R}^{D_{2}}"),
    ]


def test_sizes_of_layers_say_what_they_rest_on() -> None:
    views = {
        part.part: [(step.rule, step.latex) for step in part.steps]
        for homework in HOMEWORKS
        if homework.file.id == "attention_shapes"
        for question in key_view(homework).questions
        for part in question.parts
    }
    assert all(views.values())
    assert views["convolution.P"] == [
        ("given", r"X = \left(N, 3, 32, 32\right)"),
        (
            "conv(X, channels=16, kernel=5, padding=2, stride=2): a convolution over two axes of space",
            r"C = \left(N, 16, 16, 16\right)",
        ),
        ("pool(C, kernel=2): pooling over two axes of space", r"P = \left(N, 16, 8, 8\right)"),
    ]
    assert views["derivatives.dL_dW"] == [
        ("given", r"L \in \mathbb{R}^{1 \times 1}"),
        ("given", r"W \in \mathbb{R}^{E \times D}"),
        (
            "denominator layout: the axes of what stands below come first",
            r"\frac{\partial L}{\partial W} \in \mathbb{R}^{E \times D}",
        ),
    ]


STATED = """schema: 1
id: stated
title: Stated
questions:
  - id: q
    kind: value
    symbols: [x]
    parts:
      power: {quantity: A, integral: {of: x^2, by: x, from: 0, to: 3}}
      left: {quantity: B, integral: {of: 1/x, by: x, from: -2, to: -1}}
      line: {quantity: C, integral: {of: 1/(1+x^2), by: x, from: -\\infty, to: \\infty}}
      number: {quantity: D, answer: 7}
  - id: e
    kind: expression
    symbols: [x, t]
    quantities: {f: t^3}
    parts:
      tangent: {quantity: y, answer: 'f + \\frac{df}{dt} (x - t)', at: {t: 2}}
      typed: {quantity: z, answer: x + 1}
"""


def test_what_a_rubric_states_is_followed_by_its_rules() -> None:
    view = key_view(parse_rubric(STATED, "r.yaml"))
    steps = {p.part: [tuple(map(str, (s.rule, s.latex))) for s in p.steps]
             for q in view.questions for p in q.parts}  # fmt: skip
    assert steps["q.power"] == [
        ("as the rubric states it", r"A = \int_{0}^{3} x^{2} \, dx"),
        ("an antiderivative", r"\frac{x^{3}}{3}"),
        ("between its ends", r"\left[ \frac{x^{3}}{3} \right]_{0}^{3} = 9"),
    ]
    # log(x) has no value there, so that it is not shown.
    assert steps["q.left"] == [("as the rubric states it", r"B = \int_{-2}^{-1} \frac{1}{x} \, dx")]
    assert steps["q.line"][-1] == (
        "between its ends", r"\left[ \arctan\left(x\right) \right]_{-\infty}^{\infty} = \pi",
    )  # fmt: skip
    assert steps["q.number"] == []
    assert steps["e.tangent"] == [
        ("as the rubric states it", r"y = f + \frac{\partial f}{\partial t} \left(x - t\right)"),
        ("by definition", "f = t^{3}"),
        ("power rule", r"\frac{\partial}{\partial t} \left(t^{3}\right) = 3 t^{2}"),
        ("together", r"\frac{\partial f}{\partial t} = 3 t^{2}"),
        ("taken at", "t = 2"),
    ]
    assert steps["e.typed"] == []


def test_wrong_answers_with_sums_are_wrong_and_are_told_of_the_sum() -> None:
    (homework,) = (each for each in HOMEWORKS if each.file.id == "least_squares")
    (part,) = (
        p for q in key_view(homework).questions for p in q.parts if p.part == "line.dL_dphi0"
    )
    slips = {slip.mistake: (slip.latex, slip.sentence) for slip in part.slips}
    assert slips["sign"][0].startswith(r"-\sum_{i=1}^{n} 2")
    assert slips["zero"] == ("0", r"The derivative is not zero: $L$ depends on $\phi_{0}$.")
    assert r"\phi_{1}" in slips["another part"][1]  # and not the part itself
    assert all("$$" not in sentence for _, sentence in slips.values())


def test_all_derivatives_of_activity_6_are_explained() -> None:
    (homework,) = (each for each in HOMEWORKS if each.file.id == "activity6")
    assert len(list(explained(homework))) == 18  # all but the sizes
