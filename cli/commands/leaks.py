"""``dsd-ncrn leaks``: how much leak a design bears, and whose leaks do the harm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import design_argument, json_option, out_option, scheduler_option, seed_option, workers_option

if TYPE_CHECKING:
    from dsd_ncrn.analysis.types import LeakSensitivity


@click.command("leaks")
@design_argument
@out_option("leaks.csv")
@seed_option
@workers_option
@scheduler_option
@json_option
def command(design: Path, out: Path | None, seed: int, workers: int | None, scheduler: str | None, as_json: bool) -> None:
    """Train at rising leak rates, and rank the gates by the harm that their leaks do.

    With -o every finished training is kept in leaks.sqlite there: the same command goes on from them, however it ended.
    """
    from cli.console import display
    from cli.output import check_folder, deliver, show
    from cli.stages.job import job_of
    from cli.stages.leaks import leak_study, leaks_csv, leaks_section
    from cli.store import opened_store
    from cli.sweep import spread

    job = spread(job_of(design, seed, strands=True), workers, scheduler)
    check_folder(out)
    with opened_store(out and out / "leaks.sqlite", job.key) as store, display() as shown:
        if store.found:
            shown.done("leaks", f"{store.found} trainings found in {store.path}, going on from there")
        shown.start("leaks")
        found = leak_study(job, store, lambda share: shown.advance("leaks", share))
        shown.done("leaks", f"{len(found.curve)} leak rates")
    deliver(out, {"leaks.csv": leaks_csv(found)})
    show(as_json, leaks_section(found), _listing(found))


def _listing(found: LeakSensitivity) -> str:
    from cli.output import table

    curve = [("leak /M/s", "test error over ideal", "parameter error")]
    curve += [(each.rate_per_M_s, each.rmse_ratio, each.parameter_error_final) for each in found.curve]
    ranking = [("reaction", "share of the error", "parameter shift per /M/s")]
    ranking += [(each.origin, each.share, each.shift_per_M_s) for each in found.ranking.shares]
    worst = [("leak", "gate of", "rule", "parameter", "shift per /M/s")]
    worst += [
        (" + ".join(each.reactants), each.origin, each.rule, each.parameter, each.shift_per_M_s)
        for each in found.ranking.channels
    ]
    tolerated = "none that was tried" if found.tolerated_per_M_s is None else f"{found.tolerated_per_M_s:.3g} /M/s"
    return f"{table(curve)}\n\ntolerated: {tolerated}\n\n{table(ranking)}\n\n{table(worst)}"
