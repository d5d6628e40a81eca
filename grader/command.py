"""What all commands share: their shape, how they complain, and how they give up."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from grader.errors import FileError

if TYPE_CHECKING:
    from datetime import datetime

    from grader.homework import Homework

#: Exit codes; see ``docs/cli.md``.
NEEDS_ATTENTION = 1
AT_FAULT = 2
#: Stopped with Ctrl-C, as shells count it.
STOPPED = 130


class Example(click.Command):
    """A command whose help ends with an example of its use."""

    def __init__(self, *args: Any, example: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write(f"{' ' * formatter.current_indent}{line}\n")
        super().format_epilog(ctx, formatter)


class InOrder(click.Group):
    """A group that lists its commands in the order in which they are used.

    ``elsewhere`` names the module of each command that does not stand beside the group; it
    is loaded when the command is, and holds it under its own name.
    """

    def __init__(
        self, *args: Any, order: Sequence[str], elsewhere: Mapping[str, str], **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        self.order = order
        self.elsewhere = elsewhere

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.order)

    def make_context(self, *args: Any, **settings: Any) -> click.Context:
        with _quoted_visibly():
            return super().make_context(*args, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        with _quoted_visibly():
            return super().invoke(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = self.elsewhere.get(cmd_name)
        if module is None:
            return super().get_command(ctx, cmd_name)
        command = vars(import_module(module))[cmd_name]
        assert isinstance(command, click.Command)
        return command


@contextmanager
def _quoted_visibly() -> Iterator[None]:
    """Errors about the command line with nothing in them that a terminal would act on: a
    shell writes names of students' files there."""
    try:
        yield
    except click.UsageError as error:
        from grader.reports.visible import visible

        said = error.format_message()
        if visible(said) == said:
            raise
        raise click.UsageError(visible(said), ctx=error.ctx) from None


def complain(message: object) -> None:
    """A message on standard error, with nothing in it that a terminal would act on."""
    from grader.reports.visible import visible

    click.echo(visible(str(message)), err=True)


def give_up(message: object) -> NoReturn:
    """End with a message on standard error, when the command or the rubric is at fault."""
    complain(message)
    sys.exit(AT_FAULT)


def homework_of(rubric: str) -> Homework:
    """The homework of a rubric named on the command line; ends the program at its faults."""
    from grader.homework import load_rubric

    try:
        return load_rubric(rubric)
    except FileError as error:
        give_up(error)


def homework_at(rubric: str, now: datetime | None) -> Homework:
    """The same at the time of this run: what was given, else the clock's.

    The clock is asked only where the rubric has a date, and decides nothing else.
    """
    from datetime import UTC, datetime

    homework = homework_of(rubric)
    if homework.file.disclosure.after is None:
        return homework
    return homework.at(now or datetime.now(UTC))


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Say in one line which file could not be written, why, and what to do."""
    try:
        yield
    except OSError as error:
        mend = _MENDS.get(error.errno or 0, "")
        give_up(f"{error.filename or out}: {error.strerror or error}{mend}")


#: What to do about errors of the file system, as the end of a sentence.
_MENDS = {
    **dict.fromkeys(
        (errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
        "; make room, and give the same command again",
    ),
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM, errno.EROFS),
        "; name another place, or change who may write to this one",
    ),
}


rubric_argument = click.argument("rubric")
