"""``grader new``: from a few answers to a rubric that lints, asked for or by options."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import cli
from grader.draft import Draft, add_asked, add_quantity, add_symbols, ask_everything, slug
from grader.errors import AnswerError
from grader.expr.latex import to_latex
from grader.homework import load_rubric
from grader.lint import remarks


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
