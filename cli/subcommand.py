"""How a subcommand looks: its options in groups, examples at the end of its help, and what all of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

QUIET, DEBUG = "cli.quiet", "cli.debug"
"""Keys of a context's ``meta``, which a command has in common with its subcommand."""
Function = Callable[..., Any]
NETWORKS = "Of a plain network (.crn)"
COMMON = "Common options"
_COMMON = ("out", "seed", "as_json", "quiet", "debug", "help", "_click_default_help")
"""The last two are the same option in older and newer releases of click."""


def _noted(key: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def note(context: click.Context, _: click.Parameter, given: bool) -> None:
        context.meta[key] = given or context.meta.get(key, False)

    return note


def shared_options() -> list[click.Option]:
    """``--quiet`` and ``--debug``, which stand before or after the name of the subcommand."""
    quiet, debug = "Say nothing on standard error but errors.", "Show where in the program an error came from."
    return [
        click.Option(["-q", "--quiet"], is_flag=True, expose_value=False, is_eager=True, callback=_noted(QUIET), help=quiet),
        click.Option(
            ["--debug"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_noted(DEBUG),
            envvar="DSD_NCRN_DEBUG",
            show_envvar=True,
            help=debug,
        ),
    ]


class Subcommand(click.Command):
    """A command with examples. ``groups`` gives headings for some of its options by the names of their parameters."""

    def __init__(
        self, *args: Any, examples: Sequence[str] = (), groups: Mapping[str, Sequence[str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.examples, self.groups = tuple(examples), dict(groups or {})
        self.params += shared_options()

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options, those of its groups, and last what all commands have."""
        headings = {name: heading for heading, names in (*self.groups.items(), (COMMON, _COMMON)) for name in names}
        rows: dict[str, list[tuple[str, str]]] = {heading: [] for heading in ("Options", *self.groups, COMMON)}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                rows[headings.get(parameter.name or "", "Options")].append(record)
        for heading, records in rows.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


def subcommand(
    name: str, examples: Sequence[str], groups: Mapping[str, Sequence[str]] | None = None
) -> Callable[[Function], Subcommand]:
    """Make a function the subcommand of a name."""
    return click.command(name, cls=Subcommand, examples=examples, groups=groups)


class OneOf(click.Choice[str]):
    """A choice that names the nearest word for an unknown one."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        return f"{super().get_invalid_choice_message(value, ctx)}{near(str(value), self.choices)}"


class Registered(OneOf):
    """Names of a family that may be extended: these are shown and completed, and any other is left to its registry."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it is."""
        return str(value)


def near(word: str, known: Sequence[str]) -> str:
    """The nearest known word as a question, or nothing."""
    from difflib import get_close_matches

    return "".join(f" Did you mean {found!r}?" for found in get_close_matches(word, known, n=1))
