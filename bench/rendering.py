"""How long do a student's pages take: HTML, Markdown and text together?

    python -m bench.rendering [--students 100] [--seed 1]

Two classes of ``bench/classes.py`` are graded first: one with the repetition of a real
class, one in which every answer is a text of its own.  Timed is what comes after that:
arranging and rendering the pages, in one process, without writing them.  The baseline
is measured in the same run: ``latex2mathml.converter.convert`` alone, of each distinct
formula that the distinct class's answers were read as, once; the house's own way to
MathML stands beside it.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert

from bench.classes import OWN, ROOT, Class, write_class
from grader.batch import grade_paths
from grader.homework import Homework, load_rubric
from grader.reports.feedback import student_pages
from grader.reports.mathml import mathml
from grader.reports.pages import Pages
from grader.reports.sheet import student_stems

#: Times that each thing is done; the median counts.
ROUNDS = 5


def document_of(homework: Homework, students: int, seed: int, own: float) -> Mapping[str, Any]:
    """The results of a class, as ``results.json`` holds them."""
    with tempfile.TemporaryDirectory() as folder:
        write_class(Class(homework, seed, own).pupils(students), homework, Path(folder) / "class")
        found: Mapping[str, Any] = grade_paths(homework, [Path(folder) / "class"]).as_json()
    return found


def median(work: Callable[[], object]) -> float:
    """Seconds of processor time, the median of some rounds."""
    seconds = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return statistics.median(seconds)


def render(document: Mapping[str, Any]) -> None:
    """All pages of a class, by one process that has rendered nothing yet."""
    pages = Pages()
    stems = student_stems(document)
    for submission, stem in zip(document["students"], stems, strict=True):
        student_pages(document, submission, stem, pages)


def distinct_parts(document: Mapping[str, Any]) -> int:
    """How many results of parts differ."""
    return len({repr(part) for one in document["students"] for part in one["parts"]})


def table(students: int, seed: int) -> str:
    """Markdown."""
    homework = load_rubric(ROOT / "rubrics" / "activity6.yaml")
    ordinary = document_of(homework, students, seed, OWN)
    distinct = document_of(homework, students, seed, 1.0)
    formulas = sorted({
        part["read_as"]
        for one in distinct["students"]
        for part in one["parts"]
        if part["read_as"]
    })  # fmt: skip
    random.Random(seed).shuffle(formulas)
    baseline = median(lambda: [convert(latex) for latex in formulas]) / len(formulas)
    ours = median(lambda: [mathml(latex) for latex in formulas]) / len(formulas)
    rows = [
        "| what | distinct | each, ms | all pages of a student, ms | students a second | ratio |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        f"| `latex2mathml` alone | {len(formulas)} | {baseline * 1e3:.3f} | – | – | 1 |",
    ]
    own = f"| a formula to MathML | {len(formulas)} | {ours * 1e3:.3f} | – | – "
    rows.append(f"{own}| {ours / baseline:.2f} |")
    for name, document in (("a class", ordinary), ("every answer distinct", distinct)):
        seconds = median(lambda document=document: render(document))  # type: ignore[misc]
        parts = distinct_parts(document)
        rows.append(
            f"| {name} | {parts} | {seconds / parts * 1e3:.3f} | {seconds / students * 1e3:.2f} "
            f"| {students / seconds:.0f} | {seconds / parts / baseline:.2f} |"
        )
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{given.students} students, seed {given.seed}; processor time, median of {ROUNDS}.")
    print("`ratio` is to one conversion by latex2mathml.")
    print()
    print(table(given.students, given.seed))


if __name__ == "__main__":
    main()
