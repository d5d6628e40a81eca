"""Finding what was handed in: files, folders, Canvas's archive, and folders unpacked from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.canvas.entries import (
    ANSWER_SUFFIXES,
    is_known,
    kind_of,
    link_of,
    looks_like_answers,
    may_hold_answers,
    suffix_of,
)
from grader.canvas.identity import identify
from grader.canvas.names import CanvasName, is_download, read_name
from grader.documents import BY_SUFFIX
from grader.errors import FileError
from grader.limits import FILE_BYTES
from grader.results import Student, Unread

if TYPE_CHECKING:
    from grader.read.gradebook import Gradebook

#: What a folder is searched for.  Files with other suffixes in it are not answers.
FOLDER_SUFFIXES = ANSWER_SUFFIXES | frozenset(BY_SUFFIX)

#: Documents of these names speak about a folder and are nobody's homework.
_ABOUT_FOLDERS = frozenset({"readme", "license", "changelog", "contributing"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file to grade and what it is called in results.

    ``data`` are its bytes where it stands in an archive, ``canvas`` what its name
    says where Canvas named it.
    """

    path: Path
    label: str
    data: bytes | None = None
    canvas: CanvasName | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    """A file as it was found: ``name`` as people call it, ``within`` where it stands."""

    path: Path
    name: str
    within: str
    data: bytes | None = None
    problem: str | None = None
    canvas: CanvasName | None = None


def find_files(
    paths: Iterable[str | Path], book: Gradebook | None = None
) -> tuple[list[Found], list[Unread]]:
    """The answers files that some paths name, sorted by label, and what a person must read.

    A folder stands for the answers files in it, not for those in its sub-folders; an
    archive for all files in it.  In Canvas's download, and in a folder that it was
    unpacked into, every file counts: what is no answers file is listed under its
    student's name.  A file is called by its name; where two share one, by its path.
    """
    known = frozenset() if book is None else frozenset(book.by_id)
    items: dict[object, _Item] = {}
    unread: list[Unread] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = _folder(path, known)
            if not inside:
                unread.append(Unread(str(path), f"{path}: there are no answers files in it"))
            items.update((item.path.resolve(), item) for item in inside)
        elif not path.exists():
            unread.append(Unread(str(path), f"{path}: there is no such file"))
        elif path.suffix.lower() == ".zip":
            try:
                inside = _archive(path, known)
            except FileError as error:
                unread.extend(Unread(path.name, str(fault)) for fault in error.faults)
                continue
            if not inside:
                unread.append(Unread(path.name, f"{path.name}: there are no files in it"))
            items.update(((path.resolve(), k), item) for k, item in enumerate(inside))
        else:
            name = read_name(path.name, known)
            # A name of one file alone may look like Canvas's by chance.
            named = name if name is not None and name.user_id in known else None
            items[path.resolve()] = _Item(
                path, _visible(path.name), _visible(path.as_posix()), canvas=named
            )
    found, aside = _sorted(list(items.values()), book)
    return found, [*unread, *aside]


def _folder(folder: Path, known: frozenset[str]) -> list[_Item]:
    files = sorted(
        item for item in folder.iterdir() if item.is_file() and not item.name.startswith(".")
    )
    canvas = _named([_visible(file.name) for file in files], known)
    return [
        _Item(file, _visible(file.name), _visible(file.as_posix()), canvas=name)
        for file, name in zip(files, canvas, strict=True)
        if name is not None
        or (file.suffix.lower() in FOLDER_SUFFIXES and file.stem.lower() not in _ABOUT_FOLDERS)
    ]


def _archive(path: Path, known: frozenset[str]) -> list[_Item]:
    from grader.read.archive import read_archive

    members = read_archive(path, path.name, may_hold_answers)
    bases = [_visible(member.name.rpartition("/")[2]) for member in members]
    return [
        _Item(path, base, _visible(f"{path.name}/{member.name}"),
              member.data, member.problem, name)
        for member, base, name in zip(members, bases, _named(bases, known), strict=True)
    ]  # fmt: skip


def _named(names: Sequence[str], known: frozenset[str]) -> list[CanvasName | None]:
    """What each name says, in a download from Canvas; outside of one only ids that are known."""
    read = [read_name(name, known) for name in names]
    if is_download(names):
        return list(read)
    return [name if name is not None and name.user_id in known else None for name in read]


def _visible(name: str) -> str:
    """A name without characters that a terminal would act on or hide."""
    return "".join(letter if letter.isprintable() else f"⟨U+{ord(letter):04X}⟩" for letter in name)


def _sorted(items: list[_Item], book: Gradebook | None) -> tuple[list[Found], list[Unread]]:
    """The items apart: what can be graded, and what a person must look at."""
    found: list[Found] = []
    unread: list[Unread] = []
    for item, label in _labelled(items):
        problem = _problem(item)
        if problem is None:
            found.append(Found(item.path, label, item.data, item.canvas))
            continue
        student = None if item.canvas is None else identify(item.canvas, book, Student()).student
        unread.append(Unread(label, f"{label}: {_who(item, student)}{problem}", student))
    return (
        sorted(found, key=lambda file: file.label),
        sorted(unread, key=lambda row: row.file),
    )


def _labelled(items: Sequence[_Item]) -> Iterator[tuple[_Item, str]]:
    names = Counter(item.name for item in items)
    labels = [item.name if names[item.name] == 1 else item.within for item in items]
    seen: Counter[str] = Counter()
    for item, label in zip(items, labels, strict=True):
        seen[label] += 1
        yield item, label if seen[label] == 1 else f"{label} ({seen[label]})"


def _who(item: _Item, student: Student | None) -> str:
    if item.canvas is not None and item.canvas.anonymous_id is not None:
        return f"an anonymous student ({item.canvas.anonymous_id}) handed this in: "
    if student is None:
        return ""
    return f"{student.name or 'a student'} (Canvas id {student.id}) handed this in: "


def _problem(item: _Item) -> str | None:
    """Why a file is not graded, or None."""
    if item.problem is not None:
        return f"{item.problem}; a person must look at it"
    if item.canvas is not None and item.canvas.kind == "link":
        where = link_of(_bytes(item), item.name)
        return f"it is a link{f' to {_visible(where)}' if where else ''}; a person must follow it"
    if item.data is None and item.canvas is None and item.path.suffix.lower() != ".zip":
        return None  # a file that a person named is tried whatever it is called
    suffix = suffix_of(item.name)
    if is_known(suffix):
        return None
    if may_hold_answers(item.name) and looks_like_answers(_bytes(item)):
        return None
    return f"it is {kind_of(item.name)} and no answers file; a person must grade it"


def _bytes(item: _Item) -> bytes:
    """The bytes of a file, as far as one file may have; empty where it cannot be opened."""
    if item.data is not None or item.path.suffix.lower() == ".zip":
        return item.data or b""
    try:
        with item.path.open("rb") as stream:
            return stream.read(FILE_BYTES)
    except OSError:
        return b""
