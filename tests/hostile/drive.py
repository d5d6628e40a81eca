"""Runs the driver from a test: commands by name, and what came of each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

K = TypeVar("K")


def driven(
    root: Path, folder: Path, commands: Mapping[K, Sequence[str]]
) -> dict[K, dict[str, Any]]:
    """Run each command in a process of its own (``driver.py``); what it cost and said."""
    jobs = folder / "jobs.json"
    jobs.write_text(json.dumps([[command] for command in commands.values()]), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, str(root / "tests" / "hostile" / "driver.py"), str(jobs)],
        cwd=root, env={"PYTHONPATH": str(root), "PATH": "", "HOME": str(folder)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return dict(zip(commands, lines, strict=True))
