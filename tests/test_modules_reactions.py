"""What each translation module does to the formal species, found from its strands alone."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.dsd.modules.annihilation import two_domain_annihilation
from dsd_ncrn.dsd.modules.cooperative import cooperative_annihilation
from dsd_ncrn.dsd.modules.drain import drain
from dsd_ncrn.dsd.modules.join_fork import join_fork, seals
from dsd_ncrn.dsd.structure import Complex, free
from dsd_ncrn.dsd.system import Component
from dsd_ncrn.dsd.words import Words
from dsd_ncrn.kinetics.jsonable import count_steps
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.simulate.mass_action import from_network
from studies import design, network_of

PLAIN = Words(design("linreg2d"), {})
WEAK = Words(design("linreg2d"), {}, weak_toeholds=(3,))
TURNED = Words(design("linreg2d_cooperative"), {"G": -1, "P": 1})


def reaction(left: str, right: str, stage: str) -> Reaction:
    return Reaction(tuple(left.split()), tuple(right.split()), 1.0, origin=Origin("1", stage))


def with_signals(formal: Reaction, components: list[Component], words: Words, clock: str | None) -> dict[str, Complex]:
    """A module with the signals and cogates of its species and its clock."""
    species = dict.fromkeys(chain(formal.reactants, formal.products))
    signals = {name: free(*words.signal(name)) for name in species}
    cogates = {f"{name}_cogate": free(*words.cogate(name)) for name in species}
    clocks = {"clock": free(*words.helper(clock)), "clock_cogate": free(*words.returned(clock))} if clock else {}
    return {**signals, **cogates, **clocks, **{component.name: component.complex for component in components}}


def joined(formal: Reaction, clock: str | None, words: Words) -> dict[str, Complex]:
    return with_signals(formal, [*join_fork(formal, clock, words), *seals(words)], words, clock)


JOINS = [
    (reaction("X P", "X P Z", "N1"), "c1", PLAIN, (26, 8, 2)),
    (reaction("X P", "X P Z", "N1"), None, PLAIN, (23, 7, 2)),
    (reaction("X", "Y", "N2"), None, PLAIN, (18, 4, 2)),
    (reaction("Z", "A C", "N2"), "c2", PLAIN, (24, 6, 2)),
    (reaction("B", "B Z", "N1"), None, WEAK, (19, 5, 2)),
    (reaction("A X", "A X G", "N3"), "c2", TURNED, (28, 8, 2)),
]
ids = [f"{formal} {clock or ''}" for formal, clock, _, _ in JOINS]


@pytest.mark.parametrize(("formal", "clock", "words", "expected"), JOINS, ids=ids)
def test_join_and_fork_have_the_steps_of_their_segments(
    formal: Reaction, clock: str | None, words: Words, expected: tuple[int, int, int]
) -> None:
    """One reversible step per input, clock and output and two for the trigger, one irreversible per seal; our counts."""
    network = network_of(joined(formal, clock, words))
    size = count_steps(network)
    assert (size["species"], size["reversible"], size["irreversible"]) == expected
    assert size["reversible"] == len(formal.reactants) + len(formal.products) + bool(clock) + 2
    assert len(network.steps) == 2 * size["reversible"] + size["irreversible"]


def extremes(network: ReactionNetwork, present: Mapping[str, Complex], made: str, asked: str) -> list[float]:
    """The least and the largest change of ``asked`` while ``made`` changes by one and no intermediate is left behind.

    Linear programs over the extents of the steps; what no step takes is waste and may pile up.
    """
    system = from_network(network)
    change = system.stoichiometry
    taken = {index for step in network.steps for index in step.reactants}
    between = [number for number, name in enumerate(network.names) if name not in present and number in taken]
    balance = np.vstack([change[between], change[[system.index[made]]]])
    goal = np.append(np.zeros(len(between)), 1.0)
    values = []
    for sign in (1, -1):
        cost: NDArray[np.float64] = sign * change[system.index[asked]]
        found = linprog(cost, A_eq=balance, b_eq=goal, bounds=(0, 100))
        assert found.success, found.message
        values.append(sign * found.fun)
    return values


@pytest.mark.parametrize(("formal", "clock", "words"), [case[:3] for case in JOINS], ids=ids)
def test_join_and_fork_do_their_reaction_and_nothing_else(formal: Reaction, clock: str | None, words: Words) -> None:
    """Whatever path leads to one more net product and leaves no intermediate, it changes all species as the reaction does."""
    present = joined(formal, clock, words)
    network = network_of(present)
    net = {s: formal.products.count(s) - formal.reactants.count(s) for s in (*formal.reactants, *formal.products)}
    product = next(species for species, change in net.items() if change > 0)
    for species, change in net.items():
        if species != product:
            assert extremes(network, present, product, species) == pytest.approx([change, change], abs=1e-7)
    for consumed in ("join_1", "fork_1", *(["clock"] if clock else [])):
        assert extremes(network, present, product, consumed) == pytest.approx([-1.0, -1.0], abs=1e-7)


@pytest.mark.parametrize(("formal", "clock", "words"), [case[:3] for case in JOINS], ids=ids)
def test_nothing_is_made_while_an_input_is_missing(formal: Reaction, clock: str | None, words: Words) -> None:
    """Without one of the inputs, or without the clock, no strand of a product can come free."""
    present = joined(formal, clock, words)
    for missing in (*formal.reactants, *(["clock"] if clock else [])):
        made = set(formal.products) - set(formal.reactants)
        left = {name: complex_ for name, complex_ in present.items() if name not in {missing, *made}}
        found = set(network_of(left).complexes)
        assert not found & {present[product] for product in made}


@pytest.mark.parametrize("cooperative", [False, True])
def test_annihilations_take_one_of_each(cooperative: bool) -> None:
    """X + Y -> 0 (Cardelli 2010; Zhang 2011): 7 species; 1 + 1 two-domain, 2 + 2 cooperative."""
    formal, words = reaction("G P", "", "N4"), TURNED if cooperative else PLAIN
    components = cooperative_annihilation(formal, words) if cooperative else two_domain_annihilation(formal, words)
    present = {name: free(*words.signal(name)) for name in "GP"} | {components[0].name: components[0].complex}
    network = network_of(present)
    size = count_steps(network)
    assert (size["species"], size["reversible"], size["irreversible"]) == ((7, 2, 2) if cooperative else (7, 1, 1))
    for alone, steps in (("G", 2), ("P", 2 if cooperative else 0)):
        without = {name: complex_ for name, complex_ in present.items() if name == alone or len(name) > 1}
        assert len(network_of(without).steps) == steps  # there and back, so that one partner alone is not used up


@pytest.mark.parametrize("fed", [False, True])
def test_drains_wait_for_the_flush(fed: bool) -> None:
    """A -> 0: nothing takes the signal before the clock; then it goes, and comes back as a cogate unless it was fed."""
    formal = reaction("A", "", "flush")
    components = drain(formal, "c3", fed, PLAIN)
    everything = with_signals(formal, components, PLAIN, "c3")
    del everything["A_cogate"], everything["clock_cogate"]
    network = network_of(everything)
    unclocked = network_of({name: complex_ for name, complex_ in everything.items() if name != "clock"})
    assert not unclocked.steps
    assert (free(*PLAIN.cogate("A")) in network.position) != fed
    signal = network.position[everything["A"]]
    assert any(signal in step.reactants for step in network.steps)
