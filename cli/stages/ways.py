"""The part of the leak study that tries ways to bear more leak."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cli.stages.types import Tell
from cli.store import Store
from cli.sweep import sweep
from dsd_ncrn.analysis.tuning import OperatingPoint, Question, compare_ways, ways
from dsd_ncrn.runs.files import plain
from dsd_ncrn.runs.tables import ways_tried
from dsd_ncrn.units import per_nM_s_to_per_M_s

if TYPE_CHECKING:
    from cli.stages.job import Job

LARGEST = 500
"""Species of the network without leaks: in a run, larger circuits are not translated and calibrated a dozen times."""


def ways_study(job: Job, store: Store, tell: Tell) -> dict[str, OperatingPoint]:
    """The first iteration at the design's leak rate, with the design changed in one way at a time; nothing without leak."""
    study = job.study
    if study.design.leak.rate == 0:
        return {}
    shared = (ways(study.decided, study.ncrn), study.seed, Question(per_nM_s_to_per_M_s(study.design.leak.rate), 1))
    with sweep(job, shared, store) as pool:
        return compare_ways(shared, pool, lambda done, total: tell(done / total))


def small_enough(job: Job) -> bool:
    """Whether a run tries the ways by itself."""
    return len(job.study.network.names) <= LARGEST


def ways_section(found: dict[str, OperatingPoint]) -> list[dict[str, Any]]:
    """The part ``ways`` of the summary's section on leaks."""
    return plain([asdict(each) for each in ways_tried(found)])


def ways_rows(found: dict[str, OperatingPoint]) -> list[tuple[object, ...]]:
    """What a person reads."""
    header = ("way", "first error without leak", "with leak", "h/iteration", "strands", "")
    rows = [(n, p.leak_free_error, p.first_error, p.hours, p.strands, p.failure[:60]) for n, p in found.items()]
    return [header, *rows]
