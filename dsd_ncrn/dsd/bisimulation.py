"""Proof of a module by CRN bisimulation.

Johnson, Dong and Winfree, "Verifying chemical reaction network implementations: a bisimulation approach" (Theor. Comput.
Sci. 765:3, 2019): an interpretation maps every strand-level species to formal ones so that each step is a formal reaction
or changes nothing (delimiting), every formal species is carried (atomic), and whatever the formal network can do next the
strands can do (permissive). Their modularity condition (definition 3.3) lets modules that share species be proved one by
one. The package ``crnverifier`` checks all of this; its search depends on the order of reactions and on hash seeds, so the
whole interpretation is worked out here first and it only has to check: a True is a proof, a False refutes one candidate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product as choices

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.module import Module, Steps
from dsd_ncrn.dsd.structure import Complex

State = Counter[str]
Abstract = tuple[tuple[str, ...], tuple[str, ...]]
"""A step on the names of what it takes and makes."""

Interpretation = dict[str, State]
Equation = tuple[tuple[str, ...], State | None, tuple[str, ...], State | None]
"""Species of both sides, and what each side must add up to; None on both sides means that they are equal."""

MAX_IRREVERSIBLE = 8


def prove(module: Module, steps: Steps) -> Mapping[str, str] | None:
    """An interpretation that passes every condition, as text by species; None where no candidate does."""
    abstract = abstract_steps(module, steps)
    for candidate in candidates(module, abstract):
        if _passes(module, abstract, candidate):
            return {name: " + ".join(sorted(state.elements())) or "0" for name, state in candidate.items()}
    return None


def abstract_steps(module: Module, steps: Steps) -> list[Abstract]:
    """The steps without what is always there; species by name, signals by that of what they carry."""
    names = {carrier: species for species, carrier in module.signals}
    constant = module.gates | module.supply

    def kept(side: tuple[Complex, ...]) -> tuple[str, ...]:
        return tuple(sorted(names.get(complex_, str(complex_)) for complex_ in side if complex_ not in constant))

    found = dict.fromkeys((kept(left), kept(right)) for left, right in steps)
    return [(left, right) for left, right in found if left != right]


def candidates(module: Module, steps: Sequence[Abstract]) -> Iterator[Interpretation]:
    """Interpretations under which reversible steps change nothing and irreversible ones nothing or what is formal."""
    known = {species: Counter((species,)) for species, _ in module.signals}
    reacting = {name for left, _ in steps for name in left}
    # What nothing takes up again can only mean nothing: it may not hold a formal species back.
    waste = {name: Counter[str]() for _, right in steps for name in right if name not in reacting and name not in known}
    both = set(steps)
    # A reversible step is no formal reaction, whose reverse the formal network lacks: both sides mean the same.
    reversible: list[Equation] = [(left, None, right, None) for left, right in steps if (right, left) in both]
    # An irreversible step may be the formal reaction or nothing; all combinations are tried.
    once = [step for step in steps if step[::-1] not in both][: MAX_IRREVERSIBLE + 1]
    if len(once) > MAX_IRREVERSIBLE:
        return
    # Fired first, so that the usual candidate comes early.
    for fires in choices((True, False), repeat=len(once)):
        chosen = [_equation(step, module.formal if fired else None) for step, fired in zip(once, fires)]
        found = _solved([*reversible, *chosen], known | waste, {name for step in steps for side in step for name in side})
        if any(fires) and found is not None:
            yield found


def _equation(step: Abstract, formal: Reaction | None) -> Equation:
    if formal is None:
        return step[0], None, step[1], None
    return step[0], Counter(formal.reactants), step[1], Counter(formal.products)


def _solved(equations: Sequence[Equation], known: Interpretation, species: set[str]) -> Interpretation | None:
    """All species, where the equations determine them; None where they contradict each other or leave one open."""
    found = dict(known)
    # Propagation as in a linear system: a side with one unknown species gives it, until nothing new follows.
    while True:
        before = len(found)
        for left, left_total, right, right_total in equations:
            _deduce(left, left_total if left_total is not None else _total(right, found), found)
            _deduce(right, right_total if right_total is not None else _total(left, found), found)
        if len(found) == before:
            break
    # What the equations leave open is no candidate: to guess it would make the search exponential.
    if species - set(found) or any(sum(1 for count in state.values() if count < 0) for state in found.values()):
        return None
    return found if all(_holds(equation, found) for equation in equations) else None


def _total(side: Sequence[str], found: Interpretation) -> State | None:
    """What a side adds up to; None while one of its species is open."""
    if any(name not in found for name in side):
        return None
    return sum((found[name] for name in side), Counter[str]())


def _deduce(side: Sequence[str], total: State | None, found: Interpretation) -> None:
    """Find what is open on a side whose total is known: one species is the rest, several share nothing."""
    openly = [name for name in side if name not in found]
    if total is None or not openly:
        return
    rest = Counter(total)
    rest.subtract(sum((found[name] for name in side if name in found), Counter[str]()))
    rest = Counter({name: count for name, count in rest.items() if count})
    if len(openly) == 1:
        found[openly[0]] = rest
    # Interpretations are sums of species, never negative: parts of nothing are nothing.
    elif not rest:
        found.update({name: Counter[str]() for name in openly})


def _holds(equation: Equation, found: Interpretation) -> bool:
    left, left_total, right, right_total = equation
    reached = _total(left, found), _total(right, found)
    if left_total is None and right_total is None:
        return reached[0] == reached[1]
    return reached == (left_total, right_total)


def _passes(module: Module, steps: Sequence[Abstract], interpretation: Interpretation) -> bool:
    """Whether crnverifier accepts an interpretation, alone and as a module among others."""
    from crnverifier.crn_bisimulation import crn_bisimulation_test, passes_modularity_condition

    formals = {species for species, _ in module.signals}
    formal = [[list(module.formal.reactants), list(module.formal.products)]]
    listed = {name: sorted(state.elements()) for name, state in interpretation.items()}
    # The order of reactions decides how far crnverifier searches, not whether the interpretation is one.
    for order in _orders(steps):
        network = [[list(left), list(right)] for left, right in order]
        accepted, witness = crn_bisimulation_test(formal, network, set(formals), dict(listed))
        if accepted and passes_modularity_condition(witness, network, set(formals), set(formals)):
            return True
    return False


def _orders(steps: Sequence[Abstract]) -> Iterator[Sequence[Abstract]]:
    """Some orders of the same reactions, because a False may come from the order alone."""
    yield steps
    yield steps[::-1]
    yield sorted(steps)
    yield sorted(steps, key=lambda step: (len(step[1]), step))
