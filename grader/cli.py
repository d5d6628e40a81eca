"""The commands.  No logic stands here: each reads its arguments, calls, and prints.

Whatever a command needs is imported inside it, so that ``--help`` and usage
errors come at once.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from grader.choices import chosen, export_choices, given, gradebook_choices, push_choices
from grader.errors import AnswerError, FileError, LimitError
from grader.version import __version__

if TYPE_CHECKING:
    from grader.exports.exported import Exported
    from grader.exports.options import ExportOptions
    from grader.homework import Homework
    from grader.read.review import Kept, ReviewFile

#: Exit codes; see ``docs/cli.md``.
NEEDS_ATTENTION = 1
AT_FAULT = 2


class Example(click.Command):
    """A command whose help ends with an example of its use."""

    def __init__(self, *args: Any, example: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write(f"{' ' * formatter.current_indent}{line}\n")
        super().format_epilog(ctx, formatter)


class InOrder(click.Group):
    """A group that lists its commands in the order in which they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def _complain(message: object) -> None:
    """A message on standard error, with nothing in it that a terminal would act on."""
    from grader.reports.visible import visible

    click.echo(visible(str(message)), err=True)


def _give_up(message: object) -> NoReturn:
    """End with a message on standard error, when the command or the rubric is at fault."""
    _complain(message)
    sys.exit(AT_FAULT)


def _homework(rubric: str) -> Homework:
    """The homework of a rubric named on the command line; ends the program at its faults."""
    from grader.homework import load_rubric

    try:
        return load_rubric(rubric)
    except FileError as error:
        _give_up(error)


def _review(out: Path, homework: Homework) -> ReviewFile:
    """What was decided in a folder of results; ends the program at faults of that file."""
    from getpass import getuser

    from grader.review import load_review

    try:
        who = getuser()
    except (OSError, KeyError):  # a user without a name, as in a container
        who = None
    try:
        return load_review(out / "review.yaml", homework, who)
    except (FileError, OSError) as error:
        _give_up(error)


def _write(
    document: dict[str, Any], out: Path, options: ExportOptions, kept: Kept, *, canvas: bool
) -> list[str]:
    """All files of one run, and with ``canvas`` what else goes back to it; what the
    instructor should know of them."""
    from jinja2 import TemplateError

    from grader.exports import EXPORTS, write_export
    from grader.reports import write_reports

    names = ["canvas-gradebook"]
    if canvas:
        names += ["canvas-feedback-zip", "canvas-comments"]
    with _writing(out):
        try:
            written = write_reports(document, out, options.templates, kept)
        except TemplateError as error:
            _give_up(f"{options.templates}: {error}")
        warnings = list(written.warnings)
        for row in map(EXPORTS.__getitem__, names):
            exported = write_export(document, row.name, out / row.path, options)
            # Who is left out waits in review.yaml; a log need not repeat a class.
            warnings += _warnings(exported, row.path, names=sys.stdout.isatty())
    return warnings


def _options(choices: dict[str, Any], templates: Path | None = None) -> ExportOptions:
    """What a person chose about exports; ends the program where the gradebook is at fault."""
    try:
        return chosen(choices, templates)
    except FileError as error:
        _give_up(error)


def _check_column(homework: Homework, options: ExportOptions) -> None:
    """End the program before any work where the gradebook has no column for it."""
    from grader.exports.instructors_gradebook import target_column

    statement = homework.statement
    document = {"assignment": statement.assignment, "homework": statement.as_json()}
    assert options.gradebook is not None
    try:
        target_column(document, options.gradebook, options)
    except FileError as error:
        _give_up(error)


def _warnings(exported: Exported, name: str, *, names: bool) -> list[str]:
    """What to know of an export, and with ``names`` whom it leaves out, and why."""
    left_out = [f"{name} leaves out {student}" for student in exported.left_out if names]
    return [*(f"{name}: {warning}" for warning in exported.warnings), *left_out]


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    """Say in one line which file could not be written, and why."""
    try:
        yield
    except OSError as error:
        _give_up(f"{error.filename or out}: {error.strerror or error}")


def _width() -> int | None:
    """Columns to fold text to; a pipe gets whole lines."""
    from shutil import get_terminal_size

    return get_terminal_size().columns if sys.stdout.isatty() else None


@click.group(
    cls=InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96}
)
@click.version_option(__version__, prog_name="grader", message="%(prog)s %(version)s")
def cli() -> None:
    """Grades mathematical homework.

    A rubric states the homework; the reference answers are derived from it.
    RUBRIC is a file, or the name of a rubric that comes with the program
    (activity6).

    \b
    Exit codes:
      0  done; for check, every part is right
      1  done, but something needs attention
      2  the command or the rubric is at fault
    """


_rubric = click.argument("rubric")


@cli.command(cls=Example, example="grader grade activity6 answers/ late/*.yaml -o results")
@_rubric
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
    default=1,
    show_default=True,
    metavar="N",
    help="Processes that share the work; the results are the same for any number.",
)
@click.option(
    "--templates",
    metavar="DIRECTORY",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Templates that replace those of the same name that come with the program.",
)
@gradebook_choices
def grade(
    rubric: str,
    paths: tuple[Path, ...],
    out: Path,
    jobs: int,
    templates: Path | None,
    **choices: Any,
) -> None:
    """Grade a batch of answers files, or of the documents that import reads.

    A PATH is a file, Canvas's submissions zip, or a folder: its files are graded,
    folders inside it are not.  Results, a page for each student, a page for the
    class, the list of what a person must look at, and a gradebook for Canvas are
    written; for Canvas's zip also the feedback files and comments to send back.

    What was decided in OUT/review.yaml since the last run is applied, and kept.

    Exit code 1: a file could not be read.  Everyone else is graded.
    """
    from grader.batch import grade_paths
    from grader.review import apply_decisions
    from grader.terminal import batch_line, batch_table, print_table, progress_bar

    homework = _homework(rubric)
    options = _options(choices, templates)
    if options.gradebook is not None:
        _check_column(homework, options)
    elif options.column is not None:
        _give_up("--column needs --gradebook, which has the columns")
    review = _review(out, homework)
    with progress_bar("Grading") as progress:
        graded = grade_paths(homework, paths, jobs=jobs, progress=progress, book=options.gradebook)
    applied = apply_decisions(graded, review, homework)
    batch = applied.batch
    for unread in batch.unread:
        _complain(unread.error)
    canvas = options.gradebook is not None or any(path.suffix.lower() == ".zip" for path in paths)
    written = _write(batch.as_json(), out, options, applied.kept, canvas=canvas)
    for warning in (*applied.warnings, *written):
        _complain(warning)
    if sys.stdout.isatty():
        print_table(batch_table(batch))
    click.echo(batch_line(batch, out))
    if batch.unread:
        sys.exit(NEEDS_ATTENTION)


@cli.command(cls=Example, example="grader check activity6 answers.yaml --watch")
@_rubric
@click.argument(
    "answers", type=click.Path(exists=True, dir_okay=False, readable=False, path_type=Path)
)
@click.option(
    "--hints",
    type=click.IntRange(1, 3),
    default=1,
    show_default=True,
    metavar="STEPS",
    help="How far hints go: 1 where to look, 2 where it shows, 3 the rule.",
)
@click.option("--watch", is_flag=True, help="Check again each time the file is saved.")
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the page of the check, with formulas as they are printed.",
)
def check(rubric: str, answers: Path, hints: int, watch: bool, page: Path | None) -> None:
    """Check one answers file, or a document, before it is handed in.

    Says how each answer is read and, as far as the rubric allows, whether it is
    right.  Where the rubric allows hints (self_check: hints), they step from where
    to look to the rule.  Reference answers are never shown.

    --watch ends with Ctrl-C.

    Exit code 1: an answer is wrong, missing or cannot be read, or the file
    cannot.  Where the rubric tells the form only (self_check: format), right
    and wrong answers both count as done.
    """
    from grader.watch import saves

    homework = _homework(rubric)
    is_good = _check_once(homework, answers, hints, page)
    if watch:
        with suppress(KeyboardInterrupt):
            for _ in saves(answers):
                click.clear()
                is_good = _check_once(homework, answers, hints, page)
    if not is_good:
        sys.exit(NEEDS_ATTENTION)


def _check_once(homework: Homework, answers: Path, hints: int, page: Path | None) -> bool:
    """Check a file, and say whether there is nothing to mend."""
    from grader.batch import grade_paths
    from grader.files import write_atomically
    from grader.terminal import check_text, passes

    batch = grade_paths(homework, [answers])
    self_check = homework.file.self_check
    for submission in batch.students:
        click.echo(check_text(homework.statement, submission, self_check, _width(), hints))
        if page is not None:
            from grader.reports.check_page import check_html

            with _writing(page):
                write_atomically(page, check_html(homework.statement, submission, self_check))
    for unread in batch.unread:
        _complain(unread.error)
    return not batch.unread and all(passes(found, self_check) for found in batch.students)


@cli.command(cls=Example, example="grader key activity6 --html -o key.html")
@_rubric
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "latex", "markdown", "html"]),
    default="text",
    show_default=True,
    help="What the formulas are written in.",
)
@click.option(
    "--html", "form", flag_value="html", help="A page, with what known mistakes look like too."
)
@click.option(
    "-o",
    "--out",
    metavar="PATH",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write; standard output by default.",
)
def key(rubric: str, form: str, out: Path | None) -> None:
    """Show the reference answers that are derived from a rubric.

    This is for instructors; keep it out of folders that students can see.
    """
    from grader.files import write_atomically
    from grader.terminal import KEYS

    text = KEYS[form](_homework(rubric)).rstrip("\n") + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        with _writing(out):
            write_atomically(out, text)


@cli.command(cls=Example, example="grader lint rubrics/activity6.yaml")
@_rubric
def lint(rubric: str) -> None:
    """Say whether a rubric is sound, or everything that is wrong with it.

    Exit code 2: it is not sound.
    """
    from grader.terminal import lint_line

    click.echo(lint_line(_homework(rubric).statement))


@cli.command(cls=Example, example="grader template activity6 > answers.yaml")
@_rubric
def template(rubric: str) -> None:
    """Print a blank answers file, with the prompts as comments."""
    from grader.blank import blank_answers

    click.echo(blank_answers(_homework(rubric).statement, rubric), nl=False)


@cli.command("import", cls=Example, example="grader import activity6 homework.tex -o answers.yaml")
@_rubric
@click.argument(
    "document", type=click.Path(exists=True, dir_okay=False, readable=False, path_type=Path)
)
@click.option(
    "-o",
    "--out",
    metavar="PATH",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write; standard output by default.",
)
def import_(rubric: str, document: Path, out: Path | None) -> None:
    """Turn a document into an answers file.

    DOCUMENT is LaTeX (.tex), Markdown (.md), a Jupyter notebook (.ipynb) or plain
    text (.txt).  Each equation is taken by its left side; the file names the line
    that each answer comes from.

    Exit code 1: no answer was found, or something that looks like one has no
    place; it is named on standard error.
    """
    from grader.documents import import_document, import_lines, to_yaml
    from grader.files import write_atomically
    from grader.read.decode import read_bytes

    homework = _homework(rubric)
    try:
        imported = import_document(homework, read_bytes(document, str(document)), str(document))
    except FileError as error:
        _complain(error)
        sys.exit(NEEDS_ATTENTION)
    text = to_yaml(imported, homework)
    if out is None:
        # Bytes, so that no platform's line ends get into the file.
        click.echo(text.encode(), nl=False)
    else:
        with _writing(out):
            write_atomically(out, text)
    for line in import_lines(imported, homework):
        _complain(line)
    if imported.needs_attention:
        sys.exit(NEEDS_ATTENTION)


@cli.command(
    cls=Example,
    example=r"grader explain activity6 '-\sin[f_2]' --part q2.dh3_df2",
    # An answer may begin with a minus sign, and with -h_1 too.
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)
@_rubric
@click.argument("text")
@click.option("--part", metavar="ID", help="The part that the text answers, such as q1.phi_0.")
def explain(rubric: str, text: str, part: str | None) -> None:
    """Show how a text is read, and why; with --part, its verdict too.

    Exit code 1: the text cannot be read.
    """
    from grader.grade import explain
    from grader.homework import near_part
    from grader.terminal import explanation_text

    homework = _homework(rubric)
    if part is not None and homework.part(part) is None:
        near = near_part(homework, None, part)
        mend = f"; did you mean `{near}`?" if near else ""
        _give_up(f"`{part}` is not a part of {homework.statement.assignment}{mend}")
    try:
        explanation = explain(homework, text, part)
    except (AnswerError, LimitError) as error:
        _complain(error)
        sys.exit(NEEDS_ATTENTION)
    click.echo(explanation_text(explanation, _width()))


def _exports() -> click.Choice[str]:
    """The choice of formats; the table of them loads only when one is asked for."""
    from grader.exports import EXPORTS

    return click.Choice(list(EXPORTS))


class Export(Example):
    """The command whose help lists the table of exports."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        from grader.exports import EXPORTS

        with formatter.section("Formats"):
            formatter.write_dl([(name, row.help) for name, row in EXPORTS.items()])


@cli.command(cls=Export, example="grader export canvas-gradebook out/results.json -o grades.csv")
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
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write; standard output by default.",
)
@export_choices
@click.pass_context
def export(
    context: click.Context, /, form: str, results: Path, out: Path | None, **choices: Any
) -> None:
    """Turn results into a format that other programs read.

    RESULTS is a results.json that grade wrote.  Students who are left out are
    named on standard error, with the reason.
    """
    from grader.exports import EXPORTS, write_export

    document = _document(results)
    row = EXPORTS[form]
    for name in given(context):
        if name != "out" and name not in row.options:
            _give_up(f"--{name.replace('_', '-')} means nothing to {form}")
    options = _options(choices)
    try:
        if out is None:
            exported = row.export(document, options)
            # Bytes, so that no platform's line ends get into the file.
            click.echo(exported.data, nl=False)
        else:
            with _writing(out):
                exported = write_export(document, form, out, options)
    except FileError as error:
        _give_up(error)
    for warning in _warnings(exported, form, names=True):
        _complain(warning)


def _document(results: Path, *, comments: bool = False) -> dict[str, Any]:
    """The results that a file holds, or with ``comments`` what was made from them to be
    sent; ends the program where it holds neither."""
    from grader.reports.results_json import read_results

    try:
        text = results.read_text(encoding="utf-8")
        if comments:
            from grader.push.run import read_comments

            found = read_comments(text)
            if found is not None:
                return found
        return read_results(text, str(results))
    except UnicodeDecodeError as error:
        _give_up(f"{results}: this is not UTF-8: {error.reason} at byte {error.start}")
    except (FileError, OSError) as error:
        _give_up(error)


@cli.command(cls=Example, example="grader autograder activity6 --root autograder")
@_rubric
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

    homework = _homework(rubric)
    with _writing(root):
        click.echo(run_autograder(homework, root))


@cli.command(
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
        source = outgoing(_document(results, comments=True), results, _options(choices))
        client = Client(find_url(os.environ, url), find_token(os.environ, token_file), course,
                        assignment)  # fmt: skip
        journal = Journal.open(journal_path(results, course, assignment))
        plan = prepare(client, source, journal, kinds=kinds, force=force)
        click.echo(plan_table(plan.target, plan.plan))
        if dry_run:
            click.echo("Nothing was sent. --send sends it.")
            return
        with _writing(journal.path), progress_bar("Sending") as progress:
            failures = plan.send(progress)
    except PushError as error:
        _give_up(error)
    for failure in failures:
        _complain(str(failure))
    click.echo(f"Sent; {len(failures)} failed.")
    if failures:
        sys.exit(NEEDS_ATTENTION)


def main(arguments: Sequence[str] | None = None, *, prog_name: str = "grader") -> None:
    """The program ``grader``."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal without Unicode shows \\u2713 for a tick rather than a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    cli(arguments, prog_name=prog_name)
