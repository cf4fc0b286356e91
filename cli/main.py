"""The command ``dsd-ncrn``. What a subcommand does is imported when it is called for, so that help comes at once."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import click

from cli.interface import bench, compiling, job, looking, simulations
from cli.options import DEBUG, Subcommand, near, shared_options
from cli.streams import READER_GONE, ending_of, forgiving_streams, interruptible

GROUPS: Mapping[str, tuple[Subcommand, ...]] = {
    "Main job": (job.new, job.run),
    "Single steps": (
        compiling.compile_network,
        compiling.translate,
        compiling.enumerate_steps,
        simulations.simulate,
        simulations.train,
    ),
    "Studies": (simulations.leaks, simulations.tune, simulations.redesign),
    "Sequences and orders": (job.sequences, job.order),
    "Bench": (bench.experiments, bench.fit),
    "Results": (looking.report, looking.compare, looking.rates, looking.list_choices),
    "Help": (looking.doctor, looking.completion),
}
"""The commands under their headings, in the order of the work."""
COMMANDS = {str(each.name): each for group in GROUPS.values() for each in group}


class Program(click.Group):
    """All commands; whatever they raise ends here as a message and an exit code."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """As click, for any encoding of the output."""
        forgiving_streams()
        return super().main(*args, **extra)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the work."""
        return list(COMMANDS)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click, with the nearest name for an unknown one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no such command {args[0]!r}.{near(args[0], tuple(COMMANDS))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by groups."""
        width = max(map(len, COMMANDS))
        for heading, commands in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(f"{each.name:<{width}}", str(each.short_help)) for each in commands])

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


@click.group(cls=Program, commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version.")
def main() -> None:
    """Compile a Neural CRN to DNA strand displacement, simulate it at strand level, design and order its strands.

    Results go to standard output, with --json as one JSON document; progress, warnings and errors go to standard error.

    Exit codes: 0 done; 1 the job ran and one of its own checks failed; 2 bad input; 70 a bug in this program; 130
    interrupted, finished work is kept; 141 the reader of the output has gone.
    """


main.params += shared_options()
main.epilog = "\b\nA command's own help has examples: dsd-ncrn COMMAND --help\nTo begin: dsd-ncrn new my_circuit"
