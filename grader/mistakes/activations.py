"""Mistakes of indicators and activations: the wrong unit's, turned round, undifferentiated."""

from __future__ import annotations

from collections.abc import Iterator

from grader.expr.calculus import ONE, product_of, sum_of
from grader.expr.tree import Call, Indicator, Negation, Node, Relation, Sum, walk
from grader.mistakes.paths import slope_of
from grader.mistakes.subject import Subject, Wrong, with_link


def _indicators(subject: Subject) -> list[Indicator]:
    """The indicators of the derivation, then the other ones of the question."""
    found: dict[Indicator, None] = {}
    for path in subject.paths:
        found.update({link.factor: None for link in path.links
                      if isinstance(link.factor, Indicator)})  # fmt: skip
    for part in subject.parts:
        if isinstance(part.answer, Node):
            found.update({p: None for p in walk(part.answer) if isinstance(p, Indicator)})
    return list(found)


def negated_indicator(subject: Subject) -> Iterator[Wrong]:
    """A condition turned round: I[z < 0] for I[z > 0]."""
    for indicator in _own_indicators(subject):
        turned = Sum((ONE, Negation(indicator)))
        yield Wrong(with_link(subject, indicator, turned),
                    f"The condition of the indicator {subject.maths(indicator)} is turned round.")  # fmt: skip


def _own_indicators(subject: Subject) -> list[Indicator]:
    return list(dict.fromkeys(link.factor for path in subject.paths for link in path.links
                              if isinstance(link.factor, Indicator)))  # fmt: skip


def _argument(indicator: Indicator) -> Node | None:
    condition = indicator.condition
    return condition.left if isinstance(condition, Relation) else None


def inner_for_outer(subject: Subject) -> Iterator[Wrong]:
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


def wrong_unit(subject: Subject) -> Iterator[Wrong]:
    """The indicator of another unit, in all paths or in one."""
    for own in _own_indicators(subject):
        for other in _indicators(subject):
            beside = [
                other in factors
                for path in subject.paths
                if own in (factors := {link.factor for link in path.links})
            ]
            if other == own or all(beside):
                continue  # I² = I: then one indicator is just missing
            sentence = (f"The indicator {subject.maths(other)} stands where {subject.maths(own)} belongs: "
                        "it is that of another unit.")  # fmt: skip
            yield Wrong(with_link(subject, own, other), sentence)
            for path in subject.paths:
                if len(subject.paths) > 1 and own in {link.factor for link in path.links}:
                    yield Wrong(with_link(subject, own, other, path), sentence)


def function_for_slope(subject: Subject) -> Iterator[Wrong]:
    """a[z] where a'[z] belongs."""
    for path in subject.paths:
        for link in path.links:
            if link.kind == "slope" and isinstance(link.of, Call):
                yield Wrong(with_link(subject, link.factor, link.of),
                            f"{subject.maths(link.of)} stands where its derivative belongs.")  # fmt: skip


def slope_for_function(subject: Subject) -> Iterator[Wrong]:
    """a'[z], or z itself, where a[z] belongs."""
    for path in subject.paths:
        for link in path.links:
            factor = link.factor
            if link.kind == "slope" or not isinstance(factor, Call) or len(factor.arguments) != 1:
                continue
            slope = slope_of(factor)
            yield Wrong(with_link(subject, factor, slope),
                        f"The derivative of {subject.maths(factor)} stands where {subject.maths(factor)} itself "
                        "belongs.")  # fmt: skip
            yield Wrong(with_link(subject, factor, factor.arguments[0]),
                        f"{subject.maths(factor.arguments[0])} stands where {subject.maths(factor)} belongs: the "
                        "activation is missing.")  # fmt: skip
