"""Compile every compiled function for what it is called with, so that no later command has to: part of ``make setup``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.ncrn.dynamics import Term
from dsd_ncrn.ncrn.exact import Symbol, SymbolKind
from dsd_ncrn.simulate.crowd import kept, product, settled
from dsd_ncrn.simulate.engines.adjoint import pull_back
from dsd_ncrn.simulate.engines.rosenbrock import RosenbrockEngine
from dsd_ncrn.simulate.flow import advance, flow_of
from dsd_ncrn.simulate.mass_action import from_crn


def main() -> None:
    """Use each once, on the smallest of examples."""
    system = from_crn(parse_crn("A + B -> C [k = 1]\nC -> A [k = 1]"))
    stepper = RosenbrockEngine().prepare(system, 1e-3, 1e-6, transients=True)
    start, times = np.ones(system.size), np.array([0.0, 1.0])
    _, path = stepper.record(start, 1.0, system.rates)
    pull_back(stepper, path, np.eye(system.size))
    replace(stepper, transients=False).solve_all([start], [times], [system.rates])
    settled(np.ones(1), np.ones(1), np.ones((1, 1)))
    for matrix in (np.ones((2, 2)), np.ones((2, 2)).T):
        product(matrix, np.ones(2))
    kept(np.ones((2, 2)), np.ones(2))
    state = Symbol(SymbolKind.Z)
    advance(flow_of({state: (Term(-1.0, (state,)),)}, [state]), np.ones(2), 1.0, 1e-6)


if __name__ == "__main__":
    main()
