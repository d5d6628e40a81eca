"""Keys of trees: the same for every order of terms and factors, and for nothing else."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.expr.keys import key
from grader.expr.names import FREE
from grader.expr.parser import parse_expression
from grader.expr.tree import (
    All,
    Any,
    Call,
    Cases,
    Constant,
    Indicator,
    Negation,
    Not,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
)


def said(text):
    return key(parse_expression(text, FREE))


@pytest.mark.parametrize(
    "one, other",
    [
        ("a + b - c", "b - c + a"),
        ("a b c", "c a b"),
        ("a (b c)", "(c a) b"),
        ("a + (b + c)", "c + b + a"),
        ("x I[x > 0]", r"I[0 < x] \cdot x"),
        ("I[x >= y + 1]", "I[1 + y <= x]"),
        ("I[x = y]", "I[y = x]"),
        (r"\max(0, x + y)", r"\max(0, y + x)"),
        ("x / (y z)", "x / (z y)"),
        ("0.5 x", "x 0.50"),
    ],
)
def test_terms_and_factors_in_any_order(one, other):
    assert said(one) == said(other)
    assert grader.equivalent(one, other).method == "identical"


@pytest.mark.parametrize(
    "one, other",
    [
        ("a - b", "b - a"),
        ("a / b", "b / a"),
        ("a^b", "b^a"),
        ("a + b", "a b"),
        ("a b", "a b b"),
        ("a + a", "a"),
        ("a (b + c)", "a b + c"),
        ("a - (b - c)", "a - b - c"),
        (r"\max(0, x)", r"\max(x, 1)"),
        ("I[x > 0]", "I[x >= 0]"),
        ("I[x > 0]", "I[x < 0]"),
        ("I[x > y]", "I[y > x]"),
        (r"\sin x", r"\cos x"),
        (r"\sin(x y)", r"\sin(x) y"),
        ("relu'(x)", "relu(x)"),
        ("12", "1 \\cdot 2"),
        ("1/2", "0.5"),
        ("0.1 x", "0.01 x"),
        ("x_1 x_2", "x_{12}"),
        ("e", "x"),
        ("-2", "2"),
    ],
)
def test_nothing_else_has_the_same_key(one, other):
    assert said(one) != said(other)


A, B, C, D, AB = map(Symbol, ["a", "b", "c", "d", "ab"])


@pytest.mark.parametrize(
    "one, other",
    [
        (Product((AB, C)), Product((A, B, C))),
        (Sum((Product((A, B)), C, D)), Sum((Product((A, B, C)), D))),
        (Call("max", (Sum((A, B)), C)), Call("max", (A, Sum((B, C))))),
        (Quotient(A, Symbol("b")), Symbol("a/b")),
        (Number(Fraction(-1)), Negation(Number(Fraction(1)))),
        (Cases(((A, None),)), Cases(((A, None), (None, None)))),
    ],
)
def test_where_a_piece_ends_is_told(one, other):
    assert key(one) != key(other)


def test_a_number_of_any_length_has_a_key():
    # Digits to the base of ten would be refused from 4,300 on.
    long = Number(Fraction(3**20_000, 7**9_000))
    assert key(long) == key(Number(Fraction(3**20_000, 7**9_000)))
    assert key(long) != key(Number(Fraction(3**20_000 + 1, 7**9_000)))


def meaning_of(node):
    """The tree as nested values in which sums and products are multisets: written apart from
    ``key``, and without any text."""
    match node:
        case Sum() | Product():
            parts = Counter()
            pending = list(node.terms if isinstance(node, Sum) else node.factors)
            while pending:
                part = pending.pop()
                if type(part) is type(node):
                    pending += part.terms if isinstance(node, Sum) else part.factors
                else:
                    parts[meaning_of(part)] += 1
            return type(node), frozenset(parts.items())
        case Relation(operator="<" | "<=" as operator):
            turned = {"<": ">", "<=": ">="}[operator]
            return Relation, turned, meaning_of(node.right), meaning_of(node.left)
        case Relation(operator="=" | "!="):
            return (
                Relation,
                node.operator,
                frozenset({meaning_of(node.left), meaning_of(node.right)}),
            )
        case Relation():
            return Relation, node.operator, meaning_of(node.left), meaning_of(node.right)
        case Symbol() | Constant():
            return type(node), node.name
        case Number():
            return Number, node.value
        case Call():
            return Call, node.function, node.derivative, *map(meaning_of, node.arguments)
        case Indicator():
            return Indicator, meaning_of(node.condition)
        case Cases():
            return Cases, *[
                None if part is None else meaning_of(part)
                for branch in node.branches
                for part in branch
            ]
        case Negation():
            return Negation, meaning_of(node.operand)
        case Not():
            return Not, meaning_of(node.condition)
        case Quotient():
            return Quotient, meaning_of(node.numerator), meaning_of(node.denominator)
        case Power():
            return Power, meaning_of(node.base), meaning_of(node.exponent)
        case All() | Any():
            return type(node), *map(meaning_of, node.conditions)
    raise AssertionError(node)


def relations(nodes):
    return st.builds(Relation, st.sampled_from([">", ">=", "<", "<=", "=", "!="]), nodes, nodes)


def conditions(nodes):
    pairs = st.tuples(relations(nodes), relations(nodes))
    return (
        relations(nodes)
        | st.builds(All, pairs)
        | st.builds(Any, pairs)
        | st.builds(Not, relations(nodes))
    )


def grown(nodes):
    several = st.lists(nodes, min_size=2, max_size=3).map(tuple)
    return (
        st.builds(Sum, several)
        | st.builds(Product, several)
        | st.builds(Negation, nodes)
        | st.builds(Quotient, nodes, nodes)
        | st.builds(Power, nodes, nodes)
        | st.builds(lambda argument, primes: Call("relu", (argument,), primes), nodes,
                    st.integers(0, 1))
        | st.builds(lambda pair: Call("max", pair), st.tuples(nodes, nodes))
        | st.builds(Indicator, conditions(nodes))
        | st.builds(
            lambda value, held, other: Cases(((value, held), (other, None))),
            nodes, conditions(nodes), st.none() | nodes,
        )
    )  # fmt: skip


# Few leaves, so that trees that are nearly the same come up, and names that make each other.
LEAVES = (
    st.sampled_from([Symbol("x"), Symbol("xx"), Symbol("x_1"), Constant("e")])
    | st.sampled_from([Fraction(1), Fraction(12), Fraction(1, 2), Fraction(-1)]).map(Number)
)  # fmt: skip
TREES = st.recursive(LEAVES, grown, max_leaves=5)


@settings(max_examples=1500, deadline=None)
@given(st.lists(TREES, min_size=2, max_size=6))
def test_keys_agree_exactly_where_the_multisets_do(trees):
    for one in trees:
        for other in trees:
            assert (key(one) == key(other)) == (meaning_of(one) == meaning_of(other))


@settings(max_examples=500, deadline=None)
@given(TREES, st.randoms(use_true_random=False))
def test_any_order_has_the_same_key(tree, stream):
    def shuffled(node):
        match node:
            case Sum(terms) | Product(terms):
                parts = [shuffled(part) for part in terms]
                stream.shuffle(parts)
                return type(node)(tuple(parts))
            case Negation(inner):
                return Negation(shuffled(inner))
            case Quotient(above, below):
                return Quotient(shuffled(above), shuffled(below))
            case Call(function, arguments, primes):
                return Call(function, tuple(map(shuffled, arguments)), primes)
            case Indicator(Relation(operator, left, right)):
                return Indicator(Relation(operator, shuffled(left), shuffled(right)))
        return node

    assert key(shuffled(tree)) == key(tree)
