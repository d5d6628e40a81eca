"""What a second run loads, and that it says the same as the first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: What only derives, samples, validates, draws pages or shares work.
HEAVY = ("sympy mpmath numpy pydantic jinja2 rich markdown_it latex2mathml openpyxl pylatexenc "
         "multiprocessing concurrent.futures zipfile csv html.parser socket tempfile").split()  # fmt: skip

#: What help does without, too.
NOT_FOR_HELP = [
    *HEAVY,
    "flint",
    "yaml",
    "json",
    "grader.expr",
    "grader.compare",
    "grader.questions",
]

_RUN = """
import sys
from grader.cli import main
try:
    main(sys.argv[2:], prog_name="grader")
finally:
    loaded = [name for name in sys.argv[1].split(",") if name in sys.modules]
    print("loaded:", *loaded, file=sys.stderr)
"""


def run(watched: list[str], *arguments: str, cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _RUN, ",".join(watched), *arguments],
        cwd=ROOT,
        env={**os.environ, "GRADER_CACHE_DIR": str(cache), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    "answers, code", [("submissions_sample/ada.yaml", 0), ("submissions_sample/lucia.yaml", 1)]
)
def test_a_second_check_loads_nothing_heavy_and_says_the_same(
    answers: str, code: int, tmp_path: Path
) -> None:
    arguments = ("check", "rubrics/activity6.yaml", answers)
    first = run(HEAVY, *arguments, cache=tmp_path)
    second = run(HEAVY, *arguments, cache=tmp_path)
    assert "sympy" in first.stderr
    assert second.stderr == "loaded:\n"
    assert (second.stdout, second.returncode) == (first.stdout, first.returncode)
    assert second.returncode == code
    assert second.stdout.strip()


@pytest.mark.parametrize("arguments", [("--help",), ("check", "--help"), ("--version",)])
def test_help_loads_next_to_nothing(arguments: tuple[str, ...], tmp_path: Path) -> None:
    found = run(NOT_FOR_HELP, *arguments, cache=tmp_path)
    assert (found.returncode, found.stderr) == (0, "loaded:\n")
    assert list(tmp_path.iterdir()) == []
