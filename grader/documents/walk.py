r"""From the blocks of a document to the equations in it, each with what stood around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from grader.documents.blocks import Block, Document, Formula, Piece, Words
from grader.documents.equations import Equation, equations, looks_derived, tidy
from grader.documents.lookup import Lookup
from grader.documents.macros import group_end
from grader.errors import LimitError
from grader.limits import DOCUMENT_EQUATIONS

_QUESTION: Final = re.compile(
    r"[\s#*_>(\[]*(?:question|problem|exercise|ques|prob|task|part|aufgabe|ex|q|p)\s*\.?\s*(?:no\.?|number|#|-)?"
    r"\s*(?P<number>\d{1,3})(?P<rest>[\s\S]*)",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(r"[\s#*_(\[]*(?P<number>\d{1,3})\s*[.):\]](?P<rest>[\s\S]*)")
#: What may stand between a quantity and its value: ``∂h₂/∂f₁ is D₂ × D₂``.
_LINK: Final = re.compile(
    r"[\s,;.()*_~]*(?:(?:so|then|and|it|thus|hence|which|simply|just|we get|will|should|must)\b[\s,]*)*"
    r"(?:[:=→⟶⇒|—–]|[-=]>|\b(?:is|are|be|equals|becomes|gives|has|have|lies|belongs)\b)+"
    r"(?:[\s:=→|,.()*_~\-–—]|\b(?:equal|given|simply|just|to|by|in|of|a|an|the|size|shape|dim|dimensions?"
    r"|matrix|vector|element|therefore|again|also|then)\b)*",
    re.IGNORECASE,
)
_LEADS_ON: Final = re.compile(
    r"(?:[:=→|]|\b(?:is|equals|are|by|get|size))\s*[*_]*\s*\Z", re.IGNORECASE
)
#: Words behind a value that make another value of it.
_CHANGES: Final = re.compile(
    r"\s*(?:(?:times|plus|minus|multiplied|divided|over|or|if|when|unless|whenever|for|otherwise|else)\b"
    r"|[+*/·×^−-]\s*\Z)",
    re.IGNORECASE,
)
#: Words before ``x = 0`` that make a case of it, not a definition.
_CASE: Final = re.compile(
    r"\b(?:if|when|for|at|case|suppose|unless|whenever|assume|assuming|say)\W*\Z", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"[-+−]?\s*(?:\d+(?:\.\d+)?|\\infty)\s*")
_ANNOUNCES: Final = re.compile(r"\b(?:answer|solution|result|ans)\b[\s:=*_.]*\Z", re.IGNORECASE)
#: What says the value of the quantity before it.
_SAID: Final = re.compile(
    r"\s*(?::|is|has (?:the )?(?:size|shape)|is of (?:size|shape)|∈)\s+(?P<value>[^\n]*?\S)\.?\s*\Z"
)
#: Signs before an item of a list that are no letters.
_MARK: Final = re.compile(r"\s*(?:[-*•>]\s+|#+\s+)*")
_BULLET: Final = re.compile(
    r"\s*(?:[-*•>]\s+|#+\s+|\(?(?:[ivx]{1,4}|[a-z]|\d{1,2})[.):]\s+)*"
    r"(?:(?:so|thus|hence|therefore|then|and|we get|answer|solution|ans|where|let|finally)\b[\s:,]*)*",
    re.IGNORECASE,
)
#: A line that goes on with the equation above it.
_GOES_ON: Final = re.compile(r"\s*(?:=|[+*·×/−]\s?|-\s|\\cdot|\\times)")
_PLAIN_NAME: Final = re.compile(
    r"\\?[A-Za-z\u0370-\u03ff]{1,8}(?:_?\{?[\w,]{1,4}\}?|[₀-₉]{1,3})?'*\Z"
)
_ONLY_MARKS: Final = re.compile(r"[\s|.,;:()\-–—*_•>#\d]*(?:[a-zA-Z][.)])?[\s|.,;:()\-–—*_•>]*")


_UNDERBRACE: Final = re.compile(r"\\underbrace\s*\{")

#: Words that may stand before a left side in a line without delimiters.
_MOST_WORDS: Final = 12


@dataclass(frozen=True, slots=True)
class Found:
    """An equation, the question whose heading it stands below, and whether it was
    found without any delimiter of mathematics around it."""

    equation: Equation
    question: str | None
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Loose:
    """Mathematics that is no equation and that nothing around it says the place of."""

    line: int
    text: str
    reason: str


def find_equations(document: Document, lookup: Lookup) -> tuple[list[Found], list[Loose]]:
    """The equations of a document in order, and what else in it may be an answer.

    Raises LimitError for a document of too many.
    """
    walker = _Walker(lookup)
    for block in document.blocks:
        walker.block(block)
        if len(walker.found) + len(walker.loose) > DOCUMENT_EQUATIONS:
            raise LimitError("DOCUMENT_EQUATIONS", "the document holds too many equations")
    return walker.found, walker.loose


class _Walker:
    """What holds from one block to the next; lives for one call of :func:`find_equations`."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.found: list[Found] = []
        self.loose: list[Loose] = []
        self.question: str | None = None
        #: A quantity whose value should come next.
        self.pending: str | None = None
        #: Lines without delimiters that were looked at.
        self.lines = 0
        #: Whether the block at hand is one formula and nothing else.
        self.alone = False
        #: Whether it is a row of a table.
        self.row = False
        #: How many words stood since the last equation.
        self.words_since = _MOST_WORDS + 1

    def block(self, block: Block) -> None:
        first = block.pieces[0] if block.pieces else None
        if isinstance(first, Words) and len(block.pieces) == 1:
            label = first.text.strip(" \t*_#:`")
            if self.lookup.parts(label):
                self.pending = label
                return
        if isinstance(first, Words):
            self.heading(first.text, heading=block.heading, alone=len(block.pieces) == 1)
        if not any(isinstance(piece, Formula) for piece in block.pieces):
            for piece in block.pieces:
                if (
                    isinstance(piece, Words)
                    and not self.is_row(block)
                    and not self.lookup.is_prompt(piece.text)
                ):
                    self.plain(piece)
            if self.is_row(block):
                self.plain_row(block)
            return
        self.alone = _is_alone(block)
        self.row = self.is_row(block)
        for index, piece in enumerate(block.pieces):
            if isinstance(piece, Words):
                self.words(piece, block, index)
            else:
                self.formula(piece, block, index)
        last = block.pieces[-1]
        leads_on = _LEADS_ON.search(last.text) if isinstance(last, Words) else last.display
        if not block.heading and not leads_on:
            self.pending = None

    # --- words ----------------------------------------------------------------

    def heading(self, text: str, *, heading: bool, alone: bool) -> None:
        """Remember the question that a heading is of."""
        questions = [question.id for question in self.lookup.homework.file.questions]
        match = _QUESTION.match(text)
        if match is not None and not (heading or alone) and not _closes(match["rest"]):
            match = None
        if match is None and heading:
            match = _NUMBERED.match(text)
        if match is not None and (heading or _closes(match["rest"])):
            number = match["number"]
            named = [name for name in questions if re.fullmatch(rf"\D*0*{number}", name)]
            if named:
                self.question = named[0]
            elif int(number) <= len(questions):
                self.question = questions[int(number) - 1]
            return
        if heading:
            ids = re.split(r"[:.\s]", text.replace("\\_", "_").strip(" \n#*_(["), maxsplit=1)[0]
            if ids in questions:  # "chain: All ways from one value to the loss"
                self.question = ids
                return
            plain = re.sub(r"[\W\d_]+", " ", text).strip().casefold()
            for question in self.lookup.homework.file.questions:
                title = re.sub(r"[\W\d_]+", " ", question.title).strip().casefold()
                if plain and plain == title:
                    self.question = question.id

    def words(self, piece: Words, block: Block, index: int) -> None:
        """Words beside formulas: they lead on to a value, or they do not."""
        if self.lookup.is_prompt(piece.text):
            self.pending = None
            return
        self.words_since += len(piece.text.split())
        ids = re.search(
            r"([A-Za-z]\w*(?:\.\w+)?)[`*]*\s*[:=]?\s*\Z", piece.text.replace("\\_", "_")
        )
        if ids is not None and any(p.id == ids[1] for p in self.lookup.parts(ids[1])):
            self.pending = ids[1]
            return
        if self.pending is not None and not _LINK.fullmatch(piece.text):
            self.told_in_words(piece)
            self.pending = None
        label = re.fullmatch(r"(.*?)\s*[:=]\s*", piece.text.rsplit("\n", 1)[-1])
        if label is not None and self.pending is None:
            self.pending = self.behind_words(label[1].strip())
        before = block.pieces[index - 1] if index else None
        if isinstance(before, Formula) and not before.display:
            return
        # Lines of equations without delimiters, above or below one with them.
        for line in piece.text.split("\n")[: None if index + 1 == len(block.pieces) else -1]:
            self.plain(Words(line, piece.line))

    @staticmethod
    def is_row(block: Block) -> bool:
        return len(block.pieces) > 2 and any(
            isinstance(piece, Words) and piece.text == "|" for piece in block.pieces
        )

    def plain_row(self, block: Block) -> None:
        """A row of a table without delimiters: a quantity, and its value in the next cell."""
        cells = [p for p in block.pieces if isinstance(p, Words) and p.text != "|"]
        for first, second in pairwise(cells):
            if self.lookup.parts(first.text):
                right = tidy(second.text)
                self.add(Equation(first.text.strip(), "=", right, second.line), bare=True)
                return
        for cell in cells:
            self.plain(cell)

    def plain(self, piece: Words) -> None:
        """Lines of words, among which equations may stand without delimiters."""
        self.words_since += len(piece.text.split())
        groups: list[tuple[int, str]] = []
        for number, line in enumerate(piece.text.split("\n"), piece.line):
            if groups and _GOES_ON.match(line) and re.search(r"[=:∈]", groups[-1][1]):
                at, text = groups[-1]
                groups[-1] = (at, f"{text}\n{line}")
            elif line.strip():
                groups.append((number, line))
        for number, text in groups:
            self.plain_line(text, number)

    def plain_line(self, text: str, line: int) -> None:
        bullet = _BULLET.match(text)
        # A minus sign is no bullet where no left side stands behind it.
        rest = text[bullet.end() :] if bullet else text
        rest = self.lookup.with_equals(rest.strip().strip("`"))
        label, colon, value = self.lookup.with_equals(_MARK.sub("", text, count=1)).partition(":")
        label = label.strip(" *_`")
        if not (self.lookup.parts(label) and "=" not in value):
            label, colon, value = rest.partition(":")  # "a: dy/dx = 1" is an item and no quantity
        if colon and value.strip() and not value.startswith("=") and self.lookup.parts(label):
            right = tidy(value.lstrip("= ").removeprefix("** "))
            self.add(Equation(label.strip(), "=", right, line), bare=True)
            return
        worded = re.match(
            r"(?P<what>.+?)\s+(?:is|has size|has shape|is of size|∈|in|->|=>|→|⟶|⇒)\s+(?P<value>.+)",
            rest,
            re.DOTALL,
        )
        if worded is not None and "=" not in rest and self.lookup.parts(worded["what"]):
            self.add(Equation(worded["what"], "=", tidy(worded["value"]), line), bare=True)
            return
        if "=" not in rest and "∈" not in rest and r"\in" not in rest:
            if rest and self.pending is not None and not _LINK.fullmatch(rest):
                self.pending = None
            return
        self.lines += 1
        if self.lines > DOCUMENT_EQUATIONS:
            raise LimitError("DOCUMENT_EQUATIONS", "the document holds too many equations")
        for equation in equations(rest, line, self.lookup.is_left):
            left = equation.left
            if left is None:
                continue
            quantity = self.behind_words(left)
            if quantity is not None:
                self.add(replace(equation, left=quantity), bare=True)
            elif looks_derived(left) or (
                _PLAIN_NAME.fullmatch(left) and self.lookup.readable_somewhere(equation.right)
            ):
                self.add(equation, bare=True)

    def behind_words(self, left: str) -> str | None:
        """The quantity at the end of a left side, behind words (``so then dy/dx``)."""
        words = left.split(" ")
        for start in range(min(len(words), _MOST_WORDS + 1)):
            if start and not re.fullmatch(r"[A-Za-z'’-]*[.,:;)]?", words[start - 1]):
                break
            rest = " ".join(words[start:])
            if self.lookup.parts(rest):
                return rest
        return None

    def told_in_words(self, piece: Words) -> None:
        """``$P$: (B, 4H)``: the value of the quantity before, without signs of its own."""
        assert self.pending is not None
        said = _SAID.match(piece.text)
        if said is None or "=" in said["value"]:
            return
        if any(self.lookup.fits(part, said["value"]) for part in self.lookup.parts(self.pending)):
            self.add(Equation(self.pending, "=", tidy(said["value"]), piece.line), bare=True)

    # --- formulas -------------------------------------------------------------

    def formula(self, formula: Formula, block: Block, index: int) -> None:
        text = formula.text
        if not formula.closed:
            mark = re.match(r"\$\$|\$|\\[(\[]|\\begin\s*\{[^}]*\}", text)
            self.unclosed(text[mark.end() if mark else 0 :], formula,
                          f"the `{mark[0] if mark else '$'}` in line {formula.line} is never closed")  # fmt: skip
            return
        text = self.lookup.with_equals(self.annotated(formula))
        found = equations(text, formula.line, self.lookup.is_left)
        behind = block.pieces[index + 1] if index + 1 < len(block.pieces) else None
        if found and isinstance(behind, Words) and not formula.display:
            changes = _CHANGES.match(behind.text)
            # A dash at the end of a paragraph is a dash.
            if changes and (changes[0].strip().isalpha() or index + 2 < len(block.pieces)):
                word = behind.text.split()[0]
                doubt = f"what follows it (`{word}`) may change it"
                found[-1] = replace(found[-1], doubt=found[-1].doubt or doubt)
        before = block.pieces[index - 1] if index else None
        case = isinstance(before, Words) and _CASE.search(before.text)
        for equation in found:
            if (
                case
                and _NUMBER.fullmatch(equation.right)
                and not self.lookup.parts(equation.left or "")
            ):
                continue  # `for x = 0`: neither an answer nor a definition
            self.one(equation, formula, before)

    def unclosed(self, text: str, formula: Formula, reason: str) -> None:
        """A formula without its end: what it may answer goes to a person."""
        self.pending = None
        found = [
            replace(equation, doubt=reason)
            for equation in equations(text, formula.line, self.lookup.is_left)
            if equation.left is not None and self.lookup.parts(equation.left)
        ]
        for equation in found:
            self.add(equation)
        if not found:
            self.loose.append(Loose(formula.line, tidy(formula.text), reason))

    def annotated(self, formula: Formula) -> str:
        r"""The formula without its ``\underbrace{∂h/∂f}_{D_1 \times D_1}``, which are equations."""
        text = formula.text
        pos = 0
        while (match := _UNDERBRACE.search(text, pos)) is not None:
            pos = match.end()
            end = group_end(text, match.end() - 1)
            under = re.compile(r"\s*_\s*\{").match(text, end) if end is not None else None
            after = group_end(text, under.end() - 1) if under is not None else None
            if end is None or under is None or after is None:
                continue
            inner, label = text[match.end() : end - 1], tidy(text[under.end() : after - 1])
            parts = self.lookup.parts(inner)
            if any(self.lookup.fits(part, label) for part in parts):
                line = formula.line + formula.text.count("\n", 0, match.start())
                self.add(Equation(inner.strip(), "=", label, line))
                text = f"{text[: match.start()]}{{{inner}}}{text[after:]}"
        return text

    def one(self, equation: Equation, formula: Formula, before: Piece | None) -> None:
        """One equation or expression of a formula."""
        left, right = equation.left, equation.right
        if left is None and not right:
            return
        if left is None and self.pending is not None and (
            equation.relation is not None or not self.lookup.parts(right)
        ):  # fmt: skip
            self.add(replace(equation, left=self.pending, relation=equation.relation or "="))
            return
        most = _MOST_WORDS if equation.relation is not None else 0
        if left is None and equation.continues and self.found and self.words_since <= most:
            # `= b` or `+ b` below a display: it goes on, `= b` even behind some words.
            last = self.found[-1]
            sign = "" if equation.relation is None else "= "
            longer = f"{last.equation.right} {sign}{right}"
            self.found[-1] = replace(last, equation=replace(last.equation, right=longer))
            return
        if left is None:
            self.expression(equation, formula, before)
            return
        self.add(equation)

    def expression(self, equation: Equation, formula: Formula, before: Piece | None) -> None:
        """An expression that equals nothing: a quantity to be spoken of, or loose."""
        text = equation.right
        label, colon, value = text.partition(":")
        if colon and self.lookup.parts(label):
            self.add(replace(equation, left=label.strip(), relation="=", right=tidy(value)))
            return
        if self.lookup.parts(text):
            self.pending = text
            return
        if equation.relation is not None:
            self.loose.append(Loose(equation.line, text, "nothing stands before its `=`"))
        elif (
            (formula.display or self.alone or self.row or _announces(before))
            and re.search(r"[A-Za-z0-9\u0370-\u03ff]", text)
            and not self.lookup.is_chain_rule(text)
        ):
            self.loose.append(Loose(equation.line, text, "nothing says which part this answers"))
        self.pending = None

    def add(self, equation: Equation, *, bare: bool = False) -> None:
        self.found.append(Found(equation, self.question, bare))
        self.pending = None
        self.words_since = 0


def _closes(rest: str) -> bool:
    """Whether what follows ``Question 3`` shows that it is a heading."""
    return not rest.strip() or bool(re.match(r"\s*[*_]*\s*[.:)\]\-–—(\n]|\s*[*_]+", rest))


def _announces(before: Piece | None) -> bool:
    """Whether a formula stands behind ``Answer:``."""
    return isinstance(before, Words) and bool(_ANNOUNCES.search(before.text))


def _is_alone(block: Block) -> bool:
    """Whether a block is one formula and nothing else, but for its number."""
    formulas = sum(isinstance(piece, Formula) for piece in block.pieces)
    return formulas == 1 and all(
        isinstance(piece, Formula) or _ONLY_MARKS.fullmatch(piece.text) for piece in block.pieces
    )
