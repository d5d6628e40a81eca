"""The tree of an expression: what an answer means before anyone computes with it.

Nodes are values that never change.  Each knows the span of text that it was read from;
spans take no part in equality, so that two readings of one formula are equal
wherever they stood.  Reading keeps what was written: ``2/4`` stays a quotient,
``a - b`` a sum with a negated term.  Nothing is simplified here.

Conditions (``Relation``, ``All``, ``Any``, ``Not``) stand inside ``Indicator``
and ``Cases`` only; every other node is a real number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from fractions import Fraction
from operator import attrgetter
from typing import Any as Anything
from typing import Literal

from grader.source import NOWHERE, Span, frozen_value

RelationOperator = Literal[">", ">=", "<", "<=", "=", "!="]
OperationName = Literal["transpose", "elementwise", "diag", "trace", "norm", "differential"]


class _Keyed:
    """A node that keeps its key (see ``expr/keys.py``): what is computed once is looked for
    by it, at every level and in every algebra."""

    __slots__ = ("_key",)
    _key: str


@frozen_value
class Number:
    """An exact number.  ``decimals`` counts the digits typed after a decimal
    point; it is None for a number typed without one (``0.50``: 1/2 with 2)."""

    value: Fraction
    decimals: int | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __hash__(self) -> int:
        # The hash of a fraction itself takes a modular inverse.
        return hash((self.value.numerator, self.value.denominator))


@frozen_value
class Constant:
    """A mathematical constant: ``pi`` or ``e``."""

    name: Literal["pi", "e"]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Symbol:
    """A named quantity, by its canonical name (``theta_01``; see ``expr/names.py``)."""

    name: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Sum:
    """``terms[0] + terms[1] + …``, at least two; a subtracted term is a ``Negation``."""

    terms: tuple[Node, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Negation:
    """``-operand``"""

    operand: Node
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Product:
    """``factors[0] · factors[1] · …``, at least two, in the order written."""

    factors: tuple[Node, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Quotient:
    """``numerator / denominator``"""

    numerator: Node
    denominator: Node
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Power:
    """``base ^ exponent``"""

    base: Node
    exponent: Node
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Call(_Keyed):
    """A function of the table in ``expr/functions.py``, by its name there.

    ``derivative`` counts primes: ``a'(z)`` is ``Call("relu", (z,), 1)``.
    ``root`` has two arguments, radicand and degree: the real root.
    """

    function: str
    arguments: tuple[Node, ...]
    derivative: int = 0
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Indicator(_Keyed):
    """1 where the condition holds, 0 elsewhere."""

    condition: Condition
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Cases:
    """The first branch whose condition holds.

    A branch is (value, condition); the condition None is "otherwise", a value
    None is "undefined" there.  Where no branch holds, it is undefined.
    """

    branches: tuple[tuple[Node | None, Condition | None], ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Partial:
    """An unevaluated derivative ``∂quantity/∂variable`` (``d`` and ``δ`` read alike)."""

    quantity: Node
    variable: Node
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Big:
    r"""A sum or a product over an index whose range is no fixed number: ``\sum_{i=1}^{n} x_i``.

    ``lower`` and ``upper`` are None together where the range is the one that the index
    has by itself (``\sum_i x_i``).  In the body, a name whose subscript holds the letter of the index stands
    for a family: ``x_i`` is the i-th of x_1, x_2, …
    """

    operator: Literal["sum", "prod"]
    index: str
    lower: Node | None
    upper: Node | None
    body: Node
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Operation:
    """An operation that matrices and vectors have beside those of numbers.

    ``elementwise`` is the product entry by entry, of two or more; ``norm`` the root of the
    sum of the squares of all entries; ``differential``, dX, is what derivations show and no
    one types.
    """

    name: OperationName
    operands: tuple[Node, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Special:
    """The identity matrix, or the column of ones; ``size`` None: as its place asks."""

    name: Literal["identity", "ones"]
    size: Node | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Relation:
    """``left operator right``; a chain ``0 < x < 1`` is an ``All`` of two."""

    operator: RelationOperator
    left: Node
    right: Node
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class All:
    """All conditions hold (``∧``, ``and``, a comma)."""

    conditions: tuple[Condition, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Any:
    """At least one condition holds (``∨``, ``or``)."""

    conditions: tuple[Condition, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@frozen_value
class Not:
    """The condition does not hold (``¬``, ``not``)."""

    condition: Condition
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Node = (
    Number
    | Constant
    | Symbol
    | Sum
    | Negation
    | Product
    | Quotient
    | Power
    | Call
    | Indicator
    | Cases
    | Partial
    | Big
    | Operation
    | Special
)
Condition = Relation | All | Any | Not


def order_of(partial: Partial) -> tuple[Node, tuple[Node, ...]]:
    """What a derivative of any order is taken of, and all that it is taken by.

    Derivatives by names may be taken in any order; they stand in that of their names.
    """
    variables: list[Node] = []
    node: Node = partial
    while isinstance(node, Partial):
        variables.append(node.variable)
        node = node.quantity
    return node, tuple(reversed(variables))


def higher_partial(quantity: Node, variables: tuple[Symbol, ...], span: Span = NOWHERE) -> Node:
    """∂ⁿquantity by all of the variables: nested derivatives, one name after the other.

    The order of differentiation makes no difference (almost everywhere), so that the one
    tree stands for all of them.
    """
    below: list[Node] = list(variables)
    if isinstance(quantity, Partial):
        inner, more = order_of(quantity)
        if all(isinstance(variable, Symbol) for variable in more):
            quantity, below = inner, [*more, *below]
    below.sort(key=lambda variable: variable.name if isinstance(variable, Symbol) else "")
    for variable in below:
        quantity = Partial(quantity, variable, span)
    return quantity


@frozen_value
class Dimensions:
    """A size: rows × columns, each a positive whole number or an expression of sizes."""

    rows: Node
    columns: Node
    span: Span = field(default=NOWHERE, compare=False, repr=False)


_Part = Node | Condition


def _branch_parts(node: Cases) -> tuple[_Part, ...]:
    return tuple(part for branch in node.branches for part in branch if part is not None)


def _big_parts(node: Big) -> tuple[_Part, ...]:
    if node.lower is None or node.upper is None:
        return (node.body,)
    return (node.lower, node.upper, node.body)


#: The direct parts of each kind of node; one table, since this is asked of every node.
_CHILDREN: Mapping[type, Callable[[Anything], tuple[_Part, ...]]] = {
    Number: lambda _: (),
    Constant: lambda _: (),
    Symbol: lambda _: (),
    Sum: attrgetter("terms"),
    Product: attrgetter("factors"),
    Negation: lambda node: (node.operand,),
    Quotient: attrgetter("numerator", "denominator"),
    Power: attrgetter("base", "exponent"),
    Call: attrgetter("arguments"),
    Indicator: lambda node: (node.condition,),
    Not: lambda node: (node.condition,),
    Cases: _branch_parts,
    Partial: attrgetter("quantity", "variable"),
    Big: _big_parts,
    Operation: attrgetter("operands"),
    Special: lambda node: () if node.size is None else (node.size,),
    Relation: attrgetter("left", "right"),
    All: attrgetter("conditions"),
    Any: attrgetter("conditions"),
}


def children(node: Node | Condition) -> tuple[Node | Condition, ...]:
    """The direct parts of a node, in the order written."""
    return _CHILDREN[type(node)](node)


def is_total(node: Node) -> bool:
    """Whether an expression plainly has a value everywhere: a polynomial."""
    match node:
        case Number() | Constant() | Symbol():
            return True
        case Sum() | Negation() | Product():
            return all(map(is_total, children(node)))  # type: ignore[arg-type]
        case Power(base, Number(value)):
            return value.denominator == 1 and value > 0 and is_total(base)
    return False


def walk(node: Node | Condition) -> Iterator[Node | Condition]:
    """The node and everything below it, parents first, left to right.

    Uses its own stack, so that a deep tree cannot exhaust Python's.
    """
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(children(top)))


def symbols(node: Node | Condition) -> frozenset[str]:
    """The canonical names that occur in a tree."""
    found: set[str] = set()
    stack = [node]
    while stack:
        top = stack.pop()
        if type(top) is Symbol:
            found.add(top.name)
            continue
        for part in _CHILDREN[type(top)](top):
            if type(part) is Symbol:  # most, and with nothing below them
                found.add(part.name)
            elif type(part) is not Number:
                stack.append(part)
    return frozenset(found)


def substitute(node: Node, values: Mapping[str, Node]) -> Node:
    """The tree with every symbol of ``values`` replaced, all at once.

    A part in which nothing is replaced is kept as it is, not copied.
    """
    if not values:
        return node
    result = _substitute(node, values)
    assert not isinstance(result, Relation | All | Any | Not)
    return result


def _substitute(node: Node | Condition, values: Mapping[str, Node]) -> Node | Condition:
    if isinstance(node, Symbol):
        return values.get(node.name, node)
    parts = children(node)
    if not parts:
        return node
    new = tuple(_substitute(part, values) for part in parts)
    if all(a is b for a, b in zip(parts, new, strict=True)):
        return node
    return with_children(node, new)


def with_children(node: Node | Condition, parts: tuple[Anything, ...]) -> Node | Condition:
    """The node with its direct parts replaced, in the order of :func:`children`."""
    match node:
        case Number() | Constant() | Symbol():
            return node
        case Sum():
            return replace(node, terms=parts)
        case Product():
            return replace(node, factors=parts)
        case Negation():
            return replace(node, operand=parts[0])
        case Quotient():
            return replace(node, numerator=parts[0], denominator=parts[1])
        case Power():
            return replace(node, base=parts[0], exponent=parts[1])
        case Call():
            return replace(node, arguments=parts)
        case Indicator() | Not():
            return replace(node, condition=parts[0])
        case Cases():
            rest = iter(parts)
            return replace(
                node,
                branches=tuple(
                    (None if value is None else next(rest), None if when is None else next(rest))
                    for value, when in node.branches
                ),
            )
        case Partial():
            return replace(node, quantity=parts[0], variable=parts[1])
        case Big():
            if len(parts) == 1:
                return replace(node, body=parts[0])
            return replace(node, lower=parts[0], upper=parts[1], body=parts[2])
        case Operation():
            return replace(node, operands=parts)
        case Special():
            return replace(node, size=parts[0]) if parts else node
        case Relation():
            return replace(node, left=parts[0], right=parts[1])
        case All() | Any():
            return replace(node, conditions=parts)
