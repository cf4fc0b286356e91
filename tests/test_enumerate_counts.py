"""Networks of single gates against the counts of the literature.

Counts: computed independently by hand from Cardelli's gates and, where its semantics apply, by
Visual DSD and Peppercorn; two-domain gates after Cardelli, "Two-domain DNA strand displacement" (DCM 2010).
"""

from __future__ import annotations

import pytest

from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, free, gate
from dsd_ncrn.kinetics.build import enumerate_complexes
from dsd_ncrn.kinetics.network import ReactionNetwork, StepKind, count_steps
from dsd_ncrn.kinetics.rates import rates_of
from studies import A, C, E, P, T, U, X, Y, Z, catalysis, fork, join, network_of, transducer, two_inputs

OUTPUTS = tuple(Domain(f"y{number}", 15) for number in range(1, 5))


def counts(complexes: dict[str, Complex]) -> tuple[int, int, int]:
    size = count_steps(network_of(complexes))
    return size["species"], size["reversible"], size["irreversible"]


def test_the_transducer() -> None:
    """X -> Y: 16 species, 4 reversible and 2 irreversible steps (also the count of Visual DSD and Peppercorn)."""
    assert counts(transducer(Y)) == (16, 4, 2)


@pytest.mark.parametrize("number", range(5))
def test_the_fork_grows_by_three_species_per_output(number: int) -> None:
    """X -> Y1 ... Yn: 13 + 3n species, n + 3 reversible and 2 irreversible steps."""
    assert counts(transducer(*OUTPUTS[:number])) == (13 + 3 * number, number + 3, 2)


def test_catalysis_reuses_its_cogates() -> None:
    """X + P -> Z + X + P: 22 species, 7 reversible and 2 irreversible steps."""
    assert counts(catalysis()) == (22, 7, 2)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_second_input_costs_one_reversible_step(number: int) -> None:
    """X + Y -> n outputs, sealed by a private strand: the transducer's count, 3 species more for Y and 1 for the seal."""
    assert counts(two_inputs(*OUTPUTS[:number])) == (17 + 3 * number, number + 4, 2)


def test_sealed_catalysis_commits_in_one_step() -> None:
    """The sealed form with helper ``<t c a>``: 24 species, 6 + 3 steps by displacement.

    Our finite binding adds one visit that leads nowhere, <a t> resting on the sealed join by its toehold and half its
    branch point, which the infinite semantics of the count leaves out.
    """
    complexes = catalysis() | {"join": join((X, T), (P, T), (C,), (A, T), (A,)), "commit": free(T, C, A)}
    network = network_of(complexes)
    displacements = network.kinds(StepKind.DISPLACEMENT)
    reached = set(range(len(complexes))) | {index for step in displacements for index in step.products}
    assert (len(reached), len(displacements)) == (24, 6 * 2 + 3)
    assert len(network.names) == 25
    assert [step.kind for step in network.steps if step not in displacements] == [StepKind.BINDING, StepKind.UNBINDING]


def test_visits_that_help_nobody_can_be_left_out() -> None:
    """The sealed form has the published 24 species then; partners of a cooperative annihilation stay: they help each other."""
    sealed = catalysis() | {"join": join((X, T), (P, T), (C,), (A, T), (A,)), "commit": free(T, C, A)}
    cooperative = {"X": free(T, X), "Y": free(Y, U), "gate": gate(Open((T,)), Bound((X, Y)), Open((U,)))}
    for complexes, species in ((sealed, 24), (cooperative, 7)):
        listed = list(complexes.values()), list(complexes)
        assert len(enumerate_complexes(*listed, rates_of(), unproductive="none").names) == species


def test_two_domain_annihilation() -> None:
    """X + Y -> 0 by ``{t*}[x t]:[y]``: 7 species, one reversible and one irreversible step."""
    complexes = {"X": free(T, X), "Y": free(T, Y), "gate": gate(Open((T,)), Bound((X, T)), Bound((Y,)))}
    assert counts(complexes) == (7, 1, 1)


def test_cooperative_annihilation() -> None:
    """X + Y -> 0 by ``{t*}[x y]{u*}``: each partner binds reversibly, both together displace; 7 species, 2 + 2.

    Zhang, J. Am. Chem. Soc. 133:1077 (2011), figure 1.
    """
    complexes = {"X": free(T, X), "Y": free(Y, U), "gate": gate(Open((T,)), Bound((X, Y)), Open((U,)))}
    assert counts(complexes) == (7, 2, 2)
    network = network_of(complexes)
    assert sorted(step.kind for step in network.steps) == ["binding"] * 2 + ["displacement"] * 2 + ["unbinding"] * 2
    for alone in ("X", "Y"):
        partner = {name: complex_ for name, complex_ in complexes.items() if name in (alone, "gate")}
        assert counts(partner) == (3, 1, 0)


@pytest.mark.parametrize(
    ("signal", "sink"),
    [(free(T, X), gate(Open((T,)), Bound((X,)))), (free(X, U), gate(Bound((X,)), Open((U,))))],
    ids=["straight", "mirrored"],
)
def test_sinks_of_both_polarities(signal: Complex, sink: Complex) -> None:
    """X -> 0: 4 species and one irreversible step, at either end of the gate."""
    assert counts({"X": signal, "sink": sink}) == (4, 0, 1)


def test_a_sink_of_the_other_polarity_takes_nothing() -> None:
    assert counts({"X": free(X, U), "sink": gate(Open((U,)), Bound((X,)))}) == (2, 0, 0)


def test_the_join_of_visual_dsd() -> None:
    """Its manual's join and reporter, ``{tb*}[b tx]:[x to]`` and ``<fl>[x]{to*}``: 10 species, 2 + 1 steps."""
    assert counts(join_and_reporter()) == (10, 2, 1)


def join_and_reporter() -> dict[str, Complex]:
    from dsd_ncrn.dsd.pil import parse_pil

    return {
        found.name: found.complex
        for found in parse_pil(
            "length tb = 6\nlength tx = 6\nlength to = 6\nlength fl = 6\nlength b = 20\nlength x = 20\n"
            "first = tb b\nsecond = tx x\njoin = b( tx( + x( to( + ) ) ) ) tb*\nreporter = fl x( + to* )\n"
        )
    }


def in_series(trigger: Domain) -> ReactionNetwork:
    """X -> Y -> Z, the second transducer with this trigger."""
    second = {
        "join2": join((Y, T), (trigger, T), (trigger,)),
        "fork2": fork((Y,), (T, Z), (T, trigger)),
        "trigger2": free(T, trigger),
        "helper_z": free(Z, T),
    }
    names = {complex_: name for name, complex_ in (transducer(Y) | second).items()}
    return network_of({name: complex_ for complex_, name in names.items()})


def test_reactions_must_not_share_a_trigger() -> None:
    """with one trigger for two reactions, the join of either sets off both forks.

    With private triggers two transducers share only Y and its cogate.
    """
    private, shared = in_series(C), in_series(A)
    assert (len(private.names), len(shared.names)) == (2 * 16 - 2, 2 * 16 - 2 - 3)
    for network, forks in ((private, {"fork"}), (shared, {"fork", "fork2"})):
        released = network.position[free(A, T)]
        met = {network.names[index] for step in network.steps if released in step.reactants for index in step.reactants}
        assert met & {"fork", "fork2"} == forks


def test_gates_out_of_reach_do_not_react() -> None:
    """No toehold in common, no reaction; and a toehold without a branch to displace is no invasion either."""
    assert counts({"X": free(U, X), "gate": join((X, T), (A,))}) == (2, 0, 0)
    assert counts({"E": free(T, E), "gate": join((X, T), (A,))}) == (2, 0, 0)
    assert counts({"t": free(T), "gate": join((X, T), (A,))}) == (2, 0, 0)
