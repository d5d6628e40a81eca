"""What the commands print: texts made from results, and the two things that need Rich.

Everything a file or a student wrote passes through :mod:`grader.reports.visible`
first, so that no text moves the cursor, hides itself or forges a line.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from grader.expr.names import latex_name
from grader.expr.tree import Dimensions
from grader.limits import WITNESS_NAMES
from grader.reports.check_view import LOOKS, READ, CheckPart, check_view, look
from grader.reports.escape import latex_line, markdown_line
from grader.reports.markup import inline_math
from grader.reports.unicode_math import unicode_math
from grader.reports.visible import one_line, visible
from grader.reports.words import ValueWords, number_text, plural, reveal_words, value_words
from grader.results import (
    Enclosure,
    HomeworkStatement,
    Outcome,
    Student,
    Submission,
    Verdict,
    Witness,
)
from grader.source import Span, caret

if TYPE_CHECKING:
    from rich.table import Table

    from grader.homework import Homework
    from grader.judge import Explanation
    from grader.questions.part import Part
    from grader.run import Finished, Tally

#: The widest of the words, so that the columns stand below one another.
_WORD_CELLS = max(len(look.word) for look in LOOKS.values())


def passes(submission: Submission, self_check: str) -> bool:
    """Whether a self-check finds nothing to mend, as far as it may tell.

    Under ``format``, an exit code that knew right from wrong would tell it.
    """
    good = {READ, LOOKS[Outcome.EQUIVALENT]}
    return all(look(part.verdict.outcome, self_check) in good for part in submission.parts)


def student_name(student: Student) -> str:
    """The name and id of a student on one line, as far as they are known."""
    name = one_line(student.name or "")
    ids = one_line(student.id or student.sis_user_id or student.sis_login_id or "")
    if name and ids:
        return f"{name} ({ids})"
    return name or ids or "a student without a name"


def _wrapped(text: str, indent: str, width: int | None, hang: str = "") -> str:
    """The text with every line indented, and folded where there is a width to fold to.

    What a fold carries over is indented by ``hang`` more.
    """
    lines: list[str] = []
    for line in text.splitlines():
        if not width:
            lines.append(f"{indent}{line}".rstrip())
            continue
        room = max(width, len(indent) + len(hang) + 20)
        lines += textwrap.wrap(
            line,
            room,
            initial_indent=indent,
            subsequent_indent=indent + hang,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
    return "\n".join(lines)


# --- check ------------------------------------------------------------------------


def check_text(
    statement: HomeworkStatement,
    submission: Submission,
    self_check: str,
    width: int | None = None,
    hints: int = 1,
) -> str:
    """All that a student is told before handing in; never a reference answer.

    ``self_check`` is the rubric's choice of how much (``format``, ``verdict``,
    ``hints``); ``hints`` is how many steps of a hint the student wants, ``width``
    folds long lines, None leaves them whole.
    """
    view = check_view(statement, submission, self_check)
    lines = [
        click.style(view.title, bold=True),
        f"{student_name(submission.student)}, {view.file}",
    ]
    lines += [_wrapped(f"Note: {visible(note)}", "", width) for note in view.notes]
    for question in view.questions:
        lines += ["", click.style(question.title, bold=True)]
        cells = max(len(part.part) for part in question.parts)
        for part in question.parts:
            lines += _check_part(part, cells, width, hints)
    steps = [len(part.hints) for question in view.questions for part in question.parts]
    more = f"--hints {hints + 1} says more." if max(steps, default=0) > hints else None
    lines += ["", *([more] if more else []), view.closing]
    return "\n".join(lines)


def _check_part(part: CheckPart, cells: int, width: int | None, hints: int) -> Iterator[str]:
    shown = part.look
    sign = click.style(f"{shown.symbol} {shown.word.ljust(_WORD_CELLS)}", fg=shown.colour)
    yield f"  {sign}  {part.part.ljust(cells)}  {unicode_math(part.quantity)}"
    within = " " * 6
    if not part.is_good and part.prompt:
        yield _wrapped(part.prompt, within, width)
    if part.read_as is not None:
        yield _wrapped(f"read as  {unicode_math(part.read_as)}", within, width, " " * 9)
    if part.reason:
        yield _wrapped(_sentence(part.reason), within, width)
    if part.marked is not None and part.answer is not None:
        yield caret(part.answer, Span(*part.marked), indent=within + "  ")
    for note in part.notes:
        yield _wrapped(f"note: {_sentence(note)}", within, width)
    for step in part.hints[:hints]:
        for sentence in step.sentences:
            yield _wrapped(_sentence(sentence), within, width)


def _sentence(text: str) -> str:
    """A sentence as a terminal can show it: mathematics in Unicode, nothing unseen."""
    return visible(inline_math(text))


def _point(witness: Witness) -> str:
    """The values of a witness on one line, of too many names the first."""
    at = [
        f"{unicode_math(latex_name(name))} = {value_words(str(value)).number}"
        for name, value in witness.at
    ]
    more = len(at) - WITNESS_NAMES
    return ", ".join(at[:WITNESS_NAMES]) + (f" and {more} more" if more > 0 else "")


def _value(enclosure: Enclosure | None) -> ValueWords:
    return value_words(None if enclosure is None else enclosure.as_json())


# --- grade ------------------------------------------------------------------------


def batch_line(tally: Tally, out: Path) -> str:
    """The whole run on one line, for logs and pipes."""
    told = [
        f"{plural(tally.students, 'submission')} graded",
        f"{plural(tally.files_unread, 'file')} unread",
        f"{plural(tally.waiting, 'answer')} for a person",
    ]
    if tally.files_read_in_part:
        told.insert(2, f"{plural(tally.files_read_in_part, 'file')} read in part")
    return f"{one_line(tally.homework.assignment)}: {', '.join(told)}; {out / 'results.json'}"


def batch_json(finished: Finished, out: Path) -> str:
    """The same for scripts, with how much of the work an earlier run had done."""
    tally, counts = finished.tally, finished.counts
    found = {
        "assignment": tally.homework.assignment,
        "results": str(out / "results.json"),
        "submissions": tally.students,
        "files_unread": tally.files_unread,
        "files_read_in_part": tally.files_read_in_part,
        "for_a_person": tally.waiting,
        "verdicts": {str(outcome): tally.outcomes[outcome] for outcome in LOOKS},
        "files": counts.files,
        "files_known": counts.files_known,
        "answers_judged": counts.answers,
        "workers_lost": counts.workers_lost,
        "warnings": list(finished.warnings),
    }
    return json.dumps(found, indent=1)


def batch_table(tally: Tally) -> Table:
    """The class at a glance: a row for each student, and what was found in all."""
    from rich.table import Table
    from rich.text import Text

    homework = tally.homework
    table = Table(
        title=Text(one_line(homework.title or homework.assignment), style="bold"),
        caption="  ".join(f"{shown.symbol} {shown.word}" for shown in LOOKS.values()),
        show_footer=True,
    )
    hidden = tally.students - len(tally.rows)
    table.add_column(
        "Student",
        Text(f"and {hidden} more, in index.html" if hidden > 0 else f"{tally.students} in all"),
        overflow="ellipsis",
        no_wrap=True,
    )
    table.add_column(f"of {number_text(homework.possible)}", "", justify="right")
    table.add_column("pending", number_text(tally.pending), justify="right")
    for outcome, shown in LOOKS.items():
        table.add_column(
            shown.symbol, str(tally.outcomes[outcome]), justify="right", style=shown.colour
        )
    for row in tally.rows:
        table.add_row(
            Text(student_name(row.student)),
            number_text(row.score),
            number_text(row.pending) if row.pending else "",
            *(str(row.outcomes[outcome]) if row.outcomes[outcome] else "" for outcome in LOOKS),
        )
    return table


def print_table(table: Table) -> None:
    """The table on standard output, as wide as the terminal."""
    from rich.console import Console

    Console().print(table)


@contextmanager
def progress_bar(label: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on standard error that is told (done, total); None where no one watches it.

    It shows how many are done in a second, and how long the rest will take.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task
    from rich.progress import TextColumn as Words
    from rich.progress import TimeRemainingColumn as Remaining
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many are done in a second, over the last half minute or so."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if not speed else f"{speed:.3g}/s")

    columns = (Words("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tell


# --- key, lint, explain -----------------------------------------------------------


def key_text(homework: Homework) -> str:
    """The derived reference answers as plain text."""
    statement = homework.statement
    lines = [one_line(statement.title or statement.assignment)]
    cells = max(len(part.id) for part in homework.parts)
    for question in statement.questions:
        lines += ["", one_line(question.title or question.question)]
        lines += [
            f"  {part.id.ljust(cells)}  {unicode_math(_equation(part))}"
            for part in homework.by_question[question.question]
        ]
    return "\n".join(lines)


def key_markdown(homework: Homework) -> str:
    """The derived reference answers as Markdown with LaTeX between dollars."""
    statement = homework.statement
    lines = [f"# {markdown_line(statement.title or statement.assignment)}"]
    for question in statement.questions:
        lines += ["", f"## {markdown_line(question.title or question.question)}", ""]
        parts = homework.by_question[question.question]
        lines += [f"- `{part.id}`: ${_equation(part)}$" for part in parts]
    return "\n".join(lines)


def key_latex(homework: Homework) -> str:
    """The derived reference answers as a LaTeX fragment; it needs amsmath and amssymb."""
    statement = homework.statement
    lines = [rf"\section*{{{latex_line(statement.title or statement.assignment)}}}"]
    for question in statement.questions:
        parts = homework.by_question[question.question]
        lines += [
            rf"\subsection*{{{latex_line(question.title or question.question)}}}",
            r"\begin{gather*}",
            " \\\\\n".join(f"  {_equation(part)}" for part in parts),
            r"\end{gather*}",
        ]
    return "\n".join(lines)


def key_page(homework: Homework) -> str:
    """The key as a page, with what known mistakes look like."""
    from grader.reports.key_page import key_html

    return key_html(homework)


def _equation(part: Part) -> str:
    """What was asked and its answer, as LaTeX; of a size, the space of such matrices."""
    quantity, answer = part.latex(part.quantity), part.latex(part.answer)
    if isinstance(part.answer, Dimensions):
        return rf"{quantity} \in \mathbb{{R}}^{{{answer}}}"
    return f"{quantity} = {answer}"


#: The forms of ``grader key --format``.
KEYS: Mapping[str, Callable[[Homework], str]] = MappingProxyType(
    {"text": key_text, "latex": key_latex, "markdown": key_markdown, "html": key_page}
)


def lint_line(statement: HomeworkStatement) -> str:
    """What ``lint`` says of a sound rubric: how much it asks for."""
    parts = sum(len(question.parts) for question in statement.questions)
    return (
        f"{one_line(statement.assignment)} is sound: "
        f"{plural(len(statement.questions), 'question')}, {plural(parts, 'part')}, "
        f"{plural(statement.possible, 'point')}.{later_line(statement)}"
    )


def later_line(statement: HomeworkStatement) -> str:
    """When students will see more of the references; nothing where no date is to come."""
    return f" Students see references: {reveal_words(statement)}." if statement.later else ""


def explanation_text(explanation: Explanation, width: int | None = None) -> str:
    """How a text was read: as a formula, as LaTeX, as a tree, with names, notes and verdict."""
    result = explanation.result
    sections = (
        ("Read as", f"{unicode_math(explanation.latex)}\n{explanation.latex}"),
        ("Tree", explanation.outline),
        ("Names", visible("\n".join(explanation.names))),
        ("Notes", visible("\n".join(explanation.notes))),
        ("Verdict", "" if result is None else verdict_text(result.verdict)),
    )
    return "\n".join(
        f"{click.style(heading, bold=True)}\n{_wrapped(text, '  ', width)}"
        for heading, text in sections
        if text
    )


def verdict_text(verdict: Verdict) -> str:
    """A verdict with all of its evidence, for the instructor."""
    shown = LOOKS[verdict.outcome]
    lines = [f"{shown.symbol} {verdict.outcome}"]
    evidence = verdict.evidence()
    evidence.pop("witness", None)
    lines += [f"{name.replace('_', ' ')}: {_evidence(value)}" for name, value in evidence.items()]
    if verdict.witness is not None:
        if verdict.witness.at:
            lines.append(f"at {_point(verdict.witness)}")
        lines.append(f"the answer {_value(verdict.witness.answer)}")
        lines.append(f"the reference {_value(verdict.witness.reference)}")
    return "\n".join(lines)


def _evidence(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else visible(str(value))
