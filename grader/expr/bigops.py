r"""Sums and products over an index: ``\sum_{i=1}^{n} x_i``, ``\prod_i``, ``sum_{i=1}^n``.

What follows the sign, up to the next plus or minus, is summed.  Between whole numbers
the terms are written out at once; a range that ends in a name stays a :class:`Big`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from grader.errors import AnswerError, LimitError
from grader.expr.factorials import NOT_WHOLE, first_factorial, worked_out
from grader.expr.families import instance
from grader.expr.tokens import (
    CLOSE,
    CONSTANT,
    EQUALS,
    MARKED,
    MINUS,
    OPEN,
    PLUS,
    POWER,
    SUBSCRIPT,
    SUPERSCRIPT,
    SYMBOL,
    UNKNOWN,
)
from grader.expr.tree import (
    Big,
    Negation,
    Node,
    Number,
    Product,
    Sum,
    Symbol,
    substitute,
    symbols,
    walk,
)
from grader.limits import MAX_BIG_TERMS
from grader.source import Span

if TYPE_CHECKING:
    from grader.expr.grammar import Grammar

#: What an index may be read as: a letter that is a name of the homework, or is none.
_INDEX_KINDS = frozenset({SYMBOL, MARKED, UNKNOWN, CONSTANT})

_Range = tuple[str, Node | None, Node | None]


def big(grammar: Grammar) -> Node:
    """A sum or product with its range and its body; ``pos`` is on the sign."""
    at = grammar.pos
    operator: Literal["sum", "prod"] = "sum" if grammar.values[at] == "sum" else "prod"
    grammar.pos += 1
    index, lower, upper = _range(grammar, at)
    own = grammar.bound
    if index in own:
        raise grammar.fail(f"the index `{index}` is bound twice", at, "take another letter")
    grammar.bound = own | {index}
    grammar.enter()
    body = grammar.signed(grammar.product) if _signed(grammar) else grammar.product()
    if grammar.kinds[grammar.pos] in (PLUS, MINUS) and grammar.choice(grammar.pos):
        body = _longer(grammar, body)
    grammar.depth -= 1
    grammar.bound = own
    span = Span(grammar.starts[at], grammar.ends[grammar.pos - 1])
    if isinstance(lower, Number) and isinstance(upper, Number):
        return _written_out(grammar, at, Big(operator, index, lower, upper, body, span))
    node = Big(operator, index, lower, upper, body, span)
    if not own and (left := first_factorial(node)) is not None:
        raise AnswerError(NOT_WHOLE, grammar.text, left.span)
    if not grammar.lexicon.free and not grammar.lexicon.vocabulary.indices:
        what = "sums" if operator == "sum" else "products"
        raise AnswerError(
            f"{what} over an index that ends in no number are not read here",
            grammar.text,
            span,
            "write the terms out",
        )
    if not own:
        _check_families(grammar, node)
    return node


def _signed(grammar: Grammar) -> bool:
    return grammar.kinds[grammar.pos] in (PLUS, MINUS)


def _longer(grammar: Grammar, body: Node) -> Node:
    """The body with the terms after it, for the reading that takes them in."""
    terms: list[Node] = [body]
    while grammar.kinds[grammar.pos] in (PLUS, MINUS):
        minus = grammar.kinds[grammar.pos] == MINUS
        grammar.pos += 1
        term = grammar.term()
        terms.append(Negation(term, term.span) if minus else term)
    return Sum(tuple(terms), Span(body.span.start, grammar.ends[grammar.pos - 1]))


def _range(grammar: Grammar, at: int) -> _Range:
    """``_{i=1}^{n}``, ``_i``, in either order."""
    index: str | None = None
    lower: Node | None = None
    upper: Node | None = None
    for _ in range(2):
        kind = grammar.kinds[grammar.pos]
        if kind == SUBSCRIPT and index is None:
            grammar.pos += 1
            index, lower = _below(grammar, at)
        elif kind == POWER and upper is None:
            grammar.pos += 1
            upper = grammar.argument(grammar.pos - 1)
        elif kind == SUPERSCRIPT and upper is None:
            from grader.expr.powers import superscript

            grammar.pos += 1
            upper = superscript(grammar, grammar.pos - 1)
    typed = grammar.quote(grammar.starts[at], grammar.ends[at])
    if index is None:
        raise grammar.fail(
            f"`{typed}` does not say its index", at, f"write it as `{typed}_{{i=1}}^{{n}}`"
        )
    if (lower is None) != (upper is None):
        raise grammar.fail(
            f"`{typed}` has only one end of its range", at, f"write it as `{typed}_{{i=1}}^{{n}}`"
        )
    if (
        lower is None
        and index not in grammar.lexicon.vocabulary.indices
        and not grammar.lexicon.free
    ):
        known = grammar.lexicon.vocabulary.indices
        hint = "write both ends of the range" if known else "write the terms out"
        what = "sums" if grammar.values[at] == "sum" else "products"
        raise grammar.fail(f"{what} over an index without a range are not read here", at, hint)
    return index, lower, upper


def _below(grammar: Grammar, at: int) -> tuple[str, Node | None]:
    """The index, and where it begins where that is said."""
    kinds = grammar.kinds
    opened = kinds[grammar.pos] == OPEN
    closing = grammar.tokens.match[grammar.pos] if opened else grammar.pos + 1
    first = grammar.pos + opened
    name = grammar.values[first]
    if kinds[first] not in _INDEX_KINDS or len(name) != 1 or not name.isalpha():
        raise grammar.fail("the index of a sum or product is one letter", first)
    grammar.pos = first + 1
    lower: Node | None = None
    if opened and grammar.pos != closing:
        if kinds[grammar.pos] != EQUALS:
            raise grammar.fail("the range of an index is written `i=1`", grammar.pos)
        grammar.pos += 1
        lower = grammar.sum()
        if grammar.pos != closing:
            raise grammar.unexpected(closing)
    if opened:
        assert kinds[closing] == CLOSE
        grammar.pos = closing + 1
    return name, lower


def _written_out(grammar: Grammar, at: int, node: Big) -> Node:
    """A sum between whole numbers, term by term."""
    assert isinstance(node.lower, Number)
    assert isinstance(node.upper, Number)
    first, last = node.lower.value, node.upper.value
    if first.denominator != 1 or last.denominator != 1:
        raise grammar.fail("an index runs over whole numbers", at)
    if last - first >= MAX_BIG_TERMS:
        raise LimitError("MAX_BIG_TERMS", f"a sum or product has more than {MAX_BIG_TERMS} terms")
    if last < first:
        raise grammar.fail("this range holds no number", at)
    parts = [
        worked_out(instance(node.body, {node.index: number}))
        for number in range(int(first), int(last) + 1)
    ]
    left = next((each for part in parts if (each := first_factorial(part))), None)
    if left is not None and not grammar.bound:
        raise AnswerError(NOT_WHOLE, grammar.text, left.span)
    parts = [_known(grammar, node, part) for part in parts]
    grammar.note(
        f"`{grammar.quote(node.span.start, node.span.end)}` is read term by term",
        "style",
        node.span,
    )
    if len(parts) == 1:
        return parts[0]
    if node.operator == "sum":
        return Sum(tuple(parts), node.span)
    return Product(tuple(parts), node.span)


def _known(grammar: Grammar, node: Big, part: Node) -> Node:
    """The term, once its names are known to be names of the homework."""
    if grammar.lexicon.free:
        return part
    vocabulary = grammar.lexicon.vocabulary
    values: dict[str, Node] = {}
    for name in sorted(symbols(part)):
        resolved = vocabulary.resolve(name)
        if resolved is None and not _is_family(grammar, name):
            raise AnswerError(
                f"`{name}`, which this sum or product comes to, is not a name of this homework",
                grammar.text,
                node.span,
            )
        if resolved is not None and resolved != name:
            values[name] = Symbol(resolved)
    return substitute(part, values)


def family_name(grammar: Grammar, name: str) -> bool:
    """Whether a name that is not one of the homework stands under bound indices: known
    later, when they have values, or as a family under another letter."""
    _, _, subscript = name.partition("_")
    return any(letter in grammar.bound for letter in subscript)


def _is_family(grammar: Grammar, name: str) -> bool:
    """Whether a name is a family of the homework, perhaps under another letter."""
    vocabulary = grammar.lexicon.vocabulary
    base, _, subscript = name.partition("_")
    forms = [""]
    for letter in subscript:
        letters = (letter, *vocabulary.indices) if letter in grammar.bound else (letter,)
        forms = [form + other for form in forms for other in dict.fromkeys(letters)]
    return any(vocabulary.resolve(f"{base}_{form}") is not None for form in forms)


def _check_families(grammar: Grammar, node: Big) -> None:
    """Every name under a bound index must be a family of the homework."""
    if grammar.lexicon.free:
        return
    inside = {part.index for part in walk(node) if isinstance(part, Big)}
    grammar.bound = frozenset(inside)
    try:
        for name in sorted(symbols(node.body)):
            known = grammar.lexicon.vocabulary.resolve(name) is not None
            if not known and name not in inside and not _is_family(grammar, name):
                raise AnswerError(
                    f"`{name}` is not a name of this homework", grammar.text, node.body.span
                )
    finally:
        grammar.bound = frozenset()


def index_symbol(grammar: Grammar, pos: int) -> Node | None:
    """A bound index, or a member of a family under it, where the homework has no such name."""
    name = grammar.values[pos]
    if name in grammar.bound or family_name(grammar, name):
        return Symbol(name, Span(grammar.starts[pos], grammar.ends[pos]))
    return None
