"""Results as plain JSON values and back, exactly: what the journal and the workers pass on.

The fields of a data class and their types say how; a field that is added to one is
carried along without a word here, and a type that cannot be carried is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

_PLAIN = (str, int, bool, float, NoneType)


def to_record(value: Any) -> Any:
    """A value as JSON has it: a fraction as text, a data class as a mapping of those fields
    that differ from their defaults.  Raises TypeError for what cannot be read back."""
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return [to_record(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: to_record(held)
            for name, default in _fields(type(value))
            if (held := getattr(value, name)) != default or type(held) is not type(default)
        }
    raise TypeError(f"{type(value).__name__} has no record")


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in fields(kind))


def from_record(kind: Any, record: Any) -> Any:
    """The value of a type that :func:`to_record` made the record of.

    Raises TypeError, ValueError, KeyError or AttributeError where it is no such record.
    """
    return _reader(kind)(record)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    if kind in _PLAIN or kind is Any:
        return lambda record: record
    if kind is Fraction:
        return Fraction
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType) and NoneType in inside and len(inside) == 2:
        read = _reader(next(item for item in inside if item is not NoneType))
        return lambda record: None if record is None else read(record)
    if origin is tuple and len(inside) == 2 and inside[1] is Ellipsis:
        each = _reader(inside[0])
        return lambda record: tuple([each(item) for item in record])
    if origin is tuple:
        every = tuple(map(_reader, inside))
        return lambda record: tuple(
            read(item) for read, item in zip(every, record, strict=True)
        )  # fmt: skip
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind
    if isinstance(kind, type) and is_dataclass(kind):
        return _class_reader(kind)
    raise TypeError(f"a value of {kind} cannot be read back from a record")


def _class_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    needed = {
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    }

    def read(record: Any) -> Any:
        if not needed <= record.keys():
            raise KeyError(f"{kind.__name__} without {sorted(needed - record.keys())}")
        return kind(**{name: readers[name](item) for name, item in record.items()})

    return read


def record_text(value: Any) -> str:
    """A record as one line of JSON in ASCII, whatever characters it holds."""
    return json.dumps(to_record(value), separators=(",", ":"))
