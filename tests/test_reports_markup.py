"""Nothing that a student writes is obeyed: visible characters, HTML, Markdown, plain text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.reports.markup import (
    html_sentence,
    html_written,
    markdown_block,
    markdown_code,
    markdown_math,
    markdown_sentence,
    markdown_text,
    plain,
    plain_sentence,
)
from grader.reports.pages import Pages
from grader.reports.visible import HARMLESS, _looks, one_line, visible

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</code></pre><b>bold</b>",
    "[click](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "[a]: http://evil.example",
    "<http://evil.example>",
    "http://evil.example www.evil.example me@evil.example mailto:me@evil.example",
    "`code` ``two`` ```three```",
    "```\n# heading\n```",
    "~~~\n<b>\n~~~",
    "# heading",
    "- list\n- list",
    "1. list",
    "> quote",
    "---",
    "===",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "&lt;b&gt; &#60; &amp;",
    "*em* **strong** _em_ __strong__ ~~gone~~",
    "\\",
    "\\`x\\`",
    "a\\",
    "$x$ $$y$$",
    "    indented",
    "\ttabbed",
    "line  \nbreak",
    "\u202eevil\u202c \u200b\ufeff\u00ad\u2066x\u2069",
    "\x1b[31mred\x07\x00",
    "\ud800",
    "`",
    "",
    " ",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain θ₀₁ é 王 = <x>", "plain θ₀₁ é 王 = <x>"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\u200bb\ufeff", "a⟨U+200B⟩b⟨U+FEFF⟩"),
        ("\x1b[31m", "⟨U+001B⟩[31m"),
        ("a\r\nb\rc\td", "a\nb⟨U+000D⟩c\td"),
        ("\ud800", "⟨U+D800⟩"),
        ("\u3164\u115f\ufe0f", "⟨U+3164⟩⟨U+115F⟩⟨U+FE0F⟩"),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 5, "e" + "\u0301" * 3 + "⟨U+0301⟩⟨U+0301⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
    ],
)
def test_visible(text, expected):
    assert visible(text) == expected


@given(st.text())
def test_what_is_visible_has_nothing_hidden_in_it(text):
    shown = visible(text)
    assert visible(shown) == shown
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x1b\x7f-\x9f]", shown)
    assert "\n" not in one_line(text)


def test_written_marks_a_range_and_the_unseen():
    assert html_written("a<\u200bb", (1, 2)) == (
        '<code class="written" dir="ltr">a<mark>&lt;</mark><span class="unseen">U+200B</span>b</code>'
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_written_text_comes_back_from_html_to_the_character(text):
    markup = str(html_written(text))
    inside = markup.removeprefix('<code class="written" dir="ltr">').removesuffix("</code>")
    bare = re.sub(r'<span class="unseen">(U\+[0-9A-F]+)</span>', r"⟨\1⟩", inside)
    assert "<" not in bare
    unescaped = (
        bare.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&#39;", "'")
    )
    assert unescaped.replace("&amp;", "&") == visible(text)


def test_a_sentence_has_code_and_mathematics(tmp_path):
    (tmp_path / "style.css").write_text("")
    pages = Pages(bundled=tmp_path)
    assert html_sentence("`<b>` is $x$ <i>", pages._math) == (
        '<code class="written" dir="ltr">&lt;b&gt;</code> is '
        '<span class="math" title="x"><math><mrow><mi>x</mi></mrow></math></span> &lt;i&gt;'
    )


MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


def tokens(text: str):
    for token in MARKDOWN.parse(text):
        yield token
        yield from token.children or ()


PLAIN_KINDS = {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "code_inline"}


def shown(text: str) -> str:
    return "".join(token.content for token in tokens(text) if token.type in ("text", "code_inline"))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("make", [markdown_text, markdown_code, markdown_sentence])
def test_markdown_shows_text_and_nothing_else(make, text):
    found = make(text)
    assert "\n" not in found
    assert {token.type for token in tokens(found)} <= PLAIN_KINDS, found
    # GitHub makes links of bare addresses.
    outside_code = re.sub(r"(`+).*?\1", "", found)
    assert not re.search(r"(?i)https?://|www\.|(?<!\\)@|mailto:", outside_code)


@given(st.text(alphabet="\\`*_{}[]()<>#+-.!|~&$@:/=\"' \n1aw", max_size=25))
def test_any_markdown_text_comes_back_as_it_was(text):
    found = markdown_text(text)
    assert {token.type for token in tokens(found)} <= PLAIN_KINDS
    assert shown(found) == one_line(text)


@given(st.text(max_size=25) | st.text(alphabet="` ab", max_size=12))
def test_any_code_span_comes_back_as_it_was(text):
    found = markdown_code(text)
    kinds = [token.type for token in tokens(found)]
    assert kinds == ["paragraph_open", "inline", "code_inline", "paragraph_close"]
    assert shown(found).strip() == one_line(text).strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_block_is_one_block_with_the_text_as_written(text):
    (block,) = list(tokens(markdown_block(text)))
    assert block.type == "fence"
    assert block.content == f"{visible(text)}\n"


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\frac{\partial y}{\partial \phi_{0}}", r"$\frac{\partial y}{\partial \phi_{0}}$"),
        (r"I\left[z>0\right]", r"$I\left[z>0\right]$"),
        ("0<z", r"$0\lt z$"),
        # What some reader of mathematics or Markdown would obey goes into code.
        (r"\href{javascript:alert(1)}{x}", r"`\hrefjavascript:alert(1)x`"),
        ("x$ <b>", "`x$ < b >`"),
        ("[a](b)", "`[a](b)`"),
        ("a`b", "``a`b``"),
        ("http://x", "`http://x`"),
    ],
)
def test_markdown_math(latex, expected):
    assert markdown_math(latex) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0<z>0", "0< z>0"),
        ("<b>bold</b><!-- x --><?php", "< b>bold< /b>< !-- x -->< ?php"),
        ("a < b, a<1", "a < b, a<1"),
    ],
)
def test_plain_text_has_nothing_like_a_tag(text, expected):
    assert plain(text) == expected


def test_plain_sentence():
    assert plain_sentence("`a<b` is $\\theta_{01}$") == "`a< b` is θ₀₁"


def test_what_needs_no_looking_up_has_a_picture_and_is_no_mark():
    harmless = re.compile(f"[{HARMLESS}]")
    found = [chr(code) for code in range(0x110000) if harmless.match(chr(code))]
    assert len(found) > 30_000
    assert [c for c in found if _looks(c) != (True, False) and c not in "\n\t"] == []
