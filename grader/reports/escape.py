"""One line of text as LaTeX and as Markdown that say just that."""

from __future__ import annotations

from grader.reports.visible import one_line

_LATEX_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "#$%&_{}"},
    }
)


def latex_line(text: str) -> str:
    """The text on one line, with nothing in it that LaTeX would act on."""
    return one_line(text).translate(_LATEX_ESCAPES)


_MARKDOWN_ESCAPES = str.maketrans({character: f"\\{character}" for character in r"\`*_{}<>#$|"})


def markdown_line(text: str) -> str:
    """The text on one line, with nothing in it that Markdown would act on."""
    escaped = one_line(text).translate(_MARKDOWN_ESCAPES)
    # Not `\[`, which begins a formula for many that render Markdown, and for us.
    escaped = escaped.replace("](", "]&#40;")
    return f"&#91;{escaped[1:]}" if escaped.startswith("[") else escaped
