"""Texts with nothing in them that names a person of the class.

What is looked for: every name, whole and word by word, ids, logins, addresses, and names
of files.  Words that the homework itself uses, and commands of LaTeX, name nobody.  Words
are looked up, so that the work does not grow with the class.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.limits import ANONYMIZE_ID_CHARACTERS, ANONYMIZE_WORD_CHARACTERS
from grader.reports.view import Document

NAME, ADDRESS, FILE = "[name]", "[e-mail]", "[file]"

#: An address of e-mail; at least two characters on each side, since ``A@B.T`` is a product.
_ADDRESS = re.compile(r"[\w.+-]{2,}@[\w-]{2,}(?:\.[\w-]+)*\.[A-Za-z]{2,}")

#: Letters and digits with their combining marks; ``_`` parts words.
_TOKEN = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")

#: What may stand between the words of a name or an id; a bracket makes an argument of one.
_BETWEEN_WORDS = re.compile(r"[\s_.,;'’*-]{1,3}")
#: And between those of a file's name, as in ``hw (1).yaml``.
_BETWEEN_PARTS = re.compile(r"[\W_]{1,4}")

#: Letters of scripts that write words without blanks between them.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")  # fmt: skip

#: Words in a row, each as it is looked up.
_Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mask:
    """Replaces what names people: in what a person wrote, and in a sentence of the grader's.

    A person writes ``ada`` for Ada; in the grader's own sentences, where ``will`` is no
    Will, single words count only as the name spells them.  ``rows`` holds what is more
    than a word by its first one, the longest first, with what stands for it.
    """

    rows: Mapping[str, tuple[tuple[_Row, str], ...]]
    words: frozenset[str]
    spelled: frozenset[str]
    unspaced: re.Pattern[str]

    def written(self, text: str) -> str:
        """A text that a person wrote, or that quotes one."""
        return self._masked(text, exact=False)

    def sentence(self, text: str) -> str:
        """A sentence of the grader's."""
        return self._masked(text, exact=True)

    def _masked(self, text: str, *, exact: bool) -> str:
        text = self.unspaced.sub(NAME, _ADDRESS.sub(ADDRESS, text))
        tokens = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
        plain = [_plain(text[start:end]) for start, end in tokens]
        folded = [token.casefold() for token in plain]
        pieces: list[str] = []
        done = place = 0
        while place < len(tokens):
            start, end = tokens[place]
            size, stands = self._row_at(text, folded, tokens, place)
            if not size and start and text[start - 1] == "\\":
                pass  # a command of LaTeX
            elif not size and (
                plain[place] in self.spelled if exact else folded[place] in self.words
            ):
                size, stands = 1, NAME
            if size:
                end = tokens[place + size - 1][1]
                pieces += [text[done:start], stands]
                done = end
            place += size or 1
        return "".join([*pieces, text[done:]])

    def _row_at(
        self, text: str, folded: list[str], tokens: list[tuple[int, int]], place: int
    ) -> tuple[int, str]:
        """How many words from here are a name, an id or a file, and what stands for them."""
        for row, stands in self.rows.get(folded[place], ()):
            after = place + len(row)
            between = _BETWEEN_PARTS if stands == FILE else _BETWEEN_WORDS
            if tuple(folded[place:after]) == row and all(
                between.fullmatch(text, tokens[at][1], tokens[at + 1][0])
                for at in range(place, after - 1)
            ):
                return len(row), stands
        return 0, ""


def mask_of(document: Document) -> Mask:
    """The mask of everyone in the results and of every file."""
    names, ids, files = _said(document)
    common = _words_of(document.get("homework"))
    rows: dict[_Row, str] = {}
    for file in sorted(files):
        rows[_row(file)] = FILE
        stem = file.rpartition(".")[0]
        # `ada_1001_hw` names somebody, `answers` nobody.
        if re.search(r"[\d_ -]", stem) and _is_telling(stem, common):
            rows[_row(stem)] = FILE
    for text in sorted(ids):
        if _is_telling(text, common):
            rows[_row(text)] = NAME
    words: set[str] = set()
    for name in sorted(names):
        row = _row(name)
        if len(row) > 1:
            rows[row] = rows[(*row[-1:], *row[:-1])] = rows[("".join(row),)] = NAME
        words |= {
            plain
            for plain in map(_plain, _TOKEN.findall(name))
            if len(plain) >= ANONYMIZE_WORD_CHARACTERS and plain.casefold() not in common
        }
    return Mask(
        rows=_by_first(rows),
        words=frozenset(word.casefold() for word in words),
        spelled=frozenset(words),
        unspaced=_pattern(names),
    )


def _said(document: Document) -> tuple[set[str], set[str], set[str]]:
    """The names, the ids and the files of everyone."""
    names: set[str] = set()
    ids: set[str] = set()
    files: set[str] = set()
    for row in (*document["students"], *(document.get("unread") or ())):
        student = row.get("student") or {}
        names |= {str(student["name"])} if student.get("name") else set()
        ids |= {str(value) for key, value in student.items() if key != "name" and value}
        for path in (str(row["file"]), *map(str, row.get("files") or ())):
            files |= {path, re.split(r"[/\\]", path)[-1]}
    return names, ids, files


def _is_telling(text: str, common: frozenset[str]) -> bool:
    return len(text) >= ANONYMIZE_ID_CHARACTERS and not set(_row(text)) <= common


def _by_first(rows: Mapping[_Row, str]) -> Mapping[str, tuple[tuple[_Row, str], ...]]:
    found: dict[str, list[tuple[_Row, str]]] = {}
    for row in sorted(rows, key=lambda row: (-len(row), row)):
        if row:
            found.setdefault(row[0], []).append((row, rows[row]))
    return {first: tuple(some) for first, some in found.items()}


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Names that no blank sets apart from what stands beside them, and those without a letter."""
    every: set[str] = set()
    for name in names:
        words = [word for word in name.split() if _UNSPACED.search(word)]
        every |= {word for word in words if len(word) >= ANONYMIZE_WORD_CHARACTERS}
        every |= {name.strip()} if not _TOKEN.search(name) and name.strip() else set()
    forms = {unicodedata.normalize(form, word) for word in every for form in ("NFC", "NFD")}
    ordered = sorted(forms | every, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")


def _row(text: str) -> _Row:
    return tuple(_plain(token).casefold() for token in _TOKEN.findall(text))


def _plain(token: str) -> str:
    """A word without its accents, the same however it was typed; capitals stay."""
    if token.isascii():
        return token
    decomposed = unicodedata.normalize("NFKD", token)
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark)).replace("ı", "i")


def _words_of(value: Any) -> frozenset[str]:
    """Every word in a part of a document, as it is looked up."""
    return frozenset(word for text in _texts(value) for word in _row(text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
