"""The corpus of notations under ``tests/data/notation``, and what each text came out as.

``python tests/notation_corpus.py`` prints the rate and every text that is not read as
it was meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import grader
from grader.compare.ladder import compare
from grader.compare.reference import make_reference
from grader.errors import AnswerError, LimitError
from grader.expr.dimensions import parse_dimensions
from grader.expr.names import FREE
from grader.expr.parser import parse_answer, parse_expression
from grader.expr.reading import Reading
from grader.expr.tree import Dimensions, Node
from grader.grade import judge
from grader.homework import Homework
from grader.questions.definitions import make_scope
from grader.questions.part import Part
from grader.results import Outcome

HERE = Path(__file__).parent
FOLDER = HERE / "data" / "notation"


@dataclass(frozen=True, slots=True)
class Item:
    """One text, the part it answers (``free``: none), and what is expected of it.

    ``means``: a text in the house's own notation, None for the part's answer.
    ``taken``: for a text with two readings, the main one.  ``says``: for a text that
    no one can read, a piece of what must be said of it.
    """

    file: str
    part: str
    text: str
    means: str | None = None
    taken: str | None = None
    says: str | None = None


def items() -> Iterator[Item]:
    """Every text of the corpus, file by file."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            texts: Any = entry["texts"]
            if isinstance(texts, Mapping):
                for text, says in texts.items():
                    yield Item(path.stem, entry["part"], str(text), says=says)
                continue
            for text in texts.splitlines() if isinstance(texts, str) else texts:
                means, taken = entry.get("means"), entry.get("taken")
                yield Item(path.stem, entry["part"], text, means, taken)


@cache
def homework() -> Homework:
    """Activity 6."""
    return grader.load_rubric(HERE.parent / "rubrics" / "activity6.yaml")


def outcome(item: Item) -> str:
    """``right``, ``refused`` (with its message) or ``WRONG`` (with how it was read)."""
    if item.says is not None:
        return _refusal(item)
    if item.part == "free":
        return _free(item)
    part = homework().part(item.part)
    assert part is not None
    if item.taken is not None:
        return _doubtful(item, part)
    if item.means is not None:
        part = _asking_for(part.id, item.means)
    result = judge(homework(), part, item.text, make_scope(part.statement, (), (), part.question))
    if result.verdict.outcome is Outcome.EQUIVALENT:
        return "right"
    if result.verdict.outcome in (Outcome.UNREADABLE, Outcome.DISALLOWED, Outcome.UNDECIDED):
        return f"refused: {result.verdict.reason}"
    return f"WRONG: {result.read_as}"


@cache
def _asking_for(part_id: str, means: str) -> Part:
    """The part with another answer."""
    part = homework().part(part_id)
    assert part is not None
    statement = part.statement
    sides: tuple[Node, ...]
    if part.kind == "shape":
        size = parse_dimensions(means, statement.vocabulary).tree
        assert isinstance(size, Dimensions)
        sides = (size.rows, size.columns)
    else:
        sides = (parse_expression(means, statement.vocabulary),)
    references = tuple(
        make_reference(
            side,
            f"{means} {index}",
            environment=statement.forward,
            positive=statement.positive,
            names=statement.leaves,
        )
        for index, side in enumerate(sides)
    )
    return replace(part, references=references)


def _free(item: Item) -> str:
    if item.taken is not None:
        return _doubtful(item, None)
    assert item.means is not None
    try:
        verdict = grader.equivalent(item.text, item.means)
    except (AnswerError, LimitError) as error:
        return f"refused: {error}"
    return "right" if verdict else f"WRONG: {verdict.outcome} {parse_answer(item.text, FREE).tree}"


def _doubtful(item: Item, part: Part | None) -> str:
    """A text with two readings: the one taken, and the other among the alternatives."""
    assert item.taken is not None
    assert item.means is not None
    vocabulary = FREE if part is None else part.statement.vocabulary
    try:
        reading: Reading = parse_answer(item.text, vocabulary)
    except (AnswerError, LimitError) as error:
        return f"refused: {error}"

    def same(tree: Node, text: str) -> bool:
        reference = make_reference(
            parse_expression(text, vocabulary),
            text,
            names=() if part is None else part.statement.vocabulary.names,
        )
        return bool(compare(reference, tree))

    assert not isinstance(reading.tree, Dimensions)
    if not same(reading.tree, item.taken):
        return f"WRONG: {reading.tree}"
    if not any(same(tree, item.means) for tree in reading.alternatives):
        return f"WRONG: the other reading is not among {reading.alternatives}"
    return "right"


def _refusal(item: Item) -> str:
    """A text that must go to a person, with the right words."""
    assert item.says is not None
    part = homework().part(item.part)
    assert part is not None
    result = judge(homework(), part, item.text, make_scope(part.statement, (), (), part.question))
    if result.verdict.outcome is Outcome.MISSING and not item.text.strip():
        return "right"
    if result.points is not None:
        return f"WRONG: graded as {result.verdict.outcome}, read as {result.read_as}"
    reason = result.verdict.reason or ""
    if not reason or item.says not in reason:
        return f"refused, but says: {reason}"
    return "right"


def main() -> None:
    """Print the rate, and what is not as it was meant."""
    total = right = wrong = 0
    for item in items():
        found = outcome(item)
        total += 1
        if found == "right":
            right += 1
            continue
        wrong += found.startswith("WRONG")
        print(f"{item.file} {item.part}: {item.text!r}\n    {found}")
    print(f"{right} of {total} as meant ({right / total:.2%}), {wrong} wrong readings")


if __name__ == "__main__":
    main()
