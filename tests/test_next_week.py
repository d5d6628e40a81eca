"""Next week's homework: rubrics as an instructor writes them from the docs, and what students
hand in, in the notations that they have.

What is right was decided by hand and with other tools, not by this program; ``person`` is what
has no sure reading, and waits for the instructor.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from pathlib import Path

import pytest

from grader.documents import import_document
from grader.errors import LimitError
from grader.expr.names import FREE
from grader.expr.parser import parse_answer, parse_expression
from grader.expr.tree import Number
from grader.grade import grade
from grader.homework import Homework, load_rubric, parse_rubric
from grader.judge import judge
from grader.limits import MAX_FACTORIAL
from grader.lint import remarks
from grader.questions.definitions import make_scope
from grader.results import Outcome

FOLDER = Path(__file__).parent / "data" / "next_week"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
HOMEWORKS = {name: load_rubric(FOLDER / f"{name}.yaml") for name in NAMES}
PERSON = frozenset({Outcome.UNREADABLE, Outcome.UNDECIDED, Outcome.DISALLOWED})
VERDICTS = {"right": {Outcome.EQUIVALENT}, "wrong": {Outcome.DIFFERENT}, "person": PERSON}


def rows(name: str) -> list[tuple[str, str, str]]:
    """Part, answer and what it is, from lines ``part | answer | right``."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    split = [line.rsplit(" | ", 1) for line in lines if line]
    return [(*line.split(" | ", 1), what) for line, what in split]  # type: ignore[misc]


def outcome(homework: Homework, part_id: str, text: str) -> Outcome:
    part = homework.part(part_id)
    assert part is not None, part_id
    return judge(
        homework, part, text, make_scope(part.statement, (), (), part.question)
    ).verdict.outcome


@pytest.mark.parametrize("name", NAMES)
def test_the_rubric_has_no_remarks(name: str) -> None:
    assert remarks(HOMEWORKS[name]) == ()


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_told_right(name: str) -> None:
    homework = HOMEWORKS[name]
    found = [(part, text, outcome(homework, part, text), what) for part, text, what in rows(name)]
    assert [row for row in found if row[2] not in VERDICTS[row[3]]] == []


#: Documents as students write them, with all answers right.
DOCUMENTS = sorted(path for ending in ("md", "tex") for path in FOLDER.glob(f"*.{ending}"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_is_read_and_graded(path: Path) -> None:
    homework = HOMEWORKS[path.stem]
    imported = import_document(homework, path.read_bytes(), path.name)
    assert imported.unplaced == ()
    parts = grade(homework, imported.answers).parts
    assert [(part.part, part.verdict.outcome) for part in parts if not part.verdict] == []


#: Ways to write down the size of a quantity that is a name, and what is taken.
LINES = [
    ("P: B x 4H", "B x 4H"),
    ("P = B x 4H", "B x 4H"),
    ("- P: (B, 4H)", "(B, 4H)"),
    ("1. P: (B, 4H)", "(B, 4H)"),
    ("- **P**: (B, 4H)", "(B, 4H)"),
    ("**P:** (B, 4H)", "(B, 4H)"),
    ("`P`: (B, 4H)", "(B, 4H)"),
    ("$P$: (B, 4H)", "(B, 4H)"),
    ("$P$: $(B, 4H)$", "(B, 4H)"),
    ("$P$ is (B, 4H).", "(B, 4H)"),
    ("$P$ has shape B x 4H", "B x 4H"),
    ("| P | (B, 4H) |\n| --- | --- |", "(B, 4H)"),
    ("$P$: I do not know", None),
    ("P. (B, 4H)", None),
]


@pytest.mark.parametrize(("line", "taken"), LINES)
def test_a_quantity_that_is_a_name_heads_its_value(line: str, taken: str | None) -> None:
    text = f"Name: X\nID: 4\n\n## Shapes with a batch of B rows\n\n{line}\n"
    imported = import_document(HOMEWORKS["recurrent"], text.encode(), "x.md")
    (result,) = [
        part
        for part in grade(HOMEWORKS["recurrent"], imported.answers).parts
        if part.part == "shapes.P"
    ]
    assert result.answer == taken


#: A step in a document, and one in which the letter of an item is a quantity too.
STEPS = [
    (r"$b \leftarrow b - \alpha(wx + b - y)$", r"b - \alpha(wx + b - y)"),
    ("b := b - α(wx + b - y)", "b - α(wx + b - y)"),
    ("b ← b - α(wx + b - y)", "b - α(wx + b - y)"),
    ("b: b - α(wx + b - y)", "b - α(wx + b - y)"),
    ("b: w = w - α((wx + b - y) x + λ w)", None),
]


@pytest.mark.parametrize(("line", "taken"), STEPS)
def test_an_arrow_stands_for_an_equals_sign_in_steps(line: str, taken: str | None) -> None:
    text = f"Name: X\nID: 4\n\n## Step\n\n{line}\n"
    imported = import_document(HOMEWORKS["matrices"], text.encode(), "x.md")
    answers = {
        part.part: part.answer for part in grade(HOMEWORKS["matrices"], imported.answers).parts
    }
    assert answers["gd.b"] == taken
    assert (answers["gd.w"] is None) == (taken is not None)


def test_there_are_enough() -> None:
    everything = [(name, *row) for name in NAMES for row in rows(name)]
    assert len(everything) == len(set(everything))
    assert len(DOCUMENTS) == 3
    counts = {what: sum(row[3] == what for row in everything) for what in VERDICTS}
    assert counts["right"] > 170
    assert counts["wrong"] > 50
    asked = {(name, part.id) for name in NAMES for part in HOMEWORKS[name].parts}
    assert asked - {row[:2] for row in everything} == set()


DOMAINS = """schema: 1
id: domains
title: Where an answer has a value
questions:
  - id: q
    kind: expression
    symbols: [x]
    parts:
      arc: {quantity: s, answer: '\\sqrt{1 + (\\frac{3}{2} \\sqrt{x})^2}'}
"""

#: An answer, its verdict, and where it is refuted or has a value alone.
BEYOND = [
    (r"\sqrt{1 + \frac{9}{4} (\sqrt{x})^2}", "equivalent", None),
    (r"\sqrt{1 + \frac{9}{4} x}", "undecided",
     "it equals the derived answer wherever that has a value, and it has one elsewhere too,"
     " as at $x = -1/100$"),
    (r"\sqrt{1 + \frac{3}{4} x}", "different", True),
    (r"1 + \frac{9}{4} x", "different", True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "verdict", "said"), BEYOND)
def test_where_the_reference_has_no_value(text: str, verdict: str, said: str | bool | None) -> None:
    homework = parse_rubric(DOMAINS, "r.yaml")
    (part,) = homework.parts
    found = judge(homework, part, text, make_scope(part.statement, (), (), part.question)).verdict
    assert found.outcome == verdict
    if found.witness is None:
        assert found.reason == said
    else:  # at a point that both have a value at
        assert said
        assert found.witness.reference is not None


def test_a_factorial_has_a_limit() -> None:
    assert parse_expression(f"{MAX_FACTORIAL}!", FREE) == Number(Fraction(factorial(MAX_FACTORIAL)))
    with pytest.raises(LimitError):
        parse_expression(f"{MAX_FACTORIAL + 1}!", FREE)


def test_a_sign_that_ends_an_answer_may_be_an_exclamation() -> None:
    assert parse_answer("x + 5!", FREE).alternatives == (parse_expression("x + 5", FREE),)
    assert parse_answer("5! x", FREE).alternatives == ()
