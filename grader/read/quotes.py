r"""Double-quoted LaTeX, read as its author typed it.

In double quotes YAML and JSON make a tab of ``\t`` in ``\theta`` and refuse
``\s``.  Which of two readings was meant shows in the text itself: who doubled
each backslash (or let a program do it) meant escapes, who typed ``\theta`` did not.
"""

from __future__ import annotations

import re
from typing import Final

#: An escape as typed: one backslash and what makes it what it is.
_ESCAPE: Final = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}(?![a-zA-Z])|.|$)", re.DOTALL)

_MEANINGS: Final = {
    "\\\\": "\\", '\\"': '"', "\\/": "/", "\\n": "\n", "\\t": "\t", "\\r": "\r",
    "\\b": "\b", "\\f": "\f", "\\\n": "",
}  # fmt: skip

#: Commands that begin with a letter which is also an escape; where one stands
#: behind a single backslash, LaTeX was typed.
_COMMAND: Final = re.compile(r"\\[a-zA-Z]+")

#: Escapes that a program writes for characters which LaTeX source does not have.
_LINE_ESCAPES: Final = frozenset({"\\n", "\\t", "\\r"})

_AS_TYPED: Final = "double quotes change backslashes in YAML; read as typed"
_UNDOUBLED: Final = "some backslashes are doubled and some are not; each is read as one"


def as_meant(raw: str) -> tuple[str, str | None]:
    r"""The text between double quotes, and a note where YAML would have read another.

    >>> as_meant(r"\theta_{01}")
    ('\\theta_{01}', 'double quotes change backslashes in YAML; read as typed')
    >>> as_meant(r"\\theta_{01}")
    ('\\theta_{01}', None)
    """
    escapes = _ESCAPE.findall(raw)
    if not any(escape not in {'\\"', "\\/"} and len(escape) == 2 for escape in escapes):
        return _ESCAPE.sub(_meaning, raw), None
    singles = [e for e in escapes if len(e) == 2 and e not in {"\\\\", '\\"', "\\/", "\\\n"}]
    if not singles or _only_line_breaks(raw):
        return _ESCAPE.sub(_meaning, raw), None
    text = raw.replace('\\"', '"')
    if _doubled_commands(raw):
        return re.sub(r"\\\\(?=[a-zA-Z]{2})", r"\\", text), _UNDOUBLED
    return text, _AS_TYPED


def _meaning(match: re.Match[str]) -> str:
    escape = match[0]
    if len(escape) > 2:
        digits = escape[2:]
        return chr(int(digits, base=16))
    return _MEANINGS.get(escape, escape)


def _doubled_commands(raw: str) -> bool:
    r"""Whether there are commands with two backslashes (``\\theta``): a doubling hand."""
    return re.search(r"(?<!\\)(?:\\\\)+[a-zA-Z]{2}", raw) is not None


def _only_line_breaks(raw: str) -> bool:
    r"""Whether each single backslash is ``\n``, ``\t`` or ``\r`` and begins no command:
    a line break that a program wrote, not the start of ``\nu``."""
    blanked = raw.replace("\\\\", "  ")
    for match in _ESCAPE.finditer(blanked):
        if match[0] in {'\\"', "\\/"} or len(match[0]) > 2:
            continue
        if match[0] not in _LINE_ESCAPES:
            return False
        command = _COMMAND.match(blanked, match.start())
        if command is not None and command[0].startswith(_COMMANDS_LIKE_ESCAPES):
            return False
    return True


_COMMANDS_LIKE_ESCAPES: Final = tuple(
    "\\" + name
    for name in ("nabla ne ni nu no tau te tf th ti to ta tri rho right ra rb rc rf rv").split()
)
