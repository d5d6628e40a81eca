"""The measure of diagnoses sees a false one."""

from __future__ import annotations

import pytest

from bench.diagnosis import described, is_true
from grader.homework import load_rubric
from grader.mistakes.diagnosis import Diagnosis

HOMEWORK = load_rubric("activity6")


@pytest.mark.parametrize("part_id", ["q1.theta_11", "q2.dh3_df2", "q3.df1_dh1"])
def test_what_describes_another_wrong_answer_is_false(part_id: str) -> None:
    part = HOMEWORK.part(part_id)
    assert part is not None
    planted = HOMEWORK.diagnoser.wrong_answers(part)
    (name, wrong), (_, other), *_ = planted
    (claimed,) = described(part, planted, Diagnosis(name, wrong.sentence, ""))
    assert is_true(part, wrong.tree, claimed)
    assert not is_true(part, other.tree, claimed)


def test_a_relation_is_what_its_sentence_says() -> None:
    part = HOMEWORK.part("q2.dh3_df2")
    assert part is not None
    said = Diagnosis("times", r"Your answer is the right one times $\omega_{2}$.", "")
    (claimed,) = described(part, [], said)
    assert not is_true(part, part.answer, claimed)
    assert described(part, [], Diagnosis("sign", "Nobody says this.", "")) == []
