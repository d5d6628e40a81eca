"""``SECURITY.md``: each input, what it can and cannot do, and a test that shows it."""

from __future__ import annotations

import re
from pathlib import Path

INPUTS = (
    "rubric", "answers file", "document", "Canvas archive", "gradebook", "review file", "results",
    "template", "cache", "names of students", "terminal", "feedback as Markdown", "formula as read",
    "page", "shared results", "machine",
)  # fmt: skip


def test_each_input_has_a_row_and_each_named_test_exists(root: Path) -> None:
    text = (root / "SECURITY.md").read_text("utf-8")
    rows = [row for row in text.splitlines() if row.startswith("| ") and "`tests/" in row]
    assert [name for name in INPUTS if not any(row.startswith(f"| {name} ") for row in rows)] == []
    # No row of the table goes without a test.
    told = [row for row in text.splitlines() if row.startswith("| ")][2:]
    assert [row for row in told if "`tests/" not in row] == []
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(named) >= len(rows)
    for file, test in named:
        assert (root / file).is_file(), file
        if test:
            assert f"def {test}(" in (root / file).read_text("utf-8"), f"{file}::{test}"
