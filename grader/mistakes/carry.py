"""Follow-through from part to part: right, given the student's own earlier answer.

If a reference R holds the reference Q of an earlier part as R = rest + Q·E, then an
answer is right given the earlier (wrong) answer A if it equals R + (A − Q)·E.  E is what the
chain rule says (∂ℓ/∂f₂ = ∂ℓ/∂h₃ · ∂h₃/∂f₂), or what the paths of the two derivations
say (∂y/∂θ₁₁ = ∂y/∂θ₀₁ · x).  As everywhere, values find out and a proof decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grader.compare.cases import Side
from grader.compare.interpret import Unevaluated
from grader.compare.ladder import proved_equal
from grader.compare.sample import floats
from grader.derive import total_derivative
from grader.errors import LimitError
from grader.expr.calculus import ZERO, product_of, sum_of
from grader.expr.tree import Negation, Node, Partial, Symbol
from grader.limits import INDEX_POINTS
from grader.mistakes.follow import is_trivial
from grader.mistakes.paths import Path, paths
from grader.questions.part import Part
from grader.questions.partials import reaches


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to a part: its tree, and the definitions that it uses."""

    part: Part
    tree: Node
    definitions: Mapping[str, Node]


def is_right_given(answer: Given, earlier: Given) -> bool:
    """Whether an answer that is wrong is right given an earlier wrong answer.

    False where it cannot be told, and where either answer is degenerate: zero, or of
    fewer names than its reference.
    """
    share = _share(answer.part, earlier.part)
    reference, screen = answer.part.references[0], answer.part.references[0].screen
    if share is None or screen is None:
        return False
    if any(
        earlier.definitions.get(name, tree) != tree for name, tree in answer.definitions.items()
    ):
        return False  # one name for two things
    forward = answer.part.statement.forward
    environment = {**forward, **earlier.definitions, **answer.definitions}
    assert isinstance(earlier.part.answer, Node)
    slip = sum_of([earlier.tree, Negation(earlier.part.answer)])
    expected = sum_of([reference.tree, product_of([slip, share])])
    size = min(INDEX_POINTS, screen.values.size)
    columns = {name: column[-size:] for name, column in screen.columns.items()}
    try:
        if any(
            is_trivial(given.part, given.tree, environment, columns, size)
            for given in (earlier, answer)
        ):
            return False
        mine = floats(answer.tree, environment, columns, size)
        theirs = floats(expected, environment, columns, size)
        return bool(
            np.isclose(mine, theirs, rtol=1e-7, atol=1e-9, equal_nan=True).all()
        ) and proved_equal(
            Side(answer.tree, environment),
            Side(expected, environment),
            answer.part.statement.positive,
        )
    except (LimitError, Unevaluated, KeyError):
        return False


def _share(part: Part, earlier: Part) -> Node | None:
    """What the earlier part's derivative is multiplied by within the part's, if it is in it."""
    if not (_is_plain(part) and _is_plain(earlier)):
        return None
    if part.statement.forward != earlier.statement.forward:
        return None  # the same names may mean something else in another question
    (of, by), (inner_of, inner_by) = _names(part), _names(earlier)
    forward = part.statement.forward
    if reaches(forward, by, inner_by) and reaches(forward, inner_of, of):
        return _by_chain_rule(forward, (of, by), (inner_of, inner_by))
    line = forward.get(of)
    if inner_of == of and line is not None:
        return _by_paths(paths(line, by), paths(line, inner_by))
    return None


def _is_plain(part: Part) -> bool:
    quantity = part.quantity
    return (
        part.kind in ("derivative", "chain_term")
        and part.sums is None
        and isinstance(quantity, Partial)
        and isinstance(quantity.quantity, Symbol)
        and isinstance(quantity.variable, Symbol)
    )


def _names(part: Part) -> tuple[str, str]:
    quantity = part.quantity
    assert isinstance(quantity, Partial)
    assert isinstance(quantity.quantity, Symbol)
    assert isinstance(quantity.variable, Symbol)
    return quantity.quantity.name, quantity.variable.name


def _by_chain_rule(
    forward: Mapping[str, Node], asked: tuple[str, str], inner: tuple[str, str]
) -> Node | None:
    """∂Q/∂p · ∂q/∂b, for ∂p/∂q within ∂Q/∂b; None where the two are one."""
    if asked == inner:
        return None
    (of, by), (inner_of, inner_by) = asked, inner
    try:
        above = total_derivative(forward, of, inner_of)
        below = total_derivative(forward, inner_by, by)
    except ValueError:
        return None
    share = product_of([above, below])
    return None if share == ZERO else share


def _by_paths(longer: tuple[Path, ...], shorter: tuple[Path, ...]) -> Node | None:
    """The factor by which all paths of one derivation go on from those of the other.

    One path may go on in several ways; several must all go on in one way.
    """
    if not shorter or len(shorter) > len(longer):
        return None
    rests = [[_rest(path, start) for path in longer] for start in shorter]
    if len(shorter) == 1:
        found = [product_of(rest) for rest in rests[0] if rest]
        return sum_of(found) if found else None
    for common in rests[0]:
        if common and _all_go_on(rests, common):
            return product_of(common)
    return None


def _rest(path: Path, start: Path) -> list[Node] | None:
    """The factors of a path that another does not have; None unless all of the other's are in it."""
    factors = [link.factor for link in path.links]
    for link in start.links:
        if link.factor not in factors:
            return None
        factors.remove(link.factor)
    return factors


def _all_go_on(rests: list[list[list[Node] | None]], common: list[Node]) -> bool:
    """Whether each row can have a column of its own that holds the common rest."""
    taken: set[int] = set()
    for row in rests:
        place = next((k for k, rest in enumerate(row) if rest == common and k not in taken), None)
        if place is None:
            return False
        taken.add(place)
    return True
