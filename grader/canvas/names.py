"""How Canvas names the files of a submissions download.

``<lastfirst>[_LATE]_<user id>_<attachment id>_<file>``, ``…_<user id>_text.html``,
``…_<user id>_link.html`` and ``[LATE_]anon_<anonymous id>_<attachment id>_<file>``.
``lastfirst`` is the sortable name in lower case without anything but letters,
digits and underscores; for a group it is the group's name, beside the id of one
of its members.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

_DIGITS: Final = re.compile(r"[0-9]+")
_ANONYMOUS: Final = re.compile(
    r"(?P<late>LATE_)?anon_(?P<id>[A-Za-z0-9]{4,})_"
    r"(?:(?P<attachment>[0-9]+)_(?P<file>.+)|(?P<entry>text|link)\.html)",
    re.DOTALL,
)
_ENTRIES: Final[dict[str, Literal["text", "link"]]] = {"text.html": "text", "link.html": "link"}
_VERSION: Final = re.compile(
    r"(?P<stem>.*?)(?:-(?P<number>[0-9]{1,3}))?(?P<end>\.[^.]*)?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class CanvasName:
    """What a name says.

    ``owner`` is ``lastfirst`` (empty for anonymous files), ``file`` the student's
    own name for the file.  ``user_id`` and ``anonymous_id`` exclude each other.
    """

    owner: str
    user_id: str | None
    anonymous_id: str | None
    attachment_id: str | None
    kind: Literal["file", "text", "link"]
    late: bool
    file: str

    @property
    def key(self) -> tuple[str, str]:
        """What files of one student share."""
        if self.user_id is not None:
            return "user", self.user_id
        return "anonymous", self.anonymous_id or ""

    @property
    def version(self) -> tuple[str, int]:
        """The file's name without Canvas's number of a resubmission, and that number.

        Canvas tells files of one name apart as ``hw.yaml``, ``hw-1.yaml``, ``hw-2.yaml``.
        """
        return version_of(self.file)


def version_of(file: str) -> tuple[str, int]:
    """A name without its ``-1``, ``-2``, and the number, 0 for none.

    >>> version_of("hw.yaml"), version_of("hw-2.yaml")
    (('hw.yaml', 0), ('hw.yaml', 2))
    """
    match = _VERSION.fullmatch(file)
    assert match is not None
    return f"{match['stem']}{match['end'] or ''}", int(match["number"] or 0)


def read_name(name: str, known: Collection[str] = ()) -> CanvasName | None:
    """What a file's name (without folders) says, or None where Canvas does not name so.

    ``known`` are Canvas ids of students, as the gradebook has them: a student's
    name may hold digits too, and these settle which number is the id.
    """
    plain = _plain_name(name, known)
    if plain is not None and plain.user_id in known:
        return plain
    match = _ANONYMOUS.fullmatch(name)
    if match is None:
        return plain
    return CanvasName(
        owner="",
        user_id=None,
        anonymous_id=match["id"],
        attachment_id=match["attachment"],
        kind="file" if match["entry"] is None else "text" if match["entry"] == "text" else "link",
        late=match["late"] is not None,
        file=match["file"] or f"{match['entry']}.html",
    )


def _plain_name(name: str, known: Collection[str]) -> CanvasName | None:
    tokens = name.split("_")
    found = [
        made for index in range(1, len(tokens)) if (made := _read_at(tokens, index)) is not None
    ]
    return next((made for made in found if made.user_id in known), found[0] if found else None)


def _read_at(tokens: Sequence[str], index: int) -> CanvasName | None:
    """The reading in which the token at ``index`` is the user's id."""
    rest = tokens[index + 1 :]
    if not rest or not _DIGITS.fullmatch(tokens[index]):
        return None
    late = tokens[index - 1] == "LATE"
    owner = "_".join(tokens[: index - 1] if late else tokens[:index])
    if len(rest) == 1 and rest[0] in _ENTRIES:
        return CanvasName(owner, tokens[index], None, None, _ENTRIES[rest[0]], late, rest[0])
    if len(rest) > 1 and _DIGITS.fullmatch(rest[0]) and any(rest[1:]):
        file = "_".join(rest[1:])
        return CanvasName(owner, tokens[index], None, rest[0], "file", late, file)
    return None


def folded(name: str) -> str:
    """A name as Canvas puts it into a file's name: lower case, letters, digits and ``_``.

    >>> folded("O'Neill-Smith, Zoë")
    'oneillsmithzoë'
    """
    return re.sub(r"\W", "", unicodedata.normalize("NFC", name).lower())


def is_called(owner: str, name: str) -> bool:
    """Whether ``owner`` of a file's name may be this person, whichever name comes last.

    >>> is_called("doejane", "Jane Doe"), is_called("doejane", "Doe, Jane")
    (True, True)
    """
    words = name.replace(",", " ").split()
    turns = {folded("".join(words[k:] + words[:k])) for k in range(len(words))}
    return folded(owner) in turns


def is_download(names: Sequence[str]) -> bool:
    """Whether files are a download from Canvas: most of them are named as Canvas names them."""
    return 2 * sum(read_name(name) is not None for name in names) > len(names)
