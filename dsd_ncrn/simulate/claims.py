"""What a proof claims, and a network whose stages run one after the other, each to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.types import Crn, Reaction
from dsd_ncrn.ncrn.types import NeuralCrn, Variable
from dsd_ncrn.ncrn.verify import Conservation
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.mass_action import from_crn
from dsd_ncrn.simulate.results import checked

RELATIVE, ABSOLUTE = 1e-11, 1e-13
LIFETIMES = 1e5
"""Of the slowest fast reaction: where G and P are nearly equal, their annihilation is slow at its end."""
FASTER = 1e6
"""|z| means the size of z only while one rail is empty: annihilation is made this much faster for the proof."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: the largest error found and its bound; ``error`` is None where the design gives the claim up."""

    claim: str
    error: float | None
    bound: float
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the claim is made and true."""
        return self.error is None or self.error <= self.bound


@dataclass(frozen=True, slots=True)
class Proof:
    """All checks of a compilation, and what its reactions conserve."""

    checks: tuple[Claim, ...]
    conserved: tuple[Conservation, ...]

    @property
    def holds(self) -> bool:
        """Whether every claim is true."""
        return all(check.holds for check in self.checks)


class Stages:
    """Runs the stages of one network on a state, shape (species,)."""

    def __init__(self, ncrn: NeuralCrn, engine: Engine) -> None:
        self.ncrn, self.engine = ncrn, engine
        self.index = {name: number for number, name in enumerate(ncrn.crn.species)}

    def start(self, parameters: Iterable[float], x: Iterable[float], y: Iterable[float]) -> Floats:
        """The state (species,) before the feed, with everything poured in; dimensionless, as all here."""
        state = np.zeros(len(self.index))
        for name, value in (*self.ncrn.constants, *self.ncrn.padding):
            state[self.index[name]] = value
        groups = (self.ncrn.parameters, self.ncrn.inputs, self.ncrn.targets)
        for variables, values in zip(groups, (parameters, x, y)):
            for variable, value in zip(variables, values):
                self.load(state, variable, value)
        return state

    def load(self, state: Floats, variable: Variable, value: float) -> None:
        """Put a value on the rails of a variable in a state (species,)."""
        for name, amount in variable.amounts(value):
            state[self.index[name]] = amount

    def read(self, state: Floats, variable: Variable) -> float:
        """The value of a variable in a state (species,)."""
        return variable.value(lambda name: float(state[self.index[name]]))

    def run(self, state: Floats, wanted: Callable[[Reaction], bool], duration: float, what: str = "a stage") -> Floats:
        """The state (species,) after some reactions (``what`` they are), and annihilation, have run for a time.

        Raises CheckFailed where the integration stops.
        """
        crn = self.ncrn.crn
        chosen = [_hurried(r) for r in crn.reactions if wanted(r) or r.origin.stage == "annihilation"]
        if not any(wanted(reaction) for reaction in crn.reactions):
            return state
        system = from_crn(Crn(crn.name, crn.species, tuple(chosen)))
        stepper = self.engine.prepare(system, RELATIVE, ABSOLUTE)
        solution = stepper.solve(state, np.array([0.0, duration]), system.rates)
        return checked(solution, f"{what} for the proof")[-1]

    def stage(self, state: Floats, stage: str, phase: str, fast: bool) -> Floats:
        """Let one kind of reactions of a stage run: fast ones to their end, slow ones for their phase's duration.

        Takes and gives a state (species,). Raises CheckFailed as ``run``.
        """
        lengths = {each.name: each.duration for each in self.ncrn.crn.phases}
        rates = [r.rate for r in self.ncrn.crn.reactions if r.fast]
        duration = LIFETIMES / min(rates, default=1.0) if fast else lengths[phase]
        return self.run(state, lambda r: r.origin.stage == stage and phase in r.phases and r.fast == fast, duration, stage)


def _hurried(reaction: Reaction) -> Reaction:
    return replace(reaction, rate=reaction.rate * FASTER) if reaction.origin.stage == "annihilation" else reaction
