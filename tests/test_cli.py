"""The commands from outside: what they print, what they write, and their exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from grader.cli import cli

ROOT = Path(__file__).parents[1]
RUBRIC = str(ROOT / "rubrics" / "activity6.yaml")
SAMPLES = ROOT / "submissions_sample"
ADA = str(SAMPLES / "ada.yaml")
COMMANDS = sorted(cli.list_commands(click.Context(cli)))


def run(*arguments: object) -> Result:
    """A command in this process; a crash is raised, so that no exit code hides it."""
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- every command ---------------------------------------------------------------


def test_the_commands_of_the_design_are_there() -> None:
    assert {"grade", "check", "key", "lint", "template", "explain", "export"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_and_a_place_in_the_docs(name: str) -> None:
    text = run(name, "--help").output
    assert "\nExample:\n  grader " + name in text
    for parameter in cli.get_command(click.Context(cli), name).params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.name} has no help"
    assert f"\n## grader {name}\n" in (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


# `push` needs a Canvas; tests/test_canvas_docs.py runs its example against one.
@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "push"])
def test_the_example_of_every_command_runs(name: str, here: Path) -> None:
    (here / "late").mkdir()
    (here / "answers").mkdir()
    (here / "rubrics").mkdir()
    shutil.copy(RUBRIC, here / "rubrics")
    (here / "autograder" / "submission").mkdir(parents=True)
    for place in (
        "answers.yaml", "answers/ada.yaml", "late/ada.yaml", "autograder/submission/ada.yaml",
    ):  # fmt: skip
        shutil.copy(ADA, here / place)
    (here / "homework.tex").write_text(r"\[ \frac{\partial y}{\partial \phi_0} = 1 \]")
    assert run("grade", "activity6", "answers.yaml").exit_code == 0
    words = shlex.split(run(name, "--help").output.partition("\nExample:\n")[2].splitlines()[0])
    words, target = words[1:], None
    if ">" in words:
        target = words[words.index(">") + 1]
        words = words[: words.index(">")]
    words = [found for word in words for found in (sorted(map(str, Path().glob(word))) or [word])]
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert target is None or result.stdout


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((), "Usage:"),
        (("grad",), "No such command 'grad'"),
        (("grade",), "Missing argument 'RUBRIC'"),
        (("grade", RUBRIC), "Missing argument 'PATH...'"),
        (("grade", RUBRIC, "nobody.yaml"), "'nobody.yaml' does not exist"),
        (("grade", RUBRIC, ADA, "--jobs", "0"), "0 is not in the range x>=1"),
        (("grade", RUBRIC, ADA, "--jobs", "many"), "'many' is not a valid integer"),
        (("grade", "activity7", ADA), "did you mean `activity6`?"),
        (("check", RUBRIC, "nobody.yaml"), "'nobody.yaml' does not exist"),
        (("check", RUBRIC), "Missing argument 'ANSWERS'"),
        (("key", "nothing.yaml"), "there is no such file"),
        (("key", RUBRIC, "--format", "word"), "'word' is not one of"),
        (("lint", "."), "this is a folder, not a rubric"),
        (("explain", RUBRIC, "1", "--part", "q1.phi_9"), "q1.phi_9"),
        (("export", "canvas", ADA), "'canvas' is not one of"),
    ],
    ids=lambda value: " ".join(map(str, value))[-40:] if isinstance(value, tuple) else "",
)
def test_a_command_at_fault_ends_with_2(
    arguments: tuple[str, ...], message: str, here: Path
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert list(here.iterdir()) == []


def test_version() -> None:
    from grader import __version__

    assert run("--version").output == f"grader {__version__}\n"


# --- grade -----------------------------------------------------------------------


def test_grade_is_quiet_in_a_pipe_and_writes_everything(here: Path) -> None:
    result = run("grade", RUBRIC, ADA, "-o", "results")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "activity6: 1 submission graded, 0 files unread, 0 answers for a person; "
        f"{Path('results/results.json')}\n"
    )
    written = {path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file()}
    assert written == {
        "results/.grader/journal",
        "results/.grader/lock",
        "results/.grader/pages",
        "results/results.json",
        "results/index.html",
        "results/review.schema.json",
        "results/review.yaml",
        "results/canvas/gradebook.csv",
        "results/feedback/1001-ada-lovelace.html",
        "results/feedback/1001-ada-lovelace.md",
        "results/feedback/1001-ada-lovelace.txt",
    }
    (ada,) = json.loads((here / "results/results.json").read_text(encoding="utf-8"))["students"]
    assert (ada["score"], ada["pending"], ada["possible"]) == (26, 0, 26)


def test_one_bad_file_costs_nobody_else_anything(here: Path) -> None:
    (here / "class").mkdir()
    shutil.copy(ADA, here / "class" / "ada.yaml")
    (here / "class" / "image.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    (here / "class" / "empty.yaml").write_text("")
    (here / "class" / "inner").mkdir()
    shutil.copy(ADA, here / "class" / "inner" / "not-asked-for.yaml")
    result = run("grade", RUBRIC, "class")
    assert result.exit_code == 1
    assert result.stdout.startswith("activity6: 1 submission graded, 2 files unread, ")
    for name in ("image.yaml:1:1: ", "empty.yaml:1:1: "):
        assert name in result.stderr
    document = json.loads(Path("out/results.json").read_text(encoding="utf-8"))
    assert [student["score"] for student in document["students"]] == [26]
    assert len(document["unread"]) == 2


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unread(here: Path) -> None:
    shutil.copy(ADA, here / "ada.yaml")
    shutil.copy(ADA, here / "locked.yaml")
    (here / "locked.yaml").chmod(0)
    result = run("grade", RUBRIC, "ada.yaml", "locked.yaml")
    assert result.exit_code == 1
    assert "locked.yaml" in result.stderr


def test_results_are_the_same_for_two_runs_and_for_two_workers(here: Path) -> None:
    # Many files, or there is nothing to share between workers.
    (here / "class").mkdir()
    samples = [path for path in sorted(SAMPLES.iterdir()) if path.is_file()]
    for copy in range(-(-40 // len(samples))):
        for path in samples:
            shutil.copy(path, here / "class" / f"{copy}-{path.name}")
    documents = set()
    for out, jobs in (("a", 1), ("b", 1), ("c", 2)):
        assert run("grade", RUBRIC, "class", "-o", out, "--jobs", jobs).exit_code == 0
        documents.add((here / out / "results.json").read_bytes())
    assert len(documents) == 1


def test_a_folder_that_cannot_be_written(here: Path) -> None:
    (here / "out").write_text("a file stands in the way")
    result = run("grade", RUBRIC, ADA, "-o", "out/below")
    assert result.exit_code == 2
    assert "out" in result.stderr
    assert "Traceback" not in result.stderr
    assert (here / "out").read_text() == "a file stands in the way"


def test_a_template_at_fault(here: Path) -> None:
    (here / "mine").mkdir()
    for path in (ROOT / "templates").iterdir():
        if path.is_file():
            (here / "mine" / path.name).write_text("{% if %}")
    result = run("grade", RUBRIC, ADA, "--templates", "mine")
    assert result.exit_code == 2
    assert result.stderr.startswith("mine")
    assert "Traceback" not in result.stderr


# --- check -----------------------------------------------------------------------


def test_check_of_a_perfect_file() -> None:
    result = run("check", RUBRIC, ADA)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[1].startswith("Ada Lovelace (1001), ")
    assert sum(line.startswith("  ✓ right ") for line in lines) == 26
    assert lines[-1] == "26 right, of 26 parts."


def answers(**given: str) -> str:
    parts = "".join(f"    {part}: '{text}'\n" for part, text in given.items())
    return f"student: {{name: A, id: 1}}\nassignment: activity6\nanswers:\n  q1:\n{parts}"


@pytest.mark.parametrize("self_check", ["format", "verdict", "hints"])
def test_check_of_wrong_answers_shows_no_reference(self_check: str, here: Path) -> None:
    rubric = Path(RUBRIC).read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(rubric) if line.startswith("self_check:"))
    rubric[at] = f"self_check: {self_check}"
    Path("rubric.yaml").write_text("\n".join(rubric), encoding="utf-8")
    key = run("key", "rubric.yaml").stdout
    wrong = answers(phi_0="7", phi_1="x", psi_11="phi_1 + [", theta_11="theta_01 + phi_0 x")
    Path("a.yaml").write_text(wrong, encoding="utf-8")
    result = run("check", "rubric.yaml", "a.yaml")
    assert result.exit_code == 1
    for line in key.splitlines():
        reference = line.partition(" = ")[2]
        if len(reference) > 6:  # a `1` or `ω₂` may stand anywhere
            assert reference not in result.stdout
    assert "phi_1 + [" in result.stdout
    told = "read" if self_check == "format" else "wrong"
    assert result.stdout.endswith(f"3 {told}, 1 unreadable, 22 missing, of 26 parts.\n")


def test_check_of_a_file_that_cannot_be_read(here: Path) -> None:
    Path("a.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    result = run("check", RUBRIC, "a.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("a.yaml:1:1: ")


def test_no_text_of_a_student_reaches_the_terminal_as_it_is(here: Path) -> None:
    Path("a.yaml").write_text(
        'student: {name: "A\\e[2J\\u202Eb", id: 1}\n'
        'assignment: "act\\e[31m"\n'
        'answers: {q1: {phi_0: "1\\e[31m", "phi\\e]0;x\\a": 1, phi_1: "a \\u202E["}}\n',
        encoding="utf-8",
    )
    for command in ("check", "grade"):
        result = run(command, RUBRIC, "a.yaml")
        assert result.exit_code == 1
        assert result.stderr
        assert not set(result.output) & set("\x1b\x07\u202e")
        assert not set(result.stderr) & set("\x1b\x07\u202e")
    for text in ("1\x1b[31m", "a\u202e", "phi_0 \x1b"):
        result = run("explain", RUBRIC, text)
        assert not set(result.output + result.stderr) & set("\x1b\u202e")


# --- key, lint, template, explain, export ------------------------------------------


def test_key() -> None:
    text = run("key", "activity6").stdout
    assert (text.count(" = "), text.count(" ∈ ")) == (18, 8)
    assert "  q1.phi_0     ∂y/∂φ₀ = 1\n" in text
    assert "  q2.df2_dh2   ∂f₂/∂h₂ = ω₂\n" in text
    for form in ("latex", "markdown"):
        assert run("key", "activity6", "--format", form).stdout.count(r"\frac{\partial") >= 26


def test_lint_of_a_sound_rubric() -> None:
    result = run("lint", RUBRIC)
    assert result.exit_code == 0
    assert result.stdout == "activity6 is sound: 3 questions, 26 parts, 26 points.\n"


def test_lint_tells_all_faults(here: Path) -> None:
    text = Path(RUBRIC).read_text(encoding="utf-8")
    text = text.replace("title:", "titel:", 1).replace("layout: den", "layuot: den", 1)
    Path("wrong.yaml").write_text(text, encoding="utf-8")
    result = run("lint", "wrong.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    places = [line for line in result.stderr.splitlines() if line.startswith("wrong.yaml:")]
    assert len(places) >= 2
    assert "did you mean `title`?" in result.stderr
    assert "did you mean `layout`?" in result.stderr


def test_lint_of_a_kind_that_is_none(here: Path) -> None:
    text = Path(RUBRIC).read_text(encoding="utf-8")
    Path("wrong.yaml").write_text(text.replace("kind: chain_term", "kind: chain_trem"), "utf-8")
    result = run("lint", "wrong.yaml")
    assert result.exit_code == 2
    assert "`chain_trem` is not a kind of question" in result.stderr
    assert "did you mean `chain_term`?" in result.stderr


def test_a_blank_file_reads_back_with_everything_missing(here: Path) -> None:
    blank = run("template", RUBRIC).stdout
    Path("blank.yaml").write_text(blank.replace("  name:\n", "  name: Ada\n"), encoding="utf-8")
    result = run("check", RUBRIC, "blank.yaml")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.endswith("26 missing, of 26 parts.\n")
    assert "ote:" not in result.stdout


def test_explain(here: Path) -> None:
    result = run("explain", RUBRIC, "phi_1*a[theta_01]", "--part", "q1.phi_0")
    assert result.exit_code == 0
    assert "φ₁" in result.stdout
    assert "✗ different" in result.stdout


@pytest.mark.parametrize(
    "text, read",
    [(r"-\sin[f_2]", "−sin(f₂)"), ("-h_1", "−h₁"), ("--h_1", "−(−h₁)"), ("-omega_2", "−ω₂")],
)
def test_a_text_that_begins_like_an_option(text: str, read: str) -> None:
    result = run("explain", RUBRIC, text, "--part", "q2.dh3_df2")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1] == f"  {read}"


def test_explain_of_an_unreadable_text() -> None:
    result = run("explain", RUBRIC, "phi_1 + [theta_01")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("\n    phi_1 + [theta_01\n            ^\n")


def test_export(here: Path) -> None:
    from grader.exports import EXPORTS

    run("grade", RUBRIC, ADA)
    for name in EXPORTS:
        shown = run("export", name, "out/results.json")
        assert shown.exit_code == 0
        assert run("export", name, "out/results.json", "-o", f"x.{name}").exit_code == 0
        assert Path(f"x.{name}").read_bytes() == shown.stdout_bytes
    assert run("export", "canvas-gradebook", "out/results.json").stdout_bytes == (
        Path("out/canvas/gradebook.csv").read_bytes()
    )


def test_export_of_what_is_no_results_file(here: Path) -> None:
    for content in (b"{", b"[]", b'{"schema": 99}', b"\xff"):
        Path("r.json").write_bytes(content)
        result = run("export", "json", "r.json")
        assert result.exit_code == 2
        assert result.stderr.startswith(("r.json:1:", "r.json: "))


# --- as a program ------------------------------------------------------------------


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "grader", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )


def test_as_a_module() -> None:
    run = program("check", RUBRIC, ADA, PYTHONUTF8="1")
    assert (run.returncode, run.stderr) == (0, b"")
    assert "26 right, of 26 parts." in run.stdout.decode()


def test_a_terminal_without_unicode_is_no_reason_to_crash() -> None:
    run = program("check", RUBRIC, ADA, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert (run.returncode, run.stderr) == (0, b"")
    assert b"\\u2713 right" in run.stdout


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_on_a_terminal_there_is_a_bar_and_a_table(here: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-m", "grader", "grade", RUBRIC, str(SAMPLES)],
        stdout=theirs,
        stderr=theirs,
        env={**environment, "COLUMNS": "100"},
    ) as process:
        os.close(theirs)
        shown = b""
        # Reading a pseudo-terminal whose other end is closed is an error on Linux.
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 65536):
                shown += piece
    os.close(ours)
    assert process.returncode == 0
    text = click.unstyle(shown.decode())
    assert "Grading" in text
    assert "│ Ada Lovelace (1001)" in text
    assert "canvas/gradebook.csv leaves out Greta Lindqvist (greta.yaml): 2 parts" in text
    assert text.splitlines()[-1].startswith("activity6: ")
