"""What a tree says, as a text that is the same for every order of terms and factors.

Two trees with one key are equal wherever they have a value: sums and products are told by
what they hold, ``0 < z`` is ``z > 0``.  A text knows its hash, so that a value found once is
found again by the key of its tree in a single look, where a tree would be walked.

For numbers only: products of matrices have an order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any as Anything

from grader.expr.tree import (
    All,
    Any,
    Big,
    Call,
    Cases,
    Condition,
    Constant,
    Indicator,
    Negation,
    Node,
    Not,
    Number,
    Operation,
    Partial,
    Power,
    Product,
    Quotient,
    Relation,
    Special,
    Sum,
    Symbol,
    children,
)

# No name and no number holds one of these, so that a key has one reading.
_OPEN, _NEXT, _CLOSE = "\x01", "\x02", "\x03"


def key(node: Node | Condition) -> str:
    """The key of a tree; functions and indicators keep theirs.

    Recursion is bounded by the depth that the parser allows.
    """
    kind = type(node)
    if kind is Symbol:
        return node.name  # type: ignore[union-attr]
    if kind is Sum or kind is Product:
        found: list[str] = []
        _gather(node, kind, found)
        found.sort()
        return f"{_OPEN}{'+' if kind is Sum else '*'}{_NEXT.join(found)}{_CLOSE}"
    if kind is Call or kind is Indicator:
        try:
            return node._key  # type: ignore[union-attr]  # noqa: SLF001
        except AttributeError:
            text = _KEYS[kind](node)
            object.__setattr__(node, "_key", text)
            return text
    return _KEYS[kind](node)


def _gather(node: Anything, kind: type, found: list[str]) -> None:
    """The keys of terms, or of factors, and of those in brackets: ``a + (b + c)``."""
    for part in node.terms if kind is Sum else node.factors:
        inner = type(part)
        if inner is Symbol:  # most are
            found.append(part.name)
        elif inner is kind:
            _gather(part, kind, found)
        else:
            found.append(key(part))


def _number(node: Number) -> str:
    # Digits of the base 16, since writing a long number with ten takes the square of its length.
    top, below = node.value.as_integer_ratio()
    return f"{_OPEN}#{top:x}/{below:x}"


def _relation(node: Relation) -> str:
    left, right, operator = key(node.left), key(node.right), node.operator
    if operator in ("<", "<="):
        operator = ">" if operator == "<" else ">="
        left, right = right, left
    elif operator in ("=", "!=") and right < left:
        left, right = right, left
    return f"{_OPEN}{operator}{_NEXT}{left}{_NEXT}{right}{_CLOSE}"


def _cases(node: Cases) -> str:
    parts = [_OPEN if part is None else key(part) for branch in node.branches for part in branch]
    return f"{_OPEN}{{{_NEXT.join(parts)}{_CLOSE}"


def _ordered(mark: str, *parts: Node | Condition) -> str:
    return f"{_OPEN}{mark}{_NEXT.join(map(key, parts))}{_CLOSE}"


#: How each kind of node is written; the first character after the bracket tells them apart.
_KEYS: Mapping[type, Callable[[Anything], str]] = {
    Number: _number,
    Constant: lambda node: f"{_OPEN}.{node.name}",
    Negation: lambda node: f"{_OPEN}-{key(node.operand)}{_CLOSE}",
    Quotient: lambda node: f"{_OPEN}:{key(node.numerator)}{_NEXT}{key(node.denominator)}{_CLOSE}",
    Power: lambda node: _ordered("^", node.base, node.exponent),
    Call: lambda node: _ordered(f"({node.function}{'!' * node.derivative}(", *node.arguments),
    Indicator: lambda node: f"{_OPEN}[{key(node.condition)}{_CLOSE}",
    Cases: _cases,
    Partial: lambda node: _ordered("d", node.quantity, node.variable),
    Big: lambda node: _ordered(f"S{node.operator} {node.index}(", *children(node)),
    Operation: lambda node: _ordered(f"O{node.name}(", *node.operands),
    Special: lambda node: _ordered(f"I{node.name}(", *children(node)),
    Relation: _relation,
    All: lambda node: _ordered("&", *node.conditions),
    Any: lambda node: _ordered("|", *node.conditions),
    Not: lambda node: _ordered("~", node.condition),
}
