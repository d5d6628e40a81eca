"""How a side depends on sizes: whether agreement at a few sizes can stand for all.

Sums to n, and vectors of n entries, are compared for a few n where no proof for every n is
known.  ``I[n > 10]`` and (n − 2)(n − 3)(n − 4)(n − 5)(n − 7) vanish at all of them.  So
agreement counts only where sizes stand in an answer as in a fraction of polynomials of low
degree, or within functions that the reference has as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from grader.errors import GraderError
from grader.expr.functions import FUNCTIONS
from grader.expr.tree import (
    Big,
    Call,
    Condition,
    Negation,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    children,
    symbols,
    walk,
)
from grader.expr.typed import Typed, slot

Degrees = Mapping[str, int]

#: Functions that are written through indicators, or may be, and do not jump.
_CONTINUOUS = frozenset({"abs", "max", "min", "sqrt", "root", "relu"})


class _Steep(GraderError):
    """A size stands where no degree bounds what it does."""


def jumps_at_whole_numbers(answer: Node, reference: Node, names: Collection[str]) -> bool:
    """Whether an answer has a jump of its own in names of whole numbers: ``I[n = 12]``.

    Normal forms hold but for a set of measure zero, which for whole numbers is no excuse.
    """
    whole = set(names) | {part.index for part in walk(answer) if isinstance(part, Big)}
    known = frozenset(walk(reference))
    return any(
        (isinstance(part, Relation) or (isinstance(part, Call) and _may_jump(part)))
        and part not in known
        and not whole.isdisjoint(symbols(part))
        for part in walk(answer)
    )


def _may_jump(call: Call) -> bool:
    plain = FUNCTIONS[call.function].is_primitive or call.function in _CONTINUOUS
    return bool(call.derivative) or not plain


def few_sizes_tell(answer: Node, reference: Node, sizes: Collection[str], most: int) -> bool:
    """Whether an answer that equals a reference at a few sizes is equal at all.

    ``most``: the degree that those sizes tell apart where one size occurs.
    """
    met = {part.name for part in walk(answer) if isinstance(part, Symbol)} & set(sizes)
    known = frozenset(part for part in walk(reference) if not isinstance(part, Symbol))
    degrees = dict.fromkeys(sizes, 1)
    try:
        return _degree(answer, degrees, known) <= _bound(
            most, met, _degree(reference, degrees, known)
        )
    except _Steep:
        return False


def few_sizes_tell_typed(
    answer: Typed, reference: Typed, sizes: Collection[str], most: int
) -> bool:
    """The same of matrix expressions, in which sizes stand as numbers, too."""
    parts = _typed_parts(reference)
    met = {part.name for part in _typed_parts(answer) if part.op == "symbol"} & set(sizes)
    try:
        mine, theirs = (_typed_degree(side, sizes, parts) for side in (answer, reference))
    except _Steep:
        return False
    return mine <= _bound(most, met, theirs)


def _bound(most: int, met: Collection[str], reference: int) -> int:
    # Of two sizes a polynomial of degree 2 may vanish at any five points.
    return max(reference, most if len(met) <= 1 else 1)


def _degree(node: Node | Condition, degrees: Degrees, known: Collection[object]) -> int:
    """The degree of a fraction in the sizes: that above the line and that below it added."""

    def of(part: Node | Condition) -> int:
        return _degree(part, degrees, known)

    match node:
        case Symbol():
            return degrees.get(node.name, 0)
        case Sum():
            return max(map(of, node.terms))
        case Negation():
            return of(node.operand)
        case Product():
            return sum(map(of, node.factors))
        case Quotient():
            return of(node.numerator) + of(node.denominator)
        case Power(base, Number() as exponent) if exponent.value.denominator == 1:
            return of(base) * abs(int(exponent.value))
        case _ if node in known:
            return 0
        case Big(operator="sum"):
            lower = node.lower is None or (isinstance(node.lower, Number) and node.lower.value <= 2)
            if not (lower and isinstance(node.upper, Number | Symbol | None)):
                raise _Steep("a range that may be empty at a few sizes")
            return 1 + _degree(node.body, {**degrees, node.index: 1}, known)
        case _ if isinstance(node, Big) or any(map(of, children(node))):
            raise _Steep("a function of a size")
    return 0


def _typed_parts(value: Typed) -> set[Typed]:
    found: set[Typed] = set()
    stack = [value]
    while stack:
        top = stack.pop()
        if top not in found:
            found.add(top)
            stack.extend(top.args)
    return found


def _typed_degree(value: Typed, sizes: Collection[str], known: Collection[Typed]) -> int:
    below = [_typed_degree(arg, sizes, known) for arg in value.args]
    match value.op:
        case "symbol":
            return int(value.is_scalar and value.name in sizes)
        case "sum":
            return max(below)
        case "product" | "elementwise":
            return sum(below) + max(0, len([arg for arg in value.args if _is_ones(arg)]) - 1)
        case "trace":
            return 1 + sum(below)
        case "map":
            slots = {slot(k).name: degree for k, degree in enumerate(below)}
            return 0 if value in known else _degree(value.tree, slots, ())
    if any(below) and value.op in ("inverse", "differential") and value not in known:
        raise _Steep("an inverse of what a size stands in")
    return max(below, default=0)


def _is_ones(value: Typed) -> bool:
    """Whether a value is made of ones: products of two give sizes."""
    return value.op == "ones" or (value.op == "transpose" and _is_ones(value.args[0]))
