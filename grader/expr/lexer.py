"""From text to tokens: every alias of a name, an operator or a bracket ends here.

The text itself is never rewritten, so every token knows its exact place.  One
regular expression finds where a token ends; tables say what it is.  Brackets are
paired on the way, without recursion, so that depth is bounded before parsing.
"""

from __future__ import annotations

import re
import unicodedata

from grader.errors import AnswerError, LimitError
from grader.expr import commands
from grader.expr.lexicon import Lexicon
from grader.expr.reading import Note
from grader.expr.segments import Segment, segments
from grader.expr.tokens import (
    BRACKETS,
    CELL,
    CLOSE,
    CLOSING,
    COMBINING,
    COMMAND,
    CONDITION_MARKS,
    CONFUSABLE,
    CONSTANT,
    DIFFERENTIAL,
    DIVIDE,
    EITHER,
    END,
    EQUALS,
    FUNCTION,
    GREEK_LETTERS,
    INDICATOR,
    KEYWORDS,
    MARKED,
    MINUS,
    NUMBER,
    OPEN,
    OPERATORS,
    PLUS,
    PRIME,
    PROSE,
    REFUSED,
    ROW,
    SHAPING,
    SUBSCRIPT,
    SUBSCRIPT_CHARACTERS,
    SUPERSCRIPT,
    SUPERSCRIPT_CHARACTERS,
    SYMBOL,
    TIMES,
    UNKNOWN,
    VARIANTS,
    WORDS_OF_LETTERS,
    Tokens,
)
from grader.limits import MAX_ANSWER_CHARACTERS, MAX_DIGITS, MAX_NESTING
from grader.source import Span

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
    (?P<name>\\[A-Za-z]+(?:_(?:\{[A-Za-z0-9]+\}|[A-Za-z0-9]+))?
            |[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*(?:_\{[A-Za-z0-9]+\})?)
   |(?P<bracket>[()\[\]{}|])
   |(?P<operator>\*\*|<=|>=|!=|==|:=|=<|=>|<>|->|&&|\|\||\.\.\.|[-+*/^_,=<>&!;:'"?])
   |(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)
   |(?P<greek>[\u03b1-\u03c9\u0391-\u03a9\u03d5\u03d1\u03f5\u03f1\u2113](?:_\{[A-Za-z0-9]+\}|_?[0-9]+)?)
   |(?P<subscript>[\u2080-\u208b\u2090-\u209c\u1d62-\u1d65\u2c7c]+)
   |(?P<superscript>[\u2070\u00b9\u00b2\u00b3\u2074-\u207b\u207f\u2071\u02e3]+)
   |(?P<row>\\\\\*?(?:[ ]?\[-?[0-9.]+[ ]?(?:em|ex|pt|mm|cm|in|mu|pc|bp)\])?)
   |(?P<space>\\[,;:!>/ \t\n]|[~\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2061\u2062\u3000\x0b\x0c])
   |(?P<escape>\\[{}|'"^.$&%#_])
   |(?P<other>[^ \t\r\n])
   |(?P<end>\Z)
    )""",
    re.VERBOSE,
)

_COMMAND = re.compile(r"\\[A-Za-z]+\*?")
_PRIMES = re.compile(
    r"\s*(?:\\prime(?![A-Za-z])|['\u2032\u2019]|\{\s*(?:(?:\\prime(?![A-Za-z])|['\u2032\u2019])\s*){1,9}\})"
)
_SUPERSCRIPT_PRIME = re.compile(r"\\prime|['\u2032\u2019]")
_NAME_LIKE = frozenset({SYMBOL, MARKED, UNKNOWN, EITHER, CONSTANT, DIFFERENTIAL, INDICATOR})

#: Characters that are not seen, and could hide or reorder what is.
_HIDDEN = frozenset(
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2063\u2064\u2066\u2067"
    "\u2068\u2069\ufeff\u00ad\u061c\u180e\ufffc"
)


class Lexer:
    """Cuts one text into tokens; used once."""

    __slots__ = ("aligned", "lexicon", "pos", "stack", "stop", "text", "tokens")

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        self.tokens = Tokens(text)
        self.pos = 0
        self.stop = len(text)
        self.stack: list[int] = []
        #: Whether an environment that aligns rows was entered.
        self.aligned = False

    # -- the loop ------------------------------------------------------------

    def run(self) -> Tokens:
        """All tokens of the text, with END last."""
        for segment in segments(self.text):
            if segment.prose:
                self.prose(segment)
            else:
                self.scan(segment.start, segment.end)
        if self.stack:
            self.never_closed(self.stack[-1])
        size = len(self.text.rstrip())
        self.push(END, "", size, size)
        return self.tokens

    def scan(self, start: int, stop: int) -> None:
        """Cut ``text[start:stop]``."""
        text = self.text
        tokens = self.tokens
        kinds, values, starts, ends = tokens.kinds, tokens.values, tokens.starts, tokens.ends
        spelled = self.lexicon.spelled
        match = _TOKEN.match
        outer_pos, outer_stop = self.pos, self.stop
        self.stop = stop
        pos = start
        while True:
            found = match(text, pos, stop)
            assert found is not None  # ``other`` takes any character, ``end`` the end
            group = found.lastgroup
            assert group is not None
            begin, pos = found.span(group)
            word = text[begin:pos]
            if group == "name":
                entry = spelled.get(word)
                if entry is None:
                    self.pos = pos
                    self.name(word, begin)
                    pos = self.pos
                    continue
                kind, value = entry
            elif group == "bracket":
                kind, value = BRACKETS[word]
            elif group == "operator":
                kind, value = OPERATORS[word]
                if kind in _LATE:
                    self.pos = pos
                    self.late(kind, value, begin)
                    pos = self.pos
                    continue
            elif group == "end":
                break
            else:
                self.pos = pos
                handler = _HANDLERS[group]
                handler(self, word, begin)
                pos = self.pos
                continue
            if kind == OPEN or kind == CLOSE:
                self.bracket(kind, value, begin, pos)
                continue
            index = len(kinds)
            kinds.append(kind)
            values.append(value)
            starts.append(begin)
            ends.append(pos)
            if self.stack:
                if kind in CONDITION_MARKS:
                    tokens.conditional.add(self.stack[-1])
            elif kind in SHAPING:
                tokens.outer.append(index)
        self.pos, self.stop = outer_pos, outer_stop

    def push(self, kind: str, value: str, start: int, end: int) -> None:
        """Add one token."""
        if kind == OPEN or kind == CLOSE:
            self.bracket(kind, value, start, end)
            return
        tokens = self.tokens
        index = len(tokens.kinds)
        tokens.kinds.append(kind)
        tokens.values.append(value)
        tokens.starts.append(start)
        tokens.ends.append(end)
        if self.stack:
            if kind in CONDITION_MARKS:
                tokens.conditional.add(self.stack[-1])
        elif kind in SHAPING:
            tokens.outer.append(index)

    def pop(self, count: int = 1) -> None:
        """Take the last tokens back (names only: nothing refers to them)."""
        tokens = self.tokens
        for column in (tokens.kinds, tokens.values, tokens.starts, tokens.ends):
            del column[-count:]

    def bracket(self, kind: str, value: str, start: int, end: int) -> None:
        """Add a bracket and pair it."""
        tokens = self.tokens
        index = len(tokens.kinds)
        stack = self.stack
        tokens.kinds.append(kind)
        tokens.values.append(value)
        tokens.starts.append(start)
        tokens.ends.append(end)
        if kind == OPEN:
            if len(stack) >= MAX_NESTING:
                raise LimitError(
                    "MAX_NESTING",
                    f"brackets stand inside one another more than {MAX_NESTING} deep",
                )
            stack.append(index)
            return
        if not stack:
            raise self.error(
                f"the `{self.text[start:end]}` at {start + 1} closes nothing", start, end
            )
        opened = stack.pop()
        before = tokens.values[opened]
        if before != value and "." not in (before, value):
            opening = self.text[tokens.starts[opened] : tokens.ends[opened]]
            raise self.error(
                f"the `{opening}` at {tokens.starts[opened] + 1} is closed by"
                f" the `{self.text[start:end]}` at {start + 1}",
                start,
                end,
                _close_with(before),
            )
        tokens.match[opened] = index

    # -- errors and notes ----------------------------------------------------

    def error(self, message: str, start: int, end: int, hint: str | None = None) -> AnswerError:
        """The error with that fault at ``text[start:end]``, for the caller to raise."""
        return AnswerError(message, self.text, Span(start, end), hint)

    def note(self, message: str, kind: str, start: int, end: int) -> None:
        """Keep something that a person should know."""
        self.tokens.notes.append(Note(Span(start, end), message, kind))

    def never_closed(self, opened: int) -> None:
        """Raise the error of a bracket without a partner."""
        start, end = self.tokens.starts[opened], self.tokens.ends[opened]
        opening = self.text[start:end]
        raise self.error(f"the `{opening}` at {start + 1} is never closed", start, end)

    # -- names ---------------------------------------------------------------

    def name(self, word: str, start: int) -> None:
        r"""A word or command that is not spelled exactly as a known name."""
        if word[0] != "\\":
            run, _, braced = word.partition("_{")
            base, underscore_, _ = run.partition("_")
            if base.lower() == "log" and (underscore_ or braced):
                self.pos = start + len(base)
                self.push(FUNCTION, "log", start, self.pos)
                return
            self.push_run(run, start, self.pos, 0, tail="_" + braced[:-1] if braced else "")
            return
        underscore = word.find("_")
        command = word[1:] if underscore < 0 else word[1:underscore]
        letter = VARIANTS.get(command, command)
        if not commands.is_letter(letter):
            self.pos = start + 1 + len(command)
            commands.command(self, command, start)
            return
        shift = 1 + len(command) - len(letter)
        if underscore < 0:
            end = self.pos
            # \theta01: as in plain text, where the name itself is not one of the homework.
            digits = _DIGITS.match(self.text, end, self.stop)
            if digits and not self.lexicon.free:
                joined = f"{letter}_{digits.group()}"
                if self.lexicon.resolve(letter)[0] == UNKNOWN:
                    self.pos = digits.end()
                    self.push_run(joined, start, self.pos, shift)
                    return
            self.push_run(letter, start, end, shift)
            return
        rest = word[underscore:]
        if rest.startswith("_{"):
            self.push_run(letter, start, self.pos, shift, tail="_" + rest[2:-1])
            return
        run = letter + rest
        self.push_run(run, start, self.pos, shift, latex=True)

    def push_run(
        self, run: str, start: int, end: int, shift: int, *, latex: bool = False, tail: str = ""
    ) -> None:
        """Add the names that a run stands for.

        ``shift`` is how much longer the first name is in the text than in the run.
        ``latex``: the run comes from a command and a subscript without braces.
        ``tail``: a subscript that belongs to the last name as a whole (``_out``).
        """
        lexicon = self.lexicon
        entry = lexicon.spelled.get(run + tail) if not latex else None
        if entry is None and not lexicon.free:
            entry = lexicon.resolve(run + tail)
        if (entry is None or entry[0] == UNKNOWN) and not tail:
            word = KEYWORDS.get(run.lower())
            if word is not None and not (lexicon.free and run.lower() in WORDS_OF_LETTERS):
                entry = word
        if entry is not None and entry[0] != UNKNOWN:
            self.push(*entry, start, end)
            if latex:
                self.note_subscript(start, end)
            return
        pieces = lexicon.cut(run, tail)
        run += tail
        if pieces is None:
            if latex and (first := _FIRST_NAME.match(run)) and first.end() < len(run):
                # LaTeX's own reading: the rest of the run is not part of this name.
                self.pos = end = start + first.end() + shift
                run = first.group()
                entry = lexicon.resolve(run)
            self.push(*(entry or (UNKNOWN, run)), start, end)
            return
        if latex and "_" in run[: pieces[0].end]:
            self.note_subscript(start, start + shift + pieces[0].end)
        for piece in pieces:
            first_one = piece.start == 0
            last_one = piece.end == len(run)
            self.push(
                *piece.entry,
                start if first_one else start + shift + piece.start,
                end if last_one else start + shift + piece.end,
            )
        if len(pieces) > 1 and pieces[0].entry[0] == FUNCTION:
            name = run[: pieces[0].end]
            rest = run[pieces[0].end :]
            self.note(
                f"`{run}` is read as `{name}` of `{rest}`, not as one name", "ambiguity", start, end
            )

    def note_subscript(self, start: int, end: int) -> None:
        r"""Say that ``\theta_01`` was taken for ``\theta_{01}``."""
        typed = self.text[start:end]
        base, _, subscript = typed.partition("_")
        if len(subscript) > 1 and not subscript.startswith("{"):
            self.note(
                f"`{typed}` is read as `{base}_{{{subscript}}}`, not as"
                f" `{base}_{subscript[0]}` times `{subscript[1:]}`, which is how LaTeX prints it",
                "ambiguity",
                start,
                end,
            )

    def spelling(self, index: int) -> str:
        """The canonical spelling of the name at a token, before aliases."""
        tokens = self.tokens
        typed = self.text[tokens.starts[index] : tokens.ends[index]].lstrip("\\")
        if typed.isalpha() and len(typed) < 12:
            typed = VARIANTS.get(typed, typed)
            return GREEK_LETTERS.get(typed, typed)
        return tokens.values[index]

    def greek(self, word: str, start: int) -> None:
        """A Greek character and what is joined to it."""
        letter = GREEK_LETTERS.get(word[0])
        if letter is None:
            self.other(word[0], start)
            self.pos = start + 1
            return
        subscript = word[1:].strip("_{}")
        run = f"{letter}_{subscript}" if subscript else letter
        entry = self.lexicon.resolve(run)
        if entry[0] == UNKNOWN and subscript and word[1] not in "_":
            alone = self.lexicon.resolve(letter)
            if alone[0] != UNKNOWN:
                self.pos = start + 1
                entry = alone
        self.push(*entry, start, self.pos)

    # -- what is joined to the token before it ---------------------------------

    def late(self, kind: str, value: str, start: int) -> None:
        """``_`` and primes: part of the name before them where there is one."""
        if kind == SUBSCRIPT:
            subscript = commands.subscript(self, self.pos)
            if subscript is not None and (
                self.join_across_power(*subscript) or self.join_subscript(*subscript)
            ):
                return
        elif kind == PRIME:
            if self.join_primes(value):
                return
        elif kind == CELL:
            if not (self.stack and self.tokens.values[self.stack[-1]] == "cases"):
                self.alignment(start)
                return
        else:  # a power: ^\prime and ^{\prime\prime} are primes
            primes = _PRIMES.match(self.text, self.pos, self.stop)
            if primes:
                self.pos = primes.end()
                count = len(_SUPERSCRIPT_PRIME.findall(primes.group()))
                if not self.join_primes("'" * count):
                    self.push(PRIME, "'" * count, start, self.pos)
                return
        self.push(kind, value, start, self.pos)

    def alignment(self, start: int) -> None:
        """``&`` outside of cases: it means nothing where rows are aligned, else it is a slip."""
        kinds = self.tokens.kinds
        if self.aligned or not kinds or kinds[-1] in _OPEN_ENDED or kinds[-1] == ROW:
            return
        if not _GOES_ON.match(self.text, self.pos, self.stop):
            raise self.error("an `&` aligns nothing here", start, start + 1, "leave it out")

    def _previous_name(self) -> tuple[str, int, int] | None:
        """The spelling, start and token count of the name that ends the tokens, if one does."""
        tokens = self.tokens
        last = len(tokens.kinds) - 1
        if last < 0:
            return None
        if tokens.kinds[last] in _NAME_LIKE:
            return self.spelling(last), tokens.starts[last], 1
        if tokens.kinds[last] == FUNCTION and tokens.values[last] != "log":
            typed = self.text[tokens.starts[last] : tokens.ends[last]].lstrip("\\")
            if len(typed) == 1 or commands.is_letter(typed):
                return self.spelling(last), tokens.starts[last], 1
        if (
            last >= 2
            and tokens.kinds[last] == CLOSE
            and tokens.kinds[last - 1] in _NAME_LIKE
            and tokens.match.get(last - 2) == last
            and tokens.values[last] == "{"
            and (last == 2 or tokens.kinds[last - 3] != COMMAND)
        ):
            return self.spelling(last - 1), tokens.starts[last - 2], 3
        return None

    def join_subscript(self, subscript: str, end: int) -> bool:
        """Make a subscript part of the name before it; False when there is none."""
        previous = self._previous_name()
        if previous is None:
            return False
        spelling, start, count = previous
        primes = len(spelling) - len(spelling.rstrip("'"))
        spelling = spelling.rstrip("'")
        if "_" in spelling:
            raise self.error("a second subscript", start, end, "write both in one pair of braces")
        if count == 3:
            self.tokens.match.pop(len(self.tokens.kinds) - 3, None)
        self.pop(count)
        self.pos = end
        name = f"{spelling}_{subscript}" + "'" * primes
        entry = self.lexicon.resolve(name)
        if entry[0] == UNKNOWN and spelling.isalnum() and not primes:
            self.push_run(spelling, start, end, 0, tail="_" + subscript)
        else:
            self.push(*entry, start, end)
        return True

    def join_across_power(self, subscript: str, end: int) -> bool:
        """``x^2_1``: the subscript belongs to the name below the power."""
        tokens = self.tokens
        kinds = tokens.kinds
        last = len(kinds) - 1
        if last < 2 or kinds[last] not in (NUMBER, SYMBOL) or kinds[last - 1] != "^":
            return False
        if kinds[last - 2] not in (SYMBOL, MARKED, UNKNOWN):
            return False
        name = self.spelling(last - 2)
        if "_" in name:
            return False
        tokens.kinds[last - 2], tokens.values[last - 2] = self.lexicon.resolve(
            f"{name}_{subscript}"
        )
        tokens.ends[last] = self.pos = end
        return True

    def join_primes(self, primes: str) -> bool:
        """Make primes part of the name before them; False when a function has them."""
        tokens = self.tokens
        if not tokens.kinds or tokens.kinds[-1] not in (SYMBOL, MARKED, UNKNOWN, CONSTANT):
            return False
        name = self.spelling(len(tokens.kinds) - 1) + primes
        start = tokens.starts[-1]
        self.pop()
        self.push(*self.lexicon.resolve(name), start, self.pos)
        return True

    # -- the rarer characters ----------------------------------------------------

    def number(self, word: str, start: int) -> None:
        """A number; after ``\\frac`` LaTeX takes one digit only."""
        if "e" in word or "E" in word:
            mantissa = re.split("[eE]", word)[0]
            letter = word[len(mantissa)]
            if letter in self.lexicon.vocabulary.names:
                word = mantissa
                self.pos = start + len(word)
            else:
                exponent = word[len(mantissa) + 1 :]
                if len(exponent) > 4 or abs(int(exponent)) > MAX_DIGITS:
                    raise LimitError("MAX_DIGITS", f"a number has more than {MAX_DIGITS} digits")
                self.note(
                    f"`{word}` is read as {mantissa}·10^{exponent}, not as {mantissa} times"
                    f" the number e",
                    "ambiguity",
                    start,
                    self.pos,
                )
        if len(word) > MAX_DIGITS:
            raise LimitError("MAX_DIGITS", f"a number has more than {MAX_DIGITS} digits")
        if len(word) > 1 and word.isdigit() and self.wants_digit():
            word = word[0]
            self.pos = start + 1
        self.push(NUMBER, word, start, self.pos)

    def wants_digit(self) -> bool:
        r"""Whether the next token is an argument of ``\frac``."""
        tokens = self.tokens
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

    def subscript_characters(self, word: str, start: int) -> None:
        """``₀₁`` after a name."""
        subscript = "".join(SUBSCRIPT_CHARACTERS.get(character, "?") for character in word)
        if "?" in subscript:
            self.strange(word[0], start)
        if not self.join_subscript(subscript, self.pos):
            raise self.error("a subscript follows nothing that has one", start, self.pos)

    def superscript(self, word: str, start: int) -> None:
        """``²`` and ``⁻¹`` after a factor."""
        value = "".join(SUPERSCRIPT_CHARACTERS.get(character, "?") for character in word)
        self.push(SUPERSCRIPT, value, start, self.pos)

    def row(self, word: str, start: int) -> None:
        """A line break: a row of cases, or between statements; else only layout."""
        if self.stack and self.tokens.values[self.stack[-1]] != "cases":
            return
        if not self.stack and (
            _GOES_ON.match(self.text, self.pos, self.stop)
            or (self.tokens.kinds and self.tokens.kinds[-1] in _OPEN_ENDED)
        ):
            return  # a statement over several lines
        self.push(ROW, "\\\\", start, self.pos)

    def space(self, word: str, start: int) -> None:
        """Blanks that are not plain ones."""

    def escape(self, word: str, start: int) -> None:
        r"""A backslash before a character."""
        if word in BRACKETS:
            self.push(*BRACKETS[word], start, self.pos)
        elif word == "\\_":
            subscript = commands.subscript(self, self.pos)
            if subscript is None or not self.join_subscript(subscript[0], subscript[1]):
                raise self.error(r"`\_` follows no name", start, self.pos)
        elif word in ("\\.", "\\&"):
            raise self.error(f"`{word}` has no meaning here", start, self.pos)
        elif word == "\\%":
            self.push(REFUSED, "%", start, self.pos)
        else:
            raise self.error(f"`{word}` has no meaning here", start, self.pos)

    def other(self, word: str, start: int) -> None:
        """A character that no other rule takes."""
        if word == "%":
            self.comment(start)
            return
        if word == "$":
            raise self.error("a `$` without a partner", start, start + 1)
        if word == "\\":
            raise self.error("a backslash before nothing that it could name", start, start + 1)
        entry = OPERATORS.get(word) or BRACKETS.get(word)
        if entry is not None:
            self.pos = start + 1
            if entry[0] in _LATE:
                self.late(entry[0], entry[1], start)
            else:
                self.push(*entry, start, start + 1)
            return
        accent = COMBINING.get(word)
        if accent is not None:
            self.accent_before(accent, start)
            return
        self.letter(word, start)

    def letter(self, word: str, start: int) -> None:
        """A letter in another face or with an accent; anything else is an error."""
        plain = unicodedata.normalize("NFKC", word)
        if len(plain) == 1 and plain != word:
            if plain.isdigit() and plain.isascii():
                self.push(NUMBER, plain, start, self.pos)
                return
            name = plain if plain.isascii() and plain.isalpha() else GREEK_LETTERS.get(plain)
            if name is not None:
                self.push(*self.lexicon.resolve(name), start, self.pos)
                return
            entry = OPERATORS.get(plain)
            if entry is not None:
                self.push(*entry, start, self.pos)
                return
        parts = unicodedata.normalize("NFD", word)
        if len(parts) == 2 and parts[1] in COMBINING and parts[0].isascii():
            name = f"{COMBINING[parts[1]]}:{parts[0]}"
            self.push(*self.lexicon.resolve(name), start, self.pos)
            return
        self.strange(word, start)

    def accent_before(self, accent: str, start: int) -> None:
        """A combining accent belongs to the name before it."""
        previous = self._previous_name()
        if previous is None or previous[2] != 1:
            raise self.error(
                f"the accent U+{ord(self.text[start]):04X} follows no name", start, start + 1
            )
        name, begin, _ = previous
        self.pop()
        self.push(*self.lexicon.resolve(f"{accent}:{name}"), begin, self.pos)

    def strange(self, character: str, start: int) -> None:
        """Raise the error of a character without a meaning."""
        code = f"U+{ord(character):04X}"
        twin = CONFUSABLE.get(character)
        if twin is not None:
            raise self.error(
                f"the letter {code} ({_unicode_name(character)}) only looks like a Latin `{twin}`",
                start,
                start + 1,
                f"type `{twin}`",
            )
        if character in _HIDDEN or not character.isprintable():
            raise self.error(
                f"the invisible character {code} ({_unicode_name(character)})",
                start,
                start + 1,
                "delete it",
            )
        raise self.error(
            f"the character `{character}` ({code}, {_unicode_name(character)}) has no meaning here",
            start,
            start + 1,
        )

    def comment(self, start: int) -> None:
        """``% …`` up to the end of its line, as in LaTeX."""
        end = self.text.find("\n", start, self.stop)
        if end < 0:
            end = self.stop
            if not self.text[start + 1 : end].strip():
                self.push(REFUSED, "%", start, start + 1)
                return
        words = self.text[start + 1 : end].strip()
        if words:
            self.note(f"the comment `{_shortened(words)}` is not read", "unread", start, end)
        self.pos = end

    def prose(self, segment: Segment) -> None:
        """Words that stand outside of ``$…$``."""
        words = self.text[segment.start : segment.end]
        start = segment.start + len(words) - len(words.lstrip())
        end = segment.start + len(words.rstrip())
        entry = commands.phrase(words)
        self.push(*(entry or (PROSE, words.strip())), start, end)


def _shortened(words: str) -> str:
    """Words as a note quotes them."""
    line = " ".join(words.split())
    return line if len(line) <= 40 else line[:39] + "…"


def _close_with(opening: str) -> str | None:
    """The mend of a bracket that another kind of bracket closes."""
    if opening == "cases":
        return r"close it with `\end{cases}`"
    closing = CLOSING.get(opening)
    return f"close it with `{closing}`" if closing else None


def _unicode_name(character: str) -> str:
    return unicodedata.name(character, "a character without a name")


_DIGITS = re.compile("[0-9]+")
_FIRST_NAME = re.compile("[A-Za-z]+_(?:[0-9]+|[A-Za-z])")
#: What a row begins with that goes on with the statement before it.
_GOES_ON = re.compile(
    r"(?:[\s&~]|\\[,;:!> ]|\\q?quad(?![A-Za-z]))*"
    r"(?:[-+*/=·×−]|\\(?:cdot|times|ast|left|right|big|Big)(?![A-Za-z]))"
)
_OPEN_ENDED = frozenset({PLUS, MINUS, TIMES, DIVIDE, EQUALS})
_LATE = frozenset({SUBSCRIPT, PRIME, CELL, "^"})
_HANDLERS = {
    "number": Lexer.number,
    "greek": Lexer.greek,
    "subscript": Lexer.subscript_characters,
    "superscript": Lexer.superscript,
    "row": Lexer.row,
    "space": Lexer.space,
    "escape": Lexer.escape,
    "other": Lexer.other,
}


def tokenize(text: str, lexicon: Lexicon) -> Tokens:
    """Cut a text into tokens.

    Raises AnswerError for a character, a command or brackets without meaning,
    LimitError for a text that is too long or too deep.
    """
    if len(text) > MAX_ANSWER_CHARACTERS:
        raise LimitError(
            "MAX_ANSWER_CHARACTERS",
            f"the answer has {len(text)} characters; at most {MAX_ANSWER_CHARACTERS} are read",
        )
    return Lexer(text, lexicon).run()
