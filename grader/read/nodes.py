"""YAML as nodes that know where they stand; every scalar stays the text that was written.

The tree is built from libyaml's events, with an own stack, so that no depth of
nesting can exhaust Python's.  Nothing is constructed: ``1``, ``no`` and ``12:30``
are texts, aliases are never followed, tags never obeyed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import yaml

from grader.errors import Fault
from grader.limits import YAML_DEPTH, YAML_NODES
from grader.source import Place, Span, caret

Style = Literal["plain", "single", "double", "literal", "folded"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text.  ``text`` is what YAML makes of it, ``source[start:end]`` what was typed.

    ``damage`` says why the text cannot be taken as it stands (a sentence without
    a final full stop), ``notes`` what had to be mended to read it.
    """

    text: str
    style: Style
    start: int
    end: int
    anchor: str | None = None
    tag: str | None = None
    damage: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written, or what YAML calls null."""
        return self.style == "plain" and self.text in {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Alias:
    """``*name``: refers to an anchor, and is never followed."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A sequence, block or flow (``[a, b]``)."""

    items: tuple[Node, ...]
    flow: bool
    start: int
    end: int
    anchor: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping, block or flow (``{a: b}``), with its keys in order, doubles included."""

    pairs: tuple[tuple[Node, Node], ...]
    flow: bool
    start: int
    end: int
    anchor: str | None = None
    tag: str | None = None


Node = Scalar | Alias | Listing | Pairs


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text as decoded, and the places in it.

    ``masked`` is what libyaml sees: as long as ``text``, with characters that YAML
    refuses or takes for line ends replaced one for one, so that offsets agree.
    """

    file: str
    text: str
    masked: str = field(init=False)
    _lines: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "masked", _masked(self.text))
        ends = (found.end() for found in _LINE_END.finditer(self.text))
        object.__setattr__(self, "_lines", (0, *ends))

    def place(self, offset: int) -> Place:
        """The place of a character offset."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._lines, offset)
        return Place(self.file, line, offset - self._lines[line - 1] + 1)

    def line_of(self, offset: int) -> int:
        """The line of a character offset, from 1."""
        return self.place(offset).line

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self._lines[bisect_right(self._lines, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its line feed."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end

    def fault(
        self, start: int, end: int, message: str, suggestion: str | None = None, path: str = ""
    ) -> Fault:
        """A fault that underlines ``text[start:end]``, or its first line."""
        place = self.place(start)
        line_start = self._lines[place.line - 1]
        line = self.text[line_start : self.line_end(start)]
        span = Span(start - line_start, max(end - line_start, start - line_start))
        excerpt = caret(line, span) if line.strip() else None
        return Fault(place, path, message, suggestion, excerpt)


#: Where a control character hides while libyaml reads: it refuses a whole file
#: for one of them.  U+F500 + code, in the private use area.
_HIDDEN: Final = 0xF500
_BREAKS: Final = frozenset("\x85\u2028\u2029")


#: All that is not left as it is: few texts hold any.
_MASKED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
_LINE_END: Final = re.compile("\n")


def _masked(text: str) -> str:
    return _MASKED.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    character = found[0]
    if character in _BREAKS:
        return " "
    code = ord(character)
    return chr(_HIDDEN + code) if code < 0xA0 else "\ufffd"


def _unmasked(value: str, source: Source) -> str:
    """A scalar's value with hidden characters brought back."""
    if source.masked is source.text or source.masked == source.text:
        return value
    return "".join(
        chr(ord(c) - _HIDDEN) if _HIDDEN <= ord(c) < _HIDDEN + 0xA0 else c for c in value
    )


@dataclass(frozen=True, slots=True)
class Stream:
    """What YAML makes of a text: its documents up to the first fault, and that fault."""

    documents: tuple[Node, ...]
    starts: tuple[int, ...]
    fault: Fault | None = None


_STYLES: Final[dict[str | None, Style]] = {
    None: "plain",
    "": "plain",
    "'": "single",
    '"': "double",
    "|": "literal",
    ">": "folded",
}

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been read yet."""

    event: yaml.events.CollectionStartEvent
    is_mapping: bool
    children: list[Node] = field(default_factory=list)


def read_stream(source: Source, most: int = YAML_NODES) -> Stream:
    """The documents of a text, of at most so many nodes.

    Raises nothing: a fault is part of the result.
    """
    documents: list[Node] = []
    starts: list[int] = []
    stack: list[_Open] = []
    count = 0
    try:
        for event in yaml.parse(source.masked, Loader=_LOADER):
            node: Node | None = None
            start, end = _index(event.start_mark), _index(event.end_mark)
            match event:
                case yaml.ScalarEvent():  # by far the most frequent
                    text = _unmasked(event.value, source)
                    style = _STYLES[event.style]
                    node = Scalar(text, style, start, end, event.anchor, event.tag)
                case yaml.DocumentStartEvent():
                    starts.append(end)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    stack.append(_Open(event, isinstance(event, yaml.MappingStartEvent)))
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    node = _closed(stack.pop(), end)
                case yaml.AliasEvent():
                    node = Alias(event.anchor or "", start, end)
                case _:
                    pass
            count += 1
            if count > most or len(stack) > YAML_DEPTH:
                what = (
                    f"lists and mappings are nested more than {YAML_DEPTH} deep"
                    if len(stack) > YAML_DEPTH
                    else f"the file has more than {most:,} entries"
                )
                return Stream(tuple(documents), tuple(starts), source.fault(start, end, what))
            if node is not None:
                (stack[-1].children if stack else documents).append(node)
    except yaml.YAMLError as error:
        return Stream(tuple(documents), tuple(starts), _fault(error, source))
    return Stream(tuple(documents), tuple(starts))


def _index(mark: Any) -> int:
    """The offset of a mark; PyYAML's types allow for none, its parsers always set one."""
    return int(mark.index)


def _closed(frame: _Open, end: int) -> Node:
    event, children = frame.event, frame.children
    start = _index(event.start_mark)
    flow = bool(event.flow_style)
    if not flow and children:
        # libyaml ends a block where the next token begins, lines further down.
        end = children[-1].end
    if frame.is_mapping:
        pairs = tuple(zip(children[::2], children[1::2], strict=True))
        return Pairs(pairs, flow, start, end, event.anchor, event.tag)
    return Listing(tuple(children), flow, start, end, event.anchor, event.tag)


@dataclass(frozen=True, slots=True)
class _Wording:
    """How a complaint of libyaml is put to somebody who has not read its source."""

    says: str
    message: str
    mend: str | None


_QUOTE: Final = "put the value in single quotes"
_SECOND_COLON: Final = "a second `: ` stands on this line"
_FITS_NONE: Final = "this line fits none of the lines above it"
_COLONS: Final = re.compile(r":\s")

_WORDINGS: Final = (
    _Wording("mapping values are not allowed", _SECOND_COLON, _QUOTE),
    _Wording("could not find expected ':'", "a line has no `: ` after its key", None),
    _Wording(
        "character that cannot start any token",
        "a value cannot start with this character",
        _QUOTE,
    ),
    _Wording(
        "tab character",
        "a tab stands where YAML needs spaces",
        "indent with spaces",
    ),
    _Wording("did not find expected ',' or ']'", "the `[` is not closed where YAML needs it",
             "close it with `]`; mathematics belongs in single quotes"),
    _Wording("did not find expected ',' or '}'", "the `{` is not closed where YAML needs it",
             "close it with `}`; mathematics belongs in single quotes"),
    _Wording("expected ',' or ']'", "the `[` is not closed where YAML needs it",
             "close it with `]`; mathematics belongs in single quotes"),
    _Wording("expected ',' or '}'", "the `{` is not closed where YAML needs it",
             "close it with `}`; mathematics belongs in single quotes"),
    _Wording("unknown escape character", "a backslash in double quotes must be doubled",
             "use single quotes, in which it needs no doubling"),
    _Wording("hexdecimal number", "a backslash in double quotes must be doubled",
             "use single quotes, in which it needs no doubling"),
    _Wording("unexpected end of stream", "the quote is never closed", "close it"),
    _Wording("unexpected document indicator", "the quote is never closed", "close it"),
    _Wording("did not find expected key", _FITS_NONE,
             "give it the indentation of the key above that it belongs beside"),
    _Wording("expected <block end>", _FITS_NONE,
             "give it the indentation of the key above that it belongs beside"),
    _Wording("block sequence entries are not allowed", "a list `- ` cannot start here", _QUOTE),
    _Wording("did not find expected alphabetic or numeric",
             "`&` and `*` have a meaning of their own in YAML", _QUOTE),
    _Wording("did not find expected '-' indicator", "this line is not an item `- ` of the list",
             None),
    _Wording("undefined tag handle", "`!` has a meaning of its own in YAML", _QUOTE),
    _Wording("did not find expected comment or line break",
             "`|` and `>` have a meaning of their own in YAML", _QUOTE),
    _Wording("did not find expected node content", "a value is missing or cannot start like this",
             _QUOTE),
    _Wording("control characters are not allowed", "a control character stands here", None),
    _Wording("did not find expected <document start>",
             "the text goes on after its end, or `%` starts a line", None),
)  # fmt: skip


def _fault(error: yaml.YAMLError, source: Source) -> Fault:
    says = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    problem = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None)
    offset = problem.index if problem is not None else int(getattr(error, "position", 0) or 0)
    if context is not None and ("never closed" in _worded(says)[0] or "':'" in says):
        # What was opened, or the line without a colon, stands at the context.
        offset = context.index
    message, mend = _worded(says)
    before = source.text[source.line_start(offset) : offset]
    if message == _FITS_NONE and before.strip(" \t-"):
        message, mend = "text goes on behind a value that has ended", _QUOTE
    if message == _SECOND_COLON and len(_COLONS.findall(before)) == 0:
        message, mend = (
            "this `key:` cannot stand here",
            "look at the line above and its indentation",
        )
    opened = _opened(context, offset, source) if "not closed" in message else ""
    offset = min(offset, max(len(source.text.rstrip()) - 1, 0))
    while offset > 0 and source.text[offset] == "\n":
        offset -= 1
    return source.fault(offset, offset + 1, message + opened, mend)


def _opened(context: yaml.Mark | None, offset: int, source: Source) -> str:
    if context is None or context.index >= offset:
        return ""
    place = source.place(context.index)
    return f" (it was opened in line {place.line}, column {place.column})"


def _worded(says: str) -> tuple[str, str | None]:
    for row in _WORDINGS:
        if row.says in says:
            return row.message, row.mend
    return f"not YAML: {says}", None


def children(node: Node) -> Iterator[Node]:
    """The direct parts of a node, in the order written."""
    match node:
        case Listing():
            yield from node.items
        case Pairs():
            for key, value in node.pairs:
                yield key
                yield value
        case _:
            pass


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    """The nodes and everything below them, parents first."""
    stack = list(reversed(nodes))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, Scalar):  # as most are
            stack.extend(reversed(tuple(children(node))))
