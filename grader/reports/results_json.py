"""``results.json``: the document that every other file is made from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import starmap
from typing import TYPE_CHECKING, Any

from grader.errors import Fault, FileError
from grader.reports.visible import HARMLESS, pieces
from grader.results import RESULTS_SCHEMA
from grader.source import Place, line_and_column

if TYPE_CHECKING:
    from grader.reports.sheet import Sheet

#: What may hold a character that no one sees.
_STRING_CONTENT = re.compile(f"[^{HARMLESS}]+")


def render(sheet: Sheet) -> str:
    """``results.json``"""
    return results_text(sheet.document)


def results_text(document: Mapping[str, Any]) -> str:
    """Results as JSON, with a line of its own for each student and each unread file.

    So they are written and read one by one, whatever their number; any reader of JSON
    sees one document.
    """
    students, unread = document["students"], document.get("unread") or ()
    return "".join(
        [
            head_text(document),
            ",".join(f"\n{line_text(student)}" for student in students),
            tail_text(unread),
        ]
    )


def head_text(document: Mapping[str, Any]) -> str:
    """The lines before the first student."""
    keys = [key for key in document if key not in _LISTS]
    lines = [f"{line_text(key)}: {line_text(document[key])}," for key in keys]
    return "\n".join(["{", *lines, STUDENTS.decode()])


def tail_text(unread: Iterable[Mapping[str, Any]]) -> str:
    """The lines after the last student."""
    rows = ",".join(f"\n{line_text(row)}" for row in unread)
    return f'\n{END_OF_STUDENTS.decode()}\n"unread": [{rows}\n]\n}}\n'


#: The lists of the document, which stand last.
_LISTS = frozenset({"students", "unread"})
#: The lines around the students.
STUDENTS = b'"students": ['
END_OF_STUDENTS = b"],"


def line_text(value: object) -> str:
    """A value as JSON on one line, with what no one sees as escapes."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _STRING_CONTENT.sub(_escaped, text)


def json_text(document: Mapping[str, Any]) -> str:
    """A document as JSON: keys in their order, letters as they are.

    Characters that no one sees (controls, zero-width, bidirectional, lone
    surrogates) are written as escapes, so that an editor shows what is there and
    the file is valid UTF-8 whatever was typed.
    """
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    return _STRING_CONTENT.sub(_escaped, text) + "\n"


def json_pieces(
    head: Mapping[str, Any], key: str, rows: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """:func:`json_text` of ``{**head, key: [*rows]}`` piece by piece, of rows that need not be
    there all at once."""
    yield json_text({**head, key: []}).removesuffix("[]\n}\n")
    between = "["
    for row in rows:
        # In JSON a line ends between its parts only.
        lines = json_text(row).removesuffix(_LINE_END).replace(_LINE_END, "\n  ")
        yield f"{between}\n  {lines}"
        between = ","
    yield "[]\n}\n" if between == "[" else "\n ]\n}\n"


_LINE_END = "\n"


def _escaped(match: re.Match[str]) -> str:
    return "".join(
        piece if as_it_is else json.dumps(piece)[1:-1] for piece, as_it_is in pieces(match.group())
    )


def read_results(text: str, file: str) -> dict[str, Any]:
    """The document of a ``results.json``.

    Raises FileError where the text is not JSON, or not results of this version.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        place = Place(file, error.lineno, error.colno)
        raise FileError([Fault(place, "", f"this is not JSON: {error.msg}")]) from error
    except RecursionError as error:
        raise FileError([Fault(Place(file, 1, 1), "", "this nests too deep")]) from error
    fault = _fault(document)
    if fault is None:
        fault = next(filter(None, starmap(student_fault, enumerate(document["students"]))), None)
    if fault is not None:
        path, message = fault
        line, column = line_and_column(text, 0)
        raise FileError([Fault(Place(file, line, column), path, message)])
    found: dict[str, Any] = document
    return found


def _fault(document: object) -> tuple[str, str] | None:
    """What is wrong with a document, its students aside: where, and what."""
    if not isinstance(document, dict) or "schema" not in document:
        return "$", "these are not results of `grader grade`"
    if document["schema"] != RESULTS_SCHEMA:
        return "$.schema", (
            f"these results have schema {document['schema']!r}, and this grader reads "
            f"{RESULTS_SCHEMA}; grade again"
        )
    if not isinstance(document.get("students"), list):
        return "$.students", "the list of students is missing"
    return None


def student_fault(index: int, submission: object) -> tuple[str, str] | None:
    """What is wrong with the results of one student: where, and what."""
    path = f"$.students[{index}]"
    if not isinstance(submission, dict):
        return path, "a student's results must be a mapping"
    for key, kind in (("student", dict), ("parts", list), ("file", str)):
        if not isinstance(submission.get(key), kind):
            return f"{path}.{key}", f"`{key}` is missing, or not of its kind"
    return None
