"""Every kind of question: what is right, what is wrong and why, and what goes to a person.

The table holds text and exact outcome; the statements are in ``data/kinds.yaml``.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.compiled import _codec
from grader.errors import RubricError
from grader.expr.parser import parse_expression
from grader.expr.tree import Negation
from grader.homework import load_rubric, parse_rubric
from grader.judge import judge
from grader.mistakes.table import MISTAKES, WITHOUT_ROW
from grader.questions import QUESTIONS
from grader.questions.definitions import make_scope
from grader.questions.part import Part
from grader.read.rubric import KIND_KEYS
from grader.reports.rules import RULES
from grader.results import Outcome, PartResult

HOMEWORK = load_rubric(Path(__file__).parent / "data" / "kinds.yaml")

# fmt: off
#: Part, text, outcome, points (None: a person's), mistake.
CASES = [
    # d
    ("d.fxx", r"2y^3 - y^2 \sin(xy)", "equivalent", "1", None),
    ("d.fxx", r"\frac{d^2 f}{dx^2} = 2y^3 - y^2\sin(xy)", "equivalent", "1", None),
    ("d.fxx", r"f_{xx} = 2y^3 - y^2\sin(xy)", "equivalent", "1", None),
    ("d.fxx", r"\frac{\partial f}{\partial x} = 2y^3 - y^2\sin(xy)", "disallowed", None, None),
    ("d.fxx", r"2x y^3 + y \cos(xy)", "different", "0", "another_order"),
    ("d.fxx", r"-y^3 \cos(xy)", "different", "0", "another_order"),
    ("d.fxy", r"6xy^2 + \cos(xy) - xy\sin(xy)", "equivalent", "1", None),
    ("d.fxy", r"\frac{\partial^2 f}{\partial x\partial y}", "disallowed", None, None),
    ("d.fxy", r"\frac{\partial}{\partial x}(3x^2y^2 + x\cos(xy))", "disallowed", None, None),
    ("d.fxy", r"\frac{\partial^2 f}{\partial y\partial x} = 6xy^2 + \cos(xy) - xy\sin(xy)", "equivalent", "1", None),
    ("d.lw", r"(p - y) x", "equivalent", "1", None),
    ("d.lw", r"(\sigma(wx+b) - y) x", "equivalent", "1", None),
    ("d.lw", r"(y-p)x", "different", "0", "sign"),
    ("d.gx", r"2xz + x^2 w", "equivalent", "1", None),
    ("d.gx", r"2x z", "different", "0", "half_product_rule"),
    ("d.gx_held", r"2xz", "equivalent", "1", None),
    ("d.gx_held", r"2xz + x^2 w", "different", "0", "another_part"),
    ("d.dz_w", r"x", "equivalent", "1", None),
    ("d.dz_b", r"1", "equivalent", "1", None),
    # e
    ("e.tangent", r"12x - 16", "equivalent", "1", None),
    ("e.tangent", r"y = 8 + 12(x-2)", "equivalent", "1", None),
    ("e.tangent", r"12x", "different", "0", "plus"),
    ("e.tangent", r"-12x + 16", "different", "0", "sign"),
    ("e.factored", r"(x-1)(x+1)", "equivalent", "1", None),
    ("e.factored", r"(x-1)^2", "different", "0", None),
    ("e.factored", r"2x^2 - 2", "different", "0", "constant_factor"),
    ("e.f", r"f", "disallowed", None, None),
    ("e.f", r"t^3", "equivalent", "1", None),
    # v
    ("v.slope", r"12", "equivalent", "1", None),
    ("v.slope", r"-12", "different", "0", "sign"),
    ("v.slope", r"24", "different", "0", "constant_factor"),
    ("v.slope", r"\frac{df}{dt} = 12", "equivalent", "1", None),
    ("v.slope", r"\frac{df}{dt}", "disallowed", None, None),
    ("v.slope", r"11.99999999", "different", "1/2", "rounding"),
    ("v.slope", r"12 m", "unreadable", None, None),
    ("v.slope", r"1,2", "unreadable", None, None),
    ("v.area", r"8/3", "equivalent", "1", None),
    ("v.area", r"2.67 m^2", "equivalent", "1", None),
    ("v.area", r"2.67\,\text{m}^2", "equivalent", "1", None),
    ("v.area", r"2.67 m²", "equivalent", "1", None),
    ("v.area", r"$2.67\,\mathrm{m^{2}}$.", "equivalent", "1", None),
    ("v.area", r"2.66", "equivalent", "1", None),
    ("v.area", r"2.6", "different", "0", None),
    ("v.area", r"A = 2.667", "equivalent", "1", None),
    ("v.area", r"2.67 cm^2", "unreadable", None, None),
    ("v.area", r"2,67", "unreadable", None, None),
    ("v.area", r"8/3 \approx 2.67", "equivalent", "1", None),
    ("v.area", r"-2.67", "different", "0", "sign"),
    ("v.root", r"1.41", "equivalent", "1", None),
    ("v.root", r"1.41421356", "equivalent", "1", None),
    ("v.root", r"1.4", "different", "1/2", "rounding"),
    ("v.root", r"1.42", "different", "1/2", "rounding"),
    ("v.root", r"\sqrt{2}", "equivalent", "1", None),
    ("v.rate", r"198", "equivalent", "1", None),
    ("v.rate", r"202", "equivalent", "1", None),
    ("v.rate", r"197.9", "different", "1/2", "rounding"),
    ("v.rate", r"20", "different", "0", "constant_factor"),
    # g
    ("g.grad", r"(2xy, x^2 + \cos y)", "equivalent", "1", None),
    ("g.grad", r"\begin{pmatrix} 2xy \\ x^2 + \cos y \end{pmatrix}", "equivalent", "1", None),
    ("g.grad", r"\left[\begin{array}{c} 2xy \\ x^2 + \cos y \end{array}\right]", "equivalent", "1", None),
    ("g.grad", r"\begin{pmatrix} 2xy & x^2 + \cos y \end{pmatrix}", "different", "1/2", "transposed"),
    ("g.grad", r"\begin{pmatrix} 2xy & x^2 + \cos y \end{pmatrix}^T", "equivalent", "1", None),
    ("g.grad", r"[2xy, x^2 + cos y]^T", "equivalent", "1", None),
    ("g.grad", r"\nabla f(x,y) = \langle 2xy, x^2 + \cos y \rangle", "equivalent", "1", None),
    ("g.grad", r"(2xy, x^2 - \cos y)", "different", "1/2", "wrong_rule"),
    ("g.grad", r"(x^2 + \cos y, 2xy)", "different", "0", "swapped_entries"),
    ("g.grad", r"(-2xy, -x^2-\cos y)", "different", "0", "sign"),
    ("g.grad", r"(-2xy, x^2+3)", "different", "0", "several_entries"),
    ("g.grad", r"(2xy)", "different", "0", None),
    ("g.grad", r"(2xy, x^2, 1)", "different", "0", None),
    ("g.grad", r"2xy", "unreadable", None, None),
    ("g.grad", r"2xy, x^2 + cos y", "equivalent", "1", None),
    ("g.grad", r"(2xy, \frac{\partial f}{\partial y})", "disallowed", None, None),
    ("g.grad", r"[2xy x^2+\cos(y)]", "undecided", None, None),
    ("g.grad", r"x = (2xy, x^2 + cos y)", "disallowed", None, None),
    ("g.grad", r"(2xy, 1,000)", "unreadable", None, None),
    ("g.grad", r"(2xy, x^2 + \cos y", "unreadable", None, None),
    ("g.grad", r"\frac{1}{2}(4xy, 2x^2+2\cos y)", "equivalent", "1", None),
    ("g.grad", r"-\begin{pmatrix} -2xy \\ -x^2-\cos y\end{pmatrix}", "equivalent", "1", None),
    ("g.grad", r"1 + 2(xy, x)", "unreadable", None, None),
    ("g.grad", r"(2xy, x^2) + (0, \cos y)", "unreadable", None, None),
    ("g.grad", r"f(x, y)", "unreadable", None, None),
    ("g.free", r"(2y, 1+\cos y)", "equivalent", "1", None),
    # n
    ("n.grad", r"[2xy, x^2+cos y]", "equivalent", "1", None),
    ("n.grad", r"[2xy; x^2+cos y]", "equivalent", "1", None),
    ("n.grad", r"[[2xy, x^2+cos y]]", "equivalent", "1", None),
    # h
    ("h.hess", r"[2y, 2x; 2x, -\sin y]", "equivalent", "1", None),
    ("h.hess", r"[[2y,2x],[2x,-sin(y)]]", "equivalent", "1", None),
    ("h.hess", r"[2y, 2x; 2x, \sin y]", "different", "3/4", "sign"),
    ("h.hess", r"(2y, 2x, 2x, -sin y)", "different", "0", None),
    ("h.hess", r"\begin{bmatrix} 2y & 2x \\ 2x \end{bmatrix}", "unreadable", None, None),
    ("h.hess", r"[2y, 2x; 2x, \frac{\partial^2 f}{\partial y^2}]", "disallowed", None, None),
    # j
    ("j.jac", r"[\cos\theta, \sin\theta; -r\sin\theta, r\cos\theta]", "equivalent", "1", None),
    ("j.jac", r"[\cos\theta, -r\sin\theta; \sin\theta, r\cos\theta]", "different", "1/2", "transposed"),
    ("j.jac", r"[\cos\theta, \sin\theta; -r\sin\theta, r\cos\theta]^2", "unreadable", None, None),
    # s
    ("s.y", r"(N, F, H-2, W-2)", "equivalent", "1", None),
    ("s.y", r"N \times F \times (H-2) \times (W-2)", "equivalent", "1", None),
    ("s.y", r"(N, H-2, W-2, F)", "different", "0", "axes_order"),
    ("s.y", r"(F, H-2, W-2)", "different", "0", "missing_axis"),
    ("s.y", r"(N, F, H, W)", "different", "0", None),
    ("s.y", r"N F (H-2) (W-2)", "unreadable", None, None),
    ("s.y", r"(N, -1, H-2, W-2)", "unreadable", None, None),
    ("s.p", r"(16, 8, 8)", "equivalent", "1", None),
    ("s.s", r"(N, T, T)", "equivalent", "1", None),
    ("s.m", r"(N, h, T, d/h)", "equivalent", "1", None),
    ("s.ax", r"H x 1", "equivalent", "1", None),
    ("s.ax", r"1 x H", "different", "1/2", "transposed"),
    ("s.la", r"H \times W", "equivalent", "1", None),
    ("s.la", r"W \times H", "different", "1/2", "transposed"),
    ("s.xa", r"(H, W, W)", "equivalent", "1", None),
    ("s.lx", r"W \times 1", "equivalent", "1", None),
    # u
    ("u.w", r"w - 2\alpha x (wx + b - y)", "equivalent", "1", None),
    ("u.w", r"w \leftarrow w - 2\alpha x (wx + b - y)", "equivalent", "1", None),
    ("u.w", r"w_{new} = w - 2\alpha x (wx + b - y)", "equivalent", "1", None),
    ("u.w", r"w' = w - 2\alpha x (wx + b - y)", "equivalent", "1", None),
    ("u.w", r"w + 2\alpha x (wx + b - y)", "different", "0", "other_way"),
    ("u.w", r"w - 2x(wx + b - y)", "different", "0", "no_rate"),
    ("u.w", r"-2\alpha x (wx + b - y)", "different", "0", "change_only"),
    ("u.w", r"w - \alpha \frac{\partial L}{\partial w}", "disallowed", None, None),
    ("u.w", r"b = b - 2\alpha (wx+b-y)", "disallowed", None, None),
    # c
    ("c.dl", r"\frac{\partial h_1}{\partial f_0} \frac{\partial f_1}{\partial h_1} \frac{\partial L}{\partial f_1}", "equivalent", "1", None),
    ("c.dl", r"dh_1/df_0 * df_1/dh_1 * dL/df_1", "equivalent", "1", None),
    ("c.dl", r"\frac{\partial L}{\partial f_1} \frac{\partial f_1}{\partial h_1} \frac{\partial h_1}{\partial f_0}", "different", "0", "chain_order"),
    ("c.dl", r"\frac{\partial f_1}{\partial h_1} \frac{\partial h_1}{\partial f_0} \frac{\partial L}{\partial f_1}", "different", "0", "chain_order"),
    ("c.dl", r"\frac{\partial h_1}{\partial f_0} \frac{\partial L}{\partial f_1}", "different", "0", "missing_link"),
    ("c.dl", r"\frac{\partial h_1}{\partial f_0} \frac{\partial f_1}{\partial h_1} \frac{\partial f_1}{\partial h_1} \frac{\partial L}{\partial f_1}", "different", "0", "extra_link"),
    ("c.dl", r"\frac{\partial f_0}{\partial h_1} \frac{\partial f_1}{\partial h_1} \frac{\partial L}{\partial f_1}", "different", "0", None),
    ("c.dl", r"\frac{\partial L}{\partial f_0}", "disallowed", None, None),
    ("c.dl", r"\frac{\partial h_1}{\partial f_0} \frac{\partial L}{\partial h_1}", "disallowed", None, None),
    ("c.dl", r"\cos(f_0) \frac{\partial f_1}{\partial h_1} \frac{\partial L}{\partial f_1}", "disallowed", None, None),
    # t
    ("t.dz", r"\frac{dx}{dt}\frac{\partial z}{\partial x} + \frac{dy}{dt} \frac{\partial z}{\partial y}", "equivalent", "1", None),
    ("t.dz", r"\frac{\partial z}{\partial x}\frac{dx}{dt}", "different", "0", "one_path"),
    # k
    ("k.one", r"b", "equivalent", "1", None),
    ("k.one", r"(B)", "equivalent", "1", None),
    ("k.one", r"a minimum", "equivalent", "1", None),
    ("k.one", r"b) a minimum", "equivalent", "1", None),
    ("k.one", r"a", "different", "0", None),
    ("k.one", r"z", "unreadable", None, None),
    ("k.one", r"a, b", "different", "0", None),
    ("k.many", r"a, c", "equivalent", "1", None),
    ("k.many", r"one and three", "equivalent", "1", None),
    ("k.many", r"a", "different", "1/2", None),
    ("k.many", r"a, b, c", "different", "1/2", None),
    ("k.many", r"b", "different", "0", None),
    # l
    ("l.roots", r"0, 2, -2", "equivalent", "1", None),
    ("l.roots", r"\{-2, 0, 2\}", "equivalent", "1", None),
    ("l.roots", r"x = 0, x = 2 or x = -2", "equivalent", "1", None),
    ("l.roots", r"0, \pm 2", "unreadable", None, None),
    ("l.roots", r"0, 2", "different", "2/3", None),
    ("l.roots", r"0, 2, 2", "different", "1/3", None),
    ("l.roots", r"0, 2, 3", "different", "1/3", None),
    ("l.roots", r"y = 0, 2, -2", "unreadable", None, None),
    ("l.order", r"1, x, x^2/2", "equivalent", "1", None),
    ("l.order", r"x, 1, x^2/2", "different", "1/3", "swapped_entries"),
]
# fmt: on


def judged(part_id: str, text: str) -> PartResult:
    part = HOMEWORK.part(part_id)
    assert part is not None
    return judge(HOMEWORK, part, text, make_scope(part.statement, (), (), part.question))


@pytest.mark.parametrize(("part", "text", "outcome", "points", "mistake"), CASES)
def test_an_answer(
    part: str, text: str, outcome: str, points: str | None, mistake: str | None
) -> None:
    result = judged(part, text)
    found = (str(result.verdict.outcome), result.points, result.mistake)
    assert found == (outcome, None if points is None else Fraction(points), mistake), result


def test_every_kind_has_right_wrong_and_doubtful_answers() -> None:
    kinds = {part.id: part.kind for part in HOMEWORK.parts}
    seen = {(kinds[part], outcome) for part, _, outcome, _, _ in CASES}
    for kind in QUESTIONS.keys() - {
        "chain_term",
        "matrix_derivative",
    }:  # these have tests of their own
        assert {(kind, "equivalent"), (kind, "different")} <= seen
        assert {(kind, "unreadable"), (kind, "disallowed"), (kind, "undecided")} & seen


@pytest.mark.parametrize("part", HOMEWORK.parts, ids=lambda part: part.id)
def test_the_reference_reads_back_and_is_accepted(part: Part) -> None:
    result = judged(part.id, part.latex(part.answer))
    assert result.verdict.outcome is Outcome.EQUIVALENT, result


@pytest.mark.parametrize("part", HOMEWORK.parts, ids=lambda part: part.id)
def test_no_wrong_answer_of_the_tables_is_accepted(part: Part) -> None:
    """What a mistake makes is refused, unless it is the right answer after all."""
    refused = 0
    for _, wrong in HOMEWORK.diagnoser.wrong_answers(part):
        verdict = QUESTIONS[part.kind].judge(part, wrong.tree, {})
        if verdict.outcome is Outcome.EQUIVALENT:
            # Equal in value: then reading what it prints is right too.
            assert judged(part.id, part.latex(wrong.tree)).points == part.points
        else:
            refused += 1
    assert refused or part.kind in ("choice", "list")


def test_what_was_derived_survives_the_cache() -> None:
    kept = (HOMEWORK.file, HOMEWORK.statement, HOMEWORK.parts)
    assert _codec().decode(_codec().encode(kept)) == kept


def test_each_mistake_has_a_rule_for_the_last_hint() -> None:
    assert {mistake.name for mistake in MISTAKES} | WITHOUT_ROW <= RULES.keys()


ODD = [
    "$", "[[[[", "(((((", "[;]", "(,)", "[a;]", "(1,2)^T^T^T", "= (1,2)", "(1,2) =", "1e400",
    "(1e5000, 2)", "\\begin{pmatrix}", "[1" + ";1" * 500 + "]", "a, b, " * 1000, "and and and",
    "\\begin{pmatrix}\\begin{pmatrix}1\\end{pmatrix}\\end{pmatrix}", "[0/0; 1]", "m^2", "$ m^2$",
    "N,,N", "2(", "-(", "w \\leftarrow", "xy" * 100, "*".join(["(dL/df_1+dh_1/df_0)"] * 14),
    r"\frac{\partial^{99} f}{\partial x^{99}}", "(\ud800, 1)", "(dL/df_1 " + "* dL/df_1 " * 400 + ")",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD, ids=[f"{k}" for k in range(len(ODD))])
def test_an_odd_text_is_no_crash_and_not_right(text: str) -> None:
    for part in HOMEWORK.parts:
        assert judged(part.id, text).verdict.outcome is not Outcome.EQUIVALENT


ENTRIES = [
    ("g.grad", "(2xy, x^2 - \\cos y)", ["equivalent", "different"], Fraction(1, 2),
     "entry 2 differs; 1 of 2 entries are right"),
    ("h.hess", "[0, 0; 0, 0]", ["different"] * 4, Fraction(0),
     "entry (1, 1), entry (1, 2), entry (2, 1) and entry (2, 2) differ; 0 of 4 entries are right"),
    ("h.hess", "[2y, 2x]", [], Fraction(0), "this is a list of 2 entries, and 2 × 2 is asked"),
    ("l.roots", "0, 5", ["equivalent", "different"], Fraction(0),
     "1 of the 2 is right, and 3 are asked"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "text", "outcomes", "earned", "reason"), ENTRIES)
def test_what_is_said_of_entries(
    part: str, text: str, outcomes: list[str], earned: Fraction, reason: str
) -> None:
    verdict = judged(part, text).verdict
    assert verdict.evidence().get("entries", []) == outcomes
    assert (verdict.earned, verdict.reason) == (earned, reason)


def rubric(kind: str, *lines: str) -> str:
    head = ["schema: 1", "id: r", "title: R", "questions:", "  - id: q", f"    kind: {kind}"]
    return "\n".join([*head, *(f"    {line}" for line in lines)]) + "\n"


FAULTS = [
    (rubric("gradient", "symbols: [x]", "quantities: {f: x, g: x}", "parts: {a: D}"),
     ["what is differentiated is not said, and the question has several quantities; "
      "write `{quantity: D, of: …}`"]),
    (rubric("gradient", "symbols: [x, y]", "quantities: {f: x}", "parts: {a: {quantity: D, by: y}}"),
     ["every entry is zero: what is differentiated does not depend on these names"]),
    (rubric("gradient", "symbols: [x]", "quantities: {f: x}",
            "parts: {a: {quantity: D, by: [x, x]}}"),
     ["`x` stands here twice", "`x` stands here twice"]),
    (rubric("jacobian", "symbols: [x]", "quantities: {f: x}", "parts: {a: J}"),
     ["a question of kind `jacobian` needs a `layout`; write `layout: numerator` "
      "(a row for each quantity) or `layout: denominator`"]),
    (rubric("expression", "symbols: [x]", "parts: {a: u}"),
     ["nothing says what `u` is; write `answer: …`, or define it under `quantities`"]),
    (rubric("value", "symbols: [x]", "parts: {a: {quantity: u, answer: x + 1}}"),
     ["its value depends on `x`; give the value of each symbol under `at`"]),
    (rubric("value", "parts: {a: {quantity: u, answer: '2', tolerance: small}}"),
     ["`small` is no tolerance; write `0.01`, or `1%` of the right value"]),
    (rubric("value", "parts: {a: {quantity: u, answer: '2', tolerance: 1%, significant: 3}}"),
     ["a value has a tolerance or significant digits, not both"]),
    (rubric("value", "parts: {a: {quantity: u, answer: '2', significant: 1}}"),
     ["`1` is not a number of digits from 2 to 12"]),
    (rubric("value", "symbols: [x]",
            "parts: {a: {quantity: u, integral: {of: 1/x, by: x, from: '0', to: '1'}}}"),
     ["this integral does not converge; give its value under `answer`"]),
    (rubric("value", "symbols: [x]",
            "parts: {a: {quantity: u, integral: {of: x^x, by: x, from: '0', to: '1'}}}"),
     ["no value in closed form was found for this integral; give its value under `answer`"]),
    (rubric("value", "symbols: [x]",
            r"parts: {a: {quantity: u, integral: {of: x, by: x, from: -\infty, to: \infty}}}"),
     ["no value in closed form was found for this integral; give its value under `answer`"]),
    (rubric("update", "symbols: [w]", "quantities: {L: w^2}", "parts: {w: w}"),
     [r"a question about a step needs the loss and the rate; write `step: {of: L, rate: \alpha}`"]),
    (rubric("update", "symbols: [w, v]", "quantities: {L: w^2}", "step: {of: L, rate: 0.1}",
            "parts: {v: v}"),
     ["`L` does not depend on `v`"]),
    (rubric("chain", "symbols: [x]", "quantities: {y: x^2}", "parts: {a: dy/dx}"),
     ["`x` stands in the line of `y` itself, so the chain has one factor; "
      "ask for it in a question of kind `chain_term`"]),
    (rubric("chain", "symbols: [x, t]", "quantities: {y: x^2}", "parts: {a: dy/dt}"),
     ["`y` does not depend on `t`"]),
    (rubric("choice", "parts: {a: {quantity: which, choices: {a: one, b: two}, answer: c}}"),
     ["`c` is none of the choices"]),
    (rubric("choice", "parts: {a: {quantity: which, choices: {a: one, A: two}, answer: a}}"),
     ["`a` may mean two choices", "`A` may mean two choices"]),
    (rubric("choice", "parts: {a: which}"),
     ["a choice needs two choices at least; write `choices: {a: …, b: …}`",
      "nothing says which choice is right; write `answer: a`"]),
    (rubric("list", "parts: {a: {quantity: x, answer: ['2', '4/2']}}"),
     ["`4/2` stands in the list already"]),
    (rubric("list", "parts: {a: x}"),
     ["nothing says what belongs to the list; write `answer: [0, 2]`"]),
    (rubric("derivative", "symbols: [x]", "quantities: {f: x}",
            "parts: {a: {quantity: df/dx, tolerance: 1%}}"),
     ["`tolerance` says nothing in a question of kind `derivative`; there may be `by`, `hold`"]),
    (rubric("derivative", "symbols: [x]", "quantities: {f: x}", "step: {of: f, rate: 1}",
            "parts: {a: df/dx}"),
     ["`step` says nothing in a question of kind `derivative`"]),
    (rubric("derivative", "symbols: [x, y]", "quantities: {f: x}",
            "parts: {d: {quantity: f, by: [x, z]}, d_x: df/dx}"),
     ["two parts are called `d_x`", "`z` is no name of this question"]),
    (rubric("derivative", "symbols: [x, y]", "quantities: {f: x}",
            r"parts: {a: '\partial^2 f / \partial x \partial y'}"),
     ["`f` does not depend on `y`"]),
    (rubric("shape", "symbols: [N]", "sizes: {A: N \\times 2, B: N \\times 3}",
            "parts: {a: {quantity: AB, of: 'matmul(A, B)'}}"),
     ["(N, 2) and (N, 3) do not multiply"]),
    (rubric("shape", "symbols: [N]", "sizes: {A: '(N, 3, 8, 8)'}",
            "parts: {a: {quantity: C, of: 'conv(A, channels=4)'}}"),
     ["`conv` needs `kernel=…`; write `conv(X, channels=…, kernel=…)`"]),
    # A layer at fault is told once, and not again by what rests on it.
    (rubric("shape", "symbols: [N]", "sizes: {A: '(N, 3, 8, 8)', K: '(4, 3, 3, 3)'}",
            "layers: {C: 'conv(A, K)', P: 'pool(C, kernel=2)', F: flatten(P)}",
            r"parts: {C: C, F: F, d: \partial F / \partial A, E: {quantity: E, of: transpose(P)}}"),
     ["a question about sizes needs a `layout`; write `layout: denominator` or `layout: numerator`",
      "`conv` takes 1 size, not 2; write `conv(X, channels=…, kernel=…)`"]),
    (rubric("shape", "symbols: [N]", "sizes: {A: '(N, 3, 8, 8)'}",
            "parts: {a: {quantity: C, of: 'konv(A)'}}"),
     ["`konv` is no layer; did you mean `conv`?"]),
    (rubric("shape", "symbols: [N, H]", "sizes: {A: '(N, 3, H, H)'}",
            "parts: {a: {quantity: C, of: 'conv(A, channels=4, kernel=3, stride=2)'}}"),
     ["with a stride, sizes are rounded down: give them as numbers, or as multiples of it (2 H)"]),
    (rubric("shape", "symbols: [N, H]", "sizes: {A: '(N, 3, 3 H, H)'}",
            "parts: {a: {quantity: C, of: 'pool(A, kernel=2)'}}"),
     ["with a stride, sizes are rounded down: give them as numbers, or as multiples of it (2 H)"]),
    (rubric("shape", "symbols: [N]", "sizes: {A: '(N, 3, 2, 2)'}",
            "parts: {a: {quantity: C, of: 'pool(A, kernel=3)'}}"),
     ["the window is larger than what it slides over"]),
    (rubric("shape", "symbols: [N]", "sizes: {A: '(N, 3)'}",
            "parts: {a: {quantity: C, of: 'transpose(A, axis=1)'}}"),
     ["`transpose` has no option `axis` here; its options: none"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "messages"), FAULTS, ids=[m[0][:50] for _, m in FAULTS])
def test_a_fault_of_a_rubric_is_told(text: str, messages: list[str]) -> None:
    with pytest.raises(RubricError) as caught:
        parse_rubric(text)
    told = [
        f"{fault.message}; {fault.suggestion}" if fault.suggestion else fault.message
        for fault in caught.value.faults
    ]
    assert told == messages


#: Integrals with an infinite end or a pole at one, and their values as known to everyone.
INTEGRALS = [
    ("e^{-x^2}", r"-\infty", r"\infty", r"\sqrt{\pi}"),
    ("e^{-2x}", "0", "oo", "1/2"),
    (r"\frac{1}{1+x^2}", "−∞", "0", r"\frac{\pi}{2}"),
    (r"\frac{1}{\sqrt{x}}", "0", "1", "2"),
    (r"\ln x", "0", "1", "-1"),
    ("x e^x", "0", "1", "1"),
]


@pytest.mark.parametrize("of, lower, upper, value", INTEGRALS)
def test_an_integral(of: str, lower: str, upper: str, value: str) -> None:
    text = rubric("value", "symbols: [x]", "parts:", "  a:", "    quantity: u",
                  f"    integral: {{of: '{of}', by: x, from: '{lower}', to: '{upper}'}}")  # fmt: skip
    (part,) = parse_rubric(text).parts
    tree = parse_expression(value, part.statement.vocabulary)
    assert QUESTIONS["value"].judge(part, tree, {})
    assert not QUESTIONS["value"].judge(part, Negation(tree), {})


def test_a_value_that_quadrature_contradicts_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    import sympy

    monkeypatch.setattr(sympy, "integrate", lambda *_: sympy.Rational(1001, 3000))
    text = rubric("value", "symbols: [x]",
                  "parts: {a: {quantity: u, integral: {of: x^2, by: x, from: 0, to: 1}}}")  # fmt: skip
    with pytest.raises(RubricError, match="was not confirmed numerically"):
        parse_rubric(text)


def test_an_ordered_list_may_hold_one_thing_twice() -> None:
    text = rubric("list", "parts: {a: {quantity: T, ordered: true, answer: ['1', '1', '1/2']}}")
    (part,) = parse_rubric(text).parts
    judge_list = QUESTIONS["list"].judge
    for written, right in (("1, 1, 0.5", True), ("1, 0.5, 1", False)):
        tree = QUESTIONS["list"].read(written, part.statement.vocabulary, part).tree
        assert bool(judge_list(part, tree, {})) is right


def test_every_key_of_a_part_belongs_to_a_kind() -> None:
    used = frozenset().union(*(kind.keys for kind in QUESTIONS.values()))
    assert used == set(KIND_KEYS)


#: The size of an axis, the layer, and what comes out: rounded down where that is known to be.
WINDOWS = [
    ("32", "kernel=3, stride=2", "15"),
    ("2 H", "kernel=2, stride=2", "H"),
    ("2 H", "kernel=3, stride=2", "H - 1"),
    ("2 H + 1", "kernel=3, stride=2", "H"),
    ("2 H", "kernel=3, stride=2, padding=1", "H"),
    ("4 H W", "kernel=4, stride=4", "H W"),
    ("H", "kernel=K, padding=P", "H - K + 2 P + 1"),
]


@pytest.mark.parametrize(("axis", "options", "size"), WINDOWS)
def test_a_window_over_an_axis(axis: str, options: str, size: str) -> None:
    text = rubric(
        "shape",
        "symbols: [H, W, K, P]",
        f"sizes: {{A: '(5, {axis})'}}",
        f"layers: {{B: 'conv1d(A, channels=7, {options})'}}",
        "parts: {a: B}",
    )
    homework = parse_rubric(text, "r.yaml")
    (part,) = homework.parts
    scope = make_scope(part.statement, (), (), part.question)
    assert judge(homework, part, f"7 x ({size})", scope).verdict.outcome is Outcome.EQUIVALENT
    assert judge(homework, part, f"7 x ({size} + 1)", scope).verdict.outcome is Outcome.DIFFERENT


UNITS = [
    ("m/s", r"19.6\,\mathrm{m/s}", True),
    ("m/s", r"19.6 \frac{m}{s}", True),
    ("m/s", r"19.6 \,\frac{\mathrm{m}}{\mathrm{s}}", True),
    ("m/s", "19.6 m s^{-1}", True),
    ("m/s", "19.6 m·s⁻¹", True),
    ("m/s", r"$19.6\ \mathrm{m \cdot s^{-1}}$", True),
    ("m/s^2", "19.6 m s^-2", True),
    ("m/s^2", r"19.6 \frac{m}{s^2}", True),
    ("m/s^2", "19.6 m s^-1", False),
    ("m/s", "19.6 m s", False),
    ("m/s", "19.6 m", False),
    ("m^2", "19.6 m²", True),
    ("%", r"19.6 \%", True),
]


@pytest.mark.parametrize(("unit", "text", "read"), UNITS)
def test_a_unit_may_be_written_in_any_way(unit: str, text: str, read: bool) -> None:
    statement = rubric("value", f"parts: {{a: {{quantity: r, answer: 19.6, unit: '{unit}'}}}}")
    homework = parse_rubric(statement, "r.yaml")
    (part,) = homework.parts
    verdict = judge(homework, part, text, make_scope(part.statement, (), (), part.question)).verdict
    assert verdict.outcome is (Outcome.EQUIVALENT if read else Outcome.UNREADABLE)
