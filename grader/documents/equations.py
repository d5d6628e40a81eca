r"""A formula cut into equations: rows, columns, several on a row, sides that go on.

Works on the source, so that what becomes an answer is what was written.  Whether
``, b = 3`` begins an equation depends on whether ``b`` is a left side; the caller
says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from grader.documents.blocks import Lines
from grader.documents.macros import group_end

Strength = Literal["row", "strong", "cell", "comma", "line"]

#: From the one that surely parts two equations to the one that hardly does.
_STRENGTHS: Final[tuple[Strength, ...]] = ("row", "strong", "cell", "comma", "line")

_DERIVATIVE: Final = re.compile(
    r"\\partial(?![A-Za-z])|∂|\\nabla|∇|\\[dt]?frac\s*\{\s*(?:d|\\delta|\\(?:mathrm|text|operatorname)\s*\{d\}"
    r"|\{\\rm d\})\s*[\\A-Za-z]|\bd[A-Za-zα-ω][\w₀-₉]*\s*/\s*d[A-Za-zα-ω]|\b(?:d|del)\s+[\w\\]+\s*/\s*(?:d|del)\s"
)

#: Environments whose rows are equations; in the others a row is a case or an entry.
_EQUATIONS: Final = frozenset(
    "math displaymath equation align aligned alignat alignedat flalign gather gathered multline "
    "multlined split eqnarray dmath dgroup empheq subequations".split()
)
#: Environments that are a value, or a system of equations where they stand first.
_SYSTEMS: Final = frozenset({"array", "cases", "rcases", "dcases", "matrix"})

_TOKEN: Final = re.compile(
    r"""(?P<row>\\\\\*?(?:[ \t]*\[\s*-?[\d.]*\s*\\?[a-z]{2,}\s*\])?|\\(?:newline|cr|tabularnewline)(?![A-Za-z]))
    |\\begin\s*\{\s*(?P<begin>[A-Za-z]+)\*?\s*\}
    |\\end\s*\{\s*(?P<end>[A-Za-z]+)\*?\s*\}
    |(?P<drop>\\(?:nonumber|notag|hline|displaystyle|allowbreak|noindent)(?![A-Za-z])
        |\\(?:tag|label|cline|vspace)\*?\s*\{[^{}]*\})
    |(?P<between>\\(?:inter|shortinter)text\s*\{[^{}]*\})
    |(?P<words>\\(?:text|mbox|textrm|textnormal|textit|textbf|mathrm|hbox)\s*\{[^{}]*\})
    |(?P<open>\\left\s*(?:\\[{|]|\\[a-zA-Z]+|.)|\\(?:lbrace|lbrack|langle|lfloor|lceil)(?![A-Za-z])|\\\{|[{(\[（［｛])
    |(?P<close>\\right\s*(?:\\[}|]|\\[a-zA-Z]+|.)|\\(?:rbrace|rbrack|rangle|rfloor|rceil)(?![A-Za-z])|\\\}|[})\]）］｝])
    |(?P<relation>:=|==|\\(?:coloneqq|triangleq|equiv|approx|in|simeq)(?![A-Za-z])|\\doteq(?![A-Za-z])
        |(?<![<>!=])=(?!>)|[∈≔≜≈＝])
    |(?P<strong>\\q?quad(?![A-Za-z])|;|；|\\(?:Rightarrow|Longrightarrow|implies|iff|Leftrightarrow|therefore)(?![A-Za-z])|[⇒⟹∴])
    |(?P<cell>&+)
    |(?P<comma>,|，)
    |(?P<line>\n)
    |(?P<other>\\[A-Za-z]+|\\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_MEMBER: Final = frozenset({r"\in", "∈"})
_COMMENT: Final = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_OPERATOR: Final = r"(?:[+\-−*·⋅×/]|\\(?:cdot|times|ast|div|pm|left\s*\.)(?![A-Za-z]))"
_STARTS_ON: Final = re.compile(rf"\s*(?:\\[,;:! ]|\\q?quad(?![A-Za-z])|~|\s)*{_OPERATOR}")
_ENDS_OPEN: Final = re.compile(rf"(?:{_OPERATOR}|=)\s*(?:\\[,;:! ])?\s*\Z")
_CONDITION: Final = re.compile(
    r"\s*(?:\\(?:text|mbox|textrm|mathrm)\s*\{)?\s*(?:if|when|for|otherwise|else|with|as|since|by|using"
    r"|because|at)\b"
)
_WHERE: Final = re.compile(
    r"\s*(?:\\(?:text|mbox|textrm|textnormal|mathrm|textit)\s*\{\s*[,.]?\s*(?:where|with|let|and|so|thus"
    r"|hence|therefore|then|or|i\.e\.|also)\b\s*[:,]?\s*\}|(?:where|let|and|so|thus|hence)\b)",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(r"\s*\(\s*\d{1,2}(?:\.\d{1,2})?[a-z]?\s*\)\s*")
_FRAME: Final = re.compile(
    r"\s*(?:\\(?:boxed|fbox|underline|mathbf|boldsymbol|displaystyle|bm|ensuremath|mathbin|hl)"
    r"|\\(?:text)?color\s*(?:\[[^\]]*\])?\{[^{}]*\}|\\colorbox\s*\{[^{}]*\})?\s*\{"
)
#: What may stand before a left side and is none of it.
_DECORATION: Final = re.compile(
    r"\s*(?:\\[,;:! ]|~|\\q?quad(?![A-Za-z])|&|\\(?:text|textbf|mbox|textrm|textit|mathrm|textnormal)\s*\{"
    r"(?![^{}]*(?:size|shape|dim|ReLU|relu))[^{}]*\}"
    r"|\\(?:therefore|because|Rightarrow|implies|bullet|bigstar|star|item|displaystyle|to|rightarrow"
    r"|left\s*\\\{|left\s*\.|left\\lbrace|noindent|begin\s*\{[a-z]+\}\s*\{[lcr|@{}]*\})(?![A-Za-z])"
    r"|\(\s*(?:[ivx]+|[a-z]|\d{1,2})\s*\)(?=\s*\S)|(?:\d{1,2}|[a-z])[.)](?=\s)|[•∴⇒→✓,.])"
)


_UNSEEN_BRACKETS: Final = re.compile(r"\\right\s*\.\s*(?:\\\\\s*)?\\left\s*\.")

#: Words, bullets and blanks: what no answer is made of.
_WORDS_ONLY: Final = re.compile(
    r"\\(?:text|textbf|mbox|textrm|textit|textnormal)\s*\{[^{}]*\}|\\q?quad(?![A-Za-z])|\\[,;:! ]"
    r"|\\(?:bullet|therefore|because|star|displaystyle)(?![A-Za-z])|[\s~•∴.,]"
)
#: The number of a row, in a cell of its own.
_ENUMERATOR: Final = re.compile(r"\s*\(?(?:[ivx]{1,4}|[a-z]|\d{1,2})[.)]\s*")

#: The brace before a system of equations, and its partner.
_OPENING_BRACE: Final = re.compile(r"\\left\s*(?:\\\{|\\lbrace|\.|\[)\s*\Z|\\\{\s*\Z")
_CLOSING_BRACE: Final = re.compile(r"\s*(?:\\right\s*(?:\.|\\\}|\\rbrace|\])|\\\})")


@dataclass(frozen=True, slots=True)
class Equation:
    """``left relation right``; ``left`` is None where nothing stands before ``right``.

    ``relation`` is None for an expression alone; ``line`` is where the equation
    begins, ``continues`` that it goes on from what stood before the formula,
    ``doubt`` why nobody can be sure what belongs to it, ``after_line`` that only a
    line break of the source parts it from the equation before.
    """

    left: str | None
    relation: Literal["=", "in"] | None
    right: str
    line: int
    continues: bool = False
    doubt: str | None = None
    after_line: bool = False


@dataclass(slots=True)
class _Segment:
    """What stands between two separators; ``relations`` are offsets into ``text``."""

    strength: Strength
    typed: str
    line: int
    text: str = ""
    relations: list[tuple[int, int]] = field(default_factory=list)
    alone: bool = False  #: a row of a multline: never an equation of its own

    @property
    def left(self) -> str | None:
        return self.text[: self.relations[0][0]] if self.relations else None


@dataclass(slots=True)
class _Draft:
    """An equation as it grows."""

    text: str
    first: tuple[int, int] | None
    line: int
    continues: bool = False
    doubt: str | None = None
    after_line: bool = False

    def add(self, more: str, *, relation: tuple[int, int] | None = None) -> None:
        start = len(self.text) + 1
        self.text = f"{self.text} {more}"
        if self.first is None and relation is not None:
            self.first = (start + relation[0], start + relation[1])


def looks_derived(text: str) -> bool:
    """Whether a text holds what may be a derivative, readable or not."""
    return bool(_DERIVATIVE.search(text))


def equations(text: str, line: int, is_left: Callable[[str], bool]) -> list[Equation]:
    """The equations of a formula whose source begins in ``line``.

    ``is_left`` says whether a text is a quantity or a name that an equation may be
    headed by; it is asked where only that tells a new equation from a product.
    """
    text = _COMMENT.sub(r"\1", text)
    unframed = _unframed(text)
    drafts: list[_Draft] = []
    strongest: Strength | None = None
    first = line + text[: text.find(unframed)].count("\n")
    for segment in _with_sides(_segments(unframed, first)):
        # Of several separators in a row (`\\\\` and a line break) the strongest counts.
        if strongest is not None and _STRENGTHS.index(strongest) < _STRENGTHS.index(
            segment.strength
        ):
            segment.strength = strongest
        if not segment.relations and _says_nothing(segment.text):
            strongest = segment.strength
            continue
        strongest = None
        _colon(segment, is_left)
        _place(segment, drafts, is_left)
    return [_equation(draft) for draft in _doubted(drafts)]


def _says_nothing(text: str) -> bool:
    """Whether a stretch is blank, or but words in front of an equation."""
    return not text.strip() or not (_WORDS_ONLY.sub("", text) or _CONDITION.match(text))


def _colon(segment: _Segment, is_left: Callable[[str], bool]) -> None:
    """``∂f/∂h : D_1 × D_2`` is an equation where a derivative stands before the colon."""
    left, colon, _ = segment.text.partition(":")
    if colon and not segment.relations:
        clean = _without_decoration(left)
        if looks_derived(clean) and is_left(clean):
            segment.relations.append((len(left), len(left) + 1))


def _unframed(text: str) -> str:
    r"""The text without a ``\boxed{…}`` or a group around all of it."""
    while (frame := _FRAME.match(text)) is not None:
        end = group_end(text, frame.end() - 1)
        if end is None or text[end:].strip(" \t\n.,;"):
            return text
        text = text[frame.end() : end - 1]
    return text


def _segments(text: str, line: int) -> Iterator[_Segment]:
    """The stretches between separators outside of all brackets."""
    lines = Lines(text, line)
    depth = 0
    opaque = 0  # inside of cases, where rows belong to a value
    current = _Segment("row", "", line)
    rows_run_on = 0
    braced: list[bool] = []  # for each transparent environment, whether a `\\left\\{` went with it
    pos = 0

    def keep(match: re.Match[str]) -> None:
        nonlocal current
        if not current.text.strip() and match[0].strip():
            current.line = lines.at(match.start())
        current.text += match[0]

    while (match := _TOKEN.match(text, pos)) is not None:
        pos = match.end()
        kind = match.lastgroup
        if kind == "begin":
            name = match["begin"]
            transparent = name in _EQUATIONS or (
                name in _SYSTEMS and not opaque and _is_system(current.text, text, pos)
            )
            if opaque or not transparent:
                opaque += 1
                keep(match)
            else:
                pos = _after_arguments(text, pos, name)
                rows_run_on += name in ("multline", "multlined")
                # The brace before a system belongs to no equation of it.
                bare = _OPENING_BRACE.sub("", current.text)
                braced.append(bare != current.text)
                current.text = bare
                depth = 0
        elif kind == "end":
            if opaque:
                opaque -= 1
                keep(match)
            else:
                rows_run_on -= match["end"] in ("multline", "multlined") and rows_run_on > 0
                closing = _CLOSING_BRACE.match(text, pos)
                if braced and braced.pop() and closing is not None:
                    pos = closing.end()
                depth = 0
        elif kind in ("drop", "between"):
            if opaque:
                keep(match)
            elif kind == "between":
                yield current
                current = _Segment("row", "", lines.at(pos))
        elif opaque:
            keep(match)
        elif kind == "words" and not depth and _WHERE.fullmatch(match[0]):
            yield current
            current = _Segment("strong", "", lines.at(match.start()), match[0])
        elif kind == "open":
            depth += 1
            keep(match)
        elif kind == "close":
            depth = max(0, depth - 1)
            keep(match)
        elif kind == "row" and depth and not _row_closes(text, pos):
            current.text += " "  # a bracket over several rows
        elif kind == "row" or (not depth and kind in ("strong", "cell", "comma", "line")):
            depth = 0 if kind == "row" else depth
            yield current
            strength: Strength = kind  # type: ignore[assignment]
            current = _Segment(strength, match[0], lines.at(pos), alone=bool(rows_run_on))
        elif kind == "cell":
            current.text += " "  # columns inside of a bracket over several rows
        elif kind == "relation" and not depth:
            current.relations.append((len(current.text), len(current.text) + len(match[0])))
            keep(match)
        elif kind == "line":
            current.text += " "
        else:
            keep(match)
    yield current


def _with_sides(segments: Iterator[_Segment]) -> Iterator[_Segment]:
    """The stretches, a cell that begins with ``=`` joined to the cell before it: in
    ``A &= B & C &= D`` the left sides stand in cells of their own."""
    held: _Segment | None = None
    for segment in segments:
        if (
            held is not None
            and not held.relations
            and segment.strength == "cell"
            and segment.relations
            and not segment.text[: segment.relations[0][0]].strip()
        ):
            size = len(held.text) + 1
            held.text = f"{held.text} {segment.text}"
            held.relations = [(start + size, end + size) for start, end in segment.relations]
            continue
        numbered = held is not None and (held.strength, segment.strength) == ("row", "cell")
        if held is not None and numbered and _ENUMERATOR.fullmatch(held.text):
            segment.strength = "row"
            held = None
        if held is not None:
            yield held
        held = segment
    if held is not None:
        yield held


def _is_system(before: str, text: str, pos: int) -> bool:
    """Whether ``cases`` or an ``array`` is a system of equations, not a value of one."""
    if re.sub(r"\\left\s*(?:\\\{|\\lbrace|\.|\[|\()|\\\{|[\s{]", "", before):
        return False
    row = re.split(r"\\\\|\\end", text[_after_arguments(text, pos, "array") :], maxsplit=1)[0]
    # `1 & x = 0` is a case; `f & = & 1` and `f = 1` are equations.
    cells = row.split("&")
    first = cells[0]
    if ":" in first and looks_derived(first.partition(":")[0]):
        return True
    return "=" in first or r"\in" in first or any(
        cell.strip().startswith(("=", r"\in")) for cell in cells[1:]
    )  # fmt: skip


def _after_arguments(text: str, pos: int, name: str) -> int:
    """Behind the columns of an array, the number of an alignat, the options of any."""
    found = re.compile(r"(?:\s*\[[a-zA-Z]*\])?").match(text, pos)
    pos = found.end() if found else pos
    if name in ("array", "alignat", "alignedat", "tabular", "empheq"):
        blank = re.compile(r"\s*").match(text, pos)
        start = blank.end() if blank else pos
        if text.startswith("{", start):
            return group_end(text, start) or pos
    return pos


def _row_closes(text: str, pos: int) -> bool:
    """Whether the row ahead begins an equation: a bracket before it is then never closed."""
    row = re.split(r"\\\\|\\end", text[pos : pos + 400], maxsplit=1)[0]
    left, equals, _ = row.partition("=")
    left = left.replace("&", " ").strip()
    if not equals or not left:
        return False
    opened = len(re.findall(r"[{(\[]", left))
    closed = len(re.findall(r"[})\]]", left))
    return opened == closed and not _STARTS_ON.match(left)


def _place(segment: _Segment, drafts: list[_Draft], is_left: Callable[[str], bool]) -> None:
    """Begin an equation with a segment, or let the last one go on with it."""
    text = segment.text
    last = drafts[-1] if drafts else None
    relation = segment.relations[0] if segment.relations else None
    left = segment.left
    where = _WHERE.match(text)
    if where is not None and relation is not None and where.end() <= relation[0]:
        rest = text[where.end() : relation[0]]
        if rest.strip(" ,:\t"):
            drafts.append(_Draft(" " * where.end() + text[where.end() :], relation, segment.line))
            return
    if last is None:
        continues = left is not None and not _without_decoration(left)
        drafts.append(_Draft(text, relation, segment.line,
                             continues or bool(_STARTS_ON.match(text) and relation is None)))  # fmt: skip
        return
    if left is not None and not _without_decoration(left):
        last.add(text, relation=relation)  # `= B`
    elif _ENDS_OPEN.search(last.text) or (segment.alone and segment.strength == "row"):
        last.add(text, relation=relation)
    elif relation is None:
        _without_relation(segment, last, drafts)
    elif _STARTS_ON.match(text) and segment.strength != "strong":
        last.add(text, relation=relation)
        if segment.strength == "row":
            last.doubt = (f"the row in line {segment.line} begins with an operator and has a left "
                          "side")  # fmt: skip
    elif _CONDITION.match(text):
        last.add(text)
    elif segment.strength == "row" or (
        last.first is None and segment.strength not in ("line", "cell")
    ):
        drafts.append(_Draft(text, relation, segment.line))
    elif segment.strength in ("strong", "cell"):
        if last.first is None:
            last.add(text, relation=relation)
        else:
            drafts.append(_Draft(text, relation, segment.line))
    elif last.first is None and segment.strength == "line":
        last.add(text, relation=relation)
    elif is_left(_without_decoration(left or "")):
        after_line = segment.strength == "line"
        drafts.append(_Draft(text, relation, segment.line, after_line=after_line))
    else:
        last.add((segment.typed.strip() + " " + text).strip())


def _without_relation(segment: _Segment, last: _Draft, drafts: list[_Draft]) -> None:
    """A stretch that equals nothing: more of the equation before it, or an expression."""
    text = segment.text
    if _NUMBERED.fullmatch(text) and segment.typed in (r"\quad", r"\qquad"):
        return  # the number of the equation
    if segment.strength != "row" or _STARTS_ON.match(text) or _CONDITION.match(text):
        typed = segment.typed.strip() if segment.strength in ("comma", "strong") else ""
        last.add(f"{typed} {text.strip()}".strip())
        return
    if last.first is not None and not re.search("[A-Za-z0-9]", _without_decoration(text)):
        last.add(text)
        return
    drafts.append(_Draft(text, None, segment.line))


def _doubted(drafts: list[_Draft]) -> list[_Draft]:
    """The drafts, where a row that equals nothing makes the equation above it doubtful:
    a product may go on there, or something else begin."""
    kept: list[_Draft] = []
    for draft in drafts:
        if draft.first is not None or not kept or kept[-1].first is None:
            kept.append(draft)
            continue
        written = tidy(draft.text)
        written = written if len(written) <= 40 else written[:39] + "…"
        kept[-1].doubt = (f"`{written}` in line {draft.line} may belong to it; write `+`, `\\cdot` "
                          "or `=` before what goes on")  # fmt: skip
    return kept


def _without_decoration(text: str) -> str:
    """A left side without words, bullets, numbers and spaces before it and around."""
    while (match := _DECORATION.match(text)) is not None and match.end():
        text = text[match.end() :]
    text = re.sub(r"(?:\\[,;:! ]|~|\\q?quad(?![A-Za-z])|\s)+\Z", "", text)
    return text.strip().removesuffix(":").strip()


def _equation(draft: _Draft) -> Equation:
    text = draft.text
    # A bracket over two rows is closed and opened again by brackets that no one sees.
    behind = _UNSEEN_BRACKETS.sub(" ", text[draft.first[1] if draft.first else 0 :])
    if draft.first is None:
        return Equation(None, None, tidy(_without_decoration(behind)), draft.line, draft.continues,
                        draft.doubt)  # fmt: skip
    start, end = draft.first
    left = _without_decoration(text[:start])
    relation: Literal["=", "in"] = "in" if text[start:end] in _MEMBER else "="
    return Equation(left or None, relation, tidy(behind), draft.line, draft.continues,
                    draft.doubt, draft.after_line)  # fmt: skip


def tidy(text: str) -> str:
    """An answer on one line, without blanks and separators at its ends."""
    text = re.sub(r"[ \t]*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*|\t", " ", text)
    text = re.sub(
        r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ufeff\ud800-\udfff\ufffe\uffff]", "\ufffd", text
    )
    # Columns and rows that were joined leave more than one blank.
    text = re.sub(r"(?<!\\) {2,}", " ", text)
    return re.sub(r"(?:(?<!\\)[,;]|\\q?quad(?![A-Za-z])|\s)+\Z", "", text.strip())
