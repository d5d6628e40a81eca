"""Whole documents to answers files: LaTeX, Markdown, Jupyter notebooks, plain text.

A reader per format finds words and formulas; what they answer is found in
``place.py``, in the same way for all of them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from grader.errors import Fault, FileError, LimitError
from grader.homework import Homework
from grader.limits import DOCUMENT_CHARACTERS, FILE_FAULTS
from grader.read.answers import AnswersFile, read_answers
from grader.read.decode import decode
from grader.source import Place

if TYPE_CHECKING:
    # A batch of answers files asks for the formats only, and loads none of these.
    from grader.documents.blocks import Document
    from grader.documents.place import Placed, Unplaced

__all__ = [
    "BY_SUFFIX",
    "FORMATS",
    "Format",
    "Imported",
    "import_document",
    "is_document",
    "load_document",
]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of documents: what files of it end with, and what reads them.

    ``read`` takes the text and the file's name, and raises FileError or LimitError.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[str, str], Document]


# Each reader loads its parser when it is first used.
def _latex(text: str, file: str) -> Document:
    from grader.documents.latex import read_latex

    return read_latex(text, file)


def _markdown(text: str, file: str) -> Document:
    from grader.documents.markdown import read_markdown

    return read_markdown(text)


def _notebook(text: str, file: str) -> Document:
    from grader.documents.notebook import read_notebook

    return read_notebook(text, file)


def _plain(text: str, file: str) -> Document:
    from grader.documents.plain import read_plain

    return read_plain(text)


#: All formats.
FORMATS: Final[tuple[Format, ...]] = (
    Format("LaTeX", (".tex", ".latex", ".ltx"), _latex),
    Format("Markdown", (".md", ".markdown", ".mmd"), _markdown),
    Format("Jupyter notebook", (".ipynb",), _notebook),
    Format("plain text", (".txt", ".text"), _plain),
)


def _by_suffix(formats: tuple[Format, ...]) -> Mapping[str, Format]:
    table: dict[str, Format] = {}
    for row in formats:
        for suffix in row.suffixes:
            if suffix in table:
                raise ValueError(f"two formats of documents end with {suffix!r}")
            table[suffix] = row
    return MappingProxyType(table)


#: From the end of a file's name to its format.
BY_SUFFIX: Final = _by_suffix(FORMATS)

#: The fault of a document that does not say whose it is; where Canvas says so, it is none.
NO_AUTHOR: Final = "the document says neither name nor id of its author"

#: An answers file in YAML under the name of a document.
_IS_YAML: Final = re.compile(r"^answers[ \t]*:[ \t]*(?:#.*)?$", re.MULTILINE)
_FENCED: Final = re.compile(
    r"^(?:`{3,}|~{3,})[ \t]*(?:ya?ml|json)\b[^\n]*\n(?P<inside>.*?)^(?:`{3,}|~{3,})",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_HOLDS_ANSWERS: Final = re.compile(
    r"^[ \t\"']*(?:answers|q\d+[.\w]*|student)[\"']?[ \t]*:", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Imported:
    """A document, imported.

    ``answers`` is what :func:`~grader.read.answers.load_answers` would give of the
    file that :func:`to_yaml` writes, with the document's lines for places; its
    ``faults`` are what a person should look at.  ``superseded`` are earlier answers
    to a part, ``unplaced`` what is neither an answer nor a definition.
    """

    answers: AnswersFile
    placed: tuple[Placed, ...]
    unplaced: tuple[Unplaced, ...] = ()
    superseded: tuple[Placed, ...] = ()
    notes: tuple[str, ...] = ()
    labels: Mapping[int, str] = field(default_factory=dict)

    @property
    def needs_attention(self) -> bool:
        """Whether a person should look: nothing was placed, or something that looks
        like an answer was not."""
        return not self.placed or any(item.answer for item in self.unplaced)

    def label(self, line: int) -> str:
        """What people call a line of the document."""
        return self.labels.get(line, f"line {line}")


def is_document(path: str | Path) -> bool:
    """Whether a path is that of a document, by the end of its name."""
    return Path(path).suffix.lower() in BY_SUFFIX


def import_document(homework: Homework, data: bytes, file: str) -> Imported:
    """Find the answers in the bytes of a document; ``file`` names it and its format.

    A YAML block with answers in Markdown, and an answers file in YAML that has the
    name of a document, are read as answers files.  Raises FileError where the
    file cannot be read at all.
    """
    from grader.documents.author import find_author
    from grader.documents.place import place_equations

    row = BY_SUFFIX.get(Path(file).suffix.lower())
    if row is None:
        known = ", ".join(BY_SUFFIX)
        raise FileError([Fault(Place(file, 1, 1), "", "this is no format of documents",
                               f"there are {known}")])  # fmt: skip
    decoded = decode(data, file)
    text = decoded.text
    if row.name != "LaTeX" and _is_answers_file(text, row):
        return _from_answers(homework, read_answers(data, file))
    if row.name != "Jupyter notebook" and len(text) > DOCUMENT_CHARACTERS:
        message = f"the document is longer than {DOCUMENT_CHARACTERS:,} characters"
        raise FileError([Fault(Place(file, 1, 1), "", message)])
    if not text.strip():
        raise FileError([Fault(Place(file, 1, 1), "", "the document is empty")])
    try:
        document = row.read(text, file)
        outcome = place_equations(homework, document, file)
    except LimitError as error:
        raise FileError([Fault(Place(file, 1, 1), "", error.message)]) from None
    student = find_author(document)
    faults = [*decoded.faults]
    if not student.name and not student.id:
        faults.append(
            Fault(Place(file, 1, 1), "", NO_AUTHOR, "write `Name: ...` and `ID: ...` at its top")
        )
    faults += [
        Fault(Place(file, item.line, 1), "", f"`{_short(item.text)}` is not placed: {item.reason}")
        for item in outcome.unplaced
        if item.answer
    ]
    notes = (*decoded.notes, *document.notes, *sorted(outcome.notes, key=_line_of))
    answers = AnswersFile(
        file=file,
        student=student,
        assignment=homework.statement.assignment,
        definitions=outcome.definitions,
        blocks=outcome.blocks,
        notes=notes,
        digest=hashlib.sha256(data).hexdigest(),
        faults=tuple(faults[:FILE_FAULTS]),
    )
    return Imported(answers, outcome.placed, outcome.unplaced, outcome.superseded, notes,
                    document.labels)  # fmt: skip


def load_document(homework: Homework, path: Path, file: str) -> AnswersFile:
    """The answers of a document's file, as ``grade`` and ``check`` take them.

    Raises FileError where it cannot be read, or where nothing in it has a place.
    """
    from grader.read.decode import read_bytes

    return read_document(homework, read_bytes(path, file), file)


def read_document(homework: Homework, data: bytes, file: str) -> AnswersFile:
    """The same of a document's bytes; ``file`` names it and its format.  Raises FileError."""
    imported = import_document(homework, data, file)
    if not imported.placed and not any(block.answers for block in imported.answers.blocks):
        fault = Fault(Place(file, 1, 1), "", "no answer to this homework was found in it")
        raise FileError([fault, *imported.answers.faults])
    return replace(imported.answers, file=file)


def _is_answers_file(text: str, row: Format) -> bool:
    if row.name == "Markdown":
        fences = [match["inside"] for match in _FENCED.finditer(text)]
        if any(_HOLDS_ANSWERS.search(inside) for inside in fences):
            return True
    return row.name in ("plain text", "Markdown") and bool(_IS_YAML.search(text)) and (
        "$" not in text or bool(re.match(r"\s*(?:#[^\n]*\n\s*)*(?:student|assignment|answers|definitions)[ \t]*:", text))
    )  # fmt: skip


def _from_answers(homework: Homework, answers: AnswersFile) -> Imported:
    """A document that is an answers file already."""
    from grader.documents.place import Placed
    from grader.homework import resolve_part

    placed = []
    for block in answers.blocks:
        for entry in block.answers:
            part = resolve_part(homework, block.question, entry.key)
            if part is not None and entry.text is not None:
                placed.append(Placed(part.id, entry.text, entry.place.line))
    return Imported(answers, tuple(placed), notes=answers.notes)


def _line_of(note: str) -> int:
    found = re.match(r"line (\d+):", note)
    return int(found[1]) if found else 0


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
