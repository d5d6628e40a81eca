"""The gradebook that Canvas exports, kept to the character.

The identity columns come first, in one of the orders that Canvas's importer
knows; then custom columns, assignments as ``Title (id)``, and totals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from grader.errors import Fault, FileError
from grader.limits import GRADEBOOK_BYTES
from grader.read.cells import Row, read_rows
from grader.read.suggest import near
from grader.source import Place

#: The beginnings of a header that Canvas's importer takes, after the name column or columns.
_NAME_COLUMNS: Final = (("Student",), ("LastName", "FirstName"))
_AFTER_NAME: Final = (
    ("ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section"),
    ("ID", "SIS User ID", "SIS Login ID", "Integration ID", "Section"),
    ("ID", "SIS User ID", "SIS Login ID", "Root Account", "Section"),
    ("ID", "SIS User ID", "SIS Login ID", "Section"),
    ("ID", "SIS Login ID", "Section"),
    ("ID", "Section"),
)

#: Headers that hold one of these are totals to Canvas, and are dropped without a word.
DROPPED: Final = re.compile(
    r"(?:Current|Final)\s+(?:Score|Points|Grade)|Override\s+(?:Score|Grade|Status)", re.IGNORECASE
)
#: Cells that the importer rewrites as numbers, ids included.
REWRITTEN: Final = re.compile(r"-?[0-9.,]+%?")

#: How a header ends that names an assignment by its id.
WITH_ID: Final = re.compile(r"(?P<title>.*?)\s*\((?P<id>[0-9]+)\)\s*", re.DOTALL)

_TEST_STUDENT: Final = "student, test"
_POSSIBLE: Final = "points possible"


@dataclass(frozen=True, slots=True)
class GradebookStudent:
    """A student's row.  ``name`` is the sortable name ("Doe, Jane"); ids are texts, or empty."""

    row: Row
    name: str
    id: str
    sis_user_id: str
    sis_login_id: str
    section: str

    @property
    def is_test(self) -> bool:
        """Whether this is Canvas's own test student."""
        return " ".join(self.name.split()).casefold() == _TEST_STUDENT

    @property
    def called(self) -> str:
        """The name as people say it: "Jane Doe"."""
        last, comma, first = self.name.partition(",")
        return f"{first.strip()} {last.strip()}".strip() if comma else self.name.strip()


@dataclass(frozen=True)
class Gradebook:
    """An export.  ``identity`` counts the columns that say who a student is."""

    file: str
    delimiter: str
    header: Row
    identity: int
    possible: Row | None
    students: tuple[GradebookStudent, ...]

    @cached_property
    def by_id(self) -> dict[str, GradebookStudent]:
        """Students by Canvas id; the first counts where an export was put together by hand."""
        return {student.id: student for student in reversed(self.students) if student.id}

    def find(
        self, *, id: str | None, sis_user_id: str | None, sis_login_id: str | None, name: str | None  # noqa: A002 - Canvas's word
    ) -> GradebookStudent | None:  # fmt: skip
        """The student whom Canvas's importer would find, as far as one only fits.

        A Canvas id settles it; else the SIS user id, the login, the exact name.
        """
        if id and id in self.by_id:
            return self.by_id[id]
        keys: Sequence[tuple[str | None, str]] = (
            (sis_user_id, "sis_user_id"), (sis_login_id, "sis_login_id"),
        )  # fmt: skip
        for wanted, field in keys:
            if wanted:
                found = [s for s in self.students if _id_of(s, field) == wanted.casefold()]
                if len(found) == 1:
                    return found[0]
        if name:
            said = " ".join(name.split()).casefold()
            found = [s for s in self.students
                     if said in (s.name.casefold(), s.called.casefold())]  # fmt: skip
            if len(found) == 1:
                return found[0]
        return None

    def fault(self, row: Row, index: int, message: str, suggestion: str | None = None) -> Fault:
        """A fault at a column of a row; the place counts columns of the table."""
        return Fault(Place(self.file, row.line, index + 1), "", message, suggestion)


def _id_of(student: GradebookStudent, field: str) -> str:
    return (student.sis_user_id if field == "sis_user_id" else student.sis_login_id).casefold()


def load_gradebook(path: Path) -> Gradebook:
    """Read an export.  Raises FileError with all that is wrong with it."""
    file = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(GRADEBOOK_BYTES + 1)
    except OSError as error:
        raise _error(file, f"cannot be opened: {error.strerror or 'the system refuses'}") from None
    return read_gradebook(data, file)


def read_gradebook(data: bytes, file: str) -> Gradebook:
    """Read the bytes of an export; ``file`` names it in faults.  Raises FileError."""
    if len(data) > GRADEBOOK_BYTES:
        raise _error(file, f"the gradebook is longer than {GRADEBOOK_BYTES // 1_000_000} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError([
            Fault(Place(file, line, 1), "", "this gradebook is not UTF-8, and Canvas would refuse it",
                  "export it once more from Canvas, and do not save it from a spreadsheet")
        ]) from None  # fmt: skip
    delimiter = _delimiter(text)
    rows = read_rows(text, delimiter, file)
    if not rows:
        raise _error(file, "the gradebook is empty")
    header = rows[0]
    names, identity = _identity(header, file)
    columns = {cell.text.strip(): index for index, cell in reversed(
        tuple(enumerate(header.cells[:identity])))}  # fmt: skip
    possible = None
    students: list[GradebookStudent] = []
    for row in rows[1:]:
        name = ", ".join(filter(None, (row.text(k).strip() for k in range(names))))
        if name.casefold() == _POSSIBLE:
            possible = possible or row
            continue
        number, sis, login, section = (
            row.text(columns.get(key)).strip()
            for key in ("ID", "SIS User ID", "SIS Login ID", "Section")
        )
        # The row that says "Manual Posting" under some assignments has neither name nor id.
        if not (name or number or sis or login):
            continue
        students.append(GradebookStudent(row, name, number, sis, login, section))
    return Gradebook(file, delimiter, header, identity, possible, tuple(students))


def _error(file: str, message: str, suggestion: str | None = None) -> FileError:
    return FileError([Fault(Place(file, 1, 1), "", message, suggestion)])


def _delimiter(text: str) -> str:
    """What the first line is divided by: a comma, or a semicolon or tab where those lead."""
    line = text.partition("\n")[0]
    return max(",;\t", key=line.count) if line else ","


def _identity(header: Row, file: str) -> tuple[int, int]:
    """How many columns are the name, and how many say who a student is."""
    texts = tuple(cell.text.strip() for cell in header.cells)
    for name in _NAME_COLUMNS:
        for after in _AFTER_NAME:
            wanted = name + after
            if texts[: len(wanted)] == wanted:
                return len(name), len(wanted)
    if "SIS User ID" in texts and "SIS Login ID" not in texts:
        raise _error(
            file,
            "the header has `SIS User ID` without `SIS Login ID`, which Canvas's importer refuses",
            "export the gradebook once more from Canvas",
        )
    raise _error(
        file,
        "this is not a gradebook that Canvas exports: its header does not begin with "
        "Student, ID, …, Section",
        "take Grades > Export in Canvas",
    )


def find_column(book: Gradebook, wanted: str | None, number: str, titles: Sequence[str]) -> int:
    """Which column takes the grades.

    ``wanted`` is its header, or the title or id in it, as a person gave it; without
    it, ``number`` is the rubric's assignment id and ``titles`` what it may be called.
    Raises FileError where none fits, or several do, with the nearest header.
    """
    headers = [(index, cell.text.strip()) for index, cell in enumerate(book.header.cells)
               if index >= book.identity]  # fmt: skip
    asked = [wanted.strip()] if wanted is not None else [title.strip() for title in titles]
    for found in _by_rule(headers, asked, number if wanted is None else wanted.strip()):
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"`{book.header.text(index)}`" for index in found)
            message = f"several columns fit: {names}"
            raise FileError([book.fault(book.header, found[0], message, "name one by --column")])
    said = " or ".join(f"`{name}`" for name in asked)
    if wanted is None and number:
        said = f"`({number})` or {said}"
    near_one = next(
        filter(None, (near(name, [text for _, text in headers]) for name in asked)), None
    )
    raise FileError([
        book.fault(book.header, 0, f"the gradebook has no column {said}",
                   f"did you mean `{near_one}`?" if near_one else "name one by --column")
    ])  # fmt: skip


def _by_rule(
    headers: Sequence[tuple[int, str]], asked: Sequence[str], number: str
) -> Iterator[list[int]]:
    """The columns that fit, by one rule after the other."""
    parsed = [(index, text, WITH_ID.fullmatch(text)) for index, text in headers]
    exact = [index for index, text in headers if text in asked]
    by_id = [index for index, _, match in parsed if match and match["id"] == number]
    yield exact
    yield by_id
    yield [index for index, _, match in parsed if match and match["title"] in asked]
