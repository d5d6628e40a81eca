"""The table for a spreadsheet and the summary for programs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from grader.exports import EXPORTS, ExportOptions, write_export
from grader.exports.cells import inert

DATA = Path(__file__).parent / "data" / "reports_results.json"


@pytest.fixture
def document():
    return json.loads(DATA.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        ("'=1", "'=1"),
        ("", ""),
    ],
)
def test_no_cell_is_run(text, cell):
    assert inert(text) == cell


def test_csv_has_a_row_for_each_student_and_a_column_for_each_part(document):
    rows = list(csv.DictReader(io.StringIO(EXPORTS["csv"].export(document, ExportOptions()).text)))
    assert len(rows) == 10
    assert rows[1]["name"] == "Grace Hopper"
    assert (rows[1]["score"], rows[1]["pending"], rows[1]["possible"]) == ("3.75", "3", "10")
    assert (rows[1]["q1.phi_2"], rows[1]["q1.psi_11"], rows[1]["q3.dl_df0"]) == ("0.5", "", "0.25")
    assert rows[2]["name"].startswith("'=cmd|")
    assert rows[2]["sis_login_id"] == "'-2+3"
    assert "\u202e" not in rows[2]["name"]


def test_json_has_points_and_no_answers(document):
    text = EXPORTS["json"].export(document, ExportOptions()).text
    summary = json.loads(text)
    assert summary["students"][1]["points"]["q1.psi_11"] is None
    assert summary["students"][1]["points"]["q1.phi_2"] == 0.5
    assert "answer" not in text
    assert "script" not in text


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_written_as_it_is_made(document, tmp_path, name):
    path = tmp_path / EXPORTS[name].path
    exported = write_export(document, name, path)
    assert path.read_bytes() == exported.data
    assert EXPORTS[name].export(document, ExportOptions()) == exported
    assert EXPORTS[name].help
