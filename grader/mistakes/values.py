"""Mistakes in numbers: a wrong number is told by being as near as the rubric asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from grader.expr.calculus import ONE
from grader.expr.composite import Answer
from grader.expr.tree import Constant, Negation, Node, Number, Product, Quotient
from grader.mistakes.diagnosis import Diagnosis
from grader.mistakes.subject import Wrong
from grader.questions.part import Closeness, Part
from grader.questions.value import is_near

#: An answer this near, relative to the right number, was rounded too early.
_NEARLY = Fraction(1, 50)


def _number(value: int) -> Number:
    return Number(Fraction(value))


def wrong_values(part: Part) -> Iterator[tuple[str, Wrong, str]]:
    """Wrong numbers, each with its row's name and where to look."""
    right = part.answer
    assert isinstance(right, Node)
    yield ("sign", Wrong(Negation(right), "The sign is wrong: your answer is the right one with "
                         "the opposite sign."), "Check the sign.")  # fmt: skip
    yield ("reciprocal", Wrong(Quotient(ONE, right), "Your answer is one over the right one."),
           "Which stands above the line, and which below?")  # fmt: skip
    for factor in (2, 3, 4, 10, 100, 1000):
        many, few = Product((_number(factor), right)), Quotient(right, _number(factor))
        yield ("constant_factor", Wrong(many, f"Your answer is {factor} times the right one."),
               "Check the constant factors.")  # fmt: skip
        yield ("constant_factor", Wrong(few, f"The right answer is {factor} times yours."),
               "Check the constant factors.")  # fmt: skip
    turn = Quotient(_number(180), Constant("pi"))
    yield ("degrees", Wrong(Product((right, turn)), "This is in degrees, not in radians."),
           "Are angles in radians here?")  # fmt: skip


def diagnose_value(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Diagnosis | None:
    """What is wrong with a number, where it certainly is one of these."""
    assert isinstance(answer, Node)
    assert isinstance(part.answer, Node)
    # Without a tolerance only the exact number tells a mistake.
    for name, wrong, nudge in wrong_values(part):
        assert isinstance(wrong.tree, Node)
        if is_near(part, wrong.tree, part.answer, {}) is not False:
            continue  # no mistake here: −0 is 0
        if is_near(part, answer, wrong.tree, definitions):
            return Diagnosis(name, wrong.sentence, nudge)
    nearly = replace(part, detail=Closeness(relative=_NEARLY))
    if is_near(nearly, answer, part.answer, definitions):
        return Diagnosis(
            "rounding", "This is nearly right, but not to the accuracy that is asked.",
            "Carry more digits along, and round at the end.",
        )  # fmt: skip
    return None
