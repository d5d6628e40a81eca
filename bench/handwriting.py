"""A tree as a person writes it: in LaTeX, on a keyboard, or in Unicode, in an order of their own.

The program's own printer writes every tree one way; a class writes it in hundreds.
What stands here is read by the parser as the same tree up to the order of terms and
factors, which is what makes two texts that mean the same.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.expr.latex import to_latex
from grader.expr.names import latex_name
from grader.expr.tree import (
    Call,
    Condition,
    Dimensions,
    Indicator,
    Negation,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    walk,
)

_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "theta": "θ", "phi": "φ",
    "psi": "ψ", "omega": "ω", "mu": "μ", "sigma": "σ", "lambda": "λ", "ell": "ℓ",
}  # fmt: skip

_RELATIONS = {
    "latex": {">": ">", ">=": r"\ge", "<": "<", "<=": r"\le"},
    "ascii": {">": ">", ">=": ">=", "<": "<", "<=": "<="},
    "unicode": {">": ">", ">=": "≥", "<": "<", "<=": "≤"},
}


@dataclass(frozen=True, slots=True)
class Hand:
    """How one person writes.

    ``script`` is ``latex``, ``ascii`` or ``unicode``; ``times`` stands between
    factors, ``plus`` and ``minus`` between terms; ``brackets`` hold a function's
    argument; ``relu`` and ``indicator`` are what those are called.
    """

    script: str
    times: str
    plus: str
    minus: str
    brackets: tuple[str, str]
    relu: str
    indicator: str
    by: str


_SQUARE, _ROUND = ("[", "]"), ("(", ")")
_LEFT = (r"\left[", r"\right]")

#: The hands of a class, the usual ones first.
HANDS: tuple[Hand, ...] = (
    Hand("latex", " ", " + ", " - ", _SQUARE, "a", "I", r" \times "),
    Hand("ascii", "*", " + ", " - ", _ROUND, "a", "I", " x "),
    Hand("latex", r" \cdot ", " + ", " - ", _LEFT, "a", "I", r" \times "),
    Hand("unicode", "·", " + ", " − ", _SQUARE, "a", "I", " × "),
    Hand("ascii", " * ", " + ", " - ", _ROUND, "relu", "I", " by "),
    Hand("latex", r"\,", "+", "-", _SQUARE, r"\mathrm{ReLU}", r"\mathbb{I}", r"\times "),
    Hand("ascii", "*", "+", "-", _SQUARE, "a", "I", "x"),
    Hand("unicode", " ", " + ", " - ", _SQUARE, "ReLU", "𝟙", " × "),
    Hand("latex", " ", " + ", " - ", _LEFT, "a", r"\mathbb{1}", r" \times "),
    Hand("unicode", "*", "+", "-", _ROUND, "a", "I", "×"),
    Hand("ascii", " * ", "+", "-", _SQUARE, "ReLU", "I", " x "),
    Hand("latex", r" \, ", " + ", " - ", _SQUARE, r"\operatorname{ReLU}", r"\mathbf{1}",
         r" \times "),
)  # fmt: skip

_FUNCTIONS = frozenset({"relu", "sin", "cos", "exp", "log"})
_PLAIN = (Symbol, Sum, Negation, Product, Quotient, Power, Indicator)


def is_writable(tree: Node | Dimensions) -> bool:
    """Whether :func:`written` has a form for everything in the tree."""
    sides = (tree.rows, tree.columns) if isinstance(tree, Dimensions) else (tree,)
    return all(_has_form(node) for side in sides for node in walk(side))


def _has_form(node: Node | Condition) -> bool:
    match node:
        case Number():
            return node.value.denominator == 1
        case Relation():
            return node.operator in _RELATIONS["ascii"]
        case Call():
            return node.function in _FUNCTIONS and not node.derivative
        case _:
            return isinstance(node, _PLAIN)


def written(
    tree: Node | Dimensions,
    hand: Hand,
    order: random.Random | None = None,
    short: Mapping[Node, str] | None = None,
) -> str:
    """The text of a tree that is writable.

    ``order`` decides the order of terms and factors; without it they stand as in
    the tree.  ``short``: names that stand for parts of the tree.
    """
    return _Pen(hand, order, short or {}).text(tree)


class _Pen:
    def __init__(self, hand: Hand, order: random.Random | None, short: Mapping[Node, str]) -> None:
        self._hand = hand
        self._order = order
        self._short = short

    def text(self, node: Node | Dimensions | Relation) -> str:
        hand = self._hand
        if self._short and not isinstance(node, Dimensions | Relation) and node in self._short:
            return self.name(self._short[node])
        match node:
            case Dimensions():
                return f"{self.bare(node.rows)}{hand.by}{self.bare(node.columns)}"
            case Number():
                return str(node.value)
            case Symbol():
                return self.name(node.name)
            case Sum():
                return self.sum(self.shuffled(node.terms))
            case Negation():
                return f"-{self.factor(node.operand)}"
            case Product():
                return self.product(self.shuffled(node.factors))
            case Quotient():
                if hand.script == "latex":
                    return rf"\frac{{{self.text(node.numerator)}}}{{{self.text(node.denominator)}}}"
                return f"{self.bare(node.numerator)}/{self.bare(node.denominator)}"
            case Power():
                base, exponent = self.bare(node.base), self.text(node.exponent)
                return (
                    f"{base}^{{{exponent}}}" if hand.script == "latex" else f"{base}^({exponent})"
                )
            case Indicator():
                return self.called(hand.indicator, self.text(node.condition))  # type: ignore[arg-type]
            case Relation():
                sign = _RELATIONS[hand.script][node.operator]
                return f"{self.text(node.left)} {sign} {self.text(node.right)}"
            case Call():
                name = hand.relu if node.function == "relu" else node.function
                if hand.script == "latex" and node.function != "relu":
                    name = f"\\{name}"
                return self.called(name, self.text(node.arguments[0]))
            case _:
                return to_latex(node)

    def name(self, name: str) -> str:
        if self._hand.script == "latex":
            return latex_name(name)
        if self._hand.script == "ascii":
            return name
        base, _, index = name.partition("_")
        low = index.translate(_LOW) if index.isdigit() else f"_{index}" if index else ""
        return _GREEK.get(base, base) + low

    def shuffled(self, parts: Sequence[Node]) -> Sequence[Node]:
        return parts if self._order is None else self._order.sample(parts, len(parts))

    def called(self, name: str, inside: str) -> str:
        left, right = self._hand.brackets
        return f"{name}{left}{inside}{right}"

    def sum(self, terms: Sequence[Node]) -> str:
        hand = self._hand
        pieces: list[str] = []
        for term in terms:
            if isinstance(term, Negation) and term not in self._short:
                pieces.append((hand.minus if pieces else "-") + self.factor(term.operand))
            else:
                pieces.append((hand.plus if pieces else "") + self.bracketed(term, Sum | Negation))
        return "".join(pieces)

    def product(self, factors: Sequence[Node]) -> str:
        pieces: list[str] = []
        for index, factor in enumerate(factors):
            text = self.factor(factor)
            if pieces:
                # A name before a bracket may be a call, and two numbers one number.
                apart = text[0] in "(0123456789" or isinstance(factors[index - 1], Number)
                dot = r" \cdot " if self._hand.script == "latex" else "*"
                pieces.append(
                    dot if apart and not self._hand.times.strip(" \\,") else self._hand.times
                )
            pieces.append(text)
        return "".join(pieces)

    def factor(self, node: Node) -> str:
        # A fraction on one line would take the factors behind it below the line.
        line = self._hand.script != "latex" and isinstance(node, Quotient)
        return self.bracketed(node, Quotient if line else Sum | Negation | Product)

    def bare(self, node: Node) -> str:
        return self.bracketed(node, Sum | Negation | Product | Quotient | Power | Call | Indicator)

    def bracketed(self, node: Node, kinds: object) -> str:
        text = self.text(node)
        loose = isinstance(node, kinds) and node not in self._short  # type: ignore[arg-type]
        return f"({text})" if loose or text.startswith("-") else text
