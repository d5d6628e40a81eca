"""Bytes to text, whatever program saved them; every guess is said in a note."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import Fault, FileError
from grader.limits import FILE_BYTES
from grader.source import Place, Span, caret

#: Byte-order marks, the longer first: UTF-32's begins like UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte-order mark"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)

#: What other kinds of file begin with, and how people call them.
_KINDS = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with ``\\n`` for every line end, and notes about how it was read.

    ``faults`` are guesses that a person should look at.
    """

    text: str
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def read_bytes(path: Path, name: str) -> bytes:
    """The bytes of a file; FileError where it cannot be read or is too long."""
    try:
        with path.open("rb") as stream:
            data = stream.read(FILE_BYTES + 1)
    except FileNotFoundError:
        raise FileError([_fault(name, "there is no such file")]) from None
    except IsADirectoryError:
        raise FileError([_fault(name, "this is a folder, not a file")]) from None
    except OSError as error:
        reason = error.strerror or "the system refuses"
        raise FileError([_fault(name, f"cannot be opened: {reason}")]) from None
    return data


def decode(data: bytes, file: str) -> Decoded:
    """The text of a file's bytes.

    UTF-8, with or without a mark; UTF-16 and UTF-32 by mark or by their zero
    bytes; else Windows-1252, which holds all that Latin-1 prints, with a fault,
    since other code pages would read the same bytes otherwise.  Raises FileError
    for a file that is too long, or no text at all.
    """
    if len(data) > FILE_BYTES:
        message = f"the file is longer than {FILE_BYTES // 1_000_000} MB"
        raise FileError([_fault(file, message)])
    kind = next((kind for start, kind in _KINDS if data.startswith(start)), None)
    if kind is not None:
        suggestion = "hand in a text file (.yaml)"
        raise FileError([_fault(file, f"this is {kind}, not an answers file", suggestion)])
    decoded = _text(data, file)
    if "\0" in decoded.text:
        raise FileError([_fault(file, "this is not a text file: it holds zero bytes")])
    return replace(decoded, text=decoded.text.replace("\r\n", "\n").replace("\r", "\n"))


def _text(data: bytes, file: str) -> Decoded:
    for mark, encoding, called in _MARKS:
        if data.startswith(mark):
            try:
                text = data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                before = data[len(mark) : len(mark) + error.start].decode(encoding, "replace")
                raise FileError([_bad_bytes(file, before, called)]) from None
            notes = () if encoding == "utf-8" else (f"the file is {called}; read as such",)
            return Decoded(text, notes)
    wide = _wide(data)
    if wide is not None:
        try:
            return Decoded(data.decode(wide), ("the file is UTF-16; read as such",))
        except UnicodeDecodeError:
            pass
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        bad = error.start
        before = data[:bad].decode("utf-8")
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        # cp1252 leaves five bytes without a meaning; no text editor writes them.
        raise FileError([_bad_bytes(file, before, "UTF-8")]) from None
    # cp1252 has one character for each byte.
    message = f"the file is not UTF-8; it is read as Latin-1, where this is `{text[bad]}`"
    place = _bad_bytes(file, before, "UTF-8").place
    fault = Fault(place, "", message, "save the file as UTF-8", _excerpt(text, bad))
    return Decoded(text, (f"line {place.line}: {message}",), (fault,))


def _excerpt(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[start : len(text) if end < 0 else end].rstrip("\r")
    return caret(line, Span(at - start, at - start + 1))


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of an answers file is then zero."""
    if len(data) < 4 or len(data) % 2:
        return None
    sample = data[:400]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd * 4 > len(sample) and even == 0:
        return "utf-16-le"
    if even * 4 > len(sample) and odd == 0:
        return "utf-16-be"
    return None


def _bad_bytes(file: str, before: str, called: str) -> Fault:
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    place = Place(file, line, column)
    return Fault(place, "", f"a byte here is not {called}", "save the file as UTF-8")


def _fault(file: str, message: str, suggestion: str | None = None) -> Fault:
    return Fault(Place(file, 1, 1), "", message, suggestion)
