"""Feedback files that Canvas hands to their students: the submissions zip, sent back.

Canvas splits a file's name at ``_``, drops ``LATE``, and takes the first two tokens
of digits for user and attachment; they must belong together.  It shows the file
under the student's own name for it, so that what is inside must suit that name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from grader.canvas.entries import suffix_of
from grader.canvas.names import CanvasName, read_name
from grader.exports.exported import Exported, LeftOut
from grader.exports.grades import left_out, only_unread
from grader.exports.options import ExportOptions
from grader.exports.packed import packed
from grader.exports.rendered import Renderer
from grader.reports.people import student_name
from grader.reports.view import Document
from grader.reports.visible import one_line

#: Kinds of file that a program opens by their content, which plain text is not.
_STRUCTURED = frozenset({".json", ".ipynb"})

_DIGITS = re.compile(r"[0-9]+")
DEFAULTS = ExportOptions()


def export(document: Document, options: ExportOptions = DEFAULTS) -> Exported:
    """The archive, a file for each student whose submission Canvas named."""
    warnings: list[str] = []
    without: list[LeftOut] = []
    renderer = Renderer(document, options.templates)
    files: dict[str, tuple[str, int]] = {}
    for index, submission in enumerate(document["students"]):
        named = _named(submission)
        if isinstance(named, str):
            without.append(left_out(submission, named))
            continue
        name = feedback_name(named)
        suffix = suffix_of(named.file)
        if name in files:
            without.append(left_out(submission, "another file has the same ids"))
            continue
        files[name] = suffix, index
        if suffix in _STRUCTURED:
            warnings.append(
                f"the feedback for {student_name(submission['student'])} is plain text, and Canvas "
                f"shows it under the student's own name for it, {one_line(named.file)}"
            )
    content = packed(files, lambda name: renderer.file(*files[name]))
    return Exported(content, tuple(warnings), (*without, *only_unread(document)))


def _named(submission: Mapping[str, Any]) -> CanvasName | str:
    """What the submission's name in Canvas's download says, or why no file can go back."""
    number = str(submission["student"].get("id") or "")
    base = str(submission["file"]).rpartition("/")[2]
    named = read_name(base, {number} if number else ())
    if named is None:
        return "not from Canvas's submissions archive, so no file can be sent back by name"
    if named.anonymous_id is not None:
        return "handed in anonymously; send the feedback by hand"
    if named.user_id != number:
        return "the file's name says another student's id"
    if named.attachment_id is None:
        return f"a {named.kind} entry, which takes no feedback file; use the comment"
    return named


def feedback_name(named: CanvasName) -> str:
    """The name under which a feedback file finds its student.

    >>> feedback_name(read_name("doejane_LATE_1207_55_hw_2.yaml"))
    'doejane_LATE_1207_55_hw_2.yaml'
    """
    owner = named.owner
    # Digits alone before the user's id would be taken for it; a leading dot is ignored.
    if not owner or owner.startswith(".") or any(map(_DIGITS.fullmatch, owner.split("_"))):
        owner = "student"
    file = named.file
    if file.rpartition("_")[2].startswith("link"):
        file = f"feedback{suffix_of(file)}"
    late = "_LATE" if named.late else ""
    return f"{owner}{late}_{named.user_id}_{named.attachment_id}_{file}"
