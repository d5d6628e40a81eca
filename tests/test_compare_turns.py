"""Real factors of what is made of sines and cosines: nothing is lost in taking them out."""

from __future__ import annotations

import pytest

from grader import equivalent
from grader.compare.cases import settled
from grader.compare.field import Field
from grader.compare.interpret import Interpreter
from grader.expr.names import FREE
from grader.expr.parser import parse_expression

#: Real values, with how many real factors come out at the least.
VALUES = [
    ("\\cos x", 1),
    ("(2 x + 1/2) \\cos x", 2),
    ("3 \\sin^2 x \\cos y / (x^2 + 2)", 3),
    ("(1 - 2\\cos x)/(2 \\sin x + 3)", 1),
    ("\\sin x + 2\\cos y", 1),
    ("(1 + \\sin x)^3 y", 2),
    ("\\tan^2(x/2) - \\tan^2 y", 1),
    ("-\\sin(2x)/7", 1),
    ("\\sin(x) \\sin(x + 1)", 1),
]


#: Those whose cube roots are not told yet: i stands in them, however the angles are turned.
HARDER = [
    ("\\cos(x + \\pi/3) \\sqrt y", 1),
    ("(\\sin x + 2\\cos x)(\\sin x - 3\\cos x)", 1),
]


@pytest.mark.parametrize("degree", [2, 3])
@pytest.mark.parametrize(("text", "least"), [*VALUES, *HARDER])
def test_factors_and_rest_multiply_to_the_value(text: str, least: int, degree: int) -> None:
    tree = parse_expression(text, FREE)

    def is_whole(field: Field) -> bool:
        value = Interpreter(field).value(tree)
        factors, rest = field._real_factors(value, degree)
        assert len(factors) >= least
        powers = [field._integer_power(factor, exponent) for factor, exponent in factors]
        return field.difference(field.multiply([rest, *powers]), value).num.is_zero()

    assert settled(frozenset(), is_whole)


@pytest.mark.parametrize(("text", "least"), VALUES)
def test_what_comes_out_of_a_root_is_right(text: str, least: int) -> None:
    assert equivalent(f"\\sqrt{{({text})^2}}", f"|{text}|").method in ("normal form", "case split")
    assert not equivalent(f"\\sqrt{{({text})^2}}", f"{text}")
    assert equivalent(f"\\sqrt[3]{{8 z^2 ({text})^3}}", f"2 ({text}) \\sqrt[3]{{z^2}}")
