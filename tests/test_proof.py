"""Proofs by what a reference knows: the same as without it, and sooner."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from grader.compare import proof
from grader.compare.cases import Side
from grader.compare.ladder import proved_equal
from grader.compare.reference import make_reference
from grader.expr.names import Vocabulary
from grader.expr.parser import parse_expression
from grader.expr.tree import Node

NAMES = Vocabulary(names=frozenset({"x", "y", "z", "h", "v"}))


def parsed(text: str) -> Node:
    return parse_expression(text, NAMES)


FORWARD = {"z": parsed("x y + 1"), "h": parsed(r"\relu(z)")}
REFERENCE = make_reference(parsed("x h + I[z > 0]"), "test", environment=FORWARD, names=("x", "y"))

#: What an answer defines, the answer, what it may be, whether they are equal, and whether the
#: reference's own forms show it.
PROOFS: tuple[tuple[Mapping[str, str], str, str, bool, bool], ...] = (
    ({}, "x h + I[z > 0]", r"I[1 + x y > 0] (1 + x + x^2 y)", True, True),
    ({}, "2 x h", r"2 x \max(0, y x + 1)", True, True),
    ({}, "x h", "x z", False, False),
    ({}, "I[h > 0]", "I[z > 0]", True, True),
    ({}, r"I[x + \relu(y) > 0] I[y < 0]", "I[x > 0] I[y < 0]", True, False),
    ({"v": "x y"}, "I[v + 1 > 0]", "I[z > 0]", True, True),
    ({"v": "x y"}, "I[v > 0]", "I[z > 0]", False, False),
    # A student's own h is not the reference's.
    ({"h": "z"}, "x h", r"x \relu(z)", False, False),
    ({"h": "z"}, "x h", "x z", True, False),
    ({"z": "x"}, "I[z > 0]", "I[x y + 1 > 0]", False, False),
)


@pytest.mark.parametrize(("own", "answer", "other", "equal", "sooner"), PROOFS)
def test_a_proof_is_what_it_is_without_the_reference(
    own: Mapping[str, str], answer: str, other: str, equal: bool, sooner: bool
) -> None:
    environment = {**FORWARD, **{name: parsed(text) for name, text in own.items()}}
    sides = Side(parsed(answer), environment), Side(parsed(other), environment)
    positive: frozenset[str] = frozenset()
    assert proved_equal(*sides, positive) is equal
    assert proof.proved_beside(REFERENCE, *sides, positive) is equal
    assert proof._equal_beside(REFERENCE, *sides, positive) is sooner


def test_what_is_positive_for_one_only_is_not_used() -> None:
    reference = make_reference(parsed("x y"), "test", positive=frozenset({"x"}))
    sides = Side(parsed("|x|"), {}), Side(parsed("x"), {})
    assert proof.proved_beside(reference, *sides, frozenset({"x"}))
    assert not proof.proved_beside(reference, *sides, frozenset())
