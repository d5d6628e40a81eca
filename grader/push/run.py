"""The whole of ``grader push``: results in, a plan against what Canvas holds, and the sending."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.exports.canvas_comments import KIND, SCHEMA, messages
from grader.exports.options import ExportOptions
from grader.exports.rendered import Renderer
from grader.push.client import Client
from grader.push.journal import Journal
from grader.push.plan import Change, Target, What, make_plan
from grader.push.send import Failure, Tell, send
from grader.push.token import PushError


@dataclass(frozen=True)
class Outgoing:
    """What is to be sent.  ``messages`` is a canvas-comments document; ``document`` the results
    that pages are made from, None where there are the messages alone; ``folder`` is where
    their pages lie then."""

    messages: Mapping[str, Any]
    document: Mapping[str, Any] | None
    folder: Path
    made_at: datetime

    @cached_property
    def _renderer(self) -> Renderer | None:
        return None if self.document is None else Renderer(self.document)

    def page(self, change: Change) -> str:
        """The HTML of a student's page.  Raises OSError where its file is gone."""
        if self._renderer is not None:
            return self._renderer.report("html", change.index)
        assert change.page is not None
        return (self.folder / change.page).read_text(encoding="utf-8")


def outgoing(document: Mapping[str, Any], path: Path, options: ExportOptions) -> Outgoing:
    """What a ``results.json``, or a ``comments.json`` made from one, has to send.

    Raises PushError where a ``comments.json`` is not whole, OSError.
    """
    made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if document.get("kind") != KIND:
        return Outgoing(messages(document, options), document, path.parent, made_at)
    if document.get("schema") != SCHEMA or not isinstance(document.get("students"), list):
        raise PushError(f"{path}: these comments are of another version; export them again")
    for index, row in enumerate(document["students"]):
        if not isinstance(row, dict) or not row.keys() >= _ROW_KEYS:
            raise PushError(f"{path}: $.students[{index}] is not whole; export the comments again")
    # `grade` writes them below canvas/, beside which the pages lie.
    places = (path.parent, path.parent.parent)
    folder = next((place for place in places if (place / "feedback").is_dir()), path.parent)
    for row in document["students"]:
        page = Path(str(row["page"]))
        if page.is_absolute() or ".." in page.parts:
            raise PushError(f"{path}: the page {page} lies outside of the results")
    return Outgoing(document, None, folder, made_at)


def read_comments(text: str) -> dict[str, Any] | None:
    """The document of a ``comments.json``, or None where the text is something else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("kind") == KIND else None


_ROW_KEYS = frozenset({"student", "grade", "no_grade", "comment", "page", "rubric"})


@dataclass(frozen=True, slots=True)
class Push:
    """A plan, ready to be shown or sent."""

    client: Client
    target: Target
    plan: tuple[Change, ...]
    journal: Journal
    source: Outgoing

    def send(self, tell: Tell | None = None) -> tuple[Failure, ...]:
        """Send it.  Raises PushError and OSError."""
        return send(
            self.client,
            self.target,
            self.plan,
            self.journal,
            page_of=self.source.page,
            tell=tell,
        )


def prepare(
    client: Client,
    source: Outgoing,
    journal: Journal,
    *,
    kinds: Iterable[What] = tuple(What),
    force: bool = False,
) -> Push:
    """Look at what Canvas holds, and plan.  Raises PushError."""
    target = client.target()
    plan = make_plan(
        source.messages,
        target,
        client.held(),
        journal,
        made_at=source.made_at,
        kinds=kinds,
        force=force,
    )
    return Push(client, target, plan, journal, source)


def journal_path(results: Path, course: int, assignment: int) -> Path:
    """Where the record of what was sent is kept: beside the results."""
    folder = results.parent if results.parent.name == "canvas" else results.parent / "canvas"
    return folder / f"push-{course}-{assignment}.jsonl"
