"""Statements about vectors and matrices: names with sizes, quantities whose sizes fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.errors import LimitError
from grader.expr.dimensions import parse_dimensions
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_expression, parse_name
from grader.expr.tree import Dimensions, Node, symbols
from grader.expr.typed import SCALAR, Shape, ShapeError, Typing, shape_of, shape_text
from grader.questions.part import Statement
from grader.questions.statement import Faults, read_aliases, read_functions
from grader.read.located import Located
from grader.read.rubric import QuestionFile


@dataclass(frozen=True)
class SizedStatement:
    """A statement and the size of each name in it that is no number."""

    statement: Statement
    shapes: Mapping[str, Shape]


def read_sized(question: QuestionFile, faults: Faults) -> SizedStatement:
    """The statement of a question about vectors and matrices; faults are collected.

    ``sizes`` gives each vector and matrix its size; what stands there as a name is a size
    itself, and a positive whole number.  A name of ``symbols`` without a size is a number.
    """
    functions = read_functions(question, faults)
    declared: dict[str, Located] = {}

    def declare(where: Located) -> str | None:
        name = faults.read(where, lambda: parse_name(where.text, FREE))
        if name is not None and (name in declared or name in functions):
            faults.add(where, f"`{where.text}` is declared twice")
            return None
        if name is not None:
            declared[name] = where
        return name

    assumed: dict[str, set[str]] = {}
    leaves: set[str] = set()
    for symbol in question.symbols:
        name = declare(symbol.name)
        if name is not None:
            leaves.add(name)
            assumed.setdefault(symbol.assume, set()).add(name)
    forward_names = [(declare(quantity.name), quantity) for quantity in question.quantities]
    shapes: dict[str, Shape] = {}
    for size in question.sizes:
        name = faults.read(size.name, lambda where=size.name: parse_name(where.text, FREE))  # type: ignore[misc]
        shape = _shape(size.size, faults)
        if name is None or shape is None:
            continue
        shapes[name] = shape
        if name not in declared:
            declared[name] = size.name
            leaves.add(name)
    ends = {end for shape in shapes.values() for end in shape if not end.isdigit()}
    for end in sorted(ends & shapes.keys()):
        where = next(s.size for s in question.sizes if parse_name(s.name.text, FREE) == end)
        faults.add(where, f"`{end}` is both a size and something that has a size")
    vocabulary = Vocabulary(
        names=frozenset(declared) | frozenset(ends),
        aliases=read_aliases(question, declared, functions, faults),
        functions=functions,
        shapes=shapes,
    )
    quantities = {name: quantity for name, quantity in forward_names if name is not None}
    given = {name: shape for name, shape in shapes.items() if name not in quantities}
    forward: dict[str, Node] = {}
    known = leaves | ends
    for name, quantity in quantities.items():
        text = quantity.expression
        tree = faults.read(text, lambda where=text: parse_expression(where.text, vocabulary))  # type: ignore[misc]
        if tree is None:
            continue
        later = symbols(tree) - known - forward.keys()
        if later:
            faults.add(text, f"`{quantity.name.text}` uses `{min(later)}` before it is defined",
                       "write the forward pass in order")  # fmt: skip
            continue
        try:
            found = Typing(given, forward).typed(tree, shapes.get(name))
        except (ShapeError, LimitError) as error:
            faults.add(text, error.message)
            continue
        wanted = shapes.get(name)
        if wanted is not None and wanted != found.shape:
            faults.add(
                text, f"this is {shape_text(found.shape)}, and `{name}` is {shape_text(wanted)}"
            )
        forward[name] = tree
        shapes[name] = found.shape
    if not shapes.keys() - forward.keys():
        faults.add(question.kind, "a question about matrices needs `sizes`",
                   r"write `sizes: {A: m \times n, x: n}`")  # fmt: skip
    positive = assumed.get("positive", set()) | assumed.get("nonnegative", set()) | ends
    statement = Statement(
        vocabulary=vocabulary,
        leaves=frozenset(leaves | ends),
        positive=frozenset(positive),
        negative=frozenset(),
        integers=frozenset(ends),
        forward=forward,
        sizes={},
    )
    return SizedStatement(statement, shapes)


def _shape(where: Located, faults: Faults) -> Shape | None:
    reading = faults.read(where, lambda: parse_dimensions(where.text, FREE))
    if reading is None:
        return None
    assert isinstance(reading.tree, Dimensions)
    shape = shape_of(reading.tree)
    if shape is None:
        faults.add(where, f"`{where.text}` is no size here", r"write `n` or `m \times n`")
    return shape if shape != SCALAR else None
