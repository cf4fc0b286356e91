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

if TYPE_CHECKING:
    from cli.stages.job import Job
    from dsd_ncrn.analysis.types import Fidelity, FuelBudget
    from dsd_ncrn.simulate.results import Training
    from dsd_ncrn.tasks import Dataset

PREDICTIONS = "predictions"
LEVELS = ("ideal", "value", "autonomous", "dsd", "dsd_leaky", "dsd_sequences", "dsd_diluted", "one_pot")


def calibrate_stage(job: Job, tell: Tell) -> Outcome:
    """Calibrate, and follow one iteration of both networks from the start."""
    from dsd_ncrn.dsd.jsonable import system_to_json
    from dsd_ncrn.dsd.kernel import write_pil

    study = job.calibrated(lambda done, total: tell(done / total))
    files: dict[str, str | bytes] = {
        "system.pil": write_pil(study.system),
        "system.json": json_text(plain(system_to_json(study.system))),
        "trajectories.parquet": trajectories_parquet(study),
    }
    return Outcome(files, note=f"{study.schedule.seconds_per_iteration / 3600:.1f} h for an iteration")


def dsd_stage(job: Job, tell: Tell) -> Outcome:
    """Train the strands without leaks, topped up; compare with the ideal network and count the fuel."""
    from dsd_ncrn.analysis.fidelity import fidelity
    from dsd_ncrn.analysis.fuel import fuel_budget

    training = strands_training(job, leaks=False, top_up=True, tell=tell)
    outcome, budget = training_outcome(job, training), fuel_budget(training)
    sections = {"fidelity": fidelity_section(fidelity(job.study, training)), "fuel": fuel_section(budget)}
    files = {"fuel.csv": fuel_csv(training), "top_up.csv": top_up_csv(budget)}
    return Outcome({**outcome.files, **files}, {**outcome.summary, **sections}, outcome.note)


def leaky_stage(job: Job, tell: Tell) -> Outcome:
    """Train the strands with leaks at the design's rate."""
    return training_outcome(job, strands_training(job, leaks=True, top_up=True, tell=tell))


def one_pot_stage(job: Job, tell: Tell) -> Outcome:
    """Train the strands without topping fuels up."""
    return training_outcome(job, strands_training(job, leaks=False, top_up=False, tell=tell))


def strands_training(job: Job, leaks: bool, top_up: bool, tell: Tell) -> Training:
    """Train a fresh tube; the training's level says how."""
    network, rate = (job.leaky_network, job.spec.leak.rate) if leaks else (None, 0.0)
    level = ("dsd_leaky" if leaks else "dsd") if top_up else ("one_pot_leaky" if leaks else "one_pot")
    tube = job.study.tube(network, rate, top_up)
    job.trainings[level] = job.study.train(tube, level, lambda done, total: tell(done / total))
    return job.trainings[level]


def training_outcome(job: Job, training: Training) -> Outcome:
    """The files and the section of one training."""
    section = training_section(training, job.data)
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


CALIBRATE = Stage("calibrate", ("translate", "ideal"), (), calibrate_stage)
DSD = Stage("dsd", ("calibrate",), ("training.dsd", "fidelity", "fuel"), dsd_stage)
DSD_LEAKY = Stage("dsd_leaky", ("calibrate",), ("training.dsd_leaky",), leaky_stage)
ONE_POT = Stage("one_pot", ("calibrate",), ("training.one_pot",), one_pot_stage)
