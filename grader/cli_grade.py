"""The command ``grade``: a batch, from files to everything that is written."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.choices import gradebook_choices, time_choice
from grader.cli_canvas import check_column, options_of, warnings_of
from grader.command import (
    NEEDS_ATTENTION,
    STOPPED,
    Example,
    complain,
    give_up,
    homework_at,
    rubric_argument,
    writing,
)
from grader.errors import FileError

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from datetime import datetime


@click.command(cls=Example, example="grader grade activity6 answers/ late/*.yaml -o results")
@rubric_argument
@click.argument(
    "paths",
    metavar="PATH...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, readable=False, path_type=Path),
)
@click.option(
    "-o",
    "--out",
    default="out",
    show_default=True,
    metavar="DIRECTORY",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the results are written.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that share the work, by default one for each core; the results are the "
    "same for any number.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="The scheduler of a Dask cluster of yours that judges the answers, as "
    "tcp://10.0.0.5:8786; needs the extra `cluster`.",
)
@click.option(
    "--fresh", is_flag=True, help="Use nothing of an earlier run; the results are the same."
)
@click.option(
    "--feedback/--no-feedback",
    default=True,
    show_default=True,
    help="Whether to write reports for each student.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print warnings and errors alone.")
@click.option("--json", "as_json", is_flag=True, help="Print a summary for scripts, as JSON.")
@click.option(
    "--templates",
    metavar="DIRECTORY",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Templates that replace those of the same name that come with the program.",
)
@time_choice
@gradebook_choices
def grade(**given: Any) -> None:
    """Grade a batch of answers files, or of the documents that import reads.

    A PATH is a file, Canvas's submissions zip, or a folder: its files are graded,
    folders inside it are not.  Results, a page for each student, a page for the
    class, the list of what a person must look at, and a gradebook for Canvas are
    written; for Canvas's zip also the feedback files and comments to send back.

    What was decided in OUT/review.yaml since the last run is applied, and kept.

    What was worked out is kept in OUT/.grader: the same command reads and judges
    only what has changed, and goes on where it was stopped.

    Pages of students who are no longer among the files are removed, unless somebody
    has changed them.

    Exit code 1: a file could not be read.  Everyone else is graded.
    Exit code 130: stopped with Ctrl-C.
    """
    progress = _Progress()
    try:
        _grade(_Wanted.of(given), progress)
    except KeyboardInterrupt:
        complain(f"Stopped: {progress}; the same command goes on from there.")
        sys.exit(STOPPED)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked for: the command's arguments and options, by their names; ``choices`` are
    those that exports share."""

    rubric: str
    paths: tuple[Path, ...]
    out: Path
    jobs: int | None
    cluster: str | None
    fresh: bool
    feedback: bool
    quiet: bool
    as_json: bool
    templates: Path | None
    now: datetime | None
    choices: dict[str, Any]

    @classmethod
    def of(cls, given: dict[str, Any]) -> _Wanted:
        """Sort what the command line gives."""
        own = {field.name for field in fields(cls)}
        return cls(
            **{name: value for name, value in given.items() if name in own},
            choices={name: value for name, value in given.items() if name not in own},
        )


class _Progress:
    """How far a run has come."""

    def __init__(self) -> None:
        self.done = self.total = 0

    def __str__(self) -> str:
        if not self.total:
            return "what was done is kept"
        return f"{self.done} of {self.total} files are done, and kept"


def _grade(wanted: _Wanted, progress: _Progress) -> None:
    from jinja2 import TemplateError

    from grader.batch import cores
    from grader.batch.folder import BusyError
    from grader.run import Plan, run
    from grader.terminal import (
        batch_json,
        batch_line,
        batch_table,
        later_line,
        print_table,
        progress_bar,
    )

    homework = homework_at(wanted.rubric, wanted.now)
    options = options_of(wanted.choices, wanted.templates)
    if options.gradebook is not None:
        check_column(homework, options)
    elif options.column is not None:
        give_up("--column needs --gradebook, which has the columns")
    canvas = options.gradebook is not None or any(
        path.suffix.lower() == ".zip" for path in wanted.paths
    )
    with (
        writing(wanted.out),
        progress_bar("Grading", quiet=wanted.quiet) as bar,
        _cluster(wanted.cluster) as executor,
    ):

        def tell(done: int, total: int) -> None:
            progress.done, progress.total = done, total
            if bar is not None:
                bar(done, total)

        plan = Plan(
            wanted.paths, wanted.out, options, wanted.jobs or cores(), executor,
            fresh=wanted.fresh, feedback=wanted.feedback, canvas=canvas, who=_user(),
        )  # fmt: skip
        try:
            finished = run(homework, plan, tell)
        except (BusyError, FileError) as error:
            give_up(error)
        except TemplateError as error:
            give_up(f"{wanted.templates}: {error}")
    tally = finished.tally
    for unread in tally.unread:
        complain(unread.error)
    for warning in finished.warnings:
        complain(warning)
    for path, exported in finished.exported:
        # Who is left out waits in review.yaml; a log need not repeat a class.
        for warning in warnings_of(exported, path, names=sys.stdout.isatty()):
            complain(warning)
    if wanted.as_json:
        click.echo(batch_json(finished, wanted.out))
    elif not wanted.quiet:
        if sys.stdout.isatty():
            print_table(batch_table(tally))
        click.echo(batch_line(tally, wanted.out) + later_line(tally.homework))
    if tally.unread:
        sys.exit(NEEDS_ATTENTION)


def _user() -> str | None:
    """Who signs decisions."""
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError):  # a user without a name, as in a container
        return None


@contextmanager
def _cluster(address: str | None) -> Iterator[Executor | None]:
    """The executor of a cluster; ends the program where it cannot be reached."""
    if address is None:
        yield None
        return
    from grader.batch.cluster import ClusterError, connected

    try:
        with connected(address) as executor:
            yield executor
    except ClusterError as error:
        give_up(error)
