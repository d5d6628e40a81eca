r"""LaTeX commands as the lexer meets them: faces, accents, sizes, words, environments.

Each command is in one table of ``tokens.py``; here is what the tables mean.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.expr import decorations
from grader.expr.functions import SPELLINGS
from grader.expr.lexicon import nearest
from grader.expr.names import ACCENTS, GREEK
from grader.expr.tokens import (
    ACCENT_FORMS,
    BAR,
    BLANK_COMMANDS,
    BLANK_WITH_ARGUMENT,
    BRACES,
    BRACKETS,
    CANCELS,
    CASES,
    CELL,
    CLOSE,
    COMMAND,
    COMMAND_TOKENS,
    CONSTANT,
    DIFFERENTIAL,
    FACES,
    FRAMES,
    FUNCTION,
    GREEK_LETTERS,
    INDICATOR,
    INDICATOR_FACES,
    KEYWORDS,
    LAYOUTS,
    MATRIX_WORDS,
    OPEN,
    OPERATOR_NAMES,
    PROSE,
    REALS,
    REFUSED,
    RELATION,
    ROW,
    SIZES,
    STACKS,
    TEXT_COMMANDS,
    UNKNOWN,
    VARIANTS,
    Entry,
)

if TYPE_CHECKING:
    from grader.expr.lexer import Lexer

#: What a command may have been meant for, in the order of the alphabet.
_NAMES_OF_COMMANDS = tuple(
    sorted({*COMMAND_TOKENS, *GREEK, *SPELLINGS, *FACES, *ACCENTS, "left", "right", "text"})
)

_BLANKS = re.compile(r"(?:[\s~]|\\[,;:!> ])*")
_ARGUMENT = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_ENVIRONMENT = re.compile(r"\s*\{\s*([A-Za-z]+\*?)\s*\}")
_COLUMNS = re.compile(r"\s*(?:\[[a-z]\])?\s*\{[lcr|@{} .\\,;:!quad]*\}")
_RELATION_SIGNS = re.compile(r"[<>=≥≤≠⩾⩽]|\\(?:geq?|leq?|geqslant|leqslant|gt|lt|neq?)(?![A-Za-z])")
_PLACEHOLDER = re.compile(r"\\[lcvd]?dots[cb]?(?![A-Za-z])|…|\.\.+|\?")
_SUBSCRIPT_NOISE = re.compile(
    r"\\(?:text|mathrm|mathbf|mathit|rm|textrm|mathsf|boldsymbol|bm|vec|operatorname)(?![A-Za-z])"
    r"|\\[,;:!> ]|[\s,{}~]"
)
_SUBSCRIPT_COMMAND = re.compile(r"\\([A-Za-z]+)")
_SUBSCRIPT = re.compile(r"[A-Za-z0-9+\-*'_]+")
#: Brackets that may be broken over lines, and what may stand at the break.
GOES_ON = frozenset("([")
_LEFT_AGAIN = re.compile(
    r"(?:\s|&|\{\}|\\(?:[,;:! ]|q?quad\b|nonumber\b|notag\b|\\(?:\[[^\]]*\])?))*\\left\s*\."
)
_BRACKET_AHEAD = re.compile(r"\s*'*(?:\\(?:left|[bB]igg?l?)\s*)?(?:[(\[]|\\\{)")
_ROW_REST = re.compile(r"(?:(?!\\\\|\\newline|\\end|\\begin|\\cr\b).){0,200}", re.DOTALL)
_SPACED = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*")
_LU = re.compile(r"\s*L\s*U(?![A-Za-z])")
_SIMPLE_NAME = re.compile(
    r"\s*(\\?[A-Za-z]+|[α-ωΑ-Ωϕϑϵℓ])\s*(?:_\s*(\{[^{}]*\}|[A-Za-z0-9]+|\\[A-Za-z]+))?\s*"
)


def is_letter(name: str) -> bool:
    r"""Whether ``\name`` is a letter that a quantity may be called by."""
    return name in GREEK or name == "ell"


def command(lexer: Lexer, name: str, start: int) -> None:
    r"""Read the command ``\name`` that ends at ``lexer.pos``."""
    text = lexer.text
    if text[lexer.pos : lexer.pos + 1] == "*" and f"{name}*" in FACES:
        lexer.pos += 1
        name += "*"
    if name in SIZES:
        _sized(lexer, name, start)
    elif name in COMMAND_TOKENS and name != "operatorname":
        lexer.push(*COMMAND_TOKENS[name], start, lexer.pos)
    elif "\\" + name in BRACKETS:
        lexer.push(*BRACKETS["\\" + name], start, lexer.pos)
    elif name in BLANK_COMMANDS:
        if name in ("quad", "qquad"):
            _wide_space(lexer, start)
    elif name in TEXT_COMMANDS:
        _words(lexer, start)
    elif name in FACES:
        _face(lexer, name, start)
    elif name in ACCENTS:
        _accent(lexer, name, start)
    elif name in BRACES:
        decorations.brace(lexer, name, start)
    elif name in STACKS:
        decorations.stack(lexer, name, start)
    elif name in CANCELS or name == "cancelto":
        lexer.push(COMMAND, "cancelto" if name == "cancelto" else "cancel", start, lexer.pos)
    elif name in FRAMES:
        if name in ("textcolor", "color", "colorbox"):
            _, lexer.pos = argument(lexer, lexer.pos, name, start)
            lexer.note(rf"`\{name}` is not read", "unread", start, lexer.pos)
    elif name in BLANK_WITH_ARGUMENT:
        if text[lexer.pos : lexer.pos + 1] == "*":
            lexer.pos += 1
        words, lexer.pos = argument(lexer, lexer.pos, name, start)
        if name in ("label", "tag", "ref"):
            lexer.note(rf"`\{name}{{{words}}}` is not read", "unread", start, lexer.pos)
        elif name == "hspace":
            _wide_space(lexer, start)
    elif name in ("begin", "end"):
        _environment(lexer, name, start)
    elif name == "not":
        _negated(lexer, start)
    elif name.lower() in SPELLINGS:
        lexer.push(FUNCTION, SPELLINGS[name.lower()], start, lexer.pos)
    else:
        raise lexer.error(
            rf"`\{name}` is not a command that is read here", start, lexer.pos, _near(name)
        )


def _wide_space(lexer: Lexer, start: int) -> None:
    """A wide space in a row of cases that has no ``&``: it parts value and condition."""
    opened = lexer.stack[-1] if lexer.stack else None
    if opened is None or lexer.tokens.values[opened] != "cases":
        return
    row = _ROW_REST.match(lexer.text, lexer.pos, lexer.stop)
    if row is None or "&" in row.group():
        return
    kinds = lexer.tokens.kinds
    last = len(kinds) - 1
    while kinds[last] not in (ROW, OPEN, CELL):
        last -= 1
    if kinds[last] != CELL:
        lexer.push(CELL, "&", start, lexer.pos)


def _near(name: str) -> str | None:
    """The mend of a command that is nearly a known one."""
    best = nearest(name, _NAMES_OF_COMMANDS, 1 if len(name) < 5 else 2)
    return None if best is None else rf"did you mean `\{best}`?"


def argument(lexer: Lexer, pos: int, name: str, start: int) -> tuple[str, int]:
    """The raw argument of a command and where it ends: a group in braces, or one token."""
    text = lexer.text
    blank = _BLANKS.match(text, pos, lexer.stop)
    pos = blank.end() if blank else pos
    if text[pos : pos + 1] != "{" or pos >= lexer.stop:
        found = _ARGUMENT.match(text, pos, lexer.stop)
        if found is None:
            raise lexer.error(rf"`\{name}` needs something after it", start, lexer.pos)
        return found.group(), found.end()
    end = brace_end(lexer, pos)
    return text[pos + 1 : end - 1], end


def brace_end(lexer: Lexer, pos: int) -> int:
    """Where the group that opens at ``pos`` ends."""
    depth = 0
    for found in _BRACE.finditer(lexer.text, pos, lexer.stop):
        if found.group() == "{":
            depth += 1
        elif found.group() == "}":
            depth -= 1
            if not depth:
                return found.end()
    raise lexer.error(f"the `{{` at {pos + 1} is never closed", pos, pos + 1)


def _sized(lexer: Lexer, name: str, start: int) -> None:
    r"""``\left``, ``\Big`` and so on: the bracket after them, with its direction."""
    text = lexer.text
    pos = lexer.pos
    while text[pos : pos + 1].isspace() and pos < lexer.stop:
        pos += 1
    found = _ARGUMENT.match(text, pos, lexer.stop)
    if found is None:
        raise lexer.error(rf"`\{name}` needs a bracket after it", start, lexer.pos)
    typed = found.group()
    lexer.pos = found.end()
    direction = SIZES[name]
    if typed == "." and direction == CLOSE and lexer.opening() in GOES_ON:
        # A bracket over two lines: \left( a \right. \\ \left. + b \right) is (a + b).
        again = _LEFT_AGAIN.match(text, lexer.pos, lexer.stop)
        if again is not None:
            lexer.pos = again.end()
            return
    if typed == "." and direction is not None:
        lexer.push(direction, ".", start, lexer.pos)
        return
    entry = BRACKETS.get(typed)
    if typed in "<>/" and entry is None:
        entry = (REFUSED, "angle")
    if entry is None:
        raise lexer.error(
            rf"`\{name}` needs a bracket after it", start, lexer.pos, rf"leave `\{name}` out"
        )
    kind, value = entry
    if direction is not None:
        if kind == BAR:
            kind = direction
        elif kind in (OPEN, CLOSE) and kind != direction:
            raise lexer.error(
                rf"`\{name}` does not go with `{typed}`", start, lexer.pos, "turn one of them round"
            )
    lexer.push(kind, value, start, lexer.pos)


def _face(lexer: Lexer, name: str, start: int) -> None:
    r"""``\mathbf f``, ``\mathbb{1}``, ``\operatorname{ReLU}``: the same letters in another face."""
    upright = name.startswith(("operatorname", "mathrm", "text", "mathsf", "mathtt", "mathup"))
    raw, end = argument(lexer, lexer.pos, name, start)
    content = raw.strip().rstrip("\\!, ")
    if name.startswith("operatorname") and _SPACED.fullmatch(content):
        content = content.replace(" ", "")  # as recognition of print writes it: { e x p }
        if content == "Re" and (rest := _LU.match(lexer.text, end, lexer.stop)):
            content, end = "ReLU", rest.end()
    entry: Entry | None = None
    if name in INDICATOR_FACES and content in ("1", "I", r"1\!\!1", r"1\!1"):
        # A bold 1 may be a plain 1; in the other faces it is an indicator and nothing else.
        bold = name in ("mathbf", "bm", "boldsymbol")
        entry = (INDICATOR, content if bold else "one")
    elif name in ("mathbb", "mathbf", "mathds") and content == "R":
        known = lexer.lexicon.resolve("R")
        entry = (REALS, "R") if name != "mathbf" or known[0] == UNKNOWN else known
    elif upright:
        entry = upright_word(lexer, content) or (phrase(content) if len(content) > 1 else None)
        if entry is None and name.startswith("operatorname"):
            raise lexer.error(
                f"`{content}` is not a function that is known here",
                start,
                end,
                _near_function(content),
            )
    if entry is not None:
        lexer.pos = end
        lexer.push(*entry, start, end)
        return
    canonical = simple_name(content)
    if canonical is None:
        return  # more than a name: read what it holds as it stands
    lexer.pos = end
    base, underscore, subscript_ = canonical.partition("_")
    if len(base) > 1 and not is_letter(base) and not upright:
        lexer.push_run(base, start, end, 0, tail=underscore + subscript_)
    else:
        lexer.push(*lexer.lexicon.resolve(canonical), start, end)


def upright_word(lexer: Lexer, content: str) -> Entry | None:
    """What an upright word is: a mark, a function or a name; None for anything else."""
    if content == "d" and "d" not in lexer.lexicon.vocabulary.names:
        return (DIFFERENTIAL, "d")
    if content == "e" and "e" not in lexer.lexicon.vocabulary.names:
        return (CONSTANT, "e")
    if content in ("T", "⊤") and lexer.tokens.kinds and _after_caret(lexer):
        return (REFUSED, "transpose")
    if content in OPERATOR_NAMES:
        return (FUNCTION, OPERATOR_NAMES[content])
    if content.lower() in SPELLINGS:
        return (FUNCTION, SPELLINGS[content.lower()])
    if content in MATRIX_WORDS and lexer.lexicon.vocabulary.shapes:
        return MATRIX_WORDS[content]
    return None


def _after_caret(lexer: Lexer) -> bool:
    kinds = lexer.tokens.kinds
    return kinds[-1] == "^" or (len(kinds) > 1 and kinds[-1] == OPEN and kinds[-2] == "^")


def _near_function(content: str) -> str | None:
    best = nearest(content.lower(), SPELLINGS, 1)
    return None if best is None else f"did you mean `{best}`?"


def simple_name(content: str) -> str | None:
    r"""The canonical spelling of ``f``, ``\theta_{01}``, ``f_2``; None for anything else."""
    found = _SIMPLE_NAME.fullmatch(content)
    if found is None:
        return None
    base = found[1].lstrip("\\")
    if found[1].startswith("\\"):
        base = VARIANTS.get(base, base)
        if not is_letter(base):
            return None
    base = GREEK_LETTERS.get(base, base)
    if not found[2]:
        return base
    subscript = canonical_subscript(found[2])
    return None if subscript is None else f"{base}_{subscript}"


def _accent(lexer: Lexer, name: str, start: int) -> None:
    r"""``\hat y``: the accent is part of the name."""
    raw, end = argument(lexer, lexer.pos, name, start)
    content = raw
    inner = re.fullmatch(r"\s*\\(?:mathbf|boldsymbol|bm|mathrm|vec)\s*\{?([^{}]*)\}?\s*", raw)
    if inner:
        content = inner[1]
    canonical = simple_name(content)
    accent = ACCENT_FORMS.get(name, name)
    if canonical is None:
        raise lexer.error(
            rf"`\{name}` stands over more than one name", start, end, "put it over a single name"
        )
    lexer.pos = end
    lexer.push(*lexer.lexicon.resolve(f"{accent}:{canonical}"), start, end)


def subscript(lexer: Lexer, pos: int) -> tuple[str, int] | None:
    """The canonical subscript after an underscore and its end; None where it is no name's."""
    text = lexer.text
    blank = _BLANKS.match(text, pos, lexer.stop)
    pos = blank.end() if blank else pos
    if pos >= lexer.stop:
        return None
    if text[pos] == "{":
        end = brace_end(lexer, pos)
        raw = text[pos + 1 : end - 1]
    else:
        found = re.compile(r"[0-9]+|[A-Za-z]|\\[A-Za-z]+(?:\s*\{[^{}]*\})?|[α-ωϕϑϵℓ…?]").match(
            text, pos, lexer.stop
        )
        if found is None:
            return None
        raw, end = found.group(), found.end()
    if _RELATION_SIGNS.search(raw) or raw.strip() in ("+", "-"):
        return None
    hidden = _PLACEHOLDER.search(raw)
    if hidden:
        raise lexer.error(f"`{hidden.group()}` is a placeholder, not a subscript", pos, end)
    canonical = canonical_subscript(raw)
    if canonical is None:
        raise lexer.error(f"the subscript `{raw}` is not understood", pos, end)
    return canonical, end


def canonical_subscript(raw: str) -> str | None:
    r"""``{0,1}`` as ``01``, ``\theta`` as ``theta``; None where it cannot be a subscript."""
    plain = _SUBSCRIPT_NOISE.sub("", raw)
    plain = _SUBSCRIPT_COMMAND.sub(lambda m: VARIANTS.get(m[1], m[1]), plain)
    plain = "".join(GREEK_LETTERS.get(character, character) for character in plain)
    return plain if _SUBSCRIPT.fullmatch(plain) else None


def phrase(words: str) -> Entry | None:
    """The keyword that some words are, whatever their case and punctuation."""
    return KEYWORDS.get(" ".join(words.lower().strip(" \t\r\n.,;:~()").split()))


def _words(lexer: Lexer, start: int) -> None:
    r"""``\text{…}``: a keyword, a name, a keyword with mathematics after it, or prose."""
    raw, end = argument(lexer, lexer.pos, "text", start)
    offset = end - 1 - len(raw)
    content = raw.strip()
    lexer.pos = end
    if not content.strip(" .,;:~"):
        if content.strip("~"):
            lexer.push(PROSE, content, start, end)
        return
    entry = phrase(raw) or upright_word(lexer, content)
    if entry is None:
        canonical = simple_name(content)
        if canonical is not None:
            resolved = lexer.lexicon.resolve(canonical)
            known = canonical in lexer.lexicon.spelled or len(content) == 1
            if resolved[0] != UNKNOWN and known:
                entry = resolved
    if entry is not None:
        lexer.push(*entry, start, end)
        return
    if content.isalpha() and _BRACKET_AHEAD.match(lexer.text, end, lexer.stop):
        raise lexer.error(
            f"`{content}` is not a function that is known here", start, end, _near_function(content)
        )
    # "if z > 0": a keyword, then mathematics.
    words = content.split()
    for count in (3, 2, 1):
        entry = phrase(" ".join(words[:count]))
        if entry is None or count >= len(words):
            continue
        head = re.match(r"\s*" + r"\s+".join(re.escape(word) for word in words[:count]), raw)
        if head is None:
            continue
        rest = raw[head.end() :]
        lexer.push(*entry, start, offset + head.end())
        if _RELATION_SIGNS.search(rest):
            inner = rest.replace("$", " ")
            begin = offset + head.end()
            if inner == rest:
                lexer.scan(begin, begin + len(rest))
            else:
                lead = len(rest) - len(rest.lstrip(" $"))
                lexer.scan(begin + lead, begin + len(rest.rstrip(" $")))
            lexer.pos = end
        else:
            lexer.push(PROSE, rest.strip(), offset + head.end(), end)
        return
    lexer.push(PROSE, content, start, end)


def _environment(lexer: Lexer, which: str, start: int) -> None:
    r"""``\begin{…}`` and ``\end{…}``."""
    found = _ENVIRONMENT.match(lexer.text, lexer.pos, lexer.stop)
    if found is None:
        raise lexer.error(rf"`\{which}` needs the name of an environment", start, lexer.pos)
    name = found[1]
    lexer.pos = found.end()
    if name in LAYOUTS:
        lexer.aligned = True
        if which == "begin" and name.startswith("alignat"):
            columns = re.compile(r"\s*\{\s*[0-9]+\s*\}").match(lexer.text, lexer.pos, lexer.stop)
            lexer.pos = columns.end() if columns else lexer.pos
        return
    if name == "array" and _is_layout(lexer, which):
        if which == "begin":
            columns = _COLUMNS.match(lexer.text, lexer.pos, lexer.stop)
            lexer.pos = columns.end() if columns else lexer.pos
        lexer.aligned = True
        return
    if name in CASES:
        if which == "begin" and name == "array":
            columns = _COLUMNS.match(lexer.text, lexer.pos, lexer.stop)
            lexer.pos = columns.end() if columns else lexer.pos
        lexer.push(OPEN if which == "begin" else CLOSE, "cases", start, lexer.pos)
        return
    if "matrix" in name:
        raise lexer.error("matrices are not read here", start, lexer.pos)
    raise lexer.error(f"the environment `{name}` is not read here", start, lexer.pos)


def _is_layout(lexer: Lexer, which: str) -> bool:
    """Whether an array only lays out: it has no column of conditions."""
    if which == "end":
        return not (lexer.stack and lexer.tokens.values[lexer.stack[-1]] == "cases")
    body = lexer.text[lexer.pos : lexer.stop].partition(r"\end{array}")[0]
    return "&" not in body and r"\text" not in body and r"\quad" not in body


def _negated(lexer: Lexer, start: int) -> None:
    r"""``\not=`` and ``\not>``."""
    found = _ARGUMENT.match(lexer.text, lexer.pos, lexer.stop)
    opposite = {"=": "!=", ">": "<=", "<": ">="}.get(found.group() if found else "")
    if found is None or opposite is None:
        raise lexer.error(r"`\not` must stand before a relation", start, lexer.pos)
    lexer.pos = found.end()
    lexer.push(RELATION, opposite, start, lexer.pos)
