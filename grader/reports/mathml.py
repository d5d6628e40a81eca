"""LaTeX to MathML that a browser lays out, and that can hold nothing but mathematics.

latex2mathml converts; what it returns is copied element by element through the
tables below, so that no attribute with an address and no foreign element can
pass, whatever the LaTeX was.  Long formulas are cut into pieces at the places
where a person would break the line; the style sheet lets those wrap.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from xml.etree.ElementTree import Element

from grader.limits import MATHML_CHARACTERS, MATHML_DEPTH
from grader.reports.own_latex import BREAKABLE_LEAVES, BREAKS_BEFORE, own_mathml
from grader.reports.visible import visible

#: Elements that may occur, each with the attributes it may keep.
_ELEMENTS: Mapping[str, frozenset[str]] = MappingProxyType({
    name: frozenset(attributes.split())
    for name, attributes in {
        "mfrac": "linethickness",
        "mi": "mathvariant",
        "mn": "",
        "mo": "stretchy fence form accent",
        "mover": "accent",
        "mphantom": "",
        "mroot": "",
        "mrow": "",
        "mspace": "width",
        "msqrt": "",
        "msub": "",
        "msubsup": "",
        "msup": "",
        "mtable": "",
        "mtd": "columnalign",
        "mtext": "",
        "mtr": "",
        "munder": "accentunder",
        "munderover": "accent accentunder",
    }.items()
})  # fmt: skip

_ATTRIBUTE_VALUE = re.compile(r"[A-Za-z0-9.-]{1,20}")

#: Accents as combining characters would name them, where the converter gives plain ASCII.
_ACCENTS: Mapping[str, str] = MappingProxyType({"^": "\u02c6", "~": "\u02dc"})

_NESTING = re.compile(r"\\left\b|\\right\b|\\begin\b|\\end\b|\\[{}]|[{}]")
_OPENS = frozenset({r"\left", r"\begin", "{"})


def mathml(latex: str) -> str | None:
    """The ``<math>`` element of a LaTeX formula, safe to stand in any HTML page.

    None where there is nothing to show or the formula cannot be converted; the
    caller then shows the LaTeX itself.
    """
    if not latex.strip() or len(latex) > MATHML_CHARACTERS or _depth(latex) > MATHML_DEPTH:
        return None
    return own_mathml(latex) or foreign_mathml(latex)


def foreign_mathml(latex: str) -> str | None:
    """:func:`mathml` for LaTeX of any origin, by way of latex2mathml."""
    root = _convert(latex)
    if root is None or not all(
        element.tag in _ELEMENTS for element in root.iter() if element is not root
    ):
        return None
    _settle_brackets(root)
    _space_names(root)
    # The converter wraps everything in one mrow; its children are the formula.
    children = list(root[0]) if len(root) == 1 and root[0].tag == "mrow" else list(root)
    groups = list(_line_pieces(children))
    if len(groups) < 2:
        body = "".join(_markup(child) for child in children)
        return f"<math><mrow>{body}</mrow></math>"
    body = "".join(f"<mrow>{''.join(_markup(part) for part in group)}</mrow>" for group in groups)
    return f'<math class="wraps"><mrow>{body}</mrow></math>'


def _depth(latex: str) -> int:
    """How deep it nests, or something smaller than MATHML_DEPTH."""
    if latex.count("{") + latex.count(r"\left") < MATHML_DEPTH:
        return 0  # each of these opens one level; an environment has braces too
    depth = deepest = 0
    for match in _NESTING.finditer(latex):
        token = match.group()
        if token in _OPENS:
            depth += 1
            deepest = max(deepest, depth)
        elif token in (r"\right", r"\end", "}"):
            depth -= 1
    return deepest


def _convert(latex: str) -> Element | None:
    # Heavy, and not needed by the plain-text and YAML reports.
    from latex2mathml import exceptions
    from latex2mathml.converter import convert_to_element

    # The converter has no common base of its errors and lets a few of Python's out.
    faults: tuple[type[Exception], ...] = (
        exceptions.DenominatorNotFoundError,
        exceptions.DoubleSubscriptsError,
        exceptions.DoubleSuperscriptsError,
        exceptions.ExtraLeftOrMissingRightError,
        exceptions.InvalidAlignmentError,
        exceptions.InvalidStyleForGenfracError,
        exceptions.InvalidWidthError,
        exceptions.LimitsMustFollowMathOperatorError,
        exceptions.MissingEndError,
        exceptions.MissingSuperScriptOrSubscriptError,
        exceptions.NoAvailableTokensError,
        exceptions.NumeratorNotFoundError,
        StopIteration,
        RuntimeError,  # StopIteration inside a generator, and RecursionError
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
    )
    try:
        root: Element = convert_to_element(latex)
    except faults:
        return None
    return root


def _text(element: Element) -> str:
    # The converter writes operators as entities (``&#x0002B;``), text as it is.
    return html.unescape(element.text or "")


def _is_mo(element: Element, texts: frozenset[str] | str) -> bool:
    return element.tag == "mo" and _text(element) in texts


def _is_fenced(element: Element) -> bool:
    """Whether an element is ``\\left[ … \\right]``."""
    return (
        element.tag == "mrow"
        and len(element) > 1
        and element[0].get("form") == "prefix"
        and element[-1].get("form") == "postfix"
    )


def _flat(elements: list[Element]) -> Iterator[Element]:
    """The elements, with long bracketed groups that need no tall brackets laid open."""
    for element in elements:
        if (
            _is_fenced(element)
            and not _is_tall(element)
            and sum(1 for leaf in element.iter() if len(leaf) == 0) >= BREAKABLE_LEAVES
        ):
            yield from _flat(list(element))
        else:
            yield element


def _is_tall(element: Element) -> bool:
    return any(part.tag in ("mfrac", "mtable", "msqrt", "mroot") for part in element.iter())


def _settle_brackets(root: Element) -> None:
    """Brackets around one line of formula keep one height, as a person writes them."""
    for element in root.iter("mrow"):
        if _is_fenced(element) and not _is_tall(element):
            element[0].set("stretchy", "false")
            element[-1].set("stretchy", "false")


def _space_names(root: Element) -> None:
    """A thin space before a function's name that follows an operand: ``ψ max(…)``."""
    for element in list(root.iter("mrow")):
        before: Element | None = None
        for child in list(element):
            if before is not None and _is_named(child) and _is_operand(before):
                space = Element("mspace", {"width": "0.167em"})
                element.insert(list(element).index(child), space)
            before = child


def _is_named(element: Element) -> bool:
    """Whether an element is a name of several letters, with or without a script."""
    if element.tag in ("msup", "msub", "msubsup") and len(element):
        return _is_named(element[0])
    text = _text(element)
    return element.tag in ("mi", "mo") and len(text) > 1 and text.isalpha()


def _is_operand(element: Element) -> bool:
    if element.tag == "mo":
        return element.get("form") == "postfix" or _text(element) in (")", "]", "}")
    return element.tag != "mspace" and not _is_named(element)


def _line_pieces(elements: list[Element]) -> Iterator[list[Element]]:
    """The formula in pieces, cut before operators and after closed brackets."""
    piece: list[Element] = []
    after_operand = False
    after_bracket = False
    for element in _flat(elements):
        operator = after_operand and _is_mo(element, BREAKS_BEFORE)
        blank = element.tag == "mspace"
        closing = element.get("form") == "postfix" or _is_mo(element, frozenset(")]},;."))
        if piece and (operator or (after_bracket and not closing and not blank)):
            yield piece
            piece = []
        if operator and not piece:
            # First in its row, it would be laid out as a sign and lose its spaces.
            element.set("form", "infix")
        piece.append(element)
        if blank:
            continue
        opening = element.get("form") == "prefix" or _is_mo(element, frozenset("([{"))
        after_operand = closing or (element.tag != "mo" and not opening)
        after_bracket = closing or _is_fenced(element)
    if piece:
        yield piece


def _markup(element: Element) -> str:
    """The element as markup, of the known elements and attributes only."""
    tag = element.tag
    text = _text(element)
    attributes = {
        name: value
        for name, value in element.attrib.items()
        if name in _ELEMENTS[tag] and _ATTRIBUTE_VALUE.fullmatch(value)
    }
    if tag == "mo" and text.isalpha():
        # ``\operatorname{a}`` is a name, not an operator with spaces around it.
        tag, attributes = "mi", {"mathvariant": "normal"}
    elif tag == "mo":
        text = _ACCENTS.get(text, text)
    # The converter gives no columnalign to CSS; MathML Core leaves it to classes.
    align = attributes.pop("columnalign", None)
    if align in ("left", "right"):
        attributes["class"] = align
    opening = "".join(f' {name}="{value}"' for name, value in sorted(attributes.items()))
    inside = html.escape(visible(text), quote=False) + "".join(_markup(child) for child in element)
    return f"<{tag}{opening}>{inside}</{tag}>"
