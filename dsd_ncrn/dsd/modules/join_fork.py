"""Join and fork of n inputs and m outputs, with cogates reused.

Cardelli, "Two-domain DNA strand displacement" (DCM 2010, figures of the n-to-m transducer), generalised: catalysts
are taken by the join and given back by the fork, so the cogates that the join releases are those the fork consumes;
a clock strand, where the reaction is gated, is the last input before the trigger. An output of opposite polarity is
released by the join, because the fork's strands all face the same way.

Join ``{t*}[x t][p t][c t][r t][r]`` with helper ``<t r>``; fork ``[i][t z][t x][t p][t r]{t*}`` with helper ``<i t>``.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.structure import Bound, Open
from dsd_ncrn.dsd.system import Component, Role
from dsd_ncrn.dsd.words import Words, gate_component, strand_component


def join_fork(reaction: Reaction, clock: str | None, words: Words) -> list[Component]:
    """Gates and helpers of one reaction with at least one output."""
    name, budget, trigger = reaction.origin.reaction, words.budget(reaction), trigger_name(reaction)
    mirrored = [product for product in reaction.products if words.polarity.get(product, 1) < 0]
    straight = [product for product in _outputs_innermost_last(reaction) if product not in mirrored]
    return [
        gate_component(f"join_{name}", _join(reaction, clock, trigger, mirrored, words), budget.join, reaction.origin),
        gate_component(f"fork_{name}", _fork(straight, trigger, words), budget.fork, reaction.origin),
        strand_component(f"helper_{name}", words.helper(trigger), Role.FUEL, budget.fuel, reaction.origin),
        *(component for product in mirrored for component in _mirrored_helpers(reaction, product, words)),
    ]


def trigger_name(reaction: Reaction) -> str:
    """The private domain by which a reaction's join triggers its fork."""
    return f"r_{reaction.origin.reaction}"


def seal(words: Words) -> Component:
    """The strand ``<i t>`` that ends every fork; one for the whole system."""
    return strand_component("seal", words.returned(words.inert), Role.FUEL, words.spec.chemistry.seal)


def _outputs_innermost_last(reaction: Reaction) -> list[str]:
    """Net products first, then the catalysts in the order in which the join took them."""
    catalysts = [reactant for reactant in reaction.reactants if reactant in reaction.products]
    products = list(reaction.products)
    for catalyst in catalysts:
        products.remove(catalyst)
    return products + catalysts


def _join(
    reaction: Reaction, clock: str | None, trigger: str, mirrored: list[str], words: Words
) -> list[Open | Bound]:
    inputs = [words.cogate(reactant) for reactant in reaction.reactants]
    clocked = [words.returned(clock)] if clock else []
    tail = [part for product in mirrored for part in (words.signal(product), words.branch(product))]
    last = [words.returned(trigger), *tail] if mirrored else [words.returned(trigger), words.branch(trigger)]
    first = Open(words.weak(words.budget(reaction).first_toehold))
    return [first, *map(Bound, [*inputs, *clocked, *last])]


def _fork(outputs: list[str], trigger: str, words: Words) -> list[Open | Bound]:
    tops = [words.branch(words.inert), *(words.signal(output) for output in outputs), words.helper(trigger)]
    return [*map(Bound, tops), Open(words.toehold)]


def _mirrored_helpers(reaction: Reaction, product: str, words: Words) -> list[Component]:
    """``<t g>`` frees the output ``<g u>``; its cogate ``<u g>`` seals the join."""
    fuel = words.budget(reaction).fuel
    return [
        strand_component(f"release_{product}", words.helper(product), Role.FUEL, fuel),
        strand_component(f"{product}_cogate", words.cogate(product), Role.BUFFER, fuel),
    ]
