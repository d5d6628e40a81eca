"""A student's own names: what each means within one question, or why it may not.

``definitions`` of a file reach all questions, those of a question only itself.
A name of the rubric cannot be bound anew: an answer that uses such a definition
is ``disallowed``.  Two kinds of re-definition are harmless: one with the same
meaning, and a definition for the whole file that does not read in a question
that has the name itself (``h_1: a[z_1]`` serves the first question; the second
has an ``h_1`` of its own and no ``z_1``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from grader.compare.interpret import Unevaluated
from grader.compare.ladder import compare
from grader.compare.reference import make_reference
from grader.errors import AnswerError, LimitError
from grader.expr.composite import Answer, sides
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_answer, parse_name
from grader.expr.tree import Call, Node, Symbol, symbols, walk
from grader.limits import DEFINITIONS_READ
from grader.questions.part import Statement
from grader.read.answers import Entry
from grader.results import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Scope:
    """The student's names in one question.

    ``trees`` holds every name that has a meaning; ``problems`` the verdict for an
    answer that uses one that has none, or may not have it; ``functions`` the same
    for rows of the function table whose name was bound anew.
    """

    vocabulary: Vocabulary
    trees: Mapping[str, Node]
    problems: Mapping[str, Verdict]
    functions: Mapping[str, Verdict]
    notes: tuple[str, ...] = ()

    def used(self, tree: Answer) -> tuple[dict[str, Node], Verdict | None]:
        """The definitions that a tree needs, and the problem that the first bad one is."""
        if not self.trees and not self.problems and not self.functions:
            return {}, None
        expressions = sides(tree)
        if self.functions:
            for side in expressions:
                for part in walk(side):
                    if isinstance(part, Call) and part.function in self.functions:
                        return {}, self.functions[part.function]
        needed: dict[str, Node] = {}
        pending = sorted(frozenset().union(*map(symbols, expressions)), reverse=True)
        while pending:
            name = pending.pop()
            if name in self.problems:
                return {}, self.problems[name]
            if name in self.trees and name not in needed:
                needed[name] = self.trees[name]
                pending.extend(sorted(symbols(self.trees[name]), reverse=True))
        return needed, None

    def extended(self, inner: Mapping[str, Node], statement: Statement, key: str) -> Scope:
        """With names defined within one answer ("where z_1 = …").

        They hide names of the same spelling that the file defines, but a name of the
        rubric cannot be bound anew here either.  ``key`` is :func:`make_scope`'s.
        """
        if not inner:
            return self
        trees = {**self.trees, **inner}
        problems = {name: verdict for name, verdict in self.problems.items() if name not in inner}
        for name, tree in inner.items():
            if name in statement.vocabulary.names:
                del trees[name]
                if not _same_meaning(statement, name, tree, key):
                    problems[name] = _disallowed(
                        f"`{name}` is a name of the homework and cannot be defined anew"
                    )
        for name in _circular(trees):
            problems[name] = _disallowed(f"the definition of {name} is circular")
        return replace(self, trees=trees, problems=problems)


def _disallowed(reason: str) -> Verdict:
    return Verdict(Outcome.DISALLOWED, reason=reason)


@dataclass(frozen=True, slots=True)
class _Written:
    """One definition as written, with the canonical name it binds."""

    name: str
    entry: Entry
    whole_file: bool


def make_scope(
    statement: Statement, file: Iterable[Entry], question: Iterable[Entry], key: str
) -> Scope:
    """What the definitions of a file and of a question mean within that question.

    A definition of the question hides one of the file with the same name.  ``key``
    names the question, for fixed sample points.  Never raises.
    """
    notes: list[str] = []
    written: dict[str, _Written] = {}
    for entries, whole_file in ((tuple(file), True), (tuple(question), False)):
        left = len(entries) - DEFINITIONS_READ
        if left > 0:
            notes.append(
                f"only the first {DEFINITIONS_READ:,} definitions are read; {left:,} more are left out"
            )
        for entry in entries[:DEFINITIONS_READ]:
            try:
                name = parse_name(entry.key, FREE)
            except (AnswerError, LimitError) as error:
                notes.append(f"the definition of `{entry.key}` is left out: {error}")
                continue
            name = statement.vocabulary.resolve(name) or name
            written[name] = _Written(name, entry, whole_file)
    if not written:
        return Scope(statement.vocabulary, {}, {}, {})
    vocabulary = statement.vocabulary.with_names(written)
    trees: dict[str, Node] = {}
    problems: dict[str, Verdict] = {}
    functions: dict[str, Verdict] = {}
    for name, item in written.items():
        tree, problem = _meaning(item, vocabulary)
        row = statement.vocabulary.functions.get(name)
        ours = name in statement.vocabulary.names or row is not None
        if ours and item.whole_file and tree is None:
            notes.append(
                f"the definition of `{item.entry.key}` is not used here, where the homework "
                "has this name itself"
            )
        elif row is not None:
            functions[row] = _disallowed(f"`{item.entry.key}` is a function of the homework "
                                         "and cannot be defined anew")  # fmt: skip
        elif tree is None:
            assert problem is not None
            problems[name] = problem
        elif not ours:
            trees[name] = tree
        elif not _same_meaning(statement, name, tree, key):
            problems[name] = _disallowed(
                f"`{item.entry.key}` is a name of the homework and cannot be defined anew"
            )
    for name in _circular(trees):
        problems[name] = _disallowed(f"the definition of `{written[name].entry.key}` is circular")
        trees.pop(name)
    return Scope(vocabulary, trees, problems, functions, tuple(notes))


def _meaning(item: _Written, vocabulary: Vocabulary) -> tuple[Node | None, Verdict | None]:
    entry = item.entry
    if entry.problem is not None or entry.text is None:
        why = entry.problem or "nothing is written there"
        return None, Verdict(
            Outcome.UNREADABLE, reason=f"the definition of `{entry.key}` cannot be read: {why}"
        )
    try:
        reading = parse_answer(entry.text, vocabulary)
    except AnswerError as error:
        why = error.sentence
    except LimitError as error:
        why = error.message
    else:
        heading = reading.heading
        if not isinstance(reading.tree, Node):
            why = "it is a size"
        elif heading is not None and heading != Symbol(item.name):
            why = "it is headed by another name"
        else:
            return reading.tree, None
    return None, Verdict(
        Outcome.UNREADABLE, reason=f"the definition of `{entry.key}` cannot be read: {why}"
    )


def _same_meaning(statement: Statement, name: str, tree: Node, key: str) -> bool:
    """Whether a definition only repeats what the name means in the rubric."""
    if tree in (Symbol(name), statement.forward.get(name)):
        return True
    if symbols(tree) - statement.vocabulary.names:
        return False
    if statement.vocabulary.shapes:
        return _same_matrix(statement, name, tree)
    try:
        reference = make_reference(
            Symbol(name),
            f"{key} {name}",
            environment=statement.forward,
            positive=statement.positive,
            negative=statement.negative,
            integers=statement.integers,
            intervals=statement.intervals,
            names=statement.leaves,
        )
        return bool(compare(reference, tree))
    except (LimitError, Unevaluated, KeyError):
        return False


def _same_matrix(statement: Statement, name: str, tree: Node) -> bool:
    """The same where names have sizes."""
    from grader.compare.matrix.decide import compare_matrices, make_matrix_reference
    from grader.expr.typed import ShapeError

    given = {n: s for n, s in statement.vocabulary.shapes.items() if n not in statement.forward}
    try:
        reference = make_matrix_reference(
            Symbol(name), name, shapes=given, environment=statement.forward
        )
    except (ShapeError, LimitError):
        return False
    return bool(compare_matrices(reference, tree))


def _circular(trees: Mapping[str, Node]) -> list[str]:
    """The names whose definitions lead back to themselves or into a circle.

    Iterative: peels off what depends on nothing that is left.
    """
    needs = {name: set(symbols(tree) & trees.keys()) for name, tree in trees.items()}
    users: dict[str, list[str]] = {}
    for name, inner in needs.items():
        for used in inner:
            users.setdefault(used, []).append(name)
    free = [name for name, inner in needs.items() if not inner]
    while free:
        done = free.pop()
        for user in users.get(done, ()):
            needs[user].discard(done)
            if not needs[user]:
                free.append(user)
    return sorted(name for name, inner in needs.items() if inner)
