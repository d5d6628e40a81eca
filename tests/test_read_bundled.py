"""Where files that come with the grader are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import FileError
from grader.read.bundled import bundled_names, bundled_rubric, data_folder, find_rubric

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["activity6", "activity6.yaml", "rubrics/activity6.yaml"])
def test_a_bundled_rubric_by_any_of_its_names(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_rubric(name) == ROOT / "rubrics" / "activity6.yaml"
    assert bundled_rubric(name) == find_rubric(name)


def test_an_existing_file_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "rubrics" / "activity6.yaml").write_text("own")
    monkeypatch.chdir(tmp_path)
    assert find_rubric("rubrics/activity6.yaml") == Path("rubrics/activity6.yaml")
    assert find_rubric("activity6") == ROOT / "rubrics" / "activity6.yaml"


def test_a_rubric_that_is_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError) as error:
        find_rubric("rubrics/activty6.yaml")
    assert str(error.value) == (
        "rubrics/activty6.yaml:1:1: there is no such file; did you mean `activity6`?"
    )
    with pytest.raises(FileError, match="this is a folder, not a rubric"):
        find_rubric(str(tmp_path))
    assert bundled_rubric("../activity6") is None


def test_folders() -> None:
    assert "activity6" in bundled_names()
    assert data_folder("rubrics") == ROOT / "rubrics"
    with pytest.raises(FileNotFoundError):
        data_folder("no_such_folder")
