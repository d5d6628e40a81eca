"""The way of a submission: placing answers, definitions, headings, restated questions."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.grade import Memory, grade
from grader.homework import load_rubric
from grader.judge import explain, judge
from grader.questions import QUESTIONS
from grader.questions.definitions import make_scope
from grader.questions.part import Part
from grader.read.answers import read_answers
from grader.results import PartResult, Submission

ROOT = Path(__file__).parents[1]
HOMEWORK = load_rubric(ROOT / "rubrics" / "activity6.yaml")


WHO = "student: {name: Sam, id: 1}\n"


def submitted(text: str) -> Submission:
    return grade(HOMEWORK, read_answers((WHO + text).encode(), "student.yaml"))


def part(text: str, part_id: str) -> PartResult:
    return next(found for found in submitted(text).parts if found.part == part_id)


def one(part_id: str, answer: str, definitions: str = "") -> PartResult:
    question, _, name = part_id.partition(".")
    text = f"definitions: {{{definitions}}}\nanswers:\n  {question}:\n    {name}: {answer}\n"
    return part(text, part_id)


# (part, answer, verdict, what the reason says)
VERDICTS = [
    ("q1.phi_0", "1", "equivalent", None),
    ("q1.phi_0", "'1.0'", "equivalent", None),
    ("q1.phi_0", "0", "different", None),
    ("q1.phi_0", "phi_0", "different", None),
    ("q1.phi_0", r"\frac{\partial y}{\partial \phi_0} = 1", "equivalent", None),
    ("q1.phi_0", r"dy/dphi_0 = 1", "equivalent", None),
    ("q1.phi_0", r"∂y/∂φ₀ = 1", "equivalent", None),
    # A heading of another part is told, not guessed about.
    ("q1.phi_0", r"\frac{\partial y}{\partial \phi_1} = 1", "disallowed", "this is headed"),
    # The question given back is no answer, in whatever dress.
    ("q1.phi_1", r"\frac{\partial y}{\partial \phi_1}", "disallowed", "restates the question"),
    ("q1.phi_1", r"∂y/∂φ₁", "disallowed", "restates the question"),
    ("q1.phi_1", r"2 \frac{dy}{d\phi_1} - dy/dphi_1", "disallowed", "restates the question"),
    ("q2.dh3_df2", r"\frac{\partial h_3}{\partial f_2}", "disallowed", "restates the question"),
    (
        "q2.dh3_df2",
        r"\frac{\partial \ell_i}{\partial f_2} / \frac{\partial \ell_i}{\partial h_3}",
        "disallowed",
        "not worked out",
    ),
    # Other links of the chain are worked out.
    ("q2.dh3_df2", r"-\sin f_2 \frac{\partial f_3}{\partial h_3} / \omega_3", "equivalent", None),
    ("q2.df2_dh2", r"\omega_2 \frac{\partial h_1}{\partial f_0}", "different", None),
    # Wrong as it reads, right as it may be meant: a person decides.
    ("q2.dh2_df1", r"1/e^{-\beta_1} e^{\omega_1 h_1}", "equivalent", None),
    ("q2.df2_dh2", r"1/2(2\omega_2)", "equivalent", None),
    ("q2.df2_dh2", r"\omega_2^2/2 \omega_2 \cdot 2", "undecided", "it is right if it means"),
    # The forward pass may be used up or down.
    ("q2.dh1_df0", r"\cos[\beta_0 + \omega_0 x_i]", "equivalent", None),
    ("q2.dh2_df1", "h_2", "equivalent", None),
    ("q2.dh2_df1", r"\exp(\beta_1 + \omega_1 \sin(f_0))", "equivalent", None),
    ("q2.dh3_df2", "-h_3", "different", None),
    ("q2.dh3_df2", r"\sin f_2", "different", None),
    ("q2.df2_dh2", "w_2", "equivalent", None),
    ("q2.df2_dh2", r"\omega_1", "different", None),
    ("q2.df2_dh2", r"W_2", "unreadable", "W_2"),
    ("q3.dl_df0", "D_1", "equivalent", None),
    ("q3.dl_df0", r"D_1 \times 1", "equivalent", None),
    ("q3.dl_df0", r"1 \times D_1", "different", "rows"),
    ("q3.df1_dh1", r"(D_1, D_2)", "equivalent", None),
    ("q3.df1_dh1", r"D1xD2", "equivalent", None),
    ("q3.df1_dh1", r"D_2 \times D_1", "different", "rows"),
    ("q3.dh1_df0", r"D_1 \times D_2", "different", "columns"),
    ("q3.dl_df3", r"D_f \times D_1", "different", "columns"),
    ("q1.phi_0", "\\text{idk}", "unreadable", None),
    ("q1.phi_0", "1 +", "unreadable", None),
    ("q1.phi_0", "''", "missing", None),
]


@pytest.mark.parametrize(("part_id", "answer", "verdict", "reason"), VERDICTS)
def test_verdicts(part_id: str, answer: str, verdict: str, reason: str | None) -> None:
    yaml = answer if answer in ("''", "'1.0'") else "'" + answer.replace("'", "''") + "'"
    found = one(part_id, yaml)
    assert str(found.verdict.outcome) == verdict, found.verdict
    if reason is not None:
        assert reason in (found.verdict.reason or "")
    possible = found.possible
    expected = {"equivalent": possible, "different": Fraction(0), "missing": Fraction(0)}
    assert found.points == expected.get(verdict)


def test_the_answer_is_kept_to_the_character() -> None:
    found = one("q1.phi_0", "' 1 +  0 '")
    assert (found.answer, str(found.verdict.outcome)) == (" 1 +  0 ", "equivalent")


# (definitions, part, answer, verdict, what the reason says)
DEFINITIONS = [
    (r"z_1: \theta_{01} + \theta_{11} x, z_2: \theta_{02} + \theta_{12} x, "
     r"g: \psi_{01} + \psi_{11} a[z_1] + \psi_{21} a[z_2]",
     "q1.psi_01", r"\phi_1 I[g > 0]", "equivalent", None),
    (r"z_1: \theta_{01} + \theta_{11} x", "q1.phi_0", "z_1 - z_1 + 1", "equivalent", None),
    (r"z_2: \theta_{02} + \theta_{11} x", "q1.phi_0", "z_2", "different", None),
    # A name of the homework cannot be bound anew …
    ("phi_1: 1", "q1.phi_0", "phi_1", "disallowed", "cannot be defined anew"),
    (r"\theta_{01}: 1", "q1.phi_0", r"\theta_{01}", "disallowed", "cannot be defined anew"),
    ("y: 1", "q1.phi_0", "y", "disallowed", "cannot be defined anew"),
    ("a: 1", "q1.phi_0", "a[1]", "disallowed", "cannot be defined anew"),
    # … which costs nothing where it is not used, nor where it says the same.
    ("phi_1: 1", "q1.phi_0", "1", "equivalent", None),
    (r"f_2: \beta_2 + \omega_2 h_2", "q2.dh3_df2", r"-\sin f_2", "equivalent", None),
    (r"f_2: \beta_2 + \omega_2 h_1", "q2.dh3_df2", r"-\sin f_2", "disallowed", "defined anew"),
    # A definition for the first question does not reach the second, which has its own h_1.
    (r"z_1: \theta_{01} + \theta_{11} x, h_1: 'a[z_1]'", "q2.dh2_df1",
     r"\exp(\beta_1 + \omega_1 h_1)", "equivalent", None),
    (r"z_1: \theta_{01} + \theta_{11} x, h_1: 'a[z_1]'", "q1.psi_01",
     r"\phi_1 I[\psi_{01} + \psi_{11} h_1 + \psi_{21} a[\theta_{02} + \theta_{12} x] > 0]",
     "equivalent", None),
    ("u: v, v: u", "q1.phi_0", "u", "disallowed", "circular"),
    ("u: u + 1", "q1.phi_0", "u", "disallowed", "circular"),
    ("u: '1 + ('", "q1.phi_0", "u", "unreadable", "the definition of `u` cannot be read"),
    ("u: '1 + ('", "q1.phi_0", "1", "equivalent", None),
    # The asked derivative smuggled in.
    (r"d: \frac{\partial y}{\partial \phi_1}", "q1.phi_1", "d", "disallowed", "restates"),
]  # fmt: skip


@pytest.mark.parametrize(("definitions", "part_id", "answer", "verdict", "reason"), DEFINITIONS)
def test_definitions(
    definitions: str, part_id: str, answer: str, verdict: str, reason: str | None
) -> None:
    found = one(part_id, "'" + answer + "'", definitions)
    assert (str(found.verdict.outcome), found.answer) == (verdict, answer), found.verdict
    if reason is not None:
        assert reason in (found.verdict.reason or "")


def test_a_question_has_definitions_of_its_own() -> None:
    text = r"""
definitions: {u: '2'}
answers:
  q1:
    definitions: {u: '1'}
    phi_0: u
  q2:
    df2_dh2: \omega_2 u / 2
"""
    found = {result.part: str(result.verdict.outcome) for result in submitted(text).parts}
    assert (found["q1.phi_0"], found["q2.df2_dh2"]) == ("equivalent", "equivalent")


def test_a_thousand_definitions_that_double_are_no_trouble() -> None:
    chain = "".join(f"  u_{k}: u_{k - 1} + u_{k - 1}\n" for k in range(1, 1000))
    text = f"definitions:\n  u_0: phi_1\n{chain}answers:\n  q1:\n    phi_0: u_999\n"
    found = part(text, "q1.phi_0")
    assert str(found.verdict.outcome) == "different"


@pytest.mark.parametrize(
    "key",
    [
        "phi_0",
        r"\frac{\partial y}{\partial \phi_0}",
        "dy/dphi_0",
        "∂y/∂φ₀",
        r"\partial y/\partial \phi_{0}",
    ],
)
def test_a_part_is_named_by_its_id_or_by_its_quantity(key: str) -> None:
    assert part(f"answers:\n  q1:\n    {key}: 1\n", "q1.phi_0").points == 1


def test_flat_keys() -> None:
    assert part("answers:\n  q1.phi_0: 1\n", "q1.phi_0").points == 1


def test_an_unknown_part_is_told_and_costs_the_others_nothing() -> None:
    outcome = submitted("answers:\n  q1:\n    phi_0: 1\n    phi_9: 2\n")
    assert outcome.score == 1
    assert [unread.as_json() for unread in outcome.unread] == [
        {
            "file": "student.yaml",
            "error": "student.yaml:5:5: `phi_9` is not a part of q1; did you mean `q1.phi_2`?",
        }
    ]


def test_another_assignment_is_said() -> None:
    outcome = submitted("assignment: activity5\nanswers:\n  q1: {phi_0: 1}\n")
    assert outcome.notes == ("the file says it is for the assignment `activity5`, not `activity6`",)


def test_equal_answers_are_judged_once() -> None:
    memory = Memory()
    answers = read_answers(f"{WHO}answers:\n  q1: {{phi_0: 1}}\n".encode(), "student.yaml")
    first = grade(HOMEWORK, answers, memory)
    again = grade(HOMEWORK, answers, memory)
    assert first.parts[0] is again.parts[0]
    assert len(memory.results) == 1


def test_a_chain_of_equals_counts_by_its_end_and_names_the_wrong_step() -> None:
    found = one("q2.dh1_df0", r"'\cos f_0 = \cos(\beta_0 + \omega_0 x_i) = \sin f_0'")
    assert str(found.verdict.outcome) == "different"
    assert "does not hold: the first is right" in found.feedback[-1]


def test_explain_tells_the_reading_and_the_verdict() -> None:
    told = explain(HOMEWORK, "-sin f_2", "q2.dh3_df2")
    assert told.result is not None
    assert str(told.result.verdict.outcome) == "equivalent"
    assert told.names == ("f_2: f_{2}",)
    assert "f_{2}" in told.latex


def test_a_part_that_is_answered_twice_differently_goes_to_a_person() -> None:
    twice = "answers:\n  q1:\n    phi_0: {}\n    dy/dphi_0: 1\n"
    same, other = submitted(twice.format(1)), submitted(twice.format(2))
    assert (same.score, same.pending, same.unread) == (1, 0, ())
    assert (other.score, other.pending) == (0, 1)
    assert "answered twice, and differently" in other.unread[0].error


OWN_NAMES = [
    ("q1.phi_1", "ReLU(psi_01) + max(0, x)", r"a\left[\psi_{01}\right] + \max\left(0, x\right)"),
    ("q1.phi_1", r"a'[x] \operatorname{ReLU}(x)^2", None),
    ("q1.phi_1", "a[a[x]] / a[2 x]", None),
    ("q2.dh3_df2", r"-\sin f_2 e^{f_1}", None),
    ("q3.df1_dh1", r"D_1 \times D_2", None),
]


@pytest.mark.parametrize(("part_id", "answer", "latex"), OWN_NAMES)
def test_read_as_is_in_the_homework_s_own_names_and_reads_back(
    part_id: str, answer: str, latex: str | None
) -> None:
    asked = HOMEWORK.part(part_id)
    assert asked is not None
    result = judge(HOMEWORK, asked, answer, make_scope(asked.statement, (), (), asked.question))
    assert result.read_as is not None
    assert "ReLU" not in result.read_as
    if latex is not None:
        assert result.read_as == latex
    read = QUESTIONS[asked.kind].read
    vocabulary = asked.statement.vocabulary
    again = read(result.read_as, vocabulary, asked)
    assert again.tree == read(answer, vocabulary, asked).tree


@pytest.mark.parametrize("asked", HOMEWORK.parts, ids=lambda asked: asked.id)
def test_the_reference_reads_back(asked: Part) -> None:
    read = QUESTIONS[asked.kind].read
    vocabulary = asked.statement.vocabulary
    assert read(asked.latex(asked.answer), vocabulary, asked).tree == asked.answer
