"""Reference answers, derived with SymPy from what the rubric states.

A statement goes to SymPy as a tree, node by node, never as text, and the result
comes back as a tree.  Functions that SymPy does not have, and those whose SymPy
version carries more baggage than a homework wants (ReLU), become functions whose
derivative is taken from their row of ``expr/functions.py``.  SymPy is imported
when the first derivative is taken: reading and comparing do without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Literal

from grader.expr.calculus import differentiate as rule
from grader.expr.calculus import product_of
from grader.expr.families import has_big
from grader.expr.functions import FUNCTIONS
from grader.expr.members import derivative_by_member, letters_of
from grader.expr.names import Vocabulary
from grader.expr.parser import parse_expression
from grader.expr.tree import All as AllOf
from grader.expr.tree import Any as AnyOf
from grader.expr.tree import (
    Big,
    Call,
    Cases,
    Condition,
    Constant,
    Dimensions,
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
    symbols,
)

_ONE = Number(Fraction(1))

#: An end of an integral that is no number.
End = Literal["infinity", "-infinity"]

#: Of a question without sums.
NO_RANGES: Mapping[str, str] = MappingProxyType({})

#: Functions of the table that SymPy has under the same name.
_IN_SYMPY = frozenset(
    {"exp", "log", "sin", "cos", "tan", "sec", "csc", "cot", "asin", "acos", "atan", "sinh",
     "cosh", "tanh", "coth", "sech", "csch", "asinh", "acosh", "atanh", "erf", "sqrt"}
)  # fmt: skip


#: Derivatives that are known in a shorter form than a function's meaning gives.
_SLOPES: Mapping[str, str] = {
    "sigmoid": "sigmoid(u)*(1-sigmoid(u))",
    "softplus": "sigmoid(u)",
}


@lru_cache(maxsize=1)
def _native() -> Mapping[str, Any]:
    import sympy

    return {name: vars(sympy)[name] for name in _IN_SYMPY}


@cache
def _own(name: str, derivative: int) -> Any:
    """A SymPy function for a row of the table, with its derivative by that row."""
    import sympy

    def fdiff(self: Any, argindex: int = 1) -> Any:
        variable = "uv"[argindex - 1]
        arguments = tuple(Symbol(letter) for letter in "uv"[: len(self.args)])
        if name in _SLOPES and not derivative:
            slope = parse_expression(_SLOPES[name], Vocabulary(names=frozenset("u")))
        else:
            slope = rule(_meaning(name, derivative, arguments), variable)
        return _to_sympy(slope, dict(zip("uv", self.args, strict=False)))

    return type(
        f"{name}{chr(39) * derivative}",
        (sympy.Function,),
        {"fdiff": fdiff, "row": (name, derivative), "is_real": True},
    )


def _meaning(name: str, derivative: int, arguments: tuple[Node, ...]) -> Node:
    row = FUNCTIONS[name]
    assert row.meaning is not None, f"SymPy has {name}"
    tree = parse_expression(row.meaning, Vocabulary(names=frozenset("uv")))
    if len(arguments) == 1 and "v" in symbols(tree):
        raise ValueError(f"{name} in a statement needs both of its arguments")
    for _ in range(derivative):
        tree = rule(tree, "u")
    return tree


@lru_cache(maxsize=1)
def _step() -> Any:
    """The indicator of a positive argument; a constant almost everywhere."""
    import sympy

    return type(
        "Step",
        (sympy.Function,),
        {"fdiff": lambda self, argindex=1: sympy.S.Zero, "is_real": True},
    )


def to_sympy(tree: Node) -> Any:
    """The tree as a SymPy expression over real symbols.

    Conditions are taken almost everywhere: ``>=`` becomes ``>``.  Raises
    ValueError for an unevaluated derivative and for a case without a value.
    """
    return _to_sympy(tree, {})


def _to_sympy(tree: Node | Condition, bound: Mapping[str, Any]) -> Any:
    import sympy

    def go(node: Node | Condition) -> Any:
        return _to_sympy(node, bound)

    match tree:
        case Number():
            return sympy.Rational(tree.value.numerator, tree.value.denominator)
        case Constant():
            return sympy.pi if tree.name == "pi" else sympy.E
        case Symbol():
            found = bound.get(tree.name)
            return sympy.Symbol(tree.name, real=True) if found is None else found
        case Sum():
            return sympy.Add(*map(go, tree.terms))
        case Negation():
            return -go(tree.operand)
        case Product():
            return sympy.Mul(*map(go, tree.factors))
        case Quotient():
            return go(tree.numerator) / go(tree.denominator)
        case Power():
            return go(tree.base) ** go(tree.exponent)
        case Call():
            arguments = [go(argument) for argument in tree.arguments]
            if tree.derivative == 0 and tree.function in _IN_SYMPY:
                return _native()[tree.function](*arguments)
            if tree.function == "root":
                return sympy.real_root(*arguments)
            if len(arguments) > 2:
                inner = Call(tree.function, tree.arguments[:-1], tree.derivative)
                return go(Call(tree.function, (inner, tree.arguments[-1]), tree.derivative))
            return _own(tree.function, tree.derivative)(*arguments)
        case Indicator():
            return go(tree.condition)
        case Cases():
            total, rest = sympy.S.Zero, sympy.S.One
            for value, condition in tree.branches:
                holds = sympy.S.One if condition is None else go(condition)
                if value is not None:
                    total += rest * holds * go(value)
                rest *= 1 - holds
            return total
        case Relation():
            above, below = (
                (tree.left, tree.right) if tree.operator in (">", ">=") else (tree.right, tree.left)
            )
            if tree.operator in ("=", "!="):
                return sympy.S.Zero if tree.operator == "=" else sympy.S.One
            return _step()(go(above) - go(below))
        case AllOf():
            return sympy.Mul(*map(go, tree.conditions))
        case AnyOf():
            return 1 - sympy.Mul(*(1 - go(condition) for condition in tree.conditions))
        case Not():
            return 1 - go(tree.condition)
        case Partial():
            raise ValueError("an unevaluated derivative cannot be differentiated")
        case Big() | Operation() | Special():
            raise ValueError("sums over an index and matrices do not go to SymPy")
    raise AssertionError(tree)


def from_sympy(expression: Any) -> Node:
    """A SymPy expression as a tree, in SymPy's own printing order."""
    import sympy

    if isinstance(expression, sympy.Symbol):
        return Symbol(expression.name)
    if isinstance(expression, sympy.Rational):
        return _number(Fraction(int(expression.p), int(expression.q)))
    if expression is sympy.pi:
        return Constant("pi")
    if expression is sympy.E:
        return Constant("e")
    if isinstance(expression, sympy.Add):
        return Sum(tuple(from_sympy(term) for term in expression.as_ordered_terms()))
    if isinstance(expression, sympy.Mul):
        return _product(expression)
    if isinstance(expression, sympy.exp):
        return Call("exp", (from_sympy(expression.args[0]),))
    if isinstance(expression, sympy.Pow):
        return _power(expression.base, expression.exp)
    if isinstance(expression, _step()):
        return Indicator(Relation(">", from_sympy(expression.args[0]), Number(Fraction(0))))
    if isinstance(expression, sympy.Function):
        arguments = tuple(from_sympy(argument) for argument in expression.args)
        row = getattr(expression, "row", None)
        if row is not None:
            return Call(row[0], arguments, row[1])
        name = type(expression).__name__.lower()
        if name in _IN_SYMPY:
            return Call(name, arguments)
    raise ValueError(f"SymPy gave a {type(expression).__name__}, which has no tree")


def _number(value: Fraction) -> Node:
    if value < 0:
        return Negation(_number(-value))
    if value.denominator == 1:
        return Number(value)
    return Quotient(Number(Fraction(value.numerator)), Number(Fraction(value.denominator)))


def _power(base: Any, exponent: Any) -> Node:
    import sympy

    if exponent == sympy.Rational(1, 2):
        return Call("sqrt", (from_sympy(base),))
    if exponent.could_extract_minus_sign():
        return Quotient(_ONE, from_sympy(base**-exponent))
    return Power(from_sympy(base), from_sympy(exponent))


def _product(expression: Any) -> Node:
    if expression.could_extract_minus_sign():
        return Negation(from_sympy(-expression))
    over, under = expression.as_numer_denom() if _has_quotient(expression) else (expression, None)
    if under is not None and under != 1:
        return Quotient(from_sympy(over), from_sympy(under))
    return Product(tuple(from_sympy(factor) for factor in expression.as_ordered_factors()))


def _has_quotient(expression: Any) -> bool:
    return any(
        (factor.is_Rational and factor.q != 1)
        or (factor.is_Pow and factor.exp.could_extract_minus_sign())
        for factor in expression.args
    )


def derivative(tree: Node, name: str, ranges: Mapping[str, str] = NO_RANGES) -> Node:
    """∂tree/∂name with everything else held fixed.

    ``ranges``: the size that each index runs to; by a name with an index (``z_i``), the
    derivative is that by one member of a family.  Raises ValueError.
    """
    if ranges and letters_of(name, ranges):
        tree = derivative_by_member(tree, name, ranges)
        return tree if has_big(tree) else from_sympy(to_sympy(tree))
    if has_big(tree):
        return rule(tree, name)
    import sympy

    found = sympy.diff(to_sympy(tree), sympy.Symbol(name, real=True))
    return from_sympy(found)


def chain_term(
    forward: Mapping[str, Node],
    of: str,
    with_respect_to: str,
    ranges: Mapping[str, str] = NO_RANGES,
) -> Node:
    """The local derivative ∂of/∂with_respect_to: the forward pass's line for ``of``
    differentiated, with every name in it held fixed but that one.

    Raises ValueError where the line does not mention it, for then the term is not
    one link of the chain.
    """
    if of not in forward:
        raise ValueError(f"`{of}` is not defined by the forward pass")
    if with_respect_to not in symbols(forward[of]):
        raise ValueError(f"`{with_respect_to}` does not occur in the definition of `{of}`")
    return derivative(forward[of], with_respect_to, ranges)


def total_derivative(
    forward: Mapping[str, Node],
    of: str,
    with_respect_to: str,
    local_derivative: Callable[[Node, str], Node] = derivative,
) -> Node:
    """The derivative d of/d with_respect_to through every path of the forward pass, by the chain
    rule: the sum over the names in ``of`` of the local derivative times their own
    total derivative.  ``local_derivative`` differentiates one line."""
    cache: dict[str, Node] = {}

    def total(name: str) -> Node:
        if name == with_respect_to:
            return _ONE
        if name not in forward:
            return Number(Fraction(0))
        if name not in cache:
            terms: list[Node] = []
            for inner in sorted(symbols(forward[name])):
                below = total(inner)
                if below != Number(Fraction(0)):
                    local = local_derivative(forward[name], inner)
                    terms.append(product_of([local, below]))
            cache[name] = (
                Number(Fraction(0)) if not terms else terms[0] if len(terms) == 1
                else Sum(tuple(terms))
            )  # fmt: skip
        return cache[name]

    return total(of)


def definite_integral(of: Node, by: str, lower: Node | End, upper: Node | End) -> Node:
    """The value of a definite integral in closed form, held against one found numerically;
    an end may be infinite.

    Raises ValueError where none is found, and where the integral does not converge.
    """
    import sympy

    variable = sympy.Symbol(by, real=True)
    infinite = {"infinity": sympy.oo, "-infinity": -sympy.oo}
    ends = [infinite[end] if isinstance(end, str) else to_sympy(end) for end in (lower, upper)]
    integrand = to_sympy(of)
    found = sympy.integrate(integrand, (variable, *ends))
    if found in (sympy.oo, -sympy.oo):
        raise ValueError("this integral does not converge")
    if found.has(sympy.Integral, sympy.oo, sympy.zoo, sympy.nan):
        raise ValueError("no value in closed form was found for this integral")
    _confirm(found, sympy.Integral(integrand, (variable, *ends)))
    return from_sympy(sympy.simplify(found))


def antiderivative(of: Node, by: str) -> Node | None:
    """An antiderivative in closed form, as SymPy finds it; None where it finds none that has a
    tree.  Whoever shows it must confirm it."""
    import sympy

    found = sympy.integrate(to_sympy(of), sympy.Symbol(by, real=True))
    if found.has(sympy.Integral, sympy.Piecewise, sympy.nan):
        return None
    try:
        return from_sympy(sympy.simplify(found))
    except ValueError:
        return None


#: Digits to which a value is confirmed, and bits below which a quadrature says nothing.
_DIGITS, _BITS = 6, 12


def _confirm(found: Any, integral: Any) -> None:
    """Raise ValueError where numerical integration gives another value than was found."""
    truth = integral.evalf(_DIGITS)
    if not truth.is_Float or truth._prec < _BITS:  # noqa: SLF001 - how many bits are known
        return
    room = (1 + abs(truth)) * 2.0 ** (4 - min(truth._prec, 4 * _DIGITS))  # noqa: SLF001
    if abs(truth - found.evalf()) > room:
        raise ValueError("the value found for this integral was not confirmed numerically")


def jacobian_size(of: Node, with_respect_to: Node, layout: str) -> Dimensions:
    """The size of ∂of/∂with_respect_to for column vectors of the given lengths.

    Denominator layout: as many rows as ``with_respect_to`` has elements and as
    many columns as ``of`` has; numerator layout: the other way round.
    """
    if layout == "denominator":
        return Dimensions(with_respect_to, of)
    if layout == "numerator":
        return Dimensions(of, with_respect_to)
    raise ValueError(f"no layout is called {layout!r}")


#: Layouts by name, each with the layout that it is most often mistaken for.
OTHER_LAYOUT: Mapping[str, str] = {"denominator": "numerator", "numerator": "denominator"}

__all__: Sequence[str] = (
    "OTHER_LAYOUT",
    "chain_term",
    "definite_integral",
    "derivative",
    "from_sympy",
    "jacobian_size",
    "to_sympy",
    "total_derivative",
)
