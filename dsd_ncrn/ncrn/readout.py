"""Trained output weights: two phases between forward and backward pass that multiply with them.

readout (one unit of time): e = W z - y, with z and W constant. error (one unit): a = W^T e, and dL/dW = e z^T. Both are
products of two variables that a fast unimolecular N2 cannot make, so each has a clock phase of its own.
"""

from __future__ import annotations

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.spec import Circuit
from dsd_ncrn.ncrn.dynamics import Term, Terms
from dsd_ncrn.ncrn.passes import Slow, finished, gradient_scale
from dsd_ncrn.ncrn.roster import Roster
from dsd_ncrn.ncrn.transfers import FastStage
from dsd_ncrn.ncrn.types import Variable

READOUT, ERROR = "readout", "error"
DURATION = 1.0


def readout(circuit: Circuit, roster: Roster) -> tuple[Reaction, ...]:
    """The reactions of both phases; none for fixed weights."""
    if not roster.weights:
        return ()
    fast = FastStage("readout", READOUT, circuit.fast_ratio)
    compared = [
        reaction for y, e in zip(roster.y, roster.errors) for reaction in fast.transfer(y, [(e, -1.0)], f"e -= {y.name}")
    ]
    names = {item.name: item for item in (*roster.variables.values(), *roster.errors)}
    reading = Slow("readout", ("z", "w_out"), names)
    spreading = Slow("readout", ("e", "w_out", "z"), names)
    read, spread = _terms(roster)
    scales = {g.name: gradient_scale(circuit, p) for g, p in zip(roster.gradients, roster.parameters)}
    return (
        *finished(READOUT, [r for target, term in read for r in reading.reactions(target, term, f"e{target.name[1:]}")]),
        *compared,
        *finished(
            ERROR,
            [
                reaction
                for target, term in spread
                for reaction in spreading.reactions(target, term, target.name, scales.get(target.name, 1.0))
            ],
        ),
    )


def equations(roster: Roster, phase: str) -> tuple[tuple[Variable, ...], dict[str, Terms]]:
    """The variables that a phase changes slowly, and their right-hand sides."""
    found: dict[Variable, list[Term]] = {}
    for target, term in _terms(roster)[phase == ERROR]:
        found.setdefault(target, []).append(term)
    return tuple(found), {target.name: tuple(terms) for target, terms in found.items()}


def _terms(roster: Roster) -> tuple[list[tuple[Variable, Term]], list[tuple[Variable, Term]]]:
    """(changing variable, term) for the readout, and for adjoints and gradients of the weights."""
    adjoints = {item.name: item for item in roster.adjoints}
    gradients = dict(zip((item.name for item in roster.parameters), roster.gradients))
    read: list[tuple[Variable, Term]] = []
    spread: list[tuple[Variable, Term]] = []
    places = [(e, z) for e in roster.errors for z in roster.z]
    for weight, (e, z) in zip(roster.weights, places, strict=True):
        read.append((e, Term(1.0, (weight.name, z.name))))
        if f"a{z.name[1:]}" in adjoints:
            spread.append((adjoints[f"a{z.name[1:]}"], Term(1.0, (weight.name, e.name))))
        spread.append((gradients[weight.name], Term(1.0, (e.name, z.name))))
    return read, spread
