"""Grading inside Gradescope's container: ``/autograder/submission`` in, one results.json out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.batch import grade_paths
from grader.canvas.several import merge
from grader.exports.gradescope import gradescope_results, unread_results
from grader.files import write_atomically
from grader.homework import Homework
from grader.reports.results_json import json_text
from grader.results import Batch


def run_autograder(homework: Homework, root: Path) -> Path:
    """Grade the one student's files in ``root/submission``; write ``root/results/results.json``.

    All files there are one student's: those that answer different parts count
    together.  What cannot be read is told in the results, never a zero.
    Raises OSError where the results cannot be written.
    """
    batch = grade_paths(homework, [root / "submission"])
    results = _results(homework, batch)
    # Gradescope's harness reads the file as another user.
    path = write_atomically(root / "results" / "results.json", json_text(results))
    path.chmod(0o644)
    return path


def _results(homework: Homework, batch: Batch) -> Mapping[str, Any]:
    errors = [row.error for row in batch.unread]
    possible = batch.as_json()["possible"]
    submissions = merge(batch.students)
    if len(submissions) != 1:
        names = ", ".join(submission.file for submission in submissions)
        if names:
            errors.append(f"{names} answer the same parts in different ways; a person must choose")
        return unread_results(errors, possible)
    document = Batch(homework.statement, (submissions[0],), batch.unread).as_json()
    results = gradescope_results(document, document["students"][0])
    if errors:
        results["output"] = "\n".join([results["output"], "Not read:", *errors])
    return results
