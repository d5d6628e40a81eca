"""The name that was nearly written."""

from __future__ import annotations

from collections.abc import Iterable

#: Longer keys are not compared: no name of a file is that long, and difflib's
#: work grows with the square of the length.
_LONGEST = 60

#: How alike two names must be, by difflib's ratio; `studnet` and `student` are 0.86.
_ALIKE = 0.7


def near(name: str, names: Iterable[str]) -> str | None:
    """The one of ``names`` most like ``name``, without regard to case, or None."""
    if len(name) > _LONGEST:
        return None
    by_fold = {candidate.casefold(): candidate for candidate in names}
    from difflib import get_close_matches

    found = get_close_matches(name.casefold(), by_fold, n=1, cutoff=_ALIKE)
    return by_fold[found[0]] if found else None
