r"""Functions and indicators: ``\sin f_2``, ``a'[z]``, ``\max\{0, z\}``, ``\mathbb{1}_{z>0}``."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from grader.errors import AnswerError
from grader.expr import conditions, differentials, powers
from grader.expr.functions import FUNCTIONS
from grader.expr.names import GREEK
from grader.expr.tokens import (
    BAR,
    BIG,
    CLOSE,
    COMMA,
    COMMAND,
    CONSTANT,
    DIVIDE,
    EITHER,
    END,
    FRACTION,
    FUNCTION,
    INDICATOR,
    MARKED,
    MINUS,
    NUMBER,
    OPEN,
    PLACEHOLDER,
    POWER,
    PRIME,
    RELATION,
    SUBSCRIPT,
    SUPERSCRIPT,
    SYMBOL,
    UNKNOWN,
)
from grader.expr.tree import (
    Call,
    Negation,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Symbol,
    walk,
)
from grader.source import Span

if TYPE_CHECKING:
    from grader.expr.grammar import Grammar

#: Inverse of a function, where ``f^{-1}`` is written for it.
_INVERSES = {
    "sin": "asin", "cos": "acos", "tan": "atan",
    "sinh": "asinh", "cosh": "acosh", "tanh": "atanh",
}  # fmt: skip

#: What the argument of a function without brackets is made of.
_PLAIN = frozenset({NUMBER, SYMBOL, MARKED, CONSTANT, UNKNOWN, COMMAND, FRACTION, PLACEHOLDER})

#: Commands that are never part of an argument without brackets.
_ENDING_COMMANDS = frozenset({"cancel", "cancelto", "partial"})


def function(grammar: Grammar) -> Node:
    """A function with its primes, its power and its arguments."""
    at = grammar.pos
    grammar.pos += 1
    return _apply(grammar, at, grammar.values[at])


def either(grammar: Grammar) -> Node:
    """A name that is both a function and a quantity: the bracket decides."""
    at = grammar.pos
    kinds = grammar.kinds
    after = at + 1
    while kinds[after] == PRIME:
        after += 1
    if kinds[after] != OPEN:
        return grammar.symbol()
    typed = grammar.quote(grammar.starts[at], grammar.ends[at])
    grammar.note(
        f"`{typed}` before a bracket is read as the function, not as the quantity",
        "ambiguity",
        Span(grammar.starts[at], grammar.ends[at]),
    )
    if grammar.choice(at):
        return grammar.symbol()
    grammar.pos += 1
    typed_name = next(
        name
        for name in (grammar.values[at], *grammar.lexicon.vocabulary.functions)
        if name in grammar.lexicon.vocabulary.functions
    )
    return _apply(grammar, at, grammar.lexicon.function_of(typed_name))


def _apply(grammar: Grammar, at: int, name: str) -> Node:
    """Everything after the name of a function; ``pos`` is behind the name."""
    kinds = grammar.kinds
    start = grammar.starts[at]
    if kinds[grammar.pos] == OPEN:  # by far the most frequent
        arguments = _arguments(grammar, at, name)
        return Call(name, arguments, 0, Span(start, grammar.ends[grammar.pos - 1]))
    primes = 0
    while kinds[grammar.pos] == PRIME:
        primes += len(grammar.values[grammar.pos])
        grammar.pos += 1
    base: Node | None = None
    if name == "log" and kinds[grammar.pos] == SUBSCRIPT:
        base = _base(grammar)
    elif name == "log" and _is_joined_base(grammar, at):
        base = grammar.number()
    power: Node | None = None
    if kinds[grammar.pos] in (POWER, SUPERSCRIPT):
        power, name = _power(grammar, at, name)
    while kinds[grammar.pos] == PRIME:
        primes += len(grammar.values[grammar.pos])
        grammar.pos += 1
    if kinds[grammar.pos] == OPEN and grammar.values[grammar.pos] != "cases":
        arguments = _arguments(grammar, at, name)
    else:
        arguments = (_bare_argument(grammar, at),)
        _check_arity(grammar, at, name, arguments)
    end = grammar.ends[grammar.pos - 1]
    call: Node = Call(name, arguments, primes, Span(start, end))
    if base is not None:
        call = Quotient(call, Call("log", (base,), 0, base.span), Span(start, end))
    return call if power is None else Power(call, power, Span(start, end))


def _is_joined_base(grammar: Grammar, at: int) -> bool:
    """Whether the base of ``log10(x)`` and ``log2 x`` stands here; ``log2x`` is log(2x)."""
    pos = grammar.pos
    return (
        grammar.kinds[pos] == NUMBER
        and grammar.values[pos] in ("2", "10")
        and grammar.ends[at] == grammar.starts[pos]
        and (grammar.kinds[pos + 1] == OPEN or grammar.ends[pos] != grammar.starts[pos + 1])
        and grammar.kinds[pos + 1] in (OPEN, *_PLAIN)
    )


def _base(grammar: Grammar) -> Node:
    r"""The base of ``\log_{10}``; ``pos`` is on the underscore."""
    at = grammar.pos
    grammar.pos += 1
    return grammar.argument(at)


def _power(grammar: Grammar, at: int, name: str) -> tuple[Node | None, str]:
    r"""The power of ``\sin^2 x``; ``\sin^{-1}`` names the inverse function instead."""
    pos = grammar.pos
    if grammar.kinds[pos] == SUPERSCRIPT:
        grammar.pos += 1
        power = powers.superscript(grammar, pos)
    else:
        # One token or group only: \sin^2 x, never \sin^{2 x}.
        power = powers.exponent(grammar)
    if isinstance(power, Negation) and power.operand == Number(Fraction(1)):
        inverse = _INVERSES.get(name)
        typed = grammar.quote(grammar.starts[at], grammar.ends[grammar.pos - 1])
        if inverse is None:
            raise AnswerError(
                f"`{typed}` may be the inverse function or the reciprocal",
                grammar.text,
                Span(grammar.starts[at], grammar.ends[grammar.pos - 1]),
                "write the power after the bracket",
            )
        grammar.note(
            f"`{typed}` is read as the inverse function {inverse}, not as 1/{name}",
            "ambiguity",
            Span(grammar.starts[at], grammar.ends[grammar.pos - 1]),
        )
        if grammar.choice(pos):
            return power, name
        return None, inverse
    return power, name


def _arguments(grammar: Grammar, at: int, name: str) -> tuple[Node, ...]:
    """The arguments between brackets; ``pos`` is on the opening one."""
    opened = grammar.pos
    kinds = grammar.kinds
    match = grammar.tokens.match
    if grammar.values[opened] == "cases":
        arguments: tuple[Node, ...] = (grammar.group(),)
        _check_arity(grammar, at, name, arguments)
        return arguments
    if grammar.values[opened] == "|":
        arguments = (grammar.group(),)
        _check_arity(grammar, at, name, arguments)
        return arguments
    closing = match[opened]
    # \sin{(f_2)} and \max{(0, z)}: the inner bracket is the one.
    while (
        kinds[opened + 1] == OPEN
        and match[opened + 1] == closing - 1
        and grammar.values[opened + 1] not in ("cases", "|")
        and not grammar.is_condition(opened + 1)
    ):
        opened += 1
        closing -= 1
    outer = match[grammar.pos]
    grammar.enter()
    bars, grammar.bars = grammar.bars, 0
    grammar.pos = opened + 1
    found: list[Node] = []
    while True:
        if grammar.pos == closing and not found:
            typed = grammar.quote(grammar.starts[at], grammar.ends[at])
            raise AnswerError(
                f"`{typed}` needs something between its brackets",
                grammar.text,
                Span(grammar.starts[at], grammar.ends[outer]),
            )
        if not found and grammar.is_condition(opened):
            found.append(conditions.condition_argument(grammar, at))
        else:
            found.append(grammar.sum())
        if kinds[grammar.pos] != COMMA:
            break
        grammar.pos += 1
    if grammar.pos != closing:
        raise grammar.unexpected(closing)
    grammar.pos = outer + 1
    grammar.bars = bars
    grammar.depth -= 1
    arguments = tuple(found)
    if len(arguments) != 1 or FUNCTIONS[name].arity[0] != 1:
        _check_arity(grammar, at, name, arguments)
    return arguments


def _check_arity(grammar: Grammar, at: int, name: str, arguments: tuple[Node, ...]) -> None:
    """Refuse a number of arguments that the function does not take."""
    least, most = FUNCTIONS[name].arity
    if least <= len(arguments) and (most is None or len(arguments) <= most):
        return
    typed = grammar.quote(grammar.starts[at], grammar.ends[at])
    wanted = (
        f"at least {least}"
        if most is None
        else str(least)
        if least == most
        else f"{least} or {most}"
    )
    noun = "argument" if wanted == "1" else "arguments"
    raise AnswerError(
        f"`{typed}` takes {wanted} {noun}, not {len(arguments)}",
        grammar.text,
        Span(grammar.starts[at], grammar.ends[grammar.pos - 1]),
    )


def _bare_argument(grammar: Grammar, at: int) -> Node:
    r"""The argument of a function without brackets: ``\sin 2x``, ``\exp -z``, ``\sin\sqrt{x}``.

    It takes plain factors that stand side by side (numbers, names, their powers,
    fractions of them), as far as a person would read them as one argument.  Only functions that every homework has may stand so: a letter
    such as ``a`` without its bracket is a slip.
    """
    kinds = grammar.kinds
    typed = grammar.quote(grammar.starts[at], grammar.ends[at])
    bare = typed.lstrip("\\")
    if len(bare) == 1 or bare in grammar.lexicon.vocabulary.functions:
        raise grammar.fail(f"`{typed}` needs its argument", at, f"write `{typed}[…]`")
    grammar.enter()
    signs = []
    while kinds[grammar.pos] == MINUS:
        signs.append(grammar.starts[grammar.pos])
        grammar.pos += 1
    first = grammar.pos
    kind = kinds[first]
    if kind in (END, CLOSE) or (
        kind not in _PLAIN and kind not in (FUNCTION, EITHER, BAR, BIG, OPEN, INDICATOR)
    ):
        raise grammar.fail(f"`{typed}` needs its argument", at, f"write `{typed}(…)`")
    factors = [grammar.factor()]
    if kind in _PLAIN:
        _more_factors(grammar, at, factors)
    end = grammar.ends[grammar.pos - 1]
    node = factors[0]
    if len(factors) > 1:
        node = Product(tuple(factors), Span(grammar.starts[first], end))
    if kinds[grammar.pos] == DIVIDE:
        node = _before_slash(grammar, at, node)
    for begin in reversed(signs):
        node = Negation(node, Span(begin, grammar.ends[grammar.pos - 1]))
    grammar.depth -= 1
    return node


def _more_factors(grammar: Grammar, at: int, factors: list[Node]) -> None:
    r"""The further factors of an argument without brackets.

    ``\sin 2\pi x`` and ``\sin \omega x`` take all, ``\sin f_2 \omega_2`` only f_2: a name
    that is an argument by itself is not a coefficient.  Where there are two names,
    the reading not taken is kept as another one.
    """
    kinds = grammar.kinds
    doubtful = flipped = False
    while kinds[grammar.pos] in _PLAIN and not _ends_argument(grammar):
        belongs = _belongs(grammar, factors)
        if not belongs or (_is_name(kinds[grammar.pos]) and any(map(_is_named, factors))):
            if not doubtful:
                doubtful, flipped = True, grammar.choice(at)
            if belongs == flipped:
                break
        factors.append(grammar.factor())
    end = grammar.ends[grammar.pos - 1]
    typed = grammar.quote(grammar.starts[at], grammar.ends[at])
    inner = grammar.quote(grammar.starts[at + 1], end)
    if doubtful and kinds[grammar.pos] in _PLAIN:
        rest = grammar.quote(grammar.starts[grammar.pos], grammar.ends[grammar.pos])
        rest += "…" if kinds[grammar.pos] == COMMAND else ""
        grammar.note(
            f"`{grammar.quote(grammar.starts[at], grammar.ends[grammar.pos])}` is read as"
            f" {typed}({inner})·{rest}, not as {typed}({inner} {rest})",
            "ambiguity",
            Span(grammar.starts[at], grammar.ends[grammar.pos]),
        )
    elif doubtful:
        grammar.note(
            f"`{grammar.quote(grammar.starts[at], end)}` is read as {typed}({inner}):"
            f" all of `{inner}` is the argument",
            "ambiguity",
            Span(grammar.starts[at], end),
        )
    if (
        kinds[grammar.pos] == OPEN
        and grammar.values[grammar.pos] in ("(", "[", "{", r"\{")
        and not grammar.is_condition(grammar.pos)
    ):
        _before_bracket(grammar, at, factors)


def _before_bracket(grammar: Grammar, at: int, factors: list[Node]) -> None:
    r"""``\sin x (y + 1)``: the bracket is a factor of its own; said, and kept the other way."""
    opened = grammar.pos
    end = grammar.ends[opened - 1]
    typed = grammar.quote(grammar.starts[at], grammar.ends[at])
    inner = grammar.quote(grammar.starts[at + 1], end)
    group = grammar.quote(grammar.starts[opened], grammar.ends[grammar.tokens.match[opened]])
    grammar.note(
        f"the `{group}` after `{grammar.quote(grammar.starts[at], end)}` is read as a factor,"
        f" not as part of the argument `{inner}` of {typed}",
        "ambiguity",
        Span(grammar.starts[at], grammar.ends[grammar.tokens.match[opened]]),
    )
    if grammar.choice(opened):
        factors.append(grammar.factor())


def _before_slash(grammar: Grammar, at: int, node: Node) -> Node:
    r"""The argument in ``\sin x/2``: up to the slash; said, and kept the other way."""
    slash = grammar.pos
    whole = grammar.quote(grammar.starts[at], grammar.ends[slash - 1])
    grammar.note(
        f"`{whole}/…` is read as ({whole})/…: the slash does not belong to the argument",
        "ambiguity",
        Span(grammar.starts[at], grammar.ends[slash]),
    )
    if not grammar.choice(slash):
        return node
    grammar.pos = slash + 1
    below = grammar.signed_factor()
    return Quotient(node, below, Span(node.span.start, grammar.ends[grammar.pos - 1]))


def _ends_argument(grammar: Grammar) -> bool:
    """Whether what stands here is never part of an argument without brackets: an
    indicator, a derivative, an exponential, what is cancelled."""
    pos = grammar.pos
    kind = grammar.kinds[pos]
    if kind == CONSTANT:
        return grammar.values[pos] == "e" and grammar.kinds[pos + 1] in (POWER, SUPERSCRIPT)
    if kind == COMMAND:
        name = grammar.values[pos]
        return name in _ENDING_COMMANDS or (
            name == "frac" and differentials.fraction_follows(grammar, pos)
        )
    if kind == MARKED and differentials.quotient_follows(grammar, pos):
        return True
    return condition_follows(grammar, pos)


def _is_name(kind: str) -> bool:
    return kind in (SYMBOL, MARKED, UNKNOWN)


def _is_named(node: Node) -> bool:
    """Whether a factor is more than a number: something with a name in it."""
    return any(isinstance(part, Symbol) for part in walk(node))


def _belongs(grammar: Grammar, factors: list[Node]) -> bool:
    """Whether the factor that stands here belongs to an argument that holds ``factors``."""
    named = [factor for factor in factors if _is_named(factor)]
    if not named:
        return True
    last = named[-1].base if isinstance(named[-1], Power) else named[-1]
    if not _is_name(grammar.kinds[grammar.pos]) or not isinstance(last, Symbol):
        return False
    before, _, below = last.name.partition("_")
    if below and before not in GREEK:
        return False  # f_2 is an argument, not a coefficient
    base, _, subscript = grammar.values[grammar.pos].partition("_")
    if base in GREEK:
        return before in GREEK and not below and not subscript
    return True


def condition_follows(grammar: Grammar, pos: int) -> bool:
    """Whether a condition in brackets, perhaps as a subscript, follows the token."""
    kinds = grammar.kinds
    after = pos + 1
    if kinds[after] == SUBSCRIPT:
        after += 1
    return kinds[after] == OPEN and (
        grammar.is_condition(after) or (kinds[after + 1] == OPEN and grammar.are_conditions(after))
    )


def indicator(grammar: Grammar) -> Node:
    """``I[z > 0]``, ``1_{z>0}`` and the like; ``pos`` is on the ``I`` or the ``1``."""
    at = grammar.pos
    kinds = grammar.kinds
    if not condition_follows(grammar, at):
        return _no_condition(grammar, at)
    opened = at + 1
    if kinds[opened] == SUBSCRIPT:
        opened += 1
        if kinds[opened + 1] == RELATION:
            return conditions.of_argument(grammar, at, opened)
    grammar.pos = opened
    return conditions.indicator(grammar, at)


def _no_condition(grammar: Grammar, at: int) -> Node:
    """An ``I`` or a ``1`` without a condition: a number, a quantity, or a slip."""
    kinds = grammar.kinds
    typed = grammar.quote(grammar.starts[at], grammar.ends[at])
    span = Span(grammar.starts[at], grammar.ends[at])
    followed = kinds[at + 1] in (OPEN, SUBSCRIPT)
    if grammar.values[at] == "1" and not followed:
        grammar.pos += 1
        return Number(Fraction(1), None, span)
    quantity = grammar.lexicon.vocabulary.resolve("I")
    if (
        grammar.values[at] == "I"
        and (quantity is not None or grammar.lexicon.free)
        and not followed
    ):
        grammar.pos += 1
        return Symbol(quantity or "I", span)
    raise grammar.fail(f"`{typed}` needs a condition", at, f"write `{typed}[z > 0]`")
