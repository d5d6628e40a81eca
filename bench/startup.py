"""Start-up, whole processes: the program beside ``import sympy``, in alternating runs.

    python -m bench.startup [--runs N] [--sources]

Each row is the median over the runs, and the median of the ratios to the ``import sympy``
of the same round, so that what else the machine does falls on both.  Compiled modules
are kept in a folder of their own, as an installation has them; with ``--sources``
ours never are, as where nothing can be written, while SymPy's stay compiled.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUBRIC = "rubrics/activity6.yaml"

#: A file whose answers are right, and one of a student with wrong answers.
RIGHT, WRONG = "submissions_sample/ada.yaml", "submissions_sample/lucia.yaml"

#: What is measured: its name, the arguments of Python, and whether the cache may be used.
COMMANDS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("import sympy", ("-c", "import sympy"), True),
    ("python -c pass", ("-c", "pass"), True),
    ("grader --help", ("-m", "grader", "--help"), True),
    ("grader check, right answers", ("-m", "grader", "check", RUBRIC, RIGHT), True),
    ("grader check, wrong answers", ("-m", "grader", "check", RUBRIC, WRONG), True),
    ("grader check, nothing kept", ("-m", "grader", "check", RUBRIC, RIGHT), False),
)


def run(arguments: tuple[str, ...], environment: Mapping[str, str]) -> float:
    """Seconds that a process takes from its start to its end."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=dict(environment),
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


#: What decides whether Python keeps compiled modules, and where.
_COMPILED = frozenset({"PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"})


def environment(folder: Path, *, cached: bool = True, compiled: bool = True) -> dict[str, str]:
    """The environment of a process, with a cache and compiled modules of this run's own."""
    found = {k: v for k, v in os.environ.items() if k not in _COMPILED}
    found["GRADER_CACHE_DIR"] = str(folder / "cache")
    if not cached:
        found["GRADER_NO_CACHE"] = "1"
    if compiled:
        found["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    else:
        found["PYTHONDONTWRITEBYTECODE"] = "1"
    return found


def measure(runs: int, *, compiled: bool = True) -> dict[str, list[float]]:
    """Seconds of each run of each command, in rounds."""
    seconds: dict[str, list[float]] = {name: [] for name, _, _ in COMMANDS}
    if not compiled and any((ROOT / "grader").rglob("*.pyc")):
        raise SystemExit("this checkout has compiled modules: remove its __pycache__ folders first")
    with tempfile.TemporaryDirectory(prefix="grader-startup-") as folder:
        for number in range(runs + 1):
            for name, arguments, cached in COMMANDS:
                taken = run(arguments, environment(Path(folder), cached=cached, compiled=compiled))
                if number:  # the first round fills the cache and compiles
                    seconds[name].append(taken)
    return seconds


def ratios(seconds: Mapping[str, list[float]], name: str) -> float:
    """The median ratio of a command to ``import sympy`` in the same round."""
    base = seconds["import sympy"]
    return statistics.median(a / b for a, b in zip(seconds[name], base, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--sources", action="store_true")
    chosen = parser.parse_args()
    seconds = measure(chosen.runs, compiled=not chosen.sources)
    print(f"{'process':<32}{'median':>9}{'least':>9}{'ratio':>8}")
    for name, taken in seconds.items():
        print(
            f"{name:<32}{statistics.median(taken) * 1e3:>6.0f} ms{min(taken) * 1e3:>6.0f} ms"
            f"{ratios(seconds, name):>8.2f}"
        )


if __name__ == "__main__":
    main()
