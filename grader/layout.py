"""All sizes of a student in the other layout: one mistake, told once.

A student who lays out every Jacobian the other way round has understood the sizes
and made one choice that differs from the homework's.  That is charged as the
rubric says (``other_layout_credit``), and said in one sentence.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from grader.expr.tree import Dimensions
from grader.homework import Homework
from grader.results import Outcome, PartResult

#: Fewer sizes than this cannot show a habit.
LEAST_TRANSPOSED = 2


def with_other_layout(results: list[PartResult], homework: Homework) -> list[PartResult]:
    """The results with a consistent other layout told as one mistake.

    It is consistent if every size that has two different sides and was read is
    transposed.  Sizes of equal sides are the same in both layouts.
    """
    told = list(results)
    for question in homework.by_question.values():
        uneven = {
            part.id
            for part in question
            if isinstance(part.answer, Dimensions) and part.answer.rows != part.answer.columns
        }
        places = [k for k, result in enumerate(results) if result.part in uneven]
        turned = [k for k in places if results[k].mistake == "transposed"]
        others = [k for k in places if k not in turned]
        if len(turned) < LEAST_TRANSPOSED or any(
            results[k].verdict.outcome in (Outcome.EQUIVALENT, Outcome.DIFFERENT) for k in others
        ):
            continue
        credit = homework.file.policy.other_layout_credit or Fraction(0)
        for number, k in enumerate(turned):
            told[k] = _charged(results[k], credit, first=number == 0)
    return told


def _charged(result: PartResult, credit: Fraction, *, first: bool) -> PartResult:
    if first:
        share = f" It earns {credit} of the points." if credit else ""
        sentence = (
            "All of your sizes are in the other layout: rows and columns are swapped throughout. "
            f"That is one mistake, not one for each size.{share}"
        )
    else:
        sentence = "The other layout again: rows and columns are swapped."
    points = result.points
    if credit:
        points = max(result.possible * credit, points or Fraction(0))
    return replace(
        result, mistake="other_layout", points=points, feedback=(sentence,), nudge=sentence
    )
