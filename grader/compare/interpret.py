"""One reading of a tree, many algebras.

A tree means the same whether it is brought to normal form, evaluated exactly,
enclosed in balls or sampled in floating point: :class:`Interpreter` walks it
once, an :class:`Algebra` says what each operation does to its own values.
Functions of the table are unfolded to primitives here, so that no algebra knows
more functions than the primitives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, partial
from typing import Any as Anything
from typing import ClassVar, Generic, Protocol, TypeVar

from grader.errors import GraderError, LimitError
from grader.expr.calculus import differentiate
from grader.expr.functions import DEFAULT_SECOND_ARGUMENT, FUNCTIONS
from grader.expr.keys import key
from grader.expr.names import Vocabulary
from grader.expr.parser import parse_expression
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
    symbols,
)
from grader.limits import MAX_OPERATIONS

V = TypeVar("V")


class Unevaluated(GraderError):
    """A tree that holds an unevaluated derivative was to be evaluated."""


class Algebra(Protocol[V]):
    """What an interpretation must be able to do.  Conditions are values 0 and 1."""

    def number(self, value: Fraction) -> V: ...
    def constant(self, name: str) -> V: ...
    def symbol(self, name: str) -> V: ...
    def add(self, terms: Sequence[V]) -> V: ...
    def negate(self, value: V) -> V: ...
    def multiply(self, factors: Sequence[V]) -> V: ...
    def divide(self, numerator: V, denominator: V) -> V: ...

    def power(self, base: V, exponent: V, *, constant: bool) -> V:
        """``base ** exponent``; ``constant``: the exponent holds no symbol, so that
        an odd root of a negative base is real."""
        ...

    def primitive(self, name: str, argument: V) -> V: ...

    def step(self, value: V, *, strict: bool) -> V:
        """1 where ``value > 0`` (``>= 0`` if not strict), else 0."""
        ...

    def equal(self, left: V, right: V) -> V: ...

    def select(self, branches: Sequence[tuple[V, Callable[[], V] | None]]) -> V:
        """The value of the first branch whose condition is 1.  None is undefined,
        as is the value where no condition is 1.  A branch not taken does not make
        the whole undefined."""
        ...

    def shared(self, compute: Callable[[], V]) -> Callable[[], V]:
        """A value that is computed once and used in several places.  That it is
        undefined somewhere counts where it is used, and only there."""
        ...


_MEANING_VOCABULARY = Vocabulary(names=frozenset({"u", "v"}))


@cache
def meaning(function: str, derivative: int) -> Node:
    """The meaning of a function, or of its derivative, over the symbols u and v.

    Bounded: one entry for each row of the table and each count of primes, which
    the parser limits.
    """
    row = FUNCTIONS[function]
    tree = (
        Call(function, (Symbol("u"),))
        if row.meaning is None
        else parse_expression(row.meaning, _MEANING_VOCABULARY)
    )
    for _ in range(derivative):
        tree = differentiate(tree, "u")
    return tree


@cache
def _default_second(function: str) -> Node:
    return parse_expression(DEFAULT_SECOND_ARGUMENT[function], _MEANING_VOCABULARY)


def is_constant(node: Node, environment: Mapping[str, Node] | None = None) -> bool:
    """Whether no symbol occurs, also not behind the names of ``environment``."""
    if isinstance(node, Number):
        return True
    names = symbols(node)
    if not names:
        return True
    known = environment or {}
    return all(name in known and is_constant(known[name], known) for name in names)


def needed_names(trees: Sequence[Node], environment: Mapping[str, Node]) -> list[str]:
    """The names of ``environment`` that the trees need, each after those it needs itself.

    Iterative, so that a thousand definitions in a row cannot exhaust the stack.
    The environment must not be circular; LimitError where it is, rather than no end.
    """
    order: list[str] = []
    done: set[str] = set()
    begun: set[str] = set()
    stack = [
        (name, False)
        for tree in trees
        for name in sorted(symbols(tree), reverse=True)
        if name in environment
    ]
    while stack:
        name, ready = stack.pop()
        if name in done:
            continue
        if ready:
            done.add(name)
            order.append(name)
            continue
        if name in begun:
            raise LimitError("MAX_OPERATIONS", f"the definition of {name} is circular")
        begun.add(name)
        stack.append((name, True))
        stack.extend(
            (inner, False)
            for inner in sorted(symbols(environment[name]), reverse=True)
            if inner in environment and inner not in done
        )
    return order


@dataclass(frozen=True, slots=True)
class Known(Generic[V]):
    """Values found before: of names, and of functions and indicators by their keys.

    What a reference answer is made of stands in most answers to it, so that it is worked
    out once for all.  Good in the same algebra only, where names mean the same.
    """

    names: Mapping[str, V] = field(default_factory=dict)
    trees: Mapping[str, V] = field(default_factory=dict)

    def kept(self, still: Callable[[V], bool]) -> Known[V]:
        """Those values that hold ``still``."""
        return Known(
            {name: value for name, value in self.names.items() if still(value)},
            {tree: value for tree, value in self.trees.items() if still(value)},
        )


class Interpreter(Generic[V]):
    """Evaluates trees in one algebra.

    ``environment`` gives names a tree of their own (definitions of a student, the
    rubric's forward pass).  Those, functions and indicators are each evaluated once,
    however often they occur, and not at all where they are ``known``.  Raises LimitError
    when the work exceeds ``MAX_OPERATIONS``, and what the algebra raises.
    """

    __slots__ = ("_algebra", "_environment", "_known", "_most", "_once_found",
                 "_operations", "_uses",
                 "_values")  # fmt: skip

    def __init__(
        self,
        algebra: Algebra[V],
        environment: Mapping[str, Node] | None = None,
        known: Known[V] | None = None,
        most: int = MAX_OPERATIONS,
    ) -> None:
        self._algebra = algebra
        self._most = most
        self._environment: Mapping[str, Node] = environment or {}
        self._values: dict[str, V] = {} if known is None else dict(known.names)
        self._known: Mapping[str, V] = {} if known is None else known.trees
        self._uses: dict[str, Callable[[], V]] = {}
        self._once_found: dict[str, Callable[[], V]] = {}
        self._operations = 0

    @property
    def operations(self) -> int:
        """How many operations the last value took."""
        return self._operations

    def known(self, plain: Callable[[Callable[[], V]], V | None]) -> Known[V]:
        """What was found so far, for another interpreter.

        ``plain`` takes the value out of its use; None where it is no value by itself
        (undefined, or defined in some places only).
        """
        trees = {tree: plain(use) for tree, use in self._once_found.items()}
        names = {name: plain(use) for name, use in self._uses.items()}
        return Known(
            self._values | {name: value for name, value in names.items() if value is not None},
            {**self._known, **{tree: v for tree, v in trees.items() if v is not None}},
        )

    def value(self, tree: Node) -> V:
        """The value of a tree.  Recursion is bounded by the depth that the parser allows;
        each tree may take its own ``most`` operations."""
        self._operations = 0
        return self._go(tree, None)

    def _go(self, node: Node | Condition, bound: Mapping[str, V] | None) -> V:
        self._operations += 1
        if self._operations > self._most:
            raise LimitError("MAX_OPERATIONS", "the expression takes too many operations")
        kind = type(node)
        if kind is Product or kind is Sum:
            parts: tuple[Node, ...] = node.factors if kind is Product else node.terms  # type: ignore[union-attr]
            algebra = self._algebra
            found: list[V] = []
            for part in parts:
                # Names and numbers are most of what there is, and spare a call each.
                inner = type(part)
                if inner is Symbol and bound is None:
                    value = self._values.get(part.name)  # type: ignore[union-attr]
                    found.append(self._named(part.name) if value is None else value)  # type: ignore[union-attr]
                elif inner is Number:
                    found.append(algebra.number(part.value))  # type: ignore[union-attr]
                else:
                    found.append(self._go(part, bound))
            return algebra.multiply(found) if kind is Product else algebra.add(found)
        if kind is Symbol:
            name: str = node.name  # type: ignore[union-attr]
            if bound is not None:
                return bound[name]
            value = self._values.get(name)
            return self._named(name) if value is None else value
        return self._STEPS[kind](self, node, bound)  # type: ignore[no-any-return]

    def _named(self, name: str) -> V:
        """The value of a name that was not met yet."""
        if name in self._environment:
            return self._defined(name)
        found = self._values[name] = self._algebra.symbol(name)
        return found

    def _defined(self, name: str) -> V:
        """The value of a name of the environment."""
        if name not in self._uses:
            # Innermost first, so that a thousand in a row are not a thousand calls deep.
            for inner in needed_names((Symbol(name),), self._environment):
                if inner not in self._uses:
                    compute = partial(self._go, self._environment[inner], None)
                    self._uses[inner] = self._algebra.shared(compute)
        return self._uses[name]()

    def _number(self, node: Number, bound: Mapping[str, V] | None) -> V:
        return self._algebra.number(node.value)

    def _constant(self, node: Constant, bound: Mapping[str, V] | None) -> V:
        return self._algebra.constant(node.name)

    def _negation(self, node: Negation, bound: Mapping[str, V] | None) -> V:
        return self._algebra.negate(self._go(node.operand, bound))

    def _quotient(self, node: Quotient, bound: Mapping[str, V] | None) -> V:
        above, below = node.numerator, node.denominator
        number = self._algebra.number
        return self._algebra.divide(
            number(above.value) if type(above) is Number else self._go(above, bound),
            number(below.value) if type(below) is Number else self._go(below, bound),
        )

    def _power(self, node: Power, bound: Mapping[str, V] | None) -> V:
        base = self._go(node.base, bound)
        exponent = self._go(node.exponent, bound)
        constant = bound is not None or is_constant(node.exponent, self._environment)
        return self._algebra.power(base, exponent, constant=constant)

    def _once(self, node: Call | Indicator, compute: Callable[[Anything, None], V]) -> V:
        name = key(node)
        known = self._known.get(name)
        if known is not None:
            return known
        use = self._once_found.get(name)
        if use is None:
            use = self._once_found[name] = self._algebra.shared(partial(compute, node, None))
        return use()

    def _indicator(self, node: Indicator, bound: Mapping[str, V] | None) -> V:
        return self._once(node, self._held) if bound is None else self._held(node, bound)

    def _call(self, node: Call, bound: Mapping[str, V] | None) -> V:
        return self._once(node, self._called) if bound is None else self._called(node, bound)

    def _held(self, node: Indicator, bound: Mapping[str, V] | None) -> V:
        return self._go(node.condition, bound)

    def _called(self, node: Call, bound: Mapping[str, V] | None) -> V:
        name, derivative = node.function, node.derivative
        arguments = [self._go(argument, bound) for argument in node.arguments]
        if derivative == 0 and FUNCTIONS[name].is_primitive:
            return self._algebra.primitive(name, arguments[0])
        return self._apply(name, derivative, arguments)

    def _apply(self, name: str, derivative: int, arguments: list[V]) -> V:
        if len(arguments) > 2:
            # max(a, b, c) = max(max(a, b), c)
            folded = arguments[0]
            for argument in arguments[1:]:
                folded = self._apply(name, derivative, [folded, argument])
            return folded
        if len(arguments) == 1 and name in DEFAULT_SECOND_ARGUMENT:
            arguments = [arguments[0], self._go(_default_second(name), None)]
        given = {"u": arguments[0]}
        if len(arguments) == 2:
            given["v"] = arguments[1]
        return self._go(meaning(name, derivative), given)

    def _cases(self, node: Cases, bound: Mapping[str, V] | None) -> V:
        algebra = self._algebra
        branches: list[tuple[V, Callable[[], V] | None]] = []
        for value, condition in node.branches:
            holds = algebra.number(Fraction(1)) if condition is None else self._go(condition, bound)
            branches.append((holds, None if value is None else self._later(value, bound)))
        return algebra.select(branches)

    def _later(self, node: Node, bound: Mapping[str, V] | None) -> Callable[[], V]:
        return lambda: self._go(node, bound)

    def _relation(self, node: Relation, bound: Mapping[str, V] | None) -> V:
        algebra = self._algebra
        operator = node.operator
        left = self._go(node.left, bound)
        if operator in (">", ">="):
            zero = node.right
            if type(zero) is Number and not zero.value:  # as most are
                return algebra.step(left, strict=operator == ">")
            right = self._go(node.right, bound)
            return algebra.step(self._minus(left, right), strict=operator == ">")
        right = self._go(node.right, bound)
        if operator in ("<", "<="):
            return algebra.step(self._minus(right, left), strict=operator == "<")
        same = algebra.equal(left, right)
        return same if operator == "=" else self._complement(same)

    def _all(self, node: All, bound: Mapping[str, V] | None) -> V:
        return self._algebra.multiply([self._go(c, bound) for c in node.conditions])

    def _not(self, node: Not, bound: Mapping[str, V] | None) -> V:
        return self._complement(self._go(node.condition, bound))

    def _any(self, node: Any, bound: Mapping[str, V] | None) -> V:
        none_holds = [self._complement(self._go(c, bound)) for c in node.conditions]
        return self._complement(self._algebra.multiply(none_holds))

    def _minus(self, left: V, right: V) -> V:
        return self._algebra.add([left, self._algebra.negate(right)])

    def _complement(self, value: V) -> V:
        return self._minus(self._algebra.number(Fraction(1)), value)

    def _partial(self, node: Partial, bound: Mapping[str, V] | None) -> V:
        raise Unevaluated("a derivative is not worked out")

    def _unsized(self, node: Node, bound: Mapping[str, V] | None) -> V:
        raise Unevaluated("a sum or a matrix is not written out in numbers")

    #: What evaluates each kind of node.
    _STEPS: ClassVar[Mapping[type, Callable[..., Anything]]] = {
        Number: _number,
        Constant: _constant,
        Negation: _negation,
        Quotient: _quotient,
        Power: _power,
        Call: _call,
        Indicator: _indicator,
        Cases: _cases,
        Relation: _relation,
        All: _all,
        Any: _any,
        Not: _not,
        Partial: _partial,
        Big: _unsized,
        Operation: _unsized,
        Special: _unsized,
    }
