"""What ``bench/fuzz.py`` attacks: each reader of the program, with what must hold for it.

A target takes one input and returns a word or two about what came of it (by which
inputs that behave in a new way are recognised); it raises :class:`Broken` where a
property does not hold.  Any other exception than those that a reader's docstring
names comes through, and is a finding too.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench import fuzz_inputs as inputs
from grader.canvas.entries import read_hypertext_answers
from grader.canvas.found import find_files
from grader.canvas.hypertext import read_hypertext
from grader.documents import read_document
from grader.errors import AnswerError, FileError, LimitError
from grader.expr.dimensions import parse_dimensions
from grader.expr.latex import to_latex, to_outline
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_answer, parse_expression
from grader.expr.reading import Reading
from grader.expr.tree import Dimensions, Node, symbols
from grader.homework import Homework, load_rubric
from grader.judge import judge
from grader.questions.definitions import make_scope
from grader.questions.part import Part
from grader.read.answers import read_answers
from grader.read.gradebook import read_gradebook
from grader.read.review import read_review
from grader.read.rubric_read import read_rubric
from grader.reports.markup import html_written, markdown_text, plain_line
from grader.reports.mathml import mathml

#: All that ``to_latex`` may print: nothing in it defines, includes, writes or repeats.
LATEX_COMMANDS = frozenset(
    "sum prod frac sqrt left right cdot times partial operatorname mathrm text begin end land lor lnot geq leq "
    "neq pi max min exp sin cos tan sec csc cot arcsin arccos arctan sinh cosh tanh coth log ln "
    "hat widehat bar overline tilde widetilde dot ddot check breve ell "
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()
)
#: Environments, and words inside ``\text`` and ``\operatorname``.
LATEX_ENVIRONMENTS = frozenset({"cases"})
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
#: Single characters that may follow a backslash: a line of cases.
_LATEX_MARKS = frozenset("\\")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 +\-*=<>()\[\]{}|,.:^_&'\\]")


class Broken(Exception):
    """A property that does not hold; ``name`` says which."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name}: {detail}")
        self.name = name


@dataclass(frozen=True)
class Target:
    """A reader under attack.

    ``corpus``: inputs to start from.  ``vary``: a new input from one of them.  ``run``:
    reads it.  ``bound``: seconds that one input may take, some twenty times what the
    slowest sound one needs.  ``share``: of the time of a run.
    """

    name: str
    corpus: Callable[[], tuple[str | bytes, ...]]
    vary: Callable[[str | bytes, tuple[str | bytes, ...], random.Random], str | bytes]
    run: Callable[[str | bytes], str]
    bound: float
    share: float


# --- Expressions and sizes ---------------------------------------------------------------


@cache
def homework() -> Homework:
    """The rubric that inputs are read under."""
    return load_rubric(inputs.ROOT / "rubrics" / "activity6.yaml")


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """No rubric, and each question of one."""
    return (FREE, *(parts[0].statement.vocabulary for parts in homework().by_question.values()))


def stray_latex(latex: str) -> str | None:
    """The first piece of a printed formula that is not mathematics alone, or None."""
    if not latex.strip():
        return "an empty text"
    if "^^" in latex:
        return "^^, by which TeX writes any character"
    for match in _COMMAND.finditer(latex):
        if match[1] not in LATEX_COMMANDS and match[1] not in _LATEX_MARKS:
            return f"the command \\{match[1]}"
    odd = _NOT_PLAIN.search(latex)
    if odd is not None:
        return f"the character {odd[0]!r}"
    found = set(re.findall(r"\\(?:begin|end)\{([^}]*)\}", latex)) - LATEX_ENVIRONMENTS
    return f"the environment {min(found)}" if found else None


def _check_fault(error: AnswerError, text: str) -> str:
    """A fault must point into the text, and say itself."""
    if error.text != text:
        raise Broken("fault text", "the error quotes another text than was read")
    # An empty text has no place to point to.
    if text and not 0 <= error.span.start <= error.span.end <= len(text):
        raise Broken("fault span", f"{error.span} in {len(text)} characters")
    if not str(error).strip() or error.message.endswith("."):
        raise Broken("fault message", repr(error.message))
    return re.sub(r"`[^`]*`|[0-9]+", "…", error.message)


def _check_printing(tree: Node | Dimensions, vocabulary: Vocabulary) -> None:
    """What is printed is mathematics, and reads back as the tree."""
    latex = to_latex(tree)
    stray = stray_latex(latex)
    if stray is not None:
        raise Broken("printed LaTeX", f"{stray} in {latex[:200]}")
    to_outline(tree)
    sides = (tree.rows, tree.columns) if isinstance(tree, Dimensions) else (tree,)
    unknown = frozenset().union(*map(symbols, sides)) - vocabulary.names
    if unknown and not vocabulary.free:
        vocabulary = vocabulary.with_names(unknown)
    try:
        if isinstance(tree, Dimensions):
            again: Node | Dimensions = parse_dimensions(latex, vocabulary).tree
        else:
            again = parse_expression(latex, vocabulary)
    except LimitError:
        return  # printing spells out what a person may shorten
    except AnswerError as error:
        raise Broken("printed LaTeX is refused", f"{error.message}: {latex[:300]}") from None
    if again != tree:
        raise Broken("printed LaTeX reads otherwise", f"{latex[:300]} -> {to_latex(again)[:300]}")


def _shape(tree: Node | Dimensions) -> str:
    """What kind of reading it is, roughly."""
    match tree:
        case Dimensions():
            return f"size {type(tree.rows).__name__} {type(tree.columns).__name__}"
        case _:
            from grader.expr.tree import children

            below = sorted({type(child).__name__ for child in children(tree)})
            return f"{type(tree).__name__} of {' '.join(below)}"


def _read(text: str, read: Callable[[str, Vocabulary], Reading], vocabulary: Vocabulary) -> str:
    try:
        reading = read(text, vocabulary)
    except AnswerError as error:
        return _check_fault(error, text)
    except LimitError as error:
        return f"limit {error.limit}"
    _check_printing(reading.tree, vocabulary)
    for definition in reading.definitions:
        _check_printing(definition.tree, vocabulary)
    notes = "".join(sorted({note.kind[0] for note in reading.notes}))
    return f"{_shape(reading.tree)} {len(reading.links) > 1} {bool(reading.definitions)} {notes}"


def run_expression(text: str | bytes) -> str:
    """Read as an answer; the vocabulary depends on the text alone."""
    assert isinstance(text, str)
    known = vocabularies()
    return _read(text, parse_answer, known[sum(map(ord, text[:40])) % len(known)])


def run_size(text: str | bytes) -> str:
    """Read as a size."""
    assert isinstance(text, str)
    return _read(text, parse_dimensions, vocabularies()[-1])


def vary_expression(
    given: str | bytes, others: tuple[str | bytes, ...], stream: random.Random
) -> str:
    """A text out of nothing, one in eight; else one that is changed."""
    assert isinstance(given, str)
    if stream.random() < 0.125:
        given = inputs.expression(stream, stream.choice((2, 3, 3, 4, 5)))
        if stream.random() < 0.5:
            return given[: inputs.LONG]
    texts = [other for other in stream.choices(others, k=2) if isinstance(other, str)]
    return inputs.mutated(given, texts, inputs.WORDS, stream)


# --- Verdicts ------------------------------------------------------------------------------


@cache
def _parts() -> tuple[Part, ...]:
    return homework().parts


def run_verdict(text: str | bytes) -> str:
    """An answer judged, diagnosed and written on pages: what must not take long."""
    assert isinstance(text, str)
    parts = _parts()
    part = parts[sum(map(ord, text[:40])) % len(parts)]
    result = judge(homework(), part, text, make_scope(part.statement, (), (), part.question))
    if not result.feedback and result.verdict.outcome.value != "equivalent":
        raise Broken("silent verdict", result.verdict.outcome.value)
    page = str(html_written(text))
    if "<" in re.sub(r"</?(?:bdi|span|code|mark|abbr)\b[^<>]*>", "", page):
        raise Broken("markup on a page", page[:200])
    for shown in (text, *result.feedback, *result.notes):
        markdown_text(shown)
        if any(not c.isprintable() for c in plain_line(shown).replace("\n", "")):
            raise Broken("unprintable on a page", repr(shown[:200]))
    if result.read_as is not None:
        stray = stray_latex(result.read_as)
        if stray is not None:
            raise Broken("printed LaTeX", stray)
        mathml(result.read_as)
    return f"{part.kind} {result.verdict.outcome.value} {result.verdict.method} {result.mistake}"


# --- Files -----------------------------------------------------------------------------------


def _bytes_of(data: str | bytes) -> bytes:
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data


def _said(error: FileError) -> str:
    """Every fault of a file must say where and what."""
    if not error.faults or not all(
        fault.message and fault.place.line > 0 for fault in error.faults
    ):
        raise Broken("empty fault", repr(error.faults))
    return re.sub(r"`[^`]*`|[0-9]+", "…", error.faults[0].message)[:80]


def run_answers(data: str | bytes) -> str:
    """Bytes as an answers file."""
    try:
        answers = read_answers(_bytes_of(data), "x.yaml")
    except FileError as error:
        return _said(error)
    return f"{len(answers.blocks)} {bool(answers.faults)} {bool(answers.notes)} {bool(answers.definitions)}"


_DOCUMENTS = ("a.tex", "a.md", "a.ipynb", "a.txt", "a.html")


def run_document(data: str | bytes) -> str:
    """Bytes as a document of some format."""
    raw = _bytes_of(data)
    name = _DOCUMENTS[sum(raw[:40]) % len(_DOCUMENTS)]
    try:
        if name.endswith("html"):
            read_hypertext(raw.decode("latin-1"))
            answers = read_hypertext_answers(homework(), raw, name)
        else:
            answers = read_document(homework(), raw, name)
    except FileError as error:
        return f"{name} {_said(error)}"
    return f"{name} {len(answers.blocks)} {bool(answers.faults)}"


def run_review(data: str | bytes) -> str:
    """Bytes as a review file."""
    try:
        review = read_review(_bytes_of(data))
    except FileError as error:
        return _said(error)
    return f"{min(len(review.entries), 5)} {review.is_decided}"


def run_rubric(data: str | bytes) -> str:
    """Bytes as a rubric, as far as it is read before anything is derived."""
    text = _bytes_of(data).decode("utf-8", "replace")
    try:
        rubric = read_rubric(text, "x.yaml")
    except FileError as error:
        return _said(error)
    return f"{min(len(rubric.questions), 5)}"


def run_gradebook(data: str | bytes) -> str:
    """Bytes as Canvas's gradebook."""
    try:
        book = read_gradebook(_bytes_of(data), "x.csv")
    except FileError as error:
        return _said(error)
    return f"{len(book.header.cells)} {min(len(book.students), 5)}"


@cache
def _scratch() -> Path:
    # In memory where the system has such a place: a run writes some hundred thousand archives.
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of its own in it
    return Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if memory.is_dir() else None))


def run_archive(data: str | bytes) -> str:
    """Bytes as an archive of submissions: every name accounted for, none a way out."""
    path = _scratch() / "x.zip"
    path.write_bytes(_bytes_of(data))
    found, unread = find_files([path])
    for label in (*(file.label for file in found), *(row.file for row in unread)):
        if not label.isprintable():
            raise Broken("unprintable label", repr(label))
    return f"{min(len(found), 5)} {' '.join(sorted({re.sub(r'[^ a-z]', '', row.error)[-40:] for row in unread}))}"


def vary_file(given: str | bytes, others: tuple[str | bytes, ...], stream: random.Random) -> bytes:
    """A file after a few changes."""
    texts = [_bytes_of(other) for other in stream.choices(others, k=2)]
    return inputs.mutated_file(_bytes_of(given), texts, stream)


def vary_archive(
    given: str | bytes, others: tuple[str | bytes, ...], stream: random.Random
) -> bytes:
    """An archive made anew, or with bytes changed."""
    return inputs.mutated_archive(_bytes_of(given), stream)


TARGETS: tuple[Target, ...] = (
    Target("expression", inputs.expressions, vary_expression, run_expression, 0.5, 0.50),
    Target("size", inputs.expressions, vary_expression, run_size, 0.5, 0.05),
    Target("verdict", inputs.expressions, vary_expression, run_verdict, 2.0, 0.15),
    Target("answers", inputs.answers_files, vary_file, run_answers, 1.0, 0.08),
    Target("document", inputs.documents, vary_file, run_document, 1.0, 0.10),
    Target("review", inputs.answers_files, vary_file, run_review, 1.0, 0.04),
    Target("rubric", inputs.rubrics, vary_file, run_rubric, 1.0, 0.03),
    Target("gradebook", inputs.gradebooks, vary_file, run_gradebook, 1.0, 0.02),
    Target("archive", inputs.archives, vary_archive, run_archive, 1.0, 0.03),
)
