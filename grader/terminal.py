"""What the commands print: texts made from results, and the two things that need Rich.

Everything a file or a student wrote passes through :mod:`grader.reports.visible`
first, so that no text moves the cursor, hides itself or forges a line.
"""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from grader.expr.latex import to_latex
from grader.expr.names import latex_name
from grader.expr.tree import Dimensions
from grader.limits import SUMMARY_ROWS, WITNESS_NAMES
from grader.reports.unicode_math import unicode_math
from grader.reports.visible import one_line, visible
from grader.reports.words import VERDICT_WORDS, ValueWords, number_text, plural, value_words
from grader.results import (
    FOR_A_PERSON,
    Batch,
    Enclosure,
    HomeworkStatement,
    Outcome,
    PartResult,
    PartStatement,
    Student,
    Submission,
    Verdict,
    Witness,
)
from grader.source import caret

if TYPE_CHECKING:
    from rich.table import Table

    from grader.grade import Explanation
    from grader.homework import Homework
    from grader.questions.part import Part


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict shows: a symbol and a word, so that colour is never the only sign."""

    symbol: str
    word: str
    colour: str


#: Short words for a terminal; the symbols are those of the pages.
_WORDS = (
    (Outcome.EQUIVALENT, "right", "green"),
    (Outcome.DIFFERENT, "wrong", "red"),
    (Outcome.UNREADABLE, "unreadable", "magenta"),
    (Outcome.UNDECIDED, "undecided", "yellow"),
    (Outcome.DISALLOWED, "disallowed", "magenta"),
    (Outcome.MISSING, "missing", "yellow"),
)

LOOKS: Mapping[Outcome, Look] = MappingProxyType(
    {outcome: Look(VERDICT_WORDS[outcome].symbol, word, colour) for outcome, word, colour in _WORDS}
)

#: What a self-check shows where the rubric lets it tell the form of an answer only.
READ = Look("•", "read", "cyan")

#: Verdicts that speak of the form, and so may always be told.
_OF_THE_FORM = frozenset({Outcome.UNREADABLE, Outcome.DISALLOWED, Outcome.MISSING})

_WORD_CELLS = max(len(look.word) for look in LOOKS.values())


def look(outcome: Outcome, self_check: str) -> Look:
    """How a verdict shows in a self-check; ``format`` does not tell right from wrong."""
    if self_check == "format" and outcome not in _OF_THE_FORM:
        return READ
    return LOOKS[outcome]


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
    statement: HomeworkStatement, submission: Submission, self_check: str, width: int | None = None
) -> str:
    """All that a student is told before handing in; never a reference answer.

    ``self_check`` is the rubric's choice of how much (``format``, ``verdict``,
    ``hints``); ``width`` folds long lines, None leaves them whole.
    """
    lines = [
        click.style(one_line(statement.title or statement.assignment), bold=True),
        f"{student_name(submission.student)}, {one_line(submission.file)}",
    ]
    lines += [_wrapped(f"Note: {visible(note)}", "", width) for note in submission.notes]
    results = {part.part: part for part in submission.parts}
    for question in statement.questions:
        lines += ["", click.style(one_line(question.title or question.question), bold=True)]
        cells = max(len(part.part) for part in question.parts)
        for part in question.parts:
            lines += _check_part(part, results[part.part], self_check, cells, width)
    lines += ["", _check_closing(submission, self_check)]
    return "\n".join(lines)


def _check_part(
    part: PartStatement, result: PartResult, self_check: str, cells: int, width: int | None
) -> Iterator[str]:
    verdict = result.verdict
    shown = look(verdict.outcome, self_check)
    sign = click.style(f"{shown.symbol} {shown.word.ljust(_WORD_CELLS)}", fg=shown.colour)
    yield f"  {sign}  {part.part.ljust(cells)}  {unicode_math(part.quantity)}"
    within = " " * 6
    if shown not in (READ, LOOKS[Outcome.EQUIVALENT]) and part.prompt:
        yield _wrapped(one_line(part.prompt), within, width)
    if result.read_as is not None:
        yield _wrapped(f"read as  {unicode_math(result.read_as)}", within, width, " " * 9)
    if verdict.outcome in FOR_A_PERSON and verdict.reason and shown is not READ:
        yield _wrapped(visible(verdict.reason), within, width)
        if verdict.span is not None and result.answer is not None:
            yield caret(result.answer, verdict.span, indent=within + "  ")
    for note in result.notes:
        yield _wrapped(f"note: {visible(note)}", within, width)
    if self_check == "hints" and verdict.outcome is Outcome.DIFFERENT:
        # The first sentence of a diagnosis may speak of the right answer; the nudge does not.
        told = result.feedback
        if result.nudge is not None:
            told = (result.nudge, *told[1:])
        for sentence in told:
            yield _wrapped(visible(sentence), within, width)
        if verdict.witness is not None and verdict.witness.at:
            yield _wrapped(_witness_sentence(verdict.witness), within, width)


def _witness_sentence(witness: Witness) -> str:
    """Where to look, and what is found there; the reference's value stays unsaid.

    The value of a constant reference would be the reference.
    """
    return (
        f"At {_point(witness)} your expression {_value(witness.answer)}; "
        "the right answer is something else there."
    )


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


def _check_closing(submission: Submission, self_check: str) -> str:
    counts = Counter(look(part.verdict.outcome, self_check) for part in submission.parts)
    order = (READ, *LOOKS.values())
    told = [f"{counts[look]} {look.word}" for look in order if counts[look]]
    return f"{', '.join(told)}, of {len(submission.parts)} parts."


# --- grade ------------------------------------------------------------------------


def batch_line(batch: Batch, out: Path) -> str:
    """The whole run on one line, for logs and pipes."""
    waiting = sum(part.points is None for student in batch.students for part in student.parts)
    graded = {student.file for student in batch.students}
    faulty = {unread.file for unread in batch.unread}
    told = [
        f"{plural(len(batch.students), 'submission')} graded",
        f"{plural(len(faulty - graded), 'file')} unread",
        f"{plural(waiting, 'answer')} for a person",
    ]
    if faulty & graded:
        told.insert(2, f"{plural(len(faulty & graded), 'file')} read in part")
    return f"{one_line(batch.homework.assignment)}: {', '.join(told)}; {out / 'results.json'}"


def batch_table(batch: Batch) -> Table:
    """The class at a glance: a row for each student, and what was found in all."""
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(one_line(batch.homework.title or batch.homework.assignment), style="bold"),
        caption="  ".join(f"{shown.symbol} {shown.word}" for shown in LOOKS.values()),
        show_footer=True,
    )
    totals = Counter(part.verdict.outcome for student in batch.students for part in student.parts)
    pending = sum((student.pending for student in batch.students), Fraction(0))
    hidden = len(batch.students) - SUMMARY_ROWS
    table.add_column(
        "Student",
        Text(
            f"and {hidden} more, in index.html" if hidden > 0 else f"{len(batch.students)} in all"
        ),
        overflow="ellipsis",
        no_wrap=True,
    )
    table.add_column(f"of {number_text(batch.homework.possible)}", "", justify="right")
    table.add_column("pending", number_text(pending), justify="right")
    for outcome, shown in LOOKS.items():
        table.add_column(shown.symbol, str(totals[outcome]), justify="right", style=shown.colour)
    for student in batch.students[:SUMMARY_ROWS]:
        counts = Counter(part.verdict.outcome for part in student.parts)
        table.add_row(
            Text(student_name(student.student)),
            number_text(student.score),
            number_text(student.pending) if student.pending else "",
            *(str(counts[outcome]) if counts[outcome] else "" for outcome in LOOKS),
        )
    return table


def print_table(table: Table) -> None:
    """The table on standard output, as wide as the terminal."""
    from rich.console import Console

    Console().print(table)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on standard error that is told (done, total); None where no one watches it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
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
    lines = [f"# {_markdown(statement.title or statement.assignment)}"]
    for question in statement.questions:
        lines += ["", f"## {_markdown(question.title or question.question)}", ""]
        parts = homework.by_question[question.question]
        lines += [f"- `{part.id}`: ${_equation(part)}$" for part in parts]
    return "\n".join(lines)


def key_latex(homework: Homework) -> str:
    """The derived reference answers as a LaTeX fragment; it needs amsmath and amssymb."""
    statement = homework.statement
    lines = [rf"\section*{{{_latex(statement.title or statement.assignment)}}}"]
    for question in statement.questions:
        parts = homework.by_question[question.question]
        lines += [
            rf"\subsection*{{{_latex(question.title or question.question)}}}",
            r"\begin{gather*}",
            " \\\\\n".join(f"  {_equation(part)}" for part in parts),
            r"\end{gather*}",
        ]
    return "\n".join(lines)


def _equation(part: Part) -> str:
    """What was asked and its answer, as LaTeX; of a size, the space of such matrices."""
    quantity, answer = to_latex(part.quantity), to_latex(part.answer)
    if isinstance(part.answer, Dimensions):
        return rf"{quantity} \in \mathbb{{R}}^{{{answer}}}"
    return f"{quantity} = {answer}"


#: The forms of ``grader key --format``.
KEYS: Mapping[str, Callable[[Homework], str]] = MappingProxyType(
    {"text": key_text, "latex": key_latex, "markdown": key_markdown}
)

_LATEX_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "#$%&_{}"},
    }
)


def _latex(text: str) -> str:
    return one_line(text).translate(_LATEX_ESCAPES)


_MARKDOWN_ESCAPES = str.maketrans({character: f"\\{character}" for character in r"\`*_{}[]<>#$|"})


def _markdown(text: str) -> str:
    return one_line(text).translate(_MARKDOWN_ESCAPES)


def lint_line(statement: HomeworkStatement) -> str:
    """What ``lint`` says of a sound rubric: how much it asks for."""
    parts = sum(len(question.parts) for question in statement.questions)
    return (
        f"{one_line(statement.assignment)} is sound: "
        f"{plural(len(statement.questions), 'question')}, {plural(parts, 'part')}, "
        f"{plural(statement.possible, 'point')}."
    )


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
