"""Mistakes of sizes."""

from __future__ import annotations

from collections.abc import Iterator

from grader.expr.calculus import ONE
from grader.expr.tree import Dimensions, Partial, Product, symbols
from grader.mistakes.subject import Subject, Wrong


def _size(subject: Subject) -> Dimensions:
    answer = subject.part.answer
    assert isinstance(answer, Dimensions)
    return answer


def _what(subject: Subject) -> str:
    return "derivative" if isinstance(subject.part.quantity, Partial) else "quantity"


def _is_of_vectors(subject: Subject) -> bool:
    quantity = subject.part.quantity
    known = subject.part.statement.sizes.keys()
    return isinstance(quantity, Partial) and symbols(quantity) <= known


def transposed(subject: Subject) -> Iterator[Wrong]:
    """Rows for columns."""
    size = _size(subject)
    layout = ", as in the other layout" if _what(subject) == "derivative" else ""
    yield Wrong(Dimensions(size.columns, size.rows), "Rows and columns are swapped: the size is "
                f"transposed{layout}.")  # fmt: skip


def scalar_for_vector(subject: Subject) -> Iterator[Wrong]:
    """1 × 1, where the derivative has more elements."""
    size = _size(subject)
    if ONE in {size.rows, size.columns}:
        yield Wrong(Dimensions(ONE, ONE), "This is the size of a scalar, but the "
                    f"{_what(subject)} is a vector.")  # fmt: skip
    else:
        yield Wrong(Dimensions(ONE, ONE), "This is the size of a scalar, but the "
                    f"{_what(subject)} is a matrix.")  # fmt: skip


def vector_for_matrix(subject: Subject) -> Iterator[Wrong]:
    """A vector's size, where the derivative is a matrix."""
    size = _size(subject)
    if ONE in (size.rows, size.columns):
        return
    for side in dict.fromkeys((size.rows, size.columns)):
        for wrong in (Dimensions(side, ONE), Dimensions(ONE, side)):
            rule = "derivative of a vector with respect to a vector"
            what = rule if _is_of_vectors(subject) else _what(subject)
            yield Wrong(wrong, f"This is the size of a vector, but the {what} is a matrix.")


def product_of_sizes(subject: Subject) -> Iterator[Wrong]:
    """The two sides multiplied into one."""
    size = _size(subject)
    if ONE in (size.rows, size.columns):
        return
    whole = Product((size.rows, size.columns))
    for wrong in (Dimensions(whole, ONE), Dimensions(ONE, whole)):
        yield Wrong(wrong, "The two sizes are multiplied: that is the number of entries, not the "
                    "size.")  # fmt: skip


def another_layer(subject: Subject) -> Iterator[Wrong]:
    """One side, or both, of another layer."""
    size = _size(subject)
    known = list(dict.fromkeys(subject.part.statement.sizes.values()))
    for other in known:
        for side, wrong in (
            ("number of rows", Dimensions(other, size.columns)),
            ("number of columns", Dimensions(size.rows, other)),
        ):
            if wrong != size:
                yield Wrong(wrong, f"The {side} is that of another layer.")
    for rows in known:
        for columns in known:
            if rows != size.rows and columns != size.columns:
                yield Wrong(Dimensions(rows, columns), "Both sizes are those of other layers.")
