"""The stages that simulate strands: calibration and trainings; and what every training leaves behind."""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cli.plain import csv_text, plain
from cli.run_folder import json_text
from cli.stages.traces import trajectories_parquet
from cli.stages.types import Outcome, Stage, Tell
from dsd_ncrn.analysis.fidelity import Fidelity, fidelity
from dsd_ncrn.analysis.fuel import FuelBudget, fuel_budget
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.dsd.jsonable import system_to_json
from dsd_ncrn.dsd.kernel import write_pil
from dsd_ncrn.simulate.types import Training
from dsd_ncrn.tasks import Dataset

if TYPE_CHECKING:
    from cli.stages.job import Job

PREDICTIONS = "predictions"
LEVELS = ("ideal", "value", "autonomous", "dsd", "dsd_leaky", "dsd_sequences", "dsd_diluted", "one_pot")


def calibrate_stage(job: Job, tell: Tell) -> Outcome:
    """Calibrate, and follow one iteration of both networks from the start."""
    study = job.study.ready
    files: dict[str, str | bytes] = {
        "system.pil": write_pil(study.system),
        "system.json": json_text(plain(system_to_json(study.system))),
        "trajectories.parquet": trajectories_parquet(study),
    }
    return Outcome(files, note=f"{study.schedule.seconds_per_iteration / 3600:.1f} h for an iteration")


def dsd_stage(job: Job, tell: Tell) -> Outcome:
    """Train the strands without leaks, topped up; compare with the ideal network and count the fuel."""
    training = job.study.training("dsd", lambda done, total: tell(done / total))
    outcome, budget = training_outcome(job.study, training), fuel_budget(training)
    sections = {"fidelity": fidelity_section(fidelity(job.study, training)), "fuel": fuel_section(budget)}
    files = {"fuel.csv": fuel_csv(training), "top_up.csv": top_up_csv(budget)}
    return Outcome({**outcome.files, **files}, {**outcome.summary, **sections}, outcome.note)


def leaky_stage(job: Job, tell: Tell) -> Outcome:
    """Train the strands with leaks at the design's rate."""
    return training_outcome(job.study, job.study.training("dsd_leaky", lambda done, total: tell(done / total)))


def one_pot_stage(job: Job, tell: Tell) -> Outcome:
    """Train the strands without topping fuels up."""
    return training_outcome(job.study, job.study.training("one_pot", lambda done, total: tell(done / total)))


def training_outcome(study: Study, training: Training) -> Outcome:
    """The files and the section of one training."""
    section = training_section(training, study.data)
    files: dict[str, str | bytes] = {
        f"training_{training.level}.csv": training_csv(training),
        f"{PREDICTIONS}/{training.level}.csv": predictions_csv(training),
    }
    note = f"test error {training.rmse_before:.4g} to {training.rmse_after:.4g}"
    return Outcome(files, {f"training.{training.level}": section}, note)


def training_csv(training: Training) -> str:
    """A row for each iteration after one with the initial parameters."""
    count = training.targets.shape[1]
    missing = (None,) * count
    rows = zip((missing, *training.predictions), (missing, *training.targets), training.parameters)
    header = ("iteration", *numbered("prediction", count), *numbered("target", count), *training.parameter_names)
    return csv_text(header, ((number, *predicted, *wanted, *row) for number, (predicted, wanted, row) in enumerate(rows)))


def numbered(name: str, count: int) -> tuple[str, ...]:
    """A column for each output: ``name`` for the only one, ``name_1``, ``name_2`` ... for several."""
    return (name,) if count == 1 else tuple(f"{name}_{number}" for number in range(1, count + 1))


def predictions_csv(training: Training) -> str:
    """The test points: targets, and predictions before and after training."""
    names = [column for name in ("target", "before", "after") for column in numbered(name, training.test_targets.shape[1])]
    return csv_text(names, np.hstack([training.test_targets, training.test_before, training.test_after]))


def joint_predictions(folder: Path) -> str:
    """The test points of all trainings in a run folder side by side: ``target``, ``ideal_before``, ``ideal_after`` ..."""
    tables = {level: folder / PREDICTIONS / f"{level}.csv" for level in LEVELS}
    texts = {level: path.read_text(encoding="utf-8") for level, path in tables.items() if path.exists()}
    rows = {level: list(csv.DictReader(text.splitlines())) for level, text in texts.items()}
    columns: dict[str, list[str]] = {}
    for level, table in rows.items():
        for name in table[0]:
            columns[name if name.startswith("target") else f"{level}_{name}"] = [row[name] for row in table]
    return csv_text(tuple(columns) or ("target",), zip(*columns.values()))


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


def fuel_csv(training: Training) -> str:
    """What each iteration uses of each fuel, nM."""
    rows = zip(*training.fuel_used.values())
    return csv_text(("iteration", *training.fuel_used), ((number, *row) for number, row in enumerate(rows, start=1)))


def top_up_csv(budget: FuelBudget) -> str:
    """What to add of a fuel before which iteration, nM, where it is not topped up before each."""
    rows = ((each.iteration, each.fuel, each.amount_nM) for each in budget.schedule)
    return csv_text(("iteration", "fuel", "amount_nM"), rows)


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
