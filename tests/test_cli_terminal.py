"""What the commands print, from results made by hand: exact texts."""

from __future__ import annotations

import io
import re
import sys
import time
from fractions import Fraction as F
from pathlib import Path

import click
import pytest

from grader import terminal
from grader.blank import blank_answers
from grader.homework import parse_rubric
from grader.results import (
    Batch,
    Enclosure,
    HomeworkStatement,
    Outcome,
    PartResult,
    PartStatement,
    QuestionStatement,
    Student,
    Submission,
    Unread,
    Verdict,
    Witness,
)
from grader.run import Tally
from grader.source import Span

SLOPE = r"\frac{\partial y}{\partial \phi_{0}}"
PARTS = (
    PartStatement("q1.one", r"\frac{\partial y}{\partial \phi_{0}}", r"\psi_{77}", F(1), "First?"),
    PartStatement("q1.two", r"\frac{\partial y}{\partial \phi_{1}}", r"\psi_{78}", F(1, 2)),
    PartStatement("q2.size", r"\frac{\partial h_{3}}{\partial f_{2}}", r"D_{3}\times D_{3}", F(1)),
)
RUBRIC = """\
schema: 1
id: cubes
title: Cubes
course: None
questions:
  - id: q1
    kind: derivative
    title: Slopes
    prompt: Find each slope.
    points: 0.5
    symbols: [a, x]
    quantities: {y: x^3 + a}
    parts: {dx: dy/dx, da: dy/da}
  - id: q2
    kind: shape
    title: Sizes
    prompt: Which size?
    points: 1.5
    layout: numerator
    symbols: [M]
    sizes: {f: 2, h: M}
    parts: {df_dh: df/dh}
"""

STATEMENT = HomeworkStatement(
    "hw",
    "Homework\x1b[31m",
    "",
    (
        QuestionStatement("q1", "Slopes", "Find each slope of y.", PARTS[:2]),
        QuestionStatement("q2", "Sizes", "", PARTS[2:]),
    ),
)
ADA = Student("Ada Lovelace", "1001")


def results(*verdicts: Verdict, **fields) -> tuple[PartResult, ...]:
    answers = {Outcome.MISSING: None}
    return tuple(
        PartResult(
            part.part,
            answers.get(verdict.outcome, "phi_0 + ["),
            None if verdict.outcome in (Outcome.MISSING, Outcome.UNREADABLE) else r"\phi_{0}",
            verdict,
            F(1) if verdict else F(0),
            part.possible,
            **(fields if verdict.outcome is Outcome.DIFFERENT else {}),
        )
        for part, verdict in zip(PARTS, verdicts, strict=True)
    )


RIGHT = Verdict(Outcome.EQUIVALENT, method="normal form")
WRONG = Verdict(
    Outcome.DIFFERENT,
    method="witness",
    witness=Witness(
        (("phi_0", F(1, 2)), ("theta_01", F(-3))),
        Enclosure(F(1, 2), F(1, 2)),
        Enclosure(F(77), F(77)),
    ),
)
UNREADABLE = Verdict(Outcome.UNREADABLE, reason="the `[` is never closed", span=Span(8, 9))
MISSING = Verdict(Outcome.MISSING)
UNDECIDED = Verdict(Outcome.UNDECIDED, reason="too large to decide")
DISALLOWED = Verdict(Outcome.DISALLOWED, reason="this restates the question")

SUBMISSION = Submission(
    ADA,
    "ada.yaml",
    results(RIGHT, WRONG, UNREADABLE, feedback=("The sign is off.",), notes=("`a/b c`: (a/b)·c",)),
    ("read as Latin-1",),
)

CHECKS = {
    "verdict": """\
Homework⟨U+001B⟩[31m
Ada Lovelace (1001), ada.yaml
Note: read as Latin-1

Slopes
  ✓ right       q1.one  ∂y/∂φ₀
      read as  φ₀
  ✗ wrong       q1.two  ∂y/∂φ₁
      read as  φ₀
      note: `a/b c`: (a/b)·c

Sizes
  ? unreadable  q2.size  ∂h₃/∂f₂
      the `[` is never closed
        phi_0 + [
                ^

1 right, 1 wrong, 1 unreadable, of 3 parts.""",
    "hints": """\
Homework⟨U+001B⟩[31m
Ada Lovelace (1001), ada.yaml
Note: read as Latin-1

Slopes
  ✓ right       q1.one  ∂y/∂φ₀
      read as  φ₀
  ✗ wrong       q1.two  ∂y/∂φ₁
      read as  φ₀
      note: `a/b c`: (a/b)·c
      The sign is off.
      At φ₀ = 1/2, θ₀₁ = −3 your expression is 1/2; the right answer is something else there.
      Along one path from the output to the variable the derivatives of the links are multiplied; \
where there are several paths, their products are added.

Sizes
  ? unreadable  q2.size  ∂h₃/∂f₂
      the `[` is never closed
        phi_0 + [
                ^

1 right, 1 wrong, 1 unreadable, of 3 parts.""",
    "format": """\
Homework⟨U+001B⟩[31m
Ada Lovelace (1001), ada.yaml
Note: read as Latin-1

Slopes
  • read        q1.one  ∂y/∂φ₀
      read as  φ₀
  • read        q1.two  ∂y/∂φ₁
      read as  φ₀
      note: `a/b c`: (a/b)·c

Sizes
  ? unreadable  q2.size  ∂h₃/∂f₂
      the `[` is never closed
        phi_0 + [
                ^

2 read, 1 unreadable, of 3 parts.""",
}


def plain(text: str) -> str:
    import click

    return click.unstyle(text)


@pytest.mark.parametrize("self_check, text", CHECKS.items())
def test_check(self_check: str, text: str) -> None:
    assert plain(terminal.check_text(STATEMENT, SUBMISSION, self_check, hints=3)) == text


@pytest.mark.parametrize("self_check", CHECKS)
def test_check_never_shows_a_reference(self_check: str) -> None:
    shown = terminal.check_text(STATEMENT, SUBMISSION, self_check)
    for secret in ("ψ", "psi", "D₃", "77"):
        assert secret not in shown


@pytest.mark.parametrize(
    "verdicts, self_check, closing, good",
    [
        ((RIGHT, RIGHT, RIGHT), "verdict", "3 right, of 3 parts.", True),
        ((RIGHT, RIGHT, WRONG), "verdict", "2 right, 1 wrong, of 3 parts.", False),
        ((RIGHT, RIGHT, WRONG), "format", "3 read, of 3 parts.", True),
        ((RIGHT, RIGHT, UNDECIDED), "format", "3 read, of 3 parts.", True),
        ((RIGHT, RIGHT, UNDECIDED), "hints", "2 right, 1 undecided, of 3 parts.", False),
        (
            (RIGHT, DISALLOWED, MISSING),
            "format",
            "1 read, 1 disallowed, 1 missing, of 3 parts.",
            False,
        ),
        ((MISSING, MISSING, MISSING), "format", "3 missing, of 3 parts.", False),
    ],
)
def test_closing_and_exit(
    verdicts: tuple[Verdict, ...], self_check: str, closing: str, good: bool
) -> None:
    submission = Submission(ADA, "ada.yaml", results(*verdicts))
    assert terminal.passes(submission, self_check) is good
    text = plain(terminal.check_text(STATEMENT, submission, self_check))
    assert text.splitlines()[-1] == closing


def test_the_form_alone_says_the_same_for_right_wrong_and_undecided() -> None:
    shown = {
        terminal.check_text(
            STATEMENT, Submission(ADA, "a.yaml", results(verdict, RIGHT, RIGHT)), "format"
        )
        for verdict in (RIGHT, WRONG, UNDECIDED)
    }
    assert len(shown) == 1


def test_long_lines_fold_under_themselves() -> None:
    note = "a long note " * 12
    submission = Submission(ADA, "a.yaml", results(WRONG, RIGHT, RIGHT, notes=(note,)))
    lines = plain(terminal.check_text(STATEMENT, submission, "verdict", 60)).splitlines()
    assert max(map(len, lines)) <= 60
    start = next(i for i, line in enumerate(lines) if "note:" in line)
    assert lines[start + 1].startswith("      a long note")


@pytest.mark.parametrize(
    "student, name",
    [
        (ADA, "Ada Lovelace (1001)"),
        (Student("Ada"), "Ada"),
        (Student(None, "7"), "7"),
        (Student("A\u202eb\n c", sis_login_id="x"), "A⟨U+202E⟩b c (x)"),
        (Student(), "a student without a name"),
    ],
)
def test_names(student: Student, name: str) -> None:
    assert terminal.student_name(student) == name


BATCH = Batch(
    STATEMENT,
    (
        SUBMISSION,
        Submission(Student("[red]Eve[/red]", "2"), "eve.yaml", results(RIGHT, RIGHT, RIGHT)),
    ),
    (
        Unread("broken.yaml", "broken.yaml:1:1: not YAML"),
        Unread("broken.yaml", "broken.yaml:2:1: nor here"),
        Unread("eve.yaml", "eve.yaml:9:1: `phi_9` is not a part"),
    ),
)


def test_the_bar_says_how_fast_and_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    class Watched(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Watched()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with terminal.progress_bar("Grading") as tell:
        assert tell is not None
        for done in range(1, 6):
            tell(done, 1000)
            time.sleep(0.06)
    # The rate, and the time that is left at that rate.
    assert re.search(r"5/1000 [0-9.]+/s 0:\d\d:\d\d", click.unstyle(shown.getvalue()))
    with terminal.progress_bar("Grading", quiet=True) as tell:
        assert tell is None
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with terminal.progress_bar("Grading") as tell:
        assert tell is None


def test_one_line_for_pipes() -> None:
    pending = Submission(
        ADA,
        "p.yaml",
        (PartResult("q1.one", "?", None, UNREADABLE, None, F(1)),),
    )
    assert terminal.batch_line(Tally.of(BATCH), Path("out")) == (
        f"hw: 2 submissions graded, 1 file unread, 1 file read in part, 0 answers for a person; {Path('out/results.json')}"
    )
    assert terminal.batch_line(Tally.of(Batch(STATEMENT, (pending,))), Path("o")) == (
        f"hw: 1 submission graded, 0 files unread, 1 answer for a person; {Path('o/results.json')}"
    )


def printed(batch: Batch) -> str:
    from rich.console import Console

    stream = io.StringIO()
    Console(file=stream, width=80).print(terminal.batch_table(Tally.of(batch)))
    return stream.getvalue()


def test_the_table() -> None:
    rows = [
        [cell.strip() for cell in line.replace("┃", "│").split("│")[1:-1]]
        for line in printed(BATCH).splitlines()
        if "│" in line or "┃" in line
    ]
    assert rows == [
        ["Student", "of 2.5", "pending", "✓", "✗", "?", "≟", "⊘", "○"],
        ["Ada Lovelace (1001)", "1", "", "1", "1", "1", "", "", ""],
        ["[red]Eve[/red] (2)", "3", "", "3", "", "", "", "", ""],
        ["2 in all", "", "0", "4", "1", "1", "0", "0", "0"],
    ]  # fmt: skip


def test_the_table_of_a_large_class_says_what_it_leaves_out(monkeypatch) -> None:
    monkeypatch.setattr("grader.run.SUMMARY_ROWS", 1)
    text = printed(BATCH)
    assert "Eve" not in text
    assert "and 1 more, in index.html" in text


@pytest.mark.parametrize(
    "text, latex, markdown",
    [
        ("50% of $x_1$", r"50\% of \$x\_1\$", r"50% of \$x\_1\$"),
        (r"\input{x}", r"\textbackslash{}input\{x\}", r"\\input\{x\}"),
        ("# b <i>", r"\# b <i>", r"\# b \<i\>"),
    ],
)
def test_titles_are_text_in_every_form_of_the_key(text: str, latex: str, markdown: str) -> None:
    homework = parse_rubric(RUBRIC.replace("Cubes", f"'{text}'"))
    assert terminal.key_latex(homework).splitlines()[0] == rf"\section*{{{latex}}}"
    assert terminal.key_markdown(homework).splitlines()[0] == f"# {markdown}"


KEYS = {
    "text": """\
Cubes

Slopes
  q1.dx     ∂y/∂x = 3x²
  q1.da     ∂y/∂a = 1

Sizes
  q2.df_dh  ∂f/∂h ∈ ℝ^(2 × M)""",
    "markdown": r"""# Cubes

## Slopes

- `q1.dx`: $\frac{\partial y}{\partial x} = 3 x^{2}$
- `q1.da`: $\frac{\partial y}{\partial a} = 1$

## Sizes

- `q2.df_dh`: $\frac{\partial f}{\partial h} \in \mathbb{R}^{2 \times M}$""",
    "latex": r"""\section*{Cubes}
\subsection*{Slopes}
\begin{gather*}
  \frac{\partial y}{\partial x} = 3 x^{2} \\
  \frac{\partial y}{\partial a} = 1
\end{gather*}
\subsection*{Sizes}
\begin{gather*}
  \frac{\partial f}{\partial h} \in \mathbb{R}^{2 \times M}
\end{gather*}""",
}


@pytest.mark.parametrize("form, text", KEYS.items())
def test_key(form: str, text: str) -> None:
    assert terminal.KEYS[form](parse_rubric(RUBRIC)) == text


def test_lint() -> None:
    statement = parse_rubric(RUBRIC).statement
    assert terminal.lint_line(statement) == "cubes is sound: 2 questions, 3 parts, 2.5 points."


def test_blank_answers() -> None:
    statement = HomeworkStatement(
        "hw: 1", "It's a homework\u2028evil: true", "", STATEMENT.questions
    )
    lines = blank_answers(statement, "hw\n.yaml").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=answers.schema.json"
    assert lines[2] == "# It's a homework evil: true"
    assert "#     grader check hw .yaml this-file.yaml" in lines
    assert "assignment: 'hw: 1'" in lines
    assert lines[lines.index("answers:") :] == [
        "answers:",
        "  # Slopes",
        "  # Find each slope of y.",
        "  q1:",
        "    # First?",
        "    one:",
        "    # ∂y/∂φ₁",
        "    two:",
        "",
        "  # Sizes",
        "  q2:",
        "    # ∂h₃/∂f₂",
        "    size:",
    ]
