"""The criteria of a Canvas rubric, one for each part or question, and what a student got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.exports.options import ExportOptions, Pending, Per
from grader.exports.rendered import sentence
from grader.reports.unicode_math import unicode_math
from grader.reports.view import Document, student_view
from grader.reports.visible import one_line
from grader.reports.words import fraction


@dataclass(frozen=True, slots=True)
class Criterion:
    """``name`` is what Canvas matches by, ``parts`` the ids of the parts it covers."""

    name: str
    description: str
    points: Fraction
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """A criterion with its points, None while a person must decide, and a comment."""

    criterion: Criterion
    points: Fraction | None
    comment: str


def criteria(document: Document, per: Per) -> tuple[Criterion, ...]:
    """The criteria in the order of the homework."""
    found: list[Criterion] = []
    for question in (document.get("homework") or {}).get("questions") or ():
        parts = question["parts"]
        if per is Per.QUESTION:
            total = sum((fraction(part["possible"]) for part in parts), Fraction(0))
            title = one_line(str(question.get("title") or ""))
            name = one_line(f"{question['question']}: {title}" if title else question["question"])
            ids = tuple(str(part["part"]) for part in parts)
            found.append(Criterion(name, one_line(str(question.get("prompt") or "")), total, ids))
            continue
        for part in parts:
            about = unicode_math(str(part.get("quantity") or ""))
            if part.get("prompt"):
                about = f"{about}: {part['prompt']}" if about else str(part["prompt"])
            found.append(
                Criterion(one_line(part["part"]), one_line(about), fraction(part["possible"]),
                          (str(part["part"]),))
            )  # fmt: skip
    return tuple(found)


def assess(
    document: Document, submission: Mapping[str, Any], options: ExportOptions
) -> tuple[Assessed, ...]:
    """What a submission got on each criterion."""
    results = {result["part"]: result for result in submission["parts"]}
    view = student_view(document, submission)
    said = {
        part.part: (part.verdict.words, part.sentences)
        for question in view.questions
        for part in question.parts
    }
    found: list[Assessed] = []
    for criterion in criteria(document, options.per):
        own = [results[part] for part in criterion.parts if part in results]
        waits = (
            any(result["points"] is None for result in own) and options.pending is not Pending.ZERO
        )
        points = None if waits else sum(
            (fraction(result["points"] or 0) for result in own), Fraction(0)
        )  # fmt: skip
        lines = []
        for result in own:
            words, sentences = said.get(result["part"], ("", ()))
            # What is right needs no words in a rubric.
            if result["verdict"] == "equivalent" and not sentences:
                continue
            label = f"{result['part']}: " if len(criterion.parts) > 1 else ""
            lines.append(sentence(" ".join([f"{label}{words}.", *sentences])))
        found.append(Assessed(criterion, points, "\n".join(lines)))
    return tuple(found)
