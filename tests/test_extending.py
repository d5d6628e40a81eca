"""docs/extending.md, done: its pieces put into a copy of the program, its commands run there."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "extending.md"

PIECE = re.compile(
    r"<!-- (?:file: (?P<file>\S+)|in (?P<into>\S+), (?:(?P<where>below|above): (?P<mark>.+?)|at the end)) -->\n"
    r"```\w+\n(?P<body>.*?)^```$"
    r"|^```console\n(?P<console>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def pieces() -> Iterator[re.Match[str]]:
    return PIECE.finditer(PAGE.read_text(encoding="utf-8"))


def put(copy: Path, piece: re.Match[str]) -> None:
    """One piece into the copy; what marks its place must be there once."""
    if piece["file"]:
        assert not (copy / piece["file"]).exists()
        (copy / piece["file"]).write_text(piece["body"], encoding="utf-8")
        return
    path = copy / piece["into"]
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if piece["where"] is None:
        path.write_text("".join(lines) + piece["body"], encoding="utf-8")
        return
    (at,) = (k for k, line in enumerate(lines) if piece["mark"].rstrip() in line.rstrip("\n"))
    at += piece["where"] == "below"
    path.write_text("".join([*lines[:at], piece["body"], *lines[at:]]), encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("extended")
    for name in ("grader", "rubrics", "templates"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for piece in pieces():
        if piece["console"] is None:
            put(copy, piece)
    return copy


def test_the_page_has_an_example_of_each_table() -> None:
    touched = {piece["into"] for piece in pieces() if piece["into"]}
    assert touched == {
        "grader/expr/functions.py",
        "grader/mistakes/factors.py",
        "grader/mistakes/table.py",
        "grader/exports/__init__.py",
        "grader/questions/__init__.py",
    }


def test_the_commands(copy: Path) -> None:
    ran = 0
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONIOENCODING": "utf-8"}
    for piece in pieces():
        for command in re.split(r"^\$ ", piece["console"] or "", flags=re.MULTILINE)[1:]:
            line, _, expected = command.partition("\n")
            program, *arguments = shlex.split(line)
            assert program == "grader"
            done = subprocess.run(
                [sys.executable, "-m", "grader", *arguments],
                cwd=copy, env=environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            checker = doctest.OutputChecker()
            assert checker.check_output(expected, done.stdout, doctest.ELLIPSIS), done.stdout
            ran += 1
    assert ran == 6


def test_what_is_shown_is_in_the_style_of_the_house(copy: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", copy)
    for arguments in (["ruff", "check", "--quiet", "grader"], ["mypy", "--no-error-summary"]):
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
