"""Join and fork with a toehold between them that no signal has: the scheme ``chen``.

Chen, Dalchau, Srinivas, Phillips, Cardelli, Soloveichik and Seelig (Nat. Nanotechnol. 8:755, 2013), figure 1 and
supplementary figure S7.6: the join ``{t*}[x t][p t][r v]`` ends with the segment that its auxiliary strand ``<t r>`` sets free,
and ``<r v>`` opens the fork ``[i][t z][t x][t p][t r]{v*}``. Joins need no seal and are a segment shorter, and no signal
parks on the open toehold of a fork. Generalised to a clock and both polarities; there every species has a toehold of
its own, here all share one, so that one buffer of cogates serves all joins. Without a seal spent joins pile up and can
take ``<r v>`` back; only the fork commits, after the products. A join that frees outputs of opposite polarity itself is
sealed as in the plain scheme: ``[r v][g u][e]``.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.schemes.parts import (
    Made,
    Scheme,
    check_fuels,
    check_inputs,
    driven_by,
    fork,
    fuel,
    join,
    release,
    sealing,
    side_of,
    split_outputs,
    trigger_name,
)
from dsd_ncrn.dsd.schemes.plain import plain_gates
from dsd_ncrn.dsd.words import Words


def chen_gates(reaction: Reaction, clock: str | None, words: Words) -> Made:
    """Gates and auxiliary strands of one reaction with at least one output; without a fork those of the plain scheme.

    Each firing binds the auxiliary strand, or the seal where there is one.
    """
    outputs, freed = split_outputs(reaction, words)
    if not outputs:
        return plain_gates(reaction, clock, words)
    check_inputs(reaction)
    check_fuels(reaction, words, "join", "fork", "fuel")
    side, trigger, opening = side_of(reaction, words), trigger_name(reaction), words.fork_toehold
    # The trigger leaves with the fork's toehold, which no signal has.
    tops = [side.left(trigger, opening), *(words.signal(product) for product in freed)]
    tops += [words.branch(words.join_end)] if freed else []
    helper = fuel("helper", side.enter(trigger), reaction, words)
    releases = [release(reaction, freed[0], opening, words)] if freed else []
    seal = sealing(side, freed, words.join_end)
    return Made(
        join(reaction, clock, tops, words),
        fork(reaction, opening, trigger, words),
        (helper, *releases),
        driver=driven_by(helper, side),
        mark=seal if freed else side.enter(trigger),
    )


CHEN = Scheme(
    "chen",
    "a toehold of its own between join and fork, joins without a seal (Chen et al. 2013); final states as for plain",
    chen_gates,
    False,
)
