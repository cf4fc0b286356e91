"""The stage that trains tubes as they come from a bench, each measured and set before, with their leaks and without."""

from __future__ import annotations

from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from cli.job import Outcome, Stage, Tell
from cli.run.folder import digest, store_path
from cli.run.leaks import share_text
from cli.run.sweeps import opened_store, sweep
from dsd_ncrn.analysis.beads import BeadBudget
from dsd_ncrn.analysis.crossing import cross_binding
from dsd_ncrn.analysis.judging import NEAR, THRESHOLD, judged, learned, near, yardstick
from dsd_ncrn.analysis.results import Judged, Yardstick
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import Drawn, difference
from dsd_ncrn.runs.files import plain
from dsd_ncrn.runs.tables import BENCH, BENCH_NO_LEAK

if TYPE_CHECKING:
    from cli.job import Job

USUAL = 40
"""Tubes, where the design asks for no other number: the interval of 0.8 then ends above 0.6."""
NO_TUBES = "none: no staged design under conditions"
NO_CONDITIONS = "none: the design names no conditions; --conditions bench does"


def tubes_stage(job: Job, tell: Tell) -> Outcome:
    """Train tubes of the design's conditions, those of ``train --tubes`` with the same seed, and the same without leaks."""
    if not job.study.benched:
        return Outcome({}, note=NO_CONDITIONS if job.study.staged else NO_TUBES)
    study = job.study.ready
    count = study.spec.imperfections.samples or USUAL
    path = None if job.folder is None else store_path(job.folder, TUBES.name)
    found: list[tuple[Judged, ...]] = []
    for number, each in enumerate((study, leakless(study))):
        drawn = Drawn(each, study.seed)
        with opened_store(path, digest(f"{job.key} {number}")) as store, sweep(job, drawn, store) as pool:
            found.append(judged(drawn, count, pool, lambda done, total, at=number: tell((at + done / total) / 2)))
    leaky, calm = found
    files = {BENCH.file: BENCH.text(leaky), BENCH_NO_LEAK.file: BENCH_NO_LEAK.text(calm)}
    section = bench_section(study, leaky, calm, yardstick(study), study.beads)
    return Outcome(files, {"bench": section}, f"{share_text(learned(leaky))} learn what the ideal network learns")


def leakless(study: Study) -> Study:
    """The study whose gates neither leak nor have leaked."""
    spec = study.spec
    sealed = spec.imperfections.model_copy(update={"initial_leak": 0.0, "washed_leak": 0.0})
    return study.given(
        spec=spec.model_copy(update={"leak": spec.leak.model_copy(update={"rate": 0.0}), "imperfections": sealed})
    )


def bench_section(
    study: Study, leaky: tuple[Judged, ...], calm: tuple[Judged, ...], stick: Yardstick, beads: BeadBudget
) -> dict[str, Any]:
    """The summary's section on tubes; lists have an entry for each."""
    count, without = learned(leaky), learned(calm)
    alive = [each for each in leaky if not each.failure]
    hours = [each.hours for each in alive]
    crossing, data = cross_binding(study), study.data
    classes = data.accuracy(data.test_y, data.test_y) is not None
    cost, low, high = difference(without, count)
    return plain(
        {
            "conditions": study.spec.conditions.name,
            "tubes": count.of,
            "learned": count.count,
            "interval": count.interval,
            "threshold": THRESHOLD,
            "learned_share": [each.learned_share for each in leaky],
            "rmse_before": [each.before for each in leaky],
            "rmse_after": [each.after for each in leaky],
            "ideal_rmse_after": stick.ideal,
            "error_over_ideal": median(each.after / stick.ideal for each in alive) if alive else None,
            "near_ideal_accuracy": {"within": NEAR, "tubes": near(leaky, stick)} if classes else None,
            "iterations": stick.iterations,
            "hours_per_iteration": fmean(hours) if hours else None,
            "bands": {"hours_per_iteration": {"low": min(hours), "high": max(hours)} if hours else None},
            "calibration": {
                "aliquots": fmean(each.aliquots for each in alive) if alive else None,
                "hours": fmean(each.calibration_hours for each in alive) if alive else None,
            },
            "without_leaks": {"learned": without.count, "interval": without.interval},
            "lost_to_leaks": {"share": cost, "low": low, "high": high},
            "cross_binding": crossing and crossing.section,
            "parameters_lost_per_iteration": beads.parameters_lost,
            "volume_growth_per_iteration": beads.growth,
            "slurry_uL_per_100_uL": beads.worst_uL,
        }
    )


TUBES = Stage("tubes", ("calibrate",), (), tubes_stage, BENCH.file, ("bench",))
