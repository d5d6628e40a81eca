"""Plain text: paragraphs between blank lines, formulas in the delimiters of LaTeX or none."""

from __future__ import annotations

import re

from grader.documents.blocks import Block, Document, display_at, pieces_of

#: A line that is underlined, numbered or called a question stands by itself.
_STANDS_ALONE = re.compile(r"\s*(?:#+\s|[-*•]\s|\(?[a-z\d]{1,2}[.):]\s)")


def read_plain(text: str) -> Document:
    """The blocks of a plain text."""
    return Document(tuple(plain_blocks(text, 1)))


def plain_blocks(text: str, first: int) -> list[Block]:
    """The blocks of a text whose first line has the number ``first``."""
    lines = text.split("\n")
    blocks: list[Block] = []
    paragraph: list[str] = []
    index = start = 0

    def close() -> None:
        if paragraph:
            blocks.append(Block(pieces_of("\n".join(paragraph), first + start)))
            paragraph.clear()

    while index < len(lines):
        display = display_at(lines, index)
        if display is not None:
            close()
            source, after = display
            blocks.append(Block(pieces_of(source, first + index)))
            index = after
            continue
        line = lines[index]
        if not line.strip() or _STANDS_ALONE.match(line):
            close()
        if line.strip():
            if not paragraph:
                start = index
            paragraph.append(line)
        index += 1
    close()
    return blocks
