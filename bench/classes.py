"""A class of N students who hand in answers as people write them.

    python -m bench.classes 1000 OUT [--seed 1] [--own 0.01 | --distinct] [--rubric RUBRIC]

OUT is a folder that gets one answers file for each student, or with the ending
``.zip`` an archive as Canvas makes it.  Answers are right, wrong, unreadable or
missing.  Right ones are taken from the notation corpus of the tests and from the
references, written in a dozen hands; wrong ones are those of the table of
mistakes and mutations; unreadable ones are cut off, empty talk or from the corpus.

How much repeats is one number, ``--own``: the share of the answers that nobody else
writes.  The others come from a few dozen texts for each part, of which the first
are much more popular than the last (Zipf's law).  ``--distinct`` is ``--own 1``:
every readable answer is a text of its own.

A student depends on the seed and the student's number alone: the first hundred of a
class of a thousand are the class of a hundred.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import yaml

from bench.handwriting import HANDS, Hand, is_writable, written
from bench.mutations import mutated
from bench.rewrites import number, rewritten
from grader.expr.tree import (
    Call,
    Dimensions,
    Node,
    Product,
    Quotient,
    Sum,
    symbols,
    walk,
)
from grader.homework import Homework, load_rubric
from grader.questions.part import Part

ROOT = Path(__file__).parents[1]
NOTATION = ROOT / "tests" / "data" / "notation"

#: The homework that the corpus of the tests belongs to.
CORPUS_OF = "activity6"

#: Texts of each part that several students write.
POPULAR = 40

#: Share of the answers that nobody else writes, unless told otherwise.
OWN = 0.01

#: How the popularity of a text falls with its rank.
ZIPF = 1.1

#: Shares of what is not simply right or wrong.
MISSING, UNREADABLE = 0.04, 0.03

#: Share of the students who name parts of the network and write with these names.
WITH_DEFINITIONS = 0.12

#: What people write who have no answer.
TALK = ("?", "TODO", "I don't know", "see attached", "...", "n/a", "same as above", "idk :(")


@dataclass(frozen=True, slots=True)
class Written:
    """An answer: ``kind`` is right, wrong, unreadable or missing, as it was meant.

    A mutation may happen to be right, so ``wrong`` is what was intended only.
    """

    part: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Pupil:
    """One student's file."""

    number: int
    name: str
    sortable: str
    definitions: Mapping[str, Mapping[str, str]]
    answers: tuple[Written, ...]

    @property
    def id(self) -> int:
        """The Canvas id."""
        return 100_000 + self.number


@dataclass(frozen=True, slots=True)
class _Source:
    """What answers to a part are made from; ``weights`` add up the popularity by rank."""

    part: Part
    right: tuple[Node | Dimensions, ...]
    wrong: tuple[Node | Dimensions, ...]
    texts: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class _Naming:
    """Definitions as some students share them, and the trees that they stand for."""

    hand: Hand
    texts: Mapping[str, str]
    short: Mapping[Node, str]


class Class:
    """The students of one homework, from one seed."""

    def __init__(self, homework: Homework, seed: int = 1, own: float = OWN) -> None:
        self._seed = seed
        self._own = own
        self._homework = homework
        corpus = _corpus() if homework.statement.assignment == CORPUS_OF else {}
        self._sources = tuple(
            _source(homework, part, corpus.get(part.id, {}), random.Random(f"{seed} {part.id}"))
            for part in homework.parts
        )
        self._namings = {
            question: tuple(_namings(parts)) for question, parts in homework.by_question.items()
        }

    def pupils(self, count: int) -> Iterator[Pupil]:
        """The first ``count`` students.  Own texts differ from all before them."""
        seen: set[bytes] = set()
        for index in range(count):
            yield self._pupil(index, seen)

    def _pupil(self, index: int, seen: set[bytes]) -> Pupil:
        stream = random.Random(f"{self._seed} student {index}")
        first, last = _name(stream), _name(stream)
        skill = stream.betavariate(4, 1.2)
        hand = stream.choices(HANDS, range(len(HANDS), 0, -1))[0]
        namings: dict[str, _Naming] = {}
        if stream.random() < WITH_DEFINITIONS:
            namings = {
                question: stream.choice(found) for question, found in self._namings.items() if found
            }
        answers = []
        for source in self._sources:
            kind = _kind(stream, skill)
            naming = namings.get(source.part.question)
            trees = source.right if kind == "right" else source.wrong
            if kind == "missing":
                text = ""
            elif kind != "unreadable" and stream.random() < self._own:
                text = self._of_own(trees, naming or hand, stream, seen)
            elif kind != "unreadable" and naming is not None:
                text = written(stream.choice(trees[:6]), naming.hand, None, naming.short)
            else:
                weights = source.weights[kind]
                text = stream.choices(source.texts[kind], cum_weights=weights)[0]
            answers.append(Written(source.part.id, text, kind))
        definitions = {question: naming.texts for question, naming in namings.items()}
        name, sortable = f"{first} {last}", f"{last}{first}"
        return Pupil(index, name, sortable.lower(), definitions, tuple(answers))

    def _of_own(
        self,
        trees: Sequence[Node | Dimensions],
        by: Hand | _Naming,
        stream: random.Random,
        seen: set[bytes],
    ) -> str:
        """A text that no one wrote before; where orders run out, with a step left standing."""
        hand, short = (by, {}) if isinstance(by, Hand) else (by.hand, by.short)
        text = ""
        for attempt in range(5):
            tree = stream.choice(trees)
            if attempt > 1 or _is_small(tree):
                tree = _with_own_step(tree, len(seen) + 2, stream)
            text = written(tree, hand, stream, short)
            key = hashlib.blake2b(text.encode(), digest_size=8).digest()
            if key not in seen:
                seen.add(key)
                return text
        raise RuntimeError(f"no text of its own like {text}")


def _is_small(tree: Node | Dimensions) -> bool:
    return isinstance(tree, Dimensions) or sum(1 for _ in walk(tree)) < 12


def _with_own_step(tree: Node | Dimensions, value: int, stream: random.Random) -> Node | Dimensions:
    """The tree with a number in it that cancels, as in a calculation that was not finished."""
    n, less = number(value), stream.randrange(1, value)
    if isinstance(tree, Dimensions):
        return Dimensions(tree.rows, Product((tree.columns, Quotient(n, n))))
    if stream.random() < 0.5:
        return Product((Quotient(n, n), tree))
    split = Quotient(Sum((number(value - less), number(less))), n)
    return Product((split, tree))


def _kind(stream: random.Random, skill: float) -> str:
    chance = stream.random()
    if chance < MISSING:
        return "missing"
    if chance < MISSING + UNREADABLE:
        return "unreadable"
    return "right" if stream.random() < skill else "wrong"


def _corpus() -> dict[str, dict[str, list[str]]]:
    """Texts of the tests by part: right ones, and those that no one can read."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in sorted(NOTATION.glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            texts = entry["texts"]
            if isinstance(texts, Mapping):
                kind, these = "unreadable", [str(text) for text in texts]
            elif "means" in entry or "taken" in entry:
                continue  # some other answer, right or not
            else:
                kind = "right"
                these = texts.splitlines() if isinstance(texts, str) else texts
            kinds = found.setdefault(entry["part"], {"right": [], "unreadable": []})
            kinds[kind] += [text.rstrip("\n") for text in these if text.strip()]
    return found


def _source(
    homework: Homework, part: Part, corpus: Mapping[str, Sequence[str]], stream: random.Random
) -> _Source:
    right = _right_trees(part, stream)
    wrong = _wrong_trees(homework, part, stream)
    texts = {
        "right": _pool(right, corpus.get("right", ()), stream),
        "wrong": _pool(wrong, (), stream),
    }
    texts["unreadable"] = _unreadable(texts["right"], corpus.get("unreadable", ()), stream)
    weights = {
        kind: tuple(accumulate(1 / rank**ZIPF for rank in range(1, len(these) + 1)))
        for kind, these in texts.items()
    }
    return _Source(part, right, wrong, texts, weights)


def _right_trees(part: Part, stream: random.Random) -> tuple[Node | Dimensions, ...]:
    """The reference first, then rewritten, and no tree twice."""
    if isinstance(part.answer, Dimensions):
        return (part.answer,)
    found: dict[Node, None] = {part.answer: None}
    for _ in range(24):
        tree, _ = rewritten(part.answer, stream, stream.randrange(1, 3))
        if is_writable(tree):
            found[tree] = None
    return tuple(found)


def _wrong_trees(
    homework: Homework, part: Part, stream: random.Random
) -> tuple[Node | Dimensions, ...]:
    """What known mistakes give, then mutations."""
    found: dict[Node | Dimensions, None] = {
        wrong.tree: None
        for _, wrong in homework.diagnoser.wrong_answers(part)
        if is_writable(wrong.tree) and wrong.tree != part.answer
    }
    known = list(found)
    stream.shuffle(known)
    found = dict.fromkeys(known[:12])
    if isinstance(part.answer, Dimensions):
        found[Dimensions(part.answer.columns, Product((part.answer.rows, number(2))))] = None
        return tuple(found)
    names = tuple(sorted(part.statement.leaves | symbols(part.answer)))
    for _ in range(60):
        changed = mutated(part.answer, stream, names)
        if changed is not None and is_writable(changed[0]) and changed[0] != part.answer:
            found[changed[0]] = None
        if len(found) >= 24:
            break
    return tuple(found)


def _pool(
    trees: Sequence[Node | Dimensions], corpus: Sequence[str], stream: random.Random
) -> tuple[str, ...]:
    """The texts that several students write, the most popular first."""
    shuffled = stream.sample(list(corpus), len(corpus))
    texts = dict.fromkeys(shuffled[: POPULAR // 2])
    for attempt in range(POPULAR * 4):
        if len(texts) >= POPULAR:
            break
        tree = trees[min(int(stream.expovariate(0.3)), len(trees) - 1)]
        hand = stream.choice(HANDS)
        texts[written(tree, hand, stream if attempt % 2 else None)] = None
    found = list(texts)
    stream.shuffle(found)
    return tuple(found)


def _unreadable(
    right: Sequence[str], corpus: Sequence[str], stream: random.Random
) -> tuple[str, ...]:
    """Talk, texts of the corpus, and right answers that were cut off on the way."""
    texts = dict.fromkeys((*TALK, *corpus[:10]))
    for text in right:
        bracket = max(text.rfind(sign) for sign in ")]}")
        if bracket > 0:
            texts[text[:bracket]] = None
        if len(texts) >= POPULAR:
            break
    found = list(texts)
    stream.shuffle(found)
    return tuple(found)


def _namings(parts: Sequence[Part]) -> Iterator[_Naming]:
    """Names for what stands inside the activations of the forward pass, if anything does."""
    if not parts:
        return
    statement = parts[0].statement
    inner: dict[Node, None] = {}
    for line in statement.forward.values():
        # Smaller parts first, so that each definition uses those above it.
        for node in sorted(walk(line), key=lambda below: sum(1 for _ in walk(below))):
            if isinstance(node, Call) and isinstance(node.arguments[0], Sum):
                inner[node.arguments[0]] = None
                inner[node] = None
    if not inner:
        return
    for letters in ("zh", "su", "pv"):
        for hand in (HANDS[0], HANDS[1], HANDS[3]):
            short: dict[Node, str] = {}
            texts: dict[str, str] = {}
            counts = dict.fromkeys(letters, 0)
            for node in inner:
                letter = letters[isinstance(node, Call)]
                counts[letter] += 1
                name = f"{letter}_{counts[letter]}"
                if name in statement.vocabulary.names:
                    break
                texts[name] = written(node, hand, None, short)
                short[node] = name
            else:
                yield _Naming(hand, texts, short)


_SYLLABLES = tuple("ka lo mi ren ta vi os el an dra jo ni ba ce yu sha mar tin po ri".split())


def _name(stream: random.Random) -> str:
    return "".join(stream.choices(_SYLLABLES, k=stream.randrange(2, 5))).capitalize()


_PLAIN_SCALAR = re.compile(r"(?:[^\W_]|[\\$(∂+=]|-(?=\S))(?:(?!: | #|:$)[^\n\t])*(?<! )\Z")


def as_yaml(pupil: Pupil, homework: Homework) -> str:
    """The student's answers file."""
    lines = [
        f"student: {{name: {pupil.name}, id: {pupil.id}, sis_login_id: u{pupil.id}}}",
        f"assignment: {homework.statement.assignment}",
        "answers:",
    ]
    question = ""
    for answer in pupil.answers:
        owner, _, key = answer.part.partition(".")
        if owner != question:
            question = owner
            lines.append(f"  {question}:")
            definitions = pupil.definitions.get(question)
            if definitions:
                lines.append("    definitions:")
                lines += [f"      {name}: {_scalar(text)}" for name, text in definitions.items()]
        lines.append(f"    {key}: {_scalar(answer.text)}".rstrip())
    return "\n".join(lines) + "\n"


def _scalar(text: str) -> str:
    if not text or _PLAIN_SCALAR.match(text):
        return text
    if "\n" in text:
        return "|-\n" + "\n".join(f"      {line}" if line else "" for line in text.split("\n"))
    return "'" + text.replace("'", "''") + "'"


#: The moment that files in an archive bear, so that equal classes are equal bytes.
_MOMENT = (2026, 1, 1, 0, 0, 0)


def write_class(pupils: Iterator[Pupil], homework: Homework, out: Path) -> None:
    """Write the files of a class: into a folder, or as Canvas's archive if ``out`` ends in .zip."""
    if out.suffix == ".zip":
        out.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for pupil in pupils:
                name = f"{pupil.sortable}_{pupil.id}_{pupil.id + 5_000_000}_answers.yaml"
                member = zipfile.ZipInfo(name, _MOMENT)
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, as_yaml(pupil, homework))
        return
    out.mkdir(parents=True, exist_ok=True)
    for pupil in pupils:
        path = out / f"{pupil.number:06}.yaml"
        path.write_text(as_yaml(pupil, homework), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("count", type=int, help="how many students")
    parser.add_argument("out", type=Path, help="a folder, or a .zip")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--own", type=float, default=OWN, help="share of texts no one else writes")
    parser.add_argument("--distinct", action="store_true", help="every answer a text of its own")
    parser.add_argument("--rubric", type=Path, default=ROOT / "rubrics" / "activity6.yaml")
    given = parser.parse_args()
    homework = load_rubric(given.rubric)
    pupils = Class(homework, given.seed, 1.0 if given.distinct else given.own).pupils(given.count)
    write_class(pupils, homework, given.out)


if __name__ == "__main__":
    main()
