"""``dsd-ncrn simulate``: one iteration of a design, or a plain network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import (
    NETWORKS,
    OneOf,
    Seconds,
    engine_option,
    format_option,
    json_option,
    network_argument,
    out_option,
    seed_option,
    strands_of_networks,
    subcommand,
    volume_option,
)
from dsd_ncrn.crn.rate_law import RATE_LAWS
from dsd_ncrn.errors import InputError

if TYPE_CHECKING:
    from cli.options import Stop
    from cli.traces import EngineChoice
    from dsd_ncrn.crn.rate_law import RateLaw
    from dsd_ncrn.gates.network_run import NetworkRun
    from dsd_ncrn.runs.trainings import Columns


@subcommand(
    "simulate",
    examples=(
        "dsd-ncrn simulate designs/linreg2d.toml --level dsd -o traces",
        "dsd-ncrn simulate designs/lotka_volterra.crn --t-end 500 --format csv -o traces",
        'dsd-ncrn simulate designs/approximate_majority.crn --level dsd --t-end "5 min" --json',
        'dsd-ncrn simulate designs/counter.crn --engine ssa --volume "1 pL" --seed 7',
    ),
    groups={NETWORKS: ("law", "largest", "scale")},
)
@network_argument
@out_option("trajectories.parquet (or .csv)")
@seed_option
@click.option("--level", type=OneOf(["ideal", "dsd"]), default="ideal", show_default=True, help="Network, or strands.")
@engine_option
@volume_option
@click.option(
    "--t-end",
    type=Seconds(),
    metavar="TIME",
    help='Where to stop: of strands and of a plain network seconds, or with a unit, such as "5 h"; of a design at the '
    "level ideal a number, since time has no unit there.",
)
@click.option("--no-training", is_flag=True, help="Only the forward phase, without a target.")
@format_option(["parquet", "csv"], "parquet")
@click.option(
    "--rate-law",
    "--input-rate-law",
    "law",
    type=OneOf(RATE_LAWS),
    default="product",
    show_default=True,
    help="What its rate constants mean: k times the product of concentrations, or that divided by n! for each reactant that "
    "stands n times.",
)
@strands_of_networks
@json_option
def command(
    design: Path,
    out: Path | None,
    seed: int,
    level: str,
    engine: str,
    volume: float | None,
    t_end: Stop | None,
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
    from cli.console import working
    from cli.traces import EngineChoice, network_trace, strand_trace
    from dsd_ncrn.gates.network import Limits

    choice, network, stop = EngineChoice(engine, volume, seed), design.suffix == ".crn", t_end.seconds if t_end else None
    if network and level == "dsd":
        with working("simulate"):
            run = strand_trace(design, choice, stop, Limits(largest, scale), law)
        _both(run, out, form, as_json)
        return
    if network:
        with working("simulate"):
            columns = network_trace(design, choice, stop, law)
    else:
        columns = _iteration(design, level, choice, t_end, no_training)
    _write(out, columns, form)
    _show(as_json, {name: values[-1] for name, values in columns.items()})


def _iteration(design: Path, level: str, choice: EngineChoice, t_end: Stop | None, no_training: bool) -> Columns:
    """One iteration of a design. Raises InputError for a unit of time where there is none."""
    from cli.console import display, step
    from cli.job import shown_job
    from cli.traces import design_trace, until

    if t_end is not None and t_end.unit and level == "ideal":
        remedy = "Give a plain number, or --level dsd."
        raise InputError("--t-end: a design's time has no unit at the level ideal", level, remedy)
    with display() as shown:
        job = shown_job(design, choice.seed, shown, choice.integrator, strands=level == "dsd")
        study = job.study.ready if level == "dsd" else job.study
        with step(shown, "simulate"):
            return until(design_trace(study, level, choice, no_training), t_end.seconds if t_end else None)


def _both(run: NetworkRun, out: Path | None, form: str, as_json: bool) -> None:
    """Both trajectories into a file; the last concentrations of both, and how far they are apart."""
    from cli.output import show, table
    from cli.traces import side_by_side
    from dsd_ncrn.runs.files import plain

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
    from dsd_ncrn.runs.files import csv_text
    from dsd_ncrn.runs.trainings import parquet_bytes

    parquet = form == "parquet"
    content = parquet_bytes(columns) if parquet else csv_text(tuple(columns), zip(*columns.values()))
    deliver(out, {f"trajectories.{form}": content})


def _show(as_json: bool, last: dict[str, object]) -> None:
    from cli.output import show, table
    from dsd_ncrn.runs.files import plain

    show(as_json, plain(last), table(last.items()))
