"""Numbers written with roots, and angles of fractions: decided, and checked against mpmath."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import atan, mp, mpf, pi

from grader import equivalent
from grader.compare import angles, surds
from grader.compare.angles import angle_of
from grader.compare.cases import settled
from grader.compare.field import Field
from grader.compare.interpret import Interpreter
from grader.compare.surds import vanishes
from grader.expr.names import FREE
from grader.expr.parser import parse_expression
from grader.results import Outcome


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**12))
def test_an_angle_adds_up(over: int, under: int) -> None:
    common = gcd(over, under)
    over, under = over // common, under // common
    found = angle_of(over, under)
    assert found is not None
    with mp.workdps(60):
        total = mpf(found.eighths) * pi / 4
        for (a, b), count in found.counts:
            assert a > b > 0
            total += count * atan(mpf(b) / a)
        assert abs(total - atan(mpf(over) / under)) < mpf(10) ** -45


def test_angles_of_what_is_too_long_to_factor_are_left_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert angle_of(2, 2**49 + 1) is not None
    assert angle_of(2, 2**50 + 1) is None
    question = ("\\arctan(1/2) + \\arctan(1/3)", "\\pi/4")
    assert equivalent(*question).method == "normal form"
    monkeypatch.setattr(angles, "MAX_ANGLE_BITS", 2)
    assert equivalent(*question).outcome is Outcome.UNDECIDED


def test_enclosures_of_more_bits_than_the_limit_are_not_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = ("\\cos(\\pi/5)", "(1+\\sqrt 5)/4")
    assert equivalent(*question).method == "normal form"
    monkeypatch.setattr(surds, "MAX_SEPARATION_BITS", 4)
    assert equivalent(*question).outcome is Outcome.UNDECIDED


_ROOTS = st.builds(
    "\\sqrt[{}]{{{}}}".format,
    st.integers(2, 4),
    st.one_of(
        st.integers(2, 30).map(str),
        st.builds("{}+\\sqrt{{{}}}".format, st.integers(1, 9), st.integers(2, 9)),
    ),
)
_ANGLES = st.builds("\\cos({}\\pi/{})".format, st.integers(1, 9), st.integers(3, 12))
_NUMBERS = st.lists(st.tuples(st.integers(-5, 5), st.one_of(_ROOTS, _ANGLES)), min_size=1, max_size=3)  # fmt: skip


@given(_NUMBERS, st.integers(20, 60))
def test_a_number_close_to_zero_is_not_zero(terms: list[tuple[int, str]], digits: int) -> None:
    """Each sum minus its first digits is small; it is zero only where mpmath sees no more."""
    text = "+".join(f"({weight})({number})" for weight, number in terms)
    tree = parse_expression(text, FREE)
    with mp.workdps(120):
        exact = mpf(0)
        for weight, number in terms:
            exact += weight * _number(number)
        cut = Fraction(int(exact * mpf(10) ** digits), 10**digits)
        left = exact - mpf(cut.numerator) / cut.denominator
        is_zero = abs(left) < mpf(10) ** -100

    def vanishing(field: Field) -> bool:
        value = Interpreter(field).value(tree)
        return vanishes(field, field.difference(value, field.number(cut)))

    assert settled(frozenset(), vanishing) == is_zero


def _number(text: str) -> mpf:
    if text.startswith("\\cos"):
        times, order = text[5:-1].split("\\pi/")
        return mp.cos(int(times) * pi / int(order))
    degree, _, inside = text[len("\\sqrt[") : -1].partition("]{")
    if inside.endswith("}"):
        whole, _, under = inside[:-1].partition("+\\sqrt{")
        return mp.root(int(whole) + mp.sqrt(int(under)), int(degree))
    return mp.root(int(inside), int(degree))
