"""What is done with too many of something: the first are told, the rest counted, none is lost."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from pathlib import Path

import pytest
from flint import fmpq

from grader.compare.numbers import Numbers
from grader.compare.pointwise import Values
from grader.errors import FileError
from grader.expr.names import FREE
from grader.expr.parser import parse_answer
from grader.expr.tree import Product, Sum, Symbol
from grader.grade import grade
from grader.homework import load_rubric
from grader.read.answers import read_answers
from grader.read.flow import brackets_open, is_balanced, quote_end
from grader.results import Submission
from grader.source import Span, caret

HEAD = "student: {name: X, id: '1'}\nassignment: activity6\nanswers:\n  q1:\n"


def _graded(root: Path, text: str) -> Submission:
    homework = load_rubric(root / "rubrics" / "activity6.yaml")
    return grade(homework, read_answers(text.encode(), "x.yaml"))


def test_notes_of_one_answer_are_counted_from_the_fiftieth_on() -> None:
    reading = parse_answer("1/2x+" * 60 + "1", FREE)
    assert len(reading.notes) == 51
    assert reading.notes[-1].message == "10 more places are read in the same way"
    assert len(reading.alternatives) == 8


def test_a_long_answer_has_at_least_the_reading_with_all_doubts_turned_round() -> None:
    assert len(parse_answer("1/2x+" * 3000 + "1", FREE).alternatives) == 1


def test_an_answer_behind_unknown_keys_counts(root: Path) -> None:
    keys = "".join(f"    nope{k}: 1\n" for k in range(300))
    found = _graded(root, f"{HEAD}{keys}    phi_0: '1'\n")
    assert found.parts[0].verdict.outcome.value == "equivalent"
    assert len(found.unread) == 51
    assert found.unread[-1].error == "x.yaml:55:5: 250 more such faults of this file are not listed"


def test_a_quantity_behind_some_unknown_keys_counts(root: Path) -> None:
    keys = "".join(f"    nope{k}: 1\n" for k in range(190))
    found = _graded(root, f"{HEAD}{keys}    dy/dphi_0: '1'\n")
    assert found.parts[0].verdict.outcome.value == "equivalent"


def test_a_name_too_long_is_told_and_the_id_stands(root: Path) -> None:
    text = f"student: {{name: {'A' * 1001}, id: '1'}}\nanswers: {{q1: {{phi_0: '1'}}}}\n"
    answers = read_answers(text.encode(), "x.yaml")
    assert (answers.student.name, answers.student.id) == (None, "1")
    assert answers.faults[0].message == (
        "a name or id has 1,001 characters, and is not read; at most 1,000 are"
    )
    assert read_answers(text.replace("A" * 1001, "A" * 1000).encode(), "x.yaml").faults == ()


@pytest.mark.parametrize(
    "text, message",
    [
        (
            HEAD + "#" + "x" * 1_000_000,
            "1,000,066 characters; an answers file of at most 1,000,000",
        ),
        (HEAD + "\n" * 20_000, "20,004 lines; an answers file of at most 20,000"),
    ],
)
def test_a_file_too_long_is_refused_by_its_length(text: str, message: str) -> None:
    with pytest.raises(FileError, match=message):
        read_answers(text.encode(), "x.yaml")


NUMBERS = [Fraction(k + 1, 2 * k + 3) for k in range(200)]


def test_long_sums_and_products_of_numbers_are_exact() -> None:
    numbers = Numbers({}, box=False)
    values = [fmpq(n.numerator, n.denominator) for n in NUMBERS]
    total, product = sum(NUMBERS), prod(NUMBERS)
    assert numbers.add(values) == fmpq(total.numerator, total.denominator)
    assert numbers.multiply(values) == fmpq(product.numerator, product.denominator)
    assert numbers.multiply([*values, fmpq(0)]) == 0
    names = {f"x_{k}": n for k, n in enumerate(NUMBERS)}
    symbols = tuple(map(Symbol, names))
    found = Values([names, names], {}, symbols[0])
    assert found.of(Sum(symbols)) == (fmpq(total.numerator, total.denominator),) * 2
    assert found.of(Product(symbols)) == (fmpq(product.numerator, product.denominator),) * 2


@pytest.mark.parametrize(
    "text, end",
    [
        ('"a"', 3), (r'"\""', 4), (r'"\\"', 4), (r'"\\\""', 6), ('"', None), (r'"\"', None),
        ("'it''s'", 7), ("''", 2), ("'''", None), ("“a”b", 3), ("'\\'", 3),
    ],
)  # fmt: skip
def test_where_a_quote_ends(text: str, end: int | None) -> None:
    assert quote_end(text, 0) == end


@pytest.mark.parametrize(
    "text, depth, balanced",
    [
        ("", 0, True), ("(]", 0, True), (")(", 0, False), (r"\left. x \right|", 0, True),
        (r"\left\| x", 1, False), (r"\{", 1, False), (r"\left(x", 1, False), ("x)", -1, False),
    ],
)  # fmt: skip
def test_how_many_brackets_are_open(text: str, depth: int, balanced: bool) -> None:
    assert (brackets_open(text), is_balanced(text)) == (depth, balanced)


def test_a_caret_in_a_line_as_long_as_a_file() -> None:
    long = "a" * 500_000 + "!" + "b" * 500_000
    shown, marks = caret(long, Span(500_000, 500_001)).split("\n")
    assert shown == "    …" + "a" * 36 + "!" + "b" * 33 + "…"
    assert marks == " " * 41 + "^"
