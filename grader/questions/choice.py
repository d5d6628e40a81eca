"""``kind: choice``: one of some given answers, or all of them that hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from grader.errors import AnswerError
from grader.expr.composite import Answer, Chosen
from grader.expr.names import Vocabulary
from grader.expr.parser import Reading
from grader.expr.tree import Node
from grader.questions.built import Setting, label_of, made
from grader.questions.part import Choices, Kind, Part
from grader.questions.statement import Faults, read_statement
from grader.read.rubric import QuestionFile, RubricFile
from grader.read.suggest import did_you_mean
from grader.results import Outcome, Verdict
from grader.source import Span


def build_choices(question: QuestionFile, rubric: RubricFile) -> tuple[Part, ...]:
    """The parts of a question with choices.  Raises RubricError with all faults."""
    faults = Faults(rubric)
    statement = read_statement(question, faults)
    parts: list[Part] = []
    for part in question.parts:
        texts = tuple((name.text, text.text) for name, text in part.choices)
        names = [name for name, _ in texts]
        if len(texts) < 2:
            faults.add(part.quantity, "a choice needs two choices at least",
                       "write `choices: {a: …, b: …}`")  # fmt: skip
        folded = [_folded(word) for pair in texts for word in dict.fromkeys(pair)]
        for name, text in part.choices:
            if folded.count(_folded(name.text)) > 1:
                faults.add(name, f"`{name.text}` may mean two choices")
            elif folded.count(_folded(text.text)) > 1:
                faults.add(text, f"`{text.text}` may mean two choices")
        if not part.answer:
            faults.add(part.quantity, "nothing says which choice is right", "write `answer: a`")
        for answer in part.answer:
            if answer.text not in names:
                faults.add(answer, f"`{answer.text}` is none of the choices",
                           did_you_mean(answer.text, names))  # fmt: skip
        right = {answer.text for answer in part.answer}
        if faults.found:
            continue
        built = made(
            Setting(part, question, rubric, statement),
            label_of(part.quantity, statement),
            Chosen(tuple(name for name in names if name in right)),
            (),
            detail=Choices(texts, several=len(right) > 1),
        )
        parts.append(replace(built, prompt=_with_choices(part.prompt, texts)))
    faults.raise_if_any()
    return tuple(parts)


def _with_choices(prompt: str, texts: Sequence[tuple[str, str]]) -> str:
    """The prompt with what may be chosen, which students have to see wherever it is asked."""
    choices = "; ".join(f"({name}) {words}" for name, words in texts)
    return f"{prompt} {choices}".strip()


def judge_choice(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Verdict:
    """Compare what was chosen; of several right ones each earns its share, less the wrong."""
    assert isinstance(answer, Chosen), "the reader of this kind gives choices"
    assert isinstance(part.answer, Chosen)
    assert isinstance(part.detail, Choices)
    mine, right = set(answer.names), set(part.answer.names)
    if mine == right:
        return Verdict(Outcome.EQUIVALENT, method="chosen")
    if not part.detail.several:
        reason = "another choice is right" if len(mine) == 1 else "one choice is asked"
        return Verdict(Outcome.DIFFERENT, reason=reason)
    balance = len(mine & right) - len(mine - right)
    return Verdict(
        Outcome.DIFFERENT,
        reason=f"{len(mine & right)} of your choices "
        f"{'is' if len(mine & right) == 1 else 'are'} right, {len(mine - right)} wrong, "
        "and " + ("none is missing" if right <= mine else "not all that hold are chosen"),
        earned=Fraction(max(balance, 0), len(right)),
    )


_DRESS = re.compile(r"\\(?:text|textbf|mathrm|boxed|textit)\s*\{([^{}]*)\}")


def _folded(text: str) -> str:
    """A text to compare choices by: without dress, case, brackets and punctuation at its ends."""
    text = _DRESS.sub(r" \1 ", text).replace("$", " ")
    text = text.strip(" \t\n.,;:()[]{}*_\"'`").casefold()
    return " ".join(text.split())


_SEPARATOR = re.compile(r"\s*[,;&+\n]\s*|\s+and\s+|\s+or\s+")


def read_choice(text: str, vocabulary: Vocabulary, part: Part) -> Reading:
    """The choices that a text names, by their names or by what they say."""
    assert isinstance(part.detail, Choices)
    known: dict[str, str] = {}
    for name, words in part.detail.texts:
        known[_folded(name)] = name
        known[_folded(words)] = name
        known[f"{_folded(name)}) {_folded(words)}"] = name
        known[f"{_folded(name)}. {_folded(words)}"] = name
        known[f"{_folded(name)}: {_folded(words)}"] = name
    whole = known.get(_folded(text))
    if whole is not None:
        return Reading(text, Chosen((whole,), Span(0, len(text))))
    chosen: list[str] = []
    at = 0
    for piece in _SEPARATOR.split(text):
        at = text.index(piece, at)
        if _folded(piece):
            found = known.get(_folded(piece))
            if found is None:
                raise AnswerError(
                    f"`{' '.join(piece.split())}` is none of the choices", text,
                    Span(at, max(at + len(piece.rstrip()), at + 1)),
                    "there are " + ", ".join(f"`{name}`" for name, _ in part.detail.texts),
                )  # fmt: skip
            chosen.append(found)
        at += len(piece)
    if not chosen:
        raise AnswerError("nothing is chosen here", text, Span(0, max(len(text), 1)))
    names = tuple(name for name, _ in part.detail.texts if name in chosen)
    return Reading(text, Chosen(names, Span(0, len(text))))


CHOICE = Kind(
    name="choice",
    build=build_choices,
    read=read_choice,
    judge=judge_choice,
    keys=frozenset({"answer", "choices"}),
)
