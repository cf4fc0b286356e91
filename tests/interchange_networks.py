"""Networks that the tests of every interchange format use, and what their rates are by hand."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from pathlib import Path

from hypothesis import strategies as st

from dsd_ncrn.crn.text import load_crn
from dsd_ncrn.crn.types import Crn, Origin, Phase, Reaction, Species
from dsd_ncrn.design.chemistry import SpeciesKind

DESIGNS = Path(__file__).parent.parent / "designs"
PLAIN = tuple(sorted(DESIGNS.glob("*.crn")))

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,4}", fullmatch=True)
sides = st.lists(names, max_size=4).map(tuple)
rates = st.floats(min_value=1e-12, max_value=1e12)
reactions = st.builds(Reaction, sides, sides, rates).filter(lambda reaction: reaction.reactants or reaction.products)


@st.composite
def networks(draw: st.DrawFn, names: st.SearchStrategy[str] = names) -> Crn:
    """Networks without phases, species in any order, some of them in no reaction."""
    listed = tuple(draw(st.lists(reactions, min_size=1, max_size=6)))
    used = {name for reaction in listed for name in (*reaction.reactants, *reaction.products)}
    species = tuple(draw(st.permutations(sorted(used | draw(st.sets(names, max_size=2))))))
    initial = draw(st.dictionaries(st.sampled_from(species), rates, max_size=3))
    return Crn("crn", species, listed, initial=initial)


def of_every_order() -> Crn:
    """Reactions of order 0 to 4, with coefficients, and species that the formats would like to name themselves."""
    species = ("A", "B", "R1", "tube", "time", "k_R2", "per_s", "DNA")
    sides = ((), ("A",)), (("A",), ()), (("A", "B"), ("B", "B")), (("A", "A", "tube"), ("time",)), (("B",) * 4, ("R1",))
    listed = [Reaction(left, right, 0.5 + number, origin=Origin(f"R{number}")) for number, (left, right) in enumerate(sides, 1)]
    odd = [Reaction(("k_R2", "per_s"), ("DNA",), 2.0, origin=Origin("R1")), Reaction(("DNA",), (), 3.0)]
    return Crn("2 orders & <more>", species, (*listed, *odd), initial={name: 1.0 + n for n, name in enumerate(species)})


def clocked() -> Crn:
    """A network with a phase of every kind; X decays in the first and in the last one, Z grows in the first alone."""
    first, both = frozenset({"C1"}), frozenset({"C1", "flush"})
    return Crn(
        "clocked",
        ("X", "Z", "A1p"),
        (
            Reaction(("X",), ("X", "Z"), 1.5, first, origin=Origin("N1_1", "N1", "x & <y>")),
            Reaction(("X",), (), 0.25, both, origin=Origin("flush_X", "flush", "X = 0")),
            Reaction(("Z", "A1p"), (), 1.0, frozenset({"C2"}), origin=Origin("N2_Z", "N2", "a += z1")),
            Reaction(("A1p", "A1p"), ("A1p",), 0.5, origin=Origin("annihilation_A1", "annihilation")),
        ),
        (Phase("C1", "C1", 0.5), Phase("C2", "C2", 0.25, every=3), Phase("flush", "", 0.125)),
        initial={"X": 2.0, "A1p": 1.0},
        carriers={"A1p": Species(SpeciesKind.ADJOINT, "1", "p")},
    )


def filled(crn: Crn) -> Crn:
    """The network with some of every species to start from."""
    return replace(crn, initial={name: 0.5 + 0.25 * number for number, name in enumerate(crn.species)})


def rates_at_start(crn: Crn) -> list[float]:
    """k times the product of concentrations for every reaction that runs in the first phase, 0 for the others."""
    running = [not each.phases or crn.phases[0].name in each.phases for each in crn.reactions]
    products = [each.rate * prod(crn.initial.get(name, 0.0) for name in each.reactants) for each in crn.reactions]
    return [product if runs else 0.0 for product, runs in zip(products, running, strict=True)]


def net_changes(crn: Crn) -> list[dict[str, int]]:
    """What each reaction does to the number of each species."""
    return [
        {name: change for name in crn.species if (change := each.products.count(name) - each.reactants.count(name))}
        for each in crn.reactions
    ]


def example(path: Path) -> Crn:
    """A plain network of the project."""
    return load_crn(path)
