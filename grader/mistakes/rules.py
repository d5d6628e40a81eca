"""Mistakes of rules: functions, powers and products differentiated wrongly, chains broken off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from grader.expr.calculus import ONE, differentiate, product_of, sum_of
from grader.expr.tree import (
    Call,
    Negation,
    Node,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    substitute,
    symbols,
)
from grader.mistakes.subject import Subject, Wrong, with_link

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


def wrong_rule(subject: Subject) -> Iterator[Wrong]:
    """A function or a power differentiated by a wrong rule."""
    for path in subject.paths:
        for link in path.links:
            of = link.of
            if link.kind == "slope" and isinstance(of, Call) and of.derivative == 0:
                for rule, sentence in _WRONG_RULES.get(of.function, ()):
                    tree = substitute(rule, {"\\u": of.arguments[0]})
                    yield Wrong(with_link(subject, link.factor, tree),
                                f"A rule is wrong: {sentence}.")  # fmt: skip
            if link.kind == "power" and isinstance(of, Power) and link.factor != of.exponent:
                kept = with_link(subject, link.factor, of)
                yield Wrong(kept, "The exponent of a power goes down by one.")


def stopped(subject: Subject) -> Iterator[Wrong]:
    """The chain broken off after some link, in every path."""
    longest = max((len(path.links) for path in subject.paths), default=0)
    for length in range(1, longest):
        trees = [product_of([link.factor for link in path.links[:length]])
                 for path in subject.paths]  # fmt: skip
        yield Wrong(sum_of(trees), "The chain stops early: the derivatives of the inner functions "
                    "are missing.")  # fmt: skip


def half_product_rule(subject: Subject) -> Iterator[Wrong]:
    """One term of the product rule in place of all, or the product of the derivatives."""
    variable, line = subject.variable, subject.line
    terms = line.terms if isinstance(line, Sum) else () if line is None else (line,)
    for k, term in enumerate(terms):
        product = term.operand if isinstance(term, Negation) else term
        if not isinstance(product, Product):
            continue
        moving = [place for place, f in enumerate(product.factors) if variable in symbols(f)]
        if len(moving) < 2:
            continue
        others = [differentiate(other, variable) for j, other in enumerate(terms) if j != k]
        choices = [([place], _HALF) for place in moving] + [(moving, _PRODUCT_OF_DERIVATIVES)]
        for places, sentence in choices:
            wrong = product_of(
                [differentiate(f, variable) if place in places else f
                 for place, f in enumerate(product.factors)]
            )  # fmt: skip
            signed = Negation(wrong) if isinstance(term, Negation) else wrong
            yield Wrong(sum_of([signed, *others]), sentence)


_HALF = "The product rule has a term for each factor; here one is missing."
_PRODUCT_OF_DERIVATIVES = "The derivative of a product is not the product of the derivatives."
