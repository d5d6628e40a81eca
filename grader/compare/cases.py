"""Case split: indicators set to 0 and 1, innermost first, each case decided exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flint import fmpq_mpoly

from grader.compare.deadline import NEVER, Deadline
from grader.compare.field import Element, Field, Restart, UndefinedEverywhere
from grader.compare.interpret import Interpreter, Known
from grader.errors import LimitError
from grader.expr.tree import Node
from grader.limits import MAX_CASES, MAX_RESTARTS, UNITS_PER_CASE

T = TypeVar("T")
Assumed = tuple[tuple[Element, int], ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a tree and what its names stand for."""

    tree: Node
    environment: Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sides in one field.

    ``remainder`` is an element that is 0 wherever the sides agree: their
    difference where both are defined, and where only one is, 1.
    """

    field: Field
    remainder: tuple[Element, ...]

    @property
    def equal(self) -> bool:
        return all(part.num.is_zero() for part in self.remainder)


def side_value(
    field: Field, side: Side, known: Known[Element] | None = None
) -> tuple[Element | None, Element]:
    """The value of a side and where it is defined; None if that is nowhere.

    ``known``: values in this field, or in the one that it is a fork of.
    """
    outer, field.domain = field.domain, field.one
    interpreter = Interpreter(
        field, side.environment, known, field.deadline.affords(field.operation)
    )
    try:
        value: Element | None = interpreter.value(side.tree)
        where = field.domain
    except UndefinedEverywhere:
        value, where = None, field.zero
    finally:
        field.domain = outer
        field.deadline.spend(interpreter.operations * field.operation)
    return value, where


def remainder(
    field: Field, left: tuple[Element | None, Element], right: tuple[Element | None, Element]
) -> tuple[Element, ...]:
    """What must vanish for two sides to be equal; see :class:`Compared`."""
    (a, a_domain), (b, b_domain) = left, right
    domains = field.zero if a_domain is b_domain else field.difference(a_domain, b_domain)
    if a is None or b is None:
        return (domains,)
    difference = field.difference(a, b)
    if a_domain is not field.one or b_domain is not field.one:
        difference = field.multiply([difference, a_domain, b_domain])
    return (difference, domains)


def compared(field: Field, left: Side, right: Side) -> Compared:
    """Both sides brought to normal form in a field.  Raises Restart and LimitError."""
    parts = remainder(field, side_value(field, left), side_value(field, right))
    return Compared(field, parts)


def settled(positive: frozenset[str], work: Callable[[Field], T], deadline: Deadline = NEVER) -> T:
    """``work`` in a new field, begun again with what each Restart asks for.

    Raises LimitError where it does not settle.
    """
    field = Field(positive=positive, deadline=deadline)
    for _ in range(MAX_RESTARTS):
        try:
            return work(field)
        except Restart as again:
            field = Field(
                positive=positive, scales=again.scales, capacity=again.capacity, deadline=deadline
            )
    raise LimitError("MAX_RESTARTS", "the comparison did not settle")


@dataclass(frozen=True, slots=True)
class Case:
    """A case in which two sides are not equal in normal form.

    ``assumed`` are the arguments of indicators, in the generators of ``field``, and what
    each indicator is.  ``signs`` are those among them that are polynomials, and the sign
    that each has in this case.
    """

    field: Field
    assumed: Assumed

    @property
    def signs(self) -> tuple[tuple[fmpq_mpoly, int], ...]:
        return tuple(
            (known.num, 1 if bit else -1) for known, bit in self.assumed if known.den.is_one()
        )


def search_cases(
    left: Side,
    right: Side,
    positive: frozenset[str],
    visit: Callable[[Case], T | None],
    begin: Callable[[], None],
    *,
    deadline: Deadline = NEVER,
) -> T | None:
    """Visits the cases in which the sides differ in normal form, one by one.

    Cases that contradict themselves are not sorted out here.  Ends at the first visit
    that gives something, and gives that.  ``begin`` is called before the first visit,
    and again where a Restart begins the visits again.  Raises LimitError.
    """

    def searched(field: Field) -> T | None:
        begin()
        return _search(field, left, right, visit)

    return settled(positive, searched, deadline)


def has_no_unequal_case(
    left: Side, right: Side, positive: frozenset[str], deadline: Deadline = NEVER
) -> bool:
    """Whether the sides are equal in normal form in every case.  Raises LimitError."""

    def searched(field: Field) -> bool:
        return _search(field, left, right, lambda case: case) is None

    return settled(positive, searched, deadline)


def _search(root: Field, left: Side, right: Side, visit: Callable[[Case], T | None]) -> T | None:
    looked = 0
    pending: list[tuple[Field, Assumed]] = [(root, ())]
    while pending:
        base, assumed = pending.pop()
        looked += 1
        if looked > MAX_CASES:
            raise LimitError("MAX_CASES", "too many cases to tell apart")
        # A fork of the parent keeps its generators, and with them the meaning of
        # the polynomials that are assumed.
        field = base.fork(assumed)
        field.deadline.spend(UNITS_PER_CASE * field.operation)
        state = compared(field, left, right)
        if state.equal:
            continue
        pivot = next(
            (step for part in state.remainder if (step := field.innermost_step(part))), None
        )
        if pivot is None:
            found = visit(Case(field, assumed))
            if found is not None:
                return found
            continue
        pending.append((field, (*assumed, (pivot, 0))))
        pending.append((field, (*assumed, (pivot, 1))))
    return None
