"""The token and the address of Canvas: from the environment or a private file, never shown."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from grader.errors import GraderError

TOKEN_VARIABLE: Final = "CANVAS_API_TOKEN"  # noqa: S105 - the name of a variable
URL_VARIABLE: Final = "CANVAS_API_URL"

#: Hosts to which a token may go without encryption: this very machine.
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})

#: Bytes of a token file; Canvas's tokens have some 70 characters.
_TOKEN_BYTES: Final = 4096


class PushError(GraderError):
    """Something that stops the sending to Canvas as a whole."""


class Token:
    """A token that no print, trace or representation shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The token itself, for the one header that carries it."""
        return self._text

    def hide(self, text: str) -> str:
        """A text without the token, wherever a server echoed it."""
        return text.replace(self._text, "[token]")

    def __repr__(self) -> str:
        return "Token(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a token is not to be stored")


def find_token(environment: Mapping[str, str], file: Path | None) -> Token:
    """The token in a file, or else in the environment.  Raises PushError, never with the token."""
    if file is not None:
        return _clean(_private_text(file), str(file))
    given = environment.get(TOKEN_VARIABLE, "")
    if not given.strip():
        raise PushError(
            f"there is no token: set {TOKEN_VARIABLE}, or name a file that only you can read "
            "by --token-file"
        )
    return _clean(given, TOKEN_VARIABLE)


def _private_text(file: Path) -> str:
    """The text of a file that no one but its owner can read."""
    try:
        # Without following a link, so that what is checked is what is read.
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        raise PushError(f"{file}: {error.strerror or 'cannot be opened'}") from None
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        os.close(descriptor)
        raise PushError(f"{file}: this is no ordinary file")
    with os.fdopen(descriptor, "rb") as stream:
        if os.name != "nt":
            if state.st_mode & 0o077:
                raise PushError(f"{file}: others can read this file; run chmod 600 {file}")
            if state.st_uid != os.geteuid():
                raise PushError(f"{file}: this file is another user's")
        data = stream.read(_TOKEN_BYTES)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise PushError(f"{file}: this is no text") from None


def _clean(text: str, where: str) -> Token:
    token = text.strip()
    if not token:
        raise PushError(f"{where}: there is no token in it")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise PushError(f"{where}: what stands there is no token of Canvas's")
    return Token(token)


def find_url(environment: Mapping[str, str], given: str | None) -> str:
    """The address of Canvas (``https://canvas.example.edu``).  Raises PushError."""
    url = (given or environment.get(URL_VARIABLE, "")).strip().rstrip("/")
    if not url:
        raise PushError(f"where is Canvas? set {URL_VARIABLE}, or give --url")
    url = url.removesuffix("/api/v1")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PushError(f"{url} is no address like https://canvas.example.edu")
    if parts.username or parts.password:
        raise PushError("the address of Canvas must not hold a password")
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        raise PushError(f"{url} is not encrypted, and would show the token to others; use https")
    return url
