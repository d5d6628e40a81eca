"""Pages that are made from the program are up to date, and the site knows every page."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from grader.questions import QUESTIONS
from grader.results import Outcome

ROOT = Path(__file__).parents[1]


def maker(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"docs/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


MAKER = maker("make_tables")
KINDS = maker("make_kinds")


@pytest.mark.parametrize("name", MAKER.PAGES)
def test_up_to_date(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == MAKER.PAGES[name](), "run `python docs/make_tables.py`"


def test_every_kind_is_shown() -> None:
    assert KINDS.SHOWN.keys() == QUESTIONS.keys()


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_answers_of_a_kind(kind: str) -> None:
    """Two right answers in two notations, and a wrong one."""
    first, second, wrong = KINDS.graded(kind)[1]
    assert first.answer != second.answer
    assert {first.verdict.outcome, second.verdict.outcome} == {Outcome.EQUIVALENT}
    assert wrong.verdict.outcome is Outcome.DIFFERENT
    assert wrong.feedback != ()
    # Of a choice or a list, what is told says no more than how many are right.
    assert wrong.mistake is not None or kind in {"choice", "list"}


def test_the_kinds_are_up_to_date() -> None:
    written = (ROOT / "docs/kinds.md").read_text(encoding="utf-8")
    assert written == KINDS.kinds_page(), "run `python docs/make_kinds.py`"


def test_every_page_is_in_the_site() -> None:
    listed = re.findall(
        r"^ +- .*: ([\w./-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE
    )
    here = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert len(listed) == len(set(listed))
    assert here <= set(listed)
    # The README is a page of the site under another name, since the site has an index.
    rooted = {"start.md": "README.md"}
    assert all(
        (ROOT / "docs" / name).exists() or (ROOT / rooted.get(name, name)).exists()
        for name in listed
    )


def test_every_picture_is_small_and_shown_with_words() -> None:
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    shown = {name: words for words, name in re.findall(r"!\[(.*)\]\(pictures/([\w.]+)\)", pages)}
    taken = {path.name for path in (ROOT / "docs/pictures").iterdir()}
    assert shown.keys() == taken
    assert all(len(words) > 40 for words in shown.values())
    assert all((ROOT / "docs/pictures" / name).stat().st_size < 150_000 for name in taken)
