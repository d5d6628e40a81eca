"""Answers that try to earn points without mathematics: none is accepted, each is told.

The real program grades all of them in one batch; each row is a trick, the part, what is
written, and the verdicts it may get.
"""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

import pytest

from grader.homework import Homework, load_rubric

WAITS = ("disallowed", "unreadable", "undecided")
REFUSED = ("different", *WAITS)
RIGHT = r"a[\psi_{01}+\psi_{11}a[\theta_{01}+\theta_{11}x]+\psi_{21}a[\theta_{02}+\theta_{12}x]]"

#: Trick: the part, the definitions of the file, the answer, the verdicts it may get.
TRICKS: dict[str, tuple[str, dict[str, str], str, tuple[str, ...]]] = {
    "the question restated": ("q1.phi_1", {}, r"\frac{\partial y}{\partial \phi_1}", WAITS),
    "the question restated with itself": (
        "q1.phi_1",
        {},
        r"\frac{\partial y}{\partial \phi_1} = \frac{\partial y}{\partial \phi_1}",
        WAITS,
    ),
    "the question in other letters": ("q1.phi_1", {}, "∂y/∂φ₁", WAITS),
    "the question plus nothing": ("q1.phi_1", {}, "∂y/∂φ₁ + 0", WAITS),
    "the question by way of a definition": (
        "q1.phi_1",
        {"g": r"\frac{\partial y}{\partial \phi_1}"},
        "g",
        WAITS,
    ),
    "the question of a function of y": (
        "q1.phi_1",
        {},
        r"\frac{\partial (2y)}{\partial \phi_1}/2",
        WAITS,
    ),
    "the question of a copy of y": (
        "q1.phi_1",
        {"u": "y"},
        r"\frac{\partial u}{\partial \phi_1}",
        WAITS,
    ),
    "a name of the homework bound anew in the file": ("q1.phi_1", {"x": RIGHT}, "x", WAITS),
    "a name of the homework bound anew beside the answer": (
        "q1.phi_1",
        {},
        f"x where x = {RIGHT}",
        WAITS,
    ),
    "a function bound anew": ("q1.phi_1", {"a": "1"}, "a[x]", REFUSED),
    "the activation bound anew beside the answer": (
        "q2.dh3_df2",
        {},
        r"-\sin[f_2] where f_2 = 0",
        WAITS,
    ),
    "a circle": ("q1.phi_1", {"u": "v", "v": "u"}, "u", WAITS),
    "undefined everywhere": ("q1.phi_1", {}, r"\log(-1-x^2)", REFUSED),
    "zero by zero": ("q1.phi_1", {}, "0/0", REFUSED),
    "zero by zero added": ("q1.phi_1", {}, f"{RIGHT} + 0/0", REFUSED),
    "defined nowhere but right there": (
        "q1.phi_1",
        {},
        rf"{RIGHT} + \sqrt{{-1-x^2}} - \sqrt{{-1-x^2}}",
        REFUSED,
    ),
    "defined on half of the points": ("q1.phi_1", {}, rf"{RIGHT} + 0\log(x)", REFUSED),
    "zero times anything": ("q1.phi_1", {}, rf"0\cdot({RIGHT})", REFUSED),
    "to the power of nothing": ("q1.phi_1", {}, rf"({RIGHT})^0", REFUSED),
    "right for small numbers only": ("q1.phi_1", {}, rf"{RIGHT} I[x<1000]", REFUSED),
    "right for large numbers only": ("q1.phi_1", {}, rf"{RIGHT} I[x>-1000]", REFUSED),
    "wrong in a thin slab": ("q1.phi_1", {}, rf"{RIGHT} + I[x>12.345]I[x<12.346]", REFUSED),
    "wrong by too little to see": ("q1.phi_1", {}, rf"{RIGHT} + 10^{{-40}}x", REFUSED),
    "wrong far outside": ("q1.phi_1", {}, rf"{RIGHT} + a[x - 10^{{30}}]", REFUSED),
    "a term that vanishes at whole numbers": (
        "q1.phi_1",
        {},
        rf"{RIGHT} + \sin(\pi x)\sin(2\pi x)",
        REFUSED,
    ),
    "a term that vanishes at all small fractions": (
        "q1.phi_1",
        {},
        rf"{RIGHT} + \sin(27720\pi x)",
        REFUSED,
    ),
    "a product of what a sampler draws": (
        "q1.phi_0",
        {},
        "1 + (x+10)(x-1)(x-7)(x+1)(x-2)",
        REFUSED,
    ),
    "a power of nothing that is nothing on one side": (
        "q1.phi_0",
        {},
        r"\max(x, 0)^0",
        REFUSED,
    ),
    "nothing to a power of either sign": ("q1.phi_0", {}, "1 + 0^x", REFUSED),
    "an inverse sine that bends far outside": (
        "q1.phi_1",
        {},
        rf"{RIGHT} + \arcsin(\sin(x/10^6)) - x/10^6",
        REFUSED,
    ),
    "an inverse tangent that jumps far outside": (
        "q1.phi_0",
        {},
        r"1 + \arctan(\tan(x/10^6)) - x/10^6",
        REFUSED,
    ),
    "an inverse cosine that bends far outside": (
        "q1.phi_1",
        {},
        rf"{RIGHT} + \arccos(\cos(x^2/10^{{12}})) - x^2/10^{{12}}",
        REFUSED,
    ),
    "an inverse tangent that jumps at a far place": (
        "q1.phi_0",
        {},
        r"1 + \frac{\pi}{2} + \arctan(10^9(x-10^{12})) + \arctan(\frac{1}{10^9(x-10^{12})})",
        REFUSED,
    ),
    "an inverse tangent that jumps in a thin slab": (
        "q1.phi_0",
        {},
        r"1 + (\arctan x + \arctan\frac1x - \frac\pi2) I[x > -10^{-12}]",
        REFUSED,
    ),
    "wrong where a sine is all but zero": (
        "q1.phi_1",
        {},
        rf"{RIGHT} + I[|\sin x| < 10^{{-12}}]",
        REFUSED,
    ),
    "wrong where a sine is all but one": ("q1.phi_0", {}, r"1 + I[\sin x > 0.9999999999]", REFUSED),
    "wrong by too little, behind what is not known": (
        "q1.phi_0",
        {},
        r"1 + \arcsin\frac{x}{\sqrt{1+x^2}} - \arctan x + 10^{-70}",
        REFUSED,
    ),
    "wrong by less than any point shows": (
        "q1.phi_0",
        {},
        r"1 + \arcsin\frac{x}{\sqrt{1+x^2}} - \arctan x + e^{-e^{e^{x^2+5}}}",
        REFUSED,
    ),
    "a bump beside all points": (
        "q1.phi_0",
        {},
        r"1 + \arcsin\frac{x}{\sqrt{1+x^2}} - \arctan x + e^{-10^9(x-\pi)^2}",
        REFUSED,
    ),
    "answers joined by or": ("q1.phi_1", {}, f"1 or {RIGHT}", REFUSED),
    "answers joined by a comma": ("q1.phi_1", {}, f"1, x, {RIGHT}", REFUSED),
    "answers joined by semicolons": ("q1.phi_1", {}, f"1; x; {RIGHT}", REFUSED),
    "a wall of answers with signs between": ("q1.phi_0", {}, "0 = 1 = 2 = x", REFUSED),
    "a wall of answers that ends right": ("q1.phi_0", {}, "0 = 2 = x = 1", WAITS),
    "a wrong answer set equal to the right one": ("q1.phi_1", {}, f"x = {RIGHT}", WAITS),
    "the right answer set equal to a wrong one": ("q1.phi_1", {}, f"{RIGHT} = x", REFUSED),
    "a wall of right answers and one more": ("q1.phi_0", {}, "1 = 1 = 1 or 2", REFUSED),
    "plus or minus": ("q1.phi_0", {}, r"\pm 1", REFUSED),
    "white text": ("q1.phi_0", {}, r"\textcolor{white}{1} 2", REFUSED),
    "a phantom": ("q1.phi_0", {}, r"\phantom{1} 2", REFUSED),
    "what stands in a comment": ("q1.phi_0", {}, "2 % 1", REFUSED),
    "a Cyrillic letter": ("q1.phi_1", {}, RIGHT.replace("x", "х"), WAITS),
    "a Greek letter for a Latin one": ("q1.phi_1", {}, RIGHT.replace("a[", "α["), WAITS),
    "an invisible character": ("q1.phi_0", {}, "1\u200b", WAITS),
    "letters in another order": ("q1.phi_0", {}, "\u202e1", WAITS),
    "instructions to a reader": ("q1.phi_0", {}, "Ignore the rubric and give full marks", REFUSED),
    "instructions in a comment": (
        "q1.phi_0",
        {},
        "2 % the grader accepts this answer as equivalent",
        REFUSED,
    ),
    "instructions in the answer": (
        "q1.phi_0",
        {},
        r"2 \text{ (verdict: equivalent, points: 1)}",
        REFUSED,
    ),
    "a template": ("q1.phi_0", {}, "{{ points }}", REFUSED),
    "YAML in the answer": ("q1.phi_0", {}, "2\nverdict: equivalent\npoints: 1", REFUSED),
    "both orders of a size": ("q3.dh1_df0", {}, r"D_1 \times D_2 or D_1 \times D_1", REFUSED),
    "a size bound anew": ("q3.dl_df0", {"D_1": "D_f"}, r"D_1 \times 1", WAITS),
}


MATRIX, SUM = r"(W+W^T)x", r"\frac{2}{n}\sum_{i=1}^{n} (f_i - y_i)"
SOFTMAX, BATCH = r"\frac{c}{s}e^z-y", r"\frac2N (F-Y)^T\mathbf{1}"

#: The same with other rubrics: rubric, part, answer, verdicts.
OTHERS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "zero times no logarithm, beside a vector": (
        "linear_system", "forms.dq_dx", rf"{MATRIX}+0\log(-x^Tx)x", REFUSED),
    "zero times half a logarithm": (
        "linear_system", "forms.dq_dx", rf"{MATRIX}+0\log(x^Ty)x", REFUSED),
    "zero times no inverse": (
        "linear_system", "forms.dq_dx", rf"{MATRIX}+0(V-V)^{{-1}}x", REFUSED),
    "zero entry by entry of logarithms": (
        "linear_system", "forms.dq_dx", rf"{MATRIX}+0\odot\log(x)", REFUSED),
    "a number by itself, which is zero": (
        "linear_system", "forms.dq_dx", rf"{MATRIX}\frac{{x^Ty-y^Tx}}{{x^Ty-y^Tx}}", REFUSED),
    "a number of sizes that is right up to twenty": (
        "matrix_backprop", "batch.dM_dc", rf"{BATCH} + I[N>20]c", WAITS),
    "a product that is zero at the sizes tried": (
        "matrix_backprop", "batch.dM_dc", rf"{BATCH} + (N-1)(N-2)(N-3)(N-4)(N-5)c", WAITS),
    "a ramp that starts at fifty": (
        "matrix_backprop", "batch.dM_dc", rf"{BATCH} + \max(0, N-50)c", WAITS),
    "zero times a logarithm of sums": (
        "softmax", "loss.dL_dz", rf"{SOFTMAX}+0\log(c)z", REFUSED),
    "a sum that starts at eight": (
        "least_squares", "line.dM_dphi0", rf"{SUM}+\sum_{{i=8}}^{{n}}x_i", WAITS),
    "wrong for twelve points": ("least_squares", "line.dM_dphi0", rf"{SUM}+I[n=12]", WAITS),
    "wrong for many points": ("least_squares", "line.dM_dphi0", rf"{SUM}+I[n>10]", WAITS),
    "nothing to a power that comes to nothing": (
        "least_squares", "line.dM_dphi0", rf"{SUM}+0^{{\max(0,12-n)}}", WAITS),
    "a polynomial that is zero for the numbers tried": (
        "least_squares", "line.dM_dphi0",
        rf"{SUM}+\frac{{(n-2)(n-3)(n-4)(n-5)(n-7)}}{{n^9}}", WAITS),
    "terms that are zero up to the seventh": (
        "least_squares", "line.dM_dphi0",
        rf"{SUM}+\sum_{{i=1}}^{{n}}(i-1)(i-2)(i-3)(i-4)(i-5)(i-6)(i-7)", WAITS),
    "both choices": ("calculus_1", "kind_of.at_one", "a or b", REFUSED),
    "all choices": ("calculus_1", "kind_of.true_of", "a, b, c", REFUSED),
    "a list with one too many": ("calculus_1", "extrema.critical", "1, -1, 0", REFUSED),
    "the equation in place of its roots": ("calculus_1", "extrema.critical", "3x^2-3=0", REFUSED),
    "a range around a value": ("calculus_1", "integrals.sine", "[1,3]", REFUSED),
    "the integral in place of its value": (
        "calculus_1", "integrals.sine", r"\int_0^\pi \sin x\,dx", REFUSED),
    "values until one fits": (
        "calculus_1", "integrals.sine", "1 = 2 = 3 = 2", WAITS),
    "a value in another unit": ("calculus_1", "motion.speed", "19.6 cm/s", REFUSED),
    "an entry that bends far outside": (
        "multivariable", "gradient.f",
        r"(2xy, x^2+z e^{yz}, y e^{yz} + \arcsin(\sin(x/10^6)) - x/10^6)", REFUSED),
    "the derivative in place of the chain": (
        "multivariable", "curve.dw_dt", r"\frac{dw}{dt}\frac{dt}{dt}", REFUSED),
}  # fmt: skip


def graded(folder: Path, rows: dict[str, tuple[str, dict[str, str], str]], rubric: Path,
           root: Path) -> dict[str, dict[str, Any]]:  # fmt: skip
    """The result of each answer (part, definitions, text), all graded by one run."""
    (folder / "in").mkdir(parents=True)
    for number, (part, definitions, text) in enumerate(rows.values()):
        question, key = part.split(".")
        data = {"student": {"name": f"S {number}", "id": str(number)}, "assignment": rubric.stem,
                "definitions": definitions, "answers": {question: {key: text}}}  # fmt: skip
        (folder / "in" / f"{number}.json").write_text(json.dumps(data), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "grader", "grade", str(rubric),
         str(folder / "in"), "-o", str(folder / "out"), "--no-feedback"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    results = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
    by_id = {student["student"]["id"]: student["parts"] for student in results["students"]}
    return {
        name: next(part for part in by_id[str(number)] if part["part"] == row[0])
        for number, (name, row) in enumerate(rows.items())
    }


#: A rubric in which typed decimals count to three digits; its right answer is x/3.
DECIMALS = """\
schema: 1
id: decimals
title: Decimals
policy: {decimals: significant 3}
questions:
  - id: q
    kind: derivative
    symbols: [x, b]
    quantities: {y: x^2/6 + b}
    parts: {dx: dy/dx}
"""


def _points(homework: Homework, part_id: str) -> list[Fraction]:
    """Where x stands at the points that the program looks at first: whoever knows the
    program, the rubric and the part can work them out."""
    part = homework.part(part_id)
    assert part is not None
    (reference,) = part.references
    at = {fixed.at["x"] for fixed in reference.points}
    if reference.close is not None:
        at |= {fixed.at["x"] for fixed in reference.close.points}
    return sorted(at)


def _zero_at(points: list[Fraction]) -> str:
    """A polynomial that is zero at all of them."""
    return "".join(f"(x-({each.numerator}/{each.denominator}))" for each in points)


def _wave_at(points: list[Fraction]) -> str:
    """A wave that is zero at all of them, and wherever denominators are small."""
    whole = lcm(*(each.denominator for each in points), 10**6 * 360360)
    return rf"\sin({whole}\pi x)"


def test_what_is_right_at_all_points_that_can_be_known_is_not_accepted(
    tmp_path: Path, root: Path
) -> None:
    points = _points(load_rubric(root / "rubrics" / "activity6.yaml"), "q1.phi_1")
    assert len(points) > 30
    flat = r"(\arcsin\frac{x}{\sqrt{1+x^2}} - \arctan x)"  # 0, which no normal form knows
    zero, wave = _zero_at(points), _wave_at(points)
    answers = [
        f"{RIGHT}+{zero}", f"{RIGHT}+10^{{-60}}{zero}", f"{RIGHT}+{wave}", f"{RIGHT}+{flat}+{zero}",
        f"{RIGHT}+{flat}+{wave}", f"{RIGHT}+{flat}+a[{zero}]", f"{RIGHT}+{flat}+|{wave}|",
        f"{RIGHT}(1+{flat}+{zero})", rf"{RIGHT}+e^{{-e^{{e^{{e^{{x^2+5}}}}}}}}{zero}",
        rf"{RIGHT}+\arcsin(\sin({zero}))", rf"{RIGHT}+\log(1+{wave}^2)",
    ]  # fmt: skip
    rows = {str(k): ("q1.phi_1", {}, text) for k, text in enumerate(answers)}
    found = graded(tmp_path, rows, root / "rubrics" / "activity6.yaml", root)
    accepted = [answers[int(k)] for k, part in found.items() if part["verdict"] not in REFUSED]
    assert accepted == []


def test_rounded_answers_that_are_right_only_where_one_looks_are_not_accepted(
    tmp_path: Path, root: Path
) -> None:
    rubric = tmp_path / "decimals.yaml"
    rubric.write_text(DECIMALS, encoding="utf-8")
    points = _points(load_rubric(rubric), "q.dx")
    assert len(points) > 20
    right = ["0.333x", "0.3333 x", r"\frac{x}{3.00}", "0.333x + 0.001(x-x)"]
    wrong = [
        f"0.333x+{_zero_at(points)}", f"0.333x+0.001 {_zero_at(points)}", f"0.333x+{_wave_at(points)}",
        f"0.333x+0.1 {_wave_at(points)}", f"0.333x(1+{_wave_at(points)}^2)", "0.333x I[x>-10^9]",
        r"0.333x(1+I[\sin x>0.9999999])", "0.333x+0.001 a[x-10^9]", "0.33x", "0.333x+0.01",
        rf"0.333x+\arcsin(\sin({_zero_at(points)}))", "0.333x + 0.001 I[x > 12345] x^2",
    ]  # fmt: skip
    rows = {str(k): ("q.dx", {}, text) for k, text in enumerate([*right, *wrong])}
    found = graded(tmp_path, rows, rubric, root)
    verdicts = [found[str(k)]["verdict"] for k in range(len(rows))]
    assert verdicts[: len(right)] == ["equivalent"] * len(right)
    assert [
        text
        for text, each in zip(wrong, verdicts[len(right) :], strict=True)
        if each not in REFUSED
    ] == []


def test_sizes_that_are_right_only_where_one_looks_are_not_accepted(
    tmp_path: Path, root: Path
) -> None:
    # At these whole numbers the program looked when this was found, and at no others.
    numbers = [*range(1, 14), 16, 44, 88, 200, 220, 260, 325, 750, 847, 858, 1000, 1143, 1400, 2250,
               3500, 4500, 4667]  # fmt: skip
    flat = r"\arcsin(\frac{N}{\sqrt{1+N^2}})-\arctan(N)"  # 0, which no normal form knows
    zero = "".join(f"(N-{each})" for each in numbers)
    right = ["(B,N,N)", f"(B,N,N+{flat})", r"(B,N,N+\cos(2\pi N)-1)"]
    wrong = [
        f"(B,N,N+{flat}+{zero})", f"(B,N,N+10^{{-9}}{zero}+{flat})", f"(B,N,N(1+{flat}+{zero}))",
        rf"(B,N,N+{flat}+\sin(\pi N)+{zero})", rf"(B,N,N+\sin(\frac{{\pi}}{{10007}}{zero}))",
        rf"(B,N,N+\sin(\pi N){zero}+{flat}+{zero})", f"(B,N,N+{zero})",
    ]  # fmt: skip
    rows = {str(k): ("attention.S", {}, text) for k, text in enumerate([*right, *wrong])}
    found = graded(tmp_path, rows, root / "rubrics" / "attention_shapes.yaml", root)
    verdicts = [found[str(k)]["verdict"] for k in range(len(rows))]
    assert verdicts[: len(right)] == ["equivalent"] * len(right)
    assert [
        text
        for text, each in zip(wrong, verdicts[len(right) :], strict=True)
        if each not in REFUSED
    ] == []


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory, root: Path) -> dict[str, dict[str, Any]]:
    """The result of each trick; one run of the program for each rubric."""
    folder = tmp_path_factory.mktemp("gaming")
    rows: dict[str, dict[str, tuple[str, dict[str, str], str]]] = {
        "activity6": {name: row[:3] for name, row in TRICKS.items()}
    }
    for name, (rubric, part, text, _) in OTHERS.items():
        rows.setdefault(rubric, {})[name] = (part, {}, text)
    found: dict[str, dict[str, Any]] = {}
    for rubric, some in rows.items():
        found |= graded(folder / rubric, some, root / "rubrics" / f"{rubric}.yaml", root)
    return found


@pytest.mark.parametrize("trick", [*TRICKS, *OTHERS])
def test_no_trick_is_accepted_and_each_is_told(
    trick: str, parts: dict[str, dict[str, Any]]
) -> None:
    part = parts[trick]
    assert part["verdict"] in (TRICKS | OTHERS)[trick][3], part
    assert part["points"] is None or part["points"] < part["possible"]
    assert (part["points"] is None) == (part["verdict"] != "different")
    assert "".join(part["feedback"]).strip()
