"""Join and fork with a toehold between them that no signal has: the scheme ``chen``.

Chen, Dalchau, Srinivas, Phillips, Cardelli, Soloveichik and Seelig (Nat. Nanotechnol. 8:755, 2013), figure 1 and
supplementary figure S7.6: the join ``{t*}[x t][p t][r v]`` ends with the segment that its helper ``<t r>`` sets free,
and ``<r v>`` opens the fork ``[i][t z][t x][t p][t r]{v*}``. Joins need no seal and are a segment shorter, and no signal
parks on the open toehold of a fork. Generalised to a clock and both polarities; there every species has a toehold of
its own, here all share one, so that one buffer of cogates serves all joins. Without a seal spent joins pile up and can
take ``<r v>`` back; only the fork commits, after the products. A join that frees outputs of opposite polarity itself is
sealed as in the plain scheme: ``[r v][g u][e]``.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.modules.join_fork import join_fork, join_mark
from dsd_ncrn.dsd.modules.parts import (
    Scheme,
    check_fuels,
    check_inputs,
    entry,
    fork,
    release,
    side_of,
    split_outputs,
    trigger_name,
)
from dsd_ncrn.dsd.structure import Bound, Strand
from dsd_ncrn.dsd.system import Component, Role
from dsd_ncrn.dsd.words import Words, strand_component


def chen_join_fork(reaction: Reaction, clock: str | None, words: Words) -> list[Component]:
    """Gates and helpers of one reaction with at least one output; without a fork those of the plain scheme."""
    outputs, freed = split_outputs(reaction, words)
    if not outputs:
        return join_fork(reaction, clock, words)
    check_inputs(reaction)
    name, budget, side = reaction.origin.reaction, words.budget(reaction), side_of(reaction, words)
    check_fuels(reaction, budget, "join", "fork", "fuel")
    trigger, opening = trigger_name(reaction), words.fork_toehold
    tops = [side.left(trigger, opening), *(words.signal(product) for product in freed)]
    tops += [words.branch(words.join_end)] if freed else []
    join = side.join(f"join_{name}", [*entry(reaction, clock, words), *map(Bound, tops)], budget.join, reaction.origin)
    helper = strand_component(f"helper_{name}", side.enter(trigger), Role.FUEL, budget.fuel, reaction.origin)
    releases = [release(reaction, freed[0], opening, words)] if freed else []
    return [join, fork(reaction, opening, trigger, words), helper, *releases]


def chen_mark(reaction: Reaction, words: Words) -> Strand:
    """The strand that each firing binds: the helper, or the seal where there is one."""
    outputs, freed = split_outputs(reaction, words)
    return join_mark(reaction, words) if freed or not outputs else side_of(reaction, words).enter(trigger_name(reaction))


CHEN = Scheme(
    "chen",
    "a toehold of its own between join and fork, joins without a seal (Chen et al. 2013); final states as for plain",
    chen_join_fork,
    chen_mark,
    False,
)
