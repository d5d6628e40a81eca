"""Many values of one name at once: the same as one after the other."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import fmpq

from grader.compare.numbers import Value
from grader.compare.pointwise import PRECISION, differ
from grader.compare.values import evaluate
from grader.expr.names import Vocabulary
from grader.expr.parser import parse_expression
from grader.expr.tree import Node, Number, Symbol, substitute
from grader.mistakes.varied import HOLE, Spot

NAMES = Vocabulary(names=frozenset({"x", "y", "z", "u", "v"}))
POINT = {"x": Fraction(2, 3), "y": Fraction(-5, 7), "u": Fraction(3)}

#: Trees over x, y, u, the definition v, and z, which takes many values.
TREES = (
    "x",
    "z",
    "x + y",
    "z + x + y + 2",
    "x y z",
    "z (x + z) y",
    "z^2 - x^2",
    "x^z",
    "z^y",
    "x / z",
    "z / (x - 2/3)",
    "(z - x) / (z - x)",
    r"\max(z, x)",
    r"\max(x, y, z)",
    r"\relu(z) + \relu(x) - \relu(y)",
    r"\relu(\relu(z) - x)",
    r"I[z > x] + I[z = x]",
    r"x I[z \ge x]",
    r"\sin z + \sin x",
    r"\log z",
    r"\sqrt{z x}",
    r"e^{z} e^{x}",
    "v z + x",
    "v",
    "v^2 + y",
    r"\begin{cases} z & z > x \\ y & \text{otherwise} \end{cases}",
    r"\begin{cases} x & z > x \\ y & \text{otherwise} \end{cases}",
)

VALUES = tuple(
    fmpq(*pair) for pair in ((0, 1), (1, 1), (2, 3), (-2, 3), (-5, 7), (7, 2), (-4, 1), (10**40, 3))
)


def parsed(text: str) -> Node:
    return parse_expression(text, NAMES)


def one_by_one(tree: Node, environment: dict[str, Node], value: Value) -> Value | None:
    assert isinstance(value, fmpq)
    replaced = {**environment, "z": Number(Fraction(int(value.p), int(value.q)))}
    found = evaluate(tree, replaced, POINT, PRECISION)
    return None if found is None else found.value


def agree(many: Value | None, one: Value | None) -> bool:
    """None among many says nothing: that value is left to a closer look."""
    return many is None or (one is not None and not differ(many, one))


@pytest.mark.parametrize("text", TREES)
@pytest.mark.parametrize("definition", ["x u", "z u - 1"])
def test_values_of_a_name(text: str, definition: str) -> None:
    environment = {"v": parsed(definition)}
    tree = parsed(text)
    spot = Spot(POINT, {**environment, "z": parsed("x - 1")}, tree)
    for given in (VALUES, VALUES[:1], VALUES[3:5], ()):
        found = spot.with_values("z", given)
        assert len(found) == len(given)
        for value, many in zip(given, found, strict=True):
            assert agree(many, one_by_one(tree, environment, value)), (value, many)


@pytest.mark.parametrize("text", TREES)
def test_values_in_a_hole(text: str) -> None:
    environment = {"v": parsed("x u")}
    tree = parsed(text)
    spot = Spot(POINT, environment, parsed("x + v"))
    found = spot.in_hole(substitute(tree, {"z": HOLE}), VALUES)
    for value, many in zip(VALUES, found, strict=True):
        assert agree(many, one_by_one(tree, environment, value)), (value, many)


def test_few_values_are_left_open() -> None:
    """The agreement above is not that of nothing: where nothing is odd, there are values."""
    environment = {"v": parsed("x u")}
    known = [
        value is not None
        for text in TREES
        for value in Spot(POINT, environment, Symbol("x")).in_hole(
            substitute(parsed(text), {"z": HOLE}), VALUES
        )
    ]
    assert sum(known) == 186
    assert len(known) == 216
