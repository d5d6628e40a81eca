"""Another thing derived than was asked: another variable, another part, an integral."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType

from grader.expr.calculus import ONE, differentiate
from grader.expr.tree import (
    Call,
    Negation,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    higher_partial,
    order_of,
    substitute,
    symbols,
)
from grader.mistakes.subject import Subject, Wrong, name_maths


def other_part(subject: Subject) -> Iterator[Wrong]:
    """The answer to another part of the question."""
    for other in subject.parts:
        if other is subject.part or not isinstance(other.answer, Node):
            continue
        asked = subject.part.quantity
        if other.quantity == asked:
            yield Wrong(other.answer, f"This is {subject.maths(asked)} with other quantities held "
                        "fixed than is asked here.")  # fmt: skip
        else:
            yield Wrong(other.answer, f"This is {subject.maths(other.quantity)}, not "
                        f"{subject.maths(asked)}.")  # fmt: skip


def wrong_variable(subject: Subject) -> Iterator[Wrong]:
    """The derivative with respect to a name that no part asks for."""
    tree = subject.line
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
        wrong = _by_another(subject, name)
        yield Wrong(found, f"This is {subject.maths(wrong)}: the derivative is taken with respect to "
                    f"{name_maths(name)} instead of {name_maths(subject.variable)}.")  # fmt: skip


def _by_another(subject: Subject, name: str) -> Node:
    """The derivative that is asked, with another name for the last that it is taken by."""
    asked = subject.part.quantity
    if not isinstance(asked, Partial):
        return Partial(Symbol(subject.quantity), Symbol(name))
    above, below = order_of(asked)
    names = [each.name for each in below if isinstance(each, Symbol)]
    names.remove(subject.variable)
    return higher_partial(above, tuple(map(Symbol, [*names, name])))


def another_order(subject: Subject) -> Iterator[Wrong]:
    """A derivative of higher order broken off before the last."""
    asked = subject.part.quantity
    if not isinstance(asked, Partial) or not isinstance(asked.quantity, Partial):
        return
    assert subject.line is not None
    yield Wrong(subject.line, f"This is {subject.maths(asked.quantity)}: it is to be "
                f"differentiated once more, by {name_maths(subject.variable)}.")  # fmt: skip
    yield Wrong(differentiate(subject.reference, subject.variable), "This is differentiated by "
                f"{name_maths(subject.variable)} once too often.")  # fmt: skip


def not_differentiated(subject: Subject) -> Iterator[Wrong]:
    """The quantity itself, or the variable."""
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


def integrated(subject: Subject) -> Iterator[Wrong]:
    """An integral where a derivative belongs."""
    tree = subject.line
    variable = Symbol(subject.variable)
    sentence = f"This is an integral with respect to {subject.maths(variable)}, not a derivative."
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


def whole_chain(subject: Subject) -> Iterator[Wrong]:
    """A longer piece of the chain than was asked."""
    from grader.derive import total_derivative

    forward = subject.part.statement.forward
    for name in forward:
        try:
            # By our own rules: a worker that names a mistake needs no SymPy for it.
            found = total_derivative(forward, name, subject.variable, differentiate)
        except ValueError:
            continue
        if name == subject.quantity or not symbols(found):
            continue
        whole = Partial(Symbol(name), Symbol(subject.variable))
        yield Wrong(found, f"This is {subject.maths(whole)}, a longer piece of the chain: only "
                    f"{subject.maths(subject.part.quantity)} is asked.")  # fmt: skip


def reciprocal(subject: Subject) -> Iterator[Wrong]:
    """One over the right answer."""
    if subject.reference == ONE:
        return
    yield Wrong(Quotient(ONE, subject.reference), "Your answer is one over the right one.")


def zero(subject: Subject) -> Iterator[Wrong]:
    """Zero, where the quantity does depend on the variable."""
    yield Wrong(Number(Fraction(0)), f"The derivative is not zero: {name_maths(subject.quantity)} "
                f"depends on {name_maths(subject.variable)}.")  # fmt: skip
