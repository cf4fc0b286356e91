"""How a subcommand looks, its options in groups and examples at the end of its help; and options that several have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click
from click.shell_completion import CompletionItem

from dsd_ncrn.errors import DesignError, InputError
from dsd_ncrn.families import CONDITIONS, ENGINES, SCHEMES
from dsd_ncrn.units import parse_quantity

QUIET, DEBUG, PRESET = "cli.quiet", "cli.debug", "cli.preset"
"""Keys of a context's ``meta``, which a command has in common with its subcommand."""
NETWORKS = "Of a plain network (.crn, SBML)"
NETWORK_ENDINGS = (".crn", ".xml", ".sbml")
STRAND_ENDINGS = (".pil", ".enum", ".in")
COMMON = "Common options"
_COMMON = ("out", "seed", "as_json", "quiet", "debug", "help", "_click_default_help")
"""The last two are the same option in older and newer releases of click."""


def _noted(key: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def note(context: click.Context, _: click.Parameter, given: bool) -> None:
        context.meta[key] = given or context.meta.get(key, False)

    return note


def shared_options() -> list[click.Option]:
    """``--quiet`` and ``--debug``, which stand before or after the name of the subcommand."""
    quiet, debug = "Print only errors on standard error.", "Show where in the program an error came from."
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
    """A command with examples. ``home`` is where its work is done, as "module:function": it is imported when it is called.

    ``groups`` gives headings for some of its options by the names of their parameters.
    """

    def __init__(
        self, *args: Any, home: str, examples: Sequence[str], groups: Mapping[str, Sequence[str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.home, self.examples, self.groups = home, tuple(examples), dict(groups or {})
        self.params += shared_options()

    def invoke(self, ctx: click.Context) -> Any:
        """Do the work."""
        module, _, function = self.home.partition(":")
        return ctx.invoke(getattr(import_module(module), function), **ctx.params)

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
    name: str, home: str, short: str, examples: Sequence[str], groups: Mapping[str, Sequence[str]] | None = None
) -> Callable[[Callable[[], None]], Subcommand]:
    """Make a function without a body the subcommand of a name: its docstring is the help, ``short`` the line in the list."""
    return click.command(name, cls=Subcommand, home=home, short_help=short, examples=examples, groups=groups)


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


Function = TypeVar("Function", bound=Callable[..., object])


class FileOf(click.Path):
    """A path; completion offers the files with some endings, and folders."""

    def __init__(self, *endings: str) -> None:
        super().__init__(path_type=Path)
        self.endings = endings

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The files that fit, and word to the shell that a folder may lead to one."""
        head, _, start = incomplete.rpartition("/")
        folder = Path(f"{head}/" if "/" in incomplete else ".")
        names = sorted(
            path.name for path in folder.glob(f"{_literal(start)}*") if path.suffix in self.endings and path.is_file()
        )
        prefix = incomplete[: len(incomplete) - len(start)]
        return [*(CompletionItem(prefix + name) for name in names), CompletionItem(incomplete, type="dir")]


def _literal(text: str) -> str:
    from glob import escape

    return escape(text)


def is_network(path: Path) -> bool:
    """Whether a file holds a plain network, and not a design or strands."""
    return path.suffix in NETWORK_ENDINGS


def holds_strands(path: Path) -> bool:
    """Whether a file holds strands: PIL, or the enumerator's older format, which is read as PIL is."""
    return path.suffix in STRAND_ENDINGS


def design_file(*endings: str) -> Callable[[Function], Function]:
    """The argument DESIGN: a file with one of some endings."""
    return click.argument("design", type=FileOf(*endings), metavar="DESIGN")


design_argument = design_file(".toml")
network_argument = design_file(".toml", *NETWORK_ENDINGS)
run_argument = click.argument("run_folder", type=click.Path(path_type=Path, file_okay=False), metavar="RUN_DIR")
seed_option = click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of all that is random."
)
conditions_option = click.option(
    "--conditions",
    type=Registered(CONDITIONS),
    default="",
    help="Conditions of the tubes, instead of the design's: ideal, study, bench, or a file of conditions (.toml).",
)

crossing_option = click.option(
    "--sequences",
    type=FileOf(".csv", ".xlsx"),
    metavar="FILE",
    help="Take the cross-talk of toeholds from these (by domain, or an IDT list), not from the conditions.",
)


def _preset(context: click.Context, parameter: click.Parameter, text: str | None) -> None:
    """Keep a table of rate constants that is there, a file by its absolute path."""
    if text is None:
        return
    from dsd_ncrn.constants import parted, rate_constants

    table, end = parted(text)
    context.meta[PRESET] = f"{Path(table).resolve()}:{end}" if table.endswith(".toml") else text
    try:
        rate_constants(context.meta[PRESET])
    except DesignError as error:
        raise InputError(f"{parameter.opts[0]}: {error.rule}", text, error.remedy) from None


preset_option = click.option(
    "--preset",
    metavar="PRESET",
    callback=_preset,
    expose_value=False,
    help="Rate constants instead of the design's: gate, duplex, or a file (.toml); followed by :optimistic or :pessimistic for "
    "an end of their bands.",
)


def chosen_preset() -> str:
    """What ``--preset`` of the running command says; nothing where it says nothing."""
    context = click.get_current_context(silent=True)
    return context.meta.get(PRESET, "") if context else ""


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document to standard output.")
workers_option = click.option(
    "--workers", type=click.IntRange(min=1, max=256), help="Processes that share the work; all processors if not given."
)
_scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="A Dask cluster that does the work instead of --workers, for example tcp://10.0.0.5:8786.",
)
engine_option = click.option(
    "--engine", type=Registered(tuple(ENGINES)), default="rosenbrock", show_default=True, help="See `dsd-ncrn list engines`."
)


def scheme_option(help: str, multiple: bool = False) -> Callable[[Function], Function]:
    """``--scheme``, once or several times."""
    name = "schemes" if multiple else "scheme"
    return click.option("--scheme", name, type=Registered(tuple(SCHEMES)), multiple=multiple, help=help)


def format_option(formats: Sequence[str], default: str = "table") -> Callable[[Function], Function]:
    """``--format``."""
    return click.option("--format", "form", type=OneOf(formats), default=default, show_default=True, help="What is written.")


def spread_options(function: Function) -> Function:
    """``--workers`` and ``--scheduler``: where the jobs of a sweep are done."""
    return workers_option(_scheduler_option(function))


SPREAD = {"Where the work is done": ("workers", "scheduler")}


def out_option(what: str) -> Callable[[Function], Function]:
    """``-o DIR``, with what goes there."""
    path = click.Path(path_type=Path, file_okay=True)
    return click.option("-o", "--out", "out", type=path, metavar="DIR", help=f"Write {what} into this folder.")


_Given = str | tuple[str, ...] | None


def _quantity(kind: str) -> Callable[[click.Context, click.Parameter, _Given], float | tuple[float, ...] | None]:
    """A callback that reads an option such as ``"10 uM"`` into the internal unit of its kind; it must be above 0, if given."""

    def read(context: click.Context, parameter: click.Parameter, given: _Given) -> float | tuple[float, ...] | None:
        if isinstance(given, tuple):
            return tuple(one(parameter, each) for each in given)
        return None if given is None else one(parameter, given)

    def one(parameter: click.Parameter, text: str) -> float:
        try:
            value = parse_quantity(text, kind)
        except InputError as error:
            raise InputError(f"{parameter.opts[0]}: {error.rule}", text, error.remedy) from None
        if value <= 0:
            raise InputError(f"{parameter.opts[0]} is above 0", text)
        return value

    return read


def quantity_option(
    flag: str, kind: str, help: str, default: str | None = None, multiple: bool = False
) -> Callable[[Function], Function]:
    """An option that is a number and a unit, in the internal unit of its kind; a tuple of them if ``multiple``."""
    settings: dict[str, Any] = {"default": default, "show_default": True, "multiple": multiple, "help": help}
    return click.option(flag, callback=_quantity(kind), metavar=kind.split()[-1].upper(), **settings)


class Stop(NamedTuple):
    """When to stop. ``unit`` tells whether the time was given with one, or as a plain number."""

    seconds: float
    unit: bool


class Seconds(click.ParamType[Stop]):
    """A time above 0: a plain number, or one with a unit, such as ``"5 h"``."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Stop:
        """The time, with whether it had a unit. Fails as a bad parameter for what is none."""
        from math import isfinite

        if isinstance(value, Stop):
            return value
        try:
            stop = Stop(float(value), False)
        except ValueError:
            try:
                stop = Stop(parse_quantity(value, "time"), True)
            except InputError:
                self.fail(
                    f'{value!r} is no time: write seconds, such as 600, or a unit (s, min, h, d), such as "5 h".', param, ctx
                )
        if not isfinite(stop.seconds) or stop.seconds <= 0:
            self.fail(f"{value!r} is not a finite number above 0.", param, ctx)
        return stop


volume_option = quantity_option(
    "--volume",
    "small volume",
    'Of --engine ssa: where molecules are counted, such as "0.1 pL", which is the default; 1 nM is 60 molecules there.',
)
