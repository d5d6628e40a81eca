"""What all tests share: the place of the checkout, and no quiet skipping of the browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


def browser_is_required() -> bool:
    """Whether a browser test that does not run counts as a failure (``.ci/run`` says so)."""
    return os.environ.get("GRADER_REQUIRE_BROWSER") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.skipped and item.get_closest_marker("browser") and browser_is_required():
        report.outcome = "failed"
        report.longrepr = f"GRADER_REQUIRE_BROWSER=1, but this was skipped: {report.longrepr}"
    return report
