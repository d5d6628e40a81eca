"""What goes back to Canvas, to Gradescope and into workbooks."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from grader.batch import grade_paths
from grader.canvas.names import read_name
from grader.exports import EXPORTS, ExportOptions, Pending, Per
from grader.exports.autograder import run_autograder
from grader.exports.canvas_feedback_zip import feedback_name
from grader.exports.rendered import untagged
from grader.homework import load_rubric
from grader.limits import COMMENT_BYTES
from grader.read.gradebook import load_gradebook

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "submissions_sample" / "canvas"
DATA = Path(__file__).parent / "data" / "reports_results.json"


@pytest.fixture(scope="module")
def homework():
    return load_rubric(ROOT / "rubrics" / "activity6.yaml")


@pytest.fixture(scope="module")
def document(homework):
    book = load_gradebook(SAMPLE / "gradebook.csv")
    batch = grade_paths(homework, [SAMPLE / "submissions.zip"], book=book)
    return json.loads(json.dumps(batch.as_json()))


def made(name, document, **options):
    return EXPORTS[name].export(document, ExportOptions(**options))


@pytest.mark.parametrize("name", EXPORTS)
def test_the_same_results_give_the_same_bytes(document, name):
    assert made(name, document) == made(name, document)


# --- feedback files ---------------------------------------------------------------------------


def sent_to(name):
    """Whom Canvas gives an uploaded file to: (user, attachment), None where it is ignored."""
    tokens = [token for token in name.split("_") if token != "LATE"]
    if name.startswith("._") or tokens[-1].startswith("link"):
        return None
    numbers = [token for token in tokens if re.fullmatch(r"[0-9]+", token)][:2]
    return tuple(numbers) if len(numbers) == 2 else None


@pytest.mark.parametrize(
    "name, feedback",
    [
        ("doejane_1207_55_hw.yaml", "doejane_1207_55_hw.yaml"),
        ("doejane_LATE_1207_55_hw_2.yaml", "doejane_LATE_1207_55_hw_2.yaml"),
        ("agent_007_bond_1207_55_hw.yaml", "student_1207_55_hw.yaml"),
        ("_1207_55_hw.yaml", "student_1207_55_hw.yaml"),
        ("doejane_1207_55_my_links.yaml", "doejane_1207_55_feedback.yaml"),
        ("doejane_1207_55_link", "doejane_1207_55_feedback"),
        ("doejane_1207_55_1_2.md", "doejane_1207_55_1_2.md"),
    ],
)
def test_the_name_of_a_feedback_file(name, feedback):
    assert feedback_name(read_name(name, {"1207"})) == feedback
    assert sent_to(feedback) == ("1207", "55")


def test_every_feedback_file_finds_its_student(document):
    exported = made("canvas-feedback-zip", document)
    with zipfile.ZipFile(io.BytesIO(exported.data)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert {sent_to(name): text.splitlines()[2].strip() for name, text in files.items()} == {
        ("1007", "88108"): "Greta Lindqvist",
        ("1001", "88101"): "Ada Lovelace",
        ("1008", "88109"): "Hugo Marchetti",
        ("1002", "88102"): "Ben Okafor",
        ("1006", "88107"): "Farid Rahimi",
        ("1004", "88104"): "Dana Whitfield",
    }
    assert [str(row) for row in exported.left_out] == [
        "千代 Tanaka (tanaka千代_1003_text.html): a text entry, which takes no feedback file; "
        "use the comment",
        "Kofi Mensah (mensahkofi_1011_link.html): could not be read; a person must grade it",
        "Elif Yıldız (yıldızelif_1005_88106_photo of my page.png): could not be read; "
        "a person must grade it",
    ]


@pytest.mark.parametrize(
    "file, student, start, reason",
    [
        ("x_1_2_a.md", "1", "# ", None),
        ("x_1_2_a.html", "1", "<!doctype html>", None),
        ("x_1_2_a.tex", "1", "Made-up", None),
        ("x_1_2_a.json", "1", "Made-up", None),
        ("a.yaml", "1", None, "not from Canvas's submissions archive, so no file can be sent back by name"),
        ("x_1_2_a.yaml", "7", None, "the file's name says another student's id"),
        ("anon_x7Qp2_2_a.yaml", "1", None, "handed in anonymously; send the feedback by hand"),
        ("x_1_link.html", "1", None, "a link entry, which takes no feedback file; use the comment"),
    ],
)  # fmt: skip
def test_feedback_suits_the_name_that_canvas_shows(file, student, start, reason):
    document = json.loads(DATA.read_text(encoding="utf-8"))
    document["homework"]["title"] = "Made-up"
    document["students"] = document["students"][:1]
    document["students"][0].update(file=file, student={"name": "X", "id": student})
    exported = made("canvas-feedback-zip", document)
    with zipfile.ZipFile(io.BytesIO(exported.data)) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert [row.reason for row in exported.left_out] == ([] if reason is None else [reason])
    assert len(texts) == (reason is None)
    if start is not None:
        assert texts[0].lower().startswith(start.lower())
    assert bool(exported.warnings) == file.endswith(".json")


# --- comments ------------------------------------------------------------------------------------


def test_comments_are_plain_and_short(document):
    rows = json.loads(made("canvas-comments", document).text)["students"]
    assert [(row["student"]["name"], row["grade"]) for row in rows][:3] == [
        ("Greta Lindqvist", None), ("Ada Lovelace", "26.00"), ("Hugo Marchetti", "26.00"),
    ]  # fmt: skip
    assert rows[0]["no_grade"] == "2 parts (2 points) to be decided by a person"
    for row in rows:
        assert len(row["comment"].encode()) <= COMMENT_BYTES
        texts = [row["comment"], *(item["comment"] for item in row["rubric"])]
        assert not any(re.search(r"<[A-Za-z/!?]|\$\\|\\frac", text) for text in texts)
    assert rows[0]["page"] == "feedback/1007-greta-lindqvist.html"


@pytest.mark.parametrize(
    "text, safe",
    [
        ("a<b", "a< b"),
        ("x < y", "x < y"),
        ("<script>", "< script>"),
        ("</p>", "< /p>"),
        ("1<2", "1<2"),
    ],
)
def test_nothing_looks_like_a_tag(text, safe):
    assert untagged(text) == safe


# --- rubrics ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("per, count", [(Per.PART, 26), (Per.QUESTION, 3)])
def test_the_rubric_and_the_assessment_fit(document, per, count):
    rubric = list(csv.reader(io.StringIO(made("canvas-rubric", document, per=per).text)))
    assert rubric[0] == [
        "Rubric Name", "Criteria Name", "Criteria Description", "Criteria Enable Range",
        *("Rating Name", "Rating Description", "Rating Points") * 2,
    ]  # fmt: skip
    assert {len(row) for row in rubric} == {10}
    assert len(rubric) == 1 + count
    assert sum(float(row[6]) for row in rubric[1:]) == 26
    exported = made("canvas-rubric-assessment", document, per=per)
    rows = list(csv.reader(io.StringIO(exported.text)))
    names = [row[1] for row in rubric[1:]]
    assert rows[0] == ["Student Id", "Student Name", *(
        f"{name} - {what}" for name in names for what in ("Rating", "Points", "Comments")
    )]  # fmt: skip
    points = {row[0]: sum(float(cell) for cell in row[3::3] if cell) for row in rows[1:]}
    assert points == {"1001": 26, "1008": 26, "1002": 26, "1003": 26, "1006": 0, "1004": 26}
    assert [row.student for row in exported.left_out] == [
        "Greta Lindqvist",
        "Kofi Mensah",
        "Elif Yıldız",
    ]


def test_what_waits_is_blank_or_zero_as_asked(document):
    cells = {}
    for pending in (Pending.PARTIAL, Pending.ZERO):
        text = made("canvas-rubric-assessment", document, pending=pending).text
        (greta,) = (row for row in csv.DictReader(io.StringIO(text)) if row["Student Id"] == "1007")
        cells[pending] = [greta[f"q1.psi_02 - {what}"] for what in ("Rating", "Points", "Comments")]
    assert cells[Pending.PARTIAL][:2] == ["", ""]
    assert cells[Pending.PARTIAL][2].startswith("A person will decide. ")
    assert cells[Pending.ZERO][:2] == ["No marks", "0.00"]


# --- Gradescope --------------------------------------------------------------------------------------

TEST_KEYS = {"score", "max_score", "status", "name", "number", "output", "output_format", "tags",
             "visibility", "extra_data"}  # fmt: skip
RESULT_KEYS = {"score", "execution_time", "output", "output_format", "visibility",
               "stdout_visibility", "extra_data", "tests", "leaderboard"}  # fmt: skip


def autograded(homework, tmp_path, **files):
    (tmp_path / "submission").mkdir()
    for name, text in files.items():
        (tmp_path / "submission" / name.replace("__", ".")).write_text(text, encoding="utf-8")
    path = run_autograder(homework, tmp_path)
    assert path == tmp_path / "results" / "results.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_gradescope(document):
    archive = zipfile.ZipFile(io.BytesIO(made("gradescope", document).data))
    assert archive.namelist()[0] == "1001-ada-lovelace/results.json"
    for name in archive.namelist():
        result = json.loads(archive.read(name))
        assert result.keys() <= RESULT_KEYS
        assert all(test.keys() <= TEST_KEYS for test in result["tests"])
        assert len(result["tests"]) == 26
        assert sum(test.get("score", 0) for test in result["tests"]) == result["score"]
    greta = json.loads(archive.read("1007-greta-lindqvist/results.json"))
    waiting = [test for test in greta["tests"] if "score" not in test]
    assert len(waiting) == greta["extra_data"]["pending"] == 2
    assert all("a person will decide" in test["output"] for test in waiting)
    assert not any("status" in test for test in waiting)


def test_the_autograder(homework, tmp_path):
    ada = (ROOT / "submissions_sample" / "ada.yaml").read_text(encoding="utf-8")
    result = autograded(homework, tmp_path, ada__yaml=ada)
    assert result["score"] == 26
    assert {test["status"] for test in result["tests"]} == {"passed"}


def test_the_autograder_with_several_files_and_a_photo(homework, tmp_path):
    head = "student: {name: A}\nanswers:\n"
    result = autograded(
        homework, tmp_path,
        a__yaml=head + "  q1: {phi_0: 1}\n", b__yaml=head + "  q2: {df2_dh2: omega_2}\n",
    )  # fmt: skip
    assert result["score"] == 2
    assert "read together from a.yaml, b.yaml" in result["output"]


@pytest.mark.parametrize(
    "files, words",
    [
        ({}, "there are no answers files in it"),
        ({"a__yaml": "\0"}, "a.yaml:1:1: "),
        ({"a__yaml": "student: {name: A}\nanswers: {q1: {phi_0: 1}}",
          "b__yaml": "student: {name: A}\nanswers: {q1: {phi_0: 0}}"},
         "a.yaml, b.yaml answer the same parts in different ways; a person must choose"),
    ],
)  # fmt: skip
def test_the_autograder_never_gives_a_zero_for_what_it_cannot_read(
    homework, tmp_path, files, words
):
    result = autograded(homework, tmp_path, **files)
    assert words in result["output"]
    assert "score" not in result
    assert [("score" in test, test["max_score"]) for test in result["tests"]] == [(False, 26)]


# --- workbooks -------------------------------------------------------------------------------------------


def test_a_workbook_runs_nothing():
    from openpyxl import load_workbook

    document = json.loads(DATA.read_text(encoding="utf-8"))
    document["students"][0]["student"]["name"] = "=HYPERLINK(1)"
    document["students"][0]["parts"][0]["answer"] = "+1+\x01cmd|' /C calc'!A0" + "x" * 40_000
    document["students"][1]["file"] = "#N/A"
    document["unread"] = [{"file": "-x.yaml", "error": "@SUM(A1)\nline two"}]
    book = load_workbook(io.BytesIO(made("xlsx", document).data))
    assert book.sheetnames == ["Students", "Answers", "Unread"]
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert not any(cell.data_type in "fe" for cell in cells)
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r")) for text in texts)
    assert max(map(len, texts)) == 32_767
    assert book["Students"]["A2"].value == "'=HYPERLINK(1)"
    assert book["Answers"]["D2"].value.startswith("'+1+⟨U+0001⟩cmd|")
    assert book["Answers"]["D2"].value.endswith("(cut; the whole is in results.json)")
    assert book["Unread"]["B2"].value == "'@SUM(A1)\nline two"
    assert isinstance(book["Students"]["F2"].value, int | float)
