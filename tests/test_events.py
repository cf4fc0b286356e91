"""Events and the pot that runs them: volumes, shelves and derivatives by closed forms, other protocols by conservation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import exp

import numpy as np
import pytest

from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.events import Add, Adjust, Event, PullDown, Purpose, Read, Return, Split, TopUp, Wait, timed
from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.crn.types import Injection
from dsd_ncrn.dsd.structure import free
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.protocol.clocked import ClockedProtocol
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.engines.types import Solution
from dsd_ncrn.simulate.mass_action import MassAction, from_crn
from dsd_ncrn.simulate.pot import Contents, Pot, Watch, plain_pot
from dsd_ncrn.simulate.tape import Tape
from dsd_ncrn.simulate.tube import Tube, tube_of
from dsd_ncrn.simulate.watches import Readings, Recorder
from studies import changed, strand_counts, study

pytestmark = pytest.mark.xdist_group("studies")
X, Y = np.array([2.0, 3.5]), np.array([9.0])
K = 0.01


def pot(text: str = f"A -> B [k = {K}]\nC -> C") -> Pot:
    return plain_pot(from_crn(parse_crn(text)), engine_named("rosenbrock"), 1e-9, 1e-12)


class Refusing:
    """An engine that integrates nothing."""

    name, counts, runs_back = "refusing", False, False

    def prepare(self, system: MassAction, relative: float, absolute: float, transients: bool = False) -> Refusing:
        return self

    def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        return Solution(start[None, :], "asked to integrate", 0)


def test_making_a_tube_runs_no_simulation() -> None:
    """Nor does asking for its protocol; its contents need the burn-in, which is an integration."""
    made = study("linreg2d")
    burnt = made.given(spec=changed(made.spec, "timing", burn_in=3600.0), simulator=Refusing())
    tube = burnt.tube()
    assert len([event for event in burnt.protocol.start() if isinstance(event, Wait)]) == 6
    with pytest.raises(CheckFailed, match="the simulation of the burn-in stopped: asked to integrate"):
        tube.start()
    with pytest.raises(CheckFailed, match="the burn-in"):
        tube.predict(X)


def test_without_a_burn_in_a_tube_starts_as_it_is_mixed() -> None:
    made = study("linreg2d")
    tube = made.given(simulator=Refusing()).tube()
    assert np.array_equal(tube.start().values[: len(tube.nominal)], tube.nominal)


def test_an_addition_that_grows_the_volume_thins_all_else() -> None:
    """Three of a quarter each: c0 / 1.25^3 of what is inert, the dose in the new volume, and no amount is lost."""
    mixed = pot().mixed({"A": 10.0, "C": 8.0})
    end = pot().run([Add({"B": 5.0}, growth=0.25)] * 3, mixed)
    place = pot().index
    assert end.volume == 1.25**3
    assert end.values[place("C")] == pytest.approx(8.0 / 1.25**3, rel=1e-15)
    assert end.values[place("B")] == pytest.approx(5.0 * (1 + 1 / 1.25 + 1 / 1.25**2), rel=1e-15)
    assert end.values[place("B")] * end.volume == pytest.approx(5.0 * (1.25 + 1.25**2 + 1.25**3))


def test_a_split_keeps_concentrations_and_halves_amounts() -> None:
    """What was on a shelf meanwhile comes back whole: twice as concentrated in half the volume."""
    events = [PullDown(("C",), keep="beads"), Split(0.5), Return("beads")]
    end = pot().run(events, pot().mixed({"A": 10.0, "C": 8.0}))
    assert end.volume == 0.5 and not end.shelves
    assert end.values[pot().index("A")] == 10.0
    assert end.values[pot().index("C")] == 16.0


def test_beads_on_a_shelf_do_not_react() -> None:
    """A decays for 60 s of 160 s; nothing is left in the pot while it is away."""
    watched, start = Recorder(3), pot().mixed({"A": 10.0})
    events = [Wait(20.0), PullDown(("A",), keep="shelf"), Wait(100.0), Return("shelf"), Wait(40.0)]
    end = pot().run(events, start, watched)
    assert end.values[pot().index("A")] == pytest.approx(10.0 * exp(-60 * K), rel=1e-7)
    away = watched.trajectory(("A", "B", "C")).of("A")[3:6]
    assert (away == 0.0).all()
    assert start.values[pot().index("A")] == 10.0


def test_top_ups_take_nothing_out_and_adjustments_add_what_annihilates() -> None:
    mixed = pot().mixed({"A": 10.0, "B": 1.0, "C": 4.0})
    filled = pot().run([TopUp({"A": 8.0, "B": 3.0, "C": 5.0}, below=0.5)], mixed).values
    assert dict(zip(("A", "B", "C"), filled)) == {"A": 10.0, "B": 3.0, "C": 4.0}
    fed = pot().run([TopUp({"B": 3.0}, doses={"A": 2.5})], mixed).values
    assert dict(zip(("A", "B", "C"), fed)) == {"A": 12.5, "B": 3.0, "C": 4.0}
    adjusted = pot().run([Adjust({"A": 7.0, "B": 2.0}, {"A": "C"})], mixed).values
    assert dict(zip(("A", "B", "C"), adjusted)) == {"A": 10.0, "B": 2.0, "C": 7.0}


def test_injections_become_additions_with_waits_between() -> None:
    """In the order of their times; what comes after the end is not there."""
    given = (Injection(9.0, "B", 1.0), Injection(0.0, "A", 2.0), Injection(4.0, "A", 3.0), Injection(10.1, "A", 4.0))
    found = list(timed(given, 10.0))
    assert found == [Add({"A": 2.0}), Wait(4.0), Add({"A": 3.0}), Wait(5.0), Add({"B": 1.0}), Wait(1.0)]
    assert list(timed((), 3.0)) == [Wait(3.0)]


def test_derivatives_go_back_through_shelves_and_volumes() -> None:
    """A(end) = A0 exp(-60 k) / 1.25: its derivatives by k and by A0, by hand; a top-up forgets what was there."""
    tape, made = Tape(pot(), 1e-9, 1e-12), pot()
    events = [
        *(Wait(20.0), PullDown(("A",), keep="shelf"), Wait(100.0), Split(0.5), Return("shelf")),
        *(Add({"B": 3.0}, growth=0.25), Wait(40.0)),
    ]
    end = made.run(events, made.mixed({"A": 10.0}), tape)
    value = 10.0 * exp(-60 * K) / 0.5 / 1.25
    assert end.values[0] == pytest.approx(value, rel=1e-7)
    start, rates = tape.pull_back(np.array([[1.0, 0.0, 0.0]]))
    assert start[0] == pytest.approx([value / 10.0, 0.0, 0.0], rel=1e-6)
    assert rates[0, 0] == pytest.approx(-60.0 * value, rel=1e-5)
    forgetting = Tape(made, 1e-9, 1e-12)
    made.run([Wait(20.0), TopUp({"A": 50.0}), Wait(40.0)], made.mixed({"A": 10.0}), forgetting)
    start, rates = forgetting.pull_back(np.array([[1.0, 0.0, 0.0]]))
    assert not start.any()
    assert rates[0, 0] == pytest.approx(-40.0 * 50.0 * exp(-40 * K), rel=1e-5)


@dataclass(frozen=True)
class OnBeads(ClockedProtocol):
    """The gates of a phase are in the tube in their phase alone, and are kept on beads in between."""

    def gates(self, phase: str) -> tuple[str, ...]:
        """The joins that wait for its clock."""
        return tuple(gates.join for gates in self.system.gates.values() if gates.phase == phase)

    def start(self) -> Iterator[Event]:
        for phase in self.schedule.phases:
            yield PullDown(self.gates(phase), keep=phase)

    def phase(self, name: str) -> Iterator[Event]:
        yield Return(name)
        yield from super().phase(name)
        yield PullDown(self.gates(name), keep=name)


class Balance(Watch):
    """What of each strand came into a pot and left it for good, (strands,)."""

    def __init__(self, strands: Floats) -> None:
        self.strands, self.change = strands, np.zeros(len(strands))

    def saw(self, pot: Pot, event: Event, before: Contents, after: Contents) -> None:
        kept = isinstance(event, PullDown) and event.keep
        if not kept and not isinstance(event, (Wait, Return)):
            self.change += self.strands @ (after.values * after.volume - before.values * before.volume)


def totals(tube: Tube) -> Floats:
    """How many of each strand every species holds, (strands, species)."""
    found = strand_counts(tube.network)
    strands = sorted({strand for count in found for strand in count})
    return np.array([[count[strand] for count in found] for strand in strands], dtype=float)


def held(strands: Floats, contents: Contents) -> Floats:
    """All of each strand, in the pot and on shelves, in nM of the volume of the start."""
    return strands @ (contents.values * contents.volume + sum(contents.shelves.values(), np.zeros(strands.shape[1])))


def test_gates_that_are_there_in_their_phase_alone() -> None:
    """Two iterations: every strand in the tube, on shelves and taken out is what was mixed and added, to 1e-9 of it.

    Between the iterations no gated join is in the tube. It learns in the direction of the ordinary tube.
    """
    made = study("linreg2d")
    ordinary = made.tube()
    fields = {name: getattr(ordinary.protocol, name) for name in ("ncrn", "system", "schedule", "unit", "excess")}
    tube = Tube(OnBeads(**fields, refill_below=None), ordinary.pot)
    strands = totals(tube)
    mixed = held(strands, tube.start())
    gates = {place for phase in made.schedule.phases for place in tube.pot.on_beads(tube.protocol.gates(phase))}
    balance = Balance(strands)
    for number in (1, 2):
        assert not tube.state[sorted(gates)].any()
        tube.contents = tube.pot.run(tube.protocol.iteration(number, X, Y), tube.contents, balance)
    assert set(tube.contents.shelves) == set(made.schedule.phases)
    assert sum(values.sum() for values in tube.contents.shelves.values()) > 100.0
    assert held(strands, tube.contents) == pytest.approx(mixed + balance.change, rel=1e-9, abs=1e-8)
    for _ in range(2):
        ordinary.iterate(X, Y)
    first = made.ideal.parameters[0]
    assert np.sign(tube.parameters() - first) == pytest.approx(np.sign(ordinary.parameters() - first))


@dataclass(frozen=True)
class OneMix(ClockedProtocol):
    """Everything that is topped up comes in one mix of fixed proportions, a tenth of each, with its volume."""

    share: float = 0.1

    @property
    def mix(self) -> Mapping[str, float]:
        """What an addition brings, nM in the volume that it makes."""
        return {name: self.share * level for name, level in self.refilled.items() if level > 0}

    def fed(self, x: Floats, y: Floats | None = None) -> Iterator[Event]:
        yield Add(self.mix, Purpose.REFILL, growth=self.share)
        yield from (event for event in super().fed(x, y) if not isinstance(event, TopUp))


def test_one_refill_mix_in_fixed_proportions() -> None:
    """Of an untouched gate (1 / 1.1 + 0.1) of its level is there; strands are conserved by amount over an iteration."""
    ordinary = study("linreg2d").tube()
    fields = {name: getattr(ordinary.protocol, name) for name in ("ncrn", "system", "schedule", "unit", "excess")}
    tube = Tube(OneMix(**fields), ordinary.pot)
    strands, readings = totals(tube), Readings()
    mixed, balance = held(strands, tube.contents), Balance(strands)
    end = tube.pot.run(tube.protocol.iteration(1, X, Y), tube.contents, readings, balance)
    name, level = max(tube.protocol.mix.items(), key=lambda item: item[1])
    assert readings.states["before"][tube.pot.index(name)] == pytest.approx(level * 10 / 1.1 + level)
    assert end.volume == pytest.approx(1.1)
    assert held(strands, end) == pytest.approx(mixed + balance.change, rel=1e-9, abs=1e-8)


def test_captures_with_a_toehold() -> None:
    """Other components, the same events: a capture of the whole strand takes the clock away as the one of the branch."""
    made = study("linreg2d")
    (name,) = made.system.clocks["C1"].scavengers
    clock = made.system.clocks["C1"]
    whole = free(*(~domain for domain in reversed(made.system.by_name[clock.strand].complex.domains)))
    system = replace(
        made.system, components=tuple(replace(c, complex=whole) if c.name == name else c for c in made.system.components)
    )
    tube = tube_of(replace(made.protocol, system=system), build_network(system), made.integrator)
    left = {}
    for which, each in (("toehold", tube), ("branch", made.tube())):
        events = [each.protocol.opening("C1"), *each.protocol.closing("C1")]
        left[which] = each.pot.run(events, each.contents).values[each.pot.index(clock.strand)]
        assert each.pot.run(events, each.contents).values[each.pot.index(name)] == 0.0
    assert max(left.values()) < 1e-6 * clock.concentration


def test_an_iteration_reads_before_and_after_its_forward_pass() -> None:
    """The events by themselves: one reading before the first clock, one when the phase of the outputs is over."""
    protocol = study("linreg2d").protocol
    events = list(protocol.iteration(3, X, Y))
    reads = [event for event in events if isinstance(event, Read)]
    assert reads == [Read("before", 3), Read("outputs", 3)]
    clocks = [
        event.phase for event in events[: events.index(reads[1])] if isinstance(event, Add) and event.purpose is Purpose.OPEN
    ]
    assert clocks == [protocol.ncrn.outputs_after]
