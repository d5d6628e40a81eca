"""How long does one distinct answer of Activity 6 take, reading and comparing together?

    python -m bench.compare [--simplify] [--passes 10] [--slowest 0]

The same answers, translated to Python syntax, go through ``sympy.parse_expr`` and
``expand(a - b) == 0`` with ReLU and the indicator opaque: the quickest honest
alternative.  SymPy keeps what it met in a cache.  Once that is kept from answer to answer,
so that an answer finds pieces of those before it; once it holds what the reference leaves
there and nothing else, so that nothing of one answer is kept for another, as it is here for
the grader.  All three go through all answers a few times, in turns, and the best time of
each answer counts, in time of the processor, since other work on the machine only ever adds
to it.  What belongs to a part and not to an answer (its references, their values, SymPy's
form of them) is worked out before.

``--simplify`` also times ``sympy.simplify`` with ReLU as a Piecewise, which is what one
would try first, on a right and a wrong answer of a few parts, each in a process that is
stopped after a minute.
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

#: Parts whose answers go through ``simplify``: one ReLU, a path of two layers, two paths.
SIMPLIFIED = ("q1.phi_1", "q1.psi_12", "q1.theta_01")


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
    reading = kind.read(answer.text, answer.part.statement.vocabulary, answer.part)
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
    """Seconds of the processor that one run takes."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


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
    """The classic: the wrong weight on a path."""
    return substitute(tree, {"psi_12": Symbol("psi_21"), "psi_11": Symbol("psi_22")})


def warm_up(part: Part) -> None:
    """Work out what belongs to a part: a grader that runs has done so long before."""
    judge(Answer(part, to_latex(part.answer), part.answer))
    for reference in part.references:
        _ = reference.leaf, reference.opaque, reference.sight
        _ = reference.close, reference.screen, reference.same
        points = reference.points if reference.close is None else reference.close.points
        for fixed in points:
            _ = fixed.value, fixed.parts


@dataclass(frozen=True)
class Rival:
    """An answer in the alternative's own words: Python syntax."""

    answer: Answer
    reference: Node
    text: str

    def judged(self) -> Callable[[str], bool]:
        """What judges answers of the part, with the reference in SymPy's own form."""
        return sympy_judge(self.reference, self.answer.part.statement.vocabulary.names)


def rivals(every: Sequence[Answer]) -> list[Rival]:
    """The answers that the alternative can read."""
    return [
        Rival(answer, answer.part.answer, text)
        for answer in every
        if not isinstance(answer.tree, Dimensions)
        and not isinstance(answer.part.answer, Dimensions)
        and (text := python_syntax(answer.tree)) is not None
    ]


def one_after_another(every: Sequence[Rival]) -> list[float]:
    """Seconds of the alternative for each answer, with what its cache keeps of the others."""
    from sympy.core.cache import clear_cache

    clear_cache()
    judges: dict[str, Callable[[str], bool]] = {}
    found: list[float] = []
    for rival in every:
        part = rival.answer.part.id
        if part not in judges:
            judges[part] = rival.judged()
        found.append(once(lambda rival=rival, judged=judges[part]: judged(rival.text)))
    return found


def each_by_itself(every: Sequence[Rival]) -> list[float]:
    """Seconds of the alternative for each answer, with its cache as the reference leaves it:
    nothing of one answer is kept for another, as it is for the grader."""
    from sympy.core.cache import clear_cache

    found: list[float] = []
    for rival in every:
        clear_cache()
        judged = rival.judged()
        judged(str(python_syntax(rival.reference)))
        found.append(once(lambda rival=rival, judged=judged: judged(rival.text)))
    return found


def least(before: Sequence[float], now: Sequence[float]) -> list[float]:
    """The best time of each answer so far."""
    return [min(pair) for pair in zip(before, now, strict=True)] if before else list(now)


def simplify_table(every: Sequence[Answer]) -> None:
    """Print what ``simplify`` takes for a right and a wrong answer of a few parts."""
    parts = {answer.part.id: answer.part for answer in every}
    for name in SIMPLIFIED:
        part = parts[name]
        assert not isinstance(part.answer, Dimensions)
        names = part.statement.vocabulary.names
        reference = str(python_syntax(part.answer))
        written = (rewritten(part.answer, random.Random(seed), 3)[0] for seed in range(100))
        # The first rewrite that Python syntax can say.
        right = next(text for tree in written if (text := python_syntax(tree)) is not None)
        wrong = str(python_syntax(subscript_mutated(part.answer)))
        for label, text in (("right", right), ("wrong", wrong)):
            print(f"simplify, {name}, {label}: {simplify_time(text, reference, names)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simplify", action="store_true")
    parser.add_argument("--passes", type=int, default=10)
    parser.add_argument("--slowest", type=int, default=0)
    arguments = parser.parse_args()
    every = answers()
    for part in {answer.part.id: answer.part for answer in every}.values():
        warm_up(part)
    others = rivals(every)
    best: list[float] = []
    kept: list[float] = []
    alone: list[float] = []
    # In turns, since other work on the machine comes and goes.
    for _ in range(arguments.passes):
        best = least(best, [once(lambda answer=answer: judge(answer)) for answer in every])
        kept = least(kept, one_after_another(others))
        alone = least(alone, each_by_itself(others))
    ours = {id(answer): seconds for answer, seconds in zip(every, best, strict=True)}
    right = {id(answer) for answer in every if judge(answer)}
    print("grader, all:       ", summary(best))
    print("grader, right:     ", summary([ours[k] for k in ours if k in right]))
    print("grader, wrong:     ", summary([ours[k] for k in ours if k not in right]))
    for seconds, k in sorted(((s, k) for k, s in enumerate(best)), reverse=True)[
        : arguments.slowest
    ]:
        print(f"  {seconds * 1e3:.2f} ms {every[k].part.id} {every[k].text}")
    same = [ours[id(rival.answer)] for rival in others]
    print("of these, grader:  ", summary(same))
    for label, theirs in (("one after another", kept), ("each by itself", alone)):
        print(f"parse_expr+expand, {label}:")
        print("  all:             ", summary(theirs))
        wrong = [s for r, s in zip(others, theirs, strict=True) if id(r.answer) not in right]
        print("  wrong ones:      ", summary(wrong))
        ratios = [slow / quick for slow, quick in zip(theirs, same, strict=True)]
        print(f"  times that of the grader, median of the ratios: {statistics.median(ratios):.1f}; "
              f"of the sums: {sum(theirs) / sum(same):.1f}")  # fmt: skip
    if arguments.simplify:
        simplify_table(every)


if __name__ == "__main__":
    main()
