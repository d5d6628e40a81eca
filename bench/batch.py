"""How long a class takes: by its size, by its repetition, by the number of workers; and how much memory.

    python -m bench.batch [--sizes 100 1000 10000] [--jobs 1 2] [--own 0.01] [--distinct] [--feedback]

Classes are those of ``bench/classes.py``.  Each run is the real program in a process of
its own: ``grade`` from files to everything that it writes, and once more over the same
files, of which three have changed.  Seconds are of the wall clock; beside them stands the time that
the processors worked, which other load on the machine does not change, and the
largest memory of any one process.  ``import sympy``, measured in the same run, is the yardstick.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

#: Files that change before the second run.
CHANGED = 3


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock and of the processors, and bytes of the largest process."""

    wall: float
    cpu: float
    peak: int
    out: str


def took(command: Sequence[str], where: Path) -> Took:
    """Run a command in a process that runs nothing else, so that its peak is its own."""
    inner = (
        "import json,resource,subprocess,sys,time\n"
        "t=time.perf_counter()\n"
        "p=subprocess.run(sys.argv[1:],stdout=subprocess.PIPE,stderr=subprocess.DEVNULL,text=True)\n"
        "w=time.perf_counter()-t\n"
        "u=resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([p.returncode,w,u.ru_utime+u.ru_stime,u.ru_maxrss,p.stdout]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", inner, *command], cwd=where, check=True, text=True,
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    code, wall, cpu, peak, out = json.loads(done.stdout)
    if code not in (0, 1):
        raise RuntimeError(f"exit code {code}: {' '.join(command)}")
    # Linux counts in kibibytes, macOS in bytes.
    return Took(wall, cpu, peak * (1 if sys.platform == "darwin" else 1024), out)


def yardstick(where: Path) -> float:
    """The median of seconds that ``import sympy`` takes."""
    command = [sys.executable, "-c", "import sympy"]
    return statistics.median(took(command, where).wall for _ in range(3))


def make_class(size: int, folder: Path, more: Sequence[str]) -> None:
    command = [sys.executable, "-m", "bench.classes", str(size), str(folder), *more]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def change(folder: Path) -> None:
    """Turn a few answers files into those of others."""
    files = sorted(path for path in folder.iterdir() if path.suffix == ".yaml")
    for path, other in zip(files[:CHANGED], files[CHANGED:], strict=False):
        path.write_bytes(other.read_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--own", default="0.01")
    parser.add_argument("--distinct", action="store_true")
    parser.add_argument("--feedback", action="store_true")
    given = parser.parse_args()
    kind = ["--distinct"] if given.distinct else ["--own", given.own]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory(prefix="bench-batch-") as name:
        where = Path(name)
        base = yardstick(where)
        print(
            f"`import sympy`: {base:.2f} s; answers: {' '.join(kind)}; {time.strftime('%Y-%m-%d')}\n"
        )
        print("| students | jobs | s | × sympy | processor s | ms a student | peak MB | "
              f"{CHANGED} changed, s |")  # fmt: skip
        print("| ---: " * 8 + "|")
        for size in given.sizes:
            folder = where / f"class{size}"
            make_class(size, folder, kind)
            for jobs in given.jobs:
                command = [
                    *(sys.executable, "-m", "grader", "grade", "activity6", str(folder)),
                    *("-o", f"out{size}-{jobs}", "--jobs", str(jobs), "--json"),
                    *(() if given.feedback else ("--no-feedback",)),
                ]
                first = took(command, where)
                change(folder)
                again = took(command, where)
                found = json.loads(again.out)
                if found["files"] - found["files_known"] > CHANGED:
                    raise RuntimeError("more was read again than had changed")
                print(
                    f"| {size:,} | {jobs} | {first.wall:.1f} | {first.wall / base:.1f} | "
                    f"{first.cpu:.1f} | {1000 * first.cpu / size:.2f} | {first.peak / 1e6:.0f} | "
                    f"{again.wall:.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
