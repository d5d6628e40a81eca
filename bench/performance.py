"""Runs every benchmark of speed and writes what they print to docs/performance.md.

    python -m bench.performance [--quick] [--largest]

It takes about ten minutes and wants a machine that does nothing else.  ``--largest`` measures
a class of 100,000 too, which takes as long again; without it, what was measured of that before
stays on the page, with its date.  ``--quick`` leaves out the large classes and the other
readers; it writes nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
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
    Run("One answer", ("bench.compare", "--passes", "10"),
        "Reading and comparing one distinct answer of Activity 6, against the quickest honest "
        "alternative: the same answers through `sympy.parse_expr` and `expand(a - b) == 0`, with "
        "ReLU opaque. SymPy caches what it met: *one after another* finds pieces of earlier answers "
        "there, *each by itself* those of the reference alone, as the grader keeps nothing of one "
        "answer for another. Processor time, the best of the passes, in turns. (`--simplify` times "
        "`sympy.simplify` with ReLU as a `Piecewise` too: right answers take half a second, wrong "
        "ones were stopped after a minute.)"),
    Run("Reading", ("bench.reading", "--others"),
        "Texts a second, beside SymPy's LaTeX reader (ANTLR) and math-verify, which the benchmark "
        "installs in an environment of its own. *done* counts the texts that were read, or right "
        "answers that were found right."),
    Run("Rendering", ("bench.rendering",),
        "A student's three pages, beside one conversion by latex2mathml alone."),
    Run("A class", ("bench.batch", "--sizes", "100", "1000", "--jobs", "1", "2", "--feedback",
                    "--runs", "3"),
        "From files to all reports and exports, three pages for each student, with the repetition "
        "of a real class; then again over the same files of which three have changed. *times "
        "faster*: than by one process."),
    Run("Large classes", ("bench.batch", "--sizes", "1000", "10000", "--jobs", "2"),
        "The same without pages for each student."),
    Run("A class in which every answer is a text of its own",
        ("bench.batch", "--sizes", "1000", "--jobs", "2", "--distinct", "--feedback",
         "--runs", "3"),
        "26,000 distinct texts for 1,000 students."),
    Run("The largest class", ("bench.batch", "--sizes", "1000", "100000", "--jobs", "2"),
        "2.6 million answers in one run, without pages for each student."),
)  # fmt: skip

#: The one that is measured on request.
LARGEST = RUNS[-1]

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
- *Proofs about wrong answers.* Most relations to the right answer ("times 2") that fitted at some points were seen
  at the others to be none, and cost a case split each; what did fit was proved in normal forms made anew. Values
  decide first, and a proof begins with the normal forms that the reference has.
- *Pages.* Results were decoded for each student, in each report and export, and encoded to see whether they had been
  rendered; now a part's result is decoded once. Words, numbers and formulas that pages repeat are escaped once.
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

PICTURE = """\
![Milliseconds that a student takes, by the size of the class; the tables below have the \
numbers](pictures/performance.svg)"""

#: Runs of ``--quick``, by what replaces their arguments.
QUICK = {
    "bench.reading": ("bench.reading",),
    "bench.batch": ("bench.batch", "--sizes", "100", "--feedback"),
}

#: Students, workers and seconds of a row that ``bench.batch`` prints.
_ROW = re.compile(r"^\| ([\d,]+) \| (\d+) \| ([\d.]+) \|", re.MULTILINE)


def measured(run: Run, arguments: tuple[str, ...]) -> str:
    """What a benchmark prints, as Markdown."""
    print(f"== {' '.join(arguments)}", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    out = done.stdout.strip()
    return out if "\n|" in out else f"```text\n{out}\n```"


def section(run: Run, arguments: tuple[str, ...], *, measure: bool) -> str:
    """A benchmark's part of the page: measured now, or as it stands there, if it does."""
    heading = f"## {run.title}\n"
    if not measure:
        page = PAGE.read_text(encoding="utf-8")
        _, found, rest = page.partition(heading)
        return (found + rest.partition("\n## ")[0]).rstrip() if found else ""
    return "\n\n".join((heading.rstrip(), run.text, f"`{run.command}`", measured(run, arguments)))


def rows_of(table: str) -> list[tuple[int, int, float]]:
    """Students, workers and seconds, out of what ``bench.batch`` prints."""
    return [
        (int(students.replace(",", "")), int(jobs), float(seconds))
        for students, jobs, seconds in _ROW.findall(table)
    ]


def plot(lines: Mapping[str, Sequence[tuple[int, int, float]]]) -> str:
    """Milliseconds that a student takes, by the size of the class and the workers, as SVG.

    ``lines`` have for some words the students, workers and seconds of each run.
    """
    sizes = sorted({students for rows in lines.values() for students, _, _ in rows})
    style = Style(background="#ffffff", plot_background="#ffffff", font_family="sans-serif",
                  colors=("#1f5a96", "#c2661d", "#3f7d3a"))  # fmt: skip
    chart = pygal.Bar(
        js=(), style=style, width=640, height=360, pretty_print=False, show_legend=True,
        legend_at_bottom=True, title="Milliseconds a student",
        x_title="students in the class",
    )  # fmt: skip
    chart.x_labels = [f"{size:,}" for size in sizes]
    for words, rows in lines.items():
        for jobs in sorted({workers for _, workers, _ in rows}):
            took = {students: seconds for students, workers, seconds in rows if workers == jobs}
            label = f"{words}, {'one process' if jobs == 1 else f'{jobs} workers'}"
            chart.add(
                label,
                [round(1000 * took[size] / size, 2) if size in took else None for size in sizes],
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
    options.add_argument("--largest", action="store_true")
    given = options.parse_args()
    quick = given.quick
    parts = [
        "# How fast it is",
        HEAD.format(
            date=time.strftime("%Y-%m-%d"),
            cores=os.cpu_count(),
            machine=platform.machine(),
            python=platform.python_version(),
        ),
        PICTURE,
    ]
    for run in RUNS:
        arguments = QUICK.get(run.arguments[0], run.arguments) if quick else run.arguments
        parts.append(section(run, arguments, measure=run is not LARGEST or given.largest))
    sections = dict(zip((run.title for run in RUNS), parts[3:], strict=True))
    large = [*rows_of(sections["Large classes"]), *rows_of(sections[LARGEST.title])]
    # Of a size that was measured twice, the first.
    without = {(students, jobs): seconds for students, jobs, seconds in reversed(large)}
    lines = {
        "all pages": rows_of(sections["A class"]),
        "no page for each": [(*key, seconds) for key, seconds in sorted(without.items())],
    }
    page = "\n\n".join((*filter(None, parts), NOTE)) + "\n"
    if quick:
        print(page)
        return
    PAGE.write_text(page, encoding="utf-8")
    PLOT.write_text(plot(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
