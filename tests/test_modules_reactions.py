"""What each translation module does to the formal species, found from its strands alone."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.dsd.schemes.endings import cooperative_annihilation, drain, reporter, two_domain_annihilation
from dsd_ncrn.dsd.schemes.parts import seals, side_of
from dsd_ncrn.dsd.structure import Complex, free
from dsd_ncrn.dsd.system import Component
from dsd_ncrn.dsd.words import Words
from dsd_ncrn.families import SCHEMES
from dsd_ncrn.kinetics.network import ReactionNetwork, count_steps
from dsd_ncrn.simulate.mass_action import from_network
from studies import design, network_of

PLAIN = Words(design("linreg2d"), {})
WEAK = Words(design("linreg2d"), {}, weak_toeholds=(3,))
TURNED = Words(design("linreg2d_cooperative"), {"G": -1, "P": 1})
MIRRORED = Words(design("linreg2d"), dict.fromkeys("XPYZAB", -1), weak_mirrored=(3,))


def reaction(left: str, right: str, stage: str) -> Reaction:
    return Reaction(tuple(left.split()), tuple(right.split()), 1.0, origin=Origin("1", stage))


def with_signals(formal: Reaction, components: list[Component], words: Words, clock: str | None) -> dict[str, Complex]:
    """A module with the signals and cogates of its species and its clock."""
    species = dict.fromkeys(chain(formal.reactants, formal.products))
    signals = {name: free(*words.signal(name)) for name in species}
    cogates = {f"{name}_cogate": free(*words.cogate(name)) for name in species}
    side = side_of(formal, words)
    clocks = {"clock": free(*side.enter(clock)), "clock_cogate": free(*side.leave(clock))} if clock else {}
    return {**signals, **cogates, **clocks, **{component.name: component.complex for component in components}}


def joined(formal: Reaction, clock: str | None, words: Words, scheme: str) -> dict[str, Complex]:
    gates = SCHEMES[scheme].make(formal, clock, words).components
    return with_signals(formal, [*gates, *seals(words, gates)], words, clock)


JOINS = [
    (reaction("X P", "X P Z", "N1"), "c1", PLAIN),
    (reaction("X P", "X P Z", "N1"), None, PLAIN),
    (reaction("X", "Y", "N2"), None, PLAIN),
    (reaction("Z", "A C", "N2"), "c2", PLAIN),
    (reaction("B", "B Z", "N1"), None, WEAK),
    (reaction("A X", "A X G", "N3"), "c2", TURNED),
    (reaction("X", "G", "N2"), None, TURNED),
    (reaction("X Y Z", "A A", "N1"), "c1", PLAIN),
    (reaction("X P", "X P Z", "N1"), "c1", MIRRORED),
    (reaction("B", "B Z", "N1"), None, MIRRORED),
    (reaction("A X", "A X G", "N3"), None, MIRRORED),
]
CASES = [(*case, scheme) for case in JOINS for scheme in SCHEMES]
COUNTED = [case for case in CASES if case[-1] in ("plain", "sealed", "chen")]


def case_id(formal: Reaction, clock: str | None, words: Words, scheme: str) -> str:
    return f"{formal} {clock or ''} {scheme}{' mirrored' if words is MIRRORED else ''}"


ids = [case_id(*case) for case in CASES]


@pytest.mark.parametrize(("formal", "clock", "words", "scheme"), COUNTED, ids=[case_id(*case) for case in COUNTED])
def test_join_and_fork_have_the_steps_of_their_segments(formal: Reaction, clock: str | None, words: Words, scheme: str) -> None:
    """One reversible step per input, clock and output and two for the trigger, one irreversible per seal; our counts.

    The sealed scheme has one irreversible step more, the commitment, which frees the first of what the join frees; in
    exchange this can rest on the toehold that it has opened. Joins of the scheme chen have no seal unless they free outputs.
    """
    network = network_of(joined(formal, clock, words, scheme))
    size = count_steps(network)
    sign = side_of(formal, words).sign
    freed = sum(words.polarity.get(product, 1) != sign for product in formal.products)
    forked = freed < len(formal.products)
    reversible = len(formal.reactants) + len(formal.products) + bool(clock) + 2 * forked
    irreversible = {"plain": 1 + forked, "sealed": 2 + forked, "chen": forked + (freed > 0)}[scheme]
    assert (size["reversible"], size["irreversible"]) == (reversible, irreversible)
    assert len(network.steps) == 2 * size["reversible"] + size["irreversible"]


@pytest.mark.parametrize(("scheme", "species"), [("plain", 23), ("sealed", 25), ("chen", 20)])
@pytest.mark.parametrize("words", [PLAIN, MIRRORED], ids=["straight", "mirrored"])
def test_catalysis_has_the_species_known_for_it(scheme: str, species: int, words: Words) -> None:
    """X + P -> X + P + Z: 22 species of the plain scheme with one seal, 24 of the sealed one by Cardelli's rules.

    Ours has a second seal in the plain scheme, and in the sealed one the trigger resting on the join it has come from.
    """
    network = network_of(joined(reaction("X P", "X P Z", "N1"), None, words, scheme))
    assert count_steps(network)["species"] == species


Change = tuple[str, int]


def extremes(network: ReactionNetwork, ends: set[Complex], made: Change, asked: str) -> list[float]:
    """The least and the largest change of ``asked`` while ``made`` changes and no intermediate but ``ends`` is left behind.

    Linear programs over the extents of the steps; what no step takes is waste and may pile up.
    """
    system = from_network(network)
    change = system.stoichiometry
    taken = {index for step in network.steps for index in step.reactants}
    between = [number for number, each in enumerate(network.complexes) if each not in ends and number in taken]
    balance = np.vstack([change[between], change[[system.index[made[0]]]]])
    goal = np.append(np.zeros(len(between)), made[1])
    values = []
    for sign in (1, -1):
        cost: NDArray[np.float64] = sign * change[system.index[asked]]
        found = linprog(cost, A_eq=balance, b_eq=goal, bounds=(0, 100))
        assert found.success, found.message
        values.append(sign * found.fun)
    return values


@pytest.mark.parametrize(("formal", "clock", "words", "scheme"), CASES, ids=ids)
def test_join_and_fork_do_their_reaction_and_nothing_else(
    formal: Reaction, clock: str | None, words: Words, scheme: str
) -> None:
    """Whatever path leads to one more net product and leaves no intermediate, it changes all species as the reaction does."""
    present = joined(formal, clock, words, scheme)
    network = network_of(present)
    net = {s: formal.products.count(s) - formal.reactants.count(s) for s in (*formal.reactants, *formal.products)}
    made = next((species, change) for species, change in net.items() if change > 0)
    ends = set(present.values()) | (spent(present, formal, words) if scheme == "chen" else set())
    for species, change in net.items():
        if species != made[0]:
            assert extremes(network, ends, made, species) == pytest.approx([change, change], abs=1e-7)
    for consumed in ("join_1", *(["fork_1"] if "fork_1" in present else []), *(["clock"] if clock else [])):
        assert extremes(network, ends, made, consumed) == pytest.approx([-1.0, -1.0], abs=1e-7)


def spent(present: Mapping[str, Complex], formal: Reaction, words: Words) -> set[Complex]:
    """The join of the scheme chen after it has fired, which nothing seals: it could still take a trigger back."""
    gates = SCHEMES["chen"].make(formal, None, words).gates("1", None)
    bottom = next(strand for strand in present["join_1"].strands if strand[0].starred)
    return {each for each in network_of(present).complexes if {gates.mark, bottom} <= set(each.strands)}


@pytest.mark.parametrize(("formal", "clock", "words", "scheme"), CASES, ids=ids)
def test_nothing_is_made_while_an_input_is_missing(formal: Reaction, clock: str | None, words: Words, scheme: str) -> None:
    """Without one of the inputs, or without the clock, no strand of a product can come free."""
    present = joined(formal, clock, words, scheme)
    for missing in (*formal.reactants, *(["clock"] if clock else [])):
        made = set(formal.products) - set(formal.reactants)
        left = {name: complex_ for name, complex_ in present.items() if name not in {missing, *made}}
        found = set(network_of(left).complexes)
        assert not found & {present[product] for product in made}


@pytest.mark.parametrize("cooperative", [False, True])
def test_annihilations_take_one_of_each(cooperative: bool) -> None:
    """X + Y -> 0 (Cardelli 2010; Zhang 2011): 7 species; 1 + 1 two-domain, 2 + 2 cooperative."""
    formal, words = reaction("G P", "", "N4"), TURNED if cooperative else PLAIN
    gate = (cooperative_annihilation if cooperative else two_domain_annihilation)(formal, words).join
    present = {name: free(*words.signal(name)) for name in "GP"} | {gate.name: gate.complex}
    network = network_of(present)
    size = count_steps(network)
    assert (size["species"], size["reversible"], size["irreversible"]) == ((7, 2, 2) if cooperative else (7, 1, 1))
    for alone, steps in (("G", 2), ("P", 2 if cooperative else 0)):
        without = {name: complex_ for name, complex_ in present.items() if name == alone or len(name) > 1}
        assert len(network_of(without).steps) == steps  # there and back, so that one partner alone is not used up


def test_cooperative_annihilators_wait_for_their_clock_and_close_again() -> None:
    """``{t*}[c t][x y]{u*}``: opening is reversible, so that the clock's cogates close what has not fired.

    Open, it has the 2 + 2 steps of an ordinary one; closed, the mirrored partner rests on it and comes off; and it opens
    and closes with and without that partner. Without the clock nothing is irreversible.
    """
    formal = reaction("P G", "", "N4")
    present = with_signals(formal, cooperative_annihilation(formal, TURNED, "c1").components, TURNED, "c1")
    kinds = count_steps(network_of(present))
    assert (kinds["reversible"], kinds["irreversible"]) == (2 + 1 + 2, 2)
    unclocked = network_of({name: complex_ for name, complex_ in present.items() if name != "clock"})
    kinds = count_steps(unclocked)
    assert (kinds["reversible"], kinds["irreversible"]) == (1, 0)


@pytest.mark.parametrize("words", [PLAIN, MIRRORED], ids=["straight", "mirrored"])
@pytest.mark.parametrize("left", ["X Y", "X X", "X Y Z"])
def test_annihilations_wait_for_their_clock(left: str, words: Words) -> None:
    """X + Y -> 0 with the clock last: one reversible step for each input, and the clock strand ends it; nothing without."""
    formal = reaction(left, "", "N4")
    present = with_signals(formal, two_domain_annihilation(formal, words, "c1").components, words, "c1")
    network = network_of(present)
    size = count_steps(network)
    assert (size["reversible"], size["irreversible"]) == (len(formal.reactants), 1)
    unclocked = network_of({name: complex_ for name, complex_ in present.items() if name != "clock"})
    assert count_steps(unclocked)["irreversible"] == 0


@pytest.mark.parametrize("words", [PLAIN, MIRRORED], ids=["straight", "mirrored"])
def test_reporters_light_up_once(words: Words) -> None:
    """The signal opens the duplex for good (Zhang and Winfree 2009): one irreversible step; the labels sit side by side."""
    component, labels = reporter("X", words.signal("X"), 10.0)
    size = count_steps(network_of({"X": free(*words.signal("X")), "reporter": component.complex}))
    assert (size["species"], size["reversible"], size["irreversible"]) == (4, 0, 1)
    cogate = network_of({"X_cogate": free(*words.cogate("X")), "reporter": component.complex})
    assert not cogate.steps
    strands = component.complex.strands
    assert {labels.dye_strand, labels.quencher_strand} == set(strands)
    at = {end: 0 if end == "5'" else -1 for end in ("5'", "3'")}
    dyed, quenched = labels.dye_strand[at[labels.dye_end]], labels.quencher_strand[at[labels.quencher_end]]
    assert dyed == ~quenched and not dyed.is_toehold


@pytest.mark.parametrize("fed", [False, True])
def test_drains_wait_for_the_flush(fed: bool) -> None:
    """A -> 0: nothing takes the signal before the clock; then it goes, and comes back as a cogate unless it was fed."""
    formal = reaction("A", "", "flush")
    components = drain(formal, "c3", fed, PLAIN).components
    everything = with_signals(formal, components, PLAIN, "c3")
    del everything["A_cogate"], everything["clock_cogate"]
    network = network_of(everything)
    unclocked = network_of({name: complex_ for name, complex_ in everything.items() if name != "clock"})
    assert not unclocked.steps
    assert (free(*PLAIN.cogate("A")) in network.position) != fed
    signal = network.position[everything["A"]]
    assert any(signal in step.reactants for step in network.steps)
