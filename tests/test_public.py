"""The names that ``import grader`` offers: all there, typed as they load, never hidden."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import grader

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", grader.__all__)
def test_every_public_name_loads(name: str) -> None:
    assert getattr(grader, name) is not None
    assert name in dir(grader)


def test_editors_see_what_loads() -> None:
    tree = ast.parse((ROOT / "grader" / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in block.body for alias in node.names}
    assert seen == grader._HOMES
    assert sorted({*seen, "__version__"}) == sorted(grader.__all__)


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match=r"^module 'grader' has no attribute 'graed'$"):
        grader.graed  # noqa: B018


@pytest.mark.parametrize(
    "first",
    [
        "import grader.grade",
        "import grader.batch",
        "from grader.grade import grade",
        "grader.explain",
    ],
)
def test_a_module_does_not_hide_the_function_of_its_name(first: str) -> None:
    code = f"import grader\n{first}\nassert grader.grade.__name__ == 'grade'\nprint(callable(grader.grade))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.stdout, run.stderr) == ("True\n", "")
