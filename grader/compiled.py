"""A homework whose references are derived, kept for the next run.

What is kept is what was derived, as data: the rubric as it was validated, the trees of
its references, and the points chosen for each part.  Normal forms and values at those
points are not; they are worked out from the trees again, where an answer needs them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import get_args

from grader.cache import entry_key, read_entry, write_entry
from grader.compare.intervals import Interval
from grader.compare.reference import Reference
from grader.expr.composite import Chosen, Entries, Extents, Label
from grader.expr.names import Vocabulary
from grader.expr.tree import Condition, Dimensions, Node
from grader.plain_json import Codec
from grader.questions.part import (
    Arrangement,
    Chains,
    Choices,
    Closeness,
    Derived,
    Part,
    Rules,
    Statement,
)
from grader.read.located import Located
from grader.read.rubric import (
    CanvasTarget,
    Disclosure,
    Integral,
    Layer,
    PartFile,
    Policy,
    Quantity,
    QuestionFile,
    RubricFile,
    Step,
    SymbolDeclaration,
    VectorSize,
)
from grader.results import HomeworkStatement, Later, PartStatement, QuestionStatement
from grader.source import Place, Span

#: Where the classes of sums over an index stand, which few rubrics have.
_SUMS = "grader.compare.sums"

#: The same of matrices.
_MATRICES = "grader.compare.matrix.decide"
_TYPED = ("grader.expr.typed", "Typed")

#: A rubric as read, what reports say of it, and its parts.
Compiled = tuple[RubricFile, HomeworkStatement, tuple[Part, ...]]

#: What data that fits its checksum, and yet is none of ours, may raise.
_ODD = (TypeError, ValueError, LookupError, ArithmeticError, RecursionError)


@cache
def _codec() -> Codec:
    """All classes that a homework is made of."""
    return Codec(
        (
            *(
                Located,
                Place,
                Span,
                CanvasTarget,
                Disclosure,
                Policy,
                SymbolDeclaration,
                Quantity,
                VectorSize,
            ),
            *(PartFile, QuestionFile, RubricFile),
            *(Later, PartStatement, QuestionStatement, HomeworkStatement),
            *(Part, Rules, Statement, Vocabulary, Reference, Dimensions, Interval),
            *(Derived, Closeness, Choices, Arrangement, Chains),
            *(Entries, Extents, Chosen, Label),
            *(Integral, Step, Layer),
            *((_SUMS, "Instance"), (_SUMS, "SumReference"), (_MATRICES, "MatrixReference"), _TYPED),
            *get_args(Node),
            *get_args(Condition),
        ),
        shared=(Statement, Vocabulary, Reference, (_SUMS, "SumReference"), _TYPED),
    )


def compiled_key(file: str, digest: str) -> str:
    """The key of a rubric: ``file`` names it in places, ``digest`` is that of its bytes."""
    return entry_key("homework", file, digest)


def load_compiled(file: str, data: bytes) -> Compiled | None:
    """What was derived from a rubric's bytes in an earlier run, if that was kept."""
    return find_compiled(file, hashlib.sha256(data).hexdigest())


def find_compiled(file: str, digest: str) -> Compiled | None:
    """The same by the SHA-256 of those bytes, in hex."""
    document = read_entry(compiled_key(file, digest))
    if document is None:
        return None
    try:
        found = _codec().decode(document)
        rubric, statement, parts = found
    except _ODD:
        return None
    if (
        isinstance(rubric, RubricFile)
        and rubric.digest == digest
        and isinstance(statement, HomeworkStatement)
        and isinstance(parts, tuple)
        and all(isinstance(part, Part) for part in parts)
    ):
        return rubric, statement, parts
    return None


def keep_compiled(compiled: Compiled) -> bool:
    """Keep what was derived from a rubric, and say whether that was possible."""
    rubric = compiled[0]
    try:
        document = _codec().encode(compiled)
    except (TypeError, RecursionError):
        return False  # a kind of question with values of its own, which are derived each time
    return write_entry(compiled_key(rubric.file, rubric.digest), document)
