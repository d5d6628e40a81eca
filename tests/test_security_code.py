"""No path from any input to running code: the syntax tree of ``grader/`` is read for it.

``test_layers.py`` bars the plain ways (``eval``, ``exec``, ``pickle``, ``sympify`` …).  Here
are the ways around: names looked up by text, functions of SymPy that evaluate strings
inside, YAML that builds objects, templates outside of the sandbox, other programs.  What is
used all the same stands in ``ALLOWED`` with the reason why no input reaches it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_layers import MODULES, dotted

#: Looking a name up by text.
_BY_NAME = frozenset(
    "getattr setattr delattr hasattr attrgetter methodcaller import_module".split()
)
#: Everything of a module or an object by text.
_ALL_NAMES = frozenset("vars globals locals".split())
#: Modules that start programs, load code or build objects from bytes.
_MODULES = frozenset(
    "subprocess ctypes multiprocessing.shared_memory pty code codeop runpy imp zipimport pickle shelve "
    "marshal dill cloudpickle joblib dbm xmlrpc turtle webbrowser antigravity".split()
)
#: Functions of ``os`` that start programs.
_OS = ("system", "popen", "exec", "spawn", "posix_spawn", "startfile", "fork")
#: What YAML may be read with: nothing that builds Python objects.
_YAML = frozenset("parse compose compose_all scan".split())
_YAML_LOADERS = frozenset(
    "Loader UnsafeLoader FullLoader CLoader CUnsafeLoader CFullLoader".split()
)
#: What may be called of SymPy: constructors that take trees and numbers, never text.
_SYMPY_CALLS = frozenset("Symbol Rational Add Mul Pow real_root diff Integral".split())
#: Methods that SymPy's objects take strings by.
_SYMPY_METHODS = frozenset("subs xreplace evalf sympify lambdify replace nsimplify".split())

#: Where one of these stands all the same, by module and name, and why no input reaches it.
ALLOWED: dict[tuple[str, str], str] = {
    ("grader", "import_module"): "the names of grader/__init__.py's own table",
    ("grader", "vars"): "the names of grader/__init__.py's own table",
    ("grader", "globals"): "the names of grader/__init__.py's own table",
    ("grader.batch", "vars"): "a function of os that Linux alone has",
    ("grader.batch.records", "getattr"): "the fields of classes that the program lists",
    ("grader.derive", "integrate"): "a tree that to_sympy made, never text",
    ("grader.derive", "simplify"): "a tree that to_sympy made, never text",
    (
        "grader.reports.pages",
        "Environment",
    ): "the house's own templates; custom ones get the sandbox",
    ("grader.reports.results_file", "vars"): "a constant of os that Windows alone has",
    ("grader.derive", "vars"): "the names of _IN_SYMPY",
    ("grader.derive", "type"): "classes named after rows of expr/functions.py",
    ("grader.derive", "Symbol"): "a canonical name as a value; SymPy does not parse it",
    ("grader.expr.faults", "format"): "sentences of its own table, filled with texts only",
    ("grader.derive", "evalf"): "an integral that was made of a tree, with nothing put in",
    ("grader.plain_json", "import_module"): "classes that the program lists, by module and name",
    ("grader.command", "import_module"): "the modules of the table in grader/cli.py",
    ("grader.command", "vars"): "the modules of the table in grader/cli.py",
    ("grader.questions", "import_module"): "the modules of its own table",
    ("grader.questions", "vars"): "the modules of its own table",
    ("grader.questions.matrix", "format"): "sentences of its own table, filled with texts only",
    ("grader.plain_json", "getattr"): "the fields of classes that the program lists",
    ("grader.plain_json", "vars"): "the fields of classes that the program lists",
    ("grader.push.client", "vars"): "what canvasapi made of an answer, read as a mapping",
    ("grader.read.rubric", "getattr"): "the fields of a class of the program",
    ("grader.read.rubric_values", "getattr"): "a list of keys in the source",
    ("grader.reports", "vars"): "the modules of its own table",
    ("grader.reports.review", "format"): "the head of the file, filled with texts only",
    ("grader.reports.review", "getattr"): "a list of keys in the source",
    ("grader.results", "getattr"): "a list of names in the source",
}


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _of_sympy(tree: ast.Module) -> bool:
    return any(
        (isinstance(node, ast.Import) and any(a.name.split(".")[0] == "sympy" for a in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sympy")
        for node in ast.walk(tree)
    )


def suspects(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What looks like a way from text to code: the name that an exception goes by, and a
    sentence with its line."""
    has_sympy = _of_sympy(tree)
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in _MODULES or alias.name.split(".")[0] in _MODULES:
                    yield alias.name, f"line {line}: imports {alias.name}"
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module in _MODULES or module.split(".")[0] in _MODULES:
                yield module, f"line {line}: imports {module}"
            if module.split(".")[0] == "sympy":
                yield module, f"line {line}: takes names out of {module}; write sympy.…"
            for alias in node.names:
                if (module == "jinja2" and alias.name in ("Environment", "Template")) or (
                    module == "yaml" and alias.name not in _YAML
                ):
                    yield alias.name, f"line {line}: takes {alias.name} out of {module}"
        elif isinstance(node, ast.Attribute):
            whole = dotted(node)
            if whole.split(".")[0] == "yaml" and node.attr in _YAML_LOADERS:
                yield node.attr, f"line {line}: names {whole}"
            if node.attr in (
                "__globals__",
                "__subclasses__",
                "__mro__",
                "__code__",
                "__builtins__",
            ):
                yield node.attr, f"line {line}: reaches for {node.attr}"
        elif isinstance(node, ast.Call):
            yield from _suspect_call(node, line, has_sympy=has_sympy)


def _suspect_call(node: ast.Call, line: int, *, has_sympy: bool) -> Iterator[tuple[str, str]]:
    whole = dotted(node.func)
    first, last = whole.split(".")[0], whole.rpartition(".")[2]
    if last in _BY_NAME:
        at = 0 if last in ("import_module", "attrgetter", "methodcaller") else 1
        if len(node.args) <= at or not _is_text(node.args[at]):
            yield last, f"line {line}: {last} with a name that is not written there"
    elif last in _ALL_NAMES:
        yield last, f"line {line}: {last}"
    elif whole == "type" and len(node.args) == 3:
        yield "type", f"line {line}: makes a class"
    elif first == "os" and last.startswith(_OS):
        yield whole, f"line {line}: {whole} starts a program"
    elif first == "yaml" and last.islower() and last not in _YAML:
        yield whole, f"line {line}: {whole} builds objects"
    elif last in (
        "Environment",
        "NativeEnvironment",
        "Template",
        "from_string",
        "compile_expression",
    ):
        yield last, f"line {line}: {last}: a template outside of the sandbox"
    elif last == "format" and isinstance(node.func, ast.Attribute):
        # "{0.__class__}".format(x): the text decides what is looked up.
        base = node.func.value
        if not (_is_text(base) or isinstance(base, ast.Attribute | ast.Call)):
            yield "format", f"line {line}: a format that is not written there"
    elif first == "sympy" and last not in _SYMPY_CALLS:
        yield last, f"line {line}: calls {whole}"
    elif first == "sympy" and last == "Symbol":
        if not all(
            isinstance(argument, ast.Name | ast.Attribute | ast.Constant) for argument in node.args
        ):
            yield "Symbol of text", f"line {line}: a symbol whose name is put together"
        yield "Symbol", f"line {line}: a symbol of SymPy"
    elif first == "sympy" and any(map(_is_text, node.args)):
        yield last, f"line {line}: {whole} with a text, which SymPy would evaluate"
    elif has_sympy and last in _SYMPY_METHODS and isinstance(node.func, ast.Attribute):
        yield last, f"line {line}: .{last} in a module with SymPy"


def faults(tree: ast.Module, module: str) -> list[str]:
    """What is not allowed in a module."""
    return [told for name, told in suspects(tree) if (module, name) not in ALLOWED]


@pytest.mark.parametrize("module", MODULES)
def test_no_module_has_a_way_from_text_to_code(module: str) -> None:
    assert faults(ast.parse(MODULES[module].read_text(encoding="utf-8")), module) == []


def test_every_exception_is_needed_and_has_a_reason() -> None:
    used = {
        (module, name)
        for module, path in MODULES.items()
        for name, _ in suspects(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert ALLOWED.keys() - used == set()
    assert all(len(reason) > 10 for reason in ALLOWED.values())


@pytest.mark.parametrize(
    "source, fault",
    [
        ("getattr(x, name)", "line 1: getattr with a name that is not written there"),
        ("setattr(x, key, 1)", "line 1: setattr with a name that is not written there"),
        ("operator.attrgetter(path)", "line 1: attrgetter with a name that is not written there"),
        ("import_module(plugin)", "line 1: import_module with a name that is not written there"),
        ("globals()[name]", "line 1: globals"),
        ("vars(sympy)[name]", "line 1: vars"),
        ("import subprocess", "line 1: imports subprocess"),
        ("from subprocess import run", "line 1: imports subprocess"),
        ("import ctypes.util", "line 1: imports ctypes.util"),
        ("os.system('ls')", "line 1: os.system starts a program"),
        ("os.execvp(a, b)", "line 1: os.execvp starts a program"),
        ("yaml.load(text, Loader=yaml.Loader)", "line 1: yaml.load builds objects"),
        ("yaml.load(text, Loader=yaml.Loader)", "line 1: names yaml.Loader"),
        ("yaml.safe_load(text)", "line 1: yaml.safe_load builds objects"),
        ("from yaml import load", "line 1: takes load out of yaml"),
        ("jinja2.Template(text)", "line 1: Template: a template outside of the sandbox"),
        ("from jinja2 import Environment", "line 1: takes Environment out of jinja2"),
        ("env.from_string(text)", "line 1: from_string: a template outside of the sandbox"),
        ("text.format(x)", "line 1: a format that is not written there"),
        ("type(name, (), {})", "line 1: makes a class"),
        ("x.__class__.__mro__", "line 1: reaches for __mro__"),
        ("sympy.symbols(text)", "line 1: calls sympy.symbols"),
        ("sympy.S(text)", "line 1: calls sympy.S"),
        ("sympy.Function(text)", "line 1: calls sympy.Function"),
        ("sympy.Add('x', y)", "line 1: sympy.Add with a text, which SymPy would evaluate"),
        ("sympy.Symbol(f'{a}+{b}')", "line 1: a symbol whose name is put together"),
        ("sympy.Symbol(name)", "line 1: a symbol of SymPy"),
        ("import sympy\ny.subs('x', 1)", "line 2: .subs in a module with SymPy"),
        ("import sympy\ny.evalf(subs=z)", "line 2: .evalf in a module with SymPy"),
        ("from sympy import Symbol", "line 1: takes names out of sympy; write sympy.…"),
        ("sympy.lambdify(x, y)", "line 1: calls sympy.lambdify"),
        ("sympy.simplify('1+1')", "line 1: calls sympy.simplify"),
    ],
)
def test_what_is_planted_is_found(source: str, fault: str) -> None:
    assert fault in faults(ast.parse(source), "grader.x")


def test_innocent_code_passes() -> None:
    source = (
        "import re, sympy, yaml\ngetattr(x, 'name', None)\nyaml.parse(t, Loader=yaml.SafeLoader)\n"
        "'{}'.format(x)\nsympy.Add(x, y)\nself.path.format(student=1)\ntype(x)"
    )
    assert faults(ast.parse(source), "grader.x") == []


def test_the_modules_are_those_of_the_program() -> None:
    assert Path(MODULES["grader.derive"]).name == "derive.py"
    assert len(MODULES) > 100
