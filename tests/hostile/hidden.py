"""Answers that cost, and that no point shows to be wrong: what stands behind them is too small.

Floating point sees the right answer, so that all that can prove or refute is tried.
"""

from __future__ import annotations

#: Not zero anywhere, and below every number that a machine holds.
NEXT_TO_NOTHING = r"e^{-e^{e^{e^{x^2+5}}}}"
RIGHT = r"a[\psi_{01}+\psi_{11}a[\theta_{01}+\theta_{11}x]+\psi_{21}a[\theta_{02}+\theta_{12}x]]"
MATRIX = r"\frac2N X^T(((F-Y)V^T)\odot a'[Z])"
_NAMES = r"x \phi_1 \phi_2 \psi_{01} \psi_{11} \psi_{21} \psi_{02} \psi_{12} \psi_{22} \theta_{01} \theta_{11}".split()


_ROOTS = "".join(rf"\sqrt{{{k}^{{{k}}}}}" for k in range(2, 190))


def _tiny(text: str) -> tuple[str, str, str]:
    return "activity6", "q1.phi_1", f"{RIGHT}+{NEXT_TO_NOTHING}({text})"


def _same(text: str, again: str) -> tuple[str, str, str]:
    return "activity6", "q1.phi_1", f"{RIGHT}+{text}-({again})"


def _sum(pattern: str, count: int, first: int = 1) -> str:
    return "+".join(pattern.replace("#", str(k)) for k in range(first, first + count))


def _over_names(pattern: str) -> str:
    numbered = enumerate(_NAMES, 2)
    return "+".join(pattern.replace("#", str(k)).replace("@", name) for k, name in numbered)


_SINES, _TURNED = _over_names(r"#\sin @"), _over_names(r"#\cos(@+\pi/3)")
_PLUS_ONE = r"1+\sin(x+#\phi_1)"

#: Name: rubric, part, answer.  None is right.
TINY: dict[str, tuple[str, str, str]] = {
    "absolute values of all names": _tiny("+".join(f"|{name}|" for name in _NAMES)),
    "a product of absolute values": _tiny("".join(f"|{name}|" for name in _NAMES)),
    "sixty absolute values": _tiny(_sum(r"|x-#\phi_1|", 60)),
    "indicators of sines": _tiny(_sum(r"I[\sin(#x)>0]", 11)),
    "roots and indicators": _tiny(_sum(r"\sqrt{x^2+#} I[x+#\phi_1>0]", 60)),
    "products of roots": _tiny(
        "+".join(rf"\sqrt{{x^2+{i}}}\sqrt{{x^2+{j}}}" for i in range(22) for j in range(22))
    ),
    "a product of roots and indicators": (
        "activity6", "q1.phi_1",
        f"{RIGHT}+({_ROOTS})^{{-1}} ({_sum('I[x>#]', 8)})",
    ),
    "roots of squared sines": _tiny(rf"\sqrt{{({_SINES})^2}}"),
    "roots of squared sines, turned": _tiny(rf"\sqrt{{({_TURNED})^2}}"),
    "logarithms of products of sines": _tiny(
        rf"\log|({_sum(_PLUS_ONE, 12).replace('+1+', ')(1+')})|"
    ),
    "signs of sines": _tiny(_sum(r"\operatorname{sgn}(x\sin(#x)\cos(\phi_1+#x))", 20)),
    "roots of all degrees": _tiny(_sum(r"\sqrt[#]{#+\sqrt{#}}", 40, 2)),
    "roots of unity": _tiny(_sum(r"x\cos(\pi/#)", 60, 2)),
    "angles of fractions": _tiny(_sum(r"\arctan(#/10000019)", 200)),
    "a thousand sines": _tiny(_sum(r"#\sin(x^{#})", 999)),
    "a thousand powers": _tiny(_sum(r"#x^{#}\phi_1", 999)),
    "thirty cases": _tiny(
        r"\begin{cases}" + r"\\".join(rf"\sqrt{{x^2+{k}}} & \sin({k}x)>{k}\phi_1" for k in range(30))
        + r"\end{cases}"
    ),
    "a largest of sixty": _tiny(r"\max(" + ",".join(rf"{k}x-\phi_1" for k in range(60)) + ")"),
    "roots below the line": _tiny(_sum(r"\frac{x+#}{\sqrt{x^2+#}+\sqrt{\phi_1^2+#}}", 19)),
    "a chain of sixty answers": (
        "activity6", "q1.phi_0",
        "1" + "".join(rf"=1+{k}({NEXT_TO_NOTHING})|x-{k}\phi_1|" for k in range(1, 60)),
    ),
    "a sum to n": (
        "least_squares", "line.dM_dphi0",
        r"\frac{2}{n}\sum_{i=1}^{n} (f_i - y_i)+e^{-e^{e^{e^{n^2+5}}}}("
        + "".join(rf"|\phi_0-{k}\phi_1|" for k in range(13)) + r")\sum_{i=1}^n|x_i|",
    ),
    "a field of a matrix": (
        "matrix_backprop", "batch.dM_dW",
        MATRIX + "".join(
            rf"+e^{{-e^{{e^{{e^{{N}}}}}}}} X^T(((F-Y)V^T)\odot a[{k} a[Z]-Z])" for k in range(30)
        ),
    ),
    "a root of a norm": (
        "linear_system", "forms.dq_dx",
        r"(W+W^T)x+e^{-e^{e^{e^{x^Tx+5}}}}(" + _sum(r"\sqrt{x^Tx+#y^Ty}", 38, 2) + ")x",
    ),
    "entries": (
        "multivariable", "gradient.f",
        "(" + ",".join(f"{entry}+{NEXT_TO_NOTHING}({_sum('|x-#y+#z|', 13)})"
                       for entry in ("2xy", "x^2+ze^{yz}", "ye^{yz}")) + ")",
    ),
}  # fmt: skip

#: Name: rubric, part, answer.  Each is right: what is added is zero, at a cost.
NOTHING: dict[str, tuple[str, str, str]] = {
    "two products in the other order": _same(
        "(1+x)^{1400}(2+x)^{1400}", "(2+x)^{1400}(1+x)^{1400}"
    ),
    "forty products in the other order": _same(
        _sum("(#+x)^{1300}(2+x)^{1300}", 37, 3), _sum("(2+x)^{1300}(#+x)^{1300}", 37, 3)
    ),
    "fractions in the other order": _same(
        _sum(r"\frac{1}{x^2+#\phi_1+\phi_2}", 150), _sum(r"\frac{1}{\phi_2+x^2+#\phi_1}", 150)
    ),
    "logarithms of powers": _same(
        _sum(r"\log((x^{12}-#\phi_1^{12}\phi_2^6+\psi_{01}^5)^8+1)", 40),
        _sum(r"\log((\psi_{01}^5+x^{12}-#\phi_1^{12}\phi_2^6)^8+1)", 40),
    ),
    "a sum of roots below the line": _same(
        r"\frac{1}{\sqrt{x}+\sqrt{\phi_1^2+3}+\sqrt{x^2+5}+\sqrt{x^2+7}+\sqrt{11+\phi_2^2}}",
        r"\frac{1}{\sqrt{x^2+7}+\sqrt{11+\phi_2^2}+\sqrt{x}+\sqrt{\phi_1^2+3}+\sqrt{x^2+5}}",
    ),
    "inverses of functions": _same(
        _sum(r"\arctan(#x+\phi_1)", 20),
        _sum(r"\arcsin(\frac{#x+\phi_1}{\sqrt{1+(#x+\phi_1)^2}})", 20),
    ),
}
