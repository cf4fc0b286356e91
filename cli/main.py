"""The command ``dsd-ncrn``. Each subcommand is imported when it is called for, so that help comes at once."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from cli.failures import exit_code_of, interruptible

COMMANDS = (
    "run",
    "compile",
    "translate",
    "enumerate",
    "simulate",
    "train",
    "leaks",
    "tune",
    "sequences",
    "order",
    "report",
    "compare",
    "list",
)


class LazyGroup(click.Group):
    """Subcommands live in ``cli.commands``, one file each; whatever they raise ends here as a message and an exit code."""

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
        from dsd_ncrn.errors import did_you_mean

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no such command {args[0]!r}. {did_you_mean(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; expected errors and interrupts become one message and an exit code."""
        try:
            with interruptible():
                return super().invoke(ctx)
        except (Exception, KeyboardInterrupt) as error:
            code, message = exit_code_of(error)
            if code is None:
                raise
            click.echo(message, err=True)
            ctx.exit(code)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from cli.version import version

        click.echo(f"dsd-ncrn {version()}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version.")
def main() -> None:
    """Compile a Neural CRN to DNA strand displacement, simulate it at strand level, design and order its strands.

    Exit codes: 0 done; 1 the job ran and one of its own checks failed; 2 bad input; 130 interrupted.
    """
