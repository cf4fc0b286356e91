"""``dsd-ncrn leaks``: how much leak a design bears, and whose leaks do the harm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import design_argument, json_option, out_option, seed_option, workers_option

if TYPE_CHECKING:
    from cli.stages.sensitivity import Found
    from dsd_ncrn.analysis.types import LeakSensitivity
    from dsd_ncrn.analysis.yields import Yield


@click.command("leaks")
@design_argument
@out_option("leaks.csv, and sensitivity.csv with --global,")
@seed_option
@click.option(
    "--samples",
    type=click.IntRange(min=0),
    help="Tubes with the design's imperfections to train; as the design says if not given.",
)
@click.option(
    "--global",
    "method",
    type=click.Choice(["morris", "sobol"]),
    help="Vary leaks, imperfections and (morris) the gates of stages all together, over one iteration.",
)
@workers_option
@json_option
def command(
    design: Path, out: Path | None, seed: int, samples: int | None, method: str | None, workers: int | None, as_json: bool
) -> None:
    """Train at rising leak rates, rank the gates by the harm that their leaks do, and tell how many real tubes learn."""
    from cli.console import display
    from cli.output import deliver, show
    from cli.stages.job import job_of, placed
    from cli.stages.leaks import leak_study, leaks_csv, leaks_section
    from cli.stages.sensitivity import FILE, sensitivity_csv, sensitivity_section, sensitivity_study
    from cli.stages.yields import yield_study
    from cli.workers import available_cpus
    from dsd_ncrn.analysis.yields import require_imperfections

    job = job_of(design, seed, strands=True)
    wanted = job.spec.imperfections.samples if samples is None else samples
    with placed(design):
        _ = require_imperfections(job.spec) if wanted else None
    job.workers = workers or available_cpus()
    with display() as shown:
        shown.start("leaks")
        found = leak_study(job, lambda share: shown.advance("leaks", share))
        shown.done("leaks", f"{len(found.curve)} leak rates")
        shown.start("yield")
        made = yield_study(job, wanted, lambda share: shown.advance("yield", share))
        shown.done("yield", f"{wanted} realisations")
        shown.start("global")
        varied = sensitivity_study(job, method) if method else None
        shown.done("global", method or "not asked for")
    deliver(out, {"leaks.csv": leaks_csv(found, made), **({FILE: sensitivity_csv(varied)} if varied else {})})
    section = {**leaks_section(found, made), "global": sensitivity_section(varied)}
    show(as_json, section, _listing(found, made, varied))


def _listing(found: LeakSensitivity, made: Yield | None, varied: Found | None) -> str:
    from cli.output import table
    from cli.stages.sensitivity import sensitivity_rows
    from cli.stages.yields import yield_text

    curve = [("leak /M/s", "test error over ideal", "parameter error")]
    curve += [(each.rate_per_M_s, each.rmse_ratio, each.parameter_error_final) for each in found.curve]
    ranking = [("reaction", "share of the error", "parameter shift")]
    ranking += [(each.origin, each.share, each.parameter_shift) for each in found.ranking]
    tolerated = "none that was tried" if found.tolerated_per_M_s is None else f"{found.tolerated_per_M_s:.3g} /M/s"
    real = f"\n\nof real tubes {yield_text(made)}" if made else ""
    rows = sensitivity_rows(varied) if varied else []
    factors = f"\n\n{table([tuple(rows[0]), *(tuple(row.values()) for row in rows)])}" if rows else ""
    return f"{table(curve)}\n\ntolerated: {tolerated}\n\n{table(ranking)}{real}{factors}"
