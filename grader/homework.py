"""A rubric made ready for grading: its parts with derived references."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import Fault, FileError, RubricError
from grader.expr.tree import Partial, Symbol
from grader.questions import QUESTIONS
from grader.questions.part import Kind, Part
from grader.read.located import Located
from grader.read.moment import moment_text
from grader.read.rubric import KIND_KEYS, QuestionFile, RubricFile
from grader.read.suggest import LOOSELY, did_you_mean, near
from grader.results import HomeworkStatement, Later, PartStatement, QuestionStatement
from grader.source import Place, line_and_column

if TYPE_CHECKING:
    from grader.mistakes.diagnose import Diagnoser


@dataclass(frozen=True)
class Homework:
    """A rubric and what was derived from it."""

    file: RubricFile
    statement: HomeworkStatement
    parts: tuple[Part, ...]

    @cached_property
    def diagnoser(self) -> Diagnoser:
        """What finds the mistakes in wrong answers."""
        from grader.mistakes.diagnose import Diagnoser

        parts = tuple(part.in_numbers or part for part in self.parts)
        return Diagnoser(parts, self.file.digest)

    @cached_property
    def by_question(self) -> Mapping[str, tuple[Part, ...]]:
        """The parts of each question, in the rubric's order."""
        return {
            question.id: tuple(part for part in self.parts if part.question == question.id)
            for question in self.file.questions
        }

    def at(self, now: datetime) -> Homework:
        """The homework at a moment: past its date, pages show what the rubric then allows."""
        file = self.file.at(now)
        return replace(self, file=file, statement=_statement(file, self.parts))

    def part(self, full_id: str) -> Part | None:
        """The part with this id (``q1.phi_0``)."""
        return next((part for part in self.parts if part.id == full_id), None)


def load_rubric(path: str | Path) -> Homework:
    """Read a rubric and derive its reference answers.

    ``path`` is a file, or the name of a rubric that ships with the grader.  What was
    derived is kept (see :mod:`grader.cache`), and taken from there the next time.
    Raises RubricError with every fault of the rubric.
    """
    from grader.compiled import keep_compiled, load_compiled
    from grader.read.bundled import find_rubric
    from grader.read.decode import read_bytes

    found = find_rubric(str(path))
    try:
        kept = load_compiled(str(found), read_bytes(found, str(found)))
    except FileError:
        kept = None  # said below, as a fault of the rubric
    if kept is not None:
        return Homework(*kept)
    # A rubric that is kept does without what reads it.
    from grader.read.rubric_read import load_rubric_file

    homework = _with_all_faults(lambda: load_rubric_file(found))
    keep_compiled((homework.file, homework.statement, homework.parts))
    return homework


def parse_rubric(text: str, file: str = "rubric.yaml") -> Homework:
    """The same from a text.  Raises RubricError."""
    from grader.read.rubric_read import read_rubric

    return _with_all_faults(lambda: read_rubric(text, file))


def _with_all_faults(read: Callable[[], RubricFile]) -> Homework:
    """Read and build; faults of shape and faults of mathematics are told together."""
    try:
        file = read()
    except RubricError as error:
        if not isinstance(error.sound, RubricFile):
            raise
        try:
            build_homework(error.sound)
        except RubricError as more:
            raise RubricError({*error.faults, *more.faults}) from None
        raise
    return build_homework(file)


def build_homework(file: RubricFile) -> Homework:
    """Derive the references of every question.  Raises RubricError with all faults."""
    faults: list[Fault] = []
    parts: list[Part] = []
    for question in file.questions:
        kind = QUESTIONS.get(question.kind.text)
        if kind is None:
            faults.append(
                file.fault(
                    question.kind.place,
                    f"`{question.kind.text}` is not a kind of question",
                    did_you_mean(question.kind.text, QUESTIONS,
                                 otherwise="there are " + ", ".join(sorted(QUESTIONS))),
                    question.kind.path,
                    len(question.kind.text),
                )
            )  # fmt: skip
            continue
        faults.extend(_unused_keys(question, kind, file))
        try:
            parts.extend(kind.build(question, file))
        except RubricError as error:
            faults.extend(error.faults)
    faults.extend(_unknown_mistakes(file))
    if faults:
        raise RubricError(faults)
    made = tuple(parts)
    return Homework(file, _statement(file, made), made)


def _unused_keys(question: QuestionFile, kind: Kind, file: RubricFile) -> Iterator[Fault]:
    """Keys that say nothing in a question of this kind would be passed over in silence."""
    for part in question.parts:
        for key in part.given:
            if key.text not in kind.keys:
                known = ", ".join(f"`{name}`" for name in KIND_KEYS if name in kind.keys)
                yield file.fault(
                    key.place,
                    f"`{key.text}` says nothing in a question of kind `{kind.name}`",
                    f"there may be {known}" if known else None,
                    key.path,
                    len(key.text),
                )
    sections = [(question.layers[0].name, "layers")] if question.layers else []
    sections += [(question.step.of, "step")] if question.step else []
    sections += [(question.indices[0][0], "indices")] if question.indices else []
    for where, name in sections:
        if name not in kind.sections:
            yield file.fault(
                where.place,
                f"`{name}` says nothing in a question of kind `{kind.name}`",
                None,
                where.path,
                len(where.text),
            )


def _unknown_mistakes(file: RubricFile) -> Iterator[Fault]:
    """Credits for mistakes that the table does not have would never be given."""
    if not file.policy.partial_credit:
        return
    from grader.mistakes.diagnose import FOLLOW_THROUGH
    from grader.mistakes.table import MISTAKES, WITHOUT_ROW

    known = {mistake.name for mistake in MISTAKES} | WITHOUT_ROW | {FOLLOW_THROUGH, "times", "plus"}
    known.update(*(kind.mistakes for kind in QUESTIONS.values()))
    for name in sorted(file.policy.partial_credit.keys() - known):
        where = credit_place(file, name)
        yield file.fault(
            where.place,
            f"`{name}` is no known mistake",
            did_you_mean(name, known),
            where.path,
            len(name),
        )


def credit_place(file: RubricFile, mistake: str) -> Located:
    """Where a rubric gives credit for a mistake."""
    # The policy keeps no places; its keys are plain words.
    found = re.search(rf"(?<![\w.-]){re.escape(mistake)}(?=\s*:)", file.text)
    line, column = line_and_column(file.text, found.start() if found else 0)
    return Located(mistake, Place(file.file, line, column), f"$.policy.partial_credit.{mistake}")


def _statement(file: RubricFile, parts: tuple[Part, ...]) -> HomeworkStatement:
    return HomeworkStatement(
        assignment=file.id,
        title=file.title,
        course=file.course,
        questions=tuple(
            _question(question, [part for part in parts if part.question == question.id])
            for question in file.questions
        ),
        reveal=file.reveal,
        later=_later(file),
        canvas_assignment_id=file.canvas.assignment_id,
        canvas_assignment_title=file.canvas.assignment_title,
    )


def _later(file: RubricFile) -> Later | None:
    disclosure = file.disclosure
    if disclosure.after is None or file.reveal == disclosure.show:
        return None
    return Later(disclosure.show, moment_text(disclosure.after))


def _question(question: QuestionFile, parts: list[Part]) -> QuestionStatement:
    return QuestionStatement(
        question=question.id,
        title=question.title,
        prompt=question.prompt,
        parts=tuple(
            PartStatement(
                part=part.id,
                quantity=part.latex(part.quantity),
                reference=part.latex(part.answer),
                possible=part.points,
                prompt=part.prompt,
                bonus=part.bonus,
            )
            for part in parts
        ),
    )


def resolve_part(
    homework: Homework, question: str | None, key: str, *, by_meaning: bool = True
) -> Part | None:
    """The part that a key of an answers file names: by its id within the question, by
    its full id, or (``by_meaning``) by the quantity itself."""
    candidates = [part for part in homework.parts if question in (None, part.question)]
    for part in candidates:
        if key == part.id or key == part.id.partition(".")[2]:
            return part
    if not by_meaning or any(part.id.partition(".")[2] == key for part in homework.parts):
        return None
    found: list[Part] = []
    known: dict[int, Partial | Symbol | None] = {}
    found += (part for part in candidates if part.is_named_by(key, known))
    return found[0] if len(found) == 1 else None


def near_part(homework: Homework, question: str | None, key: str) -> str | None:
    """The full id of the part that a key was probably meant to name."""
    ids = [part.id for part in homework.parts]
    written = key if question is None or "." in key else f"{question}.{key}"
    return near(written, ids, LOOSELY)
