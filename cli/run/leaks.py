"""The stage that studies leaks, and its parts: imperfect tubes, mitigations of leak, and all that is uncertain together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cli.job import Outcome, Stage, Tell, in_scheme
from cli.run.folder import store_path
from cli.run.sweeps import Store, opened_store, sweep
from dsd_ncrn.analysis.crossing import CrossBinding, cross_binding
from dsd_ncrn.analysis.leaks import LeakPoint, LeakSensitivity, leak_point, leak_sensitivity, rank_leaks
from dsd_ncrn.analysis.ranges import (
    FACTORS,
    FirstIteration,
    Indices,
    Screening,
    error_band,
    gate_factors,
    morris,
    slowdowns,
    sobol,
    tolerated_band,
)
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.tuning import OperatingPoint, Question, Tuning, compare_ways, ways
from dsd_ncrn.analysis.yields import Drawn, Proportion, Yield, monte_carlo_yield, require_imperfections
from dsd_ncrn.design.load import dump_design
from dsd_ncrn.families import SCHEMES
from dsd_ncrn.runs.files import plain
from dsd_ncrn.runs.tables import INDICES, SCREENING, TUNE, leak_files, measures, tuning_text, ways_tried
from dsd_ncrn.units import per_nM_s_to_per_M_s

if TYPE_CHECKING:
    from cli.job import Job


def leaks_stage(job: Job, tell: Tell) -> Outcome:
    """Train at rising leak rates, rank the gates by the harm of their leaks, and train imperfect tubes if asked to."""
    path = None if job.folder is None else store_path(job.folder, LEAKS.name)
    samples = 0 if job.study.benched else job.study.design.imperfections.samples  # those of a bench have their own stage
    half = 0.4 if samples else 0.8
    with opened_store(path, job.key) as store:
        found = _ranked(job.study) if job.study.benched else leak_study(job, store, lambda share: tell(half * share))
        made = yield_study(job, samples, store, lambda share: tell(half + half * share))
        tried = ways_study(job, store, lambda share: tell(0.8 + 0.2 * share)) if small_enough(job) else {}
    tolerated = found.tolerated_per_M_s
    none = "no rate tried is tolerated" if found.curve else "gates ranked"
    note = none if tolerated is None else f"tolerates {tolerated:.3g} /M/s"
    note += f"; {yield_text(made)}" if made else ""
    note += f", {store.found} trainings kept from before" if store.found else ""
    bands, ways_tried = leak_bands(job.study, found), ways_section(tried)
    section = {**leaks_section(found, made, cross_binding(job.study) if made else None), "bands": bands, "ways": ways_tried}
    return Outcome(leak_files(found, made, tried), {"leaks": section}, note)


def _ranked(study: Study) -> LeakSensitivity:
    """The gates alone: what a typical tube tolerates beside an ideal network says nothing."""
    rate = per_nM_s_to_per_M_s(study.spec.leak.rate)
    return LeakSensitivity((), None, rank_leaks(study, rate), rate)


def leak_study(job: Job, store: Store, tell: Tell) -> LeakSensitivity:
    """The leak sensitivity of a job's design; neither what is in the store is done again, nor the training at the design's
    own rate. Its rates fill one bundle."""
    with sweep(job, _sent(job.study), store, most=1) as pool:
        return leak_sensitivity(job.study, _known_points(job), pool, lambda done, total: tell(done / total))


def _sent(study: Study) -> Study:
    """A study with all that workers would each work out again, what carries the leak included."""
    _ = study.ready, study.lean()
    return study


def _known_points(job: Job) -> tuple[LeakPoint, ...]:
    training = job.study.trainings.get("dsd_leaky")
    rate = per_nM_s_to_per_M_s(job.study.design.leak.rate)
    return () if training is None or rate == 0 else (leak_point(job.study, rate, training),)


def leak_bands(study: Study, found: LeakSensitivity) -> dict[str, Any]:
    """The part ``bands`` of the summary's section on leaks; None for what has no band."""
    slower = slowdowns(study)
    spans = {"tolerated_leak_per_M_per_s": tolerated_band(found, slower), "rmse_after": error_band(study, found, slower)}
    return plain({name: span and asdict(span) for name, span in spans.items()})


def leaks_section(found: LeakSensitivity, made: Yield | None = None, crossing: CrossBinding | None = None) -> dict[str, Any]:
    """The summary's section on leaks. ``samples`` counts the leak rates tried, ``yield`` has samples of its own."""
    return plain(
        {
            "samples": len(found.curve),
            "tolerated_leak_per_M_per_s": found.tolerated_per_M_s,
            "ranking": [{"origin": share.origin, "share": share.share} for share in found.ranking.shares],
            "ranking_rate_per_M_per_s": found.ranking_rate_per_M_s,
            "yield": yield_section(made, crossing),
        }
    )


LEAKS = Stage("leaks", ("calibrate",), ("leaks",), leaks_stage, "leaks.csv", form=2)


def yield_study(job: Job, samples: int, store: Store, tell: Tell) -> Yield | None:
    """Train that many realisations of the design's imperfections, but for those in the store; None for no samples.

    Raises InputError for a design without imperfections.
    """
    if samples == 0:
        return None
    require_imperfections(job.study.design)
    drawn = Drawn(_sent(job.study), job.study.seed)
    with sweep(job, drawn, store) as pool:
        return monte_carlo_yield(drawn, samples, pool, lambda done, total: tell(done / total))


def yield_section(found: Yield | None, crossing: CrossBinding | None) -> dict[str, Any] | None:
    """The part ``yield`` of the summary's section on leaks; intervals are those of 95 % confidence."""
    if found is None:
        return None
    return plain(
        {
            "samples": len(found.samples),
            "leak_per_M_per_s": found.leak_rate_per_M_s,
            "learning": _proportion(found.learning),
            "improving": _proportion(found.improving),
            "failed": sum(bool(sample.failure) for sample in found.samples),
            "cross_binding": crossing and crossing.section,
        }
    )


def _proportion(found: Proportion) -> dict[str, Any]:
    return {"count": found.count, "fraction": found.value, "interval": found.interval}


def yield_text(found: Yield) -> str:
    """What a person reads of a yield."""
    return f"{share_text(found.learning)} learn what the ideal network learns, {share_text(found.improving)} halve their error"


def share_text(found: Proportion) -> str:
    """How many of how many, with the interval of their share."""
    low, high = found.interval
    return f"{found.count} of {found.of} realisations ({100 * low:.0f} to {100 * high:.0f} %)"


Found = tuple[Screening | Indices, ...]


def sensitivity_study(job: Job, method: str, store: Store, tell: Tell) -> Found:
    """How much each factor moves the parameters in the first iteration; with ``morris`` the gates of each stage as well.

    Points that are in the store are not done again.
    """
    study = job.study.ready
    factors = FACTORS if method == "sobol" else (*FACTORS, *gate_factors(study))
    model, analyse = FirstIteration(study, factors, study.seed), sobol if method == "sobol" else morris
    with sweep(job, model, store) as pool:
        return analyse(factors, lambda points: model.errors(points, pool, lambda done, of: tell(done / of)), study.seed)


def sensitivity_rows(found: Found) -> list[dict[str, Any]]:
    """A row for each factor, the most influential first."""
    rows = [asdict(each) for each in found]
    return sorted(rows, key=lambda row: -row["total" if "total" in row else "mean_size"])


def sensitivity_files(found: Found) -> dict[str, str]:
    """The table of one of the two methods; none where nothing was varied."""
    screened = sorted((each for each in found if isinstance(each, Screening)), key=lambda each: -each.mean_size)
    shares = sorted((each for each in found if isinstance(each, Indices)), key=lambda each: -each.total)
    if screened:
        return {SCREENING.file: SCREENING.text(screened)}
    return {INDICES.file: INDICES.text(shares)} if shares else {}


def sensitivity_section(found: Found | None) -> list[dict[str, Any]] | None:
    """The part ``global`` of what the command prints."""
    return None if found is None else plain(sensitivity_rows(found))


LARGEST = 500
"""Species of the network without leaks: in a run, larger circuits are not translated and calibrated a dozen times."""


def ways_study(job: Job, store: Store, tell: Tell) -> dict[str, OperatingPoint]:
    """The first iteration at the design's leak rate, with the design changed in one way at a time; nothing without leak."""
    study = job.study
    if study.design.leak.rate == 0:
        return {}
    shared = (ways(study.decided, study.ncrn), study.seed, Question(per_nM_s_to_per_M_s(study.design.leak.rate), 1))
    # Two processes take as long as this one alone: each would load the libraries first, for half of some seconds' work.
    with sweep(job, shared, store, most=None if job.workers > 2 else 1) as pool:
        return compare_ways(shared, pool, lambda done, total: tell(done / total))


def small_enough(job: Job) -> bool:
    """Whether a run tries the ways by itself; they are changes of gates that a staged design has not."""
    return len(job.study.network.names) <= LARGEST and not job.study.staged


def ways_section(found: dict[str, OperatingPoint]) -> list[dict[str, Any]]:
    """The part ``ways`` of the summary's section on leaks."""
    return plain([asdict(each) for each in ways_tried(found)])


def ways_rows(found: dict[str, OperatingPoint]) -> list[tuple[object, ...]]:
    """What a person reads."""
    header = ("way", "first error without leak", "with leak", "h/iteration", "strands", "")
    rows = [(n, p.leak_free_error, p.first_error, p.hours, p.strands, p.failure[:60]) for n, p in found.items()]
    return [header, *rows]


def in_schemes(study: Study, schemes: tuple[str, ...]) -> dict[str, Study]:
    """The study in each of some translation schemes, or in its own. Raises InputError for an unknown one."""
    return {name: in_scheme(study, SCHEMES[name].name) for name in schemes or (study.decided.translation.scheme,)}


def tuned_files(found: Mapping[str, Tuning]) -> dict[str, str]:
    """``tune.csv`` with a row for each candidate of each scheme, and the design at the best of them."""
    return {TUNE.file: tuning_text(found), "tuned.toml": dump_design(_best(found).design)}


def tuned_section(found: Mapping[str, Tuning]) -> dict[str, Any]:
    """The searches as JSON: where they started, the best point of all, and the front of each scheme."""
    best, first = _best(found), next(iter(found.values()))
    knobs = dict(zip(best.knobs, best.best.positions))
    return plain(
        {
            "candidates": sum(len(each.points) for each in found.values()),
            "failed": sum(bool(point.failure) for each in found.values() for point in each.points),
            "start": measures(first.start),
            "best": {**measures(best.best), "scheme": best.design.translation.scheme, "knobs": knobs},
            "front": {scheme: [_front(*shown) for shown in each.front] for scheme, each in found.items()},
        }
    )


def _best(found: Mapping[str, Tuning]) -> Tuning:
    return min(found.values(), key=lambda each: each.best.cost)


def _front(point: OperatingPoint, leak: float) -> dict[str, Any]:
    return {**measures(point), "tolerated_leak_per_M_per_s": leak}
