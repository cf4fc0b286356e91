"""The stages that simulate strands: calibration and trainings; and what every training leaves behind."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.stages.traces import trajectories_parquet
from cli.stages.types import Outcome, Stage, Tell
from dsd_ncrn.analysis.fidelity import Fidelity, fidelity
from dsd_ncrn.analysis.fuel import FuelBudget, fuel_budget
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.dsd.jsonable import system_to_json
from dsd_ncrn.dsd.kernel import write_pil
from dsd_ncrn.runs.files import json_text, plain
from dsd_ncrn.runs.trainings import TRACES, fuel_files, training_files
from dsd_ncrn.simulate.types import Training
from dsd_ncrn.tasks import Dataset

if TYPE_CHECKING:
    from cli.stages.job import Job


def calibrate_stage(job: Job, tell: Tell) -> Outcome:
    """Calibrate, and follow one iteration of both networks from the start."""
    study = job.study.ready
    files: dict[str, str | bytes] = {
        "system.pil": write_pil(study.system),
        "system.json": json_text(plain(system_to_json(study.system))),
        TRACES: trajectories_parquet(study),
    }
    return Outcome(files, note=f"{study.schedule.seconds_per_iteration / 3600:.1f} h for an iteration")


def dsd_stage(job: Job, tell: Tell) -> Outcome:
    """Train the strands without leaks, topped up; compare with the ideal network and count the fuel."""
    training = job.study.training("dsd", lambda done, total: tell(done / total))
    outcome, budget = training_outcome(job.study, training), fuel_budget(training)
    sections = {"fidelity": fidelity_section(fidelity(job.study, training)), "fuel": fuel_section(budget)}
    return Outcome({**outcome.files, **fuel_files(training, budget)}, {**outcome.summary, **sections}, outcome.note)


def leaky_stage(job: Job, tell: Tell) -> Outcome:
    """Train the strands with leaks at the design's rate."""
    return training_outcome(job.study, job.study.training("dsd_leaky", lambda done, total: tell(done / total)))


def one_pot_stage(job: Job, tell: Tell) -> Outcome:
    """Train the strands without topping fuels up."""
    return training_outcome(job.study, job.study.training("one_pot", lambda done, total: tell(done / total)))


def training_outcome(study: Study, training: Training) -> Outcome:
    """The files and the section of one training."""
    section = training_section(training, study.data)
    note = f"test error {training.rmse_before:.4g} to {training.rmse_after:.4g}"
    return Outcome(training_files(training), {f"training.{training.level}": section}, note)


def training_section(training: Training, data: Dataset) -> dict[str, Any]:
    """The summary's section on a training; accuracies are those of a classification task."""
    return plain(
        {
            "iterations": training.iterations,
            "epochs": training.epochs,
            "rmse_before": training.rmse_before,
            "rmse_after": training.rmse_after,
            "accuracy_before": data.accuracy(training.test_before, training.test_targets),
            "accuracy_after": data.accuracy(training.test_after, training.test_targets),
            "parameters": dict(zip(training.parameter_names, training.parameters[-1])),
        }
    )


def fidelity_section(found: Fidelity) -> dict[str, Any]:
    """The summary's section on fidelity."""
    return plain(
        {
            "parameter_error_first_iteration": found.parameter_error_first_iteration,
            "parameter_error_final": found.parameter_error_final,
            "rmse_ratio": found.rmse_ratio,
            "hours_per_iteration": found.hours_per_iteration,
            "worst_reaction": {"origin": found.worst_reaction, "error": found.worst_reaction_error},
            "reactions": [asdict(reaction) for reaction in found.reactions],
        }
    )


def fuel_section(found: FuelBudget) -> dict[str, Any]:
    """The summary's section on fuel."""
    return plain(
        {
            "consumed_fraction_per_iteration": found.used_fraction,
            "iterations_to_10_percent": found.iterations_to_10_percent,
            "limiting_fuel": found.limiting_fuel,
            "consumed_nM_per_iteration": found.used_nM,
            "iterations_to_10_percent_by_fuel": found.lasts,
            "top_ups": len(found.schedule),
        }
    )


def calibrated_text(job: Job, folder: Path) -> str:
    """Strands and complexes with calibrated concentrations, under the durations of an iteration."""
    schedule = job.study.schedule
    phases = [f"# phase {name}: {seconds:.6g} s" for name, seconds in schedule.phases.items()]
    hours = schedule.seconds_per_iteration / 3600
    lines = [*phases, f"# an iteration: {hours:.4g} h, with {schedule.waits} waits of {schedule.wait:.6g} s", ""]
    return "\n".join(lines) + (folder / "system.pil").read_text(encoding="utf-8")


CALIBRATE = Stage("calibrate", ("translate", "ideal"), (), calibrate_stage, calibrated_text)
DSD = Stage("dsd", ("calibrate",), ("training.dsd", "fidelity", "fuel"), dsd_stage, "training_dsd.csv")
DSD_LEAKY = Stage("dsd_leaky", ("calibrate",), ("training.dsd_leaky",), leaky_stage, "training_dsd_leaky.csv")
ONE_POT = Stage("one_pot", ("calibrate",), ("training.one_pot",), one_pot_stage, "training_one_pot.csv")
