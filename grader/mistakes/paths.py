"""The derivation behind a derivative: its paths and the links of each, in chain order.

∂y/∂θ is a sum over the paths from y down to θ; along a path it is a product of
links: weights that multiply, slopes of functions that are passed, and the inner
derivative at the end.  SymPy gives the value of the derivative; this gives the
names of its factors, which is what a mistake is told by.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from grader.compare.interpret import meaning
from grader.expr.calculus import ONE, differentiate, product_of, sum_of
from grader.expr.functions import FUNCTIONS
from grader.expr.tree import (
    Call,
    Indicator,
    Negation,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    substitute,
    symbols,
)

LinkKind = Literal["sign", "weight", "slope", "inner", "power"]


@dataclass(frozen=True, slots=True)
class Link:
    """One factor of a path.

    ``of`` is what the factor is the derivative of: the function with its argument
    for a slope, the argument that holds the name for an inner derivative.
    """

    factor: Node
    kind: LinkKind
    of: Node | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """One way from the quantity down to the name, outermost link first."""

    links: tuple[Link, ...]

    def tree(self) -> Node:
        """The product of the links."""
        return product_of([link.factor for link in self.links])


def value_of(paths: tuple[Path, ...]) -> Node:
    """The derivative: the sum over the paths."""
    return sum_of([path.tree() for path in paths])


def paths(tree: Node, name: str) -> tuple[Path, ...]:
    """The paths from a tree down to a name, in the order in which they are written.

    Where a form has no simple product of links (a quotient with the name below, a
    name in an exponent), the derivative is one link.
    """
    return tuple(Path(links) for links in _paths(tree, name, None))


def slope_of(call: Call) -> Node:
    """The derivative of a function of one argument with respect to that argument.

    By name (f') but where it is an indicator, as for ReLU, or known in closed form.
    """
    if not FUNCTIONS[call.function].is_primitive:
        unfolded = meaning(call.function, call.derivative + 1)
        if isinstance(unfolded, Indicator):
            return with_argument(unfolded, call.arguments[0])
    variable = "\\u"  # no text can name this
    slope = differentiate(Call(call.function, (Symbol(variable),), call.derivative), variable)
    return substitute(slope, {variable: call.arguments[0]})


def with_argument(tree: Node, argument: Node) -> Node:
    """A function's meaning, over u, at an argument."""
    return substitute(tree, {"u": argument})


def _paths(node: Node, name: str, inside: Node | None) -> list[tuple[Link, ...]]:
    if name not in symbols(node):
        return []
    match node:
        case Symbol():
            return [()]
        case Sum(terms):
            return [found for term in terms for found in _paths(term, name, inside or node)]
        case Negation(operand):
            sign = Link(Negation(ONE), "sign")
            return [(sign, *found) for found in _paths(operand, name, inside)]
        case Product(factors):
            result: list[tuple[Link, ...]] = []
            for k, factor in enumerate(factors):
                others = [f for j, f in enumerate(factors) if j != k]
                plain = isinstance(factor, Symbol)
                links = tuple(
                    Link(other, "inner" if plain and inside is not None else "weight",
                         inside if plain else None)
                    for other in others
                )  # fmt: skip
                result.extend((*links, *found) for found in _paths(factor, name, inside))
            return result
        case Quotient(numerator, denominator) if name not in symbols(denominator):
            below = Link(Quotient(ONE, denominator), "weight")
            return [(below, *found) for found in _paths(numerator, name, inside)]
        case Power(base, Number(exponent)) if exponent > 1:
            lowered = base if exponent == 2 else Power(base, Number(exponent - 1))
            links = (Link(Number(Fraction(exponent)), "power", node), Link(lowered, "power", node))
            return [(*links, *found) for found in _paths(base, name, None)]
        case Call(_, (argument,)):
            link = Link(slope_of(node), "slope", node)
            return [(link, *found) for found in _paths(argument, name, argument)]
        case _:
            return [(Link(differentiate(node, name), "slope", node),)]
