"""What a person may choose about an export."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

from grader.read.gradebook import Gradebook


class Pending(StrEnum):
    """What becomes of a student some of whose parts wait for a person.

    ``omit``: no grade, and a line that says so.  ``zero``: those parts count as
    zero.  ``partial``: the decided parts alone make the grade, in proportion.
    """

    OMIT = "omit"
    ZERO = "zero"
    PARTIAL = "partial"


class Scale(StrEnum):
    """What a grade is written as."""

    POINTS = "points"
    PERCENT = "percent"
    COMPLETE = "complete"


class Per(StrEnum):
    """What one criterion of a Canvas rubric stands for."""

    PART = "part"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """The choices, each with its default.

    ``gradebook`` is the instructor's own export of Canvas's, ``column`` the header
    of the column that takes the grades.  ``complete_from`` is the share of the
    possible points, in percent, from which ``Scale.COMPLETE`` says complete.
    ``templates`` is a folder whose templates stand before the house's own.
    """

    gradebook: Gradebook | None = None
    column: str | None = None
    pending: Pending = Pending.OMIT
    scale: Scale = Scale.POINTS
    complete_from: Fraction = Fraction(50)
    per: Per = Per.PART
    templates: Path | None = None
