"""Rules around the ladder: rounded decimals, the last guard, limits on work."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader import equivalent
from grader.compare import deadline, ladder
from grader.compare.kinks import difference_at_kink
from grader.compare.reference import leaf_names, make_reference
from grader.compare.rounding import compare_rounded
from grader.errors import LimitError
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
    monkeypatch.setattr(deadline, "MAX_SECONDS", -1.0)
    verdict = equivalent(*question)
    assert verdict.outcome is Outcome.UNDECIDED
    assert "normal form: the comparison took too long" in verdict.tried


def test_work_on_one_answer_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    question = ("I[x > 0] I[x < -1]", "0")
    monkeypatch.setattr(deadline, "MAX_WORK", 10_000)
    verdict = equivalent(*question)
    assert verdict.outcome is Outcome.UNDECIDED
    assert "case split: telling whether this is right takes too much work" in verdict.tried


def test_all_comparisons_of_one_answer_share_what_it_may_cost() -> None:
    question = ("I[x^2 - I[x > 5] > 1]", "I[x^2 > 1]")
    for _ in range(8):  # each by itself
        assert equivalent(*question).method == "case split"
    with deadline.one_answer():
        outcomes = [equivalent(*question).outcome for _ in range(8)]
    assert outcomes[0] is Outcome.EQUIVALENT
    assert outcomes[-1] is Outcome.UNDECIDED
    assert equivalent(*question).method == "case split"


def test_what_belongs_to_a_rubric_has_no_end() -> None:
    deadline.NEVER.spend(10**12)
    assert deadline.NEVER.affords(1) == deadline.Deadline(10**9).affords(1)
    with pytest.raises(LimitError):
        deadline.Deadline(5).spend(6)


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


@pytest.mark.parametrize(
    "answer, reference, found",
    [
        ("I[x \\ge 0]", "I[x > 0]", {"x": 0}),
        ("y I[2x - 3 \\ge 0]", "y I[2x > 3]", {"x": "3/2"}),
        ("x I[x \\ge 0]", "\\max(0, x)", None),
        ("I[x > 0]", "I[2x > 0]", None),
        ("1 - I[-x \\ge 0]", "I[x > 0]", None),
    ],
)
def test_differences_at_kinks_only(
    answer: str, reference: str, found: dict[str, str] | None
) -> None:
    tree, right = parse_expression(answer, FREE), parse_expression(reference, FREE)
    prepared = make_reference(right, "kinks", names=leaf_names(tree, {}))
    assert ladder.compare(prepared, tree)
    point = difference_at_kink(prepared, tree)
    if found is None:
        assert point is None
    else:
        assert point is not None
        assert point["x"] == Fraction(found["x"])


@pytest.mark.parametrize(
    "answer, reference, assumption, outcome",
    [
        ("\\sqrt{w^2}", "-w", "negative", "equivalent"),
        ("\\sqrt{w^2}", "w", "negative", "different"),
        ("\\sqrt{w^2}", "w", "nonnegative", "equivalent"),
        ("w/w", "1", "nonzero", "equivalent"),
        ("\\log(w^2)", "2\\log w", "positive", "equivalent"),
        ("I[w < 0]", "1", "negative", "equivalent"),
        ("w + 1", "w", "integer", "different"),
        # True of whole numbers only: sampled or not decided, but never refused.
        ("\\cos(2\\pi w)", "1", "integer", "equivalent"),
        ("(-1)^{2w}", "1", "integer", "equivalent"),
        ("\\cos(2\\pi w)", "1", "real", "different"),
    ],
)
def test_assumptions(answer: str, reference: str, assumption: str, outcome: str) -> None:
    verdict = equivalent(answer, reference, symbols={"w": assumption})
    assert str(verdict.outcome) == outcome
    if verdict.witness is not None:
        ((name, value),) = verdict.witness.at
        assert name == "w"
        assert assumption != "negative" or value < 0
        assert assumption != "integer" or value.denominator == 1


def test_a_definition_gives_a_name_of_the_reference_another_meaning() -> None:
    # Values of the reference's own parts (relu(x), say) must not stand for the answer's.
    right = parse_expression("\\operatorname{ReLU}(x) + y", FREE)
    answer = parse_expression("y + \\operatorname{ReLU}(x)", FREE)
    doubled = {"x": parse_expression("2z", FREE)}
    prepared = make_reference(right, "shared", names=frozenset("xyz"))
    assert ladder.compare(prepared, answer).outcome is Outcome.EQUIVALENT
    assert ladder.compare(prepared, answer, doubled).outcome is Outcome.DIFFERENT
    renamed = parse_expression("y + \\operatorname{ReLU}(z)", FREE)
    same = {"z": parse_expression("x", FREE)}
    assert ladder.compare(prepared, renamed, same).outcome is Outcome.EQUIVALENT
