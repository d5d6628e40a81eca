"""Answers that cost: what a table of attacks on the work of the program is made of.

``ANSWERS``: one answer each, by name.  ``FILES``: whole answers files, as data.
"""

from __future__ import annotations

from typing import Any

#: Name: the part it answers, and the text.
ANSWERS: dict[str, tuple[str, str]] = {
    "chars": ("q1.phi_1", "x" * 100_000),
    "letters": ("q1.phi_1", "x" * 19_999),
    "letters of a name": ("q1.phi_1", "abc" * 6_666),
    "chars plus": ("q1.phi_1", "+x" * 50_000),
    "chars 19999": ("q1.phi_1", "+x" * 9_990),
    "prods 19999": ("q1.phi_1", "x*" * 9_990 + "x"),
    "spaces": ("q1.phi_1", " " * 100_000 + "x"),
    "newlines": ("q1.phi_1", "x\n" * 9_990),
    "brackets": ("q1.phi_1", "(" * 10_000 + "x" + ")" * 10_000),
    "brackets5k": ("q1.phi_1", "(" * 9_999 + "x" + ")" * 9_999),
    "open": ("q1.phi_1", "(" * 19_999),
    "left": ("q1.phi_1", r"\left(" * 3_000),
    "braces": ("q1.phi_1", "{" * 9_999 + "}" * 9_999),
    "sqrtbr": ("q1.phi_1", r"\sqrt{" * 3000 + "x" + "}" * 3000),
    "sqrt60": ("q1.phi_1", r"\sqrt{x+" * 60 + "x" + "}" * 60),
    "sqrt60n": ("q1.phi_1", r"\sqrt{1+" * 60 + "x" + "}" * 60),
    "sqrt num": ("q1.phi_1", r"\sqrt{2+" * 60 + "2" + "}" * 60),
    "tower": ("q1.phi_1", "9^{9^{9^9}}"),
    "tower2": ("q1.phi_1", "x^{9^{9^9}}"),
    "tower3": ("q1.phi_1", "2^{2^{2^{2^{2^{2}}}}} x"),
    "negtower": ("q1.phi_1", "9^{-9^{9^9}} + x"),
    "tower frac": ("q1.phi_1", "(1/3)^{9^9} x"),
    "big exp": ("q1.phi_1", "x^{10^9}"),
    "big exp2": ("q1.phi_1", "x^{1000000000}"),
    "x^1e400": ("q1.phi_1", "x^{1e300}"),
    "binom": ("q1.phi_1", "(1+x)^{5000}"),
    "binom3": ("q1.phi_1", "(1+x+\\phi_1+\\phi_2+\\psi_{01})^{50}"),
    "binom frac": ("q1.phi_1", "(1+x)^{5000}/(1-x)^{4999}"),
    "nestpow": ("q1.phi_1", "(((1+x)^{100}+\\phi_1)^{100}+1)^{100}"),
    "prodsums": ("q1.phi_1", "".join(f"(x+{k}\\phi_1+\\psi_{{01}})" for k in range(300))),
    "prodsums all": (
        "q1.phi_1",
        "".join(
            f"(x+\\phi_1+\\phi_2+\\psi_{{01}}+\\psi_{{11}}+\\psi_{{21}}+{k})" for k in range(300)
        ),
    ),
    "sumfracs": ("q1.phi_1", "+".join(f"\\frac{{1}}{{x+{k}}}" for k in range(300))),
    "sumfracs2": (
        "q1.phi_1",
        "+".join(
            f"\\frac{{\\phi_1}}{{x+{k}\\phi_2 + \\psi_{{01}}^{k % 5 + 1}}}" for k in range(300)
        ),
    ),
    "indicators": ("q1.phi_1", "+".join(f"I[x>{k}]" for k in range(2000))),
    "indicators prod": ("q1.phi_1", "".join(f"(I[x>{k}]+\\phi_1)" for k in range(1000))),
    "ind nest": ("q1.phi_1", "I[" * 60 + "x" + ">0]" * 60),
    "relu nest": ("q1.phi_1", "a[" * 60 + "x" + "]" * 60),
    "relu nest2": ("q1.phi_1", "a[\\phi_1 x + " * 60 + "x" + "]" * 60),
    "relu sum": ("q1.phi_1", "+".join(f"a[x-{k}\\phi_1]" for k in range(1500))),
    "relu in relu": ("q1.phi_1", "a[" + "+".join(f"a[x-{k}\\phi_1]" for k in range(40)) + "]"),
    "relu in relu2": (
        "q1.phi_1",
        "a[" + "+".join(f"a[\\phi_1 x-{k}+\\psi_{{01}} a[x+{k}]]" for k in range(20)) + "]",
    ),
    "abs": ("q1.phi_1", "+".join(f"|x-{k}\\phi_1|" for k in range(900))),
    "max": ("q1.phi_1", "\\max(" + ",".join(f"{k}x-\\phi_1" for k in range(900)) + ")"),
    "max nest": ("q1.phi_1", "\\max(x," * 60 + "\\phi_1" + ")" * 60),
    "cases": (
        "q1.phi_1",
        "\\begin{cases}" + "\\\\".join(f"{k} & x>{k}" for k in range(900)) + "\\end{cases}",
    ),
    "cases nest": ("q1.phi_1", "\\begin{cases}x & x>0 \\\\" * 55 + "0" + "\\end{cases}" * 55),
    "factorial": ("q1.phi_1", "1000000!"),
    "fact2": ("q1.phi_1", "((((9!)!)!)!)!"),
    "Gamma": ("q1.phi_1", "\\Gamma(10^9)"),
    "digits": ("q1.phi_1", "9" * 19_000),
    "digits400": ("q1.phi_1", "*".join("9" * 390 for _ in range(48))),
    "decimals": ("q1.phi_1", "0." + "1" * 19_000),
    "e-300": ("q1.phi_1", "1e-300 x + 1e300"),
    "e-99999": ("q1.phi_1", "1e-99999999 x"),
    "e99999": ("q1.phi_1", "1e99999999 x"),
    "exptower": ("q1.phi_1", "e^{" * 60 + "x" + "}" * 60),
    "exptower2": ("q1.phi_1", "\\exp(\\exp(\\exp(\\exp(\\exp(10)))))+x"),
    "sin nest": ("q1.phi_1", "\\sin(" * 60 + "x" + ")" * 60),
    "sin big": ("q1.phi_1", "\\sin(10^{300})+x"),
    "sin multiples": ("q1.phi_1", "\\sin(5000x)+\\cos(4999x)+\\sin(x)"),
    "sin sum": ("q1.phi_1", "\\sin(" + "+".join(f"{k}x" for k in range(1, 200)) + ")"),
    "sin sums": (
        "q1.phi_1",
        "\\sin(x+\\phi_1+\\phi_2+\\psi_{01}+\\psi_{11}+\\psi_{21}+\\psi_{02}+\\psi_{12}+\\psi_{22}+\\theta_{01}+\\theta_{11}+\\theta_{02})",
    ),
    "sinpow": ("q1.phi_1", "\\sin(x)^{1000}+\\cos(x)^{1000}"),
    "tan": ("q1.phi_1", "\\tan(100x)+\\tan(99x)"),
    "roots": ("q1.phi_1", "+".join(f"\\sqrt{{x^2+{k}}}" for k in range(1, 300))),
    "roots2": ("q1.phi_1", "+".join(f"\\sqrt{{{k}}}" for k in range(2, 900))),
    "roots3": ("q1.phi_1", "+".join(f"\\sqrt[{k}]{{x}}" for k in range(2, 120))),
    "roots4": ("q1.phi_1", "+".join(f"x^{{1/{k}}}" for k in (97, 89, 83, 79, 73, 71))),
    "expfrac": ("q1.phi_1", "+".join(f"e^{{x/{k}}}" for k in range(1, 100))),
    "explin": ("q1.phi_1", "e^{1.0001x}+e^x"),
    "explin2": ("q1.phi_1", "e^{1.000000001x}+e^x+e^{\\phi_1/3}"),
    "logs": ("q1.phi_1", "+".join(f"\\log(x^2+{k})" for k in range(1, 400))),
    "logprod": ("q1.phi_1", "\\log(" + "".join(f"(x^2+{k})" for k in range(1, 300)) + ")"),
    "xx": ("q1.phi_1", "x^{" * 60 + "x" + "}" * 60),
    "partial": ("q1.phi_1", "\\frac{\\partial}{\\partial x}(" * 30 + "x^2" + ")" * 30),
    "partial2": (
        "q1.phi_1",
        "\\frac{\\partial}{\\partial \\phi_2}(" * 12 + "a[x\\phi_2 \\sin(\\phi_2)]^{20}" + ")" * 12,
    ),
    "partial big": (
        "q1.phi_1",
        "\\frac{\\partial}{\\partial \\phi_2}("
        + "+".join(f"(1+\\phi_2 x)^{{{k}}}" for k in range(500))
        + ")",
    ),
    "partial primes": ("q1.phi_1", "a" + "'" * 3000 + "[x]"),
    "primes2": ("q1.phi_1", "\\sigma" + "'" * 20 + "[x]"),
    "sum sigma": ("q1.phi_1", "\\sum_{i=1}^{10^{9}} x"),
    "dollar": ("q1.phi_1", "$" * 19_999),
    "dollars": ("q1.phi_1", "$x$ " * 4000),
    "regex sp": ("q1.phi_1", "x " * 9000 + "="),
    "regex word": ("q1.phi_1", "a" * 19_999 + "!"),
    "words": ("q1.phi_1", "the derivative " * 1300),
    "words2": ("q1.phi_1", "is " * 6000),
    "backsl": ("q1.phi_1", "\\" * 19_999),
    "unders": ("q1.phi_1", "x" + "_" * 19_990),
    "carets": ("q1.phi_1", "x" + "^" * 19_990),
    "primes": ("q1.phi_1", "x" + "'" * 19_990),
    "equals": ("q1.phi_1", "x=" * 9_990 + "x"),
    "ands": ("q1.phi_1", "x and " * 3000 + "x"),
    "ors": ("q1.phi_1", "x or " * 3000 + "x"),
    "where": (
        "q1.phi_1",
        "x where " + ", ".join(f"z_{{{k}}}=z_{{{k - 1}}}" for k in range(1, 1200)),
    ),
    "where2": (
        "q1.phi_1",
        "z_{60} where z_{0}=x, "
        + ", ".join(f"z_{{{k}}}=z_{{{k - 1}}}+z_{{{k - 1}}}" for k in range(1, 900)),
    ),
    "comments": ("q1.phi_1", "% x\n" * 4000),
    "texts": ("q1.phi_1", "\\text{a}" * 2800),
    "begin": ("q1.phi_1", "\\begin{cases}" * 1400),
    "frac": ("q1.phi_1", "\\frac{1}{1+" * 60 + "x" + "}" * 60),
    "frac2": ("q1.phi_1", "\\frac" * 3900),
    "combining": ("q1.phi_1", "x" + "\u0301" * 19_000),
    "zw": ("q1.phi_1", "\u200b" * 19_000 + "x"),
    "bars": ("q1.phi_1", "|" * 19_999),
    "bars2": ("q1.phi_1", "|x" * 9_999),
    "ambig": ("q1.phi_1", "1/2x+" * 3300 + "1"),
    "ambig2": ("q1.phi_1", "\\sin x y/2z" * 1500),
    "D": ("q3.dl_df0", "D_1" + " \\times D_1" * 1600),
    "D2": ("q3.dl_df0", "(D_1+1)^{5000} x D_1"),
    "D3": ("q3.dl_df0", "9^{9^{9^9}} \\times D_1"),
    "hardeq": (
        "q1.phi_1",
        "\\sin(x)^2+\\cos(x)^2 + " + "+".join(f"\\sin({k}x)" for k in range(1, 60)),
    ),
    "heavy ref": (
        "q1.theta_11",
        "(" + "+".join(f"\\phi_{k % 3} I[\\psi_{{01}}+{k} a[x]>0]" for k in range(300)) + ")^3",
    ),
    "heavy ref2": (
        "q1.theta_11",
        "+".join(f"a[\\psi_{{01}}+{k} a[\\theta_{{01}} + {k} a[x \\phi_1]]]" for k in range(200)),
    ),
    "poly": (
        "q1.phi_1",
        "+".join(f"x^{{{k}}}\\phi_1^{{{900 - k}}}" for k in range(900)) + "+" + "(x+\\phi_1)^{500}",
    ),
    "gcd": (
        "q1.phi_1",
        "\\frac{(x^{200}-\\phi_1^{200})(x+1)^{100}}{(x^{150}-\\phi_1^{150})(x+2)^{90}}",
    ),
}

_EVERY = "phi_0 phi_1 phi_2 psi_01 psi_11 psi_21 psi_02 psi_12 psi_22 theta_01 theta_11 theta_02 theta_12".split()


def _chain(length: int, first: str, step: str) -> dict[str, str]:
    """Definitions each made from the one before."""
    return {f"z_{k}": step.replace("Z", f"z_{k - 1}") if k else first for k in range(length)}


def _file(answer: str, definitions: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "student": {"name": "X", "id": "1"},
        "assignment": "activity6",
        "definitions": definitions or {},
        "answers": {"q1": {"phi_1": answer}},
        **more,
    }


def _slope(of: str) -> str:
    return rf"\frac{{\partial {of}}}{{\partial \phi_2}}"


FILES: dict[str, dict[str, Any]] = {
    "definitions each doubling the last": _file("z_{999}", _chain(1000, "x", "Z+Z")),
    "definitions each squaring the last": _file("z_{999}", _chain(1000, "x+1", "Z Z")),
    "definitions of products of sums": _file("z_{999}", _chain(1000, "x+1", r"Z (Z+\phi_1)")),
    "a thousand ReLUs": _file("z_{999}", _chain(1000, "x", r"a[Z+\phi_1 x]")),
    "a thousand exponentials": _file("z_{999}", _chain(1000, "x", r"\exp(Z)")),
    "a derivative through a thousand definitions": _file(
        _slope("z_{999}"), _chain(1000, r"\phi_2", r"Z+Z\phi_2")
    ),
    "a derivative of a tower": _file(_slope("z"), {"z": r"9^{9^{9^9}} \phi_2"}),
    "a derivative of a lower tower": _file(_slope("z"), {"z": r"9^{9^9} \phi_2"}),
    "a derivative of a high power": _file(_slope("z"), {"z": r"\phi_2^{9^9}"}),
    "a derivative of a binomial": _file(_slope("z"), {"z": r"(1+\phi_2)^{5000}"}),
    "a derivative of squares of squares": _file(_slope("z_{29}"), _chain(30, r"\phi_2", "Z^2+Z")),
    "a derivative of a long product": _file(
        _slope("z"), {"z": "".join(rf"(\phi_2+{k})" for k in range(800))}
    ),
    "a derivative of sixty sines": _file(_slope("z"), {"z": r"\sin(" * 60 + r"\phi_2" + ")" * 60}),
    "a derivative of a sine of a tower": _file(_slope("z"), {"z": r"\sin(9^{9^9} \phi_2 \pi)"}),
    "a derivative with many roots": _file(
        _slope("z"), {"z": r"\phi_2" + "".join(rf"\sqrt{{{k}^{{{k}}}}}" for k in range(2, 200))}
    ),
    "a derivative with a root to factor": _file(
        _slope("z"), {"z": r"\phi_2 \sqrt{" + "1234567891" * 9 + "}"}
    ),
    "a derivative with a long root to factor": _file(
        _slope("z"), {"z": r"\phi_2 \sqrt{" + "9" * 390 + "}"}
    ),
    "a derivative with a fine angle": _file(
        _slope("z"), {"z": r"\phi_2 \cos(\pi/" + "9" * 50 + r") + \tan(\pi/97)"}
    ),
    "two hundred derivatives": _file(
        "+".join(_slope(f"z_{{{k}}}") for k in range(200)), _chain(200, r"\phi_2", r"\sin(Z)\phi_2")
    ),
    "a circle of a thousand definitions": _file(
        "z_{0}", {f"z_{k}": f"z_{{{(k + 1) % 1000}}}" for k in range(1000)}
    ),
    "forty thousand parts that there are not": _file(
        "x", answers={"q1": {f"nope{k}": "1" for k in range(40_000)}}
    ),
    "twenty thousand questions": _file("x", answers={f"q{k}": {"a": "1"} for k in range(20_000)}),
    "a name of half a million letters": _file(
        "x", student={"name": "A b" * 160_000, "id": "1" * 100_000}
    ),
    "every part costs": _file(
        "x",
        answers={
            "q1": {key: "+".join(rf"\sqrt{{x^2+{k}}}" for k in range(1, 150)) for key in _EVERY}
        },
    ),
    "doubts in every definition": _file("1", {f"z_{k}": "1/2x" * 50 for k in range(800)}),
    "two thousand definitions that name nothing": _file(
        "1", {f"z_{k}": "xyw" * 50 for k in range(2_000)}
    ),
    "twenty thousand definitions": _file("x", {f"nope{k}": "1" for k in range(20_000)}),
    "twenty thousand keys of the file": _file("x", **{f"nope{k}": "1" for k in range(20_000)}),
    "twenty thousand keys of the student": _file(
        "x", student={f"nope{k}": "1" for k in range(20_000)}
    ),
    "a key of half a million letters": _file("x", answers={"q1": {"A b" * 160_000: "1"}}),
    "a question of half a million letters": _file("x", answers={"A b" * 160_000: {"phi_1": "1"}}),
    "an assignment of half a million letters": _file("x", assignment="A b" * 160_000),
    "an answer of a million letters": _file("x+" * 499_000),
}
