"""A rubric whose shape is sound as frozen values, each with its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.read.located import Located
from grader.read.nodes import Source
from grader.read.plain import Keys, Plain, path_text
from grader.read.rubric import (
    KIND_KEYS,
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
from grader.read.rubric_sense import bare


def built(
    shape: Any, data: Plain, source: Source, digest: str, places: list[int] | None = None
) -> RubricFile:
    """The frozen values; ``places`` tells where each question stands in the file."""
    policy = shape.policy
    disclosure = Disclosure(shape.reveal.show, shape.reveal.after, shape.reveal.before)
    if places is None:
        places = list(range(len(shape.questions)))
    return RubricFile(
        file=source.file,
        id=shape.id,
        title=shape.title,
        course=shape.course,
        self_check=shape.self_check,
        reveal=disclosure.at(None),
        disclosure=disclosure,
        canvas=CanvasTarget(shape.canvas.assignment_id, shape.canvas.assignment_title),
        policy=Policy(
            policy.partial_credit,
            policy.other_layout_credit,
            policy.follow_through_credit,
            policy.decimals,
            policy.kink_notes,
            policy.entry_credit,
            policy.rounding,
            policy.all_or_nothing,
            policy.cap,
        ),
        questions=tuple(
            _question(question, ("questions", index), data, source)
            for index, question in zip(places, shape.questions, strict=True)
        ),
        text=source.text,
        digest=digest,
    )


def _question(shape: Any, at: Keys, data: Plain, source: Source) -> QuestionFile:
    def key(*path: str | int) -> Located:
        full = (*at, *path)
        return Located(str(path[-1]), source.place(data.key_spans[full][0]), path_text(full))

    def value(text: str, *path: str | int) -> Located:
        full = data.longest((*at, *path))
        return Located(text, source.place(data.text_start(full, source)), path_text(full))

    def many(texts: list[str], *path: str | int) -> tuple[Located, ...]:
        return tuple(value(text, *path, index) for index, text in enumerate(texts))

    shared = {
        bare(name): many(spellings, "aliases", name) for name, spellings in shape.aliases.items()
    }
    symbols = tuple(
        SymbolDeclaration(
            name=value(symbol.name, "symbols", index, "name"),
            assume=symbol.assume,
            range=None if symbol.range is None else value(symbol.range, "symbols", index, "range"),
            aliases=many(symbol.aliases, "symbols", index, "aliases")
            + shared.get(bare(symbol.name), ()),
        )
        for index, symbol in enumerate(shape.symbols)
    )
    quantities = tuple(
        Quantity(key("quantities", name), value(text, "quantities", name),
                 shared.get(bare(name), ()))
        for name, text in shape.quantities.items()
    )  # fmt: skip
    sizes = tuple(
        VectorSize(key("sizes", name), value(text, "sizes", name))
        for name, text in shape.sizes.items()
    )
    named = [(symbol.name, symbol.aliases) for symbol in symbols]
    named += [(quantity.name, quantity.aliases) for quantity in quantities]
    known = {bare(name.text) for name, _ in named}
    named += [
        (size.name, shared.get(bare(size.name.text), ()))
        for size in sizes
        if bare(size.name.text) not in known
    ]
    return QuestionFile(
        id=shape.id,
        kind=value(shape.kind, "kind"),
        title=shape.title,
        prompt=shape.prompt,
        points=shape.points,
        layout=shape.layout,
        subscript_partials=shape.subscript_partials,
        functions=tuple(
            (key("functions", name), value(text, "functions", name))
            for name, text in shape.functions.items()
        ),
        symbols=symbols,
        quantities=quantities,
        sizes=sizes,
        aliases=tuple((name, spellings) for name, spellings in named if spellings),
        indices=tuple(
            (key("indices", name), value(text, "indices", name))
            for name, text in shape.indices.items()
        ),
        parts=tuple(
            _part(f"{shape.id}.{name}", part, shape.points, _At(key, value, ("parts", name)))
            for name, part in shape.parts.items()
        ),
        place=source.place(data.value_spans[at][0]),
        layers=tuple(
            Layer(key("layers", name), value(text, "layers", name))
            for name, text in shape.layers.items()
        ),
        step=None
        if shape.step is None
        else Step(
            value(shape.step.of, "step", "of"),
            value(shape.step.rate, "step", "rate"),
            shape.step.ascent,
        ),
    )


@dataclass(frozen=True, slots=True)
class _At:
    """Where one part stands: its keys and values with their places."""

    find_key: Callable[..., Located]
    find_value: Callable[..., Located]
    path: tuple[str | int, ...]

    def key(self, *path: str | int) -> Located:
        return self.find_key(*self.path, *path)

    def value(self, text: str, *path: str | int) -> Located:
        return self.find_value(text, *self.path, *path)

    def many(self, texts: list[str] | None, name: str) -> tuple[Located, ...]:
        return tuple(self.value(text, name, index) for index, text in enumerate(texts or ()))

    def pairs(self, texts: dict[str, str] | None, name: str) -> tuple[tuple[Located, Located], ...]:
        return tuple(
            (self.key(name, each), self.value(text, name, each))
            for each, text in (texts or {}).items()
        )

    def maybe(self, text: str | None, *path: str | int) -> Located | None:
        return None if text is None else self.value(text, *path)


def _part(full_id: str, part: Any, points: Fraction, at: _At) -> PartFile:
    integral = part.integral
    return PartFile(
        id=full_id.partition(".")[2],
        full_id=full_id,
        quantity=at.value(part.quantity, "quantity"),
        points=points if part.points is None else part.points,
        prompt=part.prompt,
        hint=part.hint,
        place=at.key().place,
        bonus=part.bonus,
        of=at.many(part.of, "of"),
        by=at.many(part.by, "by"),
        hold=at.many(part.hold, "hold"),
        answer=at.many(part.answer, "answer"),
        at=at.pairs(part.at, "at"),
        integral=None
        if integral is None
        else Integral(
            at.value(integral.of, "integral", "of"),
            at.value(integral.by, "integral", "by"),
            at.value(integral.lower, "integral", "from"),
            at.value(integral.upper, "integral", "to"),
        ),
        tolerance=at.maybe(part.tolerance, "tolerance"),
        significant=part.significant,
        unit=at.maybe(part.unit, "unit"),
        choices=at.pairs(part.choices, "choices"),
        ordered=bool(part.ordered),
        given=tuple(at.key(name) for name in KIND_KEYS if getattr(part, name) is not None),
    )
