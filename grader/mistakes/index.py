"""The wrong answers of a part under exact fingerprints: found by one look-up, however many.

A fingerprint is made from exact values at the part's fixed rational points, so that an
answer equal to a wrong answer has that wrong answer's.  It finds candidates; what is
told to anyone is proved first.  Two are kept of each wrong answer: of all points, and of
those where no name of the homework is zero, at which an answer can be divided by names.

An index holds no trees: a row of the table and a place say which wrong answer is meant,
and it is derived again when it is needed.  That is little, and is kept for the next run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.cache import entry_key, read_entry, write_entry
from grader.compare.fingerprint import fingerprint_of
from grader.compare.interpret import Unevaluated
from grader.compare.numbers import Unsure, Value
from grader.compare.pointwise import Found, Values
from grader.compare.reference import Reference, point_text, read_point
from grader.compare.values import Point
from grader.errors import LimitError
from grader.expr.composite import Answer
from grader.expr.tree import Node, Symbol
from grader.limits import INDEX_PROBES
from grader.mistakes.subject import Mistake, Subject, Wrong
from grader.mistakes.table import MISTAKES

#: Values at the fixed points, where they are numbers.
Numbers = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A wrong answer: the number of a row of the table, and its place among what that row
    derives for a part."""

    row: int
    place: int

    @property
    def mistake(self) -> Mistake:
        """The row of the table."""
        return MISTAKES[self.row]


@dataclass(frozen=True, slots=True)
class Index:
    """Wrong answers by the fingerprints of their values, in the order of the table.

    ``probes`` are the numbers of points at which no name is zero, ``spots`` the points
    beside the fixed ones, as text: those that tell wrong answers apart that agree there.
    """

    everywhere: Mapping[str, tuple[Entry, ...]]
    at_probes: Mapping[str, tuple[Entry, ...]]
    probes: tuple[int, ...]
    spots: tuple[str, ...] = ()


def derived(subject: Subject) -> Iterator[tuple[Entry, Wrong]]:
    """The wrong answers of all rows; one that two rows derive alike is the first one's."""
    seen: set[Answer] = set()
    for row, mistake in enumerate(MISTAKES):
        if subject.part.kind in mistake.kinds:
            for place, wrong in enumerate(mistake.derive(subject)):
                if wrong.tree not in seen:
                    seen.add(wrong.tree)
                    yield Entry(row, place), wrong


def values_for(subject: Subject, index: Index) -> Values:
    """What evaluates trees over a part's names at the points of its index: the fixed ones,
    then those that are its own."""
    leaves = _reference(subject).leaves
    return _values_at(subject, [read_point(leaves, spot) for spot in index.spots])


def _reference(subject: Subject) -> Reference:
    return subject.part.references[0]


def _values_at(subject: Subject, further: Sequence[Point]) -> Values:
    reference = _reference(subject)
    if not further:
        return reference.everywhere
    return Values(further, reference.environment, reference.tree, before=reference.everywhere)


def numbers(values: Found) -> Numbers | None:
    """The values, if there is one at every point."""
    found = tuple(value for value in values if value is not None and not isinstance(value, type))
    return found if len(found) == len(values) else None


def index_of(subject: Subject, source: str) -> Index | None:
    """The index of a part; None where its reference cannot be evaluated.

    ``source``: the digest of the rubric, under which an index is kept.
    """
    key = entry_key("mistakes", source, subject.part.id)
    kept = _read(read_entry(key), _reference(subject))
    if kept is not None:
        return kept
    made = _made(subject)
    if made is not None:
        write_entry(key, _written(made))
    return made


def _made(subject: Subject) -> Index | None:
    reference = _reference(subject)
    first = reference.everywhere
    try:
        right = fingerprint_of(first.of(reference.tree))
    except (LimitError, KeyError, Unevaluated):
        return None
    entries: list[tuple[Entry, Node, Found]] = []
    alike: dict[str, list[Node]] = {right: [reference.tree]}
    for entry, wrong in derived(subject):
        assert isinstance(wrong.tree, Node)
        try:
            found = first.of(wrong.tree)
        except (LimitError, KeyError, Unevaluated):
            continue
        entries.append((entry, wrong.tree, found))
        alike.setdefault(fingerprint_of(found), []).append(wrong.tree)
    further: list[Point] = []
    if any(len(group) > 1 for group in alike.values()):
        from grader.mistakes.separate import separating_points

        further = separating_points(reference, list(alike.values()))
    return _indexed(subject, entries, further)


def _indexed(
    subject: Subject, entries: Sequence[tuple[Entry, Node, Found]], further: Sequence[Point]
) -> Index:
    """The index of some wrong answers, with their values at the fixed points, for those
    points and ``further`` ones."""
    reference = _reference(subject)
    beyond = Values(further, reference.environment, reference.tree)
    right = fingerprint_of((*reference.everywhere.of(reference.tree), *beyond.of(reference.tree)))
    probes = _probes(subject, _values_at(subject, further))
    everywhere: dict[str, tuple[Entry, ...]] = {}
    at_probes: dict[str, tuple[Entry, ...]] = {}
    for entry, tree, fixed in entries:
        found = (*fixed, *beyond.of(tree))
        name = fingerprint_of(found)
        if name == right:
            continue  # this mistake may be none here
        names = [(everywhere, name)]
        if probes:
            names.append((at_probes, fingerprint_of(tuple(found[k] for k in probes))))
        for table, name in names:
            table[name] = (*table.get(name, ()), entry)
    spots = tuple(point_text(reference.leaves, point) for point in further)
    return Index(everywhere, at_probes, probes, spots)


def _probes(subject: Subject, values: Values) -> tuple[int, ...]:
    columns = [values.of(Symbol(name)) for name in subject.names]
    found = [
        k for k, row in enumerate(zip(*columns, strict=True))
        if all(value is not None and value is not Unsure and value != 0 for value in row)
    ]  # fmt: skip
    return tuple(found[:INDEX_PROBES])


def _written(index: Index) -> Any:
    def table(rows: Mapping[str, tuple[Entry, ...]]) -> Any:
        return {name: [[each.row, each.place] for each in found] for name, found in rows.items()}

    return [
        table(index.everywhere),
        table(index.at_probes),
        list(index.probes),
        list(index.spots),
    ]


def _read(document: Any, reference: Reference) -> Index | None:
    """The index of a kept document, if it is one for this reference."""

    def table(rows: Any) -> dict[str, tuple[Entry, ...]]:
        return {
            name: tuple(Entry(_within(row, len(MISTAKES)), _within(place)) for row, place in found)
            for name, found in rows.items()
        }

    try:
        everywhere, at_probes, probes, spots = document
        for spot in spots:
            read_point(reference.leaves, spot)
        size = len(reference.points) + len(spots)
        known = tuple(_within(k, size) for k in probes)
        return Index(table(everywhere), table(at_probes), known, tuple(spots))
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return None


def _within(number: object, end: int | None = None) -> int:
    if type(number) is not int or number < 0 or (end is not None and number >= end):
        raise ValueError(f"{number!r} is no place")
    return number
