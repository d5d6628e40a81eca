"""Results as Gradescope's autograder takes them: a ``results.json`` for each student."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.exports.exported import Exported
from grader.exports.options import ExportOptions
from grader.exports.packed import packed
from grader.exports.rendered import sentence
from grader.reports.results_json import json_text
from grader.reports.sheet import student_stems
from grader.reports.unicode_math import unicode_math
from grader.reports.view import Document, PartView, student_view
from grader.results import Outcome

DEFAULTS = ExportOptions()


def export(document: Document, options: ExportOptions = DEFAULTS) -> Exported:
    """An archive with ``<student>/results.json`` for each student."""
    places = {f"{stem}/results.json": place for place, stem in enumerate(student_stems(document))}

    def results(name: str) -> str:
        return json_text(gradescope_results(document, document["students"][places[name]]))

    return Exported(packed(places, results))


def gradescope_results(document: Document, submission: Mapping[str, Any]) -> dict[str, Any]:
    """The ``results.json`` of one student.

    A part that waits for a person has no score and says so; the top-level score is
    what is certain, and its output says how much waits.  What a student may see of
    the references is what the pages show.
    """
    view = student_view(document, submission)
    points = {result["part"]: result for result in submission["parts"]}
    tests = []
    for question in view.questions:
        for number, part in enumerate(question.parts, start=1):
            result = points[part.part]
            test: dict[str, Any] = {
                "name": f"{part.part} {unicode_math(part.quantity)}".strip(),
                "number": f"{question.question}.{number}",
                "max_score": result["possible"],
                "output": _output(part),
                "output_format": "text",
                "tags": [str(part.outcome)],
                "visibility": "visible",
            }
            if result["points"] is not None:
                test["score"] = result["points"]
                test["status"] = "passed" if result["points"] == result["possible"] else "failed"
            tests.append(test)
    lines = [f"{view.title}: {view.summary}.", *map(sentence, view.notes)]
    return {
        "score": submission["score"],
        "output": "\n".join(lines),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "assignment": document["assignment"],
            "possible": submission["possible"],
            "pending": submission["pending"],
        },
    }


def unread_results(errors: list[str], possible: float) -> dict[str, Any]:
    """The ``results.json`` of a submission that could not be read.

    It has no score at the top level and one test without a score, so that a person
    gives the points.
    """
    return {
        "output": "\n".join(errors),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            {
                "name": "The submission could not be read; a person will look at it.",
                "max_score": possible,
                "output": "\n".join(errors),
                "output_format": "text",
                "visibility": "visible",
            }
        ],
    }


def _output(part: PartView) -> str:
    lines = [f"{part.verdict.symbol} {part.verdict.words}: {part.points} of {part.possible}"]
    if part.pending:
        lines[0] = f"{part.verdict.symbol} {part.verdict.words}: a person will decide"
    if part.answer is not None and part.outcome is not Outcome.MISSING:
        lines.append(f"You wrote: {part.answer}")
    if part.read_as:
        lines.append(f"Read as:   {unicode_math(part.read_as)}")
    lines += map(sentence, part.sentences)
    if part.reference:
        lines.append(f"Reference: {unicode_math(part.reference)}")
    return "\n".join(lines)
