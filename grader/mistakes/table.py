"""Known mistakes: each row derives wrong answers from the reference or its derivation.

A row is a name (which a rubric's ``partial_credit`` uses), the kinds of question it
applies to, a function that yields wrong answers with a sentence for each, and a
nudge, which says where to look and nothing of the right answer.
Mathematics in a sentence stands between dollars as LaTeX.  The rows come
in the order in which they are preferred where two describe the same wrong answer.
A sentence must be true of every answer that is equivalent to its wrong answer.
"""

from __future__ import annotations

from grader.mistakes import activations, confusions, factors, rules, sizes, steps, subscripts
from grader.mistakes.subject import Mistake

_EXPRESSION = frozenset({"derivative", "chain_term", "gradient", "jacobian", "hessian"})
_UPDATE = frozenset({"update"})
#: Whatever is an expression, derived or given.
_ANY = _EXPRESSION | _UPDATE | frozenset({"expression", "list"})
_SHAPE = frozenset({"shape"})

# fmt: off
MISTAKES: tuple[Mistake, ...] = (
    Mistake("sign", _ANY, factors.sign,
            "Check the sign."),
    Mistake("zero", _EXPRESSION, confusions.zero,
            "Does the quantity really not depend on this variable?"),
    Mistake("wrong_rule", _EXPRESSION, rules.wrong_rule,
            "Check the rule for the derivative of the function."),
    Mistake("function_for_derivative", _EXPRESSION, activations.function_for_slope,
            "A function stands where its derivative belongs."),
    Mistake("derivative_for_function", _EXPRESSION, activations.slope_for_function,
            "Check which functions are differentiated and which stay as they are."),
    Mistake("half_product_rule", _EXPRESSION, rules.half_product_rule,
            "The product rule has a term for each factor."),
    Mistake("one_path", _EXPRESSION, factors.one_path,
            "In how many ways does this parameter reach the output? The ways add up."),
    Mistake("missing_indicator", _EXPRESSION, factors.missing_indicator,
            "What is the derivative of each ReLU function that the chain passes?"),
    Mistake("missing_factor", _EXPRESSION, factors.missing_factor,
            "Go through the chain link by link: a factor is missing."),
    Mistake("wrong_weight", _EXPRESSION, factors.wrong_weight,
            "Check which weight joins which units."),
    Mistake("negated_indicator", _EXPRESSION, activations.negated_indicator,
            "Check the condition of the indicator."),
    Mistake("inner_for_outer", _EXPRESSION, activations.inner_for_outer,
            "Which unit does each indicator belong to?"),
    Mistake("wrong_unit", _EXPRESSION, activations.wrong_unit,
            "Which unit does each indicator belong to?"),
    Mistake("another_part", _EXPRESSION, confusions.other_part,
            "Check which derivative is asked for here."),
    Mistake("wrong_variable", _EXPRESSION, confusions.wrong_variable,
            "Check with respect to what the derivative is taken."),
    Mistake("not_differentiated", _EXPRESSION, confusions.not_differentiated,
            "The derivative is asked for, not the quantity itself."),
    Mistake("integrated", _EXPRESSION, confusions.integrated,
            "A derivative is asked for, not an integral."),
    Mistake("whole_chain", frozenset({"chain_term"}), confusions.whole_chain,
            "Only one link of the chain is asked for."),
    Mistake("chain_stopped", _EXPRESSION, rules.stopped,
            "The chain goes on: what is inside the last function?"),
    Mistake("subscript", _ANY, subscripts.subscripts,
            "Check the subscripts."),
    Mistake("subscript_once", _ANY, subscripts.subscript_once,
            "Check the subscripts."),
    Mistake("sign_of_a_path", _EXPRESSION, factors.sign_of_a_path,
            "Check the sign of each term."),
    Mistake("constant_factor", _ANY, factors.constant_factor,
            "Check the constant factors."),
    Mistake("extra_factor", _EXPRESSION, factors.extra_factor,
            "Go through the chain link by link: there is a factor too many."),
    Mistake("reciprocal", _EXPRESSION, confusions.reciprocal,
            "Which is differentiated with respect to which?"),
    Mistake("another_order", frozenset({"derivative", "hessian"}), confusions.another_order,
            "How often is the quantity to be differentiated, and by what?"),
    Mistake("other_way", _UPDATE, steps.other_way,
            "Does the loss go up or down along the gradient?"),
    Mistake("no_rate", _UPDATE, steps.no_rate,
            "How far does one step go?"),
    Mistake("change_only", _UPDATE, steps.change_only,
            "Where does the step start?"),
    Mistake("transposed", _SHAPE, sizes.transposed,
            "Which of the two gives the rows, and which the columns?"),
    Mistake("scalar_for_vector", _SHAPE, sizes.scalar_for_vector,
            "Is the derivative a scalar, a vector or a matrix?"),
    Mistake("vector_for_matrix", _SHAPE, sizes.vector_for_matrix,
            "Is the derivative a scalar, a vector or a matrix?"),
    Mistake("product_of_sizes", _SHAPE, sizes.product_of_sizes,
            "A size has two numbers, rows and columns; they are not multiplied."),
    Mistake("another_layer", _SHAPE, sizes.another_layer,
            "Which vectors stand above and below, and how many elements has each?"),
)
# fmt: on

#: Mistakes that are found without a row, since no one wrong answer shows them: in arrays,
#: chains, sizes of many axes and numbers.
WITHOUT_ROW: frozenset[str] = frozenset({
    "swapped_entries", "several_entries", "chain_order", "missing_link", "extra_link",
    "axes_order", "missing_axis", "degrees", "rounding",
})  # fmt: skip
