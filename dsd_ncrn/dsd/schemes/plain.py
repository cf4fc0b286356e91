"""Join and fork of n inputs and m outputs, with cogates reused: the scheme ``plain``.

Cardelli, "Two-domain DNA strand displacement" (DCM 2010; Math. Struct. Comput. Sci. 23:247, 2013, figures 5 to 10:
transducer, fork, catalyst, join, 3-way join), generalised: catalysts are taken by the join and given back by the fork,
so the cogates that the join releases are those the fork consumes; a clock strand, where the reaction is gated, is the
last input before the trigger. Outputs of opposite polarity are released by the join, because the fork's strands all
face the same way; where all are, there is no fork, and the first is one displacement behind the last input.

Join ``{t*}[x t][p t][c t][r t][e]`` with auxiliary strand ``<t r>``, sealed by ``<t e>``; fork ``[i][t z][t x][t p][t r]{t*}``,
sealed by ``<i t>``. The seals are shared by all gates. Everything up to the seals is reversible, so products can come
free before the reaction is committed: correct in its final states, but not bisimilar to the formal reaction.
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
from dsd_ncrn.dsd.words import Words


def plain_gates(reaction: Reaction, clock: str | None, words: Words) -> Made:
    """Gates and auxiliary strands of one reaction with at least one output; each firing binds the seal of the join."""
    check_inputs(reaction)
    side, trigger = side_of(reaction, words), trigger_name(reaction)
    outputs, freed = split_outputs(reaction, words)
    check_fuels(reaction, words, "join", *(["fork"] if outputs else []), "fuel")
    # Behind the inputs: the trigger of the fork, the outputs that the fork cannot free, and what the seal displaces.
    tops = [side.leave(trigger)] if outputs else []
    tops += [*(words.signal(product) for product in freed), words.branch(words.join_end)]
    # The auxiliary strand drives the join on when it has all its inputs; without a fork the first release does.
    helpers = [fuel("helper", side.enter(trigger), reaction, words)] if outputs else []
    helpers += [release(reaction, freed[0], side.toehold, words)] if freed else []
    return Made(
        join(reaction, clock, tops, words),
        fork(reaction, side.toehold, trigger, words) if outputs else None,
        tuple(helpers),
        driver=driven_by(helpers[0], side if outputs else side.other),
        mark=sealing(side, freed, words.join_end),
    )


PLAIN = Scheme(
    "plain",
    "join and fork of two-domain gates with shared seals (Cardelli 2010); every final state is right, but products"
    " come before commitment, so that it is no CRN bisimulation",
    plain_gates,
    False,
)
