"""The folder of results while a run writes to it: one run at a time, and no litter."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from grader.files import private_folder, sweep

#: Below the folder of results: what is the program's own.
HIDDEN: Final = ".grader"

_LOCK: Final = "lock"


class BusyError(Exception):
    """Another run writes to the same folder."""


@contextmanager
def sole_writer(out: Path) -> Iterator[Path]:
    """The program's own folder below ``out``, while no other run writes to ``out``.

    Halves of files that a killed run has left are removed.  Raises BusyError where
    another run is at work, OSError where the folder cannot be made.  The system lets go
    of the lock when the process ends, however it ends.
    """
    hidden = out / HIDDEN
    private_folder(hidden)
    descriptor = os.open(hidden / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _lock(descriptor):
            who = os.read(descriptor, 32).decode("ascii", "replace").strip()
            by = f" (process {who})" if who.isdigit() else ""
            raise BusyError(
                f"{out}: another run{by} is writing here; wait until it is done, or name "
                "another folder with -o"
            )
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        for folder in (out, hidden, out / "feedback", out / "canvas"):
            sweep(folder)
        yield hidden
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Take the lock of an open file, unless another process has it."""
    if sys.platform == "win32":
        import msvcrt

        try:
            # Far behind what is written there, which others may then read.
            os.lseek(descriptor, 1 << 20, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
