"""What went wrong in a wrong answer: looked up by its exact values, then proved.

The wrong answers of all rows stand in an index under fingerprints (``index.py``), so
that a lookup costs one evaluation whatever the number of rows.  Values only find a
candidate; a diagnosis is given when the answer is proved equal to the candidate by the
same normal forms that grade.  Where no single mistake fits, a mistake together with a
factor is tried, then the closest exact relation to the right answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from flint import ctx

from grader.compare.cases import Side
from grader.compare.fingerprint import fingerprint_of
from grader.compare.interpret import Unevaluated
from grader.compare.ladder import proved_equal
from grader.compare.pointwise import PRECISION, Found, Values, differ, may_be_equal
from grader.compare.proof import proved_beside
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
from grader.limits import MAX_CANDIDATES
from grader.mistakes.diagnosis import Diagnosis
from grader.mistakes.index import Entry, Index, Numbers, derived, index_of, numbers, values_for
from grader.mistakes.paths import paths
from grader.mistakes.subject import Subject, Wrong, name_maths
from grader.questions.part import Chains, Closeness, Part

if TYPE_CHECKING:
    from grader.mistakes.relation import Relations

#: What an answer is called that is wrong by a slip in a definition alone.
FOLLOW_THROUGH = "follow_through"

_RELATION_NUDGES: Mapping[str, str] = MappingProxyType({
    "times": "Check the factors: only a factor is wrong.",
    "plus": "Check the terms: only a term is wrong.",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Scale:
    """A factor that an answer may be off by: the row's name, what to say, its values at
    all points, if there are any, and at the probes."""

    name: str
    sentence: str
    factor: Node
    values: Numbers | None
    at_probes: Numbers


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a part before any answer; ``right`` are the reference's values.

    ``rows`` keeps what rows of the table derive for it, ``found`` the values of wrong
    answers, once they were needed.
    """

    subject: Subject
    index: Index
    values: Values
    right: Found
    scales: tuple[_Scale, ...]
    rows: dict[int, tuple[Wrong, ...]] = field(default_factory=dict)
    found: dict[Entry, Numbers | None] = field(default_factory=dict)

    def wrong(self, entry: Entry) -> tuple[Wrong, Node] | None:
        """The wrong answer that an entry stands for, and its tree; None where there is none."""
        row = self.rows.get(entry.row)
        if row is None:
            row = self.rows[entry.row] = tuple(entry.mistake.derive(self.subject))
        wrong = row[entry.place] if entry.place < len(row) else None
        return (wrong, wrong.tree) if wrong is not None and isinstance(wrong.tree, Node) else None

    def values_of(self, entry: Entry, tree: Node) -> Numbers | None:
        """The values of the wrong answer that an entry stands for, if there is one at every
        point.  Raises LimitError, KeyError and Unevaluated."""
        if entry not in self.found:
            self.found[entry] = numbers(self.values.of(tree))
        return self.found[entry]


class Diagnoser:
    """Finds mistakes in the answers to a homework's parts.

    What only some kinds of question need is loaded where such a part is met.

    ``source`` is the digest of the rubric.  Indices are made, or taken up from an
    earlier run, when a part first has a wrong answer; they depend on nothing but the
    rubric.
    """

    def __init__(self, parts: tuple[Part, ...], source: str) -> None:
        self._parts = parts
        self._source = source
        self._indices: dict[str, _Known | None] = {}
        self._relations: dict[str, Relations] = {}
        self._sizes: dict[str, tuple[tuple[Entry, Wrong], ...]] = {}

    def diagnose(
        self, part: Part, answer: Answer, definitions: Mapping[str, Node]
    ) -> Diagnosis | None:
        """The mistake in an answer that is known to be different, if one is certain."""
        if isinstance(answer, Entries):
            from grader.mistakes.arrays import diagnose_entries

            return diagnose_entries(part, answer, definitions, self.diagnose)
        if isinstance(answer, Extents):
            from grader.mistakes.extents import diagnose_extents

            return diagnose_extents(part, answer, definitions)
        if isinstance(answer, Chosen):
            return None
        if isinstance(part.detail, Chains):
            from grader.mistakes.chains import diagnose_chain

            return diagnose_chain(part, answer, definitions)
        if isinstance(part.detail, Closeness):
            from grader.mistakes.values import diagnose_value

            return diagnose_value(part, answer, definitions)
        if isinstance(answer, Dimensions):
            if part.id not in self._sizes:
                self._sizes[part.id] = tuple(derived(self._subject(part)))
            return _diagnose_size(part, self._sizes[part.id], answer, definitions)
        if part.id not in self._indices:
            self._indices[part.id] = _known(self._subject(part), self._source)
        known = self._indices[part.id]
        if known is None:
            return None
        environment = {**part.statement.forward, **definitions}
        try:
            values = known.values.of_answer(answer, definitions)
            found = _single(known, fingerprint_of(values), answer, environment)
            exact = numbers(values)
            if found is not None or exact is None or not any(map(differ, exact, known.right)):
                # What no value tells from the right answer is nothing beside it by its values.
                return found
            with ctx.workprec(PRECISION):
                return _pair(known, exact, answer, environment) or self._relation(
                    known, exact, answer, environment
                )
        except (LimitError, KeyError, Unevaluated):
            return None

    def _relation(
        self,
        known: _Known,
        values: Numbers,
        answer: Node,
        environment: Mapping[str, Node],
    ) -> Diagnosis | None:
        """The right answer times, or plus, something simple."""
        from grader.mistakes.relation import Relations

        subject = known.subject
        right = numbers(known.right)
        if right is None:
            return None
        if subject.part.id not in self._relations:
            self._relations[subject.part.id] = Relations(subject, known.values)
        relations = self._relations[subject.part.id]
        found = relations.closest(answer, environment, right=right, values=values)
        if found is None:
            return None
        return Diagnosis(found.name, found.sentence(subject), _RELATION_NUDGES[found.name])

    def wrong_answers(self, part: Part) -> list[tuple[str, Wrong]]:
        """All wrong answers that the table derives for a part, with their rows' names."""
        if part.matrix is not None:
            from grader.questions.matrix import wrong_matrices

            return [(name, Wrong(tree, sentence)) for name, tree, sentence in wrong_matrices(part)]
        if isinstance(part.answer, Entries):
            from grader.mistakes.arrays import wrong_entries

            return list(wrong_entries(part))
        if isinstance(part.detail, Closeness):
            from grader.mistakes.values import wrong_values

            return [(name, wrong) for name, wrong, _ in wrong_values(part)]
        if isinstance(part.detail, Chains):
            from grader.mistakes.chains import wrong_chains

            return list(wrong_chains(part))
        if isinstance(part.answer, Extents):
            from grader.mistakes.extents import wrong_extents

            return list(wrong_extents(part.answer))
        if isinstance(part.answer, Chosen):
            return []
        return [(entry.mistake.name, wrong) for entry, wrong in derived(self._subject(part))]

    def _subject(self, part: Part) -> Subject:
        siblings = tuple(
            inner
            for other in self._parts
            if other.question == part.question
            for inner in (other.inner or (other,))
        )
        line = part.derived
        if line is None:
            quantity = part.quantity.name if isinstance(part.quantity, Symbol) else ""
            return Subject(part, siblings, (), quantity, "")
        found = paths(line.line, line.variable)
        return Subject(part, siblings, found, line.quantity, line.variable)


def _known(subject: Subject, source: str) -> _Known | None:
    index = index_of(subject, source)
    if index is None:
        return None
    values = values_for(subject, index)
    scales = []
    for name, sentence, factor in _multipliers(subject.part):
        scale = values.of(factor)
        divisors = numbers(tuple(scale[k] for k in index.probes))
        if divisors is not None and not any(divisor == 0 for divisor in divisors):
            scales.append(_Scale(name, sentence, factor, numbers(scale), divisors))
    right = values.of(subject.reference)
    return _Known(subject, index, values, right, tuple(scales))


def _proved(part: Part, answer: Node, environment: Mapping[str, Node], candidate: Node) -> bool:
    left = Side(answer, environment)
    right = Side(candidate, environment)
    return proved_beside(part.references[0], left, right, part.statement.positive)


def _single(
    known: _Known, name: str, answer: Node, environment: Mapping[str, Node]
) -> Diagnosis | None:
    for entry in known.index.everywhere.get(name, ())[:MAX_CANDIDATES]:
        found = known.wrong(entry)
        if found is not None and _proved(known.subject.part, answer, environment, found[1]):
            return Diagnosis(entry.mistake.name, found[0].sentence, entry.mistake.nudge)
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


def _pair(
    known: _Known,
    values: Numbers,
    answer: Node,
    environment: Mapping[str, Node],
) -> Diagnosis | None:
    """One mistake of the table and a wrong factor.

    At the index's probes an answer can be divided by any factor, and what is left must
    be a wrong answer.
    """
    seen = [values[k] for k in known.index.probes]
    if not any(value != 0 for value in seen):
        return None
    tried = 0
    for scale in known.scales:
        left = [value / by for value, by in zip(seen, scale.at_probes, strict=True)]
        for entry in known.index.at_probes.get(fingerprint_of(left), ()):
            found = known.wrong(entry)
            if found is None:
                continue
            if not _agrees(known.values_of(entry, found[1]), scale.values, values):
                continue
            tried += 1
            if tried > MAX_CANDIDATES:
                return None
            if _proved(known.subject.part, answer, environment, Product((scale.factor, found[1]))):
                nudge = entry.mistake.nudge
                return Diagnosis(
                    f"{entry.mistake.name}+{scale.name}",
                    f"Two things are wrong. {found[0].sentence} And {scale.sentence}.",
                    f"Two things are wrong. {nudge} And check the factors and signs.",
                )
    return None


def _agrees(wrong: Numbers | None, factors: Numbers | None, values: Numbers) -> bool:
    """Whether a wrong answer times a factor has an answer's values at all points."""
    if wrong is None or factors is None:
        return False
    return all(
        may_be_equal(mine * factor, theirs)
        for mine, factor, theirs in zip(wrong, factors, values, strict=True)
    )


def _diagnose_size(
    part: Part,
    known: Sequence[tuple[Entry, Wrong]],
    answer: Dimensions,
    definitions: Mapping[str, Node],
) -> Diagnosis | None:
    """The mistake that a size comes from; ``known`` are the wrong ones."""
    positive = part.statement.positive
    # Most sizes are numbers and names, and the same few of them stand in all wrong answers.
    met: dict[tuple[Node, Node], bool] = {}

    def is_equal(mine: Node, theirs: Node) -> bool:
        if (mine, theirs) not in met:
            sides = Side(mine, definitions), Side(theirs, {})
            met[mine, theirs] = proved_equal(*sides, positive)
        return met[mine, theirs]

    for entry, found in known:
        wrong = found.tree
        assert isinstance(wrong, Dimensions)
        if wrong == part.answer:
            continue
        if is_equal(answer.rows, wrong.rows) and is_equal(answer.columns, wrong.columns):
            return Diagnosis(entry.mistake.name, found.sentence, entry.mistake.nudge)
    return None
