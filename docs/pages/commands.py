"""The reference of the command line, from the help of each command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli.main import main

WIDTH = 110
_HEAD = """# Commands

<!-- made by docs/pages from cli/interface: edit the help there -->

The help of every command, as `dsd-ncrn COMMAND --help` prints it.
"""


def commands_page(_: Path) -> str:
    """The page as Markdown."""
    settings: dict[str, Any] = {**main.context_settings, "max_content_width": WIDTH, "terminal_width": WIDTH}
    top = click.Context(main, info_name="dsd-ncrn", **settings)
    parts = [f"## {name}\n\n{_block(context)}" for name, context in _contexts(top)]
    return "\n\n".join([_HEAD + "\n" + _block(top), *parts]) + "\n"


def _contexts(top: click.Context) -> Iterator[tuple[str, click.Context]]:
    """Every command with the context in which its help is written, groups before their own commands."""
    for name in main.list_commands(top):
        command = main.get_command(top, name)
        assert command is not None
        yield name, click.Context(command, parent=top, info_name=name, terminal_width=WIDTH)


def _block(context: click.Context) -> str:
    return f"```text\n{context.get_help()}\n```"
