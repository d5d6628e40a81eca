"""What went wrong in a wrong answer: looked up by its values, then proved.

The wrong answers of all rows are evaluated once for a part at many fixed points,
so that a lookup costs one evaluation and one comparison of arrays whatever the
number of rows.  Values only find a candidate; a diagnosis is given when the answer is proved
equal to the candidate by the same normal forms that grade.  Where no single
mistake fits, a mistake together with a factor is tried, then the closest exact
relation to the right answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from grader.compare.cases import Side
from grader.compare.interpret import Unevaluated
from grader.compare.ladder import proved_equal
from grader.compare.sample import floats
from grader.errors import LimitError
from grader.expr.composite import Answer, Chosen, Entries, Extents
from grader.expr.tree import (
    Dimensions,
    Negation,
    Node,
    Number,
    Product,
    Quotient,
    Symbol,
)
from grader.limits import INDEX_POINTS, MAX_CANDIDATES, PROBES
from grader.mistakes.arrays import diagnose_entries, wrong_entries
from grader.mistakes.chains import diagnose_chain, wrong_chains
from grader.mistakes.diagnosis import Diagnosis
from grader.mistakes.extents import diagnose_extents, wrong_extents
from grader.mistakes.paths import paths
from grader.mistakes.relation import closest_relation
from grader.mistakes.subject import Subject, Wrong, name_maths
from grader.mistakes.table import MISTAKES
from grader.mistakes.values import diagnose_value, wrong_values
from grader.questions.part import Chains, Closeness, Part

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Entry:
    mistake: str
    wrong: Wrong
    nudge: str


@dataclass(frozen=True)
class _Index:
    """The wrong answers of a part and their values, a row each, at many points."""

    columns: Mapping[str, Floats]
    size: int
    reference: Floats
    entries: tuple[_Entry, ...]
    values: Floats


def _near(rows: Floats, values: Floats) -> NDArray[np.bool_]:
    """Which rows agree with the values at every point, as far as rounding allows."""
    close = np.isclose(rows, values, rtol=1e-7, atol=1e-9, equal_nan=True)
    return np.asarray(close.all(axis=-1), dtype=np.bool_)


#: What an answer is called that is wrong by a slip in a definition alone.
FOLLOW_THROUGH = "follow_through"

#: Values above this are left out: powers of them overflow.
_HUGE = 1e75

_RELATION_NUDGES: Mapping[str, str] = MappingProxyType({
    "times": "Check the factors: only a factor is wrong.",
    "plus": "Check the terms: only a term is wrong.",
})  # fmt: skip


class Diagnoser:
    """Finds mistakes in the answers to a homework's parts.

    Indices are made when a part first has a wrong answer, and depend on nothing but
    the parts.
    """

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self._parts = parts
        self._indices: dict[str, _Index | None] = {}

    def diagnose(
        self, part: Part, answer: Answer, definitions: Mapping[str, Node]
    ) -> Diagnosis | None:
        """The mistake in an answer that is known to be different, if one is certain."""
        if isinstance(answer, Entries):
            return diagnose_entries(part, answer, definitions, self.diagnose)
        if isinstance(answer, Extents):
            return diagnose_extents(part, answer, definitions)
        if isinstance(answer, Chosen):
            return None
        if isinstance(part.detail, Chains):
            return diagnose_chain(part, answer, definitions)
        if isinstance(part.detail, Closeness):
            return diagnose_value(part, answer, definitions)
        subject = self._subject(part)
        if isinstance(answer, Dimensions):
            return _diagnose_size(subject, answer, definitions)
        if part.id not in self._indices:
            self._indices[part.id] = _indexed(subject)
        index = self._indices[part.id]
        if index is None:
            return None
        environment = {**part.statement.forward, **definitions}
        try:
            values = _values(answer, environment, index)
            return (
                _single(part, index, values, answer, environment)
                or _pair(part, index, values, answer, environment)
                or _relation(subject, index, values, answer, environment)
            )
        except (LimitError, KeyError, Unevaluated):
            return None

    def wrong_answers(self, part: Part) -> list[tuple[str, Wrong]]:
        """All wrong answers that the table derives for a part, with their rows' names."""
        if isinstance(part.answer, Entries):
            return list(wrong_entries(part))
        if isinstance(part.detail, Closeness):
            return [(name, wrong) for name, wrong, _ in wrong_values(part)]
        if isinstance(part.detail, Chains):
            return list(wrong_chains(part))
        if isinstance(part.answer, Extents):
            return list(wrong_extents(part.answer))
        if isinstance(part.answer, Chosen):
            return []
        return [(entry.mistake, entry.wrong) for entry in _entries(self._subject(part))]

    def _subject(self, part: Part) -> Subject:
        siblings = tuple(
            inner
            for other in self._parts
            if other.question == part.question
            for inner in (other.inner or (other,))
        )
        derived = part.derived
        if derived is None:
            quantity = part.quantity.name if isinstance(part.quantity, Symbol) else ""
            return Subject(part, siblings, (), quantity, "")
        found = paths(derived.line, derived.variable)
        return Subject(part, siblings, found, derived.quantity, derived.variable)


def _entries(subject: Subject) -> Iterator[_Entry]:
    """The wrong answers of all rows; one that two rows derive alike is the first one's."""
    seen: set[Answer] = set()
    for mistake in MISTAKES:
        if subject.part.kind in mistake.kinds:
            for wrong in mistake.derive(subject):
                if wrong.tree not in seen:
                    seen.add(wrong.tree)
                    yield _Entry(mistake.name, wrong, mistake.nudge)


def _values(tree: Node, environment: Mapping[str, Node], index: _Index) -> Floats:
    return floats(tree, environment, index.columns, index.size)


def _indexed(subject: Subject) -> _Index | None:
    reference = subject.part.references[0]
    if reference.screen is None:
        return None
    # The last points of the cloud are the ones that search found in rare regions; where
    # the reference overflows nothing can be told.
    tellable = np.flatnonzero(np.abs(reference.screen.values) < _HUGE)[-INDEX_POINTS:]
    size = int(tellable.size)
    if not size:
        return None
    columns = {name: column[tellable] for name, column in reference.screen.columns.items()}
    forward = subject.part.statement.forward
    empty = _Index(columns, size, np.zeros(0), (), np.zeros(0))
    right = _values(reference.tree, forward, empty)
    entries: list[_Entry] = []
    rows: list[Floats] = []
    for entry in _entries(subject):
        assert isinstance(entry.wrong.tree, Node)
        try:
            row = _values(entry.wrong.tree, forward, empty)
        except (LimitError, KeyError):
            continue
        if not _near(row, right):  # else this mistake may be none here
            entries.append(entry)
            rows.append(row)
    values = np.array(rows) if rows else np.zeros((0, size))
    return _Index(columns, size, right, tuple(entries), values)


def _proved(part: Part, answer: Node, environment: Mapping[str, Node], candidate: Node) -> bool:
    left = Side(answer, environment)
    right = Side(candidate, environment)
    return proved_equal(left, right, part.statement.positive)


def _single(
    part: Part, index: _Index, values: Floats, answer: Node, environment: Mapping[str, Node]
) -> Diagnosis | None:
    for row in np.flatnonzero(_near(index.values, values))[:MAX_CANDIDATES]:
        entry = index.entries[int(row)]
        assert isinstance(entry.wrong.tree, Node)
        if _proved(part, answer, environment, entry.wrong.tree):
            return Diagnosis(entry.mistake, entry.wrong.sentence, entry.nudge)
    return None


def _multipliers(part: Part) -> list[tuple[str, str, Node]]:
    """Factors by which an answer may be off beside another mistake: the row's name,
    what to say, and the factor."""
    one, two = Number(Fraction(1)), Number(Fraction(2))
    half = Quotient(one, two)
    found: list[tuple[str, str, Node]] = [
        ("sign", "the sign is wrong", Negation(one)),
        ("constant_factor", "there is a factor 2 too many", two),
        ("constant_factor", "a factor 2 is missing", half),
    ]
    for name in sorted(part.statement.leaves | part.statement.forward.keys()):
        symbol = Symbol(name)
        found.append(("extra_factor", f"there is a factor {name_maths(name)} too many", symbol))
        found.append(
            ("missing_factor", f"a factor {name_maths(name)} is missing", Quotient(one, symbol))
        )
    return found


def _probes(values: Floats) -> NDArray[np.intp]:
    """A few points at which the answer is not 0: enough to rule nearly everything out."""
    return np.flatnonzero(np.isfinite(values) & (values != 0))[:PROBES]


def _pair(
    part: Part, index: _Index, values: Floats, answer: Node, environment: Mapping[str, Node]
) -> Diagnosis | None:
    """One mistake of the table and a wrong factor."""
    probes = _probes(values)
    if not index.entries or not probes.size or not np.isfinite(values).all():
        return None
    few = index.values[:, probes]
    tried = 0
    for name, sentence, factor in _multipliers(part):
        scale = _values(factor, part.statement.forward, index)
        with np.errstate(all="ignore"):
            for row in np.flatnonzero(_near(few * scale[probes], values[probes])):
                if not _near(index.values[row] * scale, values):
                    continue
                entry = index.entries[int(row)]
                assert isinstance(entry.wrong.tree, Node)
                tried += 1
                if tried > MAX_CANDIDATES:
                    return None
                if _proved(part, answer, environment, Product((factor, entry.wrong.tree))):
                    return Diagnosis(
                        f"{entry.mistake}+{name}",
                        f"Two things are wrong. {entry.wrong.sentence} And {sentence}.",
                        f"Two things are wrong. {entry.nudge} And check the factors and signs.",
                    )
    return None


def _relation(
    subject: Subject,
    index: _Index,
    values: Floats,
    answer: Node,
    environment: Mapping[str, Node],
) -> Diagnosis | None:
    """The right answer times, or plus, something simple."""
    found = closest_relation(
        subject, answer, environment, index.columns, right=index.reference, values=values
    )
    if found is None:
        return None
    return Diagnosis(found.name, found.sentence(subject), _RELATION_NUDGES[found.name])


def _diagnose_size(
    subject: Subject, answer: Dimensions, definitions: Mapping[str, Node]
) -> Diagnosis | None:
    positive = subject.part.statement.positive
    for entry in _entries(subject):
        wrong = entry.wrong.tree
        assert isinstance(wrong, Dimensions)
        if wrong == subject.part.answer:
            continue
        if all(
            proved_equal(Side(mine, definitions), Side(theirs, {}), positive)
            for mine, theirs in ((answer.rows, wrong.rows), (answer.columns, wrong.columns))
        ):
            return Diagnosis(entry.mistake, entry.wrong.sentence, entry.nudge)
    return None
