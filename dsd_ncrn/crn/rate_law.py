"""The two conventions for the constant of a mass-action rate, and a network as plain data (JSON) that names its own.

For ``2 Z -> 3 Z`` the product law reads k [Z]^2 and the combinatoric one k [Z]^2 / 2!, the number of pairs that can
meet. ``Crn`` holds constants of the product law; Catalyst.jl takes constants of the combinatoric one unless it is
told ``combinatoric_ratelaws = false``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from math import factorial, prod
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # commands name the laws in their help, which is to load no design
    from dsd_ncrn.crn.types import Crn, Reaction

RateLaw = Literal["product", "combinatoric"]

MEANINGS: dict[RateLaw, str] = {
    "product": "rate = k times the product of concentrations",
    "combinatoric": "combinatoric rate law, rate = k times the product of concentration^n / n!",
}
"""How a text says which convention its constants follow, at the end of a comment line."""

RATE_LAWS = tuple(MEANINGS)


def to_combinatoric(crn: Crn) -> Crn:
    """The same kinetics with combinatoric constants: k times n! for every reactant that stands n times."""
    return _with_constants(crn, lambda reaction: reaction.rate * symmetry(reaction))


def from_combinatoric(crn: Crn) -> Crn:
    """The same kinetics with constants of the product law, from combinatoric ones."""
    return _with_constants(crn, lambda reaction: reaction.rate / symmetry(reaction))


def in_law(crn: Crn, law: RateLaw) -> Crn:
    """A network of the product law with the constants of ``law``."""
    return to_combinatoric(crn) if law == "combinatoric" else crn


def symmetry(reaction: Reaction) -> int:
    """The product of n! over the reactants, n being how often each stands in the reaction."""
    return prod(factorial(count) for count in Counter(reaction.reactants).values())


def stated_law(text: str) -> RateLaw | None:
    """The convention that a comment of a network's text names, or None."""
    comments = [line.rstrip() for line in text.splitlines() if line.startswith("#")]
    return next((law for law, meaning in MEANINGS.items() if any(line.endswith(meaning) for line in comments)), None)


def _with_constants(crn: Crn, constant: Callable[[Reaction], float]) -> Crn:
    return replace(crn, reactions=tuple(replace(reaction, rate=constant(reaction)) for reaction in crn.reactions))


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
