"""References are shown from a date on: before it, after it, and at the moment itself."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import cli
from grader.errors import RubricError
from grader.homework import parse_rubric
from grader.read.moment import moment_text, read_moment

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "rubrics" / "activity6.yaml").read_text(encoding="utf-8")
DATE = "2026-12-01T23:59+01:00"


def rubric(reveal: str) -> str:
    return re.sub(r"^reveal: wrong.*$", f"reveal: {reveal}", TEXT, flags=re.MULTILINE)


# (what the rubric says, the time of the run, what pages then show, what is to come)
MOMENTS = [
    (f"{{show: all, after: {DATE}}}", "2026-12-01T22:58:59Z", "never", "all"),
    (f"{{show: all, after: {DATE}}}", "2026-12-01T22:59Z", "all", None),
    (f"{{show: all, after: {DATE}}}", "2026-12-01T23:58+01:00", "never", "all"),
    (f"{{show: all, after: {DATE}}}", "2026-12-01T17:59-05:00", "all", None),
    (f"{{show: all, after: {DATE}, before: wrong}}", "2026-11-30T00:00Z", "wrong", "all"),
    (f"{{show: never, after: {DATE}, before: all}}", "2026-11-30T00:00Z", "all", "never"),
    (f"{{show: never, after: {DATE}, before: all}}", "2027-01-01T00:00Z", "never", None),
    ("{show: wrong}", "2027-01-01T00:00Z", "wrong", None),
    ("wrong", "2020-01-01T00:00Z", "wrong", None),
]


@pytest.mark.parametrize(("reveal", "now", "shown", "later"), MOMENTS)
def test_what_is_shown_at_a_moment(reveal: str, now: str, shown: str, later: str | None) -> None:
    homework = parse_rubric(rubric(reveal)).at(read_moment(now))
    found = homework.statement.as_json()
    assert (homework.file.reveal, found["reveal"]) == (shown, shown)
    assert found.get("later") == (
        None if later is None else {"reveal": later, "after": "2026-12-01 23:59 (UTC+01:00)"}
    )


def test_until_the_time_is_known_what_holds_before_holds() -> None:
    homework = parse_rubric(rubric(f"{{show: all, after: {DATE}}}"))
    assert (homework.file.reveal, homework.statement.reveal) == ("never", "never")


FAULTS = [
    ("{show: all, after: 2026-12-01T23:59}", "add one, as in 2026-12-01T23:59+01:00, or Z for UTC"),
    ("{show: all, after: tomorrow}", "`tomorrow` is no date and time such as"),
    ("{show: all, after: 2026-02-30T00:00Z}", "`2026-02-30T00:00Z` is no date and time: day"),
    ("{show: all, after: 2026-12-01}", "`2026-12-01` is no date and time such as"),
    ("{show: sometimes}", "`sometimes` is none of `never`, `wrong`, `all`"),
    ("sometimes", "`sometimes` is none of `never`, `wrong`, `all`"),
    (f"{{after: {DATE}}}", "`show` is missing"),
    (f"{{show: all, afterr: {DATE}}}", "did you mean `after`?"),
    ("{show: all, before: wrong}", "`before` needs `after`, a date"),
    (f"{{show: never, after: {DATE}}}", "the date changes nothing: `never` before and after"),
]


@pytest.mark.parametrize(("reveal", "message"), FAULTS)
def test_faults(reveal: str, message: str) -> None:
    with pytest.raises(RubricError) as error:
        parse_rubric(rubric(reveal))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "moment", "words"),
    [
        (DATE, datetime(2026, 12, 1, 22, 59, tzinfo=UTC), "2026-12-01 23:59 (UTC+01:00)"),
        ("2026-12-01 08:00:30 Z", datetime(2026, 12, 1, 8, 0, 30, tzinfo=UTC),
         "2026-12-01 08:00 (UTC)"),
    ],
)  # fmt: skip
def test_moments(text: str, moment: datetime, words: str) -> None:
    assert read_moment(text) == moment
    assert moment_text(read_moment(text)) == words


def unescape(text: str) -> str:
    return html.unescape(text).replace("\\", "")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "rubric.yaml").write_text(rubric(f"{{show: all, after: {DATE}}}"), encoding="utf-8")
    (tmp_path / "sam.yaml").write_text(
        "student: {name: Sam, id: 1}\nanswers:\n  q2: {dh3_df2: '\\sin f_2', df2_dh2: '\\omega_2'}\n",
        encoding="utf-8",
    )
    return tmp_path


def run(files: Path, out: str, *options: str) -> tuple[str, dict[str, bytes]]:
    rest = [str(files / "rubric.yaml"), str(files / "sam.yaml"), "-o", str(files / out), *options]
    done = CliRunner().invoke(cli, ["grade", *rest])
    assert done.exit_code == 0, done.output
    written = {
        str(path.relative_to(files / out)): path.read_bytes()
        for path in sorted((files / out).rglob("*"))
        if path.is_file()
    }
    return done.stdout, written


def test_the_same_run_on_both_sides_of_the_date(files: Path) -> None:
    told, early = run(files, "early", "--now", "2026-12-01T22:00+01:00")
    again = run(files, "again", "--now", "2026-01-01T00:00Z")[1]
    late_told, late = run(files, "late", "--now", "2026-12-01T23:59+01:00")
    # Only on which side of the date a run stands is seen in what it writes.
    assert early == again
    assert told.rstrip().endswith(
        "Students see references: never until 2026-12-01 23:59 (UTC+01:00), then all."
    )
    assert "references" not in late_told
    for name in early:
        if name.startswith("feedback/"):
            before, after = (unescape(run[name].decode()) for run in (early, late))
            assert "to all parts are not shown before 2026-12-01 23:59 (UTC+01:00)." in before
            assert "not shown before" not in after
            assert "Reference" not in before
            assert "Reference" in after
            # What tells the reference waits as well: the sentence of the diagnosis.
            assert "the derivative of cos" not in before
    assert json.loads(early["results.json"])["homework"]["reveal"] == "never"
    assert json.loads(late["results.json"])["homework"]["reveal"] == "all"


def test_a_time_without_its_offset_is_refused(files: Path) -> None:
    paths = [str(files / "rubric.yaml"), str(files / "sam.yaml")]
    done = CliRunner().invoke(cli, ["grade", *paths, "--now", "2026-12-01T22:00"])
    assert done.exit_code == 2
    assert "does not say its offset from UTC" in done.output
