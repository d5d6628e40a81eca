"""What students write, through the real program: it breaks and forges nothing that others see.

One class of attackers is graded once by ``grader grade``; each test looks at one kind of what
came out: pages in a real Chromium, Markdown as rendered, tables, the terminal, names of files,
and the LaTeX of what was read.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from bench import fuzz_inputs, fuzz_targets
from grader.cli import cli
from grader.exports.cells import is_formula
from tests.hostile import attacks

#: Each would set ``window.pwned``, open a dialog, ask the server, or leave its element.
XSS = (
    "<script>pwned=1;alert(1)</script>",
    "<ScRiPt >pwned=1</sCrIpT>",
    "<img src=http://127.0.0.1:9/a onerror=pwned=1>",
    '"><svg/onload=pwned=1>',
    "' onmouseover='pwned=1' autofocus onfocus='pwned=1",
    "</style><style>@import 'http://127.0.0.1:9/b';</style>",
    "</title></textarea></script><script>pwned=1</script>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--><img src onerror=pwned=1>">',
    "<svg><animate onbegin=pwned=1 attributeName=x></svg>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<object data='javascript:pwned=1'></object><embed src='javascript:pwned=1'>",
    "<a href='javascript:pwned=1'>x</a><form action=javascript:pwned=1><button>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/c'><base href=//127.0.0.1:9>",
    "<details open ontoggle=pwned=1><video><source onerror=pwned=1></video>",
    "--><script>pwned=1</script><!--", "]]><script>pwned=1</script>", "<?x?><!DOCTYPE x>",
    "&lt;script&gt;pwned=1&lt;/script&gt;", "&#60;script&#62;pwned=1",
    "{{constructor.constructor('pwned=1')()}}", "{% raw %}${pwned=1}#{7*7}",
    r"\text{</math><script>pwned=1</script>}", r"\href{javascript:pwned=1}{x}",
    r"\htmlData{x=1}{\unicode{<img onerror=pwned=1>}}", "\x00<\x00script>pwned=1</script>",
    "＜script＞pwned=1＜/script＞", "\u202e<tpircs>\u202c\u200b<script\u200b>pwned=1</script>",
)  # fmt: skip

#: What a reader of Markdown would obey.
MARKDOWN = (
    "[x](javascript:pwned=1)", "![x](http://127.0.0.1:9/d)", "<http://127.0.0.1:9/e>", "[x]: http://127.0.0.1:9",
    "[x][x]", "http://127.0.0.1:9/f www.example.com a@example.com", "# heading\n\n---\n* item",
    "```\n</pre><script>pwned=1</script>\n```", "| a | b |\n|--|--|\n| c | d |", "$$x$$ \\(y\\) `$z$`",
    "~~a~~ **b** __c__ [^1]\n\n[^1]: note", "\n    indented\n\n> quoted", "&copy; \\<b\\>",
)  # fmt: skip

FORMULAS = (
    "=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", ' =HYPERLINK("http://x")',
    "＝1+1", "=cmd|'/c calc'!'A1'", "\n=1", "\ufeff=1", "\u200b=1",
)  # fmt: skip

TERMINAL = (
    "\x1b[2J\x1b[1;1H", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\a\x1b]8;;\x1b\\", "\x9b31m", "a\rb", "a\x08b",
    "\u202eabc\u202c", "a\u200bb", "a\u2066b\u2069", "\ufeffa", "\u2028a", "a\u00adb", "\U000e0041a", "\x7fx",
    "[red]x[/red]", "[link=http://x]y[/link]",
)  # fmt: skip

#: Names that would leave the folder, be a device, or fall together on some file system.
NAMES = (
    "CON", "con", "NUL", "nul.txt", "AUX", "COM1", "LPT9", "..", "../../etc/passwd", "..\\..\\x", "/etc/passwd",
    "C:\\x", "C:x", ".hidden", "...", ".", " ", "-", "~root", "a/b", "a\\b", "a:b", 'a*?<>|"b', "$(id)`id`", "%2e%2e%2f",
    "x" * 300, "é" * 300, "王" * 300, "Li Na", "Li Na", "Li Na", "LI NA", "li na",
    unicodedata.normalize("NFC", "Zoë Ångström"), unicodedata.normalize("NFD", "Zoë Ångström"),
    "straße", "STRASSE", "ﬁn", "fin", "Ⅷ", "VIII", "name.", "name ", "name", "\u200bname", "\u202egnp.exe", "\x00", "🙂", "🙃",
    "index", "results.json", "1-li-na", "lock.html", "--help", "-o",
)  # fmt: skip

VECTORS = (*XSS, *MARKDOWN, *FORMULAS, *TERMINAL)

#: Characters that no one sees, or that a terminal acts on.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")  # fmt: skip


def run(*arguments: object) -> tuple[int, str]:
    """The exit code of the program, and all that it said."""
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def quoted(text: str) -> str:
    """A text as YAML: as it is in single quotes where YAML can hold it, else with escapes."""
    if re.fullmatch("[ -~\u00a1-\ud7ff\uf900-\ufdcf\uff00-\uffef\U00010000-\U0010fffd]*", text):
        return "'" + text.replace("'", "''") + "'"
    plain = (c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(plain)}"'


def answers_file(
    folder: Path,
    number: int,
    student: dict[str, str],
    answers: list[str],
    definitions: dict[str, str] | None = None,
) -> Path:
    """An answers file whose parts hold these answers, in order."""
    parts = ("phi_0", "phi_1", "phi_2", "psi_01", "psi_11", "psi_21", "psi_02", "psi_12", "psi_22")
    lines = ["student:", *(f"  {key}: {quoted(value)}" for key, value in student.items())]
    lines.append("assignment: activity6")
    if definitions:
        lines.append("definitions:")
        lines += [f"  {quoted(name)}: {quoted(text)}" for name, text in definitions.items()]
    lines += ["answers:", "  q1:"]
    lines += [f"    {part}: {quoted(answer)}" for part, answer in zip(parts, answers, strict=False)]
    path = folder / f"{number:03}.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """The class of attackers, graded, decided with hostile comments, and graded again."""
    folder = tmp_path_factory.mktemp("attackers")
    rubric = (root / "rubrics" / "activity6.yaml").read_text("utf-8")
    title = json.dumps("Activity " + " ".join(XSS[:6]))
    rubric = re.sub(r"(?m)^title: .*$", lambda _: f"title: {title}", rubric, count=1)
    # Prompts, hints and titles of questions are texts of another person, too.
    prompt = json.dumps("Derive. " + " ".join((*XSS, *MARKDOWN[:4])))
    rubric = re.sub(
        r"(?m)^    prompt: >-\n(?:      .*\n)+", lambda _: f"    prompt: {prompt}\n", rubric
    )
    rubric = re.sub(r"(?m)^    title: .*$", lambda _: f"    title: {title}", rubric)
    hint = "{quantity: '\\partial y / \\partial \\phi_1', hint: " + prompt + "}"
    rubric = rubric.replace(r"phi_1: \partial y / \partial \phi_1", f"phi_1: {hint}")
    assert rubric.count(json.dumps(XSS[0])[1:-1]) >= 5
    (folder / "rubric.yaml").write_text(rubric, encoding="utf-8")
    handed = folder / "handed"
    handed.mkdir()
    for number, vector in enumerate(VECTORS):
        # By turns in a name, an id, a login; always in an answer.
        student = (
            {"name": vector},
            {"name": "N", "id": vector},
            {"name": vector, "sis_login_id": vector},
        )
        # What a student defines is shown beside the answers, by the name that it was given.
        own = {"u": vector, vector: "x", f"v_{{{vector}}}": f"x {vector}"}
        answers_file(
            handed, number, student[number % 3],
            [vector, f"x + {vector}", rf"\text{{{vector}}}", "u", f"x + u where u = {vector}"], own,
        )  # fmt: skip
    for number, name in enumerate(NAMES, start=len(VECTORS)):
        answers_file(handed, number, {"name": name}, ["1"])
    for number, name in enumerate(
        ("=x.yaml", "<img src=x onerror=pwned=1>.yaml", "\x1b[31m.yaml", "\u202elmay.yaml")
    ):
        shutil.copy(handed / f"{number:03}.yaml", handed / name)
        (handed / f"bad{name}").write_text(f"answers: [{VECTORS[number]}", encoding="utf-8")
    code, _ = run("grade", folder / "rubric.yaml", handed, "-o", folder / "out", "-q")
    assert code == 1
    review = (folder / "out" / "review.yaml").read_text("utf-8")
    comments = iter(VECTORS * 40)
    review = re.sub(r"(?m)^( +comment:) *$", lambda m: f"{m[1]} {quoted(next(comments))}", review)
    review = re.sub(r"(?m)^( +points:) *$", r"\g<1> 0", review)
    (folder / "out" / "review.yaml").write_text(review, encoding="utf-8")
    code, said = run("grade", folder / "rubric.yaml", handed, "-o", folder / "out", "-q")
    assert code == 1, said
    assert not UNSEEN.search(said)
    return folder / "out"


def document(out: Path) -> Any:
    return json.loads((out / "results.json").read_text("utf-8"))


def test_the_class_is_as_hostile_as_it_should_be(out: Path) -> None:
    students = document(out)["students"]
    assert len(students) >= len(VECTORS) + len(NAMES)
    answers = {part["answer"] for student in students for part in student["parts"]}
    # YAML has no way to write a NUL into an answer.
    lost = [v for v in VECTORS if v.isprintable() and not any(v in str(a) for a in answers)]
    assert lost == []
    comments = [
        part["decision"]["comment"] for s in students for part in s["parts"] if part["decision"]
    ]
    assert len(set(comments)) > 20


class Tags(HTMLParser):
    """The elements of a page, and what could run or load among them."""

    ALLOWED_SCRIPTS = 1

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.bad: list[tuple[str, str, str | None]] = []
        self.policy: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy.append(given.get("content") or "")
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc", "action", "formaction", "data"}:
                self.bad.append((tag, name, value))
            if name in {"href", "src", "xlink:href"} and re.search(r"^\s*\w*:|^//", value or ""):
                self.bad.append((tag, name, value))


@pytest.fixture(scope="module")
def checked(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of `check` for the attackers' files, and that of `key`."""
    folder = tmp_path_factory.mktemp("checked")
    rubric = out.parent / "rubric.yaml"
    for number in range(len(VECTORS)):
        file = out.parent / "handed" / f"{number:03}.yaml"
        for mode in ("verdict", "hints") if number % 8 == 0 else ("verdict",):
            text = rubric.read_text("utf-8").replace("self_check: verdict", f"self_check: {mode}")
            (folder / f"{mode}.yaml").write_text(text, encoding="utf-8")
            page = folder / f"{number:03}-{mode}.html"
            code, _ = run("check", folder / f"{mode}.yaml", file, "--html", page)
            assert code == 1
    run("key", rubric, "--html", "-o", folder / "key.html")
    return folder


def test_pages_of_a_check_show_what_was_defined_and_asked(checked: Path) -> None:
    text = "".join(page.read_text("utf-8") for page in sorted(checked.glob("*.html")))
    assert text.count("&lt;script&gt;pwned=1;alert(1)&lt;/script&gt;") > 3
    assert "<script>pwned" not in text.lower()


def test_every_page_has_its_policy_and_no_foreign_element(out: Path, checked: Path) -> None:
    pages = [*sorted(out.rglob("*.html")), *sorted(checked.glob("*.html"))]
    assert len(pages) > 2 * len(VECTORS) + len(NAMES)
    elements: set[str] = set()
    for page in pages:
        found = Tags()
        found.feed(page.read_text("utf-8"))
        (policy,) = found.policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert found.bad == []
        assert found.tags.count("script") == (1 if page.parent == out else 0)
        elements |= set(found.tags)
    barred = {
        "iframe",
        "img",
        "object",
        "embed",
        "link",
        "base",
        "form",
        "video",
        "animate",
        "mglyph",
    }
    assert elements & barred == set()


@pytest.mark.browser
def test_a_real_browser_runs_nothing_and_asks_for_nothing(
    browser, out: Path, checked: Path, tmp_path: Path
) -> None:
    pages = [out / "index.html", *sorted((out / "feedback").glob("*.html"))[: len(VECTORS) + 8]]
    pages += sorted(checked.glob("*.html"))
    told: list[str] = []
    page = browser.new_page()
    page.on("dialog", lambda dialog: (told.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda message: told.append(f"console {message.text}"))
    page.on("pageerror", lambda error: told.append(f"error {error}"))
    page.on("popup", lambda other: told.append(f"popup {other.url}"))
    page.on("request", lambda request: told.append(request.url))
    for path in pages:
        page.goto(path.as_uri())
        assert page.evaluate("typeof window.pwned") == "undefined", path.name
        assert (
            page.evaluate("document.querySelectorAll('iframe,img,object,embed,base,form').length")
            == 0
        )
    # The same eyes see what does run.
    asked = [path.as_uri() for path in pages]
    assert told == asked
    bad = tmp_path / "bad.html"
    bad.write_text("<img src=http://127.0.0.1:9/x onerror='pwned=1;alert(1)'>")
    page.goto(bad.as_uri())
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") == 1
    assert {"dialog 1", "http://127.0.0.1:9/x"} <= set(told)
    page.close()


def test_markdown_renders_to_no_html_link_or_image(out: Path) -> None:
    reader = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    files = sorted((out / "feedback").glob("*.md"))
    assert len(files) > len(VECTORS)
    for path in files:
        kinds: set[str] = set()
        for token in reader.parse(path.read_text("utf-8")):
            kinds |= {token.type, *(child.type for child in token.children or ())}
        assert not kinds & {"html_inline", "html_block", "link_open", "image"}, path.name
        found = Tags()
        found.feed(reader.render(path.read_text("utf-8")))
        assert found.bad == [], path.name
        assert not {"a", "img", "script", "svg"} & set(found.tags), path.name


@pytest.mark.parametrize(
    "form", ["csv", "canvas-rubric", "canvas-rubric-assessment", "canvas-gradebook"]
)
def test_no_cell_of_a_table_is_a_formula(form: str, out: Path, tmp_path: Path) -> None:
    code, said = run("export", form, out / "results.json", "-o", tmp_path / "t.csv")
    assert code == 0
    rows = list(csv.reader(io.StringIO((tmp_path / "t.csv").read_text("utf-8"), newline="")))
    cells = [cell for row in rows for cell in row]
    numbers = re.compile(r"-?\d+(\.\d+)?")
    formulas = [c for c in cells if is_formula(c) and not numbers.fullmatch(c)]
    if form == "canvas-gradebook":
        # Canvas matches a login to the character, so it stays as it is, and that is told.
        assert formulas == [row[3] for row in rows if is_formula(row[3])]
        assert [c for c in formulas if f"a spreadsheet may run the login {c}" not in said] == []
        formulas = []
    assert formulas == []
    assert [c for c in cells if UNSEEN.search(c)] == []
    assert len(rows) >= 1


def test_no_cell_of_the_workbook_is_a_formula(out: Path, tmp_path: Path) -> None:
    assert run("export", "xlsx", out / "results.json", "-o", tmp_path / "t.xlsx")[0] == 0
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert any("HYPERLINK" in text for text in texts)
    assert [text for text in texts if is_formula(text) or UNSEEN.search(text)] == []
    assert all(cell.hyperlink is None for cell in cells)


@pytest.mark.parametrize("vector", TERMINAL)
def test_the_terminal_shows_what_it_would_obey(vector: str, tmp_path: Path) -> None:
    path = answers_file(tmp_path, 1, {"name": vector, "id": vector}, [vector, f"x{vector}", "1"])
    (tmp_path / f"no{vector}.yaml".replace("/", "_").replace("\x00", "")).write_text(
        f"answers: {{q1: {{{vector}", encoding="utf-8"
    )
    (broken,) = (file for file in tmp_path.iterdir() if file.name.startswith("no"))
    for command in (
        ("check", "activity6", path), ("explain", "activity6", f"x{vector}"),
        ("check", "activity6", broken), ("check", "activity6", f"{tmp_path}/{vector}.none"),
        ("explain", "activity6", "x", vector), (vector, "x"), (f"--{vector}",), ("check", f"none{vector}", path),
    ):  # fmt: skip
        _, said = run(*command)
        assert said
        assert not UNSEEN.search(said), (command, said)


def test_every_student_has_three_pages_of_their_own_in_the_folder(out: Path) -> None:
    students = document(out)["students"]
    files = [path for path in (out / "feedback").rglob("*") if path.is_file()]
    assert all(path.parent == out / "feedback" for path in files)
    assert len(files) == 3 * len(students)
    stems = {path.stem for path in files}
    folded = {unicodedata.normalize("NFKD", stem).casefold() for stem in stems}
    assert len(folded) == len(stems) == len(students)
    devices = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")
    for stem in stems:
        assert {path.suffix for path in files if path.stem == stem} == {".html", ".md", ".txt"}
        assert not devices.fullmatch(stem)
        assert len(f"{stem}.html".encode()) <= 255
        assert all(letter.isalnum() or letter == "-" for letter in stem)
        assert stem[0] != "-"
    # Nothing came to lie beside the folders that were named.
    assert {path.name for path in out.parent.iterdir()} == {"rubric.yaml", "handed", "out"}
    # The class page leads to each of them.
    index = unquote((out / "index.html").read_text("utf-8"))
    assert {f"feedback/{stem}.html" for stem in stems} == set(
        re.findall(r'href="(feedback/[^"]+)"', index)
    )


def test_what_was_read_is_nothing_but_mathematics(out: Path, tmp_path: Path, root: Path) -> None:
    """Over the attackers, the attacks on cost, and the corpus of the fuzzers."""
    read = [
        part["read_as"] for s in document(out)["students"] for part in s["parts"] if part["read_as"]
    ]
    corpus = [text for _, text in attacks.ANSWERS.values() if len(text) < 4_000]
    corpus += fuzz_inputs.expressions()
    handed = tmp_path / "handed"
    handed.mkdir()
    for number in range(0, len(corpus), 9):
        answers_file(handed, number, {"name": str(number)}, corpus[number : number + 9])
    run("grade", "activity6", handed, "-o", tmp_path / "out", "-q", "--no-feedback")
    more = document(tmp_path / "out")["students"]
    assert len(more) > 20
    read += [part["read_as"] for s in more for part in s["parts"] if part["read_as"]]
    assert len(set(read)) > 200
    assert [(text, stray) for text in set(read) if (stray := fuzz_targets.stray_latex(text))] == []
    assert fuzz_targets.stray_latex(r"\input{/etc/passwd}") is not None
