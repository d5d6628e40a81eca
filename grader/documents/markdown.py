r"""Markdown as Obsidian, Notion and Mathpix write it, with ``$``, ``$$``, ``\(`` and ``\[``.

markdown-it-py finds the blocks; displays are blocks of their own, since a line of
a formula that begins with ``+`` would otherwise be a list.  Inline mathematics is
taken from the source of a paragraph, before Markdown could read its ``_`` and ``*``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from grader.documents.blocks import Block, Document, Formula, Piece, Words, display_at, pieces_of
from grader.documents.plain import plain_blocks

_DISPLAY: Final = "display"
#: What may interrupt a paragraph, a list, or a quotation.
_INTERRUPTS: Final = ["paragraph", "reference", "blockquote", "list"]
_FRONT: Final = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD: Final = re.compile(r"^([\w -]+?)[ \t]*:[ \t]*(.*)$", re.MULTILINE)
_MATH_FENCES: Final = frozenset({"math", "latex", "tex", "katex"})
_TEXT_FENCES: Final = frozenset({"", "text", "txt", "plain"})
_SECTION: Final = re.compile(r"^\\(?:sub)*section\*?\{(.*)\}[ \t]*$", re.MULTILINE)
_STRUCK: Final = re.compile(r"(?<!~)~~(?![~\s])(?:(?!\n[ \t]*\n).)+?(?<!~)~~(?!~)", re.DOTALL)
_INDEX: Final = re.compile(r"<(sub|sup)>([^<>]{1,40})</\1>", re.IGNORECASE)
#: `**bold**`, and not the power in `x**2`.
_STRONG: Final = re.compile(r"(?<![\w)\]*])\*\*(?=[^\s*])([^*\n]+?)(?<=\S)\*\*(?![\w(\[*])")
_ESCAPED: Final = re.compile(r"\\([_*~`#])")
_COMMENT: Final = re.compile(r"<!--.*?-->|%%.*?%%", re.DOTALL)


def read_markdown(text: str) -> Document:
    """The blocks of a Markdown text."""
    fields: dict[str, str] = {}
    front = _FRONT.match(text)
    if front is not None:
        fields = {m[1].strip().lower(): m[2].strip(" \"'") for m in _FIELD.finditer(front[1])}
        text = "\n" * front[0].count("\n") + text[front.end() :]
    # Comments of HTML and of Obsidian are not part of the page.
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    # Mathpix keeps the commands of sections.
    text = _SECTION.sub(r"## \1", text)
    notes: list[str] = []
    return Document(tuple(markdown_blocks(text, 1, notes)), tuple(notes), fields)


def markdown_blocks(text: str, first: int, notes: list[str]) -> list[Block]:
    """The blocks of a text whose first line has the number ``first``; notes are added."""
    for struck in _STRUCK.finditer(text):
        line = first + text.count("\n", 0, struck.start())
        notes.append(f"line {line}: what is struck out is not read")
    text = _STRUCK.sub(lambda found: "\n" * found[0].count("\n"), text)
    tokens = _parser().parse(text)
    blocks: list[Block] = []
    heading = False
    row: list[Piece] | None = None
    for token in tokens:
        line = first + (token.map[0] if token.map else 0)
        match token.type:
            case "heading_open":
                heading = True
            case "heading_close":
                heading = False
            case "tr_open":
                row = []
            case "tr_close":
                blocks.append(Block(tuple(row or ())))
                row = None
            case "inline":
                pieces = tuple(map(_plain, pieces_of(token.content, line)))
                if row is None:
                    blocks.append(Block(pieces, heading))
                else:
                    row += [*([Words("|", line)] if row else []), *pieces]
            case "display":
                blocks.append(Block(pieces_of(token.content, line)))
            case "fence":
                blocks += _fence(token, line + 1, notes)
            case "code_block":
                blocks += plain_blocks(token.content.rstrip("\n"), line)
            case _:
                pass
    return blocks


def _plain(piece: Piece) -> Piece:
    """Words without Markdown's marks, as they are seen on the page."""
    if isinstance(piece, Formula):
        return piece
    text = _INDEX.sub(lambda m: f"{'_' if m[1].lower() == 'sub' else '^'}{{{m[2]}}}", piece.text)
    text = _STRONG.sub(r"\1", text)
    return Words(_ESCAPED.sub(r"\1", text), piece.line)


def _fence(token: Token, line: int, notes: list[str]) -> list[Block]:
    language = token.info.strip().split(" ")[0].casefold()
    content = token.content.rstrip("\n")
    if language in _MATH_FENCES:
        return [Block((Formula(content, line, display=True),))]
    if language in _TEXT_FENCES:
        return plain_blocks(content, line)
    notes.append(f"line {line}: the code (`{language}`) is not read")
    return []


def _parser() -> MarkdownIt:
    # Tags of HTML are words like others, so that mathematics between them is found.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable("table")
    parser.block.ruler.before("fence", _DISPLAY, _display, {"alt": _INTERRUPTS})
    # The inline content is read from its source; its parse would be thrown away.
    parser.core.ruler.disable("inline")
    return parser


def _display(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A rule of markdown-it: a display is a block."""
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if not first.startswith(("$$", r"\[", r"\begin")):
        return False
    lines = _lines(state, start, end)
    # A line that lazily continues a quotation stands outside of it, and begins nothing.
    found = display_at(lines, 0) if lines else None
    if found is None:
        return False
    if silent:
        return True
    source, count = found
    token = state.push(_DISPLAY, "", 0)
    token.content = source
    token.map = [start, start + count]
    state.line = start + count
    return True


def _lines(state: StateBlock, start: int, end: int) -> Sequence[str]:
    """The lines of the container that a block stands in, without its indentation and ``>``."""
    lines = []
    for line in range(start, end):
        # A line outside of the list item or the quotation ends it.
        if not state.isEmpty(line) and state.sCount[line] < state.blkIndent:
            break
        lines.append(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]])
    return lines
