"""Networks of designs: enumerated once for the same strands, proved right, and mistakes planted in them are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import module_network, network_of, verified
from dsd_ncrn.crn.text import load_crn, parse_crn
from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.bisimulation import abstract_steps
from dsd_ncrn.dsd.final_states import made_reversibly
from dsd_ncrn.dsd.module import module_of, steps_of
from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, free, gate
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.dsd.translate import translate, translate_network
from dsd_ncrn.dsd.verify import BISIMULATION, FINAL_STATES, SystemCheck
from dsd_ncrn.families import SCHEMES
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.leaks import LeakKind
from dsd_ncrn.ncrn.compile import compile_design
from studies import ALL_DESIGNS, changed, design, translated

NETWORKS = sorted((Path(__file__).parent.parent / "designs").glob("*.crn"))
EVERY_KIND = """
-> A
A -> B + C
A <=> B
A + B -> 2 B
A ->
A + B ->
A + B + C -> D
A + A ->
A + B + C ->
3 A -> 2 B
"""


def system_of(text: str, **options: object) -> DsdSystem:
    """A plain network in strands."""
    return translate_network(parse_crn(text), Translation.model_validate(options), Chemistry())


def of_reactions(system: DsdSystem) -> dict[str, SystemCheck]:
    """The checks of the modules by the name of their reaction."""
    found = verified(system)
    assert found.ok, str(found)
    return {check.subject.split()[0]: check for check in found.checks if "(" in check.subject}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ALL_DESIGNS)
def test_the_shipped_designs_are_verified_in_every_scheme(name: str, scheme: str) -> None:
    """Every module has a proof; by CRN bisimulation where the scheme commits first (Cardelli 2013, figure 15)."""
    spec = changed(design(name), "translation", scheme=scheme)
    system = translate(compile_design(spec, 2), spec)
    checks = of_reactions(system)
    assert set(checks) == {reaction.origin.reaction for reaction in system.formal}
    for reaction in system.formal:
        proved = scheme == "sealed" or not reaction.products
        assert checks[reaction.origin.reaction].method == (BISIMULATION if proved else FINAL_STATES)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_the_plain_networks_are_verified_in_every_scheme(path: Path, scheme: str) -> None:
    assert verified(translate_network(load_crn(path), Translation(scheme=scheme), Chemistry())).ok  # type: ignore[arg-type]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("sign", [1, -1])
def test_every_kind_of_reaction_is_verified_in_either_polarity(scheme: str, sign: int) -> None:
    """No to three reactants, equal or not, with and without products."""
    asked = dict.fromkeys("ABCD", sign)
    system = system_of(EVERY_KIND, scheme=scheme, polarity=asked)
    assert {name: system.polarity[name] for name in asked} == asked
    assert set(of_reactions(system)) == {f"R{number}" for number in range(1, 12)}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_outputs_of_the_other_polarity_are_verified(scheme: str) -> None:
    """Some of the outputs, all of them, and several in a row that the join frees one after the other."""
    text = "X + P -> X + P + G + H\nX -> G + H\nG -> Z + X\nG + H -> G + X + Z + P"
    system = system_of(text, scheme=scheme, polarity={"G": -1, "H": -1})
    assert {name for name, sign in system.polarity.items() if sign < 0} == {"G", "H"}
    checks = of_reactions(system)
    assert "fork_R2" not in system.by_name and "fork_R3" not in system.by_name and "fork_R4" in system.by_name
    if scheme == "sealed":
        assert {check.method for check in checks.values()} == {BISIMULATION}


def test_a_witness_says_what_every_species_stands_for() -> None:
    """X -> Y sealed: before the commitment a gate holds X, after it the trigger strand is Y (S1 and S2 of the shape)."""
    (check,) = of_reactions(system_of("X -> Y", scheme="sealed")).values()
    assert check.witness["S1"] == "S1" and check.witness["S2"] == "S2"
    assert check.witness["<r_ t>"] == "S2"
    holding = [species for species, meaning in check.witness.items() if meaning == "S1" and species != "S1"]
    assert len(holding) == 1 and "c_(" in holding[0]
    assert set(check.witness.values()) == {"0", "S1", "S2"}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("text", ["X -> Y", "X + P -> X + P + Z", "X + Y -> Z", "X -> Y + Z"])
def test_crnverifier_finds_the_same_by_itself(text: str, scheme: str) -> None:
    """Its own search, with the signals alone interpreted: a bisimulation of the sealed modules, none of the others.

    A False may depend on the order of the reactions, so that it counts for little; here it only has to agree with the
    reason why there is none: reversible steps alone set a product free.
    """
    from crnverifier.crn_bisimulation import crn_bisimulation_test

    system = system_of(text, scheme=scheme)
    module = module_of(system.formal[0], system)
    steps = steps_of(module_network(module.present))
    formal = [[list(module.formal.reactants), list(module.formal.products)]]
    network = [[list(left), list(right)] for left, right in abstract_steps(module, steps)]
    signals = {species: [species] for species, _ in module.signals}
    found, _ = crn_bisimulation_test(formal, network, set(signals), signals)
    assert found is (scheme == "sealed")
    assert (made_reversibly(module, steps) is None) is found


def rename(system: DsdSystem, old: str, new: str) -> DsdSystem:
    """A system in which a domain has been given the sequence of another one."""

    def renamed(complex_: Complex) -> Complex:
        strands = [tuple(d._replace(name=new) if d.name == old else d for d in strand) for strand in complex_.strands]
        return Complex.of(strands, complex_.pairing)

    return replace(system, components=tuple(replace(c, complex=renamed(c.complex)) for c in system.components))


def swapped(system: DsdSystem, name: str, complex_: Complex) -> DsdSystem:
    """A system with another complex in the place of one."""
    components = tuple(replace(c, complex=complex_) if c.name == name else c for c in system.components)
    return replace(system, components=components)


def failures(system: DsdSystem) -> dict[str, str]:
    return {check.subject.split()[0]: check.detail for check in verified(system).failures}


def test_a_shared_trigger_is_found() -> None:
    """Two transducers in series that share their trigger domain (Lakin et al., J. R. Soc. Interface 9:1470, 2012)."""
    good = system_of("X -> Y\nY -> Z")
    assert not failures(good)
    found = failures(rename(good, "r_r2", "r_r1"))
    assert "r_r1 is in gates of R1, R2" in found["domains"]
    assert found["system"] == "<r_r1 t> belongs to R1 and to R2"


T, U = (Domain("t", 5),), (Domain("u", 7),)
X, Y, P, W, R, END, INERT = ((Domain(name, 15),) for name in ("x", "y", "p", "w", "r_r1", "end", "inert"))


def bad_gates() -> dict[str, tuple[str, Callable[[], Complex], str]]:
    """Gates of X + P -> Y that have one thing wrong: which gate, what is in its place, and what is said of it."""
    return {
        "another output": ("fork_R1", lambda: gate(*map(Bound, (INERT, T + W, T + R)), Open(T)), "R1"),
        "no output": ("fork_R1", lambda: gate(*map(Bound, (INERT, T + R)), Open(T)), "R1"),
        "an output twice": ("fork_R1", lambda: gate(*map(Bound, (INERT, T + Y, T + Y, T + R)), Open(T)), "R1"),
        "a wrong toehold inside": ("join_R1", lambda: gate(Open(T), *map(Bound, (X + U, P + T, R + T, END))), "R1"),
        "a wrong toehold at the entry": ("join_R1", lambda: gate(Open(U), *map(Bound, (X + T, P + T, R + T, END))), "R1"),
        "an input forgotten": ("join_R1", lambda: gate(Open(T), *map(Bound, (X + T, R + T, END))), "R1"),
        "a fork that is open": ("fork_R1", lambda: gate(*map(Bound, (INERT, T + Y)), Open(T)), "R1"),
    }


@pytest.mark.parametrize("mistake", bad_gates())
def test_a_wrong_gate_is_found(mistake: str) -> None:
    """One segment wrong in one gate, in a circuit that is right otherwise."""
    good = system_of("X + P -> Y\nW -> Y\nY -> W")
    assert not failures(good)
    name, made, subject = bad_gates()[mistake]
    assert subject in failures(swapped(good, name, made()))


H = (Domain("h_r1", 15),)


def with_second_helper(drives_back: bool) -> DsdSystem:
    """X -> Y whose join has a segment more, between the input and the trigger, and the strands that fit there.

    Its helper ``<t h>`` comes in for ``<h t>``. With ``drives_back`` that is mixed in excess as well.
    """
    system = system_of("X -> Y")
    join = gate(Open(T), *map(Bound, (X + T, H + T, R + T, END)))
    origins = system.by_name["join_R1"].origins
    mixed = [("forward", T + H)] + ([("back", H + T)] if drives_back else [])
    strands = [Component(name, free(*strand), Role.FUEL, 1000.0, origins, topped_up=True) for name, strand in mixed]
    longer = swapped(system, "join_R1", join)
    return replace(longer, components=(*longer.components, *strands))


def test_a_helper_that_drives_its_join_backwards_is_found() -> None:
    """What the join sets free is mixed in excess, as if it were a helper: every state still ends right, but the wrong way
    is the one that is driven. With the other strand alone nothing is wrong.
    """
    assert not failures(with_second_helper(drives_back=False))
    found = failures(with_second_helper(drives_back=True))
    assert found == {
        "R1": "the join does not use up its auxiliary strand <h_r1 t>: an excess of it drives the reaction backwards"
    }


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_module_without_its_seals_can_go_back(scheme: str) -> None:
    """Without the seals that end joins and forks the reaction is reversible, whatever states it reaches."""
    system = system_of("X -> Y", scheme=scheme)
    open_ended = tuple(each for each in system.components if each.role != Role.FUEL or each.origins)
    assert "R1" in failures(replace(system, components=open_ended))


def test_a_gate_that_fires_without_its_clock_is_found() -> None:
    """The join of N1_1 without its clock segment [c1 t]: it still does its reaction, but at the wrong time."""
    system = translated("linreg2d")
    join = system.by_name["join_N1_1"].complex
    x, p, r = ((Domain(name, 15),) for name in ("x1", "p1", "r_n1_1"))
    t = next(strand for strand in join.strands if strand[0].name == "x1")[1:]  # as it is cut for weaker joins
    clocked = gate(Open(t), *map(Bound, (x + t, p + t, (Domain("c1", 15), *t), r + t, END)))
    assert clocked == join
    bare = gate(Open(t), *map(Bound, (x + t, p + t, r + t, END)))
    late = gate(Open(t), *map(Bound, (x + t, p + t, r + t, (Domain("c1", 15), *t), END)))
    for wrong in (bare, late):
        assert failures(swapped(system, "join_N1_1", wrong)) == {"N1_1": "it does not wait for its clock"}


def test_a_shared_commitment_domain_is_found() -> None:
    """A helper <t c r> that fits the joins of two reactions jams the second one."""
    found = failures(rename(system_of("X -> Y\nW -> Z", scheme="sealed"), "c_r2", "c_r1"))
    assert "c_r1 is in gates of R1, R2" in found["domains"]
    assert "system" in found


def test_a_plain_module_passed_off_as_a_sealed_one_is_not_proved() -> None:
    """Products of the plain scheme come free before commitment: no interpretation is a CRN bisimulation."""
    found = failures(replace(system_of("X -> Y"), scheme="sealed"))
    assert found == {"R1": "no interpretation of its species is one"}


def test_a_lost_strand_is_found() -> None:
    """A step whose products miss a strand of its reactants breaks the mass balance."""
    from dsd_ncrn.dsd.verify import mass_balance
    from studies import strand_network

    network = strand_network("linreg2d")
    assert mass_balance(network).ok
    step = next(step for step in network.steps if len(step.products) == 2)
    broken = replace(network, steps=(replace(step, products=step.products[:1]), *network.steps))
    assert not mass_balance(broken).ok


def test_concentrations_have_no_part_in_a_network_and_all_else_has() -> None:
    """Twice the unit changes what is mixed, not what reacts; another toehold, leak model or leak rate does."""
    spec = design("linreg2d_minimal")
    plain = Study(spec)
    twice = Study(changed(spec, "chemistry", unit=2 * spec.chemistry.unit))
    assert twice.designed != plain.designed
    assert twice.network is plain.network == build_network(plain.designed)
    assert Study(changed(spec, "translation", toehold=6)).network != plain.network
    assert Study(changed(spec, "chemistry", rates="duplex")).network != plain.network
    system = translated("linreg2d_minimal")
    leaks = [network_of(system, "gate", {LeakKind.FORK: rate, LeakKind.JOIN: 1.0}) for rate in (0.0, 1.0, 2.0)]
    assert all(one != other for one, other in pairwise(leaks))
