"""A part of a homework: one thing that is asked, ready to be compared with answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple

from grader.compare.intervals import Interval
from grader.compare.reference import NO_INTERVALS, Reference
from grader.errors import AnswerError, LimitError
from grader.expr.composite import Answer, Label, bare
from grader.expr.latex import to_latex
from grader.expr.names import Vocabulary
from grader.expr.parser import Reading, parse_quantity
from grader.expr.tree import Node, Partial, Symbol
from grader.read.rubric import QuestionFile, RubricFile
from grader.results import Verdict

if TYPE_CHECKING:
    from grader.compare.matrix.decide import MatrixReference
    from grader.compare.sums import SumReference


@dataclass(frozen=True)
class Statement:
    """What a question states, as trees.

    ``forward`` is the forward pass, in order; ``sizes`` the number of elements of
    each vector, ``extents`` the axes of what is no vector; ``positive``, ``negative`` and
    ``integers`` the symbols assumed to be so, ``intervals`` the ranges of others.
    ``order`` are the leaves as they are declared.
    """

    vocabulary: Vocabulary
    leaves: frozenset[str]
    positive: frozenset[str]
    negative: frozenset[str]
    integers: frozenset[str]
    forward: Mapping[str, Node]
    sizes: Mapping[str, Node]
    intervals: Mapping[str, Interval] = field(default_factory=lambda: NO_INTERVALS)
    extents: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """Where a reference comes from: ``line``, which stands for ``quantity`` (or for one of its
    derivatives), was differentiated by ``variable``."""

    line: Node
    quantity: str
    variable: str


@dataclass(frozen=True, slots=True)
class Closeness:
    """How near a number must come: to an absolute or relative tolerance, or to significant
    digits; exactly where all are None.  ``unit`` may stand behind it."""

    absolute: Fraction | None = None
    relative: Fraction | None = None
    significant: int | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of a part: names and what they say; whether several may be right."""

    texts: tuple[tuple[str, str], ...]
    several: bool = False


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How entries are arranged: a ``column``, a ``row``, a ``matrix``, or ``any`` vector;
    for a ``list``, whether its order counts."""

    form: Literal["column", "row", "matrix", "any", "list"]
    ordered: bool = True


@dataclass(frozen=True, slots=True)
class Chains:
    """The paths of a chain, each as its factors in the order of the layout.

    ``is_ordered``: the factors are matrices, so that their order counts; ``scalars`` are the
    quantities that are numbers all the same.
    """

    paths: tuple[tuple[Partial, ...], ...]
    is_ordered: bool
    scalars: frozenset[str] = frozenset()


Detail = Closeness | Choices | Arrangement | Chains


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
    are compared with: one for an expression, rows and columns for a size, one for each
    entry of a matrix, which then also is a part of its own in ``inner``.
    ``spellings``: other labels that name the part."""

    id: str
    question: str
    kind: str
    prompt: str
    hint: str | None
    points: Fraction
    quantity: Partial | Symbol | Label
    statement: Statement
    answer: Answer
    references: tuple[Reference, ...]
    bonus: bool = False
    rules: Rules = EXACT
    #: Where sums run to symbolic sizes: what answers are compared with, and the part with
    #: numbers for the sizes.
    sums: SumReference | None = None
    in_numbers: Part | None = None
    derived: Derived | None = None
    detail: Detail | None = None
    inner: tuple[Part, ...] = ()
    spellings: tuple[str, ...] = ()
    #: What answers with vectors and matrices are compared with.
    matrix: MatrixReference | None = None

    def is_named_by(
        self, text: str, known: dict[int, Partial | Symbol | None] | None = None
    ) -> bool:
        """Whether a text is this part's quantity, in any notation that is read.

        ``known`` keeps what the text is under each question's names, where many parts
        are asked about one text.
        """
        quantity = self.quantity
        if isinstance(quantity, Label):
            return bare(text) in {bare(each) for each in (quantity.text, *self.spellings)}
        vocabulary = self.statement.vocabulary
        if isinstance(quantity, Symbol) and vocabulary.resolve(quantity.name) is None:
            vocabulary = vocabulary.with_names([quantity.name])
            known = None  # these names are this part's alone
        known = {} if known is None else known
        if id(vocabulary) not in known:
            try:
                known[id(vocabulary)] = parse_quantity(text, vocabulary)
            except (AnswerError, LimitError):
                known[id(vocabulary)] = None
        return known[id(vocabulary)] == quantity

    def latex(self, tree: Answer | Label) -> str:
        """LaTeX in the homework's own names: ``a[z]`` where it calls ReLU so."""
        return to_latex(tree, self.statement.vocabulary.function_names())


class Found(NamedTuple):
    """A mistake that a kind of question finds itself: its name, what to tell the student,
    and the same without the right answer."""

    mistake: str
    sentence: str
    nudge: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question.

    ``build`` derives the parts of a question and raises RubricError with all
    faults it finds.  ``read`` gives an answer's text a meaning (AnswerError,
    LimitError).  ``judge`` compares an answer, over the names of the rubric and
    the student's definitions; it never raises for what ``read`` accepts.
    ``keys`` are the keys of a part that mean something to this kind, beside those of all
    kinds (see ``KIND_KEYS``); ``sections`` those of a question (``layers``, ``step``).

    A kind whose parts have no ``references`` finds mistakes itself (``diagnose``, with
    the names ``mistakes``) and names the meaning of answers for grouping (``fingerprint``).
    """

    name: str
    build: Callable[[QuestionFile, RubricFile], tuple[Part, ...]]
    read: Callable[[str, Vocabulary, Part], Reading]
    judge: Callable[[Part, Answer, Mapping[str, Node]], Verdict]
    keys: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()
    diagnose: Callable[[Part, Answer, Mapping[str, Node]], Found | None] | None = None
    fingerprint: Callable[[Part, Answer, Mapping[str, Node]], str | None] | None = None
    mistakes: tuple[str, ...] = ()
