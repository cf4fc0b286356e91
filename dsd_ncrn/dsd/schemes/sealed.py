"""Join and fork that commit before anything comes free: the scheme ``sealed`` ("3I").

Cardelli, "Two-domain DNA strand displacement" (Math. Struct. Comput. Sci. 23:247, 2013), figure 15: an auxiliary strand of
three domains makes the step after the last input irreversible. Generalised from the transducer there to n inputs, m outputs,
a clock and both polarities; Badelt et al. (J. R. Soc. Interface 17:20190866, 2020) extend it to n inputs as well.

Join ``{t*}[x t][p t][k][c][r t][r]``, k the clock's segment: the auxiliary strand ``<t c r>`` displaces ``<c>``, which has no
toehold to come back by, and frees ``<r t>``, which opens the fork of the plain scheme. The join is then sealed by
``<t r>``, which the fork gives back. Outputs of opposite polarity stand before ``[r t]``: ``[c][g u][r t][r]`` with
auxiliary strands ``<t c g>`` and ``<u r>``; where all outputs are such, ``[c][g u][e]`` and no fork. The domain c is private:
a shared one would let the auxiliary strand of one reaction jam the join of another.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.schemes.parts import (
    Made,
    Scheme,
    check_fuels,
    check_inputs,
    fork,
    fuel,
    join,
    side_of,
    split_outputs,
    trigger_name,
)
from dsd_ncrn.dsd.system import Driver
from dsd_ncrn.dsd.words import Private, Words


def sealed_gates(reaction: Reaction, clock: str | None, words: Words) -> Made:
    """Gates and auxiliary strands of one reaction with at least one output; each firing binds the auxiliary strand that
    commits.
    """
    check_inputs(reaction)
    side, trigger, private = side_of(reaction, words), trigger_name(reaction), Private.COMMITMENT.of(reaction)
    outputs, freed = split_outputs(reaction, words)
    check_fuels(reaction, words, "join", *(["fork"] if outputs else []), "fuel")
    # Nothing comes free until <t c r> has displaced <c>, which cannot come back.
    tops = [words.branch(private), *(words.signal(product) for product in freed)]
    tops += [side.leave(trigger), words.branch(trigger)] if outputs else [words.branch(words.join_end)]
    committing = side.strand(side.toehold, private, freed[0] if freed else trigger)
    helpers = [fuel("commit", committing, reaction, words)]
    if outputs and freed:  # what frees the trigger behind the other outputs
        helpers.append(fuel("trigger", side.strand(side.other.toehold, trigger), reaction, words))
    if outputs:  # the join's seal
        helpers.append(fuel("helper", side.enter(trigger), reaction, words))
    return Made(
        join(reaction, clock, tops, words),
        fork(reaction, side.toehold, trigger, words) if outputs else None,
        tuple(helpers),
        driver=Driver(helpers[0].name, 0),  # <c> leaves no toehold
        mark=committing,
    )


SEALED = Scheme(
    "sealed",
    "joins that commit by an auxiliary strand of three domains (Cardelli 2013, figure 15); every module proved by CRN"
    " bisimulation; one domain more for each reaction",
    sealed_gates,
    True,
)
