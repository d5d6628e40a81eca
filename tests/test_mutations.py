"""The perfect submission earns everything; with any one thing wrong in it, it does not.

Every sign, factor, term, indicator, subscript and function of every answer is
changed, one at a time.  Each wrong answer must be refused with a witness, and each
witness is checked without the program's own arithmetic: the answer by a small
evaluator of this file, the derivative by a central difference of the network,
which is exact in fractions, since y is piecewise linear in each parameter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from grader.expr.latex import to_latex
from grader.expr.tree import (
    Call,
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
    children,
    with_children,
)
from grader.grade import grade
from grader.homework import load_rubric
from grader.judge import judge
from grader.questions import QUESTIONS
from grader.questions.definitions import make_scope
from grader.read.answers import load_answers
from grader.results import Outcome

ROOT = Path(__file__).parents[1]
HOMEWORK = load_rubric(ROOT / "rubrics" / "activity6.yaml")
ADA = load_answers(ROOT / "submissions_sample" / "ada.yaml")
TEXTS = {
    f"{block.question}.{entry.key}": entry.text for block in ADA.blocks for entry in block.answers
}
Tree = Node | Relation | Dimensions
ONE = Number(Fraction(1))


def test_the_perfect_submission_earns_everything_and_nothing_waits() -> None:
    outcome = grade(HOMEWORK, ADA)
    assert (outcome.score, outcome.pending, outcome.possible) == (26, 0, 26)
    assert {part.verdict.outcome for part in outcome.parts} == {Outcome.EQUIVALENT}
    assert "sampled" not in {part.verdict.method for part in outcome.parts}


# --- Mutations ------------------------------------------------------------------


def changed(node: Tree, names: frozenset[str]) -> Iterator[tuple[str, Tree]]:
    """The node changed at its top in every way, with what was done."""
    match node:
        case Symbol():
            base = node.name.partition("_")[0]
            for other in sorted(names - {node.name}):
                if other.partition("_")[0] == base:
                    yield f"subscript {node.name} -> {other}", Symbol(other)
        case Product():
            for k, factor in enumerate(node.factors):
                rest = node.factors[:k] + node.factors[k + 1 :]
                yield (
                    f"factor {to_latex(factor)} left out",
                    (rest[0] if len(rest) == 1 else Product(rest)),
                )
                if not isinstance(factor, Indicator):  # I² = I
                    yield f"factor {to_latex(factor)} twice", Product((*node.factors, factor))
        case Sum():
            for k, term in enumerate(node.terms):
                rest = node.terms[:k] + node.terms[k + 1 :]
                yield f"term {to_latex(term)} left out", rest[0] if len(rest) == 1 else Sum(rest)
        case Indicator(condition):
            yield "indicator left out", ONE
            yield "indicator negated", Sum((ONE, Negation(node)))
            assert isinstance(condition, Relation)
            yield (
                "condition turned round",
                Indicator(Relation("<", condition.left, condition.right)),
            )
        case Call("sin" | "cos" | "exp" as name, arguments):
            for other in ("sin", "cos", "exp"):
                if other != name:
                    yield f"{name} -> {other}", Call(other, arguments)
        case Call("relu", (argument,)):
            yield "a -> its derivative", Indicator(Relation(">", argument, Number(Fraction(0))))
            yield "a left out", argument
        case Dimensions(rows, columns) if rows != columns:
            yield "rows and columns swapped", Dimensions(columns, rows)
    match node:
        case Negation(operand):
            yield "sign dropped", operand
        case Number(value) if not value:
            pass
        case Relation() | Dimensions():
            pass
        case _:
            yield "sign", Negation(node)  # type: ignore[arg-type]


def mutated(node: Tree, names: frozenset[str]) -> Iterator[tuple[str, Tree]]:
    """Every tree that differs from ``node`` in one place."""
    yield from changed(node, names)
    if isinstance(node, Dimensions):
        for what, rows in mutated(node.rows, names):
            yield f"rows: {what}", Dimensions(rows, node.columns)  # type: ignore[arg-type]
        for what, columns in mutated(node.columns, names):
            yield f"columns: {what}", Dimensions(node.rows, columns)  # type: ignore[arg-type]
        return
    parts = children(node)
    for k, part in enumerate(parts):
        for what, new in mutated(part, names):  # type: ignore[arg-type]
            yield what, with_children(node, (*parts[:k], new, *parts[k + 1 :]))  # type: ignore[misc]


# --- The truth, without the program's arithmetic --------------------------------------


def value(node: Tree, at: dict[str, Fraction]) -> Fraction | float:
    match node:
        case Number():
            return node.value
        case Symbol():
            return at[node.name]
        case Sum():
            return sum(value(term, at) for term in node.terms)
        case Negation():
            return -value(node.operand, at)
        case Product():
            return math.prod(value(factor, at) for factor in node.factors)
        case Quotient():
            return value(node.numerator, at) / value(node.denominator, at)
        case Power():
            return value(node.base, at) ** value(node.exponent, at)
        case Call("relu", (argument,)):
            return max(Fraction(0), value(argument, at))
        case Call(name, (argument,)):
            return {"sin": math.sin, "cos": math.cos, "exp": math.exp}[name](value(argument, at))
        case Indicator(Relation(operator, left, right)):
            above, below = value(left, at), value(right, at)
            return Fraction(above > below if operator == ">" else above < below)
    raise AssertionError(node)


def network(p: dict[str, Fraction]) -> Fraction:
    """The homework's y, written out by hand."""
    h1 = max(Fraction(0), p["theta_01"] + p["theta_11"] * p["x"])
    h2 = max(Fraction(0), p["theta_02"] + p["theta_12"] * p["x"])
    g1 = max(Fraction(0), p["psi_01"] + p["psi_11"] * h1 + p["psi_21"] * h2)
    g2 = max(Fraction(0), p["psi_02"] + p["psi_12"] * h1 + p["psi_22"] * h2)
    return p["phi_0"] + p["phi_1"] * g1 + p["phi_2"] * g2


def slope(name: str, at: dict[str, Fraction]) -> Fraction:
    """∂y/∂name by a central difference; exact away from kinks."""
    h = Fraction(1, 10**12)
    up, down = network({**at, name: at[name] + h}), network({**at, name: at[name] - h})
    return (up - down) / (2 * h)


def forward(p: dict[str, Fraction]) -> dict[str, float]:
    """The second question's forward pass."""
    f0 = float(p["beta_0"] + p["omega_0"] * p["x_i"])
    h1 = math.sin(f0)
    f1 = float(p["beta_1"]) + float(p["omega_1"]) * h1
    h2 = math.exp(f1)
    f2 = float(p["beta_2"]) + float(p["omega_2"]) * h2
    h3 = math.cos(f2)
    f3 = float(p["beta_3"]) + float(p["omega_3"]) * h3
    names = {"f_0": f0, "h_1": h1, "f_1": f1, "h_2": h2, "f_2": f2, "h_3": h3, "f_3": f3}
    return {**names, "ell_i": (f3 - float(p["y_i"])) ** 2}


CHAIN = {
    "q2.dh3_df2": lambda p, f: -math.sin(f["f_2"]),
    "q2.df2_dh2": lambda p, f: float(p["omega_2"]),
    "q2.dh2_df1": lambda p, f: math.exp(f["f_1"]),
    "q2.df1_dh1": lambda p, f: float(p["omega_1"]),
    "q2.dh1_df0": lambda p, f: math.cos(f["f_0"]),
}


def really_equal(left: Tree, right: Tree, leaves: frozenset[str]) -> bool:
    """Agreement at 2,000 random points, judged by the evaluator above."""
    random = Random(6)
    for _ in range(2000):
        at = {name: Fraction(random.randint(-99, 99), 50) for name in sorted(leaves)}
        inner = forward(at) if "x_i" in leaves else {}
        a, b = value(left, {**at, **inner}), value(right, {**at, **inner})
        if not math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12):
            return False
    return True


def middle(end) -> float:
    return float((end.lower + end.upper) / 2)


@pytest.mark.parametrize("part", HOMEWORK.parts, ids=lambda part: part.id)
def test_every_single_mutation_is_refused_with_a_valid_witness(part) -> None:
    statement = part.statement
    scope = make_scope(statement, (), (), part.question)
    tree = QUESTIONS[part.kind].read(TEXTS[part.id], statement.vocabulary, part).tree
    names = statement.leaves | statement.forward.keys()
    signless = isinstance(tree, Dimensions)  # a size below zero is not read at all
    seen = harmless = 0
    for what, wrong in mutated(tree, names):
        if signless and what.endswith("sign"):
            continue
        text = to_latex(wrong)
        verdict = judge(HOMEWORK, part, text, scope).verdict
        if verdict.outcome is Outcome.EQUIVALENT:
            # cos(−f₀), or a[z] without its a where another factor is 0 for z < 0.
            assert really_equal(wrong, tree, statement.leaves), (what, text)
            harmless += 1
            continue
        assert verdict.outcome is Outcome.DIFFERENT, (what, text, verdict)
        assert verdict.method == "witness", what
        assert verdict.witness is not None, what
        seen += 1
        # A name that neither side uses is not in the witness; any value does for it.
        at = dict.fromkeys(statement.leaves, Fraction(1)) | dict(verdict.witness.at)
        claimed, right = verdict.witness.answer, verdict.witness.reference
        assert claimed is not None, what
        assert right is not None, what
        assert claimed.upper < right.lower or claimed.lower > right.upper, what
        if part.question == "q1":
            assert claimed.lower == claimed.upper == value(wrong, at), what
            assert right.lower == right.upper == slope(part.id.removeprefix("q1."), at), what
        elif part.question == "q2":
            inner = forward(at)
            mine = value(wrong, {**at, **inner})
            assert math.isclose(middle(claimed), mine, rel_tol=1e-6, abs_tol=1e-9), what
            assert math.isclose(
                middle(right), CHAIN[part.id](at, inner), rel_tol=1e-6, abs_tol=1e-9
            ), what
        else:
            sides = (wrong.rows, wrong.columns)
            assert claimed.lower in [value(side, at) for side in sides], what
    # phi_0 is 1, and a size has few places where it can be wrong.
    assert seen >= 1
    assert harmless <= 5


def test_the_mutations_are_many() -> None:
    total = 0
    for part in HOMEWORK.parts:
        tree = QUESTIONS[part.kind].read(TEXTS[part.id], part.statement.vocabulary, part).tree
        names = part.statement.leaves | part.statement.forward.keys()
        total += sum(1 for _ in mutated(tree, names))
    assert total > 900
