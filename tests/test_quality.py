"""The linters, as tests, so that one command runs everything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECKED = ("grader", "tests", "bench", "docs")


@pytest.mark.parametrize(
    "command",
    [
        ("mypy", "--no-error-summary"),
        ("ruff", "check", "--quiet"),
        ("ruff", "format", "--check", "--quiet"),
    ],
    ids=" ".join,
)
def test_clean(command: tuple[str, ...], root: Path) -> None:
    paths = () if command[0] == "mypy" else CHECKED
    run = subprocess.run(
        [sys.executable, "-m", *command, *paths],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_skipped_browser_test_fails_where_a_browser_is_required(
    tmp_path: Path, root: Path
) -> None:
    conftest = (root / "tests" / "conftest.py").read_text(encoding="utf-8")
    (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser: …\n", encoding="utf-8")
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "@pytest.mark.browser\n"
        "def test_page():\n"
        "    pytest.skip('no browser')\n"
        "def test_other():\n"
        "    pytest.skip('not here')\n",
        encoding="utf-8",
    )
    for required, closing in (("0", "2 skipped"), ("1", "1 failed, 1 skipped")):
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
            env={"GRADER_REQUIRE_BROWSER": required, "PATH": ""},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert closing in run.stdout, run.stdout + run.stderr
