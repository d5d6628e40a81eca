"""How many answers are read in a second, and how that compares with other readers of LaTeX?

    python -m bench.reading [--others]

``--others`` times, in an environment of its own that is made for it and removed,
``sympy.parsing.latex.parse_latex`` (ANTLR) and ``math_verify.parse`` on the same texts,
and ``math_verify`` reading and verifying an answer against its reference as the grader
reads and compares it.  They are given the answers that need no notation of the homework
(no ``a[…]``, no indicators), as LaTeX with round brackets, so that all of them can read
them; how many they did read is said.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.rewrites import rewritten
from grader.expr.latex import to_latex
from grader.expr.parser import parse_answer
from grader.expr.tree import Dimensions
from grader.homework import load_rubric
from grader.questions import QUESTIONS
from grader.questions.part import Part

ROOT = Path(__file__).parents[1]

#: Rewrites of each reference, and rounds over all texts.
EACH, ROUNDS = 20, 3

#: What the other readers need; both read with ANTLR's runtime for Python.
OTHERS = ("sympy==1.14.*", "math-verify==0.9.*", "antlr4-python3-runtime==4.11.*",
          "latex2sympy2_extended[antlr4_11_0]")  # fmt: skip

#: Run in the other environment: texts on standard input, times on standard output.
_OTHER = r"""
import json, sys, time, warnings
warnings.simplefilter("ignore")
from math_verify import parse, verify
from sympy.parsing.latex import parse_latex

def timed(run, items):
    run(items[0])
    times, done = [], 0
    for item in items:
        rounds = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            try:
                good = bool(run(item))
            except Exception:
                good = False
            rounds.append(time.perf_counter() - start)
        times.append(min(rounds))
        done += good
    return {"times": times, "done": done}

pairs = json.load(sys.stdin)
read = lambda text: parse("$" + text + "$", parsing_timeout=None)
json.dump({
    "sympy.parse_latex": timed(lambda pair: parse_latex(pair[0]) is not None, pairs),
    "math_verify.parse": timed(lambda pair: read(pair[0]), pairs),
    "math_verify parse and verify":
        timed(lambda pair: verify(read(pair[1]), read(pair[0]), timeout_seconds=None), pairs),
}, sys.stdout)
"""


def texts() -> list[tuple[Part, str]]:
    """Distinct right answers to every part of Activity 6 that is an expression, as LaTeX."""
    found: dict[tuple[str, str], tuple[Part, str]] = {}
    for part in load_rubric(ROOT / "rubrics" / "activity6.yaml").parts:
        if isinstance(part.answer, Dimensions):
            continue
        stream = random.Random(part.id)
        for k in range(EACH):
            tree, _ = rewritten(part.answer, stream, k % 4)
            text = part.latex(tree)
            found.setdefault((part.id, text), (part, text))
    return list(found.values())


def plain_texts() -> list[tuple[Part, str]]:
    """Those of them that anything which reads LaTeX should read."""
    return [
        (part, to_latex(tree))
        for part, text in texts()
        if part.question == "q2"
        for tree in [parse_answer(text, part.statement.vocabulary).tree]
    ]


def best(run: Callable[[], object]) -> float:
    """Seconds of the quickest of several runs."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def ours(pairs: list[tuple[Part, str]]) -> list[float]:
    """Seconds to read each text."""
    return [
        best(lambda p=part, t=text: parse_answer(t, p.statement.vocabulary)) for part, text in pairs
    ]


def ours_compared(pairs: list[tuple[Part, str]]) -> list[float]:
    """Seconds to read each text and compare it with its reference."""

    def run(part: Part, text: str) -> None:
        kind = QUESTIONS[part.kind]
        kind.judge(part, kind.read(text, part.statement.vocabulary, part).tree, {})

    return [best(lambda p=part, t=text: run(p, t)) for part, text in pairs]


def row(name: str, times: list[float], base: float, done: str = "") -> str:
    median = statistics.median(times)
    return (
        f"| {name} | {len(times)} | {done} | {median * 1e3:.3f} | {1 / statistics.mean(times):,.0f} "
        f"| {median / base:.1f} |"
    )


HEAD = (
    "| what | texts | done | median (ms) | texts a second | times ours |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: |"
)


def others(pairs: list[tuple[Part, str]]) -> dict[str, dict[str, list[float]]]:
    """The others' times, from an environment of their own."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--quiet", "--quiet", *OTHERS], check=True
        )
        sent = json.dumps([(text, to_latex(part.answer)) for part, text in pairs])
        done = subprocess.run(
            [python, "-c", f"ROUNDS = {ROUNDS}\n{_OTHER}"],
            input=sent,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--others", action="store_true")
    chosen = options.parse_args()
    everything, plain = texts(), plain_texts()
    times = ours(everything)
    base = statistics.median(times)
    print(f"All answers that are expressions:\n\n{HEAD}")
    print(row("reading", times, base, str(len(times))))
    print(row("reading and comparing", ours_compared(everything), base, str(len(times))))
    times = ours(plain)
    base = statistics.median(times)
    print(f"\nAnswers in plain LaTeX (`q2`):\n\n{HEAD}")
    print(row("reading", times, base, str(len(times))))
    both = ours_compared(plain)
    if chosen.others:
        found = others(plain)
        verified = found.pop("math_verify parse and verify")
        for name, measured in found.items():
            print(row(name, measured["times"], base, str(measured["done"])))
        print(f"\nRead and compared with the reference:\n\n{HEAD}")
        base = statistics.median(both)
        print(row("ours", both, base, str(len(both))))
        print(row("math_verify parse and verify", verified["times"], base, str(verified["done"])))
    else:
        print(row("reading and comparing", both, base, str(len(both))))


if __name__ == "__main__":
    main()
