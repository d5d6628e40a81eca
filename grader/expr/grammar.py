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
from grader.expr import calls, conditions, differentials
from grader.expr.lexicon import Lexicon, suggestion
from grader.expr.reading import Note
from grader.expr.tokens import (
    AND,
    APPROX,
    BANG,
    BAR,
    CLOSE,
    CLOSING,
    COMMA,
    COMMAND,
    CONDITION_MARKS,
    CONSTANT,
    DIFFERENTIAL,
    DIVIDE,
    EITHER,
    END,
    EQUALS,
    FRACTION,
    FUNCTION,
    IF,
    INDICATOR,
    MARKED,
    MEMBER,
    MINUS,
    NABLA,
    NUMBER,
    OPEN,
    OR,
    OTHERWISE,
    PARTIAL,
    PLACEHOLDER,
    PLUS,
    POSTFIX,
    POWER,
    PRIME,
    PROSE,
    REALS,
    REFUSALS,
    REFUSED,
    RELATION,
    ROW,
    STARTS_FACTOR,
    STOP,
    SUBSCRIPT,
    SUPERSCRIPT,
    SYMBOL,
    TIMES,
    UNDEFINED,
    UNKNOWN,
    WHERE,
    Tokens,
)
from grader.expr.tree import (
    Call,
    Constant,
    Negation,
    Node,
    Number,
    Partial,
    Power,
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
        "depth",
        "ends",
        "kinds",
        "lexicon",
        "notes",
        "pos",
        "starts",
        "text",
        "tokens",
        "values",
    )

    def __init__(self, tokens: Tokens, lexicon: Lexicon) -> None:
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

    # -- levels ----------------------------------------------------------------

    def sum(self) -> Node:
        """Terms joined by plus and minus."""
        kinds = self.kinds
        start = self.starts[self.pos]
        first = self.term()
        kind = kinds[self.pos]
        if kind != PLUS and kind != MINUS:
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
        if kind != MINUS and kind != PLUS:
            return self.product()
        return self.signed(self.product)

    def signed(self, operand: Callable[[], Node]) -> Node:
        """An operand with its signs; ``+`` changes nothing."""
        signs = []
        while (kind := self.kinds[self.pos]) == MINUS or kind == PLUS:
            if kind == MINUS:
                signs.append(self.starts[self.pos])
            self.pos += 1
        if len(signs) > MAX_NESTING:
            raise LimitError("MAX_NESTING", f"more than {MAX_NESTING} signs follow one another")
        node = operand()
        end = self.ends[self.pos - 1]
        for begin in reversed(signs):
            node = Negation(node, Span(begin, end))
        return node

    def product(self) -> Node:
        """Factors joined by signs of multiplication and division, or by nothing."""
        kinds = self.kinds
        first_at = self.pos
        start = self.starts[first_at]
        first = self.factor()
        kind = kinds[self.pos]
        if kind not in _CONTINUES:
            return first
        factors = [first]
        divided = -1  # the token of a slash that the last factor stands under
        while True:
            if kind in STARTS_FACTOR or (kind == BAR and not self.bars):
                if kind == NUMBER and kinds[self.pos - 1] == NUMBER:
                    raise self.fail(
                        "two numbers stand side by side",
                        self.pos,
                        "write a sign of multiplication between them",
                    )
                at = self.pos
                factors.append(self.factor())
                if divided >= 0:
                    self.note_slash(first_at, divided, at)
                    divided = -1
            elif kind == TIMES:
                self.pos += 1
                divided = -1
                factors.append(self.signed_factor())
            elif kind == DIVIDE:
                divided = self.pos
                self.pos += 1
                end = self.ends[divided - 1]
                top = factors[0] if len(factors) == 1 else Product(tuple(factors), Span(start, end))
                below = self.signed_factor()
                factors = [Quotient(top, below, Span(start, self.ends[self.pos - 1]))]
            else:
                break
            kind = kinds[self.pos]
        if len(factors) == 1:
            return factors[0]
        return Product(tuple(factors), Span(start, self.ends[self.pos - 1]))

    def note_slash(self, first: int, slash: int, at: int) -> None:
        """Say how ``a/b c`` was read."""
        a = self.quote(self.starts[first], self.ends[slash - 1])
        b = self.quote(self.starts[slash + 1], self.ends[at - 1])
        c = self.quote(self.starts[at], self.ends[self.pos - 1])
        self.note(
            f"`{self.quote(self.starts[first], self.ends[self.pos - 1])}` is read as ({a}/{b})·{c},"
            f" not as {a}/({b}·{c})",
            "ambiguity",
            Span(self.starts[first], self.ends[self.pos - 1]),
        )

    def signed_factor(self) -> Node:
        """A factor that may have a sign: what follows ``·``, ``/`` and ``^``."""
        kind = self.kinds[self.pos]
        if kind == MINUS or kind == PLUS:
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
            atom = _ATOMS.get(kind)
            if atom is None:
                raise self.missing()
            node = atom(self)
            following = self.kinds[self.pos]
        if following in POSTFIX:
            return self.powers(node, pos)
        return node

    def powers(self, base: Node, first: int) -> Node:
        """What follows an atom and belongs to it."""
        kinds = self.kinds
        start = self.starts[first]
        while True:
            pos = self.pos
            kind = kinds[pos]
            if kind == POWER:
                if conditions.positive_part(self, pos):
                    base = Call("relu", (base,), 0, Span(start, self.ends[self.pos - 1]))
                    continue
                if isinstance(base, Power) and kinds[first] != OPEN and kinds[pos - 1] != CLOSE:
                    self.note_tower(start, pos)
                exponent = self.exponent()
                base = Power(base, exponent, Span(start, self.ends[self.pos - 1]))
            elif kind == SUPERSCRIPT:
                self.pos += 1
                if self.values[pos] == "+":
                    base = Call("relu", (base,), 0, Span(start, self.ends[pos]))
                    continue
                base = Power(base, self.superscript(pos), Span(start, self.ends[pos]))
            elif kind == SUBSCRIPT:
                if conditions.positive_part(self, pos):
                    base = Call("relu", (base,), 0, Span(start, self.ends[self.pos - 1]))
                    continue
                self.pos += 1
                if kinds[self.pos] not in STARTS_FACTOR:
                    raise self.missing()
                raise self.fail("a subscript follows what has none", pos)
            elif kind == PRIME:
                raise self.fail(
                    "a prime follows what has no derivative here",
                    pos,
                    "a prime must be part of a name, or follow the name of a function",
                )
            elif kind == BANG:
                raise self.fail("factorials are not read here", pos)
            else:
                return base

    def exponent(self) -> Node:
        """What stands after ``^``; ``pos`` is on the caret."""
        caret = self.pos
        self.pos += 1
        kinds = self.kinds
        kind = kinds[self.pos]
        if kind == OPEN:
            self.check_index(self.pos)
        if kind == TIMES or (kind == REFUSED and self.values[self.pos] in ("transpose", "dagger")):
            what = {"transpose": "a transpose", "dagger": "an adjoint"}.get(
                self.values[self.pos], "a conjugate"
            )
            raise self.fail(f"{what} is not read here", self.pos)
        if kind == UNKNOWN and self.values[self.pos] == "T":
            raise self.fail("a transpose is not read here", self.pos)
        self.enter(caret)
        signs = []
        while kinds[self.pos] == MINUS:
            signs.append(self.starts[self.pos])
            self.pos += 1
        at = self.pos
        kind = kinds[at]
        if kind in (FUNCTION, EITHER):
            node = _ATOMS[kind](self)
        elif kind == SYMBOL:
            node = Symbol(self.values[at], Span(self.starts[at], self.ends[at]))
            self.pos += 1
        else:
            atom = _ATOMS.get(kind)
            if atom is None:
                raise self.missing()
            node = atom(self)
        if kinds[self.pos] == POWER and kind != OPEN:
            # 2^3^4 in plain text; LaTeX refuses it
            self.note_tower(self.starts[caret - 1], self.pos)
            exponent = self.exponent()
            node = Power(node, exponent, Span(self.starts[at], self.ends[self.pos - 1]))
        elif isinstance(node, Symbol) and node.name == "T":
            self.note(
                "`^T` is read as a power with the exponent T, not as a transpose",
                "ambiguity",
                Span(self.starts[caret], self.ends[self.pos - 1]),
            )
        elif kind not in (OPEN, COMMAND, FUNCTION) and signs == [] and kind != INDICATOR:
            self.note_exponent(caret, at)
        end = self.ends[self.pos - 1]
        for begin in reversed(signs):
            node = Negation(node, Span(begin, end))
        self.depth -= 1
        return node

    def note_exponent(self, caret: int, at: int) -> None:
        """Say how ``e^2x`` and, beside commands, ``x^23`` were read."""
        after = self.pos
        joined = self.ends[after - 1] == self.starts[after]
        begin = self.starts[caret - 1]
        if self.kinds[at] == NUMBER and len(self.values[at]) > 1 and "\\" in self.text:
            whole = self.quote(begin, self.ends[at])
            self.note(
                f"`{whole}` is read with the exponent {self.values[at]};"
                f" LaTeX prints only its first digit raised",
                "ambiguity",
                Span(begin, self.ends[at]),
            )
        elif (
            joined
            and self.kinds[after] in (SYMBOL, MARKED, CONSTANT, UNKNOWN)
            and self.kinds[caret - 1] == CONSTANT
        ):
            base = self.quote(begin, self.ends[caret - 1])
            power = self.quote(self.starts[at], self.ends[after - 1])
            rest = self.quote(self.starts[after], self.ends[after])
            self.note(
                f"`{base}^{power}{rest}` is read as {base}^{power}·{rest},"
                f" not as {base}^({power}·{rest})",
                "ambiguity",
                Span(begin, self.ends[after]),
            )

    def note_tower(self, start: int, pos: int) -> None:
        """Say how ``a^b^c`` was read."""
        self.note(
            "`a^b^c` is read as a^(b^c), not as (a^b)^c",
            "ambiguity",
            Span(start, self.ends[pos]),
        )

    def check_index(self, opened: int) -> None:
        """Refuse ``h^{(2)}`` and ``h^{[2]}``: an index of a layer, not a power."""
        kinds = self.kinds
        if (
            self.values[opened] == "{"
            and kinds[opened + 1] == OPEN
            and kinds[opened + 2] == NUMBER
            and kinds[opened + 3] == CLOSE
            and kinds[opened + 4] == CLOSE
        ):
            typed = self.text[self.starts[opened] : self.ends[opened + 4]]
            raise AnswerError(
                f"`^{typed}` is an index or a derivative, not a power",
                self.text,
                Span(self.starts[opened], self.ends[opened + 4]),
                f"for a power write `^{{{self.values[opened + 2]}}}`",
            )

    def superscript(self, pos: int) -> Node:
        """The exponent of ``x²`` or ``x⁻¹``."""
        typed = self.values[pos]
        span = Span(self.starts[pos], self.ends[pos])
        digits = typed.lstrip("+-")
        node: Node
        if digits.isdigit():
            node = Number(Fraction(int(digits)), None, span)
        elif len(digits) == 1 and digits.isalpha():
            kind, name = self.lexicon.resolve(digits)
            if kind != SYMBOL:
                raise self.fail(f"the exponent `{digits}` is not a name of this homework", pos)
            node = Symbol(name, span)
        else:
            raise self.fail("this exponent is not understood", pos)
        sign = typed[: len(typed) - len(digits)]
        if sign == "-":
            return Negation(node, span)
        if sign not in ("", "+"):
            raise self.fail("this exponent is not understood", pos)
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

    # -- brackets ----------------------------------------------------------------

    def enter(self, pos: int) -> None:
        """Count one level of nesting that no bracket shows."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise LimitError(
                "MAX_NESTING", f"the answer is nested more than {MAX_NESTING} levels deep"
            )

    def is_condition(self, opened: int) -> bool:
        """Whether the bracket at a token holds a condition, perhaps in further brackets."""
        tokens = self.tokens
        kinds, match = self.kinds, tokens.match
        while kinds[opened] == OPEN and self.values[opened] not in ("cases", "|"):
            if opened in tokens.conditional:
                return True
            if kinds[opened + 1] != OPEN or match[opened + 1] != match[opened] - 1:
                return False
            opened += 1
        return False

    def group(self) -> Node:
        """A bracket and what it holds; a condition in it makes it an indicator."""
        opened = self.pos
        value = self.values[opened]
        if value == "cases":
            return conditions.cases(self)
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
        bars, self.bars = self.bars, 0
        self.pos = opened + 1
        node = self.sum()
        if self.pos != closing:
            raise self.unexpected(closing)
        self.pos = closing + 1
        self.bars = bars
        return node

    def bar(self) -> Node:
        """``|z|`` whose bars do not say which opens."""
        opened = self.pos
        if self.values[opened] == "||":
            raise self.fail("norms are not read here", opened, "for an absolute value write `|z|`")
        self.enter(opened)
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
            if self.values[self.pos] in ("{", "cases"):
                return self.group()
            return self.group()
        self.enter(command)
        if kind in (END, CLOSE):
            typed = self.quote(self.starts[command], self.ends[command])
            raise self.fail(f"`{typed}` needs something after it", command)
        atom = _ATOMS.get(kind)
        if atom is None:
            raise self.missing()
        node = atom(self)
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
            if (
                self.kinds[pos + 1] == COMMA
                and self.kinds[pos + 2] == NUMBER
                and self.ends[pos] == self.starts[pos + 1]
                and self.ends[pos + 1] == self.starts[pos + 2]
            ):
                self.check_comma(pos)
            return Number(Fraction(int(typed)), None, span)
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
            exponent = self.exponent()
            return Call("exp", (exponent,), 0, Span(span.start, self.ends[self.pos - 1]))
        if kind == SUPERSCRIPT and self.values[pos + 1] != "+":
            self.pos += 1
            return Call(
                "exp", (self.superscript(pos + 1),), 0, Span(span.start, self.ends[pos + 1])
            )
        return Constant("e", span)

    def fraction(self) -> Node:
        """``½``"""
        pos = self.pos
        self.pos = pos + 1
        span = Span(self.starts[pos], self.ends[pos])
        top, _, below = self.values[pos].partition("/")
        return Quotient(
            Number(Fraction(int(top)), None, span), Number(Fraction(int(below)), None, span), span
        )

    def command(self) -> Node:
        r"""``\frac``, ``\sqrt`` and what else has arguments."""
        return _COMMANDS[self.values[self.pos]](self)

    def frac(self) -> Node:
        r"""``\frac{a}{b}``, or a derivative written so."""
        pos = self.pos
        if differentials.fraction_follows(self, pos):
            return differentials.fraction(self)
        self.pos = pos + 1
        top = self.argument(pos)
        below = self.argument(pos)
        return Quotient(top, below, Span(self.starts[pos], self.ends[self.pos - 1]))

    def sqrt(self) -> Node:
        r"""``\sqrt{x}``, ``\sqrt[3]{x}`` and ``√x``."""
        pos = self.pos
        self.pos = pos + 1
        degree: Node | None = None
        if self.kinds[self.pos] == OPEN and self.values[self.pos] == "[":
            after = self.tokens.match[self.pos] + 1
            if self.kinds[after] == OPEN and self.values[after] == "{":
                degree = self.inside()
        radicand = self.argument(pos)
        span = Span(self.starts[pos], self.ends[self.pos - 1])
        if degree is None:
            return Call("sqrt", (radicand,), 0, span)
        return Call("root", (radicand, degree), 0, span)

    def cbrt(self) -> Node:
        """``∛x``"""
        pos = self.pos
        self.pos = pos + 1
        radicand = self.argument(pos)
        here = Span(self.starts[pos], self.ends[pos])
        span = Span(self.starts[pos], self.ends[self.pos - 1])
        return Call("root", (radicand, Number(Fraction(3), None, here)), 0, span)

    def cancel(self) -> Node:
        r"""``\cancel{x}`` counts as 1, and the reading says so."""
        pos = self.pos
        self.pos = pos + 1
        self.argument(pos)
        span = Span(self.starts[pos], self.ends[self.pos - 1])
        struck = self.quote(self.starts[pos + 1], self.ends[self.pos - 1]).strip("{}")
        self.note(f"`{struck}` is cancelled and counts as 1", "cancelled", span)
        return Number(Fraction(1), None, span)

    def cancelto(self) -> Node:
        r"""``\cancelto{v}{x}`` counts as v."""
        pos = self.pos
        self.pos = pos + 1
        value = self.argument(pos)
        at = self.pos
        self.argument(pos)
        span = Span(self.starts[pos], self.ends[self.pos - 1])
        struck = self.quote(self.starts[at], self.ends[self.pos - 1]).strip("{}")
        counts = self.quote(self.starts[pos + 1], self.ends[at - 1]).strip("{}")
        self.note(f"`{struck}` is cancelled and counts as {counts}", "cancelled", span)
        return value

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
        partial = self.subscript_partial(pos)
        if partial is not None:
            self.pos = pos + 1
            return partial
        if name == "chi" and calls.condition_follows(self, pos):
            return calls.indicator(self)
        raise self.unknown_name(pos)

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

    def unknown_name(self, pos: int) -> AnswerError:
        """The error of a name that is not one of the homework."""
        typed = self.quote(self.starts[pos], self.ends[pos])
        name = self.values[pos]
        near = suggestion(name, self.lexicon)
        hint = f"did you mean `{near}`?" if near else None
        if hint is None and "'" in name:
            hint = "a prime is part of a name, or follows the name of a function"
        where = "known here" if self.lexicon.free else "a name of this homework"
        return self.fail(f"`{typed}` is not {where}", pos, hint)

    def reals(self) -> Node:
        """``\\mathbb{R}`` outside of a size: raises."""
        raise self.fail("a set of numbers is not an expression", self.pos)

    # -- errors and notes ----------------------------------------------------------

    def quote(self, start: int, end: int) -> str:
        """A piece of the text as messages quote it."""
        piece = " ".join(self.text[start:end].split())
        return piece if len(piece) <= 60 else piece[:40] + "…" + piece[-19:]

    def note(self, message: str, kind: str, span: Span) -> None:
        """Keep something that a person should know."""
        self.notes.append(Note(span, message, kind))

    def fail(self, message: str, pos: int, hint: str | None = None) -> AnswerError:
        """The error with that fault at a token, for the caller to raise."""
        return AnswerError(message, self.text, Span(self.starts[pos], self.ends[pos]), hint)

    def missing(self) -> AnswerError:
        """The error at a token where a factor should begin."""
        pos = self.pos
        kind = self.kinds[pos]
        typed = self.quote(self.starts[pos], self.ends[pos])
        before = self.kinds[pos - 1] if pos else None
        previous = self.quote(self.starts[pos - 1], self.ends[pos - 1]) if pos else ""
        if kind == REFUSED:
            message, hint = REFUSALS[self.values[pos]]
            return self.fail(message.format(typed), pos, hint and hint.format(typed))
        if kind == END:
            if before is None:
                return self.fail("nothing is written here", pos)
            if before == CLOSE:
                return self.fail(f"something is missing after `{previous}`", pos - 1)
            return self.fail(f"nothing stands after the `{previous}`", pos - 1)
        if kind == CLOSE:
            if before == OPEN:
                return AnswerError(
                    f"the brackets `{previous}{typed}` hold nothing",
                    self.text,
                    Span(self.starts[pos - 1], self.ends[pos]),
                )
            return self.fail(f"nothing stands between `{previous}` and `{typed}`", pos - 1)
        if kind in (UNDEFINED, OTHERWISE, IF):
            return self.fail(f"`{typed}` belongs into cases", pos)
        if kind == PROSE:
            return self.fail(f"the words `{typed}` stand where mathematics should", pos)
        if before is None or before == OPEN:
            if kind == BAR:
                return self.fail("a `|` has no partner", pos)
            return self.fail(f"nothing stands before the `{typed}`", pos)
        if kind in (POWER, SUBSCRIPT, PRIME, SUPERSCRIPT):
            return self.fail(f"nothing that `{typed}` could belong to stands before it", pos)
        if before in _BINARY:
            return AnswerError(
                f"nothing stands between `{previous}` and `{typed}`",
                self.text,
                Span(self.starts[pos - 1], self.ends[pos]),
            )
        return self.fail(f"`{typed}` stands where an expression should begin", pos)

    def unexpected(self, closing: int | None = None) -> AnswerError:
        """The error at a token that cannot follow a whole expression."""
        pos = self.pos
        kind = self.kinds[pos]
        typed = self.quote(self.starts[pos], self.ends[pos])
        if kind in (REFUSED, UNDEFINED, IF, OTHERWISE):
            return self.missing()
        if kind == BAR:
            return self.fail("a `|` has no partner", pos)
        if kind == CLOSE:
            return self.fail(f"the `{typed}` at {self.starts[pos] + 1} closes nothing", pos)
        if kind == RELATION or (kind == EQUALS and closing is not None):
            return self.fail(
                "a condition stands where an expression should",
                pos,
                "for an indicator write `I[z > 0]`",
            )
        if kind == COMMA:
            if closing is not None:
                opened = next(o for o, c in self.tokens.match.items() if c == closing)
                bracket = self.quote(self.starts[opened], self.ends[opened])
                end = CLOSING.get(self.values[opened], "")
                return self.fail(f"a comma inside of `{bracket}…{end}`, which is no list", pos)
            return self.fail("a comma between two expressions", pos, "give one answer")
        if kind == STOP:
            return self.fail(f"a `{typed}` in the middle of an expression", pos)
        if kind in (EQUALS, APPROX):
            return self.fail(f"a `{typed}` stands where only one expression is read", pos)
        if kind in (AND, OR):
            return self.fail(f"`{typed}` joins conditions, not expressions", pos, "give one answer")
        if kind == PROSE:
            return self.fail(f"the words `{typed}` stand in the middle of an expression", pos)
        if kind in (ROW, WHERE, MEMBER):
            return self.fail(f"`{typed}` stands in the middle of an expression", pos)
        return self.fail(f"`{typed}` cannot follow what stands before it", pos)


_BINARY = frozenset({PLUS, MINUS, TIMES, DIVIDE, POWER, EQUALS, RELATION, COMMA, AND, OR})
_CONTINUES = STARTS_FACTOR | {TIMES, DIVIDE, BAR}
assert not _CONTINUES & CONDITION_MARKS

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
    COMMAND: Grammar.command,
    OPEN: Grammar.group,
    BAR: Grammar.bar,
    FRACTION: Grammar.fraction,
    PLACEHOLDER: Grammar.placeholder,
    REALS: Grammar.reals,
}

_COMMANDS: dict[str, Callable[[Grammar], Node]] = {
    "frac": Grammar.frac,
    "sqrt": Grammar.sqrt,
    "cbrt": Grammar.cbrt,
    "cancel": Grammar.cancel,
    "cancelto": Grammar.cancelto,
}
