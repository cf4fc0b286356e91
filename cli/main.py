"""The command ``dsd-ncrn``. Each subcommand is imported when it is called for, so that help comes at once."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from cli.failures import READER_GONE, ending_of, interruptible
from cli.options import DEBUG, near, shared_options
from cli.streams import forgiving_streams

GROUPS: Mapping[str, Mapping[str, str]] = {
    "Main job": {
        "new": "Write a design file, from a template or for a CSV file.",
        "run": "All steps and studies, order files and a report.",
    },
    "Single steps": {
        "compile": "The abstract Neural CRN of a design.",
        "translate": "The strands and complexes that do its reactions.",
        "enumerate": "All reactions of any strands and complexes.",
        "simulate": "Trajectories of one iteration, or of a plain network.",
        "train": "One training: equations, network or strands.",
    },
    "Studies": {
        "leaks": "How much leak a design bears, and whose does the harm.",
        "tune": "Search an operating point that bears a leak.",
    },
    "Sequences and orders": {
        "sequences": "Design sequences, or judge given ones.",
        "order": "A vendor's order files and the lab protocol.",
    },
    "Looking": {
        "report": "The HTML report of a run, again.",
        "compare": "Runs side by side: what was changed, and what that did.",
        "list": "What there is to choose from.",
    },
    "Help": {
        "doctor": "Check the installation.",
        "completion": "Make a shell complete what is typed.",
    },
}
"""The commands under their headings, in the order of the work; said here, so that help imports none of them."""
COMMANDS = tuple(name for names in GROUPS.values() for name in names)


class LazyGroup(click.Group):
    """Subcommands live in ``cli.commands``, one file each; whatever they raise ends here as a message and an exit code."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """As click, for any encoding of the output."""
        forgiving_streams()
        return super().main(*args, **extra)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one subcommand."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"cli.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click, with the nearest name for an unknown one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no such command {args[0]!r}.{near(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by groups."""
        width = max(map(len, COMMANDS))
        for heading, commands in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(f"{name:<{width}}", text) for name, text in commands.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; errors and interrupts become one message and an exit code."""
        try:
            with interruptible():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - all of it is told
            code, message = ending_of(error)
            if ctx.meta.get(DEBUG):
                traceback.print_exception(error)
            if code == READER_GONE:
                _let_go()
            else:
                click.echo(message, err=True)
            ctx.exit(code)


def _let_go() -> None:
    """Nobody reads any more: what is still in the buffers goes nowhere, instead of into an error at the very end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError, AttributeError):  # a stream without a file: there is nothing to let go
            continue


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"dsd-ncrn {version('dsd-ncrn')}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version.")
def main() -> None:
    """Compile a Neural CRN to DNA strand displacement, simulate it at strand level, design and order its strands.

    Results go to standard output, with --json as one JSON document; progress, warnings and errors go to standard error.

    Exit codes: 0 done; 1 the job ran and one of its own checks failed; 2 bad input; 70 a bug in this program; 130
    interrupted, with all that was finished kept; 141 the reader of the output has gone.
    """


main.params += shared_options()
main.epilog = "\b\nA command's own help has examples: dsd-ncrn COMMAND --help\nTo begin: dsd-ncrn new my_circuit"
