"""Verdicts, points and evidence in the words that students and instructors read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from grader.limits import VALUE_CHARACTERS
from grader.results import HomeworkStatement, Outcome, rounded

#: Points are few numbers, and each stands on every page.
_NUMBERS_KEPT = 1024


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """How a verdict is shown: a symbol and words, so that colour is never the only sign.

    ``tone`` is the class that the style sheet colours.
    """

    symbol: str
    words: str
    tone: str
    explanation: str


#: One row for each verdict.
VERDICT_WORDS: Mapping[Outcome, VerdictWords] = MappingProxyType({
    Outcome.EQUIVALENT: VerdictWords("✓", "Right", "right", ""),
    Outcome.DIFFERENT: VerdictWords("✗", "Not right", "wrong", ""),
    Outcome.UNREADABLE: VerdictWords(
        "?", "Could not be read", "person", "A person will read it; no point is lost yet."
    ),
    Outcome.UNDECIDED: VerdictWords(
        "≟", "Not decided", "person", "A person will decide; no point is lost yet."
    ),
    Outcome.DISALLOWED: VerdictWords(
        "⊘", "Not an answer as it stands", "person", "A person will look at it."
    ),
    Outcome.MISSING: VerdictWords("○", "Nothing written", "missing", ""),
})  # fmt: skip

#: How sure an ``equivalent`` is, by the method that found it.
_METHODS: Mapping[str, str] = MappingProxyType({
    "identical": "the same terms and factors as in the reference",
    "normal form": "proved equal by exact algebra",
    "tolerance": "near enough to the right number, by exact bounds",
    "chosen": "",
    "factors": "the right factors, in an order that conforms",
    "entries": "proved equal, entry by entry",
    "case split": "proved equal, case by case of the indicators",
    "instances": "proved equal for sizes in numbers; not for every size",
    "entries at sizes": "proved equal entry by entry for sizes in numbers; not for every size",
})  # fmt: skip


@lru_cache(_NUMBERS_KEPT)
def fraction(number: float | str) -> Fraction:
    """A number of the document, as the decimal that was printed."""
    return Fraction(str(number))


def total(numbers: Iterable[float]) -> Fraction:
    """The exact sum of numbers of the document; of whole ones, as most are, all at once."""
    rows = list(numbers)
    if all(isinstance(number, int) for number in rows):
        return Fraction(sum(rows))
    return sum(map(fraction, rows), Fraction(0))


@lru_cache(_NUMBERS_KEPT)
def number_text(number: float | Fraction | None) -> str:
    """A number as people write it: ``25``, ``24.5``, ``-0.25``; two decimals at most.

    >>> number_text(25), number_text(24.5), number_text(None)
    ('25', '24.5', '–')
    """
    if number is None:
        return "–"
    exact = number if isinstance(number, Fraction) else fraction(number)
    text = f"{float(round(exact, 2)):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def plural(number: float | Fraction, one: str, many: str | None = None) -> str:
    """``1 point``, ``2 points``, ``0.5 points``."""
    return f"{number_text(number)} {one if number == 1 else many or one + 's'}"


def percent_text(part: Fraction, whole: Fraction) -> str:
    """A share in whole percent, rounded half up; ``–`` of nothing."""
    if whole == 0:
        return "–"
    return f"{(part * 100 / whole + Fraction(1, 2)).__floor__()} %"


def reveal_words(statement: HomeworkStatement) -> str:
    """Beside which answers students see references, and what a date to come changes."""
    later = statement.later
    then = "" if later is None else f" until {later.after}, then {later.show}"
    return f"{statement.reveal}{then}"


def method_text(evidence: Mapping[str, Any]) -> str:
    """How an ``equivalent`` was found, in words; a sample says that it is no proof."""
    method = evidence.get("method")
    if method != "sampled":
        return _METHODS.get(str(method), "")
    points, regions = evidence.get("points"), evidence.get("regions")
    text = "equal at every random point tried"
    if points is not None:
        text = f"equal at all of {plural(points, 'random point')}"
    if regions is not None:
        text += f" in {plural(regions, 'activation region')}"
    if evidence.get("regions_empty"):
        text += f"; {plural(evidence['regions_empty'], 'region')} could not be reached"
    return text + "; not proved"


@dataclass(frozen=True, slots=True)
class ValueWords:
    """A value at a witness: ``is 3/4``, ``is about 0.7311``, ``is undefined``."""

    verb: str
    number: str

    def __str__(self) -> str:
        return f"{self.verb} {self.number}".strip()


def value_words(enclosure: str | list[str] | None) -> ValueWords:
    """A value of a witness in ``results.json``: exact, an interval, or undefined."""
    if enclosure is None:
        return ValueWords("is undefined there", "")
    if isinstance(enclosure, str):
        if len(enclosure) <= VALUE_CHARACTERS:
            return ValueWords("is", enclosure.replace("-", "−"))
        enclosure = [enclosure, enclosure]
    middle = (Fraction(enclosure[0]) + Fraction(enclosure[1])) / 2
    return ValueWords("is about", rounded(middle).replace("-", "−"))


#: A reference that is a mere number, in LaTeX: its value at any point gives it away.
_MERE_NUMBER = re.compile(
    r"(?:[0-9.,/+\-(){}\s]|\\(?:frac|left|right|cdot|times|pi)(?![A-Za-z])|\[|\])*"
)


def is_mere_number(latex: str) -> bool:
    """Whether a formula names no quantity, so that one value of it tells all of it."""
    return _MERE_NUMBER.fullmatch(latex) is not None
