"""The instructor's answer key: derived references, and what known mistakes look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from grader.compare.fingerprint import fingerprint
from grader.expr.composite import Answer, Extents, Label, sides
from grader.expr.derivation import Step, derivation
from grader.expr.tree import Node, Partial, Symbol, symbols
from grader.homework import Homework
from grader.questions import QUESTIONS
from grader.questions.layers import meaning
from grader.questions.matrix import steps_of_matrix
from grader.questions.part import Part
from grader.questions.shape import sizes_that_follow
from grader.read.rubric import PartFile
from grader.reports.class_view import mistake_words
from grader.reports.key_given import stated_steps
from grader.reports.pages import Pages
from grader.reports.visible import one_line
from grader.reports.words import percent_text, plural, reveal_words
from grader.score import share_for

#: Wrong answers shown for a part; the table derives up to some fifty.
SLIPS = 5


@dataclass(frozen=True, slots=True)
class SlipView:
    """A wrong answer as a known mistake makes it; ``latex`` is the answer."""

    mistake: str
    latex: str
    sentence: str
    credit: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One rule of a derivation, and what it says, as LaTeX."""

    rule: str
    latex: str


@dataclass(frozen=True, slots=True)
class KeyPart:
    """A part and its reference; ``quantity`` and ``reference`` are LaTeX."""

    part: str
    quantity: str
    prompt: str
    hint: str
    worth: str
    reference: str
    steps: tuple[StepView, ...]
    slips: tuple[SlipView, ...]
    more: int


@dataclass(frozen=True, slots=True)
class KeyQuestion:
    """A question and its parts."""

    question: str
    title: str
    prompt: str
    worth: str
    parts: tuple[KeyPart, ...]


@dataclass(frozen=True, slots=True)
class KeyView:
    """The whole key."""

    title: str
    course: str
    summary: str
    questions: tuple[KeyQuestion, ...]


def key_html(homework: Homework, templates: Path | None = None) -> str:
    """The key as a page; it shows every reference and belongs to the instructor only.

    Raises jinja2.TemplateError for a fault of a template.
    """
    return Pages(templates).html("key.html", key=key_view(homework))


def key_view(homework: Homework) -> KeyView:
    """What the page shows."""
    statement = homework.statement
    questions = tuple(
        KeyQuestion(
            question=question.question,
            title=one_line(question.title or f"Question {question.question}"),
            prompt=question.prompt,
            worth=plural(sum((part.possible for part in question.parts), Fraction(0)), "point"),
            parts=tuple(
                _key_part(part, homework) for part in homework.by_question[question.question]
            ),
        )
        for question in statement.questions
    )
    return KeyView(
        title=one_line(statement.title or statement.assignment),
        course=one_line(statement.course),
        summary=f"{plural(len(homework.parts), 'part')}, {plural(statement.possible, 'point')}; "
        f"students see references: {reveal_words(statement)}",
        questions=questions,
    )


def _key_part(part: Part, homework: Homework) -> KeyPart:
    slips, more = _slips(part, homework)
    return KeyPart(
        part=part.id,
        quantity=part.latex(part.quantity),
        prompt=part.prompt,
        hint=part.hint or "",
        worth=plural(part.points, "point"),
        reference=part.latex(part.answer),
        steps=_steps(part, homework),
        slips=slips,
        more=more,
    )


def _steps(part: Part, homework: Homework) -> tuple[StepView, ...]:
    """How the reference of a part follows: the rules of its derivation; of a size, what gives
    the rows and the columns; of what is put together otherwise, the lines that it uses."""
    variable = part.derived.variable if part.derived else ""
    if isinstance(part.quantity, Partial) and isinstance(part.quantity.variable, Symbol):
        variable = part.quantity.variable.name
    if ruled := steps_of(part):
        return tuple(_step_view(part, step, variable) for step in ruled)
    if part.matrix is not None:
        return _differentials(part, homework)
    if part.inner:
        entries = [view for inner in part.inner for view in _steps(inner, homework)]
        return tuple(dict.fromkeys(entries))
    if part.kind == "shape":
        return _sides_of_a_size(part, homework) or _sizes_before(part, homework)
    stated = stated_steps(part, _written(part, homework)) if part.kind in _STATED else ()
    if stated:
        return tuple(StepView(rule, latex) for rule, latex in stated)
    return _lines_used(part)


#: Kinds whose answers a rubric may state through derivatives, or as integrals.
_STATED = frozenset({"expression", "value"})


def _written(part: Part, homework: Homework) -> PartFile:
    (question,) = (each for each in homework.file.questions if each.id == part.question)
    return next(each for each in question.parts if each.full_id == part.id)


def _layout(part: Part, homework: Homework) -> str:
    (question,) = (each for each in homework.file.questions if each.id == part.question)
    return question.layout or "denominator"


def _differentials(part: Part, homework: Homework) -> tuple[StepView, ...]:
    """A matrix derivative, rule by rule, to where it is read off in the rubric's layout."""
    layout = _layout(part, homework)
    turned = ", transposed" if layout == "denominator" else ""
    last = f"{layout} layout: what stands before the differential{turned}"
    views = [
        StepView(step.rule, " = ".join(part.latex(each) for each in step[1:] if each is not None))
        for step in steps_of_matrix(part, layout)
    ]
    asked, reference = part.latex(part.quantity), part.latex(part.answer)
    return *views, StepView(last, f"{asked} = {reference}")


def _sides_of_a_size(part: Part, homework: Homework) -> tuple[StepView, ...]:
    """Of a derivative of vectors and scalars: what gives the rows, and what the columns."""
    quantity, sizes = part.quantity, part.statement.sizes
    if not isinstance(quantity, Partial) or not symbols(quantity) <= sizes.keys():
        return ()
    layout = _layout(part, homework)
    above, below = quantity.quantity, quantity.variable
    first, second = (below, above) if layout == "denominator" else (above, below)
    return tuple(
        StepView(
            f"{layout} layout: the {side} are those of",
            rf"{part.latex(each)} \in \mathbb{{R}}^{{{part.latex(sizes[each.name])}}}",
        )
        for side, each in (("rows", first), ("columns", second))
        if isinstance(each, Symbol)
    )


def _sizes_before(part: Part, homework: Homework) -> tuple[StepView, ...]:
    """The sizes that a size rests on, each with the layer that it follows from."""
    (question,) = (each for each in homework.file.questions if each.id == part.question)
    views = []
    for text, of, size in sizes_that_follow(part, question, homework.file):
        said = f"{text}: {meaning(text)}" if meaning(text) else text
        views.append(StepView(said or "given", _of_size(part, of, size)))
    if isinstance(part.quantity, Partial):
        first = "below" if _layout(part, homework) == "denominator" else "above"
        rule = f"{_layout(part, homework)} layout: the axes of what stands {first} come first"
        views.append(StepView(rule, _of_size(part, part.quantity, part.answer)))
    return tuple(views)


def _of_size(part: Part, of: Node | Label, size: Answer) -> str:
    """``X = (B, N, D)`` or ``A ∈ ℝ^(m × n)``, as LaTeX."""
    found = part.latex(size)
    stands = f"= {found}" if isinstance(size, Extents) else rf"\in \mathbb{{R}}^{{{found}}}"
    return f"{part.latex(of)} {stands}"


def _lines_used(part: Part) -> tuple[StepView, ...]:
    """The lines of the forward pass that the reference goes through, in order."""
    forward = part.statement.forward
    pending = list(_names_in(part))
    used: set[str] = set()
    while pending:
        name = pending.pop()
        if name in forward and name not in used:
            used.add(name)
            pending.extend(symbols(forward[name]))
    return tuple(
        StepView("by definition", f"{part.latex(Symbol(name))} = {part.latex(forward[name])}")
        for name in forward
        if name in used
    )


def _names_in(part: Part) -> frozenset[str]:
    quantity = part.quantity
    asked = frozenset() if isinstance(quantity, Label) else symbols(quantity)
    return asked.union(*map(symbols, sides(part.answer)))


def _step_view(part: Part, step: Step, variable: str) -> StepView:
    asked = part.latex(Partial(step.of, Symbol(variable)))
    return StepView(step.rule, f"{asked} = {part.latex(step.slope)}")


def steps_of(part: Part) -> tuple[Step, ...]:
    """How the reference of a part follows, rule by rule; empty for what is no derivative.

    A chain's last term holds every name but its variable fixed; a derivative is followed
    through the forward pass.
    """
    quantity, derived, forward = part.quantity, part.derived, part.statement.forward
    if (
        part.kind in _DERIVED
        and isinstance(quantity, Partial)
        and isinstance(quantity.quantity, Symbol)
        and isinstance(quantity.variable, Symbol)
    ):
        held = frozenset() if derived is None else symbols(derived.line)
        known = {name: line for name, line in forward.items() if name not in held}
        line, variable = forward[quantity.quantity.name], quantity.variable.name
        return derivation(line, variable, known if _DERIVED[part.kind] else None)
    return () if derived is None else derivation(derived.line, derived.variable)


#: Kinds whose answers a derivation explains, and whether it goes through the forward pass.
_DERIVED: Mapping[str, bool] = MappingProxyType({"derivative": True, "chain_term": False})


def _slips(part: Part, homework: Homework) -> tuple[tuple[SlipView, ...], int]:
    """A few wrong answers, one for each mistake, and how many mistakes more there are."""
    # A derived answer may be right (a sign that is not there cannot be wrong), or
    # what another mistake gives already.
    judged = part.in_numbers or part  # what has sums is diagnosed with numbers for their ends
    seen = {_meaning(judged, judged.answer)}
    found: dict[str, SlipView] = {}
    with_sums = {}
    if judged is not part:
        made = homework.diagnoser.wrong_answers(part)
        with_sums = {(name, wrong.sentence): wrong.tree for name, wrong in made}
    for name, wrong in homework.diagnoser.wrong_answers(judged):
        meaning = _meaning(judged, wrong.tree)
        if meaning in seen or name in found:
            continue
        seen.add(meaning)
        share = share_for(name, homework.file.policy)
        found[name] = SlipView(
            mistake=mistake_words(name),
            latex=part.latex(with_sums.get((name, wrong.sentence), wrong.tree)),
            sentence=wrong.sentence,
            credit=f"keeps {percent_text(share, Fraction(1))} of the points" if share else "",
        )
    slips = tuple(found.values())
    return slips[:SLIPS], len(slips[SLIPS:])


def _meaning(part: Part, answer: Answer) -> tuple[str | None, ...]:
    own = QUESTIONS[part.kind].fingerprint
    if own is not None:
        return (own(part, answer, {}),)
    expressions = sides(answer)
    if len(expressions) != len(part.references):
        return tuple(part.latex(each) for each in expressions)
    return tuple(
        fingerprint(reference, side, {})
        for reference, side in zip(part.references, expressions, strict=True)
    )
