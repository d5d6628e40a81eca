"""Takes the pictures of the documentation: ``python docs/make_pictures.py``.

Real pages of the sample class, in Chromium, light, without network.  Run it again when the pages
look different; the pictures are looked at by a person, so no test compares them.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"

#: No sandbox, since it may run as root; and nothing that makes it ask the network.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

#: Milliseconds after which what came in sight is drawn.
SETTLED = 250

#: Text as wide as a terminal has it.
COLUMNS = 92

_TERMINAL = """\
<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #fff; color: #24292e }
pre { font: 14px/1.35 'DejaVu Sans Mono', monospace; padding: 16px; margin: 0 }
</style><pre><b>$ COMMAND</b>
{code}</pre>"""


@dataclass(frozen=True)
class Picture:
    """What is taken: a page, how much of it, the element that stands at the top, and details to
    open before."""

    name: str
    page: str
    width: int
    height: int
    start: str = "body"
    opened: str = ""


PICTURES_TAKEN = (
    Picture("class", "index.html", 900, 640),
    Picture("groups", "index.html", 900, 560, start="[id='answers-q2.dh3_df2']"),
    Picture("student", "feedback/1006-farid-rahimi.html", 900, 560),
    Picture("part", "feedback/1006-farid-rahimi.html", 900, 480, start="[id='q1.psi_02-name']"),
    Picture("key", "key.html", 900, 720, start="[id='q1.phi_1-name']", opened="details"),
    Picture("check", "check.html", 820, 560),
)


def pages(folder: Path) -> None:
    """Every page that is shown, under the folder."""
    from grader.cli import cli

    # Without the one whose name needs a font that a small machine may not have.
    samples = [str(path) for path in sorted((ROOT / "submissions_sample").glob("*.*"))]
    shown_ones = [path for path in samples if not path.endswith("chiyo.yaml")]
    run = CliRunner().invoke
    run(cli, ["grade", "activity6", *shown_ones, "-o", str(folder), "--jobs", "1"])
    run(cli, ["key", "activity6", "--html", "-o", str(folder / "key.html")])
    command = "check activity6 submissions_sample/greta.yaml"
    shown = CliRunner(env={"COLUMNS": str(COLUMNS)}).invoke(cli, command.split(), color=True).output
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(shown))
    code = _TERMINAL.replace("COMMAND", f"grader {command}")
    code = code.replace("{", "{{").replace("}", "}}").replace("{{code}}", "{code}")
    console.save_html(str(folder / "check.html"), inline_styles=True, code_format=code)


def take(browser: Browser, folder: Path, picture: Picture) -> Path:
    """One picture."""
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height}, color_scheme="light"
    )
    page.route("http*://**", lambda route: route.abort())
    page.goto((folder / picture.page).as_uri())
    if picture.opened:
        page.locator(picture.opened).evaluate_all("all => all.forEach(each => each.open = true)")
    # Several times, since what was out of sight has its true height only once it was in sight.
    for _ in range(6):
        page.locator(picture.start).first.evaluate("element => element.scrollIntoView()")
        page.wait_for_timeout(SETTLED)
    path = PICTURES / f"{picture.name}.png"
    page.screenshot(path=path)
    page.close()
    return path


def main() -> None:
    """Take all pictures, and say how large they are."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        pages(folder)
        executable = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        for picture in PICTURES_TAKEN:
            path = take(browser, folder, picture)
            print(f"{path.name}: {path.stat().st_size:,} bytes")
        browser.close()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
