"""The stages without strands' simulations: both networks, training of the abstract one beside its equations, its own clock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.job import Outcome, Stage, Tell
from cli.run.strands import training_outcome
from dsd_ncrn.analysis.judging import yardstick
from dsd_ncrn.analysis.staging import papers_form
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import verified
from dsd_ncrn.crn.rate_law import crn_to_json
from dsd_ncrn.crn.text import format_crn
from dsd_ncrn.design.load import dump_design
from dsd_ncrn.dsd.pil import write_pil
from dsd_ncrn.dsd.structure import strand_length
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.network import StepKind, network_to_json
from dsd_ncrn.ncrn.counts import counts, stability_warnings
from dsd_ncrn.runs.files import json_text, plain
from dsd_ncrn.simulate.autonomous import measure_clock, parameter_errors
from dsd_ncrn.simulate.learners import oscillator_of
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.value import separation_error

if TYPE_CHECKING:
    from cli.job import Job


def compile_stage(job: Job, tell: Tell) -> Outcome:
    """The design as run, and the Neural CRN."""
    study = job.study
    found = plain(counts(study.ncrn))
    files = {
        "design.toml": dump_design(study.decided),
        "ncrn.crn": format_crn(study.ncrn.crn),
        "ncrn.json": json_text(ncrn_json(study)),
    }
    return Outcome(files, {"ncrn": found}, f"{found['species']} species, {found['reactions']} reactions")


def ncrn_json(study: Study) -> dict[str, Any]:
    """The network with its counts, the meaning of its species and the compiler's warnings."""
    ncrn = study.ncrn
    groups = ("inputs", "targets", "parameters", "adjoints", "gradients")
    return {
        **crn_to_json(ncrn.crn),
        "counts": plain(counts(ncrn)),
        "variables": {group: {each.name: list(each.species) for each in getattr(ncrn, group)} for group in groups},
        "kinds": {name: str(carrier.kind) for name, carrier in ncrn.crn.carriers.items()},
        "outputs": [{variable.name: weight for variable, weight in output.terms} for output in ncrn.outputs],
        "warnings": list(warnings_of(study)),
    }


def warnings_of(study: Study) -> tuple[str, ...]:
    """What the compiler warns of, with and without the data, and what is to be told of these."""
    return (*study.data.notes, *study.ncrn.warnings, *stability_warnings(study.decided, study.data))


def translate_stage(job: Job, tell: Tell) -> Outcome:
    """The strand-level network; the system itself is written when its concentrations are calibrated."""
    study = job.study
    found = dsd_section(study)
    leaks = {"leak_model": study.spec.leak.model, "leak_reactions": found["leak_reactions"]}
    network = {**network_to_json(study.network), **leaks}
    note = f"{found['strands']} strands, {found['network_species']} species, {found['network_reactions']} reactions"
    return Outcome({"network.json": json_text(network)}, {"dsd": found}, note)


def dsd_section(study: Study) -> dict[str, Any]:
    """The summary's section on the system. ``fuels`` are all components that are no signals."""
    system = study.designed
    return {
        **system_counts(system),
        "network_species": len(study.network.names),
        "network_reactions": len(study.network.steps),
        "leak_reactions": len(study.leaky.kinds(StepKind.LEAK)),
        "cooperative_annihilations": len(system.cooperative),
        "two_domain_annihilations": len(system.fallbacks),
        "verified": verified(system, study.network).ok,
        "longest_strand_nt": longest_strand(system),
    }


def system_counts(system: DsdSystem) -> dict[str, int]:
    """Sizes of a system."""
    return {
        "signals": len(system.signals),
        "fuels": sum(component.role != Role.SIGNAL for component in system.components),
        "complexes": sum(not component.complex.is_strand for component in system.components),
        "strands": len(system.strands),
        "domains": len(system.domains),
    }


def longest_strand(system: DsdSystem) -> int:
    """Length in nt of the longest strand."""
    return max(strand_length(strand) for strand in system.strands)


def translated_text(job: Job, _: Path) -> str:
    """Strands and complexes with the concentrations of the design."""
    return write_pil(job.study.designed)


COMPILE = Stage("compile", (), ("ncrn",), compile_stage, "ncrn.crn")
TRANSLATE = Stage("translate", ("compile",), ("dsd",), translate_stage, translated_text)


def ideal_stage(job: Job, tell: Tell) -> Outcome:
    """Train the abstract network, its equations, which it tends to as fast reactions get faster, and the paper's form."""
    study = job.study
    outcome = training_outcome(study, study.ideal)
    files, summary = dict(outcome.files), dict(outcome.summary)
    stick = yardstick(study.lasting(strand_iterations=None))
    judged = {"least_squares_after": stick.least_squares, "share_of_least_squares": stick.ideal_share}
    summary["training.ideal"] = {**summary["training.ideal"], **plain(judged)}
    value, separation = _value_level(study)
    separation |= _cap_effect(study, value)
    for other in filter(None, (value, papers_form(study))):
        beside = training_outcome(study, other)
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


LEARNT_BESIDE = ("training.value", "training.paper_form")
IDEAL = Stage("ideal", ("compile",), ("training.ideal", "separation"), ideal_stage, "training_ideal.csv", LEARNT_BESIDE)
CLOCK = Stage("clock", ("ideal",), ("clock",), clock_stage, "training_autonomous.csv", ("training.autonomous",))
