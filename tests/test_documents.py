"""The README and the documentation tell the truth: their examples run, their links lead somewhere."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import cli

ROOT = Path(__file__).parents[1]
PAGES = (
    *sorted(path.name for path in ROOT.glob("*.md")),
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
)

#: Fewer examples than this, and somebody removed what the page was for.
FEWEST_EXAMPLES = {"README.md": 6}
FEWEST_COMMANDS = {"README.md": 4}

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)(#[^)]*)?\)")


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [body for found, body in FENCE.findall(text) if found == language]


def commands(page: str) -> list[tuple[str, str]]:
    """Each ``$ grader …`` of a page's console blocks, with the output below it."""
    found = []
    for block in blocks(page, "console"):
        for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = piece.partition("\n")
            found.append((command, output))
    return found


#: Pages whose commands build on each other; each has a test of its own that runs them.
TRIPS = {"docs/canvas.md": "test_canvas_docs.py", "docs/extending.md": "test_extending.py"}

COMMANDS = [(page, *pair) for page in PAGES if page not in TRIPS for pair in commands(page)]


@pytest.mark.parametrize(("page", "test"), TRIPS.items())
def test_a_trip_has_its_own_test(page: str, test: str) -> None:
    assert page.rpartition("/")[2] in (ROOT / "tests" / test).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_python_examples(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    flags = doctest.NORMALIZE_WHITESPACE
    outcome = doctest.testfile(str(ROOT / page), module_relative=False, optionflags=flags)
    assert outcome.failed == 0
    assert outcome.attempted >= FEWEST_EXAMPLES.get(page, 0)


@pytest.mark.parametrize("page, command, output", COMMANDS, ids=[c for _, c, _ in COMMANDS])
def test_console_examples(
    page: str, command: str, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    program, *arguments = shlex.split(command)
    assert program == "grader", f"{page} shows a command that no test runs"
    got = CliRunner().invoke(cli, arguments).output
    # A line of three dots stands for any lines.
    assert doctest.OutputChecker().check_output(output, got, doctest.ELLIPSIS), got


@pytest.mark.parametrize("page, fewest", FEWEST_COMMANDS.items())
def test_pages_keep_their_commands(page: str, fewest: int) -> None:
    assert len(commands(page)) >= fewest


def test_the_two_commands_are_one_line_each() -> None:
    first, second, *_ = blocks("README.md", "sh")
    for line in (first, second):
        assert line.count("\n") == 1
        assert "--require-hashes" in line
        assert line.startswith("python3 -m venv .venv && ")
    assert "grade rubrics/activity6.yaml submissions_sample " in first
    assert "messy" not in first
    assert "-m pytest" in second


def test_the_answers_file_of_the_readme_is_one(tmp_path: Path) -> None:
    import grader
    from grader.homework import load_rubric
    from grader.read.answers import read_answers

    (example,) = blocks("README.md", "yaml")
    answers = read_answers(example.encode(), "readme.yaml")
    assert (answers.faults, answers.notes) == ((), ())
    submission = grader.grade(load_rubric(ROOT / "rubrics" / "activity6.yaml"), answers)
    assert {p.part: str(p.verdict.outcome) for p in submission.parts if p.answer is not None} == {
        "q1.phi_0": "equivalent",
        "q1.phi_1": "equivalent",
        "q2.dh3_df2": "equivalent",
        "q3.dl_df0": "equivalent",
    }


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target, _ in LINK.findall(text):
        if not target.startswith("https://"):
            assert ((ROOT / page).parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_no_address_of_this_machine(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert not re.search(r"/work/|/root/|/opt/|file://", text)


def test_the_reference_of_commands_is_up_to_date() -> None:
    made = subprocess.run(
        [sys.executable, "-c", "import make_cli; print(make_cli.reference(), end='')"],
        cwd=ROOT / "docs",
        env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert made == written, "run `python docs/make_cli.py`"
