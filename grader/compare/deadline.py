"""Where work on one answer ends: after so much of it, in all comparisons together.

An answer is compared more than once: each link of ``A = B = C``, each other reading, each
entry, each mistake that may explain it.  What they may cost together is counted in units of
about a microsecond, by what is known before the work is done (operations times generators,
pairs of terms, points times nodes), so that the count, and with it the verdict, is the same
on every machine.  What belongs to a rubric alone is not counted, since it is made once and
kept, by whichever answer comes first.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from grader.errors import LimitError
from grader.limits import MAX_OPERATIONS, MAX_SECONDS, MAX_WORK


class Deadline:
    """What is left of the work; None is without end."""

    __slots__ = ("_left", "_time")

    def __init__(self, units: int | None) -> None:
        self._left = units
        self._time = time.monotonic() + MAX_SECONDS

    def spend(self, units: int) -> None:
        """Count some work.  Raises LimitError where there was more than is allowed, and
        where a clock says that no limit foresaw it."""
        if self._left is None:
            return
        self._left -= units
        if self._left < 0:
            raise LimitError("MAX_WORK", "telling whether this is right takes too much work")
        if time.monotonic() > self._time:
            raise LimitError("MAX_SECONDS", "the comparison took too long")

    def affords(self, price: int) -> int:
        """How often ``price`` can be spent, at most MAX_OPERATIONS times."""
        if self._left is None:
            return MAX_OPERATIONS
        return max(0, min(MAX_OPERATIONS, self._left // price))


#: For what belongs to a rubric, whose author is trusted.
NEVER = Deadline(None)

_ANSWER: ContextVar[Deadline | None] = ContextVar("answer", default=None)


@contextmanager
def one_answer() -> Iterator[None]:
    """All comparisons inside share what one answer may cost."""
    token = _ANSWER.set(Deadline(MAX_WORK))
    try:
        yield
    finally:
        _ANSWER.reset(token)


def deadline_of_answer() -> Deadline:
    """That of the answer that is judged; outside of one, that of a comparison by itself."""
    return _ANSWER.get() or Deadline(MAX_WORK)
