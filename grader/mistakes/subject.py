"""What wrong answers are derived from, and what a row of the table is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.expr.calculus import product_of, sum_of
from grader.expr.composite import Answer, Label
from grader.expr.names import latex_name
from grader.expr.tree import Node
from grader.mistakes.paths import Path
from grader.questions.part import Part


@dataclass(frozen=True, slots=True)
class Subject:
    """What wrong answers are derived from.

    ``paths`` is the derivation of the reference (empty for sizes), ``parts`` all parts
    of the question, ``quantity`` and ``variable`` the names in ∂quantity/∂variable.
    """

    part: Part
    parts: tuple[Part, ...]
    paths: tuple[Path, ...]
    quantity: str
    variable: str

    @property
    def reference(self) -> Node:
        answer = self.part.answer
        assert isinstance(answer, Node)
        return answer

    @property
    def line(self) -> Node | None:
        """What was differentiated."""
        derived = self.part.derived
        return None if derived is None else derived.line

    def maths(self, node: Answer | Label) -> str:
        """LaTeX within a sentence, in the homework's own names."""
        return f"${self.part.latex(node)}$"

    @property
    def names(self) -> list[str]:
        """The names that an answer may use, sorted."""
        statement = self.part.statement
        return sorted(statement.leaves | statement.forward.keys())

    def siblings(self, name: str) -> list[str]:
        """Other names with the same letter: ψ₁₂ and ψ₂₂."""
        base = name.partition("_")[0]
        return [other for other in self.names
                if other != name and other.partition("_")[0] == base]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong answer, and what is wrong with it in a sentence."""

    tree: Answer
    sentence: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row of the table."""

    name: str
    kinds: frozenset[str]
    derive: Callable[[Subject], Iterator[Wrong]]
    nudge: str


def name_maths(name: str) -> str:
    """A name within a sentence."""
    return f"${latex_name(name)}$"


def with_link(subject: Subject, old: Node, new: Node, only: Path | None = None) -> Node:
    """The derivative with one factor replaced, in all paths or in one."""
    return sum_of(
        [
            product_of(
                [
                    new if link.factor == old and only in (None, path) else link.factor
                    for link in path.links
                ]
            )
            for path in subject.paths
        ]
    )
