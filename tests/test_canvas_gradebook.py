"""The instructor's own gradebook, filled in, and read back by a model of Canvas's importer."""

from __future__ import annotations

import importlib.util
from fractions import Fraction
from pathlib import Path

import pytest

from grader.errors import FileError
from grader.exports.canvas_gradebook import export
from grader.exports.options import ExportOptions, Pending, Scale
from grader.read.gradebook import read_gradebook

_spec = importlib.util.spec_from_file_location(
    "canvas_model", Path(__file__).with_name("canvas_model.py")
)
model = importlib.util.module_from_spec(_spec)
__import__("sys").modules["canvas_model"] = model
_spec.loader.exec_module(model)
Course, Pupil, Work, Refused = model.Course, model.Pupil, model.Work, model.Refused

HEAD = "Student,ID,SIS User ID,SIS Login ID,Section,Activity 6 (4312)"


def course(**settings):
    pupils = [
        Pupil(1207, "Jane Doe", "Doe, Jane", "S0123", "jdoe"),
        Pupil(1208, "Ann O'Hara", "O'Hara, Ann", "007", "ahara"),
        Pupil(1209, "Group 4 Kim", "Kim, Group 4", "S0124", "kim@example.edu"),
    ]
    works = [
        Work(4312, "Activity 6", "26"),
        Work(4313, "Essay", "10"),
        Work(9, "Final Grade Essay"),
        Work(10, "Draft", published=False),
    ]
    return Course(pupils, works, **settings)


# --- the model itself: each documented behaviour, a row -------------------------------

BEHAVIOURS = [
    # what Canvas's own specs hold, the file, the changes, the new assignments, unknown students
    ("points possible may stand first", f"{HEAD}\n    Points Possible,,,,,26\nx,1207,,,,9.5\n",
     {(4312, 1207): "9.5"}, [], []),
    ("points possible may stand last", f"{HEAD}\nx,1207,,,,9.5\n    Points Possible,,,,,26\n",
     {(4312, 1207): "9.5"}, [], []),
    ("manual posting is ignored", f"{HEAD}\n,,,,,Manual Posting\nx,1207,,,,9.5\n",
     {(4312, 1207): "9.5"}, [], []),
    ("a semicolon is detected", HEAD.replace(",", ";") + "\nx;1207;;;;9.5\n",
     {(4312, 1207): "9.5"}, [], []),
    ("commas inside semicolons", HEAD.replace(",", ";") + "\nDoe, Jane;1207;;;;9,5\n",
     {(4312, 1207): "9.5"}, [], []),
    ("thousands and decimals", f'{HEAD}\nx,1207,,,,"1,000.50"\ny,1208,,,,"1.000,50"\n',
     {(4312, 1207): "1000.50", (4312, 1208): "1000.50"}, [], []),
    ("a lone comma is a decimal mark", f'{HEAD}\nx,1207,,,,"1,000"\n',
     {(4312, 1207): "1.000"}, [], []),
    ("percentages", f'{HEAD}\nx,1207,,,,"57,4%"\n', {(4312, 1207): "57.4%"}, [], []),
    ("digits in names stay", f'{HEAD}\n"Kim, Group 4",,,,,3\n', {(4312, 1209): "3"}, [], []),
    ("lookup by name", f"{HEAD}\nJane Doe,,,,,1\n", {(4312, 1207): "1"}, [], []),
    ("lookup by sortable name", f'{HEAD}\n"Doe, Jane",,,,,1\n', {(4312, 1207): "1"}, [], []),
    ("lookup by id", f"{HEAD}\nnobody,1207,,,,1\n", {(4312, 1207): "1"}, [], []),
    ("lookup by SIS id", f"{HEAD}\nnobody,,S0123,,,1\n", {(4312, 1207): "1"}, [], []),
    ("lookup by login", f"{HEAD}\nnobody,,,JDOE,,1\n", {(4312, 1207): "1"}, [], []),
    ("the id settles it", f"{HEAD}\nJane Doe,1208,S0123,jdoe,,1\n", {(4312, 1208): "1"}, [], []),
    ("leading zeros of ids", f"{HEAD}\nnobody,,007,,,1\n", {(4312, 1208): "1"}, [], []),
    ("dotted ids are rewritten", f"{HEAD}\nnobody,,2024.001.7,,,1\n", {}, [], ["nobody"]),
    ("assignments in any order", HEAD.replace("Activity 6 (4312)", "Essay (4313),Activity 6 (4312)")
     + "\nx,1207,,,,2,1\n", {(4313, 1207): "2", (4312, 1207): "1"}, [], []),
    ("an unknown column is a new assignment", HEAD.replace("Activity 6 (4312)", "Other")
     + "\nx,1207,,,,2\n", {("Other", 1207): "2"}, ["Other"], []),
    ("an unpublished one is none", HEAD.replace("Activity 6 (4312)", "Draft (10)")
     + "\nx,1207,,,,2\n", {("Draft (10)", 1207): "2"}, ["Draft (10)"], []),
    ("read-only columns go", HEAD.replace("Activity 6 (4312)", "Essay (4313),Activity 6 (4312)")
     + "\n    Points Possible,,,,,(read only),26\nx,1207,,,,2,1\n", {(4312, 1207): "1"}, [], []),
    ("totals go, wherever they stand", HEAD.replace("Activity 6", "Final Score,Activity 6")
     + "\nx,1207,,,,2,1\n", {(4312, 1207): "1"}, [], []),
    ("and so do assignments that read like one", HEAD.replace("Activity 6 (4312)",
     "Final Grade Essay (9)") + "\nx,1207,,,,2\n", {}, [], []),
    ("an unknown student is listed", f"{HEAD}\nNo One,,,,,1\n", {}, [], ["No One"]),
    ("a dash on nothing is nothing", f"{HEAD}\nx,1207,,,,-\n", {}, [], []),
    ("excused in any case", f"{HEAD}\nx,1207,,,,eX\n", {(4312, 1207): "EX"}, [], []),
]  # fmt: skip


@pytest.mark.parametrize("file, changes, new, unknown",
                         [row[1:] for row in BEHAVIOURS], ids=[row[0] for row in BEHAVIOURS])  # fmt: skip
def test_what_the_importer_does(file, changes, new, unknown):
    result = model.import_gradebook(course(), file.encode())
    assert (result.changes, result.new_works, result.unknown) == (changes, new, unknown)


def test_what_the_importer_does_to_grades_that_are_there():
    there = course(grades={(4312, 1207): "9.50", (4312, 1208): "3"}, custom=("Notes",))
    same = HEAD + "\nx,1207,,,,9.504\ny,1208,,,,\n"
    assert model.import_gradebook(there, same.encode()).changes == {(4312, 1208): ""}
    custom = HEAD.replace("Section,", "Section,Notes,") + "\nx,1207,,,,hm,9.5\n"
    assert model.import_gradebook(there, custom.encode()).changes == {}


@pytest.mark.parametrize(
    "data",
    [
        b'\xef\xbb\xbf"Student",ID,Section,A\n',
        HEAD.encode() + "\nJosé,1,,,,1\n".encode("latin-1"),
        HEAD.encode("utf-16"),
        b'Student,ID,Section,A\n"x,1,,1\n',
        b"Student,ID,SIS User ID,Section,A\n",
        b"Name,ID,Section,A\n",
    ],
)
def test_what_the_importer_refuses(data):
    with pytest.raises(Refused):
        model.import_gradebook(course(), data)


# --- our file, through the model ---------------------------------------------------------


def submission(number, score, *, pending=0, file="a.yaml", verdict="different", **student):
    parts = [{"part": "q.a", "verdict": verdict, "points": score, "possible": 26 - pending}]
    if pending:
        parts.append({"part": "q.b", "verdict": "undecided", "points": None, "possible": pending})
    who = {"name": "?", **({} if number is None else {"id": str(number)}), **student}
    return {"student": who, "file": file, "score": score, "pending": pending, "possible": 26,
            "parts": parts}  # fmt: skip


def document(*students, unread=(), **canvas):
    homework = {"title": "Backpropagation", "canvas": {"assignment_id": "4312", **canvas}}
    return {"assignment": "activity6", "possible": 26, "homework": homework,
            "students": list(students), "unread": list(unread)}  # fmt: skip


BOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Essay (4313),Activity 6 (4312),"
    "Homework Current Score,Final Score\n"
    ",,,,,,,Manual Posting,,\n"
    "    Points Possible,,,,,,10.00,26.00,(read only),(read only)\n"
    '"Doe, Jane",1207,S0123,jdoe,"A, B, and C",late,9.00,,90,90\n'
    '"O\'Hara, Ann",1208,007,ahara,A and B,,8.00,20.00,80,80\n'
    '"Kim, ""Group"" 4",1209,S0124,kim@example.edu,A,,,,,\n'
    '"Student, Test",1999,,0a1b,A,,,,,\n'
)


def filled(students, book=BOOK, unread=(), **options):
    made = document(*students, unread=unread)
    return export(made, ExportOptions(gradebook=read_gradebook(book.encode(), "g.csv"), **options))


def test_identity_cells_go_back_byte_for_byte():
    made = filled([submission(1207, 24.5), submission(1209, 0)])
    assert made.text == (
        "Student,ID,SIS User ID,SIS Login ID,Section,Activity 6 (4312)\n"
        "    Points Possible,,,,,26.00\n"
        '"Doe, Jane",1207,S0123,jdoe,"A, B, and C",24.50\n'
        '"Kim, ""Group"" 4",1209,S0124,kim@example.edu,A,0.00\n'
    )
    assert list(map(str, made.left_out)) == ["Ann O'Hara (g.csv): nothing was handed in"]


def test_only_what_was_graded_changes():
    there = course(grades={(4312, 1208): "20.00", (4313, 1207): "9.00"})
    result = model.apply(there, filled([submission(1207, 24.5), submission(1209, 0)]).data)
    assert result.changes == {(4312, 1207): "24.50", (4312, 1209): "0.00"}
    assert (result.new_works, result.unknown) == ([], [])
    assert there.grades == {
        (4312, 1208): "20.00", (4313, 1207): "9.00", (4312, 1207): "24.50", (4312, 1209): "0.00",
    }  # fmt: skip


@pytest.mark.parametrize(
    "students, options, grades, reasons",
    [
        # Pending parts.
        ([submission(1207, 20, pending=1)], {}, {}, ["1 part (1 point) to be decided by a person"]),
        ([submission(1207, 20, pending=1)], {"pending": Pending.ZERO}, {1207: "20.00"}, []),
        ([submission(1207, 20, pending=1)], {"pending": Pending.PARTIAL}, {1207: "20.80"}, []),
        ([submission(1207, 0, pending=26)], {"pending": Pending.PARTIAL}, {},
         ["every part is to be decided by a person"]),
        # Scales.
        ([submission(1207, 24.5)], {"scale": Scale.PERCENT}, {1207: "94.23%"}, []),
        ([submission(1207, 13), submission(1209, 12.99)], {"scale": Scale.COMPLETE},
         {1207: "complete", 1209: "incomplete"}, []),
        ([submission(1207, 13)], {"scale": Scale.COMPLETE, "complete_from": Fraction(51)},
         {1207: "incomplete"}, []),
        # Who is matched, and how.
        ([submission(None, 1, sis_user_id="s0123")], {}, {1207: "1.00"}, []),
        ([submission(None, 1, sis_login_id="KIM@example.edu")], {}, {1209: "1.00"}, []),
        ([submission(None, 1, name="Jane Doe")], {}, {1207: "1.00"}, []),
        ([submission(None, 1, name="doe, jane")], {}, {1207: "1.00"}, []),
        ([submission(5, 1)], {}, {}, ["is not in g.csv"]),
        # The Canvas id settles it, whatever else is said.
        ([submission(1209, 1, sis_user_id="S0123", name="Jane Doe")], {}, {1209: "1.00"}, []),
        ([submission(1207, 1), submission(None, 2, sis_login_id="jdoe", file="b.yaml")], {}, {},
         ["2 files are of this student"]),
        # Never the test student.
        ([submission(1999, 26)], {}, {}, []),
        ([submission(1207, 0, verdict="missing")], {}, {},
         ["nothing was answered; give the grade by hand"]),
    ],
)  # fmt: skip
def test_who_gets_what(students, options, grades, reasons):
    made = filled(students, **options)
    result = model.import_gradebook(course(), made.data)
    assert {student: grade for (_, student), grade in result.changes.items()} == grades
    told = [row.reason for row in made.left_out if row.reason != "nothing was handed in"]
    assert told == reasons


def test_a_photo_beside_answers_or_alone_is_never_a_zero():
    unread = [
        {"file": "x_1207_5_p.png", "error": "…", "student": {"name": "Jane Doe", "id": "1207"}},
        {"file": "x_1209_6_p.png", "error": "…", "student": {"name": "Kim", "id": "1209"}},
    ]
    made = filled([submission(1207, 3)], unread=unread)
    assert model.import_gradebook(course(), made.data).changes == {}
    assert list(map(str, made.left_out)) == [
        "Jane Doe (a.yaml): handed in x_1207_5_p.png too, which a person must look at",
        "Ann O'Hara (g.csv): nothing was handed in",
        '"Group" 4 Kim (x_1209_6_p.png): could not be read; a person must grade it',
    ]


@pytest.mark.parametrize(
    "cell, score, reasons, warnings",
    [
        ("EX", 20, ["is excused from this in Canvas"], []),
        ("ex", 20, ["is excused from this in Canvas"], []),
        ("N/A", 20, ["is not assigned this in Canvas"], []),
        ("-", 20, [], []),
        ("20.004", 20, [], []),
        ("19.50", 20, [], ["changes the grade of Jane Doe from 19.50 to 20.00"]),
        ("complete", 20, [], ["changes the grade of Jane Doe from complete to 20.00"]),
    ],
)
def test_a_grade_that_is_there(cell, score, reasons, warnings):
    book = BOOK.replace("late,9.00,,", f"late,9.00,{cell},")
    made = filled([submission(1207, score)], book)
    told = [row.reason for row in made.left_out if row.reason != "nothing was handed in"]
    assert told == reasons
    assert [text for text in made.warnings if "left out" not in text] == warnings


@pytest.mark.parametrize(
    "change, warning",
    [
        (("26.00,(read", "10.00,(read"),
         "the column is out of 10 in Canvas, and the homework out of 26; percent (--scale percent) "
         "fits both"),
        (("S0123", "2024.001.7"), "Canvas rewrites the SIS user id 2024.001.7 of Jane Doe as a number"),
        (("jdoe", '"1,000"'), "Canvas rewrites the login 1,000 of Jane Doe as a number"),
        (("Activity 6 (4312)", "Final Grade 6 (4312)"),
         "Canvas drops a column named “Final Grade 6 (4312)” without a word, since it reads like "
         "one of its own totals; rename the assignment in Canvas and in the rubric"),
    ],
)  # fmt: skip
def test_warnings(change, warning):
    made = filled([submission(1207, 1)], BOOK.replace(*change))
    assert [text for text in made.warnings if "left out" not in text] == [warning]


@pytest.mark.parametrize(
    "column, canvas, header",
    [
        (None, {}, "Activity 6 (4312)"),
        (None, {"assignment_id": "4313"}, "Essay (4313)"),
        (None, {"assignment_id": None, "assignment_title": "Essay"}, "Essay (4313)"),
        ("Essay (4313)", {}, "Essay (4313)"),
        ("Essay", {}, "Essay (4313)"),
        ("4313", {}, "Essay (4313)"),
    ],
)
def test_the_column(column, canvas, header):
    book = read_gradebook(BOOK.encode(), "g.csv")
    made = document(submission(1207, 1), **canvas)
    text = export(made, ExportOptions(gradebook=book, column=column)).text
    assert text.partition("\n")[0].rpartition(",")[2] == header


@pytest.mark.parametrize(
    "column, canvas, book, message",
    [
        ("Esay (4313)", {}, BOOK,
         "g.csv:1:1: the gradebook has no column `Esay (4313)`; did you mean `Essay (4313)`?"),
        (None, {"assignment_id": "7"}, BOOK,
         "g.csv:1:1: the gradebook has no column `(7)` or `Backpropagation` or `activity6`; "
         "name one by --column"),
        ("Essay", {}, BOOK.replace("Activity 6 (", "Essay ("),
         "g.csv:1:7: several columns fit: `Essay (4313)`, `Essay (4312)`; name one by --column"),
    ],
)  # fmt: skip
def test_a_column_that_is_not_there(column, canvas, book, message):
    made = document(submission(1207, 1), **canvas)
    with pytest.raises(FileError) as caught:
        export(made, ExportOptions(gradebook=read_gradebook(book.encode(), "g.csv"), column=column))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "g.csv:1:1: the gradebook is empty"),
        (b"a,b\n", "g.csv:1:1: this is not a gradebook that Canvas exports: its header does not "
         "begin with Student, ID, …, Section; take Grades > Export in Canvas"),
        (b"Student,ID,SIS User ID,Section\n", "g.csv:1:1: the header has `SIS User ID` without "
         "`SIS Login ID`, which Canvas's importer refuses; export the gradebook once more from Canvas"),
        (b'Student,ID,Section,A\n"x,1,,1\n', "g.csv:2:1: this quote is never closed"),
        (b'Student,ID,Section,A\nx,"1"2,,1\n', "g.csv:2:3: text stands after the closing quote of "
         "this cell"),
        (b'Student,ID,Section,A\nx,1,B "b",1\n', "g.csv:2:5: this cell holds a quote without being "
         "quoted; Canvas refuses it"),
        ("Student,ID,Section,A\nJosé,1,,1\n".encode("latin-1"), "g.csv:2:1: this gradebook is not "
         "UTF-8, and Canvas would refuse it; export it once more from Canvas, and do not save it "
         "from a spreadsheet"),
    ],
)  # fmt: skip
def test_a_gradebook_that_cannot_be_read(data, message):
    with pytest.raises(FileError) as caught:
        read_gradebook(data, "g.csv")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "book",
    [
        BOOK,
        "\ufeff" + BOOK,
        BOOK.replace("\n", "\r\n"),
        BOOK.rstrip("\n"),
        # Nothing but commas divides these cells, so that a semicolon can.
        "Student;ID;SIS User ID;SIS Login ID;Section;Activity 6 (4312)\n"
        "    Points Possible;;;;;26,00\nDoe, Jane;1207;S0123;jdoe;A, B, and C;\n",
        "LastName,FirstName,ID,SIS User ID,SIS Login ID,Integration ID,Root Account,Section,"
        "Activity 6 (4312)\n    Points Possible,,,,,,,,26.00\n"
        'Doe,Jane,1207,S0123,jdoe,i9,example.edu,"A, B",\n',
        'Student,ID,Section,Activity 6 (4312)\n    Points Possible,,,26.00\n"Doe, Jane",1207,A,\n',
    ],
)  # fmt: skip
def test_every_form_of_an_export_goes_back(book):
    made = filled([submission(1207, 24.5)], book)
    result = model.import_gradebook(course(), made.data)
    assert result.changes == {(4312, 1207): "24.50"}
    assert not made.text.startswith("\ufeff")
    assert "\r" not in made.text
    rows = [line.count(";" if ";" in book else ",") for line in made.text.splitlines()]
    assert min(rows) >= 3


def test_without_a_gradebook_the_recommended_header_goes_through_too():
    made = export(document(submission(1207, 24.5, name="Jane Doe", sis_user_id="S0123")))
    assert model.import_gradebook(course(), made.data).changes == {(4312, 1207): "24.50"}
