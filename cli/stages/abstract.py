"""The stages without strands: training of the abstract network beside its equations, and under its own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.stages.training import training_outcome
from cli.stages.types import Outcome, Stage, Tell
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.runs.files import plain
from dsd_ncrn.simulate.autonomous import measure_clock, parameter_errors
from dsd_ncrn.simulate.training import oscillator_of
from dsd_ncrn.simulate.types import Training
from dsd_ncrn.simulate.value import separation_error

if TYPE_CHECKING:
    from cli.stages.job import Job


def ideal_stage(job: Job, tell: Tell) -> Outcome:
    """Train the abstract network, and the equations that it tends to as its fast reactions get faster."""
    study = job.study
    outcome = training_outcome(study, study.ideal)
    files, summary = dict(outcome.files), dict(outcome.summary)
    value, separation = _value_level(study)
    separation |= _cap_effect(study, value)
    if value is not None:
        beside = training_outcome(study, value)
        files, summary = {**files, **beside.files}, {**summary, **beside.summary}
    summary["separation"] = separation
    return Outcome(files, summary, outcome.note)


def _value_level(study: Study) -> tuple[Training | None, dict[str, Any]]:
    """The value-level training and its distance from the network's, or why it did not come to its end."""
    ratio = study.decided.circuit.fast_ratio
    try:
        value = study.training("value")
    except CheckFailed as error:  # the network may learn all the same: its finite fuels and rates damp what runs away here
        return None, {"fast_ratio": ratio, "error": None, "note": str(error)}
    return value, plain({"fast_ratio": ratio, "error": separation_error(study.ideal, value), "note": ""})


def _cap_effect(study: Study, value: Training | None) -> dict[str, Any]:
    """What the finite fuel of the backward pass does to the equations' training; nothing where there is no cap."""
    circuit = study.decided.circuit
    if circuit.zb_cap is None or value is None:
        return {}
    free = study.decided.model_copy(update={"circuit": circuit.model_copy(update={"zb_cap": None})})
    try:
        effect = separation_error(study.given(decided=free).training("value"), value)
    except CheckFailed as error:  # that is what the cap is for
        return {"cap": circuit.zb_cap, "cap_effect": None, "without_cap": str(error)}
    return plain({"cap": circuit.zb_cap, "cap_effect": effect, "without_cap": ""})


def clock_stage(job: Job, tell: Tell) -> Outcome:
    """Train the network in one pot with its oscillator, where the design asks for one."""
    study = job.study
    if study.decided.clock.kind == "external":
        return Outcome({}, {"clock": {"kind": "external"}}, "external")
    training = study.training("autonomous", lambda done, total: tell(done / total))
    outcome = training_outcome(study, training)
    section = clock_section(study, training)
    note = f"parameters within {section['parameter_error_largest']:.2g} of those of an outer clock"
    return Outcome(outcome.files, {**outcome.summary, "clock": section}, note)


def clock_section(study: Study, training: Training) -> dict[str, Any]:
    """The summary's section on the clock: its quality, and what it does to the parameters."""
    report = measure_clock(oscillator_of(study.decided, study.ncrn), study.integrator)
    errors = parameter_errors(training, study.ideal)
    return plain(
        {
            "kind": "oscillator",
            "species": report.species,
            "overlap": report.overlap,
            "dose_variation": report.dose_variation,
            "period_drift": report.period_drift,
            "period": report.periods.mean(),
            "iterations": training.iterations,
            "parameter_error_first_iteration": errors[0],
            "parameter_error_largest": errors.max(),
            "parameter_error_final": errors[-1],
        }
    )


IDEAL = Stage("ideal", ("compile",), ("training.ideal", "separation"), ideal_stage, "training_ideal.csv", ("training.value",))
CLOCK = Stage("clock", ("ideal",), ("clock",), clock_stage, "training_autonomous.csv", ("training.autonomous",))
