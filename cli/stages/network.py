"""The stages before any simulation: the abstract network, and the strands' network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.plain import plain
from cli.run_folder import json_text
from cli.stages.types import Outcome, Stage, Tell

if TYPE_CHECKING:
    from cli.stages.job import Job
    from dsd_ncrn.dsd.system import DsdSystem


def compile_stage(job: Job, tell: Tell) -> Outcome:
    """The design as run, and the Neural CRN."""
    from dsd_ncrn.crn.text import format_crn
    from dsd_ncrn.design.load import dump_design
    from dsd_ncrn.ncrn.counts import counts

    found = plain(counts(job.ncrn))
    files = {
        "design.toml": dump_design(job.spec),
        "ncrn.crn": format_crn(job.ncrn.crn),
        "ncrn.json": json_text(ncrn_json(job)),
    }
    return Outcome(files, {"ncrn": found}, f"{found['species']} species, {found['reactions']} reactions")


def ncrn_json(job: Job) -> dict[str, Any]:
    """The network with its counts, the meaning of its species and the compiler's warnings."""
    from dsd_ncrn.crn.jsonable import crn_to_json
    from dsd_ncrn.ncrn.counts import counts

    groups = ("inputs", "targets", "parameters", "adjoints", "gradients")
    return {
        **crn_to_json(job.ncrn.crn),
        "counts": plain(counts(job.ncrn)),
        "variables": {group: {each.name: list(each.species) for each in getattr(job.ncrn, group)} for group in groups},
        "outputs": [{variable.name: weight for variable, weight in output.terms} for output in job.ncrn.outputs],
        "warnings": list(warnings_of(job)),
    }


def warnings_of(job: Job) -> tuple[str, ...]:
    """What the compiler warns of, with and without the data."""
    from dsd_ncrn.ncrn.counts import stability_warnings

    return (*job.ncrn.warnings, *stability_warnings(job.spec, job.data))


def translate_stage(job: Job, tell: Tell) -> Outcome:
    """The strand-level network; the system itself is written when its concentrations are calibrated."""
    from dsd_ncrn.kinetics.jsonable import network_to_json

    found = dsd_section(job)
    network = {**network_to_json(job.network), "leak_model": job.spec.leak.model, "leak_reactions": found["leak_reactions"]}
    note = f"{found['strands']} strands, {found['network_species']} species, {found['network_reactions']} reactions"
    return Outcome({"network.json": json_text(network)}, {"dsd": found}, note)


def dsd_section(job: Job) -> dict[str, Any]:
    """The summary's section on the system. ``fuels`` are all components that are no signals."""
    from dsd_ncrn.analysis.verification import verified
    from dsd_ncrn.kinetics.network import StepKind

    return {
        **system_counts(job.translated),
        "network_species": len(job.network.names),
        "network_reactions": len(job.network.steps),
        "leak_reactions": len(job.leaky_network.kinds(StepKind.LEAK)),
        "cooperative_annihilations": len(job.translated.cooperative),
        "two_domain_annihilations": len(job.translated.fallbacks),
        "verified": verified(job.translated, job.network).ok,
        "longest_strand_nt": longest_strand(job.translated),
    }


def system_counts(system: DsdSystem) -> dict[str, int]:
    """Sizes of a system."""
    from dsd_ncrn.dsd.system import Role

    return {
        "signals": len(system.signals),
        "fuels": sum(component.role != Role.SIGNAL for component in system.components),
        "complexes": sum(not component.complex.is_strand for component in system.components),
        "strands": len(system.strands),
        "domains": len(system.domains),
    }


def longest_strand(system: DsdSystem) -> int:
    """Length in nt of the longest strand."""
    from dsd_ncrn.dsd.structure import strand_length

    return max(strand_length(strand) for strand in system.strands)


COMPILE = Stage("compile", (), ("ncrn",), compile_stage)
TRANSLATE = Stage("translate", ("compile",), ("dsd",), translate_stage)
