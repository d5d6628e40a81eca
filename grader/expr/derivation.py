"""A derivative worked out one rule at a time, for a person to follow.

Each step applies one rule to one expression and leaves the derivatives of its parts
standing; the steps that follow work those out, outermost first.  This explains a
reference; the reference itself comes from SymPy (``derive.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.expr.calculus import ONE, ZERO, differentiate, product_of, sum_of
from grader.expr.tree import (
    Big,
    Call,
    Cases,
    Indicator,
    Negation,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    substitute,
    symbols,
)

#: Stands for what a function is applied to; no name that a reader makes.
_INNER = "\0inner"


@dataclass(frozen=True, slots=True)
class Step:
    """``of`` differentiated by ``rule`` is ``slope``, in which the derivatives of its
    parts may stand unevaluated (:class:`~grader.expr.tree.Partial`)."""

    rule: str
    of: Node
    slope: Node


def derivation(
    tree: Node, name: str, forward: Mapping[str, Node] | None = None
) -> tuple[Step, ...]:
    """The steps from a tree to its derivative with respect to ``name``.

    Names of ``forward`` are followed to their definitions; without it, every other name
    is held fixed.  No steps where the tree does not depend on the name.
    Raises ValueError for what is not differentiated entry by entry.
    """
    known = {} if forward is None else forward
    if not _Working(name, known).depends(tree):
        return ()
    steps: list[Step] = []
    seen: set[Node] = set()
    pending = [tree]
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        working = _Working(name, known)
        rule, slope = working.apply(node)
        if rule:
            steps.append(Step(rule, node, slope))
        pending.extend(reversed(working.parts))
    return tuple(steps)


class _Working:
    """One application of a rule; ``parts`` are what is left to differentiate."""

    def __init__(self, name: str, forward: Mapping[str, Node]) -> None:
        self.name = name
        self.forward = forward
        self.parts: list[Node] = []

    def depends(self, node: Node) -> bool:
        pending, seen = list(symbols(node)), set[str]()
        while pending:
            name = pending.pop()
            if name == self.name:
                return True
            if name in self.forward and name not in seen:
                seen.add(name)
                pending.extend(symbols(self.forward[name]))
        return False

    def slope(self, node: Node) -> Node:
        """The derivative of a part, left standing unless it is plain."""
        if isinstance(node, Symbol) and node.name == self.name:
            return ONE
        if isinstance(node, Indicator) or not self.depends(node):
            return ZERO
        self.parts.append(node)
        return Partial(node, Symbol(self.name))

    def apply(self, node: Node) -> tuple[str, Node]:
        """The rule for a node, and what it gives; an empty rule where nothing is to do."""
        match node:
            case Symbol() if node.name in self.forward and node.name != self.name:
                inner = self.forward[node.name]
                self.parts.append(inner)
                return "definition", Partial(inner, Symbol(self.name))
            case Symbol() | Number() | Indicator():
                return "", self.slope(node)
            case Sum():
                return "sum rule", sum_of([self.slope(term) for term in node.terms])
            case Negation():
                inner = self.slope(node.operand)
                return "constant factor", ZERO if inner == ZERO else Negation(inner)
            case Product():
                return self.product(node)
            case Quotient():
                return self.quotient(node)
            case Power():
                return self.power(node)
            case Call():
                return self.call(node)
            case Cases():
                return "case by case", Cases(
                    tuple(
                        (None if value is None else self.slope(value), condition)
                        for value, condition in node.branches
                    )
                )
            case Big() if node.operator == "sum":
                inner = self.slope(node.body)
                return "term by term", Big("sum", node.index, node.lower, node.upper, inner)
            case _:
                # Rare ones in one go: products over an index, and what has no row here.
                return "derivative", differentiate(node, self.name)

    def product(self, node: Product) -> tuple[str, Node]:
        varying = [k for k, factor in enumerate(node.factors) if self.depends(factor)]
        terms = []
        for k in varying:
            before, after = node.factors[:k], node.factors[k + 1 :]
            terms.append(product_of([*before, self.slope(node.factors[k]), *after]))
        return ("product rule" if len(varying) > 1 else "constant factor"), sum_of(terms)

    def quotient(self, node: Quotient) -> tuple[str, Node]:
        over, under = node.numerator, node.denominator
        if not self.depends(under):
            return "constant factor", Quotient(self.slope(over), under)
        first = product_of([self.slope(over), under])
        second = product_of([over, self.slope(under)])
        square = Power(under, Number(Fraction(2)))
        return "quotient rule", Quotient(sum_of([first, Negation(second)]), square)

    def power(self, node: Power) -> tuple[str, Node]:
        base, exponent = node.base, node.exponent
        if not self.depends(exponent):
            rule = "power rule" if base == Symbol(self.name) else "power rule and chain rule"
            # The rule itself is that of the other module, for a base that is a name.
            outer = differentiate(Power(Symbol(_INNER), exponent), _INNER)
            return rule, product_of([substitute(outer, {_INNER: base}), self.slope(base)])
        log = Call("log", (base,))
        if not self.depends(base):
            return "exponential rule", product_of([node, log, self.slope(exponent)])
        inner = product_of([exponent, log])
        self.parts.append(inner)
        return "power as exp of a logarithm", product_of([node, Partial(inner, Symbol(self.name))])

    def call(self, node: Call) -> tuple[str, Node]:
        varying = [k for k, argument in enumerate(node.arguments) if self.depends(argument)]
        if len(varying) != 1:
            return "derivative", differentiate(node, self.name)
        (k,) = varying
        inner = node.arguments[k]
        arguments = (*node.arguments[:k], Symbol(_INNER), *node.arguments[k + 1 :])
        outer = differentiate(Call(node.function, arguments, node.derivative), _INNER)
        rule = "known derivative" if inner == Symbol(self.name) else "chain rule"
        return rule, product_of([substitute(outer, {_INNER: inner}), self.slope(inner)])
