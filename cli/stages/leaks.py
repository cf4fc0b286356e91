"""The stage that studies leaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.plain import csv_text, plain
from cli.stages.types import Outcome, Stage, Tell
from cli.stages.yields import COLUMNS, yield_row, yield_section, yield_study, yield_text

if TYPE_CHECKING:
    from cli.stages.job import Job
    from dsd_ncrn.analysis.types import LeakPoint, LeakSensitivity, LeakShare
    from dsd_ncrn.analysis.yields import Yield

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
    *COLUMNS,
)


def leaks_stage(job: Job, tell: Tell) -> Outcome:
    """Train at rising leak rates, rank the gates by the harm of their leaks, and train imperfect tubes if asked to."""
    samples = job.spec.imperfections.samples
    half = 0.5 if samples else 1.0
    found = leak_study(job, lambda share: tell(half * share))
    made = yield_study(job, samples, lambda share: tell(half + half * share))
    tolerated = found.tolerated_per_M_s
    note = "no rate tried is tolerated" if tolerated is None else f"tolerates {tolerated:.3g} /M/s"
    note = f"{note}; {yield_text(made)}" if made else note
    return Outcome({"leaks.csv": leaks_csv(found, made)}, {"leaks": leaks_section(found, made)}, note)


def leak_study(job: Job, tell: Tell) -> LeakSensitivity:
    """The leak sensitivity of a job's design; the training at the design's own rate is not done twice."""
    from cli.workers import worker_pool
    from dsd_ncrn.analysis.leaks import leak_sensitivity

    with worker_pool(job.workers) as pool:
        return leak_sensitivity(job.study, _known_points(job), pool, lambda done, total: tell(done / total))


def _known_points(job: Job) -> tuple[LeakPoint, ...]:
    from dsd_ncrn.analysis.leaks import leak_point
    from dsd_ncrn.units import per_nM_s_to_per_M_s

    training = job.trainings.get("dsd_leaky")
    rate = per_nM_s_to_per_M_s(job.spec.leak.rate)
    return () if training is None or rate == 0 else (leak_point(job.study, rate, training),)


def leaks_csv(found: LeakSensitivity, made: Yield | None = None) -> str:
    """Rows of kind ``curve``, one for each leak rate, of kind ``ranking``, one for each formal reaction, and of kind
    ``yield``, one for each realisation."""
    ranking = (_ranking_row(share, found.ranking_rate_per_M_s) for share in found.ranking)
    samples = (yield_row(sample, made.leak_rate_per_M_s) for sample in made.samples) if made else ()
    rows = (*map(_curve_row, found.curve), *ranking, *samples)
    return csv_text(HEADER, ((*row, *("",) * (len(HEADER) - len(row))) for row in rows))


def _curve_row(point: LeakPoint) -> tuple[object, ...]:
    errors = (point.parameter_error_first_iteration, point.parameter_error_final)
    return ("curve", point.rate_per_M_s, "", point.rmse, point.rmse_ratio, *errors, "", "")


def _ranking_row(share: LeakShare, rate: float) -> tuple[object, ...]:
    return ("ranking", rate, share.origin, "", "", "", "", share.share, share.parameter_shift)


def leaks_section(found: LeakSensitivity, made: Yield | None = None) -> dict[str, Any]:
    """The summary's section on leaks. ``samples`` counts the leak rates tried, ``yield`` has samples of its own."""
    return plain(
        {
            "samples": len(found.curve),
            "tolerated_leak_per_M_per_s": found.tolerated_per_M_s,
            "ranking": [{"origin": share.origin, "share": share.share} for share in found.ranking],
            "ranking_rate_per_M_per_s": found.ranking_rate_per_M_s,
            "yield": yield_section(made),
        }
    )


LEAKS = Stage("leaks", ("calibrate",), ("leaks",), leaks_stage)
