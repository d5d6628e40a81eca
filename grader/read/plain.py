"""Nodes to plain data (texts, lists, dictionaries) with the span of every path.

For files that must be YAML to the letter, such as rubrics: doubled keys, anchors,
aliases, tags and eaten backslashes are faults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from grader.errors import Fault
from grader.read.nodes import Alias, Listing, Node, Pairs, Scalar, Source

Keys = tuple[str | int, ...]

#: A backslash of a double-quoted text that YAML would make something else of.
_EATEN: Final = re.compile(r"\\(?![\\\"/]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")
_SIMPLE_KEY: Final = re.compile(r"\w[\w-]*")


@dataclass(frozen=True, slots=True)
class Plain:
    """``value`` with, for each path in it, the spans of the value and of its key."""

    value: Any
    value_spans: Mapping[Keys, tuple[int, int]]
    key_spans: Mapping[Keys, tuple[int, int]]
    faults: tuple[Fault, ...]

    def longest(self, path: Keys) -> Keys:
        """The longest beginning of a path that stands in the file."""
        while path not in self.value_spans:
            path = path[:-1]
        return path

    def text_start(self, path: Keys, source: Source) -> int:
        """Where a text's first character stands, behind its quote or block sign."""
        start, end = self.value_spans[path]
        if source.text[start : start + 1] in {"'", '"'}:
            return start + 1
        if source.text[start : start + 1] in {"|", ">"}:
            body = source.line_end(start) + 1
            while body < end and source.text[body] in " \n":
                body += 1
            return min(body, end)
        return start


def path_text(path: Keys) -> str:
    """``$.questions[1].parts.dh3_df2``; a key of other characters stands in brackets."""
    text = "$"
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _SIMPLE_KEY.fullmatch(step):
            text += f".{step}"
        else:
            text += f"['{step}']"
    return text


def as_plain(root: Node, source: Source) -> Plain:
    """Plain data; nothing raised, faults are part of the result.

    The depth of nodes is bounded where they are read, so this may recurse.
    """
    reader = _Reader(source)
    value = reader.value(root, ())
    return Plain(value, reader.value_spans, reader.key_spans, tuple(reader.faults))


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.value_spans: dict[Keys, tuple[int, int]] = {}
        self.key_spans: dict[Keys, tuple[int, int]] = {}
        self.faults: list[Fault] = []

    def fault(self, node: Node, path: Keys, message: str, suggestion: str | None = None) -> None:
        self.faults.append(
            self.source.fault(node.start, node.end, message, suggestion, path_text(path))
        )

    def value(self, node: Node, path: Keys) -> Any:
        self.value_spans[path] = (node.start, node.end)
        if isinstance(node, Alias):
            self.fault(node, path, f"the alias `*{node.name}` is not followed", "write it out here")
            return None
        if node.anchor is not None:
            self.fault(node, path, f"the anchor `&{node.anchor}` is not read", "take it out")
        if node.tag is not None:
            self.fault(node, path, "a tag `!` is not read", "take it out")
        match node:
            case Scalar():
                return self.scalar(node, path)
            case Listing():
                return [self.value(item, (*path, i)) for i, item in enumerate(node.items)]
            case Pairs():
                return self.mapping(node, path)

    def scalar(self, node: Scalar, path: Keys) -> str | None:
        if node.style == "double":
            raw = self.source.text[node.start : node.end]
            eaten = _EATEN.search(_without_pairs(raw))
            if eaten is not None:
                start = node.start + eaten.start()
                self.faults.append(
                    self.source.fault(
                        start,
                        start + 2,
                        "YAML takes this backslash for an escape",
                        "use single quotes, in which LaTeX stays what it is",
                        path_text(path),
                    )
                )
        return None if node.is_empty else node.text.strip()

    def mapping(self, node: Pairs, path: Keys) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.pairs:
            if not isinstance(key, Scalar):
                self.fault(key, path, "a key must be one text")
                continue
            name = key.text.strip()
            below = (*path, name)
            if name == "<<":
                self.fault(key, below, "the merge key `<<` is not read", "write it out here")
                continue
            if name in data:
                line = self.source.line_of(self.key_spans[below][0])
                self.fault(key, below, f"the key `{name}` stands twice (the first in line {line})")
                continue
            self.key_spans[below] = (key.start, key.end)
            data[name] = self.value(value, below)
        return data


def _without_pairs(raw: str) -> str:
    """The raw text with ``\\\\`` blanked, so that each backslash left is single."""
    return raw.replace("\\\\", "  ")
