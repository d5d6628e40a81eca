"""The last step of a hint: the rule that a mistake breaks, said without the right answer.

Each sentence holds for any homework; none is made from a reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_CHAIN = (
    "Along one path from the output to the variable the derivatives of the links are multiplied; "
    "where there are several paths, their products are added."
)
_FUNCTIONS = (
    r"Each function has its own rule, times the derivative of what is inside: $\exp[u]$ keeps "
    r"itself, $\sin[u]$ becomes the cosine, $\cos[u]$ the sine with the other sign, $\log u$ "
    r"becomes $\frac{1}{u}$, $u^n$ becomes $n u^{n-1}$."
)
_RELU = (
    "A ReLU function passes its input on where that is positive, and nothing elsewhere. So its "
    "derivative is an indicator of its own input: one where the input is positive, zero elsewhere."
)
_UNITS = (
    "Name the units. A weight with two subscripts joins exactly two of them, and an indicator has "
    "the input of its own unit inside."
)
_ASKED = (
    "The quantity above the line is differentiated, with respect to the one below it; every other "
    "name counts as a constant."
)
_ONE_LINK = (
    "A link of a chain joins two neighbours of the forward pass: take the one line that computes "
    "the upper from the lower, and differentiate that line only."
)
_LAYOUT = (
    "The derivative of one vector with respect to another has one side for the elements of each; "
    "the layout that the homework uses says which of them gives the rows."
)
_SCALARS = (
    "A derivative has a place for each pair of an element above and an element below: two vectors "
    "give a matrix, a vector and a scalar a vector."
)
_CONSTANTS = (
    "A number in front stays in front, and differentiating a power brings its exponent down as a "
    "factor."
)
_SIGNS = (
    "Count the minus signs: those of the forward pass stay, and some rules bring one of their own, "
    "as that of the cosine does."
)

_STEP = (
    "A step of descent starts from the old value and goes against the gradient: the old value, "
    "minus the learning rate times the derivative of the loss."
)
_ENTRIES = "Each entry is one derivative; where it stands says what is differentiated, and by what."
_AXES = (
    "Follow each axis: axes of a batch stay as they are, axes that are summed over go, and those "
    "of the output come in their place."
)

#: The rule for each mistake of the table, by its name.
RULES: Mapping[str, str] = MappingProxyType({
    "sign": _SIGNS,
    "sign_of_a_path": _SIGNS,
    "zero": "A derivative is zero only where the variable has no path to the output. " + _CHAIN,
    "wrong_rule": _FUNCTIONS,
    "function_for_derivative": _FUNCTIONS + " " + _RELU,
    "derivative_for_function": "Only the links of the chain are differentiated; a factor that "
    "the variable does not reach stays as it is in the forward pass.",
    "one_path": _CHAIN,
    "missing_indicator": _RELU,
    "missing_factor": _CHAIN,
    "extra_factor": _CHAIN,
    "wrong_weight": _UNITS,
    "negated_indicator": _RELU,
    "inner_for_outer": _UNITS,
    "wrong_unit": _UNITS,
    "another_part": _ASKED,
    "wrong_variable": _ASKED,
    "not_differentiated": _ASKED,
    "integrated": _ASKED,
    "whole_chain": _ONE_LINK,
    "chain_stopped": _CHAIN,
    "half_product_rule": "Where two factors of a product both depend on the variable, each is "
    "differentiated in turn while the other stays, and the two results are added.",
    "subscript": _UNITS,
    "subscript_once": _UNITS,
    "constant_factor": _CONSTANTS,
    "reciprocal": _ASKED,
    "times": _CHAIN,
    "plus": _CHAIN,
    "follow_through": "The definition is used in other answers too: mend it first, and check again.",
    "transposed": _LAYOUT,
    "other_layout": _LAYOUT,
    "scalar_for_vector": _SCALARS,
    "vector_for_matrix": _SCALARS,
    "product_of_sizes": "A size is two numbers side by side, rows and columns; they are not "
    "multiplied out.",
    "another_order": "The order above says how often the quantity is differentiated; each name "
    "below, how often by it.",
    "other_way": _STEP,
    "no_rate": _STEP,
    "change_only": _STEP,
    "swapped_entries": _ENTRIES,
    "several_entries": _ENTRIES,
    "chain_order": "Neighbouring factors must fit: the columns of the one are the rows of the next. "
    + _LAYOUT,
    "missing_link": _CHAIN,
    "extra_link": _CHAIN,
    "axes_order": _AXES,
    "missing_axis": _AXES,
    "degrees": "The derivatives of sine and cosine hold for angles in radians only.",
    "rounding": "Carry a few digits more than are asked through all steps, and round once, at "
    "the end.",
    "another_layer": "Look up in the homework how many elements each of the two vectors has. "
    + _LAYOUT,
})  # fmt: skip


def rule_for(mistake: str | None, *, is_size: bool) -> str:
    """The rule for a mistake; of two mistakes the first's, and without one the general rule."""
    known = RULES.get((mistake or "").partition("+")[0])
    return known or (_LAYOUT if is_size else _CHAIN)
