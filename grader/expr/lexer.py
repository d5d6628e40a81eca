"""From text to tokens: every alias of a name, an operator or a bracket ends here.

The text itself is never rewritten, so every token knows its exact place.  One
regular expression finds where a token ends; tables say what it is.  Brackets are
paired on the way, without recursion, so that depth is bounded before parsing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from operator import methodcaller

from grader.errors import AnswerError, LimitError
from grader.expr import characters, commands, decorations, joins
from grader.expr.lexicon import Lexicon
from grader.expr.names import GREEK
from grader.expr.prose import is_word
from grader.expr.reading import Note
from grader.expr.segments import Segment, segments
from grader.expr.tokens import (
    AND,
    BIG,
    CELL,
    CLOSE,
    CLOSING,
    COMMAND,
    CONDITION_MARKS,
    CONSTANT,
    DIFFERENTIAL,
    EITHER,
    END,
    FUNCTION,
    GREEK_LETTERS,
    INDICATOR,
    KEYWORDS,
    MARKED,
    MINUS,
    NUMBER,
    OPEN,
    OPERATORS,
    PLAIN_LETTERS,
    POWER,
    PRIME,
    RELATION,
    SHAPING,
    STOP,
    SUBSCRIPT,
    SYMBOL,
    TIMES,
    UNKNOWN,
    UPRIGHT_FUNCTIONS,
    VARIANTS,
    WORDS_OF_LETTERS,
    Tokens,
)
from grader.limits import MAX_ANSWER_CHARACTERS, MAX_NESTING
from grader.source import Span

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
    (?P<sized>\\left[ ]?[(\[]|\\right[ ]?[)\]])
   |(?P<upright>\\operatorname\{[A-Za-z]+\})
   |(?P<name>\\[A-Za-z]+(?:_(?:\{[A-Za-z0-9]+\}|[A-Za-z0-9]+))?
            |[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*(?:_\{[A-Za-z0-9]+\})?)
   |(?P<bracket>[()\[\]{}|])
   |(?P<operator>\*\*|<=|>=|!=|==|:=|=<|=>|<>|->|&&|\|\||\.\.\.|[-+*/^_,=<>&!;:'"?])
   |(?P<number>[0-9]{1,3}(?:(?:\{,\}|\\,)[0-9]{3})+(?![0-9])|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)
   |(?P<greek>[\u03b1-\u03c9\u0391-\u03a9\u03d5\u03d1\u03f5\u03f1\u2113](?:_\{[A-Za-z0-9]+\}|_?[0-9]+|[\u2080-\u2089]+)?)
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

#: The same tokens with the blanks before them, as plain text.
_WORD = re.compile(re.sub(r"\(\?P<\w+>", "(?:", _TOKEN.pattern), re.VERBOSE)
_GROUP = methodcaller("group")

_UPRIGHT = r"\operatorname"
_COMMAND = re.compile(r"\\[A-Za-z]+\*?")
_PRIMES = re.compile(
    r"\s*(?:\\prime(?![A-Za-z])|['\u2032\u2019]|\{\s*(?:(?:\\prime(?![A-Za-z])|['\u2032\u2019])\s*){1,9}\})"
)
_SUPERSCRIPT_PRIME = re.compile(r"\\prime|['\u2032\u2019]")
_NAME_LIKE = frozenset({SYMBOL, MARKED, UNKNOWN, EITHER, CONSTANT, DIFFERENTIAL, INDICATOR})


class Lexer:
    """Cuts one text into tokens; used once."""

    __slots__ = ("aligned", "depth", "lexicon", "pos", "stack", "stop", "text", "tokens")

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        #: The text with letters of other faces as plain ones; every offset is the same.
        self.text = text if text.isascii() else text.translate(PLAIN_LETTERS)
        self.lexicon = lexicon
        self.tokens = Tokens(text)
        self.pos = 0
        self.stop = len(text)
        self.stack: list[int] = []
        #: Whether an environment that aligns rows was entered.
        self.aligned = False
        self.depth = 0

    # -- the loop ------------------------------------------------------------

    def run(self, parts: list[Segment] | None = None) -> Tokens:
        """All tokens of the text, with END last; ``parts`` where they are known."""
        self.tokens.parts = parts
        for segment in segments(self.tokens.text) if parts is None else parts:
            if segment.prose:
                characters.prose(self, segment)
            else:
                self.scan(segment.start, segment.end)
        if self.stack:
            self.never_closed(self.stack[-1])
        size = len(self.text.rstrip())
        self.push(END, "", size, size)
        return self.tokens

    def scan(self, start: int, stop: int) -> None:
        """Cut ``text[start:stop]``."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise LimitError(
                "MAX_NESTING",
                f"commands stand inside one another more than {MAX_NESTING} deep",
            )
        outer_pos, outer_stop = self.pos, self.stop
        self.stop = stop
        # Ahead once, and not in the argument of a command, which may stand in that of another.
        pos = self.scan_from(start, stop, ahead=self.depth == 1)
        while pos is not None:
            pos = self.scan_from(pos, stop, ahead=False)
        self.pos, self.stop = outer_pos, outer_stop
        self.depth -= 1

    def scan_from(self, start: int, stop: int, *, ahead: bool) -> int | None:
        """Cut ``text[start:stop]`` up to its end, or to where a token takes what follows it:
        then the place behind that.

        ``ahead``: find where all tokens end at once, which is quicker, but costs as much as
        the whole rest however little of it is read.
        """
        tokens = self.tokens
        kinds, values, starts, ends = tokens.kinds, tokens.values, tokens.starts, tokens.ends
        stack, match = self.stack, tokens.match
        known, whole = self.lexicon.spaced.get, self.lexicon.whole
        if ahead:
            words: Iterable[str] = _WORD.findall(self.text, start, stop)
        else:
            words = map(_GROUP, _WORD.finditer(self.text, start, stop))
        end = start
        for word in words:
            entry = known(word)
            if entry is not None:
                kind, value, length = entry
                end += len(word)
                begin = end - length
            else:
                found = _TOKEN.match(self.text, end, stop)
                assert found is not None
                group = found.lastindex
                assert group is not None
                if group == _END:
                    break
                begin, end = found.span(group)
                plain = whole.get(found[group])
                if plain is None:
                    self.pos = end
                    _HANDLERS[group](self, found[group], begin)
                    if self.pos != end:
                        return self.pos
                    continue
                kind, value = plain
            if kind in _PLACED:
                # Nearly all are plain ones, for which this does what ``push`` does.
                if kind == OPEN and len(stack) < MAX_NESTING:
                    stack.append(len(kinds))
                elif (
                    kind == CLOSE
                    and stack
                    and values[stack[-1]] == value
                    and (value != "{" or kinds[-1] != FUNCTION)
                ):
                    match[stack.pop()] = len(kinds)
                elif kind == RELATION and stack:
                    tokens.conditional.add(stack[-1])
                else:
                    self.push(kind, value, begin, end)
                    continue
            kinds.append(kind)
            values.append(value)
            starts.append(begin)
            ends.append(end)
        return None

    def push(self, kind: str, value: str, start: int, end: int) -> None:
        """Add one token."""
        if kind in _BRACKET_KINDS:
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
        # \left\{ … \right. is how cases end; ( and [ end so only where a line was broken,
        # and then what closes them comes later (commands.py reads such a pair as none).
        if before != value and ("." not in (before, value) or before in commands.GOES_ON):
            opening = self.text[tokens.starts[opened] : tokens.ends[opened]]
            raise self.error(
                f"the `{opening}` at {tokens.starts[opened] + 1} is closed by"
                f" the `{self.text[start:end]}` at {start + 1}",
                start,
                end,
                _close_with(before),
            )
        if (
            value == "{"
            and tokens.kinds[index - 1] == FUNCTION
            and index - opened <= 3
            and set(tokens.kinds[opened + 1 : index - 1]) <= {MINUS}
            and tokens.kinds[opened - 1] not in (COMMAND, POWER, SUBSCRIPT)
        ):
            joins.unwrap(self, opened)  # {\\rm sin}(x)
            return
        tokens.match[opened] = index

    def opening(self) -> str | None:
        """The innermost bracket that is still open, or None."""
        return self.tokens.values[self.stack[-1]] if self.stack else None

    # -- errors and notes ----------------------------------------------------

    def error(self, message: str, start: int, end: int, hint: str | None = None) -> AnswerError:
        """The error with that fault at ``text[start:end]``, for the caller to raise."""
        return AnswerError(message, self.tokens.text, Span(start, end), hint)

    def note(self, message: str, kind: str, start: int, end: int) -> None:
        """Keep something that a person should know."""
        self.tokens.notes.append(Note(Span(start, end), message, kind))

    def never_closed(self, opened: int) -> None:
        """Raise the error of a bracket without a partner."""
        start, end = self.tokens.starts[opened], self.tokens.ends[opened]
        opening = self.text[start:end]
        raise self.error(f"the `{opening}` at {start + 1} is never closed", start, end)

    # -- names ---------------------------------------------------------------

    def upright(self, word: str, start: int) -> None:
        r"""``\operatorname{…}`` that is not exactly as a function is usually written."""
        row = UPRIGHT_FUNCTIONS.get(word.lower())
        if row is None:
            self.pos = start + len(_UPRIGHT)
            self.name(_UPRIGHT, start)
        else:
            self.push(*row, start, self.pos)

    def name(self, word: str, start: int) -> None:
        r"""A word or command that is not spelled exactly as a known name."""
        if word[0] != "\\":
            run, _, braced = word.partition("_{")
            base, underscore_, _ = run.partition("_")
            if base in ("sum", "prod") and joins.is_big(self, base, start):
                self.pos = start + len(base)
                self.push(BIG, base, start, self.pos)
                return
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
        if entry is None and (not lexicon.free or (tail and (len(run) == 1 or run in GREEK))):
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
        if lexicon.free and is_word(run):
            self.tokens.worded = True
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
        if lexicon.free and len(pieces) > 3 and run.isalpha() and len(pieces) == len(run):
            self.note(f"`{run}` is read as the product of its letters", "ambiguity", start, end)
        if len(pieces) > 1 and pieces[0].entry[0] == FUNCTION and run not in ("log2", "log10"):
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
        if typed in GREEK_LETTERS:
            return GREEK_LETTERS[typed]
        if typed.isascii() and typed.isalpha():
            return VARIANTS.get(typed, typed)
        return tokens.values[index]

    def greek(self, word: str, start: int) -> None:
        """A Greek character and what is joined to it."""
        letter = GREEK_LETTERS.get(word[0])
        if letter in ("Sigma", "Pi") and joins.is_big(self, letter, start):
            self.pos = start + 1
            self.push(BIG, "sum" if letter == "Sigma" else "prod", start, self.pos)
            return
        if letter is None:
            characters.other(self, word[0], start)
            self.pos = start + 1
            return
        subscript = word[1:].strip("_{}").translate(_PLAIN_DIGITS)
        run = f"{letter}_{subscript}" if subscript else letter
        entry = self.lexicon.resolve(run)
        if entry[0] == UNKNOWN and subscript:
            alone = self.lexicon.resolve(letter)
            if alone[0] != UNKNOWN and word[1].isascii() and word[1] != "_":
                self.pos = start + 1
                entry = alone
            else:
                entry = joins.comma_subscript(self, run, self.pos) or entry
        self.push(*entry, start, self.pos)

    # -- what is joined to the token before it ---------------------------------

    def operator(self, word: str, start: int) -> None:
        """An operator that may belong to the token before it."""
        self.late(*OPERATORS[word], start)

    def late(self, kind: str, value: str, start: int) -> None:
        """``_`` and primes: part of the name before them where there is one."""
        if kind == SUBSCRIPT:
            if decorations.set_subscript(self, start):
                return
            subscript = commands.subscript(self, self.pos)
            if subscript is not None and (
                self.join_across_power(*subscript) or self.join_subscript(*subscript)
            ):
                return
        elif kind == PRIME:
            if self.join_primes(value):
                return
        elif kind == STOP:
            if value == "." and joins.is_product_dot(self, start):
                kind, value = TIMES, "*"
        elif kind == CELL:
            if self.stack and joins.parts_conditions(self):
                self.push(AND, "and", start, self.pos)
                return
            if not (self.stack and self.tokens.values[self.stack[-1]] == "cases"):
                joins.alignment(self, start)
                return
        else:  # a power: ^\prime and ^{\prime\prime} are primes
            if self.lexicon.layered and joins.join_layer(self):
                return
            primes = _PRIMES.match(self.text, self.pos, self.stop)
            if primes:
                self.pos = primes.end()
                count = len(_SUPERSCRIPT_PRIME.findall(primes.group()))
                if not self.join_primes("'" * count):
                    self.push(PRIME, "'" * count, start, self.pos)
                return
        self.push(kind, value, start, self.pos)

    def previous_name(self) -> tuple[str, int, int] | None:
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
        previous = self.previous_name()
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
        if name.endswith("'" * 5):
            raise self.error("too many primes", self.pos - 1, self.pos)
        start = tokens.starts[-1]
        self.pop()
        self.push(*self.lexicon.resolve(name), start, self.pos)
        return True

    # -- the rarer characters ----------------------------------------------------


def _close_with(opening: str) -> str | None:
    """The mend of a bracket that another kind of bracket closes."""
    if opening == "cases":
        return r"close it with `\end{cases}`"
    closing = CLOSING.get(opening)
    return f"close it with `{closing}`" if closing else None


_PLAIN_DIGITS = {0x2080 + digit: str(digit) for digit in range(10)}
_DIGITS = re.compile("[0-9]+")
_FIRST_NAME = re.compile("[A-Za-z]+_(?:[0-9]+|[A-Za-z])")
_BRACKET_KINDS = frozenset({OPEN, CLOSE})
#: Kinds whose place among the brackets matters.
_PLACED = _BRACKET_KINDS | CONDITION_MARKS | SHAPING
_GROUPS = _TOKEN.groupindex
_END = _GROUPS["end"]
#: What reads a token that its text alone does not tell, by the number of its group.
_HANDLERS: dict[int, Callable[[Lexer, str, int], None]] = {
    _GROUPS["upright"]: Lexer.upright,
    _GROUPS["name"]: Lexer.name,
    _GROUPS["operator"]: Lexer.operator,
    _GROUPS["number"]: characters.number,
    _GROUPS["greek"]: Lexer.greek,
    _GROUPS["subscript"]: characters.subscript_characters,
    _GROUPS["superscript"]: characters.superscript,
    _GROUPS["row"]: characters.row,
    _GROUPS["space"]: characters.space,
    _GROUPS["escape"]: characters.escape,
    _GROUPS["other"]: characters.other,
}


def tokenize(text: str, lexicon: Lexicon, parts: list[Segment] | None = None) -> Tokens:
    """Cut a text into tokens; ``parts`` where words and mathematics are told apart already.

    Raises AnswerError for a character, a command or brackets without meaning,
    LimitError for a text that is too long or too deep.
    """
    if len(text) > MAX_ANSWER_CHARACTERS:
        raise LimitError(
            "MAX_ANSWER_CHARACTERS",
            f"the answer has {len(text)} characters; at most {MAX_ANSWER_CHARACTERS} are read",
        )
    return Lexer(text, lexicon).run(parts)
