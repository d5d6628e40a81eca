"""Rules around the ladder: rounded decimals, the last guard, limits on work."""

from __future__ import annotations

import pytest

from grader import equivalent
from grader.compare import ladder
from grader.compare.reference import leaf_names, make_reference
from grader.compare.rounding import compare_rounded
from grader.expr.names import FREE
from grader.expr.parser import parse_expression
from grader.results import Outcome, Verdict

THREE = "decimals were compared to 3 significant digits"


def rounded(answer: str, reference: str, significant: int = 3) -> Verdict:
    tree, right = parse_expression(answer, FREE), parse_expression(reference, FREE)
    prepared = make_reference(right, "rounded", names=leaf_names(tree, {}))
    return compare_rounded(prepared, tree, significant=significant)


@pytest.mark.parametrize(
    "answer, reference, outcome, notes",
    [
        ("0.333 x", "x/3", "equivalent", (THREE,)),
        ("0.33333 x", "x/3", "equivalent", (THREE,)),
        ("0.33 x", "x/3", "different", ()),
        ("3.14 r^2", "\\pi r^2", "equivalent", (THREE,)),
        ("3.15 r^2", "\\pi r^2", "different", ()),
        ("1.414 \\sin x", "\\sqrt 2 \\sin x", "equivalent", (THREE,)),
        ("0.5 x", "x/2", "equivalent", ()),  # exactly right: no rule is needed
        ("x/4", "x/3", "different", ()),  # no decimals: the rule does not apply
        ("0.333 x + y", "x/3", "different", ()),
        ("x^{0.333}", "x^{1/3}", "different", ()),  # exponents stay exact
    ],
)
def test_rounded_decimals(
    answer: str, reference: str, outcome: str, notes: tuple[str, ...]
) -> None:
    verdict = rounded(answer, reference)
    assert (str(verdict.outcome), verdict.notes) == (outcome, notes)


def test_the_last_guard_gives_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    question = ("I[x > 0] I[x < -1]", "0")
    assert equivalent(*question).method == "case split"
    monkeypatch.setattr(ladder, "MAX_SECONDS", -1.0)
    verdict = equivalent(*question)
    assert verdict.outcome is Outcome.UNDECIDED
    assert "case split: the comparison took too long" in verdict.tried


@pytest.mark.parametrize(
    "answer",
    [
        "9^{9^{9^9}}",
        "x^{10^{300}}",
        "((x+y)^{100} + z)^{100}",
        "1/(" + "+".join(f"1/(x_{{{k}}}+{k})" for k in range(60)) + ")",
        "+".join(f"I[x_{{{k}}} > {k}]" for k in range(300)),
        "+".join(f"x^{{{k}}}" for k in range(1_000)),
        "e^{e^{e^{e^{e^x}}}}",
        "\\sin(" * 40 + "x" + ")" * 40,
        "\\max(0, " * 40 + "x" + " - 1)" * 40,
    ],
)
def test_large_answers_get_a_verdict(answer: str) -> None:
    assert equivalent(answer, "x").outcome in {Outcome.DIFFERENT, Outcome.UNDECIDED}
