"""Frozen values as plain JSON and back: nothing but data is ever read.

A value is a scalar, a tuple, a frozen set, a mapping, a fraction, a moment, or one of the
classes of a table, given by its place there and its fields in order.  Which class is
made is the table's choice, never the data's: a number outside it is an error.
What takes no part in equality (spans, memos) is not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import datetime
from fractions import Fraction
from importlib import import_module
from types import MappingProxyType
from typing import Any, NamedTuple

#: What a list begins with: what the rest of it is.  Classes follow.
_TUPLE, _SET, _MAPPING, _FRACTION, _MOMENT, _AGAIN, _FIRST_CLASS = range(7)

_SCALARS = frozenset({str, int, bool, type(None)})


#: A class, or its module and name: one that is loaded when a value of it is met.
Known = type | tuple[str, str]


class Codec:
    """Writes and reads values of some frozen classes.

    Mappings and values of the ``shared`` classes that are met again (the same object,
    not only an equal one) are written once, so that what one statement of a rubric
    gives to many parts stays one object.
    """

    def __init__(self, classes: Iterable[Known], shared: Iterable[Known] = ()) -> None:
        self._classes = tuple(dict.fromkeys(classes))
        self._tags = {_named(kind): k for k, kind in enumerate(self._classes)}
        self._shared = frozenset(map(_named, shared))
        self._found: dict[int, _Class] = {}

    def encode(self, value: object) -> Any:
        """The value as JSON data.  Raises TypeError for one of another class."""
        return _Encoder(self).go(value)

    def decode(self, data: Any) -> Any:
        """The value of some JSON data.

        Raises TypeError, ValueError, LookupError, ArithmeticError or RecursionError for
        data that :meth:`encode` did not write.
        """
        return _Decoder(self).go(data)

    def tag(self, kind: type) -> int:
        """What stands for a class.  Raises TypeError for one that is not in the table."""
        place = self._tags.get(_named(kind))
        if place is None:
            raise TypeError(f"{kind.__name__} is not among the classes of this table")
        return place + _FIRST_CLASS

    def of_tag(self, tag: int) -> _Class:
        """The class at a place of the table.  Raises IndexError."""
        place = tag - _FIRST_CLASS
        found = self._found.get(place)
        if found is None:
            named = self._classes[place]
            kind = named
            if isinstance(kind, tuple):
                kind = vars(import_module(kind[0]))[kind[1]]
            found = self._found[place] = _Class(kind, _kept(kind), _named(kind) in self._shared)
        return found


class _Class(NamedTuple):
    """A class, its fields that are written, and whether its values are shared."""

    make: Callable[..., Any]
    names: tuple[str, ...]
    shared: bool


def _named(kind: Known) -> tuple[str, str]:
    return kind if isinstance(kind, tuple) else (kind.__module__, kind.__qualname__)


def _kept(kind: type) -> tuple[str, ...]:
    """The fields of a class that are written."""
    if is_dataclass(kind):
        return tuple(field.name for field in fields(kind) if field.compare and field.init)
    if issubclass(kind, tuple):
        return tuple(vars(kind)["_fields"])
    raise TypeError(f"{kind.__name__} is neither a dataclass nor a named tuple")


class _Encoder:
    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        #: The number of each shared object by its identity; all live as long as the value.
        self._met: dict[int, int] = {}

    def go(self, value: Any) -> Any:
        kind = type(value)
        if kind in _SCALARS:
            return value
        if kind is Fraction:
            return [_FRACTION, value.numerator, value.denominator]
        if kind is datetime:
            return [_MOMENT, value.isoformat()]
        if kind is tuple:
            return [_TUPLE, *map(self.go, value)]
        if kind is frozenset:
            return [_SET, *sorted(map(self.go, value))]
        known = self._met.get(id(value))
        if known is not None:
            return [_AGAIN, known]
        if kind is dict or kind is MappingProxyType:
            written = [_MAPPING, *(self.go(part) for pair in value.items() for part in pair)]
            is_shared = True
        else:
            tag = self._codec.tag(kind)
            _, names, is_shared = self._codec.of_tag(tag)
            written = [tag, *(self.go(getattr(value, name)) for name in names)]
        if is_shared:
            self._met[id(value)] = len(self._met)
        return written


class _Decoder:
    def __init__(self, codec: Codec) -> None:
        self._of_tag = codec.of_tag
        self._met: list[Any] = []

    def go(self, data: Any) -> Any:
        if type(data) is not list:
            if type(data) not in _SCALARS:
                raise TypeError(f"a {type(data).__name__} where a value should be")
            return data
        tag = data[0]
        if tag == _TUPLE:
            return tuple(map(self.go, data[1:]))
        if tag == _SET:
            return frozenset(map(self.go, data[1:]))
        if tag == _FRACTION:
            _, over, under = data
            if type(over) is not int or type(under) is not int:
                raise TypeError("a fraction of something other than whole numbers")
            return Fraction(over, under)
        if tag == _MOMENT:
            _, moment = data
            return datetime.fromisoformat(moment)
        if tag == _AGAIN:
            _, number = data
            return self._met[number]
        if tag == _MAPPING:
            parts = list(map(self.go, data[1:]))
            mapping = dict(zip(parts[::2], parts[1::2], strict=True))
            self._met.append(mapping)
            return mapping
        if type(tag) is not int or tag < _FIRST_CLASS:
            raise ValueError(f"{tag!r} is no kind of value")
        make, names, shared = self._of_tag(tag)
        made = make(**dict(zip(names, map(self.go, data[1:]), strict=True)))
        if shared:
            self._met.append(made)
        return made
