"""The generator of classes: what it says about an answer is true, and a seed gives one class."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import grader
from bench.classes import Class, Pupil, as_yaml, write_class
from grader.batch import grade_paths
from grader.homework import Homework
from grader.results import Outcome

ROOT = Path(__file__).parents[1]

_UP = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789", "_")


@pytest.fixture(scope="module")
def homework() -> Homework:
    return grader.load_rubric(ROOT / "rubrics" / "activity6.yaml")


@pytest.fixture(scope="module")
def ordinary(homework: Homework) -> list[Pupil]:
    return list(Class(homework, 1).pupils(24))


@pytest.fixture(scope="module")
def distinct(homework: Homework) -> list[Pupil]:
    return list(Class(homework, 2, own=1.0).pupils(12))


@pytest.mark.parametrize("which", ["ordinary", "distinct"])
def test_answers_are_what_they_are_said_to_be(
    which: str, homework: Homework, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    pupils: list[Pupil] = request.getfixturevalue(which)
    write_class(iter(pupils), homework, tmp_path / "class")
    graded = grade_paths(homework, [tmp_path / "class"]).students
    assert [one.student.name for one in graded] == [pupil.name for pupil in pupils]
    found: Counter[tuple[str, Outcome]] = Counter()
    for pupil, submission in zip(pupils, graded, strict=True):
        assert submission.unread == ()
        for answer, result in zip(pupil.answers, submission.parts, strict=True):
            assert (result.part, result.answer or "") == (answer.part, answer.text)
            found[answer.kind, result.verdict.outcome] += 1
            if answer.kind == "right":
                assert result.verdict.outcome is Outcome.EQUIVALENT, (answer, result.verdict)
            elif answer.kind in ("unreadable", "missing"):
                assert result.verdict.outcome is not Outcome.DIFFERENT, (answer, result.verdict)
    wrong = {outcome: n for (kind, outcome), n in found.items() if kind == "wrong"}
    # A mutation may happen to be right, or be no answer at all (`\phi_1` for its own name).
    assert wrong[Outcome.DIFFERENT] > 0.8 * sum(wrong.values())
    assert all(found[pair] for pair in [("right", Outcome.EQUIVALENT),
                                        ("unreadable", Outcome.UNREADABLE),
                                        ("missing", Outcome.MISSING)])  # fmt: skip


def test_a_class_is_the_beginning_of_a_larger_one(
    homework: Homework, ordinary: list[Pupil]
) -> None:
    assert list(Class(homework, 1).pupils(3)) == ordinary[:3]
    assert list(Class(homework, 3).pupils(3)) != ordinary[:3]


def test_how_much_repeats(homework: Homework) -> None:
    def texts(own: float) -> tuple[int, int]:
        every = [
            (answer.part, answer.text)
            for pupil in Class(homework, 1, own).pupils(60)
            for answer in pupil.answers
            if answer.kind in ("right", "wrong")
        ]
        return len(set(every)), len(every)

    few, all_of_them = texts(0)
    assert few < 0.7 * all_of_them
    unique, all_of_them = texts(1)
    assert unique == all_of_them


def test_an_archive_is_the_same_class(
    homework: Homework, ordinary: list[Pupil], tmp_path: Path
) -> None:
    for name in ("one.zip", "two.zip"):
        write_class(iter(ordinary[:4]), homework, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    students = grade_paths(homework, [tmp_path / "one.zip"]).students
    assert sorted(str(one.student.id) for one in students) == [
        str(pupil.id) for pupil in ordinary[:4]
    ]


def test_definitions_are_written_and_used(ordinary: list[Pupil], homework: Homework) -> None:
    named = [pupil for pupil in ordinary if pupil.definitions]
    assert named
    assert "definitions:" in as_yaml(named[0], homework)
    names = named[0].definitions["q1"]
    plain = " ".join(answer.text for answer in named[0].answers).translate(_UP)
    assert any(name.replace("_", "") in plain for name in names)
