"""The shape of a review file, for Pydantic: which keys there are and what each may hold.

These models check shape and word the JSON Schema that editors use; the house
works with the frozen values of :mod:`grader.read.review`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from grader.read.rubric_shape import Points, Shape, Text


def _date(value: object) -> object:
    if isinstance(value, str):
        try:
            if dt.date.fromisoformat(value).isoformat() == value:
                return value
        except ValueError:
            pass
        raise ValueError(f"`{value}` is no date; write it like 2024-10-31")
    return value


def _bare(value: object) -> object:
    """``decision: 1`` is what a person in a hurry writes; its meaning is plain."""
    return {"points": value} if isinstance(value, str) else value


Optional = Text | None
Day = Annotated[
    str | None,
    BeforeValidator(_date, json_schema_input_type=str | None),
    Field(json_schema_extra={"format": "date"}),
]


class DecisionShape(Shape):
    """What a person decides."""

    points: Points | None = Field(
        default=None, description="From 0 to what is possible: 1, 0.5, 1/3. Empty: not decided."
    )
    comment: Optional = Field(default=None, description="A sentence for the students.")
    by: Optional = Field(default=None, description="Who decided; `decided_by` where it is empty.")
    date: Day = Field(
        default=None, description="When, as 2024-10-31; empty: the day the file was saved."
    )


Decided = Annotated[
    DecisionShape | None,
    BeforeValidator(_bare, json_schema_input_type=DecisionShape | float | str | None),
]


class StudentShape(Shape):
    """Who gave the answer; with a decision of its own, for this student only."""

    name: Optional = None
    id: Optional = Field(default=None, description="The Canvas user id.")
    file: Optional = None
    decision: Decided = Field(default=None, description="For this student only.")


class EntryShape(Shape):
    """One answer to one part, all who gave it, and the decision."""

    part: Text = Field(description="The part's full id, such as q1.phi_0.")
    answer: str | None = Field(default=None, description="The answer as it was written.")
    also: list[str] | None = Field(default=None, description="Other notations of the same answer.")
    read_as: Optional = Field(default=None, description="How it was read, as LaTeX.")
    verdict: Optional = Field(default=None, description="What the grader says; `missing` alone "
                              "decides for everyone who wrote nothing.")  # fmt: skip
    reason: Optional = None
    mistake: Optional = None
    meaning: Optional = Field(default=None, description="Equal for answers that mean the same.")
    possible: Points | None = None
    students: list[StudentShape] | None = Field(default=None, description="Who gave the answer.")
    decision: Decided = Field(default=None, description="For all who gave the answer.")


class UnreadShape(Shape):
    """A file that could not be read."""

    file: Optional = None
    error: Optional = None


class ReviewShape(Shape):
    """What a person must look at, and what was decided."""

    assignment: Optional = Field(default=None, description="The homework this is about.")
    decided_by: Optional = Field(
        default=None, description="Whose name new decisions get; empty: the user's on this machine."
    )
    review: list[EntryShape] | None = Field(
        default=None, description="Answers to decide, and those that are decided."
    )
    earlier: list[EntryShape] | None = Field(
        default=None, description="Decisions about answers that nobody gives now."
    )
    unread: list[UnreadShape] | None = Field(
        default=None, description="Files that could not be read."
    )


#: The shape at each level of a review file, ``*`` for any number.
SHAPES: dict[tuple[str, ...], type[Shape]] = {
    (): ReviewShape,
    ("unread", "*"): UnreadShape,
    **{
        (section, "*", *path): shape
        for section in ("review", "earlier")
        for path, shape in (
            ((), EntryShape),
            (("decision",), DecisionShape),
            (("students", "*"), StudentShape),
            (("students", "*", "decision"), DecisionShape),
        )
    },
}


def keys_at(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that the mapping at a path may have."""
    for pattern, shape in SHAPES.items():
        if len(pattern) == len(path) and all(
            want in ("*", have) for want, have in zip(pattern, path, strict=True)
        ):
            return tuple(shape.model_fields)
    return ()


def review_schema() -> dict[str, Any]:
    """The JSON Schema of review files, for editors."""
    schema = ReviewShape.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
