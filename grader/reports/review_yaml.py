"""The YAML of the review file: written for people, read as the text that they wrote.

Every scalar is read as text (``no`` stays ``no``), so that what is carried over
is what was typed; a key given twice is an error and not a silent choice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from grader.errors import Fault, FileError
from grader.limits import REVIEW_BYTES, REVIEW_DEPTH
from grader.reports.visible import one_line, pieces
from grader.source import Place

try:
    from yaml import CBaseLoader as _Loader
except ImportError:  # a PyYAML without libyaml reads the same, slower
    from yaml import BaseLoader as _Loader  # type: ignore[assignment]

#: Scalars that mean "nothing was filled in".
_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})

#: A number that YAML reads as one, and Python as the same.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
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


#: Lone surrogates, which no UTF-8 file can hold.
_SURROGATE = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """The text as it comes back from a file: a lone surrogate as the replacement mark."""
    return _SURROGATE.sub("\ufffd", text)


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
    return json.dumps(character)[1:-1]


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


def yaml_lines(value: Any, indent: int) -> str:
    """A value in which ids are text; a list is one line for each of its items."""
    if isinstance(value, list) and value:
        return "".join(f"\n{' ' * indent}- {yaml_value(item, numbers=False)}" for item in value)
    return yaml_value(value, numbers=False)


def yaml_comment(text: str) -> str:
    """A text that stays on its comment line."""
    return one_line(text)


def is_filled_in(value: Any) -> bool:
    """Whether a person has written anything in a value."""
    if isinstance(value, Mapping):
        return any(is_filled_in(item) for item in value.values())
    if isinstance(value, list):
        return any(is_filled_in(item) for item in value)
    return value is not None and str(value).strip() not in _EMPTY


def read_yaml(text: str, file: str) -> dict[str, Any]:
    """The top-level mapping of a review file, every scalar as text, empty ones as None.

    Raises FileError: not YAML, not a mapping, a key twice, too large, too deep.
    """
    if len(text) > REVIEW_BYTES:
        raise _fault(file, 1, 1, "this file is too large to be a review list")
    try:
        _check_shape(text, file)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _fault(file, line, column, f"this is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise _fault(file, 1, 1, "this is not YAML") from error
    if not isinstance(root, yaml.MappingNode):
        raise _fault(file, 1, 1, "a review file is a mapping with a list `review`")
    value = _value(root, file)
    assert isinstance(value, dict)
    return value


def _check_shape(text: str, file: str) -> None:
    """Refuse what must not be composed, reading the file as a flat stream of events.

    The composer of libyaml recurses in C, where depth is a crash and no exception;
    and a few aliases of aliases unfold to more than any memory holds.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.AliasEvent):
            raise _fault(file, line, column, "write this out where it is wanted, without `*`")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > REVIEW_DEPTH:
                raise _fault(file, line, column, "this nests too deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _value(node: yaml.Node, file: str) -> Any:
    if isinstance(node, yaml.ScalarNode):
        plain_empty = not node.style and node.value in _EMPTY
        return None if plain_empty else str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, file) for item in node.value]
    assert isinstance(node, yaml.MappingNode)
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        at = key_node.start_mark
        if not isinstance(key_node, yaml.ScalarNode):
            raise _fault(file, at.line + 1, at.column + 1, "a key must be a word")
        if key_node.value in found:
            raise _fault(
                file, at.line + 1, at.column + 1, f"`{one_line(key_node.value)}` stands here twice"
            )
        found[key_node.value] = _value(value_node, file)
    return found


def decoded(data: bytes, file: str) -> str:
    """The text of a review file; FileError where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise _fault(file, line, column, "this is not UTF-8; save it as UTF-8") from error


def _fault(file: str, line: int, column: int, message: str) -> FileError:
    return FileError([Fault(Place(file, line, column), "", message)])
