"""``dsd-ncrn simulate``: one iteration of a design, or a plain network."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import (
    design_argument,
    engine_option,
    json_option,
    largest_option,
    out_option,
    scale_option,
    seed_option,
    volume_option,
)
from dsd_ncrn.crn.rate_law import RATE_LAWS
from dsd_ncrn.errors import InputError

if TYPE_CHECKING:
    from cli.stages.traces import Columns
    from dsd_ncrn.crn.rate_law import RateLaw
    from dsd_ncrn.simulate.networks import NetworkRun


@click.command("simulate")
@design_argument
@out_option("trajectories.parquet (or .csv)")
@seed_option
@click.option("--level", type=click.Choice(["ideal", "dsd"]), default="ideal", show_default=True)
@engine_option
@volume_option
@click.option(
    "--t-end",
    type=click.FloatRange(min=0, min_open=True),
    help="Where to stop: s of the design's strands or of the plain network; dimensionless at a design's ideal level.",
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
@largest_option
@scale_option
@json_option
def command(
    design: Path,
    out: Path | None,
    seed: int,
    level: str,
    engine: str,
    volume: float | None,
    t_end: float | None,
    no_training: bool,
    form: str,
    law: RateLaw,
    largest: float,
    scale: float,
    as_json: bool,
) -> None:
    """Simulate one iteration with the first training point, or a plain network (.crn) from its initial concentrations.

    Without -o the last concentrations are printed. A plain network is in nM and s, and runs for 1000 s without --t-end. At
    the level dsd its gates are sized by its rate constants, which DNA reaches at a slower pace: both trajectories are given
    in the network's time, with the seconds of DNA time that one of its seconds takes.

    With --engine ssa the molecules of a small volume are counted and every reaction is drawn by chance, with --seed.
    """
    from cli.engines import Choice
    from cli.traces import design_trace, network_trace, strand_trace, until
    from dsd_ncrn.simulate.network_sizing import Limits

    if t_end is not None and not isfinite(t_end):
        raise InputError("--t-end is a finite number", t_end)
    choice = Choice(engine, volume, seed)
    if design.suffix == ".crn" and level == "dsd":
        _both(strand_trace(design, choice, t_end, Limits(largest, scale), law), out, form, as_json)
        return
    if design.suffix == ".crn":
        columns = network_trace(design, choice, t_end, law)
    else:
        columns = until(design_trace(design, seed, level, choice, no_training), t_end)
    _write(out, columns, form)
    _show(as_json, {name: values[-1] for name, values in columns.items()})


def _both(run: NetworkRun, out: Path | None, form: str, as_json: bool) -> None:
    """Both trajectories into a file; the last concentrations of both, and how far they are apart."""
    from cli.output import show, table
    from cli.plain import plain
    from cli.traces import side_by_side

    _write(out, side_by_side(run), form)
    end = {level: dict(zip(t.species, t.values[-1])) for level, t in (("ideal", run.ideal), ("dsd", run.dsd))}
    sized, stop = run.sized, float(run.ideal.times[-1])
    facts = {"time": stop, "seconds": sized.seconds, "scale": sized.scale, "reserve": sized.reserve, "deviation": run.deviation}
    rows = [(f"at {stop:g} s", "ideal", "dsd"), *((name, end["ideal"][name], end["dsd"][name]) for name in run.ideal.species)]
    lines = (
        f"{sized.seconds:.3g} s of DNA time make one second of the network",
        f"gates hold at least {sized.reserve:g} times what they fire; of a join up to {max(run.used.values()):.1%} is used",
        f"largest difference: {run.deviation:.2%} of the largest concentration",
        "",
        table(rows),
    )
    show(as_json, plain({**facts, "used": run.used, **end}), "\n".join(lines))


def _write(out: Path | None, columns: Columns, form: str) -> None:
    from cli.output import deliver
    from cli.plain import csv_text
    from cli.stages.traces import parquet_bytes

    parquet = form == "parquet"
    content = parquet_bytes(columns) if parquet else csv_text(tuple(columns), zip(*columns.values()))
    deliver(out, {f"trajectories.{form}": content})


def _show(as_json: bool, last: dict[str, object]) -> None:
    from cli.output import show, table
    from cli.plain import plain

    show(as_json, plain(last), table(last.items()))
