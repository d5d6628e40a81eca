"""Questions whose quantities hold sums over an index with symbolic sizes.

The part itself keeps the sums, for people and for the proof for every size; beside it
stands the part with numbers for the sizes, where everything is an expression as always.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.compare.interpret import Unevaluated
from grader.compare.sums import compare_sums, make_sum_reference, member_names
from grader.errors import LimitError
from grader.expr.composite import Answer
from grader.expr.families import unfolded, written_out
from grader.expr.tree import Node, Partial
from grader.questions.built import Setting, made
from grader.questions.part import Part
from grader.questions.partials import Disallowed, work_out
from grader.results import Outcome, Verdict


def part_with_sums(setting: Setting, quantity: Partial, tree: Node) -> Part:
    """A part whose reference answer is a tree with sums.

    Raises ValueError, LimitError and UndefinedEverywhere.
    """
    statement = setting.statement
    indices = statement.vocabulary.indices
    sums = make_sum_reference(
        tree,
        setting.part.full_id,
        environment=statement.forward,
        ranges=indices,
        sizes=tuple(sorted(set(indices.values()))),
        positive=statement.positive,
        negative=statement.negative,
        integers=statement.integers,
        intervals=statement.intervals,
        names=statement.leaves,
    )
    reference = sums.instances[0].reference
    if not reference.points:
        raise ValueError("the reference answer has no value anywhere")
    part = made(setting, quantity, tree, (reference,), sums=sums)
    sizes = sums.instances[0].sizes

    def members(names: frozenset[str]) -> frozenset[str]:
        found = (each for name in names for each in member_names(name, indices, sizes))
        return frozenset(found).difference(sizes)

    inner = replace(
        statement,
        leaves=members(statement.leaves),
        positive=members(statement.positive),
        negative=members(statement.negative),
        integers=members(statement.integers),
        intervals={
            each: interval
            for name, interval in statement.intervals.items()
            for each in member_names(name, indices, sizes)
        },
        forward=reference.environment,
    )
    return replace(
        part, in_numbers=replace(part, statement=inner, answer=reference.tree, sums=None)
    )


def judge_sums(part: Part, answer: Node, definitions: Mapping[str, Node]) -> Verdict:
    """Compare an answer with a reference that has sums."""
    assert part.sums is not None
    try:
        return compare_sums(part.sums, answer, definitions)
    except Unevaluated:
        pass  # worked out below: rare, and no cost to the answers without
    forward = {**part.statement.forward, **definitions}
    ranges = part.sums.ranges
    assert isinstance(part.quantity, Partial)
    try:
        answer = work_out(answer, part.quantity, forward, ranges)
        definitions = {
            name: work_out(tree, part.quantity, forward, ranges)
            for name, tree in definitions.items()
        }
        return compare_sums(part.sums, answer, definitions)
    except Disallowed as disallowed:
        return Verdict(Outcome.DISALLOWED, reason=disallowed.reason, span=disallowed.span)
    except Unevaluated:
        return Verdict(Outcome.DISALLOWED, reason="a derivative is not worked out")
    except (ValueError, LimitError) as error:
        return Verdict(Outcome.UNDECIDED, reason=str(error))


def in_numbers(
    part: Part, tree: Answer, definitions: dict[str, Node]
) -> tuple[Part, Answer, dict[str, Node]]:
    """A part, an answer to it and its definitions with numbers for the sizes; as they are
    where there are no sums, or none that can be written out."""
    if part.sums is None or part.in_numbers is None or not isinstance(tree, Node):
        return part, tree, definitions
    sizes, ranges = part.sums.instances[0].sizes, part.sums.ranges
    try:
        whole = unfolded(tree, definitions, ranges)
        return part.in_numbers, written_out(whole, sizes, ranges), {}
    except (ValueError, LimitError):
        return part.in_numbers, tree, definitions
