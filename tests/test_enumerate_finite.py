"""The finite semantics: its rates against closed forms and the infinite semantics, occlusion, and its guards."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from dsd_ncrn.crn.types import Origin
from dsd_ncrn.dsd.pil import parse_pil
from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, free, gate
from dsd_ncrn.errors import CheckFailed, InputError
from dsd_ncrn.kinetics.build import build_network, enumerate_complexes
from dsd_ncrn.kinetics.condense import _Condenser, after_relaxing
from dsd_ncrn.kinetics.network import Fate, ReactionNetwork, Step, StepKind
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.mass_action import from_network
from finite import effective_rates, finite_network_of
from studies import (
    ALL_DESIGNS,
    A,
    P,
    T,
    U,
    X,
    Y,
    catalysis,
    join,
    network_of,
    side,
    strand_counts,
    strand_network,
    transducer,
    translated,
)

RATES = rates_of()
LENGTHS = range(1, 9)


def only(network: ReactionNetwork, reactants: tuple[int, ...]) -> float:
    """The effective rate of the one thing that two species do."""
    (rate,) = [rate for (left, _), rate in effective_rates(network).items() if left == reactants]
    return rate


@pytest.mark.parametrize("invading", LENGTHS)
def test_the_fast_steps_of_a_displacement_come_to_the_measured_rate(invading: int) -> None:
    """k(n, 0) = k_f k_b / (k_r + k_b), the quasi-steady state of one intermediate (Zhang & Winfree 2009)."""
    toehold = Domain("t", invading)
    network = finite_network_of({"X": free(toehold, X), "gate": gate(Open((toehold,)), Bound((X,)))}, resting="none")
    rate = {step.kind: step.rate for step in network.steps}
    k_f, k_r, k_b = rate[StepKind.BINDING], rate[StepKind.UNBINDING], rate[StepKind.MIGRATION]
    assert k_f == RATES.binding(invading) and k_b == RATES.migration()
    assert k_f * k_b / (k_r + k_b) == pytest.approx(RATES.displacement(invading, 0), rel=1e-12)
    assert only(network, (0, 1)) == pytest.approx(RATES.displacement(invading, 0), rel=1e-12)


@pytest.mark.parametrize(("invading", "released"), list(product(LENGTHS, LENGTHS)))
def test_the_fast_steps_of_an_exchange_come_to_its_rate_both_ways(invading: int, released: int) -> None:
    """k(n, m) and k(m, n) by the three-step model's quasi-steady state, from the toehold's length to the plateau."""
    t, u = Domain("t", invading), Domain("u", released)
    network = finite_network_of({"X": free(t, X), "gate": gate(Open((t,)), Bound((X, u)))}, resting="none")
    assert only(network, (0, 1)) == pytest.approx(RATES.displacement(invading, released), rel=1e-9)
    back = tuple(sorted(network.position[each] for each in (free(X, u), gate(Bound((t, X)), Open((u,))))))
    assert only(network, back) == pytest.approx(RATES.displacement(released, invading), rel=1e-9)


@pytest.mark.parametrize("name", ["linreg2d", "linreg2d_minimal"])
def test_a_whole_designs_fast_steps_come_to_its_infinite_network(name: str) -> None:
    """Every displacement at its rate and nothing else, over hundreds of gates: the two semantics agree."""
    infinite, finite = strand_network(name), build_network(translated(name), semantics="finite", unproductive="none")
    expected = {(sides(infinite, s.reactants), sides(infinite, s.products)): s.rate for s in infinite.steps}
    found = {(sides(finite, left), sides(finite, right)): rate for (left, right), rate in effective_rates(finite).items()}
    assert found.keys() == expected.keys()
    assert all(found[key] == pytest.approx(expected[key], rel=1e-9) for key in expected)


def sides(network: ReactionNetwork, indices: tuple[int, ...]) -> frozenset[tuple[Complex, int]]:
    return frozenset(Counter(network.complexes[index] for index in indices).items())


@pytest.mark.parametrize("resting", ["all", "none"])
@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_every_step_conserves_every_strand(name: str, resting: str) -> None:
    """Exactly, in all elementary steps; bindings take two, everything else is done by one complex alone."""
    network = build_network(translated(name), semantics="finite", unproductive=resting)
    counts = strand_counts(network)
    bimolecular = (StepKind.BINDING, StepKind.HYBRIDISATION)
    for step in network.steps:
        assert side(step.reactants, counts) == side(step.products, counts)
        assert len(step.reactants) == (2 if step.kind in bimolecular else 1) and step.rate > 0


def test_every_binding_by_a_toehold_can_be_undone() -> None:
    network = finite_network_of(catalysis())
    keys = {(step.reactants, step.products) for step in network.steps}
    bindings = network.kinds(StepKind.BINDING)
    assert bindings and all((step.products, step.reactants) in keys for step in bindings)


def trajectory(network: ReactionNetwork, levels: dict[str, float], times: list[float]) -> np.ndarray:
    system = from_network(network)
    start = np.zeros(system.size)
    for name, level in levels.items():
        start[system.index[name]] = level
    return engine_named("rosenbrock").prepare(system, 1e-8, 1e-10).solve(start, np.array(times), system.rates).values


def test_a_dilute_transducer_does_the_same_in_both_semantics() -> None:
    """At 1 nM intermediates are few and short-lived: within 1 % after an hour and after three."""
    times, complexes = [0.0, 3600.0, 10_800.0], transducer(Y)
    levels = dict.fromkeys(complexes, 1.0)
    infinite, finite = network_of(complexes), finite_network_of(complexes, resting="none")
    for name in (free(T, X), free(T, Y)):
        values = [trajectory(net, levels, times)[1:, net.position[name]] for net in (infinite, finite)]
        assert values[1] == pytest.approx(values[0], abs=0.01)


HOST, VISITOR = join((X, T), (A,)), free(T, P)


def test_a_visit_belongs_to_the_reaction_of_its_host_there_and_back() -> None:
    """The strand that comes and goes is not whose gate made the step, so that a study of gates blames the host alone."""
    owners = {HOST: (Origin("host"),), VISITOR: (Origin("visitor"),)}
    listed = list(owners), ["gate", "visitor"], RATES, owners.__getitem__
    steps = enumerate_complexes(*listed, semantics="finite").steps
    assert {step.kind: step.origins for step in steps} == dict.fromkeys((StepKind.BINDING, StepKind.UNBINDING), owners[HOST])


def test_resting_strands_bind_as_mass_action_says() -> None:
    """(G - b)(S - b) = K_d b with K_d = k_r / k_f: 13 uM for 5 nt; the quadratic's root for 1 uM of each."""
    network = finite_network_of({"gate": HOST, "visitor": VISITOR})
    assert [step.rule for step in network.steps] == ["unproductive"] * 2
    dissociation = RATES.unbinding(5) / RATES.binding(5)
    assert dissociation == pytest.approx(13_000)
    total = 2000.0 + dissociation
    bound = (total - np.sqrt(total**2 - 4e6)) / 2
    assert trajectory(network, {"gate": 1000.0, "visitor": 1000.0}, [0.0, 100.0])[-1, 2] == pytest.approx(bound, rel=1e-6)


def test_occlusion_slows_a_displacement_by_the_share_of_open_toeholds() -> None:
    """1 / (1 - b/G): 20 uM of a strand that displaces nothing hold 61 % of the gates' toeholds."""
    toehold = (T,)
    complexes = {"X": free(T, X), "gate": gate(Open(toehold), Bound((X,))), "visitor": VISITOR}
    levels = {"X": 0.01, "gate": 10.0, "visitor": 20_000.0}
    slowed = finite_network_of(complexes)
    times = [0.0, 5.0, 2005.0]
    left = trajectory(slowed, levels, times)[:, 0]
    share = 1 / (1 + 20_000 / (RATES.unbinding(5) / RATES.binding(5)))
    assert np.log(left[1] / left[2]) / 2000 == pytest.approx(RATES.displacement(5, 0) * 10 * share, rel=0.02)
    assert share == pytest.approx(13 / 33)


def test_resting_makes_one_species_for_each_toehold_and_strand() -> None:
    """Transducer: 26 species without; 26 more where all eight strands with a toehold rest on all gates but their own."""
    sizes = {resting: finite_network_of(transducer(Y), resting=resting) for resting in ("none", "present", "all")}
    assert {resting: len(network.names) for resting, network in sizes.items()} == {"none": 26, "present": 39, "all": 52}
    for network in sizes.values():
        resting = {i for step in network.steps if step.rule and len(step.products) == 1 for i in step.products}
        assert not any(index in step.reactants for step in network.steps if not step.rule for index in resting)


def test_a_partner_alone_does_not_displace_and_two_do() -> None:
    """Cooperative hybridization (Zhang 2011): the annihilator's top comes off only where both partners have bound."""
    complexes = {"X": free(T, X), "Y": free(Y, U), "gate": gate(Open((T,)), Bound((X, Y)), Open((U,)))}
    top = free(X, Y)
    assert top in finite_network_of(complexes).complexes
    for partner in ("X", "Y"):
        alone = finite_network_of({partner: complexes[partner], "gate": complexes["gate"]})
        assert top not in alone.complexes
        assert sorted(step.kind for step in alone.steps) == ["binding", "migration", "migration", "unbinding"]


def test_a_strand_held_at_two_places_can_close_again() -> None:
    """A toehold that opens while the strand hangs on elsewhere zips up again, so that no step is without its reverse."""
    (found,) = parse_pil("length t = 5\nlength a = 3\nlength b = 3\nlength x = 15\ng = t( a x( + ) b )\n")
    network = finite_network_of({"g": found.complex})
    kinds = Counter(step.kind for step in network.steps)
    assert kinds[StepKind.CLOSING] == kinds[StepKind.UNBINDING] > 0
    keys = {(step.reactants, step.products) for step in network.steps}
    assert all((products, reactants) in keys for reactants, products in keys)


def test_too_many_resting_strands_are_an_error_with_a_way_out() -> None:
    listed = list(catalysis().values()), list(catalysis())
    with pytest.raises(CheckFailed, match=r"passed 40 species\. Each strand that rests on each open toehold is one: let fewer"):
        enumerate_complexes(*listed, RATES, semantics="finite", max_species=40)
    assert len(enumerate_complexes(*listed, RATES, semantics="finite", unproductive="none", max_species=40).names) == 38


def test_unknown_semantics_are_refused() -> None:
    with pytest.raises(InputError, match="unknown semantics"):
        enumerate_complexes([HOST], ["gate"], RATES, semantics="final")
    with pytest.raises(InputError, match="unknown unproductive binding"):
        enumerate_complexes([HOST], ["gate"], RATES, semantics="finite", unproductive="some")


def test_states_that_change_into_each_other_share_their_time_by_balance() -> None:
    """0 -> 1 at 3 /s and back at 1 /s: a quarter and three quarters; 1 <-> 2 at 2 and 6 /s: 3 / 4 : 1 / 4 of 1 : 3."""

    def change(one: int, other: int, rate: float) -> Step:
        return Step((one,), (other,), rate, StepKind.MIGRATION)

    steps = (change(0, 1, 3.0), change(1, 0, 1.0), change(1, 2, 2.0), change(2, 1, 6.0))
    network = ReactionNetwork((HOST,) * 3, ("a", "b", "c"), steps, RATES)
    found = _Condenser(network, 3, frozenset(), 0.0)._stationary([0, 1, 2])
    assert found == pytest.approx([0.2, 0.6, 0.2])
    assert _Condenser(replace(network, steps=steps[:2]), 2, frozenset(), 0.0)._stationary([0, 1]) == pytest.approx([0.25, 0.75])


def test_what_does_not_last_gives_its_products_by_their_chances() -> None:
    """8 nM of g become 2 of a and 6 of b, beside the 1 of a that was there; where nobody knows g, nobody knows its products."""
    fates = {"g": (Fate(0.25, ("a",)), Fate(0.75, ("b",)))}
    network = ReactionNetwork((HOST,) * 2, ("a", "b"), (), RATES, fates)
    assert after_relaxing(network, {"a": 1.0, "g": 8.0}) == {"a": 3.0, "b": 6.0}
    assert after_relaxing(network, {"a": 1.0, "g": None}) == {"a": None, "b": None}
