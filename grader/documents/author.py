"""Who wrote a document: its front matter, its ``\\author``, or lines such as ``Name: …``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from grader.documents.blocks import Document, Words
from grader.results import Student

#: From what people write to the field of :class:`Student`.
_FIELDS: Final[Mapping[str, str]] = {
    "name": "name", "student": "name", "author": "name", "student name": "name",
    "full name": "name", "submitted by": "name",
    "id": "id", "canvas id": "id", "canvas user id": "id",
    "student id": "sis_user_id", "studentid": "sis_user_id", "sis id": "sis_user_id",
    "sis_user_id": "sis_user_id", "student number": "sis_user_id", "matriculation": "sis_user_id",
    "login": "sis_login_id", "sis_login_id": "sis_login_id", "username": "sis_login_id",
    "netid": "sis_login_id",
}  # fmt: skip

_NAMES: Final = "|".join(sorted(_FIELDS, key=len, reverse=True))
_LINE: Final = re.compile(
    rf"(?:^|[\s,;|(*_])(?P<field>{_NAMES})[*_ \t]*[:=][*_ \t]*(?P<value>[^\n,;|()]*?)"
    rf"(?=[ \t*_]*(?:$|[,;|\n()]|[ \t]{{2,}}|[ \t](?:{_NAMES})[*_ \t]*:))",
    re.IGNORECASE | re.MULTILINE,
)

#: Blocks at the beginning in which an author is looked for.
_FIRST_BLOCKS: Final = 12


def find_author(document: Document) -> Student:
    """The student as far as the document says; what it does not say is None."""
    said: dict[str, str] = {}
    for key, value in document.fields.items():
        name = _FIELDS.get(key.strip().lower())
        clean = _clean(value)
        if name is not None and clean:
            said.setdefault(name, clean)
    for block in document.blocks[:_FIRST_BLOCKS]:
        for piece in block.pieces:
            if not isinstance(piece, Words):
                continue
            for match in _LINE.finditer(piece.text):
                value = _clean(match["value"])
                if value and len(value) <= 80:
                    said.setdefault(_FIELDS[match["field"].lower()], value)
    return Student(
        said.get("name"), said.get("id"), said.get("sis_user_id"), said.get("sis_login_id")
    )


def _clean(value: str) -> str:
    r"""A field without LaTeX around it: ``\textbf{Ada} \\ CS 316`` is ``Ada``."""
    first = re.split(r"\\\\|\\and(?![A-Za-z])|\\thanks|\n", value.strip())[0]
    first = re.sub(r"\\[A-Za-z]+\*?\s*|[{}~]|[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", first)
    return " ".join(first.split()).strip("*_`\"' ")
