"""What gradients, Jacobians and Hessians share: entries that are derived and judged one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from grader.derive import total_derivative
from grader.expr.arrays import parse_array
from grader.expr.composite import Answer, Entries
from grader.expr.names import Vocabulary, latex_name
from grader.expr.parser import Reading
from grader.expr.tree import Node, Partial, Symbol, higher_partial, symbols
from grader.limits import MAX_ENTRIES
from grader.questions.built import (
    MATHEMATICAL,
    Setting,
    at_point,
    label_of,
    made,
    read_name,
    read_point,
    reference_for,
    repeated,
    written_out,
)
from grader.questions.derivative import judge_expression
from grader.questions.part import Arrangement, Derived, Part, Statement
from grader.questions.statement import Faults, read_statement
from grader.read.rubric import PartFile, QuestionFile, RubricFile
from grader.results import Outcome, Verdict

#: Keys of a part whose answer has entries.
KEYS = frozenset({"of", "by", "at"})

#: What each entry is: what is differentiated, and the names it is differentiated by.
Cell = tuple[str, tuple[str, ...]]

#: From the quantities and the names to the cells, row by row, and how they are arranged.
Lay = Callable[[tuple[str, ...], tuple[str, ...], str | None], tuple[list[list[Cell]], Arrangement]]

#: From the quantities to what else people call the whole.
Spell = Callable[[tuple[str, ...], tuple[str, ...]], tuple[str, ...]]


def build_entries(
    question: QuestionFile, rubric: RubricFile, lay: Lay, spell: Spell, *, needs_layout: bool
) -> tuple[Part, ...]:
    """The parts of a question whose answers are arrays of derivatives.

    ``of`` says what is differentiated (the only quantity, if there is one) and ``by`` which
    names (all symbols).  Raises RubricError with all faults.
    """
    faults = Faults(rubric)
    statement = read_statement(question, faults)
    if needs_layout and question.layout is None:
        faults.add(
            question.kind,
            f"a question of kind `{question.kind.text}` needs a `layout`",
            "write `layout: numerator` (a row for each quantity) or `layout: denominator`",
        )
    parts: list[Part] = []
    for part in question.parts:
        above, below = _of(part, question, statement, faults), _by(part, statement, faults)
        point = read_point(part, statement, faults)
        if faults.found or not above or not below:
            continue
        cells, arrangement = lay(above, below, question.layout)
        if len(cells) * len(cells[0]) > MAX_ENTRIES:
            faults.add(part.quantity, f"this has more than {MAX_ENTRIES} entries")
            continue
        quantity = label_of(part.quantity, statement)
        setting = Setting(part, question, rubric, statement)
        try:
            inner = [
                [
                    _entry(setting, cell, (row, column), point)
                    for column, cell in enumerate(cell_row)
                ]
                for row, cell_row in enumerate(cells)
            ]
        except MATHEMATICAL as error:
            faults.add(part.quantity, str(error))
            continue
        flat = tuple(entry for row in inner for entry in row)
        trees = tuple(tuple(_tree(entry) for entry in row) for row in inner)
        # The Hessian of a linear function is rightly zero.
        if max(len(names) for row in cells for _, names in row) == 1 and not any(
            map(_is_not_zero, flat)
        ):
            faults.add(part.quantity, "every entry is zero: what is differentiated does not "
                       "depend on these names")  # fmt: skip
            continue
        parts.append(
            made(Setting(part, question, rubric, statement), quantity, Entries(trees),
                tuple(entry.references[0] for entry in flat),
                detail=arrangement, inner=flat,
                spellings=() if point else spell(above, below),
            )
        )  # fmt: skip
    faults.raise_if_any()
    return tuple(parts)


def _tree(part: Part) -> Node:
    assert isinstance(part.answer, Node)
    return part.answer


def _is_not_zero(part: Part) -> bool:
    values = [fixed.reference.value for fixed in part.references[0].points]
    return any(value is not None and value != 0 for value in values)


def _of(
    part: PartFile, question: QuestionFile, statement: Statement, faults: Faults
) -> tuple[str, ...]:
    if part.of:
        names = [
            read_name(each, statement.forward, statement, faults, "quantity") for each in part.of
        ]
        return tuple(name for name in names if name is not None)
    if len(statement.forward) == 1:
        return tuple(statement.forward)
    faults.add(
        part.quantity,
        "what is differentiated is not said, and the question has "
        + ("several quantities" if statement.forward else "no quantities"),
        f"write `{{quantity: {part.quantity.text}, of: …}}`",
    )
    return ()


def _by(part: PartFile, statement: Statement, faults: Faults) -> tuple[str, ...]:
    known = statement.leaves | statement.forward.keys()
    if not part.by:
        return statement.order
    names = [read_name(each, known, statement, faults, "name") for each in part.by]
    found = [name for name in names if name is not None]
    for name, where in zip(names, part.by, strict=True):
        if name is not None and found.count(name) > 1:
            faults.add(where, f"`{where.text}` stands here twice")
    return tuple(found)


def _entry(
    setting: Setting,
    cell: Cell,
    place: tuple[int, int],
    point: Mapping[str, Node],
) -> Part:
    """One entry as a part of its own, for comparing and for known mistakes."""
    statement = setting.statement
    above, names = cell[0], tuple(sorted(cell[1]))
    # A quantity of the forward pass may be what is differentiated by: then it is held.
    forward = {name: tree for name, tree in statement.forward.items() if name not in names}
    line, tree = repeated(written_out(forward[above], forward), names)
    if len(names) == 1 and symbols(forward[above]) & forward.keys():
        # In the names of the forward pass the chain stays in sight.
        tree = total_derivative(forward, above, names[0])
    if point:
        tree = at_point(written_out(tree, forward), point)
    number = f"{setting.part.full_id}[{place[0] + 1},{place[1] + 1}]"
    quantity = higher_partial(Symbol(above), tuple(map(Symbol, names)))
    assert isinstance(quantity, Partial)
    own = setting._replace(part=replace(setting.part, full_id=number))
    return made(own, quantity, tree,
        (reference_for(statement, tree, number),),
        derived=None if point else Derived(line, above, names[-1]),
    )  # fmt: skip


def judge_entries(part: Part, answer: Answer, definitions: Mapping[str, Node]) -> Verdict:
    """Compare shape, layout and entries.

    Right entries in the right places earn their share; an entry that is a person's to decide
    makes the whole a person's.
    """
    assert isinstance(answer, Entries), "the reader of this kind gives arrays"
    assert isinstance(part.answer, Entries)
    assert isinstance(part.detail, Arrangement)
    told = settled(part, answer)
    if told is None:
        return Verdict(Outcome.DIFFERENT, reason=_shape_reason(part.answer, answer))
    verdicts = [
        judge_expression(inner, entry, definitions)
        for inner, entry in zip(part.inner, told.flat, strict=True)
    ]
    return together(verdicts, told)


def settled(part: Part, answer: Entries) -> Entries | None:
    """The answer in the shape of the reference: a list is taken as a row or a column, and
    where the rubric has no layout so is any vector.  None where the shape differs."""
    wanted, arrangement = part.answer, part.detail
    assert isinstance(wanted, Entries)
    assert isinstance(arrangement, Arrangement)
    if answer.size == wanted.size and (not answer.is_list or 1 in wanted.size):
        return answer
    is_vector = 1 in wanted.size and 1 in answer.size
    if is_vector and len(answer.flat) == len(wanted.flat) and (
        answer.is_list or arrangement.form == "any"
    ):  # fmt: skip
        return answer.transposed()
    return None


def together(verdicts: list[Verdict], answer: Entries) -> Verdict:
    """The verdict on all entries: the method of the weakest proof, and where it is wrong."""
    outcomes = tuple(verdict.outcome for verdict in verdicts)
    right = Fraction(outcomes.count(Outcome.EQUIVALENT), len(outcomes))
    names = [_place(number, answer) for number in range(len(outcomes))]
    for verdict, name in zip(verdicts, names, strict=True):
        if verdict.outcome in (Outcome.UNDECIDED, Outcome.DISALLOWED, Outcome.UNREADABLE):
            reason = f"{name}: {verdict.reason}" if verdict.reason else f"{name} is not decided"
            return Verdict(verdict.outcome, reason=reason, span=verdict.span, tried=verdict.tried,
                           entries=outcomes)  # fmt: skip
    wrong = [name for name, outcome in zip(names, outcomes, strict=True)
             if outcome is Outcome.DIFFERENT]  # fmt: skip
    if wrong:
        first = verdicts[outcomes.index(Outcome.DIFFERENT)]
        return Verdict(
            Outcome.DIFFERENT, method=first.method, witness=first.witness,
            reason=f"{listed(wrong)} {'differs' if len(wrong) == 1 else 'differ'}; "
            f"{len(outcomes) - len(wrong)} of {len(outcomes)} entries are right",
            entries=outcomes, earned=right,
        )  # fmt: skip
    sampled = [verdict for verdict in verdicts if verdict.method == "sampled"]
    notes = tuple(dict.fromkeys(note for verdict in verdicts for note in verdict.notes))
    if sampled:
        weakest = min(sampled, key=lambda verdict: verdict.points or 0)
        return Verdict(Outcome.EQUIVALENT, method="sampled", points=weakest.points,
                       regions=weakest.regions, notes=notes, entries=outcomes)  # fmt: skip
    same = {verdict.method for verdict in verdicts} == {"identical"}
    return Verdict(Outcome.EQUIVALENT, method="identical" if same else "entries", notes=notes,
                   entries=outcomes)  # fmt: skip


def _place(number: int, answer: Entries) -> str:
    row, column = divmod(number, answer.size[1])
    return place_name(row, column, answer.size)


def place_name(row: int, column: int, size: tuple[int, int]) -> str:
    """``entry 2`` of a vector, ``entry (1, 2)`` of a matrix."""
    return f"entry {max(row, column) + 1}" if 1 in size else f"entry ({row + 1}, {column + 1})"


#: Places that a sentence names one by one.
_NAMED = 4


def listed(names: list[str]) -> str:
    """``entry 1 and entry 3``; of many, the first few and how many more."""
    shown = names if len(names) <= _NAMED else [*names[: _NAMED - 1], f"{len(names) - 3} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _shape_reason(wanted: Entries, answer: Entries) -> str:
    if answer.is_list:
        count = len(answer.flat)
        what = f"a list of {count} {'entry' if count == 1 else 'entries'}"
    else:
        what = f"{answer.size[0]} × {answer.size[1]}"
    return f"this is {what}, and {wanted.size[0]} × {wanted.size[1]} is asked"


def read_entries(text: str, vocabulary: Vocabulary, part: Part) -> Reading:
    """An array, with what people write around it."""
    return parse_array(text, vocabulary)


def vector_form(layout: str | None) -> Arrangement:
    """How a gradient stands: a column in denominator layout, a row in numerator layout."""
    if layout == "denominator":
        return Arrangement("column")
    return Arrangement("any" if layout is None else "row")


def spelled(*patterns: str) -> Spell:
    """Labels made of the names: ``{of}`` and ``{by}`` stand for them, separated by commas."""

    def spell(above: tuple[str, ...], below: tuple[str, ...]) -> tuple[str, ...]:
        of, by = (",".join(map(latex_name, names)) for names in (above, below))
        return tuple(pattern.replace("<of>", of).replace("<by>", by) for pattern in patterns)

    return spell
