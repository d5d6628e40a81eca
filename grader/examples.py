"""A question of each kind, with comments: what `grader new --example` writes.

docs/kinds.md shows the same ones with answers to them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from types import MappingProxyType

_DERIVATIVE = r"""
kind: derivative
title: A layer and its loss
points: 1                   # for each part; a part may set its own
functions: {a: relu}        # names of this homework for functions
symbols: [w, b, x, t]       # parameters and inputs
quantities:                 # the forward pass, in order
  y: a[w x + b]
  L: (y - t)^2
parts:                      # id: what is asked, of any order
  w: \partial L / \partial w
  b: {quantity: \partial L / \partial b, hint: 'How does L depend on y?', points: 2}
"""

_CHAIN_TERM = r"""
kind: chain_term            # one link: what stands in the line itself is held fixed
title: Links of a chain
symbols: [w, v, x]
quantities:
  f: w x
  h: \sin f
  g: v h^2
parts:
  dh_df: \partial h / \partial f
  dg_dh: \partial g / \partial h
"""

_CHAIN = r"""
kind: chain                 # the factors of a chain of derivatives, not worked out
title: A chain of layers
layout: denominator         # matrices: their order counts; without a layout it does not
symbols: [x]
quantities:
  f: 3 x
  h: \sin f
  L: h^2
parts:
  dL_dx: {quantity: dL/dx, prompt: Write it as a product of derivatives between neighbours.}
"""

_EXPRESSION = r"""
kind: expression            # anything that equals `answer`; derivatives in it are worked out
title: A tangent
symbols: [x, t]
quantities:
  f: t^2 - 3 t
parts:
  tangent:
    quantity: y
    prompt: The right side of the tangent's equation at t = 2.
    answer: f + \frac{df}{dt} (x - t)
    at: {t: 2}
"""

_VALUE = r"""
kind: value                 # a number: exactly, to a tolerance or to significant digits
title: Numbers
symbols: [x, t]
quantities:
  s: 4.9 t^2
parts:
  area:
    quantity: A
    prompt: The area below x^2 from 0 to 3.
    integral: {of: x^2, by: x, from: 0, to: 3}
  speed:                    # derived, then taken at a value; the unit may be left out
    quantity: ds/dt
    prompt: How fast is it after 2 seconds?
    at: {t: 2}
    tolerance: 0.05
    unit: m/s
  root:
    quantity: r
    prompt: The square root of two, to three significant digits.
    answer: \sqrt{2}
    significant: 3
"""

_GRADIENT = r"""
kind: gradient              # each right entry earns its share
title: A gradient
# layout: denominator       # a column; numerator: a row; without it either will do
symbols: [x, y]
quantities:
  f: x^2 y + \sin y
parts:
  f: {quantity: \nabla f, of: f, by: [x, y], points: 2}
"""

_JACOBIAN = r"""
kind: jacobian
title: Polar coordinates
layout: numerator           # a row for each quantity; denominator: a column for each
symbols: [r, \theta]
quantities:
  x: r \cos\theta
  y: r \sin\theta
parts:
  polar: {quantity: J, of: [x, y], by: [r, \theta], points: 4}
"""

_HESSIAN = r"""
kind: hessian
title: Second derivatives
symbols: [x, y]
quantities:
  f: x^3 - 3 x y^2
parts:
  f: {quantity: H_f, of: f, by: [x, y], points: 4}
"""

_SHAPE = r"""
kind: shape                 # sizes of quantities and of derivatives
title: Sizes
layout: denominator         # of derivatives: what stands below the line comes first
symbols: [N, D, K]
sizes:                      # what is given; 1 is a scalar
  X: (N, D)
  W: (D, K)
  h: D
  z: K
  L: 1
layers:                     # sizes that follow: matmul, dense, conv, pool, heads, scores, ...
  Z: matmul(X, W)
parts:
  Z: {quantity: Z, prompt: A batch of N rows times the weights.}
  dz_dh: \partial z / \partial h
  dL_dh: \partial L / \partial h
"""

_UPDATE = r"""
kind: update                # one step of gradient descent
title: One step
symbols: [w, x, t, {name: \alpha, assume: positive}]
quantities:
  L: (w x - t)^2
step: {of: L, rate: \alpha} # with `ascent: true` it goes up
parts:
  w: w
"""

_CHOICE = r"""
kind: choice
title: What holds
parts:
  one:
    quantity: the point zero
    prompt: What has x^2 there?
    choices: {a: a minimum, b: a maximum, c: neither}
    answer: a
  all:                      # several: each right one earns its share, less the wrong ones
    quantity: smooth functions
    prompt: Which of these have a derivative everywhere?
    choices: {a: the sine, b: the absolute value, c: the exponential function}
    answer: [a, c]
"""

_LIST = r"""
kind: list                  # a few expressions; with `ordered: true` their order counts
title: Where the slope is zero
symbols: [x]
parts:
  flat:
    quantity: x
    prompt: Where has x^3 - 3x a horizontal tangent?
    answer: ['1', '-1']
"""

_MATRIX_DERIVATIVE = r"""
kind: matrix_derivative     # with vectors and matrices, without components
title: Least squares
layout: denominator         # a gradient has the shape of what it is taken by
sizes: {A: m \times n, x: n, b: m}
quantities:
  L: \|A x - b\|^2
parts:
  x: \partial L / \partial x
"""

#: A question of each kind, as it stands in a rubric: mappings, comments, no `id`.
EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "derivative": _DERIVATIVE,
        "chain_term": _CHAIN_TERM,
        "chain": _CHAIN,
        "expression": _EXPRESSION,
        "value": _VALUE,
        "gradient": _GRADIENT,
        "jacobian": _JACOBIAN,
        "hessian": _HESSIAN,
        "shape": _SHAPE,
        "update": _UPDATE,
        "choice": _CHOICE,
        "list": _LIST,
        "matrix_derivative": _MATRIX_DERIVATIVE,
    }
)


def example_question(kind: str, name: str = "q1") -> str:
    """The example of a kind as an entry of a rubric's ``questions``, ended by a new line."""
    inside = textwrap.indent(EXAMPLES[kind].strip("\n"), "    ")
    return f"  - id: {name}\n{inside}\n"
