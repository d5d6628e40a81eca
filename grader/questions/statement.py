"""From what a rubric writes of a question to trees, with every fault in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from grader.compare.intervals import Interval, interval_of
from grader.compare.reference import NO_INTERVALS, NO_NAMES
from grader.errors import AnswerError, Fault, LimitError, RubricError
from grader.expr.composite import Extents
from grader.expr.extents import parse_extents
from grader.expr.functions import FUNCTIONS, SPELLINGS
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_condition, parse_expression, parse_name, parse_quantity
from grader.expr.tree import Node, Partial, Symbol, order_of, symbols
from grader.questions.part import Statement
from grader.read.located import Located
from grader.read.rubric import PartFile, QuestionFile, RubricFile, SymbolDeclaration
from grader.read.suggest import did_you_mean
from grader.source import Place

T = TypeVar("T")

#: What parts the axes of a declared size; elsewhere a sign of multiplication multiplies.
_SEVERAL_AXES = re.compile(r"\\times|×|,|\bby\b|(?<=\s)x(?=\s)")


class Faults:
    """Collects the faults of one question, so that all are told at once."""

    def __init__(self, rubric: RubricFile) -> None:
        self._rubric = rubric
        self.found: list[Fault] = []

    def add(self, where: Located, message: str, suggestion: str | None = None) -> None:
        length = len(where.text.splitlines()[0]) if where.text else 1
        self.found.append(
            self._rubric.fault(where.place, message, suggestion, where.path, max(1, length))
        )

    def read(self, where: Located, reader: Callable[[], T]) -> T | None:
        """What ``reader`` makes of a text, or None and a fault where it stands."""
        try:
            return reader()
        except AnswerError as error:
            place = where.place
            if "\n" not in where.text and "\n" not in error.text:
                place = Place(place.file, place.line, place.column + error.span.start)
            length = max(1, error.span.end - error.span.start)
            self.found.append(
                self._rubric.fault(place, error.message, error.hint, where.path, length)
            )
        except LimitError as error:
            self.add(where, error.message)
        return None

    def raise_if_any(self) -> None:
        if self.found:
            raise RubricError(self.found)


def _name(where: Located) -> Callable[[], str]:
    return lambda: parse_name(where.text, FREE)


def _expression(where: Located, vocabulary: Vocabulary) -> Callable[[], Node]:
    return lambda: parse_expression(where.text, vocabulary)


def _axes(where: Located, vocabulary: Vocabulary) -> Callable[[], tuple[Node, ...]]:
    """The axes of a declared size; one expression is the number of a vector's elements."""

    def read() -> tuple[Node, ...]:
        if _SEVERAL_AXES.search(where.text) is None:
            return (parse_expression(where.text, vocabulary),)
        found = parse_extents(where.text, vocabulary).tree
        assert isinstance(found, Extents)
        return found.axes

    return read


def read_functions(question: QuestionFile, faults: Faults) -> dict[str, str]:
    """The names of a question for functions, each to a row of the table."""
    functions: dict[str, str] = {}
    for written, meaning in question.functions:
        row = SPELLINGS.get(meaning.text.strip().lower().removeprefix("\\"))
        if row is None:
            faults.add(
                meaning,
                f"`{meaning.text}` is not a function",
                did_you_mean(meaning.text, FUNCTIONS),
            )
        name = faults.read(written, _name(written))
        if row is not None and name is not None:
            functions[name] = row
    return functions


def read_statement(question: QuestionFile, faults: Faults) -> Statement:
    """The statement of a question; faults are collected, not raised."""
    functions = read_functions(question, faults)
    declared: dict[str, Located] = {}

    def declare(where: Located) -> str | None:
        name = faults.read(where, _name(where))
        if name is None:
            return None
        if name in declared or name in functions:
            faults.add(where, f"`{where.text}` is declared twice")
            return None
        declared[name] = where
        return name

    leaves: list[str] = []
    ranged: list[tuple[str, SymbolDeclaration]] = []
    assumed: dict[str, set[str]] = {}
    for symbol in question.symbols:
        name = declare(symbol.name)
        if name is not None:
            leaves.append(name)
            # Sizes are whole numbers from 1 on, as those are that are said to be natural.
            natural = question.sizes or symbol.assume == "natural"
            for each in ("positive", "integer") if natural else (symbol.assume,):
                assumed.setdefault(each, set()).add(name)
            if symbol.range is not None:
                ranged.append((name, symbol))
    forward_names = [(declare(quantity.name), quantity) for quantity in question.quantities]
    inner = {name for name, _ in forward_names}

    def declare_size(where: Located) -> str | None:
        name = faults.read(where, _name(where))
        # A quantity of the forward pass may have a size too.
        return name if name in inner else declare(where)

    size_names = [(declare_size(size.name), size) for size in question.sizes]
    for layer in question.layers:
        declare(layer.name)
    indices = read_indices(question, faults)
    vocabulary = Vocabulary(
        names=frozenset(declared) | frozenset(indices.values()),
        aliases=read_aliases(question, declared, functions, faults),
        functions=functions,
        subscript_partials=question.subscript_partials,
        indices=indices,
    )
    forward: dict[str, Node] = {}
    for name, quantity in forward_names:
        tree = faults.read(quantity.expression, _expression(quantity.expression, vocabulary))
        if name is None or tree is None:
            continue
        known = forward.keys() | set(leaves) | indices.keys() | set(indices.values())
        later = symbols(tree) - known
        if later:
            faults.add(
                quantity.expression,
                f"`{quantity.name.text}` uses `{min(later)}` before it is defined",
                "write the forward pass in order",
            )
            continue
        forward[name] = tree
    sizes: dict[str, Node] = {}
    extents: dict[str, tuple[Node, ...]] = {}
    for name, size in size_names:
        axes = faults.read(size.size, _axes(size.size, vocabulary))
        if name is None or axes is None:
            continue
        unknown = frozenset().union(*map(symbols, axes)) - set(leaves)
        if unknown:
            faults.add(size.size, f"a size may use symbols only, not `{min(unknown)}`")
        elif len(axes) == 1:
            sizes[name] = axes[0]
        else:
            extents[name] = axes
    return Statement(
        vocabulary=vocabulary,
        leaves=frozenset(leaves),
        # A symbol that is never negative is positive almost everywhere.
        positive=frozenset(assumed.get("positive", set()) | assumed.get("nonnegative", set())),
        negative=frozenset(assumed.get("negative", ())),
        integers=frozenset(assumed.get("integer", ())),
        forward=forward or NO_NAMES,
        sizes=sizes or NO_NAMES,
        intervals=_intervals(ranged, vocabulary, faults, sizes=bool(question.sizes)),
        extents=extents,
        order=tuple(leaves),
    )


def _intervals(
    ranged: list[tuple[str, SymbolDeclaration]],
    vocabulary: Vocabulary,
    faults: Faults,
    *,
    sizes: bool,
) -> Mapping[str, Interval]:
    """The ranges of symbols, each with the name that it is of."""
    found: dict[str, Interval] = {}
    for name, symbol in ranged:
        where = symbol.range
        assert where is not None
        condition = faults.read(
            where,
            lambda where=where: parse_condition(where.text, vocabulary),  # type: ignore[misc]
        )
        if condition is None:
            continue
        if symbol.assume != "real" or sizes:
            what = "whole number" if sizes else symbol.assume
            faults.add(where, f"a range says all of a real symbol; `{symbol.name.text}` is"
                       f" assumed to be {what} already")  # fmt: skip
            continue
        try:
            found[name] = interval_of(condition, name)
        except ValueError as error:
            faults.add(where, str(error))
    return found or NO_INTERVALS


def read_indices(question: QuestionFile, faults: Faults) -> dict[str, str]:
    """The letters that sums run over, each to the size that it runs to."""
    indices: dict[str, str] = {}
    for letter, size in question.indices:
        name, end = faults.read(letter, _name(letter)), faults.read(size, _name(size))
        if name is None or end is None:
            continue
        if len(name) != 1 or not name.isalpha():
            faults.add(letter, f"`{letter.text}` is no index: an index is one letter")
            continue
        indices[name] = end
    return indices


def read_aliases(
    question: QuestionFile,
    declared: dict[str, Located],
    functions: dict[str, str],
    faults: Faults,
) -> dict[str, str]:
    """The other spellings of declared names, each to the name it stands for."""
    aliases: dict[str, str] = {}
    for target, spellings in question.aliases:
        name = faults.read(target, _name(target))
        if name is None:
            continue
        if name not in declared:
            faults.add(target, f"`{target.text}` is not a name of this question",
                       did_you_mean(name, declared))  # fmt: skip
            continue
        for spelling in spellings:
            other = faults.read(spelling, _name(spelling))
            if other is None:
                continue
            if other in declared or other in functions or aliases.get(other, name) != name:
                faults.add(spelling, f"`{spelling.text}` already means something else")
                continue
            aliases[other] = name
    return aliases


def read_partial(
    part: PartFile, statement: Statement, faults: Faults, *, orders: bool = False
) -> Partial | None:
    """The derivative that a part asks for, of a name and by names: by one name, or with
    ``orders`` by several, one after the other."""
    found = faults.read(
        part.quantity, lambda: parse_quantity(part.quantity.text, statement.vocabulary)
    )
    if found is None:
        return None
    above, below = order_of(found) if isinstance(found, Partial) else (None, ())
    if (
        not isinstance(found, Partial)
        or not all(isinstance(node, Symbol) for node in (above, *below))
        or (len(below) > 1 and not orders)
    ):
        faults.add(
            part.quantity,
            f"`{part.quantity.text}` is not a derivative of one quantity",
            r"write it as `\partial y / \partial x`",
        )
        return None
    return found


def asked_links(
    question: QuestionFile, statement: Statement, faults: Faults
) -> list[tuple[PartFile, Partial, str, str]]:
    """The parts of a question about derivatives of one name by one name, with those names.

    Raises RubricError with all faults, where there are any.
    """
    asked = [(part, read_partial(part, statement, faults)) for part in question.parts]
    faults.raise_if_any()
    links = []
    for part, quantity in asked:
        assert quantity is not None
        assert isinstance(quantity.quantity, Symbol)
        assert isinstance(quantity.variable, Symbol)
        links.append((part, quantity, quantity.quantity.name, quantity.variable.name))
    return links
