"""A histogram of scores, laid out in whole pixels for an inline SVG."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from grader.reports.words import number_text, plural

#: More bars than this are hard to tell apart on a phone.
_MOST_BARS = 14

#: Widths of a bar, in points, that make round numbers below it.
_STEPS = tuple(
    Fraction(digits) * Fraction(10) ** power for power in range(-2, 7) for digits in (1, 2, 5)
)

WIDTH, HEIGHT = 640, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 16, 24, 34


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar and its count, in pixels from the top left."""

    x: int
    y: int
    width: int
    height: int
    count: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A number below the axis."""

    x: int
    label: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """The picture, and the same in words."""

    width: int
    height: int
    baseline: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    words: str


def histogram(scores: list[Fraction], possible: Fraction) -> Histogram | None:
    """How many students have how many points; None where there is nothing to draw.

    A bar holds its lower bound and not its upper; the last holds both.  Scores
    beyond either end (bonus points) stand in the bar at that end.
    """
    if not scores or possible <= 0:
        return None
    step = next((step for step in _STEPS if possible / step <= _MOST_BARS), _STEPS[-1])
    bins = -(-possible // step)
    counts = [0] * int(bins)
    for score in scores:
        counts[min(max(int(score // step), 0), len(counts) - 1)] += 1
    return Histogram(
        width=WIDTH,
        height=HEIGHT,
        baseline=HEIGHT - _BOTTOM,
        bars=_bars(counts),
        ticks=_ticks(len(counts), step, possible),
        words=_words(counts, step, possible),
    )


def _edge(index: int, bins: int) -> int:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * index // bins


def _bars(counts: list[int]) -> tuple[Bar, ...]:
    room = HEIGHT - _TOP - _BOTTOM
    most = max(counts)
    bars = []
    for index, count in enumerate(counts):
        if count:
            left, right = _edge(index, len(counts)), _edge(index + 1, len(counts))
            height = max(2, room * count // most)
            bars.append(Bar(left + 2, HEIGHT - _BOTTOM - height, right - left - 4, height, count))
    return tuple(bars)


def _ticks(bins: int, step: Fraction, possible: Fraction) -> tuple[Tick, ...]:
    return tuple(
        Tick(_edge(index, bins), number_text(min(step * index, possible)))
        for index in range(bins + 1)
    )


def _words(counts: list[int], step: Fraction, possible: Fraction) -> str:
    parts = []
    for index, count in enumerate(counts):
        if count:
            low = step * index
            if index == len(counts) - 1:
                where = f"from {number_text(low)} to {number_text(possible)}"
            else:
                where = f"from {number_text(low)} to under {number_text(low + step)}"
            parts.append(f"{plural(count, 'student')} {where}")
    return "Points: " + "; ".join(parts) + "."
