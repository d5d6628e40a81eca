r"""What single characters mean to the lexer: numbers, escapes, accents, letters of other faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.expr.tokens import (
    BRACKETS,
    CLOSE,
    COMBINING,
    COMMAND,
    CONFUSABLE,
    DIVIDE,
    EQUALS,
    GREEK_LETTERS,
    LATE,
    MARKED,
    SYMBOL,
    UNKNOWN,
)

if TYPE_CHECKING:
    from grader.expr.lexer import Lexer
import re
import unicodedata

from grader.errors import LimitError
from grader.expr import commands, word_editor
from grader.expr.prose import says_equal
from grader.expr.segments import Segment
from grader.expr.tokens import (
    MINUS,
    NUMBER,
    OPERATORS,
    PLUS,
    PROSE,
    REFUSED,
    ROW,
    SUBSCRIPT,
    SUBSCRIPT_CHARACTERS,
    SUPERSCRIPT,
    SUPERSCRIPT_CHARACTERS,
    TIMES,
)
from grader.limits import MAX_DIGITS

#: Characters that are not seen, and could hide or reorder what is.
_HIDDEN = frozenset(
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2063\u2064\u2066\u2067"
    "\u2068\u2069\ufeff\u00ad\u061c\u180e\ufffc"
)

#: What a row begins with that goes on with the statement before it.
_GOES_ON = re.compile(
    r"(?:[\s&~]|\\[,;:!> ]|\\q?quad(?![A-Za-z]))*"
    r"(?:[-+*/=·×−]|\\(?:cdot|times|ast|left|right|big|Big)(?![A-Za-z]))"
)
_OPEN_ENDED = frozenset({PLUS, MINUS, TIMES, DIVIDE, EQUALS})


def number(lexer: Lexer, word: str, start: int) -> None:
    """A number; after ``\\frac`` LaTeX takes one digit only."""
    if not word[-1].isdigit() or "," in word:
        typed = word
        word = word.replace("{,}", "").replace("\\,", "")
        lexer.note(f"`{typed}` is read as the number {word}", "style", start, lexer.pos)
    if "e" in word or "E" in word:
        mantissa = re.split("[eE]", word)[0]
        letter = word[len(mantissa)]
        if letter in lexer.lexicon.vocabulary.names:
            word = mantissa
            lexer.pos = start + len(word)
        else:
            exponent = word[len(mantissa) + 1 :]
            if len(exponent) > 4 or abs(int(exponent)) > MAX_DIGITS:
                raise LimitError("MAX_DIGITS", f"a number has more than {MAX_DIGITS} digits")
            lexer.note(
                f"`{word}` is read as {mantissa}·10^{exponent}, not as {mantissa} times"
                f" the number e",
                "ambiguity",
                start,
                lexer.pos,
            )
    if word[0] == "." and _touches_name(lexer, start):
        raise lexer.error(
            f"the `.` in `{lexer.text[lexer.tokens.starts[-1] : lexer.pos]}` may be a decimal point"
            " or a sign of multiplication",
            start,
            lexer.pos,
        )
    if len(word) > MAX_DIGITS:
        raise LimitError("MAX_DIGITS", f"a number has more than {MAX_DIGITS} digits")
    if len(word) > 1 and word.isdigit() and wants_digit(lexer):
        word = word[0]
        lexer.pos = start + 1
    lexer.push(NUMBER, word, start, lexer.pos)


def _touches_name(lexer: Lexer, start: int) -> bool:
    """Whether a name or a bracket ends right before ``start``."""
    tokens = lexer.tokens
    return (
        bool(tokens.kinds)
        and tokens.ends[-1] == start
        and tokens.kinds[-1] in (SYMBOL, MARKED, UNKNOWN, CLOSE)
    )


def wants_digit(lexer: Lexer) -> bool:
    r"""Whether the next token is an argument of ``\frac``."""
    tokens = lexer.tokens
    kinds, values = tokens.kinds, tokens.values
    last = len(kinds) - 1
    if last >= 0 and kinds[last] == COMMAND:
        return values[last] == "frac"
    if last >= 1 and kinds[last] == NUMBER:
        return kinds[last - 1] == COMMAND and values[last - 1] == "frac"
    if last >= 2 and kinds[last] == CLOSE and values[last] == "{":
        opened = next((o for o, c in reversed(tokens.match.items()) if c == last), 0)
        return opened > 0 and kinds[opened - 1] == COMMAND and values[opened - 1] == "frac"
    return False


def subscript_characters(lexer: Lexer, word: str, start: int) -> None:
    """``₀₁`` after a name."""
    subscript = "".join(SUBSCRIPT_CHARACTERS.get(character, "?") for character in word)
    if "?" in subscript:
        strange(lexer, word[0], start)
    if subscript == "+" and lexer.tokens.kinds and lexer.tokens.kinds[-1] == CLOSE:
        lexer.push(SUBSCRIPT, "_", start, lexer.pos)  # [z]₊
        lexer.push(PLUS, "+", start, lexer.pos)
        return
    if not lexer.join_subscript(subscript, lexer.pos):
        raise lexer.error("a subscript follows nothing that has one", start, lexer.pos)


def superscript(lexer: Lexer, word: str, start: int) -> None:
    """``²`` and ``⁻¹`` after a factor."""
    value = "".join(SUPERSCRIPT_CHARACTERS.get(character, "?") for character in word)
    lexer.push(SUPERSCRIPT, value, start, lexer.pos)


def row(lexer: Lexer, _word: str, start: int) -> None:
    """A line break: a row of cases, or between statements; else only layout."""
    if lexer.stack and lexer.tokens.values[lexer.stack[-1]] != "cases":
        return
    if not lexer.stack and (
        _GOES_ON.match(lexer.text, lexer.pos, lexer.stop)
        or (lexer.tokens.kinds and lexer.tokens.kinds[-1] in _OPEN_ENDED)
    ):
        return  # a statement over several lines
    lexer.push(ROW, "\\\\", start, lexer.pos)


def space(lexer: Lexer, word: str, start: int) -> None:
    """Blanks that are not plain ones."""


def escape(lexer: Lexer, word: str, start: int) -> None:
    r"""A backslash before a character."""
    if word in BRACKETS:
        lexer.push(*BRACKETS[word], start, lexer.pos)
    elif word == "\\_":
        subscript = commands.subscript(lexer, lexer.pos)
        if subscript is None or not lexer.join_subscript(subscript[0], subscript[1]):
            raise lexer.error(r"`\_` follows no name", start, lexer.pos)
    elif word in ("\\.", "\\&"):
        raise lexer.error(f"`{word}` has no meaning here", start, lexer.pos)
    elif word == "\\%":
        lexer.push(REFUSED, "%", start, lexer.pos)
    else:
        raise lexer.error(f"`{word}` has no meaning here", start, lexer.pos)


def other(lexer: Lexer, word: str, start: int) -> None:
    """A character that no other rule takes."""
    if word == "%":
        comment(lexer, start)
        return
    if word == "$":
        raise lexer.error("a `$` without a partner", start, start + 1)
    if word == "\\":
        raise lexer.error("a backslash before nothing that it could name", start, start + 1)
    if word in word_editor.MARKS and word_editor.mark(lexer, word, start):
        return
    entry = OPERATORS.get(word) or BRACKETS.get(word)
    if entry is not None:
        lexer.pos = start + 1
        if entry[0] in LATE:
            lexer.late(entry[0], entry[1], start)
        else:
            lexer.push(*entry, start, start + 1)
        return
    accent = COMBINING.get(word)
    if accent is not None:
        accent_before(lexer, accent, start)
        return
    letter(lexer, word, start)


def letter(lexer: Lexer, word: str, start: int) -> None:
    """A letter in another face or with an accent; anything else is an error."""
    raised = unicodedata.decomposition(word).startswith(("<super>", "<sub>"))
    plain = unicodedata.normalize("NFKC", word)
    if len(plain) == 1 and plain != word and not raised:
        if plain.isdigit() and plain.isascii():
            lexer.push(NUMBER, plain, start, lexer.pos)
            return
        name = plain if plain.isascii() and plain.isalpha() else GREEK_LETTERS.get(plain)
        if name is not None:
            lexer.push(*lexer.lexicon.resolve(name), start, lexer.pos)
            return
        entry = OPERATORS.get(plain)
        if entry is not None:
            lexer.push(*entry, start, lexer.pos)
            return
    parts = unicodedata.normalize("NFD", word)
    if len(parts) == 2 and parts[1] in COMBINING and parts[0].isascii():
        name = f"{COMBINING[parts[1]]}:{parts[0]}"
        lexer.push(*lexer.lexicon.resolve(name), start, lexer.pos)
        return
    strange(lexer, word, start)


def accent_before(lexer: Lexer, accent: str, start: int) -> None:
    """A combining accent belongs to the name before it."""
    previous = lexer.previous_name()
    if previous is None or previous[2] != 1:
        raise lexer.error(
            f"the accent U+{ord(lexer.text[start]):04X} follows no name", start, start + 1
        )
    name, begin, _ = previous
    if ":" in name:
        raise lexer.error("a second accent over one name", start, start + 1)
    lexer.pop()
    lexer.push(*lexer.lexicon.resolve(f"{accent}:{name}"), begin, lexer.pos)


def strange(lexer: Lexer, character: str, start: int) -> None:
    """Raise the error of a character without a meaning."""
    code = f"U+{ord(character):04X}"
    twin = CONFUSABLE.get(character)
    if twin is not None:
        raise lexer.error(
            f"the letter {code} ({_unicode_name(character)}) only looks like a Latin `{twin}`",
            start,
            start + 1,
            f"type `{twin}`",
        )
    if character in _HIDDEN or not character.isprintable():
        raise lexer.error(
            f"the invisible character {code} ({_unicode_name(character)})",
            start,
            start + 1,
            "delete it",
        )
    raise lexer.error(
        f"the character `{character}` ({code}, {_unicode_name(character)}) has no meaning here",
        start,
        start + 1,
    )


def comment(lexer: Lexer, start: int) -> None:
    """``% …`` up to the end of its line, as in LaTeX."""
    end = lexer.text.find("\n", start, lexer.stop)
    if end < 0:
        end = lexer.stop
        if not lexer.text[start + 1 : end].strip():
            lexer.push(REFUSED, "%", start, start + 1)
            return
    words = lexer.text[start + 1 : end].strip()
    if words:
        lexer.note(f"the comment `{_shortened(words)}` is not read", "unread", start, end)
    lexer.pos = end


def prose(lexer: Lexer, segment: Segment) -> None:
    """Words that stand outside of ``$…$``; a line by itself parts two statements."""
    words = lexer.text[segment.start : segment.end]
    start = segment.start + len(words) - len(words.lstrip())
    end = segment.start + len(words.rstrip())
    if start >= end:
        lexer.push(ROW, "\\\\", segment.start, segment.end)
        return
    entry = None if words.strip().endswith(")") else commands.phrase(words)
    if entry is None and lexer.tokens.kinds and says_equal(words):
        entry = (EQUALS, "=")
    lexer.push(*(entry or (PROSE, words.strip())), start, end)


def _shortened(words: str) -> str:
    """Words as a note quotes them."""
    line = " ".join(words.split())
    return line if len(line) <= 40 else line[:39] + "…"


def _unicode_name(character: str) -> str:
    return unicodedata.name(character, "a character without a name")
