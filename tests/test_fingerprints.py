"""Exact values at many points in one walk, and wrong answers found by them."""

from __future__ import annotations

import itertools
from fractions import Fraction as F
from pathlib import Path

import pytest

from grader.compare.cases import Side
from grader.compare.fingerprint import fingerprint, fingerprint_of
from grader.compare.ladder import proved_equal
from grader.compare.numbers import Unsure
from grader.compare.pointwise import PRECISION, Values
from grader.compare.reference import make_reference, point_text, read_point
from grader.compare.values import evaluate
from grader.expr.names import FREE
from grader.expr.parser import parse_expression
from grader.expr.tree import Node, Number
from grader.homework import load_rubric
from grader.mistakes.index import _made, _read, _written, derived

HOMEWORK = load_rubric(Path(__file__).parents[1] / "rubrics" / "activity6.yaml")

#: Points with kinks and poles of the trees below among them.
POINTS = [
    {"x": F(x), "y": F(y)}
    for x, y in itertools.product(("0", "1", "-1", "2/3", "-5/7", "100"), ("0", "1", "-3/2"))
]


def read(text: str) -> Node:
    return parse_expression(text, FREE)


@pytest.mark.parametrize(
    "text",
    ["x + y", "x y - 3", "x / y", "x^3 - y^{-2}", r"\frac{1}{x - y}", r"\max(x, y)", "|x| y",
     r"I[x > y] x", r"I[x \ge y] + I[x^2 > 1]", r"\operatorname{ReLU}(x y - 1)", r"\sqrt{x}",
     r"x^{1/3}", r"\sin x + e^y", r"\log(x y)", r"\exp(x) / y", "x^y", r"\pi x", r"0 \cdot \sin x",
     r"\begin{cases} x & x > 0 \\ 1/y & x < 0 \end{cases}",
     r"\begin{cases} \log x & x > 0 \\ y & \text{otherwise} \end{cases}", "2^{1000} x", "x^{900}"],
)  # fmt: skip
def test_values_are_those_of_each_point(text: str) -> None:
    """Held against the evaluation of one point, a way of its own for every point."""
    tree = read(text)
    found = Values(POINTS, {}, Number(F(0))).of(tree)
    for point, value in zip(POINTS, found, strict=True):
        alone = evaluate(tree, {}, point, PRECISION)
        expected = Unsure if alone is None else alone.value
        assert fingerprint_of([value]) == fingerprint_of([expected]), (text, point)


def test_names_of_the_environment_may_mean_something_else_in_an_answer() -> None:
    values = Values(POINTS, {"h": read("x + 1")}, read("h^2"))
    assert values.of(read("h^2")) == values.of(read("(x + 1)^2"))
    assert values.of(read("h^2"), {"h": read("y")}) == values.of(read("y^2"))
    assert values.of(read("2 h"), {"z": read("x")}) == values.of(read("2 z + 2"), {"z": read("x")})


def test_work_is_limited_for_each_tree() -> None:
    doubled = {f"z_{k}": read(f"z_{k + 1} z_{k + 1}") for k in range(60)}
    values = Values(POINTS, {}, Number(F(0)))
    for _ in range(3):
        values.of(read("z_0"), {**doubled, "z_60": read("x + 1/3")})  # grows into balls
    with pytest.raises(KeyError):
        values.of(read("q"))


def test_a_fingerprint_is_equal_for_equal_expressions_only() -> None:
    reference = make_reference(read("x y"), "k", names=("x", "y"))
    same = ["x y", "y x", r"\frac{x y^2}{y}", "x y + 0 x", r"x y \cdot 1^{x}"]
    prints = {fingerprint(reference, read(text), {}) for text in same}
    assert len(prints) == 1
    assert None not in prints
    others = {fingerprint(reference, read(text), {}) for text in ("x", "x + y", "x y + 10^{-30}")}
    assert len(others) == 3
    assert not others & prints


def test_points_come_back_from_their_text() -> None:
    point = {"a": F(-2, 3), "b": F(5)}
    assert point_text(("a", "b"), point) == "-2/3 5"
    assert read_point(("a", "b"), "-2/3 5") == point
    for text in ("1", "1 2 3", "a b", "1 2/x"):
        with pytest.raises(ValueError, match=r"zip\(\)|invalid literal"):
            read_point(("a", "b"), text)


@pytest.mark.parametrize(
    "part", ["q1.phi_0", "q1.psi_01", "q1.psi_11", "q1.theta_01", "q2.dh3_df2"]
)
def test_wrong_answers_that_share_a_fingerprint_are_equal(part: str) -> None:
    """Also those that differ in the condition of an indicator only."""
    found = HOMEWORK.part(part)
    assert found is not None
    subject = HOMEWORK.diagnoser._subject(found)
    index = _made(subject)
    assert index is not None
    trees = {entry: wrong.tree for entry, wrong in derived(subject)}
    forward = found.statement.forward
    indexed = list(index.everywhere.values())
    for entries in indexed:
        first, *rest = (trees[entry] for entry in entries)
        for other in rest:
            assert proved_equal(Side(first, forward), Side(other, forward), frozenset())
    # What is left out is no mistake here.
    for entry in trees.keys() - set(itertools.chain(*indexed)):
        right = Side(found.references[0].tree, forward)
        assert proved_equal(Side(trees[entry], forward), right, frozenset())


def test_an_index_is_kept_as_it_is() -> None:
    part = HOMEWORK.part("q1.psi_01")
    assert part is not None
    reference = part.references[0]
    index = _made(HOMEWORK.diagnoser._subject(part))
    assert index is not None
    assert index.spots
    assert len(index.probes) > 2
    document = _written(index)
    assert _read(document, reference) == index
    everywhere, at_probes, probes, spots = document
    for odd in (
        None, 1, [], [everywhere, at_probes, probes], [[], {}, [], []],
        [{"a": [[10_000, 0]]}, {}, [], []], [{"a": [[0, -1]]}, {}, [], []],
        [{"a": [[0.5, 0]]}, {}, [], []], [{"a": [0]}, {}, [], []],
        [everywhere, at_probes, [10_000], spots], [everywhere, at_probes, probes, ["1 2"]],
        [everywhere, at_probes, probes, ["x" * 9]], [everywhere, at_probes, probes, [1]],
    ):  # fmt: skip
        assert _read(odd, reference) is None


@pytest.mark.parametrize("part", ["q1.phi_1", "q2.dh3_df2"])
def test_an_index_of_an_earlier_run_names_the_same(part: str, tmp_path, monkeypatch):
    """The second diagnoser takes the first one's indices up."""
    monkeypatch.setenv("GRADER_CACHE_DIR", str(tmp_path))
    found = HOMEWORK.part(part)
    assert found is not None
    wrong = [each.tree for _, each in HOMEWORK.diagnoser.wrong_answers(found)][:12]
    told = []
    for _ in range(2):
        diagnoser = type(HOMEWORK.diagnoser)(HOMEWORK.parts, "digest")
        told.append([diagnoser.diagnose(found, tree, {}) for tree in wrong])
        assert len(list(tmp_path.iterdir())) == 1
        monkeypatch.setattr("grader.mistakes.index._made", lambda subject: pytest.fail("made"))
    assert told[0] == told[1]
    assert None not in told[0]
