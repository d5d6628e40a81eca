"""LaTeX as plain text with Unicode mathematics: ``φ₁ I[ψ₀₁ + ψ₁₁ a[θ₀₁ + θ₁₁ x] > 0]``.

For places that show text only: comments in Canvas, terminals, mail.  It reads
what the grader's own printer writes, and degrades to the LaTeX for anything
else; it raises nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from grader.limits import UNICODE_MATH_CHARACTERS, UNICODE_MATH_DEPTH

#: Tokens; a name with its index is one, since formulas consist of little else.
_TOKEN = re.compile(
    r"(?:\\[A-Za-z]+|[A-Za-z])_\{[0-9]+\}|\\[A-Za-z]+|\\.|[0-9]+(?:\.[0-9]+)?|\s+|.", re.DOTALL
)
_INDEXED = re.compile(r"(\\?[A-Za-z]+)(_)(\{)([0-9]+)(\})")

_LOWER = zip(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu "
    "xi omicron pi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega".split(),
    "α β γ δ ε ε ζ η θ ϑ ι κ λ μ ν ξ ο π ρ ϱ σ ς τ υ φ φ χ ψ ω".split(),
    strict=True,
)
_UPPER = zip(
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split(),
    "Γ Δ Θ Λ Ξ Π Σ Υ Φ Ψ Ω".split(),
    strict=True,
)

#: Greek letters by their command, without its backslash.
GREEK: Mapping[str, str] = MappingProxyType(dict((*_LOWER, *_UPPER)))

#: Commands that are one character or word.
_SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        **GREEK,
        "ell": "ℓ", "partial": "∂", "nabla": "∇", "infty": "∞", "prime": "′", "top": "⊤",
        "dots": "…", "ldots": "…", "cdots": "⋯", "lbrace": "{", "rbrace": "}",
        "lbrack": "[", "rbrack": "]", "lvert": "|", "rvert": "|", "vert": "|",
        "{": "{", "}": "}", "%": "%", "#": "#", "&": "&", "$": "$", "_": "_", "|": "‖",
        "sum": "∑", "prod": "∏",
    }
)  # fmt: skip

#: Operators that stand between blanks.
_OPERATORS: Mapping[str, str] = MappingProxyType({
    "+": "+", "-": "−", "=": "=", ">": ">", "<": "<", "−": "−", "≥": "≥", "≤": "≤", "×": "×",
    r"\odot": "⊙",
    r"\times": "×", r"\cdot": "·", r"\ge": "≥", r"\geq": "≥", r"\le": "≤", r"\leq": "≤",
    r"\ne": "≠", r"\neq": "≠", r"\lt": "<", r"\gt": ">", r"\in": "∈", r"\land": "∧",
    r"\wedge": "∧", r"\lor": "∨", r"\vee": "∨", r"\pm": "±", r"\approx": "≈", r"\to": "→",
})  # fmt: skip

#: Kinds of pieces that are not plain atoms.
_KINDS: Mapping[str, str] = MappingProxyType({
    "(": "open", "[": "open", "{": "open", r"\lvert": "open", ",": "comma", ";": "comma",
    ")": "close", "]": "close", "}": "close", r"\rvert": "close",
})  # fmt: skip

_GROUP_END = frozenset("}")

#: Blanks of all widths; braces and size commands that show as nothing.
_BLANKS = frozenset({r"\,", r"\;", r"\:", r"\ ", r"\quad", r"\qquad", "~"})
_NOTHING = frozenset(r"\big \Big \bigl \bigr \Bigl \Bigr \displaystyle \textstyle \!".split())

#: Commands whose argument is shown as it is.
_PLAIN = frozenset(
    r"\operatorname \mathrm \mathbf \boldsymbol \bm \mathit \mathsf \text \textbf \textrm".split()
)

#: Names that must not touch a letter beside them.
_WORDS = frozenset(
    "exp log ln sin cos tan sec csc cot sinh cosh tanh coth arcsin arccos arctan max min "
    "det lim arg sup inf".split()
)

_ACCENTS: Mapping[str, str] = MappingProxyType({
    r"\hat": "\u0302", r"\widehat": "\u0302", r"\bar": "\u0304", r"\overline": "\u0304",
    r"\tilde": "\u0303", r"\widetilde": "\u0303", r"\dot": "\u0307", r"\ddot": "\u0308",
    r"\check": "\u030c", r"\breve": "\u0306", r"\vec": "\u20d7",
})  # fmt: skip

_SUBSCRIPTS = str.maketrans(
    "0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ"
)
_SUPERSCRIPTS = str.maketrans("0123456789+-−=()in", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁱⁿ")
_ROOTS: Mapping[str, str] = MappingProxyType({"": "√", "2": "√", "3": "∛", "4": "∜"})
_DOUBLE_STRUCK = str.maketrans("CINQRZ1", "ℂ𝕀ℕℚℝℤ𝟙")

#: What needs no brackets under a fraction bar: a number, or a (partial of a) name.
_NAME = r"[∂d]?[^\W\d_][\u0300-\u036f\u20d7]?[′]*(?:[₀-₎ₐ-ₜᵢᵣᵤᵥᵦᵧᵨᵩᵪⱼₓ]+|_\w|_\(\w+\))?"
_SINGLE = re.compile(rf"\d+(?:\.\d+)?|∂|{_NAME}")
#: What needs none above it: a product of those without blanks.
_SIMPLE = re.compile(rf"(?:\d+(?:\.\d+)?)?(?:∂|{_NAME})*")


def unicode_math(latex: str) -> str:
    """The formula as one line of text; the LaTeX itself where it is too long or too deep."""
    if len(latex) > UNICODE_MATH_CHARACTERS:
        return " ".join(latex.split())
    reader = _Reader(_TOKEN.findall(latex))
    text = reader.run(frozenset())
    if reader.too_deep:
        return " ".join(latex.split())
    return text


class _Reader:
    """One pass over the tokens of one formula."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self.too_deep = False

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        sign = self._peek()
        self._at += 1
        return sign

    def _skip_blanks(self) -> None:
        while self._peek().isspace():
            self._at += 1

    def run(self, stops: frozenset[str]) -> str:
        """Everything up to one of the stops, which is taken, or the end."""
        if self._depth >= UNICODE_MATH_DEPTH:
            self.too_deep = True
            self._at = len(self._tokens)
            return ""
        self._depth += 1
        line = _Line()
        while self._at < len(self._tokens):
            sign = self._take()
            if sign in stops:
                break
            self._one(sign, line)
        self._depth -= 1
        return line.text()

    def _split(self) -> None:
        """A name with its index, taken apart where TeX would take the name alone."""
        match = _INDEXED.fullmatch(self._peek())
        if match is not None:
            self._tokens[self._at : self._at + 1] = match.groups()

    def _one(self, sign: str, line: _Line) -> None:
        alone = _alone(sign)
        if alone is not None:
            line.add(*alone)
        elif sign[-1] == "}":  # a command with an index that is no letter
            self._at -= 1
            self._split()
            self._one(self._take(), line)
        elif sign in (r"\left", r"\right"):
            self._fence(sign, line)
        elif sign in ("_", "^"):
            line.add(self._script(sign), "script")
        elif sign == "{":
            line.add(self.run(_GROUP_END))
        elif sign in (r"\frac", r"\dfrac", r"\tfrac"):
            line.add(_fraction(self._argument(), self._argument()), "fraction")
        elif sign == r"\sqrt":
            line.add(self._root())
        elif sign in _ACCENTS:
            line.add(_accented(self._argument(), _ACCENTS[sign]))
        elif sign in (r"\mathbb", r"\mathbbm"):
            line.add(self._argument().translate(_DOUBLE_STRUCK))
        elif sign in _PLAIN:
            text = self._raw_argument()
            line.add(text[:1] if text[:1].isspace() else "", "blank")
            line.add(text.strip(), "word" if len(text) > 1 else "atom")
            line.add(text[-1:] if text[-1:].isspace() else "", "blank")
        else:
            assert sign == r"\begin"
            self._environment(line)

    def _fence(self, sign: str, line: _Line) -> None:
        """``\\left`` or ``\\right`` and its bracket; a full stop is no bracket."""
        self._skip_blanks()
        self._split()
        bracket = self._take()
        if bracket != ".":
            shown = _SYMBOLS.get(bracket[1:], bracket) if bracket[:1] == "\\" else bracket
            line.add(shown, "open" if sign == r"\left" else "close")

    def _argument(self) -> str:
        self._skip_blanks()
        self._split()
        sign = self._take()
        if sign == "{":
            return self.run(_GROUP_END)
        if len(sign) > 1 and sign[0].isdigit():
            # Without braces TeX takes one digit: ``\\frac12`` is a half.
            self._at -= 1
            self._tokens[self._at] = sign[1:]
            return sign[0]
        line = _Line()
        if sign:
            if self._depth >= UNICODE_MATH_DEPTH:
                self.too_deep = True
                self._at = len(self._tokens)
                return ""
            self._depth += 1
            self._one(sign, line)
            self._depth -= 1
        return line.text()

    def _raw_argument(self) -> str:
        """The argument's characters, blanks included: a text, a name."""
        self._skip_blanks()
        self._split()
        if self._peek() != "{":
            return self._take()
        self._at += 1
        found: list[str] = []
        depth = 1
        while self._at < len(self._tokens):
            self._split()
            sign = self._take()
            depth += (sign == "{") - (sign == "}")
            if depth == 0:
                break
            found.append(_SYMBOLS.get(sign[1:], sign) if sign[0] == "\\" else sign)
        return "".join(found)

    def _script(self, kind: str) -> str:
        text = self._argument()
        if kind == "^" and text and not text.strip("′"):
            return text
        table = _SUBSCRIPTS if kind == "_" else _SUPERSCRIPTS
        if text and all(ord(character) in table for character in text):
            return text.translate(table)
        return f"{kind}{text}" if len(text) == 1 else f"{kind}({text})"

    def _root(self) -> str:
        degree = ""
        if self._peek() == "[":
            self._at += 1
            degree = self.run(frozenset("]"))
        radicand = self._argument()
        inside = radicand if _SINGLE.fullmatch(radicand) else f"({radicand})"
        if degree in _ROOTS:
            return _ROOTS[degree] + inside
        return f"{inside}^(1/{degree})"

    def _environment(self, line: _Line) -> None:
        name = self._raw_argument()
        rows: list[str] = []
        cells: list[str] = []
        while self._at < len(self._tokens):
            before = self._at
            cells.append(self.run(frozenset({"&", r"\\", r"\end"})))
            stop = self._tokens[self._at - 1] if before < self._at <= len(self._tokens) else ""
            if stop != "&":
                rows.append(_row(name, cells))
                cells = []
            if stop == r"\end":
                self._raw_argument()
                break
        if cells:
            rows.append(_row(name, cells))
        inside = "; ".join(row for row in rows if row)
        line.add(f"{{ {inside} }}" if name == "cases" else f"[{inside}]")


#: Tokens that something has to follow, or that something has to end.
_WITH_MORE = frozenset({
    *(r"\left", r"\right", "_", "^", "{", r"\frac", r"\dfrac", r"\tfrac", r"\sqrt"),
    *(r"\mathbb", r"\mathbbm", r"\begin", *_ACCENTS, *_PLAIN),
})  # fmt: skip


@lru_cache(2048)
def _alone(sign: str) -> tuple[str, str] | None:
    r"""What a token comes to by itself, as ``\theta_{01}`` to ``θ₀₁``, and its kind.

    None for one that takes arguments, or has to be taken apart.
    """
    match = _INDEXED.fullmatch(sign)
    if match is not None:
        name = match.group(1)
        letter = GREEK.get(name[1:], "") if name[0] == "\\" else name
        return (letter + match.group(4).translate(_SUBSCRIPTS), "atom") if letter else None
    if sign in _WITH_MORE:
        return None
    if sign.isspace() or sign in _NOTHING:
        return "", "blank"
    if sign in _BLANKS:
        return " ", "blank"
    if sign in _OPERATORS:
        return _OPERATORS[sign], "operator"
    if sign == "'":
        return "′", "script"
    name = sign[1:] if sign[0] == "\\" else ""
    if name in _WORDS:
        return name, "word"
    shown = _SYMBOLS.get(name, sign)
    return shown, _KINDS.get(sign, _KINDS.get(shown, "atom"))


def _row(environment: str, cells: list[str]) -> str:
    if environment == "cases" and len(cells) == 2:
        value, condition = cells
        if condition and not condition.startswith(("if", "otherwise", "else", "for", "when")):
            condition = f"if {condition}"
        return f"{value} {condition}".strip()
    return ", ".join(cell for cell in cells if cell)


def _fraction(above: str, below: str) -> str:
    numerator = above if _SIMPLE.fullmatch(above) else f"({above})"
    denominator = below if _SINGLE.fullmatch(below) else f"({below})"
    return f"{numerator}/{denominator}"


def _accented(text: str, mark: str) -> str:
    return text + mark if len(text) == 1 else f"({text}){mark}"


class _Line:
    """A line of text under way: pieces by kind, joined by one set of rules."""

    def __init__(self) -> None:
        self._pieces: list[tuple[str, str]] = []

    def add(self, text: str, kind: str = "atom") -> None:
        """A piece: ``atom``, ``word``, ``fraction``, ``operator``, ``script``, ``open``,
        ``close``, ``comma`` or ``blank``."""
        if text:
            self._pieces.append((kind, text))

    def text(self) -> str:
        line = ""
        before = "open"  # as after a bracket: a sign that comes first is no operator
        blank = False
        for kind, text in self._pieces:
            if kind == "blank":
                blank = True
            elif kind == "script":
                line += text
                blank = False
            elif kind == "operator":
                infix = before in _OPERANDS
                if infix:
                    line = f"{line} {text} "
                else:
                    line += text if text in "+−±" else f"{text} "
                before, blank = "operator", False
            elif kind == "comma":
                line += f"{text} "
                before, blank = "operator", False
            else:
                if _apart(before, kind, blank=blank) or (
                    line[-1:].isdigit() and text[0].isdigit() and line[-1:].isascii()
                ):
                    line += " "
                line += text
                before, blank = kind, False
        return line.rstrip()


_OPERANDS = frozenset({"atom", "word", "fraction", "close"})


def _apart(before: str, kind: str, *, blank: bool) -> bool:
    """Whether a blank belongs between two neighbours."""
    if before not in _OPERANDS or kind == "close":
        return False
    return (
        blank
        or (before == "word" and kind != "open")
        or kind == "word"
        or before == "fraction"
        or (kind == "fraction" and before != "open")
    )
