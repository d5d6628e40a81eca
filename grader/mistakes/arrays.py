"""Mistakes in vectors, matrices and lists: the arrangement first, then entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from grader.compare.cases import Side
from grader.compare.ladder import proved_equal
from grader.expr.composite import Answer, Entries
from grader.expr.tree import Negation, Node
from grader.mistakes.diagnosis import Diagnosis
from grader.mistakes.subject import Wrong
from grader.questions.entries import place_name, settled
from grader.questions.part import Arrangement, Part

#: What finds the mistake in one entry.
Diagnose = Callable[[Part, Answer, Mapping[str, Node]], Diagnosis | None]

TRANSPOSED = "transposed"
SWAPPED = "swapped_entries"
#: Several entries are wrong, each for a reason of its own.
SEVERAL = "several_entries"

_TRANSPOSED = ("Rows and columns are swapped: the right entries stand in the transposed "
               "arrangement.")  # fmt: skip
_TRANSPOSED_NUDGE = "Which of the two gives the rows, and which the columns?"
_SWAPPED = "The entries are right, but not in this order."
_SWAPPED_NUDGE = "Check the order of the entries."


def diagnose_entries(
    part: Part, answer: Entries, definitions: Mapping[str, Node], diagnose: Diagnose
) -> Diagnosis | None:
    """What is wrong with an array that is known to be different, where it is certain."""
    wanted = part.answer
    assert isinstance(wanted, Entries)
    assert isinstance(part.detail, Arrangement)
    if part.detail.form == "list":
        return _of_list(part, answer, definitions)

    def is_right(inner: Part, entry: Node) -> bool:
        return _is_right(inner, entry, definitions)

    turned = answer.transposed()
    if turned.size == wanted.size and all(map(is_right, part.inner, turned.flat)):
        return Diagnosis(TRANSPOSED, _TRANSPOSED, _TRANSPOSED_NUDGE)
    told = settled(part, answer)
    if told is None:
        return None
    if all(is_right(inner, Negation(entry))
           for inner, entry in zip(part.inner, told.flat, strict=True)):  # fmt: skip
        return Diagnosis("sign", "The sign of every entry is wrong.", "Check the signs.")
    if _is_permuted(part.inner, told.flat, definitions):
        return Diagnosis(SWAPPED, _SWAPPED, _SWAPPED_NUDGE)
    wrong = [(k, entry) for k, entry in enumerate(told.flat) if not is_right(part.inner[k], entry)]
    found = [(k, diagnose(part.inner[k], entry, definitions)) for k, entry in wrong]
    known = [(k, each) for k, each in found if each is not None]
    if not known:
        return None
    names = {each.mistake for _, each in known}
    whole = len(known) == len(found)
    mistake = names.pop() if whole and len(names) == 1 else SEVERAL
    sentences = [f"{_place(k, told)}: {each.sentence}" for k, each in known]
    nudges = [f"{_place(k, told)}: {each.nudge}" for k, each in known]
    if not whole:
        more = [_place(k, told).lower() for k, each in found if each is None]
        sentences.append(f"Wrong too: {', '.join(more)}.")
        nudges.append(f"Look at these too: {', '.join(more)}.")
    return Diagnosis(mistake, " ".join(sentences), " ".join(nudges))


def _of_list(part: Part, answer: Entries, definitions: Mapping[str, Node]) -> Diagnosis | None:
    if _is_permuted(part.inner, answer.flat, definitions):
        return Diagnosis(SWAPPED, _SWAPPED, _SWAPPED_NUDGE)
    return None


def _place(number: int, answer: Entries) -> str:
    row, column = divmod(number, answer.size[1])
    name = place_name(row, column, answer.size)
    return name[:1].upper() + name[1:]


def _is_right(inner: Part, entry: Node, definitions: Mapping[str, Node]) -> bool:
    reference = inner.references[0]
    return proved_equal(
        Side(entry, {**reference.environment, **definitions}),
        Side(reference.tree, reference.environment),
        reference.positive,
    )


def _is_permuted(
    parts: tuple[Part, ...], entries: tuple[Node, ...], definitions: Mapping[str, Node]
) -> bool:
    """Whether the entries are the right ones in another order."""
    if len(parts) != len(entries):
        return False
    left = list(parts)
    for entry in entries:
        found = next((one for one in left if _is_right(one, entry, definitions)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def wrong_entries(part: Part) -> Iterator[tuple[str, Wrong]]:
    """Wrong answers of the whole array, for an instructor to look at."""
    wanted = part.answer
    assert isinstance(wanted, Entries)
    assert isinstance(part.detail, Arrangement)
    if part.detail.form in ("column", "row", "matrix"):
        yield TRANSPOSED, Wrong(wanted.transposed(), _TRANSPOSED)
    if part.detail.form == "list" and not part.detail.ordered:
        return  # [2, -2] with the opposite signs is right
    flat = wanted.flat
    for k in range(len(flat) - 1):
        swapped = [*flat[:k], flat[k + 1], flat[k], *flat[k + 2 :]]
        yield SWAPPED, Wrong(_like(wanted, swapped), _SWAPPED)
    yield "sign", Wrong(_like(wanted, [Negation(entry) for entry in flat]), "The sign of every "
                        "entry is wrong.")  # fmt: skip


def _like(wanted: Entries, flat: list[Node]) -> Entries:
    width = wanted.size[1]
    rows = tuple(tuple(flat[k : k + width]) for k in range(0, len(flat), width))
    return Entries(rows, wanted.is_list)
