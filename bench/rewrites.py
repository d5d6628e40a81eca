"""Sound rewrites: other ways to write the same answer, as people do.

Each rewrite is a function of a node and a source of randomness; it gives a node
that is equal wherever both are defined, with the same domain up to measure zero,
or None where it does not apply.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction

from grader.expr.tree import (
    All,
    Call,
    Cases,
    Condition,
    Constant,
    Indicator,
    Negation,
    Node,
    Not,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    children,
    substitute,
    with_children,
)

Rewrite = Callable[[Node, random.Random], Node | None]


def number(value: int | Fraction) -> Number:
    return Number(Fraction(value))


ZERO, ONE, TWO = number(0), number(1), number(2)
HALF_PI = Quotient(Constant("pi"), TWO)


def call(function: str, *arguments: Node) -> Call:
    return Call(function, arguments)


def minus(left: Node, right: Node) -> Sum:
    return Sum((left, Negation(right)))


def times(*factors: Node) -> Product:
    return Product(factors)


def above(node: Node) -> Indicator:
    """I[node > 0]"""
    return Indicator(Relation(">", node, ZERO))


# --- Arithmetic -----------------------------------------------------------------


def reorder(node: Node, stream: random.Random) -> Node | None:
    if isinstance(node, Sum):
        return Sum(tuple(stream.sample(node.terms, len(node.terms))))
    if isinstance(node, Product):
        return Product(tuple(stream.sample(node.factors, len(node.factors))))
    return None


def regroup(node: Node, stream: random.Random) -> Node | None:
    if isinstance(node, Sum) and len(node.terms) > 2:
        k = stream.randrange(1, len(node.terms) - 1)
        return Sum((Sum(node.terms[: k + 1]), *node.terms[k + 1 :]))
    if isinstance(node, Product) and len(node.factors) > 2:
        k = stream.randrange(1, len(node.factors) - 1)
        return Product((*node.factors[:k], Product(node.factors[k:])))
    return None


def expand(node: Node, stream: random.Random) -> Node | None:
    if not isinstance(node, Product):
        return None
    places = [k for k, factor in enumerate(node.factors) if isinstance(factor, Sum)]
    if not places:
        return None
    k = stream.choice(places)
    inner = node.factors[k]
    assert isinstance(inner, Sum)
    rest = node.factors[:k], node.factors[k + 1 :]
    return Sum(tuple(Product((*rest[0], term, *rest[1])) for term in inner.terms))


def factor_out(node: Node, stream: random.Random) -> Node | None:
    """a + b = c (a/c + b/c) for a number or a factor that is in both."""
    if not isinstance(node, Sum):
        return None
    shared: Node = number(stream.choice([2, 3, -1, -2]))
    first = node.terms[0]
    if isinstance(first, Product):
        shared = stream.choice(first.factors)
        if not isinstance(shared, Symbol | Number) or shared == ZERO:
            return None
    return times(shared, Sum(tuple(Quotient(term, shared) for term in node.terms)))


def distribute_sign(node: Node, stream: random.Random) -> Node | None:
    if isinstance(node, Negation) and isinstance(node.operand, Sum):
        return Sum(tuple(Negation(term) for term in node.operand.terms))
    if isinstance(node, Negation):
        return times(number(-1), node.operand)
    if isinstance(node, Sum):
        return Negation(Sum(tuple(Negation(term) for term in node.terms)))
    return None


def as_power(node: Node, stream: random.Random) -> Node | None:
    if isinstance(node, Quotient):
        return times(node.numerator, Power(node.denominator, number(-1)))
    if isinstance(node, Product) and stream.random() < 0.5:
        return Quotient(node, ONE)
    return None


def over_common(node: Node, stream: random.Random) -> Node | None:
    """a + b/c = (a c + b)/c"""
    if not isinstance(node, Sum):
        return None
    for k, term in enumerate(node.terms):
        if isinstance(term, Quotient):
            below = term.denominator
            parts = tuple(
                term.numerator if j == k else times(other, below)
                for j, other in enumerate(node.terms)
            )
            return Quotient(Sum(parts), below)
    return None


def split_fraction(node: Node, stream: random.Random) -> Node | None:
    if isinstance(node, Quotient) and isinstance(node.numerator, Sum):
        return Sum(tuple(Quotient(term, node.denominator) for term in node.numerator.terms))
    return None


def unfold_power(node: Node, stream: random.Random) -> Node | None:
    if isinstance(node, Power) and isinstance(node.exponent, Number):
        n = node.exponent.value
        if n.denominator == 1 and 2 <= n <= 4:
            if stream.random() < 0.5:
                return Product((node.base,) * int(n))
            return times(node.base, Power(node.base, number(n - 1)))
        if n.denominator == 1 and n < 0:
            return Quotient(ONE, Power(node.base, number(-n)))
    return None


def add_and_take(node: Node, stream: random.Random) -> Node | None:
    """a = (a + s) − s"""
    if isinstance(node, Number | Relation):
        return None
    other = stream.choice([ONE, number(3), number(Fraction(1, 7))])
    return minus(Sum((node, other)), other)


def double_and_halve(node: Node, stream: random.Random) -> Node | None:
    if isinstance(node, Number):
        return None
    other = number(stream.choice([2, 3, 5, -1]))
    if stream.random() < 0.5:
        return Quotient(times(other, node), other)
    return times(Quotient(ONE, other), node, other)


# --- Exponentials, logarithms, roots ----------------------------------------------


def exponential(node: Node, stream: random.Random) -> Node | None:
    match node:
        case Call("exp", (inner,), 0):
            ways: list[Node] = [
                Power(Constant("e"), inner),
                Quotient(ONE, call("exp", Negation(inner))),
                Power(call("exp", Quotient(inner, TWO)), TWO),
                Sum((call("sinh", inner), call("cosh", inner))),
            ]
            if isinstance(inner, Sum):
                ways.append(Product(tuple(call("exp", term) for term in inner.terms)))
            return stream.choice(ways)
        case Power(Constant("e"), exponent):
            return call("exp", exponent)
        case Power(Number(value=value) as base, exponent) if value > 0:
            if not isinstance(exponent, Number):
                return call("exp", times(exponent, call("log", base)))
    return None


def logarithm(node: Node, stream: random.Random) -> Node | None:
    match node:
        case Call("log", (inner,), 0):
            ways: list[Node] = [
                Negation(call("log", Quotient(ONE, inner))),
                times(TWO, call("log", call("sqrt", inner))),
                minus(call("log", times(number(6), inner)), call("log", number(6))),
                Quotient(call("log", Power(inner, number(3))), number(3)),
            ]
            match inner:
                case Call("abs", (u,), 0):
                    ways.append(Quotient(call("log", Power(u, TWO)), TWO))
            return stream.choice(ways)
    return None


def root(node: Node, stream: random.Random) -> Node | None:
    match node:
        case Call("sqrt", (inner,), 0):
            return stream.choice(
                [
                    Power(inner, number(Fraction(1, 2))),
                    Quotient(inner, call("sqrt", inner)),
                    Quotient(call("sqrt", times(number(4), inner)), TWO),
                    call("root", inner, TWO),
                    *_from_inside(inner),
                ]
            )
        case Call("root", (inner, Number(value=degree)), 0):
            return Power(inner, number(1 / degree))
    return None


def _from_inside(inner: Node) -> Iterator[Node]:
    """Square roots of the same with what is squared in it outside."""
    match inner:
        case Sum((Number(value=one), Negation(Call("cos", (u,), 0)))) if one == 1:
            yield times(call("sqrt", TWO), call("abs", call("sin", Quotient(u, TWO))))
        case Sum((Number(value=one), Power(Call("tan", (u,), 0), Number(value=two)))) if (
            one == 1 and two == 2
        ):
            yield call("abs", call("sec", u))
        case Power(base, Number(value=value)) if value == 2:
            yield call("abs", base)


# --- Trigonometry -----------------------------------------------------------------


def trigonometry(node: Node, stream: random.Random) -> Node | None:
    match node:
        case Call("sin", (u,), 0):
            half = Quotient(u, TWO)
            ways: list[Node] = [
                times(TWO, call("sin", half), call("cos", half)),
                call("cos", minus(HALF_PI, u)),
                Negation(call("sin", Negation(u))),
                times(call("tan", u), call("cos", u)),
            ]
            if isinstance(u, Sum):
                a, b = u.terms[0], Sum(u.terms[1:]) if len(u.terms) > 2 else u.terms[1]
                ways.append(
                    Sum(
                        (
                            times(call("sin", a), call("cos", b)),
                            times(call("cos", a), call("sin", b)),
                        )
                    )
                )
            return stream.choice(ways)
        case Call("cos", (u,), 0):
            half = Quotient(u, TWO)
            return stream.choice(
                [
                    minus(ONE, times(TWO, Power(call("sin", half), TWO))),
                    call("sin", Sum((u, HALF_PI))),
                    call("cos", Negation(u)),
                    minus(Power(call("cos", half), TWO), Power(call("sin", half), TWO)),
                ]
            )
        case Power(Call("sin", (u,), 0), Number(value=value)) if value == 2:
            return stream.choice(
                [
                    minus(ONE, Power(call("cos", u), TWO)),
                    Quotient(minus(ONE, call("cos", times(TWO, u))), TWO),
                ]
            )
        case Call("tan", (u,), 0):
            return Quotient(call("sin", u), call("cos", u))
        case Call("sec", (u,), 0):
            return Quotient(ONE, call("cos", u))
        case Call("csc", (u,), 0):
            return Quotient(ONE, call("sin", u))
        case Call("cot", (u,), 0):
            return Quotient(call("cos", u), call("sin", u))
        case Call("acos", (u,), 0):
            return minus(HALF_PI, call("asin", u))
        case Call("atan", (Number(value=u),), 0) if u != 1:
            # arctan 1 − arctan u = arctan((1 − u)/(1 + u)), beyond −1 by half a turn.
            turn = number(0 if u > -1 else -1)
            rest = call("atan", number((1 - u) / (1 + u))) if u != -1 else None
            if rest is not None:
                quarter = Quotient(Constant("pi"), number(4))
                return Sum((quarter, Negation(rest), times(turn, Constant("pi"))))
        case Call("asin" | "atan" | "erf" as name, (u,), 0):
            return Negation(call(name, Negation(u)))
    return None


def hyperbolic(node: Node, stream: random.Random) -> Node | None:
    match node:
        case Call("tanh", (u,), 0):
            double = call("exp", times(TWO, u))
            return stream.choice(
                [
                    Quotient(call("sinh", u), call("cosh", u)),
                    Quotient(minus(double, ONE), Sum((double, ONE))),
                    minus(times(TWO, call("sigmoid", times(TWO, u))), ONE),
                ]
            )
        case Call("sinh", (u,), 0):
            return Quotient(minus(call("exp", u), call("exp", Negation(u))), TWO)
        case Call("cosh", (u,), 0):
            return Quotient(Sum((call("exp", u), call("exp", Negation(u)))), TWO)
        case Call("asinh", (u,), 0):
            return call("log", Sum((u, call("sqrt", Sum((Power(u, TWO), ONE))))))
        case Call("acosh", (u,), 0):
            below, over = call("sqrt", minus(u, ONE)), call("sqrt", Sum((u, ONE)))
            return call("log", Sum((u, times(below, over))))
        case Call("atanh", (u,), 0):
            return Quotient(minus(call("log", Sum((ONE, u))), call("log", minus(ONE, u))), TWO)
    return None


# --- Activation functions -----------------------------------------------------------


def activation(node: Node, stream: random.Random) -> Node | None:
    match node:
        case Call("sigmoid", (u,), 0):
            e = call("exp", u)
            return stream.choice(
                [
                    Quotient(ONE, Sum((ONE, call("exp", Negation(u))))),
                    Quotient(e, Sum((ONE, e))),
                    minus(ONE, call("sigmoid", Negation(u))),
                    Quotient(Sum((ONE, call("tanh", Quotient(u, TWO)))), TWO),
                ]
            )
        case Call("softplus", (u,), 0):
            return stream.choice(
                [
                    call("log", Sum((ONE, call("exp", u)))),
                    Sum((u, call("softplus", Negation(u)))),
                    Negation(call("log", call("sigmoid", Negation(u)))),
                ]
            )
        case Call("softplus", (u,), 1):
            return call("sigmoid", u)
        case Call("silu", (u,), 0):
            return times(u, call("sigmoid", u))
        case Call("silu", (u,), 1):
            s = call("sigmoid", u)
            return Sum((s, times(u, s, minus(ONE, s))))
        case Call("gelu", (u,), 0):
            erf = call("erf", Quotient(u, call("sqrt", TWO)))
            return times(Quotient(u, TWO), Sum((ONE, erf)))
        case Call("elu", (u,), 0):
            return Cases(((u, Relation(">", u, ZERO)), (minus(call("exp", u), ONE), None)))
        case Call("elu", (u,), 1):
            return Cases(((ONE, Relation(">", u, ZERO)), (call("exp", u), None)))
        case Call("leaky_relu", (u,), 0):
            return call("max", u, Quotient(u, number(100)))
        case Call("leaky_relu", (u,), 1):
            return Cases(((ONE, Relation(">=", u, ZERO)), (number(Fraction(1, 100)), None)))
    return None


# --- Piecewise ------------------------------------------------------------------------


def piecewise(node: Node, stream: random.Random) -> Node | None:
    match node:
        case Call("relu", (u,), 0):
            return stream.choice(
                [
                    call("max", ZERO, u),
                    times(u, above(u)),
                    Quotient(Sum((u, call("abs", u))), TWO),
                    Cases(((u, Relation(">", u, ZERO)), (ZERO, None))),
                    Sum((u, call("relu", Negation(u)))),
                    Negation(call("min", Negation(u), ZERO)),
                ]
            )
        case Call("relu", (u,), 1):
            return stream.choice([above(u), Cases(((ZERO, Relation("<", u, ZERO)), (ONE, None)))])
        case Call("abs", (u,), 0):
            return stream.choice(
                [
                    call("sqrt", Power(u, TWO)),
                    call("max", u, Negation(u)),
                    Sum((call("relu", u), call("relu", Negation(u)))),
                    times(u, call("sign", u)),
                    Cases(((u, Relation(">=", u, ZERO)), (Negation(u), None))),
                ]
            )
        case Call("sign", (u,), 0):
            return stream.choice(
                [
                    minus(times(TWO, above(u)), ONE),
                    Quotient(u, call("abs", u)),
                    minus(above(u), above(Negation(u))),
                ]
            )
        case Call("heaviside", (u,), 0):
            return above(u)
        case Call("max", (u, v), 0):
            return stream.choice(
                [
                    Quotient(Sum((u, v, call("abs", minus(u, v)))), TWO),
                    Sum((v, call("relu", minus(u, v)))),
                    Cases(((u, Relation(">", u, v)), (v, None))),
                    call("max", v, u),
                    Negation(call("min", Negation(u), Negation(v))),
                ]
            )
        case Call("min", (u, v), 0):
            return stream.choice(
                [
                    minus(u, call("relu", minus(u, v))),
                    Cases(((u, Relation("<", u, v)), (v, None))),
                    call("min", v, u),
                ]
            )
        case Cases(((value, when), (other, None))) if value and when and other:
            return Sum(
                (
                    times(Indicator(when), value),
                    times(minus(ONE, Indicator(when)), other),
                )
            )
    return None


_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "=": "=", "!=": "!="}
_OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "=": "!=", "!=": "="}
_AT_KINK = {">": ">=", "<": "<=", ">=": ">", "<=": "<"}


def _kinkless(node: Node) -> bool:
    """Whether two sides of a relation are equal on a null set only, by their form."""
    return not any(isinstance(part, Call | Indicator | Cases) for part in _all(node))


def _all(node: Node | Condition) -> Iterator[Node | Condition]:
    yield node
    for part in children(node):
        yield from _all(part)


def indicator(node: Node, stream: random.Random) -> Node | None:
    if not isinstance(node, Indicator):
        return None
    condition = node.condition
    ways: list[Node] = [Power(node, TWO), times(node, node), Indicator(Not(Not(condition)))]
    if isinstance(condition, All):
        ways.append(Product(tuple(Indicator(part) for part in condition.conditions)))
    if isinstance(condition, Relation):
        left, right, operator = condition.left, condition.right, condition.operator
        ways += [
            Indicator(Relation(_TURNED[operator], right, left)),  # type: ignore[arg-type]
            minus(ONE, Indicator(Relation(_OPPOSITE[operator], left, right))),  # type: ignore[arg-type]
            Indicator(Relation(operator, times(TWO, left), times(TWO, right))),
            Indicator(Relation(operator, minus(left, right), ZERO)),
            Cases(((ONE, condition), (ZERO, None))),
        ]
        gap = minus(left, right)
        if operator in _AT_KINK and _kinkless(gap):
            ways.append(Indicator(Relation(_AT_KINK[operator], left, right)))  # type: ignore[arg-type]
        if operator in (">", "<") and _kinkless(gap):
            u: Node = gap if operator == ">" else Negation(gap)
            ways += [call("heaviside", u), Call("relu", (u,), 1),
                     Quotient(Sum((ONE, call("sign", u))), TWO)]  # fmt: skip
    return stream.choice(ways)


def absorb(node: Node, stream: random.Random) -> Node | None:
    """I[u > 0] · f(relu(u)) = I[u > 0] · f(u), and the other way round."""
    if not isinstance(node, Product):
        return None
    for k, factor in enumerate(node.factors):
        if (
            isinstance(factor, Indicator)
            and isinstance(factor.condition, Relation)
            and factor.condition.operator == ">"
            and factor.condition.right == ZERO
        ):
            u = factor.condition.left
            rest = tuple(
                other if j == k else _without_relu(other, u) for j, other in enumerate(node.factors)
            )
            if rest != node.factors:
                return Product(rest)
    return None


def _without_relu(node: Node, inner: Node) -> Node:
    if node == Call("relu", (inner,)):
        return inner
    parts = children(node)
    if not parts:
        return node
    new = tuple(_without_relu(part, inner) for part in parts)  # type: ignore[arg-type]
    return with_children(node, new)  # type: ignore[return-value]


#: Every rewrite, with its weight.
REWRITES: tuple[tuple[Rewrite, int], ...] = (
    (reorder, 6),
    (regroup, 2),
    (expand, 4),
    (factor_out, 2),
    (distribute_sign, 2),
    (as_power, 2),
    (over_common, 2),
    (split_fraction, 2),
    (unfold_power, 2),
    (add_and_take, 1),
    (double_and_halve, 1),
    (exponential, 6),
    (logarithm, 6),
    (root, 6),
    (trigonometry, 6),
    (hyperbolic, 6),
    (activation, 6),
    (piecewise, 6),
    (indicator, 6),
    (absorb, 6),
)


def places(node: Node | Condition) -> list[tuple[int, ...]]:
    """The paths to every node below, the node itself first."""
    found: list[tuple[int, ...]] = []
    pending: list[tuple[tuple[int, ...], Node | Condition]] = [((), node)]
    while pending:
        path, top = pending.pop()
        found.append(path)
        pending.extend(((*path, k), part) for k, part in enumerate(children(top)))
    return found


def at(node: Node | Condition, path: tuple[int, ...]) -> Node | Condition:
    for k in path:
        node = children(node)[k]
    return node


def put(node: Node | Condition, path: tuple[int, ...], new: Node | Condition) -> Node | Condition:
    if not path:
        return new
    parts = list(children(node))
    parts[path[0]] = put(parts[path[0]], path[1:], new)
    return with_children(node, tuple(parts))


def size(node: Node | Condition) -> int:
    return sum(1 for _ in _all(node))


#: Answers longer than this were never seen.
LARGEST = 400


def rewritten(node: Node, stream: random.Random, steps: int) -> tuple[Node, list[str]]:
    """The tree after some rewrites at random places, and which they were."""
    done: list[str] = []
    for _ in range(steps):
        options: list[tuple[tuple[int, ...], Rewrite, Node]] = []
        weights: list[int] = []
        for path in places(node):
            part = at(node, path)
            if isinstance(part, Condition):
                continue
            for rewrite, weight in REWRITES:
                new = rewrite(part, stream)
                if new is not None and new != part:
                    options.append((path, rewrite, new))
                    weights.append(weight)
        if not options:
            break
        path, rewrite, new = stream.choices(options, weights)[0]
        larger = put(node, path, new)
        if size(larger) > LARGEST:
            break
        node = larger  # type: ignore[assignment]
        done.append(getattr(rewrite, "__name__", "rewrite"))
    return node, done


def with_definition(node: Node, stream: random.Random) -> tuple[Node, dict[str, Node]]:
    """A part of the tree given a name of its own, as students do."""
    paths = [
        path
        for path in places(node)
        if path
        and not isinstance(at(node, path), Condition | Symbol | Number | Constant)
        and not isinstance(at(node, path[:-1]), Power)
    ]
    if not paths:
        return node, {}
    path = stream.choice(paths)
    named = at(node, path)
    assert not isinstance(named, Condition)
    return put(node, path, Symbol("mine_1")), {"mine_1": named}  # type: ignore[return-value]


def inlined(node: Node, environment: dict[str, Node], stream: random.Random) -> Node:
    """Some names of the forward pass written out."""
    chosen = {name: tree for name, tree in environment.items() if stream.random() < 0.5}
    return substitute(node, chosen)
