"""The perfect submission's first question, against finite differences.

Independent of the program: the network and the 13 answers are written here once
more by hand, as NumPy functions, and nothing of ``grader`` evaluates them.  That
the hand-written answers are those of ``ada.yaml`` is checked by spelling: each is
turned into the file's notation by four substitutions and compared to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import yaml

SAMPLE = Path(__file__).parent.parent / "submissions_sample" / "ada.yaml"

NAMES = (
    "phi_0 phi_1 phi_2 psi_01 psi_11 psi_21 psi_02 psi_12 psi_22 "
    "theta_01 theta_11 theta_02 theta_12"
).split()


Point = Mapping[str, float]


def a(z: float) -> float:
    return max(z, 0.0)


def step(z: float) -> float:
    return 1.0 if z > 0 else 0.0


def z1(p: Point) -> float:
    return p["theta_01"] + p["theta_11"] * p["x"]


def z2(p: Point) -> float:
    return p["theta_02"] + p["theta_12"] * p["x"]


def u1(p: Point) -> float:
    return p["psi_01"] + p["psi_11"] * a(z1(p)) + p["psi_21"] * a(z2(p))


def u2(p: Point) -> float:
    return p["psi_02"] + p["psi_12"] * a(z1(p)) + p["psi_22"] * a(z2(p))


def y(p: Point) -> float:
    return p["phi_0"] + p["phi_1"] * a(u1(p)) + p["phi_2"] * a(u2(p))


#: Each answer of the file: as a function, and as its author wrote it in the
#: shorthand above (``f"…{U1}…"``), from which the file's LaTeX follows.
ANSWERS: Mapping[str, tuple[Callable[[Point], float], str]] = {
    "phi_0": (lambda p: 1.0, "1"),
    "phi_1": (lambda p: a(u1(p)), "a<U1>"),
    "phi_2": (lambda p: a(u2(p)), "a<U2>"),
    "psi_01": (lambda p: p["phi_1"] * step(u1(p)), "phi_1 I<U1>"),
    "psi_11": (lambda p: p["phi_1"] * step(u1(p)) * a(z1(p)), "phi_1 I<U1> a[Z1]"),
    "psi_21": (lambda p: p["phi_1"] * step(u1(p)) * a(z2(p)), "phi_1 I<U1> a[Z2]"),
    "psi_02": (lambda p: p["phi_2"] * step(u2(p)), "phi_2 I<U2>"),
    "psi_12": (lambda p: p["phi_2"] * step(u2(p)) * a(z1(p)), "phi_2 I<U2> a[Z1]"),
    "psi_22": (lambda p: p["phi_2"] * step(u2(p)) * a(z2(p)), "phi_2 I<U2> a[Z2]"),
    "theta_01": (
        lambda p: (
            p["phi_1"] * step(u1(p)) * p["psi_11"] * step(z1(p))
            + p["phi_2"] * step(u2(p)) * p["psi_12"] * step(z1(p))
        ),
        "phi_1 I<U1> psi_11 I[Z1] + phi_2 I<U2> psi_12 I[Z1]",
    ),
    "theta_11": (
        lambda p: (
            p["phi_1"] * step(u1(p)) * p["psi_11"] * step(z1(p)) * p["x"]
            + p["phi_2"] * step(u2(p)) * p["psi_12"] * step(z1(p)) * p["x"]
        ),
        "phi_1 I<U1> psi_11 I[Z1] x + phi_2 I<U2> psi_12 I[Z1] x",
    ),
    "theta_02": (
        lambda p: (
            p["phi_1"] * step(u1(p)) * p["psi_21"] * step(z2(p))
            + p["phi_2"] * step(u2(p)) * p["psi_22"] * step(z2(p))
        ),
        "phi_1 I<U1> psi_21 I[Z2] + phi_2 I<U2> psi_22 I[Z2]",
    ),
    "theta_12": (
        lambda p: (
            p["phi_1"] * step(u1(p)) * p["psi_21"] * step(z2(p)) * p["x"]
            + p["phi_2"] * step(u2(p)) * p["psi_22"] * step(z2(p)) * p["x"]
        ),
        "phi_1 I<U1> psi_21 I[Z2] x + phi_2 I<U2> psi_22 I[Z2] x",
    ),
}

LATEX = {
    "Z1": r"\theta_{01} + \theta_{11} x",
    "Z2": r"\theta_{02} + \theta_{12} x",
}
LATEX["U1"] = rf"\psi_{{01}} + \psi_{{11}} a[{LATEX['Z1']}] + \psi_{{21}} a[{LATEX['Z2']}]"
LATEX["U2"] = rf"\psi_{{02}} + \psi_{{12}} a[{LATEX['Z1']}] + \psi_{{22}} a[{LATEX['Z2']}]"


def as_in_the_file(shorthand: str) -> str:
    r"""``phi_1 I<U1>`` as ``\phi_1 I\left[… > 0\right]``."""
    text = re.sub(r"\bphi_(\d)\b", r"\\phi_\1", shorthand)
    text = re.sub(r"\bpsi_(\d\d)\b", r"\\psi_{\1}", text)
    text = re.sub(r"I<(\w+)>", lambda m: rf"I\left[{LATEX[m[1]]} > 0\right]", text)
    text = re.sub(r"a<(\w+)>", lambda m: rf"a\left[{LATEX[m[1]]}\right]", text)
    text = re.sub(r"I\[(Z\d)\]", lambda m: f"I[{LATEX[m[1]]} > 0]", text)
    return re.sub(r"a\[(Z\d)\]", lambda m: f"a[{LATEX[m[1]]}]", text)


#: Half the distance of a central difference.  y is piecewise linear in each single
#: parameter, so that the difference is exact but for rounding, away from kinks.
H = 1e-3

#: Points are kept whose pre-activations stay this far from zero, more than any
#: of them can move when one parameter moves by H.
MARGIN = 0.05

POINTS = 400


def points() -> list[dict[str, float]]:
    random = np.random.default_rng(20241010)
    found: list[dict[str, float]] = []
    while len(found) < POINTS:
        values = random.uniform(-2.0, 2.0, len(NAMES) + 1)
        point = dict(zip([*NAMES, "x"], map(float, values), strict=True))
        if min(abs(z(point)) for z in (z1, z2, u1, u2)) > MARGIN:
            found.append(point)
    return found


@pytest.fixture(scope="module")
def sample() -> list[dict[str, float]]:
    return points()


def test_the_points_reach_every_activation_region_that_matters(
    sample: list[dict[str, float]],
) -> None:
    regions = {tuple(z(p) > 0 for z in (z1, z2, u1, u2)) for p in sample}
    assert len(regions) == 16


@pytest.mark.parametrize("name", NAMES)
def test_each_answer_is_the_central_difference(name: str, sample: list[dict[str, float]]) -> None:
    answer, _ = ANSWERS[name]
    for point in sample:
        above = y({**point, name: point[name] + H})
        below = y({**point, name: point[name] - H})
        assert answer(point) == pytest.approx((above - below) / (2 * H), abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_file_says_what_was_checked(name: str) -> None:
    data = yaml.load(SAMPLE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert list(data["answers"]["q1"]) == NAMES
    assert data["answers"]["q1"][name] == as_in_the_file(ANSWERS[name][1])
