"""Which students' pages stand on the disk: those that need not be written, and those that go.

A page is only taken for what it is: what it was made from is the same, and so is every
byte of it.  One that somebody has changed or taken away is written again.  One of a student
who is no longer in the class is removed, if it is to the byte what was written.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
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

    def tidy(self, used: AbstractSet[tuple[str, str]]) -> None:
        """Drop what is not used, where that is the most of it."""
        ...


_PAGE = "p"


class Standing:
    """The pages below a folder, by what earlier runs noted about them.

    ``look`` is a word for all that pages depend on beside the student; None where that may
    change unseen, or nothing of an earlier run is to be used: then no page is taken as it is.
    """

    def __init__(self, memory: Memory, out: Path, look: str | None) -> None:
        self._memory = memory
        self._out = out
        self._look = look
        self._sources: dict[str, str] = {}

    def has(self, paths: Sequence[str], submission: str) -> bool:
        """Whether a student's pages stand there, made from this very line of the results.

        Where not, they are going to be written, and :meth:`note` is told of each.
        """
        source = _digest(f"{self._look}\n{submission}")
        if self._look is not None and all(self._is_noted(path, source) for path in paths):
            return True
        self._sources.update(dict.fromkeys(paths, source))
        return False

    def _is_noted(self, path: str, source: str | None = None) -> bool:
        """Whether a page is to the byte what was written, and made from ``source``."""
        key = _key(path)
        if key not in self._memory:
            return False
        try:
            made_from, _, page = self._memory.get(*key).partition(" ")
            found = hashlib.sha256((self._out / path).read_bytes()).hexdigest()
        except (KeyError, OSError):
            return False
        return found == page and source in (None, made_from)

    def note(self, path: str, page: str) -> None:
        """What a page is made from, and what it comes to."""
        self._memory.put(*_key(path), f"{self._sources[path]} {_digest(page)}")

    def remove_others(self, folder: str, paths: AbstractSet[str]) -> int:
        """Remove the pages in a folder that earlier runs have written and that are not among
        ``paths``; how many there were.  Raises OSError."""
        removed = 0
        with suppress(FileNotFoundError), os.scandir(self._out / folder) as entries:
            for path in sorted(f"{folder}/{entry.name}" for entry in entries):
                if path not in paths and self._is_noted(path):
                    (self._out / path).unlink()
                    removed += 1
        return removed

    def tidy(self, paths: AbstractSet[str]) -> None:
        """Drop what is noted about pages other than ``paths``, where that is the most of it.
        Raises OSError."""
        self._memory.tidy({_key(path) for path in paths})


def _key(path: str) -> tuple[str, str]:
    return _PAGE, _digest(path)


def look_of(head: Mapping[str, Any]) -> str:
    """A word for all that pages depend on beside the student: the homework and the templates."""
    told = hashlib.sha256(line_text(head).encode("utf-8", "surrogatepass"))
    for path in sorted(data_folder("templates").iterdir()):
        if path.is_file():
            told.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return told.hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
