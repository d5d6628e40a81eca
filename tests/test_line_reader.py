"""A student's line read fast is what JSON says it is."""

from __future__ import annotations

import json

import pytest

from grader.reports.line_reader import LineReader

#: Lines, the house's own first; odd ones are read as any JSON.
LINES = (
    '{"student": {}, "file": "a", "parts": [{"part": "q1", "points": 1}]}',
    '{"file": "a", "parts": [{"part": "q1"}, {"part": "q2", "answer": null}]}',
    # What stands in strings is no structure.
    json.dumps({"file": 'a", "parts": [{"part": "', "parts": [{"part": '}, {"part": "x'}]}),
    json.dumps({"file": "a", "parts": [{"part": ', "parts": ['}, {"part": '"]}'}]}),
    # Lines of others: none, nested, in another order, more behind.
    '{"file": "a", "parts": []}',
    '{"parts": [{"part": "q1"}, {"part": "q2"}], "file": "a"}',
    '{"file": "a", "parts": [{"points": 1, "part": "q1"}, {"part": "q2"}]}',
    '{"file": "a", "parts": [{"part": "q1", "inner": [{"x": 1}, {"part": "q2"}]}]}',
    '{"file": "a", "parts": [{"part": "q1"}], "more": [{"part": "q2"}, {"part": "q3"}]}',
    '{"in": {"x": 1, "parts": [{"part": "q1"}]}, "parts": [{"part": "q2"}]}',
    '{"file":"a","parts":[{"part":"q1"},{"part":"q2"}]}',
    '{"file": "a", "parts": [{"part": "q1"},{"part": "q2"}]}',
    "[1, 2]",
)


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_what_json_says(line: str) -> None:
    found = LineReader().read(line)
    assert found == json.loads(line)
    assert json.dumps(found) == json.dumps(json.loads(line))


@pytest.mark.parametrize("line", ["", "{", '{"file": "a", "parts": [{"part": }]}', LINES[0] + "]}"])
def test_what_is_no_json_is_refused(line: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        LineReader().read(line)


def test_equal_results_are_one_value() -> None:
    reader = LineReader()
    first, second = (
        reader.read(json.dumps({"file": file, "parts": [{"part": "q1"}, {"part": "q2", "points": n}]}))
        for n, file in enumerate("ab")
    )  # fmt: skip
    assert first["parts"][0] is second["parts"][0]
    assert first["parts"][1] == {"part": "q2", "points": 0}
    assert second["parts"][1] == {"part": "q2", "points": 1}


@pytest.mark.parametrize(
    "line",
    [
        '{"student": {"id": "1"}, "file": "a", "parts": [{"part": "q1"}]}',
        '{"parts": [{"part": "q1"}], "student": {"id": "1"}, "file": "a"}',
        '{"student": {"id": "1"}, "parts": [{"part": "q1"}], "file": "a"}',
        '{"student": {"id": "1"}, "x": {"y": 1, "parts": []}, "file": "a"}',
    ],
)
def test_who_a_line_is_about_is_read_without_the_rest(line: str) -> None:
    head, whole = LineReader().head(line), json.loads(line)
    assert (head["student"], head["file"]) == (whole["student"], whole["file"])


def test_the_parts_are_not_read_for_that() -> None:
    line = '{"student": {"id": "1"}, "file": "a", "parts": [{"part": "q1"}]}'
    assert LineReader().head(line).keys() == {"student", "file"}
