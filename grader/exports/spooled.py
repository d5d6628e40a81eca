"""The content of a file that may be too long to hold."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import IO
from weakref import finalize

from grader.limits import SPOOLED_BYTES


class Spooled:
    """Bytes, in memory while they are few and else in a file that is gone with this value."""

    def __init__(self, pieces: Iterable[str | bytes] = ()) -> None:
        """``pieces`` follow one another; texts are written as UTF-8."""
        self.file: IO[bytes] = SpooledTemporaryFile(max_size=SPOOLED_BYTES)  # noqa: SIM115 - it is this value's
        finalize(self, self.file.close)
        for piece in pieces:
            self.file.write(piece.encode("utf-8") if isinstance(piece, str) else piece)

    def read(self) -> bytes:
        """All of them."""
        self.file.seek(0)
        return self.file.read()

    def copy_to(self, stream: IO[bytes]) -> None:
        """Write them to a stream."""
        self.file.seek(0)
        shutil.copyfileobj(self.file, stream)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spooled) and self.read() == other.read()

    __hash__ = None  # type: ignore[assignment]
