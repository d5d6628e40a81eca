"""Files out of a ZIP archive, in memory, whatever the archive pretends to be.

Nothing is ever unpacked to disk, so a name in an archive is a label and no path.
A member that is refused costs no other member anything.
"""

from __future__ import annotations

import contextlib
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.errors import Fault, FileError
from grader.limits import ARCHIVE_BYTES, ARCHIVE_ENTRIES, FILE_BYTES
from grader.source import Place

_ENCRYPTED: Final = 0x1
_NAME_IS_UTF8: Final = 0x800
_UNICODE_PATH: Final = 0x7075

#: What systems put into archives beside the files that people made.
_LITTER: Final = re.compile(r"(?:^|/)(?:__MACOSX/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    ``name`` has ``/`` between folders.  ``data`` are its bytes where they were asked
    for; ``problem`` says, as the end of a sentence, why there are none.
    """

    name: str
    data: bytes | None = None
    problem: str | None = None


def read_archive(path: Path, file: str, wanted: Callable[[str], bool]) -> tuple[Member, ...]:
    """The files of an archive in its order, with the bytes of those that are wanted.

    ``file`` names the archive in faults.  What the system itself put there
    (``__MACOSX``, ``.DS_Store``) and folders are no files.  Raises FileError where
    the whole cannot be read, or holds more than ARCHIVE_ENTRIES.
    """
    members: list[Member] = []
    room = ARCHIVE_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > ARCHIVE_ENTRIES:
                raise _fault(file, f"the archive holds more than {ARCHIVE_ENTRIES:,} files")
            for info in entries:
                name = _name(info)
                if name.endswith("/") or _LITTER.search(name):
                    continue
                problem = _refusal(info, name)
                if problem is not None:
                    members.append(Member(name, problem=problem))
                elif not wanted(name):
                    members.append(Member(name))
                else:
                    member = _read(archive, info, name, room)
                    room -= len(member.data or b"")
                    members.append(member)
    except (zipfile.BadZipFile, struct.error, EOFError):
        raise _fault(
            file, "this is not a whole ZIP archive", "download it once more from Canvas"
        ) from None
    except OSError as error:
        raise _fault(file, f"cannot be opened: {error.strerror or 'it is damaged'}") from None
    except (NotImplementedError, ValueError, UnicodeDecodeError) as error:
        raise _fault(file, f"this ZIP archive cannot be read: {error}") from None
    return tuple(members)


def _fault(file: str, message: str, suggestion: str | None = None) -> FileError:
    return FileError([Fault(Place(file, 1, 1), "", message, suggestion)])


def _name(info: zipfile.ZipInfo) -> str:
    r"""The name as it was meant: by the flag, the Unicode extra field, or as UTF-8 if it can be.

    Programs that set no flag write UTF-8 (macOS), or the code page of their system;
    for the latter Python's reading, cp437, keeps letters apart at least.
    """
    name = info.orig_filename
    if not info.flag_bits & _NAME_IS_UTF8:
        raw = name.encode("cp437", "replace")
        unicode = _unicode_path(info.extra, raw)
        if unicode is not None:
            name = unicode
        else:
            with contextlib.suppress(UnicodeDecodeError):
                name = raw.decode("utf-8")
    return name.replace("\\", "/")


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in Info-ZIP's extra field, where that belongs to this very name."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        body = extra[4 : 4 + size]
        if kind == _UNICODE_PATH and len(body) > 5 and body[0] == 1:
            (check,) = struct.unpack_from("<I", body, 1)
            if check == zlib.crc32(raw):
                try:
                    return body[5:].decode("utf-8")
                except UnicodeDecodeError:
                    return None
        extra = extra[4 + size :]
    return None


def _refusal(info: zipfile.ZipInfo, name: str) -> str | None:
    """Why a member is not looked at, or None."""
    parts = name.split("/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or "\0" in name:
        return "its name is an absolute path, so it is not read"
    if not name:
        return "it has no name, so it is not read"
    if ".." in parts:
        return "its name leads out of the archive, so it is not read"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "it is a symbolic link, so it is not followed"
    if kind not in (0, stat.S_IFREG):
        return "it is no ordinary file, so it is not read"
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    return None


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, room: int) -> Member:
    """The bytes of one member, never more than a file may have or the archive has room for."""
    too_long = f"it is longer than {FILE_BYTES // 1_000_000} MB when unpacked"
    if info.file_size > FILE_BYTES:
        return Member(name, problem=too_long)
    if info.file_size > room:
        problem = f"the answers of this archive unpack to more than {ARCHIVE_BYTES // 1_000_000} MB"
        return Member(name, problem=problem)
    try:
        with archive.open(info) as stream:
            # The size that an archive states may be a lie.
            data = stream.read(FILE_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error):
        return Member(name, problem="it is damaged in the archive")
    except (NotImplementedError, RuntimeError):
        return Member(name, problem="it is packed in a way that cannot be read")
    if len(data) > FILE_BYTES:
        return Member(name, problem=too_long)
    return Member(name, data)
