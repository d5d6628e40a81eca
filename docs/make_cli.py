"""Writes docs/cli.md from the commands themselves: ``python docs/make_cli.py``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]

HEAD = """\
# The command line

This page is made from the commands by `python docs/make_cli.py`.

| exit code | meaning |
| --- | --- |
| 0 | done; for `check`: every part is right |
| 1 | done, but something needs attention: a file could not be read (`grade`); an answer is wrong, missing or unreadable (`check`, `explain`) |
| 2 | the command or the rubric is at fault |
"""


def help_of(command: click.Command, name: str, parent: click.Context | None = None) -> str:
    """The help of a command as a person sees it on a terminal of 96 columns."""
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=96,
        **{"help_option_names": ["-h", "--help"], **command.context_settings},
    )
    return command.get_help(context)


def reference() -> str:
    """The page."""
    from grader.cli import cli

    group = click.Context(cli, info_name="grader")
    sections = [HEAD, f"```text\n{help_of(cli, 'grader')}\n```\n"]
    for name in cli.list_commands(group):
        text = help_of(cli.get_command(group, name), name, group)
        sections.append(f"## grader {name}\n\n```text\n{text}\n```\n")
    return "\n".join(sections)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    (ROOT / "docs" / "cli.md").write_text(reference(), encoding="utf-8")
