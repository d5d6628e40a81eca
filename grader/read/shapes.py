"""Pydantic's findings about a file, in our words and with their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from grader.errors import Fault
from grader.read.nodes import Source
from grader.read.plain import Keys, Plain, path_text
from grader.read.suggest import near


def shape_fault(
    item: Any, data: Plain, source: Source, keys_at: Callable[[Keys], tuple[str, ...]]
) -> Fault:
    """One of Pydantic's findings about some data, with its place.

    ``keys_at`` gives the keys that may stand at a path, for "did you mean".
    """
    path: Keys = tuple(item["loc"])
    kind = item["type"]
    known = data.longest(path)
    start, end = data.value_spans[known]
    suggestion = None
    if kind == "extra_forbidden":
        start, end = data.key_spans.get(known, (start, end))
        keys = keys_at(path[:-1])
        message = f"`{path[-1]}` is not a key of this place"
        close = near(str(path[-1]), keys)
        suggestion = (
            f"did you mean `{close}`?"
            if close
            else "there may be " + ", ".join(f"`{key}`" for key in keys)
        )
    elif kind == "missing":
        start, end = data.key_spans.get(known, (start, start + 1))
        message = f"`{path[-1]}` is missing"
        path = path[:-1]
    elif item["input"] is None:
        message = "nothing is written here"
    elif kind == "literal_error":
        choices = [
            choice.strip("'")
            for choice in item["ctx"]["expected"].replace(" or ", ", ").split(", ")
        ]
        message = f"`{item['input']}` is none of " + ", ".join(f"`{c}`" for c in choices)
        close = near(str(item["input"]), choices)
        suggestion = f"did you mean `{close}`?" if close else None
    elif kind == "value_error":
        message = str(item["ctx"]["error"])
    else:
        message = _WANTED.get(kind, item["msg"])
    return source.fault(start, end, message, suggestion, path_text(path))


_WANTED: Mapping[str, str] = MappingProxyType(
    {
        "string_type": "one text belongs here, not a list or a mapping",
        "string_too_short": "nothing is written here",
        "list_type": "a list belongs here",
        "dict_type": "a mapping (`key: value`) belongs here",
        "model_type": "a mapping (`key: value`) belongs here",
        "model_attributes_type": "a mapping (`key: value`) belongs here",
        "too_short": "at least one belongs here",
    }
)
