"""``grader.equivalent``: two texts compared, without a rubric."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.compare.field import UndefinedEverywhere
from grader.compare.interpret import Unevaluated
from grader.compare.ladder import compare
from grader.compare.reference import leaf_names, make_reference
from grader.errors import AnswerError, LimitError
from grader.expr.functions import SPELLINGS
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_answer, parse_name
from grader.expr.tree import Dimensions, Node
from grader.results import Outcome, Verdict
from grader.source import Span

#: What ``symbols`` may assume of a name.
_ASSUMPTIONS = frozenset({"real", "positive", "nonnegative", "negative", "nonzero", "integer"})


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
    ``nonnegative``, ``negative``, ``nonzero`` or ``integer``; without it every
    letter, Greek letter and subscripted name is a real symbol.
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
    >>> bool(equivalent("a(z)", "z I[z > 0]", functions={"a": "relu"}))
    True
    """
    vocabulary, assumed = _vocabulary(functions or {}, symbols)
    environment = _environment(definitions or {}, vocabulary)
    vocabulary = vocabulary.with_names(environment)
    left, right = _tree(answer, vocabulary), _tree(reference, vocabulary)
    try:
        prepared = make_reference(
            right,
            "equivalent",
            environment=environment,
            # What holds but for a set of measure zero is all that counts.
            positive=_names_that_are(assumed, "positive", "nonnegative"),
            negative=_names_that_are(assumed, "negative"),
            integers=_names_that_are(assumed, "integer"),
            names=leaf_names(left, environment),
        )
        return compare(prepared, left)
    except Unevaluated:
        return Verdict(Outcome.DISALLOWED, reason="a derivative is not worked out")
    except UndefinedEverywhere as error:
        return Verdict(Outcome.UNDECIDED, reason=f"the reference is {error}")
    except LimitError as error:
        return Verdict(Outcome.UNDECIDED, reason=error.message)


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
    for text, assumption in written.items():
        if assumption not in _ASSUMPTIONS:
            raise ValueError(f"no assumption is called {assumption!r}")
        assumed[parse_name(text, FREE)] = assumption
    return Vocabulary(names=frozenset(assumed), functions=rows), assumed


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
    if isinstance(reading.tree, Dimensions):  # pragma: no cover - parse_answer gives expressions
        raise AnswerError("this is a size, not an expression", text, Span(0, len(text)))
    return reading.tree
