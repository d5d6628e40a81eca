r"""Vectors and matrices: read, sized, compared and differentiated, each against NumPy too."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import grader
from grader.compare.matrix.decide import compare_matrices, make_matrix_reference
from grader.errors import AnswerError, RubricError
from grader.expr.latex import to_latex
from grader.expr.names import Vocabulary
from grader.expr.parser import parse_answer, parse_expression
from grader.expr.tree import (
    Node,
    Operation,
    Product,
    Sum,
    Symbol,
    children,
    walk,
    with_children,
)
from grader.expr.typed import SCALAR, Shape, ShapeError, Typing
from grader.expr.typed_tree import to_tree
from grader.homework import load_rubric, parse_rubric
from grader.matrix_calculus import matrix_derivative
from grader.results import Outcome, Verdict
from tests.matrix_truth import value

ROOT = Path(__file__).parents[1]

SHAPES: dict[str, Shape] = {
    "A": ("m", "n"), "B": ("m", "n"), "W": ("n", "n"), "V": ("n", "n"), "x": ("n", "1"),
    "y": ("n", "1"), "z": ("n", "1"), "p": ("n", "1"), "b": ("m", "1"), "X": ("N", "n"),
    "Y": ("N", "k"), "C": ("n", "k"), "beta": ("k", "1"),
}  # fmt: skip
NAMES = Vocabulary(
    names=frozenset([*SHAPES, "n", "m", "N", "k", "lambda", "c"]),
    functions={"a": "relu", "sigma": "sigmoid"},
    shapes=SHAPES,
)
SIZES = {"m": 4, "n": 3, "N": 5, "k": 2}


def tree_of(text: str) -> Node:
    found = parse_answer(text, NAMES).tree
    assert isinstance(found, Node)
    return found


def verdict_of(answer: str, reference: str) -> Verdict:
    prepared = make_matrix_reference(tree_of(reference), "test", shapes=SHAPES, environment={})
    return compare_matrices(prepared, tree_of(answer))


def point(seed: int, *, positive: bool = False) -> dict[str, Any]:
    """Random values for every name, sizes included."""
    rng = np.random.default_rng(seed)
    values: dict[str, Any] = {name: np.array([[float(size)]]) for name, size in SIZES.items()}
    for name, shape in SHAPES.items():
        size = tuple(SIZES.get(end, 1) for end in shape)
        values[name] = rng.normal(size=size)
        if positive:
            values[name] = np.abs(values[name]) + 0.1
    values["lambda"] = np.array([[rng.normal()]])
    values["c"] = np.array([[rng.normal()]])
    return values


# --- Reading -----------------------------------------------------------------------

READ = [
    ("2A^T(Ax - b)", r"2 A^{\top} \left(A x - b\right)"),
    (r"A^{\mathsf T}b", r"A^{\top} b"),
    ("Aᵀb", r"A^{\top} b"),
    ("A'b", r"A^{\top} b"),
    (r"A^\intercal b", r"A^{\top} b"),
    (r"W^{-\top}x", r"\left(W^{\top}\right)^{-1} x"),
    ("W^{-1}x", "W^{-1} x"),
    (r"\|Ax-b\|^2", r"\left\|A x - b\right\|^{2}"),
    ("||Ax-b||_2^2", r"\left\|A x - b\right\|^{2}"),
    (r"\lVert A\rVert_F\lVert x\rVert", r"\left\|A\right\| \left\|x\right\|"),
    (r"\operatorname{diag}(p) - pp^T", r"\operatorname{diag}\left(p\right) - p p^{\top}"),
    (r"\mathrm{tr}(W)", r"\operatorname{tr}\left(W\right)"),
    ("diag(p)x", r"\operatorname{diag}\left(p\right) x"),
    ("I[z>0] ⊙ x", r"I\left[z > 0\right] \odot x"),
    (r"a'[z] \circ x \odot y", r"a'\left[z\right] \odot x \odot y"),
    (r"\mathbf{1}_n^T x", r"\mathbf{1}_{n}^{\top} x"),
    (r"\mathbf{I}_n - xx^T", r"I_{n} - x x^{\top}"),
    ("I - W", "I - W"),
    ("A@x", "A x"),
    (r"\frac{e^z}{\mathbf{1}^T e^z}",
     r"\frac{\exp\left(z\right)}{\mathbf{1}^{\top} \exp\left(z\right)}"),
    (r"(W^TW + \lambda I)^{-1}W^Tx",
     r"\left(W^{\top} W + \lambda I\right)^{-1} W^{\top} x"),
]  # fmt: skip


@pytest.mark.parametrize("text, printed", READ)
def test_matrices_are_read_and_read_back(text: str, printed: str) -> None:
    tree = tree_of(text)
    assert to_latex(tree, NAMES.function_names()) == printed
    assert parse_expression(printed, NAMES) == tree


REFUSED = [
    (r"\|x", r"the `\|` at 1 is never closed"),
    ("diag p", "`diag` needs its argument in brackets"),
    (r"\|x\|_1", "only the norms with a 2 or an F are read here"),
    ("I_q", "`q` is not a size of this homework"),
    (r"x \otimes y", r"`\otimes` is not read here"),
    ("q'x", "`q'` is not a name of this homework; a prime is part of a name, or follows the name of a function"),
]  # fmt: skip


@pytest.mark.parametrize("text, message", REFUSED)
def test_what_is_not_read(text: str, message: str) -> None:
    with pytest.raises(AnswerError) as caught:
        tree_of(text)
    assert caught.value.sentence == message


def test_numbers_alone_keep_their_refusals() -> None:
    plain = Vocabulary(names=frozenset({"x", "y"}))
    for text in ("x^T", r"x \odot y", r"\|x\|", "x @ y", "diag(x)"):
        with pytest.raises(AnswerError):
            parse_answer(text, plain)


def test_an_ambiguous_product_keeps_its_other_reading() -> None:
    reading = parse_answer(r"W x \odot y", NAMES)
    assert to_latex(reading.tree) == r"\left(W x\right) \odot y"
    others = [to_latex(other) for other in reading.alternatives]
    assert others == [r"W \cdot \left(x \odot y\right)"]
    assert not parse_answer(r"(W x) \odot y", NAMES).alternatives


# --- Sizes ---------------------------------------------------------------------------

MISFITS = [
    ("Ab", "`A`, which is m×n, times `b`, which is m×1, is a product that does not conform"),
    ("x + b", "`x`, which is n×1, and `b`, which is m×1, cannot be added"),
    ("xy", r"`x`, which is n×1, times `y`, which is n×1, is a product that does not conform; "
           r"for the sum of products write `u^T v`, entry by entry `u \odot v`"),
    ("x^2", r"only square matrices have powers, and this is n×1; write `x \odot x` or `x^T x`"),
    ("1 - W", "a number and an n×n matrix cannot be added (for a multiple of the identity "
              "write `I`)"),
    (r"x + \lambda", "a number and an n×1 vector cannot be added"),
    (r"\mathrm{tr}(A)", "an m×n matrix has no trace"),
    ("diag(W)", "`diag` makes a matrix of a column, and this is an n×n matrix"),
    ("e^W", "`exp` of a square matrix is not read here"),
    ("x / W", "nothing can be divided by an n×n matrix; write its inverse"),
    (r"x \odot b", "an n×1 vector and an m×1 vector cannot be multiplied entry by entry"),
    ("|x|", r"`|…|` of an n×1 vector is read as no norm; write `\|x\|`"),
    (r"\mathbf{1}^T\mathbf{1}", r"the size of `\mathbf{1}` does not follow; write it with its size"),
]  # fmt: skip


@pytest.mark.parametrize("text, message", MISFITS)
def test_sizes_that_do_not_fit_are_told(text: str, message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        Typing(SHAPES, {}).typed(tree_of(text))
    assert caught.value.message == message
    assert caught.value.span.end > caught.value.span.start


# --- Comparing -------------------------------------------------------------------------

EQUAL = [
    ("2A^T(Ax-b)", "2A^TAx - 2A^Tb"),
    (r"\|Ax-b\|^2", "x^TA^TAx - 2b^TAx + b^Tb"),
    ("diag(p)x", r"p \odot x"),
    (r"(x y^T) \odot W", "diag(x) W diag(y)"),
    (r"(x \mathbf{1}^T) \odot W", "diag(x) W"),
    (r"(x y^T) \odot (y x^T) \odot V", r"diag(x \odot y) V diag(x \odot y)"),
    (r"((V x) y^T) \odot (A^T A)", "diag(V x) A^T A diag(y)"),
    ("diag(p) - pp^T", r"diag(p)(I - \mathbf{1} p^T)"),
    (r"\mathrm{tr}(A^TB)", r"\mathrm{tr}(B^TA)"),
    (r"\mathrm{tr}(AB^T)", r"\mathrm{tr}(B^TA)"),
    (r"\mathrm{tr}(xy^T)", "x^Ty"),
    (r"\mathrm{tr}(WVW^{-1})", r"\mathrm{tr}(V)"),
    ("(WV)^{-1}", "V^{-1}W^{-1}"),
    ("(A^TA + \\lambda I)^{-1}A^Tb", "(\\lambda I + A^TA)^{-1}A^Tb"),
    ("((A^TA + \\lambda I)^{-1})^T", "(A^TA + \\lambda I)^{-1}"),
    (r"\sigma(z) \odot (1 - \sigma(z))", r"\sigma'(z)"),
    (r"diag(\sigma(z) \odot (1 - \sigma(z))) W", r"diag(\sigma'(z)) W"),
    (r"a[z]", r"z \odot I[z > 0]"),
    (r"I[2z > 0] \odot x", r"I[z > 0] \odot x"),
    (r"x^T(y \odot z)", r"z^T(x \odot y)"),
    ("x^TWy", "y^TW^Tx"),
    (r"\mathbf{1}^T(x \odot (Wy))", "x^TWy"),
    ("xy^Tz", "(y^Tz)x"),
    (r"\mathbf{1}_n^T\mathbf{1}_n", "n"),
    ("(x+y)(x-y)^T", "xx^T - xy^T + yx^T - yy^T"),
    (r"((W^Tx) \odot a'[z])^T", "x^TWdiag(a'[z])"),
    (r"a[XC] \odot Y", r"Y \odot (XC) \odot I[XC > 0]"),
    ("(W+V)^2", "W^2 + WV + VW + V^2"),
    (r"x/\|x\|", "(x^Tx)^{-1/2}x"),
    ("diag(x)^{-1}y", "y/x"),
    (r"(1-x) \odot x", r"x - x \odot x"),
    (r"\frac{1}{\mathbf{1}^Te^z}(diag(e^z) - \frac{1}{\mathbf{1}^Te^z}e^z(e^z)^T)",
     r"diag(\frac{e^z}{\mathbf{1}^Te^z}) - \frac{e^z(e^z)^T}{(\mathbf{1}^Te^z)^2}"),
]  # fmt: skip


@pytest.mark.parametrize("answer, reference", EQUAL)
def test_equal_matrices_are_proved_equal(answer: str, reference: str) -> None:
    for left, right in ((answer, reference), (reference, answer)):
        verdict = verdict_of(left, right)
        assert (verdict.outcome, verdict.method) == (Outcome.EQUIVALENT, "normal form")


#: Equal, beyond the normal form: shown at sizes, and said to be only that.
AT_SIZES = [
    ("(W^TW + \\lambda I)^{-1}(W^TW + \\lambda I)x", "x"),
    ("(I + xy^T)^{-1}x", r"\frac{1}{1 + y^Tx}x"),
]


@pytest.mark.parametrize("answer, reference", AT_SIZES)
def test_what_is_shown_at_sizes_says_so(answer: str, reference: str) -> None:
    verdict = verdict_of(answer, reference)
    assert (verdict.outcome, verdict.method) == (Outcome.EQUIVALENT, "entries at sizes")
    assert verdict.notes == ("shown entry by entry for n = 2; n = 3; n = 1, not for every size",)


#: Powers in answers: entry by entry, unless they are products of square matrices.
POWERS = [
    ("1 - x^2", r"1 - x \odot x", Outcome.EQUIVALENT),
    (r"\tanh^2 x", r"\tanh x \odot \tanh x", Outcome.EQUIVALENT),
    ("(2x)^3", r"8 x \odot x \odot x", Outcome.EQUIVALENT),
    ("(x^T)^2", r"(x \odot x)^T", Outcome.EQUIVALENT),
    ("A^2", r"A \odot A", Outcome.EQUIVALENT),
    ("W^2", "W W", Outcome.EQUIVALENT),
    (r"W^{\odot 2}", r"W \odot W", Outcome.EQUIVALENT),
    (r"x^{\circ 3}", r"x \odot x \odot x", Outcome.EQUIVALENT),
    ("1_n", r"\mathbf{1}_n", Outcome.EQUIVALENT),
    ("x^2", "x", Outcome.DIFFERENT),
    ("W^2", r"W \odot W", Outcome.DIFFERENT),
    (r"1 - \tanh^2 x", r"1 - \tanh x", Outcome.DIFFERENT),
    ("x^7", "x", Outcome.UNREADABLE),
    ("x^{-1}", "x", Outcome.UNREADABLE),
]


@pytest.mark.parametrize(("answer", "reference", "outcome"), POWERS)
def test_powers_in_answers(answer: str, reference: str, outcome: Outcome) -> None:
    assert verdict_of(answer, reference).outcome is outcome


#: Squares that some write for the sum of the squares: a person decides.
SQUARES = [
    ("x^2", "x^T x"),
    ("x^2 x", "(x^T x) x"),
    ("x/(1 + x^2)", "x/(1 + x^T x)"),
    ("A^2", r"\|A\|^2"),
]


@pytest.mark.parametrize(("answer", "reference"), SQUARES)
def test_the_square_of_a_vector_may_be_the_sum_of_the_squares(answer: str, reference: str) -> None:
    verdict = verdict_of(answer, reference)
    assert (verdict.outcome, verdict.reason) == (
        Outcome.UNDECIDED,
        "it is right if the square of a vector in it is the sum of the squares, but it reads as"
        " the squares entry by entry",
    )


DIFFERENT = [
    (r"(x y^T) \odot W", "diag(y) W diag(x)"),
    ("A^T(Ax-b)", "2A^T(Ax-b)"),
    ("2A^T(Ax-b) + 10^{-9}x", "2A^T(Ax-b)"),
    ("WV", "VW"),
    ("(WV)^{-1}", "W^{-1}V^{-1}"),
    ("(W+V)^2", "W^2 + 2WV + V^2"),
    ("x^TWy", "y^TWx"),
    ("a[z]", "z"),
    (r"\sigma(z)", r"\sigma'(z)"),
    ("diag(p) - pp^T", "diag(p) + pp^T"),
    (r"\mathrm{tr}(WV)", r"\mathrm{tr}(W)\mathrm{tr}(V)"),
    ("Wx", "W^Tx"),
    (r"\mathbf{1}_n^T\mathbf{1}_n", "m"),
    ("(n-1)(n-2)(n-3)x", "x - x"),  # equal at the first three sizes
    (r"(Wx) \odot y", r"W(x \odot y)"),
    ("(W^TW + \\lambda I)^{-1}x", "(WW^T + \\lambda I)^{-1}x"),
]


@pytest.mark.parametrize("answer, reference", DIFFERENT)
def test_different_matrices_have_a_witness(answer: str, reference: str) -> None:
    for left, right in ((answer, reference), (reference, answer)):
        verdict = verdict_of(left, right)
        assert (verdict.outcome, verdict.method) == (Outcome.DIFFERENT, "witness")
        assert verdict.witness is not None
        assert verdict.witness.answer != verdict.witness.reference


def test_what_exists_at_some_sizes_only_is_left_to_a_person() -> None:
    wide = verdict_of("(A^TA)^{-1}A^TA x", "x")
    assert wide.outcome is Outcome.UNDECIDED
    assert wide.tried[-1] == "undefined at some sizes"
    assert verdict_of("(A^TA)^{-1}A^TA x", "2x").outcome is Outcome.DIFFERENT
    never = verdict_of(r"\frac{1}{c - c} x", "x")
    assert (never.outcome, never.method) == (Outcome.DIFFERENT, "witness")
    assert verdict_of("(A^TA)^{-1}A^Tb", "((b^TA)(A^TA)^{-1})^T")  # both exist alike


COSTLY = [
    ("((((W+V)^6)^6)^6)x", "undecided"),
    ("W^{-1}" * 30 + "x", "undecided"),
    ("(W+V)" * 20 + "x", "undecided"),
    ("W" * 200 + "x", "undecided"),
    (r"x \odot " * 300 + "x", "undecided"),
    ("+".join(["W V x"] * 300), "different"),
    (r"diag(" * 30 + "x" + ")" * 30, "unreadable"),
]


@pytest.mark.parametrize(("text", "outcome"), COSTLY)
def test_what_would_cost_much_ends_soon(text: str, outcome: str) -> None:
    """Limits on work end it: counted in operations, so the test counts no seconds."""
    assert str(verdict_of(text, "Wx").outcome) == outcome


def test_definitions_that_double_are_no_burden() -> None:
    for joined in ("d_{0} + d_{0}", "d_{0} d_{0}"):
        meanings = {"d_0": tree_of("W + V")}
        names = NAMES.with_names([f"d_{k}" for k in range(40)])
        for k in range(1, 40):
            text = joined.replace("{0}", str(k - 1))
            found = parse_answer(text, names).tree
            assert isinstance(found, Node)
            meanings[f"d_{k}"] = found
        prepared = make_matrix_reference(tree_of("W"), "t", shapes=SHAPES, environment={})
        verdict = compare_matrices(prepared, Symbol("d_39"), meanings)
        assert verdict.outcome is Outcome.UNDECIDED
        assert verdict.reason == "the expression is too large when written out"


def test_another_size_is_a_difference_and_no_meaning_is_unreadable() -> None:
    other = verdict_of("2(Ax-b)^TA", "2A^T(Ax-b)")
    assert (other.outcome, other.method) == (Outcome.DIFFERENT, "size")
    assert other.reason == "your answer is 1×n, and it should be n×1"
    none = verdict_of("2A(Ax-b)", "2A^T(Ax-b)")
    assert none.outcome is Outcome.UNREADABLE
    assert none.reason == "an m×n matrix times an m×1 vector is a product that does not conform"


def _random_column(rng: random.Random, depth: int) -> Node:
    """A column with n entries, built at random."""
    if depth == 0:
        return Symbol(rng.choice("xyzp"))
    inner = _random_column(rng, depth - 1)
    other = _random_column(rng, depth - 1)
    match rng.randrange(7):
        case 0:
            return Sum((inner, other))
        case 1:
            return Operation("elementwise", (inner, other))
        case 2:
            return Product((_random_square(rng, depth - 1), inner))
        case 3:
            return Product((Operation("diag", (inner,)), other))
        case 4:
            scalar = Product((Operation("transpose", (inner,)), other))
            return Product((scalar, Symbol(rng.choice("xyz"))))
        case 5:
            return Product((Symbol("lambda"), inner))
    return inner


def _random_square(rng: random.Random, depth: int) -> Node:
    if depth <= 0:
        return Symbol(rng.choice("WV"))
    match rng.randrange(5):
        case 0:
            return Operation("transpose", (_random_square(rng, depth - 1),))
        case 1:
            return Product((_random_square(rng, depth - 1), _random_square(rng, depth - 1)))
        case 2:
            column = _random_column(rng, depth - 1)
            return Product((column, Operation("transpose", (_random_column(rng, depth - 1),))))
        case 3:
            return Operation("diag", (_random_column(rng, depth - 1),))
    return Symbol(rng.choice("WV"))


def _rewritten(node: Node, rng: random.Random) -> Node:
    """The same value, written otherwise: transposes, diagonals, sums and numbers moved."""
    match node:
        case Sum(terms=(first, second)):
            return Sum((_rewritten(second, rng), _rewritten(first, rng)))
        case Operation(name="elementwise", operands=(first, second)):
            one, two = _rewritten(first, rng), _rewritten(second, rng)
            if rng.random() < 0.5:
                return Product((Operation("diag", (two,)), one))
            return Operation("elementwise", (two, one))
        case Operation(name="transpose", operands=(Product(factors=(a, b)),)):
            turned = [Operation("transpose", (_rewritten(each, rng),)) for each in (b, a)]
            return Product(tuple(turned))
        case Product(factors=(Operation(name="diag", operands=(first,)), second)) if Typing(
            SHAPES, {}
        ).typed(second).shape == ("n", "1"):
            return Operation("elementwise", (_rewritten(second, rng), _rewritten(first, rng)))
        case Product(factors=(first, Sum(terms=(a, b)))):
            return Sum(tuple(_rewritten(Product((first, each)), rng) for each in (a, b)))
        case Product(factors=factors):
            return Product(tuple(_rewritten(factor, rng) for factor in factors))
        case Operation(name=name, operands=operands):
            return Operation(name, tuple(_rewritten(each, rng) for each in operands))
    return node


def _mutated(node: Node, rng: random.Random) -> Node:
    """One name exchanged for another of its size."""
    names = [part for part in _leaves(node) if part.name in ("x", "y", "z", "p", "W", "V")]
    chosen = rng.choice(names)
    others = [n for n in ("xyzp" if chosen.name in "xyzp" else "WV") if n != chosen.name]
    return _exchanged(node, chosen, Symbol(rng.choice(others)))


def _leaves(node: Node) -> Iterator[Symbol]:
    yield from (part for part in walk(node) if isinstance(part, Symbol))


def _exchanged(node: Node, old: Node, new: Node) -> Node:
    if node is old:
        return new
    parts = tuple(_exchanged(part, old, new) for part in children(node))  # type: ignore[arg-type]
    return with_children(node, parts) if parts else node  # type: ignore[return-value]


def test_random_expressions_against_numpy() -> None:
    """No false accept and no false reject; nearly all equal ones by proof for every size."""
    rng = random.Random(7)
    methods: dict[str | None, int] = {}
    for _ in range(150):
        one = _random_column(rng, 3)
        for two in (_rewritten(one, rng), _mutated(one, rng)):
            prepared = make_matrix_reference(one, "random", shapes=SHAPES, environment={})
            verdict = compare_matrices(prepared, two)
            truth = all(
                np.allclose(value(one, point(seed)), value(two, point(seed)), rtol=1e-9, atol=1e-9)
                for seed in range(3)
            )
            expected = Outcome.EQUIVALENT if truth else Outcome.DIFFERENT
            assert verdict.outcome is expected, (to_latex(one), to_latex(two), verdict)
            if truth:
                methods[verdict.method] = methods.get(verdict.method, 0) + 1
    assert sum(methods.values()) > 140
    assert methods.get("entries at sizes", 0) <= sum(methods.values()) // 50


# --- Derivatives -----------------------------------------------------------------------

DERIVED = [
    (r"\|Ax-b\|^2", "x", r"2 A^{\top} \left(A x - b\right)"),
    (r"\|Ax-b\|^2", "A", r"2 \left(A x - b\right) x^{\top}"),
    (r"\|XC + \mathbf{1}\beta^T - Y\|^2", "C",
     r"2 X^{\top} \left(X C + \mathbf{1}_{N} \beta^{\top} - Y\right)"),
    (r"\|XC + \mathbf{1}\beta^T - Y\|^2", "beta",
     r"2 \left(X C + \mathbf{1}_{N} \beta^{\top} - Y\right)^{\top} \mathbf{1}_{N}"),
    (r"\mathrm{tr}(W^TVW)", "W", r"V W + V^{\top} W"),
    ("x^TWy", "W", r"x y^{\top}"),
    ("x^TW^{-1}y", "W", r"-\left(W^{-1}\right)^{\top} x y^{\top} \left(W^{-1}\right)^{\top}"),
    (r"x^T\sigma(Wy)", "W", None),
    (r"x^T\sigma(Wy)", "y", None),
    (r"\|x\|", "x", None),
    (r"\frac{x^TWx}{x^Tx}", "x", None),
    (r"\log(\mathbf{1}^Te^z) - p^Tz", "z", None),
    (r"-y^T\log(p)", "p", None),
    (r"\lambda\|x\|^2 + \|Ax-b\|^2", "x", None),
    (r"\lambda\|x\|^2", "lambda", r"x^{\top} x"),
    (r"\|a[XC]\|^2", "C", None),
    ("x^Tdiag(y)x", "y", r"x \odot x"),
    (r"\mathrm{tr}(WVW^T)\,x^Ty", "W", None),
    # A softmax of each row, and diagonal matrices elsewhere.
    (r"\mathrm{tr}(Y^T diag(1/(e^{X C} \mathbf{1})) e^{X C})", "C", None),
    (r"\mathrm{tr}(X^T diag(Y C^T \mathbf{1}) Y C^T)", "C", None),
    (r"\mathrm{tr}(W diag(y) V)", "y", None),
    (r"x^T W diag(y) V z", "y", None),
    # A column by a column.
    ("Wx", "x", r"W^{\top}"),
    (r"\sigma(Wx) \odot y", "x", None),
    (r"\frac{e^z}{\mathbf{1}^Te^z}", "z", None),
    ("diag(y)x", "y", r"\operatorname{diag}\left(x\right)"),
    ("x^Tx\\,x", "x", None),
    ("a[z]", "z", r"\operatorname{diag}\left(a'\left[z\right]\right)"),
    (r"x/\|x\|", "x", None),
    (r"x - \frac{1}{n}\mathbf{1}\mathbf{1}^Tx", "x", None),
    ("y(x^Tz)", "x", r"z y^{\top}"),
    (r"\tanh(Wx + z)", "x", None),
]  # fmt: skip


def _differences(tree: Node, name: str, values: dict[str, Any]) -> Any:
    """The derivative in the denominator layout, by central differences."""
    step = 1e-6
    start = values[name]
    columns = []
    for index in np.ndindex(start.shape):
        moved = []
        for sign in (1, -1):
            there = start.copy()
            there[index] += sign * step
            moved.append(value(tree, {**values, name: there}))
        columns.append((moved[0] - moved[1]) / (2 * step))
    if columns[0].shape == (1, 1):
        return np.array([column[0, 0] for column in columns]).reshape(start.shape)
    return np.array([column[:, 0] for column in columns])


@pytest.mark.parametrize("text, name, printed", DERIVED)
def test_derivatives_against_differences(text: str, name: str, printed: str | None) -> None:
    tree = tree_of(text)
    typed = Typing(SHAPES, {}).typed(tree)
    values = point(11, positive="log(p" in text)
    expected = _differences(to_tree(typed), name, values)
    for layout, truth in (("denominator", expected), ("numerator", expected.T)):
        found = matrix_derivative(typed, name, SHAPES.get(name, SCALAR), layout)
        latex = to_latex(to_tree(found), NAMES.function_names())
        if printed is not None and layout == "denominator":
            assert latex == printed
        again = to_tree(Typing(SHAPES, {}).typed(parse_expression(latex, NAMES)))
        got = value(again, values)
        assert got.shape == truth.shape
        assert np.allclose(got, truth, rtol=1e-5, atol=1e-6)


def test_derivatives_with_too_many_indices_are_refused() -> None:
    for text, name in (("Wx", "W"), ("WV", "x"), ("xx^T", "x")):
        with pytest.raises(ValueError, match=r"more than two indices|does not depend"):
            matrix_derivative(
                Typing(SHAPES, {}).typed(tree_of(text)), name, SHAPES[name], "denominator"
            )


# --- Rubrics ---------------------------------------------------------------------------

RUBRICS = ("linear_system", "softmax", "matrix_backprop", "batch_norm")
HOMEWORKS = {name: load_rubric(ROOT / "rubrics" / f"{name}.yaml") for name in RUBRICS}
PARTS = [part for homework in HOMEWORKS.values() for part in homework.parts]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.id)
def test_each_reference_is_the_derivative(part: Any) -> None:
    """By central differences of the statement's own quantity, in NumPy."""
    reference = part.matrix
    ends = sorted({end for shape in reference.shapes.values() for end in shape} - {"1"})
    sizes = {end: k + 2 for k, end in enumerate(ends)}
    rng = np.random.default_rng(5)
    values: dict[str, Any] = {end: np.array([[float(size)]]) for end, size in sizes.items()}
    for name, shape in reference.shapes.items():
        values[name] = np.abs(rng.normal(size=[sizes.get(end, 1) for end in shape])) + 0.1
        if part.id.partition(".")[0] in ("column", "row", "batch"):
            values[name] -= 0.6  # both signs: units on and off
    for name in part.statement.leaves - values.keys():
        values[name] = np.array([[0.7]])
    above, below = part.quantity.quantity.name, part.quantity.variable.name
    inside = below in part.statement.forward
    forward = {n: t for n, t in part.statement.forward.items() if n != below}
    for name, tree in part.statement.forward.items():
        typed = Typing(reference.shapes, part.statement.forward).typed(tree)
        values[name] = value(to_tree(typed), values)
    shapes = reference.shapes if not inside else {**reference.shapes, below: _shape_of(part, below)}
    whole = to_tree(Typing(shapes, forward).typed(Symbol(above)))
    truth = _differences(whole, below, values)
    layout = next(q.layout for q in _file_of(part).questions if q.id == part.question)
    if layout == "numerator":
        truth = truth.T
    assert np.allclose(value(to_tree(reference.typed), values), truth, rtol=1e-4, atol=1e-5)


def _shape_of(part: Any, name: str) -> Shape:
    return Typing(part.matrix.shapes, part.statement.forward).typed(Symbol(name)).shape


def _file_of(part: Any) -> Any:
    return next(h.file for h in HOMEWORKS.values() if part in h.parts)


SAMPLES = {
    "softmax": ["transposed", "unreadable", "missing_factor", "sign"],
    "linear_system": ["constant_factor", "unreadable", "transposed", "missing_term",
                      "transpose_of_a_factor", None, "transpose_of_a_factor",
                      "transpose_of_a_factor"],
    "batch_norm": ["transposed", "missing_term", "constant_factor", None, None, "missing_factor",
                   "sign", None],
    "matrix_backprop": ["constant_factor", "transposed", "unreadable", "missing_factor",
                        "missing_factor", "transposed", None, "transposed", "sign_of_a_path",
                        "missing", "missing_factor", "unreadable", None, "unreadable",
                        "missing_factor", "sign"],
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples(name: str) -> None:
    folder = ROOT / "submissions_sample" / name
    right = grader.grade(HOMEWORKS[name], grader.load_answers(folder / "right.yaml"))
    for part in right.parts:
        assert part.verdict, part
        assert part.verdict.method in ("identical", "normal form")
    wrong = grader.grade(HOMEWORKS[name], grader.load_answers(folder / "slips.yaml"))
    told = [
        part.mistake if part.verdict.outcome is Outcome.DIFFERENT else str(part.verdict.outcome)
        for part in wrong.parts
    ]
    assert told == SAMPLES[name]


FAULTS = [
    ("sizes: {x: n}", r"q: x^T x + x", "a number and an n×1 vector cannot be added"),
    ("sizes: {x: n}", r"q: x^T z", "`z` is not a name of this homework"),
    ("sizes: {x: 2n}", r"q: x^T x", "`2n` is no size here; write `n` or `m \\times n`"),
    ("sizes: {x: n, n: m}", r"q: x^T x", "`n` is both a size and something that has a size"),
]


@pytest.mark.parametrize("sizes, quantity, message", FAULTS)
def test_faults_of_a_rubric(sizes: str, quantity: str, message: str) -> None:
    text = (
        "schema: 1\nid: t\ntitle: T\nquestions:\n  - id: q1\n    kind: matrix_derivative\n"
        f"    layout: denominator\n    {sizes}\n    quantities:\n      {quantity}\n"
        "    parts:\n      a: \\partial q / \\partial x\n"
    )
    with pytest.raises(RubricError) as caught:
        parse_rubric(text)
    assert any(message.split(";", maxsplit=1)[0] in str(fault) for fault in caught.value.faults)


def test_two_texts_without_a_rubric() -> None:
    sizes = {"A": "m x n", "x": "n", "b": "m", "lambda": "positive"}
    assert grader.equivalent(r"A^T(Ax-b) + \lambda x", r"(A^TA + \lambda I)x - A^Tb", symbols=sizes)
    different = grader.equivalent("A^T(Ax-b)", "A^T(Ax+b)", symbols=sizes)
    assert different.outcome is Outcome.DIFFERENT
    with pytest.raises(ValueError, match="no assumption is called 'imaginary'"):
        grader.equivalent("x", "x", symbols={"x": "imaginary"})
