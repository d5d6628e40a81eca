"""Each kind has points, partial credit, hints, its mistakes, and messages for bad input.

The rubric of a kind is the example that ``grader new`` writes; one row for each kind says what
is asked of it, and a kind without a row fails.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import pytest
import yaml

from grader.errors import RubricError
from grader.examples import EXAMPLES, example_question
from grader.grade import grade
from grader.homework import Homework, parse_rubric
from grader.judge import judge
from grader.questions import QUESTIONS
from grader.questions.definitions import make_scope
from grader.read.answers import read_answers
from grader.reports.check_view import check_view
from grader.results import Outcome, PartResult


class Row(NamedTuple):
    """What is tried with a kind.

    ``wrong`` is an answer to ``part`` with ``mistake`` (None: the kind says in words what is
    wrong), which keeps ``share`` of the points; ``unreadable`` a text without a meaning there, and
    what is said of it; ``old``, ``new`` and ``fault`` a change of the rubric, and what is said.
    """

    part: str
    right: str
    wrong: str
    mistake: str | None
    share: str
    unreadable: tuple[str, str]
    old: str
    new: str
    fault: str


ROWS = {
    "derivative": Row(
        "w", "2(y-t) x I[w x + b > 0]", "2(y-t) x", "missing_indicator", "1/3",
        ("2(y-t", "the `(` at 2 is never closed"),
        r"w: \partial L / \partial w", r"w: \partial L / \partial k", "`k` is not a name of this homework",
    ),
    "chain_term": Row(
        "dg_dh", "2 v h", "-2 v h", "sign", "1/3",
        ("2 v k", "`k` is not a name of this homework"),
        r"dg_dh: \partial g / \partial h", r"dg_dh: \partial g / \partial x",
        "`x` does not occur in the definition of `g`",
    ),
    "chain": Row(
        "dL_dx", "df/dx dh/df dL/dh", "dL/dh dh/df df/dx", "chain_order", "1/3",
        ("df/dx dh/", "`d` is neither a name of this homework nor part of a derivative"),
        "quantity: dL/dx", "quantity: df/dL", "`f` does not depend on `L`",
    ),
    "expression": Row(
        "tangent", "x - 4", "4 - x", "sign", "1/3",
        ("x - u", "`u` is not a name of this homework"),
        "at: {t: 2}", "at: {u: 2}", "`u` is no symbol of this question",
    ),
    "value": Row(
        "speed", "19.6 m/s", "9.8 m/s", "constant_factor", "1/3",
        ("19.6 km", "`km` is not a name of this homework"),
        "tolerance: 0.05", "tolerance: wide", "tolerance",
    ),
    "gradient": Row(
        "f", "[2xy, x^2 + cos y]", "[2xy, x^2 - cos y]", "wrong_rule", "1/2",
        ("[2xy, x^2 + cos y", "never closed"),
        "by: [x, y]", "by: [x, k]", "`k`",
    ),
    "jacobian": Row(
        "polar", r"[cos \theta, -r sin \theta; sin \theta, r cos \theta]",
        r"[cos \theta, sin \theta; -r sin \theta, r cos \theta]", "transposed", "1/2",
        (r"[cos \theta, -r sin \theta; sin \theta]", "row"),
        "layout: numerator ", "# ", "layout",
    ),
    "hessian": Row(
        "f", "[6x, -6y; -6y, -6x]", "[6x, -6y; -6y, 6x]", "sign", "3/4",
        ("[6x, -6y; -6y", "never closed"),
        "of: f", "of: g", "`g`",
    ),
    "shape": Row(
        "dz_dh", "D x K", "K x D", "transposed", "1/3",
        ("D x", "no columns stand after `x`"),
        "Z: matmul(X, W)", "Z: matmul(W, X)", "(D, K) and (N, D) do not multiply",
    ),
    "update": Row(
        "w", r"w - 2 \alpha x (w x - t)", r"w + 2 \alpha x (w x - t)", "other_way", "1/3",
        (r"w - \beta x", r"`\beta` is not a name of this homework"),
        r"rate: \alpha", r"rate: \beta", r"`\beta` is not a name of this homework",
    ),
    "choice": Row(
        "all", "a, c", "a", None, "1/2",
        ("d", "`d` is none of the choices; there are `a`, `b`, `c`"),
        "answer: [a, c]", "answer: [a, d]", "`d`",
    ),
    "list": Row(
        "flat", "1, -1", "1, 0", None, "0",
        ("1, u", "`u` is not a name of this homework"),
        "answer: ['1', '-1']", "answer: ['1', 'u']", "`u` is not a name of this homework",
    ),
    "matrix_derivative": Row(
        "x", "2 A^T (A x - b)", "A^T (A x - b)", "constant_factor", "1/3",
        ("2 A (A x - b)", "a product that does not conform"),
        r"x: \partial L / \partial x", r"x: \partial L / \partial k", "`k`",
    ),
}  # fmt: skip

#: What is said of a wrong answer of which nothing is known.
UNEXPLAINED = "Not right: there are values for which your answer and the right one differ."

HEAD = (
    "schema: 1\nid: r\ntitle: T\nself_check: hints\npolicy:\n  partial_credit: {{{}}}\nquestions:\n"
)


def rubric_text(kind: str) -> str:
    """The example of a kind, with a credit of a third for the row's mistake."""
    mistake = ROWS[kind].mistake
    return HEAD.format("" if mistake is None else f"{mistake}: 1/3") + example_question(kind)


def homework_of(kind: str) -> Homework:
    """That rubric, in which the part has six points and a hint of its own."""
    document = yaml.safe_load(rubric_text(kind))
    parts = document["questions"][0]["parts"]
    part = parts[ROWS[kind].part]
    part = {"quantity": part} if isinstance(part, str) else part
    parts[ROWS[kind].part] = {**part, "points": 6, "hint": "Think again."}
    return parse_rubric(yaml.safe_dump(document, sort_keys=False), "r.yaml")


def judged(homework: Homework, part_id: str, text: str) -> PartResult:
    part = homework.part(f"q1.{part_id}")
    assert part is not None
    return judge(homework, part, text, make_scope(part.statement, (), (), part.question))


def test_every_kind_has_a_row_and_an_example() -> None:
    assert ROWS.keys() == QUESTIONS.keys() == EXAMPLES.keys()


@pytest.mark.parametrize("kind", ROWS)
def test_points_and_partial_credit(kind: str) -> None:
    row, homework = ROWS[kind], homework_of(kind)
    right = judged(homework, row.part, row.right)
    assert (right.verdict.outcome, right.points, right.possible) == (Outcome.EQUIVALENT, 6, 6)
    wrong = judged(homework, row.part, row.wrong)
    assert wrong.verdict.outcome is Outcome.DIFFERENT
    assert wrong.points == wrong.possible * Fraction(row.share)
    assert wrong.points < wrong.possible


@pytest.mark.parametrize("kind", ROWS)
def test_its_mistakes_and_what_is_said_of_them(kind: str) -> None:
    row = ROWS[kind]
    wrong = judged(homework_of(kind), row.part, row.wrong)
    assert wrong.mistake == row.mistake
    assert wrong.feedback[0] != UNEXPLAINED
    assert wrong.feedback[1:] == ("Think again.",)


@pytest.mark.parametrize("kind", ROWS)
def test_hints_step_from_where_to_look_to_the_rule(kind: str) -> None:
    row, homework = ROWS[kind], homework_of(kind)
    answers = {"student": {"name": "Sam"}, "answers": {"q1": {row.part: row.wrong}}}
    submission = grade(homework, read_answers(yaml.safe_dump(answers).encode(), "sam.yaml"))
    view = check_view(homework.statement, submission, "hints")
    hints = {part.part: part.hints for question in view.questions for part in question.parts}
    steps = hints[f"q1.{row.part}"]
    assert [step.title for step in steps] == ["Where to look", "Where it shows", "The rule"]
    assert all(step.sentences for step in steps)
    assert "Think again." in steps[1].sentences


@pytest.mark.parametrize("kind", ROWS)
def test_bad_answers_are_told_and_cost_nothing_yet(kind: str) -> None:
    row = ROWS[kind]
    text, said = row.unreadable
    result = judged(homework_of(kind), row.part, text)
    assert (result.verdict.outcome, result.points) == (Outcome.UNREADABLE, None)
    assert said in (result.verdict.reason or "")


@pytest.mark.parametrize("kind", ROWS)
def test_bad_rubrics_are_told(kind: str) -> None:
    row, text = ROWS[kind], rubric_text(kind)
    assert text.count(row.old) == 1
    with pytest.raises(RubricError) as error:
        parse_rubric(text.replace(row.old, row.new), "r.yaml")
    assert row.fault in str(error.value)
