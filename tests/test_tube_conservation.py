"""Conservation of strands in the tube: over an iteration, a whole training, and under leaks."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from dsd_ncrn.crn.events import Event, PullDown, Wait
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.simulate.pot import Contents, Pot, Watch
from dsd_ncrn.simulate.tube import Tube
from studies import ALL_DESIGNS, done, strand_counts, study

pytestmark = pytest.mark.xdist_group("studies")
Floats = NDArray[np.float64]
X, Y = np.array([2.0, 3.5]), np.array([9.0])
every_design = pytest.mark.parametrize("name", ALL_DESIGNS)


def totals(network: ReactionNetwork) -> Floats:
    """How many of each strand every species holds, (strands, species)."""
    found = strand_counts(network)
    strands = sorted({strand for count in found for strand in count})
    return np.array([[count[strand] for count in found] for strand in strands], dtype=float)


@cache
def leaky_network(name: str) -> ReactionNetwork:
    return study(name).leaky


class Moves(Watch):
    """What each event is, and the state before and after."""

    def __init__(self) -> None:
        self.done: list[tuple[Event, Floats, Floats]] = []

    def saw(self, pot: Pot, event: Event, before: Contents, after: Contents) -> None:
        self.done.append((event, before.values, after.values))


def moves(tube: Tube, x: Floats, y: Floats) -> list[tuple[Event, Floats, Floats]]:
    """One iteration, event by event."""
    watch = Moves()
    tube.pot.run(tube.protocol.whole(x, y), tube.contents, watch)
    return watch.done


@every_design
def test_strands_are_conserved_over_an_iteration(name: str) -> None:
    """What is in the tube at the end is what was there, plus what was added, less what the beads took: to 1e-9."""
    tube = study(name).tube()
    strands = totals(tube.network)
    balance, end = strands @ tube.state, tube.state
    for event, before, after in moves(tube, X, Y):
        change = strands @ (after - before)
        if isinstance(event, Wait):
            assert strands @ after == pytest.approx(strands @ before, rel=1e-9, abs=1e-9)
        else:
            assert (change <= 1e-9).all() if isinstance(event, PullDown) else (change >= -1e-9).all()
            balance = balance + change
        end = after
    assert strands @ end == pytest.approx(balance, rel=1e-9, abs=1e-9)
    tube.iterate(X, Y)
    assert (tube.state == end).all()


def test_strands_are_conserved_over_a_whole_training() -> None:
    """All 205 iterations: no wait changes the total of any strand by more than 1e-9 of it, as in a closed tube."""
    study_ = study("linreg2d")
    tube, points = study_.tube(), len(study_.data.train_x)
    strands, iterations = totals(tube.network), study_.ideal.iterations
    assert iterations == 205
    for number in range(iterations):
        after = tube.state
        for event, before, after in moves(tube, study_.data.train_x[number % points], study_.data.train_y[number % points]):
            if isinstance(event, Wait):
                total, now = strands @ before, strands @ after
                assert (np.abs(now - total) <= np.maximum(1e-9 * np.abs(total), 1e-12)).all()
        tube.state = after
    assert tube.parameters() == pytest.approx(study_.ideal.parameters[-1], rel=0.05)


def test_strands_are_conserved_under_leaks() -> None:
    """The same over the leaky network, at a leak rate that shows."""
    study_ = study("linreg2d")
    tube = study_.tube("dsd_leaky", 1e-10)
    strands = totals(tube.network)
    state = done(tube, [tube.protocol.opening("C1")], done(tube, tube.protocol.fed(X, Y)))
    after = done(tube, [Wait(3600.0)], state)
    assert strands @ after == pytest.approx(strands @ state, rel=1e-9, abs=1e-9)
