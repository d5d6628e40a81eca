"""Writes the JSON Schemas that editors use, from the models: ``python docs/make_schemas.py``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def schemas() -> dict[str, str]:
    """The text of each schema, by its file's name in ``rubrics/``."""
    from grader.read.answers_shape import answers_schema
    from grader.read.review_shape import review_schema
    from grader.read.rubric_shape import rubric_schema

    made = {
        "answers.schema.json": answers_schema(),
        "review.schema.json": review_schema(),
        "rubric.schema.json": rubric_schema(),
    }
    return {
        name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in made.items()
    }


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    for name, text in schemas().items():
        (ROOT / "rubrics" / name).write_text(text, encoding="utf-8")
