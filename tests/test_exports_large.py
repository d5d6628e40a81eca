"""Exports of a class of any size: made row by row, and the same as made at once."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.exports import EXPORTS, ExportOptions, write_export, xlsx
from grader.exports.spooled import Spooled
from grader.reports.results_json import json_pieces, json_text

DATA = Path(__file__).parent / "data" / "reports_results.json"


class Crowd(Sequence[Mapping[str, Any]]):
    """One student many times under many names, made as they are asked for."""

    def __init__(self, one: Mapping[str, Any], size: int) -> None:
        self._one, self._size = one, size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[k] for k in range(*place.indices(self._size))]
        if not 0 <= place < self._size:
            raise IndexError(place)
        student = {**self._one["student"], "id": str(1000 + place)}
        return {**self._one, "student": student, "file": f"student_{1000 + place}_{place}_a.yaml"}

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return (self[place] for place in range(self._size))


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("rows", [[], [{"a": 1}], [{"a": "x\n\u2028\x0b\x85"}, {"b": [], "c": {}}]])
def test_json_in_pieces_is_the_same_text(rows: list[dict[str, Any]]) -> None:
    head = {"kind": "k", "nested": {"list": [1, {"a": None}]}}
    assert "".join(json_pieces(head, "rows", iter(rows))) == json_text({**head, "rows": rows})


def test_what_is_spooled_can_be_read_and_copied_again_and_again() -> None:
    spooled = Spooled(["ä", b"\xff", "z"])
    out = io.BytesIO()
    spooled.copy_to(out)
    spooled.copy_to(out)
    assert out.getvalue() == "ä".encode() + b"\xffz" + "ä".encode() + b"\xffz"
    assert spooled.read() == "ä".encode() + b"\xffz"
    assert spooled == Spooled([spooled.read()])
    assert spooled != Spooled(["ä"])


@pytest.mark.parametrize("name", ["csv", "json", "canvas-rubric-assessment", "canvas-comments"])
def test_memory_does_not_grow_with_the_class(
    name: str, document: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What waits shall wait in a file, as it does in a large class.
    monkeypatch.setattr("grader.exports.spooled.SPOOLED_BYTES", 1000)
    peaks = []
    for size in (40, 400):
        crowd = {**document, "students": Crowd(document["students"][0], size)}
        write_export(crowd, name, tmp_path / "warm", ExportOptions())
        tracemalloc.start()
        write_export(crowd, name, tmp_path / f"{size}", ExportOptions())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    grown = (tmp_path / "400").stat().st_size - (tmp_path / "40").stat().st_size
    assert grown > 30_000
    # A word or two for each student are held: who was left out, the names of files.
    assert peaks[1] - peaks[0] < grown / 3 + 120_000


def test_a_sheet_that_is_full_goes_on_in_another(
    document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from openpyxl import load_workbook

    monkeypatch.setattr(xlsx, "WORKBOOK_ROWS", 50)
    made = EXPORTS["xlsx"].export(document, ExportOptions())
    book = load_workbook(io.BytesIO(made.data))
    answers = [sheet for sheet in book if sheet.title.startswith("Answers")]
    assert [sheet.title for sheet in answers][:2] == ["Answers", "Answers 2"]
    header = [cell.value for cell in answers[0][1]]
    assert all([cell.value for cell in sheet[1]] == header for sheet in answers)
    assert [sheet.max_row for sheet in answers[:-1]] == [50] * (len(answers) - 1)
    told = [(row[2].value, row[5].value) for sheet in answers for row in sheet.iter_rows(min_row=2)]
    assert told == [
        (result["part"], result["verdict"])
        for student in document["students"]
        for result in student["parts"]
    ]
    monkeypatch.undo()
    whole = load_workbook(io.BytesIO(EXPORTS["xlsx"].export(document, ExportOptions()).data))
    assert whole.sheetnames == ["Students", "Answers", "Unread"]


def test_rows_stand_in_order(document: dict[str, Any]) -> None:
    crowd = {**document, "students": Crowd(document["students"][0], 30)}
    text = EXPORTS["csv"].export(crowd, ExportOptions()).text
    assert [row["id"] for row in csv.DictReader(io.StringIO(text))] == [
        str(1000 + k) for k in range(30)
    ]
