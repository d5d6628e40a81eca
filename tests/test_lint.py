"""Remarks about a rubric that is sound: exact words, at their place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import cli
from grader.errors import RubricError
from grader.homework import load_rubric, parse_rubric
from grader.lint import CHECKS, remarks
from grader.questions import QUESTIONS
from grader.results import Outcome, Verdict

ROOT = Path(__file__).parents[1]

#: Edits of this make the examples below; as it stands there is nothing to remark.
SOUND = r"""
schema: 1
id: demo
title: Demo
total: 4
policy: {partial_credit: {sign: 1/2}}
questions:
  - id: q1
    kind: derivative
    functions: {a: relu}
    symbols: [x, y]
    quantities:
      u: a[x] y
      f: u + 2 x y^2
    parts:
      fx: \partial f / \partial x
      fy: \partial f / \partial y
  - id: q2
    kind: shape
    layout: denominator
    symbols: [m, n]
    sizes: {p: m, q: n}
    parts:
      one: \partial p / \partial q
  - id: q3
    kind: shape
    layout: denominator
    symbols: [m, n]
    sizes: {p: m, q: n}
    parts:
      one: \partial q / \partial p
"""

#: What is replaced by what, and the remarks that follow, each with line and column.
EXAMPLES = [
    ("symbols: [x, y]", "symbols: [x, y, k]",
     ["11:21: the symbol `k` is used by no quantity and asked by no part "
      "@ $.questions[0].symbols[2]; take it out, or write where it belongs"]),
    ("functions: {a: relu}", "functions: {a: relu, g: sin}",
     ["10:26: the function `g` is never used @ $.questions[0].functions.g"]),
    ("      f: u", "      v: x y\n      f: u",
     ["14:7: the quantity `v` is used by no quantity and asked by no part "
      "@ $.questions[0].quantities.v; take it out, or write where it belongs"]),
    ("sizes: {p: m, q: n}\n    parts:\n      one: \\partial p", "sizes: {p: m, q: n, r: n}\n    parts:\n      one: \\partial p",
     ["22:25: the vector `r` is used by no quantity and asked by no part "
      "@ $.questions[1].sizes.r; take it out, or write where it belongs"]),
    ("f: u + 2 x y^2", "f: 3 x + 2 y",
     ["8:5: every answer to `q1` is a plain number @ $.questions[0]; "
      "do its quantities depend on what they are differentiated by?",
      "13:7: the quantity `u` is used by no quantity and asked by no part @ $.questions[0].quantities.u; take it out, or write where it belongs"]),
    ("fy: \\partial f / \\partial y", "fy: df/dx",
     ["17:11: `q1.fy` asks the same as `q1.fx` @ $.questions[0].parts.fy"]),
    ("f: u + 2 x y^2", "f: u - u + x^2 + 2 x y + y^2",
     ["17:11: `q1.fy` has the same answer as `q1.fx` @ $.questions[0].parts.fy"]),
    ("    layout: denominator\n    symbols: [m, n]\n    sizes: {p: m, q: n}\n    parts:\n      one: \\partial q",
     "    layout: numerator\n    symbols: [m, n]\n    sizes: {p: m, q: n}\n    parts:\n      one: \\partial q",
     ["25:5: `q3` is in numerator layout and `q2` in denominator layout: their sizes do not "
      "chain @ $.questions[2]"]),
    ("{sign: 1/2}", "{sign: 1/2, half_product_rule: 1/2, transposed: 1/2}",
     ["6:38: the credit for `half_product_rule` can never be given: no part has that mistake "
      "@ $.policy.partial_credit.half_product_rule"]),
]  # fmt: skip


def edited(old: str, new: str) -> str:
    assert SOUND.count(old) == 1, old
    return SOUND.replace(old, new)


def test_a_good_rubric_has_no_remarks() -> None:
    assert remarks(parse_rubric(SOUND, "r.yaml")) == ()


@pytest.mark.parametrize("path", sorted((ROOT / "rubrics").glob("*.yaml")), ids=lambda p: p.stem)
def test_what_ships_has_no_remarks(path: Path) -> None:
    result = CliRunner().invoke(cli, ["lint", str(path)])
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize(("old", "new", "expected"), EXAMPLES)
def test_remarks(old: str, new: str, expected: list[str]) -> None:
    found = remarks(parse_rubric(edited(old, new), "r.yaml"))
    assert [str(fault).splitlines()[0].removeprefix("r.yaml:") for fault in found] == expected


#: The rest of a question of a newer kind, and its remarks.
OF_KINDS = [
    (r"""kind: gradient
    symbols: [x, y, k]
    quantities: {f: x^2 y}
    parts:
      a: {quantity: \nabla f, by: [x, y]}
      b: {quantity: g, by: [x, y]}""",
     ["7:21: the symbol `k` is used by no quantity and asked by no part "
      "@ $.questions[0].symbols[2]; take it out, or write where it belongs",
      "11:21: `q1.b` has the same answer as `q1.a` @ $.questions[0].parts.b.quantity"]),
    (r"""kind: gradient
    symbols: [x, y]
    quantities: {f: 2 x + 3 y}
    parts: {f: \nabla f}""",
     ["5:5: every answer to `q1` is a plain number @ $.questions[0]; "
      "do its quantities depend on what they are differentiated by?"]),
    (r"""kind: jacobian
    layout: numerator
    symbols: [x, y]
    quantities: {u: x y, v: x + y, w: u v}
    parts:
      a: {quantity: J, of: [u, v]}
      b: {quantity: K, of: [u, v]}""",
     ["12:21: `q1.b` has the same answer as `q1.a` @ $.questions[0].parts.b.quantity"]),
    (r"""kind: hessian
    symbols: [x, y]
    quantities: {f: 2 x + 3 y}
    parts: {f: H_f}""",
     ["5:5: every answer to `q1` is a plain number @ $.questions[0]; "
      "do its quantities depend on what they are differentiated by?"]),
    (r"""kind: update
    symbols: [w, x, z, \alpha]
    quantities: {u: x^2, L: (w x)^2}
    step: {of: L, rate: \alpha}
    parts: {w: w}""",
     ["7:21: the symbol `z` is used by no quantity and asked by no part "
      "@ $.questions[0].symbols[2]; take it out, or write where it belongs",
      "8:18: the quantity `u` is used by no quantity and asked by no part "
      "@ $.questions[0].quantities.u; take it out, or write where it belongs"]),
    (r"""kind: expression
    symbols: [x]
    parts:
      a: {quantity: s, answer: (x + 1)^2}
      b: {quantity: t, answer: x^2 + 2 x + 1}
      c: {quantity: s, answer: x}""",
     ["10:21: `q1.b` has the same answer as `q1.a` @ $.questions[0].parts.b.quantity",
      "11:21: `q1.c` is asked in the same words as `q1.a` @ $.questions[0].parts.c.quantity"]),
    # A quantity of which an answer has the derivative alone is used; `v` is not.
    (r"""kind: expression
    symbols: [x]
    quantities: {y: x^3, u: x^2, v: x, w: u}
    parts: {s: {quantity: s, answer: '\sqrt{1 + (dy/dx)^2} + \frac{d w}{dx}'}}""",
     ["8:34: the quantity `v` is used by no quantity and asked by no part "
      "@ $.questions[0].quantities.v; take it out, or write where it belongs"]),
    # The transpose of a symmetric matrix is right, so that its credit can never be given.
    (r"""kind: hessian
    symbols: [x, y]
    quantities: {f: x^2 y}
    parts: {f: {quantity: H, by: [x, y]}}
policy: {partial_credit: {transposed: 1/2}}""",
     ["10:27: the credit for `transposed` can never be given: no part has that mistake "
      "@ $.policy.partial_credit.transposed"]),
    # An answer that students simplify to one with values elsewhere; not where a symbol says so.
    (r"""kind: expression
    symbols: [x, v, {name: p, range: 0 < p < 1}, {name: w, assume: positive}]
    parts:
      a: {quantity: s, answer: '1 + (\sqrt{x})^2 + \sqrt{v}'}
      b: {quantity: t, answer: '\sqrt{w} + \log p + \log(1 - p)'}
      c: {quantity: u, answer: '\sqrt{x^2 + v^2}'}
      d: {quantity: d, answer: '\sqrt{4 - x^2}'}
      e: {quantity: e, answer: 1/x + \tan v}""",
     ["9:21: the answer to `q1.a` has no value for some values of `v` @ $.questions[0].parts.a.quantity; "
      "say what it may be, with `assume: nonnegative` or a `range`, or an answer that has values "
      "there needs a person",
      "12:21: the answer to `q1.d` has no value for some values of `x` @ $.questions[0].parts.d.quantity; "
      "say what it may be, with `assume: nonnegative` or a `range`, or an answer that has values "
      "there needs a person"]),
    (r"""kind: value
    parts:
      a: {quantity: s, answer: 2}
      b: {quantity: s, answer: 3}
      c: {quantity: s, prompt: In metres., answer: 3}""",
     ["9:21: `q1.b` is asked in the same words as `q1.a` @ $.questions[0].parts.b.quantity",
      "10:21: `q1.c` asks the same as `q1.b` @ $.questions[0].parts.c.quantity"]),
    (r"""kind: choice
    parts:
      a: {quantity: one thing, choices: {a: it is, b: it is not}, answer: a}
      b: {quantity: one thing, choices: {a: it is, b: it is not}, answer: b}""",
     ["9:21: `q1.b` is asked in the same words as `q1.a` @ $.questions[0].parts.b.quantity"]),
    (r"""kind: list
    symbols: [x]
    parts:
      a: {quantity: z, answer: [x, x^2]}
      b: {quantity: v, answer: [x^2, x]}""",
     ["10:21: `q1.b` has the same answer as `q1.a` @ $.questions[0].parts.b.quantity"]),
    (r"""kind: chain
    symbols: [x, k]
    quantities: {f: x^2, h: f^2, u: f + 1, g: h^2}
    parts: {a: dg/dx, b: \partial g/\partial x}""",
     ["7:18: the symbol `k` is used by no quantity and asked by no part "
      "@ $.questions[0].symbols[1]; take it out, or write where it belongs",
      "8:34: the quantity `u` is used by no quantity and asked by no part "
      "@ $.questions[0].quantities.u; take it out, or write where it belongs",
      "9:26: `q1.b` asks the same as `q1.a` @ $.questions[0].parts.b"]),
    (r"""kind: shape
    symbols: [N, D, K]
    sizes: {X: '(N, D)', W: '(D, K)', V: '(D, K)'}
    layers: {U: 'matmul(X, V)', Z: 'matmul(X, W)'}
    parts: {Z: Z}""",
     ["9:14: the layer `U` goes into no other and is asked by no part "
      "@ $.questions[0].layers.U; take it out, or ask for its size"]),
    (r"""kind: matrix_derivative
    layout: denominator
    sizes: {A: m \times n, x: n, b: m, c: n}
    quantities: {s: b^T b, L: '\|A x - b\|^2'}
    parts: {x: \partial L/\partial x, y: dL/dx}""",
     ["8:40: the vector `c` is used by no quantity and asked by no part "
      "@ $.questions[0].sizes.c; take it out, or write where it belongs",
      "9:18: the quantity `s` is used by no quantity and asked by no part "
      "@ $.questions[0].quantities.s; take it out, or write where it belongs",
      "10:42: `q1.y` asks the same as `q1.x` @ $.questions[0].parts.y"]),
]  # fmt: skip


def of_kind(question: str) -> str:
    return f"schema: 1\nid: r\ntitle: T\nquestions:\n  - id: q1\n    {question}\n"


@pytest.mark.parametrize(("question", "expected"), OF_KINDS)
def test_remarks_of_newer_kinds(question: str, expected: list[str]) -> None:
    found = remarks(parse_rubric(of_kind(question), "r.yaml"))
    assert [str(fault).splitlines()[0].removeprefix("r.yaml:") for fault in found] == expected


#: Of the issue's list, what has no reference at all: a fault, not a remark.
FAULTS = [
    # undefined
    ("kind: expression\n    symbols: [x]\n    parts: {a: {quantity: r, answer: 1/0}}",
     "8:27: a denominator is zero everywhere @ $.questions[0].parts.a.quantity"),
    ("kind: value\n    parts: {a: {quantity: r, answer: \\ln(0)}}",
     "7:27: undefined everywhere @ $.questions[0].parts.a.quantity"),
    # never defined
    ("kind: gradient\n    symbols: [x]\n    quantities: {f: x k}\n    parts: {f: g}",
     "8:23: `k` is not a name of this homework @ $.questions[0].quantities.f"),
    ("kind: update\n    symbols: [w]\n    quantities: {L: w^2}\n    step: {of: L, rate: \\beta}\n"
     "    parts: {w: w}",
     "9:25: `\\beta` is not a name of this homework @ $.questions[0].step.rate"),
    # constant
    ("kind: matrix_derivative\n    layout: numerator\n    sizes: {b: m, x: n}\n"
     "    quantities: {L: b^T b}\n    parts: {x: dL/dx}",
     "10:16: the quantity does not depend on `x` @ $.questions[0].parts.x"),
    # an alias that collides
    ("kind: gradient\n    symbols: [{name: x, aliases: [y]}, y]\n    quantities: {f: x y}\n"
     "    parts: {f: g}",
     "7:35: `y` already means something else @ $.questions[0].symbols[0].aliases[0]"),
    # a layout that does not chain
    ("kind: shape\n    layout: numerator\n    symbols: [N, D, K]\n    sizes: {X: '(N, D)', W: '(K, D)'}\n"
     "    layers: {Z: 'matmul(X, W)'}\n    parts: {x: '\\partial X / \\partial W'}",
     "10:18: (N, D) and (K, D) do not multiply @ $.questions[0].layers.Z"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "first"), FAULTS)
def test_faults_of_newer_kinds(question: str, first: str) -> None:
    with pytest.raises(RubricError) as error:
        parse_rubric(of_kind(question), "r.yaml")
    assert str(error.value).splitlines()[0].removeprefix("r.yaml:").partition("; ")[0] == first


#: Questions that derive an answer which nobody can type: what is said of the first part.
UNANSWERABLE = [
    # A name that is a function everywhere else: the answer reads as another one.
    ("kind: derivative\n    symbols: [max, u]\n    quantities: {y: u^2 max}\n    parts: {a: dy/du}",
     "unreadable", "`\\mathrm{max}` takes at least 2 arguments, not 1"),
    ("kind: derivative\n    symbols: [exp, u]\n    quantities: {y: exp * u^2}\n    parts: {a: dy/du}",
     "different", ""),
    ("kind: derivative\n    functions: {I: relu}\n    symbols: [u]\n    quantities: {y: 'I[u]^2'}\n"
     "    parts: {a: dy/du}",
     "unreadable", "`I` has a condition for its argument"),
    # A size called as the sign that stands between sizes.
    ("kind: shape\n    layout: numerator\n    symbols: ['\\mathbf{x}', k]\n"
     "    sizes: {u: '\\mathbf{x}', v: k}\n    parts: {a: '\\partial v / \\partial u'}",
     "unreadable", "3 sizes where a matrix has two"),
    # Of a size with an accent no column of ones can be written.
    ("kind: matrix_derivative\n    layout: denominator\n    sizes: {A: '\\hat{y} \\times k', x: k}\n"
     "    quantities: {y: '\\mathbf{1}^T A x'}\n    parts: {a: '\\partial y / \\partial x'}",
     "unreadable", "`haty` is not a size of this homework"),
    # An answer of more characters than are read.
    ("kind: expression\n    symbols: [u]\n    quantities:\n      a_0: u + 1\n"
     + "".join(f"      a_{k}: \\sin(a_{k - 1}) + \\cos(a_{k - 1})\n" for k in range(1, 10))
     + "    parts: {a: a_9}",
     "unreadable", "the answer has"),
]  # fmt: skip


@pytest.mark.parametrize("question, outcome, reason", UNANSWERABLE)
def test_an_answer_that_nobody_can_type(question: str, outcome: str, reason: str) -> None:
    homework = parse_rubric(of_kind(question), "r.yaml")
    said = [str(fault).splitlines()[0] for fault in CHECKS["unsatisfiable parts"](homework)]
    message, _, why = said[0].partition(" @ ")
    assert message.endswith(
        "no answer to `q1.a` can be accepted: typed as the key prints it, the derived one is "
        + outcome
    )
    assert why.partition("; ")[2].startswith(reason)


def test_every_answer_of_the_rubrics_that_ship_can_be_typed() -> None:
    for path in sorted((Path(__file__).parents[1] / "rubrics").glob("*.yaml")):
        assert list(CHECKS["unsatisfiable parts"](load_rubric(path))) == []


def test_an_answer_that_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # No rubric is known that derives what it then refuses, so the judge is made to.
    homework = parse_rubric(SOUND, "r.yaml")
    refused = Verdict(Outcome.UNDECIDED, reason="too many cases")
    kind = replace(QUESTIONS["derivative"], judge=lambda *_: refused)
    monkeypatch.setattr("grader.lint.QUESTIONS", {**QUESTIONS, "derivative": kind})
    assert [str(f).splitlines()[0] for f in CHECKS["unsatisfiable parts"](homework)] == [
        "r.yaml:16:11: no answer to `q1.fx` can be accepted: the derived one is undecided "
        "@ $.questions[0].parts.fx; too many cases",
        "r.yaml:17:11: no answer to `q1.fy` can be accepted: the derived one is undecided "
        "@ $.questions[0].parts.fy; too many cases",
    ]


def test_points_that_do_not_sum() -> None:
    with pytest.raises(RubricError) as error:
        parse_rubric(edited("total: 4", "total: 5"), "r.yaml")
    assert str(error.value) == (
        "r.yaml:5:8: the points sum to 4, not to 5 @ $.total; "
        "change the points of a part, or the total\n"
        "    total: 5\n"
        "           ^"
    )


def test_lint_prints_remarks_and_ends_with_1(tmp_path: Path) -> None:
    path = tmp_path / "demo.yaml"
    path.write_text(edited("symbols: [x, y]", "symbols: [x, y, k]"), encoding="utf-8")
    result = CliRunner().invoke(cli, ["lint", str(path)])
    assert result.exit_code == 1
    assert result.stdout == "demo is sound: 3 questions, 4 parts, 4 points.\n"
    assert result.stderr.endswith("\n        symbols: [x, y, k]\n                        ^\n")
