"""What a diagnosis says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A mistake by its name in the table, and what to tell the student.

    ``sentence`` may speak of the right answer, ``nudge`` does not.
    """

    mistake: str
    sentence: str
    nudge: str
