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
from dsd_ncrn.analysis.judging import NEAR, THRESHOLD, judged, judged_elsewhere, learned, near, redrawn, yardstick
from dsd_ncrn.analysis.results import Judged, Yardstick
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import Drawn, difference
from dsd_ncrn.runs.files import plain
from dsd_ncrn.runs.tables import BENCH, BENCH_DRAWS, BENCH_NO_LEAK

if TYPE_CHECKING:
    from cli.job import Job

USUAL = 40
"""Tubes, where the design asks for no other number: the interval of 0.8 then ends above 0.6."""
DRAWS, SHARE_OF_DRAW = 5, 10
"""Other draws of the data, and of how many tubes one is trained at each of them too."""
NO_TUBES = "none: no staged design under conditions"
NO_CONDITIONS = "none: the design names no conditions; --conditions bench does"


def tubes_stage(job: Job, tell: Tell) -> Outcome:
    """Train tubes of the design's conditions, those of ``train --tubes`` with the same seed, and the same without leaks; where
    there are many, some at other draws of the data as well."""
    if not job.study.benched:
        return Outcome({}, note=NO_CONDITIONS if job.study.staged else NO_TUBES)
    study = job.study.ready
    count = study.spec.imperfections.samples or USUAL
    path = None if job.folder is None else store_path(job.folder, TUBES.name)
    each = count // SHARE_OF_DRAW
    others = redrawn(study, DRAWS if each > 1 else 0)
    whole, found = 2 * count + each * len(others.drawn), list[tuple[Judged, ...]]()
    for number, drawn in enumerate((Drawn(study, study.seed), Drawn(leakless(study), study.seed))):
        with opened_store(path, digest(f"{job.key} {number}")) as store, sweep(job, drawn, store) as pool:
            found.append(judged(drawn, count, pool, lambda done, _, at=number: tell((at * count + done) / whole)))
    leaky, calm = found
    elsewhere: tuple[Judged, ...] = ()
    if others.drawn:
        with opened_store(path, digest(f"{job.key} draws")) as store, sweep(job, others, store) as pool:
            elsewhere = judged_elsewhere(others, each, pool, lambda done, _: tell((2 * count + done) / whole))
    files = {BENCH.file: BENCH.text(leaky), BENCH_NO_LEAK.file: BENCH_NO_LEAK.text(calm)}
    files |= {BENCH_DRAWS.file: BENCH_DRAWS.text(elsewhere)} if elsewhere else {}
    section = bench_section(study, leaky, calm, elsewhere, yardstick(study), study.beads)
    return Outcome(files, {"bench": section}, f"{share_text(learned(leaky))} learn what the ideal network learns")


def leakless(study: Study) -> Study:
    """The study whose gates neither leak nor have leaked."""
    spec = study.spec
    sealed = spec.imperfections.model_copy(update={"initial_leak": 0.0, "washed_leak": 0.0})
    return study.given(
        spec=spec.model_copy(update={"leak": spec.leak.model_copy(update={"rate": 0.0}), "imperfections": sealed})
    )


def bench_section(
    study: Study,
    leaky: tuple[Judged, ...],
    calm: tuple[Judged, ...],
    elsewhere: tuple[Judged, ...],
    stick: Yardstick,
    beads: BeadBudget,
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
            "other_draws": _draws(elsewhere),
            "cross_binding": crossing and crossing.section,
            "parameters_lost_per_iteration": beads.parameters_lost,
            "volume_growth_per_iteration": beads.growth,
            "slurry_uL_per_100_uL": beads.worst_uL,
        }
    )


def _draws(found: tuple[Judged, ...]) -> dict[str, Any] | None:
    """How many tubes learn at other draws of the data, in all and at each."""
    if not found:
        return None
    count = learned(found)
    by_draw = [
        learned([each for each in found if each.data_seed == seed]).count for seed in {one.data_seed: 0 for one in found}
    ]
    return {"tubes": count.of, "learned": count.count, "interval": count.interval, "by_draw": by_draw}


TUBES = Stage("tubes", ("calibrate",), (), tubes_stage, BENCH.file, ("bench",))
