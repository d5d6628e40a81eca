r"""Reads sizes: ``D_1 \times D_2``, ``(D_1, D_2)``, ``\mathbb{R}^{D_1 \times 1}``, ``D1xD2``, ``D_1``.

The names are those of the vocabulary; between two sizes, ``x``, ``*`` and ``by``
mean "by".  Sizes are never multiplied out: ``2D_1 \times 3`` keeps its rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from grader.errors import AnswerError
from grader.expr.grammar import Grammar
from grader.expr.lexer import tokenize
from grader.expr.lexicon import Lexicon, lexicon_of
from grader.expr.names import Vocabulary
from grader.expr.prose import with_prose
from grader.expr.reading import Reading
from grader.expr.segments import segments
from grader.expr.statements import trim
from grader.expr.tokens import (
    AND,
    BY,
    COMMA,
    COMMAND,
    DIFFERENTIAL,
    END,
    EQUALS,
    MEMBER,
    MINUS,
    OPEN,
    PARTIAL,
    POWER,
    PROSE,
    REALS,
    SCALAR,
    STOP,
    TIMES,
    UNKNOWN,
    Tokens,
)
from grader.expr.tree import (
    Dimensions,
    Negation,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Symbol,
    walk,
)
from grader.source import Span

#: Words around a size that change nothing of it.
_FILLER = frozenset(
    "a an the is are it its of has have with size sizes shape shapes dim dims dimension "
    "dimensions matrix matrices vector column col so and therefore be should will answer in "
    "which that this gives we get jacobian gradient square diagonal length long elements entries "
    "row".split()
)

#: Words that say which side a size is.
_ROWS = frozenset({"rows", "row"})
_COLUMNS = frozenset({"columns", "column", "cols", "col"})

#: What may stand between a side and its word, or between the two sides.
_JOINS = frozenset({AND, COMMA, BY, TIMES, EQUALS})

_BEGINS_DERIVATIVE = frozenset({COMMAND, PARTIAL, DIFFERENTIAL})


def parse_dimensions(text: str, vocabulary: Vocabulary) -> Reading:
    """A size as a person wrote it; ``tree`` of the reading is a Dimensions.

    One size alone is a column (n × 1); ``scalar`` and ``1`` are 1 × 1.  Raises
    AnswerError where the text has no meaning, LimitError where it is too long.
    """
    lexicon = size_lexicon(vocabulary)
    try:
        tokens = tokenize(text, lexicon)
        return Sizes(tokens, lexicon, vocabulary).reading()
    except AnswerError:
        parts = with_prose(text, segments(text), lexicon)
        if parts is None:
            raise
    tokens = tokenize(text, lexicon, parts)
    return Sizes(tokens, lexicon, vocabulary).reading()


def size_lexicon(vocabulary: Vocabulary) -> Lexicon:
    """The lexicon of a vocabulary in which ``x`` means "by"."""
    lexicon = vocabulary.memo.get("sizes")
    if isinstance(lexicon, Lexicon):
        return lexicon
    plain = lexicon_of(vocabulary)
    by = (BY, "by")
    words = {"x": by, "X": by, "by": by, "By": by, "BY": by, "scalar": (SCALAR, "scalar")}
    words["in"] = (MEMBER, "in")
    if vocabulary.resolve("R") is None:
        words["R"] = (REALS, "R")
    lexicon = Lexicon(
        vocabulary,
        plain.spelled | words,
        plain.pieces | {"x": by, "X": by},
        plain.longest,
        plain.layered,
    )
    vocabulary.memo["sizes"] = lexicon
    return lexicon


class Sizes:
    """Reads the tokens of one size; used once."""

    def __init__(self, tokens: Tokens, lexicon: Lexicon, vocabulary: Vocabulary) -> None:
        self.tokens = tokens
        self.grammar = Grammar(tokens, lexicon)
        self.lexicon = lexicon
        self.vocabulary = vocabulary
        said = self.words_of(range(len(tokens.kinds) - 1))
        #: "a row vector of size n" is 1 × n.
        self.is_row = "row" in said and "vector" in said
        self.is_square = "square" in said or "diagonal" in said

    def words_of(self, indices: Iterable[int]) -> list[str]:
        """The words at some tokens, in lower case."""
        kinds = self.tokens.kinds
        return [
            word
            for index in indices
            if kinds[index] in (PROSE, UNKNOWN)
            for word in re.findall("[A-Za-z]+", self.text(index, index + 1).lower())
        ]

    def reading(self) -> Reading:
        """The whole text."""
        tokens = self.tokens
        first, last = self.without_words(0, len(tokens.kinds) - 1)
        heading: Partial | Symbol | None = None
        sides = _ROWS | _COLUMNS
        worded = next((i for i in range(first, last) if self.is_word(i, sides)), last)
        for index in self.outer(first, last):
            kind, value = tokens.kinds[index], tokens.values[index]
            if index > worded:
                break  # "rows: D_1, columns: D_2"
            if index > first and (
                kind in (EQUALS, MEMBER)
                or (kind, value) == (STOP, ":")
                or (kind == PROSE and self.says_size(index, first))
            ):
                heading = self.heading(first, index)
                first = index + 1
                break
        # The words at the ends may be the ones that say which side is which.
        begin = 0 if heading is None else first
        size = self.by_words(begin, len(tokens.kinds) - 1)
        if size is None:
            first, last = self.without_words(first, last)
            if first < last and tokens.kinds[first] in (EQUALS, MEMBER):
                first += 1
            size = self.size(first, last)
        self.check(size)
        return Reading(self.grammar.text, size, heading, (), (), tuple(self.grammar.notes))

    def says_size(self, index: int, first: int) -> bool:
        """Whether words part a derivative from its size: "∂f/∂h has size D_1 × D_2"."""
        begin, end = self.without_words(first, index)
        begins = self.tokens.kinds[begin]
        return self.is_filler(index) and begin < end and begins in _BEGINS_DERIVATIVE

    def by_words(self, first: int, last: int) -> Dimensions | None:
        """``D_1 rows and D_2 columns``, ``rows: D_1, columns: D_2``; None for other texts."""
        rows = [i for i in range(first, last) if self.is_word(i, _ROWS)]
        columns = [i for i in range(first, last) if self.is_word(i, _COLUMNS)]
        if len(rows) != 1 or len(columns) != 1:
            return None
        one, two = sorted((rows[0], columns[0]))
        if self.trimmed(first, one)[0] < self.trimmed(first, one)[1]:  # D_1 rows, D_2 columns
            sides = (first, one), (one + 1, two)
            rest = (two + 1, last)
        else:  # rows D_1, columns D_2
            sides = (one + 1, two), (two + 1, last)
            rest = (two, two)
        if self.trimmed(*rest)[0] < self.trimmed(*rest)[1]:
            return None
        nodes = [self.expression(*self.trimmed(*side)) for side in sides]
        if one != rows[0]:
            nodes.reverse()
        return Dimensions(nodes[0], nodes[1], self.span(first, last))

    def is_word(self, index: int, words: frozenset[str]) -> bool:
        """Whether a token is one of some words, and not "row vector"."""
        said = self.words_of([index])
        after = self.words_of([index + 1]) if index + 1 < len(self.tokens.kinds) else []
        return len(said) == 1 and said[0] in words and after[:1] != ["vector"]

    def trimmed(self, first: int, last: int) -> tuple[int, int]:
        """A range without what joins it to its word."""
        kinds = self.tokens.kinds
        while True:
            begin, end = self.without_words(first, last)
            while begin < end and kinds[begin] in _JOINS:
                begin += 1
            while end > begin and kinds[end - 1] in _JOINS:
                end -= 1
            if (begin, end) == (first, last):
                return first, last
            first, last = begin, end

    def without_words(self, first: int, last: int) -> tuple[int, int]:
        """A range without the words and the punctuation at its ends."""
        tokens = self.tokens
        while True:
            begin, end = trim(tokens, first, last)
            while begin < end and self.is_filler(begin):
                begin += 1
            while end > begin and self.is_filler(end - 1):
                end -= 1
            if (begin, end) == (first, last):
                return first, last
            first, last = begin, end

    def is_filler(self, index: int) -> bool:
        """Whether a token is words that change nothing."""
        tokens = self.tokens
        kind = tokens.kinds[index]
        if kind == PROSE:
            words = re.findall("[A-Za-z]+", tokens.values[index].lower())
            return all(word in _FILLER for word in words)
        if kind in (UNKNOWN, "and", "where", "if", "in"):
            return self.text(index, index + 1).lower() in _FILLER
        return False

    def outer(self, first: int, last: int) -> list[int]:
        """The tokens of a range outside of all brackets in it."""
        found = []
        index = first
        while index < last:
            if self.tokens.kinds[index] == OPEN:
                index = self.tokens.match[index]
            else:
                found.append(index)
            index += 1
        return found

    def text(self, first: int, last: int) -> str:
        """The text of a range."""
        return self.grammar.quote(self.tokens.starts[first], self.tokens.ends[last - 1])

    def span(self, first: int, last: int) -> Span:
        """The span of a range, or of the whole text when it is empty."""
        if first >= last:
            return Span(0, max(len(self.grammar.text.rstrip()), 1))
        return Span(self.tokens.starts[first], self.tokens.ends[last - 1])

    def fail(self, message: str, first: int, last: int, hint: str | None = None) -> AnswerError:
        """The error with that fault at a range, for the caller to raise."""
        return AnswerError(message, self.grammar.text, self.span(first, last), hint)

    def heading(self, first: int, last: int) -> Partial | Symbol | None:
        """The quantity whose size is given, where the left side is one."""
        begin, end = self.without_words(first, last)
        if begin == end:
            return None
        node = self.expression(begin, end)
        return node if isinstance(node, Partial | Symbol) else None

    def size(self, first: int, last: int) -> Dimensions:
        """A size, in whatever form."""
        tokens = self.tokens
        first, last = self.without_words(first, last)
        if first >= last:
            raise self.fail("no size is written here", first, last, r"write `D_1 \times 1`")
        kind = tokens.kinds[first]
        if kind == SCALAR and last == first + 1:
            one = Number(Fraction(1), None, self.span(first, last))
            return Dimensions(one, one, self.span(first, last))
        if kind == REALS:
            return self.space(first, last)
        if kind == OPEN and tokens.match[first] == last - 1:
            return self.inside(first, last)
        for index in self.outer(first, last):
            if tokens.kinds[index] == POWER and tokens.values[index + 1] in ("T", "transpose"):
                raise self.grammar.fail("a transpose is not read here", index + 1)
        signs = [i for i in self.outer(first, last) if tokens.kinds[i] in (BY, TIMES)]
        if len(signs) > 1:
            raise self.fail(
                f"{len(signs) + 1} sizes where a matrix has two",
                first,
                last,
                "give rows and columns",
            )
        if signs:
            return self.pair(first, signs[0], last)
        commas = [i for i in self.outer(first, last) if tokens.kinds[i] == COMMA]
        if commas:
            return self.listed(first, last, commas, first, last)
        rows = self.expression(first, last)
        return self.column(rows, first, last)

    def column(self, rows: Node, first: int, last: int) -> Dimensions:
        """One size alone: a column."""
        span = self.span(first, last)
        factors = [side for side in walk(rows) if isinstance(side, Symbol)]
        if isinstance(rows, Power) or (isinstance(rows, Product) and len(factors) > 1):
            raise self.fail(
                f"`{self.text(first, last)}` is a product, which is one number and no size",
                first,
                last,
                "write rows × columns",
            )
        if self.is_square:
            self.grammar.note(
                f"a square matrix of `{self.text(first, last)}` is read as rows and columns alike",
                "style",
                span,
            )
            return Dimensions(rows, rows, span)
        if self.is_row:
            return Dimensions(Number(Fraction(1), None, span), rows, span)
        if not (isinstance(rows, Number) and rows.value == 1):
            self.grammar.note(
                f"`{self.text(first, last)}` alone is read as a column, `{self.text(first, last)} × 1`",
                "style",
                span,
            )
        return Dimensions(rows, Number(Fraction(1), None, span), span)

    def pair(self, first: int, sign: int, last: int) -> Dimensions:
        """``rows by columns``; the hyphens of ``D_1-by-D_2`` belong to the "by"."""
        tokens = self.tokens
        end, begin = sign, sign + 1
        if (
            tokens.kinds[sign] == BY
            and end - 1 > first
            and tokens.kinds[end - 1] == MINUS
            and begin < last
            and tokens.kinds[begin] == MINUS
        ):
            end -= 1
            begin += 1
        if tokens.kinds[sign] == TIMES and self.text(sign, sign + 1) in (r"\cdot", "·", "⋅"):
            self.grammar.note(
                f"`{self.text(sign, sign + 1)}` between two sizes is read as ×, not as a product",
                "correction",
                self.span(sign, sign + 1),
            )
        if end == first:
            raise self.fail(f"no rows stand before `{self.text(sign, sign + 1)}`", sign, sign + 1)
        if begin == last:
            raise self.fail(f"no columns stand after `{self.text(sign, sign + 1)}`", sign, sign + 1)
        return Dimensions(
            self.expression(first, end), self.expression(begin, last), self.span(first, last)
        )

    def inside(self, first: int, last: int) -> Dimensions:
        """A size in brackets."""
        commas = [i for i in self.outer(first + 1, last - 1) if self.tokens.kinds[i] == COMMA]
        if commas:
            return self.listed(first + 1, last - 1, commas, first, last)
        if first + 1 == last - 1:
            raise self.fail("the brackets hold no size", first, last)
        inner = self.size(first + 1, last - 1)
        return Dimensions(inner.rows, inner.columns, self.span(first, last))

    def listed(
        self, first: int, last: int, commas: list[int], outer_first: int, outer_last: int
    ) -> Dimensions:
        """``(rows, columns)``, and Python's ``(rows,)``."""
        if len(commas) > 1:
            raise self.fail(
                f"{len(commas) + 1} sizes where a matrix has two",
                outer_first,
                outer_last,
                "give rows and columns",
            )
        comma = commas[0]
        rows = self.expression(first, comma)
        if comma + 1 == last:
            return self.column(rows, first, comma)
        return Dimensions(
            rows, self.expression(comma + 1, last), self.span(outer_first, outer_last)
        )

    def space(self, first: int, last: int) -> Dimensions:
        r"""``\mathbb{R}^{D_1 \times D_2}`` and ``R^D1xD2``."""
        tokens = self.tokens
        span = self.span(first, last)
        if last == first + 1 and self.text(first, last) != "R":
            one = Number(Fraction(1), None, span)
            return Dimensions(one, one, span)
        if tokens.kinds[first + 1] != POWER or first + 2 >= last:
            raise self.fail(
                f"`{self.text(first, last)}` is no space of matrices",
                first,
                last,
                r"write `\mathbb{R}^{D_1 \times D_2}`",
            )
        if tokens.kinds[first + 2] == OPEN and tokens.match[first + 2] != last - 1:
            raise self.fail(f"`{self.text(first, last)}` is not one size", first, last)
        inner = self.size(first + 2, last)
        return Dimensions(inner.rows, inner.columns, span)

    def expression(self, first: int, last: int) -> Node:
        """A size that is a number, a name, or an expression of such."""
        grammar = self.grammar
        tokens = self.tokens
        if first >= last:
            raise self.fail("a size is missing", max(first - 1, 0), max(first, 1))
        kinds = tokens.kinds
        kept = kinds[last]
        kinds[last] = END
        grammar.pos = first
        node = grammar.sum()
        kinds[last] = kept
        if grammar.pos != last:
            raise grammar.unexpected()
        return node

    def check(self, size: Dimensions) -> None:
        """Refuse numbers that no size can be."""
        for side in (size.rows, size.columns):
            if isinstance(side, Negation):
                raise AnswerError("a size is a positive whole number", self.grammar.text, side.span)
            for part in walk(side):
                if isinstance(part, Number) and (part.value.denominator != 1 or part.value < 1):
                    raise AnswerError(
                        "a size is a positive whole number", self.grammar.text, part.span
                    )
