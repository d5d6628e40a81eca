"""Answers that cost: each is answered in under 2 s and 300 MiB, by ``grade`` and ``check``.

The real program runs, each attack in a process of its own with limits set by the system
(``tests/hostile/driver.py``); seconds are of CPU, since a busy machine must fail nobody.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.attacks import ANSWERS, FILES

SECONDS, MIB = 2.0, 300.0


def _written(folder: Path, data: dict[str, Any]) -> Path:
    folder.mkdir(parents=True)
    path = folder / "a.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, root: Path) -> dict[str, dict[str, Any]]:
    """What came of every attack, by its name."""
    folder = tmp_path_factory.mktemp("cost")
    rubric = str(root / "rubrics" / "activity6.yaml")
    attacks: dict[str, dict[str, Any]] = {"plain": _file("q1.phi_1", "x")}
    attacks |= {name: _file(part, text) for name, (part, text) in ANSWERS.items()} | FILES
    jobs = []
    for number, data in enumerate(attacks.values()):
        path = _written(folder / str(number), data)
        jobs.append([["grade", rubric, str(path), "-o", str(path.parent / "out")],
                     ["check", rubric, str(path)]])  # fmt: skip
    (folder / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
    driver = root / "tests" / "hostile" / "driver.py"
    run = subprocess.run(
        [sys.executable, str(driver), str(folder / "jobs.json")],
        cwd=root, env={"PYTHONPATH": str(root), "PATH": "", "HOME": str(folder)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    found = dict(zip(attacks, lines, strict=True))
    for number, (name, run_) in enumerate(found.items()):
        results = folder / str(number) / "out" / "results.json"
        run_["results"] = (
            json.loads(results.read_text(encoding="utf-8")) if results.exists() else None
        )
        run_["part"] = ANSWERS[name][0] if name in ANSWERS else "q1.phi_1"
    return found


def _file(part: str, text: str) -> dict[str, Any]:
    question, key = part.split(".")
    return {"student": {"name": "X", "id": "1"}, "assignment": "activity6",
            "answers": {question: {key: text}}}  # fmt: skip


@pytest.mark.parametrize("name", ["plain", *ANSWERS, *FILES])
def test_an_answer_that_costs_is_answered_in_time(
    name: str, runs: dict[str, dict[str, Any]]
) -> None:
    run = runs[name]
    assert set(run["codes"]) <= {0, 1}, run["codes"]
    assert run["cpu"] < len(run["codes"]) * SECONDS, f"{run['cpu']:.2f} s for both commands"
    assert run["mib"] < MIB, f"{run['mib']:.0f} MiB"
    assert "needs a person: the grader failed" not in json.dumps(run["results"])
    (student,) = run["results"]["students"]
    (part,) = (part for part in student["parts"] if part["part"] == run["part"])
    assert part["verdict"] in ("different", "unreadable", "undecided", "disallowed", "missing")
    assert part["feedback"]


def test_there_are_enough_of_them() -> None:
    assert len(ANSWERS) + len(FILES) > 120
