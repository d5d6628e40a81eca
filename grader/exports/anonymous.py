"""Results without the people: a document in which every student is a pseudonym.

Names, ids, logins, addresses and names of files are replaced where they stand as such and
where a text mentions them; students come in the order of their pseudonyms, which a keyed
hash gives out, so that no order of names or files shows through.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from grader.errors import Fault, FileError
from grader.exports.masks import Mask, mask_of
from grader.files import write_atomically
from grader.limits import ANONYMIZE_SECRET_BYTES
from grader.reports.results_json import json_text
from grader.reports.view import Document
from grader.source import Place

#: The mark of a document without people; what gives grades to students refuses it.
MARK = "anonymous"

#: The texts that say who somebody is, in the order in which they are relied on.
_IDS = ("id", "sis_login_id", "sis_user_id")

#: What stands for the reason why a file could not be read, which quotes the file.
_UNREAD = "could not be read; the reason quotes the file and is left out"

#: Evidence in words that only the house has.
_HOUSE_WORDS = frozenset({"method", "entries", "witness"})

#: Identity of a person, as text without ambiguity.
_Identity = str


@dataclass(frozen=True, slots=True)
class Key:
    """What gives out pseudonyms: a secret, and whom it has given which number.

    ``about`` is what a person reads of each: the student and the file.
    """

    secret: bytes
    given: Mapping[_Identity, int]
    about: Mapping[_Identity, Mapping[str, Any]] = field(default_factory=dict)

    def with_all(self, identities: Iterable[_Identity]) -> Key:
        """The key with a number for each of these; numbers that were given stay.

        New ones follow the highest, in the order of the keyed hash.
        """
        new = sorted(set(identities) - set(self.given), key=self._digest)
        start = max(self.given.values(), default=0) + 1
        numbers = dict(zip(new, range(start, start + len(new)), strict=True))
        return Key(self.secret, {**self.given, **numbers}, self.about)

    def _digest(self, identity: _Identity) -> bytes:
        data = identity.encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, data, hashlib.sha256).digest()

    def pseudonym(self, identity: _Identity) -> str:
        """``student-0042``.  Raises KeyError for an identity without a number."""
        return f"student-{self.given[identity]:04}"


def identity_of(student: Mapping[str, Any], file: str) -> _Identity:
    """Who a student is: the first id there is, else the name with the file."""
    for key in _IDS:
        if student.get(key):
            return json.dumps([key, str(student[key])])
    return json.dumps(["file", str(student.get("name") or ""), file])


def document_key(document: Document) -> Key:
    """A key that needs no file: nobody has its secret who has not these very results.

    It is made from the SHA-256 of every file that was graded, beside who is in the class.
    """
    digest = hashlib.sha256(b"grader anonymous\n")
    for submission in document["students"]:
        line = json.dumps([submission["student"], submission["file"], submission.get("files"),
                           submission["parts"]], sort_keys=True)  # fmt: skip
        digest.update(line.encode("ascii") + b"\n")
    return Key(digest.digest(), {})


def open_key(path: Path) -> Key:
    """The key that a file holds; a new one, with a random secret, where there is no file.

    Raises FileError where the file holds no key, OSError where it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        import secrets

        return Key(secrets.token_bytes(ANONYMIZE_SECRET_BYTES), {})
    except UnicodeDecodeError:
        raise _no_key(path) from None
    try:
        found = json.loads(text)
        secret = bytes.fromhex(found["secret"])
        given = {
            json.dumps(row["who"]): int(row["pseudonym"].removeprefix("student-"))
            for row in found["students"]
        }
        about = {
            json.dumps(row["who"]): {"student": dict(row["student"]), "file": str(row["file"])}
            for row in found["students"]
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _no_key(path) from None
    if len(secret) < ANONYMIZE_SECRET_BYTES or len(set(given.values())) != len(given):
        raise _no_key(path)
    return Key(secret, given, about)


def _no_key(path: Path) -> FileError:
    message = "this is not a key that --anonymize-key wrote; name another file, or a new one"
    return FileError([Fault(Place(str(path), 1, 1), "", message)])


def write_key(path: Path, key: Key, document: Document) -> None:
    """Write a key, with who is who for a person, readable by its owner only.

    A file that others could read is replaced by one that they cannot.  Raises OSError.
    """
    about = dict(key.about)
    for student, file, identity in _people(document):
        about[identity] = {"student": dict(student), "file": file}
    rows = [
        {"pseudonym": key.pseudonym(identity), "who": json.loads(identity), **about[identity]}
        for identity in sorted(key.given, key=lambda identity: key.given[identity])
    ]
    write_atomically(path, json_text({"secret": key.secret.hex(), "students": rows}))


def _people(document: Document) -> Iterator[tuple[Mapping[str, Any], str, _Identity]]:
    """Everyone in the results, those whose file could not be read among them."""
    for row in (*document["students"], *(document.get("unread") or ())):
        student = row.get("student") or {}
        if student:
            yield student, row["file"], identity_of(student, row["file"])
        elif "parts" in row:
            yield {}, row["file"], identity_of({}, row["file"])


def all_in(document: Document, key: Key) -> Key:
    """The key with a number for everyone in the results."""
    return key.with_all(identity for _, _, identity in _people(document))


def anonymous(document: Document, key: Key) -> dict[str, Any]:
    """The results with pseudonyms of ``key``, which must know everyone (:func:`all_in`)."""
    mask = mask_of(document)
    unread = _unread(document, key)
    head = {name: value for name, value in document.items() if name not in ("students", "unread")}
    return {**head, MARK: True, "students": _Students(document["students"], key, mask),
            "unread": unread}  # fmt: skip


class _Students(Sequence[Mapping[str, Any]]):
    """The students of another list by their pseudonyms, each made when it is asked for."""

    def __init__(self, source: Sequence[Mapping[str, Any]], key: Key, mask: Mask) -> None:
        self._source, self._key, self._mask = source, key, mask
        # Two files of one student: the order of the files would be that of their names.
        places = [
            (key.given[identity_of(row["student"], row["file"])], json.dumps(row["parts"]), place)
            for place, row in enumerate(source)
        ]
        self._order = [place for _, _, place in sorted(places)]

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, index: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[Mapping[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> Mapping[str, Any] | list[Mapping[str, Any]]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        return _submission(self._source[self._order[index]], self._key, self._mask)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return (self[place] for place in range(len(self)))


def _submission(row: Mapping[str, Any], key: Key, mask: Mask) -> dict[str, Any]:
    name = key.pseudonym(identity_of(row["student"], row["file"]))
    return {
        **row,
        "student": {"name": name},
        "file": name,
        # A digest names a file to whoever has it.
        "files": {},
        "notes": [mask.written(note) for note in row.get("notes") or ()],
        "parts": [_part(part, mask) for part in row["parts"]],
    }


def _part(part: Mapping[str, Any], mask: Mask) -> dict[str, Any]:
    answer = part.get("answer")
    notes = [mask.written(note) for note in part.get("notes") or ()]
    masked = None if answer is None else mask.written(answer)
    # A sentence of the grader's can only name whom the answer names.
    told = mask.sentence if masked == answer else mask.written
    found = {
        **part,
        "answer": masked,
        "notes": notes,
        "feedback": [told(line) for line in part.get("feedback") or ()],
    }
    for name in ("read_as", "nudge", "slip", "meaning"):
        text = part.get(name)
        found[name] = mask.written(text) if isinstance(text, str) else text
    evidence = {
        name: value if name in _HOUSE_WORDS else _masked(value, told)
        for name, value in (part.get("evidence") or {}).items()
    }
    if masked != answer:
        evidence.pop("span", None)  # it counts characters of the answer as it was
    found["evidence"] = evidence
    if part.get("decision"):
        comment = part["decision"].get("comment")
        found["decision"] = {
            **part["decision"],
            "by": None,
            "comment": None if comment is None else mask.written(comment),
        }
    return found


def _masked(value: Any, told: Any) -> Any:
    """The sentences in a piece of evidence, masked; points and names of symbols stay."""
    if isinstance(value, str):
        return told(value)
    if isinstance(value, list):
        return [_masked(item, told) for item in value]
    return value


def _unread(document: Document, key: Key) -> list[dict[str, Any]]:
    """The files that could not be read: whose, where that is known, and that it is so."""
    mine: set[str] = set()
    others: set[str] = set()
    for row in document.get("unread") or ():
        student = row.get("student") or {}
        if student:
            mine.add(key.pseudonym(identity_of(student, row["file"])))
        else:
            others.add(str(row["file"]))
    return [
        *({"file": name, "error": _UNREAD, "student": {"name": name}} for name in sorted(mine)),
        *(
            {"file": f"unread-{number:04}", "error": _UNREAD}
            for number in range(1, len(others) + 1)
        ),
    ]
