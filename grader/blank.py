"""A blank answers file for a homework, with its prompts as comments."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from grader.reports.unicode_math import unicode_math
from grader.results import HomeworkStatement

#: Comments are folded so that the file reads well in an editor of 88 columns.
_WIDTH = 86

#: Keys that YAML reads as the text that they are.
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")

_HEAD = """\
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
        *_comment(statement.title or statement.assignment, ""),
        *_HEAD.replace("{rubric}", " ".join(rubric.split())).splitlines(),
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
