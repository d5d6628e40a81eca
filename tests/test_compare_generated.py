"""Generated answers, right and wrong, judged a second time in mpmath (``bench/verdicts.py``)."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.mutations import mutated
from bench.rewrites import rewritten
from bench.truth import Side, truly_different
from bench.verdicts import Base, Tally, describe, further_bases, rubric_bases, run
from grader.compare.ladder import compare
from grader.compare.reference import make_reference
from grader.expr.tree import Node
from grader.results import Outcome, Verdict

#: Cases of the fixed run: more than one of every part and expression.
CASES = 600

BASES: tuple[Base, ...] = tuple(further_bases())

numbers = st.integers(0, 10**9)


def shown(tally: Tally) -> str:
    return "\n".join(describe(one) for one in (*tally.wrong, *tally.undecided))


def test_no_false_verdict_in_a_fixed_run() -> None:
    tally = run(range(CASES), seed=4)
    assert not tally.wrong, shown(tally)
    assert len(tally.undecided) <= 1, shown(tally)
    assert tally.proved > 0.99, shown(tally)
    # The run means something: both kinds of answers, and every way to decide.
    assert sum(tally.equal.values()) > CASES // 3
    assert tally.unequal["witness"] > CASES // 3
    assert tally.equal["case split"]
    assert len(tally.unsettled) <= CASES // 100, shown(tally)


def test_there_is_enough_to_start_from() -> None:
    assert len(BASES) >= 100
    assert len(list(rubric_bases())) >= 26


def judged(answer: Node, reference: Node, base: Base, key: str) -> Verdict:
    prepared = make_reference(reference, key, positive=base.positive, names=base.names)
    return compare(prepared, answer)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(numbers)
def test_equivalence_is_symmetric(number: int) -> None:
    stream = random.Random(number)
    base = stream.choice(BASES)
    tree = base.tree
    if stream.random() < 0.5:
        changed = mutated(tree, stream, base.names)
        tree = tree if changed is None else changed[0]
    tree, _ = rewritten(tree, stream, 2)
    if not make_reference(tree, "s", positive=base.positive, names=base.names).points:
        return  # undefined everywhere: no reference
    one = judged(tree, base.tree, base, "s")
    other = judged(base.tree, tree, base, "s")
    assert one.outcome == other.outcome


@settings(max_examples=40, deadline=None, derandomize=True)
@given(numbers)
def test_a_mutated_answer_is_refused_or_truly_the_same(number: int) -> None:
    stream = random.Random(number)
    base = stream.choice(BASES)
    changed = mutated(base.tree, stream, base.names)
    if changed is None:
        return
    verdict = compare(base.reference, changed[0])
    if verdict.outcome is Outcome.EQUIVALENT:
        left, right = Side(changed[0], {}), Side(base.tree, {})
        assert truly_different(left, right, base.positive, str(number)) is False
    else:
        assert verdict.outcome is Outcome.DIFFERENT
        assert verdict.witness is not None


@settings(max_examples=40, deadline=None, derandomize=True)
@given(numbers)
def test_an_answer_equals_itself_rewritten(number: int) -> None:
    stream = random.Random(number)
    base = stream.choice(BASES)
    tree, _ = rewritten(base.tree, stream, 5)
    verdict = compare(base.reference, tree)
    left, right = Side(tree, {}), Side(base.tree, {})
    if truly_different(left, right, base.positive, str(number)) is False:
        assert verdict.outcome is Outcome.EQUIVALENT
