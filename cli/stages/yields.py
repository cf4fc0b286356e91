"""The part of the leak study that trains tubes with the design's imperfections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.stages.types import Tell
from cli.store import Store
from cli.sweep import sweep
from dsd_ncrn.analysis.yields import Drawn, Proportion, Yield, monte_carlo_yield, require_imperfections
from dsd_ncrn.runs.files import plain

if TYPE_CHECKING:
    from cli.stages.job import Job


def yield_study(job: Job, samples: int, store: Store, tell: Tell) -> Yield | None:
    """Train that many realisations of the design's imperfections, but for those in the store; None for no samples.

    Raises InputError for a design without imperfections.
    """
    if samples == 0:
        return None
    require_imperfections(job.study.design)
    drawn = Drawn(job.study.ready, job.study.seed)
    with sweep(job, drawn, store) as pool:
        return monte_carlo_yield(drawn, samples, pool, lambda done, total: tell(done / total))


def yield_section(found: Yield | None) -> dict[str, Any] | None:
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
        }
    )


def _proportion(found: Proportion) -> dict[str, Any]:
    return {"count": found.count, "fraction": found.value, "interval": found.interval}


def yield_text(found: Yield) -> str:
    """What a person reads of a yield."""
    return f"{_share(found.learning)} learn what the ideal network learns, {_share(found.improving)} halve their error"


def _share(found: Proportion) -> str:
    low, high = found.interval
    return f"{found.count} of {found.of} realisations ({100 * low:.0f} to {100 * high:.0f} %)"
