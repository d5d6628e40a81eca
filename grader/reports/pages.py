"""The templates: one sandboxed Jinja2 environment for each format.

Whatever a template prints is escaped for its format on the way out, unless one
of the filters here made it; so a template, also an instructor's own, cannot let
a student's text through by forgetting something.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from grader.reports import markup
from grader.reports.mathml import mathml
from grader.reports.unicode_math import unicode_math
from grader.reports.visible import visible

#: Formulas kept converted during one run: a class repeats the same few hundred.
_FORMULAS_KEPT = 8192

#: The name of the style sheet among the templates.
_STYLE = "style.css"

#: The name of the script that sorts tables.
_SCRIPT = "sort.js"


class Pages:
    """The templates of one run: the house's own, or a folder's before them.

    A template that is not in ``templates`` is the house's.  Rendering raises
    jinja2.TemplateError for a fault of a template.
    """

    def __init__(self, templates: Path | None = None, *, bundled: Path | None = None) -> None:
        if bundled is None:
            from grader.read.bundled import data_folder

            bundled = data_folder("templates")
        folders = [bundled] if templates is None else [templates, bundled]
        self._loader = ChoiceLoader([FileSystemLoader(str(folder)) for folder in folders])
        self._mathml = lru_cache(_FORMULAS_KEPT)(mathml)
        self._html = self._environment(autoescape=True, finalize=_for_html)
        self._html.filters |= {
            "math": self._math,
            "sentence": lambda text: markup.html_sentence(text, self._math),
            "written": markup.html_written,
        }
        self._markdown = self._environment(autoescape=False, finalize=_for_markdown)
        self._markdown.filters |= {
            "block": markup.markdown_block,
            "code": markup.markdown_code,
            "math": markup.markdown_math,
            "sentence": markup.markdown_sentence,
        }
        self._text = self._environment(autoescape=False, finalize=_for_text)
        self._text.filters |= {
            "math": markup.plain_math,
            "sentence": markup.plain_sentence,
        }
        # Style sheet and script are templates themselves, and no one else's text.
        self._style = Markup(self._source(_STYLE))  # noqa: S704
        self._policy = (
            f"default-src 'none'; style-src {_digest(self._style)}; "
            "base-uri 'none'; form-action 'none'"
        )

    def _source(self, name: str) -> str:
        source, _, _ = self._loader.get_source(self._html, name)
        return source.strip()

    def _environment(
        self, *, autoescape: bool, finalize: Callable[[object], str]
    ) -> SandboxedEnvironment:
        return SandboxedEnvironment(
            loader=self._loader,
            autoescape=autoescape,
            finalize=finalize,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def _math(self, latex: str) -> Markup:
        """MathML, or the LaTeX itself where there is none."""
        element = self._mathml(latex)
        if element is None:
            return Markup('<code class="latex">{}</code>').format(visible(latex))
        # Its text alternative is for readers that know no MathML, and for copying.
        return Markup('<span class="math" title="{}">{}</span>').format(
            visible(unicode_math(latex)),
            Markup(element),  # noqa: S704 - made of the tables of mathml.py only
        )

    def html(self, template: str, **context: object) -> str:
        """An HTML page; its policy allows the style sheet and nothing else."""
        return self._html.get_template(template).render(
            style=self._style, policy=self._policy, **context
        )

    def html_with_script(self, template: str, **context: object) -> str:
        """An HTML page whose policy allows the script that sorts tables, too."""
        script = Markup(self._source(_SCRIPT))  # noqa: S704
        policy = f"{self._policy}; script-src {_digest(script)}"
        return self._html.get_template(template).render(
            style=self._style, script=script, policy=policy, **context
        )

    def markdown(self, template: str, **context: object) -> str:
        """A Markdown page."""
        return self._markdown.get_template(template).render(**context)

    def text(self, template: str, **context: object) -> str:
        """A plain-text page."""
        return self._text.get_template(template).render(**context)


def _digest(text: str) -> str:
    """A text as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(str(text).encode()).digest()).decode()}'"


def _for_html(value: object) -> Markup:
    return value if isinstance(value, Markup) else escape(visible(str(value)))


def _for_markdown(value: object) -> markup.Ready:
    return value if isinstance(value, markup.Ready) else markup.markdown_text(str(value))


def _for_text(value: object) -> markup.Ready:
    return value if isinstance(value, markup.Ready) else markup.plain_line(str(value))
