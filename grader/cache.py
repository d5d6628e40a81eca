"""A folder for what is dear to work out and cheap to keep.

An entry is a file of JSON under a checksum, readable by its owner only.  Nothing in it
is ever run; one that is damaged, of another version, or not the owner's is not there.
Every failure of the file system means going on without: a cache changes how fast an
answer comes, never the answer.

It is trusted as far as the program's own files are: whoever can write there as this
user could change those as well.

``GRADER_CACHE_DIR`` moves the folder, ``GRADER_NO_CACHE`` (set to anything but
nothing) turns it off.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from grader.files import write_atomically
from grader.limits import CACHE_BYTES, CACHE_ENTRY_BYTES
from grader.version import __version__

#: What the first line of an entry begins with; the number is the layout's version.
_MAGIC = b"grader cache 1 "

_SUFFIX = ".json"

#: Libraries that decide what is worked out: another release may give another form.
_LIBRARIES = ("flint", "numpy", "sympy")

#: What may be wrong with an entry: no file, no JSON, no such depth.
_ODD = (OSError, ValueError, RecursionError)


def cache_folder() -> Path | None:
    """Where entries lie, by the customs of the system; None where there is to be no cache."""
    if os.environ.get("GRADER_NO_CACHE"):
        return None
    chosen = os.environ.get("GRADER_CACHE_DIR")
    if chosen:
        return Path(chosen)
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home, as in a container
        return None
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else home / "AppData" / "Local") / "grader" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "grader"
    general = os.environ.get("XDG_CACHE_HOME", "")
    # A relative path there is to be ignored, by the XDG Base Directory Specification.
    return (Path(general) if Path(general).is_absolute() else home / ".cache") / "grader"


def entry_key(*parts: str) -> str:
    """The name of the entry for some input: this program, this version of it, and the parts."""
    digest = hashlib.sha256()
    for part in (program_stamp(), *parts):
        # With its length, so that no two lists of parts run together alike.
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


@cache
def program_stamp() -> str:
    """What changes whenever the program does, a change of its files in a checkout too.

    Files are not read: their sizes and times are enough to see that one was written.
    """
    from importlib.util import find_spec

    lines = [__version__, sys.version]
    for name in _LIBRARIES:
        spec = find_spec(name)
        lines.append(name if spec is None or spec.origin is None else _dated(spec.origin))
    lines += _sources(str(Path(__file__).parent))
    return "\n".join(lines)


def _dated(path: str) -> str:
    try:
        found = Path(path).stat()
    except OSError:
        return path
    return f"{path} {found.st_size} {found.st_mtime_ns}"


def _sources(folder: str) -> list[str]:
    """Each source file below a folder with its size and time, in a fixed order."""
    lines: list[str] = []
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return lines  # run from an archive: the version must do
    for entry in found:
        if entry.name.endswith(".py"):
            with suppress(OSError):
                state = entry.stat()
                lines.append(f"{entry.path} {state.st_size} {state.st_mtime_ns}")
        elif "." not in entry.name and not entry.name.startswith("_") and entry.is_dir():
            lines += _sources(entry.path)
    return lines


def read_entry(key: str) -> Any | None:
    """What was kept under a key; None where there is nothing that can be trusted."""
    folder = cache_folder()
    if folder is None:
        return None
    try:
        if not _is_ours(folder):
            return None
        with (folder / f"{key}{_SUFFIX}").open("rb") as file:
            data = file.read(CACHE_ENTRY_BYTES + 1)
        first, _, body = data.partition(b"\n")
        if len(data) > CACHE_ENTRY_BYTES or first != _heading(key, body):
            return None
        return json.loads(body)
    except _ODD:
        return None


def write_entry(key: str, document: Any) -> bool:
    """Keep a JSON document under a key, and say whether that was possible.

    Two programs may write at once: each file appears whole, and both are alike.
    """
    folder = cache_folder()
    if folder is None:
        return False
    try:
        body = json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode("ascii")
        data = b"\n".join((_heading(key, body), body))
        if len(data) > CACHE_ENTRY_BYTES or (folder.exists() and not _is_ours(folder)):
            return False
        write_atomically(folder / f"{key}{_SUFFIX}", data, durable=False)
        _prune(folder)
    except _ODD:
        return False
    return True


def _heading(key: str, body: bytes) -> bytes:
    """The first line: an entry that was copied under another name does not fit it either."""
    digest = hashlib.sha256(key.encode())
    digest.update(body)
    return _MAGIC + digest.hexdigest().encode()


def _is_ours(folder: Path) -> bool:
    """Whether nobody but this user (and root) can write into the folder."""
    if os.name == "nt":
        return True  # the folders of a profile are the user's by their access lists
    state = folder.stat()
    return state.st_uid == os.getuid() and not state.st_mode & 0o022


def _prune(folder: Path) -> None:
    """Take away the oldest entries, so that the folder stays below its size."""
    ours = [path for path in folder.iterdir() if _is_an_entry(path.name)]
    aged = sorted(_age(path) for path in ours)
    total = sum(size for _, _, size in aged)
    for _, name, size in aged:
        if total <= CACHE_BYTES:
            break
        (folder / name).unlink(missing_ok=True)
        total -= size


def _is_an_entry(name: str) -> bool:
    """Only what this module wrote is ever taken away: entries, and halves of them."""
    stem = name.removesuffix(_SUFFIX)
    whole = stem != name and len(stem) == hashlib.sha256().digest_size * 2
    return whole or (name.startswith(".grader-") and name.endswith(".tmp"))


def _age(path: Path) -> tuple[int, str, int]:
    """When a file was written, its name and its size."""
    try:
        state = path.stat()
    except FileNotFoundError:  # another run took it away
        return 0, path.name, 0
    return state.st_mtime_ns, path.name, state.st_size
