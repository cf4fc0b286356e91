"""Finite networks for the tests, and what their fast steps come to at the quasi-steady state."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.kinetics.build import enumerate_complexes
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import RateModel, rates_of


def finite_network_of(
    complexes: Mapping[str, Complex], rates: RateModel | None = None, resting: str = "all"
) -> ReactionNetwork:
    """The network of named complexes with explicit binding, migration and unbinding."""
    listed = list(complexes.values()), list(complexes)
    return enumerate_complexes(*listed, rates or rates_of(), semantics="finite", unproductive=resting)


def effective_rates(network: ReactionNetwork) -> dict[tuple[tuple[int, ...], tuple[int, ...]], float]:
    """Rates (/nM/s) between pairs of species, all species that react alone taken to be at a quasi-steady state.

    An intermediate goes on by one of its steps with the probability of its share in their rates; the linear equations for
    where it ends up are solved exactly.
    """
    passing = sorted({step.reactants[0] for step in network.steps if len(step.reactants) == 1})
    place = {index: number for number, index in enumerate(passing)}
    ends = sorted({step.products for step in network.steps if step.products[0] not in place or len(step.products) > 1})
    onward, out = np.zeros((len(passing), len(passing))), np.zeros((len(passing), len(ends)))
    for step in network.steps:
        if len(step.reactants) == 1:
            row = place[step.reactants[0]]
            if step.products in ends:
                out[row, ends.index(step.products)] += step.rate
            else:
                onward[row, place[step.products[0]]] += step.rate
    totals = onward.sum(axis=1) + out.sum(axis=1)
    fates = np.linalg.solve(np.diag(totals) - onward, out)
    rates: dict[tuple[tuple[int, ...], tuple[int, ...]], float] = {}
    for step in network.steps:
        if len(step.reactants) == 2:
            for number, end in enumerate(ends):
                share = fates[place[step.products[0]], number] if step.products[0] in place else float(step.products == end)
                if share > 0 and end != step.reactants:
                    rates[step.reactants, end] = rates.get((step.reactants, end), 0.0) + step.rate * share
    return rates
