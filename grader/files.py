"""Writing files so that none is ever half there, and naming them after people safely.

A file appears under its final name complete or not at all, readable by its
owner only: results and feedback are students' records.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from grader.limits import FILE_STEM_BYTES, FILES_TOGETHER

#: Names that Windows keeps for devices, whatever the extension.
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{device}{digit}" for device in ("com", "lpt") for digit in range(10)}
)

_NOT_IN_A_SLUG = re.compile(r"[\W_]+")

#: Hexadecimal digits that tell two people apart whose names slug alike: 40 bits,
#: so that a class of a thousand collides once in two million runs.
_DIGEST_DIGITS = 10

#: From so many files on, one wait for the whole system is shorter than one for each.
_WORTH_A_SYNC = 12


def private_folder(folder: Path) -> None:
    """Make a folder and its missing parents for the owner only; an existing one stays as it is."""
    if not folder.is_dir():
        private_folder(folder.parent)
        # Another run may make it at the same moment, which is as good.
        folder.mkdir(mode=0o700, exist_ok=True)


#: What the names of files begin and end with that are not whole yet.
_PARTIAL = (".grader-", ".tmp")


def write_atomically(path: Path, content: str | bytes, *, durable: bool = True) -> Path:
    """Write a file that is complete under its name at every moment, mode 0600.

    A text is written as UTF-8 with the line ends it has.  The folder is made if
    need be.  Raises OSError (a full disk, no permission), and then leaves what
    was there before and no temporary file.
    """
    with replacing(path, durable=durable) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
    return path


@contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file when all of them are written, mode 0600.

    Until then, and when anything is raised, what was there before stays.  A file that
    is ``durable`` outlives a loss of power too.  Raises OSError.
    """
    # What only reads does without it, and without what it loads.
    import tempfile

    private_folder(path.parent)
    # In the same folder, since a rename is atomic within one file system only.
    prefix, suffix = _PARTIAL
    descriptor, name = tempfile.mkstemp(prefix=prefix, suffix=suffix, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Remove what runs that were killed have left half-written in a folder."""
    prefix, suffix = _PARTIAL
    for path in folder.glob(f"{prefix}*{suffix}"):
        path.unlink(missing_ok=True)


def write_together(files: Iterable[tuple[Path, str | bytes]]) -> list[Path]:
    """:func:`write_atomically` for many files, with one wait for the disk for many of them.

    Files come under their names some hundreds at a time, each complete; the paths
    come back in order.  Raises OSError, and then leaves no temporary file; files
    before it are written.
    """
    waiting = iter(files)
    written: list[Path] = []
    while batch := list(islice(waiting, FILES_TOGETHER)):
        _write_batch(batch)
        written += [path for path, _ in batch]
    return written


def _write_batch(files: Sequence[tuple[Path, str | bytes]]) -> None:
    import tempfile

    temporary: list[str] = []
    folders = dict.fromkeys(path.parent for path, _ in files)
    for folder in folders:
        private_folder(folder)
    try:
        for path, content in files:
            data = content.encode("utf-8") if isinstance(content, str) else content
            descriptor, name = tempfile.mkstemp(prefix=".grader-", suffix=".tmp", dir=path.parent)
            temporary.append(name)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
        _make_durable(temporary)
        for (path, _), name in zip(files, temporary, strict=True):
            Path(name).replace(path)
    except BaseException:
        for name in temporary:
            Path(name).unlink(missing_ok=True)
        raise
    for folder in folders:
        _sync_folder(folder)


def _make_durable(names: Sequence[str]) -> None:
    """Wait until the contents of files are on the disk."""
    if hasattr(os, "sync") and len(names) >= _WORTH_A_SYNC:
        # One wait for everything is some ten times shorter than one for each file.
        os.sync()
        return
    for name in names:
        with open(name, "rb+") as file:  # noqa: PTH123 - a name of mkstemp's
            os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system can (Windows cannot)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def slug(text: str) -> str:
    """A text as lower-case words joined by hyphens, letters of all scripts kept.

    Unicode forms and accents fold together, so that a name typed composed or
    decomposed gives one slug.  Empty where no letter or digit is left.

    >>> slug("Zoë  O'Neill-Smith"), slug("../../etc"), slug("王伟")
    ('zoe-o-neill-smith', 'etc', '王伟')
    """
    folded = unicodedata.normalize("NFKD", text)
    plain = "".join(mark for mark in folded if not unicodedata.combining(mark))
    composed = unicodedata.normalize("NFC", plain).casefold()
    return _NOT_IN_A_SLUG.sub("-", composed).strip("-")


def _cut(text: str, size: int) -> str:
    """The text cut to so many bytes of UTF-8, between characters."""
    return text.encode("utf-8")[:size].decode("utf-8", "ignore").strip("-")


def file_stems(identities: Iterable[Sequence[str | None]]) -> tuple[str, ...]:
    """One file name without extension for each identity, in their order.

    An identity is any number of texts: the first is the id, the second the name,
    the rest (login, file …) tells namesakes apart.  A stem is ``id-name`` in
    slugs; where that loses what tells two people apart, a digest of the whole
    identity follows.  No stem depends on the order of the identities, and equal
    identities, which nothing tells apart, are numbered.

    >>> file_stems([("1001", "Ada Lovelace"), ("7", "Con"), (None, "Con")])
    ('1001-ada-lovelace', '7-con', 'student-con')
    """
    every = [tuple(identity) for identity in identities]
    plain = [_stem(identity) for identity in every]
    crowd = Counter(_folded(stem) for stem in plain)
    stems: list[str] = []
    used: set[str] = set()
    for identity, stem in zip(every, plain, strict=True):
        if crowd[_folded(stem)] > 1 or _is_lossy(identity):
            stem = f"{stem}-{_digest(identity)}"  # noqa: PLW2901 - the same stem, made unique
        # A name can be made up to look like another's digest; it must not overwrite their page.
        number, numbered = 1, stem
        while _folded(numbered) in used:
            number += 1
            numbered = f"{stem}-{number}"
        used.add(_folded(numbered))
        stems.append(numbered)
    return tuple(stems)


def _stem(identity: tuple[str | None, ...]) -> str:
    words = [slug(text) for text in identity[:2] if text]
    stem = _cut("-".join(word for word in words if word), FILE_STEM_BYTES)
    if not stem:
        return "student"
    # A reserved name is reserved under any extension; a digest may follow later.
    return f"student-{stem}" if stem in _RESERVED else stem


def _folded(stem: str) -> str:
    """What file systems that fold case and Unicode forms take the stem for."""
    return unicodedata.normalize("NFKD", stem).casefold()


def _is_lossy(identity: tuple[str | None, ...]) -> bool:
    """Whether the id does not show in the stem as it is."""
    first = identity[0] if identity else None
    return bool(first) and (
        slug(first or "") != (first or "").casefold() or len((first or "").encode()) > 40
    )


def _digest(identity: tuple[str | None, ...]) -> str:
    # Lone surrogates can come from YAML escapes; they must not stop a batch.
    text = "\x00".join("" if part is None else f"={part}" for part in identity)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_DIGITS]
