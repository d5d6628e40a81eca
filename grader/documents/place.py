"""Each equation under the part that it answers, or among the student's definitions.

Nothing is guessed: what two parts could claim goes to a person under both, and
what none can is listed with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from grader.documents.blocks import Document
from grader.documents.equations import Equation, looks_derived
from grader.documents.lookup import Lookup, same_tree
from grader.documents.walk import Found, Loose, find_equations
from grader.expr.latex import to_latex
from grader.expr.tree import Dimensions
from grader.homework import Homework
from grader.questions.definitions import make_scope
from grader.questions.part import Part
from grader.read.answers import AnswerBlock, Entry
from grader.source import Place


@dataclass(frozen=True, slots=True)
class Placed:
    """An answer that was found: the part's full id, the text, and its line."""

    part: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Unplaced:
    """What stands nowhere among the answers, and why.

    ``answer``: it looks like an answer, so a person should look at it.
    """

    line: int
    text: str
    reason: str
    answer: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was made of a document's equations."""

    definitions: tuple[Entry, ...]
    blocks: tuple[AnswerBlock, ...]
    placed: tuple[Placed, ...]
    superseded: tuple[Placed, ...]
    unplaced: tuple[Unplaced, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A candidate for a part; ``problem`` is why a person must decide.

    ``weak``: a rule restated, which counts only where nothing else is written.
    """

    text: str
    line: int
    problem: str | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class _Definition:
    name: str
    key: str
    text: str
    line: int
    #: How many answers had been found before it.
    before: int
    question: str | None


@dataclass
class _Placer:
    """Gathers answers and definitions; lives for one call of :func:`place_equations`."""

    homework: Homework
    lookup: Lookup
    file: str
    answers: dict[str, list[_Answer]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    definitions: list[_Definition] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    restated: list[int] = field(default_factory=list)
    previous: Equation | None = None

    def take(self, found: Found) -> None:
        """Place one equation."""
        equation, previous = found.equation, self.previous
        self.previous = equation
        if (equation.after_line and previous is not None and looks_derived(equation.left or "")
                and self.lookup.is_chain_rule(previous.right)
                and not self.lookup.is_chain_rule(equation.right)):  # fmt: skip
            doubt = "its left side may be the last factor of the line above; part them with `\\\\`"
            equation = replace(equation, doubt=doubt)
        assert equation.left is not None, "the walker gives no equation without a left side"
        parts = self.lookup.parts(equation.left)
        if parts:
            self.answer(equation, parts, found.question)
        elif (name := self.lookup.name(equation.left)) is not None:
            self.define(name, equation, found.question)
        else:
            self.neither(equation, bare=found.bare)

    # --- answers --------------------------------------------------------------

    def answer(self, equation: Equation, parts: tuple[Part, ...], question: str | None) -> None:
        """An equation headed by a quantity that one or more parts ask for."""
        text = equation.right
        if _LEFT_EMPTY.fullmatch(text):
            return  # what `grader template` leaves for an answer, and nobody gave
        if not text:
            self.unplaced.append(Unplaced(equation.line, _whole(equation),
                                          "nothing stands behind its left side"))  # fmt: skip
            return
        value, member, space = _split_member(text)
        if equation.relation == "=" and member and value and _SPACE.match(space):
            # `A = v \\in \\mathbb{R}^{…}` says both what A is and its size.
            self.answer(replace(equation, right=value), parts, question)
            sizes = tuple(part for part in parts if isinstance(part.answer, Dimensions))
            if sizes and "^" in space:
                self.answer(replace(equation, right=space, relation="in"), sizes, question)
            return
        chains = any(part.kind == "chain" for part in parts)
        chain_rule = equation.relation != "in" and not chains and self.lookup.is_chain_rule(text)
        if chain_rule:
            parts = tuple(part for part in parts if not isinstance(part.answer, Dimensions))
            if not parts:
                self.rule(equation)
                return
        chosen = self.choose(equation, parts, question)
        if len(chosen) == 1:
            text = self.with_heading(chosen[0], equation)
            self.put(chosen[0], _Answer(text, equation.line, equation.doubt, weak=chain_rule))
            return
        if not chosen:
            if len(parts) == 1:
                reason = (f"{parts[0].id} asks for a size, and this is none"
                          if isinstance(parts[0].answer, Dimensions)
                          else f"{parts[0].id} asks for an expression, and this is a size")  # fmt: skip
                self.unplaced.append(Unplaced(equation.line, _whole(equation), reason))
                self.doubt(parts, text, equation.line, reason)
                return
            chosen = parts
        names = " or ".join(part.id for part in chosen)
        reason = f"it may answer {names}; a heading such as `Question 2` tells which"
        self.unplaced.append(Unplaced(equation.line, _whole(equation), reason))
        self.doubt(chosen, text, equation.line, reason)

    def with_heading(self, part: Part, equation: Equation) -> str:
        """The right side; of ``A = h = exp[f]`` all, since ``h`` would be taken for the
        left side of what is left."""
        text = equation.right
        if "=" not in text or not self.lookup.is_headed(part, text):
            return text
        written = " ".join((equation.left or "").split())
        if not self.lookup.is_headed(part, f"{written} = {text}", by=part.quantity):
            written = to_latex(part.quantity)
        return f"{written} = {text}"

    def choose(
        self, equation: Equation, parts: tuple[Part, ...], question: str | None
    ) -> tuple[Part, ...]:
        """The parts that an equation may answer, by what its right side reads as."""
        sizes = tuple(part for part in parts if isinstance(part.answer, Dimensions))
        others = tuple(part for part in parts if not isinstance(part.answer, Dimensions))
        if equation.relation == "in" or _SPACE.match(equation.right):
            fitting = sizes if sizes or equation.relation == "in" else others
        else:
            fitting = tuple(part for part in parts if self.lookup.fits(part, equation.right))
            if (
                not fitting
                and sizes
                and not others
                and self.lookup.readable_somewhere(equation.right)
            ):
                return ()  # an expression where only a size is asked for
        if not fitting:
            # Readable as nothing: the place says what it was meant to answer.
            fitting = parts
        if len(fitting) > 1:
            here = tuple(part for part in fitting if part.question == question)
            if here:
                return here
        return fitting

    def put(self, part: Part, answer: _Answer) -> None:
        self.answers.setdefault(part.id, []).append(answer)
        self.order.append(part.question)

    def doubt(self, parts: Iterable[Part], text: str, line: int, reason: str) -> None:
        """What parts may have for an answer, should nothing better be found: a person
        decides, and the part is not taken for missing."""
        for part in parts:
            self.answers.setdefault(part.id, []).append(_Answer(text, line, reason, weak=True))

    # --- definitions and the rest -----------------------------------------------

    def define(self, name: str, equation: Equation, question: str | None) -> None:
        """An equation headed by a name: of the homework, or new."""
        text = equation.right
        if not text:
            return
        entry = Entry(equation.left or name, text, self.at(equation.line), self.at(equation.line))
        if equation.relation == "in":
            self.notes.append(f"line {equation.line}: `{_short(_whole(equation))}` says where a "
                              "name lies and is not read")  # fmt: skip
            return
        for key, parts in self.homework.by_question.items():
            statement = parts[0].statement
            known = statement.vocabulary.resolve(name)
            if known is None or known not in statement.vocabulary.names:
                continue
            scope = make_scope(statement, (), (entry,), key)
            if known not in scope.problems and not scope.notes:
                self.restated.append(equation.line)
                return
        key = (equation.left or name).strip()
        self.definitions.append(
            _Definition(name, key, text, equation.line, len(self.order), question)
        )

    def rule(self, equation: Equation) -> None:
        self.unplaced.append(Unplaced(equation.line, _whole(equation), "it restates a chain of "
                                      "derivatives and works none out", answer=False))  # fmt: skip

    def neither(self, equation: Equation, *, bare: bool) -> None:
        """An equation whose left side is neither a part's quantity nor a name."""
        left = equation.left or ""
        derivative = self.lookup.derivative(left)
        if derivative is not None and self.lookup.is_chain_rule(equation.right):
            self.rule(equation)
        elif looks_derived(left):
            reason = ("no part asks for this derivative" if derivative is not None
                      else "its left side is no quantity that a part asks for")  # fmt: skip
            self.unplaced.append(Unplaced(equation.line, _whole(equation), reason))
        elif parts := [
            part for side in equation.right.split("=") for part in self.lookup.parts(side)
        ]:
            reason = "the quantity stands on its right; write it as `quantity = answer`"
            self.unplaced.append(Unplaced(equation.line, _whole(equation), reason))
            self.doubt(parts, _whole(equation), equation.line, reason)
        elif not bare:
            self.unplaced.append(Unplaced(equation.line, _whole(equation), "its left side is "
                                          "neither a quantity nor a name", answer=False))  # fmt: skip

    # --- what comes out ---------------------------------------------------------

    def at(self, line: int) -> Place:
        return Place(self.file, line, 1)

    def outcome(self) -> Outcome:
        """Everything, in the order of the homework."""
        placed: list[Placed] = []
        superseded: list[Placed] = []
        chosen: dict[str, Entry] = {}
        for part in self.homework.parts:
            given = self.answers.get(part.id)
            if not given:
                continue
            last = next((answer for answer in reversed(given) if not answer.weak), given[-1])
            local = part.id.partition(".")[2]
            place = self.at(last.line)
            chosen[part.id] = Entry(local, last.text, place, place, last.problem)
            if last.problem is None or not last.weak:
                placed.append(Placed(part.id, last.text, last.line))
            for answer in given:
                if answer is last or (answer.weak and answer.problem is not None):
                    continue
                superseded.append(Placed(part.id, answer.text, answer.line))
                if answer.text != last.text:
                    self.notes.append(f"line {answer.line}: `{part.id}` is answered in line "
                                      f"{last.line} too; that answer counts")  # fmt: skip
            if last.problem is not None and not last.weak:
                self.unplaced.append(Unplaced(last.line, f"{part.id}: {last.text}", last.problem))
        if self.restated:
            lines = ", ".join(map(str, sorted(set(self.restated))))
            self.notes.append(f"line {min(self.restated)}: names of the homework mean what it says "
                              f"itself (lines {lines})")  # fmt: skip
        everywhere, own = self.scoped()
        blocks = tuple(
            AnswerBlock(question, tuple(own.get(question, ())),
                        tuple(chosen[part.id] for part in parts if part.id in chosen))
            for question, parts in self.homework.by_question.items()
            if question in own or any(part.id in chosen for part in parts)
        )  # fmt: skip
        return Outcome(everywhere, blocks, tuple(placed), tuple(superseded),
                       tuple(sorted(self.unplaced, key=lambda item: item.line)),
                       tuple(self.notes))  # fmt: skip

    def scoped(self) -> tuple[tuple[Entry, ...], dict[str, list[Entry]]]:
        """The definitions for the whole file, and those that one question has for itself.

        A name with one meaning holds everywhere.  One with several holds in each
        question with the meaning it has there; where that is not one either, the
        entry has a problem, and answers that use the name go to a person.
        """
        everywhere: list[Entry] = []
        own: dict[str, list[Entry]] = {}
        by_name: dict[str, list[_Definition]] = {}
        for definition in self.definitions:
            by_name.setdefault(definition.name, []).append(definition)
        for name, given in by_name.items():
            # Where another question has the name itself, it would only be in the way.
            if _agree(given) and not (self.is_known(name) and self.question_of(given[-1])):
                everywhere.append(self.entry(given[-1:]))
                continue
            by_question: dict[str | None, list[_Definition]] = {}
            for definition in given:
                by_question.setdefault(self.question_of(definition), []).append(definition)
            for question, here in by_question.items():
                entry = self.entry(here[-1:] if _agree(here) else here)
                if question is None:
                    everywhere.append(entry)
                else:
                    own.setdefault(question, []).append(entry)
        return tuple(everywhere), own

    def is_known(self, name: str) -> bool:
        """Whether a question of the homework has the name."""
        return any(
            parts[0].statement.vocabulary.resolve(name) is not None
            for parts in self.homework.by_question.values()
        )

    def question_of(self, definition: _Definition) -> str | None:
        """The question that a definition serves: its heading's, else the next answer's."""
        if definition.question is not None:
            return definition.question
        if definition.before < len(self.order):
            return self.order[definition.before]
        return self.order[-1] if self.order else None

    def entry(self, given: Sequence[_Definition]) -> Entry:
        first = given[0]
        place = self.at(first.line)
        if len(given) == 1:
            return Entry(first.key, first.text, place, place)
        lines = " and ".join(str(definition.line) for definition in given)
        for definition in given:
            self.unplaced.append(
                Unplaced(definition.line, f"{definition.key} = {definition.text}",
                         f"`{definition.key}` is defined differently in lines {lines}")
            )  # fmt: skip
        return Entry(first.key, "\n".join(definition.text for definition in given), place, place,
                     f"`{first.key}` is defined differently in lines {lines}; keep one")  # fmt: skip


#: A space of numbers, vectors or matrices: what follows is a size.
#: A group with nothing in it, behind ``=``.
_LEFT_EMPTY = re.compile(r"\{\s*\}")
_SPACE = re.compile(r"\s*(?:\\mathbb\s*\{?\s*R|ℝ|R\s*\^)")


def _split_member(text: str) -> tuple[str, str, str]:
    """What stands before ``∈``, the sign, and what stands behind it."""
    found = re.search(r"\\in(?![A-Za-z])|∈", text)
    if found is None:
        return text, "", ""
    return text[: found.start()].strip(), found[0], text[found.end() :].strip()


def _agree(given: Sequence[_Definition]) -> bool:
    texts = {definition.text for definition in given}
    return len(texts) == 1 or same_tree(sorted(texts))


def _whole(equation: Equation) -> str:
    sign = r"\in" if equation.relation == "in" else "="
    return f"{' '.join((equation.left or '').split())} {sign} {equation.right}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def place_equations(homework: Homework, document: Document, file: str) -> Outcome:
    """What a document answers and defines.  Raises LimitError for one that is too long."""
    found, loose = find_equations(document, Lookup(homework))
    lookup = Lookup(homework, frozenset(_defined(found, Lookup(homework))))
    placer = _Placer(homework, lookup, file)
    for item in found:
        placer.take(item)
    placer.unplaced += [Unplaced(item.line, item.text, item.reason) for item in loose]
    return placer.outcome()


def _defined(found: Iterable[Found], lookup: Lookup) -> set[str]:
    """The names that the equations define and that a right side may then use."""
    names = set()
    for item in found:
        left = item.equation.left or ""
        if item.equation.relation == "=" and not lookup.parts(left):
            name = lookup.name(left)
            if name is not None:
                names.add(name)
    return names


__all__ = ["Loose", "Outcome", "Placed", "Unplaced", "place_equations"]
