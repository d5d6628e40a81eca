"""The points that answers are looked at: every region, both signs, all scales, beside kinks.

What there is to reach is found a second way here: by brute force, with many more points
than the program draws and signs taken by plain Python functions, not by its algebra.
"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from grader import equivalent
from grader.compare.interpret import Interpreter
from grader.compare.ladder import compare
from grader.compare.reference import Reference, make_reference
from grader.compare.sample import SampleAlgebra, sample
from grader.compare.values import Point
from grader.expr.names import FREE
from grader.expr.parser import parse_expression
from grader.expr.tree import Node
from grader.homework import load_rubric
from grader.questions.part import Part
from grader.results import Outcome

ACTIVITY = load_rubric(Path(__file__).parents[1] / "rubrics" / "activity6.yaml")
NETWORK = [part for part in ACTIVITY.parts if part.question == "q1"]


def relu(value: float) -> float:
    return max(value, 0.0)


#: The arguments of the units of some expressions, as Python functions of their names.
NETS = [
    (
        "v_1 a(w_1 x + b_1) + v_2 a(w_2 x + b_2)",
        ("x", "w_1", "b_1", "w_2", "b_2", "v_1", "v_2"),
        lambda x, w_1, b_1, w_2, b_2, v_1, v_2: (w_1 * x + b_1, w_2 * x + b_2),
        4,
    ),
    (
        "a(p + q a(r + s x))",
        ("p", "q", "r", "s", "x"),
        lambda p, q, r, s, x: (p + q * relu(r + s * x), r + s * x),
        4,
    ),
    (
        # Of the eight combinations of three steps on a line, four have volume.
        "I[x > 0] + I[x > 1/100] + I[x > -500]",
        ("x",),
        lambda x: (x, x - 0.01, x + 500),
        4,
    ),
    (
        "a(x + y) a(x - y) + a(z - 3) I[x + z < 0] + |w|",
        ("x", "y", "z", "w"),
        lambda x, y, z, w: (x + y, x - y, z - 3, -x - z, w),
        30,  # of 32: where x + y, x − y and z − 3 are positive, x + z is
    ),
]  # fmt: skip


def tree_of(text: str) -> Node:
    return parse_expression(text.replace("a(", "\\operatorname{ReLU}("), FREE)


@pytest.mark.parametrize(("text", "names", "arguments", "regions"), NETS, ids=[n[0] for n in NETS])
def test_every_region_that_brute_force_finds_has_points(text, names, arguments, regions) -> None:
    stream = random.Random(text)
    brute = set()
    for _ in range(200_000):
        scale = 10 ** stream.uniform(-3, 3)
        point = [stream.choice((-1, 1)) * scale * stream.uniform(0, 2) for _ in names]
        brute.add(tuple(value > 0 for value in arguments(*point)))
    assert len(brute) == regions  # what the geometry says
    chosen = sample((tree_of(text),), {}, names, "some key", least=48)
    reached = {
        tuple(value > 0 for value in arguments(*(float(point[name]) for name in names)))
        for point in chosen.points
    }
    assert reached == brute


def activations(part: Part, point: Point) -> tuple[bool, ...]:
    """Which of the four units of Activity 6 are on, from its printed formula."""
    p = {name: float(value) for name, value in point.items()}
    z1 = p["theta_01"] + p["theta_11"] * p["x"]
    z2 = p["theta_02"] + p["theta_12"] * p["x"]
    first = p["psi_01"] + p["psi_11"] * relu(z1) + p["psi_21"] * relu(z2)
    second = p["psi_02"] + p["psi_12"] * relu(z1) + p["psi_22"] * relu(z2)
    return (z1 > 0, z2 > 0, first > 0, second > 0)


def units_of(part: Part) -> tuple[int, ...]:
    """Which of the four its derivative asks after: those on the paths from the parameter."""
    name = part.id.partition(".")[2]
    if name == "phi_0":
        return ()
    if name[:3] in ("phi", "psi"):
        return (0, 1, 2 if name in ("phi_1", "psi_01", "psi_11", "psi_21") else 3)
    return (0, 1, 2, 3)


@pytest.mark.parametrize("part", NETWORK, ids=lambda part: part.id)
def test_the_fixed_points_of_a_network_reach_all_its_regions(part: Part) -> None:
    units = units_of(part)
    reached = {
        tuple(activations(part, {**dict.fromkeys(ALL, Fraction(1)), **fixed.at})[k] for k in units)
        for fixed in part.references[0].points
    }
    assert len(reached) == 2 ** len(units)


ALL = sorted({name for part in NETWORK for name in part.references[0].leaves})


@pytest.mark.parametrize("part", NETWORK, ids=lambda part: part.id)
def test_both_signs_and_all_scales_of_every_name(part: Part) -> None:
    reference = part.references[0]
    cloud = reference.screen
    assert cloud is not None
    for name, column in cloud.columns.items():
        for sign in (1, -1):
            sizes = sign * column[sign * column > 0]
            assert sizes.min() <= 2e-3, name
            assert sizes.max() >= 1e3, name
            assert ((sizes > 0.1) & (sizes < 10)).any(), name
        signs = {fixed.at[name] > 0 for fixed in reference.points}
        assert signs == {True, False}, name


@pytest.mark.parametrize("part", [p for p in NETWORK if p.id != "q1.phi_0"], ids=lambda p: p.id)
def test_points_stand_close_to_each_kink_on_each_side(part: Part) -> None:
    reference = part.references[0]
    close = reference.close
    assert close is not None
    size = len(close.points)
    algebra = SampleAlgebra(close.columns, size)
    Interpreter(algebra, reference.environment).value(reference.tree)
    assert len(algebra.arguments) >= 2
    for argument in algebra.arguments:
        for sign in (1, -1):
            gap = (sign * argument)[sign * argument > 0]
            assert gap.min() <= 1e-4


def test_points_depend_on_the_key_alone() -> None:
    tree = tree_of("x a(w x + b)")
    names = ("b", "w", "x")
    first = sample((tree,), {}, names, "q1.psi_11")
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002 - the global one is what must not count
    again = sample((tree,), {}, names, "q1.psi_11")
    other = sample((tree,), {}, names, "q1.psi_12")
    assert first.points == again.points
    assert first.points != other.points


def test_points_where_nothing_is_defined_are_drawn_again() -> None:
    tree = parse_expression("\\sqrt{x} \\log(1 - x)", FREE)
    points = sample((tree,), {}, ("x",), "key").points
    assert len(points) >= 24
    assert all(0 < point["x"] < 1 for point in points)


def test_a_case_without_a_point_is_said_to_be_one() -> None:
    """They differ only where both sines are almost 1, which no search for points meets."""
    hidden = "I[\\sin(x) + \\sin(\\sqrt 2 x) > 1999999999/1000000000]"
    answer, reference = f"{hidden} \\operatorname{{erf}}(x)", f"{hidden} \\operatorname{{erf}}(x+2)"
    verdict = equivalent(f"x + {answer}", f"x + {reference}")
    assert (verdict.outcome, verdict.regions_empty) == (Outcome.UNDECIDED, 1)


def _prepared(part: Part) -> Reference:
    """The reference anew, so that nothing is worked out yet."""
    old = part.references[0]
    return make_reference(
        old.tree, old.key, environment=old.environment, positive=old.positive, names=old.leaves
    )


def test_verdicts_are_the_same_in_threads() -> None:
    """No limit rests on signals, which only a main thread gets, or on what others do."""
    questions = [
        (part, text)
        for part in NETWORK[:6]
        for text in ("phi_1 I[psi_01 > 0]", "phi_0 + 1", "\\frac{1}{x}", "9^{9^{9^9}}",
                     "\\phi_1 \\max(0, \\psi_{01})" + " + x" * 50)
    ]  # fmt: skip

    def judged(question: tuple[Part, str]) -> str:
        part, text = question
        tree = parse_expression(text, part.statement.vocabulary)
        return repr(compare(_prepared(part), tree))

    alone = [judged(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(judged, questions))
    assert together == alone
