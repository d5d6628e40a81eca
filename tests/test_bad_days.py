"""Bad days, from outside: kills at any moment, full disks, two runs at once, files that go.

Never a half-written file under its final name, never a lost decision, never another result.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.batch.folder import BusyError, sole_writer

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
ANSWERS = ("2 a x", "a x", "2 a x +", "x a 2", "3 a x", "(2 a x")
COMMAND = (sys.executable, "-m", "grader", "grade", "tiny.yaml", "class", "-o", "out")
#: Moments at which a run is killed.
KILLS = 50


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.yaml").write_text(RUBRIC)
    (tmp_path / "class").mkdir()
    for number in range(6):
        answers(tmp_path, number, ANSWERS[number])
    return tmp_path


def answers(folder: Path, number: int, dx: str) -> None:
    (folder / "class" / f"s{number}.yaml").write_text(
        f"student: {{name: Student {number}, id: {number}}}\n"
        f"answers:\n  q: {{dx: '{dx}', da: x^2}}\n"
    )


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def run(folder: Path, *more: str, **settings) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *more], cwd=folder, env=environment(), capture_output=True, text=True,
        check=False, **settings,
    )  # fmt: skip


def written(folder: Path) -> dict[str, bytes]:
    """All files of results; a half-written one has another name, and would be here."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".grader" not in path.parts
    }


def decide(out: Path) -> None:
    """What an instructor fills in: half a point for `2 a x +`."""
    review = out / "review.yaml"
    text = review.read_text()
    place = text.index("answer: '2 a x +'")
    before, after = text[:place], text[place:]
    review.write_text(before + after.replace("points:", "points: 0.5", 1))


def check_whole(out: Path) -> None:
    """Every file that stands under its final name is whole."""
    for name, data in written(out).items():
        if Path(name).name.startswith(".grader-"):
            continue  # a half, which says so by its name
        text = data.decode("utf-8")
        if name.endswith(".json"):
            json.loads(text)
        elif name.endswith(".html"):
            assert text.rstrip().endswith("</html>"), name
        elif name.endswith(".csv"):
            assert {len(row) for row in csv.reader(text.splitlines())} == {6}, name
        else:
            assert text.endswith("\n"), name


def test_kill_at_fifty_moments(folder: Path) -> None:
    out = folder / "out"
    assert run(folder).returncode == 0
    decide(out)
    began = time.monotonic()
    assert run(folder).returncode == 0
    length = time.monotonic() - began
    undisturbed = written(out)
    assert b"points: 0.5" in undisturbed["review.yaml"]
    dice = random.Random(7)
    killed = 0
    for turn in range(KILLS):
        # By turns a run that judges all, one that goes on, and one over a changed file.
        more = ("--fresh",) if turn % 3 == 0 else ()
        answers(folder, 5, ANSWERS[5] if turn % 3 < 2 else f"{turn} a x")
        moment = length * dice.uniform(0.3, 1.0)
        with subprocess.Popen(
            [*COMMAND, *more, "-q"], cwd=folder, env=environment(), stderr=subprocess.DEVNULL
        ) as process:
            try:
                process.wait(moment)
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
        check_whole(out)
        assert b"points: 0.5" in (out / "review.yaml").read_bytes()
    assert killed > KILLS // 3
    answers(folder, 5, ANSWERS[5])
    assert run(folder).returncode == 0
    assert written(out) == undisturbed


def _small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, 6_000))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def test_a_full_disk_is_told_and_leaves_what_was_there(folder: Path) -> None:
    out = folder / "out"
    assert run(folder).returncode == 0
    decide(out)
    before = written(out)
    answers(folder, 0, "2 x a")
    # A limit on the size of files stands for a disk without room, which only root can make.
    full = run(folder, preexec_fn=_small_files)
    assert full.returncode == 2
    assert full.stderr.endswith("File too large; make room, and give the same command again\n")
    assert "Traceback" not in full.stderr
    assert written(out) == before
    done = run(folder)
    assert done.returncode == 0
    assert json.loads((out / "results.json").read_text())["students"][2]["score"] == 1.5


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/proc/mounts").exists(), reason="mounts")
def test_a_disk_without_room(folder: Path) -> None:
    out = folder / "out"
    out.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(out)], capture_output=True, check=False
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("may not mount")
    try:
        full = run(folder)
        assert full.returncode == 2
        assert "No space left on device; make room" in full.stderr
        assert "Traceback" not in full.stderr
        check_whole(out)
        subprocess.run(["mount", "-o", "remount,size=4m", str(out)], check=True)
        assert run(folder).returncode == 0
        check_whole(out)
        assert not list(out.rglob("*.tmp"))
    finally:
        subprocess.run(["umount", str(out)], check=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(folder: Path) -> None:
    (folder / "out").mkdir(mode=0o500)
    done = run(folder)
    assert done.returncode == 2
    assert "Permission denied; name another place" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/proc/mounts").exists(), reason="mounts")
def test_a_folder_that_not_even_root_may_write(folder: Path) -> None:
    out = folder / "out"
    assert run(folder).returncode == 0
    before = written(out)
    bound = subprocess.run(
        ["mount", "--bind", str(out), str(out)], capture_output=True, check=False
    )
    if bound.returncode:
        pytest.skip("may not mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(out)], check=True)
        answers(folder, 0, "2 x a")
        done = run(folder)
        assert done.returncode == 2
        assert "Read-only file system; name another place" in done.stderr
        assert "Traceback" not in done.stderr
    finally:
        subprocess.run(["umount", str(out)], check=True)
    assert written(out) == before
    assert run(folder).returncode == 0


def test_runs_that_start_at_once(folder: Path) -> None:
    assert run(folder).returncode == 0
    decide(folder / "out")
    assert run(folder).returncode == 0
    undisturbed = written(folder / "out")
    for _ in range(3):
        processes = [
            subprocess.Popen([*COMMAND, "--fresh", "-q"], cwd=folder, env=environment(),
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            for _ in range(3)
        ]  # fmt: skip
        ends = [(process.communicate()[1], process.returncode) for process in processes]
        assert min(code for _, code in ends) == 0
        for said, code in ends:
            assert code in (0, 2)
            assert "Traceback" not in said
            assert code == 0 or "out: another run " in said
        assert written(folder / "out") == undisturbed


def test_files_that_vanish_and_change_while_the_program_runs(folder: Path) -> None:
    many = 400
    for number in range(many):
        answers(folder, number, "2 a x")
    dice = random.Random(3)
    touched: set[int] = set()
    with subprocess.Popen(
        [*COMMAND, "--fresh", "-q"],
        cwd=folder,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None and len(touched) < many // 2:
            number = dice.randrange(many)
            touched.add(number)
            path = folder / "class" / f"s{number}.yaml"
            match dice.randrange(3):
                case 0:
                    path.unlink(missing_ok=True)
                case 1:
                    path.write_text("answers: [")
                case _:
                    answers(folder, number, "3 a x")
            time.sleep(0.005)
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert process.returncode in (0, 1)
    check_whole(folder / "out")
    results = json.loads((folder / "out" / "results.json").read_text())
    scores = {row["file"]: row["score"] for row in results["students"]}
    untouched = [f"s{number}.yaml" for number in range(many) if number not in touched]
    assert [name for name in untouched if scores.get(name) != 2] == []
    # Gone or broken ones are told, or were read before; none is lost without a word.
    told = {*scores, *(row["file"] for row in results["unread"])}
    assert {f"s{number}.yaml" for number in range(many)} - told <= {
        f"s{number}.yaml" for number in touched
    }


def test_two_runs_at_once(folder: Path) -> None:
    with sole_writer(folder / "out"):
        second = run(folder)
        with pytest.raises(BusyError), sole_writer(folder / "out"):
            pass
    assert second.returncode == 2
    assert second.stderr == (
        f"out: another run (process {os.getpid()}) is writing here; wait until it is done, or "
        "name another folder with -o\n"
    )
    assert not (folder / "out" / "results.json").exists()
    # Whoever is killed holds nothing.
    assert run(folder).returncode == 0


def test_a_file_that_vanishes_or_changes_under_way(folder: Path, monkeypatch) -> None:
    from grader.batch import grade_class
    from grader.batch.journal import Journal
    from grader.homework import parse_rubric

    homework = parse_rubric(RUBRIC)

    def vanish(done: int, total: int) -> None:
        if done == 1:
            (folder / "class" / "s3.yaml").unlink()
            answers(folder, 4, "2 a x")

    # One file at a time, so that the others are still to be opened.
    for name in ("FILES_PER_TASK", "ANSWERS_PER_TASK", "ANSWERS_WAITING"):
        monkeypatch.setattr(sys.modules["grader.batch.collect"], name, 1)
    graded = grade_class(homework, [folder / "class"], Journal(None, ""), progress=vanish)
    students = {student.file: student for student in graded.students.submissions()}
    assert sorted(students) == ["s0.yaml", "s1.yaml", "s2.yaml", "s4.yaml", "s5.yaml"]
    assert students["s4.yaml"].score == 2
    assert [row.error for row in graded.students.unread([])] == [
        "s3.yaml:1:1: there is no such file"
    ]


#: A clock that stands years ahead, then years back, and jumps at every look at it.
CLOCK = """
import datetime, itertools, os, time
YEAR, real, real_ns = 31_557_600, time.time, time.time_ns
jumps = itertools.cycle([int(each) * YEAR for each in os.environ["CLOCK"].split()])
looks = os.open(os.environ["LOOKS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def shift():
    os.write(looks, b".")
    return next(jumps)
time.time = lambda: real() + shift()
time.time_ns = lambda: real_ns() + shift() * 10**9
class Jumping(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)
    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)
class Today(datetime.date):
    @classmethod
    def today(cls):
        return cls.fromtimestamp(time.time())
datetime.datetime, datetime.date = Jumping, Today
_localtime, _gmtime = time.localtime, time.gmtime
time.localtime = lambda at=None: _localtime(time.time() if at is None else at)
time.gmtime = lambda at=None: _gmtime(time.time() if at is None else at)
"""


@pytest.mark.parametrize("jumps, jobs", [("30", "1"), ("-40", "1"), ("0 25 -30 1 -1", "2")])
def test_a_clock_that_jumps_in_the_middle_of_a_run_changes_nothing(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, jumps: str, jobs: str
) -> None:
    out, hook = folder / "out", tmp_path_factory.mktemp("clock")
    assert run(folder).returncode == 0
    decide(out)
    assert run(folder).returncode == 0
    undisturbed = written(out)
    (hook / "sitecustomize.py").write_text(CLOCK)
    jumping = environment(
        PYTHONPATH=f"{hook}{os.pathsep}{ROOT}", CLOCK=jumps, LOOKS=str(hook / "looks"),
        GRADER_CACHE_DIR=str(hook / "cache"),
    )  # fmt: skip
    # All anew, then only what changed; and once more with the clock as it is.
    for more in (("--fresh",), ()):
        done = subprocess.run(
            [*COMMAND, "--jobs", jobs, *more],
            cwd=folder, env=jumping, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        assert written(out) == undisturbed
    assert (hook / "looks").stat().st_size > 3  # the clock was looked at
    assert run(folder).returncode == 0
    assert written(out) == undisturbed


def test_dates_of_files_from_a_clock_that_jumped_change_nothing(folder: Path) -> None:
    out = folder / "out"
    assert run(folder).returncode == 0
    before = written(out)
    for moment in (0, 2_000_000_000, 4_000_000_000):
        for path in [
            *(folder / "class").iterdir(),
            out / "results.json",
            out / ".grader" / "journal",
        ]:
            os.utime(path, (moment, moment))
        done = run(folder, "--json")
        assert json.loads(done.stdout)["files_known"] == 6
        assert written(out) == before
    # A file that was changed and dated back is read all the same.
    answers(folder, 1, "2 a x")
    os.utime(folder / "class" / "s1.yaml", (0, 0))
    assert json.loads(run(folder, "--json").stdout)["files_known"] == 5
