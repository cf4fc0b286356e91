"""A translated system as plain dictionaries, for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dsd_ncrn.crn.types import Origin
from dsd_ncrn.dsd.structure import strand_length, strand_text
from dsd_ncrn.dsd.system import Component, DsdSystem, GateKind, Reporter


def system_to_json(system: DsdSystem) -> dict[str, Any]:
    """Every domain, strand and component; lengths in nt, concentrations in nM, structures in kernel notation."""
    return {
        "name": system.name,
        "domains": [{"name": domain.name, "length": domain.length} for domain in system.domains],
        "strands": [
            {"domains": [str(domain) for domain in strand], "length": strand_length(strand)} for strand in system.strands
        ],
        "components": [_component(component) for component in system.components],
        "signals": dict(system.signals),
        "cogates": {species: cogate for species, cogate in system.cogates.items() if species in system.signals},
        "clocks": {
            phase: {
                "strand": clock.strand,
                "scavengers": list(clock.scavengers),
                "concentration": clock.concentration,
                "helpers": dict(clock.helpers),
                "captures": dict(clock.captures),
            }
            for phase, clock in system.clocks.items()
        },
        "joins": {name: gates.join for name, gates in system.gates.items() if gates.kind is not GateKind.DRAIN},
        "polarity": dict(system.polarity),
        "cooperative_annihilations": list(system.cooperative),
        "two_domain_annihilations": list(system.fallbacks),
        "fallbacks": dict(system.fallbacks),
        "scheme": system.scheme,
        "reporters": [_reporter(reporter) for reporter in system.reporters],
    }


def _reporter(reporter: Reporter) -> dict[str, str]:
    """A readout duplex with the strands and ends that carry dye and quencher."""
    return {
        "species": reporter.species,
        "component": reporter.component,
        "dye": f"{reporter.dye_end} of {strand_text(reporter.dye_strand)}",
        "quencher": f"{reporter.quencher_end} of {strand_text(reporter.quencher_strand)}",
    }


def _component(component: Component) -> dict[str, Any]:
    return {
        "name": component.name,
        "kernel": component.complex.kernel,
        "role": str(component.role),
        "concentration": component.concentration,
        "topped_up": component.topped_up,
        "origins": origins_to_json(component.origins),
    }


def origins_to_json(origins: Iterable[Origin]) -> list[dict[str, str]]:
    """Formal reactions with their stages and terms."""
    return [{"reaction": origin.reaction, "stage": origin.stage, "term": origin.term} for origin in origins]
