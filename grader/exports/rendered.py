"""A student's report as the exports carry it: as a comment, as a page, as a file of any kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from grader.limits import COMMENT_BYTES
from grader.reports.markup import plain_sentence
from grader.reports.sheet import Sheet, student_stems
from grader.reports.view import Document
from grader.reports.visible import one_line

#: What looks like a tag: a view of Canvas that takes a comment for HTML drops it.
_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])")

#: The report that a file of this kind can be, by the end of its name.
_REPORTS: Mapping[str, str] = MappingProxyType(
    {
        ".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown",
        ".mmd": "markdown",
    }
)  # fmt: skip


class Renderer:
    """Renders the reports of one document; templates are read once."""

    def __init__(self, document: Document, templates: Path | None = None) -> None:
        from grader.reports.pages import Pages

        self.sheet = Sheet(document, Pages(templates), student_stems(document))

    def report(self, name: str, index: int) -> str:
        """The report of this name of the student at ``index``."""
        from grader.reports import REPORTS

        return REPORTS[name].render(replace(self.sheet, index=index))

    def page_path(self, index: int) -> str:
        """Where ``grade`` writes the student's page, below its output folder."""
        return f"feedback/{self.sheet.stems[index]}.html"

    def file(self, suffix: str, index: int) -> str:
        """The report in the form that a file of this end should hold."""
        return self.report(_REPORTS.get(suffix, "text"), index)

    def comment(self, index: int) -> str:
        """The report as a comment: plain text, nothing in it like a tag, short enough."""
        from grader.reports.text import cut

        text = untagged(self.report("text", index))
        return text if len(text.encode()) <= COMMENT_BYTES else cut(text, COMMENT_BYTES)


def untagged(text: str) -> str:
    """The text with nothing like ``<b>``: a ``<`` before a letter gets a blank after it.

    >>> untagged("a<b and x < y")
    'a< b and x < y'
    """
    return _TAG_LIKE.sub("< ", text)


def sentence(text: str) -> str:
    """A sentence with LaTeX between dollars as plain text on one line, safe in a comment."""
    return untagged(one_line(plain_sentence(text)))
