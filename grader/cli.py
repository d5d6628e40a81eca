"""The commands.  No logic stands here: each reads its arguments, calls, and prints.

Whatever a command needs is imported inside it, so that ``--help`` and usage
errors come at once.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.command import (
    NEEDS_ATTENTION,
    Example,
    InOrder,
    complain,
    give_up,
    homework_of,
    rubric_argument,
    writing,
)
from grader.errors import AnswerError, FileError, LimitError
from grader.version import __version__

if TYPE_CHECKING:
    from grader.homework import Homework


#: The commands in the order in which they are used.
_ORDER = (
    *("new", "lint", "key", "template"),
    *("check", "explain", "import"),
    *("grade", "export", "autograder", "push"),
)
#: Where those stand that do not stand here.
_ELSEWHERE = {
    "new": "grader.cli_author",
    "grade": "grader.cli_grade",
    "export": "grader.cli_canvas",
    "autograder": "grader.cli_canvas",
    "push": "grader.cli_canvas",
}


def _width() -> int | None:
    """Columns to fold text to; a pipe gets whole lines."""
    from shutil import get_terminal_size

    return get_terminal_size().columns if sys.stdout.isatty() else None


@click.group(
    cls=InOrder,
    order=_ORDER,
    elsewhere=_ELSEWHERE,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
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
    130  stopped with Ctrl-C; what was done is kept
    """


@cli.command(cls=Example, example="grader check activity6 answers.yaml --html check.html")
@rubric_argument
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

    homework = homework_of(rubric)
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
    from grader.files import write_atomically
    from grader.single import check_file
    from grader.terminal import check_text, passes

    batch = check_file(homework, answers)
    self_check = homework.file.self_check
    for submission in batch.students:
        click.echo(check_text(homework.statement, submission, self_check, _width(), hints))
        if page is not None:
            from grader.reports.check_page import check_html

            with writing(page):
                write_atomically(page, check_html(homework.statement, submission, self_check))
    for unread in batch.unread:
        complain(unread.error)
    return not batch.unread and all(passes(found, self_check) for found in batch.students)


@cli.command(cls=Example, example="grader key activity6 --html -o key.html")
@rubric_argument
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

    text = KEYS[form](homework_of(rubric)).rstrip("\n") + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        with writing(out):
            write_atomically(out, text)


@cli.command(cls=Example, example="grader lint rubrics/activity6.yaml")
@rubric_argument
def lint(rubric: str) -> None:
    """Say whether a rubric is sound, or everything that is wrong with it.

    A sound rubric may still hold what its author did not mean: names that are never
    used, answers that coincide, credit that can never be given.  Such remarks go to
    standard error.

    Exit code 1: it is sound, with remarks.  Exit code 2: it is not sound.
    """
    from grader.lint import remarks
    from grader.terminal import lint_line

    homework = homework_of(rubric)
    click.echo(lint_line(homework.statement))
    found = remarks(homework)
    for remark in found:
        complain(remark)
    if found:
        sys.exit(NEEDS_ATTENTION)


@cli.command(cls=Example, example="grader template activity6 > answers.yaml")
@rubric_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "markdown", "latex"]),
    default="yaml",
    show_default=True,
    help="An answers file, or a document to fill in, which `grade` and `import` read.",
)
def template(rubric: str, form: str) -> None:
    """Print a blank answers file, with the prompts as comments."""
    from grader.blank import BLANKS

    click.echo(BLANKS[form](homework_of(rubric).statement, rubric), nl=False)


@cli.command("import", cls=Example, example="grader import activity6 homework.tex -o answers.yaml")
@rubric_argument
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
    from grader.documents import import_document
    from grader.documents.written import import_lines, to_yaml
    from grader.files import write_atomically
    from grader.read.decode import read_bytes

    homework = homework_of(rubric)
    try:
        imported = import_document(homework, read_bytes(document, str(document)), str(document))
    except FileError as error:
        complain(error)
        sys.exit(NEEDS_ATTENTION)
    text = to_yaml(imported, homework)
    if out is None:
        # Bytes, so that no platform's line ends get into the file.
        click.echo(text.encode(), nl=False)
    else:
        with writing(out):
            write_atomically(out, text)
    for line in import_lines(imported, homework):
        complain(line)
    if imported.needs_attention:
        sys.exit(NEEDS_ATTENTION)


@cli.command(
    cls=Example,
    example=r"grader explain activity6 '-\sin[f_2]' --part q2.dh3_df2",
    # An answer may begin with a minus sign, and with -h_1 too.
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)
@rubric_argument
@click.argument("text")
@click.option("--part", metavar="ID", help="The part that the text answers, such as q1.phi_0.")
def explain(rubric: str, text: str, part: str | None) -> None:
    """Show how a text is read, and why; with --part, its verdict too.

    Exit code 1: the text cannot be read.
    """
    from grader.homework import near_part
    from grader.judge import explain
    from grader.terminal import explanation_text

    homework = homework_of(rubric)
    if part is not None and homework.part(part) is None:
        near = near_part(homework, None, part)
        mend = f"; did you mean `{near}`?" if near else ""
        give_up(f"`{part}` is not a part of {homework.statement.assignment}{mend}")
    try:
        explanation = explain(homework, text, part)
    except (AnswerError, LimitError) as error:
        complain(error)
        sys.exit(NEEDS_ATTENTION)
    click.echo(explanation_text(explanation, _width()))


def main(arguments: Sequence[str] | None = None, *, prog_name: str = "grader") -> None:
    """The program ``grader``."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal without Unicode shows \\u2713 for a tick rather than a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    cli(arguments, prog_name=prog_name)
