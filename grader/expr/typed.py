r"""Expressions of vectors and matrices with their sizes checked: ``A^T(Ax - b)``.

A tree says what was written; a :class:`Typed` value says what it means: which product is
of matrices and which by a number, what is taken entry by entry, and of what size each
part is.  Sizes are symbolic (``m``, ``n``) or whole numbers, and equal only if written alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from fractions import Fraction
from typing import Any as Anything
from typing import Literal, get_args

from grader.errors import GraderError, LimitError
from grader.expr.tree import (
    Big,
    Call,
    Cases,
    Condition,
    Constant,
    Dimensions,
    Indicator,
    Negation,
    Node,
    Number,
    Operation,
    Partial,
    Power,
    Product,
    Quotient,
    Special,
    Sum,
    Symbol,
    children,
    is_total,
    walk,
    with_children,
)
from grader.limits import MAX_FACTORS, MAX_MATRIX_NODES, MAX_MATRIX_POWER
from grader.source import NOWHERE, Span

#: A number of rows or columns: a name, digits, or (while types are found) ``?3``.
Size = str
Shape = tuple[Size, Size]
SCALAR: Shape = ("1", "1")

Op = Literal[
    "symbol", "sum", "product", "transpose", "inverse", "diag", "trace", "identity", "ones",
    "map", "elementwise", "differential",
]  # fmt: skip

ONE, ZERO, TWO = Number(Fraction(1)), Number(Fraction(0)), Number(Fraction(2))


class ShapeError(GraderError):
    """An expression whose sizes do not fit, so that it has no meaning; ``span`` is where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """A matrix expression of known size.

    ``map`` takes ``tree`` entry by entry, over the symbols ``§0``, ``§1``, … that stand for
    the entries of the arguments (an argument that is a number stands for itself at every
    entry); without arguments it is a number.  ``identity`` and ``ones`` have no arguments.
    ``differential`` stands for dX in a derivation.
    """

    op: Op
    args: tuple[Typed, ...]
    shape: Shape
    name: str = ""
    tree: Node = ZERO
    span: Span = field(default=NOWHERE, repr=False)
    #: Of a value in which one part stands many times, the hash is worked out once.
    kept_hash: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = (self.op, self.args, self.shape, self.name, self.tree)
        object.__setattr__(self, "kept_hash", hash(parts))

    def __hash__(self) -> int:
        return self.kept_hash

    def __reduce__(self) -> tuple[Anything, ...]:
        # Hashes of text differ from process to process: each works out its own.
        return type(self), (self.op, self.args, self.shape, self.name, self.tree, self.span)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Typed)
            and self.kept_hash == other.kept_hash
            and (self.op, self.shape, self.name) == (other.op, other.shape, other.name)
            and self.tree == other.tree
            and self.args == other.args
        )

    @property
    def is_scalar(self) -> bool:
        return self.shape == SCALAR


def slot(index: int) -> Symbol:
    """What stands for the entry of an argument in the tree of a ``map``."""
    return Symbol(f"§{index}")


def shape_text(shape: Shape) -> str:
    """A size as messages say it: ``m×n``; ``a number``."""
    if shape == SCALAR:
        return "a number"
    return "×".join("?" if size.startswith("?") else _plain(size) for size in shape)


def _plain(size: Size) -> str:
    return size.replace("_", "")


# --- Making typed values ----------------------------------------------------------


def number(value: int | Fraction, span: Span = NOWHERE) -> Typed:
    """A number."""
    return Typed("map", (), SCALAR, tree=Number(Fraction(value)), span=span)


def is_number(value: Typed, what: int) -> bool:
    """Whether a value is that number, by its form."""
    return value.op == "map" and not value.args and value.tree == Number(Fraction(what))


def is_zero(value: Typed) -> bool:
    """Whether a value is 0 by its form."""
    if value.op == "product":
        return any(map(is_zero, value.args))
    return is_number(value, 0)


def zeros_kept(factors: list[Typed]) -> list[Typed]:
    """Factors in which no zero hides that another may have no value: ``0 log(-x^T x)``."""
    if not any(map(is_zero, factors)) or all(map(_has_value, factors)):
        return factors
    zero_kept = Typed("map", (), SCALAR, tree=Negation(ZERO))
    return [
        f if not is_zero(f) else zero_kept if f.is_scalar
        else multiply([zero_kept, *_all_ones(f.shape)], f.shape)
        for f in factors
    ]  # fmt: skip


def _has_value(value: Typed) -> bool:
    """Whether a value plainly is one everywhere."""
    plain = value.op != "inverse" and (value.op != "map" or is_total(value.tree))
    return plain and all(map(_has_value, value.args))


def add(terms: Sequence[Typed], shape: Shape) -> Typed:
    """A sum without its zeros, equal terms joined; ``shape`` is that of an empty one."""
    counts: dict[Typed, Fraction] = {}
    for term in terms:
        if not is_zero(term):
            count, rest = _counted(term)
            counts[rest] = counts.get(rest, Fraction(0)) + count
    kept = tuple(multiply([number(count), rest], shape) for rest, count in counts.items() if count)
    if not kept:
        return zero(shape)
    return kept[0] if len(kept) == 1 else Typed("sum", kept, shape)


def _counted(value: Typed) -> tuple[Fraction, Typed]:
    """A value as a plain number times the rest."""
    if value.op == "product":
        first, *rest = value.args
        if first.op == "map" and not first.args and isinstance(first.tree, Number):
            return first.tree.value, multiply(rest, value.shape)
    return Fraction(1), value


def zero(shape: Shape) -> Typed:
    """The matrix of zeros."""
    if shape == SCALAR:
        return number(0)
    return Typed("product", (number(0), *_all_ones(shape)), shape)


def _all_ones(shape: Shape) -> tuple[Typed, ...]:
    rows, columns = shape
    column = Typed("ones", (), (rows, "1"))
    if columns == "1":
        return (column,)
    row = transpose(Typed("ones", (), (columns, "1")))
    return (row,) if rows == "1" else (column, row)


def multiply(factors: Sequence[Typed], shape: Shape) -> Typed:
    """A product in order, numbers first, without ones and, beside others, identities."""
    flat: list[Typed] = []
    for factor in factors:
        # A number that comes of a row and a column stays one factor: x (u^T v).
        open_ = not factor.is_scalar or all(arg.is_scalar for arg in factor.args)
        flat += factor.args if factor.op == "product" and open_ else (factor,)
    kept = [f for f in flat if f.is_scalar and not is_number(f, 1)]
    kept += _absorbed([f for f in flat if not f.is_scalar and f.op != "identity"])
    if len(kept) > MAX_FACTORS:
        raise LimitError("MAX_FACTORS", f"a product has more than {MAX_FACTORS} factors")
    if any(map(is_zero, kept)):
        return zero(shape)
    if all(f.is_scalar for f in kept) and shape != SCALAR:
        eye = next(f for f in flat if f.op == "identity")
        kept.append(eye)
    if not kept:
        return number(1)
    numbers = [f for f in kept if f.op == "map" and not f.args and isinstance(f.tree, Number)]
    if numbers:
        value = Fraction(1)
        for each in numbers:
            assert isinstance(each.tree, Number)
            value *= each.tree.value
        rest = [f for f in kept if f not in numbers]
        kept = rest if value == 1 and rest else [number(value), *rest]
    return kept[0] if len(kept) == 1 else Typed("product", tuple(kept), shape)


def _absorbed(factors: list[Typed]) -> list[Typed]:
    """Factors in order, a column of ones beside a diagonal matrix taken into it."""
    made: list[Typed] = []
    for factor in factors:
        before = made[-1] if made else None
        if before is not None and before.op == "diag" and factor.op == "ones":
            made[-1] = before.args[0]
        elif (
            before is not None
            and before.op == "transpose"
            and before.args[0].op == "ones"
            and factor.op == "diag"
        ):
            made[-1] = transpose(factor.args[0])
        else:
            made.append(factor)
    return made


def negate(value: Typed) -> Typed:
    """``-value``"""
    return multiply([number(-1), value], value.shape)


def transpose(value: Typed) -> Typed:
    """The transpose, of a transpose the value itself."""
    if value.is_scalar:
        return value
    if value.op == "transpose":
        return value.args[0]
    if value.op in ("identity", "diag"):
        return value
    return Typed("transpose", (value,), (value.shape[1], value.shape[0]))


def elementwise(factors: Sequence[Typed], shape: Shape) -> Typed:
    """The product entry by entry; numbers among the factors scale it."""
    flat: list[Typed] = []
    for factor in factors:
        if factor.op == "product" and not factor.is_scalar:
            rest = [arg for arg in factor.args if not arg.is_scalar]
            flat += [arg for arg in factor.args if arg.is_scalar]
            factor = multiply(rest, factor.shape)  # noqa: PLW2901 - without its numbers
        flat += factor.args if factor.op == "elementwise" else (factor,)
    outside = [f for f in flat if f.is_scalar]
    inside = [f for f in flat if not f.is_scalar and f.op != "ones"]
    if len(flat) > MAX_FACTORS:
        raise LimitError("MAX_FACTORS", f"a product has more than {MAX_FACTORS} factors")
    if any(map(is_zero, flat)):
        return zero(shape)
    if not inside:
        kept: Typed = next((f for f in flat if f.op == "ones"), number(1))
    elif len(inside) == 1:
        kept = inside[0]
    else:
        kept = Typed("elementwise", tuple(inside), shape)
    return multiply([*outside, kept], shape) if outside else kept


def mapped(tree: Node, args: Sequence[Typed], shape: Shape, span: Span = NOWHERE) -> Typed:
    """``tree`` entry by entry."""
    return Typed("map", tuple(args), shape, tree=tree, span=span)


# --- Finding sizes ------------------------------------------------------------------


class Powers(Enum):
    """What ``h^2`` is where it is no product of matrices: rubrics must say it otherwise."""

    REFUSED = auto()
    #: Entry by entry, as in ``1 - \\tanh^2(z)``.
    ENTRIES = auto()
    #: The sum of the squares, as some write ``x^2`` for ``x^T x``.
    SQUARES = auto()


class Typing:
    """Gives trees their sizes, in one vocabulary of sized names.

    ``shapes``: the size of each vector and matrix; another name is a number.
    ``meanings``: names with a tree of their own, not circular.
    ``powers``: what the power of a vector means.
    """

    def __init__(
        self,
        shapes: Mapping[str, Shape],
        meanings: Mapping[str, Node],
        powers: Powers = Powers.REFUSED,
    ) -> None:
        self._shapes = shapes
        self._powers = powers
        #: Whether such a power was met.
        self.raised = False
        self._meanings = meanings
        self._known: dict[str, Typed] = {}
        self._same: dict[Size, Size] = {}
        self._fresh = 0

    def typed(self, tree: Node, wanted: Shape | None = None) -> Typed:
        """The tree with its sizes; ``wanted`` is a size that it may be expected to have,
        where it leaves that open (``I``).  Raises ShapeError where it has no meaning, and
        LimitError where it is too large with all names written out."""
        if self._count(tree, {}) > MAX_MATRIX_NODES:
            raise LimitError("MAX_MATRIX_NODES", "the expression is too large when written out")
        found = self._go(tree)
        if wanted is not None:
            # A column of ones where a row is asked for is a column all the same.
            for shape in (wanted, (wanted[1], wanted[0])):
                here = self._found(found.shape)
                if all(a == b or a.startswith("?") for a, b in zip(here, shape, strict=True)):
                    self._unify(here, shape)
        return self._settled(found)

    def _count(self, tree: Node | Condition, known: dict[str, int]) -> int:
        """The nodes of a tree with every name by its meaning, never more than the limit
        and a little."""
        total = 1
        for part in walk(tree):
            total += 1
            if isinstance(part, Symbol) and part.name in self._meanings:
                if part.name not in known:
                    known[part.name] = self._count(self._meanings[part.name], known)
                total += known[part.name]
            if total > MAX_MATRIX_NODES:
                break
        return total

    # -- sizes that are not known yet ----------------------------------------------

    def _new(self) -> Size:
        self._fresh += 1
        return f"?{self._fresh}"

    def _find(self, size: Size) -> Size:
        while size in self._same:
            size = self._same[size]
        return size

    def _found(self, shape: Shape) -> Shape:
        return self._find(shape[0]), self._find(shape[1])

    def _unify_sizes(self, left: Size, right: Size) -> bool:
        left, right = self._find(left), self._find(right)
        if left == right:
            return True
        if left.startswith("?"):
            self._same[left] = right
            return True
        if right.startswith("?"):
            self._same[right] = left
            return True
        return False

    def _unify(self, left: Shape, right: Shape) -> bool:
        return self._unify_sizes(left[0], right[0]) and self._unify_sizes(left[1], right[1])

    def _settled(self, value: Typed) -> Typed:
        shape = self._found(value.shape)
        if any(size.startswith("?") for size in shape):
            what = "`I`" if value.op == "identity" else r"`\mathbf{1}`"
            raise ShapeError(
                f"the size of {what} does not follow; write it with its size", value.span
            )
        args = tuple(self._settled(arg) for arg in value.args)
        return replace(value, args=args, shape=shape)

    # -- the nodes ---------------------------------------------------------------------

    def _go(self, node: Node) -> Typed:
        made = self._made(node)
        return replace(made, span=node.span) if made.span is NOWHERE else made

    def _made(self, node: Node) -> Typed:
        match node:
            case Number() | Constant():
                return Typed("map", (), SCALAR, tree=node)
            case Symbol():
                return self._symbol(node)
            case Sum():
                return self._sum(node)
            case Negation():
                return negate(self._go(node.operand))
            case Product():
                return self._product([self._go(factor) for factor in node.factors], node)
            case Quotient():
                return self._quotient(node)
            case Power():
                return self._power(node)
            case Call() | Indicator() | Cases():
                return self._map(node)
            case Operation():
                return self._operation(node)
            case Special():
                return self._special(node)
            case Partial():
                raise ShapeError("a derivative is not worked out", node.span)
            case Big():
                raise ShapeError("sums over an index are not read beside matrices", node.span)

    def _symbol(self, node: Symbol) -> Typed:
        if node.name in self._meanings:
            if node.name not in self._known:
                self._known[node.name] = self._go(self._meanings[node.name])
            return self._known[node.name]
        return Typed("symbol", (), self._shapes.get(node.name, SCALAR), name=node.name)

    def _sum(self, node: Sum) -> Typed:
        terms = [self._go(term) for term in node.terms]
        sized = [term for term in terms if self._found(term.shape) != SCALAR]
        if not sized:
            return Typed("sum", tuple(terms), SCALAR)
        first = sized[0]
        for term in sized[1:]:
            if not self._unify(first.shape, term.shape):
                raise ShapeError(
                    f"{self._text(first)} and {self._text(term)} cannot be added", term.span
                )
        shape = self._found(first.shape)
        made = [t if self._found(t.shape) != SCALAR else self._spread(t, shape) for t in terms]
        return Typed("sum", tuple(made), shape)

    def _spread(self, term: Typed, shape: Shape) -> Typed:
        """A plain number beside a vector: that number at every entry."""
        core = term.args[-1] if term.op == "product" and is_number(term.args[0], -1) else term
        plain = core.op == "map" and not core.args
        if is_number(term, 0):
            return zero(shape)
        if not plain or shape[0] == shape[1]:
            hint = " (for a multiple of the identity write `I`)" if shape[0] == shape[1] else ""
            raise ShapeError(f"a number and {_article(shape)} cannot be added{hint}", term.span)
        return Typed("product", (term, *_all_ones(shape)), shape)

    def _text(self, value: Typed) -> str:
        shape = self._found(value.shape)
        return f"`{value.name}`, which is {shape_text(shape)}," if value.name else _article(shape)

    def _product(self, factors: list[Typed], node: Node) -> Typed:
        """From left to right; where that does not fit, later factors may make a number."""
        factors = zeros_kept(factors)
        total = factors[0]
        rest = factors[1:]
        while rest:
            joined = self._pair(total, rest[0])
            if joined is not None:
                total, rest = joined, rest[1:]
                continue
            for count in range(2, len(rest) + 1):
                inner = self._chain(rest[:count])
                if inner is not None and self._found(inner.shape) == SCALAR:
                    pair = self._pair(total, inner)
                    assert pair is not None
                    total, rest = pair, rest[count:]
                    break
            else:
                raise self._misfit(total, rest[0], node)
        return total

    def _chain(self, factors: list[Typed]) -> Typed | None:
        total: Typed | None = factors[0]
        for factor in factors[1:]:
            total = None if total is None else self._pair(total, factor)
        return total

    def _pair(self, left: Typed, right: Typed) -> Typed | None:
        """The product of two values, None where they do not conform."""
        a, b = self._found(left.shape), self._found(right.shape)
        if SCALAR in (a, b):
            return multiply([left, right], b if a == SCALAR else a)
        if not self._unify_sizes(a[1], b[0]):
            return None
        return multiply([left, right], self._found((a[0], b[1])))

    def _misfit(self, left: Typed, right: Typed, node: Node) -> ShapeError:
        a, b = self._found(left.shape), self._found(right.shape)
        hint = ""
        if a == b and a[1] == "1":
            hint = r"; for the sum of products write `u^T v`, entry by entry `u \odot v`"
        said = f"{self._text(left)} times {self._text(right)}".replace(",,", ",")
        span = Span(min(node.span.start, right.span.start), right.span.end)
        return ShapeError(f"{said} is a product that does not conform{hint}", span)

    def _quotient(self, node: Quotient) -> Typed:
        above, below = self._go(node.numerator), self._go(node.denominator)
        a, b = self._found(above.shape), self._found(below.shape)
        if b == SCALAR:
            if a == SCALAR:
                return mapped(Quotient(slot(0), slot(1)), (above, below), SCALAR)
            return multiply([mapped(Quotient(ONE, slot(0)), (below,), SCALAR), above], a)
        if "1" in b and (a == SCALAR or self._unify(a, b)):
            return mapped(Quotient(slot(0), slot(1)), (above, below), b)
        raise ShapeError(
            f"nothing can be divided by {_article(b)}; write its inverse", node.denominator.span
        )

    def _power(self, node: Power) -> Typed:
        whole = _whole(node.exponent)
        if isinstance(node.base, Operation) and node.base.name == "norm" and whole == 2:
            return self._square(self._go(node.base.operands[0]))
        base, exponent = self._go(node.base), self._go(node.exponent)
        shape = self._found(base.shape)
        if self._found(exponent.shape) != SCALAR:
            raise ShapeError("an exponent must be a number", node.exponent.span)
        if shape == SCALAR:
            return mapped(Power(slot(0), slot(1)), (base, exponent), SCALAR)
        if not self._unify_sizes(shape[0], shape[1]):
            if whole is not None and 0 < whole <= MAX_MATRIX_POWER:
                self.raised = self.raised or self._powers is not Powers.REFUSED
                if self._powers is Powers.ENTRIES:
                    return elementwise([base] * whole, shape)
                if self._powers is Powers.SQUARES and whole == 2:
                    return self._square(base)
            hint = r"; write `x \odot x` or `x^T x`" if "1" in shape else ""
            raise ShapeError(
                f"only square matrices have powers, and this is {shape_text(shape)}{hint}",
                node.span,
            )
        if whole is None or not 0 < abs(whole) <= MAX_MATRIX_POWER:
            raise ShapeError("the exponent of a matrix must be a small whole number", node.span)
        shape = self._found(shape)
        if whole < 0:
            base = base.args[0] if base.op == "inverse" else Typed("inverse", (base,), shape)
        return multiply([base] * abs(whole), shape)

    def _square(self, value: Typed) -> Typed:
        """The sum of the squares of all entries."""
        rows, columns = self._found(value.shape)
        if (rows, columns) == SCALAR:
            return mapped(Power(slot(0), TWO), (value,), SCALAR)
        if columns == "1":
            return multiply([transpose(value), value], SCALAR)
        if rows == "1":
            return multiply([value, transpose(value)], SCALAR)
        square = multiply([transpose(value), value], (columns, columns))
        return Typed("trace", (square,), SCALAR)

    def _map(self, node: Call | Indicator | Cases) -> Typed:
        """A function, an indicator or cases, entry by entry where there are entries."""
        args: list[Typed] = []
        tree = self._lifted(node, args)
        shape: Shape = SCALAR
        for arg in args:
            here = self._found(arg.shape)
            if here == SCALAR:
                continue
            if shape != SCALAR and not self._unify(shape, here):
                raise ShapeError(
                    f"{shape_text(shape)} and {shape_text(here)} stand side by side entry by entry",
                    node.span,
                )
            shape = self._found(here)
        if isinstance(node, Call) and shape != SCALAR:
            if node.function == "abs":
                raise ShapeError(
                    f"`|…|` of {_article(shape)} is read as no norm; write `\\|x\\|`", node.span
                )
            if shape[0] == shape[1] and node.function in _MATRIX_FUNCTIONS:
                raise ShapeError(
                    f"`{node.function}` of a square matrix is not read here", node.span
                )
        return mapped(tree, args, shape)

    def _lifted(self, node: Node | Condition, args: list[Typed]) -> Anything:
        """The node with its values as slots; conditions are kept."""
        parts: list[Anything] = []
        for part in children(node):
            if isinstance(part, _CONDITIONS):
                parts.append(self._lifted(part, args))
                continue
            args.append(self._go(part))  # type: ignore[arg-type]
            parts.append(slot(len(args) - 1))
        return with_children(node, tuple(parts))

    def _operation(self, node: Operation) -> Typed:
        args = [self._go(operand) for operand in node.operands]
        shape = self._found(args[0].shape)
        match node.name:
            case "transpose":
                if shape == SCALAR:
                    return args[0]
                made = transpose(args[0])
                return replace(made, shape=(shape[1], shape[0]))
            case "elementwise":
                for arg in args[1:]:
                    here = self._found(arg.shape)
                    if SCALAR in (here, shape):
                        shape = here if shape == SCALAR else shape
                    elif not self._unify(shape, here):
                        raise ShapeError(
                            f"{_article(self._found(shape))} and {_article(here)} cannot be"
                            " multiplied entry by entry",
                            node.span,
                        )
                return elementwise(zeros_kept(args), self._found(shape))
            case "diag":
                if shape[1] != "1" or shape == SCALAR:
                    raise ShapeError(
                        f"`diag` makes a matrix of a column, and this is {_article(shape)}",
                        node.span,
                    )
                return Typed("diag", (args[0],), (shape[0], shape[0]))
            case "trace":
                if not self._unify_sizes(*shape):
                    raise ShapeError(f"{_article(shape)} has no trace", node.span)
                return args[0] if shape == SCALAR else Typed("trace", (args[0],), SCALAR)
            case "norm":
                return mapped(Call("sqrt", (slot(0),)), (self._square(args[0]),), SCALAR)
            case "differential":
                raise ShapeError("a differential is no value", node.span)

    def _special(self, node: Special) -> Typed:
        size = self._new() if node.size is None else _size_of(node.size)
        if size is None:
            raise ShapeError("a size is a name or a whole number", node.span)
        if node.name == "identity":
            return Typed("identity", (), (size, size), span=node.span)
        return Typed("ones", (), (size, "1"), span=node.span)


_CONDITIONS = get_args(Condition)

#: Functions that square matrices have too, other than entry by entry.
_MATRIX_FUNCTIONS = frozenset({"exp", "log", "sqrt", "root", "sin", "cos", "sinh", "cosh", "sign"})


def _article(shape: Shape) -> str:
    text = shape_text(shape)
    if shape == SCALAR:
        return text
    an = "an" if text[:1].lower() in "aefhilmnorsx8" else "a"
    kind = "vector" if "1" in shape else "matrix"
    return f"{an} {text} {kind}"


def _whole(node: Node) -> int | None:
    if isinstance(node, Negation):
        inner = _whole(node.operand)
        return None if inner is None else -inner
    if isinstance(node, Number) and node.value.denominator == 1:
        return int(node.value)
    return None


def _size_of(node: Node) -> Size | None:
    if isinstance(node, Symbol):
        return node.name
    if isinstance(node, Number) and node.value.denominator == 1 and node.value > 0:
        return str(node.value)
    return None


def shape_of(size: Dimensions) -> Shape | None:
    """A size as read to a shape; None where it is no plain one."""
    rows, columns = _size_of(size.rows), _size_of(size.columns)
    return None if rows is None or columns is None else (rows, columns)
