"""The stages that simulate strands: calibration, and trainings, also at the rates of the sequences."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from math import log, nan
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from cli.job import Outcome, Stage, Tell
from dsd_ncrn.analysis.beads import BeadBudget
from dsd_ncrn.analysis.fidelity import Fidelity, fidelity
from dsd_ncrn.analysis.measured import on_measured
from dsd_ncrn.analysis.ranges import hours_band, slowdowns
from dsd_ncrn.analysis.results import FuelBudget, fuel_budget
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.dsd.pil import write_pil
from dsd_ncrn.dsd.system import system_to_json
from dsd_ncrn.kinetics.network import ReactionNetwork, Step, Toehold
from dsd_ncrn.kinetics.rates import PER_M_TO_PER_NM
from dsd_ncrn.runs.files import json_text, plain
from dsd_ncrn.runs.tables import REFITTED, Refitted
from dsd_ncrn.runs.trainings import TRACES, Columns, fuel_files, joined, parquet_bytes, trace_columns, training_files
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.tasks import Dataset
from sequences.rates import SequenceRates, target_energy, unbounded_pairs
from sequences.sequenced import Sequenced
from sequences.tables import TOEHOLD_RATES, ToeholdPair

if TYPE_CHECKING:
    from cli.job import Job
    from dsd_ncrn.simulate.results import Trajectory
    from dsd_ncrn.simulate.tube import Tube


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
    sections = {"fidelity": fidelity_section(job.study, fidelity(job.study, training)), "fuel": fuel_section(budget)}
    sections["beads"] = beads_section(job.study.beads)
    if job.study.measured:
        found = on_measured(job.study, lambda done, total: tell(done / total))
        sections["measured"] = plain(asdict(found))
    return Outcome({**outcome.files, **fuel_files(training, budget)}, {**outcome.summary, **sections}, outcome.note)


def leaky_stage(job: Job, tell: Tell) -> Outcome:
    """Train the strands with leaks at the design's rate."""
    return training_outcome(job.study, job.study.training("dsd_leaky", lambda done, total: tell(done / total)))


def one_pot_stage(job: Job, tell: Tell) -> Outcome:
    """Train the strands without topping fuels up; those of a staged design come and go in every iteration."""
    if job.study.benched:
        return Outcome({}, note="none: gates come and go in every iteration")
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


def fidelity_section(study: Study, found: Fidelity) -> dict[str, Any]:
    """The summary's section on fidelity, with what the hours come to at the ends of the bands of constants."""
    return plain(
        {
            "parameter_error_first_iteration": found.parameter_error_first_iteration,
            "parameter_error_final": found.parameter_error_final,
            "rmse_ratio": found.rmse_ratio,
            "hours_per_iteration": found.hours_per_iteration,
            "bands": {"hours_per_iteration": asdict(hours_band(study, slowdowns(study)))},
            "calibration": {"aliquots": study.calibration.aliquots, "hours": study.calibration.hours},
            "worst_reaction": {"origin": found.worst_reaction, "error": found.worst_reaction_error},
            "reactions": [asdict(reaction) for reaction in found.reactions],
        }
    )


def beads_section(found: BeadBudget) -> dict[str, Any]:
    """The summary's section on beads: volumes and amounts for 100 µL of reaction, of the iteration that takes most."""
    return plain(
        {
            "parameters_lost_per_iteration": found.parameters_lost,
            "strands_pmol_per_100_uL": found.strands_pmol,
            "slurry_uL_per_100_uL": found.worst_uL,
            "mean_slurry_uL_per_100_uL": found.mean_uL,
            "slurry_at_once_uL_per_100_uL": found.at_once_uL,
            "iterations": len(found.slurry_uL),
            "most_slurry_uL_per_100_uL": found.most_uL,
            "volume_growth_per_iteration": found.growth,
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
DSD = Stage("dsd", ("calibrate",), ("training.dsd", "fidelity", "fuel", "beads"), dsd_stage, "training_dsd.csv", ("measured",))
DSD_LEAKY = Stage("dsd_leaky", ("calibrate",), ("training.dsd_leaky",), leaky_stage, "training_dsd_leaky.csv")
ONE_POT = Stage("one_pot", ("calibrate",), (), one_pot_stage, "training_one_pot.csv", ("training.one_pot",))


POINTS = 60
"""Times per phase (and per wait after it)."""


def trajectories_parquet(study: Study) -> bytes:
    """Columns ``level``, ``phase``, ``time`` and one per species, in the design's units, for the first training point.

    ``time`` is in s for ``dsd`` and dimensionless for ``ideal``; a signal of ``dsd`` counts what gates hold of it.
    """

    x, y = study.data.train_x[0], study.data.train_y[0]
    tube, learner = study.tube(), IdealLearner(study.ncrn, study.integrator)
    levels = (ideal_columns(learner, learner.trace(x, y, POINTS)), dsd_columns(tube, tube.trace(x, y, POINTS)))
    return parquet_bytes(joined(levels))


def ideal_columns(learner: IdealLearner, trace: Trajectory) -> Columns:
    """The species of an ideal trace."""
    return trace_columns("ideal", trace, {species: trace.of(species) for species in learner.ncrn.crn.species})


def dsd_columns(tube: Tube, trace: Trajectory) -> Columns:
    """The signals of a strand-level trace, in the design's units."""
    values = {species: trace.values[:, held].sum(axis=1) / tube.protocol.unit for species, held in tube.pot.held.items()}
    return trace_columns("dsd", trace, values)


SEQUENCED = "dsd_sequences"


def sequenced_stage(job: Job, tell: Tell) -> Outcome:
    """Train a tube, topped up and without leaks, at the rates of its sequences, and calibrated on them."""
    found = job.sequenced
    training = found.fitted.train(found.fitted.tube(), SEQUENCED, lambda done, total: tell(done / total))
    outcome = training_outcome(job.study, training)
    files = {
        **outcome.files,
        TOEHOLD_RATES.file: TOEHOLD_RATES.text(toehold_pairs(job.study.network, found.rates)),
        REFITTED.file: REFITTED.text(refitted(job.study, found.fitted)),
    }
    return replace(outcome, files=files, summary={**outcome.summary, "sequence_rates": rates_section(found, training)})


def rates_section(found: Sequenced[Study], training: Training) -> dict[str, Any]:
    """The summary's section on rates: those of displacements over the ones of lengths alone, wrong displacements, and the
    reaction that was furthest from its rate before calibration, with its firings over the wanted ones. Where these strands
    are what is mixed, it says of them what the section on fidelity says of those of lengths alone, hours among them."""
    factors = [found.rates.factor(step) for step in found.study.network.steps if step.toeholds != (None, None)]
    fastest = max((step.rate / PER_M_TO_PER_NM for step in found.spurious), default=None)
    before = dict[str, float]() if found.problem else found.fitted.calibration.before
    worst = max(before, key=lambda name: abs(log(before[name])), default=None)
    measured = found.mixed is found.study
    kept = {} if found.problem or measured else fidelity_section(found.fitted, fidelity(found.fitted, training))
    return plain(
        {
            **kept,
            "steps": len(factors),
            "slowest_factor": min(factors, default=None),
            "median_factor": median(factors) if factors else None,
            "fastest_factor": max(factors, default=None),
            "spurious_steps": len(found.spurious),
            "fastest_spurious_per_M_per_s": fastest,
            "unbounded_pairs": unbounded_pairs(found.study.network),
            "calibrated": not found.problem,
            "problem": found.problem,
            "worst_before": {"origin": worst, "ratio": before.get(worst) if worst else None},
            "hours_per_iteration": None if measured else found.fitted.schedule.seconds_per_iteration / 3600,
        }
    )


def refitted(study: Study, found: Study) -> list[Refitted]:
    """Every concentration and duration as it is for the rates of lengths alone, and for those of the sequences."""
    rows = [
        Refitted(each.name, "nM", each.concentration, found.system.by_name[each.name].concentration)
        for each in study.system.components
    ]
    phases = found.schedule.phases
    return rows + [Refitted(phase, "s", seconds, phases[phase]) for phase, seconds in study.schedule.phases.items()]


def toehold_pairs(network: ReactionNetwork, rates: SequenceRates) -> list[ToeholdPair]:
    """Every pair of toeholds that steps close and open, with what their energies make of the rate."""
    pairs = Counter(_toehold_pair(step, rates) for step in network.steps if step.toeholds != (None, None))
    return [replace(pair, steps=count) for pair, count in pairs.items()]


def _toehold_pair(step: Step, rates: SequenceRates) -> ToeholdPair:
    bound, released = (_toehold(each, rates) for each in step.toeholds)
    return ToeholdPair(step.kind.value, *bound, *released, rates.factor(step), 0)


def _toehold(toehold: Toehold | None, rates: SequenceRates) -> tuple[str, int, float, float]:
    """Bases, length (nt) and energies (kcal/mol) of a toehold, its own and that of its length."""
    if toehold is None:
        return "", 0, nan, nan
    nt = sum(domain.length for domain in toehold.domains)
    return rates.word(toehold), nt, rates.energy(toehold), target_energy(nt)


DSD_SEQUENCES = Stage(
    SEQUENCED,
    ("calibrate", "sequences"),
    (f"training.{SEQUENCED}", "sequence_rates"),
    sequenced_stage,
    "training_dsd_sequences.csv",
)
