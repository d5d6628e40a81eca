"""Blank answers: what is left empty is missing, what is filled in is graded."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.blank import BLANKS
from grader.documents import import_document
from grader.grade import grade
from grader.homework import Homework, load_rubric
from grader.read.answers import AnswersFile, read_answers
from grader.reports.escape import latex_line, markdown_line
from grader.results import Outcome

ROOT = Path(__file__).parents[1]
RUBRICS = {path.stem: load_rubric(path) for path in sorted((ROOT / "rubrics").glob("*.yaml"))}
ENDINGS = {"yaml": "yaml", "markdown": "md", "latex": "tex"}


def read_back(homework: Homework, text: str, form: str) -> AnswersFile:
    if form == "yaml":
        return read_answers(text.encode(), "blank.yaml")
    imported = import_document(homework, text.encode(), f"blank.{ENDINGS[form]}")
    assert imported.unplaced == ()
    return imported.answers


def filled(homework: Homework, text: str, form: str) -> str:
    """The blank with every reference written where its answer belongs."""
    for question in homework.statement.questions:
        for part in question.parts:
            if form == "yaml":
                key = f"    {part.part.partition('.')[2]}:"
                assert f"\n{key}\n" in text
                quoted = part.reference.replace("'", "''")
                text = text.replace(f"\n{key}\n", f"\n{key} '{quoted}' \n", 1)
            else:
                assert "= {}" in text
                text = text.replace("= {}", f"= {{ {part.reference} }}", 1)
    if form == "yaml":
        return text.replace("  name:", "  name: Ada").replace("  id:", "  id: 1001")
    return (
        text.replace("Name:", "Name: Ada")
        .replace(r"\author{}", r"\author{Ada}")
        .replace("ID:\n", "ID: 1001\n")
    )


@pytest.mark.parametrize("form", BLANKS)
@pytest.mark.parametrize("name", RUBRICS)
def test_a_blank_is_missing_everything(name: str, form: str) -> None:
    homework = RUBRICS[name]
    blank = BLANKS[form](homework.statement, name)
    blank = blank.replace("  name:", "  name: Ada") if form == "yaml" else blank
    result = grade(homework, read_back(homework, blank, form))
    assert {part.verdict.outcome for part in result.parts} == {Outcome.MISSING}


@pytest.mark.parametrize("form", BLANKS)
@pytest.mark.parametrize("name", RUBRICS)
def test_a_blank_filled_in_is_graded(name: str, form: str) -> None:
    homework = RUBRICS[name]
    blank = BLANKS[form](homework.statement, name)
    answers = read_back(homework, filled(homework, blank, form), form)
    assert (answers.student.name, answers.student.id) == ("Ada", "1001")
    result = grade(homework, answers)
    wrong = {
        part.part: part.verdict.outcome for part in result.parts if part.points != part.possible
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "markdown", "latex"),
    [
        ("a[z] is $1", r"a[z] is \$1", r"a[z] is \$1"),
        ("[a](b) _c_", r"&#91;a]&#40;b) \_c\_", r"[a](b) \_c\_"),
        ("<b>#1</b>\n# two", r"\<b\>\#1\</b\> \# two", r"<b>\#1</b> \# two"),
        ("50% {x} ~ ^", r"50% \{x\} ~ ^", r"50\% \{x\} \textasciitilde{} \textasciicircum{}"),
    ],
)
def test_escapes(text: str, markdown: str, latex: str) -> None:
    assert (markdown_line(text), latex_line(text)) == (markdown, latex)


@pytest.mark.parametrize("form", BLANKS)
def test_what_may_be_chosen_is_shown(form: str) -> None:
    blank = BLANKS[form](RUBRICS["calculus_1"].statement, "calculus_1")
    assert (
        "What is there at x = 1? (a) a local maximum; (b) a local minimum; (c) neither\n" in blank
    )
