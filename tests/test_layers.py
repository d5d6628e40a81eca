"""Imports point down DESIGN.md's list, and nothing that runs text as code is used.

Both tests read the syntax trees, so an import inside a function counts as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

GRADER = Path(__file__).parents[1] / "grader"

#: From the top down.  A module may import its own row and every row below it.  A name
#: stands for the module or for the whole package; the longest match counts.
LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(row.split())
    for row in (
        "grader.__main__",
        "grader.cli",
        "grader.cli_grade",
        "grader.cli_author grader.cli_canvas grader.command grader.choices grader.terminal grader.blank grader.draft grader.draft_asked grader.examples",
        "grader",  # the public names; they load when first used
        "grader.run",
        "grader.push",
        "grader.exports",
        "grader.reports",
        "grader.lint",
        "grader.single",
        "grader.batch",
        "grader.review",
        "grader.grade",
        "grader.judge",
        "grader.policy",
        "grader.canvas",
        "grader.documents",
        "grader.homework",
        "grader.compiled",
        "grader.feedback",
        "grader.score",
        "grader.mistakes",
        "grader.questions",
        "grader.equivalence",
        "grader.compare",
        "grader.derive grader.matrix_calculus",
        "grader.expr",
        "grader.read",
        "grader.cache",
        "grader.files grader.watch grader.plain_json",
        "grader.results",
        "grader.errors",
        "grader.source",
        "grader.limits grader.version",
    )
)

#: Calls that turn text into code, by the last part of their dotted name.
BARRED_CALLS = frozenset(
    "eval exec compile __import__ sympify parse_expr parse_latex S lambdify literal_eval "
    "unsafe_load full_load".split()
)
#: `re.compile` makes a pattern, not code.
INNOCENT_CALLS = frozenset({"re.compile"})
BARRED_IMPORTS = frozenset(
    "pickle marshal shelve dill cloudpickle code codeop runpy "
    "sympy.core.sympify sympy.parsing".split()
)


def module_name(path: Path, root: Path = GRADER) -> str:
    parts = ("grader", *path.relative_to(root).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def rank(module: str) -> int | None:
    """The row of a module, counted from the bottom; None where it has no place."""
    name = module
    while name:
        for height, row in enumerate(reversed(LAYERS)):
            # The bare package is its `__init__`; a stray module does not fall through to it.
            if name in row and (name != "grader" or module == "grader"):
                return height
        name = name.rpartition(".")[0]
    return None


def imports(
    tree: ast.Module, module: str, *, package: bool, known: frozenset[str]
) -> Iterator[tuple[str, int]]:
    """Every module of ``known`` that a tree imports, with the line, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = module.split(".")
                up = up[: len(up) - node.level + (1 if package else 0)]
                base = ".".join([*up, base] if base else up)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                # `from grader.read import answers` imports the module, not the package.
                yield (full if full in known else base), node.lineno


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def barred(tree: ast.Module, module: str) -> Iterator[str]:
    """Every place where a tree uses what the design bars."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            if name.rpartition(".")[2] in BARRED_CALLS and name not in INNOCENT_CALLS:
                yield f"line {node.lineno}: calls {name}"
        elif isinstance(node, ast.Name) and node.id in {"eval", "exec", "__builtins__"}:
            yield f"line {node.lineno}: names {node.id}"
    for name, line in imports(tree, module, package=False, known=frozenset()):
        if any(name == b or name.startswith(f"{b}.") for b in BARRED_IMPORTS):
            yield f"line {line}: imports {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in BARRED_CALLS or f"{node.module}.{alias.name}" in BARRED_IMPORTS:
                    yield f"line {node.lineno}: imports {alias.name} from {node.module}"


MODULES = {module_name(path): path for path in sorted(GRADER.rglob("*.py"))}
KNOWN = frozenset(MODULES)


def check_layers(tree: ast.Module, module: str, *, package: bool = False) -> list[str]:
    """Every import of a module that points up, or to a module without a place."""
    faults = []
    here = rank(module)
    if here is None:
        return [f"{module} has no place in LAYERS"]
    for name, line in imports(tree, module, package=package, known=KNOWN):
        if name == "grader" or name.startswith("grader."):
            there = rank(name)
            if there is None:
                faults.append(f"{module}:{line} imports {name}, which has no place in LAYERS")
            elif there > here:
                faults.append(f"{module}:{line} imports {name}, which is above it")
    return faults


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    path = MODULES[module]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert check_layers(tree, module, package=path.name == "__init__.py") == []


@pytest.mark.parametrize("module", MODULES)
def test_no_text_becomes_code(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    assert list(barred(tree, module)) == []


# The tests above can fail: planted faults, each with what must be said of it.


@pytest.mark.parametrize(
    "module, source, fault",
    [
        (
            "grader.read.answers",
            "from grader.expr import tree",
            "grader.read.answers:1 imports grader.expr.tree, which is above it",
        ),
        (
            "grader.expr.parser",
            "def f():\n    import grader.compare",
            "grader.expr.parser:2 imports grader.compare, which is above it",
        ),
        (
            "grader.expr.parser",
            "from ..compare import x",
            "grader.expr.parser:1 imports grader.compare, which is above it",
        ),
        ("grader.score", "import grader", "grader.score:1 imports grader, which is above it"),
        ("grader.misc", "", "grader.misc has no place in LAYERS"),
        (
            "grader.score",
            "import grader.misc",
            "grader.score:1 imports grader.misc, which has no place in LAYERS",
        ),
    ],
)
def test_a_planted_import_is_found(module: str, source: str, fault: str) -> None:
    assert check_layers(ast.parse(source), module) == [fault]


@pytest.mark.parametrize(
    "source, fault",
    [
        ("eval('1')", "line 1: calls eval"),
        ("run = exec", "line 1: names exec"),
        ("sympy.sympify(text)", "line 1: calls sympy.sympify"),
        ("S('x')", "line 1: calls S"),
        ("compile(text, 'f', 'eval')", "line 1: calls compile"),
        ("import pickle", "line 1: imports pickle"),
        ("from sympy.parsing.latex import parse", "line 1: imports sympy.parsing.latex"),
        ("from sympy import parse_expr as p", "line 1: imports parse_expr from sympy"),
        ("from sympy import parsing", "line 1: imports parsing from sympy"),
        ("def f():\n    return yaml.unsafe_load(t)", "line 2: calls yaml.unsafe_load"),
    ],
)
def test_planted_code_is_found(source: str, fault: str) -> None:
    assert fault in list(barred(ast.parse(source), "grader.x"))


def test_innocent_code_passes() -> None:
    source = "import re, sympy\nre.compile('x')\nsympy.Symbol('x')\nevaluate(x)\nself.execute()"
    assert list(barred(ast.parse(source), "grader.x")) == []


def test_modules_were_found() -> None:
    assert {"grader.results", "grader.expr.tree", "grader.read"} <= KNOWN
