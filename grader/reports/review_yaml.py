"""The YAML of the review file, written for people and for any YAML reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from grader.read.review import storable
from grader.reports.visible import one_line, pieces

#: A number that YAML reads as one, and Python as the same; or a fraction, which is text.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+|/[1-9]\d*)?", re.ASCII)
#: Words that YAML would take for something other than text.
_NOT_BARE = frozenset("y n yes no on off true false null".split())


def yaml_text(text: str) -> str:
    """A text as a YAML scalar that every YAML reader reads back as that text."""
    if all(as_it_is and "\n" not in piece and "\t" not in piece for piece, as_it_is in _all(text)):
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]*", text) and text.lower() not in _NOT_BARE:
            return text
        # LaTeX needs no escapes between single quotes.
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in storable(text)) + '"'


def yaml_answer(text: str, indent: int) -> str:
    """A text behind `key: `: several lines of it as a block, as far as YAML keeps them."""
    lines = text.split("\n")
    if len(lines) > 1 and all(map(_stands_in_a_block, lines)) and lines[0] and lines[-1]:
        margin = " " * indent
        return "|-" + "".join(f"\n{margin}{line}" if line else "\n" for line in lines)
    return yaml_text(text)


def _stands_in_a_block(line: str) -> bool:
    return line == line.strip() and all(
        as_it_is and "\t" not in piece for piece, as_it_is in _all(line)
    )


def _all(text: str) -> list[tuple[str, bool]]:
    # \r\n counts as one line end elsewhere; here each character counts.
    return [] if not text else [("\r", False)] if "\r" in text else list(pieces(text))


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if " " <= character <= "~":
        return character
    if all(as_it_is for _, as_it_is in pieces(character)) and character not in "\n\t\x85\ufeff":
        return character
    if ord(character) > 0xFFFF:
        return f"\\U{ord(character):08x}"
    # Never the short escapes, \\t among them: LaTeX in double quotes looks like them.
    return f"\\u{ord(character):04x}"


def yaml_value(value: Any, *, numbers: bool = True) -> str:
    """A value on one line: text, a list or a mapping; ``numbers`` may stand without quotes."""
    if isinstance(value, Mapping):
        pairs = (
            f"{yaml_value(key)}: {yaml_value(item, numbers=numbers)}" for key, item in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(yaml_value(item, numbers=numbers) for item in value) + "]"
    if value is None:
        return "null"
    text = str(value)
    return text if numbers and _NUMBER.fullmatch(text) else yaml_text(text)


def yaml_comment(text: str) -> str:
    """A text that stays on its comment line."""
    return one_line(text)
