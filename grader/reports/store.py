"""What a run has made already, kept up to a bound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Store(Generic[Value]):
    """Values by key, the least recently used dropped where there is no more room.

    ``room`` bounds the sum of ``weight`` over what is kept; a value heavier than
    all the room is made each time it is asked for.  What comes out does not depend
    on what is kept, as long as a key says all that its value is made from.
    """

    def __init__(self, room: int, weight: Callable[[Value], int]) -> None:
        self._room = room
        self._weight = weight
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._used = 0

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of the key, made if need be."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found[0]
        value = make()
        weight = self._weight(value)
        if weight <= self._room:
            self._kept[key] = value, weight
            self._used += weight
            while self._used > self._room:
                _, (_, freed) = self._kept.popitem(last=False)
                self._used -= freed
        return value
