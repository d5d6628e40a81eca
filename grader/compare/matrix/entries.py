"""A matrix expression at sizes in numbers: each entry an expression of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from grader.errors import LimitError
from grader.expr.calculus import product_of, sum_of
from grader.expr.tree import (
    Negation,
    Node,
    Number,
    Product,
    Quotient,
    Symbol,
    is_total,
    substitute,
)
from grader.expr.typed import ONE, ZERO, Op, Size, Typed, slot
from grader.limits import MAX_ENTRY_OPERATIONS

#: Rows of entries.
Entries = tuple[tuple[Node, ...], ...]


def entry_name(name: str, row: int, column: int, *, vector: bool) -> str:
    """The name of an entry of a matrix or vector, counted from 1.

    >>> entry_name("A", 1, 2, vector=False), entry_name("f_1", 3, 1, vector=True)
    ('A_12', 'f_1,3')
    """
    place = str(row if vector else f"{row}{column}")
    return f"{name},{place}" if "_" in name else f"{name}_{place}"


def entries(value: Typed, sizes: Mapping[Size, int]) -> Entries:
    """The entries of a matrix expression; every name of a size becomes its number.

    Raises LimitError where they grow too large.
    """
    return _Writer(sizes).entries(value)


class _Writer:
    def __init__(self, sizes: Mapping[Size, int]) -> None:
        self._sizes = sizes
        self._numbers = {name: Number(Fraction(size)) for name, size in sizes.items()}
        self._met = 0
        self._known: dict[Typed, Entries] = {}

    def _size(self, size: Size) -> int:
        return int(size) if size.isdigit() else self._sizes[size]

    def entries(self, value: Typed) -> Entries:
        if value not in self._known:
            rows, columns = map(self._size, value.shape)
            self._met += rows * columns * (1 + len(value.args))
            if self._met > MAX_ENTRY_OPERATIONS:
                raise LimitError("MAX_ENTRY_OPERATIONS", "the matrices take too many operations")
            self._known[value] = self._OPS[value.op](self, value, rows, columns)
        return self._known[value]

    def _symbol(self, value: Typed, rows: int, columns: int) -> Entries:
        if value.is_scalar:
            return ((self._numbers.get(value.name, Symbol(value.name)),),)
        vector = value.shape[1] == "1"
        return _made(
            rows, columns, lambda i, j: Symbol(entry_name(value.name, i + 1, j + 1, vector=vector))
        )

    def _sum(self, value: Typed, rows: int, columns: int) -> Entries:
        parts = [self.entries(arg) for arg in value.args]
        return _made(rows, columns, lambda i, j: sum_of([part[i][j] for part in parts]))

    def _product(self, value: Typed, _rows: int, _columns: int) -> Entries:
        total: Entries | None = None
        scales: list[Node] = []
        for arg in value.args:
            part = self.entries(arg)
            if arg.is_scalar:
                scales.append(part[0][0])
            else:
                total = part if total is None else self._times(total, part)
        scale = _scale(scales)
        if total is None:
            return ((scale,),)
        return tuple(tuple(product_of([scale, each]) for each in row) for row in total)

    def _times(self, left: Entries, right: Entries) -> Entries:
        self._met += len(left) * len(right) * len(right[0])
        if self._met > MAX_ENTRY_OPERATIONS:
            raise LimitError("MAX_ENTRY_OPERATIONS", "the matrices take too many operations")
        return _made(
            len(left),
            len(right[0]),
            lambda i, j: sum_of([product_of([left[i][k], right[k][j]]) for k in range(len(right))]),
        )

    def _transpose(self, value: Typed, _rows: int, _columns: int) -> Entries:
        return tuple(zip(*self.entries(value.args[0]), strict=True))

    def _inverse(self, value: Typed, _rows: int, _columns: int) -> Entries:
        """By cofactors: sizes are small here."""
        inner = self.entries(value.args[0])
        size = len(inner)
        whole = determinant(inner)
        if size == 1:
            return ((Quotient(ONE, whole),),)

        def cofactor(i: int, j: int) -> Node:
            minor = tuple(
                tuple(e for c, e in enumerate(row) if c != i)
                for r, row in enumerate(inner)
                if r != j
            )
            found = determinant(minor)
            return Quotient(Negation(found) if (i + j) % 2 else found, whole)

        return _made(size, size, cofactor)

    def _diag(self, value: Typed, rows: int, columns: int) -> Entries:
        inner = self.entries(value.args[0])
        return _made(rows, columns, lambda i, j: inner[i][0] if i == j else ZERO)

    def _trace(self, value: Typed, _rows: int, _columns: int) -> Entries:
        inner = self.entries(value.args[0])
        return ((sum_of([inner[i][i] for i in range(len(inner))]),),)

    def _identity(self, _value: Typed, rows: int, columns: int) -> Entries:
        return _made(rows, columns, lambda i, j: ONE if i == j else ZERO)

    def _ones(self, _value: Typed, rows: int, columns: int) -> Entries:
        return _made(rows, columns, lambda _i, _j: ONE)

    def _elementwise(self, value: Typed, rows: int, columns: int) -> Entries:
        parts = [self.entries(arg) for arg in value.args]
        return _made(rows, columns, lambda i, j: product_of([part[i][j] for part in parts]))

    def _map(self, value: Typed, rows: int, columns: int) -> Entries:
        parts = [self.entries(arg) for arg in value.args]
        scalar = [arg.is_scalar for arg in value.args]

        def entry(i: int, j: int) -> Node:
            return substitute(
                value.tree,
                {
                    slot(k).name: part[0][0] if scalar[k] else part[i][j]
                    for k, part in enumerate(parts)
                },
            )

        return _made(rows, columns, entry)

    _OPS: Mapping[Op, Callable[..., Entries]] = {
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


def _scale(scales: list[Node]) -> Node:
    """The product of some numbers; a zero does not hide that another has no value."""
    if ZERO in scales and not all(map(is_total, scales)):
        return Product(tuple(scales))
    return product_of(scales)


def _made(rows: int, columns: int, entry: Callable[[int, int], Node]) -> Entries:
    return tuple(tuple(entry(i, j) for j in range(columns)) for i in range(rows))


def determinant(rows: Entries) -> Node:
    """By the first row: sizes are small here."""
    if len(rows) == 1:
        return rows[0][0]
    terms: list[Node] = []
    for column, head in enumerate(rows[0]):
        minor = tuple(row[:column] + row[column + 1 :] for row in rows[1:])
        term = product_of([head, determinant(minor)])
        terms.append(Negation(term) if column % 2 and term != ZERO else term)
    return sum_of(terms)
