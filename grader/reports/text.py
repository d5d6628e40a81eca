"""A student's page as plain text with Unicode mathematics, short enough for a Canvas comment."""

from __future__ import annotations

from dataclasses import replace

from grader.limits import COMMENT_BYTES
from grader.reports.markup import Ready, plain_written
from grader.reports.pages import Pages
from grader.reports.sheet import Sheet
from grader.reports.unicode_math import unicode_math
from grader.reports.view import PartView, StudentView

#: Characters of one answer and of its reading that are shown; the first that makes the
#: whole short enough is taken.  Almost every report fits whole.
_ANSWER_LENGTHS = (COMMENT_BYTES, 4000, 1000, 300, 100)

_REST = "\n… The rest did not fit here; the full report is the attached page.\n"


def render(sheet: Sheet) -> str:
    """``feedback/<student>.txt``, at most COMMENT_BYTES of UTF-8."""
    return page(sheet.student, sheet.pages)


def page(student: StudentView, pages: Pages) -> str:
    """The same from the student's view."""
    text = ""
    for length in _ANSWER_LENGTHS:
        text = pages.text("student.txt", student=_shortened(student, length), written=written)
        if len(text.encode()) <= COMMENT_BYTES:
            return text
    return cut(text, COMMENT_BYTES)


def written(part: PartView) -> Ready:
    """The answer of a part, for templates of an instructor's own that show a part's text."""
    return plain_written(part.answer or "", part.marked)


def cut(text: str, size: int) -> str:
    """The text cut at the end of a line to so many bytes of UTF-8, and a line that says so.

    >>> len(cut("one line\\n" * 100, 200).encode()) <= 200
    True
    """
    room = text.encode()[: size - len(_REST.encode())].decode("utf-8", "ignore")
    whole_lines = room[: room.rfind("\n") + 1]
    return (whole_lines or room) + _REST


def _shortened(student: StudentView, length: int) -> StudentView:
    if length == COMMENT_BYTES and not any(
        len(part.answer or "") > length or len(part.read_as) > length
        for question in student.questions
        for part in question.parts
    ):
        return student
    return replace(
        student,
        questions=tuple(
            replace(question, parts=tuple(_short_part(part, length) for part in question.parts))
            for question in student.questions
        ),
    )


def _short_part(part: PartView, length: int) -> PartView:
    answer = part.answer
    if answer is None or (len(answer) <= length and len(part.read_as) <= length):
        return part
    reading = unicode_math(part.read_as)
    return replace(
        part,
        answer=_start(answer, length),
        marked=part.marked if len(answer) <= length else None,
        # Text mode keeps the cut reading as it is when it is converted once more.
        read_as=part.read_as if len(reading) <= length else f"{_start(reading, length)}",
        key=b"",
    )


def _start(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]} … ({len(text)} characters)"
