"""The name that was nearly written."""

from __future__ import annotations

from collections.abc import Iterable

#: Longer keys are not compared: no name of a file is that long, and difflib's
#: work grows with the square of the length.
_LONGEST = 60

#: How alike two names must be, by difflib's ratio; `studnet` and `student` are 0.86.
_ALIKE = 0.7

#: The same where the names are few and long, or short and of one letter with a subscript:
#: there a name that is less alike is still the one that was meant.
LOOSELY = 0.6


def near(name: str, names: Iterable[str], alike: float = _ALIKE) -> str | None:
    """The one of ``names`` most like ``name``, without regard to case, or None."""
    if len(name) > _LONGEST:
        return None
    by_fold = {candidate.casefold(): candidate for candidate in names}
    from difflib import get_close_matches

    found = get_close_matches(name.casefold(), by_fold, n=1, cutoff=alike)
    return by_fold[found[0]] if found else None


def did_you_mean(
    name: str, names: Iterable[str], alike: float = LOOSELY, otherwise: str | None = None
) -> str | None:
    """``did you mean `student`?``, or what else to say where no name is near."""
    found = near(name, sorted(names), alike)
    return f"did you mean `{found}`?" if found else otherwise
