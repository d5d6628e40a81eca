"""A real Chromium, and the pages of the sample class in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader.batch import grade_paths
from grader.homework import load_rubric, parse_rubric
from grader.reports import write_reports
from grader.reports.check_page import check_html
from grader.reports.key_page import key_html
from grader.review import apply_decisions, load_review

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def pages(tmp_path_factory) -> dict[str, Path]:
    """Every kind of page, of the samples; the files that cannot be read are among them."""
    folder = tmp_path_factory.mktemp("pages")
    samples = ROOT / "submissions_sample"
    homework = load_rubric("activity6")
    # One answer decided for a group, one for a student, so that the pages show that too.
    review = folder / "review.yaml"
    review.write_text(
        "review:\n"
        "  - {part: q1.psi_02, answer: '\\phi_2 I[\\dots > 0]', decision: {points: 0.5, comment: ok}}\n"
        "  - {part: q1.psi_12, students: [{id: 1007, decision: {points: 1, comment: on paper}}]}\n",
        encoding="utf-8",
    )
    batch = grade_paths(homework, [samples, samples / "messy"])
    found = apply_decisions(batch, load_review(review, homework, "Ada"), homework)
    write_reports(found.batch.as_json(), folder, kept=found.kept)
    (folder / "key.html").write_text(key_html(homework), encoding="utf-8")
    # axe takes half a minute over a key of 26 parts with all derivations.
    short = key_html(load_rubric("calculus_1"))
    (folder / "short_key.html").write_text(short, encoding="utf-8")
    text = (ROOT / "rubrics" / "activity6.yaml").read_text(encoding="utf-8")
    hints = parse_rubric(text.replace("self_check: verdict", "self_check: hints"))
    (submission,) = grade_paths(hints, [samples / "farid.yaml"]).students
    (folder / "check.html").write_text(
        check_html(hints.statement, submission, "hints"), encoding="utf-8"
    )
    return {
        "farid": folder / "feedback" / "1006-farid-rahimi.html",
        "greta": folder / "feedback" / "1007-greta-lindqvist.html",
        "lucia": folder / "feedback" / "1012-lucia-fernandez.html",
        "class": folder / "index.html",
        "key": folder / "key.html",
        "short_key": folder / "short_key.html",
        "check": folder / "check.html",
    }


@dataclass
class Opened:
    """A page, and everything that it said or asked for."""

    page: object
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser, pages) -> Iterator[Callable[..., Opened]]:
    """Open a page by name, in a colour scheme and at a width."""
    contexts = []

    def open_page(name: str, scheme: str = "light", width: int = 1200, **settings) -> Opened:
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, **settings
        )
        contexts.append(context)
        page = context.new_page()
        made = Opened(page)
        page.on("console", lambda message: made.console.append(message.text))
        page.on("pageerror", lambda error: made.console.append(str(error)))
        page.on("request", lambda request: made.requests.append(request.url))
        page.goto(pages[name].as_uri())
        return made

    yield open_page
    for context in contexts:
        context.close()
