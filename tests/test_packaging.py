"""What ships is whole and nothing more, and the lock files hold what they must."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

import grader

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-docs.txt")

#: Where the name that is imported is not the name that is installed.
IMPORTED_AS = {"markdown-it-py": "markdown_it", "pyyaml": "yaml", "python-flint": "flint"}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was made from it."""
    folder = tmp_path_factory.mktemp("dist")
    run = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


def files_below(folder: Path) -> set[str]:
    """The files of a folder of the checkout, caches aside."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and ".mypy_cache" not in path.parts
    }


def test_the_wheel_is_whole(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = {f"grader/{name}" for name in files_below(ROOT / "grader")}
    for data in ("rubrics", "templates"):
        wanted |= {f"grader/_data/{data}/{name}" for name in files_below(ROOT / data)}
    assert names == wanted
    assert "grader/_data/rubrics/activity6.yaml" in names
    assert "grader/py.typed" in names


def test_the_sdist_builds_and_tests_itself(dist: Path) -> None:
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for needed in (
        *LOCKS, ".ci/run", "LICENSE", "CHANGELOG.md", "docs/cli.md", "rubrics/activity6.yaml",
        "submissions_sample/ada.yaml", "submissions_sample/messy/empty.yaml", "tests/conftest.py",
    ):  # fmt: skip
        assert needed in names
    assert not [name for name in names if name.startswith(("out", ".venv", ".git/"))]


def test_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        metadata = HeaderParser().parsestr(archive.read(f"{info}/METADATA").decode())
        entries = archive.read(f"{info}/entry_points.txt").decode()
    assert metadata["Version"] == grader.__version__
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"
    assert "grader = grader.cli:main" in entries


def test_the_wheel_works_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(unpacked)
    work = tmp_path / "work"
    work.mkdir()
    answers = (ROOT / "submissions_sample" / "ada.yaml").read_bytes()
    (work / "ada.yaml").write_bytes(answers)
    run = subprocess.run(
        [sys.executable, "-m", "grader", "grade", "activity6", "ada.yaml"],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert (work / "out" / "index.html").exists()


def locked(name: str) -> dict[str, tuple[str, int]]:
    """Each package of a lock file: its version, and how many hashes it may have."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = {}
    for entry in re.split(r"\n(?=[a-z0-9])", text):
        head = re.match(r"([a-z0-9.-]+)==(\S+)", entry)
        if head:
            found[head[1]] = (head[2], entry.count("--hash=sha256:"))
    return found


def normal(requirement: str) -> str:
    """The normal form of the name at the front of a requirement."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--index-url|--extra-index|--find-links|--trusted-host|@ ", text)
    assert not re.search(r"(^|\s)/", text)
    packages = locked(lock)
    assert len(packages) >= 15
    # A sdist and a wheel at least; compiled ones have a wheel for every platform.
    assert {name for name, (_, hashes) in packages.items() if hashes < 2} == set()
    for compiled in ("numpy", "python-flint", "pyyaml", "pydantic-core", "markupsafe"):
        assert packages[compiled][1] >= 20


def test_locks_agree_and_hold_every_dependency() -> None:
    runtime, test = locked("requirements.txt"), locked("requirements-test.txt")
    assert runtime.items() <= test.items()
    assert {normal(line) for line in PROJECT["dependencies"]} <= runtime.keys()
    assert {normal(line) for line in PROJECT["optional-dependencies"]["test"]} <= test.keys()


#: What a dependency brings and is held back here; pyproject.toml says why.
HELD_BACK = {"importlib-metadata"}


def test_dependencies_are_those_that_are_imported() -> None:
    imported = set()
    for path in (ROOT / "grader").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                imported.add(node.module.partition(".")[0])
    third = imported - set(sys.stdlib_module_names) - {"grader"}
    # The extras of the program itself; the others are for its tests and its documentation.
    extras = [
        line for name in ("canvas", "cluster") for line in PROJECT["optional-dependencies"][name]
    ]
    declared = {normal(line) for line in [*PROJECT["dependencies"], *extras]}
    assert declared >= HELD_BACK
    assert third == {IMPORTED_AS.get(name, name) for name in declared - HELD_BACK}


#: Libraries that take longer to load than the whole rest of the program.
HEAVY = frozenset(
    {
        "sympy",
        "numpy",
        "flint",
        "pydantic",
        "rich",
        "jinja2",
        "latex2mathml",
        "openpyxl",
        "canvasapi",
    }
)


@pytest.mark.parametrize(
    "code, barred",
    [
        ("import grader", HEAVY | {"click", "yaml"}),
        ("import grader.cli", HEAVY | {"yaml"}),
        ("from grader.cli import main; main(['--help'])", HEAVY | {"yaml"}),
        ("from grader.cli import main; main(['grade', '--help'])", HEAVY | {"yaml"}),
        ("from grader.cli import main; main(['--version'])", HEAVY | {"yaml"}),
        ("from grader.cli import main; main(['grade'])", HEAVY | {"yaml"}),
        (
            "from grader.cli import main\n"
            "main(['check', 'rubrics/activity6.yaml', 'submissions_sample/ada.yaml'])",
            {"rich", "latex2mathml"},
        ),
    ],
)
def test_what_start_up_loads(code: str, barred: set[str]) -> None:
    lines = [
        "import atexit, sys",
        "atexit.register(lambda: print('loaded', *sorted({n.partition('.')[0] for n in sys.modules})))",
        code,
    ]
    run = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    last = run.stdout.splitlines()[-1].split()
    assert last[0] == "loaded", run.stdout + run.stderr
    assert "grader" in last
    assert barred & set(last) == set()
