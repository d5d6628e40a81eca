"""What a run has worked out, kept beside its results so that the next run need not.

A line for each answer that was judged and each file that was read, appended as soon
as it is known.  A run that was killed goes on from it; a run over files of which few
have changed reads and judges those few.  Nothing in it is trusted that is not whole:
each line has a checksum, and one that is damaged counts as not written.  The whole
belongs to one rubric and one program, and is begun anew for another.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from io import FileIO
from pathlib import Path
from typing import Final

from grader.files import private_folder, replacing, write_atomically
from grader.limits import JOURNAL_SMALL

#: Where the journal stands below the folder of results.
JOURNAL: Final = "journal"
#: Beside it, what is known of the students' pages.
PAGES: Final = "pages"

_HEADER: Final = b"h"


class Journal:
    """Texts by kind (one letter) and key (a word); the newest of a key counts.

    ``path`` None keeps them in memory.  ``fresh`` forgets what is there.
    """

    def __init__(self, path: Path | None, identity: str, *, fresh: bool = False) -> None:
        """Open or begin the journal of ``identity``, one word that says what results depend on.

        Raises OSError.
        """
        self.path = path
        self._identity = identity.encode()
        self._places: dict[bytes, int] = {}
        self._held: dict[bytes, str] = {}
        self._stream: FileIO | None = None
        self._size = 0
        if path is None:
            return
        if fresh or not self._load(path):
            self._places.clear()
            private_folder(path.parent)
            write_atomically(path, _line(_HEADER, self._identity, b""))
        self._open(path)

    def _open(self, path: Path) -> None:
        # Unbuffered: what was put is the system's to keep, whatever becomes of this process.
        self._stream = path.open("r+b", buffering=0)
        self._size = self._stream.seek(0, os.SEEK_END)
        if self._size:
            self._stream.seek(self._size - 1)
            if self._stream.read(1) != b"\n":
                # A line that was cut off must not swallow the next.
                self._stream.write(b"\n")
                self._size += 1

    def _load(self, path: Path) -> bool:
        """Index the lines of a file; False where it is not this identity's, or not there."""
        try:
            stream = path.open("rb")
        except FileNotFoundError:
            return False
        with stream:
            place = 0
            for line in stream:
                found = _whole(line)
                if place == 0 and (found is None or found != (_HEADER, self._identity)):
                    return False
                if place and found is not None:
                    self._places[b" ".join(found)] = place << 32 | len(line)
                place += len(line)
        return place > 0

    def __contains__(self, at: tuple[str, str]) -> bool:
        place = _at(*at)
        return place in self._held or place in self._places

    def put(self, kind: str, key: str, text: str, *, lasting: bool = True) -> None:
        """Keep a text of one line; after this a crash of the program does not lose it.

        One that is not ``lasting`` is known to this run only.  Raises OSError where it
        cannot be written, and then keeps what was there.
        """
        at = _at(kind, key)
        if self._stream is None or not lasting:
            self._held[at] = text
            return
        line = _line(kind.encode(), key.encode(), text.encode())
        self._stream.seek(self._size)
        rest = memoryview(line)
        while rest:
            # A disk may take the beginning of a line, and refuse when asked once more.
            rest = rest[self._stream.write(rest) :]
        self._places[at] = self._size << 32 | len(line)
        self._size += len(line)

    def get(self, kind: str, key: str) -> str:
        """The text of a key.  Raises KeyError where there is none that is whole."""
        at = _at(kind, key)
        held = self._held.get(at)
        return held if held is not None else _text(self._raw(at), at)

    def count(self, kind: str) -> int:
        """How many keys of a kind there are."""
        start = _at(kind, "")
        return sum(at.startswith(start) for at in (*self._places, *self._held))

    def _raw(self, at: bytes) -> bytes:
        assert self._stream is not None
        place = self._places[at]
        self._stream.seek(place >> 32)
        return self._stream.read(place & 0xFFFFFFFF)

    def tidy(self, used: AbstractSet[tuple[str, str]]) -> None:
        """Drop everything else, where it is the most of a file that is not small, lines that
        newer ones stand for among it.  Raises OSError."""
        wanted = (self._places.get(_at(*at), 0) & 0xFFFFFFFF for at in used)
        if self._size > JOURNAL_SMALL and 2 * sum(wanted) < self._size:
            self.keep_only(used)

    def keep_only(self, used: AbstractSet[tuple[str, str]]) -> None:
        """Drop everything else.  Raises OSError."""
        if self.path is None:
            return
        places = {_at(*at) for at in used}

        def lines() -> Iterator[bytes]:
            yield _line(_HEADER, self._identity, b"")
            for at in self._places:
                if at in places:
                    yield self._raw(at)

        with replacing(self.path) as stream:
            stream.writelines(lines())
        self.close()
        self._places.clear()
        self._load(self.path)
        self._open(self.path)

    def close(self) -> None:
        """Let go of the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _at(kind: str, key: str) -> bytes:
    return f"{kind} {key}".encode()


def _line(kind: bytes, key: bytes, text: bytes) -> bytes:
    said = b"%b %b %b" % (kind, key, text)
    return b"%08x %b\n" % (zlib.crc32(said), said)


def _whole(line: bytes) -> tuple[bytes, bytes] | None:
    """Kind and key of a line that is as it was written, or None."""
    check, _, said = line.rstrip(b"\n").partition(b" ")
    parts = said.split(b" ", 2)
    if len(parts) != 3 or not line.endswith(b"\n") or check != b"%08x" % zlib.crc32(said):
        return None
    return parts[0], parts[1]


def _text(line: bytes, at: bytes) -> str:
    """The text of a line.  Raises KeyError where it is no longer whole."""
    found = _whole(line)
    if found is None or b" ".join(found) != at:
        raise KeyError(at)
    return line.rstrip(b"\n").split(b" ", 3)[3].decode()
