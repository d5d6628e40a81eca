r"""Powers, in all the ways that they are typed: ``x^{2}``, ``x²``, ``x**2``, ``(z)^+``."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from grader.errors import AnswerError, LimitError
from grader.expr.tokens import BANG, CLOSE, COMMAND, CONSTANT, DIVIDE, EITHER, FUNCTION
from grader.expr.tree import Call
from grader.limits import MAX_DIGITS

if TYPE_CHECKING:
    from grader.expr.grammar import Grammar
from grader.expr import conditions
from grader.expr.factorials import factorial_of
from grader.expr.tokens import (
    INDICATOR,
    MARKED,
    MINUS,
    NUMBER,
    OPEN,
    POWER,
    PRIME,
    REFUSED,
    STARTS_FACTOR,
    SUBSCRIPT,
    SUPERSCRIPT,
    SYMBOL,
    TIMES,
    UNKNOWN,
)
from grader.expr.tree import Negation, Node, Number, Power, Product, Quotient, Symbol
from grader.source import Span


def powers(grammar: Grammar, base: Node, first: int) -> Node:
    """What follows an atom and belongs to it."""
    kinds = grammar.kinds
    start = grammar.starts[first]
    levels = 0
    while True:
        levels += 1
        grammar.nest(levels)
        pos = grammar.pos
        kind = kinds[pos]
        if kind == POWER:
            if conditions.positive_part(grammar, pos):
                base = Call("relu", (base,), 0, Span(start, grammar.ends[grammar.pos - 1]))
                continue
            if isinstance(base, Power) and kinds[first] != OPEN and kinds[pos - 1] != CLOSE:
                note_tower(grammar, start, pos)
            power = exponent(grammar)
            base = Power(base, power, Span(start, grammar.ends[grammar.pos - 1]))
        elif kind == SUPERSCRIPT:
            grammar.pos += 1
            if grammar.values[pos] == "+":
                base = Call("relu", (base,), 0, Span(start, grammar.ends[pos]))
                continue
            base = Power(base, superscript(grammar, pos), Span(start, grammar.ends[pos]))
        elif kind == SUBSCRIPT:
            if conditions.positive_part(grammar, pos):
                base = Call("relu", (base,), 0, Span(start, grammar.ends[grammar.pos - 1]))
                continue
            grammar.pos += 1
            if kinds[grammar.pos] not in STARTS_FACTOR:
                raise grammar.missing()
            raise grammar.fail("a subscript follows what has none", pos)
        elif kind == PRIME:
            raise grammar.fail(
                "a prime follows what has no derivative here",
                pos,
                "a prime must be part of a name, or follow the name of a function",
            )
        elif kind == BANG:
            base = factorial_of(grammar, base, first)
        else:
            return base


def exponent(grammar: Grammar) -> Node:
    """What stands after ``^``; ``pos`` is on the caret."""
    caret = grammar.pos
    grammar.pos += 1
    kinds = grammar.kinds
    kind = kinds[grammar.pos]
    if kind == OPEN:
        check_index(grammar, grammar.pos)
    if kind == TIMES or (
        kind == REFUSED and grammar.values[grammar.pos] in ("transpose", "dagger")
    ):
        what = {"transpose": "a transpose", "dagger": "an adjoint"}.get(
            grammar.values[grammar.pos], "a conjugate"
        )
        raise grammar.fail(f"{what} is not read here", grammar.pos)
    inner = grammar.pos + (kind == OPEN)
    if kinds[inner] == UNKNOWN and grammar.values[inner] == "T":
        raise grammar.fail("a transpose is not read here", inner)
    grammar.enter()
    signs = []
    while kinds[grammar.pos] == MINUS:
        signs.append(grammar.starts[grammar.pos])
        grammar.pos += 1
    at = grammar.pos
    kind = kinds[at]
    if kind in (FUNCTION, EITHER):
        node = grammar.atom()
    elif kind == SYMBOL:
        node = Symbol(grammar.values[at], Span(grammar.starts[at], grammar.ends[at]))
        grammar.pos += 1
    else:
        node = grammar.atom()
    if kinds[grammar.pos] == POWER and kind != OPEN and not grammar.choice(grammar.pos):
        # 2^3^4 in plain text; LaTeX refuses it
        note_tower(grammar, grammar.starts[caret - 1], grammar.pos)
        power = exponent(grammar)
        node = Power(node, power, Span(grammar.starts[at], grammar.ends[grammar.pos - 1]))
    elif isinstance(node, Symbol) and node.name == "T":
        grammar.note(
            "`^T` is read as a power with the exponent T, not as a transpose",
            "ambiguity",
            Span(grammar.starts[caret], grammar.ends[grammar.pos - 1]),
        )
    elif kind not in (OPEN, COMMAND, FUNCTION, INDICATOR):
        node = doubtful_exponent(grammar, caret, at, node, signed=bool(signs))
    end = grammar.ends[grammar.pos - 1]
    for begin in reversed(signs):
        node = Negation(node, Span(begin, end))
    grammar.depth -= 1
    return node


def doubtful_exponent(grammar: Grammar, caret: int, at: int, node: Node, *, signed: bool) -> Node:
    """The exponent of ``e^2x``, ``x^1/2`` and, beside commands, ``x^23``, said how it is read."""
    after = grammar.pos
    joined = grammar.ends[after - 1] == grammar.starts[after]
    if (
        not signed
        and grammar.kinds[at] == NUMBER
        and grammar.kinds[after : after + 2] == [DIVIDE, NUMBER]
    ):
        base = grammar.quote(grammar.starts[caret - 1], grammar.ends[caret - 1])
        top, below = grammar.values[at], grammar.values[after + 1]
        grammar.note(
            f"`{base}^{top}/{below}` is read as ({base}^{top})/{below}, not as {base}^({top}/{below})",
            "ambiguity",
            Span(grammar.starts[caret - 1], grammar.ends[after + 1]),
        )
        if grammar.choice(caret):
            grammar.pos = after + 1
            under = grammar.number()
            node = Quotient(node, under, Span(node.span.start, grammar.ends[after + 1]))
        return node
    begin = grammar.starts[caret - 1]
    if (
        not signed
        and grammar.kinds[at] == NUMBER
        and len(grammar.values[at]) > 1
        and "\\" in grammar.text
    ):
        whole = grammar.quote(begin, grammar.ends[at])
        grammar.note(
            f"`{whole}` is read with the exponent {grammar.values[at]};"
            f" LaTeX prints only its first digit raised",
            "ambiguity",
            Span(begin, grammar.ends[at]),
        )
    elif (
        joined
        and grammar.kinds[after] in (SYMBOL, MARKED, CONSTANT, UNKNOWN)
        and grammar.kinds[caret - 1] == CONSTANT
    ):
        base = grammar.quote(begin, grammar.ends[caret - 1])
        power = grammar.quote(grammar.starts[caret + 1], grammar.ends[after - 1])
        rest = grammar.quote(grammar.starts[after], grammar.ends[after])
        grammar.note(
            f"`{base}^{power}{rest}` is read as {base}^{power}·{rest},"
            f" not as {base}^({power}·{rest})",
            "ambiguity",
            Span(begin, grammar.ends[after]),
        )
        if grammar.choice(caret):
            factors = [node]
            while grammar.kinds[grammar.pos] in (SYMBOL, MARKED, CONSTANT):
                factors.append(grammar.atom())
            node = Product(tuple(factors), Span(node.span.start, grammar.ends[grammar.pos - 1]))
    return node


def note_tower(grammar: Grammar, start: int, pos: int) -> None:
    """Say how ``a^b^c`` was read."""
    grammar.note(
        "`a^b^c` is read as a^(b^c), not as (a^b)^c",
        "ambiguity",
        Span(start, grammar.ends[pos]),
    )


def check_index(grammar: Grammar, opened: int) -> None:
    """Refuse ``h^{(2)}`` and ``h^{[2]}``: an index of a layer, not a power."""
    kinds = grammar.kinds
    if (
        grammar.values[opened] == "{"
        and kinds[opened + 1] == OPEN
        and grammar.values[opened + 1] in ("(", "[")
        and kinds[opened + 2] == NUMBER
        and kinds[opened + 3] == CLOSE
        and kinds[opened + 4] == CLOSE
    ):
        typed = grammar.text[grammar.starts[opened] : grammar.ends[opened + 4]]
        raise AnswerError(
            f"`^{typed}` is an index or a derivative, not a power",
            grammar.text,
            Span(grammar.starts[opened], grammar.ends[opened + 4]),
            f"for a power write `^{{{grammar.values[opened + 2]}}}`",
        )


def superscript(grammar: Grammar, pos: int) -> Node:
    """The exponent of ``x²`` or ``x⁻¹``."""
    typed = grammar.values[pos]
    span = Span(grammar.starts[pos], grammar.ends[pos])
    digits = typed.lstrip("+-")
    if len(digits) > MAX_DIGITS:
        raise LimitError("MAX_DIGITS", f"a number has more than {MAX_DIGITS} digits")
    node: Node
    if digits.isdigit():
        node = Number(Fraction(int(digits)), None, span)
    elif len(digits) == 1 and digits.isalpha():
        kind, name = grammar.lexicon.resolve(digits)
        if kind != SYMBOL:
            raise grammar.fail(f"the exponent `{digits}` is not a name of this homework", pos)
        node = Symbol(name, span)
    else:
        raise grammar.fail("this exponent is not understood", pos)
    sign = typed[: len(typed) - len(digits)]
    if sign == "-":
        return Negation(node, span)
    if sign not in ("", "+"):
        raise grammar.fail("this exponent is not understood", pos)
    return node
