"""Pages that are made from the program are up to date, and the site knows every page."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def maker():
    spec = importlib.util.spec_from_file_location("make_tables", ROOT / "docs/make_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKER = maker()


@pytest.mark.parametrize("name", MAKER.PAGES)
def test_up_to_date(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == MAKER.PAGES[name](), "run `python docs/make_tables.py`"


def test_every_page_is_in_the_site() -> None:
    listed = re.findall(
        r"^ +- .*: ([\w./-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE
    )
    here = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert len(listed) == len(set(listed))
    assert here <= set(listed)
    assert all((ROOT / "docs" / name).exists() or (ROOT / name).exists() for name in listed)
