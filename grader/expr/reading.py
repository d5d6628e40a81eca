"""What reading a text comes out as: the tree, and what a person should know of it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.expr.composite import Answer
from grader.expr.tree import Node, Partial, Symbol
from grader.source import Span


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a person should know of how a text was read.

    ``kind``: ``ambiguity`` (the message names the reading taken and the one not
    taken), ``correction`` (a slip that has one reading), ``cancelled``,
    ``unread`` (words, a comment, a label: nothing that could be mathematics),
    ``style``.
    """

    span: Span
    message: str
    kind: str


@dataclass(frozen=True, slots=True)
class Definition:
    """``where z_1 = …`` beside an answer; ``name`` is canonical."""

    name: str
    tree: Node
    span: Span


@dataclass(frozen=True, slots=True)
class Reading:
    """How an answer was read.

    ``tree`` is the answer: the last link of a chain ``A = B = C``.  ``heading``
    is the left side when it is a quantity (``∂y/∂φ_0 = …``, ``y = …``), and is not
    among ``links``, which hold every expression of the chain in order.

    ``alternatives``: other trees that the text may well have meant (``1/2x`` as
    1/(2·x)), where an ``ambiguity`` note says so; never ``tree`` itself.
    """

    text: str
    tree: Answer
    heading: Partial | Symbol | None = None
    links: tuple[Node, ...] = ()
    definitions: tuple[Definition, ...] = ()
    notes: tuple[Note, ...] = ()
    alternatives: tuple[Answer, ...] = ()
