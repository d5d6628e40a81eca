"""What a text is cut into: the kinds of token, and the tables of what is written how.

A kind is a short string, compared for equality only.  Every table here is read,
never written: a new spelling of an operator or a command is one line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from grader.expr.functions import FUNCTIONS, SPELLINGS
from grader.expr.names import ACCENTS, GREEK
from grader.expr.reading import Note
from grader.expr.segments import Segment

# Kinds of token.  Operators that stand for themselves are their own kind.
NUMBER = "number"  #: value: the digits
SYMBOL = "symbol"  #: value: the canonical name of a known quantity
MARKED = "marked symbol"  #: a known quantity that may also be a mark: ``I``, ``d``, ``delta``
FUNCTION = "function"  #: value: a row of FUNCTIONS
EITHER = "function or symbol"  #: value: the canonical name; the bracket decides
CONSTANT = "constant"  #: value: ``pi`` or ``e``
UNKNOWN = "unknown name"  #: value: the canonical spelling
INDICATOR = "indicator"  #: value: ``I``, ``1`` (bold), or ``one`` for ``\mathbb{1}``
PARTIAL = "partial"  #: ``\partial``
DIFFERENTIAL = "differential"  #: an upright or plain ``d``, or ``\delta``, that is no quantity
NABLA = "nabla"
BIG = "sum or product"  #: value: ``sum`` or ``prod``
MATRIX = "matrix operation"  #: value: ``diag`` or ``trace``; only where names have sizes
COMMAND = "command"  #: value: the name, a key of COMMANDS
OPEN = "open"  #: value: a key of BRACKET_NAMES
CLOSE = "close"
BAR = "bar"  #: ``|`` whose direction is not written
SUPERSCRIPT = "superscript"  #: value: the digits and sign
FRACTION = "vulgar fraction"  #: value: ``1/2``
PRIME = "prime"  #: value: as many ``'`` as were typed
TIMES = "*"
DIVIDE = "/"
PLUS = "+"
MINUS = "-"
POWER = "^"
SUBSCRIPT = "_"
COMMA = ","
EQUALS = "="
APPROX = "approx"
MEMBER = "in"
RELATION = "relation"  #: value: a RelationOperator other than ``=``
AND = "and"
OR = "or"
NOT = "not"
IF = "if"
OTHERWISE = "otherwise"
UNDEFINED = "undefined"
WHERE = "where"
BY = "by"
SCALAR = "scalar"
REALS = "reals"
CELL = "&"
ROW = "row"  #: ``\\``
STOP = "stop"  #: ``.``, ``;``, ``:`` and the like
PROSE = "prose"  #: words that are not mathematics
BANG = "!"
PLACEHOLDER = "placeholder"
REFUSED = "refused"  #: value: a key of REFUSALS
END = "end"

Entry = tuple[str, str]


@dataclass(slots=True)
class Tokens:
    """The tokens of one text, column by column (the quickest layout to read).

    ``match`` leads from each opening bracket to its closing one; ``conditional``
    holds the opening brackets directly inside which a relation stands;
    ``outer`` lists the tokens outside of all brackets that shape a whole answer
    (``=``, ``\\\\``, prose and the like).  ``parts``: the words and the mathematics, where
    they were told apart before.  ``worded``: letters that were taken for a product
    spell an English word.
    """

    text: str
    kinds: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    match: dict[int, int] = field(default_factory=dict)
    conditional: set[int] = field(default_factory=set)
    outer: list[int] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    parts: list[Segment] | None = None
    worded: bool = False


#: Kinds that mark their bracket as holding a condition.
CONDITION_MARKS = frozenset({RELATION, EQUALS, AND, OR, NOT})

#: Kinds that, outside of all brackets, make a text more than one expression.
SHAPING = frozenset(
    {EQUALS, APPROX, ROW, STOP, PROSE, WHERE, COMMA, MEMBER, IF, OTHERWISE, AND, OR}
)

_OPERATORS: dict[str, Entry] = {
    "+": (PLUS, "+"), "-": (MINUS, "-"), "*": (TIMES, "*"), "/": (DIVIDE, "/"),
    "^": (POWER, "^"), "**": (POWER, "**"), "_": (SUBSCRIPT, "_"), ",": (COMMA, ","),
    "=": (EQUALS, "="), "==": (EQUALS, "="), ":=": (EQUALS, "="), ">": (RELATION, ">"),
    "<": (RELATION, "<"), ">=": (RELATION, ">="), "<=": (RELATION, "<="),
    "=>": (REFUSED, "=>"), "=<": (RELATION, "<="), "!=": (RELATION, "!="),
    "<>": (RELATION, "!="), "->": (REFUSED, "->"), "&": (CELL, "&"), "&&": (AND, "and"),
    "||": (BAR, "||"), "|": (BAR, "|"), "!": (BANG, "!"), ".": (STOP, "."), ";": (STOP, ";"),
    ":": (STOP, ":"), "...": (PLACEHOLDER, "..."), "?": (PLACEHOLDER, "?"),
    "\\\\": (ROW, "\\\\"), "+-": (PLUS, "+-"),
    # Unicode
    "−": (MINUS, "-"), "–": (MINUS, "-"), "—": (MINUS, "-"), "‐": (MINUS, "-"),
    "‑": (MINUS, "-"), "‒": (MINUS, "-"), "―": (MINUS, "-"), "－": (MINUS, "-"),
    "﹣": (MINUS, "-"), "⁃": (MINUS, "-"), "➖": (MINUS, "-"),
    "＋": (PLUS, "+"), "﹢": (PLUS, "+"), "➕": (PLUS, "+"),
    "·": (TIMES, "*"), "⋅": (TIMES, "*"), "×": (TIMES, "x"), "∗": (TIMES, "*"),
    "•": (TIMES, "*"), "∙": (TIMES, "*"), "＊": (TIMES, "*"), "✕": (TIMES, "x"),
    "✖": (TIMES, "x"), "⨯": (TIMES, "x"), "・": (TIMES, "*"), "‧": (TIMES, "*"),
    "⋆": (TIMES, "*"),
    "÷": (DIVIDE, "/"), "∕": (DIVIDE, "/"), "⁄": (DIVIDE, "/"), "／": (DIVIDE, "/"),
    "≥": (RELATION, ">="), "≤": (RELATION, "<="), "⩾": (RELATION, ">="),
    "⩽": (RELATION, "<="), "≧": (RELATION, ">="), "≦": (RELATION, "<="),
    "≠": (RELATION, "!="), "＞": (RELATION, ">"), "＜": (RELATION, "<"),
    "＝": (EQUALS, "="), "≡": (EQUALS, "="), "≔": (EQUALS, "="), "≜": (EQUALS, "="),
    "≈": (APPROX, "≈"), "≃": (APPROX, "≈"), "≅": (APPROX, "≈"), "∼": (APPROX, "≈"),
    "∧": (AND, "and"), "∨": (OR, "or"), "¬": (NOT, "not"), "⋀": (AND, "and"),
    "⋁": (OR, "or"), "∈": (MEMBER, "in"), "∂": (PARTIAL, "d"), "𝜕": (PARTIAL, "d"),
    "𝛛": (PARTIAL, "d"), "∇": (NABLA, "nabla"),
    "𝟙": (INDICATOR, "one"), "𝟏": (INDICATOR, "1"), "𝕀": (INDICATOR, "one"), "ℝ": (REALS, "R"),
    "…": (PLACEHOLDER, "…"), "⋯": (PLACEHOLDER, "…"), "？": (PLACEHOLDER, "?"),
    "□": (PLACEHOLDER, "□"), "⬜": (PLACEHOLDER, "□"), "☐": (PLACEHOLDER, "□"),
    "，": (COMMA, ","), "、": (COMMA, ","), "；": (STOP, ";"), "。": (STOP, "."),
    "．": (STOP, "."), "：": (STOP, ":"), "｜": (BAR, "|"), "∣": (BAR, "|"), "＾": (POWER, "^"),
    "＿": (SUBSCRIPT, "_"), "＆": (CELL, "&"), "！": (BANG, "!"),
    "'": (PRIME, "'"), "′": (PRIME, "'"), "’": (PRIME, "'"), "ʹ": (PRIME, "'"),
    "＇": (PRIME, "'"), "‘": (PRIME, "'"), "´": (PRIME, "'"), "ʼ": (PRIME, "'"),
    '"': (PRIME, "''"), "″": (PRIME, "''"), "”": (PRIME, "''"), "‴": (PRIME, "'''"),
    "½": (FRACTION, "1/2"), "⅓": (FRACTION, "1/3"), "⅔": (FRACTION, "2/3"),
    "¼": (FRACTION, "1/4"), "¾": (FRACTION, "3/4"), "⅕": (FRACTION, "1/5"),
    "⅖": (FRACTION, "2/5"), "⅗": (FRACTION, "3/5"), "⅘": (FRACTION, "4/5"),
    "⅙": (FRACTION, "1/6"), "⅚": (FRACTION, "5/6"), "⅛": (FRACTION, "1/8"),
    "⅜": (FRACTION, "3/8"), "⅝": (FRACTION, "5/8"), "⅞": (FRACTION, "7/8"),
    "√": (COMMAND, "sqrt"), "∛": (COMMAND, "cbrt"),
    "±": (REFUSED, "pm"), "∓": (REFUSED, "pm"), "∞": (REFUSED, "infty"),
    "∑": (BIG, "sum"), "∏": (BIG, "prod"),
    "∫": (REFUSED, "int"), "⊙": (REFUSED, "odot"), "∘": (REFUSED, "circ"), "⊗": (REFUSED, "otimes"),
    "⇒": (REFUSED, "=>"), "→": (REFUSED, "->"), "⟹": (REFUSED, "=>"), "⟶": (REFUSED, "->"),
    "∝": (REFUSED, "propto"), "°": (REFUSED, "degree"), "%": (REFUSED, "%"),
    "ᵀ": (REFUSED, "transpose"), "⊤": (REFUSED, "transpose"), "†": (REFUSED, "dagger"),
    "∴": (STOP, "∴"), "✓": (STOP, "✓"), "✔": (STOP, "✓"), "✅": (STOP, "✓"), "■": (STOP, "■"),
    "∎": (STOP, "■"), "#": (REFUSED, "#"), "@": (REFUSED, "@"),
}  # fmt: skip

#: From an operator as typed to its token.
OPERATORS: Mapping[str, Entry] = MappingProxyType(_OPERATORS)

_BRACKET_FORMS: dict[str, Entry] = {
    "(": (OPEN, "("), ")": (CLOSE, "("), "[": (OPEN, "["), "]": (CLOSE, "["),
    "{": (OPEN, "{"), "}": (CLOSE, "{"), r"\{": (OPEN, r"\{"), r"\}": (CLOSE, r"\{"),
    r"\lbrace": (OPEN, r"\{"), r"\rbrace": (CLOSE, r"\{"),
    r"\lbrack": (OPEN, "["), r"\rbrack": (CLOSE, "["),
    r"\lparen": (OPEN, "("), r"\rparen": (CLOSE, "("),
    r"\lvert": (OPEN, "|"), r"\rvert": (CLOSE, "|"),
    r"\lVert": (REFUSED, "norm"), r"\rVert": (REFUSED, "norm"),
    r"\|": (REFUSED, "norm"), r"\Vert": (REFUSED, "norm"), "‖": (REFUSED, "norm"),
    r"\lfloor": (REFUSED, "floor"), r"\lceil": (REFUSED, "floor"),
    r"\rfloor": (REFUSED, "floor"), r"\rceil": (REFUSED, "floor"),
    r"\langle": (REFUSED, "angle"), r"\rangle": (REFUSED, "angle"),
    "|": (BAR, "|"), r"\vert": (BAR, "|"), r"\mid": (BAR, "|"),
    "（": (OPEN, "("), "）": (CLOSE, "("), "［": (OPEN, "["), "］": (CLOSE, "["),
    "｛": (OPEN, "{"), "｝": (CLOSE, "{"), "【": (OPEN, "["), "】": (CLOSE, "["),
    "⟨": (REFUSED, "angle"), "⟩": (REFUSED, "angle"), "⌊": (REFUSED, "floor"),
    "⌈": (REFUSED, "floor"),
}  # fmt: skip

#: From a bracket as typed to its token.  An opening and its closing bracket have one value.
BRACKETS: Mapping[str, Entry] = MappingProxyType(_BRACKET_FORMS)

#: How the closing bracket of each opening one is written.
CLOSING: Mapping[str, str] = MappingProxyType(
    {"(": ")", "[": "]", "{": "}", r"\{": r"\}", "|": "|", ".": "."}
)

#: Commands that give the next bracket a size: to the direction they force, if any.
SIZES: Mapping[str, str | None] = MappingProxyType(
    {"left": OPEN, "right": CLOSE, "middle": None, "mleft": OPEN, "mright": CLOSE}
    | {
        f"{size}{side}": direction
        for size in ("big", "Big", "bigg", "Bigg")
        for side, direction in (("", None), ("l", OPEN), ("r", CLOSE), ("m", None))
    }
)

#: Commands that only set space or style, and have no argument.
BLANK_COMMANDS = frozenset(
    "quad qquad enspace thinspace medspace thickspace negthinspace negmedspace negthickspace "
    "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag "
    "qty centering noindent hfill allowbreak bf it rm normalsize large Large small strut mathstrut "
    "hline relax ensuremath".split()
)

#: Commands that only set space, and whose argument is a length or a key.
BLANK_WITH_ARGUMENT = frozenset("hspace vspace mspace hskip kern mkern label tag ref".split())

#: Commands that set letters in another face: the letters mean the same.
FACES = frozenset(
    "mathbf boldsymbol bm bold pmb vec mathrm mathit mathsf mathtt mathnormal mathcal mathscr "
    "mathfrak symbf symup symbfit textbf textit mathbfit mathbb mathbbm mathds mathup "
    "operatorname operatorname* textnormal textrm mbox".split()
)

#: Faces in which a ``1`` or an ``I`` is an indicator.
INDICATOR_FACES = frozenset("mathbb mathbbm mathds mathbf bm boldsymbol".split())

#: Commands whose argument is words.
TEXT_COMMANDS = frozenset("text textrm textnormal textit textbf textsf mbox hbox".split())

#: Commands that frame their argument, which is read as if they were not there.
FRAMES = frozenset(
    "boxed fbox framebox underline textcolor colorbox color "
    "mathop mathord mathbin mathrel mathopen mathclose mathinner smash".split()
)

#: Commands that put a brace and a label to their argument.
BRACES = frozenset("underbrace overbrace underbracket overbracket".split())

#: Commands that put their first argument over or under their second.
STACKS = frozenset("overset underset stackrel".split())

#: Commands that strike their argument out.
CANCELS = frozenset("cancel bcancel xcancel sout".split())

#: Accents that are the same name under two commands.
ACCENT_FORMS: Mapping[str, str] = MappingProxyType(
    {"widehat": "hat", "overline": "bar", "widetilde": "tilde"}
)

#: Combining characters that are accents.
COMBINING: Mapping[str, str] = MappingProxyType(
    {"\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde", "\u0307": "dot",
     "\u0308": "ddot", "\u030c": "check", "\u0306": "breve"}
)  # fmt: skip

#: Greek letters under a second command.
VARIANTS: Mapping[str, str] = MappingProxyType(
    {"varphi": "phi", "vartheta": "theta", "varepsilon": "epsilon", "varrho": "rho",
     "varsigma": "sigma", "varkappa": "kappa"}
)  # fmt: skip


def _greek_letters() -> dict[str, str]:
    small = (
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
        "_ sigma tau upsilon phi chi psi omega"
    ).split()
    letters = {chr(0x3B1 + i): name for i, name in enumerate(small) if name != "_"}
    letters |= {
        chr(0x391 + i): name.capitalize()
        for i, name in enumerate(small)
        if name.capitalize() in GREEK
    }
    return letters | {
        "ϕ": "phi", "ϑ": "theta", "ϵ": "epsilon", "ϱ": "rho", "ϰ": "kappa", "ς": "sigma",
        "µ": "mu", "ℓ": "ell",
    }  # fmt: skip


#: From a Greek letter as a character to its name; ``ℓ`` is with them.
GREEK_LETTERS: Mapping[str, str] = MappingProxyType(_greek_letters())


def _plain_letters() -> dict[int, str]:
    """Mathematical alphabets and full-width forms, as Word and PDFs have them."""
    forms = [*range(0x1D400, 0x1D800), 0x210E, *range(0xFF10, 0xFF1A)]
    forms += [*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]
    plain = {form: unicodedata.normalize("NFKC", chr(form)) for form in forms}
    return {
        form: letter
        for form, letter in plain.items()
        if len(letter) == 1 and letter.isalnum() and chr(form) not in _OPERATORS
    }


#: From letters and digits of another face to plain ones, one for one.
PLAIN_LETTERS: Mapping[int, str] = MappingProxyType(_plain_letters())

SUBSCRIPT_CHARACTERS: Mapping[str, str] = MappingProxyType(
    dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789aehijklmnoprstuvx", strict=True))
    | {"₊": "+", "₋": "-"}
)
SUPERSCRIPT_CHARACTERS: Mapping[str, str] = MappingProxyType(
    dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱˣ", "0123456789+-nix", strict=True))
)

#: Letters of other alphabets that look like Latin ones.
CONFUSABLE: Mapping[str, str] = MappingProxyType(
    dict(
        zip(
            "аеорсухіјѕһԁԛԝАВЕКМНОРСТХІЈЅՕսոցհΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
            "aeopcyxijshdqwABEKMHOPCTXIJSOungh" + "ABEZHIKMNOPTYXo",
            strict=True,
        )
    )
)

#: Names of commands in LaTeX that are operators, relations or signs.
COMMAND_TOKENS: Mapping[str, Entry] = MappingProxyType(
    {
        "cdot": (TIMES, "*"), "times": (TIMES, "x"), "ast": (TIMES, "*"), "bullet": (TIMES, "*"),
        "star": (TIMES, "*"), "cdotp": (TIMES, "*"), "centerdot": (TIMES, "*"),
        "div": (DIVIDE, "/"), "over": (REFUSED, "over"),
        "ge": (RELATION, ">="), "geq": (RELATION, ">="), "geqslant": (RELATION, ">="),
        "geqq": (RELATION, ">="), "gt": (RELATION, ">"), "le": (RELATION, "<="),
        "leq": (RELATION, "<="), "leqslant": (RELATION, "<="), "leqq": (RELATION, "<="),
        "lt": (RELATION, "<"), "ne": (RELATION, "!="), "neq": (RELATION, "!="),
        "equiv": (EQUALS, "="), "triangleq": (EQUALS, "="), "coloneqq": (EQUALS, "="),
        "approx": (APPROX, "≈"), "simeq": (APPROX, "≈"), "sim": (APPROX, "≈"),
        "land": (AND, "and"), "wedge": (AND, "and"), "lor": (OR, "or"), "vee": (OR, "or"),
        "lnot": (NOT, "not"), "neg": (NOT, "not"), "in": (MEMBER, "in"),
        "partial": (PARTIAL, "d"), "nabla": (NABLA, "nabla"),
        "newline": (ROW, "\\\\"), "cr": (ROW, "\\\\"), "tabularnewline": (ROW, "\\\\"),
        "dots": (PLACEHOLDER, "…"), "ldots": (PLACEHOLDER, "…"), "cdots": (PLACEHOLDER, "…"),
        "vdots": (PLACEHOLDER, "…"), "ddots": (PLACEHOLDER, "…"), "dotsc": (PLACEHOLDER, "…"),
        "dotsb": (PLACEHOLDER, "…"), "square": (PLACEHOLDER, "□"), "Box": (PLACEHOLDER, "□"),
        "prime": (PRIME, "'"), "backslash": (REFUSED, "backslash"),
        "R": (REALS, "R"), "reals": (REALS, "R"), "Reals": (REALS, "R"),
        "frac": (COMMAND, "frac"), "dfrac": (COMMAND, "frac"), "tfrac": (COMMAND, "frac"),
        "cfrac": (COMMAND, "frac"), "nicefrac": (COMMAND, "frac"), "sfrac": (COMMAND, "frac"),
        "sqrt": (COMMAND, "sqrt"),
        "pm": (REFUSED, "pm"), "mp": (REFUSED, "pm"), "infty": (REFUSED, "infty"),
        "sum": (BIG, "sum"), "prod": (BIG, "prod"), "int": (REFUSED, "int"),
        "lim": (REFUSED, "lim"), "odot": (REFUSED, "odot"), "otimes": (REFUSED, "otimes"),
        "circ": (REFUSED, "circ"), "top": (REFUSED, "transpose"),
        "intercal": (REFUSED, "transpose"), "dagger": (REFUSED, "dagger"),
        "Rightarrow": (REFUSED, "=>"), "implies": (REFUSED, "=>"), "to": (REFUSED, "->"),
        "rightarrow": (REFUSED, "->"), "Leftrightarrow": (REFUSED, "=>"),
        "iff": (REFUSED, "=>"), "propto": (REFUSED, "propto"), "binom": (REFUSED, "binom"),
        "therefore": (STOP, "∴"), "checkmark": (STOP, "✓"), "blacksquare": (STOP, "■"),
        "qed": (STOP, "■"), "qedhere": (STOP, "■"), "RR": (REALS, "R"), "Re": (REALS, "R"),
        "pdv": (COMMAND, "partial"), "dv": (COMMAND, "partial"), "odv": (COMMAND, "partial"),
        "dim": (PROSE, "dim"), "phantom": (REFUSED, "phantom"),
        "hphantom": (REFUSED, "phantom"), "vphantom": (REFUSED, "phantom"),
        "substack": (REFUSED, "stack"),
        "angle": (REFUSED, "angle"), "forall": (REFUSED, "forall"), "colon": (STOP, ":"),
        "mod": (REFUSED, "mod"), "bmod": (REFUSED, "mod"), "det": (REFUSED, "det"),
        "operatorname": (REFUSED, "operatorname"),
    }
)  # fmt: skip

#: What is recognised but has no reading here: the fault, and the mend where there is one.
REFUSALS: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {
        "=>": ("an arrow leads to a second statement", "write one answer"),
        "->": ("an arrow leads to a second statement", "write one answer"),
        "pm": ("`{0}` stands for two values", "write the one that is meant"),
        "infty": ("`{0}` is not a real number", None),
        "int": ("integrals are not read here", None),
        "lim": ("limits are not read here", None),
        "odot": ("`{0}` multiplies vectors entry by entry, which is not read here", None),
        "otimes": ("`{0}` is not read here", None),
        "circ": ("`{0}` (composition, or degrees) is not read here", None),
        "degree": ("degrees are not read here", "write the angle in radians"),
        "transpose": ("a transpose is not read here", None),
        "dagger": ("`{0}` is not read here", None),
        "propto": ("`{0}` does not say what the answer equals", None),
        "binom": ("binomial coefficients are not read here", None),
        "phantom": ("`{0}` hides what it holds", "write it plainly, or leave it out"),
        "stack": ("`{0}` is not read here", None),
        "norm": ("norms are not read here", "for an absolute value write `|z|`"),
        "floor": ("rounding brackets are not read here", None),
        "angle": ("`{0}` is not read here", None),
        "forall": ("`{0}` is not read here", None),
        "mod": ("remainders are not read here", None),
        "det": ("determinants are not read here", None),
        "over": (r"`\over` is not read here", r"write `\frac{{…}}{{…}}`"),
        "backslash": ("`{0}` is not read here", None),
        "%": ("a percent sign is not read here", "write the number as a fraction or a decimal"),
        "#": ("`#` has no meaning here", None),
        "@": ("`@` multiplies matrices, which are not read here", None),
        "operatorname": (r"`\operatorname` needs a name in braces", None),
    }
)

#: Environments that lay out and mean nothing by themselves.
LAYOUTS = frozenset(
    "equation equation* align align* aligned alignat alignat* alignedat gather gather* gathered "
    "split multline multline* math displaymath flalign flalign* eqnarray eqnarray* center "
    "subequations".split()
)

#: Environments that hold cases.
CASES = frozenset("cases dcases rcases cases* dcases* array".split())

#: Words with a role.  Read where they stand alone and the homework has no such name.
KEYWORDS: Mapping[str, Entry] = MappingProxyType(
    {
        "and": (AND, "and"), "or": (OR, "or"), "not": (NOT, "not"),
        "if": (IF, "if"), "for": (IF, "if"), "when": (IF, "if"), "whenever": (IF, "if"),
        "else if": (IF, "if"), "elif": (IF, "if"), "elseif": (IF, "if"), "in case": (IF, "if"),
        "provided": (IF, "if"), "provided that": (IF, "if"), "for all": (IF, "if"),
        "otherwise": (OTHERWISE, "otherwise"), "else": (OTHERWISE, "otherwise"),
        "elsewhere": (OTHERWISE, "otherwise"), "ow": (OTHERWISE, "otherwise"),
        "o.w": (OTHERWISE, "otherwise"), "o/w": (OTHERWISE, "otherwise"),
        "undefined": (UNDEFINED, "undefined"), "undef": (UNDEFINED, "undefined"),
        "not defined": (UNDEFINED, "undefined"), "does not exist": (UNDEFINED, "undefined"),
        "dne": (UNDEFINED, "undefined"), "nan": (UNDEFINED, "undefined"),
        "where": (WHERE, "where"), "with": (WHERE, "where"), "let": (WHERE, "where"),
        "in which": (WHERE, "where"), "and where": (WHERE, "where"),
        "by": (BY, "by"), "todo": (PLACEHOLDER, "TODO"), "tbd": (PLACEHOLDER, "TBD"),
        "scalar": (SCALAR, "scalar"), "minus": (MINUS, "-"), "negative": (MINUS, "-"),
        "plus": (PLUS, "+"), "times": (TIMES, "x"), "partial": (PARTIAL, "d"),
    }
)  # fmt: skip

#: Keywords that are also products of letters, which a text without a rubric may mean.
WORDS_OF_LETTERS = frozenset(
    "by ow let nan dne elif todo tbd minus negative plus times partial".split()
)

#: Names of functions in ``\operatorname{…}`` that are printed so, but too short to be words.
OPERATOR_NAMES: Mapping[str, str] = MappingProxyType(
    {
        row.latex.removeprefix(r"\operatorname{").removesuffix("}"): row.name
        for row in FUNCTIONS.values()
        if row.latex.startswith(r"\operatorname{")
    }
)

#: Words for operations on matrices.
MATRIX_WORDS: Mapping[str, Entry] = MappingProxyType(
    {
        "diag": (MATRIX, "diag"), "Diag": (MATRIX, "diag"), "tr": (MATRIX, "trace"),
        "Tr": (MATRIX, "trace"), "trace": (MATRIX, "trace"), "Trace": (MATRIX, "trace"),
    }
)  # fmt: skip
#: Functions as ``\\operatorname{ReLU}``, as they are usually written or in lower case.
UPRIGHT_FUNCTIONS: Mapping[str, Entry] = MappingProxyType(
    {rf"\operatorname{{{spelling}}}": (FUNCTION, row) for spelling, row in SPELLINGS.items()}
    | {rf"\operatorname{{{name}}}": (FUNCTION, row) for name, row in OPERATOR_NAMES.items()}
)

#: Kinds with which a factor begins.
STARTS_FACTOR = frozenset(
    {NUMBER, SYMBOL, MARKED, FUNCTION, EITHER, CONSTANT, UNKNOWN, INDICATOR, PARTIAL,
     DIFFERENTIAL, NABLA, BIG, MATRIX, COMMAND, OPEN, FRACTION, PLACEHOLDER, REALS}
)  # fmt: skip

#: Kinds that follow a factor and belong to it.
POSTFIX = frozenset({POWER, SUPERSCRIPT, PRIME, SUBSCRIPT, BANG})

#: Kinds that may become part of the token before them.
LATE = frozenset({SUBSCRIPT, PRIME, CELL, POWER, STOP})

assert not set(COMMAND_TOKENS) & (GREEK | ACCENTS | set(SPELLINGS) - {"sqrt"})
