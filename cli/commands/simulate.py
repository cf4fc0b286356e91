"""``dsd-ncrn simulate``: one iteration of a design, or a plain network."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import design_argument, engine_option, json_option, out_option, seed_option
from dsd_ncrn.crn.rate_law import RATE_LAWS
from dsd_ncrn.errors import InputError

if TYPE_CHECKING:
    from dsd_ncrn.crn.rate_law import RateLaw


@click.command("simulate")
@design_argument
@out_option("trajectories.parquet (or .csv)")
@seed_option
@click.option("--level", type=click.Choice(["ideal", "dsd"]), default="ideal", show_default=True)
@engine_option
@click.option(
    "--t-end", type=click.FloatRange(min=0, min_open=True), help="Where to stop: s, at the ideal level dimensionless."
)
@click.option("--no-training", is_flag=True, help="Only the forward phase, without a target.")
@click.option("--format", "form", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@click.option(
    "--rate-law",
    "--input-rate-law",
    "law",
    type=click.Choice(RATE_LAWS),
    default="product",
    show_default=True,
    help="What the rate constants of a .crn file mean: k times the product of concentrations, or that divided by n! for "
    "each reactant that stands n times. Of no effect on a design.",
)
@json_option
def command(
    design: Path,
    out: Path | None,
    seed: int,
    level: str,
    engine: str,
    t_end: float | None,
    no_training: bool,
    form: str,
    law: RateLaw,
    as_json: bool,
) -> None:
    """Simulate one iteration with the first training point, or a plain network (.crn) from its initial concentrations.

    Without -o the last concentrations are printed. A plain network is in nM and s, and runs for 1000 s without --t-end.
    """
    from cli.output import deliver, show, table
    from cli.plain import csv_text, plain
    from cli.stages.traces import parquet_bytes
    from cli.traces import design_trace, network_trace, until

    if t_end is not None and not isfinite(t_end):
        raise InputError("--t-end is a finite number", t_end)
    if design.suffix == ".crn":
        columns = network_trace(design, engine, t_end, law)
    else:
        columns = until(design_trace(design, seed, level, engine, no_training), t_end)
    deliver(
        out,
        {"trajectories.parquet": parquet_bytes(columns)}
        if form == "parquet"
        else {"trajectories.csv": csv_text(tuple(columns), zip(*columns.values()))},
    )
    last = {name: values[-1] for name, values in columns.items()}
    show(as_json, plain(last), table(last.items()))
