"""The table of functions: one row gives a function to the whole grader.

A row is a primitive, or has a ``meaning`` written in primitives and rows above
it.  Parsing, derivatives, normal forms, enclosures and printing all follow from
the row, so a new activation function is one line here.

``spellings`` are read in every homework, with or without a backslash and
whatever the brackets; the names that a homework chooses itself (``a`` for ReLU,
``\\sigma`` for the sigmoid, ``H`` for Heaviside) come from its rubric.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Function:
    """One row of the table.

    ``arity`` is the least and the greatest number of arguments (None: no bound).
    ``meaning`` and ``slope`` are in the notation of answers, over the variables
    ``u`` (and ``v`` for a second argument); ``slope`` is the derivative with
    respect to ``u`` and stands where it cannot follow from a meaning, at primitives, or
    would follow in a form that no one writes.  A function of more than two arguments means its fold from the left.
    """

    name: str
    spellings: tuple[str, ...]
    latex: str
    meaning: str | None = None
    slope: str | None = None
    arity: tuple[int, int | None] = (1, 1)

    @property
    def is_primitive(self) -> bool:
        return self.meaning is None


_ROWS = (
    # Primitives: what the comparison itself knows.
    Function("exp", ("exp",), r"\exp", slope="exp(u)"),
    Function("log", ("log", "ln"), r"\log", slope="1/u"),
    Function("sin", ("sin",), r"\sin", slope="cos(u)"),
    Function("cos", ("cos",), r"\cos", slope="-sin(u)"),
    Function("asin", ("asin", "arcsin"), r"\arcsin", slope="1/sqrt(1-u^2)"),
    Function("acos", ("acos", "arccos"), r"\arccos", slope="-1/sqrt(1-u^2)"),
    Function("atan", ("atan", "arctan"), r"\arctan", slope="1/(1+u^2)"),
    Function("erf", ("erf",), r"\operatorname{erf}", slope="2/sqrt(pi)*exp(-u^2)"),
    # Roots are powers; the real root of odd degree is defined for negative u too.
    Function("sqrt", ("sqrt",), r"\sqrt", meaning="u^(1/2)", slope="1/(2*sqrt(u))"),
    Function("root", ("root",), r"\sqrt", meaning="u^(1/v)", arity=(2, 2)),
    # Trigonometric and hyperbolic.
    Function("tan", ("tan",), r"\tan", meaning="sin(u)/cos(u)"),
    Function("sec", ("sec",), r"\sec", meaning="1/cos(u)"),
    Function("csc", ("csc", "cosec"), r"\csc", meaning="1/sin(u)"),
    Function("cot", ("cot",), r"\cot", meaning="cos(u)/sin(u)"),
    Function("sinh", ("sinh",), r"\sinh", meaning="(exp(u)-exp(-u))/2"),
    Function("cosh", ("cosh",), r"\cosh", meaning="(exp(u)+exp(-u))/2"),
    Function("tanh", ("tanh",), r"\tanh", meaning="(exp(u)-exp(-u))/(exp(u)+exp(-u))"),
    Function("coth", ("coth",), r"\coth", meaning="(exp(u)+exp(-u))/(exp(u)-exp(-u))"),
    Function("sech", ("sech",), r"\operatorname{sech}", meaning="2/(exp(u)+exp(-u))"),
    Function("csch", ("csch",), r"\operatorname{csch}", meaning="2/(exp(u)-exp(-u))"),
    Function("asinh", ("asinh", "arcsinh", "arsinh"), r"\operatorname{arsinh}",
             meaning="log(u+sqrt(u^2+1))"),
    Function("acosh", ("acosh", "arccosh", "arcosh"), r"\operatorname{arcosh}",
             meaning="log(u+sqrt(u-1)*sqrt(u+1))"),
    Function("atanh", ("atanh", "arctanh", "artanh"), r"\operatorname{artanh}",
             meaning="log((1+u)/(1-u))/2"),
    # Piecewise.
    Function("heaviside", ("heaviside",), r"\operatorname{H}", meaning="I[u>0]"),
    Function("sign", ("sign", "sgn"), r"\operatorname{sgn}", meaning="I[u>0]-I[u<0]"),
    Function("abs", ("abs",), r"\operatorname{abs}", meaning="u*(I[u>0]-I[u<0])"),
    Function("max", ("max",), r"\max", meaning="v+(u-v)*I[u-v>0]", arity=(2, None)),
    Function("min", ("min",), r"\min", meaning="u-(u-v)*I[u-v>0]", arity=(2, None)),
    # Activation functions.
    Function("relu", ("relu",), r"\operatorname{ReLU}", meaning="u*I[u>0]"),
    Function("leaky_relu", ("leaky_relu", "leakyrelu", "lrelu"), r"\operatorname{LeakyReLU}",
             meaning="u*I[u>0]+v*u*(1-I[u>0])", arity=(1, 2)),
    Function("elu", ("elu",), r"\operatorname{ELU}",
             meaning="u*I[u>0]+v*(exp(u)-1)*(1-I[u>0])", arity=(1, 2)),
    Function("sigmoid", ("sigmoid", "logistic"), r"\operatorname{sigmoid}",
             meaning="1/(1+exp(-u))"),
    Function("softplus", ("softplus",), r"\operatorname{softplus}", meaning="log(1+exp(u))"),
    Function("silu", ("silu", "swish"), r"\operatorname{SiLU}", meaning="u/(1+exp(-u))"),
    Function("gelu", ("gelu",), r"\operatorname{GELU}", meaning="u*(1+erf(u/sqrt(2)))/2"),
)  # fmt: skip

#: The second argument where it may be left out.
DEFAULT_SECOND_ARGUMENT: Mapping[str, str] = MappingProxyType({"leaky_relu": "0.01", "elu": "1"})


def _table(rows: tuple[Function, ...]) -> Mapping[str, Function]:
    table: dict[str, Function] = {}
    for row in rows:
        if row.name in table:
            raise ValueError(f"two rows for the function {row.name!r}")
        table[row.name] = row
    return MappingProxyType(table)


def _spellings(rows: tuple[Function, ...]) -> Mapping[str, str]:
    table: dict[str, str] = {}
    for row in rows:
        for spelling in row.spellings:
            if spelling in table:
                raise ValueError(f"two functions are spelled {spelling!r}")
            table[spelling] = row.name
    return MappingProxyType(table)


#: All functions, by name.
FUNCTIONS: Mapping[str, Function] = _table(_ROWS)

#: From a spelling in lower case to the name of its function.  Functions are the
#: one thing read without regard to case (``ReLU``, ``RELU``), since no homework
#: tells them apart by case; names of quantities never are.
SPELLINGS: Mapping[str, str] = _spellings(_ROWS)
