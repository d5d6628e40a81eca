"""A part of a homework: one thing that is asked, ready to be compared with answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from grader.compare.intervals import Interval
from grader.compare.reference import NO_INTERVALS, Reference
from grader.compare.sums import SumReference
from grader.expr.latex import to_latex
from grader.expr.names import Vocabulary
from grader.expr.parser import Reading
from grader.expr.tree import Dimensions, Node, Partial, Symbol
from grader.read.rubric import QuestionFile, RubricFile
from grader.results import Verdict


@dataclass(frozen=True)
class Statement:
    """What a question states, as trees.

    ``forward`` is the forward pass, in order; ``sizes`` the number of elements of
    each vector; ``intervals`` the ranges of symbols; ``positive``, ``negative`` and ``integers`` the symbols assumed to be so.
    """

    vocabulary: Vocabulary
    leaves: frozenset[str]
    positive: frozenset[str]
    negative: frozenset[str]
    integers: frozenset[str]
    forward: Mapping[str, Node]
    sizes: Mapping[str, Node]
    intervals: Mapping[str, Interval] = field(default_factory=lambda: NO_INTERVALS)


@dataclass(frozen=True, slots=True)
class Rules:
    """How a rubric wants answers judged: ``significant`` digits to which a typed decimal
    counts (None: exactly), and whether a difference at a kink alone gets a note."""

    significant: int | None = None
    kink_notes: bool = False


EXACT = Rules()


@dataclass(frozen=True)
class Part:
    """``answer`` is the reference answer as people read it; ``references`` what answers
    are compared with: one for an expression, rows and columns for a size."""

    id: str
    question: str
    kind: str
    prompt: str
    hint: str | None
    points: Fraction
    quantity: Partial | Symbol
    statement: Statement
    answer: Node | Dimensions
    references: tuple[Reference, ...]
    bonus: bool = False
    rules: Rules = EXACT
    #: Where sums run to symbolic sizes: what answers are compared with, and the part with
    #: numbers for the sizes.
    sums: SumReference | None = None
    in_numbers: Part | None = None

    def latex(self, tree: Node | Dimensions) -> str:
        """LaTeX in the homework's own names: ``a[z]`` where it calls ReLU so."""
        return to_latex(tree, self.statement.vocabulary.function_names())


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question.

    ``build`` derives the parts of a question and raises RubricError with all
    faults it finds.  ``read`` gives an answer's text a meaning (AnswerError,
    LimitError).  ``judge`` compares an answer, over the names of the rubric and
    the student's definitions; it never raises for what ``read`` accepts.
    """

    name: str
    build: Callable[[QuestionFile, RubricFile], tuple[Part, ...]]
    read: Callable[[str, Vocabulary], Reading]
    judge: Callable[[Part, Node | Dimensions, Mapping[str, Node]], Verdict]
