"""Join and fork that commit before anything comes free: the scheme ``sealed`` ("3I").

Cardelli, "Two-domain DNA strand displacement" (Math. Struct. Comput. Sci. 23:247, 2013), figure 15: a helper of three
domains makes the step after the last input irreversible. Generalised from the transducer there to n inputs, m outputs,
a clock and both polarities; Badelt et al. (J. R. Soc. Interface 17:20190866, 2020) extend it to n inputs as well.

Join ``{t*}[x t][p t][k][c][r t][r]``, k the clock's segment: the helper ``<t c r>`` displaces ``<c>``, which has no
toehold to come back by, and frees ``<r t>``, which opens the fork of the plain scheme. The join is then sealed by
``<t r>``, which the fork gives back. Outputs of opposite polarity stand before ``[r t]``: ``[c][g u][r t][r]`` with
helpers ``<t c g>`` and ``<u r>``; where all outputs are such, ``[c][g u][e]`` and no fork. The domain c is private:
a shared one would let the helper of one reaction jam the join of another.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.modules.parts import Scheme, check_fuels, check_inputs, entry, fork, side_of, split_outputs, trigger_name
from dsd_ncrn.dsd.structure import Bound, Strand
from dsd_ncrn.dsd.system import Component, Role
from dsd_ncrn.dsd.words import Words, strand_component


def sealed_join_fork(reaction: Reaction, clock: str | None, words: Words) -> list[Component]:
    """Gates and helpers of one reaction with at least one output."""
    check_inputs(reaction)
    name, budget, side = reaction.origin.reaction, words.budget(reaction), side_of(reaction, words)
    outputs, freed = split_outputs(reaction, words)
    check_fuels(reaction, budget, "join", *(["fork"] if outputs else []), "fuel")
    trigger = trigger_name(reaction)
    tops = [words.branch(commit_name(reaction)), *(words.signal(product) for product in freed)]
    tops += [side.leave(trigger), words.branch(trigger)] if outputs else [words.branch(words.join_end)]
    join = side.join(f"join_{name}", [*entry(reaction, clock, words), *map(Bound, tops)], budget.join, reaction.origin)
    forks = [fork(reaction, side.toehold, trigger, words)] if outputs else []
    return [join, *forks, *_helpers(reaction, words)]


def commit_name(reaction: Reaction) -> str:
    """The private domain whose displacement commits a reaction."""
    return f"c_{reaction.origin.reaction}"


def commit_strand(reaction: Reaction, words: Words) -> Strand:
    """``<t c r>``, the helper that commits a reaction: each firing binds one."""
    _, freed = split_outputs(reaction, words)
    side = side_of(reaction, words)
    return side.strand(side.toehold, commit_name(reaction), freed[0] if freed else trigger_name(reaction))


def _helpers(reaction: Reaction, words: Words) -> list[Component]:
    """The helper that commits, the one that frees the trigger behind other outputs, and the join's seal."""
    name, side, trigger = reaction.origin.reaction, side_of(reaction, words), trigger_name(reaction)
    outputs, freed = split_outputs(reaction, words)
    strands = {f"commit_{name}": commit_strand(reaction, words)}
    if outputs and freed:
        strands[f"trigger_{name}"] = side.strand(side.other.toehold, trigger)
    if outputs:
        strands[f"helper_{name}"] = side.enter(trigger)
    level = words.budget(reaction).fuel
    return [strand_component(each, strand, Role.FUEL, level, reaction.origin) for each, strand in strands.items()]


SEALED = Scheme(
    "sealed",
    "joins that commit by a helper of three domains (Cardelli 2013, figure 15); every module proved by CRN"
    " bisimulation; one domain more for each reaction",
    sealed_join_fork,
    commit_strand,
    True,
)
