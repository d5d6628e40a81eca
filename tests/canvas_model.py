"""A model of Canvas's gradebook importer, from its documented behaviours and nothing of ours.

It shares no code with the program, so that a mistake there is not repeated here.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal


class Refused(Exception):
    """The importer takes nothing of the file."""


@dataclass
class Pupil:
    id: int
    name: str
    sortable: str
    sis: str = ""
    login: str = ""


@dataclass
class Work:
    id: int
    title: str
    possible: str = "10"
    published: bool = True


@dataclass
class Course:
    pupils: list[Pupil]
    works: list[Work]
    #: (assignment id, student id) to a score, "EX", "complete" …
    grades: dict[tuple[int, int], str] = field(default_factory=dict)
    custom: tuple[str, ...] = ()


@dataclass
class Imported:
    """What would change: (assignment, student) to the new value, "" for a removal."""

    changes: dict[tuple[int | str, int], str]
    new_works: list[str]
    unknown: list[str]
    possible: dict[int | str, str]


NUMERIC = re.compile(r"-?[0-9.,]+%?")
TOTAL = re.compile(
    r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)", re.IGNORECASE
)
PREFIXES = [
    [*name, *rest]
    for name in (["Student"], ["LastName", "FirstName"])
    for rest in (
        ["ID", "Section"],
        ["ID", "SIS Login ID", "Section"],
        ["ID", "SIS User ID", "SIS Login ID", "Section"],
        ["ID", "SIS User ID", "SIS Login ID", "Integration ID", "Section"],
        ["ID", "SIS User ID", "SIS Login ID", "Root Account", "Section"],
        ["ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section"],
    )
]


def rewritten(cell: str) -> str:
    """The last mark is the decimal one; every other is a separator of thousands."""
    if not NUMERIC.fullmatch(cell.strip()):
        return cell
    text = cell.strip()
    marks = [i for i, c in enumerate(text) if c in ".,"]
    if not marks:
        return cell
    last = marks[-1]
    digits = lambda s: s.replace(".", "").replace(",", "")
    return f"{digits(text[:last])}.{digits(text[last + 1 :])}"


def table(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("not UTF-8") from None
    if text.startswith("\ufeff"):
        if text.startswith('\ufeff"'):
            raise Refused("malformed: a mark before a quote")
        text = text[1:]
    first = text.splitlines()[:3]
    commas, semicolons = (sum(line.count(mark) for line in first) for mark in ",;")
    delimiter = ";" if semicolons > commas else ","
    # A file whose first lines do not agree on their length is read by the other mark.
    widths = {len(row) for row in csv.reader(first, delimiter=delimiter)}
    if len(widths) > 1 and semicolons:
        delimiter = ";" if delimiter == "," else ","
    for line in text.splitlines():
        bare = re.sub(r'"(?:[^"]|"")*"', "", line)
        if '"' in bare and text.count('"') % 2:
            raise Refused("malformed CSV")
    try:
        return [
            row for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True) if row
        ]
    except csv.Error as error:
        raise Refused(f"malformed CSV: {error}") from None


def import_gradebook(course: Course, data: bytes) -> Imported:
    rows = table(data)
    header = [cell.strip() for cell in rows[0]]
    prefix = next(
        (p for p in sorted(PREFIXES, key=len, reverse=True) if header[: len(p)] == p), None
    )
    if prefix is None or len(header) < 4:
        raise Refused("Invalid header row")
    rows = [rows[0], *([rewritten(cell) for cell in row] for row in rows[1:])]
    result = Imported({}, [], [], {})
    columns: dict[int, int | str] = {}
    seen: set[str] = set()
    read_only = {
        index for row in rows[1:] for index, cell in enumerate(row)
        if row[0].strip() == "Points Possible" and cell.strip() == "(read only)"
    }  # fmt: skip
    for index in range(len(prefix), len(header)):
        title = header[index]
        if not title or TOTAL.search(title) or index in read_only or title in seen:
            continue
        if title in course.custom:
            continue
        seen.add(title)
        match = re.search(r"\((\d+)\)$", title)
        work = next(
            (w for w in course.works if match and w.id == int(match[1]) and w.published), None
        )
        work = work or next((w for w in course.works if w.title == title and w.published), None)
        if work is None:
            result.new_works.append(title)
            columns[index] = title
        else:
            columns[index] = work.id
    at = {name: place for place, name in enumerate(prefix)}
    for row in rows[1:]:
        cell = lambda name, row=row: (
            row[at[name]].strip() if name in at and at[name] < len(row) else ""
        )
        if row[0].strip() == "Points Possible":
            for index, work in columns.items():
                if index < len(row) and row[index].strip():
                    result.possible[work] = row[index].strip()
            continue
        if any(value.strip() == "Manual Posting" for value in row) and not row[0].strip():
            continue
        name = cell("Student") or ", ".join(filter(None, (cell("LastName"), cell("FirstName"))))
        pupil = find(course, cell("ID"), cell("SIS User ID"), cell("SIS Login ID"), name)
        if pupil is None:
            result.unknown.append(name)
            continue
        for index, work in columns.items():
            value = row[index].strip() if index < len(row) else ""
            before = course.grades.get((work, pupil.id), "") if isinstance(work, int) else ""
            if value.upper() == "EX":
                value = "EX"
            if value == "-":
                value = ""
            if value == before or (value == "" and before == "") or alike(value, before):
                continue
            result.changes[work, pupil.id] = value
    changed = {work for work, _ in result.changes}
    result.possible = {work: points for work, points in result.possible.items() if work in changed}
    return result


def find(course: Course, number: str, sis: str, login: str, name: str) -> Pupil | None:
    if number:
        return next((p for p in course.pupils if str(p.id) == number), None)
    for value, of in ((sis, "sis"), (login, "login")):
        if value:
            found = next(
                (p for p in course.pupils if getattr(p, of).lower() == value.lower()), None
            )
            if found is not None:
                return found
    return next((p for p in course.pupils if name and name in (p.name, p.sortable)), None)


def alike(one: str, other: str) -> bool:
    try:
        a, b = (Decimal(text.rstrip("%")) for text in (one, other))
    except ArithmeticError:
        return False
    return one.endswith("%") == other.endswith("%") and round(a, 2) == round(b, 2)


def apply(course: Course, data: bytes) -> Imported:
    """Import, and change the grades."""
    result = import_gradebook(course, data)
    for (work, pupil), value in result.changes.items():
        if isinstance(work, int):
            course.grades[work, pupil] = value
    return result
