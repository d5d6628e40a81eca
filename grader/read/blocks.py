"""The tolerant reading of a file that is not quite YAML, line by line.

Structure comes from indentation and ``key:`` alone; a value is whatever stands
behind the colon, so that one broken value spoils nothing else.  Quotes, ``{...}``
and block scalars are read as in YAML where they are sound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from grader.errors import Fault
from grader.limits import YAML_DEPTH
from grader.read.flow import (
    CLOSING,
    FlowReader,
    brackets_open,
    key_end,
    opens_mapping,
    quote_end,
    quoted,
)
from grader.read.lines import BLANKS, Line, documents_of, unbraced
from grader.read.nodes import Listing, Node, Pairs, Scalar, Source

_BLOCK_SIGN: Final = re.compile(r"([|>])[+-]?[1-9]?[+-]?[ \t]*(?:[ \t]#.*)?$")
_PROPERTY: Final = re.compile(r"[&!][\w!.:/-]*")
_SIMPLE: Final = re.compile(r"""(["']?)[\w.]{1,100}\1[ \t]*[:：](?:[\s"'“‘\[{\\-]|$)""")
_EQUATION: Final = re.compile(r"([\w.]{2,100})[ \t]*=(?!=)[ \t]*")
_COMMENT: Final = re.compile(r"(?:^|[ \t])#")
_SPECIAL: Final = re.compile(r"""[\[\]{},#&*!|>'"%@`]|[-?:](?:\s|$)""")


@dataclass(slots=True)
class Blocks:
    """What the lines of a source make: documents, notes and faults."""

    documents: tuple[Node, ...] = ()
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_blocks(source: Source) -> Blocks:
    """The tolerant reading of a source.  Raises nothing."""
    result = Blocks()
    documents: list[Node] = []
    for lines in documents_of(source, result.notes):
        first = lines[0]
        reader = _BlockReader(source, lines, result)
        if source.text[first.begin : first.end].rstrip() == "{" and len(lines) > 1:
            reader.lines = unbraced(lines, source.text)
            documents.append(reader.root())
        elif source.text[first.begin] in "{｛" and opens_mapping(source.text, first.begin):
            documents.append(reader.whole_flow(first))
        else:
            documents.append(reader.root())
    result.documents = tuple(documents)
    return result


@dataclass(slots=True)
class _BlockReader:
    source: Source
    lines: list[Line]
    result: Blocks

    @property
    def text(self) -> str:
        return self.source.text

    def note(self, at: int, message: str) -> None:
        self.result.notes.append(f"line {self.source.line_of(at)}: {message}")

    # --- structure --------------------------------------------------------------

    def whole_flow(self, first: Line) -> Node:
        """A document that is one ``{...}``, such as JSON."""
        flow = FlowReader(self.source)
        node, end = flow.pairs(first.begin)
        self.result.notes += flow.notes
        self.result.faults += flow.faults
        rest = next((line for line in self.lines if line.begin >= end), None)
        if rest is not None:
            self.result.faults.append(
                self.source.fault(
                    rest.begin, rest.end, "text goes on behind the last `}`; not read"
                )
            )
        return node

    def root(self) -> Node:
        first = self.lines[0]
        if not any(self.is_pair(line) for line in self.lines) and not self.is_item(first):
            return Scalar(self.text[first.begin : first.end], "plain", first.begin, first.end)
        if self.is_item(first):
            node, after = self.listing(0, first.indent, 0)
        else:
            node, after = self.pairs(0, first.indent, -1, 0)
        assert after == len(self.lines) or isinstance(node, Listing)
        return node

    def is_pair(self, line: Line) -> bool:
        return key_end(self.text, line.begin, line.end) is not None

    def is_structural(self, line: Line) -> bool:
        """Whether a line begins a pair or an item; any other text ends no mapping."""
        return (
            self.is_pair(line)
            or self.is_item(line)
            or _EQUATION.match(self.text, line.begin, line.end) is not None
        )

    def is_item(self, line: Line) -> bool:
        return self.text[line.begin] == "-" and (
            line.begin + 1 == line.end or self.text[line.begin + 1] in BLANKS
        )

    def pairs(self, index: int, indent: int, parent: int, depth: int) -> tuple[Node, int]:
        """The mapping whose first pair is in line ``index``; ends at a line of the parent."""
        found: list[tuple[Node, Node]] = []
        start = self.lines[index].begin
        while index < len(self.lines):
            line = self.lines[index]
            if line.indent <= parent and (self.is_structural(line) or not depth):
                break
            if line.indent != indent:
                self.note(
                    line.begin, "this line is not indented as those beside it; read as one of them"
                )
            index = self.pair(index, found, depth)
        end = found[-1][1].end if found else start
        return Pairs(tuple(found), False, start, end), index

    def pair(self, index: int, found: list[tuple[Node, Node]], depth: int) -> int:
        """Reads one ``key: value``; returns the line behind it."""
        line = self.lines[index]
        colon = key_end(self.text, line.begin, line.end)
        if colon is None:
            equation = _EQUATION.match(self.text, line.begin, line.end)
            if equation is None:
                return self.stray(index, found)
            self.note(line.begin, "`=` stands where `:` belongs; read as `:`")
            key = self.key(line.begin, equation.end(1))
            value, after = self.value(index, equation.end(), depth)
            found.append((key, value))
            return after
        key = self.key(line.begin, colon)
        behind = colon + 1
        if self.text[behind : behind + 1] == "=":
            behind += 1
        elif behind < line.end and self.text[behind] not in BLANKS:
            self.note(line.begin, "no space stands behind the `:` of the key; read as if one did")
        value, after = self.value(index, behind, depth)
        found.append((key, value))
        return after

    def key(self, start: int, end: int) -> Scalar:
        while end > start and self.text[end - 1] in BLANKS:
            end -= 1
        if self.text[start] in CLOSING and quote_end(self.text, start) == end:
            return quoted(self.source, start, end)
        return Scalar(self.text[start:end], "plain", start, end)

    def stray(self, index: int, found: list[tuple[Node, Node]]) -> int:
        """A line where a key should stand, without a colon: an answer that needs a person."""
        line = self.lines[index]
        typed = self.text[line.begin : line.end].rstrip()
        word = typed.split(None, 1)[0]
        key = Scalar(word, "plain", line.begin, line.begin + len(word))
        damage = "the line has no `: ` between a part and its answer"
        found.append(
            (key, Scalar(typed, "plain", line.begin, line.begin + len(typed), damage=damage))
        )
        return index + 1

    def listing(self, index: int, indent: int, depth: int) -> tuple[Node, int]:
        """The block list whose first ``- `` is in line ``index``."""
        items: list[Node] = []
        start = self.lines[index].begin
        while index < len(self.lines):
            line = self.lines[index]
            if line.indent != indent or not self.is_item(line):
                break
            begin = line.begin + 1
            while begin < line.end and self.text[begin] in BLANKS:
                begin += 1
            if begin == line.end:
                items.append(Scalar("", "plain", begin, begin))
                index += 1
                continue
            inner = Line(line.start, begin, line.end, indent + begin - line.begin)
            self.lines[index] = inner
            if self.is_pair(inner) and depth < YAML_DEPTH:
                item, index = self.pairs(index, inner.indent, indent, depth + 1)
            else:
                item, index = self.plain(index, begin, indent)
            items.append(item)
        return Listing(tuple(items), False, start, items[-1].end), index

    # --- values -------------------------------------------------------------------

    def value(self, index: int, start: int, depth: int) -> tuple[Node, int]:
        """What stands behind a colon; and the line behind it."""
        line = self.lines[index]
        while start < line.end and self.text[start] in BLANKS:
            start += 1
        rest = self.text[start : line.end]
        if not rest or rest.startswith("#"):
            return self.below(index, start, depth)
        if self.is_no_value(rest.rstrip()) and self.has_pairs_below(index):
            self.note(start, f"`{rest.strip()}` is not read")
            return self.below(index, line.end, depth)
        if _BLOCK_SIGN.fullmatch(rest.rstrip()):
            return self.block_scalar(index, start)
        special: tuple[Node, int] | None = None
        if rest[0] in CLOSING:
            special = self.quoted(index, start)
        elif rest[0] in "{｛" and opens_mapping(self.text, start):
            special = self.flow(index, start)
        return special or self.plain(index, start, line.indent)

    def below(self, index: int, start: int, depth: int) -> tuple[Node, int]:
        """The value of a key with nothing behind its colon: what is indented below it."""
        line = self.lines[index]
        empty = Scalar("", "plain", start, start)
        if index + 1 >= len(self.lines):
            return empty, index + 1
        following = self.lines[index + 1]
        if self.is_item(following) and following.indent >= line.indent and depth < YAML_DEPTH:
            return self.listing(index + 1, following.indent, depth + 1)
        if self.is_wrapped(following, line.indent, goes_on=False):
            self.note(following.begin, "this line has no key; read as the answer above")
            return self.plain(index + 1, following.begin, line.indent)
        if following.indent <= line.indent:
            return empty, index + 1
        if depth >= YAML_DEPTH:
            typed = self.text[following.begin : following.end]
            damage = f"mappings are nested more than {YAML_DEPTH} deep"
            node = Scalar(typed, "plain", following.begin, following.end, damage=damage)
            return node, self.after(index, line.indent)
        if self.holds_pairs(index, line.indent):
            return self.pairs(index + 1, following.indent, line.indent, depth + 1)
        if self.text[following.begin] in CLOSING:
            got = self.quoted(index + 1, following.begin)
            if got is not None:
                return got
        return self.plain(index + 1, following.begin, line.indent)

    def is_wrapped(self, line: Line, indent: int, *, goes_on: bool) -> bool:
        """Whether a line goes on with the answer above although it is not indented.

        Programs that wrap lines put the rest at the margin.  It has no key; and stands
        left of the keys beside it, or the answer above still has a bracket open (``goes_on``).
        """
        if line.indent > indent or self.is_pair(line) or self.is_item(line):
            return False
        if _EQUATION.match(self.text, line.begin, line.end):
            return False
        return line.indent < indent or (indent > 0 and goes_on)

    def holds_pairs(self, index: int, indent: int) -> bool:
        """Whether the lines below a key are pairs: the first is one, or a plain word begins one."""
        if self.is_pair(self.lines[index + 1]):
            return True
        below = self.lines[index + 1 : self.after(index, indent)]
        return any(_SIMPLE.match(self.text, line.begin, line.end) for line in below)

    def after(self, index: int, indent: int) -> int:
        """The first line behind ``index`` that is not indented deeper than ``indent``."""
        index += 1
        while index < len(self.lines) and self.lines[index].indent > indent:
            index += 1
        return index

    def line_behind(self, offset: int, index: int) -> int:
        """The first line from ``index`` on that begins behind an offset."""
        while index < len(self.lines) and self.lines[index].begin < offset:
            index += 1
        return index

    def is_no_value(self, rest: str) -> bool:
        """Whether nothing but YAML's or JSON's own signs stands behind a key."""
        return _PROPERTY.fullmatch(rest) is not None or not any(map(str.isalnum, rest))

    def has_pairs_below(self, index: int) -> bool:
        """Whether the next line is a pair, indented deeper than this one."""
        if index + 1 >= len(self.lines):
            return False
        following = self.lines[index + 1]
        return following.indent > self.lines[index].indent and self.is_pair(following)

    def block_scalar(self, index: int, start: int) -> tuple[Node, int]:
        """The text below a ``|`` or ``>``, comments and blank lines included."""
        line = self.lines[index]
        folded = self.text[start] == ">"
        after = self.after(index, line.indent)
        body = self.lines[index + 1 : after]
        if not body:
            return self.below(index, line.end, YAML_DEPTH)
        end = body[-1].end
        rows = self.text[line.end + 1 : end].split("\n")
        least = min(len(row) - len(row.lstrip(BLANKS)) for row in rows if row.strip(BLANKS))
        rows = [row[least:].rstrip(BLANKS) for row in rows]
        text = " ".join(filter(None, rows)) if folded else "\n".join(rows)
        return Scalar(text, "folded" if folded else "literal", start, end), after

    def quoted(self, index: int, start: int) -> tuple[Node, int] | None:
        """A quoted value, over several lines if need be; None where it is not only that."""
        line = self.lines[index]
        after = self.after(index, line.indent)
        limit = self.lines[after].start if after < len(self.lines) else len(self.text)
        end = quote_end(self.text, start)
        if end is not None and end > limit:
            # A wrapped line may stand left of its key, but a pair begins something else.
            behind = self.line_behind(end, after)
            end = None if any(map(self.is_pair, self.lines[after:behind])) else end
        if end is None:
            return self.unclosed(index, start)
        last = line.end if end <= line.end else self.source.line_end(end)
        rest = self.text[end:last].strip(BLANKS)
        if rest and not rest.startswith("#"):
            return None
        return quoted(self.source, start, end), self.line_behind(end, index + 1)

    def unclosed(self, index: int, start: int) -> tuple[Node, int] | None:
        """A quote that is never closed: the rest of the line is the answer."""
        line = self.lines[index]
        typed = self.text[start + 1 : line.end].rstrip()
        quote = self.text[start]
        if not typed or any(c in typed for c in CLOSING):
            return None
        if len(self.lines) > index + 1 and self.lines[index + 1].indent > line.indent:
            return None
        note = f"the quote {quote} is never closed; read as if it were not there"
        return Scalar(typed, "plain", start + 1, start + 1 + len(typed), notes=(note,)), index + 1

    def flow(self, index: int, start: int) -> tuple[Node, int] | None:
        """A ``{key: value, ...}``; one that is never closed ends where its lines do."""
        line = self.lines[index]
        after = self.after(index, line.indent)
        limit = self.lines[after].start if after < len(self.lines) else len(self.text)
        flow = FlowReader(self.source)
        node, end = flow.pairs(start)
        closing = self.text[self.source.line_start(end - 1) : end].strip()
        if flow.faults or (end > limit and closing not in {"}", "},"}):
            flow = FlowReader(Source(self.source.file, self.text[:limit]))
            node, end = flow.pairs(start)
        rest = self.text[end : self.source.line_end(end)].strip(BLANKS) if end < limit else ""
        if rest and not rest.startswith("#"):
            if flow.faults or end > line.end:
                return None
            if rest not in {",", "}", "},"}:
                flow.faults.append(
                    self.source.fault(end, line.end, "text goes on behind the `}`; not read")
                )
        self.result.notes += flow.notes
        self.result.faults += flow.faults
        return node, self.line_behind(end, index + 1)

    def plain(self, index: int, start: int, indent: int) -> tuple[Scalar, int]:
        """A value without quotes: the rest of the line, and deeper lines that are no pairs."""
        pieces: list[str] = []
        end = start
        notes: list[str] = []
        at = start
        unclosed = 0
        while True:
            line = self.lines[index]
            typed = self.text[at : line.end].rstrip(BLANKS)
            comment = _COMMENT.search(typed)
            if comment and unclosed + brackets_open(typed[: comment.start()]) <= 0:
                if comment.end() > 1 or pieces:
                    said = typed[comment.start() :].strip()
                    notes.append(f"`{said}` is a comment and no part of the answer")
                typed = typed[: comment.start()].rstrip(BLANKS)
            elif comment is not None:
                notes.append("` #` is read as part of the answer")
            pieces.append(typed)
            unclosed += brackets_open(typed)
            end = at + len(typed)
            index += 1
            if index >= len(self.lines):
                break
            following = self.lines[index]
            if self.is_wrapped(following, indent, goes_on=unclosed > 0):
                message = "this line has no key; read as the rest of the answer above"
                self.note(following.begin, message)
            elif following.indent <= indent or _SIMPLE.match(
                self.text, following.begin, following.end
            ):
                break
            at = following.begin
        text = " ".join(piece for piece in pieces if piece)
        if _SPECIAL.match(text) or ": " in text:
            notes.insert(0, "YAML takes this for something else without quotes; read as typed")
        return Scalar(text, "plain", start, end, notes=tuple(notes)), index
