"""How long a class takes: by its size, by its repetition, by the number of workers; and how much memory.

    python -m bench.batch [--sizes 100 1000 10000] [--jobs 1 2] [--own 0.01] [--distinct] [--feedback]
                          [--runs 1]

Classes are those of ``bench/classes.py``.  Each run is the real program in a process of
its own: ``grade`` from files to everything that it writes, and once more over the same
files, of which three have changed.  A small class comes first, so that modules are compiled
and the rubric's references kept, as where the program is in use.  Seconds are of the wall
clock, the median of the runs; beside them stands the time that the processors worked, which
other load on the machine changes less, and the largest memory of any one process.
``import sympy``, measured in the same run, is the yardstick, and ``times faster`` compares
with the fewest workers.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.startup import environment

ROOT = Path(__file__).parents[1]

#: Files that change before the second run.
CHANGED = 3

#: Students of the class that comes first.
WARM = 20


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock and of the processors, and bytes of the largest process."""

    wall: float
    cpu: float
    peak: int
    out: str


def took(command: Sequence[str], where: Path, environment: Mapping[str, str]) -> Took:
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
        stdout=subprocess.PIPE, env={**environment, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    code, wall, cpu, peak, out = json.loads(done.stdout)
    if code not in (0, 1):
        raise RuntimeError(f"exit code {code}: {' '.join(command)}")
    # Linux counts in kibibytes, macOS in bytes.
    return Took(wall, cpu, peak * (1 if sys.platform == "darwin" else 1024), out)


def yardstick(where: Path, environment: Mapping[str, str]) -> float:
    """The median of seconds that ``import sympy`` takes, its modules being compiled."""
    command = [sys.executable, "-c", "import sympy"]
    return statistics.median(took(command, where, environment).wall for _ in range(4))


def make_class(size: int, folder: Path, more: Sequence[str]) -> None:
    command = [sys.executable, "-m", "bench.classes", str(size), str(folder), *more]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def changed(folder: Path) -> dict[Path, bytes]:
    """Turn a few answers files into those of others; what they were."""
    files = sorted(path for path in folder.iterdir() if path.suffix == ".yaml")
    before = {path: path.read_bytes() for path in files[:CHANGED]}
    for path, other in zip(before, files[CHANGED:], strict=False):
        path.write_bytes(other.read_bytes())
    return before


def median(runs: Sequence[Took]) -> Took:
    """The run in the middle by the clock, with the medians of the rest."""
    return Took(
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        max(run.peak for run in runs),
        runs[-1].out,
    )


@dataclass(frozen=True, slots=True)
class Bench:
    """Where to grade, and how."""

    where: Path
    environment: Mapping[str, str]
    options: tuple[str, ...]
    runs: int

    def graded(self, folder: Path, jobs: int) -> tuple[Took, Took]:
        """A class graded from nothing, and again with a few files changed."""
        firsts: list[Took] = []
        agains: list[Took] = []
        for _ in range(self.runs):
            out = self.where / "out"
            shutil.rmtree(out, ignore_errors=True)
            command = [
                *(sys.executable, "-m", "grader", "grade", "activity6", str(folder)),
                *("-o", str(out), "--jobs", str(jobs), "--json", *self.options),
            ]
            firsts.append(took(command, self.where, self.environment))
            before = changed(folder)
            agains.append(took(command, self.where, self.environment))
            for path, data in before.items():
                path.write_bytes(data)
            found = json.loads(agains[-1].out)
            if found["files"] - found["files_known"] > CHANGED:
                raise RuntimeError("more was read again than had changed")
        return median(firsts), median(agains)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--own", default="0.01")
    parser.add_argument("--distinct", action="store_true")
    parser.add_argument("--feedback", action="store_true")
    parser.add_argument("--runs", type=int, default=1)
    given = parser.parse_args()
    kind = ["--distinct"] if given.distinct else ["--own", given.own]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory(prefix="bench-batch-") as name:
        where = Path(name)
        bench = Bench(
            where,
            environment(where / "kept"),
            () if given.feedback else ("--no-feedback",),
            given.runs,
        )
        base = yardstick(where, bench.environment)
        make_class(WARM, where / "warm", kind)
        bench.graded(where / "warm", 1)
        print(
            f"`import sympy`: {base:.2f} s; answers: {' '.join(kind)}; {time.strftime('%Y-%m-%d')}\n"
        )
        print("| students | jobs | s | × sympy | times faster | processor s | ms a student | "
              f"peak MB | {CHANGED} changed, s |")  # fmt: skip
        print("| ---: " * 9 + "|")
        for size in given.sizes:
            folder = where / f"class{size}"
            make_class(size, folder, kind)
            fewest: float | None = None
            for jobs in given.jobs:
                first, again = bench.graded(folder, jobs)
                fewest = fewest or first.wall
                print(
                    f"| {size:,} | {jobs} | {first.wall:.1f} | {first.wall / base:.1f} | "
                    f"{fewest / first.wall:.1f} | {first.cpu:.1f} | "
                    f"{1000 * first.cpu / size:.2f} | {first.peak / 1e6:.0f} | "
                    f"{again.wall:.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
