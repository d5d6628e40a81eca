"""Notations as people type them: read as meant, or refused with words that help.

The texts are written by hand, not by the program's printer; see
``tests/data/notation`` and ``docs/notation.md``.  ``python tests/test_notation_corpus.py``
prints the rate and every text that is not read as it was meant.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import grader
from grader.compare.ladder import compare
from grader.compare.reference import make_reference
from grader.errors import AnswerError, LimitError
from grader.expr.dimensions import parse_dimensions
from grader.expr.latex import to_latex
from grader.expr.names import FREE, Vocabulary, layered_name
from grader.expr.parser import parse_answer, parse_expression, parse_name
from grader.expr.reading import Reading
from grader.expr.tree import Dimensions, Node
from grader.homework import Homework
from grader.judge import judge
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
    # Another id: what is kept of a part's wrong answers goes by it.
    return replace(part, id=f"{part.id} {means}", references=references)


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


_ITEMS = list(items())


def test_every_text_reads_as_meant():
    found = {item: outcome(item) for item in _ITEMS}
    failures = {item: said for item, said in found.items() if said != "right"}
    shown = "\n".join(f"{item.file} {item.part}: {item.text!r}\n  {said}"
                      for item, said in failures.items())  # fmt: skip
    assert not [item for item, said in failures.items() if said.startswith("WRONG")], shown
    assert not failures, shown


def test_the_corpus_is_large_and_has_every_part():
    readable = [item for item in _ITEMS if item.says is None]
    refused = [item for item in _ITEMS if item.says is not None]
    assert len(readable) >= 400
    assert len(refused) >= 60
    assert {part.id for part in homework().parts} <= {item.part for item in readable}


@pytest.mark.parametrize(
    "item",
    [
        Item("fault", "q2.dh3_df2", r"\sin[f_2]"),
        Item("fault", "q2.df2_dh2", r"\omega_2", means="omega_1"),
        Item("fault", "q3.df1_dh1", "D_2 x D_1"),
        Item("fault", "free", "a-b-c", means="a-(b-c)"),
        Item("fault", "free", "1/2x", taken="1/(2*x)", means="(1/2)*x"),
        Item("fault", "free", "1/2*x", taken="(1/2)*x", means="1/(2*x)"),
        Item("fault", "q2.df2_dh2", r"\omega_2", says="not a name"),
    ],
    ids=lambda item: item.text,
)
def test_the_check_itself_sees_a_wrong_reading(item):
    assert outcome(item).startswith("WRONG")


NET = homework().part("q1.phi_1").statement.vocabulary
CHAIN = homework().part("q2.dh3_df2").statement.vocabulary


@pytest.mark.parametrize(
    "text, vocabulary, main, others",
    [
        ("x/y z", FREE, r"\frac{x}{y} z", [r"\frac{x}{y z}"]),
        ("x/y z/w v", FREE, r"\frac{\frac{x}{y} z}{w} v", [
            r"\frac{\frac{x}{y z}}{w v}", r"\frac{\frac{x}{y z}}{w} v",
            r"\frac{\frac{x}{y} z}{w v}"]),
        (r"\sin f_2 \omega_2", CHAIN, r"\sin\left(f_{2}\right) \omega_{2}",
         [r"\sin\left(f_{2} \omega_{2}\right)"]),
        (r"\sin \omega_2 x_i", CHAIN, r"\sin\left(\omega_{2} x_{i}\right)",
         [r"\sin\left(\omega_{2}\right) x_{i}"]),
        (r"-\sin f_2 \frac{\partial f_3}{\partial h_3}", CHAIN,
         r"-\sin\left(f_{2}\right) \frac{\partial f_{3}}{\partial h_{3}}", []),
        (r"\sin f_2 e^{f_1}", CHAIN, r"\sin\left(f_{2}\right) \exp\left(f_{1}\right)", []),
        (r"\sin x \cancel{y} z", FREE, r"\sin\left(x\right) \cdot 1 z", []),
        (r"\sin x (y+1)", FREE, r"\sin\left(x\right) \left(y + 1\right)",
         [r"\sin\left(x \cdot \left(y + 1\right)\right)"]),
        (r"\sin 2\pi x", FREE, r"\sin\left(2 \pi x\right)", []),
        (r"\sin x I[y>0]", FREE, r"\sin\left(x\right) I\left[y > 0\right]", []),
        ("y = 1/2x", FREE, r"\frac{1}{2} x", [r"\frac{1}{2 x}"]),
        (r"\theta_01", NET, r"\theta_{01}", []),
        ("x + 1", FREE, "x + 1", []),
    ],
)  # fmt: skip
def test_other_readings(text, vocabulary, main, others):
    reading = parse_answer(text, vocabulary)
    assert to_latex(reading.tree) == main
    assert [to_latex(tree) for tree in reading.alternatives] == others
    assert bool(others) <= any(note.kind == "ambiguity" for note in reading.notes)


def test_there_are_at_most_eight_other_readings():
    reading = parse_answer("+".join(["x/y z"] * 30), FREE)
    assert len(reading.alternatives) == 8
    assert reading.tree not in reading.alternatives


@pytest.mark.parametrize(
    "text, vocabulary, read, notes",
    [
        ("the answer is x", NET, "x", ["the words `the answer is` are not read"]),
        ("= x (by chain rule)", NET, "x", ["the words `(by chain rule)` are not read"]),
        ("since a'(z)=I[z>0], we get a[x]", NET, r"\operatorname{ReLU}\left(x\right)", [
            "the words `since` are not read", "the words `we get` are not read",
            "`a'(z)=I[z>0]` is read as a reason, not as the answer"]),
        ("the answer is x", FREE, "x", ["the words `the answer is` are not read"]),
        (r"x \underbrace{y}_{\text{label}}", FREE, "x y",
         [r"the label `\text{label}` of `\underbrace` is not read"]),
        (r"y \overset{(1)}{=} x", FREE, "x", [r"`(1)` in `\overset` is not read"]),
        ("1{,}000", FREE, "1000", ["`1{,}000` is read as the number 1000"]),
        ("phi_1.x", NET, r"\phi_{1} x", ["the `.` between two factors is read as `·`"]),
    ],
)  # fmt: skip
def test_words_and_marks_around_an_answer_are_told(text, vocabulary, read, notes):
    reading = parse_answer(text, vocabulary)
    assert to_latex(reading.tree) == read
    assert [note.message for note in reading.notes] == notes


def test_the_words_that_doubt_or_deny_are_no_filler():
    from grader.expr.prose import _STRONG, _WEAK

    doubts = {"not", "maybe", "perhaps", "or", "no", "never", "unsure", "guess", "wrong", "think"}
    assert not doubts & (_STRONG | _WEAK)


LAYERS = Vocabulary(frozenset({"h^1", "h^2_1", "h", "x"}))


@pytest.mark.parametrize(
    "text, latex",
    [
        ("h^{(1)}", "h^{(1)}"),
        ("h^{[1]}x", "h^{(1)} x"),
        ("h^{(2)}_1", "h^{(2)}_{1}"),
        ("h_1^{(2)}", "h^{(2)}_{1}"),
        ("h_{1}^{[2]}", "h^{(2)}_{1}"),
        ("h^{2}", "h^{2}"),
        ("h^(1)", "h^{(1)}"),
    ],
)
def test_the_index_of_a_layer(text, latex):
    tree = parse_expression(text, LAYERS)
    assert to_latex(tree) == latex
    assert parse_expression(latex, LAYERS) == tree


def test_a_name_with_the_index_of_a_layer():
    assert parse_name(r"h^{(2)}_{1}", FREE) == "h^2_1"
    assert parse_name(r"\theta_{01}^{[3]}", LAYERS) == "theta^3_01"
    assert layered_name("h_1^{(2)}_1") is None


@pytest.mark.parametrize(
    "text, printed",
    [
        ("a[x]", r"a\left[x\right]"),
        ("a'[x]phi_1", r"a'\left[x\right] \phi_{1}"),
        ("a[x]^2", r"a\left[x\right]^{2}"),
        ("max(0,x)", r"\max\left(0, x\right)"),
        ("sin x I[a[x]>0]", r"\sin\left(x\right) I\left[a\left[x\right] > 0\right]"),
        ("(a[x]+1)/a[x+1]", r"\frac{a\left[x\right] + 1}{a\left[x + 1\right]}"),
    ],
)
def test_the_names_of_the_homework_on_output(text, printed):
    names = NET.function_names()
    assert names == {"relu": "a"}
    tree = parse_expression(text, NET)
    assert to_latex(tree, names) == printed
    assert parse_expression(printed, NET) == tree


@pytest.mark.parametrize(
    "text",
    [
        "I[" + "(x>0)" * 3000 + "]",
        "sin x " * 3000,
        "1/2x" * 4000,
        "the " * 4000 + "x",
        "x (a (a " * 2000,
        "1_{" + " " * 15000,
        "x" + " " * 19000 + "y the",
        r"\overset{a}{" * 1200,
        r"\underbrace{" * 1200,
        "〖" * 9000 + "〗" * 9000,
        "{█(" * 5000,
        "**a " * 4000,
        "`a " * 6000,
        "x.x" * 6000,
        "(∂y)/" * 3000,
        "\n" * 9000 + "x =",
        "x x " * 4000,
    ],
    ids=lambda text: repr(text[:12]),
)
@pytest.mark.parametrize("read", [parse_answer, parse_dimensions])
def test_long_texts_are_answered_quickly(text, read):
    for vocabulary in (NET, FREE):
        start = time.process_time()
        with suppress(AnswerError, LimitError):
            read(text, vocabulary)
        assert time.process_time() - start < 3  # seconds; each takes well under one


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
