"""Answers files as students make them: each row is what was typed and what is read."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from grader.errors import FileError
from grader.limits import YAML_DEPTH
from grader.read.answers import AnswersFile, load_answers, read_answers
from grader.results import Student

HEAD = "student: {name: A, id: 1}\nassignment: activity6\nanswers:\n  q1:\n"
TYPED = "YAML takes this for something else without quotes; read as typed"
DOUBLE = "double quotes change backslashes in YAML; read as typed"


def read(text: str | bytes) -> AnswersFile:
    return read_answers(text if isinstance(text, bytes) else text.encode(), "x.yaml")


def texts(answers: AnswersFile) -> dict[str, str | None]:
    return {entry.key: entry.text for block in answers.blocks for entry in block.answers}


def problems(answers: AnswersFile) -> dict[str, str]:
    return {
        entry.key: entry.problem
        for block in answers.blocks
        for entry in block.answers
        if entry.problem is not None
    }


# --- One value: what stands behind `phi_1:` -------------------------------------

#: typed, read, notes of the entry
VALUES: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
    # Every value is text.
    ("1", "1", ()),
    ("no", "no", ()),
    ("1_000", "1_000", ()),
    ("12:30", "12:30", ()),
    ("1.0", "1.0", ()),
    ("0x1F", "0x1F", ()),
    ("2024-10-10", "2024-10-10", ()),
    ("", None, ()),
    ("''", None, ()),
    ('""', None, ()),
    ("~", None, ("`~` means that nothing is written",)),
    ("null", None, ("`null` means that nothing is written",)),
    ("'~'", "~", ()),
    (r"-\sin\left[f_2\right]", r"-\sin\left[f_2\right]", ()),
    ("  a  b  ", "a  b", ()),
    ("'it''s'", "it's", ()),
    ("a'(z)", "a'(z)", ()),
    # Double quotes.
    (r'"\theta_{01} + \frac{a}{b}"', r"\theta_{01} + \frac{a}{b}", (DOUBLE,)),
    (r'"\nu \rho \beta \0 \x"', r"\nu \rho \beta \0 \x", (DOUBLE,)),
    (r'"\sin f_2"', r"\sin f_2", (DOUBLE,)),
    (r'"\\theta_{01} \\cdot \\sin f"', r"\theta_{01} \cdot \sin f", ()),
    (r'"\\begin{cases} 1 \\\\ 0 \\end{cases}"', r"\begin{cases} 1 \\ 0 \end{cases}", ()),
    (r'"\begin{cases} 1 \\ 0 \end{cases}"', r"\begin{cases} 1 \\ 0 \end{cases}", (DOUBLE,)),
    (
        r'"\\phi_1 \theta"',
        r"\phi_1 \theta",
        ("some backslashes are doubled and some are not; each is read as one",),
    ),
    (r'"\u03b8 x"', "θ x", ()),
    (r'"say \"x\""', 'say "x"', ()),
    ('"plain"', "plain", ()),
    # What YAML takes for something else.
    (r"[z>0]", "[z>0]", (TYPED,)),
    (r"[z>0] \phi_1", r"[z>0] \phi_1", (TYPED,)),
    (r"[D_1, 1]", "[D_1, 1]", (TYPED,)),
    (r"*x", "*x", (TYPED,)),
    (r"* x", "* x", (TYPED,)),
    (r"& = 1", "& = 1", (TYPED,)),
    (r"&x 1", "&x 1", (TYPED,)),
    (r"!x y", "!x y", (TYPED,)),
    (r"|z|", "|z|", (TYPED,)),
    (r"|z| + 1", "|z| + 1", (TYPED,)),
    (r"> 0", "> 0", (TYPED,)),
    (r"%x", "%x", (TYPED,)),
    (r"@x", "@x", (TYPED,)),
    (r"`x`", "`x`", (TYPED,)),
    (r"a: b", "a: b", (TYPED,)),
    (r"- \sin f_2", r"- \sin f_2", (TYPED,)),
    (r"? x", "? x", (TYPED,)),
    (r", x", ", x", (TYPED,)),
    (r"{\phi_1} x", r"{\phi_1} x", (TYPED,)),
    (r"{z}", "{z}", (TYPED,)),
    (r"{(z)}", "{(z)}", (TYPED,)),
    (r"x # easy", "x", ("`# easy` is a comment and no part of the answer",)),
    (r"[x] y # easy", "[x] y", (TYPED, "`# easy` is a comment and no part of the answer")),
    (r"I[a #1 > 0]", "I[a #1 > 0]", ("` #` is read as part of the answer",)),
    (r"x#1", "x#1", ()),
    ("!!str 1", "1", ("the YAML tag `!!` is not read",)),
    # Quotes of word processors, and quotes never closed.
    ("“x + y”", "x + y", ("the quotes “ ” are read as plain quotes",)),
    ("‘x’", "x", ("the quotes ‘ ’ are read as plain quotes",)),
    ("„x“", "x", ("the quotes „ “ are read as plain quotes",)),
    ('"x + y', "x + y", ('the quote " is never closed; read as if it were not there',)),
    ("'x + y", "x + y", ("the quote ' is never closed; read as if it were not there",)),
    ("（z＞0）", "（z＞0）", ()),
    # What a program made of a backslash.
    (
        "\x0crac{a}{b}",
        r"\frac{a}{b}",
        ("a control character is read as the backslash and letter that it was",),
    ),
    # Several lines.
    ("a\n      + b", "a + b", ()),
    ("|\n      a\n      # b\n\n      c", "a\n# b\n\nc", ()),
    (">-\n      a\n      + b", "a + b", ()),
    ('"a\n      + b"', "a + b", ()),
    ("\n      a + b", "a + b", ()),
    ("[z>0]\n      + b", "[z>0] + b", (TYPED,)),
    ("[z>0] |\n      # b", "[z>0] |", (TYPED,)),
)


@pytest.mark.parametrize(("typed", "text", "notes"), VALUES, ids=[row[0] for row in VALUES])
def test_a_value_is_read_as_typed(typed: str, text: str | None, notes: tuple[str, ...]) -> None:
    answers = read(f"{HEAD}    phi_0: before\n    phi_1: {typed}\n    phi_2: after\n")
    assert texts(answers) == {"phi_0": "before", "phi_1": text, "phi_2": "after"}
    entry = answers.blocks[0].answers[1]
    assert entry.notes == notes
    assert entry.problem is None
    assert answers.faults == ()
    assert all(any(f": {note}" in said for said in answers.notes) for note in notes)


#: typed, what is wrong, the text kept
WRONG: tuple[tuple[str, str, str], ...] = (
    (
        "\n      - a\n      - b",
        "a list is not one answer; write one text, in single quotes if need be",
        "- a\n      - b",
    ),
    (
        "\n      - a",
        "a list is not one answer; if the `-` is a minus sign, put the answer in single quotes",
        "- a",
    ),
    (
        "['a', 'b']",
        "a list is not one answer; write one text, in single quotes if need be",
        "['a', 'b']",
    ),
    (
        "{answer: x}",
        "a mapping (`key: value`) is not one answer; write one text, in single quotes if need be",
        "{answer: x}",
    ),
    (
        "\n      answer: x",
        "a mapping (`key: value`) is not one answer; write one text, in single quotes if need be",
        "answer: x",
    ),
    (
        "1\n    phi_1: 2",
        "`phi_1` stands twice with different answers (lines 6 and 7); keep one",
        "1\n2",
    ),
    (
        "*here\n    psi_01: &here 1",
        "`*here` repeats line 7 in YAML; write the answer itself",
        "*here",
    ),
    ("1\n    <<: x", "the merge key `<<` is not read; write the answers themselves", "x"),
    ("1\n    psi_01 x", "the line has no `: ` between a part and its answer", "psi_01 x"),
)


@pytest.mark.parametrize(("typed", "problem", "text"), WRONG, ids=[row[0] for row in WRONG])
def test_what_is_not_one_answer_goes_to_a_person(typed: str, problem: str, text: str) -> None:
    answers = read(f"{HEAD}    phi_0: before\n    phi_1: {typed}\n    phi_2: after\n")
    assert list(problems(answers).values()) == [problem]
    (key,) = problems(answers)
    assert texts(answers)[key] == text
    assert texts(answers)["phi_0"] == "before"
    assert texts(answers)["phi_2"] == "after"


def test_an_entry_knows_its_places() -> None:
    answers = read(f"{HEAD}    phi_0: '1'\n    phi_1: |\n      x\n    phi_2:\n")
    first, block, empty = answers.blocks[0].answers
    assert (str(first.key_place), str(first.place)) == ("x.yaml:5:5", "x.yaml:5:13")
    assert (str(block.key_place), str(block.place)) == ("x.yaml:6:5", "x.yaml:7:7")
    assert (str(empty.key_place), str(empty.place)) == ("x.yaml:8:5", "x.yaml:8:11")


WRAPPED = "this line has no key; read as the rest of the answer above"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("[z>0] (a\n    + b)", "[z>0] (a + b)"),
        ("[z>0] a\n+ b", "[z>0] a + b"),
        ("[z>0] a +\n\n  b", "[z>0] a + b"),
    ],
)
def test_a_line_that_a_program_wrapped(lines: str, text: str) -> None:
    answers = read(f"{HEAD}    phi_0: before\n    phi_1: {lines}\n    phi_2: after\n")
    assert texts(answers) == {"phi_0": "before", "phi_1": text, "phi_2": "after"}
    assert any(note.endswith(WRAPPED) for note in answers.notes)


def test_a_stray_line_ends_no_question() -> None:
    answers = read(f"{HEAD}    phi_0: 'before'\n+ b\n    phi_2: after\n")
    (block,) = answers.blocks
    assert [(entry.key, entry.text) for entry in block.answers] == [
        ("phi_0", "before"),
        ("+", "+ b"),
        ("phi_2", "after"),
    ]
    assert problems(answers) == {"+": "the line has no `: ` between a part and its answer"}


# --- Structure ----------------------------------------------------------------------

QUESTION = {"a": "1", "b": "2"}

#: the lines below `answers:`, and notes of the file
STRUCTURES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("  q2:\n    a: 1\n    b: 2\n", ()),
    ("  q2: {a: 1, b: 2}\n", ()),
    ('  "q2": {"a": "1", "b": "2"}\n', ()),
    ("  q2: {a: 1,\n       b: 2}\n", ()),
    ("  q2: {a: 1, b: 2,}\n", ()),
    ("  - q2:\n      a: 1\n      b: 2\n",
     ("line 4: `answers` is a list of mappings; read as one mapping",)),
    ("  q2:\n    - a: 1\n    - b: 2\n",
     ("line 5: `q2` is a list of mappings; read as one mapping",)),
    ("  q2:\n    a: 1\n  q2:\n    b: 2\n", ("line 6: `q2` stands twice; both are read",)),
    ("  q2:\n    a: 1\n    b: 2\n    a: 1\n",
     ("line 7: `a` stands twice with the same answer (lines 5 and 7)",)),
    ("  q2:\n    a: 1\n      b: 2\n",
     ("line 6: this line is not indented as those beside it; read as one of them",)),
    ("    q2:\n        a: 1\n      b: 2\n",
     ("line 6: this line is not indented as those beside it; read as one of them",)),
    ("  q2:\n\ta: 1\n\tb: 2\n", ("line 5: a tab indents this line; read as 8 spaces",)),
    ("\tq2:\n\t\ta: 1\n\t\tb: 2\n", ("line 4: a tab indents this line; read as 8 spaces",)),
    ("\tq2:\n        a: 1\n        b: 2\n",
     ("line 4: a tab indents this line; read as 4 spaces",)),
    ("  q2:\n    a: 1\n\tb: 2\n",
     ("line 6: a tab indents this line; read as 8 spaces",
      "line 6: this line is not indented as those beside it; read as one of them")),
    ("  q2:\n\u00a0\u00a0\u00a0 a: 1\n    b:\u00a02\n",
     ("line 5: a space of another kind indents this line; read as a plain one",)),
    ("  q2:\n\u3000\u3000a: 1\n\u3000\u3000b: 2\n",
     ("line 5: a space of another kind indents this line; read as a plain one",)),
    ("  q2:\n    a:1\n    b: 2\n",
     ("line 5: no space stands behind the `:` of the key; read as if one did",)),
    ("  q2:\n    a：1\n    b： 2\n",
     ("line 5: no space stands behind the `:` of the key; read as if one did",)),
    ("  q2:\n    a: 1\n    bb = 2\n    b: 2\n",
     ("line 6: `=` stands where `:` belongs; read as `:`",)),
    ("  q2: {\n    a: 1\n    b: 2\n",
     ("line 4: `{` is not read",)),
    ("  q2: &all\n    a: 1\n    b: 2\n", ("line 4: anchors and tags of YAML are not read",)),
    ("  ｑ２:\n    a: 1\n    b: 2\n", ()),
)  # fmt: skip


@pytest.mark.parametrize(("lines", "notes"), STRUCTURES, ids=[row[0] for row in STRUCTURES])
def test_the_structure_is_found(lines: str, notes: tuple[str, ...]) -> None:
    answers = read("student: {name: A, id: 1}\nassignment: activity6\nanswers:\n" + lines)
    (block,) = answers.blocks
    assert block.question == "q2"
    found = {entry.key: entry.text for entry in block.answers if entry.key != "bb"}
    assert found == QUESTION
    assert answers.faults == ()
    assert sorted(answers.notes) == sorted(notes)


#: a flow mapping, and its pairs
FLOWS: tuple[tuple[str, dict[str, str | None]], ...] = (
    (r"{a: -\sin[f_2], b: \omega_2}", {"a": r"-\sin[f_2]", "b": r"\omega_2"}),
    (r"{a: (D_1, 1), b: 2}", {"a": "(D_1, 1)", "b": "2"}),
    (r"{a: D_1, 1, b: 2}", {"a": "D_1, 1", "b": "2"}),
    (r"{a: \mathbb{R}^{D_1 \times 1}, b: x}", {"a": r"\mathbb{R}^{D_1 \times 1}", "b": "x"}),
    (r"{a: I[0, 1), b: x}", {"a": "I[0, 1)", "b": "x"}),
    (
        r"{a: \left\{ x \right., b: \left. x \right|_{z}}",
        {"a": r"\left\{ x \right.", "b": r"\left. x \right|_{z}"},
    ),
    (r"{\frac{\partial y}{\partial x}: 1, dy/dz: 2}",
     {r"\frac{\partial y}{\partial x}": "1", "dy/dz": "2"}),
    ("{a: '1, 2', b: \"\"}", {"a": "1, 2", "b": None}),
    ("{a: (x, b: 2}", {"a": "(x", "b": "2"}),
    (r'{a: "\theta", b: "\\theta"}', {"a": r"\theta", "b": r"\theta"}),
    ("{a: “x, y”, b: ‘z’}", {"a": "x, y", "b": "z"}),
    ("{a: , b: 2}", {"a": None, "b": "2"}),
    ("{a: x y, b: {z} w}", {"a": "x y", "b": "{z} w"}),
    ('{"a":"1","b":2}', {"a": "1", "b": "2"}),
    ("{a:1, b:2}", {"a": "1", "b": "2"}),
)  # fmt: skip


@pytest.mark.parametrize(("flow", "pairs"), FLOWS, ids=[row[0] for row in FLOWS])
def test_a_flow_mapping_is_read_by_its_brackets(flow: str, pairs: dict[str, str | None]) -> None:
    answers = read(f"{HEAD}    phi_0: 1\n  q2: {flow}\n  q3:\n    c: 3\n")
    assert [block.question for block in answers.blocks] == ["q1", "q2", "q3"]
    assert {entry.key: entry.text for entry in answers.blocks[1].answers} == pairs
    assert problems(answers) == {}


def test_flat_keys_and_quantities_as_keys() -> None:
    answers = read(
        dedent(
            r"""
            student: {name: A, id: 1}
            q1.phi_0: 1
            \frac{\partial y}{\partial \phi_1}: 2
            dy/dphi_2: 3
            ∂y/∂ψ₀₁: 4
            """
        )
    )
    (block,) = answers.blocks
    assert block.question is None
    assert texts(answers) == {
        "q1.phi_0": "1",
        r"\frac{\partial y}{\partial \phi_1}": "2",
        "dy/dphi_2": "3",
        "∂y/∂ψ₀₁": "4",
    }


def test_definitions_of_the_file_and_of_a_question() -> None:
    answers = read(
        dedent(
            r"""
            student: {name: A, id: 1}
            definitions: {z_1: "\theta x"}
            answers:
              definitions:
                z_2: b
              q1:
                definitions:
                  h_1: a[z_1]
                phi_0: h_1
            """
        )
    )
    assert [(entry.key, entry.text) for entry in answers.definitions] == [
        ("z_1", r"\theta x"),
        ("z_2", "b"),
    ]
    (block,) = answers.blocks
    assert [(entry.key, entry.text) for entry in block.definitions] == [("h_1", "a[z_1]")]
    assert [(entry.key, entry.text) for entry in block.answers] == [("phi_0", "h_1")]


def test_a_question_outside_answers() -> None:
    answers = read(f"{HEAD}    phi_0: 1\nq2:\n  a: 2\n")
    assert [block.question for block in answers.blocks] == ["q1", "q2"]
    assert answers.notes == ("line 6: `q2` stands outside `answers`; read as if it stood there",)


DATA = {
    "student": {"name": "J", "id": 1},
    "assignment": "activity6",
    "answers": {"q1": {"a": 1, "b": "\\theta_{01} \\frac{a}{b}", "c": "∂ x", "d": None}},
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(DATA),
        json.dumps(DATA, indent=2),
        json.dumps(DATA, indent="\t", ensure_ascii=False),
        # Without the doubling of backslashes, and without commas.
        json.dumps(DATA, indent=2).replace("\\\\", "\\"),
        json.dumps(DATA, indent=2).replace(",\n", "\n"),
        json.dumps(DATA, indent=2).removesuffix("}"),
    ],
)
def test_json(text: str) -> None:
    answers = read(text)
    assert answers.student == Student("J", "1")
    assert texts(answers) == {
        "a": "1",
        "b": r"\theta_{01} \frac{a}{b}",
        "c": "∂ x",
        "d": None,
    }


def test_one_broken_line_of_json_spoils_no_other() -> None:
    text = json.dumps(DATA, indent=2).replace('"a": 1', '"a": ["1')
    answers = read(text)
    assert texts(answers) == {"a": '["1', "b": r"\theta_{01} \frac{a}{b}", "c": "∂ x", "d": None}


FENCES = (
    "# Homework\n\nHello: there\n\n```yaml\n{}```\nbye\n",
    "```\n{}```\n",
    "~~~yml\n{}~~~\n",
    "Text `x`.\n```python\nprint(1)\n```\n```json\n{}```\n",
    "```yaml\n{}",
)


@pytest.mark.parametrize("fence", FENCES)
def test_a_yaml_block_in_markdown(fence: str) -> None:
    body = f"{HEAD}    phi_0: 1\n"
    answers = read(fence.format(body))
    assert texts(answers) == {"phi_0": "1"}
    assert "the file is Markdown; its YAML block is read" in answers.notes
    line = fence.format(body).split("\n").index("    phi_0: 1") + 1
    assert answers.blocks[0].answers[0].place.line == line


# --- Student --------------------------------------------------------------------------


def test_ids_are_text_and_near_keys_are_named() -> None:
    answers = read(
        "Student:\n  Name: A B\n  id: 007\n  sis_user: 3\n  email: x\nanwsers:\n  q1: {a: 1}\n"
    )
    assert answers.student == Student("A B", "007")
    assert answers.notes == (
        "line 1: `Student` is read as `student`",
        "line 2: `Name` is read as `name`",
        "line 4: `sis_user` is not a key of `student` and not read; did you mean `sis_user_id`?",
        "line 5: `email` is not a key of `student` and not read; "
        "there are `name`, `id`, `sis_user_id`, `sis_login_id`",
        "line 6: `anwsers` is read as `answers`",
    )


def test_a_student_given_as_one_text() -> None:
    answers = read("student: Ada\nanswers: {q1: {a: 1}}\n")
    assert answers.student == Student("Ada")
    assert answers.notes == ("line 1: `student` is one text; read as the name",)


# --- Faults beside what could be read ---------------------------------------------------

FAULTS: tuple[tuple[str, str], ...] = (
    (
        "answers:\n  q1: {a: 1}\n",
        """\
        x.yaml:1:1: the file has no `student`; begin it with `student: {name: ..., id: ...}`
            answers:
            ^""",
    ),
    (
        "student: {}\nanswers:\n  q1: {a: 1}\n",
        """\
        x.yaml:1:1: `student` says neither name nor id @ $.student
            student: {}
            ^^^^^^^""",
    ),
    (
        "student: {name: A}\nstudent: {name: B}\nanswers: {q1: {a: 1}}\n",
        """\
        x.yaml:2:1: `student` stands twice (the first in line 1); the first one is read @ $.student
            student: {name: B}
            ^^^^^^^""",
    ),
    (
        "student: {name: A, id: 1}\nanswers: {q1: {a: 1}}\nanswer: x\nremark: y\n",
        """\
        x.yaml:3:1: `answer` is not a key of an answers file; what stands below it is not read \
@ $.answer; did you mean `answers`?
            answer: x
            ^^^^^^
        x.yaml:4:1: `remark` is not a key of an answers file; what stands below it is not read \
@ $.remark; there are `student`, `assignment`, `definitions` and `answers`
            remark: y
            ^^^^^^""",
    ),
    (
        "student: {name: A}\nanswers: {q1: {a: 1}}\n---\nstudent: {name: B}\nanswers: {}\n",
        """\
        x.yaml:4:1: a second document begins in line 4; only what stands before it is read; \
hand in one file for each student
            student: {name: B}
            ^^^^^^^^^^^^^^^^^^""",
    ),
    (
        "student: {name: A, id: 1\nanswers:\n  q1:\n    a: 1\n",
        """\
        x.yaml:1:10: the `{` is never closed; close it with `}`
            student: {name: A, id: 1
                     ^""",
    ),
    (
        "student: {name: A}\nanswers:\n  q1:\n    a: 1\n  q2: [unclosed\n",
        """\
        x.yaml:5:7: `q2` must hold a line `part: answer` for each part @ $.answers.q2
              q2: [unclosed
                  ^^^^^^^^^""",
    ),
)


@pytest.mark.parametrize(("text", "faults"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_is_told_and_the_rest_is_read(text: str, faults: str) -> None:
    answers = read(text)
    assert "\n".join(map(str, answers.faults)) == dedent(faults)
    assert texts(answers) == {"a": "1"}


def test_two_documents_that_make_one_file() -> None:
    answers = read("---\nstudent: {name: A}\n---\nanswers: {q1: {a: 1}}\n")
    assert answers.student == Student("A")
    assert texts(answers) == {"a": "1"}
    assert answers.notes == ("line 4: `---` divides the file; both sides are read as one",)


# --- Files in which nothing can be graded ------------------------------------------------

FATAL: tuple[tuple[bytes, str], ...] = (
    (b"", "x.yaml:1:1: the file is empty"),
    (b" \n\n", "x.yaml:1:1: the file is empty"),
    (b"\xef\xbb\xbf", "x.yaml:1:1: the file is empty"),
    (
        b"# nothing\n",
        """\
        x.yaml:1:1: the file holds no answers
            # nothing
            ^""",
    ),
    (
        b"hello world\n",
        """\
        x.yaml:1:1: the file is one text, not lines of `key: value`
            hello world
            ^^^^^^^^^^^""",
    ),
    (
        b"- a\n- b\n",
        """\
        x.yaml:1:1: the file is a list, not lines of `key: value`
            - a
            ^^^""",
    ),
    (
        b"hello: world\n",
        """\
        x.yaml:1:1: the file has no `student`; begin it with `student: {name: ..., id: ...}`
            hello: world
            ^""",
    ),
    (
        b"answers: [1, 2\n",
        """\
        x.yaml:1:1: the file has no `student`; begin it with `student: {name: ..., id: ...}`
            answers: [1, 2
            ^
        x.yaml:1:10: `answers` is one text, not lines of `key: value`
            answers: [1, 2
                     ^^^^^
        x.yaml:1:14: the `[` is not closed where YAML needs it (it was opened in line 1, \
column 10); close it with `]`; mathematics belongs in single quotes
            answers: [1, 2
                         ^""",
    ),
    (
        b"```yaml\nanswers: {}\n```\n```yaml\nanswers: {}\n```\n",
        """\
        x.yaml:4:1: a second YAML block begins here; put all answers into one block
            ```yaml
            ^^^""",
    ),
    (
        b"%PDF-1.7 ...",
        "x.yaml:1:1: this is a PDF file, not an answers file; hand in a text file (.yaml)",
    ),
    (b"\x00\x01\x02\x03\x04", "x.yaml:1:1: this is not a text file: it holds zero bytes"),
)


@pytest.mark.parametrize(("data", "message"), FATAL, ids=[repr(row[0])[:40] for row in FATAL])
def test_a_file_without_anything_to_grade(data: bytes, message: str) -> None:
    with pytest.raises(FileError) as error:
        read_answers(data, "x.yaml")
    assert str(error.value) == dedent(message)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"^gone\.yaml:1:1: there is no such file$"):
        load_answers(tmp_path / "gone.yaml", "gone.yaml")
    with pytest.raises(FileError, match=r"^here:1:1: this is a folder, not a file$"):
        load_answers(tmp_path, "here")


# --- Attacks ------------------------------------------------------------------------------


def test_no_depth_of_nesting_exhausts_the_reader() -> None:
    deep = "".join("  " * level + "k:\n" for level in range(1, 20 * YAML_DEPTH))
    for value in ("[" * 50_000, "{a: " * 20_000, "- " * 20_000, "{" * 50_000, '"' * 10_001):
        answers = read(f"{HEAD}    phi_0: 1\n    phi_1: {value}\n    phi_2: 2\n")
        assert texts(answers)["phi_0"] == "1"
        assert texts(answers)["phi_2"] == "2"
    answers = read(f"{HEAD}    phi_0: 1\n  k:\n{deep}")
    assert texts(answers)["phi_0"] == "1"


def test_aliases_are_never_followed() -> None:
    lines = ["    a0: &a0 lol"]
    lines += [f"    a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    answers = read(HEAD + "\n".join(lines) + "\n    phi_0: 1\n")
    assert texts(answers)["phi_0"] == "1"
    assert sum(len(text or "") for text in texts(answers).values()) < 4_000
