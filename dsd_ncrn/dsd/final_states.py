"""Proof of a module by all its final states.

Where products come free before anything is irreversible, as in the two-domain gates of Cardelli (2010) and of Chen et al.
(2013), no CRN bisimulation exists. What can be proved there, by going through every state that a few molecules can reach:
whatever happens, the module always can, and in the end must, arrive at what the formal reaction makes of its inputs.
Strands in excess are always there; gates and inputs are counted. Every path ends in a terminal strongly connected
component of the graph of states, so it is enough to look at those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dsd_ncrn.dsd.module import Module, Steps
from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.errors import CheckFailed

if TYPE_CHECKING:
    import networkx as nx

State = frozenset[tuple[Complex, int]]
MAX_STATES = 50_000
COPIES = (1, 2)
"""Sets of inputs and gates: with two, an unfinished firing meets a second one."""


def wrong_final_state(module: Module, steps: Steps) -> str | None:
    """What is wrong with how the module ends; None where every end is that of the formal reaction.

    Raises CheckFailed, as the other checks here, for a module of more than ``MAX_STATES`` states.
    """
    # One set shows what a firing ends with; two, whether an unfinished one can be stopped by another.
    for copies in COPIES:
        inputs = Counter(module.carrier(species) for species in module.formal.reactants * copies)
        wanted = Counter(module.carrier(species) for species in module.formal.products * copies)
        for end in _ends(module, steps, inputs, copies):
            found = {_signals(module, state) for state in end}
            # A terminal component may have many states; all must read the same to the formal network.
            if found != {_text(module, wanted)}:
                other = " or ".join(sorted(found - {_text(module, wanted)}))
                return f"{copies} of each input can end with {other} instead of {_text(module, wanted)}"
    return None


def left_behind(module: Module, steps: Steps) -> frozenset[Complex]:
    """Everything that is there when one set of inputs and gates has come to an end. Raises as ``wrong_final_state``."""
    inputs = Counter(module.carrier(species) for species in module.formal.reactants)
    return frozenset(each for end in _ends(module, steps, inputs, 1) for state in end for each, _ in state)


def fires_without(module: Module, steps: Steps) -> str | None:
    """An input without which something irreversible happens; None where the module waits for all of them.

    ``steps`` may be those without the clock, which then counts as missing as well. Raises CheckFailed as
    ``wrong_final_state``.
    """
    reactants = module.formal.reactants
    for missing in dict.fromkeys(reactants):
        inputs = Counter(module.carrier(species) for species in reactants if species != missing)
        if not _returns(module, steps, inputs):
            return missing
    return None


def waits_for_clock(module: Module, steps: Steps) -> bool:
    """Whether nothing irreversible happens with all inputs; ``steps`` are those found without the clock.

    Raises CheckFailed as ``wrong_final_state``.
    """
    return _returns(module, steps, Counter(module.carrier(species) for species in module.formal.reactants))


def made_reversibly(module: Module, steps: Steps) -> str | None:
    """A product that reversible steps alone set free; None where there is none.

    One is enough to exclude every CRN bisimulation of the module: if all these steps changed nothing, a state would stand
    for more than the inputs it came from; and if one of them were the formal reaction, its reverse would be a reaction
    that the formal network does not have. Raises CheckFailed as ``wrong_final_state``.
    """
    known = set(steps)
    # Only steps that can go back: if these reach a product, it is there before anything was decided.
    both = tuple(step for step in steps if step[::-1] in known)
    inputs = Counter(module.carrier(species) for species in module.formal.reactants)
    reached = _reached(module, both, inputs, 1)
    for species in module.formal.products:
        carrier = module.carrier(species)
        if any(dict(state).get(carrier, 0) > inputs[carrier] for state in reached):
            return species
    return None


def _returns(module: Module, steps: Steps, inputs: Counter[Complex]) -> bool:
    """Whether every end of some inputs with one set of gates still has them free in one of its states."""
    wanted = _text(module, inputs)
    return all(wanted in {_signals(module, state) for state in end} for end in _ends(module, steps, inputs, 1))


def _ends(module: Module, steps: Steps, inputs: Counter[Complex], copies: int) -> Iterator[set[State]]:
    """The terminal strongly connected components of the states that are reached."""
    import networkx as nx

    # Every fair path ends in a component that nothing leaves.
    parts = nx.condensation(_reached(module, steps, inputs, copies))
    yield from (parts.nodes[part]["members"] for part in parts if not parts.out_degree(part))


def _reached(module: Module, steps: Steps, inputs: Counter[Complex], copies: int) -> nx.DiGraph[State]:
    """The graph of states from some inputs and as many of each gate."""
    import networkx as nx

    start = _frozen(inputs + Counter(dict.fromkeys(module.gates, copies)))
    graph: nx.DiGraph[State] = nx.DiGraph()
    graph.add_node(start)
    waiting, rules = [start], _rules(module, steps)
    while waiting:
        state = waiting.pop()
        for following in _following(Counter(dict(state)), rules):
            if following not in graph:
                waiting.append(following)
            graph.add_edge(state, following)
        if len(graph) > MAX_STATES:
            raise CheckFailed(f"a module of {len(module.gates)} gates has more than {MAX_STATES} states; it cannot be checked")
    return graph


def _rules(module: Module, steps: Steps) -> list[tuple[Counter[Complex], Counter[Complex]]]:
    """What each step takes and makes of what is counted."""
    # Strands in excess are always there, so that states differ in gates and signals alone, and stay few.
    counted = (tuple(Counter(each for each in side if each not in module.supply) for side in step) for step in steps)
    return [(taken, made) for taken, made in counted if taken != made]


def _following(state: Counter[Complex], rules: Sequence[tuple[Counter[Complex], Counter[Complex]]]) -> Iterator[State]:
    for taken, made in rules:
        if all(state[complex_] >= count for complex_, count in taken.items()):
            yield _frozen(state - taken + made)


def _frozen(state: Counter[Complex]) -> State:
    return frozenset(state.items())


def _signals(module: Module, state: State) -> str:
    return _text(module, Counter(dict(state)))


def _text(module: Module, state: Counter[Complex]) -> str:
    """The signals of a state."""
    counts = [(species, state[carrier]) for species, carrier in module.signals if state[carrier]]
    return " + ".join(species if count == 1 else f"{count} {species}" for species, count in counts) or "nothing"
