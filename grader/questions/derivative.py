"""``kind: derivative``: ∂y/∂θ of a quantity of the forward pass, worked out in full."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from grader.compare.interpret import Unevaluated
from grader.compare.kinks import difference_at_kink
from grader.compare.ladder import compare
from grader.compare.rounding import compare_rounded
from grader.expr.composite import Answer
from grader.expr.names import Vocabulary, latex_name
from grader.expr.parser import Reading, parse_answer
from grader.expr.tree import Node, Number, Partial, Symbol, order_of, symbols
from grader.questions.built import (
    MATHEMATICAL,
    Setting,
    made,
    read_name,
    reference_for,
    repeated,
    written_out,
)
from grader.questions.part import Derived, Kind, Part, Statement
from grader.questions.partials import Disallowed, work_out
from grader.questions.statement import Faults, asked_links, read_partial, read_statement
from grader.read.rubric import PartFile, QuestionFile, RubricFile
from grader.results import Outcome, Verdict


def build_derivatives(question: QuestionFile, rubric: RubricFile) -> tuple[Part, ...]:
    """The parts of a question about derivatives, of any order and through the forward pass.

    Raises RubricError with all faults.
    """
    faults = Faults(rubric)
    statement = read_statement(question, faults)
    parts: list[Part] = []
    for part in _each(question.parts, statement, faults):
        quantity = read_partial(part, statement, faults, orders=True)
        held = {
            read_name(name, statement.forward, statement, faults, "quantity") for name in part.hold
        }
        if quantity is None or faults.found:
            continue
        setting = Setting(part, question, rubric, statement)
        try:
            derived, tree = full_derivative(statement, quantity, held)
            if statement.vocabulary.indices:
                parts.append(_with_sums(setting, quantity, tree))
                continue
            reference = reference_for(statement, tree, part.full_id)
        except MATHEMATICAL as error:
            faults.add(part.quantity, str(error))
            continue
        parts.append(made(setting, quantity, tree, (reference,), derived=derived))
    faults.raise_if_any()
    return tuple(parts)


def build_chain_terms(question: QuestionFile, rubric: RubricFile) -> tuple[Part, ...]:
    """The parts of a question about single links of a chain.  Raises RubricError."""
    faults = Faults(rubric)
    statement = read_statement(question, faults)
    parts: list[Part] = []
    for part, quantity, above, below in asked_links(question, statement, faults):
        setting = Setting(part, question, rubric, statement)
        try:
            from grader.derive import chain_term

            tree = chain_term(statement.forward, above, below, statement.vocabulary.indices)
            if statement.vocabulary.indices:
                parts.append(_with_sums(setting, quantity, tree))
                continue
            reference = reference_for(statement, tree, part.full_id)
        except MATHEMATICAL as error:
            faults.add(part.quantity, str(error))
            continue
        derived = Derived(statement.forward[above], above, below)
        parts.append(made(setting, quantity, tree, (reference,), derived=derived))
    faults.raise_if_any()
    return tuple(parts)


def _with_sums(setting: Setting, quantity: Partial, tree: Node) -> Part:
    """A part with sums; known mistakes are derived from what it is with numbers for sizes."""
    from grader.questions.sums import part_with_sums

    made_part = part_with_sums(setting, quantity, tree)
    inner = made_part.in_numbers
    above, below = quantity.quantity, quantity.variable
    if inner is None or not isinstance(above, Symbol) or not isinstance(below, Symbol):
        return made_part
    line = inner.statement.forward.get(above.name)
    derived = None if line is None else Derived(line, above.name, below.name)
    return replace(made_part, in_numbers=replace(inner, derived=derived))


def _each(parts: tuple[PartFile, ...], statement: Statement, faults: Faults) -> Iterator[PartFile]:
    """The parts; one that is asked ``by`` a list of names is a part for each of them.

    The derivative of y ``by: [u, v]`` under the id ``dy`` has the parts ``dy_u`` and ``dy_v``.
    """
    ids = {part.id for part in parts}
    known = statement.leaves | statement.forward.keys()
    for part in parts:
        if not part.by:
            yield part
            continue
        for name in part.by:
            variable = read_name(name, known, statement, faults, "name")
            if variable is None:
                continue
            own = f"{part.id}_{variable}"
            if own in ids:
                faults.add(name, f"two parts are called `{own}`")
                continue
            ids.add(own)
            above = part.quantity.text.strip().strip("$")
            quantity = replace(
                part.quantity, text=rf"\partial {above} / \partial {latex_name(variable)}"
            )
            question = part.full_id.partition(".")[0]
            yield replace(
                part,
                id=own,
                full_id=f"{question}.{own}",
                quantity=quantity,
                by=(),
                place=name.place,
            )


def full_derivative(
    statement: Statement, quantity: Partial, held: Collection[str | None] = ()
) -> tuple[Derived, Node]:
    """A derivative of any order through the forward pass, and where it comes from.

    ``held`` are quantities of the forward pass that count as fixed.  A quantity that it is
    differentiated by is a variable, whatever it is made from.  Raises ValueError.
    """
    above, below = order_of(quantity)
    assert isinstance(above, Symbol)
    names = tuple(each.name for each in below if isinstance(each, Symbol))
    fixed = {*held, *names}
    forward = {name: tree for name, tree in statement.forward.items() if name not in fixed}
    if above.name not in forward:
        raise ValueError(f"`{above.name}` is not defined by this question")
    full = forward[above.name]
    if statement.vocabulary.indices:
        from grader.expr.families import unfolded

        full = unfolded(full, forward, statement.vocabulary.indices)
    full = written_out(full, forward)
    for name in names:
        if name not in symbols(full):
            raise ValueError(f"`{above.name}` does not depend on `{name}`")
    line, found = repeated(full, names, statement.vocabulary.indices)
    if len(names) == 1 and isinstance(found, Number) and not found.value:
        raise ValueError(f"`{above.name}` does not depend on `{names[0]}`")
    through = symbols(forward[above.name]) & forward.keys()
    if len(names) == 1 and through and not statement.vocabulary.indices:
        # In the names of the forward pass the chain stays in sight.
        from grader.derive import total_derivative

        found = total_derivative(forward, above.name, names[0])
    return Derived(line, above.name, names[-1]), found


def judge_expression(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Verdict:
    """Compare an expression with the part's reference."""
    assert isinstance(answer, Node), "the reader of this kind gives expressions"
    if part.sums is not None:
        from grader.questions.sums import judge_sums

        return judge_sums(part, answer, definitions)
    try:
        return _compared(part, answer, definitions)
    except Unevaluated:
        pass  # worked out below: rare, and no cost to the answers without
    if not isinstance(part.quantity, Partial):
        reason = "this contains a derivative that is not worked out"
        return Verdict(Outcome.DISALLOWED, reason=reason)
    forward = {**part.statement.forward, **definitions}
    asked = part.quantity
    try:
        answer = work_out(answer, asked, forward)
        definitions = {name: work_out(tree, asked, forward) for name, tree in definitions.items()}
    except Disallowed as disallowed:
        return Verdict(Outcome.DISALLOWED, reason=disallowed.reason, span=disallowed.span)
    except ValueError as error:
        return Verdict(Outcome.UNDECIDED, reason=str(error))
    return _compared(part, answer, definitions)


def _compared(part: Part, answer: Node, definitions: Mapping[str, Node]) -> Verdict:
    """The verdict under the rubric's rules for decimals and kinks."""
    reference, rules = part.references[0], part.rules
    if rules.significant is None:
        verdict = compare(reference, answer, definitions)
    else:
        verdict = compare_rounded(reference, answer, definitions, significant=rules.significant)
    if rules.kink_notes and verdict.outcome is Outcome.EQUIVALENT:
        kink = difference_at_kink(reference, answer, definitions)
        if kink is not None:
            note = "at a kink it has another value than the reference (> for ≥, say)"
            verdict = replace(verdict, notes=(*verdict.notes, note))
    return verdict


def read_expression(text: str, vocabulary: Vocabulary, part: Part) -> Reading:
    """An expression, with what people write around it."""
    return parse_answer(text, vocabulary)


DERIVATIVE = Kind(
    name="derivative",
    build=build_derivatives,
    read=read_expression,
    judge=judge_expression,
    keys=frozenset({"by", "hold"}),
    sections=frozenset({"indices"}),
)

CHAIN_TERM = Kind(
    name="chain_term",
    build=build_chain_terms,
    read=read_expression,
    judge=judge_expression,
    sections=frozenset({"indices"}),
)
