r"""Derivatives of matrix expressions, by the rules of differentials.

A number's derivative by a matrix is found backwards, as backpropagation finds it: from
dL = ⟨G, dY⟩ for a part Y of L follows what G is for the parts of Y.  A column's derivative
by a column is found forwards: from the Jacobians of the parts of Y follows that of Y.
Both give what a person would write: no entries, no components.

The rules are those of a first course on matrix differentials: d(XY) = dX Y + X dY,
d(X^{-1}) = −X^{-1} dX X^{-1}, d tr X = tr dX, d f(X) = f'(X) ∘ dX entry by entry.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.expr.calculus import differentiate
from grader.expr.tree import Node, Number, substitute, symbols
from grader.expr.typed import (
    SCALAR,
    Shape,
    Typed,
    add,
    elementwise,
    is_zero,
    mapped,
    multiply,
    negate,
    number,
    slot,
    transpose,
    zero,
)


def matrix_derivative(value: Typed, name: str, shape: Shape, layout: str) -> Typed:
    """∂value/∂name for a name of that shape.

    In the denominator layout a number's derivative has the shape of the name, and a
    column's has as many rows as the name; the numerator layout is the transpose.
    Raises ValueError where the derivative has more than two indices, where it has no form
    without entries, and where it is zero.
    """
    if not depends(value, name):
        raise ValueError(f"the quantity does not depend on `{name}`")
    if layout not in ("denominator", "numerator"):
        raise ValueError(f"no layout is called {layout!r}")
    if value.is_scalar:
        found = gradient(value, name, shape)
        if layout == "numerator":
            found = transpose_through(found, sums=True)
    elif value.shape[1] == "1" and shape[1] == "1":
        found = jacobian(value, name, shape)
        if layout == "denominator":
            found = transpose_through(found, sums=True)
    else:
        raise ValueError("a derivative of a vector or matrix by a matrix has more than two indices")
    if is_zero(found):
        raise ValueError(f"the derivative by `{name}` is zero")
    return found


def depends(value: Typed, name: str) -> bool:
    """Whether a name occurs in a value."""
    return value.name == name or any(depends(arg, name) for arg in value.args)


def transpose_through(value: Typed, *, sums: bool = False) -> Typed:
    """The transpose, brought to the factors: (AB)^T is written B^T A^T; ``sums``: and to
    the terms of a sum."""
    if value.op == "sum" and sums:
        terms = tuple(transpose_through(arg, sums=True) for arg in value.args)
        return Typed("sum", terms, _turned(value.shape))
    if value.op == "product":
        numbers = [arg for arg in value.args if arg.is_scalar]
        rest = [transpose_through(arg) for arg in reversed(value.args) if not arg.is_scalar]
        return multiply([*numbers, *rest], _turned(value.shape))
    return transpose(value)


def _turned(shape: Shape) -> Shape:
    return shape[1], shape[0]


# --- Backwards: a number by anything --------------------------------------------------


def gradient(value: Typed, name: str, shape: Shape) -> Typed:
    """The derivative of a number by a name, in the shape of the name.  Raises ValueError."""
    return add(_back(value, number(1), name), shape)


def _back(value: Typed, adjoint: Typed, name: str) -> list[Typed]:
    """What each occurrence of the name below a value adds, for the value's own derivative."""
    if not depends(value, name) or is_zero(adjoint):
        return []
    args = value.args
    match value.op:
        case "symbol":
            return [adjoint]
        case "sum":
            return [part for arg in args for part in _back(arg, adjoint, name)]
        case "product":
            return _back_product(value, adjoint, name)
        case "transpose":
            return _back(args[0], transpose_through(adjoint), name)
        case "elementwise":
            found: list[Typed] = []
            for k, arg in enumerate(args):
                others = [adjoint, *args[:k], *args[k + 1 :]]
                found += _back(arg, elementwise(others, arg.shape), name)
            return found
        case "map":
            return _back_map(value, adjoint, name)
        case "trace":
            eye = Typed("identity", (), args[0].shape)
            return _back(args[0], multiply([adjoint, eye], args[0].shape), name)
        case "inverse":
            turned = transpose(value)
            return _back(args[0], negate(multiply([turned, adjoint, turned], value.shape)), name)
        case "diag" | "identity" | "ones":
            raise ValueError(f"the derivative of `{value.op}` by `{name}` is not worked out here")


def _back_product(value: Typed, adjoint: Typed, name: str) -> list[Typed]:
    args = _without_diag(value.args)
    found: list[Typed] = []
    for k, arg in enumerate(args):
        if not depends(arg, name):
            continue
        numbers = [other for j, other in enumerate(args) if other.is_scalar and j != k]
        before = [other for other in args[:k] if not other.is_scalar]
        after = [other for other in args[k + 1 :] if not other.is_scalar]
        if arg.is_scalar:
            rest = [*before, *after]
            if rest:
                product = multiply(rest, value.shape)
                found += _back(arg, multiply([*numbers, _inner(adjoint, product)], SCALAR), name)
            else:
                found += _back(arg, multiply([adjoint, *numbers], SCALAR), name)
            continue
        left = [transpose_through(other) for other in reversed(before)]
        right = [transpose_through(other) for other in reversed(after)]
        middle = [adjoint] if not adjoint.is_scalar else []
        outside = [adjoint] if adjoint.is_scalar else []
        mine = multiply([*outside, *numbers, *left, *middle, *right], arg.shape)
        found += _back(arg, mine, name)
    return found


def _without_diag(args: Sequence[Typed]) -> list[Typed]:
    """``diag(u) v`` for a column v as the product entry by entry that it is."""
    made = list(args)
    for k in range(len(made) - 2, -1, -1):
        first, second = made[k], made[k + 1]
        if first.op == "diag" and second.shape[1] == "1" and not second.is_scalar:
            made[k : k + 2] = [elementwise([first.args[0], second], second.shape)]
    return made


def _inner(left: Typed, right: Typed) -> Typed:
    """The sum of the products of all entries, of two values of one shape."""
    rows, columns = left.shape
    if left.is_scalar:
        return multiply([left, right], SCALAR)
    if columns == "1":
        return multiply([transpose_through(left), right], SCALAR)
    if rows == "1":
        return multiply([left, transpose_through(right)], SCALAR)
    product = multiply([transpose_through(left), right], (columns, columns))
    return Typed("trace", (product,), SCALAR)


def _slope(value: Typed, index: int) -> Typed:
    """The derivative of a map by the entry of one argument, entry by entry."""
    tree = differentiate(value.tree, slot(index).name)
    if isinstance(tree, Number):
        return Typed("map", (), SCALAR, tree=tree)
    kept, args = _used(tree, value.args)
    shape = SCALAR if all(arg.is_scalar for arg in args) else value.shape
    return mapped(kept, args, shape)


def _used(tree: Node, args: Sequence[Typed]) -> tuple[Node, list[Typed]]:
    """A map's tree over those of its arguments that it still needs."""
    names = symbols(tree)
    used = [k for k in range(len(args)) if slot(k).name in names]
    moved = {slot(k).name: slot(place) for place, k in enumerate(used)}
    return substitute(tree, moved), [args[k] for k in used]


def _back_map(value: Typed, adjoint: Typed, name: str) -> list[Typed]:
    found: list[Typed] = []
    for k, arg in enumerate(value.args):
        if not depends(arg, name):
            continue
        slope = _slope(value, k)
        if value.is_scalar:
            found += _back(arg, multiply([adjoint, slope], SCALAR), name)
        elif arg.is_scalar:
            whole = elementwise([adjoint, slope], value.shape)
            found += _back(arg, _entries_total(whole), name)
        else:
            found += _back(arg, elementwise([adjoint, slope], arg.shape), name)
    return found


def _entries_total(value: Typed) -> Typed:
    """The sum of all entries: 1^T Y 1."""
    rows, columns = value.shape
    factors: list[Typed] = []
    if rows != "1":
        factors.append(transpose(Typed("ones", (), (rows, "1"))))
    factors.append(value)
    if columns != "1":
        factors.append(Typed("ones", (), (columns, "1")))
    return multiply(factors, SCALAR)


# --- Forwards: a column by a column ----------------------------------------------------


def jacobian(value: Typed, name: str, shape: Shape) -> Typed:
    """The Jacobian of a column or a number by a column, a row for each entry of the value
    (numerator layout).  Raises ValueError where it has no form without entries."""
    return _Forward(name, shape).of(value)


class _Forward:
    def __init__(self, name: str, shape: Shape) -> None:
        self._name = name
        self._columns = shape[0]

    def of(self, value: Typed) -> Typed:
        shape = (value.shape[0], self._columns)
        if not depends(value, self._name):
            return zero(shape)
        args = value.args
        match value.op:
            case "symbol":
                if value.is_scalar:
                    return number(1)
                return Typed("identity", (), shape)
            case "sum":
                return add([self.of(arg) for arg in args], shape)
            case "product":
                return self._product(value, shape)
            case "elementwise":
                terms = []
                for k, arg in enumerate(args):
                    if depends(arg, self._name):
                        others = elementwise([*args[:k], *args[k + 1 :]], value.shape)
                        terms.append(self._scaled(others, self.of(arg), shape))
                return add(terms, shape)
            case "map":
                terms = []
                for k, arg in enumerate(args):
                    if depends(arg, self._name):
                        terms.append(self._scaled(_slope(value, k), self.of(arg), shape, arg))
                return add(terms, shape)
        raise ValueError(f"the Jacobian of `{value.op}` is not worked out here")

    def _scaled(self, slope: Typed, inner: Typed, shape: Shape, arg: Typed | None = None) -> Typed:
        """A slope entry by entry before a Jacobian."""
        if slope.is_scalar or (arg is not None and arg.is_scalar):
            return multiply([slope, inner], shape)
        if slope.op == "ones":
            return inner
        return multiply([Typed("diag", (slope,), (shape[0], shape[0])), inner], shape)

    def _product(self, value: Typed, shape: Shape) -> Typed:
        args = _without_diag(value.args)
        terms: list[Typed] = []
        for k, arg in enumerate(args):
            if not depends(arg, self._name):
                continue
            numbers = [other for j, other in enumerate(args) if other.is_scalar and j != k]
            before = [other for other in args[:k] if not other.is_scalar]
            after = [other for other in args[k + 1 :] if not other.is_scalar]
            if arg.is_scalar:
                terms.append(multiply([*numbers, *before, *after, self.of(arg)], shape))
            elif not after:
                if arg.shape[1] != "1":
                    raise ValueError("this derivative has more than two indices")
                terms.append(multiply([*numbers, *before, self.of(arg)], shape))
            elif arg.shape[0] == "1" and after[-1].shape[1] == "1":
                # u^T w with w = the rest: w^T u, so that u is last.
                rest = multiply(after, (arg.shape[1], "1"))
                inner = self.of(transpose(arg))
                terms.append(multiply([*numbers, *before, transpose_through(rest), inner], shape))
            else:
                raise ValueError("this derivative has more than two indices")
        return add(terms, shape)
