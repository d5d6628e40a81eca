"""How answers are read: each row is a text and what it means.

The meaning is given as the LaTeX that the tree prints as (``test_latex.py`` holds
that it is the same tree), after the left side, if any, and before definitions.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.errors import AnswerError, LimitError
from grader.expr.latex import to_latex
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_answer, parse_expression, parse_name, parse_quantity
from grader.expr.tree import (
    Call,
    Cases,
    Indicator,
    Negation,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    walk,
)

#: The first question of Activity 6, and a few names more.
NET = Vocabulary(
    frozenset(
        "y x z z_1 h p phi_0 phi_1 phi_2 psi_01 psi_11 psi_21 psi_02 psi_12 psi_22 "
        "theta_01 theta_11 theta_02 theta_12".split()
    ),
    {},
    {"a": "relu", "H": "heaviside", "Theta": "heaviside", "u": "heaviside", "sigma": "sigmoid"},
)

#: The second question; ``w_2`` is an alias.
CHAIN = Vocabulary(
    frozenset(
        "x_i y_i ell_i f_0 f_1 f_2 f_3 h_1 h_2 h_3 beta_0 beta_1 beta_2 beta_3 "
        "omega_0 omega_1 omega_2 omega_3".split()
    ),
    {"w_2": "omega_2"},
)


def meaning(text, vocabulary):
    """The reading on one line: ``left side := answer; name := definition``."""
    reading = parse_answer(text, vocabulary)
    assert reading.links[-1] == reading.tree
    line = to_latex(reading.tree)
    if reading.heading is not None:
        line = f"{to_latex(reading.heading)} := {line}"
    for definition in reading.definitions:
        line += f"; {definition.name} := {to_latex(definition.tree)}"
    return line


READINGS = {
    ("indicators", "NET"): [
        ("I[z>0]", r"I\left[z > 0\right]"),
        ("I(z>0)", r"I\left[z > 0\right]"),
        ("I(0<z)", r"I\left[0 < z\right]"),
        (r"\mathbb{I}(h>0)", r"I\left[h > 0\right]"),
        (r"\mathbb{I}[h>0]", r"I\left[h > 0\right]"),
        (r"\mathbb I [h>0]", r"I\left[h > 0\right]"),
        (r"\mathbb{1}[z>0]", r"I\left[z > 0\right]"),
        (r"\mathbb{1}_{z_1>0}", r"I\left[z_{1} > 0\right]"),
        (r"\mathbf 1[z>0]", r"I\left[z > 0\right]"),
        (r"\mathbf{1}_{\{z>0\}}", r"I\left[z > 0\right]"),
        ("1_{z>0}", r"I\left[z > 0\right]"),
        ("1(z>0)", r"I\left[z > 0\right]"),
        (r"\mathbbm{1}(z>0)", r"I\left[z > 0\right]"),
        (r"\mathds{1}\left\{z>0\right\}", r"I\left[z > 0\right]"),
        ("𝟙[z>0]", r"I\left[z > 0\right]"),
        ("[z>0]", r"I\left[z > 0\right]"),
        (r"\left[z>0\right]x", r"I\left[z > 0\right] x"),
        ("H(z)", r"\operatorname{H}\left(z\right)"),
        (r"\Theta(z)", r"\operatorname{H}\left(z\right)"),
        ("u(z)", r"\operatorname{H}\left(z\right)"),
        (r"I[z \ge 0]", r"I\left[z \geq 0\right]"),
        (r"I[z \geqslant 0]", r"I\left[z \geq 0\right]"),
        ("I[z≥0]", r"I\left[z \geq 0\right]"),
        (r"I[z>0 \land x>0]", r"I\left[z > 0 \land x > 0\right]"),
        (r"I[z>0 \wedge x>0]", r"I\left[z > 0 \land x > 0\right]"),
        ("I[z>0 and x>0]", r"I\left[z > 0 \land x > 0\right]"),
        (r"I[z>0 \text{ and } x>0]", r"I\left[z > 0 \land x > 0\right]"),
        ("I[z>0, x>0]", r"I\left[z > 0 \land x > 0\right]"),
        ("I[0<z<1]", r"I\left[0 < z \land z < 1\right]"),
        (r"I[z>0 \lor x>0]", r"I\left[z > 0 \lor x > 0\right]"),
        (
            "I[(z>0) or not (x>0 and z<0)]",
            r"I\left[z > 0 \lor \lnot \left(x > 0 \land z < 0\right)\right]",
        ),
        ("I[z>0]I[x>0]", r"I\left[z > 0\right] I\left[x > 0\right]"),
        ("xI[z>0]", r"x I\left[z > 0\right]"),
        ("I_{z>0}", r"I\left[z > 0\right]"),
        (r"I\{z>0\}", r"I\left[z > 0\right]"),
        ("I[z = 0]", r"I\left[z = 0\right]"),
        (r"I[z \neq 0]", r"I\left[z \neq 0\right]"),
        (
            r"I[\psi_{01}+\psi_{11}a[\theta_{01}+\theta_{11}x]>0]",
            r"I\left[\psi_{01} + \psi_{11} \operatorname{ReLU}\left(\theta_{01} + \theta_{11} x\right) > 0\right]",
        ),
    ],
    ("relu", "NET"): [
        ("a'(z)", r"\operatorname{ReLU}'\left(z\right)"),
        ("a'[z]", r"\operatorname{ReLU}'\left(z\right)"),
        (r"\text{ReLU}'(z)", r"\operatorname{ReLU}'\left(z\right)"),
        (r"\operatorname{ReLU}'(z)", r"\operatorname{ReLU}'\left(z\right)"),
        (r"\operatorname{ReLU}'\left(z\right)", r"\operatorname{ReLU}'\left(z\right)"),
        (r"\frac{\partial a[z]}{\partial z}", r"\operatorname{ReLU}'\left(z\right)"),
        (r"\frac{d}{dz}a[z]", r"\operatorname{ReLU}'\left(z\right)"),
        # A fraction of derivatives is none itself.
        (
            r"\frac{\partial a[z] / \partial z}{\partial y / \partial x}",
            r"\frac{\operatorname{ReLU}'\left(z\right)}{\frac{\partial y}{\partial x}}",
        ),
        (r"\frac{dy/dx}{2}", r"\frac{\frac{\partial y}{\partial x}}{2}"),
        (r"\frac{\partial a[x+1]}{\partial (x+1)}", r"\operatorname{ReLU}'\left(x + 1\right)"),
        ("∂a[z]/∂z", r"\operatorname{ReLU}'\left(z\right)"),
        ("a''(z)", r"\operatorname{ReLU}''\left(z\right)"),
        ("a[z]", r"\operatorname{ReLU}\left(z\right)"),
        ("a(z)", r"\operatorname{ReLU}\left(z\right)"),
        ("a{z}", r"\operatorname{ReLU}\left(z\right)"),
        (r"\text{ReLU}(z)", r"\operatorname{ReLU}\left(z\right)"),
        ("ReLU(z)", r"\operatorname{ReLU}\left(z\right)"),
        ("relu(z)", r"\operatorname{ReLU}\left(z\right)"),
        (r"\mathrm{ReLU}(z)", r"\operatorname{ReLU}\left(z\right)"),
        (r"\max(0,z)", r"\max\left(0, z\right)"),
        (r"\max\{0, z\}", r"\max\left(0, z\right)"),
        (r"\max{(0,z)}", r"\max\left(0, z\right)"),
        ("(z)^+", r"\operatorname{ReLU}\left(z\right)"),
        ("(z)_+", r"\operatorname{ReLU}\left(z\right)"),
        ("[z]_+", r"\operatorname{ReLU}\left(z\right)"),
        ("z^{+}", r"\operatorname{ReLU}\left(z\right)"),
        ("(z)^+ x", r"\operatorname{ReLU}\left(z\right) x"),
        (r"\sigma(z)", r"\operatorname{sigmoid}\left(z\right)"),
        (r"\sigma'(z)", r"\operatorname{sigmoid}'\left(z\right)"),
    ],
    ("cases", "NET"): [
        (
            r"\begin{cases} 1 & \text{if } z>0 \\ 0 & \text{otherwise} \end{cases}",
            r"\begin{cases} 1 & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}",
        ),
        (
            r"\begin{cases} x, & z>0 \newline 0, & \text{else} \end{cases}",
            r"\begin{cases} x & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}",
        ),
        (
            r"\begin{cases} x & z>0 \\ 0 & z<0 \\ \text{undefined} & z = 0\end{cases}",
            r"\begin{cases} x & \text{if } z > 0 \\ 0 & \text{if } z < 0 \\ \text{undefined} & \text{if } z = 0 \end{cases}",
        ),
        (
            r"\begin{cases} x \hspace{1cm} z>0 \\ 0 \hspace{1cm} z<0 \end{cases}",
            r"\begin{cases} x & \text{if } z > 0 \\ 0 & \text{if } z < 0 \end{cases}",
        ),
        (
            r"\begin{cases} 1 \quad \text{if } z>0 \\[2ex] 0 \quad \text{if } z \le 0 \end{cases}",
            r"\begin{cases} 1 & \text{if } z > 0 \\ 0 & \text{if } z \leq 0 \end{cases}",
        ),
        # Brackets broken over lines.
        (r"2 \left( x \right. \left. + z \right)", r"2 \left(x + z\right)"),
        (r"2 \left( x \right. \\ & \left. + z \right)", r"2 \left(x + z\right)"),
        (r"2 \left[ x \right.\nonumber \\[2pt] \quad \left. + z \right]", r"2 \left(x + z\right)"),
        (
            r"\left\{ \begin{array}{ll} x & \mbox{if $z>0$} \\ 0 & \text{otherwise.} \end{array} \right.",
            r"\begin{cases} x & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}",
        ),
        (
            r"\begin{cases} \begin{cases} 1 & x>0 \\ 0 & x\le 0\end{cases} & \text{if } z \leq 0 \\ 2 & \text{else} \end{cases}",
            r"\begin{cases} \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{if } x \leq 0 \end{cases} & \text{if } z \leq 0 \\ 2 & \text{otherwise} \end{cases}",
        ),
        (
            r"\begin{cases} 1 & z>0, x>0 \\ 0 & \text{otherwise} \end{cases} x",
            r"\begin{cases} 1 & \text{if } z > 0 \land x > 0 \\ 0 & \text{otherwise} \end{cases} x",
        ),
        (
            r"\begin{dcases} x & \text{for } z>0 \\ 0 \end{dcases}",
            r"\begin{cases} x & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}",
        ),
        (
            "x if z>0 else 0",
            r"\begin{cases} x & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}",
        ),
        (
            "x if z > 0, y if z = 0",
            r"\begin{cases} x & \text{if } z > 0 \\ y & \text{if } z = 0 \end{cases}",
        ),
        (
            "x if z > 0, 0 otherwise",
            r"\begin{cases} x & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}",
        ),
        (
            r"\begin{cases} 1 & \text{if } z>0 \text{ and } x>0 \\ 0 & \text{otherwise} \end{cases}",
            r"\begin{cases} 1 & \text{if } z > 0 \land x > 0 \\ 0 & \text{otherwise} \end{cases}",
        ),
    ],
    ("brackets", "NET"): [
        (r"\Big[ x + 1 \Big]", "x + 1"),
        (r"\bigl( x \bigr) y", "x y"),
        (r"\left\{ x \right\} y", "x y"),
        (r"\lbrace x \rbrace", "x"),
        ("a[x+a[x]]", r"\operatorname{ReLU}\left(x + \operatorname{ReLU}\left(x\right)\right)"),
        ("（x+1）y", r"\left(x + 1\right) y"),
        ("x(z+1）", r"x \cdot \left(z + 1\right)"),
        (
            r"\phi_1 \left[ x a\left[ z \right] \right]",
            r"\phi_{1} \cdot \left(x \operatorname{ReLU}\left(z\right)\right)",
        ),
        (r"\left(x+y\right)\left[x-y\right]", r"\left(x + y\right) \left(x - y\right)"),
        ("{x+1}y", r"\left(x + 1\right) y"),
    ],
    ("products that look like calls", "NET"): [
        ("p(1-p)", r"p \cdot \left(1 - p\right)"),
        ("h(1-h)", r"h \cdot \left(1 - h\right)"),
        (r"\exp[x](1+2h)", r"\exp\left(x\right) \left(1 + 2 h\right)"),
        (r"\theta_{01}(x+1)", r"\theta_{01} \cdot \left(x + 1\right)"),
        (r"x \cdot -\sin h \cdot z", r"x \cdot \left(-\sin\left(h\right)\right) z"),
        ("x(1)", r"x \cdot 1"),
        (r"x \cdot 1", r"x \cdot 1"),
        (r"\phi_1(x)(z)", r"\phi_{1} x z"),
        (r"x\times y \ast z * h · p ⋅ x × y \, z\; h\! p ~ x\quad y", "x y z h p x y z h p x y"),
        ("2(x)", "2 x"),
        ("(x)2", r"x \cdot 2"),
        ("x/(y z)", r"\frac{x}{y z}"),
    ],
    ("products that look like calls", "CHAIN"): [
        (r"\omega_3 2(f_3-y_i)", r"\omega_{3} \cdot 2 \left(f_{3} - y_{i}\right)"),
        (r"\cdot -\sin f_2 \cdot \omega_2", r"-\sin\left(f_{2}\right) \omega_{2}"),
        (r"\exp[f_1](1+2f_1)", r"\exp\left(f_{1}\right) \left(1 + 2 f_{1}\right)"),
        (r"-2(y_i - f_3)\omega_3", r"-2 \left(y_{i} - f_{3}\right) \omega_{3}"),
        (r"\omega_3h_3", r"\omega_{3} h_{3}"),
    ],
    ("functions without brackets", "NET"): [
        (r"\sin h", r"\sin\left(h\right)"),
        (r"\sin 2x", r"\sin\left(2 x\right)"),
        (r"\sin 2\pi x", r"\sin\left(2 \pi x\right)"),
        (r"\sin h \cos z", r"\sin\left(h\right) \cos\left(z\right)"),
        (r"\sin h \cdot x", r"\sin\left(h\right) x"),
        (r"\sin h (x+1)", r"\sin\left(h\right) \left(x + 1\right)"),
        (r"\sin^2 x", r"\sin\left(x\right)^{2}"),
        (r"\sin{(h)}", r"\sin\left(h\right)"),
        (r"\exp{z}", r"\exp\left(z\right)"),
        (r"\exp z a[x]", r"\exp\left(z\right) \operatorname{ReLU}\left(x\right)"),
        ("e^{-z}", r"\exp\left(-z\right)"),
        (r"\mathrm{e}^{z}", r"\exp\left(z\right)"),
        ("e^z", r"\exp\left(z\right)"),
        (r"\ln z", r"\log\left(z\right)"),
        (r"\log z", r"\log\left(z\right)"),
        (r"\log_{10} z", r"\frac{\log\left(z\right)}{\log\left(10\right)}"),
        ("log_2 z", r"\frac{\log\left(z\right)}{\log\left(2\right)}"),
        (r"\sqrt{x}", r"\sqrt{x}"),
        (r"\sqrt[3]{x}", r"\sqrt[3]{x}"),
        (r"\sqrt2", r"\sqrt{2}"),
        ("√x", r"\sqrt{x}"),
        (r"\frac12", r"\frac{1}{2}"),
        (r"\frac1{2}", r"\frac{1}{2}"),
        (r"\frac x y", r"\frac{x}{y}"),
        (r"\dfrac{x}{y}", r"\frac{x}{y}"),
        (r"\tfrac{x}2", r"\frac{x}{2}"),
        ("|z|", r"\left|z\right|"),
        (r"\lvert z \rvert", r"\left|z\right|"),
        (r"\left|z\right|", r"\left|z\right|"),
        ("|x||y|", r"\left|x\right| \left|y\right|"),
        ("|x+|y||", r"\left|x + \left|y\right|\right|"),
        ("z^{-1}", "z^{-1}"),
        ("z⁻¹", "z^{-1}"),
        ("x²", "x^{2}"),
        ("½ x", r"\frac{1}{2} x"),
        ("x^2y", "x^{2} y"),
        (r"\sin\cos x", r"\sin\left(\cos\left(x\right)\right)"),
        (r"\sin\frac{x}{2}", r"\sin\left(\frac{x}{2}\right)"),
        (r"\sin x^2", r"\sin\left(x^{2}\right)"),
        ("2^-x", "2^{-x}"),
        ("x**2", "x^{2}"),
        (r"\sin'(x)", r"\sin'\left(x\right)"),
        ("z^2_1", "z_{1}^{2}"),
    ],
    ("names", "NET"): [
        (r"\theta_{01}", r"\theta_{01}"),
        (r"\theta_{0 1}", r"\theta_{01}"),
        (r"\theta_{0,1}", r"\theta_{01}"),
        (r"\theta_{0, 1}", r"\theta_{01}"),
        (r"\theta _ { 01 }", r"\theta_{01}"),
        ("theta_01", r"\theta_{01}"),
        ("theta01", r"\theta_{01}"),
        ("θ₀₁", r"\theta_{01}"),
        ("θ_{01}", r"\theta_{01}"),
        ("θ01", r"\theta_{01}"),
        (r"\varphi_1", r"\phi_{1}"),
        ("φ₁", r"\phi_{1}"),
        (r"\mathbf{\theta}_{01}", r"\theta_{01}"),
        (r"\boldsymbol{\theta}_{01}", r"\theta_{01}"),
        (r"\bm\theta_{01}", r"\theta_{01}"),
        (r"{\theta}_{01}", r"\theta_{01}"),
        ("theta01x", r"\theta_{01} x"),
        (
            "phi1psi11a[theta01+theta11x]",
            r"\phi_{1} \psi_{11} \operatorname{ReLU}\left(\theta_{01} + \theta_{11} x\right)",
        ),
        (r"\phi_1I[z>0]x", r"\phi_{1} I\left[z > 0\right] x"),
        ("𝜃₀₁", r"\theta_{01}"),
        ("ｘ", "x"),
        (r"\vec x", "x"),
        (r"\text{x}", "x"),
        (r"\mathrm{x}", "x"),
    ],
    ("names", "CHAIN"): [
        (r"\ell_i", r"\ell_{i}"),
        ("l_i", r"\ell_{i}"),
        ("ℓ_i", r"\ell_{i}"),
        ("ℓᵢ", r"\ell_{i}"),
        ("w_2", r"\omega_{2}"),
        (r"\mathbf{f}_{2}", "f_{2}"),
        (r"\mathbf{f_2}", "f_{2}"),
        (r"\boldsymbol f_2", "f_{2}"),
        (r"\bm{f}_2", "f_{2}"),
        (r"\vec f_2", "f_{2}"),
        ("f₂", "f_{2}"),
    ],
    ("partials on the left", "NET"): [
        (
            r"\frac{ \partial y }{ \partial \phi_{0} } = 1",
            r"\frac{\partial y}{\partial \phi_{0}} := 1",
        ),
        (r"\partial y / \partial \phi_0 = 1", r"\frac{\partial y}{\partial \phi_{0}} := 1"),
        (r"\frac{dy}{d\phi_0} = 1", r"\frac{\partial y}{\partial \phi_{0}} := 1"),
        (r"\frac{\mathrm{d} y}{\mathrm d x} = 1", r"\frac{\partial y}{\partial x} := 1"),
        ("dy/dphi_0 = 1", r"\frac{\partial y}{\partial \phi_{0}} := 1"),
        ("dy/dx=1", r"\frac{\partial y}{\partial x} := 1"),
        ("∂y/∂φ₀ = 1", r"\frac{\partial y}{\partial \phi_{0}} := 1"),
        (r"\partial{y} / \partial{x} = 1", r"\frac{\partial y}{\partial x} := 1"),
        (r"\delta y / \delta h = 1", r"\frac{\partial y}{\partial h} := 1"),
        (r"\frac{\delta y}{\delta h} = 1", r"\frac{\partial y}{\partial h} := 1"),
        (r"\nabla_{h} y = 1", r"\frac{\partial y}{\partial h} := 1"),
        ("∇_h y = 1", r"\frac{\partial y}{\partial h} := 1"),
        (r"\frac{\partial}{\partial \phi_0} y = 1", r"\frac{\partial y}{\partial \phi_{0}} := 1"),
        ("d/dx y = 1", r"\frac{\partial y}{\partial x} := 1"),
        ("y = x", "y := x"),
        ("z_2 = x", "z_{2} := x"),
    ],
    ("partials on the left", "CHAIN"): [
        (
            r"\frac{\partial h_3}{\partial f_2} = \frac{\partial \cos[f_2]}{\partial f_2} = -\sin f_2",
            r"\frac{\partial h_{3}}{\partial f_{2}} := -\sin\left(f_{2}\right)",
        ),
        (
            r"\frac{\partial h_3}{\partial f_2}\frac{\partial f_3}{\partial h_3}",
            r"\frac{\partial h_{3}}{\partial f_{2}} \frac{\partial f_{3}}{\partial h_{3}}",
        ),
        (
            r"\frac{\partial \ell_i}{\partial \mathbf{f}_2} = \frac{\partial h_3}{\partial f_2}\left(\frac{\partial f_3}{\partial h_3} \frac{\partial \ell_i}{\partial f_3}\right)",
            r"\frac{\partial \ell_{i}}{\partial f_{2}} := \frac{\partial h_{3}}{\partial f_{2}} \left(\frac{\partial f_{3}}{\partial h_{3}} \frac{\partial \ell_{i}}{\partial f_{3}}\right)",
        ),
    ],
    ("around it", "NET"): [
        ("$x$", "x"),
        ("$$x$$", "x"),
        (r"\(x\)", "x"),
        (r"\[x\]", "x"),
        (r"\boxed{x+1}", "x + 1"),
        (r"\boxed{y = x+1}", "y := x + 1"),
        (r"y = \boxed{x}", "y := x"),
        (r"2\boxed{x+1}", r"2 \left(x + 1\right)"),
        (r"x \cancel{y} z", r"x \cdot 1 z"),
        (r"\frac{\cancel{x} y}{\cancel{x}}", r"\frac{1 y}{1}"),
        (r"\cancelto{1}{x} y", "1 y"),
        (r"y &= x \\[2ex]", "y := x"),
        (r"\begin{align*} y &= x \\ &= x + 0 \end{align*}", "y := x + 0"),
        (r"\begin{aligned} x &+ y \\ &+ z \end{aligned}", "x + y + z"),
        ("x.", "x"),
        ("x,", "x"),
        ("x。", "x"),
        ("x;", "x"),
        ("x % comment\n", "x"),
        (r"x \label{eq:1}", "x"),
        (r"x z_2 \text{ where } z_2 = x+1", "x z_{2}; z_2 := x + 1"),
        ("$x z_2$, where $z_2 = x+1$", "x z_{2}; z_2 := x + 1"),
        ("x z_2 where z_2 = x and z_3 = z_2", "x z_{2}; z_2 := x; z_3 := z_{2}"),
        ("z_2 = x; y z_2", "y z_{2}; z_2 := x"),
        ("z_2 = x, y z_2", "y z_{2}; z_2 := x"),
        (r"\text{let } z_2 = x \\ y z_2", "y z_{2}; z_2 := x"),
        ("x z_2, z_2 = x", "x z_{2}; z_2 := x"),
        ("The answer is $x+1$.", "x + 1"),
        ("so $dy/dphi_0 = 1$ as shown", r"\frac{\partial y}{\partial \phi_{0}} := 1"),
        ("x+1 = 1+x = 2", "2"),
        ("= x", "x"),
        (r"\frac{1}{3} \approx 0.333", r"\frac{1}{3}"),
        (r"dy/dx \approx 0.333", r"\frac{\partial y}{\partial x} := 0.333"),
        ("x\xa0y\u2009z", "x y z"),
    ],
    ("without a rubric", "FREE"): [
        ("xy", "x y"),
        ("2x", "2 x"),
        ("theta_01", r"\theta_{01}"),
        ("theta01", r"\theta_{01}"),
        (r"2\sin x\cos x", r"2 \sin\left(x\right) \cos\left(x\right)"),
        ("pi r^2", r"\pi r^{2}"),
        ("2pir", r"2 \pi r"),
        ("x_1y_2", "x_{1} y_{2}"),
        ("x1", "x_{1}"),
        ("z'", "z'"),
        ("y_i'", "y_{i}'"),
        ("y'_i", "y_{i}'"),
        (r"\hat y_i - y_i", r"\hat{y}_{i} - y_{i}"),
        (r"\bar{h}", r"\bar{h}"),
        (r"\widehat{y}_i", r"\hat{y}_{i}"),
        (r"\hat{y_i}", r"\hat{y}_{i}"),
        ("ŷ", r"\hat{y}"),
        ("ŷ", r"\hat{y}"),
        ("1e-3", "0.001"),
        ("0.50", "0.50"),
        (".5", "0.5"),
        ("2.0", "2.0"),
        ("x_{out}", "x_{out}"),
        ("w_{ij}", "w_{ij}"),
        ("f_{k-1}", "f_{k-1}"),
        ("x_{i_1}", "x_{i_1}"),
        (r"a_\theta", r"a_{\theta}"),
        ("x_θ", r"x_{\theta}"),
        (r"\mathrm{loss}", r"\mathrm{loss}"),
        ("sin(x)cos(x)", r"\sin\left(x\right) \cos\left(x\right)"),
        ("max(x,y,z)", r"\max\left(x, y, z\right)"),
        ("a-b-c", "a - b - c"),
        ("--x", r"-\left(-x\right)"),
        ("a - -b", r"a - \left(-b\right)"),
        ("-x y", "-x y"),
        ("-x^2", "-x^{2}"),
        ("a*b/c*d", r"\frac{a b}{c} d"),
        ("a/b/c", r"\frac{\frac{a}{b}}{c}"),
        ("x 2", r"x \cdot 2"),
        ("e", r"\mathrm{e}"),
        ("E", "E"),
        ("I", "I"),
        ("I x", "I x"),
        ("d x", "d x"),
        ("dy/dx", r"\frac{\partial y}{\partial x}"),
        ("d/2", r"\frac{d}{2}"),
        (r"\sqrt[3]x", r"\sqrt[3]{x}"),
        (r"\sqrt(x+1)", r"\sqrt{x + 1}"),
        ("sqrt(2)", r"\sqrt{2}"),
        ("x^(1/2)", r"x^{\frac{1}{2}}"),
        ("2e", r"2 \mathrm{e}"),
    ],
}

NOTES = [
    ("a/b c", FREE, [("ambiguity", "`a/b c` is read as (a/b)·c, not as a/(b·c)")]),
    ("1/2x", FREE, [("ambiguity", "`1/2x` is read as (1/2)·x, not as 1/(2·x)")]),
    ("x/y(z)", FREE, [("ambiguity", "`x/y(z)` is read as (x/y)·(z), not as x/(y·(z))")]),
    (
        r"\theta_01",
        NET,
        [
            (
                "ambiguity",
                r"`\theta_01` is read as `\theta_{01}`, not as `\theta_0` times `1`, which is how LaTeX prints it",
            )
        ],
    ),
    (
        r"\theta_01x",
        NET,
        [
            (
                "ambiguity",
                r"`\theta_01` is read as `\theta_{01}`, not as `\theta_0` times `1`, which is how LaTeX prints it",
            )
        ],
    ),
    (
        r"\sin f_2 \omega_2",
        CHAIN,
        [
            (
                "ambiguity",
                r"`\sin f_2 \omega_2` is read as \sin(f_2)·\omega_2, not as \sin(f_2 \omega_2)",
            )
        ],
    ),
    (r"\sin f_2 \cos f_0", CHAIN, []),
    (r"\sin 2x", FREE, []),
    (
        r"\sin x/2",
        FREE,
        [
            (
                "ambiguity",
                r"`\sin x/…` is read as (\sin x)/…: the slash does not belong to the argument",
            )
        ],
    ),
    (
        r"\sin^{-1} x",
        FREE,
        [("ambiguity", r"`\sin^{-1}` is read as the inverse function asin, not as 1/sin")],
    ),
    ("e^2x", FREE, [("ambiguity", "`e^2x` is read as e^2·x, not as e^(2·x)")]),
    ("x^1/2", FREE, [("ambiguity", "`x^1/2` is read as (x^1)/2, not as x^(1/2)")]),
    (
        r"\phi_1x^23",
        NET,
        [
            (
                "ambiguity",
                "`x^23` is read with the exponent 23; LaTeX prints only its first digit raised",
            )
        ],
    ),
    ("x^y^z", FREE, [("ambiguity", "`a^b^c` is read as a^(b^c), not as (a^b)^c")]),
    ("1e-3", FREE, [("ambiguity", "`1e-3` is read as 1·10^-3, not as 1 times the number e")]),
    ("f(x)", FREE, [("ambiguity", "`f` before a bracket is read as a factor, not as a function")]),
    (
        "x^T",
        FREE,
        [("ambiguity", "`^T` is read as a power with the exponent T, not as a transpose")],
    ),
    ("sinx", FREE, [("ambiguity", "`sinx` is read as `sin` of `x`, not as one name")]),
    ("√2x", FREE, [("ambiguity", "the root in `√2x` does not hold `x`")]),
    (
        r"\frac{d}{dx} x^2 y",
        FREE,
        [("ambiguity", "the derivative is taken of `x^2` only, not of what follows it")],
    ),
    ("(x>0)*x", FREE, [("style", "`(x>0)` is read as the indicator of its condition")]),
    (r"x \cancel{y} z", FREE, [("cancelled", "`y` is cancelled and counts as 1")]),
    ("x % see page 3\n", FREE, [("unread", "the comment `see page 3` is not read")]),
    (r"x \label{eq:1}", FREE, [("unread", r"`\label{eq:1}` is not read")]),
    (r"\cdot x", FREE, [("correction", r"the `\cdot` before everything is not read")]),
    ("The answer is $x$.", FREE, [("unread", "the words `The answer is` are not read")]),
    (r"x \approx 0.5", FREE, [("correction", "`≈` is read as `=`")]),
    (
        r"\frac13 \approx 0.333",
        FREE,
        [("unread", "what follows `≈` is not compared: what stands before it is")],
    ),
    (
        r"\begin{cases} x & x>0 \\ 0 \end{cases}",
        FREE,
        [("style", "the last case has no condition and is read as `otherwise`")],
    ),
    (r"\textcolor{red}{x}", FREE, [("unread", r"`\textcolor` is not read")]),
    ("x + 1", FREE, []),
    (r"\phi_1 I[z>0] x", NET, []),
]


@pytest.mark.parametrize(
    "text, vocabulary, expected",
    [
        pytest.param(text, globals()[vocabulary], expected, id=f"{title}: {text}")
        for (title, vocabulary), rows in READINGS.items()
        for text, expected in rows
    ],
)
def test_meaning(text, vocabulary, expected):
    assert meaning(text, vocabulary) == expected


@pytest.mark.parametrize("text, vocabulary, expected", NOTES)
def test_notes(text, vocabulary, expected):
    notes = parse_answer(text, vocabulary).notes
    assert [(note.kind, note.message) for note in notes] == expected


x, y, z = Symbol("x"), Symbol("y"), Symbol("z")


@pytest.mark.parametrize(
    "text, tree",
    [
        ("x - y + z", Sum((x, Negation(y), z))),
        ("x + (y + z)", Sum((x, Sum((y, z))))),
        ("x y z", Product((x, y, z))),
        ("x (y z)", Product((x, Product((y, z))))),
        ("-x y", Negation(Product((x, y)))),
        ("-x^2", Negation(Power(x, Number(Fraction(2))))),
        ("x/y z", Product((Quotient(x, y), z))),
        ("x y/z", Quotient(Product((x, y)), z)),
        (r"\frac{x}{y}", Quotient(x, y)),
        ("0.50", Number(Fraction(1, 2), 2)),
        ("1/2", Quotient(Number(Fraction(1)), Number(Fraction(2)))),
        ("e^x", Call("exp", (x,))),
        (r"\sin^2 x", Power(Call("sin", (x,)), Number(Fraction(2)))),
        (r"\sqrt[3]{x}", Call("root", (x, Number(Fraction(3))))),
        ("z''", Symbol("z''")),
    ],
)
def test_trees(text, tree):
    assert parse_expression(text, FREE) == tree


@pytest.mark.parametrize(
    "text, name",
    [
        (r"\theta_{0,1}", "theta_01"),
        ("θ₀₁", "theta_01"),
        ("theta01", "theta_01"),
        (r"\boldsymbol{\theta}_{01}", "theta_01"),
        (r"\hat y_i", "hat:y_i"),
        ("z'", "z'"),
        ("y'_i", "y_i'"),
        ("w_2", "omega_2"),
        ("x_out", "x_out"),
        (r"\ell_i", "ell_i"),
        (r"\mathbf{f}_{2}", "f_2"),
        ("new_1", "new_1"),
        ("a", "a"),
        (r"\sigma", "sigma"),
    ],
)
def test_names(text, name):
    vocabulary = Vocabulary(
        frozenset({"theta_01", "omega_2"}), {"w_2": "omega_2"}, {"a": "relu", "sigma": "sigmoid"}
    )
    assert parse_name(text, vocabulary) == name


@pytest.mark.parametrize(
    "text, quantity",
    [
        (r"\frac{\partial y}{\partial \phi_0}", Partial(y, Symbol("phi_0"))),
        ("dy/dphi_0", Partial(y, Symbol("phi_0"))),
        ("∂y/∂φ₀", Partial(y, Symbol("phi_0"))),
        (r"$\frac{dy}{d\phi_0}$", Partial(y, Symbol("phi_0"))),
        ("y", y),
    ],
)
def test_quantities(text, quantity):
    assert parse_quantity(text, NET) == quantity


def test_a_subscript_is_a_derivative_only_where_the_homework_says_so():
    names = frozenset({"y", "phi_0"})
    allowed = Vocabulary(names, subscript_partials=True)
    assert parse_answer(r"y_{\phi_0} = 1", allowed).heading == Partial(y, Symbol("phi_0"))
    assert parse_answer(r"y_{\phi_0} = 1", Vocabulary(names)).heading == Symbol("y_phi_0")
    with pytest.raises(AnswerError, match="is not a name of this homework"):
        parse_expression(r"y_{\phi_0}", Vocabulary(names))


def test_links_hold_the_whole_chain():
    reading = parse_answer(r"y = x + x = 2x", FREE)
    assert reading.heading == y
    assert [to_latex(link) for link in reading.links] == ["x + x", "2 x"]


SPANS = [
    r"\phi_1 I\left[\psi_{01}+\psi_{11}a[\theta_{01}+\theta_{11}x]>0\right]\psi_{11} x - 2\sin x",
    "phi1*psi11a[θ₀₁+theta_11x] - (z+1)^2/3 + |x|",
    r"\frac{x+1}{\sqrt[3]{y}} e^{-z} \max\{0, z\}' x".replace("'", ""),
    r"\begin{cases} x & \text{if } z>0 \\ 0 & \text{otherwise} \end{cases} + a'(z) x²",
]


@pytest.mark.parametrize("text", SPANS)
def test_the_span_of_a_node_is_the_text_that_it_was_read_from(text):
    tree = parse_expression(text, NET)
    for node in walk(tree):
        piece = text[node.span.start : node.span.end]
        assert piece == piece.strip()
        if piece == "²":
            continue  # an exponent that is one only where it stands
        if isinstance(node, Symbol | Number | Call | Indicator | Quotient | Power | Cases):
            assert parse_expression(piece, NET) == node
        elif isinstance(node, Sum | Product | Negation):
            read = parse_expression(piece, NET)
            # A subtracted term's span holds its sign; brackets are outside of a span.
            assert read == node


@pytest.mark.parametrize(
    "text, limit",
    [
        ("x+" * 50_000, "MAX_ANSWER_CHARACTERS"),
        ("(" * 9_000 + "x" + ")" * 9_000, "MAX_NESTING"),
        ("x^{" * 65 + "x" + "}" * 65, "MAX_NESTING"),
        (r"\sqrt" * 3_000 + " x", "MAX_NESTING"),
        (r"\sin" * 3_000 + " x", "MAX_NESTING"),
        ("-" * 9_000 + "x", "MAX_NESTING"),
        ("x/" * 9_000 + "x", "MAX_NESTING"),
        ("x^" * 9_000 + "x", "MAX_NESTING"),
        ("x²" + "¹" * 500, "MAX_DIGITS"),
        ("x" + "^2" * 100, "MAX_NESTING"),
        ("|" * 9_000 + "x", "MAX_NESTING"),
        (r"\partial " * 2_000, "MAX_NESTING"),
        ("[" + "not " * 4_000 + "x>0]", "MAX_NESTING"),
        ("9" * 500, "MAX_DIGITS"),
        ("1e999999", "MAX_DIGITS"),
    ],
)
def test_limits(text, limit):
    with pytest.raises(LimitError) as caught:
        parse_answer(text, NET)
    assert caught.value.limit == limit


def test_nesting_up_to_the_limit_reads():
    text = "(" * 60 + "x" + ")" * 60
    assert parse_answer(text, NET).tree == x
    text = r"\sqrt{" * 60 + "x" + "}" * 60
    assert parse_answer(text, NET).tree == parse_expression(text, FREE)
    text = "(|" * 30 + "x" + "|)" * 30
    assert isinstance(parse_answer(text, NET).tree, Call)


def test_exponents_stay_unevaluated():
    tree = parse_answer("9^{9^{9^9}}", NET).tree
    assert to_latex(tree) == "9^{9^{9^{9}}}"
