"""Blank answers for a homework, to be filled in: a YAML file, or a document that imports.

The documents leave an empty group ``{}`` behind each quantity, which
:mod:`grader.documents` takes for "not answered"; what is written into it is the answer.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from grader.reports.escape import latex_line, markdown_line
from grader.reports.unicode_math import unicode_math
from grader.results import HomeworkStatement, PartStatement, QuestionStatement

#: Comments are folded so that the file reads well in an editor of 88 columns.
_WIDTH = 86

#: Keys that YAML reads as the text that they are.
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")

_HEAD = """\
# yaml-language-server: $schema=answers.schema.json
#
"""

_HELP = """\
# Write each answer behind its colon, between '…', for example '\\frac{1}{2} \\sin[x]'.
# LaTeX, plain text (sin(x)/2) and Unicode (½·sin(x)) are all read.  What is left empty
# counts as missing.  To see how your answers are read before you hand them in:
#     grader check {rubric} this-file.yaml
"""

_DEFINITIONS = """\
# Shorthand of your own, for all answers below; remove the # in front of what you use.
# definitions:
#   u: 'x + 1'
"""


def blank_answers(statement: HomeworkStatement, rubric: str) -> str:
    """An answers file in YAML in which every part is there and nothing is answered.

    ``rubric`` is how the student names the rubric on the command line.  Read
    back, every part is missing.
    """
    lines = [
        *_HEAD.splitlines(),
        *_comment(statement.title or statement.assignment, ""),
        *_HELP.replace("{rubric}", " ".join(rubric.split())).splitlines(),
        "",
        "student:",
        "  name:",
        "  id:",
        f"assignment: {_scalar(statement.assignment)}",
        "",
        *_DEFINITIONS.splitlines(),
        "",
        "answers:",
    ]
    for question in statement.questions:
        lines += _comment(question.title, "  ")
        lines += _comment(question.prompt, "  ")
        lines.append(f"  {_scalar(question.question)}:")
        for part in question.parts:
            lines += _comment(part.prompt or unicode_math(part.quantity), "    ")
            lines.append(f"    {_scalar(part.part.removeprefix(f'{question.question}.'))}:")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _comment(text: str, indent: str) -> Iterator[str]:
    # Split on all blanks first: U+2028 and U+0085 end a line, and so a comment, in YAML.
    for line in textwrap.wrap(" ".join(text.split()), _WIDTH - len(indent)):
        yield f"{indent}# {line}"


def _scalar(text: str) -> str:
    """A text as a YAML scalar, quoted unless it is a plain word."""
    if _PLAIN_KEY.match(text):
        return text
    return "'" + " ".join(text.replace("'", "''").split()) + "'"


# --- Documents --------------------------------------------------------------------


def _equation(part: PartStatement, question: QuestionStatement) -> str:
    """The quantity and an empty group; the part's id stands for a quantity that is said in
    words, and for one that another part asks for too."""
    quantity = part.quantity
    same = [each for each in question.parts if each.quantity == quantity]
    if r"\text{" in quantity or "=" in quantity or len(same) > 1:
        quantity = rf"\texttt{{{part.part.replace('_', chr(92) + '_')}}}"
    return f"{quantity} = {{}}"


_MARKDOWN_HELP = """\
Write each answer between the braces `{}`; a plain `1` becomes `{1}`. Equations of your own, such as
`$z_1 = ...$`, may stand anywhere above what uses them."""


def blank_markdown(statement: HomeworkStatement, rubric: str) -> str:
    """The same as a Markdown document, with the prompts as text."""
    blocks = [
        f"# {markdown_line(statement.title or statement.assignment)}",
        "Name:  \nID:",
        _MARKDOWN_HELP,
    ]
    for question in statement.questions:
        title = f": {markdown_line(question.title)}" if question.title else ""
        blocks.append(f"## {markdown_line(question.question)}{title}")
        if question.prompt:
            blocks.append("\n".join(textwrap.wrap(markdown_line(question.prompt), _WIDTH)))
        for part in question.parts:
            if part.prompt:
                blocks.append(markdown_line(part.prompt))
            blocks.append(f"$$\n{_equation(part, question)}\n$$")
    return "\n\n".join(blocks) + "\n"


_LATEX_HEAD = r"""\documentclass{article}
\usepackage{amsmath,amssymb}
\title{@title@}
\author{}  % your name
\begin{document}
\maketitle
ID:

% Write each answer between the braces {}; a plain 1 becomes {1}.  Equations of your
% own, such as \[ z_1 = ... \], may stand anywhere above what uses them."""


def blank_latex(statement: HomeworkStatement, rubric: str) -> str:
    """The same as a LaTeX document, with the prompts as text."""
    lines = [_LATEX_HEAD.replace("@title@", latex_line(statement.title or statement.assignment))]
    for question in statement.questions:
        title = f": {latex_line(question.title)}" if question.title else ""
        lines += ["", rf"\section*{{{latex_line(question.question)}{title}}}"]
        lines += textwrap.wrap(latex_line(question.prompt), _WIDTH)
        for part in question.parts:
            lines += [latex_line(part.prompt)] if part.prompt else []
            lines.append(rf"\[ {_equation(part, question)} \]")
    return "\n".join([*lines, "", r"\end{document}"]) + "\n"


#: The forms of ``grader template --format``.
BLANKS: Mapping[str, Callable[[HomeworkStatement, str], str]] = MappingProxyType(
    {"yaml": blank_answers, "markdown": blank_markdown, "latex": blank_latex}
)
