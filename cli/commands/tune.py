"""``dsd-ncrn tune``: concentrations, toeholds and durations with which a design bears its leaks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import (
    SPREAD,
    design_argument,
    json_option,
    out_option,
    quantity_option,
    scheme_option,
    seed_option,
    spread_options,
    subcommand,
)

if TYPE_CHECKING:
    from dsd_ncrn.analysis.tuning import OperatingPoint, Tuning

_above_zero = click.FloatRange(min=0, min_open=True)


@subcommand(
    "tune",
    examples=(
        "dsd-ncrn tune designs/linreg2d.toml -o tuned",
        'dsd-ncrn tune designs/linreg2d.toml --leak "0.1 /M/s" --candidates 50 --workers 4 -o tuned',
        "dsd-ncrn tune designs/linreg2d.toml --scheme plain --scheme chen --max-hours 2 --max-length 60 -o tuned",
    ),
    groups={
        "What is searched": ("leak", "candidates", "iterations", "schemes"),
        "Bounds": ("max_hours", "max_fuel", "max_length"),
        **SPREAD,
    },
)
@design_argument
@out_option("tuned.toml and tune.csv")
@seed_option
@quantity_option("--leak", "bimolecular rate", "Uniform leak rate to bear.", "1 /M/s")
@click.option("--candidates", type=click.IntRange(min=1), default=300, show_default=True, help="Operating points to try.")
@click.option("--iterations", type=click.IntRange(min=1), default=20, show_default=True, help="Training iterations of each.")
@scheme_option("Translation scheme to search in; may be given several times.", multiple=True)
@click.option("--max-hours", type=_above_zero, help="Per training iteration.")
@quantity_option("--max-fuel", "concentration", "Of all that is mixed.", "1 M")
@click.option("--max-length", type=click.IntRange(min=1), help="Of the longest strand, nt.")
@spread_options
@json_option
def command(
    design: Path,
    out: Path | None,
    seed: int,
    leak: float,
    candidates: int,
    iterations: int,
    schemes: tuple[str, ...],
    max_hours: float | None,
    max_fuel: float,
    max_length: int | None,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Search the operating point of a design under leak.

    With -o every finished candidate is kept in tune.sqlite there: the same command goes on from them, however it ended.
    """
    from math import inf

    from cli.console import display
    from cli.job import shown_job
    from cli.output import check_folder, deliver, show
    from cli.run.folder import digest
    from cli.run.leaks import in_schemes, tuned_files, tuned_section
    from cli.run.sweeps import opened_store, spread, sweep
    from dsd_ncrn.analysis.tuning import Bounds, Question, bench_of, tune
    from dsd_ncrn.units import per_nM_s_to_per_M_s

    check_folder(out)
    with display() as shown:
        job = spread(shown_job(design, seed, shown), workers, scheduler)
    bounds = Bounds(max_hours or inf, max_fuel, max_length or inf)
    question = Question(per_nM_s_to_per_M_s(leak), iterations, bounds)
    benches = {name: bench_of(study, question) for name, study in in_schemes(job.study, schemes).items()}
    found: dict[str, Tuning] = {}
    with display() as shown:
        for name, bench in benches.items():
            shown.start(name)
            with opened_store(out and out / "tune.sqlite", digest(f"{job.key} {name} {question}")) as store:
                kept = f", {store.found} found in {store.path}" if store.found else ""
                with sweep(job, bench, store) as pool:
                    found[name] = tune(bench, candidates, pool, lambda done, of, name=name: shown.advance(name, done / of))
            shown.done(name, f"{len(found[name].points)} candidates{kept}")
    deliver(out, tuned_files(found))
    show(as_json, tuned_section(found), "\n\n".join(f"{name}\n{_listing(each)}" for name, each in found.items()))


def _listing(found: Tuning) -> str:
    from cli.output import table

    rows = [("", "first error", "mean error", "test error over ideal", "h/iteration", "uM in all", "strands", "tolerates /M/s")]
    rows += [_row("as it was", found.start, None), _row("best", found.best, None)]
    rows += [_row(f"front {number}", point, leak) for number, (point, leak) in enumerate(found.front, start=1)]
    return table(rows)


def _row(name: str, point: OperatingPoint, leak: float | None) -> tuple[object, ...]:
    if point.failure:
        return (name, point.failure, *(None,) * 6)
    errors = (point.first_error, point.mean_error, point.rmse_ratio)
    return (name, *errors, point.hours, point.fuel_nM / 1e3, point.strands, leak)
