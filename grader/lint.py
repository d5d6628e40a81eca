"""What may be wrong with a rubric that is sound: remarks for its author.

A rubric with a fault has no references at all, and the layers that read and derive tell
each one (:class:`grader.errors.RubricError`).  A remark is about a rubric that would
grade, though perhaps not what its author meant.  Each check is one function in ``CHECKS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product
from types import MappingProxyType

from grader.compare.intervals import WITHIN
from grader.compare.reference import Reference
from grader.compare.values import evaluate
from grader.errors import AnswerError, Fault, LimitError
from grader.expr.composite import Answer, Entries, Extents, Label, sides
from grader.expr.functions import SPELLINGS
from grader.expr.names import FREE, latex_name
from grader.expr.parser import parse_name
from grader.expr.tree import Call, Dimensions, Node, Number, symbols, walk
from grader.homework import Homework, credit_place
from grader.limits import PRECISIONS
from grader.mistakes.table import MISTAKES
from grader.questions import QUESTIONS
from grader.questions.layers import NAME
from grader.questions.part import Part
from grader.read.located import Located
from grader.read.rubric import PartFile, QuestionFile
from grader.results import Outcome, Verdict

Check = Callable[[Homework], Iterator[Fault]]


def remarks(homework: Homework) -> tuple[Fault, ...]:
    """Everything that a rubric's author should look at, in the order of the file."""
    return tuple(sorted({fault for check in CHECKS.values() for fault in check(homework)}))


def _remark(
    homework: Homework, where: Located, message: str, suggestion: str | None = None
) -> Fault:
    length = max(1, len(where.text.splitlines()[0]) if where.text else 1)
    return homework.file.fault(where.place, message, suggestion, where.path, length)


def _part_file(homework: Homework, part: Part) -> PartFile:
    """What the rubric writes of a part; one entry may stand for several (``by``)."""
    written = [each for question in homework.file.questions for each in question.parts]
    return next(
        (each for each in written if each.full_id == part.id),
        next((each for each in written if part.id.startswith(f"{each.full_id}_")), written[0]),
    )


def _canonical(name: Located) -> str | None:
    """The name as trees have it."""
    try:
        return parse_name(name.text, FREE)
    except (AnswerError, LimitError):
        return None


# --- Names ----------------------------------------------------------------------------


def _used(question: QuestionFile, parts: tuple[Part, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The names that some quantity, size or part of a question uses, and the functions
    of the table."""
    trees = [
        tree
        for part in parts
        for tree in (
            *_quantity(part),
            *_trees(part),
            *part.statement.forward.values(),
            *part.statement.sizes.values(),
            *(axis for axes in part.statement.extents.values() for axis in axes),
        )
    ]
    names = {name for tree in trees for name in symbols(tree)}
    calls = {each.function for tree in trees for each in walk(tree) if isinstance(each, Call)}
    return frozenset(names), frozenset(calls)


def _told_of(question: QuestionFile) -> Iterator[str]:
    """The names that a question's keys speak of: what is differentiated or integrated, and by
    what, and what goes into layers."""
    texts = [layer.expression for layer in question.layers]
    for part in question.parts:
        texts += [*part.of, *part.by, *part.hold, *part.answer]
        texts += [part.integral.of, part.integral.by] if part.integral else []
    if question.step is not None:
        texts += [question.step.of, question.step.rate]
    for text in texts:
        # "dy" may be y: what is differentiated stands in no tree that it is worked out to.
        for word in NAME.findall(text.text):
            yield from _names_of(word, word.removeprefix("d"))


def _told_in_prompts(question: QuestionFile) -> frozenset[str]:
    """The names that students are told: "write P for the softmax of each row"."""
    words = NAME.findall(" ".join((question.prompt, *(part.prompt for part in question.parts))))
    return frozenset(_names_of(*words))


def _names_of(*words: str) -> Iterator[str]:
    for word in filter(None, words):
        try:
            yield parse_name(word, FREE)
        except (AnswerError, LimitError):
            continue


def _trees(part: Part) -> tuple[Node, ...]:
    return sides(part.answer)


def _quantity(part: Part) -> tuple[Node, ...]:
    """The derivative or the name that is asked; nothing of a label."""
    return () if isinstance(part.quantity, Label) else (part.quantity,)


def _unused_names(homework: Homework) -> Iterator[Fault]:
    for question in homework.file.questions:
        used, calls = _used(question, homework.by_question[question.id])
        used |= frozenset(_told_of(question))
        told = _told_in_prompts(question)
        declared = (
            *((symbol.name, "symbol") for symbol in question.symbols),
            # The last one is where the forward pass ends: the loss, say.
            *((quantity.name, "quantity") for quantity in question.quantities[:-1]),
            *((size.name, "vector") for size in question.sizes),
        )
        for name, what in declared:
            canonical = _canonical(name)
            if canonical not in used and not (what == "quantity" and canonical in told):
                yield _remark(
                    homework,
                    name,
                    f"the {what} `{name.text}` is used by no quantity and asked by no part",
                    "take it out, or write where it belongs",
                )
        for layer in question.layers[:-1]:
            if _canonical(layer.name) not in used:
                yield _remark(
                    homework,
                    layer.name,
                    f"the layer `{layer.name.text}` goes into no other and is asked by no part",
                    "take it out, or ask for its size",
                )
        for name, meaning in question.functions:
            if SPELLINGS.get(meaning.text.strip().lower().removeprefix("\\")) not in calls:
                yield _remark(homework, name, f"the function `{name.text}` is never used")


# --- References -----------------------------------------------------------------------


def _constant(part: Part) -> bool:
    return not any(symbols(tree) for tree in _trees(part)) and not isinstance(
        part.answer, Dimensions | Extents
    )


def _constant_references(homework: Homework) -> Iterator[Fault]:
    """A question whose every answer is a number asks for no derivation; a single such
    part (∂y/∂φ₀ = 1) is a good first one."""
    for question in homework.file.questions:
        if question.kind.text not in DERIVED:
            continue
        parts = homework.by_question[question.id]
        if all(map(_constant, parts)):
            yield _remark(
                homework,
                Located(question.id, question.place, question.kind.path.rpartition(".")[0]),
                f"every answer to `{question.id}` is a plain number",
                "do its quantities depend on what they are differentiated by?",
            )
            continue
        for part in parts:
            if isinstance(part.answer, Number) and not part.answer.value:
                yield _remark(
                    homework,
                    _part_file(homework, part).quantity,
                    f"the answer to `{part.id}` is 0: the quantity does not depend on the variable",
                )


#: Kinds whose answers come from a differentiation, so that a plain number is odd.
DERIVED = frozenset(
    {"derivative", "chain_term", "gradient", "jacobian", "hessian", "matrix_derivative"}
)


def _coinciding_references(homework: Homework) -> Iterator[Fault]:
    """Two parts of a question that any answer gets both right: an answer written under
    the wrong one cannot be told, and one of them asks nothing new."""
    for parts in homework.by_question.values():
        for first, second in combinations(parts, 2):
            if first.quantity == second.quantity and first.answer == second.answer:
                reason = "asks the same"
            elif _in_the_same_words(homework, first, second):
                reason = "is asked in the same words"
            elif (
                not isinstance(first.answer, Node | Entries)
                or not isinstance(second.answer, Node | Entries)
                or _constant(first)
            ):
                continue  # sizes and small numbers coincide in good homework
            elif first.answer == second.answer or _accepts(second, first.answer):
                reason = "has the same answer"
            else:
                continue
            yield _remark(
                homework,
                _part_file(homework, second).quantity,
                f"`{second.id}` {reason} as `{first.id}`",
            )


def _in_the_same_words(homework: Homework, first: Part, second: Part) -> bool:
    """Whether nothing tells two parts apart for whoever reads the homework."""
    one, other = (_part_file(homework, part) for part in (first, second))
    return one is not other and (one.quantity.text, one.prompt) == (
        other.quantity.text, other.prompt)  # fmt: skip


def _judged(part: Part, answer: Answer) -> Verdict:
    return QUESTIONS[part.kind].judge(part, answer, {})


def _accepts(part: Part, answer: Answer) -> bool:
    names = frozenset[str]().union(*map(symbols, sides(answer)))
    if names - part.statement.leaves - part.statement.forward.keys():
        return False
    return _judged(part, answer).outcome is Outcome.EQUIVALENT


def _unsatisfiable(homework: Homework) -> Iterator[Fault]:
    """The derived answer must itself be accepted, or no student's can be: as it is, and as
    it is typed."""
    for part in homework.parts:
        verdict = _judged(part, part.answer)
        said = "the derived one is"
        if verdict.outcome is Outcome.EQUIVALENT:
            verdict = _typed(part)
            said = "typed as the key prints it, the derived one is"
        if verdict.outcome is not Outcome.EQUIVALENT:
            yield _remark(
                homework,
                _part_file(homework, part).quantity,
                f"no answer to `{part.id}` can be accepted: {said} {verdict.outcome}",
                verdict.reason,
            )


def _typed(part: Part) -> Verdict:
    """The verdict on the derived answer as a student may type it."""
    try:
        kind = QUESTIONS[part.kind]
        reading = kind.read(part.latex(part.answer), part.statement.vocabulary, part)
    except (AnswerError, LimitError) as error:
        return Verdict(Outcome.UNREADABLE, reason=error.message)
    return _judged(part, reading.tree)


def _undefined_places(homework: Homework) -> Iterator[Fault]:
    """Where a derived answer has no value, what students simplify it to may have one."""
    for part in homework.parts:
        found = next(filter(None, map(_undefined_for, part.references)), None)
        if found is not None:
            yield _remark(
                homework,
                _part_file(homework, part).quantity,
                f"the answer to `{part.id}` has no value for some values of `{latex_name(found)}`",
                "say what it may be, with `assume: nonnegative` or a `range`, or an answer that"
                " has values there needs a person",
            )


def _undefined_for(reference: Reference) -> str | None:
    """A name of which some values leave a reference without one: those of the points, changed."""
    if reference.by_parity is not reference.tree:
        return None  # ``(-1)^n`` has no value beside whole numbers
    for point in reference.points[:_POINTS]:
        for name, factor in product(sorted(reference.names & point.at.keys()), _FACTORS):
            if factor < 0 and name in reference.positive:
                continue
            at = {**point.at, name: point.at[name] * factor}
            try:
                found = evaluate(reference.tree, reference.environment, at, PRECISIONS[0])
            except LimitError:
                return None
            if found is not None and found.value is None:
                return name.removeprefix(WITHIN)
    return None


#: How many points are changed, and by what each of their values is multiplied in turn.
_POINTS = 3
_FACTORS = (Fraction(-1), Fraction(-100), Fraction(100), Fraction(1, 100))


# --- Layout and policy ----------------------------------------------------------------


def _mixed_layouts(homework: Homework) -> Iterator[Fault]:
    """Sizes of two questions in different layouts do not chain with each other."""
    stated = [
        question
        for question in homework.file.questions
        # Sizes alone must chain; matrix derivatives may well be asked in both.
        if question.layout is not None and question.kind.text != "matrix_derivative"
    ]
    for question in stated[1:]:
        if question.layout != stated[0].layout:
            yield _remark(
                homework,
                Located(question.id, question.place, question.kind.path.rpartition(".")[0]),
                f"`{question.id}` is in {question.layout} layout and `{stated[0].id}` "
                f"in {stated[0].layout} layout: their sizes do not chain",
            )


def _idle_credits(homework: Homework) -> Iterator[Fault]:
    """A credit for a mistake that is none here: in every part it does not arise, or the
    answer that it makes is right."""
    credit = homework.file.policy.partial_credit
    rows = {mistake.name for mistake in MISTAKES} & credit.keys()
    if not rows:
        return
    arising = {
        name
        for part in (each.in_numbers or each for each in homework.parts)
        for name, wrong in homework.diagnoser.wrong_answers(part)
        if name in rows and _judged(part, wrong.tree).outcome is not Outcome.EQUIVALENT
    }
    for name in sorted(rows - arising):
        yield _remark(
            homework,
            credit_place(homework.file, name),
            f"the credit for `{name}` can never be given: no part has that mistake",
        )


#: Each check by its name.
CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "unused names": _unused_names,
        "constant references": _constant_references,
        "coinciding references": _coinciding_references,
        "unsatisfiable parts": _unsatisfiable,
        "undefined places": _undefined_places,
        "mixed layouts": _mixed_layouts,
        "idle credits": _idle_credits,
    }
)
