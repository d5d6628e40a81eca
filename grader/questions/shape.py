"""``kind: shape``: the size of a quantity, or of a Jacobian from those of its two sides.

Sizes are declared under ``sizes`` or follow under ``layers``; a part may also say it itself
(``of: matmul(A, B)``).  Vectors are columns.  A derivative has an axis for each axis of the
quantity above and below, in the order of the layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from grader.compare.interpret import Unevaluated
from grader.compare.ladder import compare
from grader.compare.reference import Reference, make_reference
from grader.errors import AnswerError, LimitError
from grader.expr.calculus import ONE
from grader.expr.composite import Answer, Extents, Label, sides
from grader.expr.dimensions import parse_dimensions
from grader.expr.extents import parse_extents
from grader.expr.names import FREE, Vocabulary, latex_name
from grader.expr.parser import Reading, parse_name, parse_quantity
from grader.expr.tree import Dimensions, Node, Partial, Symbol, symbols
from grader.questions.built import Setting, label_of, made
from grader.questions.part import Kind, Part, Statement
from grader.questions.statement import Faults, read_partial, read_statement
from grader.read.located import Located
from grader.read.rubric import PartFile, QuestionFile, RubricFile
from grader.read.suggest import did_you_mean
from grader.results import Outcome, Verdict

if TYPE_CHECKING:
    from grader.questions.layers import Axes, Known

_LABELS = ("rows", "columns")


def build_shapes(question: QuestionFile, rubric: RubricFile) -> tuple[Part, ...]:
    """The parts of a question about sizes.  Raises RubricError with all faults."""
    faults = Faults(rubric)
    statement = read_statement(question, faults)
    known = _known(question, statement, faults)
    asked = [(part, _quantity(part, statement, known, faults)) for part in question.parts]
    derived = any(isinstance(quantity, Partial) or quantity is None for _, quantity in asked)
    if question.layout is None and derived:
        faults.add(
            question.kind,
            "a question about sizes needs a `layout`",
            "write `layout: denominator` or `layout: numerator`",
        )
    faults.raise_if_any()
    parts: list[Part] = []
    for part, quantity in asked:
        assert quantity is not None
        size = _size(Setting(part, question, rubric, statement), quantity, known, faults)
        if size is None:
            continue
        parts.append(
            made(Setting(part, question, rubric, statement), quantity, size,
                 _references(part, size, statement))
        )  # fmt: skip
    faults.raise_if_any()
    return tuple(parts)


def _known(question: QuestionFile, statement: Statement, faults: Faults) -> dict[str, Axes | None]:
    """The axes of every quantity; none for a scalar, and None where a fault was found."""
    known: dict[str, Axes | None] = {
        name: () if size == ONE else (size,) for name, size in statement.sizes.items()
    }
    known.update(statement.extents)
    for given in question.sizes:  # one that could not be read is told where it stands
        with suppress(AnswerError, LimitError):
            known.setdefault(parse_name(given.name.text, FREE), None)
    for layer in question.layers:
        name = faults.read(layer.name, partial(parse_name, layer.name.text, statement.vocabulary))
        axes = _layer(layer.expression, known, statement, faults)
        if name is not None:
            known[name] = axes
    return known


def sizes_that_follow(
    part: Part, question: QuestionFile, rubric: RubricFile
) -> tuple[tuple[str, Node | Label, Answer], ...]:
    """How the size of a part comes about: what it rests on, in order, each with the layer that
    gives it (empty for a given size) and its size."""
    statement = part.statement
    known = _known(question, statement, Faults(rubric))
    texts = {
        parse_name(layer.name.text, statement.vocabulary): layer.expression.text
        for layer in question.layers
    }
    asked = next(each.of for each in question.parts if each.full_id == part.id)
    pending = [symbols(part.quantity)] if isinstance(part.quantity, Node) else []
    pending += [_named_in(text.text, known, statement) for text in asked]
    used: set[str] = set()
    while pending:
        new = pending.pop() - used
        used |= new
        pending += [_named_in(texts[name], known, statement) for name in new & texts.keys()]
    found: list[tuple[str, Node | Label, Answer]] = [
        (texts.get(name, ""), Symbol(name), plain_size(axes))
        for name, axes in known.items()
        if name in used and axes is not None
    ]
    if asked:
        found.append((asked[0].text, part.quantity, part.answer))
    return tuple(found)


def _named_in(text: str, known: Known, statement: Statement) -> frozenset[str]:
    """The quantities with a size that the text of a layer mentions."""
    from grader.questions.layers import NAME

    names = set()
    for word in NAME.findall(text):
        with suppress(AnswerError, LimitError):
            names.add(parse_name(word, statement.vocabulary))
    return frozenset(names & known.keys())


def _layer(where: Located, known: Known, statement: Statement, faults: Faults) -> Axes | None:
    """The size that a text stands for; None and a fault where there is none, and None alone
    where that is the fault of a layer before."""
    from grader.questions.layers import UnknownSizeError, layer_size

    try:
        return faults.read(where, lambda: layer_size(where.text, known, statement.vocabulary))
    except UnknownSizeError:
        return None
    except ValueError as error:
        faults.add(where, str(error))
        return None


def _quantity(
    part: PartFile, statement: Statement, known: Known, faults: Faults
) -> Partial | Symbol | Label | None:
    """What a part asks the size of."""
    if part.of:
        return label_of(part.quantity, statement)
    try:
        found = parse_quantity(part.quantity.text, statement.vocabulary)
    except (AnswerError, LimitError):
        found = None
    if isinstance(found, Symbol) and found.name in known:
        return found
    return read_partial(part, statement, faults)


def _size(
    setting: Setting,
    quantity: Partial | Symbol | Label,
    known: Known,
    faults: Faults,
) -> Dimensions | Extents | None:
    part, question, _, statement = setting
    if part.of:
        axes = _layer(part.of[0], known, statement, faults)
        if len(part.of) > 1:
            faults.add(part.of[1], "one size is asked, and here is a second")
        return None if axes is None else plain_size(axes)
    if isinstance(quantity, Symbol):
        axes = known[quantity.name]
        return None if axes is None else plain_size(axes)
    assert isinstance(quantity, Partial)
    assert isinstance(quantity.quantity, Symbol)
    assert isinstance(quantity.variable, Symbol)
    names = (quantity.quantity.name, quantity.variable.name)
    unknown = [name for name in names if name not in known]
    if unknown:
        faults.add(part.quantity, f"`{unknown[0]}` has no size", did_you_mean(unknown[0], known))
        return None
    assert question.layout is not None
    above, below = (known[name] for name in names)
    if above is None or below is None:
        return None
    return derivative_size(above, below, question.layout)


def plain_size(axes: Axes) -> Dimensions | Extents:
    """The size of a quantity; vectors are columns, and a scalar is 1 × 1."""
    if len(axes) > 2:
        return Extents(axes)
    rows, columns = (*axes, ONE, ONE)[:2]
    return Dimensions(rows, columns)


def derivative_size(above: Axes, below: Axes, layout: str) -> Dimensions | Extents:
    """The size of ∂above/∂below.

    Of vectors and scalars it is that of the Jacobian.  A scalar by a matrix has the matrix's
    size in denominator layout and is transposed in numerator layout; a matrix by a scalar the
    other way round.  Else: all axes of the one before all axes of the other.
    """
    if len(above) < 2 and len(below) < 2:
        from grader.derive import jacobian_size

        return jacobian_size((*above, ONE)[0], (*below, ONE)[0], layout)
    if not above or not below:
        axes = above or below
        turned = (layout == "numerator") == (not above)
        if len(axes) > 2:
            return Extents(axes)
        rows, columns = axes
        return Dimensions(columns, rows) if turned else Dimensions(rows, columns)
    return Extents((*below, *above) if layout == "denominator" else (*above, *below))


def _references(
    part: PartFile, size: Dimensions | Extents, statement: Statement
) -> tuple[Reference, ...]:
    labels = (
        _LABELS if isinstance(size, Dimensions) else [f"axis {k}" for k in range(len(size.axes))]
    )
    return tuple(
        make_reference(
            side,
            f"{part.full_id} {label}",
            positive=statement.positive,
            negative=statement.negative,
            integers=statement.integers,
            intervals=statement.intervals,
            names=statement.leaves,
        )
        for side, label in zip(sides(size), labels, strict=True)
    )


def judge_size(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Verdict:
    """Compare axis with axis, never their product."""
    assert isinstance(answer, Dimensions | Extents), "the reader of this kind gives sizes"
    mine = sides(answer)
    used = frozenset().union(*map(symbols, (*mine, *definitions.values())))
    known = part.statement.sizes.keys() | part.statement.extents.keys()
    for name in sorted(used & known):
        reason = f"${latex_name(name)}$ is a vector of this question, and no number of elements"
        if name in part.statement.extents:
            reason = reason.replace("a vector", "a quantity")
        return Verdict(Outcome.DISALLOWED, reason=reason, span=answer.span)
    if len(mine) != len(part.references):
        return Verdict(Outcome.DIFFERENT, reason=f"this has {_axes(len(mine))}, and "
                       f"{_axes(len(part.references))} are asked")  # fmt: skip
    try:
        verdicts = [
            compare(reference, side, definitions)
            for reference, side in zip(part.references, mine, strict=True)
        ]
    except Unevaluated as error:
        return Verdict(Outcome.DISALLOWED, reason=str(error), span=answer.span)
    for number, verdict in enumerate(verdicts):
        if verdict.outcome is Outcome.DIFFERENT:
            where = (f"the number of {_LABELS[number]}" if isinstance(answer, Dimensions)
                     else f"axis {number + 1}")  # fmt: skip
            return replace(verdict, reason=f"{where} differs")
    for verdict in verdicts:
        if verdict.outcome is not Outcome.EQUIVALENT:
            return verdict
    return next((verdict for verdict in verdicts if verdict.method != "identical"), verdicts[-1])


def _axes(count: int) -> str:
    return f"{count} {'axis' if count == 1 else 'axes'}"


def read_size(text: str, vocabulary: Vocabulary, part: Part) -> Reading:
    """A size, with what people write around it."""
    if isinstance(part.answer, Extents):
        return parse_extents(text, vocabulary)
    return parse_dimensions(text, vocabulary)


SHAPE = Kind(
    name="shape",
    build=build_shapes,
    read=read_size,
    judge=judge_size,
    keys=frozenset({"of"}),
    sections=frozenset({"layers"}),
)
