"""One answer of a file: a key, and a value as the text that its author typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from grader.read.flow import CLOSING, FOLD_IN_QUOTES, is_balanced
from grader.read.nodes import Alias, Listing, Node, Pairs, Scalar, Source, walk
from grader.read.quotes import as_meant
from grader.source import Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value.

    ``text`` is the value as typed, None where nothing was written.  ``place`` is the
    value's, ``key_place`` the key's.  ``problem`` says why the value cannot be one
    answer (a sentence without its full stop); ``text`` is then what stands there.
    ``notes`` say how it was read where that was not obvious.
    """

    key: str
    text: str | None
    place: Place
    key_place: Place
    problem: str | None = None
    notes: tuple[str, ...] = ()


_IS_TEXT: Final = "YAML takes this for something else without quotes; read as typed"
#: Control characters that were an escape, by the letters that follow: ``\\frac``
#: typed in a program's text is a form feed and ``rac``.
_CONTROL: Final = re.compile(r"[\a\b\v\f](?=[a-zA-Z])|\t(?=heta|imes|ext\{|frac)")
_TYPED: Final = {"\a": r"\a", "\b": r"\b", "\v": r"\v", "\f": r"\f", "\t": r"\t"}
#: As in ``flow.py``: from the first blank on, so that a long run costs its length.
_FOLD: Final = re.compile(r"(?:(?<!\s)\s+)?\n\s*")
_COMMENT: Final = re.compile(r"[ \t]+(#[^\n]*)")


@dataclass(frozen=True, slots=True)
class Value:
    """What a node says as one answer; the fields are those of :class:`Entry`."""

    text: str | None
    offset: int
    problem: str | None = None
    notes: tuple[str, ...] = ()


def key_text(node: Node, source: Source) -> tuple[str, tuple[str, ...]]:
    """A key as typed, and notes; full-width letters of a plain word become plain ones."""
    if not isinstance(node, Scalar):
        return source.text[node.start : node.end].strip(), ()
    text, notes = _scalar_text(node, source)
    text = text.strip()
    plain = unicodedata.normalize("NFKC", text)
    if plain != text and re.fullmatch(r"[\w.]+", plain, re.ASCII) and not _has_subscripts(text):
        return plain, (*notes, f"the key `{text}` is read as `{plain}`")
    return text, notes


def _has_subscripts(text: str) -> bool:
    """Whether a text has characters such as ``₀``, which belong to a name of their own."""
    return any("<sub>" in unicodedata.decomposition(c) for c in text)


def value_of(node: Node, source: Source, anchors: Mapping[str, int]) -> Value:
    """A node as one answer; ``anchors`` gives the offset of each anchor that is used."""
    raw = source.text[node.start : node.end].strip()
    match node:
        case Alias():
            if node.name in anchors:
                line = source.line_of(anchors[node.name])
                problem = f"`*{node.name}` repeats line {line} in YAML; write the answer itself"
                return Value(raw, node.start, problem)
            return Value(raw, node.start, None, (_IS_TEXT,))
        case Listing():
            return _collection(node, raw, source, "a list")
        case Pairs():
            return _collection(node, raw, source, "a mapping (`key: value`)")
        case Scalar():
            if node.anchor in anchors:
                note = f"the anchor `&{node.anchor}` is YAML's and no part of the answer"
                node = replace(node, anchor=None, notes=(*node.notes, note))
            return _scalar(node, source)


def _collection(node: Listing | Pairs, raw: str, source: Source, what: str) -> Value:
    if node.anchor is not None or node.tag is not None or not node.flow:
        return Value(raw, node.start, f"{what} is not one answer; {_one_answer(node)}")
    if any(isinstance(part, Scalar) and part.style != "plain" for part in walk([node])):
        return Value(raw, node.start, f"{what} is not one answer; {_one_answer(node)}")
    if isinstance(node, Pairs) and any(
        not (isinstance(value, Scalar) and value.start == value.end) for _, value in node.pairs
    ):
        return Value(raw, node.start, f"{what} is not one answer; {_one_answer(node)}")
    rest = source.text[node.end : source.line_end(node.end)]
    note: tuple[str, ...] = (_IS_TEXT,)
    comment = _COMMENT.match(rest)
    if comment is not None:
        note = (*note, _comment_note(comment[1]))
    return Value(_FOLD.sub(" ", raw), node.start, None, note)


def _one_answer(node: Listing | Pairs) -> str:
    if isinstance(node, Listing) and not node.flow and len(node.items) == 1:
        return "if the `-` is a minus sign, put the answer in single quotes"
    return "write one text, in single quotes if need be"


def _comment_note(comment: str) -> str:
    return f"`{comment.strip()}` is a comment and no part of the answer"


def _scalar(node: Scalar, source: Source) -> Value:
    if node.damage is not None:
        return Value(node.text, node.start, node.damage, node.notes)
    text, notes = _scalar_text(node, source)
    offset = node.start
    if node.style in ("single", "double"):
        offset += 1
    elif node.style in ("literal", "folded"):
        offset = _body_start(node, source)
    elif node.tag is None and node.anchor is None and node.is_empty:
        written = (f"`{node.text}` means that nothing is written",) if node.text else ()
        return Value(None, offset, None, (*notes, *written))
    if node.style == "plain":
        text, more = _with_comment(text, node, source)
        notes += more
    if not text.strip():
        return Value(None, offset, None, notes)
    text, more = _with_backslashes(text)
    return Value(text, offset, None, tuple(dict.fromkeys((*notes, *more))))


def _body_start(node: Scalar, source: Source) -> int:
    """Where the text of a block scalar begins, below its ``|`` or ``>``."""
    at = source.line_end(node.start) + 1
    while at < node.end and source.text[at].isspace():
        at += 1
    return min(at, len(source.text))


def _scalar_text(node: Scalar, source: Source) -> tuple[str, tuple[str, ...]]:
    """The text of a scalar as typed, and notes."""
    raw = source.text[node.start : node.end]
    notes = node.notes
    if node.anchor is not None or node.tag is not None:
        if node.tag is not None and node.tag.startswith("tag:yaml.org,2002:"):
            return node.text, (*notes, "the YAML tag `!!` is not read")
        return raw.strip(), (*notes, _IS_TEXT)
    match node.style:
        case "double" if len(raw) >= 2 and raw[0] == raw[-1] == '"':
            inner = FOLD_IN_QUOTES.sub(" ", raw[1:-1])
            text, note = as_meant(inner)
            return text, notes if note is None else (*notes, note)
        case "literal" | "folded":
            return node.text.rstrip("\n"), notes
        case "plain":
            return _unquoted(node.text, notes)
        case _:
            return node.text, notes


def _unquoted(text: str, notes: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A plain text without the typographic quotes around it."""
    if len(text) >= 2 and text[0] in CLOSING and text[0] not in "\"'":
        closing = CLOSING[text[0]]
        inner = text[1:-1]
        if text[-1] == closing and closing not in inner:
            note = f"the quotes {text[0]} {closing} are read as plain quotes"
            return inner, (*notes, note)
    return text, notes


def _with_backslashes(text: str) -> tuple[str, tuple[str, ...]]:
    r"""A text in which a program turned ``\f`` of ``\frac`` into a control character, mended."""
    mended = _CONTROL.sub(lambda found: _TYPED[found[0]], text)
    if mended == text:
        return text, ()
    return mended, ("a control character is read as the backslash and letter that it was",)


def _with_comment(text: str, node: Scalar, source: Source) -> tuple[str, tuple[str, ...]]:
    """A plain text, with what YAML takes for a comment behind it where brackets need it."""
    rest = source.text[node.end : source.line_end(node.end)]
    comment = _COMMENT.match(rest)
    if comment is None:
        return text, ()
    if not is_balanced(text) and is_balanced(text + comment[0]):
        return text + comment[0].rstrip(), ("` #` is read as part of the answer",)
    return text, (_comment_note(comment[1]),)
