"""Sizes that follow from others: matrix products, layers, attention.

``conv(X, channels=F, kernel=3, padding=1)``: a name of the table, the quantities whose sizes
go in (or further layers), and options that are sizes themselves.  A quantity's size is the
tuple of its axes, none for a scalar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from grader.derive import from_sympy, to_sympy
from grader.errors import AnswerError
from grader.expr.calculus import ONE
from grader.expr.names import Vocabulary
from grader.expr.parser import parse_expression, parse_name
from grader.expr.tree import Negation, Node, Number, Power, Product, Quotient, Sum, Symbol
from grader.limits import MAX_NESTING
from grader.read.suggest import did_you_mean
from grader.source import Span

Axes = tuple[Node, ...]
Options = Mapping[str, Node]

#: Sizes by name; None where a fault was found before.
Known = Mapping[str, Axes | None]


class UnknownSizeError(ValueError):
    """A size that rests on one in which a fault was found already."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A row of the table: how many sizes go in, which options there are with what defaults
    (None: it must be given), and what size comes out (ValueError for what does not fit)."""

    name: str
    inputs: tuple[int, int]
    options: Mapping[str, Node | None]
    size: Callable[[tuple[Axes, ...], Options], Axes]
    what: str


def _number(value: int) -> Number:
    return Number(Fraction(value))


def tidy(tree: Node) -> Node:
    """The tree with its numbers worked out: ``32 + 2·1 - 3 + 1`` is 32."""
    return from_sympy(to_sympy(tree))


def same(one: Node, other: Node) -> bool:
    """Whether two sizes are equal whatever the names in them stand for."""
    return one == other or tidy(Sum((one, Negation(other)))) == _number(0)


def shown(axes: Axes) -> str:
    """A size within a message."""
    from grader.expr.latex import to_latex

    return f"({', '.join(to_latex(axis) for axis in axes)})"


def _matmul(inputs: tuple[Axes, ...], _: Options) -> Axes:
    left, right = inputs
    if not left or not right:
        return left or right
    above = left if len(left) > 1 else (ONE, *left)
    below = right if len(right) > 1 else (*right, ONE)
    if not same(above[-1], below[-2]):
        raise ValueError(f"{shown(left)} and {shown(right)} do not multiply")
    made = (*_broadcast((above[:-2], below[:-2])), above[-2], below[-1])
    # A vector on the right gives a vector.
    return made[:-1] if len(right) == 1 else made if len(left) > 1 else (*made[:-2], made[-1])


def _broadcast(inputs: tuple[Axes, ...]) -> Axes:
    longest = max(map(len, inputs))
    axes: list[Node] = []
    for place in range(1, longest + 1):
        found: Node = ONE
        for each in inputs:
            if place <= len(each) and not same(each[-place], ONE):
                if not same(found, ONE) and not same(found, each[-place]):
                    raise ValueError(f"{' and '.join(map(shown, inputs))} do not go together")
                found = each[-place]
        axes.append(found)
    return tuple(reversed(axes))


def _transpose(inputs: tuple[Axes, ...], _: Options) -> Axes:
    (axes,) = inputs
    if len(axes) < 2:
        return (ONE, *axes) if axes else ()
    return (*axes[:-2], axes[-1], axes[-2])


def _dense(inputs: tuple[Axes, ...], options: Options) -> Axes:
    (axes,) = inputs
    if not axes:
        raise ValueError("a dense layer needs a vector at least")
    return (*axes[:-1], options["units"])


def _window(length: Node, options: Options) -> Node:
    """(length + 2·padding - dilation·(kernel - 1) - 1) / stride + 1, rounded down."""
    reach = Product((options["dilation"], Sum((options["kernel"], Negation(ONE)))))
    room = tidy(
        Sum((length, Product((_number(2), options["padding"])), Negation(reach), Negation(ONE)))
    )
    steps = room if same(options["stride"], ONE) else _rounded_down(room, options["stride"])
    if isinstance(steps, Number) and steps.value < 0:
        raise ValueError("the window is larger than what it slides over")
    return tidy(Sum((steps, ONE)))


def _rounded_down(room: Node, stride: Node) -> Node:
    """``room / stride``, rounded down: of 2H - 2 by 2 it is H - 1, whatever H is."""
    terms = room.terms if isinstance(room, Sum) else (room,)
    fixed = sum(map(_plain_number, terms), Fraction(0))
    if isinstance(stride, Number) and stride.value > 0:
        steps = _number(fixed // stride.value)
        rest = tidy(Sum((room, Negation(Number(fixed)))))
        if same(rest, _number(0)):
            return steps
        named = tidy(Quotient(rest, stride))
        if all(_is_whole(term) for term in (named.terms if isinstance(named, Sum) else (named,))):
            return tidy(Sum((named, steps)))
    raise ValueError(
        "with a stride, sizes are rounded down: give them as numbers, or as multiples of it (2 H)"
    )


def _plain_number(term: Node) -> Fraction:
    """A term without names; 0 for another."""
    if isinstance(term, Negation):
        return -_plain_number(term.operand)
    return term.value if isinstance(term, Number) else Fraction(0)


def _is_whole(term: Node) -> bool:
    """Whether a term of a size is a whole number of products of names."""
    match term:
        case Negation():
            return _is_whole(term.operand)
        case Number():
            return term.value.denominator == 1
        case Product():
            return all(map(_is_whole, term.factors))
        case Power():
            return isinstance(term.base, Symbol) and _is_whole(term.exponent)
        case _:
            return isinstance(term, Symbol)


def _conv(axes_count: int) -> Callable[[tuple[Axes, ...], Options], Axes]:
    def size(inputs: tuple[Axes, ...], options: Options) -> Axes:
        (axes,) = inputs
        if len(axes) < axes_count + 1:
            raise ValueError(f"{shown(axes)} has no axis of channels before "
                             f"{axes_count} of space")  # fmt: skip
        space = tuple(_window(axis, options) for axis in axes[-axes_count:])
        return (*axes[: -axes_count - 1], options["channels"], *space)

    return size


def _pool(inputs: tuple[Axes, ...], options: Options) -> Axes:
    (axes,) = inputs
    if len(axes) < 2:
        raise ValueError(f"{shown(axes)} has no two axes of space")
    stride = options["stride"]
    own = {**options, "stride": options["kernel"] if same(stride, _number(0)) else stride}
    return (*axes[:-2], *(_window(axis, own) for axis in axes[-2:]))


def _flatten(inputs: tuple[Axes, ...], options: Options) -> Axes:
    (axes,) = inputs
    kept = _place(options["keep"], len(axes) + 1)
    if len(axes) <= kept:
        return axes
    return (*axes[:kept], tidy(Product((*axes[kept:], ONE))))


def _place(option: Node, count: int) -> int:
    """A whole number among the options that counts axes; negative from the end."""
    if not isinstance(option, Number) or option.value.denominator != 1:
        raise ValueError("an axis is a whole number, counted from 0")
    place = int(option.value)
    place = place + count if place < 0 else place
    if not 0 <= place < max(count, 1):
        raise ValueError(f"there is no axis {option.value}")
    return place


def _reduced(inputs: tuple[Axes, ...], options: Options) -> Axes:
    (axes,) = inputs
    place = _place(options["axis"], len(axes))
    return (*axes[:place], *axes[place + 1 :])


def _joined(inputs: tuple[Axes, ...], options: Options) -> Axes:
    first = inputs[0]
    place = _place(options["axis"], len(first))
    for other in inputs[1:]:
        if len(other) != len(first) or not all(
            same(a, b) for k, (a, b) in enumerate(zip(first, other, strict=True)) if k != place
        ):
            raise ValueError(f"{' and '.join(map(shown, inputs))} do not go together")
    length = tidy(Sum(tuple(axes[place] for axes in inputs)))
    return (*first[:place], length, *first[place + 1 :])


def _heads(inputs: tuple[Axes, ...], options: Options) -> Axes:
    (axes,) = inputs
    if len(axes) < 2:
        raise ValueError(f"{shown(axes)} has no axes of positions and features")
    return (*axes[:-2], options["heads"], axes[-2], tidy(Quotient(axes[-1], options["heads"])))


def _scores(inputs: tuple[Axes, ...], options: Options) -> Axes:
    queries, keys = inputs
    return _matmul((queries, _transpose((keys,), options)), options)


def _attention(inputs: tuple[Axes, ...], options: Options) -> Axes:
    queries, keys, values = inputs
    return _matmul((_scores((queries, keys), options), values), options)


_ANY = 64
_CONV: Mapping[str, Node | None] = MappingProxyType({
    "channels": None, "kernel": None, "stride": ONE, "padding": _number(0), "dilation": ONE,
})  # fmt: skip
_NONE: Mapping[str, Node | None] = MappingProxyType({})

#: All layers, by name.
LAYERS: Mapping[str, Layer] = MappingProxyType({
    row.name: row
    for row in (
        Layer("matmul", (2, 2), _NONE, _matmul, "the product of two matrices, batch axes kept"),
        Layer("transpose", (1, 1), _NONE, _transpose, "the last two axes swapped"),
        Layer("dense", (1, 1), {"units": None}, _dense, "a fully connected layer"),
        Layer("conv", (1, 1), _CONV, _conv(2), "a convolution over two axes of space"),
        Layer("conv1d", (1, 1), _CONV, _conv(1), "a convolution over one axis of space"),
        Layer("pool", (1, 1), {"kernel": None, "stride": _number(0), "padding": _number(0),
                               "dilation": ONE}, _pool, "pooling over two axes of space"),
        Layer("flatten", (1, 1), {"keep": ONE}, _flatten, "all axes but the first as one"),
        Layer("elementwise", (1, _ANY), _NONE, lambda inputs, _: _broadcast(inputs),
              "entry by entry, as an activation or a sum; axes of 1 are stretched"),
        Layer("reduce", (1, 1), {"axis": None}, _reduced, "a sum or a mean over one axis"),
        Layer("concat", (2, _ANY), {"axis": None}, _joined, "side by side along one axis"),
        Layer("heads", (1, 1), {"heads": None}, _heads, "features split among attention heads"),
        Layer("scores", (2, 2), _NONE, _scores, "queries times keys transposed"),
        Layer("attention", (3, 3), _NONE, _attention, "scores times values"),
    )
})  # fmt: skip


def written(row: Layer) -> str:
    """How a layer is written: ``conv(X, channels=…, kernel=…)``."""
    names = ["X", "Y", "Z"][: row.inputs[0]]
    needed = [f"{name}=…" for name, default in row.options.items() if default is None]
    return f"{row.name}({', '.join([*names, *needed])})"


#: A name within the text of a layer.
NAME = re.compile(r"\\?[A-Za-z]+(?:_(?:\{[^{}]*\}|[A-Za-z0-9]+))?")


def meaning(text: str) -> str:
    """What the layer that a text begins with is, in words; empty for a plain quantity."""
    found = _CALL.match(text)
    return LAYERS[found[1]].what if found is not None and found[1] in LAYERS else ""


_CALL = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*)\s*\(")
_OPTION = re.compile(r"\s*([a-z]+)\s*=(?!=)")


def layer_size(text: str, known: Known, vocabulary: Vocabulary) -> Axes:
    """The size that a text stands for: a layer of the table, or a quantity of ``known``.

    Raises AnswerError for a text that is neither, ValueError where sizes do not fit, and
    UnknownSizeError where one of them is not known.
    """
    return _Reader(text, known, vocabulary).size(0, len(text), 0)


@dataclass(frozen=True, slots=True)
class _Reader:
    text: str
    known: Known
    vocabulary: Vocabulary

    def size(self, first: int, last: int, depth: int) -> Axes:
        found = _CALL.match(self.text, first, last)
        end = self.text[:last].rstrip()
        if depth > MAX_NESTING or found is None or not end.endswith(")"):
            return self.quantity(first, last)
        row = LAYERS.get(found[1])
        if row is None:
            raise self.fail(
                f"`{found[1]}` is no layer", *found.span(1),
                did_you_mean(found[1], LAYERS, otherwise="there are " + ", ".join(LAYERS)),
            )  # fmt: skip
        inputs: list[Axes] = []
        options: dict[str, Node] = {}
        for begin, stop in self.pieces(found.end(), len(end) - 1):
            option = _OPTION.match(self.text, begin, stop)
            if option is None:
                inputs.append(self.size(begin, stop, depth + 1))
                continue
            if option[1] not in row.options or option[1] in options:
                names = ", ".join(row.options) or "none"
                raise self.fail(f"`{row.name}` has no option `{option[1]}` here", *option.span(1),
                                f"its options: {names}")  # fmt: skip
            options[option[1]] = self.expression(option.end(), stop)
        if not row.inputs[0] <= len(inputs) <= row.inputs[1]:
            raise self.fail(
                f"`{row.name}` takes {row.inputs[0]} size{'s' * (row.inputs[0] != 1)}, not {len(inputs)}",
                *found.span(1), f"write `{written(row)}`",
            )  # fmt: skip
        full: dict[str, Node] = {}
        for name, default in row.options.items():
            given = options.get(name, default)
            if given is None:
                raise self.fail(f"`{row.name}` needs `{name}=…`", *found.span(1),
                                f"write `{written(row)}`")  # fmt: skip
            full[name] = given
        return row.size(tuple(inputs), full)

    def pieces(self, first: int, last: int) -> list[tuple[int, int]]:
        """The arguments between outer commas."""
        bounds, depth, begin = [], 0, first
        for at in range(first, last):
            depth += (self.text[at] in "([{") - (self.text[at] in ")]}")
            if self.text[at] == "," and not depth:
                bounds.append((begin, at))
                begin = at + 1
        bounds.append((begin, last))
        return [(one, two) for one, two in bounds if self.text[one:two].strip()]

    def quantity(self, first: int, last: int) -> Axes:
        piece = self.text[first:last]
        begin = first + len(piece) - len(piece.lstrip())
        try:
            name = parse_name(piece, self.vocabulary)
        except AnswerError:
            name = ""
        if name in self.known:
            axes = self.known[name]
            if axes is None:
                raise UnknownSizeError
            return axes
        raise self.fail(f"`{piece.strip()}` has no size", begin, max(begin + 1, last),
                        did_you_mean(piece.strip(), self.known))  # fmt: skip

    def expression(self, first: int, last: int) -> Node:
        try:
            return parse_expression(self.text[first:last], self.vocabulary)
        except AnswerError as error:
            span = Span(first + error.span.start, first + error.span.end)
            raise AnswerError(error.message, self.text, span, error.hint) from None

    def fail(self, message: str, first: int, last: int, hint: str | None = None) -> AnswerError:
        return AnswerError(message, self.text, Span(first, last), hint)
