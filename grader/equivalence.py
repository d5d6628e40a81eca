"""``grader.equivalent``: two texts compared, without a rubric."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from grader.compare.field import UndefinedEverywhere
from grader.compare.interpret import Unevaluated
from grader.compare.intervals import Interval, interval_of
from grader.compare.ladder import compare
from grader.compare.matrix.decide import compare_matrices, make_matrix_reference
from grader.compare.reference import leaf_names, make_reference
from grader.compare.sums import compare_sums, make_sum_reference
from grader.errors import AnswerError, LimitError
from grader.expr.dimensions import parse_dimensions
from grader.expr.families import has_big, unfolded
from grader.expr.functions import SPELLINGS
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_answer, parse_condition, parse_name
from grader.expr.tree import Big, Dimensions, Node, Number, Symbol, walk
from grader.expr.typed import Shape, ShapeError, shape_of
from grader.results import Outcome, Verdict
from grader.source import Span

#: What ``symbols`` may assume of a name.
_ASSUMPTIONS = frozenset(
    {"real", "positive", "nonnegative", "negative", "nonzero", "integer", "natural"}
)


def equivalent(
    answer: str,
    reference: str,
    *,
    functions: Mapping[str, str] | None = None,
    symbols: Iterable[str] | Mapping[str, str] | None = None,
    definitions: Mapping[str, str] | None = None,
) -> Verdict:
    r"""Whether two expressions are equal wherever both are defined.

    ``functions`` names functions (``{"a": "relu"}``).  ``symbols`` lists the names
    that may occur, or maps each to an assumption: ``real``, ``positive``,
    ``nonnegative``, ``negative``, ``nonzero``, ``integer``, ``natural`` (1, 2, 3, …), or a range such as
    ``0 < p < 1``, or to the size of a vector or matrix (``n``, ``m x n``); without it
    every letter, Greek letter and subscripted name is a real symbol.
    ``definitions`` gives names a text of their own, used on both sides.

    Returns a verdict that is true in a condition if the two are equivalent.
    Raises AnswerError for a text that cannot be read, LimitError for one that is
    too large, and ValueError for an unknown function or assumption and for
    circular definitions.

    >>> equivalent(r"2\sin x\cos x", r"\sin 2x").method
    'normal form'
    >>> verdict = equivalent("max(0, x)", "x")
    >>> str(verdict.outcome)
    'different'
    >>> equivalent(
    ...     "2A^T(Ax - b)", "2A^T A x - 2A^T b", symbols={"A": "m x n", "x": "n", "b": "m"}
    ... ).method
    'normal form'
    >>> bool(equivalent("a(z)", "z I[z > 0]", functions={"a": "relu"}))
    True
    >>> equivalent("|1 - p|", "1 - p", symbols={"p": "0 < p < 1"}).method
    'normal form'
    """
    vocabulary, assumed = _vocabulary(functions or {}, symbols)
    intervals = _intervals(assumed, vocabulary)
    environment = _environment(definitions or {}, vocabulary)
    vocabulary = vocabulary.with_names(environment)
    left, right = _tree(answer, vocabulary), _tree(reference, vocabulary)
    try:
        if vocabulary.shapes:
            return _with_matrices(left, right, environment, vocabulary, assumed)
        if has_big(left) or has_big(right) or any(map(has_big, environment.values())):
            return _with_sums(left, right, environment, assumed, intervals)
        prepared = make_reference(
            right,
            "equivalent",
            environment=environment,
            # What holds but for a set of measure zero is all that counts.
            positive=_names_that_are(assumed, "positive", "nonnegative", "natural"),
            negative=_names_that_are(assumed, "negative"),
            integers=_names_that_are(assumed, "integer", "natural"),
            intervals=intervals,
            names=leaf_names(left, environment),
        )
        return compare(prepared, left)
    except Unevaluated:
        return Verdict(Outcome.DISALLOWED, reason="a derivative is not worked out")
    except UndefinedEverywhere as error:
        return Verdict(Outcome.UNDECIDED, reason=f"the reference is {error}")
    except LimitError as error:
        return Verdict(Outcome.UNDECIDED, reason=error.message)


def _with_matrices(
    left: Node,
    right: Node,
    environment: Mapping[str, Node],
    vocabulary: Vocabulary,
    assumed: Mapping[str, str],
) -> Verdict:
    """The comparison where names have sizes."""
    try:
        prepared = make_matrix_reference(
            right,
            "equivalent",
            shapes=vocabulary.shapes,
            environment=environment,
            positive=_names_that_are(assumed, "positive", "nonnegative", "natural"),
        )
    except ShapeError as error:
        return Verdict(Outcome.UNDECIDED, reason=f"the reference has no meaning: {error.message}")
    except LimitError as limit:
        return Verdict(Outcome.UNDECIDED, reason=limit.message)
    return compare_matrices(prepared, left)


def _with_sums(
    left: Node,
    right: Node,
    environment: Mapping[str, Node],
    assumed: Mapping[str, str],
    intervals: Mapping[str, Interval],
) -> Verdict:
    """The comparison where sums or products over an index occur: what their ranges end in
    are the sizes.  Where a range is not written it is the one of all others, as far as
    they agree."""
    trees = [unfolded(tree, environment, {}) for tree in (left, right)]
    bigs = [part for tree in trees for part in walk(tree) if isinstance(part, Big)]
    ends = {part.upper for part in bigs if part.upper is not None}
    bound = {part.index for part in bigs}
    sizes = {
        name
        for part in bigs
        for end in (part.lower, part.upper)
        if end is not None
        for name in leaf_names(end, {})
    } - bound
    unsaid = {part.index for part in bigs if part.upper is None}
    size = "#"
    if unsaid and ends:
        (only, *others) = sorted(ends, key=str)
        lowers = {part.lower for part in bigs if part.lower is not None}
        if others or not isinstance(only, Symbol) or lowers != {Number(Fraction(1))}:
            return Verdict(Outcome.UNDECIDED, reason="the range of an index is not written")
        size = only.name
    sizes |= {size} if unsaid else set()
    ranges = {part.index: part.upper.name for part in bigs if isinstance(part.upper, Symbol)}
    ranges |= dict.fromkeys(unsaid, size)
    positive = _names_that_are(assumed, "positive", "nonnegative", "natural")
    prepared = make_sum_reference(
        trees[1],
        "equivalent",
        environment={},
        ranges=ranges,
        sizes=tuple(sorted(sizes)),
        positive=positive,
        negative=_names_that_are(assumed, "negative"),
        integers=_names_that_are(assumed, "integer", "natural"),
        intervals=intervals,
        others=(trees[0],),
    )
    return compare_sums(prepared, trees[0])


def _vocabulary(
    functions: Mapping[str, str], symbols: Iterable[str] | Mapping[str, str] | None
) -> tuple[Vocabulary, Mapping[str, str]]:
    rows: dict[str, str] = {}
    for name, function in functions.items():
        row = SPELLINGS.get(function.lower().removeprefix("\\"))
        if row is None:
            raise ValueError(f"no function is called {function!r}")
        rows[parse_name(name, FREE)] = row
    if symbols is None:
        return Vocabulary(functions=rows, free=True), {}
    written = symbols if isinstance(symbols, Mapping) else dict.fromkeys(symbols, "real")
    assumed: dict[str, str] = {}
    shapes: dict[str, Shape] = {}
    for text, assumption in written.items():
        name = parse_name(text, FREE)
        shape = None if assumption in _ASSUMPTIONS else _shape(assumption)
        if shape is not None:
            shapes[name] = shape
        assumed[name] = assumption if shape is None else "real"
    ends = {end for shape in shapes.values() for end in shape if not end.isdigit()}
    assumed |= dict.fromkeys(ends, "positive")
    return Vocabulary(names=frozenset(assumed), functions=rows, shapes=shapes), assumed


def _shape(text: str) -> Shape | None:
    """A size in place of an assumption (``n``, ``m x n``); None for anything else."""
    if text.isalpha() and len(text) > 2:
        return None  # a word
    try:
        size = parse_dimensions(text, FREE).tree
    except AnswerError:
        return None
    return shape_of(size) if isinstance(size, Dimensions) else None


def _intervals(assumed: Mapping[str, str], vocabulary: Vocabulary) -> dict[str, Interval]:
    """The names whose assumption is a range.  Raises ValueError."""
    found = {}
    for name, assumption in assumed.items():
        if assumption not in _ASSUMPTIONS:
            try:
                condition = parse_condition(assumption, vocabulary)
            except (AnswerError, LimitError) as error:
                raise ValueError(f"no assumption is called {assumption!r}") from error
            found[name] = interval_of(condition, name)
    return found


def _names_that_are(assumed: Mapping[str, str], *which: str) -> frozenset[str]:
    return frozenset(name for name, assumption in assumed.items() if assumption in which)


def _environment(definitions: Mapping[str, str], vocabulary: Vocabulary) -> dict[str, Node]:
    names = {parse_name(written, FREE): text for written, text in definitions.items()}
    inner = vocabulary.with_names(names)
    trees = {name: _tree(text, inner) for name, text in names.items()}
    done: set[str] = set()
    left = dict(trees)
    while left:
        free = [name for name, tree in left.items()
                if not (leaf_names(tree, {}) & trees.keys()) - done]  # fmt: skip
        if not free:
            raise ValueError(f"circular definitions: {', '.join(sorted(left))}")
        for name in free:
            done.add(name)
            del left[name]
    return trees


def _tree(text: str, vocabulary: Vocabulary) -> Node:
    reading = parse_answer(text, vocabulary)
    if not isinstance(reading.tree, Node):  # pragma: no cover - parse_answer gives expressions
        raise AnswerError("this is a size, not an expression", text, Span(0, len(text)))
    return reading.tree
