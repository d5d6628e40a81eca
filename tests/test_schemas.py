"""The JSON Schemas that editors use are the models', and fit the files that ship."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from grader.cli import cli  # noqa: F401  (a checkout on the path)

ROOT = Path(__file__).parents[1]
SCHEMAS = sorted((ROOT / "rubrics").glob("*.schema.json"))


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((ROOT / "rubrics" / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def faults(name: str, text: str) -> list[str]:
    return [
        f"{error.json_path}: {error.message}"
        for error in validator(name).iter_errors(yaml.safe_load(text))
    ]


def test_the_schemas_are_the_models() -> None:
    made = subprocess.run(
        [sys.executable, "-c", "import sys, json; sys.path[:0] = ['docs', '.']; "
         "import make_schemas; print(json.dumps(make_schemas.schemas()))"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(made.stdout) == {
        path.name: path.read_text(encoding="utf-8") for path in SCHEMAS
    }
    assert len(SCHEMAS) == 3


@pytest.mark.parametrize("path", sorted((ROOT / "rubrics").glob("*.yaml")), ids=lambda p: p.stem)
def test_rubrics_fit_their_schema_and_name_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert faults("rubric", text) == []
    assert text.startswith("# yaml-language-server: $schema=rubric.schema.json\n")


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted((ROOT / "submissions_sample").glob("**/*.yaml"))
        # What is broken on purpose: bad quoting, and files that are no answers.
        if path.stem != "kofi" and "messy" not in path.parts
    ],
    ids=lambda p: p.stem,
)
def test_answers_fit_their_schema(path: Path) -> None:
    assert faults("answers", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("answers", "student: {name: A}\nanswer: {}\n",
         ["$: 'answers' is a required property",
          "$: Additional properties are not allowed ('answer' was unexpected)"]),
        ("rubric", "schema: 2\nid: a\ntitle: A\nquestions: []\n",
         ["$.questions: [] should be non-empty", "$.schema: 1 was expected"]),
        ("review", "review: [{part: q1.a, decision: {points: x, pionts: 1}}]\n", None),
    ],
)  # fmt: skip
def test_faults_are_marked(name: str, text: str, expected: list[str] | None) -> None:
    found = sorted(faults(name, text))
    assert found
    if expected is not None:
        assert found == expected


@pytest.mark.parametrize(
    "path",
    [
        *sorted((ROOT / "rubrics").glob("*.yaml")),
        *(
            path
            for path in sorted((ROOT / "submissions_sample").rglob("*.yaml"))
            if not {"messy", "canvas"} & set(path.parts)  # as students and Canvas leave them
        ),
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_the_first_line_of_a_file_names_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert named != first
    assert (path.parent / named).resolve() in SCHEMAS
