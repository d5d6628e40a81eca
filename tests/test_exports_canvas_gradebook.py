"""The gradebook: exactly what Canvas's importer takes, and nothing that harms a grade."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from grader.exports import EXPORTS
from grader.exports.canvas_gradebook import export, sortable_name

DATA = Path(__file__).parent / "data" / "reports_results.json"


def made_up(*students, canvas=None, title="Activity 6", possible=26):
    """A document of students as (student, score, pending)."""
    rows = []
    for number, (student, score, pending) in enumerate(students):
        parts = [{"part": "q.a", "verdict": "different", "points": score, "possible": possible}]
        if pending:
            parts.append(
                {"part": "q.b", "verdict": "undecided", "points": None, "possible": pending}
            )
        rows.append(
            {"student": student, "file": f"{number}.yaml", "score": score, "pending": pending,
             "possible": possible, "parts": parts}
        )  # fmt: skip
    homework = {"title": title, "canvas": canvas or {"assignment_id": "4312"}}
    return {"assignment": "activity6", "possible": possible, "homework": homework, "students": rows}


JANE = {"name": "Jane Doe", "id": "1207", "sis_user_id": "S0123", "sis_login_id": "jdoe"}
PLAIN = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Activity 6 (4312)\n    Points Possible,,,,,26.00\n"
)


def test_the_file_of_a_made_up_class():
    exported = export(json.loads(DATA.read_text(encoding="utf-8")))
    assert exported.text == (
        "Student,ID,SIS User ID,SIS Login ID,Section,Activity 6 (4312)\n"
        "    Points Possible,,,,,10.00\n"
        '"Lovelace, Ada",1001,S1001,alovelace,,10.00\n'
        "王伟,,,wwei,,9.75\n"
    )
    assert [str(row) for row in exported.left_out][:-1] == [
        "Grace Hopper (grace.yaml): 3 parts (3 points) to be decided by a person",
        "=cmd|'/c calc'!A1 <b>Bobby</b> ⟨U+202E⟩Tables⟨U+202C⟩ (../../evil⟨U+202E⟩.yaml): "
        "4 parts (4 points) to be decided by a person",
        "Zoë de la Cruz (zoe.yaml): “01004” is not a Canvas id, and there is no SIS id or login",
        "Ada Lovelace (ada2.yaml): nothing was answered; give the grade by hand",
        "CON (con.yaml): 2 files have the Canvas id 1007",
        "con (con2.yaml): 2 files have the Canvas id 1007",
        "(no name) (nobody.yaml): no Canvas id, SIS id or login",
    ]
    assert exported.warnings == (
        "8 students left out of the gradebook, so that no grade in Canvas is changed by mistake",
    )


@pytest.mark.parametrize(
    ("student", "score", "row"),
    [
        (JANE, 24.5, '"Doe, Jane",1207,S0123,jdoe,,24.50\n'),
        (JANE, 24.33, '"Doe, Jane",1207,S0123,jdoe,,24.33\n'),
        (JANE, 0, '"Doe, Jane",1207,S0123,jdoe,,0.00\n'),
        ({"name": "Doe, Jane", "id": "1207"}, 1, '"Doe, Jane",1207,,,,1.00\n'),
        ({"id": "1207"}, 1, ",1207,,,,1.00\n"),
        # Ids stay to the character, leading zeros too.
        ({"name": "X", "sis_user_id": "00123"}, 1, "X,,00123,,,1.00\n"),
        ({"name": "X", "sis_login_id": "x@example.edu"}, 1, "X,,,x@example.edu,,1.00\n"),
        # An institution's number is no Canvas id; the login finds the student.
        ({"name": "X", "id": "S-77", "sis_login_id": "x"}, 1, "X,,,x,,1.00\n"),
        # No name is a formula: every row has an id, SIS id or login that Canvas matches first.
        ({"name": "=1+1", "id": "7"}, 1, "'=1+1,7,,,,1.00\n"),
        ({"name": "=1+1", "sis_login_id": "x"}, 1, "'=1+1,,,x,,1.00\n"),
        ({"name": 'A "B" C\nD', "id": "7"}, 1, '"D, A ""B"" C",7,,,,1.00\n'),
    ],
)
def test_a_row(student, score, row):
    assert export(made_up((student, score, 0))).text == PLAIN + row


@pytest.mark.parametrize(
    ("students", "reasons"),
    [
        ([(JANE, 20, 1)], ["1 part (1 point) to be decided by a person"]),
        ([({"name": "X"}, 20, 0)], ["no Canvas id, SIS id or login"]),
        ([(JANE, None, 0)], ["1 part (0 points) to be decided by a person"]),
        (
            [(JANE, 20, 0), ({**JANE, "name": "J. Doe"}, 21, 0)],
            ["2 files have the Canvas id 1207"] * 2,
        ),
        # One of them by id, the other by login: one student all the same.
        (
            [(JANE, 20, 0), ({"name": "J. Doe", "sis_login_id": "JDoe"}, 21, 0)],
            ["2 files have the login jdoe"] * 2,
        ),
        ([({"name": "X", "id": "12\u202e07"}, 20, 0)],
         ["“12⟨U+202E⟩07” is not a Canvas id, and there is no SIS id or login"]),
    ],
)  # fmt: skip
def test_who_is_left_out_and_why(students, reasons):
    exported = export(made_up(*students))
    assert exported.text == PLAIN
    assert [row.reason for row in exported.left_out] == reasons


def test_a_submission_without_parts_or_answers_is_left_out():
    document = made_up((JANE, 0, 0), ({"name": "X", "id": "8"}, 0, 0))
    document["students"][0]["parts"] = []
    document["students"][1]["parts"][0]["verdict"] = "missing"
    exported = export(document)
    assert exported.text == PLAIN
    assert [row.reason for row in exported.left_out] == [
        "no score",
        "nothing was answered; give the grade by hand",
    ]


@pytest.mark.parametrize(
    ("canvas", "title", "column", "warned"),
    [
        ({"assignment_id": "4312", "assignment_title": "A6"}, "T", "A6 (4312)", []),
        ({"assignment_id": 4312, "assignment_title": None}, "T", "T (4312)", []),
        (
            {"assignment_id": None, "assignment_title": "A6"}, "T", "A6",
            ["the rubric names no Canvas assignment id, so Canvas finds the column by its exact "
             "title “A6”, and offers a new assignment where there is none"],
        ),
        (
            {"assignment_id": "x9"}, "T", "T",
            ["“x9” is not a Canvas assignment id, which is a whole number; the column is named "
             "by its title only"],
        ),
        (
            {"assignment_id": "9"}, "Final Grade Essay", "Final Grade Essay (9)",
            ["Canvas drops a column named “Final Grade Essay” without a word, since it reads like "
             "one of its own totals; rename the assignment in Canvas and in the rubric"],
        ),
        (
            {"assignment_id": "9"}, "Override Status", "Override Status (9)",
            ["Canvas drops a column named “Override Status” without a word, since it reads like "
             "one of its own totals; rename the assignment in Canvas and in the rubric"],
        ),
        ({"assignment_id": "9"}, "Final Project", "Final Project (9)", []),
        (
            {"assignment_id": "9"}, "Section", "Section (9)",
            ["“Section” is the name of one of Canvas's own columns; rename it"],
        ),
        (
            {"assignment_id": "", "assignment_title": "Essay (12)"}, "T", "Essay (12)",
            ["the rubric names no Canvas assignment id, so Canvas finds the column by its exact "
             "title “Essay (12)”, and offers a new assignment where there is none",
             "Canvas takes “Essay (12)” for the assignment 12"],
        ),
    ],
)  # fmt: skip
def test_the_column(canvas, title, column, warned):
    exported = export(made_up(canvas=canvas, title=title))
    assert exported.text.split("\n")[0] == f"Student,ID,SIS User ID,SIS Login ID,Section,{column}"
    assert list(exported.warnings) == warned


@pytest.mark.parametrize(
    ("student", "warning"),
    [
        ({"name": "X", "sis_user_id": "2024.001.7"},
         "Canvas rewrites the SIS user id 2024.001.7 of X as a number"),
        ({"name": "X", "sis_login_id": "1,000"},
         "Canvas rewrites the login 1,000 of X as a number"),
        ({"name": "X", "sis_login_id": "=x"},
         "a spreadsheet may run the login =x of X; do not open the file in one"),
        ({"name": "X", "sis_user_id": "2024001"}, None),
    ],
)  # fmt: skip
def test_ids_that_canvas_or_a_spreadsheet_would_change(student, warning):
    assert export(made_up((student, 1, 0))).warnings == ((warning,) if warning else ())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada Lovelace", "Lovelace, Ada"),
        ("Lovelace, Ada", "Lovelace, Ada"),
        ("Ludwig van Beethoven", "Beethoven, Ludwig van"),
        ("Sammy Davis Jr.", "Davis, Sammy Jr."),
        ("Henry Ford II", "Ford, Henry II"),
        ("Xi V", "V, Xi"),
        ("Plato", "Plato"),
        ("王伟", "王伟"),
        ("", ""),
    ],
)
def test_sortable_names(name, expected):
    assert sortable_name(name) == expected


def test_the_shape_of_the_file():
    count = 60
    students = [({"name": f'A{n}, "B" C', "id": str(n + 1)}, n / 4, 0) for n in range(count)]
    text = export(made_up(*students)).text
    assert "\r" not in text
    assert not text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text)))
    assert {len(row) for row in rows} == {6}
    assert len(rows) == 2 + count
    assert {row[1]: row[5] for row in rows[2:]}["4"] == "0.75"


def test_the_order_of_the_files_does_not_matter():
    students = [(JANE, 1, 0), ({"name": "Ada Lovelace", "id": "1"}, 2, 0), ({"id": "3"}, 3, 0)]
    assert export(made_up(*students)).text == export(made_up(*reversed(students))).text


def test_the_table():
    assert list(EXPORTS) == [
        "canvas-gradebook", "canvas-feedback-zip", "canvas-comments", "canvas-rubric",
        "canvas-rubric-assessment", "gradescope", "csv", "xlsx", "json",
    ]  # fmt: skip
    assert EXPORTS["canvas-gradebook"].path == "canvas/gradebook.csv"
