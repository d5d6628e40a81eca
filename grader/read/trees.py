"""Which tree a text is: YAML's own where it is sound, a tolerant reading where it is not."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from grader.errors import Fault, FileError
from grader.read.blocks import read_blocks
from grader.read.flow import FlowReader, is_balanced, opens_mapping
from grader.read.nodes import Alias, Listing, Node, Pairs, Scalar, Source, read_stream, walk

_FENCE: Final = re.compile(r"^(?P<mark>`{3,}|~{3,})[ \t]*(?P<language>[\w-]*)[^\n]*$", re.MULTILINE)
_DATA: Final = frozenset({"yaml", "yml", "json"})

#: Characters that look like a space but are none to YAML.
_ODD_SPACES: Final = re.compile(
    "^[ \\t]*[\u00a0\u2000-\u200a\u202f\u205f\u3000\ufeff\u200b]|[:：][\u00a0\u2000-\u200a\u202f\u3000]"
    "|^[ \\t]*[\\w.]+[ ]*：",
    re.MULTILINE,
)

#: A key that its author wrote without the space that YAML wants behind the colon.
_GLUED: Final = re.compile(r"^[ \t]*[\w.]{2,}:(?=[^\s:/=])", re.MULTILINE)


#: Flow mappings of one file in which brackets and YAML disagree about the end, before
#: YAML's reading is kept for the rest: each may cost a look at the whole file.
_MISFITS: Final = 100


@dataclass(frozen=True, slots=True)
class Tree:
    """The documents of a file, and what had to be said on the way.

    ``unsound`` is YAML's own complaint where the text was read in spite of it.
    """

    source: Source
    documents: tuple[Node, ...]
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    unsound: Fault | None = None


def read_tree(text: str, file: str) -> Tree:
    """The tree of an answers file's text.  Raises FileError for one without any text."""
    source = Source(file, text)
    if not text.strip("\ufeff \t\n\u00a0"):
        raise FileError([source.fault(0, 1, "the file is empty")])
    stream = read_stream(source)
    if stream.fault is None and stream.documents and _is_sound(stream.documents, source):
        return _with_flow(stream.documents, source)
    fenced = _fenced(source)
    if fenced is not None:
        inner = read_tree(fenced, file)
        return replace(inner, notes=("the file is Markdown; its YAML block is read", *inner.notes))
    return _tolerant(source, stream.fault)


def _is_sound(documents: tuple[Node, ...], source: Source) -> bool:
    """Whether YAML's reading is what the author of the text must have meant."""
    if not isinstance(documents[0], Pairs):
        return False
    if _ODD_SPACES.search(source.text):
        return False
    if any(source.text.startswith(" ", source.line_start(node.start)) for node in documents[1:]):
        # A rule `---` drawn through a block: YAML begins a document in the middle of it.
        return False
    for node in walk(documents):
        if isinstance(node, Scalar) and node.style == "plain":
            if _GLUED.match(node.text):
                line = source.text[source.line_start(node.start) : node.start]
                if not line.strip() or "\n" in node.text:
                    return False
            if source.text.find("\n", node.start, node.end) >= 0 and any(
                _GLUED.match(part) for part in source.text[node.start : node.end].split("\n")[1:]
            ):
                return False
    return True


def _with_flow(documents: tuple[Node, ...], source: Source) -> Tree:
    """The tree with each ``{...}`` read by its brackets where that ends where YAML ends it."""
    notes: list[str] = []
    misfits = 0

    def read(node: Node) -> Node:
        nonlocal misfits
        match node:
            case Pairs(flow=True):
                text = source.text
                if misfits >= _MISFITS or not text.startswith("{", node.start):
                    return node
                if not opens_mapping(text, node.start):
                    return node
                if not is_balanced(text[node.start : node.end]):
                    return node
                reader = FlowReader(source)
                again, end = reader.pairs(node.start)
                if end != node.end or reader.faults:
                    misfits += 1
                    return node
                notes.extend(reader.notes)
                return again
            case Pairs():
                return replace(node, pairs=tuple((read(k), read(v)) for k, v in node.pairs))
            case Listing(flow=False):
                return replace(node, items=tuple(map(read, node.items)))
            case _:
                return node

    again = tuple(map(read, documents))
    return Tree(source, again, tuple(notes))


def _tolerant(source: Source, fault: Fault | None) -> Tree:
    blocks = read_blocks(source)
    faults = list(blocks.faults)
    if fault is not None and not any(isinstance(node, Pairs) for node in blocks.documents):
        faults.insert(0, fault)
        fault = None
    return Tree(source, blocks.documents, tuple(blocks.notes), tuple(faults), fault)


def _fenced(source: Source) -> str | None:
    """The text with all but the inside of its one YAML fence blanked, or None.

    Lines keep their numbers.  Raises FileError where there is more than one.
    """
    blocks: list[tuple[int, int, str]] = []
    opened: re.Match[str] | None = None
    for match in _FENCE.finditer(source.text):
        if opened is None:
            opened = match
        elif match["mark"].startswith(opened["mark"]) and not match["language"]:
            blocks.append((opened.end() + 1, match.start(), opened["language"].casefold()))
            opened = None
    if opened is not None:
        blocks.append((opened.end() + 1, len(source.text), opened["language"].casefold()))
    data = [block for block in blocks if block[2] in _DATA]
    if not data and len(blocks) == 1 and not blocks[0][2]:
        data = blocks
    if not data:
        return None
    if len(data) > 1:
        start = source.line_start(data[1][0] - 1)
        raise FileError([source.fault(start, start + 3, "a second YAML block begins here",
                                      "put all answers into one block")])  # fmt: skip
    start, end, _ = data[0]
    return "\n" * source.text.count("\n", 0, start) + source.text[start:end]


__all__ = ["Alias", "Tree", "read_tree"]
