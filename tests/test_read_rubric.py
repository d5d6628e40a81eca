"""The rubric reader: what Activity 6 says, and every fault of a bad rubric at once."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from pathlib import Path
from textwrap import dedent

import pytest

from grader.errors import RubricError
from grader.read.located import Located
from grader.read.rubric import CanvasTarget, Policy, RubricFile
from grader.read.rubric_read import load_rubric_file, read_rubric
from grader.read.rubric_shape import RubricShape, keys_at, rubric_schema
from grader.source import Place

ROOT = Path(__file__).parent.parent
RUBRIC = ROOT / "rubrics" / "activity6.yaml"

PARTS = {
    "q1": "phi_0 phi_1 phi_2 psi_01 psi_11 psi_21 psi_02 psi_12 psi_22 "
    "theta_01 theta_11 theta_02 theta_12",
    "q2": "dh3_df2 df2_dh2 dh2_df1 df1_dh1 dh1_df0",
    "q3": "dl_df0 dh1_df0 df1_dh1 dh2_df1 df2_dh2 dh3_df2 df3_dh3 dl_df3",
}


@pytest.fixture(scope="module")
def activity6() -> RubricFile:
    return load_rubric_file(RUBRIC)


def test_the_26_parts(activity6: RubricFile) -> None:
    found = {q.id: " ".join(part.id for part in q.parts) for q in activity6.questions}
    assert found == PARTS
    parts = [part for question in activity6.questions for part in question.parts]
    assert len(parts) == 26
    assert sum(part.points for part in parts) == 26
    assert parts[0].full_id == "q1.phi_0"


def test_what_stands_above_the_questions(activity6: RubricFile) -> None:
    assert (activity6.id, activity6.title) == ("activity6", "Activity 6: Backpropagation")
    assert activity6.course == "CS/CS 316/365 Deep Learning"
    assert activity6.canvas == CanvasTarget("4312", "Activity 6")
    assert (activity6.self_check, activity6.reveal) == ("verdict", "wrong")
    assert activity6.policy == Policy()
    assert [q.kind.text for q in activity6.questions] == ["derivative", "chain_term", "shape"]
    assert [q.layout for q in activity6.questions] == [None, None, "denominator"]


def test_names_of_the_questions(activity6: RubricFile) -> None:
    q1, q2, q3 = activity6.questions
    assert [(name.text, row.text) for name, row in q1.functions] == [("a", "relu")]
    assert len(q1.symbols) == 14
    assert [quantity.name.text for quantity in q1.quantities] == ["y"]
    assert [quantity.name.text for quantity in q2.quantities] == [
        "f_0", "h_1", "f_1", "h_2", "f_2", "h_3", "f_3", r"\ell_i",
    ]  # fmt: skip
    assert {size.name.text: size.size.text for size in q3.sizes} == {
        "f_0": "D_1", "h_1": "D_1", "f_1": "D_2", "h_2": "D_2",
        "f_2": "D_3", "h_3": "D_3", "f_3": "D_f", r"\ell_i": "1",
    }  # fmt: skip
    aliases = {name.text: [a.text for a in spellings] for name, spellings in q2.aliases}
    assert aliases[r"\ell_i"] == ["l_i", r"\ell", "l"]
    assert aliases["omega_2"] == ["w_2"]
    assert [a.text for a in q2.quantities[-1].aliases] == ["l_i", r"\ell", "l"]
    assert [name.text for name, _ in q3.aliases] == [r"\ell_i"]


def test_every_text_knows_its_place(activity6: RubricFile) -> None:
    lines = RUBRIC.read_text(encoding="utf-8").split("\n")
    for question in activity6.questions:
        texts = [question.kind, *(part.quantity for part in question.parts)]
        texts += [symbol.name for symbol in question.symbols]
        texts += [text for pair in question.sizes for text in pair]
        for text in texts:
            line = lines[text.place.line - 1]
            assert line[text.place.column - 1 :].startswith(text.text), text


def test_the_rubric_states_no_answers(activity6: RubricFile) -> None:
    for text in ("-\\sin", "I[", "\\mathbb", "\\times"):
        stated = activity6.text.replace("indicator I[z > 0]", "")
        assert text not in stated


def test_the_digest_is_of_the_bytes(activity6: RubricFile, tmp_path: Path) -> None:
    copy = tmp_path / "r.yaml"
    copy.write_bytes(RUBRIC.read_bytes() + b"# more\n")
    assert load_rubric_file(copy).digest != activity6.digest
    assert len(activity6.digest) == 64


def test_a_rubric_goes_to_worker_processes_and_cannot_be_changed(activity6: RubricFile) -> None:
    assert pickle.loads(pickle.dumps(activity6)) == activity6
    policy = Policy({"sign": Fraction(1, 2)})
    assert pickle.loads(pickle.dumps(policy)) == policy
    with pytest.raises(TypeError):
        policy.partial_credit["sign"] = Fraction(1)  # type: ignore[index]


SMALL = """\
schema: 1
id: hw
title: T
questions:
  - id: q1
    kind: derivative
    points: 1/3
    symbols: [x, {name: w, assume: positive, aliases: v}]
    quantities: {y: 'x^2'}
    parts:
      dx: dy/dx
      dw: {quantity: dy/dw, points: 0.5, prompt: P, hint: H}
"""


def test_points_are_exact_and_parts_may_say_more() -> None:
    rubric = read_rubric(SMALL, "hw.yaml")
    (question,) = rubric.questions
    dx, dw = question.parts
    assert (dx.points, dw.points) == (Fraction(1, 3), Fraction(1, 2))
    assert (dx.hint, dw.prompt, dw.hint) == (None, "P", "H")
    assert dx.quantity == Located("dy/dx", Place("hw.yaml", 11, 11), "$.questions[0].parts.dx")
    assert dw.quantity.path == "$.questions[0].parts.dw.quantity"
    assert question.symbols[1].assume == "positive"
    assert [a.text for a in question.symbols[1].aliases] == ["v"]
    assert question.quantities[0].expression.place == Place("hw.yaml", 9, 22)


#: what is replaced in SMALL, by what, and the faults
FAULTS: tuple[tuple[str, str, str], ...] = (
    ("schema: 1", "schema: 2", """\
        r.yaml:1:9: `2` is none of `1` @ $.schema
            schema: 2
                    ^"""),
    ("title: T", "titel: T", """\
        r.yaml:1:1: `title` is missing @ $
            schema: 1
            ^
        r.yaml:3:1: `titel` is not a key of this place @ $.titel; did you mean `title`?
            titel: T
            ^^^^^"""),
    ("title: T", "title:", """\
        r.yaml:3:7: nothing is written here @ $.title
            title:
                  ^"""),
    ("title: T", "title: T\nself_check: verdicts", """\
        r.yaml:4:13: `verdicts` is none of `format`, `verdict`, `hints` @ $.self_check; \
did you mean `verdict`?
            self_check: verdicts
                        ^^^^^^^^"""),
    ("title: T", "title: T\npolicy: {partial_credit: {sign: 1.5}, all_or_nothing: maybe}", """\
        r.yaml:4:33: `1.5` is more than 1; a credit is a share of the part's points \
@ $.policy.partial_credit.sign
            policy: {partial_credit: {sign: 1.5}, all_or_nothing: maybe}
                                            ^^^
        r.yaml:4:55: `maybe` is neither true nor false @ $.policy.all_or_nothing
            …redit: {sign: 1.5}, all_or_nothing: maybe}
                                                 ^^^^^"""),
    ("id: hw", "id: 6 hw", """\
        r.yaml:2:5: `6 hw` is no id; an id begins with a letter and goes on with letters, \
digits, `_` and `-` @ $.id
            id: 6 hw
                ^^^^"""),
    ("points: 1/3", "points: 1/0", """\
        r.yaml:7:13: `1/0` is not a number of points such as 1, 0.5 or 1/3 @ $.questions[0].points
                points: 1/0
                        ^^^"""),
    ("points: 0.5", "points: -1", """\
        r.yaml:12:37: `-1` is not a number of points such as 1, 0.5 or 1/3 \
@ $.questions[0].parts.dw.points
                  dw: {quantity: dy/dw, points: -1, prompt: P, hint: H}
                                                ^^"""),
    ("points: 0.5", "poinst: 2", """\
        r.yaml:12:29: `poinst` is not a key of this place @ $.questions[0].parts.dw.poinst; \
did you mean `points`?
                  dw: {quantity: dy/dw, poinst: 2, prompt: P, hint: H}
                                        ^^^^^^"""),
    ("symbols: [x,", "symbols: [x, w,", """\
        r.yaml:8:28: `w` is declared twice (the first in line 8) @ $.questions[0].symbols[2].name
                symbols: [x, w, {name: w, assume: positive, aliases: v}]
                                       ^"""),
    ("dx: dy/dx", "d.x: dy/dx", """\
        r.yaml:11:7: `d.x` is no id of a part @ $.questions[0].parts['d.x']; letters, digits, \
`_` and `-` make an id; the quantity follows it
                  d.x: dy/dx
                  ^^^"""),
    ("dx: dy/dx", "dx:\n      dx: a\n      dz: [a]", """\
        r.yaml:11:10: nothing is written here @ $.questions[0].parts.dx
                  dx:
                     ^
        r.yaml:12:7: the key `dx` stands twice (the first in line 11) @ $.questions[0].parts.dx
                  dx: a
                  ^^
        r.yaml:13:11: a mapping (`key: value`) belongs here @ $.questions[0].parts.dz
                  dz: [a]
                      ^^^"""),
    ("quantities: {y: 'x^2'}", 'quantities: {y: "\\theta"}', """\
        r.yaml:9:22: YAML takes this backslash for an escape @ $.questions[0].quantities.y; \
use single quotes, in which LaTeX stays what it is
                quantities: {y: "\\theta"}
                                 ^^"""),
    ("    parts:", "    aliases: {yy: u, z: t}\n    parts:", """\
        r.yaml:10:15: `yy` is neither a symbol, a quantity nor a size of this question \
@ $.questions[0].aliases.yy
                aliases: {yy: u, z: t}
                          ^^
        r.yaml:10:22: `z` is neither a symbol, a quantity nor a size of this question \
@ $.questions[0].aliases.z
                aliases: {yy: u, z: t}
                                 ^"""),
    ("    kind: derivative\n", "", """\
        r.yaml:5:5: `kind` is missing @ $.questions[0]
              - id: q1
                ^"""),
    ("questions:", "questions:\n  - {id: q1, kind: k, parts: {a: b}}", """\
        r.yaml:6:9: two questions are called `q1` (the first in line 5) @ $.questions[1].id
              - id: q1
                    ^^"""),
    ("quantities: {y: 'x^2'}", "quantities: {y: f(x, 2), z: (u, (v, w))}", """\
        r.yaml:9:21: `f(x` is cut off here: in a one-line mapping a comma ends the entry \
@ $.questions[0].quantities.y; put it in quotes: 'f(x, 2)'
                quantities: {y: f(x, 2), z: (u, (v, w))}
                                ^^^^^^^
        r.yaml:9:33: `(u` is cut off here: in a one-line mapping a comma ends the entry \
@ $.questions[0].quantities.z; put it in quotes: '(u, (v, w))'
                quantities: {y: f(x, 2), z: (u, (v, w))}
                                            ^^^^^^^^^^^"""),
    ("id: hw", "id: &a hw\ncourse: *a", """\
        r.yaml:2:5: the anchor `&a` is not read @ $.id; take it out
            id: &a hw
                ^^^^^
        r.yaml:3:9: the alias `*a` is not followed @ $.course; write it out here
            course: *a
                    ^^"""),
    ("id: hw", "id: !!str hw", """\
        r.yaml:2:5: a tag `!` is not read @ $.id; take it out
            id: !!str hw
                ^^^^^^^^"""),
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "faults"), FAULTS, ids=[row[1] for row in FAULTS])
def test_every_fault_is_told_at_once(old: str, new: str, faults: str) -> None:
    assert SMALL.count(old) == 1
    with pytest.raises(RubricError) as error:
        read_rubric(SMALL.replace(old, new), "r.yaml")
    assert str(error.value) == dedent(faults)


#: a text that is no rubric at all, and what is said
NO_RUBRICS: tuple[tuple[str, str], ...] = (
    ("", "r.yaml:1:1: the rubric is empty"),
    ("text", """\
        r.yaml:1:1: a rubric is a mapping, lines of `key: value`
            text
            ^"""),
    ("a: b: c", """\
        r.yaml:1:5: a second `: ` stands on this line; put the value in single quotes
            a: b: c
                ^"""),
    ("a: 1\n\tb: 2", """\
        r.yaml:2:1: a tab stands where YAML needs spaces; indent with spaces
             b: 2
            ^"""),
    ("a: [1, 2\nb: 3", """\
        r.yaml:2:2: the `[` is not closed where YAML needs it (it was opened in line 1, \
column 4); close it with `]`; mathematics belongs in single quotes
            b: 3
             ^"""),
    ("a: [z>0] x", """\
        r.yaml:1:10: text goes on behind a value that has ended; put the value in single quotes
            a: [z>0] x
                     ^"""),
    ('a: "\\sin"', """\
        r.yaml:1:5: a backslash in double quotes must be doubled; use single quotes, \
in which it needs no doubling
            a: "\\sin"
                ^"""),
    ("a: 'b\nc: d", """\
        r.yaml:1:4: the quote is never closed; close it
            a: 'b
               ^"""),
    ("a: @b", """\
        r.yaml:1:4: a value cannot start with this character; put the value in single quotes
            a: @b
               ^"""),
    ("a: |z|", """\
        r.yaml:1:5: `|` and `>` have a meaning of their own in YAML; put the value in single quotes
            a: |z|
                ^"""),
    ("a: 1\nb\nc: 2", """\
        r.yaml:2:1: a line has no `: ` after its key
            b
            ^"""),
)  # fmt: skip


@pytest.mark.parametrize(("text", "message"), NO_RUBRICS, ids=[row[0] for row in NO_RUBRICS])
def test_a_text_that_is_no_rubric(text: str, message: str) -> None:
    with pytest.raises(RubricError) as error:
        read_rubric(text, "r.yaml")
    assert str(error.value) == dedent(message)


def test_a_second_document_is_a_fault() -> None:
    with pytest.raises(RubricError) as error:
        read_rubric(SMALL + "---\na: 1\n", "r.yaml")
    assert str(error.value) == dedent(
        """\
        r.yaml:13:1: a second document begins here; a rubric is one document; take the line `---` out
            ---
            ^^^"""
    )


def test_the_schema_for_editors_is_the_models(activity6: RubricFile) -> None:
    written = json.loads((ROOT / "rubrics" / "rubric.schema.json").read_text(encoding="utf-8"))
    assert written == rubric_schema()
    assert activity6.text.startswith("# yaml-language-server: $schema=rubric.schema.json\n")


def test_the_table_of_shapes_is_whole() -> None:
    assert keys_at(()) == tuple(f.alias or n for n, f in RubricShape.model_fields.items())
    assert "layout" in keys_at(("questions", 3))
    assert "hint" in keys_at(("questions", 3, "parts", "dx"))
    assert keys_at(("questions", 3, "sizes")) == ()
