"""``grader new``: a first rubric from a few questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from grader.command import Example, complain, give_up, writing
from grader.errors import AnswerError, FileError, LimitError
from grader.examples import EXAMPLES

if TYPE_CHECKING:
    from grader.draft import Draft

T = TypeVar("T")

KINDS = tuple(EXAMPLES)
LAYOUTS = ("denominator", "numerator")

#: Kinds whose Jacobians, sizes or vectors need a layout, and those that may have one.
NEEDS_LAYOUT = frozenset({"shape", "jacobian"})
MAY_HAVE_LAYOUT = NEEDS_LAYOUT | {"gradient", "chain"}

#: What is asked of a person, by the option that answers it.
_PROMPTS = {
    "symbols": "Names of the parameters and inputs, such as w b x",
    "function": "A name of the homework for a function, such as a = relu (empty: no more)",
    "quantity": "A step of the forward pass, such as y = w x + b (empty: no more)",
    "size": "The elements of a vector, such as h_1 = D_1 (empty: no more)",
    "rate": "The learning rate, such as \\alpha (empty: \\alpha)",
    "ask": "What is asked, such as {example} (empty: no more; none: all that goes without saying)",
}


@click.command(
    cls=Example,
    example='grader new --title "Homework 7" --symbols "w b x" --quantity "y = w x + b" -o homework7.yaml',
)
@click.option("--title", help="What students know the homework by.")
@click.option("--id", "name", metavar="ID", help="What answers files call it; made of the title.")
@click.option("--course", default="", help="Shown above the title.")
@click.option("--kind", type=click.Choice(KINDS), help="The kind of the first question.")
@click.option(
    "--example", is_flag=True, help="Write an example of the kind, with comments, and ask no more."
)
@click.option(
    "--layout", type=click.Choice(LAYOUTS), help="Of Jacobians, sizes, vectors or chains."
)
@click.option("--symbols", metavar="NAMES", help=_PROMPTS["symbols"] + ".")
@click.option(
    "--function", "functions", multiple=True, metavar="LINE", help="a = relu; repeatable."
)
@click.option(
    "--quantity", "quantities", multiple=True, metavar="LINE", help="y = w x + b; repeatable."
)
@click.option("--size", "sizes", multiple=True, metavar="LINE", help="h_1 = D_1; repeatable.")
@click.option("--rate", metavar="RATE", help="The learning rate of `update`; \\alpha by default.")
@click.option(
    "--ask",
    "asked",
    multiple=True,
    metavar="LINE",
    help="What is asked, such as dy/dw; repeatable.",
)
@click.option(
    "-o",
    "--out",
    metavar="PATH",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write; ID.yaml by default.  A file that is there is left alone.",
)
def new(  # noqa: PLR0917 - Click passes options by name
    title: str | None,
    name: str | None,
    course: str,
    kind: str | None,
    example: bool,
    layout: str | None,
    symbols: str | None,
    functions: tuple[str, ...],
    quantities: tuple[str, ...],
    sizes: tuple[str, ...],
    rate: str | None,
    asked: tuple[str, ...],
    out: Path | None,
) -> None:
    """Write a first rubric, with comments, from a few questions.

    What the options do not say is asked for.  Each line is read at once, as grading
    would read it.  The answers that follow from the rubric are shown at the end.

    Of a kind that a few lines cannot state (value, choice, list, matrix_derivative), and of any
    kind with --example, an example is written, to be edited.

    Exit code 2: a line cannot be read, or the rubric is not sound.
    """
    from grader import draft as drafts
    from grader.draft_asked import ASKING, add_asked, add_rate, ask_everything

    # Whoever gives the mathematics by options is not asked for the rest of it.
    mathematics = {
        "symbols": (symbols,) if symbols else (), "function": functions, "quantity": quantities,
        "size": sizes, "rate": (rate,) if rate else (), "ask": asked,
    }  # fmt: skip
    asking = not (quantities or sizes)
    title = title or _answer("Title of the homework")
    draft = drafts.Draft(
        id=_read(drafts.checked_id, name) if name else drafts.slug(title),
        title=title,
        course=course,
        kind=kind or (_choice("Kind of the first question", KINDS) if asking else KINDS[0]),
    )
    target = out or Path(f"{draft.id}.yaml")
    if target.exists():
        give_up(f"{target} is there already; name another file with -o")
    if example or draft.kind not in ASKING:
        given = [what for what, lines in mathematics.items() if lines] + ["layout"] * bool(layout)
        if given:
            give_up(f"an example of `{draft.kind}` is written as it is, without --{given[0]}")
        _finish(drafts.example_text(draft, str(target)), target)
        return
    steps = STEPS.get(draft.kind, STEPS["derivative"])
    for what, lines in mathematics.items():
        if lines and what not in steps:
            give_up(f"a question of kind `{draft.kind}` has no --{what}")
    if layout and draft.kind not in MAY_HAVE_LAYOUT:
        give_up(f"a question of kind `{draft.kind}` has no --layout")
    if draft.kind in NEEDS_LAYOUT:
        layout = layout or (_choice("Layout of Jacobians", LAYOUTS) if asking else LAYOUTS[0])
    draft = replace(draft, layout=layout or "")
    adds: dict[str, Add] = {
        "symbols": drafts.add_symbols,
        "function": drafts.add_function,
        "quantity": drafts.add_quantity,
        "size": drafts.add_size,
        "rate": add_rate,
        "ask": add_asked,
    }
    for what in steps:
        for text in mathematics[what]:
            draft = _read(partial(adds[what], draft), text)
        if asking and not mathematics[what]:
            prompt = _PROMPTS[what].replace("{example}", ASKING[draft.kind].example)
            draft = _more(draft, prompt, adds[what], once=what in {"symbols", "rate"})
        if what == "rate" and not draft.rate:
            draft = _read(partial(add_rate, draft), r"\alpha")
    if not draft.asked:
        draft = ask_everything(draft)
    if not draft.asked:
        give_up("nothing is asked, so nothing is written")
    _finish(drafts.rubric_text(draft, str(target)), target)


#: What an author is asked for, in order, by the kind of the question.
_FORWARD = ("symbols", "function", "quantity", "ask")
STEPS = {
    "derivative": _FORWARD,
    "shape": ("symbols", "size", "ask"),
    "update": ("symbols", "function", "quantity", "rate", "ask"),
}

Add = Callable[["Draft", str], "Draft"]


def _answer(question: str, default: str | None = None) -> str:
    text: str = click.prompt(question, default=default, show_default=bool(default), err=True)
    return text.strip()


def _choice(question: str, among: tuple[str, ...]) -> str:
    found: str = click.prompt(question, type=click.Choice(among), default=among[0], err=True)
    return found


def _read(reader: Callable[[str], T], text: str) -> T:
    """What a reader makes of an option; ends the program where it cannot."""
    try:
        return reader(text)
    except (AnswerError, LimitError) as error:
        give_up(error)


def _more(draft: Draft, prompt: str, add: Add, *, once: bool) -> Draft:
    """With the lines that a person gives until an empty one; a line at fault is asked again."""
    while text := _answer(prompt, ""):
        try:
            draft = add(draft, text)
        except (AnswerError, LimitError) as error:
            complain(error)
            continue
        if once:
            break
    return draft


def _finish(text: str, target: Path) -> None:
    """Write the rubric, and show what follows from it, or what is wrong with it."""
    from grader.files import write_atomically
    from grader.homework import parse_rubric
    from grader.lint import remarks
    from grader.terminal import key_text

    with writing(target):
        write_atomically(target, text)
    complain(f"written: {target}")
    try:
        homework = parse_rubric(text, str(target))
    except FileError as error:
        give_up(error)
    click.echo(key_text(homework))
    for remark in remarks(homework):
        complain(remark)
