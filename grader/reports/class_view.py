"""The results of a class, arranged for one page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.expr.names import latex_name
from grader.limits import CLASS_ROWS
from grader.reports.groups import Group
from grader.reports.people import gathered_notes, identity_text, student_name
from grader.reports.pictures import Picture, histogram, success
from grader.reports.survey import PartCounts, Sat, Survey, survey
from grader.reports.view import Document, homework_title
from grader.reports.visible import one_line
from grader.reports.words import (
    VERDICT_WORDS,
    VerdictWords,
    fraction,
    number_text,
    percent_text,
    plural,
)
from grader.results import Outcome

#: Rows of a list on the class page; how many more there are is said below it.
ROWS = 40

#: Different answers to one part that are shown; how many more there are is said.
ANSWERS = 20

#: Mistakes named for a part; the rest stand with its answers.
MISTAKES = 2

#: Names shown beside a group; how many more there are is said.
NAMES = 12


@dataclass(frozen=True, slots=True)
class StudentRow:
    """One student; ``page`` is the address of the page, relative to index.html, empty where
    there is none."""

    name: str
    identity: str
    page: str
    file: str
    score: str
    pending: str
    percent: str
    to_review: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A name and a page."""

    name: str
    page: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """All answers to a part that mean the same: one of them, and who gave it.

    ``notations`` counts the ways in which it was written, ``said`` is what its
    students are told, ``decision`` what a person decided for all or some of them.
    """

    part: str
    quantity: str
    answer: str | None
    notations: int
    read_as: str
    verdict: VerdictWords
    reasons: tuple[str, ...]
    mistake: str
    said: str
    decision: str
    people: tuple[Person, ...]
    more: int
    size: int


@dataclass(frozen=True, slots=True)
class PartRow:
    """How the class did in one part; ``quantity`` is LaTeX, ``tones`` counts by tone."""

    part: str
    quantity: str
    question: str
    right: str
    counts: tuple[int, ...]
    tones: Mapping[str, int]
    common: str
    answers: tuple[GroupView, ...]
    more: int
    more_students: int


@dataclass(frozen=True, slots=True)
class UnreadView:
    """A file with everything that is wrong with it; ``name`` is whose it is, if known."""

    file: str
    name: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassView:
    """All of index.html."""

    title: str
    course: str
    assignment: str
    possible: str
    facts: tuple[tuple[str, str], ...]
    scores: Picture | None
    success: Picture | None
    students: tuple[StudentRow, ...]
    students_more: int
    verdicts: tuple[VerdictWords, ...]
    parts: tuple[PartRow, ...]
    review: tuple[GroupView, ...]
    review_more: int
    review_answers: str
    decided: tuple[GroupView, ...]
    decided_more: int
    unread: tuple[UnreadView, ...]


def class_view(
    document: Document, pages: tuple[str, ...], found: Survey | None = None
) -> ClassView:
    """The class; ``pages`` are the addresses of the students' pages, in the document's order,
    ``found`` what a walk through it has found, where that was made already."""
    homework = document.get("homework") or {}
    quantities = {
        part["part"]: str(part.get("quantity") or "")
        for question in homework.get("questions") or ()
        for part in question["parts"]
    }
    found = survey(document) if found is None else found
    review = tuple(group for group in found.review if group.is_open)
    decided = tuple(group for group in found.review if not group.is_open)
    verdicts = {verdict for part in found.parts.values() for verdict in part.verdicts}
    # A column for each verdict that there is; right and not right always.
    shown = tuple(
        outcome
        for outcome in VERDICT_WORDS
        if outcome in verdicts or outcome in (Outcome.EQUIVALENT, Outcome.DIFFERENT)
    )

    def view(group: Group) -> GroupView:
        return _group_view(group, pages, quantities)

    possible = fraction(document["possible"])
    scores = [fraction(student.score) for student in found.students]
    rows = _student_rows(found.students, pages, possible)
    parts = tuple(
        _part_row(part, counts, quantities, found.answers[part], view=view, shown=shown)
        for part, counts in found.parts.items()
    )
    return ClassView(
        title=homework_title(document),
        course=one_line(str(homework.get("course") or "")),
        assignment=one_line(str(document.get("assignment", ""))),
        possible=number_text(possible),
        facts=_facts(document, found.students, scores, possible),
        scores=histogram(scores, possible),
        success=success([(row.part, row.tones) for row in parts]),
        students=rows[:CLASS_ROWS],
        students_more=len(rows[CLASS_ROWS:]),
        verdicts=tuple(VERDICT_WORDS[outcome] for outcome in shown),
        parts=parts,
        review=tuple(map(view, review[:ROWS])),
        review_more=len(review[ROWS:]),
        review_answers=_review_answers(review),
        decided=tuple(map(view, decided[:ROWS])),
        decided_more=len(decided[ROWS:]),
        unread=_unread(document),
    )


def _unread(document: Document) -> tuple[UnreadView, ...]:
    found: dict[tuple[str, str], list[str]] = {}
    for unread in document.get("unread", ()):
        student = unread.get("student")
        key = (one_line(str(unread["file"])), student_name(student) if student else "")
        found.setdefault(key, []).append(str(unread["error"]))
    return tuple(UnreadView(file, name, tuple(errors)) for (file, name), errors in found.items())


def _facts(
    document: Document, students: Sequence[Sat], scores: list[Fraction], possible: Fraction
) -> tuple[tuple[str, str], ...]:
    facts = [("Students", str(len(scores)))]
    if scores:
        mean = sum(scores, Fraction(0)) / len(scores)
        facts += [
            ("Mean", f"{number_text(mean)} of {number_text(possible)}"),
            ("Median", number_text(_median(scores))),
        ]
    facts.append(("Wait for a person", str(sum(1 for student in students if student.pending))))
    unread = len(_unread(document))
    if unread:
        facts.append(("Not read", plural(unread, "file")))
    return tuple(facts)


def _median(scores: list[Fraction]) -> Fraction:
    ordered = sorted(scores)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def _student_rows(
    students: Sequence[Sat], pages: tuple[str, ...], possible: Fraction
) -> tuple[StudentRow, ...]:
    rows = [
        StudentRow(
            name=student_name(sat.student),
            identity=identity_text(sat.student),
            page=page,
            file=one_line(sat.file),
            score=number_text(sat.score),
            pending=number_text(sat.pending) if sat.pending else "",
            percent=percent_text(fraction(sat.score), possible),
            to_review=sat.to_review,
            notes=gathered_notes(sat.notes),
        )
        for sat, page in zip(students, pages, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.identity, row.file)))


def _part_row(
    part: str,
    found: PartCounts,
    quantities: Mapping[str, str],
    answers: tuple[Group, ...],
    *,
    view: Callable[[Group], GroupView],
    shown: tuple[Outcome, ...],
) -> PartRow:
    written = [group for group in answers if group.verdict is not Outcome.MISSING]
    counts = tuple(found.verdicts[outcome] for outcome in VERDICT_WORDS)
    return PartRow(
        part=part,
        quantity=quantities.get(part, ""),
        question=part.partition(".")[0],
        right=percent_text(Fraction(counts[0]), Fraction(sum(counts))),
        counts=tuple(found.verdicts[outcome] for outcome in shown),
        tones=_tones(counts),
        common=_common(found.mistakes),
        answers=tuple(map(view, written[:ANSWERS])),
        more=len(written[ANSWERS:]),
        more_students=sum(len(group.members) for group in written[ANSWERS:]),
    )


def _common(found: Counter[str]) -> str:
    """The mistakes that were made most, with how often."""
    usual = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{mistake_words(name)} ({count})" for name, count in usual[:MISTAKES])


def mistake_words(name: str) -> str:
    """``missing factor`` for ``missing_factor``; of two mistakes both.

    >>> mistake_words("missing_factor+sign")
    'missing factor and sign'
    """
    return name.replace("_", " ").replace("+", " and ")


def _tones(counts: tuple[int, ...]) -> dict[str, int]:
    """Counts by tone; the three verdicts for a person are one."""
    by_tone: dict[str, int] = {}
    for words, count in zip(VERDICT_WORDS.values(), counts, strict=True):
        by_tone[words.tone] = by_tone.get(words.tone, 0) + count
    return by_tone


def _group_view(group: Group, pages: tuple[str, ...], quantities: Mapping[str, str]) -> GroupView:
    return GroupView(
        part=group.part,
        quantity=quantities.get(group.part, "") or latex_name(group.part.partition(".")[2]),
        answer=group.answer,
        notations=len(group.others) + (group.answer is not None),
        read_as=group.read_as or "",
        verdict=VERDICT_WORDS[group.verdict],
        reasons=group.reasons,
        mistake=mistake_words(group.mistake or ""),
        said=group.said if group.verdict is Outcome.DIFFERENT else "",
        decision=_decided(group),
        people=tuple(Person(member.name, pages[member.index]) for member in group.members[:NAMES]),
        more=len(group.members[NAMES:]),
        size=len(group.members),
    )


def _decided(group: Group) -> str:
    """What a person decided about a group, and about some of its members."""
    told = [] if group.decision is None else [_decision_words(group.decision, group.possible)]
    told += [
        f"{member.name}: {_decision_words(member.decision, group.possible)}"
        for member in group.members
        if member.decision is not None
    ]
    return "; ".join(told)


def _decision_words(decision: Mapping[str, Any], possible: float) -> str:
    points = decision.get("points")
    words = "" if points is None else f"{number_text(points)} of {number_text(possible)}"
    if decision.get("comment"):
        words += f", “{decision['comment']}”" if words else f"“{decision['comment']}”"
    signed = [str(decision[key]) for key in ("by", "date") if decision.get(key)]
    return f"{words} ({', '.join(signed)})" if signed else words


def _review_answers(review: tuple[Group, ...]) -> str:
    answers = sum(len(group.members) for group in review)
    students = {member.index for group in review for member in group.members}
    return (
        f"{plural(len(review), 'different answer')} to decide, "
        f"for {plural(answers, 'part')} of {plural(len(students), 'student')}"
    )
