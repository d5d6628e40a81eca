"""Verdicts to points.

A right answer earns the part's points, a wrong or missing one none, and what a
person must decide stays open: ``None``, never zero.
"""

from __future__ import annotations

from fractions import Fraction

from grader.results import FOR_A_PERSON, Outcome, Verdict


def points_for(verdict: Verdict, possible: Fraction) -> Fraction | None:
    """The points that a verdict earns, or None while a person must decide."""
    if verdict.outcome in FOR_A_PERSON:
        return None
    return possible if verdict.outcome is Outcome.EQUIVALENT else Fraction(0)
