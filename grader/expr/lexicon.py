"""Which spelling is which name, in one vocabulary.

A :class:`Lexicon` is worked out once from a :class:`~grader.expr.names.Vocabulary`
and kept with it: the usual spellings of every name in one dictionary, and the
pieces that a run of letters such as ``theta01x`` may be cut into.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from grader.expr.functions import SPELLINGS
from grader.expr.names import GREEK, MARKS, Vocabulary
from grader.expr.tokens import (
    BRACKETS,
    BY,
    COMMAND_TOKENS,
    CONSTANT,
    DIFFERENTIAL,
    EITHER,
    FACES,
    FUNCTION,
    GREEK_LETTERS,
    INDICATOR,
    KEYWORDS,
    LATE,
    MARKED,
    MATRIX_WORDS,
    NUMBER,
    OPERATORS,
    SIZES,
    SYMBOL,
    UNKNOWN,
    UPRIGHT_FUNCTIONS,
    WORDS_OF_LETTERS,
    Entry,
)
from grader.limits import SUGGESTED_NAMES

#: Letters of the longest word that a run may hold.
_LONGEST_WORD = max(map(len, [*SPELLINGS, *GREEK]))

#: What digits may follow directly inside a run: ``sin2x``, ``D_1x1``.
_BEFORE_DIGITS = frozenset({FUNCTION, BY})

_LETTERS = {name: letter for letter, name in reversed(list(GREEK_LETTERS.items()))}


#: What operators of the keyboard are made of; ``%`` and line breaks have readings of their own.
_OPERATOR_MARKS = frozenset("-+*/^,=<>&!;:?.")

#: Tokens that mean the same in every vocabulary, and whatever stands beside them.
_EVERYWHERE: dict[str, Entry] = (
    {digit: (NUMBER, digit) for digit in "0123456789"}
    | {bracket: BRACKETS[bracket] for bracket in "()[]{}|"}
    # By far the most frequent commands; any other form of them is a name.
    | {rf"\left{blank}{bracket}": BRACKETS[bracket] for blank in ("", " ") for bracket in "(["}
    | {rf"\right{blank}{bracket}": BRACKETS[bracket] for blank in ("", " ") for bracket in ")]"}
    | {
        word: entry
        for word, entry in OPERATORS.items()
        if _OPERATOR_MARKS.issuperset(word) and entry[0] not in LATE
    }
    | dict(UPRIGHT_FUNCTIONS)
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a run of letters: its token and where in the run it stands."""

    entry: Entry
    start: int
    end: int


@dataclass(slots=True)
class Lexicon:
    """``spelled``: names as typed.  ``pieces``: what runs are cut into.

    ``layered``: the names with a layer's index, without their subscripts.
    ``whole``: the tokens that their text alone tells: those names, and the same in
    every vocabulary, numbers of one digit, brackets and most operators.  ``spaced``: the
    same with what stands before most of them, nothing or a blank, and their lengths.
    """

    vocabulary: Vocabulary
    spelled: dict[str, Entry]
    pieces: dict[str, Entry]
    longest: int
    layered: frozenset[str] = frozenset()
    whole: dict[str, Entry] = field(init=False)
    spaced: dict[str, tuple[str, str, int]] = field(init=False)

    def __post_init__(self) -> None:
        # Greek letters as characters are told by what follows them too.
        spelled = {word: entry for word, entry in self.spelled.items() if word.isascii()}
        self.whole = spelled | _EVERYWHERE
        self.spaced = {
            blank + word: (*entry, len(word))
            for word, entry in self.whole.items()
            for blank in ("", " ")
        }

    @property
    def free(self) -> bool:
        """Whether any letter is a quantity."""
        return self.vocabulary.free

    def resolve(self, name: str) -> Entry:
        """The token that a canonical spelling stands for; UNKNOWN when there is none."""
        known = self._known(name)
        if known is not None:
            return known
        # l and ell are one letter in two scripts; a homework has one of them.
        if name == "l" or name.startswith(("l_", "l'")):
            known = self._known("ell" + name[1:])
        elif name == "ell" or name.startswith(("ell_", "ell'")):
            known = self._known("l" + name[3:])
        if known is not None:
            return known
        if name in ("e", "pi"):
            return (CONSTANT, name)
        if name == "I":
            return (INDICATOR, "I")
        if name.lower() in SPELLINGS and len(name) > 1:
            return (FUNCTION, SPELLINGS[name.lower()])
        if self.free:
            return (MARKED if name in MARKS else SYMBOL, name)
        if name == "d":
            return (DIFFERENTIAL, "d")
        return (UNKNOWN, name)

    def _known(self, name: str) -> Entry | None:
        """The token of a name that the vocabulary itself lists."""
        quantity = self.vocabulary.resolve(name)
        row = self.vocabulary.functions.get(name)
        if quantity is not None:
            if row is not None:
                return (EITHER, quantity)
            return (MARKED if quantity in MARKS else SYMBOL, quantity)
        return None if row is None else (FUNCTION, row)

    def function_of(self, name: str) -> str:
        """The row of FUNCTIONS that an EITHER token calls."""
        return self.vocabulary.functions[name]

    def cut(self, run: str, tail: str = "") -> list[Piece] | None:
        """Cut a run of letters, digits and underscores into what it stands for.

        ``tail`` is a subscript in braces (``_01``) that the last name has as a
        whole.  None when there is no cut.  Never cuts before a digit that follows a
        name (``theta_011`` is not θ₀₁·1): such a run is more likely a slip.
        """
        if self.free:
            return self._cut_free(run, tail)
        whole = len(run)
        run += tail
        size = len(run)
        # best[i]: the length of the first piece of the best cut of run[i:], 0 for none.
        best = [0] * size + [-1]
        pieces = self.pieces
        for start in range(size - 1, -1, -1):
            if run[start].isdigit():
                end = start + 1
                while end < size and run[end].isdigit():
                    end += 1
                best[start] = end - start if best[end] else 0
                continue
            for length in range(min(self.longest, size - start), 0, -1):
                end = start + length
                if best[end] and run[start:end] in pieces:
                    following = run[end : end + 1]
                    if following == "_" or (
                        following.isdigit() and pieces[run[start:end]][0] not in _BEFORE_DIGITS
                    ):
                        continue
                    best[start] = length
                    break
        if not best[0] or run[0].isdigit():
            return self._cut_differential(run)
        found = []
        start = 0
        while start < size:
            end = start + best[start]
            part = run[start:end]
            found.append(Piece((NUMBER, part) if part.isdigit() else pieces[part], start, end))
            start = end
        return found if not tail or found[-1].start < whole else None

    def _cut_differential(self, run: str) -> list[Piece] | None:
        """``dphi_0`` as ``d`` and ``phi_0``; only the quotient of two may use it."""
        if run.startswith("d") and len(run) > 1:
            rest = self.pieces.get(run[1:]) or self.spelled.get(run[1:])
            if rest is not None:
                return [Piece((DIFFERENTIAL, "d"), 0, 1), Piece(rest, 1, len(run))]
        return None

    def _cut_free(self, run: str, tail: str) -> list[Piece]:
        """Cut a run where every letter may be a quantity."""
        found: list[Piece] = []
        start = 0
        size = len(run)
        while start < size:
            end = start
            while end < size and run[end].isdigit():
                end += 1
            if end > start and found:  # sin2x
                found.append(Piece((NUMBER, run[start:end]), start, end))
                start = end
                continue
            letters = _letters_at(run, start)
            if not letters:  # an underscore or a digit that belongs to nothing
                return [Piece((UNKNOWN, run + tail), 0, size + len(tail))]
            end = start + letters
            base = run[start:end]
            while end < size and run[end].isdigit():
                end += 1
            name = base
            if base.lower() in SPELLINGS and letters > 1:
                end = start + letters
                if end == size and tail:  # xlog_{2}: a function has no subscript
                    return [Piece((UNKNOWN, run + tail), 0, size + len(tail))]
            elif end > start + letters:
                name = f"{base}_{run[start + letters : end]}"
            elif end < size and run[end] == "_":
                end = _subscript_end(run, end + 1)
                name = f"{base}_{run[start + letters + 1 : end]}"
            if end == size and tail:
                if "_" in name:  # w9_{1}: a subscript of a subscript
                    return [Piece((UNKNOWN, run + tail), 0, size + len(tail))]
                name += tail
                end += len(tail)
            found.append(Piece(self.resolve(name), start, end))
            start = end
        return found


def _letters_at(run: str, start: int) -> int:
    """How many letters of a run make the first name there: a word that is known, or one."""
    end = start
    stop = min(len(run), start + _LONGEST_WORD + 1)
    while end < stop and run[end].isalpha():
        end += 1
    word = run[start:end]
    if word.lower() in SPELLINGS or word in GREEK or word == "ell":
        return len(word)
    for length in range(len(word), 1, -1):
        part = word[:length]
        if part == "pi" or (length > 2 and (part in SPELLINGS or part in GREEK)) or part == "ln":
            return length
    return min(1, len(word))


def _subscript_end(run: str, start: int) -> int:
    """Where a subscript without braces ends: after digits, a Greek name, or one letter."""
    end = start
    while end < len(run) and run[end].isdigit():
        end += 1
    if end > start:
        return end
    while end < len(run) and run[end].isalpha():
        end += 1
    if run[start:end] in GREEK:
        return end
    return min(start + 1, len(run))


def _forms(name: str) -> tuple[list[str], list[str]]:
    """The usual spellings of a canonical name, and the compact ones (``theta01``)."""
    base, _, subscript = name.partition("_")
    if not base.isalpha() or (subscript and not subscript.isalnum()):
        return [name], []
    bases = [base]
    if base in GREEK or base == "ell":
        bases.append("\\" + base)
    if base in _LETTERS:
        bases.append(_LETTERS[base])
    if not subscript:
        return bases, []
    full = [f"{form}_{{{subscript}}}" for form in bases]
    full += [f"{form}_{subscript}" for form in bases if len(subscript) == 1 or form[0] != "\\"]
    return full, [base + subscript]


def lexicon_of(vocabulary: Vocabulary) -> Lexicon:
    """The lexicon of a vocabulary, worked out at its first use."""
    lexicon = vocabulary.memo.get("lexicon")
    if isinstance(lexicon, Lexicon):
        return lexicon
    lexicon = _build(vocabulary)
    vocabulary.memo["lexicon"] = lexicon
    return lexicon


def _build(vocabulary: Vocabulary) -> Lexicon:
    lexicon = Lexicon(vocabulary, {}, {}, 1)
    spelled: dict[str, Entry] = {}
    pieces: dict[str, Entry] = {}
    compact: list[tuple[str, Entry]] = []
    listed = [*vocabulary.names, *vocabulary.aliases, *vocabulary.functions]
    for name in listed:
        entry = lexicon.resolve(name)
        full, short = _forms(name)
        for form in full:
            spelled[form] = entry
        pieces[name] = entry
        compact += [(form, entry) for form in short]
    for form, entry in compact:
        spelled.setdefault(form, entry)
        pieces.setdefault(form, entry)
    for spelling, row in SPELLINGS.items():
        spelled.setdefault(spelling, (FUNCTION, row))
        spelled.setdefault("\\" + spelling, (FUNCTION, row))
        pieces.setdefault(spelling, (FUNCTION, row))
    for word, entry in KEYWORDS.items():
        if not (vocabulary.free and word in WORDS_OF_LETTERS):
            spelled.setdefault(word, entry)
    for word in ("TODO", "TBD"):
        spelled.setdefault(word, KEYWORDS[word.lower()])
    for name in ("I", "e", "pi"):
        spelled.setdefault(name, lexicon.resolve(name))
        pieces.setdefault(name, lexicon.resolve(name))
    spelled.setdefault("\\pi", lexicon.resolve("pi"))
    if vocabulary.shapes:
        for word, entry in MATRIX_WORDS.items():
            spelled.setdefault(word, entry)
            pieces.setdefault(word, entry)
        pieces.setdefault("T", (UNKNOWN, "T"))  # A^Tb: the transpose of A, times b
    if vocabulary.free:
        for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ":
            spelled.setdefault(letter, lexicon.resolve(letter))
        for name in [*GREEK, "ell"]:
            entry = lexicon.resolve(name)
            for form in _forms(name)[0]:
                spelled.setdefault(form, entry)
    for command, entry in COMMAND_TOKENS.items():
        # What the lexer would find by way of all other tables of commands.
        if not (command in SIZES or command in GREEK or f"{command}*" in FACES):
            spelled.setdefault("\\" + command, entry)
    spelled.pop("\\sqrt", None)  # the command, with arguments of its own kind
    layered = frozenset(name.partition("_")[0] for name in listed if "^" in name)
    return Lexicon(vocabulary, spelled, pieces, max(map(len, pieces), default=1), layered)


def suggestion(name: str, lexicon: Lexicon) -> str | None:
    """The known name that is nearest to an unknown one, if one is near."""
    vocabulary = lexicon.vocabulary
    known = [*vocabulary.names, *vocabulary.aliases, *vocabulary.functions]
    known += [row for row in SPELLINGS if len(row) > 2]
    if len(known) > SUGGESTED_NAMES:
        return None
    # Short names are near to everything: allow one slip for every three characters.
    allowed = max(0.5, min(2.0, len(name) / 3))
    return nearest(name, [other for other in known if other != name], allowed)


def nearest(name: str, known: Iterable[str], allowed: float) -> str | None:
    """The first of the known names that are nearest, at no more than so many slips."""
    # Counting letters is a tenth of the work, and tells for nearly all names that they are not near.
    mine = _letters(name)
    near = [other for other in known if _slips(mine, _letters(other)) <= allowed]
    best = min(((distance(name, other), other) for other in near), default=(9.0, ""))
    return best[1] if best[0] <= allowed else None


def _slips(mine: frozenset[str], others: frozenset[str]) -> int:
    """Slips at the least: each letter that one name has and the other has not is one."""
    return max(len(mine - others), len(others - mine))


@lru_cache(maxsize=4096)
def _letters(name: str) -> frozenset[str]:
    """The letters of a name, whatever their case; an underscore is hardly a slip."""
    return frozenset(name.lower()) - {"_"}


def distance(a: str, b: str) -> float:
    """Slips that lead from one name to another.

    A swap of neighbours counts half, another case or a lost underscore a quarter,
    a letter changed, left out or added one.  9 stands for everything above 2, which is
    near to nothing.
    """
    if abs(len(a) - len(b)) > 3:
        return 9.0
    # Each letter that one has and the other has not is a slip; most words end here.
    if _slips(_letters(a), _letters(b)) > 2:
        return 9.0
    rows = [[float(j) for j in range(len(b) + 1)]]
    for i, x in enumerate(a, 1):
        row = [float(i)]
        for j, y in enumerate(b, 1):
            change = 0.0 if x == y else 0.25 if x.lower() == y.lower() else 1.0
            drop = 0.25 if x == "_" else 1.0
            add = 0.25 if y == "_" else 1.0
            best = min(rows[-1][j - 1] + change, rows[-1][j] + drop, row[-1] + add)
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y and x != y:
                best = min(best, rows[-2][j - 2] + 0.5)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
