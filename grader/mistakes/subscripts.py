"""Subscripts taken for one another."""

from __future__ import annotations

from collections.abc import Iterator

from grader.expr.tree import Node, Symbol, children, substitute, symbols, with_children
from grader.mistakes.subject import Subject, Wrong, name_maths


def subscripts(subject: Subject) -> Iterator[Wrong]:
    """One name taken for another of its letter throughout, or the two swapped."""
    for name in sorted(symbols(subject.reference)):
        for other in subject.siblings(name):
            tree = substitute(subject.reference, {name: Symbol(other)})
            yield Wrong(tree, f"{name_maths(other)} stands where {name_maths(name)} belongs: "
                        "check the subscripts.")  # fmt: skip
            if name < other and other in symbols(subject.reference):
                swapped = substitute(subject.reference, {name: Symbol(other), other: Symbol(name)})
                yield Wrong(swapped, f"The subscripts of {name_maths(name)} and "
                            f"{name_maths(other)} are swapped.")  # fmt: skip


def subscript_once(subject: Subject) -> Iterator[Wrong]:
    """One occurrence of a name taken for another of its letter."""
    seen: set[Node] = set()
    for tree, name, other in _each_occurrence(subject.reference, subject):
        if tree not in seen:
            seen.add(tree)
            yield Wrong(tree, f"In one place {name_maths(other)} stands where {name_maths(name)} "
                        "belongs.")  # fmt: skip


def _each_occurrence(node: Node, subject: Subject) -> Iterator[tuple[Node, str, str]]:
    if isinstance(node, Symbol):
        for other in subject.siblings(node.name):
            yield Symbol(other), node.name, other
        return
    parts = children(node)
    for k, part in enumerate(parts):
        for tree, name, other in _each_occurrence(part, subject):  # type: ignore[arg-type]
            new = with_children(node, (*parts[:k], tree, *parts[k + 1 :]))
            yield new, name, other  # type: ignore[misc]
