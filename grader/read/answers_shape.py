"""The shape of an answers file, for the JSON Schema that editors use.

Reading is more patient than this (:mod:`grader.read.answers`): what an editor marks may
still be read and graded.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from grader.read.answers import STUDENT_KEYS, TOP_KEYS
from grader.read.rubric_shape import Shape

#: Every value is text to us; YAML sees numbers and truths where an editor looks.
Written = str | int | float | bool | None


class StudentKeys(Shape):
    """Whose answers these are."""

    name: str | None = Field(default=None, description="The student's name.")
    id: str | int | None = Field(default=None, description="The Canvas user id.")
    sis_user_id: str | int | None = Field(default=None, description="As Canvas exports it.")
    sis_login_id: str | int | None = Field(default=None, description="As Canvas exports it.")


class AnswersShape(Shape):
    """Answers to a homework: LaTeX, plain text or Unicode, each between '…'."""

    student: StudentKeys = Field(description="Whose answers these are.")
    assignment: str | None = Field(default=None, description="The rubric's id.")
    definitions: dict[str, Written] | None = Field(
        default=None, description="Shorthand of your own, for all answers: z_1: 'w x + b'."
    )
    answers: dict[str, Written | dict[str, Written | dict[str, Written]]] | None = Field(
        description="By question and part (`q1: {phi_0: …}`), or by the quantity itself."
    )


assert tuple(AnswersShape.model_fields) == TOP_KEYS
assert tuple(StudentKeys.model_fields) == STUDENT_KEYS


def answers_schema() -> dict[str, Any]:
    """The JSON Schema of answers files, for editors."""
    schema = AnswersShape.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
