"""Sentences for students: one place that words what a verdict means for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.results import Outcome, Verdict

#: What ends a sentence about an answer that a person must look at.
PENDING = " A person will look at it; no points are lost yet."


def _right(verdict: Verdict) -> str:
    if verdict.method == "sampled" and verdict.regions is None:
        return f"Right, as far as {verdict.points} points can tell."
    if verdict.method == "sampled":
        return (
            f"Right, as far as {verdict.points} points in {verdict.regions} activation regions "
            "can tell."
        )
    return "Right."


def _wrong(verdict: Verdict) -> str:
    if verdict.reason:
        return f"Not right: {verdict.reason}."
    if verdict.witness is not None and verdict.witness.answer is None:
        return "Not right: there are values for which your answer is undefined."
    return "Not right: there are values for which your answer and the right one differ."


def _open(what: str) -> Callable[[Verdict], str]:
    def sentence(verdict: Verdict) -> str:
        why = f": {verdict.reason}" if verdict.reason else ""
        return f"{what}{why}.{PENDING}"

    return sentence


_SENTENCES: Mapping[Outcome, Callable[[Verdict], str]] = {
    Outcome.EQUIVALENT: _right,
    Outcome.DIFFERENT: _wrong,
    Outcome.UNREADABLE: _open("This could not be read"),
    Outcome.UNDECIDED: _open("This could not be decided"),
    Outcome.DISALLOWED: _open("This does not answer the question"),
    Outcome.MISSING: lambda verdict: "Nothing was written for this part.",
}


def sentences(verdict: Verdict, hint: str | None, diagnosis: str | None = None) -> tuple[str, ...]:
    """What a student is told about one answer.

    ``hint`` is the rubric's and ``diagnosis`` the mistake that was found, for wrong
    answers; a diagnosis says more than that there is a difference.
    """
    if verdict.outcome is not Outcome.DIFFERENT:
        return (_SENTENCES[verdict.outcome](verdict),)
    return tuple(filter(None, (diagnosis or _wrong(verdict), hint)))
