"""Powers to whole numbers, of a base of either sign: proved equal, or refuted at whole numbers."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product

import pytest

import grader
from grader.compare.parity import with_parity
from grader.expr.names import FREE
from grader.expr.parser import parse_expression
from grader.limits import MAX_PARITY_TERMS
from grader.results import Outcome

SYMBOLS = {"n": "integer", "m": "integer", "k": "natural", "x": "real"}

#: A whole number or a fraction, for Python's own arithmetic.
F = Fraction
Side = Callable[[int, int, int, Fraction], Fraction]

#: Equal, each with both sides in Python, that knows nothing of this program.
EQUAL: list[tuple[str, str, Side, Side]] = [
    ("(-1)^n", "-(-1)^{n+1}", lambda n, m, k, x: F(-1) ** n, lambda n, m, k, x: -F(-1) ** (n+1)),
    ("(-1)^{n+1}/k", "(-1)^{n-1}/k", lambda n, m, k, x: F(-1) ** (n+1)/k, lambda n, m, k, x: F(-1) ** (n-1)/k),
    ("(-1)^{2n}", "1", lambda n, m, k, x: F(-1) ** (2*n), lambda n, m, k, x: 1),
    ("(-1)^{n(n+1)}", "1", lambda n, m, k, x: F(-1) ** (n*(n+1)), lambda n, m, k, x: 1),
    ("(-1)^{n^2}", "(-1)^n", lambda n, m, k, x: F(-1) ** (n*n), lambda n, m, k, x: F(-1) ** n),
    ("(-1)^n (-1)^m", "(-1)^{n+m}", lambda n, m, k, x: F(-1) ** n*F(-1) ** m, lambda n, m, k, x: F(-1) ** (n+m)),
    ("1/(-1)^n", "(-1)^n", lambda n, m, k, x: 1/F(-1) ** n, lambda n, m, k, x: F(-1) ** n),
    ("(1 - (-1)^n)^2", "2(1 - (-1)^n)", lambda n, m, k, x: (1-F(-1) ** n)**2, lambda n, m, k, x: 2*(1-F(-1) ** n)),
    ("(-2)^n", "(-1)^n 2^n", lambda n, m, k, x: F(-2) ** n, lambda n, m, k, x: F(-1) ** n*F(2) ** n),
    ("(-1/2)^n", "(-1)^n/2^n", lambda n, m, k, x: F(-1, 2) ** n, lambda n, m, k, x: F(-1) ** n/F(2) ** n),
    ("(-x)^n", "(-1)^n x^n", lambda n, m, k, x: (-x)**n, lambda n, m, k, x: F(-1) ** n*x**n),
    ("x^{n+1}", "x x^n", lambda n, m, k, x: x**(n+1), lambda n, m, k, x: x*x**n),
    ("x^{-n}", "1/x^n", lambda n, m, k, x: x**-n, lambda n, m, k, x: 1/x**n),
    ("k x^{k-1}", "k x^k/x", lambda n, m, k, x: k*x**(k-1), lambda n, m, k, x: k*x**k/x),
]  # fmt: skip

POINTS = [
    (n, m, k, F(x)) for n, m, k, x in product((-3, -2, 1, 4), (-1, 2), (1, 2, 5), ("-3/2", "2/3"))
]


@pytest.mark.parametrize(("answer", "reference", "mine", "theirs"), EQUAL)
def test_equal_powers(answer: str, reference: str, mine: Side, theirs: Side) -> None:
    assert all(mine(*at) == theirs(*at) for at in POINTS)
    verdict = grader.equivalent(answer, reference, symbols=SYMBOLS)
    assert (verdict.outcome, verdict.method) == (Outcome.EQUIVALENT, "normal form")


#: Equal too: half turns.
HALF_TURNS = [
    (r"\cos(n \pi)", "(-1)^n"),
    (r"\cos((2n + 1) \pi)", "-1"),
    (r"\sin(\pi n)", "0"),
    (r"\frac{2}{k \pi} (1 - \cos(k \pi))", r"\frac{2 (1 - (-1)^k)}{k \pi}"),
]


@pytest.mark.parametrize(("answer", "reference"), HALF_TURNS)
def test_half_turns(answer: str, reference: str) -> None:
    verdict = grader.equivalent(answer, reference, symbols=SYMBOLS)
    assert (verdict.outcome, verdict.method) == (Outcome.EQUIVALENT, "normal form")


DIFFERENT = [
    ("(-1)^n", "1"),
    ("(-1)^n/k", "(-1)^{n+1}/k"),
    ("(-1)^{n m}", "(-1)^n"),
    ("(-1)^{n+m}", "(-1)^n"),
    ("(1 + (-1)^n)/2", "1"),
    ("x^n", "|x|^n"),
    ("(-x)^n", "x^n"),
    ("(-2)^n", "2^n"),
    (r"\cos(n \pi)", "(-1)^{n+1}"),
    (r"\cos(n \pi / 2)", "0"),
]


@pytest.mark.parametrize(("answer", "reference"), DIFFERENT)
def test_different_powers_have_whole_numbers_for_a_witness(answer: str, reference: str) -> None:
    for left, right in ((answer, reference), (reference, answer)):
        verdict = grader.equivalent(left, right, symbols=SYMBOLS)
        assert verdict.outcome is Outcome.DIFFERENT
        assert verdict.witness is not None
        at = dict(verdict.witness.at)
        assert all(at[name].denominator == 1 for name in at if name != "x")
        assert at.get("k", Fraction(1)) > 0


@pytest.mark.parametrize("text", ["(-1)^{n/2}", "(-1)^x", "2^n", "k^n", "e^n", r"\cos(n)", "x^3"])
def test_other_powers_stay_as_they_are(text: str) -> None:
    tree = parse_expression(text, FREE)
    assert with_parity(tree, frozenset("nmk"), frozenset("k")) is tree


def test_a_real_exponent_keeps_its_domain() -> None:
    assert not grader.equivalent("(-1)^n (-1)^n", "1", symbols={"n": "real"})


def test_an_exponent_of_many_terms_is_left_alone() -> None:
    wide = "(-1)^{" + "".join(f"(n_{k} + 1)" for k in range(MAX_PARITY_TERMS.bit_length())) + "}"
    tree = parse_expression(wide, FREE)
    names = frozenset(f"n_{k}" for k in range(10))
    assert with_parity(tree, names, frozenset()) is tree
