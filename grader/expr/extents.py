r"""Reads sizes with any number of axes: ``3 \times H \times W``, ``(N, C, H, W)``, ``(N,)``.

Two axes read as a matrix's size does (``dimensions.py``); this is for the others.
"""

from __future__ import annotations

from grader.errors import AnswerError, LimitError
from grader.expr.composite import Extents
from grader.expr.dimensions import Sizes, size_lexicon
from grader.expr.lexer import tokenize
from grader.expr.names import Vocabulary
from grader.expr.prose import with_prose
from grader.expr.reading import Reading
from grader.expr.segments import segments
from grader.expr.tokens import (
    BY,
    COMMA,
    EQUALS,
    MEMBER,
    OPEN,
    POWER,
    REALS,
    SCALAR,
    STOP,
    TIMES,
)
from grader.expr.tree import Dimensions, Node, Number, Product
from grader.limits import MAX_AXES


def parse_extents(text: str, vocabulary: Vocabulary) -> Reading:
    r"""A size as a person wrote it; ``tree`` of the reading is an Extents.

    Axes stand between commas, or between ``\times``, ``x`` and ``by``; around them may be
    brackets or ``\mathbb{R}^{…}``.  ``scalar``, ``1`` and ``()`` have no axes.  Raises
    AnswerError where the text has no meaning, LimitError where it is too long.
    """
    lexicon = size_lexicon(vocabulary)
    try:
        tokens = tokenize(text, lexicon)
        return _read(Sizes(tokens, lexicon, vocabulary))
    except AnswerError:
        parts = with_prose(text, segments(text), lexicon)
        if parts is None:
            raise
    return _read(Sizes(tokenize(text, lexicon, parts), lexicon, vocabulary))


def _read(sizes: Sizes) -> Reading:
    tokens = sizes.tokens
    kinds = tokens.kinds
    first, last = sizes.without_words(0, len(kinds) - 1)
    heading = None
    signs = [
        i
        for i in sizes.outer(first, last)
        if kinds[i] in (EQUALS, MEMBER) or (kinds[i] == STOP and tokens.values[i] == ":")
    ]
    if signs:
        if kinds[signs[0]] in (EQUALS, STOP) and signs[0] > first:
            heading = sizes.heading(first, signs[0])
        first, last = sizes.without_words(signs[-1] + 1, last)
    begin, end = first, last
    if first < last and kinds[first] == REALS and last > first + 1 and kinds[first + 1] == POWER:
        begin = first + 2
    while begin < end and kinds[begin] == OPEN and tokens.match[begin] == end - 1:
        begin, end = begin + 1, end - 1
    if first == last:
        raise sizes.fail("no size is written here", first, last, r"write `(N, C, H, W)`")
    axes = _axes(sizes, begin, end)
    if any(isinstance(axis, Number) and axis.value < 1 for axis in axes):
        raise sizes.fail("a size is a positive whole number", begin, end)
    for axis in axes:
        sizes.check(Dimensions(axis, axis))
    return Reading(
        sizes.grammar.text, Extents(axes, sizes.span(first, last)), heading, (), (),
        tuple(sizes.grammar.notes),
    )  # fmt: skip


def _axes(sizes: Sizes, first: int, last: int) -> tuple[Node, ...]:
    kinds = sizes.tokens.kinds
    if first == last or (kinds[first] == SCALAR and last == first + 1):
        return ()
    outer = sizes.outer(first, last)
    signs = [i for i in outer if kinds[i] == COMMA] or [i for i in outer if kinds[i] in (BY, TIMES)]
    if len(signs) >= MAX_AXES:
        raise LimitError("MAX_AXES", f"a size of more than {MAX_AXES} axes is not read")
    bounds = [*signs, last]
    axes: list[Node] = []
    begin = first
    for end in bounds:
        if begin == end == last and kinds[end - 1] == COMMA and axes:
            break  # (N,)
        axes.append(sizes.expression(begin, end))
        begin = end + 1
    if len(axes) == 1 and not signs:
        if isinstance(axes[0], Number) and axes[0].value == 1:
            return ()
        if isinstance(axes[0], Product):
            raise sizes.fail(
                f"`{sizes.text(first, last)}` is a product, which is one number and no size",
                first,
                last,
                r"write `\times` or commas between the axes",
            )
    return tuple(axes)
