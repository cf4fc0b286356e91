"""Strand-level networks as plain dictionaries, for JSON."""

from __future__ import annotations

from typing import Any

from dsd_ncrn.kinetics.network import ReactionNetwork, Step, StepKind


def network_to_json(network: ReactionNetwork) -> dict[str, Any]:
    """Species with their structures, and every irreversible elementary step with its rate in nM^(1-n)/s.

    A leak step has rate 1: it is multiplied by the leak rate (in /nM/s) when the network is simulated.
    """
    pairs = zip(network.names, network.complexes, strict=True)
    return {
        "species": [{"name": name, "kernel": complex_.kernel} for name, complex_ in pairs],
        "reactions": [_step(step, network) for step in network.steps],
    }


def _step(step: Step, network: ReactionNetwork) -> dict[str, Any]:
    return {
        "reactants": [network.names[index] for index in step.reactants],
        "products": [network.names[index] for index in step.products],
        "rate": step.rate,
        "kind": str(step.kind),
        **({"rule": step.rule} if step.rule else {}),
        "origins": [origin.reaction for origin in step.origins],
    }


def count_steps(network: ReactionNetwork) -> dict[str, int]:
    """Species, reversible pairs, irreversible steps and leaks of a network."""
    leaks = len(network.kinds(StepKind.LEAK))
    reversible = network.reversible_pairs()
    return {
        "species": len(network.names),
        "reversible": reversible,
        "irreversible": len(network.steps) - leaks - 2 * reversible,
        "leaks": leaks,
    }
