"""``kind: value``: a number, exactly, to a tolerance or to significant digits.

It is given by ``answer``, by an ``integral``, or derived as an expression is; ``at`` puts
values in.  A unit that the rubric names may be written behind it, or left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from flint import arb, ctx, fmpq

from grader.compare.interpret import Unevaluated
from grader.compare.ladder import compare
from grader.compare.numbers import Value
from grader.compare.rounding import compare_rounded
from grader.compare.values import evaluate
from grader.derive import End, definite_integral
from grader.errors import LimitError
from grader.expr.composite import Answer
from grader.expr.names import Vocabulary
from grader.expr.parser import Reading, parse_answer
from grader.expr.reading import Note
from grader.expr.tree import Node, symbols
from grader.limits import PRECISIONS
from grader.questions.built import (
    MATHEMATICAL,
    Setting,
    label_of,
    made,
    read_name,
    read_tree,
    reference_for,
    written_out,
)
from grader.questions.expression import asked_for
from grader.questions.part import Closeness, Kind, Part, Statement
from grader.questions.statement import Faults, read_statement
from grader.read.located import Located
from grader.read.rubric import Integral, PartFile, QuestionFile, RubricFile
from grader.results import Outcome, Verdict
from grader.source import Span

_TOLERANCE = re.compile(r"\s*(\d{1,12}(?:\.\d{1,12})?(?:[eE]-\d{1,2})?)\s*(%?)\s*")


def build_values(question: QuestionFile, rubric: RubricFile) -> tuple[Part, ...]:
    """The parts of a question whose answers are numbers.  Raises RubricError."""
    faults = Faults(rubric)
    statement = read_statement(question, faults)
    parts: list[Part] = []
    for part in question.parts:
        if part.integral is not None:
            tree = _integral(part.integral, statement, faults)
        else:
            tree = asked_for(part, statement, faults)
        closeness = _closeness(part, rubric, faults)
        if tree is None:
            continue
        names = symbols(tree)
        if names:
            faults.add(part.quantity, f"its value depends on `{min(names)}`",
                       "give the value of each symbol under `at`")  # fmt: skip
            continue
        try:
            reference = reference_for(statement, tree, part.full_id)
        except MATHEMATICAL as error:
            faults.add(part.quantity, str(error))
            continue
        quantity = label_of(part.quantity, statement)
        parts.append(
            made(Setting(part, question, rubric, statement), quantity, tree, (reference,), detail=closeness
            )
        )  # fmt: skip
    faults.raise_if_any()
    return tuple(parts)


def _integral(integral: Integral, statement: Statement, faults: Faults) -> Node | None:
    by = read_name(integral.by, statement.leaves, statement, faults, "symbol")
    of = read_tree(integral.of, statement, faults)
    ends = [_end(each, statement, faults) for each in (integral.lower, integral.upper)]
    if by is None or of is None or None in ends:
        return None
    lower, upper = (
        end if isinstance(end, str) else written_out(end, statement.forward)
        for end in ends
        if end is not None
    )
    try:
        return definite_integral(written_out(of, statement.forward), by, lower, upper)
    except MATHEMATICAL as error:
        faults.add(integral.of, str(error), "give its value under `answer`")
        return None


#: An infinite end of an integral, as it may be written.
_INFINITE = re.compile(r"\s*\$?\s*([-+−]?)\s*(?:\\infty|∞|oo|infinity)\s*\$?\s*")


def _end(where: Located, statement: Statement, faults: Faults) -> Node | End | None:
    found = _INFINITE.fullmatch(where.text)
    if found is None:
        return read_tree(where, statement, faults)
    return "-infinity" if found[1] in ("-", "−") else "infinity"


def _closeness(part: PartFile, rubric: RubricFile, faults: Faults) -> Closeness:
    unit = None if part.unit is None else part.unit.text.strip()
    significant = part.significant
    if part.tolerance is None:
        return Closeness(None, None, significant or rubric.policy.significant, unit)
    if significant is not None:
        faults.add(part.tolerance, "a value has a tolerance or significant digits, not both")
    found = _TOLERANCE.fullmatch(part.tolerance.text)
    if found is None or not Fraction(found[1]):
        faults.add(part.tolerance, f"`{part.tolerance.text}` is no tolerance",
                   "write `0.01`, or `1%` of the right value")  # fmt: skip
        return Closeness()
    size = Fraction(found[1])
    if found[2]:
        return Closeness(None, size / 100, None, unit)
    return Closeness(size, None, None, unit)


def judge_value(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Verdict:
    """Compare a number: exactly, then as near as the rubric asks."""
    assert isinstance(answer, Node), "the reader of this kind gives expressions"
    assert isinstance(part.detail, Closeness)
    closeness, reference = part.detail, part.references[0]
    try:
        if closeness.significant is not None:
            rounded = compare_rounded(
                reference, answer, definitions, significant=closeness.significant
            )
            near = rounded.method == "sampled"
            return replace(rounded, method="tolerance", points=None) if near else rounded
        verdict = compare(reference, answer, definitions)
    except Unevaluated:
        return Verdict(Outcome.DISALLOWED, reason="a number is asked, and this is a derivative")
    allowed = closeness.absolute if closeness.absolute is not None else closeness.relative
    if verdict.outcome is Outcome.EQUIVALENT or allowed is None:
        return verdict
    assert isinstance(part.answer, Node)
    near_enough = is_near(part, answer, part.answer, definitions)
    if near_enough is None:
        return verdict
    if near_enough:
        how = (f"{allowed * 100}% of the right value" if closeness.absolute is None
               else f"{allowed} of the right value")  # fmt: skip
        return Verdict(Outcome.EQUIVALENT, method="tolerance", notes=(f"it is within {how}",))
    return verdict if verdict.outcome is Outcome.DIFFERENT else replace(
        verdict, reason="it could not be decided whether this is near enough"
    )  # fmt: skip


def is_near(part: Part, answer: Node, target: Node, definitions: Mapping[str, Node]) -> bool | None:
    """Whether a number is certainly within the part's tolerance of another (True) or
    certainly outside (False); None where that is not certain, and for what is no number.

    Significant digits count as half a unit of the last digit of the target.
    """
    assert isinstance(part.detail, Closeness)
    environment = {**part.statement.forward, **definitions}
    for precision in PRECISIONS[1:]:
        try:
            mine = evaluate(answer, environment, {}, precision)
            theirs = evaluate(target, part.statement.forward, {}, precision)
        except (LimitError, KeyError, Unevaluated):
            return None
        if mine is None or theirs is None or mine.value is None or theirs.value is None:
            return None
        decided = _within(mine.value, theirs.value, part.detail, precision)
        if decided is not None:
            return decided
    return None


def _within(mine: Value, theirs: Value, closeness: Closeness, precision: int) -> bool | None:
    if isinstance(mine, fmpq) and isinstance(theirs, fmpq):
        exact = abs(mine - theirs)
        if closeness.absolute is not None:
            return bool(exact <= _exact(closeness.absolute))
        if closeness.relative is not None:
            return bool(exact <= abs(theirs) * _exact(closeness.relative))
    with ctx.workprec(precision):
        left, right = arb(mine), arb(theirs)
        gap, size = abs(left - right), abs(right)
        if closeness.absolute is not None:
            room = arb(_exact(closeness.absolute))
        elif closeness.relative is not None:
            room = size * _exact(closeness.relative)
        elif closeness.significant is not None:
            room = size * arb(10) ** (1 - closeness.significant) / 2
        else:
            room = arb(0)
        if gap <= room:
            return True
        return False if gap > room else None


def _exact(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def read_value(text: str, vocabulary: Vocabulary, part: Part) -> Reading:
    """A number; the part's unit behind it is left out, with a note."""
    assert isinstance(part.detail, Closeness)
    unit = part.detail.unit
    if unit is not None:
        found = _unit(unit).search(text)
        if found is not None and text[: found.start()].strip():
            # A dollar before the number has its partner behind the unit.
            reading = parse_answer(text[: found.start()].replace("$", " "), vocabulary)
            span = Span(found.start(), found.start() + len(found[0].rstrip()))
            note = Note(span, f"the unit `{unit}` is not compared", "unread")
            return replace(reading, text=text, notes=(*reading.notes, note))
    return parse_answer(text, vocabulary)


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


#: What may stand before a unit in LaTeX's upright letters.
_UPRIGHT = r"\\(?:text|mathrm|textrm|si|unit)\s*"


def _unit(unit: str) -> re.Pattern[str]:
    r"""The unit at the end of a text, plain or in LaTeX's upright letters; of ``m/s`` also
    ``\frac{m}{s}`` and ``m s^{-1}``."""
    spelled = [_letters(unit)]
    above, slash, below = unit.partition("/")
    if slash and "/" not in below and above.strip():
        over = rf"\\[dt]?frac\s*\{{\s*{_letters(above)}\s*\}}\s*\{{\s*{_letters(below)}\s*\}}"
        spelled += [over, _letters(f"{above} {_inverse(below)}")]
    letters = f"(?:{'|'.join(spelled)})"
    return re.compile(
        rf"(?:\s|\\[,;: ]|~)*(?:{_UPRIGHT}\{{\s*(?:\\[,;: ])?\s*{letters}\s*\}}"
        rf"|(?<![A-Za-z\\]){letters})\s*[$.]*\s*\Z"
    )


def _inverse(unit: str) -> str:
    """``s`` as ``s^-1``, ``s^2`` as ``s^-2``."""
    raised = re.sub(r"\^\{?(\d+)\}?", r"^-\1", unit)
    return raised if raised != unit else f"{unit.rstrip()}^-1"


def _letters(unit: str) -> str:
    """A pattern for what a unit is made of, in order."""
    runs = []
    for run in re.findall(r"[^\W\d_]+|\^\{?-?\d+\}?|\S", unit):
        if run[0] == "^":
            digits = re.escape(run.strip("^{}"))
            raised = re.escape(run.strip("^{}").translate(_RAISED))
            runs.append(rf"(?:\^\s*\{{?\s*{digits}\s*\}}?|{raised})")
        elif run.isalpha():
            runs.append(rf"(?:{_UPRIGHT}\{{\s*{re.escape(run)}\s*\}}|{re.escape(run)})")
        else:
            runs.append(rf"\\?{re.escape(run)}")
    return r"(?:\s|\\[,;: ]|\\cdot|·)*".join(runs)


VALUE = Kind(
    name="value",
    build=build_values,
    read=read_value,
    judge=judge_value,
    keys=frozenset({"answer", "at", "integral", "tolerance", "significant", "unit"}),
)
