"""What the tubes leave open of a gate, drawn from its posterior by emcee (Foreman-Mackey et al., PASP 125:306, 2013).

Sampled are the parameters that one wants to know, between their bounds. Those of single wells, doses and start times, are
integrated out: rows of the fit depend on them almost linearly, and what is known of them beforehand is normal, so that what is
left of the sum of squares is that of the rows without the part that they explain. Nothing is known beforehand of rate constants
and shares but their bounds; of rate constants every logarithm is as likely.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from dsd_ncrn.arrays import Floats, Ints
from dsd_ncrn.assays.fit import Fit, Problem, bounds_of
from dsd_ncrn.assays.wells import Parameter
from dsd_ncrn.errors import CheckFailed, InputError

STEPS, BLOCK, ENOUGH = 4000, 100, 50
"""At most; it is looked, after each block, whether the chain is ``ENOUGH`` times its autocorrelation time, as is asked for."""
WALKERS_EACH, FEWEST = 2, 32
KEPT = 1000
"""Samples that are written."""
QUANTILES = (0.025, 0.5, 0.975)


@dataclass(frozen=True, eq=False)
class Posterior:
    """Samples (samples, parameters) in the parameters' own units, the burn-in left out and thinned by half the autocorrelation
    time, which is in ``steps``' units and the longest of all parameters.
    """

    parameters: tuple[Parameter, ...]
    samples: Floats
    steps: int
    walkers: int
    autocorrelation: float
    acceptance: float

    @property
    def converged(self) -> bool:
        """Whether the chain is long enough for its quantiles to be believed."""
        return self.steps >= ENOUGH * self.autocorrelation

    @cached_property
    def quantiles(self) -> Floats:
        """2.5 %, median and 97.5 % of each parameter, (3, parameters)."""
        return np.quantile(self.samples, QUANTILES, axis=0)


def posterior(fit: Fit, seed: int, most: int = STEPS, tell: Callable[[float], None] = lambda _: None) -> Posterior:
    """Sample a fit. Raises InputError where emcee is not installed."""
    try:
        emcee: Any = import_module("emcee")
    except ImportError as error:
        rule, remedy = "a posterior is sampled by emcee, which is not installed", "Install dsd-ncrn[posterior]."
        raise InputError(rule, None, remedy) from error
    wanted: Ints = np.array([n for n, each in enumerate(fit.parameters) if not each.nuisance])
    density, walkers = _Density(fit, wanted), max(FEWEST, WALKERS_EACH * len(wanted))
    sampler: Any = emcee.EnsembleSampler(walkers, len(wanted), density)
    random = np.random.RandomState(seed)
    sampler.random_state = random.get_state()
    state, time = density.around(walkers, np.random.default_rng(seed)), np.inf
    while sampler.iteration < most:
        state = sampler.run_mcmc(state, min(BLOCK, most - sampler.iteration), skip_initial_state_check=True)
        time = float(np.max(sampler.get_autocorr_time(tol=0)))
        tell(sampler.iteration / most)
        if sampler.iteration >= ENOUGH * time:
            break
    known = time if np.isfinite(time) else sampler.iteration
    # Two autocorrelation times are forgotten by then; samples half a time apart hold all that the chain says.
    burn, thin = min(int(2 * known), sampler.iteration // 2), max(1, int(known / 2))
    flat = np.asarray(sampler.get_chain(discard=burn, thin=thin, flat=True))
    parameters = tuple(each for each in fit.parameters if not each.nuisance)
    samples = np.column_stack([np.exp(column) if p.log else column for p, column in zip(parameters, flat.T)])
    acceptance = float(np.mean(np.asarray(sampler.acceptance_fraction)))
    return Posterior(parameters, samples, int(sampler.iteration), walkers, float(known), acceptance)


class _Density:
    """The logarithm of the posterior density of the parameters ``wanted`` (places), but for a constant."""

    def __init__(self, fit: Fit, wanted: Ints) -> None:
        self.fit, self.wanted = fit, wanted
        self.problem = Problem(fit.assay, fit.noise)
        self.low, self.high = (each[wanted] for each in bounds_of(fit.parameters))
        # An orthonormal basis of what wells' own parameters can explain of the rows, at the best fit.
        own = np.setdiff1d(np.arange(len(fit.x)), wanted)
        self.explained = np.linalg.qr(fit.slopes[:, own])[0]

    def around(self, walkers: int, random: np.random.Generator) -> Floats:
        """Places to begin at, (walkers, parameters): about the best fit, as far as its covariance says, between the bounds."""
        # Walkers on top of each other never part, and those far away come back slowly.
        deviations = np.sqrt(np.diag(self.fit.unbounded_covariance))[self.wanted]
        reach = np.clip(deviations, 1e-4 * (self.high - self.low), 0.1 * (self.high - self.low))
        places = self.fit.x[self.wanted] + 0.5 * reach * random.standard_normal((walkers, len(self.wanted)))
        away = np.abs(places - self.low) + self.low  # reflected at the bounds
        away = self.high - np.abs(self.high - away)
        return np.clip(away, self.low, self.high)

    def __call__(self, at: Floats) -> float:
        """At ``at`` (parameters,), on the scale on which they were sought."""
        if np.any(at < self.low) or np.any(at > self.high):
            return -np.inf
        x = self.fit.x.copy()
        x[self.wanted] = at
        try:
            rows = self.problem.rows_of(self.problem.predictor.predictions(x, slopes=False), x)
        except CheckFailed:
            return -np.inf
        # Pythagoras: the squares without the part in that space are those after its parameters were fitted.
        part = self.explained.T @ rows
        return -0.5 * float(rows @ rows - part @ part)
