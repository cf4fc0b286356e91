"""The stage that trains the strands at the rates of the sequences that were designed for them."""

from __future__ import annotations

from dataclasses import replace
from math import log
from statistics import median
from typing import TYPE_CHECKING, Any

from cli.stages.training import training_outcome
from cli.stages.types import Outcome, Stage, Tell
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import PER_M_TO_PER_NM
from dsd_ncrn.runs.files import csv_text, plain
from dsd_ncrn.runs.tables import REFITTED, Refitted
from sequences.rates import SequenceRates, target_energy
from sequences.sequenced import Sequenced

if TYPE_CHECKING:
    from cli.stages.job import Job

LEVEL = "dsd_sequences"
RATES_CSV = "toehold_rates.csv"


def sequenced_stage(job: Job, tell: Tell) -> Outcome:
    """Train a tube, topped up and without leaks, at the rates of its sequences, and calibrated on them."""
    found = job.sequenced
    training = found.fitted.train(found.fitted.tube(), LEVEL, lambda done, total: tell(done / total))
    outcome = training_outcome(job.study, training)
    files = {
        **outcome.files,
        RATES_CSV: toehold_rates_csv(job.study.network, found.rates),
        REFITTED.file: REFITTED.text(refitted(job.study, found.fitted)),
    }
    return replace(outcome, files=files, summary={**outcome.summary, "sequence_rates": rates_section(found)})


def rates_section(found: Sequenced[Study]) -> dict[str, Any]:
    """The summary's section on rates: those of displacements over the ones of lengths alone, wrong displacements, and the
    reaction that was furthest from its rate before calibration, with its firings over the wanted ones."""
    factors = [found.rates.factor(step) for step in found.study.network.steps if step.toeholds != (None, None)]
    fastest = max((step.rate / PER_M_TO_PER_NM for step in found.spurious), default=None)
    before = dict[str, float]() if found.problem else found.fitted.calibration.before
    worst = max(before, key=lambda name: abs(log(before[name])), default=None)
    return plain(
        {
            "steps": len(factors),
            "slowest_factor": min(factors, default=None),
            "median_factor": median(factors) if factors else None,
            "fastest_factor": max(factors, default=None),
            "spurious_steps": len(found.spurious),
            "fastest_spurious_per_M_per_s": fastest,
            "calibrated": not found.problem,
            "problem": found.problem,
            "worst_before": {"origin": worst, "ratio": before.get(worst) if worst else None},
            "hours_per_iteration": found.fitted.schedule.seconds_per_iteration / 3600,
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


def toehold_rates_csv(network: ReactionNetwork, rates: SequenceRates) -> str:
    """A row for every pair of toeholds that steps close and open, with what their energies make of the rate."""
    rows: dict[tuple[Any, ...], int] = {}
    for step in network.steps:
        if step.toeholds != (None, None):
            columns: list[Any] = [step.kind.value]
            for toehold in step.toeholds:
                nt = sum(domain.length for domain in toehold.domains) if toehold else 0
                energies = (rates.energy(toehold), target_energy(nt)) if toehold else (None, None)
                columns += [rates.word(toehold) if toehold else "", nt, *energies]
            row = (*columns, rates.factor(step))
            rows[row] = rows.get(row, 0) + 1
    sides = [f"{side}_{name}" for side in ("bound", "released") for name in ("word", "nt", "kcal", "usual_kcal")]
    return csv_text(("kind", *sides, "rate_factor", "steps"), ((*row, count) for row, count in rows.items()))


DSD_SEQUENCES = Stage(
    LEVEL, ("calibrate", "sequences"), (f"training.{LEVEL}", "sequence_rates"), sequenced_stage, "training_dsd_sequences.csv"
)
