"""The commands that bring results out: ``export``, ``push`` to Canvas, and Gradescope's."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.choices import chosen, export_choices, given, push_choices
from grader.command import (
    NEEDS_ATTENTION,
    Example,
    complain,
    give_up,
    homework_of,
    rubric_argument,
    writing,
)
from grader.errors import FileError

if TYPE_CHECKING:
    from grader.exports.exported import Exported
    from grader.exports.options import ExportOptions
    from grader.homework import Homework


def options_of(choices: dict[str, Any], templates: Path | None = None) -> ExportOptions:
    """What a person chose about exports; ends the program where the gradebook is at fault."""
    try:
        return chosen(choices, templates)
    except FileError as error:
        give_up(error)


def check_column(homework: Homework, options: ExportOptions) -> None:
    """End the program before any work where the gradebook has no column for it."""
    from grader.exports.instructors_gradebook import target_column

    statement = homework.statement
    document = {"assignment": statement.assignment, "homework": statement.as_json()}
    assert options.gradebook is not None
    try:
        target_column(document, options.gradebook, options)
    except FileError as error:
        give_up(error)


def warnings_of(exported: Exported, name: str, *, names: bool) -> list[str]:
    """What to know of an export, and with ``names`` whom it leaves out, and why."""
    left_out = [f"{name} leaves out {student}" for student in exported.left_out if names]
    return [*(f"{name}: {warning}" for warning in exported.warnings), *left_out]


#: The export that is a folder to share: results and pages without people.
_ANONYMOUS = "anonymous"
_ANONYMOUS_HELP = "a folder to share: results and pages with pseudonyms for students"


def _exports() -> click.Choice[str]:
    """The choice of formats; the table of them loads only when one is asked for."""
    from grader.exports import EXPORTS

    return click.Choice([*EXPORTS, _ANONYMOUS])


class Export(Example):
    """The command whose help lists the table of exports."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        from grader.exports import EXPORTS

        with formatter.section("Formats"):
            rows = [(name, row.help) for name, row in EXPORTS.items()]
            formatter.write_dl([*rows, (_ANONYMOUS, _ANONYMOUS_HELP)])


@click.command(cls=Export, example="grader export canvas-gradebook out/results.json -o grades.csv")
@click.argument(
    "form",
    metavar="FORMAT",
    callback=lambda ctx, param, value: _exports().convert(value, param, ctx),
    shell_complete=lambda ctx, param, incomplete: _exports().shell_complete(ctx, param, incomplete),
)
@click.argument("results", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--out",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Where to write; standard output by default.  For anonymous: a new folder.",
)
@export_choices
@click.pass_context
def export(
    context: click.Context, /, form: str, results: Path, out: Path | None, **choices: Any
) -> None:
    """Turn results into a format that other programs read.

    RESULTS is a results.json that grade wrote.  Students who are left out are
    named on standard error, with the reason.  What goes to named students
    cannot be anonymous.
    """
    from grader.exports import EXPORTS, write_export

    document = _document(results)
    key: Path | None = choices.pop("anonymize_key")
    hidden = choices.pop("anonymize") or key is not None or form == _ANONYMOUS
    if form != _ANONYMOUS and EXPORTS[form].named:
        _refuse_people_left_out(document, form, hidden=hidden)
    known = {"anonymize", "anonymize_key"} if form == _ANONYMOUS else EXPORTS[form].options
    for name in given(context):
        if name != "out" and name not in known:
            give_up(f"--{name.replace('_', '-')} means nothing to {form}")
    if out is not None and out.is_dir() and form != _ANONYMOUS:
        raise click.BadParameter(f"File '{out}' is a directory.", param_hint="'-o' / '--out'")
    if form == _ANONYMOUS:
        if out is None:
            give_up("anonymous writes a folder; name a new one with -o")
        _share(document, out, key)
        return
    options = options_of(choices)
    if hidden:
        document = _without_people(document, key, out)
    row = EXPORTS[form]
    try:
        if out is None:
            exported = row.export(document, options)
            # Bytes, so that no platform's line ends get into the file.
            exported.copy_to(sys.stdout.buffer)
        else:
            with writing(out):
                exported = write_export(document, form, out, options)
    except FileError as error:
        give_up(error)
    for warning in warnings_of(exported, form, names=True):
        complain(warning)


def _refuse_people_left_out(
    document: Mapping[str, Any], what: str, *, hidden: bool = False
) -> None:
    """End the program where what is brought to students by name would have no names."""
    if hidden:
        give_up(
            f"{what} brings each student something by name or id, so it cannot be anonymous; "
            "leave --anonymize out, or share csv, xlsx, json or anonymous"
        )
    if document.get("anonymous"):
        give_up(
            f"these results are anonymous, and {what} needs to know the students; "
            "name the results.json that grade wrote"
        )


def _without_people(
    document: Mapping[str, Any], key_file: Path | None, out: Path | None
) -> Mapping[str, Any]:
    """The results with pseudonyms; the key is written first, so that none is ever without."""
    from grader.exports.anonymous import all_in, anonymous, document_key, open_key, write_key

    if document.get("anonymous"):
        return document
    if key_file is None:
        return anonymous(document, all_in(document, document_key(document)))
    if out is not None and key_file.resolve().is_relative_to(out.resolve()):
        give_up(f"{key_file}: the key says who is who; keep it outside of what is shared")
    try:
        with writing(key_file):
            key = all_in(document, open_key(key_file))
            write_key(key_file, key, document)
    except FileError as error:
        give_up(error)
    return anonymous(document, key)


def _share(document: Mapping[str, Any], out: Path, key_file: Path | None) -> None:
    """Write the folder of results and pages without people."""
    from grader.reports.table import write_shared

    with writing(out):
        if out.exists() and any(out.iterdir()):
            give_up(f"{out}: this folder holds other files; name a new one, so that nothing else "
                    "is shared")  # fmt: skip
        written = write_shared(_without_people(document, key_file, out), out)
    click.echo(f"{len(written.paths)} files in {out}")


def _document(results: Path, *, comments: bool = False) -> Mapping[str, Any]:
    """The results that a file holds, or with ``comments`` what was made from them to be
    sent; ends the program where it holds neither."""
    from grader.reports.results_file import open_results

    try:
        return open_results(results)
    except UnicodeDecodeError as error:
        give_up(f"{results}: this is not UTF-8: {error.reason} at byte {error.start}")
    except FileError as error:
        if comments:
            from grader.push.run import read_comments

            found = read_comments(results.read_text(encoding="utf-8"))
            if found is not None:
                return found
        give_up(error)
    except OSError as error:
        give_up(error)


@click.command(cls=Example, example="grader autograder activity6 --root autograder")
@rubric_argument
@click.option(
    "--root",
    default="/autograder",
    show_default=True,
    metavar="DIRECTORY",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder with submission/ in it; results/results.json is written there.",
)
def autograder(rubric: str, root: Path) -> None:
    """Grade one student's files inside Gradescope's container.

    The whole run_autograder of an assignment is this one command.  A file that
    cannot be read is told in the results, and a person gives the points.
    """
    from grader.exports.autograder import run_autograder

    homework = homework_of(rubric)
    with writing(root):
        click.echo(run_autograder(homework, root))


@click.command(
    cls=Example, example="grader push --course 27 --assignment 4312 out/results.json --dry-run"
)
@click.argument("results", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--course", type=click.IntRange(min=1), required=True, help="Canvas's course id.")
@click.option(
    "--assignment", type=click.IntRange(min=1), required=True, help="Canvas's assignment id."
)
@click.option(
    "--dry-run/--send",
    default=True,
    show_default=True,
    help="Show what would change in Canvas, or send it.",
)
@click.option("--url", metavar="URL", help="Canvas's address; by default CANVAS_API_URL.")
@click.option(
    "--token-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file with the token that only you can read; by default CANVAS_API_TOKEN.",
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(["grades", "comments", "files", "rubric"]),
    help="Send this alone; may be given several times.  Files go with comments.",
)
@click.option("--force", is_flag=True, help="Overwrite grades that are newer than the results.")
@push_choices
def push(
    *,
    results: Path,
    course: int,
    assignment: int,
    dry_run: bool,
    url: str | None,
    token_file: Path | None,
    only: tuple[str, ...],
    force: bool,
    **choices: Any,
) -> None:
    """Send grades, comments and feedback pages to Canvas.

    RESULTS is a results.json, or the comments.json made from it.  What was sent is
    kept in a journal beside it, so that nothing is sent twice and a run that was
    broken off goes on where it stopped.  Needs the extra `canvas`.

    Exit code 1: something could not be sent; everything else was.
    """
    import os

    from grader.push.client import Client
    from grader.push.journal import Journal
    from grader.push.plan import What
    from grader.push.run import journal_path, outgoing, prepare
    from grader.push.table import plan_table
    from grader.push.token import PushError, find_token, find_url
    from grader.terminal import progress_bar

    kinds = tuple(map(What, only)) or tuple(What)
    if What.FILES in kinds and What.COMMENTS not in kinds:
        kinds = (*kinds, What.COMMENTS)
    try:
        document = _document(results, comments=True)
        _refuse_people_left_out(document, "push")
        source = outgoing(document, results, options_of(choices))
        client = Client(find_url(os.environ, url), find_token(os.environ, token_file), course,
                        assignment)  # fmt: skip
        journal = Journal.open(journal_path(results, course, assignment))
        plan = prepare(client, source, journal, kinds=kinds, force=force)
        click.echo(plan_table(plan.target, plan.plan))
        if dry_run:
            click.echo("Nothing was sent. --send sends it.")
            return
        with writing(journal.path), progress_bar("Sending") as progress:
            failures = plan.send(progress)
    except PushError as error:
        give_up(error)
    for failure in failures:
        complain(str(failure))
    click.echo(f"Sent; {len(failures)} failed.")
    if failures:
        sys.exit(NEEDS_ATTENTION)
