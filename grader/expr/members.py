r"""Derivatives by one member of a family: ∂/∂z_i of sums over the members of z.

A sum over k of what holds z_k has one term in which k is i; differentiated by z_i, only
that term is left: ∂/∂z_i Σ_k z_k² = 2 z_i.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.expr.calculus import ONE, ZERO, differentiate, product_of, sum_of
from grader.expr.families import renamed
from grader.expr.tree import (
    Big,
    Condition,
    Node,
    Quotient,
    Symbol,
    children,
    symbols,
    walk,
    with_children,
)

#: Stands for a sum while what it stands in is differentiated; no name that a reader makes.
_SUM = "\0sum"

#: Letters for an index whose own is taken, in the order in which people choose them.
_SPARE = "jklmpqrstuvwabcdefghn"


def letters_of(name: str, ranges: Mapping[str, str]) -> tuple[str, ...]:
    """The letters of a name's subscript that are indices.

    >>> letters_of("W_ij", {"i": "n", "j": "m"}), letters_of("w_0", {"i": "n"})
    (('i', 'j'), ())
    """
    _, _, subscript = name.partition("_")
    return tuple(letter for letter in subscript if letter in ranges)


def is_same_family(name: str, other: str, ranges: Mapping[str, str]) -> bool:
    """Whether two names are members of one family, or the same.

    >>> is_same_family("f_i", "f_j", {"i": "n", "j": "n"}), is_same_family("f_i", "f_0", {"i": "n"})
    (True, False)
    """
    (base, _, mine), (there, _, theirs) = name.partition("_"), other.partition("_")
    return name == other or (
        base == there
        and len(mine) == len(theirs)
        and all(a == b or (a in ranges and b in ranges) for a, b in zip(mine, theirs, strict=True))
    )


def derivative_by_member(tree: Node, name: str, ranges: Mapping[str, str]) -> Node:
    """∂tree/∂name for a name whose subscript has indices (``z_i``, ``W_ij``).

    ``ranges``: the size that each index runs to.  Every other name is held fixed.  Raises
    ValueError where a member in the tree cannot be told apart from that one: another free
    letter, a number as index, and a sum that does not run over the whole family.
    """
    letters = letters_of(name, ranges)
    if len(set(letters)) < len(letters):
        raise ValueError(f"a derivative by `{name}`, one index twice, is not worked out here")
    whole = _apart(tree, frozenset(letters), ranges)
    terms = []
    for member in sorted(symbols(whole)):
        free = _matched(member, name, ranges)
        if free is not None:
            terms.append(_slope(whole, member, free, ranges))
    return sum_of([term for term in terms if term != ZERO])


def _matched(member: str, name: str, ranges: Mapping[str, str]) -> dict[str, str] | None:
    """For a member of the family of a name, its letters with those that they are to be."""
    (base, _, mine), (other, _, theirs) = member.partition("_"), name.partition("_")
    if base != other or len(mine) != len(theirs):
        return None
    free: dict[str, str] = {}
    for letter, wanted in zip(mine, theirs, strict=True):
        if wanted not in ranges:
            if letter != wanted:
                return None
        elif letter == "0":
            return None  # indices begin at 1: x_0 is a name of its own
        elif letter != wanted:
            if letter.isdigit() or letter in free:
                raise ValueError(f"`{member}` may or may not be `{name}`, so that this derivative"
                                 " is not worked out here")  # fmt: skip
            free[letter] = wanted
    return free


def _slope(node: Node, member: str, free: Mapping[str, str], ranges: Mapping[str, str]) -> Node:
    """The derivative by the occurrences of one member; ``free``: its letters that sums bind,
    each to what it is in the one term that counts."""
    sums: dict[str, Big] = {}
    plain = _without_sums(node, member, sums)
    if free and member in symbols(plain):
        raise ValueError(f"`{member}` and `{_renamed(member, free)}` have indices that nothing"
                         " ties together, so that this derivative is not worked out here")  # fmt: skip
    terms = [differentiate(plain, member)]
    for mark, big in sums.items():
        outer = differentiate(plain, mark)
        terms.append(product_of([outer, _of_sum(big, member, free, ranges)]))
    found = sum_of([term for term in terms if term != ZERO])
    return _put_back(found, sums)


def _of_sum(big: Big, member: str, free: Mapping[str, str], ranges: Mapping[str, str]) -> Node:
    is_bound = big.index in free
    rest = {letter: to for letter, to in free.items() if letter != big.index}
    slope = _slope(big.body, member, rest, ranges)
    if slope == ZERO:
        return ZERO
    if big.operator == "prod":
        slope = Quotient(slope, big.body)
    if is_bound:
        wanted = free[big.index]
        if not _is_whole(big, wanted, ranges):
            raise ValueError(
                f"the sum over {big.index} does not run over all that {wanted} stands for, so that"
                " this derivative is not worked out here"
            )
        slope = renamed(slope, big.index, wanted)
    else:
        slope = Big("sum", big.index, big.lower, big.upper, slope)
    return product_of([big, slope]) if big.operator == "prod" else slope


def _is_whole(big: Big, wanted: str, ranges: Mapping[str, str]) -> bool:
    size = ranges[wanted]
    if big.lower is None or big.upper is None:
        return ranges.get(big.index) == size
    return big.lower == ONE and big.upper == Symbol(size)


def _renamed(member: str, free: Mapping[str, str]) -> str:
    base, _, subscript = member.partition("_")
    return f"{base}_{''.join(free.get(letter, letter) for letter in subscript)}"


def _without_sums(node: Node, member: str, sums: dict[str, Big]) -> Node:
    """The tree with a mark for each outermost sum that the member stands in."""

    def go(part: Node | Condition) -> Node | Condition:
        if isinstance(part, Big) and member in symbols(part):
            mark = next((mark for mark, big in sums.items() if big == part), None)
            if mark is None:
                mark = f"{_SUM}{len(sums)}"
                sums[mark] = part
            return Symbol(mark)
        return _with(part, [go(below) for below in children(part)])

    found = go(node)
    assert isinstance(found, Node)
    return found


def _put_back(node: Node, sums: Mapping[str, Big]) -> Node:
    def go(part: Node | Condition) -> Node | Condition:
        if isinstance(part, Symbol):
            return sums.get(part.name, part)
        return _with(part, [go(below) for below in children(part)])

    found = go(node)
    assert isinstance(found, Node)
    return found


def _with(node: Node | Condition, parts: list[Node | Condition]) -> Node | Condition:
    if all(a is b for a, b in zip(children(node), parts, strict=True)):
        return node
    return with_children(node, tuple(parts))


def _apart(tree: Node, letters: frozenset[str], ranges: Mapping[str, str]) -> Node:
    """The tree with no sum over the letters that are to be free."""
    bound = {part.index for part in walk(tree) if isinstance(part, Big)}
    if not bound & letters:
        return tree
    used = bound | letters
    for name in symbols(tree):
        used.update(name.partition("_")[2] or name)
    others = {}
    for letter in sorted(bound & letters):
        others[letter] = next((each for each in _SPARE if each not in used), "")
        if not others[letter]:
            raise ValueError("there are too many letters to tell all indices apart")
        used.add(others[letter])

    def go(part: Node | Condition) -> Node | Condition:
        made = _with(part, [go(below) for below in children(part)])
        if not isinstance(made, Big) or made.index not in others:
            return made
        lower, upper = made.lower, made.upper
        if lower is None or upper is None:
            lower, upper = ONE, Symbol(ranges[made.index])
        other = others[made.index]
        return Big(made.operator, other, lower, upper, renamed(made.body, made.index, other))

    found = go(tree)
    assert isinstance(found, Node)
    return found
