"""Values on a small box around a point, with what is zero there by structure.

A ball cannot tell that ``x − x`` is zero: it holds zero, and more.  So each value
goes with a form, a fraction of polynomials over the names and over the functions
met, taken as unknowns; indicators are decided in the box and are plain numbers.
A form that is zero makes the value zero for certain, on the whole box.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq

from grader.compare.field import Element, Field, Restart, UndefinedEverywhere
from grader.compare.numbers import Numbers, Undefined, Value, once
from grader.errors import LimitError

#: Names and functions that a form may hold; beyond it, balls alone decide.
_CAPACITY = 96


@dataclass(frozen=True, slots=True)
class Germ:
    """A value on a box, and its form where that is known."""

    value: Value
    form: Element | None


class Germs:
    """The algebra of germs at one point (see ``Interpreter``)."""

    def __init__(self, point: Mapping[str, Fraction | arb]) -> None:
        self._numbers = Numbers(point, box=True)
        self._field = Field(capacity=_CAPACITY)

    def _made(self, value: Callable[[], Value], form: Callable[[], Element | None]) -> Germ:
        """The form first: what is zero by structure needs no value."""
        try:
            found = form()
        except (LimitError, Restart, UndefinedEverywhere):
            found = None
        if found is not None and found.num.is_zero():
            return Germ(fmpq(0), found)
        return Germ(value(), found)

    def number(self, value: Fraction) -> Germ:
        return Germ(self._numbers.number(value), self._field.number(value))

    def constant(self, name: str) -> Germ:
        return self._made(
            lambda: self._numbers.constant(name), lambda: self._field.opaque(name, ())
        )

    def symbol(self, name: str) -> Germ:
        return self._made(lambda: self._numbers.symbol(name), lambda: self._field.symbol(name))

    def add(self, terms: Sequence[Germ]) -> Germ:
        forms = _forms(terms)
        return self._made(
            lambda: self._numbers.add([term.value for term in terms]),
            lambda: None if forms is None else self._field.add(forms),
        )

    def negate(self, value: Germ) -> Germ:
        form = None if value.form is None else self._field.negate(value.form)
        return Germ(self._numbers.negate(value.value), form)

    def multiply(self, factors: Sequence[Germ]) -> Germ:
        forms = _forms(factors)
        return self._made(
            lambda: self._numbers.multiply([factor.value for factor in factors]),
            lambda: None if forms is None else self._field.multiply(forms),
        )

    def divide(self, numerator: Germ, denominator: Germ) -> Germ:
        value = self._numbers.divide(numerator.value, denominator.value)
        forms = _forms((numerator, denominator))
        return self._made(
            lambda: value, lambda: None if forms is None else self._field.divide(*forms)
        )

    def power(self, base: Germ, exponent: Germ, *, constant: bool) -> Germ:
        value = self._numbers.power(base.value, exponent.value, constant=constant)
        forms = _forms((base, exponent))

        def form() -> Element | None:
            if forms is None:
                return None
            if isinstance(exponent.value, fmpq) and exponent.value.q == 1:
                return self._field.power(*forms, constant=True)
            return self._field.opaque("power", forms)

        return self._made(lambda: value, form)

    def primitive(self, name: str, argument: Germ) -> Germ:
        value = self._numbers.primitive(name, argument.value)
        forms = _forms((argument,))
        return self._made(
            lambda: value, lambda: None if forms is None else self._field.opaque(name, forms)
        )

    def _plain(self, value: Value) -> Germ:
        """An indicator that was decided: 0 or 1 on the whole box."""
        return Germ(value, self._field.one if value == 1 else self._field.zero)

    def step(self, value: Germ, *, strict: bool) -> Germ:
        return self._plain(self._numbers.step(value.value, strict=strict))

    def equal(self, left: Germ, right: Germ) -> Germ:
        gap = self.add([left, self.negate(right)])
        return self._plain(self._numbers.equal(gap.value, fmpq(0)))

    def shared(self, compute: Callable[[], Germ]) -> Callable[[], Germ]:
        return once(compute)

    def select(self, branches: Sequence[tuple[Germ, Callable[[], Germ] | None]]) -> Germ:
        for holds, later in branches:
            if holds.value == 1 and later is not None:
                return later()
            if holds.value == 1:
                break
        raise Undefined("no case applies")


def _forms(germs: Sequence[Germ]) -> list[Element] | None:
    forms = [germ.form for germ in germs if germ.form is not None]
    return forms if len(forms) == len(germs) else None
