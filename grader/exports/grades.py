"""The grade that a student gets in Canvas, or why there is none yet."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from fractions import Fraction
from typing import Any

from grader.exports.exported import LeftOut
from grader.exports.options import ExportOptions, Pending, Scale
from grader.reports.people import student_name
from grader.reports.view import Document
from grader.reports.visible import one_line
from grader.reports.words import fraction, plural
from grader.results import Outcome

#: The files of each student that could not be read, by the student's Canvas id.
Asides = Mapping[str, list[str]]


def decided(
    asides: Asides, submission: Mapping[str, Any], options: ExportOptions
) -> Fraction | str:
    """The points of a submission, or why it gets none, as the end of a sentence.

    Nothing that waits for a person becomes a zero unless ``options`` say so.
    """
    pending = fraction(submission.get("pending") or 0)
    waiting = sum(1 for part in submission["parts"] if part["points"] is None)
    if options.pending is Pending.OMIT:
        if waiting or pending:
            return (
                f"{plural(waiting, 'part')} ({plural(pending, 'point')}) to be decided by a person"
            )
        others = asides.get(str(submission["student"].get("id") or ""))
        if others:
            return f"handed in {', '.join(others)} too, which a person must look at"
    if submission.get("score") is None or not submission["parts"]:
        return "no score"
    score = fraction(submission["score"])
    if all(part["verdict"] == Outcome.MISSING for part in submission["parts"]):
        return "nothing was answered; give the grade by hand"
    if options.pending is Pending.PARTIAL and pending:
        possible = fraction(submission["possible"])
        if pending >= possible:
            return "every part is to be decided by a person"
        return score * possible / (possible - pending)
    return score


def asides_of(document: Document) -> Asides:
    """The files that could not be read, by whose they are."""
    found: dict[str, dict[str, None]] = {}
    for row in document.get("unread") or ():
        number = (row.get("student") or {}).get("id")
        if number:
            found.setdefault(str(number), {}).setdefault(one_line(str(row["file"])))
    return {number: list(files) for number, files in found.items()}


def grade_text(points: Fraction, possible: Fraction, options: ExportOptions) -> str:
    """A grade as Canvas takes it: ``24.50``, ``94.23%`` or ``complete``.

    Two decimals with a point and no separator of thousands, as Canvas compares.
    """
    share = points * 100 / possible if possible else Fraction(100)
    if options.scale is Scale.PERCENT:
        return f"{two_decimals(share)}%"
    if options.scale is Scale.COMPLETE:
        return "complete" if share >= options.complete_from else "incomplete"
    return two_decimals(points)


def two_decimals(number: Fraction) -> str:
    """A number with two decimals, rounded half to even from its exact value."""
    return f"{float(round(number, 2)):.2f}"


def left_out(submission: Mapping[str, Any], reason: str) -> LeftOut:
    """A student without a grade, and why."""
    return LeftOut(student_name(submission["student"]), one_line(str(submission["file"])), reason)


def only_unread(document: Document, graded: AbstractSet[str] | None = None) -> list[LeftOut]:
    """Students of whom nothing was graded, since only a person can read what they handed in.

    ``graded`` are the Canvas ids of the others, where they are known.
    """
    owned = [row for row in document.get("unread") or () if row.get("student")]
    if not owned:
        return []
    if graded is None:
        graded = {str(submission["student"].get("id")) for submission in document["students"]}
    rows = [
        LeftOut(
            student_name(row["student"]),
            one_line(str(row["file"])),
            "could not be read; a person must grade it",
        )
        for row in owned
        if not row["student"].get("id") or str(row["student"]["id"]) not in graded
    ]
    return list(dict.fromkeys(rows))
