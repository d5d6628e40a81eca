"""``docs/dependencies.md`` lists what the lock files hold, each with licence and reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LOCKS = ("requirements.txt", "requirements-test.txt")


def locked(root: Path) -> dict[str, str]:
    rows = (re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ \\\n]+)", (root / lock).read_text("utf-8"), re.MULTILINE)
            for lock in LOCKS)  # fmt: skip
    return {name: version for found in rows for name, version in found}


def test_every_locked_package_is_listed_with_licence_and_reason(root: Path) -> None:
    page = (root / "docs" / "dependencies.md").read_text("utf-8")
    rows = re.findall(
        r"^\| ([a-z0-9][a-z0-9._-]*) \| (\S+) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE
    )
    rows = [row for row in rows if row[0] != "package"]  # the heads of the two tables
    assert {name: version for name, version, _, _ in rows} == locked(root)
    assert len(rows) == len({name for name, *_ in rows})
    assert [name for name, _, licence, why in rows if len(licence) < 3 or len(why) < 5] == []
    assert [name for name, *_, why in rows if why.strip() == "comes with"] == []


#: Packages that change how every other one is imported.
UNWANTED = {"lazy-importer"}


def test_nothing_that_hooks_every_import_is_locked(root: Path) -> None:
    assert UNWANTED & locked(root).keys() == set()
    assert "lazy-importer==" not in (root / "requirements-docs.txt").read_text("utf-8")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(root: Path, lock: str) -> None:
    text = (root / lock).read_text("utf-8")
    packages = re.split(r"^(?=[a-z0-9][a-z0-9._-]*==)", text, flags=re.MULTILINE)[1:]
    assert packages
    assert [entry.splitlines()[0] for entry in packages if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|--index-url|--extra-index", text)
