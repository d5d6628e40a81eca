"""What the question of a draft asks, by its kind: the lines of an author, and what goes
without saying."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from grader.draft import Asked, Draft, error_at, split_line
from grader.errors import AnswerError, LimitError
from grader.expr.names import FREE
from grader.expr.parser import parse_expression, parse_name, parse_quantity
from grader.expr.tree import Node, Partial, Symbol, symbols


def add_asked(draft: Draft, text: str) -> Draft:
    """With one more part.  Raises AnswerError, LimitError."""
    asked = ASKING[draft.kind].read(draft, text.strip())
    return replace(draft, asked=(*draft.asked, replace(asked, name=_free(draft, asked.name))))


def ask_everything(draft: Draft) -> Draft:
    """With the parts that go without saying for this kind; none without a forward pass."""
    if draft.quantities:
        for text in ASKING[draft.kind].everything(draft):
            draft = add_asked(draft, text)
    return draft


def add_rate(draft: Draft, text: str) -> Draft:
    """With a learning rate; a new name becomes a symbol.  Raises AnswerError, LimitError."""
    try:
        name = parse_name(text, FREE)
    except (AnswerError, LimitError):
        name = ""  # an expression, which the next line reads
    if name and name not in draft.vocabulary.names:
        draft = replace(draft, symbols=(*draft.symbols, text.strip()))
    parse_expression(text, draft.vocabulary)
    return replace(draft, rate=text.strip())


def _free(draft: Draft, name: str) -> str:
    """The id, or with a number behind it where it is taken."""
    taken = {asked.name for asked in draft.asked}
    return next(each for each in (name, *(f"{name}_{k}" for k in range(2, 1000))) if each not in taken)  # fmt: skip


def _plain(*names: str) -> str:
    """An id made of names."""
    made = "_".join(re.sub(r"\W+", "_", name).strip("_") for name in names).strip("_")
    return made if re.match(r"[A-Za-z]", made) else f"part_{made}".rstrip("_")


# --- The forward pass -----------------------------------------------------------------


def _forward(draft: Draft) -> dict[str, Node]:
    """The quantities by the names that trees have."""
    vocabulary = draft.vocabulary
    return {
        parse_name(line.name, FREE): parse_expression(line.text, vocabulary)
        for line in draft.quantities
    }


def _written(draft: Draft) -> dict[str, str]:
    """Every name as its author wrote it, by the name that trees have."""
    names = (*draft.symbols, *(line.name for line in draft.quantities))
    return {parse_name(name, FREE): name for name in names}


def _leaves(forward: Mapping[str, Node], name: str) -> frozenset[str]:
    pending, leaves, seen = [name], set(), set()
    while pending:
        each = pending.pop()
        if each in forward and each not in seen:
            seen.add(each)
            pending.extend(symbols(forward[each]))
        elif each not in forward:
            leaves.add(each)
    return frozenset(leaves)


def _known(draft: Draft, words: Iterable[str], *, quantities: bool) -> tuple[str, ...]:
    """Names as they are written, each known to the draft.  Raises AnswerError."""
    forward, written = _forward(draft), _written(draft)
    found: list[str] = []
    for word in words:
        name = parse_name(word, FREE)
        if name not in (forward if quantities else written.keys() - forward.keys()):
            what = "quantity" if quantities else "symbol"
            raise error_at(f"`{word}` is not a {what} of this homework", word)
        if written[name] in found:
            raise error_at(f"`{word}` stands here twice", word)
        found.append(written[name])
    return tuple(found)


# --- Kinds ------------------------------------------------------------------------------


def _derivative(draft: Draft, text: str) -> Asked:
    found = parse_quantity(text, draft.vocabulary)
    if not (
        isinstance(found, Partial)
        and isinstance(found.quantity, Symbol)
        and isinstance(found.variable, Symbol)
    ):
        raise error_at("this is no derivative of one quantity", text, "write it as dy/dx")
    above, below = found.quantity.name, found.variable.name
    last = parse_name(draft.quantities[-1].name, FREE) if draft.quantities else None
    if above == last and draft.kind == "derivative":
        return Asked(_plain(below), text)
    return Asked(f"d{_plain(above)}_d{_plain(below)}", text)


def _every_derivative(draft: Draft) -> list[str]:
    """Of the last quantity, by every parameter that it depends on."""
    forward, written = _forward(draft), _written(draft)
    last = list(forward)[-1]
    return [_partial(written, last, name) for name in written if name in _leaves(forward, last)]


def _every_link(draft: Draft) -> list[str]:
    """Of each quantity by those that stand in its line."""
    forward, written = _forward(draft), _written(draft)
    return [
        _partial(written, above, below)
        for above in reversed(forward)
        for below in forward
        if below in symbols(forward[above])
    ]


def _every_chain(draft: Draft) -> list[str]:
    """Of the last quantity by every parameter that it reaches through another quantity."""
    forward, written = _forward(draft), _written(draft)
    last = list(forward)[-1]
    through = frozenset[str]().union(
        *(_leaves(forward, name) for name in symbols(forward[last]) if name in forward)
    )
    return [_partial(written, last, name) for name in written if name in through]


def _partial(written: Mapping[str, str], above: str, below: str) -> str:
    return rf"\partial {written[above]} / \partial {written[below]}"


def _array(draft: Draft, text: str) -> Asked:
    """``f by x y``, or the quantities alone."""
    above, *below = re.split(r"\s+by(?:\s+|\Z)", text, maxsplit=1)
    of = _known(draft, re.findall(r"[^\s,;]+", above), quantities=True)
    if not of:
        raise error_at("no quantity is named", text, "write it as f by x y")
    if len(of) > 1 and draft.kind != "jacobian":
        raise error_at(f"a {draft.kind} is that of one quantity", text)
    names = _known(draft, re.findall(r"[^\s,;]+", "".join(below)), quantities=False)
    if below and not names:
        raise error_at("no symbol is named behind `by`", text)
    if not names:
        forward, written = _forward(draft), _written(draft)
        reached = {leaf for name in of for leaf in _leaves(forward, parse_name(name, FREE))}
        names = tuple(written[name] for name in written if name in reached)
    quantity = {"gradient": rf"\nabla {of[0]}", "hessian": f"H_{{{of[0]}}}"}.get(draft.kind, "J")
    return Asked(_plain(*of), quantity, of, names)


def _last(draft: Draft) -> list[str]:
    return [draft.quantities[-1].name]


def _outputs(draft: Draft) -> list[str]:
    """All quantities that no other is made of, as one."""
    forward, written = _forward(draft), _written(draft)
    used = frozenset[str]().union(*map(symbols, forward.values()))
    return [", ".join(written[name] for name in forward if name not in used)]


def _expression(draft: Draft, text: str) -> Asked:
    """``name = what it must equal``, or a quantity to be written out."""
    if "=" not in text:
        (name,) = _known(draft, [text], quantities=True)
        return Asked(_plain(name), name)
    line = split_line(text)
    parse_expression(line.text, draft.vocabulary)
    return Asked(_plain(line.name), line.name, answer=line.text)


def _parameter(draft: Draft, text: str) -> Asked:
    """The name whose next value is asked."""
    (name,) = _known(draft, [text], quantities=False)
    return Asked(_plain(name), name)


def _every_parameter(draft: Draft) -> list[str]:
    """What the last quantity depends on."""
    forward, written = _forward(draft), _written(draft)
    leaves = _leaves(forward, list(forward)[-1])
    return [written[name] for name in written if name in leaves]


@dataclass(frozen=True, slots=True)
class Asking:
    """How an author asks for a part of a kind: how a line is read, an example of one, and
    the lines that go without saying."""

    read: Callable[[Draft, str], Asked]
    example: str
    everything: Callable[[Draft], list[str]]


#: The kinds that a few lines can state; of the others there are examples.
ASKING: Mapping[str, Asking] = MappingProxyType(
    {
        "derivative": Asking(_derivative, "dy/dw", _every_derivative),
        "chain_term": Asking(_derivative, "dh/df", _every_link),
        "chain": Asking(_derivative, "dL/dw", _every_chain),
        "expression": Asking(_expression, "s = f^2 + 1, or a quantity to write out", _last),
        "gradient": Asking(_array, "f by x y", _last),
        "jacobian": Asking(_array, "u, v by x y", _outputs),
        "hessian": Asking(_array, "f by x y", _last),
        "shape": Asking(_derivative, "df/dh", lambda draft: []),
        "update": Asking(_parameter, "w", _every_parameter),
    }
)
