"""The templates: one Jinja2 environment for each format.

Whatever a template prints is escaped for its format on the way out, unless one
of the filters here made it; so a template, also an instructor's own, cannot let
a student's text through by forgetting something.  As soon as there are templates
that did not come with the program, all of them run in a sandbox; the house's own
are code of the house, and do without its cost.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from grader.limits import FORMULAS_KEPT, PRINTED_KEPT, SECTION_BYTES
from grader.reports import markup
from grader.reports.line_reader import LineReader
from grader.reports.mathml import mathml
from grader.reports.store import Store
from grader.reports.unicode_math import unicode_math
from grader.reports.view import PartView, PartViews
from grader.reports.visible import visible

#: The name of the style sheet among the templates.
_STYLE = "style.css"

#: The name of the script that sorts tables.
_SCRIPT = "sort.js"


class Pages:
    """The templates of one run: the house's own, or a folder's before them.

    A template that is not in ``templates`` is the house's.  Rendering raises
    jinja2.TemplateError for a fault of a template.

    It also keeps what the run has read and rendered, up to a bound: results and views of
    parts, their sections, and formulas.  One of it serves all students of a process, and two of it
    make the same pages.
    """

    def __init__(self, templates: Path | None = None, *, bundled: Path | None = None) -> None:
        if bundled is None:
            from grader.read.bundled import data_folder

            bundled = data_folder("templates")
        folders = [bundled] if templates is None else [templates, bundled]
        self._loader = ChoiceLoader([FileSystemLoader(str(folder)) for folder in folders])
        self._sandboxed = templates is not None
        self._math = lru_cache(FORMULAS_KEPT)(self._formula)
        self._unicode = lru_cache(FORMULAS_KEPT)(unicode_math)
        #: Views of parts, for :func:`grader.reports.view.student_view`.
        self.views = PartViews()
        self.lines = LineReader()
        self._sections: Store[str] = Store(SECTION_BYTES, lambda text: 256 + 2 * len(text))
        self._html = self._environment(autoescape=True, finalize=_for_html)
        self._html.filters |= {
            "math": self._math,
            "section": partial(self._section, self._html, "part.html"),
            "sentence": lambda text: markup.html_sentence(text, self._math),
            "written": markup.html_written,
        }
        self._markdown = self._environment(autoescape=False, finalize=_for_markdown)
        self._markdown.filters |= {
            "block": markup.markdown_block,
            "code": markup.markdown_code,
            "math": markup.markdown_math,
            "section": partial(self._section, self._markdown, "part.md"),
            "sentence": markup.markdown_sentence,
        }
        self._text = self._environment(autoescape=False, finalize=_for_text)
        self._text.filters |= {
            "math": lambda latex: markup.plain_line(self._unicode(latex)),
            "section": partial(self._section, self._text, "part.txt"),
            "sentence": markup.plain_sentence,
            "written": markup.plain_written,
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

    def _environment(self, *, autoescape: bool, finalize: Callable[[object], str]) -> Environment:
        kind = SandboxedEnvironment if self._sandboxed else Environment
        return kind(  # autoescape is that of the format, and finalize escapes everywhere
            auto_reload=False,
            loader=self._loader,
            autoescape=autoescape,
            finalize=finalize,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def _section(
        self, environment: Environment, template: str, part: PartView
    ) -> Markup | markup.Ready:
        """The text about one part, rendered once for equal views."""

        def make() -> str:
            return environment.get_template(template).render(part=part)

        text = self._sections.get((template, part.key), make) if part.key else make()
        # What a template gives is ready: all that it printed went through finalize.
        return Markup(text) if environment is self._html else markup.Ready(text)  # noqa: S704

    def _formula(self, latex: str) -> Markup:
        """MathML, or the LaTeX itself where there is none."""
        element = mathml(latex)
        if element is None:
            return Markup('<code class="latex">{}</code>').format(visible(latex))
        # Its text alternative is for readers that know no MathML, and for copying.
        title = escape(visible(self._unicode(latex)))
        # The element is made of the tables of mathml.py only.
        return Markup(f'<span class="math" title="{title}">{element}</span>')  # noqa: S704

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
    return value if isinstance(value, Markup) else _escaped(str(value))


#: Most of what templates print is words and numbers, and the same for many.
@lru_cache(PRINTED_KEPT)
def _escaped(text: str) -> Markup:
    return escape(visible(text))


def _for_markdown(value: object) -> markup.Ready:
    return value if isinstance(value, markup.Ready) else markup.markdown_text(str(value))


def _for_text(value: object) -> markup.Ready:
    return value if isinstance(value, markup.Ready) else markup.plain_line(str(value))
