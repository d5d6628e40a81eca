"""Pictures of the class page: pygal draws them, and what is left is plain inline SVG.

pygal's own style sheet, script, tooltips, comments and random ids are taken off:
colours come from the page, so that a picture follows its scheme and its print, the
same results give the same bytes, and the page's policy allows all of it.  Each picture
says the same in words.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

from grader.reports.words import number_text, percent_text, plural

if TYPE_CHECKING:
    from collections.abc import Callable

#: More bars than this are hard to tell apart on a phone.
_MOST_BARS = 14

#: More numbers than this touch each other below an axis.
_MOST_LABELS = 10

#: Widths of a bar, in points, that make round numbers below it.
_STEPS = tuple(
    Fraction(digits) * Fraction(10) ** power for power in range(-2, 7) for digits in (1, 2, 5)
)

#: Units of a picture's width, and of its letters: so wide that letters stay legible on a
#: phone of 360 pixels.
_WIDTH, _LETTER = 400, 14

#: What a picture is made of, and what of pygal's attributes says where that stands.
_TAGS = frozenset({"svg", "g", "rect", "path", "text"})
_ATTRIBUTES = ("x", "y", "width", "height", "d", "transform", "text-anchor", "viewBox")
_UNWANTED = frozenset({"background", "tooltip", "guide"})
_NUMBER = re.compile(r"-?\d+\.\d+")

#: Classes of pygal's that the style sheet knows, by their names there.
_CLASSES: Mapping[str, str] = MappingProxyType({"line": "rule", "value": "value"})


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG for a page, and the same in words (which the SVG holds too)."""

    svg: Markup
    words: str


def histogram(scores: Sequence[Fraction], possible: Fraction) -> Picture | None:
    """How many students have how many points; None where there is nothing to draw.

    A bar holds its lower bound and not its upper; the last holds both.  Scores
    beyond either end (bonus points) stand in the bar at that end.
    """
    if not scores or possible <= 0:
        return None
    from pygal import Histogram

    _take_out_the_finder()
    step = next((step for step in _STEPS if possible / step <= _MOST_BARS), _STEPS[-1])
    bins = int(-(-possible // step))
    counts = [0] * bins
    for score in scores:
        counts[min(max(int(score // step), 0), bins - 1)] += 1
    edges = [min(step * k, possible) for k in range(bins + 1)]
    chart = Histogram(
        **_settings(200),
        show_x_guides=False,
        range=(0, max(counts) * 1.15),
        print_values=True,
        print_values_position="top",
    )
    # Only the line that all bars stand on; their counts stand above them.
    chart.y_labels = [{"value": 0, "label": ""}]
    every = -(-len(edges) // _MOST_LABELS)
    chart.x_labels = [
        {"value": float(edge), "label": "" if k % every else number_text(edge)}
        for k, edge in enumerate(edges)
    ]
    bars = [
        {"value": (count, float(edges[k]), float(edges[k + 1])), "formatter": _saying(str(count))}
        for k, count in enumerate(counts)
        if count
    ]
    chart.add("", bars)
    return _picture(chart, "scores", "Histogram of scores", _score_words(counts, edges), ("link",))


def success(parts: Sequence[tuple[str, Mapping[str, int]]]) -> Picture | None:
    """How the class did in each part: a bar of right, wrong, for a person, missing.

    ``parts`` are ids with counts by tone.  None where there is nothing to draw.
    """
    if not any(sum(counts.values()) for _, counts in parts):
        return None
    from pygal import HorizontalStackedBar

    _take_out_the_finder()
    chart = HorizontalStackedBar(
        **_settings(len(parts) * 23 + 30), show_x_labels=False, show_x_guides=False, spacing=0
    )
    # The first part stands on top.
    rows = list(reversed(parts))
    chart.x_labels = [f"{part}  {_share(counts)}" for part, counts in rows]
    tones = tuple(_TONES)
    for tone in tones:
        chart.add(tone, [counts.get(tone, 0) for _, counts in rows])
    words = "Right, by part: " + "; ".join(f"{part} {_share(counts)}" for part, counts in parts)
    return _picture(chart, "success", "Success by part", f"{words}.", tones)


#: The stretches of a bar, from left to right, by tone.
_TONES = ("right", "wrong", "person", "missing")


def _share(counts: Mapping[str, int]) -> str:
    return percent_text(Fraction(counts.get("right", 0)), Fraction(sum(counts.values())))


def _take_out_the_finder() -> None:
    """Of Python's finders of modules, remove the one that pygal adds for plugins of maps.

    It is of a kind that Python gave up, so that every later import that looks for a
    module in vain would warn.
    """
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]


def _settings(height: int) -> dict[str, Any]:
    from pygal.style import Style

    return {
        "width": _WIDTH,
        "height": height,
        "style": Style(label_font_size=_LETTER, value_font_size=_LETTER, major_label_font_size=_LETTER),
        "js": [],
        "show_legend": False,
        "margin": 4,
        "no_prefix": True,
        "truncate_label": -1,
    }  # fmt: skip


def _saying(text: str) -> Callable[..., str]:
    return lambda *_: text


# --- What is left of it -------------------------------------------------------------


def _picture(chart: Any, name: str, title: str, words: str, fills: Sequence[str]) -> Picture:
    drawn = chart.render_tree()
    (root,) = _kept(drawn, fills)
    root.set("xmlns", "http://www.w3.org/2000/svg")
    root.set("class", f"picture {name}")
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-words")
    for tag, text in (("desc", words), ("title", title)):
        said = ET.Element(tag, {"id": f"{name}-{'words' if tag == 'desc' else tag}"})
        said.text = text
        root.insert(0, said)
    # Everything in it was put there above, and ElementTree escapes all text.
    return Picture(Markup(ET.tostring(root, encoding="unicode")), words)  # noqa: S704


def _kept(drawn: Any, fills: Sequence[str]) -> Iterator[ET.Element]:
    """The element with what shows, in short numbers and the style sheet's classes; or nothing."""
    tag = str(drawn.tag).rpartition("}")[2]
    given = str(drawn.get("class", "")).split()
    if tag not in _TAGS or _UNWANTED & set(given) or (tag == "path" and "axis" in given):
        return
    element = ET.Element(tag)
    for key in _ATTRIBUTES:
        if key in drawn.attrib:
            element.set(key, _NUMBER.sub(_short, str(drawn.get(key))))
    classes = [_CLASSES[name] for name in given if name in _CLASSES]
    classes += [
        f"fill-{fills[int(name[6:])]}" for name in given if re.fullmatch(r"color-\d+", name)
    ]
    if classes:
        element.set("class", " ".join(classes))
    element.text = drawn.text
    for child in drawn:
        element.extend(_kept(child, fills))
    # pygal leaves a width of 0 out.
    flat = tag == "rect" and {element.get("width"), element.get("height")} & {None, "0"}
    if not flat and (tag not in ("g", "text") or len(element) or element.text):
        yield element


def _short(number: re.Match[str]) -> str:
    """A coordinate to a tenth: no eye sees more, and no rounding of a machine shows."""
    text = f"{float(number.group()):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _score_words(counts: Sequence[int], edges: Sequence[Fraction]) -> str:
    told = []
    for k, count in enumerate(counts):
        if count:
            last = k == len(counts) - 1
            upper = (
                f"to {number_text(edges[-1])}" if last else f"to under {number_text(edges[k + 1])}"
            )
            told.append(f"{plural(count, 'student')} from {number_text(edges[k])} {upper}")
    return "Points: " + "; ".join(told) + "."
