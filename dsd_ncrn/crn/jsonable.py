"""Reaction networks as plain dictionaries, for JSON."""

from __future__ import annotations

from typing import Any

from dsd_ncrn.crn.rate_law import RateLaw, in_law
from dsd_ncrn.crn.types import Crn, Reaction


def crn_to_json(crn: Crn, law: RateLaw = "product") -> dict[str, Any]:
    """The whole network with its phases; ``rate_law`` names the convention that its rate constants follow."""
    found = {
        "name": crn.name,
        "rate_law": law,
        "species": list(crn.species),
        "bias_species": sorted(crn.bias_species),
        "fuel_species": sorted(crn.fuel_species),
        "clock_species": list(crn.clock_species),
        "initial": dict(crn.initial),
        "phases": [
            {"name": phase.name, "clock": phase.clock, "duration": phase.duration, "every": phase.every} for phase in crn.phases
        ],
        "reactions": [_reaction(reaction) for reaction in in_law(crn, law).reactions],
    }
    if crn.injections:
        found["injections"] = [{"time": i.time, "species": i.species, "amount": i.amount} for i in crn.injections]
    return found


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
