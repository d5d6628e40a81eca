"""Files that attack: each is answered in under 2 s and 300 MiB, and costs nobody else anything.

The real program (``grade``) is given a sound submission and, beside it, a file of
``tests/hostile/files.py``; what comes of both is told exactly.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.drive import driven
from tests.hostile.files import GOOD, YAML, ZIPS

SECONDS, MIB, TRIES = 2.0, 300.0, 3

#: What of each file's students comes out: the verdict of the first part for each name; and
#: what the first line about an unread file says.
EXPECTED: dict[str, tuple[dict[str, str], str]] = {
    "billion laughs": (
        {},
        "x.yaml:1:1: `a0` is not a key of an answers file; what stands below it is not read @ $.a0; there are `student`, `assignment`, `definitions` and `answers`",
    ),
    "merges that double": (
        {},
        "x.yaml:1:1: `m0` is not a key of an answers file; what stands below it is not read @ $.m0; there are `student`, `assignment`, `definitions` and `answers`",
    ),
    "an anchor inside itself": ({"X": "unreadable"}, ""),
    "ten thousand anchors": (
        {},
        "x.yaml:1:1: `k0` is not a key of an answers file; what stands below it is not read @ $.k0; there are `student`, `assignment`, `definitions` and `answers`",
    ),
    "ten thousand aliases": (
        {"X": "unreadable"},
        "x.yaml:1:1: `k` is not a key of an answers file; what stands below it is not read @ $.k; there are `student`, `assignment`, `definitions` and `answers`",
    ),
    "deep lists": ({"X": "unreadable"}, ""),
    "deep mappings": ({"X": "unreadable"}, ""),
    "deep blocks": (
        {"X": "equivalent"},
        "x.yaml:6:1: `a` is not a key of an answers file; what stands below it is not read @ $.a; there are `student`, `assignment`, `definitions` and `answers`",
    ),
    "open lists": ({"X": "unreadable"}, ""),
    "dashes": (
        {"X": "equivalent"},
        "x.yaml:6:1: `-` is not a key of an answers file; what stands below it is not read @ $.-; there are `student`, `assignment`, `definitions` and `answers`",
    ),
    "50 MB": ({}, "x.yaml:1:1: the file is longer than 5 MB"),
    "5 MB": (
        {},
        "x.yaml:1:1: the file has 4,900,078 characters; an answers file of at most 1,000,000 is read",
    ),
    "blanks": ({"X": "equivalent"}, ""),
    "lines": ({"X": "equivalent"}, ""),
    "comments": ({"X": "equivalent"}, ""),
    "300,000 keys": (
        {},
        "x.yaml:1:1: the file has 4,388,968 characters; an answers file of at most 1,000,000 is read",
    ),
    "as many keys as are read": (
        {"X": "equivalent"},
        "x.yaml:6:5: `a0` is not a part of q1; did you mean `q1.theta_02`?",
    ),
    "a key as long as a file": (
        {"X": "equivalent"},
        "x.yaml:6:5: `kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk…` is not a part of q1",
    ),
    "twenty thousand documents": ({"X": "equivalent"}, ""),
    "twenty thousand directives": ({"X": "equivalent"}, ""),
    "a duplicate key": ({"X": "unreadable"}, ""),
    "a student twice": (
        {"X": "equivalent"},
        "x.yaml:6:1: `student` stands twice (the first in line 1); the first one is read @ $.student",
    ),
    "a python object": ({"X": "unreadable"}, ""),
    "a python name": ({"X": "missing"}, ""),
    "a python module": ({"X": "missing"}, ""),
    "a binary": ({"X": "unreadable"}, ""),
    "a tag of its own": ({"X": "different"}, ""),
    "zero bytes": ({}, "x.yaml:1:1: this is not a text file: it holds zero bytes"),
    "no text at all": ({}, "x.yaml:2:118: a byte here is not UTF-8; save the file as UTF-8"),
    "broken UTF-8": (
        {"X": "equivalent"},
        "x.yaml:6:3: the file is not UTF-8; it is read as Latin-1, where this is `ÿ`; save the file as UTF-8",
    ),
    "UTF-16 of half a character": (
        {},
        "x.yaml:5:13: a byte here is not UTF-16; save the file as UTF-8",
    ),
    "escapes of surrogates": ({"X": "unreadable"}, ""),
    "quotes that never close": ({"X": "different"}, "x.yaml:7:1: `x` is not a part of q1"),
    "backslashes in quotes": (
        {},
        "x.yaml:1:1: the file has 1,000,078 characters; an answers file of at most 1,000,000 is read",
    ),
    "brackets of all kinds": ({"X": "unreadable"}, ""),
    "colons": (
        {},
        "x.yaml:1:1: the file has 1,000,077 characters; an answers file of at most 1,000,000 is read",
    ),
    "question marks": ({"X": "unreadable"}, ""),
    "a bomb": (
        {"Ada": "equivalent"},
        "eve_1002_5002_a.yaml: eve (Canvas id 1002) handed this in: it is longer than 5 MB when unpacked; a person must look at it",
    ),
    "a bomb of many": (
        {"Ada": "equivalent"},
        "e0_2000_0_a.yaml:1:1: the file has 4,900,000 characters; an answers file of at most 1,000,000 is read",
    ),
    "a member that lies": (
        {"Ada": "equivalent"},
        "eve_1002_5002_a.yaml: eve (Canvas id 1002) handed this in: it is damaged in the archive; a person must look at it",
    ),
    "archives in archives": (
        {"Ada": "equivalent"},
        "eve_1002_5002_a.zip: eve (Canvas id 1002) handed this in: it is an archive and no answers file; a person must grade it",
    ),
    "a name that leads out": (
        {"Ada": "equivalent"},
        "eve_1002_5002_a.yaml: eve (Canvas id 1002) handed this in: its name leads out of the archive, so it is not read; a person must look at it",
    ),
    "a name that leads out by backslashes": (
        {"Ada": "equivalent"},
        "eve_1002_5002_a.yaml: eve (Canvas id 1002) handed this in: its name leads out of the archive, so it is not read; a person must look at it",
    ),
    "an absolute name": (
        {"Ada": "equivalent"},
        "eve_1002_5002_a.yaml: eve (Canvas id 1002) handed this in: its name is an absolute path, so it is not read; a person must look at it",
    ),
    "a drive": (
        {"Ada": "equivalent"},
        "eve_1002_5002_a.yaml: eve (Canvas id 1002) handed this in: its name is an absolute path, so it is not read; a person must look at it",
    ),
    "a symbolic link": (
        {"Ada": "equivalent"},
        "eve_1002_5002_a.yaml: eve (Canvas id 1002) handed this in: it is a symbolic link, so it is not followed; a person must look at it",
    ),
    "a device": (
        {"Ada": "equivalent"},
        "eve_1002_5002_a.yaml: eve (Canvas id 1002) handed this in: it is no ordinary file, so it is not read; a person must look at it",
    ),
    "encrypted": (
        {"Ada": "equivalent"},
        "eve_1002_5002_a.yaml: eve (Canvas id 1002) handed this in: it is encrypted; a person must look at it",
    ),
    "names that are no UTF-8": ({"Ada": "equivalent", "Eve": "equivalent"}, ""),
    "names that steer a terminal": ({"Ada": "equivalent", "Eve": "equivalent"}, ""),
    "two entries that differ by case": (
        {"EVE": "equivalent", "Ada": "equivalent", "Eve": "equivalent"},
        "",
    ),
    "one name twice": ({"Ada": "equivalent", "Eve": "equivalent"}, ""),
    "a hundred thousand entries": ({}, "x.zip:1:1: the archive holds more than 20,000 files"),
    "a hundred thousand folders deep": ({"Eve": "equivalent", "Ada": "equivalent"}, ""),
    "cut in half": (
        {},
        "x.zip:1:1: this is not a whole ZIP archive; download it once more from Canvas",
    ),
    "no archive": (
        {},
        "x.zip:1:1: this is not a whole ZIP archive; download it once more from Canvas",
    ),
    "empty": ({}, "x.zip:1:1: this is not a whole ZIP archive; download it once more from Canvas"),
    "a comment of 65,535 bytes": (
        {},
        "x.zip:1:1: this is not a whole ZIP archive; download it once more from Canvas",
    ),
    "a method that no one knows": (
        {},
        "ada_1001_5001_activity6.yaml: ada (Canvas id 1001) handed this in: it is packed in a way that cannot be read; a person must look at it",
    ),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, root: Path) -> dict[str, dict[str, Any]]:
    """What came of every attack, by its name."""
    folder = tmp_path_factory.mktemp("files")
    rubric = str(root / "rubrics" / "activity6.yaml")
    commands = {"nothing": ["grade", rubric, "", "-o", str(folder / "nothing")]}
    for number, (name, made) in enumerate({**YAML, **ZIPS}.items()):
        place = folder / str(number)
        place.mkdir()
        good, attack = place / "good.yaml", place / ("x.zip" if name in ZIPS else "x.yaml")
        good.write_bytes(GOOD)
        attack.write_bytes(made())
        commands["nothing"][2] = str(good)
        commands[name] = ["grade", rubric, str(good), str(attack), "-o", str(place / "out")]
    found = driven(root, folder, commands)
    for _ in range(TRIES - 1):
        slow = {name: commands[name] for name, run in found.items() if run["cpu"] > SECONDS}
        again = driven(root, folder, {"nothing": commands["nothing"], **slow}) if slow else {}
        found |= {name: run for name, run in again.items() if run["cpu"] < found[name]["cpu"]}
    for name, run in found.items():
        results = Path(commands[name][-1]) / "results.json"
        run["results"] = json.loads(results.read_bytes()) if results.exists() else None
        run["beside"] = sorted(path.name for path in results.parent.parent.iterdir())
    return found


@pytest.mark.parametrize("name", [*YAML, *ZIPS])
def test_a_hostile_file_costs_nobody_anything(name: str, runs: dict[str, dict[str, Any]]) -> None:
    run = runs[name]
    assert set(run["codes"]) <= {0, 1}, (run["codes"], run["said"])
    assert run["cpu"] < SECONDS, f"{run['cpu']:.2f} s"
    assert run["mib"] < MIB, f"{run['mib']:.0f} MiB"
    verdicts = {
        student["student"]["name"]: student["parts"][0]["verdict"]
        for student in run["results"]["students"]
    }
    assert verdicts.pop("Good") == "equivalent"
    unread = [row["error"].partition("\n")[0] for row in run["results"]["unread"]]
    assert (verdicts, unread[0] if unread else "") == EXPECTED[name]
    assert run["codes"] == [int(bool(unread))]
    # Nothing was written but into the folder that was named.
    assert run["beside"] == ["good.yaml", "out", "x.zip" if name in ZIPS else "x.yaml"]


def test_the_table_is_whole() -> None:
    assert list(EXPECTED) == [*YAML, *ZIPS]
