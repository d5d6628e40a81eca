"""What commands about Canvas let a person choose, as options of the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from grader.exports.options import ExportOptions

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _moment(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    from grader.read.moment import read_moment

    if value is None:
        return None
    try:
        return read_moment(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_GRADES = (
    click.option(
        "--pending",
        type=click.Choice(["omit", "zero", "partial"]),
        default="omit",
        show_default=True,
        help="A student some of whose parts wait for a person: gets no grade, gets nothing for "
        "those parts, or gets the grade of the decided parts alone, in proportion.",
    ),
    click.option(
        "--scale",
        type=click.Choice(["points", "percent", "complete"]),
        default="points",
        show_default=True,
        help="What grades are written as.",
    ),
    click.option(
        "--complete-from",
        type=click.FloatRange(0, 100),
        default=50,
        show_default=True,
        metavar="PERCENT",
        help="With --scale complete: the share of the points from which it is complete.",
    ),
)

_GRADEBOOK = (
    click.option(
        "--gradebook",
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Canvas's own export of the gradebook: it says who the students are, and comes "
        "back with one column filled in.",
    ),
    click.option(
        "--column",
        metavar="NAME",
        help="The gradebook's column for the grades, as 'Activity 6 (4312)'; by default that of "
        "the rubric's assignment id or title.",
    ),
)

_PER = (
    click.option(
        "--per",
        type=click.Choice(["part", "question"]),
        default="part",
        show_default=True,
        help="What one criterion of a Canvas rubric stands for.",
    ),
)


_PEOPLE = (
    click.option(
        "--anonymize",
        is_flag=True,
        help="Put a pseudonym for each student, and hide names, ids and files in every text.",
    ),
    click.option(
        "--anonymize-key",
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Who is who, for you alone: made where there is none; with one, everyone in it "
        "keeps the same pseudonym.  Stands for --anonymize too.",
    ),
)

_TIME = (
    click.option(
        "--now",
        callback=_moment,
        metavar="TIME",
        help="The time of this run, as 2026-12-01T23:59+01:00, for a rubric that shows references "
        "from a date on; by default the clock's.",
    ),
)


def _with(command: _Command, options: tuple[Callable[[_Command], _Command], ...]) -> _Command:
    for option in reversed(options):
        command = option(command)
    return command


def time_choice(command: _Command) -> _Command:
    """``--now``."""
    return _with(command, _TIME)


def gradebook_choices(command: _Command) -> _Command:
    """``--gradebook``, ``--column``, and how grades are written."""
    return _with(command, (*_GRADEBOOK, *_GRADES))


def export_choices(command: _Command) -> _Command:
    """All of an export's options."""
    return _with(command, (*_GRADEBOOK, *_GRADES, *_PER, *_PEOPLE))


def push_choices(command: _Command) -> _Command:
    """How grades are written, and criteria."""
    return _with(command, (*_GRADES, *_PER))


def chosen(choices: Mapping[str, Any], templates: Path | None = None) -> ExportOptions:
    """The options of an export from those of a command.

    Raises FileError where the gradebook cannot be read.
    """
    from fractions import Fraction

    from grader.exports.options import ExportOptions, Pending, Per, Scale
    from grader.read.gradebook import load_gradebook

    gradebook = choices.get("gradebook")
    return ExportOptions(
        gradebook=None if gradebook is None else load_gradebook(gradebook),
        column=choices.get("column"),
        pending=Pending(choices["pending"]),
        scale=Scale(choices["scale"]),
        complete_from=Fraction(str(choices["complete_from"])),
        per=Per(choices.get("per", "part")),
        templates=templates,
    )


def given(context: click.Context) -> list[str]:
    """The names of the options that a person gave, as opposed to defaults."""
    from click.core import ParameterSource

    return [
        parameter.name
        for parameter in context.command.params
        if isinstance(parameter, click.Option)
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    ]
