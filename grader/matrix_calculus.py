r"""Derivatives of matrix expressions, by the rules of differentials.

Every operation has one rule, which says its differential by those of its parts:
d(XY) = dX Y + X dY, d(X^{-1}) = −X^{-1} dX X^{-1}, d tr X = tr dX,
d f(X) = f'(X) ∘ dX entry by entry.  A number's derivative by a matrix is read off backwards,
as backpropagation finds it: from dL = ⟨G, dY⟩ for a part Y of L and the differential of Y
follows what G is for the parts of Y.  A column's derivative by a column is read off forwards:
from the Jacobians of the parts of Y and the differential of Y follows the Jacobian of Y.
Both give what a person would write: no entries, no components.

What is shown of a derivation (:func:`matrix_steps`) are those same differentials.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.expr.calculus import differentiate
from grader.expr.tree import Call, Node, Number, Power, Quotient, substitute, symbols
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
from grader.limits import MAX_STEP_NODES


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


# --- The rules ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """``left`` = ``right`` by ``rule``; both are of one shape."""

    rule: str
    left: Typed
    right: Typed


def d(value: Typed) -> Typed:
    """The differential of a value, as a letter of its own."""
    return Typed("differential", (value,), value.shape)


def differential(value: Typed, name: str) -> Step:
    """The differential of a value by those of its parts: the rule of its operation.

    What does not depend on the name is held fixed.  The right side is a sum of terms, in
    each of which the differential of one part stands once: by itself, transposed, under a
    trace, or as a factor.  Raises ValueError for an operation without a rule, and for the
    name itself.
    """
    args = value.args
    match value.op:
        case "sum":
            parts = [d(arg) for arg in args if depends(arg, name)]
            return Step("sum rule", d(value), _sum(parts, value.shape))
        case "product":
            return _of_product(value, _without_diag(args), name)
        case "elementwise":
            terms = [
                elementwise([*args[:k], d(arg), *args[k + 1 :]], value.shape)
                for k, arg in enumerate(args)
                if depends(arg, name)
            ]
            rule = "product rule, entry by entry" if len(terms) > 1 else "constant factor"
            return Step(rule, d(value), _sum(terms, value.shape))
        case "map":
            return _of_map(value, name)
        case "transpose":
            return Step("transpose", d(value), transpose(d(args[0])))
        case "trace":
            return Step("trace", d(value), Typed("trace", (d(args[0]),), SCALAR))
        case "diag":
            return Step("diagonal matrix", d(value), Typed("diag", (d(args[0]),), value.shape))
        case "inverse":
            product = multiply([value, d(args[0]), value], value.shape)
            return Step("inverse", d(value), negate(product))
    raise ValueError(f"the derivative of `{value.op}` by `{name}` is not worked out here")


def _sum(terms: Sequence[Typed], shape: Shape) -> Typed:
    return terms[0] if len(terms) == 1 else Typed("sum", tuple(terms), shape)


def _within(factor: Typed) -> Typed:
    """The differential of a factor; diag(u) by that of u, which its neighbours turn round."""
    if factor.op == "diag":
        return Typed("diag", (d(factor.args[0]),), factor.shape)
    return d(factor)


def _of_product(value: Typed, args: Sequence[Typed], name: str) -> Step:
    terms = [
        multiply([*args[:k], _within(arg), *args[k + 1 :]], value.shape)
        for k, arg in enumerate(args)
        if depends(arg, name)
    ]
    rule = "product rule" if len(terms) > 1 else "constant factor"
    return Step(rule, d(value), _sum(terms, value.shape))


def _without_diag(args: Sequence[Typed]) -> list[Typed]:
    """``diag(u) v`` for a column v as the product entry by entry that it is."""
    made = list(args)
    for k in range(len(made) - 2, -1, -1):
        first, second = made[k], made[k + 1]
        if first.op == "diag" and second.shape[1] == "1" and not second.is_scalar:
            made[k : k + 2] = [elementwise([first.args[0], second], second.shape)]
    return made


def _of_map(value: Typed, name: str) -> Step:
    terms: list[Typed] = []
    varying = [k for k, arg in enumerate(value.args) if depends(arg, name)]
    for k in varying:
        arg, slope = value.args[k], _slope(value, k)
        if is_zero(slope):
            continue  # an indicator is constant almost everywhere
        if value.is_scalar or arg.is_scalar:
            terms.append(multiply([d(arg), slope], value.shape) if not slope.is_scalar
                         else multiply([slope, d(arg)], value.shape))  # fmt: skip
        else:
            terms.append(elementwise([slope, d(arg)], value.shape))
    return Step(_rule_of_map(value, varying), d(value), _sum(terms, value.shape)
                if terms else zero(value.shape))  # fmt: skip


def _rule_of_map(value: Typed, varying: Sequence[int]) -> str:
    match value.tree:
        case Quotient():
            rule = "quotient rule" if 1 in varying or len(value.args) == 1 else "constant factor"
        case Power():
            rule = "power rule and chain rule"
        case Call():
            rule = "chain rule"
        case _:
            rule = "derivative"
    return rule if value.is_scalar else f"{rule}, entry by entry"


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


def _is_name(value: Typed, name: str) -> bool:
    return value.op == "symbol" and value.name == name


# --- Backwards: a number by anything --------------------------------------------------


def gradient(value: Typed, name: str, shape: Shape) -> Typed:
    """The derivative of a number by a name, in the shape of the name.  Raises ValueError."""
    return add(_back(value, number(1), name), shape)


def _back(value: Typed, adjoint: Typed, name: str) -> list[Typed]:
    """What each occurrence of the name below a value adds, for the value's own derivative."""
    if is_zero(adjoint):
        return []
    if _is_name(value, name):
        return [adjoint]
    found: list[Typed] = []
    for part, its in _pulled(differential(value, name).right, adjoint):
        found += _back(part, its, name)
    return found


def _pulled(term: Typed, adjoint: Typed) -> Iterator[tuple[Typed, Typed]]:
    """⟨adjoint, term⟩ as ⟨G, dX⟩ for each dX in it: X and G, by turning factors round."""
    match term.op:
        case "differential":
            yield term.args[0], adjoint
        case "sum":
            for arg in term.args:
                yield from _pulled(arg, adjoint)
        case "transpose":
            yield from _pulled(term.args[0], transpose_through(adjoint))
        case "trace":
            shape = term.args[0].shape
            eye = Typed("identity", (), shape)
            yield from _pulled(term.args[0], multiply([adjoint, eye], shape))
        case "elementwise" | "product":
            k = _place(term)
            if k is None:
                if not is_zero(term):
                    raise ValueError("a differential has no differential in it")
                return
            arg, others = term.args[k], (*term.args[:k], *term.args[k + 1 :])
            if arg.op == "diag":
                yield from _pulled(arg.args[0], _beside_diagonal(term, k, adjoint))
            elif term.op == "elementwise":
                yield from _pulled(arg, elementwise([adjoint, *others], arg.shape))
            else:
                yield from _pulled(arg, _beside(term, k, adjoint))
        case _:
            raise ValueError(f"the derivative of `{term.op}` is not worked out here")


def _place(term: Typed) -> int | None:
    """Which factor of a term has the differential; None where it has vanished."""
    return next((k for k, arg in enumerate(term.args) if any(_parts(arg))), None)


def _beside(term: Typed, k: int, adjoint: Typed) -> Typed:
    """⟨adjoint, A dX B⟩ is ⟨A^T adjoint B^T, dX⟩; dX is the factor ``k``."""
    args = term.args
    arg = args[k]
    numbers = [other for j, other in enumerate(args) if other.is_scalar and j != k]
    before = [other for other in args[:k] if not other.is_scalar]
    after = [other for other in args[k + 1 :] if not other.is_scalar]
    if arg.is_scalar:
        rest = [*before, *after]
        if not rest:
            return multiply([adjoint, *numbers], SCALAR)
        return multiply([*numbers, _inner(adjoint, multiply(rest, term.shape))], SCALAR)
    left = [transpose_through(other) for other in reversed(before)]
    right = [transpose_through(other) for other in reversed(after)]
    middle = [adjoint] if not adjoint.is_scalar else []
    outside = [adjoint] if adjoint.is_scalar else []
    return multiply([*outside, *numbers, *left, *middle, *right], arg.shape)


def _beside_diagonal(term: Typed, k: int, adjoint: Typed) -> Typed:
    """⟨adjoint, A diag(du) B⟩ is ⟨((A^T adjoint) ∘ B) 1, du⟩; diag(du) is the factor ``k``.

    Raises ValueError where no factor stands behind it.
    """
    args = term.args
    numbers = [other for j, other in enumerate(args) if other.is_scalar and j != k]
    before = [other for other in args[:k] if not other.is_scalar]
    after = [other for other in args[k + 1 :] if not other.is_scalar]
    if not after or (adjoint.is_scalar and not before):
        raise ValueError("the derivative of a diagonal matrix by itself is not worked out here")
    if adjoint.is_scalar:
        numbers.append(adjoint)
    size = args[k].shape[0]
    right = multiply(after, (size, term.shape[1]))
    left = [transpose_through(other) for other in reversed(before)]
    turned = multiply([*left, *([] if adjoint.is_scalar else [adjoint])], right.shape)
    ones = Typed("ones", (), (right.shape[1], "1"))
    whole = elementwise([turned, right], right.shape)
    return multiply([*numbers, whole, ones] if right.shape[1] != "1" else [*numbers, whole],
                    (size, "1"))  # fmt: skip


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


# --- Forwards: a column by a column ----------------------------------------------------


def jacobian(value: Typed, name: str, shape: Shape) -> Typed:
    """The Jacobian of a column or a number by a column, a row for each entry of the value
    (numerator layout).  Raises ValueError where it has no form without entries."""
    here = (value.shape[0], shape[0])
    if not depends(value, name):
        return zero(here)
    if _is_name(value, name):
        return number(1) if value.is_scalar else Typed("identity", (), here)
    if value.op in ("transpose", "trace", "inverse"):
        raise ValueError(f"the Jacobian of `{value.op}` is not worked out here")
    right = differential(value, name).right
    terms = right.args if right.op == "sum" else (right,)
    return add([_pushed(term, name, shape, here) for term in terms], here)


def _pushed(term: Typed, name: str, shape: Shape, here: Shape) -> Typed:
    """A term with a differential in it as a matrix before the differential of the name."""
    if term.op == "differential":
        return jacobian(term.args[0], name, shape)
    k = _place(term)
    if k is None:
        return zero(here)
    arg = term.args[k]
    inner = (arg.shape[0], shape[0])
    if term.op == "elementwise":
        others = elementwise([*term.args[:k], *term.args[k + 1 :]], term.shape)
        diagonal = Typed("diag", (others,), (here[0], here[0]))
        return multiply([diagonal, _pushed(arg, name, shape, inner)], here)
    numbers = [other for j, other in enumerate(term.args) if other.is_scalar and j != k]
    before = [other for other in term.args[:k] if not other.is_scalar]
    after = [other for other in term.args[k + 1 :] if not other.is_scalar]
    if arg.is_scalar:
        return multiply([*numbers, *before, *after, _pushed(arg, name, shape, inner)], here)
    if not after and arg.shape[1] == "1":
        return multiply([*numbers, *before, _pushed(arg, name, shape, inner)], here)
    if after and arg.shape[0] == "1" and after[-1].shape[1] == "1" and arg.op == "differential":
        # u^T w with w = the rest: w^T u, so that u is last.
        rest = transpose_through(multiply(after, (arg.shape[1], "1")))
        turned = jacobian(transpose(arg.args[0]), name, shape)
        return multiply([*numbers, *before, rest, turned], here)
    raise ValueError("this derivative has more than two indices")


# --- What is shown --------------------------------------------------------------------


def matrix_steps(value: Typed, name: str, shape: Shape, layout: str) -> tuple[Step, ...]:
    """The steps to ∂value/∂name: the rule for each part that depends on the name, from the
    outside in; the differential of the whole, put together from them; and its form in which
    the derivative stands before the differential of the name.

    Raises ValueError as :func:`matrix_derivative` does.
    """
    derivative = matrix_derivative(value, name, shape, layout)
    steps: list[Step] = []
    seen: set[Typed] = set()
    pending = [value]
    while pending:
        part = pending.pop()
        if part in seen or _is_name(part, name):
            continue
        seen.add(part)
        step = differential(part, name)
        steps.append(step)
        pending.extend(reversed(list(_parts(step.right))))
    steps.append(_read_off(value, name, shape, layout, derivative))
    whole = _put_together(d(value), name)
    known = {(step.left, step.right) for step in steps}
    if (d(value), whole) not in known and _nodes(whole) <= MAX_STEP_NODES:
        steps.insert(-1, Step("put together", d(value), whole))
    return tuple(dict.fromkeys(steps))


def _parts(term: Typed) -> Iterator[Typed]:
    """What differentials are taken of in a term, in order."""
    if term.op == "differential":
        yield term.args[0]
    else:
        for arg in term.args:
            yield from _parts(arg)


def _put_together(term: Typed, name: str) -> Typed:
    """A term with every differential by those of the name alone."""
    if term.op == "differential":
        part = term.args[0]
        return term if _is_name(part, name) else _put_together(differential(part, name).right, name)
    made = [_put_together(arg, name) if any(_parts(arg)) else arg for arg in term.args]
    match term.op:
        case "sum":
            return add(made, term.shape)
        case "product":
            return multiply(made, term.shape)
        case "elementwise":
            return elementwise(made, term.shape)
        case "transpose":
            return transpose_through(made[0])
    return Typed(term.op, tuple(made), term.shape, term.name, term.tree)


def _nodes(value: Typed) -> int:
    return 1 + sum(map(_nodes, value.args))


def _read_off(value: Typed, name: str, shape: Shape, layout: str, derivative: Typed) -> Step:
    """dL = tr(G^T dX), dL = g^T dx or dy = J dx: what stands before the differential of the
    name is the derivative in the numerator layout."""
    variable = d(Typed("symbol", (), shape, name=name))
    before = derivative if layout == "numerator" else transpose_through(derivative, sums=True)
    product = multiply([before, variable], (before.shape[0], shape[1]))
    if value.is_scalar and shape[1] != "1":
        traced = Typed("trace", (product,), SCALAR)
        return Step("turned round under the trace, tr(AB) = tr(BA)", d(value), traced)
    if value.is_scalar and shape[0] != "1":
        return Step("collected, a number being its own transpose", d(value), product)
    return Step("collected", d(value), product)
