"""Findings of the fuzzers, and a short run of them (``bench/fuzz.py`` runs long)."""

from __future__ import annotations

import random
import warnings

import pytest

from bench import fuzz_inputs
from bench.fuzz import fuzz, shortened, summed, table, tried
from bench.fuzz_targets import TARGETS, Broken, Target, stray_latex

BY_NAME = {target.name: target for target in TARGETS}

#: What was found, each with the shortest input that showed it.  None may come back.
FOUND: tuple[tuple[str, str | bytes], ...] = (
    # A vector's name as a number of elements was a KeyError.
    ("verdict", "h2"),
    ("verdict", "(f1)"),
    # A name of the homework bound anew inside an answer: accepted, and once without end.
    ("verdict", "$-\\sin{f_2}$ (where $f_2=\\beta_2omega_2 2$"),
    # A display behind a quotation that it does not stand in was an IndexError.
    ("document", b" a be efea + \\ph>>a11]\n>+ 2\n>$$"),
    # A log behind another name, with a base, was read as a name of its own.
    ("expression", "D1log_{e}(x)"),
    # A primed name before bars was printed without the dot that keeps it from being a call.
    ("expression", "\\underbrace{i_0'}_{f_2}\\times|-1|"),
    ("expression", "I_1'"),
    # A quantity called I before bars was printed as an indicator without a condition.
    ("expression", "\\frac{\\partial[g]I|i|}{\\partial5}"),
    # ... and before rows of cases.
    ("expression", "−{I}\\times\\begin{cases}f_2& f2 > 0\\text{}\\end{cases}"),
    # A subscript of a subscript made a name that cannot be written.
    ("expression", "w9_{1}"),
    # A name d above and below a line was printed as what reads as a derivative.
    ("expression", "df1/d³inRI^{12}"),
    ("expression", "d f/(d x)"),
    ("expression", "d^2/d^3"),
    # A root of an order that is infinite or no number stopped the screen.
    ("verdict", "(x)^\\sin^{-1}2"),
    ("verdict", "\\sqrt[sina'[\\sin(0)]]{(\\mathrm{0}) }"),
    # The library's parser of HTML stops at a marked section that it does not know.
    ("document", b'uet```?{3c\\b\\aCumer$me<![CDall": >'),
    # A member without a name; the library looks for its last character.
    (
        "archive",
        b"PK\x01\x02\x14\x00\x03\x14\x00\x00\x08\x00\x00\x00\x00!\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x15\x00\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00\x00\x00\x00.tex_1001_"
        b".zip\xc3\xa9_LATEp\x06\x00\x01abcdePK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00M\x00\x00\x00=\x00\x00"
        b"\x00\x00\x00",
    ),
)


@pytest.mark.parametrize("name, given", FOUND, ids=lambda value: repr(value)[:40])
def test_what_was_found_stays_mended(name: str, given: str | bytes) -> None:
    tried(BY_NAME[name], given)  # loads what is loaded once
    _, key, detail, _ = tried(BY_NAME[name], given)
    assert key is None, detail


#: Inputs of each reader in the run that is part of the tests.
SHORT_RUN = {"expression": 2500, "size": 600, "verdict": 250, "answers": 150, "document": 200,
             "review": 150, "rubric": 100, "gradebook": 150, "archive": 150}  # fmt: skip


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_short_run_finds_nothing(target: Target) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile, of two entries with one name
        tally = fuzz([target], seconds=None, inputs=SHORT_RUN[target.name], seed=20)
    assert not tally.findings, table(tally)
    assert tally.inputs[target.name] >= SHORT_RUN[target.name]
    # Inputs that all fare alike would show nothing.
    assert len(tally.behaviours[target.name]) >= 10


# --- The fuzzer itself finds what is planted ------------------------------------------------


def _planted(text: str | bytes) -> str:
    assert isinstance(text, str)
    if "((" in text:
        raise ValueError("two brackets")
    if "]]" in text:
        raise Broken("brackets", "two")
    return text[:1]


PLANTED = Target("planted", lambda: ("(x)", "[y]"), BY_NAME["expression"].vary, _planted, 1.0, 1.0)


def test_planted_faults_are_found_and_shortened() -> None:
    tally = fuzz([PLANTED], seconds=None, inputs=3000, seed=1)
    found = {key: finding.example for (_, key), finding in tally.findings.items()}
    assert found == {"ValueError in ?": "((", "brackets": "]]"}


def test_a_run_is_had_again_by_its_seed() -> None:
    runs = [fuzz([PLANTED], seconds=None, inputs=500, seed=7) for _ in range(2)]
    assert runs[0].findings == runs[1].findings
    assert runs[0].behaviours == runs[1].behaviours


def test_an_input_is_shortened_to_what_shows_the_fault() -> None:
    assert shortened(PLANTED, "abc((def", "ValueError in ?") == "(("


@pytest.mark.parametrize(
    "latex, stray",
    [
        (r"\frac{x}{2} + \operatorname{ReLU}'\left(z\right)", None),
        (r"\begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}", None),
        (r"\input{/etc/passwd}", r"the command \input"),
        (r"x \write18{id}", r"the command \write"),
        (r"\begin{document}", "the environment document"),
        ("x % y", "the character '%'"),
        ("x^^5c", "^^, by which TeX writes any character"),
        ("$x$", "the character '$'"),
        (r"\$", r"the command \$"),
        ("", "an empty text"),
    ],
)
def test_latex_that_is_no_mathematics_is_told(latex: str, stray: str | None) -> None:
    assert stray_latex(latex) == stray


def test_the_corpora_are_not_empty() -> None:
    assert len(fuzz_inputs.expressions()) > 500
    stream = random.Random(1)
    assert all(len(target.corpus()) > 0 and target.vary(target.corpus()[0], target.corpus(), stream)
               is not None for target in TARGETS)  # fmt: skip


FIRST = '{"inputs": {"size": 5}, "findings": 0}\n{"inputs": {"size": 1000, "answers": 1}, "findings": 2}\nFOUND x'
SECOND = '{"inputs": {"size": 234}, "findings": 0}\n{"inpu'
GUIDED = '{"inputs": {"size": 7, "rubric": 2}, "engine": "atheris", "findings": 1}\n'


def test_the_counts_of_runs_are_added_up() -> None:
    assert summed([FIRST, SECOND, "nothing"]).splitlines() == [
        "| reader | own engine |",
        "| --- | ---: |",
        "| size | 1,234 |",
        "| answers | 1 |",
        "",
        "1,235 inputs in 2 runs, 2 findings.",
    ]


def test_earlier_counts_and_those_of_another_engine_stand_by_themselves() -> None:
    page = "| reader | inputs |\n| --- | ---: |\n| size | 2,000,000 |\n| review | 3 |\n\n2,000,003 inputs in 4 runs, 12 findings.\n"
    once = summed([FIRST, GUIDED], page)
    assert once.splitlines() == [
        "| reader | earlier runs | own engine | atheris |",
        "| --- | ---: | ---: | ---: |",
        "| size | 2,000,000 | 1,000 | 7 |",
        "| review | 3 | 0 | 0 |",
        "| answers | 0 | 1 | 0 |",
        "| rubric | 0 | 0 | 2 |",
        "",
        "2,001,013 inputs in 6 runs, 15 findings.",
    ]
    # The table takes what it wrote itself along.
    assert summed([SECOND], once).splitlines()[-1] == "2,001,247 inputs in 7 runs, 15 findings."
