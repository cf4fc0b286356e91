"""The stage that trains the strands at the rates of the sequences that were designed for them."""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Any

from cli.plain import csv_text, plain
from cli.stages.training import training_outcome
from cli.stages.types import Outcome, Stage, Tell
from dsd_ncrn.kinetics.rates import PER_M_TO_PER_NM

if TYPE_CHECKING:
    from cli.stages.job import Job
    from dsd_ncrn.kinetics.network import ReactionNetwork, Step
    from sequences.rates import SequenceRates

LEVEL = "dsd_sequences"
RATES_CSV = "toehold_rates.csv"


def sequenced_stage(job: Job, tell: Tell) -> Outcome:
    """Train a tube, topped up and without leaks, whose steps have the rates of their toeholds and of similar branches."""
    from sequences.rates import SequenceRates
    from sequences.spurious import with_spurious
    from sequences.thermo import Energies

    study, temperature = job.study, job.spec.chemistry.temperature
    rates = SequenceRates(job.assignment, temperature)
    own = rates.network(study.network)
    network = with_spurious(own, job.assignment, Energies.under(job.spec.sequences, temperature))
    training = study.train(study.tube(network), LEVEL, lambda done, total: tell(done / total))
    outcome = training_outcome(job, training)
    section = rates_section(study.network, rates, network.steps[len(own.steps) :])
    files = {**outcome.files, RATES_CSV: toehold_rates_csv(study.network, rates)}
    return replace(outcome, files=files, summary={**outcome.summary, "sequence_rates": section})


def rates_section(network: ReactionNetwork, rates: SequenceRates, spurious: tuple[Step, ...]) -> dict[str, Any]:
    """The summary's section on rates: those of displacements over the ones of lengths alone, and wrong displacements."""
    factors = [rates.factor(step) for step in network.steps if step.toeholds != (None, None)]
    fastest = max((step.rate / PER_M_TO_PER_NM for step in spurious), default=None)
    return plain(
        {
            "steps": len(factors),
            "slowest_factor": min(factors, default=None),
            "median_factor": median(factors) if factors else None,
            "fastest_factor": max(factors, default=None),
            "spurious_steps": len(spurious),
            "fastest_spurious_per_M_per_s": fastest,
        }
    )


def toehold_rates_csv(network: ReactionNetwork, rates: SequenceRates) -> str:
    """A row for every pair of toeholds that steps close and open, with what their energies make of the rate."""
    from sequences.rates import target_energy

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


DSD_SEQUENCES = Stage(LEVEL, ("calibrate", "sequences"), (f"training.{LEVEL}", "sequence_rates"), sequenced_stage)
