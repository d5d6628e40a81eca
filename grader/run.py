"""One run of ``grader grade``: from files to everything that is written, student by student."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from grader.batch import Counts, Progress, grade_class, some_workers
from grader.batch.folder import sole_writer
from grader.batch.journal import JOURNAL, PAGES, Journal
from grader.cache import entry_key
from grader.exports import EXPORTS, write_export
from grader.exports.exported import Exported
from grader.exports.options import ExportOptions
from grader.homework import Homework
from grader.limits import SUMMARY_ROWS
from grader.reports import write_reports
from grader.reports.results_file import SubmissionLines, writing_results
from grader.reports.standing import Standing, look_of
from grader.results import (
    Batch,
    HomeworkStatement,
    Outcome,
    Student,
    Submission,
    Unread,
    results_head,
)
from grader.review import Decisions, load_review

#: Where results stand below the folder that a person names.
RESULTS = "results.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One student in the table that a terminal shows."""

    student: Student
    score: Fraction
    pending: Fraction
    outcomes: Counter[Outcome]


@dataclass
class Tally:
    """A class in numbers: what is told at the end of a run, and nothing that grows with it
    but the names of files."""

    homework: HomeworkStatement
    students: int = 0
    waiting: int = 0
    pending: Fraction = Fraction(0)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    unread: tuple[Unread, ...] = ()

    @classmethod
    def of(cls, batch: Batch) -> Tally:
        """The numbers of a batch that is in memory."""
        tally = cls(batch.homework, unread=batch.unread)
        for submission in batch.students:
            tally.add(submission)
        return tally

    def add(self, submission: Submission) -> None:
        """One more student."""
        outcomes = Counter(part.verdict.outcome for part in submission.parts)
        pending = submission.pending
        self.students += 1
        self.waiting += sum(part.points is None for part in submission.parts)
        self.pending += pending
        self.outcomes += outcomes
        self.files.add(submission.file)
        if len(self.rows) < SUMMARY_ROWS:
            self.rows.append(Row(submission.student, submission.score, pending, outcomes))

    @property
    def files_unread(self) -> int:
        """Files nothing of which is graded."""
        return len(self._faulty - self.files)

    @property
    def files_read_in_part(self) -> int:
        """Files something of which could not be read."""
        return len(self._faulty & self.files)

    @property
    def _faulty(self) -> set[str]:
        return {unread.file for unread in self.unread}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person asked for: which files, where to, and how.

    ``cluster`` is an executor that judges the answers.  ``fresh``: nothing of an earlier
    run is used.  ``feedback``: a page for each student.  ``canvas``: also what goes back
    to Canvas.  ``who`` signs decisions that are not signed.
    """

    paths: tuple[Path, ...]
    out: Path
    options: ExportOptions
    jobs: int = 1
    cluster: Executor | None = None
    fresh: bool = False
    feedback: bool = True
    canvas: bool = False
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a run: the class in numbers, the work that it was, and what the
    instructor should know; ``exported`` are the exports by their paths."""

    tally: Tally
    counts: Counts
    warnings: tuple[str, ...]
    exported: tuple[tuple[str, Exported], ...]


def run(homework: Homework, plan: Plan, progress: Progress | None = None) -> Finished:
    """Grade a class and write all files.

    What an earlier run over the same files found out is taken from its journal, whether
    that run was finished or not; what is written is the same.  Raises BusyError where
    another run writes there, FileError for faults of ``review.yaml`` or the gradebook,
    jinja2.TemplateError for a fault of a template, OSError where a file cannot be written.
    """
    shared = some_workers(plan.jobs) if plan.jobs > 1 else nullcontext(None)
    with sole_writer(plan.out) as hidden, shared as workers:
        # Read only now, so that no other run changes it in between.
        review = load_review(plan.out / "review.yaml", homework, plan.who)
        identity = entry_key("journal", homework.file.digest, homework.file.reveal)
        journal = Journal(hidden / JOURNAL, identity, fresh=plan.fresh)
        try:
            graded = grade_class(
                homework,
                plan.paths,
                journal,
                jobs=plan.jobs,
                cluster=plan.cluster,
                workers=workers,
                progress=progress,
                book=plan.options.gradebook,
            )
            students = graded.students
            decisions = Decisions(review, homework, students.submissions)
            tally = Tally(homework.statement)
            head = results_head(homework.statement, homework.file.digest)
            faults: list[Unread] = []
            lines = SubmissionLines()
            with writing_results(plan.out / RESULTS, head) as writer:
                for submission in map(decisions.apply, students.submissions()):
                    writer.add_line(lines.line(submission))
                    tally.add(submission)
                    faults += submission.unread
                tally.unread = students.unread(faults)
                writer.close(row.as_json() for row in tally.unread)
            if students.is_small_part_of(journal):
                journal.keep_only(students.in_use())
        finally:
            journal.close()
        document = writer.document()
        kept, warnings = decisions.left()
        pages = Journal(hidden / PAGES, "pages-2")
        # An instructor's own templates may change at any time.
        is_known = not plan.fresh and plan.options.templates is None
        look = entry_key("pages", look_of(head)) if is_known else None
        try:
            written = write_reports(
                document,
                plan.out,
                plan.options.templates,
                kept,
                results=False,
                feedback=plan.feedback,
                jobs=plan.jobs,
                workers=workers,
                standing=Standing(pages, plan.out, look),
            )
        finally:
            pages.close()
        exported = tuple(
            (row.path, write_export(document, row.name, plan.out / row.path, plan.options))
            for row in map(EXPORTS.__getitem__, _exports(plan))
        )
    return Finished(tally, graded.counts, (*warnings, *written.warnings), exported)


def _exports(plan: Plan) -> Iterable[str]:
    yield "canvas-gradebook"
    # Both hold reports of each student.
    if plan.canvas and plan.feedback:
        yield "canvas-feedback-zip"
        yield "canvas-comments"
