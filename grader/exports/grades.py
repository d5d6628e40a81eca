"""The grade that a student gets in Canvas, or why there is none yet."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.exports.exported import LeftOut
from grader.exports.options import ExportOptions, Pending, Scale
from grader.reports.people import student_name
from grader.reports.view import Document
from grader.reports.visible import one_line
from grader.reports.words import fraction, plural
from grader.results import Outcome


def decided(
    document: Document, submission: Mapping[str, Any], options: ExportOptions
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
        others = asides(document, submission["student"])
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


def asides(document: Document, student: Mapping[str, Any]) -> list[str]:
    """The files of a student that could not be read, by name."""
    number = student.get("id")
    files = [
        one_line(str(row["file"]))
        for row in document.get("unread") or ()
        if number and (row.get("student") or {}).get("id") == number
    ]
    return list(dict.fromkeys(files))


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


def only_unread(document: Document) -> list[LeftOut]:
    """Students of whom nothing was graded, since only a person can read what they handed in."""
    graded = {
        submission["student"]["id"]
        for submission in document["students"]
        if submission["student"].get("id")
    }
    rows = [
        LeftOut(
            student_name(row["student"]),
            one_line(str(row["file"])),
            "could not be read; a person must grade it",
        )
        for row in document.get("unread") or ()
        if row.get("student") and row["student"].get("id") not in graded
    ]
    return list(dict.fromkeys(rows))
