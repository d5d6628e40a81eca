"""Are the verdicts true?  Right and wrong answers in thousands, judged a second time in mpmath.

    python -m bench.verdicts [--cases 20000] [--seed 1] [--jobs 1] [--write]

From every part of every rubric in ``rubrics/`` and from ``bench/expressions.py``:
right answers by random sound rewrites, wrong ones by one mutation and rewrites
that hide it.  What is true of each is settled by ``bench/truth.py``; every witness
is evaluated there again.  ``--write`` puts the table into ``docs/verdicts.md``.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path

from mpmath import mp, mpf

from bench.expressions import EXPRESSIONS
from bench.mutations import mutated
from bench.rewrites import inlined, rewritten, with_definition
from bench.truth import Side, differ_at, truly_different
from grader.compare.ladder import compare
from grader.compare.reference import Reference, make_reference
from grader.expr.composite import sides
from grader.expr.latex import to_latex
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_answer, parse_expression
from grader.expr.tree import Dimensions, Node, symbols
from grader.homework import load_rubric
from grader.results import Outcome, Verdict, Witness

ROOT = Path(__file__).parents[1]

#: Where the table stands in the docs.
BEGIN, END = "<!-- verdicts: begin -->", "<!-- verdicts: end -->"


#: Seconds after which a comparison is shown as slow.
SLOW = 0.25

#: Trials that a process judges at a time.
CHUNK = 250


@dataclass(frozen=True)
class Base:
    """A right answer to start from."""

    name: str
    tree: Node
    environment: Mapping[str, Node]
    positive: frozenset[str]
    names: tuple[str, ...]
    reference: Reference
    vocabulary: Vocabulary


@dataclass(frozen=True)
class Trial:
    """One answer, how it came about, and its verdict."""

    base: Base
    answer: Node
    definitions: Mapping[str, Node]
    how: str
    verdict: Verdict
    seconds: float
    truth: bool | None  # whether the answer is right; None: no point said anything
    witness_holds: bool | None


def rubric_bases() -> Iterator[Base]:
    """Every part of every rubric; the sides of a size and the entries of a matrix by themselves, and sums over an
    index written out."""
    for path in sorted((ROOT / "rubrics").glob("*.yaml")):
        for stated in load_rubric(path).parts:
            if stated.matrix is not None:
                continue  # matrices have their own measure, tests/test_matrices.py
            part = stated if stated.in_numbers is None else stated.in_numbers
            trees = sides(part.answer)
            if len(trees) != len(part.references):
                continue  # a choice, or a chain: nothing that one expression answers
            for k, (tree, reference) in enumerate(zip(trees, part.references, strict=True)):
                statement = part.statement
                yield Base(
                    part.id if len(trees) == 1 else f"{part.id}.{k}",
                    tree,
                    statement.forward,
                    statement.positive,
                    tuple(sorted(statement.vocabulary.names & (statement.leaves | symbols(tree))))
                    or tuple(sorted(statement.leaves)),
                    reference,
                    statement.vocabulary if part is stated else FREE,
                )


def further_bases() -> Iterator[Base]:
    """The expressions beyond the rubrics."""
    for text, positive in EXPRESSIONS:
        tree = parse_expression(text, FREE)
        names = tuple(sorted(symbols(tree)))
        assumed = frozenset(positive.split())
        reference = make_reference(tree, text, positive=assumed, names=names)
        yield Base(text, tree, {}, assumed, names, reference, FREE)


@cache
def bases() -> tuple[Base, ...]:
    return (*rubric_bases(), *further_bases())


def answer_from(base: Base, stream: random.Random) -> tuple[Node, dict[str, Node], str]:
    """An answer, its definitions, and how it was made."""
    tree: Node = base.tree
    how: list[str] = []
    definitions: dict[str, Node] = {}
    if base.environment and stream.random() < 0.3:
        tree = inlined(tree, dict(base.environment), stream)
        how.append("inlined")
    if stream.random() < 0.5:
        changed = mutated(tree, stream, base.names)
        if changed is not None:
            tree, kind = changed
            how.append(f"MUTATED {kind}")
        tree, done = rewritten(tree, stream, stream.randrange(4))
    else:
        tree, done = rewritten(tree, stream, 1 + stream.randrange(6))
    how += done
    if stream.random() < 0.3:
        text = to_latex(tree)
        tree = _read(text, base.vocabulary)
        how.append("LaTeX")
    if stream.random() < 0.2:
        tree, definitions = with_definition(tree, stream)
        how.append("definition")
    return tree, definitions, ", ".join(how)


def _read(text: str, vocabulary: Vocabulary) -> Node:
    tree = parse_answer(text, vocabulary).tree
    assert not isinstance(tree, Dimensions)
    return tree


def _witness_holds(witness: Witness, left: Side, right: Side) -> bool | None:
    """Whether two sides differ at the witness, or just beside it."""
    point = {name: mpf(value.numerator) / value.denominator for name, value in witness.at}
    with mp.workdps(150):
        point = {name: mpf(value.numerator) / value.denominator for name, value in witness.at}
    said: bool | None = None
    for push in (Fraction(0), Fraction(1, 10**20), Fraction(-1, 10**20)):
        with mp.workdps(150):
            moved = {
                name: value + mpf(push.numerator) / push.denominator * (k + 1)
                for k, (name, value) in enumerate(point.items())
            }
        found = differ_at(left, right, moved)
        if push:
            said = found if said is None else said and bool(found)
    return said


def trial(number: int, seed: int) -> Trial:
    """The trial of that number: the same on every machine."""
    stream = random.Random(f"{seed} {number}")
    every = bases()
    base = every[number % len(every)]
    answer, definitions, how = answer_from(base, stream)
    begin = time.perf_counter()
    verdict = compare(base.reference, answer, definitions)
    seconds = time.perf_counter() - begin
    left = Side(answer, {**base.environment, **definitions})
    right = Side(base.tree, base.environment)
    holds = None
    if verdict.witness is not None:
        holds = _witness_holds(verdict.witness, left, right)
    if holds:
        truth: bool | None = False
    else:
        different = truly_different(left, right, base.positive, f"{seed} {number}")
        truth = None if different is None else not different
    return Trial(base, answer, definitions, how, verdict, seconds, truth, holds)


@dataclass
class Tally:
    """Counts of verdicts against what is true."""

    equal: Counter[str] = field(default_factory=Counter)
    unequal: Counter[str] = field(default_factory=Counter)
    wrong: list[Trial] = field(default_factory=list)
    undecided: list[Trial] = field(default_factory=list)
    unsettled: list[Trial] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    slow: list[Trial] = field(default_factory=list)

    def add(self, one: Trial) -> None:
        outcome = one.verdict.outcome
        method = one.verdict.method or str(outcome)
        self.seconds.append(one.seconds)
        if one.seconds > SLOW:
            self.slow.append(one)
        if one.truth is None:
            self.unsettled.append(one)
            return
        (self.equal if one.truth else self.unequal)[method] += 1
        if outcome is Outcome.UNDECIDED:
            self.undecided.append(one)
        elif bool(one.verdict) is not one.truth:
            self.wrong.append(one)

    @property
    def false_accepts(self) -> int:
        return sum(1 for one in self.wrong if one.verdict)

    @property
    def false_rejects(self) -> int:
        return sum(1 for one in self.wrong if not one.verdict)

    @property
    def proved(self) -> float:
        """The share of the right answers that were accepted by proof."""
        accepted = sum(self.equal.values())
        proofs = ("identical", "normal form", "case split")
        return sum(self.equal[method] for method in proofs) / max(accepted, 1)

    def table(self) -> str:
        """Markdown."""
        right, wrong = sum(self.equal.values()), sum(self.unequal.values())
        rows = [
            "| verdict | method | right answers | wrong answers |",
            "| --- | --- | ---: | ---: |",
        ]
        for outcome, method in (
            ("equivalent", "identical"),
            ("equivalent", "normal form"),
            ("equivalent", "case split"),
            ("equivalent", "sampled"),
            ("different", "witness"),
            ("undecided", "undecided"),
        ):
            shown = method if outcome != method else "–"
            rows.append(f"| {outcome} | {shown} | {self.equal[method]} | {self.unequal[method]} |")
        rows.append(f"| **all** | | {right} | {wrong} |")
        times = sorted(self.seconds)
        facts = (
            f"False accepts: {self.false_accepts}. False rejects: {self.false_rejects}. "
            f"Undecided: {len(self.undecided)} ({len(self.undecided) / max(right + wrong, 1):.2%}). "
            f"Right answers accepted by proof: {self.proved:.2%}. "
            f"No point settled what is true of {len(self.unsettled)} more. "
            f"Time of one comparison: median {times[len(times) // 2] * 1e3:.2f} ms, "
            f"99th percentile {times[int(len(times) * 0.99)] * 1e3:.1f} ms, "
            f"longest {times[-1] * 1e3:.0f} ms."
        )
        return "\n".join(rows) + "\n\n" + facts


def describe(one: Trial) -> str:
    names = "; ".join(f"{name} = {to_latex(tree)}" for name, tree in one.definitions.items())
    witness = one.verdict.witness.as_json() if one.verdict.witness else ""
    return (
        f"  {one.base.name}\n    {to_latex(one.answer)}  {names}\n    [{one.how}] truth {one.truth}, "
        f"{one.verdict.outcome} {one.verdict.method} {one.verdict.tried} {witness} "
        f"{one.seconds * 1e3:.0f} ms"
    )


def run(numbers: Iterable[int], seed: int) -> Tally:
    tally = Tally()
    for number in numbers:
        tally.add(trial(number, seed))
    return tally


def _counted(numbers: range, seed: int) -> tuple[Tally, dict[str, list[int]]]:
    """The counts of some trials, and the numbers of those that are to be shown."""
    tally = Tally()
    shown: dict[str, list[int]] = {"wrong": [], "undecided": [], "unsettled": [], "slow": []}
    for number in numbers:
        tally.add(trial(number, seed))
        for name, shown_before in shown.items():
            kept: list[Trial] = getattr(tally, name)
            shown_before.extend([number] * len(kept))
            kept.clear()
    return tally, shown


def run_in_processes(numbers: range, seed: int, jobs: int) -> Tally:
    """The same as :func:`run`, by several processes; what is shown is judged once more."""
    whole = Tally()
    chunks = [numbers[k : k + CHUNK] for k in range(0, len(numbers), CHUNK)]
    with ProcessPoolExecutor(jobs) as pool:
        for tally, shown in pool.map(_counted, chunks, [seed] * len(chunks)):
            whole.equal += tally.equal
            whole.unequal += tally.unequal
            whole.seconds += tally.seconds
            for name, found in shown.items():
                getattr(whole, name).extend(trial(number, seed) for number in found)
            print(f"{len(whole.seconds)} of {len(numbers)}", file=sys.stderr, flush=True)
    return whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the table into docs/verdicts.md")
    arguments = parser.parse_args()
    numbers = range(arguments.start, arguments.start + arguments.cases)
    if arguments.jobs > 1:
        tally = run_in_processes(numbers, arguments.seed, arguments.jobs)
    else:
        tally = run(numbers, arguments.seed)
    for title, found in (
        ("WRONG", tally.wrong),
        ("UNDECIDED", tally.undecided),
        ("UNSETTLED", tally.unsettled),
        ("SLOW", tally.slow),
    ):
        for one in found[:40]:
            print(title)
            print(describe(one))
    print(tally.table())
    if arguments.write:
        path = ROOT / "docs" / "verdicts.md"
        text = path.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        path.write_text(f"{before}{BEGIN}\n{tally.table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
