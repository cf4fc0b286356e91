"""A chemical clock: a ring of species that makes the phases of a learner follow each other in one pot.

The ring is ``X_i + X_(i+1) -> 2 X_(i+1)``, as CRN++ uses it (Vasić, Soloveichik & Khurshid 2020, Natural Computing
19:391): a pulse goes round it, and species that are ``spacing`` places apart are the clocks of the phases. A reaction of a
phase takes the clock of the phase as a catalyst, so its molecularity goes up by one.

Its rate equation ``d ln c_i/dt = k (c_(i-1) - c_(i+1))`` is the periodic Volterra or Kac-van Moerbeke lattice, which is
integrable (Fernandes & Santos 1997, Rep. Math. Phys. 40). It has a travelling wave in closed form, on which the ring starts:

    c_i(t) = A g(i - u t),   ln g(x) = L(x+2) + L(x-1) - L(x+1) - L(x),   L = ln theta_4

With theta_4 written as a sum of Gaussians ``exp(-b (x - n (m + 1/2))^2)``, ``b = ln(1/residual) / (2 n)``, the logarithm of
a pulse is a trapezium: it rises over one place, stays up for one and falls over one. Clocks three places apart are therefore
never above the floor together, and two places apart only by the square root of the residual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, floor, log

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.types import Crn, Origin, Phase, Reaction
from dsd_ncrn.errors import InputError

STAGE = "clock"
SPACING, RESIDUAL = 3, 1e-6
SMALLEST_RING = 3
LARGEST_RESIDUAL = 0.01
IMAGES = np.arange(-3, 4) + 0.5
"""The Gaussians that matter on one turn of the ring; the next ones are below exp(-100)."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """The moment at which the last of two or three neighbours overtakes the first: the pulse is half way between them.

    With three it is the maximum of the one between, whose derivative is their difference. They hold ``least`` at
    least in all: what happens on the floor is no pulse.
    """

    species: tuple[str, ...]
    least: float

    def __str__(self) -> str:
        return f"{self.species[-1]} overtakes {self.species[0]}"


@dataclass(frozen=True, slots=True)
class Oscillator:
    """A ring and what its species mean. Concentrations and times are dimensionless.

    ``clocks`` gives each phase its species, in the order of the phases. ``rate`` is the constant of every reaction of
    the ring, ``dose`` the time integral of a species over one pulse, ``period`` the time of one turn. ``initial`` lies on
    the travelling wave, half way between the last phase and the first.
    """

    ring: tuple[str, ...]
    clocks: Mapping[str, str]
    rate: float
    dose: float
    period: float
    initial: Mapping[str, float]

    @property
    def total(self) -> float:
        """The conserved sum of its species, which is the height of a pulse."""
        return sum(self.initial.values())

    @property
    def feeding(self) -> Crossing:
        """When to add the next point: half way from the last phase to the first."""
        return self.after(tuple(self.clocks)[-1])

    def after(self, phase: str) -> Crossing:
        """Half way from a phase to the one that follows."""
        phases = list(self.clocks)
        place = self.ring.index(self.clocks[phase])
        following = self.ring.index(self.clocks[phases[(phases.index(phase) + 1) % len(phases)]])
        return self._crossing(place + ((following - place) % len(self.ring)) / 2)

    def maximum(self, phase: str) -> Crossing:
        """When the clock of a phase is highest."""
        return self._crossing(self.ring.index(self.clocks[phase]))

    def _crossing(self, place: float) -> Crossing:
        places = range(ceil(place) - 1, floor(place) + 2)
        return Crossing(tuple(self.ring[each % len(self.ring)] for each in places), self.total / 2)

    def reactions(self) -> tuple[Reaction, ...]:
        """The reactions of the ring."""
        pairs = zip(self.ring, (*self.ring[1:], self.ring[0]))
        return tuple(Reaction((a, b), (b, b), self.rate, origin=Origin(f"clock_{a}", STAGE)) for a, b in pairs)


def oscillator_for(crn: Crn, spacing: int = SPACING, residual: float = RESIDUAL, total: float = 1.0) -> Oscillator:
    """A ring that clocks the phases of a network.

    ``spacing`` is the distance of clocks on the ring, ``residual`` the lowest concentration of a species over its
    highest, ``total`` the sum of all. The ring has an odd number of species: with an even one it dies out unless its rate
    constants fit each other. Where ``spacing`` gives an even number, another species goes in before the first phase.
    The dose of a pulse is the longest phase, so that the rate constants of its reactions stay as they are.
    Raises InputError for a network without phases, a phase that leaves iterations out, or numbers that make no ring.
    """
    _check(crn.phases, spacing, residual, total)
    ring = _ring(crn, spacing)
    # Started on the travelling wave, every pulse is like the first, and doses are exact.
    amounts, delay = travelling_wave(len(ring), residual, _first_place(len(ring), len(crn.phases), spacing))
    dose = max(phase.duration for phase in crn.phases)
    return Oscillator(
        ring=ring,
        clocks={phase.name: ring[number * spacing] for number, phase in enumerate(crn.phases)},
        # The time integral of a clock over its pulse is the longest phase; others are scaled by their reactions.
        rate=delay / dose,
        dose=dose,
        period=len(ring) * dose / total,
        initial=dict(zip(ring, (total * amounts).tolist())),
    )


def with_oscillator(crn: Crn, oscillator: Oscillator) -> Crn:
    """The network with its phases gated by the ring: no phases are left, everything runs at all times.

    A reaction takes the clock of its phase as its last reactant and gives it back; one that runs in several phases is there
    once for each. Its rate constant is multiplied by the phase's duration over the dose of a pulse, so that the time
    integral of its rate constant times its clock is what it was. Reactions of no phase stay as they are.
    """
    durations = {phase.name: phase.duration for phase in crn.phases}
    gated = [each for reaction in crn.reactions for each in _gated(reaction, oscillator, durations)]
    return replace(
        crn,
        species=(*crn.species, *oscillator.ring),
        reactions=(*gated, *oscillator.reactions()),
        phases=(),
        initial={**crn.initial, **oscillator.initial},
    )


def travelling_wave(size: int, residual: float, place: float) -> tuple[Floats, float]:
    """Concentrations on the travelling wave, shape (size,), with sum 1 and the pulse highest at ``place`` of the ring.

    The second value is the time in which the pulse moves on by one species at rate constant 1: its dose as well.
    """
    width = log(1 / residual) / (2 * size)
    logs, _ = _pulse(np.arange(size, dtype=np.float64) - place - 0.5, size, width)
    shape = np.exp(logs)
    # the speed follows from the rate equation, read one place ahead of the pulse: -u g'(x)/g(x) = g(x-1) - g(x+1)
    around, slope = _pulse(np.array([-0.5, 0.5, 1.5]), size, width)
    before, _, behind = np.exp(around) / shape.sum()
    return shape / shape.sum(), float(-slope[1] / (before - behind))


def _pulse(x: Floats, size: int, width: float) -> tuple[Floats, Floats]:
    """ln g and its derivative at places ``x``; the pulse is highest at -1/2."""
    total, slope = np.zeros(len(x)), np.zeros(len(x))
    for shift, sign in ((2, 1), (-1, 1), (1, -1), (0, -1)):
        value, derivative = _log_theta(x + shift, size, width)
        total, slope = total + sign * value, slope + sign * derivative
    return total, slope


def _log_theta(x: Floats, size: int, width: float) -> tuple[Floats, Floats]:
    """The logarithm of the theta function of period ``size``, and its derivative."""
    # Periodic: the nearest image, so that a few Gaussians are enough.
    x = x - size * np.round(x / size)
    distance = x[:, None] - size * IMAGES
    exponents = -width * distance**2
    # Sum of exponentials in logarithms: the floor may be exp(-100).
    highest = exponents.max(axis=1, keepdims=True)
    weights = np.exp(exponents - highest)
    total = weights.sum(axis=1)
    return highest[:, 0] + np.log(total), -2 * width * (weights * distance).sum(axis=1) / total


def _ring(crn: Crn, spacing: int) -> tuple[str, ...]:
    """The names around the ring: the clock species of a phase where it has one, Q and a number for those between."""
    size = spacing * len(crn.phases)
    clocks = {number * spacing: phase.clock or f"C{phase.name}" for number, phase in enumerate(crn.phases)}
    ring = tuple(clocks.get(place, f"Q{place}") for place in range(size + (size + 1) % 2))
    taken = [name for name in ring if name in crn.species or ring.count(name) > 1]
    if taken:
        raise InputError("the ring of the clock needs names of its own", taken[0])
    return ring


def _first_place(size: int, phases: int, spacing: int) -> float:
    """Half way from the last phase to the first, where a turn of the clock begins."""
    last = (phases - 1) * spacing
    return (last + size) / 2


def _gated(reaction: Reaction, oscillator: Oscillator, durations: Mapping[str, float]) -> list[Reaction]:
    """One copy of a reaction for each of its phases."""
    phases = [name for name in durations if name in reaction.phases]
    return [_clocked(reaction, oscillator.clocks[name], durations[name] / oscillator.dose) for name in phases] or [reaction]


def _clocked(reaction: Reaction, clock: str, scale: float) -> Reaction:
    reactants, products = (*reaction.reactants, clock), (*reaction.products, clock)
    return replace(reaction, reactants=reactants, products=products, rate=reaction.rate * scale, phases=frozenset())


def _check(phases: tuple[Phase, ...], spacing: int, residual: float, total: float) -> None:
    """Raise InputError for what makes no ring."""
    if not phases:
        raise InputError("a network without phases needs no clock")
    leaving = [phase.name for phase in phases if phase.every != 1]
    if leaving:
        remedy = "Learn from one point at a time, or clock it from outside."
        raise InputError("a chemical clock comes round to every phase in every iteration", leaving[0], remedy)
    if spacing < 1 or spacing * len(phases) < SMALLEST_RING:
        raise InputError("the clocks of two phases are at least one place apart, on a ring of 3 or more", spacing)
    if not 0 < residual <= LARGEST_RESIDUAL:
        raise InputError(f"the residual of a clock lies between 0 and {LARGEST_RESIDUAL}", residual)
    if total <= 0:
        raise InputError("the total amount of the clock species is above 0", total)
