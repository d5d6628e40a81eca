"""Hostile inputs for ``bench/fuzz.py``: a corpus for each reader, and what is done to it.

Everything is drawn from one ``random.Random``, so a run can be had again by its seed.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import yaml

from bench.expressions import EXPRESSIONS

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "submissions_sample"
DATA = ROOT / "tests" / "data"

#: Longest input that mutations lead to; every hundredth is allowed to be long.
SHORT, LONG = 400, 30_000

# --- Pieces that mean something to a reader ------------------------------------------

#: For expressions: every notation that the lexer knows, and what looks like one.
WORDS: tuple[str, ...] = (
    *"0123456789xyzabehIHpuDdW+-*/^_=<>()[]{}|,.;:!&%$#@~`'\"\\?\n\t ",
    *"θφψωβπσ∂∇·×÷√∞≤≥≠∧∨¬∈∑∫²³⁻¹₀₁ᵀ′½⅓𝟙𝑥ｘ−–—“”…",
    "\u200b", "\u200d", "\u202e", "\u2066", "\u00ad", "\ufeff", "\u00a0", "\u0301", "\ud800",
    "\x00", "\x1b[2J", "\x7f", "\x85", "\u2028", "\U000e0041",
    "\\frac{", "\\frac", "\\dfrac12", "\\sqrt", "\\sqrt[3]{", "\\left(", "\\right)", "\\left[",
    "\\right]", "\\left\\{", "\\right.", "\\left|", "\\right|", "\\big(", "\\Bigg)", "\\middle|",
    "\\begin{cases}", "\\end{cases}", "\\begin{array}{ll}", "\\end{array}", "\\begin{aligned}",
    "\\end{aligned}", "\\begin{pmatrix}", "\\end{pmatrix}", " & ", " \\\\ ", "\\\\[2ex]",
    "\\text{if }", "\\text{otherwise}", "\\text{undefined}", "\\mathrm{", "\\mathbf{", "\\mathbb{I}",
    "\\mathbb{1}", "\\operatorname{ReLU}", "\\operatorname{", "\\boxed{", "\\cancel{", "\\hat{",
    "\\bar ", "\\vec{", "\\dot ", "\\underbrace{", "\\overset{", "\\stackrel", "\\phantom{",
    "\\partial", "\\nabla", "\\sum_{i=1}^{n}", "\\prod", "\\int_0^1", "\\lim", "\\sin", "\\cos",
    "\\sin^2", "\\sin^{-1}", "\\arctan", "\\tanh", "\\exp", "\\log_2", "\\ln", "\\max", "\\min(",
    "\\cdot", "\\times", "\\cdots", "\\ldots", "\\geq", "\\le", "\\neq", "\\land", "\\lor", "\\lnot",
    "\\in", "\\infty", "\\quad", "\\,", "\\;", "\\!", "\\ ", "\\newline", "\\label{a}", "\\tag{1}",
    "\\color{red}", "\\textcolor{white}{", "\\href{", "\\input{", "\\def\\x{", "\\newcommand{",
    "\\csname", "\\over", "\\atop", "\\choose", "\\not", "\\prime", "\\top", "\\ell", "\\theta_{01}",
    "\\phi_0", "\\psi_{12}", "\\omega^{(2)}", "\\mathcal{L}", "\\frac{\\partial y}{\\partial x}",
    "dy/dx", "\\frac{d}{dx}", "a[", "a'(", "a'[z]", "I[", "I[x>0]", "H(x)", "1_{", "ReLU(", "sigma(",
    "sin x", "exp(", "log(", "sqrt(", "max(0,x)", "if ", " else ", " otherwise ", " where ", " and ",
    " or ", " not ", " so ", " because ", " let ", "=", "==", ":=", "->", "=>", ">=", "!=", "<=>",
    "**", "//", "...", "1e5", "1e-300", "1.", ".5", "0.0", "1,000", "007", "1/2x", "2^3^2", "x_1^2",
    "x^{", "x_{", "_+", "^+", "^{-1}", "^T", "^{(1)}", "D_1 \\times 1", "D_f x D_1", " by ", "\\mathbb{R}^{",
    "$", "$$", "\\(", "\\)", "\\[", "\\]", "**1**", "# ", "- ", "`", "```", "%", "% ", "//", "/*",
    "<b>", "</b>", "<script>", "&lt;", "&#x3c;", "{{", "}}", "{%", "__class__", "lambda", "eval(",
)  # fmt: skip

#: For files: what YAML, JSON, HTML, LaTeX and Markdown act on.
MARKS: tuple[str, ...] = (
    *"{}[]\"'&*!|>%@`:#\\~,-?=\t\n \r\x00\x0b\x0c\x1b<>$_^",
    ": ", " #", "- ", "? ", "{a: ", "[a, ", "&x ", "*x", "!!str ", "!!python/object/apply:os.system ",
    "!!binary |", "<<: *x", "---\n", "...\n", "%YAML 1.2\n", "|-\n", ">+2\n", "\ufeff", "\u2028", "\x85",
    "\u00a0", "\ud800", "answers:", "student:", "definitions:", "q1:", "q1.phi_0:", "phi_0: ", "name: ",
    "id: ", "assignment: ", "decision:", "points: ", "verdict: ", "students:", "entries:", "1.0e309",
    "0x1F", "12:30", "2001-01-01", ".inf", ".nan", "null", "true", "no", '"\\u0000"', '"\\ud800"',
    "\\begin{document}", "\\end{document}", "\\begin{equation}", "\\end{equation}", "\\begin{align*}",
    "\\newcommand{\\x}[1]{#1#1}", "\\def\\a{\\a\\a}", "\\input{/etc/passwd}", "\\write18{id}", "\\x{", "$$",
    "\\[", "\\]", "\\item ", "\\section{1}", "# ", "## 1(a)", "```yaml\n", "```", "> ", "1. ", "| a | b |",
    "[a](javascript:1)", "<script>", "</p>", "<!--", "-->", "<![CDATA[", "<math>", "<img src=x ", '="',
    '{"cells": [', '"source": [', '"cell_type": "markdown"', '"nbformat": 4', "{}", "[]", "1e999",
)  # fmt: skip


# --- Corpora ---------------------------------------------------------------------------


@cache
def expressions() -> tuple[str, ...]:
    """Texts of answers: the house's expressions, the notations by hand, the samples' answers."""
    found = [text for text, _ in EXPRESSIONS]
    for path in sorted((DATA / "notation").glob("*.yaml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            texts = row.get("texts", row.get("text", ())) if isinstance(row, dict) else ()
            found += texts.splitlines() if isinstance(texts, str) else [str(t) for t in texts]
    for path in sorted(SAMPLES.glob("*.yaml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            _, colon, text = line.partition(": ")
            if colon:
                found.append(text.strip())
    return tuple(dict.fromkeys(text for text in found if text))


def _files(*paths: Path) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in paths)


@cache
def answers_files() -> tuple[bytes, ...]:
    """Answers files, good and bad."""
    return _files(*sorted(SAMPLES.glob("*.yaml")), *sorted(SAMPLES.glob("*.json")),
                  *sorted((SAMPLES / "messy").glob("*")))  # fmt: skip


@cache
def documents() -> tuple[bytes, ...]:
    """Documents of every format."""
    return (*_files(*sorted((DATA / "documents").glob("*"))), b"<p>y = <sup>2</sup></p>")


@cache
def rubrics() -> tuple[bytes, ...]:
    """Rubrics."""
    return _files(*sorted((ROOT / "rubrics").glob("*.yaml")))


@cache
def gradebooks() -> tuple[bytes, ...]:
    """Canvas's export."""
    return _files(SAMPLES / "canvas" / "gradebook.csv")


@cache
def archives() -> tuple[bytes, ...]:
    """A small archive of each kind: Canvas's own is too long to mutate often."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr(
            "adalovelace_1001_5_ada.yaml", "student: {id: 1}\nanswers: {q1: {phi_0: 1}}\n"
        )
        archive.writestr("folder/notes.txt", "y = 1")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zoë_LATE_7_9_a b.tex", "$y = 1$" * 50)
        archive.writestr("x.bin", bytes(500))
    return plain.getvalue(), packed.getvalue()


# --- What is done to an input ------------------------------------------------------------


def expression(stream: random.Random, depth: int = 4) -> str:
    """An expression out of nothing, in mixed notations."""
    if depth <= 0 or stream.random() < 0.2:
        return stream.choice(
            (
                "x",
                "y",
                "1",
                "2",
                "0",
                "z",
                "0.5",
                "\\phi_0",
                "theta_11",
                "h_1",
                "\\pi",
                "e",
                "-1",
                "f_2",
                "I",
            )
        )
    a, b = expression(stream, depth - 1), expression(stream, depth - 1)
    form = stream.choice(_FORMS)
    return form.replace("A", a).replace("B", b)


_FORMS = (
    "A + B", "A - B", "A B", "A \\cdot B", "A*B", "A/B", "\\frac{A}{B}", "(A)", "[A]", "\\left(A\\right)B",
    "A^{B}", "A^2", "A^B", "-A", "\\sin(A)", "\\sin A", "cos A B", "\\exp\\left(A\\right)", "e^{A}",
    "\\log A", "\\sqrt{A}", "\\sqrt[B]{A}", "|A|", "\\left|A\\right|", "a[A]", "a'[A]", "a'(A) B", "I[A > B]",
    "I[A \\geq 0] B", "[A < B]", "\\max(A, B)", "\\min\\{A, B\\}", "(A)^+", "(A)_+", "1_{A > B}",
    "\\begin{cases} A & A > B \\\\ B & \\text{otherwise} \\end{cases}", "A if B > 0 else 0",
    "\\frac{\\partial A}{\\partial B}", "\\frac{d}{dx}(A)", "A = B", "A where z = B", "\\operatorname{ReLU}(A)",
    "\\sigma(A)", "\\tanh^2 A", "A and B", "\\lnot (A > B)", "I[A > 0 \\land B < 1]", "A \\times B", "2A^{-1}",
    "\\cancel{A} B", "\\boxed{A}", "$A$", "A, B", "\\hat{A}", "A_{B}", "A'", "\\text{A}", "\\mathrm{A}",
    "\\overbrace{A}^{B}", "\\underbrace{A}_{B}", "A \\\\ B", "∂A/∂B", "√A", "A²", "∇A", "A ≤ B", "A! B",
)  # fmt: skip


def mutated(text: str, others: Sequence[str], words: Sequence[str], stream: random.Random) -> str:
    """A text after a few changes; ``others`` are spliced in, ``words`` put in."""
    for _ in range(stream.choice((1, 1, 1, 2, 2, 3, 5, 9))):
        text = stream.choice(_CHANGES)(text, others, words, stream)
    limit = LONG if stream.random() < 0.003 else SHORT
    return text[:limit]


_Change = Callable[[str, Sequence[str], Sequence[str], random.Random], str]


def _span(text: str, stream: random.Random) -> tuple[int, int]:
    start = stream.randrange(len(text) + 1)
    return start, min(len(text), start + stream.choice((1, 1, 2, 3, 5, 8, 20)))


def _delete(text: str, others: Sequence[str], words: Sequence[str], stream: random.Random) -> str:
    start, end = _span(text, stream)
    return text[:start] + text[end:]


def _insert(text: str, others: Sequence[str], words: Sequence[str], stream: random.Random) -> str:
    at = stream.randrange(len(text) + 1)
    return text[:at] + stream.choice(words) + text[at:]


def _replace(text: str, others: Sequence[str], words: Sequence[str], stream: random.Random) -> str:
    start, end = _span(text, stream)
    return text[:start] + stream.choice(words) + text[end:]


def _copy(text: str, others: Sequence[str], words: Sequence[str], stream: random.Random) -> str:
    start, end = _span(text, stream)
    at = stream.randrange(len(text) + 1)
    times = stream.choice((1, 1, 1, 2, 3)) if stream.random() < 0.99 else stream.choice((70, 400))
    return text[:at] + text[start:end] * times + text[at:]


def _splice(text: str, others: Sequence[str], words: Sequence[str], stream: random.Random) -> str:
    other = stream.choice(others)
    return text[: stream.randrange(len(text) + 1)] + other[stream.randrange(len(other) + 1) :]


def _embed(text: str, others: Sequence[str], words: Sequence[str], stream: random.Random) -> str:
    at = stream.randrange(len(text) + 1)
    return text[:at] + stream.choice(others) + text[at:]


def _character(
    text: str, others: Sequence[str], words: Sequence[str], stream: random.Random
) -> str:
    at = stream.randrange(len(text) + 1)
    point = stream.choice(
        (stream.randrange(128), stream.randrange(0x3000), stream.randrange(0x110000))
    )
    return text[:at] + chr(point) + text[at + stream.randrange(2) :]


def _case(text: str, others: Sequence[str], words: Sequence[str], stream: random.Random) -> str:
    start, end = _span(text, stream)
    return text[:start] + text[start:end].swapcase() + text[end:]


_CHANGES: tuple[_Change, ...] = (
    _delete, _delete, _insert, _insert, _insert, _replace, _replace, _copy, _splice, _splice, _embed,
    _character, _case,
)  # fmt: skip


def mutated_file(data: bytes, others: Sequence[bytes], stream: random.Random) -> bytes:
    """A text file after a few changes, sometimes in bytes that are no text."""
    text = data.decode("utf-8", "surrogateescape")
    if len(text) > 1500 and stream.random() < 0.7:
        start = 0 if stream.random() < 0.5 else stream.randrange(len(text))
        text = text[start : start + 1500]
    spliced = [stream.choice(others).decode("utf-8", "surrogateescape")[:2000]]
    for _ in range(stream.choice((1, 2, 3, 5, 9))):
        text = stream.choice(_CHANGES)(text, spliced, MARKS, stream)
    out = text[:20_000].encode("utf-8", "surrogatepass")
    return _noisy(out, stream) if stream.random() < 0.1 else out


def mutated_archive(data: bytes, stream: random.Random) -> bytes:
    """An archive made anew from hostile names and members, or with bytes changed."""
    if stream.random() < 0.6:
        return _noisy(data, stream)
    made = io.BytesIO()
    with zipfile.ZipFile(
        made, "w", stream.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    ) as archive:
        for _ in range(stream.randrange(6)):
            name = "".join(stream.choice(_NAMES) for _ in range(stream.randrange(1, 6)))
            info = zipfile.ZipInfo(name.encode("utf-8", "replace").decode() or "x")
            info.external_attr = stream.choice(
                (0, 0o120777 << 16, 0o040755 << 16, 0o100644 << 16, 0x10)
            )
            info.extra = stream.choice(
                (b"", b"up\x06\x00\x01abcde", b"\x75\x70\xff\xff", stream.randbytes(5))
            )
            try:
                archive.writestr(
                    info, stream.choice((b"", b"answers: {q1: {phi_0: 1}}\n", bytes(3000)))
                )
            except ValueError:
                continue  # the library refuses to write such a name
    out = made.getvalue()
    return _noisy(out, stream) if stream.random() < 0.3 else out


_NAMES = (
    "../", "/", "\\", "C:", "a", "ada", "_1001_", "_LATE", "_5_", ".yaml", ".tex", ".zip", "é", "e\u0301", "con", " ",
    "\u202e", "\x1b[2J", "\n", "a" * 300, "__MACOSX/", "._x", "question_1_", "_text", ".html", "..", "%00", "student",
)  # fmt: skip


def _noisy(data: bytes, stream: random.Random) -> bytes:
    """Bytes with some changed, taken out, put in, or cut off."""
    out = bytearray(data)
    for _ in range(stream.choice((1, 2, 4, 16))):
        at = stream.randrange(len(out) + 1)
        match stream.randrange(4):
            case 0:
                out[at : at + 1] = bytes([stream.randrange(256)])
            case 1:
                del out[at : at + stream.choice((1, 4, 100))]
            case 2:
                out[at:at] = stream.choice(
                    (b"\xff\xff\xff\xff", b"\x00", b"PK\x01\x02", b"PK\x05\x06")
                )
            case _:
                del out[at:]
                break
    return bytes(out)
