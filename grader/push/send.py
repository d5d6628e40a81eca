"""Sending a plan to Canvas: grades together, comments one by one, a journal line for each."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.push.client import Client, Failed
from grader.push.journal import Journal, key_of
from grader.push.plan import Change, Held, Target, comment_key, is_same

#: Told how many comments of how many are done.
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be sent for one student, and why."""

    student: str
    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.student}: the {self.what} was not sent: {self.reason}"


def send(
    client: Client,
    target: Target,
    plan: Sequence[Change],
    journal: Journal,
    *,
    page_of: Callable[[Change], str],
    tell: Tell | None = None,
) -> tuple[Failure, ...]:
    """Send what a plan says; whoever fails is named, and everyone else is done.

    ``page_of`` gives the HTML of a student's page.  Raises PushError where Canvas
    cannot be used at all, OSError where the journal cannot be written.
    """
    failures = _send_grades(client, target, plan, journal)
    comments = [change for change in plan if change.comment is not None]
    refused = {failure.student for failure in failures}
    with tempfile.TemporaryDirectory(prefix="grader-push-") as folder:
        for done, change in enumerate(comments, start=1):
            # A comment about points that Canvas does not have would confuse.
            if change.name in refused and change.grade is not None:
                failures.append(Failure(change.name, "comment", "the grade was not sent"))
                continue
            failure = _send_comment(
                client, target, change, journal, page_of=page_of, folder=Path(folder)
            )
            if failure is not None:
                failures.append(failure)
            if tell is not None:
                tell(done, len(comments))
    return tuple(failures)


def _send_grades(
    client: Client, target: Target, plan: Sequence[Change], journal: Journal
) -> list[Failure]:
    """Grades and rubric points in batches; then a look at what Canvas holds, and one by one
    whoever is missing."""
    wanted = [change for change in plan if change.grade is not None or change.rubric is not None]
    if not wanted:
        return []
    client.send_grades({change.user_id: (change.grade, change.rubric) for change in wanted})
    held = {one.user_id: one for one in client.held()}
    failures: list[Failure] = []
    for change in wanted:
        if not _has(held.get(change.user_id), change, target):
            try:
                client.send_grade(change.user_id, change.grade, change.rubric)
            except Failed as error:
                failures.append(Failure(change.name, "grade", str(error)))
                continue
        key = key_of("grade", target.course, target.assignment, change.user_id, str(change.grade))
        journal.write(key, change.user_id, what="grade", grade=change.grade)
    return failures


def _has(held: Held | None, change: Change, target: Target) -> bool:
    """Whether Canvas holds what a change was to bring about."""
    if held is None:
        return False
    if change.grade is not None and not is_same(change.grade, held, target):
        return False
    return change.rubric is None or all(
        criterion in held.rubric and abs(float(held.rubric[criterion]) - points) < 0.01
        for criterion, (points, _) in change.rubric.items()
    )


def _send_comment(
    client: Client,
    target: Target,
    change: Change,
    journal: Journal,
    *,
    page_of: Callable[[Change], str],
    folder: Path,
) -> Failure | None:
    assert change.comment is not None
    page = None
    if change.page is not None:
        # The library takes the name that the student sees from the file itself.
        page = folder / f"feedback-{change.user_id}.html"
        page.write_text(page_of(change), encoding="utf-8")
    try:
        client.send_comment(change.user_id, change.comment, page)
    except Failed as error:
        return Failure(change.name, "comment", str(error))
    finally:
        if page is not None:
            page.unlink(missing_ok=True)
    key = comment_key(target, change.user_id, change.comment)
    journal.write(key, change.user_id, what="comment")
    return None
