"""The DNA circuit as a learner: its protocol, and a well-mixed pot of every strand and complex."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.events import Event
from dsd_ncrn.dsd.structure import Strand
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.ncrn.types import Variable
from dsd_ncrn.protocol.clocked import ClockedProtocol
from dsd_ncrn.protocol.staged import LearnerProtocol, StagedProtocol
from dsd_ncrn.simulate.engines.crew import side_by_side
from dsd_ncrn.simulate.engines.types import Engine, Stepper
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation
from dsd_ncrn.simulate.pot import Contents, Pot, Watch, pot_of
from dsd_ncrn.simulate.results import Iteration, Trajectory
from dsd_ncrn.simulate.watches import Account, Readings, Recorder

RELATIVE, ABSOLUTE = 1e-3, 1e-5
"""Per-step tolerances (the latter in nM): after the 205 iterations of linreg2d the parameters are within 3e-6 of those at
1e-6, 1e-8; the method is of order 4 and errs far less than it estimates."""
EARLY = 5
"""The iterations in which parameters move far, so that an error there is one of the whole training."""


class Tube:
    """A simulated tube, a Learner. Concentrations in nM, times in s; values given and returned are in the design's units.

    Making one runs no simulation: it is mixed, and burned in where the protocol says so, by ``start``, or when its contents
    are first needed. Additions are taken to be mixed at once, the beads to take all that is bound to them. ``account`` has
    what is consumed. From the iteration EARLY on ``later`` integrates, if it is given. Where an integration stops, CheckFailed
    is raised.
    """

    def __init__(self, protocol: LearnerProtocol, pot: Pot, later: Stepper | None = None) -> None:
        self.later = later
        self.pot, self.protocol = pot, replace(protocol, growth=pot.realisation.growth)
        self.nominal = np.array([c.concentration for c in protocol.system.components]) * pot.realisation.doses
        self._contents: Contents | None = None
        self._account = Account(self.nominal)

    def start(self) -> Contents:
        """Mix the tube afresh and do what comes before the first iteration."""
        self._account = Account(self.nominal)
        levels = {component.name: component.concentration for component in self.protocol.system.components}
        later = self.protocol.loaded if self.protocol.burn_in is not None else ()
        self.contents = self.pot.run(self.protocol.start(), self.pot.mixed(levels, later), self._account)
        return self.contents

    @property
    def contents(self) -> Contents:
        """What is in the tube now."""
        return self.start() if self._contents is None else self._contents

    @contents.setter
    def contents(self, contents: Contents) -> None:
        self._contents = contents

    @property
    def state(self) -> Floats:
        """Concentrations (species,), nM."""
        return self.contents.values

    @state.setter
    def state(self, values: Floats) -> None:
        self.contents = replace(self.contents, values=values)

    @property
    def account(self) -> Account:
        """What was consumed since the start."""
        if self._contents is None:
            self.start()
        return self._account

    @property
    def used(self) -> list[Floats]:
        """What was missing of each component when an iteration was done, (components,), nM; one entry per iteration."""
        return self.account.used

    @property
    def network(self) -> ReactionNetwork:
        """The strands' reactions."""
        assert self.pot.mixture is not None
        return self.pot.mixture.network

    def mixed_with(self, leak_rate: float, realisation: Realisation) -> Tube:
        """Another tube of the same strands. ``leak_rate`` in /nM/s."""
        return Tube(self.protocol, self.pot.realised(leak_rate, realisation), self.later)

    def set_parameters(self, values: Floats) -> None:
        """Put parameters on their signal strands, shape (parameters,), in the design's units."""
        state = self.state.copy()
        for variable, value in zip(self.protocol.ncrn.parameters, values):
            for species, amount in variable.amounts(value):
                name = self.protocol.system.signals[species]
                state[self.pot.index(name)] = amount * self.protocol.unit * self.pot.dose(name)
        self.state = state

    def predict(self, x: Floats) -> Floats:
        """See Learner."""
        readings = Readings()
        self.pot.run(self.protocol.prediction(self.number, x), self.contents, readings)
        return self._outputs(readings)

    def predictions(self, points: Floats) -> Floats:
        """Those of many points (points, inputs), side by side: shape (points, outputs)."""
        _ = self.contents  # mixed and burned in once
        return np.array(side_by_side(self.predict, points))

    def iterate(self, x: Floats, y: Floats) -> Iteration:
        """See Learner."""
        if self.later is not None and self.number > EARLY:
            self.pot, self.later = replace(self.pot, stepper=self.later), None
        parameters, readings = self.parameters(), Readings()
        first = self.protocol.phases(self.number)[0]
        # Where the error is made before the reading, outputs have the target taken off: it is added back.
        subtracted = y if self.protocol.ncrn.outputs_after != first else 0.0
        self.run(self.protocol.iteration(self.number, x, y), readings)
        return Iteration(self._outputs(readings) + subtracted, parameters)

    def slowdown(self, phase: str) -> float:
        """How many times as long what starts at the usual toehold takes in a phase, for all that rests, in a fresh tube."""
        return 1.0 if self.pot.crowd is None else 1.0 / self.pot.crowd.usual(self._opened(phase))

    def occupied(self, phase: str) -> dict[int, float]:
        """The same by the length of a toehold, nt, as factors on rate constants; nothing where none rests."""
        return {} if self.pot.crowd is None else self.pot.crowd.by_length(self._opened(phase))

    def _opened(self, phase: str) -> Floats:
        """A fresh tube (species,), nM, with the clock of a phase."""
        levels = {component.name: component.concentration for component in self.protocol.system.components}
        clock = [self.protocol.opening(phase)] if isinstance(self.protocol, ClockedProtocol) else []
        return self.pot.run(clock, self.pot.mixed(levels)).values

    def run(self, events: Iterable[Event], *watches: Watch) -> None:
        """Do something with the tube and account for it; the first watch integrates."""
        self.contents = self.pot.run(events, self.contents, *watches, self.account)

    @property
    def number(self) -> int:
        """The number of the next iteration, from 1."""
        return len(self.used) + 1

    def parameters(self) -> Floats:
        """See Learner; where the update waits for the first clock, that phase is run without input on a copy."""
        state = self.pot.run(self.protocol.update(), self.contents).values
        return np.array([self.amount(state, variable) for variable in self.protocol.ncrn.parameters])

    def amount(self, state: Floats, variable: Variable) -> float:
        """The value of a variable in a state (species,), counting what gates hold of it, in the design's units."""
        signals = self.protocol.system.signals
        return variable.value(lambda species: self.pot.amount(state, signals[species])) / self.protocol.unit

    def trace(self, x: Floats, y: Floats, points: int) -> Trajectory:
        """The trajectory (s, nM) of one iteration from a copy of the contents, ``points`` per phase and per wait.

        Inputs ``x`` (inputs,) and targets ``y`` (outputs,) are in the design's units.
        """
        recorder = Recorder(points)
        self.pot.run(self.protocol.whole(x, y), self.contents, recorder)
        return recorder.trajectory(self.pot.mass_action.species)

    def extents(self, x: Floats, y: Floats) -> dict[str, float]:
        """How often each counted reaction fires in one iteration from a copy of the contents, in the design's units.

        Inputs ``x`` (inputs,) and targets ``y`` (outputs,) are in them as well.
        """
        if not self._fired:
            return {}
        readings = Readings()
        # A firing leaves a mark that only a fired join holds: counting these needs no integral of rates.
        change = self.pot.run(self.protocol.whole(x, y), self.contents, readings).values - readings.states["before"]
        return {name: float(change[places].sum()) / self.protocol.unit for name, places in self._fired.items()}

    @cached_property
    def _fired(self) -> Mapping[str, list[int]]:
        """The species that count the firings of each reaction."""
        gates = self.protocol.system.gates.items()
        return {name: self._holding(made.bottom, made.mark) for name, made in gates if made.mark}

    def _holding(self, bottom: Strand, mark: Strand) -> list[int]:
        needed = {bottom, mark}
        return [n for n, complex_ in enumerate(self.network.complexes) if needed <= set(complex_.strands)]

    def _outputs(self, readings: Readings) -> Floats:
        """What the forward pass added to the outputs, (outputs,)."""
        after = self._read(readings.states["outputs"])
        if isinstance(self.protocol, StagedProtocol):
            return after - self.protocol.settings.blank + self.protocol.offset
        return after - self._read(readings.states["before"])

    def _read(self, state: Floats) -> Floats:
        outputs = self.protocol.ncrn.outputs
        return np.array([sum(weight * self.amount(state, variable) for variable, weight in output.terms) for output in outputs])


def tube_of(
    protocol: LearnerProtocol,
    network: ReactionNetwork,
    engine: Engine,
    leak_rate: float = 0.0,
    realisation: Realisation | None = None,
    looser: tuple[float, float] = (1.0, 1.0),
) -> Tube:
    """A tube with the strands of a network, perfect without a realisation. ``leak_rate`` in /nM/s.

    ``looser`` says how many times as large tolerances are, in the first iterations and after EARLY.
    """
    at_first, then = looser
    pot = pot_of(Mixture(protocol.system, network), engine, at_first * RELATIVE, at_first * ABSOLUTE, leak_rate)
    later = None if then == at_first else engine.prepare(pot.mass_action, then * RELATIVE, then * ABSOLUTE)
    return Tube(protocol, pot if realisation is None else pot.realised(leak_rate, realisation), later)
