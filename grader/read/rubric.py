"""What a rubric file says, as frozen values.

Mathematics stays text with its place: this layer knows YAML, not expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, NamedTuple

from grader.errors import Fault
from grader.read.located import Located
from grader.source import Place, Span, caret

_NO_CREDIT: Mapping[str, Fraction] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CanvasTarget:
    """The column of Canvas's gradebook that the points go to."""

    assignment_id: str | None = None
    assignment_title: str | None = None


#: Beside which answers pages show the reference.
Shown = Literal["never", "wrong", "all"]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """When pages show reference answers: ``show``, but ``before`` until ``after``."""

    show: Shown
    after: datetime | None = None
    before: Shown = "never"

    def at(self, now: datetime | None) -> Shown:
        """What is shown at a moment; while none is known, what holds before."""
        if self.after is None or (now is not None and now >= self.after):
            return self.show
        return self.before


@dataclass(frozen=True, slots=True)
class Policy:
    """How verdicts become points; credits are shares (0 to 1) of a part's points."""

    partial_credit: Mapping[str, Fraction] = field(default_factory=lambda: _NO_CREDIT)
    other_layout_credit: Fraction | None = None
    follow_through_credit: Fraction | None = None
    significant: int | None = None
    kink_notes: bool = False
    entry_credit: bool = True
    rounding: Literal["none", "half", "whole"] = "none"
    all_or_nothing: bool = False
    cap: Fraction | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "partial_credit", MappingProxyType(dict(self.partial_credit)))

    def __reduce__(self) -> tuple[type[Policy], tuple[object, ...]]:
        # A read-only view does not pickle, and rubrics go to worker processes.
        values = (getattr(self, each.name) for each in fields(self))
        return type(self), tuple(
            dict(value) if isinstance(value, Mapping) else value for value in values
        )


@dataclass(frozen=True, slots=True)
class SymbolDeclaration:
    """A leaf parameter; ``assume`` is real, positive, nonnegative, negative, nonzero, integer or
    natural, ``range`` a condition on a real one."""

    name: Located
    assume: str = "real"
    range: Located | None = None
    aliases: tuple[Located, ...] = ()


class Quantity(NamedTuple):
    """One step of the forward pass."""

    name: Located
    expression: Located
    aliases: tuple[Located, ...]


class VectorSize(NamedTuple):
    """The number of elements of a column vector; ``1`` for a scalar."""

    name: Located
    size: Located


class Integral(NamedTuple):
    """A definite integral, as written."""

    of: Located
    by: Located
    lower: Located
    upper: Located


class Step(NamedTuple):
    """A step of gradient descent (or ascent), as written."""

    of: Located
    rate: Located
    ascent: bool


class Layer(NamedTuple):
    """A size that follows from others."""

    name: Located
    expression: Located


@dataclass(frozen=True, slots=True)
class PartFile:
    """One thing that is asked.  ``full_id`` is ``q1.phi_0``, ``place`` its key's.

    What follows ``bonus`` is for some kinds of question only; ``given`` are the keys of those
    that are written, and a kind refuses the ones that mean nothing to it.
    """

    id: str
    full_id: str
    quantity: Located
    points: Fraction
    prompt: str
    hint: str | None
    place: Place
    bonus: bool = False
    of: tuple[Located, ...] = ()
    by: tuple[Located, ...] = ()
    hold: tuple[Located, ...] = ()
    answer: tuple[Located, ...] = ()
    at: tuple[tuple[Located, Located], ...] = ()
    integral: Integral | None = None
    tolerance: Located | None = None
    significant: int | None = None
    unit: Located | None = None
    choices: tuple[tuple[Located, Located], ...] = ()
    ordered: bool = False
    given: tuple[Located, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """One question as written.

    ``points`` is what each part is worth unless it says otherwise.  ``functions``
    pairs a name of the homework with a function of the table.  ``aliases`` holds
    every name's other spellings, also those of ``symbols`` and ``quantities``.
    ``indices`` pairs a letter that sums run over with the size that it runs to.
    """

    id: str
    kind: Located
    title: str
    prompt: str
    points: Fraction
    layout: str | None
    subscript_partials: bool
    functions: tuple[tuple[Located, Located], ...]
    symbols: tuple[SymbolDeclaration, ...]
    quantities: tuple[Quantity, ...]
    sizes: tuple[VectorSize, ...]
    aliases: tuple[tuple[Located, tuple[Located, ...]], ...]
    indices: tuple[tuple[Located, Located], ...]
    parts: tuple[PartFile, ...]
    place: Place
    layers: tuple[Layer, ...] = ()
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class RubricFile:
    """A rubric as written; ``digest`` is the SHA-256 of its bytes, in hex.

    ``reveal`` is what ``disclosure`` comes to at the time of a run (:meth:`at`).
    """

    file: str
    id: str
    title: str
    course: str
    self_check: Literal["format", "verdict", "hints"]
    reveal: Shown
    disclosure: Disclosure
    canvas: CanvasTarget
    policy: Policy
    questions: tuple[QuestionFile, ...]
    text: str
    digest: str

    def at(self, now: datetime) -> RubricFile:
        """The rubric as it stands at a moment, which its date of disclosure waits for."""
        return replace(self, reveal=self.disclosure.at(now))

    def fault(
        self,
        place: Place,
        message: str,
        suggestion: str | None = None,
        path: str = "",
        length: int = 1,
    ) -> Fault:
        """A fault of this file with its line and a caret, for the layers that find it."""
        lines = self.text.split("\n")
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        start = place.column - 1
        return Fault(place, path, message, suggestion, caret(line, Span(start, start + length)))


#: Keys of a part that only some kinds of question know.
KIND_KEYS = ("of", "by", "hold", "answer", "at", "integral", "tolerance", "significant", "unit",
             "choices", "ordered")  # fmt: skip
