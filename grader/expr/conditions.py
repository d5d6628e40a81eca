r"""Conditions, indicators and cases: ``0 < z \le 1``, ``[z > 0]``, ``\begin{cases} … \end{cases}``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from grader.errors import AnswerError
from grader.expr.tokens import (
    AND,
    CELL,
    CLOSE,
    COMMA,
    EQUALS,
    IF,
    NOT,
    NUMBER,
    OPEN,
    OR,
    OTHERWISE,
    PLUS,
    PROSE,
    RELATION,
    ROW,
    STARTS_FACTOR,
    STOP,
    TIMES,
    UNDEFINED,
    WHERE,
)
from grader.expr.tree import (
    All,
    Any,
    Cases,
    Condition,
    Indicator,
    Node,
    Not,
    Relation,
    RelationOperator,
)
from grader.source import Span

if TYPE_CHECKING:
    from grader.expr.grammar import Grammar


def positive_part(grammar: Grammar, pos: int) -> bool:
    """Whether ``^+`` or ``_+`` stands at a token; if so, it is stepped over."""
    kinds = grammar.kinds
    if kinds[pos + 1] == PLUS and kinds[pos + 2] != NUMBER:  # x^+2 is a power
        grammar.pos = pos + 2
        if kinds[pos + 2] in STARTS_FACTOR and grammar.ends[pos + 1] == grammar.starts[pos + 2]:
            typed = grammar.quote(grammar.starts[pos - 1], grammar.ends[pos + 2])
            grammar.note(
                f"the `^+` in `{typed}` is read as a positive part, not as the sign of an exponent",
                "ambiguity",
                Span(grammar.starts[pos - 1], grammar.ends[pos + 2]),
            )
        return True
    if kinds[pos + 1] == OPEN and kinds[pos + 2] == PLUS and kinds[pos + 3] == CLOSE:
        grammar.pos = pos + 4
        return True
    if kinds[pos + 1] == PLUS and kinds[pos] == "_":
        grammar.pos = pos + 2
        return True
    return False


def indicator(grammar: Grammar, first: int) -> Node:
    """The indicator of the condition in the bracket at ``pos``; it began at token ``first``."""
    condition = bracketed(grammar)
    return Indicator(condition, Span(grammar.starts[first], grammar.ends[grammar.pos - 1]))


def of_argument(grammar: Grammar, at: int, opened: int) -> Node:
    r"""``1_{>0}(z)``: the subscript is a condition on the argument; ``opened`` is its bracket."""
    kinds = grammar.kinds
    closing = grammar.tokens.match[opened]
    operator = cast("RelationOperator", grammar.values[opened + 1])
    grammar.enter()
    grammar.pos = opened + 2
    right = grammar.sum()
    if grammar.pos != closing:
        raise grammar.unexpected(closing)
    grammar.pos = closing + 1
    if kinds[grammar.pos] != OPEN or grammar.values[grammar.pos] in ("|", "cases"):
        typed = grammar.quote(grammar.starts[at], grammar.ends[closing])
        raise grammar.fail(f"`{typed}` needs its argument", closing, f"write `{typed}(z)`")
    left = grammar.inside()
    grammar.depth -= 1
    span = Span(grammar.starts[at], grammar.ends[grammar.pos - 1])
    return Indicator(Relation(operator, left, right, span), span)


def bracketed(grammar: Grammar) -> Condition:
    """A condition between brackets; ``pos`` is on the opening one."""
    opened = grammar.pos
    closing = grammar.tokens.match[opened]
    grammar.enter()
    bars, grammar.bars = grammar.bars, 0
    grammar.pos = opened + 1
    inner = opened + 1
    product = (
        grammar.kinds[inner] == OPEN
        and opened not in grammar.tokens.conditional
        and grammar.tokens.match[inner] != closing - 1
        and grammar.are_conditions(opened)
    )
    found = _product(grammar, closing) if product else condition(grammar)
    if grammar.pos != closing:
        raise grammar.unexpected(closing)
    grammar.pos = closing + 1
    grammar.bars = bars
    grammar.depth -= 1
    return found


def condition(grammar: Grammar) -> Condition:
    """Conditions joined by "or"."""
    first = grammar.pos
    found = [_conjunction(grammar)]
    while grammar.kinds[grammar.pos] == OR:
        grammar.pos += 1
        found.append(_conjunction(grammar))
    if len(found) == 1:
        return found[0]
    return Any(tuple(found), Span(grammar.starts[first], grammar.ends[grammar.pos - 1]))


def _conjunction(grammar: Grammar) -> Condition:
    """Conditions joined by "and" or a comma."""
    first = grammar.pos
    found = _chain(grammar)
    while grammar.kinds[grammar.pos] in (AND, COMMA):
        if grammar.kinds[grammar.pos] == COMMA and grammar.kinds[grammar.pos + 1] in _ENDS_ROW:
            break
        grammar.pos += 1
        if grammar.kinds[grammar.pos] == AND:  # ", and"
            grammar.pos += 1
        found += _chain(grammar)
    if len(found) == 1:
        return found[0]
    return All(tuple(found), Span(grammar.starts[first], grammar.ends[grammar.pos - 1]))


def _product(grammar: Grammar, closing: int) -> Condition:
    """Conditions in brackets, side by side or with a sign of multiplication: all of them."""
    first = grammar.pos
    found: list[Condition] = []
    while grammar.pos < closing:
        if grammar.kinds[grammar.pos] == TIMES:
            grammar.pos += 1
        found.append(bracketed(grammar))
    return All(tuple(found), Span(grammar.starts[first], grammar.ends[grammar.pos - 1]))


_RELATIONS = frozenset({RELATION, EQUALS})
_ENDS_ROW = frozenset({CLOSE, ROW, CELL, IF, OTHERWISE, "end"})


def _chain(grammar: Grammar) -> list[Condition]:
    """One relation, a chain of them, a negation, or a condition in brackets."""
    kinds = grammar.kinds
    first = grammar.pos
    start = grammar.starts[first]
    if kinds[first] == NOT:
        grammar.enter()
        grammar.pos += 1
        negated = _chain(grammar)
        end = grammar.ends[grammar.pos - 1]
        inner = negated[0] if len(negated) == 1 else All(tuple(negated), Span(start, end))
        grammar.depth -= 1
        return [Not(inner, Span(start, end))]
    if _is_bracketed_condition(grammar, first):
        return [bracketed(grammar)]
    left = grammar.sum()
    found: list[Condition] = []
    while kinds[grammar.pos] in _RELATIONS:
        operator = cast("RelationOperator", grammar.values[grammar.pos])
        grammar.pos += 1
        right = grammar.sum()
        alone = not found and kinds[grammar.pos] not in _RELATIONS
        span = Span(start if alone else left.span.start, grammar.ends[grammar.pos - 1])
        found.append(Relation(operator, left, right, span))
        left = right
    if not found:
        raise AnswerError(
            f"`{grammar.quote(start, grammar.ends[grammar.pos - 1])}` is no condition",
            grammar.text,
            Span(start, grammar.ends[grammar.pos - 1]),
            "write a condition such as `z > 0`",
        )
    return found


def _is_bracketed_condition(grammar: Grammar, pos: int) -> bool:
    """Whether a bracket here is a condition of its own, not a factor of a relation's side."""
    if grammar.kinds[pos] != OPEN or grammar.values[pos] in ("|", "cases"):
        return False
    if not grammar.is_condition(pos):
        return False
    after = grammar.kinds[grammar.tokens.match[pos] + 1]
    return after in (AND, OR, COMMA, CLOSE, ROW, CELL, STOP, "end", IF, OTHERWISE)


def condition_argument(grammar: Grammar, at: int) -> Node:
    """A condition where a function's argument should be: raises."""
    typed = grammar.quote(grammar.starts[at], grammar.ends[at])
    raise grammar.fail(
        f"`{typed}` has a condition for its argument",
        at,
        f"write `{typed}(z)`, or the indicator `I[z > 0]`",
    )


def cases(grammar: Grammar) -> Node:
    r"""``\begin{cases} value & condition \\ … \end{cases}``; ``pos`` is on the opening token."""
    opened = grammar.pos
    closing = grammar.tokens.match[opened]
    kinds = grammar.kinds
    grammar.enter()
    bars, grammar.bars = grammar.bars, 0
    grammar.pos = opened + 1
    branches: list[tuple[Node | None, Condition | None]] = []
    while grammar.pos < closing:
        if kinds[grammar.pos] == ROW:
            grammar.pos += 1
            continue
        branches.append(_branch(grammar, closing, first=not branches))
    if not branches:
        raise AnswerError(
            "cases without a case",
            grammar.text,
            Span(grammar.starts[opened], grammar.ends[closing]),
        )
    grammar.pos = closing + 1
    grammar.bars = bars
    grammar.depth -= 1
    for value, held in branches[:-1]:
        if held is None:
            span = (
                value.span
                if value is not None
                else Span(grammar.starts[opened], grammar.ends[opened])
            )
            raise AnswerError("only the last case may be without a condition", grammar.text, span)
    return Cases(tuple(branches), Span(grammar.starts[opened], grammar.ends[closing]))


def _branch(grammar: Grammar, closing: int, *, first: bool) -> tuple[Node | None, Condition | None]:
    """One row of cases, up to its end."""
    kinds = grammar.kinds
    value: Node | None = None
    if kinds[grammar.pos] == UNDEFINED:
        grammar.pos += 1
    else:
        value = grammar.sum()
    marked = False
    said = False
    while kinds[grammar.pos] in (COMMA, STOP, CELL, IF, OTHERWISE, WHERE):
        marked = True
        said = said or kinds[grammar.pos] == OTHERWISE
        grammar.pos += 1
    held: Condition | None = None
    if kinds[grammar.pos] == PROSE:
        raise grammar.fail(
            f"the words `{grammar.quote(grammar.starts[grammar.pos], grammar.ends[grammar.pos])}`"
            f" are no condition",
            grammar.pos,
            r"write `\text{if } z > 0` or `\text{otherwise}`",
        )
    if grammar.pos != closing and kinds[grammar.pos] != ROW:
        held = condition(grammar)
        while kinds[grammar.pos] in (COMMA, STOP, CELL):
            grammar.pos += 1
    elif not said and (first or not marked):
        at = max(grammar.pos - 1, 0)
        if first:
            raise grammar.fail("a case without a condition", at, r"write `& \text{if } z > 0`")
        assert value is not None or not said
        span = value.span if value is not None else Span(grammar.starts[at], grammar.ends[at])
        grammar.note("the last case has no condition and is read as `otherwise`", "style", span)
    if grammar.pos != closing and kinds[grammar.pos] != ROW:
        raise grammar.unexpected(closing)
    return value, held


def in_words(grammar: Grammar, value: Node) -> Node:
    """``1 if z > 0 else 0`` and ``1 if z > 0, 0 otherwise``; ``pos`` is on the first "if"."""
    kinds = grammar.kinds
    branches: list[tuple[Node | None, Condition | None]] = []
    start = value.span.start
    while kinds[grammar.pos] == IF:
        grammar.pos += 1
        branches.append((value, _chained(grammar)))
        while kinds[grammar.pos] in (COMMA, STOP, AND):
            grammar.pos += 1
        if kinds[grammar.pos] == "end":
            break
        if kinds[grammar.pos] == OTHERWISE:  # "else 0"
            grammar.pos += 1
            value = grammar.sum()
            if kinds[grammar.pos] != IF:
                branches.append((value, None))
            continue
        value = grammar.sum()
        if kinds[grammar.pos] == OTHERWISE:  # "0 otherwise"
            grammar.pos += 1
            branches.append((value, None))
    return Cases(tuple(branches), Span(start, grammar.ends[grammar.pos - 1]))


def _chained(grammar: Grammar) -> Condition:
    """A condition without commas: those part the cases here."""
    first = grammar.pos
    found = _chain(grammar)
    if len(found) == 1:
        return found[0]
    return All(tuple(found), Span(grammar.starts[first], grammar.ends[grammar.pos - 1]))
