"""``dsd-ncrn leaks``: how much leak a design bears, and whose leaks do the harm."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import (
    SPREAD,
    OneOf,
    conditions_option,
    design_argument,
    json_option,
    out_option,
    seed_option,
    spread_options,
    subcommand,
)

if TYPE_CHECKING:
    from cli.run.leaks import Found
    from dsd_ncrn.analysis.leaks import LeakSensitivity
    from dsd_ncrn.analysis.yields import Yield


@subcommand(
    "leaks",
    examples=(
        "dsd-ncrn leaks designs/linreg2d.toml -o leaks",
        "dsd-ncrn leaks designs/linreg2d_imperfect.toml --samples 100 --workers 8 -o leaks",
        "dsd-ncrn leaks designs/linreg2d.toml --ways --json",
        "dsd-ncrn leaks designs/linreg2d.toml --global morris --scheduler tcp://10.0.0.5:8786 -o leaks",
    ),
    groups=SPREAD,
)
@design_argument
@out_option("leaks.csv, leak_ranking.csv, leak_steps.csv, tubes.csv, sensitivity.csv (--global) and ways.csv (--ways)")
@seed_option
@conditions_option
@click.option(
    "--samples",
    type=click.IntRange(min=0),
    help="Tubes with the design's imperfections to train; as the design says if not given.",
)
@click.option(
    "--global",
    "method",
    type=OneOf(["morris", "sobol"]),
    help="Vary leaks, imperfections and (morris) the gates of stages all together, over one iteration.",
)
@click.option("--ways", is_flag=True, help="Try ways to bear more leak, one at a time, in the first iteration.")
@spread_options
@json_option
def command(
    design: Path,
    out: Path | None,
    seed: int,
    conditions: str,
    samples: int | None,
    method: str | None,
    ways: bool,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Train at rising leak rates, rank the gates by the harm that their leaks do, and tell how many real tubes learn.

    With -o every finished training is kept in leaks.sqlite there: the same command goes on from them, however it ended.
    """
    from cli.console import display, step
    from cli.job import placed, shown_job
    from cli.output import check_folder, deliver, show, table
    from cli.run.leaks import (
        leak_study,
        leaks_section,
        sensitivity_files,
        sensitivity_section,
        sensitivity_study,
        ways_rows,
        ways_section,
        ways_study,
        yield_study,
    )
    from cli.run.sweeps import opened_store, spread
    from dsd_ncrn.analysis.yields import require_imperfections
    from dsd_ncrn.runs.tables import leak_files

    check_folder(out)
    with ExitStack() as opened:
        shown = opened.enter_context(display())
        job = spread(shown_job(design, seed, shown, conditions=conditions), workers, scheduler)
        wanted = job.study.design.imperfections.samples if samples is None else samples
        with placed(design):
            _ = require_imperfections(job.study.design) if wanted else None
        store = opened.enter_context(opened_store(out and out / "leaks.sqlite", job.key))
        _ = job.study.calibration
        if store.found:
            shown.done("leaks", f"{store.found} trainings found in {store.path}, going on from there")
        with step(shown, "leaks", "at rising rates") as tell:
            found = leak_study(job, store, tell)
        with step(shown, "yield", f"{wanted} realisations" if wanted else "") as tell:
            made = yield_study(job, wanted, store, tell)
        with step(shown, "global", method or "") as tell:
            varied = sensitivity_study(job, method, store, tell) if method else None
        with step(shown, "ways", "one at a time" if ways else "") as tell:
            tried = ways_study(job, store, tell) if ways else {}
    deliver(out, leak_files(found, made, tried) | sensitivity_files(varied or ()))
    section = {**leaks_section(found, made), "global": sensitivity_section(varied), "ways": ways_section(tried)}
    ways_text = f"\n\n{table(ways_rows(tried))}" if tried else ""
    show(as_json, section, _listing(found, made, varied) + ways_text)


def _listing(found: LeakSensitivity, made: Yield | None, varied: Found | None) -> str:
    from cli.output import table
    from cli.run.leaks import sensitivity_rows, yield_text

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
    real = f"\n\nof real tubes {yield_text(made)}" if made else ""
    rows = sensitivity_rows(varied) if varied else []
    factors = f"\n\n{table([tuple(rows[0]), *(tuple(row.values()) for row in rows)])}" if rows else ""
    return f"{table(curve)}\n\ntolerated: {tolerated}\n\n{table(ranking)}\n\n{table(worst)}{real}{factors}"
