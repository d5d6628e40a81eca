"""What is accepted and by which proof, what is refused and with a witness that holds.

Witnesses are evaluated again by ``bench/truth.py``, in mpmath and from the
mathematics alone.
"""

from __future__ import annotations

import pytest
from mpmath import mp, mpf

from bench.truth import Side, differ_at, truly_different
from grader import equivalent
from grader.expr.names import FREE
from grader.expr.parser import parse_expression
from grader.results import Outcome, Verdict

ACCEPTED = [
    # answer, reference, method
    ("x + 1", "x + 1", "identical"),
    ("(x+1)^2", "x^2 + 2x + 1", "normal form"),
    ("1/(x+1) - 1/(x+2)", "1/((x+1)(x+2))", "normal form"),
    ("x/x", "1", "normal form"),
    ("x^2/x", "x", "normal form"),
    ("2 \\sin x \\cos x", "\\sin 2x", "normal form"),
    ("\\sin^2 x + \\cos^2 x", "1", "normal form"),
    ("\\sin(x + \\pi/2)", "\\cos x", "normal form"),
    ("\\sin 3x", "3\\sin x - 4\\sin^3 x", "normal form"),
    # Twelfths of a half turn, in square roots.
    ("\\sin(x+\\pi/3)", "(\\sin x + \\sqrt 3 \\cos x)/2", "normal form"),
    ("2\\sin^2(\\pi/4 - x/2)", "1 - \\sin x", "normal form"),
    ("\\cos(\\pi/12)", "(\\sqrt 6 + \\sqrt 2)/4", "normal form"),
    ("\\tan(-5\\pi/12)", "-2 - \\sqrt 3", "normal form"),
    ("\\arctan 1", "\\pi/4", "normal form"),
    ("\\arcsin(\\sqrt 3/2) + \\arctan(2-\\sqrt 3)", "5\\pi/12", "normal form"),
    ("\\arccos(-1/2)", "2\\pi/3", "normal form"),
    # Numbers written with roots and roots of unity, by a bound that separates them from 0.
    ("x \\cos(\\pi/5)", "x(1+\\sqrt 5)/4", "normal form"),
    ("\\sin^2(\\pi/8)", "(2-\\sqrt 2)/4", "normal form"),
    ("\\cos(\\pi/7) - \\cos(2\\pi/7) + \\cos(3\\pi/7)", "1/2", "normal form"),
    ("\\sqrt[3]{2+\\sqrt 5} + \\sqrt[3]{2-\\sqrt 5}", "1", "normal form"),
    ("\\sqrt[3]{9\\sqrt 3 - 11\\sqrt 2}", "\\sqrt 3 - \\sqrt 2", "normal form"),
    ("I[x > 0] \\sqrt[3]{5} + y", "\\sqrt[6]{25} I[x > 0] + y", "normal form"),
    # Angles whose tangents are fractions.
    ("\\arctan(1/2) + \\arctan(1/3)", "\\pi/4", "normal form"),
    ("4\\arctan(1/5) - \\arctan(1/239)", "\\pi/4", "normal form"),
    ("x\\arctan 2 + x\\arctan 3", "3\\pi x/4 - x\\arctan 1 + x\\pi/4", "normal form"),
    # What is squared under a root, or in a logarithm, of sines and cosines.
    ("\\sqrt{\\cos^2 x} \\operatorname{sgn}(\\cos x)", "\\cos x", "normal form"),
    ("\\sqrt{1+\\tan^2 x}", "|\\sec x|", "normal form"),
    ("\\sqrt{1-\\cos x}", "\\sqrt 2 |\\sin(x/2)|", "normal form"),
    ("\\sqrt{y^2 - y^2\\sin^2 x}", "|y| |\\cos x|", "normal form"),
    ("\\sqrt{(1 + \\cos^2 x)^2}", "2 - \\sin^2 x", "normal form"),
    ("\\sqrt{(3 + x^2 - 2\\sin x)^2}", "|x^2 + 3 - 2\\sin x|", "normal form"),
    ("\\sqrt{1+\\sin 2x}", "|\\sin x + \\cos x|", "normal form"),
    ("\\sqrt{1-\\sin x}", "|\\sin(x/2) - \\cos(x/2)|", "normal form"),
    ("\\sqrt{\\sin^2 x + 2\\sin x\\cos y + \\cos^2 y}", "|\\sin x + \\cos y|", "normal form"),
    ("\\sqrt[3]{\\cos^3 x}", "\\cos x", "normal form"),
    ("(\\sin^2 x)^{3/2}", "|\\sin x|^3", "normal form"),
    ("\\log(\\cos^2 x)", "2\\log|\\cos x|", "normal form"),
    ("\\log|\\tan x|", "\\log|\\sin x| - \\log|\\cos x|", "normal form"),
    ("\\log(\\sin^2 x)", "\\log(1-\\cos x) + \\log(1+\\cos x)", "normal form"),
    ("I[x\\cos x > 0]", "(1 + \\operatorname{sgn}(x)\\operatorname{sgn}(\\cos x))/2",
     "normal form"),
    ("\\arctan(x/\\sqrt{1-x^2})", "\\arcsin x", "case split"),
    ("\\arcsin(x/\\sqrt{1+x^2})", "\\arctan x", "normal form"),
    # Roots in roots.
    ("\\sqrt{3+2\\sqrt 2}", "1 + \\sqrt 2", "normal form"),
    ("\\sqrt{5+2\\sqrt 6} y", "\\sqrt 2 y + \\sqrt 3 y", "normal form"),
    ("\\sqrt{7-4\\sqrt 3}", "2 - \\sqrt 3", "normal form"),
    ("1/\\sqrt{6-4\\sqrt 2}", "1 + \\sqrt 2/2", "normal form"),
    ("\\sqrt{x^2+2x\\sqrt{x^2+1}+x^2+1}", "x + \\sqrt{x^2+1}", "normal form"),
    # Inverse hyperbolic functions are logarithms.
    ("\\log(x+\\sqrt{x^2+1})", "\\operatorname{arsinh} x", "normal form"),
    ("\\frac12\\log((1+x)/(1-x))", "\\operatorname{artanh} x", "normal form"),
    ("\\log(x+\\sqrt{x^2-1})", "\\operatorname{arcosh} x", "case split"),
    ("-\\log(x-\\sqrt{x^2-1})", "\\operatorname{arcosh} x", "case split"),
    ("\\tan(\\arctan x)", "x", "normal form"),
    ("\\sin(\\arctan x)", "x/\\sqrt{1+x^2}", "normal form"),
    ("e^{x/2} e^{x/3}", "e^{5x/6}", "normal form"),
    ("e^{1.0001 x}", "e^x e^{0.0001 x}", "normal form"),
    ("x^n x", "x^{n+1}", "normal form"),
    ("x^{2n}", "(x^n)^2", "normal form"),
    ("2^x 3^x", "6^x", "normal form"),
    ("\\sqrt 2 \\sqrt 3", "\\sqrt 6", "normal form"),
    ("1/\\sqrt 2", "\\sqrt 2/2", "normal form"),
    ("\\sqrt{x^2}", "|x|", "normal form"),
    ("\\sqrt{\\sqrt x}", "x^{1/4}", "normal form"),
    ("(-x)^{1/3}", "-x^{1/3}", "normal form"),
    ("(-8)^{1/3}", "-2", "normal form"),
    ("1/(\\sqrt x + \\sqrt y)", "(\\sqrt x - \\sqrt y)/(x - y)", "normal form"),
    ("\\log(x^2)", "2\\log|x|", "normal form"),
    ("\\log 2x", "\\log 2 + \\log x", "normal form"),
    ("\\operatorname{arcosh} x", "-\\log(1/(x + \\sqrt{x-1}\\sqrt{x+1}))", "case split"),
    ("\\operatorname{arsinh} x", "-\\operatorname{arsinh}(-x)", "normal form"),
    ("\\tanh x", "2\\operatorname{sigmoid}(2x) - 1", "normal form"),
    ("\\operatorname{softplus} x - \\operatorname{softplus}(-x)", "x", "normal form"),
    ("\\max(0, x)", "x I[x > 0]", "normal form"),
    ("\\max(x, x)", "x", "normal form"),
    ("|x|", "\\max(x, -x)", "normal form"),
    ("\\operatorname{sgn}(\\max(0, x))", "I[x > 0]", "normal form"),
    ("I[2z > 0]", "I[z > 0]", "normal form"),
    ("I[-z > 0]", "1 - I[z > 0]", "normal form"),
    ("I[x \\ge 1]", "I[x > 1]", "normal form"),
    ("I[\\max(0, z) \\ge 0]", "1", "normal form"),
    ("I[x > 0] I[y > 0]", "I[x y > 0] I[x > 0]", "normal form"),
    ("I[x>0] \\log|x|", "\\begin{cases}\\log x & x>0\\\\0&\\text{otherwise}\\end{cases}",
     "normal form"),
    # Infeasible combinations of indicators do not tell equal answers apart.
    ("I[z > 0] I[z < -1]", "0", "case split"),
    ("I[0 < x < 1]", "I[x > 0] - I[x > 1]", "case split"),
    ("I[x+y > 0] I[x > 0] I[y > 0]", "I[x > 0] I[y > 0]", "case split"),
    ("I[x^2 - I[x > 5] > 1]", "I[x^2 > 1]", "case split"),
    ("\\max(x, y, z)", "\\max(z, \\max(y, x))", "normal form"),
    # No proof is known here; points say so, and are called what they are.
    ("\\arctan x + \\arctan(1/x)", "\\frac{\\pi}{2} \\operatorname{sgn}(x)", "normal form"),
    ("\\arctan(y/x) + \\arctan(x/y)", "\\frac\\pi2 \\operatorname{sgn}(x y)", "normal form"),
    ("\\arctan\\frac{1}{x-y}", "\\frac\\pi2 - \\arctan(x-y) - \\pi I[y > x]", "normal form"),
    ("\\sin^2 x\\arctan(1/y)", "\\sin^2 x(\\frac\\pi2 \\operatorname{sgn} y - \\arctan y)", "normal form"),
    ("\\log|\\sec x + \\tan x|", "-\\log|\\sec x - \\tan x|", "sampled"),
    # Zero to a power is zero wherever the power is positive.
    ("0^{x^2} + 1", "1", "normal form"),
    ("\\max(0, x)^\\pi", "\\begin{cases}x^\\pi & x>0\\\\0&\\text{otherwise}\\end{cases}",
     "normal form"),
]  # fmt: skip

REFUSED = [
    ("\\sqrt{3-2\\sqrt 2}", "1 - \\sqrt 2"),
    ("\\cos(\\pi/5) + 10^{-30}", "(1+\\sqrt 5)/4"),
    ("\\sqrt[3]{2+\\sqrt 5} - \\sqrt[3]{2-\\sqrt 5}", "1"),
    ("\\arctan(1/2) + \\arctan(1/3)", "5\\pi/4"),
    ("\\arctan 2 + \\arctan 3", "-\\pi/4"),
    ("\\sqrt{\\cos^2 x}", "\\cos x"),
    ("\\sqrt{1-\\cos x}", "\\sqrt 2 \\sin(x/2)"),
    ("\\sqrt{y^2\\cos^2 x}", "|y| \\cos x"),
    ("\\log(\\cos^2 x)", "2\\log(\\cos x)"),
    ("I[x\\cos x > 0]", "I[x > 0] I[\\cos x > 0]"),
    ("\\sqrt{(1 - 2\\sin x)^2}", "1 - 2\\sin x"),
    ("\\arctan(x/\\sqrt{1-x^2})", "\\arccos x"),
    ("\\sqrt{3+2\\sqrt 2} x", "2.4142135623 x"),
    ("\\sqrt{2x^2+1-2x\\sqrt{x^2+1}}", "\\sqrt{x^2+1} + x"),
    ("\\log(x+\\sqrt{x^2-1})", "\\operatorname{arsinh} x"),
    ("\\arctan(1/\\sqrt 3) x", "\\pi x/3"),
    ("I[x > 0]", "I[x > 1/100000]"),
    ("x", "\\max(0, x)"),
    ("W x", "w x"),
    ("x^2 + 0.0001", "x^2"),
    ("1.0001 x", "x"),
    ("x + 10^{-12}", "x"),
    ("e^{-10x} + 10^{-9}", "e^{-10x}"),
    ("x + I[x > 10^9]", "x"),
    ("x + 10^{-9} \\max(0, x-1000)^2", "x"),
    ("I[0 < x < 10^{-6}]", "0"),
    ("I[x + 10^{-12} > 0]", "I[x > 0]"),
    ("I[a x + b > 0] I[1.0001 a x + b > 0]", "I[a x + b > 0]"),
    ("\\log(1 + e^{1.0001 x})", "\\log(1 + e^x)"),
    ("\\max(x, x)", "\\max(x, y)"),
    ("I[\\max(0, z) \\ge 0]", "I[z > 0]"),
    ("\\log x^2", "2 \\log x"),
    ("\\sqrt{x}^2", "x"),
    ("\\sqrt{x y}", "\\sqrt x \\sqrt y"),
    ("(x^2)^n", "x^{2n}"),
    ("e^{\\log x}", "x"),
    ("0 \\log x", "0"),
    ("0^0", "1"),
    ("\\max(0, x)^0", "1"),
    ("0/0", "1"),
    ("(x-x)/(x-x)", "1"),
    ("1/(x/x - 1)", "1"),
    ("\\log(-1-x^2)", "x"),
    ("\\arcsin(\\sin x)", "x"),
    ("\\arcsin x + \\arccos x", "\\pi/2"),
    ("x^{10^9}", "x"),
    ("(1+x)^{5000}", "x"),
    ("\\sin(10^{30} x)", "x"),
]

UNDECIDED = [
    # 0 hidden at the kink itself: neither side has a value for certain.
    ("I[\\arctan x + \\arctan(1/x) - \\frac\\pi2 \\operatorname{sgn}(x) \\ge 0]",
     "I[\\arctan x + \\arctan(1/x) - \\frac\\pi2 \\operatorname{sgn}(x) > 0]"),
    ("9^{9^{9^9}}", "x"),
]  # fmt: skip


def side(text: str) -> Side:
    return Side(parse_expression(text, FREE), {})


def witness_holds(verdict: Verdict, answer: Side, reference: Side) -> bool:
    """Whether the sides differ at the witness and beside it, by the second opinion."""
    assert verdict.witness is not None
    with mp.workdps(60):
        moved = [
            {
                name: mpf(value.numerator) / value.denominator + push * (k + 1)
                for k, (name, value) in enumerate(verdict.witness.at)
            }
            for push in (mpf(10) ** -25, -(mpf(10) ** -25))
        ]
    return all(differ_at(answer, reference, point) for point in moved)


@pytest.mark.parametrize("answer, reference, method", ACCEPTED)
def test_equal_answers_are_accepted(answer: str, reference: str, method: str) -> None:
    verdict = equivalent(answer, reference)
    assert (verdict.outcome, verdict.method) == (Outcome.EQUIVALENT, method)
    if method != "identical":
        assert equivalent(reference, answer).outcome is Outcome.EQUIVALENT
        assert truly_different(side(answer), side(reference), frozenset(), answer) is False


@pytest.mark.parametrize("answer, reference", REFUSED)
def test_different_answers_are_refused_with_a_witness(answer: str, reference: str) -> None:
    for left, right in ((answer, reference), (reference, answer)):
        verdict = equivalent(left, right)
        if left in ("0^0", "0/0", "(x-x)/(x-x)", "1/(x/x - 1)", "\\log(-1-x^2)"):
            assert verdict.outcome is Outcome.DIFFERENT
            assert verdict.witness is not None
            assert verdict.witness.answer is None
        elif right in ("0^0", "0/0", "(x-x)/(x-x)", "1/(x/x - 1)", "\\log(-1-x^2)"):
            assert verdict.outcome is not Outcome.EQUIVALENT  # there is no such reference
        else:
            assert verdict.outcome is Outcome.DIFFERENT
            if "10^9}" not in answer and "10^{30}" not in answer and "5000" not in answer:
                assert witness_holds(verdict, side(left), side(right))


@pytest.mark.parametrize("answer, reference", UNDECIDED)
def test_what_is_neither_shown_nor_refuted(answer: str, reference: str) -> None:
    verdict = equivalent(answer, reference)
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.tried


@pytest.mark.parametrize(
    "answer, reference, positive",
    [
        ("\\sqrt{w^2}", "w", "w"),
        ("\\log(x y)", "\\log x + \\log y", "x y"),
        ("e^{\\log x}", "x", "x"),
        ("|x| + y", "x + |y|", "x y"),
    ],
)
def test_assumptions_count(answer: str, reference: str, positive: str) -> None:
    assumed = dict.fromkeys(positive.split(), "positive")
    assert equivalent(answer, reference, symbols=assumed)
    assert not equivalent(answer, reference)


def test_definitions_are_undefined_only_where_they_are_used() -> None:
    cases = "\\begin{cases} %s & x>0 \\\\ 0 & \\text{otherwise}\\end{cases}"
    own = {"d": "\\log x"}
    assert equivalent(cases % "d", cases % "\\log x", definitions=own).method == "normal form"
    assert equivalent(cases % "0 d", "0", definitions=own).method == "normal form"
    assert equivalent("0 d", "0", definitions=own).outcome is Outcome.DIFFERENT


def test_long_and_doubling_definitions() -> None:
    chain = {"d_{0}": "x"} | {f"d_{{{k + 1}}}": f"d_{{{k}}} + 1" for k in range(1_000)}
    assert equivalent("d_{1000}", "x + 1000", definitions=chain).method == "normal form"
    squares = {"d_{0}": "x+y"} | {f"d_{{{k + 1}}}": f"d_{{{k}}} d_{{{k}}}" for k in range(40)}
    assert equivalent("d_{40}", "x", definitions=squares).outcome is Outcome.DIFFERENT


def test_the_order_of_answers_does_not_matter() -> None:
    """One reference serves many answers; none changes it for the next."""
    from grader.compare.ladder import compare
    from grader.compare.reference import make_reference

    reference_tree = parse_expression("\\max(0, a x + b) e^{x/2}", FREE)
    texts = [
        "(a x + b) I[a x + b > 0] e^{x/3} e^{x/6}",
        "\\sqrt{x} \\max(0, a x + b)",
        "I[x > 0] I[y > 1] \\log(1+e^{x/7})",
        "\\max(0, a x + b) (e^{x/4})^2",
        "\\max(0, 1.0001 a x + b) e^{x/2}",
    ]
    trees = [parse_expression(text, FREE) for text in texts]

    def verdicts(order: list[int]) -> dict[int, Verdict]:
        reference = make_reference(reference_tree, "order", names=("y",))
        return {k: compare(reference, trees[k]) for k in order}

    assert verdicts([0, 1, 2, 3, 4]) == verdicts([4, 3, 2, 1, 0]) == verdicts([2, 4, 1, 0, 3])
