"""What sizing chooses for every gate: toeholds, shares of reactions that compete; and the longest toeholds that there are."""

from __future__ import annotations

from collections import defaultdict

import pytest
from pydantic import ValidationError

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.chemistry import GateBudget
from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.structure import Bound, Domain, Open, free, gate
from dsd_ncrn.dsd.translate import translate
from dsd_ncrn.gates.fit import SMALLEST_NM
from dsd_ncrn.gates.laws import achieved, join_laws
from dsd_ncrn.gates.learner import largest_firings, size_gates
from dsd_ncrn.kinetics.network import StepKind
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.decide import decide
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.tasks import load_dataset
from finite import finite_network_of
from studies import DESIGNS, changed, design, prepare
from test_sizing import ENGINE, Sized

RATES = rates_of()


def sized(name: str, toehold: int, **circuit: object) -> Sized:
    """A design with toeholds of another length, its gates sized for an epoch: some learn too fast for more."""
    given = changed(changed(load_design(DESIGNS / f"{name}.toml"), "translation", toehold=toehold), "circuit", **circuit)
    given = changed(given, "training", epochs=1)
    data = load_dataset(given.task, 0)
    given = decide(given, data, 0)
    ncrn = compile_design(given, data.dimension, data.outputs)
    spec = size_gates(given, ncrn, largest_firings(given, data, ncrn, ENGINE), RATES)
    return Sized(given, spec, data, ncrn, translate(ncrn, spec))


@pytest.mark.parametrize("toehold", [8])
def test_a_slow_join_has_the_longest_toehold_that_leaves_it_enough(toehold: int) -> None:
    """With a nucleotide more it would hold less than its fork, which is as large as the flux needs, or less than 20 nM.

    Among 8 nt there is much to choose from: the constants of 8, 7, 6 and 5 nt are within a factor of ten.
    """
    found = sized("xor2d_first_order", toehold)
    laws = {law.reaction: law for law in join_laws(found.system)}
    for name in found.slow:
        budget, law = found.spec.chemistry.reactions[name], laws[name]
        if budget.first_toehold < toehold:
            strength = budget.join * law.rate(RATES, budget.first_toehold)
            assert strength / law.rate(RATES, budget.first_toehold + 1) < max(budget.fork, SMALLEST_NM)


def test_reactions_that_share_a_species_share_it_as_their_rates_say() -> None:
    """With a learning rate of 0.05 in N4, a twentieth of G reaches P and the rest is lost: by the joins, and by their laws.

    The laws' shares are within 8 %: gates of one and of no product are driven on by different strands.
    """
    found = sized("linreg2d_batch", 5, learning_rate=0.05, learning_rate_in="N4", theta="dual", x="dual", z="dual")
    laws, groups = achieved(found.system, RATES), defaultdict[str, list[Reaction]](list)
    for reaction in found.system.formal:
        if reaction.fast and len(reaction.reactants) == 1 and reaction.origin.stage == "N4":
            groups[reaction.reactants[0]].append(reaction)
    assert len(groups) == 4
    for update, decay in groups.values():
        names = update.origin.reaction, decay.origin.reaction
        joins = [found.spec.chemistry.reactions[name].join for name in names]
        assert (update.products, decay.products) != ((), ()) and joins[0] / sum(joins) == pytest.approx(0.05, rel=1e-9)
        assert laws[names[0]] / sum(laws[name] for name in names) == pytest.approx(0.05, rel=0.08)


def opens_again(length: int) -> bool:
    """Whether a strand <t x> comes off a gate {t*}[p] by itself again."""
    toehold, x, p = Domain("t", length), Domain("x", 15), Domain("p", 15)
    network = finite_network_of({"X": free(toehold, x), "gate": gate(Open((toehold,)), Bound((p,)))}, resting="all")
    return any(step.kind == StepKind.UNBINDING for step in network.steps)


def test_toeholds_have_up_to_eight_nucleotides() -> None:
    """The longest that Zhang & Winfree (2009) find to come off within seconds: by the gates, and by what a design may ask."""
    assert opens_again(8) and not opens_again(9)
    for field in ("toehold", "cooperative_toehold"):
        assert getattr(Translation.model_validate({field: 8}), field) == 8
        assert getattr(Translation.model_validate({field: 4}), field) == 4
        for length in (3, 9):
            with pytest.raises(ValidationError):
                Translation.model_validate({field: length})
    budget = {"join": "1 nM", "fork": "1 nM", "fuel": "1 nM"}
    assert [GateBudget.model_validate(budget | {"first_toehold": nt}).first_toehold for nt in (3, 8)] == [3, 8]
    for length in (2, 9):
        with pytest.raises(ValidationError):
            GateBudget.model_validate(budget | {"first_toehold": length})


def test_a_circuit_with_the_longest_toeholds_and_the_shortest_branches_predicts() -> None:
    """linreg2d with 8 and 10 nt, its gates sized: within 10 % of theta x T at two points.

    At the rates of duplexes and where nothing rests: what rests on 8 nt stays, and with occlusion the calibration refuses the
    bias join (0.22 times its law).
    """
    spec = changed(changed(design("linreg2d"), "translation", toehold=8, branch=10), "chemistry", sizing="auto", rates="duplex")
    spec = changed(spec, "imperfections", occlusion=0.0)
    study = prepare(spec, seed=0)
    assert {domain.length for domain in study.system.domains if not domain.is_toehold} == {10}
    for x in study.data.train_x[:2]:
        assert study.tube().predict(x) == pytest.approx(IdealLearner(study.ncrn, ENGINE).predict(x), rel=0.1)
