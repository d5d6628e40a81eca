r"""A student's own LaTeX commands (``\newcommand{\p}[2]{\frac{\partial #1}{\partial #2}}``).

Only what a command is short for is put in its place; conditionals, counters and
files are never run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from grader.errors import LimitError
from grader.limits import DOCUMENT_CHARACTERS, MACRO_EXPANSIONS

_DEFINITION: Final = re.compile(
    r"\\(?:(?P<command>(?:re)?newcommand|providecommand)\*?\s*(?:\{\s*\\(?P<braced>[A-Za-z]+)\s*\}"
    r"|\\(?P<bare>[A-Za-z]+))\s*(?:\[(?P<count>\d)\])?\s*(?:\[(?P<default>[^\]]*)\])?"
    r"|def\s*\\(?P<defined>[A-Za-z]+)\s*(?P<parameters>(?:#\d)*)"
    r"|DeclareMathOperator(?P<star>\*?)\s*\{\s*\\(?P<operator>[A-Za-z]+)\s*\})\s*(?=\{)"
)
#: Commands of LaTeX that the reader of answers knows, and a redefinition only dresses up.
_KEPT: Final = frozenset({"vec", "hat", "bar", "mathbf", "bm"})
_COMMENT: Final = re.compile(r"(?<!\\)(?:\\\\)*%[^\n]*")


@dataclass(frozen=True, slots=True)
class Macro:
    """``body`` with ``#1`` … for its arguments; ``default`` makes the first optional."""

    name: str
    arguments: int
    body: str
    default: str | None = None


#: Commands of packages that people use for derivatives, where the document has no own.
_PACKAGES: Final = (
    Macro("pdv", 2, r"\frac{\partial #1}{\partial #2}"),
    Macro("partialderivative", 2, r"\frac{\partial #1}{\partial #2}"),
    Macro("diffp", 2, r"\frac{\partial #1}{\partial #2}"),
    Macro("dv", 2, r"\frac{d #1}{d #2}"),
    Macro("derivative", 2, r"\frac{d #1}{d #2}"),
)
_PACKAGE_CALL: Final = re.compile(rf"\\(?:{'|'.join(macro.name for macro in _PACKAGES)})\s*\{{")


def group_end(text: str, start: int) -> int | None:
    """Where the group ends that opens at ``start`` (behind its ``}``), or None."""
    depth = 0
    for match in re.finditer(r"\\.|[{}]", text[start:], re.DOTALL):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if depth == 0:
                return start + match.end()
    return None


def expand_macros(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with the commands that it defines put in place, and their names.

    Lines keep their numbers: breaks inside a call move behind it, and definitions
    are blanked.  Raises LimitError for commands that grow without end.
    """
    if not _DEFINITION.search(text) and not _PACKAGE_CALL.search(text):
        return text, ()
    # A definition in a comment is none.
    text = _COMMENT.sub(lambda found: found[0][: found[0].index("%")], text)
    macros = {macro.name: macro for macro in _PACKAGES}
    kept: list[str] = []
    last = 0
    while match := _DEFINITION.search(text, last):
        end = group_end(text, match.end())
        if end is None:
            break
        body = re.sub(r"\s*\n\s*", " ", text[match.end() + 1 : end - 1])
        macro = _macro(match, body)
        if macro.name not in _KEPT:
            macros[macro.name] = macro
        kept += [text[last : match.start()], "\n" * text.count("\n", match.start(), end)]
        last = end
    kept.append(text[last:])
    text = "".join(kept)
    return _expanded(text, macros)


def _macro(match: re.Match[str], body: str) -> Macro:
    if match["operator"]:
        return Macro(match["operator"], 0, rf"\operatorname{{{body}}}")
    if match["defined"]:
        return Macro(match["defined"], match["parameters"].count("#"), body)
    name = match["braced"] or match["bare"]
    return Macro(name, int(match["count"] or 0), body, match["default"])


def _expanded(text: str, macros: dict[str, Macro]) -> tuple[str, tuple[str, ...]]:
    names = "|".join(sorted(map(re.escape, macros), key=len, reverse=True))
    call = re.compile(rf"\\\\|\\({names})(?![A-Za-z])")
    used: set[str] = set()
    budget = MACRO_EXPANSIONS
    # Each round puts in place what stands there; bodies that call others take more rounds.
    for _ in range(len(macros) + 1):
        made: list[str] = []
        size = last = 0
        pos = 0
        changed = False
        while match := call.search(text, pos):
            pos = match.end()
            if match[1] is None:
                continue
            macro = macros[match[1]]
            found = _arguments(text, pos, macro)
            if found is None:
                continue
            arguments, end = found
            budget -= 1
            body = re.sub(r"#(\d)", lambda m, a=arguments: a.get(m[1], ""), macro.body)  # type: ignore[misc]
            lost = text.count("\n", match.start(), end)
            body = body.replace("\n", " ")
            # A command that ends in letters must not run into what follows it.
            if re.search(r"\\[A-Za-z]+\Z", body) and text[end : end + 1].isalpha():
                body += " "
            made += [text[last : match.start()], body, "\n" * lost]
            size += match.start() - last + len(body)
            if budget < 0 or size > DOCUMENT_CHARACTERS:
                raise LimitError("MACRO_EXPANSIONS", "the document's own commands grow too far")
            used.add(macro.name)
            pos = last = end
            changed = True
        made.append(text[last:])
        text = "".join(made)
        if not changed:
            return text, tuple(sorted(used))
    raise LimitError("MACRO_EXPANSIONS", "the document's own commands call each other in a circle")


def _arguments(text: str, pos: int, macro: Macro) -> tuple[dict[str, str], int] | None:
    """The arguments of a call that ends its name at ``pos``, and where the call ends."""
    found: dict[str, str] = {}
    count = macro.arguments
    first = 1
    if macro.default is not None:
        found["1"] = macro.default
        optional = re.compile(r"\s*\[([^\[\]]*)\]").match(text, pos)
        if optional is not None:
            found["1"] = optional[1]
            pos = optional.end()
        first = 2
    for index in range(first, count + 1):
        blank = re.compile(r"\s*").match(text, pos)
        pos = blank.end() if blank else pos
        if text.startswith("{", pos):
            end = group_end(text, pos)
            if end is None:
                return None
            found[str(index)] = text[pos + 1 : end - 1]
        else:
            token = re.compile(r"\\(?:[A-Za-z]+|.)|[^\s\\]").match(text, pos)
            if token is None:
                return None
            end = token.end()
            found[str(index)] = token[0]
        pos = end
    return found, pos
