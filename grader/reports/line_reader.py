"""A student's line of ``results.json``, what is said of an answer read once for all who gave it."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from grader.limits import RESULTS_READ

#: What stands before the results of the first part, and what each of them begins with.  In
#: JSON no string holds either: there, a quotation mark has a backslash before it.
PARTS: Final = ', "parts": ['
_PART: Final = '{"part": '
_END: Final = "]}"


class LineReader:
    """Reads lines that the house has written fast, and any other line of JSON.

    Equal results of a part are then one value, which nobody may change.
    """

    def __init__(self) -> None:
        self._part = lru_cache(RESULTS_READ)(json.loads)

    def head(self, line: str) -> dict[str, Any]:
        """What a line says of a student and of the file, perhaps with the parts.  Raises as
        :meth:`read`."""
        head, mark, _ = line.partition(PARTS)
        try:
            found: dict[str, Any] = json.loads(head + "}") if mark else {}
        except ValueError:
            found = {}
        return found if {"student", "file"} <= found.keys() else self.read(line)

    def read(self, line: str) -> dict[str, Any]:
        """The value of a line, as ``json.loads`` gives it.  Raises ValueError and
        RecursionError."""
        head, _, rest = line.partition(PARTS)
        if rest.startswith(_PART) and rest.endswith(_END):
            try:
                found: dict[str, Any] = json.loads(head + "}")
                # Each is a value by itself, so that together they are the list.
                found["parts"] = [
                    self._part(_PART + text)
                    for text in rest[len(_PART) : -len(_END)].split(f", {_PART}")
                ]
            except ValueError:
                pass
            else:
                return found
        whole: dict[str, Any] = json.loads(line)
        return whole
