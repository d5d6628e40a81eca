"""Files that come with the grader: in a checkout at its root, in a wheel under ``_data``."""

from __future__ import annotations

from pathlib import Path

from grader.errors import Fault, FileError
from grader.read.suggest import did_you_mean
from grader.source import Place

_PACKAGE = Path(__file__).resolve().parent.parent

#: What ends the name of a rubric.
RUBRIC_SUFFIXES = (".yaml", ".yml")


def data_folder(name: str) -> Path:
    """The folder ``rubrics`` or ``templates`` that came with this copy of the grader.

    An installed wheel has it under ``grader/_data``, a checkout beside the
    package.  Raises FileNotFoundError where the installation lacks it.
    """
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"this installation of the grader has no folder {name!r}")


def bundled_names() -> tuple[str, ...]:
    """The rubrics that came with the grader, by name: ``("activity6",)``."""
    try:
        folder = data_folder("rubrics")
    except FileNotFoundError:
        return ()
    return tuple(sorted(path.stem for path in folder.iterdir() if path.suffix in RUBRIC_SUFFIXES))


def bundled_rubric(name: str) -> Path | None:
    """The rubric that came with the grader under this name, or None.

    ``activity6``, ``activity6.yaml`` and ``rubrics/activity6.yaml`` name the same one.
    """
    bare = name.replace("\\", "/").removeprefix("./").removeprefix("rubrics/")
    for suffix in RUBRIC_SUFFIXES:
        bare = bare.removesuffix(suffix)
    if bare not in bundled_names():
        return None
    folder = data_folder("rubrics")
    return next(
        path for path in sorted(folder.iterdir())
        if path.stem == bare and path.suffix in RUBRIC_SUFFIXES
    )  # fmt: skip


def find_rubric(argument: str) -> Path:
    """The rubric that a command line names: an existing file first, else a bundled one.

    Raises FileError where there is neither, with the nearest bundled name.
    """
    path = Path(argument)
    if path.is_file():
        return path
    bundled = bundled_rubric(argument)
    if bundled is not None:
        return bundled
    message = "this is a folder, not a rubric" if path.is_dir() else "there is no such file"
    names = bundled_names()
    listed = "rubrics that come with the grader: " + ", ".join(f"`{n}`" for n in names)
    suggestion = did_you_mean(path.stem, names, otherwise=listed)
    raise FileError([Fault(Place(argument, 1, 1), "", message, suggestion if names else None)])
