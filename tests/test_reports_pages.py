"""The pages as a whole, over a made-up class with every verdict and hostile names and answers."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
import stat
from fractions import Fraction
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from jinja2.exceptions import SecurityError, UndefinedError
from markdown_it import MarkdownIt

from grader.errors import FileError
from grader.limits import COMMENT_BYTES
from grader.reports import REPORTS, render_report, write_reports
from grader.reports import text as text_report
from grader.reports.class_view import class_view
from grader.reports.groups import answer_groups, for_a_person, for_review
from grader.reports.pictures import histogram, success
from grader.reports.results_json import json_text, read_results
from grader.reports.sheet import student_stems
from grader.reports.view import student_view
from grader.reports.words import is_mere_number, method_text, number_text, percent_text, value_words

DATA = Path(__file__).parent / "data" / "reports_results.json"
ADA, GRACE, BOBBY, ZOE, WANG = range(5)


@pytest.fixture
def document():
    return json.loads(DATA.read_text(encoding="utf-8"))


class Page(HTMLParser):
    """The elements of a page, its text, and whether every element was closed."""

    VOID = frozenset({"meta", "br", "link", "img", "input", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def words(self) -> str:
        return " ".join("".join(self.text).split())


ALLOWED = frozenset(
    "html head meta title style body a main header p h1 h2 h3 bdi section small svg rect line text "
    "desc g path ul ol li span article dl dt dd div code mark footer figure figcaption table thead tbody "
    "tr th td br pre nav details summary strong "
    "math mrow mi mn mo mtext msub msup msubsup mfrac msqrt mroot mover munder mspace mtable mtr "
    "mtd".split()
)


def pages_of(document):
    for index in range(len(document["students"])):
        yield render_report(document, "html", index)
    yield render_report(document, "class")


def script_of(html: str) -> str:
    """The page's own script; there is at most one, at the end."""
    return html.partition("<script>")[2].partition("</script>")[0]


def sha(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_every_page_is_well_formed_and_holds_no_foreign_script_and_no_request(document, root):
    ours = (root / "templates" / "sort.js").read_text(encoding="utf-8").strip()
    for html in pages_of(document):
        page = Page(html)
        scripts = [attributes for tag, attributes in page.elements if tag == "script"]
        if "The class at a glance" in html:
            assert scripts == [{}]
            assert script_of(html) == ours
        else:
            assert scripts == []
        assert {tag for tag, _ in page.elements} - {"script"} <= ALLOWED
        for tag, attributes in page.elements:
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            assert not {"src", "srcset", "action", "xlink:href"} & set(attributes)
            if "href" in attributes:
                assert tag == "a"
                assert re.fullmatch(r"#[\w.-]+|feedback/[\w.%-]+\.html", attributes["href"] or "")


def test_the_policy_allows_the_style_sheet_and_the_script_that_sorts(document):
    for html in pages_of(document):
        style = html.partition("<style>")[2].partition("</style>")[0]
        script = f"; script-src 'sha256-{sha(script_of(html))}'" if "<script>" in html else ""
        (policy,) = [
            attributes["content"]
            for tag, attributes in Page(html).elements
            if attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        assert policy == (
            f"default-src 'none'; style-src 'sha256-{sha(style)}'; base-uri 'none'; "
            f"form-action 'none'{script}"
        )
        assert "url(" not in style
        assert "@import" not in style


def test_ids_are_unique_and_links_and_labels_lead_somewhere(document):
    for html in pages_of(document):
        page = Page(html)
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        for _, attributes in page.elements:
            href = attributes.get("href") or ""
            wanted = [href[1:]] if href.startswith("#") else []
            wanted += (attributes.get("aria-labelledby") or "").split()
            assert set(wanted) <= set(ids)


def test_headings_step_by_one(document):
    for html in pages_of(document):
        levels = [int(tag[1]) for tag, _ in Page(html).elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_links_of_the_class_page_lead_to_the_pages(document, tmp_path):
    written = write_reports(document, tmp_path)
    hrefs = {
        unquote(attributes["href"])
        for _, attributes in Page(render_report(document, "class")).elements
        if (attributes.get("href") or "").startswith("feedback/")
    }
    pages = {str(path.relative_to(tmp_path)) for path in written.paths}
    assert hrefs <= pages
    assert len(hrefs) == len(document["students"])


def luminance(color: str) -> float:
    color = color.lstrip("#")
    if len(color) == 3:
        color = "".join(digit * 2 for digit in color)
    parts = [int(color[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT_ON = [
    *((ink, ground) for ink in ("ink", "soft", "link") for ground in ("ground", "sheet")),
    *((ink, "ground") for ink in ("right", "wrong", "person", "missing")),
    *((ink, "sheet") for ink in ("right", "wrong", "person", "missing")),
    *((tone, f"{tone}-ground") for tone in ("right", "wrong", "person", "missing")),
    *(
        (ink, f"{tone}-ground")
        for ink in ("ink", "soft")
        for tone in ("wrong", "person", "missing")
    ),
    ("ink", "code"),
    ("mark-ink", "mark"),
]


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_contrast_is_at_least_4_5_for_text_and_3_for_signs(root, scheme):
    style = (root / "templates" / "style.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    assert len(blocks) == 3
    colors = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", blocks[0]))
    colors |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", blocks[scheme]))
    for ink, ground in TEXT_ON:
        assert contrast(colors[ink], colors[ground]) >= 4.5, (ink, ground)
    for sign in ("edge", "right", "wrong", "person", "link"):
        assert contrast(colors[sign], colors["ground"]) >= 3, sign


def test_a_student_sees_what_was_written_read_and_decided(document):
    words = Page(render_report(document, "html", GRACE)).words()
    for sentence in (
        "Grace Hopper",
        "3.75 of 10 points",
        "3 more points wait for a person.",
        "✗ Not right",
        "≟ Not decided",
        "⊘ Not an answer as it stands",
        "○ Nothing written",
        "One of the two paths is missing: ψ₂₂ a[θ₀₂ + θ₁₂x] feeds this unit too.",
        "x = 2, your expression is 0, and ∂y∂ϕ2 is 3/4.",
        "f2 = 1, your expression is about 0.84145, and ∂h3∂f2 is about −0.84145.",
        "The [ at 9 is never closed.",
        "Neither proved nor refuted within the limits. A person will decide; no point is lost yet.",
        "Equal at all of 512 random points in 8 activation regions; "
        "1 region could not be reached; not proved.",
        "the double-quoted text at line 7 was read as typed",
    ):
        assert sentence in words


def test_the_place_that_a_message_speaks_of_is_marked(document):
    assert "\\phi_1 I<mark>[</mark>\\psi" in render_report(document, "html", GRACE)


def test_what_to_look_at_first_groups_a_fault_and_puts_the_costliest_before(document):
    first = student_view(document, document["students"][GRACE]).first
    assert [([part.part for part in thing.parts], thing.what) for thing in first] == [
        (["q1.psi_01", "q2.dh3_df2"], "The sign is wrong."),
        (["q1.phi_2"],
         "One of the two paths is missing: ψ₂₂ a[θ₀₂ + θ₁₂x] feeds this unit too."),
        (["q3.dl_df0"],
         "This is the size in the other layout: rows and columns are exchanged."),
    ]  # fmt: skip
    assert student_view(document, document["students"][ADA]).first == ()


@pytest.mark.parametrize(
    ("reveal", "shown"),
    [
        ("never", []),
        ("wrong", ["q1.phi_2", "q1.psi_01", "q2.dh3_df2", "q3.dl_df0"]),
        (
            "all",
            [
                "q1.phi_0", "q1.phi_1", "q1.phi_2", "q1.psi_01", "q1.psi_11", "q1.theta_01",
                "q1.theta_11", "q2.dh3_df2", "q2.df2_dh2", "q3.dl_df0", "q3.df1_dh1",
            ],
        ),
    ],
)  # fmt: skip
def test_references_show_as_the_rubric_says(document, reveal, shown):
    document["homework"]["reveal"] = reveal
    for part in document["homework"]["questions"][0]["parts"]:
        part["reference"] = r"\operatorname{secret}"
    view = student_view(document, document["students"][GRACE])
    parts = [part for question in view.questions for part in question.parts]
    assert [part.part for part in parts if part.reference] == shown
    for name in ("html", "markdown", "text"):
        found = render_report(document, name, GRACE)
        assert ("secret" in found) == (reveal != "never")


@pytest.mark.parametrize(
    ("reference", "at", "shown"),
    [
        (r"\omega_{2}", {"omega_2": "2"}, True),
        # One value tells all of a reference that has no name in it.
        ("1", {"phi_0": "2"}, False),
        # So does a value that is that of one name, or its negative.
        (r"\omega_{2}", {"omega_2": "997"}, False),
        (r"-\omega_{2}", {"omega_2": "-997"}, False),
        (r"-\frac{1}{2}", {"phi_0": "2"}, False),
        (r"D_{1}\times 1", {}, False),
    ],
)
def test_a_witness_does_not_give_the_reference_away(document, reference, at, shown):
    part = document["students"][GRACE]["parts"][2]
    part["evidence"]["witness"] = {"at": at, "answer": "7", "reference": "997"}
    document["homework"]["questions"][0]["parts"][2]["reference"] = reference
    for name in ("html", "markdown", "text"):
        found = render_report(document, name, GRACE)
        assert ("is 997" in found) == shown
        assert ("which is not the right value" in found) != shown
    document["homework"]["reveal"] = "wrong"
    assert "is 997" in render_report(document, "html", GRACE)


def test_a_reason_stands_for_its_witness(document):
    part = document["students"][GRACE]["parts"][2]
    part["evidence"]["reason"] = "the number of rows differs"
    part["feedback"] = []
    (found,) = [
        view
        for question in student_view(document, document["students"][GRACE]).questions
        for view in question.parts
        if view.part == "q1.phi_2"
    ]
    assert found.witness is None
    assert found.sentences == ("The number of rows differs.",)


def test_a_sentence_that_only_repeats_the_verdict_is_not_said_again(document):
    document["students"][ADA]["parts"][0]["feedback"] = ["Right."]
    view = student_view(document, document["students"][ADA])
    assert view.questions[0].parts[0].sentences == ()


def test_a_note_about_many_lines_is_said_once(document):
    document["students"][ADA]["notes"] = [f"line {n}: read as typed" for n in (4, 5)] + ["other"]
    view = student_view(document, document["students"][ADA])
    assert view.notes == ("lines 4, 5: read as typed", "other")


def test_markdown_of_a_hostile_student_holds_no_html_link_or_image(document):
    found = render_report(document, "markdown", BOBBY)
    kinds = set()
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(found):
        kinds |= {token.type} | {child.type for child in token.children or ()}
    assert not kinds & {"html_inline", "html_block", "link_open", "image"}
    headings = re.findall(
        r"^#+ ", re.sub(r"(`{3,})text\n.*?\n\1", "", found, flags=re.DOTALL), re.MULTILINE
    )
    assert len(headings) == 1 + 1 + 3 + 11  # the name, what first, questions, parts


def test_plain_text_holds_nothing_like_a_tag_and_nothing_unseen(document):
    for index in range(len(document["students"])):
        found = render_report(document, "text", index)
        assert not re.search(r"<[A-Za-z/!?]", found)
        assert not re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x1b]", found)


def test_plain_text_of_one_part(document):
    found = render_report(document, "text", GRACE)
    assert (
        "\n✗ q1.phi_2, ∂y/∂φ₂: not right, 0.5 of 1\n"
        "  Written:\n"
        "    a[\\psi_{02}+\\psi_{12}a[\\theta_{01}+\\theta_{11}x]]\n"
        "  Read as: a[ψ₀₂ + ψ₁₂ a[θ₀₁ + θ₁₁ x]]\n"
        "  - One of the two paths is missing: ψ₂₂ a[θ₀₂ + θ₁₂x] feeds this unit too.\n"
        "  - At φ₁ = 2, ψ₀₁ = −1/2, ψ₁₁ = 1, θ₀₁ = 1/2, θ₁₁ = 3, x = 2, your expression is 0, "
        "and ∂y/∂φ₂ is 3/4.\n"
    ) in found


@pytest.mark.parametrize("size", [5_000, 100_000])
def test_plain_text_fits_into_a_comment_and_says_what_it_cut(document, size):
    for part in document["students"][ADA]["parts"]:
        part["answer"] = "é" * size
    found = render_report(document, "text", ADA)
    assert len(found.encode()) <= COMMENT_BYTES
    assert f"({size} characters)" in found
    assert "q3.df1_dh1" in found


def test_plain_text_that_cannot_fit_is_cut_at_a_line(document):
    document["students"][ADA]["parts"][0]["feedback"] = ["long " * 30] * 1000
    found = render_report(document, "text", ADA)
    assert len(found.encode()) <= COMMENT_BYTES
    assert found.endswith("\n… The rest did not fit here; the full report is the attached page.\n")
    assert text_report.cut("a\n" * 50, 90).startswith("a\na\n")


def test_the_class_view(document):
    stems = student_stems(document)
    room = class_view(document, tuple(f"feedback/{stem}.html" for stem in stems))
    assert room.facts == (
        ("Students", "10"),
        ("Mean", "6.8 of 10"),
        ("Median", "9.88"),
        ("Wait for a person", "2"),
        ("Not read", "2 files"),
    )
    assert room.review_answers == "6 different answers to decide, for 7 parts of 2 students"
    assert room.parts[0].right == "70 %"
    assert room.parts[0].counts == (7, 0, 1, 0, 0, 2)
    assert room.parts[0].common == ""
    assert [(v.file, len(v.errors)) for v in room.unread] == [
        ("broken.yaml", 1), ("<b>evil</b>.yaml", 1),
    ]  # fmt: skip
    assert room.parts[0].tones == {"right": 7, "wrong": 0, "person": 1, "missing": 2}
    assert [row.name for row in room.students][-2:] == ["Zoë de la Cruz", "王伟"]


def test_groups_put_most_students_first_and_hang_together_by_reading(document):
    review = for_a_person(document)
    assert [(group.part, len(group.members)) for group in review] == [
        ("q1.psi_11", 2), ("q1.phi_0", 1), ("q1.phi_1", 1), ("q1.phi_2", 1),
        ("q1.theta_01", 1), ("q1.theta_11", 1),
    ]  # fmt: skip


def meant(document, part: int, *meanings: str | None, verdict: str = "different"):
    """The answers of the first students to a part, with these meanings."""
    for submission, meaning in zip(document["students"], meanings, strict=False):
        submission["parts"][part] |= {
            "meaning": meaning, "verdict": verdict, "points": 0, "mistake": "sign",
            "answer": f"answer {len(meaning or '')}", "feedback": ["The sign."],
        }  # fmt: skip


def test_answers_that_mean_the_same_stand_together_most_students_first(document):
    meant(document, 0, "x", "yy", "yy", None)
    document["students"][2]["parts"][0]["answer"] = "the same, at length"
    groups = answer_groups(document)["q1.phi_0"]
    assert [len(group.members) for group in groups] == [5, 2, 1, 1, 1]
    (both,) = [group for group in groups if len(group.members) == 2]
    assert (both.verdict, both.answer, both.others) == (
        "different", "answer 2", ("the same, at length",),
    )  # fmt: skip
    room = class_view(document, tuple("p.html" for _ in document["students"]))
    (view,) = [view for view in room.parts[0].answers if view.size == 2]
    assert (view.notations, view.mistake, view.said) == (2, "sign", "The sign.")
    assert room.parts[0].common == "sign (4)"
    # Nobody counts twice, and nobody is left out.
    for part, groups in answer_groups(document).items():
        members = [member.index for group in groups for member in group.members]
        assert sorted(members) == list(range(len(document["students"]))), part


GROUP = {"points": 0.5, "comment": "so", "by": "Ada", "date": "2024-10-31", "for": "group"}
OWN = {**GROUP, "points": 1, "for": "student"}


def test_what_a_person_decided_is_shown(document):
    first, second = (document["students"][index]["parts"][4] for index in (1, 2))
    first |= {"decision": GROUP, "points": 0.5}
    groups = for_review(document)
    mine = [group for group in groups if group.part == "q1.psi_11"]
    assert sorted((len(group.members), group.is_open) for group in mine) == [(1, False), (1, True)]
    # One who is decided alone stands with those who gave the same answer.
    second |= {"decision": OWN, "points": 1}
    (group,) = [group for group in for_review(document) if group.part == "q1.psi_11"]
    assert (len(group.members), group.decision, group.is_open) == (2, GROUP, False)
    room = class_view(document, tuple("p.html" for _ in document["students"]))
    (view,) = room.decided
    assert view.decision.startswith("0.5 of 1, “so” (Ada, 2024-10-31); =cmd|")
    page = Page(render_report(document, "html", GRACE)).words()
    assert "Decided by a person: 0.5 of 1 (2024-10-31)so" in page
    assert "(Ada" not in page  # who decided is the instructors' matter
    first |= {"decision": {**GROUP, "points": None}, "points": None}
    assert "A person wrote (2024-10-31): so" in render_report(document, "text", GRACE)


@pytest.mark.parametrize(
    ("scores", "possible", "words"),
    [
        (["0", "3.9", "25", "26"], 26,
         "Points: 1 student from 0 to under 2; 1 student from 2 to under 4; "
         "2 students from 24 to 26."),
        (["0.25", "1"], 1, "Points: 1 student from 0.2 to under 0.3; 1 student from 0.9 to 1."),
        (["-1", "12"], 10, "Points: 1 student from 0 to under 1; 1 student from 9 to 10."),
        (["95"], 100, "Points: 1 student from 90 to 100."),
    ],
)  # fmt: skip
def test_histogram_in_words(scores, possible, words):
    found = histogram([Fraction(score) for score in scores], Fraction(possible))
    assert found is not None
    assert found.words == words
    # Each count stands above its bar, and all bars stand on one line.
    root = ET.fromstring(found.svg)
    bars = [{key: float(bar.get(key)) for key in ("x", "y", "width", "height")}
            for bar in root.iter(f"{SVG}rect")]  # fmt: skip
    shown = [int(text.text) for text in root.iter(f"{SVG}text") if "value" in text.get("class", "")]
    assert sum(shown) == len(scores)
    assert len(bars) == len(shown)
    feet = {round(bar["y"] + bar["height"]) for bar in bars}
    assert max(feet) - min(feet) <= 1
    assert all(bar["y"] > 0 for bar in bars)


SVG = "{http://www.w3.org/2000/svg}"


def test_success_by_part():
    parts = [
        ("q1.a", {"right": 3, "wrong": 1, "person": 0, "missing": 0}),
        ("q<2>", {"right": 0, "wrong": 2, "person": 1, "missing": 1}),
    ]
    found = success(parts)
    assert found is not None
    assert found.words == "Right, by part: q1.a 75 %; q<2> 0 %."
    root = ET.fromstring(found.svg)
    assert root.find(f"{SVG}desc").text == found.words
    widths = {
        group.get("class"): [float(bar.get("width")) for bar in group.iter(f"{SVG}rect")]
        for group in root.iter(f"{SVG}g")
        if "fill-" in group.get("class", "")
    }
    # The last part is drawn first, at the foot; what there is none of is not drawn.
    unit = widths["fill-person"][0]
    assert {tone: [round(width / unit) for width in found] for tone, found in widths.items()} == {
        "fill-right": [3], "fill-wrong": [2, 1], "fill-person": [1], "fill-missing": [1],
    }  # fmt: skip
    assert success([]) is None
    assert success([("q1.a", {"right": 0})]) is None


def test_pictures_hold_nothing_of_the_library_s_own():
    scores = [Fraction(number, 3) for number in range(40)]
    parts = [(f"q1.{k}", {"right": k, "wrong": 30 - k}) for k in range(30)]
    for draw, given in ((histogram, (scores, Fraction(13))), (success, (parts,))):
        found = draw(*given)
        assert found == draw(*given)  # no random ids, no date
        tags = {element.tag.removeprefix(SVG) for element in ET.fromstring(found.svg).iter()}
        assert tags <= {"svg", "title", "desc", "g", "rect", "path", "text"}
        assert not re.search(r"style=|href|<!--|chart-|\"-?\d+\.\d\d|script|url\(", found.svg)


def test_no_histogram_of_nothing():
    assert histogram([], Fraction(26)) is None
    assert histogram([Fraction(0)], Fraction(0)) is None


@pytest.mark.parametrize(
    ("number", "text"),
    [(25, "25"), (24.5, "24.5"), (24.33, "24.33"), (0, "0"), (-0.5, "-0.5"), (None, "–"),
     (Fraction(1, 3), "0.33"), (100, "100"), (Fraction(-1, 1000), "0")],
)  # fmt: skip
def test_points_as_people_write_them(number, text):
    assert number_text(number) == text


def test_words_of_values_methods_and_shares():
    assert str(value_words("-3/4")) == "is −3/4"
    assert str(value_words(["7/10", "71/100"])) == "is about 0.705"
    assert str(value_words(None)) == "is undefined there"
    assert method_text({"method": "sampled", "points": 1}) == (
        "equal at all of 1 random point; not proved"
    )
    assert method_text({"method": "case split"}) == "proved equal, case by case of the indicators"
    assert percent_text(Fraction(1), Fraction(3)) == "33 %"
    assert percent_text(Fraction(0), Fraction(0)) == "–"
    assert is_mere_number(r"\left(-\frac{1}{2}\right)\cdot 3")
    assert not is_mere_number(r"\theta_{01}")
    assert not is_mere_number(r"\leftarrow")


def test_a_document_without_the_homework_still_makes_every_report(document, tmp_path):
    del document["homework"]
    write_reports(document, tmp_path)
    words = Page((tmp_path / "feedback" / "1001-ada-lovelace.html").read_text("utf-8")).words()
    assert "Question q1" in words
    assert "10 of 10 points" in words


def test_a_class_of_none(document, tmp_path):
    document["students"] = []
    document["unread"] = []
    written = write_reports(document, tmp_path)
    assert [path.name for path in written.paths] == [
        "results.json", "index.html", "review.schema.json", "review.yaml",
    ]  # fmt: skip
    assert "Nothing waits for a person." in (tmp_path / "index.html").read_text("utf-8")


def test_everything_is_written_the_same_twice_for_its_owner_only(document, tmp_path):
    first = write_reports(document, tmp_path / "a")
    second = write_reports(copy.deepcopy(document), tmp_path / "b")
    assert len(first.paths) == 4 + 3 * len(document["students"])
    for one, other in zip(first.paths, second.paths, strict=True):
        assert one.relative_to(tmp_path / "a") == other.relative_to(tmp_path / "b")
        assert one.read_bytes() == other.read_bytes()
        assert stat.S_IMODE(one.stat().st_mode) == 0o600
        assert str(tmp_path) not in one.read_text("utf-8")
    assert write_reports(document, tmp_path / "a").paths == first.paths


def test_the_pages_of_a_student_do_not_depend_on_the_others(document):
    alone = {**document, "students": [document["students"][GRACE]]}
    for name in ("html", "markdown", "text"):
        assert render_report(alone, name, 0) == render_report(document, name, GRACE)


def test_json_comes_back_as_it_was_with_the_unseen_escaped(document):
    document["students"][0]["parts"][0]["answer"] = "\ud800\u202e\u2028\x7fé\U000e0041"
    text = json_text(document)
    text.encode("utf-8")
    assert "\u202e" not in text
    assert "é" in text
    assert read_results(text, "results.json") == document


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "results.json:1:2: this is not JSON: Expecting property name enclosed in double quotes"),
        ("[]", "results.json:1:1: these are not results of `grader grade` @ $"),
        ('{"schema": 9}',
         "results.json:1:1: these results have schema 9, and this grader reads 1; grade again "
         "@ $.schema"),
        ('{"schema": 1}', "results.json:1:1: the list of students is missing @ $.students"),
        ('{"schema": 1, "students": [{"student": {}}]}',
         "results.json:1:1: `parts` is missing, or not of its kind @ $.students[0].parts"),
        ("[" * 100_000, "results.json:1:1: this nests too deep"),
    ],
)  # fmt: skip
def test_results_that_cannot_be_read(text, message):
    with pytest.raises(FileError) as raised:
        read_results(text, "results.json")
    assert str(raised.value) == message


def test_a_folder_of_templates_stands_before_the_houses_own(document, tmp_path):
    (tmp_path / "student.txt").write_text("Hello {{ student.name }}\n", encoding="utf-8")
    assert render_report(document, "text", BOBBY, tmp_path) == (
        "Hello =cmd|'/c calc'!A1 < b>Bobby< /b> ⟨U+202E⟩Tables⟨U+202C⟩\n"
    )
    assert render_report(document, "markdown", BOBBY, tmp_path).startswith("# ")


@pytest.mark.parametrize(
    ("template", "error"),
    [
        ("{{ student.__class__.__mro__ }}", SecurityError),
        ("{{ student.nothing }}", UndefinedError),
    ],
)
def test_a_template_cannot_reach_out_and_forgets_nothing_silently(
    document, tmp_path, template, error
):
    (tmp_path / "student.html").write_text(template, encoding="utf-8")
    with pytest.raises(error):
        render_report(document, "html", ADA, tmp_path)


def test_a_template_that_forgets_to_escape_is_escaped(document, tmp_path):
    (tmp_path / "student.html").write_text("{{ student.questions[0].parts[0].answer }}")
    found = render_report(document, "html", BOBBY, tmp_path)
    assert found.startswith("&lt;script&gt;")


def test_the_table_of_reports():
    assert list(REPORTS) == [
        "json", "html", "markdown", "text", "class", "schema", "review",
    ]  # fmt: skip
    assert [report.audience for report in REPORTS.values()].count("student") == 3
