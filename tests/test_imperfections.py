"""Imperfections of real tubes: what each changes, what it conserves, and that nothing changes where all are off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dsd_ncrn.design.imperfections import MAGNITUDES, Imperfections
from dsd_ncrn.dsd.system import Role
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind
from dsd_ncrn.simulate.handling import PERFECT
from dsd_ncrn.simulate.imperfections import IMPERFECTIONS, realise
from dsd_ncrn.simulate.imperfections.initial_leak import SPREAD, InitialLeak
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation, perfect
from dsd_ncrn.simulate.imperfections.spreads import NO_GATE, Inactive, Pipetting, gate_of_steps
from dsd_ncrn.simulate.tube import Tube
from imperfect import chance, drawn, leaky_pot
from studies import changed, done, strand_counts, study, translated

pytestmark = pytest.mark.xdist_group("studies")
Floats = NDArray[np.float64]
INPUT, TARGET = np.array([2.0, 3.5]), np.array([9.0])
CERTAIN = ("occlusion", "cross_binding", "dilution", "truncated", "bead_slowdown", "washed_leak")
"""What leaves nothing to chance, or has nothing to act on in this circuit."""
SOME = {"pipetting": 0.1, "inactive": 0.1, "initial_leak": 0.01, "rate_spread": 0.5, "leak_spread": 0.5, "occlusion": 0.5}


def test_every_imperfection_has_its_key() -> None:
    assert [imperfection.name for imperfection in IMPERFECTIONS.values()] == list(MAGNITUDES)
    assert [name for name in MAGNITUDES if getattr(Imperfections(), name)] == ["leak_spread", "occlusion"]
    off = Imperfections(leak_spread=0.0)
    assert not off.any
    assert all(off.model_copy(update={name: 0.01}).any for name in MAGNITUDES if name != "occlusion")


@pytest.mark.parametrize("leaking", [False, True])
def test_a_tube_without_imperfections_is_the_designed_one_to_the_last_bit(leaking: bool) -> None:
    """All magnitudes 0: the states after two iterations are equal, not only close."""
    made = study("linreg2d")
    network = leaky_pot().network if leaking else made.network
    level, rate = ("dsd_leaky", 1e-11) if leaking else ("dsd", 0.0)
    realisation = realise(Imperfections(leak_spread=0.0), Mixture(made.system, network), chance())
    plain, real = made.tube(level, rate), made.tube(level, rate, realisation)
    for tube in (plain, real):
        tube.iterate(INPUT, TARGET)
        tube.iterate(INPUT, TARGET)
    assert np.array_equal(plain.state, real.state)
    assert np.array_equal(plain.parameters(), real.parameters())


def test_a_tube_that_is_mixed_again_is_a_fresh_one() -> None:
    """Between the two it held something else; equal to the last bit."""
    made, realisation = study("linreg2d"), drawn(**SOME)
    once, again = (made.tube("dsd_leaky", 1e-11, realisation) for _ in range(2))
    again.iterate(INPUT, TARGET)
    again = again.mixed_with(0.0, drawn(1, pipetting=0.3))
    again.iterate(INPUT, TARGET)
    again = again.mixed_with(1e-11, realisation)
    again.iterate(INPUT, TARGET)
    again.start()
    for tube in (once, again):
        tube.iterate(INPUT, TARGET)
    assert np.array_equal(once.state, again.state)


@pytest.mark.parametrize("name", MAGNITUDES)
def test_the_seed_decides_and_imperfections_do_not_disturb_each_other(name: str) -> None:
    """What is drawn for one is the same whatever the magnitude of another: pipetting here, a factor on the doses."""
    first, second, other = drawn(3, **{name: 0.05}), drawn(3, **{name: 0.05}), drawn(4, **{name: 0.05})
    assert np.array_equal(first.doses, second.doses) and np.array_equal(first.rates, second.rates)
    if first.handling != PERFECT:  # by chance from event to event
        assert first.handling == second.handling and first.handling.seed != other.handling.seed
    elif name not in CERTAIN:
        assert not (np.array_equal(first.doses, other.doses) and np.array_equal(first.rates, other.rates))
    if name != "pipetting":
        both, alone = drawn(3, **{name: 0.05, "pipetting": 0.2}), drawn(3, pipetting=0.2)
        if name not in ("initial_leak", "occlusion"):  # which depend on what is mixed
            assert both.doses == pytest.approx(first.doses * alone.doses, rel=1e-12)
            assert np.array_equal(both.rates, first.rates)


def test_dilution_thins_what_is_not_topped_up_and_nothing_else() -> None:
    """By the volumes: 1 / 1.25 of the parameters after one iteration; fuels are missing as much more, and are topped up."""
    made = study("linreg2d")
    plain, thinned = made.tube(), made.tube(realisation=replace(made.usual(made.system, made.network), growth=0.25))
    for tube in (plain, thinned):
        tube.iterate(INPUT, TARGET)
    assert thinned.state == pytest.approx(plain.state / 1.25, rel=1e-15)
    assert np.allclose(thinned.nominal - thinned.used[0], np.minimum(plain.state[: len(plain.nominal)] / 1.25, plain.nominal))
    fuels = [name for name, level in thinned.protocol.refilled.items() if level > 0]
    started = done(thinned, thinned.protocol.fed(INPUT, TARGET))
    assert all(started[thinned.pot.index(name)] == made.system.by_name[name].concentration for name in fuels)


def test_pipetting_is_off_by_its_coefficient_of_variation() -> None:
    """Lognormal: mean 1 and standard deviation 0.2, over 100,000 components within four standard errors."""
    factors = Pipetting().apply(Realisation(np.ones(100_000), np.ones(0)), leaky_pot(), 0.2, chance()).doses
    assert factors.mean() == pytest.approx(1.0, abs=4 * 0.2 / np.sqrt(100_000))
    assert factors.std() == pytest.approx(0.2, rel=0.02)
    assert factors.min() > 0


def test_the_inactive_fraction_has_its_median() -> None:
    """Uniform from 0 to twice the median (Chen et al. 2013: 12 %), the variance (2 m)^2 / 12."""
    lost = 1 - Inactive().apply(Realisation(np.ones(100_000), np.ones(0)), leaky_pot(), 0.12, chance()).doses
    assert np.median(lost) == pytest.approx(0.12, abs=0.002)
    assert 0 <= lost.min() < lost.max() <= 0.24
    assert lost.std() == pytest.approx(0.24 / np.sqrt(12), rel=0.01)


def totals(network: ReactionNetwork) -> Floats:
    """How many of each strand every species holds, (strands, species)."""
    found = strand_counts(network)
    strands = sorted({strand for count in found for strand in count})
    return np.array([[count[strand] for count in found] for strand in strands], dtype=float)


def start_of(realisation: Realisation) -> Floats:
    """What is in the tube after mixing, (species,)."""
    fresh = leaky_pot().nominal * realisation.doses
    state = np.concatenate([fresh, np.zeros(len(leaky_pot().network.names) - len(fresh))])
    realisation.accompany(state, fresh)
    return state


def test_an_initial_leak_conserves_every_strand() -> None:
    """Gates, attackers and what they have become hold what was weighed out."""
    nominal = leaky_pot().nominal
    weighed = np.concatenate([nominal, np.zeros(len(leaky_pot().network.names) - len(nominal))])
    strands, state = totals(leaky_pot().network), start_of(drawn(initial_leak=0.016))
    assert strands @ state == pytest.approx(strands @ weighed, rel=1e-12, abs=1e-9)
    assert state.min() >= 0


def test_an_initial_leak_is_a_fraction_of_each_gate_that_leaks() -> None:
    """Median and spread of the fractions over many draws; annihilators, sinks and strands keep all."""
    pot = leaky_pot()
    lost = np.array([1 - drawn(seed, initial_leak=0.01).doses for seed in range(200)])
    attacked = {index for step in pot.network.kinds(StepKind.LEAK) for index in step.reactants}
    roles = [component.role for component in pot.system.components]
    assert all(roles[number] == Role.GATE and number in attacked for number in np.flatnonzero(lost.any(axis=0)))
    leaking = lost[:, lost.any(axis=0)]
    assert leaking.shape[1] > 20
    assert np.median(leaking) == pytest.approx(0.01, rel=0.05)
    assert np.log(leaking).std() == pytest.approx(SPREAD, rel=0.05)
    for name in ("join_N4_1p", "sink_Y_cogate", "X1_cogate"):
        assert not lost[:, pot.network.index[name]].any()


def test_what_leaked_is_where_the_leaks_of_a_gate_lead() -> None:
    """The fork of N1 sets X1, P1 and Z1 free in proportion to the cogates that displace them: 2000, 800 and 200 nM."""
    pot, realisation = leaky_pot(), drawn(initial_leak=0.01)
    assert realisation.companions is not None
    place, column = pot.network.index, realisation.companions[:, pot.network.index["fork_N1_1"]]
    freed = {name: column[place[name]] for name in ("X1", "P1", "Z1")}
    assert freed["X1"] / freed["P1"] == pytest.approx(2000 / 800)
    assert freed["P1"] / freed["Z1"] == pytest.approx(800 / 200)
    assert column[place["X1_cogate"]] == pytest.approx(-freed["X1"])
    fresh = realisation.doses[place["fork_N1_1"]]
    assert sum(freed.values()) <= (1 - fresh) / fresh * (1 + 1e-12)


def test_a_top_up_brings_its_leaked_fraction_along() -> None:
    """A refilled tube holds the strands that it held, and those that were added."""
    made = study("linreg2d")
    realisation = drawn(initial_leak=0.016)
    tube = made.tube("dsd_leaky", 0.0, realisation)
    tube.state[tube.pot.index("fork_N1_1")] -= 100.0
    before, after = tube.state.copy(), done(tube, tube.protocol.fed(np.zeros(2), np.zeros(1)))
    fork, fraction = tube.pot.index("fork_N1_1"), 1 - realisation.doses[tube.pot.index("fork_N1_1")]
    bottom = next(strand for strand in tube.network.complexes[fork].strands if strand[0].starred)
    holds = np.array([strands[bottom] for strands in strand_counts(tube.network)])
    assert after[fork] - before[fork] == pytest.approx(100.0)
    assert holds @ (after - before) == pytest.approx(100.0 / (1 - fraction))


def test_an_initial_leak_needs_leak_channels() -> None:
    made = study("linreg2d")
    with pytest.raises(InputError, match=r"Take leak\.model = \"gate\""):
        realise(Imperfections(initial_leak=0.01), Mixture(made.system, made.network), chance())


def test_a_strand_triggers_no_more_gates_than_there_is_of_it() -> None:
    """1 nM of the helper triggers 1 nM of its join at most, of which a tenth would have been 69 nM."""
    pot = leaky_pot()
    scarce = Mixture(pot.system.with_concentrations({"helper_N1_1": 1.0}), pot.network)
    realisation = InitialLeak().apply(perfect(scarce), scarce, 0.1, chance())
    assert realisation.companions is not None
    fresh, place = scarce.nominal * realisation.doses, pot.network.index
    assert realisation.companions[place["helper_N1_1"]] @ fresh == pytest.approx(-1.0)


@pytest.mark.parametrize(("name", "leaks"), [("rate_spread", False), ("leak_spread", True)])
def test_all_reactions_or_all_leaks_of_a_gate_share_a_factor(name: str, leaks: bool) -> None:
    """There and back alike, so that equilibria stay; the logarithms have the deviation asked for."""
    pot, owners = leaky_pot(), gate_of_steps(leaky_pot())
    kinds = np.array([(step.kind == StepKind.LEAK) == leaks for step in pot.network.steps]) & (owners != NO_GATE)
    logarithms: list[float] = []
    for seed in range(20):
        rates = drawn(seed, **{name: 0.7}).rates
        assert (rates[~kinds] == 1).all()
        for gate in set(owners[kinds]):
            (factor,) = set(rates[kinds & (owners == gate)])
            logarithms.append(float(np.log(factor)))
    assert np.std(logarithms) == pytest.approx(0.7, rel=0.1)
    assert np.mean(logarithms) == pytest.approx(0.0, abs=0.1)


def test_reversible_steps_keep_their_equilibrium() -> None:
    pot, rates = leaky_pot(), drawn(rate_spread=1.0, occlusion=1.0).rates
    place = {(step.reactants, step.products): n for n, step in enumerate(pot.network.steps) if step.kind != StepKind.LEAK}
    pairs = [(n, place[key[::-1]]) for key, n in place.items() if key[::-1] in place]
    full = [(a, b) for a, b in pairs if pot.network.steps[a].rate == pot.network.steps[b].rate]
    assert len(full) > 100
    assert all(rates[a] == pytest.approx(rates[b], rel=1e-9) for a, b in full)


def test_a_real_tube_gets_what_it_is_dosed() -> None:
    """Inputs, parameters, clocks, scavengers and top-ups are off by the factors of their stocks."""
    made, realisation = study("linreg2d"), drawn(pipetting=0.3)
    tube = made.tube("dsd_leaky", 0.0, realisation)
    place, doses = tube.pot.mass_action.index, realisation.doses
    state = done(tube, tube.protocol.fed(INPUT, TARGET))
    assert state[place["X2"]] == pytest.approx(3.5 * tube.protocol.unit * doses[place["X2"]])
    assert state[place["P1"]] == pytest.approx(4.0 * doses[place["P1"]])
    assert state[place["join_N1_1"]] == pytest.approx(leaky_pot().nominal[place["join_N1_1"]] * doses[place["join_N1_1"]])
    clock = made.system.clocks["C1"]
    opened = done(tube, [tube.protocol.opening("C1")], state)[place[clock.strand]]
    assert opened == pytest.approx(clock.concentration * doses[place[clock.strand]])
    (capture,) = clock.scavengers
    added = done(tube, [next(tube.protocol.closing("C1"))], state)[place[capture]]
    assert added == pytest.approx(1.3 * clock.to_scavenge * doses[place[capture]])
    tube.set_parameters(np.array([2.0, 1.0]))
    assert tube.state[place["P1"]] == pytest.approx(8.0 * doses[place["P1"]])


def burnt_in(fraction: float, seconds: float | None) -> Tube:
    made = study("linreg2d")
    spec = changed(made.spec, "timing", burn_in=seconds)

    return made.given(spec=spec).tube("dsd_leaky", 0.0, drawn(initial_leak=fraction))


BURN_IN_S = 10 * 3600.0
"""An hour of free duplexes is ten of gates."""


def test_a_burn_in_leaves_a_tube_without_leak_as_designed() -> None:
    """The parameters as loaded; of the first iteration's update no more is changed than 1 %."""
    made, tube = study("linreg2d"), burnt_in(0.0, BURN_IN_S)
    assert max(tube.account.measured.values()) < 1e-6
    assert tube.parameters() == pytest.approx(made.ideal.parameters[0], rel=1e-4)
    fresh = made.tube()
    for each in (fresh, tube):
        each.iterate(INPUT, TARGET)
    update = np.abs(fresh.parameters() - made.ideal.parameters[0]).max()
    assert np.abs(tube.parameters() - fresh.parameters()).max() < 0.01 * update


def test_a_burn_in_removes_what_leaked_but_for_the_parameters() -> None:
    """0.4 %: inputs, states and adjoints are drained below 0.05 nM; parameters are not, and are made up for in loading."""
    tube, raw = burnt_in(0.004, BURN_IN_S), burnt_in(0.004, None)
    drained = ("X1", "X2", "Z1", "Z2", "A1p", "A1m", "A2p", "A2m")
    assert max(tube.state[tube.pot.held[name]].sum() for name in drained) < 0.05
    assert min(raw.state[raw.pot.held[name]].sum() for name in ("X1", "X2")) > 1.0
    assert tube.account.measured["P1"] > 1.0 and tube.account.measured["P2"] > 1.0
    assert tube.parameters() == pytest.approx(study("linreg2d").ideal.parameters[0], rel=0.02)
    assert np.abs(raw.parameters() - study("linreg2d").ideal.parameters[0]).max() > 0.1


def test_what_is_too_much_after_a_burn_in_is_annihilated() -> None:
    """1.6 %: more P is left than is wanted, up to tenfold; its gradient is added, and 2 % of the parameters stay too much.

    Of the constant catalyst less comes than is wanted, and it is made up for in loading.
    """
    tube = burnt_in(0.016, BURN_IN_S)
    wanted = study("linreg2d").ideal.parameters[0] * tube.protocol.unit
    excess = np.array([tube.account.measured["P1"], tube.account.measured["P2"]]) - wanted
    assert (excess > 0).all()
    assert tube.parameters() * tube.protocol.unit == pytest.approx(wanted, rel=0.02)
    assert tube.state[tube.pot.held["B"]].sum() == pytest.approx(tube.protocol.unit, rel=0.05)
    assert tube.account.measured["B"] < tube.protocol.unit


def test_fuels_are_topped_up_where_they_have_lost_enough() -> None:
    tube = study("linreg2d").tube(refill_below=0.9)
    more, less = tube.pot.index("fork_N1_1"), tube.pot.index("join_N1_1")
    tube.state[more] *= 0.85
    tube.state[less] *= 0.95
    state = done(tube, tube.protocol.fed(INPUT, TARGET))
    assert state[more] == tube.nominal[more]
    assert state[less] == pytest.approx(0.95 * tube.nominal[less])
    tube.iterate(INPUT, TARGET)
    (added,) = tube.account.refilled
    assert added[more] == pytest.approx(0.15 * tube.nominal[more]) and added[less] == 0


def test_the_translated_system_is_not_changed() -> None:
    """Realisations belong to tubes: the study and its system stay as calibrated."""
    before = study("linreg2d").system
    study("linreg2d").tube("dsd_leaky", 0.0, drawn(**SOME)).iterate(INPUT, TARGET)
    assert study("linreg2d").system is before
    assert translated("linreg2d").components[0].concentration == 0


def test_analyses_of_ranges_go_as_far_as_published_measurements() -> None:
    """Inactive gates 0 to 30 %, twice the magnitude (Chen 2013); the others as their docstrings say; None is not turned."""
    largest = {name: each.largest for name, each in IMPERFECTIONS.items()}
    assert 2 * Inactive.largest == pytest.approx(0.3)
    assert largest["pipetting"] == pytest.approx(0.1)
