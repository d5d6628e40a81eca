"""The answers file that ``grader import`` writes: each answer below the line it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from grader.homework import Homework
from grader.read.answers import Entry

if TYPE_CHECKING:
    from grader.documents import Imported

_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
#: Plain words that YAML takes for something else.
_RESERVED = frozenset("y n yes no on off true false null definitions".split())
#: Columns after which a comment is cut; the document has the rest.
_WIDTH = 160


def to_yaml(imported: Imported, homework: Homework) -> str:
    """The answers file of an imported document.

    Read back, it has the same answers and definitions, to the character.  Earlier
    answers, and all that has no place, are comments.
    """
    answers = imported.answers
    student = answers.student
    out = [
        f"# Imported from {_comment(answers.file)}.  Each answer stands below the line that it",
        "# comes from; please compare them.  To see how they are read:  grader check",
        "student:",
    ]
    for key, value in (("name", student.name), ("id", student.id)):
        out.append(f"  {key}: {_quoted(value)}" if value else f"  {key}:")
    for key, value in (
        ("sis_user_id", student.sis_user_id), ("sis_login_id", student.sis_login_id)
    ):  # fmt: skip
        if value:
            out.append(f"  {key}: {_quoted(value)}")
    out.append(f"assignment: {_quoted(homework.statement.assignment)}")
    if answers.definitions:
        out += ["", "definitions:", *_entries(answers.definitions, imported, "  ")]
    out += ["", "answers:"]
    blocks = {block.question: block for block in answers.blocks}
    for question, parts in homework.by_question.items():
        block = blocks.get(question)
        out.append(f"  {_key(question)}:")
        if block is not None and block.definitions:
            out += ["    definitions:", *_entries(block.definitions, imported, "      ")]
        given = {} if block is None else {entry.key: entry for entry in block.answers}
        for part in parts:
            local = part.id.partition(".")[2]
            for earlier in imported.superseded:
                if earlier.part == part.id:
                    where = imported.label(earlier.line)
                    out.append(f"    # earlier, {where}: {_comment(earlier.text)}")
            entry = given.get(local)
            if entry is None:
                out.append(f"    {_key(local)}:")
            else:
                out += _entries((entry,), imported, "    ")
        out.append("")
    if imported.unplaced:
        out.append("# Not placed:")
        for item in imported.unplaced:
            out.append(f"#   {imported.label(item.line)}: {_comment(item.text)}")
            out.append(f"#       {_comment(item.reason)}")
    return "\n".join(out).rstrip("\n") + "\n"


def import_lines(imported: Imported, homework: Homework) -> list[str]:
    """What to tell of an import: notes, what needs a person, and a count."""
    file = imported.answers.file
    lines = [f"{file}: {note}" for note in imported.notes]
    lines += [
        f"{file}: {imported.label(item.line)}: `{_comment(item.text)}` is not placed: {item.reason}"
        for item in imported.unplaced
        if item.answer
    ]
    student = imported.answers.student
    if not student.name and not student.id:
        lines.append(f"{file}: the document says neither name nor id of its author")
    answered = {placed.part for placed in imported.placed}
    for question, parts in homework.by_question.items():
        count = sum(part.id in answered for part in parts)
        said = "not answered" if not count else f"{count} of {len(parts)} parts answered"
        lines.append(f"{question}: {said}")
    return lines


def _entries(entries: Iterable[Entry], imported: Imported, indent: str) -> Iterator[str]:
    for entry in entries:
        where = imported.label(entry.place.line)
        if entry.problem is None:
            yield f"{indent}# {where}"
            yield f"{indent}{_key(entry.key)}: {_quoted(entry.text or '')}"
            continue
        # A person must decide; until then nothing is answered here.
        yield f"{indent}# {where}, to be decided: {_comment(entry.problem)}"
        for text in (entry.text or "").split("\n"):
            yield f"{indent}# {_key(entry.key)}: {_quoted(text)}"
        yield f"{indent}{_key(entry.key)}:"


def _comment(text: str) -> str:
    """A text on one line of a comment; nothing in it can end the line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


def _key(text: str) -> str:
    return text if _PLAIN_KEY.match(text) and text.lower() not in _RESERVED else _quoted(text)


def _quoted(text: str) -> str:
    """A single-quoted scalar; the text has no line breaks."""
    return "'" + text.replace("'", "''") + "'"
