r"""LaTeX documents, by pylatexenc's nodes: sections, items, tables and mathematics.

A student's own commands are put in place first (``macros.py``).  Where a formula
is never closed, it is told, and reading goes on behind the next blank line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexCommentNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexSpecialsNode,
    LatexWalker,
    LatexWalkerParseError,
)

from grader.documents.blocks import (
    MATH_ENVIRONMENTS,
    Block,
    Document,
    Formula,
    Lines,
    Piece,
    Words,
    holds_prose,
)
from grader.documents.macros import expand_macros, group_end
from grader.errors import Fault, FileError
from grader.limits import DOCUMENT_NESTING, DOCUMENT_RESTARTS
from grader.source import Place

_HEADINGS: Final = frozenset(
    "part chapter section subsection subsubsection paragraph subparagraph question problem".split()
)
#: Commands whose argument is nothing that a reader of the page sees.
_UNSEEN: Final = frozenset(
    "documentclass usepackage label ref eqref cite pagestyle thispagestyle includegraphics "
    "vspace hspace setlength setcounter addtolength geometry hypersetup bibliographystyle "
    "bibliography newtheorem theoremstyle input include graphicspath color pagenumbering "
    "RequirePackage lstset date title author fancyhead fancyfoot lhead rhead chead lfoot rfoot "
    "cfoot".split()
)
_BREAKS: Final = frozenset(
    {"item", "par", "newpage", "clearpage", "bigskip", "medskip", "maketitle"}
)
_VERBATIM: Final = frozenset(
    {"verbatim", "verbatim*", "lstlisting", "minted", "comment", "tikzpicture"}
)
_TABLES: Final = frozenset({"tabular", "tabular*", "tabularx", "longtable", "tabulary"})
_BEGINS_MATH: Final = re.compile(r"\$\$|\$|\\\(|\\\[")
_CLOSES: Final = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
_HIDDEN: Final = re.compile(r"\\iffalse(?![A-Za-z]).*?\\fi(?![A-Za-z])", re.DOTALL)
_STRUCK: Final = frozenset({"sout", "st", "xout", "cancel"})
_FIELD: Final = re.compile(r"\\(author|title|date|name|studentid)\s*(?=\{)")
_NEST: Final = re.compile(
    r"\\\\|\\[{}]|(?P<up>\{|\\begin\b|\\left\b)|(?P<down>\}|\\end\b|\\right\b)"
)


def read_latex(text: str, file: str) -> Document:
    """The blocks of a LaTeX document.

    Raises FileError where it is nested too deeply, LimitError where its own
    commands grow without end.
    """
    # What `\iffalse` hides is no part of the page.
    text = _HIDDEN.sub(lambda found: "\n" * found[0].count("\n"), text)
    text, used = expand_macros(text)
    deepest = depth = 0
    for match in _NEST.finditer(text):
        depth += 1 if match["up"] else -1 if match["down"] else 0
        deepest = max(deepest, depth)
    if deepest > DOCUMENT_NESTING:
        raise FileError([Fault(Place(file, 1, 1), "", "the document is nested too deeply")])
    notes = []
    if used:
        names = ", ".join(f"`\\{name}`" for name in used)
        notes.append(f"the document's own commands are put in place: {names}")
    fields: dict[str, str] = {}
    for match in _FIELD.finditer(text):
        end = group_end(text, match.end())
        if end is not None:
            fields.setdefault(match[1], text[match.end() + 1 : end - 1].strip())
    begins = re.search(r"\\begin\s*\{document\}", text)
    start = begins.end() if begins else 0
    ends = re.search(r"\\end\s*\{document\}", text)
    reader = _Reader(text[: ends.start() if ends else len(text)])
    reader.read(start)
    notes += reader.notes
    return Document(tuple(reader.blocks), tuple(notes), fields)


class _Reader:
    """Gathers the blocks of one document; lives for one call of :func:`read_latex`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self.blocks: list[Block] = []
        self.pieces: list[Piece] = []
        self.notes: list[str] = []
        #: Where reading goes on, behind a formula that is never closed.
        self.resume: int | None = None

    def read(self, start: int) -> None:
        """Read from an offset to the end, beginning anew behind what is never closed."""
        for _ in range(DOCUMENT_RESTARTS):
            again = self.read_once(start)
            if again is None:
                return
            start = again
        self.notes.append(f"line {self.lines.at(start)}: what follows is not read; too many "
                          "formulas before it are never closed")  # fmt: skip

    def read_once(self, start: int) -> int | None:
        """Read from an offset on; where to begin anew, if anywhere."""
        self.resume = None
        walker = LatexWalker(self.text[start:], tolerant_parsing=True)
        try:
            nodes = walker.get_latex_nodes()[0]
        except LatexWalkerParseError as error:
            line = self.lines.at(start + int(error.pos or 0))
            self.notes.append(f"line {line}: LaTeX's structure is broken here: {error.msg}")
            nodes = []
        self.walk(nodes, start)
        self.close()
        return self.resume

    def close(self, *, heading: bool = False) -> None:
        """End the block that is being gathered."""
        if self.pieces:
            self.blocks.append(Block(tuple(_joined(self.pieces)), heading))
            self.pieces = []

    def words(self, start: int, end: int) -> None:
        """The words of a range; a blank line in it ends the block."""
        for index, part in enumerate(re.split(r"\n[ \t]*\n", self.text[start:end])):
            if index:
                self.close()
            if part.strip():
                at = self.text.index(part, start, end)
                lead = len(part) - len(part.lstrip())
                # The blanks at its ends part it from its neighbours.
                self.pieces.append(Words(part.strip("\n"), self.lines.at(at + lead)))

    def walk(self, nodes: Sequence[Any], offset: int) -> None:
        """Nodes in order; ``offset`` is where in the text their positions count from."""
        struck = False
        for node in nodes:
            if self.resume is not None:
                return
            if struck and isinstance(node, LatexGroupNode):
                struck = False
                line = self.lines.at(offset + int(node.pos))
                self.notes.append(f"line {line}: what is struck out is not read")
                continue
            struck = isinstance(node, LatexMacroNode) and node.macroname in _STRUCK
            if node is None:
                continue
            start = offset + int(node.pos)
            end = start + int(node.len)
            if isinstance(node, LatexMathNode):
                self.math(start, end)
            elif isinstance(node, LatexCharsNode | LatexSpecialsNode):
                self.words(start, end)
            elif isinstance(node, LatexCommentNode):
                # The node takes the blank line behind it along.
                if self.text.count("\n", start, end) > 1:
                    self.close()
            elif isinstance(node, LatexGroupNode):
                self.walk(node.nodelist, offset)
            elif isinstance(node, LatexMacroNode):
                self.macro(node, start, end, offset)
            elif isinstance(node, LatexEnvironmentNode):
                self.environment(node, start, end, offset)

    def math(self, start: int, end: int) -> None:
        """A formula in delimiters."""
        source = self.text[start:end]
        opened = _BEGINS_MATH.match(source)
        assert opened is not None, "a formula begins with its delimiter"
        mark = opened[0]
        closed = len(source) >= 2 * len(mark) and source.endswith(_CLOSES[mark])
        blank = re.search(r"\n[ \t]*\n", source)
        display = mark in ("$$", r"\[")
        if not closed or (blank is not None and (not display or holds_prose(source))):
            stop = start + blank.start() if blank is not None else end
            self.pieces.append(Formula(self.text[start:stop], self.lines.at(start), display,
                                       closed=False))  # fmt: skip
            self.resume = stop if stop < len(self.text) else None
            return
        inner = source[len(mark) : -len(mark)]
        if display:
            self.close()
        self.pieces.append(Formula(inner, self.lines.at(start + len(mark)), display))
        if display:
            self.close()

    def macro(self, node: Any, start: int, end: int, offset: int) -> None:
        name = str(node.macroname)
        arguments = [] if node.nodeargd is None else [a for a in node.nodeargd.argnlist or () if a]
        if name in _HEADINGS:
            self.close()
            self.walk(arguments, offset)
            self.close(heading=True)
        elif name in _BREAKS:
            self.close()
            # The label of an item is part of its words: `\item[Question 2]`.
            self.walk(arguments, offset)
        elif name in ("\\", "newline"):
            self.pieces.append(Words("\n", self.lines.at(start)))
        elif name == "includegraphics":
            self.notes.append(f"line {self.lines.at(start)}: a picture is not read")
        elif name in _UNSEEN:
            return
        elif arguments:
            self.walk(arguments, offset)
        elif len(name) == 1 and not name.isalpha():
            self.pieces.append(Words(self.text[start:end].lstrip("\\"), self.lines.at(start)))
        elif name in ("quad", "qquad", "hfill", "newblock"):
            self.pieces.append(Words(" ", self.lines.at(start)))
        else:
            self.pieces.append(Words(self.text[start:end], self.lines.at(start)))

    def environment(self, node: Any, start: int, end: int, offset: int) -> None:
        name = str(node.environmentname)
        if name in MATH_ENVIRONMENTS:
            self.close()
            source = self.text[start:end]
            closed = bool(re.search(rf"\\end\s*\{{{re.escape(name)}\}}\s*\Z", source))
            if not closed or holds_prose(source):
                blank = re.search(r"\n[ \t]*\n", source)
                stop = start + blank.start() if blank is not None else end
                self.pieces.append(Formula(self.text[start:stop], self.lines.at(start),
                                           display=True, closed=False))  # fmt: skip
                self.resume = stop if stop < len(self.text) else None
            else:
                self.pieces.append(Formula(source, self.lines.at(start), display=True))
            self.close()
        elif name in _VERBATIM:
            self.notes.append(f"line {self.lines.at(start)}: what stands in `{name}` is not read")
        elif name in _TABLES:
            self.close()
            self.table(node.nodelist, offset)
            self.close()
        else:
            self.close()
            if name in ("question", "problem", "exercise"):
                self.pieces.append(Words(name, self.lines.at(start)))
            self.walk(node.nodelist, offset)
            self.close()

    def table(self, nodes: Sequence[Any], offset: int) -> None:
        """The rows of a table, cells parted by ``|``."""
        for node in nodes:
            line = self.lines.at(offset + int(node.pos))
            if isinstance(node, LatexMacroNode) and node.macroname in ("\\", "tabularnewline"):
                self.close()
            elif isinstance(node, LatexMacroNode) and node.macroname in ("hline", "toprule",
                                                                        "midrule", "bottomrule"):  # fmt: skip
                continue
            elif isinstance(node, LatexSpecialsNode) and node.specials_chars == "&":
                self.pieces.append(Words("|", line))
            elif isinstance(node, LatexCharsNode) and "&" in node.chars:
                for index, cell in enumerate(node.chars.split("&")):
                    if index:
                        self.pieces.append(Words("|", line))
                    if cell.strip():
                        self.pieces.append(Words(cell, line))
            else:
                self.walk([node], offset)


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces, words beside words made one."""
    held: Words | None = None
    for piece in pieces:
        if isinstance(piece, Words):
            held = piece if held is None else Words(held.text + piece.text, held.line)
            continue
        if held is not None and held.text.strip():
            yield held
        held = None
        yield piece
    if held is not None and held.text.strip():
        yield held
