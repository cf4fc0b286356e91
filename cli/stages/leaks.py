"""The stage that studies leaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.plain import csv_text, plain
from cli.run_folder import store_path
from cli.stages.types import Outcome, Stage, Tell
from cli.stages.ways import FILE as WAYS
from cli.stages.ways import small_enough, ways_csv, ways_section, ways_study
from cli.stages.yields import COLUMNS, yield_row, yield_section, yield_study, yield_text
from cli.store import Store, opened_store
from cli.sweep import sweep
from dsd_ncrn.analysis.leaks import LeakChannel, LeakPoint, LeakSensitivity, LeakShare, leak_point, leak_sensitivity
from dsd_ncrn.analysis.yields import Yield
from dsd_ncrn.units import per_nM_s_to_per_M_s

if TYPE_CHECKING:
    from cli.stages.job import Job

HEADER = (
    "kind",
    "rate_per_M_s",
    "origin",
    "rmse",
    "rmse_ratio",
    "parameter_error_first_iteration",
    "parameter_error_final",
    "share",
    "parameter_shift",
    "shift_per_M_per_s",
    "parameter",
    "rule",
    "reactants",
    "products",
    *COLUMNS,
)


def leaks_stage(job: Job, tell: Tell) -> Outcome:
    """Train at rising leak rates, rank the gates by the harm of their leaks, and train imperfect tubes if asked to."""
    path = None if job.folder is None else store_path(job.folder, LEAKS.name)
    samples = job.study.design.imperfections.samples
    half = 0.4 if samples else 0.8
    with opened_store(path, job.key) as store:
        found = leak_study(job, store, lambda share: tell(half * share))
        made = yield_study(job, samples, store, lambda share: tell(half + half * share))
        tried = ways_study(job, store, lambda share: tell(0.8 + 0.2 * share)) if small_enough(job) else {}
    tolerated = found.tolerated_per_M_s
    note = "no rate tried is tolerated" if tolerated is None else f"tolerates {tolerated:.3g} /M/s"
    note += f"; {yield_text(made)}" if made else ""
    note += f", {store.found} trainings kept from before" if store.found else ""
    files = {"leaks.csv": leaks_csv(found, made), **({WAYS: ways_csv(tried)} if tried else {})}
    return Outcome(files, {"leaks": {**leaks_section(found, made), "ways": ways_section(tried)}}, note)


def leak_study(job: Job, store: Store, tell: Tell) -> LeakSensitivity:
    """The leak sensitivity of a job's design; neither what is in the store is done again, nor the training at the design's
    own rate."""
    with sweep(job, job.study.ready, store) as pool:
        return leak_sensitivity(job.study, _known_points(job), pool, lambda done, total: tell(done / total))


def _known_points(job: Job) -> tuple[LeakPoint, ...]:
    training = job.study.trainings.get("dsd_leaky")
    rate = per_nM_s_to_per_M_s(job.study.design.leak.rate)
    return () if training is None or rate == 0 else (leak_point(job.study, rate, training),)


def leaks_csv(found: LeakSensitivity, made: Yield | None = None) -> str:
    """Rows of kind ``curve``, one for each leak rate, ``ranking``, one for each formal reaction, ``channel``, single leaks, and
    ``yield``, one for each realisation.

    ``parameter_shift`` is that at the rate of the row, to first order.
    """
    rate = found.ranking_rate_per_M_s
    ranking = (_ranking_row(share, rate) for share in found.ranking.shares)
    channels = (_channel_row(channel, rate) for channel in found.ranking.channels)
    samples = (yield_row(sample, made.leak_rate_per_M_s) for sample in made.samples) if made else ()
    rows = (*map(_curve_row, found.curve), *ranking, *channels, *samples)
    return csv_text(HEADER, ((*row, *("",) * (len(HEADER) - len(row))) for row in rows))


def _curve_row(point: LeakPoint) -> tuple[object, ...]:
    errors = (point.parameter_error_first_iteration, point.parameter_error_final)
    return ("curve", point.rate_per_M_s, "", point.rmse, point.rmse_ratio, *errors, *[""] * 7)


def _ranking_row(share: LeakShare, rate: float) -> tuple[object, ...]:
    shift = share.shift_per_M_s
    return ("ranking", rate, share.origin, *[""] * 4, share.share, shift * rate, shift, *[""] * 4)


def _channel_row(channel: LeakChannel, rate: float) -> tuple[object, ...]:
    shift, sides = channel.shift_per_M_s, (" + ".join(channel.reactants), " + ".join(channel.products))
    return ("channel", rate, channel.origin, *[""] * 5, shift * rate, shift, channel.parameter, channel.rule, *sides)


def leaks_section(found: LeakSensitivity, made: Yield | None = None) -> dict[str, Any]:
    """The summary's section on leaks. ``samples`` counts the leak rates tried, ``yield`` has samples of its own."""
    return plain(
        {
            "samples": len(found.curve),
            "tolerated_leak_per_M_per_s": found.tolerated_per_M_s,
            "ranking": [{"origin": share.origin, "share": share.share} for share in found.ranking.shares],
            "ranking_rate_per_M_per_s": found.ranking_rate_per_M_s,
            "yield": yield_section(made),
        }
    )


LEAKS = Stage("leaks", ("calibrate",), ("leaks",), leaks_stage, "leaks.csv")
