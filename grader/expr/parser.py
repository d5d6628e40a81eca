"""Reads a whole answer: wrappers, a left side, a chain, definitions beside it.

The four entry points differ in what may stand around the one expression;
``grammar.py`` reads the expression itself, ``statements.py`` finds the parts.
"""

from __future__ import annotations

from dataclasses import replace

from grader.errors import AnswerError, LimitError
from grader.expr.conditions import condition, in_words
from grader.expr.grammar import Grammar
from grader.expr.lexer import tokenize
from grader.expr.lexicon import Lexicon, lexicon_of
from grader.expr.names import Vocabulary, layered_name
from grader.expr.prose import has_lines, with_prose
from grader.expr.reading import Definition, Note, Reading
from grader.expr.segments import segments
from grader.expr.statements import Statement, split, trim
from grader.expr.tokens import (
    APPROX,
    COMMA,
    CONSTANT,
    DIFFERENTIAL,
    EITHER,
    END,
    EQUALS,
    FUNCTION,
    IF,
    INDICATOR,
    MARKED,
    OPEN,
    PLUS,
    POWER,
    REFUSED,
    SUBSCRIPT,
    SYMBOL,
    TIMES,
    UNKNOWN,
    Tokens,
)
from grader.expr.tree import Condition, Node, Partial, Quotient, Symbol
from grader.limits import ALTERNATIVE_TOKENS, MAX_ALTERNATIVES, READING_NOTES
from grader.source import Span

__all__ = [
    "Definition",
    "Note",
    "Reading",
    "parse_answer",
    "parse_condition",
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
    grammar = grammar_for(tokens, lexicon_of(vocabulary))
    node = grammar.sum()
    if grammar.kinds[grammar.pos] != END:
        raise grammar.unexpected()
    return node


def parse_condition(text: str, vocabulary: Vocabulary) -> Condition:
    """The tree of one condition and nothing else, such as ``0 < p < 1``.

    Raises AnswerError where the text has no meaning, LimitError where it is too
    long or too deep.
    """
    tokens = tokenize(text, lexicon_of(vocabulary))
    grammar = Grammar(tokens, lexicon_of(vocabulary))
    found = condition(grammar)
    if grammar.kinds[grammar.pos] != END:
        raise grammar.unexpected()
    return found


def parse_answer(text: str, vocabulary: Vocabulary) -> Reading:
    r"""An answer as a person wrote it.

    Takes ``$…$``, ``\boxed{…}``, a left side (``∂y/∂φ₀ = …``), a chain
    ``A = B = C``, definitions after ``where``, prose around, and trailing
    punctuation.  Raises AnswerError where the text has no meaning, LimitError
    where it is too long or too deep.
    """
    lexicon = lexicon_of(vocabulary)
    try:
        tokens = tokenize(text, lexicon)
        if tokens.worded or ("\n" in text and has_lines(text)):
            tokens = _with_prose(text, lexicon) or tokens
        reading, choices = _read(text, vocabulary, tokens)
    except AnswerError:
        # Without a reading as it stands: perhaps there are words around the mathematics.
        again = _with_prose(text, lexicon)
        if again is None:
            raise
        tokens = again
        reading, choices = _read(text, vocabulary, tokens)
    if len(reading.notes) > READING_NOTES:
        reading = replace(reading, notes=_first_notes(reading.notes))
    if not choices:
        return reading
    return replace(reading, alternatives=_alternatives(reading, choices, vocabulary, tokens))


def _with_prose(text: str, lexicon: Lexicon) -> Tokens | None:
    """The tokens of a text whose words are told apart from its mathematics; None without."""
    parts = with_prose(text, segments(text), lexicon)
    return None if parts is None else tokenize(text, lexicon, parts)


def _read(
    text: str, vocabulary: Vocabulary, tokens: Tokens, flipped: frozenset[int] = frozenset()
) -> tuple[Reading, list[int]]:
    """An answer, and the tokens at which a person could read on in another way.

    ``flipped``: those of them at which the other way is taken.
    """
    if not tokens.outer and tokens.values[0] != "{" and tokens.kinds[0] not in (TIMES, REFUSED):
        grammar = grammar_for(tokens, lexicon_of(vocabulary), flipped)
        node = grammar.sum()
        if grammar.kinds[grammar.pos] != END:
            raise grammar.unexpected()
        return Reading(text, node, None, (node,), (), tuple(grammar.notes)), grammar.choices
    return _read_statements(text, vocabulary, tokens, flipped)


def _first_notes(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """As many notes as a person reads, and how many more there are of each kind."""
    kept, left = notes[:READING_NOTES], notes[READING_NOTES:]
    kinds = dict.fromkeys(note.kind for note in left)
    return kept + tuple(
        Note(
            next(note.span for note in left if note.kind == kind),
            f"{sum(note.kind == kind for note in left)} more places are read in the same way",
            kind,
        )
        for kind in kinds
    )


def _alternatives(
    reading: Reading, choices: list[int], vocabulary: Vocabulary, tokens: Tokens
) -> tuple[Node, ...]:
    """The other trees of an answer: all choices turned round, then each by itself."""
    sites = tuple(dict.fromkeys(choices))
    turned = [frozenset(sites)]
    if len(sites) > 1:
        turned += [frozenset({site}) for site in sites]
    found: list[Node] = []
    # At least all turned round; fewer one by one where the text is long.
    most = max(1, min(MAX_ALTERNATIVES, ALTERNATIVE_TOKENS // len(tokens.kinds)))
    for flipped in turned[:most]:
        try:
            tree = _read(reading.text, vocabulary, tokens, flipped)[0].tree
        except (AnswerError, LimitError):
            continue  # read so, the text has no meaning: no reading of it
        if isinstance(tree, Node) and tree != reading.tree and tree not in found:
            found.append(tree)
    return tuple(found)


def _read_statements(
    text: str, vocabulary: Vocabulary, tokens: Tokens, flipped: frozenset[int]
) -> tuple[Reading, list[int]]:
    """An answer with more than one expression's worth of tokens."""
    statements, notes = split(tokens)
    names = _defined_names(tokens, statements)
    if names:
        vocabulary = vocabulary.with_names(names)
        tokens = tokenize(text, lexicon_of(vocabulary), tokens.parts)
        statements, notes = split(tokens, names)
    grammar = grammar_for(tokens, lexicon_of(vocabulary), flipped)
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
    answers = _without_reasons(grammar, answers)
    if len(answers) > 1:
        second = answers[1]
        raise AnswerError(
            "a second answer begins here",
            text,
            Span(tokens.starts[second.first], tokens.ends[second.last - 1]),
            "give one answer",
        )
    return _chain(grammar, answers[0], tuple(definitions)), grammar.choices


def _without_reasons(grammar: Grammar, answers: list[Statement]) -> list[Statement]:
    """The answers among what words make a reason, or a step to the conclusion.

    Only where it is plain: a reason is said to be one, and what stands before a
    conclusion is an equation about something else.
    """
    kept = [answer for answer in answers if answer.role != "reason"]
    if len(kept) > 1 and kept[-1].role == "conclusion":
        before = [
            answer
            for answer in kept[:-1]
            if not _is_named(answer) or grammar.kinds[answer.first] not in (SYMBOL, MARKED)
        ]
        kept = [*before, kept[-1]]
    if not kept:
        return answers
    tokens = grammar.tokens
    for answer in answers:
        if answer not in kept:
            span = Span(tokens.starts[answer.first], tokens.ends[answer.last - 1])
            grammar.note(
                f"`{grammar.quote(span.start, span.end)}` is read as a reason, not as the answer",
                "unread",
                span,
            )
    return kept


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
    parts = _without_statement(grammar, statement.links())
    heading: Partial | Symbol | None = None
    begin, end = parts[0]
    if statement.role == "operand":  # "the derivative of cos x is -sin x"
        if len(parts) == 1:
            tokens = grammar.tokens
            raise AnswerError(
                "the words before this ask for something that is not worked out",
                grammar.text,
                Span(tokens.starts[begin], tokens.ends[end - 1]),
                "write the result",
            )
        parts = parts[1:]
    elif begin == end and len(parts) > 1:  # "= x"
        parts = parts[1:]
    elif len(parts) > 1:
        heading = _heading(grammar, begin, end)
        if heading is not None:
            parts = parts[1:]
    parts = _without_statement(grammar, parts)
    links = tuple(_link(grammar, begin, end) for begin, end in parts)
    if statement.rest is not None and grammar.choice(statement.last):
        # "ln(1+x) ≈ x": what is approximated may stand before what is asked.
        links = (*links, _approximation(grammar, statement.last + 1, statement.rest))
    return Reading(grammar.text, links[-1], heading, links, definitions, tuple(grammar.notes))


#: Signs of what an answer may restate: the integral or the limit whose value is asked.
_RESTATED = frozenset({"int", "lim"})


def _without_statement(grammar: Grammar, parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    r"""The links without what a chain begins with and is asked: an integral or a limit.

    ``\int_0^1 x dx = [x^2/2]_0^1 = 1/2`` is 1/2.
    """
    tokens = grammar.tokens
    while len(parts) > 1:
        begin, end = parts[0]
        restated = tokens.kinds[begin] == REFUSED and tokens.values[begin] in _RESTATED
        if not restated and not _is_between(grammar, begin, end):
            break
        span = Span(tokens.starts[begin], tokens.ends[end - 1])
        grammar.note("what stands before the `=` is not read", "unread", span)
        parts = parts[1:]
    return parts


def _is_between(grammar: Grammar, begin: int, end: int) -> bool:
    """Whether a link is an antiderivative between its ends: ``[x^2/2]_0^1``."""
    tokens = grammar.tokens
    if tokens.kinds[begin] != OPEN:
        return False
    below = tokens.match[begin] + 1
    return (
        below < end
        and tokens.kinds[below] == SUBSCRIPT
        and POWER in tokens.kinds[below:end]
        and PLUS not in tokens.kinds[below + 1 : below + 3]  # `[z]_+`
    )


def _approximation(grammar: Grammar, begin: int, end: int) -> Node:
    """The expression after a ``≈``, up to the next one or an equals sign."""
    grammar.pos = begin
    node = grammar.sum()
    if grammar.pos < end and grammar.kinds[grammar.pos] not in (APPROX, EQUALS):
        raise grammar.unexpected()
    return node


def _heading(grammar: Grammar, begin: int, end: int) -> Partial | Symbol | None:
    """The left side when it is a quantity."""
    tokens = grammar.tokens
    if end == begin + 1 and tokens.kinds[begin] == UNKNOWN:
        partial = grammar.subscript_partial(begin)
        if partial is not None:
            return partial
    if end == begin + 1 and tokens.kinds[begin] in (SYMBOL, MARKED, UNKNOWN, EITHER):
        return Symbol(tokens.values[begin], Span(tokens.starts[begin], tokens.ends[begin]))
    if tokens.kinds[begin] == UNKNOWN and _of_names(tokens, begin + 1, end):
        # "T_3(x) = …", a label with what it is a function of
        return Symbol(tokens.values[begin], Span(tokens.starts[begin], tokens.ends[end - 1]))
    notes = list(grammar.notes)
    node = _link(grammar, begin, end)
    if isinstance(node, Partial) and _names_only(node):
        return node
    grammar.notes[:] = notes  # it is a link, and read again as one
    return None


def _of_names(tokens: Tokens, begin: int, end: int) -> bool:
    """Whether a range is names in brackets: ``(x)``, ``(x, y)``."""
    inside = tokens.kinds[begin + 1 : end - 1]
    return (
        tokens.kinds[begin] == OPEN
        and tokens.match[begin] == end - 1
        and all(kind == (COMMA if k % 2 else SYMBOL) for k, kind in enumerate(inside))
        and len(inside) % 2 == 1
    )


def _names_only(node: Partial) -> bool:
    """Whether a derivative is of a name by a name; ``∂cos(f_2)/∂f_2 = …`` is a step instead."""
    return isinstance(node.quantity, Symbol) and isinstance(node.variable, Symbol)


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
    try:
        return _expression(grammar, begin, end)
    finally:
        tokens.kinds[end] = kind


def _expression(grammar: Grammar, begin: int, end: int) -> Node:
    """The expression that the tokens from ``begin`` are, up to an END at ``end``."""
    tokens = grammar.tokens
    typed = grammar.quote(tokens.starts[begin], tokens.ends[begin])
    if tokens.kinds[begin] == TIMES and end - begin > 1 and not typed.isalpha():
        span = Span(tokens.starts[begin], tokens.ends[begin])
        grammar.note(f"the `{typed}` before everything is not read", "correction", span)
        grammar.pos += 1
    node = grammar.sum()
    if grammar.kinds[grammar.pos] == REFUSED and grammar.values[grammar.pos] == "over":
        grammar.pos += 1
        below = grammar.sum()
        node = Quotient(node, below, Span(tokens.starts[begin], tokens.ends[grammar.pos - 1]))
    if tokens.kinds[grammar.pos] == IF and grammar.pos < end:
        node = in_words(grammar, node)
    if grammar.pos != end:
        raise grammar.unexpected()
    return node


def parse_quantity(text: str, vocabulary: Vocabulary) -> Partial | Symbol:
    r"""A quantity that a part asks for: ``\frac{\partial y}{\partial \phi_0}``, ``dy/dphi_0``, ``y``.

    Raises AnswerError for anything else.
    """
    tokens = tokenize(text, lexicon_of(vocabulary))
    grammar = grammar_for(tokens, lexicon_of(vocabulary))
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
    layered = layered_name(stripped)
    if layered is not None:
        return vocabulary.resolve(layered) or layered
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


def grammar_for(tokens: Tokens, lexicon: Lexicon, flipped: frozenset[int] = frozenset()) -> Grammar:
    """The grammar that a vocabulary asks for."""
    if lexicon.vocabulary.shapes:
        from grader.expr.matrix_grammar import MatrixGrammar

        return MatrixGrammar(tokens, lexicon, flipped)
    return Grammar(tokens, lexicon, flipped)
