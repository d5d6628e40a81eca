r"""What a left side means in a homework, and how a right side reads there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from grader.documents.equations import looks_derived
from grader.errors import AnswerError, LimitError
from grader.expr.composite import Extents, Label, sides
from grader.expr.functions import SPELLINGS
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_answer, parse_name, parse_quantity
from grader.expr.reading import Reading
from grader.expr.tree import (
    Call,
    Dimensions,
    Indicator,
    Negation,
    Node,
    Partial,
    Product,
    Symbol,
    symbols,
    walk,
)
from grader.homework import Homework
from grader.questions import QUESTIONS
from grader.questions.part import Part
from grader.questions.update import BECOMES

#: Longest left side that is looked up; a derivative has under 100 characters.
_LONGEST_LEFT: Final = 300

#: A name with what it is a function of.
_FUNCTION: Final = re.compile(
    r"(?P<name>[^()=\s][^()=]*?)\s*(?:\\left\s*)?\([A-Za-z][\\A-Za-z0-9_{},\s]*\)\s*\Z"
)

_SIZE_OF: Final = re.compile(
    r"(?:\\(?:text|mathrm|operatorname|textrm|mbox|textbf)\*?\s*\{\s*(?:the\s+)?(?:size|shape|dim)[a-z]*"
    r"(?:\s+of)?(?:\s+the)?\s*:?\s*\}|\\dim(?![A-Za-z])|(?:the\s+)?(?:size|shape|dim)[a-z]*(?:\s+of)?(?![a-z]))"
    r"\s*(?:\\left\s*)?(?P<open>[(\[]?)(?P<what>.*?)(?:\\right\s*)?[)\]]?\s*\Z",
    re.IGNORECASE | re.DOTALL,
)


#: Characters that LaTeX writes with letters.
_SPELLED_OUT: Final = re.compile(r"\\text(?:asciicircum|asciitilde|backslash)(?![A-Za-z])(?:\{\})?")


def letters(text: str) -> str:
    """The letters and digits of a text, to compare by."""
    return re.sub(r"[\W_]+", "", _SPELLED_OUT.sub("", text)).casefold()


@dataclass
class Lookup:
    """Answers questions about texts for one homework and one document; remembers them.

    ``own``: names that the student defines, which every question then knows.
    """

    homework: Homework
    own: frozenset[str] = frozenset()
    _lefts: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    _vocabularies: dict[str, Vocabulary] = field(default_factory=dict)

    def __post_init__(self) -> None:
        statements = [parts[0].statement for parts in self.homework.by_question.values() if parts]
        #: What the homework calls functions.
        self.functions = frozenset(f for s in statements for f in s.vocabulary.functions)
        #: The homework's own sentences, the longest first, as letters and digits.
        told = {letters(question.prompt) for question in self.homework.statement.questions}
        told |= {letters(part.prompt) for part in self.homework.parts}
        self.prompts = sorted((each for each in told if each), key=lambda each: (-len(each), each))
        #: Whether a part asks for a step, in which an arrow stands for an equals sign.
        self.by_step = any(part.kind == "update" for part in self.homework.parts)
        #: Whether a part asks for a quantity that is a name.
        self.by_name = any(not isinstance(part.quantity, Partial) for part in self.homework.parts)

    def is_prompt(self, text: str) -> bool:
        """Whether words are the homework's own: a student who leaves the questions in does
        not answer with what they say."""
        words = letters(text)
        if not words:
            return False
        for prompt in self.prompts:
            words = words.replace(prompt, "")
        return not words

    # --- left sides -----------------------------------------------------------

    def with_equals(self, text: str) -> str:
        """The text with ``=`` for ``\\leftarrow``, where steps are asked."""
        return BECOMES.sub("=", text) if self.by_step else text

    def parts(self, left: str) -> tuple[Part, ...]:
        """The parts that a left side names: by quantity, or by id."""
        found = self._lefts.get(left)
        if found is None:
            found = self._lefts[left] = self._parts(left)
        return found

    def _parts(self, left: str) -> tuple[Part, ...]:
        text = left.strip().strip("$").strip()
        if not text or len(text) > _LONGEST_LEFT:
            return ()
        plain = re.sub(r"\\texttt\{(.*)\}|`", lambda m: m[1] or "", text.replace(r"\_", "_"))
        by_id = tuple(p for p in self.homework.parts if plain == p.id)
        if by_id:
            return by_id
        # Most quantities are derivatives, and most left sides are not.
        if self.by_name or looks_derived(text):
            found = tuple(part for part in self.homework.parts if self._is_quantity(text, part))
            if found:
                return found
        local = [
            p for p in self.homework.parts if plain == p.id.partition(".")[2] and "_d" in plain
        ]
        if local:
            return tuple(local)
        function = _FUNCTION.match(text)
        if function is not None:  # "T_3(x) = …", where T_3 is asked
            return tuple(p for p in self.parts(function["name"]) if p.kind == "expression")
        size = _SIZE_OF.match(text)
        if size is not None and size["what"].strip():
            return tuple(p for p in self.parts(size["what"].strip())
                         if isinstance(p.answer, Dimensions))  # fmt: skip
        return ()

    def _is_quantity(self, text: str, part: Part) -> bool:
        if not isinstance(part.quantity, Partial):
            return part.is_named_by(text)
        key = (part.question, text)
        quantity = self._quantities.get(key, ...)
        if quantity is ...:
            try:
                quantity = parse_quantity(text, part.statement.vocabulary)
            except (AnswerError, LimitError):
                quantity = None
            self._quantities[key] = quantity
        return quantity == part.quantity

    _quantities: dict[tuple[str, str], object] = field(default_factory=dict)

    def name(self, left: str) -> str | None:
        """The canonical name that a left side is, where it is one and can be defined."""
        text = left.strip()
        if (
            not text
            or len(text) > _LONGEST_LEFT
            or not re.match(r"[\\A-Za-z\u0370-\u03ff{]|[^\x00-\x7f]", text)
        ):
            return None
        try:
            name = parse_name(text, FREE)
        except (AnswerError, LimitError):
            return None
        if name in self.functions or name.lower() in SPELLINGS or name in ("e", "pi", "I", "d"):
            return None
        return name

    def derivative(self, left: str) -> Partial | None:
        """A derivative of whatever, where a left side is one."""
        if len(left) > _LONGEST_LEFT:
            return None
        try:
            found = parse_quantity(left, FREE)
        except (AnswerError, LimitError):
            return None
        return found if isinstance(found, Partial) else None

    def is_left(self, left: str) -> bool:
        """Whether an equation may be headed by this text."""
        return bool(self.parts(left) or self.derivative(left) or self.name(left))

    # --- right sides ----------------------------------------------------------

    def vocabulary(self, part: Part) -> Vocabulary:
        """The names of a part's question and of the student."""
        found = self._vocabularies.get(part.question)
        if found is None:
            found = part.statement.vocabulary.with_names(self.own)
            self._vocabularies[part.question] = found
        return found

    def fits(self, part: Part, text: str) -> bool:
        """Whether a right side reads as what the part asks for: a size, or an expression."""
        try:
            reading = QUESTIONS[part.kind].read(text, self.vocabulary(part), part)
        except (AnswerError, LimitError):
            return False
        tree = reading.tree
        if not isinstance(tree, Dimensions | Extents):
            return True
        return all(
            symbols(side) <= part.statement.leaves | self.own
            and not any(isinstance(node, Partial | Call | Indicator) for node in walk(side))
            for side in sides(tree)
        )

    def is_headed(self, part: Part, text: str, by: Node | Label | None = None) -> bool:
        """Whether a text reads with a left side; with ``by``, with that one."""
        try:
            heading = QUESTIONS[part.kind].read(text, self.vocabulary(part), part).heading
        except (AnswerError, LimitError):
            return False
        return heading is not None if by is None else heading == by

    def is_chain_rule(self, text: str) -> bool:
        """Whether a right side is nothing but derivatives: a rule restated, not worked out."""
        reading = _read_freely(text)
        if reading is None or not isinstance(reading.tree, Node):
            return False
        return all(_only_partials(link) for link in reading.links or (reading.tree,))

    def readable_somewhere(self, text: str) -> bool:
        """Whether an expression reads with the names of any question."""
        return any(
            self._reads(text, self.vocabulary(parts[0]))
            for parts in self.homework.by_question.values()
            if parts
        )

    @staticmethod
    def _reads(text: str, vocabulary: Vocabulary) -> bool:
        try:
            parse_answer(text, vocabulary)
        except (AnswerError, LimitError):
            return False
        return True


def _read_freely(text: str) -> Reading | None:
    try:
        return parse_answer(text, FREE)
    except (AnswerError, LimitError):
        return None


def _only_partials(tree: Node) -> bool:
    stack: list[Node] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Product):
            stack.extend(node.factors)
        elif isinstance(node, Negation):
            stack.append(node.operand)
        elif not (isinstance(node, Partial) and isinstance(node.quantity, Symbol)):
            return False
    return True


def same_tree(texts: Iterable[str]) -> bool:
    """Whether texts are read alike, whatever their brackets and spaces."""
    trees = [None if (r := _read_freely(text)) is None else r.tree for text in texts]
    return trees[0] is not None and all(tree == trees[0] for tree in trees)
