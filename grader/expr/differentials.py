r"""Derivatives as they are written: ``\frac{\partial y}{\partial x}``, ``dy/dx``, ``\nabla_h l``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import AnswerError
from grader.expr.functions import FUNCTIONS
from grader.expr.tokens import (
    CLOSE,
    DIFFERENTIAL,
    DIVIDE,
    EITHER,
    FUNCTION,
    MARKED,
    NUMBER,
    OPEN,
    PARTIAL,
    POWER,
    STARTS_FACTOR,
    SUBSCRIPT,
    SUPERSCRIPT,
    SYMBOL,
    UNKNOWN,
)
from grader.expr.tree import Call, Node, Partial, Symbol, higher_partial
from grader.limits import MAX_ORDER
from grader.source import Span

if TYPE_CHECKING:
    from grader.expr.grammar import Grammar

_NAMES = frozenset({SYMBOL, MARKED, EITHER, UNKNOWN})

#: Functions whose derivative at their own argument counts as the function ``a'(z)``:
#: homeworks use it as one.  Elsewhere ``∂ sin[z]/∂z`` is a derivative not worked out.
_NAMED_DERIVATIVES = frozenset(
    "heaviside sign abs max min relu leaky_relu elu sigmoid softplus silu gelu".split()
)


#: Kinds of token that may be the ``d`` of a differential.
MARKS = frozenset({PARTIAL, DIFFERENTIAL, MARKED, UNKNOWN})


def is_mark(grammar: Grammar, pos: int) -> bool:
    """Whether a token may be the ``d`` of a differential."""
    kind = grammar.kinds[pos]
    if kind in (PARTIAL, DIFFERENTIAL):
        return True
    return kind in (MARKED, UNKNOWN) and grammar.values[pos] in ("d", "delta")


def fraction_follows(grammar: Grammar, pos: int) -> bool:
    r"""Whether a ``\frac`` is a derivative: both of its arguments begin with a ``d``."""
    if grammar.kinds[pos + 1] != OPEN or not is_mark(grammar, pos + 2):
        return False
    below = grammar.tokens.match[pos + 1] + 1
    if grammar.kinds[below] != OPEN or not is_mark(grammar, below + 1):
        return False
    if _is_divided(grammar, pos + 1) or _is_divided(grammar, below):
        return False  # \frac{dF/dx}{dF/dy}: a fraction of derivatives
    # \frac{d}{d} and \frac{d x}{2 d}: a quantity d.  A differential has a name after it.
    if grammar.kinds[pos + 2] in (PARTIAL, DIFFERENTIAL):
        return True
    return grammar.kinds[below + 2] != CLOSE


def _is_divided(grammar: Grammar, opened: int) -> bool:
    """Whether a slash stands in a bracket, not in one within."""
    at, closing = opened + 1, grammar.tokens.match[opened]
    while at < closing:
        if grammar.kinds[at] == DIVIDE:
            return True
        at = grammar.tokens.match[at] + 1 if grammar.kinds[at] == OPEN else at + 1
    return False


def bracketed_quotient_follows(grammar: Grammar, opened: int) -> bool:
    """Whether ``(∂y)/(∂x)`` or ``(∂y)/∂x`` stands at a bracket, as Word writes a derivative."""
    kinds = grammar.kinds
    closing = grammar.tokens.match[opened]
    return (
        kinds[closing + 1] == DIVIDE
        and is_mark(grammar, opened + 1)
        and (kinds[opened + 2] in STARTS_FACTOR or kinds[opened + 2] in (POWER, SUPERSCRIPT))
        and is_mark(grammar, closing + 2 + (kinds[closing + 2] == OPEN))
    )


def bracketed_quotient(grammar: Grammar) -> Node:
    """``(∂y)/(∂x)``; ``pos`` is on the bracket."""
    at = grammar.pos
    closing = grammar.tokens.match[at]
    grammar.enter()
    order, grammar.pos = _order(grammar, at + 1)
    quantity = _operand(grammar, closing)
    grammar.pos = closing + 2
    if order > 1:
        variables = _variables(grammar, order)
        grammar.depth -= 1
        return _higher(grammar, quantity, variables, at)
    variable = _variable(grammar)
    grammar.depth -= 1
    return _partial(quantity, variable, Span(grammar.starts[at], grammar.ends[grammar.pos - 1]))


def _variable(grammar: Grammar) -> Node:
    """What stands below the slash of a derivative: ``∂x`` or ``(∂x)``."""
    opened = grammar.pos
    if grammar.kinds[opened] == OPEN:
        grammar.pos += 1
    mark = grammar.pos
    _check_order(grammar, mark)
    grammar.pos = mark + 1
    if grammar.kinds[grammar.pos] not in STARTS_FACTOR or is_mark(grammar, grammar.pos):
        raise grammar.fail("the derivative has no variable", mark)
    if mark == opened:
        return grammar.factor()
    variable = _operand(grammar, grammar.tokens.match[opened])
    grammar.pos += 1
    return variable


def operator(grammar: Grammar) -> Node:
    r"""``\pdv{y}{x}``, ``\dv{y}{x}``; ``pos`` is on the command."""
    at = grammar.pos
    grammar.pos = at + 1
    for _ in range(2):
        if grammar.kinds[grammar.pos] != OPEN or grammar.values[grammar.pos] != "{":
            typed = grammar.quote(grammar.starts[at], grammar.ends[at])
            raise grammar.fail(
                f"`{typed}` is read with two arguments in braces", at, rf"write `{typed}{{y}}{{x}}`"
            )
        grammar.pos = grammar.tokens.match[grammar.pos] + 1
    grammar.pos = at + 1
    quantity = grammar.argument(at)
    variable = grammar.argument(at)
    if grammar.kinds[grammar.pos] == OPEN and grammar.values[grammar.pos] == "{":
        second = grammar.argument(at)  # \\pdv{f}{x}{y}
        if not isinstance(variable, Symbol) or not isinstance(second, Symbol):
            raise grammar.fail("a derivative of higher order is taken by names", at)
        return _higher(grammar, quantity, (variable, second), at)
    return _partial(quantity, variable, Span(grammar.starts[at], grammar.ends[grammar.pos - 1]))


def quotient_follows(grammar: Grammar, pos: int) -> bool:
    """Whether ``dy/dx`` stands at a token whose ``d`` is also a quantity."""
    kinds = grammar.kinds
    if kinds[pos + 1] == DIVIDE:  # d/dx
        return (
            is_mark(grammar, pos + 2)
            and kinds[pos + 3] in _NAMES
            and _touch(grammar, pos + 2)
            and kinds[pos + 4] in STARTS_FACTOR
        )
    return (
        (kinds[pos + 1] in _NAMES or kinds[pos + 1] == FUNCTION)
        and kinds[pos + 2] == DIVIDE
        and is_mark(grammar, pos + 3)
        and kinds[pos + 4] in _NAMES
        and (grammar.values[pos] == "delta" or (_touch(grammar, pos) and _touch(grammar, pos + 3)))
    )


def _touch(grammar: Grammar, pos: int) -> bool:
    return grammar.ends[pos] == grammar.starts[pos + 1] or "\\" in grammar.text


def fraction(grammar: Grammar) -> Node:
    r"""``\frac{\partial y}{\partial x}`` and ``\frac{d}{dx} y``; ``pos`` is on ``\frac``."""
    at = grammar.pos
    match = grammar.tokens.match
    top, below = at + 1, match[at + 1] + 1
    order, grammar.pos = _order(grammar, top + 1)
    quantity: Node | None = None
    if grammar.pos != match[top]:
        quantity = _operand(grammar, match[top])
    if below + 2 == match[below]:
        raise grammar.fail("the derivative has no variable", below + 1)
    if order > 1:
        grammar.pos = below
        variables = _variables(grammar, order)
        if quantity is None:
            quantity = _applied(grammar, at)
        return _higher(grammar, quantity, variables, at)
    grammar.pos = below + 2
    _check_order(grammar, below + 1)
    variable = _operand(grammar, match[below])
    grammar.pos = match[below] + 1
    if quantity is None:
        quantity = _applied(grammar, at)
    return _partial(quantity, variable, Span(grammar.starts[at], grammar.ends[grammar.pos - 1]))


def _operand(grammar: Grammar, closing: int) -> Node:
    """What is differentiated, or by what, up to the end of its bracket."""
    if is_mark(grammar, grammar.pos) and grammar.kinds[grammar.pos] == PARTIAL:
        raise grammar.fail("a derivative of higher order is not read here", grammar.pos)
    node = grammar.product()
    if grammar.pos != closing:
        if is_mark(grammar, grammar.pos):
            raise grammar.fail("a derivative of higher order is not read here", grammar.pos)
        raise grammar.unexpected(closing)
    return node


def _check_order(grammar: Grammar, mark: int) -> None:
    """Refuse ``\\partial^2`` below a derivative whose order is 1."""
    if grammar.kinds[mark + 1] in (POWER, SUPERSCRIPT):
        raise grammar.fail("an order stands above the line only", mark + 1)


def _order(grammar: Grammar, mark: int) -> tuple[int, int]:
    """The order behind a mark, ``\\partial^2``, and the token that follows; 1 without one."""
    kinds, values = grammar.kinds, grammar.values
    at = mark + 1
    if kinds[at] == SUPERSCRIPT:
        return _counted(grammar, values[at], at), at + 1
    if kinds[at] != POWER:
        return 1, at
    if kinds[at + 1] == OPEN and kinds[at + 2] == NUMBER and kinds[at + 3] == CLOSE:
        return _counted(grammar, values[at + 2], at + 2), at + 4
    return _counted(grammar, values[at + 1], at + 1), at + 2


def _counted(grammar: Grammar, digits: str, at: int) -> int:
    """A number of times that something is differentiated."""
    if not (digits.isascii() and digits.isdigit()) or not 0 < len(digits) <= 2 or digits == "0":
        raise grammar.fail("the order of a derivative is a whole number", at)
    if int(digits) > MAX_ORDER:
        raise grammar.fail(f"derivatives are read up to order {MAX_ORDER}", at)
    return int(digits)


def _variables(grammar: Grammar, order: int) -> tuple[Symbol, ...]:
    """``∂x ∂y``, ``∂x^2`` and the same in brackets, ``order`` variables in all."""
    opened = grammar.pos
    closing = grammar.tokens.match[opened] if grammar.kinds[opened] == OPEN else None
    if closing is not None:
        grammar.pos += 1
    first = grammar.pos
    found: list[Symbol] = []
    while grammar.pos != closing and is_mark(grammar, grammar.pos):
        name = grammar.pos + 1
        if grammar.kinds[name] not in STARTS_FACTOR or is_mark(grammar, name):
            raise grammar.fail("the derivative has no variable", grammar.pos)
        grammar.pos = name
        variable = grammar.atom()
        if not isinstance(variable, Symbol):
            raise grammar.fail("a derivative of higher order is taken by names", name)
        times, grammar.pos = _order(grammar, grammar.pos - 1)
        found += [variable] * times
    if closing is not None:
        if grammar.pos != closing:
            raise grammar.unexpected(closing)
        grammar.pos = closing + 1
    if len(found) != order:
        raise AnswerError(
            f"the order above is {order}, and below stand {len(found)} variables"
            if len(found) != 1
            else f"the order above is {order}, and below stands 1 variable",
            grammar.text,
            Span(grammar.starts[first], grammar.ends[grammar.pos - 1]),
            r"write `\frac{\partial^2 y}{\partial x^2}`, or `\partial x \partial z` below",
        )
    return tuple(found)


def _higher(grammar: Grammar, quantity: Node, variables: tuple[Symbol, ...], at: int) -> Node:
    return higher_partial(
        quantity, variables, Span(grammar.starts[at], grammar.ends[grammar.pos - 1])
    )


def _applied(grammar: Grammar, at: int) -> Node:
    """The factor that an operator such as ``d/dx`` stands before."""
    if grammar.kinds[grammar.pos] not in STARTS_FACTOR:
        raise AnswerError(
            "nothing that is differentiated stands after the derivative",
            grammar.text,
            Span(grammar.starts[at], grammar.ends[grammar.pos - 1]),
        )
    grammar.enter()
    node = grammar.factor()
    grammar.depth -= 1
    if grammar.kinds[grammar.pos] in STARTS_FACTOR:
        operand = grammar.quote(node.span.start, node.span.end)
        grammar.note(
            f"the derivative is taken of `{operand}` only, not of what follows it",
            "ambiguity",
            Span(grammar.starts[at], grammar.ends[grammar.pos - 1]),
        )
    return node


def quotient(grammar: Grammar) -> Node:
    """``∂y/∂φ_0``, ``dy/dx`` and ``d/dx y``; ``pos`` is on the first ``d``."""
    at = grammar.pos
    kinds = grammar.kinds
    grammar.enter()
    order, grammar.pos = _order(grammar, at)
    quantity: Node | None = None
    if kinds[grammar.pos] != DIVIDE:
        if kinds[grammar.pos] not in STARTS_FACTOR:
            raise _lonely(grammar, at)
        quantity = grammar.factor()
    below = grammar.pos + 1
    if kinds[grammar.pos] != DIVIDE or not is_mark(grammar, below + (kinds[below] == OPEN)):
        raise _lonely(grammar, at)
    grammar.pos = below
    if order > 1:
        variables = _variables(grammar, order)
        if quantity is None:
            quantity = _applied(grammar, at)
        grammar.depth -= 1
        return _higher(grammar, quantity, variables, at)
    variable = _variable(grammar)
    if quantity is None:
        quantity = _applied(grammar, at)
    grammar.depth -= 1
    return _partial(quantity, variable, Span(grammar.starts[at], grammar.ends[grammar.pos - 1]))


def _lonely(grammar: Grammar, at: int) -> AnswerError:
    typed = grammar.quote(grammar.starts[at], grammar.ends[at])
    if grammar.kinds[at] == DIFFERENTIAL and typed == "d":
        return grammar.fail(
            "`d` is neither a name of this homework nor part of a derivative",
            at,
            "write a derivative as `dy/dx`",
        )
    return grammar.fail(
        f"`{typed}` is not part of a derivative", at, r"write `\frac{\partial y}{\partial x}`"
    )


def nabla(grammar: Grammar) -> Node:
    r"""``\nabla_{h} l``"""
    at = grammar.pos
    if grammar.kinds[at + 1] != SUBSCRIPT:
        raise grammar.fail("a gradient must name its variable", at, r"write `\nabla_{h} l`")
    grammar.pos = at + 2
    variable = grammar.argument(at)
    quantity = _applied(grammar, at)
    return _partial(quantity, variable, Span(grammar.starts[at], grammar.ends[grammar.pos - 1]))


def _partial(quantity: Node, variable: Node, span: Span) -> Node:
    """The derivative; of an activation by its own argument, it is the function a'."""
    if (
        isinstance(quantity, Call)
        and len(quantity.arguments) == 1
        and quantity.function in _NAMED_DERIVATIVES
        and quantity.arguments[0] == variable
    ):
        return Call(quantity.function, quantity.arguments, quantity.derivative + 1, span)
    if isinstance(quantity, Partial) and isinstance(variable, Symbol):
        return higher_partial(quantity, (variable,), span)
    return Partial(quantity, variable, span)


assert set(FUNCTIONS) >= _NAMED_DERIVATIVES
