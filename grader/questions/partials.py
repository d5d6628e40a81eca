"""Unevaluated derivatives in an answer: worked out, unless they are the question."""

from __future__ import annotations

from collections.abc import Mapping

from grader.derive import total_derivative
from grader.errors import GraderError
from grader.expr.calculus import differentiate
from grader.expr.tree import Node, Partial, Symbol, children, symbols, with_children
from grader.source import Span


class Disallowed(GraderError):
    """An answer that is readable but does not answer; ``span`` is where."""

    def __init__(self, reason: str, span: Span) -> None:
        super().__init__(reason)
        self.reason = reason
        self.span = span


def reaches(forward: Mapping[str, Node], start: str, goal: str) -> bool:
    """Whether ``goal`` depends on ``start`` through the forward pass, or is it."""
    pending, seen = [goal], set()
    while pending:
        name = pending.pop()
        if name == start:
            return True
        if name in forward and name not in seen:
            seen.add(name)
            pending.extend(symbols(forward[name]))
    return False


def work_out(tree: Node, asked: Partial, forward: Mapping[str, Node]) -> Node:
    """The tree with its derivatives worked out through the forward pass (which may
    hold the student's definitions too).

    Raises Disallowed for a derivative that is the one asked, or whose chain runs
    through the one asked.
    """
    if isinstance(tree, Partial):
        return _value(tree, asked, forward)
    parts = children(tree)
    new = tuple(work_out(part, asked, forward) for part in parts)  # type: ignore[arg-type]
    if all(a is b for a, b in zip(parts, new, strict=True)):
        return tree
    return with_children(tree, new)  # type: ignore[return-value]


def _value(partial: Partial, asked: Partial, forward: Mapping[str, Node]) -> Node:
    if not isinstance(partial.variable, Symbol):
        raise Disallowed("a derivative is taken with respect to something that is no name",
                         partial.span)  # fmt: skip
    assert isinstance(asked.quantity, Symbol)
    assert isinstance(asked.variable, Symbol)
    above, below = asked.quantity.name, asked.variable.name
    variable = partial.variable.name
    inside = symbols(partial.quantity)
    if partial.quantity == asked.quantity and variable == below:
        raise Disallowed("this restates the question: it is the derivative that is asked for",
                         partial.span)  # fmt: skip
    if variable == below or (
        reaches(forward, variable, below) and any(reaches(forward, above, name) for name in inside)
    ):
        raise Disallowed(
            "this contains a derivative that is not worked out and that the question asks for",
            partial.span,
        )
    if isinstance(partial.quantity, Symbol):
        return total_derivative(forward, partial.quantity.name, variable)
    return differentiate(partial.quantity, variable)
