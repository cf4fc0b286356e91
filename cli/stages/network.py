"""The stages before any simulation: the abstract network, and the strands' network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.stages.types import Outcome, Stage, Tell
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.verification import verified
from dsd_ncrn.crn.jsonable import crn_to_json
from dsd_ncrn.crn.text import format_crn
from dsd_ncrn.design.load import dump_design
from dsd_ncrn.dsd.kernel import write_pil
from dsd_ncrn.dsd.structure import strand_length
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.kinetics.network import StepKind, network_to_json
from dsd_ncrn.ncrn.counts import counts, stability_warnings
from dsd_ncrn.runs.files import json_text, plain

if TYPE_CHECKING:
    from cli.stages.job import Job


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
        "outputs": [{variable.name: weight for variable, weight in output.terms} for output in ncrn.outputs],
        "warnings": list(warnings_of(study)),
    }


def warnings_of(study: Study) -> tuple[str, ...]:
    """What the compiler warns of, with and without the data."""
    return (*study.ncrn.warnings, *stability_warnings(study.decided, study.data))


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
        "two_domain_annihilations": len(system.two_domain_annihilations),
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
