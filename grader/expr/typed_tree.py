"""Values of known size as trees that people read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction

from grader.expr.calculus import product_of
from grader.expr.tree import (
    Negation,
    Node,
    Number,
    Operation,
    Power,
    Product,
    Quotient,
    Special,
    Sum,
    Symbol,
    children,
    substitute,
    symbols,
    with_children,
)
from grader.expr.typed import ONE, ZERO, Op, Size, Typed, number, slot
from grader.limits import MAX_MATRIX_POWER


def to_tree(value: Typed, names: Mapping[Typed, str] | None = None) -> Node:
    """The tree that people read for a typed value; ``names`` are values with a name."""
    return _Printer(names or {}, fractions=True).tree(value)


def factor_tree(value: Typed) -> Node:
    """The same with every factor by itself: 2 · 1/N, so that each can be told apart."""
    return _Printer({}, fractions=False).tree(value)


class _Printer:
    def __init__(self, names: Mapping[Typed, str], *, fractions: bool) -> None:
        self._names = names
        self._fractions = fractions

    def tree(self, value: Typed) -> Node:
        name = self._names.get(value)
        return self._OPS[value.op](self, value) if name is None else Symbol(name)

    def _sum(self, value: Typed) -> Node:
        return Sum(tuple(self.tree(term) for term in value.args))

    def _product(self, value: Typed) -> Node:
        first, *rest = value.args
        if first.op == "map" and isinstance(first.tree, Number) and first.tree.value < 0:
            if first.tree.value == -1:
                return Negation(self._joined(rest))
            return Negation(self._joined([number(-first.tree.value), *rest]))
        return self._joined(value.args)

    def _joined(self, factors: Sequence[Typed]) -> Node:
        """The factors side by side; numbers below a line under one: 2/N, not 2 · 1/N."""
        parts = [(factor, self.tree(factor)) for factor in factors]
        if not self._fractions or not any(_divisor(factor, part) for factor, part in parts):
            made = tuple(part for _, part in parts)
            return made[0] if len(made) == 1 else Product(made)
        scale = Fraction(1)
        above: list[Node] = []
        below: list[Node] = []
        rest: list[Node] = []
        for factor, part in parts:
            if (divisor := _divisor(factor, part)) is not None:
                scale *= -1 if isinstance(part, Negation) else 1
                for each in divisor.factors if isinstance(divisor, Product) else (divisor,):
                    if isinstance(each, Number):
                        scale /= each.value
                    else:
                        below.append(each)
            elif isinstance(part, Number):
                scale *= part.value
            elif isinstance(part, Symbol) and factor.is_scalar:
                above.append(part)
            else:
                rest.append(part)
        numerator = product_of([Number(Fraction(abs(scale.numerator))), *above])
        denominator = product_of([Number(Fraction(scale.denominator)), *below])
        first = numerator if denominator == ONE else Quotient(numerator, denominator)
        whole = product_of([first, *rest])
        return Negation(whole) if scale < 0 else whole

    def _inverse(self, value: Typed) -> Node:
        return Power(self.tree(value.args[0]), Negation(ONE))

    def _map(self, value: Typed) -> Node:
        names = {slot(index).name: self.tree(arg) for index, arg in enumerate(value.args)}
        sized = {slot(index).name for index, arg in enumerate(value.args) if not arg.is_scalar}
        made = substitute(_by_entries(value.tree, sized), names)
        if isinstance(made, Quotient) and isinstance(made.numerator, Negation):
            return Negation(Quotient(made.numerator.operand, made.denominator))
        return made

    def _transpose(self, value: Typed) -> Node:
        return Operation("transpose", (self.tree(value.args[0]),))

    def _diag(self, value: Typed) -> Node:
        return Operation("diag", (self.tree(value.args[0]),))

    def _trace(self, value: Typed) -> Node:
        return Operation("trace", (self.tree(value.args[0]),))

    def _elementwise(self, value: Typed) -> Node:
        return Operation("elementwise", tuple(map(self.tree, value.args)))

    def _differential(self, value: Typed) -> Node:
        return Operation("differential", (self.tree(value.args[0]),))

    def _symbol(self, value: Typed) -> Node:
        return Symbol(value.name)

    def _identity(self, value: Typed) -> Node:
        return Special("identity", _size_tree(value.shape[0]))

    def _ones(self, value: Typed) -> Node:
        return Special("ones", _size_tree(value.shape[0]))

    _OPS: Mapping[Op, Callable[[_Printer, Typed], Node]] = {
        "symbol": _symbol,
        "sum": _sum,
        "product": _product,
        "transpose": _transpose,
        "inverse": _inverse,
        "diag": _diag,
        "trace": _trace,
        "elementwise": _elementwise,
        "differential": _differential,
        "identity": _identity,
        "ones": _ones,
        "map": _map,
    }


def _by_entries(tree: Node, sized: AbstractSet[str]) -> Node:
    """The tree with whole powers of what has entries as products entry by entry: a vector
    has no power."""
    parts = children(tree)
    new = [_by_entries(part, sized) if isinstance(part, Node) else part for part in parts]
    if isinstance(tree, Power) and sized & symbols(tree.base):
        times = tree.exponent.value if isinstance(tree.exponent, Number) else Fraction(0)
        if times in range(2, MAX_MATRIX_POWER + 1):
            base = new[0]
            assert isinstance(base, Node)
            return Operation("elementwise", (base,) * int(times))
    made = (
        tree
        if all(a is b for a, b in zip(parts, new, strict=True))
        else with_children(tree, tuple(new))
    )
    assert isinstance(made, Node)
    return made


def _divisor(factor: Typed, part: Node) -> Node | None:
    """What a number 1/d is divided by, with any sign before it."""
    inner = part.operand if isinstance(part, Negation) else part
    if factor.is_scalar and isinstance(inner, Quotient) and inner.numerator == ONE:
        return inner.denominator if inner.denominator != ZERO else None
    return None


def _size_tree(size: Size) -> Node:
    return Number(Fraction(int(size))) if size.isdigit() else Symbol(size)
