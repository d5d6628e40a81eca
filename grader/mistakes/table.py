"""Known mistakes: each row derives wrong answers from the reference or its derivation.

A row is a name (which a rubric's ``partial_credit`` uses), the kinds of question it
applies to, a function that yields wrong answers with a sentence for each, and a
nudge, which says where to look and nothing of the right answer.
Mathematics in a sentence stands between dollars as LaTeX.  The rows come
in the order in which they are preferred where two describe the same wrong answer.
A sentence must be true of every answer that is equivalent to its wrong answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from grader.derive import total_derivative
from grader.expr.calculus import ONE, differentiate, product_of, sum_of
from grader.expr.latex import to_latex
from grader.expr.tree import (
    Call,
    Dimensions,
    Indicator,
    Negation,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    children,
    substitute,
    symbols,
    walk,
    with_children,
)
from grader.mistakes.paths import Link, Path, slope_of
from grader.questions.part import Part


@dataclass(frozen=True, slots=True)
class Subject:
    """What wrong answers are derived from.

    ``paths`` is the derivation of the reference (empty for sizes), ``parts`` all parts
    of the question, ``quantity`` and ``variable`` the names in ∂quantity/∂variable.
    """

    part: Part
    parts: tuple[Part, ...]
    paths: tuple[Path, ...]
    quantity: str
    variable: str

    @property
    def reference(self) -> Node:
        answer = self.part.answer
        assert not isinstance(answer, Dimensions)
        return answer

    @property
    def names(self) -> list[str]:
        """The names that an answer may use, sorted."""
        statement = self.part.statement
        return sorted(statement.leaves | statement.forward.keys())

    def siblings(self, name: str) -> list[str]:
        """Other names with the same letter: ψ₁₂ and ψ₂₂."""
        base = name.partition("_")[0]
        return [other for other in self.names
                if other != name and other.partition("_")[0] == base]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong answer, and what is wrong with it in a sentence."""

    tree: Node | Dimensions
    sentence: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row of the table."""

    name: str
    kinds: frozenset[str]
    derive: Callable[[Subject], Iterator[Wrong]]
    nudge: str


def maths(node: Node | Dimensions) -> str:
    """LaTeX within a sentence."""
    return f"${to_latex(node)}$"


def name_maths(name: str) -> str:
    """A name within a sentence."""
    return maths(Symbol(name))


# --- Signs, factors, paths ----------------------------------------------------------


def _sign(subject: Subject) -> Iterator[Wrong]:
    yield Wrong(Negation(subject.reference), "The sign is wrong: your answer is the right one "
                "with the opposite sign.")  # fmt: skip


def _path_name(path: Path) -> str:
    """What tells a path from the others: its weights."""
    named = [link.factor for link in path.links if link.kind in ("weight", "inner")]
    return maths(product_of(named)) if named else maths(path.tree())


def _sign_of_a_path(subject: Subject) -> Iterator[Wrong]:
    if len(subject.paths) < 2:
        return
    for k, path in enumerate(subject.paths):
        trees = [other.tree() for other in subject.paths]
        trees[k] = Negation(trees[k])
        yield Wrong(Sum(tuple(trees)), f"The term with {_path_name(path)} has the wrong sign.")


def _link_sentence(link: Link, where: str = "") -> str:
    factor = maths(link.factor)
    if link.kind == "inner" and link.of is not None:
        return f"The inner derivative {factor} of {maths(link.of)} is missing{where}."
    if link.kind == "slope" and link.of is not None:
        if isinstance(link.factor, Indicator):
            return (
                f"The indicator {factor} is missing{where}: it is the derivative of "
                f"{maths(link.of)} with respect to its argument."
            )
        return (
            f"The factor {factor} is missing{where}: it is the derivative of {maths(link.of)} "
            "with respect to its argument."
        )
    if link.kind == "power":
        return (
            f"The factor {factor} from the power {maths(link.of or link.factor)} is missing{where}."
        )
    return f"The factor {factor} is missing{where}."


def _without(path: Path, factors: frozenset[Node]) -> Node:
    return product_of([link.factor for link in path.links if link.factor not in factors])


def _missing(subject: Subject, *, indicators: bool) -> Iterator[Wrong]:
    """A factor left out of every path that has it; then of one path only."""
    links = {link.factor: link for path in subject.paths for link in path.links
             if link.kind != "sign"}  # fmt: skip
    for factor, link in links.items():
        if isinstance(factor, Indicator) != indicators:
            continue
        holders = [path for path in subject.paths if factor in {one.factor for one in path.links}]
        left = [_without(path, frozenset({factor})) for path in subject.paths]
        yield Wrong(sum_of(left), _link_sentence(link))
        if len(subject.paths) < 2 or len(holders) < 2:
            continue
        for path in holders:
            trees = [_without(p, frozenset({factor})) if p is path else p.tree()
                     for p in subject.paths]  # fmt: skip
            yield Wrong(
                sum_of(trees), _link_sentence(link, f" in the term with {_path_name(path)}")
            )


def _missing_factor(subject: Subject) -> Iterator[Wrong]:
    yield from _missing(subject, indicators=False)


def _missing_indicator(subject: Subject) -> Iterator[Wrong]:
    yield from _missing(subject, indicators=True)
    everywhere = [product_of([link.factor for link in path.links
                              if not isinstance(link.factor, Indicator)])
                  for path in subject.paths]  # fmt: skip
    count = sum(isinstance(link.factor, Indicator) for path in subject.paths for link in path.links)
    if count > 1:
        yield Wrong(sum_of(everywhere), "The indicators of the ReLU functions are missing.")


def _one_path(subject: Subject) -> Iterator[Wrong]:
    if len(subject.paths) < 2:
        return
    for path in subject.paths:
        others = [p.tree() for p in subject.paths if p is not path]
        yield Wrong(sum_of(others), f"The path with {_path_name(path)} is not counted: "
                    f"{name_maths(subject.variable)} reaches {name_maths(subject.quantity)} "
                    "in more than one way, and the ways add up.")  # fmt: skip


def _extra_factor(subject: Subject) -> Iterator[Wrong]:
    candidates: dict[Node, None] = {
        link.factor: None for path in subject.paths for link in path.links if link.kind != "sign"
    }
    for other in subject.parts:
        if not isinstance(other.answer, Dimensions):
            for part in walk(other.answer):
                if isinstance(part, Indicator | Call):
                    candidates.setdefault(part)
    candidates.update(dict.fromkeys(map(Symbol, subject.names)))
    for factor in candidates:
        if isinstance(factor, Number):
            continue
        yield Wrong(Product((subject.reference, factor)),
                    f"There is a factor {maths(factor)} too many.")  # fmt: skip


def _constant_factor(subject: Subject) -> Iterator[Wrong]:
    for value in (Fraction(2), Fraction(1, 2), Fraction(3), Fraction(1, 3), Fraction(4)):
        number: Node = Number(Fraction(value.numerator))
        if value.denominator > 1:
            number = Quotient(ONE, Number(Fraction(value.denominator)))
        yield Wrong(Product((number, subject.reference)),
                    f"Your answer is {maths(number)} times the right one.")  # fmt: skip


def _wrong_weight(subject: Subject) -> Iterator[Wrong]:
    """One weight of one path taken for another of the same letter."""
    for k, path in enumerate(subject.paths):
        for j, link in enumerate(path.links):
            if link.kind != "weight" or not isinstance(link.factor, Symbol):
                continue
            for other in subject.siblings(link.factor.name):
                factors = [one.factor for one in path.links]
                factors[j] = Symbol(other)
                trees = [p.tree() for p in subject.paths]
                trees[k] = product_of(factors)
                yield Wrong(sum_of(trees), f"The weight {name_maths(other)} stands where "
                            f"{maths(link.factor)} belongs.")  # fmt: skip


# --- Indicators and activations -------------------------------------------------------


def _indicators(subject: Subject) -> list[Indicator]:
    """The indicators of the derivation, then the other ones of the question."""
    found: dict[Indicator, None] = {}
    for path in subject.paths:
        found.update({link.factor: None for link in path.links
                      if isinstance(link.factor, Indicator)})  # fmt: skip
    for part in subject.parts:
        if not isinstance(part.answer, Dimensions):
            found.update({p: None for p in walk(part.answer) if isinstance(p, Indicator)})
    return list(found)


def _with_link(subject: Subject, old: Node, new: Node, only: Path | None = None) -> Node:
    """The derivative with one factor replaced, in all paths or in one."""
    return sum_of(
        [
            product_of(
                [
                    new if link.factor == old and only in (None, path) else link.factor
                    for link in path.links
                ]
            )
            for path in subject.paths
        ]
    )


def _negated_indicator(subject: Subject) -> Iterator[Wrong]:
    for indicator in _own_indicators(subject):
        turned = Sum((ONE, Negation(indicator)))
        yield Wrong(_with_link(subject, indicator, turned),
                    f"The condition of the indicator {maths(indicator)} is turned round.")  # fmt: skip


def _own_indicators(subject: Subject) -> list[Indicator]:
    return list(dict.fromkeys(link.factor for path in subject.paths for link in path.links
                              if isinstance(link.factor, Indicator)))  # fmt: skip


def _argument(indicator: Indicator) -> Node | None:
    condition = indicator.condition
    return condition.left if isinstance(condition, Relation) else None


def _inner_for_outer(subject: Subject) -> Iterator[Wrong]:
    """Every indicator of a path replaced by its innermost, or by its outermost."""
    for end, sentence in ((-1, "inner"), (0, "outer")):
        trees = []
        for path in subject.paths:
            own = [link.factor for link in path.links if isinstance(link.factor, Indicator)]
            if len(set(own)) < 2:
                return
            trees.append(
                product_of(
                    [own[end] if isinstance(link.factor, Indicator) else link.factor
                     for link in path.links]
                )
            )  # fmt: skip
        other = "outer" if sentence == "inner" else "inner"
        yield Wrong(sum_of(trees), f"The {sentence} unit's indicator stands where the {other} "
                    "unit's belongs.")  # fmt: skip


def _wrong_unit(subject: Subject) -> Iterator[Wrong]:
    for own in _own_indicators(subject):
        for other in _indicators(subject):
            beside = [
                other in factors
                for path in subject.paths
                if own in (factors := {link.factor for link in path.links})
            ]
            if other == own or all(beside):
                continue  # I² = I: then one indicator is just missing
            sentence = (f"The indicator {maths(other)} stands where {maths(own)} belongs: "
                        "it is that of another unit.")  # fmt: skip
            yield Wrong(_with_link(subject, own, other), sentence)
            for path in subject.paths:
                if len(subject.paths) > 1 and own in {link.factor for link in path.links}:
                    yield Wrong(_with_link(subject, own, other, path), sentence)


def _function_for_slope(subject: Subject) -> Iterator[Wrong]:
    """a[z] where a'[z] belongs."""
    for path in subject.paths:
        for link in path.links:
            if link.kind == "slope" and isinstance(link.of, Call):
                yield Wrong(_with_link(subject, link.factor, link.of),
                            f"{maths(link.of)} stands where its derivative belongs.")  # fmt: skip


def _slope_for_function(subject: Subject) -> Iterator[Wrong]:
    """a'[z], or z itself, where a[z] belongs."""
    for path in subject.paths:
        for link in path.links:
            factor = link.factor
            if link.kind == "slope" or not isinstance(factor, Call) or len(factor.arguments) != 1:
                continue
            slope = slope_of(factor)
            yield Wrong(_with_link(subject, factor, slope),
                        f"The derivative of {maths(factor)} stands where {maths(factor)} itself "
                        "belongs.")  # fmt: skip
            yield Wrong(_with_link(subject, factor, factor.arguments[0]),
                        f"{maths(factor.arguments[0])} stands where {maths(factor)} belongs: the "
                        "activation is missing.")  # fmt: skip


# --- Wrong rules ------------------------------------------------------------------------

#: Wrong derivatives that people give of a function: over u, with what is wrong.
_WRONG_RULES: Mapping[str, tuple[tuple[Node, str], ...]] = MappingProxyType(
    {
        "sin": (
            (Negation(Call("cos", (Symbol("\\u"),))), "the derivative of sin is cos, without a minus sign"),
            (Call("sin", (Symbol("\\u"),)), "the derivative of sin is cos"),
            (Negation(Call("sin", (Symbol("\\u"),))), "the derivative of sin is cos"),
        ),
        "cos": (
            (Call("sin", (Symbol("\\u"),)), "the derivative of cos is −sin: the minus sign is missing"),
            (Call("cos", (Symbol("\\u"),)), "the derivative of cos is −sin"),
            (Negation(Call("cos", (Symbol("\\u"),))), "the derivative of cos is −sin"),
        ),
        "exp": (
            (Product((Symbol("\\u"), Call("exp", (Symbol("\\u"),)))),
             "the derivative of exp is exp itself, without its argument in front"),
            (Product((Symbol("\\u"), Call("exp", (Sum((Symbol("\\u"), Negation(ONE))),)))),
             "exp is not a power: its derivative is exp itself"),
            (Call("exp", (Sum((Symbol("\\u"), Negation(ONE))),)),
             "exp is not a power: its derivative is exp itself"),
            (Quotient(ONE, Symbol("\\u")), "the derivative of exp is exp itself"),
            (Call("log", (Symbol("\\u"),)), "the derivative of exp is exp itself"),
            (ONE, "the derivative of exp is exp itself"),
        ),
        "log": (
            (Call("log", (Symbol("\\u"),)), "the derivative of log z is 1/z"),
            (Call("exp", (Symbol("\\u"),)), "the derivative of log z is 1/z"),
            (Quotient(ONE, Call("log", (Symbol("\\u"),))), "the derivative of log z is 1/z"),
        ),
    }
)  # fmt: skip


def _wrong_rule(subject: Subject) -> Iterator[Wrong]:
    for path in subject.paths:
        for link in path.links:
            of = link.of
            if link.kind == "slope" and isinstance(of, Call) and of.derivative == 0:
                for rule, sentence in _WRONG_RULES.get(of.function, ()):
                    tree = substitute(rule, {"\\u": of.arguments[0]})
                    yield Wrong(_with_link(subject, link.factor, tree),
                                f"A rule is wrong: {sentence}.")  # fmt: skip
            if link.kind == "power" and isinstance(of, Power) and link.factor != of.exponent:
                kept = _with_link(subject, link.factor, of)
                yield Wrong(kept, "The exponent of a power goes down by one.")


def _stopped(subject: Subject) -> Iterator[Wrong]:
    """The chain broken off after some link, in every path."""
    longest = max((len(path.links) for path in subject.paths), default=0)
    for length in range(1, longest):
        trees = [product_of([link.factor for link in path.links[:length]])
                 for path in subject.paths]  # fmt: skip
        yield Wrong(sum_of(trees), "The chain stops early: the derivatives of the inner functions "
                    "are missing.")  # fmt: skip


def _statement_tree(subject: Subject) -> Node | None:
    return subject.part.statement.forward.get(subject.quantity)


def _half_product_rule(subject: Subject) -> Iterator[Wrong]:
    tree = _statement_tree(subject)
    for node in () if tree is None else walk(tree):
        if not isinstance(node, Product):
            continue
        moving = [f for f in node.factors if subject.variable in symbols(f)]
        if len(moving) < 2:
            continue
        for kept in moving:
            rest = [f for f in node.factors if f is not kept]
            half = product_of([differentiate(kept, subject.variable), *rest])
            if tree is node:
                yield Wrong(
                    half, "The product rule has a term for each factor; here one is missing."
                )


# --- Another thing differentiated --------------------------------------------------------


def _other_part(subject: Subject) -> Iterator[Wrong]:
    for other in subject.parts:
        if other is subject.part or isinstance(other.answer, Dimensions):
            continue
        yield Wrong(other.answer, f"This is {maths(other.quantity)}, not "
                    f"{maths(subject.part.quantity)}.")  # fmt: skip


def _wrong_variable(subject: Subject) -> Iterator[Wrong]:
    tree = _statement_tree(subject)
    if tree is None:
        return
    asked = {
        other.quantity.variable.name
        for other in subject.parts
        if isinstance(other.quantity, Partial)
        and isinstance(other.quantity.variable, Symbol)
        and other.quantity.quantity == Symbol(subject.quantity)
    }
    for name in sorted(symbols(tree) - asked - {subject.variable}):
        found = differentiate(tree, name)
        wrong = Partial(Symbol(subject.quantity), Symbol(name))
        yield Wrong(found, f"This is {maths(wrong)}: the derivative is taken with respect to "
                    f"{name_maths(name)} instead of {name_maths(subject.variable)}.")  # fmt: skip


def _not_differentiated(subject: Subject) -> Iterator[Wrong]:
    yield Wrong(Symbol(subject.quantity), f"This is {name_maths(subject.quantity)} itself, not "
                "its derivative.")  # fmt: skip
    yield Wrong(Symbol(subject.variable), f"This is {name_maths(subject.variable)} itself, not "
                "a derivative with respect to it.")  # fmt: skip


#: Antiderivatives over u, for an answer that went the wrong way.
_INTEGRALS: Mapping[str, Node] = MappingProxyType(
    {
        "sin": Negation(Call("cos", (Symbol("\\u"),))),
        "cos": Call("sin", (Symbol("\\u"),)),
        "exp": Call("exp", (Symbol("\\u"),)),
        "relu": Quotient(Power(Call("relu", (Symbol("\\u"),)), Number(Fraction(2))), Number(Fraction(2))),
    }
)  # fmt: skip


def _integrated(subject: Subject) -> Iterator[Wrong]:
    tree = _statement_tree(subject)
    variable = Symbol(subject.variable)
    sentence = f"This is an integral with respect to {maths(variable)}, not a derivative."
    if isinstance(tree, Call) and tree.arguments == (variable,) and tree.function in _INTEGRALS:
        yield Wrong(substitute(_INTEGRALS[tree.function], {"\\u": variable}), sentence)
    slope = subject.reference
    if isinstance(slope, Symbol):
        # The line is b + w h: its integral is b h + w h²/2.
        assert tree is not None
        rest = substitute(tree, {subject.variable: Number(Fraction(0))})
        half = Quotient(Product((slope, Power(variable, Number(Fraction(2))))), Number(Fraction(2)))
        yield Wrong(half, sentence)
        yield Wrong(Sum((Product((rest, variable)), half)), sentence)


def _subscripts(subject: Subject) -> Iterator[Wrong]:
    """One name taken for another of its letter throughout, or the two swapped."""
    for name in sorted(symbols(subject.reference)):
        for other in subject.siblings(name):
            tree = substitute(subject.reference, {name: Symbol(other)})
            yield Wrong(tree, f"{name_maths(other)} stands where {name_maths(name)} belongs: "
                        "check the subscripts.")  # fmt: skip
            if name < other and other in symbols(subject.reference):
                swapped = substitute(subject.reference, {name: Symbol(other), other: Symbol(name)})
                yield Wrong(swapped, f"The subscripts of {name_maths(name)} and "
                            f"{name_maths(other)} are swapped.")  # fmt: skip


def _subscript_once(subject: Subject) -> Iterator[Wrong]:
    """One occurrence of a name taken for another of its letter."""
    seen: set[Node] = set()
    for tree, name, other in _each_occurrence(subject.reference, subject):
        if tree not in seen:
            seen.add(tree)
            yield Wrong(tree, f"In one place {name_maths(other)} stands where {name_maths(name)} "
                        "belongs.")  # fmt: skip


def _each_occurrence(node: Node, subject: Subject) -> Iterator[tuple[Node, str, str]]:
    if isinstance(node, Symbol):
        for other in subject.siblings(node.name):
            yield Symbol(other), node.name, other
        return
    parts = children(node)
    for k, part in enumerate(parts):
        for tree, name, other in _each_occurrence(part, subject):  # type: ignore[arg-type]
            new = with_children(node, (*parts[:k], tree, *parts[k + 1 :]))
            yield new, name, other  # type: ignore[misc]


def _whole_chain(subject: Subject) -> Iterator[Wrong]:
    """A longer piece of the chain than was asked."""
    forward = subject.part.statement.forward
    for name in forward:
        try:
            found = total_derivative(forward, name, subject.variable)
        except ValueError:
            continue
        if name == subject.quantity or not symbols(found):
            continue
        whole = Partial(Symbol(name), Symbol(subject.variable))
        yield Wrong(found, f"This is {maths(whole)}, a longer piece of the chain: only "
                    f"{maths(subject.part.quantity)} is asked.")  # fmt: skip


def _reciprocal(subject: Subject) -> Iterator[Wrong]:
    if subject.reference == ONE:
        return
    yield Wrong(Quotient(ONE, subject.reference), "Your answer is one over the right one.")


def _zero(subject: Subject) -> Iterator[Wrong]:
    yield Wrong(Number(Fraction(0)), f"The derivative is not zero: {name_maths(subject.quantity)} "
                f"depends on {name_maths(subject.variable)}.")  # fmt: skip


# --- Sizes -----------------------------------------------------------------------------


def _size(subject: Subject) -> Dimensions:
    answer = subject.part.answer
    assert isinstance(answer, Dimensions)
    return answer


def _transposed(subject: Subject) -> Iterator[Wrong]:
    size = _size(subject)
    yield Wrong(Dimensions(size.columns, size.rows), "Rows and columns are swapped: the size is "
                "transposed, as in the other layout.")  # fmt: skip


def _scalar_for_vector(subject: Subject) -> Iterator[Wrong]:
    size = _size(subject)
    if ONE in {size.rows, size.columns}:
        yield Wrong(Dimensions(ONE, ONE), "This is the size of a scalar, but the derivative is a "
                    "vector.")  # fmt: skip
    else:
        yield Wrong(Dimensions(ONE, ONE), "This is the size of a scalar, but the derivative is a "
                    "matrix.")  # fmt: skip


def _vector_for_matrix(subject: Subject) -> Iterator[Wrong]:
    size = _size(subject)
    if ONE in (size.rows, size.columns):
        return
    for side in dict.fromkeys((size.rows, size.columns)):
        for wrong in (Dimensions(side, ONE), Dimensions(ONE, side)):
            yield Wrong(wrong, "This is the size of a vector, but the derivative of a vector with "
                        "respect to a vector is a matrix.")  # fmt: skip


def _product_of_sizes(subject: Subject) -> Iterator[Wrong]:
    size = _size(subject)
    if ONE in (size.rows, size.columns):
        return
    whole = Product((size.rows, size.columns))
    for wrong in (Dimensions(whole, ONE), Dimensions(ONE, whole)):
        yield Wrong(wrong, "The two sizes are multiplied: that is the number of entries, not the "
                    "size.")  # fmt: skip


def _another_layer(subject: Subject) -> Iterator[Wrong]:
    size = _size(subject)
    known = list(dict.fromkeys(subject.part.statement.sizes.values()))
    for other in known:
        for side, wrong in (
            ("number of rows", Dimensions(other, size.columns)),
            ("number of columns", Dimensions(size.rows, other)),
        ):
            if wrong != size:
                yield Wrong(wrong, f"The {side} is that of another layer.")
    for rows in known:
        for columns in known:
            if rows != size.rows and columns != size.columns:
                yield Wrong(Dimensions(rows, columns), "Both sizes are those of other layers.")


# --- The table --------------------------------------------------------------------------

_EXPRESSION = frozenset({"derivative", "chain_term"})
_SHAPE = frozenset({"shape"})

# fmt: off
MISTAKES: tuple[Mistake, ...] = (
    Mistake("sign", _EXPRESSION, _sign,
            "Check the sign."),
    Mistake("zero", _EXPRESSION, _zero,
            "Does the quantity really not depend on this variable?"),
    Mistake("wrong_rule", _EXPRESSION, _wrong_rule,
            "Check the rule for the derivative of the function."),
    Mistake("function_for_derivative", _EXPRESSION, _function_for_slope,
            "A function stands where its derivative belongs."),
    Mistake("derivative_for_function", _EXPRESSION, _slope_for_function,
            "Check which functions are differentiated and which stay as they are."),
    Mistake("one_path", _EXPRESSION, _one_path,
            "In how many ways does this parameter reach the output? The ways add up."),
    Mistake("missing_indicator", _EXPRESSION, _missing_indicator,
            "What is the derivative of each ReLU function that the chain passes?"),
    Mistake("missing_factor", _EXPRESSION, _missing_factor,
            "Go through the chain link by link: a factor is missing."),
    Mistake("wrong_weight", _EXPRESSION, _wrong_weight,
            "Check which weight joins which units."),
    Mistake("negated_indicator", _EXPRESSION, _negated_indicator,
            "Check the condition of the indicator."),
    Mistake("inner_for_outer", _EXPRESSION, _inner_for_outer,
            "Which unit does each indicator belong to?"),
    Mistake("wrong_unit", _EXPRESSION, _wrong_unit,
            "Which unit does each indicator belong to?"),
    Mistake("another_part", _EXPRESSION, _other_part,
            "Check which derivative is asked for here."),
    Mistake("wrong_variable", _EXPRESSION, _wrong_variable,
            "Check with respect to what the derivative is taken."),
    Mistake("not_differentiated", _EXPRESSION, _not_differentiated,
            "The derivative is asked for, not the quantity itself."),
    Mistake("integrated", _EXPRESSION, _integrated,
            "A derivative is asked for, not an integral."),
    Mistake("whole_chain", frozenset({"chain_term"}), _whole_chain,
            "Only one link of the chain is asked for."),
    Mistake("chain_stopped", _EXPRESSION, _stopped,
            "The chain goes on: what is inside the last function?"),
    Mistake("half_product_rule", _EXPRESSION, _half_product_rule,
            "The product rule has a term for each factor."),
    Mistake("subscript", _EXPRESSION, _subscripts,
            "Check the subscripts."),
    Mistake("subscript_once", _EXPRESSION, _subscript_once,
            "Check the subscripts."),
    Mistake("sign_of_a_path", _EXPRESSION, _sign_of_a_path,
            "Check the sign of each term."),
    Mistake("constant_factor", _EXPRESSION, _constant_factor,
            "Check the constant factors."),
    Mistake("extra_factor", _EXPRESSION, _extra_factor,
            "Go through the chain link by link: there is a factor too many."),
    Mistake("reciprocal", _EXPRESSION, _reciprocal,
            "Which is differentiated with respect to which?"),
    Mistake("transposed", _SHAPE, _transposed,
            "Which of the two gives the rows, and which the columns?"),
    Mistake("scalar_for_vector", _SHAPE, _scalar_for_vector,
            "Is the derivative a scalar, a vector or a matrix?"),
    Mistake("vector_for_matrix", _SHAPE, _vector_for_matrix,
            "Is the derivative a scalar, a vector or a matrix?"),
    Mistake("product_of_sizes", _SHAPE, _product_of_sizes,
            "A size has two numbers, rows and columns; they are not multiplied."),
    Mistake("another_layer", _SHAPE, _another_layer,
            "Which vectors stand above and below, and how many elements has each?"),
)
# fmt: on
