"""What a rubric's policy does to the results of one student, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from grader.expr.tree import Dimensions, Partial, Symbol, symbols
from grader.homework import Homework
from grader.questions.part import Part
from grader.results import Outcome, PartResult

#: What a total is rounded to, by the rubric's word for it.
ROUNDING_STEPS: Mapping[str, Fraction | None] = {
    "none": None,
    "half": Fraction(1, 2),
    "whole": Fraction(1),
}

#: What is said where one part takes a whole question's points.
COUNTS_ONLY_WHOLE = "This question counts only if all of its parts are right."

#: What stands between rows and columns in the LaTeX of a size.
SIZE_SIGN = r" \times "

#: Fewer sizes than this cannot show a habit.
LEAST_TRANSPOSED = 2


def with_policy(results: list[PartResult], homework: Homework) -> list[PartResult]:
    """The results as the rubric's policy has them."""
    told = with_slips_charged_once(with_other_layout(results, homework), homework)
    told = with_sizes_that_do_not_chain(told, homework)
    return all_or_nothing(told, homework) if homework.file.policy.all_or_nothing else told


def with_slips_charged_once(results: list[PartResult], homework: Homework) -> list[PartResult]:
    """A slip costs its points where it first does harm; after that, answers that are
    right given the slip earn the rubric's follow-through credit."""
    credit = homework.file.policy.follow_through_credit
    # A slip in an earlier answer was charged there; of one in a definition, the first pays.
    charged = {part.id for part in homework.parts}
    told: list[PartResult] = []
    for result in results:
        if result.slip is None or not credit:
            told.append(result)
        elif result.slip not in charged:
            charged.add(result.slip)
            sentence = "The slip is charged here, and not again where it does harm later."
            told.append(replace(result, feedback=(*result.feedback, sentence)))
        else:
            points = max(result.possible * credit, result.points or Fraction(0))
            sentence = f"It earns {credit} of the points, since the slip was charged before."
            told.append(replace(result, points=points, feedback=(*result.feedback, sentence)))
    return told


def all_or_nothing(results: list[PartResult], homework: Homework) -> list[PartResult]:
    """A question counts only if all of its parts are right.

    Nothing is taken away while a person must still decide on one of its parts.
    """
    told = {result.part: result for result in results}
    for parts in homework.by_question.values():
        inside = [told[part.id] for part in parts]
        if any(result.points is None for result in inside):
            continue
        if all(result.points == result.possible for result in inside):
            continue
        for result in inside:
            if result.points:
                told[result.part] = replace(
                    result,
                    points=Fraction(0),
                    earned=result.points,
                    feedback=(*result.feedback, COUNTS_ONLY_WHOLE),
                )
    return [told[result.part] for result in results]


def with_other_layout(results: list[PartResult], homework: Homework) -> list[PartResult]:
    """All sizes of a student in the other layout: one mistake, told once.

    A student who lays out every Jacobian the other way round has understood the
    sizes and made one choice that differs from the homework's; the rubric says what
    that costs (``other_layout_credit``).  It is consistent if every size that has
    two different sides and was read is transposed; sizes of equal sides are the same
    in both layouts.
    """
    told = list(results)
    for parts in homework.by_question.values():
        uneven = {
            part.id
            for part in parts
            if isinstance(part.quantity, Partial)
            and isinstance(part.answer, Dimensions)
            and part.answer.rows != part.answer.columns
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
            told[k] = _in_other_layout(results[k], credit, first=number == 0)
    return told


def with_sizes_that_do_not_chain(results: list[PartResult], homework: Homework) -> list[PartResult]:
    """Sizes of a chain ∂b/∂a · ∂c/∂b that do not multiply, shown against each other.

    Only where one of the two is wrong: what is right chains with what is right.
    """
    told = {result.part: result for result in results}
    for question in homework.file.questions:
        parts = {
            (_names(part)): part for part in homework.parts
            if part.question == question.id and _is_of_vectors(part)
        }  # fmt: skip
        for (above, _), inner in parts.items():
            for (_, through), outer in parts.items():
                if through != above:
                    continue
                # ∂above/∂below and ∂…/∂above: which stands first is the layout's choice.
                first, second = (
                    (inner, outer) if question.layout == "denominator" else (outer, inner)
                )
                _show_against(told, first.id, second.id)
    return [told[result.part] for result in results]


def _is_of_vectors(part: Part) -> bool:
    """Whether a part asks for the size of a derivative of one vector by another."""
    quantity = part.quantity
    return (
        isinstance(part.answer, Dimensions)
        and isinstance(quantity, Partial)
        and symbols(quantity) <= part.statement.sizes.keys()
    )


def _names(part: Part) -> tuple[str, str]:
    quantity = part.quantity
    assert isinstance(quantity, Partial)
    assert isinstance(quantity.quantity, Symbol)
    assert isinstance(quantity.variable, Symbol)
    return quantity.quantity.name, quantity.variable.name


def _show_against(told: dict[str, PartResult], first: str, second: str) -> None:
    left, right = told[first], told[second]
    if left.read_as is None or right.read_as is None:
        return
    wrong = [name for name in (first, second) if told[name].verdict.outcome is Outcome.DIFFERENT]
    if not wrong or "other_layout" in (left.mistake, right.mistake):
        return
    if left.read_as.partition(SIZE_SIGN)[2] == right.read_as.partition(SIZE_SIGN)[0]:
        return
    sentence = (
        f"In the chain, your sizes ${left.read_as}$ and ${right.read_as}$ stand side by side, "
        "and they do not multiply."
    )
    for name in wrong:
        told[name] = replace(told[name], feedback=(*told[name].feedback, sentence))


def _in_other_layout(result: PartResult, credit: Fraction, *, first: bool) -> PartResult:
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
