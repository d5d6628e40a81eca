"""Answers that are more than one expression, and what they are called.

``Entries`` is a vector or a matrix of scalars, ``Extents`` the size of something with any
number of axes, ``Chosen`` one or more of some given words.  ``Label`` names what a part asks
for where that is neither a name nor a derivative.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.expr.tree import Dimensions, Node
from grader.source import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Entries:
    """A vector or a matrix, row by row; all rows are of one length.

    ``is_list``: it was written as a list, ``(a, b)``, which says nothing of rows and columns;
    then there is one row.
    """

    rows: tuple[tuple[Node, ...], ...]
    is_list: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.rows[0])

    @property
    def flat(self) -> tuple[Node, ...]:
        """All entries, row by row."""
        return tuple(entry for row in self.rows for entry in row)

    def transposed(self) -> Entries:
        """With rows for columns."""
        return Entries(tuple(zip(*self.rows, strict=True)), self.is_list, self.span)


@dataclass(frozen=True, slots=True)
class Extents:
    """The size of a tensor: the length of each axis, in order; none for a scalar."""

    axes: tuple[Node, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some of a part's choices, by their names and in the order of the rubric."""

    names: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Label:
    """What a part asks for, as the rubric writes it: ``\\nabla f``, ``H_f``, ``slope``.

    ``latex`` is how it is printed; two labels are the same if their texts are but for blanks.
    """

    text: str
    latex: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Answer = Node | Dimensions | Entries | Extents | Chosen


def sides(answer: Answer) -> tuple[Node, ...]:
    """The expressions that an answer is made of: one, rows and columns, or all entries."""
    match answer:
        case Dimensions():
            return answer.rows, answer.columns
        case Entries():
            return answer.flat
        case Extents():
            return answer.axes
        case Chosen():
            return ()
        case _:
            return (answer,)


def with_sides(answer: Answer, new: tuple[Node, ...]) -> Answer:
    """The answer with its expressions replaced, in the order of :func:`sides`."""
    match answer:
        case Dimensions():
            return Dimensions(new[0], new[1], answer.span)
        case Entries():
            width = answer.size[1]
            rows = tuple(new[k : k + width] for k in range(0, len(new), width))
            return Entries(rows, answer.is_list, answer.span)
        case Extents():
            return Extents(new, answer.span)
        case Chosen():
            return answer
        case _:
            return new[0]


def bare(text: str) -> str:
    """A label without its blanks, dollars and LaTeX's sizes of brackets, to compare by."""
    for mark in ("$", r"\left", r"\right", r"\,", r"\!", r"\;"):
        text = text.replace(mark, "")
    return "".join(text.split())
