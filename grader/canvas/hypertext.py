"""A text entry of Canvas, which is HTML, as the text that its author typed.

Canvas's editor writes each line as a paragraph, indents with no-break spaces and
keeps a formula as a picture with its LaTeX in an attribute; word processors add
tables, lists and superscripts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

#: Elements that stand on lines of their own.
_BLOCKS: Final = frozenset(
    "address article aside blockquote dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "li main nav ol p pre section table tbody tfoot thead tr ul".split()
)
#: Elements whose text no one sees.
_UNSEEN: Final = frozenset("head script style template title noscript".split())
#: What a person must look at, since it is no text.
_PICTURES: Final = {
    "img": "a picture", "video": "a video", "audio": "a recording", "iframe": "an embedded page",
    "object": "an embedded object", "embed": "an embedded object", "svg": "a drawing",
    "canvas": "a drawing",
}  # fmt: skip
#: Elements that have no end tag.
_VOID: Final = frozenset("area base br col embed hr img input link meta source track wbr".split())
_SCRIPTS: Final = {"sub": "_", "sup": "^"}
_TEX: Final = "application/x-tex"


@dataclass(frozen=True, slots=True)
class Hypertext:
    """The text, what in it is no text (``a picture``), and where its links lead."""

    text: str
    pictures: tuple[str, ...]
    links: tuple[str, ...]


def read_hypertext(markup: str) -> Hypertext:
    """The text of HTML, line by line as a reader sees it.

    Superscripts and subscripts become ``^{…}`` and ``_{…}``, a formula of Canvas's
    editor its LaTeX between ``\\(`` and ``\\)``.  No markup makes it fail.
    """
    reader = _Reader()
    reader.feed(_tamed(markup))
    reader.close()
    lines = [line.replace("\u00a0", " ").rstrip() for line in "".join(reader.out).split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    return Hypertext(text + "\n" if text else "", tuple(reader.pictures), tuple(reader.links))


def _tamed(markup: str) -> str:
    """The markup with every tag whole: comments and declarations gone, other ``<`` as text.

    The parser of the library looks for the end of a tag that never ends once more at
    every ``<``, which takes hours for a hostile page; this takes one pass.
    """
    out: list[str] = []
    at, tag, comments = 0, _TAG, True
    while (start := markup.find("<", at)) >= 0:
        out.append(markup[at:start])
        if comments and markup.startswith("<!--", start):
            end = markup.find("-->", start + 4)
            comments = end >= 0
            if comments:
                at = end + 3
                continue
        match = tag.match(markup, start)
        if match is not None:
            if markup[start + 1] not in "!?":
                out.append(match.group())
            at = match.end()
            continue
        if _BEGINS.match(markup, start):
            # A quote is never closed, so that no later one can be trusted either.
            tag = _PLAIN_TAG
            match = tag.match(markup, start)
        if match is None:
            out.append("&lt;")
        elif markup[start + 1] not in "!?":
            out.append(match.group())
        at = start + 1 if match is None else match.end()
    return "".join([*out, markup[at:]])


_BEGINS: Final = re.compile("<[A-Za-z/!?]")
_TAG: Final = re.compile(r"""<[A-Za-z/!?](?:[^"'>]++|"[^"]*+"|'[^']*+')*+>""")
_PLAIN_TAG: Final = re.compile("<[A-Za-z/!?][^<>]*+>")


class _Reader(HTMLParser):
    """Gathers the text of one entry; lives for one call of :func:`read_hypertext`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.pictures: list[str] = []
        self.links: list[str] = []
        self.hidden: list[str] = []  # open elements whose text is not read, outermost first
        self.raw = 0  # open elements whose white space counts
        self.scripts = 0  # open superscripts and subscripts
        self.formula: list[str] | None = None

    # --- text -------------------------------------------------------------------

    def _ends_line(self) -> bool:
        return not self.out or self.out[-1].endswith("\n")

    def _new_line(self) -> None:
        if not self._ends_line():
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        if self.formula is not None:
            self.formula.append(data)
            return
        if self.hidden:
            return
        if not self.raw:
            data = re.sub(r"[ \t\r\n\f]+", " ", data)
            if data.startswith(" ") and (self._ends_line() or self.out[-1].endswith(" ")):
                data = data[1:]
        if data:
            self.out.append(data)

    # --- elements ---------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self.hidden:
            if tag == "annotation" and given.get("encoding") == _TEX:
                self.formula = []
            if tag == self.hidden[-1] and tag not in _VOID:
                self.hidden.append(tag)
            return
        if tag in _UNSEEN or tag == "math" or "hidden-readable" in given.get("class", ""):
            if tag not in _VOID:
                self.hidden.append(tag)
            return
        if tag in _BLOCKS:
            self._new_line()
        if tag == "br":
            self.out.append("\n")
        elif tag in ("pre", "textarea"):
            self.raw += 1
        elif tag in ("td", "th"):
            if not self._ends_line():
                self.out.append(" ")
        elif tag in _SCRIPTS:
            self.out.append(_SCRIPTS[tag] + "{")
            self.scripts += 1
        elif tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag in _PICTURES:
            self._picture(tag, given)

    def _picture(self, tag: str, given: dict[str, str]) -> None:
        latex = given.get("data-equation-content", "")
        if tag == "img" and not latex and "equation_image" in given.get("class", ""):
            alt = given.get("alt", "")
            latex = alt.removeprefix("LaTeX:").strip() or given.get("title", "").strip()
        if latex:
            self.out.append(rf"\({latex}\)")
        else:
            self.pictures.append(_PICTURES[tag])
        if tag in ("svg", "object", "canvas"):
            self.hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "annotation" and self.formula is not None:
            latex = "".join(self.formula).strip()
            # Canvas hides a formula's MathML beside its picture, which was read already.
            if latex and self.hidden == ["math"]:
                self.out.append(rf"\({latex}\)")
            self.formula = None
            return
        if self.hidden:
            if tag == self.hidden[-1]:
                self.hidden.pop()
            return
        if tag in ("pre", "textarea"):
            self.raw = max(0, self.raw - 1)
        if tag in _SCRIPTS and self.scripts:
            self.out.append("}")
            self.scripts -= 1
        if tag in _BLOCKS:
            self._new_line()
            if tag == "p":
                self.out.append("\n")
