"""What all tests share: the checkout, a cache of their own, no quiet skipping of the browser."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

#: No sandbox, since tests run as root; and nothing that makes it ask the network.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Debian's Chromium, driven by Playwright, which downloads nothing; one for all tests,
    since Playwright can be started once in a process."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


def browser_is_required() -> bool:
    """Whether a browser test that does not run counts as a failure (``.ci/run`` says so)."""
    return os.environ.get("GRADER_REQUIRE_BROWSER") == "1"


#: The tests' own cache: what they keep is not the user's, and the user's is not theirs.
CACHE = pytest.StashKey[tempfile.TemporaryDirectory]()


def pytest_configure(config: pytest.Config):
    # Workers of pytest-xdist inherit it, and share what was derived once.
    if not hasattr(config, "workerinput"):
        config.stash[CACHE] = tempfile.TemporaryDirectory(prefix="grader-tests-")
        os.environ["GRADER_CACHE_DIR"] = config.stash[CACHE].name


def pytest_unconfigure(config: pytest.Config):
    if CACHE in config.stash:
        config.stash[CACHE].cleanup()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.skipped and item.get_closest_marker("browser") and browser_is_required():
        report.outcome = "failed"
        report.longrepr = f"GRADER_REQUIRE_BROWSER=1, but this was skipped: {report.longrepr}"
    return report
