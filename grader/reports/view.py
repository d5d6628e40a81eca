"""The results of one student, arranged for reading.

Templates get these frozen values and put no question to the document, so that
what a student may see is decided here, in one place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from grader.expr.names import latex_name
from grader.limits import RESULTS_READ, SECTION_BYTES
from grader.reports.people import gathered_notes, identity_text, student_name
from grader.reports.store import Store
from grader.reports.visible import one_line
from grader.reports.words import (
    VERDICT_WORDS,
    ValueWords,
    VerdictWords,
    fraction,
    is_mere_number,
    method_text,
    number_text,
    plural,
    total,
    value_words,
)
from grader.results import FOR_A_PERSON, Outcome

Document = Mapping[str, Any]

#: Lines under "what to look at first": as many as a person takes in at once.
FIRST_THINGS = 3


@dataclass(frozen=True, slots=True)
class WitnessView:
    """A point where the answer is certainly wrong.

    ``at``: (LaTeX of a name, its value).  ``reference`` is None where the value
    would give away a reference that the student may not see.
    """

    at: tuple[tuple[str, str], ...]
    answer: ValueWords
    reference: ValueWords | None


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What a person decided: ``points`` is empty where only a comment was written."""

    points: str
    comment: str
    date: str


@dataclass(frozen=True, slots=True)
class PartView:
    """One part: what was asked, written, understood and decided.

    ``quantity``, ``read_as`` and ``reference`` are LaTeX, empty where there is
    none (``reference``: where it may not be shown).  ``answer`` is None where
    nothing was written, ``marked`` the half-open range of it that a message
    speaks of.  ``sentences`` help; ``notes`` say how it was read.  ``mistake`` is its
    name in the table, empty where none is certain.  ``key`` stands for all of it: equal
    keys, equal views; it is empty where no one has made a key.
    """

    part: str
    name: str
    quantity: str
    prompt: str
    answer: str | None
    marked: tuple[int, int] | None
    read_as: str
    outcome: Outcome
    verdict: VerdictWords
    points: str
    possible: str
    lost: Fraction
    pending: bool
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    method: str
    witness: WitnessView | None
    reference: str
    decision: DecisionView | None
    mistake: str
    key: bytes = b""


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question and its parts; ``score`` says what they came to."""

    question: str
    title: str
    prompt: str
    score: str
    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True)
class FirstThing:
    """Something worth looking at first: a few parts and what to do about them."""

    parts: tuple[PartView, ...]
    more: int
    what: str


@dataclass(frozen=True, slots=True)
class StudentView:
    """A whole submission; ``shares`` are score, pending and lost as parts of 1000.

    ``later`` says from when on references are shown, empty where no date is to come.
    """

    assignment: str
    title: str
    course: str
    name: str
    identity: str
    file: str
    score: str
    pending: str
    possible: str
    summary: str
    shares: tuple[int, int, int]
    counts: tuple[tuple[VerdictWords, int], ...]
    first: tuple[FirstThing, ...]
    questions: tuple[QuestionView, ...]
    notes: tuple[str, ...]
    later: str


def homework_title(document: Document) -> str:
    """The title of the homework, or what stands for it."""
    homework = document.get("homework") or {}
    return one_line(str(homework.get("title") or document.get("assignment") or "Homework"))


def student_view(
    document: Document, submission: Mapping[str, Any], views: PartViews | None = None
) -> StudentView:
    """One element of the document's ``students``, for a page.

    Of the document its head is enough, without ``students``.  ``views`` are those of
    students before this one: equal results of a part are then arranged once.
    """
    homework = document.get("homework") or {}
    results = {result["part"]: result for result in submission["parts"]}
    arranged = _Arranged(homework, views)
    questions = tuple(
        _question_view(question, results, arranged) for question in _questions(homework, results)
    )
    parts = [part for question in questions for part in question.parts]
    score, pending = fraction(submission["score"]), fraction(submission["pending"])
    possible = fraction(submission["possible"])
    return StudentView(
        assignment=one_line(str(document.get("assignment", ""))),
        title=homework_title(document),
        course=one_line(str(homework.get("course") or "")),
        name=student_name(submission["student"]),
        identity=identity_text(submission["student"]),
        file=one_line(str(submission.get("file", ""))),
        score=number_text(score),
        pending=number_text(pending),
        possible=number_text(possible),
        summary=_summary(score, pending, possible),
        shares=_shares(score, pending, possible),
        counts=_counts(parts),
        first=_first_things(parts),
        questions=questions,
        notes=gathered_notes(submission.get("notes", ())),
        later=_later(homework.get("later")),
    )


def _later(later: Mapping[str, str] | None) -> str:
    """When more of the references may be shown than now."""
    if not later or later.get("reveal") not in _LATER_WORDS:
        return ""
    return f"{_LATER_WORDS[later['reveal']]} before {one_line(str(later['after']))}."


#: What a date to come brings; one that hides references is nothing to announce.
_LATER_WORDS: Mapping[str, str] = MappingProxyType({
    "wrong": "The right answers to what was wrong are not shown",
    "all": "The right answers to all parts are not shown",
})  # fmt: skip


def _questions(
    homework: Mapping[str, Any], results: Mapping[str, Any]
) -> Iterable[Mapping[str, Any]]:
    """The homework's questions; parts that it does not list follow under their own."""
    listed = list(homework.get("questions") or ())
    yield from listed
    known = {part["part"] for question in listed for part in question["parts"]}
    others: dict[str, list[dict[str, str]]] = {}
    for part in results:
        if part not in known:
            others.setdefault(part.partition(".")[0], []).append({"part": part})
    for question, parts in others.items():
        yield {"question": question, "title": f"Question {question}", "parts": parts}


def _question_view(
    question: Mapping[str, Any], results: Mapping[str, Any], arranged: _Arranged
) -> QuestionView:
    statements = [part for part in question["parts"] if part["part"] in results]
    parts = tuple(arranged.part(part, results[part["part"]]) for part in statements)
    rows = [results[part["part"]] for part in statements]
    score = total(row["points"] for row in rows if row["points"] is not None)
    waiting = total(row["possible"] for row in rows if row["points"] is None)
    possible = total(row["possible"] for row in rows)
    return QuestionView(
        question=str(question["question"]),
        title=one_line(str(question.get("title") or f"Question {question['question']}")),
        prompt=str(question.get("prompt") or ""),
        score=_summary(score, waiting, possible),
        parts=parts,
    )


class _Arranged:
    """The parts of one homework, those of ``views`` taken from there."""

    def __init__(self, homework: Mapping[str, Any], views: PartViews | None) -> None:
        self._reveal = str(homework.get("reveal", "never"))
        self._views = views
        self._ground = b"" if views is None else views.key(homework)

    def part(self, statement: Mapping[str, Any], result: Mapping[str, Any]) -> PartView:
        if self._views is None:
            return _part_view(statement, result, self._reveal)
        # What a view is made from: the homework and the result, whole.
        key = self._views.key(result, self._ground)
        return self._views.get(
            key, lambda: replace(_part_view(statement, result, self._reveal), key=key)
        )


class PartViews(Store[PartView]):
    """Views of parts by what they are made from, for one run."""

    def __init__(self) -> None:
        super().__init__(SECTION_BYTES // 4, _weight)
        # By identity: equal results of a class are mostly one value, which is kept here.
        self._keys: dict[int, tuple[Mapping[str, Any], bytes, bytes]] = {}

    def key(self, value: Mapping[str, Any], ground: bytes = b"") -> bytes:
        """A name for a piece of the document: 128 bits of its JSON and of what it stands on."""
        known = self._keys.get(id(value))
        if known is not None and known[1] == ground:
            return known[2]
        if len(self._keys) >= RESULTS_READ:
            self._keys.clear()
        data = json.dumps(value).encode()
        key = hashlib.blake2b(data, digest_size=16, key=ground).digest()
        self._keys[id(value)] = value, ground, key
        return key


def _weight(part: PartView) -> int:
    """Bytes that a view takes, roughly: its texts and what holds them."""
    return 2048 + 4 * (len(part.answer or "") + len(part.read_as) + sum(map(len, part.sentences)))


def _part_view(statement: Mapping[str, Any], result: Mapping[str, Any], reveal: str) -> PartView:
    outcome = Outcome(result["verdict"])
    evidence = result.get("evidence") or {}
    reference = str(statement.get("reference") or "")
    shown = reveal == "all" or (reveal == "wrong" and outcome is Outcome.DIFFERENT)
    points = result["points"]
    possible = fraction(result["possible"])
    span = evidence.get("span")
    answer = result.get("answer")
    return PartView(
        part=str(result["part"]),
        name=str(result["part"]).partition(".")[2] or str(result["part"]),
        quantity=str(statement.get("quantity") or ""),
        prompt=str(statement.get("prompt") or ""),
        answer=answer,
        marked=_range(span, answer),
        read_as=str(result.get("read_as") or ""),
        outcome=outcome,
        verdict=VERDICT_WORDS[outcome],
        points=number_text(points),
        possible=number_text(possible),
        lost=Fraction(0) if points is None else possible - fraction(points),
        pending=points is None,
        sentences=_sentences(outcome, result, evidence, pending=points is None),
        notes=tuple(str(note) for note in result.get("notes", ())),
        method=method_text(evidence) if outcome is Outcome.EQUIVALENT else "",
        # A reason says it better: "the number of rows differs", not D₁ = 3/13.
        witness=None
        if evidence.get("reason")
        else _witness(evidence.get("witness"), reference, revealed=shown),
        reference=reference if shown else "",
        decision=_decision(result.get("decision")),
        mistake=str(result.get("mistake") or ""),
    )


def _decision(decision: Mapping[str, Any] | None) -> DecisionView | None:
    if not decision:
        return None
    points = decision.get("points")
    return DecisionView(
        points="" if points is None else number_text(points),
        comment=str(decision.get("comment") or ""),
        date=str(decision.get("date") or ""),
    )


def _range(span: Any, answer: str | None) -> tuple[int, int] | None:
    if answer is None or not isinstance(span, list) or len(span) != 2:
        return None
    start, end = span
    return (start, end) if 0 <= start < end <= len(answer) else None


def _sentences(
    outcome: Outcome, result: Mapping[str, Any], evidence: Mapping[str, Any], *, pending: bool
) -> tuple[str, ...]:
    """The feedback; where there is none, the reason of the verdict, so that none stands bare."""
    # The verdict says "Right" already, in its own place.
    known = f"{VERDICT_WORDS[outcome].words}."
    sentences = [str(sentence) for sentence in result.get("feedback", ()) if sentence != known]
    if sentences or result.get("feedback"):
        return tuple(sentences)
    if evidence.get("reason"):
        sentences.append(_full_stop(str(evidence["reason"])))
    if pending and outcome in FOR_A_PERSON:
        sentences.append(VERDICT_WORDS[outcome].explanation)
    return tuple(sentences)


def _full_stop(sentence: str) -> str:
    sentence = sentence.strip()
    sentence = sentence[:1].upper() + sentence[1:]
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def _witness(
    witness: Mapping[str, Any] | None, reference: str, *, revealed: bool
) -> WitnessView | None:
    if not witness:
        return None
    at = witness.get("at") or {}
    if not at and witness.get("answer") is None and witness.get("reference") is None:
        # Two sizes that differ have no values to show.
        return None
    # The value is as good as the reference where there are no names, or where it is
    # that of one name: ω₂ = 3 and a right value of 3 say that the answer is ω₂.
    value = witness.get("reference")
    tells_all = (
        not at
        or is_mere_number(reference)
        or (isinstance(value, str) and abs(Fraction(value)) in map(abs, map(Fraction, at.values())))
    )
    return WitnessView(
        at=tuple((latex_name(name), value.replace("-", "−")) for name, value in sorted(at.items())),
        answer=value_words(witness.get("answer")),
        reference=value_words(witness.get("reference")) if revealed or not tells_all else None,
    )


def _summary(score: Fraction, pending: Fraction, possible: Fraction) -> str:
    text = f"{number_text(score)} of {plural(possible, 'point')}"
    if pending:
        verb = "waits" if pending == 1 else "wait"
        text += f"; {plural(pending, 'more point')} {verb} for a person"
    return text


def _shares(score: Fraction, pending: Fraction, possible: Fraction) -> tuple[int, int, int]:
    """Score, pending and the rest in thousandths of the width of a bar."""
    if possible <= 0:
        return (0, 0, 1000)
    earned = min(1000, max(0, int(score * 1000 / possible)))
    waiting = min(1000 - earned, int(pending * 1000 / possible))
    return (earned, waiting, 1000 - earned - waiting)


def _counts(parts: Iterable[PartView]) -> tuple[tuple[VerdictWords, int], ...]:
    found = [part.outcome for part in parts]
    return tuple(
        (words, found.count(outcome))
        for outcome, words in VERDICT_WORDS.items()
        if outcome in found
    )


#: What to do first about a verdict; the order is that in which it is worth doing.
_FIRST_WORDS = (
    (Outcome.DIFFERENT, "Look at this again."),
    (Outcome.UNREADABLE, "Write this more plainly; it could not be read."),
    (Outcome.DISALLOWED, "Give an answer of your own here."),
    (Outcome.MISSING, "Nothing was written here."),
)


#: The mistake that is one thing in however many parts it shows.
_ONE_HABIT = "other_layout"


def _first_things(parts: list[PartView]) -> tuple[FirstThing, ...]:
    """What costs most first; parts with one and the same fault are one thing."""
    things: list[tuple[Fraction, int, FirstThing]] = []
    for rank, (outcome, words) in enumerate(_FIRST_WORDS):
        groups: dict[str, list[PartView]] = {}
        for part in parts:
            settled = part.decision is not None and part.decision.points
            if part.outcome is outcome and (part.pending or (part.lost > 0 and not settled)):
                said = part.sentences[0] if part.sentences else words
                if part.mistake == _ONE_HABIT:
                    said = part.mistake
                groups.setdefault(said if outcome is Outcome.DIFFERENT else words, []).append(part)
        for key, members in groups.items():
            # A habit is told in full beside the first of its parts.
            said = members[0].sentences[0] if key == _ONE_HABIT and members[0].sentences else key
            cost = sum((part.lost for part in members), Fraction(0))
            shown, rest = tuple(members[:4]), len(members[4:])
            things.append((cost, -rank, FirstThing(shown, rest, said)))
    # A stable sort, so that equals stay in the order of the homework.
    ordered = sorted(things, key=lambda thing: (thing[1], thing[0]), reverse=True)
    return tuple(thing for _, _, thing in ordered[:FIRST_THINGS])
