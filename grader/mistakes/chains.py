"""Mistakes in the factors of a chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from grader.expr.calculus import product_of, sum_of
from grader.expr.composite import Answer
from grader.expr.tree import Node
from grader.mistakes.diagnosis import Diagnosis
from grader.mistakes.subject import Wrong
from grader.questions.chain import look
from grader.questions.part import Chains, Part

#: By what a look finds: the mistake's name, and where to look.
_FOUND: Mapping[str, tuple[str, str]] = MappingProxyType({
    "order": ("chain_order", "Do the sizes of neighbouring factors fit, in this layout?"),
    "missing_link": ("missing_link", "Go down link by link: one is missing."),
    "extra_link": ("extra_link", "Go down link by link: one stands there that is none."),
    "missing_path": ("one_path", "In how many ways does the one reach the other?"),
})  # fmt: skip


def diagnose_chain(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Diagnosis | None:
    """What is wrong with a chain that is known to be different."""
    assert isinstance(answer, Node)
    finding = look(part, answer, definitions)
    if finding.what not in _FOUND:
        return None
    name, nudge = _FOUND[finding.what]
    return Diagnosis(name, f"{finding.reason[:1].upper()}{finding.reason[1:]}.", nudge)


def wrong_chains(part: Part) -> Iterator[tuple[str, Wrong]]:
    """Wrong answers, for an instructor to look at."""
    assert isinstance(part.detail, Chains)
    paths = part.detail.paths
    if part.detail.is_ordered:
        turned = [product_of(list(path[::-1])) for path in paths]
        yield "chain_order", Wrong(sum_of(turned), "The factors stand in the other layout's order.")
    if len(paths[0]) > 1:
        short = [product_of(list(path[1:])) for path in paths]
        yield "missing_link", Wrong(sum_of(short), "A link of the chain is missing.")
    if len(paths) > 1:
        one = sum_of([product_of(list(path)) for path in paths[1:]])
        yield "one_path", Wrong(one, "A path of the chain is missing.")
