"""Writes docs/kinds.md: ``python docs/make_kinds.py``.

Each kind has the example that `grader new --example` writes, its derived key, and answers that
are graded when the page is made: two right ones in different notations, and a wrong one.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.questions.layers import Layer
    from grader.results import PartResult

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Shown:
    """What is said of a kind, and answers to one part of its example.

    ``right`` and ``wrong`` are texts as students write them.
    """

    words: str
    part: str
    right: tuple[str, str]
    wrong: str


SHOWN = {
    "derivative": Shown(
        "A derivative through the forward pass: of any quantity, by any parameter or quantity "
        r"(`\partial L / \partial h`), of any order (`\frac{\partial^2 L}{\partial w^2}`). `hold: y` "
        "holds a quantity fixed, which makes it partial; a part with `by: [w, b]` asks for one "
        "derivative each. An answer may use the names of the forward pass, or be written out. With "
        r"`indices: {i: n}` the forward pass may hold sums over i: `\partial L / \partial w` of "
        r"`L: \sum_{i=1}^{n} (w x_i - y_i)^2`, and `\partial L / \partial y_i`, the derivative by one "
        "member.",
        "w",
        (r"2(y - t) \, I[w x + b > 0] \, x", "2*x*(a(w*x + b) - t)*(w*x + b > 0)"),
        r"2 (y - t) x",
    ),
    "chain_term": Shown(
        "One link of a chain: the derivative of a quantity's own line, in which the quantities "
        "before it are names.",
        "dg_dh",
        (r"2 v h", "h*v + v*h"),
        "v h",
    ),
    "chain": Shown(
        "The whole chain as a product of derivatives that are not worked out. With a `layout` the "
        "factors are matrices and their order counts; where there are several ways from one to the "
        "other, the answer is a sum.",
        "dL_dx",
        (
            r"\frac{\partial f}{\partial x} \frac{\partial h}{\partial f} \frac{\partial L}{\partial h}",
            "df/dx * dh/df * dL/dh",
        ),
        "dL/dh * dh/df * df/dx",
    ),
    "expression": Shown(
        "Anything that equals a given expression. `answer` may hold derivatives, which are worked "
        "out, and `at` puts values in afterwards. Without `answer`, the quantity's own line is "
        "asked, written out.",
        "tangent",
        ("x - 4", "y = (x - 2) - 2"),
        "4 - x",
    ),
    "value": Shown(
        "A number, given, derived or integrated. It counts when it is exact, within `tolerance` "
        "(`0.01` or `1%`), or right to so many `significant` digits. A `unit` may be written, as "
        "it stands or in another way (`m/s`, `m s^{-1}`, `\\frac{m}{s}`), or left out.",
        "speed",
        ("19.6 m/s", r"\frac{98}{5}"),
        "9.8 m/s",
    ),
    "gradient": Shown(
        "A vector of derivatives, each entry judged by itself. With a `layout`, a row is not a "
        "column.",
        "f",
        (r"\begin{pmatrix} 2 x y \\ x^2 + \cos y \end{pmatrix}", "[2*x*y, cos(y) + x^2]"),
        "[2xy, x^2 - cos(y)]",
    ),
    "jacobian": Shown(
        "A matrix of derivatives: `of` says what is differentiated, `by` by which names, in "
        "order. The `layout` is needed.",
        "polar",
        (
            r"\begin{bmatrix} \cos\theta & -r \sin\theta \\ \sin\theta & r \cos\theta \end{bmatrix}",
            "[[cos(theta), -r sin(theta)], [sin(theta), r cos(theta)]]",
        ),
        r"[\cos\theta, \sin\theta; -r \sin\theta, r \cos\theta]",
    ),
    "hessian": Shown(
        "The matrix of second derivatives.",
        "f",
        ("[6x, -6y; -6y, -6x]", r"\begin{pmatrix} 6x & -6y \\ -6y & -6x \end{pmatrix}"),
        "[6x, -6y; -6y, 6x]",
    ),
    "shape": Shown(
        "Sizes: of a quantity, of a derivative in either layout, of what layers make of their "
        "input. `sizes` gives what is known, `layers` what follows from it. Rows and columns, "
        "further axes and names of sizes are read in any notation.",
        "dz_dh",
        (r"D \times K", "(D, K)"),
        "K x D",
    ),
    "update": Shown(
        r"One step of gradient descent, `\theta - \alpha \nabla L`, worked out for each parameter.",
        "w",
        (r"w - 2 \alpha x (w x - t)", "w + 2*alpha*x*(t - w*x)"),
        r"w + 2 \alpha x (w x - t)",
    ),
    "choice": Shown(
        "One of several choices, or all that hold. An answer is the letter, or the words behind it.",
        "one",
        ("a", "a minimum"),
        "b",
    ),
    "list": Shown(
        "A few expressions. Their order does not count, unless the rubric says `ordered: true`.",
        "flat",
        ("1, -1", r"\{-1, 1\}"),
        "1, 0",
    ),
    "matrix_derivative": Shown(
        "A derivative with vectors and matrices, without components, in either layout. It is "
        "proved for all sizes where a normal form of words decides, and refuted at matrices with "
        "exact entries.",
        "x",
        (r"2 A^T (A x - b)", "2 A' A x - 2 A' b"),
        r"A^T (A x - b)",
    ),
}

HEAD = """\
# Kinds of question

This page is made by `python docs/make_kinds.py`: the keys are derived and the answers graded as it is
written. A rubric's question has a `kind`, and each part of it asks for one thing. `grader new --kind KIND
--example` writes the rubric shown here. [The rubric, key by key](rubric.md) has every key, [Mistakes that
are recognised](mistakes.md) what is told of wrong answers, [rubrics/](../rubrics) whole homeworks."""


@cache
def graded(kind: str) -> tuple[str, list[PartResult]]:
    """The key of a kind's example, and what becomes of its answers."""
    from grader.examples import example_question
    from grader.grade import grade
    from grader.homework import parse_rubric
    from grader.read.answers import read_answers
    from grader.terminal import key_text

    shown = SHOWN[kind]
    text = f"schema: 1\nid: example\ntitle: Example\nquestions:\n{example_question(kind)}"
    homework = parse_rubric(text, "example.yaml")
    results = []
    for answer in (*shown.right, shown.wrong):
        quoted = answer.replace("'", "''")
        file = f"student: {{name: Ada}}\nassignment: example\nanswers: {{q1: {{{shown.part}: '{quoted}'}}}}\n"
        submission = grade(homework, read_answers(file.encode(), "ada.yaml"))
        results += [each for each in submission.parts if each.part == f"q1.{shown.part}"]
    _, _, key = key_text(homework).partition("\n\n")
    return textwrap.dedent(key.strip("\n")), results


def section(kind: str) -> str:
    """One kind."""
    from grader.examples import EXAMPLES

    shown = SHOWN[kind]
    key, results = graded(kind)
    rows = "\n".join(_row(result) for result in results)
    extra = f"\n\n{layers_table()}" if kind == "shape" else ""
    return (
        f"## `{kind}`\n\n{chr(10).join(textwrap.wrap(shown.words, 108, break_on_hyphens=False))}\n\n"
        f"```yaml\n{EXAMPLES[kind].strip()}\n```\n\n"
        f"The key:\n\n```text\n{key}\n```\n\n"
        f"Answers to `q1.{shown.part}`:\n\n"
        f"| written | verdict | mistake | what the student is told |\n| --- | --- | --- | --- |\n{rows}{extra}"
    )


def layers_table() -> str:
    """What may stand under `layers`, from the table of the program."""
    from grader.expr.latex import to_latex
    from grader.questions.layers import LAYERS, written

    def options(row: Layer) -> str:
        kept = [
            f"`{name}` ({to_latex(default)})" for name, default in row.options.items() if default
        ]
        return ", ".join(kept)

    rows = "\n".join(
        f"| `{written(row)}` | {row.what} | {options(row)} |" for row in LAYERS.values()
    )
    return (
        "What may stand under `layers`; batch axes come first and are kept:\n\n"
        f"| layer | what it is | further options (else) |\n| --- | --- | --- |\n{rows}"
    )


def _row(result: PartResult) -> str:
    written = (result.answer or "").replace("|", r"\|")
    told = " ".join(result.feedback).replace("|", r"\|").replace("_", r"\_")
    mistake = f"`{result.mistake}`" if result.mistake else ""
    return f"| `{written}` | {result.verdict.outcome} | {mistake} | {told} |"


def sections() -> Iterator[str]:
    """All kinds, with an index before them."""
    yield HEAD
    yield "\n".join(f"- [`{kind}`](#{kind})" for kind in SHOWN)
    for kind in SHOWN:
        yield section(kind)


def kinds_page() -> str:
    """docs/kinds.md."""
    return "\n\n".join(sections()) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    (ROOT / "docs" / "kinds.md").write_text(kinds_page(), encoding="utf-8")
