"""A first rubric from a few answers: what `grader new` writes.

Each line that an author gives is read at once by the reader that grading uses, so that
what is written is sound as far as a line alone can tell.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace

from grader.errors import AnswerError, LimitError
from grader.examples import example_question
from grader.expr.functions import SPELLINGS
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_expression, parse_name
from grader.source import Span

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_WIDTH = 92


@dataclass(frozen=True, slots=True)
class Line:
    """A name and what an author wrote for it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A part: its id, what is asked, and what else it says.

    ``of`` and ``by`` are what is differentiated and by which names; ``answer`` what the
    answer must equal, where that is not derived from the quantity alone.
    """

    name: str
    quantity: str
    of: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a rubric with one question.

    ``symbols`` and the names of ``quantities``, ``sizes`` and ``functions`` are as the
    author wrote them; ``rate`` is that of a step of descent.  ``layout`` is empty where
    none is stated.
    """

    id: str
    title: str
    course: str = ""
    kind: str = "derivative"
    layout: str = ""
    symbols: tuple[str, ...] = ()
    functions: tuple[Line, ...] = ()
    quantities: tuple[Line, ...] = ()
    sizes: tuple[Line, ...] = ()
    asked: tuple[Asked, ...] = ()
    rate: str = ""

    @property
    def vocabulary(self) -> Vocabulary:
        """The names so far."""
        lines = (*self.quantities, *self.sizes)
        named = (*self.symbols, *(line.name for line in lines))
        return Vocabulary(
            names=frozenset(parse_name(name, FREE) for name in named),
            aliases={},
            functions={
                parse_name(line.name, FREE): SPELLINGS[_spelling(line.text)]
                for line in self.functions
            },
        )


def slug(title: str) -> str:
    """An id made of a title: ``Homework 7: Layers`` gives ``homework-7-layers``."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    made = "-".join(words)[:40].strip("-")
    return made if _ID.match(made) else f"homework-{made}".strip("-")


def checked_id(text: str) -> str:
    """An id.  Raises AnswerError."""
    if not _ID.match(text.strip()):
        raise error_at(
            "an id begins with a letter and goes on with letters, digits, `_` and `-`", text
        )
    return text.strip()


def error_at(message: str, text: str, hint: str | None = None) -> AnswerError:
    """A fault of a whole line."""
    return AnswerError(message, text, Span(0, max(1, len(text))), hint)


def _spelling(text: str) -> str:
    return text.strip().lower().removeprefix("\\")


def add_symbols(draft: Draft, text: str) -> Draft:
    """With names that stand between commas or blanks.  Raises AnswerError."""
    names = re.findall(r"[^\s,;]+", text)
    if not names:
        raise error_at("no name is written", text)
    for name in names:
        draft = _new_name(draft, name)
        draft = replace(draft, symbols=(*draft.symbols, name))
    return draft


def _new_name(draft: Draft, name: str) -> Draft:
    if parse_name(name, FREE) in draft.vocabulary.names:
        raise error_at(f"`{name}` is there already", name)
    return draft


def split_line(text: str) -> Line:
    """What stands before and behind the first ``=``.  Raises AnswerError."""
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest.strip():
        raise error_at("this is no line `name = …`", text)
    return Line(name.strip(), rest.strip())


def add_function(draft: Draft, text: str) -> Draft:
    """With a name of the homework for a function: ``a = relu``.  Raises AnswerError."""
    line = split_line(text)
    parse_name(line.name, FREE)
    if _spelling(line.text) not in SPELLINGS:
        raise error_at(
            f"`{line.text}` is not a function", line.text, "such as relu, sigmoid or sin"
        )
    return replace(draft, functions=(*draft.functions, line))


def add_quantity(draft: Draft, text: str) -> Draft:
    """With a step of the forward pass: ``y = w x + b``.  Raises AnswerError, LimitError."""
    line = split_line(text)
    _new_name(draft, line.name)
    parse_expression(line.text, draft.vocabulary)
    return replace(draft, quantities=(*draft.quantities, line))


def add_size(draft: Draft, text: str) -> Draft:
    """With the elements of a vector: ``h_1 = D_1``.  Raises AnswerError, LimitError."""
    line = split_line(text)
    _new_name(draft, line.name)
    parse_expression(line.text, draft.vocabulary)
    return replace(draft, sizes=(*draft.sizes, line))


# --- Writing ------------------------------------------------------------------------------

_HEAD = """\
# yaml-language-server: $schema=rubric.schema.json
#
# A rubric states the homework, never its answers: those are derived from what stands
# here.  Mathematics is written as students write it, best between '…'.
#     grader lint {file}       is it sound?
#     grader key {file}        the answers that follow from it
#     grader template {file}   a blank answers file for students
"""

_SETTINGS = """\
# total: 10                 # checked against the points, if you state it

self_check: verdict         # what `grader check` tells a student: format | verdict | hints
reveal: never               # when pages show the reference: never | wrong | all

# policy:                   # credit for what is nearly right, as a share of the points
#   partial_credit: {sign: 1/2, missing_factor: 1/2}
#   follow_through_credit: 1/2

# canvas:                   # the column of Canvas's gradebook that the points go to
#   assignment_id: 1234
"""


def example_text(draft: Draft, file: str) -> str:
    """A rubric with the example of the draft's kind."""
    return _head(draft, file) + example_question(draft.kind)


def rubric_text(draft: Draft, file: str) -> str:
    """The rubric, with comments; ``file`` is what it will be called."""
    lines = [
        "  - id: q1",
        f"    kind: {draft.kind}",
        "    # title: Derivatives of a layer",
        "    # prompt: A sentence for students.",
        "    points: 1               # for each part; a part may set its own",
    ]
    if draft.layout:
        lines.append(f"    layout: {draft.layout}     # rows belong to the {draft.layout} of ∂a/∂b")
    if draft.functions:
        pairs = ", ".join(f"{_key(line.name)}: {_spelling(line.text)}" for line in draft.functions)
        lines.append(f"    functions: {{{pairs}}}")
    elif draft.quantities:
        lines.append("    # functions: {a: relu}  # names of this homework for functions")
    lines += _listed(draft.symbols)
    lines += _section("quantities", draft.quantities, "the forward pass, in order")
    lines += _section("sizes", draft.sizes, "elements of each (column) vector; 1 is a scalar")
    if draft.rate:
        of = _scalar(draft.quantities[-1].name)
        lines.append(f"    step: {{of: {of}, rate: {_scalar(draft.rate)}}}")
    lines.append("    parts:".ljust(28) + "# id: what is asked")
    lines += [f"      {_key(asked.name)}: {_part(asked)}" for asked in draft.asked]
    return _head(draft, file) + "\n".join(lines) + "\n"


def _head(draft: Draft, file: str) -> str:
    lines = [
        *_HEAD.replace("{file}", " ".join(file.split())).splitlines(),
        "",
        "schema: 1",
        f"id: {draft.id}",
        f"title: {_scalar(draft.title)}",
        f"course: {_scalar(draft.course)}" if draft.course else "# course: Deep Learning",
        *_SETTINGS.splitlines(),
        "",
        "questions:",
    ]
    return "\n".join(lines) + "\n"


def _part(asked: Asked) -> str:
    """What stands behind a part's id: the quantity, or a mapping with more to say."""
    if not (asked.of or asked.answer):
        return _scalar(asked.quantity)
    entries = [f"quantity: {_scalar(asked.quantity)}"]
    for key, names in (("of", asked.of), ("by", asked.by)):
        entries += [f"{key}: [{', '.join(map(_scalar, names))}]"] if names else []
    entries += [f"answer: {_scalar(asked.answer)}"] if asked.answer else []
    return f"{{{', '.join(entries)}}}"


def _listed(names: Iterable[str]) -> list[str]:
    inside = textwrap.wrap(", ".join(map(_key, names)), _WIDTH - 8)
    if not inside:
        return ["    symbols: []"]
    first, *rest = inside
    rows = [f"      [{first}", *(f"       {line}" for line in rest)]
    rows[-1] += "]"
    return ["    symbols:", *rows]


def _section(name: str, lines: tuple[Line, ...], comment: str) -> list[str]:
    if not lines:
        return []
    rows = [f"      {_key(line.name)}: {_scalar(line.text)}" for line in lines]
    return [f"    {name}:".ljust(28) + f"# {comment}", *rows]


def _key(text: str) -> str:
    return text if _PLAIN.match(text) else _scalar(text)


def _scalar(text: str) -> str:
    """A text as YAML that means just this text."""
    return "'" + " ".join(text.replace("'", "''").split()) + "'"


#: What reading a line may raise.
FAULTS = (AnswerError, LimitError)
