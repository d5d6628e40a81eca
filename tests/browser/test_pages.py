"""All pages in a real Chromium: laid out, accessible, silent, good on a phone and on paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

NAMES = ("farid", "greta", "lucia", "class", "key", "check")
DESKTOP, PHONE = 1200, 360


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core."""
    pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*(name for name in NAMES if name != "key"), "short_key"])
def test_axe_finds_no_violation(opened, axe, name, scheme, width):
    made = opened(name, scheme, width)
    made.page.evaluate(axe)
    found = made.page.evaluate("axe.run({resultTypes: ['violations', 'incomplete']})")
    violations = [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"][:3]
    ]
    assert violations == []
    assert len(found["passes"]) > 15
    # Nothing was said and nothing but the page itself was asked for.
    assert made.console == []
    assert len(made.requests) == 1


def test_axe_would_find_a_violation(opened, axe):
    made = opened("greta")
    made.page.evaluate("document.querySelector('.verdict').style.color = '#eee'")
    made.page.evaluate("document.documentElement.removeAttribute('lang')")
    made.page.evaluate(axe)
    found = made.page.evaluate("axe.run()")
    assert {"color-contrast", "html-has-lang"} <= {rule["id"] for rule in found["violations"]}


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("name", NAMES)
def test_mathematics_is_laid_out(opened, name, width):
    boxes = opened(name, width=width).page.evaluate(
        """() => [...document.querySelectorAll("math mfrac")]
            .map(f => [...f.children].map(c => c.getBoundingClientRect()))
            .filter(([n]) => n.width > 0)
            .map(([n, d]) => [n.top, n.bottom, d.top, d.bottom, n.height, d.height])"""
    )
    assert len(boxes) >= 26
    for top, bottom, below_top, below_bottom, height, below_height in boxes:
        # A numerator stands wholly above its denominator, give or take a pixel of the bar.
        assert top < below_top
        assert bottom <= below_top + 1
        assert below_bottom > bottom
        assert min(height, below_height) > 4
    # A subscript hangs lower than its base, and is smaller.
    subscripts = opened(name, width=width).page.evaluate(
        """() => [...document.querySelectorAll("math msub")]
            .map(s => [...s.children].map(c => c.getBoundingClientRect()))
            .filter(([b]) => b.width > 0).map(([b, s]) => [s.bottom - b.bottom, s.left - b.left])"""
    )
    assert len(subscripts) >= 26
    assert all(down > 0 and right > 0 for down, right in subscripts)


@pytest.mark.parametrize("name", NAMES)
def test_a_phone_needs_no_scrolling_sideways(opened, name):
    page = opened(name, width=PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    # What does not fit scrolls in its own box, and nothing sticks out of one that does not.
    wide = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter(e => {
            if (e.closest(".scroll, .math, svg, pre")) return false;
            return e.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
        }).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_are_those_of_the_scheme(opened, scheme):
    ground = opened("greta", scheme).page.evaluate(
        "getComputedStyle(document.body).backgroundColor"
    )
    light = sum(map(int, re.findall(r"\d+", ground)[:3])) > 600
    assert light == (scheme == "light")


@pytest.mark.parametrize("name", NAMES)
def test_a_print_has_every_part(opened, pages, name, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("there is no pdftotext (poppler-utils) on this machine")
    page = opened(name, "dark").page
    wanted = set(re.findall(r'id="(?:answers-)?(q\d\.\w+)"', pages[name].read_text("utf-8")))
    wanted = {
        part if name in ("class", "key", "check") else part.partition(".")[2] for part in wanted
    }
    assert len(wanted) >= 20
    path = Path(tmp_path / "print.pdf")
    page.pdf(path=str(path), prefer_css_page_size=True)
    run = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    text = run.stdout
    assert {part for part in wanted if part not in text} == set()
    if name == "key":
        assert text.count("Reference") == 26
    if name == "check":
        # What is folded on the screen is open on paper.
        assert text.count("The rule") == 26
        assert "multiplied" in text
    if name == "class":
        assert "Farid Rahimi" in text


def test_the_script_sorts_tables_and_says_so(opened):
    made = opened("class")
    names = """() => [...document.querySelectorAll("#students ~ .scroll tbody a")]
        .map(a => a.textContent)"""
    before = made.page.evaluate(names)
    assert before[0] == "Ada Lovelace"
    points = made.page.get_by_role("button", name="Points")
    points.click()
    assert made.page.evaluate(names)[-1] == "Farid Rahimi"
    head = made.page.locator("th[aria-sort]")
    assert head.get_attribute("aria-sort") == "descending"
    points.focus()
    made.page.keyboard.press("Enter")
    assert made.page.evaluate(names)[0] == "Farid Rahimi"
    assert head.get_attribute("aria-sort") == "ascending"
    made.page.locator("#students ~ .scroll").get_by_role("button", name="Name").click()
    assert made.page.evaluate(names) == before
    parts = """() => [...document.querySelectorAll("#parts ~ .scroll tbody a")]
        .map(a => a.textContent)"""
    in_order = made.page.evaluate(parts)
    table = made.page.locator("#parts ~ .scroll")
    table.get_by_role("button", name="Right").first.click()
    assert made.page.evaluate(parts)[0] != in_order[-1]
    table.get_by_role("button", name="Part").click()
    assert made.page.evaluate(parts) == in_order
    assert made.console == []


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_are_legible_in_the_colours_of_the_page(opened, scheme, width):
    page = opened("class", scheme, width).page
    found = page.evaluate(
        """() => [...document.querySelectorAll("svg.picture")].map(svg => ({
            inside: [...svg.querySelectorAll("text, rect")].every(e => {
                const [a, b] = [e.getBoundingClientRect(), svg.getBoundingClientRect()];
                return a.left >= b.left - 1 && a.right <= b.right + 1
                    && a.top >= b.top - 1 && a.bottom <= b.bottom + 1; }),
            letters: Math.min(...[...svg.querySelectorAll("text")]
                .filter(t => t.textContent.trim()).map(t => t.getBoundingClientRect().height)),
            touching: (() => {
                const boxes = [...svg.querySelectorAll("text")].filter(t => t.textContent.trim())
                    .map(t => t.getBoundingClientRect());
                return boxes.some((a, i) => boxes.slice(i + 1).some(b =>
                    a.left < b.right && b.left < a.right
                    && a.top + 3 < b.bottom && b.top + 3 < a.bottom)); })(),
            ink: getComputedStyle(svg.querySelector("text")).fill,
            said: document.getElementById(svg.getAttribute("aria-labelledby").split(" ")[1])
                .textContent,
        }))"""
    )
    assert len(found) == 2
    ink = page.evaluate("getComputedStyle(document.body).color")
    for picture in found:
        assert picture["inside"]
        assert not picture["touching"]
        assert picture["letters"] >= 11
        assert picture["ink"] == ink
    assert found[0]["said"].startswith("Points: 1 student from 0 to under 2;")
    assert found[1]["said"].startswith("Right, by part: q1.phi_0 ")


def test_without_script_everything_is_there(opened):
    made = opened("class", java_script_enabled=False)
    assert made.page.get_by_role("button").count() == 0
    assert made.page.get_by_role("link", name="Farid Rahimi").first.is_visible()
    assert made.page.locator("details[open]").count() == 26


def test_a_keyboard_reaches_the_content_first(opened):
    page = opened("farid").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0


def test_hints_open_one_by_one(opened):
    page = opened("check").page
    part = page.locator("article", has_text="psi_02").first
    assert part.get_by_text("Check the sign.").is_visible()
    rule = part.get_by_text("Count the minus signs")
    assert not rule.is_visible()
    part.get_by_text("The rule").click()
    assert rule.is_visible()
