"""The quasi-steady rate laws against simulated single modules, strand by strand.

Fuels, buffers, forks, clock and seals are at 1 µM. Rate constants are measured with signals of 0.1 nM, a ten-thousandth of
the buffers: what is left then is the law's own error, not that of signals which are no longer small.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, log

import numpy as np
import pytest
from numpy.typing import NDArray

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.plan import PlainOptions, Plan
from dsd_ncrn.dsd.structure import free
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.dsd.translate import realise, translate
from dsd_ncrn.gates.fit import Need, Pace
from dsd_ncrn.gates.laws import achieved, join_laws, loading
from dsd_ncrn.gates.learner import fit_joins
from dsd_ncrn.gates.report import cooperative_loading, cooperative_rates, rate_report
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.imperfections.realisation import Mixture
from dsd_ncrn.simulate.mass_action import from_network
from studies import changed, design, translated

Floats = NDArray[np.float64]
Species = tuple[str, ...]
RATES = rates_of("duplex")
FUELS, SIGNAL = 1000.0, 0.1
JOINS = {5: 20.0, 4: 200.0, 3: 1000.0}
"""nM, by first toehold: constants of some 1e-3 /s, so that the 10 s of a fork are short against them."""

BIMOLECULAR: dict[str, tuple[Species, Species]] = {
    "X + P -> X + P + Z": (("X", "P"), ("X", "P", "Z")),
    "X + Y -> Z": (("X", "Y"), ("Z",)),
    "2 X -> Z": (("X", "X"), ("Z",)),
    "X + Y ->": (("X", "Y"), ()),
    "X + P + W -> X + P + W + Z": (("X", "P", "W"), ("X", "P", "W", "Z")),
    "X + P + W ->": (("X", "P", "W"), ()),
}
UNIMOLECULAR: dict[str, tuple[Species, Species]] = {
    "X -> X + Z": (("X",), ("X", "Z")),
    "X -> A + B": (("X",), ("A", "B")),
    "X -> Y": (("X",), ("Y",)),
    "X ->": (("X",), ()),
}


@dataclass(frozen=True)
class Run:
    """A simulated module: times (s), how often it fired (nM), and the inputs that are left, bound or free (nM)."""

    times: Floats
    fired: Floats
    inputs: Floats

    @property
    def constant(self) -> float:
        """Fired in the second half, over the integral of the product of the inputs."""
        half = len(self.times) // 2
        product = self.inputs[half:].prod(axis=1)
        return float((self.fired[-1] - self.fired[half]) / np.trapezoid(product, self.times[half:]))


def system_of(
    *reactions: Reaction, joins: dict[str, tuple[float, int]], scheme: str = "plain", signal: float = SIGNAL
) -> DsdSystem:
    """Reactions with their joins (nM) and first toeholds (nt), every other strand at 1 µM."""
    base = Chemistry().gates["N1"].model_copy(update={"fork": FUELS, "fuel": FUELS})
    budgets = {name: base.model_copy(update={"join": join, "first_toehold": nt}) for name, (join, nt) in joins.items()}
    chosen = {"reactions": budgets, "seal": FUELS, "clock": FUELS, "rates": "duplex"}
    chemistry = Chemistry().model_copy(update=chosen)
    species = frozenset(name for reaction in reactions for name in reaction.reactants)
    gated = {r.origin.reaction: "C1" for r in reactions if r.phases}
    bench = PlainOptions(Translation.model_validate({"scheme": scheme}), chemistry)
    start, clocks = dict.fromkeys(species, signal), {"C1": "c1"} if gated else {}
    return realise(Plan("m", bench, reactions, clocks, gated, start, frozenset(), lambda _: FUELS, buffered=species))


def reaction_of(kind: tuple[Species, Species], gated: bool = False, name: str = "r") -> Reaction:
    return Reaction(*kind, 1.0, frozenset({"C1"}) if gated else frozenset(), origin=Origin(name, "N1"))


def simulated(system: DsdSystem, seconds: float) -> Run:
    """One module from its start, clock and all."""
    network = build_network(system)
    mass_action = from_network(network)
    start = np.zeros(mass_action.size)
    start[: len(system.components)] = [component.concentration for component in system.components]
    for clock in system.clocks.values():
        start[mass_action.index[clock.strand]] = clock.concentration
    times = np.linspace(0.0, seconds, 1001)
    solution = engine_named("rosenbrock").prepare(mass_action, 1e-8, 1e-12).solve(start, times, mass_action.rates)
    assert solution.ok, solution.status
    held = {name: solution.values[:, places].sum(axis=1) for name, places in Mixture(system, network).held.items()}
    reaction = system.formal[0]
    change = {name: reaction.products.count(name) - reaction.reactants.count(name) for name in held}
    counted = next((name for name in change if change[name] > 0), reaction.reactants[0])
    fired = (held[counted] - held[counted][0]) / change[counted]
    inputs = np.column_stack([start[mass_action.index[name]] + change[name] * fired for name in reaction.reactants])
    return Run(times, fired, inputs)


def checked_constant(kind: tuple[Species, Species], toehold: int, gated: bool, scheme: str) -> tuple[float, float]:
    """The simulated rate constant over that of the law, and the latter; 2 % of the inputs fire, in 400 s at least."""
    system = system_of(reaction_of(kind, gated), joins={"r": (JOINS[toehold], toehold)}, scheme=scheme)
    law = achieved(system, RATES)["r"]
    seconds = max(400.0, 0.02 * SIGNAL / (law * SIGNAL ** len(kind[0])))
    return simulated(system, seconds).constant / law, law


@pytest.mark.parametrize("scheme", ["plain", "sealed"])
@pytest.mark.parametrize("gated", [False, True], ids=["always", "gated"])
@pytest.mark.parametrize("toehold", [5, 4, 3])
@pytest.mark.parametrize("formula", BIMOLECULAR)
def test_two_and_three_inputs_obey_the_law(formula: str, toehold: int, gated: bool, scheme: str) -> None:
    """To 0.1 % (measured: 0.05 %), whatever the first toehold, with and without a clock, in both schemes."""
    ratio, _ = checked_constant(BIMOLECULAR[formula], toehold, gated, scheme)
    assert ratio == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("scheme", ["plain", "sealed"])
@pytest.mark.parametrize("gated", [False, True], ids=["always", "gated"])
@pytest.mark.parametrize("toehold", [5, 4, 3])
@pytest.mark.parametrize("formula", ["X -> A + B", "X -> Y"])
def test_one_input_obeys_the_law(formula: str, toehold: int, gated: bool, scheme: str) -> None:
    """To 0.5 % (measured: 0.2 %), at constants of 2e-4 to 1.1e-2 /s."""
    ratio, law = checked_constant(UNIMOLECULAR[formula], toehold, gated, scheme)
    assert 1e-4 < law < 2e-2
    assert ratio == pytest.approx(1.0, abs=5e-3)


@pytest.mark.parametrize("toehold", [5, 4, 3])
def test_a_sink_obeys_the_law(toehold: int) -> None:
    """Its helper displaces a piece without toehold, at k(5, 0) and for good: 0.5 % (measured: 0.1 %)."""
    ratio, _ = checked_constant(UNIMOLECULAR["X ->"], toehold, False, "plain")
    assert ratio == pytest.approx(1.0, abs=5e-3)


@pytest.mark.parametrize("buffer", [FUELS / 2, 2 * FUELS])
@pytest.mark.parametrize("formula", ["X + Y -> Z", "X -> Y"])
def test_a_buffer_of_the_clocks_cogates_drives_joins_back(formula: str, buffer: float) -> None:
    """A phase that closes its gates again, as with annihilators, holds <c t>: simulated, the law within 0.5 %.

    With 2 µM of it beside 1 µM of clock and of what follows the clock, two inputs react (1 + p~ / C (1 + 2)) / (1 + p~ / C)
    = 2 times slower than where cogates are sunk.
    """
    system = system_of(reaction_of((BIMOLECULAR | UNIMOLECULAR)[formula], True), joins={"r": (JOINS[5], 5)})
    sunk = system.by_name["sink_c1_cogate"]
    bottom = next(strand for strand in sunk.complex.strands if strand[0].starred)
    cogate = Component("c1_cogate", free(*(~domain for domain in reversed(bottom))), Role.CLOCK, buffer)
    held = replace(system, components=tuple(cogate if each is sunk else each for each in system.components))
    law, fast = achieved(held, RATES)["r"], achieved(system, RATES)["r"]
    assert simulated(held, max(400.0, 0.02 / law)).constant == pytest.approx(law, rel=5e-3)
    if formula == "X + Y -> Z" and buffer == 2 * FUELS:
        assert fast / law == pytest.approx(2.0, rel=1e-9)


@pytest.mark.parametrize(("toehold", "delay"), [(5, 5.1), (4, 3.8), (3, 3.8)])
def test_what_a_fork_has_not_yet_given_back_is_missing(toehold: int, delay: float) -> None:
    """X -> X + Z: X is away while the fork works, 5 s at 1 µM of free duplexes; the constant falls by 1 / (1 + k delay)."""
    ratio, law = checked_constant(UNIMOLECULAR["X -> X + Z"], toehold, False, "plain")
    assert ratio == pytest.approx(1 / (1 + law * delay), abs=3e-3)


@pytest.mark.parametrize("toehold", [5, 4, 3])
@pytest.mark.parametrize("signal", [1.0, 4.0])
def test_a_whole_trajectory_is_that_of_mass_action(toehold: int, signal: float) -> None:
    """X + Y -> Z over three half-lives, X = Y = S / (1 + k S t): 3 % of full scale at 1 µM (measured: 0.2 and 0.7 %)."""
    system = system_of(reaction_of((("X", "Y"), ("Z",))), joins={"r": (10 * JOINS[5], toehold)}, signal=signal)
    law = achieved(system, RATES)["r"]
    run = simulated(system, 7 / (law * signal))  # after 1, 2 and 3 half-lives k S t is 1, 3 and 7
    wanted = signal * (1 - 1 / (1 + law * signal * run.times))
    assert np.abs(run.fired - wanted).max() < 0.03 * signal
    assert run.fired[-1] == pytest.approx(7 / 8 * signal, rel=0.02)


@pytest.mark.parametrize("wanted", [2e-4, 1e-3])
@pytest.mark.parametrize("toehold", [5, 4, 3])
def test_a_join_designed_for_a_constant_gives_its_exponential(toehold: int, wanted: float) -> None:
    """X -> A + B with the join that ``fit_joins`` gives it, three half-lives: 3 % of full scale, mostly the fork's delay.

    The signal is 0.01 nM, since the smallest of these joins is 1.2 nM.
    """
    system = system_of(reaction_of(UNIMOLECULAR["X -> A + B"]), joins={"r": (5 * FUELS, toehold)}, signal=0.01)
    design = fit_joins(system, {"r": Need(wanted, clock="C1")}, {"C1": Pace(1.0)}, RATES)
    run = simulated(system.with_concentrations(design.joins), 3 * log(2) / wanted)
    assert design.seconds == {"C1": 1.0}
    assert np.abs(run.fired / 0.01 - (1 - np.exp(-wanted * run.times))).max() < 0.03
    assert run.fired[-1] / 0.01 == pytest.approx(1 - exp(-3 * log(2)), abs=0.02)


def test_the_law_is_that_of_two_equal_exchanges() -> None:
    """Full toeholds: k = k0 ([J] / x~) / (1 + p~ / C), over 1 + [J] / x~ for the X that is bound (the closed form)."""
    system = system_of(reaction_of((("X", "P"), ("X", "P", "Z"))), joins={"r": (250.0, 5)})
    exchange = RATES.displacement(5, 5)
    assert achieved(system, RATES)["r"] == pytest.approx(exchange * 0.25 / (1 + 1) / (1 + 0.25), rel=1e-12)
    assert loading(join_laws(system), RATES) == {"X": pytest.approx(0.25)}


@pytest.mark.parametrize("levels", [((100.0, 5),), ((100.0, 5), (300.0, 5)), ((100.0, 5), (300.0, 4), (900.0, 3))])
def test_joins_that_take_the_same_species_first_load_it_together(levels: tuple[tuple[float, int], ...]) -> None:
    """Closed gates of one to three reactions on X at equilibrium: bound over free, counted in the tube, to 0.1 %."""
    reactions = [reaction_of((("X", f"P{n}"), ("X", f"P{n}", f"Z{n}")), True, f"r{n}") for n in range(len(levels))]
    system = system_of(*reactions, joins={f"r{n}": level for n, level in enumerate(levels)})
    network = build_network(system)
    mass_action = from_network(network)
    state = np.zeros(mass_action.size)
    state[: len(system.components)] = [component.concentration for component in system.components]
    state[[mass_action.index[f"P{n}"] for n in range(len(levels))]] = 0.0
    stepper = engine_named("rosenbrock").prepare(mass_action, 1e-8, 1e-12)
    end = stepper.solve(state, np.array([0.0, 1e5]), mass_action.rates).values[-1]
    free = end[mass_action.index["X"]]
    bound = (SIGNAL - free) / free
    assert loading(join_laws(system), RATES)["X"] == pytest.approx(bound, rel=1e-3)


def test_an_open_join_of_one_input_holds_less_than_a_closed_one() -> None:
    """X -> Y at the law's rate: on the join is X k0 J / (k x~ + k C), half of what x~ alone would leave there."""
    system = system_of(reaction_of(UNIMOLECULAR["X -> Y"]), joins={"r": (100.0, 5)})
    assert loading(join_laws(system), RATES)["X"] == pytest.approx(0.1 / 2, rel=1e-12)


def test_a_join_whose_cogate_is_sunk_obeys_no_law() -> None:
    """Where nothing takes the cogate of X, X is taken for good and waits for Y; the last input's cogate may be sunk."""
    system = system_of(reaction_of((("X", "Y"), ("Y", "Z"))), joins={"r": (100.0, 5)})
    assert [law.reaction for law in join_laws(system)] == ["r"]
    assert not join_laws(system.with_concentrations({"X_cogate": 0.0}))
    assert join_laws(system.with_concentrations({"Y_cogate": 0.0}))


@pytest.mark.parametrize("always_on", [("N4",), ()])
def test_a_cooperative_annihilator_obeys_its_law(always_on: tuple[str, ...]) -> None:
    """k_b [A] (k(7, 0) / k_off(5) + k(5, 0) / k_off(7)) on free strands: 1 % of 0.01 nM of both in 10 nM annihilators.

    Where a clock opens them, the share that its strands (1500 nM) and cogates (500 nM) leave open: three quarters.
    """
    spec = changed(design("linreg2d_cooperative"), "translation", always_on=always_on)
    spec = changed(spec, "chemistry", rates="duplex")
    system = translate(compile_design(spec, 2), spec).with_concentrations({"annihilator_N4_1p": 10.0})
    network = build_network(system)
    mass_action = from_network(network)
    state = np.zeros(mass_action.size)
    state[mass_action.index["annihilator_N4_1p"]] = 10.0
    state[[mass_action.index["G1p"], mass_action.index["P1"]]] = 0.01
    if not always_on:
        state[[mass_action.index["c1"], mass_action.index["c1_cogate"]]] = 1500.0, 500.0
    law = cooperative_rates(system, RATES)["N4_1p"]
    times = np.linspace(0.0, 0.02 / (law * 0.01), 401)
    values = engine_named("rosenbrock").prepare(mass_action, 1e-9, 1e-14).solve(state, times, mass_action.rates).values
    gone = 10.0 - values[:, annihilators(network, mass_action.index["annihilator_N4_1p"])].sum(axis=1)
    left = (0.01 - gone) ** 2
    assert (gone[-1] - gone[200]) / np.trapezoid(left[200:], times[200:]) == pytest.approx(law, rel=0.01)
    held = cooperative_loading(system, RATES)
    assert held["P1"] == pytest.approx((10.0 if always_on else 7.5) * RATES.binding(5) / RATES.unbinding(5))


def annihilators(network: ReactionNetwork, fresh: int) -> list[int]:
    """An annihilator and what it becomes by opening and with one partner on it: all that still hold its top."""
    strands = network.complexes[fresh].strands
    bottom = next(strand for strand in strands if strand[0].starred)
    top = next(strand for strand in strands if not any(domain.starred or domain.is_toehold for domain in strand))
    return [number for number, each in enumerate(network.complexes) if {bottom, top} <= set(each.strands)]


def test_the_report_tells_every_reaction_of_a_design() -> None:
    """Joins of one kind have one pace, and fast reactions are the faster ones by the reported factor."""
    system = translated("linreg2d_cooperative")
    report = rate_report(system, 4.0, RATES)
    by_name = {module.reaction: module for module in report.modules}
    assert [module.reaction for module in report.modules] == [r.origin.reaction for r in system.formal]
    assert by_name["N1_1"].seconds == pytest.approx(by_name["N1_2"].seconds)
    assert by_name["flush_X1"].achieved is None and by_name["flush_X1"].first_order is None
    assert by_name["N4_1p"].achieved == pytest.approx(cooperative_rates(system, RATES)["N4_1p"])
    slow = max(m.first_order or 0.0 for m in report.modules if m.phases == ("C1",) and not m.fast)
    fast = min(m.first_order or 1.0 for m in report.modules if m.phases == ("C1",) and m.fast)
    assert report.separation["C1"] == pytest.approx(fast / slow)
    assert report.separation["C2"] > report.separation["C1"] > 1
