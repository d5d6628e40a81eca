"""Case split: indicators set to 0 and 1, innermost first, each case decided exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from flint import fmpq_mpoly

from grader.compare.deadline import NEVER, Deadline
from grader.compare.field import Element, Field, Restart, UndefinedEverywhere
from grader.compare.interpret import Interpreter, Known
from grader.compare.surds import vanishes
from grader.errors import LimitError
from grader.expr.tree import Node
from grader.limits import MAX_CASES, MAX_RESTARTS, UNITS_PER_CASE
from grader.source import frozen_value

T = TypeVar("T")
#: What was found of a side, when it is asked for.
Finding = Callable[[], Known[Element]]
Assumed = tuple[tuple[Element, int], ...]


@frozen_value
class Side:
    """One side of a comparison: a tree and what its names stand for."""

    tree: Node
    environment: Mapping[str, Node]


@frozen_value
class Compared:
    """Two sides in one field.

    ``remainder`` is an element that is 0 wherever the sides agree: their
    difference where both are defined, and where only one is, 1.  ``known`` gives what
    was found of each side on the way, defined everywhere.
    """

    field: Field
    remainder: tuple[Element, ...]
    known: tuple[Finding, Finding]

    @property
    def equal(self) -> bool:
        return all(vanishes(self.field, part) for part in self.remainder)


def side_value(
    field: Field, side: Side, known: Known[Element] | None = None
) -> tuple[Element | None, Element, Finding]:
    """The value of a side, where it is defined (None and 0 if that is nowhere), and how to
    get at what was found on the way.

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
    return value, where, partial(found_everywhere, field, interpreter)


def found_everywhere(field: Field, interpreter: Interpreter[Element]) -> Known[Element]:
    """What was found, as far as it is defined everywhere and so may be used without its domain."""

    def everywhere(use: Callable[[], Element]) -> Element | None:
        field.domain = field.one
        try:
            value = use()
        except UndefinedEverywhere:
            return None
        return value if field.domain is field.one else None

    outer = field.domain
    found = interpreter.known(everywhere)
    field.domain = outer
    return found


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


def compared(
    field: Field, left: Side, right: Side, known: tuple[Known[Element], Known[Element]]
) -> Compared:
    """Both sides brought to normal form in a field.  Raises Restart and LimitError."""
    ours, theirs = known
    first, first_domain, first_found = side_value(field, left, ours)
    second, second_domain, second_found = side_value(field, right, theirs)
    rest = remainder(field, (first, first_domain), (second, second_domain))
    return Compared(field, rest, (first_found, second_found))


def settled(
    positive: frozenset[str],
    work: Callable[[Field], T],
    deadline: Deadline = NEVER,
    again: Restart | None = None,
) -> T:
    """``work`` in a new field, begun again with what each Restart asks for.

    ``again``: what an earlier try asked for.  Raises LimitError where it does not settle.
    """
    for _ in range(MAX_RESTARTS):
        field = (
            Field(positive=positive, deadline=deadline)
            if again is None
            else Field(
                positive=positive, scales=again.scales, capacity=again.capacity, deadline=deadline
            )
        )
        try:
            return work(field)
        except Restart as further:
            again = further
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
    known: Compared | None = None,
) -> T | None:
    """Visits the cases in which the sides differ in normal form, one by one.

    Cases that contradict themselves are not sorted out here.  Ends at the first visit
    that gives something, and gives that.  ``begin`` is called before the first visit,
    and again where a Restart begins the visits again.  ``known``: the two sides compared
    without any assumption, where that has been done.  Raises LimitError.
    """

    def searched(field: Field) -> T | None:
        begin()
        return _search(field, left, right, visit)

    again: Restart | None = None
    if known is not None:
        begin()
        try:
            return _search(known.field, left, right, visit, known)
        except Restart as restart:
            again = restart
    return settled(positive, searched, deadline, again)


def has_no_unequal_case(
    left: Side, right: Side, positive: frozenset[str], deadline: Deadline = NEVER
) -> bool:
    """Whether the sides are equal in normal form in every case.  Raises LimitError."""

    def searched(field: Field) -> bool:
        return _search(field, left, right, lambda case: case) is None

    return settled(positive, searched, deadline)


def _search(
    root: Field,
    left: Side,
    right: Side,
    visit: Callable[[Case], T | None],
    known: Compared | None = None,
) -> T | None:
    looked = 0
    nothing: tuple[Known[Element], Known[Element]] = (Known(), Known())
    pending: list[tuple[Field, Assumed, tuple[Known[Element], Known[Element]]]]
    pending = [(root, (), nothing)]
    while pending:
        base, assumed, before = pending.pop()
        looked += 1
        if looked > MAX_CASES:
            raise LimitError("MAX_CASES", "too many cases to tell apart")
        # A fork of the parent keeps its generators, and with them the meaning of
        # the polynomials that are assumed.
        field = base.fork(assumed)
        field.deadline.spend(UNITS_PER_CASE * field.operation)
        state = compared(field, left, right, before) if known is None else known
        known = None
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
        kept = field.without_step(pivot)
        ours, theirs = (finding().kept(kept) for finding in state.known)
        pending.append((field, (*assumed, (pivot, 0)), (ours, theirs)))
        pending.append((field, (*assumed, (pivot, 1)), (ours, theirs)))
    return None
