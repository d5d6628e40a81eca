"""Writes ``docs/dependencies.md``: every package of the lock files, with licence and reason.

    python docs/make_dependencies.py

Versions, and what needs what, come from the lock files; licences from the packages that are
installed, so run it in an environment made from ``requirements-test.txt``.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "dependencies.md"
LOCKS = {"runs": "requirements.txt", "tests": "requirements-test.txt"}

#: Why the project itself asks for a package; all others come with one of these.
REASONS = {
    "axe-playwright-python": "finds faults of accessibility in the pages",
    "build": "makes the sdist and the wheel in `.ci/run`",
    "canvasapi": "sends grades to Canvas (`grader push`, an extra)",
    "click": "the commands, their help and completion",
    "distributed": "batches on more than one machine (an extra)",
    "hatchling": "the build backend",
    "hypothesis": "properties that hold for every input",
    "importlib-metadata": "pygal finds its plug-ins by it; held below 10, whose `lazy-importer` replaces the import of the whole process",
    "jinja2": "templates; those of an instructor run in its sandbox",
    "jsonschema": "checks files against the schemas, in tests",
    "latex2mathml": "formulas on pages",
    "markdown-it-py": "reads Markdown documents",
    "markupsafe": "escapes what students write",
    "mpmath": "a second opinion on values, in tests",
    "mypy": "types",
    "numpy": "sampling, thousands of points at a time",
    "openpyxl": "workbooks",
    "playwright": "pages in a real Chromium",
    "pydantic": "models of rubrics and review files, and their JSON Schemas",
    "pygal": "pictures of scores, as SVG without scripts",
    "pylatexenc": "reads LaTeX documents",
    "pytest": "runs the tests",
    "pytest-xdist": "runs them on all processors",
    "python-flint": "exact polynomials and ball arithmetic: what proves and refutes",
    "pyyaml": "reads YAML, event by event; no object is built from a tag",
    "requests": "what canvasapi speaks HTTP with",
    "rich": "tables and progress in the terminal",
    "ruff": "style",
    "sympy": "derives the reference answers",
    "types-pyyaml": "types of PyYAML",
}

_ENTRY = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)==([^ \\\n]+)[^\n]*\n((?:[ \t]+[^\n]*\n?)*)", re.MULTILINE
)


def locked(lock: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Each package of a lock file: its version, and what needs it."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    found = {}
    for name, version, rest in _ENTRY.findall(text):
        comments = " ".join(line.split("#", 1)[1] for line in rest.splitlines() if "#" in line)
        needs = re.findall(
            r"[a-z0-9][a-z0-9._-]*", comments.replace("via", " ", 1).replace("-r ", " ")
        )
        found[name] = (
            version,
            tuple(need for need in needs if need not in ("pyproject.toml", "requirements.txt")),
        )
    return found


def licence(name: str) -> str:
    """The licence that an installed package states."""
    about = metadata.metadata(name)
    classified = [
        row.rpartition("::")[2].strip()
        for row in about.get_all("Classifier", [])
        if row.startswith("License ::")
    ]
    said = (
        about.get("License-Expression")
        or "; ".join(classified)
        or (about.get("License") or "").split("\n")[0]
    )
    return said or "not stated in its metadata"


def reason(name: str, needs: tuple[str, ...]) -> str:
    """Why a package is there."""
    if name in REASONS:
        return REASONS[name]
    others = [need for need in needs if not need.startswith("homework-grader")]
    return "comes with " + ", ".join(f"`{need}`" for need in others)


def page() -> str:
    """The whole page."""
    runs, tests = locked(LOCKS["runs"]), locked(LOCKS["tests"])
    parts = [
        "# Dependencies\n",
        (
            "Made by `python docs/make_dependencies.py` from the lock files, which hold a hash for every\n"
            "file: what is installed is what was looked at. `.ci/run` asks `pip-audit` for known\n"
            "vulnerabilities where it can reach its database.\n"
        ),
    ]
    for title, table in (
        ("What runs", runs),
        ("What tests and extras need besides", {k: v for k, v in tests.items() if k not in runs}),
    ):
        parts.append(f"## {title}\n")
        parts.append("| package | version | licence | reason |\n| --- | --- | --- | --- |")
        parts += [
            f"| {name} | {version} | {licence(name)} | {reason(name, needs)} |"
            for name, (version, needs) in sorted(table.items())
        ]
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
