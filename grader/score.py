"""Verdicts to points.

A right answer earns the part's points, a missing one none, a wrong one what the
rubric gives for its mistake, and what a person must decide stays open: ``None``,
never zero.  Points are exact fractions.
"""

from __future__ import annotations

from fractions import Fraction

from grader.read.rubric import Policy
from grader.results import FOR_A_PERSON, Outcome, Verdict


def points_for(
    verdict: Verdict, possible: Fraction, mistake: str | None, policy: Policy
) -> Fraction | None:
    """The points that a verdict earns, or None while a person must decide."""
    if verdict.outcome in FOR_A_PERSON:
        return None
    if verdict.outcome is Outcome.EQUIVALENT:
        return possible
    if verdict.outcome is Outcome.MISSING:
        return Fraction(0)
    share = Fraction(0) if mistake is None else share_for(mistake, policy)
    return possible * max(share, verdict.earned if policy.entry_credit else Fraction(0))


def share_for(mistake: str, policy: Policy) -> Fraction:
    """The share of the points, 0 to 1, that an answer with this mistake keeps.

    Two mistakes in one answer (``subscript+sign``) keep the product of their shares.
    """
    share = Fraction(1)
    for name in mistake.split("+"):
        share *= policy.partial_credit.get(name, Fraction(0))
    return share
