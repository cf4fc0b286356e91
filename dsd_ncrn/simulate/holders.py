"""Where the molecules of a signal are at strand level."""

from __future__ import annotations

from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind


def holders(system: DsdSystem, network: ReactionNetwork) -> dict[str, list[int]]:
    """For each signal the species that hold it and can give it back: itself, and fresh gates that it has just entered."""
    fresh = {network.index[name] for name in system.by_name}
    reverse = {(step.products, step.reactants) for step in network.steps}
    found: dict[str, list[int]] = {}
    for species, name in system.signals.items():
        signal = network.index[name]
        entered = [s for s in network.steps if signal in s.reactants and set(s.reactants) <= fresh and s.kind != StepKind.LEAK]
        back = [step for step in entered if (step.reactants, step.products) in reverse]
        gates = (max(step.products, key=lambda p: len(network.complexes[p].strands)) for step in back)
        found[species] = list(dict.fromkeys((signal, *gates)))
    return found
