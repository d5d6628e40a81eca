r"""Powers whose exponent is a whole number, which a base of either sign has.

``(-1)^n`` is 1 or -1 by the parity of n, and ``x^n`` is ``|x|^n`` or that times ``(-1)^n``, by
the sign of x.  Written so, with an indicator for "n is odd" whose argument is a name of its
own, the normal form decides ``(-1)^{n+1} = -(-1)^n`` and ``(-x)^n = (-1)^n x^n``.  What is
equal whichever value that indicator has is equal for every n.  ``\cos(n\pi)`` is ``(-1)^n``.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

from grader.expr.tree import (
    Call,
    Condition,
    Constant,
    Indicator,
    Negation,
    Node,
    Number,
    Power,
    Product,
    Relation,
    Sum,
    Symbol,
    children,
    with_children,
)
from grader.limits import MAX_PARITY_TERMS

#: What stands before a name, for the name that is positive where it is odd; no one can type it.
_ODD = "odd:"
_PI = "pi:"
ONE, MINUS_ONE, ZERO, TWO = (Number(Fraction(value)) for value in (1, -1, 0, 2))

#: A sum of monomials with their coefficients; a monomial is its names, each as often as it stands.
_Terms = dict[tuple[str, ...], Fraction]


def with_parity(tree: Node, integers: frozenset[str], positive: frozenset[str]) -> Node:
    """The tree with its powers to whole numbers written by the sign of the base.

    ``integers``: the names of whole numbers; ``positive``: those that are > 0.
    """
    if not integers:
        return tree
    return _rewritten(tree, integers, positive)  # type: ignore[return-value]


def environment_with_parity(
    environment: Mapping[str, Node], integers: frozenset[str], positive: frozenset[str]
) -> Mapping[str, Node]:
    """The same in every meaning of a name."""
    if not integers:
        return environment
    return {name: with_parity(tree, integers, positive) for name, tree in environment.items()}


def _rewritten(
    node: Node | Condition, integers: frozenset[str], positive: frozenset[str]
) -> Node | Condition:
    parts = children(node)
    new = tuple(_rewritten(part, integers, positive) for part in parts)
    if not all(a is b for a, b in zip(parts, new, strict=True)):
        node = with_children(node, new)
    if isinstance(node, Power) and not isinstance(node.exponent, Number):
        return _power(node, integers, positive)
    if isinstance(node, Call) and node.function in ("cos", "sin") and not node.derivative:
        return _half_turns(node, integers)
    return node


def _power(node: Power, integers: frozenset[str], positive: frozenset[str]) -> Node:
    base, exponent = node.base, node.exponent
    value = _number(base)
    if isinstance(base, Constant) or (isinstance(base, Symbol) and base.name in positive):
        return node
    if value is not None and value >= 0:
        return node
    terms = _whole(exponent, integers)
    if terms is None:
        return node
    sign = _sign(terms)
    if value is not None:
        return sign if value == -1 else Product((sign, Power(Number(-value), exponent)))
    above = Indicator(Relation(">", base, ZERO))
    below = Indicator(Relation("<", base, ZERO))
    return Product((Power(Call("abs", (base,)), exponent), Sum((above, Product((below, sign))))))


def _half_turns(node: Call, integers: frozenset[str]) -> Node:
    """``cos(n π)`` and ``sin(n π)``."""
    terms = _terms(node.arguments[0], integers | {_PI})
    if terms is None or not terms or any(names.count(_PI) != 1 for names in terms):
        return node
    halves = {tuple(each for each in names if each != _PI): c for names, c in terms.items()}
    if any(coefficient.denominator != 1 for coefficient in halves.values()):
        return node
    return _sign(halves) if node.function == "cos" else ZERO


def _sign(terms: _Terms) -> Node:
    """``(-1)^e``: a factor for each monomial of e with an odd coefficient."""
    factors = [_of_monomial(names) for names, c in terms.items() if int(c) % 2]
    return Product((ONE, ONE, *factors))


def _of_monomial(names: tuple[str, ...]) -> Node:
    """-1 where the product of some names is odd, which it is where each of them is."""
    if not names:
        return MINUS_ONE
    odd = [Indicator(Relation(">", Symbol(_ODD + name), ZERO)) for name in sorted(set(names))]
    return Sum((ONE, Negation(Product((TWO, ONE, *odd)))))


def _whole(tree: Node, integers: frozenset[str]) -> _Terms | None:
    """The terms of a polynomial in whole numbers that is one itself; None for another tree."""
    terms = _terms(tree, integers)
    if terms is None or any(value.denominator != 1 for value in terms.values()):
        return None
    return terms


def _terms(tree: Node, integers: frozenset[str]) -> _Terms | None:
    """The terms of a polynomial with fractions for coefficients; None for what is none."""
    match tree:
        case Number():
            return {(): tree.value} if tree.value else {}
        case Constant(name="pi") if _PI in integers:
            return {(_PI,): Fraction(1)}
        case Symbol() if tree.name in integers:
            return {(tree.name,): Fraction(1)}
        case Negation():
            inner = _terms(tree.operand, integers)
            return None if inner is None else {names: -c for names, c in inner.items()}
        case Sum():
            return _added([_terms(term, integers) for term in tree.terms])
        case Product():
            return _multiplied([_terms(factor, integers) for factor in tree.factors])
        case Power(exponent=Number(value=times)) if times.denominator == 1 and 1 <= times <= 4:
            return _multiplied([_terms(tree.base, integers)] * int(times))
        case _:
            return None


def _added(parts: list[_Terms | None]) -> _Terms | None:
    total: _Terms = {}
    for part in parts:
        if part is None:
            return None
        for names, c in part.items():
            total[names] = total.get(names, Fraction(0)) + c
    return {names: c for names, c in total.items() if c}


def _multiplied(parts: list[_Terms | None]) -> _Terms | None:
    total: _Terms = {(): Fraction(1)}
    for part in parts:
        if part is None or len(total) * len(part) > MAX_PARITY_TERMS:
            return None
        total = _added([
            {tuple(sorted(one + two)): a * b}
            for (one, a), (two, b) in product(total.items(), part.items())
        ]) or {}  # fmt: skip
    return total


def _number(tree: Node) -> Fraction | None:
    """A plain number, perhaps negated."""
    if isinstance(tree, Negation):
        inner = _number(tree.operand)
        return None if inner is None else -inner
    return tree.value if isinstance(tree, Number) else None
