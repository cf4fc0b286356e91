"""Our networks against Peppercorn's on every translation module: condensed (infinite) and detailed (finite).

Badelt et al., J. R. Soc. Interface 17:20190866 (2020), with ``--reject-remote``. Complexes and reactions are compared as
such, by their canonical form, none left out on either side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from dsd_ncrn.dsd.structure import Bound, Complex, Open, Strand, free, gate
from dsd_ncrn.kinetics.network import ReactionNetwork, Step, StepKind
from finite import finite_network_of
from peppercorn import Network, Side, peppercorn, reactions_of
from studies import T, U, X, Y, Z, catalysis, network_of, transducer, two_inputs
from test_modules_golden import modules

COOPERATIVE = {"X": free(T, X), "Y": free(Y, U), "gate": gate(Open((T,)), Bound((X, Y)), Open((U,)))}
PAPERS = {"transducer": transducer(Y), "catalysis": catalysis(), "two inputs": two_inputs(Z), "annihilator": COOPERATIVE}
BETWEEN_OPENING_AND_MIGRATION_PER_S = 22.0
"""Peppercorn opens 5 nt with 21.8 /s and migrates over 15 nt with 22.2 /s: with this limit, binding counts as slow where it
is reversible, and complexes that hold one partner of a cooperative hybridization are at rest long enough for the other."""


def windows(strand: Strand) -> Iterator[Strand]:
    """Every branch domain of a strand with the toehold domains beside it, on either side."""
    for place, domain in enumerate(strand):
        if not domain.is_toehold:
            before, after = place, place + 1
            while before > 0 and strand[before - 1].is_toehold:
                before -= 1
            while after < len(strand) and strand[after].is_toehold:
                after += 1
            yield from (part for part in (strand[before : place + 1], strand[place:after]) if len(part) > 1)


@cache
def systems() -> dict[str, dict[str, Complex]]:
    """Every module with every two-domain strand that its gates could take or give: signals, cogates, clocks, seals.

    Gates with toeholds cut into parts are left out: there Peppercorn lets neighbours share a toehold, part by part, which
    an uncut toehold cannot show.
    """
    found = {name: dict(complexes) for name, complexes in PAPERS.items()}
    for title, components in modules().items():
        complexes = {component.complex: component.name for component in components}
        for complex_ in list(complexes):
            for strand in complex_.strands if len(complex_.strands) > 1 else ():
                top = tuple(~domain for domain in reversed(strand)) if strand[0].starred else ()
                complexes |= {free(*part): f"w{len(complexes)}_{n}" for n, part in enumerate(windows(top))} | complexes
        if not any(map(cut, complexes)):
            found[title] = {name: complex_ for complex_, name in complexes.items()}
    return found


def cut(complex_: Complex) -> bool:
    """Whether two toehold domains follow each other on a strand."""
    return any(one.is_toehold and other.is_toehold for strand in complex_.strands for one, other in pairwise(strand))


@cache
def ours(title: str) -> ReactionNetwork:
    return network_of(systems()[title])


def is_cooperative(title: str) -> bool:
    return any(step.kind == StepKind.BINDING for step in lasting(ours(title))[1])


@cache
def theirs(k_fast: float) -> dict[str, Network]:
    """Of all systems; where binding counts as slow, of those that it matters to."""
    asked = {title: complexes for title, complexes in systems().items() if not k_fast or is_cooperative(title)}
    return peppercorn(asked, k_fast)


def lasting(network: ReactionNetwork) -> tuple[set[Complex], list[Step]]:
    """A network without visits: bindings that displace nothing and help no one else to, left out when condensing."""
    visits = {i for step in network.kinds(StepKind.BINDING) for i in step.products}
    visits -= {i for step in network.steps if step.kind not in (StepKind.BINDING, StepKind.UNBINDING) for i in step.reactants}
    steps = [step for step in network.steps if not visits & {*step.reactants, *step.products}]
    return {complex_ for number, complex_ in enumerate(network.complexes) if number not in visits}, steps


def without_visits(network: Network, kept: set[Complex]) -> Network:
    """Peppercorn's network where binding counts as slow, with each stay on a toehold and what follows it made one step.

    What a clock opens and two partners close needs both: binding is slow for the partners and fast for the clock.
    """
    stays = {frozenset({(complex_, 1)}) for complex_ in network.resting.values() if complex_ not in kept}
    met = {one_side for step in network.condensed for one_side in step if not any({each} in stays for each in one_side)}
    whole = {(left, right) for left, right in network.condensed if left in met and right in met}
    into = [(left, stay) for left, stay in network.condensed if left in met and stay in stays]
    onward = [(stay, right) for stay, right in network.condensed if stay in stays and right in met]
    whole |= {(left, right) for left, stay in into for left_again, right in onward if left_again == stay and right != left}
    return replace(network, resting={c: k for c, k in network.resting.items() if k in kept}, condensed=frozenset(whole))


@pytest.mark.parametrize("title", systems())
def test_the_infinite_network_is_the_condensed_one(title: str) -> None:
    """The same complexes at rest, and the same reactions between them.

    Ours leave out four-way branch migration: a clock strand on its capture strand, and so about to leave on beads, that
    reaches into a sink of cogates.
    """
    network, cooperative = ours(title), is_cooperative(title)
    complexes, steps = lasting(network)
    known = theirs(BETWEEN_OPENING_AND_MIGRATION_PER_S if cooperative else 0.0)[title]
    if cooperative and "phase" in title:
        known = without_visits(known, {known.resting[complex_] for complex_ in complexes})
    assert {known.resting.get(complex_) for complex_ in complexes} == set(known.resting.values())
    found = reactions_of(network.complexes, steps, known.resting)
    assert found <= known.condensed
    four_way = [left for left, _ in known.condensed - found if all(len(complex_.strands) > 1 for complex_, _ in left)]
    assert len(known.condensed) == len(found) + len(four_way)
    assert not four_way or title.startswith("clock")


@pytest.mark.parametrize("title", systems())
def test_the_finite_network_is_the_detailed_one(title: str) -> None:
    """The same elementary steps: bindings, those that lead nowhere included, openings, branch migration.

    Two differences are meant. Ours let two complexes meet while one of them is about to come apart, which cooperative
    hybridization needs; Peppercorn's lets two complexes of several strands rest on each other's toeholds.
    """
    network, known = finite_network_of(systems()[title]), theirs(0.0)[title]
    found = reactions_of(network.complexes, network.steps)
    for left, right in found - known.detailed:
        met = {complex_ for one_side in (left, right) for complex_, _ in one_side if size(one_side) == 2}
        assert not met <= set(known.resting) or not {complex_ for complex_, _ in (*left, *right)} <= known.complexes
    for left, right in known.detailed - found:
        apart = left if size(left) == 2 else right
        assert {size(left), size(right)} == {1, 2} and all(len(complex_.strands) > 1 for complex_, _ in apart)
    if not {"cooperative", "annihilator", "clock", "sinks"} & set(title.replace(",", "").split()):
        assert (set(network.complexes), found) == (known.complexes, known.detailed)


def size(one_side: Side) -> int:
    return sum(number for _, number in one_side)
