"""The shape of a rubric file, for Pydantic: which keys there are and what each may hold.

These models check shape and word the JSON Schema that editors use; the house
works with the frozen values of :mod:`grader.read.rubric`.  All scalars arrive as
the text that was written.
"""

from __future__ import annotations

import re
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from grader.read.moment import read_moment

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NUMBER = re.compile(r"(?P<whole>\d+)(?:\.(?P<decimals>\d+)|/(?P<below>\d+))?")

#: Digits that points may be written with: no exam gives a million points.
_NUMBER_LENGTH = 12


def _fraction(value: object) -> Fraction:
    text = str(value).strip()
    found = _NUMBER.fullmatch(text) if len(text) <= _NUMBER_LENGTH else None
    if found is None or (found["below"] is not None and int(found["below"]) == 0):
        raise ValueError(f"`{text}` is not a number of points such as 1, 0.5 or 1/3")
    return Fraction(text)


def _share(value: object) -> Fraction:
    share = _fraction(value)
    if share > 1:
        raise ValueError(f"`{value}` is more than 1; a credit is a share of the part's points")
    return share


def _truth(value: object) -> bool:
    if value in ("true", "True", "yes"):
        return True
    if value in ("false", "False", "no"):
        return False
    raise ValueError(f"`{value}` is neither true nor false")


#: Fewer digits would let nearly anything pass, more than a float has say nothing.
_SIGNIFICANT = range(2, 13)


def _significant(value: object) -> int | None:
    words = str(value).split()
    if words == ["exact"] or value is None:
        return None
    if len(words) == 2 and words[0] == "significant" and words[1].isdecimal():
        digits = int(words[1])
        if digits in _SIGNIFICANT:
            return digits
    raise ValueError(f"`{value}` is neither `exact` nor `significant 3` (2 to 12 digits)")


def _digits(value: object) -> int:
    text = str(value).strip()
    if text.isascii() and text.isdigit() and len(text) <= 2 and int(text) in _SIGNIFICANT:
        return int(text)
    raise ValueError(f"`{text}` is not a number of digits from 2 to 12")


def _identifier(value: object) -> object:
    if isinstance(value, str) and not _ID.fullmatch(value):
        raise ValueError(
            f"`{value}` is no id; an id begins with a letter and goes on with letters, "
            "digits, `_` and `-`"
        )
    return value


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _asked(value: object) -> object:
    return {"quantity": value} if isinstance(value, str) else value


def _moment(value: object) -> datetime | None:
    return None if value is None else read_moment(str(value))


def _disclosed(value: object) -> object:
    return {"show": value} if isinstance(value, str) else value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


#: A text is the scalar as it was written; an editor takes `4312` for a number.
Text = Annotated[
    str,
    Field(min_length=1),
    WithJsonSchema({"type": ["string", "number"], "minLength": 1}),
]
Id = Annotated[str, BeforeValidator(_identifier)]
Serial = PlainSerializer(str, return_type=str)
Points = Annotated[
    Fraction, BeforeValidator(_fraction, json_schema_input_type=int | float | str), Serial
]
Share = Annotated[
    Fraction, BeforeValidator(_share, json_schema_input_type=int | float | str), Serial
]
Decimals = Annotated[int | None, BeforeValidator(_significant, json_schema_input_type=str)]
Truth = Annotated[bool, BeforeValidator(_truth, json_schema_input_type=bool)]
Moment = Annotated[
    datetime | None,
    BeforeValidator(_moment, json_schema_input_type=str),
    PlainSerializer(str, return_type=str),
]
Shown = Literal["never", "wrong", "all"]
Digits = Annotated[int, BeforeValidator(_digits, json_schema_input_type=int)]
Spellings = Annotated[list[Text], BeforeValidator(_listed, json_schema_input_type=list[str] | str)]


class Shape(BaseModel):
    """What all shapes share: no unknown keys, no conversions, no changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CanvasShape(Shape):
    """Which column of Canvas's gradebook the points go to."""

    assignment_id: Text | None = Field(
        default=None, description="The number in the assignment's address."
    )
    assignment_title: Text | None = Field(
        default=None, description="The assignment's name in Canvas."
    )


class RevealShape(Shape):
    """Whether pages show the reference answers, and from when on."""

    show: Shown = Field(
        description="Beside no answer, beside those that are not right, or beside all."
    )
    after: Moment = Field(
        default=None,
        description="From when on, with the offset from UTC: 2026-12-01T23:59+01:00.",
    )
    before: Shown = Field(default="never", description="What is shown until then.")


class PolicyShape(Shape):
    """How verdicts become points."""

    partial_credit: dict[str, Share] = Field(
        default_factory=dict, description="Share of a part's points for a known mistake, by name."
    )
    other_layout_credit: Share | None = Field(
        default=None,
        description="Share for sizes that are right in the other layout, consistently.",
    )
    follow_through_credit: Share | None = Field(
        default=None, description="Share for an answer that is right given an earlier slip."
    )
    decimals: Decimals = Field(
        default=None,
        description="`exact`, or `significant N`: typed decimals count to N significant digits.",
    )
    kink_notes: Truth = Field(
        default=False,
        description="Whether an answer that differs only at a kink (>= for >) gets a note.",
    )
    entry_credit: Truth = Field(
        default=True,
        description="Whether each right entry of a vector, matrix or list earns its share.",
    )
    rounding: Literal["none", "half", "whole"] = Field(
        default="none", description="The step that a student's total is rounded to."
    )
    all_or_nothing: Truth = Field(
        default=False, description="A question counts only if all of it is right."
    )
    cap: Points | None = Field(
        default=None, description="The most points that a student's total may have."
    )


class SymbolShape(Shape):
    """A parameter: a name, or a mapping with more to say."""

    name: Text
    assume: Literal[
        "real", "positive", "nonnegative", "negative", "nonzero", "integer", "natural"
    ] = Field(default="real", description="What values it may take; `natural` is 1, 2, 3, …")
    range: Text | None = Field(
        default=None,
        description="Between which numbers a real one lies, such as 0 < p < 1 or s > 2.",
    )
    aliases: Spellings = Field(default_factory=list, description="Other spellings of the name.")


class IntegralShape(Shape):
    """A definite integral: what is integrated by which name, from where to where."""

    of: Text
    by: Text
    lower: Text = Field(alias="from")
    upper: Text = Field(alias="to")


class PartShape(Shape):
    """One thing that is asked: the quantity, or a mapping with more to say."""

    quantity: Text = Field(
        description=r"What is asked, such as \partial y / \partial x, \nabla f or the slope."
    )
    points: Points | None = Field(default=None, description="Points of this part.")
    bonus: Truth = Field(
        default=False, description="Its points are extra: they are not among those possible."
    )
    prompt: str = Field(default="", description="A sentence for students.")
    hint: Text | None = Field(default=None, description="A hint for the self-check.")
    of: Spellings | None = Field(
        default=None, description="What is differentiated: one quantity, or several in order."
    )
    by: Spellings | None = Field(
        default=None, description="The names that it is differentiated by, in order."
    )
    hold: Spellings | None = Field(
        default=None, description="Quantities of the forward pass that are held fixed."
    )
    answer: Spellings | None = Field(
        default=None,
        description="What the answer must be equal to, where nothing derives it; derivatives in "
        "it are worked out. Of a choice or a list: all that belong to it.",
    )
    at: dict[str, Text] | None = Field(
        default=None, description="Values at which the answer is taken: {x: 2}."
    )
    integral: IntegralShape | None = Field(
        default=None, description="The definite integral whose value is asked."
    )
    tolerance: Text | None = Field(
        default=None, description="How far a value may be off: 0.01, or 1%."
    )
    significant: Digits | None = Field(
        default=None, description="Significant digits to which a typed decimal counts."
    )
    unit: Text | None = Field(default=None, description="A unit that may be written or left out.")
    choices: dict[str, Text] | None = Field(
        default=None, description="What may be chosen: {a: the first, b: the second}."
    )
    ordered: Truth | None = Field(
        default=None, description="Whether the order of a list counts; it does not by default."
    )


Reveal = Annotated[
    RevealShape, BeforeValidator(_disclosed, json_schema_input_type=RevealShape | Shown)
]
Symbol = Annotated[SymbolShape, BeforeValidator(_named, json_schema_input_type=SymbolShape | str)]
Part = Annotated[PartShape, BeforeValidator(_asked, json_schema_input_type=PartShape | str)]


class StepShape(Shape):
    """A step of gradient descent, or of ascent."""

    of: Text = Field(description="The quantity that goes down.")
    rate: Text = Field(description="The learning rate, a name or an expression.")
    ascent: Truth = Field(default=False, description="Whether the quantity goes up instead.")


class QuestionShape(Shape):
    """One question: what is given, and the parts that are asked."""

    id: Id
    kind: Text = Field(
        description="derivative, chain_term, chain, expression, value, gradient, jacobian, "
        "hessian, matrix_derivative, shape, update, choice or list."
    )
    title: Text = ""
    prompt: str = ""
    points: Points = Field(default=Fraction(1), description="Points of each part.")
    layout: Literal["denominator", "numerator"] | None = Field(
        default=None,
        description="Of Jacobians: whether rows belong to the denominator or numerator.",
    )
    functions: dict[str, Text] = Field(
        default_factory=dict, description="Names of this homework for functions: {a: relu}."
    )
    symbols: list[Symbol] = Field(default_factory=list, description="Parameters.")
    quantities: dict[str, Text] = Field(
        default_factory=dict, description="The forward pass, in order: name and expression."
    )
    sizes: dict[str, Text] = Field(
        default_factory=dict,
        description="Elements of each column vector; 1 is a scalar. Of matrices: m \\times n.",
    )
    indices: dict[str, Text] = Field(
        default_factory=dict,
        description="Letters that sums run over, each from 1 to a size: {i: n}.",
    )
    aliases: dict[str, Spellings] = Field(
        default_factory=dict, description="Other spellings of a symbol or quantity."
    )
    layers: dict[str, Text] = Field(
        default_factory=dict,
        description="Sizes that follow from others, in order: {Y: 'conv(X, channels=16, kernel=3)'}.",
    )
    step: StepShape | None = Field(
        default=None, description="Of gradient descent: the loss and the learning rate."
    )
    subscript_partials: Truth = Field(
        default=False, description=r"Whether `y_{\phi_0}` is read as the derivative of y by phi_0."
    )
    parts: dict[str, Part] = Field(min_length=1, description="What is asked, by id.")


class RubricShape(Shape):
    """A rubric: the homework, never its answers."""

    schema_version: Annotated[Literal["1"], WithJsonSchema({"const": 1})] = Field(
        alias="schema", description="The version of this layout: 1."
    )
    id: Id = Field(description="What answers files call this homework.")
    title: Text
    course: str = ""
    canvas: CanvasShape = CanvasShape()
    self_check: Literal["format", "verdict", "hints"] = Field(
        default="verdict", description="How much `grader check` tells a student."
    )
    reveal: Reveal = Field(
        default=RevealShape(show="never"),
        description="Whether pages show the reference answers, and from when on.",
    )
    policy: PolicyShape = PolicyShape()
    total: Points | None = Field(
        default=None,
        description="What the points must sum to, without bonus parts; checked, never used.",
    )
    questions: list[QuestionShape] = Field(min_length=1)


#: The shape at each level of a rubric, ``*`` for any key or number; this is where
#: "did you mean" finds the keys that there are.
SHAPES: dict[tuple[str, ...], type[Shape]] = {
    (): RubricShape,
    ("canvas",): CanvasShape,
    ("policy",): PolicyShape,
    ("reveal",): RevealShape,
    ("questions", "*"): QuestionShape,
    ("questions", "*", "symbols", "*"): SymbolShape,
    ("questions", "*", "parts", "*"): PartShape,
    ("questions", "*", "parts", "*", "integral"): IntegralShape,
    ("questions", "*", "step"): StepShape,
}


def keys_at(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that the mapping at a path may have; empty where any key may stand."""
    for pattern, shape in SHAPES.items():
        if len(pattern) == len(path) and all(
            want in ("*", have) for want, have in zip(pattern, path, strict=True)
        ):
            return tuple(f.alias or name for name, f in shape.model_fields.items())
    return ()


def rubric_schema() -> dict[str, Any]:
    """The JSON Schema of rubric files, for editors."""
    schema = RubricShape.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
