"""Which students' pages stand on the disk as they would be written, so that they need not be.

A page is only taken for what it is: what it was made from is the same, and so is every
byte of it.  One that somebody has changed or taken away is written again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from grader.read.bundled import data_folder
from grader.reports.results_json import line_text


class Memory(Protocol):
    """Texts by kind and key, kept from run to run."""

    def __contains__(self, at: tuple[str, str]) -> bool: ...

    def get(self, kind: str, key: str) -> str:
        """The text of a key.  Raises KeyError."""
        ...

    def put(self, kind: str, key: str, text: str) -> None:
        """Keep a text."""
        ...


_PAGE = "p"


class Standing:
    """The pages below a folder, by what the last run noted about them."""

    def __init__(self, memory: Memory, out: Path) -> None:
        self._memory = memory
        self._out = out
        self._sources: dict[str, str] = {}

    def has(self, paths: Sequence[str], submission: str) -> bool:
        """Whether a student's pages stand there, made from this very line of the results.

        Where not, they are going to be written, and :meth:`note` is told of each.
        """
        source = _digest(submission)
        if all(self._stands(path, source) for path in paths):
            return True
        self._sources.update(dict.fromkeys(paths, source))
        return False

    def _stands(self, path: str, source: str) -> bool:
        key = _digest(path)
        if (_PAGE, key) not in self._memory:
            return False
        try:
            noted = self._memory.get(_PAGE, key)
            page = hashlib.sha256((self._out / path).read_bytes()).hexdigest()
        except (KeyError, OSError):
            return False
        return noted == f"{source} {page}"

    def note(self, path: str, page: str) -> None:
        """What a page is made from, and what it comes to."""
        self._memory.put(_PAGE, _digest(path), f"{self._sources[path]} {_digest(page)}")


def look_of(head: Mapping[str, Any]) -> str:
    """A word for all that pages depend on beside the student: the homework and the templates."""
    told = hashlib.sha256(line_text(head).encode("utf-8", "surrogatepass"))
    for path in sorted(data_folder("templates").iterdir()):
        if path.is_file():
            told.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return told.hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
