"""Pages are rendered once for each distinct part, by any number of processes, and stay the same."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import Future
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from grader.batch import workers
from grader.files import write_together
from grader.reports import feedback as module
from grader.reports import render_report, write_reports
from grader.reports.feedback import student_pages
from grader.reports.pages import Pages
from grader.reports.sheet import student_stems
from grader.reports.store import Store
from grader.reports.view import PartViews, student_view

DATA = Path(__file__).parent / "data" / "reports_results.json"


@pytest.fixture
def document() -> Any:
    return json.loads(DATA.read_text(encoding="utf-8"))


def pages_of(document: Any, pages: Pages) -> list[tuple[tuple[str, str], ...]]:
    stems = student_stems(document)
    pairs = zip(document["students"], stems, strict=True)
    return [student_pages(document, submission, stem, pages) for submission, stem in pairs]


def test_pages_do_not_depend_on_who_came_before(document: Any) -> None:
    one_by_one = [pages_of(document, Pages())[index] for index in range(len(document["students"]))]
    shared = Pages()
    assert pages_of(document, shared) == one_by_one
    assert pages_of(document, shared) == one_by_one
    assert one_by_one[0][0][1] == render_report(document, "html", 0)


@pytest.mark.parametrize(
    "change",
    [
        lambda part, _: part.update(points=0.125),
        lambda part, _: part.update(answer="another"),
        lambda part, _: part["feedback"].append("Look $x$ up."),
        lambda part, _: part.update(decision={"points": 1, "comment": "Fine.", "date": "2026-01-01"}),
        lambda _, homework: homework.update(reveal="all"),
        lambda _, homework: homework["questions"][0]["parts"][0].update(quantity="z_{1}"),
    ],
)  # fmt: skip
def test_whatever_changes_is_rendered_anew(document: Any, change: Any) -> None:
    changed = deepcopy(document)
    index, part = next(
        (index, part)
        for index, submission in enumerate(changed["students"])
        for part in submission["parts"]
        if part["verdict"] == "different"
    )
    change(part, changed["homework"])
    shared = Pages()
    before = pages_of(document, shared)
    after = pages_of(changed, shared)
    assert after == pages_of(changed, Pages())
    assert after[index] != before[index]


def test_equal_parts_are_arranged_and_rendered_once(document: Any, monkeypatch: Any) -> None:
    students = document["students"][:1] * 3
    views = PartViews()
    first, second, _ = (student_view(document, one, views) for one in students)
    pairs = zip(first.questions, second.questions, strict=True)
    assert all(a is b for q, r in pairs for a, b in zip(q.parts, r.parts, strict=True))
    assert student_view(document, students[0]).questions != first.questions  # these have no keys
    rendered: list[str] = []
    pages = Pages()
    get = pages._html.get_template
    monkeypatch.setattr(
        pages._html,
        "get_template",
        lambda name, *more: rendered.append(name) or get(name, *more),
    )
    pages_of({**document, "students": students}, pages)
    assert rendered.count("student.html") == 3
    assert rendered.count("part.html") == len(students[0]["parts"])


def test_a_store_is_bounded_and_forgets_what_was_used_longest_ago() -> None:
    made: list[str] = []

    def get(key: str) -> str:
        return store.get(key, lambda: made.append(key) or key)  # type: ignore[func-returns-value]

    store: Store[str] = Store(6, len)
    assert [get(key) for key in ("aa", "bb", "cc", "aa", "dd", "aa", "cc", "bb")] == [
        "aa", "bb", "cc", "aa", "dd", "aa", "cc", "bb",
    ]  # fmt: skip
    assert made == ["aa", "bb", "cc", "dd", "bb"]
    get("too long"), get("too long")
    assert made[-2:] == ["too long", "too long"]
    assert get("bb") == "bb"
    assert made.count("bb") == 2


def test_only_the_houses_own_templates_run_outside_the_sandbox(tmp_path: Path) -> None:
    def sandboxed(pages: Pages) -> set[bool]:
        return {
            isinstance(environment, SandboxedEnvironment)
            for environment in (pages._html, pages._markdown, pages._text)
        }

    assert sandboxed(Pages()) == {False}
    assert sandboxed(Pages(tmp_path)) == {True}


@pytest.mark.parametrize("name", ["part.html", "part.md", "part.txt"])
def test_a_section_of_an_instructors_own_is_sandboxed_and_escaped(
    document: Any, tmp_path: Path, name: str
) -> None:
    report = {"part.html": "html", "part.md": "markdown", "part.txt": "text"}[name]
    (tmp_path / name).write_text("own {{ part.part }} <{{ '<b>' }}>\n", encoding="utf-8")
    found = render_report(document, report, 0, tmp_path)
    assert "own q1" in found or "own `q1" in found
    assert "<<b>>" not in found
    (tmp_path / name).write_text("{{ part.verdict.__class__.__mro__ }}", encoding="utf-8")
    with pytest.raises(SecurityError):
        render_report(document, report, 0, tmp_path)


def test_the_same_files_by_any_number_of_processes(
    document: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    document["students"] *= 3
    monkeypatch.setattr(module, "_WORTH_A_PROCESS", 2)
    monkeypatch.setattr(module, "_STUDENTS_OF_A_TASK", 2)
    alone = write_reports(document, tmp_path / "one", jobs=1)
    shared = write_reports(document, tmp_path / "two", jobs=2)
    assert [path.relative_to(tmp_path / "one") for path in alone.paths] == [
        path.relative_to(tmp_path / "two") for path in shared.paths
    ]
    for one, two in zip(alone.paths, shared.paths, strict=True):
        assert one.read_bytes() == two.read_bytes()
    files = [path for path in (tmp_path / "two").rglob("*") if path.is_file()]
    assert sorted(files) == sorted(shared.paths)


def test_pages_are_made_here_when_workers_die_of_them(
    document: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    class Dying:
        def __init__(self, _: int) -> None: ...

        def submit(self, *_: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(workers.WorkerDiedError("killed"))
            return future

        def shutdown(self, **_: Any) -> None: ...

    monkeypatch.setattr(module, "_WORTH_A_PROCESS", 2)
    monkeypatch.setattr(module, "_STUDENTS_OF_A_TASK", 2)
    monkeypatch.setattr(workers, "Workers", Dying)
    found = write_reports(document, tmp_path / "two", jobs=2)
    alone = write_reports(document, tmp_path / "one", jobs=1)
    for one, two in zip(alone.paths, found.paths, strict=True):
        assert one.read_bytes() == two.read_bytes()


def test_pictures_leave_the_import_system_as_it_was(document: Any) -> None:
    render_report(document, "class")
    assert "pygal" in sys.modules
    assert [finder for finder in sys.meta_path if type(finder).__module__ == "pygal"] == []


def test_a_fault_of_a_template_comes_back_from_the_workers(
    document: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(module, "_WORTH_A_PROCESS", 1)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "part.md").write_text("{{ part.__class__ }}", encoding="utf-8")
    with pytest.raises(SecurityError):
        write_reports(document, tmp_path / "out", tmp_path / "own", jobs=2)


@pytest.mark.parametrize("count", [3, 30, 500])
def test_many_files_are_written_whole(tmp_path: Path, count: int) -> None:
    files = [(tmp_path / f"{k % 3}" / f"{k}.txt", f"θ {k}\n") for k in range(count)]
    assert write_together(iter(files)) == [path for path, _ in files]
    assert [path.read_text(encoding="utf-8") for path, _ in files] == [text for _, text in files]
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(found) == count
    if os.name != "nt":
        assert {path.stat().st_mode & 0o777 for path in found} == {0o600}


@pytest.mark.parametrize("where", ["os.sync", "pathlib.Path.replace", "os.fdopen"])
def test_a_failure_among_many_leaves_old_files_and_no_others(
    tmp_path: Path, monkeypatch: Any, where: str
) -> None:
    files = [(tmp_path / f"{k}.txt", "new") for k in range(20)]
    write_together([(path, "old") for path, _ in files])

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(where, fail)
        with pytest.raises(OSError, match="No space left"):
            write_together(files)
    assert sorted(tmp_path.iterdir()) == sorted(path for path, _ in files)
    assert {path.read_text() for path, _ in files} == {"old"}
