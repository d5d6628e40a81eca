"""review.yaml as it is written: complete, and readable by any YAML reader."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from grader.read.review import read_review, storable
from grader.reports import write_review
from grader.reports.groups import for_a_person
from grader.reports.review import review_text
from grader.reports.review_yaml import yaml_answer, yaml_text, yaml_value

DATA = Path(__file__).parent / "data" / "reports_results.json"
OPEN = "    decision:\n      points:\n      comment:\n"


@pytest.fixture
def document():
    return json.loads(DATA.read_text(encoding="utf-8"))


def test_an_entry_in_full(document):
    assert (
        "\n"
        "  # 2 students: could not be read\n"
        "  - part: q1.psi_11\n"
        "    answer: '\\phi_1 I[\\psi_{01}+\\psi_{11} a[\\theta_{01}+\\theta_{11}x] > 0 "
        "a[\\theta_{01}'\n"
        "    verdict: unreadable\n"
        "    reason: 'the `[` at 9 is never closed'\n"
        "    possible: 1\n"
        "    students:\n"
        "      - {name: \"=cmd|'/c calc'!A1 <b>Bobby</b> \\u202eTables\\u202c\", id: '1003', "
        'file: "../../evil\\u202e.yaml"}\n'
        "      - {name: 'Grace Hopper', id: '1002', file: grace.yaml}\n"
        "    decision:\n"
        "      points:\n"
        "      comment:\n"
    ) in review_text(document)


def test_the_file_is_yaml_and_holds_all_that_is_pending(document):
    text = review_text(document)
    found = yaml.safe_load(text)
    pending = {
        (part["part"], part["answer"])
        for submission in document["students"]
        for part in submission["parts"]
        if part["points"] is None
    }
    assert {(entry["part"], entry["answer"]) for entry in found["review"]} == pending
    assert list(found["review"][0]) == [
        "part", "answer", "verdict", "reason", "possible", "students", "decision",
    ]  # fmt: skip
    assert [row["file"] for row in found["unread"]] == ["broken.yaml", "<b>evil</b>.yaml"]
    assert "earlier" not in found
    # What was written is what is read.
    read = read_review(text.encode())
    assert not read.is_decided
    assert {entry.part for entry in read.entries} == {part for part, _ in pending}
    (bobby, _) = read.entries[0].students
    assert bobby.name == document["students"][2]["student"]["name"]


def test_nothing_to_review(document):
    document["students"] = document["students"][:1]
    document["unread"] = []
    found = yaml.safe_load(review_text(document))
    assert found == {"assignment": "activity6", "decided_by": None, "review": []}


def test_answers_that_were_read_otherwise_are_decided_apart(document):
    same = document["students"][1]["parts"][4]
    same["read_as"] = "x"
    assert len(yaml.safe_load(review_text(document))["review"]) == 7


def test_answers_that_mean_the_same_are_decided_together(document):
    (first, *_) = for_a_person(document)
    for index, answer in zip((1, 2), ("x + 1", "1 + x"), strict=True):
        document["students"][index]["parts"][4] |= {"meaning": "abc", "answer": answer}
    (entry, *_) = yaml.safe_load(review_text(document))["review"]
    assert (entry["part"], entry["answer"], entry["also"]) == (first.part, "1 + x", ["x + 1"])
    assert entry["meaning"] == "abc"
    assert "# 2 students: could not be read, 2 notations\n" in review_text(document)


def test_an_answer_of_several_lines_stands_as_such(document):
    answer = "first = 1\n  % 'x'\nlast"
    document["students"][1]["parts"][4]["answer"] = "a\nb: #'\nc"
    document["students"][2]["parts"][4]["answer"] = answer
    text = review_text(document)
    assert "    answer: |-\n      a\n      b: #'\n      c\n" in text
    answers = {entry["answer"] for entry in yaml.safe_load(text)["review"]}
    assert {"a\nb: #'\nc", answer} <= answers


def test_a_damaged_file_is_left_alone_and_the_list_goes_beside_it(document, tmp_path):
    path = tmp_path / "review.yaml"
    path.write_text("review: [", encoding="utf-8")
    written, warnings = write_review(document, path)
    assert path.read_text(encoding="utf-8") == "review: ["
    assert written.name == "review.new.yaml"
    assert warnings == (
        "review.yaml:1:9: a value is missing or cannot start like this; put the value in single "
        "quotes; review.yaml was left as it is",
        "what needs a person now is in review.new.yaml",
    )
    # What is decided there is left alone as well, and what is damaged too.
    decided = written.read_text("utf-8").replace("points:\n", "points: 1\n")
    written.write_text(decided, encoding="utf-8")
    second, _ = write_review(document, path)
    assert second.name == "review.new-2.yaml"
    second.write_bytes(b"\xff\xfe")
    third, warnings = write_review(document, path)
    assert third.name == "review.new-3.yaml"
    assert warnings[2].startswith("review.new-2.yaml:1:1: this is not UTF-8; save it as UTF-8")
    assert written.read_text("utf-8") == decided
    assert second.read_bytes() == b"\xff\xfe"


def test_a_file_in_which_nothing_is_decided_is_written_anew(document, tmp_path):
    path = tmp_path / "review.yaml"
    write_review(document, path)
    before = path.read_text("utf-8")
    document["students"] = document["students"][:2]
    assert write_review(document, path) == (path, ())
    assert path.read_text("utf-8") != before


@given(
    st.text(alphabet=st.characters(codec=None, exclude_categories=()))
    | st.text("'\"\\:#- \n\r\t\x85\u2028")
)
def test_any_text_comes_back_from_any_yaml_reader(text):
    for written in (yaml_text(text), yaml_value(text)):
        assert "\n" not in written
        read = yaml.load(f"a: {written}\n", Loader=yaml.CBaseLoader)
        assert read == {"a": storable(text)}
        flow = yaml.load(f"[{{a: {written}, b: c}}]\n", Loader=yaml.BaseLoader)
        assert flow == [{"a": storable(text), "b": "c"}]


@given(st.text("yesnotrufal~01.-_:'#", max_size=6))
def test_text_is_text_also_to_a_reader_that_guesses_types(text):
    assert yaml.safe_load(f"a: {yaml_text(text)}") == {"a": text}


@given(st.lists(st.text("ab:#'\"- \t\\|>&*", max_size=5), min_size=1, max_size=4))
def test_an_answer_comes_back_from_a_block(lines):
    text = "\n".join(lines)
    written = f"  answer: {yaml_answer(text, 6)}\n  next: 1\n"
    assert yaml.load(written, Loader=yaml.CBaseLoader) == {"answer": text, "next": "1"}
