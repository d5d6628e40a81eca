"""Proofs about wrong answers, by the normal forms that a reference has already."""

from __future__ import annotations

from grader.compare.cases import Side, compared
from grader.compare.deadline import deadline_of_answer
from grader.compare.field import Restart, UndefinedEverywhere
from grader.compare.ladder import proved_equal
from grader.compare.reference import Reference
from grader.errors import LimitError


def proved_beside(reference: Reference, left: Side, right: Side, positive: frozenset[str]) -> bool:
    """:func:`proved_equal`, sooner where the sides are made of what the reference is made of.

    That its names mean the same on both sides is looked at here.
    """
    return _equal_beside(reference, left, right, positive) or proved_equal(left, right, positive)


def _equal_beside(reference: Reference, left: Side, right: Side, positive: frozenset[str]) -> bool:
    """Whether two sides are equal in the field of the reference; False says nothing."""
    prepared = reference.leaf
    if prepared is None or positive != reference.positive:
        return False
    if not all(_has_names_of(reference, side) for side in (left, right)):
        return False
    field = prepared.field.fork()
    field.deadline = deadline_of_answer()
    try:
        return compared(field, left, right, (prepared.known, prepared.known)).equal
    except (LimitError, Restart, UndefinedEverywhere):
        return False


def _has_names_of(reference: Reference, side: Side) -> bool:
    """Whether all names that the reference uses mean on a side what they mean there."""
    mine, theirs = reference.environment, side.environment
    return all(mine.get(name) is theirs.get(name) for name in reference.names.union(mine))
