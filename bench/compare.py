"""How long does one distinct answer of Activity 6 take, reading and comparing together?

    python -m bench.compare [--simplify]

The same answers, translated to Python syntax, go through ``sympy.parse_expr`` and
``expand(a - b) == 0`` with ReLU and the indicator opaque: the quickest honest
alternative.  ``--simplify`` also times ``sympy.simplify`` with ReLU as a Piecewise,
which is what one would try first, on one right and one wrong answer, each in a
process that is stopped after a minute.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.mutations import mutated
from bench.rewrites import rewritten
from grader.expr.latex import to_latex
from grader.expr.tree import (
    Call,
    Condition,
    Constant,
    Dimensions,
    Indicator,
    Negation,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    substitute,
)
from grader.homework import load_rubric
from grader.questions import QUESTIONS
from grader.questions.part import Part

ROOT = Path(__file__).parents[1]

#: Generated answers of each part, right and wrong.
EACH = 12

#: Seconds after which ``simplify`` is stopped.
PATIENCE = 60


@dataclass(frozen=True)
class Answer:
    """An answer of one part, as text and as the tree that it came from."""

    part: Part
    text: str
    tree: Node | Dimensions


def answers() -> list[Answer]:
    """Distinct answers of every part of Activity 6, right and wrong."""
    found: dict[tuple[str, str], Answer] = {}
    for part in load_rubric(ROOT / "rubrics" / "activity6.yaml").parts:
        stream = random.Random(part.id)
        names = tuple(sorted(part.statement.vocabulary.names & part.statement.leaves))
        for k in range(EACH):
            tree = part.answer
            if isinstance(tree, Dimensions):
                sides = [tree.rows, tree.columns]
                if k % 2:
                    sides[k % 4 // 2] = Symbol(stream.choice(names))
                tree = Dimensions(*sides)
            else:
                if k % 2:
                    changed = mutated(tree, stream, names)
                    tree = tree if changed is None else changed[0]
                tree, _ = rewritten(tree, stream, k % 4)
            text = to_latex(tree)
            found[part.id, text] = Answer(part, text, tree)
    return list(found.values())


def judge(answer: Answer) -> bool:
    """Read and compare one answer, as grading does."""
    kind = QUESTIONS[answer.part.kind]
    reading = kind.read(answer.text, answer.part.statement.vocabulary)
    return bool(kind.judge(answer.part, reading.tree, {}))


def python_syntax(node: Node | Condition) -> str | None:
    """The tree as Python, with ``relu`` and ``I``; None for what has no translation."""
    match node:
        case Number():
            return f"Rational({node.value.numerator}, {node.value.denominator})"
        case Symbol():
            return node.name
        case Constant():
            return {"pi": "pi", "e": "E"}[node.name]
        case Sum():
            return _joined(node.terms, "+")
        case Product():
            return _joined(node.factors, "*")
        case Negation():
            return _prefixed(node)
        case Quotient():
            return _joined((node.numerator, node.denominator), "/")
        case Power():
            return _joined((node.base, node.exponent), "**")
        case Call(function, (argument,), derivative) if derivative < 2:
            inner = python_syntax(argument)
            name = "I" if function == "relu" and derivative else function
            if derivative and function != "relu":
                return None
            names = {"relu": "relu", "abs": "Abs", "I": "I"}
            return None if inner is None else f"{names.get(name, name)}({inner})"
        case Indicator(Relation(">" | ">=", left, right)):
            inner = _joined((left, Negation(right)), "+")
            return None if inner is None else f"I({inner})"
        case Indicator(Relation("<" | "<=", left, right)):
            inner = _joined((right, Negation(left)), "+")
            return None if inner is None else f"I({inner})"
    return None


def _prefixed(node: Negation) -> str | None:
    inner = python_syntax(node.operand)
    return None if inner is None else f"(-{inner})"


def _joined(parts: Sequence[Node], operator: str) -> str | None:
    texts = [python_syntax(part) for part in parts]
    if any(text is None for text in texts):
        return None
    return "(" + f" {operator} ".join(str(text) for text in texts) + ")"


def sympy_judge(reference: Node, names: frozenset[str]) -> Callable[[str], bool]:
    """``parse_expr`` and ``expand(a - b) == 0``."""
    import sympy
    from sympy.parsing.sympy_parser import parse_expr

    relu, step = sympy.Function("relu"), sympy.Function("I")
    known = {name: sympy.Symbol(name, real=True) for name in names} | {"relu": relu, "I": step}
    right = parse_expr(str(python_syntax(reference)), local_dict=dict(known))

    def judged(text: str) -> bool:
        left = parse_expr(text, local_dict=dict(known))
        return bool(sympy.expand(left - right) == 0)

    return judged


def once(work: Callable[[], object]) -> float:
    """Seconds of one run: a distinct answer comes once, and SymPy would remember it."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def summary(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return (
        f"n {len(ordered)}, median {statistics.median(ordered) * 1e3:.3f} ms, "
        f"99th percentile {ordered[int(len(ordered) * 0.99)] * 1e3:.2f} ms, "
        f"longest {ordered[-1] * 1e3:.1f} ms"
    )


_SIMPLIFY = """
import sys, time, sympy
from sympy.parsing.sympy_parser import parse_expr
left, right, names = sys.argv[1:]
known = {name: sympy.Symbol(name, real=True) for name in names.split()}
known["relu"] = lambda u: sympy.Piecewise((u, u > 0), (0, True))
known["I"] = lambda u: sympy.Piecewise((1, u > 0), (0, True))
begin = time.perf_counter()
a, b = (parse_expr(text, local_dict=dict(known)) for text in (left, right))
equal = sympy.simplify(a - b) == 0
print(f"{time.perf_counter() - begin:.1f} s ({'equal' if equal else 'not shown to be equal'})")
"""


def simplify_time(left: str, right: str, names: frozenset[str]) -> str:
    command = [sys.executable, "-c", _SIMPLIFY, left, right, " ".join(sorted(names))]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    except subprocess.TimeoutExpired:
        return f"stopped after {PATIENCE} s"
    return run.stdout.strip()


def subscript_mutated(tree: Node) -> Node:
    """The classic: the wrong weight on one path."""
    return substitute(tree, {"psi_12": Symbol("psi_21")})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simplify", action="store_true")
    parser.add_argument("--slowest", type=int, default=0)
    arguments = parser.parse_args()
    every = answers()
    for part in {answer.part.id: answer.part for answer in every}.values():
        # The reference itself first, so that start-up is not counted.
        judge(Answer(part, to_latex(part.answer), part.answer))
    timed = [(once(lambda answer=answer: judge(answer)), answer) for answer in every]
    right = [seconds for seconds, answer in timed if judge(answer)]
    wrong = [seconds for seconds, answer in timed if not judge(answer)]
    print("grader, all:      ", summary([seconds for seconds, _ in timed]))
    print("grader, right:    ", summary(right))
    print("grader, wrong:    ", summary(wrong))
    for seconds, answer in sorted(timed, key=lambda pair: -pair[0])[: arguments.slowest]:
        print(f"  {seconds * 1e3:.2f} ms {answer.part.id} {answer.text}")
    ours, theirs, theirs_wrong = [], [], []
    judges: dict[str, Callable[[str], bool]] = {}
    for seconds, answer in timed:
        part = answer.part
        if isinstance(answer.tree, Dimensions) or isinstance(part.answer, Dimensions):
            continue
        text = python_syntax(answer.tree)
        if text is None:
            continue
        if part.id not in judges:
            judges[part.id] = sympy_judge(part.answer, part.statement.vocabulary.names)
        compare_text = judges[part.id]
        taken = once(lambda compare_text=compare_text, text=text: compare_text(text))
        ours.append(seconds)
        theirs.append(taken)
        if not judge(answer):
            theirs_wrong.append(taken)
    print("of these, grader: ", summary(ours))
    print("parse_expr+expand:", summary(theirs))
    print("  wrong ones:     ", summary(theirs_wrong))
    print(f"times faster, median of the ratios: "
          f"{statistics.median(b / a for a, b in zip(ours, theirs, strict=True)):.1f}; "
          f"of the sums: {sum(theirs) / sum(ours):.1f}")  # fmt: skip
    if arguments.simplify:
        part = next(a.part for a in every if a.part.id == "q1.theta_01")
        assert not isinstance(part.answer, Dimensions)
        names = part.statement.vocabulary.names
        reference = str(python_syntax(part.answer))
        right_tree, _ = rewritten(part.answer, random.Random(2), 3)
        wrong_tree = subscript_mutated(part.answer)
        for label, tree in (("right", right_tree), ("wrong", wrong_tree)):
            text = str(python_syntax(tree))
            print(f"simplify, {label}: {simplify_time(text, reference, names)}")


if __name__ == "__main__":
    main()
