"""Student text in HTML, Markdown and plain text: shown to the character, never obeyed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from markupsafe import Markup, escape

from grader.limits import PRINTED_KEPT
from grader.reports.unicode_math import unicode_math
from grader.reports.visible import code_point, one_line, pieces, visible
from grader.source import Span, caret

#: What sentences may hold: `code` between backticks, mathematics between dollars.
_INLINE = re.compile(r"`([^`]+)`|\$([^$]+)\$")


class Ready(str):
    """A text that is ready for its format; anything else is escaped on its way out."""

    __slots__ = ()


# HTML ----------------------------------------------------------------------------------


def html_written(text: str, marked: tuple[int, int] | None = None) -> Markup:
    """A text as it was written, its unseen characters marked, a range underlined."""
    start, end = marked or (len(text), len(text))
    body = (
        _html_pieces(text[:start])
        + (Markup("<mark>") + _html_pieces(text[start:end]) + Markup("</mark>") if marked else "")
        + _html_pieces(text[end:])
    )
    return Markup('<code class="written" dir="ltr">') + body + Markup("</code>")


def _html_pieces(text: str) -> Markup:
    return Markup(  # noqa: S704 - every piece is escaped or a code point
        "".join(
            str(escape(piece)) if as_it_is else f'<span class="unseen">{code_point(piece)}</span>'
            for piece, as_it_is in pieces(text)
        )
    )


def html_sentence(text: str, math: Callable[[str], Markup]) -> Markup:
    """A sentence with its `code` and $mathematics$."""
    found = Markup("")
    at = 0
    for match in _INLINE.finditer(text):
        found += escape(visible(text[at : match.start()]))
        code, formula = match.groups()
        found += html_written(code) if code is not None else math(formula)
        at = match.end()
    return found + escape(visible(text[at:]))


# Markdown ------------------------------------------------------------------------------

#: Punctuation that means something to some reader of Markdown, anywhere in a line.
_MARKDOWN_SPECIAL = re.compile(r"[\\`*_{}\[\]<>()#|~$&@^=!]")
#: Plain addresses, which GitHub and others turn into links by themselves.
_ADDRESS = re.compile(r"(?i)(www)(?=\.)|(?<=[a-z0-9])(:)(?=//|[a-z0-9])")
#: What would make a block at the start of a line.
_BLOCK_START = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+:]))([-+.):])")

#: LaTeX that may stand between dollars: a reader without mathematics shows it as
#: plain text, so nothing in it may be a link, code, HTML or an end of the formula.
_SAFE_MATH = re.compile(
    r"(?:\\(?!href|url|html|includegraphics|def|let|gdef|newcommand|unicode|require|class|style|cssId)"
    r"[A-Za-z]+|\\[,;: {}]|[A-Za-z0-9+\-=>()\[\]{}_^,./| ]|\](?![(\[:])|\\\\|& )+"
)
_LINK_SHAPE = re.compile(r"\][ \t]*[(\[:]|//|\bwww\.")


@lru_cache(PRINTED_KEPT)
def markdown_text(text: str) -> Ready:
    """A text on one line that Markdown shows as it is: no markup, HTML or link in it."""
    line = _MARKDOWN_SPECIAL.sub(r"\\\g<0>", one_line(text))
    line = _ADDRESS.sub(lambda match: f"{match.group(1)}&#46;" if match.group(1) else "&#58;", line)
    line = line.replace("&#46;.", "&#46;")
    return Ready(_BLOCK_START.sub(r"\g<1>\\\g<2>", line))


def markdown_code(text: str) -> Ready:
    """A text on one line as a code span, with as many backticks as it needs."""
    line = one_line(text)
    ticks = "`" * (_longest_run(line, "`") + 1)
    # A blank is stripped from each side again, by the rule for backticks at the ends.
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return Ready(f"{ticks}{pad}{line or ' '}{pad}{ticks}")


def markdown_block(text: str) -> Ready:
    """A text as a fenced block of code, its lines as they were written."""
    shown = visible(text)
    fence = "`" * max(3, _longest_run(shown, "`") + 1)
    return Ready(f"{fence}text\n{shown}\n{fence}")


@lru_cache(PRINTED_KEPT)
def markdown_math(latex: str) -> Ready:
    """A formula between dollars, or as plain mathematics in code where that is not safe."""
    line = " ".join(latex.split()).replace("<", r"\lt ")
    if _SAFE_MATH.fullmatch(line) and not _LINK_SHAPE.search(line):
        return Ready(f"${line}$")
    return markdown_code(unicode_math(latex))


def markdown_sentence(text: str) -> Ready:
    """A sentence with its `code` and $mathematics$, on one line."""
    found = ""
    at = 0
    for match in _INLINE.finditer(text):
        found += _markdown_joint(text[at : match.start()])
        code, formula = match.groups()
        found += markdown_code(code) if code is not None else markdown_math(formula)
        at = match.end()
    return Ready((found + _markdown_joint(text[at:])).strip())


def _markdown_joint(text: str) -> str:
    """A stretch between two spans: as :func:`markdown_text`, blanks at its ends kept."""
    head = " " if text[:1].isspace() else ""
    tail = " " if text[-1:].isspace() and text.strip() else ""
    return f"{head}{markdown_text(text)}{tail}"


def _longest_run(text: str, character: str) -> int:
    return max((len(run) for run in re.findall(re.escape(character) + "+", text)), default=0)


# Plain text ----------------------------------------------------------------------------

#: What an HTML reader would take for a tag, a comment or a declaration.
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")


def plain(text: str) -> str:
    """A text in which nothing looks like a tag: a blank follows such a ``<``.

    Whether Canvas shows comments as text or as HTML differs by view; a blank
    changes no meaning in either.
    """
    return _TAG_START.sub("< ", visible(text))


@lru_cache(PRINTED_KEPT)
def plain_line(text: str) -> Ready:
    """:func:`plain` on one line."""
    return Ready(" ".join(plain(text).split()))


def plain_math(latex: str) -> Ready:
    """A formula in Unicode."""
    return plain_line(unicode_math(latex))


def inline_math(text: str) -> str:
    """A sentence with its mathematics in Unicode; its code keeps the backticks."""
    return _INLINE.sub(
        lambda match: match.group() if match.group(1) else unicode_math(match.group(2)), text
    )


def plain_sentence(text: str) -> Ready:
    """A sentence; its code keeps the backticks, its mathematics becomes Unicode."""
    return plain_line(inline_math(text))


def plain_written(answer: str, marked: tuple[int, int] | None = None) -> Ready:
    """The answer indented by four, with a caret under the place that a message speaks of."""
    lines = [f"    {line}" for line in plain(answer).split("\n")]
    if marked is not None:
        excerpt = plain(caret(answer, Span(*marked))).split("\n")
        # A short answer gets its caret below it; a long one the place once more by itself.
        lines = excerpt if lines == excerpt[:1] else [*lines, "  at this place:", *excerpt]
    return Ready("\n".join(lines))
