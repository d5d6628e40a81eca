"""Sending to Canvas, end to end: the real canvasapi against a server that keeps state."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import cli
from grader.push import client as client_module
from grader.push.journal import Journal
from grader.push.token import PushError, Token, find_token, find_url

_spec = importlib.util.spec_from_file_location(
    "canvas_server", Path(__file__).with_name("canvas_server.py")
)
server = importlib.util.module_from_spec(_spec)
sys.modules["canvas_server"] = server
_spec.loader.exec_module(server)
TOKEN, CanvasState, running = server.TOKEN, server.CanvasState, server.running

PEOPLE = [
    {"id": 1001, "name": "Ada Lovelace", "sis_user_id": "S1001", "login_id": "alovelace"},
    {"id": 1002, "name": "Ben Okafor", "sis_user_id": "S1002", "login_id": "bokafor"},
    {"id": 1003, "name": "Chiyo Tanaka", "sis_user_id": "S1003", "login_id": "ctanaka"},
    {"id": 1004, "name": "Dana Whitfield", "sis_user_id": "S1004", "login_id": "dwhitfield"},
]


def submission(number, score, *, pending=0, **student):
    parts = [
        {"part": "q1.a", "verdict": "equivalent" if score == 2 else "different", "points": score,
         "possible": 2, "answer": "a<b>c", "evidence": {}, "feedback": [], "notes": [],
         "mistake": None, "read_as": "x"},
    ]  # fmt: skip
    if pending:
        parts.append({**parts[0], "part": "q1.b", "verdict": "undecided", "points": None,
                      "possible": pending})  # fmt: skip
    who = {"name": next((p["name"] for p in PEOPLE if p["id"] == number), "X")}
    if number:
        who["id"] = str(number)
    return {"student": {**who, **student}, "file": f"f{number}.yaml", "score": score,
            "pending": pending, "possible": 2 + pending, "notes": [], "parts": parts}  # fmt: skip


def results(*students):
    questions = [{"question": "q1", "title": "One", "prompt": "", "parts": [
        {"part": part, "quantity": "x", "reference": "x", "possible": 2, "prompt": ""}
        for part in ("q1.a", "q1.b")]}]  # fmt: skip
    return {
        "schema": 1, "assignment": "activity6", "possible": 2,
        "homework": {"title": "Activity 6", "course": "", "reveal": "never",
                     "canvas": {"assignment_id": "4312"}, "questions": questions},
        "students": list(students), "unread": [],
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CANVAS_API_TOKEN", TOKEN)
    monkeypatch.setattr(client_module.time, "sleep", lambda seconds: None)
    return tmp_path


@pytest.fixture
def slept(monkeypatch):
    """The pauses that were taken, in seconds; none is waited for."""
    pauses = []
    monkeypatch.setattr(client_module.Client.__init__, "__kwdefaults__", {"sleep": pauses.append})
    return pauses


def push(url, *options, students=None, when=None):
    if students is not None:
        Path("results.json").write_text(json.dumps(results(*students)), encoding="utf-8")
    if when is not None:
        os.utime("results.json", (when, when))
    outcome = CliRunner().invoke(
        cli,
        ["push", "--course", "27", "--assignment", "4312", "results.json", "--url", url, *options],
    )
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    assert TOKEN not in outcome.output
    assert TOKEN not in "".join(
        path.read_text(errors="replace") for path in Path().rglob("*") if path.is_file()
    )
    return outcome


CLASS = [submission(1001, 2), submission(1002, 1), submission(1003, 0, pending=1)]


def test_a_dry_run_is_the_default_and_changes_nothing(folder, slept):
    state = CanvasState(PEOPLE)
    state.grade(1002, "2.00")
    with running(state) as url:
        outcome = push(url, students=CLASS, when=2e9)
    assert outcome.exit_code == 0
    assert outcome.output.splitlines() == [
        "student       Canvas id  in Canvas  new   comment  file  rubric  note",
        outcome.output.splitlines()[1],
        "Ada Lovelace  1001       –          2.00  new      new   –",
        "Ben Okafor    1002       2          1.00  new      new   –",
        "Chiyo Tanaka  1003       –          –     –        –     –       "
        "no grade: 1 part (1 point) to be decided by a person",
        "",
        "Activity 6: 2 grades, 2 comments, 2 files, 0 rubric assessments; nothing for 1 student",
        "Nothing was sent. --send sends it.",
    ]
    assert {method for method, _ in state.log} == {"GET"}
    assert [path for _, path in state.log].count(
        "/api/v1/courses/27/assignments/4312/submissions"
    ) == 2
    assert state.submissions[1002]["score"] == 2
    assert sorted(path.name for path in Path().iterdir()) == ["results.json"]


def test_everything_is_sent_once(folder, slept):
    state = CanvasState(PEOPLE)
    with running(state) as url:
        first = push(url, "--send", students=CLASS)
        log = len(state.log)
        second = push(url, "--send")
    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert {n: s["score"] for n, s in state.submissions.items()} == {
        1001: 2, 1002: 1, 1003: None, 1004: None,
    }  # fmt: skip
    assert [len(state.comments(number)) for number in sorted(state.users)] == [1, 1, 0, 0]
    assert "Ada Lovelace" in state.comments(1001)[0]
    assert "<b" not in state.comments(1001)[0]
    assert state.attachments(1001) == [["feedback-1001.html"]]
    page = state.submissions[1001]["submission_comments"][0]["attachments"][0]["data"]
    assert page.lower().startswith("<!doctype html>")
    assert "<script" not in page
    assert {method for method, _ in state.log[log:]} == {"GET"}
    assert state.progresses[1]["polls"] >= 2
    assert oct(Path("canvas/push-27-4312.jsonl").stat().st_mode & 0o777) == "0o600"


def test_new_results_send_what_is_new(folder, slept):
    state = CanvasState(PEOPLE)
    with running(state) as url:
        push(url, "--send", students=CLASS)
        push(url, "--send", students=[*CLASS[:2], submission(1003, 2)])
    assert state.submissions[1003]["score"] == 2
    assert [len(state.comments(number)) for number in (1001, 1002, 1003)] == [1, 1, 1]


@pytest.mark.parametrize("status", [403, 429, 500, 502, 503])
@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", r"courses/27$"),
        ("GET", r"submissions$"),
        ("POST", r"update_grades$"),
        ("GET", r"progress/"),
        ("GET", r"submissions/1001$"),
        ("POST", r"comments/files$"),
        ("POST", r"/upload$"),
        ("PUT", r"submissions/1001$"),
    ],
)
def test_a_passing_fault_is_waited_out(folder, slept, method, path, status):
    state = CanvasState(PEOPLE)
    state.fail(method, path, status, times=2)
    with running(state) as url:
        outcome = push(url, "--send", students=CLASS)
    assert outcome.exit_code == 0, outcome.output
    assert state.faults == []
    assert state.submissions[1001]["score"] == 2
    assert [len(state.comments(number)) for number in (1001, 1002)] == [1, 1]
    assert (1.0, 2.0) in list(pairwise(slept))


@pytest.mark.parametrize("how", ["cut", "cut after", ("after", 500), ("after", 504)])
def test_a_comment_that_broke_off_is_never_there_twice(folder, slept, how):
    state = CanvasState(PEOPLE)
    state.fail("PUT", r"submissions/1001$", how)
    with running(state) as url:
        outcome = push(url, "--send", students=CLASS)
        again = push(url, "--send")
    assert (outcome.exit_code, again.exit_code) == (0, 0), outcome.output
    assert [len(state.comments(number)) for number in (1001, 1002)] == [1, 1]


def test_a_comment_that_came_meanwhile_is_not_sent_again(folder, slept):
    """Another run sends the same between our look and our turn."""
    state = CanvasState(PEOPLE)
    with running(state) as url:
        client = client_module.Client(url, Token(TOKEN), 27, 4312)
        client.target()
        for text in ("Well done.", " Well  done.\n", "Well done!"):
            client.send_comment("1001", text, None)
    assert state.comments(1001) == ["Well done.", "Well done!"]


def test_an_interrupted_run_goes_on_where_it_stopped(folder, slept):
    """The second comment dies with the program, after Canvas had it and before the journal."""
    state = CanvasState(PEOPLE)
    with running(state) as url, pytest.MonkeyPatch.context() as patch:
        written = Journal.write

        def dies(self, key, user, **fields):
            if user == "1002" and fields["what"] == "comment":
                raise KeyboardInterrupt
            written(self, key, user, **fields)

        patch.setattr(Journal, "write", dies)
        stopped = push(url, "--send", students=CLASS)
        assert stopped.exit_code != 0
        patch.undo()
        assert [len(state.comments(number)) for number in (1001, 1002)] == [1, 1]
        # A line that was cut off, too.
        with Path("canvas/push-27-4312.jsonl").open("a") as journal:
            journal.write('{"key": "ab')
        outcome = push(url, "--send", students=[*CLASS, submission(1004, 1)])
    assert outcome.exit_code == 0, outcome.output
    assert [len(state.comments(number)) for number in (1001, 1002, 1004)] == [1, 1, 1]


def test_each_failure_names_the_student_and_leaves_the_others_done(folder, slept):
    state = CanvasState(PEOPLE)
    state.missing_in_bulk = {1002}
    state.fail("PUT", r"submissions/1002$", 422)
    with running(state) as url:
        outcome = push(url, "--send", students=[submission(n, 1) for n in (1001, 1002, 1004)])
    assert outcome.exit_code == 1
    assert "Ben Okafor: the grade was not sent: " in outcome.stderr
    assert "Ben Okafor: the comment was not sent: the grade was not sent" in outcome.stderr
    assert "Sent; 2 failed." in outcome.stdout
    assert [state.submissions[n]["score"] for n in (1001, 1002, 1004)] == [1, None, 1]
    assert [len(state.comments(n)) for n in (1001, 1002, 1004)] == [1, 0, 1]
    with running(state) as url:
        again = push(url, "--send")
    assert again.exit_code == 0
    assert [len(state.comments(n)) for n in (1001, 1002, 1004)] == [1, 1, 1]


def test_a_student_whom_a_batch_misses_is_sent_alone(folder, slept):
    state = CanvasState(PEOPLE)
    state.missing_in_bulk = {1002}
    with running(state) as url:
        assert push(url, "--send", students=CLASS).exit_code == 0
    assert state.submissions[1002]["score"] == 1


def test_a_fault_that_lasts_ends_with_names(folder, slept):
    state = CanvasState(PEOPLE)
    state.fail("PUT", r"submissions/1001$", 503, times=50)
    with running(state) as url:
        outcome = push(url, "--send", students=CLASS)
    assert outcome.exit_code == 1
    assert "Ada Lovelace: the comment was not sent: " in outcome.stderr
    assert "after 7 attempts" in outcome.stderr
    assert len(state.comments(1002)) == 1


def test_what_is_newer_in_canvas_stays(folder, slept):
    state = CanvasState(PEOPLE)
    state.grade(1001, "0.50")  # in 2030
    state.submissions[1002]["submitted_at"] = "2030-01-01T00:00:00Z"
    with running(state) as url:
        outcome = push(url, "--send", students=CLASS, when=1.75e9)
        assert state.submissions[1001]["score"] == 0.5
        assert state.submissions[1002]["score"] is None
        assert (
            "the grade in Canvas is newer than the results; --force overwrites it" in outcome.output
        )
        assert (
            "handed in again since the results were made; grade again, or use --force"
            in outcome.output
        )
        push(url, "--send", "--force")
        assert state.submissions[1001]["score"] == 2
        assert state.submissions[1002]["score"] == 1
        # What we sent ourselves is no one else's newer grade.
        state.submissions[1002]["submitted_at"] = "2024-01-01T00:00:00Z"
        push(url, "--send", students=[submission(1002, 2)], when=1.75e9)
        assert state.submissions[1002]["score"] == 2


def test_the_rubric(folder, slept):
    rubric = [{"id": "_1", "description": "q1.a", "points": 2},
              {"id": "_9", "description": "neatness", "points": 1}]  # fmt: skip
    state = CanvasState(PEOPLE, rubric=rubric)
    with running(state) as url:
        outcome = push(url, "--send", students=CLASS[:2])
        assert "Canvas's rubric lacks 0" not in outcome.output
        assert {n: s["rubric_assessment"] for n, s in state.submissions.items() if n < 1003} == {
            1001: {"_1": {"points": 2.0, "comments": ""}},
            1002: {"_1": {"points": 1.0, "comments": "Not right."}},
        }
        again = push(url)
    assert (
        "0 grades, 0 comments, 0 files, 0 rubric assessments; nothing for 2 students"
        in again.output
    )


@pytest.mark.parametrize(
    "student, partner",
    [
        (submission(None, 1, sis_user_id="S1004"), 1004),
        (submission(None, 1, sis_login_id="DWhitfield"), 1004),
        (submission(4711, 1, sis_user_id="S1004"), None),
        (submission(None, 1, name="Dana Whitfield"), None),
    ],
)
def test_who_is_who(folder, slept, student, partner):
    state = CanvasState(PEOPLE)
    with running(state) as url:
        outcome = push(url, "--send", students=[student])
    assert {n for n, s in state.submissions.items() if s["score"] is not None} == (
        {partner} if partner else set()
    )
    assert ("is not in this assignment in Canvas" in outcome.output) == (partner is None)


@pytest.mark.parametrize(
    "options, score, grade, comments",
    [
        (("--scale", "percent"), 13, "50.00%", 1),
        (("--scale", "complete"), 26, "complete", 1),
        (("--only", "grades"), 1, "1.00", 0),
        (("--only", "comments"), None, None, 1),
    ],
)
def test_options(folder, slept, options, *, score, grade, comments):
    state = CanvasState(PEOPLE)
    with running(state) as url:
        outcome = push(url, "--send", *options, students=[submission(1001, 1)])
        assert outcome.exit_code == 0, outcome.output
        again = push(url, *options)
    assert (state.submissions[1001]["score"], state.submissions[1001]["grade"]) == (score, grade)
    assert len(state.comments(1001)) == comments
    assert "0 grades, 0 comments" in again.output


def test_comments_that_a_person_edited_are_sent(folder, slept):
    Path("results.json").write_text(json.dumps(results(*CLASS)))
    made = CliRunner().invoke(cli, ["export", "canvas-comments", "results.json"]).stdout
    document = json.loads(made)
    document["students"][0]["comment"] = "Well done."
    Path("feedback").mkdir()
    for row in document["students"]:
        Path(row["page"]).write_text("<!DOCTYPE html><p>page</p>")
    Path("results.json").write_text(json.dumps(document))
    state = CanvasState(PEOPLE)
    with running(state) as url:
        assert push(url, "--send").exit_code == 0
    assert state.comments(1001) == ["Well done."]
    assert state.attachments(1001) == [["feedback-1001.html"]]


def test_a_low_quota_slows_us_down(folder, slept):
    state = CanvasState(PEOPLE)
    state.remaining = [650.0, 60.0]
    with running(state) as url:
        push(url, students=CLASS)
    assert slept == [4.0]


# --- what stops it all --------------------------------------------------------------------


def test_a_wrong_token_or_place_ends_with_2(folder, slept, monkeypatch):
    state = CanvasState(PEOPLE)
    Path("results.json").write_text(json.dumps(results(*CLASS)))
    with running(state) as url:
        arguments = ["push", "results.json", "--url", url, "--assignment", "4312", "--course"]
        missing = CliRunner().invoke(cli, [*arguments, "28"])
        monkeypatch.setenv("CANVAS_API_TOKEN", "wrong-token")
        wrong = CliRunner().invoke(cli, [*arguments, "27"])
        monkeypatch.delenv("CANVAS_API_TOKEN")
        none = CliRunner().invoke(cli, [*arguments, "27"])
    assert [outcome.exit_code for outcome in (missing, wrong, none)] == [2, 2, 2]
    assert missing.stderr == "Canvas has no course 28, or this token may not see it\n"
    assert wrong.stderr == "Canvas refuses the token: is it right, and not expired?\n"
    assert none.stderr.startswith("there is no token: set CANVAS_API_TOKEN")


def test_the_token_comes_from_a_private_file(tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o600)
    assert find_token({}, file).reveal() == TOKEN
    assert find_token({"CANVAS_API_TOKEN": f" {TOKEN} "}, None).reveal() == TOKEN
    for mode in (0o640, 0o604, 0o644):
        file.chmod(mode)
        with pytest.raises(PushError, match="others can read this file; run chmod 600"):
            find_token({}, file)
    link = tmp_path / "link"
    file.chmod(0o600)
    link.symlink_to(file)
    for wrong in (link, tmp_path / "none", tmp_path):
        with pytest.raises(PushError):
            find_token({}, wrong)
    file.write_text("two words")
    with pytest.raises(PushError) as caught:
        find_token({}, file)
    assert "two words" not in str(caught.value)


def test_no_token_shows_itself():
    token = Token(TOKEN)
    assert TOKEN not in repr(token) + str(token) + f"{token}"
    assert token.hide(f"x {TOKEN} y") == "x [token] y"
    with pytest.raises(TypeError):
        __import__("pickle").dumps(token)


@pytest.mark.parametrize(
    "given, url",
    [
        ("https://canvas.example.edu", "https://canvas.example.edu"),
        ("https://canvas.example.edu/api/v1/", "https://canvas.example.edu"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://canvas.example.edu", None),
        ("canvas.example.edu", None),
        ("https://me:secret@canvas.example.edu", None),
        ("ftp://canvas.example.edu", None),
        ("", None),
    ],
)
def test_the_address(given, url):
    if url is None:
        with pytest.raises(PushError):
            find_url({}, given)
    else:
        assert find_url({"CANVAS_API_URL": given}, None) == url


def test_a_journal_that_is_something_else_stops_it(tmp_path):
    path = tmp_path / "j.jsonl"
    path.write_text('hello\n{"key": "a", "user": "1", "state": "done"}\n')
    with pytest.raises(PushError, match=r"j\.jsonl:1:1: this is no line of a journal"):
        Journal.open(path)
