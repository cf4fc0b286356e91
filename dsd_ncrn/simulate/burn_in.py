"""Burn-in: let what leaked when the gates were mixed run its course and drain it, before the parameters are loaded.

All clocks are opened at once, the flush among them, without inputs: what leaked fires through the circuit, and adjoints and
inputs are drained. Nothing drains parameters and constant catalysts. They are mixed in afterwards, and of them just what is
missing, so that somebody has to measure what is there. Where there is more than is wanted, the species that annihilates it
is added instead: for a single-rail parameter that is its gradient G+, with which learning lowers it as well. A catalyst that
nothing annihilates stays in excess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dsd_ncrn.arrays import Floats
from dsd_ncrn.dsd.system import Role

if TYPE_CHECKING:
    from dsd_ncrn.simulate.tube import Tube


REST = 0.5
"""Of the burn-in, after loading: in ``linreg2d`` an excess of parameters goes with a time constant of 5 min."""


def burn_in(tube: Tube, seconds: float) -> Mapping[str, float]:
    """Burn a freshly mixed tube in and load it. Returns what was there before of each species to be loaded, nM."""
    wanted = loads(tube)
    state = tube.state.copy()
    state[[tube.system.index[tube.dsd.signals[species]] for species in wanted]] = 0.0
    state = drained(tube, state, seconds)
    found = {species: float(state[tube.holders[species]].sum()) for species in wanted}
    for species, level in wanted.items():
        _load(tube, state, species, level - found[species])
    tube.state = tube.wait(state, REST * seconds, "the loading of parameters")
    return found


def loads(tube: Tube) -> dict[str, float]:
    """The signals that are mixed in at the start: parameters and constant catalysts, nM."""
    levels = {species: tube.nominal[tube.system.index[name]] for species, name in tube.dsd.signals.items()}
    return {s: float(nM) for s, nM in levels.items() if nM > 0 and tube.dsd.by_name[tube.dsd.signals[s]].role == Role.SIGNAL}


def drained(tube: Tube, state: Floats, seconds: float) -> Floats:
    """A state (species,), nM, after all clocks have been open at once for a while and were taken away."""
    for phase in tube.schedule.phases:
        state = tube.open_phase(state, phase)
    state = tube.wait(state, seconds, "the burn-in")
    for phase in tube.schedule.phases:
        state = tube.close_phase(state, phase)
    return state


def _load(tube: Tube, state: Floats, species: str, missing: float) -> None:
    """Add what is missing of a species, or its partner in annihilation where there is too much of it; nM."""
    added = species if missing >= 0 else _partner(tube, species)
    if added is not None:
        state[tube.system.index[tube.dsd.signals[added]]] += abs(missing)


def _partner(tube: Tube, species: str) -> str | None:
    pairs = (r.reactants for r in tube.ncrn.crn.reactions if species in r.reactants and not r.products)
    pair = next((pair for pair in pairs if len(pair) == 2), None)
    return next((other for other in pair if other != species), None) if pair else None
