"""What holds for every answers file: samples, plain mutations, and chance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import Fault, FileError
from grader.read.answers import AnswersFile, load_answers, read_answers
from grader.read.blocks import read_blocks
from grader.read.entries import value_of
from grader.read.nodes import Node, Pairs, Scalar, Source, read_stream

ROOT = Path(__file__).parent.parent
SAMPLES = sorted(
    path for path in (ROOT / "submissions_sample").iterdir() if path.suffix in {".yaml", ".json"}
)
MESSY = ROOT / "submissions_sample" / "messy"
SOUND = [path for path in SAMPLES if path.suffix == ".yaml"]


def table(answers: AnswersFile) -> dict[tuple[str | None, str], tuple[str | None, str | None]]:
    return {
        (block.question, entry.key): (entry.text, entry.problem)
        for block in answers.blocks
        for entry in block.answers
    }


def test_at_least_ten_students_with_ids_of_their_own() -> None:
    assert len(SAMPLES) >= 10
    students = [load_answers(path).student for path in SAMPLES]
    assert len({student.id for student in students}) == len(SAMPLES)
    assert all(student.name and student.id for student in students)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_sample_is_read_whole(path: Path) -> None:
    answers = load_answers(path, path.name)
    assert answers.assignment == "activity6"
    assert [block.question for block in answers.blocks] == (
        ["q1", "q2", "q3"] if path.stem != "greta" else ["q1", "q2"]
    )
    assert len(table(answers)) == (26 if path.stem != "greta" else 16)
    assert all(problem is None for _, problem in table(answers).values())
    assert answers.faults == ()
    assert bool(answers.notes) == (path.stem == "kofi")


def test_the_messy_samples() -> None:
    with pytest.raises(FileError, match=r"^empty\.yaml:1:1: the file is empty$"):
        load_answers(MESSY / "empty.yaml", "empty.yaml")
    with pytest.raises(FileError) as error:
        load_answers(MESSY / "not_yaml.yaml", "not_yaml.yaml")
    assert str(error.value).startswith(
        "not_yaml.yaml:1:10: the `{` is never closed; close it with `}`\n"
        "    student: {name: Nils Berg, id: 1098\n"
        "             ^\n"
    )


# --- The tolerant reading agrees with YAML's wherever both can read ------------------


def plain(node: Node, source: Source) -> object:
    if isinstance(node, Pairs):
        return [(plain(key, source), plain(value, source)) for key, value in node.pairs]
    got = value_of(node, source, {})
    return got.text, got.problem


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_both_readings_of_a_sound_file_agree(path: Path) -> None:
    source = Source(path.name, path.read_text(encoding="utf-8"))
    strict = read_stream(source)
    tolerant = read_blocks(source)
    if path.stem != "kofi":  # which YAML refuses
        assert strict.fault is None
        assert [plain(node, source) for node in tolerant.documents] == [
            plain(node, source) for node in strict.documents
        ]
    assert tolerant.faults == []


# --- One broken answer costs no other -------------------------------------------------

#: What slips into an answer: all that has a meaning in YAML, and more.
SLIPS = (
    *"[]{}\"'&*!|>%@`:#\\~,-?=\t",
    ": ", " #", "# ", "- ", "? ", "{a: ", "[a, ", "&x ", "*x ", "!!str ", "“", "’", "：",
    "\x0c", "\u2028", "\x85", "\ufeff", "\u00a0", "\n", "\n\n", "|\n", "\n      ", "\n---",
)  # fmt: skip

ANSWER = re.compile(r"^ +(?:[^:\n]+): (?=\S)", re.MULTILINE)


def answers_in(text: str) -> Iterator[tuple[int, int]]:
    """Where each one-line answer of a sample begins and ends."""
    body = text.index("answers:")
    for match in ANSWER.finditer(text, body):
        line = text.rfind("\n", 0, match.end()) + 1
        if not text[line:].lstrip().startswith("#") and text[match.end()] not in ">|":
            end = text.find("\n", match.end())
            yield match.end(), len(text) if end < 0 else end


@pytest.mark.parametrize("slip", SLIPS, ids=repr)
@pytest.mark.parametrize("name", ["ada.yaml", "dana.yaml", "kofi.yaml", "hugo.yaml"])
def test_a_slip_in_one_answer_changes_no_other(name: str, slip: str) -> None:
    text = (ROOT / "submissions_sample" / name).read_text(encoding="utf-8")
    sound = read_answers(text.encode(), name)
    before = table(sound)
    for number, (start, end) in enumerate(answers_in(text)):
        at = (start, end, (start + end) // 2)[number % 3]
        mutated = text[:at] + slip + text[at:]
        answers = read_answers(mutated.encode(), name)
        after = table(answers)
        changed = [key for key in before if after.get(key) != before[key]]
        assert len(changed) <= 1, text[start:end]
        assert answers.student == sound.student
        # Nothing is dropped: the key still stands there, or the file says what happened.
        assert all(key in after for key in changed) or answers.faults or answers.notes


# --- Chance ---------------------------------------------------------------------------

ADA = (ROOT / "submissions_sample" / "ada.yaml").read_text(encoding="utf-8")
JSON = (ROOT / "submissions_sample" / "jun.json").read_text(encoding="utf-8")


def read_or_faults(data: bytes) -> AnswersFile | tuple[Fault, ...]:
    """What a file is read as, or why it is not; any other error fails the test."""
    try:
        return read_answers(data, "x")
    except FileError as error:
        return error.faults


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([ADA[:1200], JSON[:1200]]),
    st.lists(
        st.tuples(st.integers(0, 1199), st.integers(0, 6), st.sampled_from(SLIPS)), max_size=6
    ),
)
def test_any_edits_are_read_or_refused_by_name(
    text: str, edits: list[tuple[int, int, str]]
) -> None:
    for at, deleted, slip in edits:
        text = text[:at] + slip + text[at + deleted :]
    data = text.encode("utf-8", "surrogatepass")
    assert read_or_faults(data) == read_or_faults(data)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    assert read_or_faults(data)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab:{}[]\"'-| \n\t#&*!,", max_size=60))
def test_any_structure_is_read_or_refused_by_name(text: str) -> None:
    assert read_or_faults(text.encode())


def test_a_scalar_keeps_its_offsets_behind_a_control_character() -> None:
    source = Source("x", "a: \x0crac\nb: '\x85c'\n")
    (root,) = read_stream(source).documents
    assert isinstance(root, Pairs)
    value = root.pairs[0][1]
    assert isinstance(value, Scalar)
    assert value.text == "\x0crac"
    assert source.text[value.start : value.end] == "\x0crac"
