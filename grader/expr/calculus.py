"""Derivatives of trees, by the rules of a first course.

The reference answers come from SymPy (``derive.py``).  This is the second,
independent way: it serves the derivatives of functions (``a'(z)``), known
mistakes, and the tests that hold the two against each other.  Indicators count
as constants: their derivative is 0 except on a set of measure zero.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from grader.expr.functions import FUNCTIONS
from grader.expr.names import Vocabulary
from grader.expr.tree import (
    Big,
    Call,
    Cases,
    Constant,
    Indicator,
    Negation,
    Node,
    Number,
    Operation,
    Partial,
    Power,
    Product,
    Quotient,
    Special,
    Sum,
    Symbol,
    substitute,
)

ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))
_SLOPE_VOCABULARY = Vocabulary(names=frozenset({"u", "v"}))


@cache
def _parsed(text: str) -> Node:
    from grader.expr.parser import parse_expression

    return parse_expression(text, _SLOPE_VOCABULARY)


def sum_of(terms: list[Node]) -> Node:
    """A sum without its zeros."""
    kept = tuple(term for term in terms if term != ZERO)
    return ZERO if not kept else kept[0] if len(kept) == 1 else Sum(kept)


def product_of(factors: list[Node]) -> Node:
    """A product without its ones; zero if a factor is zero."""
    if any(factor == ZERO for factor in factors):
        return ZERO
    kept = tuple(factor for factor in factors if factor != ONE)
    return ONE if not kept else kept[0] if len(kept) == 1 else Product(kept)


def differentiate(node: Node, name: str) -> Node:
    """∂node/∂name, everything else held fixed.

    Raises ValueError for a tree that holds an unevaluated derivative.
    """
    match node:
        case Number() | Constant() | Indicator():
            return ZERO
        case Symbol():
            return ONE if node.name == name else ZERO
        case Sum():
            return sum_of([differentiate(term, name) for term in node.terms])
        case Negation():
            inner = differentiate(node.operand, name)
            return ZERO if inner == ZERO else Negation(inner)
        case Product():
            return sum_of(
                [
                    product_of(
                        [*node.factors[:k], differentiate(factor, name), *node.factors[k + 1 :]]
                    )
                    for k, factor in enumerate(node.factors)
                ]
            )
        case Quotient():
            over, under = node.numerator, node.denominator
            first = product_of([differentiate(over, name), under])
            second = product_of([over, differentiate(under, name)])
            if second == ZERO:
                slope = differentiate(over, name)
                return ZERO if slope == ZERO else Quotient(slope, under)
            return Quotient(sum_of([first, Negation(second)]), Power(under, Number(Fraction(2))))
        case Power():
            return _differentiate_power(node, name)
        case Call():
            return _differentiate_call(node, name)
        case Cases():
            return Cases(
                tuple(
                    (None if value is None else differentiate(value, name), condition)
                    for value, condition in node.branches
                )
            )
        case Big():
            return _differentiate_big(node, name)
        case Partial():
            raise ValueError("an unevaluated derivative is not differentiated again")
        case Operation() | Special():
            raise ValueError("matrices are not differentiated entry by entry here")


def _differentiate_big(node: Big, name: str) -> Node:
    """Term by term; a product by its logarithmic derivative."""
    slope = differentiate(node.body, name)
    if slope == ZERO:
        return ZERO
    if node.operator == "sum":
        return Big("sum", node.index, node.lower, node.upper, slope)
    relative = Big("sum", node.index, node.lower, node.upper, Quotient(slope, node.body))
    return Product((node, relative))


def _differentiate_power(node: Power, name: str) -> Node:
    base, exponent = node.base, node.exponent
    base_slope, exponent_slope = differentiate(base, name), differentiate(exponent, name)
    terms: list[Node] = []
    if base_slope != ZERO:
        lowered: Node = (
            Number(exponent.value - 1)
            if isinstance(exponent, Number) and exponent.decimals is None
            else Sum((exponent, Negation(ONE)))
        )
        reduced = base if lowered == ONE else ONE if lowered == ZERO else Power(base, lowered)
        terms.append(product_of([exponent, reduced, base_slope]))
    if exponent_slope != ZERO:
        terms.append(product_of([node, Call("log", (base,)), exponent_slope]))
    return sum_of(terms)


def _differentiate_call(node: Call, name: str) -> Node:
    row = FUNCTIONS[node.function]
    slopes = [differentiate(argument, name) for argument in node.arguments]
    if all(slope == ZERO for slope in slopes):
        return ZERO
    first = node.arguments[0]
    if all(slope == ZERO for slope in slopes[1:]) and len(node.arguments) <= 2:
        # The usual case keeps the name: (a(z))' = a'(z) z'.
        if row.slope is not None and node.derivative == 0:
            outer = substitute(_parsed(row.slope), {"u": first})
        else:
            outer = Call(node.function, node.arguments, node.derivative + 1)
        return product_of([outer, slopes[0]])
    return differentiate(_unfolded(node), name)


def _unfolded(node: Call) -> Node:
    """The call by its meaning, one level deep."""
    row = FUNCTIONS[node.function]
    assert row.meaning is not None, "primitives have one argument"
    if len(node.arguments) > 2:
        inner = Call(node.function, node.arguments[:-1], node.derivative)
        return _unfolded(Call(node.function, (inner, node.arguments[-1]), node.derivative))
    tree = _parsed(row.meaning)
    for _ in range(node.derivative):
        tree = differentiate(tree, "u")
    return substitute(tree, dict(zip("uv", node.arguments, strict=False)))
