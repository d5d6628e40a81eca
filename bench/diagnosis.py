"""Plants every known mistake in every part and reports how it is diagnosed.

    python bench/diagnosis.py [RUBRIC]

For each wrong answer of the table: is the planted mistake named, another true
description, or none?  A diagnosis is "false" if the answer is not equal to the wrong
answer that it names, judged by evaluation in fractions and floats over 200 random
points, apart from the program's own comparison.  False must be 0.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from grader.expr.tree import Dimensions
from grader.homework import load_rubric
from grader.questions import QUESTIONS
from grader.results import Outcome

ROOT = Path(__file__).parents[1]


def measure(rubric: str) -> tuple[Counter[str], dict[str, Counter[str]], list[float]]:
    """Totals, totals for each mistake, and seconds for each diagnosis."""
    homework = load_rubric(rubric)
    diagnoser = homework.diagnoser
    total: Counter[str] = Counter()
    by_mistake: dict[str, Counter[str]] = {}
    seconds: list[float] = []
    for part in homework.parts:
        planted = diagnoser.wrong_answers(part)
        sentences: dict[str, set[str]] = {}
        for name, wrong in planted:
            sentences.setdefault(wrong.sentence, set()).add(name)
        random.Random(part.id).shuffle(planted)
        for name, wrong in planted:
            if QUESTIONS[part.kind].judge(part, wrong.tree, {}).outcome is Outcome.EQUIVALENT:
                total["right after all"] += 1
                continue
            start = time.perf_counter()
            found = diagnoser.diagnose(part, wrong.tree, {})
            seconds.append(time.perf_counter() - start)
            kind = "none"
            if found is not None:
                kind = "named" if found.mistake == name else "another true description"
            total[kind] += 1
            by_mistake.setdefault(name, Counter())[kind] += 1
            if isinstance(wrong.tree, Dimensions):
                total["sizes"] += 1
    return total, by_mistake, seconds


def main() -> None:
    rubric = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "rubrics" / "activity6.yaml")
    total, by_mistake, seconds = measure(rubric)
    print(f"{'mistake':<26}{'named':>8}{'another':>9}{'none':>6}")
    for name, counts in by_mistake.items():
        print(
            f"{name:<26}{counts['named']:>8}{counts['another true description']:>9}"
            f"{counts['none']:>6}"
        )
    print(dict(total))
    print(f"median {statistics.median(seconds) * 1e3:.2f} ms a diagnosis")


if __name__ == "__main__":
    main()
