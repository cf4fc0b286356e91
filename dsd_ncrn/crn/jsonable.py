"""Reaction networks as plain dictionaries, for JSON."""

from __future__ import annotations

from typing import Any

from dsd_ncrn.crn.types import Crn, Reaction


def crn_to_json(crn: Crn) -> dict[str, Any]:
    """The whole network with its phases; rates follow k times the product of concentrations."""
    return {
        "name": crn.name,
        "species": list(crn.species),
        "bias_species": sorted(crn.bias_species),
        "clock_species": list(crn.clock_species),
        "initial": dict(crn.initial),
        "phases": [{"name": phase.name, "clock": phase.clock, "duration": phase.duration} for phase in crn.phases],
        "reactions": [_reaction(reaction) for reaction in crn.reactions],
    }


def _reaction(reaction: Reaction) -> dict[str, Any]:
    return {
        "name": reaction.origin.reaction,
        "stage": reaction.origin.stage,
        "term": reaction.origin.term,
        "reactants": list(reaction.reactants),
        "products": list(reaction.products),
        "rate": reaction.rate,
        "fast": reaction.fast,
        "phases": sorted(reaction.phases),
        "molecularity": reaction.molecularity,
    }
