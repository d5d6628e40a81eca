"""The verdict on a matrix expression: proved by words, refuted at entries, or shown at sizes.

1. identical    the trees are the same
2. size         another size than the reference's is a difference by itself
3. normal form  a proof for every size
4. a witness    numbers for the sizes, rational entries, and an entry whose two values
                exclude each other
5. entries      at each of some sizes, every entry proved equal by the ladder of numbers;
                said to be that, and no proof for other sizes

What no step decides is ``undecided``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.compare.cases import Side
from grader.compare.deadline import deadline_of_answer
from grader.compare.growth import few_sizes_tell_typed
from grader.compare.ladder import proved_equal
from grader.compare.matrix.entries import Entries, entries
from grader.compare.matrix.words import Words
from grader.compare.numbers import Unsure
from grader.compare.reference import leaf_names
from grader.compare.sample import Stream, draw
from grader.compare.values import certainly_differ, evaluate
from grader.errors import LimitError
from grader.expr.tree import Condition, Node, children
from grader.expr.typed import Powers, Shape, ShapeError, Size, Typed, Typing, shape_text
from grader.limits import MAX_ENTRY_NODES, MAX_LIGHT_NODES, PRECISIONS, UNITS_PER_NODE
from grader.results import Outcome, Verdict, Witness

#: Numbers for the sizes, in the order of their names and round again.  All different at
#: first, so that a transpose shows; then other ones, small and equal ones among them.
_SIZES = ((2, 3, 4), (3, 2, 3), (1, 2, 2))

#: Sizes at which a witness alone is looked for, where the entries are not too many.
_FURTHER = ((4, 5, 2), (5, 4, 3))

#: The degree of a fraction in one size that is told from 0: each has three values at least.
_DEGREE = 2

#: Points at which entries are evaluated, at each of the sizes.
_POINTS = 4


@dataclass(frozen=True)
class MatrixReference:
    """A reference and what its names are.

    ``shapes``: the size of each vector and matrix.  ``environment``: names with a tree of
    their own (the forward pass).  ``key`` fixes the sample points; use the part's id.
    """

    tree: Node
    key: str
    typed: Typed
    shapes: Mapping[str, Shape]
    environment: Mapping[str, Node]
    positive: frozenset[str] = frozenset()
    #: In which derivatives that an answer leaves standing are read.
    layout: str = "denominator"


def make_matrix_reference(
    tree: Node,
    key: str,
    *,
    shapes: Mapping[str, Shape],
    environment: Mapping[str, Node],
    positive: frozenset[str] = frozenset(),
) -> MatrixReference:
    """Prepare a reference.  Raises ShapeError where its sizes do not fit."""
    typed = Typing(shapes, environment).typed(tree)
    return MatrixReference(tree, key, typed, shapes, environment, positive)


def compare_matrices(
    reference: MatrixReference, answer: Node, definitions: Mapping[str, Node] | None = None
) -> Verdict:
    """The verdict on an answer; one whose sizes do not fit has no meaning (unreadable)."""
    own = definitions or {}
    if answer == reference.tree and not own:
        return Verdict(Outcome.EQUIVALENT, method="identical")
    typing = Typing(reference.shapes, {**reference.environment, **own}, Powers.ENTRIES)
    verdict = _typed_and_compared(reference, typing, answer)
    if typing.raised and verdict.outcome in (Outcome.DIFFERENT, Outcome.UNREADABLE):
        # `x^2` may be meant as x^T x, which its author did not write.
        typing = Typing(reference.shapes, {**reference.environment, **own}, Powers.SQUARES)
        if _typed_and_compared(reference, typing, answer).outcome is Outcome.EQUIVALENT:
            return Verdict(
                Outcome.UNDECIDED,
                reason="it is right if the square of a vector in it is the sum of the squares,"
                " but it reads as the squares entry by entry",
            )
    return verdict


def _typed_and_compared(reference: MatrixReference, typing: Typing, answer: Node) -> Verdict:
    """The verdict on an answer in one reading of its powers."""
    right = reference.typed
    try:
        left = typing.typed(answer, right.shape)
    except ShapeError as error:
        return Verdict(Outcome.UNREADABLE, reason=error.message, span=error.span)
    except LimitError as limit:
        return Verdict(Outcome.UNDECIDED, reason=limit.message)
    if left.shape != right.shape:
        return Verdict(
            Outcome.DIFFERENT,
            method="size",
            reason=f"your answer is {_said(left.shape)}, and it should be {_said(right.shape)}",
        )
    return compare_typed(left, right, reference.key, reference.positive)


def _said(shape: Shape) -> str:
    return shape_text(shape)


def compare_typed(left: Typed, right: Typed, key: str, positive: frozenset[str]) -> Verdict:
    """The verdict on two values of one size."""
    tried: list[str] = []
    names = sorted(_sizes_in(left) | _sizes_in(right))
    try:
        proved = Words(positive | set(names)).equal(left, right)
        tried.append("normal form")
    except LimitError as limit:
        proved = False
        tried.append(f"normal form: {limit.message}")
    instances: list[tuple[dict[Size, int], Entries, Entries]] = []
    nowhere: Verdict | None = None
    try:
        for row in _SIZES:
            sizes = {name: row[k % len(row)] for k, name in enumerate(names)}
            pair = entries(left, sizes), entries(right, sizes)
            check_weight(*pair)
            there = [_exists(side, key) for side in pair]
            if not all(there):
                # At some sizes a side may exist nowhere: (A^T A)^{-1} of a wide A.
                if any(there) and nowhere is None:
                    nowhere = _witness(*pair, sizes, key, positive)
                continue
            instances.append((sizes, *pair))
            found = _witness(*pair, sizes, key, positive)
            if proved:  # a proof must hold up at points
                if found is not None:
                    return _undecided([*tried, "a point that contradicts it"])
                return Verdict(Outcome.EQUIVALENT, method="normal form")
            if found is not None:
                return found
        tried.append("entries at points")
    except LimitError as limit:
        if proved:
            return Verdict(Outcome.EQUIVALENT, method="normal form")
        tried.append(f"entries: {limit.message}")
        return _undecided(tried)
    if nowhere is not None:
        # Undefined at every size that was tried it is wrong; at some, a person decides.
        return _undecided([*tried, "undefined at some sizes"]) if instances else nowhere
    found = _further(left, right, names, key, positive)
    if found is not None:
        return found
    if not few_sizes_tell_typed(left, right, names, _DEGREE):
        return _undecided([*tried, "a few sizes, which may not tell for all"])
    if instances and all(_all_equal(one, two, positive) for _, one, two in instances):
        said = "; ".join(_sizes_text(sizes) for sizes, _, _ in instances)
        return Verdict(
            Outcome.EQUIVALENT,
            method="entries at sizes",
            notes=(f"shown entry by entry for {said}, not for every size",) if names else (),
        )
    tried.append("entries")
    return _undecided(tried)


def instance_of(value: Typed) -> dict[Size, int]:
    """Numbers for the sizes of a value, all different where that is possible."""
    return {name: _SIZES[0][k % 3] for k, name in enumerate(sorted(_sizes_in(value)))}


def _undecided(tried: Sequence[str]) -> Verdict:
    return Verdict(
        Outcome.UNDECIDED,
        reason="it could be neither proved nor refuted that this is the answer",
        tried=tuple(tried),
    )


def _sizes_in(value: Typed) -> set[Size]:
    """The names of sizes that occur."""
    found: set[Size] = set()
    stack = [value]
    while stack:
        top = stack.pop()
        found.update(size for size in top.shape if not size.isdigit())
        stack.extend(top.args)
    return found


def _sizes_text(sizes: Mapping[Size, int]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in sorted(sizes.items()))


def weight(*sides: Entries) -> int:
    """How many nodes the entries have, parts that stand twice counted twice."""
    known: dict[int, int] = {}
    return sum(_nodes(entry, known) for side in sides for row in side for entry in row)


def check_weight(*sides: Entries) -> None:
    """Refuse entries that share so much that, written out, they are too large."""
    if weight(*sides) > MAX_ENTRY_NODES:
        raise LimitError("MAX_ENTRY_NODES", "the entries are too large when written out")


def _nodes(tree: Node | Condition, known: dict[int, int]) -> int:
    """How many nodes a tree has, where parts that stand twice count twice."""
    found = known.get(id(tree))
    if found is None:
        found = 1
        for part in children(tree):
            found += _nodes(part, known)
        known[id(tree)] = found
    return found


def _paired(left: Entries, right: Entries) -> Iterator[tuple[int, int, Node, Node]]:
    for i, (one, two) in enumerate(zip(left, right, strict=True)):
        for j, (a, b) in enumerate(zip(one, two, strict=True)):
            yield i, j, a, b


def _witness(
    left: Entries,
    right: Entries,
    sizes: Mapping[Size, int],
    key: str,
    positive: frozenset[str],
) -> Verdict | None:
    """An entry at a point where the two values exclude each other."""
    names = sorted(
        {name for _, _, a, b in _paired(left, right) for t in (a, b) for name in leaf_names(t, {})}
    )
    above = frozenset(name for name in names if _base(name) in positive or name in positive)
    cloud = draw(Stream(f"{key} {_sizes_text(sizes)}"), names, _POINTS, above)
    deadline, look = deadline_of_answer(), weight(left, right) * UNITS_PER_NODE
    for number in range(_POINTS):
        deadline.spend(look)
        point = cloud.point(number)
        for i, j, a, b in _paired(left, right):
            found = _at(a, b, point, sizes)
            if found is not None:
                place = f"entry ({i + 1}, {j + 1})" if (len(left), len(left[0])) != (1, 1) else ""
                said = ", ".join(filter(None, (place, _sizes_text(sizes))))
                return Verdict(
                    Outcome.DIFFERENT,
                    method="witness",
                    witness=found,
                    notes=(f"the witness is {said}",) if said else (),
                )
    return None


def _further(
    left: Typed, right: Typed, names: Sequence[Size], key: str, positive: frozenset[str]
) -> Verdict | None:
    """A witness at larger sizes, so that 3 in the place of n is not taken for it."""
    for row in _FURTHER:
        sizes = {name: row[k % len(row)] for k, name in enumerate(names)}
        try:
            pair = entries(left, sizes), entries(right, sizes)
            if weight(*pair) > MAX_LIGHT_NODES:
                continue
            found = _witness(*pair, sizes, key, positive)
        except LimitError:
            continue
        if found is not None:
            return found
    return None


def _exists(right: Entries, key: str) -> bool:
    """Whether every entry has a value at a point."""
    trees = [entry for row in right for entry in row]
    names = sorted(frozenset().union(*(leaf_names(tree, {}) for tree in trees)))
    at = draw(Stream(f"{key} exists"), names, 1, frozenset(names)).point(0)
    found = [evaluate(tree, {}, at, PRECISIONS[0]) for tree in trees]
    return all(value is None or value.value is not None for value in found)


def _base(name: str) -> str:
    """The vector or matrix that an entry is of: ``w_1`` of ``w``, ``f_1,2`` of ``f_1``."""
    before, comma, _ = name.rpartition(",")
    return before if comma else name.partition("_")[0]


def _at(
    left: Node, right: Node, point: Mapping[str, Fraction], sizes: Mapping[Size, int]
) -> Witness | None:
    if left == right:
        return None
    deadline = deadline_of_answer()
    for number, precision in enumerate(PRECISIONS):
        if number:  # more digits are needed seldom
            deadline.spend((_nodes(left, {}) + _nodes(right, {})) * UNITS_PER_NODE)
        one, two = evaluate(left, {}, point, precision), evaluate(right, {}, point, precision)
        if one is None or two is None:
            continue
        if certainly_differ(one, two, precision):
            used = leaf_names(left, {}) | leaf_names(right, {})
            told = [(name, value) for name, value in point.items() if name in used]
            told += [(name, Fraction(value)) for name, value in sizes.items()]
            try:
                return Witness(tuple(sorted(told)), one.enclosure(), two.enclosure())
            except Unsure:
                return None
        if one.value == two.value:
            return None
    return None


def _all_equal(left: Entries, right: Entries, positive: frozenset[str]) -> bool:
    """Whether every entry is proved equal."""
    return all(a == b or _entry_equal(a, b, positive) for _, _, a, b in _paired(left, right))


def _entry_equal(left: Node, right: Node, positive: frozenset[str]) -> bool:
    names = leaf_names(left, {}) | leaf_names(right, {})
    above = frozenset(name for name in names if _base(name) in positive or name in positive)
    return proved_equal(Side(left, {}), Side(right, {}), above)
