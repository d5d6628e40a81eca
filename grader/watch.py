"""Waiting for a file to be saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

#: Seconds between two looks at the file: soon enough for a person who has just
#: saved, and no load on the machine.
INTERVAL = 0.4


def saves(path: Path, wait: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Once for each time that the file has been saved since the last look, without end.

    Editors write in place, or put a new file under the name; for a moment there
    may be none, which is no save.  ``wait`` is called with seconds between looks.
    """
    seen = _look(path)
    while True:
        wait(INTERVAL)
        now = _look(path)
        if now is not None and now != seen:
            seen = now
            yield


def _look(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is saved, or None while there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
