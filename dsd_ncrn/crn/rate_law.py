"""The two conventions for the constant of a mass-action rate.

For ``2 Z -> 3 Z`` the product law reads k [Z]^2 and the combinatoric one k [Z]^2 / 2!, the number of pairs that can
meet. ``Crn`` holds constants of the product law; Catalyst.jl takes constants of the combinatoric one unless it is
told ``combinatoric_ratelaws = false``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from math import factorial, prod
from typing import TYPE_CHECKING, Literal

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
