r"""Sums and products over an index with symbolic ends: ``\sum_{i=1}^{n} 2 x_i``.

A difference is found, and shown, at whole numbers in the place of the sizes, where the
sums are written out and the ladder decides as always.  Equality is proved for every size
by a normal form of the summand: constants go out, sums are split, and what is left of
each term under a sum becomes one generator.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product, zip_longest
from typing import ClassVar

from grader.compare.cases import settled
from grader.compare.deadline import deadline_of_answer
from grader.compare.field import Element, Field, UndefinedEverywhere
from grader.compare.growth import few_sizes_tell, jumps_at_whole_numbers
from grader.compare.interpret import Interpreter
from grader.compare.intervals import Interval
from grader.compare.ladder import compare
from grader.compare.reference import NO_INTERVALS, Reference, leaf_names, make_reference
from grader.errors import LimitError
from grader.expr.families import has_big, instance, member, renamed, unfolded, written_out
from grader.expr.members import letters_of
from grader.expr.tree import (
    Big,
    Call,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Symbol,
    symbols,
    walk,
)
from grader.results import Outcome, Verdict

_ONE = Number(Fraction(1))

#: The numbers that sizes stand for, in the order of the sizes' names and round again: the
#: first row shows differences, the others that agreement was not a chance of the first.
#: Two sides that differ by a polynomial in n show it at one of five sizes up to degree 4.
_SIZES = ((3, 2), (2, 3), (4, 5), (5, 4), (7, 1))


@dataclass(frozen=True)
class Instance:
    """A reference with its sums written out for given sizes."""

    sizes: Mapping[str, int]
    reference: Reference


@dataclass(frozen=True)
class SumReference:
    """A reference with sums over indices, for every size and for a few.

    ``ranges``: the size that each index runs to where a sum does not say.
    """

    tree: Node
    environment: Mapping[str, Node]
    ranges: Mapping[str, str]
    positive: frozenset[str]
    instances: tuple[Instance, ...]


def sizes_of(names: tuple[str, ...]) -> tuple[dict[str, int], ...]:
    """Whole numbers for the sizes, a few times."""
    return tuple(
        {name: row[k % len(row)] for k, name in enumerate(sorted(names))} for row in _SIZES
    )


def member_names(name: str, ranges: Mapping[str, str], sizes: Mapping[str, int]) -> list[str]:
    """The names that a family comes to for given sizes; a name that is none, by itself.

    >>> member_names("x_i", {"i": "n"}, {"n": 3}), member_names("x_0", {"i": "n"}, {"n": 3})
    (['x_1', 'x_2', 'x_3'], ['x_0'])
    """
    _, _, subscript = name.partition("_")
    letters = [letter for letter in dict.fromkeys(subscript) if letter in ranges]
    spans = [range(1, sizes[ranges[letter]] + 1) for letter in letters]
    return [member(name, dict(zip(letters, numbers, strict=True))) for numbers in product(*spans)]


def make_sum_reference(
    tree: Node,
    key: str,
    *,
    environment: Mapping[str, Node],
    ranges: Mapping[str, str],
    sizes: tuple[str, ...],
    positive: frozenset[str] = frozenset(),
    negative: frozenset[str] = frozenset(),
    integers: frozenset[str] = frozenset(),
    intervals: Mapping[str, Interval] = NO_INTERVALS,
    names: frozenset[str] = frozenset(),
    others: tuple[Node, ...] = (),
) -> SumReference:
    """Prepare a reference whose sums run to ``sizes``; ``others`` are answers that are
    known beforehand, for their names.

    Raises ValueError for a range that is not known, LimitError and UndefinedEverywhere.
    """
    instances = []
    whole = unfolded(tree, environment, ranges)
    for given in sizes_of(sizes):

        def members(some: frozenset[str], given: Mapping[str, int] = given) -> frozenset[str]:
            found = (each for name in some for each in member_names(name, ranges, given))
            return frozenset(found).difference(given)

        reference = make_reference(
            written_out(whole, given, ranges),
            key,
            environment=_members_of(environment, given, ranges),
            positive=members(positive),
            negative=members(negative),
            integers=members(integers),
            intervals={
                each: interval
                for name, interval in intervals.items()
                for each in member_names(name, ranges, given)
            },
            names=members(names).union(
                *(leaf_names(written_out(other, given, ranges), {}) for other in others)
            ),
        )
        instances.append(Instance(given, reference))
    return SumReference(tree, environment, ranges, positive, tuple(instances))


def _members_of(
    environment: Mapping[str, Node], sizes: Mapping[str, int], ranges: Mapping[str, str]
) -> dict[str, Node]:
    """The forward pass for given sizes, families member by member."""
    found: dict[str, Node] = {}
    for name, tree in environment.items():
        _, _, subscript = name.partition("_")
        letters = [letter for letter in dict.fromkeys(subscript) if letter in ranges]
        spans = [range(1, sizes[ranges[letter]] + 1) for letter in letters]
        for numbers in product(*spans):
            values = dict(zip(letters, numbers, strict=True))
            found[member(name, values)] = written_out(instance(tree, values), sizes, ranges)
    return found


def compare_sums(
    reference: SumReference, answer: Node, definitions: Mapping[str, Node] | None = None
) -> Verdict:
    """The verdict on an answer with sums; see :func:`grader.compare.ladder.compare`."""
    own = definitions or {}
    if answer == reference.tree and not own:
        return Verdict(Outcome.EQUIVALENT, method="identical")
    try:
        if has_big(answer) or any(letters_of(name, reference.ranges) for name in symbols(answer)):
            answer = unfolded(answer, {**reference.environment, **own}, reference.ranges)
    except LimitError as error:
        return Verdict(Outcome.UNDECIDED, reason=error.message)
    for number, each in enumerate(reference.instances):
        verdict = _at(each, reference.ranges, answer, own)
        if verdict.outcome is not Outcome.EQUIVALENT:
            return verdict
        if not number and _proved(reference, answer, own):
            return Verdict(Outcome.EQUIVALENT, method="normal form")
    if not _told_by_sizes(reference, answer, own):
        return Verdict(
            Outcome.UNDECIDED,
            reason="it is right for a few sizes, but sizes stand in it in a way that may tell at others",
            tried=("normal form", "instances"),
        )
    said = "; ".join(_sizes_text(each.sizes) for each in reference.instances)
    return Verdict(
        Outcome.EQUIVALENT,
        method="instances",
        notes=(f"shown for {said}, not for every size",),
    )


def _told_by_sizes(reference: SumReference, answer: Node, own: Mapping[str, Node]) -> bool:
    environment, ranges = reference.environment, reference.ranges
    try:
        mine = unfolded(answer, {**environment, **own}, ranges)
        theirs = unfolded(reference.tree, environment, ranges)
    except LimitError:
        return False
    return few_sizes_tell(mine, theirs, reference.instances[0].sizes, len(_SIZES) - 1)


def _sizes_text(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name.removeprefix('#')} = {value}" for name, value in sorted(sizes.items()))


def _at(
    given: Instance, ranges: Mapping[str, str], answer: Node, own: Mapping[str, Node]
) -> Verdict:
    """The verdict for given sizes; a witness tells them too."""
    sizes, reference = given.sizes, given.reference
    try:
        tree = written_out(answer, sizes, ranges)
        definitions = {name: written_out(inner, sizes, ranges) for name, inner in own.items()}
    except ValueError as error:
        return Verdict(Outcome.UNREADABLE, reason=str(error))
    except LimitError as error:
        return Verdict(Outcome.UNDECIDED, reason=error.message)
    known = {name for point in reference.points for name in point.at} | reference.names
    stray = sorted(leaf_names(tree, {**reference.environment, **definitions}) - known)
    if stray and reference.points:
        return Verdict(
            Outcome.UNREADABLE,
            reason=f"`{stray[0]}` has no value here: its index is bound by no sum,"
            " or runs out of its range",
        )
    verdict = compare(reference, tree, definitions)
    if verdict.witness is not None:
        told = [(name, Fraction(value)) for name, value in sizes.items() if name[0] != "#"]
        at = tuple(sorted([*verdict.witness.at, *told]))
        verdict = replace(verdict, witness=replace(verdict.witness, at=at))
    return verdict


# --- The proof for every size ------------------------------------------------------


def _proved(reference: SumReference, answer: Node, own: Mapping[str, Node]) -> bool:
    """Whether the two sides have one normal form with the sums as they stand."""
    environment = {**reference.environment, **own}
    try:
        mine = unfolded(answer, environment, reference.ranges)
        theirs = unfolded(reference.tree, environment, reference.ranges)
    except LimitError:
        return False
    sizes = (*reference.instances[0].sizes, *reference.ranges)
    if jumps_at_whole_numbers(mine, theirs, sizes):
        return False

    def equal(field: Field) -> bool:
        marks: dict[int, frozenset[str]] = {}
        values = []
        for whole in (mine, theirs):
            field.domain = field.one
            value = _Sums(field, marks, reference.ranges).value(whole)
            values.append((value, field.domain))
        (left, left_domain), (right, right_domain) = values
        return (
            field.difference(left, right).num.is_zero()
            and field.difference(left_domain, right_domain).num.is_zero()
        )

    try:
        return settled(reference.positive, equal, deadline_of_answer())
    except (LimitError, UndefinedEverywhere):
        return False


def _height(node: Node) -> int:
    """How many sums stand inside one another in a tree."""
    below = [_height(part.body) + 1 for part in walk(node) if isinstance(part, Big)]
    return max(below, default=0)


#: What a generator depends on that could not be found out: anything.
_UNKNOWN = frozenset({"*"})

_MARK = re.compile("#[0-9]+;")


class _Sums(Interpreter[Element]):
    """The interpreter of normal forms that keeps sums as generators.

    An index is named by how many sums stand inside its own (``#0;``), so that equal sums
    have equal bodies wherever they stand.  ``marks``: the indices that each generator of
    a sum depends on, shared by both sides of a comparison.
    """

    def __init__(
        self, field: Field, marks: dict[int, frozenset[str]], ranges: Mapping[str, str]
    ) -> None:
        super().__init__(field)
        self._field = field
        self._marks = marks
        self._ranges = ranges

    def _big(self, node: Big, bound: Mapping[str, Element] | None) -> Element:
        if node.operator == "prod":
            parts = _product_parts(node)
            if parts is not None:
                return self._go(parts, bound)
        mark = f"#{_height(node.body)};"
        lower = node.lower if node.lower is not None else _ONE
        upper = node.upper
        if upper is None:
            upper = Symbol(self._ranges.get(node.index, f"#{node.index}"))
        ends = [self._go(lower, bound), self._go(upper, bound)]
        body = self._go(renamed(node.body, node.index, mark), bound)
        field = self._field
        count = field.add([ends[1], field.negate(ends[0]), field.one])
        if node.operator == "prod":
            if mark not in self._marks_in([body]):
                return field.power(body, count, constant=False)
            return self._opaque("prod", mark, [*ends, body])
        below = Element(body.den, field.one_poly, body.mask)
        if len(body.den) == 1:  # one monomial: each term keeps its own negative exponents
            return self._summed(body, mark, ends, count)
        if self._depends(below, mark):
            return self._opaque("sum", mark, [*ends, body])
        return field.divide(self._summed(body, mark, ends, count), below)

    def _depends(self, value: Element, mark: str) -> bool:
        return not self._marks_in([value]).isdisjoint((mark, "*"))

    def _summed(self, body: Element, mark: str, ends: list[Element], count: Element) -> Element:
        """Σ of a numerator, term by term: what does not depend on the index goes out."""
        field = self._field
        terms: list[Element] = []
        lowered: Sequence[int] = next(iter(field.terms(body.den))) if len(body.den) == 1 else ()
        for exponents, value in field.terms(body.num).items():
            factors = [field.number(value)]
            inside: list[tuple[int, int]] = []
            for slot, (above, below) in enumerate(zip_longest(exponents, lowered, fillvalue=0)):
                exponent = above - below
                if not exponent:
                    continue
                if self._marks_of(slot).isdisjoint((mark, "*")):
                    factors.append(field.generator_power(slot, exponent))
                else:
                    inside.append((slot, exponent))
            factors.append(self._kernel(inside, mark, ends) if inside else count)
            terms.append(field.multiply(factors))
        return field.add(terms) if terms else field.zero

    def _kernel(self, inside: list[tuple[int, int]], mark: str, ends: list[Element]) -> Element:
        """Σ of one monomial; where it holds names alone, under one mark for all heights."""
        field = self._field
        kernels = [field.kernel(slot) for slot, _ in inside]
        if all(kernel.kind == "name" for kernel in kernels):
            inside = [
                (self._slot(str(kernel.detail).replace(mark, "#;")), exponent)
                for kernel, (_, exponent) in zip(kernels, inside, strict=True)
            ]
            mark = "#;"
        element = field.multiply([field.generator_power(slot, k) for slot, k in inside])
        return self._opaque("sum", mark, [*ends, element])

    def _slot(self, name: str) -> int:
        self._field.symbol(name)
        slot = self._field.slot_of_name(name)
        assert slot is not None
        return slot

    def _opaque(self, what: str, mark: str, parts: list[Element]) -> Element:
        """The generator of a sum or product, with what it depends on kept."""
        made = self._field.opaque(f"{what} {mark}", parts)
        (slot,) = _slots([made])
        self._marks[slot] = self._marks_in(parts) - {mark}
        return made

    def _marks_in(self, values: Sequence[Element]) -> frozenset[str]:
        return frozenset().union(*(self._marks_of(slot) for slot in _slots(values)))

    def _marks_of(self, slot: int) -> frozenset[str]:
        """The indices that a generator depends on."""
        if slot in self._marks:
            return self._marks[slot]
        kernel = self._field.kernel(slot)
        if kernel.kind == "i":
            return frozenset()
        if kernel.kind == "name":
            return frozenset(_MARK.findall(str(kernel.detail)))
        if kernel.kind == "exp" and isinstance(kernel.detail, tuple):
            inner = (k for k, exponent in enumerate(kernel.detail) if exponent)
            return frozenset().union(*map(self._marks_of, inner))
        argument = self._field.argument(slot)
        return _UNKNOWN if argument is None else self._marks_in([argument])

    _STEPS: ClassVar = {**Interpreter._STEPS, Big: _big}  # noqa: SLF001 - the same table, and one more


def _slots(values: Sequence[Element]) -> set[int]:
    """The generators that occur in values."""
    return {
        slot
        for value in values
        for poly in (value.num, value.den)
        for slot, degree in enumerate(poly.degrees())
        if int(degree) > 0
    }


def _product_parts(node: Big) -> Node | None:
    """Π of a product, a quotient, a power or an exponential as what it splits to."""

    def big(body: Node) -> Node:
        return Big("prod", node.index, node.lower, node.upper, body)

    body = node.body
    if isinstance(body, Product):
        return Product(tuple(map(big, body.factors)))
    if isinstance(body, Quotient):
        return Quotient(big(body.numerator), big(body.denominator))
    if isinstance(body, Power) and node.index not in str(sorted(symbols(body.exponent))):
        return Power(big(body.base), body.exponent)
    if isinstance(body, Call) and body.function == "exp" and not body.derivative:
        return Call("exp", (Big("sum", node.index, node.lower, node.upper, body.arguments[0]),))
    return None
