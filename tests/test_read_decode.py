"""Bytes of whatever program saved them: the same text, and every guess is said."""

from __future__ import annotations

import pytest

from grader.errors import FileError
from grader.limits import FILE_BYTES
from grader.read.answers import read_answers
from grader.read.decode import decode

TEXT = "student: {name: Zoë Müller, id: 1}\nanswers:\n  q1:\n    a: x·y\n"

#: encoding of the same file, and the note about it
ENCODINGS: tuple[tuple[bytes, tuple[str, ...]], ...] = (
    (TEXT.encode("utf-8"), ()),
    (TEXT.encode("utf-8-sig"), ()),
    (TEXT.replace("\n", "\r\n").encode("utf-8"), ()),
    (TEXT.replace("\n", "\r").encode("utf-8"), ()),
    (TEXT.encode("utf-16"), ("the file is UTF-16; read as such",)),
    (b"\xfe\xff" + TEXT.encode("utf-16-be"), ("the file is UTF-16; read as such",)),
    (TEXT.encode("utf-16-le"), ("the file is UTF-16; read as such",)),
    (TEXT.encode("utf-16-be"), ("the file is UTF-16; read as such",)),
    (TEXT.encode("utf-32"), ("the file is UTF-32; read as such",)),
)


@pytest.mark.parametrize(("data", "notes"), ENCODINGS)
def test_the_same_text_from_every_encoding(data: bytes, notes: tuple[str, ...]) -> None:
    assert decode(data, "x").text == TEXT
    assert decode(data, "x").notes == notes
    answers = read_answers(data, "x.yaml")
    assert answers.student.name == "Zoë Müller"
    assert answers.blocks[0].answers[0].text == "x·y"
    assert answers.notes == notes
    assert answers.faults == ()


def test_latin_1_is_read_and_a_person_is_told() -> None:
    answers = read_answers(TEXT.encode("latin-1"), "x.yaml")
    assert answers.student.name == "Zoë Müller"
    assert answers.blocks[0].answers[0].text == "x·y"
    message = "the file is not UTF-8; it is read as Latin-1, where this is `ë`"
    assert answers.notes == (f"line 1: {message}",)
    (fault,) = answers.faults
    assert str(fault) == (
        f"x.yaml:1:19: {message}; save the file as UTF-8\n"
        "    student: {name: Zoë Müller, id: 1}\n"
        "                      ^"
    )


#: bytes that are no text, and what is said
NO_TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"a: 1\nb: \xff\x81\n", "x:2:4: a byte here is not UTF-8; save the file as UTF-8"),
    (
        b"\xef\xbb\xbfa: 1\nb: \xff\n",
        "x:2:4: a byte here is not UTF-8 with a byte-order mark; save the file as UTF-8",
    ),
    (
        b"PK\x03\x04...",
        "x:1:1: this is a ZIP archive or an office document, not an answers file; "
        "hand in a text file (.yaml)",
    ),
    (b"a\0b\0\0c", "x:1:1: this is not a text file: it holds zero bytes"),
    (b"a" * (FILE_BYTES + 1), "x:1:1: the file is longer than 5 MB"),
)


@pytest.mark.parametrize(("data", "message"), NO_TEXTS, ids=[row[1][:40] for row in NO_TEXTS])
def test_bytes_that_are_no_text(data: bytes, message: str) -> None:
    with pytest.raises(FileError) as error:
        decode(data, "x")
    assert str(error.value) == message
