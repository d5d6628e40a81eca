"""Decisions of a person: applied to all whom they are about, signed, and never lost."""

from __future__ import annotations

import json
import os
import re
from fractions import Fraction as F
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from grader.cli import cli
from grader.errors import FileError
from grader.grade import grade
from grader.homework import parse_rubric
from grader.read.answers import read_answers
from grader.read.review import ReviewFile, read_review
from grader.read.review_shape import review_schema
from grader.reports import write_reports
from grader.reports.review import review_text
from grader.results import Batch
from grader.review import apply_decisions, load_review, signed

ROOT = Path(__file__).parents[1]
RUBRIC = """\
schema: 1
id: tiny
title: Tiny
questions:
  - id: q
    kind: derivative
    symbols: [a, b, x]
    quantities: {y: a x^2 + b}
    parts: {dx: dy/dx, da: dy/da}
"""
HOMEWORK = parse_rubric(RUBRIC)
WHOLE = parse_rubric(RUBRIC.replace("questions:", "policy: {all_or_nothing: true}\nquestions:"))

#: Who wrote what: dx and da (None: nothing).  2ax and x² are right.
CLASS = {
    "ann": ("2 a x +", "x^2"),
    "bob": ("2 a x +", "x^2"),
    "cat": ("a x", "x^2"),
    "dan": ("x a", "x x"),
    "eve": (None, "x^2"),
}


def graded(answers=CLASS, homework=HOMEWORK) -> Batch:
    students = []
    for number, (name, (dx, da)) in enumerate(answers.items(), 1):
        given = {"dx": dx, "da": da}
        lines = [f"    {part}: '{text}'\n" for part, text in given.items() if text is not None]
        text = f"student: {{name: {name}, id: '{number}'}}\nanswers:\n  q:\n{''.join(lines)}"
        students.append(grade(homework, read_answers(text.encode(), f"{name}.yaml")))
    return Batch(homework.statement, tuple(students))


def review_of(text: str, who: str | None = "Ada", when: str = "2024-10-31") -> ReviewFile:
    return signed(read_review(text.encode()), who, when)


def applied(text: str, answers=CLASS, homework=HOMEWORK):
    return apply_decisions(graded(answers, homework), review_of(text), homework)


def points(found, part: str = "q.dx") -> dict[str, F | None]:
    return {
        student.student.name: result.points
        for student in found.batch.students
        for result in student.parts
        if result.part == part
    }


def entry(text: str) -> str:
    return f"review:\n  - {text}\n"


# --- Whom a decision is about -------------------------------------------------------

UNDECIDED = {"ann": None, "bob": None, "cat": F(0), "dan": F(0), "eve": F(0)}


@pytest.mark.parametrize(
    "text, changed",
    [
        # Nothing decided: nothing changes.
        ("", {}),
        (entry("{part: q.dx, answer: '2 a x +', decision: {points: , comment: }}"), {}),
        # All who wrote the text.
        (entry("{part: q.dx, answer: '2 a x +', decision: {points: 0.5}}"), {"ann": F(1, 2), "bob": F(1, 2)}),
        (entry("{part: q.dx, answer: '  2 a x +', decision: 1/3}"), {"ann": F(1, 3), "bob": F(1, 3)}),
        # A wrong answer, overridden by hand: all whose answer means the same.
        (entry("{part: q.dx, answer: 'a x', decision: {points: 1/2}}"), {"cat": F(1, 2), "dan": F(1, 2)}),
        # One student only; the others stay as they were.
        (entry("{part: q.dx, answer: '2 a x +', students: [{id: 2, decision: {points: 1}}]}"), {"bob": F(1)}),
        (entry("{part: q.dx, answer: '2 a x +', students: [{name: ann, decision: 1}]}"), {"ann": F(1)}),
        (entry("{part: q.dx, answer: '2 a x +', students: [{file: ann.yaml, decision: 1}]}"), {"ann": F(1)}),
        # All of a group but one.
        (entry("{part: q.dx, answer: '2 a x +', students: [{id: 2, decision: 1}], decision: 0}"),
         {"ann": F(0), "bob": F(1)}),
        # Whatever one student has now, also where nothing was written.
        (entry("{part: q.dx, students: [{id: 5, decision: {points: 1, comment: on paper}}]}"), {"eve": F(1)}),
        (entry("{part: q.dx, students: [{id: 3, decision: 1}]}"), {"cat": F(1)}),
        # Everyone who wrote nothing.
        (entry("{part: q.dx, verdict: missing, decision: {points: 0.25}}"), {"eve": F(1, 4)}),
        # A comment alone leaves the points open.
        (entry("{part: q.dx, answer: '2 a x +', decision: {comment: see me}}"), {}),
        # Another reading of the same text is another answer.
        (entry("{part: q.dx, answer: 'a x', read_as: 'b x', verdict: different, decision: 1}"), {}),
        # A student who is named with this text keeps the decision however it is read now.
        (entry("{part: q.dx, answer: 'a x', read_as: 'b x', verdict: undecided, students: [{id: 3}], decision: 1}"),
         {"cat": F(1)}),
        # Somebody else, another part, another text.
        (entry("{part: q.dx, answer: '2 a x +', students: [{id: 9, decision: 1}]}"), {}),
        (entry("{part: q.da, answer: '2 a x +', decision: 1}"), {}),
        (entry("{part: q.dx, answer: '2 a x', decision: 1}"), {}),
        # An earlier decision about an answer that is given again.
        ("earlier:\n  - {part: q.dx, answer: '2 a x +', verdict: unreadable, decision: 1}\n",
         {"ann": F(1), "bob": F(1)}),
        # What stands in the list, even open, goes before an earlier one.
        ("review:\n  - {part: q.dx, answer: '2 a x +', verdict: unreadable, decision: 0}\n"
         "earlier:\n  - {part: q.dx, answer: '2 a x +', verdict: unreadable, decision: 1}\n",
         {"ann": F(0), "bob": F(0)}),
        ("review:\n  - {part: q.dx, answer: '2 a x +', verdict: unreadable, decision: }\n"
         "earlier:\n  - {part: q.dx, answer: '2 a x +', verdict: unreadable, decision: 1}\n", {}),
    ],
)  # fmt: skip
def test_whom_a_decision_is_about(text, changed):
    assert points(applied(text)) == {**UNDECIDED, **changed}


def test_a_decision_about_a_right_answer_stays_with_its_text():
    found = applied(entry("{part: q.da, answer: 'x x', decision: 0.5}"))
    assert points(found, "q.da") == {**dict.fromkeys(CLASS, F(1)), "dan": F(1, 2)}


def test_an_entry_added_by_hand_goes_before_the_open_one_in_the_list():
    listed = "{part: q.dx, answer: '2 a x +', verdict: unreadable, students: [{id: 1}, {id: 2}]}"
    found = applied(entry(listed) + "  - {part: q.dx, answer: '2 a x +', decision: 1}\n")
    assert points(found) == {**UNDECIDED, "ann": F(1), "bob": F(1)}


def test_a_decision_is_kept_with_who_when_and_why_and_the_verdict_stays():
    found = applied(entry("{part: q.dx, answer: '2 a x +', decision: {points: 1/3, comment: why}}"))
    ann = found.batch.students[0]
    part = ann.parts[0].as_json()
    assert {key: part[key] for key in ("verdict", "points", "feedback", "decision")} == {
        "verdict": "unreadable",
        "points": 0.33,
        "feedback": ["This could not be read: " + ann.parts[0].verdict.reason + "."],
        "decision": {
            "points": 0.33, "comment": "why", "by": "Ada", "date": "2024-10-31", "for": "group",
            "exact": "1/3",
        },
    }  # fmt: skip
    assert (ann.score, ann.pending) == (F(4, 3), 0)
    assert graded().students[0].parts[0].decision is None


def test_who_and_when_are_kept_once_they_are_there():
    text = entry("{part: q.dx, answer: '2 a x +', decision: {points: 1, date: '2020-02-02'}}")
    again = review_of(text, "Eve", "2025-01-01").entries[0].decision
    assert again is not None
    assert (again.by, again.date) == (None, "2020-02-02")


def test_all_or_nothing_gives_back_what_it_took():
    # A mistake that costs nothing (credit 1) is whole; what a person gives makes the rest whole.
    policy = "policy: {all_or_nothing: true, partial_credit: {missing_factor: 1, sign: 0.5}}"
    rubric = parse_rubric(RUBRIC.replace("questions:", f"{policy}\nquestions:"))
    answers = {"ann": ("a x", "x"), "bob": ("-2 a x", "x"), "cat": ("-2 a x", "x^2 +")}
    text = entry("{part: q.da, answer: 'x', decision: 1}")
    before = graded(answers, rubric)
    assert [student.score for student in before.students] == [0, 0, F(1, 2)]
    found = applied(text, answers, rubric)
    assert points(found) == {"ann": F(1), "bob": F(0), "cat": F(1, 2)}
    assert [student.score for student in found.batch.students] == [2, 0, F(1, 2)]
    told = found.batch.students[0].parts[0].feedback
    assert not any("only if all" in sentence for sentence in told)
    # Half a point by decision does not make a question whole.
    half = applied(text.replace("decision: 1", "decision: 0.5"), answers, rubric)
    assert [student.score for student in half.batch.students] == [0, 0, F(1, 2)]


@pytest.mark.parametrize(
    "answers, text, wanted",
    [
        # One part wrong: the other's points go too, until a person makes the question whole.
        ({"ann": ("a x", "x^2")}, "", (F(0), F(0))),
        ({"ann": ("a x", "x^2")}, entry("{part: q.dx, answer: a x, decision: 1}"), (F(1), F(1))),
        # While a part waits nothing is taken; when it is decided against, all is.
        ({"ann": ("2 a x +", "x^2")}, "", (None, F(1))),
        ({"ann": ("2 a x +", "x^2")}, entry("{part: q.dx, answer: 2 a x +, decision: 0}"), (F(0), F(0))),
        ({"ann": ("2 a x +", "x^2")}, entry("{part: q.dx, answer: 2 a x +, decision: 1}"), (F(1), F(1))),
    ],
)  # fmt: skip
def test_all_or_nothing_is_asked_again(answers, text, wanted):
    found = applied(text, answers, WHOLE)
    assert tuple(part.points for part in found.batch.students[0].parts) == wanted


# --- Nothing is lost ------------------------------------------------------------------


def next_file(found) -> str:
    return review_text(found.batch.as_json(), found.kept)


def test_from_run_to_run_the_file_stays_as_it_is():
    text = next_file(applied(""))
    filled = text.replace("points:\n", "points: 1/3\n", 1).replace("comment:\n", "comment: ok\n", 1)
    assert filled != text
    once = next_file(applied(filled))
    assert once != filled  # signed
    assert next_file(applied(once)) == once
    (decided,) = [e for e in yaml.safe_load(once)["review"] if e["decision"]["points"]]
    assert decided["decision"] == {
        "points": "1/3", "comment": "ok", "by": "Ada", "date": "2024-10-31",
    }  # fmt: skip
    assert [student["name"] for student in decided["students"]] == ["ann", "bob"]


def test_a_late_answer_that_means_the_same_is_decided_alike():
    once = next_file(applied(entry("{part: q.dx, answer: 'a x', decision: {points: 1/2}}")))
    more = {**CLASS, "fay": ("\\frac{2 a x}{2}", "x^2")}
    found = applied(once, more)
    assert points(found)["fay"] == F(1, 2)
    (decided,) = [e for e in yaml.safe_load(next_file(found))["review"] if e["decision"]["points"]]
    assert decided["answer"] == "a x"
    assert sorted(decided["also"]) == ["\\frac{2 a x}{2}", "x a"]


def test_a_changed_answer_is_listed_again_with_the_old_decision():
    once = next_file(
        applied(entry("{part: q.dx, answer: 2 a x +, decision: {points: 1, comment: paper}}"))
    )
    changed = {**CLASS, "ann": ("2 a x -", "x^2"), "bob": ("3 a x", "x^2")}
    found = applied(once, changed)
    assert points(found) == {**UNDECIDED, "bob": F(0)}
    assert found.warnings == (
        "review.yaml:26: nobody's answer to q.dx is what was decided here; the decision is kept "
        "under `earlier`",
    )
    written = next_file(found)
    read = yaml.safe_load(written)
    # The unreadable one waits; the wrong one has its verdict, and is listed because it changed.
    assert [(e["answer"], e["verdict"]) for e in read["review"]] == [
        ("2 a x -", "unreadable"), ("3 a x", "different"),
    ]  # fmt: skip
    assert "  # ann had another answer before, and got 1 for it (paper); see `earlier`\n" in written
    (earlier,) = read["earlier"]
    assert earlier["answer"] == "2 a x +"
    assert [student["name"] for student in earlier["students"]] == ["ann", "bob"]
    assert earlier["decision"]["comment"] == "paper"
    # Nothing grows or goes by running again, and a change back brings the decision back.
    assert next_file(applied(written, changed)) == written
    back = applied(written)
    assert points(back) == {**UNDECIDED, "ann": F(1), "bob": F(1)}
    assert next_file(back) == once


def test_one_who_leaves_a_group_takes_a_copy_of_the_decision_along():
    once = next_file(applied(entry("{part: q.dx, answer: 2 a x +, decision: 1}")))
    changed = {**CLASS, "ann": ("2 a x", "x^2")}
    found = applied(once, changed)
    assert found.warnings == ()
    assert points(found) == {**UNDECIDED, "ann": F(1), "bob": F(1)}
    read = yaml.safe_load(next_file(found))
    (listed,) = read["review"]  # ann is right now, so there is nothing to look at
    assert [s["name"] for s in listed["students"]] == ["bob"]
    assert [s["name"] for s in read["earlier"][0]["students"]] == ["ann"]
    back = yaml.safe_load(next_file(applied(next_file(found))))
    assert [s["name"] for s in back["review"][0]["students"]] == ["ann", "bob"]
    assert "earlier" not in back


def test_a_batch_of_others_loses_nothing():
    once = next_file(applied(entry("{part: q.dx, answer: 2 a x +, decision: 1}")))
    fewer = {name: CLASS[name] for name in ("ann", "cat")}
    alone = applied(once, {"cat": CLASS["cat"]})
    assert len(alone.warnings) == 1
    for between in (next_file(applied(once, fewer)), next_file(alone)):
        # Ids are by place in these classes; the whole class is graded again.
        assert points(applied(between)) == {**UNDECIDED, "ann": F(1), "bob": F(1)}


def test_a_decision_for_one_student_stays_that_students():
    text = entry("{part: q.dx, answer: 'a x', students: [{id: 3, decision: {points: 1}}]}")
    once = next_file(applied(text))
    (listed,) = [e for e in yaml.safe_load(once)["review"] if e["answer"] == "a x"]
    assert listed["students"] == [
        {"name": "cat", "id": "3", "file": "cat.yaml",
         "decision": {"points": 1, "by": "Ada", "date": "2024-10-31"}},
    ]  # fmt: skip
    assert listed["decision"] == {"points": None, "comment": None}
    assert points(applied(once)) == {**UNDECIDED, "cat": F(1)}
    # Decided for the group later, it goes on standing for itself.
    filled = once.replace("points:\n", "points: 0.5\n")
    assert points(applied(filled)) == {
        **UNDECIDED, "ann": F(1, 2), "bob": F(1, 2), "cat": F(1), "dan": F(1, 2),
    }  # fmt: skip
    assert next_file(applied(next_file(applied(filled)))) == next_file(applied(filled))


# --- Faults ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, faults",
    [
        ("review: [",
         ["r.yaml:1:9: a value is missing or cannot start like this; put the value in single quotes"]),
        ("- a", ["r.yaml:1:1: a review file is a mapping with a list `review`"]),
        ("review: 1", ["r.yaml:1:9: a list belongs here @ $.review"]),
        ("review: [a]", ["r.yaml:1:10: a mapping (`key: value`) belongs here @ $.review[0]"]),
        ("review:\n- {answer: a, decision: 1}", ["r.yaml:2:3: `part` is missing @ $.review[0]"]),
        ("review:\n- part: q.dx\n  answer: a\n  decision:\n    point: 2\n    comment: a\n  studens: []",
         ["r.yaml:5:5: `point` is not a key of this place @ $.review[0].decision.point; did you "
          "mean `points`?",
          "r.yaml:7:3: `studens` is not a key of this place @ $.review[0].studens; did you mean "
          "`students`?"]),
        ("review:\n- {part: q.dx, answer: a, decision: {points: much}}",
         ["r.yaml:2:46: `much` is not a number of points such as 1, 0.5 or 1/3 "
          "@ $.review[0].decision.points"]),
        ("review:\n- {part: q.dx, answer: a, decision: {points: -1}}",
         ["r.yaml:2:46: `-1` is not a number of points such as 1, 0.5 or 1/3 "
          "@ $.review[0].decision.points"]),
        ("review:\n- {part: q.dx, answer: a, decision: {points: 2, date: 31.10.2024}}",
         ["r.yaml:2:55: `31.10.2024` is no date; write it like 2024-10-31 "
          "@ $.review[0].decision.date"]),
        ("review:\n- {part: q.dx, decision: 1}",
         ["r.yaml:2:10: which answer to this part was decided? @ $.review[0].part; write "
          "`answer:`, or name `students:`"]),
        ("review:\n- part: q.dx\n  answer: a\n  decision: 1\n- part: q.dx\n  answer: a\n  decision: 0",
         ["r.yaml:7:13: this answer to `q.dx` is decided twice (the first in line 2) "
          "@ $.review[1].decision; keep one of the two"]),
        ("review:\n- part: q.dx\n  part: q.da", ["r.yaml:3:3: the key `part` stands twice (the first in line 2) @ $.review[0].part"]),
        ('review:\n- {part: q.dx, answer: a, decision: {comment: "\\theta"}}',
         ["r.yaml:2:48: YAML takes this backslash for an escape @ $.review[0].decision.comment; "
          "use single quotes, in which LaTeX stays what it is"]),
        ("review: &a [*a]",
         ["r.yaml:1:9: the anchor `&a` is not read @ $.review; take it out",
          "r.yaml:1:13: the alias `*a` is not followed @ $.review[0]; write it out here"]),
        ("review: []\n---\na: 1", ["r.yaml:2:1: a second document begins here; a review list is one "
                                   "document; take the line `---` out"]),
        ("review: " + "[" * 100_000, ["r.yaml:1:48: lists and mappings are nested more than 40 deep"]),
        # What only the homework shows.
        ("review:\n- {part: q.dy, answer: a, decision: 1}",
         ["r.yaml:2:10: `q.dy` is not a part of tiny @ $.review[0].part; did you mean `q.dx`?"]),
        ("review:\n- {part: q.dx, answer: a, decision: {points: 1.5}}",
         ["r.yaml:2:46: `3/2` is more than the 1 that q.dx is worth @ $.review[0].decision.points"]),
        ("review:\n- {part: q.dx, answer: a, students: [{id: 1, decision: 2}]}",
         ["r.yaml:2:56: `2` is more than the 1 that q.dx is worth "
          "@ $.review[0].students[0].decision.points"]),
        ("assignment: other\nreview:\n- {part: q.dx, answer: a, decision: 1}",
         ["r.yaml:1:13: these decisions are about `other`, and `tiny` is graded @ $.assignment; "
          "write the results to another folder"]),
    ],
)  # fmt: skip
def test_faults_are_told_all_at_once(text, faults, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as error:
        load_review(Path("r.yaml"), HOMEWORK)
    told = [str(fault).partition("\n")[0] for fault in error.value.faults]
    assert told == faults


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "review:\n", "review: []\nearlier:\nunread:\n", "\ufeffreview: []\r\n",
     # Another homework's, a part that is gone, more than it is worth: nothing is decided.
     "assignment: other\nreview:\n- {part: gone, answer: a}",
     "earlier:\n- {part: gone, answer: a, decision: 7}"],
)  # fmt: skip
def test_these_are_no_faults(text, tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text(text, encoding="utf-8")
    load_review(path, HOMEWORK)
    assert load_review(tmp_path / "none.yaml", HOMEWORK).entries == ()


def test_bytes_that_are_no_utf_8():
    with pytest.raises(FileError) as error:
        read_review(b"review:\n  - \xff")
    assert str(error.value) == "review.yaml:2:5: this is not UTF-8; save it as UTF-8"


def test_the_schema_for_editors_is_the_models():
    path = ROOT / "rubrics" / "review.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == review_schema()


def test_the_examples_of_the_manual_are_read():
    manual = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
    first, one, others = re.findall(r"```yaml\n(.*?)```", manual, re.DOTALL)
    (entry,) = read_review(first.encode()).entries
    assert (entry.decision.points, len(entry.students)) == (F(1, 2), 2)
    (entry,) = read_review(f"review:\n  - part: q.dx\n{one}".encode()).entries
    assert entry.students[0].decision.comment == "Seen on paper."
    entries = read_review(f"review:\n{others}".encode()).entries
    assert [entry.part for entry in entries] == ["q2.dh3_df2", "q1.phi_2", "q1.phi_1"]
    assert all(entry.is_decided for entry in entries)


# --- The whole way --------------------------------------------------------------------


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(RUBRIC, encoding="utf-8")
    Path("in").mkdir()
    for number, (name, (dx, da)) in enumerate(CLASS.items(), 1):
        dx_line = "" if dx is None else f"    dx: '{dx}'\n"
        Path(f"in/{name}.yaml").write_text(
            f"student: {{name: {name}, id: {number}}}\nanswers:\n  q:\n{dx_line}    da: '{da}'\n",
            encoding="utf-8",
        )
    return tmp_path


def run(*arguments: str):
    return CliRunner().invoke(cli, arguments)


REVIEW = Path("out/review.yaml")


def test_the_command_applies_and_keeps_what_was_decided(here):
    assert run("grade", "tiny.yaml", "in").exit_code == 0
    first = REVIEW.read_text(encoding="utf-8")
    assert first.startswith("# yaml-language-server: $schema=review.schema.json\n")
    assert json.loads(Path("out/review.schema.json").read_text()) == review_schema()
    filled = first.replace("decided_by:", "decided_by: Ada").replace("points:\n", "points: 0.5\n")
    filled = filled.replace("comment:\n", "comment: 'Seen: $x^2$'\n")
    REVIEW.write_text(filled, encoding="utf-8")
    os.utime(REVIEW, (1_700_000_000, 1_700_000_000))
    done = run("grade", "tiny.yaml", "in")
    assert done.exit_code == 0
    assert "0 answers for a person" in done.output
    results = Path("out/results.json").read_bytes()
    (ann, *_) = json.loads(results)["students"]
    assert (ann["score"], ann["pending"]) == (1.5, 0)
    assert ann["parts"][0]["decision"] == {
        "points": 0.5, "comment": "Seen: $x^2$", "by": "Ada", "date": "2023-11-14", "for": "group",
    }  # fmt: skip
    page = Path("out/feedback/1-ann.html").read_text(encoding="utf-8")
    assert "Decided by a person: 0.5 of 1" in page
    assert "no points are lost yet" not in page
    for suffix in ("md", "txt"):
        text = Path(f"out/feedback/1-ann.{suffix}").read_text(encoding="utf-8")
        assert "Decided by a person: 0.5 of 1" in text
    assert "0.5 of 1, “Seen: " in Path("out/index.html").read_text(encoding="utf-8")
    # Once more, on another day: the same bytes.
    kept = REVIEW.read_bytes()
    os.utime(REVIEW, (1_800_000_000, 1_800_000_000))
    run("grade", "tiny.yaml", "in")
    assert (Path("out/results.json").read_bytes(), REVIEW.read_bytes()) == (results, kept)


def test_the_command_stops_at_a_fault_before_anything_is_written(here):
    run("grade", "tiny.yaml", "in")
    before = Path("out/results.json").read_bytes()
    broken = REVIEW.read_text().replace("points:\n", "points: lots\n")
    REVIEW.write_text(broken)
    Path("in/ann.yaml").unlink()
    stopped = run("grade", "tiny.yaml", "in")
    assert stopped.exit_code == 2
    assert "`lots` is not a number of points" in stopped.output
    assert str(REVIEW) in stopped.output
    assert REVIEW.read_text() == broken
    assert Path("out/results.json").read_bytes() == before


def test_results_made_without_the_decisions_do_not_replace_them(here):
    run("grade", "tiny.yaml", "in")
    REVIEW.write_text(REVIEW.read_text().replace("points:\n", "points: 1\n"))
    decided = REVIEW.read_bytes()
    document = graded().as_json()
    for name, warnings in (
        ("review.new.yaml", 2),
        ("review.new.yaml", 2),  # nothing was decided in that one
    ):
        written = write_reports(document, Path("out"))
        assert len(written.warnings) == warnings
        assert written.warnings[0] == (
            "review.yaml has decisions that are not in these results; review.yaml was left as it is"
        )
        assert written.warnings[-1] == f"what needs a person now is in {name}"
        assert REVIEW.read_bytes() == decided
        assert Path("out", name).exists()


def test_an_edit_that_is_saved_while_grading_is_left_alone(here):
    run("grade", "tiny.yaml", "in")
    review = load_review(REVIEW, HOMEWORK)
    found = apply_decisions(graded(), review, HOMEWORK)
    edited = REVIEW.read_text().replace("points:\n", "points: 1\n")
    REVIEW.write_text(edited)
    written = write_reports(found.batch.as_json(), Path("out"), kept=found.kept)
    assert REVIEW.read_text() == edited
    assert len(written.warnings) == 2
