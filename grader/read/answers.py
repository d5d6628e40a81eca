"""An answers file, as students make them, to frozen values.

Reading never gives up on a file for the sake of one answer: what cannot be read
becomes an entry with a problem, or a fault beside what could be read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from grader.errors import Fault, FileError
from grader.limits import (
    ANSWERS_CHARACTERS,
    ANSWERS_LINES,
    FILE_FAULTS,
    IDENTITY_CHARACTERS,
    UNKNOWN_KEYS,
)
from grader.read.decode import decode, read_bytes
from grader.read.entries import Entry, key_text, value_of
from grader.read.nodes import Alias, Listing, Node, Pairs, Scalar, Source, walk
from grader.read.suggest import near
from grader.read.trees import Tree, read_tree
from grader.results import Student
from grader.source import Place, brief

__all__ = ["AnswerBlock", "AnswersFile", "Entry", "load_answers", "read_answers"]

#: The keys of an answers file, and of its ``student``.
TOP_KEYS: Final = ("student", "assignment", "definitions", "answers")
STUDENT_KEYS: Final = ("name", "id", "sis_user_id", "sis_login_id")

#: Faults of a file that does not say whose it is; where Canvas says so, they are none.
NO_STUDENT: Final = "the file has no `student`"
NO_NAME: Final = "`student` says neither name nor id"
_WHOSE: Final = frozenset({NO_STUDENT, NO_NAME})

_QUESTION: Final = re.compile(
    r"(?i:q|question|problem|p|ex|exercise|task|part)?[ _-]*\d{1,3}[a-z]?"
)
_PART: Final = re.compile(r"[.\\/∂_=]")


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """The answers to one question, in the order written.

    ``question`` is its key as written, None for answers that stand in no question
    (``q1.phi_0:``, or a quantity for a key).
    """

    question: str | None
    definitions: tuple[Entry, ...]
    answers: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """A student's file as written.

    ``definitions`` hold for all blocks.  ``notes`` say how the file was read where
    that was not obvious, each with its line; those about one answer are also in
    its entry.  ``faults`` are what could not be read although the file could.
    ``digest`` is the SHA-256 of the bytes, in hex.
    """

    file: str
    student: Student
    assignment: str | None
    definitions: tuple[Entry, ...]
    blocks: tuple[AnswerBlock, ...]
    notes: tuple[str, ...]
    digest: str
    faults: tuple[Fault, ...] = ()


def load_answers(path: Path | str, name: str | None = None) -> AnswersFile:
    """Read an answers file; ``name`` is what faults call it, the path by default.

    Raises FileError, with all faults, where nothing in it can be graded.
    """
    called = str(path) if name is None else name
    return read_answers(read_bytes(Path(path), called), called)


def read_answers(data: bytes, file: str) -> AnswersFile:
    """Read the bytes of an answers file; ``file`` names it in faults.

    Raises FileError, with all faults, where nothing in it can be graded.
    """
    decoded = decode(data, file)
    _must_be_readable(decoded.text, file)
    tree = read_tree(decoded.text, file)
    reader = _Reader(tree)
    reader.notes.extend(decoded.notes)
    reader.faults.extend(decoded.faults)
    reader.read()
    if tree.unsound is not None:
        line = f"line {tree.unsound.place.line}:"
        if not tree.notes and not any(note.startswith(line) for note in reader.notes):
            reader.notes.append(f"{line} not sound YAML, {tree.unsound.message}; read line by line")
    faults = sorted(set(reader.faults))
    more = len(faults) - FILE_FAULTS + reader.more_faults
    if more > 0:
        faults[FILE_FAULTS:] = [
            replace(faults[-1], path="", message=f"{more:,} more such faults are not listed",
                    suggestion=None, excerpt=None)
        ]  # fmt: skip
    if reader.more_notes:
        reader.notes.append(f"{reader.more_notes:,} more notes of this kind are not listed")
    if not reader.has_content or (faults and not reader.has_answers):
        if tree.unsound is not None:
            faults = sorted({*faults, tree.unsound})
        raise FileError(faults or [tree.source.fault(0, 1, "the file holds no answers")])
    return AnswersFile(
        file=file,
        student=Student(**reader.student),
        assignment=reader.assignment,
        definitions=tuple(reader.definitions),
        blocks=tuple(reader.blocks),
        notes=tuple(dict.fromkeys(sorted(reader.notes, key=_note_order))),
        digest=hashlib.sha256(data).hexdigest(),
        faults=tuple(faults),
    )


def _must_be_readable(text: str, file: str) -> None:
    """Raise FileError for a text that no person wrote as an answers file."""
    lines = text.count("\n")
    for count, most, what in (
        (len(text), ANSWERS_CHARACTERS, "characters"),
        (lines, ANSWERS_LINES, "lines"),
    ):
        if count > most:
            message = f"the file has {count:,} {what}; an answers file of at most {most:,} is read"
            raise FileError([Fault(Place(file, 1, 1), "", message)])


def _note_order(note: str) -> int:
    found = re.match(r"line (\d+):", note)
    return int(found[1]) if found else 0


def is_container(node: Node) -> bool:
    r"""Whether a node is a mapping that holds answers, not a group such as ``{\phi_1}``."""
    if not isinstance(node, Pairs):
        return False
    return not node.flow or not node.pairs or any(
        not (isinstance(value, Scalar) and value.start == value.end) for _, value in node.pairs
    )  # fmt: skip


class _Reader:
    """Gathers what one file holds; lives for one call of :func:`read_answers`."""

    def __init__(self, tree: Tree) -> None:
        self.source: Source = tree.source
        self.documents = tree.documents
        self.notes: list[str] = list(tree.notes)
        self.faults: list[Fault] = list(tree.faults)
        self.student: dict[str, str | None] = {}
        self.assignment: str | None = None
        self.definitions: list[Entry] = []
        self.blocks: list[AnswerBlock] = []
        self.has_content = False
        self.more_notes = self.more_faults = 0
        nodes = list(walk(list(tree.documents)))
        used = {node.name for node in nodes if isinstance(node, Alias)}
        self.anchors = {
            node.anchor: node.start
            for node in nodes
            if not isinstance(node, Alias) and node.anchor in used
        }
        for node in nodes:
            if isinstance(node, Listing | Pairs) and (node.anchor or node.tag):
                self.note(node, "anchors and tags of YAML are not read")

    # --- notes and faults ---------------------------------------------------

    def note(self, node: Node, message: str) -> None:
        if len(self.notes) < FILE_FAULTS:
            self.notes.append(f"line {self.source.line_of(node.start)}: {message}")
        else:
            self.more_notes += 1

    def fault(
        self, node: Node, message: str, suggestion: str | None = None, path: str = ""
    ) -> None:
        if len(self.faults) < FILE_FAULTS or message in _WHOSE:
            self.faults.append(self.source.fault(node.start, node.end, message, suggestion, path))
        else:
            self.more_faults += 1

    # --- the file -------------------------------------------------------------

    def read(self) -> None:
        pairs: list[tuple[Node, Node]] = []
        seen: set[str] = set()
        for index, document in enumerate(self.documents):
            found = self.pairs_of(document, "the file")
            names = {self.key(key) for key, _ in found}
            if index and (names & seen or not found):
                line = self.source.line_of(document.start)
                if found:
                    self.fault(document, f"a second document begins in line {line}; only what "
                               "stands before it is read", "hand in one file for each student")  # fmt: skip
                break
            if index:
                self.note(document, "`---` divides the file; both sides are read as one")
            seen |= names
            pairs += found
        self.top_level(pairs)

    def key(self, node: Node) -> str:
        return key_text(node, self.source)[0]

    def pairs_of(self, node: Node, what: str) -> list[tuple[Node, Node]]:
        """The pairs of a mapping, or of a list of mappings; else a fault and none."""
        if isinstance(node, Pairs):
            return list(node.pairs)
        if isinstance(node, Listing) and node.items and all(map(is_container, node.items)):
            self.note(node, f"{what} is a list of mappings; read as one mapping")
            return [pair for item in node.items if isinstance(item, Pairs) for pair in item.pairs]
        if isinstance(node, Scalar) and node.is_empty:
            return []
        kind = "a list" if isinstance(node, Listing) else "one text"
        if not self.faults or what != "the file":
            self.fault(node, f"{what} is {kind}, not lines of `key: value`", path="")
        return []

    def top_level(self, pairs: list[tuple[Node, Node]]) -> None:
        names = self.named(pairs, TOP_KEYS)
        present = {name for name in names if name is not None}
        seen: dict[str, Node] = {}
        loose: list[tuple[Node, Node]] = []
        for (key, value), name in zip(pairs, names, strict=True):
            if name is None:
                self.other(key, value, "answers" in present, loose)
                continue
            if name in seen and name in ("student", "assignment"):
                line = self.source.line_of(seen[name].start)
                self.fault(key, f"`{name}` stands twice (the first in line {line}); "
                           "the first one is read", path=f"$.{name}")  # fmt: skip
                continue
            seen[name] = key
            if name == "student":
                self.read_student(value)
            elif name == "assignment":
                got = value_of(value, self.source, self.anchors)
                self.assignment = None if got.text is None else got.text.strip()
            elif name == "definitions":
                self.definitions += self.entries(self.pairs_of(value, "`definitions`"))
            else:
                self.read_answers(value)
        if loose:
            self.read_pairs(loose)
        self.has_content = any(self.student.values()) or any(
            block.answers and ("answers" in seen or self.is_homework(block))
            for block in self.blocks
        )
        if "answers" not in seen and not self.blocks and pairs:
            root = self.documents[0]
            where = Scalar("", "plain", root.start, root.start + 1)
            self.fault(where, "the file has no `answers`", "put the answers below `answers:`")
        if "student" not in seen and not self.student and pairs:
            root = self.documents[0]
            where = Scalar("", "plain", root.start, root.start + 1)
            self.fault(where, NO_STUDENT,
                       "begin it with `student: {name: ..., id: ...}`")  # fmt: skip
        elif not self.student.get("id") and not self.student.get("name") and pairs:
            where_node = seen.get("student", self.documents[0])
            self.fault(where_node, NO_NAME, path="$.student")

    @property
    def has_answers(self) -> bool:
        """Whether any answer could be read."""
        return any(
            entry.text is not None and entry.problem is None
            for block in self.blocks
            for entry in block.answers
        )

    def is_homework(self, block: AnswerBlock) -> bool:
        """Whether a block outside ``answers`` looks like answers at all."""
        keys = [entry.key for entry in block.answers] + [block.question or ""]
        return any(_QUESTION.fullmatch(key) or _PART.search(key) for key in keys)

    def named(self, pairs: list[tuple[Node, Node]], known: tuple[str, ...]) -> list[str | None]:
        """For each pair the key of ``known`` that it means, or None.

        Another case (``Answers``) or a near miss (``anwsers``) counts where the
        right key is absent, with a note.
        """
        typed = [self.key(key) for key, _ in pairs]
        present = set(typed) & set(known)
        names: list[str | None] = []
        unlike = 0
        for (key, _), text in zip(pairs, typed, strict=True):
            if text in known:
                names.append(text)
                continue
            close = None
            if unlike < UNKNOWN_KEYS and not _QUESTION.fullmatch(text) and not _PART.search(text):
                close = near(text, known)
                unlike += close is None
            if close is None or close in present:
                names.append(None)
                continue
            present.add(close)
            self.note(key, f"`{text}` is read as `{close}`")
            names.append(close)
        return names

    def other(
        self, key: Node, value: Node, has_answers: bool, loose: list[tuple[Node, Node]]
    ) -> None:
        """A key of the file that is none of its own: answers that were put there, or a fault."""
        text = self.key(key)
        folded = text.casefold()
        if folded in STUDENT_KEYS and isinstance(value, Scalar):
            if folded not in self.student:
                self.note(key, f"`{text}` belongs into `student`; read as if it stood there")
                self.student[folded] = self.field(value)
            return
        if _QUESTION.fullmatch(text) or (_PART.search(text) and " " not in text.strip("\\")):
            if has_answers:
                self.note(key, f"`{text}` stands outside `answers`; read as if it stood there")
            loose.append((key, value))
            return
        if not has_answers or _PART.search(text):
            loose.append((key, value))
            return
        close = near(text, TOP_KEYS) if len(self.faults) < FILE_FAULTS else None
        self.fault(
            key,
            f"`{brief(text)}` is not a key of an answers file; what stands below it is not read",
            f"did you mean `{close}`?"
            if close
            else "there are `student`, `assignment`, `definitions` and `answers`",
            f"$.{text}",
        )

    # --- student --------------------------------------------------------------

    def read_student(self, node: Node) -> None:
        if isinstance(node, Scalar) and not node.is_empty:
            self.student.setdefault("name", self.field(node))
            self.note(node, "`student` is one text; read as the name")
            return
        pairs = self.pairs_of(node, "`student`")
        for (key, value), name in zip(pairs, self.student_names(pairs), strict=True):
            if name is None:
                continue
            if name in self.student:
                self.fault(
                    key, f"`{name}` stands twice; the first one is read", path=f"$.student.{name}"
                )
                continue
            if not isinstance(value, Scalar):
                self.fault(value, f"`{name}` must be one text", path=f"$.student.{name}")
                continue
            self.student[name] = self.field(value)

    def student_names(self, pairs: list[tuple[Node, Node]]) -> Iterator[str | None]:
        for key, _ in pairs:
            text = self.key(key)
            folded = text.casefold()
            if folded in STUDENT_KEYS:
                if folded != text:
                    self.note(key, f"`{text}` is read as `{folded}`")
                yield folded
                continue
            close = near(text, STUDENT_KEYS) if len(self.notes) < FILE_FAULTS else None
            mend = f"did you mean `{close}`?" if close else "there are " + ", ".join(
                f"`{name}`" for name in STUDENT_KEYS
            )  # fmt: skip
            self.note(key, f"`{brief(text)}` is not a key of `student` and not read; {mend}")
            yield None

    def field(self, node: Scalar) -> str | None:
        got = value_of(node, self.source, self.anchors)
        text = None if got.text is None else got.text.strip()
        if text is not None and len(text) > IDENTITY_CHARACTERS:
            self.fault(node, f"a name or id has {len(text):,} characters, and is not read; at most"
                       f" {IDENTITY_CHARACTERS:,} are", path="$.student")  # fmt: skip
            return None
        return text

    # --- answers ----------------------------------------------------------------

    def read_answers(self, node: Node) -> None:
        self.read_pairs(self.pairs_of(node, "`answers`"))

    def read_pairs(self, pairs: Iterable[tuple[Node, Node]]) -> None:
        """Questions with their answers, and answers in no question."""
        questions: dict[str, list[tuple[Node, Node]]] = {}
        flat: list[tuple[Node, Node]] = []
        for key, value in pairs:
            name = self.key(key)
            if name == "definitions" and (is_container(value) or _is_empty(value)):
                self.definitions += self.entries(self.pairs_of(value, "`definitions`"))
            elif is_container(value) or _is_list_of_mappings(value):
                if name in questions:
                    self.note(key, f"`{name}` stands twice; both are read")
                found = self.pairs_of(value, f"`{name}`")
                questions.setdefault(name, []).extend(found)
            elif _QUESTION.fullmatch(name):
                if _is_empty(value):
                    questions.setdefault(name, [])
                else:
                    self.fault(value, f"`{name}` must hold a line `part: answer` for each part",
                               path=f"$.answers.{name}")  # fmt: skip
            else:
                flat.append((key, value))
        for name, found in questions.items():
            definitions = [pair for pair in found if self.is_definitions(pair)]
            answers = [pair for pair in found if not self.is_definitions(pair)]
            self.blocks.append(
                AnswerBlock(
                    name,
                    tuple(
                        entry
                        for _, value in definitions
                        for entry in self.entries(self.pairs_of(value, "`definitions`"))
                    ),
                    tuple(self.entries(answers)),
                )
            )
        if flat:
            self.blocks.append(AnswerBlock(None, (), tuple(self.entries(flat))))

    def is_definitions(self, pair: tuple[Node, Node]) -> bool:
        # The value first: whether a key is nearly the word is dear, and may be asked 40,000 times.
        return (is_container(pair[1]) or _is_empty(pair[1])) and self.key(pair[0]) == "definitions"

    def entries(self, pairs: list[tuple[Node, Node]]) -> list[Entry]:
        """An entry for each key; one that stands twice with two answers has a problem."""
        entries: dict[str, Entry] = {}
        for key, value in pairs:
            entry = self.entry(key, value)
            first = entries.get(entry.key)
            entries[entry.key] = entry if first is None else self.doubled(first, entry)
        return list(entries.values())

    def entry(self, key: Node, value: Node) -> Entry:
        name, key_notes = key_text(key, self.source)
        got = value_of(value, self.source, self.anchors)
        problem = got.problem
        if name == "<<":
            problem = "the merge key `<<` is not read; write the answers themselves"
        notes = tuple(dict.fromkeys((*key_notes, *got.notes)))
        for message in notes:
            self.note(value, message)
        return Entry(
            name,
            got.text,
            self.source.place(got.offset),
            self.source.place(key.start),
            problem,
            notes,
        )

    def doubled(self, first: Entry, second: Entry) -> Entry:
        lines = f"lines {first.key_place.line} and {second.key_place.line}"
        if first.text == second.text and first.problem == second.problem:
            message = f"`{first.key}` stands twice with the same answer ({lines})"
            self.notes.append(f"line {second.key_place.line}: {message}")
            return first
        if second.text is None:
            return first
        if first.text is None:
            return second
        return Entry(
            first.key,
            f"{first.text}\n{second.text}",
            first.place,
            first.key_place,
            f"`{first.key}` stands twice with different answers ({lines}); keep one",
            (*first.notes, *second.notes),
        )


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_empty


def _is_list_of_mappings(node: Node) -> bool:
    return isinstance(node, Listing) and bool(node.items) and all(map(is_container, node.items))
