"""Which steps of a leaky network carry anything: most of the paths that leaks open are hardly ever taken.

What leaks make alone is some hundred states of spent gates, which react with whatever meets them. How often each step
fires is counted in some iterations of a training, the later ones with as much of those states as has gathered by then.
Steps that fire less than a share of what leaks in all are left out, and with them the states that nothing then reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from math import log

import numpy as np

from dsd_ncrn.arrays import Flags, Floats, one_by_one
from dsd_ncrn.crn.events import Wait
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from dsd_ncrn.simulate.pot import Contents, Pot, Watch
from dsd_ncrn.simulate.tube import Tube

TIMES = np.append(0.0, np.geomspace(1e-4, 1.0, 24))
"""When in a wait the speeds are looked at, as shares of it: most of what is fast is over soon."""

FIRST = 8
"""Iterations that are looked at from the start on."""
SHARES = (3e-5, 3e-6, 3e-7)
"""Of all that leaks: what fires less is left out, at the first of them at which the parameters stay what they are."""
MOST_OFF = 1e-3
"""By which share of the largest parameter they may differ after an iteration."""
Point = tuple[Floats, Floats]


class Traffic(Watch):
    """Counts how often each step fires, (steps,), nM."""

    def __init__(self) -> None:
        self.fired: Floats | float = 0.0

    def wait(self, pot: Pot, state: Floats, event: Wait) -> Floats:
        """See Watch."""
        times = event.seconds * TIMES
        values = pot.solved(state, times, "a tube whose steps are counted")
        concentrations = np.column_stack([values, np.ones(len(times))])  # the last one stands for no reactant
        # Firings are the time integral of the speed, on a grid that is dense at the start.
        speeds = pot.rates * pot.slowdown(state) * concentrations[:, pot.mass_action.reactants].prod(axis=-1)
        self.fired = self.fired + np.trapezoid(speeds, times, axis=0)
        return values[-1]


def lean_network(
    make: Callable[[ReactionNetwork], Tube],
    leaky: ReactionNetwork,
    plain: ReactionNetwork,
    points: Sequence[Point],
    iterations: int,
) -> ReactionNetwork:
    """The leaky network without the steps and states that carry next to nothing; itself where nothing can be left out.

    ``make`` makes a tube of a network, ``plain`` is the one without leaks. ``points`` are inputs (inputs,) and targets
    (outputs,) of a training of some iterations. What is left has to move the parameters in an iteration as the whole network
    does, else less is left out.
    """
    whole = make(leaky)
    made = np.array([complex_ not in plain.position for complex_ in leaky.complexes], dtype=bool)
    try:
        # 1: count in iterations as of the start and as of later ones.
        fired, contents = _traffic(whole, made, points, iterations)
        # 2: what an iteration of the whole network does, at the contents of the last.
        whole.iterate(*points[0])
        exact = whole.parameters()
        # 3: leave out as much as still gives the same parameters; the first share leaves out most.
        for share in SHARES:
            network = _carrying(leaky, made, fired, share)
            lean = make(network)
            lean.contents = replace(contents, values=contents.values[[leaky.position[each] for each in network.complexes]])
            lean.iterate(*points[0])
            if np.abs(lean.parameters() - exact).max() < MOST_OFF * np.abs(exact).max():
                return network
    except CheckFailed:
        pass
    return leaky


def _traffic(tube: Tube, made: Flags, points: Sequence[Point], iterations: int) -> tuple[list[Floats], Contents]:
    """How often each step fires in the first and in later iterations of a training, (steps,), nM, and the last contents.

    States of gates gather: the later iterations start from what has grown all the time, grown on as a power of the number of
    iterations. Spent gates gather in proportion to it at most; what leaks have ``made`` (species,) may follow from those.
    """
    fired: list[Floats] = []
    states: list[Floats] = []
    for point in islice(cycle(points), FIRST):
        fired.append(_fired(tube, point))
        states.append(tube.state)
    # The first iteration still fills gates; growth is told from the second on.
    grows = np.all(np.diff(states[1:], axis=0) > 0, axis=0) & (states[1] > 0)
    grows[: len(tube.nominal)] = False
    growth = np.divide(states[-1], states[1], out=np.ones(len(grows)), where=grows)
    # A quantity that grew by a factor from iteration 2 to 8 grows on as that power of their number.
    power = np.minimum(one_by_one(log, growth) / log(FIRST / 2), np.where(made, 1.5, 1.0))
    # In the middle, on the scale of logarithms, and at the end.
    for number in ((FIRST * iterations) ** 0.5, float(iterations)) if iterations > FIRST else ():
        tube.state = states[-1] * one_by_one(partial(pow, number / FIRST), power)
        fired += [_fired(tube, point) for point in islice(cycle(points), 2)]
    return fired, tube.contents


def _fired(tube: Tube, point: Point) -> Floats:
    """How often each step fires in an iteration, (steps,), nM."""
    counted = Traffic()
    tube.run(tube.protocol.iteration(tube.number, *point), counted)
    return np.asarray(counted.fired)


def _carrying(network: ReactionNetwork, made: Flags, fired: Sequence[Floats], share: float) -> ReactionNetwork:
    """The network without the leaks, and the steps of what leaks alone have ``made`` (species,), that fire too seldom."""
    leaks = np.array([step.kind == StepKind.LEAK for step in network.steps], dtype=bool)
    foreign = np.array([made[[*step.reactants, *step.products]].any() for step in network.steps], dtype=bool)
    # Busy in any of the iterations that were looked at is busy.
    busy = np.any([each >= share * each[leaks].sum() for each in fired], axis=0)
    return network.restricted(~(leaks | foreign) | busy, ~made)
