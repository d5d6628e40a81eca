r"""``kind: matrix_derivative``: a gradient or Jacobian with vectors and matrices as they are.

``\partial L / \partial \Omega`` of a number has the shape of Ω in the denominator layout,
that of a column by a column as many rows as the variable; the numerator layout is the
transpose of either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice, pairwise, permutations
from typing import NamedTuple

from grader.compare.matrix.decide import (
    MatrixReference,
    compare_matrices,
    compare_typed,
    instance_of,
    weight,
)
from grader.compare.matrix.entries import entries
from grader.compare.matrix.prints import matrix_print
from grader.derive import OTHER_LAYOUT
from grader.errors import LimitError
from grader.expr.composite import Answer
from grader.expr.names import Vocabulary
from grader.expr.parser import Reading, parse_answer
from grader.expr.tree import Node, Operation, Partial, Symbol, children, walk, with_children
from grader.expr.typed import (
    SCALAR,
    Powers,
    Shape,
    ShapeError,
    Typed,
    Typing,
    is_number,
    multiply,
    negate,
    number,
    transpose,
)
from grader.expr.typed_tree import factor_tree, to_tree
from grader.limits import MAX_LIGHT_NODES, MAX_MATRIX_MISTAKES
from grader.matrix_calculus import Step, matrix_derivative, matrix_steps, transpose_through
from grader.questions.built import Setting, made
from grader.questions.part import Found, Kind, Part
from grader.questions.partials import Disallowed, check_allowed
from grader.questions.sized import SizedStatement, read_sized
from grader.questions.statement import Faults, read_partial
from grader.read.rubric import QuestionFile, RubricFile
from grader.read.suggest import did_you_mean
from grader.results import Outcome, Verdict


def build_matrices(question: QuestionFile, rubric: RubricFile) -> tuple[Part, ...]:
    """The parts of a question about matrix derivatives.  Raises RubricError with all faults."""
    faults = Faults(rubric)
    sized = read_sized(question, faults)
    if question.layout is None:
        faults.add(
            question.kind,
            "a matrix derivative needs a `layout`",
            "write `layout: denominator` or `layout: numerator`",
        )
    faults.raise_if_any()
    assert question.layout is not None
    parts = [
        _part(Setting(part, question, rubric, sized.statement), sized, faults)
        for part in question.parts
    ]
    faults.raise_if_any()
    return tuple(part for part in parts if part is not None)


def _part(setting: Setting, sized: SizedStatement, faults: Faults) -> Part | None:
    part, question, _, statement = setting
    quantity = read_partial(part, statement, faults)
    if quantity is None:
        return None
    assert isinstance(quantity.quantity, Symbol)
    assert isinstance(quantity.variable, Symbol)
    above, below = quantity.quantity.name, quantity.variable.name
    if above not in statement.forward:
        faults.add(part.quantity, f"`{above}` is not defined by this question",
                   did_you_mean(above, statement.forward))  # fmt: skip
        return None
    assert question.layout is not None
    try:
        derived = _derived(sized, above, below, question.layout)
        typed = Typing(_given(sized), statement.forward).typed(factor_tree(derived))
    except (ValueError, ShapeError, LimitError) as error:
        faults.add(part.quantity, str(error))
        return None
    given, forward = _held(sized, below)
    answer = to_tree(derived, _names(given, forward))
    return made(
        setting,
        quantity,
        answer,
        (),
        matrix=MatrixReference(
            tree=answer,
            key=part.full_id,
            typed=typed,
            shapes=_given(sized),
            environment=statement.forward,
            positive=statement.positive,
            layout=question.layout,
        ),
    )


def _given(sized: SizedStatement) -> dict[str, Shape]:
    """The sizes of the names that are not quantities of the forward pass."""
    forward = sized.statement.forward
    return {name: shape for name, shape in sized.shapes.items() if name not in forward}


def _held(sized: SizedStatement, below: str) -> tuple[dict[str, Shape], dict[str, Node]]:
    """Sizes and forward pass with the variable as a name of its own: ∂L/∂f₂ is taken by a
    quantity, which then is what it is."""
    forward = {name: tree for name, tree in sized.statement.forward.items() if name != below}
    shapes = {name: shape for name, shape in sized.shapes.items() if name not in forward}
    return shapes, forward


def _derived(sized: SizedStatement, above: str, below: str, layout: str) -> Typed:
    shapes, forward = _held(sized, below)
    value = Typing(shapes, forward).typed(Symbol(above))
    return matrix_derivative(value, below, shapes.get(below, SCALAR), layout)


def _names(shapes: Mapping[str, Shape], forward: Mapping[str, Node]) -> dict[Typed, str]:
    """The quantities of the forward pass by their meaning, for people to read."""
    typing = Typing(shapes, forward)
    names: dict[Typed, str] = {}
    for name in forward:
        value = typing.typed(Symbol(name))
        if value.args:
            names.setdefault(value, name)
    return names


class Shown(NamedTuple):
    """A step of a derivation for people: ``left = line = right``; ``line`` is that of the
    forward pass, where the left side is the differential of one of its names."""

    rule: str
    left: Node
    line: Node | None
    right: Node


def steps_of_matrix(part: Part, layout: str) -> tuple[Shown, ...]:
    """How the reference of a part follows, differential by differential."""
    assert part.matrix is not None
    assert isinstance(part.quantity, Partial)
    assert isinstance(part.quantity.quantity, Symbol)
    assert isinstance(part.quantity.variable, Symbol)
    above, below = part.quantity.quantity.name, part.quantity.variable.name
    shapes, everything = part.matrix.shapes, part.statement.forward
    shape = Typing(shapes, everything).typed(Symbol(below)).shape
    forward = {name: tree for name, tree in everything.items() if name != below}
    given = {**shapes, below: shape}
    value = Typing(given, forward).typed(Symbol(above))
    names = _names(given, forward)
    told: set[Typed] = set()

    def shown(step: Step) -> Shown:
        of = step.left.args[0]
        line = forward[names[of]] if of in names and of not in told else None
        told.add(of)
        return Shown(
            step.rule,
            to_tree(step.left, names),
            None if line is None else Operation("differential", (line,)),
            to_tree(step.right, names),
        )

    return tuple(map(shown, matrix_steps(value, below, shape, layout)))


def read_matrix(text: str, vocabulary: Vocabulary, _part: Part) -> Reading:
    """An expression with vectors and matrices, with what people write around it."""
    return parse_answer(text, vocabulary)


def judge_matrix(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Verdict:
    """Compare an answer with the part's reference."""
    assert part.matrix is not None
    assert isinstance(answer, Node), "the reader of this kind gives expressions"
    trees = (answer, *definitions.values())
    if not any(isinstance(inner, Partial) for tree in trees for inner in walk(tree)):
        return compare_matrices(part.matrix, answer, definitions)
    stated = part.matrix.layout
    verdict = _judged_in(part, answer, definitions, Layouts(stated, stated))
    if verdict.outcome in (Outcome.DIFFERENT, Outcome.UNREADABLE):
        # Many write gradients as columns and yet Jacobians with a row for each output.
        other = OTHER_LAYOUT[stated]
        for layouts in (Layouts(stated, other), Layouts(other, other)):
            if _judged_in(part, answer, definitions, layouts).outcome is Outcome.EQUIVALENT:
                return Verdict(
                    Outcome.UNDECIDED,
                    reason=f"it is right if a derivative in it is read in the {other} layout,"
                    f" and the question is in the {stated} layout",
                )
    return verdict


class Layouts(NamedTuple):
    """How derivatives that an answer leaves standing are read: those of numbers, and those
    of columns by columns."""

    gradients: str
    jacobians: str


def _judged_in(
    part: Part, answer: Node, definitions: Mapping[str, Node], layouts: Layouts
) -> Verdict:
    """The verdict with derivatives worked out in some layouts."""
    assert part.matrix is not None

    def worked_out(tree: Node) -> Node:
        if isinstance(tree, Partial):
            return _value_of(tree, part, definitions, layouts)
        new = tuple(worked_out(each) for each in children(tree))  # type: ignore[arg-type]
        return with_children(tree, new)  # type: ignore[return-value]

    try:
        own = {name: worked_out(tree) for name, tree in definitions.items()}
        return compare_matrices(part.matrix, worked_out(answer), own)
    except Disallowed as disallowed:
        return Verdict(Outcome.DISALLOWED, reason=disallowed.reason, span=disallowed.span)
    except ShapeError as error:
        return Verdict(Outcome.UNREADABLE, reason=error.message, span=error.span)
    except LimitError as error:
        return Verdict(Outcome.UNDECIDED, reason=error.message)


def _value_of(
    partial: Partial, part: Part, definitions: Mapping[str, Node], layouts: Layouts
) -> Node:
    """The derivative of one name by another.  Raises Disallowed for others, and for those
    that the question asks for."""
    assert part.matrix is not None
    assert isinstance(part.quantity, Partial)
    above, below = partial.quantity, partial.variable
    reason = "this contains a derivative that is not worked out"
    if not isinstance(above, Symbol) or not isinstance(below, Symbol):
        raise Disallowed(reason, partial.span)
    everything = {**part.statement.forward, **definitions}
    check_allowed(partial, part.quantity, everything)
    shapes = part.matrix.shapes
    shape = Typing(shapes, everything).typed(below).shape
    forward = {name: line for name, line in everything.items() if name != below.name}
    value = Typing({**shapes, below.name: shape}, forward).typed(above)
    layout = layouts.gradients if value.is_scalar else layouts.jacobians
    try:
        return to_tree(matrix_derivative(value, below.name, shape, layout))
    except ValueError as error:
        raise Disallowed(f"{reason}: {error}", partial.span) from None


def print_matrix(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> str | None:
    """What groups answers that mean the same."""
    typed = _typed(part, answer, definitions)
    return None if typed is None or part.matrix is None else matrix_print(typed, part.matrix.key)


def _typed(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Typed | None:
    reference = part.matrix
    if reference is None or not isinstance(answer, Node):
        return None
    try:
        meanings = {**reference.environment, **definitions}
        typing = Typing(reference.shapes, meanings, Powers.ENTRIES)
        return typing.typed(answer, reference.typed.shape)
    except (ShapeError, LimitError):
        return None


# --- Known mistakes --------------------------------------------------------------------

#: What may be wrong: the name, what is said of it, and where to look.
_TRANSPOSED = (
    "transposed",
    "This is the transpose of the right answer, as the other layout has it.",
    "Check the layout: which of the two gives the rows?",
)
_ORDER = (
    "order",
    "The factors are right, but not their order: matrices do not commute.",
    "Check the order of the factors.",
)
_TERM = ("missing_term", "A term is missing.", "Does every path count?")
_TERM_SIGN = ("sign_of_a_path", "The sign of a term is wrong.", "Check the sign of each term.")
_FACTOR = (
    "missing_factor",
    "A factor is missing: {0}.",
    "Go through the chain link by link: a factor is missing.",
)
_UNTRANSPOSED = (
    "transpose_of_a_factor",
    "A factor is transposed that should not be, or not transposed that should.",
    "Check which factors are transposed.",
)

#: Numbers by which an answer may be off.
_SCALES = (
    (Fraction(-1), "sign", "The sign is wrong.", "Check the sign."),
    (Fraction(1, 2), "constant_factor", "A factor 2 is missing.", "Check the constant factors."),
    (Fraction(2), "constant_factor", "There is a factor 2 too many.", "Check the constant factors."),
    (Fraction(-1, 2), "constant_factor", "The factor should be −2 times as large.",
     "Check the constant factors and the sign."),
    (Fraction(-2), "constant_factor", "The factor is −2 times as large as it should be.",
     "Check the constant factors and the sign."),
)  # fmt: skip

MATRIX_MISTAKES = (
    "transposed", "order", "missing_term", "sign_of_a_path", "missing_factor", "transpose_of_a_factor", "sign",
    "constant_factor",
)  # fmt: skip


def diagnose_matrix(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Found | None:
    """The mistake in an answer that is known to be different, if one is certain."""
    mine = _typed(part, answer, definitions)
    if mine is None or part.matrix is None or not _is_light(mine):
        return None
    values = matrix_print(mine, part.matrix.key)
    for tried, (wrong, found) in enumerate(_wrong(part.matrix.typed, part)):
        if tried >= MAX_MATRIX_MISTAKES:
            return None
        if wrong.shape != mine.shape or wrong == part.matrix.typed:
            continue
        if matrix_print(wrong, part.matrix.key) != values:
            continue  # values find a candidate, the comparison decides
        verdict = compare_typed(mine, wrong, part.matrix.key, part.matrix.positive)
        if verdict.outcome is Outcome.EQUIVALENT:
            return found
    return None


def _is_light(value: Typed) -> bool:
    """Whether a value is small enough to be compared with many."""
    try:
        return weight(entries(value, instance_of(value))) <= MAX_LIGHT_NODES
    except LimitError:
        return False


def wrong_matrices(part: Part) -> Iterator[tuple[str, Node, str]]:
    """Wrong answers to a part: the mistake's name, the answer, and what is said of it."""
    assert part.matrix is not None
    names = _named(part)
    right = part.matrix.typed
    for wrong, found in islice(_wrong(right, part), MAX_MATRIX_MISTAKES):
        if "+" not in found.mistake and wrong != right:
            yield found.mistake, to_tree(wrong, names), found.sentence


def _wrong(right: Typed, part: Part) -> Iterator[tuple[Typed, Found]]:
    turned = transpose_through(right, sums=True)
    yield turned, Found(*_TRANSPOSED)
    for scale, name, sentence, nudge in _SCALES:
        yield multiply([number(scale), right], right.shape), Found(name, sentence, nudge)
        yield (
            multiply([number(scale), turned], turned.shape),
            Found(f"transposed+{name}", f"{_TRANSPOSED[1]} And: {sentence}",
                  f"{_TRANSPOSED[2]} {nudge}"),
        )  # fmt: skip
    if right.op == "sum":
        for k in range(len(right.args)):
            rest = [*right.args[:k], *right.args[k + 1 :]]
            made = rest[0] if len(rest) == 1 else Typed("sum", tuple(rest), right.shape)
            yield made, Found(*_TERM)
    yield from _inside(right, part)


def _inside(value: Typed, part: Part) -> Iterator[tuple[Typed, Found]]:
    """Slips in one place of a value, from the outside in."""
    if value.op == "product":
        yield from _factor_slips(value)
    if value.op in ("product", "elementwise"):
        for k, arg in enumerate(value.args):
            rest = (*value.args[:k], *value.args[k + 1 :])
            if not is_number(arg, -1) and rest and _conforms(rest, value.shape, value.op):
                name, sentence, nudge = _FACTOR
                said = f"${part.latex(to_tree(arg, _named(part)))}$"
                yield _rejoined(value, rest), Found(name, sentence.format(said), nudge)
    if value.op == "sum":
        for k, arg in enumerate(value.args):
            terms = (*value.args[:k], negate(arg), *value.args[k + 1 :])
            yield Typed("sum", terms, value.shape), Found(*_TERM_SIGN)
    for k, arg in enumerate(value.args):
        for wrong, found in _inside(arg, part):
            args = (*value.args[:k], wrong, *value.args[k + 1 :])
            if wrong.shape == arg.shape:
                yield Typed(value.op, args, value.shape, value.name, value.tree), found


def _named(part: Part) -> dict[Typed, str]:
    """The quantities of a part's forward pass by their meaning."""
    assert part.matrix is not None
    return _names(part.matrix.shapes, part.matrix.environment)


def _rejoined(value: Typed, rest: tuple[Typed, ...]) -> Typed:
    if len(rest) == 1:
        return rest[0]
    return Typed(value.op, rest, value.shape)


def _conforms(factors: tuple[Typed, ...], shape: Shape, op: str = "product") -> bool:
    """Whether factors make a product of that shape, in that order."""
    if op == "elementwise":
        return True
    sized = [factor for factor in factors if not factor.is_scalar]
    if not sized:
        return shape == SCALAR
    fits = all(a.shape[1] == b.shape[0] for a, b in pairwise(sized))
    return fits and (sized[0].shape[0], sized[-1].shape[1]) == shape


def _factor_slips(value: Typed) -> Iterator[tuple[Typed, Found]]:
    """Other orders of the factors, and single factors transposed, that still conform."""
    sized = [factor for factor in value.args if not factor.is_scalar]
    numbers = [factor for factor in value.args if factor.is_scalar]
    square = [factor.shape[0] == factor.shape[1] for factor in sized]
    if sum(square) > 1:
        pairs = zip(sized, square, strict=True)
        changed = tuple(transpose(factor) if turn else factor for factor, turn in pairs)
        if _conforms(changed, value.shape):
            yield Typed("product", (*numbers, *changed), value.shape), Found(*_UNTRANSPOSED)
    for k, factor in enumerate(sized):
        changed = (*sized[:k], transpose(factor), *sized[k + 1 :])
        if factor.shape[0] == factor.shape[1] and _conforms(changed, value.shape):
            yield Typed("product", (*numbers, *changed), value.shape), Found(*_UNTRANSPOSED)
    if 2 <= len(sized) <= 4:
        for order in permutations(sized):
            if list(order) != sized and _conforms(order, value.shape):
                yield Typed("product", (*numbers, *order), value.shape), Found(*_ORDER)


MATRIX_DERIVATIVE = Kind(
    name="matrix_derivative",
    build=build_matrices,
    read=read_matrix,
    judge=judge_matrix,
    diagnose=diagnose_matrix,
    fingerprint=print_matrix,
    mistakes=MATRIX_MISTAKES,
)
