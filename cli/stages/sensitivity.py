"""The part of the leak study that varies leaks, imperfections and the gates of stages all together."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cli.stages.types import Tell
from cli.store import Store
from cli.sweep import sweep
from dsd_ncrn.analysis.ranges import FACTORS, FirstIteration, Indices, Screening, gate_factors, morris, sobol
from dsd_ncrn.runs.files import plain
from dsd_ncrn.runs.tables import INDICES, SCREENING

if TYPE_CHECKING:
    from cli.stages.job import Job

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
