"""Printing a tree and reading it again gives the same tree."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.expr.dimensions import parse_dimensions
from grader.expr.functions import FUNCTIONS
from grader.expr.latex import to_latex, to_outline
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_expression
from grader.expr.tree import (
    All,
    Any,
    Call,
    Cases,
    Constant,
    Dimensions,
    Indicator,
    Negation,
    Not,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    higher_partial,
)

NAMES = (
    "x",
    "y",
    "phi_0",
    "theta_01",
    "psi_12",
    "ell_i",
    "hat:y_i",
    "z'",
    "loss",
    "W_out",
    "I",
    "p",
)
VOCABULARY = Vocabulary(frozenset(NAMES), {}, {"a": "relu", "sigma": "sigmoid"})

x, y = Symbol("x"), Symbol("y")
one, two = Number(F(1)), Number(F(2))


_OPERATORS = (">", ">=", "<", "<=", "=", "!=")
_CALLED = sorted(FUNCTIONS)
#: Functions whose derivative by their own argument reads as the function a'.
_ACTIVATIONS = frozenset(
    "heaviside sign abs max min relu leaky_relu elu sigmoid softplus silu gelu".split()
)


@st.composite
def numbers(draw):
    places = draw(st.integers(0, 4))
    value = draw(st.integers(0, 10**6))
    return Number(F(value, 10**places), places) if places else Number(F(value))


@st.composite
def conditions(draw, depth):
    kind = draw(st.integers(0, 7)) if depth else 0
    if kind < 5:
        below = max(depth - 1, 0)
        return Relation(draw(st.sampled_from(_OPERATORS)), draw(trees(below)), draw(trees(below)))
    if kind == 7:
        return Not(draw(conditions(depth - 1)))
    parts = tuple(draw(conditions(depth - 1)) for _ in range(draw(st.integers(2, 3))))
    return All(parts) if kind == 5 else Any(parts)


@st.composite
def trees(draw, depth=4):
    kind = draw(st.integers(0, 13)) if depth else draw(st.integers(0, 3))
    below = depth - 1
    match kind:
        case 0:
            return draw(numbers())
        case 1 | 2:
            return Symbol(draw(st.sampled_from(NAMES)))
        case 3:
            return Constant(draw(st.sampled_from(("pi", "e"))))
        case 4 | 5:
            return Sum(tuple(draw(trees(below)) for _ in range(draw(st.integers(2, 4)))))
        case 6 | 7:
            return Product(tuple(draw(trees(below)) for _ in range(draw(st.integers(2, 4)))))
        case 8:
            return Negation(draw(trees(below)))
        case 9:
            return Quotient(draw(trees(below)), draw(trees(below)))
        case 10:
            return Power(draw(trees(below)), draw(trees(below)))
        case 11:
            name = draw(st.sampled_from(_CALLED))
            least, most = FUNCTIONS[name].arity
            count = draw(st.integers(least, most or 4))
            arguments = tuple(draw(trees(below)) for _ in range(count))
            return Call(name, arguments, draw(st.integers(0, 2)))
        case 12:
            if draw(st.booleans()):
                return Indicator(draw(conditions(below)))
            rows = [
                (draw(st.none() | trees(below)), draw(conditions(below)))
                for _ in range(draw(st.integers(1, 2)))
            ]
            last = (draw(st.none() | trees(below)), draw(st.none() | conditions(below)))
            return Cases((*rows, last))
        case _:
            quantity = draw(trees(below))
            if isinstance(quantity, Call) and quantity.function in _ACTIVATIONS:
                quantity = Symbol("y")
            variable = draw(trees(below))
            if isinstance(quantity, Partial) and isinstance(variable, Symbol):
                return higher_partial(quantity, (variable,))  # as the parser orders the names
            return Partial(quantity, variable)


@settings(max_examples=400, deadline=None)
@given(trees())
def test_reading_what_was_printed_gives_the_tree(tree):
    assert parse_expression(to_latex(tree), VOCABULARY) == tree


@settings(max_examples=100, deadline=None)
@given(trees())
def test_an_outline_has_a_line_for_every_node(tree):
    lines = to_outline(tree).splitlines()
    assert lines
    assert not lines[0].startswith(" ")


@st.composite
def sizes(draw, depth=2):
    kind = draw(st.integers(0, 3)) if depth else draw(st.integers(0, 1))
    if kind == 0:
        return Symbol(draw(st.sampled_from(("D_1", "D_2", "D_f"))))
    if kind == 1:
        return Number(F(draw(st.integers(1, 99))))
    parts = tuple(draw(sizes(depth - 1)) for _ in range(draw(st.integers(2, 3))))
    return Sum(parts) if kind == 2 else Product(parts)


@settings(max_examples=200, deadline=None)
@given(sizes(), sizes())
def test_reading_a_printed_size_gives_the_size(rows, columns):
    size = Dimensions(rows, columns)
    vocabulary = Vocabulary(frozenset({"D_1", "D_2", "D_f"}))
    assert parse_dimensions(to_latex(size), vocabulary).tree == size


@pytest.mark.parametrize(
    "tree, latex",
    [
        (Number(F(1, 2), 2), "0.50"),
        (Number(F(1, 3)), r"\frac{1}{3}"),
        (Number(F(-2)), "-2"),
        (Sum((x, Number(F(-2)))), r"x + \left(-2\right)"),
        (Sum((x, Negation(y), one)), "x - y + 1"),
        (Sum((Negation(x), Negation(Sum((y, one))))), r"-x - \left(y + 1\right)"),
        (Negation(Negation(x)), r"-\left(-x\right)"),
        (Product((two, x, two)), r"2 x \cdot 2"),
        (Product((x, Sum((x, y)))), r"x \cdot \left(x + y\right)"),
        (Product((x, Product((x, y)))), r"x \cdot \left(x y\right)"),
        (Product((x, Negation(y))), r"x \cdot \left(-y\right)"),
        (Quotient(Sum((x, y)), two), r"\frac{x + y}{2}"),
        (Power(Sum((x, y)), Negation(one)), r"\left(x + y\right)^{-1}"),
        (Power(Power(x, two), two), r"\left(x^{2}\right)^{2}"),
        (Power(Call("sin", (x,)), two), r"\sin\left(x\right)^{2}"),
        (Call("exp", (x,)), r"\exp\left(x\right)"),
        (Call("relu", (x,), 1), r"\operatorname{ReLU}'\left(x\right)"),
        (Call("sqrt", (x,)), r"\sqrt{x}"),
        (Call("root", (x, Number(F(3)))), r"\sqrt[3]{x}"),
        (Call("abs", (x,)), r"\left|x\right|"),
        (Call("max", (Number(F(0)), x)), r"\max\left(0, x\right)"),
        (Indicator(Relation(">=", x, Number(F(0)))), r"I\left[x \geq 0\right]"),
        (Constant("e"), r"\mathrm{e}"),
        (Constant("pi"), r"\pi"),
        (Symbol("theta_01"), r"\theta_{01}"),
        (Symbol("hat:y_i"), r"\hat{y}_{i}"),
        (Symbol("loss"), r"\mathrm{loss}"),
        (Partial(y, Symbol("phi_0")), r"\frac{\partial y}{\partial \phi_{0}}"),
        (
            Cases(((x, Relation(">", x, one)), (None, None))),
            r"\begin{cases} x & \text{if } x > 1 \\ \text{undefined} & \text{otherwise} \end{cases}",
        ),
        (Dimensions(Symbol("D_1"), one), r"D_{1} \times 1"),
    ],
)
def test_latex(tree, latex):
    assert to_latex(tree) == latex


def test_outline():
    tree = parse_expression(r"-a'[x] I[0 < x] \cdot \frac{1}{2}", VOCABULARY)
    assert to_outline(tree).splitlines() == [
        "negation",
        "  product",
        "    function relu, derivative 1",
        "      symbol x",
        "    indicator",
        "      relation <",
        "        number 0",
        "        symbol x",
        "    quotient",
        "      number 1",
        "      number 2",
    ]


@pytest.mark.parametrize("row", FUNCTIONS.values(), ids=lambda row: row.name)
def test_every_meaning_and_slope_in_the_table_reads(row):
    for text in (row.meaning, row.slope):
        if text is not None:
            tree = parse_expression(text, FREE)
            assert parse_expression(to_latex(tree), FREE) == tree
