r"""Families: names with an index in their subscript, ``x_i`` for x_1, x_2, …

A name belongs to a family while its index is bound by a sum or product: the letter in the
subscript then stands for a number.  Subscripts have no commas, so numbers stay below 10
(``MAX_BIG_TERMS``): ``x_{ij}`` at i = 1, j = 2 is ``x_12``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any as Anything

from grader.errors import LimitError
from grader.expr.tree import (
    Big,
    Condition,
    Negation,
    Node,
    Number,
    Product,
    Quotient,
    Sum,
    Symbol,
    children,
    with_children,
)
from grader.limits import MAX_BIG_TERMS, MAX_OPERATIONS, MAX_WRITTEN_OUT


def member(name: str, values: Mapping[str, int | str]) -> str:
    """A name with the letters of its subscript that are indices replaced.

    >>> member("x_ij", {"i": 1, "j": 2}), member("hat:y_i", {"i": "k"}), member("i", {"i": 1})
    ('x_12', 'hat:y_k', 'i')
    """
    base, under, subscript = name.partition("_")
    if not under:
        return name
    return f"{base}_{''.join(str(values.get(letter, letter)) for letter in subscript)}"


def _replaced(node: Node | Condition, values: Mapping[str, int | str]) -> Node | Condition:
    if isinstance(node, Symbol):
        if node.name in values:
            value = values[node.name]
            if isinstance(value, int):
                return Number(Fraction(value), None, node.span)
            return replace(node, name=value)
        name = member(node.name, values)
        return node if name == node.name else replace(node, name=name)
    if isinstance(node, Big) and node.index in values:
        values = {letter: value for letter, value in values.items() if letter != node.index}
    return _with(node, [_replaced(part, values) for part in _below(node)])


def _below(node: Node | Condition) -> tuple[Anything, ...]:
    return children(node)


def _with(node: Node | Condition, parts: list[Anything]) -> Node | Condition:
    if all(a is b for a, b in zip(_below(node), parts, strict=True)):
        return node
    return with_children(node, tuple(parts))


def instance(node: Node, values: Mapping[str, int]) -> Node:
    """The tree with indices as numbers, in names and by themselves."""
    return _replaced(node, values)  # type: ignore[return-value]


def renamed(node: Node, old: str, new: str) -> Node:
    """The tree with one index under another letter."""
    return _replaced(node, {old: new})  # type: ignore[return-value]


def whole_value(node: Node, sizes: Mapping[str, int]) -> int | None:
    """The whole number that the end of a range is for given sizes; None if it is none."""
    found = _rational(node, sizes)
    return int(found) if found is not None and found.denominator == 1 else None


def _rational(node: Node, sizes: Mapping[str, int]) -> Fraction | None:
    match node:
        case Number():
            return node.value
        case Symbol():
            return Fraction(sizes[node.name]) if node.name in sizes else None
        case Negation():
            inner = _rational(node.operand, sizes)
            return None if inner is None else -inner
        case Sum():
            total = Fraction(0)
            for term in node.terms:
                value = _rational(term, sizes)
                if value is None:
                    return None
                total += value
            return total
        case Product():
            product = Fraction(1)
            for factor in node.factors:
                value = _rational(factor, sizes)
                if value is None:
                    return None
                product *= value
            return product
        case Quotient():
            above, below = _rational(node.numerator, sizes), _rational(node.denominator, sizes)
            return None if above is None or not below else above / below
    return None


def has_big(node: Node | Condition) -> bool:
    """Whether a sum or product over an index occurs."""
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, Big):
            return True
        stack.extend(children(top))
    return False


def written_out(node: Node, sizes: Mapping[str, int], ranges: Mapping[str, str]) -> Node:
    """The tree for given sizes: every sum and product term by term, every size a number.

    ``ranges``: the size that an index runs to where the sum does not say.  Raises
    ValueError where a range is not known or holds no number.
    """
    return _Writer(sizes, ranges).go(node)  # type: ignore[return-value]


class _Writer:
    """Writes sums out; counts the terms that come of it, nested sums multiplied."""

    def __init__(self, sizes: Mapping[str, int], ranges: Mapping[str, str]) -> None:
        self._sizes = sizes
        self._ranges = ranges
        self._terms = 0
        self._nodes = 0

    def go(self, node: Node | Condition) -> Node | Condition:
        if isinstance(node, Symbol):
            if node.name in self._sizes:
                return Number(Fraction(self._sizes[node.name]), None, node.span)
            return node
        self._nodes += 1
        if self._nodes > MAX_OPERATIONS:
            raise LimitError("MAX_OPERATIONS", "the sums are too large when written out")
        if not isinstance(node, Big):
            return _with(node, [self.go(part) for part in _below(node)])
        first, last = self._range(node)
        if last - first >= MAX_BIG_TERMS:
            raise LimitError("MAX_BIG_TERMS", "a sum or product has too many terms")
        parts: list[Anything] = []
        for number in range(first, last + 1):
            self._terms += 1
            if self._terms > MAX_WRITTEN_OUT:
                raise LimitError("MAX_WRITTEN_OUT", "the sums are too large when written out")
            parts.append(self.go(instance(node.body, {node.index: number})))
        if not parts:
            return Number(Fraction(0 if node.operator == "sum" else 1))
        if len(parts) == 1:
            return parts[0]  # type: ignore[no-any-return]
        if node.operator == "sum":
            return Sum(tuple(parts), node.span)
        return Product(tuple(parts), node.span)

    def _range(self, node: Big) -> tuple[int, int]:
        if node.lower is None or node.upper is None:
            size = self._ranges.get(node.index, f"#{node.index}")
            if size not in self._sizes:
                raise ValueError(f"the range of the index {node.index} is not known")
            return 1, self._sizes[size]
        first, last = whole_value(node.lower, self._sizes), whole_value(node.upper, self._sizes)
        if first is None or last is None:
            raise ValueError(f"the range of the index {node.index} is not known")
        return first, last


def unfolded(node: Node, environment: Mapping[str, Node], indices: Mapping[str, str]) -> Node:
    """The tree with every name of an environment by its meaning, families under any letter
    too: with ``f_i`` for 2·x_i, ``f_j`` is 2·x_j.

    The environment must not be circular.  Raises LimitError where it grows too large.
    """
    return _Unfolder(environment, indices).go(node)  # type: ignore[return-value]


class _Unfolder:
    def __init__(self, environment: Mapping[str, Node], indices: Mapping[str, str]) -> None:
        self._environment = environment
        self._indices = indices
        self._met = 0

    def go(self, node: Node | Condition) -> Node | Condition:
        self._met += 1
        if self._met > MAX_OPERATIONS:
            raise LimitError("MAX_OPERATIONS", "the expression takes too many operations")
        if isinstance(node, Symbol):
            found = self._meaning(node.name)
            return node if found is None else self.go(found)
        return _with(node, [self.go(part) for part in _below(node)])

    def _meaning(self, name: str) -> Node | None:
        if name in self._environment:
            return self._environment[name]
        _, _, subscript = name.partition("_")
        for letter in dict.fromkeys(subscript):
            for index in self._indices:
                other = member(name, {letter: index})
                if other != name and other in self._environment:
                    return renamed(self._environment[other], index, letter)
        return None
