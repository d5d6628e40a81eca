r"""``kind: chain``: the factors of a chain of derivatives, in an order that conforms.

The forward pass says which quantity is made of which; a layout says in which order the
factors multiply (without one they are scalars, and the order is free).  The answer is made
of derivatives that are not worked out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from grader.errors import LimitError
from grader.expr.calculus import ONE
from grader.expr.composite import Answer
from grader.expr.tree import (
    Node,
    Partial,
    Product,
    Sum,
    Symbol,
    children,
    substitute,
    symbols,
    walk,
)
from grader.limits import MAX_CHAINS
from grader.questions.built import Setting, made
from grader.questions.derivative import read_expression
from grader.questions.part import Chains, Kind, Part, Statement
from grader.questions.partials import reaches
from grader.questions.statement import Faults, asked_links, read_statement
from grader.read.rubric import QuestionFile, RubricFile
from grader.results import Outcome, Verdict
from grader.source import Span

#: The factors of one product, in order.
Factors = tuple[Partial, ...]


def build_chains(question: QuestionFile, rubric: RubricFile) -> tuple[Part, ...]:
    """The parts of a question about chains.  Raises RubricError with all faults."""
    faults = Faults(rubric)
    statement = read_statement(question, faults)
    parts: list[Part] = []
    for part, quantity, above, below in asked_links(question, statement, faults):
        try:
            paths = tuple(_paths(statement.forward, above, below))
        except LimitError as error:
            faults.add(part.quantity, error.message)
            continue
        if not paths:
            faults.add(part.quantity, f"`{above}` does not depend on `{below}`")
            continue
        if paths == ((quantity,),):
            faults.add(part.quantity, f"`{below}` stands in the line of `{above}` itself, so the "
                       "chain has one factor", "ask for it in a question of kind `chain_term`")  # fmt: skip
            continue
        if question.layout == "denominator":
            paths = tuple(path[::-1] for path in paths)
        terms = [path[0] if len(path) == 1 else Product(path) for path in paths]
        parts.append(
            made(Setting(part, question, rubric, statement), quantity,
                terms[0] if len(terms) == 1 else Sum(tuple(terms)), (),
                detail=Chains(paths, question.layout is not None, _scalars(statement)),
            )
        )  # fmt: skip
    faults.raise_if_any()
    return tuple(parts)


def _scalars(statement: Statement) -> frozenset[str]:
    return frozenset(name for name, size in statement.sizes.items() if size == ONE)


def _paths(forward: Mapping[str, Node], above: str, below: str) -> Iterator[Factors]:
    """Every way down from a quantity to a name, link by link, the quantity first.

    Raises LimitError past MAX_CHAINS.
    """
    met = 0
    stack: list[tuple[str, Factors]] = [(above, ())]
    while stack:
        name, links = stack.pop()
        if name == below:
            met += 1
            if met > MAX_CHAINS:
                raise LimitError("MAX_CHAINS", f"there are more than {MAX_CHAINS} paths")
            yield links
            continue
        inner = [each for each in sorted(symbols(forward.get(name, ONE)))
                 if reaches(forward, below, each)]  # fmt: skip
        stack.extend((each, (*links, Partial(Symbol(name), Symbol(each))))
                     for each in reversed(inner))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at an answer found: ``what`` names it, ``reason`` says it.

    ``order``: the right factors in an order that does not conform.
    """

    what: Literal["right", "order", "missing_link", "extra_link", "missing_path", "foreign",
                  "restated", "composite", "factors"]  # fmt: skip
    reason: str = ""
    span: Span | None = None


def look(part: Part, answer: Node, definitions: Mapping[str, Node]) -> Finding:
    """Compare the products of an answer with the paths of the chain."""
    assert isinstance(part.detail, Chains)
    wanted = part.detail
    tree = _with_definitions(answer, definitions)
    if any(len(children(node)) > MAX_CHAINS for node in walk(tree)):
        return Finding("foreign", f"there are more than {MAX_CHAINS} factors")
    if tree == part.quantity:
        return Finding("restated", "this restates the question: it is the derivative that is "
                       "asked for", tree.span)  # fmt: skip
    terms: list[Factors] = []
    for term in _products(tree):
        if len(terms) == MAX_CHAINS:
            return Finding("foreign", f"there are more than {MAX_CHAINS} products")
        for factor in term:
            fault = _fault_of(factor, part)
            if fault is not None:
                return fault
        terms.append(tuple(f for f in term if isinstance(f, Partial)))
    mine = Counter(frozenset(Counter(term).items()) for term in terms)
    theirs = Counter(frozenset(Counter(path).items()) for path in wanted.paths)
    if mine != theirs:
        return _difference(terms, wanted)
    if not wanted.is_ordered:
        return Finding("right")
    bare = [_without_scalars(term, wanted.scalars) for term in terms]
    right = [_without_scalars(path, wanted.scalars) for path in wanted.paths]
    if Counter(bare) == Counter(right):
        return Finding("right")
    return Finding("order", "these are the right factors, but in this order their sizes do not "
                   "conform: the layout says which stands first")  # fmt: skip


def _difference(terms: list[Factors], wanted: Chains) -> Finding:
    if len(terms) < len(wanted.paths):
        return Finding("missing_path", "there are more ways from the one to the other than you "
                       "have written, and the ways add up")  # fmt: skip
    if len(terms) == len(wanted.paths) == 1:
        mine, right = Counter(terms[0]), Counter(wanted.paths[0])
        if mine < right:
            return Finding("missing_link", "a link of the chain is missing")
        if right < mine:
            return Finding("extra_link", "there is a factor too many")
    return Finding("factors", "these are not the factors of the chain")


def _without_scalars(term: Factors, scalars: frozenset[str]) -> tuple[Factors, frozenset[Partial]]:
    """The factors whose place counts, in order, and the ones that may stand anywhere."""
    free = {
        factor
        for factor in term
        if symbols(factor) <= scalars  # one number by another
    }
    return tuple(factor for factor in term if factor not in free), frozenset(free)


def _with_definitions(tree: Node, definitions: Mapping[str, Node]) -> Node:
    while names := symbols(tree) & definitions.keys():
        tree = substitute(tree, {name: definitions[name] for name in names})
    return tree


def _products(tree: Node) -> Iterator[tuple[Node, ...]]:
    """The products that a tree is the sum of, each as its factors in order."""
    match tree:
        case Sum(terms):
            for term in terms:
                yield from _products(term)
        case Product(factors):
            yield from _joined(factors)
        case _ if tree == ONE:
            yield ()
        case _:
            yield (tree,)


def _joined(factors: tuple[Node, ...]) -> Iterator[tuple[Node, ...]]:
    if not factors:
        yield ()
        return
    for first in _products(factors[0]):
        for rest in _joined(factors[1:]):
            yield (*first, *rest)


def _is_link(factor: Partial, part: Part) -> bool:
    """Whether a derivative is between neighbours of the forward pass."""
    above, below = factor.quantity, factor.variable
    if not isinstance(above, Symbol) or not isinstance(below, Symbol):
        return False
    return below.name in symbols(part.statement.forward.get(above.name, ONE))


def _fault_of(factor: Node, part: Part) -> Finding | None:
    """Why a factor is none that may stand in the answer."""
    if not isinstance(factor, Partial):
        return Finding("foreign", f"${part.latex(factor)}$ is no derivative: the factors are "
                       "asked as derivatives that are not worked out", factor.span)  # fmt: skip
    if factor == part.quantity and not _is_link(factor, part):
        return Finding("restated", "this restates the question: it is the derivative that is "
                       "asked for", factor.span)  # fmt: skip
    above, below = factor.quantity, factor.variable
    if not isinstance(above, Symbol) or not isinstance(below, Symbol):
        return Finding("foreign", f"${part.latex(factor)}$ is no derivative of one name by "
                       "another", factor.span)  # fmt: skip
    if not _is_link(factor, part) and reaches(part.statement.forward, below.name, above.name):
        return Finding("composite", f"${part.latex(factor)}$ is itself a chain; write its factors",
                       factor.span)  # fmt: skip
    return None  # it is no link at all: told by the comparison of factors


def judge_chain(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Verdict:
    """The factors must be those of the forward pass, and multiply in the order of the layout."""
    assert isinstance(answer, Node), "the reader of this kind gives expressions"
    if answer == part.answer:
        return Verdict(Outcome.EQUIVALENT, method="identical")
    found = look(part, answer, definitions)
    if found.what == "right":
        return Verdict(Outcome.EQUIVALENT, method="factors")
    if found.what in ("foreign", "restated", "composite"):
        return Verdict(Outcome.DISALLOWED, reason=found.reason, span=found.span)
    return Verdict(Outcome.DIFFERENT, reason=found.reason)


CHAIN = Kind(name="chain", build=build_chains, read=read_expression, judge=judge_chain)
