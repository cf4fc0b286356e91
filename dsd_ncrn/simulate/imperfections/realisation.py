"""One real tube: what it has in place of what the design says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.kinetics.network import ReactionNetwork


@dataclass(frozen=True, eq=False)
class Mixture:
    """The strands of a design and their network: what an imperfection needs to know."""

    system: DsdSystem
    network: ReactionNetwork

    @property
    def nominal(self) -> Floats:
        """The designed concentrations, (components,), nM."""
        return np.array([component.concentration for component in self.system.components])


@dataclass(frozen=True, eq=False)
class Realisation:
    """How one tube differs from its design.

    ``doses`` (components,) multiplies whatever is added of a component, at the start, in every top-up and in every phase;
    ``rates`` (steps,) multiplies rate constants. ``companions`` (species, components) is what comes into the tube, or is
    taken out of it, with each nM of a component; None for nothing. ``stretch`` multiplies all durations, ``growth`` the volume
    in every iteration.
    """

    doses: Floats
    rates: Floats
    companions: Floats | None = None
    stretch: float = 1.0
    growth: float = 1.0

    def accompany(self, state: Floats, added: Floats) -> None:
        """Change a state (species,) by what comes with components in the amounts ``added`` (components,), nM."""
        if self.companions is not None:
            state += self.companions @ added

    def without_leaks(self, leaky: ReactionNetwork, plain: ReactionNetwork) -> Realisation:
        """The same tube for the network that has no leaks, whose gates come without companions."""
        place = {(step.reactants, step.products): number for number, step in enumerate(leaky.steps)}
        kept = [place[step.reactants, step.products] for step in plain.steps]
        return Realisation(self.doses, self.rates[kept], None, self.stretch, self.growth)


def perfect(pot: Mixture) -> Realisation:
    """The tube as it was designed."""
    return Realisation(np.ones(len(pot.system.components)), np.ones(len(pot.network.steps)))
