r"""Reading vectors and matrices: ``\Omega^T``, ``\odot``, ``\mathrm{diag}(p)``, ``\|Ax - b\|^2``.

Read so only where the names have sizes (``Vocabulary.shapes``); numbers alone keep the
grammar and the refusals that they have.  Whether sizes fit is not looked at here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from grader.expr import calls, conditions, powers
from grader.expr.grammar import Grammar
from grader.expr.tokens import (
    BAR,
    CLOSE,
    INDICATOR,
    MATRIX,
    MINUS,
    NUMBER,
    OPEN,
    POWER,
    REFUSED,
    SUBSCRIPT,
    SUPERSCRIPT,
    SYMBOL,
    UNKNOWN,
)
from grader.expr.tree import (
    Call,
    Negation,
    Node,
    Number,
    Operation,
    Power,
    Product,
    Special,
    Symbol,
)
from grader.limits import MAX_MATRIX_POWER
from grader.source import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.errors import AnswerError
    from grader.expr.lexicon import Lexicon
    from grader.expr.tokens import Tokens

#: Signs of the product entry by entry.
_ELEMENTWISE = frozenset({"odot", "circ"})

#: How the closing sign of a norm is written, where it differs from the opening one.
_OPENING_NORMS = frozenset({r"\lVert", r"\left\|", r"\left\Vert"})
_CLOSING_NORMS = frozenset({r"\rVert", r"\right\|", r"\right\Vert"})


class MatrixGrammar(Grammar):
    """The grammar of expressions, with what vectors and matrices add to it."""

    __slots__ = ("norms",)

    def __init__(
        self, tokens: Tokens, lexicon: Lexicon, flipped: frozenset[int] = frozenset()
    ) -> None:
        super().__init__(tokens, lexicon, flipped)
        #: Norms that are open inside the bracket that is being read.
        self.norms = 0

    # -- products ----------------------------------------------------------------

    def product(self) -> Node:
        """Factors, then what binds less: the product entry by entry."""
        start = self.starts[self.pos]
        node = self._factors()
        while self._refused(_ELEMENTWISE):
            at = self.pos
            self.pos += 1
            beyond = self.starts[self.pos]
            right = self.signed(self._factors)
            node = self._elementwise(node, right, at, (start, beyond))
        return node

    def _factors(self) -> Node:
        """A product in the order written; ``@`` multiplies too, and a norm is a factor."""
        start = self.starts[self.pos]
        node = super().product()
        while self._refused({"@"}) or self._norm_opens():
            if self._refused({"@"}):
                self.pos += 1
            right = super().product()
            node = Product(
                (*_factors_of(node), *_factors_of(right)), Span(start, self.ends[self.pos - 1])
            )
        return node

    def _elementwise(self, left: Node, right: Node, at: int, starts: tuple[int, int]) -> Node:
        """``left ⊙ right``; ``starts`` is where each begins, brackets included."""
        start = starts[0]
        span = Span(start, self.ends[self.pos - 1])
        first = _factors_of(left) if left.span.start == start else (left,)
        rest = _factors_of(right) if right.span.start == starts[1] else (right,)
        if len(first) > 1 or len(rest) > 1:
            sign = self.quote(self.starts[at], self.ends[at])
            self.note(
                f"in `{self.quote(start, self.ends[self.pos - 1])}` the products are read before"
                f" the `{sign}`",
                "ambiguity",
                span,
            )
            if self.choice(at):
                inner = Operation("elementwise", (first[-1], rest[0]), span)
                whole = (*first[:-1], inner, *rest[1:])
                return whole[0] if len(whole) == 1 else Product(whole, span)
        before: tuple[Node, ...] = (left,)
        if isinstance(left, Operation) and left.name == "elementwise" and left.span.start == start:
            before = left.operands
        return Operation("elementwise", (*before, right), span)

    def _refused(self, values: frozenset[str] | set[str]) -> bool:
        return self.kinds[self.pos] == REFUSED and self.values[self.pos] in values

    # -- factors -----------------------------------------------------------------

    def factor(self) -> Node:
        """An atom with its powers and transposes."""
        first = self.pos
        start = self.starts[first]
        if self.kinds[first] == SYMBOL and self.kinds[first + 1] == OPEN:
            self.check_call(first)
        node = self.atom()
        while True:
            kind = self.kinds[self.pos]
            if kind == REFUSED and self.values[self.pos] == "transpose":
                self.pos += 1
                node = Operation("transpose", (node,), Span(start, self.ends[self.pos - 1]))
            elif kind == POWER and (found := self._transposed()):
                node = Operation("transpose", (node,), Span(start, self.ends[self.pos - 1]))
                if found == "inverse":
                    minus = Negation(Number(Fraction(1), None, node.span), node.span)
                    node = Power(node, minus, node.span)
            elif kind == POWER and (times := self._repeated()):
                span = Span(start, self.ends[self.pos - 1])
                node = Operation("elementwise", (node,) * times, span)
            elif kind == POWER and conditions.positive_part(self, self.pos):
                node = Call("relu", (node,), 0, Span(start, self.ends[self.pos - 1]))
            elif kind == POWER:
                node = Power(node, powers.exponent(self), Span(start, self.ends[self.pos - 1]))
            elif kind == SUPERSCRIPT and self.values[self.pos] != "+":
                self.pos += 1
                raised = powers.superscript(self, self.pos - 1)
                node = Power(node, raised, Span(start, self.ends[self.pos - 1]))
            else:
                return powers.powers(self, node, first)

    def _transposed(self) -> str | None:
        r"""``^T``, ``^\top``, ``^{-T}``: which, with ``pos`` moved behind it; None for a power."""
        pos = self.pos + 1
        opened = self.kinds[pos] == OPEN and self.values[pos] == "{"
        pos += opened
        minus = opened and self.kinds[pos] == MINUS
        pos += minus
        kind, value = self.kinds[pos], self.values[pos]
        mark = (kind == REFUSED and value == "transpose") or (kind == UNKNOWN and value == "T")
        if not mark or (opened and self.kinds[pos + 1] != CLOSE):
            return None
        self.pos = pos + 1 + opened
        return "inverse" if minus else "transpose"

    def _repeated(self) -> int | None:
        r"""``^{\odot 2}``: how often an entry is multiplied by itself; None for another power."""
        pos = self.pos + 1
        if not (self.kinds[pos] == OPEN and self.kinds[pos + 1] == REFUSED):
            return None
        if self.values[pos + 1] not in _ELEMENTWISE or self.kinds[pos + 3] != CLOSE:
            return None
        typed = self.values[pos + 2]
        if self.kinds[pos + 2] != NUMBER or not 2 <= int(typed) <= MAX_MATRIX_POWER:
            return None
        self.pos = pos + 4
        return int(typed)

    # -- atoms -------------------------------------------------------------------

    def atom(self) -> Node:
        """What stands by itself."""
        pos = self.pos
        kind = self.kinds[pos]
        if kind == MATRIX:
            return self._operation()
        if kind == UNKNOWN:
            return self.unknown()
        if kind == INDICATOR and not calls.condition_follows(self, pos):
            return self._special()
        if kind == NUMBER and self.values[pos] == "1" and self.kinds[pos + 1] == SUBSCRIPT:
            return self._special()  # `1_n`, as keys print it
        if kind == REFUSED and self.values[pos] == "norm":
            return self._norm(1)
        if kind == BAR and self.kinds[pos + 1] == BAR and self.ends[pos] == self.starts[pos + 1]:
            return self._norm(2)
        return super().atom()

    def _operation(self) -> Node:
        """``diag(…)`` and ``tr(…)``."""
        at = self.pos
        self.pos += 1
        if self.kinds[self.pos] != OPEN:
            typed = self.quote(self.starts[at], self.ends[at])
            raise self.fail(f"`{typed}` needs its argument in brackets", at)
        operand = self.inside()
        span = Span(self.starts[at], self.ends[self.pos - 1])
        return Operation("trace" if self.values[at] == "trace" else "diag", (operand,), span)

    def _special(self) -> Node:
        r"""``I`` and ``\mathbf{1}`` without a condition: the identity, the column of ones."""
        at = self.pos
        self.pos += 1
        typed = self.quote(self.starts[at], self.ends[at])
        end = self.ends[at]
        size: Node | None = None
        if self.kinds[self.pos] == SUBSCRIPT:
            self.pos += 1
            size = self.argument(at)
            end = self.ends[self.pos - 1]
        span = Span(self.starts[at], end)
        is_identity = self.values[at] == "I" or "I" in typed or "𝕀" in typed
        return Special("identity" if is_identity else "ones", size, span)

    def unknown(self) -> Node:
        """``I_n``, ``1_n`` and ``A'``, which are no names."""
        pos = self.pos
        name = self.values[pos]
        span = Span(self.starts[pos], self.ends[pos])
        letter, _, size = name.partition("_")
        if letter in ("I", "1") and size:
            self.pos += 1
            where = self._size(size, span)
            return Special("identity" if letter == "I" else "ones", where, span)
        base = name.rstrip("'")
        if base != name and len(name) - len(base) == 1 and self._has_size(base):
            self.pos += 1
            self.note(
                f"`{self.quote(span.start, span.end)}` is read as a transpose", "ambiguity", span
            )
            return Operation("transpose", (Symbol(base, span),), span)
        return super().unknown()

    def _has_size(self, name: str) -> bool:
        resolved = self.lexicon.vocabulary.resolve(name)
        shapes: Mapping[str, tuple[str, str]] = self.lexicon.vocabulary.shapes
        return resolved is not None and shapes.get(resolved, ("1", "1")) != ("1", "1")

    def _size(self, text: str, span: Span) -> Node:
        if text.isdigit():
            return Number(Fraction(int(text)), None, span)
        resolved = self.lexicon.vocabulary.resolve(text)
        if resolved is None:
            raise self.fail(f"`{text}` is not a size of this homework", self.pos - 1)
        return Symbol(resolved, span)

    # -- norms -------------------------------------------------------------------

    def _norm_opens(self) -> bool:
        """Whether a norm begins here, as a further factor."""
        if not self._refused({"norm"}):
            return False
        typed = self._typed(self.pos)
        return typed in _OPENING_NORMS or (not self.norms and typed not in _CLOSING_NORMS)

    def _typed(self, pos: int) -> str:
        return self.text[self.starts[pos] : self.ends[pos]].replace(" ", "")

    def _norm(self, width: int) -> Node:
        r"""``\|x\|``, with a 2 or an F below it where it has one; ``pos`` is on its sign."""
        at = self.pos
        self.enter()
        self.norms += 1
        bars, self.bars = self.bars, 1 if width == 2 else 0
        self.pos += width
        node = self.sum()
        kinds = self.kinds
        if width == 2:
            closes = kinds[self.pos] == kinds[self.pos + 1] == BAR
        else:
            closes = self._refused({"norm"})
        if not closes:
            raise self._never_closed(at)
        self.pos += width
        self.norms -= 1
        self.bars = bars
        self.depth -= 1
        if kinds[self.pos] == SUBSCRIPT:
            self._which_norm()
        return Operation("norm", (node,), Span(self.starts[at], self.ends[self.pos - 1]))

    def _never_closed(self, at: int) -> AnswerError:
        typed = self.quote(self.starts[at], self.ends[at])
        return self.fail(f"the `{typed}` at {self.starts[at] + 1} is never closed", at)

    def _which_norm(self) -> None:
        """The index below a norm: 2 and F mean the root of the sum of squares."""
        below = self.pos
        pos = below + 1
        opened = self.kinds[pos] == OPEN
        pos += opened
        kind, value = self.kinds[pos], self.values[pos]
        if not (kind == NUMBER and value == "2") and value != "F":
            raise self.fail("only the norms with a 2 or an F are read here", below)
        self.pos = pos + 1 + opened

    def inside(self) -> Node:
        """One expression between brackets, in which norms begin anew."""
        norms, self.norms = self.norms, 0
        node = super().inside()
        self.norms = norms
        return node


def _factors_of(node: Node) -> tuple[Node, ...]:
    return node.factors if isinstance(node, Product) else (node,)
