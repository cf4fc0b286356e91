"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., object])

design_argument = click.argument("design", type=click.Path(path_type=Path), metavar="DESIGN")
run_argument = click.argument("run_folder", type=click.Path(path_type=Path), metavar="RUN_DIR")
seed_option = click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of all that is random."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON to standard output.")
workers_option = click.option(
    "--workers", type=click.IntRange(min=1, max=256), help="Processes that share the leak study; all processors if not given."
)
scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="A Dask cluster that does the leak study instead of --workers, for example tcp://10.0.0.5:8786.",
)
engine_option = click.option("--engine", default="rosenbrock", show_default=True, help="See `dsd-ncrn list engines`.")


def out_option(what: str) -> Callable[[Function], Function]:
    """``-o DIR``, with what goes there."""
    path = click.Path(path_type=Path, file_okay=True)
    return click.option("-o", "--out", "out", type=path, metavar="DIR", help=f"Write {what} into this folder.")


def quantity(kind: str) -> Callable[[click.Context, click.Parameter, str | None], float | None]:
    """A callback that reads an option such as ``"10 uM"`` into the internal unit of its kind; it must be above 0, if given."""

    def read(context: click.Context, parameter: click.Parameter, text: str | None) -> float | None:
        from dsd_ncrn.errors import InputError
        from dsd_ncrn.units import parse_quantity

        if text is None:
            return None
        value = parse_quantity(text, kind)
        if value <= 0:
            raise InputError(f"{parameter.opts[0]} is above 0", text)
        return value

    return read


volume_option = click.option(
    "--volume",
    callback=quantity("small volume"),
    help='Of --engine ssa: where molecules are counted, such as "0.1 pL", which is the default; 1 nM is 60 molecules there.',
)
largest_option = click.option(
    "--largest",
    default="10 uM",
    show_default=True,
    callback=quantity("concentration"),
    help="Of a plain network: no gate, fuel or buffer is larger.",
)
scale_option = click.option(
    "--scale",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Of a plain network: nM of DNA for one nM.",
)
