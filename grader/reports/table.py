"""All reports, and writing them into a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from grader.errors import FileError
from grader.files import write_atomically
from grader.read.review import Kept, read_review
from grader.reports import class_page, results_json, review
from grader.reports.feedback import FEEDBACK, feedback_begun
from grader.reports.feedback import ROWS as OF_STUDENTS
from grader.reports.groups import Group
from grader.reports.pages import Pages
from grader.reports.sheet import Report, Sheet, student_stems
from grader.reports.standing import Standing
from grader.reports.survey import survey
from grader.reports.view import Document
from grader.reports.words import plural

if TYPE_CHECKING:
    from concurrent.futures import Executor

_ROWS = (
    Report("json", "class", "results.json", results_json.render),
    *OF_STUDENTS,
    Report("class", "class", "index.html", class_page.render),
    Report("schema", "class", review.SCHEMA, review.schema),
    Report("review", "class", "review.yaml", review.render),
)


def _table(rows: tuple[Report, ...]) -> Mapping[str, Report]:
    table: dict[str, Report] = {}
    for row in rows:
        if row.name in table or any(row.path == other.path for other in table.values()):
            raise ValueError(f"two reports are named {row.name!r} or written to {row.path!r}")
        table[row.name] = row
    return MappingProxyType(table)


#: All reports, by name, in the order in which they are written.
REPORTS: Mapping[str, Report] = _table(_ROWS)


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, in order, and what the instructor should know of them."""

    paths: tuple[Path, ...]
    warnings: tuple[str, ...] = ()


def write_reports(
    document: Document,
    out: Path,
    templates: Path | None = None,
    kept: Kept | None = None,
    *,
    results: bool = True,
    feedback: bool = True,
    jobs: int = 1,
    workers: Executor | None = None,
    standing: Standing | None = None,
) -> Written:
    """Write every report of a results document into a folder.

    ``templates``: a folder whose templates stand before the house's own.
    ``kept``: what :func:`grader.review.apply_decisions` left of the review file
    that is there; without it, one with decisions is not written over.  ``results``
    False: ``results.json`` is there; ``feedback`` False: no reports for each student.
    ``jobs``: processes that may render those, ``workers`` if they are there already;
    ``standing``: which of them are there, and which there are of students who are gone.  Each file is whole or not there at all.
    Raises OSError where a file cannot be written, jinja2.TemplateError for a fault of a
    template.
    """
    stems = student_stems(document)
    sheet = Sheet(document, Pages(templates), stems, kept=kept or Kept(), feedback=feedback)
    students = (
        feedback_begun(sheet, templates, jobs, standing=standing, workers=workers)
        if feedback
        else nullcontext(None)
    )
    paths: dict[str, list[Path]] = {}
    warnings: list[str] = []
    with students as write_students:
        # What is about the class is made while workers begin with the students.
        found = survey(document, review.asked_by(sheet.kept))
        sheet = replace(sheet, survey=found)
        for report in REPORTS.values():
            if report.audience == "student" or (report.name == "json" and not results):
                paths[report.name] = []
            elif report.name == "review":
                path, told = write_review(document, out / report.path, kept, found.listed)
                paths[report.name] = [path]
                warnings += told
            else:
                paths[report.name] = [write_atomically(out / report.path, report.render(sheet))]
        if write_students is not None:
            paths[OF_STUDENTS[0].name] = write_students(out)
            if standing is not None:
                warnings += _without_the_departed(stems, standing)
    return Written(tuple(path for some in paths.values() for path in some), tuple(warnings))


def _without_the_departed(stems: Iterable[str], standing: Standing) -> Iterator[str]:
    """Remove the pages of students who are no longer in the class, and say so.

    Only what an earlier run has written, and nobody has changed since.
    """
    current = {row.path.format(student=stem) for stem in stems for row in OF_STUDENTS}
    removed = standing.remove_others(FEEDBACK, current)
    standing.tidy(current)
    if removed:
        yield (
            f"{FEEDBACK}: {plural(removed, 'page')} of earlier runs removed, about students who "
            "are not among these files"
        )


def write_shared(document: Document, out: Path) -> Written:
    """Write the reports that are for anyone's eyes: the results, a page for each student and
    one for the class, and no list of decisions.

    Raises OSError where a file cannot be written.
    """
    sheet = Sheet(document, Pages(), student_stems(document), survey=survey(document))
    with feedback_begun(sheet, None, 1) as write_students:
        paths = write_students(out)
    paths += [
        write_atomically(out / REPORTS[name].path, REPORTS[name].render(sheet))
        for name in ("json", "class")
    ]
    return Written(tuple(paths))


def render_report(
    document: Document, name: str, index: int | None = None, templates: Path | None = None
) -> str:
    """The text of one report: of the class, or of the student at ``index``."""
    sheet = Sheet(document, Pages(templates), student_stems(document), index)
    return REPORTS[name].render(sheet)


def write_review(
    document: Document,
    path: Path,
    kept: Kept | None = None,
    listed: tuple[Group, ...] | None = None,
) -> tuple[Path, tuple[str, ...]]:
    """Write the review file; ``kept`` is what was kept of the one that is there, ``listed``
    are the groups that it lists, where they are known.

    One with decisions that these results were made without (an editor has saved
    it meanwhile, or it cannot be read) is left alone, and the list goes to a file
    beside it (``review.new.yaml``); the second value then says so.  Raises OSError.
    """
    content = review.review_text(document, kept or Kept(), listed)
    warnings: list[str] = []
    for candidate in _candidates(path):
        before = candidate.read_bytes() if candidate.exists() else b""
        reason = _why_not(before, candidate, b"" if kept is None else kept.data)
        if reason is None:
            if content.encode() != before:
                write_atomically(candidate, content)
            break
        warnings.append(f"{reason}; {candidate.name} was left as it is")
    if warnings:
        warnings.append(f"what needs a person now is in {candidate.name}")
    return candidate, tuple(warnings)


def _why_not(before: bytes, path: Path, applied: bytes) -> str | None:
    """Why a review file must not be written over, or None."""
    if before == applied:
        return None
    try:
        decided = read_review(before, path.name).is_decided
    except FileError as error:
        return str(error.faults[0]).partition("\n")[0]
    return f"{path.name} has decisions that are not in these results" if decided else None


def _candidates(path: Path) -> Iterator[Path]:
    yield path
    number = 1
    while True:
        middle = "new" if number == 1 else f"new-{number}"
        yield path.with_suffix(f".{middle}{path.suffix}")
        number += 1
