"""From tokens to a tree: sums, products, powers, brackets; see ``parser.py`` for whole answers.

Recursive descent with three levels (sum, product, factor).  What begins with a
token of its own kind is a row of ``_ATOMS``: functions and indicators are in
``calls.py``, derivatives in ``differentials.py``, conditions and cases in
``conditions.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from grader.errors import AnswerError, LimitError
from grader.expr import calls, conditions, differentials, doubts, faults, macros, powers
from grader.expr.lexicon import Lexicon
from grader.expr.reading import Note
from grader.expr.tokens import (
    BAR,
    BIG,
    CLOSE,
    COMMA,
    COMMAND,
    CONDITION_MARKS,
    CONSTANT,
    DIFFERENTIAL,
    DIVIDE,
    EITHER,
    END,
    FRACTION,
    FUNCTION,
    INDICATOR,
    MARKED,
    MINUS,
    NABLA,
    NUMBER,
    OPEN,
    PARTIAL,
    PLACEHOLDER,
    PLUS,
    POSTFIX,
    POWER,
    REALS,
    REFUSED,
    STARTS_FACTOR,
    SUBSCRIPT,
    SUPERSCRIPT,
    SYMBOL,
    TIMES,
    UNKNOWN,
    Tokens,
)
from grader.expr.tree import (
    Call,
    Constant,
    Negation,
    Node,
    Number,
    Partial,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from grader.limits import MAX_NESTING
from grader.source import Span


class Grammar:
    """Reads one range of tokens; ``pos`` is the next token."""

    __slots__ = (
        "bars",
        "bound",
        "choices",
        "depth",
        "ends",
        "flipped",
        "kinds",
        "lexicon",
        "notes",
        "pos",
        "starts",
        "text",
        "tokens",
        "unsigned",
        "values",
    )

    def __init__(
        self, tokens: Tokens, lexicon: Lexicon, flipped: frozenset[int] = frozenset()
    ) -> None:
        self.tokens = tokens
        self.text = tokens.text
        self.kinds = tokens.kinds
        self.values = tokens.values
        self.starts = tokens.starts
        self.ends = tokens.ends
        self.lexicon = lexicon
        self.notes: list[Note] = list(tokens.notes)
        self.pos = 0
        self.depth = 0
        #: Bars ``|`` that are open inside the bracket that is being read.
        self.bars = 0
        #: The indices of the sums and products that are being read.
        self.bound: frozenset[str] = frozenset()
        #: Tokens at which a person could read on in another way, as they were met.
        self.choices: list[int] = []
        #: Those of them at which the other way is taken.
        self.flipped = flipped
        #: Whether the text is plain and has no sign of multiplication; None: not looked at.
        self.unsigned: bool | None = None

    # -- levels ----------------------------------------------------------------

    def sum(self) -> Node:
        """Terms joined by plus and minus."""
        kinds = self.kinds
        start = self.starts[self.pos]
        first = self.signed(self.product) if kinds[self.pos] in _SIGNS else self.product()
        kind = kinds[self.pos]
        if kind not in _SIGNS:
            return first
        terms = [first]
        while True:
            if kind == PLUS:
                if self.values[self.pos] == "+-":
                    raise self.fail("`+-` may be a slip or `±`", self.pos)
                self.pos += 1
                terms.append(self.term())
            elif kind == MINUS:
                begin = self.starts[self.pos]
                self.pos += 1
                operand = self.term()
                terms.append(Negation(operand, Span(begin, self.ends[self.pos - 1])))
            else:
                return Sum(tuple(terms), Span(start, self.ends[self.pos - 1]))
            kind = kinds[self.pos]

    def term(self) -> Node:
        """A product with any signs before it."""
        kind = self.kinds[self.pos]
        if kind not in _SIGNS:
            return self.product()
        return self.signed(self.product)

    def signed(self, operand: Callable[[], Node]) -> Node:
        """An operand with its signs; ``+`` changes nothing."""
        signs = []
        first = self.pos
        while (kind := self.kinds[self.pos]) == MINUS or kind == PLUS:
            if kind == MINUS:
                signs.append(self.starts[self.pos])
            self.pos += 1
        if len(signs) > MAX_NESTING:
            raise LimitError("MAX_NESTING", f"more than {MAX_NESTING} signs follow one another")
        if len(signs) == 2 and first == 0 and doubts.is_bullet(self):
            del signs[0]
        node = operand()
        end = self.ends[self.pos - 1]
        for begin in reversed(signs):
            node = Negation(node, Span(begin, end))
        return node

    def product(self) -> Node:
        """Factors joined by signs of multiplication and division, or by nothing."""
        kinds = self.kinds
        first_at = pos = self.pos
        start = self.starts[pos]
        if kinds[pos] == SYMBOL and (kind := kinds[pos + 1]) not in _AFTER_FACTOR:
            # As ``factor`` reads it: most factors are names, and this spares each a call.
            first: Node = Symbol(self.values[pos], Span(start, self.ends[pos]))
            self.pos = pos + 1
        else:
            first = self.factor()
            kind = kinds[self.pos]
        if kind not in _CONTINUES:
            return first
        factors = [first]
        divided = -1  # the token of a slash that the last factor stands under
        divisions = 0
        while True:
            if (
                kind == SYMBOL
                and divided < 0
                and kinds[(pos := self.pos) + 1] not in _AFTER_FACTOR
                and self.values[pos] != "x"
            ):
                span = Span(self.starts[pos], self.ends[pos])
                factors.append(Symbol(self.values[pos], span))
                self.pos = pos + 1
            elif kind in STARTS_FACTOR or (kind == BAR and not self.bars):
                if kind == NUMBER and kinds[self.pos - 1] == NUMBER:
                    raise self.fail(
                        "two numbers stand side by side",
                        self.pos,
                        "write a sign of multiplication between them",
                    )
                at = self.pos
                if self.values[at] == "x" and doubts.is_spaced_x(self, at):
                    self.pos += 1
                    divided = -1
                factor = self.factor()
                if divided >= 0:
                    doubts.note_slash(self, first_at, divided, at)
                    if self.choice(divided):
                        factors[-1] = doubts.under(self, factors[-1], factor)
                        kind = kinds[self.pos]
                        continue
                    divided = -1
                factors.append(factor)
            elif kind == TIMES:
                self.pos += 1
                divided = -1
                factors.append(self.signed_factor())
            elif kind == DIVIDE:
                divided = self.pos
                divisions += 1
                self.nest(divisions)
                self.pos += 1
                end = self.ends[divided - 1]
                top = factors[0] if len(factors) == 1 else Product(tuple(factors), Span(start, end))
                below = self.signed_factor()
                if self.kinds[divided + 1] == NUMBER and self.kinds[self.pos] == PLUS:
                    below = doubts.over_one(self, first_at, divided, below)
                factors = [Quotient(top, below, Span(start, self.ends[self.pos - 1]))]
            else:
                break
            kind = kinds[self.pos]
        if len(factors) == 1:
            return factors[0]
        return Product(tuple(factors), Span(start, self.ends[self.pos - 1]))

    def signed_factor(self) -> Node:
        """A factor that may have a sign: what follows ``·``, ``/`` and ``^``."""
        kind = self.kinds[self.pos]
        if kind in _SIGNS:
            return self.signed(self.factor)
        return self.factor()

    def factor(self) -> Node:
        """An atom with its powers."""
        pos = self.pos
        kind = self.kinds[pos]
        if kind == SYMBOL:
            node: Node = Symbol(self.values[pos], Span(self.starts[pos], self.ends[pos]))
            self.pos = pos + 1
            following = self.kinds[pos + 1]
            if following == OPEN:
                self.check_call(pos)
        else:
            read = _ATOMS.get(kind)
            if read is None:
                raise self.missing()
            node = read(self)
            following = self.kinds[self.pos]
        if following in POSTFIX:
            return powers.powers(self, node, pos)
        return node

    def check_call(self, pos: int) -> None:
        """A quantity before a bracket is a factor; say so where it looks like a call."""
        if self.kinds[pos] == MARKED and self.is_condition(pos + 1):
            return
        name = self.values[pos]
        if name.endswith("'") and self.lexicon.free:
            raise self.fail(
                f"`{self.quote(self.starts[pos], self.ends[pos])}` before a bracket is the"
                f" derivative of a function that is not known here",
                pos,
            )
        if self.lexicon.free and name in ("f", "g", "h", "F", "G") and self.values[pos + 1] != "{":
            self.note(
                f"`{name}` before a bracket is read as a factor, not as a function",
                "ambiguity",
                Span(self.starts[pos], self.ends[pos]),
            )

    def atom(self) -> Node:
        """What stands by itself: a name, a number, a call, a bracket."""
        read = _ATOMS.get(self.kinds[self.pos])
        if read is None:
            raise self.missing()
        return read(self)

    # -- brackets ----------------------------------------------------------------

    def enter(self) -> None:
        """Count one level of nesting; the caller counts it back."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.nest(self.depth)

    def nest(self, levels: int) -> None:
        """Refuse a tree that grows too deep: quotients of quotients, powers of powers."""
        if levels > MAX_NESTING:
            raise LimitError(
                "MAX_NESTING", f"the answer is nested more than {MAX_NESTING} levels deep"
            )

    def is_condition(self, opened: int) -> bool:
        """Whether the bracket at a token holds a condition, perhaps in further brackets."""
        tokens = self.tokens
        kinds, conditional = self.kinds, tokens.conditional
        if not conditional:
            return False
        match = tokens.match
        while kinds[opened] == OPEN and self.values[opened] not in ("cases", "|"):
            if opened in conditional:
                return True
            if kinds[opened + 1] != OPEN or match[opened + 1] != match[opened] - 1:
                return False
            opened += 1
        return False

    def are_conditions(self, opened: int) -> bool:
        """Whether a bracket holds nothing but conditions in brackets, side by side or with a
        sign of multiplication: ``I[(z>0)(x>0)]``."""
        pos = opened + 1
        closing = self.tokens.match[opened]
        while pos < closing:
            if self.kinds[pos] == TIMES and pos > opened + 1:
                pos += 1
            if self.kinds[pos] != OPEN or not self.is_condition(pos):
                return False
            pos = self.tokens.match[pos] + 1
        return closing > opened + 1

    def group(self) -> Node:
        """A bracket and what it holds; a condition in it makes it an indicator."""
        opened = self.pos
        value = self.values[opened]
        if value == "cases":
            return conditions.cases(self)
        if opened == 0 and doubts.is_label(self):
            self.pos = self.tokens.match[opened] + 1
            return self.term()
        if self.kinds[
            opened + 1
        ] in differentials.MARKS and differentials.bracketed_quotient_follows(self, opened):
            return differentials.bracketed_quotient(self)
        if value != "|" and self.is_condition(opened):
            if value != "[":
                self.note(
                    f"`{self.quote(self.starts[opened], self.ends[self.tokens.match[opened]])}` is"
                    f" read as the indicator of its condition",
                    "style",
                    Span(self.starts[opened], self.ends[self.tokens.match[opened]]),
                )
            return conditions.indicator(self, opened)
        node = self.inside()
        if value == "|":
            return Call("abs", (node,), 0, Span(self.starts[opened], self.ends[self.pos - 1]))
        return node

    def inside(self) -> Node:
        """One expression between brackets; ``pos`` is on the opening one."""
        opened = self.pos
        closing = self.tokens.match[opened]
        self.enter()
        bars, self.bars = self.bars, 0
        self.pos = opened + 1
        node = self.sum()
        if self.kinds[self.pos] == REFUSED and self.is_over(opened):  # {a \\over b}
            self.pos += 1
            below = self.sum()
            node = Quotient(node, below, Span(self.starts[opened], self.ends[closing]))
        if self.pos != closing:
            raise self.unexpected(closing)
        self.pos = closing + 1
        self.bars = bars
        self.depth -= 1
        return node

    def is_over(self, opened: int) -> bool:
        r"""Whether TeX's ``\over`` stands here, in braces."""
        return self.values[self.pos] == "over" and self.values[opened] == "{"

    def bar(self) -> Node:
        """``|z|`` whose bars do not say which opens."""
        opened = self.pos
        if self.values[opened] == "||":
            raise self.fail("norms are not read here", opened, "for an absolute value write `|z|`")
        self.enter()
        self.bars += 1
        self.pos += 1
        node = self.sum()
        if self.kinds[self.pos] != BAR:
            raise self.fail(f"the `|` at {self.starts[opened] + 1} is never closed", opened)
        self.pos += 1
        self.bars -= 1
        self.depth -= 1
        return Call("abs", (node,), 0, Span(self.starts[opened], self.ends[self.pos - 1]))

    def argument(self, command: int) -> Node:
        r"""One argument of a LaTeX command: a bracket, or a single token."""
        kind = self.kinds[self.pos]
        if kind == OPEN:
            return self.group()
        self.enter()
        if kind in (END, CLOSE):
            typed = self.quote(self.starts[command], self.ends[command])
            raise self.fail(f"`{typed}` needs something after it", command)
        node = self.atom()
        self.depth -= 1
        return node

    # -- atoms -------------------------------------------------------------------

    def number(self) -> Node:
        """Digits, or a ``1`` that a condition makes an indicator."""
        pos = self.pos
        typed = self.values[pos]
        if typed == "1" and calls.condition_follows(self, pos):
            return calls.indicator(self)
        self.pos = pos + 1
        span = Span(self.starts[pos], self.ends[pos])
        if typed.isdigit():
            value = _WHOLE.get(typed)
            if (
                self.kinds[pos + 1] == COMMA
                and self.kinds[pos + 2] == NUMBER
                and self.ends[pos] == self.starts[pos + 1]
                and self.ends[pos + 1] == self.starts[pos + 2]
            ):
                self.check_comma(pos)
            return Number(Fraction(int(typed)) if value is None else value, None, span)
        value = Fraction(typed)
        mantissa, _, power = typed.lower().partition("e")
        places = len(mantissa.partition(".")[2]) - (int(power) if power else 0)
        return Number(value, places if places > 0 else None, span)

    def check_comma(self, pos: int) -> None:
        """Refuse ``1,000`` and ``0,5`` outside of a list of arguments."""
        depth = [o for o, c in self.tokens.match.items() if o < pos < c]
        opener = max(depth, default=-1)
        if opener > 0 and self.kinds[opener - 1] in (FUNCTION, EITHER, SUBSCRIPT):
            return
        whole = self.quote(self.starts[pos], self.ends[pos + 2])
        raise AnswerError(
            f"the comma in `{whole}` may stand for thousands or for decimals",
            self.text,
            Span(self.starts[pos], self.ends[pos + 2]),
            f"write `{whole.replace(',', '.')}`"
            if whole.startswith("0")
            else f"write `{whole.replace(',', '')}` or `{whole.replace(',', '.')}`",
        )

    def symbol(self) -> Node:
        """A known name."""
        pos = self.pos
        self.pos = pos + 1
        return Symbol(self.values[pos], Span(self.starts[pos], self.ends[pos]))

    def marked(self) -> Node:
        """A quantity called ``I``, ``d``, ``delta`` or ``chi``, or the mark that it is too."""
        pos = self.pos
        name = self.values[pos]
        if name in ("I", "chi") and calls.condition_follows(self, pos):
            return calls.indicator(self)
        if name in ("d", "delta") and differentials.quotient_follows(self, pos):
            return differentials.quotient(self)
        return self.symbol()

    def constant(self) -> Node:
        """``pi`` or ``e``; ``e`` with an exponent is the function."""
        pos = self.pos
        self.pos = pos + 1
        name = self.values[pos]
        span = Span(self.starts[pos], self.ends[pos])
        if name == "pi":
            return Constant("pi", span)
        kind = self.kinds[pos + 1]
        if kind == POWER:
            exponent = powers.exponent(self)
            return Call("exp", (exponent,), 0, Span(span.start, self.ends[self.pos - 1]))
        if kind == SUPERSCRIPT and self.values[pos + 1] != "+":
            self.pos += 1
            return Call(
                "exp", (powers.superscript(self, pos + 1),), 0, Span(span.start, self.ends[pos + 1])
            )
        return Constant("e", span)

    def command(self) -> Node:
        r"""``\frac``, ``\sqrt`` and what else has arguments."""
        return _COMMANDS[self.values[self.pos]](self)

    def placeholder(self) -> Node:
        """``\\dots``: raises."""
        typed = self.quote(self.starts[self.pos], self.ends[self.pos])
        raise self.fail(f"`{typed}` is a placeholder", self.pos, "write the whole expression")

    def unknown(self) -> Node:
        """A name that is not one of the homework: raises, with the nearest that is."""
        pos = self.pos
        name = self.values[pos]
        if name == "delta" and differentials.quotient_follows(self, pos):
            return differentials.quotient(self)
        if self.bound:
            from grader.expr.bigops import index_symbol

            if (indexed := index_symbol(self, pos)) is not None:
                self.pos = pos + 1
                return indexed
        partial = self.subscript_partial(pos)
        if partial is not None:
            self.pos = pos + 1
            return partial
        if name == "chi" and calls.condition_follows(self, pos):
            return calls.indicator(self)
        raise faults.unknown_name(self, pos)

    def subscript_partial(self, pos: int) -> Partial | None:
        r"""``y_{\phi_0}`` for the derivative, where the homework writes it so."""
        vocabulary = self.lexicon.vocabulary
        if not vocabulary.subscript_partials:
            return None
        base, _, below = self.values[pos].partition("_")
        quantity, variable = vocabulary.resolve(base), vocabulary.resolve(below)
        if quantity is None or variable is None:
            return None
        span = Span(self.starts[pos], self.ends[pos])
        return Partial(Symbol(quantity, span), Symbol(variable, span), span)

    def reals(self) -> Node:
        """``\\mathbb{R}`` outside of a size: raises."""
        raise self.fail("a set of numbers is not an expression", self.pos)

    # -- errors and notes ----------------------------------------------------------

    def quote(self, start: int, end: int) -> str:
        """A piece of the text as messages quote it."""
        piece = " ".join(self.text[start:end].split())
        return piece if len(piece) <= 60 else piece[:40] + "…" + piece[-19:]

    def choice(self, at: int) -> bool:
        """Keep that a person could read on in another way here; whether that way is taken."""
        self.choices.append(at)
        return at in self.flipped

    def note(self, message: str, kind: str, span: Span) -> None:
        """Keep something that a person should know."""
        self.notes.append(Note(span, message, kind))

    def fail(self, message: str, pos: int, hint: str | None = None) -> AnswerError:
        """The error with that fault at a token, for the caller to raise."""
        return AnswerError(message, self.text, Span(self.starts[pos], self.ends[pos]), hint)

    def missing(self) -> AnswerError:
        """The error at a token where a factor should begin, for the caller to raise."""
        return faults.missing(self)

    def unexpected(self, closing: int | None = None) -> AnswerError:
        """The error at a token that cannot follow a whole expression, for the caller to raise."""
        return faults.unexpected(self, closing)


#: The numbers of one digit, which are most.
_WHOLE = {str(k): Fraction(k) for k in range(10)}
#: Signs before a term or a factor.
_SIGNS = frozenset({PLUS, MINUS})
_CONTINUES = STARTS_FACTOR | {TIMES, DIVIDE, BAR}
#: What follows a name that may not be a factor by itself; some grammars read refused signs.
_AFTER_FACTOR = POSTFIX | {OPEN, REFUSED}
assert not _CONTINUES & CONDITION_MARKS


def _big(grammar: Grammar) -> Node:
    # Few homeworks have sums over an index.
    from grader.expr.bigops import big

    return big(grammar)


#: What an atom that begins with a token of that kind is read by.
_ATOMS: dict[str, Callable[[Grammar], Node]] = {
    NUMBER: Grammar.number,
    SYMBOL: Grammar.symbol,
    MARKED: Grammar.marked,
    FUNCTION: calls.function,
    EITHER: calls.either,
    CONSTANT: Grammar.constant,
    UNKNOWN: Grammar.unknown,
    INDICATOR: calls.indicator,
    PARTIAL: differentials.quotient,
    DIFFERENTIAL: differentials.quotient,
    NABLA: differentials.nabla,
    BIG: _big,
    COMMAND: Grammar.command,
    OPEN: Grammar.group,
    BAR: Grammar.bar,
    FRACTION: macros.vulgar_fraction,
    PLACEHOLDER: Grammar.placeholder,
    REALS: Grammar.reals,
}

_COMMANDS: dict[str, Callable[[Grammar], Node]] = {
    "frac": macros.frac,
    "sqrt": macros.sqrt,
    "cbrt": macros.cbrt,
    "cancel": macros.cancel,
    "cancelto": macros.cancelto,
    "partial": differentials.operator,
}
