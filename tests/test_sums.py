r"""Sums and products over an index: read, printed, compared, and asked for in a rubric."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

import grader
from grader.compare.values import evaluate
from grader.errors import AnswerError
from grader.expr.families import unfolded, written_out
from grader.expr.latex import to_latex
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_answer, parse_expression
from grader.expr.tree import Dimensions, Node, Partial, Symbol
from grader.homework import load_rubric
from grader.judge import judge
from grader.questions.definitions import make_scope
from grader.questions.part import Part
from grader.results import Outcome

ROOT = Path(__file__).parents[1]
POINTS = Vocabulary(
    names=frozenset("phi_0 phi_1 phi_2 h_1 h_2 x_i y_i n x".split()), indices={"i": "n"}
)

READ = [
    (r"\sum_{i=1}^{n} x_i", FREE, r"\sum_{i=1}^{n} x_{i}"),
    ("sum_{i=1}^n x_i", FREE, r"\sum_{i=1}^{n} x_{i}"),
    ("Σ_{i=1}^n x_i", FREE, r"\sum_{i=1}^{n} x_{i}"),
    ("∑_i 2x_i y", FREE, r"\sum_{i} 2 x_{i} y"),
    (r"\sum\limits^n_{i=1} i x_i", FREE, r"\sum_{i=1}^{n} i x_{i}"),
    (r"2\prod_{j=0}^{m-1} x_j + 1", FREE, r"2 \prod_{j=0}^{m - 1} x_{j} + 1"),
    (r"\log\sum_j e^{z_j}", FREE, r"\log\left(\sum_{j} \exp\left(z_{j}\right)\right)"),
    (r"\sum_{i=1}^n (x_i - m)", FREE, r"\sum_{i=1}^{n} \left(x_{i} - m\right)"),
    (r"\sum_{i=1}^{2} \phi_i h_i", POINTS, r"\phi_{1} h_{1} + \phi_{2} h_{2}"),
    ("sum_{j=1}^n x_j", POINTS, r"\sum_{j=1}^{n} x_{j}"),
    ("Σ_i x_i", POINTS, r"\sum_{i} x_{i}"),
    # Without an index below it, a Greek capital stays a letter.
    ("Σ_1 x", FREE, r"\Sigma_{1} x"),
]


@pytest.mark.parametrize("text, vocabulary, printed", READ)
def test_a_sum_is_read_and_reads_back(text: str, vocabulary: Vocabulary, printed: str) -> None:
    tree = parse_answer(text, vocabulary).tree
    assert to_latex(tree) == printed
    assert parse_expression(printed, vocabulary) == tree


REFUSED = [
    (r"\sum x_i", FREE, r"`\sum` does not say its index; write it as `\sum_{i=1}^{n}`"),
    (r"\sum_{i=1} x_i", FREE,
     r"`\sum` has only one end of its range; write it as `\sum_{i=1}^{n}`"),
    (r"\sum_i z_i", POINTS, "`z_i` is not a name of this homework"),
    (r"\sum_k x_k", POINTS,
     "sums over an index without a range are not read here; write both ends of the range"),
    (r"\sum_{i=1}^{3} \phi_i", POINTS,
     "`phi_3`, which this sum or product comes to, is not a name of this homework"),
    (r"\sum_{i=1}^n \sum_{i=1}^n x_i", FREE, "the index `i` is bound twice; take another letter"),
    (r"\sum_{i=3}^{1} x_i", FREE, "this range holds no number"),
    (r"\sum_{ij} x_{ij}", FREE, "the range of an index is written `i=1`"),
    (r"\sum_{i=1}^n", FREE, "nothing stands after the `n`"),
]  # fmt: skip


@pytest.mark.parametrize("text, vocabulary, message", REFUSED)
def test_a_sum_that_says_too_little_is_refused(
    text: str, vocabulary: Vocabulary, message: str
) -> None:
    with pytest.raises(AnswerError) as caught:
        parse_answer(text, vocabulary)
    assert caught.value.sentence == message


EQUAL = [
    (r"\sum_{i=1}^n 2 x_i", r"2\sum_{j=1}^n x_j", "normal form"),
    (r"\sum_{i=1}^n 2(a+b x_i-y_i)x_i", r"2a\sum_i x_i+2b\sum_i x_i^2-2\sum_i x_i y_i",
     "normal form"),
    (r"\sum_{i=1}^n (x_i - m)", r"\sum_i x_i - n m", "normal form"),
    (r"\sum_i\sum_j x_i y_j", r"(\sum_k x_k)(\sum_k y_k)", "normal form"),
    (r"\sum_{i=1}^n (x_i - \frac1n\sum_{j=1}^n x_j)", "0", "normal form"),
    (r"\prod_{i=1}^n e^{x_i}", r"e^{\sum_{i=1}^n x_i}", "normal form"),
    (r"\prod_{i=1}^n 2 x_i", r"2^n\prod_{i=1}^n x_i", "normal form"),
    (r"\log\prod_{i=1}^n e^{-x_i}", r"-\sum_{i=1}^n x_i", "normal form"),
    (r"\sum_{i=1}^n \frac{1}{1+e^{-x_i}}", r"\sum_{i=1}^n \frac{e^{x_i}}{1+e^{x_i}}",
     "normal form"),
    (r"\sum_{i=1}^n I[x_i>0] x_i", r"\sum_{i=1}^n \max(0,x_i)", "normal form"),
    (r"\sum_{i=1}^n \sin(2x_i)", r"2\sum_{i=1}^n \sin x_i\cos x_i", "normal form"),
    (r"\sum_{i=1}^n\sum_{j=1}^i x_j y_i", r"\sum_{i=1}^n y_i\sum_{j=1}^i x_j", "normal form"),
    (r"\sum_{i=1}^n i", r"n(n+1)/2", "instances"),
    (r"\sum_{i=0}^n x_i", r"x_0+\sum_{i=1}^n x_i", "instances"),
]  # fmt: skip


@pytest.mark.parametrize("answer, reference, method", EQUAL)
def test_equal_sums(answer: str, reference: str, method: str) -> None:
    for left, right in ((answer, reference), (reference, answer)):
        verdict = grader.equivalent(left, right)
        assert (verdict.outcome, verdict.method) == (Outcome.EQUIVALENT, method)


DIFFERENT = [
    (r"\sum_{i=1}^n x_i^2", r"(\sum_{i=1}^n x_i)^2"),
    (r"\sum_{i=1}^n x_i", r"\sum_{i=1}^n x_i + 10^{-9}"),
    # Equal at the first size that is tried, and only there.
    (r"\sum_{i=1}^n 3 c", "9c"),
    (r"\sum_{i=1}^n i", "6"),
    # Equal at the first two, and at no other.
    (r"\sum_{i=1}^n 3 c (n-2) w_{ij}", r"\sum_{i=1}^n n c (n-2) w_{ij}"),
    (r"\sum_{i=1}^n x_i", r"\sum_{i=1}^m x_i"),
    (r"\sum_{i=1}^n x_i", r"\sum_{i=0}^n x_i"),
    (r"\sum_{i=1}^n x_i y_i", r"\sum_{i=1}^n x_i \sum_{j=1}^n y_j"),
    (r"\sum_{i=1}^n\sum_{j=1}^n w_{ij}x_j y_i", r"\sum_{i=1}^n\sum_{j=1}^n w_{ij}x_i y_j"),
    (r"\prod_{i=1}^n 2 x_i", r"2\prod_{i=1}^n x_i"),
    (r"\sum_{i=1}^n \max(0, x_i)", r"\max(0, \sum_{i=1}^n x_i)"),
]


@pytest.mark.parametrize("answer, reference", DIFFERENT)
def test_different_sums(answer: str, reference: str) -> None:
    for left, right in ((answer, reference), (reference, answer)):
        verdict = grader.equivalent(left, right)
        assert verdict.outcome is Outcome.DIFFERENT
        witness = verdict.witness
        assert witness is not None
        assert witness.answer != witness.reference


def test_the_witness_says_the_size() -> None:
    witness = grader.equivalent(r"\sum_{i=1}^n 3 c", "9c").witness
    assert witness is not None
    assert dict(witness.at)["n"] == 2


# --- The rubric --------------------------------------------------------------------

HOMEWORK = load_rubric(ROOT / "rubrics" / "least_squares.yaml")


def _loss(name: str, size: int) -> tuple[sympy.Expr, Mapping[str, sympy.Symbol]]:
    names = {n: sympy.Symbol(n) for n in ("phi_0", "phi_1", "lambda")}
    for letter in "xyw":
        names |= {f"{letter}_{k}": sympy.Symbol(f"{letter}_{k}") for k in range(1, size + 1)}
    terms = [
        (names["phi_0"] + names["phi_1"] * names[f"x_{k}"] - names[f"y_{k}"]) ** 2
        * (names[f"w_{k}"] if name == "J" else 1)
        for k in range(1, size + 1)
    ]
    loss = sum(terms) / (size if name == "M" else 1)
    return loss + (names["lambda"] * names["phi_1"] ** 2 if name == "J" else 0), names


def _number(tree: Node, values: Mapping[str, Fraction]) -> Fraction:
    found = evaluate(tree, {}, values, 64)
    assert found is not None
    enclosure = found.enclosure()
    assert enclosure is not None
    assert enclosure.lower == enclosure.upper
    return enclosure.lower


@pytest.mark.parametrize("part", HOMEWORK.parts, ids=lambda part: part.id)
def test_each_reference_is_the_derivative_that_sympy_finds(part: Part) -> None:
    assert isinstance(part.quantity, Partial)
    assert isinstance(part.quantity.quantity, Symbol)
    assert isinstance(part.quantity.variable, Symbol)
    assert not isinstance(part.answer, Dimensions)
    above, below = part.quantity.quantity.name, part.quantity.variable.name
    for size in (1, 2, 4):
        loss, names = _loss(above, size)
        slope = sympy.diff(loss, names[below])
        ranges = part.statement.vocabulary.indices
        whole = unfolded(part.answer, part.statement.forward, ranges)
        tree = written_out(whole, {"n": size}, ranges)
        values = {name: Fraction(2 * k * k - 7, k + 3) for k, name in enumerate(names, 1)}
        point = {names[name]: sympy.Rational(str(value)) for name, value in values.items()}
        expected = slope.subs(point)
        assert _number(tree, values) == Fraction(int(expected.p), int(expected.q))


SAMPLES = {
    "right": ["equivalent"] * 6,
    "slips": ["different"] * 4 + ["unreadable", "different"],
}
MISTAKES = [None] * 6, ["constant_factor", "another_part", "another_part", "sign", None, "one_path"]


@pytest.mark.parametrize("name, mistakes", list(zip(SAMPLES, MISTAKES, strict=True)))
def test_the_samples(name: str, mistakes: list[str | None]) -> None:
    folder = ROOT / "submissions_sample" / "least_squares"
    result = grader.grade(HOMEWORK, grader.load_answers(folder / f"{name}.yaml"))
    assert [str(part.verdict.outcome) for part in result.parts] == SAMPLES[name]
    assert [part.mistake for part in result.parts] == mistakes
    for part in result.parts:
        if part.verdict:
            assert part.verdict.method in ("identical", "normal form")


@pytest.mark.parametrize(
    "text, outcome",
    [
        (r"2 n \phi_0 + 2\phi_1\sum_i x_i - 2\sum_i y_i", "equivalent"),
        (r"6 \phi_0 + 2\phi_1\sum_i x_i - 2\sum_i y_i", "different"),  # right for n = 3 alone
        (r"2(\phi_0 + \phi_1 x_i - y_i)", "unreadable"),  # no sum binds the index
        (r"\sum_{i=1}^{n} 2(f_i - y_i)", "equivalent"),
        (r"\sum_{j=1}^{n} 2(f_j - y_j)", "equivalent"),
        (r"\sum_{i=0}^{n} 2(f_i - y_i)", "unreadable"),  # there is no y_0
        (r"\sum_{i=1}^{n-1} 2(f_i - y_i)", "different"),
        (r"2\sum_{i=1}^{n} f_i - y_i", "unreadable"),  # y_i stands outside of the sum
        (r"\frac{\partial L}{\partial \phi_0}", "disallowed"),
    ],
)  # fmt: skip
def test_answers_with_sums(text: str, outcome: str) -> None:
    part = HOMEWORK.part("line.dL_dphi0")
    assert part is not None
    result = judge(HOMEWORK, part, text, make_scope(part.statement, (), (), "line"))
    assert str(result.verdict.outcome) == outcome
