"""The steps before what a command is for, with what shows how far they are: reading a design, training, calibration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import step
from cli.stages.job import DEFAULT_ENGINE, Job, job_of, placed

if TYPE_CHECKING:
    from cli.console import Display
    from sequences.vendors.base import Vendor


def shown_job(design: Path, seed: int, shown: Display, engine: str = DEFAULT_ENGINE, strands: bool = True) -> Job:
    """``job_of``, on a display."""
    name = "translate" if strands else "compile"
    with step(shown, name):
        return job_of(design, seed, engine, strands)


def chosen_vendor(job: Job) -> Vendor:
    """The vendor that a design names; raises InputError at its line for an unknown one."""
    from dsd_ncrn.design.problems import DesignError
    from dsd_ncrn.errors import InputError
    from sequences.order import vendor_named

    with placed(job.source):
        try:
            return vendor_named(job.spec.order.vendor)
        except InputError as error:
            raise DesignError(error.rule, error.value, error.remedy, key=("order", "vendor")) from None


def calibrated(job: Job, shown: Display) -> None:
    """Train the abstract network of a job and calibrate its strands, where that is not done yet."""
    with step(shown, "ideal") as tell:
        job.ideal_training(lambda done, total: tell(done / total))
    with step(shown, "calibrate") as tell_share:
        job.calibrated(lambda done, total: tell_share(done / total))
