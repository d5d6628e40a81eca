"""Runs every benchmark of speed and writes what they print to docs/performance.md.

    python -m bench.performance [--quick]

It takes about ten minutes and wants a machine that does nothing else.  ``--quick`` leaves
out the large classes and the other readers; it writes nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pygal
from pygal.style import Style

ROOT = Path(__file__).parents[1]
PAGE, PLOT = ROOT / "docs" / "performance.md", ROOT / "docs" / "pictures" / "performance.svg"


@dataclass(frozen=True, slots=True)
class Run:
    """A benchmark: what it shows, its command, and what to know beside its numbers."""

    title: str
    arguments: tuple[str, ...]
    text: str

    @property
    def command(self) -> str:
        return " ".join(("python -m", *self.arguments))


RUNS = (
    Run("Start-up", ("bench.startup",),
        "Whole processes, beside `import sympy` in the same rounds. *nothing kept*: the first run "
        "of a rubric, which derives its references; every later one takes them from the cache."),
    Run("One answer", ("bench.compare", "--passes", "5"),
        "Reading and comparing one distinct answer of Activity 6, against the quickest honest "
        "alternative: the same answers through `sympy.parse_expr` and `expand(a - b) == 0`, with "
        "ReLU opaque. Processor time, the best of the passes, for both alike. (`--simplify` times "
        "`sympy.simplify` with ReLU as a `Piecewise` too: right answers take half a second, wrong "
        "ones were stopped after a minute.)"),
    Run("Reading", ("bench.reading", "--others"),
        "Texts a second, beside SymPy's LaTeX reader (ANTLR) and math-verify, which the benchmark "
        "installs in an environment of its own. *done* counts the texts that were read, or right "
        "answers that were found right."),
    Run("Rendering", ("bench.rendering",),
        "A student's three pages, beside one conversion by latex2mathml alone."),
    Run("A class", ("bench.batch", "--sizes", "100", "1000", "--feedback"),
        "From files to all reports and exports, three pages for each student, with the repetition "
        "of a real class; then again over the same files of which three have changed."),
    Run("Large classes", ("bench.batch", "--sizes", "1000", "10000", "--jobs", "2"),
        "The same without pages for each student."),
    Run("A class in which every answer is a text of its own",
        ("bench.batch", "--sizes", "1000", "--jobs", "2", "--distinct", "--feedback"),
        "26,000 distinct texts for 1,000 students."),
)  # fmt: skip

HEAD = """\
Measured on {date} by `python -m bench.performance`, on {cores} cores of {machine}, Python {python}.
Seconds differ from machine to machine; ratios are against a baseline measured in the same run."""

#: What profiles (``cProfile`` over a whole run, and which process works when) showed last, and
#: what was done about it.
NOTE = """\
## What was slow

Found by profiles of whole runs, the dearest first, and what was changed:

- *Slips in definitions.* Each change that might mend one was evaluated with all of the answer. Now the tree is
  walked once for each place that may change, with all values at once for it, and whatever does not depend on it
  is known; the points are those that few changes survive.
- *Many small calls.* Tokens, spans, nodes and normal forms are made and compared in fewer; points near kinks keep
  the reference's values.
- *Results, again and again.* A line of `results.json` was encoded for each student, decoded for each report, and
  encoded again to see which pages stand. Now what is said of an answer is encoded once, and lines go to workers as
  they stand.
- *Workers.* They started twice in a run, for answers and for pages, and each loaded SymPy to name one known mistake.
  One set serves the run, by our own derivatives; it begins with the students' pages while the page of the class is made.
- *Reading files.* Every character was looked at by Python for those that YAML refuses; a regular expression finds
  them.
- *Memory.* Comments, archives, tables and workbooks were built whole; they are made row by row, and wait in a file.
- *Pushing.* Each student was sought among all of a course; ids are looked up.

What is left of a large class is one process that tells it student by student, decodes it for the page of the class,
and once more for each export."""

#: Runs of ``--quick``, by what replaces their arguments.
QUICK = {
    "bench.reading": ("bench.reading",),
    "bench.batch": ("bench.batch", "--sizes", "100", "--feedback"),
}

_ROW = re.compile(r"\| ([\d,]+) \| (\d+) \| ([\d.]+) \| [\d.]+ \| [\d.]+ \| ([\d.]+) \|")


def measured(run: Run, arguments: tuple[str, ...]) -> str:
    """What a benchmark prints, as Markdown."""
    print(f"== {' '.join(arguments)}", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    out = done.stdout.strip()
    return out if "\n|" in out else f"```text\n{out}\n```"


def plot(rows: list[tuple[int, int, float]]) -> str:
    """Milliseconds that a student takes, by the size of the class and the workers, as SVG.

    ``rows`` are students, workers and seconds.
    """
    sizes = sorted({students for students, _, _ in rows})
    style = Style(background="#ffffff", plot_background="#ffffff", font_family="sans-serif",
                  colors=("#1f5a96", "#c2661d"))  # fmt: skip
    chart = pygal.Bar(
        js=(), style=style, width=640, height=360, pretty_print=False, show_legend=True,
        legend_at_bottom=True, title="Milliseconds a student, without pages",
        x_title="students in the class",
    )  # fmt: skip
    chart.x_labels = [f"{size:,}" for size in sizes]
    for jobs in sorted({workers for _, workers, _ in rows}):
        took = {students: seconds for students, workers, seconds in rows if workers == jobs}
        label = "one process" if jobs == 1 else f"{jobs} workers"
        chart.add(
            label, [round(1000 * took[size] / size, 2) if size in took else None for size in sizes]
        )
    # pygal names its parts at random and adds a script; a picture needs neither.
    root = ET.fromstring(chart.render(is_unicode=True))  # noqa: S314 - made in the line above
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith("script"):
                parent.remove(child)
    return re.sub(r"chart-[0-9a-f-]{36}", "chart", ET.tostring(root, encoding="unicode")) + "\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    quick = options.parse_args().quick
    parts = [
        "# How fast it is",
        HEAD.format(
            date=time.strftime("%Y-%m-%d"),
            cores=os.cpu_count(),
            machine=platform.machine(),
            python=platform.python_version(),
        ),
    ]
    rows: list[tuple[int, int, float]] = []
    for run in RUNS:
        arguments = QUICK.get(run.arguments[0], run.arguments) if quick else run.arguments
        out = measured(run, arguments)
        if run.title == "Large classes":
            rows = [
                (int(students.replace(",", "")), int(jobs), float(seconds))
                for students, jobs, seconds, _ in _ROW.findall(out)
            ]
        parts += [f"## {run.title}", run.text, f"`{run.command}`", out]
        if rows and run.title == "Large classes":
            parts.append("![Milliseconds that a student takes, by the size of the class; the table "
                         "above has the numbers](pictures/performance.svg)")  # fmt: skip
    page = "\n\n".join((*parts, NOTE)) + "\n"
    if quick:
        print(page)
        return
    PAGE.write_text(page, encoding="utf-8")
    PLOT.write_text(plot(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
