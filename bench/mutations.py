"""Single mistakes: one thing about an answer changed.

A mutation may happen to change nothing (a factor of 1 left out); what is true is
settled afterwards, by ``bench/truth.py``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from bench.rewrites import ONE, ZERO, above, at, minus, number, places, put, times
from grader.expr.tree import (
    Call,
    Cases,
    Condition,
    Indicator,
    Negation,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    symbols,
)

Mutation = Callable[[Node | Condition, random.Random, tuple[str, ...]], Node | Condition | None]


def sign(node: Node | Condition, stream: random.Random, names: tuple[str, ...]) -> Node | None:
    if isinstance(node, Negation):
        return node.operand
    if isinstance(node, Sum):
        k = stream.randrange(len(node.terms))
        term = node.terms[k]
        new = term.operand if isinstance(term, Negation) else Negation(term)
        return Sum((*node.terms[:k], new, *node.terms[k + 1 :]))
    return Negation(node) if isinstance(node, Product | Call | Symbol) else None


def factor(node: Node | Condition, stream: random.Random, names: tuple[str, ...]) -> Node | None:
    if isinstance(node, Product):
        k = stream.randrange(len(node.factors))
        rest = node.factors[:k] + node.factors[k + 1 :]
        if stream.random() < 0.3:
            return Product((*node.factors, node.factors[k]))
        return rest[0] if len(rest) == 1 else Product(rest)
    if isinstance(node, Quotient):
        return stream.choice([node.numerator, times(node.numerator, node.denominator)])
    return None


def one_path(node: Node | Condition, stream: random.Random, names: tuple[str, ...]) -> Node | None:
    """A term of a sum left out."""
    if not isinstance(node, Sum):
        return None
    k = stream.randrange(len(node.terms))
    rest = node.terms[:k] + node.terms[k + 1 :]
    return rest[0] if len(rest) == 1 else Sum(rest)


def subscript(node: Node | Condition, stream: random.Random, names: tuple[str, ...]) -> Node | None:
    others = [name for name in names if isinstance(node, Symbol) and name != node.name]
    return Symbol(stream.choice(others)) if others else None


_RELATIONS = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


def relation(
    node: Node | Condition, stream: random.Random, names: tuple[str, ...]
) -> Node | Condition | None:
    if isinstance(node, Relation) and node.operator in _RELATIONS:
        ways: list[Condition] = [
            Relation(_RELATIONS[node.operator], node.left, node.right),  # type: ignore[arg-type]
            Relation(node.operator, node.left, Sum((node.right, number(stream.choice([1, -1]))))),
            Relation(node.operator, node.left, Sum((node.right, number(Fraction(1, 1000))))),
        ]
        return stream.choice(ways)
    if isinstance(node, Indicator):
        return stream.choice([ONE, minus(ONE, node)])
    if isinstance(node, Cases) and len(node.branches) > 1:
        (first, when), (second, other), *rest = node.branches
        return Cases(((second, when), (first, other), *rest))
    return None


_OTHER_FUNCTIONS = {
    "sin": ("cos",), "cos": ("sin",), "exp": ("sinh", "log"), "log": ("exp",),
    "relu": ("abs", "leaky_relu", "softplus"), "abs": ("relu",), "max": ("min",), "min": ("max",),
    "tanh": ("sigmoid", "sinh"), "sigmoid": ("tanh",), "sqrt": ("abs",), "atan": ("tanh",),
    "asin": ("acos",), "acos": ("asin",), "sinh": ("cosh",), "cosh": ("sinh",), "tan": ("cot",),
    "softplus": ("relu",), "silu": ("gelu",), "gelu": ("silu",), "elu": ("leaky_relu",),
    "leaky_relu": ("elu",), "sign": ("heaviside",), "heaviside": ("sign",), "erf": ("tanh",),
}  # fmt: skip


def function(node: Node | Condition, stream: random.Random, names: tuple[str, ...]) -> Node | None:
    if not isinstance(node, Call):
        return None
    if len(node.arguments) == 1 and stream.random() < 0.3:
        return node.arguments[0]
    if node.derivative:
        return Call(node.function, node.arguments, node.derivative - 1)
    others = _OTHER_FUNCTIONS.get(node.function)
    return Call(stream.choice(others), node.arguments) if others else None


def exponent(node: Node | Condition, stream: random.Random, names: tuple[str, ...]) -> Node | None:
    if isinstance(node, Power):
        if isinstance(node.exponent, Number):
            return Power(node.base, number(node.exponent.value + stream.choice([1, -1])))
        return Power(node.base, Negation(node.exponent))
    return Power(node, number(2)) if isinstance(node, Symbol | Call) else None


def coefficient(
    node: Node | Condition, stream: random.Random, names: tuple[str, ...]
) -> Node | None:
    if isinstance(node, Condition):
        return None
    scale = stream.choice([Fraction(10001, 10000), Fraction(2), Fraction(1, 2)])
    return times(number(scale), node)


def tiny(node: Node | Condition, stream: random.Random, names: tuple[str, ...]) -> Node | None:
    if isinstance(node, Condition):
        return None
    return Sum((node, number(Fraction(1, 10 ** stream.choice([4, 9, 12])))))


def one_region(
    node: Node | Condition, stream: random.Random, names: tuple[str, ...]
) -> Node | None:
    """A term that is active in one region only."""
    if isinstance(node, Condition) or not names:
        return None
    first, second = Symbol(stream.choice(names)), Symbol(stream.choice(names))
    bound = number(stream.choice([0, 1, 2, -1, 5]))
    gate = above(minus(first, bound))
    term: Node = stream.choice([gate, times(gate, above(second)), times(gate, minus(first, bound))])
    return Sum((node, times(number(stream.choice([1, -1, Fraction(1, 100)])), term)))


MUTATIONS: tuple[Mutation, ...] = (
    sign, factor, one_path, subscript, relation, function, exponent, coefficient, tiny, one_region,
)  # fmt: skip


def mutated(node: Node, stream: random.Random, names: tuple[str, ...]) -> tuple[Node, str] | None:
    """The tree with one mutation of a random kind at a random place that takes it."""
    for _ in range(20):
        mutation = stream.choice(MUTATIONS)
        paths = places(node)
        stream.shuffle(paths)
        for path in paths[:12]:
            new = mutation(at(node, path), stream, names)
            if new is not None:
                changed = put(node, path, new)
                assert not isinstance(changed, Condition)
                return changed, getattr(mutation, "__name__", "mutation")
    return None


def leaf_names(node: Node) -> tuple[str, ...]:
    return tuple(sorted(symbols(node)))


__all__ = ["MUTATIONS", "ZERO", "leaf_names", "mutated"]
