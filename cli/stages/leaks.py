"""The stage that studies leaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.run_folder import store_path
from cli.stages.types import Outcome, Stage, Tell
from cli.stages.ways import small_enough, ways_section, ways_study
from cli.stages.yields import yield_section, yield_study, yield_text
from cli.store import Store, opened_store
from cli.sweep import sweep
from dsd_ncrn.analysis.leaks import LeakPoint, LeakSensitivity, leak_point, leak_sensitivity
from dsd_ncrn.analysis.yields import Yield
from dsd_ncrn.runs.files import plain
from dsd_ncrn.runs.tables import leak_files
from dsd_ncrn.units import per_nM_s_to_per_M_s

if TYPE_CHECKING:
    from cli.stages.job import Job


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
    return Outcome(leak_files(found, made, tried), {"leaks": {**leaks_section(found, made), "ways": ways_section(tried)}}, note)


def leak_study(job: Job, store: Store, tell: Tell) -> LeakSensitivity:
    """The leak sensitivity of a job's design; neither what is in the store is done again, nor the training at the design's
    own rate."""
    with sweep(job, job.study.ready, store) as pool:
        return leak_sensitivity(job.study, _known_points(job), pool, lambda done, total: tell(done / total))


def _known_points(job: Job) -> tuple[LeakPoint, ...]:
    training = job.study.trainings.get("dsd_leaky")
    rate = per_nM_s_to_per_M_s(job.study.design.leak.rate)
    return () if training is None or rate == 0 else (leak_point(job.study, rate, training),)


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


LEAKS = Stage("leaks", ("calibrate",), ("leaks",), leaks_stage, "leaks.csv", form=2)
