"""What was sent to Canvas already: a line for each thing, written the moment it is done.

It holds digests of comments and no comment, and never a token.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.files import private_folder
from grader.push.token import PushError


class Journal:
    """The record of one assignment, read at the start and appended to."""

    def __init__(self, path: Path, *, lines: tuple[Mapping[str, Any], ...] = ()) -> None:
        self.path = path
        self._done = {str(line["key"]) for line in lines if line.get("state") == "done"}
        self._grades = {
            str(line["user"]): str(line["grade"]) for line in lines if line.get("grade") is not None
        }

    @classmethod
    def open(cls, path: Path) -> Journal:
        """The journal of a file, empty where there is none.

        A last line that was cut off by a crash counts as not written.  Raises
        PushError where the file is something else.
        """
        try:
            text = path.read_bytes().decode("utf-8", "replace")
        except FileNotFoundError:
            return cls(path)
        except OSError as error:
            raise PushError(f"{path}: {error.strerror or 'cannot be read'}") from None
        lines: list[Mapping[str, Any]] = []
        rows = text.split("\n")
        for number, row in enumerate(rows, start=1):
            if not row.strip():
                continue
            try:
                line = json.loads(row)
            except ValueError:
                line = None
            if not isinstance(line, dict) or "key" not in line or "user" not in line:
                if number == len(rows):
                    break  # cut off while it was written
                raise PushError(
                    f"{path}:{number}:1: this is no line of a journal; what was sent is not "
                    "known, so nothing is sent"
                )
            lines.append(line)
        return cls(path, lines=tuple(lines))

    def has(self, key: str) -> bool:
        """Whether this was done."""
        return key in self._done

    def grade(self, user: str) -> str | None:
        """The grade that was last sent for a student."""
        return self._grades.get(user)

    def write(self, key: str, user: str, *, what: str, grade: str | None = None) -> None:
        """Record that something is done, on the disk before this returns.  Raises OSError."""
        line: dict[str, Any] = {"key": key, "user": user, "what": what, "state": "done"}
        if grade is not None:
            line["grade"] = grade
        private_folder(self.path.parent)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab") as stream:
            # A line that was cut off must not swallow this one.
            start = b"" if self._ends_whole() else b"\n"
            stream.write(start + json.dumps(line, sort_keys=True).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        self._done.add(key)
        if grade is not None:
            self._grades[user] = grade

    def _ends_whole(self) -> bool:
        data = self.path.read_bytes() if self.path.stat().st_size else b"\n"
        return data.endswith(b"\n")


def key_of(*texts: str) -> str:
    """A digest of what is sent and to whom: equal things have equal keys."""
    joined = "\x00".join(texts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:32]
