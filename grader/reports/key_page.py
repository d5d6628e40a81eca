"""The instructor's answer key: derived references, and what known mistakes look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from grader.compare.fingerprint import fingerprint
from grader.expr.composite import Answer, sides
from grader.expr.derivation import Step, derivation
from grader.expr.tree import Partial, Symbol
from grader.homework import Homework
from grader.questions import QUESTIONS
from grader.questions.part import Part
from grader.reports.class_view import mistake_words
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
        steps=tuple(_step_view(part, step) for step in steps_of(part)),
        slips=slips,
        more=more,
    )


def _step_view(part: Part, step: Step) -> StepView:
    assert isinstance(part.quantity, Partial)
    asked = part.latex(Partial(step.of, part.quantity.variable))
    return StepView(step.rule, f"{asked} = {part.latex(step.slope)}")


def steps_of(part: Part) -> tuple[Step, ...]:
    """How the reference of a part follows, rule by rule; empty for what is no derivative.

    A chain's last term holds every name but its variable fixed; a derivative is followed
    through the forward pass.
    """
    quantity = part.quantity
    if part.kind not in _DERIVED or not isinstance(quantity, Partial):
        return ()
    above, below = quantity.quantity, quantity.variable
    if not isinstance(above, Symbol) or not isinstance(below, Symbol):
        return ()
    forward = part.statement.forward
    return derivation(forward[above.name], below.name, forward if _DERIVED[part.kind] else None)


#: Kinds whose answers a derivation explains, and whether it goes through the forward pass.
_DERIVED: Mapping[str, bool] = MappingProxyType({"derivative": True, "chain_term": False})


def _slips(part: Part, homework: Homework) -> tuple[tuple[SlipView, ...], int]:
    """A few wrong answers, one for each mistake, and how many mistakes more there are."""
    # A derived answer may be right (a sign that is not there cannot be wrong), or
    # what another mistake gives already.
    seen = {_meaning(part, part.answer)}
    found: dict[str, SlipView] = {}
    for name, wrong in homework.diagnoser.wrong_answers(part):
        meaning = _meaning(part, wrong.tree)
        if meaning in seen or name in found:
            continue
        seen.add(meaning)
        share = share_for(name, homework.file.policy)
        found[name] = SlipView(
            mistake=mistake_words(name),
            latex=part.latex(wrong.tree),
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
