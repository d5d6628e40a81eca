r"""The normal form of matrix expressions: sums of words, each with a number before it.

A word is a product of letters in order, with every transpose at the letters:

* a matrix by name, its transpose, its inverse;
* the inverse of a sum, known by its argument;
* a *field*: a column, a diagonal matrix or a matrix whose entries are one expression of
  the entries of others (``f(z) ∘ w``), kept as a tree over entries;
* the word without letters is the identity.

Numbers commute: a word that is 1 × 1, or a part of one between a row and a column, goes
before the word as a symbol of its own, one for the word and for its transpose.  Letters of
one field are the same if their trees are proved equal by the normal form of numbers.

Two sides are equal if all coefficients of their difference are; that is complete for
polynomials in matrices, and sound for everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from grader.compare.cases import Side
from grader.compare.ladder import proved_equal
from grader.errors import LimitError
from grader.expr.calculus import product_of, sum_of
from grader.expr.tree import (
    Call,
    Indicator,
    Negation,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    substitute,
    symbols,
)
from grader.expr.typed import ONE, ZERO, Op, Shape, Size, Typed, slot
from grader.limits import MAX_WORDS

Kind = Literal["matrix", "inverse", "symmetric inverse", "column", "diagonal", "field"]


@dataclass(frozen=True, slots=True)
class Letter:
    """One factor of a word.

    ``key`` is the name of a matrix, else the number of what is kept in :class:`Words`.
    ``turned``: transposed.  ``inverted``: only of a matrix by name.
    """

    kind: Kind
    key: str
    shape: Shape  # as it stands, transposed where it is
    turned: bool = False
    inverted: bool = False

    @property
    def transposed(self) -> Letter:
        if self.kind in ("diagonal", "symmetric inverse"):
            return self
        shape = (self.shape[1], self.shape[0])
        return Letter(self.kind, self.key, shape, not self.turned, self.inverted)


Word = tuple[Letter, ...]

#: A value: words and the numbers before them, which are trees over symbols.
Form = dict[Word, Node]

#: The numbers before each word on two sides.
_Pairs = dict[Word, tuple[Node, Node]]


@dataclass(slots=True)
class _Kept:
    """What one number stands for: the tree of a field, the argument of an inverse, or the
    word that a symbol for an entry or a number came from."""

    fields: list[tuple[Node, Shape, frozenset[str]]] = field(default_factory=list)  # its names
    inverses: list[tuple[Form, Size, bool]] = field(default_factory=list)  # bool: symmetric
    atoms: dict[Word, str] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    numbers: dict[Word, str] = field(default_factory=dict)
    sums: dict[tuple[str, Size], str] = field(default_factory=dict)


_MINUS = Number(Fraction(-1))


class Words:
    """Brings typed values to normal form; one for both sides of a comparison.

    ``positive``: names of numbers that are > 0; sizes are too.
    """

    def __init__(self, positive: frozenset[str]) -> None:
        self._positive = positive
        self._kept = _Kept()
        self._known: dict[Typed, Form] = {}

    # -- equality ------------------------------------------------------------------

    def equal(self, left: Typed, right: Typed) -> bool:
        """Whether two values are proved equal.  Raises LimitError."""
        return self._equal(self.form(left), self.form(right))

    def _equal(self, left: Form, right: Form) -> bool:
        both = {word: (left.get(word, ZERO), right.get(word, ZERO)) for word in left | right}
        open_ = {word: pair for word, pair in both.items() if not self._same(*pair)}
        # Fields that together are equal: σ'(z) and σ(z)(1 − σ(z)), whatever is around.
        for last in (False, True):
            open_ = self._merged(open_, last=last)
        return not open_

    def _merged(self, pairs: _Pairs, *, last: bool) -> _Pairs:
        """Words that are the same but for one field, joined; those that are equal are gone."""
        groups: dict[tuple[Word, Letter | None, Word], _Pairs] = {}
        for word, pair in pairs.items():
            places = [k for k, letter in enumerate(word) if letter.kind in _FIELDS]
            if not places:
                groups.setdefault((word, None, ()), {})[word] = pair
                continue
            at = places[-1 if last else 0]
            blank = Letter(word[at].kind, "", word[at].shape, word[at].turned)
            groups.setdefault((word[:at], blank, word[at + 1 :]), {})[word] = pair
        rest: _Pairs = {}
        for (before, hole, _), members in groups.items():
            if hole is not None and len(members) > 1:
                trees = [(self._tree(word[len(before)]), *pair) for word, pair in members.items()]
                mine = sum_of([product_of([value, tree]) for tree, value, _ in trees])
                theirs = sum_of([product_of([value, tree]) for tree, _, value in trees])
                if self._same(mine, theirs):
                    continue
            rest.update(members)
        return rest

    def _same(self, left: Node, right: Node) -> bool:
        if left == right:
            return True
        return proved_equal(Side(left, {}), Side(right, {}), self._positive)

    # -- forms -----------------------------------------------------------------------

    def form(self, value: Typed) -> Form:
        """The normal form of a value.  Raises LimitError."""
        found = self._known.get(value)
        if found is None:
            found = self._known[value] = self._FORMS[value.op](self, value)
            if len(found) > MAX_WORDS:
                raise LimitError("MAX_WORDS", "the expression is too large when written out")
        return found

    def _number(self, form: Form) -> Node:
        """The tree of a number."""
        assert all(not word for word in form)
        return form.get((), ZERO)

    def _symbol(self, value: Typed) -> Form:
        if value.is_scalar:
            return {(): Symbol(value.name)}
        letter = Letter("matrix", value.name, value.shape)
        if value.shape[1] == "1":
            return self._column(Symbol(self._atom((letter,))), value.shape[0])
        if value.shape[0] == "1":
            letter = Letter("matrix", value.name, (value.shape[1], "1"), turned=True)
            return _turned(self._column(Symbol(self._atom((letter,))), value.shape[1]))
        return {(letter,): ONE}

    def _sum(self, value: Typed) -> Form:
        return _added([(self.form(arg), ONE) for arg in value.args])

    def _product(self, value: Typed) -> Form:
        total: Form = {(): ONE}
        for arg in value.args:
            total = self._times(total, self.form(arg))
        return total

    def _transpose(self, value: Typed) -> Form:
        return _turned(self.form(value.args[0]))

    def _identity(self, _value: Typed) -> Form:
        return {(): ONE}

    def _ones(self, value: Typed) -> Form:
        return self._column(ONE, value.shape[0])

    def _elementwise(self, value: Typed) -> Form:
        slots = tuple(slot(k) for k in range(len(value.args)))
        return self._mapped(Product(slots), value.args, value.shape)

    def _map(self, value: Typed) -> Form:
        return self._mapped(value.tree, value.args, value.shape)

    def _mapped(self, tree: Node, args: Iterable[Typed], shape: Shape) -> Form:
        if shape[0] == "1" and shape[1] != "1":  # a row is a column, turned
            turned = [
                arg if arg.is_scalar else Typed("transpose", (arg,), (shape[1], "1"))
                for arg in args
            ]
            return _turned(self._mapped(tree, turned, (shape[1], "1")))
        values: dict[str, Node] = {}
        for k, arg in enumerate(args):
            form = self.form(arg)
            values[slot(k).name] = self._number(form) if arg.is_scalar else self._entry(form)
        whole = _plain_steps(substitute(tree, values))
        if shape == ("1", "1"):
            return {(): whole}
        if shape[1] == "1":
            return self._column(whole, shape[0])
        return self._field(whole, "field", shape)

    def _diag(self, value: Typed) -> Form:
        inner = self._entry(self.form(value.args[0]))
        return self._field(inner, "diagonal", value.shape)

    # -- fields ------------------------------------------------------------------------

    def _entry(self, form: Form) -> Node:
        """One entry of a column or matrix, over the entries of others."""
        terms: list[Node] = []
        for word, value in form.items():
            if len(word) == 1 and word[0].kind in ("column", "field") and not word[0].turned:
                terms.append(product_of([value, self._tree(word[0])]))
            elif len(word) > 1 and word[0].kind == "diagonal":
                rest = Symbol(self._atom(word[1:]))
                terms.append(product_of([value, self._tree(word[0]), rest]))
            elif not word:
                raise LimitError("MAX_WORDS", "the identity is taken entry by entry")
            else:
                terms.append(product_of([value, Symbol(self._atom(word))]))
        return sum_of(terms)

    def _atom(self, word: Word) -> str:
        """The symbol for an entry of a word."""
        if word not in self._kept.atoms:
            name = f"@{len(self._kept.atoms)}"
            self._kept.atoms[word] = name
            self._kept.words[name] = word
        return self._kept.atoms[word]

    def _column(self, tree: Node, size: Size) -> Form:
        """A column from its entry: columns that are words stay so."""
        return self._field(tree, "column", (size, "1"))

    def _field(self, tree: Node, kind: Kind, shape: Shape) -> Form:
        """A field split into terms, numbers before them."""
        found: list[tuple[Form, Node]] = []
        for value, rest in _terms(tree):
            word: Word | None = None
            parted: tuple[Word, Node] | None
            if kind == "column" and (parted := self._parted(rest)) is not None:
                # u ∘ (A x) is diag(u) A x: what a word can say is a word.
                inner, others = parted
                diagonal = self._field(others, "diagonal", (shape[0], shape[0]))
                found.append((self._times(diagonal, {inner: ONE}), value))
                continue
            if kind == "field" and (outer := self._outer(rest)) is not None:
                # (u v^T) ∘ M is diag(u) M diag(v).
                (left, right), others = outer
                middle = self._field(others, "field", shape)
                before, after = self._diagonal({left: ONE}), self._diagonal(_turned({right: ONE}))
                found.append((self._times(self._times(before, middle), after), value))
                continue
            if kind == "diagonal" and rest == ONE:
                word = ()
            elif kind != "diagonal" and isinstance(rest, Symbol):
                word = self._kept.words[rest.name]
                if len(word) == 1 and word[0].kind == "matrix" and shape[1] == "1":
                    word = None  # a column by name is a field itself
            if word is None:
                word = (Letter(kind, str(self._number_of(rest, shape)), shape),)
            found.append(({word: ONE}, value))
        return _added(found)

    def _parted(self, tree: Node) -> tuple[Word, Node] | None:
        """The first factor of an entry that is an entry of a longer word, and the others."""
        factors = _factors(tree)
        for k, factor in enumerate(factors):
            word = self._kept.words.get(factor.name) if isinstance(factor, Symbol) else None
            if word is not None and (len(word) > 1 or word[0].kind != "matrix"):
                return word, product_of([*factors[:k], *factors[k + 1 :]])
        return None

    def _outer(self, tree: Node) -> tuple[tuple[Word, Word], Node] | None:
        """The first factor of an entry that is one of a column times a row, and the others."""
        factors = _factors(tree)
        for k, factor in enumerate(factors):
            word = self._kept.words.get(factor.name, ()) if isinstance(factor, Symbol) else ()
            cut = next((j for j in range(1, len(word)) if word[j].shape[0] == "1"), None)
            if cut is not None and len(factors) > 1:
                return (word[:cut], word[cut:]), product_of([*factors[:k], *factors[k + 1 :]])
        return None

    def _diagonal(self, column: Form) -> Form:
        """``diag(u)`` of a column."""
        size = next(iter(column))[0].shape[0]
        return self._field(self._entry(column), "diagonal", (size, size))

    def _number_of(self, tree: Node, shape: Shape) -> int:
        """The number of a field; equal fields of one size have one."""
        fields, names = self._kept.fields, symbols(tree)
        for number, (other, its, used) in enumerate(fields):
            if its == shape and used == names and (other == tree or self._alike(other, tree)):
                return number
        if len(fields) >= MAX_WORDS:
            raise LimitError("MAX_WORDS", "the expression is too large when written out")
        fields.append((tree, shape, names))
        return len(fields) - 1

    def _alike(self, left: Node, right: Node) -> bool:
        if _is_monomial(left) and _is_monomial(right):
            return False  # in one order, they would be the same
        return self._same(left, right)

    def _tree(self, letter: Letter) -> Node:
        return self._kept.fields[int(letter.key)][0]

    # -- products ------------------------------------------------------------------------

    def _times(self, left: Form, right: Form) -> Form:
        if len(left) * len(right) > MAX_WORDS:
            raise LimitError("MAX_WORDS", "the expression is too large when written out")
        return _added(
            [
                (self._word((*one, *two)), product_of([a, b]))
                for one, a in left.items()
                for two, b in right.items()
            ]
        )

    def _word(self, word: Word) -> Form:
        """A word with what cancels cancelled, fields joined, and numbers taken out."""
        for k in range(len(word) - 1):
            a, b = word[k], word[k + 1]
            if a.inverted != b.inverted and (a.kind, a.key, a.turned) == (b.kind, b.key, b.turned):
                return self._word((*word[:k], *word[k + 2 :]))
            joined = self._joined(a, b)
            if joined is not None:
                return _added(
                    [
                        (self._word((*word[:k], *middle, *word[k + 2 :])), value)
                        for middle, value in joined.items()
                    ]
                )
        start = next((k for k, a in enumerate(word) if a.shape[0] == "1"), None)
        if start is None:
            return {word: ONE}
        end = next((k for k in range(start, len(word)) if word[k].shape[1] == "1"), None)
        if end is None:
            return {word: ONE}
        value = self._closed(word[start : end + 1])
        rest = self._word((*word[:start], *word[end + 1 :]))
        return _added([(rest, value)])

    def _joined(self, a: Letter, b: Letter) -> Form | None:
        """A diagonal matrix with what it stands beside, where that is a field too."""
        if a.kind == "diagonal" and b.kind == "diagonal":
            return self._field(product_of([self._tree(a), self._tree(b)]), "diagonal", a.shape)
        if a.kind == "diagonal" and b.kind == "column" and not b.turned:
            return self._column(product_of([self._tree(a), self._tree(b)]), a.shape[0])
        if a.kind == "column" and a.turned and b.kind == "diagonal":
            return _turned(self._column(product_of([self._tree(a), self._tree(b)]), b.shape[0]))
        return None

    # -- numbers ---------------------------------------------------------------------------

    def _closed(self, word: Word) -> Node:
        """The number that a word from a row to a column is."""
        first, last = word[0], word[-1]
        if len(word) == 2 and first.kind == last.kind == "column":
            product = product_of([self._tree(first), self._tree(last)])
            return self._total(product, last.shape[0])
        return self._named(word)

    def _total(self, tree: Node, size: Size) -> Node:
        """The sum of a column's entries, by its entry."""
        found: list[Node] = []
        for value, rest in _terms(tree):
            found.append(product_of([value, self._total_of(rest, size)]))
        return sum_of(found)

    def _total_of(self, rest: Node, size: Size) -> Node:
        if rest == ONE:
            return Number(Fraction(int(size))) if size.isdigit() else Symbol(size)
        parted = self._parted(rest)
        if parted is not None:  # u^T (A x) for the sum of u ∘ (A x)
            word, others = parted
            row = _turned(self._column(others, size))
            return self._number(self._times(row, {word: ONE}))
        number = self._number_of(rest, (size, "1"))
        return Symbol(self._kept.sums.setdefault((str(number), size), f"$s{number}"))

    def _named(self, word: Word) -> Node:
        """One symbol for a number that is a word, and for the word read backwards."""
        other = _turned_word(word)
        name = self._kept.numbers.get(word) or self._kept.numbers.get(other)
        if name is None:
            name = self._kept.numbers[word] = f"$w{len(self._kept.numbers)}"
        return Symbol(name)

    def _trace(self, value: Typed) -> Form:
        size = value.args[0].shape[0]
        terms = [
            product_of([number, self._trace_of(word, size)])
            for word, number in self.form(value.args[0]).items()
        ]
        return {(): sum_of(terms)}

    def _trace_of(self, word: Word, size: Size) -> Node:
        if not word:
            return Number(Fraction(int(size))) if size.isdigit() else Symbol(size)
        if len(word) == 1 and word[0].kind == "diagonal":
            return self._total(self._tree(word[0]), size)
        for k, letter in enumerate(word):
            if letter.shape[0] == "1":  # turned round, it is a number
                return self._number(self._word((*word[k:], *word[:k])))
        # Letters may cancel across the ends.
        turned = self._word((*word[1:], word[0]))
        if len(turned) != 1 or len(next(iter(turned))) < len(word):
            terms = [
                product_of([v, self._trace_of(w, word[0].shape[1])]) for w, v in turned.items()
            ]
            return sum_of(terms)
        rounds = [(*word[k:], *word[:k]) for k in range(len(word))]
        names = (self._kept.numbers.get(w) for r in rounds for w in (r, _turned_word(r)))
        known = next(filter(None, names), None)
        if known is None:
            known = self._kept.numbers[word] = f"$t{len(self._kept.numbers)}"
        return Symbol(known)

    # -- inverses ------------------------------------------------------------------------------

    def _inverse(self, value: Typed) -> Form:
        form = self.form(value.args[0])
        size = value.shape[0]
        if len(form) == 1:
            ((word, number),) = form.items()
            if all(letter.shape == value.shape for letter in word):
                inverted = [self._inverted(letter) for letter in reversed(word)]
                if None not in inverted:
                    total: Form = {(): Quotient(ONE, number)}
                    for each in inverted:
                        assert each is not None
                        total = self._times(total, each)
                    return total
        letter = self._kept_inverse(form, size)
        return {(letter,): ONE}

    def _inverted(self, letter: Letter) -> Form | None:
        """The inverse of one letter, None where there is no form of it."""
        if letter.kind == "diagonal":
            return self._field(Quotient(ONE, self._tree(letter)), "diagonal", letter.shape)
        if letter.kind == "matrix":
            made = Letter("matrix", letter.key, letter.shape, letter.turned, not letter.inverted)
            return {(made,): ONE}
        if letter.kind in ("inverse", "symmetric inverse"):
            form, _, _ = self._kept.inverses[int(letter.key)]
            return _turned(form) if letter.turned else form
        return None

    def _kept_inverse(self, form: Form, size: Size) -> Letter:
        """The letter of an inverse; that of the transposed argument is its transpose."""
        for number, (other, its, symmetric) in enumerate(self._kept.inverses):
            if its != size:
                continue
            if self._equal(form, other):
                return Letter(_INVERSES[symmetric], str(number), (size, size))
            if not symmetric and self._equal(_turned(form), other):
                return Letter("inverse", str(number), (size, size), turned=True)
        symmetric = self._equal(_turned(form), form)
        self._kept.inverses.append((form, size, symmetric))
        return Letter(_INVERSES[symmetric], str(len(self._kept.inverses) - 1), (size, size))

    _FORMS: Mapping[Op, Callable[[Words, Typed], Form]] = {
        "symbol": _symbol,
        "sum": _sum,
        "product": _product,
        "transpose": _transpose,
        "inverse": _inverse,
        "diag": _diag,
        "trace": _trace,
        "identity": _identity,
        "ones": _ones,
        "elementwise": _elementwise,
        "map": _map,
    }


_INVERSES: tuple[Kind, Kind] = ("inverse", "symmetric inverse")
_FIELDS = frozenset({"column", "diagonal", "field"})


def _added(parts: Iterable[tuple[Form, Node]]) -> Form:
    """A sum of forms, each times a number."""
    gathered: dict[Word, list[Node]] = {}
    for form, scale in parts:
        for word, value in form.items():
            gathered.setdefault(word, []).append(product_of([scale, value]))
    found = {word: sum_of(values) for word, values in gathered.items()}
    return {word: value for word, value in found.items() if value != ZERO}


def _turned_word(word: Word) -> Word:
    return tuple(letter.transposed for letter in reversed(word))


def _turned(form: Form) -> Form:
    return {_turned_word(word): value for word, value in form.items()}


def _factors(tree: Node) -> list[Node]:
    return list(tree.factors) if isinstance(tree, Product) else [tree]


def _is_monomial(tree: Node) -> bool:
    """Whether a tree is a product of symbols."""
    return all(isinstance(factor, Symbol) for factor in _factors(tree))


def _is_number(tree: Node) -> bool:
    """Whether a tree holds no symbol for an entry."""
    return not any(name.startswith("@") for name in symbols(tree))


def _terms(tree: Node) -> list[tuple[Node, Node]]:
    """A field as a sum: of each term the number before it, and the rest.

    Products of sums are written out as far as that stays small.
    """
    if _is_number(tree):
        return [] if tree == ZERO else [(tree, ONE)]
    match tree:
        case Sum():
            return [pair for term in tree.terms for pair in _terms(term)]
        case Negation():
            return [(product_of([_MINUS, value]), rest) for value, rest in _terms(tree.operand)]
        case Product():
            found: list[tuple[Node, Node]] = [(ONE, ONE)]
            for factor in tree.factors:
                split = _terms(factor)
                if len(found) * len(split) > MAX_WORDS:
                    return [(ONE, tree)]
                found = [
                    (product_of([a, b]), _ordered([*_factors(r), *_factors(s)]))
                    for a, r in found
                    for b, s in split
                ]
            return found
        case Quotient() if _is_number(tree.denominator):
            below = Quotient(ONE, tree.denominator)
            return [(product_of([v, below]), rest) for v, rest in _terms(tree.numerator)]
        case Quotient() if tree.numerator != ONE:
            below = Quotient(ONE, tree.denominator)
            return _terms(Product((tree.numerator, below)))
        case Power(base=base, exponent=Number(value=times)) if times in (2, 3):
            return _terms(Product((base,) * int(times)))
    return [(ONE, tree)]


def _ordered(factors: list[Node]) -> Node:
    """A product of entries in a fixed order; an indicator counts once."""
    kept: list[Node] = []
    for factor in sorted(factors, key=str):
        if factor != ONE and not (isinstance(factor, Indicator) and factor in kept):
            kept.append(factor)
    return product_of(kept)


def _plain_steps(tree: Node) -> Node:
    """ReLU and its derivative by their indicators, so that they are products of entries."""
    if isinstance(tree, Call) and tree.function == "relu":
        (inner,) = tree.arguments
        inner = _plain_steps(inner)
        step = Indicator(Relation(">", inner, ZERO))
        if tree.derivative == 0:
            return Product((inner, step))
        return step if tree.derivative == 1 else ZERO
    return tree
