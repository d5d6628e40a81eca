"""The rubrics that ship: their references against numbers, their samples, every command.

Derivatives are checked by mpmath's finite differences of the forward pass, integrals by
quadrature, and sizes by arrays of that size.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from click.testing import CliRunner
from numpy.lib.stride_tricks import sliding_window_view

from grader.cli import cli
from grader.exports import EXPORTS
from grader.expr.composite import sides
from grader.expr.parser import parse_expression
from grader.expr.tree import (
    Call,
    Constant,
    Indicator,
    Negation,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    order_of,
)
from grader.grade import grade
from grader.homework import Homework, load_rubric
from grader.lint import remarks
from grader.questions.part import Part
from grader.read.answers import load_answers
from grader.read.bundled import bundled_names

ROOT = Path(__file__).parents[1]
NAMES = (
    "logistic_regression gabor one_hidden_layer batch_normalization attention_shapes calculus_1 "
    "multivariable"
).split()


@cache
def homework(name: str) -> Homework:
    return load_rubric(ROOT / "rubrics" / f"{name}.yaml")


def sample(name: str, who: str) -> Path:
    return ROOT / "submissions_sample" / name / f"{who}.yaml"


PARTS = [part for name in NAMES for part in homework(name).parts]
IDS = [f"{name}.{part.id}" for name in NAMES for part in homework(name).parts]


def test_the_rubrics_ship() -> None:
    assert set(NAMES) <= set(bundled_names())


# --- Values, apart from the program's own evaluation ----------------------------------------

_FUNCTIONS: Mapping[str, Any] = {
    "exp": mp.exp,
    "log": mp.log,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "sqrt": mp.sqrt,
    "relu": lambda u: u if u > 0 else mp.mpf(0),
    "sigmoid": lambda u: 1 / (1 + mp.exp(-u)),
}


def value(node: Node, at: Mapping[str, Any], forward: Mapping[str, Node]) -> Any:
    """The value of a tree; names of ``at`` come before those of the forward pass."""

    def go(inner: Node) -> Any:
        return value(inner, at, forward)

    match node:
        case Number():
            return mp.mpf(node.value.numerator) / node.value.denominator
        case Constant():
            return mp.pi if node.name == "pi" else mp.e
        case Symbol():
            return at[node.name] if node.name in at else go(forward[node.name])
        case Sum():
            return mp.fsum(go(term) for term in node.terms)
        case Negation():
            return -go(node.operand)
        case Product():
            return mp.fprod(go(factor) for factor in node.factors)
        case Quotient():
            return go(node.numerator) / go(node.denominator)
        case Power():
            return mp.power(go(node.base), go(node.exponent))
        case Call() if not node.derivative:
            return _FUNCTIONS[node.function](*map(go, node.arguments))
        case Indicator(Relation(">", left, right)):
            return mp.mpf(go(left) > go(right))
    raise NotImplementedError(node)


def slope(
    node: Node, names: tuple[str, ...], at: Mapping[str, Any], forward: Mapping[str, Node]
) -> Any:
    """The derivative of a tree by names, numerically; each may stand there several times."""
    distinct = tuple(dict.fromkeys(names))
    orders = tuple(names.count(name) for name in distinct)

    def along(*values: Any) -> Any:
        return value(node, {**at, **dict(zip(distinct, values, strict=True))}, forward)

    return mp.diff(along, tuple(at[name] for name in distinct), orders)


# --- References --------------------------------------------------------------------------

HELD = {"partial.partial": ("y",)}


def point(part: Part, names: Mapping[str, object]) -> dict[str, Any]:
    """A value for each leaf, fixed by the part's id; positive, so that logarithms exist."""
    dice = random.Random(part.id)
    return {name: mp.mpf(dice.randint(20, 90)) / 97 for name in sorted(names)}


def close(one: Any, other: Any) -> bool:
    return bool(mp.almosteq(one, other, rel_eps=mp.mpf(10) ** -8, abs_eps=mp.mpf(10) ** -10))


def check_derivative(part: Part, reference: Node, at_all: Mapping[str, Any]) -> None:
    assert isinstance(part.quantity, Partial)
    forward = dict(part.statement.forward)
    above, below = order_of(part.quantity)
    assert isinstance(above, Symbol)
    names = tuple(each.name for each in below if isinstance(each, Symbol))
    at = dict(at_all)
    held = HELD.get(part.id, ())
    if part.kind == "chain_term":
        held = tuple(set(forward) - {above.name})
    for name in held:
        at[name] = value(Symbol(name), at, forward)
    expected = slope(forward[above.name], names, at, forward)
    assert close(value(reference, at, forward), expected)


EXPRESSIONS = {"derivative", "chain_term", "gradient", "jacobian", "hessian", "update"}


@pytest.mark.parametrize(
    "part", [part for part in PARTS if part.kind in EXPRESSIONS], ids=lambda part: part.id
)
def test_a_reference_agrees_with_finite_differences(part: Part) -> None:
    with mp.workdps(30):
        leaves = point(part, dict.fromkeys(part.statement.leaves))
        if part.kind == "update":
            old, change = part.quantity, part.derived
            assert isinstance(old, Symbol)
            assert change is not None
            (rate,) = {"alpha", "eta"} & part.statement.leaves
            forward = part.statement.forward
            fall = leaves[rate] * slope(forward[change.quantity], (old.name,), leaves, forward)
            (reference,) = sides(part.answer)
            assert close(value(reference, leaves, forward), leaves[old.name] - fall)
        elif part.id == "gradient.g_at":
            leaves.update(x=mp.mpf(3), y=mp.mpf(4))
            for inner, entry in zip(part.inner, sides(part.answer), strict=True):
                check_derivative(inner, entry, leaves)
        elif part.inner:
            for inner, entry in zip(part.inner, sides(part.answer), strict=True):
                check_derivative(inner, entry, leaves)
        else:
            (reference,) = sides(part.answer)
            check_derivative(part, reference, leaves)


@pytest.mark.parametrize("part", [p for p in PARTS if p.kind == "chain"], ids=lambda part: part.id)
def test_a_chain_has_the_value_of_the_derivative(part: Part) -> None:
    """Its factors, each by finite differences of one line, multiply and add up to the whole."""
    with mp.workdps(30):
        forward = part.statement.forward
        at = point(part, dict.fromkeys(part.statement.leaves))
        fixed = {**at, **{name: value(Symbol(name), at, forward) for name in forward}}
        total = mp.mpf(0)
        for path in part.detail.paths:  # type: ignore[union-attr]
            total += mp.fprod(
                slope(forward[link.quantity.name], (link.variable.name,), fixed, {})
                for link in path
            )
        assert isinstance(part.quantity, Partial)
        above, below = part.quantity.quantity, part.quantity.variable
        assert isinstance(above, Symbol)
        assert isinstance(below, Symbol)
        assert close(total, slope(forward[above.name], (below.name,), at, forward))


VALUES = [
    ("logistic_regression", "numbers.p", lambda: 1 / (1 + mp.exp(-1))),
    ("logistic_regression", "numbers.L", lambda: mp.log(1 + mp.exp(-1))),
    ("gabor", "numbers.f", lambda: mp.mpf(0)),
    ("gabor", "numbers.slope", lambda: mp.diff(lambda s: mp.sin(s) * mp.exp(-s * s / 32), 0)),
    ("calculus_1", "integrals.square", lambda: mp.quad(lambda x: x * x, [0, 3])),
    ("calculus_1", "integrals.sine", lambda: mp.quad(mp.sin, [0, mp.pi])),
    ("calculus_1", "integrals.reciprocal", lambda: mp.quad(lambda x: 1 / x, [1, 5])),
    ("calculus_1", "motion.speed", lambda: mp.diff(lambda t: mp.mpf("4.9") * t * t, 2)),
    ("calculus_1", "motion.acceleration", lambda: mp.diff(lambda t: mp.mpf("4.9") * t * t, 2, 2)),
    ("multivariable", "determinant.det", lambda: mp.mpf(7) / 5),
]


@pytest.mark.parametrize(("name", "part_id", "number"), VALUES, ids=[row[1] for row in VALUES])
def test_a_number_is_the_one_that_is_computed(name: str, part_id: str, number: Any) -> None:
    part = homework(name).part(part_id)
    assert part is not None
    (tree,) = sides(part.answer)
    at = {"r": mp.mpf(7) / 5, "theta": mp.mpf(1) / 3}
    assert close(value(tree, at, {}), number())


LINES = [("tangent.parabola", lambda x: x * x - 3 * x, 2), ("tangent.root", mp.sqrt, 4)]


@pytest.mark.parametrize(("part_id", "curve", "touch"), LINES, ids=[row[0] for row in LINES])
def test_a_tangent_touches(part_id: str, curve: Any, touch: int) -> None:
    part = homework("calculus_1").part(part_id)
    assert part is not None
    (tree,) = sides(part.answer)

    def line(x: Any) -> Any:
        return value(tree, {"x": x}, {})

    assert close(line(mp.mpf(touch)), curve(mp.mpf(touch)))
    assert close(mp.diff(line, touch), mp.diff(curve, touch))


#: Small numbers for the names of sizes; all different, so that no two axes look alike.
B, N, D, d, D_V, H = 2, 5, 7, 4, 6, 2


def arrays() -> dict[str, np.ndarray]:
    x = np.ones((B, N, D))
    q, v = x @ np.ones((D, d)), x @ np.ones((D, D_V))
    scores = q @ np.swapaxes(q, -1, -2)
    split = [np.swapaxes(each.reshape(B, N, H, -1), 1, 2) for each in (q, v)]
    heads = split[0] @ np.swapaxes(split[0], -1, -2)
    images = np.pad(np.ones((N, 3, 32, 32)), ((0, 0), (0, 0), (2, 2), (2, 2)))
    windows = sliding_window_view(images, (5, 5), axis=(2, 3))[:, :, ::2, ::2]
    conv = np.einsum("nchwij,fcij->nfhw", windows, np.ones((16, 3, 5, 5)))
    pooled = sliding_window_view(conv, (2, 2), axis=(2, 3))[:, :, ::2, ::2].max(axis=(-1, -2))
    flat = pooled.reshape(N, -1)
    return {
        "attention.Q": q,
        "attention.V": v,
        "attention.S": scores,
        "attention.A": np.exp(scores),
        "attention.O": scores @ v,
        "heads.Qh": split[0],
        "heads.Sh": heads,
        "heads.Oh": heads @ split[1],
        "convolution.C": conv,
        "convolution.P": pooled,
        "convolution.F": flat,
        "convolution.Y": flat @ np.ones((flat.shape[1], 10)),
    }


def test_sizes_are_those_of_arrays() -> None:
    at = {"B": B, "N": N, "D": D, "d": d, "D_v": D_V, "h": H}
    found = arrays()
    asked = {part.id for part in homework("attention_shapes").parts}
    assert asked - found.keys() == {"derivatives.dL_dW", "derivatives.dy_dx", "derivatives.dy_dW"}
    for name, array in found.items():
        part = homework("attention_shapes").part(name)
        assert part is not None
        assert tuple(value(side, at, {}) for side in sides(part.answer)) == array.shape, name


# --- Samples -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_right_sample_is_right_throughout(name: str) -> None:
    result = grade(homework(name), load_answers(sample(name, "right")))
    wrong = [(p.part, p.verdict) for p in result.parts if p.verdict.outcome != "equivalent"]
    assert wrong == []
    assert (result.score, result.unread, result.notes) == (result.possible, (), ())


@pytest.mark.parametrize("name", NAMES)
def test_the_other_sample_has_the_slips_that_it_says(name: str) -> None:
    result = grade(homework(name), load_answers(sample(name, "slips")))
    told = {p.part: f"{p.verdict.outcome} {p.mistake or '-'}" for p in result.parts}
    assert told == SLIPS[name]


SLIPS: Mapping[str, Mapping[str, str]] = json.loads(
    (ROOT / "tests" / "data" / "slips.json").read_text(encoding="utf-8")
)


# --- Commands ----------------------------------------------------------------------------


def run(*words: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(cli, [*map(str, words)])
    assert result.exit_code == code, result.output
    return str(result.output)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_takes_the_rubric(name: str, tmp_path: Path) -> None:
    rubric = ROOT / "rubrics" / f"{name}.yaml"
    right, slips = sample(name, "right"), sample(name, "slips")
    assert remarks(homework(name)) == ()
    for form in ("text", "latex", "markdown", "html"):
        assert run("key", rubric, "--format", form)
    run("lint", rubric)
    run("check", rubric, right, "--hints", "3", "--html", tmp_path / "check.html")
    run("check", rubric, slips, "--hints", "3", code=1)
    first = homework(name).parts[0]
    told = run("explain", rubric, first.latex(first.answer), "--part", first.id)
    assert "equivalent" in told
    out = tmp_path / "out"
    run("grade", rubric, right, slips, "-o", out)
    document = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert [len(student["parts"]) for student in document["students"]] == [
        len(homework(name).parts)
    ] * 2
    assert len(list((out / "feedback").iterdir())) == 6
    before = (out / "results.json").read_bytes()
    run("grade", rubric, right, slips, "-o", out)  # with the review file of the first
    assert (out / "results.json").read_bytes() == before
    for each in EXPORTS:
        run("export", each, out / "results.json", "-o", tmp_path / f"export-{each}")


@pytest.mark.parametrize("form", ["markdown", "latex"])
@pytest.mark.parametrize("name", NAMES)
def test_a_blank_document_filled_in_comes_back_whole(name: str, form: str, tmp_path: Path) -> None:
    rubric = ROOT / "rubrics" / f"{name}.yaml"
    text = run("template", rubric, "--format", form)
    for part in homework(name).parts:
        text = text.replace("= {}", f"= {{{part.latex(part.answer)}}}", 1)
    path = tmp_path / f"filled.{'md' if form == 'markdown' else 'tex'}"
    path.write_text(text.replace("ID:", "ID: 7", 1), encoding="utf-8")
    run("import", rubric, path, "-o", tmp_path / "answers.yaml")
    result = grade(homework(name), load_answers(tmp_path / "answers.yaml"))
    wrong = [(p.part, p.answer) for p in result.parts if p.verdict.outcome != "equivalent"]
    assert wrong == []


@pytest.mark.parametrize("part", PARTS, ids=IDS)
def test_what_the_key_prints_is_read_and_right(part: Part) -> None:
    name = next(name for name in NAMES if part in homework(name).parts)
    question = part.id.partition(".")[0]
    # As a student would hand it in, in an answers file of one answer.
    from grader.judge import judge
    from grader.questions.definitions import make_scope

    scope = make_scope(part.statement, (), (), question)
    result = judge(homework(name), part, part.latex(part.answer), scope)
    assert result.verdict.outcome == "equivalent", result


def test_the_evaluation_here_can_tell_a_wrong_derivative() -> None:
    part = homework("gabor").part("model.df_dphi0")
    assert part is not None
    wrong = parse_expression("\\cos(s)", part.statement.vocabulary)
    with pytest.raises(AssertionError):
        check_derivative(part, wrong, point(part, dict.fromkeys(part.statement.leaves)))
