"""The ladder: each step decides, or hands on to the next.

1. identical     the trees are the same, but for the order of terms and factors
2. at sight      floating point at the part's fixed points shows where the two seem to
                 differ; exact or ball values there prove it
3. normal form   exact; proves equality; then exact or ball values at further points
4. case split    indicators set to 0 and 1; proves equality case by case
5. sampling      points of both sides together: a witness, or agreement in every
                 region that was found ("sampled", never called a proof), where the sides are proved
   to differ by a constant on each piece

What no step decides is ``undecided``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial

from grader.compare.cases import (
    Case,
    Compared,
    Side,
    has_no_unequal_case,
    remainder,
    search_cases,
    side_value,
)
from grader.compare.deadline import Deadline, deadline_of_answer
from grader.compare.field import Element, Field, Restart, UndefinedEverywhere
from grader.compare.interpret import Interpreter, Known, needed_names
from grader.compare.intervals import shown
from grader.compare.numbers import Unsure
from grader.compare.parity import environment_with_parity, with_parity
from grader.compare.reference import (
    FixedPoint,
    Prepared,
    Reference,
    without_sharing,
)
from grader.compare.refute import (
    both_values,
    refute,
    refute_at_sight,
    refute_at_whole_numbers,
    witness_at,
)
from grader.compare.values import Point, certainly_differ, evaluate
from grader.errors import LimitError
from grader.expr.keys import key
from grader.expr.tree import Node, walk
from grader.limits import MAX_RESTARTS, PRECISIONS, SAMPLED_POINTS, UNITS_PER_NODE
from grader.results import Outcome, Verdict, Witness

#: Fixed points tried before the case split; the rest come after.
_BEFORE_CASES = 4

#: Fixed points at which a proof must hold up.
_GUARD_POINTS = 6


def compare(
    reference: Reference, answer: Node, definitions: Mapping[str, Node] | None = None
) -> Verdict:
    """The verdict on an answer: equivalent, different or undecided, with evidence.

    ``definitions`` gives the student's own names a meaning; they must not be
    circular nor name what the reference's environment names.  The answer holds no
    unevaluated derivatives (Unevaluated); else it never raises for an answer that
    the parser accepts.
    """
    own = definitions or {}
    environment = {**reference.environment, **own} if own else reference.environment
    if not own and key(answer) == reference.same:
        return Verdict(Outcome.EQUIVALENT, method="identical")
    if own and own.keys() & (reference.names | reference.environment.keys()):
        reference = without_sharing(reference)
    deadline = deadline_of_answer()
    tried: list[str] = []
    if found := refute_at_sight(reference, answer, environment):
        return _different(reference, answer, environment, found)
    if reference.integers:
        # Few homeworks have whole numbers, and load this.
        from grader.compare.growth import jumps_at_whole_numbers

        if any(
            jumps_at_whole_numbers(tree, reference.tree, reference.integers)
            for tree in (answer, *own.values())
        ):
            return _by_fixed_points(reference, answer, environment)
    known: Compared | None = None
    try:
        if reference.opaque is not None and _is_proof(
            reference,
            answer,
            own,
            _compared_over(reference, reference.opaque, answer, own, deadline, opaque=True),
            opaque=True,
        ):
            return Verdict(Outcome.EQUIVALENT, method="normal form")
        if reference.leaf is None:
            tried.append("normal form: the reference is too large to write out")
        else:
            known = _compared_over(
                reference, reference.leaf, answer, environment, deadline, opaque=False
            )
            if _is_proof(reference, answer, environment, known, opaque=False):
                return Verdict(Outcome.EQUIVALENT, method="normal form")
            tried.append("normal form")
    except UndefinedEverywhere as error:
        return _nowhere(reference, answer, environment, str(error))
    except LimitError as limit:
        tried.append(f"normal form: {limit.message}")
    if reference.integers and any(
        with_parity(tree, reference.integers, reference.positive) is not tree
        for tree in (answer, reference.tree, *environment.values())
    ):
        # Cases and samples know nothing of powers that exist at whole numbers alone.
        return _at_whole_numbers(reference, answer, environment)
    return _without_normal_form(reference, answer, environment, deadline, tried, known=known)


def _at_whole_numbers(
    reference: Reference, answer: Node, environment: Mapping[str, Node]
) -> Verdict:
    """A witness among the fixed points, with their whole numbers written in, or no verdict."""
    try:
        if found := refute_at_whole_numbers(reference, answer, environment):
            return _different(reference, answer, environment, found)
    except LimitError as limit:
        return _undecided([f"evaluation: {limit.message}"])
    return _undecided(["normal form", "fixed points"])


def _by_fixed_points(
    reference: Reference, answer: Node, environment: Mapping[str, Node]
) -> Verdict:
    """A witness among the fixed points, or no verdict: where an answer jumps at whole
    numbers of its own choice, nothing less than all of them would prove it."""
    try:
        if found := refute(reference, answer, environment, reference.points):
            return _different(reference, answer, environment, found)
    except LimitError as limit:
        return _undecided([f"evaluation: {limit.message}"])
    return _undecided(["fixed points"])


def _without_normal_form(
    reference: Reference,
    answer: Node,
    environment: Mapping[str, Node],
    deadline: Deadline,
    tried: list[str],
    *,
    known: Compared | None,
) -> Verdict:
    points = reference.points
    try:
        look = _look(reference, answer, environment)
        deadline.spend(len(points) * look)
        from grader.compare.screen import refute_by_screen

        if found := refute_by_screen(reference, answer, environment):
            return _different(reference, answer, environment, found)
        if found := refute(reference, answer, environment, points[:_BEFORE_CASES]):
            return _different(reference, answer, environment, found)
        tried.append("fixed points")
        cases = Explored(reference, answer, environment, deadline, look=look, known=known)
        if found := cases.search():
            return _different(reference, answer, environment, found)
        if cases.all_closed and _holds_up(reference, answer, environment):
            return Verdict(Outcome.EQUIVALENT, method="case split")
        tried.append("case split" if cases.limit is None else f"case split: {cases.limit}")
        if found := refute(reference, answer, environment, points[_BEFORE_CASES:]):
            return _different(reference, answer, environment, found)
        return _by_sampling(reference, answer, environment, cases, tried)
    except LimitError as limit:
        tried.append(f"evaluation: {limit.message}")
        return _undecided(tried)


def _different(
    reference: Reference,
    answer: Node,
    environment: Mapping[str, Node],
    witness: Witness,
) -> Verdict:
    """The witness keeps only the names that either side comes down to."""
    at, used = witness.at, reference.names
    others = [name for name, _ in at if name not in used]
    if others:
        said = key(answer)
        # A name that is no piece of the key does not stand in the answer.
        if any(name in said for name in (*others, *environment)):
            used |= reference.names_of(answer, environment)
        at = tuple([each for each in at if each[0] in used])
    if reference.intervals:
        at = tuple(sorted(shown(dict(at), reference.intervals).items()))
    kept = Witness(at, witness.answer, witness.reference)
    return Verdict(Outcome.DIFFERENT, method="witness", witness=kept)


def _nowhere(
    reference: Reference, answer: Node, environment: Mapping[str, Node], reason: str
) -> Verdict:
    """An answer that is shown to have no value anywhere, where the reference has one.

    The points must not say otherwise.
    """
    tried = ["normal form"]
    if reference.integers:
        return _undecided(tried)  # a power of a negative number may exist after all
    try:
        for fixed in reference.points:
            found = evaluate(answer, environment, fixed.at, PRECISIONS[0])
            if found is not None and found.value is not None:
                return _undecided(tried)
        for fixed in reference.points:
            if fixed.reference.value is not None:
                at = tuple(sorted(shown(fixed.at, reference.intervals).items()))
                witness = Witness(at, None, fixed.reference.enclosure())
                return Verdict(Outcome.DIFFERENT, method="witness", witness=witness,
                               notes=(f"the answer is undefined everywhere: {reason}",))  # fmt: skip
    except LimitError as limit:
        tried.append(f"evaluation: {limit.message}")
    except Unsure:
        tried.append("evaluation: a value is too large to write down")
    return _undecided(tried)


def _undecided(tried: list[str]) -> Verdict:
    return Verdict(
        Outcome.UNDECIDED,
        reason="it could be neither proved nor refuted that this is the answer",
        tried=tuple(tried),
    )


def _compared_over(
    reference: Reference,
    prepared: Prepared,
    answer: Node,
    environment: Mapping[str, Node],
    deadline: Deadline,
    *,
    opaque: bool,
) -> Compared:
    """Both sides in normal form.  Raises LimitError, UndefinedEverywhere."""
    side = Side(
        with_parity(answer, reference.integers, reference.positive),
        environment_with_parity(environment, reference.integers, reference.positive),
    )
    field = prepared.field.fork()
    field.deadline = deadline
    mine, domain = prepared.value, prepared.domain
    known: Known[Element] = prepared.known
    for _ in range(MAX_RESTARTS):
        try:
            value, where, found = side_value(field, side, known)
            if value is None:
                raise UndefinedEverywhere("a denominator or an argument rules out every point")
            rest = remainder(field, (value, where), (mine, domain))
            return Compared(field, rest, (found, partial(_given, known)))
        except Restart as again:
            field, (mine, domain) = _again(reference, again, deadline, opaque=opaque)
            known = Known()
    raise LimitError("MAX_RESTARTS", "the comparison did not settle")


def _given(known: Known[Element]) -> Known[Element]:
    return known


def _is_proof(
    reference: Reference,
    answer: Node,
    environment: Mapping[str, Node],
    found: Compared,
    *,
    opaque: bool,
) -> bool:
    """Whether two normal forms prove the sides equal."""
    if not found.equal:
        return False
    field = found.field
    if opaque and field.has_steps:
        # A kink of measure zero over the names may have volume over the leaves.
        return False
    if (opaque or field.incomplete) and (field.divided or field.has_steps):
        return _holds_up(reference, answer, {**reference.environment, **environment})
    return True


def _again(
    reference: Reference, again: Restart, deadline: Deadline, *, opaque: bool
) -> tuple[Field, tuple[Element, Element]]:
    """The reference in a field as a Restart asks for; it may ask again."""
    given = {} if opaque else reference.environment
    environment = environment_with_parity(given, reference.integers, reference.positive)
    for _ in range(MAX_RESTARTS):
        field = Field(
            positive=reference.positive,
            scales=again.scales,
            capacity=again.capacity,
            deadline=deadline,
        )
        try:
            value = Interpreter(field, environment).value(reference.by_parity)
        except Restart as further:
            again = further
            continue
        where, field.domain = field.domain, field.one
        return field, (value, where)
    raise LimitError("MAX_RESTARTS", "the comparison did not settle")


def _holds_up(reference: Reference, answer: Node, environment: Mapping[str, Node]) -> bool:
    """Whether a proof agrees with values at some of the fixed points.

    Guards proofs over kernels whose relations are not all known: there 0 may hide in
    a denominator or at a kink, and then the value is uncertain at every precision,
    at the point and beside it.
    """
    met = 0
    for fixed in reference.points[:_GUARD_POINTS]:
        beside = {
            name: value + Fraction(1, 10_007 * (k + 1))
            for k, (name, value) in enumerate(fixed.at.items())
        }
        agrees = _agree_at(reference, answer, environment, fixed)
        if agrees is None:
            agrees = _agree_at(reference, answer, environment, beside)
        if not agrees:
            return False
        met += 1
    return met > 0


def _agree_at(
    reference: Reference, answer: Node, environment: Mapping[str, Node], at: Point | FixedPoint
) -> bool | None:
    """Whether two values may be the same; None where one is uncertain."""
    for precision in PRECISIONS:
        left, right = both_values(reference, answer, environment, at, precision)
        if left is not None and right is not None:
            return not certainly_differ(left, right, precision)
    return None


class Explored:
    """The cases of a case split, and what was found inside those that stay open."""

    def __init__(
        self,
        reference: Reference,
        answer: Node,
        environment: Mapping[str, Node],
        deadline: Deadline,
        *,
        look: int,
        known: Compared | None,
    ) -> None:
        self._deadline = deadline
        self._known = known
        self._reference = reference
        self._answer = answer
        self._environment = environment
        self.names = sorted(reference.names_of(answer, environment) | reference.names)
        #: Units of work that a look at one point takes.
        self.look = look
        #: The limit that ended the search, in words.
        self.limit: str | None = None
        self._reset()

    def _reset(self) -> None:
        self._met = 0
        #: Points of agreement inside open cases; cases that no point was found in.
        self.agreed = 0
        self.empty = 0
        self._open = 0
        #: An open case in which nothing is unknown but why the two should agree.
        self.complete_open = False
        #: Names at whose zeros a function may jump; None where one may jump elsewhere.
        self._jumps: frozenset[str] | None = frozenset()

    @property
    def all_closed(self) -> bool:
        """Whether the two are proved equal in every case that is possible."""
        return self.limit is None and not self._open

    @property
    def for_sampling(self) -> bool:
        """Whether agreement at points may count: all cases known, none empty."""
        return self.limit is None and not self.complete_open and not self.empty

    def jumps_agree(self) -> bool:
        """Whether points of agreement stand for the pieces that they lie in: the sides are
        proved to differ by constants, and agree on each side of every jump."""
        from grader.compare.pieces import Pieces

        if self._jumps is None:
            return False
        pieces = Pieces(
            self._reference, self._answer, self._environment, self.names, self._deadline, self.look
        )
        return pieces.slopes_are_equal() and pieces.agree_beside(self._jumps)

    def spend_a_look(self) -> None:
        """Count the work of looking at one more point.  Raises LimitError."""
        self._deadline.spend(self.look)

    def search(self) -> Witness | None:
        """A witness in one of the cases in which the normal forms differ."""
        reference = self._reference
        try:
            return search_cases(
                Side(self._answer, self._environment),
                Side(reference.tree, reference.environment),
                reference.positive,
                self._visit,
                self._reset,
                deadline=self._deadline,
                known=self._known,
            )
        except LimitError as limit:
            self.limit = limit.message
            return None

    def _visit(self, case: Case) -> Witness | None:
        from grader.compare.explore import points_in_case

        reference = self._reference
        key = f"{reference.key} case {self._met}"
        self._met += 1
        points = points_in_case(case, self.names, key, reference.positive)
        if points is None:
            return None
        self._open += 1
        self.complete_open |= not case.field.incomplete
        jumps = case.field.jumps()
        self._jumps = None if self._jumps is None or jumps is None else self._jumps | jumps
        self.empty += not points
        for point in points:
            self.spend_a_look()
            found, agrees = witness_at(reference, self._answer, self._environment, point)
            if found is not None:
                return found
            self.agreed += agrees
        return None


def _look(reference: Reference, answer: Node, environment: Mapping[str, Node]) -> int:
    """Units of work that a look at both sides at one point takes, at all precisions."""
    trees = [answer, *(environment[name] for name in needed_names((answer,), environment))]
    nodes = reference.nodes + sum(1 for tree in trees for _ in walk(tree))
    return nodes * len(PRECISIONS) * UNITS_PER_NODE


def _by_sampling(
    reference: Reference,
    answer: Node,
    environment: Mapping[str, Node],
    cases: Explored,
    tried: list[str],
) -> Verdict:
    """Points in the regions of both sides together.

    Looks for a witness; agreement counts as equality ("sampled") only if the normal
    form is not complete for what occurs and a point was found in every open case.
    """
    from grader.compare.sample import sample

    chosen = sample(
        (answer, reference.tree),
        environment,
        cases.names,
        f"{reference.key} both",
        positive=reference.positive,
        least=2 * SAMPLED_POINTS,
    )
    tried.append("sampling")
    agreed = cases.agreed
    for point in chosen.points:
        cases.spend_a_look()
        found, agrees = witness_at(reference, answer, environment, point)
        if found is not None:
            return _different(reference, answer, environment, found)
        agreed += agrees
    if not cases.for_sampling or agreed < SAMPLED_POINTS or not cases.jumps_agree():
        # What was reached is no evidence, but a person should know how far it goes.
        return replace(
            _undecided(tried),
            points=agreed,
            regions=chosen.regions,
            regions_empty=cases.empty or None,
        )
    return Verdict(Outcome.EQUIVALENT, method="sampled", points=agreed, regions=chosen.regions)


def proved_equal(left: Side, right: Side, positive: frozenset[str]) -> bool:
    """Whether two trees are proved equal by normal form or case split.

    False where it could not be proved; never raises for what the parser accepts.
    """
    try:
        return has_no_unequal_case(left, right, positive, deadline_of_answer())
    except (LimitError, UndefinedEverywhere):
        return False
