"""What a laboratory orders beside the strands of a circuit: variants of its gates, reporters of a staged learner, releasers.

A variant takes and frees the same strands, so that its domains are those of its gate. What is its own is its bottom strand,
which goes on with a spacer beyond the open toehold: this is where a gate's first step begins, and bases beside a toehold
change its rate as other toeholds of the same length would. How far it does so is measured, not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dsd_ncrn.dsd.schemes.endings import reporter
from dsd_ncrn.dsd.staged import BARE, RELEASER, RELEASING, STAGED
from dsd_ncrn.dsd.structure import Complex, Domain, free
from dsd_ncrn.dsd.system import Component, DsdSystem, Reporter, Role

SPACER_NT = 4


def gates_of_variants(system: DsdSystem) -> dict[str, str]:
    """By the name of a variant, in a system as ordered, its gate."""
    named = {_name(each.name, number): each.name for each in system.components for number in variant_numbers(system)}
    return {variant: gate for variant, gate in named.items() if variant in system.by_name}


def ordered_system(system: DsdSystem) -> DsdSystem:
    """The system with the variants of its gates and, of a staged learner, reporters that are mixed with samples of it, and
    where gates hang on tethers, what lets them go in side wells."""
    gates = [each for each in system.components if each.role is Role.GATE]
    others = [
        replace(each, name=_name(each.name, number), complex=_spaced(each.complex, spacer_of(number)))
        for each in gates
        for number in variant_numbers(system)
    ]
    read = tuple(_reporters(system))
    duplexes = [component for component, _ in read]
    return replace(
        system,
        components=(*system.components, *others, *duplexes, *_releasers(system)),
        reporters=(*system.reporters, *(reporter for _, reporter in read)),
    )


def _releasers(system: DsdSystem) -> Iterator[Component]:
    if BARE in system.by_name:
        yield Component(RELEASING, free(*RELEASER), Role.FUEL, 0.0, topped_up=False)


def variant_numbers(system: DsdSystem) -> range:
    """Those of the variants that are ordered beside the gates."""
    return range(2, system.variants + 1)


def _name(gate_name: str, number: int) -> str:
    return f"{gate_name}_v{number}"


def spacer_of(number: int) -> Domain:
    """The spacer of the variants with this number, as a top would spell it."""
    return Domain(f"spacer{number}", SPACER_NT)


def _spaced(complex_: Complex, spacer: Domain) -> Complex:
    """The complex with a spacer at the end of its bottom where the toehold is open."""
    place = next(number for number, strand in enumerate(complex_.strands) if strand[0].starred)
    start = sum(map(len, complex_.strands[:place]))
    # The toehold is open at the bottom's 5' end or at its 3' end, by the gate's polarity.
    leads, bottom = complex_.pairing[start] is None, complex_.strands[place]
    at = start if leads else start + len(bottom)
    strands = list(complex_.strands)
    strands[place] = (~spacer, *bottom) if leads else (*bottom, ~spacer)
    # Positions behind the new domain move by one.
    pairing = [None if other is None else other + (other >= at) for other in complex_.pairing]
    return Complex.of(strands, [*pairing[:at], None, *pairing[at:]])


def _reporters(system: DsdSystem) -> Iterator[tuple[Component, Reporter]]:
    """Duplexes for the state and the parameters of a staged learner, which the design does not name."""
    if system.scheme != STAGED:
        return
    named = {each.species for each in system.reporters}
    for species, name in system.signals.items():
        signal = system.by_name[name]
        if species not in named and (species == "Z" or signal.concentration > 0):
            yield reporter(species, signal.complex.strands[0], 0.0)
