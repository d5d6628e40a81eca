"""review.yaml: complete, readable by any YAML reader, and no decision is ever lost."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import FileError
from grader.reports import write_review
from grader.reports.review import decisions, merged, review_text
from grader.reports.review_yaml import read_yaml, storable, yaml_text, yaml_value

DATA = Path(__file__).parent / "data" / "reports_results.json"
OPEN = "    decision:\n      points:\n      comment:\n"


@pytest.fixture
def document():
    return json.loads(DATA.read_text(encoding="utf-8"))


def fresh(document) -> str:
    return review_text(document, ())


def fill_in(text: str, decision: str, entry: int = 0) -> str:
    """The file with the decision of one entry filled in, as an editor would."""
    pieces = text.split(OPEN)
    return (
        OPEN.join(pieces[: entry + 1])
        + f"    decision:\n{decision}"
        + OPEN.join(pieces[entry + 1 :])
    )


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
        "      - {name: '=cmd|''/c calc''!A1 <b>Bobby</b> ⟨U+202E⟩Tables⟨U+202C⟩', id: '1003', "
        "file: '../../evil⟨U+202E⟩.yaml'}\n"
        "      - {name: 'Grace Hopper', id: '1002', file: grace.yaml}\n"
        "    decision:\n"
        "      points:\n"
        "      comment:\n"
    ) in fresh(document)


def test_the_file_is_yaml_and_holds_all_that_is_pending(document):
    found = yaml.safe_load(fresh(document))
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


def test_nothing_to_review(document):
    document["students"] = document["students"][:1]
    document["unread"] = []
    found = yaml.safe_load(fresh(document))
    assert found == {"assignment": "activity6", "review": []}


def test_answers_that_were_read_otherwise_are_decided_apart(document):
    same = document["students"][1]["parts"][4]
    same["read_as"] = "x"
    assert len(yaml.safe_load(fresh(document))["review"]) == 7


DECISION = "      points: 0.5\n      comment: 'it''s \\theta: #1'\n"


def test_a_decision_stays_with_its_answer(document):
    edited = fill_in(fresh(document), DECISION)
    assert merged(document, edited, "review.yaml") == edited
    # A third student writes the same, and another answer is decided elsewhere.
    document["students"][0]["parts"][4] = copy.deepcopy(document["students"][1]["parts"][4])
    document["students"][1]["parts"][5]["points"] = 1
    found = yaml.safe_load(merged(document, edited, "review.yaml"))
    assert len(found["review"][0]["students"]) == 3
    assert found["review"][0]["decision"] == {"points": 0.5, "comment": "it's \\theta: #1"}
    assert "earlier" not in found


def test_a_decision_whose_answer_is_gone_moves_to_earlier_and_comes_back(document):
    before = fresh(document)
    edited = fill_in(before, DECISION)
    changed = copy.deepcopy(document)
    for index in (1, 2):
        changed["students"][index]["parts"][4]["answer"] = "something else"
    moved = merged(changed, edited, "review.yaml")
    found = yaml.safe_load(moved)
    assert found["review"][0]["decision"] == {"points": None, "comment": None}
    (earlier,) = found["earlier"]
    assert earlier["part"] == "q1.psi_11"
    assert earlier["decision"] == {"points": 0.5, "comment": "it's \\theta: #1"}
    assert [student["id"] for student in earlier["students"]] == ["1003", "1002"]
    # Again and again nothing is lost or doubled.
    assert merged(changed, moved, "review.yaml") == moved
    # The answer is handed in once more: the decision is about it again.
    assert merged(document, moved, "review.yaml") == edited


def test_a_decision_outlives_a_change_of_how_the_answer_is_read(document):
    edited = fill_in(fresh(document), DECISION, entry=5)
    document["students"][1]["parts"][6]["read_as"] = "read better now"
    found = yaml.safe_load(merged(document, edited, "review.yaml"))
    assert found["review"][5]["decision"]["points"] == 0.5
    assert "earlier" not in found


def test_an_earlier_decision_does_not_replace_a_new_one(document):
    edited = fill_in(fresh(document), DECISION)
    answer = document["students"][1]["parts"][4]["answer"]
    doubled = edited + (
        f"\nearlier:\n  - part: q1.psi_11\n    answer: {yaml_text(answer)}\n"
        "    decision:\n      points: 1\n      comment: older\n"
    )
    found = yaml.safe_load(merged(document, doubled, "review.yaml"))
    assert found["review"][0]["decision"]["points"] == 0.5
    assert found["earlier"][0]["decision"] == {"points": 1, "comment": "older"}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("      points: 1\n      comment:\n", {"points": "1", "comment": None}),
        ("      points:\n      comment: no\n", {"points": None, "comment": "no"}),
        ("      points: 1_000\n", {"points": "1_000", "comment": None}),
        ("      points: 0.50\n", {"points": "0.50", "comment": None}),
        # Whatever else was written belongs to the decision too.
        ("      points: 1\n      who: me\n      why: [a, {b: c}]\n",
         {"points": "1", "comment": None, "who": "me", "why": ["a", {"b": "c"}]}),
        ("      points: 1\n      comment: |\n        two\n        lines\n",
         {"points": "1", "comment": "two\nlines\n"}),
        ("      points: ~\n      comment: null\n      who: me\n",
         {"points": None, "comment": None, "who": "me"}),
    ],
)  # fmt: skip
def test_what_was_typed_is_kept_as_text(document, written, kept):
    once = merged(document, fill_in(fresh(document), written), "review.yaml")
    assert read_yaml(once, "")["review"][0]["decision"] == kept
    assert merged(document, once, "review.yaml") == once


def test_a_bare_decision_is_taken_for_its_points(document):
    edited = fresh(document).replace(OPEN, "    decision: 0.5\n", 1)
    (decided,) = decisions(edited, "review.yaml")
    assert decided.decision == {"points": "0.5"}


def test_an_answer_that_no_file_can_hold_keeps_its_decision(document):
    document["students"][1]["parts"][4]["answer"] = "\ud800\r\n\x00"
    document["students"][2]["parts"][4]["answer"] = "\ud800\r\n\x00"
    edited = fill_in(fresh(document), DECISION)
    assert merged(document, edited, "review.yaml") == edited


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("review: [", "review.yaml:2:1: this is not YAML: did not find expected node content"),
        ("- a", "review.yaml:1:1: a review file is a mapping with a list `review`"),
        ("review: 1", "review.yaml:1:1: `review` must be a list @ $.review"),
        ("review: [a]", "review.yaml:1:1: an entry must be a mapping @ $.review[0]"),
        ("review: [{decision: {points: 1}}]",
         "review.yaml:1:1: which part is this about? @ $.review[0].part"),
        ("review:\n  - part: a\n    decision:\n      points: 1\n      points: 0\n",
         "review.yaml:5:7: `points` stands here twice"),
        ("review: &a [*a]",
         "review.yaml:1:13: write this out where it is wanted, without `*`"),
        ("review: " + "[" * 100_000, "review.yaml:1:28: this nests too deep"),
        ("? [a]\n: b", "review.yaml:1:3: a key must be a word"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read(document, text, message):
    with pytest.raises(FileError) as raised:
        merged(document, text, "review.yaml")
    assert str(raised.value) == message


def test_a_damaged_file_is_left_alone_and_the_list_goes_beside_it(document, tmp_path):
    path = tmp_path / "review.yaml"
    path.write_text("review: [", encoding="utf-8")
    written, warnings = write_review(document, path)
    assert path.read_text(encoding="utf-8") == "review: ["
    assert written.name == "review.new.yaml"
    assert warnings == (
        "review.yaml:2:1: this is not YAML: did not find expected node content; review.yaml was "
        "left as it is, mend it and grade again",
        "what needs a person now is in review.new.yaml",
    )
    # What is decided there is kept as well, and a second damaged file is not overwritten.
    written.write_text(fill_in(written.read_text("utf-8"), DECISION), encoding="utf-8")
    kept = written.read_bytes()
    assert write_review(document, path)[0].read_bytes() == kept
    written.write_bytes(b"\xff\xfe")
    third, warnings = write_review(document, path)
    assert third.name == "review.new-2.yaml"
    assert warnings[1].startswith("review.new.yaml:1:1: this is not UTF-8; save it as UTF-8")
    assert written.read_bytes() == b"\xff\xfe"


def test_an_edit_that_is_saved_meanwhile_is_merged(document, tmp_path, monkeypatch):
    path = tmp_path / "review.yaml"
    write_review(document, path)
    edited = fill_in(path.read_text("utf-8"), DECISION)
    changed = copy.deepcopy(document)
    changed["students"] = changed["students"][:2]
    from grader.reports import review

    original = review.merged
    calls = []

    def slow(*arguments):
        calls.append(arguments)
        if len(calls) == 1:
            path.write_text(edited, encoding="utf-8")
        return original(*arguments)

    monkeypatch.setattr(review, "merged", slow)
    write_review(changed, path)
    assert len(calls) == 2
    assert yaml.safe_load(path.read_text("utf-8"))["review"][0]["decision"]["points"] == 0.5


def test_a_byte_order_mark_and_windows_line_ends_are_read(document, tmp_path):
    path = tmp_path / "review.yaml"
    edited = fill_in(fresh(document), DECISION).replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + edited.encode())
    write_review(document, path)
    assert path.read_text("utf-8") == fill_in(fresh(document), DECISION)


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
