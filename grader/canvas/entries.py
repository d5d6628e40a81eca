"""Which of the files that were handed in hold answers, and what the others are."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from grader.documents import BY_SUFFIX, read_document
from grader.errors import Fault, FileError
from grader.homework import Homework
from grader.limits import TEXT_ENTRY_BYTES
from grader.read.answers import AnswersFile, read_answers
from grader.read.decode import decode
from grader.source import Place

#: Answers files by the end of their names; documents have a table of their own.
ANSWER_SUFFIXES: Final = frozenset({".yaml", ".yml", ".json"})
HYPERTEXT_SUFFIXES: Final = frozenset({".html", ".htm"})

#: What people hand in beside answers, by the end of its name.
_KINDS: Final[dict[str, str]] = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".heic", ".heif", ".gif", ".webp", ".bmp", ".tif",
                     ".tiff"), "a picture"),
    ".pdf": "a PDF file",
    **dict.fromkeys((".doc", ".docx", ".odt", ".rtf", ".pages", ".gdoc"), "a word processor's file"),
    **dict.fromkeys((".zip", ".rar", ".7z", ".gz", ".tar", ".tgz"), "an archive"),
    **dict.fromkeys((".xls", ".xlsx", ".ods", ".csv", ".numbers"), "a spreadsheet"),
    **dict.fromkeys((".ppt", ".pptx", ".odp", ".key"), "a presentation"),
    **dict.fromkeys((".py", ".m", ".r", ".nb", ".c", ".cpp", ".java", ".jl"), "a program"),
    **dict.fromkeys((".mp4", ".mov", ".m4a", ".mp3", ".avi", ".webm"), "a recording"),
}  # fmt: skip

_HOLDS_ANSWERS: Final = re.compile(rb"^[ \t]*[\"']?answers[\"']?[ \t]*:", re.MULTILINE)


def suffix_of(name: str) -> str:
    """The end of a name, from the last dot of its last part, in lower case."""
    base = name.rpartition("/")[2]
    dot = base.rfind(".")
    return base[dot:].lower() if dot > 0 else ""


def may_hold_answers(name: str) -> bool:
    """Whether a file's bytes are worth reading: answers, documents, and unknown kinds."""
    suffix = suffix_of(name)
    return is_known(suffix) or suffix not in _KINDS


def is_known(suffix: str) -> bool:
    """Whether files of this end are read."""
    return suffix in ANSWER_SUFFIXES or suffix in HYPERTEXT_SUFFIXES or suffix in BY_SUFFIX


def kind_of(name: str) -> str:
    """What a file that is not answers is called: ``a picture``, ``a .xyz file``."""
    suffix = suffix_of(name)
    return _KINDS.get(suffix) or (
        f"a file of the kind {suffix}" if suffix else "a file of no known kind"
    )


def looks_like_answers(data: bytes) -> bool:
    """Whether the bytes of a file of an unknown kind are an answers file all the same."""
    return _HOLDS_ANSWERS.search(data) is not None


def read_hypertext_answers(homework: Homework, data: bytes, file: str) -> AnswersFile:
    """The answers in a text entry of Canvas, or another page of HTML.

    Places in faults count the lines of its text, as a browser shows them.
    Raises FileError where there are none; a picture in it is a fault, for no one
    but a person can read it.
    """
    from grader.canvas.hypertext import read_hypertext

    if len(data) > TEXT_ENTRY_BYTES:
        raise _error(file, f"the page is longer than {TEXT_ENTRY_BYTES // 1000} kB")
    page = read_hypertext(decode(data, file).text)
    seen = tuple(
        Fault(Place(file, 1, 1), "", f"it holds {picture}, which a person must look at")
        for picture in dict.fromkeys(page.pictures)
    )
    if not page.text.strip():
        raise FileError(seen or [Fault(Place(file, 1, 1), "", "the page holds no text")])
    try:
        answers = _read_text(homework, page.text.encode(), file)
    except FileError as error:
        raise FileError([*error.faults, *seen]) from None
    return replace(answers, file=file, faults=(*answers.faults, *seen))


def _read_text(homework: Homework, data: bytes, file: str) -> AnswersFile:
    """The answers in a text: an answers file where it looks like one, else a document."""
    if looks_like_answers(data):
        try:
            return read_answers(data, file)
        except FileError:
            pass  # words that only begin like one
    return read_document(homework, data, f"{file}.txt")


def link_of(data: bytes, file: str) -> str:
    """Where a link entry leads, or nothing where that cannot be told."""
    from grader.canvas.hypertext import read_hypertext

    try:
        text = decode(data[:TEXT_ENTRY_BYTES], file).text
    except FileError:
        return ""
    page = read_hypertext(text)
    refresh = re.search(r"url=['\"]?([^'\"\s>]+)", text, re.IGNORECASE)
    return page.links[0] if page.links else refresh[1] if refresh else ""


def _error(file: str, message: str) -> FileError:
    return FileError([Fault(Place(file, 1, 1), "", message)])
