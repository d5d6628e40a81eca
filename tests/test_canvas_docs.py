"""docs/canvas.md, run as it stands: its commands, and the pictures of its files.

``python tests/test_canvas_docs.py`` writes what they print into the page.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "canvas.md"
SAMPLE = ROOT / "submissions_sample" / "canvas"

#: A block that is run (its first lines begin with `$`), or a picture of a file.
BLOCK = re.compile(
    r"(?:<!-- (?P<kind>file|run): (?P<what>.*?) -->\n)?```(?P<language>console|csv|text)\n"
    r"(?P<body>.*?)```",
    re.DOTALL,
)


def load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def run(command, url):
    """What a command prints, both streams."""
    from grader.cli import cli

    words = shlex.split(command)
    if words[0] == "export":
        assert words[1].startswith("CANVAS_API_URL=")
        os.environ["CANVAS_API_URL"] = url
        return ""
    assert words[0] == "grader", command
    result = CliRunner().invoke(cli, words[1:])
    assert result.exit_code in (0, 1), result.output
    return result.output


def shown(match, url):
    """What a block of the page should hold."""
    if match["kind"] == "file":
        return Path(match["what"]).read_text(encoding="utf-8")
    if match["kind"] == "run":
        command, option, path = shlex.split(match["what"])
        assert (command, option) == ("unzip", "-Z1")
        with zipfile.ZipFile(path) as archive:
            return "".join(f"{name}\n" for name in archive.namelist())
    lines = [
        f"{line}\n{run(line[2:], url)}"
        for line in match["body"].splitlines()
        if line.startswith("$ ")
    ]
    return "".join(lines)


def as_it_should_be(text, url):
    return BLOCK.sub(
        lambda match: match.group().replace(
            f"```{match['language']}\n{match['body']}",
            f"```{match['language']}\n{shown(match, url)}",
        ),
        text,
    )


def walk(folder):
    """The page as its own commands make it, in a folder with the samples."""
    import grader.push.client

    server = load("canvas_server")
    for name in ("submissions.zip", "gradebook.csv"):
        shutil.copy(SAMPLE / name, folder)
    people = [
        {"id": number, "name": name, "sis_user_id": f"S{number}", "login_id": login}
        for number, name, login in (
            (1001, "Ada Lovelace", "alovelace"), (1002, "Ben Okafor", "bokafor"),
            (1003, "千代 Tanaka", "ctanaka"), (1004, "Dana Whitfield", "dwhitfield"),
            (1005, "Elif Yıldız", "eyildiz"), (1006, "Farid Rahimi", "frahimi"),
            (1007, "Greta Lindqvist", "glindqvist"), (1008, "Hugo Marchetti", "hmarchetti"),
        )
    ]  # fmt: skip
    state = server.CanvasState(people)
    state.clock = "2024-10-16T12:00:00Z"
    state.grade(1002, "20.00")
    old = Path.cwd()
    with server.running(state) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CANVAS_API_TOKEN", server.TOKEN)
        patch.setenv("CANVAS_API_URL", url)
        patch.setattr(
            grader.push.client.Client.__init__, "__kwdefaults__", {"sleep": lambda seconds: None}
        )
        os.chdir(folder)
        try:
            return as_it_should_be(PAGE.read_text(encoding="utf-8"), url), state
        finally:
            os.chdir(old)


def test_the_page_shows_what_happens(tmp_path):
    made, state = walk(tmp_path)
    assert made == PAGE.read_text(encoding="utf-8")
    assert len(BLOCK.findall(made)) >= 9
    assert {number: row["score"] for number, row in state.submissions.items()} == {
        1001: 26, 1002: 26, 1003: 26, 1004: 26, 1005: None, 1006: 0, 1007: None, 1008: 26,
    }  # fmt: skip
    assert [len(state.comments(number)) for number in sorted(state.users)] == [
        1,
        1,
        1,
        1,
        0,
        1,
        0,
        1,
    ]


def test_the_numbers_of_the_table_of_options(tmp_path):
    walk(tmp_path)
    rows = re.findall(r"\| `(--pending[^`]*)` \| `([^`]+)`", PAGE.read_text(encoding="utf-8"))
    assert len(rows) == 4
    for options, grade in rows:
        command = f"grader export canvas-gradebook {tmp_path}/out/results.json {options}"
        assert f'"Lindqvist, Greta",1007,S1007,glindqvist,,{grade}\n' in run(command, "")


def test_a_planted_fault_is_found(tmp_path):
    text = "```console\n$ grader export csv none.json\nfine\n```"
    with pytest.raises(AssertionError):
        as_it_should_be(text, "")


if __name__ == "__main__":
    import tempfile

    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        page, _ = walk(Path(folder))
    PAGE.write_text(page, encoding="utf-8")
