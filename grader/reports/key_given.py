"""How a reference follows that a rubric states through derivatives, or as an integral."""

from __future__ import annotations

from collections.abc import Iterator

from grader.compare.interpret import needed_names
from grader.compare.ladder import compare
from grader.derive import antiderivative
from grader.errors import AnswerError, LimitError
from grader.expr.calculus import differentiate
from grader.expr.derivation import derivation
from grader.expr.names import FREE
from grader.expr.parser import parse_expression, parse_name
from grader.expr.tree import Negation, Node, Partial, Sum, Symbol, order_of, substitute, walk
from grader.questions.built import MATHEMATICAL, reference_for, repeated, written_out
from grader.questions.part import Part
from grader.read.rubric import PartFile

#: A rule, and what it says, as LaTeX.
Line = tuple[str, str]


def stated_steps(part: Part, file: PartFile) -> tuple[Line, ...]:
    """What the rubric states, each derivative in it by its rules, and the values put in; of an
    integral its antiderivative.  Empty for an answer that is typed in and needs no steps."""
    try:
        if file.integral is not None:
            return tuple(_of_integral(part, file))
        if len(file.answer) == 1:
            return tuple(dict.fromkeys(_of_answer(part, file)))
    except (AnswerError, *MATHEMATICAL):
        pass
    return ()


def _of_answer(part: Part, file: PartFile) -> Iterator[Line]:
    statement = part.statement
    tree = parse_expression(file.answer[0].text, statement.vocabulary)
    partials = [each for each in walk(tree) if isinstance(each, Partial)]
    if not partials and not file.at:
        return
    yield "as the rubric states it", f"{part.latex(part.quantity)} = {part.latex(tree)}"
    forward = statement.forward
    for name in needed_names((tree,), forward):
        yield "by definition", f"{part.latex(Symbol(name))} = {part.latex(forward[name])}"
    for partial in dict.fromkeys(partials):
        yield from _of_partial(part, partial)
    if file.at:
        values = [
            (
                Symbol(parse_name(name.text, FREE)),
                parse_expression(value.text, statement.vocabulary),
            )
            for name, value in file.at
        ]
        told = r",\; ".join(f"{part.latex(name)} = {part.latex(value)}" for name, value in values)
        yield "taken at", told


def _of_partial(part: Part, partial: Partial) -> Iterator[Line]:
    """The rules of a derivative, one name after the other, and what comes out."""
    above, below = order_of(partial)
    names = tuple(each.name for each in below if isinstance(each, Symbol))
    forward = {name: line for name, line in part.statement.forward.items() if name not in names}
    tree = written_out(above, forward)
    for name in names:
        for step in derivation(tree, name):
            asked = part.latex(Partial(step.of, Symbol(name)))
            yield step.rule, f"{asked} = {part.latex(step.slope)}"
        tree = repeated(tree, (name,))[1]
    yield "together", f"{part.latex(partial)} = {part.latex(tree)}"


def _of_integral(part: Part, file: PartFile) -> Iterator[Line]:
    assert file.integral is not None
    statement, integral = part.statement, file.integral
    name = parse_name(integral.by.text, statement.vocabulary)
    of = parse_expression(integral.of.text, statement.vocabulary)
    lower, upper = (_end(part, end.text) for end in (integral.lower, integral.upper))
    sign = rf"\int_{{{lower}}}^{{{upper}}} {part.latex(of)} \, d{part.latex(Symbol(name))}"
    yield "as the rubric states it", f"{part.latex(part.quantity)} = {sign}"
    whole = written_out(of, statement.forward)
    found = antiderivative(whole, name)
    if found is None:
        return
    # SymPy's word is not enough: what is shown must have the integrand for its derivative.
    reference = reference_for(statement, whole, f"{part.id} integrand")
    if not compare(reference, differentiate(found, name)) or not _fits(part, file, found, name):
        return
    yield "an antiderivative", part.latex(found)
    between = rf"\left[ {part.latex(found)} \right]_{{{lower}}}^{{{upper}}}"
    yield "between its ends", f"{between} = {part.latex(part.answer)}"


def _fits(part: Part, file: PartFile, found: Node, name: str) -> bool:
    """Whether an antiderivative gives the value between its ends, where both are finite: of 1/x
    from -2 to -1 it is no logarithm of x."""
    assert file.integral is not None
    ends = []
    for where in (file.integral.upper, file.integral.lower):
        try:
            ends.append(parse_expression(where.text, part.statement.vocabulary))
        except (AnswerError, LimitError):
            return True  # it is infinite
    above, below = (substitute(found, {name: end}) for end in ends)
    return bool(compare(part.references[0], Sum((above, Negation(below)))))


def _end(part: Part, text: str) -> str:
    """An end of an integral as LaTeX; infinite ones are what they are."""
    try:
        return part.latex(parse_expression(text, part.statement.vocabulary))
    except (AnswerError, LimitError):
        return text.strip().strip("$").replace("∞", r"\infty ").replace("infinity", r"\infty ")
