"""A rubric file to frozen values; every fault of the file is told at once.

Mathematics stays text with its place: this layer knows YAML, not expressions.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from grader.errors import Fault, FileError, RubricError
from grader.limits import FILE_FAULTS
from grader.read.decode import decode, read_bytes
from grader.read.located import Located
from grader.read.nodes import Source, read_stream
from grader.read.plain import Keys, Plain, as_plain, path_text
from grader.read.shapes import shape_fault
from grader.read.suggest import near
from grader.source import Place, Span, caret

_NO_CREDIT: Mapping[str, Fraction] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CanvasTarget:
    """The column of Canvas's gradebook that the points go to."""

    assignment_id: str | None = None
    assignment_title: str | None = None


#: Beside which answers pages show the reference.
Shown = Literal["never", "wrong", "all"]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """When pages show reference answers: ``show``, but ``before`` until ``after``."""

    show: Shown
    after: datetime | None = None
    before: Shown = "never"

    def at(self, now: datetime | None) -> Shown:
        """What is shown at a moment; while none is known, what holds before."""
        if self.after is None or (now is not None and now >= self.after):
            return self.show
        return self.before


@dataclass(frozen=True, slots=True)
class Policy:
    """How verdicts become points; credits are shares (0 to 1) of a part's points."""

    partial_credit: Mapping[str, Fraction] = field(default_factory=lambda: _NO_CREDIT)
    other_layout_credit: Fraction | None = None
    follow_through_credit: Fraction | None = None
    significant: int | None = None
    kink_notes: bool = False
    entry_credit: bool = True
    rounding: Literal["none", "half", "whole"] = "none"
    all_or_nothing: bool = False
    cap: Fraction | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "partial_credit", MappingProxyType(dict(self.partial_credit)))

    def __reduce__(self) -> tuple[type[Policy], tuple[object, ...]]:
        # A read-only view does not pickle, and rubrics go to worker processes.
        values = (getattr(self, each.name) for each in fields(self))
        return type(self), tuple(
            dict(value) if isinstance(value, Mapping) else value for value in values
        )


@dataclass(frozen=True, slots=True)
class SymbolDeclaration:
    """A leaf parameter; ``assume`` is real, positive, nonnegative, negative, nonzero or integer,
    ``range`` a condition on a real one."""

    name: Located
    assume: str = "real"
    range: Located | None = None
    aliases: tuple[Located, ...] = ()


class Quantity(NamedTuple):
    """One step of the forward pass."""

    name: Located
    expression: Located
    aliases: tuple[Located, ...]


class VectorSize(NamedTuple):
    """The number of elements of a column vector; ``1`` for a scalar."""

    name: Located
    size: Located


class Integral(NamedTuple):
    """A definite integral, as written."""

    of: Located
    by: Located
    lower: Located
    upper: Located


class Step(NamedTuple):
    """A step of gradient descent (or ascent), as written."""

    of: Located
    rate: Located
    ascent: bool


class Layer(NamedTuple):
    """A size that follows from others."""

    name: Located
    expression: Located


@dataclass(frozen=True, slots=True)
class PartFile:
    """One thing that is asked.  ``full_id`` is ``q1.phi_0``, ``place`` its key's.

    What follows ``bonus`` is for some kinds of question only; ``given`` are the keys of those
    that are written, and a kind refuses the ones that mean nothing to it.
    """

    id: str
    full_id: str
    quantity: Located
    points: Fraction
    prompt: str
    hint: str | None
    place: Place
    bonus: bool = False
    of: tuple[Located, ...] = ()
    by: tuple[Located, ...] = ()
    hold: tuple[Located, ...] = ()
    answer: tuple[Located, ...] = ()
    at: tuple[tuple[Located, Located], ...] = ()
    integral: Integral | None = None
    tolerance: Located | None = None
    significant: int | None = None
    unit: Located | None = None
    choices: tuple[tuple[Located, Located], ...] = ()
    ordered: bool = False
    given: tuple[Located, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """One question as written.

    ``points`` is what each part is worth unless it says otherwise.  ``functions``
    pairs a name of the homework with a function of the table.  ``aliases`` holds
    every name's other spellings, also those of ``symbols`` and ``quantities``.
    ``indices`` pairs a letter that sums run over with the size that it runs to.
    """

    id: str
    kind: Located
    title: str
    prompt: str
    points: Fraction
    layout: str | None
    subscript_partials: bool
    functions: tuple[tuple[Located, Located], ...]
    symbols: tuple[SymbolDeclaration, ...]
    quantities: tuple[Quantity, ...]
    sizes: tuple[VectorSize, ...]
    aliases: tuple[tuple[Located, tuple[Located, ...]], ...]
    indices: tuple[tuple[Located, Located], ...]
    parts: tuple[PartFile, ...]
    place: Place
    layers: tuple[Layer, ...] = ()
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class RubricFile:
    """A rubric as written; ``digest`` is the SHA-256 of its bytes, in hex.

    ``reveal`` is what ``disclosure`` comes to at the time of a run (:meth:`at`).
    """

    file: str
    id: str
    title: str
    course: str
    self_check: Literal["format", "verdict", "hints"]
    reveal: Shown
    disclosure: Disclosure
    canvas: CanvasTarget
    policy: Policy
    questions: tuple[QuestionFile, ...]
    text: str
    digest: str

    def at(self, now: datetime) -> RubricFile:
        """The rubric as it stands at a moment, which its date of disclosure waits for."""
        return replace(self, reveal=self.disclosure.at(now))

    def fault(
        self,
        place: Place,
        message: str,
        suggestion: str | None = None,
        path: str = "",
        length: int = 1,
    ) -> Fault:
        """A fault of this file with its line and a caret, for the layers that find it."""
        lines = self.text.split("\n")
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        start = place.column - 1
        return Fault(place, path, message, suggestion, caret(line, Span(start, start + length)))


def load_rubric_file(path: Path) -> RubricFile:
    """Read a rubric.  Raises RubricError with all of its faults."""
    name = str(path)
    try:
        data = read_bytes(path, name)
        text = decode(data, name).text
    except FileError as error:
        raise RubricError(error.faults) from None
    return _read(text, name, hashlib.sha256(data).hexdigest())


def read_rubric(text: str, file: str) -> RubricFile:
    """Read a rubric from its text; ``file`` names it in faults.  Raises RubricError."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return _read(text.removeprefix("\ufeff").replace("\r\n", "\n"), file, digest)


def _read(text: str, file: str, digest: str) -> RubricFile:
    source = Source(file, text)
    stream = read_stream(source)
    if stream.fault is not None:
        raise RubricError([stream.fault])
    if not stream.documents:
        raise RubricError([source.fault(0, 1, "the rubric is empty")])
    data = as_plain(stream.documents[0], source)
    faults = list(data.faults)
    if len(stream.documents) > 1:
        start = stream.starts[1]
        faults.append(source.fault(start - 3, start, "a second document begins here",
                                   "a rubric is one document; take the line `---` out"))  # fmt: skip
    if not isinstance(data.value, dict):
        faults.append(source.fault(0, 1, "a rubric is a mapping, lines of `key: value`"))
        raise RubricError(faults)
    shape, shape_faults = _shaped(data, source)
    # What is no text at all (an alias) is not also said to be empty.
    said = {fault.path for fault in data.faults if "alias" in fault.message}
    faults += [fault for fault in shape_faults if fault.path not in said]
    faults += _sense(data, source)
    if shape is not None and shape.total is not None:
        faults += _total(shape, data, source)
    if faults or shape is None:
        raise RubricError(sorted(set(faults))[:FILE_FAULTS], _sound(data, source, digest))
    return _built(shape, data, source, digest)


#: Rounds of leaving out what is at fault; a fault may come to light behind another.
_ROUNDS = 8


def _sound(data: Plain, source: Source, digest: str) -> RubricFile | None:
    """The rubric without what is at fault in its shape: without parts and keys that
    stand for themselves, and without a whole question where something is wrong that
    others build on.  None if nothing is left."""
    from pydantic import ValidationError

    from grader.read.rubric_shape import RubricShape

    value = copy.deepcopy(data.value)
    assert isinstance(value, dict)
    questions = value.get("questions")
    if not isinstance(questions, list):
        return None
    places = list(range(len(questions)))
    for _ in range(_ROUNDS):
        try:
            shape = RubricShape.model_validate(value)
        except ValidationError as error:
            faulty = {_leave_out(value, item) for item in error.errors()} - {None}
            kept = [k for k in range(len(questions)) if k not in faulty]
            questions[:] = [questions[k] for k in kept]
            places = [places[k] for k in kept]
            if not questions:
                return None
        else:
            return _built(shape, data, source, digest, places)
    return None


def _leave_out(value: dict[str, Any], item: Any) -> int | None:
    """Take what is at fault out; the question's position where it must go whole."""
    path: Keys = tuple(item["loc"])
    question = path[1] if len(path) > 1 and path[0] == "questions" else None
    inside = path[2:] if question is not None else path
    alone = item["type"] == "extra_forbidden" or inside[:1] in (("parts",), ("points",))
    if not inside or (
        question is not None and not (alone and all(isinstance(k, str) for k in inside))
    ):
        return question if isinstance(question, int) else None
    depth = 2 if inside[0] == "parts" and item["type"] != "extra_forbidden" else len(inside)
    *way, last = inside[:depth]
    holder: Any = value if question is None else value["questions"][question]
    for key in way:
        holder = holder.get(key) if isinstance(holder, dict) else None
    if item["type"] == "missing" and question is None:
        value[str(path[0])] = "?"
    elif isinstance(holder, dict):
        holder.pop(last, None)
    return None


# --- Shape: Pydantic's findings in our words ------------------------------------


def _shaped(data: Plain, source: Source) -> tuple[Any, list[Fault]]:
    from pydantic import ValidationError

    from grader.read.rubric_shape import RubricShape, keys_at

    try:
        return RubricShape.model_validate(data.value), []
    except ValidationError as error:
        return None, [shape_fault(item, data, source, keys_at) for item in error.errors()]


# --- Sense: what shape alone cannot say ------------------------------------------


def _sense(data: Plain, source: Source) -> list[Fault]:
    """Faults between the keys of a rubric, as far as its shape allows to look."""
    faults: list[Fault] = []
    assert isinstance(data.value, dict)
    questions = data.value.get("questions")
    seen: dict[str, int] = {}
    faults += _dates(data, source)
    for index, question in enumerate(questions if isinstance(questions, list) else []):
        if not isinstance(question, dict):
            continue
        at: Keys = ("questions", index)
        name = question.get("id")
        if isinstance(name, str):
            if name in seen:
                first = source.line_of(data.value_spans["questions", seen[name], "id"][0])
                faults.append(_at(data, source, (*at, "id"),
                                  f"two questions are called `{name}` (the first in line {first})"))  # fmt: skip
            seen.setdefault(name, index)
        faults += _part_ids(question, at, data, source)
        faults += _doubled_names(question, at, data, source)
        faults += _alias_targets(question, at, data, source)
    return faults


def _dates(data: Plain, source: Source) -> Iterable[Fault]:
    assert isinstance(data.value, dict)
    reveal = data.value.get("reveal")
    if not isinstance(reveal, dict):
        return
    if "before" in reveal and "after" not in reveal:
        yield _at(data, source, ("reveal", "before"), "`before` needs `after`, a date", key=True)
    if "after" in reveal and reveal.get("show") == reveal.get("before", "never"):
        yield _at(data, source, ("reveal", "after"),
                  f"the date changes nothing: `{reveal['show']}` before and after", key=True)  # fmt: skip


def _total(shape: Any, data: Plain, source: Source) -> Iterable[Fault]:
    """Points that do not sum to what the rubric says they should."""
    found = sum(
        (
            question.points if part.points is None else part.points
            for question in shape.questions
            for part in question.parts.values()
            if not part.bonus
        ),
        Fraction(0),
    )
    if found != shape.total:
        yield _at(data, source, ("total",),
                  f"the points sum to {found}, not to {shape.total}",
                  "change the points of a part, or the total")  # fmt: skip


def _at(
    data: Plain,
    source: Source,
    path: Keys,
    message: str,
    suggestion: str | None = None,
    *,
    key: bool = False,
) -> Fault:
    start, end = data.key_spans[path] if key else data.value_spans[path]
    return source.fault(start, end, message, suggestion, path_text(path))


def _part_ids(question: dict[str, Any], at: Keys, data: Plain, source: Source) -> Iterable[Fault]:
    parts = question.get("parts")
    for key in parts if isinstance(parts, dict) else ():
        if not key.replace("_", "a").replace("-", "a").isalnum() or not key.isascii():
            yield _at(data, source, (*at, "parts", key), f"`{key}` is no id of a part",
                      "letters, digits, `_` and `-` make an id; the quantity follows it", key=True)  # fmt: skip


def _bare(name: str) -> str:
    r"""A name without LaTeX's dress, to find doubles: ``\psi_{01}`` is ``psi_01``."""
    return name.translate({ord(c): None for c in "\\{} ,"})


def _declared(question: dict[str, Any], at: Keys) -> Iterable[tuple[str, Keys, bool]]:
    """Each declared name, its path, and whether it is a key there."""
    symbols = question.get("symbols")
    for index, symbol in enumerate(symbols if isinstance(symbols, list) else []):
        if isinstance(symbol, str):
            yield symbol, (*at, "symbols", index), False
        elif isinstance(symbol, dict) and isinstance(symbol.get("name"), str):
            yield symbol["name"], (*at, "symbols", index, "name"), False
    for section in ("quantities", "sizes", "layers"):
        pairs = question.get(section)
        for key in pairs if isinstance(pairs, dict) else ():
            yield key, (*at, section, key), True


def _doubled_names(
    question: dict[str, Any], at: Keys, data: Plain, source: Source
) -> Iterable[Fault]:
    seen: dict[str, tuple[str, int]] = {}
    for name, path, is_key in _declared(question, at):
        start = (data.key_spans if is_key else data.value_spans)[path][0]
        section = str(path[2])
        first = seen.setdefault(_bare(name), (section, start))
        # A vector of a shape question may also be a quantity, with its expression.
        if first[1] != start and {first[0], section} != {"quantities", "sizes"}:
            line = source.line_of(first[1])
            yield _at(data, source, path, f"`{name}` is declared twice (the first in line {line})",
                      key=is_key)  # fmt: skip


def _alias_targets(
    question: dict[str, Any], at: Keys, data: Plain, source: Source
) -> Iterable[Fault]:
    names = {_bare(name): name for name, _, _ in _declared(question, at)}
    aliases = question.get("aliases")
    for key in aliases if isinstance(aliases, dict) else ():
        if _bare(key) not in names:
            close = near(_bare(key), names)
            yield _at(data, source, (*at, "aliases", key),
                      f"`{key}` is neither a symbol, a quantity nor a size of this question",
                      f"did you mean `{names[close]}`?" if close else None, key=True)  # fmt: skip


# --- Values ----------------------------------------------------------------------


def _built(
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
        _bare(name): many(spellings, "aliases", name) for name, spellings in shape.aliases.items()
    }
    symbols = tuple(
        SymbolDeclaration(
            name=value(symbol.name, "symbols", index, "name"),
            assume=symbol.assume,
            range=None if symbol.range is None else value(symbol.range, "symbols", index, "range"),
            aliases=many(symbol.aliases, "symbols", index, "aliases")
            + shared.get(_bare(symbol.name), ()),
        )
        for index, symbol in enumerate(shape.symbols)
    )
    quantities = tuple(
        Quantity(key("quantities", name), value(text, "quantities", name),
                 shared.get(_bare(name), ()))
        for name, text in shape.quantities.items()
    )  # fmt: skip
    sizes = tuple(
        VectorSize(key("sizes", name), value(text, "sizes", name))
        for name, text in shape.sizes.items()
    )
    named = [(symbol.name, symbol.aliases) for symbol in symbols]
    named += [(quantity.name, quantity.aliases) for quantity in quantities]
    known = {_bare(name.text) for name, _ in named}
    named += [
        (size.name, shared.get(_bare(size.name.text), ()))
        for size in sizes
        if _bare(size.name.text) not in known
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


#: Keys of a part that only some kinds of question know.
KIND_KEYS = ("of", "by", "hold", "answer", "at", "integral", "tolerance", "significant", "unit",
             "choices", "ordered")  # fmt: skip


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
