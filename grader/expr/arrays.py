r"""Reads vectors and matrices of scalars, and lists, entry by entry.

``\begin{pmatrix} a & b \\ c & d \end{pmatrix}``, ``[a, b; c, d]``, ``[[a, b], [c, d]]``,
``(a, b)``, each perhaps transposed (``^T``).  The text is cut at its outer brackets and
separators; what stands between is read by the parser of answers, in its place, so that
carets point into the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NoReturn

from grader.errors import AnswerError, LimitError
from grader.expr.composite import Entries
from grader.expr.names import Vocabulary
from grader.expr.parser import parse_answer, parse_quantity
from grader.expr.reading import Note, Reading
from grader.expr.tree import Negation, Node, Number, Partial, Product, Sum, Symbol
from grader.limits import MAX_ALTERNATIVES, MAX_ANSWER_CHARACTERS, MAX_ENTRIES
from grader.source import Span

_MATRIX = r"(?:[pbBvV]?(?:small)?matrix|array)\*?"
_BEGIN = re.compile(
    rf"\\begin\s*\{{\s*({_MATRIX})\s*\}}(?:\s*\[[a-z]\])?(?:\s*\{{\s*[lcr|@{{}}\s]*\}})?"
)
_END = re.compile(rf"\\end\s*\{{\s*({_MATRIX})\s*\}}")

#: What ends a row of a LaTeX matrix.
_ROW_END = re.compile(r"\\\\(?:\s*\[[^\]]{0,20}\])?|\\cr(?![A-Za-z])|\\tabularnewline(?![A-Za-z])")

#: A transpose behind a bracket: ``^T``, ``^{\top}``, ``^\intercal``, ``ᵀ``, ``'``.
_TRANSPOSE = re.compile(
    r"\s*(?:\^\s*(?:T|t|\\top|\\intercal|\\mathsf\s*\{?T\}?|\\mathrm\s*\{T\}|⊤|"
    r"\{\s*(?:T|t|\\top|\\intercal|\\mathsf\s*\{?T\}?|\\mathrm\s*\{\s*T\s*\}|\\text\s*\{T\}|⊤)\s*\})"
    r"|ᵀ|⊤|\.?T(?![A-Za-z_])|')"
)

#: A sign of multiplication at the end of a factor, and what may be the name of a function.
_FACTOR_END = re.compile(r"(?:\s|\\[,;:! ]|\\cdot(?![A-Za-z])|\\times(?![A-Za-z])|[*·⋅×])+\Z")
_MAY_CALL = re.compile(r"(?:[^\W\d_]|_(?:\{[^{}]*\}|\w+))'*\Z")

#: What may stand around an answer and says nothing.
_SPACE = r"(?:\s|\\[,;:! ]|\\quad(?![A-Za-z])|\\qquad(?![A-Za-z])|~)"
_LEADING = re.compile(
    rf"(?:{_SPACE}|\$|\\\[|\\displaystyle(?![A-Za-z])|\\left(?![A-Za-z])|\\[bB]igg?l?(?![A-Za-z]))*"
)
_TRAILING = re.compile(rf"(?:{_SPACE}|\$|\\\]|[.,;])+\Z")
_WRAPPED = re.compile(r"\\(?:boxed|fbox|mathbf|displaystyle)\s*\{(?P<inside>.*)\}\s*\Z", re.DOTALL)

#: ``\\( … \\)`` around everything.
_INLINE = re.compile(r"(\s*)\\\((.*)\\\)(\s*[.,;]?\s*)", re.DOTALL)

#: A comma that may stand for thousands: ``1,000``.
_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2},\d{3}(?![\d,])")

#: Words between the members of a list.
_AND = re.compile(
    r"(?<=[\s\d)}\]])(?:\\(?:text|mathrm)\s*\{\s*(?:and|or)\s*\}|(?:and|or)(?=[\s\\(\d-]))"
)

_SIZES = re.compile(r"\\(?:left|right|middle|[bB]igg?[lrm]?)(?![A-Za-z])\s*")
_OPEN, _CLOSE = "([{⟨", ")]}⟩"
_PAIRS = dict(zip(_OPEN, _CLOSE, strict=True))


def parse_array(text: str, vocabulary: Vocabulary) -> Reading:
    """A vector or matrix as a person wrote it; ``tree`` of the reading is an Entries.

    Raises AnswerError where the text has no meaning, LimitError where it is too long.
    """
    return _Reader(_cleared(text), text, vocabulary).array()


def parse_list(text: str, vocabulary: Vocabulary) -> Reading:
    """A list of expressions, with or without brackets; ``tree`` is an Entries of one row.

    A single expression is a list of one.  Raises AnswerError and LimitError.
    """
    return _Reader(_cleared(text), text, vocabulary).listed()


def _cleared(text: str) -> str:
    r"""The text with LaTeX's sizes of brackets blanked out, every place kept.

    ``\{`` loses its backslash and ``\langle`` becomes one bracket.
    """
    if len(text) > MAX_ANSWER_CHARACTERS:
        raise LimitError(
            "MAX_ANSWER_CHARACTERS",
            f"the answer has {len(text):,} characters; at most {MAX_ANSWER_CHARACTERS:,} are read",
        )
    framed = _INLINE.fullmatch(text)
    if framed is not None:
        text = f"{framed[1]}  {framed[2]}  {framed[3]}"
    text = _SIZES.sub(lambda found: " " * len(found[0]), text)
    for name, sign in ((r"\{", " {"), (r"\}", " }"), (r"\langle", "      ⟨"), (r"\rangle", "      ⟩"),
                       (r"\lbrace", "      {"), (r"\rbrace", "      }")):  # fmt: skip
        text = text.replace(name, sign)
    return re.sub(r"\$", " ", text)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is gathered while entries are read: notes, and other readings of entries."""

    notes: list[Note]
    others: list[tuple[Node, Node]]


@dataclass(frozen=True, slots=True)
class _Reader:
    """``text`` is the answer with brackets bared, ``typed`` as it was written."""

    text: str
    typed: str
    vocabulary: Vocabulary

    # --- whole answers ------------------------------------------------------------

    def array(self) -> Reading:
        found = _Found([], [])
        first, last, heading = self.beside_heading(found)
        literal = self.literal(first, last, found)
        if literal is None:
            literal = self.scaled(first, last, found)
        if literal is None and len(list(self.cut(first, last, ","))) > 1:
            literal = self.bracket(first, last, found)  # a, b
        if literal is None:
            self.explain_missing(first, last)
        rows, is_list = literal
        reading = self.reading(rows, heading, found, Span(first, last), is_list=is_list)
        spaced = self.by_blanks(first, last)
        if spaced is not None:
            reading = replace(reading, alternatives=(*reading.alternatives, spaced))
        return reading

    def listed(self) -> Reading:
        """A list; each of its members may be headed: ``x = 0, x = 2``."""
        text = _AND.sub(lambda word: "," + " " * (len(word[0]) - 1), self.text)
        if text != self.text:
            return replace(self, text=text).listed()
        found = _Found([], [])
        first, last = self.unwrapped()
        heading: Partial | Symbol | None = None
        pieces = [self.trimmed(*piece) for piece in self.cut(first, last, ",;")]
        if len(pieces) == 1:
            first, last, heading = self.beside_heading(found)
            pieces = self.members(first, last)
        row: list[Node] = []
        for begin, end in pieces:
            if begin == end:
                raise self.fail("a member of the list is missing", first, max(last, first + 1))
            signs = [at for at in self.outer(begin, end) if self.is_equals(at)]
            if signs:
                named = self.heading(begin, signs[-1])
                if len(signs) > 1 or named is None or heading not in (None, named):
                    raise self.fail("a member of a list is one expression", begin, end)
                heading = named
            row.append(self.entry(signs[-1] + 1 if signs else begin, end, found))
        return self.reading([tuple(row)], heading, found, Span(first, last), is_list=True)

    def members(self, first: int, last: int) -> list[tuple[int, int]]:
        """The pieces of a list in brackets, or the whole where there are none."""
        begin, end = first, last
        while (
            begin < end and self.text[begin] in _OPEN
            and self.closing(begin) == end - 1
            and (self.text[begin] in "{[⟨" or len(list(self.cut(begin + 1, end - 1, ",;"))) > 1)
        ):  # fmt: skip
            begin, end = self.trimmed(begin + 1, end - 1)
        if begin == end:
            raise self.fail("the list is empty", first, max(last, first + 1))
        return [self.trimmed(*piece) for piece in self.cut(begin, end, ",;")]

    def scaled(
        self, first: int, last: int, found: _Found
    ) -> tuple[list[tuple[Node, ...]], bool] | None:
        """A factor before a vector or matrix, which multiplies each entry; None without one.

        Before a bracket a name may be a function's, so that it is no factor there.
        """
        at = self.last_opened(first, last)
        prefix = _FACTOR_END.sub("", self.text[first:at]) if at is not None else ""
        if at is None or not prefix.strip():
            return None
        if self.text[at] != "\\" and _MAY_CALL.search(prefix):
            return None
        sign_only = prefix.strip() == "-"
        begin, end = self.trimmed(first, first + len(prefix))
        factor: Node = Number(Fraction(1))
        if not sign_only:
            try:
                factor = self.entry(begin, end, found)
            except (AnswerError, LimitError):
                return None
            if isinstance(factor, Sum) and self.closing(begin) != end - 1:
                return None  # 1 + 2(a, b)
        literal = self.literal(at, last, found)
        if literal is None or len(literal[0]) == len(literal[0][0]) == 1:
            return None  # 2(x + 1): a number in brackets
        rows: list[tuple[Node, ...]] = [
            tuple(Negation(entry) if sign_only else Product((factor, entry)) for entry in row)
            for row in literal[0]
        ]
        return rows, literal[1]

    def last_opened(self, first: int, last: int) -> int | None:
        """Where the last bracket of a range opens that stands in no other; not a brace."""
        opened: int | None = None
        index = first
        while index < last:
            is_begin = self.text[index] == "\\" and _BEGIN.match(self.text, index)
            if self.text[index] in _OPEN or is_begin:
                if self.text[index] != "{":
                    opened = index
                end = self.closing(index)
                index = last if end is None else end
            index += 1
        return opened

    def by_blanks(self, first: int, last: int) -> Entries | None:
        """``[a b; c d]`` with a blank between entries, which also reads as products."""
        inside = self.text[first + 1 : last - 1]
        if (
            self.text[first] != "["
            or self.closing(first) != last - 1
            or re.search(r"[,&\[]", inside)
        ):
            return None
        found = _Found([], [])
        rows: list[tuple[Node, ...]] = []
        try:
            for begin, end in self.cut(first + 1, last - 1, ";"):
                pieces = re.finditer(r"\S+", self.text[begin:end])
                rows.append(tuple(self.entry(begin + piece.start(), begin + piece.end(), found)
                                  for piece in pieces))  # fmt: skip
        except (AnswerError, LimitError):
            return None
        if not _even(rows) or len(rows[0]) < 2:
            return None
        return Entries(tuple(rows), is_list=len(rows) == 1)

    def reading(
        self,
        rows: list[tuple[Node, ...]],
        heading: Partial | Symbol | None,
        found: _Found,
        span: Span,
        *,
        is_list: bool,
    ) -> Reading:
        width = len(rows[0])
        for number, row in enumerate(rows):
            if len(row) != width:
                raise self.fail(
                    f"row 1 has {width} {'entry' if width == 1 else 'entries'}, "
                    f"and row {number + 1} has {len(row)}",
                    span.start, span.end, "all rows of a matrix are of one length",
                )  # fmt: skip
        if len(rows) * width > MAX_ENTRIES:
            raise LimitError("MAX_ENTRIES", f"more than {MAX_ENTRIES} entries are not read")
        thousands = _THOUSANDS.search(self.typed, span.start, span.end)
        if thousands is not None:
            raise self.fail(f"the comma in `{thousands[0]}` may stand for thousands or part two "
                            "entries", *thousands.span(), "write a blank behind it, or none")  # fmt: skip
        tree = Entries(tuple(rows), is_list, span)
        return Reading(self.typed, tree, heading, (), (), tuple(found.notes),
                       tuple(_otherwise(tree, found.others)))  # fmt: skip

    def unwrapped(self) -> tuple[int, int]:
        """The range of the answer without what only stands around it."""
        first, last = self.trimmed(0, len(self.text))
        if first == last:
            raise self.fail("nothing is answered here", 0, max(1, len(self.typed)))
        wrapped = _WRAPPED.match(self.text, first, last)
        if wrapped is not None and self.closing(wrapped.start("inside") - 1) == last - 1:
            first, last = self.trimmed(wrapped.start("inside"), last - 1)
        return first, last

    def beside_heading(self, found: _Found) -> tuple[int, int, Partial | Symbol | None]:
        """The range behind the last equals sign, and what stands before the first."""
        first, last = self.unwrapped()
        signs = [at for at in self.outer(first, last) if self.is_equals(at)]
        if not signs:
            return first, last, None
        begin, end = self.trimmed(signs[-1] + 1, last)
        if begin == end:
            raise self.fail("nothing stands after the `=`", signs[-1], signs[-1] + 1)
        if len(signs) > 1:
            found.notes.append(
                Note(Span(signs[0] + 1, signs[-1]),
                     "only what stands behind the last `=` is compared", "unread")
            )  # fmt: skip
        return begin, end, self.heading(first, signs[0])

    def heading(self, first: int, last: int) -> Partial | Symbol | None:
        """A left side that is a quantity; None for others, such as `\\nabla f` and `J`."""
        try:
            return parse_quantity(self.text[first:last], self.vocabulary)
        except (AnswerError, LimitError):
            return None

    def is_equals(self, at: int) -> bool:
        """Whether an equals sign stands at a place, and no part of another relation."""
        return self.text[at] == "=" and not re.search(
            "[<>!=]=|==", self.text[max(at - 1, 0) : at + 2]
        )

    # --- brackets -----------------------------------------------------------------

    def trimmed(self, first: int, last: int) -> tuple[int, int]:
        begin = _LEADING.match(self.text, first, last)
        first = begin.end() if begin else first
        end = _TRAILING.search(self.text[:last], first)
        return first, max(first, end.start() if end else last)

    def closing(self, at: int) -> int | None:
        """Where the bracket at a place is closed; None where it never is."""
        stack: list[str] = []
        index = at
        while index < len(self.text):
            sign = self.text[index]
            if sign == "\\" and (found := _BEGIN.match(self.text, index)):
                stack.append("env")
                index = found.end()
                continue
            if sign == "\\" and (found := _END.match(self.text, index)):
                if not stack or stack.pop() != "env":
                    return None
                index = found.end()
                if not stack:
                    return index - 1
                continue
            if sign in _OPEN:
                stack.append(_PAIRS[sign])
            elif sign in _CLOSE:
                if not stack or stack.pop() != sign:
                    return None
                if not stack:
                    return index
            index += 1
        return None

    def outer(self, first: int, last: int) -> Iterator[int]:
        """The places of a range outside of all brackets and environments in it."""
        index = first
        while index < last:
            is_begin = self.text[index] == "\\" and _BEGIN.match(self.text, index)
            if self.text[index] in _OPEN or is_begin:
                end = self.closing(index)
                if end is None or end >= last:
                    raise self.fail("this bracket is never closed", index, index + 1)
                index = end + 1
                continue
            if self.text[index] in _CLOSE:
                raise self.fail("this bracket closes nothing", index, index + 1)
            yield index
            index += 1

    def cut(self, first: int, last: int, signs: str) -> Iterator[tuple[int, int]]:
        """The pieces of a range between some signs; one behind the last sign may be empty."""
        begin = first
        for at in self.outer(first, last):
            if self.text[at] in signs and not self.text.startswith("\\" + self.text[at], at - 1):
                yield begin, at
                begin = at + 1
        if begin == first or self.trimmed(begin, last)[0] < self.trimmed(begin, last)[1]:
            yield begin, last

    # --- literals -----------------------------------------------------------------

    def literal(
        self, first: int, last: int, found: _Found
    ) -> tuple[list[tuple[Node, ...]], bool] | None:
        """A bracketed array with the transposes behind it, and whether it is a list; None for
        anything else."""
        begin = _BEGIN.match(self.text, first, last)
        if begin is None and self.text[first] not in _OPEN:
            return None
        end = self.closing(first)
        if end is None or end >= last:
            raise self.fail("this bracket is never closed", first, first + 1)
        if begin is not None:
            rows, is_list = self.environment(begin, end, found), False
        else:
            inner = self.trimmed(first + 1, end)
            if inner[0] == inner[1]:
                raise self.fail("the brackets are empty", first, end + 1)
            alone = self.one_inside(*inner, found)
            if alone is not None:  # [ \\begin{matrix} … \\end{matrix} ], ([a, b])
                rows, is_list = alone
            elif self.text[first] == "{":
                return None
            else:
                rows, is_list = self.bracket(first + 1, end, found)
        at = end + 1
        while (mark := _TRANSPOSE.match(self.text, at, last)) is not None and _even(rows):
            rows, is_list = list(Entries(tuple(rows)).transposed().rows), False
            at = mark.end()
        rest = self.trimmed(at, last)
        if rest[0] < rest[1]:
            raise self.fail(
                "this stands beside the matrix", *rest, "write the entries as they come out"
            )
        return rows, is_list

    def one_inside(
        self, first: int, last: int, found: _Found
    ) -> tuple[list[tuple[Node, ...]], bool] | None:
        """What brackets hold that hold nothing but another literal and no second row."""
        starts = _BEGIN.match(self.text, first, last) or self.text[first] == "("
        if not starts or self.closing(first) != last - 1:
            return None
        return self.literal(first, last, found)

    def environment(self, begin: re.Match[str], end: int, found: _Found) -> list[tuple[Node, ...]]:
        """The rows of a LaTeX matrix; ``end`` is its last character."""
        stop = self.text.rindex("\\end", begin.end(), end)
        rows: list[tuple[Node, ...]] = []
        row_starts, row_at = [], begin.end()
        skip = 0
        for at in self.outer(begin.end(), stop):
            if at < skip:
                continue
            mark = _ROW_END.match(self.text, at, stop)
            if mark is not None:
                row_starts.append((row_at, at))
                row_at = skip = mark.end()
        row_starts.append((row_at, stop))
        for first, last in row_starts:
            if self.text[first:last].replace(r"\hline", "").strip():
                rows.append(tuple(self.entry(*piece, found) for piece in self.cells(first, last)))
        if not rows:
            raise self.fail("the matrix is empty", begin.start(), end + 1)
        return rows

    def cells(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        begin = first
        for at in self.outer(first, last):
            if self.text[at] == "&" and self.text[at - 1] != "\\":
                yield begin, at
                begin = at + 1
        yield begin, last

    def bracket(self, first: int, last: int, found: _Found) -> tuple[list[tuple[Node, ...]], bool]:
        """``a, b; c, d`` or ``[a, b], [c, d]`` between brackets; whether it is a list."""
        if self.has_rows(first, last):
            rows = [
                tuple(self.entry(*piece, found) for piece in self.cut(*self.trimmed(*row), ","))
                for row in self.cut(first, last, ";")
            ]
            return rows, False
        pieces = [self.trimmed(*piece) for piece in self.cut(first, last, ",")]
        nested = [
            begin < end and self.text[begin] == "[" and self.closing(begin) == end - 1
            for begin, end in pieces
        ]
        if all(nested) and (len(pieces) > 1 or self.text[first - 1] == "["):
            return [
                tuple(self.entry(*piece, found) for piece in self.cut(begin + 1, end - 1, ","))
                for begin, end in pieces
            ], False
        return [tuple(self.entry(*piece, found) for piece in pieces)], True

    def has_rows(self, first: int, last: int) -> bool:
        return any(
            self.text[at] == ";" and self.text[at - 1] != "\\" for at in self.outer(first, last)
        )

    # --- entries ------------------------------------------------------------------

    def entry(self, first: int, last: int, found: _Found) -> Node:
        """One entry, read where it stands."""
        begin, end = self.trimmed(first, last)
        if begin == end:
            raise self.fail("an entry is missing here", max(first - 1, 0), max(first, 1))
        try:
            reading = parse_answer(self.typed[begin:end], self.vocabulary)
        except AnswerError as error:
            span = Span(begin + error.span.start, begin + error.span.end)
            raise AnswerError(error.message, self.typed, span, error.hint) from None
        if reading.definitions or reading.heading is not None or len(reading.links) > 1:
            raise self.fail("an entry is one expression", begin, end)
        tree = reading.tree
        assert isinstance(tree, Node)
        found.notes.extend(
            replace(note, span=Span(begin + note.span.start, begin + note.span.end))
            for note in reading.notes
        )
        found.others.extend(
            (tree, other) for other in reading.alternatives if isinstance(other, Node)
        )
        return tree

    # --- faults -------------------------------------------------------------------

    def fail(self, message: str, first: int, last: int, hint: str | None = None) -> AnswerError:
        return AnswerError(message, self.typed, Span(first, last), hint)

    def explain_missing(self, first: int, last: int) -> NoReturn:
        raise self.fail(
            "this is no vector or matrix", first, last,
            r"write `(a, b)`, `[a, b; c, d]` or `\begin{pmatrix} a & b \\ c & d \end{pmatrix}`",
        )  # fmt: skip


def _even(rows: list[tuple[Node, ...]]) -> bool:
    return len({len(row) for row in rows}) == 1


def _otherwise(tree: Entries, others: list[tuple[Node, Node]]) -> Iterator[Entries]:
    """The array with entries in their other readings: all of them, then each by itself."""
    choices = [dict(others)] if len(others) > 1 else []
    for chosen in [*choices, *({entry: other} for entry, other in others)][:MAX_ALTERNATIVES]:
        rows = tuple(tuple(chosen.get(entry, entry) for entry in row) for row in tree.rows)
        yield Entries(rows, tree.is_list, tree.span)
