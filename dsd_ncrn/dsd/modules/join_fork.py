"""Join and fork of n inputs and m outputs, with cogates reused.

Cardelli, "Two-domain DNA strand displacement" (DCM 2010, figures of the n-to-m transducer), generalised: catalysts
are taken by the join and given back by the fork, so the cogates that the join releases are those the fork consumes;
a clock strand, where the reaction is gated, is the last input before the trigger. An output of opposite polarity is
released by the join, because the fork's strands all face the same way.

Join ``{t*}[x t][p t][c t][r t][e]`` with helper ``<t r>``, sealed by ``<t e>``; fork ``[i][t z][t x][t p][t r]{t*}``,
sealed by ``<i t>``. The seals are shared by all gates, so what sealing sets free can attack nothing.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import GateBudget
from dsd_ncrn.dsd.structure import Bound, Open, Strand
from dsd_ncrn.dsd.system import Component, Role
from dsd_ncrn.dsd.words import Words, budget_name, gate_component, strand_component


def join_fork(reaction: Reaction, clock: str | None, words: Words) -> list[Component]:
    """Gates and helpers of one reaction with at least one output."""
    name, budget, trigger = reaction.origin.reaction, words.budget(reaction), trigger_name(reaction)
    check_fuels(reaction, budget)
    mirrored = [product for product in reaction.products if words.polarity.get(product, 1) < 0]
    straight = [product for product in _outputs_innermost_last(reaction) if product not in mirrored]
    return [
        gate_component(f"join_{name}", _join(reaction, clock, trigger, mirrored, words), budget.join, reaction.origin),
        gate_component(f"fork_{name}", _fork(straight, trigger, words), budget.fork, reaction.origin),
        strand_component(f"helper_{name}", words.helper(trigger), Role.FUEL, budget.fuel, reaction.origin),
        *(component for product in mirrored for component in _mirrored_helpers(reaction, product, words)),
    ]


def check_fuels(reaction: Reaction, budget: GateBudget) -> None:
    """Raises DesignError where a reaction with outputs is allotted no fork or no helper."""
    kind = budget_name(reaction)
    for part, level in (("join", budget.join), ("fork", budget.fork), ("fuel", budget.fuel)):
        if level <= 0:
            rule = f"the gates of {kind} make something, so their {part} must be above 0"
            raise DesignError(rule, f"{level:g} nM", "Give it a concentration.", key=("chemistry", "gates", kind))


def trigger_name(reaction: Reaction) -> str:
    """The private domain by which a reaction's join triggers its fork."""
    return f"r_{reaction.origin.reaction}"


def seals(words: Words) -> list[Component]:
    """The strands that end every fork and every join; one set for the whole system."""
    level = words.spec.chemistry.seal
    join_seals = [strand_component("join_seal", words.helper(words.join_end), Role.FUEL, level)]
    if -1 in words.polarity.values():
        mirrored = words.mirrored_toehold + words.branch(words.join_end)
        join_seals.append(strand_component("mirrored_join_seal", mirrored, Role.FUEL, level))
    return [strand_component("fork_seal", words.returned(words.fork_end), Role.FUEL, level), *join_seals]


def sealing_strand(reaction: Reaction, words: Words) -> Strand:
    """The strand that ends a reaction's join: each firing binds one."""
    if any(words.polarity.get(product, 1) < 0 for product in reaction.products):
        return words.mirrored_toehold + words.branch(words.join_end)
    return words.helper(words.join_end)


def _outputs_innermost_last(reaction: Reaction) -> list[str]:
    """Net products first, then the catalysts in the order in which the join took them."""
    products, catalysts = list(reaction.products), []
    for reactant in reaction.reactants:
        if reactant in products:
            products.remove(reactant)
            catalysts.append(reactant)
    return products + catalysts


def _join(reaction: Reaction, clock: str | None, trigger: str, mirrored: list[str], words: Words) -> list[Open | Bound]:
    inputs = [words.cogate(reactant) for reactant in reaction.reactants]
    clocked = [words.returned(clock)] if clock else []
    last = [words.returned(trigger), *(words.signal(product) for product in mirrored), words.branch(words.join_end)]
    first = Open(words.weak(words.budget(reaction).first_toehold))
    return [first, *map(Bound, [*inputs, *clocked, *last])]


def _fork(outputs: list[str], trigger: str, words: Words) -> list[Open | Bound]:
    tops = [words.branch(words.fork_end), *(words.signal(output) for output in outputs), words.helper(trigger)]
    return [*map(Bound, tops), Open(words.toehold)]


def _mirrored_helpers(reaction: Reaction, product: str, words: Words) -> list[Component]:
    """``<t g>`` frees the output ``<g u>``; the join is then sealed through the mirrored toehold."""
    return [strand_component(f"release_{product}", words.helper(product), Role.FUEL, words.budget(reaction).fuel)]
