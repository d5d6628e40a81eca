"""``grader new``: from a few answers to a rubric that lints, asked for or by options."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.blank import BLANKS
from grader.cli import cli
from grader.documents import import_document
from grader.draft import Draft, add_quantity, add_symbols, slug
from grader.draft_asked import ASKING, add_asked, ask_everything
from grader.errors import AnswerError
from grader.examples import EXAMPLES
from grader.expr.latex import to_latex
from grader.grade import grade
from grader.homework import load_rubric
from grader.lint import remarks
from grader.questions import QUESTIONS
from grader.read.answers import read_answers
from grader.results import Outcome


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["new", *arguments], input=typed)


def answers(path: Path) -> dict[str, str]:
    return {part.id: to_latex(part.answer) for part in load_rubric(path).parts}


def test_by_options(here: Path) -> None:
    result = run(
        "--title", "Homework 7: It's layers", "--symbols", "w, b x t", "--function", "a = relu",
        "--quantity", "y = a[w x + b]", "--quantity", "L = (y - t)^2", "--ask", "dL/dw",
        "--ask", "dy/db",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert result.stderr == "written: homework-7-it-s-layers.yaml\n"
    assert result.stdout.splitlines()[0] == "Homework 7: It's layers"
    homework = load_rubric(here / "homework-7-it-s-layers.yaml")
    assert [part.id for part in homework.parts] == ["q1.w", "q1.dy_db"]
    assert homework.statement.title == "Homework 7: It's layers"
    assert remarks(homework) == ()


def test_asked_for_with_a_line_that_cannot_be_read(here: Path) -> None:
    typed = "My HW\nderivative\nw b x\n\ny = w x +\ny = w x + b\nL = y^2\n\n\n"
    result = run(typed=typed)
    assert result.exit_code == 0, result.stderr
    assert "nothing follows the `+`" in result.stderr or "`+`" in result.stderr
    assert answers(here / "my-hw.yaml").keys() == {"q1.w", "q1.b", "q1.x"}


def test_chain_terms_go_without_saying(here: Path) -> None:
    result = run(
        "--title", "Chain", "--kind", "chain_term", "--symbols", "w v x", "--quantity",
        "f = w x", "--quantity", r"h = \sin f", "--quantity", "g = v h", "-o", "c.yaml",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert answers(here / "c.yaml") == {
        "q1.dg_dh": "v",
        "q1.dh_df": r"\cos\left(f\right)",
    }


def test_sizes(here: Path) -> None:
    result = run(
        "--title", "Sizes", "--kind", "shape", "--layout", "numerator", "--symbols", "D_1 D_2",
        "--size", "f_1 = D_2", "--size", "h_1 = D_1", "--ask", "df_1/dh_1",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert answers(here / "sizes.yaml") == {"q1.df_1_dh_1": r"D_{2} \times D_{1}"}


#: What states a question of each kind by options, and the key that follows.
BY_OPTIONS = {
    "derivative": (
        ["--symbols", "w x", "--quantity", "y = w x"],
        ["q1.w  ∂y/∂w = x", "q1.x  ∂y/∂x = w"],
    ),
    "chain_term": (
        ["--symbols", "w x", "--quantity", "f = w x", "--quantity", r"h = f^2"],
        ["q1.dh_df  ∂h/∂f = 2f"],
    ),
    "chain": (
        ["--symbols", "x", "--quantity", "f = x^2", "--quantity", r"h = \sin f", "--layout", "numerator"],
        ["q1.dh_dx  ∂h/∂x = ∂h/∂f ∂f/∂x"],
    ),
    "expression": (
        ["--symbols", "x", "--quantity", "f = x^2", "--ask", "s = df/dx + 1", "--ask", "f"],
        ["q1.s  s = 2x + 1", "q1.f  f = x²"],
    ),
    "gradient": (
        ["--symbols", "x y", "--quantity", "f = x^2 y", "--ask", "f by y x"],
        ["q1.f  ∇f = [x²; 2xy]"],
    ),
    "jacobian": (
        ["--symbols", "x y", "--quantity", "u = x y", "--quantity", "v = x + y"],
        ["q1.u_v  J = [y, 1; x, 1]"],
    ),
    "hessian": (
        ["--symbols", "x y", "--quantity", "f = x^2 y"],
        ["q1.f  H_f = [2y, 2x; 2x, 0]"],
    ),
    "shape": (
        ["--symbols", "m n", "--size", "f = m", "--size", "h = n", "--ask", "df/dh"],
        ["q1.df_dh  ∂f/∂h ∈ ℝ^(n × m)"],
    ),
    "update": (
        ["--symbols", "w", "--quantity", "L = w^2", "--rate", "\\eta"],
        ["q1.w  w = w − η · (2w)"],
    ),
}  # fmt: skip


def test_every_kind_can_be_begun() -> None:
    assert EXAMPLES.keys() == QUESTIONS.keys()
    assert BY_OPTIONS.keys() == ASKING.keys() < EXAMPLES.keys()


def lint_key_and_templates(path: Path) -> list[str]:
    """The rubric lints, its blanks read back, and its key is returned."""
    linted = CliRunner().invoke(cli, ["lint", str(path)])
    assert (linted.exit_code, linted.stderr) == (0, "")
    homework = load_rubric(path)
    for form, suffix in (("yaml", "yaml"), ("markdown", "md"), ("latex", "tex")):
        blank = BLANKS[form](homework.statement, path.name)
        if form == "yaml":
            read = read_answers(blank.replace("  name:", "  name: Ada").encode(), "blank.yaml")
        else:
            imported = import_document(homework, blank.encode(), f"blank.{suffix}")
            assert imported.unplaced == ()
            read = imported.answers
        outcomes = {part.verdict.outcome for part in grade(homework, read).parts}
        assert outcomes == {Outcome.MISSING}, form
    shown = CliRunner().invoke(cli, ["key", str(path)])
    assert shown.exit_code == 0, shown.stderr
    return shown.stdout.splitlines()


@pytest.mark.parametrize("kind", BY_OPTIONS)
def test_a_question_of_a_kind_by_options(kind: str, here: Path) -> None:
    options, key = BY_OPTIONS[kind]
    result = run("--title", "T", "--kind", kind, *options)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == "written: t.yaml\n"
    found = [line.strip() for line in lint_key_and_templates(here / "t.yaml")]
    assert found[-len(key) :] == key
    assert QUESTIONS[kind].name == load_rubric(here / "t.yaml").parts[0].kind


@pytest.mark.parametrize("kind", QUESTIONS)
def test_an_example_of_a_kind(kind: str, here: Path) -> None:
    result = run("--title", "It's: an example", "--kind", kind, "--example")
    assert (result.exit_code, result.stderr) == (0, "written: it-s-an-example.yaml\n")
    assert lint_key_and_templates(here / "it-s-an-example.yaml")
    assert {part.kind for part in load_rubric(here / "it-s-an-example.yaml").parts} == {kind}


def test_asked_for_a_step_of_descent(here: Path) -> None:
    result = run(typed="S\nupdate\nw x\n\nL = (w - x)^2\n\n\nw\n\n")
    assert result.exit_code == 0, result.stderr
    assert "The learning rate, such as \\alpha (empty: \\alpha): " in result.stderr
    assert "What is asked, such as w (empty: no more" in result.stderr
    assert answers(here / "s.yaml") == {"q1.w": r"w - \alpha \cdot \left(2 w - 2 x\right)"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--kind", "choice", "--symbols", "w"),
         "an example of `choice` is written as it is, without --symbols\n"),
        (("--kind", "update", "--example", "--layout", "numerator"),
         "an example of `update` is written as it is, without --layout\n"),
        (("--kind", "gradient", "--size", "h = 2"), "a question of kind `gradient` has no --size\n"),
        (("--kind", "update", "--symbols", "w", "--quantity", "L = w", "--layout", "numerator"),
         "a question of kind `update` has no --layout\n"),
        (("--kind", "gradient", "--symbols", "w", "--quantity", "L = w", "--ask", "g by w"),
         "`g` is not a quantity of this homework\n    g\n    ^\n"),
        (("--kind", "gradient", "--symbols", "w", "--quantity", "L = w", "--ask", "L by L"),
         "`L` is not a symbol of this homework\n    L\n    ^\n"),
        (("--kind", "gradient", "--symbols", "w", "--quantity", "L = w", "--ask", "L by"),
         "no symbol is named behind `by`\n    L by\n    ^^^^\n"),
        (("--kind", "gradient", "--symbols", "w", "--quantity", "L = w", "--ask", "L by w w"),
         "`w` stands here twice\n    w\n    ^\n"),
        (("--kind", "hessian", "--symbols", "w", "--quantity", "L = w", "--quantity", "M = w",
          "--ask", "L, M"),
         "a hessian is that of one quantity\n    L, M\n    ^^^^\n"),
        (("--kind", "update", "--symbols", "w", "--quantity", "L = w", "--rate", "w +"),
         "nothing stands after the `+`\n    w +\n      ^\n"),
        (("--kind", "expression", "--symbols", "w", "--quantity", "L = w", "--ask", "s = t"),
         "`t` is not a name of this homework\n    t\n    ^\n"),
        (("--kind", "chain", "--symbols", "w", "--quantity", "L = w^2"),
         "nothing is asked, so nothing is written\n"),
    ],
)  # fmt: skip
def test_options_that_a_kind_does_not_have(
    here: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = run("--title", "T", *arguments)
    assert (result.exit_code, result.stderr) == (2, message)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--quantity", "y = w q"), "`q` is not a name of this homework\n    w q\n      ^\n"),
        (("--quantity", "y"), "this is no line `name = …`\n    y\n    ^\n"),
        (("--quantity", "w = 1"), "`w` is there already\n    w\n    ^\n"),
        (("--function", "a = rleu", "--quantity", "y = w"),
         "`rleu` is not a function; such as relu, sigmoid or sin\n    rleu\n    ^^^^\n"),
        (("--quantity", "y = 3 w", "--ask", "y"),
         "this is no derivative of one quantity; write it as dy/dx\n    y\n    ^\n"),
        (("--id", "7", "--quantity", "y = 3 w"),
         "an id begins with a letter and goes on with letters, digits, `_` and `-`\n    7\n    ^\n"),
        (("--quantity", "y = 3"), "nothing is asked, so nothing is written\n"),
    ],
)  # fmt: skip
def test_options_at_fault(here: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run("--title", "T", "--symbols", "w", *arguments)
    assert (result.exit_code, result.stderr) == (2, message)
    assert list(here.iterdir()) == []


def test_a_file_that_is_there_is_left_alone(here: Path) -> None:
    (here / "t.yaml").write_text("mine")
    result = run("--title", "T", "--symbols", "w", "--quantity", "y = w")
    assert result.exit_code == 2
    assert result.stderr == "t.yaml is there already; name another file with -o\n"
    assert (here / "t.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("title", "made"),
    [("Homework 7: Layers", "homework-7-layers"), ("7 Seas", "homework-7-seas"), ("微分", "homework"),
     ("x" * 90, "x" * 40)],
)  # fmt: skip
def test_slug(title: str, made: str) -> None:
    assert slug(title) == made


def test_part_ids_never_collide() -> None:
    draft = add_quantity(add_symbols(Draft("t", "T"), "w x"), "y = w x")
    draft = add_asked(add_asked(add_asked(draft, "dy/dw"), "dy/dw"), "dy/dw")
    assert [line.name for line in draft.asked] == ["w", "w_2", "w_3"]
    assert ask_everything(Draft("t", "T")).asked == ()
    with pytest.raises(AnswerError):
        add_symbols(draft, " , ")
