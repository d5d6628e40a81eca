"""What is wrong between the keys of a rubric, which the shape of each alone does not show."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from grader.errors import Fault
from grader.read.nodes import Source
from grader.read.plain import Keys, Plain, path_text
from grader.read.suggest import near


def cut_off(data: Plain, source: Source) -> list[Fault]:
    """Texts in brackets that a comma cuts in two, as it does in a one-line mapping:
    ``{W: (H, D)}`` holds the text ``(H`` and a key ``D)``."""
    faults = []
    for path, (start, end) in data.value_spans.items():
        text = source.text[start:end]
        if text[:1] in {"'", '"', "{", "["} or text.count("(") <= text.count(")"):
            continue
        if not source.text[end:].lstrip(" ").startswith(","):
            continue
        line = source.text[start : source.line_end(start)]
        whole = next(
            (line[:at] for at in range(len(text), len(line) + 1)
             if line[:at].count("(") == line[:at].count(")")), None,
        )  # fmt: skip
        if whole is not None:
            faults.append(
                source.fault(start, start + len(whole),
                             f"`{text}` is cut off here: in a one-line mapping a comma ends the entry",
                             f"put it in quotes: '{whole}'", path_text(path))
            )  # fmt: skip
    return faults


def sense_faults(data: Plain, source: Source) -> list[Fault]:
    """Faults between the keys of a rubric, as far as its shape allows to look."""
    faults: list[Fault] = []
    assert isinstance(data.value, dict)
    questions = data.value.get("questions")
    seen: dict[str, int] = {}
    faults += _dates(data, source)
    for index, question in enumerate(questions if isinstance(questions, list) else []):
        if not isinstance(question, dict):
            continue
        at: Keys = ("questions", index)
        name = question.get("id")
        if isinstance(name, str):
            if name in seen:
                first = source.line_of(data.value_spans["questions", seen[name], "id"][0])
                faults.append(_at(data, source, (*at, "id"),
                                  f"two questions are called `{name}` (the first in line {first})"))  # fmt: skip
            seen.setdefault(name, index)
        faults += _part_ids(question, at, data, source)
        faults += _doubled_names(question, at, data, source)
        faults += _alias_targets(question, at, data, source)
    return faults


def _dates(data: Plain, source: Source) -> Iterable[Fault]:
    assert isinstance(data.value, dict)
    reveal = data.value.get("reveal")
    if not isinstance(reveal, dict):
        return
    if "before" in reveal and "after" not in reveal:
        yield _at(data, source, ("reveal", "before"), "`before` needs `after`, a date", key=True)
    if "after" in reveal and reveal.get("show") == reveal.get("before", "never"):
        yield _at(data, source, ("reveal", "after"),
                  f"the date changes nothing: `{reveal['show']}` before and after", key=True)  # fmt: skip


def total_fault(shape: Any, data: Plain, source: Source) -> Iterable[Fault]:
    """Points that do not sum to what the rubric says they should."""
    found = sum(
        (
            question.points if part.points is None else part.points
            for question in shape.questions
            for part in question.parts.values()
            if not part.bonus
        ),
        Fraction(0),
    )
    if found != shape.total:
        yield _at(data, source, ("total",),
                  f"the points sum to {found}, not to {shape.total}",
                  "change the points of a part, or the total")  # fmt: skip


def _at(
    data: Plain,
    source: Source,
    path: Keys,
    message: str,
    suggestion: str | None = None,
    *,
    key: bool = False,
) -> Fault:
    start, end = data.key_spans[path] if key else data.value_spans[path]
    return source.fault(start, end, message, suggestion, path_text(path))


def _part_ids(question: dict[str, Any], at: Keys, data: Plain, source: Source) -> Iterable[Fault]:
    parts = question.get("parts")
    for key in parts if isinstance(parts, dict) else ():
        if not key.replace("_", "a").replace("-", "a").isalnum() or not key.isascii():
            yield _at(data, source, (*at, "parts", key), f"`{key}` is no id of a part",
                      "letters, digits, `_` and `-` make an id; the quantity follows it", key=True)  # fmt: skip


def bare(name: str) -> str:
    r"""A name without LaTeX's dress, to find doubles: ``\psi_{01}`` is ``psi_01``."""
    return name.translate({ord(c): None for c in "\\{} ,"})


def _declared(question: dict[str, Any], at: Keys) -> Iterable[tuple[str, Keys, bool]]:
    """Each declared name, its path, and whether it is a key there."""
    symbols = question.get("symbols")
    for index, symbol in enumerate(symbols if isinstance(symbols, list) else []):
        if isinstance(symbol, str):
            yield symbol, (*at, "symbols", index), False
        elif isinstance(symbol, dict) and isinstance(symbol.get("name"), str):
            yield symbol["name"], (*at, "symbols", index, "name"), False
    for section in ("quantities", "sizes", "layers"):
        pairs = question.get(section)
        for key in pairs if isinstance(pairs, dict) else ():
            yield key, (*at, section, key), True


def _doubled_names(
    question: dict[str, Any], at: Keys, data: Plain, source: Source
) -> Iterable[Fault]:
    seen: dict[str, tuple[str, int]] = {}
    for name, path, is_key in _declared(question, at):
        start = (data.key_spans if is_key else data.value_spans)[path][0]
        section = str(path[2])
        first = seen.setdefault(bare(name), (section, start))
        # A vector of a shape question may also be a quantity, with its expression.
        if first[1] != start and {first[0], section} != {"quantities", "sizes"}:
            line = source.line_of(first[1])
            yield _at(data, source, path, f"`{name}` is declared twice (the first in line {line})",
                      key=is_key)  # fmt: skip


def _alias_targets(
    question: dict[str, Any], at: Keys, data: Plain, source: Source
) -> Iterable[Fault]:
    names = {bare(name): name for name, _, _ in _declared(question, at)}
    aliases = question.get("aliases")
    for key in aliases if isinstance(aliases, dict) else ():
        if bare(key) not in names:
            close = near(bare(key), names)
            yield _at(data, source, (*at, "aliases", key),
                      f"`{key}` is neither a symbol, a quantity nor a size of this question",
                      f"did you mean `{names[close]}`?" if close else None, key=True)  # fmt: skip
