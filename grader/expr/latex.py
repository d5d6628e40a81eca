r"""Prints a tree: as LaTeX that reads back as the same tree, and as an outline.

``parse_expression(to_latex(tree), vocabulary) == tree`` holds for every tree that
a text of that vocabulary can be read as; a property test holds it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from grader.expr.composite import Answer, Chosen, Entries, Extents, Label
from grader.expr.functions import FUNCTIONS
from grader.expr.names import MARKS, latex_name
from grader.expr.tree import (
    All,
    Any,
    Big,
    Call,
    Cases,
    Condition,
    Constant,
    Dimensions,
    Indicator,
    Negation,
    Node,
    Not,
    Number,
    Operation,
    Partial,
    Power,
    Product,
    Quotient,
    Relation,
    Special,
    Sum,
    Symbol,
    order_of,
)

_RELATIONS = {">": ">", ">=": r"\geq", "<": "<", "<=": r"\leq", "=": "=", "!=": r"\neq"}

#: Functions whose printed form is a command with braces and not a name with brackets.
_NAMES_BY_COMMAND = frozenset({"sqrt", "root", "abs"})


#: From rows of the function table to the names that a homework has for them.
Names = Mapping[str, str]
NO_NAMES: Names = MappingProxyType({})


def to_latex(node: Answer | Condition | Label, functions: Names = NO_NAMES) -> str:
    """The LaTeX of a tree, without delimiters.

    ``functions``: from rows of the function table to what this homework calls them
    (``Vocabulary.function_names``): ``{"relu": "a"}`` prints ``a\\left[z\\right]``.
    """
    match node:
        case Dimensions():
            return rf"{_size(node.rows, functions)} \times {_size(node.columns, functions)}"
        case Entries():
            return _entries(node, functions)
        case Extents():
            return rf"\left({', '.join(to_latex(axis, functions) for axis in node.axes)}\right)"
        case Chosen():
            return ", ".join(rf"\text{{{name}}}" for name in node.names)
        case Label():
            return node.latex
        case Number():
            return _number(node)
        case Constant():
            return r"\pi" if node.name == "pi" else r"\mathrm{e}"
        case Symbol():
            return latex_name(node.name)
        case Sum():
            return _sum(node, functions)
        case Negation():
            bare = not isinstance(node.operand, Sum | Negation) and not _negative(node.operand)
            return f"-{to_latex(node.operand, functions) if bare else bracketed(node.operand, functions)}"
        case Product():
            return _product(node, functions)
        case Quotient():
            return _quotient(node, functions)
        case Power():
            return f"{_base(node.base, functions)}^{{{to_latex(node.exponent, functions)}}}"
        case Call():
            return _call(node, functions)
        case Indicator():
            return rf"I\left[{to_latex(node.condition, functions)}\right]"
        case Cases():
            rows = r" \\ ".join(
                f"{_value(value, functions)} & {_held(condition, functions)}"
                for value, condition in node.branches
            )
            return rf"\begin{{cases}} {rows} \end{{cases}}"
        case Partial(Partial()):
            return _higher(node, functions)
        case Partial():
            below = rf"{{\partial {_differentiated(node.variable, functions)}}}"
            if isinstance(node.quantity, Symbol | Call):
                return rf"\frac{{\partial {to_latex(node.quantity, functions)}}}{below}"
            return rf"\frac{{\partial}}{below} {bracketed(node.quantity, functions)}"
        case Big():
            return _big(node, functions)
        case Operation():
            return _operation(node, functions)
        case Special():
            letter = "I" if node.name == "identity" else r"\mathbf{1}"
            return letter if node.size is None else f"{letter}_{{{to_latex(node.size)}}}"
        case Relation():
            return f"{to_latex(node.left, functions)} {_RELATIONS[node.operator]} {to_latex(node.right, functions)}"
        case All():
            return r" \land ".join(_condition(part, functions) for part in node.conditions)
        case Any():
            return r" \lor ".join(_condition(part, functions) for part in node.conditions)
        case Not():
            return rf"\lnot {bracketed(node.condition, functions)}"


#: What begins with a letter d that is a name.
_D = re.compile(r"d(?:[ ^]|$)")


def _quotient(node: Quotient, functions: Names) -> str:
    above, below = to_latex(node.numerator, functions), to_latex(node.denominator, functions)
    if _D.match(above) and _D.match(below):
        # d f over d x is a derivative; brackets make d a name.
        above = bracketed(node.numerator, functions)
    return rf"\frac{{{above}}}{{{below}}}"


def _entries(node: Entries, functions: Names) -> str:
    """A list in brackets, anything else as a matrix."""
    rows = [[to_latex(entry, functions) for entry in row] for row in node.rows]
    if node.is_list:
        return rf"\left({', '.join(rows[0])}\right)"
    body = r" \\ ".join(" & ".join(row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def _higher(node: Partial, functions: Names) -> str:
    r"""``\frac{\partial^{3} f}{\partial x^{2} \partial y}``."""
    quantity, variables = order_of(node)
    if not all(isinstance(variable, Symbol) for variable in variables):
        inner = bracketed(node.quantity, functions)
        return rf"\frac{{\partial {inner}}}{{\partial {_differentiated(node.variable, functions)}}}"
    below = " ".join(
        rf"\partial {to_latex(variable)}" + (f"^{{{times}}}" if times > 1 else "")
        for variable, times in Counter(variables).items()
    )
    above = _differentiated(quantity, functions)
    return rf"\frac{{\partial^{{{len(variables)}}} {above}}}{{{below}}}"


def bracketed(node: Node | Condition, functions: Names = NO_NAMES) -> str:
    """The LaTeX of a tree in round brackets."""
    return rf"\left({to_latex(node, functions)}\right)"


def _negative(node: Node) -> bool:
    return isinstance(node, Number) and node.value < 0


def _number(node: Number) -> str:
    """The digits; a fraction that no one typed is printed as one."""
    value = node.value
    if node.decimals is not None:
        scaled = value * 10**node.decimals
        if scaled.denominator == 1:
            sign = "-" if scaled < 0 else ""
            digits = str(abs(scaled.numerator)).rjust(node.decimals + 1, "0")
            return f"{sign}{digits[: -node.decimals or None]}.{digits[-node.decimals :]}"
    if value.denominator == 1:
        return str(value.numerator)
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _sum(node: Sum, functions: Names) -> str:
    pieces = []
    for index, term in enumerate(node.terms):
        if isinstance(term, Negation):
            text = to_latex(term, functions)[1:]
            pieces.append(f"-{text}" if not index else f" - {text}")
        else:
            text = (
                bracketed(term, functions)
                if isinstance(term, Sum) or _negative(term)
                else to_latex(term, functions)
            )
            pieces.append(text if not index else f" + {text}")
    return "".join(pieces)


def _product(node: Product, functions: Names) -> str:
    pieces: list[str] = []
    for index, factor in enumerate(node.factors):
        last = index == len(node.factors) - 1
        text = to_latex(factor, functions) if _is_tail(factor, last) else _factor(factor, functions)
        if index:
            pieces.append(r" \cdot " if _needs_dot(node.factors[index - 1], factor, text) else " ")
        pieces.append(text)
    return "".join(pieces)


def _is_tail(node: Node, last: bool) -> bool:
    """Whether a factor may end a product without brackets that it needs elsewhere."""
    return last and (
        isinstance(node, Big) or (isinstance(node, Operation) and node.name == "differential")
    )


def _factor(node: Node, functions: Names) -> str:
    # A big operator would take the factors after it for its own.
    bare = not isinstance(node, Sum | Negation | Product | Big) and not _negative(node)
    if isinstance(node, Operation) and node.name == "elementwise":
        bare = False
    if isinstance(node, Operation) and node.name == "differential":
        bare = not isinstance(node.operands[0], Symbol)  # (dA) x is not d(A x)
    return to_latex(node, functions) if bare else bracketed(node, functions)


def _needs_dot(before: Node, factor: Node, text: str) -> bool:
    """Whether two factors side by side would read as something else."""
    if text[0].isdigit() or text[0] == ".":
        return True
    if isinstance(before, Number) and isinstance(factor, Number):
        return True
    if not isinstance(before, Symbol):
        return False
    # A name before a bracket may be a call: p(1 - p).  With a prime it may be one before any
    # bracket, and a name that marks an indicator would take what stands in it, or rows of cases,
    # for a condition.
    calls = before.name.endswith("'") or before.name in MARKS
    return text.startswith((r"\left", r"\begin") if calls else r"\left(")


def _big(node: Big, functions: Names) -> str:
    where = latex_name(node.index)
    head = rf"\{node.operator}_{{{where}}}"
    if node.lower is not None and node.upper is not None:
        lower, upper = to_latex(node.lower, functions), to_latex(node.upper, functions)
        head = rf"\{node.operator}_{{{where}={lower}}}^{{{upper}}}"
    bare = not isinstance(node.body, Sum | Negation) and not _negative(node.body)
    return f"{head} {to_latex(node.body, functions) if bare else bracketed(node.body, functions)}"


_OPERATIONS = {"diag": r"\operatorname{diag}", "trace": r"\operatorname{tr}"}


def _operation(node: Operation, functions: Names) -> str:
    if node.name == "norm":
        return rf"\left\|{to_latex(node.operands[0], functions)}\right\|"
    if node.name == "transpose":
        return rf"{_base(node.operands[0], functions)}^{{\top}}"
    if node.name == "elementwise":
        return r" \odot ".join(
            bracketed(each, functions)
            if isinstance(each, Sum | Negation | Product | Big)
            or _negative(each)
            or (isinstance(each, Operation) and each.name == "elementwise")
            else to_latex(each, functions)
            for each in node.operands
        )
    if node.name == "differential":
        (operand,) = node.operands
        plain = isinstance(operand, Symbol)
        return rf"\operatorname{{d}} {to_latex(operand, functions) if plain else bracketed(operand, functions)}"
    return rf"{_OPERATIONS[node.name]}{bracketed(node.operands[0], functions)}"


def _base(node: Node, functions: Names) -> str:
    if isinstance(node, Symbol | Special):
        return to_latex(node, functions)
    if isinstance(node, Operation) and node.name in ("norm", "diag", "trace"):
        return to_latex(node, functions)
    if isinstance(node, Constant) and node.name == "pi":
        return to_latex(node, functions)
    if isinstance(node, Number) and node.value >= 0 and r"\frac" not in _number(node):
        return to_latex(node, functions)
    if isinstance(node, Call) and node.function not in _NAMES_BY_COMMAND:
        return to_latex(node, functions)
    return bracketed(node, functions)


def _call(node: Call, functions: Names) -> str:
    arguments = [to_latex(argument, functions) for argument in node.arguments]
    if not node.derivative:
        if node.function == "sqrt":
            return rf"\sqrt{{{arguments[0]}}}"
        if node.function == "root":
            return rf"\sqrt[{arguments[1]}]{{{arguments[0]}}}"
        if node.function == "abs":
            return rf"\left|{arguments[0]}\right|"
    own = functions.get(node.function)
    if own is not None:
        inside = ", ".join(arguments)
        return rf"{latex_name(own)}{chr(39) * node.derivative}\left[{inside}\right]"
    name = FUNCTIONS[node.function].latex
    if node.function in _NAMES_BY_COMMAND:
        name = rf"\operatorname{{{node.function}}}"
    return rf"{name}{chr(39) * node.derivative}\left({', '.join(arguments)}\right)"


def _value(node: Node | None, functions: Names) -> str:
    return r"\text{undefined}" if node is None else to_latex(node, functions)


def _held(condition: Condition | None, functions: Names) -> str:
    return (
        r"\text{otherwise}"
        if condition is None
        else rf"\text{{if }} {to_latex(condition, functions)}"
    )


def _differentiated(node: Node, functions: Names) -> str:
    return (
        to_latex(node, functions) if isinstance(node, Symbol | Call) else bracketed(node, functions)
    )


def _condition(node: Condition, functions: Names) -> str:
    return bracketed(node, functions) if isinstance(node, All | Any) else to_latex(node, functions)


def _size(node: Node, functions: Names) -> str:
    text = to_latex(node, functions)
    # Between sizes a dot would read as "by".
    if isinstance(node, Sum | Negation) or (isinstance(node, Product) and r"\cdot" in text):
        return bracketed(node, functions)
    return text


def to_outline(node: Answer | Condition, indent: str = "") -> str:
    """The tree with one node a line, children below and to the right of their parent.

    >>> from grader.expr.names import FREE
    >>> from grader.expr.parser import parse_expression
    >>> print(to_outline(parse_expression("2x - 1", FREE)))
    sum
      product
        number 2
        symbol x
      negation
        number 1
    """
    lines: list[str] = []
    stack: list[tuple[Answer | Condition | str, int]] = [(node, 0)]
    while stack:
        item, depth = stack.pop()
        if isinstance(item, str):
            lines.append(indent + "  " * depth + item)
            continue
        label, below = _outline(item)
        lines.append(indent + "  " * depth + label)
        stack.extend((child, depth + 1) for child in reversed(below))
    return "\n".join(lines)


_SAID = {
    "transpose": "transpose",
    "elementwise": "product entry by entry",
    "diag": "diagonal matrix",
    "trace": "trace",
    "norm": "norm",
    "differential": "differential",
}

_Below = tuple[Node | Condition | str, ...]


def _outline(node: Answer | Condition) -> tuple[str, _Below]:
    """The line of one node, and what stands below it."""
    match node:
        case Dimensions():
            return "size, rows by columns", (node.rows, node.columns)
        case Entries():
            rows, columns = node.size
            what = f"list of {columns}" if node.is_list else f"matrix, {rows} by {columns}"
            return f"{what}, row by row", node.flat
        case Extents():
            return f"size of {len(node.axes)} axes", node.axes
        case Chosen():
            return f"chosen: {', '.join(node.names)}", ()
        case Number():
            return f"number {_plain(node.value)}", ()
        case Constant():
            return f"constant {node.name}", ()
        case Symbol():
            return f"symbol {node.name}", ()
        case Sum():
            return "sum", node.terms
        case Negation():
            return "negation", (node.operand,)
        case Product():
            return "product", node.factors
        case Quotient():
            return "quotient", (node.numerator, node.denominator)
        case Power():
            return "power", (node.base, node.exponent)
        case Call():
            primes = f", derivative {node.derivative}" if node.derivative else ""
            return f"function {node.function}{primes}", node.arguments
        case Indicator():
            return "indicator", (node.condition,)
        case Cases():
            below: list[Node | Condition | str] = []
            for value, condition in node.branches:
                below.append("undefined" if value is None else value)
                below.append("otherwise" if condition is None else condition)
            return "cases, each a value and its condition", tuple(below)
        case Partial():
            return "derivative of the first by the second", (node.quantity, node.variable)
        case Big():
            what = "sum" if node.operator == "sum" else "product"
            if node.lower is None or node.upper is None:
                return f"{what} over {node.index}", (node.body,)
            return f"{what} over {node.index} from, to", (node.lower, node.upper, node.body)
        case Operation():
            return _SAID[node.name], node.operands
        case Special():
            return ("identity matrix" if node.name == "identity" else "column of ones"), (
                () if node.size is None else (node.size,)
            )
        case Relation():
            return f"relation {node.operator}", (node.left, node.right)
        case All():
            return "all of", node.conditions
        case Any():
            return "any of", node.conditions
        case Not():
            return "not", (node.condition,)


def _plain(value: Fraction) -> str:
    return str(value)
