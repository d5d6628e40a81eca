"""``{key: value, ...}`` with mathematics in it, and JSON, read as their authors meant them.

YAML ends an unquoted value of a flow mapping at the first comma, and trips over
``[`` and ``{`` inside it: ``{dl_df0: (D_1, 1)}`` becomes the keys ``dl_df0`` and
``1)``.  Here brackets are balanced first; a comma ends a value only outside all
brackets and only where another ``key:`` follows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from grader.errors import Fault
from grader.limits import YAML_DEPTH
from grader.read.nodes import Listing, Node, Pairs, Scalar, Source, Style

#: Opening quotes and what closes each.
CLOSING: Final[Mapping[str, str]] = MappingProxyType(
    {'"': '"', "'": "'", "“": "”", "‘": "’", "„": "“", "«": "»", "＂": "＂"}
)
_STYLES: Final[Mapping[str, Style]] = MappingProxyType({'"': "double", "'": "single"})

_OPEN: Final = frozenset("([{（［｛")
_CLOSE: Final = frozenset(")]}）］｝")
_COMMA: Final = frozenset(",，")
_COLON: Final = frozenset(":：")
_SIMPLE_KEY: Final = re.compile(r"[\w.]+")

#: A line that begins another pair, quoted or not: where a broken value must end.
_NEXT_PAIR: Final = re.compile(
    r"""[ \t]*(?:"[^"\n]{1,200}"|'[^'\n]{1,200}'|[\w.]{1,200})[ \t]*[:：](?=[\s"'\[{]|$)""",
    re.MULTILINE,
)


#: A line's end with the blanks around it, which folding makes one blank.  The blanks are
#: taken from their first on: a long run without a line's end costs its length, not its square.
_FOLD: Final = re.compile(r"(?:(?<![ \t])[ \t]+)?\n\s*")
FOLD_IN_QUOTES: Final = re.compile(r"(?:(?<![ \t])[ \t]+)?\n[ \t]*")
_SIDE: Final = re.compile(r"\\(left|right)\\?[.|/<>]")
#: Whatever counts as a bracket (see `bracket_step`); what closes is in a group.
_ANY_BRACKET: Final = re.compile(r"\\left\\?[.|/<>]|[(\[{（［｛]|(\\right\\?[.|/<>]|[)\]}）］｝])")


def bracket_step(text: str, at: int) -> tuple[int, int]:
    r"""How much deeper the brackets at an offset lead, and how many characters they are.

    ``\left.`` and ``\right|`` count as brackets, since one of each may pair with a
    bracket that is typed; a backslash before a bracket (``\{``) makes no difference.
    """
    character = text[at]
    if character == "\\":
        side = _SIDE.match(text, at)
        if side is None:
            return 0, 1
        return (1 if side[1] == "left" else -1), len(side[0])
    if character in _OPEN:
        return 1, 1
    if character in _CLOSE:
        return -1, 1
    return 0, 1


def is_balanced(text: str) -> bool:
    """Whether every bracket of a text has its partner, whatever their kinds."""
    depth = 0
    for bracket in _ANY_BRACKET.finditer(text):
        depth += -1 if bracket[1] else 1
        if depth < 0:
            return False
    return depth == 0


def brackets_open(text: str) -> int:
    """How many brackets of a text are open at its end; negative where more are closed."""
    return sum(-1 if bracket[1] else 1 for bracket in _ANY_BRACKET.finditer(text))


def quote_end(text: str, start: int) -> int | None:
    """Behind the quote that closes the one at ``start``, or None."""
    opening = text[start]
    closing = CLOSING[opening]
    at = text.find(closing, start + 1)
    while at >= 0:
        if opening == "'" and text.startswith("''", at):
            at = text.find(closing, at + 2)
        elif opening == '"' and _is_escaped(text, start + 1, at):
            at = text.find(closing, at + 1)
        else:
            return at + 1
    return None


def _is_escaped(text: str, start: int, at: int) -> bool:
    """Whether the character there stands behind a backslash that is not escaped itself."""
    before = at
    while before > start and text[before - 1] == "\\":
        before -= 1
    return (at - before) % 2 == 1


def key_end(text: str, start: int, stop: int) -> int | None:
    """Where the colon is that ends the key at ``start``, or None.

    The colon stands outside brackets and before white space, a quote or a bracket;
    behind a plain word it may stand alone, as in ``phi_0:1``.
    """
    depth = 0
    at = start
    if at < stop and text[at] in CLOSING:
        end = quote_end(text, at)
        if end is None or end > stop:
            return None
        while end < stop and text[end] in " \t\n":
            end += 1
        return end if end < stop and text[end] in _COLON else None
    while at < stop:
        character = text[at]
        if depth == 0 and (character in _COMMA or character == "\n"):
            return None
        if depth == 0 and character in _COLON:
            follower = text[at + 1] if at + 1 < len(text) else " "
            if follower in "\"'[{“‘" or follower.isspace() or character == "：":
                return at
            if _SIMPLE_KEY.fullmatch(text, start, at):
                return at
        step, width = bracket_step(text, at)
        depth += step
        if depth < 0:
            return None
        at += width
    return None


def opens_mapping(text: str, start: int) -> bool:
    r"""Whether the ``{`` at ``start`` opens a mapping, not a group such as ``{\phi_1}``."""
    at = _skip(text, start + 1)
    if at >= len(text):
        return False
    return text[at] in "}｝" or key_end(text, at, len(text)) is not None


def _skip(text: str, at: int) -> int:
    """Past white space and comments."""
    while at < len(text):
        if text[at].isspace() or text[at] == "\ufeff":
            at += 1
        elif text[at] == "#" and text[at - 1].isspace():
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        else:
            break
    return at


@dataclass(slots=True)
class FlowReader:
    """Reads flow collections of one source; faults and notes gather in the reader."""

    source: Source
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def node(self, start: int, depth: int = 0) -> tuple[Node, int]:
        """The value at ``start`` and where it ends; brackets decide what it is."""
        text = self.source.text
        if depth <= YAML_DEPTH:
            if text[start] in "{｛" and opens_mapping(text, start):
                return self.pairs(start, depth)
            if text[start] == "[" and self.is_list(start):
                return self.listing(start, depth)
        if text[start] in CLOSING:
            end = quote_end(text, start)
            if end is not None:
                after = _skip(text, end)
                if after >= len(text) or text[after] in ",，}]｝" or "\n" in text[end:after]:
                    return quoted(self.source, start, end), end
        return self.plain(start)

    def is_list(self, start: int) -> bool:
        """Whether the ``[`` opens a list of quoted texts or mappings, not mathematics."""
        text = self.source.text
        at = _skip(text, start + 1)
        return at < len(text) and (
            text[at] in '"“' or (text[at] == "{" and opens_mapping(text, at))
        )

    def pairs(self, start: int, depth: int = 0) -> tuple[Pairs, int]:
        """The mapping that the ``{`` at ``start`` opens, and where it ends."""
        text = self.source.text
        found: list[tuple[Node, Node]] = []
        at = _skip(text, start + 1)
        while at < len(text) and text[at] not in "}｝":
            if text[at] in _COMMA:
                at = _skip(text, at + 1)
                continue
            colon = key_end(text, at, len(text))
            if colon is None:
                at = self.stray(at, found)
                continue
            key = self.key(at, colon)
            at = _skip(text, colon + 1)
            if at >= len(text) or text[at] in ",，}｝":
                found.append((key, Scalar("", "plain", colon + 1, colon + 1)))
                continue
            value, end = self.node(at, depth + 1)
            found.append((key, value))
            at = _skip(text, end)
            if at < len(text) and text[at] not in ",，}｝" and isinstance(value, Scalar):
                self.note(at, "a comma is missing before this entry")
        if at >= len(text):
            # The outermost one is said last, and instead of those inside it.
            self.faults[:] = [
                self.source.fault(start, start + 1, "the `{` is never closed", "close it with `}`")
            ]
            return Pairs(tuple(found), True, start, len(text)), len(text)
        return Pairs(tuple(found), True, start, at + 1), at + 1

    def listing(self, start: int, depth: int) -> tuple[Listing, int]:
        """The list that the ``[`` at ``start`` opens, and where it ends."""
        text = self.source.text
        items: list[Node] = []
        at = _skip(text, start + 1)
        while at < len(text) and text[at] not in "]}":
            if text[at] in _COMMA:
                at = _skip(text, at + 1)
                continue
            item, end = self.node(at, depth + 1)
            items.append(item)
            at = _skip(text, max(end, at + 1))
        if at >= len(text) or text[at] != "]":
            self.faults.append(
                self.source.fault(start, start + 1, "the `[` is never closed", "close it with `]`")
            )
            return Listing(tuple(items), True, start, at), at
        return Listing(tuple(items), True, start, at + 1), at + 1

    def key(self, start: int, colon: int) -> Scalar:
        """The key before a colon."""
        text = self.source.text
        end = colon
        while end > start and text[end - 1].isspace():
            end -= 1
        if text[start] in CLOSING and quote_end(text, start) == end:
            return quoted(self.source, start, end)
        return Scalar(text[start:end], "plain", start, end)

    def stray(self, at: int, found: list[tuple[Node, Node]]) -> int:
        """Text without a colon where a pair should begin; where reading goes on."""
        text = self.source.text
        _, end = self.plain(at)
        end = max(end, at + 1)
        typed = text[at:end].rstrip()
        damage = "this part's name is not followed by `: ` and an answer"
        key = Scalar(typed, "plain", at, at + len(typed))
        found.append((key, Scalar(typed, "plain", at, at + len(typed), damage=damage)))
        return _skip(text, end)

    def plain(self, start: int) -> tuple[Scalar, int]:
        """An unquoted value: up to a ``}``, or a comma before another pair, at depth 0."""
        text = self.source.text
        depth = 0
        at = start
        comma = False
        while at < len(text):
            character = text[at]
            if character == "\n" and (depth == 0 or _NEXT_PAIR.match(text, at + 1)):
                following = _skip(text, at)
                if _NEXT_PAIR.match(text, at + 1) or following >= len(text):
                    break
            if character == "#" and text[at - 1].isspace() and is_balanced(text[start:at]):
                break
            if depth == 0 and character in _COMMA:
                following = _skip(text, at + 1)
                if (
                    following >= len(text)
                    or text[following] in "}]｝"
                    or key_end(text, following, len(text)) is not None
                ):
                    break
                comma = True
            step, width = bracket_step(text, at)
            if depth + step < 0:
                break
            depth += step
            at += width
        typed = text[start:at].rstrip()
        typed = typed.rstrip(",，") if depth else typed
        notes = ("the comma is read as part of the answer",) if comma else ()
        value = _FOLD.sub(" ", typed)
        return Scalar(value, "plain", start, start + len(typed), notes=notes), at

    def note(self, at: int, message: str) -> None:
        self.notes.append(f"line {self.source.line_of(at)}: {message}")


def quoted(source: Source, start: int, end: int) -> Scalar:
    """The quoted text ``source[start:end]``, quotes of any kind.

    A double-quoted one keeps its backslashes; :mod:`grader.read.quotes` knows them.
    """
    opening = source.text[start]
    inner = source.text[start + 1 : end - 1]
    if opening == "'":
        inner = inner.replace("''", "'")
    inner = FOLD_IN_QUOTES.sub(" ", inner)
    style = _STYLES.get(opening)
    if style is None:
        note = f"the quotes {opening} {CLOSING[opening]} are read as plain quotes"
        return Scalar(inner, "single", start, end, notes=(note,))
    return Scalar(inner, style, start, end)
