"""ZIP archives that are the same bytes on any day and any machine."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterable

from grader.exports.spooled import Spooled

#: The first day that a ZIP archive can name.
_DATE = (1980, 1, 1, 0, 0, 0)


def packed(names: Iterable[str], content: Callable[[str], str | bytes]) -> Spooled:
    """An archive of files, sorted by name, readable by their owner only.

    Of the contents one is asked for at a time.
    """
    found = Spooled()
    with zipfile.ZipFile(found.file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(names):
            data = content(name)
            archive.writestr(_member(name), data.encode() if isinstance(data, str) else data)
    return found


def packed_again(
    source: zipfile.ZipFile, change: Callable[[str], Callable[[bytes], bytes] | None]
) -> Spooled:
    """The files of another archive as :func:`packed` packs them; ``change`` says what is to
    be made of a file's content, None where it stays."""
    found = Spooled()
    with zipfile.ZipFile(found.file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(source.namelist()):
            made = change(name)
            if made is not None:
                archive.writestr(_member(name), made(source.read(name)))
                continue
            member = _member(name)
            # So that the archive knows what a large one needs before it is there.
            member.file_size = source.getinfo(name).file_size
            with source.open(name) as reader, archive.open(member, "w") as writer:
                shutil.copyfileobj(reader, writer)
    return found


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3  # Unix, whatever made it
    info.external_attr = 0o600 << 16
    return info
