"""The stages without strands: training of the abstract network beside its equations, and under its own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.plain import plain
from cli.stages.training import training_outcome
from cli.stages.types import Outcome, Stage, Tell
from dsd_ncrn.errors import CheckFailed

if TYPE_CHECKING:
    from cli.stages.job import Job
    from dsd_ncrn.simulate.results import Training


def ideal_stage(job: Job, tell: Tell) -> Outcome:
    """Train the abstract network, and the equations that it tends to as its fast reactions get faster."""
    outcome = training_outcome(job, job.ideal_training(lambda done, total: tell(0.9 * done / total)))
    files, summary = dict(outcome.files), dict(outcome.summary)
    value, separation = _value_level(job)
    separation |= _cap_effect(job, value)
    if value is not None:
        beside = training_outcome(job, value)
        files, summary = {**files, **beside.files}, {**summary, **beside.summary}
    summary["separation"] = separation
    return Outcome(files, summary, outcome.note)


def _value_level(job: Job) -> tuple[Training | None, dict[str, Any]]:
    """The value-level training and its distance from the network's, or why it did not come to its end."""
    from dsd_ncrn.simulate.training import train_value
    from dsd_ncrn.simulate.value import separation_error

    ratio = job.spec.circuit.fast_ratio
    try:
        value = train_value(job.spec, job.data)
    except CheckFailed as error:  # the network may learn all the same: its finite fuels and rates damp what runs away here
        return None, {"fast_ratio": ratio, "error": None, "note": str(error)}
    return value, plain({"fast_ratio": ratio, "error": separation_error(job.ideal, value), "note": ""})


def _cap_effect(job: Job, value: Training | None) -> dict[str, Any]:
    """What the finite fuel of the backward pass does to the equations' training; nothing where there is no cap."""
    from dsd_ncrn.simulate.training import train_value
    from dsd_ncrn.simulate.value import separation_error

    circuit = job.spec.circuit
    if circuit.zb_cap is None or value is None:
        return {}
    free = job.spec.model_copy(update={"circuit": circuit.model_copy(update={"zb_cap": None})})
    try:
        effect = separation_error(train_value(free, job.data), value)
    except CheckFailed as error:  # that is what the cap is for
        return {"cap": circuit.zb_cap, "cap_effect": None, "without_cap": str(error)}
    return plain({"cap": circuit.zb_cap, "cap_effect": effect, "without_cap": ""})


def clock_stage(job: Job, tell: Tell) -> Outcome:
    """Train the network in one pot with its oscillator, where the design asks for one."""
    if job.spec.clock.kind == "external":
        return Outcome({}, {"clock": {"kind": "external"}}, "external")
    training = autonomous_training(job, tell)
    outcome = training_outcome(job, training)
    section = clock_section(job, training)
    note = f"parameters within {section['parameter_error_largest']:.2g} of those of an outer clock"
    return Outcome(outcome.files, {**outcome.summary, "clock": section}, note)


def autonomous_training(job: Job, tell: Tell) -> Training:
    """The training under the chemical clock."""
    from dsd_ncrn.simulate.engines import engine_named
    from dsd_ncrn.simulate.training import train_autonomous

    engine = engine_named(job.engine)
    return train_autonomous(job.spec, job.data, job.ncrn, engine, lambda done, total: tell(done / total))


def clock_section(job: Job, training: Training) -> dict[str, Any]:
    """The summary's section on the clock: its quality, and what it does to the parameters."""
    from dsd_ncrn.simulate.autonomous import measure_clock, parameter_errors
    from dsd_ncrn.simulate.engines import engine_named
    from dsd_ncrn.simulate.training import oscillator_of

    report = measure_clock(oscillator_of(job.spec, job.ncrn), engine_named(job.engine))
    errors = parameter_errors(training, job.ideal)
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


IDEAL = Stage("ideal", ("compile",), ("training.ideal", "separation"), ideal_stage, ("training.value",))
CLOCK = Stage("clock", ("ideal",), ("clock",), clock_stage, ("training.autonomous",))
