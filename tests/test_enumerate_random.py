"""Random strands and complexes: our condensed networks are Peppercorn's, reaction by reaction, whatever the structure.

Badelt et al., J. R. Soc. Interface 17:20190866 (2020), helices of up to 8 nt open, complexes of
up to six strands. Systems that grow too large for either are left out, and counted.
"""

from __future__ import annotations

from random import Random

import pytest

from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, Strand, free, gate
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.build import enumerate_complexes
from dsd_ncrn.kinetics.infinite import is_two_domain
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import rates_of
from peppercorn import peppercorn, reactions_of

MOST_STRANDS = 6
TOEHOLD, BRANCHES = Domain("t", 5), [Domain(name, 15) for name in "xyz"]
DOMAINS = [Domain("t", 5), Domain("u", 6), Domain("x", 15), Domain("y", 12)]


def strand(random: Random) -> Strand:
    """Two to four domains of either sense."""
    return tuple(
        random.choice(DOMAINS) if random.random() < 0.5 else ~random.choice(DOMAINS) for _ in range(random.randint(2, 4))
    )


def pairing(random: Random, domains: Strand) -> list[int | None]:
    """Complements paired without crossing, as many as come along."""
    found: list[int | None] = [None] * len(domains)
    opened: list[int] = []
    for place, domain in enumerate(domains):
        if opened and domains[opened[-1]] == ~domain and random.random() < 0.9:
            partner = opened.pop()
            found[partner], found[place] = place, partner
        else:
            opened.append(place)
            while len(opened) > 1 and random.random() < 0.2:
                opened.pop()
    return found


def system(seed: int) -> dict[str, Complex]:
    """Two or three complexes: two strands that hold together, and free ones."""
    random = Random(seed)
    while True:
        strands = [strand(random), strand(random)]
        flat = tuple(domain for each in strands for domain in each)
        pairs = pairing(random, flat)
        first = len(strands[0])
        if any(partner is not None and (place < first) != (partner < first) for place, partner in enumerate(pairs)):
            break
    frees = [strand(random) for _ in range(random.randint(1, 2))]
    listed = [Complex.of(strands, pairs), *(Complex.of([each], [None] * len(each)) for each in frees)]
    return {f"c{number}": complex_ for number, complex_ in enumerate(dict.fromkeys(listed))}


def ours(complexes: dict[str, Complex], remote: bool) -> ReactionNetwork | None:
    listed = list(complexes.values()), list(complexes), rates_of()
    choices = {"semantics": "finite", "unproductive": "none", "condensed": True, "max_strands": MOST_STRANDS}
    try:
        return enumerate_complexes(*listed, max_species=400, remote=remote, **choices)
    except CheckFailed:
        return None


@pytest.mark.slow
@pytest.mark.parametrize(("remote", "seeds"), [(False, range(80)), (True, range(300, 360))])
def test_random_systems_are_peppercorns(remote: bool, seeds: range) -> None:
    """Without and with remote toeholds."""
    systems = {str(seed): system(seed) for seed in seeds}
    networks = {name: network for name, complexes in systems.items() if (network := ours(complexes, remote)) is not None}
    assert len(networks) > 40
    settings = {"release_cutoff": 8, "max_complex_size": MOST_STRANDS, "reject_remote": not remote}
    known = peppercorn({name: systems[name] for name in networks}, **settings)
    eventful = 0
    for name, network in networks.items():
        found = reactions_of(network.complexes, network.steps, known[name].resting)
        assert found == known[name].condensed, name
        eventful += bool(found)
    assert eventful > 20


def two_domain_system(seed: int) -> list[Complex]:
    """One or two nicked duplexes with an open toehold, and strands of the same domains."""
    random = Random(seed)

    def top() -> Strand:
        one, other = random.sample(BRANCHES, 2)
        return random.choice(
            [(TOEHOLD, one), (one, TOEHOLD), (one,), (TOEHOLD, one, other), (one, other, TOEHOLD), (one, other)]
        )

    made: list[Complex] = []
    for _ in range(random.randint(1, 2)):
        parts: list[Open | Bound] = [Bound(top()) for _ in range(random.randint(1, 3))]
        parts.insert(random.randint(0, len(parts)), Open((TOEHOLD,)))
        made.append(gate(*parts))
    return list(dict.fromkeys([*made, *(free(*top()) for _ in range(random.randint(2, 4)))]))


@pytest.mark.slow
def test_both_semantics_have_the_same_rates_on_random_two_domain_systems() -> None:
    """The direct enumeration of two-domain systems is the condensed finite network, rate by rate.

    A branch that two strands share to and fro is shown at one of its ends, which need not be the same: rates are compared in
    order of size.
    """
    found = 0
    for complexes in filter(is_two_domain, map(two_domain_system, range(300))):
        names, networks = [f"c{number}" for number in range(len(complexes))], list[ReactionNetwork]()
        for semantics in ("infinite", "finite"):
            choices = {"semantics": semantics, "unproductive": "none", "condensed": True}
            networks.append(enumerate_complexes(complexes, names, rates_of(), **choices))
        direct, stepwise = (sorted(step.rate for step in network.steps) for network in networks)
        assert len(networks[0].names) == len(networks[1].names)
        assert direct == pytest.approx(stepwise, rel=1e-6)
        found += len(direct)
    assert found > 50
