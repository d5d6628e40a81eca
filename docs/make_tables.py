"""Writes the pages that are tables of the program itself: ``python docs/make_tables.py``.

docs/rubric.md comes from the models of a rubric, docs/functions.md and docs/mistakes.md
from the tables of the same name.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MADE = "This page is made from the program by `python docs/make_tables.py`."


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def _rows(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


# --- The rubric ---------------------------------------------------------------------


def _values(schema: dict[str, Any]) -> str:
    """What a key may hold, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{_heading(name).lower()}](#{_heading(name).lower().replace(' ', '-')})"
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        found = [_values(each) for each in schema["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(found))
    kind = schema.get("type", "anything")
    kinds = kind if isinstance(kind, list) else [kind]
    if "array" in kinds:
        return f"a list: {_values(schema['items'])}"
    if "object" in kinds:
        inside = schema.get("additionalProperties")
        return f"a mapping: {_values(inside)}" if isinstance(inside, dict) else "a mapping"
    if set(kinds) == {"string", "number"}:
        return "text"
    words = {"string": "text", "number": "number", "integer": "number", "boolean": "true, false"}
    return " or ".join(dict.fromkeys(words.get(each, each) for each in kinds))


def _heading(name: str) -> str:
    return "A rubric" if name == "RubricShape" else name.removesuffix("Shape")


def _default(name: str, schema: dict[str, Any], required: list[str]) -> str:
    if name in required:
        return "required"
    value = schema.get("default")
    if value in (None, "", [], {}) or isinstance(value, dict):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


_RUBRIC_HEAD = """\
A rubric is one YAML document. Its first line may be
`# yaml-language-server: $schema=rubric.schema.json`, with the schema of that name from `rubrics/`
beside it; an editor that knows YAML schemas then completes keys and marks faults. `grader lint` says
the rest. [rubrics/](../rubrics) has rubrics to start from.

In a one-line mapping, `{quantity: F, answer: '\\frac{1}{x}'}`, put what holds braces or commas in single
quotes; on a line of its own, `answer: \\frac{1}{x}`, nothing needs quotes."""


def rubric_page() -> str:
    """docs/rubric.md."""
    from grader.read.rubric_shape import rubric_schema

    schema = rubric_schema()
    shapes = {"RubricShape": schema, **schema["$defs"]}
    parts = [
        f"# The rubric, key by key\n\n{MADE}",
        _RUBRIC_HEAD,
    ]
    for name, shape in shapes.items():
        rows = (
            (
                f"`{key}`",
                _values(value),
                _default(key, value, shape.get("required", [])),
                value.get("description", ""),
            )
            for key, value in shape.get("properties", {}).items()
        )
        parts.append(
            f"## {_heading(name)}\n\n{shape.get('description', '')}\n\n"
            + _rows(("key", "holds", "default", "meaning"), rows)
        )
    return "\n\n".join(parts) + "\n"


# --- Functions, mistakes, kinds -----------------------------------------------------


def functions_page() -> str:
    """docs/functions.md."""
    from grader.expr.functions import FUNCTIONS

    rows = (
        (
            f"`{name}`",
            ", ".join(f"`{spelling}`" for spelling in sorted(row.spellings)),
            f"`{row.meaning}`" if row.meaning else "a primitive",
            f"`{row.slope}`" if row.slope else "from its meaning",
        )
        for name, row in FUNCTIONS.items()
    )
    return (
        f"# Functions that are known\n\n{MADE}\n\n"
        "A function is one row of `grader/expr/functions.py`. Its meaning is written in primitives, so that its\n"
        "derivative, its normal form and its enclosures follow. `u` and `v` are its arguments. A rubric gives a\n"
        "function a name of its own with `functions: {a: relu}`.\n\n"
        + _rows(("function", "written as", "meaning", "derivative"), rows)
        + "\n"
    )


def mistakes_page() -> str:
    """docs/mistakes.md."""
    from grader.mistakes.table import MISTAKES

    rows = (
        (f"`{row.name}`", ", ".join(f"`{kind}`" for kind in sorted(row.kinds)), row.nudge)
        for row in MISTAKES
    )
    return (
        f"# Mistakes that are recognised\n\n{MADE}\n\n"
        "Each row derives wrong answers from the reference or from its derivation. An answer has that mistake\n"
        "when it is proved equal to one of them. The names are those of a rubric's `policy.partial_credit`;\n"
        "`follow_through`, `times` (the right answer times something) and `plus` are further ones. Where two rows\n"
        "describe the same wrong answer, the earlier one names it.\n\n"
        + _rows(("mistake", "kinds of question", "what a student is told first"), rows)
        + "\n"
    )


# --- Python ---------------------------------------------------------------------------

_PYTHON = r"""# From Python

```python
>>> import grader
>>> rubric = grader.load_rubric("rubrics/activity6.yaml")
>>> result = grader.grade(rubric, grader.load_answers("submissions_sample/ada.yaml"))
>>> print(result.score, "of", result.possible)
26 of 26
>>> {part.verdict.method for part in result.parts} <= {"identical", "normal form", "case split"}
True

```

Two texts are compared without a rubric; every name is then a real number, unless it is said to be more:

```python
>>> verdict = grader.equivalent(r"\sqrt{w^2}", "|w|")
>>> bool(verdict), verdict.method
(True, 'normal form')
>>> bool(grader.equivalent(r"\sqrt{w^2}", "w"))
False
>>> bool(grader.equivalent(r"\sqrt{w^2}", "w", symbols={"w": "positive"}))
True
>>> bool(grader.equivalent("a(z)", "z I[z > 0]", functions={"a": "relu"}, definitions={"z": "w x + b"}))
True

```

## The public names

What `grader.__all__` lists is public; the rest may change without notice.

```python
>>> from grader import equivalent

```
"""


def _docstring(value: object) -> str:
    """A docstring as Markdown: double backquotes single, examples in a fence."""
    text = re.sub(r"``([^`]+)``", r"`\1`", inspect.getdoc(value) or "")
    text = re.sub(r":\w+:`~?([\w.]+)`", r"`\1`", text)
    return re.sub(
        r"^>>> .*?(?=\n\n|\Z)",
        lambda m: f"```python\n{m[0]}\n\n```",
        text,
        flags=re.MULTILINE | re.DOTALL,
    )


def python_page() -> str:
    """docs/python.md."""
    import grader

    parts = [_PYTHON.strip()]
    for name in grader.__all__:
        value = vars(grader).get(name) or getattr(grader, name)
        if not callable(value):
            continue
        parts.append(f"### `{name}`")
        if inspect.isclass(value) and issubclass(value, Enum):
            parts.append(", ".join(f"`{member.name}`" for member in value))
        # What makes an error is ours; of another class its fields are shown.
        elif not (inspect.isclass(value) and issubclass(value, Exception)):
            signature = re.sub(r"\bgrader(?:\.\w+)+\.(\w+)", r"\1", str(inspect.signature(value)))
            parts.append("```text\n" + _folded(name + signature.replace("'", "")) + "\n```")
        parts.append(_docstring(value))
    return "\n\n".join(parts) + "\n"


def _folded(signature: str) -> str:
    """A long signature with an argument a line."""
    if len(signature) <= _WIDTH:
        return signature
    name, _, rest = signature.partition("(")
    inside, _, returned = rest.rpartition(")")
    arguments = re.split(r", (?![^\[]*\])", inside)
    return "\n".join([f"{name}(", *(f"    {each}," for each in arguments), f"){returned}"])


_WIDTH = 88

PAGES = {
    "python.md": python_page,
    "rubric.md": rubric_page,
    "functions.md": functions_page,
    "mistakes.md": mistakes_page,
}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    for name, page in PAGES.items():
        (ROOT / "docs" / name).write_text(page(), encoding="utf-8")
