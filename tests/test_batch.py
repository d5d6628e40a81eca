"""Batches: shared work, workers that die, journals, incremental runs.  Same bytes each time."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future
from fractions import Fraction as F
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import pytest

from grader.batch import grade_class, grade_paths
from grader.batch.collect import ANSWER, FILE
from grader.batch.journal import Journal
from grader.batch.records import from_record, to_record
from grader.batch.work import OtherVersionError, Rubric, judge_answers
from grader.batch.workers import WorkerDiedError, Workers, _Worker
from grader.homework import load_rubric, parse_rubric
from grader.reports.results_file import open_results, writing_results
from grader.reports.results_json import read_results, results_text
from grader.results import (
    Outcome,
    PartResult,
    Student,
    Unread,
    Verdict,
)
from grader.version import __version__

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "submissions_sample"
TINY = """\
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
ACTIVITY = load_rubric("activity6")


def hand_in(folder: Path, number: int, dx: str, da: str = "x^2") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"s{number:03}.yaml"
    path.write_text(
        f"student: {{name: Student {number}, id: {number}}}\n"
        f"answers:\n  q:\n    dx: '{dx}'\n    da: '{da}'\n"
    )
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A rubric and a class of 20 who give few different answers."""
    (tmp_path / "tiny.yaml").write_text(TINY)
    for number in range(20):
        hand_in(tmp_path / "class", number, ("2 a x", "a x", "2 a x +", "x a 2")[number % 4])
    return tmp_path


def grader(*arguments: object, here: Path, **settings) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader", *map(str, arguments)],
        cwd=here, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False, **settings,
    )  # fmt: skip


def summary(*arguments: object, here: Path) -> dict[str, object]:
    done = grader("grade", "tiny.yaml", "class", "--json", *arguments, here=here)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files_below(folder: Path) -> dict[str, bytes]:
    """All that was written, without what is the program's own."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".grader" not in path.parts
    }


# --- records ---------------------------------------------------------------------------


def filled(kind):
    """A value of a type that has something in each field, also in fields yet to come."""
    inside = [item for item in get_args(kind) if item not in (type(None), Ellipsis)]
    if get_origin(kind) is tuple:
        return tuple(map(filled, inside))
    if inside:
        return filled(inside[0])
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: filled(hints[field.name]) for field in dataclasses.fields(kind)})
    return {F: F(1, 3), str: "2 a\ud800x", int: 7, bool: True, Outcome: Outcome.DIFFERENT}[kind]


FULL = filled(PartResult)


@pytest.mark.parametrize(
    "value",
    [
        FULL,
        PartResult("q.dx", None, None, Verdict(Outcome.MISSING), None, F(2)),
        Student("Ada", None, "0012"),
        Unread("a.yaml", "a.yaml:1:1: ü", Student(id="1")),
    ],
)
def test_a_record_is_the_value(value) -> None:
    record = json.loads(json.dumps(to_record(value)))
    assert from_record(type(value), record) == value


@pytest.mark.parametrize("value", [{"a": 1}, object(), {1, 2}])
def test_what_has_no_record_is_refused(value) -> None:
    with pytest.raises(TypeError):
        to_record(value)


def test_a_type_that_cannot_be_read_back_is_refused() -> None:
    with pytest.raises(TypeError):
        from_record(dict[str, int], {})
    with pytest.raises(KeyError):
        from_record(Unread, {"file": "a"})


# --- the journal ------------------------------------------------------------------------


def test_a_journal_keeps_what_was_put(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path, "one")
    journal.put("a", "k", "first")
    journal.put("a", "k", "second with blanks")
    journal.put("f", "k", "another kind")
    journal.put("a", "passing", "not for the next run", lasting=False)
    assert (journal.get("a", "k"), journal.get("a", "passing")) == (
        "second with blanks", "not for the next run",
    )  # fmt: skip
    journal.close()
    journal = Journal(path, "one")
    assert (journal.get("a", "k"), journal.get("f", "k")) == ("second with blanks", "another kind")
    assert ("a", "passing") not in journal
    assert (journal.count("a"), journal.count("f")) == (1, 1)
    journal.keep_only({("f", "k")})
    journal.put("a", "new", "x")
    journal.close()
    journal = Journal(path, "one")
    assert ("a", "k") not in journal
    assert (journal.get("f", "k"), journal.get("a", "new")) == ("another kind", "x")
    journal.close()
    # Another rubric or program: all of it is another's.
    journal = Journal(path, "two")
    assert ("f", "k") not in journal
    journal.close()


def test_no_damage_to_a_journal_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path, "one")
    texts = {f"k{number}": f"text {number}" for number in range(8)}
    for key, text in texts.items():
        journal.put("a", key, text)
    journal.close()
    whole = path.read_bytes()
    seen = 0
    for place in range(0, len(whole), 3):
        for damaged in (whole[:place], whole[:place] + b"\x07" + whole[place + 1 :]):
            path.write_bytes(damaged)
            journal = Journal(path, "one")
            for key, text in texts.items():
                if ("a", key) in journal:
                    assert journal.get("a", key) == text
                    seen += 1
            journal.put("a", "later", "is kept")
            journal.close()
            journal = Journal(path, "one")
            assert journal.get("a", "later") == "is kept"
            journal.close()
    assert seen > 100


# --- results, student by student -----------------------------------------------------------


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    document = grade_paths(ACTIVITY, [SAMPLES]).as_json()
    head = {key: value for key, value in document.items() if key not in ("students", "unread")}
    path = tmp_path / "results.json"
    with writing_results(path, head) as writer:
        for student in document["students"]:
            writer.add(student)
        writer.close(document["unread"])
    text = path.read_text(encoding="utf-8")
    assert text == results_text(document)
    assert json.loads(text) == document == read_results(text, "results.json")
    for found in (writer.document(), open_results(path)):
        students = found["students"]
        assert not isinstance(students, list)
        assert list(students) == document["students"] == students[:]
        assert students[-1] == document["students"][-1]
        assert {**found, "students": None} == {**document, "students": None}
    path.write_text(json.dumps(document, indent=3))  # as another program writes it
    assert open_results(path) == document


def test_results_of_nobody(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    with writing_results(path, {"schema": 1}) as writer:
        writer.close([])
    found = open_results(path)
    assert json.loads(path.read_text()) == {"schema": 1, "students": [], "unread": []}
    assert (len(found["students"]), found["unread"]) == (0, [])


def test_results_that_break_off_leave_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text("before")

    def broken() -> None:
        with writing_results(path, {"schema": 1}) as writer:
            writer.add({"student": {}})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
        "results.json": "before"
    }


# --- executors -----------------------------------------------------------------------------


class Shuffled(Executor):
    """Does tasks in another order, each in a thread of its own."""

    def __init__(self) -> None:
        self.tasks = 0

    def submit(self, fn, /, *args, **kwargs):
        future: Future[object] = Future()
        self.tasks += 1
        late = 0.02 if self.tasks % 3 == 0 else 0

        def work() -> None:
            time.sleep(late)
            try:
                future.set_result(fn(*args, **kwargs))
            except Exception as error:  # noqa: BLE001 - whoever asks gets it
                future.set_exception(error)

        threading.Thread(target=work).start()
        return future


def test_any_executor_gives_the_same(tmp_path: Path) -> None:
    here = grade_paths(ACTIVITY, [SAMPLES, SAMPLES / "messy"])
    other = Shuffled()
    graded = grade_class(ACTIVITY, [SAMPLES, SAMPLES / "messy"], Journal(None, ""), cluster=other)
    students = tuple(graded.students.submissions())
    assert students == here.students
    assert graded.students.unread([]) == here.unread
    assert other.tasks > 10
    assert graded.counts.answers > 150


class Deadly(Shuffled):
    """Workers die of one answer."""

    def submit(self, fn, /, subject, items):
        if fn is judge_answers and any(item[1] == "deadly" for item in items):
            future: Future[object] = Future()
            future.set_exception(WorkerDiedError())
            return future
        return super().submit(fn, subject, items)


def test_an_answer_that_kills_workers_goes_to_a_person_and_costs_nobody_else(small: Path) -> None:
    hand_in(small / "class", 7, "deadly")
    homework = parse_rubric(TINY)
    journal = Journal(small / "journal", "one")
    graded = grade_class(homework, [small / "class"], journal, cluster=Deadly())
    students = list(graded.students.submissions())
    (dead,) = [student for student in students if student.file == "s007.yaml"]
    assert (dead.parts[0].verdict.outcome, dead.parts[0].points) == (Outcome.UNDECIDED, None)
    assert dead.parts[0].verdict.reason == (
        "needs a person: the process that judged it was ended twice, for its memory or by the system"
    )
    assert dead.parts[1].verdict.outcome is Outcome.EQUIVALENT
    others = [student for student in students if student is not dead]
    expected = grade_paths(homework, [small / "class"]).students
    assert others == [student for student in expected if student.file != "s007.yaml"]
    # The next run tries again.
    journal.close()
    journal = Journal(small / "journal", "one")
    again = grade_class(homework, [small / "class"], journal)
    assert again.counts.answers == 1
    assert tuple(again.students.submissions()) == expected
    journal.close()


def test_a_crash_of_ours_costs_one_answer(small: Path, monkeypatch) -> None:
    def judge(homework, part, asked, scopes):
        raise ZeroDivisionError

    monkeypatch.setattr("grader.batch.work.judge_asked", judge)
    batch = grade_paths(parse_rubric(TINY), [small / "class"])
    assert len(batch.students) == 20
    for student in batch.students:
        assert {part.verdict.outcome for part in student.parts} == {Outcome.UNDECIDED}
        assert "needs a person: the grader failed on it (ZeroDivisionError in" in str(
            student.parts[0].verdict.reason
        )


def test_a_worker_of_another_version_is_refused() -> None:
    rubric = Rubric(TINY, "tiny.yaml", "0", "never", "9.9")
    with pytest.raises(OtherVersionError):
        judge_answers(rubric, [])


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_workers_are_replaced_and_what_killed_them_is_told() -> None:
    workers = Workers(2)
    try:
        assert workers.submit(os.path.basename, "a/b").result(60) == "b"
        with pytest.raises(WorkerDiedError):
            workers.submit(signal.raise_signal, signal.SIGKILL).result(60)
        with pytest.raises(ZeroDivisionError):
            workers.submit(divmod, 1, 0).result(60)
        assert [workers.submit(abs, -k).result(60) for k in range(5)] == list(range(5))
    finally:
        workers.shutdown()
    with pytest.raises(RuntimeError):
        workers.submit(abs, 1)


def test_who_waits_is_told_where_no_process_can_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused() -> None:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(_Worker, "start", refused)
    workers = Workers(2)
    try:
        for _ in range(3):
            with pytest.raises(BlockingIOError):
                workers.submit(abs, -1).result(60)
    finally:
        workers.shutdown()


def test_a_worker_cannot_take_all_memory() -> None:
    workers = Workers(1)
    try:
        with pytest.raises((MemoryError, WorkerDiedError)):
            workers.submit(bytearray, 3_000_000_000).result(60)
        assert workers.submit(abs, -1).result(60) == 1
    finally:
        workers.shutdown()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_a_worker_that_is_killed_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    for copy in range(3):
        for path in SAMPLES.glob("*.yaml"):
            text = path.read_text().replace("phi_0: 1", f"phi_0: {copy} - {copy} + 1")
            (tmp_path / "class" / f"{copy}-{path.name}").write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = ["grade", "activity6", "class", "--no-feedback", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "grader", *words, "-o", "a", "--jobs", "2"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        killed = 0
        while process.poll() is None and killed < 2:
            journal = tmp_path / "a" / ".grader" / "journal"
            ready = journal.exists() and journal.stat().st_size > 1_000
            # Their names say who they are; the resource tracker is none of them.
            for child in _children(process.pid) if ready else ():
                line = Path(f"/proc/{child}/cmdline").read_bytes()
                if b"spawn_main" in line and killed < 2:
                    os.kill(child, signal.SIGKILL)
                    killed += 1
            time.sleep(0.005)
        told, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert killed > 0
    assert json.loads(told)["for_a_person"] >= 0
    done = grader(*words, "-o", "b", "--jobs", "1", here=tmp_path)
    assert done.returncode == 0
    assert files_below(tmp_path / "a") == files_below(tmp_path / "b")


def _children(parent: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{parent}/task").iterdir():
        try:
            found += [int(word) for word in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


# --- incremental -----------------------------------------------------------------------------


def test_a_second_run_does_the_work_of_what_changed(small: Path) -> None:
    first = summary("-o", "a", here=small)
    assert (first["files_known"], first["answers_judged"]) == (0, 5)
    assert summary("-o", "a", here=small)["files_known"] == 20
    hand_in(small / "class", 3, "2 a x - 0")
    hand_in(small / "class", 4, "2 a x", "x x")
    hand_in(small / "class", 99, "a x")  # new file, known answer
    second = summary("-o", "a", here=small)
    assert (second["files"], second["files_known"], second["answers_judged"]) == (21, 18, 2)
    fresh = summary("-o", "b", here=small)
    assert fresh["files_known"] == 0
    assert files_below(small / "a") == files_below(small / "b")
    again = summary("-o", "a", "--fresh", here=small)
    assert (again["files_known"], again["answers_judged"]) == (0, fresh["answers_judged"])
    assert files_below(small / "a") == files_below(small / "b")
    # A changed rubric grades anew.
    (small / "tiny.yaml").write_text(TINY.replace("title: Tiny", "title: Another"))
    assert summary("-o", "a", here=small)["files_known"] == 0
    found = json.loads((small / "a" / "results.json").read_text())
    digests = {path.name: digest(path) for path in (small / "class").iterdir()}
    assert {k: v for row in found["students"] for k, v in row["files"].items()} == digests
    assert found["made_with"] == {"grader": __version__, "rubric": digest(small / "tiny.yaml")}


def test_a_journal_does_not_grow_for_ever(small: Path) -> None:
    homework = parse_rubric(TINY)
    path = small / "journal"
    sizes = []
    for turn in range(3):
        for number in range(20):
            hand_in(small / "class", number, f"2 a x + {turn}")
        journal = Journal(path, "one")
        graded = grade_class(homework, [small / "class"], journal)
        journal.keep_only(graded.students.in_use())
        sizes.append((journal.count(FILE), journal.count(ANSWER)))
        assert len(list(graded.students.submissions())) == 20
        journal.close()
    assert sizes == [(20, 2)] * 3


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", None])
def test_a_damaged_or_lost_journal_only_costs_time(small: Path, damage) -> None:
    summary("-o", "a", here=small)
    before = files_below(small / "a")
    journal = small / "a" / ".grader" / "journal"
    if damage is None:
        shutil.rmtree(small / "a" / ".grader")
    else:
        journal.write_bytes(damage(journal.read_bytes()))
    summary("-o", "a", here=small)
    assert files_below(small / "a") == before


def test_pages_that_stand_are_left_and_others_are_written(small: Path) -> None:
    summary("-o", "a", here=small)
    before = files_below(small / "a")
    places = {path: path.stat().st_ino for path in (small / "a" / "feedback").iterdir()}
    changed, gone, *others = sorted(places)
    changed.write_text("<p>somebody's")
    gone.unlink()
    hand_in(small / "class", 19, "x a 2", "x x")
    summary("-o", "a", here=small)
    new = {path for path in others if path.stat().st_ino != places[path]}
    # Each student has three: those of one who changed, and of one who was tampered with.
    assert {path.stem for path in new} <= {changed.stem, gone.stem, "19-student-19"}
    assert "19-student-19" in {path.stem for path in new}
    hand_in(small / "class", 19, "x a 2")
    summary("-o", "a", here=small)
    assert files_below(small / "a") == before


def test_pages_of_students_who_are_gone_go_too(small: Path) -> None:
    summary("-o", "a", here=small)
    before = files_below(small / "a")
    feedback = small / "a" / "feedback"
    hand_in(small / "class", 20, "x a 2")
    hand_in(small / "class", 21, "x a 2")
    assert summary("-o", "a", here=small)["warnings"] == []
    mine = feedback / "20-notes.md"
    mine.write_text("an instructor's own")
    edited = feedback / "21-student-21.md"
    edited.write_text(edited.read_text() + "PS: come and see me.")
    (small / "class" / "s020.yaml").unlink()
    (small / "class" / "s021.yaml").unlink()
    # A change of the look forgets nothing of what was written.
    rubric = small / "tiny.yaml"
    told = rubric.read_text()
    rubric.write_text(f"{told}# changed\n")
    gone = [
        "feedback: 5 pages of earlier runs removed, about students who are not among these files"
    ]
    assert summary("-o", "a", "--fresh", here=small)["warnings"] == gone
    assert {mine, edited} <= set(feedback.iterdir())
    mine.unlink()
    edited.unlink()
    rubric.write_text(told)
    assert summary("-o", "a", here=small)["warnings"] == []
    assert files_below(small / "a") == before


def test_notes_about_pages_do_not_grow_for_ever(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(small / "j", "pages-2")
    for turn in range(50):
        for key in range(20):
            journal.put("p", f"{key}", f"{turn} " + "x" * 50)
        journal.tidy({("p", f"{key}") for key in range(10)})
    journal.close()
    assert (small / "j").stat().st_size == 67_320
    monkeypatch.setattr("grader.batch.journal.JOURNAL_SMALL", 10_000)
    journal = Journal(small / "j", "pages-2")
    journal.tidy({("p", f"{key}") for key in range(10)})
    assert (small / "j").stat().st_size < 1_000
    assert [("p", f"{key}") in journal for key in (0, 9, 10)] == [True, True, False]
    assert journal.get("p", "9").startswith("49 ")
    size = (small / "j").stat().st_size
    journal.tidy({("p", f"{key}") for key in range(6)})
    assert (small / "j").stat().st_size == size
    journal.close()


# --- on the terminal ---------------------------------------------------------------------------


def test_quiet_says_nothing_and_no_feedback_writes_no_pages(small: Path) -> None:
    done = grader("grade", "tiny.yaml", "class", "-q", "--no-feedback", "-o", "a", here=small)
    assert (done.returncode, done.stdout) == (0, "")
    assert "gradebook" in done.stderr
    assert not (small / "a" / "feedback").exists()
    page = (small / "a" / "index.html").read_text()
    assert "Student 3" in page
    assert 'href="feedback' not in page


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to others")
def test_ctrl_c_ends_at_once_keeps_what_is_done_and_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    for copy in range(5):
        for path in SAMPLES.glob("*.yaml"):
            text = path.read_text().replace("phi_0: 1", f"phi_0: {copy} - {copy} + 1")
            (tmp_path / "class" / f"{copy}-{path.name}").write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "grader", "grade", "activity6", "class", "--jobs", "2"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        journal = tmp_path / "out" / ".grader" / "journal"
        while not (journal.exists() and journal.stat().st_size > 5_000):
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # to the workers too, as a terminal does
        began = time.monotonic()
        told, said = process.communicate(timeout=60)
    assert time.monotonic() - began < 5
    assert (process.returncode, told) == (130, "")
    assert said.startswith("Stopped: ")
    assert said.endswith("; the same command goes on from there.\n")
    assert "Traceback" not in said
    assert not (tmp_path / "out" / "results.json").exists()
    done = grader("grade", "activity6", "class", "--json", here=tmp_path)
    assert done.returncode == 0


# --- more than one machine -----------------------------------------------------------------------


def started(*words: str, here: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
        cwd=here, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def test_a_cluster_gives_the_same_though_a_worker_is_killed(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    for copy in range(3):
        for path in SAMPLES.glob("*.yaml"):
            text = path.read_text().replace("phi_0: 1", f"phi_0: {copy} - {copy} + 1")
            (tmp_path / "class" / f"{copy}-{path.name}").write_text(text)
    file = tmp_path / "scheduler.json"
    scheduler = started(
        "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
        "--scheduler-file", str(file), here=tmp_path,
    )  # fmt: skip
    workers = [
        started(
            "dask_worker", "--scheduler-file", str(file), "--host", "127.0.0.1", "--nthreads", "1",
            "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path / f"w{k}"),
            here=tmp_path,
        )
        for k in range(2)
    ]  # fmt: skip
    words = ("grade", "activity6", "class", "--no-feedback", "--json")
    try:
        address = wait_for(lambda: json.loads(file.read_text())["address"] if file.exists() else "")
        with subprocess.Popen(
            [sys.executable, "-m", "grader", *words, "-o", "a", "--cluster", address],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            journal = tmp_path / "a" / ".grader" / "journal"
            wait_for(
                lambda: (
                    process.poll() is not None
                    or (journal.exists() and b" a " in journal.read_bytes())
                )
            )
            os.killpg(workers[0].pid, signal.SIGKILL)
            told, said = process.communicate(timeout=200)
        assert process.returncode == 0, said
        assert json.loads(told)["answers_judged"] > 150
    finally:
        for process_ in (*workers, scheduler):
            if process_.poll() is None:
                os.killpg(process_.pid, signal.SIGKILL)
            process_.wait()
    assert grader(*words, "-o", "b", here=tmp_path).returncode == 0
    assert files_below(tmp_path / "a") == files_below(tmp_path / "b")


def wait_for(found):
    end = time.monotonic() + 100
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.05)
    raise TimeoutError


def test_a_cluster_that_is_not_there_is_told(small: Path) -> None:
    done = grader("grade", "tiny.yaml", "class", "--cluster", "tcp://127.0.0.1:9", here=small)
    assert done.returncode == 2
    assert done.stderr.startswith("tcp://127.0.0.1:9: there is no scheduler: ")
    assert "Traceback" not in done.stderr
