"""The results of a class, arranged for one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.expr.names import latex_name
from grader.reports.groups import Group, for_a_person, part_ids, shared_answers
from grader.reports.histogram import Histogram, histogram
from grader.reports.view import (
    Document,
    gathered_notes,
    homework_title,
    identity_text,
    student_name,
)
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

#: Names shown beside a group; how many more there are is said.
NAMES = 12


@dataclass(frozen=True, slots=True)
class StudentRow:
    """One student; ``page`` is the address of the page, relative to index.html."""

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
class Stretch:
    """A part of a bar, in thousandths of its width."""

    tone: str
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class PartRow:
    """How the class did in one part; ``quantity`` is LaTeX."""

    part: str
    quantity: str
    question: str
    right: str
    counts: tuple[int, ...]
    bar: tuple[Stretch, ...]
    spoken: str


@dataclass(frozen=True, slots=True)
class Person:
    """A name and a page."""

    name: str
    page: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """One answer of several, or one that needs a person."""

    part: str
    quantity: str
    answer: str | None
    read_as: str
    verdict: VerdictWords
    reasons: tuple[str, ...]
    mistake: str
    people: tuple[Person, ...]
    more: int
    size: int


@dataclass(frozen=True, slots=True)
class ClassView:
    """All of index.html."""

    title: str
    course: str
    assignment: str
    possible: str
    facts: tuple[tuple[str, str], ...]
    histogram: Histogram | None
    students: tuple[StudentRow, ...]
    verdicts: tuple[VerdictWords, ...]
    parts: tuple[PartRow, ...]
    shared: tuple[GroupView, ...]
    shared_more: int
    review: tuple[GroupView, ...]
    review_more: int
    review_answers: str
    unread: tuple[tuple[str, str], ...]


def class_view(document: Document, pages: tuple[str, ...]) -> ClassView:
    """The class; ``pages`` are the addresses of the students' pages, in the document's order."""
    homework = document.get("homework") or {}
    quantities = {
        part["part"]: str(part.get("quantity") or "")
        for question in homework.get("questions") or ()
        for part in question["parts"]
    }
    review, shared = for_a_person(document), shared_answers(document)
    possible = fraction(document["possible"])
    scores = [fraction(submission["score"]) for submission in document["students"]]
    return ClassView(
        title=homework_title(document),
        course=one_line(str(homework.get("course") or "")),
        assignment=one_line(str(document.get("assignment", ""))),
        possible=number_text(possible),
        facts=_facts(document, scores, possible),
        histogram=histogram(scores, possible),
        students=_student_rows(document, pages, possible),
        verdicts=tuple(VERDICT_WORDS.values()),
        parts=tuple(_part_row(document, part, quantities) for part in part_ids(document)),
        shared=tuple(_group_view(group, pages, quantities) for group in shared[:ROWS]),
        shared_more=len(shared[ROWS:]),
        review=tuple(_group_view(group, pages, quantities) for group in review[:ROWS]),
        review_more=len(review[ROWS:]),
        review_answers=_review_answers(review),
        unread=tuple(
            (one_line(str(unread["file"])), str(unread["error"]))
            for unread in document.get("unread", ())
        ),
    )


def _facts(
    document: Document, scores: list[Fraction], possible: Fraction
) -> tuple[tuple[str, str], ...]:
    facts = [("Students", str(len(scores)))]
    if scores:
        mean = sum(scores, Fraction(0)) / len(scores)
        facts += [
            ("Mean", f"{number_text(mean)} of {number_text(possible)}"),
            ("Median", number_text(_median(scores))),
        ]
    waiting = sum(1 for submission in document["students"] if submission["pending"])
    facts.append(("Wait for a person", str(waiting)))
    unread = len(document.get("unread", ()))
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
    document: Document, pages: tuple[str, ...], possible: Fraction
) -> tuple[StudentRow, ...]:
    rows = [
        StudentRow(
            name=student_name(submission["student"]),
            identity=identity_text(submission["student"]),
            page=page,
            file=one_line(str(submission.get("file", ""))),
            score=number_text(submission["score"]),
            pending=number_text(submission["pending"]) if submission["pending"] else "",
            percent=percent_text(fraction(submission["score"]), possible),
            to_review=sum(1 for part in submission["parts"] if part["points"] is None),
            notes=gathered_notes(submission.get("notes", ())),
        )
        for submission, page in zip(document["students"], pages, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.identity, row.file)))


def _part_row(document: Document, part: str, quantities: Mapping[str, str]) -> PartRow:
    outcomes = [
        Outcome(result["verdict"])
        for submission in document["students"]
        for result in submission["parts"]
        if result["part"] == part
    ]
    counts = tuple(outcomes.count(outcome) for outcome in VERDICT_WORDS)
    spoken = ", ".join(
        f"{words.words.lower()}: {count}"
        for words, count in zip(VERDICT_WORDS.values(), counts, strict=True)
        if count
    )
    return PartRow(
        part=part,
        quantity=quantities.get(part, ""),
        question=part.partition(".")[0],
        right=percent_text(Fraction(counts[0]), Fraction(len(outcomes))),
        counts=counts,
        bar=_bar(counts),
        spoken=spoken,
    )


def _bar(counts: tuple[int, ...]) -> tuple[Stretch, ...]:
    """Stretches by tone; the three verdicts for a person are one."""
    total = sum(counts)
    if not total:
        return ()
    by_tone: dict[str, int] = {}
    for words, count in zip(VERDICT_WORDS.values(), counts, strict=True):
        by_tone[words.tone] = by_tone.get(words.tone, 0) + count
    stretches = []
    done = 0
    for tone, count in by_tone.items():
        start, end = 1000 * done // total, 1000 * (done + count) // total
        if count:
            stretches.append(Stretch(tone, start, end - start))
        done += count
    return tuple(stretches)


def _group_view(group: Group, pages: tuple[str, ...], quantities: Mapping[str, str]) -> GroupView:
    return GroupView(
        part=group.part,
        quantity=quantities.get(group.part, "") or latex_name(group.part.partition(".")[2]),
        answer=group.answer,
        read_as=group.read_as or "",
        verdict=VERDICT_WORDS[group.verdict],
        reasons=group.reasons,
        mistake=group.mistake or "",
        people=tuple(Person(member.name, pages[member.index]) for member in group.members[:NAMES]),
        more=len(group.members[NAMES:]),
        size=len(group.members),
    )


def _review_answers(review: tuple[Group, ...]) -> str:
    answers = sum(len(group.members) for group in review)
    students = {member.index for group in review for member in group.members}
    return (
        f"{plural(len(review), 'different answer')} to decide, "
        f"for {plural(answers, 'part')} of {plural(len(students), 'student')}"
    )
