r"""Words around mathematics that is not marked off: "the answer is x (by the chain rule)".

Looked for only in a text that has no reading as it stands.  What may count as words
is a closed list without any word that doubts or denies ("maybe", "not"): a text with
another word keeps its error.  Nothing is cut out of the text; its parts are told
apart, and every word that is passed over gets a note.
"""

from __future__ import annotations

import re

from grader.expr.lexicon import Lexicon
from grader.expr.segments import Segment

#: Words that show by themselves that a run of words is prose.
_STRONG = frozenset(
    "the this that it its it's is are equals equal we get have obtain find gives giving yields "
    "so thus hence therefore then which since because using via due answer answers ans solution "
    "result results final derivative derivatives differentiate differentiating chain product "
    "power rule simply just only constant simplifies simplify simplifying becomes itself "
    "respect indicator function term first second layer part scalar".split()
)

#: Words that are prose only beside strong ones.
_WEAK = frozenset(
    "a an as of to by from in on and with for i be must will wrt partial one step here now "
    "relu linear applying apply definition".split()
)

#: Words that a run of prose does not end with: what follows would be lost to them.
_NOT_LAST = frozenset({"a", "an", "i", "and", "with", "for", "in", "partial", "one", "relu"})

#: Further words that a remark in brackets may begin with.
_REMARKS = frozenset("a diagonal square column row vector matrix".split())

#: Words after which a single "a" is the article.
_NOUNS = frozenset({"constant", "function", "linear", "result", "product", "derivative"})

#: Words after which a reason stands, not the answer.
_REASONS = frozenset("since because as using from via by due differentiating applying".split())

#: Words after which what was worked out stands, wherever among others they are …
_CONCLUSIONS = frozenset("so thus hence therefore then".split())

#: … or only as the last word: "y is linear in x" concludes nothing.
_FINAL = frozenset(
    "get have obtain find gives giving yields is are equals answer ans solution result "
    "becomes".split()
)

#: Words that say ``=``.
_EQUALITY = frozenset({"is", "equals", "is equal to", "equal to", "which is", "which equals"})

_WORD = r"[A-Za-z]+(?:['’][a-z]+)?"
_RUN = re.compile(rf"(?<![A-Za-z0-9_\\{{^'])(?:{_WORD})(?:,?[ \t]+{_WORD})*")
_TOKEN = re.compile(_WORD)
_ONLY_WORDS = re.compile(r"[\sA-Za-z'’,.:;-]*")
_LABEL = re.compile(r"\s*(?:[0-9]{1,2}|[a-z]|i{2,3}|iv|\([a-z]\))(?:(?<=\))|\))\s+")
_EMPHASIS = re.compile(
    r"(?<![^\s(=])(\*\*|`+)(?=[^\s*`])[^`*]*(?:\*[^`*]+)*?(?<=[^\s*`])\1(?=[\s.,;:)]|$)"
)
_REMARK = re.compile(r"#[ \t]*[A-Za-z]+[ \t]+[A-Za-z][A-Za-z ,.'-]*$", re.MULTILINE)
#: Words that a command holds are that command's.
_HELD = re.compile(r"\\[A-Za-z]+\*?\s*\{[^{}]*\}")
_LINE = re.compile(
    r"\n(?=[ \t]*(?:\\?[A-Za-z][A-Za-z0-9_{}]{0,20}|[d∂]\w{1,20}[ ]?/[ ]?[d∂]\w{1,20}"
    r"|\\frac[ ]?\{\s?(?:\\partial|d)[^{}=]{0,40}(?:\{[^{}]{0,20}\}[^{}]{0,20})?\}"
    r"\s?\{\s?(?:\\partial|d)[^{}=]{0,40}(?:\{[^{}]{0,20}\}[^{}]{0,20})?\})[ \t]*&?=)"
)


def role(words: str) -> str | None:
    """What stands after some words: a ``reason``, a ``conclusion``, an ``operand`` ("the
    derivative of"), or no telling."""
    found: str | None = None
    said = _TOKEN.findall(words.lower())
    for word in said:
        if word in _REASONS:
            found = "reason"
        elif word in _CONCLUSIONS:
            found = "conclusion"
    if not said:
        return None
    if said[-1] == "of" and found != "reason":
        return "operand"
    return "conclusion" if said[-1] in _FINAL else found


def says_equal(words: str) -> bool:
    """Whether words say ``=``."""
    return " ".join(words.lower().split()).strip(".,: ") in _EQUALITY


def is_word(run: str) -> bool:
    """Whether a run of letters is an English word that no one means as a product of letters."""
    return run == "is" or (len(run) > 2 and run.lower() in _STRONG)


def has_lines(text: str) -> bool:
    """Whether a later line begins a statement of its own (``z = …``)."""
    return _LINE.search(text) is not None


def with_prose(text: str, parts: list[Segment], lexicon: Lexicon) -> list[Segment] | None:
    """The parts of a text with the words among its mathematics told apart; None if none are.

    ``parts`` are those that delimiters give.
    """
    found: list[Segment] = []
    for index, part in enumerate(parts):
        if part.prose:
            found.append(part)
        else:
            found += _told_apart(text, part, lexicon, first=not index)
    return None if found == parts else found


def _told_apart(text: str, part: Segment, lexicon: Lexicon, *, first: bool) -> list[Segment]:
    """One part, cut at its words, marks of emphasis, labels and lines."""
    cuts: list[tuple[int, int, bool]] = []  # start, end, whether it is kept as words
    start = part.start
    label = _LABEL.match(text, start, part.end) if first else None
    if label and ("(" in label.group() or "(" not in text[: label.end()]):
        cuts.append((start, label.end(), True))
        start = label.end()
    for mark in _EMPHASIS.finditer(text, start, part.end):
        width = len(mark[1])
        cuts.append((mark.start(), mark.start() + width, False))
        cuts.append((mark.end() - width, mark.end(), False))
    cuts += [(*remark.span(), True) for remark in _REMARK.finditer(text, start, part.end)]
    cuts += [(*line.span(), True) for line in _LINE.finditer(text, start, part.end)]
    cuts += _bracketed(text, start, part.end, lexicon)
    for run in _RUN.finditer(text, start, part.end):
        cuts += _words(text, run.start(), run.end(), lexicon)
    held = [found.span() for found in _HELD.finditer(text, start, part.end)]
    cuts = [cut for cut in cuts if not any(a < cut[0] < b for a, b in held)]
    pieces: list[Segment] = []
    last = part.start
    for begin, end, kept in sorted(cuts):
        if begin < last:
            continue  # inside of a remark
        if text[last:begin].strip():
            pieces.append(Segment(last, begin))
        if kept:
            pieces.append(Segment(begin, end, prose=True))
        last = end
    if not cuts:
        return [part]
    if text[last : part.end].strip():
        pieces.append(Segment(last, part.end))
    return pieces


def _bracketed(text: str, start: int, stop: int, lexicon: Lexicon) -> list[tuple[int, int, bool]]:
    """Brackets that hold a remark: ``(by the chain rule)``, ``(since h_3 = …)``."""
    found: list[tuple[int, int, bool]] = []
    partners = _partners(text, start, stop)
    pos = start
    while (opened := text.find("(", pos, stop)) >= 0:
        pos = opened + 1
        if opened > start and text[opened - 1] not in " \t\n$`":
            continue
        word = _TOKEN.match(text, opened + 1, stop)
        closed = partners.get(opened)
        if word is None or closed is None:
            continue
        begins = word.group().lower()
        inside = text[opened + 1 : closed]
        if begins in ("where", "with", "let"):
            found += [(opened, pos, False), (closed, closed + 1, False)]
        elif begins in _REASONS or begins in _STRONG or begins in _REMARKS:
            known = lexicon.vocabulary.resolve(word.group()) is not None
            reason = " " in inside.strip() and (begins in _REASONS or begins == "derivative")
            if not known and (reason or _ONLY_WORDS.fullmatch(inside)):
                found.append((opened, closed + 1, True))
                pos = closed + 1
    return found


def _partners(text: str, start: int, stop: int) -> dict[int, int]:
    """From each round bracket to the one that closes it."""
    stack: list[int] = []
    found: dict[int, int] = {}
    for pos in range(start, stop):
        if text[pos] == "(":
            stack.append(pos)
        elif text[pos] == ")" and stack:
            found[stack.pop()] = pos
    return found


def _words(text: str, start: int, stop: int, lexicon: Lexicon) -> list[tuple[int, int, bool]]:
    """The prose in a run of words: stretches of the closed list with a strong word in them."""
    found: list[tuple[int, int, bool]] = []
    stretch: list[re.Match[str]] = []

    def close() -> None:
        while stretch and stretch[-1].group().lower() in _NOT_LAST:
            stretch.pop()
        while stretch and len(stretch[0].group()) == 1:
            if len(stretch) > 1 and stretch[1].group().lower() in _NOUNS:
                break
            stretch.pop(0)
        if any(word.group().lower() in _STRONG for word in stretch):
            found.append((stretch[0].start(), stretch[-1].end(), True))
        stretch.clear()

    after = text[stop : stop + 1]
    for word in _TOKEN.finditer(text, start, stop):
        lower = word.group().lower()
        listed = lower in _STRONG or lower in _WEAK
        known = lexicon.vocabulary.resolve(word.group()) is not None
        joined = word.end() == stop and (after in ("_", "[", "{", "^", "'") or after.isdigit())
        called = word.end() == stop and after == "("
        if listed and not known and not joined and not called:
            stretch.append(word)
        else:
            close()
    close()
    return found
