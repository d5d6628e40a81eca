"""Unevaluated derivatives in an answer: worked out, unless they are the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from types import MappingProxyType

from grader.compare.interpret import needed_names
from grader.errors import GraderError
from grader.expr.calculus import ONE, ZERO, differentiate, product_of, sum_of
from grader.expr.families import unfolded
from grader.expr.members import derivative_by_member, is_same_family, letters_of
from grader.expr.tree import (
    Big,
    Node,
    Partial,
    Symbol,
    children,
    order_of,
    substitute,
    symbols,
    walk,
    with_children,
)
from grader.limits import MAX_DERIVATIVE_STEPS, MAX_OPERATIONS, MAX_PARTIALS
from grader.source import Span

#: Of a question without sums.
NO_RANGES: Mapping[str, str] = MappingProxyType({})


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


def work_out(
    tree: Node,
    asked: Partial | None,
    forward: Mapping[str, Node],
    ranges: Mapping[str, str] = NO_RANGES,
) -> Node:
    """The tree with its derivatives worked out through the forward pass (which may
    hold the student's definitions too); ``asked`` None: whatever they are.

    ``ranges``: the size that each index of sums runs to; ``f_j`` is then of the family that
    the forward pass has as ``f_i``.

    Raises Disallowed for a derivative that is the one asked, or whose chain runs
    through the one asked; ValueError where it takes too many steps.
    """
    if sum(isinstance(part, Partial) for part in walk(tree)) > MAX_PARTIALS:
        raise ValueError(f"more than {MAX_PARTIALS} derivatives in one answer are not worked out")
    return _worked_out(tree, asked, forward, _with_own_letters(tree, ranges))


def _with_own_letters(tree: Node, ranges: Mapping[str, str]) -> Mapping[str, str]:
    """The ranges of indices, and of those that the tree binds with a letter of its own."""
    if not ranges:
        return ranges
    own: dict[str, str] = {}
    for part in walk(tree):
        if isinstance(part, Big) and part.index not in ranges:
            # One that runs over something else is no member of any family: a person looks.
            own[part.index] = part.upper.name if isinstance(part.upper, Symbol) else "#"
    return {**own, **ranges}


def _worked_out(
    tree: Node, asked: Partial | None, forward: Mapping[str, Node], ranges: Mapping[str, str]
) -> Node:
    if isinstance(tree, Partial):
        return _value(tree, asked, forward, ranges)
    parts = children(tree)
    new = tuple(_worked_out(part, asked, forward, ranges) for part in parts)  # type: ignore[arg-type]
    if all(a is b for a, b in zip(parts, new, strict=True)):
        return tree
    return with_children(tree, new)  # type: ignore[return-value]


def _value(
    partial: Partial, asked: Partial | None, forward: Mapping[str, Node], ranges: Mapping[str, str]
) -> Node:
    if not isinstance(partial.variable, Symbol):
        raise Disallowed("a derivative is taken with respect to something that is no name",
                         partial.span)  # fmt: skip
    if ranges:
        return _of_sums(partial, asked, forward, ranges)
    if asked is not None:
        check_allowed(partial, asked, forward)
    quantity = partial.quantity
    if isinstance(quantity, Partial):
        # The inner derivative is worked out first; through the forward pass, as it is asked.
        return through(work_out(quantity, None, forward), partial.variable.name, forward)
    if isinstance(quantity, Symbol):
        return _total(forward, quantity.name, partial.variable.name)
    return differentiate(quantity, partial.variable.name)


def _of_sums(
    partial: Partial, asked: Partial | None, forward: Mapping[str, Node], ranges: Mapping[str, str]
) -> Node:
    """The same where sums run over families: with all names under the forward pass's letters
    for the check, and written out to what the derivative is taken by."""
    assert isinstance(partial.variable, Symbol)
    variable = partial.variable.name
    if asked is not None:
        below = {each.name for each in order_of(asked)[1] if isinstance(each, Symbol)}
        known = sorted(forward.keys() | below)
        letters = {
            name: Symbol(like)
            for name in symbols(partial)
            for like in known
            if name not in known and is_same_family(name, like, ranges)
        }
        plain = substitute(partial, letters)
        assert isinstance(plain, Partial)
        check_allowed(replace(plain, span=partial.span), asked, forward)
    lines = {
        name: line for name, line in forward.items() if not is_same_family(name, variable, ranges)
    }
    inner = _worked_out(partial.quantity, None, forward, ranges)
    whole = unfolded(inner, lines, ranges)
    if letters_of(variable, ranges):
        return derivative_by_member(whole, variable, ranges)
    return differentiate(whole, variable)


def check_allowed(partial: Partial, asked: Partial, forward: Mapping[str, Node]) -> None:
    """Raise Disallowed for a derivative that is the one asked, or leads to it."""
    above, below = order_of(asked)
    assert isinstance(above, Symbol)
    if partial == asked:
        raise Disallowed("this restates the question: it is the derivative that is asked for",
                         partial.span)  # fmt: skip
    inside = symbols(partial.quantity)
    assert isinstance(partial.variable, Symbol)
    variable = partial.variable.name
    for name in dict.fromkeys(each.name for each in below if isinstance(each, Symbol)):
        if variable == name or (
            reaches(forward, variable, name)
            and any(reaches(forward, above.name, other) for other in inside)
        ):
            raise Disallowed(
                "this contains a derivative that is not worked out and that the question asks for",
                partial.span,
            )


def through(tree: Node, name: str, forward: Mapping[str, Node]) -> Node:
    """The derivative of a tree by a name through every path of the forward pass.

    Raises ValueError where a form has no derivative here.
    """
    goal = "\\goal"  # no text can name this
    return _total({**forward, goal: tree}, goal, name)


def _total(forward: Mapping[str, Node], of: str, name: str) -> Node:
    """The derivative d of/d name through every path, as ``derive.total_derivative`` has it.

    By the rules alone and never in SymPy: these trees are a student's, and SymPy works
    out 9^{9^9} at sight.  Raises ValueError where it takes too many steps.
    """
    order = needed_names((Symbol(of),), {key: tree for key, tree in forward.items() if key != name})
    if len(order) > MAX_DERIVATIVE_STEPS:
        raise ValueError(
            f"a derivative through more than {MAX_DERIVATIVE_STEPS} definitions is not worked out"
        )
    slopes: dict[str, Node] = {name: ONE}
    sizes: dict[str, int] = {name: 1}
    for each in order:
        terms = []
        size = 1
        for inner in sorted(symbols(forward[each]) & slopes.keys()):
            if slopes[inner] != ZERO:
                local = differentiate(forward[each], inner)
                # Written out, each path counts by itself: two to a definition are 2^n.
                size += sizes[inner] + sum(1 for _ in islice(walk(local), MAX_OPERATIONS))
                terms.append(product_of([local, slopes[inner]]))
        if size > MAX_OPERATIONS:
            raise ValueError("a derivative here is too long to work out")
        slopes[each], sizes[each] = sum_of(terms), size
    return slopes.get(of, ZERO)
