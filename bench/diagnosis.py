"""Plants every known mistake in every part and reports how it is diagnosed.

    python -m bench.diagnosis [RUBRIC]

For each wrong answer of the table: is the planted mistake named, another true
description, or none?  A diagnosis that says anything but the planted sentence is "false"
if the answer differs from every wrong answer that the sentence stands for, judged by
mpmath at many points (``bench/truth.py``), which knows nothing of the program's own
comparison.  Exit code 1 if one is false, or describes nothing that could be evaluated.
"""

from __future__ import annotations

import random
import re
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from bench.truth import Side, truly_different
from grader.expr.parser import parse_expression
from grader.expr.tree import Dimensions, Negation, Node, Product, Sum
from grader.homework import load_rubric
from grader.mistakes.diagnosis import Diagnosis
from grader.mistakes.subject import Wrong
from grader.questions import QUESTIONS
from grader.questions.part import Part
from grader.results import Outcome

ROOT = Path(__file__).parents[1]


def described(
    part: Part, planted: list[tuple[str, Wrong]], found: Diagnosis
) -> list[Node | Dimensions]:
    """The wrong answers that a diagnosis stands for: those of the table with its sentence,
    or what it says of the right answer."""
    relation = re.fullmatch(
        r"Your answer is the right one (times|plus|minus) \$(.*)\$\.", found.sentence
    )
    if relation is not None and isinstance(part.answer, Node):
        by = parse_expression(relation[2], part.statement.vocabulary)
        if relation[1] == "times":
            return [Product((part.answer, by))]
        return [Sum((part.answer, Negation(by) if relation[1] == "minus" else by))]
    return [
        wrong.tree
        for name, wrong in planted
        if (name, wrong.sentence) == (found.mistake, found.sentence)
    ]


def is_true(part: Part, answer: Node | Dimensions, claimed: Node | Dimensions) -> bool:
    """Whether two wrong answers are equal as far as mpmath tells."""
    if isinstance(answer, Dimensions) or isinstance(claimed, Dimensions):
        assert isinstance(answer, Dimensions)
        assert isinstance(claimed, Dimensions)
        pairs = [(answer.rows, claimed.rows), (answer.columns, claimed.columns)]
    else:
        pairs = [(answer, claimed)]
    forward, positive = part.statement.forward, part.statement.positive
    return not any(
        truly_different(Side(mine, forward), Side(theirs, forward), positive, part.id)
        for mine, theirs in pairs
    )


def measure(rubric: str) -> tuple[Counter[str], dict[str, Counter[str]], list[float]]:
    """Totals, totals for each mistake, and seconds for each diagnosis."""
    homework = load_rubric(rubric)
    diagnoser = homework.diagnoser
    total: Counter[str] = Counter()
    by_mistake: dict[str, Counter[str]] = {}
    seconds: list[float] = []
    for part in homework.parts:
        planted = diagnoser.wrong_answers(part)
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
                if found.sentence != wrong.sentence:
                    total["checked by mpmath"] += 1
                    claims = described(part, planted, found)
                    if not any(is_true(part, wrong.tree, claimed) for claimed in claims):
                        kind = "false"
                        print(f"FALSE {part.id}: {name} taken for {found}")
            total[kind] += 1
            by_mistake.setdefault(name, Counter())[kind] += 1
            if isinstance(wrong.tree, Dimensions):
                total["sizes"] += 1
    return total, by_mistake, seconds


def main() -> int:
    rubric = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "rubrics" / "activity6.yaml")
    total, by_mistake, seconds = measure(rubric)
    print(f"{'mistake':<26}{'named':>8}{'another':>9}{'none':>6}{'false':>7}")
    for name, counts in by_mistake.items():
        print(
            f"{name:<26}{counts['named']:>8}{counts['another true description']:>9}"
            f"{counts['none']:>6}{counts['false']:>7}"
        )
    print(dict(total))
    print(f"false: {total['false']}")
    print(f"median {statistics.median(seconds) * 1e3:.2f} ms a diagnosis")
    return 1 if total["false"] else 0


if __name__ == "__main__":
    sys.exit(main())
