"""What ``run --print-after`` prints: a stage's result in the text form that a person or another tool reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli.stages.job import Job

FILES = {
    "compile": "ncrn.crn",
    "ideal": "training_ideal.csv",
    "clock": "training_autonomous.csv",
    "dsd": "training_dsd.csv",
    "one_pot": "training_one_pot.csv",
    "dsd_leaky": "training_dsd_leaky.csv",
    "leaks": "leaks.csv",
    "sequences": "sequences.csv",
    "dsd_sequences": "training_dsd_sequences.csv",
    "order": "protocol.md",
    "dsd_diluted": "training_dsd_diluted.csv",
}
"""The stages whose result is one of their files, which some designs have no need of."""


def printed_after(stage: str, job: Job, folder: Path) -> str:
    """The text of a finished stage: one of its files, or what it leaves in memory."""
    if stage in MADE:
        return MADE[stage](job, folder)
    path = folder / FILES[stage]
    return path.read_text(encoding="utf-8") if path.exists() else f"# {stage} has nothing to show for this design"


def _translated(job: Job, _: Path) -> str:
    """Strands and complexes with the concentrations of the design."""
    from dsd_ncrn.dsd.kernel import write_pil

    return write_pil(job.study.designed)


def _calibrated(job: Job, folder: Path) -> str:
    """Strands and complexes with calibrated concentrations, under the durations of an iteration."""
    schedule = job.study.schedule
    phases = [f"# phase {name}: {seconds:.6g} s" for name, seconds in schedule.phases.items()]
    hours = schedule.seconds_per_iteration / 3600
    lines = [*phases, f"# an iteration: {hours:.4g} h, with {schedule.waits} waits of {schedule.wait:.6g} s", ""]
    return "\n".join(lines) + (folder / "system.pil").read_text(encoding="utf-8")


MADE: Mapping[str, Callable[[Job, Path], str]] = {"translate": _translated, "calibrate": _calibrated}
"""Those whose result takes more than a file."""
