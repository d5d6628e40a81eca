"""Reads a whole answer: wrappers, a left side, a chain, definitions beside it.

The four entry points differ in what may stand around the one expression;
``grammar.py`` reads the expression itself, ``statements.py`` finds the parts.
"""

from __future__ import annotations

from grader.errors import AnswerError
from grader.expr.conditions import in_words
from grader.expr.grammar import Grammar
from grader.expr.lexer import tokenize
from grader.expr.lexicon import lexicon_of
from grader.expr.names import Vocabulary
from grader.expr.reading import Definition, Note, Reading
from grader.expr.statements import Statement, split, trim
from grader.expr.tokens import (
    CONSTANT,
    DIFFERENTIAL,
    EITHER,
    END,
    FUNCTION,
    IF,
    INDICATOR,
    MARKED,
    SYMBOL,
    TIMES,
    UNKNOWN,
    Tokens,
)
from grader.expr.tree import Node, Partial, Symbol
from grader.source import Span

__all__ = [
    "Definition",
    "Note",
    "Reading",
    "parse_answer",
    "parse_expression",
    "parse_name",
    "parse_quantity",
]

_NAMES = frozenset({SYMBOL, MARKED, UNKNOWN, EITHER, CONSTANT, DIFFERENTIAL, INDICATOR, FUNCTION})


def parse_expression(text: str, vocabulary: Vocabulary) -> Node:
    """The tree of one expression and nothing else.

    Raises AnswerError where the text has no meaning, LimitError where it is too
    long or too deep.
    """
    tokens = tokenize(text, lexicon_of(vocabulary))
    grammar = Grammar(tokens, lexicon_of(vocabulary))
    node = grammar.sum()
    if grammar.kinds[grammar.pos] != END:
        raise grammar.unexpected()
    return node


def parse_answer(text: str, vocabulary: Vocabulary) -> Reading:
    r"""An answer as a person wrote it.

    Takes ``$…$``, ``\boxed{…}``, a left side (``∂y/∂φ₀ = …``), a chain
    ``A = B = C``, definitions after ``where``, prose around, and trailing
    punctuation.  Raises AnswerError where the text has no meaning, LimitError
    where it is too long or too deep.
    """
    lexicon = lexicon_of(vocabulary)
    tokens = tokenize(text, lexicon)
    if not tokens.outer:
        grammar = Grammar(tokens, lexicon)
        if tokens.values[0] != "{" and tokens.kinds[0] != TIMES:
            node = grammar.sum()
            if grammar.kinds[grammar.pos] != END:
                raise grammar.unexpected()
            return Reading(text, node, None, (node,), (), tuple(grammar.notes))
    return _parse_statements(text, vocabulary, tokens)


def _parse_statements(text: str, vocabulary: Vocabulary, tokens: Tokens) -> Reading:
    """An answer with more than one expression's worth of tokens."""
    statements, notes = split(tokens)
    names = _defined_names(tokens, statements)
    if names:
        vocabulary = vocabulary.with_names(names)
        tokens = tokenize(text, lexicon_of(vocabulary))
        statements, notes = split(tokens, names)
    grammar = Grammar(tokens, lexicon_of(vocabulary))
    grammar.notes += notes
    definitions = []
    answers: list[Statement] = []
    for statement in statements:
        after_where = statement.definition and (_is_named(statement) or bool(answers))
        if after_where or _defines(tokens, statement, names):
            definitions.append(_definition(grammar, statement))
        else:
            answers.append(statement)
    if not answers:
        if len(definitions) == 1 and not statements[0].definition:
            answers = [statements[0]]  # z_1 = …, alone: a heading
            definitions = []
        else:
            what = "only words are written here" if not statements else "nothing is answered here"
            raise AnswerError(what, text, Span(0, len(text.rstrip())))
    if len(answers) > 1:
        second = answers[1]
        raise AnswerError(
            "a second answer begins here",
            text,
            Span(tokens.starts[second.first], tokens.ends[second.last - 1]),
            "give one answer",
        )
    return _chain(grammar, answers[0], tuple(definitions))


def _defined_names(tokens: Tokens, statements: list[Statement]) -> frozenset[str]:
    """Names that statements beside the answer define and the homework does not know."""
    if len(statements) < 2:
        return frozenset()
    return frozenset(
        tokens.values[statement.first]
        for statement in statements
        if tokens.kinds[statement.first] == UNKNOWN and _is_named(statement)
    )


def _is_named(statement: Statement) -> bool:
    """Whether a statement is ``name = …``."""
    return bool(statement.equals) and statement.equals[0] == statement.first + 1


def _defines(tokens: Tokens, statement: Statement, names: frozenset[str]) -> bool:
    return _is_named(statement) and tokens.values[statement.first] in names


def _definition(grammar: Grammar, statement: Statement) -> Definition:
    """``name = expression``."""
    tokens = grammar.tokens
    first, last = statement.first, statement.last
    span = Span(tokens.starts[first], tokens.ends[last - 1])
    if tokens.kinds[first] not in _NAMES or not _is_named(statement):
        raise AnswerError(
            "a definition is `name = expression`", grammar.text, span, "such as `z_1 = x + 1`"
        )
    name = tokens.values[first]
    if tokens.kinds[first] in (FUNCTION, EITHER):
        raise AnswerError(
            f"`{grammar.quote(tokens.starts[first], tokens.ends[first])}` is a function and"
            f" cannot be defined",
            grammar.text,
            Span(tokens.starts[first], tokens.ends[first]),
        )
    links = [_link(grammar, begin, end) for begin, end in statement.links()[1:]]
    return Definition(name, links[-1], span)


def _chain(grammar: Grammar, statement: Statement, definitions: tuple[Definition, ...]) -> Reading:
    """The answer itself: a left side where there is one, and the links of its chain."""
    parts = statement.links()
    heading: Partial | Symbol | None = None
    begin, end = parts[0]
    if begin == end and len(parts) > 1:  # "= x"
        parts = parts[1:]
    elif len(parts) > 1:
        heading = _heading(grammar, begin, end)
        if heading is not None:
            parts = parts[1:]
    links = tuple(_link(grammar, begin, end) for begin, end in parts)
    return Reading(grammar.text, links[-1], heading, links, definitions, tuple(grammar.notes))


def _heading(grammar: Grammar, begin: int, end: int) -> Partial | Symbol | None:
    """The left side when it is a quantity."""
    tokens = grammar.tokens
    if end == begin + 1 and tokens.kinds[begin] == UNKNOWN:
        partial = grammar.subscript_partial(begin)
        if partial is not None:
            return partial
    if end == begin + 1 and tokens.kinds[begin] in (SYMBOL, MARKED, UNKNOWN, EITHER):
        return Symbol(tokens.values[begin], Span(tokens.starts[begin], tokens.ends[begin]))
    notes = list(grammar.notes)
    node = _link(grammar, begin, end)
    if isinstance(node, Partial):
        return node
    grammar.notes[:] = notes  # it is a link, and read again as one
    return None


def _link(grammar: Grammar, begin: int, end: int) -> Node:
    """The expression that is the tokens from ``begin`` up to ``end``."""
    tokens = grammar.tokens
    if begin == end:
        at = max(begin - 1, 0)
        raise AnswerError(
            f"nothing stands after the `{grammar.quote(tokens.starts[at], tokens.ends[at])}`",
            grammar.text,
            Span(tokens.starts[at], tokens.ends[at]),
        )
    grammar.pos = begin
    kind = tokens.kinds[end]
    tokens.kinds[end] = END
    if tokens.kinds[begin] == TIMES and end - begin > 1:
        typed = grammar.quote(tokens.starts[begin], tokens.ends[begin])
        span = Span(tokens.starts[begin], tokens.ends[begin])
        grammar.note(f"the `{typed}` before everything is not read", "correction", span)
        grammar.pos += 1
    node = grammar.sum()
    if tokens.kinds[grammar.pos] == IF and grammar.pos < end:
        node = in_words(grammar, node)
    if grammar.pos != end:
        raise grammar.unexpected()
    tokens.kinds[end] = kind
    return node


def parse_quantity(text: str, vocabulary: Vocabulary) -> Partial | Symbol:
    r"""A quantity that a part asks for: ``\frac{\partial y}{\partial \phi_0}``, ``dy/dphi_0``, ``y``.

    Raises AnswerError for anything else.
    """
    tokens = tokenize(text, lexicon_of(vocabulary))
    grammar = Grammar(tokens, lexicon_of(vocabulary))
    begin, end = trim(tokens, 0, len(tokens.kinds) - 1)
    node = _link(grammar, begin, end) if begin < end else None
    if isinstance(node, Partial | Symbol):
        return node
    raise AnswerError(
        "this is no quantity", text, Span(0, len(text)), "write a name or a derivative"
    )


def parse_name(text: str, vocabulary: Vocabulary) -> str:
    r"""The canonical form of one name: ``\theta_{0,1}`` is ``theta_01``.

    The name need not be one of the vocabulary; aliases lead to what they stand
    for.  Raises AnswerError for what is not one name.
    """
    stripped = text.strip()
    if stripped.isascii() and stripped.isidentifier():
        base, _, subscript = stripped.partition("_")
        if base.isalpha() and (subscript.isalnum() or not subscript):
            return vocabulary.resolve(stripped) or stripped
    tokens = tokenize(text, lexicon_of(vocabulary))
    begin, end = trim(tokens, 0, len(tokens.kinds) - 1)
    if end - begin == 1 and tokens.kinds[begin] in _NAMES:
        if tokens.kinds[begin] == FUNCTION:
            return text[tokens.starts[begin] : tokens.ends[begin]].lstrip("\\")
        return tokens.values[begin]
    raise AnswerError("this is not one name", text, Span(0, len(text)))
