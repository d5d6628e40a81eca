"""Matrix expressions evaluated with NumPy: an independent way of knowing what is equal.

Reads the same trees as the grader and nothing else of it: no sizes are checked, no words
are made.  A number beside a vector broadcasts, as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.expr.tree import (
    Call,
    Constant,
    Indicator,
    Negation,
    Node,
    Number,
    Operation,
    Power,
    Product,
    Quotient,
    Relation,
    Special,
    Sum,
    Symbol,
)

Array = Any

_FUNCTIONS: Mapping[tuple[str, int], Any] = {
    ("exp", 0): np.exp,
    ("exp", 1): np.exp,
    ("log", 0): np.log,
    ("sqrt", 0): np.sqrt,
    ("sqrt", 1): lambda u: 1 / (2 * np.sqrt(u)),
    ("relu", 0): lambda u: np.maximum(u, 0),
    ("relu", 1): lambda u: (u > 0).astype(float),
    ("sigmoid", 0): lambda u: 1 / (1 + np.exp(-u)),
    ("sigmoid", 1): lambda u: np.exp(-u) / (1 + np.exp(-u)) ** 2,
    ("tanh", 0): np.tanh,
    ("tanh", 1): lambda u: 1 - np.tanh(u) ** 2,
}


def value(tree: Node, values: Mapping[str, Array]) -> Array:
    """The value as a 2-dimensional array; numbers are 1 × 1."""

    def go(node: Node) -> Array:
        return value(node, values)

    match tree:
        case Number():
            return np.array([[float(tree.value)]])
        case Constant():
            return np.array([[np.pi if tree.name == "pi" else np.e]])
        case Symbol():
            return values[tree.name]
        case Sum():
            total = go(tree.terms[0])
            for term in tree.terms[1:]:
                total = total + go(term)
            return total
        case Negation():
            return -go(tree.operand)
        case Product():
            return _product([go(factor) for factor in tree.factors])
        case Quotient():
            return go(tree.numerator) / go(tree.denominator)
        case Power():
            base, exponent = go(tree.base), float(go(tree.exponent)[0, 0])
            if base.shape == (1, 1):
                return base**exponent
            return np.linalg.matrix_power(base, int(exponent))
        case Call():
            return _FUNCTIONS[tree.function, tree.derivative](go(tree.arguments[0]))
        case Indicator(condition=Relation(operator=">", left=left, right=right)):
            return (go(left) > go(right)).astype(float)
        case Operation():
            return _operation(tree.name, [go(operand) for operand in tree.operands])
        case Special():
            assert tree.size is not None
            size = round(float(go(tree.size)[0, 0]))
            return np.eye(size) if tree.name == "identity" else np.ones((size, 1))
    raise AssertionError(tree)


def _product(factors: list[Array]) -> Array:
    """From left to right, numbers anywhere; else what stands between makes a number."""
    total = factors[0]
    rest = factors[1:]
    while rest:
        if total.shape == (1, 1) or rest[0].shape == (1, 1):
            total, rest = total * rest[0], rest[1:]
        elif total.shape[1] == rest[0].shape[0]:
            total, rest = total @ rest[0], rest[1:]
        else:
            total, rest = total * _product(rest[:2]), rest[2:]
    return total


def _operation(name: str, operands: list[Array]) -> Array:
    first = operands[0]
    if name == "transpose":
        return first.T
    if name == "elementwise":
        total = first
        for other in operands[1:]:
            total = total * other
        return total
    if name == "diag":
        return np.diag(first[:, 0])
    if name == "trace":
        return np.array([[np.trace(first)]])
    return np.array([[np.sqrt((first**2).sum())]])
